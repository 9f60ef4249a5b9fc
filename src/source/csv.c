/*
 * csv.c - the portal's and Log Analytics' CSV as a source.
 *
 * read() makes the text's index (quotes decide which newline ends a record, so this goes from the front) and cuts behind
 * the last record; split() lists the rows and looks at no cell unless the header has one for the table's name; load()
 * finds the asked cell in the selected rows. A row is checked whole, cells counted, when it is to be shown (verify) or
 * under --strict.
 */
#include "base/mem.h"
#include "source/block_pool.h"
#include "source/cells.h"
#include "source/csv_header.h"
#include "source/csv_index.h"
#include "source/formats.h"

#include <assert.h>

/* Offsets in a block are 32 bits; no cell is longer than Kusto's own bound on a value by far. */
enum { CSV_RECORD_MAX = 1 << 30 };

/* Text stands in memory as it does in the file's pages: so the kernel copies faster. */
enum { TEXT_SHIFT_MAX = 4096 };

struct csv_source {
    struct source source;
    struct stream *stream;
    struct arena arena;
    struct csv_header header;
    struct csv_scanner scanner;
    struct block_pool pool; /* of csv_blocks with room for options.block_bytes */
    struct buf rest;        /* the beginning of a record behind the last block */
    uint64_t offset;        /* of the next block's first byte */
    uint64_t told;          /* bytes that the blocks so far stand for */
    uint32_t header_lines;  /* until the first block has taken them */
    bool ended, interrupted;
    struct err failure; /* of the stream; told behind the last block */
};

struct csv_block {
    struct block block;
    char *memory; /* [TEXT_SHIFT_MAX + capacity] */
    char *text;   /* in it */
    size_t len, capacity;
    struct csv_index index;
    struct csv_row *rows; /* their lines count from 0 at the block's begin */
    size_t row_count, row_capacity;
    uint32_t first_line; /* lines of the header, which the first block has before its rows */
    uint32_t lines;      /* those and its own */
    uint64_t bytes;      /* of the input that it stands for: the header and what was skipped included */
    bool too_long;       /* no rows: the text is the begin of a record that is too long */
    bool cut;            /* the last row has no line end */
    bool failed;         /* the input is broken behind it */
};

struct csv_batch {
    struct source_batch source_batch;
    struct csv_row *rows; /* [row_count] of those in the block, of which the batch's are the first */
};

static const struct batch_type CSV_BATCH;

/* --- opening --- */

static void block_destroy(void *item)
{
    struct csv_block *block = item;
    mem_free(block->memory);
    csv_index_release(&block->index);
    mem_free(block->rows);
    mem_free(block);
}

static void csv_close(struct source *source)
{
    struct csv_source *csv = (struct csv_source *)source;
    stream_close(csv->stream);
    arena_release(&csv->arena);
    block_pool_release(&csv->pool, block_destroy);
    buf_release(&csv->rest);
    mem_free(csv);
}

static enum err_code header_take(struct csv_source *csv, struct err *err)
{
    struct slice head;
    TRY(stream_peek(csv->stream, STREAM_PEEK_MAX, &head, err));
    TRY(csv_header_read(head, head.len < STREAM_PEEK_MAX, csv->source.schema, &csv->arena, &csv->header, err));
    for (size_t left = csv->header.len_bytes; left;) {
        char sink[4096];
        size_t got;
        TRY(stream_read(csv->stream, sink, left < sizeof sink ? left : sizeof sink, &got, err));
        left -= got;
    }
    csv->offset = csv->header.len_bytes;
    csv->header_lines = csv->header.lines;
    csv->source.doubt = csv->header.doubt;
    return ERR_NONE;
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
    csv->stream = stream;
    arena_init(&csv->arena, 0);
    block_pool_init(&csv->pool);
    buf_init(&csv->rest, 0);
    enum err_code code = header_take(csv, err);
    if (code) {
        csv_close(&csv->source);
        return code;
    }
    *out_source = &csv->source;
    return ERR_NONE;
}

/* --- reading blocks --- */

