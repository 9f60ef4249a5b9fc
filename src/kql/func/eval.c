/*
 * eval.c - evaluates bound expressions a vector at a time: see eval.h.
 *
 * A tree is evaluated from its leaves up, each node into one column of its own. What no row needs is not computed: a
 * lazy function (and, or, iff, case, coalesce) hands down only the rows that ask, and a node that is asked for no row
 * gives a null constant. Memory comes from the batch's arena and goes with it.
 */
#include "kql/func/eval.h"

#include "kql/func/fn_logic.h"
#include "kql/func/func.h"
#include "kql/regex/regex.h"

void eval_init(struct eval *eval, const struct query *query)
{
    *eval = (struct eval){.query = query};
}

void eval_release(struct eval *eval)
{
    regex_scratch_free(eval->regex);
    eval->regex = NULL;
}

enum err_code eval_rows(struct eval *eval, uint32_t count, struct selection *out_rows, struct err *err)
{
    uint32_t *rows = arena_array(eval->arena, count, sizeof *rows);
    if (!rows)
        return err_no_memory(err, (uint64_t)count * sizeof *rows);
    *out_rows = (struct selection){.rows = rows};
    return ERR_NONE;
}

static struct column *column_new(struct eval *eval, struct err *err)
{
    struct column *column = arena_zalloc(eval->arena, 1, sizeof *column);
    if (!column)
        err_no_memory(err, sizeof *column);
    return column;
}

static enum err_code const_column(struct eval *eval, const struct value *value, const struct column **out_column,
                                  struct err *err)
{
    struct column *column = column_new(eval, err);
    if (!column)
        return ERR_MEMORY;
    TRY(column_init_const(column, value, eval->arena, err));
    *out_column = column;
    return ERR_NONE;
}

/* Arguments of a call, evaluated. */
struct call_args {
    const struct column **columns;
    bool all_const;
};

static enum err_code args_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                               const struct selection *rows, struct call_args *out_args, struct err *err)
{
    const struct column **columns = arena_array(eval->arena, expr->arg_count, sizeof(struct column *));
    if (!columns)
        return err_no_memory(err, expr->arg_count * sizeof(struct column *));
    bool all_const = true;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        columns[i] = NULL;
        if (expr->args[i]->kind == EXPR_SET) {
            all_const = false;
            continue;
        }
        TRY(eval_expr(eval, expr->args[i], batch, rows, &columns[i], err));
        all_const = all_const && columns[i]->is_const;
    }
    *out_args = (struct call_args){columns, all_const};
    return ERR_NONE;
}

/* May any cell of the arguments be null? */
static bool args_may_be_null(const struct expr *expr, const struct call_args *args)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        const struct column *column = args->columns[i];
        if (column && (column->nulls || column->type == TYPE_DYNAMIC))
            return true;
    }
    return false;
}

static bool row_has_null(const struct expr *expr, const struct call_args *args, uint32_t row)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (args->columns[i] && cell_is_null(args->columns[i], row))
            return true;
    }
    return false;
}

