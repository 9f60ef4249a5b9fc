/*
 * op_rows.c - rows that an operator keeps: see op_rows.h.
 */
#include "kql/exec/op_rows.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(struct slice) == 16 && sizeof(struct decimal) == 16 && sizeof(struct guid) == 16 &&
                   sizeof(const struct dyn *) == 8,
               "cells are 8 or 16 bytes, which rows_gather() counts on");

void rows_init(struct rows *rows, const enum type *types, uint32_t column_count, struct arena *arena)
{
    *rows = (struct rows){.arena = arena, .column_count = column_count, .types = types};
}

static enum err_code chunks_grow(struct rows *rows, struct err *err)
{
    uint32_t capacity = rows->chunk_capacity ? rows->chunk_capacity * 2 : 16;
    struct column **chunks = arena_array(rows->arena, capacity, sizeof(struct column *));
    if (!chunks)
        return err_no_memory(err, capacity * sizeof(struct column *));
    if (rows->chunk_count)
        memcpy(chunks, rows->chunks, rows->chunk_count * sizeof(struct column *));
    rows->chunks = chunks;
    rows->chunk_capacity = capacity;
    return ERR_NONE;
}

static enum err_code chunk_add(struct rows *rows, struct err *err)
{
    if (rows->count > UINT32_MAX - ROWS_CHUNK)
        return err_set(err, ERR_LIMIT, "more than 4 billion rows can't be kept");
    if (rows->chunk_count == rows->chunk_capacity)
        TRY(chunks_grow(rows, err));
    struct column *columns = arena_zalloc(rows->arena, rows->column_count, sizeof *columns);
    if (!columns)
        return err_no_memory(err, rows->column_count * sizeof *columns);
    for (uint32_t i = 0; i < rows->column_count; i++) {
        enum type type = rows->types[i];
        TRY(column_init(&columns[i], type, ROWS_CHUNK, type != TYPE_STRING, rows->arena, err));
    }
    rows->chunks[rows->chunk_count++] = columns;
    return ERR_NONE;
}

/* Bytes of all texts of a row. */
static size_t text_bytes(const struct rows *rows, const struct column *const *columns, uint32_t row)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < rows->column_count; i++) {
        if (rows->types[i] == TYPE_STRING)
            bytes += columns[i]->str[column_cell(columns[i], row)].len;
    }
    return bytes;
}

/* Appends a text's bytes at *at. */
static struct slice text_add(struct slice text, char **at)
{
    if (text.len == 0)
        return SLICE("");
    char *copy = *at;
    assert(copy); /* text_bytes() has counted it */
    memcpy(copy, text.ptr, text.len);
    *at += text.len;
    return slice_of(copy, text.len);
}

static enum err_code value_add(struct rows *rows, const struct column *from, uint32_t row, struct column *to,
                               struct err *err)
{
    struct value value = column_value(from, row);
    if (value.type == TYPE_DYNAMIC && !value_copy(&value, rows->arena, &value))
        return err_no_memory(err, sizeof value);
    column_set(to, rows->count % ROWS_CHUNK, &value);
    return ERR_NONE;
}

enum err_code rows_add(struct rows *rows, const struct column *const *columns, uint32_t row, struct err *err)
{
    if (rows->count == rows->chunk_count * ROWS_CHUNK)
        TRY(chunk_add(rows, err));
    size_t bytes = text_bytes(rows, columns, row);
    char *text = bytes ? arena_alloc(rows->arena, bytes) : NULL;
    if (bytes && !text)
        return err_no_memory(err, bytes);
    struct column *chunk = rows->chunks[rows->chunk_count - 1];
    for (uint32_t i = 0; i < rows->column_count; i++) {
        if (rows->types[i] == TYPE_STRING)
            chunk[i].str[rows->count % ROWS_CHUNK] = text_add(columns[i]->str[column_cell(columns[i], row)], &text);
        else
            TRY(value_add(rows, columns[i], row, &chunk[i], err));
    }
    rows->count++;
    return ERR_NONE;
}

struct value rows_value(const struct rows *rows, uint32_t row, uint32_t column)
{
    return column_value(&rows->chunks[row / ROWS_CHUNK][column], row % ROWS_CHUNK);
}

/*
 * Kept rows in an order of their own lie anywhere in memory, so that each cell is a wait for it: loops of few instructions, so
 * that the processor has many such waits at once.
 */
static inline __attribute__((always_inline)) void cells_gather(const struct rows *rows, const uint32_t *order,
                                                               uint32_t first, size_t cell_bytes, uint32_t c,
                                                               uint32_t count, struct column *out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = order ? order[i] : first + i;
        const char *cells = rows->chunks[row / ROWS_CHUNK][c].data;
        memcpy((char *)out->data + i * cell_bytes, cells + row % ROWS_CHUNK * cell_bytes, cell_bytes);
    }
}

static void nulls_gather(const struct rows *rows, const uint32_t *order, uint32_t first, uint32_t c, uint32_t count,
                         struct column *out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = order ? order[i] : first + i;
        out->nulls[i] = rows->chunks[row / ROWS_CHUNK][c].nulls[row % ROWS_CHUNK];
    }
}

enum err_code rows_gather(const struct rows *rows, const uint32_t *order, uint32_t first, uint32_t count,
                          uint32_t column_count, struct batch *batch, struct err *err)
{
    for (uint32_t c = 0; c < column_count; c++) {
        struct column *column = &batch->columns[c];
        enum type type = rows->types[c];
        TRY(column_init(column, type, count, type != TYPE_STRING, batch->arena, err));
        if (column_cell_bytes(type) == 8)
            cells_gather(rows, order, first, 8, c, count, column);
        else
            cells_gather(rows, order, first, 16, c, count, column);
        if (column->nulls)
            nulls_gather(rows, order, first, c, count, column);
        batch->loaded[c] = true;
    }
    return ERR_NONE;
}