static void csv_free_block(struct block *base)
{
    struct csv_block *block = (struct csv_block *)base;
    struct csv_source *csv = (struct csv_source *)base->source;
    /* One that grew for a long record is not kept. */
    bool usual = block->capacity == csv->source.options.block_bytes;
    if (!usual || !block_pool_give(&csv->pool, block))
        block_destroy(block);
}

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
    while (!csv->ended && !csv->interrupted && block->len < block->capacity) {
        size_t got = 0;
        enum err_code code =
            stream_read(csv->stream, block->text + block->len, block->capacity - block->len, &got, &csv->failure);
        csv->failure.code = code;
        csv->interrupted = code == ERR_INTERRUPTED;
        if (code == ERR_MEMORY)
            return failure_tell(csv, err);
        if (csv->interrupted)
            return ERR_NONE;
        csv->ended = code || got == 0;
        block->len += got;
    }
    return ERR_NONE;
}

static enum err_code block_grow(struct csv_block *block, size_t capacity, struct err *err)
{
    size_t shift = block->memory ? (size_t)(block->text - block->memory) : 0;
    char *grown = mem_realloc(block->memory, TEXT_SHIFT_MAX + capacity);
    if (!grown)
        return err_no_memory(err, capacity);
    block->memory = grown;
    block->text = grown + shift;
    block->capacity = capacity;
    return ERR_NONE;
}

/* What is left behind the last whole record goes into the next block. */
static enum err_code rest_keep(struct csv_source *csv, struct csv_block *block, size_t end, struct err *err)
{
    buf_clear(&csv->rest);
    buf_add(&csv->rest, slice_of(block->text + end, block->len - end));
    if (csv->rest.failed)
        return err_no_memory(err, block->len - end);
    block->len = end;
    csv->offset = block->block.offset + end;
    return ERR_NONE;
}

/* The record that fills the block goes on too long: passes over the rest of it. The block keeps its begin. */
static enum err_code record_skip(struct csv_source *csv, struct csv_block *block, struct err *err)
{
    size_t max = csv->source.options.record_max;
    struct csv_block window = {.text = mem_alloc(SOURCE_BLOCK_BYTES), .capacity = SOURCE_BLOCK_BYTES};
    if (!window.text)
        return err_no_memory(err, SOURCE_BLOCK_BYTES);
    size_t end = 0;
    csv_scanner_init(&csv->scanner, 0);
    bool ends = csv_scan(&csv->scanner, block->text, block->len, false, &end);
    assert(!ends);
    (void)ends;
    /* What is in the block has been looked at, but for a quote at its very end. */
    uint64_t passed = csv->scanner.at;
    window.len = block->len - csv->scanner.at;
    memcpy(window.text, block->text + csv->scanner.at, window.len);
    csv_scanner_move(&csv->scanner, csv->scanner.at);
    enum err_code code = ERR_NONE;
    while (!(code = block_fill(csv, &window, err))) {
        if (csv_scan(&csv->scanner, window.text, window.len, csv->ended, &end))
            break;
        if (csv->interrupted) {
            code = failure_tell(csv, err);
            break;
        }
        size_t seen = csv->scanner.at;
        passed += seen;
        window.len -= seen;
        memmove(window.text, window.text + seen, window.len);
        csv_scanner_move(&csv->scanner, seen);
    }
    if (!code) {
        block->too_long = true;
        block->lines = block->first_line + csv->scanner.lines;
        block->len = max;
        struct csv_block behind = {
            .block = {.offset = block->block.offset + passed}, .text = window.text, .len = window.len};
        code = rest_keep(csv, &behind, end, err);
    }
    mem_free(window.text);
    return code;
}

/* Reads until the block has a record's end, or the record is too long. */
static enum err_code block_read(struct csv_source *csv, struct csv_block *block, struct err *err)
{
    size_t max = csv->source.options.record_max;
    csv_index_begin(&block->index, &csv->scanner, csv->source.options.slow);
    for (;;) {
        TRY(block_fill(csv, block, err));
        TRY(csv_index_reserve(&block->index, block->capacity, err));
        TRY(csv_index_run(&block->index, &csv->scanner, block->text, block->len, csv->ended, err));
        size_t end = block->index.end;
        /* Even with CRLF behind it the record would have ended by now, or the input with a quote that is open. */
        if (end == 0 && block->len > max + 2)
            return record_skip(csv, block, err);
        if (end || csv->ended)
            return rest_keep(csv, block, end, err);
        if (csv->interrupted)
            return failure_tell(csv, err);
        TRY(block_grow(block, block->capacity > max / 2 ? max + 3 : block->capacity * 2, err));
    }
}

/* A block that has memory from earlier use, or none. */
static struct csv_block *block_take(struct csv_source *csv)
{
    struct csv_block *used = block_pool_take(&csv->pool);
    if (!used)
        return mem_zalloc(1, sizeof *used);
    *used = (struct csv_block){.memory = used->memory,
                               .text = used->text,
                               .capacity = used->capacity,
                               .index = used->index,
                               .rows = used->rows,
                               .row_capacity = used->row_capacity};
    return used;
}

