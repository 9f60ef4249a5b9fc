/*
 * op_index.c - finds equal rows: see op_index.h. Open addressing, linear probing, at most half full.
 */
#include "kql/exec/op_index.h"

#include "base/hash.h"

/* Where the program lies in memory differs from run to run, so that nobody can prepare rows that collide. */
static const char SEED_ANCHOR;

void row_index_init(struct row_index *index, const enum type *types, uint32_t column_count, struct arena *arena)
{
    *index = (struct row_index){0};
    rows_init(&index->rows, types, column_count, arena);
}

/* A cell that is a number as it stands in the column. */
static bool is_whole_number(const struct column *column, uint32_t row)
{
    bool may = column->type == TYPE_LONG || column->type == TYPE_INT || column->type == TYPE_DATETIME;
    return may && !column_is_null(column, row);
}

uint32_t row_hash(const struct column *const *columns, uint32_t column_count, uint32_t row)
{
    uint64_t hash = (uint64_t)(uintptr_t)&SEED_ANCHOR;
    for (uint32_t i = 0; i < column_count; i++) {
        if (columns[i]->type == TYPE_STRING) {
            hash = hash_bytes(columns[i]->str[column_cell(columns[i], row)], hash);
            continue;
        }
        if (is_whole_number(columns[i], row)) {
            hash = hash_u64((uint64_t)columns[i]->i64[column_cell(columns[i], row)], hash);
            continue;
        }
        struct value value = column_value(columns[i], row);
        hash = value_hash(&value, hash);
    }
    return (uint32_t)(hash ^ hash >> 32);
}

static bool row_equal(const struct row_index *index, uint32_t kept, const struct column *const *columns, uint32_t row)
{
    uint32_t kept_row = kept % ROWS_CHUNK;
    for (uint32_t i = 0; i < index->rows.column_count; i++) {
        const struct column *kept_column = &index->rows.chunks[kept / ROWS_CHUNK][i];
        uint32_t cell = column_cell(columns[i], row);
        if (columns[i]->type == TYPE_STRING) {
            if (!slice_eq(kept_column->str[kept_row], columns[i]->str[cell]))
                return false;
            continue;
        }
        if (is_whole_number(columns[i], row) && is_whole_number(kept_column, kept_row)) {
            if (kept_column->i64[kept_row] != columns[i]->i64[cell])
                return false;
            continue;
        }
        struct value a = rows_value(&index->rows, kept, i), b = column_value(columns[i], row);
        if (!value_same(&a, &b))
            return false;
    }
    return true;
}

static enum err_code slots_grow(struct row_index *index, struct err *err)
{
    uint32_t count = index->slot_count ? index->slot_count * 2 : 64;
    struct row_slot *slots = count ? arena_zalloc(index->rows.arena, count, sizeof *slots) : NULL;
    if (!slots)
        return err_no_memory(err, (uint64_t)count * sizeof *slots);
    for (uint32_t i = 0; i < index->slot_count; i++) {
        uint32_t slot = index->slots[i].hash & (count - 1);
        if (!index->slots[i].number)
            continue;
        while (slots[slot].number)
            slot = (slot + 1) & (count - 1);
        slots[slot] = index->slots[i];
    }
    index->slots = slots;
    index->slot_count = count;
    return ERR_NONE;
}

/* Where the row stands, or the free slot where it would. */
static struct row_slot *slot_of(const struct row_index *index, const struct column *const *columns, uint32_t row,
                                uint32_t hash)
{
    uint32_t mask = index->slot_count - 1, at = hash & mask;
    for (; index->slots[at].number; at = (at + 1) & mask) {
        const struct row_slot *slot = &index->slots[at];
        if (slot->hash == hash && row_equal(index, slot->number - 1, columns, row))
            break;
    }
    return &index->slots[at];
}

enum err_code row_index_add(struct row_index *index, const struct column *const *columns, uint32_t row, uint32_t hash,
                            uint32_t *out_row, bool *out_added, struct err *err)
{
    struct rows *rows = &index->rows;
    if (rows->count >= index->slot_count / 2)
        TRY(slots_grow(index, err));
    struct row_slot *slot = slot_of(index, columns, row, hash);
    *out_added = slot->number == 0;
    if (*out_added) {
        TRY(rows_add(rows, columns, row, err));
        *slot = (struct row_slot){hash, rows->count};
    }
    *out_row = slot->number - 1;
    return ERR_NONE;
}

bool row_index_find(const struct row_index *index, const struct column *const *columns, uint32_t row, uint32_t hash,
                    uint32_t *out_row)
{
    if (index->slot_count == 0)
        return false;
    const struct row_slot *slot = slot_of(index, columns, row, hash);
    *out_row = slot->number - 1;
    return slot->number > 0;
}

/* --- asking for memory ahead --- */

void row_index_expect(const struct row_index *index, uint32_t hash)
{
    if (index->slot_count)
        __builtin_prefetch(&index->slots[hash & (index->slot_count - 1)]);
}

/* The kept row of the slot where one of that hash stands most probably, if there is any. */
static bool likely_row(const struct row_index *index, uint32_t hash, uint32_t *out_row)
{
    if (index->slot_count == 0)
        return false;
    const struct row_slot *slot = &index->slots[hash & (index->slot_count - 1)];
    *out_row = slot->number - 1;
    return slot->hash == hash && slot->number > 0;
}

bool row_index_expect_row(const struct row_index *index, uint32_t hash, uint32_t *out_row)
{
    if (!likely_row(index, hash, out_row))
        return false;
    const struct column *columns = index->rows.chunks[*out_row / ROWS_CHUNK];
    for (uint32_t i = 0; i < index->rows.column_count; i++)
        __builtin_prefetch((const char *)columns[i].data + *out_row % ROWS_CHUNK * column_cell_bytes(columns[i].type));
    return true;
}

void row_index_expect_texts(const struct row_index *index, uint32_t hash)
{
    uint32_t row;
    if (!likely_row(index, hash, &row))
        return;
    const struct column *columns = index->rows.chunks[row / ROWS_CHUNK];
    for (uint32_t i = 0; i < index->rows.column_count; i++) {
        if (columns[i].type == TYPE_STRING)
            __builtin_prefetch(columns[i].str[row % ROWS_CHUNK].ptr);
    }
}
