/*
 * test_fn_match.c - text operators: every short text and needle against a naive reading, the documented examples, nulls,
 * lists, constant and computed needles alike.
 */
#include "expr_fixture.h"

#include "kql/func/match.h"
#include "kql/func/value_set.h"

#include <stdio.h>
#include <stdlib.h>

/* --- a slow, obvious reading --- */

static bool alnum_at(struct slice text, size_t at)
{
    return at < text.len && ascii_is_alnum(text.ptr[at]);
}

static bool naive(const char *op, struct slice text, struct slice needle)
{
    bool left = strcmp(op, "has") == 0 || strcmp(op, "hasprefix") == 0;
    bool right = strcmp(op, "has") == 0 || strcmp(op, "hassuffix") == 0;
    for (size_t at = 0; at + needle.len <= text.len; at++) {
        bool same = memcmp(text.ptr + at, needle.ptr, needle.len) == 0;
        bool left_fails = left && alnum_at(needle, 0) && at > 0 && alnum_at(text, at - 1);
        bool right_fails = right && needle.len && alnum_at(needle, needle.len - 1) && alnum_at(text, at + needle.len);
        bool starts_fails = strcmp(op, "startswith") == 0 && at > 0;
        bool ends_fails = strcmp(op, "endswith") == 0 && at + needle.len < text.len;
        if (same && !left_fails && !right_fails && !starts_fails && !ends_fails)
            return true;
    }
    return false;
}

enum { TEXTS_MAX = 6000 };
static struct slice texts[TEXTS_MAX];
static uint32_t text_count;

/* All texts over the alphabet up to a length. */
static void make_texts(const char *alphabet, unsigned letters, unsigned longest)
{
    text_count = 0;
    for (unsigned length = 0; length <= longest; length++) {
        unsigned numbers = 1;
        for (unsigned i = 0; i < length; i++)
            numbers *= letters;
        for (unsigned number = 0; number < numbers; number++) {
            assert_true(text_count < TEXTS_MAX);
            char *text = arena_alloc(&fixture_arena, length);
            for (unsigned i = 0, rest = number; i < length; i++, rest /= letters)
                text[i] = alphabet[rest % letters];
            texts[text_count++] = slice_of(text, length);
        }
    }
}

/* --- batches of two columns of text --- */

static const struct column_def PAIR_COLUMNS[] = {{.name = {"a", 1}, .type = TYPE_STRING},
                                                 {.name = {"b", 1}, .type = TYPE_STRING}};
static const struct schema PAIR = {.count = 2, .columns = PAIR_COLUMNS};

static struct batch *batch_of_texts(struct slice needle)
{
    struct batch *batch = NULL;
    assert_int_equal(batch_create(&BATCH_LOADED, &PAIR, text_count, &batch, NULL), ERR_NONE);
    for (uint32_t c = 0; c < 2; c++) {
        assert_int_equal(column_init(&batch->columns[c], TYPE_STRING, text_count, false, batch->arena, NULL), ERR_NONE);
        batch->loaded[c] = true;
        for (uint32_t row = 0; row < text_count; row++)
            batch->columns[c].str[row] = c == 0 ? texts[row] : needle;
    }
    return batch;
}

static void fold_all(struct slice in, char *buffer, struct slice *out)
{
    match_fold(in, buffer);
    *out = slice_of(buffer, in.len);
}

/* Checks `a op needle` for every text, with the needle constant or in a column. */
static void check_operator(const char *op, struct slice needle, bool constant_needle)
{
    for (unsigned form = 0; form < 4; form++) {
        char name[32], folded_text[16], folded_needle[16];
        (void)snprintf(name, sizeof name, "%s%s%s", form & 1 ? "!" : "", op, form & 2 ? "_cs" : "");
        struct expr *right = constant_needle ? constant(value_str(needle)) : of_column(1, TYPE_STRING);
        struct expr *expr = CALL(name, of_column(0, TYPE_STRING), right);
        assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
        struct batch *batch = batch_of_texts(needle);
        struct query query = {0};
        struct eval eval;
        const struct column *out;
        eval_init(&eval, &query);
        eval.arena = batch->arena;
        eval.batch = batch;
        assert_int_equal(eval_expr(&eval, expr, batch, batch->selection, &out, NULL), ERR_NONE);
        for (uint32_t row = 0; row < text_count; row++) {
            struct slice text = texts[row], sought = needle;
            if (!(form & 2)) {
                fold_all(text, folded_text, &text);
                fold_all(needle, folded_needle, &sought);
            }
            bool wanted = naive(op, text, sought) != ((form & 1) != 0);
            if (out->i64[column_cell(out, row)] != wanted)
                fail_msg("'%.*s' %s '%.*s' is not %d", SLICE_ARG(texts[row]), name, SLICE_ARG(needle), wanted);
        }
        eval_release(&eval);
        expr_unprepare(expr);
        batch_free(batch);
    }
}

