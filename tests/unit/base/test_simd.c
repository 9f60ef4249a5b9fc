/*
 * test_simd.c - every table of kernels gives what a plain loop over the bytes gives, and reads nothing beyond the text.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "test.h"

#include "base/simd/simd.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const NAMES[] = {"generic", "avx2", "avx512", "avx512vbmi", "neon"};
enum { TEXT_MAX = 400 };

/* Room for TEXT_MAX bytes that ends where nobody may read. */
static char *guarded_end(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
    return memory + page;
}

static void fill(char *text, size_t len)
{
    static const char often[] = "\"\\{}[]u0\nUrR: ,\x1f\x20\x7f\x80\xdb\xfb\xff";
    bool dense = test_random_below(2);
    for (size_t i = 0; i < len; i++)
        text[i] = dense || test_random_below(40) == 0 ? often[test_random_below(sizeof often)] : 'a';
}

static size_t plain_find(const char *text, size_t len, size_t from, bool structure)
{
    for (; from < len; from++) {
        unsigned char c = (unsigned char)text[from];
        if (c == '"' || (structure ? c && strchr("{}[]", c) != NULL : c == '\\' || c < 0x20))
            break;
    }
    return from;
}

/* Where a string ends, one character after the other; near the end of the text the kernels stop at each backslash. */
static size_t plain_close(const char *text, size_t len, size_t from, bool *out_escaped)
{
    for (; from < len; from++) {
        unsigned char c = (unsigned char)text[from];
        if (c == '\\' && from + 1 < len && simd_is_escape_letter(text[from + 1])) {
            *out_escaped = true;
            from++;
        } else if (c == '"' || c == '\\' || c < 0x20) {
            break;
        }
    }
    return from;
}

/* As a caller does who steps over the escapes at which the kernel stops. */
static size_t kernel_close(const struct simd *simd, const char *text, size_t len, size_t from, bool *out_escaped)
{
    for (;;) {
        from = simd->string_close(text, len, from, out_escaped);
        if (from + 1 >= len || text[from] != '\\' || !simd_is_escape_letter(text[from + 1]))
            return from;
        assert_true(len - from <= 64);
        *out_escaped = true;
        from += 2;
    }
}

static void the_end_of_a_string_is_behind_its_escapes(void **state)
{
    (void)state;
    char *end = guarded_end();
    for (int round = 0; round < 6000; round++) {
        size_t len = test_random_below(TEXT_MAX + 1);
        char *text = end - len;
        fill(text, len);
        for (size_t i = 0; i < len; i++) {
            if (test_random_below(3) == 0)
                text[i] = "\\\\\"nu"[test_random_below(5)];
        }
        size_t from = test_random_below((uint32_t)len + 1);
        for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
            bool escaped = false, wanted = false;
            if (!simd_named(NAMES[i]))
                continue;
            size_t close = kernel_close(simd_named(NAMES[i]), text, len, from, &escaped);
            assert_int_equal(close, plain_close(text, len, from, &wanted));
            assert_int_equal(escaped, wanted);
        }
    }
}

static struct simd_lead lead_of(const char *text)
{
    struct simd_lead lead = {.len = (uint32_t)strlen(text)};
    memcpy(lead.text, text, lead.len);
    return lead;
}

