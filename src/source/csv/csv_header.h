/*
 * csv_header.h - a CSV's first record: which of the schema's columns stands in which cell, and what columns are new.
 *
 * Two writers are known: the Defender portal (names as in the schema) and Log Analytics, which puts the zone behind the
 * name of each time column, "TimeGenerated [UTC]". "[Local Time]" does not say which offset it means: such times are
 * read as UTC, and that is told as a doubt. Of a name that stands twice the last cell counts.
 */
#ifndef DDNSHUNT_SOURCE_CSV_HEADER_H
#define DDNSHUNT_SOURCE_CSV_HEADER_H

#include "base/arena.h"
#include "base/err.h"
#include "event/schema.h"
#include "source/source.h"

#define CSV_NO_CELL UINT32_MAX

struct csv_header {
    size_t len_bytes;    /* of the byte order mark, the record and its line end */
    uint32_t lines;      /* that it covers: names may hold newlines */
    uint32_t cells;      /* a row must have as many */
    uint32_t *cell_of;   /* [schema->count]: the column's cell, or CSV_NO_CELL */
    uint32_t table_cell; /* of the table's name (Type, $table), or CSV_NO_CELL */
    const char *doubt;   /* NULL, or a sentence (in the arena) */
};

/* ERR_INPUT where head does not begin with a header that can be used. */
enum err_code csv_header_read(struct slice head, bool whole, const struct schema *schema, struct arena *arena,
                              struct csv_header *out_header, struct err *err) MUST_CHECK;

enum source_claim csv_header_claim(struct slice head, bool whole);

/* The columns that schema does not have, typed by the cells that stand in head. */
enum err_code csv_header_discover(struct slice head, const struct schema *schema, struct arena *arena,
                                  const struct column_def **out_defs, uint32_t *out_count, struct err *err) MUST_CHECK;

#endif
