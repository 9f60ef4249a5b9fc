/*
 * json.c - NDJSON (an object a line) and a JSON array of the same objects.
 *
 * Exact: numbers with all their digits, dynamic values as what they are, text unchanged (RFC 8259). On a terminal,
 * characters that it must not get are written \uXXXX, which reads back as the same text.
 */
#include "base/mem.h"
#include "event/datetime.h"
#include "event/dyn.h"
#include "sink/show.h"
#include "sink/sink_int.h"

enum {
    KEYS_PAD = 16,
    USUAL_KEYS = 3,          /* a row is seldom longer than so many times its keys */
    AT_ONCE_MAX = 64 * 1024, /* bytes reserved before the first row */
    SOON = 3                 /* rows ahead */
};

/* `{"RemoteUrl":` and `,"RemoteIP":` of each column are the same in every row: made once. */
struct json_sink {
    struct sink head;
    struct buf keys;
    size_t *key_ends; /* [schema->count]: offsets in keys */
};

static void json_free(struct sink *sink)
{
    if (!sink)
        return;
    struct json_sink *json = (struct json_sink *)sink;
    buf_release(&json->keys);
    mem_free(json->key_ends);
    sink_destroy(sink);
}

static enum err_code json_open(const struct sink_type *type, const struct schema *schema,
                               const struct sink_options *options, struct out *out, struct sink **out_sink,
                               struct err *err)
{
    struct json_sink *json = (struct json_sink *)sink_create(sizeof *json, type, schema, options, out);
    if (!json)
        return err_no_memory(err, sizeof *json);
    buf_init(&json->keys, 0);
    json->key_ends = mem_array(NULL, schema->count, sizeof *json->key_ends);
    for (uint32_t i = 0; json->key_ends && i < schema->count; i++) {
        struct value name = value_str(schema->columns[i].name);
        buf_add_char(&json->keys, i == 0 ? '{' : ',');
        value_to_json(&name, &json->keys);
        buf_add_char(&json->keys, ':');
        json->key_ends[i] = json->keys.len;
    }
    buf_add(&json->keys, slice_of((const char[KEYS_PAD]){0}, KEYS_PAD));
    if (!json->key_ends || json->keys.failed) {
        json_free(&json->head);
        return err_no_memory(err, schema->count * sizeof *json->key_ends);
    }
    *out_sink = &json->head;
    return ERR_NONE;
}

/* A key, of whose buffer KEYS_PAD bytes may be read behind it, to where as many may be written. */
static void copy_key(char *into, struct slice key)
{
    for (size_t at = 0; at < key.len; at += KEYS_PAD)
        memcpy(into + at, key.ptr + at, KEYS_PAD);
}

/* The end of a buffer, at hand: a row's cells are many and short. What is written is part of the buffer once it is synced. */
struct writer {
    struct buf *buf;
    char *at, *end;
};

static void writer_begin(struct writer *writer, struct buf *buf)
{
    *writer = (struct writer){buf, buf->ptr + buf->len, buf->failed ? buf->ptr + buf->len : buf->ptr + buf->capacity};
}

static void writer_sync(struct writer *writer)
{
    if (!writer->buf->failed)
        writer->buf->len = (size_t)(writer->at - writer->buf->ptr);
}

/* False: no memory, which the buffer remembers. */
static inline bool writer_room(struct writer *writer, size_t len)
{
    if ((size_t)(writer->end - writer->at) >= len)
        return true;
    writer_sync(writer);
    (void)buf_reserve(writer->buf, len);
    writer_begin(writer, writer->buf);
    return !writer->buf->failed;
}

/* A cell that is not of the kinds that nearly all are. */
static __attribute__((noinline)) void write_any(struct writer *writer, const struct column *column, uint32_t row)
{
    struct value value = column_value(column, row);
    writer_sync(writer);
    value_to_json(&value, writer->buf);
    writer_begin(writer, writer->buf);
}

static void write_string(struct writer *writer, struct slice text)
{
    char *end = writer_room(writer, 2 * text.len + JSON_QUOTED_PAD) ? json_quote_plain(text, writer->at) : NULL;
    if (end) {
        writer->at = end;
        return;
    }
    writer_sync(writer);
    json_quote(text, writer->buf);
    writer_begin(writer, writer->buf);
}

static void write_cell(struct writer *writer, const struct column *column, uint32_t row)
{
    uint32_t cell = column_cell(column, row);
    if (column->type == TYPE_STRING) {
        write_string(writer, column->str[cell]);
        return;
    }
    bool is_whole = column->type == TYPE_INT || column->type == TYPE_LONG, is_time = column->type == TYPE_DATETIME;
    if (column_is_null(column, row) || !(is_whole || is_time) || !writer_room(writer, DATETIME_TEXT_MAX + 2)) {
        write_any(writer, column, row);
    } else if (is_whole) {
        writer->at += long_write(column->i64[cell], writer->at);
    } else {
        *writer->at++ = '"';
        writer->at += datetime_write(column->i64[cell], writer->at);
        *writer->at++ = '"';
    }
}

