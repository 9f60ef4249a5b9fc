/*
 * batch.c - rows whose columns are decoded on demand: see batch.h.
 */
#include "event/batch.h"

#include "base/mem.h"

struct made_text {
    struct buf text;
    bool is_made;
};

/* A root batch and the arena that it and all that is derived from it live in. */
struct root {
    struct batch batch;
    struct arena arena;
    struct selection selection;
    bool has_rejected;
    struct made_text made;
    void *memo;
};

/* The columns are not touched: most of a batch's are never loaded. */
static enum err_code alloc_columns(struct batch *batch, struct err *err)
{
    uint32_t count = batch->schema->count;
    batch->columns = arena_array(batch->arena, count, sizeof *batch->columns);
    batch->loaded = arena_zalloc(batch->arena, count, sizeof *batch->loaded);
    if (!batch->columns || !batch->loaded)
        return err_no_memory(err, (uint64_t)count * sizeof *batch->columns);
    return ERR_NONE;
}

static enum err_code alloc_rows(struct root *root, struct err *err)
{
    struct batch *batch = &root->batch;
    uint32_t *rows = arena_array(batch->arena, batch->row_count, sizeof *rows);
    batch->rejected = arena_zalloc(batch->arena, batch->row_count, 1);
    if (!rows || !batch->rejected)
        return err_no_memory(err, (uint64_t)batch->row_count * sizeof *rows);
    for (uint32_t i = 0; i < batch->row_count; i++)
        rows[i] = i;
    root->selection = (struct selection){rows, batch->row_count};
    return ERR_NONE;
}

enum err_code batch_create_in(struct batch_room *room, const struct batch_type *type, const struct schema *schema,
                              uint32_t row_count, struct batch **out_batch, struct err *err)
{
    struct root *root = mem_alloc(sizeof *root);
    if (!root)
        return err_no_memory(err, sizeof *root);
    *root = (struct root){.batch = {.type = type, .schema = schema, .row_count = row_count}};
    root->arena = room->arena;
    root->made.text = room->text;
    *room = (struct batch_room){0};
    root->batch.made = &root->made;
    root->batch.memo = &root->memo;
    root->batch.arena = &root->arena;
    root->batch.selection = &root->selection;
    root->batch.has_rejected = &root->has_rejected;
    enum err_code code = alloc_columns(&root->batch, err);
    if (code == ERR_NONE)
        code = alloc_rows(root, err);
    if (code != ERR_NONE) {
        batch_destroy(&root->batch);
        return code;
    }
    *out_batch = &root->batch;
    return ERR_NONE;
}

enum err_code batch_create(const struct batch_type *type, const struct schema *schema, uint32_t row_count,
                           struct batch **out_batch, struct err *err)
{
    struct batch_room none = {0};
    return batch_create_in(&none, type, schema, row_count, out_batch, err);
}

void batch_room_release(struct batch_room *room)
{
    arena_release(&room->arena);
    buf_release(&room->text);
}

void batch_destroy_into(struct batch *batch, struct batch_room *room)
{
    enum { KEEP_BYTES = 1 << 16 };
    if (!batch || batch->parent)
        return; /* a derived batch lives in its root's arena */
    struct root *root = (struct root *)batch;
    *room = (struct batch_room){root->arena, root->made.text};
    mem_free(root);
    arena_clear(&room->arena);
    buf_clear(&room->text);
    if (room->arena.held_bytes > KEEP_BYTES)
        arena_release(&room->arena);
    if (room->text.capacity > KEEP_BYTES)
        buf_release(&room->text);
}

void batch_destroy(struct batch *batch)
{
    struct batch_room room = {0};
    batch_destroy_into(batch, &room);
    batch_room_release(&room);
}

struct buf *batch_text_begin(struct batch *batch)
{
    batch->made->is_made = true;
    return &batch->made->text;
}

const struct buf *batch_text(const struct batch *batch)
{
    return batch->made->is_made ? &batch->made->text : NULL;
}

void batch_text_move(struct batch *from, struct batch *to)
{
    struct made_text none = *to->made;
    *to->made = *from->made;
    *from->made = none;
}

void batch_free(struct batch *batch)
{
    if (batch && !batch->parent)
        batch->type->free(batch);
}

enum err_code batch_derive(struct batch *parent, const struct batch_type *type, const struct schema *schema, void *impl,
                           struct batch **out_batch, struct err *err)
{
    struct batch *batch = arena_alloc(parent->arena, sizeof *batch);
    if (!batch)
        return err_no_memory(err, sizeof *batch);
    *batch = (struct batch){
        .type = type,
        .schema = schema,
        .sequence = parent->sequence,
        .row_count = parent->row_count,
        .selection = parent->selection,
        .rejected = parent->rejected,
        .has_rejected = parent->has_rejected,
        .parent = parent,
        .arena = parent->arena,
        .made = parent->made,
        .memo = parent->memo,
        .impl = impl,
    };
    TRY(alloc_columns(batch, err));
    *out_batch = batch;
    return ERR_NONE;
}

