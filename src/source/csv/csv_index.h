/*
 * csv_index.h - where the records and cells of a piece of CSV are, as a bit a byte.
 *
 * One pass over the text finds all commas and newlines outside of quoted cells (simd.h); a cell is then found by counting
 * bits. That pass knows strict CSV alone. Where the text is not (a quote in the middle of a cell, text behind a closing
 * one), the scanner of csv_scan.h reads on for a while, record by record: those records are *careful* ones, of which the
 * bits tell the ends but not the cells.
 */
#ifndef DDNSHUNT_SOURCE_CSV_INDEX_H
#define DDNSHUNT_SOURCE_CSV_INDEX_H

#include "base/err.h"
#include "base/simd/simd.h"
#include "source/csv/csv_scan.h"

struct csv_index {
    struct simd_csv_bits *bits; /* of text's bytes [start, end) */
    size_t capacity;            /* in bytes of text */
    struct simd_csv state;
    size_t start;         /* of the first record */
    size_t end;           /* behind the last whole record */
    size_t careful_until; /* while end is before it, the scanner reads */
    uint32_t *careful;    /* where careful records begin, ascending */
    size_t careful_count, careful_capacity;
};

/* Room for a text of so many bytes; what is known stays. ERR_MEMORY. */
enum err_code csv_index_reserve(struct csv_index *index, size_t text_bytes, struct err *err) MUST_CHECK;
/* At `start`, a record's begin. The scanner is the index's own until its last csv_index_run(); `always_careful` keeps to it. */
void csv_index_begin(struct csv_index *index, struct csv_scanner *scanner, size_t start, bool always_careful);
void csv_index_release(struct csv_index *index);

/*
 * Goes on in text, of which [0, len) is known (it may have moved since the last call, and grown), and moves index->end.
 * last: nothing comes behind it, so what stands behind the last line end is a record too (a careful one).
 */
enum err_code csv_index_run(struct csv_index *index, struct csv_scanner *scanner, const char *text, size_t len,
                            bool last, struct err *err) MUST_CHECK;

/* Forgets the records behind the first one that ends at or behind `at`, if one does. */
void csv_index_cut(struct csv_index *index, size_t at);

struct csv_row {
    uint32_t at, end;   /* in the text, line end included */
    uint32_t line : 31; /* on which it begins */
    uint32_t careful : 1;
};

/* Walks over the records in order. */
struct csv_walk {
    const struct csv_index *index;
    const struct simd *simd;
    size_t group;      /* the first of some words that are looked at at once: */
    uint64_t lined;    /* those of them that have newlines, as far as they are left */
    size_t word;       /* one of them, */
    uint64_t newlines; /* and its newlines that are left */
    uint32_t start, line;
    size_t careful; /* the next one of index->careful */
};
void csv_walk_begin(struct csv_walk *walk, const struct csv_index *index, uint32_t first_line);
/* False behind the last one; walk->line is then the number of lines before index->end. */
bool csv_walk_next(struct csv_walk *walk, struct csv_row *out_row);

/*
 * The text of a cell that is a name (name_bytes.h) or empty, and not quoted; hosts: also the name in http://name, https://name, and
 * these with a slash behind it. False of any other, of some of these, and where the row has fewer cells or is a careful one:
 * csv_row_cell() tells more. The row ends with a newline.
 */
bool csv_row_name(const struct csv_index *index, const struct simd *simd, const char *text, const struct csv_row *row,
                  uint32_t cell, bool hosts, struct slice *out_name);
/* As csv_cell_find() of the record that the row is. */
bool csv_row_cell(const struct csv_index *index, const char *text, const struct csv_row *row, uint32_t cell,
                  struct csv_cell *out_cell);

#endif
