/*
 * test_aggr.c - summarize and each aggregate: nulls, predicates, empty input, groups.
 */
#include "plan_fixture.h"

#include "base/mem.h"

#define GROUPS(...) ((struct expr *const[]){__VA_ARGS__, NULL})
#define AGGRS(...)                                                                                                     \
    (const struct aggr_call[]){__VA_ARGS__}, sizeof((const struct aggr_call[]){__VA_ARGS__}) / sizeof(struct aggr_call)

static struct plan *rows_of(const char *rows)
{
    return table("k:string v:long r:real b:bool d:dynamic", rows);
}

static const char ROWS[] = "a,1,1.5,true,[1]\n"
                           "b,-,2.5,false,-\n"
                           "a,3,-,-,[1]\n"
                           "b,3,2.5,true,{}\n"
                           ",5,0.5,true,\"x\"";

static struct expr *column_k(const struct plan *plan)
{
    return column_named(plan, "k");
}

static void groups_come_in_the_order_of_their_first_row(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct aggr_call count = {.aggr = aggr_find(SLICE("count"))};
    assert_int_equal(aggr_bind(&count, &fixture_arena, NULL), ERR_NONE);
    struct aggr_call sum = AGGREGATE("sum", column_named(rows, "v"));
    assert_gives(summarized(rows, GROUPS(column_k(rows)), AGGRS(count, sum)), "a,2,4\nb,2,3\n,1,5\n");
    assert_gives(summarized(rows, GROUPS(column_named(rows, "v")), AGGRS(count)), "1,1\n,1\n3,2\n5,1\n");
    assert_gives(summarized(rows, GROUPS(column_k(rows)), NULL, 0), "a\nb\n\n");
}

static void counting_knows_nulls_and_predicates(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *v = column_named(rows, "v"), *b = column_named(rows, "b");
    assert_gives(summarized(rows, NULL,
                            AGGRS(AGGREGATE("count", v), AGGREGATE("countif", b), AGGREGATE("dcount", v),
                                  AGGREGATE("dcountif", v, b), AGGREGATE("dcount", column_k(rows)),
                                  AGGREGATE("count_distinct", column_named(rows, "r")))),
                 "5,3,3,3,3,3\n");
}

static void sums_pass_over_nulls(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *v = column_named(rows, "v"), *r = column_named(rows, "r"), *b = column_named(rows, "b");
    assert_gives(summarized(rows, NULL,
                            AGGRS(AGGREGATE("sum", v), AGGREGATE("sumif", v, b), AGGREGATE("sum", r),
                                  AGGREGATE("avg", r), AGGREGATE("avgif", r, b))),
                 "12,9,7.0,1.75,1.5\n");
    struct plan *wrap = table("v:long t:timespan", "9223372036854775807,1.00:00:00\n1,1.00:00:00");
    assert_gives(summarized(wrap, NULL,
                            AGGRS(AGGREGATE("sum", column_named(wrap, "v")), AGGREGATE("sum", column_named(wrap, "t")),
                                  AGGREGATE("avg", column_named(wrap, "t")))),
                 "-9223372036854775808,2.00:00:00,1.00:00:00\n");
    struct plan *decimals = table("m:decimal", "1.5\n-\n2.5");
    struct expr *m = column_named(decimals, "m");
    assert_gives(summarized(decimals, NULL, AGGRS(AGGREGATE("sum", m), AGGREGATE("avg", m))), "4,2\n");
}

static void spread_is_that_of_a_sample(void **state)
{
    (void)state;
    struct plan *rows = table("x:real", "1\n2\n3\n4\n5");
    struct expr *x = column_named(rows, "x");
    assert_gives(summarized(rows, NULL, AGGRS(AGGREGATE("variance", x), AGGREGATE("stdevp", x))),
                 "2.5,1.4142135623730951\n");
    assert_gives(summarized(table("x:real", "7"), NULL, AGGRS(AGGREGATE("stdev", x), AGGREGATE("variance", x))),
                 "0.0,0.0\n");
}

static void no_rows_give_one_row_without_by_and_none_with_it(void **state)
{
    (void)state;
    struct plan *rows = where(rows_of(ROWS), of_bool(false));
    struct expr *v = column_named(rows, "v"), *r = column_named(rows, "r");
    assert_gives(
        summarized(rows, NULL,
                   AGGRS(AGGREGATE("count", v), AGGREGATE("dcount", v), AGGREGATE("sum", v), AGGREGATE("avg", r),
                         AGGREGATE("stdev", r), AGGREGATE("min", v), AGGREGATE("max", v), AGGREGATE("make_set", v),
                         AGGREGATE("make_list", v), AGGREGATE("take_any", v), AGGREGATE("arg_max", v, column_k(rows)))),
        "0,0,0,NaN,0.0,,,[],[],,,\n");
    assert_gives(summarized(rows, GROUPS(column_k(rows)), AGGRS(AGGREGATE("sum", v))), "");
}

