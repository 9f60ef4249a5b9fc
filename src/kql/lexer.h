/*
 * lexer.h - KQL text to tokens. The whole lexical grammar of Kusto, not only what the parser takes.
 *
 * Source: Kusto reference (string literals, scalar literals, entity names), and Microsoft's parser where it is silent.
 */
#ifndef DDNSHUNT_KQL_LEXER_H
#define DDNSHUNT_KQL_LEXER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "event/value.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,    /* identifier or keyword; also `project-away` and its kin are put together by the parser */
    TOKEN_QUOTED,  /* ['name'] or ["name"]: only where the parser asks for a name; else '[' is a TOKEN_PUNCT */
    TOKEN_LITERAL, /* value holds it: string (adjacent ones NOT yet joined), long, real, timespan, bool */
    TOKEN_TYPED,   /* datetime(...), timespan(...), dynamic(...), guid(...), int(...) ...: name and raw inner text */
    TOKEN_PUNCT    /* ( ) [ ] { } , ; . .. : | = == != <> < <= > >= =~ !~ + - * / % => ! */
};

struct token {
    enum token_kind kind;
    struct span span;
    struct slice text; /* source text; for TOKEN_QUOTED and strings the decoded one, in the arena */
    struct value value;
    bool space_before;
};

/* All tokens of a query, with a TOKEN_END last. Query texts over KQL_TEXT_MAX are refused. */
enum { KQL_TEXT_MAX = 4 << 20 };
enum err_code kql_lex(struct slice text, struct arena *arena, struct token **out_tokens, uint32_t *out_count,
                      struct err *err) MUST_CHECK;

#endif
