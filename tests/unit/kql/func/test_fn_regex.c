/*
 * test_fn_regex.c - functions with regular expressions: documented examples, patterns that rows bring themselves,
 * refused patterns, rows that no engine decides.
 */
#include "text_fixture.h"

#include <stdlib.h>

static void matching_is_anywhere_and_case_sensitive(void **state)
{
    (void)state;
    EXPECT("True", "matches regex", S("x.duckdns.org"), S(".*\\.(duckdns\\.org|ddns\\.net)$"));
    EXPECT("False", "matches regex", S("X.DuckDNS.org"), S(".*\\.(duckdns\\.org|ddns\\.net)$"));
    EXPECT("False", "matches regex", S("duckdns.org"), S(".*\\.(duckdns\\.org|ddns\\.net)$"));
    EXPECT("False", "matches regex", S("x.ddns.net\n"), S(".*\\.(duckdns\\.org|ddns\\.net)$"));
    EXPECT("True", "matches regex", S("abc"), S("b"));
    EXPECT("True", "matches regex", S(""), S(""));
}

static void extract_gives_a_group_in_its_type(void **state)
{
    (void)state;
    EXPECT("James", "extract", S("User: ([^,]+)"), L(1), S("User: James, Age: 29"));
    EXPECT("", "extract", S("Email: (\\S+),"), L(1), S("User: David, Age: 35"));
    EXPECT("29", "extract", S("\\d+"), L(0), S("User: James, Age: 29"));
    EXPECT("12", "extract", S("-(\\d{2})-"), L(1), S("15-12-2024"), of_null(TYPE_LONG));
    EXPECT("null", "extract", S("-(\\D{2})-"), L(1), S("15-ab-2024"), of_null(TYPE_LONG));
    EXPECT("null", "extract", S("x"), L(0), S("y"), of_null(TYPE_LONG));
    EXPECT("", "extract", S("(a)|b"), L(1), S("b"));
    EXPECT("", "extract", S("a"), L(1), S("a"));
    EXPECT("", "extract", S("a"), L(-1), S("a"));
    EXPECT("", "extract", S("a"), of_null(TYPE_LONG), S("a"));
}

static void extract_all_gives_arrays(void **state)
{
    (void)state;
    EXPECT("[\"123\",\"567\",\"789\"]", "extract_all", S("(\\d+)"), S("a set of numbers: 123, 567 and 789"));
    EXPECT("[[\"8\",\"2b8be2\",\"d\"],[\"d\",\"fa\",\"7\"]]", "extract_all", S("(\\w)(\\w+)(\\w)"), S("82b8be2d-dfa7"));
    EXPECT("[[\"8\",\"d\"],[\"d\",\"7\"]]", "extract_all", S("(\\w)(\\w+)(\\w)"), J("[1,3]"), S("82b8be2d-dfa7"));
    EXPECT("[[\"d\",\"fa\"]]", "extract_all", S("(?P<first>\\w)(?P<middle>\\w+)(?P<last>\\w)"), J("[\"first\",2]"),
           S("dfa7"));
    EXPECT("null", "extract_all", S("(\\d+)"), S("none"));
    EXPECT("null", "extract_all", S("(\\d+)"), J("[2]"), S("1"));
    EXPECT("[\"\",\"\"]", "extract_all", S("(x*)"), S("a"));
}

static void replace_regex_rewrites_each_match(void **state)
{
    (void)state;
    EXPECT("Number was: 1", "replace_regex", S("Number is 1"), S("is (\\d+)"), S("was: \\1"));
    EXPECT("<a><b>", "replace_regex", S("ab"), S("."), S("<\\0>"));
    EXPECT("xbxcx", "replace_regex", S("baac"), S("a*"), S("x"));
    EXPECT("$1", "replace_regex", S("a"), S("(a)"), S("$1"));
    EXPECT("\\", "replace_regex", S("a"), S("a"), S("\\\\"));
    EXPECT("[]", "replace_regex", S("a"), S("a"), S("[\\7]"));
    EXPECT("-\xC3\xA9-", "replace_regex", S("\xC3\xA9"), S(""), S("-"));
    EXPECT("ac", "replace", S("b"), S(""), S("abc"));
}

