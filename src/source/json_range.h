/*
 * json_range.h - JSON lines of a regular file, read in many threads.
 *
 *   file    ...{"a":1}\n{"b":2}\n{"c":|3}\n{"d":4}\n{"e":5}\n{"f|":6}\n...
 *                      the range      ^------------------------^
 *                      its lines          {"d":4} {"e":5} {"f":6}
 *
 * The serial part hands out stretches of the file; a worker reads its own, and has the lines that begin in it, the last
 * one to its end beyond the stretch. So every line is some block's, whole, whatever the size of blocks.
 */
#ifndef DDNSHUNT_SOURCE_JSON_RANGE_H
#define DDNSHUNT_SOURCE_JSON_RANGE_H

#include "source/json_int.h"

/* How much memory a block needs that stands for so many bytes. */
size_t json_range_capacity(size_t block_bytes);

/* Prepares the source for it where its stream is such a file; else false. Before the first block. */
bool json_ranges_begin(struct json_source *source);

/* The next block, of which nothing is read; NULL at the end. Serial. */
enum err_code json_range_next(struct json_source *source, struct block **out_block, struct err *err) MUST_CHECK;

/*
 * Reads the block's lines into it. Any thread. Where the file can't be read further, out_failure has a code, and the
 * block has what came before. (Such a failure is not one of this function: it is told in the order of the blocks.)
 */
enum err_code json_range_load(struct json_block *block, struct err *out_failure, struct err *err) MUST_CHECK;

#endif
