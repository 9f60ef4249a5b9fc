/*
 * json_stream.c - JSON text of any shape and size, read record by record: containers, arrays, pretty-printed or
 * concatenated objects.
 *
 *   read   fills a block and cuts it where a record seems to begin; the rest is for the next block. Of a regular file it
 *          only says where a block's bytes stand (json_range.h), and load reads them.
 *   split  scans the block for records (json_scan.h), together with those of its neighbours (json_chain.h), and decides
 *          about each by what was noted of it on the way.
 */
#include "base/mem.h"
#include "source/json/json.h"
#include "source/json/json_chain.h"
#include "source/json/json_head.h"
#include "source/json/json_int.h"
#include "source/json/json_range.h"

struct stream_source {
    struct json_source json;
    struct json_chain chain;
    struct buf carry;            /* what the next block begins with */
    enum json_scan_state begins; /* ... and how it seems to: see json_chain_cut() */
    uint64_t number;             /* of the next block */
};

static void stream_source_close(struct source *base)
{
    struct stream_source *source = (struct stream_source *)base;
    buf_release(&source->carry);
    json_chain_release(&source->chain);
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
    json_chain_init(&source->chain, source->json.base.options.record_max);
    source->begins = SCAN_LINE;
    struct slice head;
    code = stream_peek(stream, 1, &head, err);
    if (code) {
        stream_source_close(&source->json.base);
        return code;
    }
    bool enveloped = json_head_is_enveloped(head);
    source->json.base.is_answer = !enveloped;
    source->json.expects = enveloped ? JSON_EXPECTS_ENVELOPES : JSON_EXPECTS_ROWS;
    json_ranges_begin(&source->json);
    *out_source = &source->json.base;
    return ERR_NONE;
}

/*
 * Why the input can't be read on, told once all before it was given. Of text that was damaged before that the split has
 * told, and it is damaged once.
 */
static enum err_code failure_tell(struct stream_source *source, struct err *err)
{
    const struct err *failure = &source->json.failure;
    if (!failure->code || (source->number > 0 && json_chain_was_damaged(&source->chain, source->number - 1)))
        return ERR_NONE;
    if (err)
        *err = *failure;
    return failure->code;
}

/* Reads the block. Where more is to come it ends where a record seems to, and the rest is carried to the next. */
static enum err_code read_block(struct stream_source *source, struct json_block *block, struct err *err)
{
    if (source->carry.len)
        memcpy(block->bytes, source->carry.ptr, source->carry.len);
    block->len = source->carry.len;
    block->base.offset = source->json.offset - block->len;
    block->begins = (int)source->begins;
    buf_clear(&source->carry);
    json_block_fill(&source->json, block, block->capacity);
    if (source->json.ended) /* interrupted: of what would follow a whole record nothing is known */
        block->behind = json_source_interrupted(&source->json) ? JSON_BEHIND_OTHER : JSON_BEHIND_NOTHING;
    if (source->json.ended)
        return ERR_NONE;
    size_t cut = json_chain_cut(&source->chain, block, &source->begins);
    buf_add(&source->carry, slice_of(block->bytes + cut, block->len - cut));
    if (source->carry.failed)
        return err_no_memory(err, block->len - cut);
    block->len = cut;
    return ERR_NONE;
}

static enum err_code stream_source_read(struct source *base, struct block **out_block, struct err *err)
{
    struct stream_source *source = (struct stream_source *)base;
    struct json_block *block;
    *out_block = NULL;
    if (source->json.ended)
        return failure_tell(source, err);
    if (json_chain_is_over(&source->chain))
        return ERR_NONE;
    if (source->json.in_ranges) {
        TRY(json_range_next(&source->json, base->options.block_bytes, out_block, err));
        if (*out_block)
            ((struct json_block *)*out_block)->number = source->number++;
        return ERR_NONE;
    }
    TRY(json_block_new(&source->json, base->options.block_bytes, &block, err));
    enum err_code code = read_block(source, block, err);
    if (code) {
        json_block_free(&block->base);
        return code;
    }
    block->number = source->number++;
    *out_block = &block->base;
    return ERR_NONE;
}

static enum err_code stream_source_load(struct block *base, struct err *err)
{
    struct json_block *block = (struct json_block *)base;
    return block->range.len ? json_range_read(block, err) : ERR_NONE;
}

static void stream_block_free(struct block *base)
{
    json_chain_break(&((struct stream_source *)base->source)->chain);
    json_block_free(base);
}

/* Keeps why the text can't be read behind this block. Where the input itself can't, that is why, or its end tells. */
static enum err_code damage_keep(struct json_batch *batch, const char *damage, struct err *err)
{
    const struct json_block *block = batch->block;
    const struct json_source *source = (const struct json_source *)batch->base.source;
    batch->base.failure = block->failure;
    if (!damage || block->failure || (block->behind == JSON_BEHIND_NOTHING && source->failure.code))
        return ERR_NONE;
    struct err *kept = arena_alloc(&batch->arena, sizeof *kept);
    if (!kept)
        return err_no_memory(err, sizeof *kept);
    err_set(kept, ERR_INPUT, "damaged JSON before byte %llu: %s", (unsigned long long)(block->base.offset + block->len),
            damage);
    batch->base.failure = kept;
    return ERR_NONE;
}

/*
 * Scans the block and reads its records. A guess's records are read too before it is known whether it holds: what is waited
 * for is likely to have come then.
 */
static enum err_code block_read(struct json_batch *batch, struct json_block *block, struct err *err)
{
    struct json_chain *chain = &((struct stream_source *)batch->base.source)->chain;
    bool quick = json_batch_prepare(batch);
    struct json_batch *judge = quick ? batch : NULL;
    struct json_chain_turn turn;
    TRY(json_chain_scan(chain, block, judge, &turn, err));
    batch->reader.base = block->bytes; /* they may have moved */
    enum err_code code = json_batch_spans(batch, block, 0, 1, quick, err);
    if (!turn.settled) {
        TRY(json_chain_settle(chain, block, judge, &turn, err));
        if (turn.changed) {
            json_batch_restart(batch);
            code = json_batch_spans(batch, block, 0, 1, quick, err);
        }
    }
    batch->base.stats.bytes = block->consumed;
    return code ? code : damage_keep(batch, turn.damage, err);
}

static enum err_code stream_source_split(struct block *base, struct batch **out_batch, struct err *err)
{
    struct json_chain *chain = &((struct stream_source *)base->source)->chain;
    struct json_block *block = (struct json_block *)base;
    struct json_batch *batch;
    enum err_code code = json_batch_begin(base, &batch, err);
    if (code) {
        json_chain_break(chain);
        return code;
    }
    code = block_read(batch, block, err);
    return json_batch_end(batch, block->found_count, code, out_batch, err);
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
    .share = json_common_create,
    .unshare = json_common_free,
    .open = stream_source_open,
    .read = stream_source_read,
    .load = stream_source_load,
    .split = stream_source_split,
    .free_block = stream_block_free,
    .close = stream_source_close,
};
