/*
 * test_json_stream.c - JSON of any shape: which records are found, however the input is cut into pieces, and what
 * happens to text that is none.
 */
#include "json_drive.h"
#include "test.h"

#include "base/mem.h"

#include <stdlib.h>

static struct drive drive(struct slice text, size_t block_bytes, size_t record_max)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_STREAM);
    drive.options.block_bytes = block_bytes;
    drive.options.record_max = record_max;
    drive_run(&drive, text);
    return drive;
}

struct expected {
    const char *rows;
    size_t rejects;
    enum err_code code;
};

static void assert_stream(const char *text, struct expected expected)
{
    for (size_t block = 1; block < 80; block = block < 9 ? block + 1 : block * 2) {
        struct drive got = drive(slice_from_cstr(text), block, 0);
        assert_int_equal(got.code, expected.code);
        assert_slice_equal(buf_slice(&got.rows), slice_from_cstr(expected.rows));
        assert_int_equal(got.reject_count, expected.rejects);
        if (!got.code)
            assert_int_equal(got.stats.bytes, strlen(text));
        drive_release(&got);
    }
}

static void containers_give_their_rows(void **state)
{
    (void)state;
    struct expected ab = {" RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n", 0, ERR_NONE};
    assert_stream("{\"records\":[{\"RemoteUrl\":\"a\"},{\"RemoteUrl\":\"b\"}]}", ab);
    assert_stream("{\n \"Stats\": {\"x\": [1, {}]},\n \"Schema\": [{\"Name\": \"RemoteUrl\"}],\n \"Results\" : [\n"
                  "  {\n   \"RemoteUrl\": \"a\"\n  },\n  {\"RemoteUrl\": \"b\"}\n ]\n}\n",
                  ab);
    assert_stream("{\"@odata.context\":\"]}\",\"schema\":[],\"r\\u0065sults\":[{\"RemoteUrl\":\"a\"}],\"x\":1,"
                  "\"RESULTS\":[{\"RemoteUrl\":\"b\"}]}",
                  ab);
    assert_stream("\xef\xbb\xbf[{\"RemoteUrl\":\"a\"},\r\n{\"RemoteUrl\":\"b\"}]\r\n", ab);
    assert_stream("[{\"RemoteUrl\":\"a\"}][{\"RemoteUrl\":\"b\"}]", ab);
    assert_stream("{\n \"RemoteUrl\": \"a\"\n}\n{\n \"RemoteUrl\": \"b\"\n}", ab);
    assert_stream(
        "{\"records\":[{\"category\":\"AdvancedHunting-DeviceNetworkEvents\",\"properties\":{\"RemoteUrl\":\"a\"}},"
        "{\"category\":\"x\",\"properties\":{}}]}{\"properties\":{\"RemoteUrl\":\"b\"}}",
        ab);
    assert_stream("{\"results\":[]}", (struct expected){"", 0, ERR_NONE});
    assert_stream("", (struct expected){"", 0, ERR_NONE});
    assert_stream("{\"results\":{\"RemoteUrl\":\"no\"},\"RemoteUrl\":\"a\"}",
                  (struct expected){" RemoteUrl=\"a\"\n", 0, ERR_NONE});
}

static void brackets_and_quotes_in_strings_are_text(void **state)
{
    (void)state;
    assert_stream("[{\"a\":\"}]\\\"{[\",\"RemoteUrl\":\"a\"},{\"RemoteUrl\":\"\\\\\"}]",
                  (struct expected){" RemoteUrl=\"a\"\n RemoteUrl=\"\\\\\"\n", 0, ERR_NONE});
}

static void what_is_no_record_is_rejected_and_the_rest_goes_on(void **state)
{
    (void)state;
    struct expected one = {" RemoteUrl=\"a\"\n", 0, ERR_NONE};
    one.rejects = 4;
    assert_stream("[1, \"x\" ,[{}],{\"RemoteUrl\":\"a\"},nul]", one);
    one.rejects = 2;
    assert_stream("rubbish {\n{\"RemoteUrl\":\"a\"}\n more\n", one);
    one.rejects = 1;
    assert_stream("[{\"x\":tru},{\"RemoteUrl\":\"a\"}]", one);
    assert_stream("[\n {\n  \"x\": \"open\n },\n {\n  \"RemoteUrl\": \"a\"\n }\n]\n", one);
    assert_stream("{\n \"x\": \"open\n}\n{\n \"RemoteUrl\": \"a\"\n}\n", one);
    assert_stream("[{\"RemoteUrl\":\"a\"},{\"RemoteUrl\":\"cut", one);
}