static void operators_equal_a_naive_reading_for_all_short_texts(void **state)
{
    (void)state;
    static const char *const OPERATORS[] = {"contains", "has", "hasprefix", "hassuffix", "startswith", "endswith"};
    make_texts("aB.", 3, 3);
    struct slice needles[64];
    uint32_t needle_count = text_count;
    assert_true(needle_count <= 64);
    memcpy(needles, texts, needle_count * sizeof *needles);
    make_texts("aAB.", 4, 5);
    for (size_t op = 0; op < sizeof OPERATORS / sizeof OPERATORS[0]; op++)
        for (uint32_t n = 0; n < needle_count; n++)
            check_operator(OPERATORS[op], needles[n], n % 2 == 0);
}

static void has_equals_a_naive_reading_for_longer_texts(void **state)
{
    (void)state;
    make_texts("a.", 2, 11);
    for (uint32_t n = 1; n < 127; n++) {
        struct slice needle = texts[n];
        for (uint32_t t = 0; t < text_count; t++) {
            if (match_found(MATCH_HAS, texts[t], needle) != naive("has", texts[t], needle) ||
                match_found(MATCH_HAS_PREFIX, texts[t], needle) != naive("hasprefix", texts[t], needle) ||
                match_found(MATCH_HAS_SUFFIX, texts[t], needle) != naive("hassuffix", texts[t], needle))
                fail_msg("'%.*s' has '%.*s'", SLICE_ARG(texts[t]), SLICE_ARG(needle));
        }
    }
}

/* --- examples --- */

static char both(const char *text, const char *op, const char *needle)
{
    return truth_letter(CALL(op, of_str(text), of_str(needle)));
}

static void has_wants_whole_terms(void **state)
{
    (void)state;
    assert_int_equal(both("KustoExplorerQueryRun", "has", "Explorer"), 'f');
    assert_int_equal(both("powershell.exe", "has", "power"), 'f');
    assert_int_equal(both("powershell_ise.exe", "has", "powershell"), 't');
    assert_int_equal(both("foobar foo", "has", "foo"), 't');
    assert_int_equal(both("foobar barfoo", "has", "foo"), 'f');
    assert_int_equal(both("cmd.exe", "has", ".exe"), 't');
    assert_int_equal(both("a.exec", "has", ".exe"), 'f');
    assert_int_equal(both("BA", "has", "b"), 'f');
    assert_int_equal(both("North America", "has", "north america"), 't');
    assert_int_equal(both("North America", "hasprefix", "ame"), 't');
    assert_int_equal(both("North America", "hassuffix", "ORTH"), 't');
    assert_int_equal(both("North America", "hassuffix_cs", "ORTH"), 'f');
    assert_int_equal(both("x/providers/y", "has", "/providers/"), 't');
    assert_int_equal(both("any", "has", ""), 't');
    assert_int_equal(both("", "has", "a"), 'f');
    assert_int_equal(both("\xC3\xA9"
                          "foo",
                          "has", "foo"),
                     't'); /* a letter beyond ASCII separates */
}

static void only_ascii_is_folded(void **state)
{
    (void)state;
    assert_int_equal(both("A", "=~", "a"), 't');
    assert_int_equal(both("A", "!~", "a"), 'f');
    assert_int_equal(both("ab", "=~", "a"), 'f');
    assert_int_equal(both("\xC3\x89", "=~", "\xC3\xA9"), 'f');
    assert_int_equal(both("\xC3\x89", "!~", "\xC3\xA9"), 't');
    assert_int_equal(both("\xC3\x89", "contains", "\xC3\xA9"), 'f');
    assert_int_equal(both("[", "=~", "{"), 'f');
    assert_int_equal(both("@", "=~", "`"), 'f');
}

static void long_periodic_texts_take_no_square_of_time(void **state)
{
    (void)state;
    enum { LEN = 1 << 20 };
    char *text = malloc(LEN);
    assert_non_null(text);
    memset(text, 'a', LEN);
    assert_false(match_found(MATCH_HAS, slice_of(text, LEN), SLICE("aaaaaaaaaaaaaaaa")));
    assert_true(match_found(MATCH_HAS_SUFFIX, slice_of(text, LEN), SLICE("aaaaaaaaaaaaaaaa")));
    assert_false(match_found(MATCH_HAS, slice_of(text, LEN), slice_of(text, LEN / 2)));
    for (size_t i = 0; i < LEN; i += 2)
        text[i] = '.';
    assert_false(match_found(MATCH_HAS, slice_of(text, LEN), SLICE("aa")));
    free(text);
}

