/*
 * test_json_range.c - JSON of a file, cut in stretches of any size: the same rows, rejects and counts as in one
 * piece; files that fail, shrink and grow while they are read.
 */
#include "pread_faults.h"
#include "scan_text.h"

#include "base/mem.h"

#define URL(name) "{\"RemoteUrl\":\"" name "\"}"

/* A byte order mark, blank lines, CRLF, rejects of all kinds, one of them too long, and a last line that is cut. */
static const char HOSTILE[] = "\xef\xbb\xbf" URL("a") "\n" URL(
    "bb") "\r\n"
          "\n\n \n" URL(
              "c") "\n"
                   "no record\n"
                   "{\"RemoteUrl\":\"d\\\n" URL(
                       "e\\u0041") "\n"
                                   "{\"RemoteUrl\":\"too long: ...........................................\"}\n"
                                   "[" URL("f") "," URL("g") ",1]\n" URL("h") "\n" URL(
                                       "i") "\n"
                                            "{\"time\":1,\"category\":\"AdvancedHunting-DeviceEvents\",\"properties\":{"
                                            "}}\n"
                                            "{\"RemoteUrl\":\"j";
enum { RECORD_MAX = 72 };

static struct scan_text hostile_text(size_t len, size_t block_bytes)
{
    struct source_options options = {
        .block_bytes = block_bytes, .record_max = RECORD_MAX - 20, .first_column = COLUMN_NONE};
    return bytes_to_text(slice_of(HOSTILE, len), options, "RemoteUrl SourceRecord SourceOffset");
}

static void assert_same(struct scan_text *text, struct scan_text *wanted)
{
    assert_int_equal(text->code, wanted->code);
    assert_slice_equal(buf_slice(&text->rows), buf_slice(&wanted->rows));
    assert_slice_equal(buf_slice(&text->rejects), buf_slice(&wanted->rejects));
    assert_slice_equal(buf_slice(&text->notices), buf_slice(&wanted->notices));
    assert_int_equal(text->stats.bytes, wanted->stats.bytes);
    assert_int_equal(text->stats.raw_bytes, wanted->stats.raw_bytes);
    assert_int_equal(text->stats.rows, wanted->stats.rows);
    assert_int_equal(text->stats.rows_passed, wanted->stats.rows_passed);
    scan_text_release(text);
}

/* A block as long as the file is read in the serial way. */
static void every_cut_gives_the_same(void **state)
{
    (void)state;
    for (size_t len = 60; len < sizeof HOSTILE; len += len < 100 ? 1 : 7) {
        struct scan_text whole = hostile_text(len, 1000);
        assert_int_equal(whole.code, ERR_NONE);
        for (size_t block = 1; block < len; block += block < 80 ? 1 : 19) {
            struct scan_text text = hostile_text(len, block);
            assert_same(&text, &whole);
        }
        scan_text_release(&whole);
    }
}

/* Lines of containers: most are alike in length, some are not, some are none, and the last one may be cut off. */
static void containers_make(struct buf *input, uint32_t lines)
{
    for (uint32_t i = 0; i < lines; i++) {
        uint32_t roll = i ? test_random_below(12) : 11, rows = roll == 0 ? 40 : roll == 1 ? 1 : 10 + roll % 2;
        buf_add_cstr(input, roll == 2 ? "\r\n \n[]\n" : roll == 3 ? "{\"RemoteUrl\":\"a row\"}\n" : "");
        buf_add_cstr(input, "{\"records\":[");
        for (uint32_t k = 0; k < rows; k++)
            buf_printf(input, "%s{\"RemoteUrl\":\"%u of %u\"}", k ? "," : "", k, i);
        buf_add_cstr(input, roll == 4 ? "\n" : roll == 5 ? "]}]\n" : roll == 6 ? "]}\r\n" : "]}\n");
    }
    input->len -= test_random_below(3) ? 0 : test_random_below(30);
}

static struct scan_text containers_text(const char *path, size_t block_bytes)
{
    struct source_options options = {.block_bytes = block_bytes, .record_max = 900, .first_column = COLUMN_NONE};
    return scan_to_text((struct scan_config){.paths = &path, .path_count = 1, .options = options},
                        "RemoteUrl SourceRecord SourceOffset");
}

