/*
 * test_scan.c - the walk over all inputs: their order, what is passed over, what fails, counts, threads.
 */
#include "scan_text.h"

#include "base/mem.h"
#include "source/formats.h"

#define HEAD "RemoteUrl,DeviceName\n"

static struct scan_text scan_paths(const char *const *paths, size_t count, const char *columns)
{
    return scan_to_text((struct scan_config){.paths = paths, .path_count = count, .measure = true}, columns);
}

static void inputs_come_in_their_order_and_folders_in_byte_order(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("dir"), 0777), 0);
    assert_int_equal(mkdir(in_folder("dir/b"), 0777), 0);
    file_make("dir/b/x.csv", SLICE(HEAD "bx,1\n"));
    file_make("dir/a.csv", SLICE(HEAD "a,1\n"));
    file_make("dir/c.json", SLICE("{\"RemoteUrl\":\"c\",\"DeviceName\":\"d\"}\n"));
    file_make("dir/.hidden", SLICE(HEAD "hidden,1\n"));
    file_make("dir/notes.txt", SLICE("Nothing to see here.\n"));
    file_make("dir/empty", SLICE(""));
    file_make("last", SLICE(HEAD "last,1\n"));
    file_make("first", SLICE(HEAD "first,1\n"));
    const char *paths[] = {in_folder("first"), in_folder("dir"), in_folder("last"), in_folder("first")};
    struct scan_text text = scan_paths(paths, TEST_COUNT(paths), "RemoteUrl SourceRecord");
    assert_int_equal(text.code, ERR_NONE);
    assert_rows(text, "first|2\na|2\nbx|2\nc|1\nlast|2\nfirst|2\n");
    assert_notices(text, "opened first csv\nopened dir/a.csv csv\nopened dir/b/x.csv csv\nopened dir/c.json ndjson\n"
                         "opened dir/empty empty\npassed dir/notes.txt \nopened last csv\nopened first csv\n");
    assert_int_equal(text.stats.inputs, 7);
    assert_int_equal(text.stats.inputs_passed, 1);
    assert_int_equal(text.stats.inputs_failed, 0);
    scan_text_release(&text);
}

static void source_file_names_the_input_as_it_was_met(void **state)
{
    (void)state;
    file_make("one", SLICE(HEAD "x,1\n"));
    const char *folder = test_folder;
    struct scan_text text = scan_paths(&folder, 1, "SourceFile");
    char expected[100];
    snprintf(expected, sizeof expected, "%s/one\n", test_folder);
    assert_rows(text, expected);
    scan_text_release(&text);
}

static void what_fails_is_told_and_the_others_go_on(void **state)
{
    (void)state;
    file_make("unknown", SLICE("Nothing to see here.\n"));
    file_make("utf16", SLICE("\xff\xfe{\0\"\0"));
    file_make("good", SLICE(HEAD "x,1\n"));
    const char *paths[] = {in_folder("none"), in_folder("unknown"), in_folder("utf16"), in_folder("good")};
    struct scan_text text = scan_paths(paths, TEST_COUNT(paths), "RemoteUrl");
    assert_rows(text, "x\n");
    assert_int_equal(text.stats.inputs_failed, 3);
    assert_int_equal(text.stats.inputs, 1);
    const char *notices = buf_cstr(&text.notices);
    assert_non_null(strstr(notices, "failed none can't be opened: No such file or directory\n"));
    assert_non_null(strstr(notices, "failed unknown is in no known format\nhint known are "));
    for (size_t i = 0; SOURCE_TYPES[i]; i++)
        assert_non_null(strstr(notices, SOURCE_TYPES[i]->title));
    assert_non_null(strstr(notices, "failed utf16 is text in UTF-16"));
    assert_non_null(strstr(notices, "opened good csv\n"));
    scan_text_release(&text);
}

static void empty_inputs_have_no_rows_and_are_no_failure(void **state)
{
    (void)state;
    static const struct slice EMPTY[] = {{"", 0}, {"\n", 1}, {"\xef\xbb\xbf", 3}, {" \r\n\t", 4}};
    for (size_t i = 0; i < TEST_COUNT(EMPTY); i++) {
        struct scan_text text = bytes_to_text(EMPTY[i], (struct source_options){0}, "RemoteUrl");
        assert_int_equal(text.code, ERR_NONE);
        assert_rows(text, "");
        assert_int_equal(text.stats.inputs, 1);
        assert_int_equal(text.stats.inputs_failed, 0);
        scan_text_release(&text);
    }
}

