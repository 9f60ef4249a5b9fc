/*
 * op_source.c - datatable, print and range: see op_source.h.
 */
#include "kql/exec/op_source.h"

#include "event/datetime.h"
#include "event/decimal.h"

/* --- constant rows --- */

static enum err_code rows_fill(const struct plan *plan, uint64_t first, struct batch *batch, struct err *err)
{
    uint32_t columns = plan->schema->count;
    for (uint32_t c = 0; c < columns; c++) {
        enum type type = plan->schema->columns[c].type;
        struct column *column = &batch->columns[c];
        TRY(column_init(column, type, batch->row_count, type != TYPE_STRING, batch->arena, err));
        for (uint32_t i = 0; i < batch->row_count; i++)
            column_set(column, i, &plan->rows[(first + i) * columns + c]);
        batch->loaded[c] = true;
    }
    return ERR_NONE;
}

/* Makes and pushes up to RESULT_BATCH_ROWS rows; *out_rows 0 at the end. */
static enum err_code rows_push(const struct plan *plan, uint64_t first, struct op *op, struct op_env *env,
                               uint32_t *out_rows, struct err *err)
{
    uint64_t left = plan->row_count - first;
    uint32_t rows = left < RESULT_BATCH_ROWS ? (uint32_t)left : RESULT_BATCH_ROWS;
    *out_rows = rows;
    if (rows == 0)
        return ERR_NONE;
    struct batch *batch;
    TRY(op_new_batch(env, plan->schema, rows, first, &batch, err));
    enum err_code code = rows_fill(plan, first, batch, err);
    if (code == ERR_NONE)
        code = op_push(op, batch, err);
    batch_free(batch);
    return code;
}

/* --- range --- */

struct range {
    enum type type;
    struct value next, to, step;
    bool at_end;
};

static enum err_code range_open(const struct plan *plan, struct op_env *env, struct arena *arena, struct range *range,
                                struct err *err)
{
    TRY(eval_const(env->eval, plan->exprs[0], arena, &range->next, err));
    TRY(eval_const(env->eval, plan->exprs[1], arena, &range->to, err));
    TRY(eval_const(env->eval, plan->exprs[2], arena, &range->step, err));
    range->type = plan->schema->columns[0].type;
    range->at_end = range->next.is_null || range->to.is_null || range->step.is_null;
    return ERR_NONE;
}

/* -1, 0, 1; a step of NaN is 0. */
static int step_sign(const struct value *step)
{
    switch (type_lane(step->type)) {
    case LANE_F64:
        return (step->f64 > 0) - (step->f64 < 0);
    case LANE_DEC:
        return decimal_compare(step->dec, decimal_from_long(0));
    default:
        return (step->i64 > 0) - (step->i64 < 0);
    }
}

static bool value_is_beyond(const struct range *range, int sign)
{
    int order = value_compare(&range->next, &range->to);
    return sign > 0 ? order > 0 : order < 0;
}

/* To the next value. False where there is none: out of range, or so small a step that nothing changes. */
static bool range_advance(struct range *range)
{
    struct value last = range->next;
    switch (type_lane(range->type)) {
    case LANE_F64:
        range->next.f64 += range->step.f64;
        break;
    case LANE_DEC:
        if (!decimal_calc(DECIMAL_ADD, last.dec, range->step.dec, &range->next.dec))
            return false;
        break;
    default:
        if (__builtin_add_overflow(last.i64, range->step.i64, &range->next.i64))
            return false;
    }
    return value_compare(&last, &range->next) != 0;
}

static enum err_code range_fill(struct range *range, struct batch *batch, uint32_t *out_rows, struct err *err)
{
    struct column *column = &batch->columns[0];
    TRY(column_init(column, range->type, batch->row_count, true, batch->arena, err));
    int sign = step_sign(&range->step);
    uint32_t rows = 0;
    while (rows < batch->row_count && !range->at_end) {
        if (sign == 0 || value_is_beyond(range, sign)) {
            range->at_end = true;
            break;
        }
        range->next.type = range->type;
        column_set(column, rows++, &range->next);
        range->at_end = !range_advance(range);
    }
    batch->loaded[0] = true;
    batch->selection->count = rows;
    *out_rows = rows;
    return ERR_NONE;
}

static enum err_code range_push(const struct plan *plan, struct range *range, uint64_t first, struct op *op,
                                struct op_env *env, uint32_t *out_rows, struct err *err)
{
    struct batch *batch;
    TRY(op_new_batch(env, plan->schema, RESULT_BATCH_ROWS, first, &batch, err));
    enum err_code code = range_fill(range, batch, out_rows, err);
    if (code == ERR_NONE)
        code = op_push(op, batch, err);
    batch_free(batch);
    return code;
}

/* --- both --- */

enum err_code source_push(const struct plan *plan, struct op *op, struct op_env *env, bool (*interrupted)(void *user),
                          void *user, bool *out_interrupted, struct err *err)
{
    struct arena arena;
    struct range range = {.at_end = true};
    arena_init(&arena, 0);
    enum err_code code = plan->kind == PLAN_RANGE ? range_open(plan, env, &arena, &range, err) : ERR_NONE;
    uint32_t rows = 1;
    for (uint64_t first = 0; code == ERR_NONE && rows && !op_is_done(op); first += rows) {
        *out_interrupted = interrupted && interrupted(user);
        if (*out_interrupted)
            break;
        code = plan->kind == PLAN_RANGE ? range_push(plan, &range, first, op, env, &rows, err)
                                        : rows_push(plan, first, op, env, &rows, err);
    }
    arena_release(&arena);
    return code;
}
