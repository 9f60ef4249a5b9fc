/*
 * op_runs.h - sorted runs of rows in the query's temporary file, and their merge: what doesn't fit in memory under sort
 * and top, and the groups of summarize and distinct on their way back into order.
 *
 *   rows in memory, sorted  --add-->  run 0   \
 *              "                      run 1    +-- merge --> batches
 *              "                      run 2   /
 *
 * Of equal rows the one of the earlier run comes first, and within a run the earlier: if runs are written in the order
 * of the input, the whole is as stable as a sort in memory. Where there are more runs than the memory for their readers
 * allows, neighbours are merged to longer ones first.
 */
#ifndef DDNSHUNT_KQL_OP_RUNS_H
#define DDNSHUNT_KQL_OP_RUNS_H

#include "kql/exec/op.h"

/* Which rows, and in which order. */
struct row_order {
    const enum type *types; /* [column_count] */
    uint32_t column_count;
    const struct sort_key *keys; /* [key_count]; must outlive the runs; their expressions are not looked at */
    const uint32_t *key_columns; /* [key_count]: the column that holds the key */
    uint32_t key_count;
};

struct row_runs {
    struct budget *budget;
    struct row_order order;
    struct arena arena;  /* of order and layout */
    uint32_t *layout;    /* [column_count]: columns as they are written, keys first */
    uint32_t head_count; /* so many of them are keys */
    struct scratch_stream *runs;
    size_t run_count, run_capacity;
    struct scratch_writer writer;
    struct buf record;
};

/* Copies what order points to, but for the keys. The temporary file is opened by the first row. */
enum err_code row_runs_init(struct row_runs *runs, struct budget *budget, const struct row_order *order,
                            struct err *err) MUST_CHECK;
void row_runs_release(struct row_runs *runs); /* also of zeroed ones */

/* Appends row `row` of the columns to the run that is being written; then ends the run. */
enum err_code row_runs_add(struct row_runs *runs, const struct column *const *columns, uint32_t row,
                           struct err *err) MUST_CHECK;
enum err_code row_runs_end(struct row_runs *runs, struct err *err) MUST_CHECK;

/*
 * Merges all runs and hands the first `limit` rows on in batches of the given schema, whose columns are the first of
 * the rows' columns, until op->next is done. first_row: number of the first of these rows among all that op gives. The
 * runs are used up.
 */
enum err_code row_runs_give(struct row_runs *runs, struct op *op, const struct schema *schema, uint64_t first_row,
                            uint64_t limit, enum err_code (*give)(struct op *op, struct batch *batch, struct err *err),
                            struct err *err) MUST_CHECK;

#endif
