/*
 * test_fn_string.c - functions over plain text: documented examples, code points, edges, bounded results.
 */
#include "text_fixture.h"

#include "base/mem.h"

#include <stdlib.h>

static void case_is_unicodes(void **state)
{
    (void)state;
    EXPECT("a\xC3\xA9", "tolower", S("A\xC3\x89"));
    EXPECT("A\xC3\x89", "toupper", S("a\xC3\xA9"));
    EXPECT("", "tolower", S(""));
}

static void joining_takes_any_scalar(void **state)
{
    (void)state;
    EXPECT("hello world", "strcat", S("hello"), S(" "), S("world"));
    EXPECT("1True", "strcat", L(1), of_bool(true));
    EXPECT("_B3", "strcat", of_null(TYPE_LONG), S("_B3"));
    EXPECT("1-2-A-00:00:01", "strcat_delim", S("-"), L(1), S("2"), S("A"), of_type(TYPE_TIMESPAN, 10000000));
    EXPECT("1->2->3", "strcat_array", J("[1,2,3]"), S("->"));
    EXPECT("1\"2\"3", "strcat_array", J("[1,2,3]"), S("\""));
    EXPECT("", "strcat_array", J("{}"), S("->"));
    EXPECT("ABCABC", "strrep", S("ABC"), L(2));
    EXPECT("123.123.123", "strrep", L(123), L(3), S("."));
    EXPECT("", "strrep", S("A"), L(-1));
}

static void copies_stop_at_1024(void **state)
{
    (void)state;
    EXPECT("1024", "strlen", CALL("strrep", S("A"), L(INT64_MAX)));
}

static void lengths_are_code_points_and_sizes_bytes(void **state)
{
    (void)state;
    EXPECT("5", "strlen", S("hello"));
    EXPECT("5", "strlen", S("\xE2\x92\xA6\xE2\x92\xB0\xE2\x92\xAE\xE2\x92\xAF\xE2\x92\xAA"));
    EXPECT("15", "string_size", S("\xE2\x92\xA6\xE2\x92\xB0\xE2\x92\xAE\xE2\x92\xAF\xE2\x92\xAA"));
    EXPECT("-1", "strcmp", S("ABC"), S("abc"));
    EXPECT("0", "strcmp", S("abc"), S("abc"));
    EXPECT("1", "strcmp", S("abcde"), S("abc"));
    EXPECT("False", "isascii", S("\xC3\xA9"));
    EXPECT("True", "isascii", S("e"));
}

static void substrings_count_code_points(void **state)
{
    (void)state;
    EXPECT("23456", "substring", S("123456"), L(1));
    EXPECT("34", "substring", S("123456"), L(2), L(2));
    EXPECT("AB", "substring", S("ABCD"), L(0), L(2));
    EXPECT("56", "substring", S("123456"), L(-2), L(2));
    EXPECT("123456", "substring", S("123456"), L(-100));
    EXPECT("", "substring", S("123456"), L(6));
    EXPECT("", "substring", S("123456"), L(INT64_MAX));
    EXPECT("", "substring", S("123456"), L(1), L(-1));
    EXPECT("123456", "substring", S("123456"), L(INT64_MIN), L(INT64_MAX));
    EXPECT("\xC3\xA9", "substring",
           S("a\xC3\xA9"
             "b"),
           L(1), L(1));
    EXPECT("", "substring", S("123"), of_null(TYPE_LONG));
    EXPECT("cba", "reverse", S("abc"));
    EXPECT("b\xC3\xA9"
           "a",
           "reverse",
           S("a\xC3\xA9"
             "b"));
    EXPECT("54321", "reverse", L(12345));
    EXPECT("", "reverse", S(""));
}

static void splitting_always_gives_an_array(void **state)
{
    (void)state;
    EXPECT("[\"aa\",\"bb\"]", "split", S("aa_bb"), S("_"));
    EXPECT("[\"bbb\"]", "split", S("aaa_bbb_ccc"), S("_"), L(1));
    EXPECT("[\"\"]", "split", S(""), S("_"));
    EXPECT("[\"a\",\"\",\"b\"]", "split", S("a__b"), S("_"));
    EXPECT("[\"aa\",\"cc\"]", "split", S("aabbcc"), S("bb"));
    EXPECT("[\"a\",\"\"]", "split", S("a_"), S("_"));
    EXPECT("[]", "split", S("a_b"), S("_"), L(2));
    EXPECT("[]", "split", S("a_b"), S("_"), L(-1));
    EXPECT("[\"abc\"]", "split", S("abc"), S(""));
}