static void trimming_takes_one_match_at_an_end(void **state)
{
    (void)state;
    EXPECT("https://bing.com", "trim", S("--"), S("--https://bing.com--"));
    EXPECT("Te st1", "trim", S("[^\\w]+"), S("-  Te st1// $"));
    EXPECT("0", "trim", S("1"), S("10"));
    EXPECT("", "trim", S("1"), S("11"));
    EXPECT("1", "trim", S("1"), S("111"));
    EXPECT("bing", "trim_end", S(".com"), S("bing.com"));
    EXPECT("bing.com", "trim_start", S("https://"), S("https://bing.com"));
    EXPECT("Hello, world!    ", "trim_start", S("\\s+"), S("    Hello, world!    "));
    EXPECT("a b", "trim_start", S("b"), S("a b"));
    EXPECT("ab", "trim_end", S("(?x) c # c"), S("abc"));
    EXPECT("c", "trim_start", S("a|ab"), S("ac"));
    EXPECT("", "trim", S(".*"), S("abc"));
}

static void countof_overlaps_only_when_plain(void **state)
{
    (void)state;
    EXPECT("3", "countof", S("aaa"), S("a"));
    EXPECT("3", "countof", S("aaaa"), S("aa"));
    EXPECT("2", "countof", S("ababa"), S("aba"), S("normal"));
    EXPECT("1", "countof", S("ababa"), S("aba"), S("regex"));
    EXPECT("2", "countof", S("abcabc"), S("a.c"), S("regex"));
    EXPECT("0", "countof", S("abc"), S(""));
}

static void indexof_regex_counts_code_points(void **state)
{
    (void)state;
    EXPECT("0", "indexof_regex", S("abcabc"), S("a.c"));
    EXPECT("3", "indexof_regex", S("abcabcdefg"), S("a.c"), L(0), L(9), L(2));
    EXPECT("-1", "indexof_regex", S("abcabc"), S("a.c"), L(1), L(-1), L(2));
    EXPECT("-1", "indexof_regex", S("ababaa"), S("a.a"), L(0), L(-1), L(2));
    EXPECT("null", "indexof_regex", S("abcabc"), S("a|ab"), L(-1));
    EXPECT("1", "indexof_regex",
           S("\xC3\xA9"
             "a"),
           S("a"));
}

static enum err_code prepare(const char *name, const char *pattern, struct err *err)
{
    struct expr *text = S("text"), *regex = S(pattern), *expr;
    regex->span = (struct span){10, 14};
    expr = strcmp(name, "matches regex") == 0 ? CALL(name, text, regex) : CALL(name, regex, text);
    enum err_code code = expr_prepare(expr, &fixture_arena, err);
    expr_unprepare(expr);
    return code;
}

static void a_bad_constant_pattern_is_the_querys_error(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"matches regex", "trim", "trim_start", "trim_end", "extract_all"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct err err = {0};
        assert_int_equal(prepare(NAMES[i], "(?=a)", &err), ERR_QUERY);
        assert_true(err.has_span);
        assert_int_equal(err.span.start, 10);
    }
    assert_int_equal(prepare("extract_all", "a", NULL), ERR_QUERY);
    struct err err = {0};
    struct expr *unused;
    struct expr *args[] = {S("a"), S("a"), S("other")};
    assert_int_equal(call_try("countof", args, 3, &unused, &err), ERR_QUERY);
}

/* --- patterns in a column, rows that are not decided --- */

static const struct column_def PAIR_COLUMNS[] = {{.name = {"a", 1}, .type = TYPE_STRING},
                                                 {.name = {"b", 1}, .type = TYPE_STRING}};
static const struct schema PAIR = {.count = 2, .columns = PAIR_COLUMNS};

static uint32_t rejects_seen;

