/*
 * test_fn_logic.c - three-valued logic, comparison, membership: the tables of the language's semantics.
 */
#include "expr_fixture.h"

#include "event/datetime.h"

#include <math.h>

static struct expr *tri(char letter)
{
    return letter == 'n' ? of_null(TYPE_BOOL) : of_bool(letter == 't');
}

static void and_or_not_know_three_values(void **state)
{
    (void)state;
    static const char TABLE[][4] = {"tttt", "tfft", "tnnt", "ftft", "ffff", "fnfn", "ntnt", "nffn", "nnnn"};
    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
        assert_int_equal(truth_letter(CALL("and", tri(TABLE[i][0]), tri(TABLE[i][1]))), TABLE[i][2]);
        assert_int_equal(truth_letter(CALL("or", tri(TABLE[i][0]), tri(TABLE[i][1]))), TABLE[i][3]);
    }
    assert_int_equal(truth_letter(CALL("not", tri('t'))), 'f');
    assert_int_equal(truth_letter(CALL("not", tri('f'))), 't');
    assert_int_equal(truth_letter(CALL("not", tri('n'))), 'n');
    assert_int_equal(truth_letter(CALL("or", tri('f'), tri('n'), tri('t'))), 't');
}

static void iff_and_case_take_the_first_true_condition(void **state)
{
    (void)state;
    assert_int_equal(value_of(CALL("iff", tri('t'), of_long(1), of_long(2))).i64, 1);
    assert_int_equal(value_of(CALL("iff", tri('n'), of_long(1), of_long(2))).i64, 2);
    assert_int_equal(value_of(CALL("case", tri('f'), of_long(1), tri('t'), of_long(2), of_long(3))).i64, 2);
    assert_int_equal(value_of(CALL("case", tri('f'), of_long(1), tri('n'), of_long(2), of_long(3))).i64, 3);
    struct value widened = value_of(CALL("iff", tri('t'), of_long(1), of_real(2.5)));
    assert_true(widened.type == TYPE_REAL && widened.f64 == 1.0);
    struct value mixed = value_of(CALL("iff", tri('t'), of_str("a"), of_long(2)));
    assert_true(mixed.type == TYPE_DYNAMIC && mixed.dyn->kind == DYN_STRING);
}

static void case_without_else_is_refused(void **state)
{
    (void)state;
    struct expr *args[] = {of_bool(true), of_long(1), of_bool(false), of_long(2)}, *expr;
    struct err err = {0};
    assert_int_equal(call_try("case", args, 4, &expr, &err), ERR_QUERY);
    assert_non_null(strstr(err.text, "else"));
    assert_int_equal(call_try("coalesce", (struct expr *[]){of_long(1), of_str("x")}, 2, &expr, &err), ERR_QUERY);
}

static void coalesce_takes_the_first_that_is_there(void **state)
{
    (void)state;
    assert_int_equal(value_of(CALL("coalesce", of_null(TYPE_LONG), of_long(7), of_long(8))).i64, 7);
    assert_true(value_of(CALL("coalesce", of_null(TYPE_LONG), of_null(TYPE_LONG))).is_null);
    assert_true(slice_eq(value_of(CALL("coalesce", of_str(""), of_str("b"))).str, SLICE("b")));
}

static void null_and_empty_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(truth_letter(CALL("isnull", of_str(""))), 'f');
    assert_int_equal(truth_letter(CALL("isempty", of_str(""))), 't');
    assert_int_equal(truth_letter(CALL("isnull", of_null(TYPE_LONG))), 't');
    assert_int_equal(truth_letter(CALL("isempty", of_null(TYPE_DATETIME))), 't');
    assert_int_equal(truth_letter(CALL("isempty", of_json("[]"))), 'f');
    assert_int_equal(truth_letter(CALL("isnull", of_null(TYPE_DYNAMIC))), 't');
    assert_int_equal(truth_letter(CALL("isnotempty", of_str("x"))), 't');
    assert_int_equal(truth_letter(CALL("isnotnull", of_null(TYPE_BOOL))), 'f');
}

static void null_beside_a_value_differs_by_operator(void **state)
{
    (void)state;
    struct expr *null = of_null(TYPE_LONG), *five = of_long(5);
    assert_int_equal(truth_letter(CALL("==", null, null)), 'n');
    assert_int_equal(truth_letter(CALL("==", null, five)), 'f');
    assert_int_equal(truth_letter(CALL("!=", null, null)), 'n');
    assert_int_equal(truth_letter(CALL("!=", null, five)), 't');
    assert_int_equal(truth_letter(CALL("!=", five, null)), 't');
    assert_int_equal(truth_letter(CALL("<", null, five)), 'n');
    assert_int_equal(truth_letter(CALL(">=", five, null)), 'n');
    assert_int_equal(truth_letter(CALL("between", null, five, five)), 'n');
    assert_int_equal(truth_letter(CALL("between", of_long(4), five, null)), 'f');
    assert_int_equal(truth_letter(CALL("!between", of_long(4), five, null)), 't');
    assert_int_equal(truth_letter(CALL("not", CALL("==", null, five))), 't');
}

