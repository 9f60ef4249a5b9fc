/*
 * json_scan.h - finds the records in JSON text by its structure, piece by piece, however long the text is.
 *
 *   text:      {"Stats":{..},"Results":[ {row}, {row}, .. ]}  {row}  [ {row}, {row} ]
 *   records:                              ^^^^^  ^^^^^         ^^^^^    ^^^^^  ^^^^^
 *
 * A pushdown automaton that sees brackets, strings and, in the outermost object, keys; what lies inside a record is
 * checked later, when the record is read. Most records' ends are told by what follows them (json_border.h), and brackets are
 * counted in the others. It can stop after any byte and go on with the next piece, whose buffer must begin with the
 * byte at json_scan_keep() of the one before.
 *
 * Text that is no record becomes a reject. After a fault whose end can't be told from the structure (a line break in a
 * string: a quote is missing somewhere) the scan goes on at the next line that begins as the faulty record's line did;
 * where records do not begin lines there is no safe place, and the scan fails.
 */
#ifndef DDNSHUNT_SOURCE_JSON_SCAN_H
#define DDNSHUNT_SOURCE_JSON_SCAN_H

#include "source/json/json_int.h"

enum json_scan_state {
    SCAN_TOP,    /* between values */
    SCAN_LINE,   /* text outside any record, up to the line's end */
    SCAN_KEY,    /* in an outermost object: a key or its end is due */
    SCAN_COLON,  /* ... then a colon */
    SCAN_VALUE,  /* ... a value */
    SCAN_AFTER,  /* ... a comma or the end */
    SCAN_ROWS,   /* in an array of records: an element, a comma or the end is due */
    SCAN_SCALAR, /* in a number or word */
    SCAN_NESTED, /* in an object or array that is a record, an element or a value */
    SCAN_RESYNC  /* after a fault: a line that begins like the record's is looked for */
};

enum { SCAN_KEY_MAX = 48 };
#define SCAN_NO_INDENT UINT32_MAX

struct json_scan {
    enum json_scan_state state, back; /* back: where a scalar, nested value or fault leads to */
    bool in_string, after_backslash;
    bool in_object; /* the outermost value is an object */
    bool has_rows;  /* ... which turned out to be a container */
    bool lost;      /* what is being read was too long; its reject is made */
    bool held;      /* what is being read begins at hold, and is needed whole */
    bool key_gone;  /* the key's begin left the buffer: it is longer than any that matters */
    size_t hold, token;
    uint64_t depth;
    uint32_t line_indent, indent; /* blanks before: this place, the record */
    uint64_t values;              /* outermost ones that began */
    size_t record_max;
    char key[SCAN_KEY_MAX];
    size_t key_len;
    const char *failure; /* static text: the scan can't go on */
};

void json_scan_init(struct json_scan *scan, size_t record_max);
/*
 * Reads on from *at to the end of the block's bytes, or behind the first record or reject that ends at or after `until`,
 * adding spans. Where it stops before both without a failure, more bytes are needed to go on. With the batch that they are for
 * the facts of records are noted on the way, but of those that are not read in one piece (see span.noted), and rows that
 * are turned away by their names alone are counted and no more. batch: prepared for the quick path, or NULL.
 */
enum err_code json_scan_run(struct json_scan *scan, struct json_block *block, struct json_batch *batch, size_t *at,
                            size_t until, enum json_behind behind, struct err *err) MUST_CHECK;
/*
 * The same with a text that is one line, up to the newline at or after *at in the block, or to the block's end where there is
 * none. The scan is new. Any fault fails it.
 */
enum err_code json_scan_line(struct json_scan *scan, struct json_block *block, struct json_batch *batch, size_t *at,
                             struct err *err) MUST_CHECK;
/* Notes of one record, in [begin, end), what json_scan_run() would. */
void json_scan_facts(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t begin,
                     uint32_t end);
/* The first byte that the next piece must begin with; everything before it is done with. */
size_t json_scan_keep(const struct json_scan *scan, size_t at);
/* Tells the scan that the bytes before `keep` are gone from the buffer. */
void json_scan_shift(struct json_scan *scan, size_t keep);

#endif
