/*
 * test_json_lines.c - JSON lines: which rows and rejects come of them, what is decoded, and that neither the size of a
 * block nor the quick path changes an answer.
 */
#include "json_drive.h"
#include "test.h"

#include "base/mem.h"
#include "event/text_filter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define ENVELOPE(row) "{\"time\":\"t\",\"category\":\"AdvancedHunting-DeviceNetworkEvents\",\"properties\":" row "}"

static uint32_t column(const char *name)
{
    return schema_find(schema_device_network_events(), slice_from_cstr(name));
}

static struct drive drive(struct slice text, size_t block_bytes, bool strict)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_LINES);
    drive.options.first_column = column("RemoteUrl");
    drive.options.block_bytes = block_bytes;
    drive.options.strict = strict;
    drive_run(&drive, text);
    assert_int_equal(drive.code, ERR_NONE);
    return drive;
}

/* All columns are looked for by their keys, before rows are checked. */
static struct drive drive_found(struct slice text, size_t block_bytes)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_LINES);
    drive.options.first_column = column("RemoteUrl");
    drive.options.block_bytes = block_bytes;
    drive.load_first = true;
    drive_run(&drive, text);
    assert_int_equal(drive.code, ERR_NONE);
    return drive;
}

/* The rows of text, the same for every block size and both paths, with so many rejects and passed records. */
static void assert_rows(const char *text, const char *rows, size_t rejects, uint64_t passed)
{
    static const size_t sizes[] = {1, 7, 64, 1 << 20};
    for (size_t i = 0; i < 2 * TEST_COUNT(sizes); i++) {
        struct drive got = drive(slice_from_cstr(text), sizes[i / 2], i % 2);
        assert_slice_equal(buf_slice(&got.rows), slice_from_cstr(rows));
        assert_int_equal(got.reject_count, rejects);
        assert_int_equal(got.stats.rows_passed, passed);
        assert_int_equal(got.stats.rows, got.row_count + rejects);
        assert_int_equal(got.stats.bytes, strlen(text));
        drive_release(&got);
    }
}

static void rows_envelopes_and_containers_mix(void **state)
{
    (void)state;
    assert_rows("{\"RemoteUrl\":\"a\"}\n" ENVELOPE(
                    "{\"RemoteUrl\":\"b\"}") "\n"
                                             "{\"RECORDS\":[" ENVELOPE(
                                                 "{\"RemoteUrl\":\"c\"}") ",{\"RemoteUrl\":\"d\"}]}\n"
                                                                          "[{\"RemoteUrl\":\"e\"}]\n{\"records\":[]}\n{"
                                                                          "\"properties\":1,\"RemoteUrl\":\"f\"}\n",
                " RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n RemoteUrl=\"c\"\n RemoteUrl=\"d\"\n"
                " RemoteUrl=\"e\"\n RemoteUrl=\"f\"\n",
                0, 0);
}

static void elements_of_a_container_are_judged_alone_but_not_those_of_a_damaged_one(void **state)
{
    (void)state;
    assert_rows("[{\"RemoteUrl\":\"a\"},{\"x\":tru},{\"RemoteUrl\":\"b\"}, 1]\n",
                " RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n", 2, 0);
    assert_rows("{\"r\\u0065cord\\u0073\":[{\"RemoteUrl\":\"a\"}]}\n", " RemoteUrl=\"a\"\n", 0, 0);
    /* What the bracket of a container's rows can't be: neither road takes it for one. */
    assert_rows("{\"records\":[\\\"x\":\"a\"\"b\":1,}\n{\"RemoteUrl\":\"b\"}\n", " RemoteUrl=\"b\"\n", 1, 0);
    assert_rows("{\"records\":[{\"RemoteUrl\":\"a\"}]\n{\"RemoteUrl\":\"b\"}\n", " RemoteUrl=\"b\"\n", 1, 0);
    assert_rows("[{\"RemoteUrl\":\"a\"}] [{\"RemoteUrl\":\"a\"}]\n{\"RemoteUrl\":\"b\"}\n", " RemoteUrl=\"b\"\n", 1, 0);
}

