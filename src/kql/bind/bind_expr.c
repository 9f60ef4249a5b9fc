/*
 * bind_expr.c - scalar expressions: names, paths, calls and operators.
 */
#include "kql/bind/bind_int.h"

#include "base/near.h"
#include "kql/func/func.h"

#include <string.h>

/* --- names --- */

static void offer_columns(struct near *near, const struct schema *row)
{
    for (uint32_t i = 0; row && i < row->count; i++)
        near_offer(near, row->columns[i].name);
}

enum err_code bind_unknown_column(struct binder *b, const struct schema *row, struct span span, struct slice name)
{
    struct near near = near_to(name);
    offer_columns(&near, row);
    enum err_code code = err_query(b->err, ERR_QUERY, span, "unknown column %.*s", SLICE_ARG(name));
    if (near.best.len > 0)
        err_hint(b->err, "did you mean %.*s?", SLICE_ARG(near.best));
    return code;
}

static enum err_code unknown_name(struct binder *b, const struct ast *ast)
{
    struct near near = near_to(ast->text);
    offer_columns(&near, b->row);
    for (uint32_t i = 0; i < b->let_count; i++)
        near_offer(&near, b->lets[i].name);
    if (slice_eq_nocase(ast->text, SLICE("null"))) {
        enum err_code null = err_query(b->err, ERR_QUERY, ast->span, "a null has a type, there is no bare one");
        err_hint(b->err, "write int(null), dynamic(null), ...; or ask isnull(...)");
        return null;
    }
    enum err_code code =
        err_query(b->err, ERR_QUERY, ast->span, "unknown %s %.*s", b->row ? "column" : "name", SLICE_ARG(ast->text));
    if (near.best.len > 0)
        err_hint(b->err, "did you mean %.*s?", SLICE_ARG(near.best));
    else if (func_find(ast->text, false))
        err_hint(b->err, "the function is called with parentheses: %.*s()", SLICE_ARG(ast->text));
    return code;
}

static enum err_code scalar_expected(struct binder *b, const struct ast *ast)
{
    enum err_code code = err_query(b->err, ERR_QUERY, ast->span, "a table stands where one value is expected");
    err_hint(b->err, "a table can be the list of in, has_any and has_all; toscalar(...) takes its first value");
    return code;
}

static enum err_code bind_name_ref(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    uint32_t index = b->row ? schema_find(b->row, ast->text) : COLUMN_NONE;
    if (index != COLUMN_NONE) {
        *out_expr = expr_column(b->arena, index, b->row->columns[index].type, ast->span);
        return *out_expr ? ERR_NONE : bind_no_memory(b);
    }
    const struct bind_let *let = bind_let_find(b, ast->text);
    if (let && let->scalar) {
        *out_expr = expr_copy(b->arena, let->scalar);
        if (!*out_expr)
            return bind_no_memory(b);
        (*out_expr)->span = ast->span;
        return ERR_NONE;
    }
    if (bind_is_table(b, ast))
        return scalar_expected(b, ast);
    if (b->aggrs && schema_find(b->aggrs->row, ast->text) != COLUMN_NONE) {
        enum err_code code = err_query(b->err, ERR_QUERY, ast->span, "the column %.*s stands outside an aggregate",
                                       SLICE_ARG(ast->text));
        err_hint(b->err, "take it as a group after `by`, or put it in an aggregate: take_any(%.*s)",
                 SLICE_ARG(ast->text));
        return code;
    }
    return unknown_name(b, ast);
}

/* --- paths --- */

/* What a path goes into: a dynamic, or a string that the table knows to hold JSON. */
static enum err_code bind_object(struct binder *b, const struct ast *ast, const struct ast *path,
                                 struct expr **out_expr)
{
    struct expr *object = NULL;
    TRY(bind_expr(b, ast, &object));
    *out_expr = object;
    if (object->type == TYPE_DYNAMIC)
        return ERR_NONE;
    bool reads_json = object->kind == EXPR_COLUMN && b->row && b->row->columns[object->column].path_reads_json;
    if (reads_json) {
        const struct func *parse = func_find(SLICE("parse_json"), false);
        struct expr **args = arena_array(b->arena, 1, sizeof(struct expr *));
        if (!args)
            return bind_no_memory(b);
        args[0] = object;
        if (parse)
            return bind_call_of(b, parse, object->span, args, 1, out_expr);
    }
    enum err_code code = err_query(b->err, ERR_QUERY, path->op_span, "%s has no members", bind_a_type(object->type));
    if (object->type == TYPE_STRING && ast->kind == AST_NAME)
        err_hint(b->err, "if it holds JSON: parse_json(%.*s)", SLICE_ARG(ast->text));
    else if (object->type == TYPE_STRING)
        err_hint(b->err, "if it holds JSON: parse_json(...)");
    return code;
}

