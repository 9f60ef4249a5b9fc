/*
 * parser.c - statements, and what all of the parser's files stand on: tokens, errors, nodes. See parser.h.
 *
 * Recursive descent with one token of lookahead. The order of the grammar's rules follows Microsoft's parser, because
 * what it refuses has to be refused here.
 */
#include "kql/syntax/parser.h"

#include "base/mem.h"
#include "kql/syntax/parser_int.h"
#include "kql/syntax/syntax.h"

#include <stdarg.h>
#include <stdio.h>

bool parser_advance(struct parser *parser)
{
    if (parser->code)
        return false;
    parser->last_end = parser->token.span.end;
    parser->token = parser->next;
    parser->code = lexer_next(&parser->lexer, &parser->next, parser->err);
    return parser->code == ERR_NONE;
}

struct parser_mark parser_mark(const struct parser *parser)
{
    return (struct parser_mark){parser->lexer, parser->token, parser->next, parser->last_end};
}

void parser_reset(struct parser *parser, const struct parser_mark *mark)
{
    parser->code = ERR_NONE;
    parser->lexer = mark->lexer;
    parser->token = mark->token;
    parser->next = mark->next;
    parser->last_end = mark->last_end;
}

static bool token_has(const struct token *token, enum token_kind kind, const char *text)
{
    return token->kind == kind && slice_eq(token->text, slice_from_cstr(text));
}

bool token_is(const struct token *token, const char *punctuation)
{
    return token_has(token, TOKEN_PUNCT, punctuation);
}

bool token_is_word(const struct token *token, const char *word)
{
    return token_has(token, TOKEN_NAME, word);
}

bool parser_accept(struct parser *parser, const char *punctuation)
{
    return token_is(&parser->token, punctuation) && parser_advance(parser);
}

bool parser_accept_word(struct parser *parser, const char *word)
{
    return token_is_word(&parser->token, word) && parser_advance(parser);
}

static bool expect(struct parser *parser, enum token_kind kind, const char *text, const char *why)
{
    if (parser->code)
        return false;
    if (token_has(&parser->token, kind, text))
        return parser_advance(parser);
    char expected[128];
    snprintf(expected, sizeof expected, "'%s'%s%s", text, why[0] ? " " : "", why);
    (void)parser_stray(parser, expected);
    return false;
}

bool parser_expect(struct parser *parser, const char *punctuation, const char *why)
{
    return expect(parser, TOKEN_PUNCT, punctuation, why);
}

bool parser_expect_word(struct parser *parser, const char *word, const char *why)
{
    return expect(parser, TOKEN_NAME, word, why);
}

bool parser_at_end_of_operator(const struct parser *parser)
{
    return parser->token.kind == TOKEN_END || token_is(&parser->token, "|") || token_is(&parser->token, ")") ||
           token_is(&parser->token, ";");
}

static void *PRINTF_LIKE(4, 0)
    fail(struct parser *parser, enum err_code code, struct span span, const char *fmt, va_list args)
{
    char text[ERR_TEXT_MAX];
    vsnprintf(text, sizeof text, fmt, args);
    if (!parser->code)
        parser->code = err_query(parser->err, code, span, "%s", text);
    return NULL;
}

void *parser_fail(struct parser *parser, struct span span, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    void *nothing = fail(parser, ERR_QUERY, span, fmt, args);
    va_end(args);
    return nothing;
}

void *parser_unsupported(struct parser *parser, struct span span, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    void *nothing = fail(parser, ERR_UNSUPPORTED, span, fmt, args);
    va_end(args);
    return nothing;
}

