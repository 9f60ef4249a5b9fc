/*
 * test_csv_index.c - CSV's bits: every kernel's are those of a plain loop; records and cells found by them are those that
 * the careful scanner finds, wherever a piece of the text ends.
 */
#include "guard.h"
#include "test.h"

#include "base/mem.h"
#include "source/csv/csv_index.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t seed = 5;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

/* Cells as writers make them; `strange` of 100 are not, of the rest `odd` are marks in any order. */
static size_t text_make(char *text, size_t len, uint32_t strange)
{
    static const char *const CELLS[] = {
        "",         "a",  "abc def", "\"a\"",      "\"\"",          "\"a,b\"",       "\"a\nb\"",
        "\"\"\"\"", "12", "\"\r\"",  "\"a\"\"b\"", "\"\"\"a\"\"\"", "\"x\n\"\",y\"", "\r"};
    static const char *const STRANGE[] = {"5\" disk", "\"a\"b",   "\"a",     "\"\"\"",
                                          "a\"\"b",   "\"a\"\rb", "\"a\"\r", "\"\"x\"\""};
    size_t at = 0;
    while (at < len) {
        const char *cell = random_below(100) < strange ? STRANGE[random_below(TEST_COUNT(STRANGE))]
                                                       : CELLS[random_below(TEST_COUNT(CELLS))];
        const char *behind = random_below(5) ? "," : random_below(3) ? "\n" : "\r\n";
        for (const char *from = cell; *from && at < len; from++)
            text[at++] = *from;
        for (const char *from = behind; *from && at < len; from++)
            text[at++] = *from;
    }
    return at;
}

/* What the kernel is to find in [from, len), where a record begins at `from`. */
static size_t plain_csv(const char *text, size_t from, size_t len, char *separators)
{
    bool quoted = false, closed = false, opens = true;
    for (size_t i = from; i < len; i++) {
        char c = text[i];
        bool line_end = c == '\r' && i + 1 < len && text[i + 1] == '\n';
        if (closed && c != ',' && c != '\n' && c != '"' && !line_end)
            return i;
        if (c == '"' && !quoted && !opens)
            return i;
        separators[i] = !quoted && (c == ',' || c == '\n');
        closed = c == '"' && quoted;
        quoted = quoted != (c == '"');
        opens = c == ',' || c == '\n' || closed;
    }
    return len;
}

static bool bit(uint64_t word, size_t at)
{
    return word >> at % SIMD_CHUNK & 1;
}

enum { SHORT = 1300, SHORT_WORDS = SHORT / SIMD_CHUNK + 1 };

/* From `from` on, in two pieces. */
static void kernel_check(const struct simd *simd, const char *text, size_t from, size_t stop, size_t len)
{
    char separators[SHORT] = {0};
    struct simd_csv_bits bits[SHORT_WORDS];
    memset(bits, 0xaa, sizeof bits);
    struct simd_csv csv = {.at = from, .opens = true};
    struct guard piece = guard_copy(slice_of(text, stop));
    assert_int_equal(simd->csv(piece.bytes.ptr, stop, &csv, bits), plain_csv(text, from, stop, separators));
    guard_free(&piece);
    if (plain_csv(text, from, stop, separators) != stop)
        return;
    struct guard whole = guard_copy(slice_of(text, len));
    size_t end = simd->csv(whole.bytes.ptr, len, &csv, bits);
    assert_int_equal(end, plain_csv(text, from, len, separators));
    guard_free(&whole);
    for (size_t i = 0; i < end; i++) {
        struct simd_csv_bits word = bits[i / SIMD_CHUNK];
        assert_int_equal(bit(word.separators, i), i < from ? i % 2 : (size_t)separators[i]);
        assert_int_equal(bit(word.newlines, i), i < from ? i % 2 : text[i] == '\n');
    }
    for (size_t first = from / SIMD_CHUNK, count = 0; (first + count) * SIMD_CHUNK < end; count++) {
        uint64_t lined = 0;
        for (size_t i = 0; i < count; i++)
            lined |= (uint64_t)(bits[first + i].newlines != 0) << i;
        assert_int_equal(simd->lined(bits + first, count), lined);
    }
    for (size_t at = from, n = 0; at < end; at++) {
        if (!separators[at])
            continue;
        assert_int_equal(simd->separator(bits, from, end, n), at);
        assert_int_equal(simd->separator(bits, from, at, n), at);
        n++;
        assert_true(simd->separator(bits, from, end, n) > at);
    }
    assert_int_equal(simd->separator(bits, from, end, SHORT), end);
}

static void every_kernel_gives_a_plain_loops_bits(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"generic", "avx2", "avx512", "avx512vbmi", "neon"};
    char text[SHORT];
    for (int round = 0; round < 5000; round++) {
        size_t len = text_make(text, random_below(sizeof text), (uint32_t)round % 3);
        size_t from = random_below((uint32_t)len + 1), stop = from + random_below((uint32_t)(len - from) + 1);
        if (round % 7 == 0)
            for (size_t i = 0; i < len; i++)
                text[i] = "\"\",\n\ra"[random_below(6)];
        for (size_t i = 0; i < TEST_COUNT(NAMES); i++)
            if (simd_named(NAMES[i]))
                kernel_check(simd_named(NAMES[i]), text, from, stop, len);
    }
}

/* The index of a text that is shown up to `stop`, then whole. */
static void index_make(struct csv_index *index, const char *text, size_t stop, size_t len, bool last, bool careful)
{
    static struct csv_scanner scanner;
    struct err err;
    csv_index_begin(index, &scanner, 0, careful);
    assert_int_equal(csv_index_reserve(index, stop, &err), ERR_NONE);
    assert_int_equal(csv_index_run(index, &scanner, text, stop, false, &err), ERR_NONE);
    assert_int_equal(csv_index_reserve(index, len, &err), ERR_NONE);
    assert_int_equal(csv_index_run(index, &scanner, text, len, last, &err), ERR_NONE);
}

