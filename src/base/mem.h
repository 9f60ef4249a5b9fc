/*
 * mem.h - the one door to the heap, so that every allocation can be made to fail in a test.
 *
 * NULL means no memory; nothing here aborts. Sizes are checked for overflow before they are multiplied.
 */
#ifndef DDNSHUNT_BASE_MEM_H
#define DDNSHUNT_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t size_bytes);                          /* uninitialised; size 0 gives a unique pointer */
void *mem_zalloc(size_t count, size_t size_bytes);           /* zeroed */
void *mem_realloc(void *ptr, size_t size_bytes);             /* on failure ptr stays valid */
void *mem_array(void *ptr, size_t count, size_t size_bytes); /* realloc to count elements */
char *mem_strndup(const char *text, size_t len);             /* NUL-terminated copy */
void mem_free(void *ptr);                                    /* NULL is allowed */

/*
 * Makes room for one more element in a growable array: returns `array`, perhaps moved, with *capacity at least
 * count + 1, or NULL (array untouched). Doubles, so that pushing n elements costs O(n).
 */
void *mem_grow(void *array, size_t count, size_t *capacity, size_t size_bytes);

/*
 * For tests: the nth allocation from now (1 = the next) and all after it fail, until mem_fail_after(0). Counts over all
 * threads. mem_allocations() tells how many have been asked for since start. The program itself takes the number from
 * DDNSHUNT_FAIL_ALLOC in builds with the option `fault_injection`.
 */
void mem_fail_after(uint64_t nth);
uint64_t mem_allocations(void);

#endif
