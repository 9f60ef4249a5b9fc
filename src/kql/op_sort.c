/*
 * op_sort.c - sort: keeps all rows, within the query's bound on memory, and gives them in order.
 */
#include "kql/op_order.h"

struct sort {
    struct op op;
    struct budget_arena memory;
    struct keyed_rows keyed;
};

static enum err_code sort_open(struct op *op, struct err *err)
{
    struct sort *sort = (struct sort *)op;
    budget_arena_init(&sort->memory, op->env->budget);
    return keyed_rows_init(&sort->keyed, op->plan, &sort->memory.arena, err);
}

static enum err_code rows_keep(struct sort *sort, struct batch *batch, const struct column *const *columns,
                               struct err *err)
{
    for (uint32_t i = 0; i < batch->selection->count; i++)
        TRY(rows_add(&sort->keyed.rows, columns, batch->selection->rows[i], err));
    return ERR_NONE;
}

static enum err_code sort_push(struct op *op, struct batch *batch, struct err *err)
{
    struct sort *sort = (struct sort *)op;
    const struct column **keys, **columns;
    TRY(keyed_rows_eval(&sort->keyed, op->env, batch, &keys, err));
    TRY(batch_load_all(batch, err));
    TRY(keyed_rows_columns(&sort->keyed, batch, keys, &columns, err));
    budget_enter(&sort->memory);
    enum err_code code = rows_keep(sort, batch, columns, err);
    return budget_leave(&sort->memory, code, "sort", err);
}

static enum err_code order_make(struct sort *sort, uint32_t **out_order, struct err *err)
{
    uint32_t count = sort->keyed.rows.count;
    uint32_t *order = arena_array(&sort->memory.arena, count, 2 * sizeof *order);
    if (!order)
        return err_no_memory(err, (uint64_t)count * 2 * sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    keyed_rows_sort(&sort->keyed, order, count, order + count);
    *out_order = order;
    return ERR_NONE;
}

static enum err_code sort_finish(struct op *op, struct err *err)
{
    struct sort *sort = (struct sort *)op;
    uint32_t *order = NULL;
    budget_enter(&sort->memory);
    TRY(budget_leave(&sort->memory, order_make(sort, &order, err), "sort", err));
    return keyed_rows_give(&sort->keyed, op, order, sort->keyed.rows.count, err);
}

static void sort_close(struct op *op)
{
    budget_arena_release(&((struct sort *)op)->memory);
}

const struct op_type OP_SORT = {.name = "sort",
                                .size_bytes = sizeof(struct sort),
                                .is_breaker = true,
                                .open = sort_open,
                                .push = sort_push,
                                .finish = sort_finish,
                                .close = sort_close};
