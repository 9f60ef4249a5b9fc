/*
 * test_fn_math.c - arithmetic: wrap, division by zero, remainders, times, bins.
 */
#include "expr_fixture.h"

#include "event/datetime.h"
#include "event/decimal.h"

#include <math.h>

static int64_t long_of(struct expr *expr)
{
    struct value value = value_of(expr);
    assert_false(value.is_null);
    return value.i64;
}

static double real_of(struct expr *expr)
{
    struct value value = value_of(expr);
    assert_int_equal(value.type, TYPE_REAL);
    assert_false(value.is_null);
    return value.f64;
}

#define ASSERT_NULL(expr)           assert_true(value_of(expr).is_null)
#define ASSERT_REAL(expr, expected) assert_true(real_of(expr) == (expected))

static void longs_wrap_and_never_trap(void **state)
{
    (void)state;
    struct expr *least = of_long(INT64_MIN), *minus = of_long(-1);
    assert_true(long_of(CALL("/", least, minus)) == INT64_MIN);
    assert_int_equal(long_of(CALL("%", least, minus)), 0);
    assert_true(long_of(CALL("+", of_long(INT64_MAX), of_long(1))) == INT64_MIN);
    assert_true(long_of(CALL("-", least, of_long(1))) == INT64_MAX);
    assert_true(long_of(CALL("*", least, minus)) == INT64_MIN);
    assert_true(long_of(CALL("unary-", least)) == INT64_MIN);
    assert_true(long_of(CALL("abs", least)) == INT64_MIN);
}

static void division_cuts_towards_zero_and_zero_gives_null(void **state)
{
    (void)state;
    assert_int_equal(long_of(CALL("/", of_long(1), of_long(2))), 0);
    assert_int_equal(long_of(CALL("/", of_long(-7), of_long(2))), -3);
    ASSERT_NULL(CALL("/", of_long(1), of_long(0)));
    ASSERT_NULL(CALL("%", of_long(1), of_long(0)));
    ASSERT_NULL(CALL("+", of_long(1), of_null(TYPE_LONG)));
    assert_true(isinf(real_of(CALL("/", of_real(1), of_real(0)))));
    assert_true(isnan(real_of(CALL("/", of_real(0), of_real(0)))));
}

static void remainders_are_never_negative(void **state)
{
    (void)state;
    assert_int_equal(long_of(CALL("%", of_long(-14), of_long(12))), 10);
    assert_int_equal(long_of(CALL("%", of_long(14), of_long(-12))), 2);
    assert_int_equal(long_of(CALL("%", of_long(-14), of_long(-12))), 10);
    assert_true(long_of(CALL("%", of_long(-1), of_long(INT64_MIN))) == INT64_MAX);
    ASSERT_REAL(CALL("%", of_real(-1.5), of_real(1)), 0.5);
    assert_int_equal(long_of(CALL("%", of_type(TYPE_TIMESPAN, TICKS_PER_DAY), of_type(TYPE_TIMESPAN, TICKS_PER_HOUR))),
                     0);
}

static struct expr *decimal_expr(int64_t v)
{
    return constant((struct value){.type = TYPE_DECIMAL, .dec = decimal_from_long(v)});
}

static void decimals_calculate(void **state)
{
    (void)state;
    struct value sum = value_of(CALL("+", decimal_expr(40), decimal_expr(2)));
    assert_int_equal(decimal_compare(sum.dec, decimal_from_long(42)), 0);
    struct value mod = value_of(CALL("%", decimal_expr(-14), decimal_expr(12)));
    assert_int_equal(decimal_compare(mod.dec, decimal_from_long(10)), 0);
    ASSERT_NULL(CALL("/", decimal_expr(1), decimal_expr(0)));
    struct value bin = value_of(CALL("bin", decimal_expr(-7), decimal_expr(2)));
    assert_int_equal(decimal_compare(bin.dec, decimal_from_long(-8)), 0);
    struct value negated = value_of(CALL("unary-", decimal_expr(7)));
    assert_int_equal(decimal_compare(negated.dec, decimal_from_long(-7)), 0);
}

static void times_combine_by_their_types(void **state)
{
    (void)state;
    struct expr *noon = of_type(TYPE_DATETIME, 1000), *hour = of_type(TYPE_TIMESPAN, 600);
    assert_int_equal(long_of(CALL("+", noon, hour)), 1600);
    assert_int_equal(long_of(CALL("+", hour, noon)), 1600);
    assert_int_equal(long_of(CALL("-", noon, hour)), 400);
    struct expr *difference = CALL("-", noon, of_type(TYPE_DATETIME, 1600));
    assert_int_equal(difference->type, TYPE_TIMESPAN);
    assert_int_equal(long_of(difference), -600);
    ASSERT_REAL(CALL("/", of_type(TYPE_TIMESPAN, 24), of_type(TYPE_TIMESPAN, 5)), 4.8);
    assert_int_equal(long_of(CALL("*", hour, of_long(2))), 1200);
    assert_int_equal(long_of(CALL("*", of_real(0.5), hour)), 300);
    assert_int_equal(long_of(CALL("/", hour, of_real(0.5))), 1200);
    ASSERT_NULL(CALL("/", hour, of_long(0)));
    ASSERT_NULL(CALL("/", hour, of_real(0)));
    ASSERT_NULL(CALL("-", noon, of_type(TYPE_TIMESPAN, 1001)));
    ASSERT_NULL(CALL("+", of_type(TYPE_DATETIME, TICKS_MAX), of_type(TYPE_TIMESPAN, 1)));
    ASSERT_NULL(CALL("+", of_type(TYPE_TIMESPAN, INT64_MAX), hour));
    struct expr *expr;
    assert_int_equal(call_try("+", (struct expr *[]){noon, of_long(1)}, 2, &expr, NULL), ERR_QUERY);
    assert_int_equal(call_try("+", (struct expr *[]){noon, noon}, 2, &expr, NULL), ERR_QUERY);
    assert_int_equal(call_try("+", (struct expr *[]){of_str("a"), of_str("b")}, 2, &expr, NULL), ERR_QUERY);
}

