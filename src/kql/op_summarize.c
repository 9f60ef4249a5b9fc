/*
 * op_summarize.c - summarize: groups in the order of their first row, a state for each aggregate of each group.
 *
 * Nulls are one group. Without `by` there is one group, also of no rows; with it there may be none (semantics, section
 * 11). At the end the groups' keys and the aggregates' results are a table of their own, over which the plan's
 * expressions give the columns.
 */
#include "kql/op.h"
#include "kql/op_index.h"

#include <string.h>

enum { STATE_ALIGNMENT = 16 };

struct summarize {
    struct op op;
    struct budget_arena memory;
    struct row_index groups;
    const struct schema *results; /* [groups..., aggregate results...] */
    size_t *state_offsets;        /* [aggr_count], in the bytes of a group's states */
    size_t states_bytes;
    char **states; /* of each group */
    uint32_t states_count, states_capacity;
};

/* --- opening --- */

static enum err_code results_schema(struct summarize *summarize, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    uint32_t count = plan->group_count;
    for (uint32_t a = 0; a < plan->aggr_count; a++)
        count += plan->aggrs[a].result_count;
    struct arena *arena = &summarize->memory.arena;
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

static enum err_code states_layout(struct summarize *summarize, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    size_t *offsets = arena_array(&summarize->memory.arena, plan->aggr_count, sizeof *offsets);
    if (!offsets)
        return err_no_memory(err, plan->aggr_count * sizeof *offsets);
    size_t bytes = 0;
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        offsets[a] = bytes;
        bytes += (plan->aggrs[a].aggr->state_bytes + STATE_ALIGNMENT - 1) & ~(size_t)(STATE_ALIGNMENT - 1);
    }
    summarize->state_offsets = offsets;
    summarize->states_bytes = bytes;
    return ERR_NONE;
}

static enum err_code states_add(struct summarize *summarize, struct err *err)
{
    struct arena *arena = &summarize->memory.arena;
    if (summarize->states_count == summarize->states_capacity) {
        uint32_t capacity = summarize->states_capacity ? summarize->states_capacity * 2 : 32;
        char **states = arena_array(arena, capacity, sizeof *states);
        if (!states)
            return err_no_memory(err, (uint64_t)capacity * sizeof *states);
        if (summarize->states_count)
            memcpy(states, summarize->states, summarize->states_count * sizeof *states);
        summarize->states = states;
        summarize->states_capacity = capacity;
    }
    char *state = arena_zalloc(arena, 1, summarize->states_bytes);
    if (!state)
        return err_no_memory(err, summarize->states_bytes);
    summarize->states[summarize->states_count++] = state;
    return ERR_NONE;
}

static enum err_code summarize_open(struct op *op, struct err *err)
{
    struct summarize *summarize = (struct summarize *)op;
    const struct plan *plan = op->plan;
    budget_arena_init(&summarize->memory, op->env->budget);
    TRY(results_schema(summarize, err));
    TRY(states_layout(summarize, err));
    enum type *types = NULL;
    TRY(schema_types(summarize->results, &summarize->memory.arena, &types, err));
    row_index_init(&summarize->groups, types, plan->group_count, &summarize->memory.arena);
    return plan->group_count == 0 ? states_add(summarize, err) : ERR_NONE;
}

/* --- taking rows --- */

/* What a batch gives: the group keys, and the arguments of each aggregate. */
struct inputs {
    const struct column **keys;
    const struct column ***args; /* [aggr_count] */
};

static enum err_code inputs_eval(const struct plan *plan, struct op_env *env, struct batch *batch,
                                 struct inputs *inputs, struct err *err)
{
    inputs->args = arena_array(batch->arena, plan->aggr_count, sizeof(struct column **));
    if (!inputs->args)
        return err_no_memory(err, plan->aggr_count * sizeof(struct column **));
    TRY(op_eval_all(env, plan->groups, plan->group_count, batch, &inputs->keys, err));
    for (uint32_t a = 0; a < plan->aggr_count; a++)
        TRY(op_eval_all(env, plan->aggrs[a].args, plan->aggrs[a].arg_count, batch, &inputs->args[a], err));
    batch_drop_rejected(batch);
    return ERR_NONE;
}

