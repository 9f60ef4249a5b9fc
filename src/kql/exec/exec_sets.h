/*
 * exec_sets.h - the values of subqueries: for in, has_any and has_all all of the first column's (query.sets and their
 * indexes), for toscalar() the first row's (query.scalars).
 */
#ifndef DDNSHUNT_KQL_EXEC_SETS_H
#define DDNSHUNT_KQL_EXEC_SETS_H

#include "kql/exec/op.h"

/* What Kusto allows at the right of `in` (semantics, section 6). */
enum { SET_VALUES_MAX = 1000000 };

/* The memory of all sets; they live until it is released, and the query must not be evaluated after that. */
enum err_code sets_init(struct query *query, struct budget_arena *memory, struct err *err) MUST_CHECK;

/* The end of a subquery's chain: collects the different values of its first column into the query's set. */
struct set_sink {
    struct op op;
    struct budget_arena *memory;
    uint32_t subquery;
};

void set_sink_init(struct set_sink *sink, struct op_env *env, struct budget_arena *memory, uint32_t subquery);

/* The end of a scalar subquery's chain: keeps the first value of the first row that comes. */
void scalar_sink_init(struct set_sink *sink, struct op_env *env, struct budget_arena *memory, uint32_t subquery);

/* After the last row: completes what the query needs of the set or the value. */
enum err_code set_sink_finish(struct set_sink *sink, struct err *err) MUST_CHECK;

#endif
