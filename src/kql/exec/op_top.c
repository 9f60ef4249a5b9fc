/*
 * op_top.c - top: the first N rows of an order, with no more than about 2 N rows in memory.
 *
 * A heap has the worst of the kept rows at its top. A row that is no better than it is never decoded beyond its key; one
 * that is takes its place. What was replaced stays in the row store until the store is twice as large as what lives:
 * then the living are copied to a new one, in their order, which is the order of input. So ties go to the earlier row.
 *
 * Where N rows are more than the query may hold, what the heap has is written to the temporary file as a sorted run and a
 * new heap begins; the first N of all runs are the result (op_runs.h). Then more rows are decoded than N rows in memory
 * would have let in: that many keys are not kept to tell.
 */
#include "kql/exec/op_order.h"

#include <string.h>

enum {
    DEAD_ROWS_MIN = 1024, /* dead rows that are put up with, however few live: copying takes time */
    RUN_ROWS_MIN = 2      /* a run has at least so many rows, however large they are */
};

/* The worst is the first: a parent comes behind its children in the order. */
struct heap {
    uint32_t *items;
    uint32_t count, capacity;
    bool (*behind)(const void *user, uint32_t a, uint32_t b);
    const void *user;
};

struct top {
    struct op op;
    struct budget_arena memory;
    struct keyed_rows keyed;
    struct heap heap; /* of row numbers in the store */
    struct row_runs runs;
};

/* --- heaps --- */

static bool comes_behind(const void *user, uint32_t a, uint32_t b)
{
    int order = keyed_rows_compare(&((const struct top *)user)->keyed, a, b);
    return order > 0 || (order == 0 && a > b);
}

static void sift_up(const struct heap *heap, uint32_t at)
{
    uint32_t item = heap->items[at];
    for (; at > 0 && heap->behind(heap->user, item, heap->items[(at - 1) / 2]); at = (at - 1) / 2)
        heap->items[at] = heap->items[(at - 1) / 2];
    heap->items[at] = item;
}

static void sift_down(const struct heap *heap, uint32_t at)
{
    uint32_t item = heap->items[at];
    for (;;) {
        uint64_t child = 2 * (uint64_t)at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->behind(heap->user, heap->items[child + 1], heap->items[child]))
            child++;
        if (!heap->behind(heap->user, heap->items[child], item))
            break;
        heap->items[at] = heap->items[child];
        at = (uint32_t)child;
    }
    heap->items[at] = item;
}

static void heap_add(struct heap *heap, uint32_t item)
{
    heap->items[heap->count++] = item;
    sift_up(heap, heap->count - 1);
}

static uint32_t heap_pop(struct heap *heap)
{
    uint32_t worst = heap->items[0];
    heap->items[0] = heap->items[--heap->count];
    if (heap->count)
        sift_down(heap, 0);
    return worst;
}

static enum err_code top_open(struct op *op, struct err *err)
{
    struct top *top = (struct top *)op;
    op->done = op->plan->limit == 0;
    budget_arena_init(&top->memory, op->env->budget);
    top->heap = (struct heap){.behind = comes_behind, .user = top};
    TRY(keyed_rows_init(&top->keyed, op->plan, op->plan->schema, &top->memory.arena, err));
    return keyed_rows_runs(&top->keyed, op->env->budget, &top->runs, err);
}

static enum err_code heap_grow(struct top *top, struct err *err)
{
    uint32_t capacity = top->heap.capacity ? top->heap.capacity * 2 : 64;
    uint32_t *items = arena_array(&top->memory.arena, capacity, sizeof *items);
    if (!items)
        return err_no_memory(err, (uint64_t)capacity * sizeof *items);
    if (top->heap.count)
        memcpy(items, top->heap.items, top->heap.count * sizeof *items);
    top->heap.items = items;
    top->heap.capacity = capacity;
    return ERR_NONE;
}

static bool heap_is_full(const struct top *top)
{
    return top->heap.count >= top->op.plan->limit;
}

static struct value kept_key(const struct top *top, uint32_t row)
{
    return rows_value(&top->keyed.rows, row, top->keyed.key_columns[0]);
}

/* Would a row with this key be kept? */
static bool key_is_wanted(const struct top *top, const struct value *key)
{
    if (!heap_is_full(top))
        return true;
    struct value worst = kept_key(top, top->heap.items[0]);
    return key_compare(&top->op.plan->keys[0], key, &worst) < 0;
}

