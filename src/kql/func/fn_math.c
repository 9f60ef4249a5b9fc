/*
 * fn_math.c - + - * / % and the sign, over numbers, datetimes and timespans: the operators of the family FUNCS_MATH,
 * and the table; the functions are in fn_number.c.
 *
 * Semantics, sections 4 and 5: long arithmetic wraps and never traps; x / 0 and x % 0 are null among integers and
 * timespans; % is never negative; a datetime out of years 1 to 9999, or a timespan out of 64 bits, is null.
 */
#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/func/eval.h"
#include "kql/func/fn_number.h"

#include <math.h>

/* One cell of an operator: false where the result is null. */
typedef bool i64_op(int64_t a, int64_t b, int64_t *out);
typedef bool f64_op(double a, double b, double *out);

/* The bits of the sum, as two's complement has them. */
static bool long_add(int64_t a, int64_t b, int64_t *out)
{
    *out = (int64_t)((uint64_t)a + (uint64_t)b);
    return true;
}

static bool long_sub(int64_t a, int64_t b, int64_t *out)
{
    *out = (int64_t)((uint64_t)a - (uint64_t)b);
    return true;
}

static bool long_mul(int64_t a, int64_t b, int64_t *out)
{
    *out = (int64_t)((uint64_t)a * (uint64_t)b);
    return true;
}

static bool long_div(int64_t a, int64_t b, int64_t *out)
{
    if (b == 0)
        return false;
    *out = b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
    return true;
}

static bool long_mod(int64_t a, int64_t b, int64_t *out)
{
    if (b == 0)
        return false;
    int64_t rest = b == -1 ? 0 : a % b;
    if (rest < 0)
        rest = (int64_t)((uint64_t)rest + (b < 0 ? 0 - (uint64_t)b : (uint64_t)b));
    *out = rest;
    return true;
}

static bool span_add(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static bool span_sub(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_sub_overflow(a, b, out);
}

static bool span_mul(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static bool span_div(int64_t a, int64_t b, int64_t *out)
{
    return !(a == INT64_MIN && b == -1) && long_div(a, b, out);
}

static bool time_add(int64_t a, int64_t b, int64_t *out)
{
    return span_add(a, b, out) && *out >= 0 && *out <= TICKS_MAX;
}

static bool time_sub(int64_t a, int64_t b, int64_t *out)
{
    return span_sub(a, b, out) && *out >= 0 && *out <= TICKS_MAX;
}

static bool real_add(double a, double b, double *out)
{
    *out = a + b;
    return true;
}

static bool real_sub(double a, double b, double *out)
{
    *out = a - b;
    return true;
}

static bool real_mul(double a, double b, double *out)
{
    *out = a * b;
    return true;
}

static bool real_div(double a, double b, double *out)
{
    *out = a / b;
    return true;
}

static bool real_mod(double a, double b, double *out)
{
    double rest = fmod(a, b);
    *out = rest < 0 ? rest + fabs(b) : rest;
    return true;
}

/* What one operator does in each lane; span: both are timespans, or a timespan and a long. */
struct arithmetic {
    i64_op *longs, *spans, *times;
    f64_op *reals;
    enum decimal_op decimals;
};

static const struct arithmetic ADD = {long_add, span_add, time_add, real_add, DECIMAL_ADD};
static const struct arithmetic SUB = {long_sub, span_sub, time_sub, real_sub, DECIMAL_SUB};
static const struct arithmetic MUL = {long_mul, span_mul, NULL, real_mul, DECIMAL_MUL};
static const struct arithmetic DIV = {long_div, span_div, NULL, real_div, DECIMAL_DIV};
static const struct arithmetic MOD = {long_mod, long_mod, NULL, real_mod, DECIMAL_MOD};

static void rows_i64(i64_op *op, const struct column *const *args, const struct selection *rows, struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t result = 0;
        bool ok = op(args[0]->i64[column_cell(args[0], row)], args[1]->i64[column_cell(args[1], row)], &result);
        out->nulls[row] = !ok;
        out->i64[row] = ok ? result : 0;
    }
}

static void rows_f64(f64_op *op, const struct column *const *args, const struct selection *rows, struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        op(args[0]->f64[column_cell(args[0], row)], args[1]->f64[column_cell(args[1], row)], &out->f64[row]);
    }
}

