/*
 * exec_sets.c - the values of subqueries: see exec_sets.h.
 */
#include "kql/exec/exec_sets.h"

#include "kql/func/bag_index.h"
#include "kql/func/value_set.h"

enum err_code sets_init(struct query *query, struct budget_arena *memory, struct err *err)
{
    uint32_t count = query->subquery_count;
    struct arena *arena = &memory->arena;
    query->sets = arena_zalloc(arena, count, sizeof *query->sets);
    query->set_counts = arena_zalloc(arena, count, sizeof *query->set_counts);
    query->set_indexes = arena_zalloc(arena, count, sizeof *query->set_indexes);
    query->set_indexes_nocase = arena_zalloc(arena, count, sizeof *query->set_indexes_nocase);
    query->scalars = arena_zalloc(arena, count, sizeof *query->scalars);
    query->scalar_indexes = arena_zalloc(arena, count, sizeof *query->scalar_indexes);
    if (!query->sets || !query->set_counts || !query->set_indexes || !query->set_indexes_nocase || !query->scalars ||
        !query->scalar_indexes)
        return err_no_memory(err, count * sizeof *query->set_indexes);
    for (uint32_t i = 0; i < count; i++) {
        query->set_indexes_nocase[i].nocase = true;
        query->scalars[i] = value_null(query->subqueries[i]->schema->columns[0].type);
    }
    return ERR_NONE;
}

static enum err_code values_add(struct value_set *set, const struct column *column, const struct selection *rows,
                                struct arena *arena, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        struct value value = column_value(column, rows->rows[i]);
        if (!value_set_add(set, &value, true, arena))
            return err_no_memory(err, sizeof value);
        if (set->count <= SET_VALUES_MAX)
            continue;
        err_set(err, ERR_LIMIT, "a table at the right of in, has_any or has_all gives more than %d different values",
                (int)SET_VALUES_MAX);
        err_hint(err, "narrow it down with where, or take fewer rows");
        return ERR_LIMIT;
    }
    return ERR_NONE;
}

static enum err_code set_push(struct op *op, struct batch *batch, struct err *err)
{
    struct set_sink *sink = (struct set_sink *)op;
    const struct column *column;
    TRY(batch_load(batch, 0, batch->selection, &column, err));
    batch_drop_rejected(batch);
    struct value_set *set = &op->env->query->set_indexes[sink->subquery];
    budget_enter(sink->memory);
    enum err_code code = values_add(set, column, batch->selection, &sink->memory->arena, err);
    return budget_leave(sink->memory, code, "a subquery", err);
}

static const struct op_type SET_SINK = {.name = "set", .is_breaker = true, .push = set_push};

void set_sink_init(struct set_sink *sink, struct op_env *env, struct budget_arena *memory, uint32_t subquery)
{
    *sink = (struct set_sink){.op = {.type = &SET_SINK, .env = env}, .memory = memory, .subquery = subquery};
}

/* --- toscalar() --- */

static enum err_code scalar_push(struct op *op, struct batch *batch, struct err *err)
{
    struct set_sink *sink = (struct set_sink *)op;
    const struct column *column;
    TRY(batch_load(batch, 0, batch->selection, &column, err));
    batch_drop_rejected(batch);
    if (batch->selection->count == 0)
        return ERR_NONE;
    struct value value = column_value(column, batch->selection->rows[0]);
    op->done = true;
    budget_enter(sink->memory);
    bool copied = value_copy(&value, &sink->memory->arena, &op->env->query->scalars[sink->subquery]);
    return budget_leave(sink->memory, copied ? ERR_NONE : err_no_memory(err, sizeof value), "toscalar()", err);
}

static const struct op_type SCALAR_SINK = {.name = "toscalar", .push = scalar_push};

void scalar_sink_init(struct set_sink *sink, struct op_env *env, struct budget_arena *memory, uint32_t subquery)
{
    *sink = (struct set_sink){.op = {.type = &SCALAR_SINK, .env = env}, .memory = memory, .subquery = subquery};
}

static enum err_code scalar_finish(struct set_sink *sink, struct err *err)
{
    struct query *query = sink->op.env->query;
    const struct value *value = &query->scalars[sink->subquery];
    if (value->type != TYPE_DYNAMIC || value->is_null)
        return ERR_NONE;
    budget_enter(sink->memory);
    bool made = bag_index_new(value->dyn, &sink->memory->arena, &query->scalar_indexes[sink->subquery]);
    return budget_leave(sink->memory, made ? ERR_NONE : err_no_memory(err, value->dyn->count), "toscalar()", err);
}

/* The same values without regard to case; they are shared with the set proper. */
static enum err_code nocase_fill(const struct value_set *set, struct value_set *nocase, struct arena *arena,
                                 struct err *err)
{
    nocase->has_null = set->has_null;
    for (uint32_t i = 0; i < set->count && set->values[i].type == TYPE_STRING; i++) {
        if (!value_set_add(nocase, &set->values[i], false, arena))
            return err_no_memory(err, sizeof *set->values);
    }
    return ERR_NONE;
}

enum err_code set_sink_finish(struct set_sink *sink, struct err *err)
{
    struct query *query = sink->op.env->query;
    if (query->subquery_is_scalar && query->subquery_is_scalar[sink->subquery])
        return scalar_finish(sink, err);
    struct value_set *set = &query->set_indexes[sink->subquery];
    query->sets[sink->subquery] = set->values;
    query->set_counts[sink->subquery] = set->count;
    budget_enter(sink->memory);
    enum err_code code = nocase_fill(set, &query->set_indexes_nocase[sink->subquery], &sink->memory->arena, err);
    return budget_leave(sink->memory, code, "a subquery", err);
}
