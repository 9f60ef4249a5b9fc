/*
 * test_opt.c - what the optimizer makes of plans: where predicates go and in which order, what regular expressions turn
 * into, where rows are verified, what becomes of sort and take. Plans are shown as plan_explain() writes them.
 */
#include "bind_fixture.h"

static void conjunctions_are_taken_apart_and_ordered_by_cost(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where b contains 'x' and a == 1",
         "scan T    // first column: a\n| where a == 1    // cost 6\n| where b contains \"x\"    // cost 15\n| verify  "
         "  // rows that are left are read whole\n"},
        {"T | where a > 5 and i == 1 and (b == 'x' or s == 'y')",
         "scan T    // first column: i\n| where i == 1    // cost 8\n| where (b == \"x\") or (s == \"y\")    // cost "
         "13\n| where a > 5    // cost 6\n| verify    // rows that are left are read whole\n"},
        {"T | where b has 'x' | where a == 1 | where s has 'y'",
         "scan T    // first column: a\n| where a == 1    // cost 6\n| where b has \"x\"    // cost 15\n| where s has "
         "\"y\"    // cost 15\n| verify    // rows that are left are read whole\n"},
        {"T | where a > 1 and r > 1.0 and c > now()",
         "scan T    // first column: a\n| where a > 1    // cost 6\n| where r > 1.0    // cost 6\n| where c > "
         "datetime(2022-09-24T07:06:40.0000000Z)    // cost 6\n| verify    // rows that are left are read whole\n"},
        {"T | where not(a == 1 and i == 2)", "scan T    // first column: a\n| where not((a == 1) and (i == 2))    // "
                                             "cost 16\n| verify    // rows that are left are read whole\n"},
        {"T | where true and a == 1 and (f or true)", "scan T    // first column: a\n| where a == 1    // cost 6\n| "
                                                      "verify    // rows that are left are read whole\n"},
        {"T | where a == 1 and (false and b has 'x')",
         "scan T\n| where false    // cost 0\n| verify    // rows that are left are read whole\n"},
        {"T | where f or false or b has 'x'", "scan T    // first column: f\n| where f or (b has \"x\")    // cost "
                                              "21\n| verify    // rows that are left are read whole\n"},
        {"T | where true", "scan T\n| verify    // rows that are left are read whole\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

/* Each part is an operator of its own, and plans are walked by recursion. */
static void a_conjunction_of_very_many_parts_stays_whole(void **state)
{
    (void)state;
    struct buf text, shown;
    buf_init(&text, 0);
    buf_init(&shown, 0);
    buf_add_cstr(&text, "T | where a == 1 and i == 2 | where a != 0");
    for (int i = 1; i < 50000; i++)
        buf_printf(&text, " and a != %d", i);
    fixture_show(buf_cstr(&text), SHOW_PLAN, &shown);
    struct slice rest = buf_slice(&shown);
    int count = 0;
    for (ptrdiff_t at; (at = slice_find(rest, SLICE("| where "), 0)) >= 0; count++)
        rest = slice_cut(rest, (size_t)at + 1, rest.len);
    assert_int_equal(count, 3);
    buf_release(&text);
    buf_release(&shown);
}

static void predicates_move_below_what_only_passes_their_columns_on(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | extend x = a + 1 | where b == 'q' and x > 5",
         "scan T    // first column: b\n| where b == \"q\"    // cost 6\n| extend x = a + 1\n| where x > 5    // cost "
         "6\n| verify    // rows that are left are read whole\n"},
        {"T | project-rename q = b | where q == 'x'",
         "scan T    // first column: b\n| where b == \"x\"    // cost 6\n| verify    // rows that are left are read "
         "whole\n| project a, q = b, c, d, r, i, t, f, g, m, s\n"},
        {"T | project y = b, z = a | extend w = z * 2 | where y == 'x' and z > 1 and w > 2",
         "scan T    // first column: b\n| where b == \"x\"    // cost 6\n| where a > 1    // cost 6\n| project y = b, "
         "z = a\n| extend w = z * 2\n| where w > 2    // cost 6\n| verify    // rows that are left are read whole\n"},
        {"T | extend a = b, b = a | where b > 1", "scan T    // first column: a\n| where a > 1    // cost 6\n| verify  "
                                                  "  // rows that are left are read whole\n| extend a = b, b = a\n"},
        {"T | sort by a | where b == 'x'", "scan T    // first column: b\n| where b == \"x\"    // cost 6\n| verify    "
                                           "// rows that are left are read whole\n| sort by a desc nulls last\n"},
        {"T | distinct b, s | where s == 'x'",
         "scan T    // first column: s\n| where s == \"x\"    // cost 6\n| verify    // rows that are left are read "
         "whole\n| project b, s\n| distinct\n"},
        {"T | take 5 | where b == 'x'",
         "scan T\n| verify    // rows that are left are read whole\n| take 5\n| where b == \"x\"    // cost 6\n"},
        {"T | top 5 by a | where b == 'x'", "scan T\n| verify    // rows that are left are read whole\n| top 5 by a "
                                            "desc nulls last\n| where b == \"x\"    // cost 6\n"},
        {"T | summarize n = count() by b | where b == 'x' and n > 1",
         "scan T\n| verify    // rows that are left are read whole\n| summarize n = count() by b\n| where b == \"x\"   "
         " // cost 6\n| where n > 1    // cost 6\n"},
        {"T | count | where Count > 1",
         "scan T\n| verify    // rows that are left are read whole\n| count\n| where Count > 1    // cost 6\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

/* What turns nearly all rows away is worked out twice rather than late; not what is dear, or leaves many rows. */
static void selective_predicates_move_below_what_they_are_worked_out_from(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where a > 5 | extend x = ddns_suffix(b) | where isnotempty(x)",
         "scan T    // first column: b\n| where isnotempty(ddns_suffix(b))    // cost 21\n| where a > 5    // cost "
         "6\n| verify    "
         "// rows that are left are read whole\n| extend x = ddns_suffix(b)\n"},
        {"T | extend x = strcat('.', b) | extend y = x | where y matches regex @'\\.(a|b)$'",
         "scan T    // first column: b\n| where strcat(\".\", b) ends in one of 2 suffixes: .a, .b    // cost 25\n| "
         "verify    // "
         "rows that are left are read whole\n| extend x = strcat(\".\", b)\n| extend y = x\n"},
        {"T | extend x = ddns_host(b) | where isnotempty(x)",
         "scan T    // first column: b\n| extend x = ddns_host(b)\n| where isnotempty(x)    // cost 6\n| verify    // "
         "rows that "
         "are left are read whole\n"},
        {"T | extend x = extract('(a+)', 1, b) | where x endswith 'q'",
         "scan T    // first column: b\n| extend x = extract(\"(a+)\", 1, b)\n| where x endswith \"q\"    // cost "
         "8\n| verify    "
         "// rows that are left are read whole\n"},
        {"T | extend x = 'q' | where x endswith s", "scan T    // first column: s\n| where \"q\" endswith s    // cost "
                                                    "8\n| verify    // rows that are left are read "
                                                    "whole\n| extend x = \"q\"\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

static void rows_are_verified_above_the_last_predicate_over_the_scan(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T", "scan T\n| verify    // rows that are left are read whole\n"},
        {"T | extend x = a + 1 | where x > 1 | extend y = x | take 1",
         "scan T    // first column: a\n| extend x = a + 1\n| where x > 1    // cost 6\n| verify    // rows that are "
         "left are read whole\n| extend y = x\n| take 1\n"},
        {"T | count", "scan T\n| verify    // rows that are left are read whole\n| count\n"},
        {"T | sort by a | take 5 | where b == 'x'", "scan T\n| verify    // rows that are left are read whole\n| top 5 "
                                                    "by a desc nulls last\n| where b == \"x\"    // cost 6\n"},
        {"print x = 1 | where x > 0", "rows 1\n| where x > 0    // cost 6\n"},
        {"T | where b in (T | where a == 1 | project b)",
         "// subquery 1\nscan T    // first column: a\n| where a == 1    // cost 6\n| verify    // rows that are left "
         "are read whole\n| project b\n\nscan T    // first column: b\n| where b in (subquery 1)    // cost 10\n| "
         "verify    // rows that are left are read whole\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

static void a_sort_that_is_cut_is_a_top(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | sort by a asc | take 5",
         "scan T\n| verify    // rows that are left are read whole\n| top 5 by a asc nulls first\n"},
        {"T | sort by a | project a, b | extend x = a | take 5",
         "scan T\n| verify    // rows that are left are read whole\n| top 5 by a desc nulls last\n| project a, b\n| "
         "extend x = a\n"},
        {"T | sort by a, b | take 5", "scan T\n| verify    // rows that are left are read whole\n| sort by a desc "
                                      "nulls last, b desc nulls last\n| take 5\n"},
        {"T | take 5 | take 3 | take 4", "scan T\n| verify    // rows that are left are read whole\n| take 3\n"},
        {"T | top 5 by a | take 3",
         "scan T\n| verify    // rows that are left are read whole\n| top 3 by a desc nulls last\n"},
        {"T | take 5 | sort by a",
         "scan T\n| verify    // rows that are left are read whole\n| take 5\n| sort by a desc nulls last\n"},
        {"T | sort by a | where f | take 5", "scan T    // first column: f\n| where f    // cost 5\n| verify    // "
                                             "rows that are left are read whole\n| top 5 by a desc nulls last\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

static void the_scan_is_told_which_texts_the_first_predicate_needs(void **state)
{
    (void)state;
    static const char *const NEEDS[] = {"T | where b has 'duck'",
                                        "T | where b == 'duck'",
                                        "T | where b in~ ('duck', 'goose')",
                                        "T | where b has_any ('aa', 'bb', 'cc', 'dd', 'ee')",
                                        "T | where b startswith 'duck' or b hassuffix 'goose'",
                                        "T | project x = b | where x contains 'duck' | take 3",
                                        "T | where a > 1 and b endswith '.org' | count",
                                        "T | where b has_any (dynamic(['duck', 'goose']))",
                                        "T | where b matches regex @'\\.(aa|bb|cc|dd|ee)$' and a == 1",
                                        "T | where b matches regex '[4-6]{5}'",
                                        "T | project x = b | where x matches regex @'(a|b)$' | take 3"};
    static const char *const DOES_NOT[] = {
        "T | where b !has 'duck'",
        "T | where b contains ''",
        "T | where b contains 'd'",
        "T | where b has s",
        "T | where b has 'duck' or s has 'duck'",
        "T | where b has 'duck' or a == 1",
        "T | where not(b has 'duck')",
        "T | where b has_all ('duck', 'goose')",
        "T | where b has_any (T | project s)",
        "T | where tolower(b) contains 'duck'",
        "T | extend x = strcat(b, s) | where x has 'duck'",
        "T | summarize by b | where b has 'duck' | take 1 | where b has 'goose'",
        "T | where string(d) has 'duck'",
        "T | where b contains 'aa' or b contains 'bb' or b contains 'cc' or b contains 'dd'",
        "T | where a == 1 and b has 'duck'",
        "T | where not(b matches regex @'(a|b)$')",
        "T | where tolower(b) matches regex @'(a|b)$'",
        "T | where b matches regex '[4-6/]{5}'", /* a slash may be escaped in JSON */
        "T | where b matches regex '[^4-6]{5}'",
        "T | where b matches regex s",
        "T | where not(b matches regex '[4-6]{5}')",
        "T | where isnotempty(ddns_suffix(b))"}; /* it knows no suffix */
    for (size_t i = 0; i < TEST_COUNT(NEEDS) + TEST_COUNT(DOES_NOT); i++) {
        bool needs = i < TEST_COUNT(NEEDS);
        const char *query = needs ? NEEDS[i] : DOES_NOT[i - TEST_COUNT(NEEDS)];
        struct buf shown;
        buf_init(&shown, 0);
        fixture_show(query, SHOW_PLAN, &shown);
        if ((strstr(buf_cstr(&shown), "which must hold") != NULL) != needs)
            fail_msg("%s\n%s", query, buf_cstr(&shown));
        buf_release(&shown);
    }
}

static void a_regular_expression_that_means_less_becomes_less(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where b matches regex @'.*\\.(duckdns\\.org|ddns\\.net)$'",
         "scan T    // first column: b, which must hold one of the endings\n| where b ends in one of 2 suffixes: "
         ".duckdns.org, .ddns.net    // cost 10\n| "
         "verify    // rows that are left are read whole\n"},
        {"T | where b matches regex @'\\.(ddns\\.net|x\\.org|duckdns\\.org)$' and a == 1",
         "scan T    // first column: b, which must hold one of the endings\n| where b ends in one of 3 suffixes: "
         ".ddns.net, .x.org, .duckdns.org    // "
         "cost "
         "10\n| where a == 1    // cost 6\n| verify    // rows that are left are read whole\n"},
        {"T | where not(b matches regex @'(a|b)$')",
         "scan T    // first column: b\n| where not(b ends in one of 2 suffixes: a, b)    // cost 11\n| verify    // "
         "rows that are left are read whole\n"},
        {"T | extend x = iff(b matches regex @'\\.(a|b|c|d|e|f|g)$', 1, 0)",
         "scan T\n| verify    // rows that are left are read whole\n| extend x = iff(b ends in one of 7 suffixes: .a, "
         ".b, .c, .d, .e, ..., 1, 0)\n"},
        {"T | where b matches regex @'duckdns\\.org'",
         "scan T    // first column: b, which must hold 1 text\n| where b contains_cs \"duckdns.org\"    // cost 15\n| "
         "verify    // rows that "
         "are left are read whole\n"},
        {"T | where b matches regex @'(?i)\\.(a|b)$'",
         "scan T    // first column: b\n| where b matches regex \"(?i)\\\\.(a|b)$\"    // cost 105\n| verify    // "
         "rows that are left are read whole\n"},
        {"T | where b matches regex @'^x\\.(a|b)$'",
         "scan T    // first column: b, which must hold a run of certain characters\n| where b matches regex "
         "\"^x\\\\.(a|b)$\"    // cost 105\n| verify    // rows "
         "that are left are read whole\n"},
        {"T | where b matches regex @'a.c'", "scan T    // first column: b\n| where b matches regex \"a.c\"    // cost "
                                             "105\n| verify    // rows that are left are read whole\n"},
        {"T | where d.x matches regex @'\\.(a|b)$'",
         "scan T    // first column: d\n| where string(d[\"x\"]) ends in one of 2 suffixes: .a, .b    // cost 16\n| "
         "verify    // rows that are left are read whole\n"},
        {"T | where b matches regex s", "scan T    // first column: b\n| where b matches regex s    // cost 110\n| "
                                        "verify    // rows that are left are read whole\n"},
        {"T | where b matches regex '('", "error@26+3: bad regular expression: unclosed group (at character 2)"},
    };
    CHECK(CASES, SHOW_PLAN);
}

static void derives_are_told_where_columns_come_from_that_they_pass_on(void **state)
{
    (void)state;
    struct arena arena;
    struct query query;
    arena_init(&arena, 0);
    assert_int_equal(
        fixture_bind(
            "T | project q = b, x = a + 1 | where x > 2 | project x, q, k = 1 | sort by x | project q, w = x + 1",
            &arena, &query, NULL),
        ERR_NONE);
    assert_int_equal(kql_optimize(&query, NULL), ERR_NONE);
    const struct plan *above = query.root, *sort = above->input, *middle = sort->input;
    assert_true(above->kind == PLAN_DERIVE && sort->kind == PLAN_SORT && middle->kind == PLAN_DERIVE);
    assert_true(above->passed[0].layers == 1 && above->passed[0].column == 1); /* not beyond the sort */
    assert_int_equal(above->passed[1].layers, 0);
    assert_true(middle->passed[0].layers == 1 && middle->passed[0].column == 1); /* where x is worked out */
    assert_true(middle->passed[1].layers == 2 && middle->passed[1].column == 1); /* b of T */
    assert_int_equal(middle->passed[2].layers, 0);
    query_release(&query);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conjunctions_are_taken_apart_and_ordered_by_cost),
        cmocka_unit_test(a_conjunction_of_very_many_parts_stays_whole),
        cmocka_unit_test(predicates_move_below_what_only_passes_their_columns_on),
        cmocka_unit_test(selective_predicates_move_below_what_they_are_worked_out_from),
        cmocka_unit_test(rows_are_verified_above_the_last_predicate_over_the_scan),
        cmocka_unit_test(a_sort_that_is_cut_is_a_top),
        cmocka_unit_test(the_scan_is_told_which_texts_the_first_predicate_needs),
        cmocka_unit_test(derives_are_told_where_columns_come_from_that_they_pass_on),
        cmocka_unit_test(a_regular_expression_that_means_less_becomes_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