/* Its end is met while it is scanned, if it is longer than a block of usual size. */
static void a_line_of_a_container_ends_at_its_newline_wherever_that_is(void **state)
{
    (void)state;
    static const char next[] = "\n[{\"RemoteUrl\":\"b\"}]\n";
    static const struct {
        const char *line;
        size_t rejects;
        bool gives_row;
    } lines[] = {
        {"[{\"RemoteUrl\":\"a\"}] \t\r", 0, true},
        {"[{\"RemoteUrl\":\"a\"}] \v", 1, false},
        {"{\"records\":[{\"RemoteUrl\":\"a\"}],\"x\":[{}]}\r", 0, true},
        {"[{\"RemoteUrl\":\"a\"}", 1, false},
        {"[{\"RemoteUrl\":\"a\"}]]", 1, false},
        {"[{\"RemoteUrl\":\"a\"}] {\"RemoteUrl\":\"a\"}", 1, false},
        {"[{\"RemoteUrl\":\"a\"}\n]", 2, false},
        {"[{\"RemoteUrl\":\"a\"},\n{\"RemoteUrl\":\"a\"}]", 2, false},
        {"[{\"RemoteUrl\":\"a\",\n\"x\":1}]", 2, false},
        {"[{\"RemoteUrl\":\"a\n\"}]", 2, false},
        {"[{\"RemoteUrl\":\"a\\\n\"}]", 2, false},
        {"[1\n,{\"RemoteUrl\":\"a\"}]", 2, false},
        {"[\"x\n\"]", 2, false},
        {"{\"records\":[{\"RemoteUrl\":\"a\"}]\n}", 2, false},
        {"{\"records\":[{\"RemoteUrl\":\"a\"}],\n\"x\":1}", 2, false},
        {"{\"records\":[{\"RemoteUrl\":\"a\"}],\"x\":\n1}", 2, false},
        {"{\"records\":[{\"RemoteUrl\":\"a\"}],\"x\":{\n}}", 2, false},
        {"{\n\"records\":[{\"RemoteUrl\":\"a\"}]}", 2, false},
        {"{\"records\"\n:[{\"RemoteUrl\":\"a\"}]}", 2, false},
    };
    for (size_t i = 0; i < TEST_COUNT(lines); i++) {
        char text[200];
        snprintf(text, sizeof text, "%s%s", lines[i].line, next);
        assert_rows(text, lines[i].gives_row ? " RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n" : " RemoteUrl=\"b\"\n",
                    lines[i].rejects, 0);
        snprintf(text, sizeof text, "%s", lines[i].line); /* the input ends there */
        assert_rows(text, lines[i].gives_row ? " RemoteUrl=\"a\"\n" : "", lines[i].rejects, 0);
    }
}

static void line_ends_marks_and_blank_lines_are_tolerated(void **state)
{
    (void)state;
    assert_rows("\xef\xbb\xbf{\"RemoteUrl\":\"a\"}\r\n\r\n  \n\t{\"RemoteUrl\" : \"b\" } \r\n{\"RemoteUrl\":\"c\"}",
                " RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n RemoteUrl=\"c\"\n", 0, 0);
    assert_rows("", "", 0, 0);
    assert_rows("\n\n", "", 0, 0);
}

static void other_categories_and_tables_are_passed_over(void **state)
{
    (void)state;
    assert_rows("{\"category\":\"AdvancedHunting-DeviceEvents\",\"properties\":{\"RemoteUrl\":\"a\"}}\n"
                "{\"properties\":{\"RemoteUrl\":\"b\"},\"category\":null}\n"
                "{\"properties\":{\"RemoteUrl\":\"c\"}}\n"
                "{\"Type\":\"DeviceEvents\",\"RemoteUrl\":\"d\"}\n{\"RemoteUrl\":\"e\",\"$table\":\"X\"}\n"
                "{\"Type\":\"\",\"$table\":\"DeviceNetworkEvents\",\"RemoteUrl\":\"f\"}\n"
                "{\"properties\":{\"RemoteUrl\":\"g\"},\"category\":\"x}\",\"a\":\"},\"}\n",
                " RemoteUrl=\"c\"\n RemoteUrl=\"f\"\n", 0, 5);
}

static void text_outside_of_records_is_always_rejected(void **state)
{
    (void)state;
    assert_rows(
        "garbage\n\"RemoteUrl\"\n\x01\x02\n{\"RemoteUrl\":\"a\"}\n{\"RemoteUrl\":\"b\"\n{\"RemoteUrl\":\"c\"}{}\n",
        " RemoteUrl=\"a\"\n", 5, 0);
    assert_rows("[1,{\"RemoteUrl\":\"a\"},\"x\"]\n", " RemoteUrl=\"a\"\n", 2, 0);
    /* Cut off where it happens to end in a brace. */
    assert_rows("{\"RemoteUrl\":\"a\"}\n{\"x\":{\"RemoteUrl\":\"b\"}", " RemoteUrl=\"a\"\n", 1, 0);
}

static void a_row_that_survives_is_rejected_if_malformed(void **state)
{
    (void)state;
    assert_rows("{\"RemoteUrl\":\"a\",\"x\":tru}\n{\"x\":,\"RemoteUrl\":\"b\"}\n{\"RemoteUrl\":\"c\",\"x\":\"\t\"}\n",
                "", 3, 0);
}

/*
 * A member that other rows begin with needs a comma where it is not the first. Rows have room behind them for the kernel that
 * takes members.
 */
