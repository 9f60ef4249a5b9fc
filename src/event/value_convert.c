/*
 * value_convert.c - from one scalar type to another, as Kusto's to...() functions do it. See value.h.
 *
 * What can't be converted is null, never an error. Text goes through value_parse(), a dynamic through the scalar in it.
 * Whole numbers and times meet as ticks of 100 ns.
 */
#include "event/datetime.h"
#include "event/decimal.h"
#include "event/value.h"

#include <math.h>

/* --- whole numbers into other types --- */

static bool from_long(int64_t v, enum type to, struct value *out)
{
    switch (to) {
    case TYPE_BOOL:
        *out = value_i64(to, v != 0);
        return true;
    case TYPE_INT:
        *out = value_i64(to, v);
        return v >= INT32_MIN && v <= INT32_MAX;
    case TYPE_LONG:
    case TYPE_TIMESPAN:
        *out = value_i64(to, v);
        return true;
    case TYPE_DATETIME:
        *out = value_i64(to, v);
        return v >= 0 && v <= TICKS_MAX;
    case TYPE_REAL:
        *out = value_real((double)v);
        return true;
    case TYPE_DECIMAL:
        *out = (struct value){.type = to, .dec = decimal_from_long(v)};
        return true;
    default:
        return false;
    }
}

static bool from_real(double v, enum type to, struct value *out)
{
    switch (to) {
    case TYPE_BOOL:
        *out = value_i64(to, v != 0);
        return !isnan(v);
    case TYPE_INT:
    case TYPE_LONG:
        /* 2^63 is exact as a double: what is below it can be cut to a long. */
        return v >= -9223372036854775808.0 && v < 9223372036854775808.0 && from_long((int64_t)v, to, out);
    case TYPE_DECIMAL:
        *out = (struct value){.type = to, .dec = decimal_from_real(v)};
        return isfinite(v) != 0;
    default:
        return false;
    }
}

static bool from_decimal(struct decimal v, enum type to, struct value *out)
{
    int64_t whole;
    switch (to) {
    case TYPE_BOOL:
        *out = value_i64(to, decimal_compare(v, decimal_from_long(0)) != 0);
        return true;
    case TYPE_INT:
    case TYPE_LONG:
        return decimal_to_long(v, &whole) && from_long(whole, to, out);
    case TYPE_REAL:
        *out = value_real(decimal_to_real(v));
        return true;
    default:
        return false;
    }
}

/* --- text into other types --- */

static bool parse_bool(struct slice text, struct value *out)
{
    int64_t number;
    if (slice_eq_nocase(text, SLICE("true")))
        *out = value_i64(TYPE_BOOL, 1);
    else if (slice_eq_nocase(text, SLICE("false")))
        *out = value_i64(TYPE_BOOL, 0);
    else if (long_from_text(text, &number))
        *out = value_i64(TYPE_BOOL, number != 0);
    else
        return false;
    return true;
}

static bool parse_dynamic(struct slice text, struct arena *arena, struct value *out)
{
    const struct dyn *dyn;
    switch (dyn_parse(text, arena, &dyn, NULL)) {
    case ERR_NONE:
        break;
    case ERR_MEMORY:
        return false;
    default: /* what is no JSON is a string */
        dyn = dyn_new_string(text, arena);
        break;
    }
    *out = value_dyn(dyn);
    return dyn != NULL;
}

bool value_parse(struct slice text, enum type type, struct arena *arena, struct value *out_value)
{
    if (type == TYPE_STRING) {
        *out_value = value_str(text);
        return true;
    }
    struct slice whole = text;
    text = slice_trim(text);
    *out_value = value_null(type);
    if (text.len == 0)
        return true;
    struct value parsed = {.type = type};
    bool good = false;
    switch (type) {
    case TYPE_BOOL:
        good = parse_bool(text, &parsed);
        break;
    case TYPE_INT:
        good = long_from_text(text, &parsed.i64) && parsed.i64 >= INT32_MIN && parsed.i64 <= INT32_MAX;
        break;
    case TYPE_LONG:
        good = long_from_text(text, &parsed.i64);
        break;
    case TYPE_REAL:
        good = real_from_text(text, &parsed.f64);
        break;
    case TYPE_DECIMAL:
        good = decimal_from_text(text, &parsed.dec);
        break;
    case TYPE_DATETIME:
        good = datetime_parse(text, &parsed.i64);
        break;
    case TYPE_TIMESPAN:
        good = timespan_parse(text, &parsed.i64);
        break;
    case TYPE_GUID:
        good = guid_from_text(text, &parsed.guid);
        break;
    case TYPE_DYNAMIC:
        good = parse_dynamic(whole, arena, &parsed);
        break;
    case TYPE_STRING:
    case TYPE_COUNT:
        break;
    }
    if (good)
        *out_value = parsed;
    return good;
}

/* --- dynamics --- */

