/*
 * out.h - where results go: buffered bytes to a descriptor, or to a file that appears whole or not at all.
 *
 * To a regular file: a temporary file in the same folder, fsync, rename, fsync of the folder; until out_commit() the
 * old file stays as it was. To a FIFO or a device it writes straight. EPIPE is ERR_PIPE; any other failure ERR_OUTPUT.
 */
#ifndef DDNSHUNT_BASE_OUT_H
#define DDNSHUNT_BASE_OUT_H

#include "base/err.h"
#include "base/slice.h"

struct out;

/* fd is borrowed: it is not closed. */
enum err_code out_open_fd(int fd, const char *name, struct out **out_out, struct err *err) MUST_CHECK;
/*
 * A link is followed: what it points to is replaced, not the link. A new file gets the usual mode (umask), an old one
 * keeps its own. A folder, or a file that may not be written, is refused here.
 */
enum err_code out_open_file(const char *path, struct out **out_out, struct err *err) MUST_CHECK;
/* Into memory, for tests: the bytes (also those not flushed) can be had by out_memory(), until the next call. */
enum err_code out_open_memory(struct out **out_out, struct err *err) MUST_CHECK;
struct slice out_memory(const struct out *out);

/* Buffers; the first failure is kept and told again by each later call. */
enum err_code out_write(struct out *out, struct slice bytes, struct err *err) MUST_CHECK;
enum err_code out_flush(struct out *out, struct err *err) MUST_CHECK;
/* Flushes and, for a file, puts it in its place. */
enum err_code out_commit(struct out *out, struct err *err) MUST_CHECK;
/* Closes; without a commit before, a temporary file is removed. NULL is allowed. */
void out_close(struct out *out);

#endif
