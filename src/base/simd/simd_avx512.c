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

#define VBMI_TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2,popcnt,pclmul")))

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

static inline __attribute__((always_inline)) VBMI_TARGET uint64_t vbmi_chunk(const char *p, const struct vbmi_consts *c,
                                                                             uint32_t seconds)
{
    __m512i behind = look_up(&c->next, p + 1);
    for (uint32_t i = 0; i < seconds; i++)
        behind = _mm512_or_si512(behind, look_up(&c->second[i], p + c->distance[i]));
    return _mm512_test_epi8_mask(look_up(&c->here, p), behind);
}

/*
 * Two chunks at a time, as most have no mark. The text was written by the kernel just before and lies in the second level's
 * cache: asking for it in time is worth 3 % of a scan. `seconds` is a constant where this is called, so that it is compiled for
 * each.
 */
static inline __attribute__((always_inline)) VBMI_TARGET size_t vbmi_loop(const char *text, size_t len,
                                                                          const struct vbmi_consts *c, uint32_t seconds,
                                                                          size_t *from, uint32_t *out, size_t capacity)
{
    enum { AHEAD = 8 * CHUNK };
    size_t at = *from, count = 0;
    for (; len - at >= 2 * CHUNK + SIMD_DISTANCE_MAX && capacity - count >= 2 * CHUNK; at += 2 * CHUNK) {
        const char *p = text + at;
        _mm_prefetch(p + AHEAD, _MM_HINT_T0);
        _mm_prefetch(p + AHEAD + CHUNK, _MM_HINT_T0);
        uint64_t first = vbmi_chunk(p, c, seconds), second = vbmi_chunk(p + CHUNK, c, seconds);
        if (!(first | second))
            continue;
        count = marks_write(first, at, out, count);
        count = marks_write(second, at + CHUNK, out, count);
    }
    *from = at;
    return count;
}

static VBMI_TARGET size_t vbmi_mark(const char *text, size_t len, const struct simd_marks *marks, size_t *from,
                                    uint32_t *out, size_t capacity)
{
    struct vbmi_consts c;
    size_t count = 0;
    if (!vbmi_prepare(marks, &c))
        return kernel_mark(text, len, marks, from, out, capacity);
    if (c.seconds == 0)
        count = vbmi_loop(text, len, &c, 0, from, out, capacity);
    else if (c.seconds == 1)
        count = vbmi_loop(text, len, &c, 1, from, out, capacity);
    else if (c.seconds == 2)
        count = vbmi_loop(text, len, &c, 2, from, out, capacity);
    else
        count = vbmi_loop(text, len, &c, SIMD_PAIRS_MAX, from, out, capacity);
    bool is_near_end = len - *from < 2 * CHUNK + SIMD_DISTANCE_MAX && capacity - count >= SIMD_MARKS_ROOM;
    return is_near_end || !count ? count + kernel_mark(text, len, marks, from, out + count, capacity - count) : count;
}

/* --- the outline, eight chunks at a time --- */

/*
 * What each byte is, is looked up, a bit for each kind. The bits of 64 bytes are turned into a mask a kind, and the masks
 * of eight chunks are laid side by side in a register a kind: a lane a chunk. What a chunk is to know of the one before is
 * shifted in from the lane below. Where something unusual stands (a fault, a chunk of nothing but backslashes), and near
 * the end, kernel_outline() looks.
 */
#define WIDE_TARGET                                                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vbmi,gfni,vpclmulqdq,bmi,bmi2,popcnt,pclmul")))

enum { LANES = 8, WIDE = LANES * CHUNK };
enum kind { KIND_QUOTE, KIND_BACKSLASH, KIND_BRACKET, KIND_NEWLINE, KIND_LETTER, KIND_PAIR, KINDS = KIND_PAIR + 3 };

_Static_assert(KINDS == 8 && SIMD_PAIRS_MAX == 3, "a bit of a byte for each kind");

struct wide_consts {
    struct places here, second[SIMD_PAIRS_MAX]; /* second: all bits but those of pairs that end otherwise */
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t distances; /* how many different ones there are */
};

/* How the text stands before a lane. */
struct wide_state {
    __m512i escapes; /* of the eight chunks before: 1 where the last byte escapes the next; the last lane counts */
    uint32_t inside; /* 1: in a string */
};

