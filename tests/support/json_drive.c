/*
 * json_drive.c - see json_drive.h.
 */
#include "json_drive.h"

#include "base/mem.h"
#include "event/value.h"
#include "source/json/json_int.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

void drive_init(struct drive *drive, const struct source_type *type)
{
    *drive = (struct drive){.type = type, .schema = schema_device_network_events()};
    drive->options.first_column = COLUMN_NONE;
    drive->options.count_cells = true;
    buf_init(&drive->rows, 0);
    buf_reserve(&drive->rows, 1);
    drive->stats.cells = calloc(SCHEMA_COLUMNS_MAX, sizeof *drive->stats.cells);
}

void drive_release(struct drive *drive)
{
    buf_release(&drive->rows);
    free(drive->rejects);
    free(drive->stats.cells);
}

static void keep_rejects(struct drive *drive, const struct source_batch *batch)
{
    for (size_t i = 0; i < batch->reject_count; i++) {
        const struct reject *reject = &batch->rejects[i];
        size_t size = (drive->reject_count + 1) * sizeof *drive->rejects;
        struct drive_reject *grown = realloc(drive->rejects, size);
        if (!grown)
            abort();
        drive->rejects = grown;
        drive->rejects[drive->reject_count++] = (struct drive_reject){
            reject->kind, reject->record, batch->block->offset + reject->offset, reject->bytes.len};
    }
}

static void show_row(struct drive *drive, const struct batch *batch, uint32_t row)
{
    uint32_t offset = schema_find(batch->schema, SLICE("SourceOffset"));
    if (drive->with_offsets)
        buf_printf(&drive->rows, "%" PRId64, batch->columns[offset].i64[row]);
    for (uint32_t c = 0; c < batch->schema->count; c++) {
        struct value value = column_value(&batch->columns[c], row);
        if (batch->schema->columns[c].origin == COLUMN_PROVENANCE || value.is_null ||
            (value.type == TYPE_STRING && value.str.len == 0))
            continue;
        buf_printf(&drive->rows, " %.*s=", SLICE_ARG(batch->schema->columns[c].name));
        value_to_json(&value, &drive->rows);
    }
    buf_add_char(&drive->rows, '\n');
    drive->row_count++;
}

static enum err_code take_batch(struct drive *drive, struct batch *batch)
{
    const struct column *column;
    if (drive->options.first_column != COLUMN_NONE)
        TRY(batch_load(batch, drive->options.first_column, batch->selection, &column, &drive->err));
    if (drive->load_only)
        return batch_load(batch, schema_find(batch->schema, slice_from_cstr(drive->load_only)), batch->selection,
                          &column, &drive->err);
    for (uint32_t c = 0; drive->load_first && c < batch->schema->count; c++)
        TRY(batch_load(batch, c, batch->selection, &column, &drive->err));
    if (drive->skip_verify)
        return ERR_NONE;
    TRY(batch_verify(batch, &drive->err));
    for (uint32_t c = 0; c < batch->schema->count; c++)
        TRY(batch_load(batch, c, batch->selection, &column, &drive->err));
    for (uint32_t i = 0; i < batch->selection->count; i++)
        show_row(drive, batch, batch->selection->rows[i]);
    return ERR_NONE;
}

static enum err_code take_split(struct drive *drive, struct batch *batch)
{
    enum err_code code = take_batch(drive, batch);
    const struct err *failure = ((struct source_batch *)batch->impl)->failure;
    if (!code && failure) {
        drive->err = *failure;
        code = failure->code;
    }
    keep_rejects(drive, batch->impl);
    scan_stats_add(&drive->stats, &((struct source_batch *)batch->impl)->stats, drive->schema->count);
    batch_free(batch);
    return code;
}

/* Takes the block over. */
static enum err_code block_read(const struct drive *drive, struct block *block, struct batch **out_batch,
                                struct err *err)
{
    enum err_code code = drive->type->load ? drive->type->load(block, err) : ERR_NONE;
    if (code) {
        drive->type->free_block(block);
        return code;
    }
    return drive->type->split(block, out_batch, err);
}

