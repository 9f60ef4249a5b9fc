/*
 * fn_logic.c - and, or, not, iff, case, coalesce, and the tests for null and empty.
 *
 * Three-valued logic (semantics, section 2): false decides an `and`, true an `or`, whatever else is null. All but not
 * and the tests are lazy: an argument is evaluated for the rows that are still open, so that a costly right side is
 * asked for few. Source: Kusto reference, logical operators, iff(), case(), coalesce(), isnull(), isempty().
 */
#include "kql/func/fn_logic.h"

#include "kql/func/eval.h"
#include "kql/func/func.h"

#include <string.h>

/* --- and, or --- */

/* Is the row decided by this argument? Otherwise a null is kept in mind. */
static bool row_decide(const struct column *arg, uint32_t row, bool decisive, struct column *out)
{
    if (cell_is_null(arg, row)) {
        out->nulls[row] = 1;
        return false;
    }
    if ((arg->i64[column_cell(arg, row)] != 0) != decisive)
        return false;
    out->i64[row] = decisive;
    out->nulls[row] = 0;
    return true;
}

/* decisive: the value of one argument that settles the result. */
static enum err_code chain_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                                const struct selection *rows, bool decisive, struct column *out, struct err *err)
{
    struct selection open;
    TRY(eval_rows(eval, rows->count, &open, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        out->i64[row] = !decisive;
        out->nulls[row] = 0;
        open.rows[open.count++] = row;
    }
    for (uint32_t a = 0; a < expr->arg_count && open.count; a++) {
        const struct column *arg;
        TRY(eval_expr(eval, expr->args[a], batch, &open, &arg, err));
        uint32_t kept = 0;
        for (uint32_t i = 0; i < open.count; i++) {
            if (!row_decide(arg, open.rows[i], decisive, out))
                open.rows[kept++] = open.rows[i];
        }
        open.count = kept;
    }
    return ERR_NONE;
}

static enum err_code and_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                              const struct selection *rows, struct column *out, struct err *err)
{
    return chain_eval(eval, expr, batch, rows, false, out, err);
}

static enum err_code or_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                             const struct selection *rows, struct column *out, struct err *err)
{
    return chain_eval(eval, expr, batch, rows, true, out, err);
}

bool logic_is_and(const struct expr *expr)
{
    return expr->kind == EXPR_CALL && expr->func->eval_lazy == and_eval;
}

static enum err_code not_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                              const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++)
        out->i64[rows->rows[i]] = args[0]->i64[column_cell(args[0], rows->rows[i])] == 0;
    return ERR_NONE;
}

/* --- iff, case, coalesce --- */

enum type type_common(enum type a, enum type b)
{
    if (a == b)
        return a;
    if (type_is_number(a) && type_is_number(b))
        return a > b ? a : b;
    return TYPE_DYNAMIC;
}

/* Evaluates a branch for `rows` and copies it into the result, in the result's type. */
static enum err_code branch_eval(struct eval *eval, const struct expr *branch, struct batch *batch,
                                 const struct selection *rows, struct column *out, struct err *err)
{
    if (rows->count == 0)
        return ERR_NONE;
    const struct column *column;
    TRY(eval_expr(eval, branch, batch, rows, &column, err));
    TRY(eval_convert(eval, column, out->type, eval_row_count(batch), rows, &column, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        struct value value = column_value(column, rows->rows[i]);
        column_set(out, rows->rows[i], &value);
    }
    return ERR_NONE;
}

/* Moves the rows for which the predicate is true from open to taken. */
static void rows_split(const struct column *predicate, struct selection *open, struct selection *taken)
{
    uint32_t kept = 0;
    taken->count = 0;
    for (uint32_t i = 0; i < open->count; i++) {
        uint32_t row = open->rows[i];
        if (!cell_is_null(predicate, row) && predicate->i64[column_cell(predicate, row)])
            taken->rows[taken->count++] = row;
        else
            open->rows[kept++] = row;
    }
    open->count = kept;
}

static enum err_code rows_copy(struct eval *eval, const struct selection *rows, struct selection *out_rows,
                               struct err *err)
{
    TRY(eval_rows(eval, rows->count, out_rows, err));
    memcpy(out_rows->rows, rows->rows, rows->count * sizeof *rows->rows);
    out_rows->count = rows->count;
    return ERR_NONE;
}

/* case(p1, v1, p2, v2, ..., else); iff(p, a, b) is its shortest form. */
static enum err_code case_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                               const struct selection *rows, struct column *out, struct err *err)
{
    struct selection open, taken;
    TRY(rows_copy(eval, rows, &open, err));
    TRY(eval_rows(eval, rows->count, &taken, err));
    uint32_t a = 0;
    for (; a + 2 < expr->arg_count && open.count; a += 2) {
        const struct column *predicate;
        TRY(eval_expr(eval, expr->args[a], batch, &open, &predicate, err));
        rows_split(predicate, &open, &taken);
        TRY(branch_eval(eval, expr->args[a + 1], batch, &taken, out, err));
    }
    return branch_eval(eval, expr->args[expr->arg_count - 1], batch, &open, out, err);
}

static enum err_code case_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    if (expr->arg_count < 3 || expr->arg_count % 2 == 0) {
        err_query(err, ERR_QUERY, expr->span, "case() needs an else: an odd number of arguments, at least three");
        err_hint(err, "case(condition, value, condition, value, ..., else)");
        return ERR_QUERY;
    }
    expr->type = expr->args[expr->arg_count - 1]->type;
    for (uint32_t a = 0; a + 2 < expr->arg_count; a += 2) {
        if (expr->args[a]->type != TYPE_BOOL)
            return err_query(err, ERR_QUERY, expr->args[a]->span, "a condition must be bool, not %s",
                             type_name(expr->args[a]->type));
        expr->type = type_common(expr->type, expr->args[a + 1]->type);
    }
    return ERR_NONE;
}

