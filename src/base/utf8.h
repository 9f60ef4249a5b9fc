/*
 * utf8.h - UTF-8: checking, mending, walking by code point, and Unicode's simple case mapping.
 *
 * Source: RFC 3629 (no surrogates, no overlong forms, up to U+10FFFF). Case mapping by libutf8proc.
 */
#ifndef DDNSHUNT_BASE_UTF8_H
#define DDNSHUNT_BASE_UTF8_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define UTF8_REPLACEMENT UINT32_C(0xFFFD)

/* No byte over 0x7f. Eight bytes at a time. */
bool utf8_is_ascii(struct slice text);
bool utf8_is_valid(struct slice text);

/* The code point at *offset and moves *offset behind it. A bad byte counts as one U+FFFD. *offset < text.len. */
uint32_t utf8_next(struct slice text, size_t *offset);

/* Writes up to 4 bytes, returns how many. A surrogate or a number too large is written as U+FFFD. */
unsigned utf8_encode(uint32_t code_point, char *out);

/* Appends text with every bad byte as U+FFFD (each maximal well-formed prefix of a bad sequence is one). */
void utf8_mend(struct slice text, struct buf *out);

/* Code points in text. */
size_t utf8_length(struct slice text);
/* Byte offset of code point number `index`, or text.len if there are fewer. */
size_t utf8_offset(struct slice text, size_t index);

/* The longest prefix of at most max bytes that ends on a character boundary: its length. */
size_t utf8_cut(struct slice text, size_t max);

/* Cells that a terminal gives the code point: 0 (combining), 1 or 2 (wide). Control characters: 1, as they are shown.
 */
unsigned utf8_width(uint32_t code_point);
/* May stand in a terminal's text: it is no control, does not turn or hide what follows, and is assigned. */
bool utf8_is_safe(uint32_t code_point);

void utf8_lower(struct slice text, struct buf *out);
void utf8_upper(struct slice text, struct buf *out);

#endif
