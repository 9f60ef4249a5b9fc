/*
 * test_bind.c - names and scopes, lets, subqueries, hidden columns, what is not supported, limits, lack of memory.
 * What Microsoft's binder says of single operators is in test_bind_accepted.c and test_bind_refused.c.
 */
#include "base/mem.h"
#include "bind_fixture.h"

static void unknown_names_are_told_with_the_nearest_one(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"DeviceNetworkEvents | where RemoteURL has 'x'",
         "error@28+9: unknown column RemoteURL | did you mean RemoteUrl?"},
        {"DeviceNetworkEvents | project Timestamp, devicename",
         "error@41+10: unknown column devicename | did you mean DeviceName?"},
        {"DeviceNetworkEvents | project-away Qqqqqqqq", "error@35+8: unknown column Qqqqqqqq"},
        {"DeviceNetworkEvent | take 1", "error@0+18: unknown table DeviceNetworkEvent | the table here is T"},
        {"let Limit = 5; T | take limit", "error@24+5: unknown name limit | did you mean Limit?"},
        {"T | extend x = tosting(a)", "error@15+7: unknown function tosting() | did you mean tostring()?"},
        {"T | extend x = Now()", "error@15+3: unknown function Now() | did you mean now()?"},
        {"T | extend x = now", "error@15+3: unknown column now | the function is called with parentheses: now()"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void what_kusto_has_and_we_lack_is_not_supported_yet(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | extend x = geo_info_from_ip_address(b)",
         "unsupported@15+24: geo_info_from_ip_address() is not supported yet"},
        {"T | summarize percentile(a, 95)", "unsupported@14+10: percentile() is not supported yet"},
        {"T | extend x = d + d",
         "unsupported@17+1: + on dynamic values alone is not supported yet | say what they hold: tolong(...), "
         "toreal(...)"},
        {"T | extend x = -d",
         "unsupported@15+1: - on dynamic values alone is not supported yet | say what they hold: tolong(...), "
         "toreal(...)"},
        {"T | where b in (T | project d)",
         "unsupported@16+13: a table of dynamic values as a list is not supported yet | convert the column: project "
         "tostring(d)"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void a_let_is_seen_by_what_follows_it_and_hidden_by_a_column(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"let n = 2; let m = n + 1; print m, n", "print_0:long, print_1:long"},
        {"let a = 'text'; T | project a", "a:long"},
        {"let v = 'text'; T | project v", "v:string"},
        {"let m = n; let n = 2; print m", "error@8+1: unknown name n"},
        {"let n = 1; let n = 2; print n", "error@15+1: n has already been declared"},
        {"let n = 5; n | count", "error@11+1: n is one value, not a table"},
        {"let x = T | where a > 1; let y = x | project a, b; y | project b", "b:string"},
        {"let x = T; print x",
         "error@17+1: a table stands where one value is expected | a table can be the list of in, has_any and "
         "has_all; toscalar(...) takes its first value"},
        {"let unused = T | where nosuch == 1; T | count", "error@23+6: unknown column nosuch"},
        {"let x = T | where a > 1; let T = x | project b; T", "b:string"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void a_table_let_is_put_in_where_it_is_used_and_read_once_as_a_list(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"let v = T | where a == 1; v | count", "scan T    // first column: a\n| where a == 1    // cost 6\n| count\n"},
        {"let v = T | project b; T | where b in (v) and s in (v)",
         "// subquery 1\nscan T\n| project b\n\nscan T    // first column: b\n| where (b in (subquery 1)) and (s in "
         "(subquery 1))    // cost 21\n"},
        {"let v = T | project i; T | where a in (v) and i in (v)",
         "// subquery 1\nscan T\n| project i\n| extend i = long(i)\n\n// subquery 2\nscan T\n| project i\n\nscan T    "
         "// first column: a\n| where (a in (subquery 1)) and (i in (subquery 2))    // cost 21\n"},
        {"T | where b in (T | where s in (T | project b) | project b)",
         "// subquery 1\nscan T\n| project b\n\n// subquery 2\nscan T    // first column: s\n| where s in (subquery 1) "
         "   // cost 10\n| project b\n\nscan T    // first column: b\n| where b in (subquery 2)    // cost 10\n"},
    };
    CHECK(CASES, SHOW_BOUND_PLAN);
}

static void lists_are_taken_apart_and_made_to_fit_the_value(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where a in (1, '2', 'x', 2.5, 3.0)",
         "scan T    // first column: a\n| where a in (1, 2, 3)    // cost 10\n"},
        {"T | where a in (dynamic([1, [3.0, [3.5]], null]))",
         "scan T    // first column: a\n| where a in (1, 3)    // cost 10\n"},
        {"T | where b in (dynamic(['x', 5]), 'y')",
         "scan T    // first column: b\n| where b in (\"x\", \"y\")    // cost 10\n"},
        {"T | where b has_any (dynamic(['x', 5]), 'y')",
         "scan T    // first column: b\n| where b has_any (\"x\", \"5\", \"y\")    // cost 25\n"},
        {"T | where b in ('a' 'b')", "scan T    // first column: b\n| where b in (\"ab\")    // cost 10\n"},
        {"T | where c in ('2020-01-01', 'x')",
         "scan T    // first column: c\n| where c in (datetime(2020-01-01T00:00:00.0000000Z))    // cost 10\n"},
        {"T | where a in ('x')", "scan T\n| where false    // cost 0\n"},
        {"T | where a !in ('x')", "scan T\n| where true    // cost 0\n"},
        {"T | where b has_any (dynamic([]))", "scan T\n| where false    // cost 0\n"},
        {"T | where b has_all (dynamic([]))", "scan T\n| where true    // cost 0\n"},
        {"T | where i in (5000000000, 7)", "scan T    // first column: i\n| where i in (int(7))    // cost 10\n"},
    };
    CHECK(CASES, SHOW_BOUND_PLAN);
}

