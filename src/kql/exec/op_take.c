/*
 * op_take.c - take: the first N rows, in the input's order; then it is done.
 */
#include "kql/exec/op.h"

struct take {
    struct op op;
    uint64_t left;
};

static enum err_code take_open(struct op *op, struct err *err)
{
    (void)err;
    struct take *take = (struct take *)op;
    take->left = op->plan->limit;
    op->done = take->left == 0;
    return ERR_NONE;
}

static enum err_code take_push(struct op *op, struct batch *batch, struct err *err)
{
    struct take *take = (struct take *)op;
    if (batch->selection->count > take->left)
        batch->selection->count = (uint32_t)take->left;
    take->left -= batch->selection->count;
    op->done = take->left == 0;
    return op_push(op->next, batch, err);
}

const struct op_type OP_TAKE = {
    .name = "take", .size_bytes = sizeof(struct take), .open = take_open, .push = take_push};
