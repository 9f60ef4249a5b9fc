/*
 * test_decimal.c - decimals: text and back, arithmetic, order.
 */
#include "test.h"

#include "event/decimal.h"

static struct decimal dec(const char *text)
{
    struct decimal value;
    if (!decimal_from_text(slice_from_cstr(text), &value))
        fail_msg("refused \"%s\"", text);
    return value;
}

static void assert_decimal(struct decimal value, const char *expected)
{
    struct buf text;
    buf_init(&text, 0);
    decimal_to_text(value, &text);
    assert_slice_equal(buf_slice(&text), slice_from_cstr(expected));
    buf_release(&text);
}

static void text_comes_back_in_plain_notation(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } CASES[] = {
        {"0", "0"},
        {"-0.00", "0"},
        {"1.50", "1.5"},
        {"-123.45678", "-123.45678"},
        {"1234567890123456789012345678901234", "1234567890123456789012345678901234"},
        {"0.1234567890123456789012345678901234", "0.1234567890123456789012345678901234"},
        {"1e5", "100000"},
        {"12e-3", "0.012"},
        {"100", "100"},
        {"1e40", "1e+40"},
        {"12.5e60", "1.25e+61"},
        {"1e-50", "1e-50"},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++)
        assert_decimal(dec(CASES[i].in), CASES[i].out);
}

static void more_than_34_digits_round_to_even(void **state)
{
    (void)state;
    assert_decimal(dec("12345678901234567890123456789012345"), "1.234567890123456789012345678901234e+34");
    assert_decimal(dec("12345678901234567890123456789012335"), "1.234567890123456789012345678901234e+34");
    assert_decimal(dec("123456789012345678901234567890123450000000000000000000000001"),
                   "1.234567890123456789012345678901235e+59");
    struct decimal value;
    assert_false(decimal_from_text(SLICE("1e7000"), &value));
    assert_false(decimal_from_text(SLICE(""), &value));
    assert_false(decimal_from_text(SLICE("nan"), &value));
    assert_false(decimal_from_text(SLICE("1 "), &value));
}

static void arithmetic_is_decimal(void **state)
{
    (void)state;
    struct decimal out;
    assert_true(decimal_calc(DECIMAL_ADD, dec("0.1"), dec("0.2"), &out));
    assert_int_equal(decimal_compare(out, dec("0.3")), 0);
    assert_true(decimal_calc(DECIMAL_SUB, dec("1"), dec("0.9"), &out));
    assert_decimal(out, "0.1");
    assert_true(decimal_calc(DECIMAL_MUL, dec("1.5"), dec("-3"), &out));
    assert_decimal(out, "-4.5");
    assert_true(decimal_calc(DECIMAL_DIV, dec("1"), dec("3"), &out));
    assert_decimal(out, "0.3333333333333333333333333333333333");
    assert_true(decimal_calc(DECIMAL_MOD, dec("-14"), dec("12"), &out));
    assert_decimal(out, "10");
    assert_true(decimal_calc(DECIMAL_MOD, dec("14"), dec("-12"), &out));
    assert_decimal(out, "2");
    assert_true(decimal_calc(DECIMAL_MOD, dec("-14"), dec("-12"), &out));
    assert_decimal(out, "10");
    assert_false(decimal_calc(DECIMAL_DIV, dec("1"), dec("0"), &out));
    assert_false(decimal_calc(DECIMAL_MOD, dec("1"), dec("0"), &out));
    assert_false(decimal_calc(DECIMAL_MUL, dec("9e6000"), dec("9e6000"), &out));
}

static void other_numbers_convert(void **state)
{
    (void)state;
    int64_t whole = 0;
    assert_decimal(decimal_from_long(INT64_MIN), "-9223372036854775808");
    assert_decimal(decimal_from_real(0.1), "0.1");
    assert_decimal(decimal_from_real(1e300), "1e+300");
    assert_true(decimal_to_real(dec("0.1")) == 0.1);
    assert_true(decimal_to_long(dec("-2.9"), &whole) && whole == -2);
    assert_true(decimal_to_long(dec("9223372036854775807.5"), &whole) && whole == INT64_MAX);
    assert_false(decimal_to_long(dec("9223372036854775808"), &whole));
}

static void order_is_by_value(void **state)
{
    (void)state;
    assert_int_equal(decimal_compare(dec("1.50"), dec("1.5")), 0);
    assert_true(decimal_compare(dec("-1"), dec("0")) < 0);
    assert_true(decimal_compare(dec("1e-50"), dec("0")) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_comes_back_in_plain_notation),
        cmocka_unit_test(more_than_34_digits_round_to_even),
        cmocka_unit_test(arithmetic_is_decimal),
        cmocka_unit_test(other_numbers_convert),
        cmocka_unit_test(order_is_by_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
