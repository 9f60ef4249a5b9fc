/*
 * test_regex.c - regular expressions: what is taken and refused, what they match, by both engines alike; texts made to
 * drive a backtracker mad; the forms that are no more than endings or a substring.
 */
#include "base/mem.h"
#include "kql/regex/regex.h"
#include "kql/regex/regex_vm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct answer {
    const char *pattern, *text;
    const char *match; /* "start-end" of each group, - for one that took no part; NULL: no match */
};

static struct regex *must_compile(const char *pattern)
{
    struct regex *regex = NULL;
    struct err err;
    if (regex_compile(slice_from_cstr(pattern), &regex, &err) != ERR_NONE)
        fail_msg("%s: %s", pattern, err.text);
    return regex;
}

static struct regex_scratch *must_scratch(void)
{
    struct regex_scratch *scratch = NULL;
    struct err err;
    assert_int_equal(regex_scratch_new(&scratch, &err), ERR_NONE);
    return scratch;
}

static void describe(enum regex_outcome outcome, const struct regex_match *match, uint32_t groups, char *out,
                     size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    if (outcome != REGEX_YES) {
        snprintf(out, size, "%s", outcome == REGEX_NO ? "no" : "undecided");
        return;
    }
    for (uint32_t i = 0; i <= groups && len < size; i++) {
        const char *blank = i ? " " : "";
        int more = match->start[i] == SIZE_MAX
                       ? snprintf(out + len, size - len, "%s-", blank)
                       : snprintf(out + len, size - len, "%s%zu-%zu", blank, match->start[i], match->end[i]);
        len += (size_t)more;
    }
}

/* Both engines, with and without captures. */
static void check(const struct answer *answer)
{
    const char *wanted = answer->match ? answer->match : "no";
    struct slice pattern = slice_from_cstr(answer->pattern), text = slice_from_cstr(answer->text);
    struct regex *regex = must_compile(answer->pattern);
    struct regex_scratch *scratch = must_scratch();
    struct regex_match match;
    char got[256];
    uint32_t groups = regex_group_count(regex);
    describe(regex_find(regex, scratch, text, 0, &match), &match, groups, got, sizeof got);
    if (strcmp(got, wanted) != 0)
        fail_msg("PCRE2: %s on '%s': %s, not %s", answer->pattern, answer->text, got, wanted);
    assert_int_equal(regex_test(regex, scratch, text), answer->match ? REGEX_YES : REGEX_NO);

    struct arena arena;
    struct rx_tree tree;
    struct err err;
    const struct rx_program *program = NULL;
    struct rx_threads *threads = rx_threads_new();
    arena_init(&arena, 0);
    assert_int_equal(rx_parse(pattern, &arena, &tree, &err), ERR_NONE);
    assert_int_equal(rx_program_build(&tree, &arena, &program, &err), ERR_NONE);
    describe(rx_program_run(program, threads, text, 0, &match), &match, groups, got, sizeof got);
    if (strcmp(got, wanted) != 0)
        fail_msg("machine: %s on '%s': %s, not %s", answer->pattern, answer->text, got, wanted);
    assert_int_equal(rx_program_run(program, threads, text, 0, NULL), answer->match ? REGEX_YES : REGEX_NO);
    rx_threads_free(threads);
    arena_release(&arena);
    regex_scratch_free(scratch);
    regex_free(regex);
}

static void check_all(const struct answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&answers[i]);
}
#define CHECK_ALL(answers) check_all((answers), sizeof(answers) / sizeof(answers)[0])

static void test_literals_and_escapes(void **state)
{
    (void)state;
    static const struct answer ANSWERS[] = {
        {"", "abc", "0-0"},
        {"b", "abc", "1-2"},
        {"a\\.b", "axb a.b", "4-7"},
        {"\\x41\\x{42}\\u0043\\u{44}\\U00000045", "ABCDE", "0-5"},
        {"\\101\\0", "A", NULL},
        {"\\n\\r\\t\\f\\v\\a", "\n\r\t\f\v\a", "0-6"},
        {"\\!\\\"\\#\\%\\&\\'\\,\\-\\/\\:\\;\\=\\@\\_\\`\\~\\ ", "!\"#%&',-/:;=@_`~ ", "0-17"},
        {"]}", "]}", "0-2"},
        {"\xC3\xA9+", "x\xC3\xA9\xC3\xA9", "1-5"},
    };
    CHECK_ALL(ANSWERS);
}

