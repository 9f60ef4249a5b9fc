/*
 * fn_ddns.h - what the optimizer knows of the ddns_* functions.
 */
#ifndef DDNSHUNT_KQL_FN_DDNS_H
#define DDNSHUNT_KQL_FN_DDNS_H

#include "base/slice.h"

#include <stdbool.h>

/*
 * May ddns_suffix(text) and its like be other than ""? `knowledge` is a const struct kb *. True also where only the function itself
 * can tell.
 */
bool ddns_may_know(const void *knowledge, struct slice text);
/* The same of a text of a-z 0-9 - . _ alone that is not empty. */
bool ddns_may_know_name(const void *knowledge, struct slice text);

#endif
