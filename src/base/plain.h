/*
 * plain.h - copying a short text while looking for bytes that a format can't hold as they are.
 *
 * Results are written cell by cell, and most cells are short and need no escape: a call of memcpy and a loop over the
 * bytes would cost more than the eight-byte steps here. The slow path that they must equal is each format's own escaping.
 */
#ifndef DDNSHUNT_BASE_PLAIN_H
#define DDNSHUNT_BASE_PLAIN_H

#include "base/load.h"
#include "base/slice.h"

#include <stdint.h>

#define PLAIN_EACH(byte) (UINT64_C(0x0101010101010101) * (uint64_t)(unsigned char)(byte))

/* Bytes that are not plain: all below one (at most 0x80; 0 for none), and four more, which may be equal. */
struct plain_set {
    uint64_t below, one, two, three, four; /* each PLAIN_EACH() */
};

/* What a JSON string of ours holds as it is: json_quote() escapes the rest, DEL among it. */
static const struct plain_set PLAIN_JSON = {PLAIN_EACH(0x20), PLAIN_EACH('"'), PLAIN_EACH('\\'), PLAIN_EACH(0x7f),
                                            PLAIN_EACH(0x7f)};

/* Not 0 if one of the word's eight bytes is 0 (Mycroft's test). */
static inline uint64_t plain_zero(uint64_t word)
{
    return (word - PLAIN_EACH(1)) & ~word;
}

static inline uint64_t plain_hits(const struct plain_set *set, uint64_t word)
{
    return plain_zero(word ^ set->one) | plain_zero(word ^ set->two) | plain_zero(word ^ set->three) |
           plain_zero(word ^ set->four) | ((word - set->below) & ~word);
}

/*
 * Copies text, and tells whether all its bytes are plain. into has room for text.len bytes, all of which are written; they
 * are of use only if it is true.
 */
static inline bool plain_copy(const struct plain_set *set, struct slice text, char *into)
{
    const char *from = text.ptr;
    uint64_t hits = 0;
    if (text.len >= sizeof(uint64_t)) {
        size_t last = text.len - sizeof(uint64_t);
        for (size_t at = 0; at < last; at += sizeof(uint64_t)) {
            uint64_t word = load64(from + at);
            memcpy(into + at, &word, sizeof word);
            hits |= plain_hits(set, word);
        }
        uint64_t word = load64(from + last); /* the last eight, some of them perhaps once more */
        memcpy(into + last, &word, sizeof word);
        hits |= plain_hits(set, word);
    } else if (text.len >= sizeof(uint32_t)) {
        uint32_t head, tail;
        memcpy(&head, from, sizeof head);
        memcpy(&tail, from + text.len - sizeof tail, sizeof tail);
        memcpy(into, &head, sizeof head);
        memcpy(into + text.len - sizeof tail, &tail, sizeof tail);
        hits = plain_hits(set, (uint64_t)tail << 32 | head);
    } else {
        uint64_t word = PLAIN_EACH('a'); /* plain in every format */
        for (size_t i = 0; i < text.len; i++) {
            into[i] = from[i];
            word = word << 8 | (unsigned char)from[i];
        }
        hits = plain_hits(set, word);
    }
    return (hits & PLAIN_EACH(0x80)) == 0;
}

#endif
