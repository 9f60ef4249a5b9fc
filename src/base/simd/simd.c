/*
 * simd.c - chooses the kernels: see simd.h.
 */
#include "base/simd/simd.h"

#include "base/simd/simd_tables.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool always(void)
{
    return true;
}

#ifdef SIMD_X86
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

static bool has_avx512vbmi(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("gfni") &&
           __builtin_cpu_supports("vpclmulqdq");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}
#endif

/* Best first. */
static const struct {
    const struct simd *table;
    bool (*supported)(void);
} CHOICES[] = {
#ifdef SIMD_X86
    {&SIMD_AVX512VBMI, has_avx512vbmi},
    {&SIMD_AVX512, has_avx512},
    {&SIMD_AVX2, has_avx2},
#endif
#ifdef SIMD_ARM
    {&SIMD_NEON, always},
#endif
    {&SIMD_GENERIC, always},
};
enum { CHOICE_COUNT = sizeof CHOICES / sizeof CHOICES[0] };

const struct simd *simd_named(const char *name)
{
    for (size_t i = 0; i < CHOICE_COUNT; i++) {
        if (strcmp(CHOICES[i].table->name, name) == 0 && CHOICES[i].supported())
            return CHOICES[i].table;
    }
    return NULL;
}

static const struct simd *choose(void)
{
    const char *forced = getenv("DDNSHUNT_SIMD");
    const struct simd *table = forced ? simd_named(forced) : NULL;
    for (size_t i = 0; !table; i++) {
        if (CHOICES[i].supported())
            table = CHOICES[i].table;
    }
    return table;
}

static _Atomic(const struct simd *) chosen;

/* Two threads may both choose; they choose the same. Apart, so that to ask for what is chosen takes a load and a branch. */
static __attribute__((noinline)) const struct simd *choose_now(void)
{
    const struct simd *table = choose();
    atomic_store_explicit(&chosen, table, memory_order_release);
    return table;
}

const struct simd *simd_ops(void)
{
    const struct simd *table = atomic_load_explicit(&chosen, memory_order_acquire);
    return table ? table : choose_now();
}
