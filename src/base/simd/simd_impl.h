/*
 * simd_impl.h - the algorithms of simd.h over 64 bytes at a time. Included by a file that has defined
 *
 *   KERNEL_TARGET            the function attribute that turns the instruction set on
 *   struct chunk             64 bytes in registers
 *   chunk_load(p)            from 64 readable bytes
 *   chunk_eq(c, byte)        64-bit mask of the bytes that are equal
 *   chunk_string(c)          mask of quotes, backslashes and bytes below 0x20
 *   chunk_structure(c)       mask of quotes, braces and brackets
 *   chunk_quotes(c)          mask of quotes and newlines
 *   chunk_marks(p, consts)   mask of simd.h's mark() for 64 bytes at p; reads up to SIMD_DISTANCE_MAX bytes more
 *   struct marks_consts, marks_prepare(marks)
 *   KERNEL_NAME, KERNEL_TABLE
 *
 * The last bytes of a text are copied to a zeroed buffer of full length: nothing is read outside of the text.
 */
#include <string.h>

enum { CHUNK = 64 };

static inline unsigned first_bit(uint64_t mask)
{
    return (unsigned)__builtin_ctzll(mask);
}

typedef uint64_t (*chunk_mask)(struct chunk chunk);

/* The one loop of the two searches; `mask` is a constant where it is called, so that it is compiled for each. */
static inline __attribute__((always_inline)) KERNEL_TARGET size_t find(const char *text, size_t len, size_t from,
                                                                       chunk_mask mask)
{
    for (; len - from >= CHUNK; from += CHUNK) {
        uint64_t found = mask(chunk_load(text + from));
        if (found)
            return from + first_bit(found);
    }
    if (from == len)
        return len;
    char tail[CHUNK];
    /* An 'x' is none of the bytes that are looked for, a zero would be a control character. */
    memset(tail, 'x', sizeof tail);
    memcpy(tail, text + from, len - from);
    uint64_t found = mask(chunk_load(tail));
    return found ? from + first_bit(found) : len;
}

static KERNEL_TARGET size_t kernel_string_end(const char *text, size_t len, size_t from)
{
    return find(text, len, from, chunk_string);
}

static KERNEL_TARGET size_t kernel_structure(const char *text, size_t len, size_t from)
{
    return find(text, len, from, chunk_structure);
}

static inline __attribute__((always_inline)) KERNEL_TARGET size_t marks_write(uint64_t mask, size_t base, uint32_t *out,
                                                                              size_t count)
{
    while (mask) {
        out[count++] = (uint32_t)(base + first_bit(mask));
        mask &= mask - 1;
    }
    return count;
}

static KERNEL_TARGET size_t kernel_mark(const char *text, size_t len, const struct simd_marks *marks, size_t *from,
                                        uint32_t *out, size_t capacity)
{
    const struct marks_consts consts = marks_prepare(marks);
    size_t at = *from, count = 0;
    size_t room = capacity - SIMD_MARKS_ROOM;
    for (; len - at >= CHUNK + SIMD_DISTANCE_MAX; at += CHUNK) {
        if (count > room) {
            *from = at;
            return count;
        }
        count = marks_write(chunk_marks(text + at, &consts), at, out, count);
    }
    while (at < len && count <= room) {
        char tail[CHUNK + SIMD_DISTANCE_MAX] = {0};
        size_t left = len - at;
        memcpy(tail, text + at, left < sizeof tail ? left : sizeof tail);
        size_t step = left < CHUNK ? left : CHUNK;
        count = marks_write(chunk_marks(tail, &consts), at, out, count);
        at += step;
    }
    *from = at;
    return count;
}

static KERNEL_TARGET size_t kernel_quotes(const char *text, size_t len, size_t *from, uint32_t *out, size_t capacity)
{
    size_t at = *from, count = 0;
    size_t room = capacity - SIMD_MARKS_ROOM;
    for (; len - at >= CHUNK && count <= room; at += CHUNK) {
        count = marks_write(chunk_quotes(chunk_load(text + at)), at, out, count);
    }
    if (at < len && len - at < CHUNK && count <= room) {
        char tail[CHUNK] = {0};
        memcpy(tail, text + at, len - at);
        count = marks_write(chunk_quotes(chunk_load(tail)), at, out, count);
        at = len;
    }
    *from = at;
    return count;
}

const struct simd KERNEL_TABLE = {KERNEL_NAME, kernel_string_end, kernel_structure, kernel_mark, kernel_quotes};
