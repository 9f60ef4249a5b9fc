/*
 * test_datetime.c - the calendar, and times in every shape that todatetime() and totimespan() take.
 */
#include "test.h"

#include "event/datetime.h"

#include <stdio.h>

static void assert_time(const char *text, const char *expected)
{
    int64_t ticks;
    if (!datetime_parse(slice_from_cstr(text), &ticks))
        fail_msg("refused \"%s\"", text);
    struct buf shown;
    buf_init(&shown, 0);
    datetime_to_text(ticks, &shown);
    if (!slice_eq(buf_slice(&shown), slice_from_cstr(expected)))
        print_error("of \"%s\"\n", text);
    assert_slice_equal(buf_slice(&shown), slice_from_cstr(expected));
    buf_release(&shown);
}

static void iso_forms_are_read(void **state)
{
    (void)state;
    assert_time("2015-12-31 23:59:59.9", "2015-12-31T23:59:59.9000000Z");
    assert_time("2020-01-01T00:00:00.1234567Z", "2020-01-01T00:00:00.1234567Z");
    assert_time("2020-01-01T00:00:00.123456789Z", "2020-01-01T00:00:00.1234567Z");
    assert_time("2023-10-18T14:37:28.2012261Z", "2023-10-18T14:37:28.2012261Z");
    assert_time("2020-02-29", "2020-02-29T00:00:00.0000000Z");
    assert_time("2020-02-29T12:30", "2020-02-29T12:30:00.0000000Z");
    assert_time("  2020-02-29 12:30:01Z\r\n", "2020-02-29T12:30:01.0000000Z");
    assert_time("2021-06-06T16:26:27.431769+0200", "2021-06-06T14:26:27.4317690Z");
    assert_time("2021-06-06T16:26:27-05:30", "2021-06-06T21:56:27.0000000Z");
    assert_time("2021-06-06T16:26:27+02", "2021-06-06T14:26:27.0000000Z");
    assert_time("0001-01-01", "0001-01-01T00:00:00.0000000Z");
    assert_time("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z");
    assert_time("1970-5-12", "1970-05-12T00:00:00.0000000Z");
    assert_time("2014-11-08 15:55:55 GMT", "2014-11-08T15:55:55.0000000Z");
    assert_time("2014-11-08t15:55:55z", "2014-11-08T15:55:55.0000000Z");
    assert_time("2025, 6, 14", "2025-06-14T00:00:00.0000000Z");
}

static void rfc_822_and_850_forms_are_read(void **state)
{
    (void)state;
    assert_time("Sat, 8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02.0000000Z");
    assert_time("Sat, 8 Nov 14 15:05:02", "2014-11-08T15:05:02.0000000Z");
    assert_time("Sat, 8 Nov 14 15:05", "2014-11-08T15:05:00.0000000Z");
    assert_time("8 Nov 14 15:05:02", "2014-11-08T15:05:02.0000000Z");
    assert_time("8 Nov 14 15:05 GMT", "2014-11-08T15:05:00.0000000Z");
    assert_time("Sat, 08 Nov 2014 15:05:02 +0100", "2014-11-08T14:05:02.0000000Z");
    assert_time("Sat, 8 Nov 14 15:05:02 EST", "2014-11-08T20:05:02.0000000Z");
    assert_time("Saturday, 08-Nov-14 15:05:02 GMT", "2014-11-08T15:05:02.0000000Z");
    assert_time("08-Nov-14 15:05", "2014-11-08T15:05:00.0000000Z");
    assert_time("8 Nov 94", "1994-11-08T00:00:00.0000000Z");
}

static void month_first_forms_are_read(void **state)
{
    (void)state;
    assert_time("12-02-2022", "2022-12-02T00:00:00.0000000Z");
    assert_time("02/17/2016 08:40:01", "2016-02-17T08:40:01.0000000Z");
    assert_time("12.02.2022", "2022-12-02T00:00:00.0000000Z");
    assert_time("1/2/2022", "2022-01-02T00:00:00.0000000Z");
    assert_time("2022/12/02 01:02:03", "2022-12-02T01:02:03.0000000Z");
    assert_time("20221202", "2022-12-02T00:00:00.0000000Z");
    assert_time("20221202 01:02:03", "2022-12-02T01:02:03.0000000Z");
    assert_time("2 Dec 2022", "2022-12-02T00:00:00.0000000Z");
    assert_time("Dec 2, 2022", "2022-12-02T00:00:00.0000000Z");
    assert_time("December 2, 2022 23:00:01", "2022-12-02T23:00:01.0000000Z");
}

