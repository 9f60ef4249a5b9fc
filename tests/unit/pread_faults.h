/*
 * pread_faults.h - for tests of what reads a file at places: stands between it and the file (-Wl,--wrap=pread,--wrap=pread64).
 */
#ifndef DDNSHUNT_TESTS_PREAD_FAULTS_H
#define DDNSHUNT_TESTS_PREAD_FAULTS_H

#include "base/stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Reading at or behind this offset fails, or (shrunk) finds the end. */
static int64_t fault_at = INT64_MAX;
static bool shrunk;
/* Whoever reads behind this offset meets an interrupt; how far was read. */
static int64_t interrupts_from = INT64_MAX;
static _Atomic int64_t farthest;

ssize_t __real_pread(int fd, void *into, size_t size, off_t offset);
ssize_t __real_pread64(int fd, void *into, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *into, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *into, size_t size, off_t offset);

static size_t faulty_size(size_t size, off_t offset)
{
    if (offset >= fault_at)
        return 0;
    return fault_at - offset < (int64_t)size ? (size_t)(fault_at - offset) : size;
}

ssize_t __wrap_pread(int fd, void *into, size_t size, off_t offset)
{
    size_t readable = faulty_size(size, offset);
    if (size && !readable && !shrunk) {
        errno = EIO;
        return -1;
    }
    if (offset + (int64_t)readable > farthest)
        farthest = offset + (int64_t)readable;
    if (farthest > interrupts_from)
        stream_interrupt(true);
    return __real_pread(fd, into, readable, offset);
}

ssize_t __wrap_pread64(int fd, void *into, size_t size, off_t offset)
{
    return __wrap_pread(fd, into, size, offset);
}

#endif
