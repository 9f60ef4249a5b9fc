/*
 * row_bytes.h - values and rows as bytes in a temporary file (scratch.h), and back, exactly.
 *
 * For the same run of the same program alone: numbers as they lie in memory. What is read is checked for its bounds all
 * the same: ERR_OUTPUT where a row is not as it was written.
 */
#ifndef DDNSHUNT_EVENT_ROW_BYTES_H
#define DDNSHUNT_EVENT_ROW_BYTES_H

#include "event/batch.h"

/* --- parts; putting is checked once, at buf.failed --- */

void bytes_put_number(struct buf *out, uint64_t number); /* small ones are short */
void bytes_put_dyn(struct buf *out, const struct dyn *dyn);
void bytes_put_value(struct buf *out, const struct value *value); /* with its type */

/* They take what they read off the front of *bytes. What is read borrows from it, or lives in arena. */
enum err_code bytes_get(struct slice *bytes, void *out, size_t len, struct err *err) MUST_CHECK;
enum err_code bytes_get_number(struct slice *bytes, uint64_t *out_number, struct err *err) MUST_CHECK;
enum err_code bytes_get_dyn(struct slice *bytes, struct arena *arena, const struct dyn **out_dyn,
                            struct err *err) MUST_CHECK;
enum err_code bytes_get_value(struct slice *bytes, struct arena *arena, struct value *out_value,
                              struct err *err) MUST_CHECK;

/* --- rows --- */

/* Row `row` of the columns; layout: in which order their cells are written (NULL: as they come). */
void bytes_put_row(struct buf *out, const struct column *const *columns, const uint32_t *layout, uint32_t count,
                   uint32_t row);

/*
 * Cells [first, end) of such a row into row `row` of columns (initialised, with null maps), in the same layout. Texts
 * borrow from *bytes.
 */
enum err_code bytes_get_row(struct slice *bytes, struct column *columns, const uint32_t *layout, uint32_t first,
                            uint32_t end, uint32_t row, struct arena *arena, struct err *err) MUST_CHECK;

/* Columns of one row that is read again and again. */
struct row_cells {
    uint32_t count;
    struct column *columns;     /* [count] */
    const struct column **refs; /* [count], for those who take columns by pointer */
    struct arena arena;         /* of the dynamics of the row that was read last */
};

/* Readies the columns layout[0, end) of `count`, or the first `end` where layout is NULL. They live in arena. */
enum err_code row_cells_init(struct row_cells *cells, const enum type *types, uint32_t count, const uint32_t *layout,
                             uint32_t end, struct arena *arena, struct err *err) MUST_CHECK;
void row_cells_release(struct row_cells *cells);

/* Forgets the row before and reads cells [0, end) of the next; the rest of it by bytes_get_row(). */
enum err_code row_cells_read(struct row_cells *cells, struct slice *bytes, const uint32_t *layout, uint32_t end,
                             struct err *err) MUST_CHECK;

#endif
