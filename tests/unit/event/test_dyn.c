/*
 * test_dyn.c - dynamics: JSON in and out, hostile JSON, paths, equality.
 */
#include "test.h"

#include "base/mem.h"
#include "event/decimal.h"
#include "event/dyn.h"

#include <math.h>
#include <stdio.h>

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

static const struct dyn *parse(struct slice text)
{
    const struct dyn *dyn;
    struct err err;
    if (dyn_parse(text, &arena, &dyn, &err) != ERR_NONE)
        fail_msg("%.*s: %s", SLICE_ARG(text), err.text);
    return dyn;
}

static void assert_json(struct slice in, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    dyn_to_json(parse(in), &out);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    buf_release(&out);
}

static void json_comes_back_compact(void **state)
{
    (void)state;
    assert_json(SLICE(" { \"a\" : [ 1 , -2.50 , \"x\" , true , false , null ] , \"b\" : { } , \"c\":[] }\r\n\t"),
                "{\"a\":[1,-2.5,\"x\",true,false,null],\"b\":{},\"c\":[]}");
    assert_json(SLICE("5"), "5");
    assert_json(SLICE("\"\""), "\"\"");
    assert_json(SLICE("null"), "null");
    assert_json(SLICE("[[[[]]],{}]"), "[[[[]]],{}]");
}

static void numbers_are_longs_where_they_fit(void **state)
{
    (void)state;
    assert_int_equal(parse(SLICE("9223372036854775807"))->kind, DYN_LONG);
    assert_true(parse(SLICE("-9223372036854775808"))->i64 == INT64_MIN);
    assert_int_equal(parse(SLICE("9223372036854775808"))->kind, DYN_REAL);
    assert_int_equal(parse(SLICE("1.0"))->kind, DYN_REAL);
    assert_true(parse(SLICE("1e2"))->f64 == 100);
    assert_true(parse(SLICE("1000000000000000000"))->i64 == 1000000000000000000);
    assert_int_equal(parse(SLICE("-0"))->i64, 0);
    assert_true(isinf(parse(SLICE("1e999"))->f64));
    assert_json(SLICE("[118.0,1e999,0.1]"), "[118.0,\"Infinity\",0.1]");
}

static void strings_without_escapes_borrow_and_others_are_decoded(void **state)
{
    (void)state;
    struct slice plain = SLICE("\"plain\"");
    assert_ptr_equal(parse(plain)->str.ptr, plain.ptr + 1);
    assert_slice_equal(parse(SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\""))->str,
                       SLICE("\"\\/\b\f\n\r\tA\xc3\xa9"));
    assert_slice_equal(parse(SLICE("\"\\ud83d\\ude00\""))->str, SLICE("\xf0\x9f\x98\x80"));
    assert_slice_equal(parse(SLICE("\"a\\u0000b\""))->str, SLICE("a\0b"));
    assert_slice_equal(dyn_get(parse(SLICE("{\"\\u006bey\":1}")), SLICE("key")) ? SLICE("found") : SLICE("lost"),
                       SLICE("found"));
}