static void members_are_taken_as_long_as_they_are_the_expected_ones(void **state)
{
    (void)state;
    static const char *const VALUES[] = {"\"\"", "\"a b\"", "\"C:\\\\x\\\"\"", "0", "443", "null",
                                         /* not plain, or not at all */
                                         "\"\\u0041\"", "-1", "1.5", "01", "nul", "\"\x01\"", "\"\\x\"", "[]", "1 "};
    enum { PLAIN = 6, MEMBERS = 5 };
    const struct simd_lead leads[MEMBERS] = {
        lead_of(",\"Name\":"), lead_of(",\"RemotePort\":"), lead_of(", \"Url\" : "),
        lead_of(",\"InitiatingProcessVersionInfoCompanyName12\":"), lead_of(",\"LocalPort\":")};
    char *end = guarded_end();
    for (int round = 0; round < 5000; round++) {
        char made[TEXT_MAX + 200] = "";
        struct simd_span wanted[MEMBERS];
        uint32_t good = 0;
        for (uint32_t i = 0; i < MEMBERS; i++) {
            uint32_t kind = test_random_below(round % 2 ? TEST_COUNT(VALUES) : PLAIN);
            bool other_key = test_random_below(20) == 0;
            strncat(made, leads[i].text, leads[i].len - other_key);
            wanted[i].start = (uint32_t)strlen(made);
            strcat(made, VALUES[kind]);
            wanted[i].end = (uint32_t)strlen(made);
            good += good == i && kind < PLAIN && !other_key;
        }
        strcat(made, "}");
        memset(made + strlen(made), '.', test_random_below(200));
        size_t len = strlen(made);
        char *text = end - len;
        memcpy(text, made, len);
        for (size_t n = 0; n < TEST_COUNT(NAMES); n++) {
            struct simd_span values[MEMBERS];
            size_t from = 0;
            if (!simd_named(NAMES[n]))
                continue;
            uint32_t count = simd_named(NAMES[n])->members(text, len, &from, leads, MEMBERS, values);
            assert_true(count <= good);
            for (uint32_t i = 0; i < count; i++) {
                assert_int_equal(values[i].start, wanted[i].start);
                assert_int_equal(values[i].end, wanted[i].end);
            }
            assert_int_equal(from, count ? wanted[count - 1].end : 0);
            /* Fewer than there are only near the end. */
            assert_true(count == good || len - from < SIMD_LEAD_MAX + 64);
        }
    }
}

static void searches_equal_a_plain_loop(void **state)
{
    (void)state;
    char *end = guarded_end();
    for (int round = 0; round < 3000; round++) {
        size_t len = test_random_below(TEXT_MAX + 1);
        char *text = end - len;
        fill(text, len);
        size_t from = test_random_below((uint32_t)len + 1);
        for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
            const struct simd *simd = simd_named(NAMES[i]);
            if (!simd)
                continue;
            assert_int_equal(simd->string_end(text, len, from), plain_find(text, len, from, false));
            assert_int_equal(simd->structure(text, len, from), plain_find(text, len, from, true));
        }
    }
}

static bool is_mark(const char *text, size_t len, size_t at, const struct simd_marks *marks)
{
    char c = text[at], next = at + 1 < len ? text[at + 1] : '\0';
    if (c == '\n' || ((c == '{' || c == '[') && next != '\\'))
        return true;
    if (c == 'u' && next == '0' && at + 4 < len && text[at + 2] == '0') {
        char high = text[at + 3], low = text[at + 4];
        if (marks->all_units || (high >= '4' && high <= '7') || (high == '3' && low >= '0' && low <= '9') ||
            (high == '2' && low == '4'))
            return true;
    }
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct simd_pair *pair = &marks->pair[i];
        if (c == pair->first && at + pair->distance < len && text[at + pair->distance] == pair->second)
            return true;
    }
    return false;
}

/* One that may be given: a letter with one zero of two. */
static bool is_half_mark(const char *text, size_t len, size_t at)
{
    return text[at] == 'u' && ((at + 1 < len && text[at + 1] == '0') || (at + 2 < len && text[at + 2] == '0'));
}

static void check_marks(const struct simd *simd, const char *text, size_t len, const struct simd_marks *marks)
{
    uint32_t out[4 * SIMD_MARKS_ROOM];
    size_t from = 0, at = 0;
    while (from < len) {
        /* Some kernels take several chunks at a time if there is room. */
        size_t capacity =
            test_random_below(2) ? TEST_COUNT(out) : SIMD_MARKS_ROOM + test_random_below(2 * SIMD_MARKS_ROOM);
        size_t count = simd->mark(text, len, marks, &from, out, capacity);
        assert_true(count <= capacity);
        for (size_t i = 0; i < count; i++, at++) {
            while (at < len && !is_mark(text, len, at, marks) && (at != out[i] || !is_half_mark(text, len, at)))
                at++;
            assert_int_equal(out[i], at);
        }
    }
    while (at < len && !is_mark(text, len, at, marks))
        at++;
    assert_int_equal(at, len);
}