/* A block that begins with what the last one left. */
static enum err_code block_create(struct csv_source *csv, struct csv_block **out_block, struct err *err)
{
    struct csv_block *block = block_take(csv);
    if (!block)
        return err_no_memory(err, sizeof *block);
    block->block.source = &csv->source;
    size_t usual = csv->source.options.block_bytes, capacity = usual > csv->rest.len ? usual : csv->rest.len + 1;
    enum err_code code = block->capacity < capacity ? block_grow(block, capacity, err) : ERR_NONE;
    if (code) {
        block_destroy(block);
        return code;
    }
    block->text = block->memory + (csv->offset - (uintptr_t)block->memory) % TEXT_SHIFT_MAX;
    if (csv->rest.len)
        memcpy(block->text, csv->rest.ptr, csv->rest.len);
    block->len = csv->rest.len;
    buf_clear(&csv->rest);
    block->block.offset = csv->offset;
    block->first_line = csv->header_lines;
    csv->header_lines = 0;
    *out_block = block;
    return ERR_NONE;
}

static enum err_code csv_read(struct source *source, struct block **out_block, struct err *err)
{
    struct csv_source *csv = (struct csv_source *)source;
    *out_block = NULL;
    if (csv->interrupted || (csv->ended && csv->rest.len == 0))
        return failure_tell(csv, err);
    struct csv_block *block = NULL;
    TRY(block_create(csv, &block, err));
    enum err_code code = block_read(csv, block, err);
    if (code || block->len == 0) {
        csv_free_block(&block->block);
        return code ? code : csv_read(source, out_block, err);
    }
    block->failed = csv->ended && csv->failure.code;
    block->bytes = csv->offset - csv->told;
    csv->told = csv->offset;
    *out_block = &block->block;
    return ERR_NONE;
}

/* --- splitting blocks into rows --- */

static const char *const TOO_FEW = "it has fewer cells than the header";
static const char *const TOO_LONG = "it is longer than the limit on a record";

static const char *fault_text(enum csv_fault fault)
{
    switch (fault) {
    case CSV_FINE:
        break;
    case CSV_NOT_CLOSED:
        return "a quoted cell is not closed";
    case CSV_TEXT_BEHIND:
        return "text stands between a closing quote and the next comma";
    }
    return NULL;
}

/* Why a record can't be read, or NULL. */
static const char *record_fault(struct slice record, uint32_t cells)
{
    struct csv_cell cell;
    uint32_t count = 0;
    for (size_t at = 0; csv_cell_next(record, &at, &cell); count++)
        if (cell.fault != CSV_FINE)
            return fault_text(cell.fault);
    if (count == cells)
        return NULL;
    return count < cells ? TOO_FEW : "it has more cells than the header";
}

static const struct csv_source *block_csv(const struct csv_block *block)
{
    return (const struct csv_source *)block->block.source;
}

static struct slice row_record(const struct csv_block *block, const struct csv_row *row)
{
    return csv_record(block->text, row->at, row->end);
}

/* A whole row of another table. One that can't be read may have its cells shifted: it is none for sure. */
static bool is_other_table(const struct csv_block *block, const struct csv_row *row)
{
    struct csv_cell cell;
    const struct csv_header *header = &block_csv(block)->header;
    return header->table_cell != CSV_NO_CELL &&
           csv_row_cell(&block->index, block->text, row, header->table_cell, &cell) && cell.text.len &&
           !slice_eq(cell.text, SLICE("DeviceNetworkEvents")) && !record_fault(row_record(block, row), header->cells);
}

static enum err_code row_reject(struct csv_batch *batch, const struct csv_block *block, const struct csv_row *row,
                                enum reject_kind kind, const char *why, struct err *err)
{
    size_t len = row->end - row->at, max = block->block.source->options.record_max;
    struct reject reject = {.kind = kind,
                            .record = row->line,
                            .offset = row->at,
                            .why = why,
                            .bytes = slice_of(block->text + row->at, kind == REJECT_TOO_LONG && len > max ? max : len)};
    return source_reject(&batch->source_batch, &reject, err);
}