static enum err_code bind_member(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct expr *object = NULL, *key = NULL;
    TRY(bind_object(b, ast->children[0], ast, &object));
    if (ast->kind == AST_MEMBER) {
        struct value text = value_str(ast->text);
        key = expr_const(b->arena, &text, ast->op_span);
        if (!key)
            return bind_no_memory(b);
    } else {
        TRY(bind_expr(b, ast->children[1], &key));
        if (key->type != TYPE_STRING && key->type != TYPE_LONG && key->type != TYPE_INT)
            return err_query(b->err, ERR_QUERY, key->span, "an index is a string or a whole number, not %s",
                             bind_a_type(key->type));
    }
    return bind_operator_of(b, "[]", ast->span, object, key, out_expr);
}

/* --- constants --- */

static enum err_code bind_constant(struct binder *b, const struct value *value, struct span span,
                                   struct expr **out_expr)
{
    *out_expr = expr_const(b->arena, value, span);
    return *out_expr ? ERR_NONE : bind_no_memory(b);
}

static enum err_code bind_type(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    enum type type;
    if (!type_from_name(ast->text, &type))
        return err_query(b->err, ERR_QUERY, ast->span, "unknown type %.*s", SLICE_ARG(ast->text));
    struct value null = value_null(type);
    return bind_constant(b, &null, ast->span, out_expr);
}

/* --- calls --- */

static enum err_code unknown_function(struct binder *b, const struct ast *ast)
{
    if (func_is_missing(ast->text))
        return err_query(b->err, ERR_UNSUPPORTED, ast->op_span, "%.*s() is not supported yet", SLICE_ARG(ast->text));
    struct slice near = func_suggest(ast->text);
    enum err_code code = err_query(b->err, ERR_QUERY, ast->op_span, "unknown function %.*s()", SLICE_ARG(ast->text));
    if (near.len > 0)
        err_hint(b->err, "did you mean %.*s()?", SLICE_ARG(near));
    return code;
}

/* column_ifexists("name", default) */
static enum err_code bind_column_ifexists(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct expr *name = NULL, *fallback = NULL;
    if (ast->child_count != 2)
        return err_query(b->err, ERR_QUERY, ast->op_span, "column_ifexists() takes 2 arguments, not %u",
                         ast->child_count);
    TRY(bind_expr(b, ast->children[0], &name));
    if (name->kind != EXPR_CONST || name->type != TYPE_STRING)
        return err_query(b->err, ERR_QUERY, name->span,
                         "column_ifexists() takes the column's name as a constant "
                         "string");
    TRY(bind_expr(b, ast->children[1], &fallback));
    uint32_t index = b->row ? schema_find(b->row, name->value.str) : COLUMN_NONE;
    *out_expr = index == COLUMN_NONE ? fallback : expr_column(b->arena, index, b->row->columns[index].type, ast->span);
    return *out_expr ? ERR_NONE : bind_no_memory(b);
}

static enum err_code bind_function(struct binder *b, const struct ast *ast, const struct func *func,
                                   struct expr **out_expr)
{
    struct expr **args = arena_zalloc(b->arena, ast->child_count, sizeof(struct expr *));
    if (!args)
        return bind_no_memory(b);
    for (uint32_t i = 0; i < ast->child_count; i++) {
        const struct ast *arg = ast->children[i];
        TRY(arg->kind == AST_TYPE ? bind_type(b, arg, &args[i]) : bind_expr(b, arg, &args[i]));
    }
    return bind_call_of(b, func, ast->span, args, ast->child_count, out_expr);
}

static enum err_code bind_call(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    const struct func *func = func_find(ast->text, false);
    const struct aggr *aggr = aggr_find(ast->text);
    if (aggr && b->aggrs)
        return bind_aggregate(b, aggr, ast, out_expr);
    if (slice_eq(ast->text, SLICE("toscalar")))
        return bind_scalar(b, ast, out_expr);
    if (slice_eq(ast->text, SLICE("column_ifexists")) || slice_eq(ast->text, SLICE("columnifexists")))
        return bind_column_ifexists(b, ast, out_expr);
    if (func)
        return bind_function(b, ast, func, out_expr);
    if (aggr)
        return err_query(b->err, ERR_QUERY, ast->op_span, "the aggregate %.*s() can't stand %s", SLICE_ARG(ast->text),
                         b->no_aggr ? b->no_aggr : "here, only in summarize");
    return unknown_function(b, ast);
}

/* --- operators --- */

enum err_code bind_need_bool(struct binder *b, const struct expr *expr, const char *what)
{
    if (expr->type == TYPE_BOOL)
        return ERR_NONE;
    enum err_code code =
        err_query(b->err, ERR_QUERY, expr->span, "%s needs a condition, not %s", what, bind_a_type(expr->type));
    if (expr->type == TYPE_DYNAMIC)
        err_hint(b->err, "convert it: tobool(...)");
    return code;
}

static bool same_logic(const struct ast *ast, struct slice op)
{
    return ast->kind == AST_BINARY && slice_eq(ast->text, op);
}

static uint32_t count_operands(const struct ast *ast, struct slice op)
{
    return same_logic(ast, op) ? count_operands(ast->children[0], op) + count_operands(ast->children[1], op) : 1;
}