static void test_anchors_know_no_final_newline(void **state)
{
    (void)state;
    static const struct answer ANSWERS[] = {
        {"a$", "a\n", NULL},
        {"a$", "ba", "1-2"},
        {"a\\z", "a\n", NULL},
        {"^b", "a\nb", NULL},
        {"(?m)^b$", "a\nb\nc", "2-3"},
        {"(?m)^", "a\n", "0-0"},
        {"(?m)a$", "a\r\n", NULL},
        {"(?mR)a$", "a\r\n", "0-1"},
        {"(?mR)^\\n", "\r\n", NULL},
        {"(?m)\\Ab", "a\nb", NULL},
        {".", "\n", NULL},
        {".", "\r", "0-1"},
        {"(?R).", "\r\n", NULL},
        {"(?s).", "\n", "0-1"},
        {"a.c",
         "a\nc a\xE2\x80\xA8"
         "c",
         "4-9"},
    };
    CHECK_ALL(ANSWERS);
}

static void test_classes_and_their_operations(void **state)
{
    (void)state;
    static const struct answer ANSWERS[] = {
        {"[a-c]+", "xabcd", "1-4"},
        {"[^a-c]", "abcd", "3-4"},
        {"[]a]+", "]a", "0-2"},
        {"[-a]+", "-a", "0-2"},
        {"[a-]+", "a-", "0-2"},
        {"[x[^xyz]]+", "yxaz", "1-3"},
        {"[a-y&&xyz]+", "axyz", "1-3"},
        {"[0-9&&[^4]]+", "4356", "1-4"},
        {"[0-9--4]+", "4356", "1-4"},
        {"[a-g~~b-h]+", "bah", "1-3"},
        {"[a&&b]", "ab", NULL},
        {"[^a&&b]", "a", "0-1"},
        {"[\\pL--\\p{Greek}&&\\p{Uppercase}]+",
         "a\xCE\xA3"
         "AB",
         "3-5"},
        {"[[:alpha:]]+",
         "1\xC3\xA9"
         "ab",
         "3-5"},
        {"[[:^alpha:]]+", "a1\xC3\xA9", "1-4"},
        {"[[:foo:]]+", "xfo:", "1-4"},
        {"[\\]\\[]+", "[]", "0-2"},
        {"[^\\W_]+", "_ab_", "1-3"},
        {"[\\W_]+", "ab_.c", "2-4"},
        {"\\p{Letter}\\pN\\P{Greek}", "a1b", "0-3"},
        {"\\p{Greek}", "\xCE\xB1", "0-2"},
        {"\\p{sc=Greek}\\p{gc!=Lu}",
         "\xCE\xB1"
         "a",
         "0-3"},
    };
    CHECK_ALL(ANSWERS);
}

static void test_unicode_by_default_and_ascii_when_asked(void **state)
{
    (void)state;
    static const struct answer ANSWERS[] = {
        {"\\d+", "\xD9\xA3", "0-2"}, /* an Arabic digit */
        {"(?-u:\\d+)",
         "\xD9\xA3"
         "4",
         "2-3"},
        {"\\w+", "\xC3\xA9", "0-2"},
        {"(?-u:\\w+)",
         "\xC3\xA9"
         "a",
         "2-3"},
        {"\\s", "\xC2\xA0", "0-2"},
        {"\\w+", "e\xCC\x81", "0-3"},                /* a combining mark */
        {"(?i)k", "\xE2\x84\xAA", "0-3"},            /* the Kelvin sign */
        {"(?i)\xC5\xBFx\xE2\x84\xAA", "SXK", "0-3"}, /* the long s and the Kelvin sign, in a text of ASCII */
        {"(?i)[\xC5\xBF\xE2\x84\xAA]+", "aSkb", "1-3"},
        {"(?i)[^\xC4\x80-\xE2\x84\xB0]+", "Skab", "2-4"},
        {"\xC3\xA9?a", "a", "0-1"},
        {"[\xC3\xA9]|a", "a", "0-1"},
        {"[^\xC3\xA9]", "a", "0-1"},
        {"(?i)\xC3\xA9", "\xC3\x89", "0-2"},
        {"(?i-u)k", "\xE2\x84\xAAK", "3-4"},
        {"(?i)[^k]", "kK\xE2\x84\xAA", NULL},
        {"(?i)\\p{Lu}+", "aB", "0-2"},
        {"\\bfoo\\b",
         "\xC3\xA9"
         "foo foo",
         "6-9"},
        {"(?-u:\\b)foo",
         "\xC3\xA9"
         "foo",
         "2-5"},
        {"\\Boo", "foo", "1-3"},
        {"\\<a\\>", "ba a", "3-4"},
        {"\\b{start}a\\b{end}", "ba a", "3-4"},
        {"\\b{start-half}a\\b{end-half}", "ba a", "3-4"},
        {"a\\b",
         "a\xC3\xA9"
         "a",
         "3-4"},
    };
    CHECK_ALL(ANSWERS);
}

