/*
 * test_simd_compact.c - every table's compact() gives what a plain reader of one byte after the other gives; and lines that it
 * lets pass are JSON to the full parser.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "test.h"

#include "base/simd/simd.h"
#include "source/json_token.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

static const char *const NAMES[] = {"generic", "avx2", "avx512", "avx512vbmi", "neon"};
enum { LONG = 20000, SHORT = 700, PAGE = 65536 };

/* Room for LONG bytes that ends where nobody may read. */
static char *guarded_end(void)
{
    char *memory = mmap(NULL, 2 * (size_t)PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + PAGE, PAGE, PROT_NONE), 0);
    return memory + PAGE;
}

/* --- the plain reader --- */

enum before { LINE, COLON, COMMA, CLOSING, DIGIT, ZERO, SIGN, BRACE };
struct plain {
    bool in_string, escaped, in_key;
    enum before before;
};

static bool is_hex4(const char *text, size_t len, size_t at)
{
    static const char DIGITS[] = "0123456789abcdefABCDEF";
    bool good = len - at >= 4;
    for (size_t i = at; good && i < at + 4; i++)
        good = memchr(DIGITS, text[i], sizeof DIGITS - 1) != NULL;
    return good;
}

/* The scalar around `at`, from the colon before it on, is one to the full parser, and a comma or brace follows. */
static bool is_whole_scalar(const char *text, size_t len, size_t at)
{
    while (text[at - 1] != ':')
        at--;
    struct json_cursor cursor = {text + at, text + len, NULL};
    struct slice value;
    return json_value(&cursor, &value) && value.ptr == text + at && cursor.at < cursor.end &&
           (*cursor.at == ',' || *cursor.at == '}');
}

static bool plain_string(struct plain *plain, const char *text, size_t len, size_t at, bool *found)
{
    char c = text[at];
    if (plain->escaped) {
        plain->escaped = false;
        *found |= c == 'u' && at + 1 < len && text[at + 1] == '0';
        return simd_is_escape_letter(c) || (c == 'u' && is_hex4(text, len, at + 1));
    }
    plain->escaped = c == '\\';
    if (c == '"') {
        plain->in_string = false;
        plain->before = CLOSING;
    }
    return (unsigned char)c >= 0x20;
}

static bool plain_scalar(struct plain *plain, const char *text, size_t len, size_t at)
{
    bool begins = plain->before == COLON, digit = text[at] >= '0' && text[at] <= '9';
    if (!begins && plain->before != DIGIT && plain->before != ZERO && plain->before != SIGN)
        return false;
    if (digit && plain->before == ZERO)
        return false;
    if (!digit && plain->before != SIGN && !is_whole_scalar(text, len, at))
        return false;
    plain->before = !digit ? SIGN : begins && text[at] == '0' ? ZERO : DIGIT;
    return true;
}

/* Steps over a byte; false if it can't stand there. */
static bool plain_step(struct plain *plain, const char *text, size_t len, size_t at, bool *found)
{
    enum before before = plain->before;
    bool ended =
        !plain->in_key && (before == CLOSING || before == BRACE || before == DIGIT || before == ZERO || before == SIGN);
    *found = false;
    if (plain->in_string)
        return plain_string(plain, text, len, at, found);
    switch (text[at]) {
    case '"':
        plain->in_string = true;
        return before == COLON || before == COMMA;
    case ':':
        plain->before = COLON;
        ended = plain->in_key && before == CLOSING;
        plain->in_key = false;
        return ended;
    case ',':
        plain->before = COMMA;
        plain->in_key = true;
        return ended;
    case '{':
        *found = true;
        plain->before = COMMA;
        plain->in_key = true;
        return before == COLON || before == LINE;
    case '}':
        *found = true;
        plain->before = BRACE;
        return ended;
    case '\n':
        *found = true;
        plain->before = LINE;
        return before == BRACE;
    default:
        return plain_scalar(plain, text, len, at);
    }
}

/* 2: a pair begins there; 1: so does the first of one and the second of another; a kernel may give it. */
static int pair_at(const struct simd_marks *marks, const char *text, size_t len, size_t at)
{
    int found = 0;
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct simd_pair *pair = &marks->pair[i];
        if (text[at] != pair->first)
            continue;
        bool whole = at + pair->distance < len && text[at + pair->distance] == pair->second;
        found = whole ? 2 : found == 2 ? 2 : 1;
    }
    return found;
}

/* --- the comparison --- */

/* The braces of a line, as a caller counts them. */
struct line {
    size_t begin;
    uint32_t depth;
    bool bad;
};

static void line_step(struct line *line, const char *text, size_t at)
{
    if (text[at] == '{') {
        line->bad |= line->depth == 0 && at != line->begin;
        line->depth++;
    } else if (text[at] == '}') {
        line->bad |= line->depth == 0;
        line->depth -= line->depth > 0;
    } else if (text[at] == '\n') {
        struct json_cursor cursor = {text + line->begin, text + at, NULL};
        struct slice value;
        if (!line->bad && line->depth == 0)
            assert_true(json_value(&cursor, &value) && cursor.at == cursor.end);
        *line = (struct line){.begin = at + 1};
    }
}

