/*
 * fn_compare.c - == != < <= > >= between !between; with in and its kin (fn_in.c) the family FUNCS_COMPARE.
 *
 * Two cells are less, equal, greater or unordered (NaN, dynamics of different kinds); an operator is the set of those
 * that make it true. What a null makes of it is the operator's own (semantics, section 2):
 *   ==  null with null is null, with a value false      !=  null with null is null, with a value TRUE
 *   < <= > >=  null                                     between  as its two comparisons joined by `and`
 */
#include "kql/func/eval.h"
#include "kql/func/fn_in.h"
#include "kql/func/func.h"

#include "event/datetime.h"

#include <math.h>

enum order { ORDER_LESS = 1, ORDER_EQUAL = 2, ORDER_GREATER = 4, ORDER_NONE = 8 };

#define ORDER_OF(a, b) ((a) < (b) ? ORDER_LESS : (a) > (b) ? ORDER_GREATER : ORDER_EQUAL)

static enum order order_real(double a, double b)
{
    return isnan(a) || isnan(b) ? ORDER_NONE : ORDER_OF(a, b);
}

static enum order order_sign(int compared)
{
    return ORDER_OF(compared, 0);
}

static bool dyn_is_number(const struct dyn *dyn)
{
    return dyn->kind == DYN_LONG || dyn->kind == DYN_REAL || dyn->kind == DYN_DECIMAL;
}

static bool dyn_is_nan(const struct dyn *dyn)
{
    return dyn->kind == DYN_REAL && isnan(dyn->f64);
}

/* Only equality for arrays and bags; kinds that differ have no order, but for numbers. */
static enum order order_dyn(const struct dyn *a, const struct dyn *b)
{
    if (dyn_is_nan(a) || dyn_is_nan(b))
        return ORDER_NONE;
    if (dyn_equal(a, b))
        return ORDER_EQUAL;
    bool ordered =
        (a->kind == b->kind && a->kind != DYN_ARRAY && a->kind != DYN_BAG) || (dyn_is_number(a) && dyn_is_number(b));
    return ordered ? order_sign(dyn_compare(a, b)) : ORDER_NONE;
}

static enum order order_cells(const struct column *a, uint32_t at_a, const struct column *b, uint32_t at_b)
{
    switch (type_lane(a->type)) {
    case LANE_I64:
        return ORDER_OF(a->i64[at_a], b->i64[at_b]);
    case LANE_F64:
        return order_real(a->f64[at_a], b->f64[at_b]);
    case LANE_DYN:
        return order_dyn(a->dyn[at_a], b->dyn[at_b]);
    case LANE_STR:
        return slice_eq(a->str[at_a], b->str[at_b]) ? ORDER_EQUAL : ORDER_NONE;
    case LANE_DEC:
    case LANE_GUID:
        break;
    }
    struct value value_a = column_value(a, at_a), value_b = column_value(b, at_b);
    return order_sign(value_compare(&value_a, &value_b));
}

/* --- the plain comparisons --- */

enum {
    EQUAL = ORDER_EQUAL,
    NOT_EQUAL = ORDER_LESS | ORDER_GREATER | ORDER_NONE,
    LESS = ORDER_LESS,
    LESS_EQUAL = ORDER_LESS | ORDER_EQUAL,
    GREATER = ORDER_GREATER,
    GREATER_EQUAL = ORDER_GREATER | ORDER_EQUAL
};

/* The result where a side is null. */
static void null_result(unsigned mask, bool both, uint32_t row, struct column *out)
{
    bool is_null = both || (mask != EQUAL && mask != NOT_EQUAL);
    out->nulls[row] = is_null;
    out->i64[row] = !is_null && mask == NOT_EQUAL;
}

/* Integers, times and bools without nulls: the shape that most predicates have. */
static void compare_i64(const struct column *a, const struct column *b, unsigned mask, const struct selection *rows,
                        struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t left = a->i64[column_cell(a, row)], right = b->i64[column_cell(b, row)];
        out->i64[row] = ((unsigned)ORDER_OF(left, right) & mask) != 0;
    }
}

static void compare_rows(const struct column *a, const struct column *b, unsigned mask, const struct selection *rows,
                         struct column *out)
{
    if (type_lane(a->type) == LANE_I64 && !a->nulls && !b->nulls) {
        compare_i64(a, b, mask, rows, out);
        return;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        bool null_a = cell_is_null(a, row), null_b = cell_is_null(b, row);
        if (null_a || null_b)
            null_result(mask, null_a && null_b, row, out);
        else
            out->i64[row] = ((unsigned)order_cells(a, column_cell(a, row), b, column_cell(b, row)) & mask) != 0;
    }
}

/* A number (or bool) beside a dynamic is compared as a dynamic, bool beside a number as a number. */
static enum err_code compare_eval(struct eval *eval, const struct column *const *args, unsigned mask,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    const struct column *a = args[0], *b = args[1];
    enum type type = a->type > b->type ? a->type : b->type;
    uint32_t row_count = eval_row_count(eval->batch);
    TRY(eval_convert(eval, a, type, row_count, rows, &a, err));
    TRY(eval_convert(eval, b, type, row_count, rows, &b, err));
    compare_rows(a, b, mask, rows, out);
    return ERR_NONE;
}

#define COMPARE_EVAL(name, mask)                                                                                       \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        (void)expr;                                                                                                    \
        return compare_eval(eval, args, mask, rows, out, err);                                                         \
    }

