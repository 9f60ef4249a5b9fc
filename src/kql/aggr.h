/*
 * aggr.h - the table of aggregate functions.
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
    size_t state_bytes;
    enum err_code (*bind)(struct aggr_call *call, struct arena *arena, struct err *err);
    /* Adds one row. Memory that the state keeps comes from arena (bounded: ERR_LIMIT). */
    enum err_code (*add)(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                         struct arena *arena, struct err *err);
    /* The result; also of a state that saw no row. Result number `result` of call->result_count. */
    enum err_code (*finish)(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                            struct value *out_value, struct err *err);
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

#endif