static void no_readable_input_leaves_the_documented_schema(void **state)
{
    (void)state;
    const char *path = in_folder("none");
    const struct column_def named[] = {{{"Mine", 4}, TYPE_LONG, COLUMN_NAMED, COLUMN_NONE, false}};
    struct scan_config config = {.paths = &path, .path_count = 1, .named = named, .named_count = 1};
    struct scan *scan;
    struct err err = {0};
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    assert_int_equal(scan_schema(scan)->count, schema_device_network_events()->count + 1);
    assert_int_not_equal(schema_find(scan_schema(scan), SLICE("Mine")), COLUMN_NONE);
    struct block *block;
    assert_int_equal(scan_next(scan, &block, &err), ERR_NONE);
    assert_null(block);
    assert_int_equal(scan_next(scan, &block, &err), ERR_NONE);
    assert_null(block);
    scan_close(scan);
}

static void first_readable_input_settles_the_columns(void **state)
{
    (void)state;
    file_make("a", SLICE(""));
    file_make("b", SLICE("RemoteUrl,DeviceName,Extra\nb,1,5\n"));
    file_make("c", SLICE("RemoteUrl,DeviceName,Other,Extra\nc,1,5,x\n"));
    const char *paths[] = {in_folder("a"), in_folder("b"), in_folder("c")};
    struct scan_text text = scan_paths(paths, TEST_COUNT(paths), "RemoteUrl Extra");
    assert_rows(text, "b|5\nc|null\n");
    assert_int_equal(text.stats.cells_bad, 1);
    scan_text_release(&text);
    /* A column of another type than the documented one can't be named. */
    const struct column_def named[] = {{{"RemoteUrl", 9}, TYPE_LONG, COLUMN_NAMED, COLUMN_NONE, false}};
    text = scan_to_text((struct scan_config){.paths = paths, .path_count = 3, .named = named, .named_count = 1}, "");
    assert_int_equal(text.code, ERR_USAGE);
    scan_text_release(&text);
}

static void format_can_be_forced(void **state)
{
    (void)state;
    const char *path = file_make("input", SLICE("Timestamp,Level\n2024-01-01,7\n"));
    struct scan_text text = scan_to_text((struct scan_config){.paths = &path, .path_count = 1}, "");
    assert_int_equal(text.stats.inputs_failed, 1);
    scan_text_release(&text);
    text =
        scan_to_text((struct scan_config){.paths = &path, .path_count = 1, .forced = &SOURCE_CSV}, "Timestamp Level");
    assert_rows(text, "2024-01-01T00:00:00.0000000Z|7\n");
    scan_text_release(&text);
}

static void exports_at_a_row_limit_are_told(void **state)
{
    (void)state;
    static const struct {
        int rows;
        const char *detail;
    } CASES[] = {{10000, "limit input 10,000\n"}, {9999, ""}, {10001, ""}, {30000, "limit input 30,000\n"}};
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct buf input;
        buf_init(&input, 0);
        buf_add_cstr(&input, "RemoteUrl,Type\n");
        for (int row = 0; row < CASES[i].rows; row++)
            buf_add_cstr(&input, row % 3 == 0 ? "x,DeviceEvents\n" : row % 1000 == 1 ? "bad\n" : "x,\n");
        struct scan_text text =
            bytes_to_text(buf_slice(&input), (struct source_options){.block_bytes = 5000}, "RemoteUrl");
        char expected[100];
        snprintf(expected, sizeof expected, "opened input csv\n%s", CASES[i].detail);
        assert_notices(text, expected);
        scan_text_release(&text);
        buf_release(&input);
    }
}

/* The same number of rows, as an answer and as a piece of a stream. */
static void streaming_envelopes_have_no_row_limit(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *row, *end, *notices;
    } CASES[] = {
        {"{\"Results\":[", "{\"RemoteUrl\":\"x\"}", "]}", "opened input json\nlimit input 10,000\n"},
        {"[\n", "{\"RemoteUrl\":\"x\"}", "]", "opened input json\nlimit input 10,000\n"},
        {"{\"records\":[", "{\"time\":1,\"properties\":{\"RemoteUrl\":\"x\"}}", "]}", "opened input json\n"},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct buf input;
        buf_init(&input, 0);
        buf_add_cstr(&input, CASES[i].begin);
        for (int row = 0; row < 10000; row++)
            buf_printf(&input, "%s%s", row ? "," : "", CASES[i].row);
        buf_add_cstr(&input, CASES[i].end);
        struct scan_text text = bytes_to_text(buf_slice(&input), (struct source_options){0}, "RemoteUrl");
        assert_notices(text, CASES[i].notices);
        assert_int_equal(text.stats.rows, 10000);
        scan_text_release(&text);
        buf_release(&input);
    }
}

