/*
 * test_signature.c - which overload takes which arguments.
 */
#include "kql/func/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MATCH(signature, out, ...)                                                                                     \
    signature_match(signature, (const enum type[]){__VA_ARGS__},                                                       \
                    sizeof((const enum type[]){__VA_ARGS__}) / sizeof(enum type), out)

static void numbers_widen_but_never_narrow(void **state)
{
    (void)state;
    struct signature_match match;
    assert_true(MATCH("ll:l rr:r mm:m", &match, TYPE_INT, TYPE_LONG));
    assert_int_equal(match.result, TYPE_LONG);
    assert_true(MATCH("ll:l rr:r mm:m", &match, TYPE_LONG, TYPE_REAL));
    assert_int_equal(match.result, TYPE_REAL);
    assert_true(MATCH("ll:l rr:r mm:m", &match, TYPE_REAL, TYPE_DECIMAL));
    assert_int_equal(match.result, TYPE_DECIMAL);
    assert_false(MATCH("ll:l", &match, TYPE_LONG, TYPE_REAL));
    assert_false(MATCH("s:l", &match, TYPE_LONG));
}

static void a_dynamic_is_converted_only_where_nothing_takes_it_as_it_is(void **state)
{
    (void)state;
    struct signature_match match;
    assert_true(MATCH("s:s y:y", &match, TYPE_DYNAMIC));
    assert_int_equal(match.result, TYPE_DYNAMIC);
    assert_true(MATCH("ll:l rr:r", &match, TYPE_DYNAMIC, TYPE_LONG));
    assert_int_equal(match.result, TYPE_LONG);
    assert_false(MATCH("b:b", &match, TYPE_DYNAMIC));
    assert_int_equal(signature_target('n', TYPE_DYNAMIC), TYPE_REAL);
    assert_int_equal(signature_target('S', TYPE_DYNAMIC), TYPE_STRING);
    assert_int_equal(signature_target('x', TYPE_GUID), TYPE_GUID);
}

static void optional_and_repeated_arguments_are_counted(void **state)
{
    (void)state;
    struct signature_match match;
    assert_true(MATCH("sl?l:s", &match, TYPE_STRING, TYPE_LONG));
    assert_true(MATCH("sl?l:s", &match, TYPE_STRING, TYPE_LONG, TYPE_INT));
    assert_false(MATCH("sl?l:s", &match, TYPE_STRING));
    assert_true(MATCH("xx*:s", &match, TYPE_STRING));
    assert_true(MATCH("xx*:s", &match, TYPE_STRING, TYPE_LONG, TYPE_GUID, TYPE_BOOL));
    assert_int_equal(signature_letter(match.args, 7), 'x');
    assert_true(signature_takes_count("xx*:s", 9));
    assert_false(signature_takes_count("xx*:s", 0));
    assert_true(signature_match(":d", NULL, 0, &match));
    assert_int_equal(match.result, TYPE_DATETIME);
}

static void a_result_can_be_left_to_bind(void **state)
{
    (void)state;
    struct signature_match match;
    assert_true(MATCH("bx:l bxx:=", &match, TYPE_BOOL, TYPE_LONG, TYPE_LONG));
    assert_true(match.result_by_bind);
    assert_true(MATCH("bx:l bxx:=", &match, TYPE_BOOL, TYPE_LONG));
    assert_false(match.result_by_bind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_widen_but_never_narrow),
        cmocka_unit_test(a_dynamic_is_converted_only_where_nothing_takes_it_as_it_is),
        cmocka_unit_test(optional_and_repeated_arguments_are_counted),
        cmocka_unit_test(a_result_can_be_left_to_bind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
