/*
 * rows.h - small results for the tests of sinks: columns and rows from text, and a sink's output as bytes.
 */
#ifndef DDNSHUNT_TESTS_SINK_ROWS_H
#define DDNSHUNT_TESTS_SINK_ROWS_H

#include "test.h"

#include "base/mem.h"
#include "base/out.h"
#include "sink/sink.h"

struct rows {
    struct arena arena;
    struct schema schema;
    struct batch *batch;
};

/* cells: row by row; NULL is null (or the empty string). */
static inline void rows_init(struct rows *rows, const char *const *names, const enum type *types, uint32_t columns,
                             const char *const *cells, uint32_t count)
{
    struct err err;
    arena_init(&rows->arena, 0);
    struct column_def *defs = arena_zalloc(&rows->arena, columns, sizeof *defs);
    assert_non_null(defs);
    for (uint32_t c = 0; c < columns; c++)
        defs[c] = (struct column_def){.name = slice_from_cstr(names[c]), .type = types[c], .stand_in = COLUMN_NONE};
    rows->schema = (struct schema){.count = columns, .columns = defs};
    assert_int_equal(batch_create(&BATCH_LOADED, &rows->schema, count, &rows->batch, &err), ERR_NONE);
    for (uint32_t c = 0; c < columns; c++) {
        struct column *column = &rows->batch->columns[c];
        assert_int_equal(column_init(column, types[c], count, types[c] != TYPE_STRING, rows->batch->arena, &err),
                         ERR_NONE);
        for (uint32_t r = 0; r < count; r++) {
            const char *text = cells[r * columns + c];
            struct value value = value_null(types[c]);
            if (text && types[c] == TYPE_STRING)
                value = value_str(slice_from_cstr(text));
            else if (text)
                assert_true(value_parse(slice_from_cstr(text), types[c], rows->batch->arena, &value));
            column_set(column, r, &value);
        }
        rows->batch->loaded[c] = true;
    }
}

static inline void rows_release(struct rows *rows)
{
    batch_free(rows->batch);
    arena_release(&rows->arena);
}

/* Writes the batch, or has its text made apart from the sink, as a thread does ahead, and writes that. */
static inline enum err_code rows_write_once(struct sink *sink, const struct sink_type *type, struct batch *batch,
                                            bool made, struct err *err)
{
    struct buf text;
    if (!made)
        return type->write(sink, batch, err);
    buf_init(&text, 0);
    size_t *ends = calloc((size_t)batch->selection->count + 1, sizeof *ends);
    assert_non_null(ends);
    enum err_code code = type->make(sink, batch, &text, ends, err);
    for (uint32_t i = 0; code == ERR_NONE && i < batch->selection->count; i++) {
        bool is_last = i + 1 == batch->selection->count;
        assert_true(is_last ? ends[i] == text.len : ends[i] < ends[i + 1]);
        assert_int_equal(text.ptr[ends[i] - 1], text.ptr[text.len - 1]); /* each row's text ends alike */
    }
    free(ends);
    if (code == ERR_NONE)
        code = type->write_made(sink, buf_slice(&text), batch->selection->count, err);
    buf_release(&text);
    return code;
}

/*
 * Writes the rows `times` times, made: by make() and write_made(). The first failure ends it. The out is the caller's to close.
 */
static inline enum err_code rows_write_as(const struct rows *rows, const char *format,
                                          const struct sink_options *options, bool made, unsigned times,
                                          struct out **out_out, struct err *err)
{
    const struct sink_type *type = sink_type_find(slice_from_cstr(format));
    assert_non_null(type);
    struct sink *sink;
    enum err_code code = out_open_memory(out_out, err);
    if (code != ERR_NONE) {
        *out_out = NULL;
        return code;
    }
    code = type->open(type, &rows->schema, options, *out_out, &sink, err);
    if (code != ERR_NONE)
        return code;
    for (unsigned i = 0; i < times && code == ERR_NONE; i++)
        code = rows_write_once(sink, type, rows->batch, made, err);
    if (code == ERR_NONE)
        code = type->finish(sink, err);
    if (code == ERR_NONE)
        code = out_flush(*out_out, err);
    type->free(sink);
    return code;
}

static inline enum err_code rows_write(const struct rows *rows, const char *format, const struct sink_options *options,
                                       unsigned times, struct out **out_out, struct err *err)
{
    return rows_write_as(rows, format, options, false, times, out_out, err);
}

/* Also where the text is made ahead, if the sink can do that. */
static inline void assert_written(const struct rows *rows, const char *format, const struct sink_options *options,
                                  const char *expected)
{
    bool can_make = sink_type_find(slice_from_cstr(format))->make && !options->terminal;
    for (int made = 0; made <= can_make; made++) {
        struct out *out;
        struct err err;
        assert_int_equal(rows_write_as(rows, format, options, made, 1, &out, &err), ERR_NONE);
        assert_slice_equal(out_memory(out), slice_from_cstr(expected));
        out_close(out);
    }
}

#endif
