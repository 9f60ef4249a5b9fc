/*
 * test_csv_range.c - CSV of a file, cut in stretches of any size: the same records, rows, rejects and counts as in one
 * piece, whatever is guessed about where they begin; files that fail, shrink and grow while they are read.
 */
#include "pread_faults.h"
#include "scan_text.h"

#include "base/mem.h"
#include "source/csv/csv_range.h"

#define HEAD "RemoteUrl,DeviceName,RemotePort\r\n"

static void assert_same(struct scan_text *text, const struct scan_text *wanted)
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

/* --- rows, one block after the other --- */

/* Quoted line ends, doubled quotes, blank lines, CRLF, quotes where none may be, records that are too long, an open cell. */
static const char HOSTILE[] =
    "\xef\xbb\xbf\"RemoteUrl\",Type,\"Remote\"\"\nPort\"\r\n"
    "a,,1\nbb,\"two\nlines\",2\r\n\r\n\n\"c,\"\"\",DeviceEvents,\"\n\"\n"
    "d\"e,\"x\",3\n\"f\"g,,\"4\"\nonly one\none,two,three,four\n"
    "\"too long, over \n\nlines ...........................\",,\n,,\n\"\",\"\",\"\"\r\n"
    "too long, but on one line .........................\nh,\",\"\"\n,\",5\ni,,6\n\"j,\n\nk,,";
enum { RECORD_MAX = 40 };

static struct scan_text hostile_text(size_t len, size_t block_bytes)
{
    struct source_options options = {.block_bytes = block_bytes, .record_max = RECORD_MAX, .first_column = COLUMN_NONE};
    return bytes_to_text(slice_of(HOSTILE, len), options, "RemoteUrl SourceRecord SourceOffset");
}

/* A block as long as the file is read in order. */
static void every_cut_gives_the_same(void **state)
{
    (void)state;
    for (size_t len = 45; len < sizeof HOSTILE; len += 3) {
        struct scan_text whole = hostile_text(len, 1000);
        assert_int_equal(whole.code, ERR_NONE);
        for (size_t block = 1; block < len; block += block < 40 ? 1 : 23) {
            struct scan_text text = hostile_text(len, block);
            assert_same(&text, &whole);
        }
        scan_text_release(&whole);
    }
}

/* --- records, by guesses --- */

static uint32_t seed = 7;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

/* All blocks of the file, which are loaded. */
static size_t blocks_load(struct scan *scan, struct csv_block **blocks, size_t most)
{
    size_t count = 0;
    struct err err;
    struct block *block;
    while (scan_next(scan, &block, &err) == ERR_NONE && block) {
        assert_true(count < most);
        assert_int_equal(block_load(block, &err), ERR_NONE);
        blocks[count++] = (struct csv_block *)block;
    }
    return count;
}

/* The block's records, as offsets in the file, are those that come next of the whole. */
static void records_check(const struct csv_block *block, struct csv_walk *whole)
{
    struct csv_walk walk;
    struct csv_row row, wanted;
    csv_walk_begin(&walk, &block->index, 0);
    while (csv_walk_next(&walk, &row)) {
        assert_true(csv_walk_next(whole, &wanted));
        assert_int_equal(block->block.offset + row.at, wanted.at);
        assert_int_equal(block->block.offset + row.end, wanted.end);
    }
}

static void turn_take(struct csv_block *block, struct csv_turn *turn, struct csv_walk *whole)
{
    struct err err;
    bool changed;
    assert_int_equal(csv_turn_take(block, turn, &changed, &err), ERR_NONE);
    records_check(block, whole);
}

struct guesses {
    uint32_t right, wrong;
};

