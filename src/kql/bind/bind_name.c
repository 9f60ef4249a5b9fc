/*
 * bind_name.c - what an unnamed result is called, and what happens when two have one name.
 *
 * Source: semantics of Microsoft's binder, which the result columns of the service follow.
 */
#include "kql/bind/bind_int.h"

#include "base/mem.h"
#include "kql/func/func.h"

#include <stdio.h>
#include <string.h>

static enum err_code make(struct binder *b, struct bind_name *out, struct slice first, struct slice second)
{
    struct slice text = arena_printf(b->arena, "%.*s%.*s", SLICE_ARG(first), SLICE_ARG(second));
    *out = (struct bind_name){NAME_MADE, text};
    return text.ptr ? ERR_NONE : bind_no_memory(b);
}

/* d.x.y is d_x_y, d["x"] d_x, d[0] d_0, d[i] d_ */
static enum err_code path_name(struct binder *b, const struct ast *ast, struct bind_name *out)
{
    struct bind_name object;
    TRY(bind_name_of(b, ast->children[0], &object));
    *out = (struct bind_name){.kind = NAME_ABSENT};
    if (object.kind == NAME_ABSENT)
        return ERR_NONE;
    struct slice stem = arena_printf(b->arena, "%.*s_", SLICE_ARG(object.text));
    if (!stem.ptr)
        return bind_no_memory(b);
    if (ast->kind == AST_MEMBER)
        return make(b, out, stem, ast->text);
    const struct ast *index = ast->children[1];
    if (index->kind == AST_LITERAL && index->value.type == TYPE_STRING)
        return make(b, out, stem, index->value.str);
    if (index->kind == AST_LITERAL && type_lane(index->value.type) == LANE_I64 && !index->value.is_null &&
        index->value.i64 >= 0) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)index->value.i64);
        return make(b, out, stem, slice_from_cstr(number));
    }
    return make(b, out, stem, SLICE(""));
}

static const struct ast *unnamed(const struct ast *ast)
{
    return ast->kind == AST_NAMED ? ast->children[0] : ast;
}

enum err_code bind_aggr_name(struct binder *b, const struct aggr *aggr, const struct ast *call, uint32_t result,
                             struct bind_name *out_name)
{
    struct slice prefix = slice_from_cstr(aggr->prefix);
    if (aggr->name_rule == AGGR_NAME_BARE && call->child_count == 0)
        return make(b, out_name, prefix, SLICE(""));
    if (aggr->name_rule == AGGR_NAME_BARE && !slice_eq(slice_from_cstr(aggr->name), SLICE("count")))
        return make(b, out_name, prefix, SLICE(""));
    if (result >= call->child_count)
        return make(b, out_name, prefix, SLICE(""));
    const struct ast *arg = call->children[result];
    if (arg->kind == AST_NAMED) {
        *out_name = (struct bind_name){NAME_GIVEN, arg->text};
        return ERR_NONE;
    }
    struct bind_name name;
    TRY(bind_name_of(b, arg, &name));
    if (aggr->name_rule != AGGR_NAME_OF_ARG)
        return make(b, out_name, prefix, name.text);
    if (name.kind != NAME_ABSENT) {
        *out_name = (struct bind_name){NAME_MADE, name.text};
        return ERR_NONE;
    }
    bool extreme = !slice_eq(prefix, SLICE("any_"));
    if (extreme && result == 0)
        return make(b, out_name, prefix, SLICE("")); /* max_ */
    struct bind_name first = {.kind = NAME_ABSENT};
    if (extreme)
        TRY(bind_name_of(b, call->children[0], &first));
    char number[16];
    snprintf(number, sizeof number, "%sarg%u", first.kind == NAME_ABSENT ? "" : "_", (unsigned)result);
    struct slice stem = arena_printf(b->arena, "%s%.*s", aggr->prefix, SLICE_ARG(first.text));
    return stem.ptr ? make(b, out_name, stem, slice_from_cstr(number)) : bind_no_memory(b);
}

static enum err_code call_name(struct binder *b, const struct ast *ast, struct bind_name *out)
{
    *out = (struct bind_name){.kind = NAME_ABSENT};
    const struct aggr *aggr = b->aggrs ? aggr_find(ast->text) : NULL;
    if (aggr)
        return bind_aggr_name(b, aggr, ast, 0, out);
    if (ast->child_count == 0)
        return ERR_NONE;
    if (slice_eq(ast->text, SLICE("column_ifexists")) || slice_eq(ast->text, SLICE("columnifexists"))) {
        const struct ast *column = ast->children[0];
        if (b->row && column->kind == AST_LITERAL && column->value.type == TYPE_STRING &&
            schema_find(b->row, column->value.str) != COLUMN_NONE)
            *out = (struct bind_name){NAME_COLUMN, column->value.str};
        return ERR_NONE;
    }
    const struct func *func = func_find(ast->text, false);
    if (!func || func->name_rule == NAME_NONE)
        return ERR_NONE;
    struct bind_name first;
    TRY(bind_name_of(b, unnamed(ast->children[0]), &first));
    if (first.kind == NAME_ABSENT)
        return ERR_NONE;
    if (func->name_rule == NAME_FIRST_ARG) {
        *out = (struct bind_name){NAME_KEPT, first.text};
        return ERR_NONE;
    }
    struct slice stem = arena_printf(b->arena, "%s_", func->name);
    return stem.ptr ? make(b, out, stem, first.text) : bind_no_memory(b);
}