static void indexof_looks_at_a_window(void **state)
{
    (void)state;
    EXPECT("2", "indexof", S("abcdefg"), S("cde"));
    EXPECT("2", "indexof", S("abcdefg"), S("cde"), L(1), L(4));
    EXPECT("2", "indexof", S("abcdefg"), S("cde"), L(1), L(2));
    EXPECT("-1", "indexof", S("abcdefg"), S("cde"), L(1), L(1));
    EXPECT("-1", "indexof", S("abcdefg"), S("cde"), L(3), L(4));
    EXPECT("2", "indexof", S("abcdefg"), S("cde"), L(-5));
    EXPECT("4", "indexof", L(1234567), L(5), L(1), L(4));
    EXPECT("2", "indexof", S("abcdefg"), S("cde"), L(2), L(-1));
    EXPECT("9", "indexof", S("abcdefgabcdefg"), S("cde"), L(1), L(10), L(2));
    EXPECT("-1", "indexof", S("abcdefgabcdefg"), S("cde"), L(1), L(-1), L(3));
    EXPECT("null", "indexof", S("abc"), S("b"), L(0), L(-2));
    EXPECT("null", "indexof", S("abc"), S("b"), L(0), L(-1), L(-1));
    EXPECT("2", "indexof",
           S("\xC3\xA9\xC3\xA9"
             "b"),
           S("b"));
    EXPECT("-1", "indexof", S("abc"), S("a"), L(INT64_MAX), L(INT64_MAX));
    EXPECT("0", "indexof", S(""), S(""));
}

static void replacing_is_plain_and_in_one_pass(void **state)
{
    (void)state;
    EXPECT("A magic trick can turn a hamster into a dog", "replace_string",
           S("A magic trick can turn a cat into a dog"), S("cat"), S("hamster"));
    EXPECT("aaaa", "replace_string", S("aa"), S("a"), S("aa"));
    EXPECT("a", "replace_string", S("a"), S(""), S("x"));
    EXPECT("", "replace_string", S("aa"), S("a"), S(""));
    EXPECT("turn a dog into a pigeon", "replace_strings", S("turn a cat into a dog"), J("[\"cat\",\"dog\"]"),
           J("[\"dog\",\"pigeon\"]"));
    EXPECT("This was an example of using replace_strings()", "replace_strings",
           S("This is an example of using replace_strings()"), J("[\"This\",\"is\"]"), J("[12345,\"was\"]"));
    EXPECT("a", "replace_strings", S("a"), J("[\"a\"]"), J("[]"));
    EXPECT("xxx", "translate", S("abc"), S("x"), S("abc"));
    EXPECT("", "translate", S("abc"), S(""), S("ab"));
    EXPECT("zykvp", "translate", S("abc"), S("zy"), S("abkvp"));
}

static void encodings_go_both_ways(void **state)
{
    (void)state;
    EXPECT("https%3a%2f%2fwww.bing.com%2fhello+world", "url_encode", S("https://www.bing.com/hello world"));
    EXPECT("a%20b%c3%a9", "url_encode_component", S("a b\xC3\xA9"));
    EXPECT("a b\xC3\xA9", "url_decode", S("a%20b%C3%a9"));
    EXPECT("100% %4", "url_decode", S("100%+%4"));
    EXPECT("\xEF\xBF\xBD", "url_decode", S("%ff"));
    EXPECT("S3VzdG8=", "base64_encode_tostring", S("Kusto"));
    EXPECT("Kusto", "base64_decode_tostring", S("S3VzdG8="));
    EXPECT("", "base64_decode_tostring", S("S3VzdG8"));
    EXPECT("", "base64_decode_tostring", S("////"));
    EXPECT("", "base64_decode_tostring", S("===="));
    static const char *const TEXTS[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        EXPECT(TEXTS[i], "base64_decode_tostring", CALL("base64_encode_tostring", S(TEXTS[i])));
}

static void a_result_that_explodes_is_a_limit_error(void **state)
{
    (void)state;
    enum { LEN = 1 << 20 };
    char *text = malloc(LEN);
    assert_non_null(text);
    memset(text, 'a', LEN);
    struct expr *expr = CALL("replace_string", constant(value_str(slice_of(text, LEN))), S("a"),
                             constant(value_str(slice_of(text, LEN))));
    struct query query = {0};
    struct eval eval;
    struct value value;
    struct err err = {0};
    eval_init(&eval, &query);
    assert_int_equal(eval_const(&eval, expr, &fixture_arena, &value, &err), ERR_LIMIT);
    eval_release(&eval);
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(case_is_unicodes),
        TEST(joining_takes_any_scalar),
        TEST(copies_stop_at_1024),
        TEST(lengths_are_code_points_and_sizes_bytes),
        TEST(substrings_count_code_points),
        TEST(splitting_always_gives_an_array),
        TEST(indexof_looks_at_a_window),
        TEST(replacing_is_plain_and_in_one_pass),
        TEST(encodings_go_both_ways),
        TEST(a_result_that_explodes_is_a_limit_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
