/*
 * dyn_text.c - a dynamic as text: compact JSON, or what tostring() gives. See dyn.h.
 */
#include "event/dyn.h"

#include "base/plain.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "event/value.h"

#include <math.h>
#include <stdio.h>

static void escape(unsigned char c, struct buf *out)
{
    static const char SHORT[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c == '"' || c == '\\') {
        buf_add_char(out, '\\');
        buf_add_char(out, (char)c);
    } else if (c < sizeof SHORT && SHORT[c]) {
        buf_add_char(out, '\\');
        buf_add_char(out, SHORT[c]);
    } else {
        buf_printf(out, "\\u%04x", c);
    }
}

void json_quote(struct slice text, struct buf *out)
{
    char *room = buf_reserve(out, text.len + 2);
    if (room && plain_copy(&PLAIN_JSON, text, room + 1)) {
        room[0] = room[text.len + 1] = '"';
        out->len += text.len + 2;
        return;
    }
    buf_add_char(out, '"');
    size_t plain_from = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buf_add(out, slice_cut(text, plain_from, i));
        escape(c, out);
        plain_from = i + 1;
    }
    buf_add(out, slice_cut(text, plain_from, text.len));
    buf_add_char(out, '"');
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
