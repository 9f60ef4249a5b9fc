/*
 * op_sort.c - sort: keeps all rows, or the text of each, and gives them in order.
 *
 * When the query's memory is full, the rows so far are sorted and written to the temporary file as a run; at the end the
 * runs are merged (op_runs.h).
 */
#include "kql/exec/op_order.h"
#include "kql/exec/op_texts.h"

/* A run has at least so many rows, however large they are. */
enum { RUN_ROWS_MIN = 2 };

struct sort {
    struct op op;
    struct budget_arena memory;
    struct texts texts;
    const struct schema *kept; /* of each row besides its keys: the input's columns, or those of texts */
    struct keyed_rows keyed;
    struct row_runs runs;
};

/* What a push begins with. */
struct prepared {
    const struct column *kept;  /* [sort->kept->count] */
    const struct column **keys; /* [key_count] */
};

static bool keeps_texts(const struct sort *sort)
{
    return sort->kept == &sort->texts.schema;
}

static enum err_code sort_open(struct op *op, struct err *err)
{
    struct sort *sort = (struct sort *)op;
    budget_arena_init(&sort->memory, op->env->budget);
    sort->kept = texts_init(&sort->texts, op) ? &sort->texts.schema : op->plan->schema;
    TRY(keyed_rows_init(&sort->keyed, op->plan, sort->kept, &sort->memory.arena, err));
    return keyed_rows_runs(&sort->keyed, op->env->budget, &sort->runs, err);
}

static enum err_code order_make(struct sort *sort, uint32_t **out_order, struct err *err)
{
    uint32_t count = sort->keyed.rows.count;
    uint32_t *order = arena_array(&sort->memory.arena, count, sizeof *order);
    if (!order)
        return err_no_memory(err, (uint64_t)count * sizeof *order);
    *out_order = order;
    return keyed_rows_sort(&sort->keyed, order, err);
}

/* The rows become a run, and their memory is free. */
static enum err_code rows_spill(struct sort *sort, struct err *err)
{
    uint32_t *order = NULL;
    TRY(order_make(sort, &order, err));
    TRY(keyed_rows_write(&sort->keyed, order, sort->keyed.rows.count, &sort->runs, err));
    budget_arena_release(&sort->memory);
    return keyed_rows_init(&sort->keyed, sort->op.plan, sort->kept, &sort->memory.arena, err);
}

static enum err_code batch_prepare(const struct sort *sort, struct eval *eval, struct batch *batch,
                                   const struct prepared **out_prepared, struct err *err)
{
    struct prepared *prepared = arena_zalloc(batch->arena, 1, sizeof *prepared);
    if (!prepared)
        return err_no_memory(err, sizeof *prepared);
    TRY(sort_keys_eval(sort->op.plan, eval, batch, &prepared->keys, err));
    TRY(batch_load_all(batch, err));
    prepared->kept = batch->columns;
    if (keeps_texts(sort))
        TRY(texts_make(&sort->op, batch, &prepared->kept, err));
    *out_prepared = prepared;
    return ERR_NONE;
}

/* In any thread: reads nothing that a push changes. */
static enum err_code sort_prepare(const struct op *op, struct eval *eval, struct batch *batch, struct err *err)
{
    const struct prepared *prepared = NULL;
    if (eval)
        TRY(batch_prepare((const struct sort *)op, eval, batch, &prepared, err));
    batch->prepared = prepared;
    return ERR_NONE;
}

/* Of the text, which moves with its bytes, only the places are copied; the sink's column and the keys borrow from the block. */
static enum err_code apart_fill(const struct sort *sort, struct batch *batch, struct batch *apart, struct err *err)
{
    const struct prepared *prepared = batch->prepared;
    uint32_t key_count = sort->op.plan->key_count;
    struct prepared *own = arena_zalloc(apart->arena, 1, sizeof *own);
    struct column *keys = arena_array(apart->arena, key_count, sizeof *keys);
    if (!own || !keys)
        return err_no_memory(err, key_count * sizeof *keys);
    *own = (struct prepared){apart->columns, arena_array(apart->arena, key_count, sizeof(struct column *))};
    if (!own->keys)
        return err_no_memory(err, key_count * sizeof(struct column *));
    for (uint32_t i = 0; i < sort->kept->count; i++) {
        bool copies = !texts_move_with(i);
        TRY(column_pick(&prepared->kept[i], batch->selection, copies, apart->arena, &apart->columns[i], err));
        apart->loaded[i] = true;
    }
    for (uint32_t k = 0; k < key_count; k++) {
        TRY(column_pick(prepared->keys[k], batch->selection, true, apart->arena, &keys[k], err));
        own->keys[k] = &keys[k];
    }
    batch_text_move(batch, apart);
    apart->prepared = own;
    return ERR_NONE;
}

/*
 * In any thread. Columns are not worth copying twice, and text that is nearly as long as the block that it comes from frees no
 * memory.
 */
static enum err_code sort_detach(const struct op *op, struct batch *batch, struct batch **out_apart, struct err *err)
{
    const struct sort *sort = (const struct sort *)op;
    enum { TEXT_MAX = SOURCE_BLOCK_BYTES / 4 };
    if (!keeps_texts(sort) || !batch->prepared || batch_text(batch)->len > TEXT_MAX)
        return ERR_NONE;
    struct batch *apart;
    TRY(batch_create(&BATCH_LOADED, sort->kept, batch->selection->count, &apart, err));
    enum err_code code = apart_fill(sort, batch, apart, err);
    if (code) {
        batch_free(apart);
        return code;
    }
    *out_apart = apart;
    return ERR_NONE;
}

static enum err_code sort_push(struct op *op, struct batch *batch, struct err *err)
{
    struct sort *sort = (struct sort *)op;
    const struct prepared *prepared = batch->prepared;
    const struct column **columns;
    if (!prepared)
        TRY(batch_prepare(sort, op->env->eval, batch, &prepared, err));
    TRY(keyed_rows_columns(&sort->keyed, prepared->kept, prepared->keys, batch->arena, &columns, err));
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        TRY(rows_add(&sort->keyed.rows, columns, batch->selection->rows[i], err));
        sort->memory.reserved_bytes += KEYED_SORT_BYTES;
        if (budget_state(&sort->memory) == BUDGET_MET && sort->keyed.rows.count >= RUN_ROWS_MIN)
            TRY(rows_spill(sort, err));
    }
    return ERR_NONE;
}

static enum err_code sort_finish(struct op *op, struct err *err)
{
    struct sort *sort = (struct sort *)op;
    if (sort->runs.run_count > 0) {
        TRY(rows_spill(sort, err));
        return keyed_runs_give(&sort->runs, op, sort->kept, UINT64_MAX, err);
    }
    uint32_t *order = NULL;
    TRY(order_make(sort, &order, err));
    budget_count(&sort->memory);
    return keyed_rows_give(&sort->keyed, op, order, sort->keyed.rows.count, err);
}

static void sort_close(struct op *op)
{
    struct sort *sort = (struct sort *)op;
    row_runs_release(&sort->runs);
    budget_arena_release(&sort->memory);
}

const struct op_type OP_SORT = {.name = "sort",
                                .size_bytes = sizeof(struct sort),
                                .is_breaker = true,
                                .open = sort_open,
                                .push = sort_push,
                                .finish = sort_finish,
                                .close = sort_close,
                                .prepare = sort_prepare,
                                .detach = sort_detach};