/* Of JSON in any form too, whatever the size of a block: the records that are whole, and no reject. */
static void interrupt_gives_the_records_that_have_come(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rows;
    } CASES[] = {
        {"{\"RemoteUrl\":\"a\"}\n{\"RemoteUrl\":\"b\"}\n{\"RemoteUrl\":\"c", "a\nb\n"},
        {"{\"RemoteUrl\":\"a\"}\n{\"RemoteUrl\":\"b\"}", "a\n"},
        {"{\"RemoteUrl\":\"a", ""},
        {"[{\"RemoteUrl\":\"a\"},{\"RemoteUrl\":\"b\"},{\"Remote", "a\nb\n"},
        {"{\"results\":[{\"RemoteUrl\":\"a\"}", "a\n"},
        {"{\n \"RemoteUrl\":\"a\"", ""},
    };
    static const size_t SIZES[] = {1, 20, 0};
    for (size_t i = 0; i < TEST_COUNT(CASES) * TEST_COUNT(SIZES); i++) {
        size_t at = i / TEST_COUNT(SIZES);
        struct source_options options = {.block_bytes = SIZES[i % TEST_COUNT(SIZES)]};
        struct scan_text text = interrupted_to_text(slice_from_cstr(CASES[at].text), options, "RemoteUrl");
        assert_int_equal(text.code, ERR_INTERRUPTED);
        assert_rows(text, CASES[at].rows);
        assert_rejects(text, "");
        assert_int_equal(text.stats.inputs_failed, 0);
        scan_text_release(&text);
    }
}

static void standard_input_is_read_once(void **state)
{
    (void)state;
    int fd = open(file_make("input", SLICE(HEAD "x,1\n")), O_RDONLY);
    int saved = dup(0);
    assert_true(fd >= 0 && saved >= 0 && dup2(fd, 0) == 0);
    struct scan_text text = scan_to_text((struct scan_config){0}, "RemoteUrl SourceFile");
    assert_int_equal(text.code, ERR_NONE);
    assert_rows(text, "x|-\n");
    scan_text_release(&text);
    const char *path = "-";
    text = scan_to_text((struct scan_config){.paths = &path, .path_count = 1}, "RemoteUrl");
    assert_int_equal(text.code, ERR_USAGE);
    assert_non_null(strstr(text.err.text, "standard input can be read only once"));
    scan_text_release(&text);
    dup2(saved, 0);
    close(saved);
    close(fd);
}

static void files_can_be_scanned_again(void **state)
{
    (void)state;
    const char *path = file_make("input", SLICE(HEAD "x,1\n"));
    struct scan_config config = {.paths = &path, .path_count = 1};
    for (int i = 0; i < 3; i++) {
        struct scan_text text = scan_to_text(config, "RemoteUrl");
        assert_rows(text, "x\n");
        scan_text_release(&text);
    }
}

static void progress_is_measured_before_decompression(void **state)
{
    (void)state;
    const char *path = file_make("input", SLICE(HEAD "x,1\ny,2\n"));
    const char *paths[] = {path, test_folder};
    struct scan_config config = {.paths = paths, .path_count = 2, .measure = true};
    struct scan *scan;
    struct err err = {0};
    uint64_t done, total;
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    scan_progress(scan, &done, &total);
    assert_int_equal(total, 58);
    struct block *block;
    while (!scan_next(scan, &block, &err) && block)
        block_free(block);
    scan_progress(scan, &done, &total);
    assert_int_equal(done, 58);
    scan_close(scan);
    const char *unsized[] = {path, "/dev/null"};
    config.paths = unsized;
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    scan_progress(scan, &done, &total);
    assert_int_equal(total, 0);
    scan_close(scan);
}

/* --- threads --- */

enum { ROWS = 20000, WORKERS = 4 };

struct shared {
    struct scan *scan;
    pthread_mutex_t lock;
    struct batch *batches[ROWS];
};

/* Takes blocks, and loads the record numbers at once, which may have to wait for others. */
static void *work(void *user)
{
    struct shared *shared = user;
    struct block *block;
    struct err err;
    while (!scan_next(shared->scan, &block, &err) && block) {
        struct batch *batch = NULL;
        if (block_split(block, &batch, &err))
            break;
        const struct column *column;
        if (batch_load(batch, schema_find(batch->schema, SLICE("SourceRecord")), batch->selection, &column, &err))
            break;
        pthread_mutex_lock(&shared->lock);
        shared->batches[batch->sequence] = batch;
        pthread_mutex_unlock(&shared->lock);
    }
    return NULL;
}

