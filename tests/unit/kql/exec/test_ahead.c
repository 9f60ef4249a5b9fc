/*
 * test_ahead.c - batches made by several threads come in order, one for each number, whatever fails.
 *
 * pthread_create is wrapped (--wrap), so that it can fail on demand.
 */
#include "test.h"

#include "kql/exec/ahead.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

static const struct schema NOTHING = {.count = 0};

static unsigned threads_left = UINT32_MAX; /* more are refused */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
    if (threads_left == 0)
        return EAGAIN;
    threads_left--;
    return __real_pthread_create(thread, attr, start, arg);
}

struct numbers {
    atomic_uint made;
    uint64_t given;
    uint64_t bad_make, bad_give, last; /* UINT64_MAX: none */
    pthread_t caller;
};

static struct numbers numbers_new(void)
{
    return (struct numbers){
        .bad_make = UINT64_MAX, .bad_give = UINT64_MAX, .last = UINT64_MAX, .caller = pthread_self()};
}

static enum err_code make(void *user, uint64_t number, struct work *work, struct batch **out_batch, struct err *err)
{
    struct numbers *numbers = user;
    (void)work;
    atomic_fetch_add(&numbers->made, 1);
    if (number % 3 == 0)
        sched_yield(); /* so that a later one is sooner done */
    if (number >= numbers->bad_make)
        return err_set(err, ERR_LIMIT, "number %u can't be made", (unsigned)number);
    TRY(batch_create(&BATCH_LOADED, &NOTHING, 1, out_batch, err));
    (*out_batch)->sequence = number;
    return ERR_NONE;
}

static enum err_code give(void *user, struct batch *batch, bool *out_done, struct err *err)
{
    struct numbers *numbers = user;
    assert_true(pthread_equal(pthread_self(), numbers->caller));
    assert_int_equal(batch->sequence, numbers->given);
    if (numbers->given == numbers->bad_give)
        return err_set(err, ERR_OUTPUT, "nobody takes it");
    *out_done = numbers->given++ == numbers->last;
    return ERR_NONE;
}

static enum err_code run(struct numbers *numbers, uint64_t count, unsigned threads, struct err *err)
{
    const struct ahead ahead = {.count = count, .make = make, .give = give, .user = numbers, .threads = threads};
    return ahead_run(&ahead, err);
}

static void each_comes_once_and_in_order(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads <= 5; threads++)
        for (uint64_t count = 0; count <= 40; count++) {
            struct numbers numbers = numbers_new();
            assert_int_equal(run(&numbers, count, threads, NULL), ERR_NONE);
            assert_int_equal(numbers.given, count);
            assert_int_equal(numbers.made, count);
        }
}

static void threads_that_are_not_to_be_had_are_done_without(void **state)
{
    (void)state;
    for (threads_left = 0; threads_left < 3;) {
        unsigned left = threads_left;
        struct numbers numbers = numbers_new();
        assert_int_equal(run(&numbers, 100, 4, NULL), ERR_NONE);
        assert_int_equal(numbers.given, 100);
        threads_left = left + 1;
    }
    threads_left = UINT32_MAX;
}

static void the_first_failure_in_order_is_told(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++)
        for (uint64_t bad = 0; bad < 30; bad++) {
            struct err err;
            struct numbers numbers = numbers_new();
            numbers.bad_make = bad;
            char text[64];
            snprintf(text, sizeof text, "number %u can't be made", (unsigned)bad);
            assert_int_equal(run(&numbers, 30, threads, &err), ERR_LIMIT);
            assert_string_equal(err.text, text);
            assert_int_equal(numbers.given, bad);
            numbers = numbers_new();
            numbers.bad_give = bad;
            assert_int_equal(run(&numbers, 30, threads, &err), ERR_OUTPUT);
            assert_int_equal(numbers.given, bad);
        }
}

static void no_more_than_are_wanted_are_given_and_few_are_made(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++)
        for (uint64_t last = 0; last < 30; last++) {
            struct numbers numbers = numbers_new();
            numbers.last = last;
            assert_int_equal(run(&numbers, 1000, threads, NULL), ERR_NONE);
            assert_int_equal(numbers.given, last + 1);
            assert_true(numbers.made <= last + 1 + 2 * threads);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comes_once_and_in_order),
        cmocka_unit_test(threads_that_are_not_to_be_had_are_done_without),
        cmocka_unit_test(the_first_failure_in_order_is_told),
        cmocka_unit_test(no_more_than_are_wanted_are_given_and_few_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