static void long_lines_of_containers_are_read_by_themselves(void **state)
{
    (void)state;
    struct buf input;
    buf_init(&input, 0);
    for (uint32_t round = 0; round < 60; round++) {
        buf_clear(&input);
        containers_make(&input, 1 + test_random_below(60));
        const char *path = file_make("input", buf_slice(&input));
        struct scan_text whole = containers_text(path, 1 << 20);
        assert_int_equal(whole.code, ERR_NONE);
        assert_int_equal(whole.stats.bytes, input.len);
        for (size_t block = 1 + test_random_below(9); block < 300; block = block * 3 / 2 + 1) {
            struct scan_text text = containers_text(path, block);
            assert_same(&text, &whole);
        }
        scan_text_release(&whole);
    }
    buf_release(&input);
}

/* What was looked at for a line's end alone may fail: the stretch's own reading tells. */
static void a_fault_among_long_lines_is_told_once(void **state)
{
    (void)state;
    struct buf input;
    buf_init(&input, 0);
    for (int i = 0; i < 50; i++)
        buf_add_cstr(&input, "{\"records\":[{\"RemoteUrl\":\"a\"},{\"RemoteUrl\":\"b\"}]}\n");
    file_make("input", buf_slice(&input));
    const int64_t line = (int64_t)input.len / 50;
    for (int64_t at = line + 1; at < (int64_t)input.len; at += line / 3) {
        fault_at = INT64_MAX;
        struct scan_text cut = containers_text(file_make("cut", slice_cut(buf_slice(&input), 0, (size_t)at)), 1 << 20);
        fault_at = at;
        struct scan_text text = containers_text(in_folder("input"), 10);
        assert_slice_equal(buf_slice(&text.rows), buf_slice(&cut.rows));
        assert_slice_equal(buf_slice(&text.rejects), buf_slice(&cut.rejects));
        assert_notices(text, "opened input ndjson\nfailed input can't be read: Input/output error\n");
        scan_text_release(&text);
        scan_text_release(&cut);
    }
    fault_at = INT64_MAX;
    buf_release(&input);
}

static struct scan_text rows_text(const char *path, size_t block_bytes)
{
    struct source_options options = {.block_bytes = block_bytes, .first_column = COLUMN_NONE};
    return scan_to_text((struct scan_config){.paths = &path, .path_count = 1, .options = options}, "RemoteUrl");
}

enum { ROWS = 400, ROW_BYTES = 22 };

static const char *rows_make(void)
{
    struct buf input;
    buf_init(&input, 0);
    for (int i = 0; i < ROWS; i++)
        buf_printf(&input, "{\"RemoteUrl\":\"h%04d\"}\n", i);
    assert_int_equal(input.len, ROWS * ROW_BYTES);
    const char *path = file_make("input", buf_slice(&input));
    buf_release(&input);
    return path;
}

/* The lines before the fault, what there is of the line at it, the failure once, and nothing that stands behind. */
static void what_stands_before_a_fault_is_given(void **state)
{
    (void)state;
    const char *path = rows_make();
    static const size_t BLOCKS[] = {1, 7, 21, 22, 23, 100, 1000, 5000};
    static const int64_t FAULTS[] = {0, 1, 21, 22, 23, 50, 999, 1000, 1001, 4400, ROWS * ROW_BYTES - 1};
    for (size_t i = 0; i < TEST_COUNT(BLOCKS) * TEST_COUNT(FAULTS); i++) {
        shrunk = false;
        fault_at = FAULTS[i % TEST_COUNT(FAULTS)];
        struct scan_text text = rows_text(path, BLOCKS[i / TEST_COUNT(FAULTS)]);
        int64_t whole = (fault_at + 1) / ROW_BYTES; /* without its newline a line is whole too */
        bool cut = fault_at % ROW_BYTES > 0 && fault_at % ROW_BYTES < ROW_BYTES - 1;
        assert_int_equal(text.rows.len, (size_t)whole * 6);
        assert_int_equal(text.stats.rejected[REJECT_MALFORMED], cut);
        assert_int_equal(text.stats.inputs_failed, 1);
        assert_notices(text, "opened input ndjson\nfailed input can't be read: Input/output error\n");
        scan_text_release(&text);
    }
    fault_at = INT64_MAX;
}

