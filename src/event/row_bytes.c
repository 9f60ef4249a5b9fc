/*
 * row_bytes.c - values and rows as bytes, and back: see row_bytes.h.
 *
 *   number  7 bits a byte, the lowest first; the high bit says that more follow
 *   cell    of a string: number of its bytes, bytes; of other types: 0 for null, or 1 and the value
 *   dyn     kind, then 8 or 16 bytes, a text, or a count and what is in it
 *
 * Recursion is as deep as the dynamic that was written, like that of all who read one (dyn.h).
 */
#include "event/row_bytes.h"

#include <string.h>

/* --- writing --- */

void bytes_put_number(struct buf *out, uint64_t number)
{
    char bytes[10];
    size_t len = 0;
    for (; number >= 128; number >>= 7)
        bytes[len++] = (char)(uint8_t)(number | 128);
    bytes[len++] = (char)number;
    buf_add(out, slice_of(bytes, len));
}

static void put_raw(struct buf *out, const void *value, size_t len)
{
    buf_add(out, slice_of(value, len));
}

static void put_text(struct buf *out, struct slice text)
{
    bytes_put_number(out, text.len);
    buf_add(out, text);
}

void bytes_put_dyn(struct buf *out, const struct dyn *dyn)
{
    buf_add_char(out, (char)dyn->kind);
    switch (dyn->kind) {
    case DYN_NULL:
        break;
    case DYN_BOOL:
    case DYN_LONG:
    case DYN_DATETIME:
    case DYN_TIMESPAN:
        put_raw(out, &dyn->i64, sizeof dyn->i64);
        break;
    case DYN_REAL:
        put_raw(out, &dyn->f64, sizeof dyn->f64);
        break;
    case DYN_DECIMAL:
        put_raw(out, &dyn->dec, sizeof dyn->dec);
        break;
    case DYN_GUID:
        put_raw(out, &dyn->guid, sizeof dyn->guid);
        break;
    case DYN_STRING:
        put_text(out, dyn->str);
        break;
    case DYN_ARRAY:
        bytes_put_number(out, dyn->count);
        for (uint32_t i = 0; i < dyn->count; i++)
            bytes_put_dyn(out, dyn->items[i]);
        break;
    case DYN_BAG:
        bytes_put_number(out, dyn->count);
        for (uint32_t i = 0; i < dyn->count; i++) {
            put_text(out, dyn->members[i].key);
            bytes_put_dyn(out, dyn->members[i].value);
        }
        break;
    }
}

static void put_cell(struct buf *out, const struct value *value)
{
    if (value->type == TYPE_STRING) {
        put_text(out, value->is_null ? SLICE("") : value->str);
        return;
    }
    buf_add_char(out, value->is_null ? 0 : 1);
    if (value->is_null)
        return;
    switch (type_lane(value->type)) {
    case LANE_I64:
        put_raw(out, &value->i64, sizeof value->i64);
        break;
    case LANE_F64:
        put_raw(out, &value->f64, sizeof value->f64);
        break;
    case LANE_DEC:
        put_raw(out, &value->dec, sizeof value->dec);
        break;
    case LANE_GUID:
        put_raw(out, &value->guid, sizeof value->guid);
        break;
    case LANE_STR:
        break;
    case LANE_DYN:
        bytes_put_dyn(out, value->dyn);
        break;
    }
}

void bytes_put_value(struct buf *out, const struct value *value)
{
    buf_add_char(out, (char)value->type);
    put_cell(out, value);
}

void bytes_put_row(struct buf *out, const struct column *const *columns, const uint32_t *layout, uint32_t count,
                   uint32_t row)
{
    for (uint32_t i = 0; i < count; i++) {
        struct value value = column_value(columns[layout ? layout[i] : i], row);
        put_cell(out, &value);
    }
}

/* --- reading --- */

