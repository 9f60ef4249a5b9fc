/*
 * plan.h - what is to be done, as a chain of operators from a source of rows up to the result.
 *
 *   text -> kql_parse -> kql_bind -> kql_optimize -> exec_run
 *
 * A plan is made in the query's arena and const while it runs; workers share it.
 */
#ifndef DDNSHUNT_KQL_PLAN_H
#define DDNSHUNT_KQL_PLAN_H

#include "base/arena.h"
#include "event/schema.h"
#include "event/text_filter.h"
#include "kql/ast.h"
#include "kql/expr.h"

struct aggr_call; /* func/aggr.h */
struct kb;        /* ddns/kb.h */
struct value_set;
struct bag_index;

enum plan_kind {
    PLAN_SCAN,   /* the table of the inputs */
    PLAN_ROWS,   /* constant rows: datatable; one row without columns: print */
    PLAN_RANGE,  /* range x from a to b step s */
    PLAN_WHERE,  /* predicate */
    PLAN_DERIVE, /* extend, project and its kin: exprs[i] gives column i of schema */
    PLAN_VERIFY, /* rows are checked whole from here on; put in by the optimizer over a PLAN_SCAN */
    PLAN_SORT,   /* keys */
    PLAN_TOP,    /* keys[0], limit */
    PLAN_TAKE,   /* limit */
    PLAN_COUNT,
    PLAN_DISTINCT, /* all columns of its input; of_rows: but those of provenance, which the first of equal rows keeps */
    PLAN_SUMMARIZE /* groups, aggregates; then exprs over [groups..., aggregate results...] give the columns of schema
                    */
};

struct sort_key {
    struct expr *expr;
    bool descending;
    bool nulls_first;
};

/* A column that derives only pass on: that of the batch so many derived ones below; layers 0: it is worked out. */
struct passed_column {
    uint32_t layers, column;
};

struct plan {
    enum plan_kind kind;
    struct plan *input;          /* NULL for sources */
    const struct schema *schema; /* of what it gives */
    struct span span;            /* of the query's text */

    struct expr *
        *exprs; /* PLAN_DERIVE, PLAN_SUMMARIZE: [schema->count]; PLAN_WHERE: exprs[0]; PLAN_RANGE: from, to, step */
    /* PLAN_DERIVE: [schema->count], set by the optimizer: what loading a column needs to know, close together */
    const struct passed_column *passed;
    struct sort_key *keys;
    uint32_t key_count;
    uint64_t limit;
    bool of_rows;

    /* PLAN_SCAN: what the first predicate asks of one column's text, set by the optimizer; NULL: nothing is known */
    const struct text_filter *filter;

    struct value *rows; /* PLAN_ROWS: row_count * schema->count, row by row */
    uint32_t row_count;

    struct expr **groups; /* PLAN_SUMMARIZE */
    uint32_t group_count;
    struct aggr_call *aggrs;
    uint32_t aggr_count;
};

/* What a query may hold in memory unless it is told otherwise. */
#define QUERY_MEMORY_MAX (UINT64_C(2) << 30)

/* A bound query. Owns its arena and all that hangs in it. */
struct query {
    struct arena arena;
    struct plan *root;
    struct plan **subqueries; /* run before root, in order; EXPR_SET and EXPR_SCALAR refer to them */
    bool *subquery_is_scalar; /* of each: its first row's first value is wanted, no set; NULL: all are sets */
    uint32_t subquery_count;
    struct value *scalars;             /* filled by the executor; null where there was no row */
    struct bag_index **scalar_indexes; /* of those that are large bags (bag_index.h) */
    struct value **sets;               /* filled by the executor: first-column values of each subquery */
    uint64_t *set_counts;
    struct value_set *set_indexes, *set_indexes_nocase; /* the same, hashed, for in and in~ (value_set.h) */
    int64_t now;                                        /* one instant for the whole query */
    const struct kb *knowledge;                         /* what the ddns_* functions know; borrowed; NULL: nothing */
    /* Bytes that the operators may hold together before they spill to a temporary file; sets can't (budget.h). */
    uint64_t memory_max;
    const char *temporary_folder; /* for that file; NULL: the usual one (scratch.h). Borrowed. */
    bool slow; /* run it as it is written: the reference that tests compare with (DDNSHUNT_FAST=off) */
};

struct bind_options {
    const struct schema *table; /* DeviceNetworkEvents as it is for these inputs */
    int64_t now;
    const struct kb *knowledge; /* for the ddns_* functions; must outlive the query; NULL: they know no suffix */
};

/*
 * Binds a syntax tree: resolves names, checks types, gives result columns their names, works out what is constant. text
 * and ast must outlive the query. On failure out_query is as after query_release().
 *
 * The columns of Sentinel and of provenance are not among the columns of *, and not in the result, unless the query
 * names them.
 */
enum err_code kql_bind(const struct ast *ast, const struct bind_options *options, struct query *out_query,
                       struct err *err) MUST_CHECK;
/* Folds constants, splits and orders predicates, finds suffix sets, puts PLAN_VERIFY in its place; prepares functions.
 */
enum err_code kql_optimize(struct query *query, struct err *err) MUST_CHECK;
/* The plan as text, an operator a line, source first, for --explain. */
void plan_explain(const struct query *query, struct buf *out);
/* Operator `number` of a plan (0: its source) as text, in a line. */
void plan_explain_operator(const struct plan *root, uint32_t number, struct buf *out);
/* The column that the first predicate over the scan asks of every row, or COLUMN_NONE. */
uint32_t plan_first_column(const struct plan *root);
/*
 * Is each row of the scan read whole with nothing before that could turn it away, and then asked for no more columns than
 * *out_columns has room for? Then these are they.
 */
bool plan_reads_whole(const struct plan *root, struct few_columns *out_columns);

/* Calls visit on each expression that a plan, or a query with its subqueries, holds, until it says false. */
bool plan_visit(struct plan *root, bool (*visit)(struct expr **expr, void *user), void *user);
bool query_visit(struct query *query, bool (*visit)(struct expr **expr, void *user), void *user);
void query_release(struct query *query); /* NULL is allowed; a second time does nothing */

#endif