COMPARE_EVAL(eq_eval, EQUAL)
COMPARE_EVAL(ne_eval, NOT_EQUAL)
COMPARE_EVAL(lt_eval, LESS)
COMPARE_EVAL(le_eval, LESS_EQUAL)
COMPARE_EVAL(gt_eval, GREATER)
COMPARE_EVAL(ge_eval, GREATER_EQUAL)

/* --- between --- */

enum truth { FALSE, TRUE, UNKNOWN };

static enum truth truth_of(const struct column *a, const struct column *b, uint32_t row, unsigned mask)
{
    if (cell_is_null(a, row) || cell_is_null(b, row))
        return UNKNOWN;
    return ((unsigned)order_cells(a, column_cell(a, row), b, column_cell(b, row)) & mask) ? TRUE : FALSE;
}

static enum truth truth_and(enum truth a, enum truth b)
{
    if (a == FALSE || b == FALSE)
        return FALSE;
    return a == TRUE && b == TRUE ? TRUE : UNKNOWN;
}

/* A timespan at the right is a distance from the left end: between (dt .. 7d). Beyond year 9999 it is null. */
static enum err_code right_end(struct eval *eval, const struct column *left, const struct column *span,
                               const struct selection *rows, const struct column **out_end, struct err *err)
{
    struct column *end = arena_zalloc(eval->arena, 1, sizeof *end);
    if (!end)
        return err_no_memory(err, sizeof *end);
    TRY(column_init(end, TYPE_DATETIME, eval_row_count(eval->batch), true, eval->arena, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t sum;
        bool bad = column_is_null(left, row) || column_is_null(span, row) ||
                   __builtin_add_overflow(left->i64[column_cell(left, row)], span->i64[column_cell(span, row)], &sum) ||
                   sum < 0 || sum > TICKS_MAX;
        end->nulls[row] = bad;
        end->i64[row] = bad ? 0 : sum;
    }
    *out_end = end;
    return ERR_NONE;
}

static enum err_code between_rows(struct eval *eval, const struct column *const *args, bool negate,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    const struct column *value = args[0], *low = args[1], *high = args[2];
    if (high->type == TYPE_TIMESPAN && low->type == TYPE_DATETIME)
        TRY(right_end(eval, low, high, rows, &high, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        enum truth truth = truth_and(truth_of(value, low, row, GREATER_EQUAL), truth_of(value, high, row, LESS_EQUAL));
        out->nulls[row] = truth == UNKNOWN;
        out->i64[row] = truth == (negate ? FALSE : TRUE);
    }
    return ERR_NONE;
}

static enum err_code between_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    return between_rows(eval, args, false, rows, out, err);
}

static enum err_code not_between_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                      const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    return between_rows(eval, args, true, rows, out, err);
}

/* Any two scalars of one type; the binder has made them one. */
#define EQUALITY_SIGNATURE "xx:b"
/* Strings and guids have no order; bool goes beside numbers, dynamic beside numbers and dynamics. */
#define ORDER_SIGNATURE   "ll:b rr:b mm:b dd:b tt:b bb:b lb:b bl:b rb:b br:b yn:b ny:b yy:b"
#define BETWEEN_SIGNATURE "lll:b rrr:b mmm:b ddd:b ddt:b ttt:b"

#define COMPARE_ROW(symbol, signature_text, eval_name, doc_text)                                                       \
    {                                                                                                                  \
        .name = (symbol), .signature = (signature_text), .null_rule = NULL_HANDLED, .flags = FUNC_OPERATOR, .cost = 1, \
        .eval = (eval_name), .doc = (doc_text)                                                                         \
    }
#define IN_ROW(symbol, signature_text, eval_name, doc_text)                                                            \
    {                                                                                                                  \
        .name = (symbol), .signature = (signature_text), .null_rule = NULL_HANDLED,                                    \
        .flags = FUNC_OPERATOR | FUNC_LAZY, .cost = 5, .prepare = in_prepare, .eval_lazy = (eval_name),                \
        .doc = (doc_text)                                                                                              \
    }

const struct func FUNCS_COMPARE[] = {
    COMPARE_ROW("==", EQUALITY_SIGNATURE, eq_eval, "a == b: equal; text by its bytes"),
    COMPARE_ROW("!=", EQUALITY_SIGNATURE, ne_eval, "a != b: not equal; true where one side is null"),
    COMPARE_ROW("<", ORDER_SIGNATURE, lt_eval, "a < b: less"),
    COMPARE_ROW("<=", ORDER_SIGNATURE, le_eval, "a <= b: less or equal"),
    COMPARE_ROW(">", ORDER_SIGNATURE, gt_eval, "a > b: greater"),
    COMPARE_ROW(">=", ORDER_SIGNATURE, ge_eval, "a >= b: greater or equal"),
    COMPARE_ROW("between", BETWEEN_SIGNATURE, between_eval, "a between (b .. c): b <= a <= c; (datetime .. timespan)"),
    COMPARE_ROW("!between", BETWEEN_SIGNATURE, not_between_eval, "a !between (b .. c): outside of b .. c"),
    IN_ROW("in", "xx*:b", in_eval, "a in (b, c, ...): equal to one of them"),
    IN_ROW("!in", "xx*:b", not_in_eval, "a !in (b, c, ...): equal to none of them"),
    IN_ROW("in~", "Sx*:b", in_eval, "a in~ (b, c, ...): in, where A-Z and a-z are the same"),
    IN_ROW("!in~", "Sx*:b", not_in_eval, "a !in~ (b, c, ...): equal to none of them, A-Z and a-z the same"),
    {.name = NULL},
};
