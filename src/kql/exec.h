/*
 * exec.h - runs a query's plan: streaming operators in parallel, one worker a batch; the rest in the input's order.
 */
#ifndef DDNSHUNT_KQL_EXEC_H
#define DDNSHUNT_KQL_EXEC_H

#include "kql/plan.h"
#include "source/source.h"

struct exec_config {
    unsigned threads; /* at least 1 */
    /* Opens the inputs anew; called once for each plan that scans (subqueries first). NULL: no inputs (print,
     * datatable). */
    enum err_code (*open_scan)(void *user, struct scan **out_scan, struct err *err);
    /* Given result batches in order; rows = selected rows, all columns loaded. */
    enum err_code (*result)(void *user, struct batch *batch, struct err *err);
    enum err_code (*reject)(void *user, const struct reject *reject, struct err *err);
    void *user;
    /* Looked at between blocks: true = stop reading, finish with what is there (SIGINT). May be NULL. */
    bool (*interrupted)(void *user);
    /* Called from time to time in the ordered stage, for a progress line. May be NULL. */
    void (*progress)(void *user, const struct scan *scan, const struct scan_stats *stats, uint64_t result_rows);
};

/* stats: of the last scan (root's). ERR_INTERRUPTED after a clean early end: results so far have been given. */
enum err_code exec_run(struct query *query, const struct exec_config *config, struct scan_stats *stats,
                       struct err *err) MUST_CHECK;

#endif
