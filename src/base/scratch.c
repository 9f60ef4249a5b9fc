/*
 * scratch.c - a temporary file of many streams: see scratch.h.
 */
#define _GNU_SOURCE /* O_TMPFILE, mkostemp() */
#include "base/scratch.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
    int fd;
    char *folder;
    size_t block_bytes;
    uint64_t block_count; /* blocks 1 .. block_count have been given out */
    uint64_t *free_blocks;
    size_t free_count, free_capacity;
    uint64_t held_bytes, written_bytes;
};

struct block_header {
    uint64_t next, used;
};

enum { HEADER_BYTES = sizeof(struct block_header), LENGTH_BYTES = sizeof(uint32_t) };

/* --- the file --- */

/* Where the file system has no files without a name, the name goes at once. */
static int file_named_open(const char *folder)
{
    static const char NAME[] = "/ddnshunt-XXXXXX";
    size_t len = strlen(folder);
    char *path = mem_alloc(len + sizeof NAME);
    if (!path) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(path, folder, len);
    memcpy(path + len, NAME, sizeof NAME);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    mem_free(path);
    return fd;
}

static int file_open(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
        return fd;
    return file_named_open(folder);
}

static enum err_code scratch_failed(const struct scratch *scratch, int errno_value, const char *what, struct err *err)
{
    err_errno(err, ERR_OUTPUT, errno_value, "%s", what);
    err_at(err, "%s", scratch->folder);
    if (errno_value == ENOSPC || errno_value == EDQUOT || errno_value == EFBIG)
        return err_hint(err, "free some space, name another folder (--tmp-dir), or let the query hold more (--memory)");
    return err_hint(err, "name another folder (--tmp-dir), or let the query hold more in memory (--memory)");
}

static enum err_code folder_use(struct scratch *scratch, const char *folder, struct err *err)
{
    mem_free(scratch->folder);
    scratch->folder = mem_strndup(folder, strlen(folder));
    if (!scratch->folder)
        return err_no_memory(err, strlen(folder));
    scratch->fd = file_open(folder);
    return scratch->fd >= 0 ? ERR_NONE : scratch_failed(scratch, errno, "a temporary file can't be made in it", err);
}

enum err_code scratch_open(const char *folder, size_t block_bytes, struct scratch **out_scratch, struct err *err)
{
    struct scratch *scratch = mem_zalloc(1, sizeof *scratch);
    if (!scratch)
        return err_no_memory(err, sizeof *scratch);
    *scratch = (struct scratch){.fd = -1, .block_bytes = block_bytes};
    enum err_code code = folder_use(scratch, folder ? folder : "/var/tmp", err);
    if (code == ERR_OUTPUT && !folder)
        code = folder_use(scratch, "/tmp", err);
    if (code != ERR_NONE) {
        scratch_close(scratch);
        return code;
    }
    *out_scratch = scratch;
    return ERR_NONE;
}

void scratch_close(struct scratch *scratch)
{
    if (!scratch)
        return;
    if (scratch->fd >= 0)
        close(scratch->fd);
    mem_free(scratch->free_blocks);
    mem_free(scratch->folder);
    mem_free(scratch);
}

size_t scratch_block_bytes(const struct scratch *scratch)
{
    return scratch->block_bytes;
}

uint64_t scratch_held_bytes(const struct scratch *scratch)
{
    return scratch->held_bytes;
}

uint64_t scratch_written_bytes(const struct scratch *scratch)
{
    return scratch->written_bytes;
}

uint64_t scratch_file_bytes(const struct scratch *scratch)
{
    return scratch->block_count * scratch->block_bytes;
}

/* --- blocks --- */

static uint64_t block_take(struct scratch *scratch)
{
    return scratch->free_count ? scratch->free_blocks[--scratch->free_count] : ++scratch->block_count;
}

/* Without memory to remember it the block is not used again: that is all. */
static void block_give(struct scratch *scratch, uint64_t number)
{
    uint64_t *blocks =
        mem_grow(scratch->free_blocks, scratch->free_count, &scratch->free_capacity, sizeof *scratch->free_blocks);
    if (!blocks)
        return;
    scratch->free_blocks = blocks;
    blocks[scratch->free_count++] = number;
}

