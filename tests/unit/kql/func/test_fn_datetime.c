/*
 * test_fn_datetime.c - functions over times. Most expectations are the real engine's answers to the examples of Kusto's
 * reference.
 */
#include "expr_fixture.h"

#include "event/datetime.h"

static struct expr *time_of(const char *text)
{
    int64_t ticks = 0;
    assert_true(datetime_parse(slice_from_cstr(text), &ticks));
    return of_type(TYPE_DATETIME, ticks);
}

static void assert_shown(struct expr *expr, const char *expected)
{
    struct value value = value_of(expr);
    struct buf text;
    buf_init(&text, 0);
    value_to_text(&value, TEXT_RESULT, &text);
    if (!slice_eq(buf_slice(&text), slice_from_cstr(expected)))
        fail_msg("got \"%.*s\", not \"%s\"", SLICE_ARG(buf_slice(&text)), expected);
    buf_release(&text);
}

/* A time without its fraction of seven zeros. */
static void assert_time(struct expr *expr, const char *expected)
{
    int64_t ticks = -1;
    assert_true(datetime_parse(slice_from_cstr(expected), &ticks));
    struct value value = value_of(expr);
    assert_int_equal(value.type, TYPE_DATETIME);
    assert_false(value.is_null);
    if (value.i64 != ticks)
        assert_shown(expr, expected);
}

static void assert_long(struct expr *expr, int64_t expected)
{
    struct value value = value_of(expr);
    assert_int_equal(value.type, TYPE_LONG);
    assert_false(value.is_null);
    assert_int_equal(value.i64, expected);
}

static void assert_nothing(struct expr *expr)
{
    assert_true(value_of(expr).is_null);
}

static void now_is_the_querys_and_ago_counts_from_it(void **state)
{
    (void)state;
    struct query query = {.now = 5 * TICKS_PER_DAY};
    struct eval eval;
    struct value value;
    eval_init(&eval, &query);
    assert_int_equal(eval_const(&eval, call_of("now", NULL, 0), &fixture_arena, &value, NULL), ERR_NONE);
    assert_int_equal(value.i64, 5 * TICKS_PER_DAY);
    assert_int_equal(eval_const(&eval, CALL("now", of_type(TYPE_TIMESPAN, -7)), &fixture_arena, &value, NULL),
                     ERR_NONE);
    assert_int_equal(value.i64, 5 * TICKS_PER_DAY - 7);
    assert_int_equal(
        eval_const(&eval, CALL("ago", of_type(TYPE_TIMESPAN, TICKS_PER_DAY)), &fixture_arena, &value, NULL), ERR_NONE);
    assert_int_equal(value.i64, 4 * TICKS_PER_DAY);
    assert_int_equal(
        eval_const(&eval, CALL("ago", of_type(TYPE_TIMESPAN, 6 * TICKS_PER_DAY)), &fixture_arena, &value, NULL),
        ERR_NONE);
    assert_true(value.is_null);
    assert_int_equal(eval_const(&eval, CALL("ago", of_type(TYPE_TIMESPAN, INT64_MIN)), &fixture_arena, &value, NULL),
                     ERR_NONE);
    assert_true(value.is_null);
    eval_release(&eval);
}

static void units_begin_and_end(void **state)
{
    (void)state;
    struct expr *t = time_of("2017-01-01 10:10:17"); /* a Sunday */
    assert_time(CALL("startofday", t), "2017-01-01");
    assert_time(CALL("startofday", t, of_long(-1)), "2016-12-31");
    assert_time(CALL("startofweek", t, of_long(-1)), "2016-12-25");
    assert_time(CALL("startofweek", t), "2017-01-01");
    assert_time(CALL("startofweek", time_of("2017-01-07 23:59:59")), "2017-01-01");
    assert_time(CALL("startofmonth", t, of_long(-1)), "2016-12-01");
    assert_time(CALL("startofmonth", t, of_long(13)), "2018-02-01");
    assert_time(CALL("startofyear", t, of_long(1)), "2018-01-01");
    assert_time(CALL("endofday", t, of_long(-1)), "2016-12-31T23:59:59.9999999Z");
    assert_time(CALL("endofmonth", t, of_long(1)), "2017-02-28T23:59:59.9999999Z");
    assert_time(CALL("endofmonth", time_of("2020-02-01")), "2020-02-29T23:59:59.9999999Z");
    assert_time(CALL("endofweek", time_of("2025-06-14")), "2025-06-14T23:59:59.9999999Z");
    assert_time(CALL("endofyear", t), "2017-12-31T23:59:59.9999999Z");
}

