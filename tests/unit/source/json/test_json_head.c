/*
 * test_json_head.c - what the first bytes tell: whether an input is JSON telemetry and of which form, and which columns
 * it has that the schema does not.
 */
#include "test.h"

#include "source/json/json.h"
#include "source/json/json_head.h"

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

/* --- records are taken by what those before were like --- */

/* Values of one kind for each name, so that what single records tell can be put together. */
static void random_members(struct buf *out)
{
    static const char *const MEMBERS[] = {
        "\"Timestamp\":\"2024-01-01T00:00:00Z\"",
        "\"RemoteUrl\":\"a\\\\b\\\"c\"",
        "\"x\":1",
        "\"ColumnOfNumbers\":17",
        "\"ColumnOfText\" : \"text \\n\"",
        "\"ColumnOfTruth\":true",
        "\"ColumnOfTimes\":\"2024-01-01T00:00:00Z\"",
        "\"ColumnOfObjects\":{\"properties\":{\"inner\":1},\"records\":[{}]}",
        "\"ColumnOfLists\":[1,{\"inner\":2}]",
        "\"ColumnOf\\u004eames\":5",
        "\"y\":\"\"",
        "\"ColumnThatIsMostlyNull\":null",
        "\"ColumnThatIsMostlyNull\":false",
        "\"z\":null",
        "\"z\":1.5",
        "\"properties\":7",
        "\"RECORDS\":8",
        "\"a\\\\\\\\b\":true",
        "\"a\\\\b\":1",
        "\"InitiatingProcessFileName\":\"a.exe\"",
    };
    enum { COUNT = sizeof MEMBERS / sizeof MEMBERS[0] };
    uint32_t first = test_random_below(8) ? 0 : test_random_below(COUNT), skips = test_random_below(4) * 3;
    bool begun = false;
    for (uint32_t i = 0; i < COUNT; i++) {
        const char *member = MEMBERS[(first + i) % COUNT];
        bool rare = strstr(member, "properties\":7") || strstr(member, "RECORDS") || strstr(member, "false") ||
                    strstr(member, "1.5");
        if (test_random_below(12) < skips || (rare && test_random_below(3)))
            continue;
        buf_printf(out, "%s%s", begun ? "," : "", member);
        begun = true;
    }
}

/* False: it is spoilt in a way that may make a value one of another kind. */
static bool random_record(struct buf *out)
{
    uint32_t form = test_random_below(16);
    size_t start = out->len;
    buf_add_cstr(out, form < 8 ? "{\"x\":\"outer\",\"tenantId\":\"t\",\"properties\":{" : "{");
    random_members(out);
    if (form < 8)
        buf_add_cstr(out, form == 0   ? "},\"properties\":{\"ColumnOfNumbers\":1}}"
                          : form == 1 ? "},\"properties\":null,\"outer\":1}"
                                      : "},\"Tenant\":\"x\"}");
    else
        buf_add_cstr(out, form == 8 ? ",\"RECORDS\":[{\"ColumnOfText\":\"in a container\"}]}" : "}");
    uint32_t len = (uint32_t)(out->len - start), spoils = test_random_below(24);
    if (spoils == 0)
        out->len = start + test_random_below(len);
    else if (spoils == 1)
        out->ptr[start + test_random_below(len)] = "{}[],:\"\\x\n"[test_random_below(10)];
    return spoils > 1 && form != 1 && form != 8;
}

struct alone {
    struct arena arena;
    struct column_def defs[64];
    uint32_t count;
};

/* What a record tells when nothing is known of others; an object within an array is no container. */
static bool discover_alone(void *user, struct slice record, bool complete)
{
    struct alone *alone = user;
    const struct column_def *defs;
    uint32_t count;
    if (!complete)
        return true;
    struct slice head = arena_printf(&alone->arena, "[%.*s]", (int)record.len, record.ptr);
    assert_int_equal(json_discover(head, schema_device_network_events(), &alone->arena, &defs, &count, NULL), ERR_NONE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        while (at < alone->count && !slice_eq(alone->defs[at].name, defs[i].name))
            at++;
        assert_true(at < TEST_COUNT(alone->defs));
        if (at == alone->count)
            alone->defs[alone->count++] = defs[i];
        else if (alone->defs[at].type == TYPE_STRING) /* or nothing but null so far */
            alone->defs[at].type = defs[i].type;
    }
    return true;
}

static void a_head_tells_what_its_records_tell_one_by_one(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int i = 0; i < 20000; i++) {
        static const struct {
            const char *begin, *between, *end;
        } FORMS[] = {
            {"", "\n", "\n"}, {"[", ",\n", "]"}, {"{\"Schema\":[{}],\"Results\":[", ",", "]}\n"}, {"", "", ""}};
        uint32_t form = test_random_below(TEST_COUNT(FORMS)), records = 1 + test_random_below(9);
        bool same_kinds = true;
        buf_clear(&text);
        buf_add_cstr(&text, FORMS[form].begin);
        for (uint32_t r = 0; r < records; r++) {
            buf_add_cstr(&text, r ? FORMS[form].between : "");
            same_kinds &= random_record(&text);
        }
        buf_add_cstr(&text, FORMS[form].end);
        struct alone alone = {0};
        const struct column_def *defs;
        uint32_t count;
        arena_init(&alone.arena, 0);
        struct slice head = arena_copy(&alone.arena, buf_slice(&text)); /* its end is guarded under ASan */
        struct json_head_walk walk = {.head = head, .each = discover_alone, .user = &alone};
        json_head_walk(&walk);
        assert_int_equal(json_discover(head, schema_device_network_events(), &alone.arena, &defs, &count, NULL), 0);
        assert_int_equal(count, alone.count);
        for (uint32_t c = 0; c < count; c++) {
            assert_slice_equal(defs[c].name, alone.defs[c].name);
            assert_true(defs[c].type == alone.defs[c].type || !same_kinds);
        }
        arena_release(&alone.arena);
    }
    buf_release(&text);
}

/* A key that held a number in the records before may hold rows in the next. */
static void a_known_key_may_make_a_record_a_container(void **state)
{
    (void)state;
    struct slice head =
        SLICE("{\"Results\":8,\"x\":1}\n{\"Results\":8,\"x\":1}\n{\"Results\":[{\"inner\":1}],\"x\":1}\n");
    struct arena arena;
    const struct column_def *defs;
    uint32_t count;
    arena_init(&arena, 0);
    assert_int_equal(json_discover(head, schema_device_network_events(), &arena, &defs, &count, NULL), ERR_NONE);
    assert_int_equal(count, 3);
    assert_non_null(found(defs, count, "inner"));
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
        cmocka_unit_test(a_head_tells_what_its_records_tell_one_by_one),
        cmocka_unit_test(a_known_key_may_make_a_record_a_container),
        cmocka_unit_test(hostile_heads_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
