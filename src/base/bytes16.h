/*
 * bytes16.h - 16 bytes at once in the compiler's own vectors, which every CPU has in one form or another: for texts too short to be
 * worth a call of a kernel (base/simd/).
 */
#ifndef DDNSHUNT_BASE_BYTES16_H
#define DDNSHUNT_BASE_BYTES16_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef uint8_t bytes16 __attribute__((vector_size(16)));

static inline bytes16 bytes16_load(const char *at)
{
    bytes16 v;
    memcpy(&v, at, sizeof v);
    return v;
}

/* The first len bytes, fewer than 16, and zeros behind them; nothing else is read. */
static inline bytes16 bytes16_load_part(const char *at, size_t len)
{
    uint64_t word[2] = {0};
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    /* From both ends: what is read twice is the same. */
    if (len >= 8) {
        uint64_t last;
        memcpy(&word[0], at, sizeof word[0]);
        memcpy(&last, at + len - sizeof last, sizeof last);
        word[1] = last >> 1 >> (8 * (16 - len) - 1);
    } else if (len >= 4) {
        uint32_t first, last;
        memcpy(&first, at, sizeof first);
        memcpy(&last, at + len - sizeof last, sizeof last);
        word[0] = first | (uint64_t)last << (8 * (len - 4));
    } else if (len > 0) {
        size_t middle = len / 2, last = len - 1;
        word[0] = (uint64_t)(uint8_t)at[0] | (uint64_t)(uint8_t)at[middle] << (8 * middle) |
                  (uint64_t)(uint8_t)at[last] << (8 * last);
    }
#else
    memcpy(word, at, len);
#endif
    bytes16 v;
    memcpy(&v, word, sizeof v);
    return v;
}

static inline void bytes16_store(char *at, bytes16 v)
{
    memcpy(at, &v, sizeof v);
}

static inline bytes16 bytes16_repeat(char byte)
{
    return (bytes16){0} + (uint8_t)byte;
}

static inline bytes16 bytes16_equal(bytes16 v, char byte)
{
    return (bytes16)(v == bytes16_repeat(byte));
}

/* One bit a byte, the first one's lowest, of a vector whose bytes are 0 or 0xff. */
static inline uint32_t bytes16_bits(bytes16 v)
{
#ifdef __SSE2__
    return (uint32_t)_mm_movemask_epi8((__m128i)v);
#else
    /* The multiplication gathers the lowest bits of eight bytes in the highest byte. */
    uint64_t word[2];
    uint32_t bits = 0;
    memcpy(word, &v, sizeof word);
    for (unsigned i = 0; i < 2; i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word[i] = __builtin_bswap64(word[i]);
#endif
        bits |= (uint32_t)((word[i] & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return bits;
#endif
}

#endif