static void units_at_the_ends_of_time(void **state)
{
    (void)state;
    struct expr *first = time_of("0001-01-01"), *last = time_of("9999-12-31T23:59:59.9999999Z");
    assert_time(CALL("startofyear", first), "0001-01-01");
    assert_nothing(CALL("startofweek", first)); /* the Sunday before is none */
    assert_time(CALL("endofweek", first), "0001-01-06T23:59:59.9999999Z");
    assert_nothing(CALL("startofday", first, of_long(-1)));
    assert_time(CALL("endofyear", last), "9999-12-31T23:59:59.9999999Z");
    assert_time(CALL("endofday", last), "9999-12-31T23:59:59.9999999Z");
    assert_nothing(CALL("startofyear", last, of_long(1)));
    assert_nothing(CALL("startofmonth", last, of_long(INT64_MAX)));
    assert_nothing(CALL("endofday", last, of_long(INT64_MAX)));
    assert_nothing(CALL("startofyear", first, of_long(INT64_MIN)));
    assert_nothing(CALL("datetime_add", of_str("year"), of_long(1), last));
    assert_nothing(CALL("datetime_add", of_str("second"), of_long(INT64_MAX), first));
    assert_nothing(CALL("datetime_add", of_str("month"), of_long(INT64_MIN), first));
}

static struct expr *diff(const char *part, const char *a, const char *b)
{
    return CALL("datetime_diff", of_str(part), time_of(a), time_of(b));
}

static void differences_count_boundaries(void **state)
{
    (void)state;
    assert_long(diff("hour", "2017-10-31 01:00", "2017-10-30 23:59"), 2);
    assert_long(diff("hour", "2017-10-30 01:00", "2017-10-30 00:59"), 1);
    assert_long(diff("day", "2017-10-29 00:00", "2017-09-30 23:59"), 29);
    assert_long(diff("second", "2017-10-30 23:00:10.100", "2017-10-30 23:00:00.900"), 10);
    assert_long(diff("year", "2017-01-01", "2000-12-31"), 17);
    assert_long(diff("quarter", "2017-07-01", "2017-03-30"), 2);
    assert_long(diff("MONTH", "2017-01-01", "2015-12-30"), 13);
    assert_long(diff("minute", "2017-10-30 23:05:01", "2017-10-30 23:00:59"), 5);
    assert_long(diff("millisecond", "2017-10-30 23:00:00.200100", "2017-10-30 23:00:00.100900"), 100);
    assert_long(diff("microsecond", "2017-10-30 23:00:00.1009001", "2017-10-30 23:00:00.1008009"), 100);
    assert_long(diff("nanosecond", "2017-10-30 23:00:00.0000007", "2017-10-30 23:00:00.0000000"), 700);
    assert_long(diff("day", "2000-12-31", "2017-01-01"), -5845);
    struct value weeks = value_of(diff("week", "2000-11-08", "2000-10-01"));
    assert_true(weeks.type == TYPE_REAL && weeks.f64 == 5.0);
    assert_nothing(diff("nanosecond", "9999-12-31", "0001-01-01"));
}

static void an_unknown_part_is_an_error_that_names_those_there_are(void **state)
{
    (void)state;
    struct expr *expr;
    struct err err = {0};
    struct expr *args[] = {of_str("fortnight"), time_of("2020-01-01"), time_of("2020-01-01")};
    assert_int_equal(call_try("datetime_diff", args, 3, &expr, &err), ERR_QUERY);
    assert_non_null(strstr(err.text, "fortnight"));
    assert_non_null(strstr(err.hint, "quarter"));
    args[0] = of_str("dayofyear"); /* a part, but no unit */
    assert_int_equal(call_try("datetime_diff", args, 3, &expr, &err), ERR_QUERY);
}

static struct expr *add(const char *part, int64_t amount, const char *time)
{
    return CALL("datetime_add", of_str(part), of_long(amount), time_of(time));
}