static void rows_decimal(enum decimal_op op, const struct column *const *args, const struct selection *rows,
                         struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct value value = {.type = TYPE_DECIMAL};
        value.is_null = !decimal_calc(op, args[0]->dec[column_cell(args[0], row)],
                                      args[1]->dec[column_cell(args[1], row)], &value.dec);
        column_set(out, row, &value);
    }
}

/* A cell as a double, whatever number or timespan it is. */
static double cell_real(const struct column *column, uint32_t row)
{
    uint32_t cell = column_cell(column, row);
    return type_lane(column->type) == LANE_F64 ? column->f64[cell] : (double)column->i64[cell];
}

/* timespan / timespan is real; a timespan times or over a real is a timespan again. */
static void rows_mixed(f64_op *op, const struct column *const *args, const struct selection *rows, struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        double result;
        op(cell_real(args[0], row), cell_real(args[1], row), &result);
        if (out->type == TYPE_REAL) {
            out->f64[row] = result;
            continue;
        }
        /* 2^63: beyond it a conversion is undefined. NaN fails as well. */
        bool ok = fabs(result) < 9223372036854775808.0;
        out->nulls[row] = !ok;
        out->i64[row] = ok ? (int64_t)result : 0;
    }
}

static enum err_code arithmetic_rows(const struct arithmetic *arithmetic, const struct column *const *args,
                                     const struct selection *rows, struct column *out)
{
    enum type a = args[0]->type, b = args[1]->type;
    if (out->type == TYPE_DATETIME && arithmetic->times)
        rows_i64(arithmetic->times, args, rows, out);
    else if (out->type == TYPE_DECIMAL)
        rows_decimal(arithmetic->decimals, args, rows, out);
    else if (a == TYPE_REAL && b == TYPE_REAL)
        rows_f64(arithmetic->reals, args, rows, out);
    else if (out->type == TYPE_REAL || a == TYPE_REAL || b == TYPE_REAL)
        rows_mixed(arithmetic->reals, args, rows, out);
    else
        rows_i64(out->type == TYPE_TIMESPAN ? arithmetic->spans : arithmetic->longs, args, rows, out);
    return ERR_NONE;
}

#define ARITHMETIC_EVAL(name, arithmetic)                                                                              \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        (void)eval, (void)expr, (void)err;                                                                             \
        return arithmetic_rows(&(arithmetic), args, rows, out);                                                        \
    }

ARITHMETIC_EVAL(add_eval, ADD)
ARITHMETIC_EVAL(sub_eval, SUB)
ARITHMETIC_EVAL(mul_eval, MUL)
ARITHMETIC_EVAL(div_eval, DIV)
ARITHMETIC_EVAL(mod_eval, MOD)

static enum err_code neg_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                              const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct value value = column_value(args[0], row);
        if (value.type == TYPE_REAL)
            value.f64 = -value.f64;
        else if (value.type == TYPE_DECIMAL)
            value.is_null = !decimal_calc(DECIMAL_SUB, decimal_from_long(0), value.dec, &value.dec);
        else
            value.i64 = (int64_t)(0 - (uint64_t)value.i64);
        column_set(out, row, &value);
    }
    return ERR_NONE;
}

#define OPERATOR_ROW(symbol, signature_text, eval_name, doc_text)                                                      \
    {                                                                                                                  \
        .name = (symbol), .signature = (signature_text), .flags = FUNC_OPERATOR, .cost = 1, .eval = (eval_name),       \
        .doc = (doc_text)                                                                                              \
    }
#define NUMBER_ROW(name_text, signature_text, eval_name, doc_text)                                                     \
    {                                                                                                                  \
        .name = (name_text), .signature = (signature_text), .cost = 2, .eval = (eval_name), .doc = (doc_text)          \
    }
