/*
 * print_literal.c - values as KQL literals: see parser.h. What is printed reads back as the same value.
 */
#include "base/utf8.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/syntax/parser.h"

#include <math.h>

/* A verbatim literal can hold all but line ends; control characters are better seen as escapes. */
static bool suits_verbatim(struct slice text)
{
    bool has_backslash = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7f)
            return false;
        has_backslash = has_backslash || c == '\\';
    }
    return has_backslash;
}

static void print_escaped(unsigned char c, struct buf *out)
{
    static const char LETTERS[] = "abtnvfr"; /* 0x07 to 0x0d */
    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c >= 0x07 && c <= 0x0d)
        buf_printf(out, "\\%c", LETTERS[c - 0x07]);
    else
        buf_printf(out, "\\x%02x", (unsigned)c);
}

/* may_be_verbatim is false within dynamic(...), which other readers take for JSON. */
static void print_string(struct slice text, bool may_be_verbatim, struct buf *out)
{
    bool verbatim = may_be_verbatim && suits_verbatim(text);
    buf_add_cstr(out, verbatim ? "@\"" : "\"");
    size_t plain_from = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_special = c == '"' || (!verbatim && (c == '\\' || c < 0x20 || c == 0x7f));
        if (!is_special)
            continue;
        buf_add(out, slice_cut(text, plain_from, i));
        plain_from = i + 1;
        if (verbatim)
            buf_add(out, SLICE("\"\""));
        else
            print_escaped(c, out);
    }
    buf_add(out, slice_cut(text, plain_from, text.len));
    buf_add_char(out, '"');
}

static void print_real(double value, struct buf *out)
{
    if (isnan(value))
        buf_add(out, SLICE("real(nan)"));
    else if (isinf(value))
        buf_add_cstr(out, value > 0 ? "real(+inf)" : "real(-inf)");
    else
        real_to_text(value, out);
}

/* 1d, 2h, 500ms where a single unit serves, else the clock form. */
static void print_timespan(int64_t ticks, struct buf *out)
{
    static const struct {
        int64_t ticks;
        const char *suffix;
    } UNITS[] = {
        {TICKS_PER_DAY, "d"},    {TICKS_PER_HOUR, "h"},           {TICKS_PER_MINUTE, "m"},
        {TICKS_PER_SECOND, "s"}, {TICKS_PER_SECOND / 1000, "ms"}, {1, "tick"},
    };
    for (size_t i = 0; ticks > 0 && i < sizeof UNITS / sizeof *UNITS; i++) {
        if (ticks % UNITS[i].ticks == 0 && ticks / UNITS[i].ticks < 1000) {
            buf_printf(out, "%lld%s", (long long)(ticks / UNITS[i].ticks), UNITS[i].suffix);
            return;
        }
    }
    buf_add(out, SLICE("timespan("));
    timespan_to_text(ticks, out);
    buf_add(out, SLICE(")"));
}

/* Without the time where it is midnight. */
static void print_datetime(int64_t ticks, struct buf *out)
{
    buf_add(out, SLICE("datetime("));
    size_t start = out->len;
    datetime_to_text(ticks, out);
    if (!out->failed && ticks % TICKS_PER_DAY == 0)
        out->len = start + strlen("2000-01-01");
    buf_add(out, SLICE(")"));
}

static void print_guid(const struct guid *guid, struct buf *out)
{
    buf_add(out, SLICE("guid("));
    guid_to_text(guid, out);
    buf_add(out, SLICE(")"));
}

static void print_decimal(struct decimal value, struct buf *out)
{
    buf_add(out, SLICE("decimal("));
    decimal_to_text(value, out);
    buf_add(out, SLICE(")"));
}

static void print_dyn(const struct dyn *dyn, struct buf *out);

static void print_elements(const struct dyn *dyn, struct buf *out)
{
    bool is_bag = dyn->kind == DYN_BAG;
    buf_add_cstr(out, is_bag ? "{" : "[");
    for (uint32_t i = 0; i < dyn->count; i++) {
        if (i)
            buf_add(out, SLICE(", "));
        if (is_bag) {
            print_string(dyn->members[i].key, false, out);
            buf_add(out, SLICE(": "));
        }
        print_dyn(is_bag ? dyn->members[i].value : dyn->items[i], out);
    }
    buf_add_cstr(out, is_bag ? "}" : "]");
}

static void print_dyn(const struct dyn *dyn, struct buf *out)
{
    switch (dyn->kind) {
    case DYN_NULL:
        buf_add(out, SLICE("null"));
        break;
    case DYN_BOOL:
        buf_add_cstr(out, dyn->i64 ? "true" : "false");
        break;
    case DYN_LONG:
        buf_printf(out, "%lld", (long long)dyn->i64);
        break;
    case DYN_REAL:
        print_real(dyn->f64, out);
        break;
    case DYN_DECIMAL:
        print_decimal(dyn->dec, out);
        break;
    case DYN_STRING:
        print_string(dyn->str, false, out);
        break;
    case DYN_DATETIME:
        print_datetime(dyn->i64, out);
        break;
    case DYN_TIMESPAN:
        print_timespan(dyn->i64, out);
        break;
    case DYN_GUID:
        print_guid(&dyn->guid, out);
        break;
    case DYN_ARRAY:
    case DYN_BAG:
        print_elements(dyn, out);
        break;
    }
}

void kql_print_literal(const struct value *value, struct buf *out)
{
    kql_print_literal_as(value, 0, out);
}

void kql_print_literal_as(const struct value *value, unsigned flags, struct buf *out)
{
    if (value->is_null) {
        buf_printf(out, "%s(null)", type_name(value->type));
        return;
    }
    switch (value->type) {
    case TYPE_BOOL:
        buf_add_cstr(out, value->i64 ? "true" : "false");
        break;
    case TYPE_INT:
        buf_printf(out, "int(%lld)", (long long)value->i64);
        break;
    case TYPE_LONG:
        buf_printf(out, "%lld", (long long)value->i64);
        break;
    case TYPE_REAL:
        print_real(value->f64, out);
        break;
    case TYPE_DECIMAL:
        print_decimal(value->dec, out);
        break;
    case TYPE_DATETIME:
        print_datetime(value->i64, out);
        break;
    case TYPE_TIMESPAN:
        print_timespan(value->i64, out);
        break;
    case TYPE_GUID:
        print_guid(&value->guid, out);
        break;
    case TYPE_STRING:
        print_string(value->str, !(flags & KQL_PRINT_ESCAPED), out);
        break;
    case TYPE_DYNAMIC:
        buf_add(out, SLICE("dynamic("));
        print_dyn(value->dyn, out);
        buf_add(out, SLICE(")"));
        break;
    case TYPE_COUNT:
        break;
    }
}