static void a_damaged_record_between_others_loses_only_itself(void **state)
{
    (void)state;
    struct expected ab = {" RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n", 1, ERR_NONE};
    static const char *const damaged[] = {"{\"RemoteUrl\":\"x}",    "{\"RemoteUrl\":x\"}", "{\"x\":{\"y\":1}",
                                          "{\"RemoteUrl\":\"x\"}}", "{\"x\":[1}",          "{\"x\":\"\\\"}"};
    for (size_t i = 0; i < TEST_COUNT(damaged); i++) {
        struct buf text;
        buf_init(&text, 0);
        buf_printf(&text, "{\"records\":[{\"RemoteUrl\":\"a\"},%s,{\"RemoteUrl\":\"b\"}]}%c", damaged[i], '\0');
        assert_stream(text.ptr, ab);
        buf_release(&text);
    }
}

static void damage_without_a_safe_place_ends_the_input(void **state)
{
    (void)state;
    struct expected one = {" RemoteUrl=\"a\"\n", 0, ERR_INPUT};
    assert_stream("{\"records\":[{\"RemoteUrl\":\"a\"}", one);
    assert_stream("{\"records\":[{\"RemoteUrl\":\"a\"}],x}", one);
    assert_stream("[{\"RemoteUrl\":\"a\"},{\"x\":\"open\n},{\"RemoteUrl\":\"b\"}]", one);
}

static void a_record_beyond_the_limit_is_rejected(void **state)
{
    (void)state;
    for (size_t block = 1; block < 200; block += 13) {
        struct drive got = drive(SLICE("[{\"RemoteUrl\":\"a\"},{\"x\":[\"0123456789012345678901234567890123456789\"]},"
                                       "{\"RemoteUrl\":\"b\"}]"),
                                 block, 30);
        assert_int_equal(got.code, ERR_NONE);
        assert_slice_equal(buf_slice(&got.rows), SLICE(" RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n"));
        assert_int_equal(got.reject_count, 1);
        assert_int_equal(got.rejects[0].kind, REJECT_TOO_LONG);
        assert_int_equal(got.rejects[0].len, 30);
        drive_release(&got);
    }
}

static void a_large_container_needs_little_memory(void **state)
{
    (void)state;
    size_t row_len = 40, rows = 200000, len = 0;
    char *text = malloc(rows * row_len + 100);
    memcpy(text, "{\"x\":[1],\"records\":[", 20);
    len = 20;
    for (size_t i = 0; i < rows; i++) {
        memcpy(text + len, "{\"RemoteUrl\":\"a\",\"x\":{\"y\":[1,2,\"}\"]}}", 37);
        len += 37;
        text[len++] = i + 1 < rows ? ',' : ']';
    }
    text[len++] = '}';
    struct drive got;
    drive_init(&got, &SOURCE_JSON_STREAM);
    got.options.block_bytes = 4096;
    got.options.first_column = schema_find(got.schema, SLICE("RemoteUrl"));
    got.skip_verify = true;
    drive_run(&got, slice_of(text, len));
    assert_int_equal(got.code, ERR_NONE);
    assert_int_equal(got.stats.rows, rows);
    assert_int_equal(got.stats.bytes, len);
    assert_true(got.largest_block <= 2 * 4096);
    drive_release(&got);
    free(text);
}

/* --- hostile text, cut anywhere, in many hands --- */

