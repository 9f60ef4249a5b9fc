/*
 * op_top.c - top: the first N rows of an order, with no more than about 2 N rows in memory.
 *
 * A heap has the worst of the kept rows at its top. A row that is no better than it is never decoded beyond its key; one
 * that is takes its place. What was replaced stays in the row store until the store is twice as large as what lives:
 * then the living are copied to a new one, in their order, which is the order of input. So ties go to the earlier row.
 *
 * Where N rows are more than the query may hold, what the heap has is written to the temporary file as a sorted run and a
 * new heap begins; the first N of all runs are the result (op_runs.h).
 */
#include "kql/op_order.h"

#include <string.h>

enum {
    DEAD_ROWS_MIN = 1024, /* dead rows that are put up with, however few live: copying takes time */
    RUN_ROWS_MIN = 2      /* a run has at least so many rows, however large they are */
};

struct top {
    struct op op;
    struct budget_arena memory;
    struct keyed_rows keyed;
    uint32_t *heap; /* row numbers; a parent comes behind its children in the order */
    uint32_t heap_count, heap_capacity;
    struct row_runs runs;
};

static enum err_code top_open(struct op *op, struct err *err)
{
    struct top *top = (struct top *)op;
    op->done = op->plan->limit == 0;
    budget_arena_init(&top->memory, op->env->budget);
    TRY(keyed_rows_init(&top->keyed, op->plan, &top->memory.arena, err));
    return keyed_rows_runs(&top->keyed, op->env->budget, &top->runs, err);
}

/* --- the heap --- */

static bool comes_behind(const struct top *top, uint32_t a, uint32_t b)
{
    int order = keyed_rows_compare(&top->keyed, a, b);
    return order > 0 || (order == 0 && a > b);
}

static void sift_up(struct top *top, uint32_t at)
{
    uint32_t row = top->heap[at];
    for (; at > 0 && comes_behind(top, row, top->heap[(at - 1) / 2]); at = (at - 1) / 2)
        top->heap[at] = top->heap[(at - 1) / 2];
    top->heap[at] = row;
}

static void sift_down(struct top *top, uint32_t at)
{
    uint32_t row = top->heap[at];
    for (;;) {
        uint64_t child = 2 * (uint64_t)at + 1;
        if (child >= top->heap_count)
            break;
        if (child + 1 < top->heap_count && comes_behind(top, top->heap[child + 1], top->heap[child]))
            child++;
        if (!comes_behind(top, top->heap[child], row))
            break;
        top->heap[at] = top->heap[child];
        at = (uint32_t)child;
    }
    top->heap[at] = row;
}

static enum err_code heap_grow(struct top *top, struct err *err)
{
    uint32_t capacity = top->heap_capacity ? top->heap_capacity * 2 : 64;
    uint32_t *heap = arena_array(&top->memory.arena, capacity, sizeof *heap);
    if (!heap)
        return err_no_memory(err, (uint64_t)capacity * sizeof *heap);
    if (top->heap_count)
        memcpy(heap, top->heap, top->heap_count * sizeof *heap);
    top->heap = heap;
    top->heap_capacity = capacity;
    return ERR_NONE;
}

static bool heap_is_full(const struct top *top)
{
    return top->heap_count >= top->op.plan->limit;
}

/* Would a row with this key be kept? */
static bool key_is_wanted(const struct top *top, const struct value *key)
{
    if (!heap_is_full(top))
        return true;
    struct value worst = rows_value(&top->keyed.rows, top->heap[0], top->keyed.key_columns[0]);
    return key_compare(&top->op.plan->keys[0], key, &worst) < 0;
}

static enum err_code row_keep(struct top *top, const struct column *const *columns, uint32_t row, struct err *err)
{
    if (!heap_is_full(top) && top->heap_count == top->heap_capacity)
        TRY(heap_grow(top, err));
    TRY(rows_add(&top->keyed.rows, columns, row, err));
    if (heap_is_full(top)) {
        top->heap[0] = top->keyed.rows.count - 1;
        sift_down(top, 0);
    } else {
        top->heap[top->heap_count++] = top->keyed.rows.count - 1;
        sift_up(top, top->heap_count - 1);
    }
    return ERR_NONE;
}

/* --- the row store --- */

static enum err_code living_copy(struct top *top, struct keyed_rows *fresh, struct arena *arena, uint32_t **out_heap,
                                 struct err *err)
{
    TRY(keyed_rows_init(fresh, top->op.plan, arena, err));
    uint32_t columns = top->keyed.rows.column_count, count = top->heap_count;
    uint32_t *new_number = arena_zalloc(arena, top->keyed.rows.count, sizeof *new_number);
    uint32_t *heap = arena_array(arena, top->heap_capacity, sizeof *heap);
    const struct column **cells = arena_array(arena, columns, sizeof(struct column *));
    if (!new_number || !heap || !cells)
        return err_no_memory(err, top->keyed.rows.count * sizeof *new_number);
    for (uint32_t i = 0; i < count; i++)
        new_number[top->heap[i]] = 1;
    for (uint32_t row = 0; row < top->keyed.rows.count; row++) {
        if (!new_number[row])
            continue;
        for (uint32_t c = 0; c < columns; c++)
            cells[c] = &top->keyed.rows.chunks[row / ROWS_CHUNK][c];
        TRY(rows_add(&fresh->rows, cells, row % ROWS_CHUNK, err));
        new_number[row] = fresh->rows.count - 1;
    }
    for (uint32_t i = 0; i < count; i++)
        heap[i] = new_number[top->heap[i]];
    *out_heap = heap;
    return ERR_NONE;
}

