/*
 * op.h - an operator of a running plan: takes batches, passes batches on.
 *
 *   source --push--> op --push--> op --push--> ... --push--> sink           and at the end of input, in the same order:
 *          -finish->    -finish->     -finish->    -finish->
 *
 * A batch belongs to whoever made it (its root), who frees it after the push; what an operator keeps it copies. A chain
 * runs in one thread. Operators that look at each row alone (where, extend and project, verify) also run in workers, by
 * op_step(). Each kind of operator is one file op_*.c with a const struct op_type.
 */
#ifndef DDNSHUNT_KQL_OP_H
#define DDNSHUNT_KQL_OP_H

#include "kql/exec/budget.h"
#include "kql/exec/profile.h"
#include "kql/func/eval.h"
#include "kql/plan.h"
#include "source/source.h"

/* What the operators of one query share. */
struct op_env {
    struct query *query;
    struct budget *budget;
    struct eval *eval;       /* of the thread that runs the chain */
    struct work *work;       /* its clock, or NULL */
    struct profile *profile; /* with the clocks of other threads, or NULL */
    unsigned threads;        /* at least 1: how many may work while the input is at its end */
    uint32_t beside_text;    /* the column that the sink looks at in rows whose text was made; COLUMN_NONE: none */
    /* Rows that fall away after an operator that made new rows: they have no record of the input. */
    struct scan_stats *stats;
    enum err_code (*reject)(void *user, const struct reject *reject, struct err *err); /* may be NULL */
    void *user;
};

struct op {
    const struct op_type *type;
    const struct plan *plan; /* NULL: the sink at the end of a chain */
    struct op_env *env;
    struct op *next;
    uint32_t stage; /* where its work is charged to (profile.h) */
    bool done;      /* it wants no more batches */
};

struct op_type {
    const char *name;
    size_t size_bytes; /* of the struct that begins with struct op; zeroed at birth */
    bool is_breaker;   /* gives nothing before finish: that its successors are done means nothing to its input */
    enum err_code (*open)(struct op *op, struct err *err); /* NULL: nothing to do */
    enum err_code (*push)(struct op *op, struct batch *batch, struct err *err);
    /* The input is at its end: gives what was kept (NULL: nothing). The chain's driver goes on to the next operator. */
    enum err_code (*finish)(struct op *op, struct err *err);
    void (*close)(struct op *op); /* also after a failed open; NULL: nothing to do */
    /*
     * What a push of the batch would begin with, if it is to be pushed as it is: any thread may do it before, with an eval of its
     * own; NULL where it has none. NULL: nothing, or nobody wants it.
     */
    enum err_code (*prepare)(const struct op *op, struct eval *eval, struct batch *batch, struct err *err);
    /*
     * Of a batch that was prepared, all that a push needs, as a root batch of its own that borrows nothing: who prepared it may then free
     * it, and push this one. Any thread. *out_apart is NULL where that is not to be had. NULL: never.
     */
    enum err_code (*detach)(const struct op *op, struct batch *batch, struct batch **out_apart, struct err *err);
    /*
     * Of the sink of a chain: makes batch_text() of the selected rows, all of whose columns are loaded, in any thread. ends: where
     * each row's ends, [selection->count], or NULL. NULL: it does not take rows as texts.
     */
    enum err_code (*make_text)(const struct op *op, struct batch *batch, size_t *ends, struct err *err);
};

extern const struct op_type OP_STEP, OP_TAKE, OP_TOP, OP_SORT, OP_COUNT, OP_DISTINCT, OP_SUMMARIZE;

/* Makes and opens the operator of a plan's node, the nth of its chain from the source (0) up. */
enum err_code op_open(const struct plan *plan, uint32_t number, struct op_env *env, struct op *next, struct op **out_op,
                      struct err *err) MUST_CHECK;
/* Closes and frees the operator and all behind it, but for a sink (its plan is NULL). */
void op_close(struct op *op);

/* Hands a batch on; one without selected rows is not worth it. */
enum err_code op_push(struct op *op, struct batch *batch, struct err *err) MUST_CHECK;
/* Finishes the operator and all behind it. */
enum err_code op_finish(struct op *op, struct err *err) MUST_CHECK;
/* Does ahead what a push to the operator will begin with; see op_type.prepare. */
enum err_code op_prepare(const struct op *op, struct eval *eval, struct batch *batch, struct err *err) MUST_CHECK;
/* Takes off a prepared batch what a push needs, if that can be: see op_type.detach. NULL: it can't, or no row is selected. */
enum err_code op_detach(const struct op *op, struct batch *batch, struct batch **out_apart, struct err *err) MUST_CHECK;
/* Would a batch that is pushed now change nothing? */
bool op_is_done(const struct op *op);

/* --- where, derive, verify --- */

bool plan_is_step(enum plan_kind kind);

/*
 * Applies a step to a batch: narrows its selection, or derives a batch. eval is looked up whenever a derived column is
 * loaded: who hands the batch to another thread changes *eval to that thread's.
 */
enum err_code op_step(const struct plan *plan, struct eval **eval, struct batch *batch, struct batch **out_batch,
                      struct err *err) MUST_CHECK;

/* A batch whose column i is plan->exprs[i] over the batch. */
enum err_code op_derive(const struct plan *plan, struct eval **eval, struct batch *batch, struct batch **out_batch,
                        struct err *err) MUST_CHECK;

/* --- new rows --- */

enum { RESULT_BATCH_ROWS = 1024 };

/*
 * A root batch of rows that an operator made, all selected; the maker fills its columns and sets loaded. first_row:
 * the number of its first row among those rows, from 0.
 */
enum err_code op_new_batch(struct op_env *env, const struct schema *schema, uint32_t row_count, uint64_t first_row,
                           struct batch **out_batch, struct err *err) MUST_CHECK;

/* Loads all columns for the selected rows, and drops the rows that turn out to be unreadable. */
enum err_code batch_load_all(struct batch *batch, struct err *err) MUST_CHECK;

/* exprs over the selected rows, as columns in the batch's arena. */
enum err_code op_eval_all(struct eval *eval, struct expr *const *exprs, uint32_t count, struct batch *batch,
                          const struct column ***out_columns, struct err *err) MUST_CHECK;

#endif
