/*
 * simd_csv_impl.h - strict CSV eight chunks at a time, as csv_step() in simd_impl.h has it of one. Part of simd_avx512.c: a lane is
 * a chunk, and what a chunk is to know of the one before is shifted in from the lane below.
 */
enum csv_kind { CSV_QUOTE, CSV_COMMA, CSV_NEWLINE };

struct csv_lanes {
    __m512i known, closing; /* of the eight chunks before: their last bits count */
    uint32_t inside;
};

struct csv_found {
    __m512i separators, newlines, stray, behind;
};

/* The bits of the bytes that follow these. */
static inline __attribute__((always_inline)) WIDE_TARGET __m512i lanes_next(__m512i bits, __m512i before)
{
    return _mm512_shldi_epi64(bits, _mm512_alignr_epi64(bits, before, LANES - 1), 1);
}

static inline __attribute__((always_inline)) WIDE_TARGET struct csv_found
csv_lanes_step(const char *p, const struct wide_consts *c, struct csv_lanes *lanes)
{
    __m512i chunks[LANES], kinds[KINDS];
    for (size_t i = 0; i < LANES; i++)
        chunks[i] = chunk_kinds(p + i * CHUNK, c, 0);
    lanes_turn(chunks, kinds);
    __m512i quotes = kinds[CSV_QUOTE], newlines = kinds[CSV_NEWLINE];
    __m512i ends = _mm512_or_si512(kinds[CSV_COMMA], newlines), known = _mm512_or_si512(ends, quotes);
    __m512i inside = lanes_inside(quotes, &lanes->inside);
    __m512i closing = _mm512_andnot_si512(inside, quotes), opening = _mm512_and_si512(inside, quotes);
    struct csv_found found = {
        .separators = _mm512_andnot_si512(inside, ends),
        .newlines = newlines,
        .stray = _mm512_andnot_si512(lanes_next(known, lanes->known), opening),
        .behind = _mm512_andnot_si512(known, lanes_next(closing, lanes->closing)),
    };
    lanes->known = known;
    lanes->closing = closing;
    return found;
}

/* Is one of the bytes that stand out really a fault, in one of eight chunks? */
static __attribute__((noinline)) WIDE_TARGET bool csv_lanes_fault(const char *text, size_t len, size_t at,
                                                                  const struct csv_found *found, uint32_t lanes)
{
    uint64_t stray[LANES], behind[LANES];
    _mm512_storeu_si512(stray, found->stray);
    _mm512_storeu_si512(behind, found->behind);
    for (; lanes; lanes &= lanes - 1) {
        unsigned lane = first_bit(lanes);
        struct csv_masks masks = {.stray = stray[lane], .behind = behind[lane]};
        if (csv_fault(text, len, at + (size_t)lane * CHUNK, &masks) != SIZE_MAX)
            return true;
    }
    return false;
}

static inline __attribute__((always_inline)) WIDE_TARGET void csv_lanes_store(const struct csv_found *found,
                                                                              struct simd_csv_bits *bits)
{
    const __m512i first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11),
                  last = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    _mm512_storeu_si512(bits, _mm512_permutex2var_epi64(found->separators, first, found->newlines));
    _mm512_storeu_si512(bits + LANES / 2, _mm512_permutex2var_epi64(found->separators, last, found->newlines));
}

/* The last byte's bit. */
static inline WIDE_TARGET uint64_t last_lane(__m512i lanes)
{
    return _mm512_movepi64_mask(lanes) >> (LANES - 1);
}

/* Up to eight chunks of which one has a fault. */
static WIDE_TARGET size_t wide_csv_chunks(const char *text, size_t len, size_t at, struct csv_state *state,
                                          struct simd_csv_bits *bits)
{
    static const uint8_t HERE[PLACES] = {['"'] = 1 << CSV_QUOTE, [','] = 1 << CSV_COMMA, ['\n'] = 1 << CSV_NEWLINE};
    struct wide_consts c = {.here = places_load(HERE)};
    struct csv_lanes lanes = {_mm512_slli_epi64(_mm512_set1_epi64((long long)state->opens), CHUNK - 1),
                              _mm512_slli_epi64(_mm512_set1_epi64((long long)state->closed), CHUNK - 1),
                              state->inside != 0};
    for (; len - at >= WIDE; at += WIDE) {
        struct csv_lanes next = lanes;
        struct csv_found found = csv_lanes_step(text + at, &c, &next);
        __m512i unusual = _mm512_or_si512(found.stray, found.behind);
        uint32_t where = _mm512_test_epi64_mask(unusual, unusual);
        if (__builtin_expect(where != 0, 0) && csv_lanes_fault(text, len, at, &found, where))
            break;
        csv_lanes_store(&found, bits + at / CHUNK);
        lanes = next;
    }
    *state = (struct csv_state){0 - (uint64_t)lanes.inside, last_lane(lanes.known), last_lane(lanes.closing)};
    return at;
}

static WIDE_TARGET size_t wide_csv(const char *text, size_t len, struct simd_csv *csv, struct simd_csv_bits *bits)
{
    return csv_run(text, len, csv, bits, wide_csv_chunks);
}