static void the_portals_twelve_hour_clock_is_read(void **state)
{
    (void)state;
    assert_time("2/25/2025, 9:19:25.391 AM", "2025-02-25T09:19:25.3910000Z");
    assert_time("2/25/2025, 9:19:25.391 PM", "2025-02-25T21:19:25.3910000Z");
    assert_time("2/25/2025, 12:00:00.000 AM", "2025-02-25T00:00:00.0000000Z");
    assert_time("2/25/2025, 12:00:00.000 PM", "2025-02-25T12:00:00.0000000Z");
    assert_time("2/25/2025 1:00 pm", "2025-02-25T13:00:00.0000000Z");
    /* A narrow no-break space before the half of the day is what newer browsers write. */
    assert_time("2/25/2025, 9:19:25.391\xe2\x80\xaf"
                "AM",
                "2025-02-25T09:19:25.3910000Z");
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        " ",
        "-",
        "2020",
        "2020-13-01",
        "2020-02-30",
        "2021-02-29",
        "1900-02-29",
        "13-01-2022",
        "0000-01-01",
        "10000-01-01",
        "2020-01-01T24:00:00Z",
        "2020-01-01T23:60:00Z",
        "2020-01-01T23:59:60Z",
        "2020-01-01T",
        "2020-01-01TZ",
        "2020-01-01T10",
        "2020-01-01T10:00:00.",
        "2020-01-01T10:00:00.1234567890Z",
        "2020-01-01 10:00:00 +15:00",
        "2020-01-01T10:00:00+1",
        "2020-01-01T10:00:00Zx",
        "2020-01-01x",
        "2020-01-01,",
        "2020-01/01",
        "1-2-22",
        "32 Dec 2022",
        "2 Dez 2022",
        "Foo, 2 Dec 2022",
        "2/25/2025, 13:00:00 AM",
        "2/25/2025, 0:10 AM",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-00:01",
        "1e5",
        "12345",
        "99991231235959",
        "2020-01-01T1:2:3",
    };
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        int64_t ticks;
        if (datetime_parse(slice_from_cstr(BAD[i]), &ticks))
            fail_msg("accepted \"%s\"", BAD[i]);
    }
}

static void every_instant_reads_back_from_its_text(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int i = 0; i < 20000; i++) {
        int64_t ticks = (int64_t)(test_random() % (uint64_t)(TICKS_MAX + 1)), quick, general;
        buf_clear(&text);
        datetime_to_text(ticks, &text);
        assert_true(datetime_parse_iso(buf_slice(&text), &quick));
        assert_true(quick == ticks);
        text.ptr[10] = ' '; /* and through the general reader */
        text.ptr[4] = text.ptr[7] = '/';
        assert_true(datetime_parse(buf_slice(&text), &general));
        assert_true(general == ticks);
    }
    buf_release(&text);
}

/* The slow, obvious calendar: counts days one by one. */
static void every_day_of_ten_thousand_years_is_where_it_belongs(void **state)
{
    (void)state;
    static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day_number = 0;
    for (int year = 1; year <= 9999; year++) {
        int yearday = 1;
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            int length = LENGTHS[month - 1] + (month == 2 && leap);
            for (int day = 1; day <= length; day++, yearday++, day_number++) {
                struct civil civil;
                int64_t back;
                datetime_to_civil(day_number * TICKS_PER_DAY + 1, &civil);
                if (civil.year != year || civil.month != month || civil.day != day || civil.yearday != yearday ||
                    civil.weekday != (day_number + 1) % 7)
                    fail_msg("day %d-%d-%d read as %d-%d-%d", year, month, day, civil.year, civil.month, civil.day);
                if (!datetime_from_civil(&civil, &back) || back != day_number * TICKS_PER_DAY + 1)
                    fail_msg("day %d-%d-%d does not come back", year, month, day);
            }
            struct civil beyond = {.year = year, .month = month, .day = length + 1};
            assert_false(datetime_from_civil(&beyond, &(int64_t){0}));
        }
    }
    assert_int_equal(day_number, (TICKS_MAX + 1) / TICKS_PER_DAY);
}

