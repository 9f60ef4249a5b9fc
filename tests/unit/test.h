/*
 * test.h - what every cmocka program of ours includes: cmocka with its prerequisites, and a few helpers.
 */
#ifndef DDNSHUNT_TESTS_TEST_H
#define DDNSHUNT_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/slice.h"

/* Compares bytes and shows both as text when they differ. */
static inline void assert_slice_equal(struct slice actual, struct slice expected)
{
    if (!slice_eq(actual, expected))
        print_error("  got:      \"%.*s\"\n  expected: \"%.*s\"\n", SLICE_ARG(actual), SLICE_ARG(expected));
    assert_true(slice_eq(actual, expected));
}

/* Numbers that look random, the same in every run of a program (xorshift64). */
static inline uint64_t test_random(void)
{
    static uint64_t state = 88172645463325252;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static inline uint32_t test_random_below(uint32_t limit)
{
    return (uint32_t)(test_random() >> 33) % limit;
}

/* Text of len bytes that can be compressed, but not to nothing; over several blocks of each compression. To be freed. */
static inline char *test_text(size_t len)
{
    char *text = malloc(len + 1);
    uint32_t seed = 1;
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = (char)('a' + (seed >> 28));
    }
    return text;
}

#define TEST_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
