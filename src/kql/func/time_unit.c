/*
 * time_unit.c - units of time and what lies between them: see fn_datetime.h.
 *
 * Source: Kusto reference, datetime_diff(), datetime_part(), startofweek() (a week begins on Sunday); ISO 8601 for the
 * week of the year.
 */
#include "event/datetime.h"
#include "kql/func/fn_datetime.h"

enum { MONTHS_ALL = 9999 * 12 };

static const char *const PART_NAMES[PART_COUNT] = {
    [UNIT_YEAR] = "year",
    [UNIT_QUARTER] = "quarter",
    [UNIT_MONTH] = "month",
    [UNIT_WEEK] = "week",
    [UNIT_DAY] = "day",
    [UNIT_HOUR] = "hour",
    [UNIT_MINUTE] = "minute",
    [UNIT_SECOND] = "second",
    [UNIT_MILLISECOND] = "millisecond",
    [UNIT_MICROSECOND] = "microsecond",
    [UNIT_NANOSECOND] = "nanosecond",
    [PART_DAY_OF_YEAR] = "dayofyear",
    [PART_WEEK_OF_YEAR] = "week_of_year",
};

int time_part_find(struct slice name)
{
    for (int part = 0; part < PART_COUNT; part++)
        if (slice_eq_nocase(name, slice_from_cstr(PART_NAMES[part])))
            return part;
    return slice_eq_nocase(name, SLICE("weekofyear")) ? PART_WEEK_OF_YEAR : -1;
}

/* Ticks of a unit of fixed length; 0 for the others. */
static int64_t unit_ticks(enum time_unit unit)
{
    switch (unit) {
    case UNIT_WEEK:
        return 7 * TICKS_PER_DAY;
    case UNIT_DAY:
        return TICKS_PER_DAY;
    case UNIT_HOUR:
        return TICKS_PER_HOUR;
    case UNIT_MINUTE:
        return TICKS_PER_MINUTE;
    case UNIT_SECOND:
        return TICKS_PER_SECOND;
    case UNIT_MILLISECOND:
        return TICKS_PER_SECOND / 1000;
    case UNIT_MICROSECOND:
        return TICKS_PER_SECOND / 1000000;
    case UNIT_YEAR:
    case UNIT_QUARTER:
    case UNIT_MONTH:
    case UNIT_NANOSECOND:
        break;
    }
    return 0;
}

/* Months of a unit that has no fixed length. */
static int64_t unit_months(enum time_unit unit)
{
    return unit == UNIT_YEAR ? 12 : unit == UNIT_QUARTER ? 3 : 1;
}

static int64_t month_index(const struct civil *civil)
{
    return (int64_t)(civil->year - 1) * 12 + civil->month - 1;
}

int64_t time_unit_index(int64_t ticks, enum time_unit unit)
{
    int64_t length = unit_ticks(unit);
    if (unit == UNIT_WEEK)
        return (ticks + TICKS_PER_DAY) / length; /* 0001-01-01 was a Monday */
    if (length)
        return ticks / length;
    struct civil civil;
    datetime_to_civil(ticks, &civil);
    return month_index(&civil) / unit_months(unit);
}

/* The first instant of a month; the month behind the last one is still told. */
static bool month_start(int64_t index, int64_t *out_ticks)
{
    if (index == MONTHS_ALL) {
        *out_ticks = TICKS_MAX + 1;
        return true;
    }
    if (index < 0 || index > MONTHS_ALL)
        return false;
    struct civil civil = {.year = 1 + (int)(index / 12), .month = 1 + (int)(index % 12), .day = 1};
    return datetime_from_civil(&civil, out_ticks);
}

bool time_unit_start(int64_t ticks, enum time_unit unit, int64_t offset, int64_t *out_ticks)
{
    int64_t index, length = unit_ticks(unit);
    if (__builtin_add_overflow(time_unit_index(ticks, unit), offset, &index))
        return false;
    if (!length)
        return !__builtin_mul_overflow(index, unit_months(unit), &index) && month_start(index, out_ticks);
    if (__builtin_mul_overflow(index, length, out_ticks))
        return false;
    if (unit == UNIT_WEEK)
        *out_ticks -= TICKS_PER_DAY;
    return *out_ticks >= 0 && *out_ticks <= TICKS_MAX + 1;
}

static bool months_add(int64_t ticks, int64_t months, int64_t *out_ticks)
{
    struct civil civil;
    int64_t index;
    datetime_to_civil(ticks, &civil);
    if (__builtin_add_overflow(month_index(&civil), months, &index) || index < 0 || index >= MONTHS_ALL)
        return false;
    civil.year = 1 + (int)(index / 12);
    civil.month = 1 + (int)(index % 12);
    int last = datetime_days_in_month(civil.year, civil.month);
    if (civil.day > last)
        civil.day = last;
    return datetime_from_civil(&civil, out_ticks);
}

bool time_unit_add(int64_t ticks, enum time_unit unit, int64_t amount, int64_t *out_ticks)
{
    int64_t length = unit_ticks(unit), product;
    if (unit == UNIT_NANOSECOND)
        product = amount / 100;
    else if (__builtin_mul_overflow(amount, length ? length : unit_months(unit), &product))
        return false;
    if (!length && unit != UNIT_NANOSECOND)
        return months_add(ticks, product, out_ticks);
    return !__builtin_add_overflow(ticks, product, out_ticks) && *out_ticks >= 0 && *out_ticks <= TICKS_MAX;
}

/* A week belongs to the year that its Thursday lies in. */
int time_iso_week(int64_t ticks)
{
    struct civil civil;
    datetime_to_civil(ticks, &civil);
    int from_monday = (civil.weekday + 6) % 7;
    int thursday = civil.yearday - from_monday + 3;
    int days = 337 + datetime_days_in_month(civil.year, 2);
    if (thursday < 1) { /* in the year before; before year 1 there is none, but 0001-01-01 is a Monday */
        struct civil before = {.year = civil.year - 1, .month = 12, .day = 31};
        int64_t last;
        if (!datetime_from_civil(&before, &last))
            return 1;
        return time_iso_week(last);
    }
    return thursday > days ? 1 : (thursday - 1) / 7 + 1;
}
