/*
 * test_csv.c - the CSV source, whole: the portal's and Log Analytics' files as rows, and what is wrong with others.
 */
#include "scan_text.h"

#include "base/mem.h"
#include "source/formats.h"

static const struct source_options PLAIN = {0};

#define HEAD "Timestamp,DeviceName,RemoteUrl,RemotePort,AdditionalFields\n"

static void portal_rows_are_read_by_their_header(void **state)
{
    (void)state;
    struct scan_text text =
        bytes_to_text(SLICE("\xef\xbb\xbf"
                            "RemoteUrl,RemotePort,DeviceName,Timestamp,IsInitiatingProcessRemoteSession\r\n"
                            "a.duckdns.org,443,\"pc, \"\"the\"\" one\",2024-05-06T07:08:09.1234567Z,True\r\n"
                            ",,\"two\r\nlines\",,\r\n"
                            "c,-1,,2024-05-06,0"),
                      PLAIN,
                      "Timestamp RemoteUrl RemotePort DeviceName IsInitiatingProcessRemoteSession LocalIP "
                      "LocalPort");
    assert_int_equal(text.code, ERR_NONE);
    assert_rows(text, "2024-05-06T07:08:09.1234567Z|a.duckdns.org|443|pc, \"the\" one|true||null\n"
                      "null||null|two\r\nlines|null||null\n"
                      "2024-05-06T00:00:00.0000000Z|c|-1||false||null\n");
    assert_notices(text, "opened input csv\n");
    assert_rejects(text, "");
    assert_int_equal(text.stats.rows, 3);
    assert_int_equal(text.stats.inputs, 1);
    scan_text_release(&text);
}

static void log_analytics_times_are_read(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(SLICE("TenantId,\"TimeGenerated [UTC]\",RemoteUrl,Type\n"
                                                "t,\"2/25/2025, 9:19:25.391 AM\",a,DeviceNetworkEvents\n"
                                                "t,\"12/1/2025, 12:00:00.000 PM\",b,DeviceNetworkEvents\n"
                                                "t,\"12/1/2025, 12:00:00.000 PM\",c,DeviceEvents\n"
                                                "t,nonsense,d,\n"),
                                          PLAIN, "TimeGenerated Timestamp RemoteUrl TenantId");
    assert_rows(text, "2025-02-25T09:19:25.3910000Z|2025-02-25T09:19:25.3910000Z|a|t\n"
                      "2025-12-01T12:00:00.0000000Z|2025-12-01T12:00:00.0000000Z|b|t\n"
                      "null|null|d|t\n");
    assert_notices(text, "opened input csv\n");
    assert_int_equal(text.stats.rows, 3);
    assert_int_equal(text.stats.rows_passed, 1);
    assert_int_equal(text.stats.cells_bad, 2);
    scan_text_release(&text);
}

static void times_of_an_unknown_zone_are_a_doubt(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(SLICE("\"TimeGenerated [Local Time]\",RemoteUrl\n"
                                                "\"2/25/2025, 9:19:25.391 PM\",a\n"),
                                          PLAIN, "TimeGenerated");
    assert_rows(text, "2025-02-25T21:19:25.3910000Z\n");
    assert_notices(text, "opened input csv\n"
                         "doubt input the times in column TimeGenerated are marked [Local Time], an offset that is not "
                         "known: read as UTC\n");
    scan_text_release(&text);
}

static void each_time_column_stands_in_for_the_other(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(SLICE("Timestamp,TimeGenerated,RemoteUrl\n"
                                                "2024-01-01,2024-02-02,both\n"
                                                ",2024-02-02,one\n"
                                                "2024-01-01,,other\n"
                                                ",,none\n"
                                                "bad,2024-02-02,bad\n"),
                                          PLAIN, "RemoteUrl Timestamp TimeGenerated");
    assert_rows(text, "both|2024-01-01T00:00:00.0000000Z|2024-02-02T00:00:00.0000000Z\n"
                      "one|2024-02-02T00:00:00.0000000Z|2024-02-02T00:00:00.0000000Z\n"
                      "other|2024-01-01T00:00:00.0000000Z|2024-01-01T00:00:00.0000000Z\n"
                      "none|null|null\n"
                      "bad|null|2024-02-02T00:00:00.0000000Z\n");
    assert_int_equal(text.stats.cells_bad, 1);
    scan_text_release(&text);
}