static enum err_code row_keep(struct top *top, const struct column *const *columns, uint32_t row, struct err *err)
{
    if (!heap_is_full(top) && top->heap.count == top->heap.capacity)
        TRY(heap_grow(top, err));
    TRY(rows_add(&top->keyed.rows, columns, row, err));
    if (heap_is_full(top)) {
        top->heap.items[0] = top->keyed.rows.count - 1;
        sift_down(&top->heap, 0);
    } else {
        heap_add(&top->heap, top->keyed.rows.count - 1);
    }
    return ERR_NONE;
}

/* --- the row store --- */

static enum err_code living_copy(struct top *top, struct keyed_rows *fresh, struct arena *arena, uint32_t **out_heap,
                                 struct err *err)
{
    TRY(keyed_rows_init(fresh, top->op.plan, top->op.plan->schema, arena, err));
    uint32_t columns = top->keyed.rows.column_count, count = top->heap.count;
    uint32_t *new_number = arena_zalloc(arena, top->keyed.rows.count, sizeof *new_number);
    uint32_t *heap = arena_array(arena, top->heap.capacity, sizeof *heap);
    const struct column **cells = arena_array(arena, columns, sizeof(struct column *));
    if (!new_number || !heap || !cells)
        return err_no_memory(err, top->keyed.rows.count * sizeof *new_number);
    for (uint32_t i = 0; i < count; i++)
        new_number[top->heap.items[i]] = 1;
    for (uint32_t row = 0; row < top->keyed.rows.count; row++) {
        if (!new_number[row])
            continue;
        for (uint32_t c = 0; c < columns; c++)
            cells[c] = &top->keyed.rows.chunks[row / ROWS_CHUNK][c];
        TRY(rows_add(&fresh->rows, cells, row % ROWS_CHUNK, err));
        new_number[row] = fresh->rows.count - 1;
    }
    for (uint32_t i = 0; i < count; i++)
        heap[i] = new_number[top->heap.items[i]];
    *out_heap = heap;
    return ERR_NONE;
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
    top->heap.items = heap;
    return ERR_NONE;
}

/* Heapsort's second half: the worst goes to the end. Row numbers decide ties, so no two are equal. */
static void heap_to_order(struct top *top)
{
    uint32_t count = top->heap.count;
    while (top->heap.count > 1) {
        uint32_t worst = heap_pop(&top->heap);
        top->heap.items[top->heap.count] = worst;
    }
    top->heap.count = count;
}

/* The living become a run, and all memory is free. */
static enum err_code heap_spill(struct top *top, struct err *err)
{
    heap_to_order(top);
    TRY(keyed_rows_write(&top->keyed, top->heap.items, top->heap.count, &top->runs, err));
    top->heap.items = NULL;
    top->heap.count = top->heap.capacity = 0;
    budget_arena_release(&top->memory);
    return keyed_rows_init(&top->keyed, top->op.plan, top->op.plan->schema, &top->memory.arena, err);
}

/* Makes room where the dead take it, or the memory is full. */
static enum err_code rows_tidy(struct top *top, struct err *err)
{
    uint32_t dead = top->keyed.rows.count - top->heap.count;
    if (dead >= DEAD_ROWS_MIN && dead >= top->heap.count)
        return rows_compact(top, err);
    if (budget_state(&top->memory) != BUDGET_MET)
        return ERR_NONE;
    if (dead / 3 >= top->heap.count) /* while they are copied the living are there twice */
        return rows_compact(top, err);
    return top->heap.count >= RUN_ROWS_MIN ? heap_spill(top, err) : ERR_NONE;
}

/* --- which rows of a batch enter --- */

/*
 * The rows of a batch as they would enter and drop out one by one, told by their keys before anything else of them is
 * decoded: what is decoded, and counted by it, must not depend on how rows are cut into batches. Kept rows drop out
 * from the worst on, so the heap is walked from its top: a place is put aside once its parent has dropped out.
 */
struct entry {
    const struct top *top;
    const struct column *key; /* of the batch */
    struct heap kept;         /* places in the heap of kept rows */
    struct heap entered;      /* rows of the batch */
    uint64_t count;           /* rows in all, those that dropped out not */
};

static bool place_behind(const void *user, uint32_t a, uint32_t b)
{
    const struct top *top = ((const struct entry *)user)->top;
    return comes_behind(top, top->heap.items[a], top->heap.items[b]);
}

