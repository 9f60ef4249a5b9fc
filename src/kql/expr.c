/*
 * expr.c - bound expressions as trees: making, copying, walking and weighing them. See expr.h.
 *
 * The binder bounds the depth of what it makes (BIND_DEPTH_MAX), so that walks may recurse.
 */
#include "kql/expr.h"

#include "kql/func/func.h"

#include <string.h>

struct expr *expr_new(struct arena *arena, enum expr_kind kind, enum type type, struct span span)
{
    struct expr *expr = arena_zalloc(arena, 1, sizeof *expr);
    if (expr)
        *expr = (struct expr){.kind = kind, .type = type, .span = span};
    return expr;
}

struct expr *expr_const(struct arena *arena, const struct value *value, struct span span)
{
    struct expr *expr = expr_new(arena, EXPR_CONST, value->type, span);
    if (expr)
        expr->value = *value;
    return expr;
}

struct expr *expr_column(struct arena *arena, uint32_t column, enum type type, struct span span)
{
    struct expr *expr = expr_new(arena, EXPR_COLUMN, type, span);
    if (expr)
        expr->column = column;
    return expr;
}

struct expr *expr_call(struct arena *arena, const struct func *func, uint32_t arg_count, struct span span)
{
    struct expr *expr = expr_new(arena, EXPR_CALL, TYPE_BOOL, span);
    if (!expr)
        return NULL;
    expr->func = func;
    expr->args = arena_zalloc(arena, arg_count, sizeof(struct expr *));
    expr->arg_count = arg_count;
    return expr->args ? expr : NULL;
}

struct expr *expr_copy(struct arena *arena, const struct expr *expr)
{
    struct expr *copy = expr_new(arena, expr->kind, expr->type, expr->span);
    if (!copy)
        return NULL;
    *copy = *expr;
    copy->prepared = NULL;
    if (expr->arg_count == 0)
        return copy;
    copy->args = arena_array(arena, expr->arg_count, sizeof(struct expr *));
    if (!copy->args)
        return NULL;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        copy->args[i] = expr_copy(arena, expr->args[i]);
        if (!copy->args[i])
            return NULL;
    }
    return copy;
}

bool expr_is_operator(const struct expr *expr, const char *name)
{
    return expr->kind == EXPR_CALL && (expr->func->flags & FUNC_OPERATOR) && strcmp(expr->func->name, name) == 0;
}

bool expr_visit(struct expr *expr, bool (*visit)(struct expr *expr, void *user), void *user)
{
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (!expr_visit(expr->args[i], visit, user))
            return false;
    return visit(expr, user);
}

/* Loading a cell costs a source some five comparisons; a list or a subquery is paid once, not for each row. */
enum { COST_COLUMN = 5, COST_MAX = 1000000 };

unsigned expr_cost(const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_CONST:
    case EXPR_SCALAR:
    case EXPR_SET:
        return 0;
    case EXPR_COLUMN:
        return COST_COLUMN;
    case EXPR_CALL:
        break;
    }
    unsigned cost = expr->func->cost;
    for (uint32_t i = 0; i < expr->arg_count && cost < COST_MAX; i++)
        cost += expr_cost(expr->args[i]);
    return cost < COST_MAX ? cost : COST_MAX;
}

static bool unprepare_node(struct expr *expr, void *user)
{
    (void)user;
    if (expr->prepared && expr->func->release)
        expr->func->release(expr->prepared);
    expr->prepared = NULL;
    return true;
}

void expr_unprepare(struct expr *expr)
{
    expr_visit(expr, unprepare_node, NULL);
}

struct preparation {
    struct arena *arena;
    struct err *err;
    enum err_code code;
};

static bool prepare_node(struct expr *expr, void *user)
{
    struct preparation *preparation = user;
    if (expr->kind != EXPR_CALL || !expr->func->prepare || expr->prepared)
        return true;
    preparation->code = expr->func->prepare(expr, preparation->arena, preparation->err);
    if (preparation->code == ERR_QUERY && preparation->err && !preparation->err->has_span) {
        preparation->err->has_span = true;
        preparation->err->span = expr->span;
    }
    return preparation->code == ERR_NONE;
}

enum err_code expr_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    struct preparation preparation = {arena, err, ERR_NONE};
    expr_visit(expr, prepare_node, &preparation);
    return preparation.code;
}
