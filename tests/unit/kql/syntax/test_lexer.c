/*
 * test_lexer.c - KQL's lexical grammar: every form of literal, names, comments, and what is refused with which words.
 */
#include "test.h"

#include "base/mem.h"
#include "event/datetime.h"
#include "kql/syntax/lexer.h"

#include <stdio.h>

/* Tokens as text: names and punctuation bare, strings in <>, other values with their type. */
static enum err_code show_tokens(struct slice text, struct buf *out, struct err *err)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct lexer lexer;
    enum err_code code = lexer_init(&lexer, text, &arena, err);
    for (bool more = code == ERR_NONE; more;) {
        struct token token;
        code = lexer_next(&lexer, &token, err);
        more = code == ERR_NONE && token.kind != TOKEN_END;
        if (!more)
            break;
        if (out->len)
            buf_add_char(out, ' ');
        if (token.kind == TOKEN_STRING)
            buf_printf(out, "<%.*s>", SLICE_ARG(token.value.str));
        else if (token.kind == TOKEN_NOW)
            buf_add(out, SLICE("now"));
        else if (token.kind == TOKEN_NAME || token.kind == TOKEN_PUNCT)
            buf_add(out, token.text);
        else {
            buf_printf(out, "%s:", type_name(token.value.type));
            if (token.value.is_null)
                buf_add(out, SLICE("null"));
            value_to_text(&token.value, TEXT_RESULT, out);
        }
    }
    arena_release(&arena);
    return code;
}

static void assert_tokens(const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    struct err err = {0};
    enum err_code code = show_tokens(slice_from_cstr(text), &out, &err);
    if (code)
        print_error("%s: %s\n", text, err.text);
    assert_int_equal(code, ERR_NONE);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    buf_release(&out);
}

/* marked: the text with the error's span between ^ and $ (which are taken out). */
static void assert_refused(const char *marked, const char *message, const char *hint)
{
    char text[512];
    struct span span = {0, 0};
    size_t len = 0;
    for (const char *c = marked; *c; c++) {
        if (*c == '\1')
            span.start = (uint32_t)len;
        else if (*c == '\2')
            span.end = (uint32_t)len;
        else
            text[len++] = *c;
    }
    struct buf out;
    buf_init(&out, 0);
    struct err err = {0};
    enum err_code code = show_tokens(slice_of(text, len), &out, &err);
    if (code == ERR_NONE)
        print_error("accepted: %.*s\n", (int)len, text);
    assert_true(code == ERR_QUERY || code == ERR_UNSUPPORTED);
    assert_string_equal(err.text, message);
    assert_string_equal(err.hint, hint);
    assert_true(err.has_span);
    assert_int_equal(err.span.start, span.start);
    assert_int_equal(err.span.end, span.end);
    buf_release(&out);
}

static void names_and_punctuation(void **state)
{
    (void)state;
    assert_tokens("T | where a == 1", "T | where a == long:1");
    assert_tokens("a_1 _b $left 1a 1_x", "a_1 _b $left 1a 1_x");
    assert_tokens("a<>b<=c>=d=~e!~f!=g=>h..i<|", "a <> b <= c >= d =~ e !~ f != g => h .. i <|");
    assert_tokens("(x)[y]{z},;.:|=<>+-*/%!?@", "( x ) [ y ] { z } , ; . : | = <> + - * / % ! ? @");
    assert_tokens("", "");
    assert_tokens(" \t\r\n\f", "");
}

static void compound_words_are_one_token(void **state)
{
    (void)state;
    assert_tokens("project-away x", "project-away x");
    assert_tokens("project-awayx", "project - awayx");
    assert_tokens("project - away", "project - away");
    assert_tokens("a-b", "a - b");
    assert_tokens("x matches regex y", "x matches regex y");
    assert_tokens("matches  regex", "matches regex");
    assert_tokens("mv-expand top-nested granny-desc", "mv-expand top-nested granny-desc");
    assert_tokens("a !has b !in~ c in~ d !between in", "a !has b !in~ c in~ d !between in");
    assert_tokens("a ! has", "a ! has");
}

static void comments_and_blanks(void **state)
{
    (void)state;
    assert_tokens("a // b\nc", "a c");
    assert_tokens("a//b\r\nc // d", "a c");
    assert_tokens("a / b", "a / b");
    assert_tokens("\"a//b\"", "<a//b>");
    assert_tokens("// only", "");
    assert_tokens("a // b\xe2\x80\xa8"
                  "c",
                  "a c"); /* U+2028 ends a line */
    assert_tokens("\xef\xbb\xbf"
                  "a\xc2\xa0"
                  "b\xe3\x80\x80"
                  "c",
                  "a b c"); /* BOM, NBSP, ideographic space */
}