static void adding_keeps_to_the_calendar(void **state)
{
    (void)state;
    assert_time(add("year", 1, "2017-01-01"), "2018-01-01");
    assert_time(add("quarter", 1, "2017-01-01"), "2017-04-01");
    assert_time(add("month", -15, "2017-01-01"), "2015-10-01");
    assert_time(add("week", 100, "2017-01-01"), "2018-12-02");
    assert_time(add("day", 1, "2017-01-01"), "2017-01-02");
    assert_time(add("hour", 1, "2017-01-01"), "2017-01-01 01:00");
    assert_time(add("second", -1, "2017-01-01"), "2016-12-31 23:59:59");
    assert_time(add("nanosecond", 250, "2017-01-01"), "2017-01-01T00:00:00.0000002Z");
    assert_time(add("month", 1, "2017-01-31"), "2017-02-28");
    assert_time(add("year", 1, "2020-02-29 12:00"), "2021-02-28 12:00");
}

static void parts_are_taken_out(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        int64_t value;
    } PARTS[] = {{"year", 2017},
                 {"quarter", 4},
                 {"month", 10},
                 {"week_of_year", 44},
                 {"day", 30},
                 {"dayOfYear", 303},
                 {"hour", 1},
                 {"minute", 2},
                 {"second", 3},
                 {"millisecond", 765},
                 {"microsecond", 765432},
                 {"nanosecond", 765432100}};
    struct expr *t = time_of("2017-10-30 01:02:03.7654321");
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        assert_long(CALL("datetime_part", of_str(PARTS[i].part), t), PARTS[i].value);
    assert_long(CALL("getyear", t), 2017);
    assert_long(CALL("getmonth", t), 10);
    assert_long(CALL("monthofyear", t), 10);
    assert_long(CALL("hourofday", t), 1);
    assert_long(CALL("dayofmonth", t), 30);
    assert_long(CALL("dayofyear", t), 303);
    assert_shown(CALL("dayofweek", time_of("1947-11-30 10:00:05")), "00:00:00");
    assert_shown(CALL("dayofweek", time_of("1970-05-11")), "1.00:00:00");
    assert_shown(CALL("dayofweek", time_of("1970-05-16")), "6.00:00:00");
}

static void weeks_of_the_year_are_those_of_iso_8601(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        int64_t week;
    } WEEKS[] = {{"2005-01-01", 53}, {"2005-01-02", 53}, {"2005-12-31", 52}, {"2006-01-01", 52},
                 {"2006-01-02", 1},  {"2006-12-31", 52}, {"2007-01-01", 1},  {"2007-12-30", 52},
                 {"2007-12-31", 1},  {"2008-12-28", 52}, {"2008-12-29", 1},  {"2009-12-31", 53},
                 {"2010-01-03", 53}, {"2020-12-31", 53}, {"0001-01-01", 1},  {"9999-12-31", 52}};
    for (size_t i = 0; i < sizeof WEEKS / sizeof *WEEKS; i++)
        assert_long(CALL("week_of_year", time_of(WEEKS[i].date)), WEEKS[i].week);
}

static void times_are_made_of_numbers(void **state)
{
    (void)state;
    struct expr *year = of_long(2017), *month = of_long(10), *day = of_long(1), *twelve = of_long(12),
                *ten = of_long(10);
    assert_time(CALL("make_datetime", year, month, day), "2017-10-01");
    assert_time(CALL("make_datetime", year, month, day, twelve, ten), "2017-10-01 12:10");
    assert_time(CALL("make_datetime", year, month, day, twelve, ten, of_real(11.1234567)),
                "2017-10-01 12:10:11.1234567");
    assert_nothing(CALL("make_datetime", year, of_long(13), day));
    assert_nothing(CALL("make_datetime", year, of_long(2), of_long(29)));
    assert_nothing(CALL("make_datetime", of_long(0), month, day));
    assert_nothing(CALL("make_datetime", year, month, day, of_long(24), ten));
    assert_nothing(CALL("make_datetime", year, month, day, twelve, ten, of_real(60)));
    assert_nothing(CALL("make_datetime", year, month, day, twelve, ten, of_real(-0.1)));
    assert_shown(CALL("make_timespan", of_long(1), of_long(30)), "01:30:00");
    assert_shown(CALL("make_timespan", of_long(1), of_long(30), of_real(55.123)), "01:30:55.1230000");
    assert_shown(CALL("make_timespan", of_long(2), of_long(1), of_long(30), of_real(55)), "2.01:30:55");
    assert_nothing(CALL("make_timespan", of_long(24), of_long(0)));
    assert_nothing(CALL("make_timespan", of_long(-1), of_long(0)));
}

