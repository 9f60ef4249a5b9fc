/*
 * value_text.c - a value as the text and the JSON that people and programs get to see. See value.h.
 */
#include "event/datetime.h"
#include "event/decimal.h"
#include "event/value.h"

void value_to_text(const struct value *value, enum text_style style, struct buf *out)
{
    if (value->is_null)
        return;
    switch (value->type) {
    case TYPE_BOOL:
        if (style == TEXT_TOSTRING)
            buf_add(out, value->i64 ? SLICE("True") : SLICE("False"));
        else
            buf_add(out, value->i64 ? SLICE("true") : SLICE("false"));
        break;
    case TYPE_INT:
    case TYPE_LONG:
        long_to_text(value->i64, out);
        break;
    case TYPE_REAL:
        real_to_text(value->f64, out);
        break;
    case TYPE_DECIMAL:
        decimal_to_text(value->dec, out);
        break;
    case TYPE_DATETIME:
        datetime_to_text(value->i64, out);
        break;
    case TYPE_TIMESPAN:
        timespan_to_text(value->i64, out);
        break;
    case TYPE_GUID:
        guid_to_text(&value->guid, out);
        break;
    case TYPE_STRING:
        buf_add(out, value->str);
        break;
    case TYPE_DYNAMIC:
        dyn_to_text(value->dyn, out);
        break;
    case TYPE_COUNT:
        break;
    }
}

/* The text of a type that JSON has no form for; no such text holds a character that needs an escape. */
static void quoted_text(const struct value *value, struct buf *out)
{
    buf_add_char(out, '"');
    value_to_text(value, TEXT_RESULT, out);
    buf_add_char(out, '"');
}

void value_to_json(const struct value *value, struct buf *out)
{
    if (value->is_null) {
        buf_add(out, SLICE("null"));
        return;
    }
    switch (value->type) {
    case TYPE_BOOL:
    case TYPE_INT:
    case TYPE_LONG:
        value_to_text(value, TEXT_RESULT, out);
        break;
    case TYPE_REAL:
        json_real(value->f64, out);
        break;
    case TYPE_STRING:
        json_quote(value->str, out);
        break;
    case TYPE_DYNAMIC:
        dyn_to_json(value->dyn, out);
        break;
    case TYPE_DECIMAL: /* more digits than readers of JSON numbers keep */
    case TYPE_DATETIME:
    case TYPE_TIMESPAN:
    case TYPE_GUID:
        quoted_text(value, out);
        break;
    case TYPE_COUNT:
        break;
    }
}