static void what_begins_other_rows_needs_its_comma(void **state)
{
    (void)state;
#define PAD    ",\"AdditionalFields\":\"................................................................\""
#define ROW(x) "{" x PAD PAD PAD "}\n"
#define NAME_URL                                                                                                       \
    ROW("\"DeviceName\":\"n\",\"RemoteUrl\":\"a\"")                                                                    \
    ROW("\"RemoteUrl\":\"b\",\"DeviceName\":\"n\"")
    static const char *const malformed[] = {
        NAME_URL ROW("\"RemoteUrl\":\"c\"\"DeviceName\":\"n\""),
        NAME_URL ROW("\"RemoteUrl\":\"b\",\"Protocol\":\"Tcp\",\"DeviceName\":\"n\"")
            ROW("\"RemoteUrl\":\"c\",\"Protocol\":\"Tcp\"\"DeviceName\":\"n\""),
        NAME_URL ROW("\"Protocol\":\"Tcp\",\"RemoteUrl\":\"b\",\"DeviceName\":\"n\"")
            ROW("\"Protocol\":\"Tcp\"\"RemoteUrl\":\"c\""),
        NAME_URL ROW("\"Protocol\":\"Tcp\",\"RemoteUrl\":\"b\",\"DeviceName\":\"n\"")
            ROW("\"Protocol\":\"Tcp\",\"RemoteUrl\":\"c\"\"DeviceName\":\"n\""),
    };
    for (size_t i = 0; i < 2 * TEST_COUNT(malformed); i++) {
        struct drive got = drive(slice_from_cstr(malformed[i / 2]), 1 << 20, i % 2);
        assert_int_equal(got.reject_count, 1);
        assert_int_equal(got.row_count, i < 2 ? 2 : 3);
        drive_release(&got);
    }
#undef PAD
#undef ROW
#undef NAME_URL
}

static void keys_count_where_they_stand_and_the_last_of_two_counts(void **state)
{
    (void)state;
    assert_rows(
        "{\"x\":{\"RemoteUrl\":\"no\"},\"RemoteUrl\":\"a\"}\n"
        "{\"RemoteUrl\":\"no\",\"RemoteUrl\":\"b\"}\n"
        "{\"Remote\\u0055rl\":\"c\"}\n{\"RemoteUrl\":\"no\",\"\\u0052emoteUrl\":\"d\"}\n"
        "{\"x\":\"\\\"RemoteUrl\\\":\\\"no\\\"\"}\n{\"x\":\"{\\\"a\\\":{\\\"RemoteUrl\\\":1}}\",\"RemoteUrl\":\"e\"}\n"
        "{\"a\\\\\":{\"RemoteUrl\":\"no\"}}\n",
        " RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n RemoteUrl=\"c\"\n RemoteUrl=\"d\"\n\n RemoteUrl=\"e\"\n"
        "\n",
        0, 0);
    /* The end of another key, and blanks around the colon; with enough text behind them for a look at many bytes at once. */
    assert_rows("{\"x\\\"RemoteUrl\":\"no\",\"z\":\"and what makes the line longer\"}\n"
                "{\"RemoteUrl\" :\"a\",\"z\":\"and what makes the line longer\"}\n"
                "{\"RemoteUrl\": \"b\",\"z\":\"and what makes the line longer\"}\n"
                "{\"RemoteUrl\":\"c\",\"z\":\"and what makes the line longer\"}\n",
                "\n RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n RemoteUrl=\"c\"\n", 0, 0);
    assert_rows(ENVELOPE("{\"RemoteUrl\":null},\"RemoteUrl\":\"no\"") "\n", "\n", 0, 0);
    assert_rows("{\"properties\":{\"RemoteUrl\":\"no\"},\"properties\":{\"RemoteUrl\":\"a\"}}\n", " RemoteUrl=\"a\"\n",
                0, 0);
}

static void values_are_read_as_their_columns_say(void **state)
{
    (void)state;
    assert_rows("{\"RemoteUrl\":\"\\u0061\\u002eb\\ud800\xff\",\"RemotePort\":443.0,\"ReportId\":18984951960}\n"
                "{\"RemoteUrl\":5,\"RemotePort\":\"443\",\"LocalPort\":4294967296,\"Timestamp\":\"yesterday\"}\n"
                "{\"RemoteUrl\":\"-\",\"AdditionalFields\":{\"a\": [1]},\"IsInitiatingProcessRemoteSession\":true}\n"
                "{\"TimeGenerated\":\"2024-01-01T01:00:00+01:00\"}\n",
                " RemotePort=443 RemoteUrl=\"a.b\xef\xbf\xbd\xef\xbf\xbd\" ReportId=18984951960\n\n"
                " RemoteUrl=\"-\" AdditionalFields=\"{\\\"a\\\": [1]}\" IsInitiatingProcessRemoteSession=true\n"
                " Timestamp=\"2024-01-01T00:00:00.0000000Z\" TimeGenerated=\"2024-01-01T00:00:00.0000000Z\"\n",
                0, 0);
    struct drive got = drive(SLICE("{\"RemoteUrl\":5,\"RemotePort\":\"443\",\"LocalPort\":4294967296}"), 100, false);
    assert_int_equal(got.stats.cells_bad, 3);
    drive_release(&got);
}