static void bin_is_a_floor(void **state)
{
    (void)state;
    assert_int_equal(long_of(CALL("bin", of_long(-7), of_long(2))), -8);
    assert_int_equal(long_of(CALL("bin", of_long(-1), of_long(5))), -5);
    ASSERT_REAL(CALL("bin", of_real(4.5), of_real(1)), 4.0);
    ASSERT_NULL(CALL("bin", of_long(7), of_long(0)));
    ASSERT_NULL(CALL("bin", of_long(7), of_long(-2)));
    ASSERT_NULL(CALL("bin", of_real(7), of_real(-2)));
    ASSERT_NULL(CALL("bin", of_long(7), of_null(TYPE_LONG)));
    ASSERT_NULL(CALL("bin", of_long(INT64_MIN), of_long(7)));
    /* Weeks are counted from 0001-01-01, a Monday: 2024-01-03 was a Wednesday. */
    struct civil wednesday = {.year = 2024, .month = 1, .day = 3, .hour = 5};
    int64_t ticks;
    assert_true(datetime_from_civil(&wednesday, &ticks));
    struct civil monday;
    datetime_to_civil(long_of(CALL("bin", of_type(TYPE_DATETIME, ticks), of_type(TYPE_TIMESPAN, 7 * TICKS_PER_DAY))),
                      &monday);
    assert_int_equal(monday.weekday, 1);
    assert_int_equal(monday.day, 1);
    struct expr *expr;
    assert_int_equal(call_try("bin", (struct expr *[]){of_type(TYPE_DATETIME, 1), of_long(1)}, 2, &expr, NULL),
                     ERR_QUERY);
}

static void bin_at_counts_from_a_point(void **state)
{
    (void)state;
    ASSERT_REAL(CALL("bin_at", of_real(6.5), of_real(2.5), of_real(7)), 4.5);
    assert_true(long_of(CALL("bin_at", of_type(TYPE_TIMESPAN, TICKS_PER_HOUR), of_type(TYPE_TIMESPAN, TICKS_PER_DAY),
                             of_type(TYPE_TIMESPAN, 12 * TICKS_PER_HOUR))) == -12 * TICKS_PER_HOUR);
}

static void rounding_follows_the_decimal_text(void **state)
{
    (void)state;
    ASSERT_REAL(CALL("round", of_real(2.15), of_long(1)), 2.2);
    ASSERT_REAL(CALL("round", of_real(-50.55), of_long(-2)), -100);
    ASSERT_REAL(CALL("round", of_real(21.5), of_long(-1)), 20);
    ASSERT_REAL(CALL("round", of_real(2.5)), 3);
    ASSERT_REAL(CALL("round", of_real(2.4), of_long(400)), 2.4);
    ASSERT_REAL(CALL("ceiling", of_real(-1.1)), -1);
}

static void functions_outside_their_domain_are_null(void **state)
{
    (void)state;
    ASSERT_REAL(CALL("pow", of_real(2), of_real(3)), 8);
    ASSERT_REAL(CALL("sqrt", of_real(9)), 3);
    ASSERT_NULL(CALL("sqrt", of_real(-1)));
    ASSERT_NULL(CALL("log", of_real(0)));
    assert_int_equal(long_of(CALL("sign", of_real(-3.5))), -1);
    assert_int_equal(truth_letter(CALL("isnan", of_real(NAN))), 't');
    assert_int_equal(truth_letter(CALL("isfinite", of_real(INFINITY))), 'f');
    assert_int_equal(truth_letter(CALL("isinf", of_real(INFINITY))), 't');
}

static void max_of_passes_over_nulls(void **state)
{
    (void)state;
    assert_int_equal(long_of(CALL("max_of", of_long(10), of_long(1), of_long(-3), of_long(17))), 17);
    assert_int_equal(long_of(CALL("min_of", of_long(10), of_null(TYPE_LONG), of_long(-3))), -3);
    ASSERT_NULL(CALL("min_of", of_null(TYPE_LONG), of_null(TYPE_LONG)));
    struct expr *ints = CALL("max_of", of_type(TYPE_INT, 1), of_type(TYPE_INT, 6));
    assert_int_equal(ints->type, TYPE_INT);
    assert_true(slice_eq(value_of(CALL("min_of", of_str("b"), of_str("a"))).str, SLICE("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longs_wrap_and_never_trap),
        cmocka_unit_test(division_cuts_towards_zero_and_zero_gives_null),
        cmocka_unit_test(remainders_are_never_negative),
        cmocka_unit_test(decimals_calculate),
        cmocka_unit_test(times_combine_by_their_types),
        cmocka_unit_test(bin_is_a_floor),
        cmocka_unit_test(bin_at_counts_from_a_point),
        cmocka_unit_test(rounding_follows_the_decimal_text),
        cmocka_unit_test(functions_outside_their_domain_are_null),
        cmocka_unit_test(max_of_passes_over_nulls),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
