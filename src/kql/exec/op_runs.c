/*
 * op_runs.c - sorted runs in the temporary file, and their merge: see op_runs.h.
 */
#include "kql/exec/op_runs.h"

#include "base/mem.h"
#include "event/row_bytes.h"
#include "kql/exec/op_order.h"

enum {
    INPUTS_MIN = 4,       /* merged at a time, however small the budget */
    INPUTS_MAX = 512,     /* more only makes the heap deeper */
    BATCH_BYTES = 1 << 20 /* a batch of longer rows has fewer of them */
};

/* --- writing runs --- */

static enum err_code order_copy(struct row_runs *runs, const struct row_order *order, struct err *err)
{
    enum type *types = arena_array(&runs->arena, order->column_count, sizeof *types);
    uint32_t *key_columns = arena_array(&runs->arena, order->key_count, sizeof *key_columns);
    if (!types || !key_columns)
        return err_no_memory(err, order->column_count * sizeof *types);
    for (uint32_t c = 0; c < order->column_count; c++)
        types[c] = order->types[c];
    for (uint32_t k = 0; k < order->key_count; k++)
        key_columns[k] = order->key_columns[k];
    runs->order = *order;
    runs->order.types = types;
    runs->order.key_columns = key_columns;
    return ERR_NONE;
}

static enum err_code layout_make(struct row_runs *runs, struct err *err)
{
    uint32_t count = runs->order.column_count, at = 0;
    uint32_t *layout = arena_array(&runs->arena, count, sizeof *layout);
    bool *placed = arena_zalloc(&runs->arena, count, sizeof *placed);
    if (!layout || !placed)
        return err_no_memory(err, count * sizeof *layout);
    for (uint32_t k = 0; k < runs->order.key_count; k++) {
        uint32_t column = runs->order.key_columns[k];
        if (!placed[column])
            layout[at++] = column;
        placed[column] = true;
    }
    runs->head_count = at;
    for (uint32_t c = 0; c < count; c++) {
        if (!placed[c])
            layout[at++] = c;
    }
    runs->layout = layout;
    return ERR_NONE;
}

enum err_code row_runs_init(struct row_runs *runs, struct budget *budget, const struct row_order *order,
                            struct err *err)
{
    *runs = (struct row_runs){.budget = budget};
    arena_init(&runs->arena, 0);
    buf_init(&runs->record, 0);
    TRY(order_copy(runs, order, err));
    return layout_make(runs, err);
}

void row_runs_release(struct row_runs *runs)
{
    if (!runs->budget)
        return;
    scratch_writer_release(&runs->writer);
    buf_release(&runs->record);
    mem_free(runs->runs);
    arena_release(&runs->arena);
    *runs = (struct row_runs){0};
}

static enum err_code writer_ready(struct row_runs *runs, struct err *err)
{
    struct scratch *scratch;
    if (runs->writer.scratch)
        return ERR_NONE;
    TRY(budget_scratch(runs->budget, &scratch, err));
    scratch_writer_init(&runs->writer, scratch);
    return ERR_NONE;
}

enum err_code row_runs_add(struct row_runs *runs, const struct column *const *columns, uint32_t row, struct err *err)
{
    TRY(writer_ready(runs, err));
    buf_clear(&runs->record);
    bytes_put_row(&runs->record, columns, runs->layout, runs->order.column_count, row);
    if (runs->record.failed)
        return err_no_memory(err, runs->record.len);
    return scratch_add(&runs->writer, buf_slice(&runs->record), err);
}

enum err_code row_runs_end(struct row_runs *runs, struct err *err)
{
    if (!runs->writer.block)
        return ERR_NONE;
    struct scratch_stream *grown = mem_grow(runs->runs, runs->run_count, &runs->run_capacity, sizeof *runs->runs);
    if (!grown)
        return err_no_memory(err, runs->run_count * sizeof *grown);
    runs->runs = grown;
    TRY(scratch_finish(&runs->writer, &runs->runs[runs->run_count], err));
    runs->run_count++;
    runs->budget->piece_count++;
    return ERR_NONE;
}

/* --- merging --- */

/* One run that is being read. */
struct input {
    struct scratch_reader reader;
    struct row_cells head; /* the keys of the row at its front */
    struct slice record;   /* that row, whole; good until the next is read */
    struct slice rest;     /* what follows its keys */
};

struct merge {
    const struct row_runs *runs;
    struct arena arena;
    struct input *inputs;
    uint32_t input_count;
    uint32_t *heap; /* inputs that have a row; the first in order at the top */
    uint32_t heap_count;
};