static enum err_code count_reject(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why,
                                  struct err *err)
{
    (void)batch, (void)row, (void)why, (void)err;
    assert_int_equal(kind, REJECT_UNDECIDED);
    rejects_seen++;
    return ERR_NONE;
}

static struct batch *pairs(const struct batch_type *type, const struct slice (*cells)[2], uint32_t count)
{
    struct batch *batch = NULL;
    assert_int_equal(batch_create(type, &PAIR, count, &batch, NULL), ERR_NONE);
    for (uint32_t c = 0; c < 2; c++) {
        assert_int_equal(column_init(&batch->columns[c], TYPE_STRING, count, false, batch->arena, NULL), ERR_NONE);
        batch->loaded[c] = true;
        for (uint32_t row = 0; row < count; row++)
            batch->columns[c].str[row] = cells[row][c];
    }
    return batch;
}

static void a_pattern_may_come_from_the_row(void **state)
{
    (void)state;
    const struct slice cells[][2] = {{SLICE("abc"), SLICE("b")},
                                     {SLICE("abc"), SLICE("b")},
                                     {SLICE("abc"), SLICE("(?=b)")},
                                     {SLICE("abc"), SLICE("x")},
                                     {SLICE("xyz"), SLICE("x")}};
    static const int wanted[] = {1, 1, -1, 0, 1};
    struct batch *batch = pairs(&BATCH_LOADED, cells, 5);
    struct expr *expr = CALL("matches regex", of_column(0, TYPE_STRING), of_column(1, TYPE_STRING));
    assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
    struct query query = {0};
    struct eval eval;
    const struct column *out;
    eval_init(&eval, &query);
    eval.arena = batch->arena;
    eval.batch = batch;
    assert_int_equal(eval_expr(&eval, expr, batch, batch->selection, &out, NULL), ERR_NONE);
    for (uint32_t row = 0; row < 5; row++)
        assert_int_equal(column_is_null(out, row) ? -1 : (int)out->i64[row], wanted[row]);
    eval_release(&eval);
    expr_unprepare(expr);
    batch_free(batch);
}

static void what_no_engine_decides_is_rejected_not_hidden(void **state)
{
    (void)state;
    /* So large with its repetitions written out that PCRE2 refuses it and the machine's work has no end in sight. */
    enum { LEN = 1 << 20 };
    char *text = malloc(LEN);
    assert_non_null(text);
    memset(text, 'a', LEN);
    const struct slice cells[][2] = {{slice_of(text, LEN), SLICE("")}, {SLICE("b"), SLICE("")}};
    struct batch_type type = BATCH_LOADED;
    type.reject = count_reject;
    struct batch *batch = pairs(&type, cells, 2);
    struct expr *expr = CALL("matches regex", of_column(0, TYPE_STRING), S("(?:(?:a|b){100}){500}c|b"));
    assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
    struct query query = {0};
    struct eval eval;
    const struct column *out;
    eval_init(&eval, &query);
    eval.arena = batch->arena;
    eval.batch = batch;
    rejects_seen = 0;
    assert_int_equal(eval_expr(&eval, expr, batch, batch->selection, &out, NULL), ERR_NONE);
    assert_int_equal(rejects_seen, 1);
    assert_true(column_is_null(out, 0));
    assert_false(column_is_null(out, 1));
    assert_int_equal(out->i64[1], 1);
    eval_release(&eval);
    expr_unprepare(expr);
    batch_free(batch);
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(matching_is_anywhere_and_case_sensitive),
        TEST(extract_gives_a_group_in_its_type),
        TEST(extract_all_gives_arrays),
        TEST(replace_regex_rewrites_each_match),
        TEST(trimming_takes_one_match_at_an_end),
        TEST(countof_overlaps_only_when_plain),
        TEST(indexof_regex_counts_code_points),
        TEST(a_bad_constant_pattern_is_the_querys_error),
        TEST(a_pattern_may_come_from_the_row),
        TEST(what_no_engine_decides_is_rejected_not_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
