/*
 * json_batch.c - the batch of the JSON formats: rows are record texts in a block, and a column is decoded when asked.
 *
 * A row starts either parsed (an index says where each column's value stands) or with nothing known but where the value
 * of one column, the fast one, begins. Asked for another column, it is looked for by its key. Asked to verify, the row is
 * parsed whole, once; then its index serves all columns.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "source/cells.h"
#include "source/json/json_int.h"

#include <assert.h>

static struct json_batch *json_of(const struct batch *batch)
{
    return batch->impl;
}

void json_batch_destroy(struct json_batch *json)
{
    json_reader_release(&json->reader);
    arena_release(&json->arena);
    batch_room_release(&json->room);
    buf_release(&json->text);
    mem_free(json->rows);
    mem_free(json->places);
    mem_free(json->spans);
    mem_free(json);
}

/* What a batch of unusual records made large is not kept. */
static void shrink(struct json_batch *json)
{
    enum { KEEP_BYTES = 1 << 16, KEEP_ROWS = 1 << 12 };
    arena_clear(&json->arena);
    if (json->arena.held_bytes > KEEP_BYTES)
        arena_release(&json->arena);
    if (json->text.capacity > KEEP_BYTES)
        buf_release(&json->text);
    if (json->row_capacity > KEEP_ROWS) {
        mem_free(json->rows);
        json->rows = NULL;
        json->row_capacity = 0;
        mem_free(json->places);
        json->places = NULL;
        json->place_capacity = 0;
    }
    if (json->span_capacity > KEEP_ROWS) {
        mem_free(json->spans);
        json->spans = NULL;
        json->span_capacity = 0;
    }
}

/* Room for a block's spans goes from block to block. */
static void spans_swap(struct json_batch *json, struct json_block *block)
{
    struct json_span *spans = block->spans;
    size_t capacity = block->span_capacity;
    block->spans = json->spans;
    block->span_capacity = json->span_capacity;
    json->spans = spans;
    json->span_capacity = capacity;
}

static void release(struct json_batch *json)
{
    struct source_batch base = json->base;
    struct json_source *source = (struct json_source *)base.source;
    spans_swap(json, (struct json_block *)base.block);
    json_block_free(base.block);
    shrink(json);
    if (!block_pool_give(&source->common->batches, json))
        json_batch_destroy(json);
    source_batch_release(&base);
}

/* A batch that nothing is in. */
static struct json_batch *batch_new(struct json_source *source, struct err *err)
{
    struct json_batch *json = block_pool_take(&source->common->batches);
    if (json)
        return json;
    json = mem_zalloc(1, sizeof *json);
    if (!json) {
        err_no_memory(err, sizeof *json);
        return NULL;
    }
    arena_init(&json->arena, 0);
    buf_init(&json->text, 0);
    if (json_reader_init(&json->reader, &source->common->keys, &json->arena, err)) {
        mem_free(json);
        return NULL;
    }
    return json;
}

enum err_code json_batch_begin(struct block *block, struct json_batch **out_batch, struct err *err)
{
    struct json_source *source = (struct json_source *)block->source;
    struct json_block *json_block = (struct json_block *)block;
    struct json_batch *json = batch_new(source, err);
    if (!json) {
        json_block_free(block);
        return ERR_MEMORY;
    }
    enum err_code code = source_batch_init(&json->base, block, err);
    if (code) {
        json_batch_destroy(json);
        json_block_free(block);
        return code;
    }
    json->block = json_block;
    spans_swap(json, json_block);
    json->base.stats.bytes = json_block->consumed;
    json->row_count = 0;
    json->fast_column = json->second_column = COLUMN_NONE;
    json->reader.base = json_block->bytes;
    json->reader.failed = false;
    *out_batch = json;
    return ERR_NONE;
}

void json_batch_restart(struct json_batch *json)
{
    struct scan_stats *stats = &json->base.stats;
    *stats = (struct scan_stats){.cells = stats->cells};
    arena_clear(&json->arena);
    json->row_count = json->base.reject_count = 0;
    json->reader.base = json->block->bytes;
    json->reader.failed = false;
}

static enum err_code row_add(struct json_batch *json, const struct json_row *row, struct err *err)
{
    struct json_row *grown = mem_grow(json->rows, json->row_count, &json->row_capacity, sizeof *grown);
    if (!grown)
        return err_no_memory(err, sizeof *row);
    json->rows = grown;
    json->rows[json->row_count++] = *row;
    json->base.stats.rows++;
    return ERR_NONE;
}

