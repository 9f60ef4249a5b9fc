/*
 * op_texts.c - rows that are kept as text: see op_texts.h.
 */
#include "kql/exec/op_texts.h"

enum { TEXT, BESIDE }; /* columns */

/*
 * Only over the steps of a scan does a thread that has a row decoded make its text: rows that another operator made are one thread's,
 * and their text is made by all threads when they are handed out.
 */
static bool comes_from_scan(const struct plan *plan)
{
    do
        plan = plan->input;
    while (plan_is_step(plan->kind));
    return plan->kind == PLAN_SCAN;
}

bool texts_init(struct texts *texts, const struct op *op)
{
    if (!op->next->type->make_text || op->env->query->slow || !comes_from_scan(op->plan))
        return false;
    uint32_t beside = op->env->beside_text;
    *texts = (struct texts){.schema = {.columns = texts->columns, .count = 1}};
    texts->columns[TEXT] = (struct column_def){.name = SLICE("text"), .type = TYPE_STRING};
    if (beside != COLUMN_NONE)
        texts->columns[texts->schema.count++] = op->plan->schema->columns[beside];
    return true;
}

bool texts_move_with(uint32_t column)
{
    return column == TEXT;
}

/* The selected rows' texts, which stand one behind the other. */
static void texts_cut(const struct buf *text, const size_t *ends, const struct selection *rows, struct slice *texts)
{
    size_t start = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        texts[rows->rows[i]] = slice_of(text->ptr + start, ends[i] - start);
        start = ends[i];
    }
}

enum err_code texts_make(const struct op *op, struct batch *batch, const struct column **out_columns, struct err *err)
{
    uint32_t beside = op->env->beside_text;
    struct column *columns = arena_zalloc(batch->arena, BESIDE + 1, sizeof *columns);
    size_t *ends = arena_array(batch->arena, batch->selection->count, sizeof *ends);
    if (!columns || !ends)
        return err_no_memory(err, batch->selection->count * sizeof *ends);
    TRY(column_init(&columns[TEXT], TYPE_STRING, batch->row_count, false, batch->arena, err));
    TRY(op->next->type->make_text(op->next, batch, ends, err));
    texts_cut(batch_text(batch), ends, batch->selection, columns[TEXT].str);
    if (beside != COLUMN_NONE)
        columns[BESIDE] = batch->columns[beside];
    *out_columns = columns;
    return ERR_NONE;
}

/* Sorted texts lie anywhere in memory: begins to fetch one that comes soon. */
static void text_ask(struct slice text)
{
    enum { LINE = 64, ASKED_MAX = 1024 }; /* in bytes; a line of a cache */
    for (size_t at = 0; at < text.len && at < ASKED_MAX; at += LINE)
        __builtin_prefetch(text.ptr + at);
}

enum err_code texts_join(struct batch *batch, struct err *err)
{
    enum { SOON = 3 }; /* rows ahead */
    uint32_t count = batch->row_count;
    const struct slice *texts = batch->columns[TEXT].str;
    struct buf *joined = batch_text_begin(batch);
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += texts[i].len;
    if (!buf_reserve(joined, bytes))
        return err_no_memory(err, bytes);
    for (uint32_t i = 0; i < count; i++) {
        if (i + SOON < count)
            text_ask(texts[i + SOON]);
        buf_add(joined, texts[i]);
    }
    return ERR_NONE;
}

enum err_code texts_push(const struct op *op, struct batch *batch, struct err *err)
{
    struct batch *shown;
    uint32_t beside = op->env->beside_text;
    TRY(batch_derive(batch, &BATCH_LOADED, op->plan->schema, NULL, &shown, err));
    if (beside != COLUMN_NONE) {
        shown->columns[beside] = batch->columns[BESIDE];
        shown->loaded[beside] = true;
    }
    return op_push(op->next, shown, err);
}