struct value value_from_dyn(const struct dyn *dyn)
{
    switch (dyn ? dyn->kind : DYN_NULL) {
    case DYN_BOOL:
        return value_i64(TYPE_BOOL, dyn->i64);
    case DYN_LONG:
        return value_i64(TYPE_LONG, dyn->i64);
    case DYN_REAL:
        return value_real(dyn->f64);
    case DYN_DECIMAL:
        return (struct value){.type = TYPE_DECIMAL, .dec = dyn->dec};
    case DYN_STRING:
        return value_str(dyn->str);
    case DYN_DATETIME:
        return value_i64(TYPE_DATETIME, dyn->i64);
    case DYN_TIMESPAN:
        return value_i64(TYPE_TIMESPAN, dyn->i64);
    case DYN_GUID:
        return (struct value){.type = TYPE_GUID, .guid = dyn->guid};
    case DYN_NULL:
    case DYN_ARRAY:
    case DYN_BAG:
        break;
    }
    return value_dyn(dyn);
}

const struct dyn *value_to_dyn(const struct value *value, struct arena *arena)
{
    static const enum dyn_kind KINDS[TYPE_COUNT] = {
        [TYPE_BOOL] = DYN_BOOL,         [TYPE_INT] = DYN_LONG,        [TYPE_LONG] = DYN_LONG,
        [TYPE_REAL] = DYN_REAL,         [TYPE_DECIMAL] = DYN_DECIMAL, [TYPE_DATETIME] = DYN_DATETIME,
        [TYPE_TIMESPAN] = DYN_TIMESPAN, [TYPE_GUID] = DYN_GUID,       [TYPE_STRING] = DYN_STRING,
    };
    if (value->is_null)
        return &DYN_NULL_VALUE;
    if (value->type == TYPE_DYNAMIC)
        return value->dyn;
    struct dyn *dyn = arena_alloc(arena, sizeof *dyn);
    if (!dyn)
        return NULL;
    *dyn = (struct dyn){.kind = KINDS[value->type]};
    switch (type_lane(value->type)) {
    case LANE_I64:
        dyn->i64 = value->i64;
        break;
    case LANE_F64:
        dyn->f64 = value->f64;
        break;
    case LANE_DEC:
        dyn->dec = value->dec;
        break;
    case LANE_GUID:
        dyn->guid = value->guid;
        break;
    case LANE_STR:
        dyn->str = value->str;
        break;
    case LANE_DYN:
        break;
    }
    return dyn;
}

/* --- all of it --- */

static enum err_code to_text(const struct value *in, struct arena *arena, struct value *out, struct err *err)
{
    if (in->type == TYPE_DYNAMIC && in->dyn->kind == DYN_STRING) {
        *out = value_str(in->dyn->str);
        return ERR_NONE;
    }
    struct buf text;
    buf_init(&text, 0);
    value_to_text(in, TEXT_TOSTRING, &text);
    struct slice copy = text.failed ? slice_of(NULL, 0) : arena_copy(arena, buf_slice(&text));
    enum err_code code = copy.ptr ? ERR_NONE : err_no_memory(err, text.len);
    buf_release(&text);
    *out = value_str(copy);
    return code;
}

static enum err_code to_dynamic(const struct value *in, struct arena *arena, struct value *out, struct err *err)
{
    if (in->type == TYPE_STRING) {
        *out = value_null(TYPE_DYNAMIC);
        if (slice_trim(in->str).len == 0 || value_parse(in->str, TYPE_DYNAMIC, arena, out))
            return ERR_NONE;
        return err_no_memory(err, in->str.len);
    }
    const struct dyn *dyn = value_to_dyn(in, arena);
    *out = value_dyn(dyn);
    return dyn ? ERR_NONE : err_no_memory(err, sizeof *dyn);
}

static bool to_scalar(const struct value *in, enum type to, struct arena *arena, struct value *out)
{
    switch (in->type) {
    case TYPE_BOOL:
    case TYPE_INT:
    case TYPE_LONG:
        return (in->type != TYPE_BOOL || type_is_number(to)) && from_long(in->i64, to, out);
    case TYPE_DATETIME:
    case TYPE_TIMESPAN:
        return type_is_number(to) && from_long(in->i64, to, out);
    case TYPE_REAL:
        return from_real(in->f64, to, out);
    case TYPE_DECIMAL:
        return from_decimal(in->dec, to, out);
    case TYPE_STRING:
        return value_parse(in->str, to, arena, out);
    case TYPE_GUID:
    case TYPE_DYNAMIC:
    case TYPE_COUNT:
        break;
    }
    return false;
}

enum err_code value_convert(const struct value *in, enum type to, struct arena *arena, struct value *out_value,
                            struct err *err)
{
    *out_value = value_null(to);
    if (in->is_null)
        return ERR_NONE;
    if (in->type == to) {
        *out_value = *in;
        return ERR_NONE;
    }
    if (to == TYPE_STRING)
        return to_text(in, arena, out_value, err);
    if (to == TYPE_DYNAMIC)
        return to_dynamic(in, arena, out_value, err);
    struct value from = *in;
    if (in->type == TYPE_DYNAMIC) {
        from = value_from_dyn(in->dyn);
        if (from.type == to) {
            *out_value = from;
            return ERR_NONE;
        }
    }
    struct value converted;
    if (to_scalar(&from, to, arena, &converted))
        *out_value = converted;
    return ERR_NONE;
}
