/*
 * op_summarize.c - summarize: groups in the order of their first row, a state for each aggregate of each group.
 *
 * Nulls are one group. Without `by` there is one group, also of no rows; with it there may be none (semantics, section
 * 11). At the end the groups' keys and the aggregates' results are a table of their own, over which the plan's
 * expressions give the columns.
 *
 * When the query's memory runs out:
 *   1. Near the end of it no new groups are made: rows of groups that aren't there are written to the temporary file,
 *      divided by their keys (op_parts.h). Those that are there go on.
 *   2. If these alone become too large (lists, sets), they are written too, as they stand, and so are all rows to come.
 * At the end each part is taken into memory in the same way. Its groups' results are written in the order of their first
 * rows, and a merge of all parts by the number of the first row (op_runs.h) is the order that memory would have given.
 */
#include "event/row_bytes.h"
#include "kql/exec/op_groups.h"
#include "kql/exec/op_parts.h"
#include "kql/exec/op_runs.h"
#include "kql/func/aggr.h"

/* Groups are divided only if there are several. */
enum { DIVIDED_MIN = 2 };

/* What of each row is needed: the keys, then the arguments of all aggregates, each expression once. */
struct inputs {
    struct expr **exprs; /* [count] */
    enum type *types;    /* [count] */
    uint32_t count;
    uint32_t **args; /* [aggr_count][arg_count]: which of them */
};

struct summarize {
    struct op op;
    struct arena arena;           /* what is made once */
    const struct schema *results; /* [groups..., aggregate results...] */
    struct inputs inputs;
    struct groups_layout layout;
    struct groups groups;
    uint64_t row_count;
    bool is_full, is_written; /* step 1, step 2; of the groups that are now in memory */
    struct parts parts;
    struct row_runs runs; /* results of parts: results' columns, number of the first row */
};

/* --- opening --- */

static enum err_code results_schema(struct summarize *summarize, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    uint32_t count = plan->group_count;
    for (uint32_t a = 0; a < plan->aggr_count; a++)
        count += plan->aggrs[a].result_count;
    struct arena *arena = &summarize->arena;
    struct column_def *columns = arena_zalloc(arena, count, sizeof *columns);
    struct schema *schema = arena_zalloc(arena, 1, sizeof *schema);
    if (!columns || !schema)
        return err_no_memory(err, count * sizeof *columns);
    uint32_t at = 0;
    for (uint32_t g = 0; g < plan->group_count; g++)
        columns[at++].type = plan->groups[g]->type;
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        for (uint32_t r = 0; r < plan->aggrs[a].result_count; r++)
            columns[at++].type = plan->aggrs[a].result_types[r];
    }
    for (uint32_t i = 0; i < count; i++) {
        columns[i].origin = COLUMN_COMPUTED;
        columns[i].stand_in = COLUMN_NONE;
    }
    *schema = (struct schema){.count = count, .columns = columns};
    summarize->results = schema;
    return ERR_NONE;
}

/* The place of an expression among the inputs. A column is there once, whoever wants it. */
static uint32_t input_place(struct inputs *inputs, struct expr *expr)
{
    for (uint32_t i = 0; expr->kind == EXPR_COLUMN && i < inputs->count; i++) {
        if (inputs->exprs[i]->kind == EXPR_COLUMN && inputs->exprs[i]->column == expr->column)
            return i;
    }
    inputs->exprs[inputs->count] = expr;
    inputs->types[inputs->count] = expr->type;
    return inputs->count++;
}

static enum err_code inputs_list(struct inputs *inputs, const struct plan *plan, struct arena *arena, struct err *err)
{
    size_t most = plan->group_count;
    for (uint32_t a = 0; a < plan->aggr_count; a++)
        most += plan->aggrs[a].arg_count;
    inputs->exprs = arena_array(arena, most, sizeof(struct expr *));
    inputs->types = arena_array(arena, most, sizeof *inputs->types);
    inputs->args = arena_zalloc(arena, plan->aggr_count, sizeof(uint32_t *));
    if (!inputs->exprs || !inputs->types || !inputs->args)
        return err_no_memory(err, most * sizeof(struct expr *));
    for (; inputs->count < plan->group_count; inputs->count++) {
        inputs->exprs[inputs->count] = plan->groups[inputs->count];
        inputs->types[inputs->count] = plan->groups[inputs->count]->type;
    }
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        const struct aggr_call *call = &plan->aggrs[a];
        inputs->args[a] = arena_array(arena, call->arg_count, sizeof *inputs->args[a]);
        if (!inputs->args[a])
            return err_no_memory(err, call->arg_count * sizeof *inputs->args[a]);
        for (uint32_t i = 0; i < call->arg_count; i++)
            inputs->args[a][i] = input_place(inputs, call->args[i]);
    }
    return ERR_NONE;
}