static void test_groups_flags_and_preference(void **state)
{
    (void)state;
    static const struct answer ANSWERS[] = {
        {"(a)(b)?", "a", "0-1 0-1 -"},
        {"(?P<x>a)(?<y>b)(?:c)", "abc", "0-3 0-1 1-2"},
        {"a|ab", "ab", "0-1"}, /* leftmost-first, not longest */
        {"(?i)a(?-i)b", "AB Ab", "3-5"},
        {"a(?i:b)c", "aBc", "0-3"},
        {"(a(?i)b)c", "aBC aBc", "4-7 4-6"},
        {"(?x) a b # comment\n c [ d ]", "abcd", "0-4"},
        {"(?i)a|b", "xB", "1-2"},
        {"(?i:a|bc|d)+", "BCad", "0-4"},
        {"(?i:a)+", "aA", "0-2"},
        {"(?U)a+", "aaa", "0-1"},
        {"(?U)a+?", "aaa", "0-3"},
        {"a{2,3}?", "aaaa", "0-2"},
        {"a{2}{2}", "aaaaa", "0-4"},
        {"(a*)*", "b", "0-0 0-0"},
        {"(|a)+", "aa", "0-0 0-0"},
        {"(a|b)*?c", "abc", "0-3 1-2"},
        {"((?:a|b)*|x)*c", "abc", "0-3 0-2"},
        {"(?:(.*|$)y?|z)*c", "abc", "0-3 0-2"},
        {"^*a", "a", "0-1"},
        {"(?:)", "a", "0-0"},
        {"x*", "a", "0-0"},
    };
    CHECK_ALL(ANSWERS);
}

static void test_refuses_what_kusto_refuses(void **state)
{
    (void)state;
    static const char *const PATTERNS[] = {"(?=a)",
                                           "(?!a)",
                                           "(?<=a)",
                                           "(?<!a)",
                                           "\\1",
                                           "(a)\\1",
                                           "\\8",
                                           "\\k<n>",
                                           "\\Z",
                                           "\\G",
                                           "\\Qa\\E",
                                           "a++",
                                           "a*+",
                                           "a?+",
                                           "a{2}+",
                                           "(?>a)",
                                           "(?(1)a|b)",
                                           "(?|a)",
                                           "(?#c)",
                                           "[z-a]",
                                           "[a",
                                           "[]",
                                           "[^]",
                                           "(",
                                           ")",
                                           "(a",
                                           "a)",
                                           "*",
                                           "+a",
                                           "?",
                                           "{2}",
                                           "a{2,1}",
                                           "a{,2}",
                                           "a{",
                                           "a{x}",
                                           "a{70000}",
                                           "a{99999999999}",
                                           "\\",
                                           "\\y",
                                           "\\e",
                                           "\\xg",
                                           "\\x{}",
                                           "\\x{D800}",
                                           "\\x{110000}",
                                           "\\p{Nonsense}",
                                           "\\p{",
                                           "\\p",
                                           "\\pX",
                                           "(?",
                                           "(?i",
                                           "(?z)",
                                           "(?)",
                                           "(?i-)",
                                           "(?ii)",
                                           "(?P<1>a)",
                                           "(?P<>a)",
                                           "(?P<n",
                                           "(?P<n>a)(?P<n>b)",
                                           "(?P=n)",
                                           "[a-\\d]",
                                           "[\\b]",
                                           "\\b{foo}",
                                           "\\b{",
                                           "(?-u).",
                                           "(?-u)\\W",
                                           "(?-u)[^a]",
                                           "(?-u)\\xFF",
                                           "(?-u)\\pL",
                                           "(?-u)\\B",
                                           "(?i)*",
                                           "a|*",
                                           "(*)",
                                           "(a{100}){100}{100}",
                                           "()()()()()()()()()()()()()()()()()"};
    for (size_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        struct regex *regex = NULL;
        struct err err = {0};
        enum err_code code = regex_compile(slice_from_cstr(PATTERNS[i]), &regex, &err);
        if (code != ERR_QUERY || err.text[0] == '\0')
            fail_msg("%s: %d '%s'", PATTERNS[i], code, err.text);
        assert_null(regex);
    }
}

