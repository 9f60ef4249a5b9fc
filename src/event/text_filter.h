/*
 * text_filter.h - texts of which one must stand in a column for a row to be wanted: what the optimizer knows of a
 * predicate, and what lets a source leave rows out before it decodes them.
 *
 *   where InitiatingProcessCommandLine has_any ("certutil", "mshta")   ->   {certutil, mshta}, as whole terms
 *   where RemoteUrl contains "Duck"                                    ->   {duck}, in any case
 *
 * A filter says "no" only where the predicate is false for certain. What it says "may" of is for the predicate to decide,
 * so that it need not know about terms, case or place more than helps to be quick.
 */
#ifndef DDNSHUNT_EVENT_TEXT_FILTER_H
#define DDNSHUNT_EVENT_TEXT_FILTER_H

#include "base/arena.h"
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

uint32_t text_filter_column(const struct text_filter *filter);
uint32_t text_filter_count(const struct text_filter *filter);

/* May one of the texts stand in the JSON string whose text between the quotes, well-formed and not decoded, is `raw`? */
bool text_filter_may_json(const struct text_filter *filter, struct slice raw);

#endif