static void a_constant_string_is_converted_to_the_type_that_it_is_compared_with(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where a == '5'", "scan T    // first column: a\n| where a == 5    // cost 6\n"},
        {"T | where '5' != i", "scan T    // first column: i\n| where int(5) != i    // cost 6\n"},
        {"T | where a == 'x'", "scan T\n| where false    // cost 0\n"},
        {"T | where a != 'x'", "scan T\n| where true    // cost 0\n"},
        {"T | where t == '1h'", "scan T    // first column: t\n| where t == timespan(01:00:00)    // cost 6\n"},
        {"T | where d.x == 'x'", "scan T    // first column: d\n| where d[\"x\"] == dynamic(\"x\")    // cost 10\n"},
        {"T | where c == '2020-01-01'",
         "scan T    // first column: c\n| where c == datetime(2020-01-01T00:00:00.0000000Z)    // cost 6\n"},
        {"T | where a == b", "error@12+2: == is not defined for long and string | convert the string: tolong(...)"},
    };
    CHECK(CASES, SHOW_BOUND_PLAN);
}

static void what_is_constant_is_worked_out_once(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where a > 1 + 2 * 3", "scan T    // first column: a\n| where a > 7    // cost 6\n"},
        {"T | where c > ago(1d)",
         "scan T    // first column: c\n| where c > datetime(2022-09-23T07:06:40.0000000Z)    // cost 6\n"},
        {"T | where c between (datetime(2020-01-01) .. 2d)",
         "scan T    // first column: c\n| where c between (datetime(2020-01-01T00:00:00.0000000Z) .. "
         "timespan(2.00:00:00))    // cost 6\n"},
        {"let n = 2; T | take n * 2", "scan T\n| take 4\n"},
        {"print x = 1 + 1", "rows 1\n"},
        {"T | extend x = tolong('5') + a", "scan T\n| extend x = 5 + a\n"},
    };
    CHECK(CASES, SHOW_BOUND_PLAN);
}

static void sentinel_and_provenance_columns_are_there_when_asked_for(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"DeviceNetworkEvents | project TimeGenerated, Timestamp, SourceFile",
         "TimeGenerated:datetime, Timestamp:datetime, SourceFile:string"},
        {"DeviceNetworkEvents | project-keep SourceRecord, RemoteUrl | project-reorder SourceRecord",
         "SourceRecord:long, RemoteUrl:string"},
        {"DeviceNetworkEvents | project-keep Report*, SourceFile", "ReportId:long, SourceFile:string"},
        {"DeviceNetworkEvents | where TimeGenerated > ago(1d) | summarize count() by TenantId",
         "TenantId:string, count_:long"},
        {"DeviceNetworkEvents | project-keep Timestamp, ReportId | summarize take_any(*)",
         "Timestamp:datetime, ReportId:long"},
    };
    CHECK(CASES, SHOW_COLUMNS);
    struct arena arena;
    struct query query;
    struct err err;
    arena_init(&arena, 0);
    assert_int_equal(fixture_bind("DeviceNetworkEvents | where isnotempty(SourceFile)", &arena, &query, &err),
                     ERR_NONE);
    assert_int_equal(schema_find(query.root->schema, SLICE("SourceFile")), COLUMN_NONE);
    assert_int_equal(schema_find(query.root->schema, SLICE("TimeGenerated")), COLUMN_NONE);
    assert_int_not_equal(schema_find(query.root->schema, SLICE("AdditionalFields")), COLUMN_NONE);
    query_release(&query);
    arena_release(&arena);
}

