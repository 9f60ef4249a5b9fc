/*
 * guard.h - a copy of some bytes that ends where the readable memory ends: one byte read too far is a crash.
 */
#ifndef DDNSHUNT_TESTS_GUARD_H
#define DDNSHUNT_TESTS_GUARD_H

#include "base/slice.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
    struct slice bytes; /* the copy */
    char *map;
    size_t map_len;
};

/* map is NULL where the system says no. */
static inline struct guard guard_copy(struct slice bytes)
{
    struct guard guard = {0};
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (bytes.len / page + 1) * page;
    int fd = open("/dev/zero", O_RDWR | O_CLOEXEC); /* POSIX has no anonymous maps */
    if (fd < 0)
        return guard;
    char *map = mmap(NULL, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED || mprotect(map + readable, page, PROT_NONE) != 0)
        return guard;
    guard.map = map;
    guard.map_len = readable + page;
    guard.bytes = slice_of(map + (readable - bytes.len), bytes.len);
    if (bytes.len)
        memcpy(map + (readable - bytes.len), bytes.ptr, bytes.len);
    return guard;
}

static inline void guard_free(struct guard *guard)
{
    if (guard->map)
        munmap(guard->map, guard->map_len);
}

#endif