/* Why the block's row number i is to be rejected at once, or NULL: what more there is to say, only verify asks. */
static const char *row_fault(const struct csv_block *block, size_t i, struct slice record, enum reject_kind *out_kind,
                             struct scan_stats *stats)
{
    const struct csv_source *csv = block_csv(block);
    /* A last row without a line end may be cut off: it is looked at now. */
    bool last = block->cut && i + 1 == block->row_count;
    *out_kind = REJECT_MALFORMED;
    if (record.len > csv->source.options.record_max) {
        *out_kind = REJECT_TOO_LONG;
        return TOO_LONG;
    }
    if (last && block->failed)
        return "the input ends within it";
    if (!last && !csv->source.options.strict && !csv->source.options.slow)
        return NULL;
    stats->rows_parsed++;
    return record_fault(record, csv->header.cells);
}

/* A one-column file may have rows that are empty lines; elsewhere these are nothing. */
static bool is_row(const struct csv_source *csv, struct slice record)
{
    return record.len || csv->header.cells == 1;
}

/* Lists the block's rows. */
static enum err_code rows_find(struct csv_block *block, struct err *err)
{
    struct csv_walk walk;
    struct csv_row row;
    csv_walk_begin(&walk, &block->index, block->first_line);
    while (csv_walk_next(&walk, &row)) {
        if (!is_row(block_csv(block), row_record(block, &row)))
            continue;
        struct csv_row *grown = mem_grow(block->rows, block->row_count, &block->row_capacity, sizeof *block->rows);
        if (!grown)
            return err_no_memory(err, sizeof *grown);
        block->rows = grown;
        block->rows[block->row_count++] = row;
        block->cut = block->text[row.end - 1] != '\n';
    }
    block->lines = walk.line;
    return ERR_NONE;
}

/* Takes out of the block's rows those that are none of the table or can't be read. */
static enum err_code rows_sift(struct csv_batch *batch, struct csv_block *block, struct err *err)
{
    struct scan_stats *stats = &batch->source_batch.stats;
    size_t kept = 0;
    for (size_t i = 0; i < block->row_count; i++) {
        const struct csv_row row = block->rows[i];
        struct slice record = row_record(block, &row);
        enum reject_kind kind;
        const char *why = row_fault(block, i, record, &kind, stats);
        if (!why && is_other_table(block, &row)) {
            stats->rows_passed++;
            continue;
        }
        stats->rows++;
        if (why)
            TRY(row_reject(batch, block, &row, kind, why, err));
        else
            block->rows[kept++] = row;
    }
    block->row_count = kept;
    return ERR_NONE;
}

static enum err_code too_long_reject(struct csv_batch *batch, const struct csv_block *block, struct err *err)
{
    struct csv_row row = {0, (uint32_t)block->len, block->first_line & INT32_MAX, true};
    batch->source_batch.stats.rows++;
    return row_reject(batch, block, &row, REJECT_TOO_LONG, TOO_LONG, err);
}

static enum err_code batch_fill(struct csv_batch *csv_batch, struct csv_block *block, struct batch **out_batch,
                                struct err *err)
{
    csv_batch->source_batch.stats.bytes = block->bytes;
    if (block->too_long)
        TRY(too_long_reject(csv_batch, block, err));
    else
        TRY(rows_sift(csv_batch, block, err));
    struct batch *batch = NULL;
    TRY(batch_create(&CSV_BATCH, block->block.source->schema, (uint32_t)block->row_count, &batch, err));
    csv_batch->rows = block->rows;
    batch->impl = csv_batch;
    *out_batch = batch;
    return ERR_NONE;
}

static enum err_code csv_split(struct block *base, struct batch **out_batch, struct err *err)
{
    struct csv_block *block = (struct csv_block *)base;
    enum err_code code = block->too_long ? ERR_NONE : rows_find(block, err);
    block_counted(base, block->lines);
    if (code) {
        csv_free_block(base);
        return code;
    }
    struct csv_batch *batch = mem_zalloc(1, sizeof *batch);
    code = batch ? source_batch_init(&batch->source_batch, base, err) : err_no_memory(err, sizeof *batch);
    if (code) {
        mem_free(batch);
        csv_free_block(base);
        return code;
    }
    code = batch_fill(batch, block, out_batch, err);
    if (code) {
        csv_free_block(base);
        source_batch_release(&batch->source_batch);
        mem_free(batch);
    }
    return code;
}

/* --- the batch --- */

static const struct csv_block *batch_block(const struct batch *batch)
{
    const struct csv_batch *csv_batch = batch->impl;
    return (const struct csv_block *)csv_batch->source_batch.block;
}

