/*
 * json_range.h - JSON of a regular file, read in many threads.
 *
 *   file    ...{"a":1}\n{"b":2}\n{"c":|3}\n{"d":4}\n{"e":5}\n{"f|":6}\n...
 *                      the range      ^------------------------^
 *                      its lines          {"d":4} {"e":5} {"f":6}
 *
 * The serial part hands out stretches of the file; a worker reads its own, and has the lines that begin in it, the last
 * one to its end beyond the stretch. So every line is some block's, whole, whatever the size of blocks. Of other JSON than
 * lines, json_chain.h says which records are whose.
 */
#ifndef DDNSHUNT_SOURCE_JSON_RANGE_H
#define DDNSHUNT_SOURCE_JSON_RANGE_H

#include "source/json/json_int.h"

/* Prepares the source for it where its stream is such a file; else false. Before the first block. */
bool json_ranges_begin(struct json_source *source);

/* The next block, of so many bytes, of which nothing is read; NULL at the end. Serial. */
enum err_code json_range_next(struct json_source *source, size_t bytes, struct block **out_block,
                              struct err *err) MUST_CHECK;
/*
 * How many bytes the next block should have so that it ends with a line, where lines are long and all alike: looked for from
 * `likely` on, which a line may have. A guess, for speed alone.
 */
size_t json_range_lines(const struct json_source *source, size_t likely);

/*
 * Reads the block's stretch, from block->start to block->end in its bytes, with some of what stands before and behind it.
 * Where the file ends earlier so does the block; where it can't be read further, block->failure says why (such a failure
 * is not one of this function: it is told in the order of the blocks). Any thread.
 */
enum err_code json_range_read(struct json_block *block, struct err *err) MUST_CHECK;
/* Reads on, if block->more, behind what was read; if so much is enough, no more than `most` bytes in all. */
enum err_code json_range_more(struct json_block *block, size_t most, struct err *err) MUST_CHECK;
/* What could not be read is another block's affair. */
void json_range_forgive(struct json_block *block);

/* Reads the block's lines into it, in the same way. Any thread. */
enum err_code json_range_load(struct json_block *block, struct err *err) MUST_CHECK;

#endif
