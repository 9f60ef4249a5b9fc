/*
 * test_diagnose.c - how an error in a query is shown: line, column and caret, whatever the line holds.
 */
#include "test.h"

#include "kql/syntax/parser.h"

#include <stdio.h>

static void assert_shown(struct slice text, struct span span, const char *hint, const char *expected)
{
    struct err err;
    (void)err_query(&err, ERR_QUERY, span, "bad");
    (void)err_hint(&err, "%s", hint);
    struct buf out;
    buf_init(&out, 0);
    kql_diagnose("query", text, &err, &out);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    buf_release(&out);
}

static void the_caret_stands_under_the_error(void **state)
{
    (void)state;
    assert_shown(SLICE("T\n| where RemoteURL has \"x\""), (struct span){10, 19}, "did you mean RemoteUrl?",
                 "query:2:9: error: bad\n"
                 "  | where RemoteURL has \"x\"\n"
                 "          ^~~~~~~~~\n"
                 "hint: did you mean RemoteUrl?\n");
    assert_shown(SLICE("abc"), (struct span){0, 1}, "", "query:1:1: error: bad\n  abc\n  ^\n");
    assert_shown(SLICE("abc"), (struct span){1, 1}, "", "query:1:2: error: bad\n  abc\n   ^\n");
    assert_shown(SLICE("ab\r\ncd\r\n"), (struct span){4, 6}, "", "query:2:1: error: bad\n  cd\n  ^~\n");
    assert_shown(SLICE("ab\rcd"), (struct span){3, 5}, "", "query:2:1: error: bad\n  cd\n  ^~\n");
}

static void the_end_is_where_the_text_ends(void **state)
{
    (void)state;
    assert_shown(SLICE("T | where"), (struct span){9, 9}, "", "query:1:10: error: bad\n  T | where\n           ^\n");
    assert_shown(SLICE("T | where \n\n"), (struct span){12, 12}, "",
                 "query:1:10: error: bad\n  T | where \n           ^\n");
    assert_shown(SLICE(""), (struct span){0, 0}, "", "query:1:1: error: bad\n  \n  ^\n");
    assert_shown(SLICE("ab"), (struct span){7, 9}, "", "query:1:3: error: bad\n  ab\n    ^\n");
}

static void tabs_wide_and_combining_characters_count_as_shown(void **state)
{
    (void)state;
    assert_shown(SLICE("\tx\ty"), (struct span){3, 4}, "", "query:1:4: error: bad\n      x   y\n          ^\n");
    assert_shown(SLICE("\xe6\xbc\xa2\xe5\xad\x97 bad"), (struct span){7, 10}, "",
                 "query:1:4: error: bad\n  \xe6\xbc\xa2\xe5\xad\x97 bad\n       ^~~\n");
    assert_shown(SLICE("e\xcc\x81x"), (struct span){3, 4}, "", "query:1:3: error: bad\n  e\xcc\x81x\n   ^\n");
    assert_shown(SLICE("\xf0\x9f\x98\x80!"), (struct span){0, 4}, "",
                 "query:1:1: error: bad\n  \xf0\x9f\x98\x80!\n  ^~\n");
}

static void what_could_harm_a_terminal_is_shown_as_a_question_mark(void **state)
{
    (void)state;
    assert_shown(SLICE("a\x1b[31mb\x7f"), (struct span){6, 7}, "", "query:1:7: error: bad\n  a?[31mb?\n        ^\n");
    assert_shown(SLICE("a\xe2\x80\xae"
                       "b\xc2\x9b"),
                 (struct span){4, 5}, "", "query:1:3: error: bad\n  a?b?\n    ^\n");
    assert_shown(SLICE("\xf3\xa0\x81\x81x"), (struct span){4, 5}, "",
                 "query:1:2: error: bad\n  ?x\n   ^\n"); /* a tag */
    struct err err;
    (void)err_query(&err, ERR_QUERY, (struct span){0, 1}, "found \x1b[0m");
    struct buf out;
    buf_init(&out, 0);
    kql_diagnose("q\x1b.kql", SLICE("x"), &err, &out);
    assert_slice_equal(buf_slice(&out), SLICE("q?.kql:1:1: error: found ?[0m\n  x\n  ^\n"));
    buf_release(&out);
}

