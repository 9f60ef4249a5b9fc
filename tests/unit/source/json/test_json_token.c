/*
 * test_json_token.c - the strict walk: what is JSON and what is not, and what strings mean.
 */
#include "test.h"

#include "base/utf8.h"

#include "source/json/json_token.h"

#include <stdlib.h>

static bool is_json(struct slice text, const char **out_why)
{
    struct json_cursor cursor = {text.ptr, text.ptr + text.len, NULL};
    struct slice value;
    bool good = json_value(&cursor, &value) && json_at_end(&cursor);
    *out_why = cursor.why;
    return good;
}

static void well_formed_values_are_taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}",
        "[]",
        " {\"a\" : [1, 2 ,{}] }\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "-0",
        "0.5",
        "-12.5e+300",
        "1E2",
        "true",
        "false",
        "null",
        "[[[]]]",
        "\"\x7f\"",
        "\"\\u0000\"",
        "[\"\xff\xfe\"]",
        "{\"a\":1,\"a\":2}",
    };
    const char *why;
    for (size_t i = 0; i < TEST_COUNT(good); i++)
        assert_true(is_json(slice_from_cstr(good[i]), &why));
}

static void malformed_values_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",       "{",        "[",          "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]",      "[,1]",
        "{,}",    "01",       "1.",         "-",       "+1",       ".5",         "1e",        "1e+",
        "tru",    "nul",      "NaN",        "\"",      "\"\\",     "\"\\x\"",    "\"\\u12\"", "\"\\u12g4\"",
        "\"\t\"", "\"a\nb\"", "{\"a\" 1}",  "{a:1}",   "[1 2]",    "[1}",        "{\"a\":1]", "'a'",
        "1 2",    "{} {}",    "\"a\"\"b\"", "]",       "/**/{}",   "[1]]",
    };
    const char *why;
    for (size_t i = 0; i < TEST_COUNT(bad); i++) {
        assert_false(is_json(slice_from_cstr(bad[i]), &why));
        assert_non_null(why);
    }
    assert_false(is_json(SLICE("\"a\0b\""), &why));
}

static void nesting_is_limited_and_costs_no_stack(void **state)
{
    (void)state;
    const char *why;
    size_t depth = JSON_DEPTH_MAX;
    char *text = malloc(4 << 20);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    assert_true(is_json(slice_of(text, 2 * depth), &why));
    memset(text, '[', 4 << 20);
    assert_false(is_json(slice_of(text, 4 << 20), &why));
    assert_string_equal(why, "nested too deeply");
    free(text);
}

static void assert_decodes(struct slice string, struct slice expected)
{
    struct json_cursor cursor = {string.ptr, string.ptr + string.len, NULL};
    struct json_text text;
    struct buf out;
    buf_init(&out, 0);
    assert_true(json_string(&cursor, &text));
    json_text_decode(text, &out);
    assert_slice_equal(buf_slice(&out), expected);
    if (utf8_is_ascii(text.raw)) {
        char *decoded = malloc(text.raw.len + 1);
        assert_non_null(decoded);
        size_t len = json_text_decode_ascii(text, decoded);
        assert_slice_equal(slice_of(decoded, len), expected);
        free(decoded);
    }
    buf_release(&out);
}

static void escapes_are_decoded_and_bad_text_is_mended(void **state)
{
    (void)state;
    assert_decodes(SLICE("\"\""), SLICE(""));
    assert_decodes(SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), SLICE("\"\\/\b\f\n\r\t"));
    assert_decodes(SLICE("\"\\u0041\\u00e9\\u20AC\\u0000\""), SLICE("A\xc3\xa9\xe2\x82\xac\0"));
    assert_decodes(SLICE("\"\\ud83d\\ude00\""), SLICE("\xf0\x9f\x98\x80"));
    assert_decodes(SLICE("\"C:\\\\Program Files\\\\a b c d e f\\\\x.exe \\u0041 --flag=\\\"v\\\"\""),
                   SLICE("C:\\Program Files\\a b c d e f\\x.exe A --flag=\"v\""));
    assert_decodes(SLICE("\"\\ud83d\""), SLICE("\xef\xbf\xbd"));
    assert_decodes(SLICE("\"\\ude00\\ud83dx\""), SLICE("\xef\xbf\xbd\xef\xbf\xbdx"));
    assert_decodes(SLICE("\"\\ud83d\\u0041\""), SLICE("\xef\xbf\xbd"
                                                      "A"));
    assert_decodes(SLICE("\"\xff\\n\""), SLICE("\xef\xbf\xbd\n"));
    assert_decodes(SLICE("\"\xed\xa0\x80\""), SLICE("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
}

static void keys_are_compared_however_they_are_spelt(void **state)
{
    (void)state;
    assert_true(json_text_is((struct json_text){SLICE("abc"), false}, SLICE("abc")));
    assert_true(json_text_is((struct json_text){SLICE("a\\u0062c"), true}, SLICE("abc")));
    assert_false(json_text_is((struct json_text){SLICE("a\\u0062cd"), true}, SLICE("abc")));
    assert_false(json_text_is((struct json_text){SLICE("a\\u0062"), true}, SLICE("abc")));
    assert_false(json_text_is((struct json_text){SLICE("\\u0100bc"), true}, SLICE("abc")));
    assert_false(json_text_is((struct json_text){SLICE("ABC"), false}, SLICE("abc")));
    assert_true(json_text_is_nocase((struct json_text){SLICE("AB\\u0043"), true}, SLICE("abc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_values_are_taken),
        cmocka_unit_test(malformed_values_are_refused_with_a_reason),
        cmocka_unit_test(nesting_is_limited_and_costs_no_stack),
        cmocka_unit_test(escapes_are_decoded_and_bad_text_is_mended),
        cmocka_unit_test(keys_are_compared_however_they_are_spelt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