static void a_group_of_nulls_is_like_an_empty_one(void **state)
{
    (void)state;
    struct plan *rows = table("v:long r:real", "-,-\n-,-");
    struct expr *v = column_named(rows, "v"), *r = column_named(rows, "r");
    assert_gives(summarized(rows, NULL,
                            AGGRS(AGGREGATE("count", v), AGGREGATE("sum", v), AGGREGATE("avg", r), AGGREGATE("max", v),
                                  AGGREGATE("make_list", v), AGGREGATE("make_list_with_nulls", v))),
                 "2,0,NaN,,[],[null,null]\n");
}

static void extremes_keep_one_value(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *v = column_named(rows, "v"), *b = column_named(rows, "b"), *k = column_k(rows);
    assert_gives(summarized(rows, NULL,
                            AGGRS(AGGREGATE("min", v), AGGREGATE("max", v), AGGREGATE("min", k), AGGREGATE("max", k),
                                  AGGREGATE("minif", v, b), AGGREGATE("maxif", v, CALL("not", b)))),
                 "1,5,,b,1,\n");
}

static void arg_max_gives_the_row_of_the_greatest(void **state)
{
    (void)state;
    struct plan *rows = rows_of("a,1,1.5,true,[1]\nb,7,2.5,false,{\"x\":[2]}\nc,7,9.5,true,-\nd,-,1,true,[3]");
    struct expr *v = column_named(rows, "v"), *k = column_k(rows), *d = column_named(rows, "d");
    assert_gives(summarized(rows, NULL, AGGRS(AGGREGATE("arg_max", v, k, d))), "7,b,{\"x\":[2]}\n");
    assert_gives(summarized(rows, NULL, AGGRS(AGGREGATE("arg_min", v, k, d))), "1,a,[1]\n");
    struct plan *nulls = rows_of("a,-,1,true,-\nb,-,1,true,-");
    assert_gives(summarized(nulls, NULL, AGGRS(AGGREGATE("arg_max", v, k))), ",a\n");
}

static void take_any_prefers_what_is_there(void **state)
{
    (void)state;
    struct plan *rows = rows_of(",-,1,true,-\nb,4,1,true,-");
    assert_gives(
        summarized(rows, NULL,
                   AGGRS(AGGREGATE("take_any", column_k(rows)), AGGREGATE("take_any", column_named(rows, "v")))),
        "b,4\n");
    assert_gives(summarized(rows, NULL, AGGRS(AGGREGATE("take_any", column_k(rows), column_named(rows, "v")))), ",\n");
}

static void lists_and_sets_collect(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *v = column_named(rows, "v"), *b = column_named(rows, "b"), *k = column_k(rows);
    assert_gives(summarized(rows, NULL,
                            AGGRS(AGGREGATE("make_list", v), AGGREGATE("make_set", v), AGGREGATE("make_set", k),
                                  AGGREGATE("make_list_if", v, b), AGGREGATE("make_set_if", k, b))),
                 "[1,3,3,5],[1,3,5],[\"a\",\"b\",\"\"],[1,3,5],[\"a\",\"b\",\"\"]\n");
    assert_gives(
        summarized(rows, NULL, AGGRS(AGGREGATE("make_list", v, of_long(2)), AGGREGATE("make_set", v, of_long(1)))),
        "[1,3],[1]\n");
}

static void make_set_of_arrays_adds_their_elements(void **state)
{
    (void)state;
    struct plan *rows = table("d:dynamic", "[\"A1\"]\n[]\n-\n[\"A1\"]\n{\"x\":1}\n5\n5.0");
    struct expr *d = column_named(rows, "d");
    assert_gives(summarized(rows, NULL, AGGRS(AGGREGATE("make_set", d), AGGREGATE("make_list", d))),
                 "[\"A1\",{\"x\":1},5],[[\"A1\"],[],[\"A1\"],{\"x\":1},5,5.0]\n");
}

static void a_limit_must_be_constant(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *args[] = {column_named(rows, "v"), column_named(rows, "v")};
    struct aggr_call call = {.aggr = aggr_find(SLICE("make_list")), .arg_count = 2, .args = args};
    struct err err = {0};
    assert_int_equal(aggr_bind(&call, &fixture_arena, &err), ERR_QUERY);
    assert_non_null(strstr(err.text, "constant"));
}

