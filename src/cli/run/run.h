/*
 * run.h - a query from its text to written results: the one path behind scan and query.
 */
#ifndef DDNSHUNT_CLI_RUN_H
#define DDNSHUNT_CLI_RUN_H

#include "cli/opts.h"
#include "cli/report.h"

/* What happened, for the exit status. */
struct outcome {
    bool wrong_call;  /* 2: usage, query */
    bool stopped;     /* 3: it could not go on */
    bool interrupted; /* 130 */
    bool unread;      /* 1: some input or record could not be read */
    bool hits;        /* 10 with --fail-on-hit */
};
/* The higher word wins: 2, 3, 130, 1, 10, 0. */
int outcome_status(const struct outcome *outcome, bool fail_on_hit);
/* Notes a failure of any kind. ERR_PIPE is none. */
void outcome_add(struct outcome *outcome, enum err_code code);

struct run_text {
    struct slice text;
    const char *origin;       /* for messages: "query", a file's name, "rule published" */
    const char *results_name; /* "hit" or "row" */
    bool knows_providers;     /* its providers are those of the knowledge base */
};

/* Tunes, runs, checks or explains, as opts say. Reports its failures itself. */
void run_text(const struct opts *opts, const struct run_text *text, struct report *report, struct outcome *outcome);

/* SIGINT and SIGTERM: finish with what is there. A second one ends at once. SIGPIPE is ignored. */
void signals_catch(void);
bool signals_caught(void);

#endif
