/*
 * dyn_text.c - a dynamic as text: compact JSON, or what tostring() gives. See dyn.h.
 */
#include "event/dyn.h"

#include "base/bytes16.h"
#include "base/plain.h"
#include "base/simd/simd.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "event/value.h"

#include <math.h>
#include <stdio.h>

static void escape(unsigned char c, struct buf *out)
{
    static const char SHORT[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    bool itself = c == '"' || c == '\\';
    if (itself || (c < sizeof SHORT && SHORT[c])) {
        buf_add_char(out, '\\');
        buf_add_char(out, itself ? (char)c : SHORT[c]);
    } else {
        buf_printf(out, "\\u%04x", c);
    }
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/* Copies the text up to its first byte that needs an escape, where that is; into has room for all of it. */
static size_t copy_plain(struct slice text, char *into)
{
    size_t at = 0;
    for (; at + sizeof(bytes16) <= text.len; at += sizeof(bytes16)) {
        bytes16 v = bytes16_load(text.ptr + at);
        bytes16 quoted = bytes16_equal(v, '"') | bytes16_equal(v, '\\');
        bytes16 control = (bytes16)(v < 0x20) | bytes16_equal(v, 0x7f);
        uint32_t bits = bytes16_bits(quoted | control);
        bytes16_store(into + at, v);
        if (bits)
            return at + (size_t)__builtin_ctz(bits);
    }
    if (plain_copy(&PLAIN_JSON, slice_cut(text, at, text.len), into + at))
        return text.len;
    while (is_plain((unsigned char)text.ptr[at]))
        at++;
    return at;
}

_Static_assert(JSON_QUOTED_PAD == SIMD_CHUNK + 2, "the quotes, and what quote() may write to");

char *json_quote_plain(struct slice text, char *out)
{
    *out++ = '"';
    out = simd_ops()->quote(text.ptr, text.len, out);
    if (!out)
        return NULL;
    *out++ = '"';
    return out;
}

/* No more room is asked for than the text takes. */
static void quote_exactly(struct slice text, struct buf *out)
{
    buf_add_char(out, '"');
    for (char *room; (room = buf_reserve(out, text.len + 1)) != NULL;) {
        size_t plain = copy_plain(text, room);
        out->len += plain;
        if (plain == text.len)
            break;
        escape((unsigned char)text.ptr[plain], out);
        text = slice_cut(text, plain + 1, text.len);
    }
    buf_add_char(out, '"');
}

void json_quote(struct slice text, struct buf *out)
{
    size_t room = out->failed ? 0 : out->capacity - out->len;
    bool ample = room >= JSON_QUOTED_PAD && (room - JSON_QUOTED_PAD) / 2 >= text.len;
    char *end = ample ? json_quote_plain(text, out->ptr + out->len) : NULL;
    if (end)
        out->len = (size_t)(end - out->ptr);
    else
        quote_exactly(text, out);
}

void json_real(double value, struct buf *out)
{
    if (isfinite(value)) {
        real_to_text(value, out);
        return;
    }
    buf_add_char(out, '"'); /* JSON has no such numbers */
    real_to_text(value, out);
    buf_add_char(out, '"');
}

static void guid_json(const struct guid *guid, struct buf *out)
{
    buf_add_char(out, '"');
    guid_to_text(guid, out);
    buf_add_char(out, '"');
}

static void ticks_json(const struct dyn *dyn, struct buf *out)
{
    buf_add_char(out, '"');
    if (dyn->kind == DYN_DATETIME)
        datetime_to_text(dyn->i64, out);
    else
        timespan_to_text(dyn->i64, out);
    buf_add_char(out, '"');
}

static void items_json(const struct dyn *dyn, struct buf *out)
{
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < dyn->count; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        dyn_to_json(dyn->items[i], out);
    }
    buf_add_char(out, ']');
}

static void members_json(const struct dyn *dyn, struct buf *out)
{
    buf_add_char(out, '{');
    for (uint32_t i = 0; i < dyn->count; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        json_quote(dyn->members[i].key, out);
        buf_add_char(out, ':');
        dyn_to_json(dyn->members[i].value, out);
    }
    buf_add_char(out, '}');
}

void dyn_to_json(const struct dyn *dyn, struct buf *out)
{
    switch (dyn->kind) {
    case DYN_NULL:
        buf_add(out, SLICE("null"));
        break;
    case DYN_BOOL:
        buf_add(out, dyn->i64 ? SLICE("true") : SLICE("false"));
        break;
    case DYN_LONG:
        long_to_text(dyn->i64, out);
        break;
    case DYN_REAL:
        json_real(dyn->f64, out);
        break;
    case DYN_DECIMAL:
        buf_add_char(out, '"'); /* more digits than readers of JSON numbers keep */
        decimal_to_text(dyn->dec, out);
        buf_add_char(out, '"');
        break;
    case DYN_STRING:
        json_quote(dyn->str, out);
        break;
    case DYN_DATETIME:
    case DYN_TIMESPAN:
        ticks_json(dyn, out);
        break;
    case DYN_GUID:
        guid_json(&dyn->guid, out);
        break;
    case DYN_ARRAY:
        items_json(dyn, out);
        break;
    case DYN_BAG:
        members_json(dyn, out);
        break;
    }
}

void dyn_to_text(const struct dyn *dyn, struct buf *out)
{
    switch (dyn->kind) {
    case DYN_NULL:
        break;
    case DYN_STRING:
        buf_add(out, dyn->str);
        break;
    case DYN_REAL:
        real_to_text(dyn->f64, out);
        break;
    case DYN_DECIMAL:
        decimal_to_text(dyn->dec, out);
        break;
    case DYN_DATETIME:
        datetime_to_text(dyn->i64, out);
        break;
    case DYN_TIMESPAN:
        timespan_to_text(dyn->i64, out);
        break;
    case DYN_GUID:
        guid_to_text(&dyn->guid, out);
        break;
    case DYN_BOOL:
    case DYN_LONG:
    case DYN_ARRAY:
    case DYN_BAG:
        dyn_to_json(dyn, out);
        break;
    }
}
