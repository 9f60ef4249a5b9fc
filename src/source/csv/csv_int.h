/*
 * csv_int.h - what the files of the CSV source share: opening and reading in order (csv.c), reading in many threads
 * (csv_range.c), rows and their cells (csv_batch.c).
 */
#ifndef DDNSHUNT_SOURCE_CSV_INT_H
#define DDNSHUNT_SOURCE_CSV_INT_H

#include "base/buf.h"
#include "source/block_pool.h"
#include "source/csv/csv_header.h"
#include "source/csv/csv_index.h"
#include "source/file_range.h"
#include "source/source.h"
#include "source/turns.h"

struct csv_source {
    struct source source;
    struct stream *stream;
    struct arena arena;
    struct csv_header header;
    struct block_pool pool; /* of csv_blocks of the usual capacity */
    size_t capacity;        /* that is this */
    /* Read in order: */
    struct csv_scanner scanner;
    struct buf rest; /* the beginning of a record behind the last block */
    uint64_t offset; /* of the next block's first byte */
    uint64_t told;   /* bytes that the blocks so far stand for */
    bool ended, interrupted;
    struct err failure; /* of the stream; told behind the last block */
    /* Read in many threads: see csv_range.h */
    bool in_ranges;
    uint64_t number; /* of the next block */
    struct turns turns;
    uint64_t record; /* offset of the first record of the block whose turn it is; for whoever has the turn */
    bool over;       /* the end was met, or where it can't be read on; as above, and for all under the turns' mutex */
};

struct csv_block {
    struct block block;
    char *memory; /* [FILE_RANGE_PAGE + capacity] */
    char *text;   /* in it */
    size_t len, capacity;
    struct csv_index index;
    struct csv_row *rows; /* their lines count from 0 at the block's begin */
    size_t row_count, row_capacity;
    uint32_t first_line; /* lines of the header, which the first block has before its rows */
    uint64_t bytes;      /* of the input that it stands for: the header and what was skipped included */
    bool too_long;       /* behind its rows stands the begin of a record that is too long, */
    uint32_t long_lines; /* which had so many lines */
    bool failed;         /* the input is broken behind it */
    /* Of a stretch of a file: */
    uint64_t number;
    struct file_range range;
    size_t end;          /* of the stretch, in text */
    bool more;           /* the file may go on behind len */
    struct err *failure; /* why it can't be read further, or NULL */
};

/* Block of a source; has memory from earlier use, or none. */
enum err_code csv_block_new(struct csv_source *csv, struct csv_block **out_block, struct err *err) MUST_CHECK;
/* Room for so many bytes in all; text moves. */
enum err_code csv_block_grow(struct csv_block *block, size_t capacity, struct err *err) MUST_CHECK;
/* Bytes of the input at `offset` come next into the block, which is empty. */
void csv_block_place(struct csv_block *block, uint64_t offset);
/* Behind what was split too. */
void csv_block_free(struct csv_block *block);

/*
 * Passes over the rest of the record at the index's end, which goes on behind the block and is too long. What was read behind
 * it is in out_behind: its text (to be freed), length and offset, and whether the input goes on there.
 */
enum err_code csv_record_skip(struct csv_source *csv, struct csv_block *block, struct csv_scanner *scanner,
                              struct csv_block *out_behind, struct err *err) MUST_CHECK;

/* source_type.split: takes the block over in any case. */
enum err_code csv_split(struct block *block, struct batch **out_batch, struct err *err) MUST_CHECK;

#endif
