/*
 * datetime.h - instants and durations in ticks of 100 ns, as Kusto (and .NET) count them.
 *
 * A datetime is the ticks since 0001-01-01T00:00:00Z in the proleptic Gregorian calendar, years 1 to 9999. A timespan
 * is a signed number of ticks. No leap seconds.
 */
#ifndef DDNSHUNT_EVENT_DATETIME_H
#define DDNSHUNT_EVENT_DATETIME_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define TICKS_PER_SECOND INT64_C(10000000)
#define TICKS_PER_MINUTE (60 * TICKS_PER_SECOND)
#define TICKS_PER_HOUR   (60 * TICKS_PER_MINUTE)
#define TICKS_PER_DAY    (24 * TICKS_PER_HOUR)
#define TICKS_MAX        INT64_C(3155378975999999999) /* 9999-12-31T23:59:59.9999999 */
#define TICKS_UNIX_EPOCH INT64_C(621355968000000000)

/*
 * The forms that todatetime() and datetime literals take (semantics, section 5): ISO 8601 with T or blank, 0 to 9
 * fractional digits (cut at 7), Z, +hh:mm, +hhmm or none (UTC); dates alone; RFC 822 and 850; month-first dates; and
 * the portal's `2/25/2025, 9:19:25.391 AM`. Blanks around are allowed. False if text is none of them or out of range.
 * An offset is applied: the result is UTC.
 */
bool datetime_parse(struct slice text, int64_t *out_ticks);

/* The strict, quick subset: ISO 8601 alone. datetime_parse() equals it wherever it says true. */
bool datetime_parse_iso(struct slice text, int64_t *out_ticks);

/* 2015-12-31T23:59:59.9000000Z : always seven digits. */
void datetime_to_text(int64_t ticks, struct buf *out);
/* The same into out; returns its length. */
enum { DATETIME_TEXT_MAX = 32 };
size_t datetime_write(int64_t ticks, char out[DATETIME_TEXT_MAX]);

/* "[-][d.]hh:mm:ss[.fffffff]", also a bare number of days; and 1d, 2.5h ... as in KQL. */
bool timespan_parse(struct slice text, int64_t *out_ticks);
/* Size of a unit of KQL's timespan literals ("h", "minutes", "tick"), 0 for a name that is none. Case-sensitive. */
int64_t timespan_unit_nanos(struct slice name);
/* days and fraction only if not zero; a fraction has seven digits. */
void timespan_to_text(int64_t ticks, struct buf *out);

/* For readers of times: one to nine digits at *at, moved behind them, as ticks (cut at seven digits). */
bool datetime_take_fraction(struct slice text, size_t *at, int64_t *out_ticks);

struct civil {
    int year, month, day; /* 1..9999, 1..12, 1..31 */
    int hour, minute, second;
    int ticks;   /* within the second */
    int weekday; /* 0 = Sunday */
    int yearday; /* 1..366 */
};
void datetime_to_civil(int64_t ticks, struct civil *out_civil);
/* False where the date does not exist. weekday and yearday are not read. */
bool datetime_from_civil(const struct civil *civil, int64_t *out_ticks);

/* month 1..12. */
int datetime_days_in_month(int year, int month);

/* Now, by the wall clock. */
int64_t datetime_now(void);

#endif
