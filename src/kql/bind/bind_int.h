/*
 * bind_int.h - what the parts of the binder share. Only bind*.c include it.
 *
 *   bind.c           a query: its lets, its subqueries, its one pipeline
 *   bind_pipe.c      sources, and operators that keep their rows' columns: where, sort, top, take, count
 *   bind_columns.c   operators that choose columns: extend, project and its kin, distinct, print
 *   bind_summarize.c summarize and its aggregates
 *   bind_expr.c      scalar expressions: names, paths, calls
 *   bind_compare.c   == < between ...: both sides in one type
 *   bind_arith.c     + - ...: what a dynamic side is read as
 *   bind_list.c      in, has_any ...: the list at their right
 *   bind_call.c      overloads and conversions
 *   bind_name.c      what an unnamed result is called; names that collide
 *
 * Sources: the semantics page of the Kusto reference for each operator, and what Microsoft's binder accepts.
 */
#ifndef DDNSHUNT_KQL_BIND_INT_H
#define DDNSHUNT_KQL_BIND_INT_H

#include "kql/func/aggr.h"
#include "kql/func/eval.h"
#include "kql/plan.h"

/* Expressions nested deeper than this, through lets as well, are refused: walks over a bound tree recurse. */
enum { BIND_DEPTH_MAX = 400 };
/* A pipeline of more operators, lets put in, is refused for the same reason. */
enum { BIND_OPERATORS_MAX = 1000 };
/* How often tables of lets are put in where they are used, at most: a let of lets of lets can grow exponentially. */
enum { BIND_INLINE_MAX = 10000 };
/* Names are looked for among all lets, one after the other; as many as columns may be (SCHEMA_COLUMNS_MAX). */
enum { BIND_LETS_MAX = 4096 };

struct bind_let {
    struct slice name;
    const struct ast *ast; /* what it stands for */
    struct expr *scalar;   /* bound; NULL for a table */
    uint32_t subquery;     /* its rows as a set (EXPR_SET), or UINT32_MAX while nobody has asked for them */
    uint32_t inner_count;  /* the lets that it can see: those before it */
};

/* The aggregates of a summarize, while the expressions over them are bound. */
struct bind_aggrs {
    const struct schema *row; /* the input's columns, for their arguments */
    struct aggr_call *calls;
    size_t count, capacity;
    uint32_t result_count; /* columns so far: groups, then results */
    struct expr *const *groups;
    uint32_t group_count;
};

struct binder {
    struct query *query;
    struct arena *arena;
    const struct bind_options *options;
    struct err *err;
    struct eval eval; /* for constants */

    struct bind_let *lets;
    uint32_t let_count;       /* visible ones */
    const struct schema *row; /* the columns in scope; NULL: none */
    struct bind_aggrs *aggrs; /* an aggregate may stand here, a column may not */
    const char *no_aggr;      /* why an aggregate may not stand here; NULL: the usual reason */
    unsigned depth;
    uint32_t inline_count;
    size_t subquery_capacity;
};

/* --- bind.c --- */
enum err_code bind_no_memory(struct binder *b) MUST_CHECK;
/* Is it a table: written as one, or the name of one (and of no column in scope)? */
bool bind_is_table(const struct binder *b, const struct ast *ast);
struct bind_let *bind_let_find(const struct binder *b, struct slice name);
/* The pipeline of a tabular expression. */
enum err_code bind_table(struct binder *b, const struct ast *ast, struct plan **out_plan) MUST_CHECK;
/* A tabular expression as a set: its first column, in the type of the value that is looked for in it (a number may be
 * widened for that). as_text: other types are looked at as text. */
enum err_code bind_set(struct binder *b, const struct ast *ast, bool as_text, struct expr **value,
                       struct expr **out_expr) MUST_CHECK;
/* toscalar(): the first value of a table, or a value as it is. */
enum err_code bind_scalar(struct binder *b, const struct ast *ast, struct expr **out_expr) MUST_CHECK;
struct plan *bind_plan(struct binder *b, enum plan_kind kind, struct plan *input, const struct schema *schema,
                       struct span span);
struct schema *bind_schema(struct binder *b, const struct column_def *columns, uint32_t count);

