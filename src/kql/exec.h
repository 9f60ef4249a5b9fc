/*
 * exec.h - runs a query's plan: streaming operators in parallel, one worker a batch; the rest in the input's order.
 */
#ifndef DDNSHUNT_KQL_EXEC_H
#define DDNSHUNT_KQL_EXEC_H

#include "kql/plan.h"
#include "kql/profile.h"
#include "source/source.h"

struct exec_config {
    unsigned threads; /* at least 1 */
    /*
     * Opens the inputs anew; called once for each plan that scans (subqueries first); exec_run() closes what it gets.
     * NULL: no inputs (print, datatable).
     */
    enum err_code (*open_scan)(void *user, struct scan **out_scan, struct err *err);
    /* Given result batches in order; rows = selected rows, all columns loaded. */
    enum err_code (*result)(void *user, struct batch *batch, struct err *err);
    /*
     * Called for a result batch ahead of result(), in any thread and in no order: only reads what user holds. May be NULL; and with
     * one thread, or where the last operator hands its rows out itself, it is not called.
     */
    enum err_code (*prepare)(void *user, struct batch *batch, struct err *err);
    /* A row that falls away after an operator that made new rows has "(result)" for its input, and no bytes. */
    enum err_code (*reject)(void *user, const struct reject *reject, struct err *err);
    void *user;
    /*
     * Looked at between blocks, by whatever thread takes the next one, one at a time: true = stop reading, finish with
     * what is there (SIGINT). May be NULL. A scan's first block is taken without asking.
     */
    bool (*interrupted)(void *user);
    /* Called from time to time in the ordered stage, for a progress line: kept_rows are those that the plan's first steps
     * (where, extend, project) have left so far, before any sort or summarize. May be NULL. */
    void (*progress)(void *user, const struct scan *scan, const struct scan_stats *stats, uint64_t kept_rows);
    struct profiles *profiles; /* gets a profile for each plan that is run; NULL: not wanted */
};

/*
 * stats: added to; of the root's scan, or where the root scans nothing of the last subquery that does. result, reject and
 * progress are called in the caller's thread. ERR_INTERRUPTED after a clean early end: results so far have been given.
 */
enum err_code exec_run(struct query *query, const struct exec_config *config, struct scan_stats *stats,
                       struct err *err) MUST_CHECK;

#endif
