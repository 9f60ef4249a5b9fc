/*
 * test_value.c - numbers, guids and values as text and back; conversions; comparing, hashing, copying.
 */
#include "test.h"

#include "base/mem.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "event/value.h"

#include <math.h>
#include <stdio.h>

static void assert_real_text(double value, const char *expected)
{
    char text[REAL_TEXT_MAX];
    assert_slice_equal(slice_of(text, real_write(value, text)), slice_from_cstr(expected));
}

static void reals_have_their_shortest_text_and_a_point(void **state)
{
    (void)state;
    assert_real_text(118, "118.0");
    assert_real_text(0.1, "0.1");
    assert_real_text(1.0 / 3, "0.3333333333333333");
    assert_real_text(-0.0, "-0.0");
    assert_real_text(1e300, "1e+300");
    assert_real_text(5e-324, "4.94065645841247e-324");
    assert_real_text(1546897531, "1546897531.0");
    assert_real_text((double)NAN, "NaN");
    assert_real_text((double)INFINITY, "Infinity");
    assert_real_text(-(double)INFINITY, "-Infinity");
}

static void every_real_reads_back_from_its_text(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = test_random();
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (i % 2)
            value = (double)(int64_t)(bits >> i % 60) / 1000;
        char text[REAL_TEXT_MAX];
        size_t len = real_write(value, text);
        assert_true(len < REAL_TEXT_MAX);
        assert_true(real_from_text(slice_of(text, len), &back));
        if (back != value && !(isnan(back) && isnan(value)))
            fail_msg("%.17g became %.*s", value, (int)len, text);
    }
}

static void reals_are_read_to_the_last_bit_however_long_they_are(void **state)
{
    (void)state;
    double value;
    /* Halfway between two doubles, and a hair above. */
    assert_true(real_from_text(SLICE("9007199254740993"), &value));
    assert_true(value == 9007199254740992.0);
    static char digits[100001];
    snprintf(digits, sizeof digits, "9007199254740993.");
    memset(digits + 17, '0', sizeof digits - 18);
    assert_true(real_from_text(slice_of(digits, sizeof digits - 1), &value));
    assert_true(value == 9007199254740992.0);
    digits[sizeof digits - 2] = '1';
    assert_true(real_from_text(slice_of(digits, sizeof digits - 1), &value));
    assert_true(value == 9007199254740994.0);
    assert_true(real_from_text(SLICE("1e400"), &value) && isinf(value));
    assert_true(real_from_text(SLICE("1e-99999999999999999999"), &value) && value == 0);
    assert_true(real_from_text(SLICE("0e99999999999999999999"), &value) && value == 0);
    assert_true(real_from_text(SLICE("1797693134862315708e290"), &value) && value == 1.797693134862315708e308);
    memset(digits, '0', sizeof digits);
    digits[0] = '.';
    digits[99999] = '1';
    assert_true(real_from_text(slice_of(digits, 100000), &value) && value == 0);
}

static void reals_are_read_in_loose_forms_and_nothing_else(void **state)
{
    (void)state;
    double value;
    assert_true(real_from_text(SLICE("+1.5"), &value) && value == 1.5);
    assert_true(real_from_text(SLICE(".5"), &value) && value == 0.5);
    assert_true(real_from_text(SLICE("5."), &value) && value == 5);
    assert_true(real_from_text(SLICE("007e1"), &value) && value == 70);
    assert_true(real_from_text(SLICE("-0"), &value) && value == 0 && signbit(value));
    assert_true(real_from_text(SLICE("-inf"), &value) && value < 0 && isinf(value));
    static const char *const BAD[] = {"",   ".",    "-",   "1e", "1e+", "1.2.3",  " 1",
                                      "1 ", "0x10", "1,5", "e5", "+-1", "infinit"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++)
        if (real_from_text(slice_from_cstr(BAD[i]), &value))
            fail_msg("accepted \"%s\"", BAD[i]);
}

