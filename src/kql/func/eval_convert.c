/*
 * eval_convert.c - a column in another type: see eval_convert() in eval.h.
 *
 * These are the conversions that happen unasked, so they are narrower than tolong() and its kin: a dynamic text "5" is
 * no number, and 1.5 no long. Times and identifiers have no form of their own in JSON, so there text is read.
 */
#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/func/eval.h"

#include <math.h>

static bool dyn_to_i64(const struct dyn *dyn, int64_t *out)
{
    if (dyn->kind == DYN_LONG) {
        *out = dyn->i64;
        return true;
    }
    /* 2^63 as a double; beyond it a conversion is undefined. */
    if (dyn->kind == DYN_REAL && dyn->f64 == floor(dyn->f64) && fabs(dyn->f64) < 9223372036854775808.0) {
        *out = (int64_t)dyn->f64;
        return true;
    }
    return dyn->kind == DYN_DECIMAL && decimal_to_long(dyn->dec, out) &&
           decimal_compare(decimal_from_long(*out), dyn->dec) == 0;
}

static bool dyn_to_real(const struct dyn *dyn, double *out)
{
    switch (dyn->kind) {
    case DYN_LONG:
        *out = (double)dyn->i64;
        return true;
    case DYN_REAL:
        *out = dyn->f64;
        return true;
    case DYN_DECIMAL:
        *out = decimal_to_real(dyn->dec);
        return true;
    default:
        return false;
    }
}

static bool dyn_to_decimal(const struct dyn *dyn, struct decimal *out)
{
    switch (dyn->kind) {
    case DYN_LONG:
        *out = decimal_from_long(dyn->i64);
        return true;
    case DYN_REAL:
        *out = decimal_from_real(dyn->f64);
        return isfinite(dyn->f64);
    case DYN_DECIMAL:
        *out = dyn->dec;
        return true;
    default:
        return false;
    }
}

/* False where the dynamic holds another type. */
static bool dyn_to_typed(const struct dyn *dyn, enum type to, struct value *out)
{
    *out = value_null(to);
    bool ok = false;
    switch (to) {
    case TYPE_BOOL:
        ok = dyn->kind == DYN_BOOL;
        out->i64 = ok ? dyn->i64 : 0;
        break;
    case TYPE_INT:
        ok = dyn_to_i64(dyn, &out->i64) && out->i64 >= INT32_MIN && out->i64 <= INT32_MAX;
        break;
    case TYPE_LONG:
        ok = dyn_to_i64(dyn, &out->i64);
        break;
    case TYPE_REAL:
        ok = dyn_to_real(dyn, &out->f64);
        break;
    case TYPE_DECIMAL:
        ok = dyn_to_decimal(dyn, &out->dec);
        break;
    case TYPE_DATETIME:
        ok = dyn->kind == DYN_DATETIME || (dyn->kind == DYN_STRING && datetime_parse(dyn->str, &out->i64));
        if (dyn->kind == DYN_DATETIME)
            out->i64 = dyn->i64;
        break;
    case TYPE_TIMESPAN:
        ok = dyn->kind == DYN_TIMESPAN || (dyn->kind == DYN_STRING && timespan_parse(dyn->str, &out->i64));
        if (dyn->kind == DYN_TIMESPAN)
            out->i64 = dyn->i64;
        break;
    case TYPE_GUID:
        ok = dyn->kind == DYN_GUID || (dyn->kind == DYN_STRING && guid_from_text(dyn->str, &out->guid));
        if (dyn->kind == DYN_GUID)
            out->guid = dyn->guid;
        break;
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    case TYPE_COUNT:
        break;
    }
    out->is_null = !ok;
    return ok;
}

static enum err_code dyn_to_string(const struct dyn *dyn, struct arena *arena, struct value *out, struct err *err)
{
    if (dyn->kind == DYN_STRING) {
        *out = value_str(dyn->str);
        return ERR_NONE;
    }
    struct buf text;
    buf_init(&text, 0);
    dyn_to_text(dyn, &text);
    struct slice copy = text.failed ? slice_of(NULL, 0) : arena_copy(arena, buf_slice(&text));
    uint64_t wanted = text.len + 1;
    buf_release(&text);
    if (!copy.ptr)
        return err_no_memory(err, wanted);
    *out = value_str(copy);
    return ERR_NONE;
}

