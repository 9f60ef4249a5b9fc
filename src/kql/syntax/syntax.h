/*
 * syntax.h - the words of the language as tables: operators with their precedence, keywords, tabular operators.
 *
 * The lexer, the parser, the printer and the messages all read these tables; nothing else knows an operator's level or
 * whether a word may be a name. Source: Microsoft's parser (Kusto.Language 12.4), whose precedence differs from what
 * one would guess: string operators bind tighter than arithmetic.
 */
#ifndef DDNSHUNT_KQL_SYNTAX_H
#define DDNSHUNT_KQL_SYNTAX_H

#include "base/slice.h"

/* A higher level binds tighter. */
enum syntax_level {
    LEVEL_OR = 1,
    LEVEL_AND,
    LEVEL_EQUALITY,   /* == != <> in has_any has_all between: one at most, a == b == c is an error */
    LEVEL_RELATIONAL, /* < <= > >=: one at most */
    LEVEL_ADDITIVE,
    LEVEL_MULTIPLICATIVE,
    LEVEL_STRING, /* has contains =~ matches regex ...: one at most */
    LEVEL_UNARY,
    LEVEL_POSTFIX /* names, literals, calls, paths */
};

enum operator_form {
    FORM_VALUE, /* a value at the right */
    FORM_LIST,  /* (a, b) or (table) at the right */
    FORM_RANGE, /* (a .. b) at the right */
};

struct syntax_operator {
    const char *text;
    const char *canonical; /* what stands in the tree; NULL: Kusto has it, we do not */
    enum syntax_level level;
    enum operator_form form;
};

/* The binary operator of that spelling, or NULL. */
const struct syntax_operator *syntax_operator_find(struct slice text);
const struct syntax_operator *syntax_operator_at(unsigned index); /* NULL past the end */
bool syntax_level_chains(enum syntax_level level);                /* a + b + c may be written without parentheses */

/* What a word may be. */
enum word_use {
    WORD_FREE,     /* a name anywhere */
    WORD_DECLARED, /* a name at the left of `=` and in a schema; elsewhere it needs brackets */
    WORD_SELECTED, /* a name within a path (kind); at the left of `=` it needs brackets */
    WORD_RESERVED  /* needs brackets everywhere */
};
enum word_use syntax_word_use(struct slice word);
/* May be printed as a name without brackets, wherever it stands. */
bool syntax_is_plain_name(struct slice name);
/* The same with an opening parenthesis behind it. */
bool syntax_is_plain_function(struct slice name);

/* Words that hold a dash or a blank: the length of the longest that begins text, or 0. */
size_t syntax_compound_word(struct slice text);

/* Tabular operators: which we have, which Kusto has besides. */
enum pipe_kind {
    PIPE_NONE, /* no operator at all */
    PIPE_WHERE,
    PIPE_EXTEND,
    PIPE_PROJECT,
    PIPE_AWAY,
    PIPE_KEEP,
    PIPE_RENAME,
    PIPE_REORDER,
    PIPE_SORT,
    PIPE_TOP,
    PIPE_TAKE,
    PIPE_COUNT,
    PIPE_DISTINCT,
    PIPE_SUMMARIZE,
    PIPE_MISSING /* not supported yet */
};
enum pipe_kind syntax_pipe_kind(struct slice word);
const char *syntax_pipe_word(unsigned index); /* the operators that we have, for "did you mean"; NULL past the end */
/* The word of another query language: what KQL has for it, or NULL. */
const char *syntax_foreign_word(struct slice word);

/* Kusto's words that begin an expression or a statement that is not supported yet (union, materialize, set, ...). */
bool syntax_is_missing_start(struct slice word);
/* hint.* of Kusto, without the "hint." */
bool syntax_is_hint(struct slice word);

#endif
