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
#include <string.h>

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

/* What buf_reserve() does where there is no room yet. */
char *buf_grow(struct buf *buf, size_t len);

/* Room for len more bytes at the end (not yet part of the content); NULL if that fails. */
static inline char *buf_reserve(struct buf *buf, size_t len)
{
    bool fits = buf->ptr && !buf->failed && len <= buf->capacity - buf->len;
    return fits ? buf->ptr + buf->len : buf_grow(buf, len);
}

static inline void buf_add(struct buf *buf, struct slice bytes)
{
    char *room = buf_reserve(buf, bytes.len);
    if (!room || bytes.len == 0)
        return;
    memcpy(room, bytes.ptr, bytes.len);
    buf->len += bytes.len;
}

static inline void buf_add_char(struct buf *buf, char c)
{
    char *room = buf_reserve(buf, 1);
    if (!room)
        return;
    *room = c;
    buf->len++;
}

void buf_add_cstr(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The content with a NUL behind it (not counted in len), or NULL. */
const char *buf_cstr(struct buf *buf);

static inline struct slice buf_slice(const struct buf *buf)
{
    return (struct slice){buf->ptr, buf->len};
}

#endif
