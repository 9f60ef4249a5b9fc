/*
 * fn_number.c - bin, abs, round and their kin; see fn_number.h. Source: Kusto reference, bin(), round(), max_of() ...,
 * and semantics, section 4: bin is null where the step is null, zero or negative.
 */
#include "kql/func/fn_number.h"

#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/func/eval.h"
#include "kql/func/fn_logic.h"

#include <math.h>

/* --- bin --- */

/* The largest multiple of step (over 0) not above value; false where it is below the least long. */
static bool i64_bin(int64_t value, int64_t step, int64_t *out)
{
    int64_t rest = value % step;
    return !__builtin_sub_overflow(value, rest < 0 ? rest + step : rest, out);
}

static bool decimal_bin(struct decimal value, struct decimal step, struct decimal *out)
{
    struct decimal rest;
    return decimal_compare(step, decimal_from_long(0)) > 0 && decimal_calc(DECIMAL_MOD, value, step, &rest) &&
           decimal_calc(DECIMAL_SUB, value, rest, out);
}

/* The bin of a value, counted from `point`, which is zero but in bin_at(). False: null. */
static bool value_bin(const struct value *value, const struct value *step, const struct value *point, struct value *out)
{
    *out = *value;
    switch (type_lane(value->type)) {
    case LANE_I64: {
        int64_t from_point;
        int64_t origin = point ? point->i64 : 0;
        if (step->i64 <= 0 || __builtin_sub_overflow(value->i64, origin, &from_point) ||
            !i64_bin(from_point, step->i64, &out->i64) || __builtin_add_overflow(out->i64, origin, &out->i64))
            return false;
        return value->type != TYPE_DATETIME || (out->i64 >= 0 && out->i64 <= TICKS_MAX);
    }
    case LANE_F64: {
        double origin = point ? point->f64 : 0;
        out->f64 = floor((value->f64 - origin) / step->f64) * step->f64 + origin;
        return step->f64 > 0;
    }
    case LANE_DEC:
        return decimal_bin(value->dec, step->dec, &out->dec);
    default:
        return false;
    }
}

static void bin_rows(const struct column *const *args, const struct column *point, const struct selection *rows,
                     struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct value value = column_value(args[0], row), step = column_value(args[1], row), origin, result;
        if (point)
            origin = column_value(point, row);
        result = value;
        result.is_null = !value_bin(&value, &step, point ? &origin : NULL, &result);
        column_set(out, row, &result);
    }
}

enum err_code bin_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                       const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    bin_rows(args, NULL, rows, out);
    return ERR_NONE;
}

enum err_code bin_at_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                          const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    bin_rows(args, args[2], rows, out);
    return ERR_NONE;
}

/* --- one number --- */

enum err_code abs_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                       const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        struct value value = column_value(args[0], rows->rows[i]);
        if (value.type == TYPE_REAL)
            value.f64 = fabs(value.f64);
        else if (value.type != TYPE_DECIMAL)
            value.i64 = value.i64 < 0 ? (int64_t)(0 - (uint64_t)value.i64) : value.i64;
        else if (decimal_compare(value.dec, decimal_from_long(0)) < 0)
            value.is_null = !decimal_calc(DECIMAL_SUB, decimal_from_long(0), value.dec, &value.dec);
        column_set(out, rows->rows[i], &value);
    }
    return ERR_NONE;
}

/*
 * The product is rounded where the decimal text of the value would be: 2.15 is a little less in binary, yet round(2.15,
 * 1) is 2.2 in the reference. Fifteen digits are what a double keeps of a decimal text.
 */
static double round_scaled(double value)
{
    double rounded = round(value), slack = fabs(value) * 1e-15;
    double up = round(value < 0 ? value - slack : value + slack);
    return fabs(up) > fabs(rounded) ? up : rounded;
}

static double round_to(double value, int64_t digits)
{
    if (!isfinite(value) || digits > 308)
        return value;
    if (digits < -308)
        return 0;
    double scale = pow(10, (double)(digits < 0 ? -digits : digits));
    double result = digits < 0 ? round_scaled(value / scale) * scale : round_scaled(value * scale) / scale;
    return isfinite(result) ? result : value;
}

enum err_code round_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                         const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t digits = expr->arg_count > 1 ? args[1]->i64[column_cell(args[1], row)] : 0;
        out->f64[row] = round_to(args[0]->f64[column_cell(args[0], row)], digits);
    }
    return ERR_NONE;
}