static void plain_strings_and_escapes(void **state)
{
    (void)state;
    assert_tokens("\"abc\" 'abc'", "<abc> <abc>");
    assert_tokens("\"\" ''", "<> <>");
    assert_tokens("\"it's\" 'say \"x\"'", "<it's> <say \"x\">");
    assert_tokens("'a\\'b\\\"c\\\\d'", "<a'b\"c\\d>");
    assert_tokens("'\\a\\b\\f\\n\\r\\t\\v'", "<\a\b\f\n\r\t\v>");
    assert_tokens("'\\x41\\u00e9\\U0001F600'", "<A\xc3\xa9\xf0\x9f\x98\x80>");
    assert_tokens("'\\ud83d\\ude00'", "<\xf0\x9f\x98\x80>");
    assert_tokens("'\\ud83dx\\ude00'", "<\xef\xbf\xbdx\xef\xbf\xbd>");
    assert_tokens("'\\ud83d\\u0041'", "<\xef\xbf\xbd"
                                      "A>");
    assert_tokens("'\\101\\60\\7\\400\\3777'", "<A0\a 0\xc3\xbf"
                                               "7>");
    assert_tokens("\"C:\\temp\\new\"", "<C:\temp\new>");
}

static void verbatim_and_hidden_strings(void **state)
{
    (void)state;
    assert_tokens("@\"a\\d\"", "<a\\d>");
    assert_tokens("@\"a\"\"b\" @'c''d'", "<a\"b> <c'd>");
    assert_tokens("@'a\"\"b'", "<a\"\"b>");
    assert_tokens("@'a\\'", "<a\\>");
    assert_tokens("h\"x\" H'y' h@\"\\z\"", "<x> <y> <\\z>");
    assert_tokens("h x", "h x");
    assert_tokens("hh\"x\"", "hh <x>");
}

static void multi_line_strings(void **state)
{
    (void)state;
    assert_tokens("```a\n\"b\\d\" ``c```", "<a\n\"b\\d\" ``c>");
    assert_tokens("~~~a`b~~~", "<a`b>");
    assert_tokens("``````", "<>");
    assert_tokens("h```x```", "<x>");
}

static void numbers(void **state)
{
    (void)state;
    assert_tokens("0 12 0x1F 0Xff", "long:0 long:12 long:31 long:255");
    assert_tokens("9223372036854775807 0xFFFFFFFFFFFFFFFF", "long:9223372036854775807 long:-1");
    assert_tokens("1.5 5. 1e3 1E+3 1.5e-3 1.e2", "real:1.5 real:5.0 real:1000.0 real:1000.0 real:0.0015 real:100.0");
    assert_tokens("1..5", "long:1 .. long:5");
    assert_tokens("1.5..2", "real:1.5 .. long:2");
    assert_tokens("1.d", "long:1 . d");
    assert_tokens("1e 0x 0xG 12ab", "1e 0x 0xG 12ab");
    assert_tokens("1and", "1and");
}

static void timespans_with_every_suffix(void **state)
{
    (void)state;
    static const struct {
        const char *suffixes;
        int64_t ticks;
    } UNITS[] = {
        {"d day days", TICKS_PER_DAY},
        {"h hr hrs hour hours", TICKS_PER_HOUR},
        {"m min minute minutes", TICKS_PER_MINUTE},
        {"s sec second seconds", TICKS_PER_SECOND},
        {"ms milli millis millisec millisecond milliseconds", TICKS_PER_SECOND / 1000},
        {"micro micros microsec microsecond microseconds", 10},
        {"tick ticks", 1},
    };
    for (size_t i = 0; i < TEST_COUNT(UNITS); i++) {
        char suffixes[128];
        strcpy(suffixes, UNITS[i].suffixes);
        for (char *suffix = strtok(suffixes, " "); suffix; suffix = strtok(NULL, " ")) {
            char text[64];
            snprintf(text, sizeof text, "20%s", suffix);
            struct arena arena;
            arena_init(&arena, 0);
            struct lexer lexer;
            struct token token;
            struct err err;
            assert_int_equal(lexer_init(&lexer, slice_from_cstr(text), &arena, &err), ERR_NONE);
            assert_int_equal(lexer_next(&lexer, &token, &err), ERR_NONE);
            assert_int_equal(token.kind, TOKEN_NUMBER);
            assert_int_equal(token.value.type, TYPE_TIMESPAN);
            assert_int_equal(token.value.i64, 20 * UNITS[i].ticks);
            assert_int_equal(token.span.end, strlen(text));
            arena_release(&arena);
        }
    }
    assert_tokens("1.5h 100nanos 200nanosecond 300nanoseconds 400nano 500nanosec",
                  "timespan:01:30:00 timespan:00:00:00.0000001 timespan:00:00:00.0000002 timespan:00:00:00.0000003 "
                  "timespan:00:00:00.0000004 timespan:00:00:00.0000005");
    assert_tokens("1w 1D 1e3d 1Day", "1w 1D 1e3d 1Day");
}

