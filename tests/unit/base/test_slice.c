/*
 * test_slice.c - slices and UTF-8: comparison, search, checking, mending, positions, width and case.
 */
#include "test.h"

#include "base/slice.h"
#include "base/utf8.h"

static void comparison_is_by_bytes_and_folds_ascii_only(void **state)
{
    (void)state;
    assert_true(slice_eq_nocase(SLICE("DuckDNS.ORG"), SLICE("duckdns.org")));
    assert_false(slice_eq_nocase(SLICE("\xc3\x89"), SLICE("\xc3\xa9")));
    assert_false(slice_eq_nocase(SLICE("[a"), SLICE("{a")));
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("\xff"), SLICE("a")) > 0);
    assert_int_equal(slice_compare(slice_of(NULL, 0), SLICE("")), 0);
    assert_int_equal(slice_compare_nocase(SLICE("No-IP"), SLICE("nO-iP")), 0);
    assert_true(slice_compare_nocase(SLICE("A"), SLICE("ab")) < 0);
    assert_true(slice_compare_nocase(SLICE("b"), SLICE("AB")) > 0);
    assert_true(slice_compare_nocase(SLICE("[a"), SLICE("{a")) < 0);
    assert_true(slice_compare_nocase(SLICE("\xff"), SLICE("a")) > 0);
    assert_int_equal(slice_compare_nocase(slice_of(NULL, 0), SLICE("")), 0);
}

static void search_and_cut_stay_inside(void **state)
{
    (void)state;
    assert_int_equal(slice_find(SLICE("aXbX"), SLICE("X"), 2), 3);
    assert_int_equal(slice_find(SLICE("abc"), SLICE(""), 3), 3);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("c"), 4), SLICE_NOT_FOUND);
    assert_slice_equal(slice_cut(SLICE("hello"), 1, 99), SLICE("ello"));
    assert_slice_equal(slice_cut(SLICE("hello"), 9, 2), SLICE(""));
    assert_slice_equal(slice_trim(SLICE(" \t x y\r\n")), SLICE("x y"));
    assert_true(slice_ends(SLICE("x.duckdns.org"), SLICE(".duckdns.org")));
    assert_false(slice_ends(SLICE("org"), SLICE("x.org")));
}

static void malformed_utf8_is_found_and_mended(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } CASES[] = {
        {"plain", "plain"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                 /* overlong */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* surrogate */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* over U+10FFFF */
        {"\xe2\x82", "\xef\xbf\xbd"},                                             /* cut: one maximal subpart */
        {"x\xe2\x82y", "x\xef\xbf\xbdy"},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct slice in = slice_from_cstr(CASES[i].in);
        struct buf out;
        buf_init(&out, 0);
        utf8_mend(in, &out);
        assert_slice_equal(buf_slice(&out), slice_from_cstr(CASES[i].out));
        assert_int_equal(utf8_is_valid(in), strcmp(CASES[i].in, CASES[i].out) == 0);
        assert_true(utf8_is_valid(buf_slice(&out)));
        buf_release(&out);
    }
}

static void every_code_point_survives_a_round_trip(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char bytes[4];
        size_t offset = 0;
        struct slice text = slice_of(bytes, utf8_encode(c, bytes));
        uint32_t back = utf8_next(text, &offset);
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        if (back != (surrogate ? UTF8_REPLACEMENT : c) || offset != text.len)
            fail_msg("U+%04X came back as U+%04X", (unsigned)c, (unsigned)back);
    }
}

static void positions_count_code_points(void **state)
{
    (void)state;
    struct slice text = SLICE("a\xc3\xa9\xe2\x82\xac");
    assert_int_equal(utf8_length(text), 3);
    assert_int_equal(utf8_offset(text, 2), 3);
    assert_int_equal(utf8_offset(text, 9), 6);
    for (size_t max = 0; max <= 6; max++)
        assert_int_equal(utf8_cut(text, max), max < 1 ? 0 : max < 3 ? 1 : max < 6 ? 3 : 6);
}

static void width_in_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0x1b), 1);
    assert_int_equal(utf8_width(0x301), 0);
    assert_int_equal(utf8_width(0x65e5), 2);
}

static void case_mapping_is_unicode(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 0);
    utf8_lower(SLICE("\xc3\x89Z"), &out);
    utf8_upper(SLICE("\xc3\xa9z"), &out);
    assert_slice_equal(buf_slice(&out), SLICE("\xc3\xa9z\xc3\x89Z"));
    buf_release(&out);
}

/* Alone, in a text of its own length, and before a character that is none of ASCII. */
static void case_mapping_of_ascii_is_the_same_on_every_way(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 0);
    for (int c = 0; c < 0x80; c++) {
        char text[] = {'x', (char)c, 'Y', '\xc3', '\xa9'};
        char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c,
             upper = c >= 'a' && c <= 'z' ? (char)(c - 32) : (char)c;
        for (size_t len = 3; len <= 5; len += 2) {
            buf_clear(&out);
            utf8_lower(slice_of(text, len), &out);
            assert_slice_equal(buf_slice(&out), slice_of(((char[]){'x', lower, 'y', '\xc3', '\xa9'}), len));
            buf_clear(&out);
            utf8_upper(slice_of(text, len), &out);
            assert_slice_equal(buf_slice(&out), slice_of(((char[]){'X', upper, 'Y', '\xc3', '\x89'}), len));
        }
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_mapping_of_ascii_is_the_same_on_every_way),
        cmocka_unit_test(comparison_is_by_bytes_and_folds_ascii_only),
        cmocka_unit_test(search_and_cut_stay_inside),
        cmocka_unit_test(malformed_utf8_is_found_and_mended),
        cmocka_unit_test(every_code_point_survives_a_round_trip),
        cmocka_unit_test(positions_count_code_points),
        cmocka_unit_test(width_in_a_terminal),
        cmocka_unit_test(case_mapping_is_unicode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