static void cells_check(const struct csv_index *index, const char *text, const struct csv_row *row)
{
    for (uint32_t i = 0; i < 9; i++) {
        struct csv_cell expected, cell;
        bool found = csv_cell_find(csv_record(text, row->at, row->end), i, &expected);
        assert_int_equal(csv_row_cell(index, text, row, i, &cell), found);
        if (!found)
            break;
        assert_slice_equal(cell.text, expected.text);
        assert_int_equal(cell.escaped, expected.escaped);
        assert_int_equal(cell.fault, expected.fault);
    }
}

static void indexes_check(const struct csv_index *fast, const struct csv_index *careful, const char *text)
{
    struct csv_walk walk, careful_walk;
    struct csv_row row, expected;
    assert_int_equal(fast->end, careful->end);
    csv_walk_begin(&walk, fast, 3);
    csv_walk_begin(&careful_walk, careful, 3);
    while (csv_walk_next(&careful_walk, &expected)) {
        assert_true(csv_walk_next(&walk, &row));
        assert_true(expected.careful);
        assert_int_equal(row.at, expected.at);
        assert_int_equal(row.end, expected.end);
        assert_int_equal(row.line, expected.line);
        cells_check(fast, text, &row);
    }
    assert_false(csv_walk_next(&walk, &row));
    assert_int_equal(walk.line, careful_walk.line);
}

static void both_roads_compare(char *text, size_t len_max, int rounds)
{
    struct csv_index fast = {0}, careful = {0};
    for (int round = 0; round < rounds; round++) {
        size_t len = text_make(text, 1 + random_below((uint32_t)len_max), round % 2 ? 0 : (uint32_t)round % 5);
        bool last = round % 3;
        index_make(&careful, text, random_below((uint32_t)len), len, last, true);
        index_make(&fast, text, random_below((uint32_t)len), len, last, false);
        assert_true(!last || fast.end == len);
        indexes_check(&fast, &careful, text);
    }
    csv_index_release(&fast);
    csv_index_release(&careful);
}

static void both_roads_find_the_same_records_and_cells(void **state)
{
    (void)state;
    enum { LONG = 40000 };
    char *text = malloc(LONG);
    both_roads_compare(text, 200, 20000);
    both_roads_compare(text, LONG, 100);
    free(text);
}

static void strict_text_is_read_without_care(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t careful;
    } CASES[] = {
        {"a,\"b\"\"\n\",c\r\n\"\",\"x\"\r\n\n", 0},
        {"a,b\n\"c\",\"d\"", 1}, /* without a line end */
        {"a,b\nc,d\"\n", 1},
        {"a,\"b\"x\nc,d\n", 2}, /* it goes on for a while */
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct csv_index index = {0};
        index_make(&index, CASES[i].text, 0, strlen(CASES[i].text), true, false);
        assert_int_equal(index.careful_count, CASES[i].careful);
        csv_index_release(&index);
    }
}

static void names_and_urls_of_a_name_are_read_where_they_stand(void **state)
{
    (void)state;
    static const struct {
        const char *cell, *name, *host; /* NULL: csv_row_cell() is to tell more */
    } CASES[] = {
        {"a.example", "a.example", "a.example"},
        {"", "", ""},
        {"http://a.example", NULL, "a.example"},
        {"https://a.example/", NULL, "a.example"},
        {"https://a.example/x", NULL, NULL},
        {"https://", NULL, NULL},
        {"http:///", NULL, NULL},
        {"a.example/", NULL, NULL},
        {"A.example", NULL, NULL},
        {"ftp://a.example/", NULL, NULL},
        {"\"a.example\"", NULL, NULL},
        {"a/", NULL, NULL},
    };
    for (size_t i = 0; i < 2 * TEST_COUNT(CASES); i++) {
        const char *cell = CASES[i / 2].cell, *expected = i % 2 ? CASES[i / 2].host : CASES[i / 2].name;
        char text[200];
        int len = snprintf(text, sizeof text, "x,%s,and so much behind it that there is room for a look\n", cell);
        struct csv_index index = {0};
        struct csv_walk walk;
        struct csv_row row;
        struct slice name;
        index_make(&index, text, 0, (size_t)len, true, false);
        csv_walk_begin(&walk, &index, 0);
        assert_true(csv_walk_next(&walk, &row));
        assert_int_equal(csv_row_name(&index, simd_ops(), text, &row, 1, i % 2, &name), expected != NULL);
        if (expected)
            assert_slice_equal(name, slice_from_cstr(expected));
        csv_index_release(&index);
    }
}

static void memory_may_fail(void **state)
{
    (void)state;
    static struct csv_scanner scanner;
    struct csv_index index = {0};
    struct err err;
    csv_index_begin(&index, &scanner, 0, false);
    mem_fail_after(1);
    assert_int_equal(csv_index_reserve(&index, 100, &err), ERR_MEMORY);
    mem_fail_after(0);
    assert_int_equal(csv_index_reserve(&index, 100, &err), ERR_NONE);
    mem_fail_after(1);
    assert_int_equal(csv_index_run(&index, &scanner, "a\"\n", 3, true, &err), ERR_MEMORY);
    mem_fail_after(0);
    csv_index_release(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_gives_a_plain_loops_bits),
        cmocka_unit_test(both_roads_find_the_same_records_and_cells),
        cmocka_unit_test(strict_text_is_read_without_care),
        cmocka_unit_test(names_and_urls_of_a_name_are_read_where_they_stand),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