/* Their order is that of the number in the last column. */
static enum err_code runs_open(struct summarize *summarize, struct err *err)
{
    static const struct sort_key BY_NUMBER[] = {{.nulls_first = true}};
    const struct schema *results = summarize->results;
    enum type *types = arena_array(&summarize->arena, (size_t)results->count + 1, sizeof *types);
    if (!types)
        return err_no_memory(err, results->count * sizeof *types);
    for (uint32_t c = 0; c < results->count; c++)
        types[c] = results->columns[c].type;
    types[results->count] = TYPE_LONG;
    const uint32_t number = results->count;
    const struct row_order order = {
        .types = types, .column_count = number + 1, .keys = BY_NUMBER, .key_columns = &number, .key_count = 1};
    return row_runs_init(&summarize->runs, summarize->op.env->budget, &order, err);
}

static enum err_code summarize_open(struct op *op, struct err *err)
{
    struct summarize *summarize = (struct summarize *)op;
    arena_init(&summarize->arena, 0);
    TRY(results_schema(summarize, err));
    TRY(inputs_list(&summarize->inputs, op->plan, &summarize->arena, err));
    TRY(groups_layout_init(&summarize->layout, op->plan, &summarize->arena, err));
    groups_init(&summarize->groups, &summarize->layout, op->env->budget);
    parts_init(&summarize->parts, op->env->budget);
    TRY(runs_open(summarize, err));
    uint32_t group;
    bool found;
    return op->plan->group_count == 0 ? groups_find(&summarize->groups, NULL, 0, 0, 0, true, &group, &found, err)
                                      : ERR_NONE;
}

/* --- taking rows --- */

/* Columns of rows to be taken: all inputs, and which of them are each aggregate's arguments. */
struct taken {
    const struct column *const *columns; /* [inputs.count]; the keys come first */
    const struct column *const **args;   /* [aggr_count][arg_count] */
};

static enum err_code taken_init(const struct summarize *summarize, const struct column *const *columns,
                                struct arena *arena, struct taken *taken, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    taken->columns = columns;
    taken->args = arena_array(arena, plan->aggr_count, sizeof(struct column **));
    if (!taken->args)
        return err_no_memory(err, plan->aggr_count * sizeof(struct column **));
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        uint32_t count = plan->aggrs[a].arg_count;
        const struct column **args = arena_array(arena, count, sizeof(struct column *));
        if (!args)
            return err_no_memory(err, count * sizeof(struct column *));
        for (uint32_t i = 0; i < count; i++)
            args[i] = columns[summarize->inputs.args[a][i]];
        taken->args[a] = args;
    }
    return ERR_NONE;
}

/* Step 2: the groups go to the parts, and their memory is free. */
static enum err_code groups_write(struct summarize *summarize, struct err *err)
{
    struct groups *groups = &summarize->groups;
    uint32_t key_count = summarize->op.plan->group_count, row;
    const struct column **keys = arena_array(&groups->memory.arena, key_count, sizeof(struct column *));
    if (!keys)
        return err_no_memory(err, key_count * sizeof(struct column *));
    struct buf *record = &summarize->parts.record;
    for (uint32_t group = 0; group < groups->count; group++) {
        groups_keys(groups, group, keys, &row);
        buf_clear(record);
        groups_save(groups, group, keys, row, record);
        if (record->failed)
            return err_no_memory(err, record->len);
        TRY(parts_add(&summarize->parts, PART_STATES, keys, key_count, row, buf_slice(record), err));
    }
    buf_release(record); /* it may have become large */
    groups_release(groups);
    summarize->is_written = true;
    return ERR_NONE;
}