static void many_threads_see_the_order_of_the_input(void **state)
{
    (void)state;
    struct buf input;
    buf_init(&input, 0);
    buf_add_cstr(&input, HEAD);
    for (int i = 0; i < ROWS; i++)
        buf_printf(&input, i % 5 ? "h%d,%d\n" : "\"h\n%d\",%d\n", i, i);
    const char *path = file_make("input", buf_slice(&input));
    const char *paths[] = {path, path};
    struct scan_config config = {.paths = paths, .path_count = 2, .options = {.block_bytes = 2000}};
    static struct shared shared;
    struct err err = {0};
    assert_int_equal(scan_open(&config, &shared.scan, &err), ERR_NONE);
    pthread_mutex_init(&shared.lock, NULL);
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &shared), 0);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    struct scan_stats stats = {0};
    int64_t record = 2;
    int row = 0;
    for (size_t i = 0; shared.batches[i]; i++) {
        struct batch *batch = shared.batches[i];
        const struct column *column;
        assert_int_equal(
            batch_load(batch, schema_find(batch->schema, SLICE("SourceRecord")), batch->selection, &column, &err), 0);
        for (uint32_t k = 0; k < batch->row_count; k++) {
            assert_int_equal(column->i64[k], record);
            record += row++ % 5 ? 1 : 2;
            if (row == ROWS) {
                row = 0;
                record = 2;
            }
        }
        assert_int_equal(scan_account(shared.scan, batch, &stats, NULL, NULL, &err), ERR_NONE);
        batch_free(batch);
    }
    assert_int_equal(stats.rows, 2 * ROWS);
    assert_int_equal(stats.bytes, 2 * input.len);
    scan_close(shared.scan);
    pthread_mutex_destroy(&shared.lock);
    buf_release(&input);
}

static void blocks_thrown_away_hold_nobody_up(void **state)
{
    (void)state;
    struct buf input;
    buf_init(&input, 0);
    buf_add_cstr(&input, HEAD);
    for (int i = 0; i < 100; i++)
        buf_add_cstr(&input, "x,1\n");
    const char *path = file_make("input", buf_slice(&input));
    struct scan_config config = {.paths = &path, .path_count = 1, .options = {.block_bytes = 100}};
    struct scan *scan;
    struct err err = {0};
    struct block *first, *second;
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    assert_int_equal(scan_next(scan, &first, &err), ERR_NONE);
    assert_int_equal(scan_next(scan, &second, &err), ERR_NONE);
    block_free(first);
    uint64_t record;
    assert_int_equal(block_first_record(second, &record, &err), ERR_NONE);
    block_free(second);
    block_free(NULL);
    scan_close(scan);
    scan_close(NULL);
    buf_release(&input);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("dir"), 0777), 0);
    file_make("dir/a", SLICE(HEAD "x,1\n"));
    file_make("dir/b", SLICE("text\n"));
    const char *path = in_folder("dir");
    struct scan_config config = {.paths = &path, .path_count = 1, .measure = true};
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        assert_true(nth < 200);
        struct scan *scan = NULL;
        struct block *block = NULL;
        struct err err = {0};
        mem_fail_after(nth);
        enum err_code code = scan_open(&config, &scan, &err);
        while (!code && !(code = scan_next(scan, &block, &err)) && block)
            block_free(block);
        mem_fail_after(0);
        scan_close(scan);
        failed = code != ERR_NONE;
        assert_int_equal(code, failed ? ERR_MEMORY : ERR_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(inputs_come_in_their_order_and_folders_in_byte_order),
        IN_FOLDER(source_file_names_the_input_as_it_was_met),
        IN_FOLDER(what_fails_is_told_and_the_others_go_on),
        IN_FOLDER(empty_inputs_have_no_rows_and_are_no_failure),
        IN_FOLDER(no_readable_input_leaves_the_documented_schema),
        IN_FOLDER(first_readable_input_settles_the_columns),
        IN_FOLDER(format_can_be_forced),
        IN_FOLDER(exports_at_a_row_limit_are_told),
        IN_FOLDER(streaming_envelopes_have_no_row_limit),
        IN_FOLDER(interrupt_gives_the_records_that_have_come),
        IN_FOLDER(standard_input_is_read_once),
        IN_FOLDER(files_can_be_scanned_again),
        IN_FOLDER(progress_is_measured_before_decompression),
        IN_FOLDER(many_threads_see_the_order_of_the_input),
        IN_FOLDER(blocks_thrown_away_hold_nobody_up),
        IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
