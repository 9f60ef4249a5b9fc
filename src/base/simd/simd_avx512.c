/*
 * simd_avx512.c - the kernels in AVX-512BW: a chunk is one register, a comparison gives its mask at once, and a masked
 * comparison is the "and" of two. With VBMI bytes are looked up: marks in simd_marks_impl.h, CSV in simd_csv_impl.h.
 */
#include "base/simd/simd_tables.h"

#ifdef SIMD_X86
#include <immintrin.h>

#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw,bmi,bmi2,popcnt,pclmul")))
#define KERNEL_NAME   "avx512"
#define KERNEL_TABLE  SIMD_AVX512
#define KERNEL_AVX512

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

static inline KERNEL_TARGET uint64_t chunk_digits(struct chunk c)
{
    return scalar(_mm512_cmplt_epu8_mask(_mm512_sub_epi8(c.v, _mm512_set1_epi8('0')), _mm512_set1_epi8(10)));
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

#include "base/simd/simd_marks_impl.h"

/* --- the outline, eight chunks at a time --- */

/*
 * What each byte is, is looked up, a bit for each kind. The bits of 64 bytes are turned into a mask a kind, and the masks
 * of eight chunks are laid side by side in a register a kind: a lane a chunk. What a chunk is to know of the one before is
 * shifted in from the lane below. Where something unusual stands (a fault, a chunk of nothing but backslashes), and near
 * the end, kernel_outline() looks.
 */
#define WIDE_TARGET                                                                                                    \
    __attribute__((                                                                                                    \
        target("avx512f,avx512bw,avx512cd,avx512dq,avx512vbmi,avx512vbmi2,gfni,vpclmulqdq,bmi,bmi2,popcnt,pclmul")))

enum { LANES = 8, WIDE = LANES * CHUNK };
enum kind { KIND_QUOTE, KIND_BACKSLASH, KIND_BRACKET, KIND_NEWLINE, KIND_LETTER, KIND_PAIR, KINDS = KIND_PAIR + 3 };

_Static_assert(KINDS == 8 && SIMD_PAIRS_MAX == 3, "a bit of a byte for each kind");

struct wide_consts {
    struct places here, second[SIMD_PAIRS_MAX]; /* second: all bits but those of pairs that end otherwise */
    size_t distance[SIMD_PAIRS_MAX];
    uint32_t distances; /* how many different ones there are */
    __m512i newlines;   /* all ones: all of them are marks */
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
    c->newlines = _mm512_set1_epi64(marks->newlines ? -1 : 0);
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

static inline __attribute__((always_inline)) WIDE_TARGET __m512i lanes_inside(__m512i quotes, uint32_t *inside_before)
{
    const __m512i ones = _mm512_set1_epi64(-1);
    __m512i inside = _mm512_unpacklo_epi64(_mm512_clmulepi64_epi128(quotes, ones, 0x00),
                                           _mm512_clmulepi64_epi128(quotes, ones, 0x01));
    uint32_t odd = _mm512_movepi64_mask(inside);
    odd ^= odd << 1;
    odd ^= odd << 2;
    odd ^= odd << 4;
    __mmask8 turned = (__mmask8)((odd << 1) ^ (0 - *inside_before));
    *inside_before ^= odd >> (LANES - 1) & 1;
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
    __m512i inside = lanes_inside(_mm512_andnot_si512(escaped, kinds[KIND_QUOTE]), &state->inside);
    __m512i breaks = _mm512_andnot_si512(escaped, _mm512_and_si512(inside, kinds[KIND_NEWLINE]));
    __m512i fault = _mm512_or_si512(breaks, _mm512_andnot_si512(inside, backslashes));
    uint32_t unusual = _mm512_test_epi64_mask(fault, fault);
    unusual |= _mm512_cmpeq_epi64_mask(backslashes, _mm512_set1_epi64(-1));
    __m512i found = _mm512_or_si512(_mm512_and_si512(escaped, kinds[KIND_LETTER]),
                                    _mm512_andnot_si512(inside, kinds[KIND_BRACKET]));
    found = _mm512_or_si512(found, _mm512_and_si512(kinds[KIND_NEWLINE], c->newlines));
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

/* --- compact JSON, eight chunks at a time --- */

/*
 * As simd_compact_impl.h has it. What a byte is outside of strings is told by three bits; so any question about its kind is one
 * ternary operation. Pairs share a bit: where the first of one and the second of another meet, a mark is given in vain.
 */
enum compact_kind { COMPACT_CONTROL = 2, COMPACT_LETTER, COMPACT_A, COMPACT_B, COMPACT_C, COMPACT_PAIR };
enum { CODE_COLON = 1, CODE_COMMA, CODE_OPEN, CODE_CLOSE, CODE_LINE, CODE_DIGIT, CODE_ZERO, CODES };

_Static_assert(KIND_QUOTE == 0 && KIND_BACKSLASH == 1 && COMPACT_PAIR == KINDS - 1, "a bit of a byte for each kind");

/* The truth tables of three masks, of codes: for these alone. */
#define TABLE(a, b, c) ((1 << (a)) | (1 << (b)) | (1 << (c)))
#define ONE(a)         TABLE(a, a, a)
/* a & ~b & ~c; a | (b & ~c); a | (b & c); a | b | c */
enum { A_NOT_BC = 0x10, A_OR_B_NOT_C = 0xf4, A_OR_BC = 0xf8, ANY = 0xfe };

struct compact_lanes {
    struct wide_state strings;
    uint32_t key;
    __m512i colon, first, closing, scalar, close, line, zero; /* of the eight chunks before */
    uint64_t sign;                                            /* 1: the byte before is of a scalar, and no digit */
};

static WIDE_TARGET bool compact_prepare(const struct simd_marks *marks, struct wide_consts *c)
{
    static const char LETTERS[] = "\"\\/bfnrt";
    static const uint8_t CODE_OF[PLACES] = {
        [':'] = CODE_COLON, [','] = CODE_COMMA, ['{'] = CODE_OPEN,  ['}'] = CODE_CLOSE, ['\n'] = CODE_LINE,
        ['0'] = CODE_ZERO,  ['1'] = CODE_DIGIT, ['2'] = CODE_DIGIT, ['3'] = CODE_DIGIT, ['4'] = CODE_DIGIT,
        ['5'] = CODE_DIGIT, ['6'] = CODE_DIGIT, ['7'] = CODE_DIGIT, ['8'] = CODE_DIGIT, ['9'] = CODE_DIGIT};
    uint8_t here[PLACES], second[PLACES];
    for (unsigned i = 0; i < PLACES; i++)
        here[i] = (uint8_t)(CODE_OF[i] << COMPACT_A | (i < 0x20) << COMPACT_CONTROL);
    here['"'] |= 1 << KIND_QUOTE;
    here['\\'] |= 1 << KIND_BACKSLASH;
    for (const char *letter = LETTERS; *letter; letter++)
        here[(uint8_t)*letter] |= 1 << COMPACT_LETTER;
    memset(second, (uint8_t) ~(1 << COMPACT_PAIR), PLACES);
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct simd_pair *pair = &marks->pair[i];
        if ((uint8_t)pair->first >= PLACES - 1 || (uint8_t)pair->second >= PLACES - 1 ||
            pair->distance != marks->pair[0].distance)
            return false;
        here[(uint8_t)pair->first] |= 1 << COMPACT_PAIR;
        second[(uint8_t)pair->second] |= 1 << COMPACT_PAIR;
    }
    c->distances = marks->count > 0;
    c->distance[0] = c->distances ? marks->pair[0].distance : 0;
    c->here = places_load(here);
    c->second[0] = places_load(second);
    return true;
}

/* A mask of what stands behind the bytes; *before has those of the eight chunks before, and is moved on. */
static inline __attribute__((always_inline)) WIDE_TARGET __m512i lanes_behind(__m512i bytes, __m512i *before)
{
    __m512i below = _mm512_alignr_epi64(bytes, *before, LANES - 1);
    *before = bytes;
    return _mm512_shldi_epi64(bytes, below, 1);
}

#define LOGIC(a, b, c, table) _mm512_ternarylogic_epi64((a), (b), (c), (table))

/* What of the bytes outside of strings can't stand where it does. */
static inline __attribute__((always_inline)) WIDE_TARGET __m512i lanes_misplaced(__m512i a, __m512i b, __m512i c,
                                                                                 __m512i opening, __m512i closing,
                                                                                 __m512i other,
                                                                                 struct compact_lanes *state)
{
    /* The tables' highest bit of three is the first operand's. */
#define IS(table) LOGIC(c, b, a, table)
    __m512i colon = IS(ONE(CODE_COLON)), first = IS(TABLE(CODE_COMMA, CODE_OPEN, CODE_OPEN));
    __m512i open = IS(ONE(CODE_OPEN)), close = IS(ONE(CODE_CLOSE)), line = IS(ONE(CODE_LINE));
    __m512i digit = _mm512_and_si512(b, c), zero = IS(ONE(CODE_ZERO)), scalar = _mm512_or_si512(digit, other);
    __m512i odd = lanes_inside(_mm512_or_si512(colon, first), &state->key);

    __m512i after_colon = lanes_behind(colon, &state->colon), after_first = lanes_behind(first, &state->first);
    __m512i after_closing = lanes_behind(closing, &state->closing), after_close = lanes_behind(close, &state->close);
    __m512i after_scalar = lanes_behind(scalar, &state->scalar), after_line = lanes_behind(line, &state->line);
    __m512i after_zero = lanes_behind(_mm512_and_si512(zero, after_colon), &state->zero);
    __m512i after_value = LOGIC(after_closing, after_scalar, after_close, ANY);

    __m512i bad = LOGIC(opening, after_colon, after_first, A_NOT_BC);
    bad = LOGIC(bad, colon, after_closing, A_OR_B_NOT_C);
    bad = LOGIC(bad, IS(TABLE(CODE_COMMA, CODE_CLOSE, CODE_CLOSE)), after_value, A_OR_B_NOT_C);
    bad = LOGIC(bad, open, _mm512_or_si512(after_colon, after_line), A_OR_B_NOT_C);
    bad = LOGIC(bad, scalar, _mm512_or_si512(after_colon, after_scalar), A_OR_B_NOT_C);
    bad = LOGIC(bad, line, after_close, A_OR_B_NOT_C);
    bad = LOGIC(bad, digit, after_zero, A_OR_BC);
    bad = LOGIC(bad, first, odd, A_OR_B_NOT_C);
    return LOGIC(bad, IS(TABLE(CODE_COLON, CODE_CLOSE, CODE_CLOSE)), odd, A_OR_BC);
#undef IS
}

enum { STRETCH = 16 };

/* What phase one leaves for phase two: the masks of each chunk, and which of eight have bits. */
struct compact_words {
    uint64_t found[STRETCH * LANES];
    uint64_t other[1 + STRETCH * LANES]; /* the first: of the chunk before */
    uint8_t found_lanes[STRETCH], other_lanes[STRETCH];
};

/* What is known of eight chunks when it is known what stands in strings. All masks but pairs are of bytes outside of them. */
struct compact_planes {
    __m512i a, b, c; /* the bits of the code */
    __m512i opening, closing, other, pairs;
};

/* Strings. False: something unusual is in them, or a fault; *state is lost then. */
static inline __attribute__((always_inline)) WIDE_TARGET bool
compact_strings(const char *p, const struct wide_consts *consts, uint32_t distances, struct wide_state *state,
                struct compact_planes *out)
{
    __m512i chunks[LANES], kinds[KINDS];
    for (unsigned k = 0; k < LANES; k++)
        chunks[k] = chunk_kinds(p + (size_t)k * CHUNK, consts, distances);
    lanes_turn(chunks, kinds);
    __m512i backslashes = kinds[KIND_BACKSLASH], escaped = lanes_escaped(backslashes, state);
    __m512i quotes = _mm512_andnot_si512(escaped, kinds[KIND_QUOTE]);
    __m512i inside = lanes_inside(quotes, &state->inside), closing = _mm512_andnot_si512(inside, quotes);
    out->a = _mm512_andnot_si512(inside, kinds[COMPACT_A]);
    out->b = _mm512_andnot_si512(inside, kinds[COMPACT_B]);
    out->c = _mm512_andnot_si512(inside, kinds[COMPACT_C]);
    out->opening = _mm512_and_si512(quotes, inside);
    out->closing = closing;
    /* Of no kind, and neither in strings nor their quotes. */
    __m512i none = LOGIC(kinds[COMPACT_A], kinds[COMPACT_B], kinds[COMPACT_C], 1);
    out->other = LOGIC(none, inside, closing, A_NOT_BC);
    out->pairs = kinds[COMPACT_PAIR];
    __m512i bad = _mm512_and_si512(inside, kinds[COMPACT_CONTROL]);
    bad = LOGIC(bad, escaped, kinds[COMPACT_LETTER], A_OR_B_NOT_C);
    uint32_t unusual = _mm512_test_epi64_mask(bad, bad);
    unusual |= _mm512_cmpeq_epi64_mask(backslashes, _mm512_set1_epi64(-1));
    return unusual == 0;
}

/* What stands between them. */
static inline __attribute__((always_inline)) WIDE_TARGET bool compact_grammar(const struct compact_planes *p,
                                                                              uint32_t distances,
                                                                              struct compact_lanes *state,
                                                                              struct compact_words *words, size_t i)
{
    __m512i bad = lanes_misplaced(p->a, p->b, p->c, p->opening, p->closing, p->other, state);
    __m512i found = LOGIC(p->c, p->b, p->a, TABLE(CODE_OPEN, CODE_CLOSE, CODE_LINE));
    if (distances)
        found = _mm512_or_si512(found, p->pairs);
    _mm512_storeu_si512(words->found + i * LANES, found);
    _mm512_storeu_si512(words->other + 1 + i * LANES, p->other);
    words->found_lanes[i] = (uint8_t)_mm512_test_epi64_mask(found, found);
    words->other_lanes[i] = (uint8_t)_mm512_test_epi64_mask(p->other, p->other);
    return _mm512_test_epi64_mask(bad, bad) == 0;
}

static inline WIDE_TARGET __m512i lanes_of(uint64_t bit)
{
    return _mm512_set1_epi64(bit ? INT64_MIN : 0);
}

static inline WIDE_TARGET uint64_t last_bit(__m512i lanes)
{
    return (uint64_t)_mm512_movepi64_mask(lanes) >> (LANES - 1) & 1;
}

static WIDE_TARGET struct compact_lanes lanes_load(const struct simd_compact *compact)
{
    struct compact s = compact_load(compact);
    return (struct compact_lanes){
        .strings = {_mm512_set1_epi64((long long)s.escaped), s.inside != 0},
        .key = s.key != 0,
        .colon = lanes_of(s.colon),
        .first = lanes_of(s.comma),
        .closing = lanes_of(s.closing),
        .scalar = lanes_of(s.scalar),
        .close = lanes_of(s.brace),
        .line = lanes_of(s.line),
        .zero = lanes_of(s.zero),
        .sign = s.sign,
    };
}

static WIDE_TARGET struct simd_compact lanes_save(const struct compact_lanes *state)
{
    uint32_t escapes = _mm512_test_epi64_mask(state->strings.escapes, state->strings.escapes);
    struct compact s = {
        .inside = state->strings.inside,
        .key = state->key,
        .escaped = escapes >> (LANES - 1),
        .colon = last_bit(state->colon),
        .comma = last_bit(state->first),
        .closing = last_bit(state->closing),
        .scalar = last_bit(state->scalar),
        .brace = last_bit(state->close),
        .line = last_bit(state->line),
        .zero = last_bit(state->zero),
        .sign = state->sign,
    };
    return compact_save(&s);
}

/*
 * Phase one: nothing in it waits for what was found, as long as all is usual. It has two loops, so that the long way from a
 * byte to a verdict is cut in two, and the processor has more of them under way. Returns how often it took eight chunks.
 * `distances` is a constant where this is called.
 */
static inline __attribute__((always_inline)) WIDE_TARGET size_t stretch_find(const char *p, size_t count,
                                                                             const struct wide_consts *c,
                                                                             uint32_t distances,
                                                                             struct compact_lanes *state,
                                                                             struct compact_words *words)
{
    struct compact_planes planes[STRETCH];
    struct compact_lanes now = *state;
    struct wide_state strings = state->strings;
    size_t i = 0, done = 0;
    while (i < count && compact_strings(p + i * WIDE, c, distances, &strings, &planes[i]))
        i++;
    while (done < i && compact_grammar(&planes[done], distances, &now, words, done))
        done++;
    *state = now;
    state->strings = strings;
    return done;
}

/* Of `count` times eight chunks those before the first that has a bad scalar of other bytes than digits. */
static size_t stretch_scalars(const char *text, size_t len, size_t at, const struct compact_words *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (uint32_t lanes = words->other_lanes[i]; lanes; lanes &= lanes - 1) {
            size_t chunk = i * LANES + first_bit(lanes);
            uint64_t other = words->other[1 + chunk], carry = words->other[chunk] >> 63;
            for (uint64_t begins = other & ~behind(other, &carry); begins; begins &= begins - 1) {
                if (!is_scalar(text, len, at + chunk * CHUNK + first_bit(begins)))
                    return i;
            }
        }
    }
    return count;
}

/* Writes the marks, eight chunks at a time as long as there is room; moves *done on. */
static WIDE_TARGET size_t stretch_marks(size_t at, const struct compact_words *words, size_t *done, uint32_t *out,
                                        size_t count, size_t capacity)
{
    size_t i = 0;
    for (; i < *done && capacity - count >= WIDE; i++) {
        for (uint32_t lanes = words->found_lanes[i]; lanes; lanes &= lanes - 1) {
            size_t chunk = i * LANES + first_bit(lanes);
            count = marks_write(words->found[chunk], at + chunk * CHUNK, out, count);
        }
    }
    *done = i;
    return count;
}

static inline __attribute__((always_inline)) WIDE_TARGET size_t compact_loop(const char *text, size_t len,
                                                                             const struct wide_consts *c,
                                                                             uint32_t distances,
                                                                             struct simd_compact *compact, size_t *from,
                                                                             uint32_t *out, size_t capacity)
{
    struct compact_lanes state = lanes_load(compact);
    struct compact_words words;
    size_t at = *from, count = 0;
    while (len - at >= WIDE + SIMD_DISTANCE_MAX && capacity - count >= WIDE) {
        struct compact_lanes begin = state;
        size_t whole = (len - at - SIMD_DISTANCE_MAX) / WIDE, most = whole < STRETCH ? whole : STRETCH;
        words.other[0] = state.sign << 63;
        size_t done = stretch_find(text + at, most, c, distances, &state, &words);
        done = stretch_scalars(text, len, at, &words, done);
        count = stretch_marks(at, &words, &done, out, count, capacity);
        if (done < most) {
            state = begin;
            stretch_find(text + at, done, c, distances, &state, &words);
        }
        state.sign = words.other[done * LANES] >> 63;
        at += done * WIDE;
        if (done < most)
            break;
    }
    *compact = lanes_save(&state);
    *from = at;
    return count;
}

static WIDE_TARGET size_t wide_compact(const char *text, size_t len, const struct simd_marks *marks,
                                       struct simd_compact *compact, size_t *from, uint32_t *out, size_t capacity)
{
    struct wide_consts c;
    size_t count = 0;
    if (len - *from >= WIDE + SIMD_DISTANCE_MAX && capacity >= WIDE && compact_prepare(marks, &c)) {
        count = c.distances ? compact_loop(text, len, &c, 1, compact, from, out, capacity)
                            : compact_loop(text, len, &c, 0, compact, from, out, capacity);
        if (count)
            return count;
    }
    return kernel_compact(text, len, marks, compact, from, out, capacity);
}

#include "base/simd/simd_csv_impl.h"
#include "base/simd/simd_quote_impl.h"

const struct simd SIMD_AVX512VBMI =
    KERNELS("avx512vbmi", vbmi_mark, wide_outline, wide_compact, true, wide_csv, wide_quote);
#endif
