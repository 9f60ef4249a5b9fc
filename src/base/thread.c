/*
 * thread.c - see thread.h.
 *
 * Sources: pthread_attr_setaffinity_np(3), sched_setaffinity(2).
 */
#define _GNU_SOURCE /* affinities */
#include "base/thread.h"

#include <sched.h>
#include <stdbool.h>

#ifdef CPU_COUNT

/* The caller's CPUs, and those of them that it is not on now. False where they can't be told, or there is no other. */
static bool cpus_find(cpu_set_t *out_all, cpu_set_t *out_others)
{
    int here = sched_getcpu();
    if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof *out_all, out_all) != 0)
        return false;
    *out_others = *out_all;
    CPU_CLR((size_t)here, out_others);
    return CPU_COUNT(out_others) > 0;
}

static int start_elsewhere(pthread_t *out_thread, const cpu_set_t *others, void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    int code = pthread_attr_init(&attr);
    if (code)
        return code;
    code = pthread_attr_setaffinity_np(&attr, sizeof *others, others);
    if (code == 0)
        code = pthread_create(out_thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return code;
}

int thread_start(pthread_t *out_thread, void *(*run)(void *), void *arg)
{
    cpu_set_t all, others;
    if (!cpus_find(&all, &others) || start_elsewhere(out_thread, &others, run, arg) != 0)
        return pthread_create(out_thread, NULL, run, arg);
    /* It stays where it is: that it could go elsewhere does not move it. */
    (void)pthread_setaffinity_np(*out_thread, sizeof all, &all);
    return 0;
}

#else

int thread_start(pthread_t *out_thread, void *(*run)(void *), void *arg)
{
    return pthread_create(out_thread, NULL, run, arg);
}

#endif
