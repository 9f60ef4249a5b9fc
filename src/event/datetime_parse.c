/*
 * datetime_parse.c - dates and times in the many shapes that Kusto's todatetime() takes: see datetime.h.
 *
 * datetime_parse_iso() is the quick way for what telemetry holds; all else goes through a cursor that reads a date of
 * some shape, then a time, then a zone. Where both know a text they agree.
 * Sources: Kusto reference, datetime data type (ISO 8601, RFC 822, RFC 850, sortable); RFC 822 section 5 for zones.
 */
#include "event/datetime.h"

/* --- the quick way --- */

static bool two_digits(const char *at, int *out_value)
{
    *out_value = (at[0] - '0') * 10 + (at[1] - '0');
    return ascii_is_digit(at[0]) && ascii_is_digit(at[1]);
}

/* "Z", "+hh:mm", "+hhmm", "+hh" or nothing, up to the end. */
static bool numeric_zone(struct slice text, int64_t *out_offset_ticks)
{
    *out_offset_ticks = 0;
    if (text.len == 0 || (text.len == 1 && ascii_lower(text.ptr[0]) == 'z'))
        return true;
    int hours, minutes = 0;
    if ((text.ptr[0] != '+' && text.ptr[0] != '-') || text.len < 3 || !two_digits(text.ptr + 1, &hours))
        return false;
    size_t at = text.len > 3 && text.ptr[3] == ':' ? 4 : 3;
    if (text.len != 3 && (text.len != at + 2 || !two_digits(text.ptr + at, &minutes)))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    int64_t offset = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE;
    *out_offset_ticks = text.ptr[0] == '-' ? -offset : offset;
    return true;
}

static bool shift(int64_t local, int64_t offset, int64_t *out_ticks)
{
    int64_t ticks = local - offset; /* neither is near the bounds of int64 */
    if (ticks < 0 || ticks > TICKS_MAX)
        return false;
    *out_ticks = ticks;
    return true;
}

bool datetime_parse_iso(struct slice text, int64_t *out_ticks)
{
    enum { DATE_LEN = 10, MINUTES_LEN = 16, SECONDS_LEN = 19 };
    struct civil civil = {0};
    int century, year;
    const char *p = text.ptr;
    if (text.len < DATE_LEN || p[4] != '-' || p[7] != '-' || !two_digits(p, &century) || !two_digits(p + 2, &year) ||
        !two_digits(p + 5, &civil.month) || !two_digits(p + 8, &civil.day))
        return false;
    civil.year = century * 100 + year;
    int64_t offset = 0;
    if (text.len > DATE_LEN) {
        if (text.len < MINUTES_LEN || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' ||
            !two_digits(p + 11, &civil.hour) || !two_digits(p + 14, &civil.minute))
            return false;
        size_t at = MINUTES_LEN;
        if (at < text.len && p[at] == ':') {
            if (text.len < SECONDS_LEN || !two_digits(p + 17, &civil.second))
                return false;
            at = SECONDS_LEN;
            if (at < text.len && p[at] == '.') {
                int64_t fraction;
                at++;
                if (!datetime_take_fraction(text, &at, &fraction))
                    return false;
                civil.ticks = (int)fraction;
            }
        }
        if (!numeric_zone(slice_cut(text, at, text.len), &offset))
            return false;
    }
    int64_t local;
    return datetime_from_civil(&civil, &local) && shift(local, offset, out_ticks);
}

/* --- the general way --- */

struct cursor {
    struct slice text;
    size_t at;
};

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->text.len ? cursor->text.ptr[cursor->at] : '\0';
}

/* Blanks, and the narrow no-break space that browsers put before AM and PM. */
static bool skip_blanks(struct cursor *cursor)
{
    const struct slice narrow = SLICE("\xe2\x80\xaf");
    size_t start = cursor->at;
    for (;;) {
        if (peek(cursor) == ' ' || peek(cursor) == '\t')
            cursor->at++;
        else if (slice_starts(slice_cut(cursor->text, cursor->at, cursor->text.len), narrow))
            cursor->at += narrow.len;
        else
            return cursor->at > start;
    }
}

static bool accept(struct cursor *cursor, char c)
{
    if (peek(cursor) != c || c == '\0')
        return false;
    cursor->at++;
    return true;
}