static enum err_code take_block(struct drive *drive, struct block *block)
{
    struct batch *batch;
    size_t capacity = ((const struct json_block *)block)->capacity;
    if (capacity > drive->largest_block)
        drive->largest_block = capacity;
    TRY(block_read(drive, block, &batch, &drive->err));
    return take_split(drive, batch);
}

static enum err_code run_here(struct drive *drive, struct source *source)
{
    struct block *block;
    for (;;) {
        TRY(drive->type->read(source, &block, &drive->err));
        if (!block)
            return ERR_NONE;
        TRY(take_block(drive, block));
    }
}

/* --- in many threads --- */

enum { THREADS_MAX = 16, BATCHES_MAX = 1 << 16 };

struct crowd {
    struct drive *drive;
    struct source *source;
    pthread_mutex_t lock;
    bool ended;
    enum err_code code; /* of reading; splitting must not fail */
    size_t count;
    struct batch *batches[BATCHES_MAX];
};

static void *crowd_work(void *user)
{
    struct crowd *crowd = user;
    for (;;) {
        struct block *block = NULL;
        struct err err;
        pthread_mutex_lock(&crowd->lock);
        if (!crowd->ended) {
            crowd->code = crowd->drive->type->read(crowd->source, &block, &crowd->drive->err);
            crowd->ended = !block;
        }
        size_t number = crowd->count;
        crowd->count += block != NULL;
        pthread_mutex_unlock(&crowd->lock);
        if (!block)
            return NULL;
        if (number >= BATCHES_MAX || block_read(crowd->drive, block, &crowd->batches[number], &err))
            abort();
    }
}

static enum err_code run_crowd(struct drive *drive, struct source *source)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    pthread_t threads[THREADS_MAX];
    if (!crowd || drive->threads > THREADS_MAX)
        abort();
    crowd->drive = drive;
    crowd->source = source;
    pthread_mutex_init(&crowd->lock, NULL);
    for (unsigned i = 0; i < drive->threads; i++) {
        if (pthread_create(&threads[i], NULL, crowd_work, crowd))
            abort();
    }
    for (unsigned i = 0; i < drive->threads; i++)
        pthread_join(threads[i], NULL);
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < crowd->count; i++) {
        if (code)
            batch_free(crowd->batches[i]); /* as scan_admit() has it done */
        else
            code = take_split(drive, crowd->batches[i]);
    }
    code = code ? code : crowd->code;
    pthread_mutex_destroy(&crowd->lock);
    free(crowd);
    return code;
}

static int by_offset(const void *a, const void *b)
{
    const struct drive_reject *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The file is gone from its folder when this returns. */
static enum err_code file_open(struct slice bytes, struct stream **out_stream, struct err *err)
{
    char path[] = "/tmp/ddnshunt-drive-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len || close(fd))
        abort();
    enum err_code code = stream_open(path, out_stream, err);
    unlink(path);
    return code;
}

void drive_run(struct drive *drive, struct slice bytes)
{
    struct stream *stream;
    struct source *source;
    drive->code = drive->in_file ? file_open(bytes, &stream, &drive->err)
                                 : stream_open_memory(bytes, "memory", &stream, &drive->err);
    if (drive->code)
        return;
    struct slice head;
    drive->code = stream_peek(stream, 1, &head, &drive->err);
    if (drive->code || stream_compression(stream)[0]) {
        /* Bytes that pass for a compressed file are the business of other tests. */
        stream_close(stream);
        if (!drive->code)
            drive->code = ERR_INPUT;
        return;
    }
    drive->code = drive->type->open(stream, drive->schema, &drive->options, &source, &drive->err);
    if (drive->code)
        return;
    drive->code = drive->threads ? run_crowd(drive, source) : run_here(drive, source);
    drive->type->close(source);
    if (!drive->code && drive->rows.failed)
        drive->code = ERR_MEMORY;
    if (drive->reject_count)
        qsort(drive->rejects, drive->reject_count, sizeof *drive->rejects, by_offset);
}