static void unknown_columns_are_found_and_typed_with_care(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(
        SLICE("RemoteUrl,Score,Ratio,Flag,When,Bag,Code,Mixed,Empty,Moment [UTC],DeviceName\n"
              "a,1,1.5,true,2024-01-01T01:02:03Z,\"{\"\"a\"\":1}\",007,1,,\"1/2/2025, 1:00:00.000 AM\",d\n"
              "b,-20,3,False,,[1],12,x,,,e\n"
              "c,,,,,,,,,,f\n"),
        PLAIN, "Score Ratio Flag When Bag Code Mixed Empty Moment");
    assert_rows(text, "1|1.5|true|2024-01-01T01:02:03.0000000Z|{\"a\":1}|007|1||2025-01-02T01:00:00.0000000Z\n"
                      "-20|3.0|false|null|[1]|12|x||null\n"
                      "null|null|null|null|null||||null\n");
    scan_text_release(&text);
}

static void named_columns_have_the_type_they_were_given(void **state)
{
    (void)state;
    const char *path = file_make("input", SLICE("RemoteUrl,RemotePort,Score\na,1,5\nb,2,x\n"));
    const struct column_def named[] = {{{"Score", 5}, TYPE_REAL, COLUMN_NAMED, COLUMN_NONE, false}};
    struct scan_text text = scan_to_text(
        (struct scan_config){.paths = &path, .path_count = 1, .named = named, .named_count = 1}, "RemoteUrl Score");
    assert_rows(text, "a|5.0\nb|null\n");
    assert_int_equal(text.stats.cells_bad, 1);
    scan_text_release(&text);
}

static void broken_rows_are_rejected_and_the_rest_goes_on(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(SLICE(HEAD "2024-01-01,a,b,1,{}\n"
                                                     "2024-01-01,few\n"
                                                     "2024-01-01,a,b,1,{},more\r\n"
                                                     "\n"
                                                     "2024-01-01,\"a\"x,b,1,{}\n"
                                                     "2024-01-01,\"a\nb\",c,1,{}\n"
                                                     "2024-01-01,z,z,1,{}\n"
                                                     "2024-01-01,\"open,b,1,{}\n"),
                                          PLAIN, "DeviceName SourceRecord SourceOffset");
    assert_rows(text, "a|2|59\na\nb|7|144\nz|9|168\n");
    assert_rejects(text, "malformed 3 @79 it has fewer cells than the header: 2024-01-01,few\n\n"
                         "malformed 4 @94 it has more cells than the header: 2024-01-01,a,b,1,{},more\r\n\n"
                         "malformed 6 @121 text stands between a closing quote and the next comma: "
                         "2024-01-01,\"a\"x,b,1,{}\n\n"
                         "malformed 10 @188 a quoted cell is not closed: 2024-01-01,\"open,b,1,{}\n\n");
    assert_int_equal(text.stats.rejected[REJECT_MALFORMED], 4);
    assert_int_equal(text.stats.rows, 7);
    scan_text_release(&text);
}

/* Without verify, what a load meets on its way is rejected, and what lies behind is not looked at. */
static void rows_are_checked_as_far_as_they_are_asked_for(void **state)
{
    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        const char *path = file_make("input", SLICE(HEAD "t,a,b,1,{},more\nt,few\nt,\"a\"x,b,1,{}\nt,a,b,1,{}\n"));
        struct scan_config config = {.paths = &path, .path_count = 1, .options = {.strict = strict}};
        struct scan *scan;
        struct err err = {0};
        assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
        struct block *block;
        struct batch *batch;
        assert_int_equal(scan_next(scan, &block, &err), ERR_NONE);
        assert_int_equal(block_split(block, &batch, &err), ERR_NONE);
        assert_int_equal(batch->row_count, strict ? 1 : 4);
        const struct column *column;
        uint32_t url = schema_find(batch->schema, SLICE("RemoteUrl"));
        assert_int_equal(batch_load(batch, url, batch->selection, &column, &err), ERR_NONE);
        batch_drop_rejected(batch);
        assert_int_equal(batch->selection->count, strict ? 1 : 2);
        struct scan_stats stats = {0};
        assert_int_equal(scan_account(scan, batch, &stats, NULL, NULL, &err), ERR_NONE);
        assert_int_equal(stats.rejected[REJECT_MALFORMED], strict ? 3 : 2);
        assert_int_equal(stats.rows, 4);
        batch_free(batch);
        scan_close(scan);
    }
}

