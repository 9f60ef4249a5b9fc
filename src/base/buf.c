/*
 * buf.c - a growing run of bytes: see buf.h.
 */
#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

void buf_init(struct buf *buf, size_t max_len)
{
    *buf = (struct buf){.max_len = max_len};
}

void buf_release(struct buf *buf)
{
    mem_free(buf->ptr);
    buf_init(buf, buf->max_len);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = buf->too_long = false;
}

char *buf_grow(struct buf *buf, size_t len)
{
    size_t max = buf->max_len ? buf->max_len : SIZE_MAX / 2;
    if (buf->failed)
        return NULL;
    if (len > max || buf->len > max - len) {
        buf->failed = buf->too_long = true;
        return NULL;
    }
    size_t needed = buf->len + len;
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    if (capacity > max) /* buf_reserve() asks for nothing but room */
        capacity = max;
    char *grown = mem_realloc(buf->ptr, capacity);
    if (!grown) {
        buf->failed = true;
        return NULL;
    }
    buf->ptr = grown;
    buf->capacity = capacity;
    return buf->ptr + buf->len;
}

void buf_add_cstr(struct buf *buf, const char *text)
{
    buf_add(buf, slice_from_cstr(text));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *room = len < 0 ? NULL : buf_reserve(buf, (size_t)len + 1);
    if (!room) {
        buf->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(room, (size_t)len + 1, fmt, args);
    va_end(args);
    buf->len += (size_t)len;
}

const char *buf_cstr(struct buf *buf)
{
    char *end = buf_reserve(buf, 1);
    if (!end)
        return NULL;
    *end = '\0';
    return buf->ptr;
}
