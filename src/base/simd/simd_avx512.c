/*
 * simd_avx512.c - the kernels in AVX-512BW: a chunk is one register, a comparison gives its mask at once, and a masked
 * comparison is the "and" of two. With VBMI the marks have a table of their own, which looks
 * bytes up.
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

/* --- marks with VBMI --- */

#define VBMI_TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2,popcnt")))

/*
 * What a byte may be part of is looked up, a bit for each kind of mark: as the mark's own byte, as the one behind it, as
 * the second of each pair. Where a bit is in common a mark stands. There are 128 places: bytes beyond count as the last.
 */
enum { MARK_NEWLINE = 1, MARK_BRACKET = 2, MARK_LETTER = 4, MARK_PAIR = 8, PLACES = 128 };

_Static_assert(SIMD_PAIRS_MAX == 3, "vbmi_mark() has a loop for each number of tables");

struct places {
    __m512i low, high;
};
/* Pairs of the same distance share a table; those of distance 1 are in that of the bytes behind. */
struct vbmi_consts {
    struct places here, next, second[SIMD_PAIRS_MAX];
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t seconds; /* tables in use */
};

static VBMI_TARGET struct places places_load(const uint8_t *table)
{
    return (struct places){_mm512_loadu_si512(table), _mm512_loadu_si512(table + PLACES / 2)};
}

/* Number of the table for this distance. */
static uint32_t vbmi_table(struct vbmi_consts *c, size_t distance)
{
    uint32_t i = 0;
    while (i < c->seconds && c->distance[i] != distance)
        i++;
    if (i == c->seconds)
        c->distance[c->seconds++] = distance;
    return i;
}

/* False where a pair has a byte that has no place of its own. */
static VBMI_TARGET bool vbmi_prepare(const struct simd_marks *marks, struct vbmi_consts *c)
{
    uint8_t here[PLACES] = {['\n'] = MARK_NEWLINE, ['{'] = MARK_BRACKET, ['['] = MARK_BRACKET, ['u'] = MARK_LETTER};
    uint8_t next[PLACES], second[SIMD_PAIRS_MAX][PLACES] = {{0}};
    memset(next, MARK_NEWLINE | MARK_BRACKET, sizeof next);
    next['\\'] = MARK_NEWLINE;
    next['0'] |= MARK_LETTER;
    c->seconds = 0;
    for (uint32_t i = 0; i < marks->count; i++) {
        uint8_t first = (uint8_t)marks->pair[i].first, last = (uint8_t)marks->pair[i].second;
        uint8_t bit = (uint8_t)(MARK_PAIR << i), distance = marks->pair[i].distance;
        if (first >= PLACES - 1 || last >= PLACES - 1)
            return false;
        here[first] |= bit;
        if (distance == 1)
            next[last] |= bit;
        else
            second[vbmi_table(c, distance)][last] |= bit;
    }
    for (uint32_t i = 0; i < c->seconds; i++)
        c->second[i] = places_load(second[i]);
    c->here = places_load(here);
    c->next = places_load(next);
    return true;
}

static inline VBMI_TARGET __m512i look_up(const struct places *places, const char *p)
{
    __m512i at = _mm512_min_epu8(_mm512_loadu_si512(p), _mm512_set1_epi8(PLACES - 1));
    return _mm512_permutex2var_epi8(places->low, at, places->high);
}

/* `seconds` is a constant where this is called, so that it is compiled for each. */
static inline __attribute__((always_inline)) VBMI_TARGET size_t vbmi_loop(const char *text, size_t len,
                                                                          const struct vbmi_consts *c, uint32_t seconds,
                                                                          size_t *from, uint32_t *out, size_t room)
{
    size_t at = *from, count = 0;
    for (; len - at >= CHUNK + SIMD_DISTANCE_MAX && count <= room; at += CHUNK) {
        __m512i behind = look_up(&c->next, text + at + 1);
        for (uint32_t i = 0; i < seconds; i++)
            behind = _mm512_or_si512(behind, look_up(&c->second[i], text + at + c->distance[i]));
        uint64_t found = _mm512_test_epi8_mask(look_up(&c->here, text + at), behind);
        for (; found; found &= found - 1)
            out[count++] = (uint32_t)(at + first_bit(found));
    }
    *from = at;
    return count;
}

static VBMI_TARGET size_t vbmi_mark(const char *text, size_t len, const struct simd_marks *marks, size_t *from,
                                    uint32_t *out, size_t capacity)
{
    struct vbmi_consts c;
    size_t count = 0, room = capacity - SIMD_MARKS_ROOM;
    if (!vbmi_prepare(marks, &c))
        return kernel_mark(text, len, marks, from, out, capacity);
    if (c.seconds == 0)
        count = vbmi_loop(text, len, &c, 0, from, out, room);
    else if (c.seconds == 1)
        count = vbmi_loop(text, len, &c, 1, from, out, room);
    else if (c.seconds == 2)
        count = vbmi_loop(text, len, &c, 2, from, out, room);
    else
        count = vbmi_loop(text, len, &c, SIMD_PAIRS_MAX, from, out, room);
    /* The last bytes of a text. */
    return count <= room ? count + kernel_mark(text, len, marks, from, out + count, capacity - count) : count;
}

const struct simd SIMD_AVX512VBMI = KERNELS("avx512vbmi", vbmi_mark);
#endif