/* An unnamed result keeps the name of the first argument (semantics, section 11). */
#define NAMED_ROW(name_text, signature_text, eval_name, doc_text)                                                      \
    {                                                                                                                  \
        .name = (name_text), .signature = (signature_text), .name_rule = NAME_FIRST_ARG, .cost = 2,                    \
        .eval = (eval_name), .doc = (doc_text)                                                                         \
    }
#define EXTREME_ROW(name_text, eval_name, doc_text)                                                                    \
    {                                                                                                                  \
        .name = (name_text), .signature = "xxx*:=", .null_rule = NULL_HANDLED, .cost = 2, .bind = extreme_of_bind,     \
        .eval = (eval_name), .doc = (doc_text)                                                                         \
    }

#define BIN_SIGNATURE "ll:l rr:r mm:m dt:d tt:t"

const struct func FUNCS_MATH[] = {
    OPERATOR_ROW("+", "ll:l rr:r mm:m dt:d td:d tt:t", add_eval, "a + b: sum; datetime + timespan"),
    OPERATOR_ROW("-", "ll:l rr:r mm:m dd:t dt:d tt:t", sub_eval,
                 "a - b: difference; datetime - datetime is a timespan"),
    OPERATOR_ROW("*", "ll:l rr:r mm:m tl:t lt:t tr:t rt:t", mul_eval, "a * b: product; timespan * number"),
    OPERATOR_ROW("/", "ll:l rr:r mm:m tl:t tr:t tt:r", div_eval, "a / b: quotient; of integers cut towards zero"),
    OPERATOR_ROW("%", "ll:l rr:r mm:m tt:t", mod_eval, "a % b: remainder, never negative"),
    OPERATOR_ROW("unary-", "l:l r:r m:m t:t", neg_eval, "-a: a with the other sign"),
    NAMED_ROW("bin", BIN_SIGNATURE, bin_eval, "bin(value, step): the largest multiple of step that is not above value"),
    NAMED_ROW("floor", BIN_SIGNATURE, bin_eval, "floor(value, step): bin()"),
    {.name = "bin_at",
     .signature = "lll:l rrr:r dtd:d ttt:t",
     .name_rule = NAME_FIRST_ARG,
     .cost = 3,
     .eval = bin_at_eval,
     .doc = "bin_at(value, step, point): bin() with the steps counted from point"},
    NAMED_ROW("abs", "l:l r:r m:m t:t", abs_eval, "abs(value): value without its sign"),
    NAMED_ROW("round", "r?l:r", round_eval, "round(value, digits): rounded to so many decimals, halves away from zero"),
    NUMBER_ROW("ceiling", "r:r", ceiling_eval, "ceiling(value): the least whole number that is not below value"),
    NAMED_ROW("sqrt", "r:r", sqrt_eval, "sqrt(value): square root; null of a negative number"),
    NAMED_ROW("pow", "rr:r", pow_eval, "pow(base, exponent): base to the power of exponent"),
    NAMED_ROW("exp", "r:r", exp_eval, "exp(value): e to the power of value"),
    NUMBER_ROW("exp2", "r:r", exp2_eval, "exp2(value): 2 to the power of value"),
    NUMBER_ROW("exp10", "r:r", exp10_eval, "exp10(value): 10 to the power of value"),
    NAMED_ROW("log", "r:r", log_eval, "log(value): natural logarithm; null where value is not above zero"),
    NUMBER_ROW("log2", "r:r", log2_eval, "log2(value): logarithm to the base 2"),
    NUMBER_ROW("log10", "r:r", log10_eval, "log10(value): logarithm to the base 10"),
    NUMBER_ROW("sign", "r:l", sign_eval, "sign(value): -1, 0 or 1"),
    NUMBER_ROW("isnan", "r:b", isnan_eval, "isnan(value): is it not a number?"),
    NUMBER_ROW("isinf", "r:b", isinf_eval, "isinf(value): is it infinite?"),
    NUMBER_ROW("isfinite", "r:b", isfinite_eval, "isfinite(value): is it neither infinite nor NaN?"),
    EXTREME_ROW("max_of", max_of_eval, "max_of(a, b, ...): the greatest that is not null"),
    EXTREME_ROW("min_of", min_of_eval, "min_of(a, b, ...): the least that is not null"),
    {.name = NULL},
};