/* Guesses of two blocks are made before the first of them has its turn. The records are those of the text in one piece. */
static struct guesses text_check(struct slice text, size_t block_bytes)
{
    enum { BLOCKS_MAX = 3000 };
    static struct csv_block *blocks[BLOCKS_MAX];
    static struct csv_turn turns[2], first;
    static struct csv_scanner scanner;
    const char *path = file_make("guessed", text);
    struct scan_config config = {.paths = &path, .path_count = 1, .options = {.block_bytes = block_bytes}};
    struct scan *scan = NULL;
    struct csv_index index = {0};
    struct csv_walk whole;
    struct err err;
    csv_index_begin(&index, &scanner, strlen(HEAD), true);
    assert_int_equal(csv_index_reserve(&index, text.len, &err), ERR_NONE);
    assert_int_equal(csv_index_run(&index, &scanner, text.ptr, text.len, true, &err), ERR_NONE);
    csv_walk_begin(&whole, &index, 0);
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    size_t count = blocks_load(scan, blocks, BLOCKS_MAX);
    first.guessed = false;
    turn_take(blocks[0], &first, &whole);
    for (size_t i = 1; i < count; i += 2) {
        size_t pair = i + 1 < count ? 2 : 1;
        for (size_t k = 0; k < pair; k++)
            assert_int_equal(csv_turn_guess(blocks[i + k], &turns[k], &err), ERR_NONE);
        assert_false(turns[0].guessed); /* its turn has come */
        for (size_t k = 0; k < pair; k++)
            turn_take(blocks[i + k], &turns[k], &whole);
    }
    struct csv_row row;
    assert_false(csv_walk_next(&whole, &row));
    const struct turns *told = &((struct csv_source *)blocks[0]->block.source)->turns;
    struct guesses guesses = {told->right, told->wrong};
    for (size_t i = 0; i < count; i++)
        block_free(&blocks[i]->block);
    scan_close(scan);
    csv_index_release(&index);
    return guesses;
}

/* Rows of some 200 bytes, two cells of which are quoted. */
static void portal_make(struct buf *text, int rows)
{
    buf_add(text, SLICE(HEAD));
    for (int i = 0; i < rows; i++)
        buf_printf(text,
                   "host%d.example.org,\"\"\"C:\\Program Files\\x.exe\"\" -k \"\"a, b\"\"%s --session %u\",%u,"
                   "S-1-5-21-1004336348,\"{\"\"a\"\": \"\"%u\"\", \"\"b\"\": \"\"\"\"}\",Workstations%s",
                   i, i % 5 ? "" : "\nsecond line", random_below(1000000), random_below(65536), random_below(100),
                   i % 3 ? "\r\n" : "\n");
}

static void the_begin_is_guessed_right_in_what_portals_write(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    portal_make(&text, 500);
    static const size_t BLOCKS[] = {300, 333, 1000, 4096, 20000};
    for (size_t i = 0; i < TEST_COUNT(BLOCKS); i++) {
        struct guesses guesses = text_check(buf_slice(&text), BLOCKS[i]);
        assert_int_equal(guesses.wrong, 0);
        assert_true(2 * guesses.right + 4 > text.len / BLOCKS[i]); /* of every other block */
    }
    buf_release(&text);
}

static void no_guess_costs_a_record(void **state)
{
    (void)state;
    static const char *const WORDS[] = {"a",     ",",       "\"",   "\"",   "\"\"", "\n",    "\r\n",
                                        ",\"",   "\",",     "\"\n", "\n\"", "text", "x,y\n", "\"q\",\"\n\"\n",
                                        ",,,\n", "a\"b,c\n"};
    struct guesses all = {0};
    for (int round = 0; round < 300; round++) {
        struct buf text;
        buf_init(&text, 0);
        buf_add(&text, SLICE(HEAD));
        uint32_t kinds = 2 + random_below(TEST_COUNT(WORDS) - 2), first = random_below(TEST_COUNT(WORDS));
        for (uint32_t i = random_below(300) + 20; i; i--)
            buf_add_cstr(&text, WORDS[(first + random_below(kinds)) % TEST_COUNT(WORDS)]);
        struct guesses guesses =
            text_check(buf_slice(&text), 1 + random_below(round % 2 ? (uint32_t)text.len - 1 : 20));
        all.right += guesses.right;
        all.wrong += guesses.wrong;
        buf_release(&text);
    }
    assert_true(all.right > 300);
    assert_true(all.wrong > 300);
}

