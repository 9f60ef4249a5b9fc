/*
 * json_drive.h - runs a JSON source over bytes in memory or in a file, without a scan, and tells all it gave.
 */
#ifndef DDNSHUNT_TESTS_JSON_DRIVE_H
#define DDNSHUNT_TESTS_JSON_DRIVE_H

#include "base/buf.h"
#include "source/json/json.h"

struct drive_reject {
    enum reject_kind kind;
    uint64_t record, offset; /* record from 0 in its block, offset in the input */
    size_t len;
};

struct drive {
    /* Set before drive_run(). */
    const struct source_type *type;
    const struct schema *schema;
    struct source_options options;
    bool with_offsets;
    bool skip_verify;      /* as a query does that no row survives */
    bool load_first;       /* all columns, before rows are checked: as predicates over them all do */
    const char *load_only; /* this column alone is loaded, and no row is checked */
    unsigned threads;      /* that split blocks; 0: the caller */
    bool in_file;          /* the bytes stand in a file */
    /* What came of it. */
    struct buf
        rows; /* a line a row: its offset if wanted, then name=value for all columns that are neither null nor empty */
    struct drive_reject *rejects; /* by offset */
    size_t reject_count, reject_capacity;
    size_t row_count;
    size_t largest_block; /* bytes of memory that a block took */
    struct scan_stats stats;
    enum err_code code;
    struct err err;
};

void drive_init(struct drive *drive, const struct source_type *type);
void drive_run(struct drive *drive, struct slice bytes);
void drive_release(struct drive *drive);

#endif