static void results_can_be_calculated_with(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *v = column_named(rows, "v");
    struct plan *plan = summarized(rows, NULL, AGGRS(AGGREGATE("max", v), AGGREGATE("min", v)));
    plan->exprs[0] = CALL("-", of_column(0, TYPE_LONG), of_column(1, TYPE_LONG));
    assert_gives(plan, "4,1\n");
}

/* Each row replaces the one before it; the state must not grow with them. */
static void a_replaced_value_uses_its_memory_again(void **state)
{
    (void)state;
    enum { ROWS_MANY = 50000 };
    struct plan *rows = plan_new(PLAN_ROWS, NULL, schema_of("i:long s:string"));
    rows->row_count = ROWS_MANY;
    rows->rows = arena_zalloc(&fixture_arena, 2 * (size_t)ROWS_MANY, sizeof *rows->rows);
    for (uint32_t i = 0; i < ROWS_MANY; i++) {
        rows->rows[2 * i] = value_i64(TYPE_LONG, i);
        rows->rows[2 * i + 1] = value_str(arena_printf(&fixture_arena, "%0100u", i));
    }
    struct expr *i = column_named(rows, "i"), *s = column_named(rows, "s");
    struct plan *plan = summarized(rows, NULL, AGGRS(AGGREGATE("arg_max", i, s), AGGREGATE("max", s)));
    struct outcome outcome = run_plain(plan, 256 << 10);
    assert_int_equal(outcome.code, ERR_NONE);
    assert_int_equal(outcome.text.len, 5 + 1 + 100 + 1 + 100 + 1);
    outcome_release(&outcome);
    struct outcome bound = run_plain(summarized(rows, NULL, AGGRS(AGGREGATE("make_list", s))), 1 << 20);
    assert_int_equal(bound.code, ERR_LIMIT);
    assert_non_null(strstr(bound.err.text, "summarize"));
    outcome_release(&bound);
}

static void a_failed_allocation_anywhere_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct plan *rows = rows_of(ROWS);
    struct expr *v = column_named(rows, "v"), *k = column_k(rows), *d = column_named(rows, "d");
    struct plan *plan = summarized(rows, GROUPS(k, v),
                                   AGGRS(AGGREGATE("dcount", k), AGGREGATE("make_set", d), AGGREGATE("make_list", k),
                                         AGGREGATE("arg_max", v, k, d), AGGREGATE("max", k)));
    for (uint64_t nth = 1; nth < 1000; nth++) {
        mem_fail_after(nth);
        struct outcome outcome = run_plain(plan, 0);
        mem_fail_after(0);
        enum err_code code = outcome.code;
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
        outcome_release(&outcome);
        if (code == ERR_NONE)
            return;
    }
    fail_msg("never went through");
}

/* Each row of the table of aggregates can be bound by its own signature and answers for no rows. */
static void every_aggregate_is_complete(void **state)
{
    (void)state;
    const struct aggr *aggr;
    for (uint32_t i = 0; (aggr = aggr_at(i)) != NULL; i++) {
        assert_ptr_equal(aggr_find(slice_from_cstr(aggr->name)), aggr);
        assert_non_null(aggr->prefix);
        assert_non_null(aggr->doc);
        assert_non_null(aggr->add);
        assert_non_null(aggr->finish);
        assert_true(aggr->state_bytes > 0);
    }
    assert_null(aggr_find(SLICE("no_such")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_come_in_the_order_of_their_first_row),
        cmocka_unit_test(counting_knows_nulls_and_predicates),
        cmocka_unit_test(sums_pass_over_nulls),
        cmocka_unit_test(spread_is_that_of_a_sample),
        cmocka_unit_test(no_rows_give_one_row_without_by_and_none_with_it),
        cmocka_unit_test(a_group_of_nulls_is_like_an_empty_one),
        cmocka_unit_test(extremes_keep_one_value),
        cmocka_unit_test(arg_max_gives_the_row_of_the_greatest),
        cmocka_unit_test(take_any_prefers_what_is_there),
        cmocka_unit_test(lists_and_sets_collect),
        cmocka_unit_test(make_set_of_arrays_adds_their_elements),
        cmocka_unit_test(a_limit_must_be_constant),
        cmocka_unit_test(results_can_be_calculated_with),
        cmocka_unit_test(a_replaced_value_uses_its_memory_again),
        cmocka_unit_test(a_failed_allocation_anywhere_is_an_error_and_leaks_nothing),
        cmocka_unit_test(every_aggregate_is_complete),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
