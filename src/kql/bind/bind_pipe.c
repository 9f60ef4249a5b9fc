/*
 * bind_pipe.c - sources, and the operators that keep the columns of their rows: where, sort, top, take, count.
 */
#include "kql/bind/bind_int.h"

#include "kql/func/func.h"

/* --- where --- */

static enum err_code bind_where(struct binder *b, const struct ast *ast, struct plan **plan)
{
    struct expr *predicate = NULL;
    TRY(bind_row_expr(b, (*plan)->schema, ast->children[1], &predicate));
    TRY(bind_need_bool(b, predicate, "where"));
    struct plan *where = bind_plan(b, PLAN_WHERE, *plan, (*plan)->schema, ast->span);
    struct expr **exprs = arena_array(b->arena, 1, sizeof(struct expr *));
    if (!where || !exprs)
        return bind_no_memory(b);
    exprs[0] = predicate;
    where->exprs = exprs;
    *plan = where;
    return ERR_NONE;
}

/* --- sort, top, take --- */

enum err_code bind_check_key(struct binder *b, const struct expr *expr, const char *what)
{
    if (expr->type != TYPE_DYNAMIC)
        return ERR_NONE;
    enum err_code code = err_query(b->err, ERR_QUERY, expr->span, "%s can't be by a dynamic value", what);
    err_hint(b->err, "convert it: tostring(...), tolong(...)");
    return code;
}

static enum err_code bind_key(struct binder *b, const struct schema *row, const struct ast *order,
                              struct sort_key *out_key)
{
    const struct ast *ast = order;
    bool ascending = false, nulls_first = false;
    if (order->kind == AST_ORDER) {
        ast = order->children[0];
        ascending = slice_starts(order->text, SLICE("asc"));
        nulls_first = ascending;
        if (slice_ends(order->text, SLICE("nulls first")))
            nulls_first = true;
        else if (slice_ends(order->text, SLICE("nulls last")))
            nulls_first = false;
    }
    if (ast->kind == AST_NAMED)
        ast = ast->children[0];
    struct expr *expr = NULL;
    TRY(bind_row_expr(b, row, ast, &expr));
    TRY(bind_check_key(b, expr, "an order"));
    *out_key = (struct sort_key){.expr = expr, .descending = !ascending, .nulls_first = nulls_first};
    return ERR_NONE;
}

static enum err_code bind_keys(struct binder *b, struct ast *const *orders, uint32_t count, struct plan *into)
{
    into->keys = arena_zalloc(b->arena, count, sizeof *into->keys);
    if (!into->keys)
        return bind_no_memory(b);
    for (uint32_t i = 0; i < count; i++)
        TRY(bind_key(b, into->schema, orders[i], &into->keys[i]));
    into->key_count = count;
    return ERR_NONE;
}

/* A number of rows: constant, whole, not negative. */
static enum err_code bind_count(struct binder *b, const struct ast *ast, const char *what, uint64_t *out_count)
{
    struct expr *expr = NULL;
    TRY(bind_row_expr(b, NULL, ast, &expr));
    if (expr->kind != EXPR_CONST || (expr->type != TYPE_LONG && expr->type != TYPE_INT) || expr->value.is_null)
        return err_query(b->err, ERR_QUERY, ast->span, "%s takes a constant whole number", what);
    if (expr->value.i64 < 0)
        return err_query(b->err, ERR_QUERY, ast->span, "%s can't take a negative number of rows", what);
    *out_count = (uint64_t)expr->value.i64;
    return ERR_NONE;
}

static enum err_code bind_sort(struct binder *b, const struct ast *ast, struct plan **plan)
{
    struct plan *sort = bind_plan(b, PLAN_SORT, *plan, (*plan)->schema, ast->span);
    if (!sort)
        return bind_no_memory(b);
    TRY(bind_keys(b, ast->children + 1, ast->child_count - 1, sort));
    *plan = sort;
    return ERR_NONE;
}

static enum err_code bind_top(struct binder *b, const struct ast *ast, struct plan **plan)
{
    struct plan *top = bind_plan(b, PLAN_TOP, *plan, (*plan)->schema, ast->span);
    if (!top)
        return bind_no_memory(b);
    if (ast->child_count != 3)
        return err_query(b->err, ERR_QUERY, ast->span, "top takes one expression to order by");
    TRY(bind_count(b, ast->children[1], "top", &top->limit));
    TRY(bind_keys(b, ast->children + 2, 1, top));
    *plan = top;
    return ERR_NONE;
}

