/*
 * aggr_int.h - what only the families of aggregates see of one another.
 */
#ifndef DDNSHUNT_KQL_AGGR_INT_H
#define DDNSHUNT_KQL_AGGR_INT_H

#include "kql/func/aggr.h"
#include "kql/func/value_set.h"

/* The families. Each array ends with a row whose name is NULL. */
extern const struct aggr AGGRS_COUNT[];   /* ag_count.c: count countif dcount count_distinct ... */
extern const struct aggr AGGRS_NUMBER[];  /* ag_number.c: sum avg stdev variance ... */
extern const struct aggr AGGRS_EXTREME[]; /* ag_extreme.c: min max arg_min arg_max take_any ... */
extern const struct aggr AGGRS_COLLECT[]; /* ag_collect.c: make_list make_set ... */

/*
 * A value that a state keeps and replaces: its text stays in one run of bytes that grows, so that replacing it a
 * million times costs no more than the longest. Zeroed = no value yet.
 */
struct kept {
    bool is_set;
    struct value value;
    char *space;
    size_t capacity;
};

enum err_code kept_set(struct kept *kept, const struct value *value, struct arena *arena, struct err *err) MUST_CHECK;

/* As bytes and back (aggr.save, load). */
void kept_save(const struct kept *kept, struct buf *out);
enum err_code kept_load(struct kept *kept, struct slice *bytes, struct arena *arena, struct err *err) MUST_CHECK;

/* save and load where the state is a struct value_set of copies. */
void set_state_save(const struct aggr_call *call, const void *state, struct buf *out);
enum err_code set_state_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                             struct err *err) MUST_CHECK;

/* bind: the results have the types of the arguments (arg_max(x, y)), or one the type of the first (max(x)). */
enum err_code aggr_bind_all(struct aggr_call *call, struct arena *arena, struct err *err) MUST_CHECK;
enum err_code aggr_bind_first(struct aggr_call *call, struct arena *arena, struct err *err) MUST_CHECK;

#endif
