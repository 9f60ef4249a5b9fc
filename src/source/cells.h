/*
 * cells.h - what every format does alike when it fills a column of a batch: text to a typed cell, missing cells, and
 * the provenance columns.
 *
 * The batch's impl must begin with a struct source_batch, in which bad cells are counted.
 */
#ifndef DDNSHUNT_SOURCE_CELLS_H
#define DDNSHUNT_SOURCE_CELLS_H

#include "event/batch.h"
#include "source/source.h"

#include <stdbool.h>

/*
 * Makes batch->columns[column] ready to be filled: cells uninitialised, with a null map unless it is a string column.
 * The rows are counted as decoded (stats.cells), if they are to be.
 */
enum err_code cells_begin(struct batch *batch, uint32_t column, const struct selection *rows,
                          struct column **out_column, struct err *err) MUST_CHECK;

/* A column that the input does not have: null, or "", in all rows. */
enum err_code cells_load_missing(struct batch *batch, uint32_t column, struct err *err) MUST_CHECK;

/* Null, or "" in a string column. */
void cell_set_missing(struct column *column, uint32_t row);

/*
 * Stores text as a cell of the column's type. In a string column bad UTF-8 becomes U+FFFD, and good text is borrowed:
 * it must live as long as the batch. Else blank text is null, and text that can't be read as the type is null and is
 * counted in stats.cells_bad. A dynamic cell that is no JSON is bad as well. ERR_MEMORY.
 */
enum err_code cell_set_text(struct batch *batch, struct column *column, uint32_t row, struct slice text,
                            struct err *err) MUST_CHECK;

/* Valid UTF-8: text itself, or a mended copy in arena. */
enum err_code cell_mend(struct slice text, struct arena *arena, struct slice *out_text, struct err *err) MUST_CHECK;

/* Where a row's record begins, both from 0 at the block's begin. */
struct cell_place {
    uint64_t record;
    uint64_t offset;
};

static inline bool cells_are_provenance(const struct schema *schema, uint32_t column)
{
    return schema->columns[column].origin == COLUMN_PROVENANCE;
}

/*
 * Fills SourceFile, SourceRecord (from 1) or SourceOffset; place() is asked for these rows. May wait for other
 * threads that split earlier blocks.
 */
enum err_code cells_load_provenance(struct batch *batch, uint32_t column, const struct selection *rows,
                                    struct cell_place (*place)(const struct batch *batch, uint32_t row),
                                    struct err *err) MUST_CHECK;

#endif