static void every_type_compares(void **state)
{
    (void)state;
    assert_int_equal(truth_letter(CALL("==", of_str("a"), of_str("A"))), 'f');
    assert_int_equal(truth_letter(CALL("!=", of_str("a"), of_str("A"))), 't');
    assert_int_equal(truth_letter(CALL("<", of_real(1.5), of_real(2))), 't');
    assert_int_equal(truth_letter(CALL("==", of_real(NAN), of_real(NAN))), 'f');
    assert_int_equal(truth_letter(CALL("!=", of_real(NAN), of_real(1))), 't');
    assert_int_equal(truth_letter(CALL("<=", of_real(NAN), of_real(1))), 'f');
    assert_int_equal(truth_letter(CALL("<", of_bool(false), of_bool(true))), 't');
    assert_int_equal(truth_letter(CALL(">", of_type(TYPE_DATETIME, 5), of_type(TYPE_DATETIME, 4))), 't');
    assert_int_equal(truth_letter(CALL("==", of_json("{\"a\":1,\"b\":2}"), of_json("{\"b\":2,\"a\":1}"))), 't');
    assert_int_equal(truth_letter(CALL(">", of_json("5.5"), of_long(5))), 't');
    assert_int_equal(truth_letter(CALL("<", of_json("\"text\""), of_long(5))), 'f');
    assert_int_equal(truth_letter(CALL("==", constant((struct value){.type = TYPE_GUID}),
                                       constant((struct value){.type = TYPE_GUID}))),
                     't');
    struct expr *expr;
    assert_int_equal(call_try("<", (struct expr *[]){of_str("a"), of_str("b")}, 2, &expr, NULL), ERR_QUERY);
}

static void between_takes_both_ends_and_a_timespan_from_the_left(void **state)
{
    (void)state;
    assert_int_equal(truth_letter(CALL("between", of_long(5), of_long(5), of_long(9))), 't');
    assert_int_equal(truth_letter(CALL("between", of_long(9), of_long(5), of_long(9))), 't');
    assert_int_equal(truth_letter(CALL("between", of_long(10), of_long(5), of_long(9))), 'f');
    struct expr *start = of_type(TYPE_DATETIME, 1000), *span = of_type(TYPE_TIMESPAN, 50);
    assert_int_equal(truth_letter(CALL("between", of_type(TYPE_DATETIME, 1050), start, span)), 't');
    assert_int_equal(truth_letter(CALL("between", of_type(TYPE_DATETIME, 1051), start, span)), 'f');
    assert_int_equal(
        truth_letter(CALL("between", of_type(TYPE_DATETIME, 1051), start, of_type(TYPE_TIMESPAN, INT64_MAX))), 'n');
}

/* Both with the list prepared and without: it must make no difference. */
static char in_letter(struct expr *expr)
{
    char letter = truth_letter(expr);
    assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
    assert_int_equal(truth_letter(expr), letter);
    return letter;
}

static void in_is_an_or_of_equalities(void **state)
{
    (void)state;
    struct expr *null = of_null(TYPE_LONG);
    assert_int_equal(in_letter(CALL("in", of_long(2), of_long(1), of_long(2))), 't');
    assert_int_equal(in_letter(CALL("in", of_long(3), of_long(1), of_long(2))), 'f');
    assert_int_equal(in_letter(CALL("in", null, of_long(1), of_long(2))), 'f');
    assert_int_equal(in_letter(CALL("!in", null, of_long(1), of_long(2))), 't');
    assert_int_equal(in_letter(CALL("in", null, of_long(1), null)), 'n');
    assert_int_equal(in_letter(CALL("!in", null, of_long(1), null)), 'n');
    assert_int_equal(in_letter(CALL("in", of_long(3), of_long(1), null)), 'f');
    assert_int_equal(in_letter(CALL("in", of_real(NAN), of_real(NAN))), 'f');
}

static void in_folds_case_only_with_a_tilde(void **state)
{
    (void)state;
    assert_int_equal(in_letter(CALL("in", of_str("A"), of_str("a"))), 'f');
    assert_int_equal(in_letter(CALL("in~", of_str("A"), of_str("b"), of_str("a"))), 't');
    assert_int_equal(in_letter(CALL("!in~", of_str("A"), of_str("a"))), 'f');
    assert_int_equal(in_letter(CALL("in~", of_str("\xC3\x89"), of_str("\xC3\xA9"))), 'f');
}

static void arrays_in_a_list_stand_for_their_elements(void **state)
{
    (void)state;
    assert_int_equal(in_letter(CALL("in", of_long(3), of_json("[1,[2,3]]"))), 't');
    assert_int_equal(in_letter(CALL("in", of_long(4), of_json("[1,[2,3]]"))), 'f');
    assert_int_equal(in_letter(CALL("in", of_str("b"), of_str("a"), of_json("[\"b\",5]"))), 't');
    assert_int_equal(in_letter(CALL("in", of_null(TYPE_LONG), of_json("[1,null]"))), 'n');
    assert_int_equal(in_letter(CALL("!in", of_long(1), of_json("[\"x\"]"))), 't');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(and_or_not_know_three_values),
        cmocka_unit_test(iff_and_case_take_the_first_true_condition),
        cmocka_unit_test(case_without_else_is_refused),
        cmocka_unit_test(coalesce_takes_the_first_that_is_there),
        cmocka_unit_test(null_and_empty_are_told_apart),
        cmocka_unit_test(null_beside_a_value_differs_by_operator),
        cmocka_unit_test(every_type_compares),
        cmocka_unit_test(between_takes_both_ends_and_a_timespan_from_the_left),
        cmocka_unit_test(in_is_an_or_of_equalities),
        cmocka_unit_test(in_folds_case_only_with_a_tilde),
        cmocka_unit_test(arrays_in_a_list_stand_for_their_elements),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
