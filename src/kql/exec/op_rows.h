/*
 * op_rows.h - rows that an operator keeps: deep copies, compact, in an arena.
 *
 * Cells lie in columns, in chunks of ROWS_CHUNK rows that never move; the texts of a row in one run of bytes.
 */
#ifndef DDNSHUNT_KQL_OP_ROWS_H
#define DDNSHUNT_KQL_OP_ROWS_H

#include "event/batch.h"

enum { ROWS_CHUNK = 256 };

struct rows {
    struct arena *arena;
    uint32_t column_count;
    const enum type *types; /* [column_count] */
    uint32_t count;
    struct column **chunks; /* each [column_count], of ROWS_CHUNK cells */
    uint32_t chunk_count, chunk_capacity;
};

/* types must outlive the rows. All memory comes from arena and goes with it. */
void rows_init(struct rows *rows, const enum type *types, uint32_t column_count, struct arena *arena);

/* Appends a copy of row `row` of the columns, which have the types given above. Its number is count - 1. */
enum err_code rows_add(struct rows *rows, const struct column *const *columns, uint32_t row,
                       struct err *err) MUST_CHECK;

/* Borrows from the rows. */
struct value rows_value(const struct rows *rows, uint32_t row, uint32_t column);

/*
 * Fills columns [0, column_count) of a batch's columns with rows order[0..count), in that order; order NULL: rows first,
 * first + 1, ... Texts are borrowed: the rows must outlive the batch.
 */
enum err_code rows_gather(const struct rows *rows, const uint32_t *order, uint32_t first, uint32_t count,
                          uint32_t column_count, struct batch *batch, struct err *err) MUST_CHECK;

#endif
