/*
 * csv_range.c - CSV of a regular file, read in many threads: see csv_range.h.
 */
#include "source/csv/csv_range.h"

#include "base/mem.h"

enum {
    /* In so many bytes a quote is looked for that tells on which side of it a cell is; in all, once that has misled. */
    LOOK = 4096,
    STEP = FILE_RANGE_TAIL / 4 /* so far it is first looked for the end of the record that goes over the border */
};

void csv_ranges_begin(struct csv_source *csv)
{
    size_t bytes = csv->source.options.block_bytes;
    csv->in_ranges = csv->source.reads_at_once = stream_is_file(csv->stream, bytes);
    csv->record = csv->header.len_bytes;
    if (csv->in_ranges)
        csv->capacity = file_range_memory(bytes) - FILE_RANGE_PAGE;
}

static bool is_over(struct csv_source *csv)
{
    pthread_mutex_lock(&csv->turns.mutex);
    bool over = csv->over;
    pthread_mutex_unlock(&csv->turns.mutex);
    return over;
}

enum err_code csv_range_next(struct csv_source *csv, struct block **out_block, struct err *err)
{
    struct csv_block *block;
    struct file_range range;
    *out_block = NULL;
    if (is_over(csv))
        return ERR_NONE;
    TRY(file_range_next(csv->stream, csv->source.options.block_bytes, &range, err));
    if (range.len == 0)
        return ERR_NONE;
    TRY(csv_block_new(csv, &block, err));
    block->range = range;
    *out_block = &block->block;
    return ERR_NONE;
}

enum err_code csv_range_fill(struct csv_block *block, size_t upto, struct err *err)
{
    const struct csv_source *csv = (const struct csv_source *)block->block.source;
    if (!block->more)
        return ERR_NONE;
    return file_range_fill(csv->stream, block->block.offset, block->text, &block->len, upto, &block->more,
                           &block->failure, err);
}

enum err_code csv_range_load(struct csv_block *block, struct err *err)
{
    uint64_t begin = block->range.begin;
    size_t lead = begin < FILE_RANGE_LEAD ? (size_t)begin : FILE_RANGE_LEAD;
    csv_block_place(block, begin - lead);
    block->end = lead + block->range.len;
    block->more = true;
    return csv_range_fill(block, block->end + FILE_RANGE_TAIL, err);
}

/* Where the stretch begins in the block's text. */
static size_t range_start(const struct csv_block *block)
{
    return block->end - block->range.len;
}

/* --- guessing --- */

/*
 * Is the byte at `from` in a quoted cell? What opens one stands behind a comma or a line's end, what closes it before one: the
 * first quotes tell, one behind the other, where only one of both can be. Two in a cell that stand for one may be seen
 * as one that closes it and one that opens it.
 */
static bool seems_quoted(const char *text, size_t from, size_t len)
{
    bool quoted = true, unquoted = true; /* as it may be at `from` */
    const char *quote = text + from;
    for (bool even = true; (quote = memchr(quote, '"', (size_t)(text + len - quote))) != NULL; even = !even, quote++) {
        bool opens = quote == text || memchr(",\n\"", quote[-1], 3), closes = false;
        if (quote + 1 < text + len)
            closes = memchr(",\r\n\"", quote[1], 4);
        unquoted = unquoted && (even ? opens : closes);
        quoted = quoted && (even ? closes : opens);
        if (quoted != unquoted || !quoted)
            return quoted;
    }
    return false;
}

/*
 * Where the first record of the stretch seems to begin: behind the first line end, the one before it included, that ends one.
 * Quotes are looked for in the first `look` bytes.
 */
static bool begin_guess(const struct csv_block *block, struct csv_scanner *scanner, size_t look, size_t *out_begin)
{
    size_t from = range_start(block) - 1, high = block->end < block->len ? block->end : block->len;
    if (from >= high)
        return false;
    size_t upto = high - from < LOOK ? high : from + LOOK;
    csv_scanner_init(scanner, from);
    scanner->quoted = seems_quoted(block->text, from, high - from < look ? high : from + look);
    while (!csv_scan(scanner, block->text, upto, false, out_begin)) {
        if (upto == high)
            return false;
        upto = high - from < 4 * (upto - from) ? high : from + 4 * (upto - from);
    }
    return true;
}

/* --- finding records --- */

/*
 * From `start` up to the first record's end at or behind the stretch's. *out_longer: it does not end before `most`, or it is too
 * long a record.
 */