static void a_path_reads_the_columns_that_hold_json(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"DeviceNetworkEvents | project AdditionalFields.query, X = AdditionalFields['a b'].c[0]",
         "AdditionalFields_query:dynamic, X:dynamic"},
        {"DeviceNetworkEvents | project-rename F = AdditionalFields | project F.query", "F_query:dynamic"},
        {"DeviceNetworkEvents | extend X = AdditionalFields | project X.query", "X_query:dynamic"},
        {"DeviceNetworkEvents | project RemoteUrl.x",
         "error@40+1: a string has no members | if it holds JSON: parse_json(RemoteUrl)"},
        {"T | project a.x", "error@14+1: a long has no members"},
        {"T | project d[1.5]", "error@14+3: an index is a string or a whole number, not a real"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void column_ifexists_is_the_column_or_the_default(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | project x = column_ifexists('b', 5), y = column_ifexists('zz', 5)", "x:string, y:long"},
        {"T | project column_ifexists('b', 5), column_ifexists('zz', 5)", "b:string, Column1:long"},
        {"T | project x = columnifexists('zz', a)", "x:long"},
        {"T | project x = column_ifexists('b')", "error@16+15: column_ifexists() takes 2 arguments, not 1"},
        {"T | project x = column_ifexists(b, 5)",
         "error@32+1: column_ifexists() takes the column's name as a constant string"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void lets_of_lets_of_tables_do_not_grow_without_bound(void **state)
{
    (void)state;
    struct buf text, shown;
    buf_init(&text, 0);
    buf_init(&shown, 0);
    buf_add_cstr(&text, "let t0 = T | project a; ");
    for (int i = 1; i <= 40; i++)
        buf_printf(&text, "let t%d = t%d | where a in (t%d | where a in (t%d)); ", i, i - 1, i - 1, i - 1);
    buf_add_cstr(&text, "t40 | count");
    fixture_show(buf_cstr(&text), SHOW_COLUMNS, &shown);
    assert_true(slice_find(buf_slice(&shown), SLICE("put in more than 10000 times"), 0) > 0);
    buf_release(&shown);
    buf_release(&text);
}

static void a_pipeline_has_a_greatest_length(void **state)
{
    (void)state;
    struct buf text, shown;
    buf_init(&text, 0);
    buf_init(&shown, 0);
    buf_add_cstr(&text, "let t0 = T");
    for (int i = 0; i < 30; i++)
        buf_add_cstr(&text, " | where a > 1");
    for (int i = 1; i <= 40; i++) {
        buf_printf(&text, "; let t%d = t%d", i, i - 1);
        for (int k = 0; k < 30; k++)
            buf_add_cstr(&text, " | where a > 1");
    }
    buf_add_cstr(&text, "; t40 | count");
    fixture_show(buf_cstr(&text), SHOW_COLUMNS, &shown);
    assert_true(slice_find(buf_slice(&shown), SLICE("more than 1000 operators"), 0) > 0);
    buf_release(&shown);
    buf_release(&text);
}

static void a_query_has_a_greatest_number_of_lets(void **state)
{
    (void)state;
    struct buf text, shown;
    buf_init(&text, 0);
    buf_init(&shown, 0);
    for (int i = 0; i <= 4096; i++)
        buf_printf(&text, "let l%d = %d; ", i, i);
    buf_add_cstr(&text, "print l1");
    fixture_show(buf_cstr(&text), SHOW_COLUMNS, &shown);
    assert_true(slice_find(buf_slice(&shown), SLICE("more than 4096 let statements"), 0) > 0);
    buf_release(&shown);
    buf_release(&text);
}

static void each_failed_allocation_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    static const char TEXT[] =
        "let l = dynamic(['x', 'y']); let v = T | project b; "
        "T | where b in (l) and s has_any (v) and a in (1, i) or d.x == 5 and b matches regex @'\\.(x|y)$' | "
        "extend x = a + 1, tostring(d.y) "
        "| summarize n = count(), arg_max(c, *), max(a) - min(a) by bin(c, 1h), x "
        "| project-rename z = n | project-reorder z, * | sort by z | take 5";
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *ast = NULL;
    struct err err;
    struct bind_options options = {.table = &FIXTURE_TABLE, .now = FIXTURE_NOW};
    assert_int_equal(kql_parse(slice_from_cstr(TEXT), &arena, &ast, &err), ERR_NONE);
    enum err_code code = ERR_MEMORY;
    uint64_t nth = 0;
    while (code == ERR_MEMORY) {
        struct query query = {0};
        mem_fail_after(++nth);
        code = kql_bind(ast, &options, &query, &err);
        if (code == ERR_NONE)
            code = kql_optimize(&query, &err);
        mem_fail_after(0);
        query_release(&query);
    }
    assert_int_equal(code, ERR_NONE);
    assert_true(nth > 3);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_are_told_with_the_nearest_one),
        cmocka_unit_test(what_kusto_has_and_we_lack_is_not_supported_yet),
        cmocka_unit_test(a_let_is_seen_by_what_follows_it_and_hidden_by_a_column),
        cmocka_unit_test(a_table_let_is_put_in_where_it_is_used_and_read_once_as_a_list),
        cmocka_unit_test(lists_are_taken_apart_and_made_to_fit_the_value),
        cmocka_unit_test(a_constant_string_is_converted_to_the_type_that_it_is_compared_with),
        cmocka_unit_test(what_is_constant_is_worked_out_once),
        cmocka_unit_test(sentinel_and_provenance_columns_are_there_when_asked_for),
        cmocka_unit_test(a_path_reads_the_columns_that_hold_json),
        cmocka_unit_test(column_ifexists_is_the_column_or_the_default),
        cmocka_unit_test(lets_of_lets_of_tables_do_not_grow_without_bound),
        cmocka_unit_test(a_pipeline_has_a_greatest_length),
        cmocka_unit_test(a_query_has_a_greatest_number_of_lets),
        cmocka_unit_test(each_failed_allocation_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