static void a_file_that_has_shrunk_ends_earlier(void **state)
{
    (void)state;
    const char *path = rows_make();
    shrunk = true;
    for (fault_at = 1000; fault_at < 1100; fault_at += 3) {
        struct scan_text text = rows_text(path, 100);
        assert_int_equal(text.code, ERR_NONE);
        assert_int_equal(text.rows.len, (size_t)((fault_at + 1) / ROW_BYTES) * 6);
        assert_int_equal(text.stats.bytes, fault_at);
        assert_int_equal(text.stats.inputs_failed, 0);
        scan_text_release(&text);
    }
    fault_at = INT64_MAX;
}

static const char *array_make(void)
{
    struct buf input;
    buf_init(&input, 0);
    for (int i = 0; i < ROWS; i++)
        buf_printf(&input, "%c{\"RemoteUrl\":\"h%04d\"}", i ? ',' : '[', i);
    buf_add_char(&input, ']');
    assert_int_equal(input.len, ROWS * ROW_BYTES + 1);
    const char *path = file_make("array", buf_slice(&input));
    buf_release(&input);
    return path;
}

/* As above, of an array: what stands before the fault, what there is of the record at it, and the failure once. */
static void an_array_is_given_up_to_a_fault(void **state)
{
    (void)state;
    const char *path = array_make();
    static const size_t BLOCKS[] = {1, 7, 21, 22, 23, 100, 1000, 5000};
    static const int64_t FAULTS[] = {0, 1, 21, 22, 23, 50, 999, 1000, 1001, 4400, ROWS * ROW_BYTES};
    for (size_t i = 0; i < TEST_COUNT(BLOCKS) * TEST_COUNT(FAULTS); i++) {
        for (int ends = 0; ends < 2; ends++) {
            shrunk = ends;
            fault_at = FAULTS[i % TEST_COUNT(FAULTS)];
            struct scan_text text = rows_text(path, BLOCKS[i / TEST_COUNT(FAULTS)]);
            bool cut = fault_at % ROW_BYTES > 1;
            assert_int_equal(text.rows.len, (size_t)(fault_at / ROW_BYTES) * 6);
            assert_int_equal(text.stats.rejected[REJECT_MALFORMED], cut);
            if (ends && fault_at > 0 && !cut)
                assert_true(slice_find(buf_slice(&text.notices), SLICE("the text ends inside of an object"), 0) >= 0);
            else if (!ends)
                assert_notices(text, "opened array json\nfailed array can't be read: Input/output error\n");
            scan_text_release(&text);
        }
    }
    fault_at = INT64_MAX;
}

static void what_is_appended_meanwhile_is_read(void **state)
{
    (void)state;
    assert_int_equal(scan_rows_of_growing(rows_make(), URL("more") "\n", 100), ROWS + 100);
}

static void assert_allocations_may_fail(const char *path)
{
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        assert_true(nth < 2000);
        struct scan_config config = {.paths = &path, .path_count = 1, .options = {.block_bytes = 3000}};
        struct scan *scan = NULL;
        struct block *block = NULL;
        struct err err = {0};
        fault_at = nth % 2 ? INT64_MAX : 7000;
        mem_fail_after(nth);
        enum err_code code = scan_open(&config, &scan, &err);
        while (!code && !(code = scan_next(scan, &block, &err)) && block) {
            struct batch *batch = NULL;
            code = block_split(block, &batch, &err);
            if (!code)
                batch_free(batch);
        }
        mem_fail_after(0);
        scan_close(scan);
        failed = code != ERR_NONE;
        assert_int_equal(code, failed ? ERR_MEMORY : ERR_NONE);
    }
    fault_at = INT64_MAX;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_allocations_may_fail(rows_make());
    assert_allocations_may_fail(array_make());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_cut_gives_the_same),
        IN_FOLDER(long_lines_of_containers_are_read_by_themselves),
        IN_FOLDER(a_fault_among_long_lines_is_told_once),
        IN_FOLDER(what_stands_before_a_fault_is_given),
        IN_FOLDER(a_file_that_has_shrunk_ends_earlier),
        IN_FOLDER(an_array_is_given_up_to_a_fault),
        IN_FOLDER(what_is_appended_meanwhile_is_read),
        IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