static void only_asked_cells_of_selected_rows_are_decoded(void **state)
{
    (void)state;
    const char *path = file_make("input", SLICE(HEAD "t,a,b,1,{}\nt,a,c,1,{}\nt,a,d,1,{}\n"));
    struct scan_config config = {.paths = &path, .path_count = 1, .options = {.count_cells = true}};
    struct scan *scan;
    struct err err = {0};
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    struct block *block;
    struct batch *batch;
    assert_int_equal(scan_next(scan, &block, &err), ERR_NONE);
    assert_int_equal(block_split(block, &batch, &err), ERR_NONE);
    const struct column *column;
    uint32_t url = schema_find(batch->schema, SLICE("RemoteUrl")),
             port = schema_find(batch->schema, SLICE("RemotePort"));
    assert_int_equal(batch_load(batch, url, batch->selection, &column, &err), ERR_NONE);
    batch->selection->rows[0] = 1;
    batch->selection->count = 1;
    assert_int_equal(batch_load(batch, port, batch->selection, &column, &err), ERR_NONE);
    assert_int_equal(batch_verify(batch, &err), ERR_NONE);
    struct scan_stats stats = {.cells = calloc(batch->schema->count, sizeof(uint64_t))};
    assert_int_equal(scan_account(scan, batch, &stats, NULL, NULL, &err), ERR_NONE);
    assert_int_equal(stats.cells[url], 3);
    assert_int_equal(stats.cells[port], 1);
    assert_int_equal(stats.cells[schema_find(batch->schema, SLICE("DeviceName"))], 0);
    assert_int_equal(stats.rows_parsed, 1);
    free(stats.cells);
    batch_free(batch);
    scan_close(scan);
}

/* Each block size, down to less than a record, gives the same rows, rejects, lines and offsets. */
static void block_size_changes_nothing(void **state)
{
    (void)state;
    struct buf input;
    buf_init(&input, 0);
    buf_add_cstr(&input, HEAD);
    for (int i = 0; i < 200; i++) {
        buf_printf(&input, "2024-01-01,\"host \"\"%d\"\"\n,%.*s\",b%d,%d,\"{}\"\r\n", i, i, HEAD HEAD HEAD HEAD, i, i);
        if (i % 7 == 0)
            buf_add_cstr(&input, "bad,row\n\n");
    }
    buf_add_cstr(&input, "last,without,end,7,\"\"");
    struct scan_text expected =
        bytes_to_text(buf_slice(&input), PLAIN, "DeviceName RemoteUrl SourceRecord SourceOffset");
    assert_int_equal(expected.stats.rows, 230);
    assert_int_equal(expected.stats.bytes, input.len);
    static const size_t SIZES[] = {1, 2, 7, 64, 100, 333, 4096};
    for (size_t i = 0; i < TEST_COUNT(SIZES); i++) {
        struct scan_text text = bytes_to_text(buf_slice(&input), (struct source_options){.block_bytes = SIZES[i]},
                                              "DeviceName RemoteUrl SourceRecord SourceOffset");
        assert_slice_equal(buf_slice(&text.rows), buf_slice(&expected.rows));
        assert_slice_equal(buf_slice(&text.rejects), buf_slice(&expected.rejects));
        assert_int_equal(text.stats.rows, 230);
        assert_int_equal(text.stats.bytes, input.len);
        scan_text_release(&text);
    }
    scan_text_release(&expected);
    buf_release(&input);
}