static void broken_text_inside_strings_is_mended(void **state)
{
    (void)state;
    assert_slice_equal(parse(SLICE("\"\\ud83d\""))->str, SLICE("\xef\xbf\xbd"));
    assert_slice_equal(parse(SLICE("\"\\ude00x\""))->str, SLICE("\xef\xbf\xbdx"));
    assert_slice_equal(parse(SLICE("\"\\ud83d\\ud83d\\ude00\""))->str, SLICE("\xef\xbf\xbd\xf0\x9f\x98\x80"));
    assert_slice_equal(parse(SLICE("\"\\ud83dA\""))->str, SLICE("\xef\xbf\xbd"
                                                                "A"));
    assert_slice_equal(parse(SLICE("\"a\xff\xc3\""))->str, SLICE("a\xef\xbf\xbd\xef\xbf\xbd"));
    assert_slice_equal(parse(SLICE("\"\xc3\\u0041\""))->str, SLICE("\xef\xbf\xbd"
                                                                   "A"));
    assert_slice_equal(parse(SLICE("\"\xed\xa0\x80\""))->str, SLICE("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const struct slice BAD[] = {
        {"", 0},
        {" ", 1},
        {"{", 1},
        {"[", 1},
        {"]", 1},
        {"[1", 2},
        {"[1,", 3},
        {"[1,]", 4},
        {"[,1]", 4},
        {"{\"a\"}", 5},
        {"{\"a\":}", 6},
        {"{\"a\":1,}", 8},
        {"{a:1}", 5},
        {"{\"a\":1", 6},
        {"{1:1}", 5},
        {"[1}", 3},
        {"{\"a\":1]", 7},
        {"\"", 1},
        {"\"abc", 4},
        {"\"\\", 2},
        {"\"\\\"", 3},
        {"\"\\x41\"", 6},
        {"\"\\u12g4\"", 8},
        {"\"\\u12\"", 6},
        {"\"a\nb\"", 5},
        {"\"a\0b\"", 5},
        {"01", 2},
        {"+1", 2},
        {".5", 2},
        {"5.", 2},
        {"1e", 2},
        {"1e+", 3},
        {"-", 1},
        {"--1", 3},
        {"0x10", 4},
        {"NaN", 3},
        {"Infinity", 8},
        {"tru", 3},
        {"True", 4},
        {"nullx", 5},
        {"1 2", 3},
        {"[] []", 5},
        {"'a'", 3},
        {"// x\n1", 6},
        {"\xef\xbb\xbf"
         "1",
         4},
        {"\0", 1},
        {"1\0", 2},
        {"[1 2]", 5},
        {"datetime(2020-01-01)", 20},
        {"00", 2},
        {"-01", 3},
        {"1.e5", 4},
        {"123456789012345678901234567890.", 31},
    };
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        const struct dyn *dyn;
        struct err err;
        enum err_code code = dyn_parse(BAD[i], &arena, &dyn, &err);
        if (code != ERR_INPUT)
            fail_msg("\"%.*s\" gave %d", SLICE_ARG(BAD[i]), (int)code);
        assert_non_null(strstr(err.text, "at byte"));
    }
}

static void depth_is_bounded(void **state)
{
    (void)state;
    static char text[2 * DYN_DEPTH_MAX + 4];
    memset(text, '[', DYN_DEPTH_MAX);
    memset(text + DYN_DEPTH_MAX, ']', DYN_DEPTH_MAX);
    (void)parse(slice_of(text, 2 * DYN_DEPTH_MAX));
    static char bomb[1000000];
    memset(bomb, '[', sizeof bomb);
    const struct dyn *dyn;
    assert_int_equal(dyn_parse(slice_of(bomb, sizeof bomb), &arena, &dyn, NULL), ERR_LIMIT);
    for (size_t i = 0; i + 5 <= sizeof bomb; i += 5)
        memcpy(bomb + i, "{\"\":{", 5);
    assert_int_equal(dyn_parse(slice_of(bomb, sizeof bomb), &arena, &dyn, NULL), ERR_INPUT);
    for (size_t i = 0; i + 4 <= sizeof bomb; i += 4)
        memcpy(bomb + i, "{\"\":", 4);
    assert_int_equal(dyn_parse(slice_of(bomb, sizeof bomb), &arena, &dyn, NULL), ERR_LIMIT);
}

static void the_number_of_values_is_bounded(void **state)
{
    (void)state;
    enum { SIZE = 2 * DYN_VALUES_MAX + 3 };
    char *text = mem_alloc(SIZE);
    assert_non_null(text);
    memset(text, '1', SIZE);
    text[0] = '[';
    for (size_t i = 2; i < SIZE; i += 2)
        text[i] = ',';
    struct arena large;
    arena_init(&large, 0);
    const struct dyn *dyn;
    assert_int_equal(dyn_parse(slice_of(text, SIZE), &large, &dyn, NULL), ERR_LIMIT);
    text[SIZE - 3] = ']';
    arena_clear(&large);
    assert_int_equal(dyn_parse(slice_of(text, SIZE - 2), &large, &dyn, NULL), ERR_NONE);
    assert_int_equal(dyn->count, DYN_VALUES_MAX);
    arena_release(&large);
    mem_free(text);
}

static void of_a_key_that_stands_twice_the_last_counts(void **state)
{
    (void)state;
    assert_json(SLICE("{\"a\":1,\"b\":2,\"a\":3,\"\\u0061\":4}"), "{\"a\":4,\"b\":2}");
    struct buf text;
    buf_init(&text, 0);
    for (int i = 0; i < 60000; i++) /* many keys: would take minutes if each were sought among all */
        buf_printf(&text, "%s\"k%d\":%d", i ? "," : "{", i % 30000, i);
    buf_add_char(&text, '}');
    const struct dyn *bag = parse(buf_slice(&text));
    assert_int_equal(bag->count, 30000);
    assert_int_equal(dyn_get(bag, SLICE("k29999"))->i64, 59999);
    assert_int_equal(bag->members[0].value->i64, 30000);
    assert_true(dyn_equal(bag, dyn_copy(bag, &arena)));
    buf_release(&text);
}

