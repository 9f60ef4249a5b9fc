/*
 * bind_summarize.c - summarize: groups, aggregates, and the scalar expressions that may stand around aggregates.
 *
 * The plan computes rows of [groups ..., results ...]; its exprs, over those, give the result's columns: the groups in
 * the order of `by`, then what stands before `by`.
 */
#include "kql/bind/bind_int.h"

#include <string.h>

/* make_list, make_set: as many elements as Kusto gives when nothing is said. */
enum { LIST_LIMIT = 1048576 };

/* --- arguments --- */

static bool names_column(struct expr *const *exprs, uint32_t count, uint32_t column)
{
    for (uint32_t i = 0; i < count; i++)
        if (exprs[i]->kind == EXPR_COLUMN && exprs[i]->column == column)
            return true;
    return false;
}

/* arg_max(x, *): every visible column that is no group and has not been named. */
static enum err_code push_star(struct binder *b, const struct bind_aggrs *aggrs, struct span span,
                               struct aggr_call *call)
{
    uint32_t named = call->arg_count;
    for (uint32_t i = 0; i < aggrs->row->count; i++) {
        if (column_is_hidden(&aggrs->row->columns[i]) || names_column(aggrs->groups, aggrs->group_count, i) ||
            names_column(call->args, named, i))
            continue;
        call->args[call->arg_count] = expr_column(b->arena, i, aggrs->row->columns[i].type, span);
        if (!call->args[call->arg_count++])
            return bind_no_memory(b);
    }
    return ERR_NONE;
}

/* Does the first argument decide, so that a star can only follow it? */
static bool has_key(const struct aggr *aggr)
{
    return strcmp(aggr->prefix, "any_") != 0;
}

static enum err_code bind_args(struct binder *b, const struct bind_aggrs *aggrs, const struct ast *ast,
                               struct aggr_call *call)
{
    call->args = arena_zalloc(b->arena, (size_t)ast->child_count + aggrs->row->count, sizeof(struct expr *));
    if (!call->args)
        return bind_no_memory(b);
    for (uint32_t i = 0; i < ast->child_count; i++) {
        const struct ast *arg = ast->children[i];
        if (arg->kind == AST_STAR) {
            bool last = i + 1 == ast->child_count;
            if (!call->aggr->takes_star || !last || (has_key(call->aggr) && i == 0))
                return err_query(b->err, ERR_QUERY, arg->span, "* can't stand here");
            TRY(push_star(b, aggrs, arg->span, call));
            continue;
        }
        if (arg->kind == AST_NAMED && call->aggr->takes_star)
            arg = arg->children[0];
        TRY(bind_expr(b, arg, &call->args[call->arg_count]));
        call->arg_count++;
    }
    return ERR_NONE;
}

/* --- one aggregate --- */

/* What max(), arg_max() and their kin look for must have an order. */
static enum err_code bind_check_order(struct binder *b, const struct expr *expr)
{
    if (expr->type != TYPE_DYNAMIC && expr->type != TYPE_GUID)
        return ERR_NONE;
    enum err_code code =
        err_query(b->err, ERR_QUERY, expr->span, "%s has no greatest or least value", bind_a_type(expr->type));
    err_hint(b->err, "convert it: tostring(...), tolong(...)");
    return code;
}

static enum err_code call_types(struct binder *b, struct aggr_call *call)
{
    const struct aggr *aggr = call->aggr;
    enum type type = TYPE_DYNAMIC;
    bool by_bind = false;
    enum err_code code =
        bind_signature(b, aggr->name, aggr->signature, false, call->span, call->args, call->arg_count, &type, &by_bind);
    if (code == ERR_QUERY && b->err && b->err->hint[0] == '\0')
        err_hint(b->err, "%s", aggr->doc);
    TRY(code);
    if (strncmp(aggr->prefix, "max", 3) == 0 || strncmp(aggr->prefix, "min", 3) == 0)
        TRY(bind_check_order(b, call->args[0]));
    code = aggr_bind(call, b->arena, b->err);
    if (code == ERR_QUERY && b->err && !b->err->has_span) {
        b->err->has_span = true;
        b->err->span = call->span;
    }
    return code;
}

