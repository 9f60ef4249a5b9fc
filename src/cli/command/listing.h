/*
 * listing.h - results that a command makes itself, row by row, on their way to the sink.
 */
#ifndef DDNSHUNT_CLI_LISTING_H
#define DDNSHUNT_CLI_LISTING_H

#include "cli/report.h"
#include "cli/run/run_int.h"

/* A row of a table of columns: LISTING_COLUMN("Suffix", TYPE_STRING). */
#define LISTING_COLUMN(text, kind)                                                                                     \
    {                                                                                                                  \
        .name = {(text), sizeof(text) - 1}, .type = (kind), .stand_in = COLUMN_NONE                                    \
    }

struct listing {
    struct delivery delivery;
    struct column_view view;
    struct batch *batch;
    uint64_t count; /* added so far */
};

/*
 * Opens the output that opts ask for; preferred is the format where neither an option nor the file's name says one, or NULL.
 * schema and arena must outlive the rows. After a failure, too, call listing_close().
 */
enum err_code listing_open(struct listing *listing, const struct opts *opts, const struct schema *schema,
                           const char *preferred, struct arena *arena, struct err *err) MUST_CHECK;
/* cells: one a column of the schema, of its type. What they borrow must stay until listing_commit(). */
enum err_code listing_add(struct listing *listing, const struct value *cells, struct err *err) MUST_CHECK;
enum err_code listing_commit(struct listing *listing, struct err *err) MUST_CHECK;
void listing_close(struct listing *listing);

/* "1,234 rows" on standard error. */
void listing_report(const struct listing *listing, struct report *report);

#endif