static void paths_reach_in_and_never_fail(void **state)
{
    (void)state;
    const struct dyn *dyn = parse(SLICE("{\"a\":[10,20,30],\"B\":1}"));
    const struct dyn *array = dyn_get(dyn, SLICE("a"));
    assert_int_equal(dyn_at(array, 0)->i64, 10);
    assert_int_equal(dyn_at(array, -1)->i64, 30);
    assert_int_equal(dyn_at(array, -3)->i64, 10);
    assert_null(dyn_at(array, 3));
    assert_null(dyn_at(array, -4));
    assert_null(dyn_at(array, INT64_MIN));
    assert_null(dyn_at(dyn, 0));
    assert_null(dyn_get(dyn, SLICE("b")));
    assert_null(dyn_get(array, SLICE("a")));
    assert_null(dyn_get(NULL, SLICE("a")));
    assert_null(dyn_at(NULL, 0));
}

static bool equal(const char *a, const char *b)
{
    const struct dyn *left = parse(slice_from_cstr(a)), *right = parse(slice_from_cstr(b));
    bool result = dyn_equal(left, right);
    assert_int_equal(dyn_equal(right, left), result);
    if (result)
        assert_true(dyn_hash(left, 7) == dyn_hash(right, 7));
    return result;
}

static void equality_is_by_value_and_blind_to_the_order_of_keys(void **state)
{
    (void)state;
    assert_true(equal("{\"a\":1,\"b\":[2,{}]}", "{\"b\":[2,{}],\"a\":1.0}"));
    assert_false(equal("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}"));
    assert_false(equal("{\"a\":1}", "{\"a\":1,\"b\":null}"));
    assert_false(equal("{\"a\":1}", "{\"b\":1}"));
    assert_false(equal("[1,2]", "[2,1]"));
    assert_false(equal("[]", "{}"));
    assert_true(equal("1", "1.0"));
    assert_true(equal("-0.0", "0"));
    assert_false(equal("9007199254740993", "9007199254740992.0"));
    assert_true(equal("9223372036854775808", "9223372036854775808.0"));
    assert_false(equal("\"1\"", "1"));
    assert_false(equal("true", "1"));
    assert_false(equal("null", "false"));
    struct dyn decimal = {.kind = DYN_DECIMAL, .dec = decimal_from_long(5)};
    assert_true(dyn_equal(&decimal, parse(SLICE("5.0"))));
    assert_true(dyn_hash(&decimal, 1) == dyn_hash(parse(SLICE("5")), 1));
}