static enum err_code bind_take(struct binder *b, const struct ast *ast, struct plan **plan)
{
    struct plan *take = bind_plan(b, PLAN_TAKE, *plan, (*plan)->schema, ast->span);
    if (!take)
        return bind_no_memory(b);
    TRY(bind_count(b, ast->children[1], "take", &take->limit));
    *plan = take;
    return ERR_NONE;
}

static enum err_code bind_count_rows(struct binder *b, const struct ast *ast, struct plan **plan)
{
    static const struct column_def COUNT = {
        .name = {"Count", 5}, .type = TYPE_LONG, .origin = COLUMN_COMPUTED, .stand_in = COLUMN_NONE};
    struct schema *schema = bind_schema(b, &COUNT, 1);
    struct plan *count = schema ? bind_plan(b, PLAN_COUNT, *plan, schema, ast->span) : NULL;
    if (!count)
        return bind_no_memory(b);
    *plan = count;
    return ERR_NONE;
}

static enum err_code unsupported(struct binder *b, const struct ast *ast)
{
    return err_query(b->err, ERR_UNSUPPORTED, ast->op_span, "the operator %.*s is not supported yet",
                     SLICE_ARG(ast->text));
}

enum err_code bind_operator(struct binder *b, const struct ast *ast, struct plan **plan)
{
    switch (ast->kind) {
    case AST_PIPE_WHERE:
        return bind_where(b, ast, plan);
    case AST_PIPE_EXTEND:
        return bind_extend(b, ast, plan);
    case AST_PIPE_PROJECT:
        return bind_project(b, ast, plan);
    case AST_PIPE_AWAY:
    case AST_PIPE_KEEP:
        return bind_project_some(b, ast, plan);
    case AST_PIPE_RENAME:
        return bind_rename(b, ast, plan);
    case AST_PIPE_REORDER:
        return bind_reorder(b, ast, plan);
    case AST_PIPE_SORT:
        return bind_sort(b, ast, plan);
    case AST_PIPE_TOP:
        return bind_top(b, ast, plan);
    case AST_PIPE_TAKE:
        return bind_take(b, ast, plan);
    case AST_PIPE_COUNT:
        return bind_count_rows(b, ast, plan);
    case AST_PIPE_DISTINCT:
        return bind_distinct(b, ast, plan);
    case AST_PIPE_SUMMARIZE:
        return bind_summarize(b, ast, plan);
    default:
        return unsupported(b, ast);
    }
}

/* --- sources --- */

static enum err_code datatable_columns(struct binder *b, const struct ast *header, struct column_def *out_defs)
{
    for (uint32_t i = 0; i < header->child_count; i++) {
        const struct ast *column = header->children[i];
        const struct ast *type = column->children[0];
        for (uint32_t k = 0; k < i; k++)
            if (slice_eq(out_defs[k].name, column->text))
                return err_query(b->err, ERR_QUERY, column->span, "a column %.*s is already declared",
                                 SLICE_ARG(column->text));
        out_defs[i] = (struct column_def){.name = column->text, .origin = COLUMN_COMPUTED, .stand_in = COLUMN_NONE};
        if (!type_from_name(type->text, &out_defs[i].type))
            return err_query(b->err, ERR_QUERY, type->span, "unknown type %.*s", SLICE_ARG(type->text));
    }
    return ERR_NONE;
}

/* A constant of a datatable; one of another type is converted, as Kusto does. */
static enum err_code datatable_value(struct binder *b, const struct ast *ast, enum type type, struct value *out_value)
{
    struct expr *expr = NULL;
    TRY(bind_row_expr(b, NULL, ast, &expr));
    if (expr->kind != EXPR_CONST)
        return err_query(b->err, ERR_QUERY, ast->span, "a datatable holds constants");
    if (expr->type == type) {
        *out_value = expr->value;
        return ERR_NONE;
    }
    if (type == TYPE_DYNAMIC) { /* a string stays one: it is not parsed */
        TRY(bind_cast(b, expr, type, &expr));
        *out_value = expr->value;
        return ERR_NONE;
    }
    return value_convert(&expr->value, type, b->arena, out_value, b->err);
}

