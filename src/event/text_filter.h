/*
 * text_filter.h - what a column must hold for a row to be wanted: what the optimizer knows of a predicate, and what lets a
 * source leave rows out before it decodes them. One of some texts must stand in it, or somebody is asked.
 *
 *   where InitiatingProcessCommandLine has_any ("certutil", "mshta")   ->   {certutil, mshta}, as whole terms
 *   where RemoteUrl contains "Duck"                                    ->   {duck}, in any case
 *   where RemoteUrl matches regex "[0-9a-f]{16}"                        ->   a run of 16 bytes, each one of these
 *   where isnotempty(ddns_suffix(RemoteUrl))                           ->   who knows the suffixes
 *
 * A filter says "no" only where the predicate is false for certain. What it says "may" of is for the predicate to decide,
 * so that it need not know about terms, case or place more than helps to be quick.
 */
#ifndef DDNSHUNT_EVENT_TEXT_FILTER_H
#define DDNSHUNT_EVENT_TEXT_FILTER_H

#include "base/arena.h"
#include "base/byte_run.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Const once made; shared by threads. */
struct text_filter;

struct text_filter_wish {
    uint32_t column;
    const struct slice *texts; /* copied; none is empty */
    uint32_t count;
    bool nocase;    /* A-Z and a-z are the same */
    bool are_terms; /* each is of ASCII letters and digits, and neither stands before nor behind it */
};

/* *out_filter is NULL where no filter would be of use: a text too short, too many of them. In arena. ERR_MEMORY. */
enum err_code text_filter_new(const struct text_filter_wish *wish, struct arena *arena,
                              const struct text_filter **out_filter, struct err *err) MUST_CHECK;

/*
 * One who is asked about a text instead: may the predicate be true of it? text: the column's, decoded. Any thread may ask.
 * what: for people, "a host under a known suffix"; it and user live as long as the filter.
 */
struct text_judge {
    bool (*may)(const void *user, struct slice text);
    bool (*may_name)(const void *user,
                     struct slice name); /* the same of a text of a-z 0-9 - . _ alone, not empty; or NULL */
    const void *user;
    const char *what;
    bool of_hosts; /* of http://name, https://name, and these with a slash behind it, the answer is that of the name */
};
/* In arena. ERR_MEMORY. */
enum err_code text_filter_ask(uint32_t column, const struct text_judge *judge, struct arena *arena,
                              const struct text_filter **out_filter, struct err *err) MUST_CHECK;

/* A run of bytes must stand in the column, all of them ASCII or of characters that are not. In arena. ERR_MEMORY. */
enum err_code text_filter_run(uint32_t column, const struct byte_run *run, struct arena *arena,
                              const struct text_filter **out_filter, struct err *err) MUST_CHECK;

uint32_t text_filter_column(const struct text_filter *filter);
/* How many texts it has; 0 if it asks a judge or wants a run. */
uint32_t text_filter_count(const struct text_filter *filter);
/* The judge's, or that of a run; NULL if it has texts. */
const char *text_filter_what(const struct text_filter *filter);

/* May one of the texts stand in the JSON string whose text between the quotes, well-formed and not decoded, is `raw`? */
bool text_filter_may_json(const struct text_filter *filter, struct slice raw);
/* The same where it is known that no \u stands in it. */
bool text_filter_may_raw(const struct text_filter *filter, struct slice raw);
/* The same of a text that has no escapes, and is ASCII: it is the column's as it stands. */
bool text_filter_may_text(const struct text_filter *filter, struct slice text);
/* The one who is asked, if it is worth while to find out whether a text is a name: may_name is not NULL. Else NULL. */
const struct text_judge *text_filter_of_names(const struct text_filter *filter);

#endif
