/*
 * report.h - everything that goes to standard error: errors, notices, rejected records, progress, the closing summary.
 *
 * All text from data (paths, reasons, providers) is made harmless first. Calls may come from several threads; a lock
 * keeps lines whole, and the progress line out of their way.
 */
#ifndef DDNSHUNT_CLI_REPORT_H
#define DDNSHUNT_CLI_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "cli/opts.h"
#include "source/source.h"

#include <pthread.h>

enum {
    REPORT_REJECTS_NAMED = 10, /* the first rejected records that are named one by one */
    PROVIDERS_MAX = 256        /* providers that are counted apart */
};

struct provider_count {
    struct slice name; /* in the report's arena */
    uint64_t hits;
};

struct report {
    pthread_mutex_t lock;
    bool quiet, terminal, unicode, color;
    bool progress_shown;
    double started, progress_last; /* seconds of a monotonic clock */
    uint64_t rejects_named;
    struct err told; /* the last error: where many inputs have the same fault, its hint is told once */
    struct arena arena;
    struct provider_count providers[PROVIDERS_MAX];
    uint32_t provider_count;
    uint64_t provider_rest; /* hits of providers beyond PROVIDERS_MAX */
    struct buf text;        /* of what is being printed */
};

void report_init(struct report *report, const struct opts *opts);
void report_release(struct report *report);

/* "ddnshunt: error: where: text", and the hint. Also with -q. */
void report_error(struct report *report, const struct err *err);
/* The same for an error of a query's text, with the place marked. */
void report_query_error(struct report *report, const char *origin, struct slice query, const struct err *err);
/* A line that -q leaves out. */
void report_note(struct report *report, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Names the first rejected records. */
void report_reject(struct report *report, const struct reject *reject);

/* Counts one hit of a provider, or several. */
void report_count_hit(struct report *report, struct slice provider);
void report_count_hits(struct report *report, struct slice provider, uint64_t hits);

/* Draws the progress line if it is time to (standard error is a terminal, half a second has passed). */
void report_progress(struct report *report, const struct scan *scan, uint64_t results, const char *results_name);
/* Takes the progress line away, before results go to the same terminal. */
void report_progress_clear(struct report *report);

struct summary {
    const struct scan_stats *stats; /* of the inputs; NULL if none were read */
    uint64_t results;
    const char *results_name; /* "hit" or "row" */
    const char *rows_name;    /* what stats.rows are; NULL: "row" */
    bool interrupted;
    bool apart; /* results went to the same terminal: leave a line blank */
};
void report_summary(struct report *report, const struct summary *summary);
/* Lines that are made elsewhere, harmless already. */
void report_text(struct report *report, struct slice text);

/* 1234567 -> "1,234,567"; into has at least 27 bytes. */
const char *number_text(uint64_t number, char *into);
/* 1536000 -> "1.5 MB"; into has at least 16 bytes. */
const char *bytes_text(double bytes, char *into);

#endif
