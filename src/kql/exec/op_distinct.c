/*
 * op_distinct.c - distinct: each combination of values once, passed on when it is first seen. Of rows of the inputs
 * (of_rows), where they came from is not compared.
 *
 * When the query's memory runs out, nothing new is remembered: rows whose values aren't known are written to the
 * temporary file, divided by their values (op_parts.h). At the end each part is taken into memory in the same way, what is
 * new in it is written with its number among the rows, and a merge of all parts by that number (op_runs.h) passes them on
 * in the order in which memory would have given them.
 */
#include "event/row_bytes.h"
#include "kql/exec/op_index.h"
#include "kql/exec/op_parts.h"
#include "kql/exec/op_runs.h"

struct distinct {
    struct op op;
    struct arena arena; /* what is made once */
    enum type *types;   /* of all columns, and of the number of a row */
    uint32_t *compared; /* columns */
    enum type *compared_types;
    uint32_t compared_count;
    struct budget_arena memory;
    struct row_index index;
    uint64_t row_count, given_count;
    bool is_full; /* the index takes in nothing new */
    struct parts parts;
    struct row_runs runs; /* rows that are new in a part: the schema's columns, number */
};

/* --- opening --- */

/* The columns that are compared, and all types. */
static enum err_code choose_columns(struct distinct *distinct, const struct plan *plan, struct err *err)
{
    const struct schema *schema = plan->schema;
    struct arena *arena = &distinct->arena;
    distinct->types = arena_array(arena, (size_t)schema->count + 1, sizeof *distinct->types);
    distinct->compared = arena_array(arena, schema->count, sizeof *distinct->compared);
    distinct->compared_types = arena_array(arena, schema->count, sizeof *distinct->compared_types);
    if (!distinct->types || !distinct->compared || !distinct->compared_types)
        return err_no_memory(err, schema->count * sizeof *distinct->types);
    for (uint32_t i = 0; i < schema->count; i++) {
        distinct->types[i] = schema->columns[i].type;
        if (plan->of_rows && schema->columns[i].origin == COLUMN_PROVENANCE)
            continue;
        distinct->compared_types[distinct->compared_count] = schema->columns[i].type;
        distinct->compared[distinct->compared_count++] = i;
    }
    distinct->types[schema->count] = TYPE_LONG;
    return ERR_NONE;
}

static void index_open(struct distinct *distinct)
{
    budget_arena_init(&distinct->memory, distinct->op.env->budget);
    row_index_init(&distinct->index, distinct->compared_types, distinct->compared_count, &distinct->memory.arena);
    distinct->is_full = false;
}

static enum err_code distinct_open(struct op *op, struct err *err)
{
    static const struct sort_key BY_NUMBER[] = {{.nulls_first = true}};
    struct distinct *distinct = (struct distinct *)op;
    const uint32_t number = op->plan->schema->count;
    arena_init(&distinct->arena, 0);
    TRY(choose_columns(distinct, op->plan, err));
    index_open(distinct);
    parts_init(&distinct->parts, op->env->budget);
    const struct row_order order = {.types = distinct->types,
                                    .column_count = number + 1,
                                    .keys = BY_NUMBER,
                                    .key_columns = &number,
                                    .key_count = 1};
    return row_runs_init(&distinct->runs, op->env->budget, &order, err);
}

/* --- taking rows --- */

/* Is the row new? What can't be told yet is written, and isn't now. columns: all; compared: those that are compared. */
static enum err_code row_take(struct distinct *distinct, const struct column *const *compared,
                              const struct column *const *columns, uint32_t row, uint64_t number, bool *out_new,
                              struct err *err)
{
    uint32_t known, hash = row_hash(compared, distinct->compared_count, row);
    *out_new = false;
    if (distinct->is_full) {
        if (row_index_find(&distinct->index, compared, row, hash, &known))
            return ERR_NONE;
        return parts_add_row(&distinct->parts, compared, distinct->compared_count, columns,
                             distinct->op.plan->schema->count, row, number, err);
    }
    TRY(row_index_add(&distinct->index, compared, row, hash, &known, out_new, err));
    enum budget_state state = budget_state(&distinct->memory);
    distinct->is_full = state != BUDGET_FREE && parts_can_divide(&distinct->parts);
    if (state == BUDGET_MET && !distinct->is_full &&
        distinct->memory.counted_bytes > budget_piece_max(distinct->memory.budget))
        return budget_too_small(distinct->memory.budget, "distinct", err);
    return ERR_NONE;
}

