/*
 * hash.h - 64-bit hashes for tables in memory; seeded, so that input can't be made to collide. Not for storage.
 */
#ifndef DDNSHUNT_BASE_HASH_H
#define DDNSHUNT_BASE_HASH_H

#include "base/slice.h"

#include <stdint.h>

uint64_t hash_bytes(struct slice bytes, uint64_t seed);
uint64_t hash_u64(uint64_t value, uint64_t seed);
/* 0.0 and -0.0 hash alike, and all NaNs do. */
uint64_t hash_real(double value, uint64_t seed);

#endif
