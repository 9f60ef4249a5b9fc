/*
 * parser_int.h - what the parser's files share.
 *
 * A function that parses returns the node, or NULL with the error in parser->err and its code in parser->code. Children
 * are collected on one stack, whatever their number, and moved to the arena when their parent is made.
 */
#ifndef DDNSHUNT_KQL_PARSER_INT_H
#define DDNSHUNT_KQL_PARSER_INT_H

#include "kql/ast.h"
#include "kql/syntax/lexer.h"

/* A parsed child, with the operator that stands before it in a chain. */
struct parser_item {
    struct ast *node;
    struct span op_span;
};

struct parser {
    struct lexer lexer;
    struct arena *arena;
    struct err *err;
    enum err_code code;
    struct token token, next; /* the one to be read now, and the one behind it */
    uint32_t last_end;        /* of the token before */
    unsigned nesting;
    struct parser_item *stack;
    size_t stack_count, stack_capacity;
};

/* parser.c: tokens, errors, nodes */
bool parser_advance(struct parser *parser);
/* The lexer's place, to come back to. */
struct parser_mark {
    struct lexer lexer;
    struct token token, next;
    uint32_t last_end;
};
struct parser_mark parser_mark(const struct parser *parser);
void parser_reset(struct parser *parser, const struct parser_mark *mark);
bool token_is(const struct token *token, const char *punctuation);
bool token_is_word(const struct token *token, const char *word);
bool parser_accept(struct parser *parser, const char *punctuation); /* false also after an error */
bool parser_accept_word(struct parser *parser, const char *word);
/* The next token must be this one; `why` completes "expected ')' ...": "to close the list". May be "". */
bool parser_expect(struct parser *parser, const char *punctuation, const char *why);
bool parser_expect_word(struct parser *parser, const char *word, const char *why);
/* At the end of an operator: | ) ; or the end of the text. */
bool parser_at_end_of_operator(const struct parser *parser);

/* Sets the error; returns NULL for use in a return. */
void *parser_fail(struct parser *parser, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);
void *parser_unsupported(struct parser *parser, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);
void *parser_hint(struct parser *parser, const char *fmt, ...) PRINTF_LIKE(2, 3);
void *parser_no_memory(struct parser *parser, size_t wanted_bytes);

/* Pushes a child; false if node is NULL or there is no memory. */
bool parser_push(struct parser *parser, struct ast *node);
/* A node whose children are what stands on the stack above base; span from start to the last token read. */
struct ast *parser_node(struct parser *parser, enum ast_kind kind, uint32_t start, struct slice text, size_t base);

/* parser_stray.c: the token here belongs nowhere; says what was probably meant */
void *parser_stray(struct parser *parser, const char *expected);
void *parser_bad_pipe_word(struct parser *parser);
void *parser_bad_value(struct parser *parser);
void *parser_bad_name(struct parser *parser, struct slice word, struct span span);
/* "'foo'", "the end of the query", ... */
struct slice token_describe(const struct token *token);

/* parser_expr.c */
struct ast *parse_expr(struct parser *parser);
struct ast *parse_named_expr(struct parser *parser);
/* Like parse_expr, but what it reads may be a table in parentheses. */
struct ast *parse_expr_or_table(struct parser *parser);
struct ast *parse_literal(struct parser *parser); /* NULL without an error if none stands here */
/* A name, bare or quoted. is_declaration: at the left of `=` or in a schema. False with an error if there is none. */
bool parse_name(struct parser *parser, bool is_declaration, struct slice *out_name);
bool parser_at_quoted_name(const struct parser *parser);
typedef struct ast *parse_fn(struct parser *parser);
/* One or more elements with commas between them, pushed. `what` names one for messages: "a column". */
bool parse_elements(struct parser *parser, parse_fn *element, const char *what);

/* parser_dynamic.c */
struct ast *parse_dynamic(struct parser *parser);

/* parser_pipe.c: a table with operators behind it, or any other expression */
struct ast *parse_pipeline(struct parser *parser);

#endif
