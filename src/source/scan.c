/*
 * scan.c - all inputs of a query in their order: files, folders and standard input.
 *
 * The schema is settled by the first input that can be read, before its first row. What is wrong with an input is kept
 * in it, and told where its turn comes; only what stops the whole (no memory, an interrupt, misuse) is an error.
 */
#include "base/mem.h"
#include "base/simd/simd.h"
#include "source/formats.h"
#include "source/scan_int.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The portal cuts at 10,000 (30,000 in older texts), the advanced-hunting API at 100,000 rows. */
static const uint64_t ROW_LIMITS[] = {10000, 30000, 100000};

/* --- notices --- */

static void notify(struct scan *scan, enum scan_notice_kind kind, const char *path, const char *detail,
                   const struct err *err)
{
    if (scan->config.notice)
        scan->config.notice(scan->config.user, kind, path, detail, err);
}

static void notify_failed(struct scan *scan, const char *path, const struct err *err)
{
    atomic_fetch_add(&scan->inputs_failed, 1);
    notify(scan, NOTICE_INPUT_FAILED, path, NULL, err);
}

static void notify_row_limit(struct scan *scan, const struct scan_input *input)
{
    if (!input->source || !input->source->is_answer)
        return;
    for (size_t i = 0; i < sizeof ROW_LIMITS / sizeof ROW_LIMITS[0]; i++)
        if (input->rows == ROW_LIMITS[i]) {
            char detail[32];
            snprintf(detail, sizeof detail, "%llu,000", (unsigned long long)input->rows / 1000);
            notify(scan, NOTICE_ROW_LIMIT, input->path, detail, NULL);
        }
}

static void notify_opened(struct scan *scan, const struct scan_input *input)
{
    char detail[128];
    const struct source *source = input->source;
    snprintf(detail, sizeof detail, "%s%s%s", source->type->name, *input->compression ? ", " : "", input->compression);
    notify(scan, NOTICE_OPENED, input->path, detail, NULL);
    if (source->doubt)
        notify(scan, NOTICE_DOUBT, input->path, source->doubt, NULL);
}

/* --- inputs in their order --- */

enum err_code scan_next_input(struct scan *scan, struct scan_input **out_input, struct err *err)
{
    struct err local;
    err = err ? err : &local;
    const char *path = NULL;
    bool met = false, failed = false;
    *out_input = scan->first;
    scan->first = NULL;
    if (*out_input)
        return ERR_NONE;
    TRY(scan_path_next(scan, &path, &met, &failed, err));
    struct scan_input *input = NULL;
    if (path)
        TRY(scan_input_create(scan, path, met, &input, err));
    if (failed) {
        assert(input); /* what fails has a path */
        input->opened = true;
        enum err_code code = scan_input_fail(input, err->code, err);
        if (code) {
            scan_input_drop(input);
            return code;
        }
    }
    if (input && met && !failed && scan_is_own(scan, path)) {
        input->opened = input->at_end = true;
        input->found = FOUND_OWN;
    }
    *out_input = input;
    return ERR_NONE;
}

void scan_begin_input(struct scan_input *input)
{
    struct scan *scan = input->scan;
    if (input->begun)
        return;
    input->begun = true;
    switch (input->found) {
    case FOUND_NOTHING:
        break;
    case FOUND_EMPTY:
        atomic_fetch_add(&scan->inputs, 1);
        notify(scan, NOTICE_OPENED, input->path, "empty", NULL);
        break;
    case FOUND_ROWS:
        atomic_fetch_add(&scan->inputs, 1);
        notify_opened(scan, input);
        break;
    case FOUND_OTHER:
        atomic_fetch_add(&scan->inputs_passed, 1);
        notify(scan, NOTICE_INPUT_PASSED, input->path, NULL, NULL);
        break;
    case FOUND_OWN:
        notify(scan, NOTICE_INPUT_OWN, input->path, NULL, NULL);
        break;
    }
}

void scan_end_input(struct scan_input *input)
{
    if (input->failure && !input->broken)
        notify_failed(input->scan, input->path, input->failure);
    else if (!input->failure && !input->broken)
        notify_row_limit(input->scan, input);
}

void scan_drop_input(struct scan_input *input)
{
    scan_input_drop(input);
}

