/*
 * sink.h - ways of showing or delivering result rows.
 *
 * A sink is opened with the columns' names and types, is given batches in the result's order, and is closed. It writes
 * into a struct out (out.h): a descriptor or a file that is written whole or not at all.
 *
 *   type->open() -> type->write() for each batch -> type->finish() -> type->free()
 *
 * Machine formats give the data exactly. What goes to a terminal never holds a raw control, escape or reordering
 * character from the data, in any format: see show.h.
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
    bool unicode;  /* the terminal's locale is UTF-8: box drawing and letters beyond ASCII may be shown */
    bool csv_safe; /* --csv-safe: no cell that a spreadsheet takes for a formula */
    /* [schema->count]: cells that each column of a table gets at least. With them the first batch settles the widths, so that rows
     * are shown as they come; NULL: the first rows are kept until their cells tell the widths. */
    const size_t *prompt_widths;
};

/* A way of output. Const tables; see sinks.c. */
struct sink_type {
    const char *name;       /* "table", "csv", "tsv", "ndjson", "json", "markdown" */
    const char *title;      /* for help */
    const char *extensions; /* of files that are written in it, blank-separated: "ndjson jsonl"; "" for none */
    /* schema must outlive the sink. */
    enum err_code (*open)(const struct sink_type *type, const struct schema *schema, const struct sink_options *options,
                          struct out *out, struct sink **out_sink, struct err *err);
    /* Writes the selected rows. All columns are loaded. Keeps nothing of the batch, or copies. */
    enum err_code (*write)(struct sink *sink, struct batch *batch, struct err *err);
    /*
     * The text of the selected rows, added to out, where a row's does not depend on those before it; else NULL. All columns are
     * loaded. ends, if wanted: where the text of each ends in out, [selection->count]. The sink is only read: any thread may do
     * this, ahead of write_made() in the result's order. ERR_MEMORY.
     */
    enum err_code (*make)(const struct sink *sink, const struct batch *batch, struct buf *out, size_t *ends,
                          struct err *err);
    /* Writes what make() made of so many rows, which may stand in another order by now. */
    enum err_code (*write_made)(struct sink *sink, struct slice text, uint32_t row_count, struct err *err);
    /* Writes what is left (a table's body, a closing bracket). */
    enum err_code (*finish)(struct sink *sink, struct err *err);
    void (*free)(struct sink *sink); /* NULL is allowed */
};

extern const struct sink_type *const SINK_TYPES[]; /* NULL-terminated */
/* By name; NULL if there is none. */
const struct sink_type *sink_type_find(struct slice name);
/* By the extension of a file's name, without regard to case; NULL if it says nothing. */
const struct sink_type *sink_type_of_path(struct slice path);

#endif