/* Now and then all pairs, or two of them, have the same distance. */
static void share_distance(struct simd_marks *marks, int round)
{
    for (int i = 1; i < 3 && round % 3 > i - 1; i++)
        marks->pair[i].distance = marks->pair[0].distance;
}

/* Escapes, alone and in crowds, of letters and of what stands beside them. */
static void fill_escapes(char *text, size_t len)
{
    static const char digits[] = "023456789:/aAfF@";
    uint32_t rare = 1 + test_random_below(60);
    for (size_t i = 0; i + 6 <= len; i++) {
        if (test_random_below(rare))
            continue;
        char escape[] = "\\u00xx";
        escape[4] = digits[test_random_below(sizeof digits - 1)];
        escape[5] = digits[test_random_below(sizeof digits - 1)];
        memcpy(text + i, escape, 6);
        i += 5;
    }
}

static void marks_equal_a_plain_loop(void **state)
{
    (void)state;
    char *end = guarded_end();
    for (int round = 0; round < 3000; round++) {
        struct simd_marks marks = {{{'U', 'r', 1}, {'R', '"', 15}, {'"', ':', 4}}, test_random_below(4), false, false};
        if (round % 4 ==
            0) /* some kernels look for these in a way of their own, if there are no others; and for neighbours */
            marks.pair[0].distance = 2;
        share_distance(&marks, round);
        if (round % 4 == 1 || round % 4 == 3) {
            marks.pair[1].distance = test_random_below(2) ? 15 : 1;
            marks.pair[2].distance = test_random_below(2) ? 4 : 15;
        }
        if (round % 8 == 0)
            marks.pair[0].first = '{';
        size_t len = test_random_below(TEXT_MAX + 1);
        char *text = end - len;
        fill(text, len);
        if (round % 2)
            fill_escapes(text, len);
        if (round % 16 == 1)
            marks.pair[2].first = 'u';
        marks.all_units = round % 8 == 3;
        for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
            if (simd_named(NAMES[i]))
                check_marks(simd_named(NAMES[i]), text, len, &marks);
        }
    }
}

/* The outline, one byte after the other, with what is known of the text before. */
struct plain_outline {
    bool in_string, escaped;
    bool fault;
};

static bool plain_outline_step(struct plain_outline *state, const char *text, size_t len, size_t at,
                               const struct simd_marks *marks)
{
    char c = text[at];
    bool found = c == '\n' && marks->newlines, escaped = state->escaped;
    state->escaped = state->fault = false;
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct simd_pair *pair = &marks->pair[i];
        found |= c == pair->first && at + pair->distance < len && text[at + pair->distance] == pair->second;
    }
    if (state->in_string) {
        state->escaped = c == '\\' && !escaped;
        state->fault = c == '\n' && !escaped;
        found |= c == 'u' && escaped;
        state->in_string = c != '"' || escaped;
    } else {
        state->fault = c == '\\';
        found |= c && strchr("{}[]Yy_\x7f", c);
        state->in_string = c == '"';
    }
    return found || state->fault;
}

