/*
 * fn_ends.h - what the optimizer knows of "ends with one of".
 */
#ifndef DDNSHUNT_KQL_FN_ENDS_H
#define DDNSHUNT_KQL_FN_ENDS_H

#include "base/slice.h"

#include <stdbool.h>

/* Is the predicate true of the text? `ends` is its const struct expr *, which is prepared by then. */
bool ends_may(const void *ends, struct slice text);

#endif
