/*
 * json_token.h - a strict, allocation-free walk over JSON text in memory: the full parser that every fast path equals.
 *
 * Grammar: RFC 8259, to the letter: no comments, no trailing commas, no NaN, no control characters in strings.
 * What it lets pass is what the RFC leaves open: bytes that are no UTF-8 and lone surrogates (mended when a text is
 * decoded) and keys that stand twice (the last one counts). Time is linear, memory constant, depth limited.
 */
#ifndef DDNSHUNT_SOURCE_JSON_TOKEN_H
#define DDNSHUNT_SOURCE_JSON_TOKEN_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>

/* Deeper nesting is refused. A row's own fields may nest as deep as a dyn (event/dyn.h), plus what wraps the row. */
enum { JSON_DEPTH_MAX = 1024 };

struct json_cursor {
    const char *at, *end;
    const char *why; /* static text: set where a walk fails; the cursor then stands at the fault */
};

/* A string between its quotes, as it stands in the input. */
struct json_text {
    struct slice raw;
    bool escaped; /* has a backslash */
};

static inline bool json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

void json_blanks(struct json_cursor *cursor);

/* Behind the last byte before `at` that is no blank; 0 if there is none. */
static inline size_t json_back_over_blanks(const char *text, size_t at)
{
    while (at > 0 && json_is_blank(text[at - 1]))
        at--;
    return at;
}

/* Does an odd number of backslashes stand before the byte at `at`, from `begin` on? In a string it is escaped then. */
static inline bool json_is_escaped(const char *text, size_t begin, size_t at)
{
    size_t first = at;
    while (first > begin && text[first - 1] == '\\')
        first--;
    return (at - first) % 2 == 1;
}

/* At a quote: takes the string. */
bool json_string(struct json_cursor *cursor, struct json_text *out_text);

/* Takes the value at the cursor (blanks before it allowed), whatever it is; *out_value is its text. */
bool json_value(struct json_cursor *cursor, struct slice *out_value);

/*
 * Walks an object or array. Call json_enter() with the cursor at `{` or `[`, then json_member() or json_element() until
 * it says JSON_END; at JSON_ITEM the cursor stands at the value, which the caller must take.
 */
enum json_step { JSON_ITEM, JSON_END, JSON_FAULT };
struct json_walk {
    bool begun;
};
void json_enter(struct json_cursor *cursor, struct json_walk *walk);
enum json_step json_member(struct json_cursor *cursor, struct json_walk *walk, struct json_text *out_key);
enum json_step json_element(struct json_cursor *cursor, struct json_walk *walk);

/* Blanks up to the end: true if nothing else is left. */
bool json_at_end(struct json_cursor *cursor);

/*
 * Appends the string's text: escapes decoded, a lone surrogate and every bad byte as U+FFFD. The text must have come
 * from json_string().
 */
void json_text_decode(struct json_text text, struct buf *out);
/* The same for a text that is ASCII as it stands, to `out`, which has room for raw.len bytes. Returns the length. */
size_t json_text_decode_ascii(struct json_text text, char *out);
/* The string is exactly `wanted` (plain ASCII), however it is spelt. */
bool json_text_is(struct json_text text, struct slice wanted);
/* The same without regard to the case of A-Z. */
bool json_text_is_nocase(struct json_text text, struct slice wanted);

#endif
