/*
 * lexer_int.h - what the lexer's files share.
 */
#ifndef DDNSHUNT_KQL_LEXER_INT_H
#define DDNSHUNT_KQL_LEXER_INT_H

#include "kql/syntax/lexer.h"

/* Byte at position, 0 past the end (a NUL in the text is no part of the language, so nothing is mistaken). */
static inline char lexer_peek(const struct lexer *lexer, size_t position)
{
    return position < lexer->text.len ? lexer->text.ptr[position] : '\0';
}

static inline struct span span_of(size_t start, size_t end)
{
    return (struct span){(uint32_t)start, (uint32_t)end};
}

static inline bool is_word_char(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

/* Length of the string literal's opening (h, @ and quotes) at position, or 0 if none begins there. */
size_t string_opening(const struct lexer *lexer, size_t position);
/* Reads the literal at lexer->position, moves behind it; span, text and value of out_token are set. */
enum err_code string_read(struct lexer *lexer, struct token *out_token, struct err *err) MUST_CHECK;

/*
 * Reads `name(inner)` at lexer->position, where name has name_len bytes and is a type's name with '(' behind it.
 * *out_done is false, and nothing moved, if the name is not a typed literal's.
 */
enum err_code typed_read(struct lexer *lexer, size_t name_len, struct token *out_token, bool *out_done,
                         struct err *err) MUST_CHECK;

#endif
