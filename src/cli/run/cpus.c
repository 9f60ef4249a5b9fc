/*
 * cpus.c - how many CPUs this process may really use: see term.h.
 *
 * Sources: sched_getaffinity(2); cgroup-v2 documentation (cpu.max); cgroup v1 (cpu.cfs_quota_us, cpu.cfs_period_us).
 */
#define _GNU_SOURCE /* sched_getaffinity(), CPU_COUNT */
#include "cli/term.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { CPUS_MAX = 256 };

static struct slice read_small(const char *path, char *into, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return SLICE("");
    ssize_t got = read(fd, into, size);
    close(fd);
    return slice_of(into, got > 0 ? (size_t)got : 0);
}

/* A number at the start of text; 0 if none stands there. */
static uint64_t leading_number(struct slice text, size_t *out_len)
{
    uint64_t number = 0;
    size_t at = 0;
    for (; at < text.len && at < 18 && ascii_is_digit(text.ptr[at]); at++)
        number = number * 10 + (uint64_t)(text.ptr[at] - '0');
    *out_len = at;
    return number;
}

static unsigned quota_cpus(uint64_t quota, uint64_t period)
{
    if (quota == 0 || period == 0)
        return 0;
    uint64_t cpus = (quota - 1) / period + 1;
    return cpus > CPUS_MAX ? CPUS_MAX : (unsigned)cpus;
}

unsigned cpus_of_quota(struct slice cpu_max)
{
    size_t len;
    uint64_t quota = leading_number(cpu_max, &len); /* "max" has none */
    struct slice rest = slice_trim(slice_cut(cpu_max, len, cpu_max.len));
    return quota_cpus(quota, leading_number(rest, &len));
}

static unsigned least(unsigned a, unsigned b)
{
    return a == 0 ? b : b == 0 ? a : a < b ? a : b;
}

/* cgroup v2: our own group and all above it count. */
static unsigned quota_v2(void)
{
    char groups[PATH_MAX], path[PATH_MAX + 64], text[64];
    struct slice all = read_small("/proc/self/cgroup", groups, sizeof groups);
    ptrdiff_t at = slice_find(all, SLICE("0::/"), 0);
    if (at < 0)
        return 0;
    struct slice group = slice_cut(all, (size_t)at + 3, all.len);
    ptrdiff_t end = slice_find(group, SLICE("\n"), 0);
    group = slice_cut(group, 0, end < 0 ? group.len : (size_t)end);
    unsigned cpus = 0;
    while (group.len > 0) {
        snprintf(path, sizeof path, "/sys/fs/cgroup%.*s/cpu.max", SLICE_ARG(group));
        cpus = least(cpus, cpus_of_quota(read_small(path, text, sizeof text)));
        while (group.len > 0 && group.ptr[group.len - 1] != '/')
            group.len--;
        group.len -= group.len > 0;
    }
    return least(cpus, cpus_of_quota(read_small("/sys/fs/cgroup/cpu.max", text, sizeof text)));
}

static unsigned quota_v1(void)
{
    char quota[64], period[64];
    size_t len;
    uint64_t q = leading_number(read_small("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota, sizeof quota), &len);
    uint64_t p = leading_number(read_small("/sys/fs/cgroup/cpu/cpu.cfs_period_us", period, sizeof period), &len);
    return quota_cpus(q, p);
}

unsigned cpus_available(void)
{
    cpu_set_t set;
    unsigned cpus = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        cpus = (unsigned)CPU_COUNT(&set);
    } else { /* more CPUs than the set has room for */
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        cpus = online > 0 && online < CPUS_MAX ? (unsigned)online : CPUS_MAX;
    }
    cpus = least(cpus, least(quota_v2(), quota_v1()));
    return cpus < 1 ? 1 : cpus > CPUS_MAX ? CPUS_MAX : cpus;
}
