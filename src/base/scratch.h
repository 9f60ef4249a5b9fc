/*
 * scratch.h - one temporary file with many streams of records in it: what doesn't fit in memory, written once, read once.
 *
 * The file has no name: who else looks finds nothing, and it is gone with the program however that ends. It consists of
 * blocks of one size; a stream is a chain of blocks, and a block that has been read is used again.
 *
 *   block  -> [next | used | record record ... ]     next: number of the stream's next block, 0 at its end
 *   record -> [length, 4 bytes | bytes]              may reach over several blocks, its length does not
 *
 * Any write or read can fail (ERR_OUTPUT, with the folder in the error). One thread.
 */
#ifndef DDNSHUNT_BASE_SCRATCH_H
#define DDNSHUNT_BASE_SCRATCH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

struct scratch;

/* A stream that has been written. Zeroed: an empty one. */
struct scratch_stream {
    uint64_t first; /* block; 0: no record */
    uint64_t record_count;
    size_t record_max; /* bytes of the longest */
};

struct scratch_writer {
    struct scratch *scratch;
    char *block; /* NULL before the first record */
    size_t used; /* of the block, header included */
    uint64_t number;
    struct scratch_stream stream;
};

struct scratch_reader {
    struct scratch *scratch;
    char *block; /* NULL at the end */
    size_t at, used;
    uint64_t next;
    struct buf spare; /* a record that reaches over blocks */
};

enum { SCRATCH_BLOCK_MIN = 4096 };

/* folder NULL: /var/tmp, or /tmp where that can't be used. block_bytes: at least SCRATCH_BLOCK_MIN. */
enum err_code scratch_open(const char *folder, size_t block_bytes, struct scratch **out_scratch,
                           struct err *err) MUST_CHECK;
/* Writers and readers are to be released before. NULL is allowed. */
void scratch_close(struct scratch *scratch);

size_t scratch_block_bytes(const struct scratch *scratch);
uint64_t scratch_held_bytes(const struct scratch *scratch);    /* memory of its writers and readers */
uint64_t scratch_written_bytes(const struct scratch *scratch); /* since it was opened */
uint64_t scratch_file_bytes(const struct scratch *scratch);    /* how large the file has become */

/* Allocates nothing before the first record. */
void scratch_writer_init(struct scratch_writer *writer, struct scratch *scratch);
/* Appends a record (at most UINT32_MAX bytes, else ERR_LIMIT). */
enum err_code scratch_add(struct scratch_writer *writer, struct slice record, struct err *err) MUST_CHECK;
/* Writes what is left; the writer is then as after init. */
enum err_code scratch_finish(struct scratch_writer *writer, struct scratch_stream *out_stream,
                             struct err *err) MUST_CHECK;
void scratch_writer_release(struct scratch_writer *writer);

/* A stream can be read once: its blocks are given free as they are read. */
enum err_code scratch_reader_open(struct scratch_reader *reader, struct scratch *scratch,
                                  const struct scratch_stream *stream, struct err *err) MUST_CHECK;
/* The next record, good until the next call; *out_any is false at the end. */
enum err_code scratch_next(struct scratch_reader *reader, struct slice *out_record, bool *out_any,
                           struct err *err) MUST_CHECK;
/* Also of one whose opening failed. */
void scratch_reader_release(struct scratch_reader *reader);

#endif
