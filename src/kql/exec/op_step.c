/*
 * op_step.c - where, extend and project, verify: operators that look at each row alone. See op.h.
 *
 * A derived batch computes a column when it is asked for it, for the rows that are asked for: so a column that no
 * one looks at is never decoded, and the others only for the rows that a later `where` has left.
 */
#include "kql/exec/op.h"

bool plan_is_step(enum plan_kind kind)
{
    return kind == PLAN_WHERE || kind == PLAN_DERIVE || kind == PLAN_VERIFY;
}

/* What a derived batch is made of. */
struct derived {
    struct expr *const *exprs;          /* over the parent */
    const struct passed_column *passed; /* of the plan; NULL: the expressions say all */
    struct eval **eval;
};

/*
 * Where steps only pass a column on, it is asked of the batch that it comes from at once: most batches have few rows left, and what
 * a column costs is to find its way.
 */
static enum err_code derived_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    const struct derived *derived = batch->impl;
    const struct column *computed;
    uint32_t layers = derived->passed && rows->count > 0 ? derived->passed[column].layers : 0;
    if (layers > 0) {
        struct batch *from = batch;
        for (; layers > 0; layers--)
            from = from->parent;
        TRY(batch_load(from, derived->passed[column].column, rows, &computed, err));
    } else {
        TRY(eval_expr(*derived->eval, derived->exprs[column], batch->parent, rows, &computed, err));
    }
    batch->columns[column] = *computed;
    return ERR_NONE;
}

static const struct batch_type DERIVED = {.load = derived_load};

enum err_code op_derive(const struct plan *plan, struct eval **eval, struct batch *batch, struct batch **out_batch,
                        struct err *err)
{
    struct derived *derived = arena_alloc(batch->arena, sizeof *derived);
    if (!derived)
        return err_no_memory(err, sizeof *derived);
    *derived = (struct derived){plan->exprs, plan->passed, eval};
    return batch_derive(batch, &DERIVED, plan->schema, derived, out_batch, err);
}

enum err_code op_step(const struct plan *plan, struct eval **eval, struct batch *batch, struct batch **out_batch,
                      struct err *err)
{
    *out_batch = batch;
    if (plan->kind == PLAN_DERIVE)
        return op_derive(plan, eval, batch, out_batch, err);
    if (plan->kind == PLAN_VERIFY)
        return batch_verify(batch, err);
    TRY(eval_filter(*eval, plan->exprs[0], batch, batch->selection, err));
    /* A row that could not be decided is not shown, whatever the rest of the predicate made of it. */
    batch_drop_rejected(batch);
    return ERR_NONE;
}

static enum err_code step_push(struct op *op, struct batch *batch, struct err *err)
{
    struct batch *stepped;
    TRY(op_step(op->plan, &op->env->eval, batch, &stepped, err));
    return op_push(op->next, stepped, err);
}

const struct op_type OP_STEP = {.name = "where", .size_bytes = sizeof(struct op), .push = step_push};
