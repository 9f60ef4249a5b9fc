/*
 * fn_datetime.h - units of time, shared by the files of the family FUNCS_DATETIME.
 */
#ifndef DDNSHUNT_KQL_FN_DATETIME_H
#define DDNSHUNT_KQL_FN_DATETIME_H

#include "kql/func/func.h"

enum time_unit {
    UNIT_YEAR,
    UNIT_QUARTER,
    UNIT_MONTH,
    UNIT_WEEK,
    UNIT_DAY,
    UNIT_HOUR,
    UNIT_MINUTE,
    UNIT_SECOND,
    UNIT_MILLISECOND,
    UNIT_MICROSECOND,
    UNIT_NANOSECOND
};

/* Parts that datetime_part() knows beyond the units. */
enum { PART_DAY_OF_YEAR = UNIT_NANOSECOND + 1, PART_WEEK_OF_YEAR, PART_COUNT };

/* The unit or part of that name, whatever its case; -1 if there is none. */
int time_part_find(struct slice name);

/* Units from 0001-01-01 (weeks from the Sunday before) to the one that the instant lies in. Not for nanoseconds. */
int64_t time_unit_index(int64_t ticks, enum time_unit unit);

/*
 * Where the unit of an instant begins, `offset` units later; units from year to day. False outside of 0 to
 * TICKS_MAX + 1.
 */
bool time_unit_start(int64_t ticks, enum time_unit unit, int64_t offset, int64_t *out_ticks);

/* The instant so many units later; a day that the month lacks becomes its last. False out of range. */
bool time_unit_add(int64_t ticks, enum time_unit unit, int64_t amount, int64_t *out_ticks);

/* Week of the year by ISO 8601: 1 to 53. */
int time_iso_week(int64_t ticks);

/* time_format.c: what is wrong with a format, or NULL. */
const char *time_format_check(struct slice format, bool is_timespan);
/* Appends an instant or a timespan in a format that time_format_check() finds good. */
void time_format(int64_t ticks, struct slice format, bool is_timespan, struct buf *out);

#endif
