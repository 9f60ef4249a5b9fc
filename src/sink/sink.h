/*
 * sink.h - ways of showing or delivering result rows.
 *
 * A sink is opened with the columns' names and types, is given batches in the result's order, and is closed. It writes
 * into a struct out (out.h): a descriptor or a file that is written whole or not at all.
 */
#ifndef DDNSHUNT_SINK_SINK_H
#define DDNSHUNT_SINK_SINK_H

#include "base/err.h"
#include "event/batch.h"

struct out; /* base/out.h: buffered, atomic or straight output */
struct sink;

struct sink_options {
    unsigned width; /* of the terminal in cells; 0 = unbounded */
    bool color;
    bool terminal; /* the output is a terminal */
    bool csv_safe; /* --csv-safe: no cell that a spreadsheet takes for a formula */
    struct slice title;
};

/* A way of output. Const tables; see registry.c. */
struct sink_type {
    const char *name; /* "table", "csv", "tsv", "ndjson", "json", "markdown" */
    const char *title;
    enum err_code (*open)(const struct sink_type *type, const struct schema *schema, const struct sink_options *options,
                          struct out *out, struct sink **out_sink, struct err *err);
    /* Writes the selected rows. All columns are loaded. Keeps nothing of the batch, or copies. */
    enum err_code (*write)(struct sink *sink, struct batch *batch, struct err *err);
    /* Writes what is left (a table's body, a closing bracket). */
    enum err_code (*finish)(struct sink *sink, struct err *err);
    void (*free)(struct sink *sink);
};

extern const struct sink_type *const SINK_TYPES[]; /* NULL-terminated */
const struct sink_type *sink_type_find(struct slice name);

#endif
