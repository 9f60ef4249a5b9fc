/*
 * stream.h - bytes from a file, a pipe or memory, decompressed on the way where their first bytes say so.
 *
 * A stream is read forwards, by one thread at a time. gzip, zstd, lz4 (frames), xz and bzip2 are known by their magic
 * numbers, never by a file's name, and may be several members in a row; a compressed file inside a compressed file is
 * not opened twice. Memory is bounded whatever the input claims: a window over STREAM_WINDOW_MAX is refused.
 * Sources: RFC 1952, RFC 8878, the lz4 frame format 1.6, the .xz format 1.1.
 */
#ifndef DDNSHUNT_BASE_STREAM_H
#define DDNSHUNT_BASE_STREAM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* zstd's own default for a decoder (windowLog 27); xz dictionaries are held to the same. */
enum { STREAM_WINDOW_MAX = 128 * 1024 * 1024 };

struct stream;

/* What messages call the input at path: standard input, or the path. */
const char *stream_name(const char *path);
/* path "-" is standard input. ERR_INPUT names the path and the reason. Folders are refused. */
enum err_code stream_open(const char *path, struct stream **out_stream, struct err *err) MUST_CHECK;
/*
 * The same, but a regular file of fewer than `size` bytes is read at once into memory, which outlives the stream, and is
 * closed: *out_whole. A failure to read is then one of this call.
 */
enum err_code stream_open_short(const char *path, char *memory, size_t size, bool *out_whole,
                                struct stream **out_stream, struct err *err) MUST_CHECK;
/* Over bytes that outlive the stream; name is for messages. */
enum err_code stream_open_memory(struct slice bytes, const char *name, struct stream **out_stream,
                                 struct err *err) MUST_CHECK;
void stream_close(struct stream *stream); /* NULL is allowed */

/*
 * From here on a thread of the stream's own reads and decompresses ahead of the reader, at once and until its buffers (1.25 MiB)
 * are full; the reader notices nothing but that it waits less. For a stream just opened, of which nothing was read. Where it
 * would not help (what is not compressed, a small file) or no thread or memory is to be had, all stays as it was. A file's first
 * bytes are looked at now, so that its kind is known; a pipe's with the first read or peek, and the thread begins then.
 */
void stream_read_ahead(struct stream *stream);

/*
 * A thread reads ahead, and is not ahead of the reader by more than it makes while the reader is at work: another reader would
 * only wait. For the thread whose turn it is to read.
 */
bool stream_is_awaited(struct stream *stream);

/*
 * Reads up to size bytes (decompressed); *out_len 0 means the end. Short reads are normal. A damaged or truncated
 * compressed input gives what could be decompressed first, then ERR_INPUT with the reason; later calls say it again.
 */
enum err_code stream_read(struct stream *stream, char *into, size_t size, size_t *out_len, struct err *err) MUST_CHECK;

/*
 * The next bytes without consuming them: at least `want` unless the input ends or fails earlier (want is at most
 * STREAM_PEEK_MAX). Good until the next read or peek. An error after some bytes is kept for the read that reaches it.
 */
enum { STREAM_PEEK_MAX = 1 << 20 };
enum err_code stream_peek(struct stream *stream, size_t want, struct slice *out_bytes, struct err *err) MUST_CHECK;

/*
 * Where all that is left to be read lies in memory as it is (a short file, or what stream_open_memory() was given), it is
 * taken as read. False where it does not, is empty, or longer than `max`.
 */
bool stream_take_rest(struct stream *stream, size_t max, struct slice *out_bytes);

/*
 * Reading a file in many threads: one at a time is handed places in place of bytes, and each reads its own.
 *
 * stream_is_file(): a regular, uncompressed file longer than `size`, of which nothing but peeks was read. If so:
 * stream_skip() passes over up to size bytes, *out_len 0 means the end (what is appended meanwhile comes before it).
 * stream_read_at() fills `into` from that offset of the stream, in any thread and any order; fewer bytes mean the end,
 * which may come early if the file has shrunk, or (with ERR_INPUT) that no more can be read.
 */
bool stream_is_file(const struct stream *stream, size_t size);
enum err_code stream_skip(struct stream *stream, size_t size, size_t *out_len, struct err *err) MUST_CHECK;
enum err_code stream_read_at(const struct stream *stream, uint64_t offset, char *into, size_t size, size_t *out_len,
                             struct err *err) MUST_CHECK;

/*
 * For a signal handler: every read of a pipe or a terminal that waits for bytes, and every later one of any file, fails
 * with ERR_INTERRUPTED (within STREAM_WAIT_MS). false takes it back. stream_skip() is such a read, stream_read_at() is not: what
 * has been begun is finished. Who reads much in one go asks stream_is_interrupted().
 */
void stream_interrupt(bool stop);
bool stream_is_interrupted(void);
enum { STREAM_WAIT_MS = 200 };

/*
 * All of path, "-" for standard input, into a buffer born with a maximum. ERR_INPUT as above; ERR_LIMIT if it is longer than the
 * maximum (less what is read at a time): the caller knows what it is too long for.
 */
enum err_code stream_read_file(const char *path, struct buf *into, struct err *err) MUST_CHECK;

/* "gzip", "zstd", "lz4", "xz", "bzip2" or "" (known after the first read or peek). */
const char *stream_compression(const struct stream *stream);
/* Bytes given to the reader so far (decompressed): the offset of the next one. */
uint64_t stream_offset(const struct stream *stream);
/* Bytes taken from the file so far, before decompression. */
uint64_t stream_raw_bytes(const struct stream *stream);

#endif