static enum err_code damaged(struct err *err)
{
    return err_set(err, ERR_OUTPUT, "a temporary file is not as it was written");
}

enum err_code bytes_get(struct slice *bytes, void *out, size_t len, struct err *err)
{
    if (bytes->len < len)
        return damaged(err);
    memcpy(out, bytes->ptr, len);
    *bytes = slice_of(bytes->ptr + len, bytes->len - len);
    return ERR_NONE;
}

enum err_code bytes_get_number(struct slice *bytes, uint64_t *out_number, struct err *err)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = 0;
        TRY(bytes_get(bytes, &byte, 1, err));
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *out_number = number;
            return ERR_NONE;
        }
    }
    return damaged(err);
}

static enum err_code get_text(struct slice *bytes, struct slice *out_text, struct err *err)
{
    uint64_t len = 0;
    TRY(bytes_get_number(bytes, &len, err));
    if (len > bytes->len)
        return damaged(err);
    *out_text = slice_of(bytes->ptr, (size_t)len);
    *bytes = slice_of(bytes->ptr + len, bytes->len - (size_t)len);
    return ERR_NONE;
}

/* How many elements follow: each takes a byte at least. */
static enum err_code get_count(struct slice *bytes, uint32_t *out_count, struct err *err)
{
    uint64_t count = 0;
    TRY(bytes_get_number(bytes, &count, err));
    if (count > bytes->len || count > UINT32_MAX)
        return damaged(err);
    *out_count = (uint32_t)count;
    return ERR_NONE;
}

static enum err_code get_array(struct slice *bytes, struct arena *arena, struct dyn *dyn, struct err *err)
{
    TRY(get_count(bytes, &dyn->count, err));
    const struct dyn **items = arena_array(arena, dyn->count, sizeof *items);
    if (!items)
        return err_no_memory(err, dyn->count * sizeof *items);
    for (uint32_t i = 0; i < dyn->count; i++)
        TRY(bytes_get_dyn(bytes, arena, &items[i], err));
    dyn->items = items;
    return ERR_NONE;
}

static enum err_code get_bag(struct slice *bytes, struct arena *arena, struct dyn *dyn, struct err *err)
{
    TRY(get_count(bytes, &dyn->count, err));
    struct dyn_member *members = arena_array(arena, dyn->count, sizeof *members);
    if (!members)
        return err_no_memory(err, dyn->count * sizeof *members);
    for (uint32_t i = 0; i < dyn->count; i++) {
        TRY(get_text(bytes, &members[i].key, err));
        TRY(bytes_get_dyn(bytes, arena, &members[i].value, err));
    }
    dyn->members = members;
    return ERR_NONE;
}

static enum err_code get_dyn_content(struct slice *bytes, struct arena *arena, struct dyn *dyn, struct err *err)
{
    switch (dyn->kind) {
    case DYN_NULL:
        return ERR_NONE;
    case DYN_BOOL:
    case DYN_LONG:
    case DYN_DATETIME:
    case DYN_TIMESPAN:
        return bytes_get(bytes, &dyn->i64, sizeof dyn->i64, err);
    case DYN_REAL:
        return bytes_get(bytes, &dyn->f64, sizeof dyn->f64, err);
    case DYN_DECIMAL:
        return bytes_get(bytes, &dyn->dec, sizeof dyn->dec, err);
    case DYN_GUID:
        return bytes_get(bytes, &dyn->guid, sizeof dyn->guid, err);
    case DYN_STRING:
        return get_text(bytes, &dyn->str, err);
    case DYN_ARRAY:
        return get_array(bytes, arena, dyn, err);
    case DYN_BAG:
        return get_bag(bytes, arena, dyn, err);
    }
    return damaged(err);
}

