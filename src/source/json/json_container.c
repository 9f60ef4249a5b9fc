/*
 * json_container.c - records that json_scan.h found become rows of a batch: those of a JSON text, and those of a container
 * that is one line of many.
 */
#include "source/json/json_int.h"
#include "source/json/json_scan.h"

/* What was noted of the record when it was scanned, and whether it begins as the last envelopes did. */
static void facts_take(struct json_batch *batch, const struct simd *simd, const struct json_span *span)
{
    const struct json_block *block = batch->block;
    struct json_facts alike;
    if (span->noted)
        batch->facts = span->facts;
    else
        json_scan_facts(&batch->facts, batch->probe, block->bytes, span->start, span->start + span->len);
    batch->facts.known = span->start + 1; /* the last ones may be others than when it was scanned */
    json_facts_begin_alike(&alike, &batch->memory, simd, block->bytes, (uint32_t)block->len, span->start);
    if (alike.brackets == batch->facts.brackets && alike.bracket == batch->facts.bracket)
        batch->facts.known = alike.known;
}

static enum err_code span_read(struct json_batch *batch, const struct simd *simd, const struct json_span *span,
                               uint32_t record, bool quick, struct err *err)
{
    struct slice text = slice_of(batch->block->bytes + span->start, span->len);
    bool done = false;
    if (span->why)
        return json_batch_reject(batch, span->kind, text, record, span->why, err);
    if (quick) {
        facts_take(batch, simd, span);
        TRY(json_batch_quick(batch, simd, span->start + span->len, record, &done, err));
    }
    return done ? ERR_NONE : json_batch_record(batch, text, record, false, err);
}

enum err_code json_batch_spans(struct json_batch *batch, const struct json_block *found, uint32_t record, uint32_t step,
                               bool quick, struct err *err)
{
    const struct simd *simd = simd_ops();
    batch->base.stats.rows += found->found_count - found->span_count;
    for (const struct json_span *span = found->spans; span < found->spans + found->span_count; span++)
        TRY(span_read(batch, simd, span, record + span->number * step, quick, err));
    return ERR_NONE;
}

/* --- a container on a line --- */

bool json_begins_with_rows(struct slice text)
{
    struct json_cursor cursor = {text.ptr, text.ptr + text.len, NULL};
    struct json_walk walk;
    struct json_text key;
    if (text.len == 0 || text.ptr[0] != '{')
        return text.len > 0 && text.ptr[0] == '[';
    json_enter(&cursor, &walk);
    if (json_member(&cursor, &walk, &key) != JSON_ITEM || !json_key_holds_rows(key))
        return false;
    /* A backslash makes it no mark: see simd.h. */
    return cursor.end - cursor.at >= 2 && cursor.at[0] == '[' && cursor.at[1] != '\\';
}

/*
 * Might the bracket at `at` follow a key that holds rows? Such a key ends with an `s`, or an escape for one, and is
 * spelt with its letters alone or has a backslash.
 */
static bool may_hold_rows(struct slice text, size_t at)
{
    enum { LETTERS = 7, LONGEST = 6 * LETTERS };
    size_t colon = json_back_over_blanks(text.ptr, at);
    if (colon == 0 || text.ptr[colon - 1] != ':')
        return false;
    size_t quote = json_back_over_blanks(text.ptr, colon - 1);
    if (quote < LETTERS + 2 || text.ptr[quote - 1] != '"')
        return false;
    size_t end = quote - 1, begin = end > LONGEST ? end - LONGEST : 0;
    struct slice plain = slice_cut(text, end - LETTERS, end);
    return json_key_holds_rows((struct json_text){plain, false}) || memchr(text.ptr + begin, '\\', end - begin);
}

/*
 * A look at the brackets: nearly all lines that are no containers are told apart by it. One that a backslash follows is no mark
 * (simd.h), so that the quick path knows nothing of it; nor is it a container's.
 */
static bool may_contain(struct slice text)
{
    if (text.ptr[0] == '[')
        return true;
    const char *at = text.ptr, *end = text.ptr + text.len;
    while ((at = memchr(at, '[', (size_t)(end - at))) != NULL) {
        bool escapes = end - at > 1 && at[1] == '\\';
        if (!escapes && may_hold_rows(text, (size_t)(at - text.ptr)))
            return true;
        at++;
    }
    return false;
}

/*
 * The batch's block up to `len`, as the line's scan sees it. Offsets are the same, and so is the room for spans, which a block of
 * lines has no other use for and which goes from block to block.
 */
static struct json_block line_take(struct json_batch *batch, size_t len)
{
    struct json_block *block = (struct json_block *)batch->base.block;
    struct json_block line = {
        .bytes = block->bytes, .len = len, .spans = block->spans, .span_capacity = block->span_capacity};
    block->spans = NULL;
    block->span_capacity = 0;
    return line;
}

static void line_give(struct json_batch *batch, const struct json_block *line)
{
    struct json_block *block = (struct json_block *)batch->base.block;
    block->spans = line->spans;
    block->span_capacity = line->span_capacity;
}

/* Reads what the scan found, if that was one container and no more. */
static enum err_code container_read(struct json_batch *batch, const struct json_scan *scan,
                                    const struct json_block *line, uint32_t record, bool quick, bool *out_done,
                                    struct err *err)
{
    bool contains = !scan->in_object || scan->has_rows;
    *out_done = !scan->failure && contains && scan->values == 1;
    return *out_done ? json_batch_spans(batch, line, record, 0, quick, err) : ERR_NONE;
}

enum err_code json_batch_container(struct json_batch *batch, struct slice text, uint32_t record, bool quick,
                                   bool *out_done, struct err *err)
{
    *out_done = false;
    if (!may_contain(text))
        return ERR_NONE;
    size_t at = (size_t)(text.ptr - batch->block->bytes);
    struct json_block line = line_take(batch, at + text.len);
    struct json_scan scan;
    json_scan_init(&scan, text.len);
    enum err_code code = json_scan_run(&scan, &line, quick ? batch : NULL, &at, SIZE_MAX, JSON_BEHIND_NOTHING, err);
    if (!code)
        code = container_read(batch, &scan, &line, record, quick, out_done, err);
    line_give(batch, &line);
    return code;
}

enum err_code json_batch_long_container(struct json_batch *batch, size_t *at, uint32_t record, bool quick,
                                        bool *out_done, struct err *err)
{
    struct json_block line = line_take(batch, batch->block->len);
    struct json_scan scan;
    size_t begin = *at, end = begin;
    json_scan_init(&scan, line.len);
    enum err_code code = json_scan_line(&scan, &line, quick ? batch : NULL, &end, err);
    *out_done = false;
    if (!code && end < line.len && end - begin <= batch->base.source->options.record_max)
        code = container_read(batch, &scan, &line, record, quick, out_done, err);
    if (*out_done)
        *at = end + 1;
    line_give(batch, &line);
    return code;
}
