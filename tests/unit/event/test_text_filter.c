/*
 * test_text_filter.c - a filter says no only of texts in which none of its own stands, however they are spelt.
 */
#include "test.h"

#include "event/text_filter.h"
#include "kql/func/match.h"
#include "source/json/json_token.h"

static const struct text_filter *filter_of(const char *const *texts, uint32_t count, bool nocase, bool are_terms,
                                           struct arena *arena)
{
    struct slice slices[64];
    const struct text_filter *filter = NULL;
    struct err err;
    assert_true(count <= TEST_COUNT(slices));
    for (uint32_t i = 0; i < count; i++)
        slices[i] = slice_from_cstr(texts[i]);
    struct text_filter_wish wish = {7, slices, count, nocase, are_terms};
    assert_int_equal(text_filter_new(&wish, arena, &filter, &err), ERR_NONE);
    return filter;
}

static void assert_may(const char *const *texts, uint32_t count, bool are_terms, const char *raw, bool may)
{
    struct arena arena;
    arena_init(&arena, 0);
    const struct text_filter *filter = filter_of(texts, count, true, are_terms, &arena);
    assert_non_null(filter);
    if (text_filter_may_json(filter, slice_from_cstr(raw)) != may)
        fail_msg("%s in %s", texts[0], raw);
    arena_release(&arena);
}

static void a_text_is_found_in_any_case_and_spelling(void **state)
{
    (void)state;
    static const char *const one[] = {"No-Sandbox"};
    assert_may(one, 1, false, "", false);
    assert_may(one, 1, false, "--type=utility --lang=en-US", false);
    assert_may(one, 1, false, "no-sandbox", true);
    assert_may(one, 1, false, "chrome.exe --type=utility --NO-SANDBOX", true);
    assert_may(one, 1, false, "chrome.exe --type=utility --NO-SANDBO", false);
    assert_may(one, 1, false, "chrome.exe --no\\u002dsandbox", true);
    assert_may(one, 1, false, "C:\\\\users\\\\x", false); /* no escape of a character */
    static const char *const quoted[] = {"a\"bcd/"};
    assert_may(quoted, 1, false, "a\\\"bcd\\/", true);
    assert_may(quoted, 1, false, "a\\\"bce", false);
}

static void a_term_is_found_between_what_is_no_letter_or_digit(void **state)
{
    (void)state;
    static const char *const many[] = {"certutil", "mshta", "iex", "regsvr32", "zz"};
    assert_may(many, 5, true, "C:\\\\Windows\\\\certutil.exe -x", true);
    assert_may(many, 5, true, "C:\\\\Windows\\\\certutils.exe -x", false);
    assert_may(many, 5, true, "C:\\\\Windows\\\\xcertutil.exe -x", false);
    assert_may(many, 5, true, "(IEX)", true);
    assert_may(many, 5, true, "zz", true);
    assert_may(many, 5, true, "zzz z", false);
    assert_may(many, 5, true, "a\\niex", true);
    assert_may(many, 5, true, "a\\u0020b", true);
    assert_may(many, 5, true, "\xc3\xa9mshta\xc3\xa9", true);
    assert_may(many, 5, true, "................................................................regsvr32", true);
    assert_may(many, 5, true, "............................................................. regsvr32 ", true);
}

static void what_helps_nothing_makes_no_filter(void **state)
{
    (void)state;
    static const char *const shorts[] = {"x"}, *const escaped[] = {"\"\\/\""}, *const foreign[] = {"\xc3\xa9"};
    static const char *const many[] = {"aa", "bb", "cc", "dd"};
    struct arena arena;
    arena_init(&arena, 0);
    assert_null(filter_of(shorts, 1, true, true, &arena));
    assert_null(filter_of(shorts, 0, true, true, &arena));
    assert_null(filter_of(escaped, 1, true, false, &arena));
    assert_null(filter_of(foreign, 1, true, false, &arena));
    assert_null(filter_of(many, 4, true, false, &arena));
    const struct text_filter *filter = filter_of(many, 4, true, true, &arena);
    assert_int_equal(text_filter_count(filter), 4);
    assert_int_equal(text_filter_column(filter), 7);
    arena_release(&arena);
}

