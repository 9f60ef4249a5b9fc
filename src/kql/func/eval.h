/*
 * eval.h - evaluates bound expressions over the rows of a batch, a vector at a time.
 */
#ifndef DDNSHUNT_KQL_EVAL_H
#define DDNSHUNT_KQL_EVAL_H

#include "event/batch.h"
#include "kql/expr.h"
#include "kql/plan.h"

struct regex_scratch; /* regex.h: match data, JIT stack */

/* What one worker needs to evaluate: not shared. */
struct eval {
    const struct query *query;   /* constants: now, subquery sets */
    struct arena *arena;         /* of the batch being worked on: results live as long as the batch */
    struct batch *batch;         /* for batch_reject(); NULL where rows can't be rejected (constants) */
    struct regex_scratch *regex; /* made when first needed */
};

void eval_init(struct eval *eval, const struct query *query);
void eval_release(struct eval *eval);

/*
 * Computes expr for `rows` (a subset of the batch's selection). A plain column is returned as it is loaded, a
 * constant as a const column; out_column is good as long as the batch. batch is NULL for an expression without columns
 * (then results live in eval->arena, and row 0 is the only one).
 *
 * What a function sees: a column for each argument, but NULL for one that is an EXPR_SET. Where all arguments are
 * constant it is asked once, for row 0, with eval->batch NULL.
 */
enum err_code eval_expr(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                        const struct column **out_column, struct err *err) MUST_CHECK;

/*
 * Narrows `rows` (in place) to those for which the predicate is true. Conjunctions stop early: the right side is
 * evaluated for what the left side leaves.
 */
enum err_code eval_filter(struct eval *eval, const struct expr *predicate, struct batch *batch, struct selection *rows,
                          struct err *err) MUST_CHECK;

/*
 * The column in another type, for `rows`: numbers widened; a dynamic as the value it holds, null where that is of
 * another type (as text for string: a bare string, JSON, "" for null); any type as a dynamic. A constant stays one.
 */
enum err_code eval_convert(struct eval *eval, const struct column *column, enum type to, uint32_t row_count,
                           const struct selection *rows, const struct column **out_column, struct err *err) MUST_CHECK;

/* The same for one value: what a dynamic holds, as a value of the type. Text may borrow from dyn. */
enum err_code eval_dyn_value(const struct dyn *dyn, enum type to, struct arena *arena, struct value *out_value,
                             struct err *err) MUST_CHECK;

/* A value as a dynamic; null as JSON's null. Text is borrowed. */
enum err_code eval_value_to_dyn(const struct value *value, struct arena *arena, const struct dyn **out_dyn,
                                struct err *err) MUST_CHECK;

/* Room for a sub-selection of up to `count` rows, empty, in eval->arena. */
enum err_code eval_rows(struct eval *eval, uint32_t count, struct selection *out_rows, struct err *err) MUST_CHECK;

/* The rows of a batch, or 1 where there is none. */
static inline uint32_t eval_row_count(const struct batch *batch)
{
    return batch ? batch->row_count : 1;
}

/* A dynamic that holds JSON's null is null, whether or not its column says so. */
static inline bool cell_is_null(const struct column *column, uint32_t row)
{
    return column_is_null(column, row) ||
           (column->type == TYPE_DYNAMIC && column->dyn[column_cell(column, row)]->kind == DYN_NULL);
}

/* Makes the cell null, or "" in a column of strings. column is dense. */
static inline void cell_set_null(struct column *column, uint32_t row)
{
    struct value null = value_null(column->type);
    column_set(column, row, &null);
}

/* For constant folding: expr has no columns. The value lives in arena. */
enum err_code eval_const(struct eval *eval, const struct expr *expr, struct arena *arena, struct value *out_value,
                         struct err *err) MUST_CHECK;

#endif