/* The marks of a call, up to `from`. */
static void check_marks(struct plain *plain, struct line *line, const char *text, size_t len,
                        const struct simd_marks *marks, size_t *at, size_t from, const uint32_t *out, size_t count)
{
    size_t i = 0;
    for (; *at < from; ++*at) {
        bool found, known = i < count && out[i] == *at, in_string = plain->in_string;
        assert_true(plain_step(plain, text, len, *at, &found));
        int pair = pair_at(marks, text, len, *at);
        assert_true(known ? found || pair > 0 : !found && pair < 2);
        i += known;
        if (found && !in_string)
            line_step(line, text, *at);
    }
    assert_int_equal(i, count);
}

static void check(const struct simd *simd, const char *text, size_t len, const struct simd_marks *marks)
{
    static uint32_t out[4096];
    size_t capacity = test_random_below(2) ? TEST_COUNT(out) : SIMD_MARKS_ROOM + 600 * test_random_below(2);
    struct plain plain = {.before = LINE};
    struct simd_compact compact = {.in_string = false};
    struct line line = {0};
    size_t from = 0, at = 0;
    while (from < len && !compact.fault) {
        size_t count = simd->compact(text, len, marks, &compact, &from, out, capacity);
        check_marks(&plain, &line, text, len, marks, &at, from, out, count);
        if (compact.fault) {
            bool found;
            assert_false(plain_step(&plain, text, len, at, &found));
        } else if (from < len) {
            assert_int_equal(compact.in_string, plain.in_string);
            assert_int_equal(compact.escaped, plain.escaped);
            assert_int_equal(compact.in_key, plain.in_key);
        }
    }
}

/* --- texts --- */

static char *put(char *at, const char *end, const char *text)
{
    for (; *text && at < end; text++)
        *at++ = *text;
    return at;
}

static char *put_string(char *at, const char *end)
{
    static const char *const PIECES[] = {"a",      "RemoteUrl",  "\\\\", "\\\"",     "\\u0041", "\\n",
                                         "{}[]:,", "u0",         "\x7f", "\x80\xff", "/",       "\\ud800",
                                         "n",      "0123456789", "\\/",  " "};
    uint32_t count = test_random_below(8) ? test_random_below(6) : test_random_below(120);
    bool plain = test_random_below(3) > 0;
    at = put(at, end, "\"");
    for (; count; count--)
        at = put(at, end, plain ? "abcdef" : PIECES[test_random_below(TEST_COUNT(PIECES))]);
    return put(at, end, "\"");
}

static char *put_value(char *at, const char *end)
{
    static const char *const SCALARS[] = {"0",    "1",    "443",   "-1",   "0.5",    "1e9",  "12.50E-3",
                                          "null", "true", "false", "8080", "100000", "-0.0", "1E+2"};
    if (test_random_below(2))
        return put_string(at, end);
    return put(at, end, SCALARS[test_random_below(TEST_COUNT(SCALARS))]);
}

static char *put_object(char *at, const char *end, uint32_t depth)
{
    uint32_t members = 1 + test_random_below(6);
    for (uint32_t i = 0; i < members; i++) {
        at = put(at, end, i ? "," : "{");
        at = put(put_string(at, end), end, ":");
        at = depth < 3 && test_random_below(5) == 0 ? put_object(at, end, depth + 1) : put_value(at, end);
    }
    return put(at, end, "}");
}

/* Lines of compact objects, the last one cut off; then some bytes are damaged. */
static void fill(char *text, size_t len)
{
    static const char DAMAGE[] = "\"\\{}[]:,0123.-+eEnutrlfas \n\r\x01\x80";
    char *at = text;
    const char *end = text + len;
    while (at < end)
        at = put(put_object(at, end, 0), end, "\n");
    static const uint32_t OFTEN[] = {0, 0, 1, 2, 5};
    for (uint32_t i = OFTEN[test_random_below(TEST_COUNT(OFTEN))]; i > 0 && len > 0; i--)
        text[test_random_below((uint32_t)len)] = DAMAGE[test_random_below(sizeof DAMAGE - 1)];
}

static void compact_equals_a_plain_reader(void **state)
{
    (void)state;
    char *end = guarded_end();
    for (int round = 0; round < 12000; round++) {
        struct simd_marks marks = {{{'U', 'r', 1}, {'a', 'd', 3}, {'"', ':', 4}}, test_random_below(4), false};
        for (uint32_t i = 1; round % 2 && i < marks.count; i++)
            marks.pair[i].distance = marks.pair[0].distance;
        size_t len = test_random_below(round % 8 == 0 ? LONG : SHORT);
        fill(end - len, len);
        for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
            if (simd_named(NAMES[i]))
                check(simd_named(NAMES[i]), end - len, len, &marks);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_equals_a_plain_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
