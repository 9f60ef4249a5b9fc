/*
 * simd_avx512.c - the kernels in AVX-512BW: a chunk is one register, a comparison gives its mask at once, and a masked
 * comparison is the "and" of two.
 */
#include "base/simd/simd_tables.h"

#ifdef SIMD_X86
#include <immintrin.h>

#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw,bmi,bmi2,popcnt,pclmul")))
#define KERNEL_NAME   "avx512"
#define KERNEL_TABLE  SIMD_AVX512

struct chunk {
    __m512i v;
};

struct marks_consts {
    __m512i first[SIMD_PAIRS_MAX], second[SIMD_PAIRS_MAX];
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t count;
};

static inline KERNEL_TARGET struct chunk chunk_load(const char *p)
{
    return (struct chunk){_mm512_loadu_si512(p)};
}

static inline KERNEL_TARGET uint64_t chunk_same(struct chunk c, struct chunk d)
{
    return _mm512_cmpeq_epi8_mask(c.v, d.v);
}

static inline KERNEL_TARGET uint64_t chunk_string(struct chunk c)
{
    return _mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('"')) | _mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('\\')) |
           _mm512_cmplt_epu8_mask(c.v, _mm512_set1_epi8(0x20));
}

static inline KERNEL_TARGET uint64_t chunk_structure(struct chunk c)
{
    /* `[` and `{`, `]` and `}` differ in one bit. */
    __m512i folded = _mm512_or_si512(c.v, _mm512_set1_epi8(0x20));
    return _mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('"')) | _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('{')) |
           _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('}'));
}

static inline KERNEL_TARGET uint64_t chunk_quotes(struct chunk c)
{
    return _mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('"')) | _mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('\n'));
}

/* Keeps the compiler from combining masks before they leave the vector unit: each way there and back takes long. */
static inline KERNEL_TARGET uint64_t scalar(__mmask64 mask)
{
    uint64_t word = mask;
    __asm__("" : "+r"(word));
    return word;
}

static inline KERNEL_TARGET uint64_t chunk_equal(struct chunk c, char byte)
{
    return scalar(_mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8(byte)));
}

/* All of them, and no byte but four more, become the same where these three bits are set. */
static inline KERNEL_TARGET uint64_t chunk_brackets(struct chunk c)
{
    return scalar(_mm512_cmpeq_epi8_mask(_mm512_or_si512(c.v, _mm512_set1_epi8(0x26)), _mm512_set1_epi8(0x7f)));
}

static inline KERNEL_TARGET uint64_t chunk_breaks(struct chunk c)
{
    return scalar(_mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('\\')) |
                  _mm512_cmpeq_epi8_mask(c.v, _mm512_set1_epi8('\n')));
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
        c.first[i] = _mm512_set1_epi8(marks->pair[i].first);
        c.second[i] = _mm512_set1_epi8(marks->pair[i].second);
        c.distance[i] = marks->pair[i].distance;
    }
    return c;
}

static inline KERNEL_TARGET uint64_t chunk_marks(const char *p, const struct marks_consts *c)
{
    __m512i v = _mm512_loadu_si512(p), next = _mm512_loadu_si512(p + 1);
    __mmask64 bracket = _mm512_cmpeq_epi8_mask(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('{'));
    __mmask64 found = _mm512_mask_cmpneq_epi8_mask(bracket, next, _mm512_set1_epi8('\\'));
    __mmask64 letter = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('u'));
    found |= _mm512_mask_cmpeq_epi8_mask(letter, next, _mm512_set1_epi8('0'));
    found |= _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n'));
    for (uint32_t i = 0; i < c->count; i++) {
        __mmask64 first = _mm512_cmpeq_epi8_mask(v, c->first[i]);
        found |= _mm512_mask_cmpeq_epi8_mask(first, _mm512_loadu_si512(p + c->distance[i]), c->second[i]);
    }
    return found;
}

static inline KERNEL_TARGET uint64_t chunk_pairs(const char *p, const struct marks_consts *c)
{
    __m512i v = _mm512_loadu_si512(p);
    __mmask64 found = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        __mmask64 first = _mm512_cmpeq_epi8_mask(v, c->first[i]);
        found |= _mm512_mask_cmpeq_epi8_mask(first, _mm512_loadu_si512(p + c->distance[i]), c->second[i]);
    }
    return scalar(found);
}

#include "base/simd/simd_impl.h"
#endif