static void only_the_asked_column_is_decoded(void **state)
{
    (void)state;
    struct drive got;
    drive_init(&got, &SOURCE_JSON_LINES);
    got.options.first_column = column("RemoteUrl");
    got.skip_verify = true;
    drive_run(&got, SLICE("{\"RemoteUrl\":\"a\",\"RemotePort\":1}\n" ENVELOPE("{\"RemoteUrl\":\"b\"}") "\n"));
    assert_int_equal(got.stats.rows, 2);
    assert_int_equal(got.stats.rows_parsed, 0);
    for (uint32_t c = 0; c < got.schema->count; c++)
        assert_int_equal(got.stats.cells[c], c == got.options.first_column ? 2 : 0);
    drive_release(&got);
}

/* The rows that come where all columns are loaded before they are checked, and how many one column's loading parses. */
static void assert_found(const char *text, const char *rows, uint64_t parsed)
{
    struct drive got = drive_found(slice_from_cstr(text), 1 << 20);
    assert_slice_equal(buf_slice(&got.rows), slice_from_cstr(rows));
    drive_release(&got);
    drive_init(&got, &SOURCE_JSON_LINES);
    got.options.first_column = column("RemoteUrl");
    got.load_only = "RemotePort";
    drive_run(&got, slice_from_cstr(text));
    assert_int_equal(got.stats.rows_parsed, parsed);
    drive_release(&got);
}

static void further_columns_are_found_by_their_keys(void **state)
{
    (void)state;
    assert_found("{\"RemoteUrl\":\"a\",\"RemotePort\":1}\n{\"RemotePort\" :\t2 , \"RemoteUrl\":null}\n{}\n"
                 "{\"x\":\"\\\"RemotePort\\\":3\"}\n",
                 " RemotePort=1 RemoteUrl=\"a\"\n RemotePort=2\n\n\n", 0);
    /* In an envelope: before the row, in it, behind it. */
    assert_found("{\"RemotePort\":1,\"properties\":{\"RemoteUrl\":\"a\"},\"category\":"
                 "\"AdvancedHunting-DeviceNetworkEvents\"}\n" ENVELOPE(
                     "{\"RemotePort\":2}") "\n"
                                           "{\"properties\":{\"RemoteUrl\":\"b\"} , \"RemotePort\":3}\n",
                 " RemoteUrl=\"a\"\n RemotePort=2\n RemoteUrl=\"b\"\n", 0);
    /* What the full parser must look at: the key twice, perhaps spelt with escapes, no scalar, malformed, cut off. */
    assert_found("{\"RemotePort\":1,\"RemotePort\":2}\n{\"Remote\\u0050ort\":3}\n{\"RemotePort\":[4]}\n"
                 "{\"RemotePort\":1 2}\n{\"RemotePort\":1\n{\"RemotePort\"",
                 " RemotePort=2\n RemotePort=3\n\n", 6);
}

static void a_column_that_another_stands_in_for_is_found(void **state)
{
    (void)state;
    assert_found("{\"RemoteUrl\":\"a\",\"TimeGenerated\":\"2024-01-01T00:00:00Z\"}\n"
                 "{\"Timestamp\":null,\"TimeGenerated\":\"2024-01-02T00:00:00Z\"}\n",
                 " Timestamp=\"2024-01-01T00:00:00.0000000Z\" RemoteUrl=\"a\" "
                 "TimeGenerated=\"2024-01-01T00:00:00.0000000Z\"\n"
                 " Timestamp=\"2024-01-02T00:00:00.0000000Z\" TimeGenerated=\"2024-01-02T00:00:00.0000000Z\"\n",
                 0);
}

static void a_record_beyond_the_limit_is_rejected_and_the_rest_goes_on(void **state)
{
    (void)state;
    char text[700];
    int len =
        snprintf(text, sizeof text, "{\"RemoteUrl\":\"a\"}\n{\"RemoteUrl\":\"%0500d\"}\n{\"RemoteUrl\":\"b\"}\n", 0);
    for (size_t block = 1; block < 800; block += 37) {
        struct drive got;
        drive_init(&got, &SOURCE_JSON_LINES);
        got.options.block_bytes = block;
        got.options.record_max = 100;
        drive_run(&got, slice_of(text, (size_t)len));
        assert_slice_equal(buf_slice(&got.rows), SLICE(" RemoteUrl=\"a\"\n RemoteUrl=\"b\"\n"));
        assert_int_equal(got.reject_count, 1);
        assert_int_equal(got.rejects[0].kind, REJECT_TOO_LONG);
        assert_int_equal(got.rejects[0].offset, 18);
        assert_int_equal(got.rejects[0].len, 100);
        drive_release(&got);
    }
}

