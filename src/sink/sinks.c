/*
 * sinks.c - the list of sinks, and the head that they share.
 *
 * Adding one: a file with a const struct sink_type, and a line here.
 */
#include "base/mem.h"
#include "sink/sink_int.h"

const struct sink_type *const SINK_TYPES[] = {&SINK_TABLE, &SINK_CSV,      &SINK_TSV, &SINK_NDJSON,
                                              &SINK_JSON,  &SINK_MARKDOWN, NULL};

const struct sink_type *sink_type_find(struct slice name)
{
    for (size_t i = 0; SINK_TYPES[i]; i++)
        if (slice_eq(name, slice_from_cstr(SINK_TYPES[i]->name)))
            return SINK_TYPES[i];
    return NULL;
}

static bool word_in(struct slice word, const char *words)
{
    struct slice rest = slice_from_cstr(words);
    while (rest.len > 0) {
        ptrdiff_t blank = slice_find(rest, SLICE(" "), 0);
        size_t len = blank < 0 ? rest.len : (size_t)blank;
        if (slice_eq_nocase(word, slice_cut(rest, 0, len)))
            return true;
        rest = slice_cut(rest, len + 1, rest.len);
    }
    return false;
}

const struct sink_type *sink_type_of_path(struct slice path)
{
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.' && path.ptr[dot - 1] != '/')
        dot--;
    if (dot == 0 || path.ptr[dot - 1] != '.')
        return NULL;
    struct slice extension = slice_cut(path, dot, path.len);
    for (size_t i = 0; SINK_TYPES[i]; i++)
        if (word_in(extension, SINK_TYPES[i]->extensions))
            return SINK_TYPES[i];
    return NULL;
}

struct sink *sink_create(size_t size_bytes, const struct sink_type *type, const struct schema *schema,
                         const struct sink_options *options, struct out *out)
{
    struct sink *sink = mem_zalloc(1, size_bytes);
    if (!sink)
        return NULL;
    sink->type = type;
    sink->schema = schema;
    sink->options = *options;
    sink->out = out;
    buf_init(&sink->text, 0);
    buf_init(&sink->cell, 0);
    buf_init(&sink->made, 0);
    return sink;
}

void sink_destroy(struct sink *sink)
{
    if (!sink)
        return;
    buf_release(&sink->text);
    buf_release(&sink->cell);
    buf_release(&sink->made);
    mem_free(sink);
}

enum err_code sink_flush_text(struct sink *sink, struct err *err)
{
    if (sink->text.failed || sink->cell.failed)
        return err_no_memory(err, sink->text.len + sink->cell.len);
    enum err_code code = out_write(sink->out, buf_slice(&sink->text), err);
    buf_clear(&sink->text);
    return code;
}

enum err_code sink_row_ended(struct sink *sink, struct err *err)
{
    enum { WORTH_BYTES = 32 * 1024 };
    return sink->text.len >= WORTH_BYTES || sink->text.failed ? sink_flush_text(sink, err) : ERR_NONE;
}

struct slice sink_cell_text(struct sink *sink, const struct value *value)
{
    /* A failure must outlive the emptying, or the row would silently lose a cell. */
    bool failed = sink->cell.failed;
    buf_clear(&sink->cell);
    sink->cell.failed = failed;
    if (!value->is_null)
        value_to_text(value, TEXT_RESULT, &sink->cell);
    return buf_slice(&sink->cell);
}

enum err_code sink_finish_nothing(struct sink *sink, struct err *err)
{
    (void)sink;
    (void)err;
    return ERR_NONE;
}

bool sink_align_right(enum type type)
{
    return type_is_number(type) || type == TYPE_TIMESPAN;
}
