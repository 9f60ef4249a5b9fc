/*
 * test_parts.c - the small parts of the command line: columns, numbers for people, CPUs, exit status, provenance.
 */
#include "test.h"

#include "base/mem.h"
#include "cli/report.h"
#include "cli/run/run.h"
#include "cli/run/run_int.h"
#include "cli/term.h"
#include "kql/syntax/parser.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    err = (struct err){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_numbers_are_grouped(void **state)
{
    (void)state;
    char text[32];
    assert_string_equal(number_text(0, text), "0");
    assert_string_equal(number_text(999, text), "999");
    assert_string_equal(number_text(1000, text), "1,000");
    assert_string_equal(number_text(1234567, text), "1,234,567");
    assert_string_equal(number_text(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void test_bytes_have_a_unit(void **state)
{
    (void)state;
    char text[16];
    assert_string_equal(bytes_text(0, text), "0 bytes");
    assert_string_equal(bytes_text(999, text), "999 bytes");
    assert_string_equal(bytes_text(1536, text), "1.5 kB");
    assert_string_equal(bytes_text(999999, text), "1.0 MB");
    assert_string_equal(bytes_text(4.9e9, text), "4.9 GB");
    assert_string_equal(bytes_text(1.8e19, text), "18000.0 PB");
}

static void test_quota_is_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(cpus_of_quota(SLICE("max 100000\n")), 0);
    assert_int_equal(cpus_of_quota(SLICE("100000 100000\n")), 1);
    assert_int_equal(cpus_of_quota(SLICE("150000 100000\n")), 2);
    assert_int_equal(cpus_of_quota(SLICE("50000 100000")), 1);
    assert_int_equal(cpus_of_quota(SLICE("")), 0);
    assert_int_equal(cpus_of_quota(SLICE("100000")), 0);
    assert_int_equal(cpus_of_quota(SLICE("100000 0")), 0);
    assert_int_equal(cpus_of_quota(SLICE("999999999999999999999 1")), 256);
    assert_true(cpus_available() >= 1);
}

static void test_higher_status_wins(void **state)
{
    (void)state;
    struct outcome outcome = {0};
    assert_int_equal(outcome_status(&outcome, true), 0);
    outcome.hits = true;
    assert_int_equal(outcome_status(&outcome, false), 0);
    assert_int_equal(outcome_status(&outcome, true), 10);
    outcome_add(&outcome, ERR_PIPE);
    assert_int_equal(outcome_status(&outcome, true), 10);
    outcome_add(&outcome, ERR_INPUT);
    assert_int_equal(outcome_status(&outcome, true), 1);
    outcome_add(&outcome, ERR_INTERRUPTED);
    assert_int_equal(outcome_status(&outcome, true), 130);
    outcome_add(&outcome, ERR_LIMIT);
    assert_int_equal(outcome_status(&outcome, true), 3);
    outcome_add(&outcome, ERR_QUERY);
    assert_int_equal(outcome_status(&outcome, true), 2);
}

static void test_named_columns(void **state)
{
    (void)state;
    const char *texts[] = {"Risk:real", "a:b:long"};
    struct text_list list = {texts, 2, 2};
    struct column_def *defs;
    uint32_t count;
    assert_int_equal(columns_named(&list, &arena, &defs, &count, &err), ERR_NONE);
    assert_int_equal(count, 2);
    assert_slice_equal(defs[0].name, SLICE("Risk"));
    assert_int_equal(defs[0].type, TYPE_REAL);
    assert_int_equal(defs[0].origin, COLUMN_NAMED);
    assert_slice_equal(defs[1].name, SLICE("a:b"));
    assert_int_equal(defs[1].type, TYPE_LONG);
    static const char *const BAD[] = {"Risk", ":long", "", ":", "Risk:", "Risk:float"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        texts[0] = BAD[i];
        assert_int_equal(columns_named(&list, &arena, &defs, &count, &err), ERR_USAGE);
        assert_string_equal(err.where, "option --column");
    }
}

static const struct column_def RESULT_COLUMNS[] = {{.name = {"A", 1}, .type = TYPE_LONG},
                                                   {.name = {"B", 1}, .type = TYPE_LONG},
                                                   {.name = {"C", 1}, .type = TYPE_LONG}};
static const struct schema RESULT = {.count = 3, .columns = RESULT_COLUMNS};

static void test_view_picks_and_orders(void **state)
{
    (void)state;
    struct column_view view;
    assert_int_equal(column_view_init(&view, " C ,A", &RESULT, &arena, &err), ERR_NONE);
    assert_int_equal(view.schema.count, 2);
    assert_slice_equal(view.schema.columns[0].name, SLICE("C"));
    assert_slice_equal(view.schema.columns[1].name, SLICE("A"));
    struct column columns[3] = {{.type = TYPE_LONG}, {.type = TYPE_REAL}, {.type = TYPE_BOOL}};
    struct batch batch = {.schema = &RESULT, .columns = columns};
    struct batch shown;
    assert_int_equal(column_view_apply(&view, &batch, &arena, &shown, &err), ERR_NONE);
    assert_int_equal(shown.schema->count, 2);
    assert_int_equal(shown.columns[0].type, TYPE_BOOL);
    assert_int_equal(shown.columns[1].type, TYPE_LONG);
}

static void test_view_without_a_list_is_all(void **state)
{
    (void)state;
    struct column_view view;
    assert_int_equal(column_view_init(&view, NULL, &RESULT, &arena, &err), ERR_NONE);
    assert_int_equal(view.schema.count, 3);
    assert_slice_equal(view.schema.columns[2].name, SLICE("C"));
}

static void test_view_refuses_what_is_not_there(void **state)
{
    (void)state;
    struct column_view view;
    static const char *const BAD[] = {"", "A,", ",A", "D", "a", "A,A", "A B"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++)
        assert_int_equal(column_view_init(&view, BAD[i], &RESULT, &arena, &err), ERR_USAGE);
}

static void check_source(const char *query, enum err_code expected, const char *text)
{
    struct ast *ast;
    struct buf out;
    buf_init(&out, 0);
    assert_int_equal(kql_parse(slice_from_cstr(query), &arena, &ast, &err), ERR_NONE);
    assert_int_equal(with_source(ast, &arena, &err), expected);
    if (expected == ERR_NONE) {
        kql_print(ast, &out);
        assert_slice_equal(buf_slice(&out), slice_from_cstr(text));
    }
    buf_release(&out);
}

static void test_source_is_carried_to_the_end(void **state)
{
    (void)state;
    check_source("T | where A == 1", ERR_NONE, "T\n| where A == 1\n| extend SourceFile, SourceRecord, SourceOffset");
    check_source("T | project A | where A == 1 | project B = A, SourceFile", ERR_NONE,
                 "T\n| project A, SourceFile, SourceRecord, SourceOffset\n| where A == 1\n| project B = A, SourceFile, "
                 "SourceRecord, SourceOffset");
    check_source("T | project-keep A*", ERR_NONE, "T\n| project-keep A*, SourceFile, SourceRecord, SourceOffset");
    check_source("T | summarize count() by A", ERR_USAGE, "");
    check_source("T | distinct A | sort by A", ERR_USAGE, "");
    check_source("T | count", ERR_USAGE, "");
    check_source("print 1", ERR_USAGE, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_numbers_are_grouped),
        TEST(test_bytes_have_a_unit),
        TEST(test_quota_is_rounded_up),
        TEST(test_higher_status_wins),
        TEST(test_named_columns),
        TEST(test_view_picks_and_orders),
        TEST(test_view_without_a_list_is_all),
        TEST(test_view_refuses_what_is_not_there),
        TEST(test_source_is_carried_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
