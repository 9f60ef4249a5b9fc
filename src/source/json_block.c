/*
 * json_block.c - the source and the blocks that both JSON formats share: see json_int.h.
 */
#include "source/json_int.h"

#include "base/mem.h"

enum err_code json_source_init(struct json_source *source, const struct source_type *type, struct stream *stream,
                               const struct schema *schema, const struct source_options *options, struct err *err)
{
    source_init(&source->base, type, schema, options);
    struct source_options *own = &source->base.options;
    if (own->record_max > JSON_RECORD_LIMIT)
        own->record_max = JSON_RECORD_LIMIT;
    if (own->block_bytes > JSON_BLOCK_LIMIT)
        own->block_bytes = JSON_BLOCK_LIMIT;
    source->block_capacity = own->block_bytes;
    source->stream = stream;
    block_pool_init(&source->pool);
    block_pool_init(&source->batches);
    enum err_code code = json_keys_init(&source->keys, schema, err);
    if (code)
        json_source_release(source);
    return code;
}

static void pooled_batch_destroy(void *batch)
{
    json_batch_destroy(batch);
}

void json_source_release(struct json_source *source)
{
    block_pool_release(&source->pool, mem_free);
    block_pool_release(&source->batches, pooled_batch_destroy);
    json_keys_release(&source->keys);
    stream_close(source->stream);
}

static void probes_make(struct json_source *source)
{
    const struct source *base = &source->base;
    for (int tables = 0; tables < 2; tables++)
        json_probe_init(&source->probes[tables], base->schema, base->options.first_column, tables);
    source->probes_made = true;
}

enum err_code json_block_new(struct json_source *source, size_t capacity, struct json_block **out_block,
                             struct err *err)
{
    size_t usual = source->block_capacity;
    struct json_block *block = mem_zalloc(1, sizeof *block);
    if (!block)
        return err_no_memory(err, sizeof *block);
    if (!source->probes_made)
        probes_make(source);
    block->base.source = &source->base;
    block->is_usual = capacity <= usual;
    block->capacity = block->is_usual ? usual : capacity;
    if (block->is_usual)
        block->memory = block_pool_take(&source->pool);
    if (!block->memory)
        block->memory = mem_alloc(block->capacity);
    if (!block->memory) {
        mem_free(block);
        return err_no_memory(err, capacity);
    }
    block->bytes = block->memory;
    *out_block = block;
    return ERR_NONE;
}

enum err_code json_block_grow(struct json_block *block, size_t capacity, struct err *err)
{
    size_t at = (size_t)(block->bytes - block->memory);
    char *grown = mem_realloc(block->memory, at + capacity);
    if (!grown)
        return err_no_memory(err, capacity);
    block->memory = grown;
    block->bytes = grown + at;
    block->capacity = capacity;
    block->is_usual = false;
    return ERR_NONE;
}

void json_block_free(struct block *base)
{
    struct json_block *block = (struct json_block *)base;
    struct json_source *source = (struct json_source *)base->source;
    if (!block->is_usual || !block_pool_give(&source->pool, block->memory))
        mem_free(block->memory);
    mem_free(block->spans);
    mem_free(block);
}

void json_block_fill(struct json_source *source, struct json_block *block, size_t len)
{
    while (block->len < len && !source->ended) {
        size_t got = 0;
        struct err failure = {0};
        if (stream_read(source->stream, block->bytes + block->len, len - block->len, &got, &failure)) {
            source->failure = failure;
            source->ended = true;
        } else if (got == 0) {
            source->ended = true;
        }
        block->len += got;
        source->offset += got;
    }
}

bool json_source_interrupted(const struct json_source *source)
{
    return source->failure.code == ERR_INTERRUPTED;
}
