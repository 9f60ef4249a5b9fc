/*
 * test_fn_convert.c - the conversions that a query writes.
 */
#include "expr_fixture.h"

#include "base/mem.h"
#include "event/datetime.h"

static void assert_text(struct expr *expr, const char *expected)
{
    struct value value = value_of(expr);
    assert_int_equal(value.type, TYPE_STRING);
    if (!slice_eq(value.str, slice_from_cstr(expected)))
        fail_msg("got \"%.*s\", not \"%s\"", SLICE_ARG(value.str), expected);
}

static void every_conversion_has_its_type(void **state)
{
    (void)state;
    assert_int_equal(value_of(CALL("tobool", of_str("TRUE"))).i64, 1);
    assert_int_equal(value_of(CALL("toboolean", of_long(0))).i64, 0);
    assert_int_equal(value_of(CALL("toint", of_real(2.3))).i64, 2);
    assert_int_equal(value_of(CALL("tolong", of_str("0x1F"))).i64, 31);
    assert_true(value_of(CALL("toreal", of_str("1.5"))).f64 == 1.5);
    assert_true(value_of(CALL("todouble", of_long(3))).f64 == 3.0);
    assert_text(CALL("tostring", CALL("todecimal", of_str("123.45678"))), "123.45678");
    assert_int_equal(value_of(CALL("todatetime", of_str("1970-01-01"))).i64, TICKS_UNIX_EPOCH);
    assert_int_equal(value_of(CALL("totimespan", of_str("0.00:03:00"))).i64, 3 * TICKS_PER_MINUTE);
    assert_int_equal(value_of(CALL("totimespan", of_type(TYPE_TIMESPAN, 7))).i64, 7);
    assert_text(CALL("tostring", CALL("toguid", of_str("82B8BE2D-dfa7-4bd1-8f63-24ad26d31449"))),
                "82b8be2d-dfa7-4bd1-8f63-24ad26d31449");
}

static void what_does_not_convert_is_null_and_null_stays_null(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"tobool",    "toint",      "tolong",     "toreal",
                                        "todecimal", "todatetime", "totimespan", "toguid"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        assert_true(value_of(CALL(NAMES[i], of_str("no such thing"))).is_null);
        assert_true(value_of(CALL(NAMES[i], of_str(""))).is_null);
        assert_true(value_of(CALL(NAMES[i], of_null(TYPE_DYNAMIC))).is_null);
        assert_true(value_of(CALL(NAMES[i], of_json("[1]"))).is_null);
    }
    assert_text(CALL("tostring", of_null(TYPE_LONG)), "");
    assert_text(CALL("tostring", of_null(TYPE_DYNAMIC)), "");
}

static void tostring_writes_as_the_engine_does(void **state)
{
    (void)state;
    assert_text(CALL("tostring", of_long(123)), "123");
    assert_text(CALL("tostring", of_bool(true)), "True");
    assert_text(CALL("tostring", of_json("true")), "true");
    assert_text(CALL("tostring", of_real(118)), "118.0");
    assert_text(CALL("tostring", of_type(TYPE_DATETIME, TICKS_UNIX_EPOCH)), "1970-01-01T00:00:00.0000000Z");
    assert_text(CALL("tostring", of_json("{\"a\": 1, \"b\": [1, 2]}")), "{\"a\":1,\"b\":[1,2]}");
    assert_text(CALL("tostring", of_json("\"bare\"")), "bare");
    assert_text(CALL("tostring", of_json("[\"bbb\"]")), "[\"bbb\"]");
}

static void parse_json_gives_a_value_the_text_itself_or_null(void **state)
{
    (void)state;
    assert_int_equal(value_of(CALL("parse_json", of_str("{\"a\":1}"))).dyn->kind, DYN_BAG);
    struct value text = value_of(CALL("todynamic", of_str("abc")));
    assert_true(text.dyn->kind == DYN_STRING && slice_eq(text.dyn->str, SLICE("abc")));
    assert_true(value_of(CALL("toobject", of_str(""))).is_null);
    assert_true(value_of(CALL("parse_json", of_str("null"))).is_null);
    assert_int_equal(value_of(CALL("parse_json", of_json("\"{}\""))).dyn->kind, DYN_STRING); /* as it is */
    struct expr *nested = CALL("parse_json", of_str("{\"a\":123, \"b\":\"{\\\"c\\\":456}\"}"));
    nested = CALL("parse_json", CALL("tostring", CALL("[]", nested, of_str("b"))));
    assert_int_equal(value_of(CALL("[]", nested, of_str("c"))).dyn->i64, 456);
    struct expr *expr;
    assert_int_equal(call_try("parse_json", (struct expr *[]){of_long(1)}, 1, &expr, NULL), ERR_QUERY);
}

static void gettype_names_what_a_dynamic_holds(void **state)
{
    (void)state;
    assert_text(CALL("gettype", of_long(1)), "long");
    assert_text(CALL("gettype", of_str("")), "string");
    assert_text(CALL("gettype", of_json("{}")), "dictionary");
    assert_text(CALL("gettype", of_json("[]")), "array");
    assert_text(CALL("gettype", of_json("1.5")), "real");
    assert_text(CALL("gettype", of_null(TYPE_DYNAMIC)), "null");
}

/* A column of three rows, one of them null and one not asked for. */
static void conversions_work_on_rows(void **state)
{
    (void)state;
    static const struct column_def DEF[] = {{{"a", 1}, TYPE_REAL, COLUMN_COMPUTED, COLUMN_NONE, false}};
    static const struct schema SCHEMA = {{"", 0}, 1, DEF};
    struct batch *batch;
    assert_int_equal(batch_create(&BATCH_LOADED, &SCHEMA, 3, &batch, NULL), ERR_NONE);
    assert_int_equal(column_init(&batch->columns[0], TYPE_REAL, 3, true, batch->arena, NULL), ERR_NONE);
    batch->loaded[0] = true;
    batch->columns[0].f64[0] = 2.9;
    batch->columns[0].f64[1] = 1e300;
    batch->columns[0].f64[2] = 5;
    struct query query = {0};
    struct eval eval;
    eval_init(&eval, &query);
    const struct column *out;
    uint32_t asked[] = {0, 1};
    assert_int_equal(
        eval_expr(&eval, CALL("tolong", of_column(0, TYPE_REAL)), batch, &(struct selection){asked, 2}, &out, NULL),
        ERR_NONE);
    assert_int_equal(out->i64[0], 2);
    assert_true(column_is_null(out, 1));
    eval_release(&eval);
    batch_free(batch);
}

static void no_memory_is_reported(void **state)
{
    (void)state;
    struct expr *expr = CALL("tostring", CALL("parse_json", of_str("{\"a\":[1,2,\"\\u0041\"]}")));
    for (uint64_t nth = 1;; nth++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct query query = {0};
        struct eval eval;
        struct value value;
        eval_init(&eval, &query);
        mem_fail_after(nth);
        enum err_code code = eval_const(&eval, expr, &arena, &value, NULL);
        mem_fail_after(0);
        eval_release(&eval);
        arena_release(&arena);
        if (code == ERR_NONE) {
            assert_true(nth > 2);
            break;
        }
        assert_int_equal(code, ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_conversion_has_its_type),
        cmocka_unit_test(what_does_not_convert_is_null_and_null_stays_null),
        cmocka_unit_test(tostring_writes_as_the_engine_does),
        cmocka_unit_test(parse_json_gives_a_value_the_text_itself_or_null),
        cmocka_unit_test(gettype_names_what_a_dynamic_holds),
        cmocka_unit_test(conversions_work_on_rows),
        cmocka_unit_test(no_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
