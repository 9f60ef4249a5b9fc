/*
 * simd_generic.c - the kernels in what every CPU has: vectors of 16 bytes in the compiler's own notation, which is SSE2
 * on x86-64.
 */
#include "base/simd/simd_tables.h"

#include <string.h>
#ifdef SIMD_X86
#include <emmintrin.h>
#endif

#define KERNEL_TARGET
#define KERNEL_NAME  "generic"
#define KERNEL_TABLE SIMD_GENERIC

typedef uint8_t bytes16 __attribute__((vector_size(16)));
enum { PARTS = 4 };

struct chunk {
    bytes16 part[PARTS];
};

struct marks_consts {
    bytes16 first[SIMD_PAIRS_MAX], second[SIMD_PAIRS_MAX];
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t count;
};

static inline bytes16 load(const char *p)
{
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline bytes16 repeat(char byte)
{
    return (bytes16){0} + (uint8_t)byte;
}

static inline bytes16 equal(bytes16 v, char byte)
{
    return (bytes16)(v == repeat(byte));
}

/* One bit a byte, of a vector whose bytes are 0 or 0xff. */
static inline uint64_t mask16(bytes16 v)
{
#ifdef SIMD_X86
    return (uint32_t)_mm_movemask_epi8((__m128i)v);
#else
    /* The multiplication gathers the lowest bits of eight bytes in the highest byte. */
    uint64_t word[2];
    memcpy(word, &v, sizeof word);
    uint64_t mask = 0;
    for (unsigned i = 0; i < 2; i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word[i] = __builtin_bswap64(word[i]);
#endif
        mask |= ((word[i] & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return mask;
#endif
}

static inline struct chunk chunk_load(const char *p)
{
    struct chunk c;
    for (unsigned i = 0; i < PARTS; i++)
        c.part[i] = load(p + (size_t)16 * i);
    return c;
}

static inline uint64_t chunk_same(struct chunk c, struct chunk d)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= mask16((bytes16)(c.part[i] == d.part[i])) << (16 * i);
    return mask;
}

static inline uint64_t chunk_string(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++) {
        bytes16 v = c.part[i];
        mask |= mask16((bytes16)(v < repeat(0x20)) | equal(v, '"') | equal(v, '\\')) << (16 * i);
    }
    return mask;
}

static inline uint64_t chunk_structure(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++) {
        bytes16 v = c.part[i], folded = v | repeat(0x20);
        mask |= mask16(equal(v, '"') | equal(folded, '{') | equal(folded, '}')) << (16 * i);
    }
    return mask;
}

static inline uint64_t chunk_quotes(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= mask16(equal(c.part[i], '"') | equal(c.part[i], '\n')) << (16 * i);
    return mask;
}

static inline uint64_t chunk_equal(struct chunk c, char byte)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= mask16(equal(c.part[i], byte)) << (16 * i);
    return mask;
}

/* All of them, and no byte but four more, become the same where these three bits are set. */
static inline uint64_t chunk_brackets(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= mask16(equal(c.part[i] | repeat(0x26), 0x7f)) << (16 * i);
    return mask;
}

static inline uint64_t chunk_breaks(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= mask16(equal(c.part[i], '\\') | equal(c.part[i], '\n')) << (16 * i);
    return mask;
}

static inline uint64_t prefix_xor(uint64_t mask)
{
    for (unsigned shift = 1; shift < 64; shift *= 2)
        mask ^= mask << shift;
    return mask;
}

static inline struct marks_consts marks_prepare(const struct simd_marks *marks)
{
    struct marks_consts c = {.count = marks->count};
    for (uint32_t i = 0; i < marks->count; i++) {
        c.first[i] = repeat(marks->pair[i].first);
        c.second[i] = repeat(marks->pair[i].second);
        c.distance[i] = marks->pair[i].distance;
    }
    return c;
}

static inline uint64_t chunk_marks(const char *p, const struct marks_consts *c)
{
    uint64_t mask = 0;
    for (unsigned part = 0; part < PARTS; part++, p += 16) {
        bytes16 v = load(p), next = load(p + 1);
        bytes16 found = equal(v | repeat(0x20), '{') & ~equal(next, '\\');
        found |= equal(v, 'u') & equal(next, '0');
        found |= equal(v, '\n');
        for (uint32_t i = 0; i < c->count; i++)
            found |= (bytes16)(v == c->first[i]) & (bytes16)(load(p + c->distance[i]) == c->second[i]);
        mask |= mask16(found) << (16 * part);
    }
    return mask;
}

static inline uint64_t chunk_pairs(const char *p, const struct marks_consts *c)
{
    uint64_t mask = 0;
    for (unsigned part = 0; part < PARTS; part++, p += 16) {
        bytes16 v = load(p), found = {0};
        for (uint32_t i = 0; i < c->count; i++)
            found |= (bytes16)(v == c->first[i]) & (bytes16)(load(p + c->distance[i]) == c->second[i]);
        mask |= mask16(found) << (16 * part);
    }
    return mask;
}

#include "base/simd/simd_impl.h"
