/*
 * time_format.c - the formats of format_datetime() and format_timespan(): see fn_datetime.h.
 *
 * A format is runs of specifier letters and delimiters between them; there is no quoting. Source: Kusto reference,
 * format_datetime(), format_timespan().
 */
#include "event/datetime.h"
#include "kql/func/fn_datetime.h"

#include <stdio.h>

/* Letters, the longest run of each, and the runs that are not allowed (a bit each). */
struct specifier {
    char letter;
    unsigned longest;
    unsigned gaps;
};

static const struct specifier DATETIME_SPECIFIERS[] = {
    {'d', 2, 0}, {'f', 7, 0}, {'F', 7, 0},       {'h', 2, 0},       {'H', 2, 0}, {'m', 2, 0},
    {'M', 2, 0}, {'s', 2, 0}, {'y', 4, 1u << 3}, {'t', 2, 1u << 1}, {0},
};
static const struct specifier TIMESPAN_SPECIFIERS[] = {
    {'d', 8, 0}, {'f', 7, 0}, {'F', 7, 0}, {'h', 2, 0}, {'H', 2, 0}, {'m', 2, 0}, {'s', 2, 0}, {0},
};

static bool is_delimiter(char c)
{
    return c != '\0' && strchr(" /-:,._[]", c) != NULL;
}

static size_t run_length(struct slice format, size_t at)
{
    size_t end = at;
    while (end < format.len && format.ptr[end] == format.ptr[at])
        end++;
    return end - at;
}

const char *time_format_check(struct slice format, bool is_timespan)
{
    for (size_t i = 0; i < format.len;) {
        if (is_delimiter(format.ptr[i])) {
            i++;
            continue;
        }
        const struct specifier *specifier = is_timespan ? TIMESPAN_SPECIFIERS : DATETIME_SPECIFIERS;
        while (specifier->letter && specifier->letter != format.ptr[i])
            specifier++;
        size_t run = run_length(format, i);
        if (!specifier->letter)
            return "a letter in the format that stands for nothing";
        if (run > specifier->longest || (specifier->gaps >> run & 1))
            return "too many or too few of one letter in the format";
        i += run;
    }
    return NULL;
}

/* The first `digits` digits of the second's fraction; `trim`: without trailing zeros. */
static void put_fraction(int ticks, unsigned digits, bool trim, struct buf *out)
{
    char text[16];
    snprintf(text, sizeof text, "%07d", ticks);
    while (trim && digits > 0 && text[digits - 1] == '0')
        digits--;
    buf_add(out, slice_of(text, digits));
}

static void put_number(int64_t value, size_t width, struct buf *out)
{
    buf_printf(out, "%0*lld", (int)width, (long long)value);
}

static void put_specifier(const struct civil *civil, int64_t days, bool is_timespan, char letter, size_t run,
                          struct buf *out)
{
    switch (letter) {
    case 'd':
        put_number(is_timespan ? days : civil->day, run, out);
        break;
    case 'f':
    case 'F':
        put_fraction(civil->ticks, (unsigned)run, letter == 'F', out);
        break;
    case 'h':
        if (is_timespan)
            put_number(civil->hour, run, out);
        else
            put_number((civil->hour + 11) % 12 + 1, run, out);
        break;
    case 'H':
        put_number(civil->hour, run, out);
        break;
    case 'm':
        put_number(civil->minute, run, out);
        break;
    case 'M':
        put_number(civil->month, run, out);
        break;
    case 's':
        put_number(civil->second, run, out);
        break;
    case 't':
        buf_add(out, civil->hour < 12 ? SLICE("AM") : SLICE("PM"));
        break;
    default: /* 'y' */
        put_number(run == 4 ? civil->year : civil->year % 100, run, out);
        break;
    }
}

void time_format(int64_t ticks, struct slice format, bool is_timespan, struct buf *out)
{
    struct civil civil;
    uint64_t magnitude = ticks < 0 ? 0 - (uint64_t)ticks : (uint64_t)ticks;
    int64_t days = (int64_t)(magnitude / (uint64_t)TICKS_PER_DAY);
    /* The clock of a timespan is that of any day. */
    datetime_to_civil(is_timespan ? (int64_t)(magnitude % (uint64_t)TICKS_PER_DAY) : ticks, &civil);
    if (is_timespan && ticks < 0)
        buf_add_char(out, '-');
    for (size_t i = 0; i < format.len;) {
        char letter = format.ptr[i];
        if (is_delimiter(letter)) {
            buf_add_char(out, letter);
            i++;
            continue;
        }
        size_t run = run_length(format, i);
        put_specifier(&civil, days, is_timespan, letter, run, out);
        i += run;
    }
}