static void a_row_knows_where_it_begins(void **state)
{
    (void)state;
    struct drive got;
    drive_init(&got, &SOURCE_JSON_LINES);
    got.with_offsets = true;
    got.options.block_bytes = 20;
    drive_run(&got, SLICE("\xef\xbb\xbf{\"RemoteUrl\":\"a\"}\n\n {\"RemoteUrl\":\"b\"}\n[ {\"RemoteUrl\":\"c\"}]"));
    assert_slice_equal(buf_slice(&got.rows), SLICE("3 RemoteUrl=\"a\"\n23 RemoteUrl=\"b\"\n43 RemoteUrl=\"c\"\n"));
    drive_release(&got);
}

static void a_record_longer_than_a_block_is_read(void **state)
{
    (void)state;
    size_t len = 64 << 20;
    char *text = malloc(len);
    memset(text, 'x', len);
    memcpy(text, "{\"RemoteUrl\":\"a\",\"x\":\"", 22);
    memcpy(text + len - 3, "\"}\n", 3);
    struct drive got = drive(slice_of(text, len), 0, false);
    assert_slice_equal(buf_slice(&got.rows), SLICE(" RemoteUrl=\"a\"\n"));
    drive_release(&got);
    free(text);
}

static void running_out_of_memory_is_an_error_wherever_it_happens(void **state)
{
    (void)state;
    struct slice text =
        SLICE("{\"RemoteUrl\":\"a\\u0041\",\"x\":{}}\nbad\n[{\"RemoteUrl\":\"b\"}]\n" ENVELOPE("{}") "\n");
    for (uint64_t nth = 1;; nth++) {
        struct drive got;
        drive_init(&got, &SOURCE_JSON_LINES);
        got.options.first_column = column("RemoteUrl");
        got.options.block_bytes = 8;
        mem_fail_after(nth);
        drive_run(&got, text);
        mem_fail_after(0);
        enum err_code code = got.code;
        drive_release(&got);
        if (code == ERR_NONE && nth > 10)
            break;
        assert_int_equal(code, ERR_MEMORY);
    }
}

static size_t append(char *out, size_t len, const char *text)
{
    memcpy(out + len, text, strlen(text));
    return len + strlen(text);
}

/* Lines put together at random from what is hard to tell apart. */
static size_t hostile_line(char *out, uint64_t *random_state)
{
    static const char *const pieces[] = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\"",
        "\\",
        "\\\"",
        "\\\\",
        "\"RemoteUrl\"",
        "\"RemoteUrl\":\"x.ddns.net\"",
        "\"RemoteUrl\" : null",
        "\"properties\":{",
        "\"category\":\"AdvancedHunting-DeviceNetworkEvents\"",
        "\"category\":\"c}\"",
        "\"Type\":\"T\"",
        "\"$table\":\"\"",
        "\"Remote\\u0055rl\":1",
        "\"a\":{}",
        "\"b\":[{}]",
        "\"c\":\"{}\"",
        "\"d\":\"\\\\\"",
        "\"e\":\"},\"",
        "\"f\":\"\\\":{\"",
        "\"records\":[",
        "}}",
        "},",
        "\"t\":\"}\"",
        "\"\\u0070roperties\":{",
        "\r",
        "\"\\u00e9\":1",
        "{\"RemoteUrl\":\"y\"}",
        "\"g\":-1.5e3",
        "\"h\":tru",
        "\"RemotePort\":443",
        "\"RemotePort\" : 1",
        "\"Remote\\u0050ort\":2",
        "\"i\":\"\\\"RemotePort\\\":5\"",
        "\"RemotePort\":",
        "\"ActionType\":\"x\"",
        "\"TimeGenerated\":\"2024-01-01\"",
    };
    size_t len = 0;
    unsigned count = 1 + (unsigned)(*random_state >> 40) % 9;
    bool sound = *random_state >> 20 & 1; /* begins and ends as a record does, with commas between its pieces */
    len = append(out, len, sound ? "{" : "");
    for (unsigned i = 0; i < count; i++) {
        *random_state = *random_state * 6364136223846793005u + 1442695040888963407u;
        const char *piece = pieces[(*random_state >> 33) % TEST_COUNT(pieces)];
        len = append(out, append(out, len, sound && i ? "," : ""), piece);
        if (sound && strchr(piece, '{') && !strchr(piece, '}') && !strchr(piece, '['))
            len = append(out, len, "\"z\":1}");
    }
    return append(out, len, sound ? "}\n" : "\n");
}

static void the_quick_path_equals_the_full_parser_on_hostile_lines(void **state)
{
    (void)state;
    uint64_t random_state = 7;
    size_t rows = 0;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    for (int round = 0; round < 300; round++) {
        size_t len = 0;
        for (int i = 0; i < 100; i++)
            len += hostile_line(text + len, &random_state);
        struct drive quick = drive(slice_of(text, len), 300, false), full = drive(slice_of(text, len), 300, true);
        struct drive found = drive_found(slice_of(text, len), 300);
        assert_slice_equal(buf_slice(&quick.rows), buf_slice(&full.rows));
        assert_slice_equal(buf_slice(&found.rows), buf_slice(&full.rows));
        assert_int_equal(found.stats.rows_passed + found.reject_count, full.stats.rows_passed + full.reject_count);
        assert_int_equal(quick.stats.rows_passed + quick.reject_count, full.stats.rows_passed + full.reject_count);
        rows += quick.row_count;
        drive_release(&quick);
        drive_release(&full);
        drive_release(&found);
    }
    free(text);
    assert_true(rows > 1000); /* the generator makes sense */
}

