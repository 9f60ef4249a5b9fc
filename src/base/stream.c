/*
 * stream.c - bytes from a descriptor or memory, decompressed where their first bytes say so: see stream.h.
 *
 *   descriptor or memory --raw_fill()--> raw --decode()--> plain --> [ahead] --> [peeked] --> reader
 *
 * With stream_read_ahead() a thread does what stands before [ahead]; all fields that this touches are the thread's until it
 * has told of the end.
 *
 * What is not compressed goes from the descriptor into the reader's memory without a stop in between, but for the
 * first bytes, by which the compression is told.
 */
#include "base/stream.h"

#include "base/inflate.h"
#include "base/mem.h"
#include "base/read_ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that a read's cost is nothing beside decompression, small enough for a core's second cache. */
enum { RAW_BYTES = INFLATE_PIECE_MAX };
_Static_assert((int)READ_AHEAD_BUFFER_BYTES >= (int)INFLATE_OUT_BYTES, "a buffer is room enough");
/*
 * A pipe has 64 KiB at first, so that its two ends wait for each other all the time. The number is that of F_SETPIPE_SZ on Linux,
 * which is no part of POSIX; elsewhere it is no command, and refused.
 */
enum { PIPE_SET_SIZE = 1031, PIPE_BYTES = 1 << 20 };
/* A compressed file below this is decompressed in about the time that a thread takes to begin. */
enum { AHEAD_FILE_MIN = 64 * 1024 };

struct stream {
    char *name;
    int fd; /* -1: memory */
    bool fd_owned;
    bool waits;       /* a pipe, a terminal, a socket: a read may wait for ever */
    int64_t fd_begin; /* where in a regular file the stream begins; -1: can't be told */

    char *raw_buffer;          /* [RAW_BYTES], NULL for memory */
    struct slice raw;          /* not yet decoded; of raw_buffer or the caller's memory */
    bool raw_end;              /* nothing comes after `raw` */
    struct err raw_failure;    /* its code is set: why that is so */
    _Atomic uint64_t raw_done; /* taken from the descriptor or memory */
    uint64_t raw_size;

    bool detected;
    const struct inflate_type *inflate; /* NULL: plain */
    void *decoder;

    bool ahead_wanted;        /* as soon as it is known that a pipe's bytes are compressed */
    struct read_ahead *ahead; /* NULL: none */
    bool wakes;               /* `wake` is a pipe: closing its second end wakes a thread that waits for bytes */
    int wake[2];
    atomic_bool closing;

    char *peek_buffer;   /* [STREAM_PEEK_MAX], made by the first peek */
    struct slice peeked; /* of peek_buffer: decoded, not yet read */
    bool ended;
    struct err failure; /* its code is set: told by every read that finds nothing before it */
    uint64_t offset;
};

static atomic_bool interrupted; /* written by a signal handler, read by all threads: it is free of locks */

void stream_interrupt(bool stop)
{
    atomic_store(&interrupted, stop);
}

bool stream_is_interrupted(void)
{
    return interrupted;
}

static struct stream *stream_create(const char *name, struct err *err)
{
    struct stream *stream = mem_zalloc(1, sizeof *stream);
    char *copy = stream ? mem_strndup(name, strlen(name)) : NULL;
    if (!copy) {
        mem_free(stream);
        err_no_memory(err, sizeof *stream);
        return NULL;
    }
    stream->name = copy;
    stream->fd = -1;
    stream->fd_begin = -1;
    return stream;
}

/* Waits until bytes are there (or the other end is gone), looking up now and then whether it is to stop. */
static enum err_code fd_wait(const struct stream *stream, struct err *err)
{
    struct pollfd fds[] = {{.fd = stream->fd, .events = POLLIN}, {.fd = stream->wake[0], .events = POLLIN}};
    int ready;
    do {
        if (interrupted || atomic_load(&stream->closing))
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        ready = poll(fds, stream->wakes ? 2 : 1, STREAM_WAIT_MS);
    } while (ready == 0 || (ready < 0 && errno == EINTR) || fds[1].revents);
    return ready < 0 ? err_errno(err, ERR_INPUT, errno, "can't be read") : ERR_NONE;
}

/* One read from the descriptor; *out_len 0 is the end. */
static enum err_code fd_read(struct stream *stream, char *into, size_t size, size_t *out_len, struct err *err)
{
    for (;;) {
        if (stream->waits)
            TRY(fd_wait(stream, err));
        if (interrupted)
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        ssize_t got = read(stream->fd, into, size > SSIZE_MAX ? SSIZE_MAX : size);
        if (got >= 0) {
            *out_len = (size_t)got;
            stream->raw_done += (size_t)got;
            stream->raw_end = got == 0;
            return ERR_NONE;
        }
        /* EAGAIN: whoever shares the pipe with us has made it non-blocking, or another reader was quicker. */
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            stream->waits = true;
        else if (errno != EINTR)
            return err_errno(err, ERR_INPUT, errno, "can't be read");
    }
}

