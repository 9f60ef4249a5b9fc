/*
 * op_order.c - the order of rows under sort and top: see op_order.h.
 */
#include "kql/exec/op_order.h"

#include "base/mem.h"
#include "kql/exec/ahead.h"
#include "kql/exec/op_texts.h"

#include <math.h>
#include <string.h>

/* --- rows with keys --- */

/* Is the key kept as one of the input's columns? */
static bool key_is_column(const struct keyed_rows *keyed, const struct sort_key *key)
{
    return keyed->schema == keyed->plan->schema && key->expr->kind == EXPR_COLUMN;
}

enum err_code keyed_rows_init(struct keyed_rows *keyed, const struct plan *plan, const struct schema *schema,
                              struct arena *arena, struct err *err)
{
    uint32_t count = schema->count;
    enum type *types = arena_array(arena, (size_t)schema->count + plan->key_count, sizeof *types);
    uint32_t *key_columns = arena_array(arena, plan->key_count, sizeof *key_columns);
    if (!types || !key_columns)
        return err_no_memory(err, ((size_t)schema->count + plan->key_count) * sizeof *types);
    for (uint32_t i = 0; i < schema->count; i++)
        types[i] = schema->columns[i].type;
    *keyed = (struct keyed_rows){.plan = plan, .schema = schema, .key_columns = key_columns};
    for (uint32_t k = 0; k < plan->key_count; k++) {
        const struct sort_key *key = &plan->keys[k];
        key_columns[k] = key_is_column(keyed, key) ? key->expr->column : count;
        if (!key_is_column(keyed, key))
            types[count++] = key->expr->type;
    }
    rows_init(&keyed->rows, types, count, arena);
    return ERR_NONE;
}

enum err_code sort_keys_eval(const struct plan *plan, struct eval *eval, struct batch *batch,
                             const struct column ***out_keys, struct err *err)
{
    const struct column **keys = arena_array(batch->arena, plan->key_count, sizeof(struct column *));
    if (!keys)
        return err_no_memory(err, plan->key_count * sizeof(struct column *));
    for (uint32_t k = 0; k < plan->key_count; k++)
        TRY(eval_expr(eval, plan->keys[k].expr, batch, batch->selection, &keys[k], err));
    *out_keys = keys;
    return ERR_NONE;
}