/* A function of a real; NaN that comes of no NaN is null. */
static void real_rows(double (*function)(double), const struct column *arg, const struct selection *rows,
                      struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        double value = arg->f64[column_cell(arg, row)];
        struct value result = value_real(function(value));
        result.is_null = isnan(result.f64) && !isnan(value);
        column_set(out, row, &result);
    }
}

static double above_zero(double value)
{
    return value > 0 ? value : NAN;
}

static double real_log(double value)
{
    return log(above_zero(value));
}

static double real_log2(double value)
{
    return log2(above_zero(value));
}

static double real_log10(double value)
{
    return log10(above_zero(value));
}

static double real_exp10(double value)
{
    return pow(10, value);
}

#define REAL_EVAL(name, function)                                                                                      \
    enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,                   \
                       const struct selection *rows, struct column *out, struct err *err)                              \
    {                                                                                                                  \
        (void)eval, (void)expr, (void)err;                                                                             \
        real_rows(function, args[0], rows, out);                                                                       \
        return ERR_NONE;                                                                                               \
    }

REAL_EVAL(ceiling_eval, ceil)
REAL_EVAL(sqrt_eval, sqrt)
REAL_EVAL(exp_eval, exp)
REAL_EVAL(exp2_eval, exp2)
REAL_EVAL(exp10_eval, real_exp10)
REAL_EVAL(log_eval, real_log)
REAL_EVAL(log2_eval, real_log2)
REAL_EVAL(log10_eval, real_log10)

enum err_code pow_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                       const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        out->f64[row] = pow(args[0]->f64[column_cell(args[0], row)], args[1]->f64[column_cell(args[1], row)]);
    }
    return ERR_NONE;
}

/* A question about a real, answered by an integer. */
#define TEST_EVAL(name, answer)                                                                                        \
    enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,                   \
                       const struct selection *rows, struct column *out, struct err *err)                              \
    {                                                                                                                  \
        (void)eval, (void)expr, (void)err;                                                                             \
        for (uint32_t i = 0; i < rows->count; i++) {                                                                   \
            double value = args[0]->f64[column_cell(args[0], rows->rows[i])];                                          \
            out->i64[rows->rows[i]] = (answer);                                                                        \
        }                                                                                                              \
        return ERR_NONE;                                                                                               \
    }

TEST_EVAL(sign_eval, (value > 0) - (value < 0))
TEST_EVAL(isnan_eval, isnan(value) != 0)
TEST_EVAL(isinf_eval, isinf(value) != 0)
TEST_EVAL(isfinite_eval, isfinite(value) != 0)

/* --- max_of, min_of --- */

enum err_code extreme_of_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    expr->type = expr->args[0]->type;
    for (uint32_t a = 1; a < expr->arg_count; a++) {
        enum type type = expr->args[a]->type;
        if (type != expr->type && !(type_is_number(type) && type_is_number(expr->type)))
            return err_query(err, ERR_QUERY, expr->args[a]->span, "%s() needs values of one type, not %s and %s",
                             expr->func->name, type_name(expr->type), type_name(type));
        expr->type = type_common(expr->type, type);
    }
    return ERR_NONE;
}

static enum err_code extreme_of(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, int sign, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++)
        cell_set_null(out, rows->rows[i]);
    for (uint32_t a = 0; a < expr->arg_count; a++) {
        const struct column *arg;
        TRY(eval_convert(eval, args[a], out->type, eval_row_count(eval->batch), rows, &arg, err));
        for (uint32_t i = 0; i < rows->count; i++) {
            uint32_t row = rows->rows[i];
            if (cell_is_null(arg, row))
                continue;
            struct value value = column_value(arg, row), best = column_value(out, row);
            if (a == 0 || best.is_null || value_compare(&value, &best) * sign > 0)
                column_set(out, row, &value);
        }
    }
    return ERR_NONE;
}

enum err_code max_of_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                          const struct selection *rows, struct column *out, struct err *err)
{
    return extreme_of(eval, expr, args, rows, 1, out, err);
}

enum err_code min_of_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                          const struct selection *rows, struct column *out, struct err *err)
{
    return extreme_of(eval, expr, args, rows, -1, out, err);
}