static enum err_code group_find(struct summarize *summarize, const struct inputs *inputs, uint32_t row,
                                uint32_t *out_group, struct err *err)
{
    *out_group = 0;
    if (summarize->op.plan->group_count == 0)
        return ERR_NONE;
    bool added;
    TRY(row_index_add(&summarize->groups, inputs->keys, row, out_group, &added, err));
    return added ? states_add(summarize, err) : ERR_NONE;
}

static enum err_code rows_take(struct summarize *summarize, const struct inputs *inputs,
                               const struct selection *selection, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    for (uint32_t i = 0; i < selection->count; i++) {
        uint32_t row = selection->rows[i], group;
        TRY(group_find(summarize, inputs, row, &group, err));
        char *states = summarize->states[group];
        for (uint32_t a = 0; a < plan->aggr_count; a++)
            TRY(aggr_add(&plan->aggrs[a], states + summarize->state_offsets[a], inputs->args[a], row,
                         &summarize->memory.arena, err));
    }
    return ERR_NONE;
}

static enum err_code summarize_push(struct op *op, struct batch *batch, struct err *err)
{
    struct summarize *summarize = (struct summarize *)op;
    struct inputs inputs;
    TRY(inputs_eval(op->plan, op->env, batch, &inputs, err));
    budget_enter(&summarize->memory);
    return budget_leave(&summarize->memory, rows_take(summarize, &inputs, batch->selection, err), "summarize", err);
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
        void *state = summarize->states[first + i] + summarize->state_offsets[a];
        TRY(call->aggr->finish(call, state, result, batch->arena, &value, err));
        column_set(column, i, &value);
    }
    return ERR_NONE;
}

static enum err_code results_fill(struct summarize *summarize, uint32_t first, struct batch *batch, struct err *err)
{
    const struct plan *plan = summarize->op.plan;
    TRY(rows_gather(&summarize->groups.rows, NULL, first, batch->row_count, plan->group_count, batch, err));
    uint32_t at = plan->group_count;
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        for (uint32_t r = 0; r < plan->aggrs[a].result_count; r++, at++) {
            TRY(result_fill(summarize, a, r, first, batch, &batch->columns[at], err));
            batch->loaded[at] = true;
        }
    }
    return ERR_NONE;
}

static enum err_code groups_give(struct summarize *summarize, uint32_t first, struct batch *batch, struct err *err)
{
    struct op *op = &summarize->op;
    struct batch *derived;
    TRY(results_fill(summarize, first, batch, err));
    TRY(op_derive(op->plan->schema, op->plan->exprs, &op->env->eval, batch, &derived, err));
    return op_push(op->next, derived, err);
}

static enum err_code summarize_finish(struct op *op, struct err *err)
{
    struct summarize *summarize = (struct summarize *)op;
    for (uint32_t first = 0; first < summarize->states_count && !op_is_done(op->next); first += RESULT_BATCH_ROWS) {
        uint32_t left = summarize->states_count - first;
        uint32_t rows = left < RESULT_BATCH_ROWS ? left : RESULT_BATCH_ROWS;
        struct batch *batch;
        TRY(op_new_batch(op->env, summarize->results, rows, first, &batch, err));
        enum err_code code = groups_give(summarize, first, batch, err);
        batch_free(batch);
        TRY(code);
    }
    return ERR_NONE;
}

static void summarize_close(struct op *op)
{
    budget_arena_release(&((struct summarize *)op)->memory);
}

const struct op_type OP_SUMMARIZE = {.name = "summarize",
                                     .size_bytes = sizeof(struct summarize),
                                     .is_breaker = true,
                                     .open = summarize_open,
                                     .push = summarize_push,
                                     .finish = summarize_finish,
                                     .close = summarize_close};