/* Cells of rejected rows read as null, whatever the loader left in them. */
static enum err_code blank_rejected(struct batch *batch, struct column *column, const struct selection *rows,
                                    struct err *err)
{
    if (column->is_const)
        return ERR_NONE;
    bool needs_nulls = column->type != TYPE_STRING && !column->nulls;
    const struct value null = value_null(column->type);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        if (!batch->rejected[row])
            continue;
        if (needs_nulls) {
            column->nulls = arena_zalloc(batch->arena, batch->row_count, 1);
            if (!column->nulls)
                return err_no_memory(err, batch->row_count);
            needs_nulls = false;
        }
        column_set(column, row, &null);
    }
    return ERR_NONE;
}

static enum err_code load_rows(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    TRY(batch->type->load(batch, column, rows, err));
    return *batch->has_rejected ? blank_rejected(batch, &batch->columns[column], rows, err) : ERR_NONE;
}

/* --- columns that are asked for some of the selected rows only --- */

/* The map of a column's loaded rows, none at first; NULL: no memory. */
static uint8_t *rows_map(struct batch *batch, uint32_t column)
{
    if (!batch->loaded_rows)
        batch->loaded_rows = arena_zalloc(batch->arena, batch->schema->count, sizeof *batch->loaded_rows);
    if (!batch->loaded_rows)
        return NULL;
    if (!batch->loaded_rows[column])
        batch->loaded_rows[column] = arena_zalloc(batch->arena, batch->row_count, 1);
    return batch->loaded_rows[column];
}

/* Copies cells of a column that was made anew into the one that others may look at already. */
static enum err_code cells_copy(struct batch *batch, struct column *into, const struct column *from,
                                const struct selection *rows, struct err *err)
{
    if (from->nulls && !into->nulls) {
        into->nulls = arena_zalloc(batch->arena, batch->row_count, 1);
        if (!into->nulls)
            return err_no_memory(err, batch->row_count);
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        struct value value = column_value(from, rows->rows[i]);
        column_set(into, rows->rows[i], &value);
    }
    return ERR_NONE;
}

static __attribute__((noinline)) enum err_code load_missing(struct batch *batch, uint32_t column,
                                                            const struct selection *rows, struct err *err)
{
    bool first = !batch->loaded_rows || !batch->loaded_rows[column];
    uint8_t *map = rows_map(batch, column);
    uint32_t *numbers = arena_array(batch->arena, rows->count, sizeof *numbers);
    if (!map || !numbers)
        return err_no_memory(err, batch->row_count + (uint64_t)rows->count * sizeof *numbers);
    if (first)
        batch->columns[column] = (struct column){.type = batch->schema->columns[column].type};
    struct selection missing = {.rows = numbers};
    for (uint32_t i = 0; i < rows->count; i++) {
        numbers[missing.count] = rows->rows[i];
        missing.count += !map[rows->rows[i]];
        map[rows->rows[i]] = 1;
    }
    if (missing.count == 0)
        return ERR_NONE;
    struct column before = batch->columns[column];
    TRY(load_rows(batch, column, &missing, err));
    if (!first) {
        const struct column made = batch->columns[column];
        batch->columns[column] = before;
        TRY(cells_copy(batch, &batch->columns[column], &made, &missing, err));
    }
    return ERR_NONE;
}

enum err_code batch_load_missing(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    bool all = rows->count == batch->selection->count;
    if (all && !(batch->loaded_rows && batch->loaded_rows[column]))
        TRY(load_rows(batch, column, rows, err));
    else
        TRY(load_missing(batch, column, rows, err));
    batch->loaded[column] = all || batch->columns[column].is_const;
    return ERR_NONE;
}

enum err_code batch_reject(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why, struct err *err)
{
    if (batch->rejected[row])
        return ERR_NONE;
    batch->rejected[row] = 1;
    *batch->has_rejected = true;
    for (struct batch *at = batch; at; at = at->parent)
        if (at->type->reject)
            return at->type->reject(at, row, kind, why, err);
    return ERR_NONE;
}

enum err_code batch_verify(struct batch *batch, struct err *err)
{
    struct batch *root = batch;
    while (root->parent)
        root = root->parent;
    if (root->type->verify)
        TRY(root->type->verify(root, err));
    batch_drop_rejected(batch);
    return ERR_NONE;
}

void batch_drop_rejected(struct batch *batch)
{
    if (!*batch->has_rejected)
        return;
    struct selection *selection = batch->selection;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++)
        if (!batch->rejected[selection->rows[i]])
            selection->rows[kept++] = selection->rows[i];
    selection->count = kept;
    *batch->has_rejected = false;
}

/* A column that its maker never filled is all null. */
static enum err_code loaded_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    (void)rows;
    const struct value null = value_null(batch->schema->columns[column].type);
    return column_init_const(&batch->columns[column], &null, batch->arena, err);
}

const struct batch_type BATCH_LOADED = {.load = loaded_load, .free = batch_destroy};
