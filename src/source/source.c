/*
 * source.c - what the sources, blocks and batches of all formats have in common: see source.h.
 */
#include "source/source.h"

#include "base/mem.h"
#include "source/scan_int.h"

void scan_stats_add(struct scan_stats *into, const struct scan_stats *from, uint32_t columns)
{
    into->inputs += from->inputs;
    into->inputs_failed += from->inputs_failed;
    into->inputs_passed += from->inputs_passed;
    into->raw_bytes += from->raw_bytes;
    into->bytes += from->bytes;
    into->rows += from->rows;
    into->rows_passed += from->rows_passed;
    for (size_t i = 0; i < sizeof into->rejected / sizeof into->rejected[0]; i++)
        into->rejected[i] += from->rejected[i];
    into->cells_bad += from->cells_bad;
    into->rows_parsed += from->rows_parsed;
    into->rows_slow += from->rows_slow;
    if (into->cells && from->cells)
        for (uint32_t i = 0; i < columns; i++)
            into->cells[i] += from->cells[i];
}

void source_init(struct source *source, const struct source_type *type, const struct schema *schema,
                 const struct source_options *options)
{
    *source =
        (struct source){.type = type, .schema = schema, .options = *options, .path = "", .is_answer = type->is_answer};
    if (source->options.block_bytes == 0)
        source->options.block_bytes = SOURCE_BLOCK_BYTES;
    if (source->options.record_max == 0)
        source->options.record_max = SOURCE_RECORD_MAX;
}

enum err_code source_batch_init(struct source_batch *batch, struct block *block, struct err *err)
{
    *batch = (struct source_batch){.source = block->source, .block = block};
    if (block->source->options.count_cells) {
        batch->stats.cells = mem_zalloc(block->source->schema->count, sizeof *batch->stats.cells);
        if (!batch->stats.cells)
            return err_no_memory(err, block->source->schema->count * sizeof *batch->stats.cells);
    }
    scan_input_hold(block->source->scan_input);
    return ERR_NONE;
}

void source_batch_release(struct source_batch *batch)
{
    mem_free(batch->rejects);
    mem_free(batch->stats.cells);
    scan_input_drop(batch->source->scan_input);
}

enum err_code source_reject(struct source_batch *batch, const struct reject *reject, struct err *err)
{
    struct reject *grown =
        mem_grow(batch->rejects, batch->reject_count, &batch->reject_capacity, sizeof *batch->rejects);
    if (!grown)
        return err_no_memory(err, sizeof *reject);
    batch->rejects = grown;
    batch->rejects[batch->reject_count++] = *reject;
    batch->stats.rejected[reject->kind]++;
    return ERR_NONE;
}