enum err_code eval_value_to_dyn(const struct value *in, struct arena *arena, const struct dyn **out_dyn,
                                struct err *err)
{
    *out_dyn = value_to_dyn(in, arena);
    return *out_dyn ? ERR_NONE : err_no_memory(err, sizeof **out_dyn);
}

static bool number_widen(const struct value *in, enum type to, struct value *out)
{
    *out = value_null(to);
    out->is_null = false;
    if (to == TYPE_LONG && in->type == TYPE_INT)
        out->i64 = in->i64;
    else if (to == TYPE_REAL && (in->type == TYPE_INT || in->type == TYPE_LONG))
        out->f64 = (double)in->i64;
    else if (to == TYPE_DECIMAL && (in->type == TYPE_INT || in->type == TYPE_LONG))
        out->dec = decimal_from_long(in->i64);
    else if (to == TYPE_DECIMAL && in->type == TYPE_REAL && isfinite(in->f64))
        out->dec = decimal_from_real(in->f64);
    else
        out->is_null = true;
    return !out->is_null;
}

enum err_code eval_dyn_value(const struct dyn *dyn, enum type to, struct arena *arena, struct value *out_value,
                             struct err *err)
{
    *out_value = to == TYPE_DYNAMIC ? value_dyn(dyn) : value_null(to);
    if (to == TYPE_STRING)
        return dyn_to_string(dyn, arena, out_value, err);
    if (to != TYPE_DYNAMIC)
        (void)dyn_to_typed(dyn, to, out_value);
    return ERR_NONE;
}

static enum err_code cell_convert(const struct value *in, enum type to, struct arena *arena, struct value *out,
                                  struct err *err)
{
    *out = value_null(to);
    if (in->is_null)
        return ERR_NONE;
    if (in->type == TYPE_DYNAMIC)
        return eval_dyn_value(in->dyn, to, arena, out, err);
    if (to == TYPE_DYNAMIC) {
        const struct dyn *dyn;
        TRY(eval_value_to_dyn(in, arena, &dyn, err));
        *out = value_dyn(dyn);
        return ERR_NONE;
    }
    if (type_is_number(in->type))
        (void)number_widen(in, to, out);
    else if (in->type == TYPE_BOOL && type_is_number(to)) {
        struct value number = value_i64(TYPE_LONG, in->i64);
        if (to == TYPE_INT || to == TYPE_LONG)
            *out = value_i64(to, in->i64);
        else
            (void)number_widen(&number, to, out);
    } else if (in->type == TYPE_STRING && !value_parse(in->str, to, arena, out)) {
        *out = value_null(to);
    }
    return ERR_NONE;
}

static enum err_code const_convert(struct eval *eval, const struct column *column, enum type to, struct column *out,
                                   struct err *err)
{
    struct value from = column_value(column, 0), value;
    TRY(cell_convert(&from, to, eval->arena, &value, err));
    return column_init_const(out, &value, eval->arena, err);
}

enum err_code eval_convert(struct eval *eval, const struct column *column, enum type to, uint32_t row_count,
                           const struct selection *rows, const struct column **out_column, struct err *err)
{
    if (column->type == to) {
        *out_column = column;
        return ERR_NONE;
    }
    struct column *out = arena_zalloc(eval->arena, 1, sizeof *out);
    if (!out)
        return err_no_memory(err, sizeof *out);
    *out_column = out;
    if (column->type == TYPE_INT && to == TYPE_LONG) {
        *out = *column;
        out->type = to;
        return ERR_NONE;
    }
    if (column->is_const)
        return const_convert(eval, column, to, out, err);
    TRY(column_init(out, to, row_count, to != TYPE_STRING, eval->arena, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        struct value from = column_value(column, rows->rows[i]), value;
        TRY(cell_convert(&from, to, eval->arena, &value, err));
        column_set(out, rows->rows[i], &value);
    }
    return ERR_NONE;
}