/* Opens inputs until one has rows, which is to come first. What the others are is told. */
static enum err_code first_open(struct scan *scan, struct err *err)
{
    for (;;) {
        struct scan_input *input = NULL;
        TRY(scan_next_input(scan, &input, err));
        if (!input)
            return ERR_NONE;
        enum err_code code = scan_input_open(input, err);
        if (!code) {
            scan_begin_input(input);
            if (input->source) {
                scan->first = input;
                return ERR_NONE;
            }
            scan_end_input(input);
        }
        scan_input_drop(input);
        TRY(code);
    }
}

/* --- one block after the other --- */

static enum err_code current_read(struct scan *scan, struct block **out_block, struct err *err)
{
    struct scan_input *input = scan->current;
    TRY(scan_read(input, out_block, err));
    scan_begin_input(input);
    if (*out_block) {
        (*out_block)->sequence = scan->sequence++;
        return ERR_NONE;
    }
    scan_end_input(input);
    scan->current = NULL;
    scan_input_drop(input);
    return ERR_NONE;
}

enum err_code scan_next(struct scan *scan, struct block **out_block, struct err *err)
{
    enum err_code code = ERR_NONE;
    *out_block = NULL;
    pthread_mutex_lock(&scan->lock);
    while (!code && !*out_block) {
        if (!scan->current)
            code = scan_next_input(scan, &scan->current, err);
        if (code || !scan->current)
            break;
        code = current_read(scan, out_block, err);
    }
    pthread_mutex_unlock(&scan->lock);
    return code;
}

/* --- opening and closing the scan --- */

static enum err_code config_copy(struct scan *scan, const struct scan_config *config, struct err *err)
{
    static const char *const STDIN_ALONE[] = {"-"};
    scan->config = *config;
    if (scan->config.options.block_bytes == 0)
        scan->config.options.block_bytes = SOURCE_BLOCK_BYTES;
    size_t block = scan->config.options.block_bytes;
    scan->short_bytes = block < SOURCE_BLOCK_BYTES ? block : SOURCE_BLOCK_BYTES;
    size_t count = config->path_count ? config->path_count : 1;
    const char *const *paths = config->path_count ? config->paths : STDIN_ALONE;
    char **copies = arena_array(&scan->arena, count, sizeof *copies);
    if (!copies)
        return err_no_memory(err, count * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copies[i] = arena_cstr(&scan->arena, slice_from_cstr(paths[i]));
        if (!copies[i])
            return err_no_memory(err, strlen(paths[i]));
    }
    scan->config.paths = (const char *const *)copies;
    scan->config.path_count = count;
    return ERR_NONE;
}

static enum err_code scan_create(struct scan **out_scan, struct err *err)
{
    struct scan *scan = mem_zalloc(1, sizeof *scan);
    if (!scan)
        return err_no_memory(err, sizeof *scan);
    pthread_mutex_t *locks[] = {&scan->lock, &scan->commons_lock};
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++)
        if (pthread_mutex_init(locks[i], NULL) != 0) {
            while (i)
                pthread_mutex_destroy(locks[--i]);
            mem_free(scan);
            return err_no_memory(err, sizeof *locks[0]);
        }
    block_pool_init(&scan->memories);
    arena_init(&scan->arena, 0);
    *out_scan = scan;
    return ERR_NONE;
}

enum err_code scan_open(const struct scan_config *config, struct scan **out_scan, struct err *err)
{
    struct scan *scan = NULL;
    struct err local;
    err = err ? err : &local;
    TRY(scan_create(&scan, err));
    enum err_code code = config_copy(scan, config, err);
    if (!code && scan->config.measure)
        scan_size_measure(scan);
    scan->waits = !code && scan_paths_wait(scan);
    scan->alone = !code && (scan->waits || (scan->config.path_count == 1 && !scan_is_folder(scan->config.paths[0])));
    if (!code)
        code = first_open(scan, err);
    if (!code)
        code = scan_schema_settle(scan, NULL, SLICE(""), err);
    if (code) {
        scan_close(scan);
        return code;
    }
    *out_scan = scan;
    return ERR_NONE;
}

void scan_close(struct scan *scan)
{
    if (!scan)
        return;
    scan_input_drop(scan->first);
    scan_input_drop(scan->current);
    walk_close(scan->walk);
    for (size_t i = 0; SOURCE_TYPES[i]; i++) {
        if (scan->commons[i])
            SOURCE_TYPES[i]->unshare(scan->commons[i]);
    }
    block_pool_release(&scan->memories, mem_free);
    arena_release(&scan->arena);
    pthread_mutex_destroy(&scan->lock);
    pthread_mutex_destroy(&scan->commons_lock);
    mem_free(scan);
}