/* Opens what path names; the stream has the descriptor even where it is no good, so that it can be closed. */
static enum err_code file_open(const char *path, struct stream *stream, struct err *err)
{
    if (strcmp(path, "-") == 0) {
        stream->fd = STDIN_FILENO;
    } else {
        do
            stream->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        while (stream->fd < 0 && errno == EINTR && !interrupted);
        stream->fd_owned = stream->fd >= 0;
    }
    if (stream->fd < 0)
        return errno == EINTR ? err_set(err, ERR_INTERRUPTED, "interrupted")
                              : err_errno(err, ERR_INPUT, errno, "can't be opened");
    struct stat st;
    if (fstat(stream->fd, &st) != 0)
        return err_errno(err, ERR_INPUT, errno, "can't be read");
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_INPUT, "is a folder, not a file");
    stream->waits = !S_ISREG(st.st_mode);
    if (S_ISREG(st.st_mode))
        stream->fd_begin = stream->fd_owned ? 0 : lseek(stream->fd, 0, SEEK_CUR);
    if (S_ISFIFO(st.st_mode)) /* may be more than the user is allowed: then it stays as it is */
        (void)fcntl(stream->fd, PIPE_SET_SIZE, PIPE_BYTES);
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        stream->raw_size = (uint64_t)st.st_size;
    return ERR_NONE;
}

