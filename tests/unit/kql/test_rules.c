/*
 * test_rules.c - the built-in rules are there, by name, and each of them parses.
 */
#include "test.h"

#include "kql/rules.h"
#include "kql/syntax/parser.h"
#include "parse_show.h"

static void the_published_rule_is_found_by_its_name(void **state)
{
    (void)state;
    const struct rule *rule = rule_find(SLICE("published"));
    assert_non_null(rule);
    assert_true(
        slice_starts(rule->text, SLICE("DeviceNetworkEvents\n| where RemoteUrl matches regex @\".*\\.(duckdns")));
    assert_null(rule_find(SLICE("Published")));
    assert_null(rule_find(SLICE("")));
}

static void every_rule_has_a_title_and_parses_and_prints(void **state)
{
    (void)state;
    unsigned count = 0;
    for (const struct rule *rule = RULES; rule->name; rule++, count++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct ast *query, *again;
        struct err err = {0};
        assert_true(rule->title[0] != '\0');
        assert_int_equal(kql_parse(rule->text, &arena, &query, &err), ERR_NONE);
        struct buf out;
        buf_init(&out, 0);
        kql_print(query, &out);
        assert_int_equal(kql_parse(buf_slice(&out), &arena, &again, &err), ERR_NONE);
        assert_true(ast_same(query, again));
        buf_release(&out);
        arena_release(&arena);
    }
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_rule_is_found_by_its_name),
        cmocka_unit_test(every_rule_has_a_title_and_parses_and_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
