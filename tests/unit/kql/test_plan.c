/*
 * test_plan.c - the column that the first predicate over the scan asks of every row.
 */
#include "plan_fixture.h"

static struct plan *scan(void)
{
    return plan_new(PLAN_SCAN, NULL, schema_of("a:string b:string c:long"));
}

static struct expr *asks(const struct plan *input, const char *column)
{
    return CALL("==", column_named(input, column), of_str("x"));
}

static uint32_t column_of(const struct plan *plan, const char *name)
{
    return schema_find(plan->schema, slice_from_cstr(name));
}

static void the_first_column_of_the_lowest_predicate_counts(void **state)
{
    (void)state;
    struct plan *rows = scan(), *lowest = where(rows, asks(rows, "b"));
    assert_int_equal(plan_first_column(lowest), column_of(rows, "b"));
    assert_int_equal(plan_first_column(where(lowest, asks(rows, "a"))), column_of(rows, "b"));
    struct expr *two = CALL("and", CALL("==", of_str("x"), column_named(rows, "b")), asks(rows, "a"));
    assert_int_equal(plan_first_column(where(rows, two)), column_of(rows, "b"));
    assert_int_equal(plan_first_column(where(rows, CALL("==", of_long(1), of_long(2)))), COLUMN_NONE);
}

static void verifying_and_breakers_above_it_do_not_matter(void **state)
{
    (void)state;
    struct plan *rows = scan(), *lowest = where(rows, asks(rows, "b"));
    struct plan *verified = plan_new(PLAN_VERIFY, lowest, lowest->schema);
    assert_int_equal(plan_first_column(verified), column_of(rows, "b"));
    assert_int_equal(plan_first_column(where(verified, asks(rows, "a"))), column_of(rows, "b"));
    assert_int_equal(plan_first_column(counted(verified)), column_of(rows, "b"));
    struct plan *early = plan_new(PLAN_VERIFY, rows, rows->schema);
    assert_int_equal(plan_first_column(where(early, asks(rows, "a"))), column_of(rows, "a"));
}

static void a_computed_column_is_followed_to_what_it_is_made_of(void **state)
{
    (void)state;
    struct plan *rows = scan();
    struct expr *exprs[] = {CALL("strcat", of_str("-"), column_named(rows, "b"), column_named(rows, "a")), of_str("1")};
    struct plan *derived = derive(rows, "d:string e:string", exprs);
    assert_int_equal(plan_first_column(where(derived, asks(derived, "d"))), column_of(rows, "b"));
    assert_int_equal(plan_first_column(where(derived, asks(derived, "e"))), COLUMN_NONE);
    struct plan *again = derive(derived, "f:string", (struct expr *[]){column_named(derived, "d")});
    assert_int_equal(plan_first_column(where(again, asks(again, "f"))), column_of(rows, "b"));
}

static void without_a_predicate_over_the_scan_there_is_none(void **state)
{
    (void)state;
    struct plan *rows = scan(), *values = table("a:string", "x");
    assert_int_equal(plan_first_column(rows), COLUMN_NONE);
    assert_int_equal(plan_first_column(counted(rows)), COLUMN_NONE);
    struct plan *taken = limited(PLAN_TAKE, rows, 5);
    assert_int_equal(plan_first_column(where(taken, asks(rows, "a"))), COLUMN_NONE);
    assert_int_equal(plan_first_column(where(values, asks(values, "a"))), COLUMN_NONE);
    struct plan *both = where(limited(PLAN_TAKE, where(rows, asks(rows, "b")), 5), asks(rows, "a"));
    assert_int_equal(plan_first_column(both), column_of(rows, "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_column_of_the_lowest_predicate_counts, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(verifying_and_breakers_above_it_do_not_matter, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_computed_column_is_followed_to_what_it_is_made_of, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(without_a_predicate_over_the_scan_there_is_none, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
