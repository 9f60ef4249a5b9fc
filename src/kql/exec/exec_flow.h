/*
 * exec_flow.h - batches of a scan, prepared by workers and handed out in the input's order.
 *
 *   input 0 --scan_read()--> block 0 --worker: load, split, steps, columns--> slot \
 *                            block 1 --worker--------- " -----------------> slot  +--> flow_next(), one after the other
 *   input 1 --scan_read()--> block 0 --worker--------- " -----------------> slot /
 *
 * Workers take blocks one at a time, of the first input in order that can be read, and may be ahead of whoever consumes
 * by so many blocks, then they wait: so memory is bounded. What one thread alone can read (compressed inputs, pipes' text)
 * leaves the others free for the inputs behind it; a short file is one block, opened, read and looked through by one
 * worker. The consumer's order is that of the inputs and of the blocks in them, so the result is the same for any number
 * of threads.
 * The consumer is one of the threads: flow_next() works too as long as the next block is not done, so with one thread
 * none is started. Only where bytes may have to be waited for (scan_waits()) does it leave all of that to the others, and
 * no input is opened before the one before it was read.
 */
#ifndef DDNSHUNT_KQL_EXEC_FLOW_H
#define DDNSHUNT_KQL_EXEC_FLOW_H

#include "kql/exec/op.h"
#include "kql/exec/profile.h"
#include "kql/func/eval.h"
#include "kql/plan.h"
#include "source/source.h"

/* Each thread may be at one block and have another done, and one more evens out what blocks cost. */
enum { FLOW_AHEAD = 1, FLOW_THREADS_MAX = 256 };

struct flow_config {
    struct scan *scan;
    const struct query *query;
    const struct plan *const *steps; /* where, derive, verify, from the scan upwards */
    uint32_t step_count;
    /*
     * Which columns of the last step's batch the consumer will ask of each row, so that workers decode them: flags
     * [schema->count]; NULL: none.
     */
    const bool *wanted;
    const struct op *first; /* the consumer's first operator: prepared for ahead; NULL: not */
    unsigned threads;
    struct scan_stats *counts;       /* added to by flow_next() */
    struct profile *profile;         /* NULL: not wanted; has a clock for the consumer and for each thread */
    bool (*interrupted)(void *user); /* asked before each block but the first, one at a time; may be NULL */
    void *user;
};

/*
 * One block's batch after the steps; or what the first operator needs of it, with the counts of all else, where that could be
 * detached: so the block's memory is free before its turn has come, and the thread that had it reads into it while its cache holds it. Or
 * the counts of some blocks of which no row was left.
 */
struct flow_item {
    bool any;                 /* else it was the last */
    struct batch *batch;      /* to be pushed */
    struct batch *root;       /* to be freed; NULL: only counts, which flow_next() accounted for */
    bool detached;            /* counts stand for the block, else it is to be accounted for */
    struct scan_input *input; /* of counts */
    struct scan_stats counts;
    /* With which derived columns are loaded from now on: set by the consumer. NULL: all are loaded. */
    struct eval **eval;
};

struct flow;

enum err_code flow_open(const struct flow_config *config, struct flow **out_flow, struct err *err) MUST_CHECK;

/*
 * The next block's batch; item->any is false at the end. The error of the first block in order that has one. The item
 * belongs to the caller.
 */
enum err_code flow_next(struct flow *flow, struct flow_item *out_item, struct err *err) MUST_CHECK;
/* Did the flow end because `interrupted` said so? */
bool flow_was_interrupted(struct flow *flow);

/* Takes no more blocks, waits for the workers, frees what was not handed out. NULL is allowed. */
void flow_close(struct flow *flow);

#endif
