/*
 * simd_avx2.c - the kernels in AVX2: a chunk is two registers; what can be combined is combined before a mask is made.
 */
#include "base/simd/simd_tables.h"

#ifdef SIMD_X86
#include <immintrin.h>

#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))
#define KERNEL_NAME   "avx2"
#define KERNEL_TABLE  SIMD_AVX2

struct chunk {
    __m256i half[2];
};

struct marks_consts {
    __m256i first[SIMD_PAIRS_MAX], second[SIMD_PAIRS_MAX];
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t count;
};

static inline KERNEL_TARGET __m256i load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline KERNEL_TARGET __m256i equal(__m256i v, char byte)
{
    return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte));
}

static inline KERNEL_TARGET uint64_t join(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline KERNEL_TARGET struct chunk chunk_load(const char *p)
{
    return (struct chunk){{load(p), load(p + 32)}};
}

static inline KERNEL_TARGET uint64_t chunk_same(struct chunk c, struct chunk d)
{
    return join(_mm256_cmpeq_epi8(c.half[0], d.half[0]), _mm256_cmpeq_epi8(c.half[1], d.half[1]));
}

static inline KERNEL_TARGET __m256i string_half(__m256i v)
{
    __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(v, _mm256_set1_epi8(0x1f)), _mm256_set1_epi8(0x1f));
    return _mm256_or_si256(low, _mm256_or_si256(equal(v, '"'), equal(v, '\\')));
}

static inline KERNEL_TARGET uint64_t chunk_string(struct chunk c)
{
    return join(string_half(c.half[0]), string_half(c.half[1]));
}

static inline KERNEL_TARGET __m256i structure_half(__m256i v)
{
    __m256i folded = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
    return _mm256_or_si256(equal(v, '"'), _mm256_or_si256(equal(folded, '{'), equal(folded, '}')));
}

static inline KERNEL_TARGET uint64_t chunk_structure(struct chunk c)
{
    return join(structure_half(c.half[0]), structure_half(c.half[1]));
}

static inline KERNEL_TARGET uint64_t chunk_quotes(struct chunk c)
{
    return join(_mm256_or_si256(equal(c.half[0], '"'), equal(c.half[0], '\n')),
                _mm256_or_si256(equal(c.half[1], '"'), equal(c.half[1], '\n')));
}

static inline KERNEL_TARGET uint64_t chunk_equal(struct chunk c, char byte)
{
    return join(equal(c.half[0], byte), equal(c.half[1], byte));
}

/* All of them, and no byte but four more, become the same where these three bits are set. */
static inline KERNEL_TARGET __m256i brackets_half(__m256i v)
{
    return equal(_mm256_or_si256(v, _mm256_set1_epi8(0x26)), 0x7f);
}

static inline KERNEL_TARGET uint64_t chunk_brackets(struct chunk c)
{
    return join(brackets_half(c.half[0]), brackets_half(c.half[1]));
}

static inline KERNEL_TARGET __m256i breaks_half(__m256i v)
{
    return _mm256_or_si256(equal(v, '\\'), equal(v, '\n'));
}

static inline KERNEL_TARGET uint64_t chunk_breaks(struct chunk c)
{
    return join(breaks_half(c.half[0]), breaks_half(c.half[1]));
}

static inline KERNEL_TARGET __m256i digits_half(__m256i v)
{
    __m256i from_zero = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
    return _mm256_cmpeq_epi8(_mm256_max_epu8(from_zero, _mm256_set1_epi8(9)), _mm256_set1_epi8(9));
}

static inline KERNEL_TARGET uint64_t chunk_digits(struct chunk c)
{
    return join(digits_half(c.half[0]), digits_half(c.half[1]));
}

static inline KERNEL_TARGET uint64_t prefix_xor(uint64_t mask)
{
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)mask), _mm_set1_epi8('\xff'), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

static inline KERNEL_TARGET struct marks_consts marks_prepare(const struct simd_marks *marks)
{
    struct marks_consts c = {.count = marks->count};
    for (uint32_t i = 0; i < marks->count; i++) {
        c.first[i] = _mm256_set1_epi8(marks->pair[i].first);
        c.second[i] = _mm256_set1_epi8(marks->pair[i].second);
        c.distance[i] = marks->pair[i].distance;
    }
    return c;
}

static inline KERNEL_TARGET __m256i pairs_half(const char *p, const struct marks_consts *c)
{
    __m256i v = load(p), found = _mm256_setzero_si256();
    for (uint32_t i = 0; i < c->count; i++) {
        __m256i first = _mm256_cmpeq_epi8(v, c->first[i]);
        __m256i second = _mm256_cmpeq_epi8(load(p + c->distance[i]), c->second[i]);
        found = _mm256_or_si256(found, _mm256_and_si256(first, second));
    }
    return found;
}

static inline KERNEL_TARGET __m256i marks_half(const char *p, const struct marks_consts *c)
{
    __m256i v = load(p), next = load(p + 1);
    __m256i bracket = equal(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), '{');
    __m256i found = _mm256_andnot_si256(equal(next, '\\'), bracket);
    found = _mm256_or_si256(found, _mm256_and_si256(equal(v, 'u'), equal(next, '0')));
    found = _mm256_or_si256(found, equal(v, '\n'));
    return _mm256_or_si256(found, pairs_half(p, c));
}

static inline KERNEL_TARGET uint64_t chunk_marks(const char *p, const struct marks_consts *c)
{
    return join(marks_half(p, c), marks_half(p + 32, c));
}

static inline KERNEL_TARGET uint64_t chunk_pairs(const char *p, const struct marks_consts *c)
{
    return join(pairs_half(p, c), pairs_half(p + 32, c));
}

#include "base/simd/simd_impl.h"
#endif
