/*
 * expr.h - a bound scalar expression: names are columns, operators are functions, every node has a type.
 *
 * Made by the binder in the plan's arena, changed by the optimizer, const while it runs.
 */
#ifndef DDNSHUNT_KQL_EXPR_H
#define DDNSHUNT_KQL_EXPR_H

#include "base/err.h"
#include "event/value.h"

struct func;

enum expr_kind {
    EXPR_CONST,  /* value */
    EXPR_COLUMN, /* column: index in the input's schema */
    EXPR_CALL,   /* func, args */
    EXPR_SET     /* the rows of subquery number `subquery`, first column: only as an argument of in, has_any, has_all */
};

struct expr {
    enum expr_kind kind;
    enum type type;
    struct span span; /* of the query's text */
    struct value value;
    uint32_t column;
    uint32_t subquery;
    const struct func *func;
    uint32_t arg_count;
    struct expr **args;
    void *prepared; /* func->prepare's */
};

/* Cost of one row, of the whole tree. */
unsigned expr_cost(const struct expr *expr);

#endif