static enum err_code bind_operands(struct binder *b, const struct ast *ast, struct slice op, struct expr **args,
                                   uint32_t *count)
{
    if (same_logic(ast, op)) {
        TRY(bind_operands(b, ast->children[0], op, args, count));
        return bind_operands(b, ast->children[1], op, args, count);
    }
    struct expr *operand = NULL;
    TRY(bind_expr(b, ast, &operand));
    if (operand->type == TYPE_DYNAMIC)
        TRY(bind_cast(b, operand, TYPE_BOOL, &operand));
    TRY(bind_need_bool(b, operand, slice_eq(op, SLICE("and")) ? "and" : "or"));
    args[(*count)++] = operand;
    return ERR_NONE;
}

/* a and b and c is one call with three arguments, however the tree leans. Its depth is bounded (AST_DEPTH_MAX). */
static enum err_code bind_logic(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct expr **args = arena_zalloc(b->arena, count_operands(ast, ast->text), sizeof(struct expr *));
    if (!args)
        return bind_no_memory(b);
    uint32_t count = 0;
    TRY(bind_operands(b, ast, ast->text, args, &count));
    return bind_call_of(b, func_find(ast->text, true), ast->span, args, count, out_expr);
}

static enum err_code bind_binary(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    if (slice_eq(ast->text, SLICE("and")) || slice_eq(ast->text, SLICE("or")))
        return bind_logic(b, ast, out_expr);
    if (compare_knows(ast->text))
        return bind_compare(b, ast, out_expr);
    if (slice_eq(ast->text, SLICE("between")) || slice_eq(ast->text, SLICE("!between")))
        return bind_between(b, ast, out_expr);
    if (list_knows(ast->text))
        return bind_list(b, ast, out_expr);
    const struct func *func = func_find(ast->text, true);
    if (!func)
        return err_query(b->err, ERR_UNSUPPORTED, ast->op_span, "the operator %.*s is not supported yet",
                         SLICE_ARG(ast->text));
    struct expr **args = NULL, *left = NULL, *right = NULL;
    TRY(bind_expr(b, ast->children[0], &left));
    TRY(bind_expr(b, ast->children[1], &right));
    if (arith_knows(ast->text))
        TRY(bind_arith(b, ast, &left, &right));
    TRY(bind_pair(b, left, right, &args));
    return bind_call_of(b, func, ast->op_span, args, 2, out_expr);
}

static enum err_code bind_unary(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct expr *operand = NULL;
    TRY(bind_expr(b, ast->children[0], &operand));
    if (slice_eq(ast->text, SLICE("+"))) {
        *out_expr = operand;
        if (type_is_number(operand->type) || operand->type == TYPE_TIMESPAN)
            return ERR_NONE;
        return err_query(b->err, ERR_QUERY, ast->op_span, "+ is not defined for %s", type_name(operand->type));
    }
    TRY(bind_arith(b, ast, &operand, NULL));
    struct expr **args = arena_array(b->arena, 1, sizeof(struct expr *));
    const struct func *func = func_find(SLICE("unary-"), true);
    if (!args)
        return bind_no_memory(b);
    if (!func)
        return err_query(b->err, ERR_UNSUPPORTED, ast->op_span, "a minus sign here is not supported yet");
    args[0] = operand;
    return bind_call_of(b, func, ast->span, args, 1, out_expr);
}

/* --- all of them --- */

static enum err_code bind_node(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    switch (ast->kind) {
    case AST_LITERAL:
        return bind_constant(b, &ast->value, ast->span, out_expr);
    case AST_NAME:
        return bind_name_ref(b, ast, out_expr);
    case AST_CALL:
        return bind_call(b, ast, out_expr);
    case AST_BINARY:
        return bind_binary(b, ast, out_expr);
    case AST_UNARY:
        return bind_unary(b, ast, out_expr);
    case AST_MEMBER:
    case AST_INDEX:
        return bind_member(b, ast, out_expr);
    case AST_TYPE:
        return err_query(b->err, ERR_QUERY, ast->span, "a type can't stand here");
    case AST_STAR:
        return err_query(b->err, ERR_QUERY, ast->span, "* can't stand here");
    case AST_NAMED:
        return err_query(b->err, ERR_QUERY, ast->span, "a name can't be given here");
    default:
        break;
    }
    if (bind_is_table(b, ast))
        return scalar_expected(b, ast);
    return err_query(b->err, ERR_QUERY, ast->span, "one value is expected here");
}

enum err_code bind_expr(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    if (b->depth >= BIND_DEPTH_MAX)
        return err_query(b->err, ERR_QUERY, ast->span, "nested deeper than %d levels", BIND_DEPTH_MAX);
    b->depth++;
    enum err_code code = bind_node(b, ast, out_expr);
    b->depth--;
    return code;
}

enum err_code bind_row_expr(struct binder *b, const struct schema *row, const struct ast *ast, struct expr **out_expr)
{
    const struct schema *outer_row = b->row;
    struct bind_aggrs *outer_aggrs = b->aggrs;
    b->row = row;
    b->aggrs = NULL;
    enum err_code code = bind_expr(b, ast, out_expr);
    b->row = outer_row;
    b->aggrs = outer_aggrs;
    return code;
}
