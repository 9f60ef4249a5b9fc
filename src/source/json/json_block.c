/*
 * json_block.c - the source and the blocks that both JSON formats share: see json_int.h.
 */
#include "source/json/json_int.h"

#include "base/mem.h"

/* --- what the sources of a scan share --- */

/* Held within what JSON's blocks and records can be. */
static void options_hold(struct source_options *options)
{
    if (options->record_max > JSON_RECORD_LIMIT)
        options->record_max = JSON_RECORD_LIMIT;
    if (options->block_bytes > JSON_BLOCK_LIMIT)
        options->block_bytes = JSON_BLOCK_LIMIT;
}

enum err_code json_common_create(const struct schema *schema, const struct source_options *options, void **out_common,
                                 struct err *err)
{
    struct source_options held = *options;
    options_hold(&held);
    struct json_common *common = mem_zalloc(1, sizeof *common);
    if (!common)
        return err_no_memory(err, sizeof *common);
    enum err_code code = json_keys_init(&common->keys, schema, err);
    if (!code && pthread_mutex_init(&common->probes_lock, NULL) != 0) {
        json_keys_release(&common->keys);
        code = err_no_memory(err, sizeof common->probes_lock);
    }
    if (code) {
        mem_free(common);
        return code;
    }
    common->memory_bytes = file_range_memory(held.block_bytes);
    block_pool_init(&common->pool);
    block_pool_init(&common->longs);
    block_pool_init(&common->batches);
    *out_common = common;
    return ERR_NONE;
}

static void pooled_batch_destroy(void *batch)
{
    json_batch_destroy(batch);
}

void json_common_free(void *user)
{
    struct json_common *common = user;
    block_pool_release(&common->pool, mem_free);
    block_pool_release(&common->longs, mem_free);
    block_pool_release(&common->batches, pooled_batch_destroy);
    json_keys_release(&common->keys);
    pthread_mutex_destroy(&common->probes_lock);
    mem_free(common);
}

static void probes_make(struct json_common *common, const struct source *source)
{
    if (atomic_load_explicit(&common->probes_made, memory_order_acquire))
        return;
    pthread_mutex_lock(&common->probes_lock);
    for (int tables = 0; tables < 2 && !atomic_load(&common->probes_made); tables++)
        json_probe_init(&common->probes[tables], source->schema, source->options.first_column,
                        source->options.whole ? source->options.second_column : COLUMN_NONE, tables, true);
    atomic_store(&common->probes_made, true);
    pthread_mutex_unlock(&common->probes_lock);
}

/* --- the source --- */

enum err_code json_source_init(struct json_source *source, const struct source_type *type, struct stream *stream,
                               const struct schema *schema, const struct source_options *options, struct err *err)
{
    source_init(&source->base, type, schema, options);
    options_hold(&source->base.options);
    source->block_capacity = source->base.options.block_bytes;
    source->stream = stream;
    source->common = options->common;
    source->common_owned = !source->common;
    if (source->common)
        return ERR_NONE;
    void *common = NULL;
    enum err_code code = json_common_create(schema, &source->base.options, &common, err);
    source->common = common;
    if (code)
        json_source_release(source);
    return code;
}

void json_source_release(struct json_source *source)
{
    if (source->common && source->common_owned)
        json_common_free(source->common);
    stream_close(source->stream);
}

/* --- blocks --- */

static struct json_block *block_create(struct json_source *source, struct err *err)
{
    struct json_block *block = mem_zalloc(1, sizeof *block);
    if (!block) {
        err_no_memory(err, sizeof *block);
        return NULL;
    }
    probes_make(source->common, &source->base);
    block->base.source = &source->base;
    return block;
}

/* Memory for a block; more than it asks for where that is common. */
static void memory_take(struct json_common *common, struct json_block *block)
{
    enum { STEP = 1 << 18, LONG_MAX = 8 << 20 };
    size_t none = 0, bytes = block->is_usual ? common->memory_bytes : block->capacity + FILE_RANGE_PAGE;
    if (!block->is_usual && bytes >= STEP && bytes <= LONG_MAX) {
        bytes = (bytes + STEP - 1) / STEP * STEP;
        atomic_compare_exchange_strong(&common->long_bytes, &none, bytes);
        block->is_long = bytes == atomic_load(&common->long_bytes);
    }
    if (block->is_usual || block->is_long)
        block->memory = block_pool_take(block->is_usual ? &common->pool : &common->longs);
    if (!block->memory)
        block->memory = mem_alloc(bytes);
    block->bytes = block->memory;
}

enum err_code json_block_new(struct json_source *source, size_t capacity, struct json_block **out_block,
                             struct err *err)
{
    size_t usual = source->block_capacity;
    struct json_block *block = block_create(source, err);
    if (!block)
        return ERR_MEMORY;
    block->is_usual = capacity <= usual;
    block->capacity = block->is_usual ? usual : capacity;
    memory_take(source->common, block);
    if (!block->memory) {
        mem_free(block);
        return err_no_memory(err, capacity);
    }
    *out_block = block;
    return ERR_NONE;
}

enum err_code json_block_over(struct json_source *source, struct slice bytes, struct json_block **out_block,
                              struct err *err)
{
    struct json_block *block = block_create(source, err);
    if (!block)
        return ERR_MEMORY;
    union { /* blocks that are split are only read */
        const char *from;
        char *to;
    } memory = {.from = bytes.ptr};
    block->bytes = memory.to;
    block->len = block->capacity = bytes.len;
    block->consumed = bytes.len;
    *out_block = block;
    return ERR_NONE;
}

void json_block_place(struct json_block *block, uint64_t offset)
{
    block->bytes = file_range_place(block->memory, offset);
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
    block->is_usual = block->is_long = false;
    return ERR_NONE;
}

void json_block_free(struct block *base)
{
    struct json_block *block = (struct json_block *)base;
    struct json_source *source = (struct json_source *)base->source;
    struct block_pool *pool = block->is_usual ? &source->common->pool : block->is_long ? &source->common->longs : NULL;
    if (!pool || !block_pool_give(pool, block->memory))
        mem_free(block->memory);
    mem_free(block->spans);
    mem_free(block->failure);
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
