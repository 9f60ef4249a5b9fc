/*
 * test.h - what every cmocka program of ours includes: cmocka with its prerequisites, and a few helpers.
 */
#ifndef DDNSHUNT_TESTS_TEST_H
#define DDNSHUNT_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

/* Compares bytes and shows both as text when they differ. */
static inline void assert_slice_equal(struct slice actual, struct slice expected)
{
    if (!slice_eq(actual, expected))
        print_error("  got:      \"%.*s\"\n  expected: \"%.*s\"\n", SLICE_ARG(actual), SLICE_ARG(expected));
    assert_true(slice_eq(actual, expected));
}

#define TEST_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