static off_t block_place(const struct scratch *scratch, uint64_t number)
{
    return (off_t)((number - 1) * scratch->block_bytes);
}

static char *block_new(struct scratch *scratch, struct err *err)
{
    char *block = mem_alloc(scratch->block_bytes);
    if (block)
        scratch->held_bytes += scratch->block_bytes;
    else
        err_no_memory(err, scratch->block_bytes);
    return block;
}

static void block_free(struct scratch *scratch, char *block)
{
    if (block)
        scratch->held_bytes -= scratch->block_bytes;
    mem_free(block);
}

static enum err_code write_all(struct scratch *scratch, const char *bytes, size_t len, off_t place, struct err *err)
{
    while (len) {
        ssize_t done = pwrite(scratch->fd, bytes, len, place);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return scratch_failed(scratch, done < 0 ? errno : EIO, "a temporary file can't be written", err);
        bytes += done;
        place += done;
        len -= (size_t)done;
        scratch->written_bytes += (uint64_t)done;
    }
    return ERR_NONE;
}

/* Reads until `wanted` bytes are there; *have may become more, up to max. */
static enum err_code read_until(struct scratch *scratch, char *bytes, size_t wanted, size_t max, size_t *have,
                                off_t place, struct err *err)
{
    while (*have < wanted) {
        ssize_t done = pread(scratch->fd, bytes + *have, max - *have, place + (off_t)*have);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return scratch_failed(scratch, done < 0 ? errno : EIO, "a temporary file can't be read back", err);
        *have += (size_t)done;
    }
    return ERR_NONE;
}

/* --- writing --- */

void scratch_writer_init(struct scratch_writer *writer, struct scratch *scratch)
{
    *writer = (struct scratch_writer){.scratch = scratch};
}

void scratch_writer_release(struct scratch_writer *writer)
{
    if (!writer->scratch)
        return;
    block_free(writer->scratch, writer->block);
    scratch_writer_init(writer, writer->scratch);
}

/* Writes the block with the number of the one that follows it. */
static enum err_code block_write(struct scratch_writer *writer, uint64_t next, struct err *err)
{
    const struct block_header header = {.next = next, .used = writer->used};
    memcpy(writer->block, &header, sizeof header);
    return write_all(writer->scratch, writer->block, writer->used, block_place(writer->scratch, writer->number), err);
}

static enum err_code writer_turn(struct scratch_writer *writer, struct err *err)
{
    uint64_t next = block_take(writer->scratch);
    TRY(block_write(writer, next, err));
    writer->number = next;
    writer->used = HEADER_BYTES;
    return ERR_NONE;
}

static enum err_code writer_start(struct scratch_writer *writer, struct err *err)
{
    writer->block = block_new(writer->scratch, err);
    if (!writer->block)
        return ERR_MEMORY;
    writer->number = block_take(writer->scratch);
    writer->used = HEADER_BYTES;
    writer->stream = (struct scratch_stream){.first = writer->number};
    return ERR_NONE;
}

enum err_code scratch_add(struct scratch_writer *writer, struct slice record, struct err *err)
{
    size_t block_bytes = writer->scratch->block_bytes;
    if (record.len > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "a row of more than 4 GiB can't be written to a temporary file");
    if (!writer->block)
        TRY(writer_start(writer, err));
    if (block_bytes - writer->used < LENGTH_BYTES)
        TRY(writer_turn(writer, err));
    uint32_t length = (uint32_t)record.len;
    memcpy(writer->block + writer->used, &length, sizeof length);
    writer->used += sizeof length;
    writer->stream.record_count++;
    if (record.len > writer->stream.record_max)
        writer->stream.record_max = record.len;
    while (record.len) {
        if (writer->used == block_bytes)
            TRY(writer_turn(writer, err));
        size_t room = block_bytes - writer->used, part = record.len < room ? record.len : room;
        memcpy(writer->block + writer->used, record.ptr, part);
        writer->used += part;
        record = slice_cut(record, part, record.len);
    }
    return ERR_NONE;
}