static enum err_code records_find(struct csv_block *block, struct csv_scanner *scanner, size_t start, size_t most,
                                  bool *out_longer, struct err *err)
{
    struct csv_index *index = &block->index;
    size_t max = block->block.source->options.record_max, upto = block->end < block->len ? block->end : block->len;
    csv_index_begin(index, scanner, start, block->block.source->options.slow);
    TRY(csv_index_reserve(index, block->capacity, err));
    for (size_t step = STEP;; step *= 2) {
        bool last = upto == block->len && !block->more;
        TRY(csv_index_run(index, scanner, block->text, upto, last, err));
        *out_longer = index->end < block->end && !last;
        if (!*out_longer) {
            csv_index_cut(index, block->end);
            return ERR_NONE;
        }
        if (upto == block->len) {
            /* Even with CRLF behind it the record would have ended by now. */
            if (upto >= most || upto - index->end > max + 2)
                return ERR_NONE;
            size_t larger = block->capacity * 2, enough = index->end + max + 3;
            if (block->capacity == block->len)
                TRY(csv_block_grow(block, larger > enough ? enough : larger, err));
            TRY(csv_range_fill(block, block->capacity, err));
            TRY(csv_index_reserve(index, block->capacity, err));
        }
        upto = block->len - upto < step ? block->len : upto + step;
    }
}

/* How the block leaves things to the next one: as csv_source has it. */
struct behind {
    uint64_t record;
    bool over;
};

static struct behind behind_records(const struct csv_block *block)
{
    size_t end = block->index.end;
    return (struct behind){block->block.offset + end, !block->more && end == block->len};
}

/* The record at the index's end is too long: passes over it. */
static enum err_code record_pass(struct csv_source *csv, struct csv_block *block, struct csv_scanner *scanner,
                                 struct behind *behind, struct err *err)
{
    struct csv_block rest;
    TRY(csv_record_skip(csv, block, scanner, &rest, err));
    mem_free(rest.text);
    mem_free(block->failure);
    block->failure = rest.failure;
    behind->record = rest.block.offset;
    behind->over = !rest.more && rest.len == 0;
    return ERR_NONE;
}

/* None of its own: the record of a block before goes on beyond it, or the end was met before it. */
static void records_none(struct csv_block *block, struct csv_scanner *scanner)
{
    csv_index_begin(&block->index, scanner, 0, false);
}

static void failure_forgive(struct csv_block *block)
{
    mem_free(block->failure);
    block->failure = NULL;
}

/* From where the first record is known to begin. */
static enum err_code records_know(struct csv_source *csv, struct csv_block *block, struct csv_turn *turn,
                                  struct behind *behind, struct err *err)
{
    bool longer;
    uint64_t at = csv->record - block->block.offset;
    if (csv->over || at >= block->end) {
        *behind = (struct behind){csv->record, csv->over};
        records_none(block, &turn->scanner);
        failure_forgive(block);
        return ERR_NONE;
    }
    if (at > block->len) /* the file has shrunk */
        at = block->len;
    TRY(records_find(block, &turn->scanner, (size_t)at, SIZE_MAX, &longer, err));
    *behind = behind_records(block);
    return longer ? record_pass(csv, block, &turn->scanner, behind, err) : ERR_NONE;
}

/* The block's records are found for good. What could not be read is another's affair, if it was not met here. */
static void hand_on(struct csv_source *csv, struct csv_block *block, struct behind behind)
{
    if (!behind.over)
        failure_forgive(block);
    block->bytes = behind.record < csv->record ? 0 : behind.record - csv->record;
    block->bytes += block->number == 0 ? csv->header.len_bytes : 0;
    pthread_mutex_lock(&csv->turns.mutex);
    csv->record = behind.record;
    csv->over = behind.over;
    turns_pass(&csv->turns);
    pthread_mutex_unlock(&csv->turns.mutex);
}

/* As if the guess were right. Where it leads far, it is not worth it. */
enum err_code csv_turn_guess(struct csv_block *block, struct csv_turn *turn, struct err *err)
{
    struct csv_source *csv = (struct csv_source *)block->block.source;
    pthread_mutex_lock(&csv->turns.mutex);
    bool wanted = turns_want_guess(&csv->turns, block->number) && !csv->over;
    size_t look = csv->turns.wrong ? SIZE_MAX : LOOK;
    pthread_mutex_unlock(&csv->turns.mutex);
    turn->guessed = wanted && begin_guess(block, &turn->scanner, look, &turn->begin);
    if (!turn->guessed)
        return ERR_NONE;
    bool longer;
    TRY(records_find(block, &turn->scanner, turn->begin, block->end + block->range.len, &longer, err));
    turn->guessed = !longer;
    return ERR_NONE;
}

enum err_code csv_turn_take(struct csv_block *block, struct csv_turn *turn, bool *out_changed, struct err *err)
{
    struct csv_source *csv = (struct csv_source *)block->block.source;
    struct behind behind;
    *out_changed = true;
    if (!turns_await(&csv->turns, block->number)) {
        records_none(block, &turn->scanner);
        return ERR_NONE;
    }
    bool right = turn->guessed && csv->record == block->block.offset + turn->begin;
    if (turn->guessed)
        turns_note_guess(&csv->turns, right);
    *out_changed = !right || csv->over;
    if (*out_changed)
        TRY(records_know(csv, block, turn, &behind, err));
    else
        behind = behind_records(block);
    hand_on(csv, block, behind);
    return ERR_NONE;
}