static void longs_up_to_their_bounds(void **state)
{
    (void)state;
    int64_t value;
    assert_true(long_from_text(SLICE("9223372036854775807"), &value) && value == INT64_MAX);
    assert_true(long_from_text(SLICE("-9223372036854775808"), &value) && value == INT64_MIN);
    assert_true(long_from_text(SLICE("+0007"), &value) && value == 7);
    assert_true(long_from_text(SLICE("0x1F"), &value) && value == 31);
    assert_true(long_from_text(SLICE("-0x10"), &value) && value == -16);
    assert_true(long_from_text(SLICE("0xffffffffffffffff"), &value) && value == -1);
    static const char *const BAD[] = {"",
                                      "-",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "1.0",
                                      "0x",
                                      "0x1ffffffffffffffff",
                                      "1a",
                                      " 1",
                                      "18446744073709551617",
                                      "0xg"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++)
        if (long_from_text(slice_from_cstr(BAD[i]), &value))
            fail_msg("accepted \"%s\"", BAD[i]);
    static const int64_t SHOWN[] = {0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < TEST_COUNT(SHOWN); i++) {
        struct buf text;
        buf_init(&text, 0);
        long_to_text(SHOWN[i], &text);
        assert_true(long_from_text(buf_slice(&text), &value) && value == SHOWN[i]);
        buf_release(&text);
    }
}

static void guids_with_and_without_hyphens(void **state)
{
    (void)state;
    struct guid guid;
    struct buf text;
    buf_init(&text, 0);
    assert_true(guid_from_text(SLICE("82B8be2d-dfa7-4bd1-8f63-24ad26d31449"), &guid));
    guid_to_text(&guid, &text);
    assert_slice_equal(buf_slice(&text), SLICE("82b8be2d-dfa7-4bd1-8f63-24ad26d31449"));
    buf_release(&text);
    struct guid other;
    assert_true(guid_from_text(SLICE("82b8be2ddfa74bd18f6324ad26d31449"), &other));
    assert_memory_equal(&guid, &other, sizeof guid);
    assert_true(guid_from_text(SLICE("{82b8be2d-dfa7-4bd1-8f63-24ad26d31449}"), &other));
    assert_false(guid_from_text(SLICE("82b8be2d-dfa7-4bd1-8f63+24ad26d31449"), &other));
    assert_false(guid_from_text(SLICE("82b8be2d-dfa7-4bd1-8f63-24ad26d3144"), &other));
    assert_false(guid_from_text(SLICE("g2b8be2ddfa74bd18f6324ad26d31449"), &other));
    assert_false(guid_from_text(SLICE(""), &other));
}

/* --- conversions --- */

static struct arena arena;

static int arena_setup(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}
static int arena_teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct value convert(struct value in, enum type to)
{
    struct value out;
    assert_int_equal(value_convert(&in, to, &arena, &out, NULL), ERR_NONE);
    assert_int_equal(out.type, to);
    return out;
}

static struct value text(const char *text)
{
    return value_str(slice_from_cstr(text));
}

static struct value json(const char *text)
{
    const struct dyn *dyn;
    assert_int_equal(dyn_parse(slice_from_cstr(text), &arena, &dyn, NULL), ERR_NONE);
    return value_dyn(dyn);
}

static void assert_whole(struct value in, enum type to, int64_t expected)
{
    struct value out = convert(in, to);
    assert_false(out.is_null);
    assert_int_equal(out.i64, expected);
}

static void assert_null_value(struct value in, enum type to)
{
    assert_true(convert(in, to).is_null);
}

static void assert_string(struct value in, const char *expected)
{
    assert_slice_equal(convert(in, TYPE_STRING).str, slice_from_cstr(expected));
}

static void bools_convert(void **state)
{
    (void)state;
    assert_whole(text("true"), TYPE_BOOL, 1);
    assert_whole(text("FALSE"), TYPE_BOOL, 0);
    assert_whole(value_i64(TYPE_LONG, 123), TYPE_BOOL, 1);
    assert_whole(value_i64(TYPE_INT, 0), TYPE_BOOL, 0);
    assert_null_value(text("yes"), TYPE_BOOL);
    assert_null_value(text(""), TYPE_BOOL);
    assert_whole(json("true"), TYPE_BOOL, 1);
    assert_string(value_i64(TYPE_BOOL, 1), "True");
    assert_string(value_i64(TYPE_BOOL, 0), "False");
    assert_string(value_null(TYPE_BOOL), "");
    assert_whole(value_i64(TYPE_BOOL, 1), TYPE_LONG, 1);
    assert_null_value(value_i64(TYPE_BOOL, 1), TYPE_DATETIME);
}