static void the_order_of_dynamics_is_total(void **state)
{
    (void)state;
    static const char *const ASCENDING[] = {"null", "false",     "true",      "-1.5",     "1",     "1.5",
                                            "\"\"", "\"a\"",     "[]",        "[1]",      "[1,0]", "[2]",
                                            "{}",   "{\"a\":1}", "{\"a\":2}", "{\"b\":0}"};
    for (size_t i = 0; i < TEST_COUNT(ASCENDING); i++)
        for (size_t k = 0; k < TEST_COUNT(ASCENDING); k++) {
            int order = dyn_compare(parse(slice_from_cstr(ASCENDING[i])), parse(slice_from_cstr(ASCENDING[k])));
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
}

static void large_bags_compare_quickly_and_without_memory_too(void **state)
{
    (void)state;
    struct buf forward, backward;
    buf_init(&forward, 0);
    buf_init(&backward, 0);
    enum { KEYS = 500 };
    for (int i = 0; i < KEYS; i++) {
        buf_printf(&forward, "%s\"k%d\":%d", i ? "," : "{", i, i);
        buf_printf(&backward, "%s\"k%d\":%d", i ? "," : "{", KEYS - 1 - i, KEYS - 1 - i);
    }
    buf_add_char(&forward, '}');
    buf_add_char(&backward, '}');
    const struct dyn *a = parse(buf_slice(&forward)), *b = parse(buf_slice(&backward));
    assert_true(dyn_equal(a, b));
    assert_true(dyn_hash(a, 1) == dyn_hash(b, 1));
    mem_fail_after(1);
    bool equal_without_memory = dyn_equal(a, b);
    mem_fail_after(0);
    assert_true(equal_without_memory);
    buf_release(&forward);
    buf_release(&backward);
}

static void quoting_is_undone_by_parsing(void **state)
{
    (void)state;
    char all[256];
    size_t used = 0;
    for (int c = 0; c < 128; c++)
        all[used++] = (char)c;
    memcpy(all + used, "\xc3\xa9\xf0\x9f\x98\x80", 6);
    struct slice text = slice_of(all, used + 6);
    struct buf quoted;
    buf_init(&quoted, 0);
    json_quote(text, &quoted);
    for (size_t i = 0; i < quoted.len; i++)
        assert_true((unsigned char)quoted.ptr[i] >= 0x20 && quoted.ptr[i] != 0x7f);
    assert_slice_equal(parse(buf_slice(&quoted))->str, text);
    buf_release(&quoted);
}

/* Texts of all short lengths with two odd bytes anywhere, against a loop over the bytes; where there is room and where there is none. */
static void quoting_is_the_same_at_every_place(void **state)
{
    (void)state;
    enum { LEN_MAX = 36, ROOM = 256 };
    static const char ODD[] = "\"\\\n\x01\x1f\x7f\x80 x";
    struct buf quoted, expected;
    buf_init(&quoted, 0);
    buf_init(&expected, 0);
    for (size_t len = 1; len <= LEN_MAX; len++) {
        for (size_t n = 0; n < len * len * (sizeof ODD - 1); n++) {
            char text[LEN_MAX];
            memset(text, 'a', sizeof text);
            text[n / len % len] = ODD[n % (sizeof ODD - 1)];
            text[n % len] = ODD[n / len / len];
            buf_clear(&expected);
            if (n % 2)
                buf_release(&quoted);
            buf_clear(&quoted);
            assert_non_null(buf_reserve(&quoted, n % 2 ? 1 : ROOM));
            json_quote(slice_of(text, len), &quoted);
            for (size_t i = 0; i < len; i++) {
                unsigned char c = (unsigned char)text[i];
                if (c == '\n')
                    buf_add_cstr(&expected, "\\n");
                else if (c < 0x20 || c == 0x7f)
                    buf_printf(&expected, "\\u%04x", c);
                else if (c == '"' || c == '\\')
                    buf_printf(&expected, "\\%c", c);
                else
                    buf_add_char(&expected, (char)c);
            }
            assert_int_equal(quoted.len, expected.len + 2);
            assert_memory_equal(quoted.ptr + 1, expected.ptr, expected.len);
            assert_true(quoted.ptr[0] == '"' && quoted.ptr[quoted.len - 1] == '"');
        }
    }
    buf_release(&quoted);
    buf_release(&expected);
}

/* No more room is asked for than the text takes: a maximum that it just fits is none that it exceeds. */
static void quoting_fits_a_maximum_exactly(void **state)
{
    (void)state;
    static const char TEXT[] = "0123456789abcdef\"0123456789abcdef";
    for (size_t max = 1; max <= sizeof TEXT + 2; max++) {
        struct buf quoted;
        buf_init(&quoted, max);
        json_quote(SLICE(TEXT), &quoted);
        assert_int_equal(quoted.failed, max < sizeof TEXT + 2);
        buf_release(&quoted);
    }
}

static void no_memory_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "%s\"k%d\":[\"\\u0041\",{\"x\":1.5}]", i ? "," : "{", i);
    buf_add_char(&text, '}');
    uint64_t nth = 1;
    for (;; nth++) {
        struct arena small;
        arena_init(&small, 0);
        const struct dyn *dyn;
        mem_fail_after(nth);
        enum err_code code = dyn_parse(buf_slice(&text), &small, &dyn, NULL);
        mem_fail_after(0);
        arena_release(&small);
        if (code == ERR_NONE)
            break;
        assert_int_equal(code, ERR_MEMORY);
    }
    assert_true(nth > 4);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_comes_back_compact),
        cmocka_unit_test(numbers_are_longs_where_they_fit),
        cmocka_unit_test(strings_without_escapes_borrow_and_others_are_decoded),
        cmocka_unit_test(broken_text_inside_strings_is_mended),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(the_number_of_values_is_bounded),
        cmocka_unit_test(of_a_key_that_stands_twice_the_last_counts),
        cmocka_unit_test(paths_reach_in_and_never_fail),
        cmocka_unit_test(equality_is_by_value_and_blind_to_the_order_of_keys),
        cmocka_unit_test(the_order_of_dynamics_is_total),
        cmocka_unit_test(large_bags_compare_quickly_and_without_memory_too),
        cmocka_unit_test(quoting_is_undone_by_parsing),
        cmocka_unit_test(quoting_is_the_same_at_every_place),
        cmocka_unit_test(quoting_fits_a_maximum_exactly),
        cmocka_unit_test(no_memory_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
