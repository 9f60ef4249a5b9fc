/*
 * test_json_head.c - what the first bytes tell: whether an input is JSON telemetry and of which form, and which columns
 * it has that the schema does not.
 */
#include "test.h"

#include "source/json/json.h"

#include <stdlib.h>

enum form { NEITHER, LINES, STREAM };

static void assert_form(const char *head, bool whole, enum form form)
{
    struct slice text = slice_from_cstr(head);
    assert_int_equal(SOURCE_JSON_LINES.claim(text, whole) == CLAIM_YES, form == LINES);
    assert_int_equal(SOURCE_JSON_STREAM.claim(text, whole) == CLAIM_YES, form == STREAM);
}

static void forms_are_told_by_content(void **state)
{
    (void)state;
    assert_form("{\"RemoteUrl\":1}\n{\"RemoteUrl\":2}\n", true, LINES);
    assert_form("\xef\xbb\xbf\n{\"RemoteUrl\":1}", true, LINES);
    assert_form("{\"category\":\"x\",\"properties\":{\"DeviceId\":1}}\r\n", true, LINES);
    assert_form("{\"records\":[{\"RemoteUrl\":1}]}\n{\"records\":[]}\n", true, LINES);
    assert_form("{\"records\":[{\"RemoteUrl\":1}]}\n", true, STREAM);
    assert_form("{\"RemoteUrl\":1}{\"RemoteUrl\":2}", true, STREAM);
    assert_form("{\n\"RemoteUrl\":1}\n", true, STREAM);
    assert_form("[\n {\"RemoteUrl\":1}\n]", true, STREAM);
    assert_form("rubbish\n{\"RemoteUrl\":1}\n", true, LINES);
    assert_form("{\"RemoteUrl\":\"cut\n{\"RemoteUrl\":1}\n", true, LINES);
}

/* One name is enough, if no other telemetry has it; records of the neighbour tables are passed over later. */
static void one_telling_name_is_enough(void **state)
{
    (void)state;
    assert_form("{\"x\":1}\n{\"y\":{\"RemoteUrl\":1}}\n{\"InitiatingProcessFileName\":\"a\"}\n", true, LINES);
    assert_form("{\"TimeGenerated\":1,\"Type\":\"DeviceNetworkEvents\"}\n", true, LINES);
    assert_form("{\"$table\":\"DeviceNetworkEvents\",\"x\":1}\n", true, LINES);
    assert_form("{\"properties\":{\"x\":1},\"category\":\"AdvancedHunting-DeviceEvents\"}\n", true, LINES);
    assert_form("{\"properties\":{\"x\":[1,{}],\"RemoteUrl\":\"cut", false, LINES);
    assert_form("{\"properties\":{\"x\":1},\"y\":1}\n", true, NEITHER);
}

static enum source_claim lines_claim(const char *head)
{
    return SOURCE_JSON_LINES.claim(slice_from_cstr(head), true);
}

/* What has the names of the table alone may be a projection of it; nobody else makes a surer claim. */
static void a_time_and_known_names_may_be_rows(void **state)
{
    (void)state;
    assert_int_equal(lines_claim("{\"Timestamp\":1}\n{\"TimeGenerated\":1}\n"), CLAIM_MAYBE);
    assert_int_equal(lines_claim("{\"x\":1}\n{\"Timestamp\":1,\"Protocol\":2}\n"), CLAIM_MAYBE);
    assert_int_equal(lines_claim("{\"Timestamp\":1,\"x\":1}\n"), CLAIM_NO);
    assert_int_equal(lines_claim("{\"Protocol\":1,\"Type\":1}\n"), CLAIM_NO);
    assert_int_equal(lines_claim("{}\n"), CLAIM_NO);
}

static void a_head_that_is_cut_off_is_enough(void **state)
{
    (void)state;
    assert_form("{\"RemoteUrl\":1,\"x\":\"aaaa", false, LINES);
    assert_form("{\"Stats\":{},\"Results\":[{\"RemoteUrl\":1},{\"Rem", false, STREAM);
    assert_form("{\n \"RemoteUrl\":1,\n \"x\":\"aaaa", false, STREAM);
    assert_form("[{\"RemoteUrl\":1,\"x\":", false, STREAM);
    assert_form("{\"Results\":[{\"RemoteUrl\":1},{\"Rem", true, STREAM);
    assert_form("{\"RemoteUrl\":1,\"x\":\"aaaa", true, LINES);
}

static void other_things_are_not_claimed(void **state)
{
    (void)state;
    assert_form("", true, NEITHER);
    assert_form("Timestamp,RemoteUrl\n1,2\n", true, NEITHER);
    assert_form("{\"name\":\"package\",\"version\":1}\n", true, NEITHER);
    assert_form("{\"Timestamp\":\"2024-01-01\",\"Level\":\"Error\",\"Type\":\"x\",\"TenantId\":1}\n", true, NEITHER);
    assert_form("{\"EventID\":3,\"Protocol\":\"tcp\",\"SourceIp\":\"10.0.0.1\",\"DestinationPort\":\"443\"}\n", true,
                NEITHER);
    assert_form("{\"category\":\"SignInLogs\",\"properties\":{\"Protocol\":1}}\n", true, NEITHER);
    assert_form("{\"ts\":1,\"id.orig_h\":\"10.0.0.1\",\"query\":\"x\"}\n", true, NEITHER);
    assert_form("\x01\x02\x03{", true, NEITHER);
    assert_form("[2024-01-01] a log line\n", true, NEITHER);
}

