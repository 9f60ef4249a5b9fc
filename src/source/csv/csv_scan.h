/*
 * csv_scan.h - CSV's grammar: where records end, and what stands in a record's cells.
 *
 * RFC 4180, read as its writers mean it: a quote opens a quoted cell at the cell's begin only (elsewhere it is a
 * character like others), two quotes in a quoted cell are one, a line ends in LF or CRLF.
 */
#ifndef DDNSHUNT_SOURCE_CSV_SCAN_H
#define DDNSHUNT_SOURCE_CSV_SCAN_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Looks for record ends in a text that may come in pieces. Texts of up to 4 GiB: where the text goes on, but moves in
 * memory, say so by csv_scanner_move().
 *
 *   text  |  looked at  |  marked: quotes and newlines are known  |  not yet  |
 *                       at                                      marked        len
 */
enum { CSV_MARKS = 1024 };
struct csv_scanner {
    size_t at;      /* all before it has been looked at */
    char before;    /* the byte before `at`; a comma at a record's begin */
    bool quoted;    /* `at` is in a quoted cell */
    uint32_t lines; /* line ends seen in this record */
    size_t marked;
    uint32_t next, count; /* marks[next, count) lie in [at, marked) */
    uint32_t marks[CSV_MARKS];
};

/* At the begin of a text, which is a record's begin. */
void csv_scanner_init(struct csv_scanner *scanner, size_t at);

/*
 * Goes on from scanner->at in text, of which [0, len) is known (more may follow, unless last). True: the record ends
 * at *out_end, behind its line end if it has one; scanner->lines is how many it had; say csv_scanner_next() to go on
 * with the next one there. False: all has been looked at (but for a quote at the very end), and the record goes on.
 */
bool csv_scan(struct csv_scanner *scanner, const char *text, size_t len, bool last, size_t *out_end);
void csv_scanner_next(struct csv_scanner *scanner, size_t at);

/* The text's first `by` bytes, all looked at, are gone. Not while a record's end is told. */
void csv_scanner_move(struct csv_scanner *scanner, size_t by);

/* A record without its line end. */
struct slice csv_record(const char *text, size_t start, size_t end);

enum csv_fault {
    CSV_FINE,
    CSV_NOT_CLOSED, /* a quoted cell goes on to the record's end */
    CSV_TEXT_BEHIND /* text between a closing quote and the comma */
};

struct csv_cell {
    struct slice text; /* without the quotes around it */
    bool escaped;      /* two quotes in it stand for one */
    enum csv_fault fault;
};

/* The cell at *at (0 for the first), and moves *at to the next one. False behind the last. An empty record has one
 * cell. */
bool csv_cell_next(struct slice record, size_t *at, struct csv_cell *out_cell);
/* Cell number `cell`, from 0; its fault is the first one in the record up to it. False if the record has fewer. */
bool csv_cell_find(struct slice record, uint32_t cell, struct csv_cell *out_cell);

/* An escaped cell's text with each two quotes as one; into has room for text.len bytes. Returns the length. */
size_t csv_unescape(struct slice text, char *into);

#endif