/* Follows the kernel over the text in pieces that end at `stops`, as a reader does whose buffer is full there. */
static void check_outline(const struct simd *simd, const char *text, size_t len, const size_t stops[2],
                          const struct simd_marks *marks)
{
    uint32_t out[2048];
    size_t capacity = test_random_below(2) ? TEST_COUNT(out) : SIMD_MARKS_ROOM + 10;
    struct plain_outline plain = {0};
    struct simd_json json = {0};
    size_t from = 0, at = 0;
    for (size_t piece = 0; piece < 2; piece++) {
        while (from < stops[piece]) {
            size_t count = simd->outline(text, stops[piece], marks, &json, &from, out, capacity);
            for (size_t i = 0; at < from; at++) {
                bool found = plain_outline_step(&plain, text, stops[piece], at, marks);
                assert_int_equal(found, i < count && out[i] == at);
                i += found;
                if (at + 1 == from)
                    assert_int_equal(i, count);
                if (plain.fault)
                    assert_int_equal(at + 1, from);
            }
            assert_int_equal(json.in_string, plain.in_string);
            assert_int_equal(json.escaped, plain.escaped);
        }
    }
    assert_int_equal(at, len);
}

static void fill_json(char *text, size_t len)
{
    static const char often[] = "\"\"\\\\{}[]u0\nUr:,y_";
    uint32_t most = test_random_below(3);
    for (size_t i = 0; i < len; i++) {
        bool run = i > 0 && most == 2 && test_random_below(3);
        text[i] = run                                     ? text[i - 1]
                  : test_random_below(1 + 20 * most) == 0 ? often[test_random_below(sizeof often - 1)]
                                                          : 'a';
    }
}

/* Strings, with runs of escapes in them, and what stands between; a fault now and then. */
static void fill_sound(char *text, size_t len)
{
    static const char between[] = "{}[]:,\nUrRYy_a ", inside[] = "aaaaUr{}[]:,u0y", escapes[] = "\\\\\"u/n";
    uint32_t rare = 1 + test_random_below(30), faults = test_random_below(2) ? 300 : 100000;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        if (test_random_below(faults) == 0) {
            text[i] = test_random_below(2) ? '\n' : '\\';
        } else if (test_random_below(rare)) {
            text[i] = 'a';
        } else if (test_random_below(3) == 0) {
            text[i] = '"';
            in_string = !in_string;
        } else if (in_string && i + 1 < len && test_random_below(2)) {
            for (uint32_t run = test_random_below(100) ? 1 : 80; run > 0 && i + 1 < len; run--, i += 2) {
                text[i] = '\\';
                text[i + 1] = run > 1 ? '\\' : escapes[test_random_below(sizeof escapes - 1)];
            }
            i--;
        } else {
            text[i] = in_string ? inside[test_random_below(sizeof inside - 1)]
                                : between[test_random_below(sizeof between - 1)];
        }
    }
}

static void outlines_equal_a_plain_loop(void **state)
{
    enum { LONG = 2600 }; /* some kernels have a loop for eight chunks at a time */
    (void)state;
    char *end = guarded_end();
    for (int round = 0; round < 20000; round++) {
        struct simd_marks marks = {{{'U', 'r', 1}, {'u', '"', 15}, {'"', ':', 4}}, test_random_below(4), false, false};
        marks.newlines = test_random_below(2);
        share_distance(&marks, round);
        size_t len = test_random_below((round % 4 == 0 ? LONG : TEXT_MAX) + 1);
        char *text = end - len;
        if (round % 4 == 0)
            fill_sound(text, len);
        else
            fill_json(text, len);
        const size_t stops[2] = {test_random_below((uint32_t)len + 1), len};
        for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
            if (simd_named(NAMES[i]))
                check_outline(simd_named(NAMES[i]), text, len, stops, &marks);
        }
    }
}

static bool plain_alike(const char *text, const struct simd_shape *shape)
{
    for (size_t i = 0; i < shape->chunks * SIMD_CHUNK; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = c >= 0x20 && !strchr("\"\\{}[]", c);
        if ((shape->fixed[i / 64] >> i % 64 & 1 && text[i] != shape->like[i]) ||
            (shape->plain[i / 64] >> i % 64 & 1 && !plain))
            return false;
    }
    return true;
}

