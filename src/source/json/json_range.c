/*
 * json_range.c - blocks that read themselves: see json_range.h.
 */
#include "source/json/json_range.h"

#include "base/mem.h"

enum { LEAD = FILE_RANGE_LEAD, TAIL = FILE_RANGE_TAIL };

bool json_ranges_begin(struct json_source *source)
{
    size_t bytes = source->base.options.block_bytes;
    source->in_ranges = stream_is_file(source->stream, bytes);
    if (source->in_ranges)
        source->block_capacity = file_range_memory(bytes);
    source->base.reads_at_once = source->in_ranges;
    return source->in_ranges;
}

size_t json_range_lines(const struct json_source *source, size_t likely)
{
    enum { LOOK = 8192, FAR = 4 << 20 };
    char look[LOOK];
    uint64_t begin = stream_offset(source->stream);
    size_t at = likely - likely / 128, end = likely + FAR, got = LOOK;
    for (; at < end && got == LOOK; at += got) {
        if (stream_read_at(source->stream, begin + at, look, LOOK, &got, NULL))
            break; /* whoever reads it will tell */
        const char *newline = memchr(look, '\n', got);
        if (newline)
            return at + (size_t)(newline - look) + 1;
    }
    return at;
}

enum err_code json_range_next(struct json_source *source, size_t bytes, struct block **out_block, struct err *err)
{
    struct json_block *block;
    struct file_range range;
    *out_block = NULL;
    if (atomic_load(&source->range_failed))
        return ERR_NONE;
    TRY(file_range_next(source->stream, bytes, &range, err));
    if (range.len == 0)
        return ERR_NONE;
    TRY(json_block_new(source, file_range_memory(bytes), &block, err));
    block->range = range;
    *out_block = &block->base;
    return ERR_NONE;
}

/* Fills the block up to `upto`. block->more is false if no more can be read. */
static enum err_code fill(struct json_block *block, size_t upto, struct err *err)
{
    const struct json_source *source = (const struct json_source *)block->base.source;
    return file_range_fill(source->stream, block->base.offset, block->bytes, &block->len, upto, &block->more,
                           &block->failure, err);
}

enum err_code json_range_read(struct json_block *block, struct err *err)
{
    size_t lead = block->range.begin < LEAD ? (size_t)block->range.begin : LEAD;
    block->base.offset = block->range.begin - lead;
    json_block_place(block, block->base.offset);
    block->capacity -= (size_t)(block->bytes - block->memory);
    block->start = lead;
    block->end = lead + block->range.len;
    return fill(block, block->end + TAIL, err);
}

enum err_code json_range_more(struct json_block *block, size_t most, struct err *err)
{
    size_t larger = block->capacity * 2;
    if (block->capacity - block->len < TAIL)
        TRY(json_block_grow(block, larger > most && block->capacity < most ? most : larger, err));
    return fill(block, block->capacity, err);
}

void json_range_forgive(struct json_block *block)
{
    mem_free(block->failure);
    block->failure = NULL;
}

/* --- its lines --- */

/* Where the first line begins in [from, end); the block's length if none does. */
static size_t first_line(const struct json_block *block, size_t from, size_t end)
{
    if (from == 0 || block->len <= from || block->bytes[from - 1] == '\n')
        return from < block->len ? from : block->len;
    size_t last = block->len < end - 1 ? block->len : end - 1;
    const char *newline = last > from ? memchr(block->bytes + from, '\n', last - from) : NULL;
    return newline ? (size_t)(newline - block->bytes) + 1 : block->len;
}

/* Where the last line that begins before `end` begins. */
static size_t last_line(const struct json_block *block, size_t end)
{
    size_t at = end - 1 < block->len ? end - 1 : block->len;
    while (at > block->start && block->bytes[at - 1] != '\n')
        at--;
    return at;
}

/* Reads on until the last line that begins before the stretch's end ends, the input does, or the line is too long. */
static enum err_code finish(struct json_block *block, struct err *err)
{
    size_t record_max = block->base.source->options.record_max, seen = block->end - 1, line = SIZE_MAX;
    for (;;) {
        const char *newline = block->len > seen ? memchr(block->bytes + seen, '\n', block->len - seen) : NULL;
        if (newline)
            block->len = (size_t)(newline - block->bytes) + 1;
        if (newline || !block->more)
            return ERR_NONE;
        if (line == SIZE_MAX)
            line = last_line(block, block->end);
        size_t most = line + record_max + 1; /* where it is too long */
        if (block->len >= most) {
            block->len = most;
            return ERR_NONE;
        }
        seen = block->len;
        TRY(json_range_more(block, most, err));
    }
}

/* Bytes that could not be read are others' affair where the range and its lines are there. */
static void failure_settle(struct json_block *block)
{
    struct json_source *source = (struct json_source *)block->base.source;
    bool lines_end = block->start >= block->len || block->bytes[block->len - 1] == '\n';
    if (block->consumed == block->range.len && lines_end)
        json_range_forgive(block);
    if (block->failure)
        atomic_store(&source->range_failed, true);
}

enum err_code json_range_load(struct json_block *block, struct err *err)
{
    TRY(json_range_read(block, err));
    size_t lead = block->start, end = block->end;
    block->consumed = block->len < lead ? 0 : block->len < end ? block->len - lead : block->range.len;
    block->start = first_line(block, lead, end);
    if (block->start < block->len)
        TRY(finish(block, err));
    failure_settle(block);
    return ERR_NONE;
}