/* Long cells of many lines, and no quote near: once that has misled, a quote is looked for farther on. */
static void a_far_quote_tells_too(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, SLICE(HEAD));
    for (int cell = 0; cell < 40; cell++) {
        for (int i = 0; i < 3000; i++)
            buf_add(&text, SLICE("b,c,d\r\n"));
        buf_add(&text, SLICE("a,\""));
        for (int i = 0; i < 3000; i++)
            buf_add(&text, SLICE("b,c,d\r\n"));
        buf_add(&text, SLICE("end\",e\n"));
    }
    struct guesses guesses = text_check(buf_slice(&text), 30000);
    assert_true(guesses.right > 20);
    assert_in_range(guesses.wrong, 1, 2);
    buf_release(&text);
}

/* A cell that lasts for all of the file holds what looks like a file of its own. */
static void where_guesses_go_wrong_no_more_are_made(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, SLICE(HEAD "a,\""));
    for (int i = 0; i < 20000; i++)
        buf_add(&text, SLICE("b,c,d\r\n"));
    buf_add(&text, SLICE("\",e\n"));
    for (int i = 0; i < 20000; i++)
        buf_add(&text, SLICE("b,c,d\r\n"));
    struct guesses guesses = text_check(buf_slice(&text), 100);
    assert_int_equal(guesses.right, 0);
    assert_int_equal(guesses.wrong, 8);
    buf_release(&text);
}

/* --- files that fail --- */

enum { ROWS = 400, ROW_BYTES = 20, CELLS_BYTES = 15 };

/* The header is as long as a row. */
static const char *rows_make(void)
{
    struct buf input;
    buf_init(&input, 0);
    buf_add(&input, SLICE("RemoteUrl,Aaaa,Bbbb\n"));
    for (int i = 1; i < ROWS; i++)
        buf_printf(&input, "h%04d,\"line\nx\",%04d\n", i, i);
    assert_int_equal(input.len, ROWS * ROW_BYTES);
    const char *path = file_make("input", buf_slice(&input));
    buf_release(&input);
    return path;
}

static struct scan_text rows_text(const char *path, size_t block_bytes)
{
    struct source_options options = {.block_bytes = block_bytes, .first_column = COLUMN_NONE};
    return scan_to_text((struct scan_config){.paths = &path, .path_count = 1, .options = options}, "RemoteUrl");
}

/* The rows before the fault, what there is of the row at it as a reject, the failure once, and nothing that stands behind. */
static void what_stands_before_a_fault_is_given(void **state)
{
    (void)state;
    const char *path = rows_make();
    static const size_t BLOCKS[] = {1, 7, 19, 20, 21, 100, 1000, 5000};
    static const int64_t FAULTS[] = {0, 1, 19, 20, 21, 40, 50, 59, 999, 1000, 1001, 4400, 5093, ROWS * ROW_BYTES - 1};
    for (size_t i = 0; i < TEST_COUNT(BLOCKS) * TEST_COUNT(FAULTS); i++) {
        shrunk = false;
        fault_at = FAULTS[i % TEST_COUNT(FAULTS)];
        struct scan_text text = rows_text(path, BLOCKS[i / TEST_COUNT(FAULTS)]);
        int64_t whole = fault_at < ROW_BYTES ? 0 : fault_at / ROW_BYTES - 1;
        bool cut = fault_at > ROW_BYTES && fault_at % ROW_BYTES > 0;
        assert_int_equal(text.rows.len, (size_t)whole * 6);
        assert_int_equal(text.stats.rejected[REJECT_MALFORMED], cut);
        assert_true(!cut || strstr(buf_cstr(&text.rejects), "the input ends within it"));
        assert_int_equal(text.stats.inputs_failed, 1);
        assert_notices(text, "opened input csv\nfailed input can't be read: Input/output error\n");
        scan_text_release(&text);
    }
    fault_at = INT64_MAX;
}

