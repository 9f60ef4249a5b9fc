/*
 * scan_input.c - an input while its blocks are in many hands: how long it lives, and how many records came before a
 * block, though blocks are split in any order.
 */
#include "source/scan_int.h"

#include "base/mem.h"

#include <string.h>

#define RECORDS_UNKNOWN UINT64_MAX

static void memory_give(struct scan *scan, char *memory)
{
    if (memory && !block_pool_give(&scan->memories, memory))
        mem_free(memory);
}

/* Also of one half made. */
static void input_free(struct scan_input *input)
{
    if (input->source)
        input->source->type->close(input->source);
    memory_give(input->scan, input->memory);
    mem_free(input->failure);
    mem_free(input->records);
    mem_free(input->path);
    mem_free(input);
}

enum err_code scan_input_create(struct scan *scan, const char *path, bool met, struct scan_input **out_input,
                                struct err *err)
{
    struct scan_input *input = mem_zalloc(1, sizeof *input);
    char *copy = input ? mem_strndup(path, strlen(path)) : NULL;
    if (!copy) {
        mem_free(input);
        return err_no_memory(err, sizeof *input);
    }
    input->scan = scan;
    input->path = copy;
    input->met = met;
    input->holds = 1;
    if (pthread_mutex_init(&input->lock, NULL) != 0) {
        input_free(input);
        return err_no_memory(err, sizeof input->lock);
    }
    if (pthread_cond_init(&input->summed_more, NULL) != 0) {
        pthread_mutex_destroy(&input->lock);
        input_free(input);
        return err_no_memory(err, sizeof input->summed_more);
    }
    *out_input = input;
    return ERR_NONE;
}

void scan_input_hold(struct scan_input *input)
{
    if (input)
        atomic_fetch_add(&input->holds, 1);
}

void scan_input_drop(struct scan_input *input)
{
    if (!input || atomic_fetch_sub(&input->holds, 1) != 1)
        return;
    pthread_cond_destroy(&input->summed_more);
    pthread_mutex_destroy(&input->lock);
    input_free(input);
}

enum err_code scan_input_enter(struct scan_input *input, struct block *block, struct err *err)
{
    pthread_mutex_lock(&input->lock);
    uint64_t *grown = mem_grow(input->records, input->blocks, &input->capacity, sizeof *input->records);
    if (grown) {
        input->records = grown;
        block->sequence = block->ordinal = input->blocks++;
        input->records[block->ordinal] = RECORDS_UNKNOWN;
        scan_input_hold(input);
    }
    pthread_mutex_unlock(&input->lock);
    return grown ? ERR_NONE : err_no_memory(err, sizeof *grown);
}

/* Only the first word on a block counts. */
static void records_tell(struct scan_input *input, uint64_t ordinal, uint64_t records)
{
    if (!input)
        return;
    pthread_mutex_lock(&input->lock);
    if (ordinal >= input->summed && input->records[ordinal] == RECORDS_UNKNOWN) {
        input->records[ordinal] = records;
        while (input->summed < input->blocks && input->records[input->summed] != RECORDS_UNKNOWN) {
            uint64_t count = input->records[input->summed];
            input->records[input->summed++] = input->records_summed;
            input->records_summed += count;
        }
        pthread_cond_broadcast(&input->summed_more);
    }
    pthread_mutex_unlock(&input->lock);
}

void block_counted(struct block *block, uint64_t records)
{
    records_tell(block->source->scan_input, block->ordinal, records);
}

enum err_code block_first_record(struct block *block, uint64_t *out_record, struct err *err)
{
    (void)err;
    struct scan_input *input = block->source->scan_input;
    *out_record = 0;
    if (!input)
        return ERR_NONE;
    pthread_mutex_lock(&input->lock);
    while (input->summed < block->ordinal)
        pthread_cond_wait(&input->summed_more, &input->lock);
    *out_record = block->ordinal < input->summed ? input->records[block->ordinal] : input->records_summed;
    pthread_mutex_unlock(&input->lock);
    return ERR_NONE;
}

enum err_code block_load(struct block *block, struct err *err)
{
    if (block->loaded || !block->source->type->load)
        return ERR_NONE;
    block->loaded = true;
    return block->source->type->load(block, err);
}

enum err_code block_split(struct block *block, struct batch **out_batch, struct err *err)
{
    struct scan_input *input = block->source->scan_input;
    uint64_t ordinal = block->ordinal, sequence = block->sequence;
    struct batch *batch = NULL;
    enum err_code code = block_load(block, err);
    if (code) {
        block_free(block);
        return code;
    }
    code = block->source->type->split(block, &batch, err);
    records_tell(input, ordinal, 0); /* unless the format has told */
    scan_input_drop(input);          /* the block's hold: the batch has its own */
    if (code)
        return code;
    batch->sequence = sequence;
    *out_batch = batch;
    return ERR_NONE;
}

void block_free(struct block *block)
{
    if (!block)
        return;
    struct scan_input *input = block->source->scan_input;
    records_tell(input, block->ordinal, 0);
    block->source->type->free_block(block);
    scan_input_drop(input);
}
