/*
 * json_lines.c - JSON lines: a record a line.
 *
 *   read   fills a block, cuts it behind its last newline, carries the rest to the next block. A line longer than a
 *          block makes the block grow, up to the limit on a record; beyond it the line's begin is kept as a reject and
 *          its rest is skipped.
 *   split  cuts the block at its newlines.
 *
 * Of a regular file, read only says where a block's bytes stand (json_range.h), and split reads them. But where containers
 * fill lines that are longer than blocks, most of such a block would be part of another's line, and read twice: there a
 * block is a line, whose end is looked for where that of a line like the one before would be.
 */
#define _GNU_SOURCE /* memrchr */
#include "base/mem.h"
#include "source/json/json.h"
#include "source/json/json_head.h"
#include "source/json/json_range.h"

/* What one line may make the next blocks long. */
enum { LONG_MAX = 4 << 20 };

struct lines_source {
    struct json_source json;
    struct buf carry; /* the begin of a line whose end has not been read */
    bool skipping;    /* the rest of a line that is too long comes first */
    /* Length of the last block, if it was a line that is no longer than LONG_MAX and more than usual; or 0. */
    size_t long_line;
    bool in_long_lines; /* of a file that begins with one */
    bool line_was_odd;  /* there: the last block was much longer than expected */
};

static void lines_close(struct source *base)
{
    struct lines_source *source = (struct lines_source *)base;
    buf_release(&source->carry);
    json_source_release(&source->json);
    mem_free(source);
}

static enum err_code lines_open(struct stream *stream, const struct schema *schema,
                                const struct source_options *options, struct source **out_source, struct err *err)
{
    struct lines_source *source = mem_zalloc(1, sizeof *source);
    if (!source) {
        stream_close(stream);
        return err_no_memory(err, sizeof *source);
    }
    buf_init(&source->carry, 0);
    enum err_code code = json_source_init(&source->json, &SOURCE_JSON_LINES, stream, schema, options, err);
    if (code) {
        mem_free(source);
        return code;
    }
    struct slice head;
    code = stream_peek(stream, 1, &head, err);
    if (code) {
        lines_close(&source->json.base);
        return code;
    }
    size_t line = json_head_long_container(head, source->json.base.options.block_bytes);
    source->in_long_lines = json_ranges_begin(&source->json) && line;
    if (source->in_long_lines) {
        source->long_line = line;
    }
    *out_source = &source->json.base;
    return ERR_NONE;
}

/* Length up to and with the last newline at or after from; 0 if there is none. */
static size_t last_line_end(const struct json_block *block, size_t from)
{
    const char *newline = block->len > from ? memrchr(block->bytes + from, '\n', block->len - from) : NULL;
    return newline ? (size_t)(newline - block->bytes) + 1 : 0;
}

/* Reads over the rest of a line that is too long; what was read of the next lines stays in the block. */
static void skip_line(struct lines_source *source, struct json_block *block)
{
    while (source->skipping) {
        json_block_fill(&source->json, block, block->capacity);
        const char *newline = block->len ? memchr(block->bytes, '\n', block->len) : NULL;
        size_t skipped = newline ? (size_t)(newline - block->bytes) + 1 : block->len;
        block->len -= skipped;
        block->consumed += skipped;
        memmove(block->bytes, block->bytes + skipped, block->len);
        source->skipping = !newline && !source->json.ended;
    }
}

/* How much to read before a line's end is looked for. Lines are like the one before; what comes behind one is copied. */
static size_t line_likely(const struct lines_source *source)
{
    size_t line = source->long_line;
    return line ? line + line / 32 : source->json.base.options.block_bytes;
}

