/*
 * test_suffix.c - the suffix set against the obvious loop: all small texts against all small sets, and large ones.
 */
#include "base/mem.h"
#include "ddns/suffix.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

static bool naive_ends(const struct slice *endings, uint32_t count, struct slice text)
{
    for (uint32_t i = 0; i < count; i++)
        if (slice_ends(text, endings[i]))
            return true;
    return false;
}

static struct suffix_set *build(const struct slice *endings, uint32_t count)
{
    struct suffix_set *set = NULL;
    struct err err;
    assert_int_equal(suffix_set_build(endings, count, &set, &err), ERR_NONE);
    return set;
}

/* Every string over {a, b} of up to max bytes, shortest first; returns how many. */
static uint32_t all_strings(unsigned max, char (*texts)[8], struct slice *out)
{
    uint32_t count = 0;
    for (unsigned len = 0; len <= max; len++)
        for (uint32_t bits = 0; bits < 1u << len; bits++, count++) {
            for (unsigned i = 0; i < len; i++)
                texts[count][i] = bits >> i & 1 ? 'b' : 'a';
            out[count] = slice_of(texts[count], len);
        }
    return count;
}

static void all_small_texts_agree_with_all_small_sets(void **state)
{
    (void)state;
    char ending_texts[16][8], texts[128][8];
    struct slice endings[16], probes[128];
    uint32_t ending_count = all_strings(3, ending_texts, endings), probe_count = all_strings(5, texts, probes);
    assert_int_equal(ending_count, 15);
    for (uint32_t bits = 0; bits < 1u << ending_count; bits++) {
        struct slice chosen[16];
        uint32_t count = 0;
        for (uint32_t i = 0; i < ending_count; i++)
            if (bits >> i & 1)
                chosen[count++] = endings[i];
        struct suffix_set *set = build(chosen, count);
        for (uint32_t i = 0; i < probe_count; i++)
            if (suffix_set_ends(set, probes[i]) != naive_ends(chosen, count, probes[i]))
                fail_msg("set %x, text '%.*s'", bits, SLICE_ARG(probes[i]));
        suffix_set_free(set);
    }
}

static void random_sets_of_any_bytes_agree_with_the_loop(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 300; round++) {
        char bytes[64][24];
        struct slice endings[64];
        uint32_t count = (uint32_t)(rand() % 64);
        for (uint32_t i = 0; i < count; i++) {
            size_t len = (size_t)(rand() % 24);
            for (size_t k = 0; k < len; k++)
                bytes[i][k] = (char)(rand() % 4 ? 250 + rand() % 3 : rand() % 256);
            endings[i] = slice_of(bytes[i], len + (len == 0));
            bytes[i][0] = (char)(rand() % 256);
        }
        struct suffix_set *set = build(endings, count);
        for (int probe = 0; probe < 200; probe++) {
            char text[48];
            size_t len = (size_t)(rand() % 24);
            for (size_t k = 0; k < len; k++)
                text[k] = (char)(rand() % 4 ? 250 + rand() % 3 : rand() % 256);
            struct slice end = count ? endings[rand() % (int)count] : SLICE("");
            size_t cut = (size_t)(rand() % 3);
            end = slice_cut(end, cut, end.len);
            memcpy(text + len, end.ptr, end.len);
            struct slice whole = slice_of(text, len + end.len);
            assert_int_equal(suffix_set_ends(set, whole), naive_ends(endings, count, whole));
        }
        suffix_set_free(set);
    }
}

static void a_large_set_finds_each_of_its_endings_and_nothing_else(void **state)
{
    (void)state;
    enum { COUNT = 15000 };
    char(*bytes)[24] = malloc(sizeof(char[24]) * COUNT);
    struct slice *endings = malloc(sizeof *endings * COUNT);
    for (int i = 0; i < COUNT; i++)
        endings[i] = slice_of(bytes[i], (size_t)snprintf(bytes[i], sizeof *bytes, ".host%d.example", i));
    struct suffix_set *set = build(endings, COUNT);
    assert_int_equal(suffix_set_count(set), COUNT);
    for (int i = 0; i < COUNT; i++) {
        char text[64];
        size_t len = (size_t)snprintf(text, sizeof text, "x%s", bytes[i]);
        assert_true(suffix_set_ends(set, slice_of(text, len)));
        assert_false(suffix_set_ends(set, slice_of(text, len - 1)));
        assert_false(suffix_set_ends(set, slice_of(text + 2, len - 2)));
        text[1] = '-';
        assert_false(suffix_set_ends(set, slice_of(text, len)));
    }
    suffix_set_free(set);
    free(endings);
    free(bytes);
}

static void an_ending_that_another_implies_is_left_out(void **state)
{
    (void)state;
    const struct slice endings[] = {SLICE("x.ddns.net"), SLICE(".net"), SLICE("ddns.net"), SLICE(".net"),
                                    SLICE(".org")};
    struct suffix_set *set = build(endings, 5);
    assert_int_equal(suffix_set_count(set), 2);
    assert_true(slice_eq(suffix_set_at(set, 0), SLICE(".org")));
    assert_true(slice_eq(suffix_set_at(set, 1), SLICE(".net")));
    assert_true(suffix_set_ends(set, SLICE("a.net")));
    assert_false(suffix_set_ends(set, SLICE("net")));
    suffix_set_free(set);
}

static void the_empty_set_has_no_ending_and_the_empty_ending_all_texts(void **state)
{
    (void)state;
    struct suffix_set *set = build(NULL, 0);
    assert_false(suffix_set_ends(set, SLICE("")));
    assert_false(suffix_set_ends(set, SLICE("a")));
    suffix_set_free(set);

    const struct slice endings[] = {SLICE(".net"), SLICE("")};
    set = build(endings, 2);
    assert_true(suffix_set_ends(set, SLICE("")));
    assert_true(suffix_set_ends(set, SLICE("a")));
    suffix_set_free(set);
}

static void each_failed_allocation_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    const struct slice endings[] = {SLICE(".net"), SLICE(".org"), SLICE(".com")};
    for (uint64_t nth = 1;; nth++) {
        struct suffix_set *set = NULL;
        struct err err;
        mem_fail_after(nth);
        enum err_code code = suffix_set_build(endings, 3, &set, &err);
        mem_fail_after(0);
        if (code == ERR_NONE) {
            assert_true(nth > 6);
            suffix_set_free(set);
            return;
        }
        assert_int_equal(code, ERR_MEMORY);
        assert_null(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_small_texts_agree_with_all_small_sets),
        cmocka_unit_test(random_sets_of_any_bytes_agree_with_the_loop),
        cmocka_unit_test(a_large_set_finds_each_of_its_endings_and_nothing_else),
        cmocka_unit_test(an_ending_that_another_implies_is_left_out),
        cmocka_unit_test(the_empty_set_has_no_ending_and_the_empty_ending_all_texts),
        cmocka_unit_test(each_failed_allocation_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