enum err_code scratch_finish(struct scratch_writer *writer, struct scratch_stream *out_stream, struct err *err)
{
    if (writer->block)
        TRY(block_write(writer, 0, err));
    *out_stream = writer->stream;
    scratch_writer_release(writer);
    return ERR_NONE;
}

/* --- reading --- */

static enum err_code reader_damaged(const struct scratch_reader *reader, struct err *err)
{
    return scratch_failed(reader->scratch, EIO, "a temporary file is not as it was written", err);
}

static enum err_code block_read(struct scratch_reader *reader, uint64_t number, struct err *err)
{
    struct scratch *scratch = reader->scratch;
    struct block_header header;
    size_t have = 0;
    off_t place = block_place(scratch, number);
    TRY(read_until(scratch, reader->block, HEADER_BYTES, scratch->block_bytes, &have, place, err));
    memcpy(&header, reader->block, sizeof header);
    if (header.used < HEADER_BYTES || header.used > scratch->block_bytes || header.next > scratch->block_count)
        return reader_damaged(reader, err);
    TRY(read_until(scratch, reader->block, (size_t)header.used, scratch->block_bytes, &have, place, err));
    reader->at = HEADER_BYTES;
    reader->used = (size_t)header.used;
    reader->next = header.next;
    block_give(scratch, number);
    return ERR_NONE;
}

enum err_code scratch_reader_open(struct scratch_reader *reader, struct scratch *scratch,
                                  const struct scratch_stream *stream, struct err *err)
{
    *reader = (struct scratch_reader){.scratch = scratch};
    buf_init(&reader->spare, 0);
    if (!stream->first)
        return ERR_NONE;
    reader->block = block_new(scratch, err);
    if (!reader->block)
        return ERR_MEMORY;
    return block_read(reader, stream->first, err);
}

void scratch_reader_release(struct scratch_reader *reader)
{
    if (!reader->scratch)
        return;
    block_free(reader->scratch, reader->block);
    buf_release(&reader->spare);
    *reader = (struct scratch_reader){0};
}

/* A record that goes on in the next block, put together. */
static enum err_code record_join(struct scratch_reader *reader, size_t len, struct slice *out_record, struct err *err)
{
    buf_clear(&reader->spare);
    while (len) {
        if (reader->at == reader->used) {
            if (!reader->next)
                return reader_damaged(reader, err);
            TRY(block_read(reader, reader->next, err));
        }
        size_t left = reader->used - reader->at, part = len < left ? len : left;
        buf_add(&reader->spare, slice_of(reader->block + reader->at, part));
        if (reader->spare.failed)
            return err_no_memory(err, len);
        reader->at += part;
        len -= part;
    }
    *out_record = buf_slice(&reader->spare);
    return ERR_NONE;
}

/* At a block's end, or where no length fits behind the last record. */
static bool block_is_read(const struct scratch_reader *reader)
{
    return reader->at == reader->used || reader->scratch->block_bytes - reader->at < LENGTH_BYTES;
}

enum err_code scratch_next(struct scratch_reader *reader, struct slice *out_record, bool *out_any, struct err *err)
{
    *out_any = false;
    while (reader->block && block_is_read(reader)) {
        if (!reader->next) {
            block_free(reader->scratch, reader->block);
            reader->block = NULL;
        } else {
            TRY(block_read(reader, reader->next, err));
        }
    }
    if (!reader->block)
        return ERR_NONE;
    uint32_t length;
    if (reader->used - reader->at < LENGTH_BYTES)
        return reader_damaged(reader, err);
    memcpy(&length, reader->block + reader->at, sizeof length);
    reader->at += LENGTH_BYTES;
    *out_any = true;
    if (reader->used - reader->at < length)
        return record_join(reader, length, out_record, err);
    *out_record = slice_of(reader->block + reader->at, length);
    reader->at += length;
    return ERR_NONE;
}
