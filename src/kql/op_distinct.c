/*
 * op_distinct.c - distinct: each combination of values once, passed on when it is first seen. Of rows of the inputs
 * (of_rows), where they came from is not compared.
 */
#include "kql/op.h"
#include "kql/op_index.h"

struct distinct {
    struct op op;
    struct budget_arena memory;
    struct row_index index;
    uint32_t *compared; /* columns */
    uint32_t compared_count;
};

/* The columns that are compared, and their types. */
static enum err_code choose_columns(struct distinct *distinct, const struct plan *plan, enum type **out_types,
                                    struct err *err)
{
    const struct schema *schema = plan->schema;
    enum type *types = arena_array(&distinct->memory.arena, schema->count, sizeof *types);
    distinct->compared = arena_array(&distinct->memory.arena, schema->count, sizeof *distinct->compared);
    if (!types || !distinct->compared)
        return err_no_memory(err, schema->count * sizeof *types);
    for (uint32_t i = 0; i < schema->count; i++) {
        if (plan->of_rows && schema->columns[i].origin == COLUMN_PROVENANCE)
            continue;
        types[distinct->compared_count] = schema->columns[i].type;
        distinct->compared[distinct->compared_count++] = i;
    }
    *out_types = types;
    return ERR_NONE;
}

static enum err_code distinct_open(struct op *op, struct err *err)
{
    struct distinct *distinct = (struct distinct *)op;
    enum type *types = NULL;
    budget_arena_init(&distinct->memory, op->env->budget);
    TRY(choose_columns(distinct, op->plan, &types, err));
    row_index_init(&distinct->index, types, distinct->compared_count, &distinct->memory.arena);
    return ERR_NONE;
}

/* Narrows the selection to rows that are new. */
static enum err_code rows_keep_new(struct distinct *distinct, struct batch *batch, struct err *err)
{
    uint32_t count = distinct->compared_count;
    const struct column **columns = arena_array(batch->arena, count, sizeof(struct column *));
    if (!columns)
        return err_no_memory(err, count * sizeof(struct column *));
    for (uint32_t i = 0; i < count; i++)
        columns[i] = &batch->columns[distinct->compared[i]];
    struct selection *selection = batch->selection;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        uint32_t number, row = selection->rows[i];
        bool added;
        TRY(row_index_add(&distinct->index, columns, row, &number, &added, err));
        if (added)
            selection->rows[kept++] = row;
    }
    selection->count = kept;
    return ERR_NONE;
}

static enum err_code distinct_push(struct op *op, struct batch *batch, struct err *err)
{
    struct distinct *distinct = (struct distinct *)op;
    TRY(batch_load_all(batch, err));
    budget_enter(&distinct->memory);
    enum err_code code = rows_keep_new(distinct, batch, err);
    TRY(budget_leave(&distinct->memory, code, "distinct", err));
    return op_push(op->next, batch, err);
}

static void distinct_close(struct op *op)
{
    budget_arena_release(&((struct distinct *)op)->memory);
}

const struct op_type OP_DISTINCT = {.name = "distinct",
                                    .size_bytes = sizeof(struct distinct),
                                    .open = distinct_open,
                                    .push = distinct_push,
                                    .close = distinct_close};
