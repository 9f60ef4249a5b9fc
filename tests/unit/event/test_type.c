/*
 * test_type.c - type names, aliases and lanes.
 */
#include "test.h"

#include "event/type.h"

static void every_name_leads_back_to_its_type(void **state)
{
    (void)state;
    for (int i = 0; i < TYPE_COUNT; i++) {
        enum type type = TYPE_COUNT;
        assert_true(type_from_name(slice_from_cstr(type_name((enum type)i)), &type));
        assert_int_equal(type, i);
    }
}

static void aliases_are_known_and_case_counts(void **state)
{
    (void)state;
    enum type type = TYPE_COUNT;
    assert_true(type_from_name(SLICE("double"), &type));
    assert_int_equal(type, TYPE_REAL);
    assert_true(type_from_name(SLICE("date"), &type));
    assert_int_equal(type, TYPE_DATETIME);
    assert_false(type_from_name(SLICE("Long"), &type));
    assert_false(type_from_name(SLICE(""), &type));
    assert_false(type_from_name(SLICE("varchar"), &type));
}

static void numbers_are_the_four_numeric_types(void **state)
{
    (void)state;
    int count = 0;
    for (int i = 0; i < TYPE_COUNT; i++)
        count += type_is_number((enum type)i);
    assert_int_equal(count, 4);
    assert_true(type_is_number(TYPE_DECIMAL));
    assert_false(type_is_number(TYPE_TIMESPAN));
    assert_int_equal(type_lane(TYPE_TIMESPAN), LANE_I64);
    assert_int_equal(type_lane(TYPE_STRING), LANE_STR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_leads_back_to_its_type),
        cmocka_unit_test(aliases_are_known_and_case_counts),
        cmocka_unit_test(numbers_are_the_four_numeric_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
