/*
 * expr.h - a bound scalar expression: names are columns, operators are functions, every node has a type.
 *
 * Made by the binder in the plan's arena, changed by the optimizer, const while it runs.
 */
#ifndef DDNSHUNT_KQL_EXPR_H
#define DDNSHUNT_KQL_EXPR_H

#include "base/arena.h"
#include "base/err.h"
#include "event/value.h"

struct func;

enum expr_kind {
    EXPR_CONST,  /* value */
    EXPR_COLUMN, /* column: index in the input's schema */
    EXPR_CALL,   /* func, args */
    EXPR_SCALAR, /* toscalar(): the first value of subquery number `subquery`, known once that has run */
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

/* Makers. The node is in arena; NULL when it says no. */
struct expr *expr_new(struct arena *arena, enum expr_kind kind, enum type type, struct span span);
struct expr *expr_const(struct arena *arena, const struct value *value, struct span span);
struct expr *expr_column(struct arena *arena, uint32_t column, enum type type, struct span span);
/* A call with room for arg_count arguments, all NULL; the type is the caller's to set. */
struct expr *expr_call(struct arena *arena, const struct func *func, uint32_t arg_count, struct span span);
/* A deep copy; values and texts are shared, nothing is prepared. NULL when the arena says no. */
struct expr *expr_copy(struct arena *arena, const struct expr *expr);

/* Is it a call of this operator (FUNC_OPERATOR)? */
bool expr_is_operator(const struct expr *expr, const char *name);

/* Calls visit on each node, arguments before their call, until it says false. Says whether all were visited. */
bool expr_visit(struct expr *expr, bool (*visit)(struct expr *expr, void *user), void *user);

/* Cost of one row, of the whole tree: loading a column counts, a constant does not. */
unsigned expr_cost(const struct expr *expr);

/* Undoes func->prepare in the whole tree. */
void expr_unprepare(struct expr *expr);
/* func->prepare for each call in the tree that has not been prepared. */
enum err_code expr_prepare(struct expr *expr, struct arena *arena, struct err *err) MUST_CHECK;

#endif