static void whole_numbers_truncate_and_know_their_range(void **state)
{
    (void)state;
    assert_whole(value_real(2.3), TYPE_INT, 2);
    assert_whole(value_real(-2.9), TYPE_LONG, -2);
    assert_null_value(value_real(1e10), TYPE_INT);
    assert_whole(value_real(1e10), TYPE_LONG, 10000000000);
    assert_null_value(value_real(9223372036854775808.0), TYPE_LONG);
    assert_whole(value_real(-9223372036854775808.0), TYPE_LONG, INT64_MIN);
    assert_null_value(value_real((double)NAN), TYPE_LONG);
    assert_null_value(value_real(-(double)INFINITY), TYPE_INT);
    assert_null_value(value_i64(TYPE_LONG, 2147483648), TYPE_INT);
    assert_whole(value_i64(TYPE_LONG, -2147483648), TYPE_INT, -2147483648);
    assert_whole(text("123"), TYPE_INT, 123);
    assert_whole(text(" 5 "), TYPE_INT, 5);
    assert_whole(text("0x1F"), TYPE_LONG, 31);
    assert_null_value(text("2.7"), TYPE_INT);
    assert_null_value(text("not a number"), TYPE_LONG);
    assert_null_value(text("2147483648"), TYPE_INT);
    assert_whole(json("2.7"), TYPE_INT, 2);
    assert_whole(json("\"42\""), TYPE_LONG, 42);
    assert_null_value(json("[1]"), TYPE_LONG);
    assert_null_value(json("{}"), TYPE_LONG);
}

static void times_convert(void **state)
{
    (void)state;
    assert_whole(text("0.00:03:00"), TYPE_TIMESPAN, 3 * TICKS_PER_MINUTE);
    assert_whole(text("1970-01-01T00:00:00Z"), TYPE_DATETIME, TICKS_UNIX_EPOCH);
    assert_whole(json("\"1970-01-01\""), TYPE_DATETIME, TICKS_UNIX_EPOCH);
    assert_null_value(text("yesterday"), TYPE_DATETIME);
    assert_null_value(value_i64(TYPE_LONG, -1), TYPE_DATETIME);
    assert_null_value(value_i64(TYPE_TIMESPAN, 5), TYPE_DATETIME);
    assert_null_value(value_real(5), TYPE_DATETIME);
    assert_string(value_i64(TYPE_DATETIME, TICKS_UNIX_EPOCH), "1970-01-01T00:00:00.0000000Z");
    assert_string(value_i64(TYPE_TIMESPAN, TICKS_PER_DAY), "1.00:00:00");
    assert_whole(value_i64(TYPE_DATETIME, TICKS_UNIX_EPOCH), TYPE_LONG, TICKS_UNIX_EPOCH);
}

static void dynamics_convert_like_what_they_hold(void **state)
{
    (void)state;
    assert_string(json("\"bare \\\"text\\\"\""), "bare \"text\"");
    assert_string(json("{ \"a\" : 1, \"b\":[1,2.0,true,null] }"), "{\"a\":1,\"b\":[1,2.0,true,null]}");
    assert_string(json("true"), "true");
    assert_string(json("118.0"), "118.0");
    assert_string(json("null"), "");
    assert_true(convert(json("null"), TYPE_DYNAMIC).is_null);
    assert_true(convert(json("1.5"), TYPE_REAL).f64 == 1.5);
    assert_null_value(json("\"x\""), TYPE_REAL);
    assert_null_value(json("[]"), TYPE_GUID);
    assert_false(convert(json("\"82b8be2d-dfa7-4bd1-8f63-24ad26d31449\""), TYPE_GUID).is_null);
}

static void text_becomes_dynamic_by_parsing_or_as_itself(void **state)
{
    (void)state;
    struct value bag = convert(text("{\"a\":123}"), TYPE_DYNAMIC);
    assert_int_equal(dyn_get(bag.dyn, SLICE("a"))->i64, 123);
    struct value plain = convert(text("abc"), TYPE_DYNAMIC);
    assert_int_equal(plain.dyn->kind, DYN_STRING);
    assert_slice_equal(plain.dyn->str, SLICE("abc"));
    assert_null_value(text(""), TYPE_DYNAMIC);
    assert_null_value(text("null"), TYPE_DYNAMIC);
    assert_false(convert(text("[]"), TYPE_DYNAMIC).is_null);
    assert_int_equal(convert(value_i64(TYPE_INT, 5), TYPE_DYNAMIC).dyn->kind, DYN_LONG);
    struct value element = text("{}");
    assert_int_equal(value_to_dyn(&element, &arena)->kind, DYN_STRING);
}

