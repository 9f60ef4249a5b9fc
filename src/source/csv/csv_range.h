/*
 * csv_range.h - CSV of a regular file, read in many threads.
 *
 *   file       h,e,a,d\na,"b\n",c,d\ne,f,g,h\ni,"j, |k",l,m\nn,o,p,q\n ...
 *   stretches  <----------------------------------><------------------>
 *   scanned    <-------><-----------------------------------><---------->  up to the end of the record that goes over the border
 *
 * The serial part hands out stretches of the file; a worker reads its own, and has the records from the first one's end at or
 * behind its begin on, up to the first one's end at or behind its end. Where that begin is depends on all quotes before it,
 * and is known for certain when the block before has been scanned. Until then it is guessed: a quote with text on one side
 * tells whether it opens or closes a cell. A wrong guess costs a second scan of the stretch, and never an answer (turns.h).
 */
#ifndef DDNSHUNT_SOURCE_CSV_RANGE_H
#define DDNSHUNT_SOURCE_CSV_RANGE_H

#include "source/csv/csv_int.h"

/* Prepares the source for it where its stream, of which nothing was read, is such a file. Before the first block. */
void csv_ranges_begin(struct csv_source *csv);

/* The next block, of which nothing is read; NULL at the end. Serial. */
enum err_code csv_range_next(struct csv_source *csv, struct block **out_block, struct err *err) MUST_CHECK;
/* Reads its bytes. Any thread. */
enum err_code csv_range_load(struct csv_block *block, struct err *err) MUST_CHECK;
/* Reads on behind them until the block has `upto` bytes or the file ends. */
enum err_code csv_range_fill(struct csv_block *block, size_t upto, struct err *err) MUST_CHECK;

/* One block's scan. */
struct csv_turn {
    bool guessed; /* it began where a record seems to begin, */
    size_t begin; /* which is there in the block's text */
    struct csv_scanner scanner;
};
/*
 * Finds the block's records by a guess, unless none is of use: turn->guessed. Never waits. csv_turn_take() must follow, or
 * turns_break().
 */
enum err_code csv_turn_guess(struct csv_block *block, struct csv_turn *turn, struct err *err) MUST_CHECK;
/* Waits for the block's turn, and finds its records for good. *out_changed: they are not those of a guess. */
enum err_code csv_turn_take(struct csv_block *block, struct csv_turn *turn, bool *out_changed,
                            struct err *err) MUST_CHECK;

#endif