static void bool_literals(void **state)
{
    (void)state;
    assert_tokens("true True TRUE false False FALSE", "bool:true bool:true bool:true bool:false bool:false bool:false");
    assert_tokens("tRUE trueish", "tRUE trueish");
    assert_tokens("bool(1) bool(false) bool( True ) bool(null)", "bool:true bool:false bool:true bool:null");
}

static void typed_literals(void **state)
{
    (void)state;
    assert_tokens("int(5) int(-5) int32(0x10) int(null)", "int:5 int:-5 int:16 int:null");
    assert_tokens("long(5) int64(-9223372036854775808) long(null)", "long:5 long:-9223372036854775808 long:null");
    assert_tokens("real(5) double(1.5e3) real(nan) real(+inf) real(-inf) real(null)",
                  "real:5.0 real:1500.0 real:NaN real:Infinity real:-Infinity real:null");
    assert_tokens("decimal(1.50) decimal(null)", "decimal:1.5 decimal:null");
    assert_tokens("guid(74be27de-1e4e-49d9-b579-fe0b331d3642) guid(null)",
                  "guid:74be27de-1e4e-49d9-b579-fe0b331d3642 guid:null");
    assert_tokens("datetime(2020-01-02) date(2020-01-02 03:04) datetime(\"2020-01-02\") datetime(null)",
                  "datetime:2020-01-02T00:00:00.0000000Z datetime:2020-01-02T03:04:00.0000000Z "
                  "datetime:2020-01-02T00:00:00.0000000Z datetime:null");
    assert_tokens("datetime(2020-13-01)", "datetime:null");
    assert_tokens("datetime()", "now");
    assert_tokens("timespan(1d) time(2) timespan(1.02:03:04.5) timespan('00:01:00') timespan(15 seconds) timespan(-1h)",
                  "timespan:1.00:00:00 timespan:2.00:00:00 timespan:1.02:03:04.5000000 timespan:00:01:00 "
                  "timespan:00:00:15 timespan:-01:00:00");
    assert_tokens("dynamic([1])", "dynamic ( [ long:1 ] )");
    assert_tokens("int (5)", "int ( long:5 )");
    assert_tokens("integer(5)", "integer ( long:5 )");
}

static void wrong_strings_say_where_and_what(void **state)
{
    (void)state;
    static const char KEEP[] = "write @\"...\" to keep backslashes as they are, or \\\\ for one backslash";
    assert_refused("x \"a\1\\d\2\"", "unknown escape \\d in a string", KEEP);
    assert_refused("\"\1\\.\2com\"", "unknown escape \\. in a string", KEEP);
    assert_refused("\"\1\\\xc3\xa9\2\"", "unknown escape \\\xc3\xa9 in a string", KEEP);
    assert_refused("\"\1\\x\2"
                   "4\"",
                   "\\x needs 2 hexadecimal digits", KEEP);
    assert_refused("\"\1\\u\2"
                   "004\"",
                   "\\u needs 4 hexadecimal digits", KEEP);
    assert_refused("\"\1\\U\2"
                   "0000004\"",
                   "\\U needs 8 hexadecimal digits", KEEP);
    static const char LINE[] = "a string ends on its line; use \\n, or ```...``` for several lines";
    assert_refused("\1\"abc\2", "the string is not closed: \" is missing", LINE);
    assert_refused("\1'abc\2\n'", "the string is not closed: ' is missing", LINE);
    assert_refused("\1@'abc\2", "the string is not closed: ' is missing", LINE);
    assert_refused("\1```\2 abc ``", "the string is not closed: ``` is missing", "");
    assert_refused("\1\"abc\\\"\2", "the string is not closed: \" is missing", LINE);
}

static void wrong_literals_show_a_right_one(void **state)
{
    (void)state;
    assert_refused("\1int(a)\2", "this is no int",
                   "a literal of this type looks like int(5); to convert a value use toint()");
    assert_refused("\1int(2147483648)\2", "this is no int",
                   "a literal of this type looks like int(5); to convert a value use toint()");
    assert_refused(
        "\1datetime(yesterday)\2", "this is no datetime",
        "a literal of this type looks like datetime(2024-01-31 12:00:00); to convert a value use todatetime()");
    assert_refused("\1long(5\2\n)", "the long literal is not closed: ) is missing", "");
    assert_refused("\1long(5\2", "the long literal is not closed: ) is missing", "");
    assert_refused("\1"
                   "74be27de-1e4e-49d9-b579-fe0b331d3642\2",
                   "a guid needs its type around it", "write guid(74be27de-1e4e-49d9-b579-fe0b331d3642)");
    assert_refused("\1"
                   "99999999999999999999\2",
                   "99999999999999999999 is too large for a long",
                   "write it as a real, 99999999999999999999.0, or as decimal(...)");
    assert_refused("\1"
                   "0x10000000000000000\2",
                   "0x10000000000000000 is too large for a long", "");
}

