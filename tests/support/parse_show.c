/*
 * parse_show.c - syntax trees as text: see parse_show.h.
 */
#include "parse_show.h"

static const char *const KIND_NAMES[] = {
    [AST_LITERAL] = "",
    [AST_NAME] = "",
    [AST_CALL] = "call",
    [AST_BINARY] = "",
    [AST_UNARY] = "unary",
    [AST_MEMBER] = ".",
    [AST_INDEX] = "index",
    [AST_LIST] = "list",
    [AST_STAR] = "*",
    [AST_NAMED] = "named",
    [AST_NAMES] = "names",
    [AST_WILDCARD] = "wild",
    [AST_TYPE] = "type",
    [AST_PIPE_WHERE] = "where",
    [AST_PIPE_EXTEND] = "extend",
    [AST_PIPE_PROJECT] = "project",
    [AST_PIPE_AWAY] = "away",
    [AST_PIPE_KEEP] = "keep",
    [AST_PIPE_RENAME] = "rename",
    [AST_PIPE_REORDER] = "reorder",
    [AST_PIPE_SORT] = "sort",
    [AST_PIPE_TOP] = "top",
    [AST_PIPE_TAKE] = "take",
    [AST_PIPE_COUNT] = "count",
    [AST_PIPE_DISTINCT] = "distinct",
    [AST_PIPE_SUMMARIZE] = "summarize",
    [AST_ORDER] = "order",
    [AST_PRINT] = "print",
    [AST_RANGE] = "range",
    [AST_DATATABLE] = "datatable",
    [AST_LET] = "let",
    [AST_QUERY] = "query",
};

static void show_literal(const struct value *value, struct buf *out)
{
    if (value->type == TYPE_STRING) {
        buf_printf(out, "'%.*s'", SLICE_ARG(value->str));
        return;
    }
    if (value->type != TYPE_LONG)
        buf_printf(out, "%s:", type_name(value->type));
    if (value->is_null)
        buf_add(out, SLICE("null"));
    else
        value_to_text(value, TEXT_RESULT, out);
}

void ast_show(const struct ast *ast, struct buf *out)
{
    if (ast->kind == AST_LITERAL) {
        show_literal(&ast->value, out);
        return;
    }
    if (ast->kind == AST_NAME) {
        buf_add(out, ast->text);
        return;
    }
    if (ast->kind == AST_LIST)
        buf_add(out, SLICE("["));
    else
        buf_printf(out, "(%s%s%.*s", KIND_NAMES[ast->kind], KIND_NAMES[ast->kind][0] && ast->text.len ? " " : "",
                   SLICE_ARG(ast->text));
    for (uint32_t i = 0; i < ast->child_count; i++) {
        if (i || ast->kind != AST_LIST)
            buf_add(out, SLICE(" "));
        ast_show(ast->children[i], out);
    }
    buf_add(out, ast->kind == AST_LIST ? SLICE("]") : SLICE(")"));
}

bool ast_same(const struct ast *a, const struct ast *b)
{
    if (a->kind != b->kind || !slice_eq(a->text, b->text) || a->child_count != b->child_count)
        return false;
    if (a->kind == AST_LITERAL && !value_same(&a->value, &b->value))
        return false;
    for (uint32_t i = 0; i < a->child_count; i++)
        if (!ast_same(a->children[i], b->children[i]))
            return false;
    return true;
}
