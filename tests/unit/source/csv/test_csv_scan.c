/*
 * test_csv_scan.c - CSV's grammar: record ends wherever a piece ends, cells, and never a byte too far.
 */
#include "guard.h"
#include "test.h"

#include "base/simd/simd.h"
#include "source/csv/csv_scan.h"

#include <stdlib.h>

/* Records with bars between, as an obvious reader sees them, one byte after the other. */
static void records_slowly(struct slice text, char *out)
{
    bool quoted = false, cell_start = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted && c == '"' && i + 1 < text.len && text.ptr[i + 1] == '"') {
            *out++ = c;
            *out++ = text.ptr[++i];
            continue;
        }
        *out++ = c;
        if (c == '"' && (quoted || cell_start))
            quoted = !quoted;
        cell_start = !quoted && (c == ',' || c == '\n');
        if (c == '\n' && !quoted)
            *out++ = '|';
    }
    if (text.len && text.ptr[text.len - 1] != '\n')
        *out++ = '|';
    else if (quoted)
        *out++ = '|';
    *out = '\0';
}

/* The same by csv_scan(), which is shown the text in pieces that end at `stops`, then whole. */
static void records_in_pieces(struct slice text, size_t stop, char *out)
{
    struct csv_scanner scanner;
    csv_scanner_init(&scanner, 0);
    size_t start = 0, end, known = stop;
    while (start < text.len) {
        if (!csv_scan(&scanner, text.ptr, known, known == text.len, &end)) {
            assert_true(known < text.len);
            known = text.len;
            continue;
        }
        memcpy(out, text.ptr + start, end - start);
        out += end - start;
        *out++ = '|';
        start = end;
        csv_scanner_next(&scanner, start);
    }
    *out = '\0';
}

static void records_end_where_an_obvious_reader_says(void **state)
{
    (void)state;
    static const char ALPHABET[] = "a,\"\n\r";
    uint32_t seed = 7;
    char text[24], expected[64], got[64];
    for (int round = 0; round < 100000; round++) {
        size_t len = (size_t)round % sizeof text;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = ALPHABET[(seed >> 16) % 5];
        }
        struct slice bytes = slice_of(text, len);
        records_slowly(bytes, expected);
        records_in_pieces(bytes, len, got);
        assert_string_equal(got, expected);
        records_in_pieces(bytes, len ? (seed >> 8) % len : 0, got);
        assert_string_equal(got, expected);
    }
}

/* So many marks that they come in several runs, with pairs of quotes on their borders. */
static void long_records_end_where_an_obvious_reader_says(void **state)
{
    (void)state;
    enum { LEN = 20000 };
    char *text = malloc(LEN), *expected = malloc(2 * LEN + 2), *got = malloc(2 * LEN + 2);
    uint32_t seed = 11;
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < LEN; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = "\"\"\"\"\"\"\"a,\n"[(seed >> 16) % (round % 2 ? 10 : 9)];
        }
        records_slowly(slice_of(text, LEN), expected);
        records_in_pieces(slice_of(text, LEN), LEN, got);
        assert_string_equal(got, expected);
        records_in_pieces(slice_of(text, LEN), (seed >> 8) % LEN, got);
        assert_string_equal(got, expected);
    }
    free(text);
    free(expected);
    free(got);
}

static void nothing_is_read_behind_the_end(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"",      "a",     "\"",       "\"\"",    "\"a",      "\"a\"",       "\"a\"\"",
                                        "a,",    "a,\"",  "a,\"\"",   "a,b\r",   "a,b\r\n",  "\"a\"x",      "\"\n",
                                        "\n\"a", "a\n\"", "\"\"\"\"", "\"a\"\r", ",,,,,,,,", "\"a\n\"\"b\""};
    for (size_t i = 0; i < TEST_COUNT(TEXTS); i++) {
        struct guard guard = guard_copy(slice_from_cstr(TEXTS[i]));
        assert_non_null(guard.map);
        char out[64];
        records_in_pieces(guard.bytes, guard.bytes.len, out);
        struct csv_cell cell;
        size_t cells = 0;
        for (size_t at = 0; csv_cell_next(guard.bytes, &at, &cell); cells++)
            assert_true(cell.text.ptr + cell.text.len <= guard.bytes.ptr + guard.bytes.len);
        assert_true(cells >= 1);
        assert_false(csv_cell_find(guard.bytes, (uint32_t)cells, &cell));
        char into[64];
        csv_unescape(guard.bytes, into);
        guard_free(&guard);
    }
}