const struct schema *scan_schema(const struct scan *scan)
{
    return scan->schema;
}

bool scan_waits(const struct scan *scan)
{
    return scan->waits;
}

void scan_set_first_column(struct scan *scan, uint32_t column)
{
    scan->config.options.first_column = column;
    if (scan->first)
        scan->first->source->options.first_column = column;
}

/* Where more are wanted, reading where all values stand costs less than looking for each. */
enum { FEW_COLUMNS = 4 };

static void options_set_whole(struct source_options *options, const struct few_columns *columns)
{
    options->columns = *columns;
    options->whole = columns->count <= FEW_COLUMNS;
    options->first_column = options->whole && columns->count > 0 ? columns->column[0] : COLUMN_NONE;
    options->second_column = options->whole && columns->count > 1 ? columns->column[1] : COLUMN_NONE;
}

bool scan_set_whole(struct scan *scan, const struct few_columns *columns)
{
    if (!simd_ops()->compact_pays)
        return false;
    options_set_whole(&scan->config.options, columns);
    if (scan->first)
        options_set_whole(&scan->first->source->options, columns);
    return true;
}

void scan_set_filter(struct scan *scan, const struct text_filter *filter)
{
    scan->config.options.filter = filter;
    if (scan->first)
        scan->first->source->options.filter = filter;
}

/* --- counts --- */

static int reject_compare(const void *a, const void *b)
{
    const struct reject *left = a, *right = b;
    if (left->record != right->record)
        return left->record < right->record ? -1 : 1;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static enum err_code rejects_tell(struct source_batch *batch,
                                  enum err_code (*reject)(void *user, const struct reject *reject, struct err *err),
                                  void *user, struct err *err)
{
    if (batch->reject_count == 0 || !reject)
        return ERR_NONE;
    uint64_t first_record;
    TRY(block_first_record(batch->block, &first_record, err));
    qsort(batch->rejects, batch->reject_count, sizeof *batch->rejects, reject_compare);
    for (size_t i = 0; i < batch->reject_count; i++) {
        struct reject told = batch->rejects[i];
        told.input = batch->source->path;
        told.record += first_record + 1;
        told.offset += batch->block->offset;
        TRY(reject(user, &told, err));
    }
    return ERR_NONE;
}

bool scan_admit(const struct batch *root)
{
    const struct source_batch *batch = root->impl;
    return !batch->source->scan_input->broken;
}

enum err_code scan_account(struct scan *scan, struct batch *root, struct scan_stats *into,
                           enum err_code (*reject)(void *user, const struct reject *reject, struct err *err),
                           void *user, struct err *err)
{
    struct source_batch *batch = root->impl;
    struct scan_input *input = batch->source->scan_input;
    scan_stats_add(into, &batch->stats, root->schema->count);
    input->rows += batch->stats.rows + batch->stats.rows_passed;
    TRY(rejects_tell(batch, reject, user, err));
    if (batch->failure) {
        struct err told = *batch->failure;
        err_at(&told, "%s", input->path);
        input->broken = true;
        notify_failed(scan, input->path, &told);
    }
    return ERR_NONE;
}

bool batch_is_plain(const struct batch *root)
{
    const struct source_batch *batch = root->impl;
    return !batch->reject_count && !batch->failure;
}

void batch_reduce(struct batch *root, struct scan_stats *out_counts)
{
    struct source_batch *batch = root->impl;
    *out_counts = batch->stats;
    batch->stats.cells = NULL;
    batch_free(root);
}

bool scan_account_counts(struct scan_input *input, struct scan_stats *counts, struct scan_stats *into)
{
    bool admitted = !input->broken;
    if (admitted) {
        scan_stats_add(into, counts, input->scan->schema->count);
        input->rows += counts->rows + counts->rows_passed;
    }
    mem_free(counts->cells);
    counts->cells = NULL;
    return admitted;
}

void scan_inputs(const struct scan *scan, struct scan_stats *into)
{
    into->inputs = atomic_load(&scan->inputs);
    into->inputs_failed = atomic_load(&scan->inputs_failed);
    into->inputs_passed = atomic_load(&scan->inputs_passed);
    into->raw_bytes = atomic_load(&scan->raw_done);
}

void scan_progress(const struct scan *scan, uint64_t *out_raw_done, uint64_t *out_raw_total)
{
    *out_raw_done = atomic_load(&scan->raw_done);
    *out_raw_total = scan->size;
}