enum err_code bind_name_of(struct binder *b, const struct ast *ast, struct bind_name *out_name)
{
    switch (ast->kind) {
    case AST_NAMED:
        *out_name = (struct bind_name){NAME_GIVEN, ast->text};
        return ERR_NONE;
    case AST_NAME:
        *out_name = (struct bind_name){NAME_COLUMN, ast->text};
        return ERR_NONE;
    case AST_MEMBER:
    case AST_INDEX:
        return path_name(b, ast, out_name);
    case AST_CALL:
        return call_name(b, ast, out_name);
    default:
        *out_name = (struct bind_name){.kind = NAME_ABSENT};
        return ERR_NONE;
    }
}

/* --- the columns of a result --- */

static uint32_t columns_find(const struct bind_columns *columns, struct slice name)
{
    const struct schema schema = {.count = columns->count, .columns = columns->defs};
    return columns->count ? schema_find(&schema, name) : COLUMN_NONE;
}

static enum err_code columns_grow(struct binder *b, struct bind_columns *columns)
{
    if (columns->count < columns->capacity)
        return ERR_NONE;
    size_t capacity = columns->capacity ? columns->capacity * 2 : 64;
    struct column_def *defs = arena_array(b->arena, capacity, sizeof *defs);
    struct expr **exprs = arena_array(b->arena, capacity, sizeof(struct expr *));
    bool *declared = arena_array(b->arena, capacity, sizeof *declared);
    if (!defs || !exprs || !declared)
        return bind_no_memory(b);
    if (columns->count > 0) {
        memcpy(defs, columns->defs, columns->count * sizeof *defs);
        memcpy(exprs, columns->exprs, columns->count * sizeof(struct expr *));
        memcpy(declared, columns->declared, columns->count * sizeof *declared);
    }
    columns->defs = defs;
    columns->exprs = exprs;
    columns->declared = declared;
    columns->capacity = capacity;
    return ERR_NONE;
}

enum err_code columns_push(struct binder *b, struct bind_columns *columns, const struct column_def *def,
                           struct expr *expr, bool declared)
{
    if (columns->count >= SCHEMA_COLUMNS_MAX)
        return err_query(b->err, ERR_QUERY, expr->span, "more than %d columns", SCHEMA_COLUMNS_MAX);
    TRY(columns_grow(b, columns));
    columns->defs[columns->count] = *def;
    columns->exprs[columns->count] = expr;
    columns->declared[columns->count++] = declared;
    return ERR_NONE;
}

/* A computed column; one that only passes a column on keeps what is known of it, and is shown from now on. */
static struct column_def def_of(const struct binder *b, const struct expr *expr, struct slice name)
{
    struct column_def def = {.name = name, .type = expr->type, .origin = COLUMN_COMPUTED, .stand_in = COLUMN_NONE};
    if (expr->kind == EXPR_COLUMN && b->row && expr->column < b->row->count)
        def.path_reads_json = b->row->columns[expr->column].path_reads_json;
    return def;
}

static enum err_code already(struct binder *b, struct slice name, struct span span)
{
    return err_query(b->err, ERR_QUERY, span, "a column %.*s is already declared", SLICE_ARG(name));
}

/* name, name1, name2, ... : the first that is free. */
static enum err_code free_name(struct binder *b, const struct bind_columns *columns, struct slice *name)
{
    struct slice stem = *name;
    for (uint32_t number = 1; columns_find(columns, *name) != COLUMN_NONE; number++) {
        *name = arena_printf(b->arena, "%.*s%u", SLICE_ARG(stem), number);
        if (!name->ptr)
            return bind_no_memory(b);
    }
    return ERR_NONE;
}

static enum err_code column_number(struct binder *b, struct bind_columns *columns, struct slice *out_name)
{
    *out_name = arena_printf(b->arena, "Column%u", ++columns->unnamed);
    return out_name->ptr ? ERR_NONE : bind_no_memory(b);
}

enum err_code columns_add(struct binder *b, struct bind_columns *columns, struct bind_name name, bool keep_is_declared,
                          struct expr *expr, struct span span)
{
    bool declared = name.kind == NAME_GIVEN || name.kind == NAME_COLUMN || (keep_is_declared && name.kind == NAME_KEPT);
    if (name.kind == NAME_ABSENT)
        TRY(column_number(b, columns, &name.text));
    uint32_t taken = columns_find(columns, name.text);
    if (taken != COLUMN_NONE && declared && columns->declared[taken])
        return already(b, name.text, span);
    TRY(free_name(b, columns, &name.text));
    struct column_def def = def_of(b, expr, name.text);
    return columns_push(b, columns, &def, expr, declared);
}

enum err_code columns_set(struct binder *b, struct bind_columns *columns, struct bind_name name, struct expr *expr,
                          struct span span)
{
    bool declared = name.kind == NAME_GIVEN || name.kind == NAME_COLUMN || name.kind == NAME_KEPT;
    while (name.kind == NAME_ABSENT && (!name.text.ptr || columns_find(columns, name.text) != COLUMN_NONE))
        TRY(column_number(b, columns, &name.text));
    struct column_def def = def_of(b, expr, name.text);
    uint32_t place = columns_find(columns, name.text);
    if (place == COLUMN_NONE)
        return columns_push(b, columns, &def, expr, declared);
    if (columns->declared[place] && declared)
        return already(b, name.text, span);
    columns->defs[place] = def;
    columns->exprs[place] = expr;
    columns->declared[place] = declared;
    return ERR_NONE;
}

enum err_code columns_plan(struct binder *b, const struct bind_columns *columns, enum plan_kind kind,
                           struct plan *input, struct span span, struct plan **out_plan)
{
    struct schema *schema = bind_schema(b, columns->defs, columns->count);
    struct plan *plan = schema ? bind_plan(b, kind, input, schema, span) : NULL;
    if (!plan)
        return bind_no_memory(b);
    plan->exprs = columns->exprs;
    *out_plan = plan;
    return ERR_NONE;
}
