/*
 * op_count.c - count: one row with the number of rows. No column of them is looked at.
 */
#include "kql/exec/op.h"

struct count {
    struct op op;
    int64_t rows;
};

static enum err_code count_push(struct op *op, struct batch *batch, struct err *err)
{
    (void)err;
    ((struct count *)op)->rows += batch->selection->count;
    return ERR_NONE;
}

static enum err_code count_finish(struct op *op, struct err *err)
{
    struct batch *batch;
    TRY(op_new_batch(op->env, op->plan->schema, 1, 0, &batch, err));
    struct value rows = value_i64(TYPE_LONG, ((const struct count *)op)->rows);
    enum err_code code = column_init_const(&batch->columns[0], &rows, batch->arena, err);
    batch->loaded[0] = true;
    if (code == ERR_NONE)
        code = op_push(op->next, batch, err);
    batch_free(batch);
    return code;
}

const struct op_type OP_COUNT = {.name = "count",
                                 .size_bytes = sizeof(struct count),
                                 .is_breaker = true,
                                 .push = count_push,
                                 .finish = count_finish};
