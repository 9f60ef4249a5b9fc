/*
 * mem.c - the one door to the heap: see mem.h.
 */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef MEM_UNCOUNTED /* the public library, which keeps no state but its callers' */
static bool must_fail(void)
{
    return false;
}
#else
static _Atomic uint64_t asked;
static _Atomic uint64_t fail_from; /* value of `asked` from which on allocations fail; 0 = never */

void mem_fail_after(uint64_t nth)
{
    atomic_store(&fail_from, nth ? atomic_load(&asked) + nth : 0);
}

uint64_t mem_allocations(void)
{
    return atomic_load(&asked);
}

static bool must_fail(void)
{
    uint64_t number = atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed) + 1;
    uint64_t limit = atomic_load_explicit(&fail_from, memory_order_relaxed);
    return limit && number >= limit;
}
#endif

void *mem_alloc(size_t size_bytes)
{
    return must_fail() ? NULL : malloc(size_bytes ? size_bytes : 1);
}

void *mem_zalloc(size_t count, size_t size_bytes)
{
    return must_fail() ? NULL : calloc(count ? count : 1, size_bytes ? size_bytes : 1);
}

void *mem_realloc(void *ptr, size_t size_bytes)
{
    return must_fail() ? NULL : realloc(ptr, size_bytes ? size_bytes : 1);
}

void *mem_array(void *ptr, size_t count, size_t size_bytes)
{
    size_t total;
    return __builtin_mul_overflow(count, size_bytes, &total) ? NULL : mem_realloc(ptr, total);
}

char *mem_strndup(const char *text, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = mem_alloc(len + 1);
    if (!copy)
        return NULL;
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void mem_free(void *ptr)
{
    free(ptr);
}

void *mem_grow(void *array, size_t count, size_t *capacity, size_t size_bytes)
{
    if (array && count < *capacity)
        return array;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    if (count >= wanted) {
        if (wanted > SIZE_MAX / 2)
            return NULL;
        wanted *= 2;
    }
    void *grown = mem_array(array, wanted, size_bytes);
    if (grown)
        *capacity = wanted;
    return grown;
}