/* Each instruction set's marks, from any offset and with little room, are those of a plain loop. */
static void every_kernel_marks_quotes_and_newlines(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"generic", "avx2", "avx512", "avx512vbmi"};
    char text[300];
    uint32_t seed = 3;
    for (size_t i = 0; i < sizeof text; i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = "a\"\n\0,\xff"[(seed >> 16) % 6];
    }
    for (size_t k = 0; k < TEST_COUNT(NAMES); k++) {
        const struct simd *simd = simd_named(NAMES[k]);
        for (size_t len = 0; simd && len <= sizeof text; len++) {
            struct guard guard = guard_copy(slice_of(text, len));
            size_t from = len / 3;
            for (size_t i = from; from < len;) {
                uint32_t marks[SIMD_MARKS_ROOM + 5];
                size_t count = simd->quotes(guard.bytes.ptr, len, &from, marks, TEST_COUNT(marks));
                for (size_t m = 0; m < count; m++, i++) {
                    while (text[i] != '"' && text[i] != '\n')
                        i++;
                    assert_int_equal(marks[m], i);
                }
                for (; i < from; i++)
                    assert_true(text[i] != '"' && text[i] != '\n');
            }
            guard_free(&guard);
        }
    }
}

static void lines_in_quotes_are_counted(void **state)
{
    (void)state;
    struct slice text = SLICE("a,\"1\n2\n\",\"\n\"\nnext\n");
    struct csv_scanner scanner;
    size_t end;
    csv_scanner_init(&scanner, 0);
    assert_true(csv_scan(&scanner, text.ptr, text.len, true, &end));
    assert_int_equal(scanner.lines, 4);
    csv_scanner_next(&scanner, end);
    assert_true(csv_scan(&scanner, text.ptr, text.len, true, &end));
    assert_int_equal(scanner.lines, 1);
    assert_int_equal(end, text.len);
}

static void cells_are_told_with_their_faults(void **state)
{
    (void)state;
    static const struct {
        const char *record;
        uint32_t cell;
        bool found;
        const char *text;
        bool escaped;
        enum csv_fault fault;
    } CASES[] = {
        {"a,b,c", 0, true, "a", false, CSV_FINE},
        {"a,b,c", 2, true, "c", false, CSV_FINE},
        {"a,b,c", 3, false, "", false, CSV_FINE},
        {"", 0, true, "", false, CSV_FINE},
        {",", 1, true, "", false, CSV_FINE},
        {"a,\"b,c\",d", 1, true, "b,c", false, CSV_FINE},
        {"a,\"b,c\",d", 2, true, "d", false, CSV_FINE},
        {"\"a\"\"b\",c", 0, true, "a\"\"b", true, CSV_FINE},
        {"\"\"\"\"", 0, true, "\"\"", true, CSV_FINE},
        {"\"\",x", 0, true, "", false, CSV_FINE},
        {"5\" disk,x", 0, true, "5\" disk", false, CSV_FINE},
        {"a,\"b", 1, true, "b", false, CSV_NOT_CLOSED},
        {"\"a\"b,c", 0, true, "a", false, CSV_TEXT_BEHIND},
        {"\"a\"b,c", 1, true, "c", false, CSV_TEXT_BEHIND},
        {"\"a\nb\",c", 0, true, "a\nb", false, CSV_FINE},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct csv_cell cell = {0};
        bool found = csv_cell_find(slice_from_cstr(CASES[i].record), CASES[i].cell, &cell);
        assert_int_equal(found, CASES[i].found);
        if (!found)
            continue;
        assert_slice_equal(cell.text, slice_from_cstr(CASES[i].text));
        assert_int_equal(cell.escaped, CASES[i].escaped);
        assert_int_equal(cell.fault, CASES[i].fault);
    }
}

static void line_ends_are_no_part_of_a_record(void **state)
{
    (void)state;
    assert_slice_equal(csv_record("ab\r\n", 0, 4), SLICE("ab"));
    assert_slice_equal(csv_record("ab\n", 0, 3), SLICE("ab"));
    assert_slice_equal(csv_record("ab\r", 0, 3), SLICE("ab"));
    assert_slice_equal(csv_record("\r\r\n", 0, 3), SLICE("\r"));
    assert_slice_equal(csv_record("xab", 1, 3), SLICE("ab"));
    assert_slice_equal(csv_record("\n", 0, 1), SLICE(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_end_where_an_obvious_reader_says),
        cmocka_unit_test(long_records_end_where_an_obvious_reader_says),
        cmocka_unit_test(nothing_is_read_behind_the_end),
        cmocka_unit_test(every_kernel_marks_quotes_and_newlines),
        cmocka_unit_test(lines_in_quotes_are_counted),
        cmocka_unit_test(cells_are_told_with_their_faults),
        cmocka_unit_test(line_ends_are_no_part_of_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
