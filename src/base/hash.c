/*
 * hash.c - seeded hashes: see hash.h.
 *
 * Folded multiplication: the high and low half of a 128-bit product, xor-ed, mix all bits of both factors. The
 * constants are odd and have no pattern (digits of pi, e and the golden ratio).
 */
#include "base/hash.h"

#include "base/load.h"

#include <string.h>

__extension__ typedef unsigned __int128 u128;

#define HASH_A UINT64_C(0x243f6a8885a308d3)
#define HASH_B UINT64_C(0xb7e151628aed2a6b)
#define HASH_C UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t a, uint64_t b)
{
    u128 product = (u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last 1 to 8 bytes of a text of `total` as a word; loaded with those before them, so that it is no call. */
static inline uint64_t load_tail(const char *at, size_t len, size_t total)
{
    if (total >= 8)
        return load64(at + len - 8) >> (8 * (8 - len));
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return word;
}

uint64_t hash_bytes(struct slice bytes, uint64_t seed)
{
    uint64_t state = mix(seed ^ HASH_A, HASH_B ^ bytes.len);
    size_t i = 0;
    for (; i + 16 <= bytes.len; i += 16)
        state = mix(load64(bytes.ptr + i) ^ HASH_B, load64(bytes.ptr + i + 8) ^ state);
    uint64_t first = 0, second = 0;
    size_t left = bytes.len - i;
    if (left > 8) {
        first = load64(bytes.ptr + i);
        second = load_tail(bytes.ptr + i + 8, left - 8, bytes.len);
    } else if (left > 0) {
        first = load_tail(bytes.ptr + i, left, bytes.len);
    }
    state = mix(first ^ HASH_C, second ^ state);
    return mix(state ^ HASH_A, HASH_C ^ seed);
}

uint64_t hash_u64(uint64_t value, uint64_t seed)
{
    return mix(mix(value ^ HASH_A, seed ^ HASH_B) ^ HASH_C, value ^ HASH_B);
}

uint64_t hash_real(double value, uint64_t seed)
{
    uint64_t bits = UINT64_MAX;
    if (value == 0)
        bits = 0;
    else if (value == value)
        memcpy(&bits, &value, sizeof bits);
    return hash_u64(bits, seed);
}