static int inputs_compare(const struct merge *merge, uint32_t a, uint32_t b)
{
    const struct row_order *order = &merge->runs->order;
    for (uint32_t k = 0; k < order->key_count; k++) {
        struct value value_a = column_value(&merge->inputs[a].head.columns[order->key_columns[k]], 0);
        struct value value_b = column_value(&merge->inputs[b].head.columns[order->key_columns[k]], 0);
        int compared = key_compare(&order->keys[k], &value_a, &value_b);
        if (compared)
            return compared;
    }
    return a < b ? -1 : 1;
}

static void heap_sift_down(struct merge *merge, uint32_t at)
{
    uint32_t moved = merge->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= merge->heap_count)
            break;
        if (child + 1 < merge->heap_count && inputs_compare(merge, merge->heap[child + 1], merge->heap[child]) < 0)
            child++;
        if (inputs_compare(merge, moved, merge->heap[child]) < 0)
            break;
        merge->heap[at] = merge->heap[child];
        at = child;
    }
    merge->heap[at] = moved;
}

/* Reads an input's next row and its keys. */
static enum err_code input_turn(const struct merge *merge, struct input *input, bool *out_any, struct err *err)
{
    TRY(scratch_next(&input->reader, &input->record, out_any, err));
    if (!*out_any)
        return ERR_NONE;
    input->rest = input->record;
    return row_cells_read(&input->head, &input->rest, merge->runs->layout, merge->runs->head_count, err);
}

static enum err_code input_open(struct merge *merge, struct scratch *scratch, const struct scratch_stream *run,
                                struct err *err)
{
    const struct row_order *order = &merge->runs->order;
    struct input *input = &merge->inputs[merge->input_count];
    TRY(row_cells_init(&input->head, order->types, order->column_count, merge->runs->layout, merge->runs->head_count,
                       &merge->arena, err));
    merge->input_count++;
    TRY(scratch_reader_open(&input->reader, scratch, run, err));
    bool any = false;
    TRY(input_turn(merge, input, &any, err));
    if (any)
        merge->heap[merge->heap_count++] = merge->input_count - 1;
    return ERR_NONE;
}

static enum err_code inputs_open(struct merge *merge, const struct scratch_stream *runs, uint32_t count,
                                 struct err *err)
{
    struct scratch *scratch;
    TRY(budget_scratch(merge->runs->budget, &scratch, err));
    merge->inputs = arena_zalloc(&merge->arena, count, sizeof *merge->inputs);
    merge->heap = arena_array(&merge->arena, count, sizeof *merge->heap);
    if (!merge->inputs || !merge->heap)
        return err_no_memory(err, count * sizeof *merge->inputs);
    for (uint32_t i = 0; i < count; i++)
        TRY(input_open(merge, scratch, &runs[i], err));
    for (uint32_t at = merge->heap_count / 2; at > 0; at--)
        heap_sift_down(merge, at - 1);
    return ERR_NONE;
}

static void merge_close(struct merge *merge)
{
    for (uint32_t i = 0; i < merge->input_count; i++) {
        scratch_reader_release(&merge->inputs[i].reader);
        row_cells_release(&merge->inputs[i].head);
    }
    arena_release(&merge->arena);
}

static enum err_code merge_open(struct merge *merge, const struct row_runs *runs, size_t first, uint32_t count,
                                struct err *err)
{
    *merge = (struct merge){.runs = runs};
    arena_init(&merge->arena, 0);
    enum err_code code = inputs_open(merge, runs->runs + first, count, err);
    if (code != ERR_NONE)
        merge_close(merge);
    return code;
}

/* Goes on behind the first row. */
static enum err_code merge_turn(struct merge *merge, struct err *err)
{
    bool any = false;
    TRY(input_turn(merge, &merge->inputs[merge->heap[0]], &any, err));
    if (!any)
        merge->heap[0] = merge->heap[--merge->heap_count];
    if (merge->heap_count > 1)
        heap_sift_down(merge, 0);
    return ERR_NONE;
}

/* --- passes --- */

/* How many runs can be read at a time: each takes a block and a row. */
static uint32_t inputs_max(const struct row_runs *runs)
{
    size_t row_bytes = 0;
    for (size_t i = 0; i < runs->run_count; i++)
        row_bytes = runs->runs[i].record_max > row_bytes ? runs->runs[i].record_max : row_bytes;
    size_t block_bytes = runs->writer.scratch ? scratch_block_bytes(runs->writer.scratch) : SCRATCH_BLOCK_MIN;
    uint64_t count = budget_merge_bytes(runs->budget) / (block_bytes + 2 * (uint64_t)row_bytes);
    return count < INPUTS_MIN ? INPUTS_MIN : count > INPUTS_MAX ? INPUTS_MAX : (uint32_t)count;
}