/* Pieces of JSON, most of them where they belong, and now and then a byte that does not. */
static void hostile_make(struct buf *text, size_t pieces)
{
    static const char *const rows[] = {
        "{\"RemoteUrl\":\"a\"},",
        "{\"RemoteUrl\":\"b\\\\\",\"x\":\"\\\"},{\\\"RemoteUrl\\\"\"},",
        "{\"time\":\"1\",\"properties\":{\"RemoteUrl\":\"c\",\"y\":\"}]},{\"}},",
        "{\"\\u0052emoteUrl\":\"d\",\"x\":[{\"RemoteUrl\":\"no\"},{\"RemoteUrl\":\"no\"}]},",
        "{\n  \"RemoteUrl\" : \"e\"\n },\n ",
        "{\"Type\":\"Other\"} , ",
        "1, \"},{\", [{}], nul\"x,",
        "{\"RemoteUrl\":\"h\",\"DeviceName\":\"x,[1]\",\"ActionType\":\"y\"},",
        "{\"properties\":\"x\",\"RemoteUrl\":\"i\",\"DeviceName\":\"properties:{}\",\"ActionType\":\"y\"},",
    };
    static const char *const rare[] = {"]",  "]}",     "}\n", "{\"records\":[", "[",  "\n", "\"",
                                       "\\", "{\"a\"", "},",  "{\"x\":1}",      "\r", ":",  "\xef\xbb\xbf"};
    buf_clear(text);
    buf_add_cstr(text, test_random_below(2) ? "[" : "{\"Stats\":{\"x\":[]},\"Results\":[");
    uint32_t damage = 1 + test_random_below(60);
    for (size_t i = 0; i < pieces; i++) {
        buf_add_cstr(text, rows[test_random_below(TEST_COUNT(rows))]);
        if (test_random_below(damage) == 0)
            buf_add_cstr(text, rare[test_random_below(TEST_COUNT(rare))]);
    }
}

static void assert_same(const struct drive *got, const struct drive *expected)
{
    assert_int_equal(got->code, expected->code);
    assert_slice_equal(buf_slice(&got->rows), buf_slice(&expected->rows));
    assert_int_equal(got->stats.rows_passed, expected->stats.rows_passed);
    assert_int_equal(got->stats.bytes, expected->stats.bytes);
    assert_int_equal(got->reject_count, expected->reject_count);
    for (size_t i = 0; i < got->reject_count; i++) {
        assert_int_equal(got->rejects[i].kind, expected->rejects[i].kind);
        assert_int_equal(got->rejects[i].offset, expected->rejects[i].offset);
        assert_int_equal(got->rejects[i].len, expected->rejects[i].len);
    }
    if (got->code)
        assert_string_equal(got->err.text, expected->err.text);
}

/* What a record may be long, in texts of short and of long ones. */
enum { SHORT_RECORD = 400, LONG_RECORD = 12000 };

static struct drive drive_quickly(struct slice text, size_t record_max, size_t block_bytes, unsigned threads,
                                  bool in_file)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_STREAM);
    drive.options.block_bytes = block_bytes;
    drive.options.first_column = schema_find(drive.schema, SLICE("RemoteUrl"));
    drive.options.record_max = record_max;
    drive.with_offsets = true;
    drive.threads = threads;
    drive.in_file = in_file;
    drive_run(&drive, text);
    return drive;
}

static void hostile_text_gives_the_same_however_it_is_cut(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int round = 0; round < 150; round++) {
        hostile_make(&text, test_random_below(30));
        struct drive whole = drive_quickly(buf_slice(&text), SHORT_RECORD, 1 << 16, 0, false);
        for (size_t block = 1; block < 1000; block += 1 + block / 4) {
            struct drive pieces = drive_quickly(buf_slice(&text), SHORT_RECORD, block, 0, false);
            struct drive stretches = drive_quickly(buf_slice(&text), SHORT_RECORD, block, 0, true);
            assert_same(&pieces, &whole);
            assert_same(&stretches, &whole);
            drive_release(&pieces);
            drive_release(&stretches);
        }
        drive_release(&whole);
    }
    buf_release(&text);
}

static void columns_are_found_before_a_row_is_parsed_too(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int round = 0; round < 100; round++) {
        hostile_make(&text, test_random_below(60));
        struct drive parsed = drive_quickly(buf_slice(&text), SHORT_RECORD, 1 << 16, 0, false);
        struct drive found;
        drive_init(&found, &SOURCE_JSON_STREAM);
        found.options = parsed.options;
        found.with_offsets = found.load_first = true;
        drive_run(&found, buf_slice(&text));
        assert_slice_equal(buf_slice(&found.rows), buf_slice(&parsed.rows));
        drive_release(&found);
        drive_release(&parsed);
    }
    buf_release(&text);
}

static void many_threads_give_what_one_gives(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int round = 0; round < 60; round++) {
        hostile_make(&text, 20 + test_random_below(2000));
        struct drive one = drive_quickly(buf_slice(&text), SHORT_RECORD, 1 << 20, 0, false);
        for (int in_file = 0; in_file < 2; in_file++) {
            struct drive many =
                drive_quickly(buf_slice(&text), SHORT_RECORD, 150 + test_random_below(3000), 4, in_file);
            assert_same(&many, &one);
            drive_release(&many);
        }
        drive_release(&one);
    }
    buf_release(&text);
}

