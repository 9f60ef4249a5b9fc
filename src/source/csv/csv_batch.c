/*
 * csv_batch.c - the rows of a block of CSV, and their cells.
 *
 * split() lists the rows and looks at no cell unless the header has one for the table's name; load() finds the asked cell in
 * the selected rows. A row is checked whole, cells counted, when it is to be shown (verify) or under --strict.
 */
#include "base/mem.h"
#include "base/simd/simd.h"
#include "base/utf8.h"
#include "source/cells.h"
#include "source/csv/csv_int.h"
#include "source/csv/csv_range.h"

struct csv_batch {
    struct source_batch source_batch;
    const struct csv_block *block;
};

static const struct batch_type CSV_BATCH;

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

static struct csv_source *block_source(struct csv_block *block)
{
    return (struct csv_source *)block->block.source;
}

static const struct csv_source *block_csv(const struct csv_block *block)
{
    return (const struct csv_source *)block->block.source;
}

/* The input can't be read behind it. */
static bool block_is_broken(const struct csv_block *block)
{
    return block->failed || block->failure;
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

/* Why the row is to be rejected at once, or NULL: what more there is to say, only verify asks. */
static const char *row_fault(const struct csv_block *block, const struct csv_row *row, enum reject_kind *out_kind,
                             struct scan_stats *stats)
{
    const struct csv_source *csv = block_csv(block);
    struct slice record = row_record(block, row);
    /* A last row without a line end may be cut off: it is looked at now. */
    bool cut = block->text[row->end - 1] != '\n';
    *out_kind = REJECT_MALFORMED;
    if (record.len > csv->source.options.record_max) {
        *out_kind = REJECT_TOO_LONG;
        return TOO_LONG;
    }
    if (cut && block_is_broken(block))
        return "the input ends within it";
    if (!cut && !csv->source.options.strict && !csv->source.options.slow)
        return NULL;
    stats->rows_parsed++;
    return record_fault(record, csv->header.cells);
}

/* A one-column file may have rows that are empty lines; elsewhere these are nothing. */
static bool is_row(const struct csv_source *csv, struct slice record)
{
    return record.len || csv->header.cells == 1;
}

/* What lets rows be left out of the batch: a cell, and what it must hold. */
struct sieve {
    const struct text_filter *filter; /* NULL: none is left out */
    const struct text_judge *of_names;
    uint32_t cell;
    size_t quick_max; /* longest row of which no more is to be told than that it is turned away; 0: of none */
    const struct simd *simd;
};

static struct sieve sieve_make(const struct csv_source *csv)
{
    struct sieve sieve = {.filter = csv->source.options.filter, .simd = simd_ops()};
    uint32_t column = sieve.filter ? text_filter_column(sieve.filter) : COLUMN_NONE;
    if (column == COLUMN_NONE || column != csv->source.options.first_column || csv->source.options.strict ||
        csv->source.options.slow || csv->header.cell_of[column] == CSV_NO_CELL ||
        csv->source.schema->columns[column].stand_in != COLUMN_NONE)
        return (struct sieve){.filter = NULL};
    sieve.cell = csv->header.cell_of[column];
    sieve.of_names = text_filter_of_names(sieve.filter);
    if (sieve.of_names && csv->header.table_cell == CSV_NO_CELL)
        sieve.quick_max = csv->source.options.record_max;
    return sieve;
}

/*
 * Does the plan's first predicate turn the row away for certain, by its cell's text? Not where its reading is of consequence: a
 * row that is malformed up to there is for the batch to find out.
 */
static bool is_turned_away(const struct sieve *sieve, const struct csv_block *block, const struct csv_row *row)
{
    struct csv_cell cell;
    if (!sieve->filter || !csv_row_cell(&block->index, block->text, row, sieve->cell, &cell) || cell.fault != CSV_FINE)
        return false;
    if (sieve->of_names && cell.text.len == 0)
        return true;
    /* Quotes that are written twice, and what may have to be mended, are no part of what is looked for. */
    return !(cell.escaped || !utf8_is_ascii(cell.text) ? text_filter_may_raw(sieve->filter, cell.text)
                                                       : text_filter_may_text(sieve->filter, cell.text));
}

/* The same of most of them: a row of the table, turned away by the name in its cell, and nothing more. */
static inline bool is_turned_away_quickly(const struct sieve *sieve, const struct csv_block *block,
                                          const struct csv_row *row)
{
    struct slice name;
    size_t len = row->end - row->at;
    return len > 2 && len <= sieve->quick_max && block->text[row->end - 1] == '\n' &&
           csv_row_name(&block->index, sieve->simd, block->text, row, sieve->cell, sieve->of_names->of_hosts, &name) &&
           (name.len == 0 || !sieve->of_names->may_name(sieve->of_names->user, name));
}

static enum err_code row_keep(struct csv_block *block, const struct csv_row *row, struct err *err)
{
    struct csv_row *grown = mem_grow(block->rows, block->row_count, &block->row_capacity, sizeof *block->rows);
    if (!grown)
        return err_no_memory(err, sizeof *grown);
    block->rows = grown;
    block->rows[block->row_count++] = *row;
    return ERR_NONE;
}

/* Those of the table that can be read, and may be wanted, become rows of the batch. */
static enum err_code row_take(struct csv_batch *batch, struct csv_block *block, const struct sieve *sieve,
                              const struct csv_row *row, struct err *err)
{
    struct scan_stats *stats = &batch->source_batch.stats;
    if (!is_row(block_csv(block), row_record(block, row)))
        return ERR_NONE;
    enum reject_kind kind;
    const char *why = row_fault(block, row, &kind, stats);
    if (!why && is_other_table(block, row)) {
        stats->rows_passed++;
        return ERR_NONE;
    }
    stats->rows++;
    if (why)
        return row_reject(batch, block, row, kind, why, err);
    return is_turned_away(sieve, block, row) ? ERR_NONE : row_keep(block, row, err);
}

static enum err_code long_reject(struct csv_batch *batch, const struct csv_block *block, uint32_t line, struct err *err)
{
    size_t at = block->index.end;
    struct csv_row row = {(uint32_t)at, (uint32_t)block->len, line & INT32_MAX, true};
    batch->source_batch.stats.rows++;
    return row_reject(batch, block, &row, REJECT_TOO_LONG, TOO_LONG, err);
}

/* Lists what is to be told of the block's records. *out_lines: how many lines it has. */
static enum err_code rows_list(struct csv_batch *batch, struct csv_block *block, uint32_t *out_lines, struct err *err)
{
    struct csv_walk walk;
    struct csv_row row;
    struct sieve sieve = sieve_make(block_csv(block));
    csv_walk_begin(&walk, &block->index, block->first_line);
    while (csv_walk_next(&walk, &row)) {
        if (is_turned_away_quickly(&sieve, block, &row))
            batch->source_batch.stats.rows++;
        else
            TRY(row_take(batch, block, &sieve, &row, err));
    }
    *out_lines = walk.line;
    if (!block->too_long)
        return ERR_NONE;
    *out_lines += block->long_lines;
    return long_reject(batch, block, walk.line, err);
}

static void rows_forget(struct csv_batch *batch, struct csv_block *block)
{
    struct scan_stats *stats = &batch->source_batch.stats;
    *stats = (struct scan_stats){.cells = stats->cells};
    batch->source_batch.reject_count = block->row_count = 0;
}

/*
 * Of a stretch the records are found here. The rows of a guess are listed before it is known whether it holds: what is waited
 * for is likely to have come then.
 */
static enum err_code rows_find(struct csv_batch *batch, struct csv_block *block, uint32_t *out_lines, struct err *err)
{
    struct csv_turn turn;
    bool changed;
    if (block->range.len == 0)
        return rows_list(batch, block, out_lines, err);
    TRY(csv_turn_guess(block, &turn, err));
    bool early = turn.guessed && !turns_has_come(&block_source(block)->turns, block->number);
    enum err_code code = early ? rows_list(batch, block, out_lines, err) : ERR_NONE;
    TRY(csv_turn_take(block, &turn, &changed, err));
    if (early && !changed)
        return code;
    rows_forget(batch, block);
    return rows_list(batch, block, out_lines, err);
}

static enum err_code batch_fill(struct csv_batch *csv_batch, struct csv_block *block, struct batch **out_batch,
                                struct err *err)
{
    uint32_t lines = 0;
    TRY(rows_find(csv_batch, block, &lines, err));
    block_counted(&block->block, lines);
    csv_batch->source_batch.stats.bytes = block->bytes;
    csv_batch->source_batch.failure = block->failure;
    csv_batch->block = block;
    struct batch *batch = NULL;
    TRY(batch_create(&CSV_BATCH, block->block.source->schema, (uint32_t)block->row_count, &batch, err));
    batch->impl = csv_batch;
    *out_batch = batch;
    return ERR_NONE;
}

static void block_drop(struct csv_block *block)
{
    turns_break(&block_source(block)->turns);
    csv_block_free(block);
}

enum err_code csv_split(struct block *base, struct batch **out_batch, struct err *err)
{
    struct csv_block *block = (struct csv_block *)base;
    struct csv_batch *batch = mem_zalloc(1, sizeof *batch);
    enum err_code code = batch ? source_batch_init(&batch->source_batch, base, err) : err_no_memory(err, sizeof *batch);
    if (code) {
        mem_free(batch);
        block_drop(block);
        return code;
    }
    code = batch_fill(batch, block, out_batch, err);
    if (code) {
        block_drop(block);
        source_batch_release(&batch->source_batch);
        mem_free(batch);
    }
    return code;
}

/* --- the batch --- */

static const struct csv_block *batch_block(const struct batch *batch)
{
    const struct csv_batch *csv_batch = batch->impl;
    return csv_batch->block;
}

static const struct csv_row *batch_row(const struct batch *batch, uint32_t row)
{
    return &batch_block(batch)->rows[row];
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
    csv_block_free((struct csv_block *)csv_batch->source_batch.block);
    source_batch_release(&csv_batch->source_batch);
    mem_free(csv_batch);
    batch_destroy(batch);
}

static const struct batch_type CSV_BATCH = {
    .load = csv_load, .verify = csv_verify, .reject = csv_reject, .free = csv_free};