/* Fills the block until it holds a line's end, the input ends, or the line is too long. */
static enum err_code fill(struct lines_source *source, struct json_block *block, size_t *out_whole, struct err *err)
{
    size_t record_max = source->json.base.options.record_max, usual = source->json.base.options.block_bytes;
    size_t likely = line_likely(source);
    for (size_t seen = 0;; likely += usual) {
        json_block_fill(&source->json, block, likely < block->capacity ? likely : block->capacity);
        *out_whole = last_line_end(block, seen);
        if (*out_whole || json_source_interrupted(&source->json))
            return ERR_NONE;
        if (source->json.ended || block->len > record_max) {
            *out_whole = block->len;
            source->skipping = !source->json.ended;
            return ERR_NONE;
        }
        seen = block->len;
        if (block->len < block->capacity)
            continue;
        size_t larger = block->capacity * 2;
        if (larger > record_max + 1 && block->capacity < record_max + 1)
            larger = record_max + 1;
        TRY(json_block_grow(block, larger, err));
    }
}

static enum err_code read_block(struct lines_source *source, struct json_block *block, struct err *err)
{
    size_t whole;
    json_block_place(block, source->json.offset - source->carry.len);
    if (source->carry.len)
        memcpy(block->bytes, source->carry.ptr, source->carry.len);
    block->len = source->carry.len;
    buf_clear(&source->carry);
    skip_line(source, block);
    block->base.offset = source->json.offset - block->len;
    TRY(fill(source, block, &whole, err));
    buf_add(&source->carry, slice_of(block->bytes + whole, block->len - whole));
    if (source->carry.failed)
        return err_no_memory(err, block->len - whole);
    /* The end of the input is met while lines stand before its last, unended one: this comes with the next call. */
    block->len = whole;
    block->consumed += whole;
    source->long_line = whole > source->json.base.options.block_bytes && whole <= LONG_MAX ? whole : 0;
    return ERR_NONE;
}

/* All that is left, where it lies in memory: such an input is one block. */
static enum err_code read_rest(struct lines_source *source, struct slice rest, struct block **out_block,
                               struct err *err)
{
    struct json_block *block;
    TRY(json_block_over(&source->json, rest, &block, err));
    source->json.offset = rest.len;
    source->json.ended = true;
    source->json.base.at_end = true;
    *out_block = &block->base;
    return ERR_NONE;
}

/*
 * How long the next stretch should be. One that is much longer than the line before has two, as the first was a bit shorter than
 * what was looked for, or is an odd one: only where this happens twice in a row lines are taken to have become longer.
 */
static size_t long_range(struct lines_source *source)
{
    size_t usual = source->json.base.options.block_bytes, likely = source->long_line ? source->long_line : usual;
    size_t bytes = json_range_lines(&source->json, likely);
    bool fits = bytes < likely + likely / 2;
    if (fits || source->line_was_odd)
        source->long_line = bytes > usual && bytes <= LONG_MAX ? bytes : 0;
    source->line_was_odd = !fits;
    return bytes;
}

static enum err_code lines_read(struct source *base, struct block **out_block, struct err *err)
{
    struct lines_source *source = (struct lines_source *)base;
    struct json_block *block;
    size_t usual = base->options.block_bytes;
    *out_block = NULL;
    if (source->json.in_ranges)
        return json_range_next(&source->json, source->in_long_lines ? long_range(source) : usual, out_block, err);
    struct slice rest;
    if (source->json.offset == 0 && stream_take_rest(source->json.stream, usual, &rest))
        return read_rest(source, rest, out_block, err);
    size_t least = source->long_line ? line_likely(source) + usual : usual;
    TRY(json_block_new(&source->json, source->carry.len >= least ? source->carry.len + usual : least, &block, err));
    enum err_code code = read_block(source, block, err);
    if (code || block->consumed == 0) {
        json_block_free(&block->base);
        if (!code && source->json.failure.code) {
            if (err)
                *err = source->json.failure;
            code = source->json.failure.code;
        }
        return code;
    }
    *out_block = &block->base;
    return ERR_NONE;
}

/* Without blanks around it, and without a byte order mark (of a file that was appended to another). */
static struct slice line_trim(struct slice line)
{
    line = slice_trim(line);
    if (slice_starts(line, SLICE("\xef\xbb\xbf")))
        line = slice_trim(slice_cut(line, 3, line.len));
    return line;
}