void *parser_hint(struct parser *parser, const char *fmt, ...)
{
    char text[ERR_HINT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    (void)err_hint(parser->err, "%s", text);
    return NULL;
}

void *parser_no_memory(struct parser *parser, size_t wanted_bytes)
{
    if (!parser->code)
        parser->code = err_no_memory(parser->err, wanted_bytes);
    return NULL;
}

bool parser_push(struct parser *parser, struct ast *node)
{
    if (!node)
        return false;
    struct parser_item *stack =
        mem_grow(parser->stack, parser->stack_count, &parser->stack_capacity, sizeof *parser->stack);
    if (!stack) {
        (void)parser_no_memory(parser, sizeof *stack);
        return false;
    }
    parser->stack = stack;
    stack[parser->stack_count++] = (struct parser_item){.node = node};
    return true;
}

struct ast *parser_node(struct parser *parser, enum ast_kind kind, uint32_t start, struct slice text, size_t base)
{
    if (parser->code)
        return NULL;
    size_t count = parser->stack_count - base;
    struct ast *node = arena_zalloc(parser->arena, 1, sizeof *node);
    struct ast **children = count ? arena_array(parser->arena, count, sizeof *children) : NULL;
    if (!node || (count && !children))
        return parser_no_memory(parser, sizeof *node + count * sizeof *children);
    unsigned depth = 0;
    for (size_t i = 0; i < count; i++) {
        children[i] = parser->stack[base + i].node;
        depth = children[i]->depth > depth ? children[i]->depth : depth;
    }
    parser->stack_count = base;
    struct span span = {start, parser->last_end > start ? parser->last_end : start};
    if (depth >= AST_DEPTH_MAX)
        return parser_fail(parser, span, "the query is nested too deeply (more than %d levels)", AST_DEPTH_MAX);
    *node = (struct ast){.kind = kind,
                         .span = span,
                         .op_span = span,
                         .text = text,
                         .value = value_null(TYPE_BOOL),
                         .depth = (uint16_t)(depth + 1),
                         .child_count = (uint32_t)count,
                         .children = children};
    return node;
}

/* (a:long) {...}, () {...}, (*), (T:(a:long)): what begins a let function. */
static bool at_function(const struct parser *parser)
{
    if (token_is_word(&parser->token, "view") && token_is(&parser->next, "("))
        return true;
    if (!token_is(&parser->token, "("))
        return false;
    if (token_is(&parser->next, ")") || token_is(&parser->next, "*"))
        return true;
    struct lexer ahead = parser->lexer;
    struct token token;
    return parser->next.kind == TOKEN_NAME && lexer_next(&ahead, &token, NULL) == ERR_NONE && token_is(&token, ":");
}

static struct ast *parse_let(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    size_t base = parser->stack_count;
    struct slice name;
    if (!parser_advance(parser))
        return NULL;
    struct span name_span = parser->token.span;
    if (!parse_name(parser, false, &name) || !parser_expect(parser, "=", "after the name of a let"))
        return NULL;
    name_span.end = name_span.end > name_span.start ? name_span.end : parser->last_end;
    if (at_function(parser))
        return parser_unsupported(parser, (struct span){start, parser->token.span.end},
                                  "functions declared with let are not supported yet");
    if (!parser_push(parser, parse_pipeline(parser)))
        return NULL;
    struct ast *let = parser_node(parser, AST_LET, start, name, base);
    if (let)
        let->op_span = name_span;
    return let;
}

/* Statements that Kusto has and we do not. */
static bool refuse_statement(struct parser *parser)
{
    const struct token *token = &parser->token;
    bool is_statement = token_is_word(token, "set") && !token_is(&parser->next, "|");
    if (parser->next.kind == TOKEN_NAME)
        is_statement = is_statement || token_is_word(token, "declare") || token_is_word(token, "alias") ||
                       token_is_word(token, "restrict");
    if (is_statement)
        (void)parser_unsupported(parser, token->span, "'%.*s' is not supported yet", SLICE_ARG(token->text));
    return is_statement;
}

static bool at_let(const struct parser *parser)
{
    return token_is_word(&parser->token, "let") && (parser->next.kind == TOKEN_NAME || token_is(&parser->next, "["));
}

/* The lets, pushed. */
static bool parse_lets(struct parser *parser)
{
    while (at_let(parser)) {
        if (!parser_push(parser, parse_let(parser)))
            return false;
        if (parser->token.kind == TOKEN_END) {
            (void)parser_fail(parser, parser->token.span, "the query ends with a let: there is nothing to show");
            (void)parser_hint(parser, "add ';' and a table expression that uses it");
            return false;
        }
        if (!parser_expect(parser, ";", "after a let"))
            return false;
    }
    return !refuse_statement(parser);
}

static bool refuse_empty(struct parser *parser)
{
    if (parser->token.kind != TOKEN_END)
        return false;
    (void)parser_fail(parser, parser->token.span,
                      parser->stack_count ? "there is no table expression after the lets" : "the query is empty");
    if (parser->stack_count == 0)
        (void)parser_hint(parser, "a query starts with a table: DeviceNetworkEvents | take 10");
    return true;
}

/* A query gives a table; what can only be a value does not. */
static bool check_tabular(struct parser *parser, const struct ast *ast)
{
    if (ast_is_tabular(ast) || ast->kind == AST_NAME || ast->kind == AST_CALL)
        return true;
    (void)parser_fail(parser, ast->span, "a query gives a table, and this is a value");
    (void)parser_hint(parser, "write `print ...` to see a value");
    return false;
}

static struct ast *parse_query(struct parser *parser)
{
    size_t base = parser->stack_count;
    if (!parse_lets(parser) || refuse_empty(parser))
        return NULL;
    struct ast *main = parse_pipeline(parser);
    if (!main || !check_tabular(parser, main) || !parser_push(parser, main))
        return NULL;
    bool closed = parser_accept(parser, ";");
    if (parser->code)
        return NULL;
    if (parser->token.kind == TOKEN_END)
        return parser_node(parser, AST_QUERY, 0, SLICE(""), base);
    if (!closed)
        return parser_stray(parser, "'|', ';' or the end of the query");
    if (token_is(&parser->token, ";"))
        return parser_fail(parser, parser->token.span, "there is no statement before this ';'");
    return parser_unsupported(parser, parser->token.span, "several results from one query are not supported yet");
}

static struct ast *parse_predicate(struct parser *parser)
{
    if (parser->token.kind == TOKEN_END)
        return parser_fail(parser, parser->token.span, "the condition is empty");
    if (token_is_word(&parser->token, "where") || token_is(&parser->token, "|")) {
        (void)parser_fail(parser, parser->token.span, "a condition alone is wanted here");
        return parser_hint(parser, "leave out `| where`");
    }
    struct ast *expr = parse_expr(parser);
    if (expr && parser->token.kind != TOKEN_END)
        return parser_stray(parser, "an operator or the end of the condition");
    return expr;
}

static enum err_code parse_with(parse_fn *parse, struct slice text, struct arena *arena, struct ast **out_ast,
                                struct err *err)
{
    struct err ignored;
    struct parser parser = {.arena = arena, .err = err ? err : &ignored};
    TRY(lexer_init(&parser.lexer, text, arena, parser.err));
    struct ast *ast = NULL;
    /* Fill both tokens of the lookahead. */
    if (parser_advance(&parser) && parser_advance(&parser))
        ast = parse(&parser);
    mem_free(parser.stack);
    if (parser.code)
        return parser.code;
    *out_ast = ast;
    return ERR_NONE;
}

enum err_code kql_parse(struct slice text, struct arena *arena, struct ast **out_query, struct err *err)
{
    return parse_with(parse_query, text, arena, out_query, err);
}

enum err_code kql_parse_predicate(struct slice text, struct arena *arena, struct ast **out_expr, struct err *err)
{
    return parse_with(parse_predicate, text, arena, out_expr, err);
}