/* --- rows whose columns are found by the keys of the rows before --- */

/* A compact row like all others, but for one thing about one in `share`. */
static size_t laid_line(char *out, uint32_t share)
{
    static const char *const usual[] = {
        "\"Timestamp\":\"2024-01-01T00:00:00Z\"",
        "\"DeviceName\":\"a\"",
        "\"LocalPort\":7",
        "\"RemotePort\":443",
        "\"Extra\":\"\\\"RemotePort\\\":5,\\\\\\\":\"",
        "\"RemoteUrl\":\"x.example\"",
    };
    static const char *const others[] = {
        "\"DeviceName\":null",
        "\"DeviceName\":\"\\u0041\u00e9\"",
        "\"DeviceName\":\"a text that is longer than what is looked at when texts are short, by some\"",
        "\"RemotePort\":-8",
        "\"RemotePort\":1234567890123",
        "\"RemotePort\":80.0",
        "\"RemotePort\":\"80\"",
        "\"RemotePort\":true",
        "\"RemotePort\":{}",
        "\"RemotePort\":[1]",
        "\"RemotePort\":01",
        "\"RemotePort\":1,\"RemotePort\":2",
        "\"Remote\\u0050ort\":2",
        "\"xRemotePort\":3",
        "\"x\\\"Timestamp\":\"2024-03-03T00:00:00Z\"",
        "\"x,\\\"RemotePort\":4",
        "\"x\\\\\":\":\"",
        "\"Extra\":\":\"",
        "\"x\":{\"RemotePort\":5}",
        "\"ts\":6",
        "\"Type\":\"DeviceEvents\"",
        "\"Type\":\"DeviceNetworkEvents\"",
        "\"$table\":\"Other\"",
        "\"Type\":\"DeviceEvents\",\"x\":1 ",
        "\"properties\":{\"RemotePort\":9}",
        "\"records\":[{\"RemotePort\":9}]",
        "\"TimeGenerated\":\"2024-02-02T00:00:00Z\"",
        "\"Timestamp\":null",
        "\"LocalPort\" : 8",
        "\"LocalPort\":8 ",
        "\"LocalPort\":8}",
        "\"LocalPort\":8\r",
        "\"LocalPort\":8,",
        "\"LocalPort",
        "",
    };
    size_t len = append(out, 0, "{"), odd = test_random_below(share) ? SIZE_MAX : test_random_below(TEST_COUNT(usual));
    for (size_t i = 0; i < TEST_COUNT(usual); i++) {
        bool before = i == odd && test_random_below(2);
        const char *other = others[test_random_below(TEST_COUNT(others))];
        if (i == odd)
            len = append(out, append(out, len, other), *other && before ? "," : "");
        if (i != odd || before)
            len = append(out, len, usual[i]);
        if (i + 1 < TEST_COUNT(usual) && (i != odd || before || *other))
            len = append(out, len, ",");
    }
    return append(out, len, "}\n");
}

static struct drive drive_laid(struct slice text, size_t block_bytes, bool laid)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_LINES);
    drive.options.block_bytes = block_bytes;
    drive.options.slow = !laid;
    if (laid) {
        drive.options.columns = (struct few_columns){
            {column("DeviceName"), column("RemotePort"), column("Timestamp"), column("RemoteUrl"), column("LocalIP")},
            5};
    }
    drive_run(&drive, text);
    assert_int_equal(drive.code, ERR_NONE);
    return drive;
}

static void columns_stand_where_the_keys_of_the_rows_before_say(void **state)
{
    (void)state;
    size_t rows = 0;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    for (int round = 0; round < 150; round++) {
        size_t len = 0;
        uint32_t share = test_random_below(3) ? 8 : 1 + test_random_below(2);
        for (int i = 0; i < 300; i++)
            len += laid_line(text + len, share);
        struct slice all = slice_of(text, len - test_random_below(2) * test_random_below(30));
        size_t block_bytes = test_random_below(2) ? 100 + test_random_below(2000) : 1 << 18;
        struct drive laid = drive_laid(all, block_bytes, true), slow = drive_laid(all, block_bytes, false);
        assert_slice_equal(buf_slice(&laid.rows), buf_slice(&slow.rows));
        assert_int_equal(laid.stats.rows_passed, slow.stats.rows_passed);
        assert_int_equal(laid.stats.cells_bad, slow.stats.cells_bad);
        assert_int_equal(laid.stats.rows, slow.stats.rows);
        assert_int_equal(laid.reject_count, slow.reject_count);
        rows += laid.row_count;
        drive_release(&laid);
        drive_release(&slow);
    }
    free(text);
    assert_true(rows > 15000);
}

