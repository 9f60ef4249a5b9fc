/*
 * sink_int.h - what the sinks share among themselves: the common head of each, and its buffer of one row's text.
 */
#ifndef DDNSHUNT_SINK_SINK_INT_H
#define DDNSHUNT_SINK_SINK_INT_H

#include "base/buf.h"
#include "base/out.h"
#include "sink/sink.h"

/* Every sink begins with this. */
struct sink {
    const struct sink_type *type;
    const struct schema *schema;
    struct sink_options options;
    struct out *out;
    struct buf text; /* of the rows being written */
    struct buf cell; /* of the cell being written */
    struct buf made; /* scratch: a cell's text changed for the format */
    uint64_t rows;   /* written so far */
};

/* A zeroed sink of size_bytes (at least sizeof(struct sink)) with its head filled, or NULL. */
struct sink *sink_create(size_t size_bytes, const struct sink_type *type, const struct schema *schema,
                         const struct sink_options *options, struct out *out);
/* Frees the head and the sink. NULL is allowed. */
void sink_destroy(struct sink *sink);
/* Writes sink->text and empties it; tells a failure of either buffer. */
enum err_code sink_flush_text(struct sink *sink, struct err *err) MUST_CHECK;
/* A row is whole: writes sink->text if it is worth a write. Call sink_flush_text() behind the last row of a batch. */
enum err_code sink_row_ended(struct sink *sink, struct err *err) MUST_CHECK;
/* Numbers and timespans stand at the right of their column. */
bool sink_align_right(enum type type);
/* For formats without an end. */
enum err_code sink_finish_nothing(struct sink *sink, struct err *err);
/* The text of a cell, as results show it, in sink->cell. Good until the next call. */
struct slice sink_cell_text(struct sink *sink, const struct value *value);

extern const struct sink_type SINK_TABLE, SINK_CSV, SINK_TSV, SINK_NDJSON, SINK_JSON, SINK_MARKDOWN;

#endif