static enum err_code line_read(struct json_batch *batch, struct slice line, uint32_t number, bool quick,
                               struct err *err)
{
    bool done;
    if (line.len > batch->base.source->options.record_max)
        return json_batch_reject(batch, REJECT_TOO_LONG, line, number, "longer than the limit on a record", err);
    struct slice record = line_trim(line);
    if (record.len == 0)
        return ERR_NONE;
    if (record.ptr[0] != '{' && record.ptr[0] != '[')
        return json_batch_reject(batch, REJECT_NO_RECORD, record, number, "no JSON object on the line", err);
    TRY(json_batch_container(batch, record, number, quick, &done, err));
    return done ? ERR_NONE : json_batch_record(batch, record, number, true, err);
}

/*
 * Where all rows are read whole, lines are proven to be well-formed while their marks are gathered (simd.h, compact()). Behind
 * what does not fit, the line's other marks are gathered as usual. Lines without a fault that are not proven may be well-formed.
 */
struct check {
    bool on;
    bool failed;    /* its braces do not fit, in the current line */
    uint32_t fault; /* where the last line that can't be proven does not fit */
    struct simd_compact compact;
    uint32_t depth; /* open braces of the current line */
    bool lays;      /* the layout finds what is wanted: its marks are gathered; odd: lines it knows too little of */
    uint32_t odd;
    uint32_t faults; /* how many there were */
    uint32_t until;  /* usual marks are gathered up to there */
};

/* A split under way. */
struct cut {
    struct json_batch *batch;
    const char *text;
    uint32_t len;
    uint32_t line; /* number in the block */
    bool quick;    /* records need not be parsed whole */
    bool is_short; /* it was not one long line, as its length had it: see long_range() */
    const struct simd *simd;
    struct check check;
};

static void line_begin(struct cut *cut, uint32_t begin)
{
    struct json_batch *batch = cut->batch;
    if (cut->quick && !cut->check.lays)
        json_facts_begin_alike(&batch->facts, &batch->memory, cut->simd, cut->text, cut->len, begin);
    else
        json_facts_begin(&batch->facts, begin);
    if (cut->check.lays)
        json_layout_begin(&batch->layout, begin);
}

/* The line ends. Is it proven? */
static bool check_end(struct check *check, uint32_t begin, uint32_t end)
{
    bool fits = check->fault < begin || check->fault > end;
    bool proven = fits && !check->failed && check->depth == 0;
    check->failed = false;
    check->depth = 0;
    return proven;
}

/* The line whose marks were noted ends. A last line without a newline may be cut off anywhere: it is parsed whole. */
static enum err_code line_end(struct cut *cut, uint32_t end, bool whole, bool checks, struct err *err)
{
    struct json_batch *batch = cut->batch;
    uint32_t begin = batch->facts.begin;
    bool done = false;
    if (checks)
        batch->facts.sound = check_end(&cut->check, begin, end);
    if (cut->quick && whole && end - begin <= batch->base.source->options.record_max) {
        uint32_t record_end = end > begin && cut->text[end - 1] == '\r' ? end - 1 : end;
        TRY(json_batch_quick(batch, cut->simd, record_end, cut->line, &done, err));
    }
    if (!done)
        TRY(line_read(batch, slice_of(cut->text + begin, end - begin), cut->line, cut->quick, err));
    line_begin(cut, end + 1);
    cut->line++;
    return ERR_NONE;
}

/*
 * The end of the line at `at`: NULL if it has none. *out_done: it is a container longer than a usual block, and is read; *at is
 * behind it. To look for its end first were to read it twice. Of shorter ones there are several in a block, and what their scan
 * looks at behind a line's end would be in vain.
 */
