/*
 * test_simd_compact.c - every table's compact() gives what a plain reader of one byte after the other gives; and lines that it
 * lets pass are JSON to the full parser.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "test.h"

#include "base/simd/simd.h"
#include "source/json/json_token.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

static const char *const NAMES[] = {"generic", "avx2", "avx512", "avx512vbmi", "neon"};
enum { LONG = 20000, MIDDLE = 3000, SHORT = 700, PAGE = 65536, ROOM_MAX = 4096 };

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

static bool second_at(const struct simd_marks *marks, const char *text, size_t len, size_t at, uint32_t distance)
{
    bool found = false;
    for (uint32_t i = 0; i < marks->count; i++)
        found |= at + distance < len && text[at + distance] == marks->pair[i].second;
    return found;
}

/* 2: a pair begins there; 1: the first of one stands where the second of another does; a kernel may give it. */
static int pair_at(const struct simd_marks *marks, const char *text, size_t len, size_t at)
{
    int found = 0;
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct simd_pair *pair = &marks->pair[i];
        if (text[at] != pair->first)
            continue;
        bool whole = at + pair->distance < len && text[at + pair->distance] == pair->second;
        bool half = second_at(marks, text, len, at, pair->distance);
        found = whole ? 2 : found == 2 ? 2 : found | half;
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

/* Of the places for marks, as few as a call may be given, some more, or many. */
static size_t capacity_draw(void)
{
    return SIMD_MARKS_ROOM + (test_random_below(3) ? test_random_below(700) * test_random_below(2) : ROOM_MAX);
}

static void check(const struct simd *simd, const char *text, size_t len, const struct simd_marks *marks)
{
    static uint32_t out[SIMD_MARKS_ROOM + ROOM_MAX + 1];
    size_t capacity = capacity_draw();
    struct plain plain = {.before = LINE};
    struct simd_compact compact = {.in_string = false};
    struct line line = {0};
    size_t from = 0, at = 0;
    while (from < len && !compact.fault) {
        out[capacity] = UINT32_MAX;
        size_t count = simd->compact(text, len, marks, &compact, &from, out, capacity);
        assert_true(count <= capacity && out[capacity] == UINT32_MAX);
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

static void check_all(const char *text, size_t len, const struct simd_marks *marks)
{
    for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
        if (simd_named(NAMES[i]))
            check(simd_named(NAMES[i]), text, len, marks);
    }
}

/* --- texts --- */

static char *put(char *at, const char *end, const char *text)
{
    for (; *text && at < end; text++)
        *at++ = *text;
    return at;
}

/*
 * What a text is made of. \u escapes are looked at one by one, so texts without them go ways of their own; of slips, such as
 * a comma in a colon's place, there is one in so many tokens.
 */
struct style {
    bool units;
    uint32_t slips; /* 0: none */
};

static bool slips(const struct style *style)
{
    return style->slips && test_random_below(style->slips) == 0;
}

static char *put_token(char *at, const char *end, const struct style *style, const char *token)
{
    static const char *const WRONG[] = {"",    ",",  ":",  "{",  "}", "\n", "0", "\"\"",
                                        "}\n", "\\", ":{", "}}", "[", " ",  "{}"};
    return put(at, end, slips(style) ? WRONG[test_random_below(TEST_COUNT(WRONG))] : token);
}

static char *put_string(char *at, const char *end, const struct style *style)
{
    static const char *const PIECES[] = {"a",    "RemoteUrl", "\\\\",       "\\\"", "\\n", "{}[]:,",   "u0",
                                         "\x7f", "\x80\xff",  "0123456789", "\\/",  " ",   "\\\\\\\"", "n"};
    static const char *const UNITS[] = {"\\u0041", "\\ud800", "\\uABCD", "\\\\u00"};
    static const char *const WRONG[] = {"\\u004", "\\u00g1", "\\u12@4", "\\u`123", "\\u001/", "\\u:000",
                                        "\\x",    "\\",      "\x1f",    "\n",      "\\U0041", "\\\x1f"};
    uint32_t count = test_random_below(8) ? test_random_below(6) : test_random_below(120);
    bool plain = test_random_below(3) > 0;
    if (slips(style))
        return at;
    at = put_token(at, end, style, "\"");
    for (; count; count--) {
        at = put(at, end, plain ? "abcdef" : PIECES[test_random_below(TEST_COUNT(PIECES))]);
        if (style->units && test_random_below(8) == 0)
            at = put(at, end, UNITS[test_random_below(TEST_COUNT(UNITS))]);
        if (slips(style))
            at = put(at, end, WRONG[test_random_below(TEST_COUNT(WRONG))]);
    }
    return put_token(at, end, style, "\"");
}

static const char *const SCALARS[] = {"0",    "1",    "443",   "-1",   "0.5",    "1e9",  "12.50E-3",
                                      "null", "true", "false", "8080", "100000", "-0.0", "1E+2"};
static const char *const NO_SCALARS[] = {
    "01",    "00", "-",   "-01",  "-00.5",  "1.",    "1.e5",   ".5",     "1e",    "1e+", "1e5.5", "1e+5.5",
    "1E5E5", "+1", "1-1", "nul",  "nulll",  "1null", "12true", "0false", "tru",   "5e",  "0x10",  "-a",
    "-0e1a", "1 ", "NaN", "\x80", "1null1", "0-1",   "0.5.5",  "1e5e5",  "2e+-3", "0\\", "null0", "-null"};

static char *put_scalar(char *at, const char *end, const struct style *style)
{
    return put(at, end,
               slips(style) ? NO_SCALARS[test_random_below(TEST_COUNT(NO_SCALARS))]
                            : SCALARS[test_random_below(TEST_COUNT(SCALARS))]);
}

static char *put_object(char *at, const char *end, const struct style *style, uint32_t depth)
{
    uint32_t members = 1 + test_random_below(6);
    for (uint32_t i = 0; i < members; i++) {
        at = put_token(at, end, style, i ? "," : "{");
        at = put_token(put_string(at, end, style), end, style, ":");
        if (depth < 3 && test_random_below(5) == 0)
            at = put_object(at, end, style, depth + 1);
        else
            at = test_random_below(2) ? put_string(at, end, style) : put_scalar(at, end, style);
    }
    return put_token(at, end, style, "}");
}

/* Lines of compact objects, the last one cut off; then some bytes are damaged, half of them where a chunk begins or ends. */
static void fill(char *text, size_t len)
{
    static const char DAMAGE[] = "\"\\{}[]:,0129.-+eEnutrlfagG \n\r\x01\x1f\x80";
    static const uint32_t OFTEN[] = {0, 0, 1, 2, 5}, SLIPS[] = {0, 0, 0, 300, 60};
    struct style style = {test_random_below(2), SLIPS[test_random_below(TEST_COUNT(SLIPS))]};
    char *at = text;
    const char *end = text + len;
    while (at < end)
        at = put_token(put_object(at, end, &style, 0), end, &style, "\n");
    for (uint32_t i = OFTEN[test_random_below(TEST_COUNT(OFTEN))]; i > 0 && len > 0; i--) {
        size_t place = test_random_below((uint32_t)len);
        if (place >= 64 && test_random_below(2))
            place -= place % 64 + test_random_below(2);
        text[place] = DAMAGE[test_random_below(sizeof DAMAGE - 1)];
    }
}

static struct simd_marks marks_draw(bool alike)
{
    struct simd_marks marks = {.pair = {{'U', 'r', 1}, {'a', ' ', 3}, {'"', ':', 4}}, .count = test_random_below(4)};
    for (uint32_t i = 1; alike && i < marks.count; i++)
        marks.pair[i].distance = marks.pair[0].distance;
    return marks;
}

static void compact_equals_a_plain_reader(void **state)
{
    (void)state;
    static const uint32_t LENGTHS[] = {SHORT, SHORT, SHORT, SHORT, MIDDLE, MIDDLE, MIDDLE, LONG};
    char *end = guarded_end();
    for (int round = 0; round < 16000; round++) {
        struct simd_marks marks = marks_draw(round % 4 > 0);
        size_t len = test_random_below(LENGTHS[test_random_below(TEST_COUNT(LENGTHS))]);
        fill(end - len, len);
        check_all(end - len, len, &marks);
    }
}

/* Writes a member whose value is `scalar`, its first byte at `place`. Returns behind it. */
static char *put_member_at(char *text, char *at, const char *end, size_t place, const char *scalar)
{
    at = put(at, end, at == text ? "{\"" : ",\"");
    while (at < text + place - 2)
        *at++ = 'k';
    return put(put(at, end, "\":"), end, scalar);
}

/*
 * Two scalars about the borders of chunks, and of what is looked at at once: the first ends, or is cut, anywhere about one, and
 * the second begins where a later one does, with nothing or with strings between. What is kept from one chunk to the next must
 * be right for any two.
 */
static void scalars_meet_borders(void **state)
{
    (void)state;
    enum { CHUNK_BYTES = 64, ABOUT = 4, LEN = 4 * 512 };
    static const size_t BORDERS[] = {64, 128, 512, 1024}, GAPS[] = {64, 128, 512};
    char *end = guarded_end(), *text = end - LEN;
    const struct simd_marks marks = {.pair = {{'U', 'r', 1}}, .count = 1};
    for (uint32_t round = 0; round < 30000; round++) {
        const char *first = SCALARS[test_random_below(TEST_COUNT(SCALARS))];
        const char *second = test_random_below(3) ? NO_SCALARS[test_random_below(TEST_COUNT(NO_SCALARS))]
                                                  : SCALARS[test_random_below(TEST_COUNT(SCALARS))];
        size_t place = BORDERS[test_random_below(TEST_COUNT(BORDERS))] - test_random_below(2 * ABOUT) + ABOUT / 2;
        size_t next = (place + CHUNK_BYTES) / CHUNK_BYTES * CHUNK_BYTES + GAPS[test_random_below(TEST_COUNT(GAPS))] -
                      test_random_below(ABOUT);
        char *at = put_member_at(text, text, end, place, first);
        at = put(put_member_at(text, at, end, next, second), end, "}\n");
        while (at < end)
            at = put(at, end, "{\"kk\":\"v\"}\n");
        check_all(text, LEN, &marks);
    }
}

/* Good lines without anything that is looked at one by one, up to about `until`; a few of them close together. */
static char *put_lines(char *at, const char *until, const char *end)
{
    static const char *const LINES[] = {"{\"k\":\"value\",\"n\":443}\n", "{\"a\":{\"b\":{\"c\":1}}}\n", "{\"\":\"\"}\n",
                                        "{\"a\":null,\"b\":-1.5,\"c\":\"\\\\\"}\n"};
    const char *line = LINES[test_random_below(TEST_COUNT(LINES))];
    while (at < end && at + 30 < until)
        at = put(at, end, line);
    return at;
}

/*
 * All that may stand behind what: tokens in any order, in a line or as one, about the borders of what is looked at at once, in
 * the middle of lines that the widest kernel takes as fast as it can.
 */
static void tokens_in_any_order(void **state)
{
    (void)state;
    static const char *const BEGINS[] = {
        "", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"b\"", "{\"a\":{\"b\":2}", "{\"a\":2,"};
    static const char *const TOKENS[] = {"\"s\"", "1", ":",    ",",  "{",    "}",      "\n",
                                         "0",     "-", "null", "\\", "\"\"", "\"a\":3"};
    enum { LEN = 1400, WIDE = 512 };
    char *end = guarded_end(), *text = end - LEN;
    for (uint32_t round = 0; round < 40000; round++) {
        const struct simd_marks marks = marks_draw(true);
        size_t place = test_random_below(2) ? WIDE - test_random_below(8) : test_random_below(WIDE);
        char *at = put_lines(text, text + place, end);
        at = put(at, end, BEGINS[test_random_below(TEST_COUNT(BEGINS))]);
        for (uint32_t i = 1 + test_random_below(4); i > 0; i--)
            at = put(at, end, TOKENS[test_random_below(TEST_COUNT(TOKENS))]);
        at = put(at, end, test_random_below(2) ? "}\n" : ",\"z\":1}\n");
        at = put_lines(at, end, end);
        while (at < end)
            *at++ = '\n';
        check_all(text, LEN, &marks);
    }
}

/* Runs of backslashes longer than a chunk, and as many marks as a text can have. */
static void long_runs(void **state)
{
    (void)state;
    char *end = guarded_end(), *text = end - LONG;
    for (uint32_t round = 0; round < 300; round++) {
        const struct simd_marks marks = marks_draw(true);
        char *at = text;
        while (at < end) {
            at = put_lines(at, at + test_random_below(MIDDLE), end);
            at = put(at, end, "{\"a\":\"");
            for (uint32_t i = test_random_below(700); i > 0; i--)
                at = put(at, end, "\\");
            at = put(at, end, test_random_below(2) ? "\"}\n" : "n\"}\n");
        }
        check_all(text, LONG, &marks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_equals_a_plain_reader),
        cmocka_unit_test(scalars_meet_borders),
        cmocka_unit_test(tokens_in_any_order),
        cmocka_unit_test(long_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
