/*
 * test_explain.c - a plan as text: every kind of operator and expression, names and texts that need quoting, long lists.
 */
#include "bind_fixture.h"

static void every_operator_has_its_line(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where b == 'x' | extend x = a | project x, b | sort by x asc, b | take 5 | distinct b | count",
         "scan T    // first column: b\n| where b == \"x\"    // cost 6\n| verify    // rows that are left are read "
         "whole\n| extend x = a\n| project x, b\n| sort by x asc nulls first, b desc nulls last\n| take 5\n| project "
         "b\n| distinct\n| count\n"},
        {"T | summarize n = count(), x = max(a) - min(a), make_set(b, 10) by s, h = bin(c, 1h)",
         "scan T\n| verify    // rows that are left are read whole\n| summarize n = count(), x = max(a) - min(a), "
         "set_b = make_set(b, 10) by s, h = bin(c, timespan(01:00:00))\n"},
        {"T | summarize (p, q) = arg_max(a, b, *) by s",
         "scan T\n| verify    // rows that are left are read whole\n| summarize (p, q, c, d, r, ... (10 in all)) = "
         "arg_max(a, b, c, d, r, ... (10 in all)) by s\n"},
        {"T | summarize by a, b | top 3 by a nulls first",
         "scan T\n| verify    // rows that are left are read whole\n| summarize by a, b\n| top 3 by a desc nulls "
         "first\n"},
        {"range x from 1 to 10 step 2", "range x from 1 to 10 step 2\n"},
        {"datatable(x:long)[1, 2, 3] | where x in (datatable(y:long)[1])",
         "// subquery 1\nrows 1\n\nrows 3\n| where x in (subquery 1)    // cost 10\n"},
        {"T | project-away a, b", "scan T\n| verify    // rows that are left are read whole\n| project-away a, b\n"},
        {"DeviceNetworkEvents | where RemotePort == 443 | take 2",
         "scan DeviceNetworkEvents    // first column: RemotePort\n| where RemotePort == 443    // cost 8\n| verify    "
         "// rows that are left are read whole\n| take 2\n| project-away TimeGenerated, TenantId, SourceSystem, Type, "
         "MachineGroup, SourceFile, SourceRecord, SourceOffset\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

static void every_expression_is_written(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | project x = (a + i) * -a, y = iff(f and not(f) or f, d.k[0], d['x y']), z = tostring(d)",
         "scan T\n| verify    // rows that are left are read whole\n| project x = (a + i) * (-a), y = iff((f and "
         "not(f)) or f, d[\"k\"][0], d[\"x y\"]), z = tostring(d)\n"},
        {"T | where c between (datetime(2020-01-01) .. 1h) or a !between (1 .. 5) or d.x == 5",
         "scan T    // first column: c\n| where (c between (datetime(2020-01-01T00:00:00.0000000Z) .. "
         "timespan(01:00:00))) or (a !between (1 .. 5)) or (d[\"x\"] == dynamic(5))    // cost 23\n| verify    // rows "
         "that are left are read whole\n"},
        {"T | project x = int(null), y = guid(74be27de-1e4e-49d9-b579-fe0b331d3642), z = 1.5, w = decimal(1.5), v = "
         "true",
         "scan T\n| verify    // rows that are left are read whole\n| project x = int(null), y = "
         "guid(74be27de-1e4e-49d9-b579-fe0b331d3642), z = 1.5, w = decimal(1.5), v = true\n"},
        {"T | where b in ('a', 'b', 'c', 'd', 'e', 'f', 'g') or b has_any ('a', s)",
         "scan T    // first column: b\n| where (b in (\"a\", \"b\", \"c\", \"d\", \"e\", ... (7 in all))) or (b "
         "has_any (\"a\", s))    // cost 41\n| verify    // rows that are left are read whole\n"},
    };
    CHECK(CASES, SHOW_PLAN);
}

static void names_and_texts_are_quoted_and_cut(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | extend ['a b'] = 'tab\\tquote\"', ['1x'] = a | where ['a b'] == '\\x1b[31m'",
         "scan T\n| extend [\"a b\"] = \"tab\\tquote\\\"\", [\"1x\"] = a\n| where [\"a b\"] == \"\\u001b[31m\"    // "
         "cost 6\n| verify    // rows that are left are read whole\n"},
    };
    CHECK(CASES, SHOW_PLAN);
    struct buf query, shown;
    buf_init(&query, 0);
    buf_init(&shown, 0);
    buf_add_cstr(&query, "T | where b == '");
    for (int i = 0; i < 5000; i++)
        buf_add_char(&query, 'x');
    buf_add_cstr(&query, "'");
    fixture_show(buf_cstr(&query), SHOW_PLAN, &shown);
    assert_true(shown.len < 400);
    assert_true(slice_find(buf_slice(&shown), SLICE("xxx\"..."), 0) > 0);
    buf_release(&query);
    buf_release(&shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_has_its_line),
        cmocka_unit_test(every_expression_is_written),
        cmocka_unit_test(names_and_texts_are_quoted_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