enum err_code json_batch_reject(struct json_batch *json, enum reject_kind kind, struct slice bytes, uint32_t record,
                                const char *why, struct err *err)
{
    size_t most = json->base.source->options.record_max;
    struct reject reject = {.kind = kind,
                            .record = record,
                            .offset = (uint64_t)(bytes.ptr - json->block->bytes),
                            .why = why,
                            .bytes = slice_cut(bytes, 0, most)};
    json->base.stats.rows++;
    return source_reject(&json->base, &reject, err);
}

struct elements {
    struct json_batch *batch;
    uint32_t record;
};

static enum err_code add_element(void *user, struct slice element, struct err *err)
{
    struct elements *elements = user;
    if (element.ptr[0] != '{')
        return json_batch_reject(elements->batch, REJECT_NO_RECORD, element, elements->record,
                                 "an element that is no object", err);
    return json_batch_record(elements->batch, element, elements->record, false, err);
}

enum err_code json_batch_record(struct json_batch *json, struct slice text, uint32_t record, bool may_contain,
                                struct err *err)
{
    struct json_record result;
    TRY(json_record_read(&json->reader, text, may_contain, &result, err));
    json->base.stats.rows_parsed++;
    json->base.stats.rows_slow++;
    switch (result.shape) {
    case JSON_ROW: {
        struct json_row row = {.start = (uint32_t)(text.ptr - json->block->bytes),
                               .len = (uint32_t)text.len,
                               .record = record,
                               .value = JSON_VALUE_UNKNOWN,
                               .index = result.index};
        return row_add(json, &row, err);
    }
    case JSON_PASSED:
        json->base.stats.rows_passed++;
        return ERR_NONE;
    case JSON_CONTAINER: {
        struct elements elements = {json, record};
        json->base.stats.rows_parsed--; /* its elements count */
        json->base.stats.rows_slow--;
        return json_container_each(text, add_element, &elements, err);
    }
    case JSON_MALFORMED:
        break;
    }
    return json_batch_reject(json, REJECT_MALFORMED, text, record, result.why, err);
}

/* A guess, for speed alone: whether rows stand in envelopes. Lines may be of both kinds, so the block's first bytes tell. */
static bool expects_envelopes(const struct json_source *source, const struct json_block *block)
{
    enum { LOOK = 1024 };
    if (source->expects != JSON_EXPECTS_ANY)
        return source->expects == JSON_EXPECTS_ENVELOPES;
    size_t end = block->len - block->start < LOOK ? block->len : block->start + LOOK;
    struct slice head = slice_of(block->bytes + block->start, end - block->start);
    return slice_find(head, SLICE("\"properties\""), 0) != SLICE_NOT_FOUND;
}

bool json_batch_prepare(struct json_batch *json)
{
    const struct json_source *source = (const struct json_source *)json->base.source;
    const struct source_options *options = &source->base.options;
    json->fast_column = options->first_column;
    json->of_names = NULL;
    if (options->filter && text_filter_column(options->filter) == json->fast_column)
        json->of_names = text_filter_of_names(options->filter);
    json->probe = &source->common->probes[!expects_envelopes(source, json->block)];
    if (json->probe->wanted[NEEDLE_SECOND])
        json->second_column = options->second_column;
    return json->probe->ready && !options->strict && !options->slow;
}

bool json_batch_lays(struct json_batch *json)
{
    const struct json_source *source = (const struct json_source *)json->base.source;
    const struct source_options *options = &source->base.options;
    if (options->columns.count < 2 || options->filter || expects_envelopes(source, json->block))
        return false;
    if (json->layout_rest > 0) {
        json->layout_rest--;
        return false;
    }
    json_layout_init(&json->layout, json->reader.row_trail, &options->columns);
    return true;
}

void json_batch_laid(struct json_batch *json, uint32_t lines, uint32_t odd)
{
    enum { FEW = 16, SHARE = 4, REST = 64 };
    if (odd > FEW && odd > lines / SHARE)
        json->layout_rest = REST;
}

enum err_code json_batch_learn(struct json_batch *json, struct slice text, struct err *err)
{
    struct json_record result;
    return json_record_read(&json->reader, text, false, &result, err);
}

/* Room for the places of one more row. */
static bool places_grow(struct json_batch *json)
{
    size_t each = json->layout.columns.count, wanted = (json->row_count + 1) * each;
    if (wanted <= json->place_capacity)
        return true;
    uint32_t *grown = mem_array(json->places, wanted * 2, sizeof *grown);
    if (!grown)
        return false;
    json->places = grown;
    json->place_capacity = wanted * 2;
    return true;
}

