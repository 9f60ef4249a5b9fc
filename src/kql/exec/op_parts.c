/*
 * op_parts.c - rows and groups divided by the hash of their values: see op_parts.h.
 */
#include "kql/exec/op_parts.h"

#include "base/hash.h"
#include "base/mem.h"
#include "event/row_bytes.h"

/* Where the program lies in memory differs from run to run, so that nobody can prepare rows that collide. */
static const char SEED_ANCHOR;

void parts_init(struct parts *parts, struct budget *budget)
{
    *parts = (struct parts){.budget = budget};
    buf_init(&parts->record, 0);
}

void parts_release(struct parts *parts)
{
    if (!parts->budget)
        return;
    for (uint32_t i = 0; i < PARTS_FAN_OUT; i++) {
        scratch_writer_release(&parts->writers[i][PART_STATES]);
        scratch_writer_release(&parts->writers[i][PART_ROWS]);
    }
    mem_free(parts->waiting);
    buf_release(&parts->record);
    *parts = (struct parts){0};
}

bool parts_can_divide(const struct parts *parts)
{
    return parts->level < PARTS_DEPTH_MAX;
}

static uint32_t part_number(const struct parts *parts, const struct column *const *keys, uint32_t key_count,
                            uint32_t row)
{
    uint64_t hash = hash_u64(parts->level + UINT64_C(1), (uint64_t)(uintptr_t)&SEED_ANCHOR);
    for (uint32_t i = 0; i < key_count; i++) {
        struct value value = column_value(keys[i], row);
        hash = value_hash(&value, hash);
    }
    return (uint32_t)(hash_step(hash, 0) >> 32) % PARTS_FAN_OUT;
}

static enum err_code level_open(struct parts *parts, struct err *err)
{
    struct scratch *scratch;
    TRY(budget_scratch(parts->budget, &scratch, err));
    for (uint32_t i = 0; i < PARTS_FAN_OUT; i++) {
        scratch_writer_init(&parts->writers[i][PART_STATES], scratch);
        scratch_writer_init(&parts->writers[i][PART_ROWS], scratch);
    }
    parts->is_open = true;
    parts->any = true;
    return ERR_NONE;
}

enum err_code parts_add(struct parts *parts, enum part_stream stream, const struct column *const *keys,
                        uint32_t key_count, uint32_t row, struct slice record, struct err *err)
{
    if (!parts->is_open)
        TRY(level_open(parts, err));
    uint32_t number = part_number(parts, keys, key_count, row);
    return scratch_add(&parts->writers[number][stream], record, err);
}

enum err_code parts_add_row(struct parts *parts, const struct column *const *keys, uint32_t key_count,
                            const struct column *const *columns, uint32_t column_count, uint32_t row, uint64_t number,
                            struct err *err)
{
    buf_clear(&parts->record);
    bytes_put_number(&parts->record, number);
    bytes_put_row(&parts->record, columns, NULL, column_count, row);
    if (parts->record.failed)
        return err_no_memory(err, parts->record.len);
    return parts_add(parts, PART_ROWS, keys, key_count, row, buf_slice(&parts->record), err);
}

static enum err_code part_close(struct parts *parts, struct scratch_writer *writers, struct err *err)
{
    struct part part = {.level = parts->level + 1};
    TRY(scratch_finish(&writers[PART_STATES], &part.streams[PART_STATES], err));
    TRY(scratch_finish(&writers[PART_ROWS], &part.streams[PART_ROWS], err));
    if (!part.streams[PART_STATES].first && !part.streams[PART_ROWS].first)
        return ERR_NONE;
    struct part *waiting =
        mem_grow(parts->waiting, parts->waiting_count, &parts->waiting_capacity, sizeof *parts->waiting);
    if (!waiting)
        return err_no_memory(err, parts->waiting_count * sizeof *waiting);
    parts->waiting = waiting;
    waiting[parts->waiting_count++] = part;
    parts->budget->piece_count++;
    return ERR_NONE;
}

enum err_code parts_close_level(struct parts *parts, struct err *err)
{
    for (uint32_t i = 0; parts->is_open && i < PARTS_FAN_OUT; i++)
        TRY(part_close(parts, parts->writers[i], err));
    parts->is_open = false;
    return ERR_NONE;
}

/* The last one: so that few wait, whatever the depth. */
bool parts_take(struct parts *parts, struct part *out_part)
{
    if (parts->waiting_count == 0)
        return false;
    *out_part = parts->waiting[--parts->waiting_count];
    parts->level = out_part->level;
    return true;
}