static void add_object(const struct json_sink *json, const struct batch *batch, uint32_t row, struct buf *out)
{
    struct writer writer;
    size_t key_start = 0;
    writer_begin(&writer, out);
    for (uint32_t c = 0; c < json->head.schema->count; c++) {
        struct slice key = slice_of(json->keys.ptr + key_start, json->key_ends[c] - key_start);
        key_start = json->key_ends[c];
        if (!writer_room(&writer, key.len + KEYS_PAD))
            return;
        copy_key(writer.at, key);
        writer.at += key.len;
        write_cell(&writer, &batch->columns[c], row);
    }
    writer_sync(&writer);
    buf_add_cstr(out, json->head.schema->count == 0 ? "{}" : "}");
}

/* What stands before each object but the first, and what before the first; behind each. */
struct frame {
    const char *between, *first, *behind;
};

static struct frame frame_of(const struct sink *sink)
{
    return sink->type == &SINK_JSON ? (struct frame){",\n", "[\n", ""} : (struct frame){"", "", "\n"};
}

static enum err_code json_write(struct sink *sink, struct batch *batch, struct err *err)
{
    struct json_sink *json = (struct json_sink *)sink;
    bool terminal = sink->options.terminal;
    struct frame frame = frame_of(sink);
    for (uint32_t i = 0; i < batch->selection->count; i++, sink->rows++) {
        buf_add_cstr(&sink->text, sink->rows == 0 ? frame.first : frame.between);
        buf_clear(&sink->made);
        add_object(json, batch, batch->selection->rows[i], terminal ? &sink->made : &sink->text);
        if (terminal)
            show_json(buf_slice(&sink->made), &sink->text);
        buf_add_cstr(&sink->text, frame.behind);
        sink->text.failed |= sink->made.failed;
        TRY(sink_row_ended(sink, err));
    }
    return sink_flush_text(sink, err);
}

/* Sorted rows lie anywhere in memory: begins to fetch the texts of one that comes soon. */
static void texts_ask(const struct json_sink *json, const struct batch *batch, uint32_t row)
{
    enum { LINE = 64 }; /* of a cache, in bytes */
    for (uint32_t c = 0; c < json->head.schema->count; c++) {
        const struct column *column = &batch->columns[c];
        if (column->type != TYPE_STRING)
            continue;
        struct slice text = column->str[column_cell(column, row)];
        __builtin_prefetch(text.ptr);
        if (text.len > LINE)
            __builtin_prefetch(text.ptr + LINE);
    }
}

static enum err_code json_make(const struct sink *sink, const struct batch *batch, struct buf *out, size_t *ends,
                               struct err *err)
{
    const struct json_sink *json = (const struct json_sink *)sink;
    const struct selection *rows = batch->selection;
    struct frame frame = frame_of(sink);
    size_t usual_bytes = json->keys.len * USUAL_KEYS * rows->count;
    (void)buf_reserve(out, usual_bytes < AT_ONCE_MAX ? usual_bytes : AT_ONCE_MAX);
    for (uint32_t i = 0; i < rows->count; i++) {
        if (i + SOON < rows->count)
            texts_ask(json, batch, rows->rows[i + SOON]);
        buf_add_cstr(out, frame.between);
        add_object(json, batch, rows->rows[i], out);
        buf_add_cstr(out, frame.behind);
        if (ends)
            ends[i] = out->len;
    }
    return out->failed ? err_no_memory(err, out->len) : ERR_NONE;
}

static enum err_code json_write_made(struct sink *sink, struct slice text, uint32_t row_count, struct err *err)
{
    struct frame frame = frame_of(sink);
    if (sink->rows == 0 && row_count > 0) {
        TRY(out_write(sink->out, slice_from_cstr(frame.first), err));
        text = slice_cut(text, strlen(frame.between), text.len);
    }
    sink->rows += row_count;
    return out_write(sink->out, text, err);
}

static enum err_code array_finish(struct sink *sink, struct err *err)
{
    buf_add_cstr(&sink->text, sink->rows == 0 ? "[]\n" : "\n]\n");
    return sink_flush_text(sink, err);
}

const struct sink_type SINK_NDJSON = {
    .name = "ndjson",
    .title = "a JSON object a line",
    .extensions = "ndjson jsonl",
    .open = json_open,
    .write = json_write,
    .make = json_make,
    .write_made = json_write_made,
    .finish = sink_finish_nothing,
    .free = json_free,
};

const struct sink_type SINK_JSON = {
    .name = "json",
    .title = "a JSON array of objects",
    .extensions = "json",
    .open = json_open,
    .write = json_write,
    .make = json_make,
    .write_made = json_write_made,
    .finish = array_finish,
    .free = json_free,
};
