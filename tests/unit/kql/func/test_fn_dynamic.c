/*
 * test_fn_dynamic.c - paths into dynamics, arrays and bags.
 */
#include "expr_fixture.h"

#include "base/mem.h"

static void assert_json(struct expr *expr, const char *expected)
{
    struct value value = value_of(expr);
    struct buf text;
    buf_init(&text, 0);
    value_to_json(&value, &text);
    if (!slice_eq(buf_slice(&text), slice_from_cstr(expected)))
        fail_msg("got %.*s, not %s", SLICE_ARG(buf_slice(&text)), expected);
    buf_release(&text);
}

static void paths_reach_keys_and_elements(void **state)
{
    (void)state;
    struct expr *bag = of_json("{\"a\":{\"b\":[10,20,30]},\"A\":1,\"x y\":null}");
    assert_json(CALL("[]", bag, of_str("a")), "{\"b\":[10,20,30]}");
    struct expr *array = CALL("[]", CALL("[]", bag, of_str("a")), of_str("b"));
    assert_json(CALL("[]", array, of_long(0)), "10");
    assert_json(CALL("[]", array, of_long(-1)), "30");
    assert_json(CALL("[]", array, of_json("1")), "20");
    assert_json(CALL("[]", bag, of_json("\"A\"")), "1");
}

static void reaching_for_what_is_not_there_is_null(void **state)
{
    (void)state;
    struct expr *bag = of_json("{\"a\":1,\"x y\":null}"), *array = of_json("[1]");
    assert_json(CALL("[]", bag, of_str("b")), "null");
    assert_json(CALL("[]", bag, of_str("x y")), "null");
    assert_json(CALL("[]", CALL("[]", bag, of_str("a")), of_str("b")), "null");
    assert_json(CALL("[]", of_null(TYPE_DYNAMIC), of_str("b")), "null");
    assert_json(CALL("[]", of_json("\"text\""), of_str("b")), "null");
    assert_json(CALL("[]", array, of_long(1)), "null");
    assert_json(CALL("[]", array, of_long(-2)), "null");
    assert_json(CALL("[]", bag, of_long(0)), "null");
    assert_json(CALL("[]", array, of_str("0")), "null");
    assert_json(CALL("[]", array, of_json("0.5")), "null");
}

static void arrays_are_measured_cut_and_joined(void **state)
{
    (void)state;
    struct expr *array = of_json("[1,2,3,4,5]");
    assert_json(CALL("array_length", of_json("[1, 2, 3, \"four\"]")), "4");
    assert_json(CALL("array_length", of_json("[]")), "0");
    assert_json(CALL("array_length", of_json("{}")), "null");
    assert_json(CALL("array_slice", array, of_long(2), of_long(-1)), "[3,4,5]");
    assert_json(CALL("array_slice", array, of_long(-3), of_long(-2)), "[3,4]");
    assert_json(CALL("array_slice", array, of_long(-100), of_long(100)), "[1,2,3,4,5]");
    assert_json(CALL("array_slice", array, of_long(3), of_long(2)), "[]");
    assert_json(CALL("array_slice", array, of_long(0), of_long(-100)), "[]");
    assert_json(CALL("array_slice", array, of_long(INT64_MIN), of_long(INT64_MAX)), "[1,2,3,4,5]");
    assert_json(CALL("array_slice", array, of_long(INT64_MAX), of_long(INT64_MAX)), "[]");
    assert_json(CALL("array_concat", of_json("[1,2,4]"), of_json("[1,2]"), of_json("[]")), "[1,2,4,1,2]");
    assert_json(CALL("array_concat", of_json("[1]"), of_json("{}")), "null");
    assert_json(CALL("array_reverse", of_json("[1,[2],\"x\"]")), "[\"x\",[2],1]");
    assert_json(CALL("array_reverse", of_json("5")), "null");
}

static void values_are_found_in_arrays(void **state)
{
    (void)state;
    struct expr *array = of_json("[\"this\",\"is\",1,\"this\",2.0]");
    assert_json(CALL("array_index_of", array, of_str("is")), "1");
    assert_json(CALL("array_index_of", array, of_str("IS")), "-1");
    assert_json(CALL("array_index_of", array, of_real(1)), "2");
    assert_json(CALL("array_index_of", array, of_long(2)), "4");
    assert_json(CALL("array_index_of", array, of_str("this"), of_long(1)), "3");
    assert_json(CALL("array_index_of", array, of_str("this"), of_long(-2)), "3");
    assert_json(CALL("array_index_of", array, of_str("this"), of_long(0), of_long(3), of_long(2)), "-1");
    assert_json(CALL("array_index_of", array, of_str("this"), of_long(0), of_long(-1), of_long(2)), "3");
    assert_json(CALL("array_index_of", of_json("{}"), of_str("this")), "null");
    assert_json(CALL("set_has_element", array, of_long(1)), "true");
    assert_json(CALL("set_has_element", array, of_str("1")), "false");
    assert_json(CALL("set_has_element", of_json("5"), of_long(5)), "null");
}

