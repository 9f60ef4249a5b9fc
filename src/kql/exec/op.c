/*
 * op.c - chains of operators, and what all operators need: see op.h.
 */
#include "kql/exec/op.h"

#include "base/mem.h"

static const struct op_type *type_of(enum plan_kind kind)
{
    static const struct op_type *const TYPES[] = {
        [PLAN_WHERE] = &OP_STEP,  [PLAN_DERIVE] = &OP_STEP,       [PLAN_VERIFY] = &OP_STEP,
        [PLAN_SORT] = &OP_SORT,   [PLAN_TOP] = &OP_TOP,           [PLAN_TAKE] = &OP_TAKE,
        [PLAN_COUNT] = &OP_COUNT, [PLAN_DISTINCT] = &OP_DISTINCT, [PLAN_SUMMARIZE] = &OP_SUMMARIZE,
    };
    return (size_t)kind < sizeof TYPES / sizeof TYPES[0] ? TYPES[kind] : NULL;
}

enum err_code op_open(const struct plan *plan, uint32_t number, struct op_env *env, struct op *next, struct op **out_op,
                      struct err *err)
{
    const struct op_type *type = type_of(plan->kind);
    if (!type)
        return err_query(err, ERR_QUERY, plan->span, "a source of rows can't stand behind another");
    struct op *op = mem_zalloc(1, type->size_bytes);
    if (!op)
        return err_no_memory(err, type->size_bytes);
    *op = (struct op){.type = type, .plan = plan, .env = env, .next = next, .stage = STAGE_OPERATORS + number};
    enum err_code code = type->open ? type->open(op, err) : ERR_NONE;
    if (code != ERR_NONE) {
        op->next = NULL;
        op_close(op);
        return code;
    }
    *out_op = op;
    return ERR_NONE;
}

void op_close(struct op *op)
{
    while (op && op->plan) {
        struct op *next = op->next;
        if (op->type->close)
            op->type->close(op);
        mem_free(op);
        op = next;
    }
}

enum err_code op_push(struct op *op, struct batch *batch, struct err *err)
{
    if (op->done || batch->selection->count == 0)
        return ERR_NONE;
    work_count(op->env->work, op->stage, batch->selection->count, 0);
    uint32_t before = work_enter(op->env->work, op->stage);
    enum err_code code = op->type->push(op, batch, err);
    work_enter(op->env->work, before);
    return code;
}

enum err_code op_prepare(const struct op *op, struct eval *eval, struct batch *batch, struct err *err)
{
    return op->type->prepare && batch->selection->count > 0 ? op->type->prepare(op, eval, batch, err) : ERR_NONE;
}

enum err_code op_detach(const struct op *op, struct batch *batch, struct batch **out_apart, struct err *err)
{
    *out_apart = NULL;
    return op->type->detach && batch->selection->count > 0 ? op->type->detach(op, batch, out_apart, err) : ERR_NONE;
}

enum err_code op_finish(struct op *op, struct err *err)
{
    for (; op; op = op->next) {
        if (!op->type->finish)
            continue;
        uint32_t before = work_enter(op->env->work, op->stage);
        enum err_code code = op->type->finish(op, err);
        work_enter(op->env->work, before);
        if (code != ERR_NONE)
            return code;
    }
    return ERR_NONE;
}

bool op_is_done(const struct op *op)
{
    for (; op; op = op->next) {
        if (op->done)
            return true;
        if (op->type->is_breaker)
            return false;
    }
    return false;
}

/* --- new rows --- */

struct new_rows {
    struct op_env *env;
    uint64_t first_row;
};

static enum err_code new_rows_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    return BATCH_LOADED.load(batch, column, rows, err);
}

/* Only an undecided expression can reject a row here: what made the row has read it. */
static enum err_code new_rows_reject(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why,
                                     struct err *err)
{
    const struct new_rows *rows = batch->impl;
    struct op_env *env = rows->env;
    const struct reject reject = {
        .kind = kind, .input = "(result)", .record = rows->first_row + row + 1, .why = why, .bytes = SLICE("")};
    if (env->stats)
        env->stats->rejected[kind]++;
    return env->reject ? env->reject(env->user, &reject, err) : ERR_NONE;
}

static const struct batch_type NEW_ROWS = {.load = new_rows_load, .reject = new_rows_reject, .free = batch_destroy};

enum err_code op_new_batch(struct op_env *env, const struct schema *schema, uint32_t row_count, uint64_t first_row,
                           struct batch **out_batch, struct err *err)
{
    struct batch *batch;
    TRY(batch_create(&NEW_ROWS, schema, row_count, &batch, err));
    struct new_rows *rows = arena_zalloc(batch->arena, 1, sizeof *rows);
    if (!rows) {
        batch_free(batch);
        return err_no_memory(err, sizeof *rows);
    }
    *rows = (struct new_rows){env, first_row};
    batch->impl = rows;
    *out_batch = batch;
    return ERR_NONE;
}

enum err_code batch_load_all(struct batch *batch, struct err *err)
{
    const struct column *column;
    for (uint32_t i = 0; i < batch->schema->count; i++)
        TRY(batch_load(batch, i, batch->selection, &column, err));
    batch_drop_rejected(batch);
    return ERR_NONE;
}

enum err_code op_eval_all(struct eval *eval, struct expr *const *exprs, uint32_t count, struct batch *batch,
                          const struct column ***out_columns, struct err *err)
{
    const struct column **columns = arena_array(batch->arena, count, sizeof(struct column *));
    if (!columns)
        return err_no_memory(err, count * sizeof(struct column *));
    for (uint32_t i = 0; i < count; i++)
        TRY(eval_expr(eval, exprs[i], batch, batch->selection, &columns[i], err));
    *out_columns = columns;
    return ERR_NONE;
}