enum err_code bytes_get_dyn(struct slice *bytes, struct arena *arena, const struct dyn **out_dyn, struct err *err)
{
    uint8_t kind = 0;
    TRY(bytes_get(bytes, &kind, 1, err));
    if (kind > DYN_BAG)
        return damaged(err);
    *out_dyn = &DYN_NULL_VALUE;
    if (kind == DYN_NULL)
        return ERR_NONE;
    struct dyn *dyn = arena_zalloc(arena, 1, sizeof *dyn);
    if (!dyn)
        return err_no_memory(err, sizeof *dyn);
    dyn->kind = (enum dyn_kind)kind;
    *out_dyn = dyn;
    return get_dyn_content(bytes, arena, dyn, err);
}

static enum err_code get_lane(struct slice *bytes, struct arena *arena, struct value *value, struct err *err)
{
    switch (type_lane(value->type)) {
    case LANE_I64:
        return bytes_get(bytes, &value->i64, sizeof value->i64, err);
    case LANE_F64:
        return bytes_get(bytes, &value->f64, sizeof value->f64, err);
    case LANE_DEC:
        return bytes_get(bytes, &value->dec, sizeof value->dec, err);
    case LANE_GUID:
        return bytes_get(bytes, &value->guid, sizeof value->guid, err);
    case LANE_STR:
        break;
    case LANE_DYN:
        return bytes_get_dyn(bytes, arena, &value->dyn, err);
    }
    return damaged(err);
}

static enum err_code get_cell(struct slice *bytes, enum type type, struct arena *arena, struct value *out_value,
                              struct err *err)
{
    *out_value = value_null(type);
    if (type == TYPE_STRING)
        return get_text(bytes, &out_value->str, err);
    uint8_t is_set = 0;
    TRY(bytes_get(bytes, &is_set, 1, err));
    if (!is_set)
        return ERR_NONE;
    out_value->is_null = false;
    return get_lane(bytes, arena, out_value, err);
}

enum err_code bytes_get_value(struct slice *bytes, struct arena *arena, struct value *out_value, struct err *err)
{
    uint8_t type = 0;
    TRY(bytes_get(bytes, &type, 1, err));
    if (type >= TYPE_COUNT)
        return damaged(err);
    return get_cell(bytes, (enum type)type, arena, out_value, err);
}

enum err_code bytes_get_row(struct slice *bytes, struct column *columns, const uint32_t *layout, uint32_t first,
                            uint32_t end, uint32_t row, struct arena *arena, struct err *err)
{
    for (uint32_t i = first; i < end; i++) {
        struct column *column = &columns[layout ? layout[i] : i];
        struct value value;
        TRY(get_cell(bytes, column->type, arena, &value, err));
        column_set(column, row, &value);
    }
    return ERR_NONE;
}

/* --- one row --- */

enum err_code row_cells_init(struct row_cells *cells, const enum type *types, uint32_t count, const uint32_t *layout,
                             uint32_t end, struct arena *arena, struct err *err)
{
    *cells = (struct row_cells){.count = count};
    arena_init(&cells->arena, 0);
    cells->columns = arena_zalloc(arena, count, sizeof *cells->columns);
    cells->refs = arena_array(arena, count, sizeof(struct column *));
    if (!cells->columns || !cells->refs)
        return err_no_memory(err, count * sizeof *cells->columns);
    for (uint32_t i = 0; i < count; i++)
        cells->refs[i] = &cells->columns[i];
    for (uint32_t i = 0; i < end; i++) {
        uint32_t c = layout ? layout[i] : i;
        TRY(column_init(&cells->columns[c], types[c], 1, types[c] != TYPE_STRING, arena, err));
    }
    return ERR_NONE;
}

void row_cells_release(struct row_cells *cells)
{
    arena_release(&cells->arena);
}

enum err_code row_cells_read(struct row_cells *cells, struct slice *bytes, const uint32_t *layout, uint32_t end,
                             struct err *err)
{
    arena_clear(&cells->arena);
    return bytes_get_row(bytes, cells->columns, layout, 0, end, 0, &cells->arena, err);
}