static void assert_as_slow(const struct drive *got, struct slice text, size_t block_bytes)
{
    struct drive slow = drive_laid(text, block_bytes, false);
    assert_slice_equal(buf_slice(&got->rows), buf_slice(&slow.rows));
    assert_int_equal(got->stats.rows, slow.stats.rows);
    assert_int_equal(got->stats.rows_passed, slow.stats.rows_passed);
    assert_int_equal(got->reject_count, slow.reject_count);
    drive_release(&slow);
}

/* Where proving lines is given up, the line in which that happens is told by all of its marks. */
static void lines_that_cannot_be_proven_are_read_all_the_same(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    for (int i = 0; i < 40; i++)
        buf_add_cstr(&text, "{\"Type\":\"DeviceEvents\", \"DeviceName\":\"a\",\"RemotePort\":1}\n");
    struct drive laid = drive_laid(buf_slice(&text), 1 << 18, true);
    assert_int_equal(laid.stats.rows_passed, 40);
    assert_as_slow(&laid, buf_slice(&text), 1 << 18);
    drive_release(&laid);
    buf_release(&text);
}

/* What is wrong with a line only as a whole: a brace too few or too many, something behind the last one. */
static void a_line_is_proven_with_its_end_alone(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"RemoteUrl\":\"a\"},", "{\"RemoteUrl\":\"a\",\"x\":{\"y\":1}",
                                        "{\"RemoteUrl\":\"a\"}}", "{\"RemoteUrl\":\"a\"},{\"x\":1}",
                                        "{\"RemoteUrl\":\"a\",",  "{\"RemoteUrl\":\"a\",\"x\":{\"y\":1}}"};
    for (size_t i = 0; i < TEST_COUNT(lines); i++) {
        struct buf text;
        struct drive whole;
        buf_init(&text, 0);
        buf_printf(&text, "{\"RemoteUrl\":\"b\"}\n%s\n{\"RemoteUrl\":\"c\"}\n", lines[i]);
        drive_init(&whole, &SOURCE_JSON_LINES);
        whole.options.whole = true;
        whole.options.first_column = column("RemoteUrl");
        drive_run(&whole, buf_slice(&text));
        assert_as_slow(&whole, buf_slice(&text), 1 << 18);
        assert_int_equal(whole.reject_count, i + 1 < TEST_COUNT(lines));
        drive_release(&whole);
        buf_release(&text);
    }
}

/* --- rows that a filter turns away --- */

static bool has_ddns(const void *user, struct slice text)
{
    (void)user;
    return slice_find(text, SLICE("ddns"), 0) >= 0;
}

/* What the rows are that the filter wants, a line each. */
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

static struct drive drive_filtered(struct slice text, const struct text_filter *filter)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_LINES);
    drive.options.first_column = column("RemoteUrl");
    drive.options.block_bytes = 4096;
    drive.options.filter = filter;
    drive_run(&drive, text);
    assert_int_equal(drive.code, ERR_NONE);
    return drive;
}

/* Each record is counted, and each wanted row is given, as if there were no filter. */
static void assert_filtered(struct slice text, const struct text_filter *filter, size_t *given, size_t *turned_away)
{
    struct drive some = drive_filtered(text, filter), all = drive_filtered(text, NULL);
    struct buf from_some, from_all;
    wanted_rows(buf_slice(&some.rows), &from_some);
    wanted_rows(buf_slice(&all.rows), &from_all);
    assert_slice_equal(buf_slice(&from_some), buf_slice(&from_all));
    assert_int_equal(some.stats.rows, all.stats.rows);
    assert_int_equal(some.stats.rows_passed, all.stats.rows_passed);
    *given += some.row_count;
    *turned_away += all.row_count - some.row_count;
    buf_release(&from_some);
    buf_release(&from_all);
    drive_release(&some);
    drive_release(&all);
}

