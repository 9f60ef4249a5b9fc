/*
 * op_index.h - finds equal rows among those an operator keeps: the hash index under distinct and summarize.
 *
 * Two rows are equal if all their cells are: nulls are equal to nulls, text by its bytes.
 */
#ifndef DDNSHUNT_KQL_OP_INDEX_H
#define DDNSHUNT_KQL_OP_INDEX_H

#include "kql/exec/op_rows.h"

/* Of one row: what tells most others apart lies beside its number. */
struct row_slot {
    uint32_t hash;
    uint32_t number; /* of the row, + 1; 0: the slot is free */
};

struct row_index {
    struct rows rows;       /* each row once, in the order of first appearance */
    uint32_t slot_count;    /* a power of two, or 0 */
    struct row_slot *slots; /* [slot_count] */
};

void row_index_init(struct row_index *index, const enum type *types, uint32_t column_count, struct arena *arena);

/* The hash of row `row` of the columns: the same in any thread, and for any index. */
uint32_t row_hash(const struct column *const *columns, uint32_t column_count, uint32_t row);

/* The number of the kept row that equals row `row` of the columns, whose hash is given; it is added if there is none. */
enum err_code row_index_add(struct row_index *index, const struct column *const *columns, uint32_t row, uint32_t hash,
                            uint32_t *out_row, bool *out_added, struct err *err) MUST_CHECK;

/* The same, if it is there. */
bool row_index_find(const struct row_index *index, const struct column *const *columns, uint32_t row, uint32_t hash,
                    uint32_t *out_row);

/*
 * A row with that hash is asked for soon: the memory that will be looked at is asked for now. First that of the slot; some rows later
 * that of the cells of the kept row which most probably is the one, if there is any; and some rows later that of its texts.
 */
void row_index_expect(const struct row_index *index, uint32_t hash);
bool row_index_expect_row(const struct row_index *index, uint32_t hash, uint32_t *out_row);
void row_index_expect_texts(const struct row_index *index, uint32_t hash);

#endif