/* Prepares for reading bit by bit. */
static enum err_code file_prepare(struct stream *stream, struct err *err)
{
    (void)posix_fadvise(stream->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a hint: pipes have no use for it */
    stream->raw_buffer = mem_alloc(RAW_BYTES);
    return stream->raw_buffer ? ERR_NONE : err_no_memory(err, RAW_BYTES);
}

/*
 * Reads a file that says it has no more than `size` bytes into memory, and closes it. *out_whole is false where it has
 * more: then nothing has happened. Fewer bytes than were asked for, and as many as the file's size, are its end.
 */
static enum err_code file_read_short(struct stream *stream, char *memory, size_t size, bool *out_whole, struct err *err)
{
    size_t len = 0, got = 1;
    *out_whole = false;
    if (!stream->fd_owned || stream->fd_begin != 0 || stream->raw_size == 0 || stream->raw_size > size)
        return ERR_NONE;
    while (got > 0 && len < size) {
        size_t asked = size - len;
        TRY(fd_read(stream, memory + len, asked, &got, err));
        len += got;
        if (got < asked && len >= stream->raw_size)
            break;
    }
    if (len == size) { /* there may be more */
        stream->raw_done = 0;
        stream->raw_end = false;
        return lseek(stream->fd, 0, SEEK_SET) == 0 ? ERR_NONE : err_errno(err, ERR_INPUT, errno, "can't be read");
    }
    close(stream->fd);
    stream->fd_owned = false;
    stream->fd = -1;
    stream->fd_begin = -1;
    stream->raw = slice_of(memory, len);
    stream->raw_end = true;
    *out_whole = true;
    return ERR_NONE;
}

const char *stream_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

enum err_code stream_open_short(const char *path, char *memory, size_t size, bool *out_whole,
                                struct stream **out_stream, struct err *err)
{
    *out_whole = false;
    const char *name = stream_name(path);
    struct stream *stream = stream_create(name, err);
    if (!stream)
        return ERR_MEMORY;
    enum err_code code = file_open(path, stream, err);
    if (!code && size > 0)
        code = file_read_short(stream, memory, size, out_whole, err);
    if (!code && !*out_whole)
        code = file_prepare(stream, err);
    if (code) {
        err_at(err, "%s", name);
        stream_close(stream);
        return code;
    }
    *out_stream = stream;
    return ERR_NONE;
}

enum err_code stream_open(const char *path, struct stream **out_stream, struct err *err)
{
    bool whole;
    return stream_open_short(path, NULL, 0, &whole, out_stream, err);
}

enum err_code stream_open_memory(struct slice bytes, const char *name, struct stream **out_stream, struct err *err)
{
    struct stream *stream = stream_create(name, err);
    if (!stream)
        return ERR_MEMORY;
    stream->raw = bytes;
    stream->raw_end = true;
    stream->raw_done = stream->raw_size = bytes.len;
    *out_stream = stream;
    return ERR_NONE;
}

/* Stops the thread, also one that waits for bytes. */
static void ahead_end(struct stream *stream)
{
    atomic_store(&stream->closing, true);
    if (stream->wakes)
        close(stream->wake[1]);
    read_ahead_stop(stream->ahead);
    if (stream->wakes)
        close(stream->wake[0]);
    stream->ahead = NULL;
    stream->wakes = false;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    ahead_end(stream);
    if (stream->decoder)
        stream->inflate->close(stream->decoder);
    if (stream->fd_owned)
        close(stream->fd);
    mem_free(stream->raw_buffer);
    mem_free(stream->peek_buffer);
    mem_free(stream->name);
    mem_free(stream);
}

/* More raw bytes behind what is left of them, which moves to the buffer's front. */
static enum err_code raw_fill(struct stream *stream, struct err *err)
{
    if (stream->raw.len)
        memmove(stream->raw_buffer, stream->raw.ptr, stream->raw.len);
    stream->raw.ptr = stream->raw_buffer;
    size_t got = 0;
    TRY(fd_read(stream, stream->raw_buffer + stream->raw.len, RAW_BYTES - stream->raw.len, &got, err));
    stream->raw.len += got;
    return ERR_NONE;
}

static enum err_code raw_fill_to(struct stream *stream, size_t len, struct err *err)
{
    while (!stream->raw_end && stream->raw.len < len)
        TRY(raw_fill(stream, err));
    return ERR_NONE;
}

static enum err_code detect(struct stream *stream, struct err *err)
{
    while (!stream->raw_end && stream->raw.len < INFLATE_MAGIC_LEN && inflate_possible(stream->raw))
        TRY(raw_fill(stream, err));
    size_t skip;
    if (inflate_skippable(stream->raw, &skip))
        TRY(raw_fill_to(stream, RAW_BYTES, err));
    stream->detected = true;
    stream->inflate = inflate_detect(stream->raw);
    return stream->inflate ? stream->inflate->open(&stream->decoder, err) : ERR_NONE;
}

static enum err_code read_plain(struct stream *stream, char *into, size_t size, size_t *out_len, struct err *err)
{
    *out_len = 0;
    if (stream->raw.len == 0)
        return stream->raw_end ? ERR_NONE : fd_read(stream, into, size, out_len, err);
    *out_len = stream->raw.len < size ? stream->raw.len : size;
    memcpy(into, stream->raw.ptr, *out_len);
    stream->raw = slice_cut(stream->raw, *out_len, stream->raw.len);
    return ERR_NONE;
}

/* Where no more can be read, what was read is decompressed first. */
static void raw_fill_or_end(struct stream *stream)
{
    enum err_code code = raw_fill(stream, &stream->raw_failure);
    stream->raw_failure.code = code;
    stream->raw_end = stream->raw_end || code;
}

/* Nothing more can be decompressed; the last step left the decoder at `place`. */
static enum err_code inflated_end(const struct stream *stream, enum inflate_place place, struct err *err)
{
    if (stream->raw_failure.code) {
        *err = stream->raw_failure;
        return err->code;
    }
    if (place == INFLATE_BETWEEN && stream->raw_end)
        return ERR_NONE;
    return err_set(err, ERR_INPUT, "%s data ends too early: the file is truncated", stream->inflate->name);
}

static enum err_code read_inflated(struct stream *stream, char *into, size_t size, size_t *out_len, struct err *err)
{
    for (;;) {
        if (stream->raw.len == 0 && !stream->raw_end)
            raw_fill_or_end(stream);
        struct inflate_step step = {.in = stream->raw, .last = stream->raw_end, .out = into, .out_size = size};
        enum inflate_place place = INFLATE_INSIDE;
        size_t before = step.in.len;
        enum err_code code = stream->inflate->step(stream->decoder, &step, &place, err);
        stream->raw = step.in;
        *out_len = step.out_len;
        if (code || step.out_len)
            return code;
        if (step.in.len != before)
            continue;
        if (stream->raw_end || stream->raw.len == RAW_BYTES)
            return inflated_end(stream, place, err);
        raw_fill_or_end(stream);
    }
}

static void failure_keep(struct stream *stream, enum err_code code)
{
    if (!code)
        return;
    stream->failure.code = code;
    err_at(&stream->failure, "%s", stream->name);
}

/*
 * The next decoded bytes. A failure is kept, so that it is told after what came with it, and again by later calls; 0
 * bytes without a failure are the end.
 */
static size_t decode(struct stream *stream, char *into, size_t size)
{
    if (stream->ended || stream->failure.code || size == 0)
        return 0;
    size_t len = 0;
    struct err *err = &stream->failure;
    enum err_code code = stream->detected ? ERR_NONE : detect(stream, err);
    if (!code)
        code =
            stream->inflate ? read_inflated(stream, into, size, &len, err) : read_plain(stream, into, size, &len, err);
    failure_keep(stream, code);
    stream->ended = !code && len == 0;
    return len;
}

/* --- reading ahead --- */

static size_t ahead_make(void *user, char *into, size_t size, bool *out_full)
{
    struct stream *stream = user;
    size_t len = atomic_load(&stream->closing) ? 0 : decode(stream, into, size);
    *out_full = stream->inflate && stream->inflate->wants_room;
    return len;
}

/* Only where there is something to decompress: reading alone is done as fast by the reader. */
static void ahead_begin(struct stream *stream)
{
    stream->ahead_wanted = false;
    if (!stream->detected && !stream->failure.code)
        failure_keep(stream, detect(stream, &stream->failure));
    if (!stream->inflate || stream->failure.code)
        return;
    stream->wakes = stream->waits && pipe(stream->wake) == 0;
    for (int i = 0; stream->wakes && i < 2; i++)
        (void)fcntl(stream->wake[i], F_SETFD, FD_CLOEXEC);
    const struct read_ahead_config config = {.make = ahead_make, .user = stream, .eager = stream->waits};
    stream->ahead = read_ahead_start(&config);
    if (!stream->ahead) {
        ahead_end(stream);
        atomic_store(&stream->closing, false);
    }
}

void stream_read_ahead(struct stream *stream)
{
    if (stream->ahead || stream->fd < 0 || stream->offset || stream->peeked.len || stream->failure.code)
        return;
    stream->ahead_wanted = stream->waits;
    if (!stream->waits && stream->raw_size >= AHEAD_FILE_MIN)
        ahead_begin(stream);
}

bool stream_is_awaited(struct stream *stream)
{
    return stream->ahead && stream->peeked.len == 0 && !read_ahead_is_full(stream->ahead);
}

/* Decoded bytes, wherever they come from; 0 is the end, or stream->failure says why there are no more. */
static size_t next_bytes(struct stream *stream, char *into, size_t size)
{
    if (size == 0)
        return 0;
    if (stream->ahead_wanted)
        ahead_begin(stream);
    return stream->ahead ? read_ahead_take(stream->ahead, into, size) : decode(stream, into, size);
}

static enum err_code failure_tell(const struct stream *stream, struct err *err)
{
    if (stream->failure.code && err)
        *err = stream->failure;
    return stream->failure.code;
}

enum err_code stream_read(struct stream *stream, char *into, size_t size, size_t *out_len, struct err *err)
{
    size_t len = stream->peeked.len < size ? stream->peeked.len : size;
    if (len) {
        memcpy(into, stream->peeked.ptr, len);
        stream->peeked = slice_cut(stream->peeked, len, stream->peeked.len);
    } else {
        mem_free(stream->peek_buffer); /* most streams are peeked at but once, and there may be many */
        stream->peek_buffer = NULL;
        len = next_bytes(stream, into, size);
    }
    *out_len = len;
    stream->offset += len;
    return len || size == 0 ? ERR_NONE : failure_tell(stream, err);
}

/* Whether all that is left to be read stands in memory as it is. */
static bool lies_in_memory(struct stream *stream)
{
    if (stream->fd >= 0 || stream->peeked.len || stream->failure.code)
        return false;
    if (!stream->detected)
        failure_keep(stream, detect(stream, &stream->failure));
    return stream->detected && !stream->inflate;
}

bool stream_take_rest(struct stream *stream, size_t max, struct slice *out_bytes)
{
    if (!lies_in_memory(stream) || stream->raw.len == 0 || stream->raw.len > max)
        return false;
    *out_bytes = stream->raw;
    stream->offset += stream->raw.len;
    stream->raw = slice_cut(stream->raw, stream->raw.len, stream->raw.len);
    stream->ended = true;
    return true;
}

enum err_code stream_peek(struct stream *stream, size_t want, struct slice *out_bytes, struct err *err)
{
    if (lies_in_memory(stream)) {
        *out_bytes = slice_cut(stream->raw, 0, STREAM_PEEK_MAX);
        return ERR_NONE;
    }
    if (!stream->peek_buffer) {
        stream->peek_buffer = mem_alloc(STREAM_PEEK_MAX);
        if (!stream->peek_buffer)
            return err_no_memory(err, STREAM_PEEK_MAX);
    }
    if (want > STREAM_PEEK_MAX)
        want = STREAM_PEEK_MAX;
    if (stream->peeked.len < want) {
        if (stream->peeked.len)
            memmove(stream->peek_buffer, stream->peeked.ptr, stream->peeked.len);
        size_t len = stream->peeked.len, got;
        do {
            got = next_bytes(stream, stream->peek_buffer + len, STREAM_PEEK_MAX - len);
            len += got;
        } while (got && len < want);
        stream->peeked = slice_of(stream->peek_buffer, len);
    }
    *out_bytes = stream->peeked;
    return stream->peeked.len || want == 0 ? ERR_NONE : failure_tell(stream, err);
}

/* --- in many threads --- */

bool stream_is_file(const struct stream *stream, size_t size)
{
    return stream->fd_begin >= 0 && stream->detected && !stream->inflate && stream->offset == 0 &&
           stream->raw_size > (uint64_t)stream->fd_begin && stream->raw_size - (uint64_t)stream->fd_begin > size;
}

/* How many of `size` bytes stand at the offset, as far as the file's size tells. */
static size_t file_has(const struct stream *stream, size_t size)
{
    uint64_t at = (uint64_t)stream->fd_begin + stream->offset;
    uint64_t left = stream->raw_size > at ? stream->raw_size - at : 0;
    return left < size ? (size_t)left : size;
}

/* What was read of a file to look at it is not needed where it is read at places. */
static void buffers_free(struct stream *stream)
{
    if (!stream->peek_buffer && !stream->raw_buffer)
        return;
    mem_free(stream->peek_buffer);
    mem_free(stream->raw_buffer);
    stream->peek_buffer = stream->raw_buffer = NULL;
    stream->peeked = stream->raw = slice_of("", 0);
}

enum err_code stream_skip(struct stream *stream, size_t size, size_t *out_len, struct err *err)
{
    *out_len = 0;
    buffers_free(stream);
    if (interrupted) {
        err_set(err, ERR_INTERRUPTED, "interrupted");
        return err_at(err, "%s", stream->name);
    }
    size_t len = file_has(stream, size);
    struct stat st;
    if (len < size && fstat(stream->fd, &st) == 0 && st.st_size > 0) {
        stream->raw_size = (uint64_t)st.st_size;
        len = file_has(stream, size);
    }
    if (len == 0) { /* not all files have the size that they say */
        char byte;
        size_t got = 0;
        len = stream_read_at(stream, stream->offset, &byte, 1, &got, NULL) || got ? size : 0;
    }
    *out_len = len;
    stream->offset += len;
    if (stream->raw_done < stream->offset)
        stream->raw_done = stream->offset;
    return ERR_NONE;
}

enum err_code stream_read_at(const struct stream *stream, uint64_t offset, char *into, size_t size, size_t *out_len,
                             struct err *err)
{
    *out_len = 0;
    while (*out_len < size) {
        size_t step = size - *out_len > SSIZE_MAX ? SSIZE_MAX : size - *out_len;
        off_t at = (off_t)((uint64_t)stream->fd_begin + offset + *out_len);
        ssize_t got = pread(stream->fd, into + *out_len, step, at);
        if (got == 0)
            break;
        if (got > 0) {
            *out_len += (size_t)got;
        } else if (errno != EINTR) {
            err_errno(err, ERR_INPUT, errno, "can't be read");
            return err_at(err, "%s", stream->name);
        }
    }
    return ERR_NONE;
}

static enum err_code read_rest(struct stream *stream, struct buf *into, struct err *err)
{
    enum { STEP_BYTES = 1 << 16 };
    for (size_t got = 1; got > 0;) {
        char *space = buf_reserve(into, STEP_BYTES);
        if (!space)
            return into->too_long ? err_set(err, ERR_LIMIT, "is longer than %zu bytes", into->max_len)
                                  : err_no_memory(err, into->len + STEP_BYTES);
        TRY(stream_read(stream, space, STEP_BYTES, &got, err));
        into->len += got;
    }
    return ERR_NONE;
}

enum err_code stream_read_file(const char *path, struct buf *into, struct err *err)
{
    struct stream *stream;
    TRY(stream_open(path, &stream, err));
    enum err_code code = read_rest(stream, into, err);
    stream_close(stream);
    return code;
}

const char *stream_compression(const struct stream *stream)
{
    return stream->inflate ? stream->inflate->name : "";
}

uint64_t stream_offset(const struct stream *stream)
{
    return stream->offset;
}

uint64_t stream_raw_bytes(const struct stream *stream)
{
    return stream->raw_done;
}