static void unix_times_are_read(void **state)
{
    (void)state;
    assert_time(CALL("unixtime_seconds_todatetime", of_long(1546300800)), "2019-01-01");
    assert_time(CALL("unixtime_seconds_todatetime", of_real(1546300800.5)), "2019-01-01T00:00:00.5Z");
    assert_time(CALL("unixtime_milliseconds_todatetime", of_long(1546300800000)), "2019-01-01");
    assert_time(CALL("unixtime_microseconds_todatetime", of_long(1546300800000000)), "2019-01-01");
    assert_time(CALL("unixtime_nanoseconds_todatetime", of_long(1546300800000000000)), "2019-01-01");
    assert_time(CALL("unixtime_nanoseconds_todatetime", of_long(-1)), "1969-12-31T23:59:59.9999999Z");
    assert_nothing(CALL("unixtime_seconds_todatetime", of_long(INT64_MAX)));
    assert_nothing(CALL("unixtime_seconds_todatetime", of_real(1e300)));
    assert_nothing(CALL("unixtime_seconds_todatetime", of_long(-62135596801)));
}

static void formats_are_filled(void **state)
{
    (void)state;
    struct expr *t = time_of("2017-01-29 09:00:05");
    assert_shown(CALL("format_datetime", t, of_str("yy-MM-dd [HH:mm:ss]")), "17-01-29 [09:00:05]");
    assert_shown(CALL("format_datetime", t, of_str("yyyy-M-dd [H:mm:ss]")), "2017-1-29 [9:00:05]");
    assert_shown(CALL("format_datetime", t, of_str("yy-MM-dd [hh:mm:ss tt]")), "17-01-29 [09:00:05 AM]");
    struct expr *late = time_of("2005-12-01 00:07:08.1200000");
    assert_shown(CALL("format_datetime", late, of_str("h tt, y_d s.fff s.FFFFFFF")), "12 AM, 5_1 8.120 8.12");
    struct expr *span =
        of_type(TYPE_TIMESPAN, 3 * TICKS_PER_DAY + 14 * TICKS_PER_HOUR + 5 * TICKS_PER_MINUTE + 1230000);
    assert_shown(CALL("format_timespan", span, of_str("d.hh:mm:ss.fff")), "3.14:05:00.123");
    assert_shown(CALL("format_timespan", span, of_str("ddd:H")), "003:14");
    assert_shown(CALL("format_timespan", of_type(TYPE_TIMESPAN, INT64_MIN), of_str("d")), "-10675199");
    struct expr *expr;
    struct err err = {0};
    assert_int_equal(call_try("format_datetime", (struct expr *[]){t, of_str("yyyy-MM-ddTHH")}, 2, &expr, &err),
                     ERR_QUERY);
    assert_non_null(strstr(err.hint, "yyyy") || strstr(err.hint, "y M d"));
    assert_int_equal(call_try("format_datetime", (struct expr *[]){t, of_str("yyy")}, 2, &expr, &err), ERR_QUERY);
    assert_int_equal(call_try("format_datetime", (struct expr *[]){t, of_str("MMM")}, 2, &expr, &err), ERR_QUERY);
    assert_int_equal(call_try("format_timespan", (struct expr *[]){span, of_str("M")}, 2, &expr, &err), ERR_QUERY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_the_querys_and_ago_counts_from_it),
        cmocka_unit_test(units_begin_and_end),
        cmocka_unit_test(units_at_the_ends_of_time),
        cmocka_unit_test(differences_count_boundaries),
        cmocka_unit_test(an_unknown_part_is_an_error_that_names_those_there_are),
        cmocka_unit_test(adding_keeps_to_the_calendar),
        cmocka_unit_test(parts_are_taken_out),
        cmocka_unit_test(weeks_of_the_year_are_those_of_iso_8601),
        cmocka_unit_test(times_are_made_of_numbers),
        cmocka_unit_test(unix_times_are_read),
        cmocka_unit_test(formats_are_filled),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