static const struct csv_row *batch_row(const struct batch *batch, uint32_t row)
{
    const struct csv_batch *csv_batch = batch->impl;
    return &csv_batch->rows[row];
}

static struct cell_place row_place(const struct batch *batch, uint32_t row)
{
    const struct csv_row *place = batch_row(batch, row);
    return (struct cell_place){place->line, place->at};
}

/* The cell's text, its escapes resolved. False: the row has fewer cells, or this one is broken; *out_why says so. */
static enum err_code cell_read(struct batch *batch, uint32_t row, uint32_t number, struct slice *out_text,
                               const char **out_why, struct err *err)
{
    struct csv_cell cell;
    *out_why = NULL;
    *out_text = SLICE("");
    const struct csv_block *block = batch_block(batch);
    if (!csv_row_cell(&block->index, block->text, batch_row(batch, row), number, &cell)) {
        *out_why = TOO_FEW;
        return ERR_NONE;
    }
    *out_why = fault_text(cell.fault);
    *out_text = cell.text;
    if (!cell.escaped || *out_why)
        return ERR_NONE;
    char *into = arena_alloc(batch->arena, cell.text.len);
    if (!into)
        return err_no_memory(err, cell.text.len);
    *out_text = slice_of(into, csv_unescape(cell.text, into));
    return ERR_NONE;
}

/* Fills a row's cell from the first of the two header cells that has text in this row. */
static enum err_code row_load(struct batch *batch, struct column *column, uint32_t row, const uint32_t numbers[2],
                              struct err *err)
{
    struct slice text = SLICE("");
    for (int i = 0; i < 2; i++) {
        const char *why = NULL;
        if (numbers[i] == CSV_NO_CELL || slice_trim(text).len)
            continue;
        TRY(cell_read(batch, row, numbers[i], &text, &why, err));
        if (why) {
            cell_set_missing(column, row);
            return batch_reject(batch, row, REJECT_MALFORMED, why, err);
        }
    }
    return cell_set_text(batch, column, row, text, err);
}

static enum err_code csv_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    if (cells_are_provenance(batch->schema, column))
        return cells_load_provenance(batch, column, rows, row_place, err);
    const struct csv_header *header = &block_csv(batch_block(batch))->header;
    uint32_t stand_in = batch->schema->columns[column].stand_in;
    const uint32_t numbers[2] = {header->cell_of[column],
                                 stand_in == COLUMN_NONE ? CSV_NO_CELL : header->cell_of[stand_in]};
    if (numbers[0] == CSV_NO_CELL && numbers[1] == CSV_NO_CELL)
        return cells_load_missing(batch, column, err);
    struct column *cells;
    TRY(cells_begin(batch, column, rows, &cells, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        if (batch->rejected[row])
            cell_set_missing(cells, row);
        else
            TRY(row_load(batch, cells, row, numbers, err));
    }
    return ERR_NONE;
}

static enum err_code csv_verify(struct batch *batch, struct err *err)
{
    struct csv_batch *csv_batch = batch->impl;
    const struct csv_block *block = batch_block(batch);
    if (block_csv(block)->source.options.strict)
        return ERR_NONE;
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        uint32_t row = batch->selection->rows[i];
        const char *why = record_fault(row_record(block, batch_row(batch, row)), block_csv(block)->header.cells);
        csv_batch->source_batch.stats.rows_parsed++;
        if (why)
            TRY(batch_reject(batch, row, REJECT_MALFORMED, why, err));
    }
    return ERR_NONE;
}

static enum err_code csv_reject(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why,
                                struct err *err)
{
    return row_reject(batch->impl, batch_block(batch), batch_row(batch, row), kind, why, err);
}

static void csv_free(struct batch *batch)
{
    struct csv_batch *csv_batch = batch->impl;
    csv_free_block(csv_batch->source_batch.block);
    source_batch_release(&csv_batch->source_batch);
    mem_free(csv_batch);
    batch_destroy(batch);
}

static const struct batch_type CSV_BATCH = {
    .load = csv_load, .verify = csv_verify, .reject = csv_reject, .free = csv_free};

const struct source_type SOURCE_CSV = {
    .name = "csv",
    .title = "CSV of the Defender portal or Log Analytics",
    .is_answer = true,
    .claim = csv_header_claim,
    .discover = csv_header_discover,
    .open = csv_open,
    .read = csv_read,
    .split = csv_split,
    .free_block = csv_free_block,
    .close = csv_close,
};