static void foreign_characters_are_explained(void **state)
{
    (void)state;
    assert_refused("a \1/*\2 b */", "KQL has no /* */ comments", "begin each line of the comment with //");
    assert_refused("a \1&&\2 b", "KQL has no && operator", "write `and`");
    assert_refused("a \1~=\2 b", "KQL has no ~= operator", "write =~ to compare without regard to case");
    assert_refused("\1\xe2\x80\x9c\2"
                   "a",
                   "a typographic quote", "write a straight quote: \"");
    assert_refused("\1\xc3\xa9\2 = 1", "unexpected character \xc3\xa9",
                   "a name with other letters than a-z and A-Z needs brackets and quotes: ['name']");
    assert_refused("\1\x03\2", "unexpected control character U+0003", "");
    assert_refused("a\1~\2", "unexpected character ~", "");
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct lexer lexer;
    assert_int_equal(lexer_init(&lexer, SLICE("\xc3\xa9 'ab\xe9'"), NULL, &err), ERR_QUERY);
    assert_string_equal(err.text, "the query is not valid UTF-8");
    assert_int_equal(err.span.start, 6);
    assert_int_equal(err.span.end, 7);
    assert_int_equal(lexer_init(&lexer, SLICE("\xc0\x80"), NULL, &err), ERR_QUERY);
    assert_int_equal(err.span.start, 0);
}

static void text_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char *text = mem_alloc(KQL_TEXT_MAX + 1);
    assert_non_null(text);
    memset(text, ' ', KQL_TEXT_MAX + 1);
    struct err err = {0};
    struct lexer lexer;
    assert_int_equal(lexer_init(&lexer, slice_of(text, KQL_TEXT_MAX + 1), NULL, &err), ERR_LIMIT);
    assert_int_equal(lexer_init(&lexer, slice_of(text, KQL_TEXT_MAX), NULL, &err), ERR_NONE);
    mem_free(text);
}

static void spans_and_blanks_are_noted(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    struct lexer lexer;
    struct token token;
    struct err err;
    assert_int_equal(lexer_init(&lexer, SLICE("a*b  'c\\n'"), &arena, &err), ERR_NONE);
    static const struct {
        uint32_t start, end;
        bool space;
    } EXPECTED[] = {{0, 1, false}, {1, 2, false}, {2, 3, false}, {5, 10, true}, {10, 10, false}, {10, 10, false}};
    for (size_t i = 0; i < TEST_COUNT(EXPECTED); i++) {
        assert_int_equal(lexer_next(&lexer, &token, &err), ERR_NONE);
        assert_int_equal(token.span.start, EXPECTED[i].start);
        assert_int_equal(token.span.end, EXPECTED[i].end);
        assert_int_equal(token.space_before, EXPECTED[i].space);
    }
    assert_int_equal(token.kind, TOKEN_END);
    arena_release(&arena);
}

static void failing_memory_is_told(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    struct lexer lexer;
    struct token token;
    struct err err;
    assert_int_equal(lexer_init(&lexer, SLICE("'a\\n'"), &arena, &err), ERR_NONE);
    mem_fail_after(1);
    enum err_code code = lexer_next(&lexer, &token, &err);
    mem_fail_after(0);
    assert_int_equal(code, ERR_MEMORY);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_punctuation),
        cmocka_unit_test(compound_words_are_one_token),
        cmocka_unit_test(comments_and_blanks),
        cmocka_unit_test(plain_strings_and_escapes),
        cmocka_unit_test(verbatim_and_hidden_strings),
        cmocka_unit_test(multi_line_strings),
        cmocka_unit_test(numbers),
        cmocka_unit_test(timespans_with_every_suffix),
        cmocka_unit_test(bool_literals),
        cmocka_unit_test(typed_literals),
        cmocka_unit_test(wrong_strings_say_where_and_what),
        cmocka_unit_test(wrong_literals_show_a_right_one),
        cmocka_unit_test(foreign_characters_are_explained),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(text_that_is_too_long_is_refused),
        cmocka_unit_test(spans_and_blanks_are_noted),
        cmocka_unit_test(failing_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
