/*
 * op_groups.h - the groups of summarize that are in memory: keys, and a state for each aggregate of each group.
 *
 * Groups are numbered in the order in which they were made. States lie in chunks of GROUPS_CHUNK groups that never move.
 */
#ifndef DDNSHUNT_KQL_OP_GROUPS_H
#define DDNSHUNT_KQL_OP_GROUPS_H

#include "kql/exec/op.h"
#include "kql/exec/op_index.h"

enum { GROUPS_CHUNK = 64 };

/* How the states of one group lie; made once. */
struct groups_layout {
    const struct plan *plan;
    enum type *key_types;  /* [group_count] */
    size_t *state_offsets; /* [aggr_count], in the bytes of a group */
    size_t group_bytes;
};

struct groups {
    const struct groups_layout *layout;
    struct budget_arena memory;
    struct row_index keys;
    char **chunks;
    uint32_t chunk_count, chunk_capacity;
    uint32_t count;
};

enum err_code groups_layout_init(struct groups_layout *layout, const struct plan *plan, struct arena *arena,
                                 struct err *err) MUST_CHECK;

/* layout must outlive the groups. */
void groups_init(struct groups *groups, const struct groups_layout *layout, struct budget *budget);
void groups_release(struct groups *groups); /* it can be used again after groups_init() */

/*
 * The group of row `row` of the key columns, of which hash is the row_hash(), and whose first row has that number; made if there
 * is none and may_add, else *out_found is false. Without keys there is one group.
 */
enum err_code groups_find(struct groups *groups, const struct column *const *keys, uint32_t row, uint32_t hash,
                          uint64_t number, bool may_add, uint32_t *out_group, bool *out_found,
                          struct err *err) MUST_CHECK;

/* Number of the group's first row. */
uint64_t groups_first(const struct groups *groups, uint32_t group);
void *groups_state(const struct groups *groups, uint32_t group, uint32_t aggr);

/* A group's states are asked for soon: so is their memory, now. */
void groups_expect_state(const struct groups *groups, uint32_t group);

/* Adds row `row` to a group: args[aggr] are the arguments of each aggregate. */
enum err_code groups_add_row(struct groups *groups, uint32_t group, const struct column *const *const *args,
                             uint32_t row, struct err *err) MUST_CHECK;

/* --- as bytes, for the temporary file: number of the first row, keys, states --- */

/* Appends a group; check out->failed. */
void groups_save(const struct groups *groups, uint32_t group, const struct column *const *keys, uint32_t row,
                 struct buf *out);
/* The keys of a group as columns: row *out_row of out_keys[group_count]. */
void groups_keys(const struct groups *groups, uint32_t group, const struct column **out_keys, uint32_t *out_row);
/*
 * Makes a group of what follows number and keys, which have been read. The bytes are copied. There must be no such group
 * yet.
 */
enum err_code groups_load(struct groups *groups, const struct column *const *keys, uint32_t row, uint64_t number,
                          struct slice bytes, struct err *err) MUST_CHECK;

#endif
