/*
 * test_show.c - text for terminals: what is shown as it is, what is written out, where it is cut and broken.
 */
#include "test.h"

#include "sink/show.h"

static void check(const char *text, size_t len, bool unicode, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    show_text(slice_of(text, len), unicode, &out);
    assert_false(out.failed);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    buf_release(&out);
}
#define CHECK(text, unicode, expected) check((text), sizeof(text) - 1, (unicode), (expected))

static void test_plain_text_stays(void **state)
{
    (void)state;
    CHECK("C:\\Windows\\x.exe \"a b\"", true, "C:\\Windows\\x.exe \"a b\"");
    CHECK("\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80", true, "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80");
    CHECK("", true, "");
}

static void test_controls_are_written_out(void **state)
{
    (void)state;
    CHECK("a\tb\nc\rd", true, "a\\tb\\nc\\rd");
    CHECK("\0\x01\x1b[31m\x7f", true, "\\x00\\x01\\x1b[31m\\x7f");
    CHECK("\xC2\x9b"
          "31m",
          true, "\\u{9b}31m");
}

static void test_what_hides_or_reorders_is_written_out(void **state)
{
    (void)state;
    CHECK("\xE2\x80\xAE", true, "\\u{202e}");                      /* right-to-left override */
    CHECK("\xE2\x81\xA6\xE2\x81\xA9", true, "\\u{2066}\\u{2069}"); /* isolates */
    CHECK("\xE2\x80\x8B\xEF\xBB\xBF", true, "\\u{200b}\\u{feff}"); /* zero width */
    CHECK("\xE2\x80\xA8\xE2\x80\xA9", true, "\\u{2028}\\u{2029}"); /* line and paragraph separator */
    CHECK("\xEE\x80\x80", true, "\\u{e000}");                      /* private use */
    CHECK("\xF3\xA0\x80\xA1", true, "\\u{e0021}");                 /* tag */
}

static void test_bad_utf8_is_a_replacement_character(void **state)
{
    (void)state;
    CHECK("a\xff\xC3", true, "a\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK("a\xff", false, "a\\u{fffd}");
}

static void test_without_unicode_all_is_ascii(void **state)
{
    (void)state;
    CHECK("caf\xC3\xA9", false, "caf\\u{e9}");
}

static void test_marks_do_not_tower_or_begin(void **state)
{
    (void)state;
    CHECK("e\xCC\x81", true, "e\xCC\x81");
    CHECK("\xCC\x81"
          "e",
          true, "\\u{301}e");
    CHECK("\n\xCC\x81", true, "\\n\\u{301}");
    CHECK("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81", true, "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\\u{301}");
}

static void check_cut(const char *text, bool unicode, size_t cells, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    show_cut(slice_from_cstr(text), unicode, cells, &out);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    assert_true(show_width(buf_slice(&out)) <= cells);
    buf_release(&out);
}

static void test_cut_ends_in_an_ellipsis(void **state)
{
    (void)state;
    check_cut("abcdef", true, 6, "abcdef");
    check_cut("abcdef", true, 5, "abcd\xE2\x80\xA6");
    check_cut("abcdef", true, 1, "\xE2\x80\xA6");
    check_cut("abcdef", true, 0, "");
    check_cut("abcdef", false, 5, "ab...");
    check_cut("abcdef", false, 2, "..");
    check_cut("a\x1b"
              "b",
              true, 4, "a\xE2\x80\xA6");                                        /* an escape is not cut in two */
    check_cut("\xE4\xB8\xAD\xE4\xB8\xAD", true, 3, "\xE4\xB8\xAD\xE2\x80\xA6"); /* wide ones neither */
}

static size_t breaks(const char *text, size_t width)
{
    return show_break(slice_from_cstr(text), width);
}

static void test_break_prefers_punctuation(void **state)
{
    (void)state;
    assert_int_equal(breaks("abc", 5), 3);
    assert_int_equal(breaks("abc def ghi", 7), 7); /* the blank just doesn't fit: the caller drops it */
    assert_int_equal(breaks("abc def ghi", 9), 8);
    assert_int_equal(breaks("c:\\win\\system32", 9), 7);
    assert_int_equal(breaks("a-bcdefghijkl", 8), 8); /* the hyphen is too far back */
    assert_int_equal(breaks("abcdef", 1), 1);
    assert_int_equal(breaks("\xE4\xB8\xAD\xE4\xB8\xAD", 1), 3); /* at least one character, even if too wide */
    assert_int_equal(breaks("\xE4\xB8\xAD\xE4\xB8\xAD", 3), 3);
}

static void test_json_text_keeps_its_meaning(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 0);
    show_json(SLICE("\"\xC2\x9b\xE2\x80\xAE\xF3\xA0\x81\x81\x7f\xC3\xA9\""), &out);
    assert_slice_equal(buf_slice(&out), SLICE("\"\\u009b\\u202e\\udb40\\udc41\\u007f\xC3\xA9\""));
    buf_release(&out);
}

/* What is shown as it is is found by many bytes at once: an odd one must be seen wherever it stands. */
static void an_odd_character_is_seen_at_every_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        size_t width;
    } ODD[] = {{"\x1f", "\\x1f", 4},
               {"\x7f", "\\x7f", 4},
               {"\t", "\\t", 2},
               {"\xc3\xa9", "\xc3\xa9", 1},
               {" ", " ", 1},
               {"~", "~", 1},
               {"\xe4\xb8\xad", "\xe4\xb8\xad", 2}};
    struct buf text, shown, cut, expected;
    buf_init(&text, 0);
    buf_init(&shown, 0);
    buf_init(&cut, 0);
    buf_init(&expected, 0);
    for (size_t len = 0; len < 40; len++)
        for (size_t place = 0; place <= len; place++)
            for (size_t o = 0; o < sizeof ODD / sizeof *ODD; o++) {
                buf_clear(&text);
                buf_clear(&shown);
                buf_clear(&cut);
                buf_clear(&expected);
                for (size_t i = 0; i <= len; i++) {
                    buf_add_cstr(&text, i == place ? ODD[o].text : "a");
                    buf_add_cstr(&expected, i == place ? ODD[o].shown : "a");
                }
                show_text(buf_slice(&text), true, &shown);
                show_cut(buf_slice(&text), true, len + ODD[o].width, &cut);
                assert_slice_equal(buf_slice(&shown), buf_slice(&expected));
                assert_slice_equal(buf_slice(&cut), buf_slice(&expected));
                assert_int_equal(show_width(buf_slice(&shown)), len + ODD[o].width);
            }
    buf_release(&text);
    buf_release(&shown);
    buf_release(&cut);
    buf_release(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_odd_character_is_seen_at_every_place),
        cmocka_unit_test(test_plain_text_stays),
        cmocka_unit_test(test_controls_are_written_out),
        cmocka_unit_test(test_what_hides_or_reorders_is_written_out),
        cmocka_unit_test(test_bad_utf8_is_a_replacement_character),
        cmocka_unit_test(test_without_unicode_all_is_ascii),
        cmocka_unit_test(test_marks_do_not_tower_or_begin),
        cmocka_unit_test(test_cut_ends_in_an_ellipsis),
        cmocka_unit_test(test_break_prefers_punctuation),
        cmocka_unit_test(test_json_text_keeps_its_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
