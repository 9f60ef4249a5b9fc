/*
 * simd_generic.c - the kernels in what every CPU has: vectors of 16 bytes in the compiler's own notation, which is SSE2
 * on x86-64.
 */
#include "base/bytes16.h"
#include "base/simd/simd_tables.h"

#define KERNEL_TARGET
#define KERNEL_NAME  "generic"
#define KERNEL_TABLE SIMD_GENERIC

enum { PARTS = 4 };

struct chunk {
    bytes16 part[PARTS];
};

struct marks_consts {
    bytes16 first[SIMD_PAIRS_MAX], second[SIMD_PAIRS_MAX];
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t count;
};

static inline struct chunk chunk_load(const char *p)
{
    struct chunk c;
    for (unsigned i = 0; i < PARTS; i++)
        c.part[i] = bytes16_load(p + (size_t)16 * i);
    return c;
}

static inline uint64_t chunk_same(struct chunk c, struct chunk d)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= (uint64_t)bytes16_bits((bytes16)(c.part[i] == d.part[i])) << (16 * i);
    return mask;
}

static inline uint64_t chunk_string(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++) {
        bytes16 v = c.part[i];
        mask |=
            (uint64_t)bytes16_bits((bytes16)(v < bytes16_repeat(0x20)) | bytes16_equal(v, '"') | bytes16_equal(v, '\\'))
            << (16 * i);
    }
    return mask;
}

static inline uint64_t chunk_structure(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++) {
        bytes16 v = c.part[i], folded = v | bytes16_repeat(0x20);
        mask |= (uint64_t)bytes16_bits(bytes16_equal(v, '"') | bytes16_equal(folded, '{') | bytes16_equal(folded, '}'))
                << (16 * i);
    }
    return mask;
}

static inline uint64_t chunk_quotes(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= (uint64_t)bytes16_bits(bytes16_equal(c.part[i], '"') | bytes16_equal(c.part[i], '\n')) << (16 * i);
    return mask;
}

static inline uint64_t chunk_equal(struct chunk c, char byte)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= (uint64_t)bytes16_bits(bytes16_equal(c.part[i], byte)) << (16 * i);
    return mask;
}

/* All of them, and no byte but four more, become the same where these three bits are set. */
static inline uint64_t chunk_brackets(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= (uint64_t)bytes16_bits(bytes16_equal(c.part[i] | bytes16_repeat(0x26), 0x7f)) << (16 * i);
    return mask;
}

static inline uint64_t chunk_breaks(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= (uint64_t)bytes16_bits(bytes16_equal(c.part[i], '\\') | bytes16_equal(c.part[i], '\n')) << (16 * i);
    return mask;
}

static inline uint64_t chunk_digits(struct chunk c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTS; i++)
        mask |= (uint64_t)bytes16_bits((bytes16)(c.part[i] - bytes16_repeat('0') < bytes16_repeat(10))) << (16 * i);
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
        c.first[i] = bytes16_repeat(marks->pair[i].first);
        c.second[i] = bytes16_repeat(marks->pair[i].second);
        c.distance[i] = marks->pair[i].distance;
    }
    return c;
}

static inline uint64_t chunk_marks(const char *p, const struct marks_consts *c)
{
    uint64_t mask = 0;
    for (unsigned part = 0; part < PARTS; part++, p += 16) {
        bytes16 v = bytes16_load(p), next = bytes16_load(p + 1);
        bytes16 found = bytes16_equal(v | bytes16_repeat(0x20), '{') & ~bytes16_equal(next, '\\');
        found |= bytes16_equal(v, 'u') & bytes16_equal(next, '0');
        found |= bytes16_equal(v, '\n');
        for (uint32_t i = 0; i < c->count; i++)
            found |= (bytes16)(v == c->first[i]) & (bytes16)(bytes16_load(p + c->distance[i]) == c->second[i]);
        mask |= (uint64_t)bytes16_bits(found) << (16 * part);
    }
    return mask;
}

static inline uint64_t chunk_pairs(const char *p, const struct marks_consts *c)
{
    uint64_t mask = 0;
    for (unsigned part = 0; part < PARTS; part++, p += 16) {
        bytes16 v = bytes16_load(p), found = {0};
        for (uint32_t i = 0; i < c->count; i++)
            found |= (bytes16)(v == c->first[i]) & (bytes16)(bytes16_load(p + c->distance[i]) == c->second[i]);
        mask |= (uint64_t)bytes16_bits(found) << (16 * part);
    }
    return mask;
}

#include "base/simd/simd_impl.h"