static void test_says_why_and_where(void **state)
{
    (void)state;
    struct regex *regex = NULL;
    struct err err;
    assert_int_equal(regex_compile(SLICE("\xC3\xA9(?=a)"), &regex, &err), ERR_QUERY);
    assert_string_equal(err.text, "bad regular expression: look-around is not supported (at character 3)");
    assert_int_equal(regex_compile(SLICE("\\p{age=3.0}"), &regex, &err), ERR_UNSUPPORTED);
    assert_int_equal(regex_compile(SLICE("a\xFF"), &regex, &err), ERR_QUERY);
}

static void test_sixteen_groups_are_enough_and_allowed(void **state)
{
    (void)state;
    struct regex *regex = must_compile("()()()()()()()()()()()()()()()(?<last>x)");
    assert_int_equal(regex_group_count(regex), 16);
    assert_int_equal(regex_group_number(regex, SLICE("last")), 16);
    assert_int_equal(regex_group_number(regex, SLICE("other")), 0);
    regex_free(regex);
}

static void test_deep_nesting_is_refused_not_crashed(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    char *pattern = malloc(2 * DEPTH);
    assert_non_null(pattern);
    struct regex *regex = NULL;
    struct err err;
    memset(pattern, '(', DEPTH);
    memset(pattern + DEPTH, ')', DEPTH);
    assert_int_equal(regex_compile(slice_of(pattern, 2 * DEPTH), &regex, &err), ERR_QUERY);
    memset(pattern, '[', DEPTH);
    memset(pattern + DEPTH, ']', DEPTH);
    assert_int_equal(regex_compile(slice_of(pattern, 2 * DEPTH), &regex, &err), ERR_QUERY);
    memset(pattern, '?', 2 * DEPTH);
    pattern[0] = 'a';
    assert_int_equal(regex_compile(slice_of(pattern, 2 * DEPTH), &regex, &err), ERR_QUERY);
    for (size_t i = 0; i + 2 <= 2 * DEPTH; i += 2)
        memcpy(pattern + i, i ? "&&" : "[a", 2);
    assert_int_equal(regex_compile(slice_of(pattern, 2 * DEPTH), &regex, &err), ERR_QUERY);
    free(pattern);
}

/* len times c, and a tail. */
static char *long_text(size_t len, char c, const char *tail)
{
    char *text = malloc(len + strlen(tail) + 1);
    assert_non_null(text);
    memset(text, c, len);
    memcpy(text + len, tail, strlen(tail) + 1);
    return text;
}

static void test_bombs_are_decided(void **state)
{
    (void)state;
    static const char *const BOMBS[] = {"(a+)+$",     "^(a|a)*$",         "(a|aa)+$",       "(.*)*=x",
                                        "(.*a){12}$", "^([a-zA-Z]+)*$",   "(a?){30}a{30}$", "^(([a-z])+.)+[A-Z]$",
                                        "a.*b.*c.*d", "(?:a*a*a*a*a*)*b$"};
    static const size_t LENGTHS[] = {30, 100, 1000, 5000, 20000};
    for (size_t b = 0; b < sizeof BOMBS / sizeof BOMBS[0]; b++) {
        struct regex *regex = must_compile(BOMBS[b]);
        struct regex_scratch *scratch = must_scratch();
        struct regex_match match;
        for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
            char *text = long_text(LENGTHS[i], 'a', "!");
            struct slice whole = slice_from_cstr(text);
            assert_int_equal(regex_test(regex, scratch, whole), REGEX_NO);
            assert_int_equal(regex_find(regex, scratch, whole, 0, &match), REGEX_NO);
            free(text);
        }
        regex_scratch_free(scratch);
        regex_free(regex);
    }
}