enum err_code json_batch_lay(struct json_batch *json, uint32_t end, uint32_t record, struct err *err)
{
    const struct json_layout *layout = &json->layout;
    if (!places_grow(json))
        return err_no_memory(err, layout->columns.count * sizeof *json->places);
    memcpy(json->places + json->row_count * layout->columns.count, layout->values,
           layout->columns.count * sizeof *json->places);
    struct json_row row = {.start = layout->begin,
                           .len = end - layout->begin,
                           .record = record,
                           .value = JSON_VALUE_UNKNOWN,
                           .second = JSON_VALUE_UNKNOWN,
                           .sound = true,
                           .laid = true};
    json->base.stats.rows_parsed++;
    return row_add(json, &row, err);
}

/*
 * Does the plan's first predicate turn the row away for certain, by the text of the fast column? Not where the value's
 * reading is of consequence: what is malformed or of another type is for the batch to find out.
 */
static bool is_filtered(const struct json_batch *json, uint32_t value, uint32_t end)
{
    const struct text_filter *filter = json->base.source->options.filter;
    if (!filter || text_filter_column(filter) != json->fast_column || value == JSON_VALUE_UNKNOWN)
        return false;
    if (value == JSON_VALUE_ABSENT)
        return true;
    struct slice text;
    bool escaped;
    const char *at = json->block->bytes + value, *row_end = json->block->bytes + end;
    if (json->of_names && json_fast_name(at, row_end, json->of_names->of_hosts, &text))
        return text.len == 0 || !json->of_names->may_name(json->of_names->user, text);
    if (json_fast_raw(at, row_end, &text, &escaped))
        return !(escaped || !utf8_is_ascii(text) ? text_filter_may_raw(filter, text)
                                                 : text_filter_may_text(filter, text));
    if ((*at != '"' && *at != 'n') || !json_fast_value(at, row_end, &text))
        return false;
    return *at == 'n' || !text_filter_may_json(filter, slice_cut(text, 1, text.len - 1));
}

enum err_code json_batch_judge(struct json_batch *json, uint32_t end, uint32_t record, bool wanted, bool *out_done,
                               struct err *err)
{
    uint32_t value, begin = json->facts.begin;
    *out_done = true;
    const struct json_block *block = json->block;
    switch (
        json_fast_verdict(&json->facts, json->probe, &json->memory, block->bytes, (uint32_t)block->len, end, &value)) {
    case JSON_FAST_ROW: {
        if (!wanted && is_filtered(json, value, end)) {
            json->base.stats.rows++;
            return ERR_NONE;
        }
        struct json_row row = {.start = begin, .len = end - begin, .record = record, .value = value};
        row.open = json->memory.row_open;
        row.close = json->memory.row_close;
        row.sound = json->facts.sound;
        if (row.sound) {
            row.second = json_fast_second(&json->facts, json->probe, &json->memory, end);
            json->base.stats.rows_parsed++;
        }
        return row_add(json, &row, err);
    }
    case JSON_FAST_PASSED:
        json->base.stats.rows_passed++;
        return ERR_NONE;
    case JSON_FAST_UNSURE:
        break;
    }
    *out_done = false;
    return ERR_NONE;
}

/*
 * Of an envelope that the verdict has read but for the row in it, the row alone is read. Not *out_done: it does not end
 * where the verdict took it to, or is malformed.
 */
static enum err_code row_parse_inner(struct json_batch *json, struct json_row *row, bool *out_done, struct err *err)
{
    const struct json_block *block = json->block;
    *out_done = false;
    if (!row->open)
        return ERR_NONE;
    /* Room behind it for the kernel that takes members; not more, lest what is malformed be read on and on. */
    size_t end = (size_t)row->close + 1 + SIMD_LEAD_MAX + SIMD_CHUNK;
    struct json_cursor cursor = {block->bytes + row->open, block->bytes + (end < block->len ? end : block->len), NULL};
    TRY(json_properties_read(&json->reader, &cursor, block->bytes + row->close + 1, &row->index, err));
    *out_done = row->index != NULL;
    return ERR_NONE;
}