/* Lines that are mostly alike, so that what was learnt of one is used for the next, and what is not so about some. */
static size_t alike_line(char *out)
{
#define LONG ",\"z\":\"and what makes the line longer than a look\""
    static const char *const lines[] = {
        ENVELOPE("{\"RemoteUrl\":\"y.example\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"x.ddns.net\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":null" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"https://x.ddns.net/y\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"https://x.ddns.net/\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"http://x.ddns.net\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"https://y.example/\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"http://y.example/ddns\"" LONG "}"),
        ENVELOPE("{\"RemoteUrl\":\"http:///ddns/\"" LONG "}"),
        "{\"z\":1,\"RemoteUrl\":\"https://ddns\"}",
        "{\"z\":1,\"RemoteUrl\":\"https://\"}",
        ENVELOPE("{\"RemoteUrl\":\"y.example\"" LONG ",\"RemoteUrl\":\"x.ddns.net\"}"),
        ENVELOPE("{\"RemoteUrl\":\"y.example\"" LONG ",\"Remote\\u0055rl\":\"x.ddns.net\"}"),
        ENVELOPE("{\"RemoteUrl\":\"y.example\"" LONG ",\"a\":{}}"),
        ENVELOPE("{\"a\\\"RemoteUrl\":\"y.example\"" LONG "}"),
        ENVELOPE("{\"a\":1" LONG "},\"RemoteUrl\":\"y.example\""),
        ENVELOPE("{\"RemoteUrl\":\"x.ddns.net\"" LONG "},\"Tenant\":\"t\""),
        "{\"time\":\"u\",\"category\":\"AdvancedHunting-DeviceLogonEvents\",\"properties\":{\"RemoteUrl\":\"y."
        "example\"" LONG "}}",
        "{\"time\":\"t\",\"properties\":{\"RemoteUrl\":\"y.example\"" LONG
        "},\"category\":\"AdvancedHunting-DeviceNetworkEvents\"}",
        "{\"time\":\"t\",\"properties\":{\"RemoteUrl\":\"y.example\"" LONG
        "},\"category\":\"AdvancedHunting-DeviceLogonEvents\"}",
        "{\"RemoteUrl\":\"y.example\"" LONG "}",
        "{\"RemoteUrl\":\"x.ddns.net\"" LONG "}",
        "{\"RemoteUrl\":\"y.example\",\"Type\":\"DeviceLogonEvents\"" LONG "}",
        "{\"RemoteUrl\":\"y.example\",\"$table\":\"DeviceNetworkEvents\"" LONG "}",
        "{\"RemoteUrl\":\"y.example\",\"$table\":\"DeviceLogonEvents\"" LONG "}",
        ENVELOPE("{\"RemoteUrl\":\"y.example\"" LONG "},\"category\":\"AdvancedHunting-DeviceLogonEvents\""),
        " {\"RemoteUrl\":\"y.example\"" LONG "} ",
        "[{\"RemoteUrl\":\"y.example\"" LONG "},{\"RemoteUrl\":\"x.ddns.net\"}]",
    };
#undef LONG
    /* Now and then the same kind goes on for a while. */
    static uint32_t kind;
    if (test_random_below(3) == 0)
        kind = test_random_below(TEST_COUNT(lines));
    return append(out, append(out, 0, lines[kind]), test_random_below(8) ? "\n" : "\r\n");
}

static void what_a_filter_turns_away_is_counted_all_the_same(void **state)
{
    (void)state;
    const struct text_judge judge = {.may = has_ddns, .may_name = has_ddns, .what = "test", .of_hosts = true};
    const struct text_filter *filter = NULL;
    struct arena arena;
    arena_init(&arena, 0);
    assert_int_equal(text_filter_ask(column("RemoteUrl"), &judge, &arena, &filter, NULL), ERR_NONE);
    size_t given = 0, turned_away = 0;
    uint64_t random_state = 11;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    for (int round = 0; round < 200; round++) {
        size_t len = 0;
        for (int i = 0; i < 100; i++)
            len += test_random_below(5) ? alike_line(text + len) : hostile_line(text + len, &random_state);
        assert_filtered(slice_of(text, len), filter, &given, &turned_away);
    }
    free(text);
    arena_release(&arena);
    assert_true(given > 1000 && turned_away > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_envelopes_and_containers_mix),
        cmocka_unit_test(elements_of_a_container_are_judged_alone_but_not_those_of_a_damaged_one),
        cmocka_unit_test(a_line_of_a_container_ends_at_its_newline_wherever_that_is),
        cmocka_unit_test(line_ends_marks_and_blank_lines_are_tolerated),
        cmocka_unit_test(other_categories_and_tables_are_passed_over),
        cmocka_unit_test(text_outside_of_records_is_always_rejected),
        cmocka_unit_test(a_row_that_survives_is_rejected_if_malformed),
        cmocka_unit_test(what_begins_other_rows_needs_its_comma),
        cmocka_unit_test(keys_count_where_they_stand_and_the_last_of_two_counts),
        cmocka_unit_test(values_are_read_as_their_columns_say),
        cmocka_unit_test(only_the_asked_column_is_decoded),
        cmocka_unit_test(further_columns_are_found_by_their_keys),
        cmocka_unit_test(a_column_that_another_stands_in_for_is_found),
        cmocka_unit_test(a_record_beyond_the_limit_is_rejected_and_the_rest_goes_on),
        cmocka_unit_test(a_row_knows_where_it_begins),
        cmocka_unit_test(a_record_longer_than_a_block_is_read),
        cmocka_unit_test(running_out_of_memory_is_an_error_wherever_it_happens),
        cmocka_unit_test(the_quick_path_equals_the_full_parser_on_hostile_lines),
        cmocka_unit_test(columns_stand_where_the_keys_of_the_rows_before_say),
        cmocka_unit_test(lines_that_cannot_be_proven_are_read_all_the_same),
        cmocka_unit_test(a_line_is_proven_with_its_end_alone),
        cmocka_unit_test(what_a_filter_turns_away_is_counted_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
