/*
 * simd_tables.h - the tables that simd.c chooses from; each is defined only where its file has something to compile.
 */
#ifndef DDNSHUNT_BASE_SIMD_TABLES_H
#define DDNSHUNT_BASE_SIMD_TABLES_H

#include "base/simd/simd.h"

#if defined(__x86_64__)
#define SIMD_X86 1
extern const struct simd SIMD_AVX512;
extern const struct simd SIMD_AVX2;
#endif
#if defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SIMD_ARM 1
extern const struct simd SIMD_NEON;
#endif
extern const struct simd SIMD_GENERIC;

#endif