/* Parses a row that was added unparsed. False: it is malformed, and now a reject. */
static enum err_code row_parse(struct batch *batch, uint32_t number, bool *out_good, struct err *err)
{
    struct json_batch *json = json_of(batch);
    struct json_row *row = &json->rows[number];
    *out_good = true;
    if (row->index)
        return ERR_NONE;
    bool done;
    TRY(row_parse_inner(json, row, &done, err));
    json->base.stats.rows_parsed += !row->sound;
    if (done)
        return ERR_NONE;
    struct json_record result;
    struct slice text = slice_of(json->block->bytes + row->start, row->len);
    TRY(json_record_read(&json->reader, text, false, &result, err));
    /* The fast path and the full parser agree on what a well-formed record is. */
    assert(result.shape == JSON_ROW || result.shape == JSON_MALFORMED);
    *out_good = result.shape == JSON_ROW;
    row->index = result.index;
    if (*out_good)
        return ERR_NONE;
    return batch_reject(batch, number, REJECT_MALFORMED, result.why ? result.why : "not readable as a row", err);
}

/* A value that begins with 'n' is null: as much a missing one as an empty cell of a CSV export. */
static bool is_null(const struct json_batch *json, uint32_t value)
{
    return json->block->bytes[value] == 'n';
}

/* The column's value in the row, or that of the column that stands for it where it is missing. */
static const struct json_entry *row_entry(const struct batch *batch, const struct json_row *row, uint32_t column)
{
    struct json_reader *reader = &json_of(batch)->reader;
    const struct json_entry *entry = json_index_find(reader, row->index, column);
    uint32_t stand_in = batch->schema->columns[column].stand_in;
    if (stand_in != COLUMN_NONE && (!entry || is_null(json_of(batch), entry->start)))
        entry = json_index_find(reader, row->index, stand_in);
    return entry;
}

static enum err_code load_parsed(struct batch *batch, struct column *cells, uint32_t column, uint32_t row,
                                 struct err *err)
{
    struct json_batch *json = json_of(batch);
    bool good;
    TRY(row_parse(batch, row, &good, err));
    const struct json_entry *entry = good ? row_entry(batch, &json->rows[row], column) : NULL;
    if (!entry) {
        cell_set_missing(cells, row);
        return ERR_NONE;
    }
    return json_cell_set(batch, cells, row, slice_of(json->block->bytes + entry->start, entry->len), err);
}

/*
 * Fills the cell of a row that has not been parsed, whose value begins at `value` (or one of JSON_VALUE_). What can't be
 * said by that alone is left to the full parser.
 */
static enum err_code load_found(struct batch *batch, struct column *cells, uint32_t column, uint32_t number,
                                uint32_t value, struct err *err)
{
    struct json_batch *json = json_of(batch);
    const struct json_row *row = &json->rows[number];
    bool has_stand_in = batch->schema->columns[column].stand_in != COLUMN_NONE;
    if (value == JSON_VALUE_UNKNOWN || (has_stand_in && (value == JSON_VALUE_ABSENT || is_null(json, value))))
        return load_parsed(batch, cells, column, number, err);
    if (value == JSON_VALUE_ABSENT) {
        cell_set_missing(cells, number);
        return ERR_NONE;
    }
    struct slice text;
    const char *end = json->block->bytes + row->start + row->len;
    if (cells->type == TYPE_STRING && json_fast_text(json->block->bytes + value, end, &text)) {
        cells->str[number] = text;
        return ERR_NONE;
    }
    if (!json_fast_value(json->block->bytes + value, end, &text))
        return load_parsed(batch, cells, column, number, err);
    return json_cell_set(batch, cells, number, text, err);
}

/* The column's place among those that the layout finds, or column_count. */
static uint32_t laid_slot(const struct json_batch *json, uint32_t column)
{
    uint32_t slot = 0;
    while (slot < json->layout.columns.count && json->layout.columns.column[slot] != column)
        slot++;
    return slot;
}

/* Nothing tells yet where the row has its value of the column. */
static bool is_looked_for(const struct json_batch *json, uint32_t column, uint32_t slot, uint32_t number)
{
    const struct json_row *row = &json->rows[number];
    if (row->laid && slot < json->layout.columns.count)
        return false;
    bool known = column == json->fast_column || (column == json->second_column && row->sound);
    return !row->index && !known;
}

/*
 * Rows that have no index were taken for rows by the quick path. A column other than the one that it looked for on the way
 * is looked for in each of them: those that a predicate over it turns away then are not parsed.
 */
