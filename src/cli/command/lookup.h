/*
 * lookup.h - from hosts and URLs to rows that say whose they are; batches of them go to the sink.
 */
#ifndef DDNSHUNT_CLI_LOOKUP_H
#define DDNSHUNT_CLI_LOOKUP_H

#include "cli/run/run_int.h"
#include "ddns/kb.h"

enum { LOOKUP_INPUT, LOOKUP_HOST, LOOKUP_SUFFIX, LOOKUP_PROVIDER, LOOKUP_CATEGORY, LOOKUP_KIND, LOOKUP_COLUMNS };

/* Hits of one provider; found by where its name lies, which is the same for most rows of a table. */
struct lookup_tally {
    struct slice provider; /* of the knowledge base; ptr NULL: free */
    uint64_t hits;
};
enum { LOOKUP_TALLIES = 1024 };

struct lookup {
    const struct kb *kb;
    bool categories[KB_CATEGORY_COUNT]; /* those that count */
    bool matched, unmatched;            /* which rows are shown */
    struct delivery *delivery;
    struct column_view view;
    size_t *widths; /* [view.schema.count]: cells that are enough for most of a column's texts */
    struct batch *batch;
    struct slice *cells[LOOKUP_COLUMNS]; /* of the batch's columns */
    struct arena texts;                  /* of cells that stand nowhere else, until the batch is delivered */
    struct buf scratch, mended;
    struct lookup_tally *tallies; /* [LOOKUP_TALLIES] */
    uint64_t hits;
};

/* The columns Input, Host, Suffix, Provider, Category, Kind, all of them texts. */
extern const struct schema LOOKUP_SCHEMA;

/* delivery is open. --columns, --category, --matched and --unmatched are taken from opts; what they name lives in arena. */
enum err_code lookup_init(struct lookup *lookup, const struct opts *opts, const struct kb *kb,
                          struct delivery *delivery, struct arena *arena, struct err *err) MUST_CHECK;
void lookup_release(struct lookup *lookup);

/* One host or URL, which must stay where it is until the next lookup_deliver(). Delivers when a batch is full. */
enum err_code lookup_add(struct lookup *lookup, struct slice input, struct err *err) MUST_CHECK;
enum err_code lookup_deliver(struct lookup *lookup, struct err *err) MUST_CHECK;

#endif
