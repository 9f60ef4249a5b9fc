/*
 * buf.h - a growing run of bytes that is born with its maximum, and that remembers its first failure.
 *
 * Append as often as you like and check once: after a failure (no memory, maximum) appends do nothing and `failed`
 * stays set. Never NUL-terminated unless buf_cstr() is asked for it.
 */
#ifndef DDNSHUNT_BASE_BUF_H
#define DDNSHUNT_BASE_BUF_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *ptr;
    size_t len, capacity;
    size_t max_len;
    bool failed;
    bool too_long; /* the failure was the maximum, not the memory */
};

void buf_init(struct buf *buf, size_t max_len); /* max_len 0: no maximum but memory */
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* empties it, forgets a failure, keeps the memory */

/* Room for len more bytes at the end (not yet part of the content); NULL if that fails. */
char *buf_reserve(struct buf *buf, size_t len);

void buf_add(struct buf *buf, struct slice bytes);
void buf_add_cstr(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The content with a NUL behind it (not counted in len), or NULL. */
const char *buf_cstr(struct buf *buf);

static inline struct slice buf_slice(const struct buf *buf)
{
    return (struct slice){buf->ptr, buf->len};
}

#endif