/* Some rows as they are written, some as they are not. */
static void rows_make(struct buf *input, uint32_t seed, uint32_t strange)
{
    static const char *const CELLS[] = {"a",        "\"q\"",    "",       "\"a,b\"",  "\"x\ny\"", "\"a\"\"b\"", "\"\"",
                                        "\"\r\n\"", "5\" disk", "\"a\"b", "\"a\"\rb", "\"\"\"",   "\"open"};
    buf_add_cstr(input, "\xef\xbb\xbfRemoteUrl,DeviceName,Type\n");
    for (int row = 0; row < 60; row++) {
        for (uint32_t i = 0; i < 3; i++) {
            seed = seed * 1664525 + 1013904223;
            buf_add_cstr(input, CELLS[(seed >> 16) % (8 + ((seed >> 8) % 100 < strange ? 5U : 0))]);
            if (i < 2 || (seed >> 24) % 20 == 0)
                buf_add_char(input, ',');
        }
        buf_add_cstr(input, (seed >> 12) % 40 == 0 ? "\n\n" : (seed >> 12) % 3 == 0 ? "\r\n" : "\n");
    }
    input->len -= seed >> 20 & 3;
}

/* The same with short cuts as without, for any size of blocks. */
static void short_cuts_change_nothing(void **state)
{
    (void)state;
    static const size_t SIZES[] = {0, 1, 3, 16, 63, 64, 65, 200};
    struct buf input;
    buf_init(&input, 0);
    for (uint32_t round = 0; round < 60; round++) {
        buf_clear(&input);
        rows_make(&input, round, round % 4 * 10);
        struct source_options options = {.slow = true, .record_max = round % 5 ? 0 : 40};
        struct scan_text slow = bytes_to_text(buf_slice(&input), options, "RemoteUrl DeviceName SourceRecord");
        options.slow = false;
        for (size_t i = 0; i < TEST_COUNT(SIZES); i++) {
            options.block_bytes = SIZES[i];
            struct scan_text text = bytes_to_text(buf_slice(&input), options, "RemoteUrl DeviceName SourceRecord");
            assert_slice_equal(buf_slice(&text.rows), buf_slice(&slow.rows));
            assert_slice_equal(buf_slice(&text.rejects), buf_slice(&slow.rejects));
            assert_int_equal(text.stats.rows, slow.stats.rows);
            assert_int_equal(text.stats.rows_passed, slow.stats.rows_passed);
            assert_int_equal(text.stats.bytes, input.len);
            scan_text_release(&text);
        }
        scan_text_release(&slow);
    }
    buf_release(&input);
}

/* A record over the limit is rejected, cut, whatever the block size; the rows behind it come. */
static void record_over_the_limit_is_rejected(void **state)
{
    (void)state;
    struct buf input;
    buf_init(&input, 0);
    buf_add_cstr(&input, "DeviceName,RemoteUrl\na,b\n");
    for (int k = 0; k < 4; k++) {
        buf_add_cstr(&input, "\"");
        for (int i = 0; i < 30 * k * k * k; i++)
            buf_add_cstr(&input, "x\n\"\"");
        buf_printf(&input, "\",%d\r\n", k);
    }
    /* As long as the limit, without its line end. */
    buf_printf(&input, "%0100d,%099d\r\n", 1, 2);
    buf_printf(&input, "%0100d,%0100d\r\n", 1, 2);
    static const size_t SIZES[] = {1, 50, 150, 205, 1000, 0};
    for (size_t i = 0; i < TEST_COUNT(SIZES); i++) {
        struct scan_text text =
            bytes_to_text(buf_slice(&input), (struct source_options){.block_bytes = SIZES[i], .record_max = 200},
                          "RemoteUrl SourceRecord");
        char expected[300];
        snprintf(expected, sizeof expected, "b|2\n0|3\n1|4\n%099d|1087\n", 2);
        assert_rows(text, expected);
        assert_int_equal(text.stats.rows, 7);
        assert_int_equal(text.stats.bytes, input.len);
        assert_int_equal(text.stats.rejected[REJECT_TOO_LONG], 3);
        struct slice rejects = buf_slice(&text.rejects);
        assert_true(slice_starts(rejects, SLICE("too long 35 @157 it is longer than the limit on a record: \"x\n")));
        assert_true(slice_find(rejects, SLICE("too long 276 @1123 "), 0) > 0);
        assert_true(slice_find(rejects, SLICE("too long 1088 @"), 0) > 0);
        scan_text_release(&text);
    }
    buf_release(&input);
}

