/*
 * err.c - errors as values: see err.h.
 */
#define ERR_IMPLEMENTATION
#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats into a bounded field; a text that had to be cut ends on a whole character. */
static void PRINTF_LIKE(3, 0) format_field(char *field, size_t size, const char *fmt, va_list args)
{
    int wanted = vsnprintf(field, size, fmt, args);
    if (wanted < 0)
        field[0] = '\0';
    else if ((size_t)wanted >= size)
        field[utf8_cut(slice_of(field, size - 1), size - 1)] = '\0';
}

static void err_reset(struct err *err, enum err_code code)
{
    err->code = code;
    err->has_span = false;
    err->span = (struct span){0, 0};
    err->where[0] = err->text[0] = err->hint[0] = '\0';
}

enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    if (!err)
        return code;
    err_reset(err, code);
    va_list args;
    va_start(args, fmt);
    format_field(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}

enum err_code err_query(struct err *err, enum err_code code, struct span span, const char *fmt, ...)
{
    if (!err)
        return code;
    err_reset(err, code);
    err->has_span = true;
    err->span = span;
    va_list args;
    va_start(args, fmt);
    format_field(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}

enum err_code err_hint(struct err *err, const char *fmt, ...)
{
    if (!err)
        return ERR_NONE;
    va_list args;
    va_start(args, fmt);
    format_field(err->hint, sizeof err->hint, fmt, args);
    va_end(args);
    return err->code;
}

enum err_code err_at(struct err *err, const char *fmt, ...)
{
    if (!err)
        return ERR_NONE;
    if (err->where[0] == '\0') {
        va_list args;
        va_start(args, fmt);
        format_field(err->where, sizeof err->where, fmt, args);
        va_end(args);
    }
    return err->code;
}

enum err_code err_no_memory(struct err *err, uint64_t wanted_bytes)
{
    return err_set(err, ERR_MEMORY, "out of memory (%llu bytes wanted)", (unsigned long long)wanted_bytes);
}

enum err_code err_errno(struct err *err, enum err_code code, int errno_value, const char *fmt, ...)
{
    if (!err)
        return code;
    err_reset(err, code);
    va_list args;
    va_start(args, fmt);
    format_field(err->text, sizeof err->text, fmt, args);
    va_end(args);
    size_t len = strlen(err->text);
    char reason[128];
    /* The XSI form is asked for by _POSIX_C_SOURCE; see meson.build. */
    if (strerror_r(errno_value, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", errno_value);
    snprintf(err->text + len, sizeof err->text - len, "%s%s", len ? ": " : "", reason);
    return code;
}

int err_exit_status(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
    case ERR_PIPE:
        return 0;
    case ERR_INPUT:
        return 1;
    case ERR_USAGE:
    case ERR_QUERY:
    case ERR_UNSUPPORTED:
        return 2;
    case ERR_LIMIT:
    case ERR_MEMORY:
    case ERR_OUTPUT:
    case ERR_CODE_COUNT:
        return 3;
    case ERR_INTERRUPTED:
        return 130;
    }
    return 3;
}
