/*
 * op_order.c - the order of rows under sort and top: see op_order.h.
 */
#include "kql/op_order.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* --- rows with keys --- */

static bool key_is_column(const struct sort_key *key)
{
    return key->expr->kind == EXPR_COLUMN;
}

enum err_code keyed_rows_init(struct keyed_rows *keyed, const struct plan *plan, struct arena *arena, struct err *err)
{
    const struct schema *schema = plan->schema;
    uint32_t count = schema->count;
    enum type *types = arena_array(arena, (size_t)schema->count + plan->key_count, sizeof *types);
    uint32_t *key_columns = arena_array(arena, plan->key_count, sizeof *key_columns);
    if (!types || !key_columns)
        return err_no_memory(err, ((size_t)schema->count + plan->key_count) * sizeof *types);
    for (uint32_t i = 0; i < schema->count; i++)
        types[i] = schema->columns[i].type;
    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct sort_key *key = &plan->keys[k];
        key_columns[k] = key_is_column(key) ? key->expr->column : count;
        if (!key_is_column(key))
            types[count++] = key->expr->type;
    }
    *keyed = (struct keyed_rows){.plan = plan, .schema = schema, .key_columns = key_columns};
    rows_init(&keyed->rows, types, count, arena);
    return ERR_NONE;
}

enum err_code keyed_rows_eval(const struct keyed_rows *keyed, struct op_env *env, struct batch *batch,
                              const struct column ***out_keys, struct err *err)
{
    const struct plan *plan = keyed->plan;
    const struct column **keys = arena_array(batch->arena, plan->key_count, sizeof(struct column *));
    if (!keys)
        return err_no_memory(err, plan->key_count * sizeof(struct column *));
    for (uint32_t k = 0; k < plan->key_count; k++)
        TRY(eval_expr(env->eval, plan->keys[k].expr, batch, batch->selection, &keys[k], err));
    *out_keys = keys;
    return ERR_NONE;
}

enum err_code keyed_rows_columns(const struct keyed_rows *keyed, struct batch *batch, const struct column *const *keys,
                                 const struct column ***out_columns, struct err *err)
{
    const struct column **columns = arena_array(batch->arena, keyed->rows.column_count, sizeof(struct column *));
    if (!columns)
        return err_no_memory(err, keyed->rows.column_count * sizeof(struct column *));
    for (uint32_t i = 0; i < keyed->schema->count; i++)
        columns[i] = &batch->columns[i];
    for (uint32_t k = 0; k < keyed->plan->key_count; k++)
        columns[keyed->key_columns[k]] = keys[k];
    *out_columns = columns;
    return ERR_NONE;
}

/* --- order --- */

enum rank { RANK_FIRST, RANK_SECOND, RANK_THIRD };

/* Where nulls and NaN stand, whichever the direction. */
static enum rank value_rank(const struct value *value, bool nulls_first)
{
    if (value->is_null)
        return nulls_first ? RANK_FIRST : RANK_THIRD;
    if (value->type == TYPE_REAL && isnan(value->f64))
        return RANK_SECOND;
    return nulls_first ? RANK_THIRD : RANK_FIRST;
}

int key_compare(const struct sort_key *key, const struct value *a, const struct value *b)
{
    enum rank rank_a = value_rank(a, key->nulls_first), rank_b = value_rank(b, key->nulls_first);
    if (rank_a != rank_b)
        return rank_a < rank_b ? -1 : 1;
    if (a->is_null || rank_a == RANK_SECOND)
        return 0;
    int order = value_compare(a, b);
    return key->descending ? (order < 0) - (order > 0) : order;
}

int keyed_rows_compare(const struct keyed_rows *keyed, uint32_t a, uint32_t b)
{
    for (uint32_t k = 0; k < keyed->plan->key_count; k++) {
        struct value value_a = rows_value(&keyed->rows, a, keyed->key_columns[k]);
        struct value value_b = rows_value(&keyed->rows, b, keyed->key_columns[k]);
        int order = key_compare(&keyed->plan->keys[k], &value_a, &value_b);
        if (order)
            return order;
    }
    return 0;
}