/* The arguments see the input's columns, and no aggregates. */
static enum err_code bind_aggr_call(struct binder *b, const struct aggr *aggr, const struct ast *ast,
                                    struct aggr_call *out_call)
{
    struct bind_aggrs *aggrs = b->aggrs;
    const struct schema *row = b->row;
    const char *no_aggr = b->no_aggr;
    *out_call = (struct aggr_call){.aggr = aggr, .span = ast->span, .limit = LIST_LIMIT};
    b->aggrs = NULL;
    b->row = aggrs->row;
    b->no_aggr = "inside another aggregate";
    enum err_code code = bind_args(b, aggrs, ast, out_call);
    b->aggrs = aggrs;
    b->row = row;
    b->no_aggr = no_aggr;
    TRY(code);
    return call_types(b, out_call);
}

static enum err_code push_call(struct binder *b, const struct aggr_call *call)
{
    struct bind_aggrs *aggrs = b->aggrs;
    if (aggrs->count == aggrs->capacity) {
        size_t capacity = aggrs->capacity ? aggrs->capacity * 2 : 8;
        struct aggr_call *calls = arena_array(b->arena, capacity, sizeof *calls);
        if (!calls)
            return bind_no_memory(b);
        if (aggrs->count > 0)
            memcpy(calls, aggrs->calls, aggrs->count * sizeof *calls);
        aggrs->calls = calls;
        aggrs->capacity = capacity;
    }
    aggrs->calls[aggrs->count++] = *call;
    aggrs->result_count += call->result_count;
    return ERR_NONE;
}

enum err_code bind_aggregate(struct binder *b, const struct aggr *aggr, const struct ast *ast, struct expr **out_expr)
{
    struct aggr_call call;
    TRY(bind_aggr_call(b, aggr, ast, &call));
    uint32_t first = b->aggrs->result_count;
    TRY(push_call(b, &call));
    *out_expr = expr_column(b->arena, first, call.result_types[0], ast->span);
    return *out_expr ? ERR_NONE : bind_no_memory(b);
}

/* --- columns before `by` --- */

/* The name of result number `index` of an aggregate that has several. */
static enum err_code result_name(struct binder *b, const struct aggr_call *call, const struct ast *ast, uint32_t index,
                                 struct bind_name *out_name)
{
    if (index < ast->child_count && ast->children[index]->kind != AST_STAR)
        return bind_aggr_name(b, call->aggr, ast, index, out_name);
    const struct expr *arg = call->args[index];
    *out_name = (struct bind_name){NAME_MADE, b->aggrs->row->columns[arg->column].name};
    return ERR_NONE;
}

/* names: the AST_NAMES of (a, b) = ..., or NULL; first: the name of x = ..., or empty. */
static enum err_code add_results(struct binder *b, const struct aggr *aggr, const struct ast *ast,
                                 const struct ast *names, struct slice first, struct bind_columns *columns)
{
    struct expr *expr = NULL;
    TRY(bind_aggregate(b, aggr, ast, &expr));
    const struct aggr_call call = b->aggrs->calls[b->aggrs->count - 1];
    uint32_t column = expr->column;
    if (names && names->child_count > call.result_count)
        return err_query(b->err, ERR_QUERY, names->children[call.result_count]->span,
                         "more names than results: %s() gives %u here", aggr->name, call.result_count);
    for (uint32_t i = 0; i < call.result_count; i++) {
        struct bind_name name;
        TRY(result_name(b, &call, ast, i, &name));
        if (names && i < names->child_count)
            name = (struct bind_name){NAME_GIVEN, names->children[i]->text};
        else if (i == 0 && first.len > 0)
            name = (struct bind_name){NAME_GIVEN, first};
        struct expr *result = expr_column(b->arena, column + i, call.result_types[i], ast->span);
        if (!result)
            return bind_no_memory(b);
        TRY(columns_add(b, columns, name, true, result, ast->span));
    }
    return ERR_NONE;
}