static void assert_span(const char *text, int64_t expected)
{
    int64_t ticks = 0;
    if (!timespan_parse(slice_from_cstr(text), &ticks))
        fail_msg("refused \"%s\"", text);
    if (ticks != expected)
        fail_msg("\"%s\" is %lld, not %lld", text, (long long)ticks, (long long)expected);
}

static void timespans_are_read(void **state)
{
    (void)state;
    assert_span("0.00:03:00", 3 * TICKS_PER_MINUTE);
    assert_span("00:03", 3 * TICKS_PER_MINUTE);
    assert_span("-1.02:03:04.5", -(TICKS_PER_DAY + 2 * TICKS_PER_HOUR + 3 * TICKS_PER_MINUTE + 45000000));
    assert_span("0.12:34:56.7", 12 * TICKS_PER_HOUR + 34 * TICKS_PER_MINUTE + 567000000);
    assert_span("2", 2 * TICKS_PER_DAY);
    assert_span("1d", TICKS_PER_DAY);
    assert_span("1.5h", 90 * TICKS_PER_MINUTE);
    assert_span(" 15 seconds ", 15 * TICKS_PER_SECOND);
    assert_span("0.1s", TICKS_PER_SECOND / 10);
    assert_span("7ticks", 7);
    assert_span("250 nanoseconds", 2);
    assert_span("3microseconds", 30);
    assert_span("-10m", -10 * TICKS_PER_MINUTE);
    assert_span("9223372036854775807 ticks", INT64_MAX);
    static const char *const BAD[] = {
        "",        "x",     "1.5",        "24:00:00",  "1:60:00",      "1:00:60",           "1w",   "1D",
        "1:2:3:4", "1 d d", "1.24:00:00", "00:00:01.", "99999999999d", "10675199.03:00:00", "--1d", "1e300d"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        int64_t ticks;
        if (timespan_parse(slice_from_cstr(BAD[i]), &ticks))
            fail_msg("accepted \"%s\"", BAD[i]);
    }
}

static void every_timespan_reads_back_from_its_text(void **state)
{
    (void)state;
    static const int64_t EDGES[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MIN + 1, TICKS_PER_DAY, -TICKS_PER_DAY};
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < 20000; i++) {
        int64_t ticks = i < TEST_COUNT(EDGES) ? EDGES[i] : (int64_t)(test_random() >> test_random() % 60), back;
        buf_clear(&text);
        timespan_to_text(ticks, &text);
        if (!timespan_parse(buf_slice(&text), &back) || back != ticks)
            fail_msg("%lld became %.*s", (long long)ticks, SLICE_ARG(buf_slice(&text)));
    }
    buf_release(&text);
}

static void timespans_show_days_and_fraction_only_where_there_are_any(void **state)
{
    (void)state;
    static const struct {
        int64_t ticks;
        const char *text;
    } CASES[] = {{0, "00:00:00"},
                 {3 * TICKS_PER_MINUTE, "00:03:00"},
                 {TICKS_PER_DAY, "1.00:00:00"},
                 {30 * TICKS_PER_DAY, "30.00:00:00"},
                 {4 * TICKS_PER_HOUR + 32 * TICKS_PER_MINUTE + 24000000, "04:32:02.4000000"},
                 {-12 * TICKS_PER_HOUR, "-12:00:00"}};
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        buf_clear(&text);
        timespan_to_text(CASES[i].ticks, &text);
        assert_slice_equal(buf_slice(&text), slice_from_cstr(CASES[i].text));
    }
    buf_release(&text);
}

static void now_is_after_this_was_written(void **state)
{
    (void)state;
    struct civil civil;
    datetime_to_civil(datetime_now(), &civil);
    assert_in_range(civil.year, 2024, 9999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_forms_are_read),
        cmocka_unit_test(rfc_822_and_850_forms_are_read),
        cmocka_unit_test(month_first_forms_are_read),
        cmocka_unit_test(the_portals_twelve_hour_clock_is_read),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(every_instant_reads_back_from_its_text),
        cmocka_unit_test(every_day_of_ten_thousand_years_is_where_it_belongs),
        cmocka_unit_test(timespans_are_read),
        cmocka_unit_test(every_timespan_reads_back_from_its_text),
        cmocka_unit_test(timespans_show_days_and_fraction_only_where_there_are_any),
        cmocka_unit_test(now_is_after_this_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