/* One byte of text that is alike is changed at a time, to each byte. */
static void shapes_equal_a_plain_loop(void **state)
{
    (void)state;
    enum { CHUNKS = 3, LEN = CHUNKS * SIMD_CHUNK };
    char *text = guarded_end() - LEN, like[LEN];
    uint64_t fixed[CHUNKS], plain[CHUNKS];
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < CHUNKS; i++) {
            fixed[i] = (uint64_t)test_random_below(UINT32_MAX) << 32 | test_random_below(UINT32_MAX);
            plain[i] = round % 3 ? ~fixed[i] & ((uint64_t)test_random_below(UINT32_MAX) << 20) : 0;
        }
        memset(text, 'a', LEN);
        fill(like, LEN);
        for (size_t i = 0; i < LEN; i++)
            text[i] = fixed[i / 64] >> i % 64 & 1 ? like[i] : 'b';
        const struct simd_shape shape = {like, fixed, plain, 1 + test_random_below(CHUNKS)};
        for (size_t n = 0; n < TEST_COUNT(NAMES); n++) {
            const struct simd *simd = simd_named(NAMES[n]);
            if (!simd)
                continue;
            assert_true(simd->alike(text, &shape));
            for (int change = 0; change < 300; change++) {
                char *at = &text[test_random_below(LEN)], old = *at;
                *at = (char)test_random_below(256);
                assert_int_equal(simd->alike(text, &shape), plain_alike(text, &shape));
                *at = old;
            }
        }
    }
}

static void quoting_equals_a_plain_loop(void **state)
{
    (void)state;
    char *end = guarded_end(), *out_end = guarded_end();
    for (int round = 0; round < 6000; round++) {
        size_t len = test_random_below(round % 2 ? 70 : TEXT_MAX + 1), room = 2 * len + SIMD_CHUNK;
        char *text = end - len, *out = out_end - room, wanted[2 * TEXT_MAX];
        size_t first = 0; /* control character */
        fill(text, len);
        for (size_t i = 0; i < len && round % 3; i++)
            text[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '\\' : text[i];
        while (first < len && (unsigned char)text[first] >= 0x20 && text[first] != 0x7f)
            first++;
        for (size_t n = 0; n < TEST_COUNT(NAMES); n++) {
            if (!simd_named(NAMES[n]))
                continue;
            size_t wanted_len = 0;
            char *written = simd_named(NAMES[n])->quote(text, len, out);
            assert_true((first < len) == !written);
            for (size_t i = 0; i < len; i++) {
                if (text[i] == '"' || text[i] == '\\')
                    wanted[wanted_len++] = '\\';
                wanted[wanted_len++] = text[i];
            }
            if (!written)
                continue;
            assert_int_equal(written - out, wanted_len);
            assert_memory_equal(out, wanted, wanted_len);
        }
    }
}

static void a_table_is_chosen_and_an_unknown_name_is_none(void **state)
{
    (void)state;
    assert_non_null(simd_ops());
    assert_ptr_equal(simd_named(simd_ops()->name), simd_ops());
    assert_non_null(simd_named("generic"));
    assert_null(simd_named("mmx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_string_is_behind_its_escapes),
        cmocka_unit_test(members_are_taken_as_long_as_they_are_the_expected_ones),
        cmocka_unit_test(searches_equal_a_plain_loop),
        cmocka_unit_test(marks_equal_a_plain_loop),
        cmocka_unit_test(outlines_equal_a_plain_loop),
        cmocka_unit_test(shapes_equal_a_plain_loop),
        cmocka_unit_test(quoting_equals_a_plain_loop),
        cmocka_unit_test(a_table_is_chosen_and_an_unknown_name_is_none),
    };
    /* For tests/cross/run.py, which knows what other CPUs must have. */
    printf("# kernels:");
    for (size_t i = 0; i < TEST_COUNT(NAMES); i++) {
        if (simd_named(NAMES[i]))
            printf(" %s", NAMES[i]);
    }
    printf("\n");
    (void)fflush(stdout);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
