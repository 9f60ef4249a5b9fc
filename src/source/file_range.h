/*
 * file_range.h - stretches of a regular file, which many threads read, each its own.
 */
#ifndef DDNSHUNT_SOURCE_FILE_RANGE_H
#define DDNSHUNT_SOURCE_FILE_RANGE_H

#include "base/err.h"
#include "base/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct file_range {
    uint64_t begin;
    size_t len;
};

enum {
    FILE_RANGE_LEAD = 64,   /* bytes before a stretch that are read with it: what stands there tells how it begins */
    FILE_RANGE_TAIL = 4096, /* ... and behind it: most records that begin in it end there */
    FILE_RANGE_PAGE = 4096  /* text in memory stands in it as it does in the file's: the kernel copies faster then */
};

/* Memory that reading stretches of so many bytes takes. */
static inline size_t file_range_memory(size_t bytes)
{
    return FILE_RANGE_LEAD + bytes + FILE_RANGE_TAIL + FILE_RANGE_PAGE;
}

/* Where in such memory the file's text from `offset` on is to stand. */
static inline char *file_range_place(char *memory, uint64_t offset)
{
    return memory + (size_t)(offset - (uintptr_t)memory) % FILE_RANGE_PAGE;
}

/* The next one of up to `size` bytes; its length is 0 at the end. Serial. */
enum err_code file_range_next(struct stream *stream, size_t size, struct file_range *out_range,
                              struct err *err) MUST_CHECK;

/*
 * Reads what stands in the file at `offset` into bytes, of which *len are there, up to `upto`. *out_more is false if the file
 * ends before; where it can't be read on, *out_failure says why, and belongs to the caller: that is none of this function,
 * as it is to be told in the order of the blocks, if at all. Any thread.
 */
enum err_code file_range_fill(const struct stream *stream, uint64_t offset, char *bytes, size_t *len, size_t upto,
                              bool *out_more, struct err **out_failure, struct err *err) MUST_CHECK;

#endif