static enum err_code bind_datatable(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    const struct ast *header = ast->children[0], *cells = ast->children[1];
    uint32_t columns = header->child_count;
    if (columns == 0)
        return err_query(b->err, ERR_QUERY, ast->span, "a datatable needs a column");
    if (cells->child_count % columns != 0)
        return err_query(b->err, ERR_QUERY, cells->span, "%u values do not make rows of %u columns", cells->child_count,
                         columns);
    struct column_def *defs = arena_zalloc(b->arena, columns, sizeof *defs);
    struct value *rows = arena_zalloc(b->arena, cells->child_count, sizeof *rows);
    if (!defs || !rows)
        return bind_no_memory(b);
    TRY(datatable_columns(b, header, defs));
    for (uint32_t i = 0; i < cells->child_count; i++)
        TRY(datatable_value(b, cells->children[i], defs[i % columns].type, &rows[i]));
    struct schema *schema = bind_schema(b, defs, columns);
    struct plan *plan = schema ? bind_plan(b, PLAN_ROWS, NULL, schema, ast->span) : NULL;
    if (!plan)
        return bind_no_memory(b);
    plan->rows = rows;
    plan->row_count = cells->child_count / columns;
    *out_plan = plan;
    return ERR_NONE;
}

/* from, to and step: numbers alike, or times with a step of time. */
static enum err_code range_types(struct binder *b, struct expr **exprs, enum type *out_type)
{
    enum type from = exprs[0]->type, to = exprs[1]->type, step = exprs[2]->type;
    if (type_is_number(from) && type_is_number(to) && type_is_number(step)) {
        *out_type = type_wider(type_wider(type_wider(from, to), step), TYPE_LONG);
        for (int i = 0; i < 3; i++)
            TRY(bind_cast(b, exprs[i], *out_type, &exprs[i]));
        return ERR_NONE;
    }
    if ((from == TYPE_DATETIME || from == TYPE_TIMESPAN) && to == from && step == TYPE_TIMESPAN) {
        *out_type = from;
        return ERR_NONE;
    }
    return err_query(b->err, ERR_QUERY, exprs[0]->span,
                     "a range goes over numbers, or over times by a timespan, not from %s to %s by %s", type_name(from),
                     type_name(to), type_name(step));
}

/* Before the casts, while a step of 0 is still the constant that was written. */
static bool is_zero_step(const struct value *step)
{
    if (step->is_null)
        return false;
    return type_lane(step->type) == LANE_I64 ? step->i64 == 0 : type_lane(step->type) == LANE_F64 && step->f64 == 0;
}

static enum err_code bind_range(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    struct expr **exprs = arena_zalloc(b->arena, 3, sizeof(struct expr *));
    struct column_def *def = arena_zalloc(b->arena, 1, sizeof *def);
    if (!exprs || !def)
        return bind_no_memory(b);
    for (uint32_t i = 0; i < 3; i++) {
        TRY(bind_row_expr(b, NULL, ast->children[i], &exprs[i]));
        if (exprs[i]->kind != EXPR_CONST && exprs[i]->kind != EXPR_SCALAR)
            return err_query(b->err, ERR_QUERY, ast->children[i]->span, "range takes constants");
    }
    if (exprs[2]->kind == EXPR_CONST && is_zero_step(&exprs[2]->value))
        return err_query(b->err, ERR_QUERY, ast->children[2]->span, "range with a step of 0 would never end");
    *def = (struct column_def){.name = ast->text, .origin = COLUMN_COMPUTED, .stand_in = COLUMN_NONE};
    TRY(range_types(b, exprs, &def->type));
    struct schema *schema = bind_schema(b, def, 1);
    struct plan *plan = schema ? bind_plan(b, PLAN_RANGE, NULL, schema, ast->span) : NULL;
    if (!plan)
        return bind_no_memory(b);
    plan->exprs = exprs;
    *out_plan = plan;
    return ERR_NONE;
}

enum err_code bind_source(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    switch (ast->kind) {
    case AST_PRINT:
        return bind_print(b, ast, out_plan);
    case AST_RANGE:
        return bind_range(b, ast, out_plan);
    case AST_DATATABLE:
        return bind_datatable(b, ast, out_plan);
    case AST_CALL:
        if (func_is_missing(ast->text))
            return err_query(b->err, ERR_UNSUPPORTED, ast->op_span, "%.*s() is not supported yet",
                             SLICE_ARG(ast->text));
        break;
    default:
        break;
    }
    return err_query(b->err, ERR_QUERY, ast->span, "a table is expected here");
}
