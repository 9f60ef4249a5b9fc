/*
 * cmocka.h - the little of cmocka that tests of the kernels use, for CPUs whose libraries are not at hand: see run.py.
 */
#ifndef DDNSHUNT_TESTS_CROSS_CMOCKA_H
#define DDNSHUNT_TESTS_CROSS_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define print_error(...) ((void)fprintf(stderr, __VA_ARGS__))

static inline void cross_check(int good, const char *text, const char *file, int line)
{
    if (good)
        return;
    printf("# %s:%d: %s does not hold\n", file, line, text);
    (void)fflush(stdout);
    exit(1);
}

#define assert_true(condition)         cross_check((condition) != 0, #condition, __FILE__, __LINE__)
#define assert_false(condition)        cross_check((condition) == 0, "not " #condition, __FILE__, __LINE__)
#define assert_null(pointer)           cross_check((pointer) == NULL, #pointer " == NULL", __FILE__, __LINE__)
#define assert_non_null(pointer)       cross_check((pointer) != NULL, #pointer " != NULL", __FILE__, __LINE__)
#define assert_ptr_equal(a, b)         cross_check((const void *)(a) == (const void *)(b), #a " == " #b, __FILE__, __LINE__)
#define assert_int_equal(a, b)         cross_check((uint64_t)(a) == (uint64_t)(b), #a " == " #b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, len) cross_check(memcmp((a), (b), (len)) == 0, #a " is like " #b, __FILE__, __LINE__)

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};
#define cmocka_unit_test(test)                                                                                         \
    {                                                                                                                  \
#test, test                                                                                                    \
    }

#define cmocka_run_group_tests(tests, setup, teardown) cross_run(tests, sizeof(tests) / sizeof((tests)[0]))

static inline int cross_run(const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tests[i].run(NULL);
        printf("ok %zu - %s\n", i + 1, tests[i].name);
        (void)fflush(stdout);
    }
    printf("1..%zu\n", count);
    return 0;
}

#endif
