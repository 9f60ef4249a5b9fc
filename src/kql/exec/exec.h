/*
 * exec.h - runs a query's plan: streaming operators in parallel, one worker a batch; the rest in the input's order.
 */
#ifndef DDNSHUNT_KQL_EXEC_H
#define DDNSHUNT_KQL_EXEC_H

#include "kql/exec/profile.h"
#include "kql/plan.h"
#include "source/source.h"

struct exec_config {
    unsigned threads; /* at least 1 */
    /*
     * Opens the inputs anew; called once for each plan that scans (subqueries first); exec_run() closes what it gets.
     * NULL: no inputs (print, datatable).
     */
    enum err_code (*open_scan)(void *user, struct scan **out_scan, struct err *err);
    /* Given result batches in order; rows = selected rows, all columns loaded, or a text (make_text). */
    enum err_code (*result)(void *user, struct batch *batch, struct err *err);
    /*
     * Makes batch_text() of a batch of result rows ahead of result(), in any thread and in no order: only reads what user holds.
     * ends: where each row's text ends, [selection->count], or NULL. The text of rows may come to result() in other batches than it
     * was made of, and where it does, no column comes with it but beside_text (COLUMN_NONE: none). NULL: result() makes do with
     * columns; and where nothing is won by it, this is not called.
     */
    enum err_code (*make_text)(void *user, struct batch *batch, size_t *ends, struct err *err);
    uint32_t beside_text;
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