/* Writes null where an argument is null, and leaves the other rows in *out_rows. */
static enum err_code rows_without_null(struct eval *eval, const struct expr *expr, const struct call_args *args,
                                       const struct selection *rows, struct column *out, struct selection *out_rows,
                                       struct err *err)
{
    TRY(eval_rows(eval, rows->count, out_rows, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        if (row_has_null(expr, args, row))
            cell_set_null(out, row);
        else
            out_rows->rows[out_rows->count++] = row;
    }
    return ERR_NONE;
}

static enum err_code call_apply(struct eval *eval, const struct expr *expr, const struct call_args *args,
                                const struct selection *rows, struct column *out, struct err *err)
{
    struct selection live = *rows;
    if (expr->func->null_rule == NULL_STRICT && args_may_be_null(expr, args))
        TRY(rows_without_null(eval, expr, args, rows, out, &live, err));
    return live.count ? expr->func->eval(eval, expr, args->columns, &live, out, err) : ERR_NONE;
}

/* All arguments are constant: the function is asked once. */
static enum err_code call_once(struct eval *eval, const struct expr *expr, const struct call_args *args,
                               struct column *out, struct err *err)
{
    uint32_t first = 0;
    const struct selection row = {&first, 1};
    struct batch *batch = eval->batch;
    TRY(column_init(out, expr->type, 1, expr->type != TYPE_STRING, eval->arena, err));
    eval->batch = NULL;
    enum err_code code = call_apply(eval, expr, args, &row, out, err);
    eval->batch = batch;
    out->is_const = true;
    return code;
}

static enum err_code call_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                               const struct selection *rows, const struct column **out_column, struct err *err)
{
    struct column *out = column_new(eval, err);
    if (!out)
        return ERR_MEMORY;
    *out_column = out;
    bool lazy = (expr->func->flags & FUNC_LAZY) != 0;
    struct call_args args = {0};
    if (!lazy)
        TRY(args_eval(eval, expr, batch, rows, &args, err));
    if (!lazy && args.all_const && !(expr->func->flags & FUNC_VOLATILE))
        return call_once(eval, expr, &args, out, err);
    TRY(column_init(out, expr->type, eval_row_count(batch), expr->type != TYPE_STRING, eval->arena, err));
    if (lazy)
        return expr->func->eval_lazy(eval, expr, batch, rows, out, err);
    return call_apply(eval, expr, &args, rows, out, err);
}

static enum err_code node_eval(struct eval *eval, const struct expr *expr, struct batch *batch,
                               const struct selection *rows, const struct column **out_column, struct err *err)
{
    if (rows->count == 0) {
        struct value null = value_null(expr->type);
        return const_column(eval, &null, out_column, err);
    }
    switch (expr->kind) {
    case EXPR_CONST:
        return const_column(eval, &expr->value, out_column, err);
    case EXPR_COLUMN:
        if (!batch)
            return err_query(err, ERR_QUERY, expr->span, "a constant is needed here, not a column");
        return batch_load(batch, expr->column, rows, out_column, err);
    case EXPR_SCALAR:
        if (!eval->query->scalars)
            return err_query(err, ERR_QUERY, expr->span, "a constant is needed here, not a table's value");
        return const_column(eval, &eval->query->scalars[expr->subquery], out_column, err);
    case EXPR_CALL:
        return call_eval(eval, expr, batch, rows, out_column, err);
    case EXPR_SET:
        break;
    }
    return err_query(err, ERR_QUERY, expr->span, "a table can't stand here, only after in, has_any and has_all");
}

enum err_code eval_expr(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                        const struct column **out_column, struct err *err)
{
    /* Loading a derived column evaluates over the parent batch, in the middle of this one. */
    struct batch *outer_batch = eval->batch;
    struct arena *outer_arena = eval->arena;
    eval->batch = batch;
    if (batch)
        eval->arena = batch->arena;
    enum err_code code = node_eval(eval, expr, batch, rows, out_column, err);
    eval->batch = outer_batch;
    eval->arena = outer_arena;
    return code;
}

static void rows_keep_true(const struct column *column, struct selection *rows)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        rows->rows[kept] = row;
        kept += !column_is_null(column, row) && column->i64[column_cell(column, row)] != 0;
    }
    rows->count = kept;
}

enum err_code eval_filter(struct eval *eval, const struct expr *predicate, struct batch *batch, struct selection *rows,
                          struct err *err)
{
    if (rows->count == 0)
        return ERR_NONE;
    if (logic_is_and(predicate)) {
        for (uint32_t i = 0; i < predicate->arg_count; i++)
            TRY(eval_filter(eval, predicate->args[i], batch, rows, err));
        return ERR_NONE;
    }
    const struct column *column = NULL;
    TRY(eval_expr(eval, predicate, batch, rows, &column, err));
    if (column)
        rows_keep_true(column, rows);
    return ERR_NONE;
}

enum err_code eval_const(struct eval *eval, const struct expr *expr, struct arena *arena, struct value *out_value,
                         struct err *err)
{
    uint32_t first = 0;
    const struct selection row = {&first, 1};
    const struct column *column = NULL;
    struct arena *outer_arena = eval->arena;
    eval->arena = arena;
    enum err_code code = eval_expr(eval, expr, NULL, &row, &column, err);
    eval->arena = outer_arena;
    if (code == ERR_NONE)
        *out_value = column_value(column, 0);
    return code;
}
