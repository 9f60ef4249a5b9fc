/*
 * cells.c - filling a column's cells, alike for every format: see cells.h.
 */
#include "source/cells.h"

#include "base/utf8.h"
#include "event/datetime.h"

enum err_code cells_begin(struct batch *batch, uint32_t column, const struct selection *rows,
                          struct column **out_column, struct err *err)
{
    struct source_batch *source_batch = batch->impl;
    enum type type = batch->schema->columns[column].type;
    TRY(column_init(&batch->columns[column], type, batch->row_count, type != TYPE_STRING, batch->arena, err));
    if (source_batch->stats.cells)
        source_batch->stats.cells[column] += rows->count;
    *out_column = &batch->columns[column];
    return ERR_NONE;
}

enum err_code cells_load_missing(struct batch *batch, uint32_t column, struct err *err)
{
    struct value missing = value_null(batch->schema->columns[column].type);
    return column_init_const(&batch->columns[column], &missing, batch->arena, err);
}

void cell_set_missing(struct column *column, uint32_t row)
{
    if (column->type == TYPE_STRING)
        column->str[row] = SLICE("");
    else
        column->nulls[row] = 1;
}

enum err_code cell_mend(struct slice text, struct arena *arena, struct slice *out_text, struct err *err)
{
    if (utf8_is_ascii(text) || utf8_is_valid(text)) {
        *out_text = text;
        return ERR_NONE;
    }
    struct buf mended;
    buf_init(&mended, 0);
    utf8_mend(text, &mended);
    struct slice copy = mended.failed ? slice_of(NULL, 0) : arena_copy(arena, buf_slice(&mended));
    buf_release(&mended);
    if (!copy.ptr)
        return err_no_memory(err, text.len);
    *out_text = copy;
    return ERR_NONE;
}

static bool is_blank(struct slice text)
{
    return slice_trim(text).len == 0;
}

static void set_bad(struct batch *batch, struct column *column, uint32_t row)
{
    struct source_batch *source_batch = batch->impl;
    source_batch->stats.cells_bad++;
    column->nulls[row] = 1;
}

/* Told apart from the other types, as alone its reading can run out of memory. */
static enum err_code set_dynamic(struct batch *batch, struct column *column, uint32_t row, struct slice text,
                                 struct err *err)
{
    const struct dyn *dyn;
    enum err_code code = dyn_parse(text, batch->arena, &dyn, NULL);
    if (code == ERR_MEMORY)
        return err_no_memory(err, text.len);
    if (code) {
        set_bad(batch, column, row);
        return ERR_NONE;
    }
    struct value value = value_dyn(dyn);
    column_set(column, row, &value);
    return ERR_NONE;
}

enum err_code cell_set_text(struct batch *batch, struct column *column, uint32_t row, struct slice text,
                            struct err *err)
{
    if (column->type == TYPE_STRING)
        return cell_mend(text, batch->arena, &column->str[row], err);
    if (is_blank(text)) {
        column->nulls[row] = 1;
        return ERR_NONE;
    }
    if (column->type == TYPE_DYNAMIC)
        return set_dynamic(batch, column, row, text, err);
    if (column->type == TYPE_DATETIME && datetime_parse_iso(text, &column->i64[row]))
        return ERR_NONE;
    struct value value;
    if (value_parse(text, column->type, batch->arena, &value))
        column_set(column, row, &value);
    else
        set_bad(batch, column, row);
    return ERR_NONE;
}

enum provenance { PROVENANCE_FILE, PROVENANCE_RECORD, PROVENANCE_OFFSET };

static const struct {
    struct slice name;
    enum provenance provenance;
} PROVENANCE_COLUMNS[] = {
    {{"SourceFile", 10}, PROVENANCE_FILE},
    {{"SourceRecord", 12}, PROVENANCE_RECORD},
    {{"SourceOffset", 12}, PROVENANCE_OFFSET},
};

static enum provenance provenance_of(const struct schema *schema, uint32_t column)
{
    enum provenance provenance = PROVENANCE_FILE;
    for (size_t i = 0; i < sizeof PROVENANCE_COLUMNS / sizeof PROVENANCE_COLUMNS[0]; i++)
        if (slice_eq(schema->columns[column].name, PROVENANCE_COLUMNS[i].name))
            provenance = PROVENANCE_COLUMNS[i].provenance;
    return provenance;
}

/* One cell for all rows. A path may hold any bytes: as text it is mended. */
static enum err_code load_file(struct batch *batch, uint32_t column, struct err *err)
{
    const struct source_batch *source_batch = batch->impl;
    struct slice path;
    TRY(cell_mend(slice_from_cstr(source_batch->source->path), batch->arena, &path, err));
    struct value value = value_str(path);
    return column_init_const(&batch->columns[column], &value, batch->arena, err);
}

enum err_code cells_load_provenance(struct batch *batch, uint32_t column, const struct selection *rows,
                                    struct cell_place (*place)(const struct batch *batch, uint32_t row),
                                    struct err *err)
{
    const struct source_batch *source_batch = batch->impl;
    enum provenance provenance = provenance_of(batch->schema, column);
    if (provenance == PROVENANCE_FILE)
        return load_file(batch, column, err);
    struct column *cells;
    TRY(cells_begin(batch, column, rows, &cells, err));
    uint64_t first_record = 0;
    if (provenance == PROVENANCE_RECORD)
        TRY(block_first_record(source_batch->block, &first_record, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct cell_place where = place(batch, row);
        cells->i64[row] = provenance == PROVENANCE_RECORD ? (int64_t)(first_record + where.record + 1)
                                                          : (int64_t)(source_batch->block->offset + where.offset);
    }
    return ERR_NONE;
}