static void input_that_breaks_off_loses_its_last_row_alone(void **state)
{
    (void)state;
    const char *path = file_make("plain", SLICE(HEAD "t,a,b,1,{}\nt,c,d,2,\"{}\"\nt,e,f,3,{}"));
    char command[700];
    snprintf(command, sizeof command, "gzip -c %s > %s && truncate -s -9 %s", path, in_folder("cut"), in_folder("cut"));
    assert_int_equal(system(command), 0);
    path = in_folder("cut");
    struct scan_text text = scan_to_text((struct scan_config){.paths = &path, .path_count = 1}, "DeviceName");
    assert_rows(text, "a\nc\n");
    assert_int_equal(text.stats.rejected[REJECT_MALFORMED], 1);
    assert_non_null(strstr(buf_cstr(&text.rejects), "the input ends within it: t,e,f"));
    assert_notices(text, "opened cut csv, gzip\nfailed cut gzip data ends too early: the file is truncated\n");
    assert_int_equal(text.stats.inputs, 1);
    assert_int_equal(text.stats.inputs_failed, 1);
    scan_text_release(&text);
}

/* A signal while the reader waits for a pipe: the rows that have come are given, then the interrupt is told. */
static void interrupt_gives_the_rows_that_have_come(void **state)
{
    (void)state;
    struct scan_text text = interrupted_to_text(SLICE(HEAD "t,a,b,1,{}\nt,c,d,2,{}\nt,e,f"), PLAIN, "DeviceName");
    assert_int_equal(text.code, ERR_INTERRUPTED);
    assert_rows(text, "a\nc\n");
    assert_rejects(text, "");
    assert_int_equal(text.stats.inputs_failed, 0);
    scan_text_release(&text);
}

static void bad_utf8_and_nul_are_text(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(SLICE("RemoteUrl,DeviceName\na\xff"
                                                "b,\xc3\xa4\nc\0d,\xed\xa0\x80\n"),
                                          PLAIN, "RemoteUrl DeviceName");
    assert_slice_equal(buf_slice(&text.rows), SLICE("a\xef\xbf\xbd"
                                                    "b|\xc3\xa4\nc\0d|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"));
    scan_text_release(&text);
}

static void one_column_may_have_empty_rows(void **state)
{
    (void)state;
    struct scan_text text = bytes_to_text(SLICE("RemoteUrl\na\n\nb\n"), PLAIN, "RemoteUrl SourceRecord");
    assert_rows(text, "a|2\n|3\nb|4\n");
    scan_text_release(&text);
}

static void header_alone_has_no_rows(void **state)
{
    (void)state;
    static const struct slice FILES[] = {{"RemoteUrl,DeviceName", 20}, {"RemoteUrl,DeviceName\r\n", 22}};
    for (size_t i = 0; i < TEST_COUNT(FILES); i++) {
        struct scan_text text = bytes_to_text(FILES[i], PLAIN, "RemoteUrl");
        assert_rows(text, "");
        assert_notices(text, "opened input csv\n");
        assert_int_equal(text.stats.inputs_failed, 0);
        scan_text_release(&text);
    }
}

static void headers_are_claimed_by_what_they_name(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        enum source_claim claim;
    } CASES[] = {
        {"Timestamp,DeviceId,DeviceName\n", CLAIM_YES},
        {"\"RemoteUrl\",\"RemoteIP\"\r\n", CLAIM_YES},
        {"RemoteUrl,x,y\n", CLAIM_MAYBE},
        {"RemoteUrl", CLAIM_MAYBE},
        {"Timestamp,TimeGenerated\n", CLAIM_MAYBE},
        {"Timestamp,Level,Message\n", CLAIM_NO},
        {"Timestamp;RemoteUrl\n", CLAIM_NO},
        {"a,b,c\n", CLAIM_NO},
        {"\"RemoteUrl,DeviceName\n", CLAIM_NO},
        {"{\"RemoteUrl\":1,\"DeviceName\":2}\n", CLAIM_NO},
        {"", CLAIM_NO},
        {"remoteurl,devicename\n", CLAIM_NO},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        enum source_claim claim = SOURCE_CSV.claim(slice_from_cstr(CASES[i].head), true);
        if (claim != CASES[i].claim)
            print_error("%s\n", CASES[i].head);
        assert_int_equal(claim, CASES[i].claim);
    }
}