static void a_scalar_survives_the_way_through_dynamic(void **state)
{
    (void)state;
    struct decimal decimal;
    assert_true(decimal_from_text(SLICE("1.25"), &decimal));
    const struct value values[] = {
        value_i64(TYPE_BOOL, 1),
        value_i64(TYPE_LONG, -5),
        value_real(0.5),
        value_i64(TYPE_DATETIME, 99),
        value_i64(TYPE_TIMESPAN, -99),
        text("t"),
        {.type = TYPE_GUID, .guid = {{9}}},
        {.type = TYPE_DECIMAL, .dec = decimal},
    };
    for (size_t i = 0; i < TEST_COUNT(values); i++) {
        const struct dyn *dyn = value_to_dyn(&values[i], &arena);
        struct value back = value_from_dyn(dyn), converted = convert(value_dyn(dyn), values[i].type);
        assert_true(value_same(&back, &values[i]));
        assert_true(value_same(&converted, &values[i]));
    }
}

static void decimals_convert(void **state)
{
    (void)state;
    struct value decimal = convert(text("123.45678"), TYPE_DECIMAL);
    assert_string(decimal, "123.45678");
    assert_whole(decimal, TYPE_LONG, 123);
    assert_whole(decimal, TYPE_BOOL, 1);
    assert_true(convert(decimal, TYPE_REAL).f64 == 123.45678);
    assert_string(convert(value_real(0.1), TYPE_DECIMAL), "0.1");
    assert_null_value(value_real((double)NAN), TYPE_DECIMAL);
    assert_null_value(convert(text("1e30"), TYPE_DECIMAL), TYPE_LONG);
}

static void a_null_stays_null_in_every_type(void **state)
{
    (void)state;
    for (int from = 0; from < TYPE_COUNT; from++)
        for (int to = 0; to < TYPE_COUNT; to++) {
            struct value out = convert(value_null((enum type)from), (enum type)to);
            assert_int_equal(out.is_null, to != TYPE_STRING);
        }
}

/* --- comparing --- */

static void order_hash_and_sameness_agree(void **state)
{
    (void)state;
    struct value low = value_real(-1), nan = value_real((double)NAN), nan2 = value_real(-(double)NAN);
    struct value zero = value_real(0), minus_zero = value_real(-0.0), infinite = value_real((double)INFINITY);
    assert_true(value_compare(&low, &zero) < 0 && value_compare(&nan, &infinite) > 0 &&
                value_compare(&infinite, &nan) < 0);
    assert_true(value_same(&nan, &nan2) && value_hash(&nan, 1) == value_hash(&nan2, 1));
    assert_true(value_same(&zero, &minus_zero) && value_hash(&zero, 1) == value_hash(&minus_zero, 1));
    struct value a = text("a"), b = text("b"), empty = text(""), null = value_null(TYPE_LONG);
    struct value nought = value_i64(TYPE_LONG, 0);
    assert_true(value_compare(&a, &b) < 0 && value_compare(&empty, &a) < 0);
    assert_false(value_same(&null, &nought));
    assert_true(value_same(&null, &null));
    assert_true(value_hash(&a, 1) != value_hash(&a, 2));
    assert_true(value_hash(&a, 1) != value_hash(&b, 1));
    assert_true(value_hash(&null, 1) != value_hash(&nought, 1));
    struct value one = convert(text("1.50"), TYPE_DECIMAL), same = convert(text("1.5"), TYPE_DECIMAL);
    assert_true(value_same(&one, &same) && value_hash(&one, 3) == value_hash(&same, 3));
}