/* Of a first record longer than the head that tells nothing of itself so far no one can say that it is
 * something else, nor that lines follow: JSON of any shape. */
static void a_record_longer_than_the_head_may_be_a_row(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        enum form form;
    } cases[] = {
        {"{\"x\":\"aaaa", STREAM},
        {"\xef\xbb\xbf {\"x\":[1,2,", STREAM},
        {"{\"properties\":{\"x\":\"aaaa", STREAM},
        {"{\"Schema\":[{\"Name\":\"", STREAM},
        {"{\n \"x\":\"aaaa", STREAM},
        {"[{\"x\":\"aaaa", STREAM},
        {"{\"records\":[{\"x\":\"aaaa", STREAM},
        {"{\"a\":1}\n{\"x\":\"aaaa", NEITHER}, /* a record that is whole has told */
        {"[{\"a\":1},{\"x\":\"aaaa", NEITHER},
        {"{\"x\":\"aa\x01", NEITHER}, /* no JSON */
        {"{x:\"aaaa", NEITHER},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct slice head = slice_from_cstr(cases[i].head);
        assert_int_equal(SOURCE_JSON_LINES.claim(head, false), CLAIM_NO);
        assert_int_equal(SOURCE_JSON_STREAM.claim(head, false), cases[i].form == STREAM ? CLAIM_MAYBE : CLAIM_NO);
        assert_int_equal(SOURCE_JSON_LINES.claim(head, true), CLAIM_NO); /* the file itself ends there */
        assert_int_equal(SOURCE_JSON_STREAM.claim(head, true), CLAIM_NO);
    }
}

static const struct column_def *found(const struct column_def *defs, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slice_eq(defs[i].name, slice_from_cstr(name)))
            return &defs[i];
    }
    return NULL;
}

static void unknown_columns_are_found_and_typed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum type type;
    } expected[] = {
        {"b", TYPE_BOOL},    {"l", TYPE_LONG},   {"r", TYPE_REAL},    {"t", TYPE_DATETIME},      {"s", TYPE_STRING},
        {"o", TYPE_DYNAMIC}, {"n", TYPE_STRING}, {"m", TYPE_DYNAMIC}, {"k\xc3\xa9y", TYPE_LONG},
    };
    struct slice head =
        SLICE("{\"b\":true,\"l\":1,\"r\":1,\"t\":\"2024-01-01T00:00:00Z\",\"s\":\"2024-01-01T00:00:00Z\",\"o\":{},"
              "\"n\":null,\"m\":1,\"k\\u00e9y\":1,\"RemoteUrl\":\"x\"}\n"
              "{\"time\":1,\"properties\":{\"r\":1.5,\"s\":\"x\",\"m\":\"x\",\"b\":null}}\n{\"cut\":1");
    struct arena arena;
    const struct column_def *defs;
    uint32_t count;
    struct err err;
    arena_init(&arena, 0);
    assert_int_equal(SOURCE_JSON_LINES.discover(head, schema_device_network_events(), &arena, &defs, &count, &err),
                     ERR_NONE);
    assert_int_equal(count, TEST_COUNT(expected));
    for (size_t i = 0; i < TEST_COUNT(expected); i++) {
        const struct column_def *def = found(defs, count, expected[i].name);
        assert_non_null(def);
        assert_int_equal(def->type, expected[i].type);
        assert_int_equal(def->origin, COLUMN_FOUND);
    }
    arena_release(&arena);
}

/* A head of 1 MiB that would take minutes if faults were looked at again and again. */
static void hostile_heads_take_linear_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {"{\n", "[\n", "{\"a\":[\n", "[{},\n", "{\"a\":1}\n{", "{\"records\":[\n"};
    size_t len = 1 << 20;
    char *text = malloc(len);
    for (size_t i = 0; i < TEST_COUNT(pieces); i++) {
        size_t piece = strlen(pieces[i]);
        for (size_t at = 0; at < len; at++)
            text[at] = pieces[i][at % piece];
        assert_int_not_equal(SOURCE_JSON_LINES.claim(slice_of(text, len), false), CLAIM_YES);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_told_by_content),
        cmocka_unit_test(a_head_that_is_cut_off_is_enough),
        cmocka_unit_test(one_telling_name_is_enough),
        cmocka_unit_test(a_time_and_known_names_may_be_rows),
        cmocka_unit_test(a_record_longer_than_the_head_may_be_a_row),
        cmocka_unit_test(other_things_are_not_claimed),
        cmocka_unit_test(unknown_columns_are_found_and_typed),
        cmocka_unit_test(hostile_heads_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