static uint32_t dead_count(const struct top *top)
{
    return top->keyed.rows.count - top->heap_count;
}

/* Frees the memory of the dead. */
static enum err_code rows_compact(struct top *top, struct err *err)
{
    struct budget_arena *memory = &top->memory, fresh_memory;
    struct arena *arena = &fresh_memory.arena;
    struct keyed_rows fresh;
    uint32_t *heap = NULL;
    budget_arena_init(&fresh_memory, memory->budget);
    enum err_code code = living_copy(top, &fresh, arena, &heap, err);
    if (code != ERR_NONE) {
        budget_arena_release(&fresh_memory);
        return code;
    }
    budget_arena_release(memory);
    *memory = fresh_memory;
    budget_count(memory);
    fresh.rows.arena = &memory->arena;
    top->keyed = fresh;
    top->heap = heap;
    return ERR_NONE;
}

/* Heapsort's second half: the worst goes to the end. Row numbers decide ties, so no two are equal. */
static void heap_to_order(struct top *top)
{
    uint32_t count = top->heap_count;
    while (top->heap_count > 1) {
        uint32_t worst = top->heap[0];
        top->heap[0] = top->heap[--top->heap_count];
        sift_down(top, 0);
        top->heap[top->heap_count] = worst;
    }
    top->heap_count = count;
}

/* The living become a run, and all memory is free. */
static enum err_code heap_spill(struct top *top, struct err *err)
{
    heap_to_order(top);
    TRY(keyed_rows_write(&top->keyed, top->heap, top->heap_count, &top->runs, err));
    top->heap = NULL;
    top->heap_count = top->heap_capacity = 0;
    budget_arena_release(&top->memory);
    return keyed_rows_init(&top->keyed, top->op.plan, &top->memory.arena, err);
}

/* Makes room where the dead take it, or the memory is full. */
static enum err_code rows_tidy(struct top *top, struct err *err)
{
    uint32_t dead = dead_count(top);
    if (dead >= DEAD_ROWS_MIN && dead >= top->heap_count)
        return rows_compact(top, err);
    if (budget_state(&top->memory) != BUDGET_MET)
        return ERR_NONE;
    if (dead / 3 >= top->heap_count) /* while they are copied the living are there twice */
        return rows_compact(top, err);
    return top->heap_count >= RUN_ROWS_MIN ? heap_spill(top, err) : ERR_NONE;
}

/* --- the operator --- */

static void selection_keep_wanted(const struct top *top, const struct column *key, struct selection *selection)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        struct value value = column_value(key, selection->rows[i]);
        if (key_is_wanted(top, &value))
            selection->rows[kept++] = selection->rows[i];
    }
    selection->count = kept;
}

static enum err_code rows_keep(struct top *top, struct batch *batch, const struct column *key,
                               const struct column *const *columns, struct err *err)
{
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        uint32_t row = batch->selection->rows[i];
        struct value value = column_value(key, row);
        if (!key_is_wanted(top, &value))
            continue;
        TRY(row_keep(top, columns, row, err));
        TRY(rows_tidy(top, err));
    }
    return ERR_NONE;
}

static enum err_code top_push(struct op *op, struct batch *batch, struct err *err)
{
    struct top *top = (struct top *)op;
    const struct column **keys, **columns;
    TRY(keyed_rows_eval(&top->keyed, op->env, batch, &keys, err));
    selection_keep_wanted(top, keys[0], batch->selection);
    TRY(batch_load_all(batch, err));
    TRY(keyed_rows_columns(&top->keyed, batch, keys, &columns, err));
    return rows_keep(top, batch, keys[0], columns, err);
}

static enum err_code top_finish(struct op *op, struct err *err)
{
    struct top *top = (struct top *)op;
    if (top->runs.run_count > 0) {
        TRY(heap_spill(top, err));
        return keyed_runs_give(&top->runs, op, op->plan->limit, err);
    }
    heap_to_order(top);
    return keyed_rows_give(&top->keyed, op, top->heap, top->heap_count, err);
}

static void top_close(struct op *op)
{
    struct top *top = (struct top *)op;
    row_runs_release(&top->runs);
    budget_arena_release(&top->memory);
}

const struct op_type OP_TOP = {.name = "top",
                               .size_bytes = sizeof(struct top),
                               .is_breaker = true,
                               .open = top_open,
                               .push = top_push,
                               .finish = top_finish,
                               .close = top_close};