static void a_file_that_has_shrunk_ends_earlier(void **state)
{
    (void)state;
    const char *path = rows_make();
    static const size_t BLOCKS[] = {1, 100, 333};
    shrunk = true;
    for (fault_at = 1000; fault_at < 1100; fault_at += 3) {
        struct scan_text text = rows_text(path, BLOCKS[fault_at % 3]);
        int64_t rest = fault_at % ROW_BYTES;
        assert_int_equal(text.code, ERR_NONE);
        assert_int_equal(text.rows.len, (size_t)(fault_at / ROW_BYTES - (rest < CELLS_BYTES)) * 6);
        assert_int_equal(text.stats.rejected[REJECT_MALFORMED], rest > 0 && rest < CELLS_BYTES);
        assert_int_equal(text.stats.bytes, fault_at);
        assert_int_equal(text.stats.inputs_failed, 0);
        scan_text_release(&text);
    }
    fault_at = INT64_MAX;
}

static void what_is_appended_meanwhile_is_read(void **state)
{
    (void)state;
    assert_int_equal(scan_rows_of_growing(rows_make(), "more,,\"\n\"\n", 100), ROWS - 1 + 100);
}

/* While a record that is too long is passed over, which may take long. What stands before it was given. */
static void an_interrupt_acts_within_a_long_record(void **state)
{
    (void)state;
    enum { BEGIN = 200000, BLOCK = 50000, LONG = 8 << 20 };
    struct buf input;
    buf_init(&input, 0);
    buf_add(&input, SLICE(HEAD));
    while (input.len < BEGIN)
        buf_add(&input, SLICE("a,b,1\n"));
    buf_add(&input, SLICE("\"long "));
    while (input.len < LONG)
        buf_add(&input, SLICE("text \"\",\n"));
    buf_add(&input, SLICE("\",b,1\nc,d,2\n"));
    struct source_options options = {.block_bytes = BLOCK, .record_max = 1000, .first_column = COLUMN_NONE};
    interrupts_from = 1 << 20;
    farthest = 0;
    struct scan_text text = bytes_to_text(buf_slice(&input), options, "RemoteUrl");
    stream_interrupt(false);
    interrupts_from = INT64_MAX;
    assert_int_equal(text.code, ERR_INTERRUPTED);
    assert_true(farthest < LONG / 2);
    assert_true(text.rows.len >= (BEGIN - 2 * BLOCK) / strlen("a,b,1\n") * strlen("a\n"));
    assert_rejects(text, "");
    assert_int_equal(text.stats.inputs_failed, 0);
    scan_text_release(&text);
    buf_release(&input);
}

static void assert_allocations_may_fail(const char *path, size_t record_max)
{
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        assert_true(nth < 2000);
        struct scan_config config = {
            .paths = &path, .path_count = 1, .options = {.block_bytes = 3000, .record_max = record_max}};
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
    assert_allocations_may_fail(rows_make(), 0);
    struct buf input;
    buf_init(&input, 0);
    buf_add(&input, SLICE(HEAD "a,b,1\n\"long "));
    for (int i = 0; i < 3000; i++)
        buf_add(&input, SLICE("\"\",\n"));
    buf_add(&input, SLICE("\",b,1\nc,\"d,2\n"));
    assert_allocations_may_fail(file_make("long", buf_slice(&input)), 100);
    assert_allocations_may_fail(file_make("longer", buf_slice(&input)), 20000);
    buf_release(&input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_cut_gives_the_same),
        IN_FOLDER(the_begin_is_guessed_right_in_what_portals_write),
        IN_FOLDER(no_guess_costs_a_record),
        IN_FOLDER(a_far_quote_tells_too),
        IN_FOLDER(where_guesses_go_wrong_no_more_are_made),
        IN_FOLDER(what_stands_before_a_fault_is_given),
        IN_FOLDER(a_file_that_has_shrunk_ends_earlier),
        IN_FOLDER(what_is_appended_meanwhile_is_read),
        IN_FOLDER(an_interrupt_acts_within_a_long_record),
        IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