static void test_a_bomb_hides_no_match(void **state)
{
    (void)state;
    struct regex *regex = must_compile("(a+)+b");
    struct regex_scratch *scratch = must_scratch();
    char *text = long_text(3000, 'a', "!aaab");
    struct regex_match match;
    assert_int_equal(regex_test(regex, scratch, slice_from_cstr(text)), REGEX_YES);
    assert_int_equal(regex_find(regex, scratch, slice_from_cstr(text), 0, &match), REGEX_YES);
    assert_int_equal(match.start[0], 3001);
    assert_int_equal(match.end[0], 3005);
    assert_int_equal(match.end[1], 3004);
    free(text);
    regex_scratch_free(scratch);
    regex_free(regex);
}

static void test_a_long_text_is_searched_in_pieces(void **state)
{
    (void)state;
    struct regex *regex = must_compile("(?m)^x(y)$|\\bq\\d");
    struct regex_scratch *scratch = must_scratch();
    char *text = long_text(300000, 'z', "\nxy\nq1 q2");
    struct slice whole = slice_from_cstr(text);
    struct regex_match match;
    assert_int_equal(regex_find(regex, scratch, whole, 0, &match), REGEX_YES);
    assert_int_equal(match.start[0], 300001);
    assert_int_equal(match.start[1], 300002);
    assert_int_equal(regex_find(regex, scratch, whole, 300003, &match), REGEX_YES);
    assert_int_equal(match.start[0], 300004);
    assert_int_equal(match.start[1], SIZE_MAX);
    assert_int_equal(regex_find(regex, scratch, whole, 300006, &match), REGEX_YES);
    assert_int_equal(match.start[0], 300007);
    assert_int_equal(regex_find(regex, scratch, whole, 300009, &match), REGEX_NO);
    free(text);
    regex_scratch_free(scratch);
    regex_free(regex);
}

static void test_what_is_too_large_for_pcre2_still_works(void **state)
{
    (void)state;
    struct buf pattern;
    buf_init(&pattern, 0);
    for (unsigned i = 0; i < 8000; i++)
        buf_printf(&pattern, "%sname%u\\.example\\.org", i ? "|" : "(?:", i);
    buf_add_cstr(&pattern, ")x");
    struct regex *regex = must_compile(buf_cstr(&pattern));
    struct regex_scratch *scratch = must_scratch();
    assert_int_equal(regex_test(regex, scratch, SLICE("www.name7999.example.orgx")), REGEX_YES);
    assert_int_equal(regex_test(regex, scratch, SLICE("www.name8000.example.orgx")), REGEX_NO);
    regex_scratch_free(scratch);
    regex_free(regex);
    buf_release(&pattern);
}

static void check_suffixes(const char *pattern, const char *wanted)
{
    struct arena arena;
    struct slice *suffixes = NULL;
    uint32_t count = 0;
    struct buf got;
    arena_init(&arena, 0);
    buf_init(&got, 0);
    bool is = regex_as_suffixes(slice_from_cstr(pattern), &arena, &suffixes, &count);
    for (uint32_t i = 0; is && i < count; i++) {
        buf_add_cstr(&got, i ? " " : "");
        buf_add(&got, suffixes[i]);
    }
    if (is != (wanted != NULL))
        fail_msg("%s: %s", pattern, is ? "accepted" : "not accepted");
    if (wanted)
        assert_string_equal(buf_cstr(&got), wanted);
    buf_release(&got);
    arena_release(&arena);
}

