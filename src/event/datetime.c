/*
 * datetime.c - the calendar, timespans, and texts of both: see datetime.h. Reading dates is in datetime_parse.c.
 */
#include "event/datetime.h"

#include "event/number.h"
#include "event/value.h"

#include <math.h>
#include <time.h>

/* --- calendar --- */

enum {
    DAYS_PER_YEAR = 365,
    DAYS_PER_4 = 4 * 365 + 1,
    DAYS_PER_100 = 25 * DAYS_PER_4 - 1,
    DAYS_PER_400 = 4 * DAYS_PER_100 + 1
};

/* Days of a year before a month, common and leap. */
static const int DAYS_BEFORE[2][13] = {{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
                                       {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int datetime_days_in_month(int year, int month)
{
    const int *before = DAYS_BEFORE[is_leap(year)];
    return before[month] - before[month - 1];
}

void datetime_to_civil(int64_t ticks, struct civil *out_civil)
{
    int days = (int)(ticks / TICKS_PER_DAY);
    int64_t in_day = ticks % TICKS_PER_DAY;
    out_civil->weekday = (days + 1) % 7; /* 0001-01-01 was a Monday */

    int year = 1 + 400 * (days / DAYS_PER_400);
    days %= DAYS_PER_400;
    /* The last day of a leap cycle belongs to its fourth part. */
    int hundreds = days / DAYS_PER_100 < 4 ? days / DAYS_PER_100 : 3;
    days -= hundreds * DAYS_PER_100;
    int fours = days / DAYS_PER_4;
    days %= DAYS_PER_4;
    int ones = days / DAYS_PER_YEAR < 4 ? days / DAYS_PER_YEAR : 3;
    days -= ones * DAYS_PER_YEAR;
    year += 100 * hundreds + 4 * fours + ones;

    const int *before = DAYS_BEFORE[is_leap(year)];
    int month = 1 + days / 31; /* never too late, at most one too early */
    if (days >= before[month])
        month++;
    out_civil->year = year;
    out_civil->month = month;
    out_civil->day = 1 + days - before[month - 1];
    out_civil->yearday = 1 + days;
    out_civil->hour = (int)(in_day / TICKS_PER_HOUR);
    out_civil->minute = (int)(in_day / TICKS_PER_MINUTE % 60);
    out_civil->second = (int)(in_day / TICKS_PER_SECOND % 60);
    out_civil->ticks = (int)(in_day % TICKS_PER_SECOND);
}

bool datetime_from_civil(const struct civil *civil, int64_t *out_ticks)
{
    if (civil->year < 1 || civil->year > 9999 || civil->month < 1 || civil->month > 12 || civil->day < 1 ||
        civil->day > datetime_days_in_month(civil->year, civil->month))
        return false;
    if (civil->hour < 0 || civil->hour > 23 || civil->minute < 0 || civil->minute > 59 || civil->second < 0 ||
        civil->second > 59 || civil->ticks < 0 || civil->ticks >= TICKS_PER_SECOND)
        return false;
    int past = civil->year - 1;
    int64_t days = (int64_t)past * DAYS_PER_YEAR + past / 4 - past / 100 + past / 400;
    days += DAYS_BEFORE[is_leap(civil->year)][civil->month - 1] + civil->day - 1;
    *out_ticks = days * TICKS_PER_DAY + civil->hour * TICKS_PER_HOUR + civil->minute * TICKS_PER_MINUTE +
                 civil->second * TICKS_PER_SECOND + civil->ticks;
    return true;
}

int64_t datetime_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return TICKS_UNIX_EPOCH;
    int64_t ticks = TICKS_UNIX_EPOCH + (int64_t)now.tv_sec * TICKS_PER_SECOND + now.tv_nsec / 100;
    return ticks < 0 ? 0 : ticks > TICKS_MAX ? TICKS_MAX : ticks;
}

/* --- text --- */

static char *put_digits(char *at, unsigned value, unsigned width)
{
    for (unsigned i = width; i > 0; i--, value /= 10)
        at[i - 1] = (char)('0' + value % 10);
    return at + width;
}

static char *put_clock(char *at, unsigned hour, unsigned minute, unsigned second)
{
    at = put_digits(at, hour, 2);
    *at++ = ':';
    at = put_digits(at, minute, 2);
    *at++ = ':';
    return put_digits(at, second, 2);
}

size_t datetime_write(int64_t ticks, char out[DATETIME_TEXT_MAX])
{
    struct civil civil;
    datetime_to_civil(ticks, &civil);
    char *at = put_digits(out, (unsigned)civil.year, 4);
    *at++ = '-';
    at = put_digits(at, (unsigned)civil.month, 2);
    *at++ = '-';
    at = put_digits(at, (unsigned)civil.day, 2);
    *at++ = 'T';
    at = put_clock(at, (unsigned)civil.hour, (unsigned)civil.minute, (unsigned)civil.second);
    *at++ = '.';
    at = put_digits(at, (unsigned)civil.ticks, 7);
    *at++ = 'Z';
    return (size_t)(at - out);
}

void datetime_to_text(int64_t ticks, struct buf *out)
{
    char text[DATETIME_TEXT_MAX];
    buf_add(out, slice_of(text, datetime_write(ticks, text)));
}

void timespan_to_text(int64_t ticks, struct buf *out)
{
    uint64_t left = ticks < 0 ? 0 - (uint64_t)ticks : (uint64_t)ticks;
    char text[16];
    if (ticks < 0)
        buf_add_char(out, '-');
    uint64_t days = left / (uint64_t)TICKS_PER_DAY;
    left %= (uint64_t)TICKS_PER_DAY;
    if (days > 0)
        buf_printf(out, "%llu.", (unsigned long long)days);
    unsigned fraction = (unsigned)(left % (uint64_t)TICKS_PER_SECOND);
    unsigned seconds = (unsigned)(left / (uint64_t)TICKS_PER_SECOND);
    char *at = put_clock(text, seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (fraction > 0) {
        *at++ = '.';
        at = put_digits(at, fraction, 7);
    }
    buf_add(out, slice_of(text, (size_t)(at - text)));
}

/* --- timespans from text --- */

/* Source: the timespan units that Microsoft's own KQL lexer takes. Sizes in nanoseconds. */
static const struct {
    const char *name;
    int64_t nanos;
} TIMESPAN_UNITS[] = {
    {"d", 86400000000000},
    {"day", 86400000000000},
    {"days", 86400000000000},
    {"h", 3600000000000},
    {"hr", 3600000000000},
    {"hrs", 3600000000000},
    {"hour", 3600000000000},
    {"hours", 3600000000000},
    {"m", 60000000000},
    {"min", 60000000000},
    {"minute", 60000000000},
    {"minutes", 60000000000},
    {"s", 1000000000},
    {"sec", 1000000000},
    {"second", 1000000000},
    {"seconds", 1000000000},
    {"ms", 1000000},
    {"milli", 1000000},
    {"millis", 1000000},
    {"millisec", 1000000},
    {"millisecond", 1000000},
    {"milliseconds", 1000000},
    {"micro", 1000},
    {"micros", 1000},
    {"microsec", 1000},
    {"microsecond", 1000},
    {"microseconds", 1000},
    {"nano", 1},
    {"nanos", 1},
    {"nanosec", 1},
    {"nanosecond", 1},
    {"nanoseconds", 1},
    {"tick", 100},
    {"ticks", 100},
};

int64_t timespan_unit_nanos(struct slice name)
{
    for (size_t i = 0; i < sizeof TIMESPAN_UNITS / sizeof *TIMESPAN_UNITS; i++)
        if (slice_eq(name, slice_from_cstr(TIMESPAN_UNITS[i].name)))
            return TIMESPAN_UNITS[i].nanos;
    return 0;
}

static bool whole_units(int64_t count, int64_t nanos, int64_t *out_ticks)
{
    if (nanos % 100 == 0)
        return !__builtin_mul_overflow(count, nanos / 100, out_ticks);
    *out_ticks = count / (100 / nanos); /* a nanosecond is less than a tick */
    return true;
}

/* "1.5h", "15 seconds", "2" (days). text has no blanks around. */
static bool parse_count(struct slice text, int64_t *out_ticks)
{
    struct number number;
    size_t len;
    if (!number_scan(text, NUMBER_LOOSE, &number, &len))
        return false;
    struct slice unit = slice_trim(slice_cut(text, len, text.len));
    if (unit.len == 0 && number.has_point_or_exponent)
        return false; /* "1.5" could be days or d.hh */
    int64_t nanos = unit.len == 0 ? timespan_unit_nanos(SLICE("d")) : timespan_unit_nanos(unit);
    if (nanos == 0)
        return false;
    int64_t count;
    if (!number.has_point_or_exponent)
        return long_from_text(slice_cut(text, 0, len), &count) && whole_units(count, nanos, out_ticks);
    double ticks = round(number_to_real(&number) * (double)nanos / 100);
    if (!(ticks >= -9223372036854775808.0 && ticks < 9223372036854775808.0))
        return false;
    *out_ticks = (int64_t)ticks;
    return true;
}

/* Digits at *at, moved behind them: at most max_digits, value at most max_value. */
static bool take_part(struct slice text, size_t *at, unsigned max_digits, int64_t max_value, int64_t *out_value)
{
    size_t start = *at;
    int64_t value = 0;
    while (*at < text.len && ascii_is_digit(text.ptr[*at]) && *at - start < max_digits)
        value = value * 10 + (text.ptr[(*at)++] - '0');
    *out_value = value;
    return *at > start && value <= max_value;
}

static bool take_char(struct slice text, size_t *at, char c)
{
    if (*at >= text.len || text.ptr[*at] != c)
        return false;
    ++*at;
    return true;
}

/* Digits of a fraction of a second as ticks: one to nine of them, cut at seven. */
bool datetime_take_fraction(struct slice text, size_t *at, int64_t *out_ticks)
{
    int64_t ticks = 0;
    int64_t unit = TICKS_PER_SECOND;
    size_t start = *at;
    for (; *at < text.len && ascii_is_digit(text.ptr[*at]); ++*at) {
        unit /= 10;
        ticks += (text.ptr[*at] - '0') * unit;
    }
    *out_ticks = ticks;
    return *at > start && *at - start <= 9;
}

/* "[d.]hh:mm[:ss[.fffffff]]" */
static bool parse_clock(struct slice text, int64_t *out_ticks)
{
    size_t at = 0;
    int64_t days = 0, hours, minutes, seconds = 0, fraction = 0;
    if (!take_part(text, &at, 8, 10675199, &hours))
        return false;
    if (take_char(text, &at, '.')) {
        days = hours;
        if (!take_part(text, &at, 2, 23, &hours))
            return false;
    }
    if (hours > 23 || !take_char(text, &at, ':') || !take_part(text, &at, 2, 59, &minutes))
        return false;
    if (take_char(text, &at, ':')) {
        if (!take_part(text, &at, 2, 59, &seconds))
            return false;
        if (take_char(text, &at, '.') && !datetime_take_fraction(text, &at, &fraction))
            return false;
    }
    if (at != text.len)
        return false;
    int64_t in_day = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND + fraction;
    if (days > (INT64_MAX - in_day) / TICKS_PER_DAY)
        return false;
    *out_ticks = days * TICKS_PER_DAY + in_day;
    return true;
}

/* The one value whose magnitude is no int64. */
#define TIMESPAN_MIN_TEXT SLICE("-10675199.02:48:05.4775808")

bool timespan_parse(struct slice text, int64_t *out_ticks)
{
    text = slice_trim(text);
    bool negative = text.len > 0 && text.ptr[0] == '-';
    if (negative && slice_eq(text, TIMESPAN_MIN_TEXT)) {
        *out_ticks = INT64_MIN;
        return true;
    }
    int64_t ticks;
    if (!parse_clock(slice_cut(text, negative, text.len), &ticks))
        return parse_count(text, out_ticks);
    *out_ticks = negative ? -ticks : ticks;
    return true;
}