static void arrays_and_bags_are_packed(void **state)
{
    (void)state;
    assert_json(CALL("pack_array", of_long(1), of_str("{}"), of_type(TYPE_TIMESPAN, 20000000), of_null(TYPE_INT),
                     of_json("[2]")),
                "[1,\"{}\",\"00:00:02\",null,[2]]");
    assert_json(CALL("bag_pack", of_str("Level"), of_str("Information"), of_str("ProcessID"), of_long(1234),
                     of_str("Data"), CALL("bag_pack", of_str("url"), of_str("www.bing.com"))),
                "{\"Level\":\"Information\",\"ProcessID\":1234,\"Data\":{\"url\":\"www.bing.com\"}}");
    assert_json(CALL("pack", of_str("a"), of_long(1), of_str("b"), of_null(TYPE_REAL), of_str("a"), of_long(2)),
                "{\"a\":2,\"b\":null}");
    struct expr *expr;
    assert_int_equal(call_try("bag_pack", (struct expr *[]){of_str("a")}, 1, &expr, NULL), ERR_QUERY);
    assert_int_equal(
        call_try("bag_pack", (struct expr *[]){of_str("a"), of_long(1), of_long(2), of_long(3)}, 4, &expr, NULL),
        ERR_QUERY);
}

static void bags_tell_their_keys(void **state)
{
    (void)state;
    assert_json(CALL("bag_keys", of_json("{\"a\":\"b\",\"c\":[{\"d\":123}]}")), "[\"a\",\"c\"]");
    assert_json(CALL("bag_keys", of_json("{}")), "[]");
    assert_json(CALL("bag_keys", of_json("[]")), "null");
    assert_json(CALL("bag_keys", of_json("\"a\"")), "null");
    assert_json(CALL("bag_keys", of_null(TYPE_DYNAMIC)), "null");
    assert_json(CALL("bag_has_key", of_json("{\"key1\":1}"), of_str("key1")), "true");
    assert_json(CALL("bag_has_key", of_json("{\"key1\":1}"), of_str("Key1")), "false");
    struct expr *expr;
    assert_int_equal(call_try("bag_has_key", (struct expr *[]){of_json("{}"), of_str("$.a.b")}, 2, &expr, NULL),
                     ERR_UNSUPPORTED);
    assert_json(CALL("bag_remove_keys", of_json("{\"key1\":123,\"key2\":\"abc\",\"key3\":42.0}"),
                     of_json("[\"key2\",\"key4\",5]")),
                "{\"key1\":123,\"key3\":42.0}");
    assert_json(CALL("bag_remove_keys", of_json("[]"), of_json("[]")), "null");
}

static void elements_are_joined_as_text(void **state)
{
    (void)state;
    assert_json(CALL("strcat_array", of_json("[1,2,3]"), of_str("->")), "\"1->2->3\"");
    assert_json(CALL("strcat_array", of_json("[\"a\",null,{\"b\":1},true]"), of_str(",")), "\"a,,{\\\"b\\\":1},true\"");
    assert_json(CALL("strcat_array", of_json("[]"), of_str(",")), "\"\"");
    assert_json(CALL("strcat_array", of_json("5"), of_str(",")), "\"\"");
}

static void no_memory_is_reported(void **state)
{
    (void)state;
    struct expr *array = of_json("[1,2,3]"), *bag = of_json("{\"a\":1}");
    struct expr *exprs[] = {CALL("array_concat", array, array),        CALL("pack_array", of_long(1)),
                            CALL("bag_pack", of_str("a"), of_long(1)), CALL("bag_keys", bag),
                            CALL("strcat_array", array, of_str(",")),  CALL("bag_remove_keys", bag, array),
                            CALL("array_index_of", array, of_long(3))};
    for (size_t i = 0; i < sizeof exprs / sizeof *exprs; i++) {
        enum err_code code = ERR_MEMORY;
        for (uint64_t nth = 1; code != ERR_NONE; nth++) {
            struct arena arena;
            arena_init(&arena, 0);
            struct query query = {0};
            struct eval eval;
            struct value value;
            eval_init(&eval, &query);
            mem_fail_after(nth);
            code = eval_const(&eval, exprs[i], &arena, &value, NULL);
            mem_fail_after(0);
            eval_release(&eval);
            arena_release(&arena);
            assert_true(code == ERR_MEMORY || (code == ERR_NONE && nth > 1));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_reach_keys_and_elements),      cmocka_unit_test(reaching_for_what_is_not_there_is_null),
        cmocka_unit_test(arrays_are_measured_cut_and_joined), cmocka_unit_test(values_are_found_in_arrays),
        cmocka_unit_test(arrays_and_bags_are_packed),         cmocka_unit_test(bags_tell_their_keys),
        cmocka_unit_test(elements_are_joined_as_text),        cmocka_unit_test(no_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