static void test_suffix_sets_are_recognised(void **state)
{
    (void)state;
    check_suffixes(".*\\.(duckdns\\.org|ddns\\.net)$", ".duckdns.org .ddns.net");
    check_suffixes("\\.(ddns\\.net|duckdns\\.org)$", ".ddns.net .duckdns.org");
    check_suffixes("(?:.*)\\.a\\.b\\z", ".a.b");
    check_suffixes(".*?x$", "x");
    check_suffixes("[a-z]*x$", "x");
    check_suffixes("(x|y)*z$", "z");
    check_suffixes("(?s)^.*x$", "x");
    check_suffixes("a$|b$", "a b");
    check_suffixes(".*(a$|\\.b$)", "a .b");
    check_suffixes("(.*\\.x$)", ".x");
    check_suffixes("freedynamicdns\\.(org|net)$", "freedynamicdns.org freedynamicdns.net");
    check_suffixes("(no-?ip)\\.(com|(org|net))$", "noip.com noip.org noip.net no-ip.com no-ip.org no-ip.net");
    check_suffixes("a{2}[bc]$", "aab aac");
    check_suffixes("\\x2e\xC3\xA9$", ".\xC3\xA9");
    check_suffixes("$", "");
    check_suffixes("x*$", "");
}

static void test_other_forms_are_no_suffix_sets(void **state)
{
    (void)state;
    static const char *const PATTERNS[] = {"^.*\\.x$", /* the dot stops at a newline */
                                           "^x$",        "x",        "x$y",      "(?m)x$",      "(?i)x$", "(?mR)x$",
                                           ".+x$",       "[a-z]+x$", "\\bx$",    "x.$",         "x\\d$",  "x[^a]$",
                                           "x+$",        "a$|b",     "(?i:x)y$", "x(?-u:\\b)$", "x$$",    "x{1,100}$",
                                           "[a-z]{6}x$", "(?=x)$",   "\\p{Lu}$"};
    for (size_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++)
        check_suffixes(PATTERNS[i], NULL);
}

static void test_thousands_of_suffixes_expand(void **state)
{
    (void)state;
    struct buf pattern;
    struct arena arena;
    struct slice *suffixes;
    uint32_t count;
    buf_init(&pattern, 0);
    arena_init(&arena, 0);
    buf_add_cstr(&pattern, ".*\\.(");
    for (unsigned i = 0; i < 3000; i++)
        buf_printf(&pattern, "%sname%u\\.example\\.org", i ? "|" : "", i);
    buf_add_cstr(&pattern, ")$");
    assert_true(regex_as_suffixes(buf_slice(&pattern), &arena, &suffixes, &count));
    assert_int_equal(count, 3000);
    assert_true(slice_eq(suffixes[2999], SLICE(".name2999.example.org")));
    buf_clear(&pattern);
    buf_add_cstr(&pattern, "\\.(?:");
    for (unsigned i = 0; i < 20000; i++) /* an allow list */
        buf_printf(&pattern, "%sname%u\\.example\\.org", i ? "|" : "", i);
    buf_add_cstr(&pattern, ")$");
    assert_true(regex_as_suffixes(buf_slice(&pattern), &arena, &suffixes, &count));
    assert_int_equal(count, 20000);
    buf_clear(&pattern);
    for (unsigned i = 0; i < 90000; i++)
        buf_add_char(&pattern, 'a');
    buf_add_char(&pattern, '$');
    size_t held = arena.held_bytes;
    assert_true(regex_as_suffixes(buf_slice(&pattern), &arena, &suffixes, &count));
    assert_int_equal(suffixes[0].len, 90000);
    assert_true(arena.held_bytes - held < 64 << 20); /* a step a character, not a copy of all before it */
    buf_clear(&pattern);
    buf_add_cstr(&pattern, "(a|b){16}(a|b){16}$");
    assert_false(regex_as_suffixes(buf_slice(&pattern), &arena, &suffixes, &count));
    arena_release(&arena);
    buf_release(&pattern);
}

static void check_literal(const char *pattern, const char *wanted)
{
    struct arena arena;
    struct slice literal;
    arena_init(&arena, 0);
    bool is = regex_as_literal(slice_from_cstr(pattern), &arena, &literal);
    if (is != (wanted != NULL))
        fail_msg("%s: %s", pattern, is ? "accepted" : "not accepted");
    if (wanted)
        assert_true(slice_eq(literal, slice_from_cstr(wanted)));
    arena_release(&arena);
}