/* --- bind_pipe.c, bind_columns.c, bind_summarize.c: *plan is the input and becomes the result --- */
enum err_code bind_operator(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_source(struct binder *b, const struct ast *ast, struct plan **out_plan) MUST_CHECK;
enum err_code bind_extend(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_project(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_project_some(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_rename(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_reorder(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_distinct(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
enum err_code bind_print(struct binder *b, const struct ast *ast, struct plan **out_plan) MUST_CHECK;
enum err_code bind_summarize(struct binder *b, const struct ast *ast, struct plan **plan) MUST_CHECK;
/* Adds an aggregate to b->aggrs; the expression is its (first) result. */
enum err_code bind_aggregate(struct binder *b, const struct aggr *aggr, const struct ast *ast,
                             struct expr **out_expr) MUST_CHECK;
/* Sort, group and distinct keys may not be dynamic. */
enum err_code bind_check_key(struct binder *b, const struct expr *expr, const char *what) MUST_CHECK;
/* Leaves out what a query has to ask for by name: the columns of Sentinel and of provenance. */
enum err_code bind_visible(struct binder *b, struct plan **plan) MUST_CHECK;
static inline bool column_is_hidden(const struct column_def *def)
{
    return def->origin == COLUMN_SENTINEL || def->origin == COLUMN_PROVENANCE;
}

/* --- bind_expr.c --- */
enum err_code bind_expr(struct binder *b, const struct ast *ast, struct expr **out_expr) MUST_CHECK;
/* Over a plan's columns. */
enum err_code bind_row_expr(struct binder *b, const struct schema *row, const struct ast *ast,
                            struct expr **out_expr) MUST_CHECK;
enum err_code bind_need_bool(struct binder *b, const struct expr *expr, const char *what) MUST_CHECK;
enum err_code bind_unknown_column(struct binder *b, const struct schema *row, struct span span,
                                  struct slice name) MUST_CHECK;

/* --- bind_call.c --- */
const char *bind_a_type(enum type type); /* "a long", "an int" */
/* A call of func with these arguments (the array is taken over): overload, conversions, type, bind(), folding. */
enum err_code bind_call_of(struct binder *b, const struct func *func, struct span span, struct expr **args,
                           uint32_t count, struct expr **out_expr) MUST_CHECK;
enum err_code bind_operator_of(struct binder *b, const char *name, struct span span, struct expr *left,
                               struct expr *right, struct expr **out_expr) MUST_CHECK;
enum err_code bind_cast(struct binder *b, struct expr *expr, enum type to, struct expr **out_expr) MUST_CHECK;
/* Arguments against an aggregate's or a function's signature: casts them, gives the result's type. */
enum err_code bind_signature(struct binder *b, const char *name, const char *signature, bool is_operator,
                             struct span span, struct expr **args, uint32_t count, enum type *out_type,
                             bool *out_by_bind) MUST_CHECK;
enum err_code bind_bool_const(struct binder *b, bool value, struct span span, struct expr **out_expr) MUST_CHECK;
enum err_code bind_pair(struct binder *b, struct expr *first, struct expr *second, struct expr ***out_args) MUST_CHECK;

/* --- bind_compare.c, bind_list.c --- */
bool compare_knows(struct slice op);
enum err_code bind_compare(struct binder *b, const struct ast *ast, struct expr **out_expr) MUST_CHECK;
enum err_code bind_between(struct binder *b, const struct ast *ast, struct expr **out_expr) MUST_CHECK;
bool arith_knows(struct slice op);
/* Casts what is dynamic in an arithmetic operation. right: NULL for a sign. */
enum err_code bind_arith(struct binder *b, const struct ast *ast, struct expr **left, struct expr **right) MUST_CHECK;
bool list_knows(struct slice op);
enum err_code bind_list(struct binder *b, const struct ast *ast, struct expr **out_expr) MUST_CHECK;
/* The number type that holds both (or bool's long). */
enum type type_wider(enum type a, enum type b);

/* --- bind_name.c --- */
enum name_kind {
    NAME_GIVEN,  /* x = ... */
    NAME_COLUMN, /* a column, bare */
    NAME_KEPT,   /* bin(c, 1h): its first argument's */
    NAME_MADE,   /* d.x, strlen(b), count(): put together */
    NAME_ABSENT  /* Column1, print_0 */
};
struct bind_name {
    enum name_kind kind;
    struct slice text;
};
/* What an expression's result is called. */
enum err_code bind_name_of(struct binder *b, const struct ast *ast, struct bind_name *out_name) MUST_CHECK;
enum err_code bind_aggr_name(struct binder *b, const struct aggr *aggr, const struct ast *call, uint32_t result,
                             struct bind_name *out_name) MUST_CHECK;

/* The columns of an operator's result, as they come. */
struct bind_columns {
    struct column_def *defs;
    struct expr **exprs;
    bool *declared; /* by a name that no second one may have */
    uint32_t count;
    size_t capacity;
    uint32_t unnamed; /* how many ColumnN so far */
};
enum err_code columns_push(struct binder *b, struct bind_columns *columns, const struct column_def *def,
                           struct expr *expr, bool declared) MUST_CHECK;
/* A new column of project, summarize, distinct, print: an own name taken twice is an error, others get a number. */
enum err_code columns_add(struct binder *b, struct bind_columns *columns, struct bind_name name, bool keep_is_declared,
                          struct expr *expr, struct span span) MUST_CHECK;
/* A column of extend: replaces the one of that name. */
enum err_code columns_set(struct binder *b, struct bind_columns *columns, struct bind_name name, struct expr *expr,
                          struct span span) MUST_CHECK;
/* PLAN_DERIVE over input (or another kind that has exprs). */
enum err_code columns_plan(struct binder *b, const struct bind_columns *columns, enum plan_kind kind,
                           struct plan *input, struct span span, struct plan **out_plan) MUST_CHECK;

#endif