static void a_span_over_lines_is_underlined_on_its_first(void **state)
{
    (void)state;
    assert_shown(SLICE("ab cd\nef"), (struct span){3, 8}, "", "query:1:4: error: bad\n  ab cd\n     ^~\n");
}

/* A line of `len` x with BAD at `at`; what is shown must hold BAD over the carets and fit. */
static void check_long_line(size_t len, size_t at)
{
    struct buf text, out;
    buf_init(&text, 0);
    buf_init(&out, 0);
    for (size_t i = 0; i < len; i++)
        buf_add_char(&text, i >= at && i < at + 3 ? "BAD"[i - at] : 'x');
    struct err err;
    (void)err_query(&err, ERR_QUERY, (struct span){(uint32_t)at, (uint32_t)at + 3}, "bad");
    kql_diagnose("query", buf_slice(&text), &err, &out);
    struct slice shown = buf_slice(&out);
    size_t first_end = (size_t)slice_find(shown, SLICE("\n"), 0);
    size_t line_end = (size_t)slice_find(shown, SLICE("\n"), first_end + 1);
    ptrdiff_t bad = slice_find(shown, SLICE("BAD"), first_end);
    ptrdiff_t carets = slice_find(shown, SLICE("^~~"), line_end);
    assert_true(line_end - first_end <= 105);
    assert_true(bad > 0 && carets > 0);
    assert_int_equal(bad - (ptrdiff_t)first_end, carets - (ptrdiff_t)line_end);
    buf_release(&text);
    buf_release(&out);
}

static void long_lines_are_cut_around_the_error(void **state)
{
    (void)state;
    check_long_line(96, 10);
    check_long_line(97, 10);
    check_long_line(97, 94);
    check_long_line(1000, 0);
    check_long_line(1000, 500);
    check_long_line(1000, 997);
    check_long_line(2000000, 1000000);
}

static void an_underline_ends_with_the_window(void **state)
{
    (void)state;
    struct buf text, out;
    buf_init(&text, 0);
    buf_init(&out, 0);
    for (int i = 0; i < 1000; i++)
        buf_add_char(&text, 'x');
    struct err err;
    (void)err_query(&err, ERR_QUERY, (struct span){10, 1000}, "bad");
    kql_diagnose("query", buf_slice(&text), &err, &out);
    assert_true(out.len < 300);
    assert_int_equal(slice_find(buf_slice(&out), SLICE("xxx...\n            ^~~~"), 0) > 0, 1);
    buf_release(&text);
    buf_release(&out);
}

static void an_error_without_a_place_has_no_line(void **state)
{
    (void)state;
    struct err err;
    (void)err_set(&err, ERR_MEMORY, "out of memory");
    struct buf out;
    buf_init(&out, 0);
    kql_diagnose("rule.kql", SLICE("T"), &err, &out);
    assert_slice_equal(buf_slice(&out), SLICE("rule.kql: error: out of memory\n"));
    buf_release(&out);
}

static void a_real_error_from_the_parser(void **state)
{
    (void)state;
    struct slice text = SLICE("DeviceNetworkEvents\n| where RemoteUrl matches regex \".*\\.org\"\n| take 5");
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query;
    struct err err;
    assert_int_equal(kql_parse(text, &arena, &query, &err), ERR_QUERY);
    struct buf out;
    buf_init(&out, 0);
    kql_diagnose("query", text, &err, &out);
    assert_slice_equal(buf_slice(&out), SLICE("query:2:36: error: unknown escape \\. in a string\n"
                                              "  | where RemoteUrl matches regex \".*\\.org\"\n"
                                              "                                     ^~\n"
                                              "hint: write @\"...\" to keep backslashes as they are, or \\\\ for one "
                                              "backslash\n"));
    buf_release(&out);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caret_stands_under_the_error),
        cmocka_unit_test(the_end_is_where_the_text_ends),
        cmocka_unit_test(tabs_wide_and_combining_characters_count_as_shown),
        cmocka_unit_test(what_could_harm_a_terminal_is_shown_as_a_question_mark),
        cmocka_unit_test(a_span_over_lines_is_underlined_on_its_first),
        cmocka_unit_test(long_lines_are_cut_around_the_error),
        cmocka_unit_test(an_underline_ends_with_the_window),
        cmocka_unit_test(an_error_without_a_place_has_no_line),
        cmocka_unit_test(a_real_error_from_the_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
