/*
 * op_parts.h - rows and groups that found no room in memory, divided by the hash of their values into parts that will:
 * the temporary file under distinct and summarize.
 *
 *   level 0 (memory)  --what has no room-->  16 parts of level 1  --each into memory; what has no room-->  16 of level 2 ...
 *
 * All rows with the same values are in one part, in the order in which they came; each carries its number among the rows
 * of the input. A part has two streams: states of groups that were already begun, and rows; the states come first. So a
 * group sees its rows in their order, whatever is written when, and sums of reals are the same to the last bit.
 */
#ifndef DDNSHUNT_KQL_OP_PARTS_H
#define DDNSHUNT_KQL_OP_PARTS_H

#include "event/batch.h"
#include "kql/exec/budget.h"

enum {
    PARTS_FAN_OUT = 16,
    PARTS_DEPTH_MAX = 15 /* each level has a hash of its own: no data gets so deep */
};

enum part_stream { PART_STATES, PART_ROWS };

struct part {
    struct scratch_stream streams[2];
    uint32_t level; /* of the memory that is to take it */
};

struct parts {
    struct budget *budget;
    uint32_t level; /* of the memory whose overflow is being written: 0 first */
    struct scratch_writer writers[PARTS_FAN_OUT][2];
    bool is_open; /* something was written at this level */
    struct part *waiting;
    size_t waiting_count, waiting_capacity;
    bool any; /* something was ever written */
    struct buf record;
};

void parts_init(struct parts *parts, struct budget *budget);
void parts_release(struct parts *parts); /* also of zeroed ones */

/* Can what overflows at this level be divided once more? */
bool parts_can_divide(const struct parts *parts);

/* Writes a record to the part of the values in keys (row `row` of each). */
enum err_code parts_add(struct parts *parts, enum part_stream stream, const struct column *const *keys,
                        uint32_t key_count, uint32_t row, struct slice record, struct err *err) MUST_CHECK;

/* A row with its number: number, then bytes_put_row() of the columns. */
enum err_code parts_add_row(struct parts *parts, const struct column *const *keys, uint32_t key_count,
                            const struct column *const *columns, uint32_t column_count, uint32_t row, uint64_t number,
                            struct err *err) MUST_CHECK;

/* No more of this level comes: its parts wait. */
enum err_code parts_close_level(struct parts *parts, struct err *err) MUST_CHECK;
/* Takes a waiting part out, and makes its level that of what overflows from now. False: none is left. */
bool parts_take(struct parts *parts, struct part *out_part);

#endif