static void test_literals_are_recognised(void **state)
{
    (void)state;
    check_literal("duckdns\\.org", "duckdns.org");
    check_literal(".*duckdns.*", "duckdns");
    check_literal("(a)b{2}", "abb");
    check_literal("", "");
    check_literal(".*", "");
    check_literal("^a", NULL);
    check_literal("a$", NULL);
    check_literal("a|b", NULL);
    check_literal("(?i)a", NULL);
    check_literal("a.*b", NULL);
    check_literal("a.", NULL);
    check_literal("\\ba", NULL);
    check_literal("(?=a", NULL);
}

/* A form that is said to be endings or a substring must answer as the regular expression does, for every short text. */
static void test_forms_equal_their_regular_expressions(void **state)
{
    (void)state;
    static const char *const PATTERNS[] = {".*\\.(a|b)$", "(.*)a(b?)$", "a$|b$", "(?s)\\A.*ab$",
                                           "$",           "b(a|)$",     "ab",    ".*a.*"};
    static const char ALPHABET[] = "ab.\n";
    struct regex_scratch *scratch = must_scratch();
    for (size_t p = 0; p < sizeof PATTERNS / sizeof PATTERNS[0]; p++) {
        struct regex *regex = must_compile(PATTERNS[p]);
        struct arena arena;
        struct slice *suffixes = NULL, literal;
        uint32_t count = 0;
        arena_init(&arena, 0);
        bool ends = regex_as_suffixes(slice_from_cstr(PATTERNS[p]), &arena, &suffixes, &count);
        assert_true(ends || regex_as_literal(slice_from_cstr(PATTERNS[p]), &arena, &literal));
        for (unsigned length = 0; length <= 5; length++) {
            for (unsigned number = 0; number < 1U << (2 * length); number++) {
                char text[8];
                for (unsigned i = 0; i < length; i++)
                    text[i] = ALPHABET[number >> (2 * i) & 3];
                struct slice whole = slice_of(text, length);
                bool said = !ends && slice_find(whole, literal, 0) >= 0;
                for (uint32_t i = 0; i < count; i++)
                    said |= slice_ends(whole, suffixes[i]);
                assert_int_equal(regex_test(regex, scratch, whole), said ? REGEX_YES : REGEX_NO);
            }
        }
        arena_release(&arena);
        regex_free(regex);
    }
    regex_scratch_free(scratch);
}

static void test_lack_of_memory_is_reported(void **state)
{
    (void)state;
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code == ERR_MEMORY; nth++) {
        struct regex *regex = NULL;
        struct regex_scratch *scratch = NULL;
        struct err err;
        assert_true(nth < 1000);
        mem_fail_after(nth);
        code = regex_compile(SLICE("(?i)(a|[^\\p{Lu}_]{2}|[a~~b])+x"), &regex, &err);
        if (code == ERR_NONE)
            code = regex_scratch_new(&scratch, &err);
        if (code == ERR_NONE && regex_test(regex, scratch, SLICE("caax")) == REGEX_UNDECIDED)
            code = ERR_MEMORY;
        mem_fail_after(0);
        regex_scratch_free(scratch);
        regex_free(regex);
    }
    assert_int_equal(code, ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals_and_escapes),
        cmocka_unit_test(test_anchors_know_no_final_newline),
        cmocka_unit_test(test_classes_and_their_operations),
        cmocka_unit_test(test_unicode_by_default_and_ascii_when_asked),
        cmocka_unit_test(test_groups_flags_and_preference),
        cmocka_unit_test(test_refuses_what_kusto_refuses),
        cmocka_unit_test(test_says_why_and_where),
        cmocka_unit_test(test_sixteen_groups_are_enough_and_allowed),
        cmocka_unit_test(test_deep_nesting_is_refused_not_crashed),
        cmocka_unit_test(test_bombs_are_decided),
        cmocka_unit_test(test_a_bomb_hides_no_match),
        cmocka_unit_test(test_a_long_text_is_searched_in_pieces),
        cmocka_unit_test(test_what_is_too_large_for_pcre2_still_works),
        cmocka_unit_test(test_suffix_sets_are_recognised),
        cmocka_unit_test(test_other_forms_are_no_suffix_sets),
        cmocka_unit_test(test_thousands_of_suffixes_expand),
        cmocka_unit_test(test_literals_are_recognised),
        cmocka_unit_test(test_forms_equal_their_regular_expressions),
        cmocka_unit_test(test_lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