static WIDE_TARGET bool wide_prepare(const struct simd_marks *marks, struct wide_consts *c)
{
    uint8_t here[PLACES] = {
        ['"'] = 1 << KIND_QUOTE,   ['\\'] = 1 << KIND_BACKSLASH, ['\n'] = 1 << KIND_NEWLINE, ['u'] = 1 << KIND_LETTER,
        ['{'] = 1 << KIND_BRACKET, ['}'] = 1 << KIND_BRACKET,    ['['] = 1 << KIND_BRACKET,  [']'] = 1 << KIND_BRACKET,
        ['Y'] = 1 << KIND_BRACKET, ['y'] = 1 << KIND_BRACKET,    ['_'] = 1 << KIND_BRACKET};
    uint8_t second[SIMD_PAIRS_MAX][PLACES];
    c->distances = 0;
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct simd_pair *pair = &marks->pair[i];
        uint8_t bit = (uint8_t)(1 << (KIND_PAIR + i));
        uint32_t k = 0;
        if ((uint8_t)pair->first >= PLACES - 1 || (uint8_t)pair->second >= PLACES - 1)
            return false;
        while (k < c->distances && c->distance[k] != pair->distance)
            k++;
        if (k == c->distances) {
            memset(second[k], UINT8_MAX, PLACES);
            c->distance[c->distances++] = pair->distance;
        }
        here[(uint8_t)pair->first] |= bit;
        for (uint32_t byte = 0; byte < PLACES; byte++)
            second[k][byte] &= (uint8_t)~bit;
        second[k][(uint8_t)pair->second] |= bit;
    }
    c->here = places_load(here);
    for (uint32_t k = 0; k < c->distances; k++)
        c->second[k] = places_load(second[k]);
    return true;
}

static inline WIDE_TARGET __m512i wide_look_up(const struct places *places, const char *p)
{
    __m512i at = _mm512_min_epu8(_mm512_loadu_si512(p), _mm512_set1_epi8(PLACES - 1));
    return _mm512_permutex2var_epi8(places->low, at, places->high);
}

/* A mask for each kind, as lanes. */
static inline __attribute__((always_inline)) WIDE_TARGET __m512i chunk_kinds(const char *p, const struct wide_consts *c,
                                                                             uint32_t distances)
{
    const __m512i columns = _mm512_set1_epi64((long long)0x8040201008040201), reverse = columns;
    __m512i kinds = wide_look_up(&c->here, p);
    for (uint32_t k = 0; k < distances; k++)
        kinds = _mm512_and_si512(kinds, wide_look_up(&c->second[k], p + c->distance[k]));
    /* Of each eight bytes: byte i has bit i of all, the first one's on top; then the other way round. */
    kinds = _mm512_gf2p8affine_epi64_epi8(columns, kinds, 0);
    kinds = _mm512_gf2p8affine_epi64_epi8(kinds, reverse, 0);
    const __m512i order =
        _mm512_set_epi8(63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 60,
                        52, 44, 36, 28, 20, 12, 4, 59, 51, 43, 35, 27, 19, 11, 3, 58, 50, 42, 34, 26, 18, 10, 2, 57, 49,
                        41, 33, 25, 17, 9, 1, 56, 48, 40, 32, 24, 16, 8, 0);
    return _mm512_permutexvar_epi8(order, kinds);
}

/* Eight rows become eight columns. */
static inline __attribute__((always_inline)) WIDE_TARGET void lanes_turn(const __m512i in[LANES], __m512i out[KINDS])
{
    __m512i even[LANES / 2], odd[LANES / 2];
    for (size_t i = 0; i < LANES / 2; i++) {
        even[i] = _mm512_unpacklo_epi64(in[2 * i], in[2 * i + 1]);
        odd[i] = _mm512_unpackhi_epi64(in[2 * i], in[2 * i + 1]);
    }
    for (unsigned i = 0; i < 2; i++) {
        const __m512i *half = i ? odd : even;
        __m512i low0 = _mm512_shuffle_i64x2(half[0], half[1], 0x88),
                high0 = _mm512_shuffle_i64x2(half[2], half[3], 0x88);
        __m512i low2 = _mm512_shuffle_i64x2(half[0], half[1], 0xdd),
                high2 = _mm512_shuffle_i64x2(half[2], half[3], 0xdd);
        out[i] = _mm512_shuffle_i64x2(low0, high0, 0x88);
        out[i + 4] = _mm512_shuffle_i64x2(low0, high0, 0xdd);
        out[i + 2] = _mm512_shuffle_i64x2(low2, high2, 0x88);
        out[i + 6] = _mm512_shuffle_i64x2(low2, high2, 0xdd);
    }
}

/* As escaped_bits() does it, but whether a last byte escapes is told by the length of its run. */
static inline __attribute__((always_inline)) WIDE_TARGET __m512i lanes_escaped(__m512i backslashes,
                                                                               struct wide_state *state)
{
    const __m512i ones = _mm512_set1_epi64(-1), even = _mm512_set1_epi64(0x5555555555555555);
    __m512i last = _mm512_and_si512(_mm512_lzcnt_epi64(_mm512_xor_si512(backslashes, ones)), _mm512_set1_epi64(1));
    __m512i before = _mm512_alignr_epi64(last, state->escapes, LANES - 1);
    __m512i runs = _mm512_andnot_si512(before, backslashes);
    __m512i begins = _mm512_and_si512(_mm512_andnot_si512(_mm512_slli_epi64(runs, 1), runs), even);
    __m512i escaping = _mm512_and_si512(runs, _mm512_xor_si512(even, _mm512_add_epi64(runs, begins)));
    state->escapes = last;
    return _mm512_or_si512(_mm512_slli_epi64(escaping, 1), before);
}