/* --- lists --- */

static char list_letter(struct expr *expr)
{
    char unprepared = truth_letter(expr);
    assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
    assert_int_equal(truth_letter(expr), unprepared);
    expr_unprepare(expr);
    return unprepared;
}

static void has_any_wants_one_has_all_wants_all(void **state)
{
    (void)state;
    struct expr *text = of_str("Powershell -enc AAA /providers/x");
    assert_int_equal(list_letter(CALL("has_any", text, of_str("cmd"), of_str("POWERSHELL"))), 't');
    assert_int_equal(list_letter(CALL("has_any", text, of_str("power"), of_str("shell"))), 'f');
    assert_int_equal(list_letter(CALL("has_any", text, of_str("/Providers/"))), 't');
    assert_int_equal(list_letter(CALL("has_any", text, of_str("-enc aaa"))), 't');
    assert_int_equal(list_letter(CALL("has_any", text, of_str("nc aaa"))), 'f');
    assert_int_equal(list_letter(CALL("has_any", text, of_str(""))), 't');
    assert_int_equal(list_letter(CALL("has_all", text, of_str("enc"), of_str("aaa"))), 't');
    assert_int_equal(list_letter(CALL("has_all", text, of_str("enc"), of_str("aa"))), 'f');
    assert_int_equal(list_letter(CALL("has_any", text, of_json("[\"cmd\",[\"enc\"]]"))), 't');
    assert_int_equal(list_letter(CALL("has_all", text, of_json("[\"cmd\",[\"enc\"]]"))), 'f');
    assert_int_equal(list_letter(CALL("has_any", of_str("port 443"), of_json("[443,null]"))), 't');
    assert_int_equal(list_letter(CALL("has_any", text, of_json("[]"))), 'f');
    assert_int_equal(list_letter(CALL("has_all", text, of_json("[]"))), 't');
    assert_int_equal(list_letter(CALL("has_any", of_str(""), of_str("a"))), 'f');
}

static void lists_come_from_subqueries_too(void **state)
{
    (void)state;
    struct value rows[] = {value_str(SLICE("Foo")), value_str(SLICE("b.c"))};
    struct value *sets[] = {rows};
    uint64_t counts[] = {2};
    struct value_set index = {.nocase = true};
    for (size_t i = 0; i < 2; i++)
        assert_true(value_set_add(&index, &rows[i], false, &fixture_arena));
    struct query query = {.sets = sets, .set_counts = counts, .set_indexes_nocase = &index};
    static const struct {
        const char *text;
        bool any, all;
    } CASES[] = {{"a foo", true, false}, {"a.B.C", true, false}, {"foo b.c", true, true}, {"food xb.c", false, false}};
    text_count = sizeof CASES / sizeof CASES[0];
    for (uint32_t i = 0; i < text_count; i++)
        texts[i] = slice_from_cstr(CASES[i].text);
    for (unsigned all = 0; all < 2; all++) {
        struct expr set = {.kind = EXPR_SET, .type = TYPE_STRING};
        struct expr *expr = CALL(all ? "has_all" : "has_any", of_column(0, TYPE_STRING), &set);
        assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
        struct batch *batch = batch_of_texts(SLICE(""));
        struct eval eval;
        const struct column *out;
        eval_init(&eval, &query);
        eval.arena = batch->arena;
        eval.batch = batch;
        assert_int_equal(eval_expr(&eval, expr, batch, batch->selection, &out, NULL), ERR_NONE);
        for (uint32_t row = 0; row < text_count; row++)
            assert_int_equal(out->i64[row], all ? CASES[row].all : CASES[row].any);
        eval_release(&eval);
        expr_unprepare(expr);
        batch_free(batch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(operators_equal_a_naive_reading_for_all_short_texts, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(has_equals_a_naive_reading_for_longer_texts, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(has_wants_whole_terms, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(only_ascii_is_folded, fixture_setup, fixture_teardown),
        cmocka_unit_test(long_periodic_texts_take_no_square_of_time),
        cmocka_unit_test_setup_teardown(has_any_wants_one_has_all_wants_all, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(lists_come_from_subqueries_too, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
