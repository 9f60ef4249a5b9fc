/*
 * opt_passed.c - of the columns of a derive, those that it and the derives below only pass on: where they come from.
 *
 * A row that is found in passing is asked for some twenty columns. To follow each through the expressions of all derives met a
 * handful of cold cache lines a column; what is told here lies in one or two for all of them (op_step.c).
 */
#include "kql/optimize/opt_int.h"

/* The derive whose batches those over the plan are derived from; NULL: they are derived from what is no derive's. */
static const struct plan *derive_below(const struct plan *plan)
{
    do
        plan = plan->input;
    while (plan->kind == PLAN_WHERE || plan->kind == PLAN_VERIFY);
    return plan->kind == PLAN_DERIVE ? plan : NULL;
}

static enum err_code tell_passed(struct query *query, struct plan *derive, struct err *err)
{
    const struct plan *below = derive_below(derive);
    uint32_t count = derive->schema->count;
    struct passed_column *passed = arena_zalloc(&query->arena, count, sizeof *passed);
    if (!passed)
        return err_no_memory(err, count * sizeof *passed);
    for (uint32_t i = 0; i < count; i++) {
        if (derive->exprs[i]->kind != EXPR_COLUMN)
            continue;
        uint32_t column = derive->exprs[i]->column;
        passed[i] = (struct passed_column){1, column};
        if (below && below->passed[column].layers > 0)
            passed[i] = (struct passed_column){1 + below->passed[column].layers, below->passed[column].column};
    }
    derive->passed = passed;
    return ERR_NONE;
}

enum err_code opt_passed(struct query *query, struct plan *root, struct err *err)
{
    struct plan **chain = NULL;
    uint32_t length = 0;
    TRY(opt_chain(query, root, &chain, &length, err));
    for (uint32_t i = 0; i < length; i++)
        if (chain[i]->kind == PLAN_DERIVE)
            TRY(tell_passed(query, chain[i], err));
    return ERR_NONE;
}
