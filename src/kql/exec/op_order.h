/*
 * op_order.h - the order of rows under sort and top.
 *
 * Each key has its own direction and its own place for nulls; NaN stands beside them: null, NaN, values or values, NaN,
 * null (semantics, section 11). Rows whose keys are all equal keep the order in which they were kept.
 */
#ifndef DDNSHUNT_KQL_OP_ORDER_H
#define DDNSHUNT_KQL_OP_ORDER_H

#include "kql/exec/op.h"
#include "kql/exec/op_rows.h"
#include "kql/exec/op_runs.h"

/*
 * Rows with their keys. What is kept of a row are the input's columns, then those keys that are no plain column; or its text
 * (op_texts.h), then the keys.
 */
struct keyed_rows {
    const struct plan *plan;     /* keys */
    const struct schema *schema; /* of what is kept besides the keys: the plan's, or of texts */
    struct rows rows;
    uint32_t *key_columns; /* [key_count]: which column of the rows is the key */
};

/* Everything lives in arena. plan and schema must outlive the rows. */
enum err_code keyed_rows_init(struct keyed_rows *keyed, const struct plan *plan, const struct schema *schema,
                              struct arena *arena, struct err *err) MUST_CHECK;

/* A plan's keys of the selected rows: [key_count] columns, in the batch's arena. */
enum err_code sort_keys_eval(const struct plan *plan, struct eval *eval, struct batch *batch,
                             const struct column ***out_keys, struct err *err) MUST_CHECK;

/* What rows_add() is to be given: kept are the columns of keyed->schema; in arena. */
enum err_code keyed_rows_columns(const struct keyed_rows *keyed, const struct column *kept,
                                 const struct column *const *keys, struct arena *arena,
                                 const struct column ***out_columns, struct err *err) MUST_CHECK;

/* <0: a comes first. */
int key_compare(const struct sort_key *key, const struct value *a, const struct value *b);
int keyed_rows_compare(const struct keyed_rows *keyed, uint32_t a, uint32_t b);

/* What sorting takes of each row, out_order included, while it lasts. */
enum { KEYED_SORT_BYTES = 36 };

/* All rows' numbers in order, stably: equal rows stay as they were kept. out_order: [rows.count]. */
enum err_code keyed_rows_sort(const struct keyed_rows *keyed, uint32_t *out_order, struct err *err) MUST_CHECK;

/* Gives the rows to the next operator, in that order, until it is done. */
enum err_code keyed_rows_give(const struct keyed_rows *keyed, struct op *op, const uint32_t *order, uint32_t count,
                              struct err *err) MUST_CHECK;

/* --- in the temporary file --- */

/* Runs of such rows, with their keys; plan must outlive them. */
enum err_code keyed_rows_runs(const struct keyed_rows *keyed, struct budget *budget, struct row_runs *runs,
                              struct err *err) MUST_CHECK;

/* Writes rows order[0..count) as one run. */
enum err_code keyed_rows_write(const struct keyed_rows *keyed, const uint32_t *order, uint32_t count,
                               struct row_runs *runs, struct err *err) MUST_CHECK;

/* Hands on the first `limit` rows of all runs; schema: of what is kept besides the keys. */
enum err_code keyed_runs_give(struct row_runs *runs, struct op *op, const struct schema *schema, uint64_t limit,
                              struct err *err) MUST_CHECK;

#endif
