/*
 * fn_logic.h - what the evaluator and the other families need of the logical functions.
 */
#ifndef DDNSHUNT_KQL_FN_LOGIC_H
#define DDNSHUNT_KQL_FN_LOGIC_H

#include "kql/expr.h"

/* A conjunction: true for a row if all its arguments are. */
bool logic_is_and(const struct expr *expr);

/*
 * The type that holds values of both (iff, case, coalesce): the same, the wider number, otherwise dynamic. A dynamic
 * and anything else is dynamic.
 */
enum type type_common(enum type a, enum type b);

#endif
