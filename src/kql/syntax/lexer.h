/*
 * lexer.h - KQL text to tokens, one at a time. The whole lexical grammar of Kusto, not only what the parser takes.
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
    TOKEN_NAME,    /* identifier, keyword, compound keyword (project-away, matches regex), glued operator (!has, in~) */
    TOKEN_STRING,  /* value: the decoded text; adjacent ones are NOT joined yet */
    TOKEN_NUMBER,  /* value: long, real or timespan, as 12, 0xFF, 1.5, 1h are written */
    TOKEN_LITERAL, /* value: true, and int(5), datetime(2020-01-01), guid(...), ...; dynamic(...) is the parser's */
    TOKEN_NOW,     /* datetime() */
    TOKEN_PUNCT    /* ( ) [ ] { } , ; . .. : | = == != <> < <= > >= =~ !~ + - * / % => <| ! ? @ */
};

struct token {
    enum token_kind kind;
    bool space_before;  /* white space or a comment stands before it */
    bool only_negative; /* a long of 2^63: fits with a minus before it only */
    struct span span;
    struct slice text; /* source text */
    struct value value;
};

/* Longer query texts are refused. */
enum { KQL_TEXT_MAX = 4 << 20 };

/* May be copied to go back to where it stood. */
struct lexer {
    struct slice text; /* UTF-8; outlives the tokens */
    size_t position;
    struct arena *arena; /* for decoded strings */
};

/* Checks the text as a whole: length, UTF-8. */
enum err_code lexer_init(struct lexer *lexer, struct slice text, struct arena *arena, struct err *err) MUST_CHECK;
/* At the end it gives TOKEN_END, however often it is asked. */
enum err_code lexer_next(struct lexer *lexer, struct token *out_token, struct err *err) MUST_CHECK;

#endif