static enum err_code container_line(struct cut *cut, size_t *at, bool *out_done, const char **out_newline,
                                    struct err *err)
{
    const struct json_block *block = cut->batch->block;
    size_t left = cut->len - *at, usual = block->base.source->options.block_bytes;
    size_t look = block->range.len > usual && !cut->is_short ? 0 : usual;
    *out_done = false;
    *out_newline = memchr(cut->text + *at, '\n', left < look ? left : look);
    if (*out_newline || left <= look)
        return ERR_NONE;
    TRY(json_batch_long_container(cut->batch, at, cut->line, cut->quick, out_done, err));
    cut->is_short = !*out_done || left - (cut->len - *at) < usual;
    if (!*out_done)
        *out_newline = memchr(cut->text + *at, '\n', left);
    return ERR_NONE;
}

/*
 * Reads lines that begin with a container's rows, up to the first that does not or has no end: their marks would tell
 * nothing that their own scan does not. Returns where it stopped.
 */
static enum err_code cut_containers(struct cut *cut, size_t *at, struct err *err)
{
    while (json_begins_with_rows(slice_of(cut->text + *at, cut->len - *at))) {
        const char *newline;
        bool done;
        TRY(container_line(cut, at, &done, &newline, err));
        if (!done && !newline)
            break;
        if (!done) {
            size_t end = (size_t)(newline - cut->text);
            TRY(line_read(cut->batch, slice_of(cut->text + *at, end - *at), cut->line, cut->quick, err));
            *at = end + 1;
        }
        cut->line++;
    }
    return ERR_NONE;
}

/* The line can't be proven by its marks; the text goes on being checked behind it, unless that is in vain too often. */
static void check_fail(struct cut *cut, size_t at)
{
    enum { FEW = 16, SHARE = 4 };
    struct check *check = &cut->check;
    const char *newline = memchr(cut->text + at, '\n', cut->len - at);
    check->fault = (uint32_t)at;
    check->until = newline ? (uint32_t)(newline - cut->text) + 1 : cut->len;
    check->compact = (struct simd_compact){.in_string = false};
    check->on = check->faults++ < FEW || check->faults < cut->line / SHARE;
}

static size_t marks_check(struct cut *cut, size_t *at, uint32_t *out, size_t capacity)
{
    struct check *check = &cut->check;
    const struct simd_marks *usual = &cut->batch->probe->marks, *marks = check->lays ? &JSON_LAYOUT_MARKS : usual;
    if (*at < check->until)
        return cut->simd->mark(cut->text, check->until, usual, at, out, capacity);
    size_t count = cut->simd->compact(cut->text, cut->len, marks, &check->compact, at, out, capacity);
    if (check->compact.fault)
        check_fail(cut, *at);
    return count;
}

/*
 * Braces of a line that is being checked: it has as many of both, and its last byte alone closes the first. True: it is a
 * closing one, which tells nothing else.
 */
static bool check_brace(struct cut *cut, uint32_t at)
{
    struct check *check = &cut->check;
    if (cut->text[at] == '{') {
        check->failed |= check->depth == 0 && at != cut->batch->facts.begin;
        check->depth++;
    } else if (cut->text[at] == '}') {
        check->failed |= check->depth == 0;
        check->depth -= check->depth > 0;
        return true;
    }
    return false;
}

/* What the marks tell. checks: a constant where this is called. */
static inline __attribute__((always_inline)) enum err_code marks_take(struct cut *cut, const uint32_t *marks,
                                                                      size_t count, bool checks, struct err *err)
{
    struct json_batch *batch = cut->batch;
    for (size_t i = 0; i < count; i++) {
        if (cut->text[marks[i]] == '\n')
            TRY(line_end(cut, marks[i], true, checks, err));
        else if ((!checks || !check_brace(cut, marks[i])) && marks[i] >= batch->facts.known)
            json_facts_add(&batch->facts, batch->probe, cut->text, cut->len, marks[i]);
    }
    return ERR_NONE;
}

/*
 * The end of a line that the layout does not know all of: the usual marks are gathered now. Where it is without a fault, it is also
 * read for its keys, as the next ones may be like it.
 */