/* After each row or group that came into memory. at_once: without step 1. */
static enum err_code memory_check(struct summarize *summarize, bool at_once, struct err *err)
{
    struct groups *groups = &summarize->groups;
    enum budget_state state = budget_state(&groups->memory);
    if (state == BUDGET_FREE)
        return ERR_NONE;
    bool several = groups->count >= DIVIDED_MIN && parts_can_divide(&summarize->parts);
    if (several && (state == BUDGET_MET || at_once)) {
        summarize->is_full = true;
        return groups_write(summarize, err);
    }
    summarize->is_full |= several;
    if (state == BUDGET_MET && groups->memory.counted_bytes > budget_piece_max(groups->memory.budget))
        return budget_too_small(groups->memory.budget, "one group of summarize", err);
    return ERR_NONE;
}

static enum err_code row_take(struct summarize *summarize, const struct taken *taken, uint32_t row, uint32_t hash,
                              uint64_t number, struct err *err)
{
    uint32_t group, key_count = summarize->op.plan->group_count;
    bool found = false;
    if (!summarize->is_written)
        TRY(groups_find(&summarize->groups, taken->columns, row, hash, number, !summarize->is_full, &group, &found,
                        err));
    if (!found)
        return parts_add_row(&summarize->parts, taken->columns, key_count, taken->columns, summarize->inputs.count, row,
                             number, err);
    TRY(groups_add_row(&summarize->groups, group, taken->args, row, err));
    return memory_check(summarize, false, err);
}

/* What of a batch's rows any thread can find out. */
struct prepared {
    const struct column **columns; /* [inputs.count] */
    uint32_t *hashes;              /* [row_count]: of the keys of selected rows */
};

static enum err_code inputs_prepare(const struct summarize *summarize, struct eval *eval, struct batch *batch,
                                    const struct prepared **out_prepared, struct err *err)
{
    const struct selection *selection = batch->selection;
    struct prepared *prepared = arena_zalloc(batch->arena, 1, sizeof *prepared);
    uint32_t *hashes = arena_array(batch->arena, batch->row_count, sizeof *hashes);
    if (!prepared || !hashes)
        return err_no_memory(err, batch->row_count * sizeof *hashes);
    TRY(op_eval_all(eval, summarize->inputs.exprs, summarize->inputs.count, batch, &prepared->columns, err));
    batch_drop_rejected(batch);
    for (uint32_t i = 0; i < selection->count; i++) {
        uint32_t row = selection->rows[i];
        hashes[row] = row_hash(prepared->columns, summarize->op.plan->group_count, row);
    }
    prepared->hashes = hashes;
    *out_prepared = prepared;
    return ERR_NONE;
}

/* Without an eval expressions have to wait. */
static enum err_code summarize_prepare(const struct op *op, struct eval *eval, struct batch *batch, struct err *err)
{
    const struct prepared *prepared = NULL;
    if (eval)
        TRY(inputs_prepare((const struct summarize *)op, eval, batch, &prepared, err));
    batch->prepared = prepared;
    return ERR_NONE;
}

/* Asks for the memory of groups that are looked for some rows later. Few groups are in a near cache anyway. */
static void groups_expect(const struct groups *groups, const struct selection *selection, const uint32_t *hashes,
                          uint32_t at)
{
    enum { SLOT_AHEAD = 24, ROW_AHEAD = 16, TEXT_AHEAD = 8, IN_CACHE = 1024 };
    uint32_t group;
    if (groups->count < IN_CACHE)
        return;
    if (at + SLOT_AHEAD < selection->count)
        row_index_expect(&groups->keys, hashes[selection->rows[at + SLOT_AHEAD]]);
    if (at + ROW_AHEAD < selection->count &&
        row_index_expect_row(&groups->keys, hashes[selection->rows[at + ROW_AHEAD]], &group))
        groups_expect_state(groups, group);
    if (at + TEXT_AHEAD < selection->count)
        row_index_expect_texts(&groups->keys, hashes[selection->rows[at + TEXT_AHEAD]]);
}

static enum err_code summarize_push(struct op *op, struct batch *batch, struct err *err)
{
    struct summarize *summarize = (struct summarize *)op;
    const struct selection *selection = batch->selection;
    struct taken taken;
    const struct prepared *prepared = batch->prepared;
    if (!prepared)
        TRY(inputs_prepare(summarize, op->env->eval, batch, &prepared, err));
    TRY(taken_init(summarize, prepared->columns, batch->arena, &taken, err));
    for (uint32_t i = 0; i < selection->count; i++) {
        uint32_t row = selection->rows[i];
        groups_expect(&summarize->groups, selection, prepared->hashes, i);
        TRY(row_take(summarize, &taken, row, prepared->hashes[row], summarize->row_count++, err));
    }
    return ERR_NONE;
}

