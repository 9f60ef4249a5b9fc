/*
 * test_regex_run.c - the run of bytes that a regular expression wants: which one it is, and that every text that matches has
 * it, by the machine that knows nothing of runs.
 */
#include "test.h"

#include "kql/regex/regex.h"
#include "kql/regex/regex_vm.h"

#include <stdio.h>

/* "5 of 456" or "none"; + stands for all bytes that are not ASCII. */
static void describe(const char *pattern, char *out, size_t size)
{
    struct arena arena;
    struct byte_run run;
    arena_init(&arena, 0);
    snprintf(out, size, "none");
    if (regex_as_run(slice_from_cstr(pattern), &arena, &run)) {
        int len = snprintf(out, size, "%u of ", (unsigned)run.len);
        for (unsigned c = 0; c < 0x80; c++)
            if (run.has[c])
                out[len++] = (char)c;
        for (unsigned c = 0x81; c < 256; c++)
            assert_int_equal(run.has[c], run.has[0x80]);
        if (run.has[0x80])
            out[len++] = '+';
        out[len] = '\0';
    }
    arena_release(&arena);
}

static void the_stretch_that_rules_out_the_most_is_taken(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[4-6]{5}", "5 of 456"},
        {"^.*[4-6]{5}$", "5 of 456"},
        {"(([4-6]{5}))", "5 of 456"},
        {"x*[4-6]{2,}[1-3]+", "3 of 123456"},
        {"\\d{1,3}(\\.\\d{1,3}){3}", "7 of .0123456789+"},
        {"(?-u:\\d){4}", "4 of 0123456789"},
        {"[0-9a-f]{32}\\b", "32 of 0123456789abcdef"},
        {"(?i)[ab]{4}", "4 of ABab"},
        {"(?i)[sk]{4}", "4 of KSks+"},
        {"(?i)\xc5\xbf{4}", "4 of KSks+"},
        {"(123|45678)9", "4 of 123456789"},
        {"(123|)[45]", "none"},
        {"[4-6]{2}", "none"},
        {"[4-6]*", "none"},
        {"[^4-6]{5}", "none"},
        {"\\w{9}", "none"},
        {".{9}", "none"},
        {"([4-6]{5}|a)", "none"},
        {"([4-6]{5})?", "none"},
        {"[[4-6]&&[5]]{5}", "none"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        char got[300];
        describe(cases[i][0], got, sizeof got);
        if (strcmp(got, cases[i][1]) != 0)
            fail_msg("%s: %s, not %s", cases[i][0], got, cases[i][1]);
    }
}

static void a_run_is_found_wherever_it_stands(void **state)
{
    (void)state;
    char text[40];
    for (int round = 0; round < 200000; round++) {
        struct byte_run run = {.len = 1 + test_random_below(6)};
        uint32_t len = test_random_below(sizeof text), longest = 0, now = 0;
        run.has['a'] = true;
        for (uint32_t i = 0; i < len; i++) {
            text[i] = test_random_below(3) ? 'a' : 'b';
            now = text[i] == 'a' ? now + 1 : 0;
            longest = now > longest ? now : longest;
        }
        assert_int_equal(byte_run_is_in(&run, slice_of(text, len)), longest >= run.len);
    }
}

static const char *const ATOMS[] = {
    "[4-6]", "\\d", "a",    "[ab]",     "(?i:k)", "(?i:[ks])", "\\b", "(a|4{2})",
    "(?:)",  "^",   "[^b]", "\xc3\xa9", ".",      "(4|5|6a)",  "\\.", "(?i:\xe2\x84\xaa)"};
static const char *const COUNTS[] = {"", "", "{3}", "{2,4}", "+", "*?", "{4}", "?"};
static const char *const PIECES[] = {"4",        "5",        "6", "45", "a",       "b", "k", "K", "s", "\xe2\x84\xaa",
                                     "\xc5\xbf", "\xc3\xa9", ".", "\n", "\xd9\xa3"};

static size_t pieces(char *out, const char *const *from, uint32_t kinds, uint32_t count)
{
    size_t len = 0;
    while (count--) {
        const char *piece = from[test_random_below(kinds)];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

static void every_text_that_matches_has_the_run(void **state)
{
    (void)state;
    struct rx_threads *threads = rx_threads_new();
    unsigned runs = 0, matches = 0, ruled_out = 0;
    for (int round = 0; round < 500; round++) {
        char pattern[400], text[100];
        size_t len = 0;
        struct arena arena;
        struct byte_run run;
        struct rx_tree tree;
        struct err err;
        const struct rx_program *program;
        for (uint32_t i = 1 + test_random_below(4); i; i--) {
            len += pieces(pattern + len, ATOMS, TEST_COUNT(ATOMS), 1);
            len += pieces(pattern + len, COUNTS, TEST_COUNT(COUNTS), 1);
        }
        arena_init(&arena, 0);
        if (rx_parse(slice_of(pattern, len), &arena, &tree, &err) == ERR_NONE && rx_run_of(&tree, &run)) {
            runs++;
            assert_int_equal(rx_program_build(&tree, &arena, &program, &err), ERR_NONE);
            for (int k = 0; k < 100; k++) {
                struct slice all = slice_of(text, pieces(text, PIECES, TEST_COUNT(PIECES), test_random_below(25)));
                bool has = byte_run_is_in(&run, all);
                bool match = rx_program_run(program, threads, all, 0, NULL) == REGEX_YES;
                matches += match;
                ruled_out += !has;
                if (match && !has)
                    fail_msg("%.*s: %.*s", (int)len, pattern, (int)all.len, all.ptr);
            }
        }
        arena_release(&arena);
    }
    rx_threads_free(threads);
    assert_true(runs > 50 && matches > 100 && ruled_out > 1000); /* the generator makes sense */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stretch_that_rules_out_the_most_is_taken),
        cmocka_unit_test(a_run_is_found_wherever_it_stands),
        cmocka_unit_test(every_text_that_matches_has_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
