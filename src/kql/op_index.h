/*
 * op_index.h - finds equal rows among those an operator keeps: the hash index under distinct and summarize.
 *
 * Two rows are equal if all their cells are: nulls are equal to nulls, text by its bytes.
 */
#ifndef DDNSHUNT_KQL_OP_INDEX_H
#define DDNSHUNT_KQL_OP_INDEX_H

#include "kql/op_rows.h"

struct row_index {
    struct rows rows; /* each row once, in the order of first appearance */
    uint32_t *hashes; /* of each row */
    uint32_t hash_capacity;
    uint32_t slot_count; /* a power of two, or 0 */
    uint32_t *slots;     /* number of a row + 1, or 0 */
};

void row_index_init(struct row_index *index, const enum type *types, uint32_t column_count, struct arena *arena);

/* The number of the kept row that equals row `row` of the columns; it is added if there is none. */
enum err_code row_index_add(struct row_index *index, const struct column *const *columns, uint32_t row,
                            uint32_t *out_row, bool *out_added, struct err *err) MUST_CHECK;

/* The same, if it is there. */
bool row_index_find(const struct row_index *index, const struct column *const *columns, uint32_t row,
                    uint32_t *out_row);

#endif