static enum err_code columns_list(const struct distinct *distinct, const struct column *columns, struct arena *arena,
                                  const struct column ***out_columns, const struct column ***out_compared,
                                  struct err *err)
{
    uint32_t count = distinct->op.plan->schema->count;
    const struct column **all = arena_array(arena, count, sizeof(struct column *));
    const struct column **compared = arena_array(arena, distinct->compared_count, sizeof(struct column *));
    if (!all || !compared)
        return err_no_memory(err, count * sizeof(struct column *));
    for (uint32_t c = 0; c < count; c++)
        all[c] = &columns[c];
    for (uint32_t i = 0; i < distinct->compared_count; i++)
        compared[i] = &columns[distinct->compared[i]];
    *out_columns = all;
    *out_compared = compared;
    return ERR_NONE;
}

/* Narrows the selection to rows that are new. */
static enum err_code distinct_push(struct op *op, struct batch *batch, struct err *err)
{
    struct distinct *distinct = (struct distinct *)op;
    const struct column **columns, **compared;
    TRY(batch_load_all(batch, err));
    TRY(columns_list(distinct, batch->columns, batch->arena, &columns, &compared, err));
    struct selection *selection = batch->selection;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        uint32_t row = selection->rows[i];
        bool is_new;
        TRY(row_take(distinct, compared, columns, row, distinct->row_count++, &is_new, err));
        if (is_new)
            selection->rows[kept++] = row;
    }
    selection->count = kept;
    distinct->given_count += kept;
    return op_push(op->next, batch, err);
}

/* --- parts --- */

/* A part that is being read, a row at a time. */
struct reading {
    struct scratch_reader reader;
    struct row_cells cells; /* all columns, number */
    const struct column **all, **compared;
};

static enum err_code reading_open(struct distinct *distinct, struct reading *reading, const struct part *part,
                                  struct arena *arena, struct err *err)
{
    struct scratch *scratch;
    uint32_t count = distinct->op.plan->schema->count + 1;
    TRY(row_cells_init(&reading->cells, distinct->types, count, NULL, count, arena, err));
    TRY(columns_list(distinct, reading->cells.columns, arena, &reading->all, &reading->compared, err));
    TRY(budget_scratch(distinct->op.env->budget, &scratch, err));
    return scratch_reader_open(&reading->reader, scratch, &part->streams[PART_ROWS], err);
}

static enum err_code rows_read(struct distinct *distinct, struct reading *reading, struct err *err)
{
    uint32_t count = distinct->op.plan->schema->count;
    for (;;) {
        struct slice record;
        uint64_t number = 0;
        bool any = false, is_new = false;
        TRY(scratch_next(&reading->reader, &record, &any, err));
        if (!any)
            return ERR_NONE;
        TRY(bytes_get_number(&record, &number, err));
        TRY(row_cells_read(&reading->cells, &record, NULL, count, err));
        TRY(row_take(distinct, reading->compared, reading->all, 0, number, &is_new, err));
        if (!is_new)
            continue;
        const struct value value = value_i64(TYPE_LONG, (int64_t)number);
        column_set(&reading->cells.columns[count], 0, &value);
        TRY(row_runs_add(&distinct->runs, reading->cells.refs, 0, err));
    }
}

/* Takes a part into memory: what is new in it becomes a run, what finds no room parts of the next level. */
static enum err_code part_finish(struct distinct *distinct, const struct part *part, struct err *err)
{
    struct reading reading = {0};
    struct arena arena;
    arena_init(&arena, 0);
    index_open(distinct);
    enum err_code code = reading_open(distinct, &reading, part, &arena, err);
    if (code == ERR_NONE)
        code = rows_read(distinct, &reading, err);
    scratch_reader_release(&reading.reader);
    row_cells_release(&reading.cells);
    arena_release(&arena);
    budget_arena_release(&distinct->memory);
    TRY(code);
    TRY(row_runs_end(&distinct->runs, err));
    return parts_close_level(&distinct->parts, err);
}

static enum err_code batch_give(struct op *op, struct batch *batch, struct err *err)
{
    return op_push(op->next, batch, err);
}

static enum err_code distinct_finish(struct op *op, struct err *err)
{
    struct distinct *distinct = (struct distinct *)op;
    budget_arena_release(&distinct->memory);
    struct part part;
    TRY(parts_close_level(&distinct->parts, err));
    while (!op_is_done(op->next) && parts_take(&distinct->parts, &part))
        TRY(part_finish(distinct, &part, err));
    return row_runs_give(&distinct->runs, op, op->plan->schema, distinct->given_count, UINT64_MAX, batch_give, err);
}

static void distinct_close(struct op *op)
{
    struct distinct *distinct = (struct distinct *)op;
    row_runs_release(&distinct->runs);
    parts_release(&distinct->parts);
    budget_arena_release(&distinct->memory);
    arena_release(&distinct->arena);
}

const struct op_type OP_DISTINCT = {.name = "distinct",
                                    .size_bytes = sizeof(struct distinct),
                                    .open = distinct_open,
                                    .push = distinct_push,
                                    .finish = distinct_finish,
                                    .close = distinct_close};
