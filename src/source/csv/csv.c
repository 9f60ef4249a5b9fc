/*
 * csv.c - the portal's and Log Analytics' CSV as a source: opening, and reading in order.
 *
 * Of what can be read at any place, read() says where a block's bytes stand (csv_range.h). Of all else it makes the text's
 * index (quotes decide which newline ends a record, so this goes from the front) and cuts behind the last record. split()
 * lists the rows (csv_batch.c).
 */
#include "base/mem.h"
#include "source/csv/csv_int.h"
#include "source/csv/csv_range.h"
#include "source/formats.h"

#include <assert.h>

/* Offsets in a block are 32 bits; no cell is longer than Kusto's own bound on a value by far. */
enum { CSV_RECORD_MAX = 1 << 30 };

/* --- blocks --- */

static void block_destroy(void *item)
{
    struct csv_block *block = item;
    mem_free(block->memory);
    csv_index_release(&block->index);
    mem_free(block->rows);
    mem_free(block->failure);
    mem_free(block);
}

void csv_block_free(struct csv_block *block)
{
    struct csv_source *csv = (struct csv_source *)block->block.source;
    /* One that grew for a long record is not kept. */
    if (block->capacity != csv->capacity || !block_pool_give(&csv->pool, block))
        block_destroy(block);
}

enum err_code csv_block_grow(struct csv_block *block, size_t capacity, struct err *err)
{
    size_t shift = block->memory ? (size_t)(block->text - block->memory) : 0;
    char *grown = mem_realloc(block->memory, FILE_RANGE_PAGE + capacity);
    if (!grown)
        return err_no_memory(err, capacity);
    block->memory = grown;
    block->text = grown + shift;
    block->capacity = capacity;
    return ERR_NONE;
}

void csv_block_place(struct csv_block *block, uint64_t offset)
{
    block->text = file_range_place(block->memory, offset);
    block->block.offset = offset;
}

enum err_code csv_block_new(struct csv_source *csv, struct csv_block **out_block, struct err *err)
{
    struct csv_block *block = block_pool_take(&csv->pool);
    if (!block)
        block = mem_zalloc(1, sizeof *block);
    if (!block)
        return err_no_memory(err, sizeof *block);
    mem_free(block->failure);
    *block = (struct csv_block){.block.source = &csv->source,
                                .memory = block->memory,
                                .capacity = block->capacity,
                                .index = block->index,
                                .rows = block->rows,
                                .row_capacity = block->row_capacity,
                                .number = csv->number};
    enum err_code code = block->memory ? ERR_NONE : csv_block_grow(block, csv->capacity, err);
    if (code) {
        block_destroy(block);
        return code;
    }
    block->first_line = csv->number++ == 0 ? csv->header.lines : 0;
    *out_block = block;
    return ERR_NONE;
}

static void csv_free_block(struct block *base)
{
    turns_break(&((struct csv_source *)base->source)->turns);
    csv_block_free((struct csv_block *)base);
}

/* --- opening --- */

static void csv_close(struct source *source)
{
    struct csv_source *csv = (struct csv_source *)source;
    stream_close(csv->stream);
    arena_release(&csv->arena);
    block_pool_release(&csv->pool, block_destroy);
    buf_release(&csv->rest);
    turns_release(&csv->turns);
    mem_free(csv);
}

static enum err_code header_pass(struct csv_source *csv, struct err *err)
{
    for (size_t left = csv->header.len_bytes; left;) {
        char sink[4096];
        size_t got;
        TRY(stream_read(csv->stream, sink, left < sizeof sink ? left : sizeof sink, &got, err));
        left -= got;
    }
    csv->offset = csv->header.len_bytes;
    return ERR_NONE;
}

static enum err_code header_take(struct csv_source *csv, struct err *err)
{
    struct slice head;
    TRY(stream_peek(csv->stream, STREAM_PEEK_MAX, &head, err));
    TRY(csv_header_read(head, head.len < STREAM_PEEK_MAX, csv->source.schema, &csv->arena, &csv->header, err));
    csv->source.doubt = csv->header.doubt;
    csv_ranges_begin(csv);
    return csv->in_ranges ? ERR_NONE : header_pass(csv, err);
}