static bool row_behind(const void *user, uint32_t a, uint32_t b)
{
    const struct entry *entry = user;
    struct value key_a = column_value(entry->key, a), key_b = column_value(entry->key, b);
    int order = key_compare(&entry->top->op.plan->keys[0], &key_a, &key_b);
    return order > 0 || (order == 0 && a > b);
}

/* count rows are to be looked at: so many can drop out, and so many enter. */
static enum err_code entry_begin(struct entry *entry, const struct top *top, struct batch *batch,
                                 const struct column *key, struct err *err)
{
    size_t room = (size_t)batch->selection->count + 2;
    *entry = (struct entry){.top = top, .key = key, .count = top->heap.count};
    entry->kept = (struct heap){.items = arena_array(batch->arena, room, sizeof(uint32_t)), .behind = place_behind};
    entry->entered = (struct heap){.items = arena_array(batch->arena, room, sizeof(uint32_t)), .behind = row_behind};
    if (!entry->kept.items || !entry->entered.items)
        return err_no_memory(err, room * sizeof(uint32_t));
    entry->kept.user = entry->entered.user = entry;
    if (top->heap.count)
        heap_add(&entry->kept, 0);
    return ERR_NONE;
}

/* Of equal keys the batch's row is worse, being the later one. */
static bool worst_is_kept(const struct entry *entry)
{
    if (entry->kept.count == 0 || entry->entered.count == 0)
        return entry->entered.count == 0;
    struct value kept = kept_key(entry->top, entry->top->heap.items[entry->kept.items[0]]);
    struct value entered = column_value(entry->key, entry->entered.items[0]);
    return key_compare(&entry->top->op.plan->keys[0], &kept, &entered) > 0;
}

static void worst_drop(struct entry *entry)
{
    entry->count--;
    if (!worst_is_kept(entry)) {
        heap_pop(&entry->entered);
        return;
    }
    uint64_t place = heap_pop(&entry->kept);
    for (uint64_t child = 2 * place + 1; child <= 2 * place + 2 && child < entry->top->heap.count; child++)
        heap_add(&entry->kept, (uint32_t)child);
}

static bool entry_try(struct entry *entry, uint32_t row)
{
    const struct top *top = entry->top;
    if (entry->count >= top->op.plan->limit) {
        struct value worst = worst_is_kept(entry) ? kept_key(top, top->heap.items[entry->kept.items[0]])
                                                  : column_value(entry->key, entry->entered.items[0]);
        struct value key = column_value(entry->key, row);
        if (key_compare(&top->op.plan->keys[0], &key, &worst) >= 0)
            return false;
        worst_drop(entry);
    }
    heap_add(&entry->entered, row);
    entry->count++;
    return true;
}

/* Leaves in the selection the rows that enter. */
static enum err_code selection_keep_entering(const struct top *top, struct batch *batch, const struct column *key,
                                             struct err *err)
{
    struct selection *selection = batch->selection;
    struct entry entry;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        struct value value = column_value(key, selection->rows[i]);
        if (key_is_wanted(top, &value))
            selection->rows[kept++] = selection->rows[i];
    }
    selection->count = kept;
    if (kept < 2) /* the next one would meet this one */
        return ERR_NONE;
    TRY(entry_begin(&entry, top, batch, key, err));
    kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        if (entry_try(&entry, selection->rows[i]))
            selection->rows[kept++] = selection->rows[i];
    }
    selection->count = kept;
    return ERR_NONE;
}

/* --- the operator --- */

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
    TRY(sort_keys_eval(op->plan, op->env->eval, batch, &keys, err));
    TRY(selection_keep_entering(top, batch, keys[0], err));
    TRY(batch_load_all(batch, err));
    TRY(keyed_rows_columns(&top->keyed, batch->columns, keys, batch->arena, &columns, err));
    return rows_keep(top, batch, keys[0], columns, err);
}

static enum err_code top_finish(struct op *op, struct err *err)
{
    struct top *top = (struct top *)op;
    if (top->runs.run_count > 0) {
        TRY(heap_spill(top, err));
        return keyed_runs_give(&top->runs, op, op->plan->schema, op->plan->limit, err);
    }
    heap_to_order(top);
    return keyed_rows_give(&top->keyed, op, top->heap.items, top->heap.count, err);
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