static bool cell_is_empty(const struct column *column, uint32_t row)
{
    if (column->type == TYPE_STRING)
        return column->str[column_cell(column, row)].len == 0;
    return cell_is_null(column, row);
}

static enum err_code coalesce_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                                   const struct selection *rows, struct column *out, struct err *err)
{
    struct selection open;
    TRY(rows_copy(eval, rows, &open, err));
    for (uint32_t a = 0; a < expr->arg_count && open.count; a++) {
        TRY(branch_eval(eval, expr->args[a], batch, &open, out, err));
        uint32_t kept = 0;
        for (uint32_t i = 0; i < open.count; i++) {
            if (cell_is_empty(out, open.rows[i]))
                open.rows[kept++] = open.rows[i];
        }
        open.count = kept;
    }
    return ERR_NONE;
}

static enum err_code coalesce_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    expr->type = expr->args[0]->type;
    for (uint32_t a = 1; a < expr->arg_count; a++) {
        enum type type = expr->args[a]->type;
        if (type != expr->type && !(type_is_number(type) && type_is_number(expr->type)))
            return err_query(err, ERR_QUERY, expr->args[a]->span, "coalesce() needs values of one type, not %s and %s",
                             type_name(expr->type), type_name(type));
        expr->type = type_common(expr->type, type);
    }
    return ERR_NONE;
}

/* --- tests for null and empty --- */

enum test { TEST_NULL, TEST_EMPTY };

static void test_rows(const struct column *arg, enum test test, bool wanted, const struct selection *rows,
                      struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        bool is = test == TEST_EMPTY ? cell_is_empty(arg, row) : cell_is_null(arg, row);
        if (test == TEST_EMPTY && !is && arg->type == TYPE_DYNAMIC) {
            const struct dyn *dyn = arg->dyn[column_cell(arg, row)];
            is = dyn->kind == DYN_STRING && dyn->str.len == 0;
        }
        out->i64[row] = is == wanted;
    }
}

static enum err_code isnull_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                 const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    test_rows(args[0], TEST_NULL, true, rows, out);
    return ERR_NONE;
}

static enum err_code isnotnull_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                    const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    test_rows(args[0], TEST_NULL, false, rows, out);
    return ERR_NONE;
}

static enum err_code isempty_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    test_rows(args[0], TEST_EMPTY, true, rows, out);
    return ERR_NONE;
}

static enum err_code isnotempty_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                     const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    test_rows(args[0], TEST_EMPTY, false, rows, out);
    return ERR_NONE;
}

const struct func FUNCS_LOGIC[] = {
    {.name = "and",
     .signature = "bbb*:b",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_OPERATOR | FUNC_LAZY,
     .cost = 1,
     .eval_lazy = and_eval,
     .doc = "a and b: true if both are; false if one is false, even where the other is null"},
    {.name = "or",
     .signature = "bbb*:b",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_OPERATOR | FUNC_LAZY,
     .cost = 1,
     .eval_lazy = or_eval,
     .doc = "a or b: true if one is, even where the other is null"},
    {.name = "not", .signature = "b:b", .cost = 1, .eval = not_eval, .doc = "not(a): the opposite; null stays null"},
    {.name = "iff",
     .signature = "bxx:=",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_LAZY,
     .cost = 1,
     .bind = case_bind,
     .eval_lazy = case_eval,
     .doc = "iff(condition, then, else): then where the condition is true, otherwise else"},
    {.name = "iif",
     .signature = "bxx:=",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_LAZY | FUNC_ALIAS,
     .cost = 1,
     .bind = case_bind,
     .eval_lazy = case_eval,
     .doc = "iif(condition, then, else): iff()"},
    {.name = "case",
     .signature = "bxx*:=",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_LAZY,
     .cost = 2,
     .bind = case_bind,
     .eval_lazy = case_eval,
     .doc = "case(condition, value, condition, value, ..., else): the value of the first condition that is true"},
    {.name = "coalesce",
     .signature = "xxx*:=",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_LAZY,
     .cost = 1,
     .bind = coalesce_bind,
     .eval_lazy = coalesce_eval,
     .doc = "coalesce(a, b, ...): the first that is not null, or not empty among strings"},
    {.name = "isnull",
     .signature = "x:b",
     .null_rule = NULL_HANDLED,
     .cost = 1,
     .eval = isnull_eval,
     .doc = "isnull(value): is it null? A string never is"},
    {.name = "isnotnull",
     .signature = "x:b",
     .null_rule = NULL_HANDLED,
     .cost = 1,
     .eval = isnotnull_eval,
     .doc = "isnotnull(value): is it not null?"},
    {.name = "notnull",
     .signature = "x:b",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_ALIAS,
     .cost = 1,
     .eval = isnotnull_eval,
     .doc = "notnull(value): isnotnull()"},
    {.name = "isempty",
     .signature = "x:b",
     .null_rule = NULL_HANDLED,
     .cost = 1,
     .eval = isempty_eval,
     .doc = "isempty(value): is it null, or an empty string?"},
    {.name = "isnotempty",
     .signature = "x:b",
     .null_rule = NULL_HANDLED,
     .cost = 1,
     .eval = isnotempty_eval,
     .doc = "isnotempty(value): is it neither null nor an empty string?"},
    {.name = "notempty",
     .signature = "x:b",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_ALIAS,
     .cost = 1,
     .eval = isnotempty_eval,
     .doc = "notempty(value): isnotempty()"},
    {.name = NULL},
};