static enum err_code csv_open(struct stream *stream, const struct schema *schema, const struct source_options *options,
                              struct source **out_source, struct err *err)
{
    struct csv_source *csv = mem_zalloc(1, sizeof *csv);
    if (!csv) {
        stream_close(stream);
        return err_no_memory(err, sizeof *csv);
    }
    source_init(&csv->source, &SOURCE_CSV, schema, options);
    if (csv->source.options.record_max > CSV_RECORD_MAX)
        csv->source.options.record_max = CSV_RECORD_MAX;
    if (csv->source.options.block_bytes > CSV_RECORD_MAX)
        csv->source.options.block_bytes = CSV_RECORD_MAX;
    csv->capacity = csv->source.options.block_bytes;
    csv->stream = stream;
    arena_init(&csv->arena, 0);
    block_pool_init(&csv->pool);
    buf_init(&csv->rest, 0);
    turns_init(&csv->turns);
    enum err_code code = header_take(csv, err);
    if (code) {
        csv_close(&csv->source);
        return code;
    }
    *out_source = &csv->source;
    return ERR_NONE;
}

/* --- reading in order --- */

static enum err_code failure_tell(const struct csv_source *csv, struct err *err)
{
    if (csv->failure.code && err)
        *err = csv->failure;
    return csv->failure.code;
}

/*
 * Fills the block's text to its capacity, or to the input's end. A failure of the input is an end, and kept. An
 * interrupt is none: what was read until then is given, but the record that goes on is not.
 */
static enum err_code block_fill(struct csv_source *csv, struct csv_block *block, struct err *err)
{
    if (csv->in_ranges)
        return csv_range_fill(block, block->capacity, err);
    while (!csv->ended && !csv->interrupted && block->len < block->capacity) {
        size_t got = 0;
        enum err_code code =
            stream_read(csv->stream, block->text + block->len, block->capacity - block->len, &got, &csv->failure);
        csv->failure.code = code;
        csv->interrupted = code == ERR_INTERRUPTED;
        if (code == ERR_MEMORY)
            return failure_tell(csv, err);
        if (csv->interrupted)
            break;
        csv->ended = code || got == 0;
        block->len += got;
    }
    block->more = !csv->ended;
    return ERR_NONE;
}

/* The window's first bytes have been looked at. */
static void window_pass(struct csv_block *window, size_t len)
{
    window->len -= len;
    window->block.offset += len;
    memmove(window->text, window->text + len, window->len);
}

/* Looks for the record's end in a window that moves over the input. That may last, so an interrupt ends it. */
static enum err_code window_seek(struct csv_source *csv, struct csv_block *window, struct csv_scanner *scanner,
                                 struct err *err)
{
    for (size_t end;;) {
        TRY(block_fill(csv, window, err));
        if (csv_scan(scanner, window->text, window->len, !window->more, &end)) {
            window_pass(window, end);
            return ERR_NONE;
        }
        if (csv->interrupted || stream_is_interrupted())
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        size_t seen = scanner->at;
        window_pass(window, seen);
        csv_scanner_move(scanner, seen);
    }
}

enum err_code csv_record_skip(struct csv_source *csv, struct csv_block *block, struct csv_scanner *scanner,
                              struct csv_block *out_behind, struct err *err)
{
    struct csv_block window = {.block = block->block, .capacity = SOURCE_BLOCK_BYTES, .more = true};
    window.text = mem_alloc(window.capacity);
    if (!window.text)
        return err_no_memory(err, window.capacity);
    size_t end = 0;
    csv_scanner_init(scanner, block->index.end);
    bool ends = csv_scan(scanner, block->text, block->len, false, &end);
    assert(!ends);
    (void)ends;
    /* What is in the block has been looked at, but for a quote at its very end. */
    size_t seen = scanner->at;
    window.len = block->len - seen;
    window.block.offset += seen;
    memcpy(window.text, block->text + seen, window.len);
    csv_scanner_move(scanner, seen);
    enum err_code code = window_seek(csv, &window, scanner, err);
    if (code) {
        mem_free(window.text);
        mem_free(window.failure);
        return code;
    }
    block->too_long = true;
    block->long_lines = scanner->lines;
    *out_behind = window;
    return ERR_NONE;
}