/* --- giving groups --- */

static enum err_code result_fill(struct summarize *summarize, uint32_t a, uint32_t result, uint32_t first,
                                 struct batch *batch, struct column *column, struct err *err)
{
    const struct aggr_call *call = &summarize->op.plan->aggrs[a];
    enum type type = call->result_types[result];
    TRY(column_init(column, type, batch->row_count, type != TYPE_STRING, batch->arena, err));
    for (uint32_t i = 0; i < batch->row_count; i++) {
        struct value value;
        void *state = groups_state(&summarize->groups, first + i, a);
        TRY(call->aggr->finish(call, state, result, batch->arena, &value, err));
        column_set(column, i, &value);
    }
    return ERR_NONE;
}

/* Keys and results of the groups from `first` on that are in memory. */
static enum err_code results_fill(struct summarize *summarize, uint32_t first, struct batch *batch, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    TRY(rows_gather(&summarize->groups.keys.rows, NULL, first, batch->row_count, plan->group_count, batch, err));
    uint32_t at = plan->group_count;
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        for (uint32_t r = 0; r < plan->aggrs[a].result_count; r++, at++) {
            TRY(result_fill(summarize, a, r, first, batch, &batch->columns[at], err));
            batch->loaded[at] = true;
        }
    }
    return ERR_NONE;
}

static enum err_code results_give(struct op *op, struct batch *batch, struct err *err)
{
    struct batch *derived;
    TRY(op_derive(op->plan, &op->env->eval, batch, &derived, err));
    return op_push(op->next, derived, err);
}

/* Where the results of the groups in memory go, batch by batch; first: number of the batch's first group. */
typedef enum err_code results_to(struct summarize *summarize, struct batch *batch, uint32_t first, struct err *err);

static enum err_code groups_finish(struct summarize *summarize, results_to *to, struct err *err)
{
    struct op *op = &summarize->op;
    uint32_t count = summarize->groups.count;
    for (uint32_t first = 0; first < count && !op_is_done(op->next); first += RESULT_BATCH_ROWS) {
        uint32_t rows = count - first < RESULT_BATCH_ROWS ? count - first : RESULT_BATCH_ROWS;
        struct batch *batch;
        TRY(op_new_batch(op->env, summarize->results, rows, first, &batch, err));
        enum err_code code = results_fill(summarize, first, batch, err);
        if (code == ERR_NONE)
            code = to(summarize, batch, first, err);
        batch_free(batch);
        TRY(code);
    }
    return ERR_NONE;
}

static enum err_code to_next(struct summarize *summarize, struct batch *batch, uint32_t first, struct err *err)
{
    (void)first;
    return results_give(&summarize->op, batch, err);
}

static enum err_code to_run(struct summarize *summarize, struct batch *batch, uint32_t first, struct err *err)
{
    uint32_t count = batch->schema->count;
    struct column numbers;
    TRY(column_init(&numbers, TYPE_LONG, batch->row_count, false, batch->arena, err));
    const struct column **columns = arena_array(batch->arena, (size_t)count + 1, sizeof(struct column *));
    if (!columns)
        return err_no_memory(err, count * sizeof(struct column *));
    for (uint32_t c = 0; c < count; c++)
        columns[c] = &batch->columns[c];
    columns[count] = &numbers;
    for (uint32_t i = 0; i < batch->row_count; i++) {
        numbers.i64[i] = (int64_t)groups_first(&summarize->groups, first + i);
        TRY(row_runs_add(&summarize->runs, columns, i, err));
    }
    return ERR_NONE;
}

/* --- parts --- */

/* A part that is being read, a row at a time. */
struct reading {
    struct scratch_reader reader;
    struct row_cells cells;
    struct taken taken;
    struct slice rest; /* of the record, behind its cells */
    uint64_t number;
};

/* The next record's number and its first `end` cells. */
static enum err_code reading_turn(struct reading *reading, uint32_t end, struct slice *out_record, bool *out_any,
                                  struct err *err)
{
    TRY(scratch_next(&reading->reader, out_record, out_any, err));
    if (!*out_any)
        return ERR_NONE;
    reading->rest = *out_record;
    TRY(bytes_get_number(&reading->rest, &reading->number, err));
    return row_cells_read(&reading->cells, &reading->rest, NULL, end, err);
}