static enum err_code odd_line_end(struct cut *cut, uint32_t end, bool proven, struct err *err)
{
    struct json_batch *batch = cut->batch;
    uint32_t begin = batch->layout.begin;
    json_facts_collect(&batch->facts, batch->probe, cut->text, begin, end);
    batch->facts.sound = proven;
    cut->check.odd++;
    if (proven)
        TRY(json_batch_learn(batch, slice_of(cut->text + begin, end - begin), err));
    return line_end(cut, end, true, false, err);
}

static enum err_code laid_line_end(struct cut *cut, uint32_t end, struct err *err)
{
    struct json_batch *batch = cut->batch;
    uint32_t begin = batch->layout.begin;
    bool proven = check_end(&cut->check, begin, end);
    if (!proven || batch->layout.odd || end - begin > batch->base.source->options.record_max)
        return odd_line_end(cut, end, proven, err);
    TRY(json_batch_lay(batch, end, cut->line, err));
    line_begin(cut, end + 1);
    cut->line++;
    return ERR_NONE;
}

static enum err_code marks_lay(struct cut *cut, const uint32_t *marks, size_t count, struct err *err)
{
    struct json_layout *layout = &cut->batch->layout;
    for (size_t i = 0; i < count; i++) {
        char byte = cut->text[marks[i]];
        if (byte == '"')
            json_layout_key(layout, cut->text, cut->len, marks[i]);
        else if (byte == '\n')
            TRY(laid_line_end(cut, marks[i], err));
        else
            (void)check_brace(cut, marks[i]);
    }
    return ERR_NONE;
}

static enum err_code cut_lines(struct cut *cut, struct err *err)
{
    enum { MARKS = 512 + SIMD_MARKS_ROOM, CHECK_MARKS = 4 * MARKS };
    uint32_t marks[CHECK_MARKS];
    struct json_batch *batch = cut->batch;
    size_t at = batch->block->start;
    TRY(cut_containers(cut, &at, err));
    line_begin(cut, (uint32_t)at);
    while (at < cut->len) {
        if (cut->check.on || at < cut->check.until) {
            size_t count = marks_check(cut, &at, marks, CHECK_MARKS);
            TRY(cut->check.lays ? marks_lay(cut, marks, count, err) : marks_take(cut, marks, count, true, err));
        } else {
            size_t count = cut->simd->mark(cut->text, cut->len, &batch->probe->marks, &at, marks, MARKS);
            TRY(marks_take(cut, marks, count, false, err));
        }
    }
    return batch->facts.begin < cut->len ? line_end(cut, cut->len, false, false, err) : ERR_NONE;
}

static enum err_code lines_load(struct block *base, struct err *err)
{
    struct json_block *block = (struct json_block *)base;
    return block->range.len ? json_range_load(block, err) : ERR_NONE;
}

static enum err_code lines_split(struct block *base, struct batch **out_batch, struct err *err)
{
    struct json_block *block = (struct json_block *)base;
    struct json_batch *batch;
    TRY(json_batch_begin(base, &batch, err));
    struct cut cut = {.batch = batch, .text = block->bytes, .len = (uint32_t)block->len, .simd = simd_ops()};
    cut.quick = json_batch_prepare(batch);
    cut.check.fault = UINT32_MAX;
    cut.check.lays = cut.quick && json_batch_lays(batch);
    cut.check.on = cut.check.lays || (cut.quick && base->source->options.whole);
    batch->base.failure = block->failure;
    enum err_code code = cut_lines(&cut, err);
    json_batch_laid(batch, cut.line, cut.check.odd);
    return json_batch_end(batch, cut.line, code, out_batch, err);
}

static enum source_claim lines_claim(struct slice head, bool whole)
{
    return json_head_claim(head, whole, JSON_HEAD_LINES);
}

const struct source_type SOURCE_JSON_LINES = {
    .name = "ndjson",
    .title = "JSON lines of DeviceNetworkEvents rows or streaming envelopes",
    .claim = lines_claim,
    .discover = json_discover,
    .share = json_common_create,
    .unshare = json_common_free,
    .open = lines_open,
    .read = lines_read,
    .load = lines_load,
    .split = lines_split,
    .free_block = json_block_free,
    .close = lines_close,
};