/* Merges two sorted neighbours into out; of equal rows the left one comes first. */
static void merge(const struct keyed_rows *keyed, const uint32_t *left, const uint32_t *right, const uint32_t *end,
                  uint32_t *out)
{
    const uint32_t *left_end = right;
    while (left < left_end && right < end)
        *out++ = keyed_rows_compare(keyed, *right, *left) < 0 ? *right++ : *left++;
    while (left < left_end)
        *out++ = *left++;
    while (right < end)
        *out++ = *right++;
}

/* Runs of 1, 2, 4 ... rows; neighbours that are in order already are only copied. */
void keyed_rows_sort(const struct keyed_rows *keyed, uint32_t *order, uint32_t count, uint32_t *scratch)
{
    uint32_t *from = order, *to = scratch;
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * width) {
            uint64_t middle = start + width < count ? start + width : count;
            uint64_t end = start + 2 * width < count ? start + 2 * width : count;
            if (middle == end || keyed_rows_compare(keyed, from[middle - 1], from[middle]) <= 0)
                memcpy(to + start, from + start, (size_t)(end - start) * sizeof *to);
            else
                merge(keyed, from + start, from + middle, from + end, to + start);
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order)
        memcpy(order, from, count * sizeof *order);
}

enum err_code keyed_rows_give(const struct keyed_rows *keyed, struct op *op, const uint32_t *order, uint32_t count,
                              struct err *err)
{
    for (uint32_t first = 0; first < count && !op_is_done(op->next); first += RESULT_BATCH_ROWS) {
        uint32_t rows = count - first < RESULT_BATCH_ROWS ? count - first : RESULT_BATCH_ROWS;
        struct batch *batch;
        TRY(op_new_batch(op->env, keyed->schema, rows, first, &batch, err));
        enum err_code code = rows_gather(&keyed->rows, order + first, 0, rows, keyed->schema->count, batch, err);
        if (code == ERR_NONE)
            code = op_push(op->next, batch, err);
        batch_free(batch);
        TRY(code);
    }
    return ERR_NONE;
}

/* --- in the temporary file --- */

enum err_code keyed_rows_runs(const struct keyed_rows *keyed, struct budget *budget, struct row_runs *runs,
                              struct err *err)
{
    const struct row_order order = {.types = keyed->rows.types,
                                    .column_count = keyed->rows.column_count,
                                    .keys = keyed->plan->keys,
                                    .key_columns = keyed->key_columns,
                                    .key_count = keyed->plan->key_count};
    return row_runs_init(runs, budget, &order, err);
}

enum err_code keyed_rows_write(const struct keyed_rows *keyed, const uint32_t *order, uint32_t count,
                               struct row_runs *runs, struct err *err)
{
    const struct rows *rows = &keyed->rows;
    const struct column **cells = mem_zalloc(rows->column_count, sizeof(struct column *));
    if (!cells)
        return err_no_memory(err, rows->column_count * sizeof(struct column *));
    enum err_code code = ERR_NONE;
    for (uint32_t i = 0; i < count && code == ERR_NONE; i++) {
        for (uint32_t c = 0; c < rows->column_count; c++)
            cells[c] = &rows->chunks[order[i] / ROWS_CHUNK][c];
        code = row_runs_add(runs, cells, order[i] % ROWS_CHUNK, err);
    }
    mem_free(cells);
    return code == ERR_NONE ? row_runs_end(runs, err) : code;
}

static enum err_code batch_give(struct op *op, struct batch *batch, struct err *err)
{
    return op_push(op->next, batch, err);
}

enum err_code keyed_runs_give(struct row_runs *runs, struct op *op, uint64_t limit, struct err *err)
{
    return row_runs_give(runs, op, op->plan->schema, 0, limit, batch_give, err);
}