enum err_code keyed_rows_columns(const struct keyed_rows *keyed, const struct column *kept,
                                 const struct column *const *keys, struct arena *arena,
                                 const struct column ***out_columns, struct err *err)
{
    const struct column **columns = arena_array(arena, keyed->rows.column_count, sizeof(struct column *));
    if (!columns)
        return err_no_memory(err, keyed->rows.column_count * sizeof(struct column *));
    for (uint32_t i = 0; i < keyed->schema->count; i++)
        columns[i] = &kept[i];
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

/* --- sorting --- */

/*
 * A row with a number that stands for its first key: of two rows the one with the lower head comes first, and equal heads say
 * nothing. So most comparisons need not look at the rows, which lie anywhere in memory.
 */
struct headed_row {
    uint64_t head;
    uint32_t row;
};
_Static_assert(KEYED_SORT_BYTES == 2 * sizeof(struct headed_row) + sizeof(uint32_t), "two arrays and the result");

/* The first eight bytes of a text, or as many as there are; the first one weighs most, as in slice_compare(). */
static uint64_t text_head(const void *text, size_t len)
{
    unsigned char bytes[8] = {0};
    memcpy(bytes, text, len < sizeof bytes ? len : sizeof bytes);
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        head = head << 8 | bytes[i];
    return head;
}

static uint64_t real_head(double real)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits;
    real += 0.0; /* -0.0 is no less than 0.0 */
    memcpy(&bits, &real, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

/* Of a value that is neither null nor NaN. */
static uint64_t value_head(const struct value *value)
{
    switch (type_lane(value->type)) {
    case LANE_I64:
        return (uint64_t)value->i64 ^ UINT64_C(1) << 63;
    case LANE_F64:
        return real_head(value->f64);
    case LANE_STR:
        return value->str.len ? text_head(value->str.ptr, value->str.len) : 0;
    case LANE_GUID:
        return text_head(value->guid.byte, sizeof value->guid.byte);
    case LANE_DEC:
    case LANE_DYN:
        break;
    }
    return UINT64_MAX / 2;
}

static uint64_t key_head(const struct sort_key *key, const struct value *value)
{
    if (value->is_null || (value->type == TYPE_REAL && isnan(value->f64)))
        return key->nulls_first ? 0 : UINT64_MAX;
    return key->descending ? ~value_head(value) : value_head(value);
}

static bool comes_before(const struct keyed_rows *keyed, const struct headed_row *a, const struct headed_row *b)
{
    return a->head != b->head ? a->head < b->head : keyed_rows_compare(keyed, a->row, b->row) < 0;
}

/* Merges two sorted neighbours into out; of equal rows the left one comes first. */
static void merge(const struct keyed_rows *keyed, const struct headed_row *left, const struct headed_row *right,
                  const struct headed_row *end, struct headed_row *out)
{
    const struct headed_row *left_end = right;
    while (left < left_end && right < end)
        *out++ = comes_before(keyed, right, left) ? *right++ : *left++;
    while (left < left_end)
        *out++ = *left++;
    while (right < end)
        *out++ = *right++;
}

/* Runs of 1, 2, 4 ... rows; neighbours that are in order already are only copied. Returns which of the two is sorted. */
static struct headed_row *headed_sort(const struct keyed_rows *keyed, struct headed_row *from, struct headed_row *to,
                                      uint32_t count)
{
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * width) {
            uint64_t middle = start + width < count ? start + width : count;
            uint64_t end = start + 2 * width < count ? start + 2 * width : count;
            if (middle == end || !comes_before(keyed, &from[middle], &from[middle - 1]))
                memcpy(to + start, from + start, (size_t)(end - start) * sizeof *to);
            else
                merge(keyed, from + start, from + middle, from + end, to + start);
        }
        struct headed_row *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/*
 * Sorts by heads alone, a byte after the other from the lowest one on, without a comparison whose outcome nobody can guess. Of
 * equal heads the rows stay as they are. Returns which of the two is sorted.
 */
static struct headed_row *heads_sort(struct headed_row *from, struct headed_row *to, uint32_t count)
{
    enum { DIGITS = sizeof(uint64_t), VALUES = 256 };
    uint32_t places[DIGITS][VALUES] = {0};
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t d = 0; d < DIGITS; d++)
            places[d][from[i].head >> (8 * d) & (VALUES - 1)]++;
    }
    for (uint32_t d = 0; d < DIGITS; d++) {
        uint32_t *place = places[d], at = 0;
        if (place[from[0].head >> (8 * d) & (VALUES - 1)] == count) /* all have the same */
            continue;
        for (uint32_t v = 0; v < VALUES; v++) {
            uint32_t rows = place[v];
            place[v] = at;
            at += rows;
        }
        for (uint32_t i = 0; i < count; i++)
            to[place[from[i].head >> (8 * d) & (VALUES - 1)]++] = from[i];
        struct headed_row *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/* Sorts each run of rows of which the heads say nothing. */
static void equals_sort(const struct keyed_rows *keyed, struct headed_row *rows, struct headed_row *spare,
                        uint32_t count)
{
    for (uint32_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && rows[end].head == rows[start].head;)
            end++;
        struct headed_row *sorted = headed_sort(keyed, rows + start, spare + start, end - start);
        if (sorted != rows + start)
            memcpy(rows + start, sorted, (size_t)(end - start) * sizeof *rows);
    }
}

/* Returns which of the two is sorted. Few rows are merged sooner than bytes are counted. */
static const struct headed_row *all_sort(const struct keyed_rows *keyed, struct headed_row *rows,
                                         struct headed_row *spare, uint32_t count)
{
    enum { FEW = 256 };
    if (count < FEW)
        return headed_sort(keyed, rows, spare, count);
    struct headed_row *sorted = heads_sort(rows, spare, count);
    equals_sort(keyed, sorted, sorted == rows ? spare : rows, count);
    return sorted;
}

enum err_code keyed_rows_sort(const struct keyed_rows *keyed, uint32_t *out_order, struct err *err)
{
    uint32_t count = keyed->rows.count;
    const struct sort_key *key = keyed->plan->keys;
    struct headed_row *rows = mem_array(NULL, (size_t)count * 2, sizeof *rows);
    if (!rows && count)
        return err_no_memory(err, (uint64_t)count * 2 * sizeof *rows);
    for (uint32_t i = 0; i < count; i++) {
        struct value value = rows_value(&keyed->rows, i, keyed->key_columns[0]);
        rows[i] = (struct headed_row){key_head(key, &value), i};
    }
    const struct headed_row *sorted = all_sort(keyed, rows, rows + count, count);
    for (uint32_t i = 0; i < count; i++)
        out_order[i] = sorted[i].row;
    mem_free(rows);
    return ERR_NONE;
}

/* Rows on their way out. */
struct giving {
    const struct keyed_rows *keyed;
    struct op *op;
    const uint32_t *order;
    uint32_t count, batch_rows;
    bool texts; /* are kept, in place of the columns */
};

/* In any thread: reads what is kept, which nobody changes any more. */
static enum err_code giving_make(void *user, uint64_t number, struct work *work, struct batch **out_batch,
                                 struct err *err)
{
    const struct giving *giving = user;
    const struct keyed_rows *keyed = giving->keyed;
    uint32_t first = (uint32_t)number * giving->batch_rows, left = giving->count - first;
    uint32_t rows = left < giving->batch_rows ? left : giving->batch_rows;
    TRY(op_new_batch(giving->op->env, keyed->schema, rows, first, out_batch, err));
    TRY(rows_gather(&keyed->rows, giving->order + first, 0, rows, keyed->schema->count, *out_batch, err));
    uint32_t before = work_enter(work, STAGE_RESULT);
    enum err_code code =
        giving->texts ? texts_join(*out_batch, err) : op_prepare(giving->op->next, NULL, *out_batch, err);
    work_enter(work, before);
    return code;
}

static enum err_code giving_give(void *user, struct batch *batch, bool *out_done, struct err *err)
{
    struct giving *giving = user;
    TRY(giving->texts ? texts_push(giving->op, batch, err) : op_push(giving->op->next, batch, err));
    *out_done = op_is_done(giving->op->next);
    return ERR_NONE;
}

/* It takes longer to begin a thread than to give fewer rows. */
enum { SHARED_ROWS_MIN = 8192 };

enum err_code keyed_rows_give(const struct keyed_rows *keyed, struct op *op, const uint32_t *order, uint32_t count,
                              struct err *err)
{
    bool texts = keyed->schema != op->plan->schema;
    uint32_t batch_rows = texts ? TEXTS_BATCH_ROWS : RESULT_BATCH_ROWS;
    struct giving giving = {keyed, op, order, count, batch_rows, texts};
    const struct ahead ahead = {.count = op_is_done(op->next) ? 0 : ((uint64_t)count + batch_rows - 1) / batch_rows,
                                .make = giving_make,
                                .give = giving_give,
                                .user = &giving,
                                .threads = count < SHARED_ROWS_MIN ? 1 : op->env->threads,
                                .profile = op->env->profile,
                                .stage = op->stage};
    return ahead_run(&ahead, err);
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

static enum err_code texts_give(struct op *op, struct batch *batch, struct err *err)
{
    TRY(texts_join(batch, err));
    return texts_push(op, batch, err);
}

enum err_code keyed_runs_give(struct row_runs *runs, struct op *op, const struct schema *schema, uint64_t limit,
                              struct err *err)
{
    return row_runs_give(runs, op, schema, 0, limit, schema == op->plan->schema ? batch_give : texts_give, err);
}