static inline __attribute__((always_inline)) WIDE_TARGET __m512i lanes_inside(__m512i quotes, struct wide_state *state)
{
    const __m512i ones = _mm512_set1_epi64(-1);
    __m512i inside = _mm512_unpacklo_epi64(_mm512_clmulepi64_epi128(quotes, ones, 0x00),
                                           _mm512_clmulepi64_epi128(quotes, ones, 0x01));
    uint32_t odd = _mm512_movepi64_mask(inside);
    odd ^= odd << 1;
    odd ^= odd << 2;
    odd ^= odd << 4;
    __mmask8 turned = (__mmask8)((odd << 1) ^ (0 - state->inside));
    state->inside ^= odd >> (LANES - 1) & 1;
    return _mm512_mask_xor_epi64(inside, turned, inside, ones);
}

/* The marks of eight chunks. False: one of them is unusual. */
static inline __attribute__((always_inline)) WIDE_TARGET bool
lanes_find(const char *p, const struct wide_consts *c, uint32_t distances, struct wide_state *state, __m512i *out_found)
{
    __m512i chunks[LANES], kinds[KINDS];
    for (unsigned i = 0; i < LANES; i++)
        chunks[i] = chunk_kinds(p + (size_t)i * CHUNK, c, distances);
    lanes_turn(chunks, kinds);
    __m512i backslashes = kinds[KIND_BACKSLASH], escaped = lanes_escaped(backslashes, state);
    __m512i inside = lanes_inside(_mm512_andnot_si512(escaped, kinds[KIND_QUOTE]), state);
    __m512i breaks = _mm512_andnot_si512(escaped, _mm512_and_si512(inside, kinds[KIND_NEWLINE]));
    __m512i fault = _mm512_or_si512(breaks, _mm512_andnot_si512(inside, backslashes));
    uint32_t unusual = _mm512_test_epi64_mask(fault, fault);
    unusual |= _mm512_cmpeq_epi64_mask(backslashes, _mm512_set1_epi64(-1));
    __m512i found = _mm512_or_si512(_mm512_and_si512(escaped, kinds[KIND_LETTER]),
                                    _mm512_andnot_si512(inside, kinds[KIND_BRACKET]));
    for (unsigned i = KIND_PAIR; i < KINDS; i++)
        found = _mm512_or_si512(found, kinds[i]);
    *out_found = found;
    return unusual == 0;
}

/* `distances` is a constant where this is called. */
static inline __attribute__((always_inline)) WIDE_TARGET size_t wide_loop(const char *text, size_t len,
                                                                          const struct wide_consts *c,
                                                                          uint32_t distances, struct simd_json *json,
                                                                          size_t *from, uint32_t *out, size_t capacity)
{
    struct wide_state state = {_mm512_set1_epi64(json->escaped), json->in_string};
    size_t at = *from, count = 0;
    for (; len - at >= WIDE + SIMD_DISTANCE_MAX && capacity - count >= WIDE; at += WIDE) {
        struct wide_state next = state;
        __m512i found;
        if (!lanes_find(text + at, c, distances, &next, &found))
            break;
        state = next;
        uint64_t words[LANES];
        _mm512_storeu_si512(words, found);
        for (uint32_t lanes = _mm512_test_epi64_mask(found, found); lanes; lanes &= lanes - 1) {
            unsigned lane = first_bit(lanes);
            count = marks_write(words[lane], at + (size_t)lane * CHUNK, out, count);
        }
    }
    uint32_t escapes = _mm512_test_epi64_mask(state.escapes, state.escapes);
    *json = (struct simd_json){state.inside != 0, escapes >> (LANES - 1) != 0};
    *from = at;
    return count;
}

static WIDE_TARGET size_t wide_outline(const char *text, size_t len, const struct simd_marks *marks,
                                       struct simd_json *json, size_t *from, uint32_t *out, size_t capacity)
{
    struct wide_consts c;
    size_t count = 0;
    if (len - *from >= WIDE + SIMD_DISTANCE_MAX && capacity >= WIDE && wide_prepare(marks, &c)) {
        if (c.distances <= 1)
            count = c.distances ? wide_loop(text, len, &c, 1, json, from, out, capacity)
                                : wide_loop(text, len, &c, 0, json, from, out, capacity);
        else
            count = wide_loop(text, len, &c, c.distances, json, from, out, capacity);
        if (count)
            return count;
    }
    return kernel_outline(text, len, marks, json, from, out, capacity);
}

const struct simd SIMD_AVX512VBMI = KERNELS("avx512vbmi", vbmi_mark, wide_outline);
#endif