/* A run of min to max digits, not followed by another. */
static bool take_number(struct cursor *cursor, unsigned min, unsigned max, int *out_value)
{
    size_t start = cursor->at;
    int value = 0;
    while (ascii_is_digit(peek(cursor)) && cursor->at - start < max)
        value = value * 10 + (cursor->text.ptr[cursor->at++] - '0');
    *out_value = value;
    return cursor->at - start >= min && !ascii_is_digit(peek(cursor));
}

static size_t digits_ahead(const struct cursor *cursor)
{
    size_t i = cursor->at;
    while (i < cursor->text.len && ascii_is_digit(cursor->text.ptr[i]))
        i++;
    return i - cursor->at;
}

static struct slice take_word(struct cursor *cursor)
{
    size_t start = cursor->at;
    while (ascii_lower(peek(cursor)) >= 'a' && ascii_lower(peek(cursor)) <= 'z')
        cursor->at++;
    return slice_cut(cursor->text, start, cursor->at);
}

static const char *const MONTH_NAMES[] = {"january", "february", "march",     "april",   "may",      "june",
                                          "july",    "august",   "september", "october", "november", "december"};
static const char *const DAY_NAMES[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

/* Number of the name (whole, or its first three letters) from 1; 0 if it is none of them. */
static int name_number(const char *const *names, int count, struct slice word)
{
    for (int i = 0; i < count; i++) {
        struct slice name = slice_from_cstr(names[i]);
        if (slice_eq_nocase(word, name) || (word.len == 3 && slice_eq_nocase(word, slice_cut(name, 0, 3))))
            return i + 1;
    }
    return 0;
}

static int month_number(struct slice word)
{
    return name_number(MONTH_NAMES, 12, word);
}

/* Two digits are of this century, or of the last one from 50 on (RFC 2822's reading). */
static bool take_year(struct cursor *cursor, int *out_year)
{
    size_t digits = digits_ahead(cursor);
    if ((digits != 2 && digits != 4) || !take_number(cursor, 2, 4, out_year))
        return false;
    if (digits == 2)
        *out_year += *out_year < 50 ? 2000 : 1900;
    return true;
}

/* Nov 8, 2014 : behind an optional name of the day */
static bool month_name_first(struct cursor *cursor, struct slice word, struct civil *civil)
{
    civil->month = month_number(word);
    if (civil->month == 0)
        return false;
    skip_blanks(cursor);
    if (!take_number(cursor, 1, 2, &civil->day))
        return false;
    accept(cursor, ',');
    skip_blanks(cursor);
    return take_number(cursor, 4, 4, &civil->year);
}

/* 8 Nov 14, 08-Nov-2014 */
static bool day_then_month_name(struct cursor *cursor, int day, struct civil *civil)
{
    char separator = peek(cursor) == '-' ? '-' : ' ';
    if (separator == '-')
        cursor->at++;
    else
        skip_blanks(cursor);
    civil->day = day;
    civil->month = month_number(take_word(cursor));
    if (civil->month == 0)
        return false;
    accept(cursor, ',');
    if (separator == '-' ? !accept(cursor, '-') : !skip_blanks(cursor))
        return false;
    return take_year(cursor, &civil->year);
}

static bool is_date_separator(char c)
{
    return c == '-' || c == '/' || c == '.';
}

/* 2014-11-8, 2014/11/08, 2014, 11, 8 : behind the year */
static bool year_first(struct cursor *cursor, struct civil *civil)
{
    char separator = peek(cursor);
    if (!is_date_separator(separator) && separator != ',')
        return false;
    cursor->at++;
    if (separator == ',')
        skip_blanks(cursor);
    if (!take_number(cursor, 1, 2, &civil->month) || !accept(cursor, separator))
        return false;
    if (separator == ',')
        skip_blanks(cursor);
    return take_number(cursor, 1, 2, &civil->day);
}

/* 11/8/2014, 11-08-2014, 11.8.2014 : behind the month; always the month first */
static bool month_first(struct cursor *cursor, int month, struct civil *civil)
{
    char separator = peek(cursor);
    civil->month = month;
    cursor->at++;
    return take_number(cursor, 1, 2, &civil->day) && accept(cursor, separator) &&
           take_number(cursor, 4, 4, &civil->year);
}

static bool digits_first(struct cursor *cursor, struct civil *civil)
{
    int first;
    switch (digits_ahead(cursor)) {
    case 8: /* 20141108 */
        if (!take_number(cursor, 8, 8, &first))
            return false;
        civil->year = first / 10000;
        civil->month = first / 100 % 100;
        civil->day = first % 100;
        return true;
    case 4:
        return take_number(cursor, 4, 4, &civil->year) && year_first(cursor, civil);
    case 1:
    case 2:
        if (!take_number(cursor, 1, 2, &first))
            return false;
        if (is_date_separator(peek(cursor)) && cursor->at + 1 < cursor->text.len &&
            ascii_is_digit(cursor->text.ptr[cursor->at + 1]))
            return month_first(cursor, first, civil);
        return day_then_month_name(cursor, first, civil);
    default:
        return false;
    }
}

static bool take_date(struct cursor *cursor, struct civil *civil)
{
    if (digits_ahead(cursor) > 0)
        return digits_first(cursor, civil);
    struct slice word = take_word(cursor);
    if (name_number(DAY_NAMES, 7, word) > 0) { /* not held against the date: it adds nothing */
        accept(cursor, ',');
        skip_blanks(cursor);
        if (digits_ahead(cursor) > 0)
            return digits_first(cursor, civil);
        word = take_word(cursor);
    }
    return month_name_first(cursor, word, civil);
}

/* " AM" or " pm" behind a time; none is fine. */
static bool take_half_day(struct cursor *cursor, struct civil *civil)
{
    struct cursor ahead = *cursor;
    skip_blanks(&ahead);
    struct slice word = take_word(&ahead);
    bool is_pm = slice_eq_nocase(word, SLICE("pm"));
    if (!is_pm && !slice_eq_nocase(word, SLICE("am")))
        return true;
    if (civil->hour < 1 || civil->hour > 12)
        return false;
    civil->hour = civil->hour % 12 + (is_pm ? 12 : 0);
    *cursor = ahead;
    return true;
}

static bool take_time(struct cursor *cursor, struct civil *civil)
{
    if (!take_number(cursor, 1, 2, &civil->hour) || !accept(cursor, ':') || !take_number(cursor, 2, 2, &civil->minute))
        return false;
    if (accept(cursor, ':')) {
        if (!take_number(cursor, 2, 2, &civil->second))
            return false;
        int64_t fraction = 0;
        if (accept(cursor, '.') && !datetime_take_fraction(cursor->text, &cursor->at, &fraction))
            return false;
        civil->ticks = (int)fraction;
    }
    return take_half_day(cursor, civil);
}

/* RFC 822's names of zones. */
static const struct {
    const char *name;
    int hours;
} ZONES[] = {
    {"gmt", 0},  {"utc", 0},  {"ut", 0},   {"est", -5}, {"edt", -4}, {"cst", -6},
    {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7},
};

static bool take_zone(struct cursor *cursor, int64_t *out_offset)
{
    skip_blanks(cursor);
    struct slice rest = slice_cut(cursor->text, cursor->at, cursor->text.len);
    for (size_t i = 0; i < sizeof ZONES / sizeof *ZONES; i++) {
        if (slice_eq_nocase(rest, slice_from_cstr(ZONES[i].name))) {
            *out_offset = ZONES[i].hours * TICKS_PER_HOUR;
            return true;
        }
    }
    return numeric_zone(rest, out_offset);
}

/* What may stand behind a date: T or blanks (a comma before them), a time, a zone. */
static bool take_time_of_day(struct cursor *cursor, struct civil *civil, int64_t *out_offset)
{
    if (accept(cursor, 'T') || accept(cursor, 't'))
        return take_time(cursor, civil) && take_zone(cursor, out_offset);
    accept(cursor, ',');
    if (!skip_blanks(cursor))
        return false;
    if (ascii_is_digit(peek(cursor)) && !take_time(cursor, civil))
        return false;
    return take_zone(cursor, out_offset);
}

static bool parse_general(struct slice text, int64_t *out_ticks)
{
    struct cursor cursor = {text, 0};
    struct civil civil = {0};
    int64_t offset = 0, local;
    if (!take_date(&cursor, &civil))
        return false;
    if (cursor.at < text.len && !take_time_of_day(&cursor, &civil, &offset))
        return false;
    return datetime_from_civil(&civil, &local) && shift(local, offset, out_ticks);
}

bool datetime_parse(struct slice text, int64_t *out_ticks)
{
    enum { LONGEST = 80 }; /* no form is longer, blanks included */
    text = slice_trim(text);
    if (datetime_parse_iso(text, out_ticks))
        return true;
    return text.len <= LONGEST && parse_general(text, out_ticks);
}
