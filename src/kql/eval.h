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
 * constant as a const column; out_column is good as long as the batch.
 */
enum err_code eval_expr(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                        const struct column **out_column, struct err *err) MUST_CHECK;

/*
 * Narrows `rows` (in place) to those for which the predicate is true. Conjunctions stop early: the right side is
 * evaluated for what the left side leaves.
 */
enum err_code eval_filter(struct eval *eval, const struct expr *predicate, struct batch *batch, struct selection *rows,
                          struct err *err) MUST_CHECK;

/* For constant folding: expr has no columns. */
enum err_code eval_const(struct eval *eval, const struct expr *expr, struct arena *arena, struct value *out_value,
                         struct err *err) MUST_CHECK;

#endif