/* What stands behind the block's records, at `offset`, goes into the next block. */
static enum err_code rest_keep(struct csv_source *csv, struct slice rest, uint64_t offset, struct err *err)
{
    buf_clear(&csv->rest);
    buf_add(&csv->rest, rest);
    csv->offset = offset;
    return csv->rest.failed ? err_no_memory(err, rest.len) : ERR_NONE;
}

/* The record that fills the block goes on too long. The block keeps its begin. */
static enum err_code record_pass(struct csv_source *csv, struct csv_block *block, struct err *err)
{
    struct csv_block behind;
    TRY(csv_record_skip(csv, block, &csv->scanner, &behind, err));
    enum err_code code = rest_keep(csv, slice_of(behind.text, behind.len), behind.block.offset, err);
    mem_free(behind.text);
    return code;
}

/* Reads until the block has a record's end, or the record is too long. */
static enum err_code block_read(struct csv_source *csv, struct csv_block *block, struct err *err)
{
    size_t max = csv->source.options.record_max;
    csv_index_begin(&block->index, &csv->scanner, 0, csv->source.options.slow);
    for (;;) {
        TRY(block_fill(csv, block, err));
        TRY(csv_index_reserve(&block->index, block->capacity, err));
        TRY(csv_index_run(&block->index, &csv->scanner, block->text, block->len, csv->ended, err));
        size_t end = block->index.end;
        /* Even with CRLF behind it the record would have ended by now, or the input with a quote that is open. */
        if (end == 0 && block->len > max + 2)
            return record_pass(csv, block, err);
        if (end || csv->ended) {
            struct slice rest = slice_of(block->text + end, block->len - end);
            block->len = end;
            return rest_keep(csv, rest, block->block.offset + end, err);
        }
        if (csv->interrupted)
            return failure_tell(csv, err);
        TRY(csv_block_grow(block, block->capacity > max / 2 ? max + 3 : block->capacity * 2, err));
    }
}

/* A block that begins with what the last one left. */
static enum err_code block_begin(struct csv_source *csv, struct csv_block **out_block, struct err *err)
{
    struct csv_block *block;
    TRY(csv_block_new(csv, &block, err));
    enum err_code code = csv->rest.len < block->capacity ? ERR_NONE : csv_block_grow(block, csv->rest.len + 1, err);
    if (code) {
        csv_block_free(block);
        return code;
    }
    csv_block_place(block, csv->offset);
    if (csv->rest.len)
        memcpy(block->text, csv->rest.ptr, csv->rest.len);
    block->len = csv->rest.len;
    buf_clear(&csv->rest);
    *out_block = block;
    return ERR_NONE;
}

static enum err_code csv_read(struct source *source, struct block **out_block, struct err *err)
{
    struct csv_source *csv = (struct csv_source *)source;
    *out_block = NULL;
    if (csv->in_ranges)
        return csv_range_next(csv, out_block, err);
    if (csv->interrupted || (csv->ended && csv->rest.len == 0))
        return failure_tell(csv, err);
    struct csv_block *block = NULL;
    TRY(block_begin(csv, &block, err));
    enum err_code code = block_read(csv, block, err);
    if (code || block->len == 0) {
        csv_block_free(block);
        return code ? code : failure_tell(csv, err);
    }
    block->failed = csv->ended && csv->failure.code;
    block->bytes = csv->offset - csv->told;
    csv->told = csv->offset;
    *out_block = &block->block;
    return ERR_NONE;
}

static enum err_code csv_load(struct block *base, struct err *err)
{
    struct csv_block *block = (struct csv_block *)base;
    return block->range.len ? csv_range_load(block, err) : ERR_NONE;
}

const struct source_type SOURCE_CSV = {
    .name = "csv",
    .title = "CSV of the Defender portal or Log Analytics",
    .is_answer = true,
    .claim = csv_header_claim,
    .discover = csv_header_discover,
    .open = csv_open,
    .read = csv_read,
    .load = csv_load,
    .split = csv_split,
    .free_block = csv_free_block,
    .close = csv_close,
};
