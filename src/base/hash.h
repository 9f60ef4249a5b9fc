/*
 * hash.h - 64-bit hashes for tables in memory; seeded, so that input can't be made to collide. Not for storage.
 */
#ifndef DDNSHUNT_BASE_HASH_H
#define DDNSHUNT_BASE_HASH_H

#include "base/slice.h"

#include <stdint.h>

uint64_t hash_bytes(struct slice bytes, uint64_t seed);
uint64_t hash_u64(uint64_t value, uint64_t seed);
/* A step of a chain over words, for hot loops: one multiplication, whose halves are folded. Begin with a seed. */
static inline uint64_t hash_step(uint64_t state, uint64_t word)
{
    __extension__ unsigned __int128 product = (unsigned __int128)(state ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
/* 0.0 and -0.0 hash alike, and all NaNs do. */
uint64_t hash_real(double value, uint64_t seed);

#endif