/* --- rows that a filter turns away --- */

static bool has_ddns(const void *user, struct slice text)
{
    (void)user;
    return slice_find(text, SLICE("ddns"), 0) >= 0;
}

/* Mostly records that are alike, as many as a row of them is long: envelopes, or rows without one. */
static void alike_make(struct buf *text, size_t records)
{
#define PLAIN(url) "{\"RemoteUrl\":" url ",\"z\":\"and what makes it longer than a look\"},"
#define ENVELOPED(category, url)                                                                                       \
    "{\"time\":\"1\",\"category\":\"AdvancedHunting-" category                                                         \
    "\",\"properties\":{\"DeviceName\":\"d\",\"RemoteUrl\":" url ",\"z\":\"and what makes it longer than a look\"}},"
#define LINED(url)                                                                                                     \
    "{\"time\":\"1\",\n\"category\":\"AdvancedHunting-DeviceNetworkEvents\",\"properties\":{\"RemoteUrl\":" url "}},"
    static const char *const rows[] = {
        PLAIN("\"y.example\""),
        PLAIN("\"x.ddns.net\""),
        PLAIN("\"https://x.ddns.net/\""),
        PLAIN("null"),
        ENVELOPED("DeviceNetworkEvents", "\"y.example\""),
        ENVELOPED("DeviceNetworkEvents", "\"http://y.example\""),
        ENVELOPED("DeviceNetworkEvents", "\"x.ddns.net\""),
        ENVELOPED("DeviceNetworkEvents", "\"y.example\",\"x\":[{\"RemoteUrl\":\"x.ddns.net\"}]"),
        ENVELOPED("DeviceLogonEvents", "\"x.ddns.net\""),
        ENVELOPED("DeviceLogonEvents", "\"y.example\""),
        LINED("\"y.example\""),
        "{\"RemoteUrl\":\"x.ddns.net\",\"Type\":\"DeviceLogonEvents\"},",
        /* Damaged, so that the text may end there: last, and only in some. */
        LINED("\"y"),
    };
#undef PLAIN
#undef ENVELOPED
#undef LINED
    uint32_t kinds = TEST_COUNT(rows) - (test_random_below(3) != 0), kind = test_random_below(kinds);
    for (size_t i = 0; i < records; i++) {
        if (test_random_below(4) == 0)
            kind = test_random_below(kinds);
        buf_add_cstr(text, rows[kind]);
    }
}

static struct drive drive_filtered(struct slice text, const struct text_filter *filter, size_t block_bytes,
                                   unsigned threads, bool in_file)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_STREAM);
    drive.options.block_bytes = block_bytes;
    drive.options.first_column = schema_find(drive.schema, SLICE("RemoteUrl"));
    drive.options.filter = filter;
    drive.with_offsets = true;
    drive.threads = threads;
    drive.in_file = in_file;
    drive_run(&drive, text);
    return drive;
}

static void wanted_rows(struct slice rows, struct buf *out)
{
    buf_init(out, 0);
    for (ptrdiff_t end; (end = slice_find(rows, SLICE("\n"), 0)) >= 0;) {
        struct slice row = slice_cut(rows, 0, (size_t)end + 1);
        if (has_ddns(NULL, row))
            buf_add(out, row);
        rows = slice_cut(rows, (size_t)end + 1, rows.len);
    }
}

static void assert_filtered(const struct drive *some, const struct drive *all)
{
    struct buf from_some, from_all;
    wanted_rows(buf_slice(&some->rows), &from_some);
    wanted_rows(buf_slice(&all->rows), &from_all);
    assert_int_equal(some->code, all->code);
    assert_slice_equal(buf_slice(&from_some), buf_slice(&from_all));
    assert_int_equal(some->stats.rows, all->stats.rows);
    assert_int_equal(some->stats.rows_passed, all->stats.rows_passed);
    assert_int_equal(some->stats.bytes, all->stats.bytes);
    buf_release(&from_some);
    buf_release(&from_all);
}