static enum err_code merge_write(struct row_runs *runs, struct merge *merge, struct err *err)
{
    while (merge->heap_count) {
        TRY(scratch_add(&runs->writer, merge->inputs[merge->heap[0]].record, err));
        TRY(merge_turn(merge, err));
    }
    return ERR_NONE;
}

/* Makes one run of `count` neighbours. */
static enum err_code runs_unite(struct row_runs *runs, size_t first, uint32_t count, struct scratch_stream *out_run,
                                struct err *err)
{
    struct merge merge;
    TRY(merge_open(&merge, runs, first, count, err));
    enum err_code code = merge_write(runs, &merge, err);
    merge_close(&merge);
    TRY(code);
    runs->budget->piece_count++;
    return scratch_finish(&runs->writer, out_run, err);
}

/* One pass: neighbours become one, so that at most a max-th as many runs are left, in the same order. */
static enum err_code runs_reduce(struct row_runs *runs, uint32_t max, struct err *err)
{
    size_t made = 0;
    for (size_t first = 0; first < runs->run_count; first += max) {
        size_t left = runs->run_count - first;
        struct scratch_stream run = runs->runs[first];
        if (left > 1)
            TRY(runs_unite(runs, first, left < max ? (uint32_t)left : max, &run, err));
        runs->runs[made++] = run;
    }
    runs->run_count = made;
    return ERR_NONE;
}

/* --- giving --- */

static enum err_code batch_fill(struct merge *merge, struct batch *batch, uint32_t rows, struct err *err)
{
    const struct row_runs *runs = merge->runs;
    uint32_t count = runs->order.column_count, at = 0;
    /* All columns of the rows, of which the batch shows the first. */
    struct column *columns = arena_zalloc(batch->arena, count, sizeof *columns);
    if (!columns)
        return err_no_memory(err, count * sizeof *columns);
    for (uint32_t c = 0; c < count; c++) {
        enum type type = runs->order.types[c];
        TRY(column_init(&columns[c], type, rows, type != TYPE_STRING, batch->arena, err));
    }
    size_t bytes = 0;
    for (; at < rows && merge->heap_count && bytes < BATCH_BYTES; at++) {
        struct slice record = arena_copy(batch->arena, merge->inputs[merge->heap[0]].record);
        if (!record.ptr)
            return err_no_memory(err, merge->inputs[merge->heap[0]].record.len);
        bytes += record.len;
        TRY(bytes_get_row(&record, columns, runs->layout, 0, count, at, batch->arena, err));
        TRY(merge_turn(merge, err));
    }
    for (uint32_t c = 0; c < batch->schema->count; c++) {
        batch->columns[c] = columns[c];
        batch->loaded[c] = true;
    }
    batch->row_count = at;
    batch->selection->count = at;
    return ERR_NONE;
}

static enum err_code merge_give(struct merge *merge, struct op *op, const struct schema *schema, uint64_t first_row,
                                uint64_t limit,
                                enum err_code (*give)(struct op *op, struct batch *batch, struct err *err),
                                struct err *err)
{
    while (limit && merge->heap_count && !op_is_done(op->next)) {
        uint32_t rows = limit < RESULT_BATCH_ROWS ? (uint32_t)limit : RESULT_BATCH_ROWS;
        struct batch *batch;
        TRY(op_new_batch(op->env, schema, rows, first_row, &batch, err));
        enum err_code code = batch_fill(merge, batch, rows, err);
        first_row += batch->row_count;
        limit -= batch->row_count;
        if (code == ERR_NONE)
            code = give(op, batch, err);
        batch_free(batch);
        TRY(code);
    }
    return ERR_NONE;
}

enum err_code row_runs_give(struct row_runs *runs, struct op *op, const struct schema *schema, uint64_t first_row,
                            uint64_t limit, enum err_code (*give)(struct op *op, struct batch *batch, struct err *err),
                            struct err *err)
{
    uint32_t max = inputs_max(runs);
    while (runs->run_count > max)
        TRY(runs_reduce(runs, max, err));
    if (runs->run_count == 0)
        return ERR_NONE;
    struct merge merge;
    TRY(merge_open(&merge, runs, 0, (uint32_t)runs->run_count, err));
    runs->run_count = 0;
    enum err_code code = merge_give(&merge, op, schema, first_row, limit, give, err);
    merge_close(&merge);
    return code;
}
