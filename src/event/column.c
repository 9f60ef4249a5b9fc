/*
 * column.c - one column of a batch: cells in an array, nulls in a byte map. See batch.h.
 */
#include "event/batch.h"

size_t column_cell_bytes(enum type type)
{
    switch (type_lane(type)) {
    case LANE_I64:
        return sizeof(int64_t);
    case LANE_F64:
        return sizeof(double);
    case LANE_DEC:
        return sizeof(struct decimal);
    case LANE_GUID:
        return sizeof(struct guid);
    case LANE_STR:
        return sizeof(struct slice);
    case LANE_DYN:
        return sizeof(const struct dyn *);
    }
    return sizeof(struct slice);
}

enum err_code column_init(struct column *column, enum type type, uint32_t row_count, bool with_nulls,
                          struct arena *arena, struct err *err)
{
    size_t cell_bytes = column_cell_bytes(type);
    bool has_nulls = with_nulls && type != TYPE_STRING;
    *column = (struct column){.type = type};
    column->data = arena_array(arena, row_count, cell_bytes + has_nulls);
    if (!column->data)
        return err_no_memory(err, (uint64_t)row_count * (cell_bytes + has_nulls));
    if (has_nulls) {
        column->nulls = (uint8_t *)column->data + row_count * cell_bytes;
        for (uint32_t i = 0; i < row_count; i++) /* most often one or two */
            column->nulls[i] = 0;
    }
    return ERR_NONE;
}

enum err_code column_init_const(struct column *column, const struct value *value, struct arena *arena, struct err *err)
{
    TRY(column_init(column, value->type, 1, value->is_null, arena, err));
    column->is_const = true;
    column_set(column, 0, value);
    return ERR_NONE;
}

struct value column_value(const struct column *column, uint32_t row)
{
    uint32_t cell = column_cell(column, row);
    if (column->nulls && column->nulls[cell])
        return value_null(column->type);
    switch (type_lane(column->type)) {
    case LANE_I64:
        return value_i64(column->type, column->i64[cell]);
    case LANE_F64:
        return value_real(column->f64[cell]);
    case LANE_DEC:
        return (struct value){.type = column->type, .dec = column->dec[cell]};
    case LANE_GUID:
        return (struct value){.type = column->type, .guid = column->guid[cell]};
    case LANE_STR:
        return value_str(column->str[cell]);
    case LANE_DYN:
        return value_dyn(column->dyn[cell]);
    }
    return value_null(column->type);
}

void column_set(struct column *column, uint32_t row, const struct value *value)
{
    bool is_null = value->is_null && column->type != TYPE_STRING;
    if (column->nulls)
        column->nulls[row] = is_null;
    /* A null's cell is set too, to a harmless value: nobody has to fear what lies there. */
    switch (type_lane(column->type)) {
    case LANE_I64:
        column->i64[row] = is_null ? 0 : value->i64;
        break;
    case LANE_F64:
        column->f64[row] = is_null ? 0 : value->f64;
        break;
    case LANE_DEC:
        column->dec[row] = is_null ? (struct decimal){{0, 0}} : value->dec;
        break;
    case LANE_GUID:
        column->guid[row] = is_null ? (struct guid){{0}} : value->guid;
        break;
    case LANE_STR:
        column->str[row] = value->is_null ? SLICE("") : value->str;
        break;
    case LANE_DYN:
        column->dyn[row] = is_null || !value->dyn ? &DYN_NULL_VALUE : value->dyn;
        break;
    }
}

enum err_code column_pick(const struct column *from, const struct selection *rows, bool copies, struct arena *arena,
                          struct column *out_column, struct err *err)
{
    TRY(column_init(out_column, from->type, rows->count, from->nulls != NULL, arena, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        struct value value = column_value(from, rows->rows[i]);
        if (copies && !value_copy(&value, arena, &value))
            return err_no_memory(err, sizeof value);
        column_set(out_column, i, &value);
    }
    return ERR_NONE;
}
