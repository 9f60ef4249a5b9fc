/*
 * op_rows.c - rows that an operator keeps: see op_rows.h.
 */
#include "kql/op_rows.h"

#include <string.h>

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
        struct value value = column_value(columns[i], row);
        if (value.type == TYPE_STRING && value.str.len && text) {
            memcpy(text, value.str.ptr, value.str.len);
            value.str.ptr = text;
            text += value.str.len;
        } else if (value.type == TYPE_STRING) {
            value.str = SLICE("");
        } else if (value.type == TYPE_DYNAMIC && !value_copy(&value, rows->arena, &value)) {
            return err_no_memory(err, sizeof value);
        }
        column_set(&chunk[i], rows->count % ROWS_CHUNK, &value);
    }
    rows->count++;
    return ERR_NONE;
}

struct value rows_value(const struct rows *rows, uint32_t row, uint32_t column)
{
    return column_value(&rows->chunks[row / ROWS_CHUNK][column], row % ROWS_CHUNK);
}

enum err_code rows_gather(const struct rows *rows, const uint32_t *order, uint32_t first, uint32_t count,
                          uint32_t column_count, struct batch *batch, struct err *err)
{
    for (uint32_t c = 0; c < column_count; c++) {
        struct column *column = &batch->columns[c];
        enum type type = rows->types[c];
        TRY(column_init(column, type, count, type != TYPE_STRING, batch->arena, err));
        for (uint32_t i = 0; i < count; i++) {
            struct value value = rows_value(rows, order ? order[i] : first + i, c);
            column_set(column, i, &value);
        }
        batch->loaded[c] = true;
    }
    return ERR_NONE;
}