static enum err_code load_cell(struct batch *batch, struct column *cells, uint32_t column, uint32_t slot,
                               uint32_t number, const struct json_probe *probe, struct err *err)
{
    struct json_batch *json = json_of(batch);
    const struct json_row *row = &json->rows[number];
    if (row->index)
        return load_parsed(batch, cells, column, number, err);
    uint32_t slots = json->layout.columns.count;
    if (row->laid && slot < slots)
        return load_found(batch, cells, column, number, json->places[number * slots + slot], err);
    if (column == json->fast_column)
        return load_found(batch, cells, column, number, row->value, err);
    if (column == json->second_column && row->sound)
        return load_found(batch, cells, column, number, row->second, err);
    uint32_t value = json_fast_find(probe, json->block->bytes, row->start, row->start + row->len);
    return load_found(batch, cells, column, number, value, err);
}

/*
 * The cell of a laid row, whose value begins at `value`, if it is a short text or a whole number as most are. False: load_cell() must
 * look.
 */
static bool load_plain(struct batch *batch, struct column *cells, uint32_t number, uint32_t value)
{
    const struct json_batch *json = json_of(batch);
    const struct json_row *row = &json->rows[number];
    const char *at = json->block->bytes + value, *end = json->block->bytes + row->start + row->len;
    if (value == JSON_VALUE_ABSENT)
        return false;
    if (cells->type == TYPE_STRING)
        return *at == '"' && json_fast_text(at, end, &cells->str[number]);
    unsigned digits = cells->type == TYPE_INT ? 9 : cells->type == TYPE_LONG ? 18 : 0;
    return digits && json_fast_whole(at, end, digits, &cells->i64[number]);
}

static struct cell_place row_place(const struct batch *batch, uint32_t row)
{
    const struct json_row *at = &json_of(batch)->rows[row];
    return (struct cell_place){.record = at->record, .offset = at->start};
}

static enum err_code json_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    if (cells_are_provenance(batch->schema, column))
        return cells_load_provenance(batch, column, rows, row_place, err);
    struct column *cells;
    TRY(cells_begin(batch, column, rows, &cells, err));
    struct json_probe probe; /* large, and made only where a row needs it */
    bool looks = false;
    probe.ready = false;
    const struct json_batch *json = json_of(batch);
    uint32_t slot = laid_slot(json, column), slots = json->layout.columns.count;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        if (batch->rejected[row]) {
            cell_set_missing(cells, row);
            continue;
        }
        if (json->rows[row].index) {
            TRY(load_parsed(batch, cells, column, row, err));
            continue;
        }
        if (json->rows[row].laid && slot < slots && load_plain(batch, cells, row, json->places[row * slots + slot]))
            continue;
        if (!looks && is_looked_for(json, column, slot, row)) {
            json_probe_init(&probe, batch->schema, column, COLUMN_NONE, false, false);
            looks = true;
        }
        TRY(load_cell(batch, cells, column, slot, row, &probe, err));
    }
    return ERR_NONE;
}

static enum err_code json_verify(struct batch *batch, struct err *err)
{
    const struct selection *selection = batch->selection;
    for (uint32_t i = 0; i < selection->count; i++) {
        bool good;
        uint32_t row = selection->rows[i];
        if (!batch->rejected[row] && !json_of(batch)->rows[row].sound)
            TRY(row_parse(batch, row, &good, err));
    }
    return ERR_NONE;
}

static enum err_code json_reject(struct batch *batch, uint32_t number, enum reject_kind kind, const char *why,
                                 struct err *err)
{
    struct json_batch *json = json_of(batch);
    const struct json_row *row = &json->rows[number];
    struct reject reject = {.kind = kind,
                            .record = row->record,
                            .offset = row->start,
                            .why = why,
                            .bytes = slice_of(json->block->bytes + row->start, row->len)};
    return source_reject(&json->base, &reject, err);
}

static void json_free(struct batch *batch)
{
    struct json_batch *json = json_of(batch);
    batch_destroy_into(batch, &json->room);
    release(json);
}

static const struct batch_type JSON_BATCH = {json_load, json_verify, json_reject, json_free};

enum err_code json_batch_end(struct json_batch *json, uint64_t records, enum err_code code, struct batch **out_batch,
                             struct err *err)
{
    struct batch *batch = NULL;
    block_counted(json->base.block, records);
    if (!code && json->row_count > UINT32_MAX - 1)
        code = err_set(err, ERR_LIMIT, "too many rows in a block");
    if (!code)
        code = batch_create_in(&json->room, &JSON_BATCH, json->base.source->schema, (uint32_t)json->row_count, &batch,
                               err);
    if (code) {
        release(json);
        return code;
    }
    batch->impl = json;
    batch->sequence = json->base.block->sequence;
    *out_batch = batch;
    return ERR_NONE;
}