static void hostile_headers_are_refused(void **state)
{
    (void)state;
    struct buf header;
    buf_init(&header, 0);
    for (int i = 0; i < 5000; i++)
        buf_add_cstr(&header, "RemoteUrl,DeviceName,");
    buf_add_cstr(&header, "\n");
    const char *path = file_make("input", buf_slice(&header));
    struct scan_config config = {.paths = &path, .path_count = 1, .forced = &SOURCE_CSV};
    struct scan_text text = scan_to_text(config, "RemoteUrl");
    assert_notices(text, "failed input its header has more than 4096 cells\n");
    scan_text_release(&text);
    buf_clear(&header);
    buf_add_cstr(&header, "\"RemoteUrl");
    for (int i = 0; i < 200000; i++)
        buf_add_cstr(&header, ",......,");
    file_make("input", buf_slice(&header));
    text = scan_to_text(config, "RemoteUrl");
    assert_notices(text, "failed input its first record, the header, is longer than 1 MiB\n");
    scan_text_release(&text);
    buf_release(&header);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *path = file_make("input", SLICE(HEAD "t,\"a\"\"\xff\",b,1,\"{\"\"a\"\":1}\"\nt,b,c,2,{}\nbad\n"));
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        assert_true(nth < 200);
        struct scan_config config = {
            .paths = &path, .path_count = 1, .options = {.block_bytes = 20, .count_cells = true}};
        struct scan *scan = NULL;
        struct block *block = NULL;
        struct err err = {0};
        mem_fail_after(nth);
        enum err_code code = scan_open(&config, &scan, &err);
        while (!code && !(code = scan_next(scan, &block, &err)) && block) {
            struct batch *batch = NULL;
            code = block_split(block, &batch, &err);
            for (uint32_t i = 0; !code && i < batch->schema->count; i++) {
                const struct column *column;
                code = batch_load(batch, i, batch->selection, &column, &err);
            }
            if (!code)
                code = batch_verify(batch, &err);
            batch_free(batch);
        }
        mem_fail_after(0);
        scan_close(scan);
        failed = code != ERR_NONE;
        assert_int_equal(code, failed ? ERR_MEMORY : ERR_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(portal_rows_are_read_by_their_header),
        IN_FOLDER(log_analytics_times_are_read),
        IN_FOLDER(times_of_an_unknown_zone_are_a_doubt),
        IN_FOLDER(each_time_column_stands_in_for_the_other),
        IN_FOLDER(unknown_columns_are_found_and_typed_with_care),
        IN_FOLDER(named_columns_have_the_type_they_were_given),
        IN_FOLDER(broken_rows_are_rejected_and_the_rest_goes_on),
        IN_FOLDER(rows_are_checked_as_far_as_they_are_asked_for),
        IN_FOLDER(only_asked_cells_of_selected_rows_are_decoded),
        IN_FOLDER(block_size_changes_nothing),
        IN_FOLDER(short_cuts_change_nothing),
        IN_FOLDER(record_over_the_limit_is_rejected),
        IN_FOLDER(input_that_breaks_off_loses_its_last_row_alone),
        IN_FOLDER(interrupt_gives_the_rows_that_have_come),
        IN_FOLDER(bad_utf8_and_nul_are_text),
        IN_FOLDER(one_column_may_have_empty_rows),
        IN_FOLDER(header_alone_has_no_rows),
        cmocka_unit_test(headers_are_claimed_by_what_they_name),
        IN_FOLDER(hostile_headers_are_refused),
        IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
