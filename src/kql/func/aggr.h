/*
 * aggr.h - the table of aggregate functions.
 *
 * Families live in ag_*.c, each a const array; aggr.c joins them. What a null does and which rows count is said in the
 * table, so that no family has to look: see aggr_add().
 */
#ifndef DDNSHUNT_KQL_AGGR_H
#define DDNSHUNT_KQL_AGGR_H

#include "event/batch.h"
#include "kql/expr.h"

/* State of one aggregate of one group; its layout is the aggregate's own, aggr.state_bytes long, zeroed at birth. */
struct aggr_call;

/* How an unnamed result is called (semantics, section 11). */
enum aggr_name { AGGR_NAME_BARE /* count_ */, AGGR_NAME_ARG /* sum_X */, AGGR_NAME_OF_ARG /* take_any(b) is b */ };

struct aggr {
    const char *name;
    const char *prefix;    /* "count_", "sum_", "set_" */
    const char *signature; /* as func.signature; result '=' decided by bind */
    enum aggr_name name_rule;
    bool takes_star; /* arg_max(x, *): several results */
    bool takes_null; /* add() also sees rows whose first argument is null */
    /* Number, from 1, of the argument that must be true for a row to count (sumif); 0: none. */
    uint8_t predicate;
    size_t state_bytes;
    /* Sets result_count and result_types for "=", and limit. NULL: one result, as the signature says. */
    enum err_code (*bind)(struct aggr_call *call, struct arena *arena, struct err *err);
    /* Adds one row; called by aggr_add(). Memory that the state keeps comes from arena. */
    enum err_code (*add)(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                         struct arena *arena, struct err *err);
    /*
     * The result; also of a state that saw no row. Result number `result` of call->result_count. The value may borrow
     * from the state.
     */
    enum err_code (*finish)(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                            struct value *out_value, struct err *err);
    /*
     * A state as bytes, for the temporary file, and back into a zeroed state that goes on as the first would have. load()
     * takes its bytes off the front of *bytes, which live as long as arena does. NULL: the state has no pointers, its
     * own bytes will do.
     */
    void (*save)(const struct aggr_call *call, const void *state, struct buf *out);
    enum err_code (*load)(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                          struct err *err);
    const char *doc;
};

struct aggr_call {
    const struct aggr *aggr;
    struct span span;
    uint32_t arg_count;
    struct expr **args;    /* over the summarize's input; for arg_max(x, *) the star is expanded by the binder */
    uint32_t result_count; /* 1, or for arg_max/arg_min/take_any the number of returned columns */
    enum type *result_types;
    int64_t limit; /* make_list/make_set: the most elements */
};

const struct aggr *aggr_find(struct slice name);
const struct aggr *aggr_at(uint32_t index); /* NULL past the end */

/* Settles the results of a call whose aggr and args are set: calls bind, or reads the signature. */
enum err_code aggr_bind(struct aggr_call *call, struct arena *arena, struct err *err) MUST_CHECK;

/* Adds a row to a state, unless its predicate is not true, or its first argument is null and that does not count. */
enum err_code aggr_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                       struct arena *arena, struct err *err) MUST_CHECK;

/* See aggr.save and load. */
void aggr_save(const struct aggr_call *call, const void *state, struct buf *out);
enum err_code aggr_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                        struct err *err) MUST_CHECK;

#endif
