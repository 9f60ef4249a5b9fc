/*
 * json_stream.c - JSON text of any shape and size, read record by record: containers, arrays, pretty-printed or
 * concatenated objects. json_scan.h finds the records while the input is read; a block takes those that ended in it.
 */
#include "base/mem.h"
#include "source/json.h"
#include "source/json_head.h"
#include "source/json_int.h"
#include "source/json_scan.h"

struct stream_source {
    struct json_source json;
    struct json_scan scan;
    struct buf carry; /* what the next block must begin with */
    size_t at;        /* in the carry: where the scan goes on */
};

static void stream_source_close(struct source *base)
{
    struct stream_source *source = (struct stream_source *)base;
    buf_release(&source->carry);
    json_source_release(&source->json);
    mem_free(source);
}

static enum err_code stream_source_open(struct stream *stream, const struct schema *schema,
                                        const struct source_options *options, struct source **out_source,
                                        struct err *err)
{
    struct stream_source *source = mem_zalloc(1, sizeof *source);
    if (!source) {
        stream_close(stream);
        return err_no_memory(err, sizeof *source);
    }
    buf_init(&source->carry, 0);
    enum err_code code = json_source_init(&source->json, &SOURCE_JSON_STREAM, stream, schema, options, err);
    if (code) {
        mem_free(source);
        return code;
    }
    json_scan_init(&source->scan, source->json.base.options.record_max);
    struct slice head;
    code = stream_peek(stream, 1, &head, err);
    if (code) {
        stream_source_close(&source->json.base);
        return code;
    }
    source->json.base.is_answer = !json_head_is_enveloped(head);
    *out_source = &source->json.base;
    return ERR_NONE;
}

/* Moves what is still needed to the buffer's front; where all of it is, the buffer must grow to go on. */
static enum err_code make_room(struct stream_source *source, struct json_block *block, struct err *err)
{
    size_t keep = json_scan_keep(&source->scan, source->at);
    json_scan_shift(&source->scan, keep);
    source->at -= keep;
    block->len -= keep;
    block->consumed += keep;
    block->base.offset += keep;
    memmove(block->bytes, block->bytes + keep, block->len);
    if (block->len < block->capacity)
        return ERR_NONE;
    size_t larger = block->capacity * 2, most = source->scan.record_max + source->json.base.options.block_bytes;
    return json_block_grow(block, larger > most && block->capacity < most ? most : larger, err);
}

/* Reads and scans until the block has a record or a reject, or nothing more comes. */
static enum err_code read_block(struct stream_source *source, struct json_block *block, struct err *err)
{
    for (;;) {
        json_block_fill(&source->json, block, block->capacity);
        bool at_end = source->json.ended && !json_source_interrupted(&source->json);
        TRY(json_scan_run(&source->scan, block, NULL, &source->at, at_end, err));
        if (source->scan.failure)
            source->json.ended = true;
        if (block->span_count || source->json.ended)
            break;
        TRY(make_room(source, block, err));
    }
    size_t keep = source->json.ended ? block->len : json_scan_keep(&source->scan, source->at);
    buf_clear(&source->carry);
    buf_add(&source->carry, slice_of(block->bytes + keep, block->len - keep));
    if (source->carry.failed)
        return err_no_memory(err, block->len - keep);
    json_scan_shift(&source->scan, keep);
    source->at = source->json.ended ? 0 : source->at - keep;
    block->len = keep;
    block->consumed += keep;
    return ERR_NONE;
}

/* Why the input can't be read on, told once all before it was given. */
static enum err_code failure_tell(const struct stream_source *source, struct err *err)
{
    if (source->json.failure.code) {
        if (err)
            *err = source->json.failure;
        return source->json.failure.code;
    }
    if (!source->scan.failure)
        return ERR_NONE;
    err_set(err, ERR_INPUT, "damaged JSON before byte %llu: %s", (unsigned long long)source->json.offset,
            source->scan.failure);
    return err_at(err, "%s", source->json.base.path);
}

static enum err_code stream_source_read(struct source *base, struct block **out_block, struct err *err)
{
    struct stream_source *source = (struct stream_source *)base;
    struct json_block *block;
    size_t usual = base->options.block_bytes;
    *out_block = NULL;
    if (source->json.ended)
        return failure_tell(source, err);
    TRY(json_block_new(&source->json, source->carry.len >= usual ? source->carry.len + usual : usual, &block, err));
    if (source->carry.len)
        memcpy(block->bytes, source->carry.ptr, source->carry.len);
    block->len = source->carry.len;
    block->base.offset = source->json.offset - block->len;
    enum err_code code = read_block(source, block, err);
    if (code || block->consumed == 0) {
        json_block_free(&block->base);
        return code ? code : failure_tell(source, err);
    }
    *out_block = &block->base;
    return ERR_NONE;
}

static enum err_code span_read(struct json_batch *batch, const struct json_span *span, uint32_t record, bool quick,
                               struct err *err)
{
    const char *bytes = batch->block->bytes;
    uint32_t end = span->start + span->len;
    struct slice text = slice_of(bytes + span->start, span->len);
    bool done = false;
    if (span->why)
        return json_batch_reject(batch, span->kind, text, record, span->why, err);
    if (quick) {
        json_scan_facts(&batch->facts, batch->probe, bytes, span->start, end);
        TRY(json_batch_quick(batch, end, record, &done, err));
    }
    return done ? ERR_NONE : json_batch_record(batch, text, record, false, err);
}

static enum err_code stream_source_split(struct block *base, struct batch **out_batch, struct err *err)
{
    struct json_batch *batch;
    TRY(json_batch_begin(base, &batch, err));
    const struct json_block *block = batch->block;
    enum err_code code = ERR_NONE;
    bool quick = json_batch_prepare(batch);
    for (size_t i = 0; i < block->span_count && !code; i++)
        code = span_read(batch, &block->spans[i], (uint32_t)i, quick, err);
    return json_batch_end(batch, block->span_count, code, out_batch, err);
}

static enum source_claim stream_source_claim(struct slice head, bool whole)
{
    return json_head_claim(head, whole, JSON_HEAD_STREAM);
}

const struct source_type SOURCE_JSON_STREAM = {
    .name = "json",
    .title = "JSON: records, API results, arrays of rows, pretty-printed or not",
    .is_answer = true, /* but where envelopes come: see stream_source_open() */
    .claim = stream_source_claim,
    .discover = json_discover,
    .open = stream_source_open,
    .read = stream_source_read,
    .split = stream_source_split,
    .free_block = json_block_free,
    .close = stream_source_close,
};