static void a_copy_borrows_nothing(void **state)
{
    (void)state;
    char raw[] = "{\"key\":[\"value\",1]}";
    struct arena scratch;
    arena_init(&scratch, 0);
    const struct dyn *dyn;
    assert_int_equal(dyn_parse(slice_from_cstr(raw), &scratch, &dyn, NULL), ERR_NONE);
    struct value in = value_dyn(dyn), copy;
    assert_true(value_copy(&in, &arena, &copy));
    memset(raw, 'x', sizeof raw - 1);
    arena_release(&scratch);
    assert_string(copy, "{\"key\":[\"value\",1]}");
    struct value string = text("abc"), string_copy;
    assert_true(value_copy(&string, &arena, &string_copy));
    assert_ptr_not_equal(string.str.ptr, string_copy.str.ptr);
}

static void results_and_json_differ_from_tostring(void **state)
{
    (void)state;
    static const struct {
        struct value value;
        const char *shown, *json;
    } CASES[] = {
        {{.type = TYPE_BOOL, .i64 = 1}, "true", "true"},
        {{.type = TYPE_REAL, .f64 = 1}, "1.0", "1.0"},
        {{.type = TYPE_DATETIME, .i64 = 0}, "0001-01-01T00:00:00.0000000Z", "\"0001-01-01T00:00:00.0000000Z\""},
        {{.type = TYPE_TIMESPAN, .i64 = 1}, "00:00:00.0000001", "\"00:00:00.0000001\""},
        {{.type = TYPE_STRING, .str = {"a\"\x01\x7f\n", 5}}, "a\"\x01\x7f\n", "\"a\\\"\\u0001\\u007f\\n\""},
        {{.type = TYPE_LONG, .is_null = true}, "", "null"},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct buf out;
        buf_init(&out, 0);
        value_to_text(&CASES[i].value, TEXT_RESULT, &out);
        assert_slice_equal(buf_slice(&out), slice_from_cstr(CASES[i].shown));
        buf_clear(&out);
        value_to_json(&CASES[i].value, &out);
        assert_slice_equal(buf_slice(&out), slice_from_cstr(CASES[i].json));
        buf_release(&out);
    }
    struct value nan = value_real((double)NAN);
    struct buf out;
    buf_init(&out, 0);
    value_to_json(&nan, &out);
    assert_slice_equal(buf_slice(&out), SLICE("\"NaN\""));
    buf_release(&out);
}

static void no_memory_is_reported(void **state)
{
    (void)state;
    struct value number = value_i64(TYPE_LONG, 5), bag = text("{\"a\":[1,\"\\u0041\"]}"), out;
    const enum type targets[] = {TYPE_STRING, TYPE_DYNAMIC};
    for (size_t i = 0; i < TEST_COUNT(targets); i++) {
        const struct value *in = targets[i] == TYPE_STRING ? &number : &bag;
        for (uint64_t nth = 1;; nth++) {
            struct arena small;
            arena_init(&small, 0);
            mem_fail_after(nth);
            enum err_code code = value_convert(in, targets[i], &small, &out, NULL);
            mem_fail_after(0);
            arena_release(&small);
            if (code == ERR_NONE) {
                assert_true(nth > 1);
                break;
            }
            assert_int_equal(code, ERR_MEMORY);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_have_their_shortest_text_and_a_point),
        cmocka_unit_test(every_real_reads_back_from_its_text),
        cmocka_unit_test(reals_are_read_to_the_last_bit_however_long_they_are),
        cmocka_unit_test(reals_are_read_in_loose_forms_and_nothing_else),
        cmocka_unit_test(longs_up_to_their_bounds),
        cmocka_unit_test(guids_with_and_without_hyphens),
        cmocka_unit_test(bools_convert),
        cmocka_unit_test(whole_numbers_truncate_and_know_their_range),
        cmocka_unit_test(times_convert),
        cmocka_unit_test(dynamics_convert_like_what_they_hold),
        cmocka_unit_test(text_becomes_dynamic_by_parsing_or_as_itself),
        cmocka_unit_test(a_scalar_survives_the_way_through_dynamic),
        cmocka_unit_test(decimals_convert),
        cmocka_unit_test(a_null_stays_null_in_every_type),
        cmocka_unit_test(order_hash_and_sameness_agree),
        cmocka_unit_test(a_copy_borrows_nothing),
        cmocka_unit_test(results_and_json_differ_from_tostring),
        cmocka_unit_test(no_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