static enum err_code reading_open(struct summarize *summarize, struct reading *reading,
                                  const struct scratch_stream *stream, struct err *err)
{
    struct scratch *scratch;
    TRY(budget_scratch(summarize->op.env->budget, &scratch, err));
    return scratch_reader_open(&reading->reader, scratch, stream, err);
}

static enum err_code states_read(struct summarize *summarize, struct reading *reading, struct err *err)
{
    uint32_t key_count = summarize->op.plan->group_count;
    for (;;) {
        struct slice record;
        bool any = false;
        TRY(reading_turn(reading, key_count, &record, &any, err));
        if (!any)
            return ERR_NONE;
        const struct column *const *keys = reading->taken.columns;
        if (summarize->is_written) {
            TRY(parts_add(&summarize->parts, PART_STATES, keys, key_count, 0, record, err));
            continue;
        }
        TRY(groups_load(&summarize->groups, keys, 0, reading->number, reading->rest, err));
        TRY(memory_check(summarize, true, err));
    }
}

static enum err_code rows_read(struct summarize *summarize, struct reading *reading, struct err *err)
{
    uint32_t key_count = summarize->op.plan->group_count;
    for (;;) {
        struct slice record;
        bool any = false;
        TRY(reading_turn(reading, summarize->inputs.count, &record, &any, err));
        if (!any)
            return ERR_NONE;
        TRY(row_take(summarize, &reading->taken, 0, row_hash(reading->taken.columns, key_count, 0), reading->number,
                     err));
    }
}

static enum err_code part_read(struct summarize *summarize, struct reading *reading, const struct part *part,
                               struct err *err)
{
    TRY(reading_open(summarize, reading, &part->streams[PART_STATES], err));
    TRY(states_read(summarize, reading, err));
    scratch_reader_release(&reading->reader);
    TRY(reading_open(summarize, reading, &part->streams[PART_ROWS], err));
    return rows_read(summarize, reading, err);
}

/* Takes a part into memory; what finds room becomes a run of results, the rest parts of the next level. */
static enum err_code part_finish(struct summarize *summarize, const struct part *part, struct err *err)
{
    const struct inputs *inputs = &summarize->inputs;
    struct reading reading = {0};
    struct arena arena;
    arena_init(&arena, 0);
    groups_init(&summarize->groups, &summarize->layout, summarize->op.env->budget);
    summarize->is_full = summarize->is_written = false;
    enum err_code code = row_cells_init(&reading.cells, inputs->types, inputs->count, NULL, inputs->count, &arena, err);
    if (code == ERR_NONE)
        code = taken_init(summarize, reading.cells.refs, &arena, &reading.taken, err);
    if (code == ERR_NONE)
        code = part_read(summarize, &reading, part, err);
    scratch_reader_release(&reading.reader);
    row_cells_release(&reading.cells);
    arena_release(&arena);
    if (code == ERR_NONE && !summarize->is_written)
        code = groups_finish(summarize, to_run, err);
    groups_release(&summarize->groups);
    TRY(code);
    TRY(row_runs_end(&summarize->runs, err));
    return parts_close_level(&summarize->parts, err);
}

static enum err_code summarize_finish(struct op *op, struct err *err)
{
    struct summarize *summarize = (struct summarize *)op;
    /* Those in memory began before all that are in parts. */
    uint64_t given = summarize->is_written ? 0 : summarize->groups.count;
    if (!summarize->is_written)
        TRY(groups_finish(summarize, to_next, err));
    groups_release(&summarize->groups);
    struct part part;
    TRY(parts_close_level(&summarize->parts, err));
    while (!op_is_done(op->next) && parts_take(&summarize->parts, &part))
        TRY(part_finish(summarize, &part, err));
    return row_runs_give(&summarize->runs, op, summarize->results, given, UINT64_MAX, results_give, err);
}

static void summarize_close(struct op *op)
{
    struct summarize *summarize = (struct summarize *)op;
    row_runs_release(&summarize->runs);
    parts_release(&summarize->parts);
    groups_release(&summarize->groups);
    arena_release(&summarize->arena);
}

const struct op_type OP_SUMMARIZE = {.name = "summarize",
                                     .size_bytes = sizeof(struct summarize),
                                     .is_breaker = true,
                                     .open = summarize_open,
                                     .push = summarize_push,
                                     .prepare = summarize_prepare,
                                     .finish = summarize_finish,
                                     .close = summarize_close};
