/*
 * simd_neon.c - the kernels in NEON, which every AArch64 CPU has: a chunk is four registers. There is no instruction that
 * makes a mask of comparisons; so each byte keeps the bit of its place, and three rounds of adding neighbours gather 64
 * bytes in eight.
 */
#include "base/simd/simd_tables.h"

#ifdef SIMD_ARM
#include <arm_neon.h>

#define KERNEL_TARGET
#define KERNEL_NAME  "neon"
#define KERNEL_TABLE SIMD_NEON

enum { PARTS = 4 };

struct chunk {
    uint8x16_t part[PARTS];
};

struct marks_consts {
    uint8x16_t first[SIMD_PAIRS_MAX], second[SIMD_PAIRS_MAX];
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t count;
};

static inline uint8x16_t load(const char *p)
{
    return vld1q_u8((const uint8_t *)p);
}

static inline uint8x16_t equal(uint8x16_t v, char byte)
{
    return vceqq_u8(v, vdupq_n_u8((uint8_t)byte));
}

/* One bit a byte, of four vectors whose bytes are 0 or 0xff. */
static inline uint64_t join(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    static const uint8_t PLACES[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t place = vld1q_u8(PLACES);
    uint8x16_t low = vpaddq_u8(vandq_u8(a, place), vandq_u8(b, place));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, place), vandq_u8(d, place));
    uint8x16_t sums = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

typedef uint8x16_t (*part_test)(uint8x16_t v);

/* `test` is a constant where this is called, so that it is compiled for each. */
static inline __attribute__((always_inline)) uint64_t each(struct chunk c, part_test test)
{
    return join(test(c.part[0]), test(c.part[1]), test(c.part[2]), test(c.part[3]));
}

static inline struct chunk chunk_load(const char *p)
{
    return (struct chunk){{load(p), load(p + 16), load(p + 32), load(p + 48)}};
}

static inline uint64_t chunk_equal(struct chunk c, char byte)
{
    return join(equal(c.part[0], byte), equal(c.part[1], byte), equal(c.part[2], byte), equal(c.part[3], byte));
}

static inline uint64_t chunk_same(struct chunk c, struct chunk d)
{
    return join(vceqq_u8(c.part[0], d.part[0]), vceqq_u8(c.part[1], d.part[1]), vceqq_u8(c.part[2], d.part[2]),
                vceqq_u8(c.part[3], d.part[3]));
}

static inline uint8x16_t string_part(uint8x16_t v)
{
    return vorrq_u8(vcltq_u8(v, vdupq_n_u8(0x20)), vorrq_u8(equal(v, '"'), equal(v, '\\')));
}

static inline uint64_t chunk_string(struct chunk c)
{
    return each(c, string_part);
}

/* All of them, and no byte but four more, become the same where these three bits are set. */
static inline uint8x16_t brackets_part(uint8x16_t v)
{
    return equal(vorrq_u8(v, vdupq_n_u8(0x26)), 0x7f);
}

static inline uint64_t chunk_brackets(struct chunk c)
{
    return each(c, brackets_part);
}

static inline uint8x16_t breaks_part(uint8x16_t v)
{
    return vorrq_u8(equal(v, '\\'), equal(v, '\n'));
}

static inline uint64_t chunk_breaks(struct chunk c)
{
    return each(c, breaks_part);
}

static inline uint8x16_t digits_part(uint8x16_t v)
{
    return vcltq_u8(vsubq_u8(v, vdupq_n_u8('0')), vdupq_n_u8(10));
}

static inline uint64_t chunk_digits(struct chunk c)
{
    return each(c, digits_part);
}

static inline uint8x16_t structure_part(uint8x16_t v)
{
    /* `[` and `{`, `]` and `}` differ in one bit. */
    uint8x16_t folded = vorrq_u8(v, vdupq_n_u8(0x20));
    return vorrq_u8(equal(v, '"'), vorrq_u8(equal(folded, '{'), equal(folded, '}')));
}

static inline uint64_t chunk_structure(struct chunk c)
{
    return each(c, structure_part);
}

static inline uint8x16_t quotes_part(uint8x16_t v)
{
    return vorrq_u8(equal(v, '"'), equal(v, '\n'));
}

static inline uint64_t chunk_quotes(struct chunk c)
{
    return each(c, quotes_part);
}

/* The instruction that multiplies without carry is not every CPU's. */
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
        c.first[i] = vdupq_n_u8((uint8_t)marks->pair[i].first);
        c.second[i] = vdupq_n_u8((uint8_t)marks->pair[i].second);
        c.distance[i] = marks->pair[i].distance;
    }
    return c;
}

static inline uint8x16_t pairs_part(const char *p, const struct marks_consts *c)
{
    uint8x16_t v = load(p), found = vdupq_n_u8(0);
    for (uint32_t i = 0; i < c->count; i++) {
        uint8x16_t second = vceqq_u8(load(p + c->distance[i]), c->second[i]);
        found = vorrq_u8(found, vandq_u8(vceqq_u8(v, c->first[i]), second));
    }
    return found;
}

static inline uint64_t chunk_pairs(const char *p, const struct marks_consts *c)
{
    return join(pairs_part(p, c), pairs_part(p + 16, c), pairs_part(p + 32, c), pairs_part(p + 48, c));
}

static inline uint8x16_t marks_part(const char *p, const struct marks_consts *c)
{
    uint8x16_t v = load(p), next = load(p + 1);
    uint8x16_t bracket = equal(vorrq_u8(v, vdupq_n_u8(0x20)), '{');
    uint8x16_t found = vbicq_u8(bracket, equal(next, '\\'));
    found = vorrq_u8(found, vandq_u8(equal(v, 'u'), equal(next, '0')));
    return vorrq_u8(vorrq_u8(found, equal(v, '\n')), pairs_part(p, c));
}

static inline uint64_t chunk_marks(const char *p, const struct marks_consts *c)
{
    return join(marks_part(p, c), marks_part(p + 16, c), marks_part(p + 32, c), marks_part(p + 48, c));
}

#include "base/simd/simd_impl.h"
#endif