static enum err_code add_aggregate(struct binder *b, const struct ast *ast, struct bind_columns *columns)
{
    const struct ast *body = ast, *names = NULL;
    struct slice first = SLICE("");
    if (ast->kind == AST_NAMED && ast->children[0]->kind == AST_NAMES) {
        names = ast->children[0];
        body = ast->children[1];
    } else if (ast->kind == AST_NAMED) {
        first = ast->text;
        body = ast->children[0];
    }
    const struct aggr *aggr = body->kind == AST_CALL ? aggr_find(body->text) : NULL;
    if (aggr && aggr->takes_star)
        return add_results(b, aggr, body, names, first, columns);
    if (names)
        return err_query(b->err, ERR_QUERY, names->span, "the expression does not have several values to name");
    struct bind_name name;
    struct expr *expr = NULL;
    TRY(bind_name_of(b, ast, &name));
    TRY(bind_expr(b, body, &expr));
    return columns_add(b, columns, name, true, expr, ast->span);
}

/* --- groups --- */

static enum err_code bind_groups(struct binder *b, const struct schema *row, const struct ast *by,
                                 struct bind_columns *groups)
{
    for (uint32_t i = 0; i < by->child_count; i++) {
        const struct ast *ast = by->children[i];
        struct bind_name name;
        struct expr *expr = NULL;
        b->row = row;
        enum err_code code = bind_name_of(b, ast, &name);
        if (code == ERR_NONE)
            code = bind_expr(b, ast->kind == AST_NAMED ? ast->children[0] : ast, &expr);
        if (code == ERR_NONE)
            code = bind_check_key(b, expr, "a group");
        if (code == ERR_NONE)
            code = columns_add(b, groups, name, true, expr, ast->span);
        b->row = NULL;
        TRY(code);
    }
    return ERR_NONE;
}

/* The groups are the first columns of the result, as they are named. */
static enum err_code groups_first(struct binder *b, const struct bind_columns *groups, struct span span,
                                  struct bind_columns *columns)
{
    for (uint32_t i = 0; i < groups->count; i++) {
        struct expr *expr = expr_column(b->arena, i, groups->defs[i].type, span);
        if (!expr)
            return bind_no_memory(b);
        TRY(columns_push(b, columns, &groups->defs[i], expr, groups->declared[i]));
    }
    columns->unnamed = groups->unnamed;
    return ERR_NONE;
}

enum err_code bind_summarize(struct binder *b, const struct ast *ast, struct plan **plan)
{
    const struct ast *aggregates = ast->children[1], *by = ast->children[2];
    if (aggregates->child_count == 0 && by->child_count == 0)
        return err_query(b->err, ERR_QUERY, ast->span, "summarize needs an aggregate or a group");
    struct bind_columns groups = {0}, columns = {0};
    TRY(bind_groups(b, (*plan)->schema, by, &groups));
    TRY(groups_first(b, &groups, by->span, &columns));
    struct bind_aggrs aggrs = {
        .row = (*plan)->schema, .groups = groups.exprs, .group_count = groups.count, .result_count = groups.count};
    b->aggrs = &aggrs;
    enum err_code code = ERR_NONE;
    for (uint32_t i = 0; i < aggregates->child_count && code == ERR_NONE; i++)
        code = add_aggregate(b, aggregates->children[i], &columns);
    b->aggrs = NULL;
    TRY(code);
    struct plan *summarize = NULL;
    TRY(columns_plan(b, &columns, PLAN_SUMMARIZE, *plan, ast->span, &summarize));
    summarize->groups = groups.exprs;
    summarize->group_count = groups.count;
    summarize->aggrs = aggrs.calls;
    summarize->aggr_count = (uint32_t)aggrs.count;
    *plan = summarize;
    return ERR_NONE;
}