/* Also those that are judged while a guess is scanned that then proves wrong, or by what others looked like before them. */
static void what_a_filter_turns_away_is_counted_all_the_same(void **state)
{
    (void)state;
    const struct text_judge judge = {.may = has_ddns, .may_name = has_ddns, .what = "test", .of_hosts = true};
    const struct text_filter *filter = NULL;
    struct arena arena;
    struct buf text;
    size_t turned_away = 0;
    arena_init(&arena, 0);
    buf_init(&text, 0);
    uint32_t column = schema_find(schema_device_network_events(), SLICE("RemoteUrl"));
    assert_int_equal(text_filter_ask(column, &judge, &arena, &filter, NULL), ERR_NONE);
    for (int round = 0; round < 150; round++) {
        hostile_make(&text, test_random_below(6));
        alike_make(&text, test_random_below(200));
        buf_add_cstr(&text, test_random_below(3) ? "{}]" : "");
        struct drive all = drive_filtered(buf_slice(&text), NULL, 1 << 20, 0, false);
        for (int in_file = 0; in_file < 2; in_file++) {
            size_t block_bytes = test_random_below(3) ? 150 + test_random_below(6000) : 1 << 20;
            struct drive some =
                drive_filtered(buf_slice(&text), filter, block_bytes, test_random_below(2) ? 3 : 0, in_file);
            assert_filtered(&some, &all);
            turned_away += all.row_count - some.row_count;
            drive_release(&some);
        }
        drive_release(&all);
    }
    assert_true(turned_away > 5000);
    buf_release(&text);
    arena_release(&arena);
}

/* Longer than what is read behind a stretch, and than many stretches; a brace that seems to begin a record in some. */
static void long_records_make(struct buf *text)
{
    buf_clear(text);
    buf_add_cstr(text, test_random_below(2) ? "[" : "{\"records\":[");
    bool nests = test_random_below(2); /* else what follows a record tells where it ends */
    for (uint32_t i = 3 + test_random_below(12); i > 0; i--) {
        buf_add_cstr(text, "{\"RemoteUrl\":\"a\",\"x\":[");
        for (uint32_t k = test_random_below(3) ? test_random_below(30) : test_random_below(1500); k > 0; k--)
            buf_add_cstr(text,
                         !nests || test_random_below(9) ? "\"text {\\\"\"," : "{\"y\":1},{\"RemoteUrl\":\"no\"},");
        buf_add_cstr(text, nests ? "{}]}" : "1]}");
        buf_add_cstr(text, i > 1 ? "," : "");
    }
    buf_add_cstr(text, slice_starts(buf_slice(text), SLICE("[")) ? "]" : "]}");
}

static void records_may_be_longer_than_stretches(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int round = 0; round < 60; round++) {
        long_records_make(&text);
        struct drive whole = drive_quickly(buf_slice(&text), LONG_RECORD, 1 << 20, 0, false);
        assert_int_equal(whole.code, ERR_NONE);
        for (unsigned threads = 0; threads < 4; threads += 3) {
            struct drive many =
                drive_quickly(buf_slice(&text), LONG_RECORD, 100 + test_random_below(9000), threads, true);
            assert_same(&many, &whole);
            drive_release(&many);
        }
        drive_release(&whole);
    }
    buf_release(&text);
}

static void running_out_of_memory_is_an_error_wherever_it_happens(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        mem_fail_after(0);
        struct drive got;
        drive_init(&got, &SOURCE_JSON_STREAM);
        got.options.block_bytes = 8;
        mem_fail_after(nth);
        drive_run(&got, SLICE("{\"records\":[{\"RemoteUrl\":\"\\u0061\",\"x\":{}},1,{\"RemoteUrl\":\"b\"}]}"));
        mem_fail_after(0);
        enum err_code code = got.code;
        drive_release(&got);
        if (code == ERR_NONE && nth > 10)
            break;
        assert_int_equal(code, ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(containers_give_their_rows),
        cmocka_unit_test(brackets_and_quotes_in_strings_are_text),
        cmocka_unit_test(what_is_no_record_is_rejected_and_the_rest_goes_on),
        cmocka_unit_test(a_damaged_record_between_others_loses_only_itself),
        cmocka_unit_test(damage_without_a_safe_place_ends_the_input),
        cmocka_unit_test(a_record_beyond_the_limit_is_rejected),
        cmocka_unit_test(a_large_container_needs_little_memory),
        cmocka_unit_test(hostile_text_gives_the_same_however_it_is_cut),
        cmocka_unit_test(columns_are_found_before_a_row_is_parsed_too),
        cmocka_unit_test(many_threads_give_what_one_gives),
        cmocka_unit_test(records_may_be_longer_than_stretches),
        cmocka_unit_test(what_a_filter_turns_away_is_counted_all_the_same),
        cmocka_unit_test(running_out_of_memory_is_an_error_wherever_it_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