/* Pieces that the texts are made of too, so that they meet. */
static size_t hostile_raw(char *out)
{
    static const char *const pieces[] = {"ab",     "AB",      "c1",    "-", "\\\\", "\\n",      "\\\"",
                                         "\\/",    "\\u0061", "\\u00", "n", "\xff", "\xc3\xa9", "\\ud83d\\ude00",
                                         "abc1-x", "Abn",     "u0061", " "};
    size_t len = 0;
    for (uint32_t i = test_random_below(60); i > 0; i--) {
        const char *piece = pieces[test_random_below(TEST_COUNT(pieces))];
        if (strcmp(piece, "\\u00") == 0)
            piece = "\\u0042";
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

/* What the predicate finds in the decoded text. */
static bool is_found(const char *const *texts, uint32_t count, bool nocase, bool are_terms, struct slice raw)
{
    struct buf text;
    char folded[2000], needle[100];
    bool found = false;
    buf_init(&text, 0);
    json_text_decode((struct json_text){raw, raw.len > 0 && memchr(raw.ptr, '\\', raw.len)}, &text);
    assert_true(text.len <= sizeof folded);
    struct slice whole = buf_slice(&text);
    if (nocase) {
        match_fold(whole, folded);
        whole = slice_of(folded, text.len);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct slice wanted = slice_from_cstr(texts[i]);
        if (nocase) {
            match_fold(wanted, needle);
            wanted = slice_of(needle, wanted.len);
        }
        found |= match_found(are_terms ? MATCH_HAS : MATCH_CONTAINS, whole, wanted);
    }
    buf_release(&text);
    return found;
}

static void a_filter_is_never_narrower_than_the_predicate(void **state)
{
    (void)state;
    static const char *const texts[] = {"ab",   "nab",  "abc1", "c1ab",  "abn",    "nn",
                                        "BC1-", "c1-a", "n-ab", "aa\"b", "ab\\ab", "ab/ab"};
    static const struct {
        uint32_t first, count;
        bool nocase, are_terms;
    } kinds[] = {{0, 1, true, false}, {3, 1, false, true},  {0, 6, true, true},  {1, 5, true, true},
                 {6, 1, true, false}, {7, 2, false, false}, {9, 3, true, false}, {11, 1, true, false},
                 {5, 1, true, true},  {2, 4, true, true}};
    char raw[1000];
    size_t no = 0, yes = 0;
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t k = 0; k < TEST_COUNT(kinds); k++) {
        const char *const *own = texts + kinds[k].first;
        uint32_t count = kinds[k].count;
        const struct text_filter *filter = filter_of(own, count, kinds[k].nocase, kinds[k].are_terms, &arena);
        assert_non_null(filter);
        for (int round = 0; round < 20000; round++) {
            struct slice text = slice_of(raw, hostile_raw(raw));
            bool may = text_filter_may_json(filter, text);
            no += !may;
            if (!is_found(own, count, kinds[k].nocase, kinds[k].are_terms, text))
                continue;
            yes++;
            assert_true(may);
        }
    }
    arena_release(&arena);
    assert_true(no > 1000 && yes > 1000); /* the generator makes sense */
}

static void a_long_text_may_hold_anything(void **state)
{
    (void)state;
    static const char *const many[] = {"certutil", "mshta", "iex", "regsvr32"};
    static char text[5000];
    memset(text, 'x', sizeof text - 1);
    assert_may(many, 4, true, text, true);
    assert_may(many, 1, true, text, false);
}

static bool is_long(const void *user, struct slice text)
{
    return text.len > *(const size_t *)user;
}

static bool is_longer(const void *user, struct slice name)
{
    return name.len > *(const size_t *)user + 1;
}

static void a_judge_is_asked_about_decoded_text_alone(void **state)
{
    (void)state;
    static const size_t limit = 3;
    struct text_judge judge = {.may = is_long, .user = &limit, .what = "a long text"};
    const struct text_filter *filter = NULL;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    assert_int_equal(text_filter_ask(7, &judge, &arena, &filter, &err), ERR_NONE);
    assert_int_equal(text_filter_column(filter), 7);
    assert_int_equal(text_filter_count(filter), 0);
    assert_string_equal(text_filter_what(filter), "a long text");
    assert_false(text_filter_may_text(filter, SLICE("abc")));
    assert_true(text_filter_may_text(filter, SLICE("abcd")));
    assert_true(text_filter_may_json(filter, SLICE("abc"))); /* as it is not known to be what it stands for */
    assert_null(text_filter_of_names(filter));
    judge.may_name = is_longer;
    assert_int_equal(text_filter_ask(7, &judge, &arena, &filter, &err), ERR_NONE);
    const struct text_judge *of_names = text_filter_of_names(filter);
    assert_non_null(of_names);
    assert_false(of_names->may_name(of_names->user, SLICE("abcd")));
    assert_true(of_names->may_name(of_names->user, SLICE("abcde")));
    arena_release(&arena);
}

static void a_run_is_sought_in_json_as_in_text(void **state)
{
    (void)state;
    struct byte_run run = {.len = 3};
    const struct text_filter *filter = NULL;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    run.has['4'] = run.has['5'] = true;
    assert_int_equal(text_filter_run(7, &run, &arena, &filter, &err), ERR_NONE);
    assert_int_equal(text_filter_column(filter), 7);
    assert_int_equal(text_filter_count(filter), 0);
    assert_non_null(text_filter_what(filter));
    assert_true(text_filter_may_json(filter, SLICE("a\\\\454b")));
    assert_false(text_filter_may_json(filter, SLICE("a\\\\45\\n4b")));
    assert_true(text_filter_may_json(filter, SLICE("a4\\u00355b")));
    assert_false(text_filter_may_raw(filter, SLICE("a4\\n5b")));
    assert_false(text_filter_may_text(filter, SLICE("a44.5b")));
    assert_true(text_filter_may_text(filter, SLICE("444")));
    static const char respelt[] = {'"', '\\', '/', '\n'};
    for (size_t i = 0; i < sizeof respelt; i++) {
        struct byte_run other = run;
        other.has[(unsigned char)respelt[i]] = true;
        assert_int_equal(text_filter_run(7, &other, &arena, &filter, &err), ERR_NONE);
        assert_null(filter);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_found_in_any_case_and_spelling),
        cmocka_unit_test(a_term_is_found_between_what_is_no_letter_or_digit),
        cmocka_unit_test(what_helps_nothing_makes_no_filter),
        cmocka_unit_test(a_filter_is_never_narrower_than_the_predicate),
        cmocka_unit_test(a_long_text_may_hold_anything),
        cmocka_unit_test(a_judge_is_asked_about_decoded_text_alone),
        cmocka_unit_test(a_run_is_sought_in_json_as_in_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
