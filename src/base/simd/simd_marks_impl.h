/*
 * simd_marks_impl.h - simd.h's mark() by looking bytes up. Part of simd_avx512.c, for CPUs with VBMI.
 */
#define VBMI_TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2,popcnt,pclmul")))
#define VBMI_INLINE static inline __attribute__((always_inline)) VBMI_TARGET

/*
 * What a byte may be part of is looked up, a bit for each kind of mark: as the mark's own byte, as the one behind it, as
 * the second of each pair. Where a bit is in common a mark stands. There are 128 places: bytes beyond count as the last.
 */
enum { MARK_NEWLINE = 1, MARK_BRACKET = 2, MARK_LETTER = 4, MARK_PAIR = 8, PLACES = 128 };

struct places {
    __m512i low, high;
};
/*
 * There is a table for each distance. The first is of the bytes behind, or, as each table is a third of the work, of those two
 * behind if all pairs are of that distance: the zero of a letter is looked for there, and brackets with a backslash behind them
 * must be weeded out.
 */
struct vbmi_consts {
    struct places here, behind[1 + SIMD_PAIRS_MAX];
    size_t distance[1 + SIMD_PAIRS_MAX];
    uint32_t tables; /* in use */
    bool weeds;      /* some escapes are none, and no pair begins with a `u` */
};

static VBMI_TARGET struct places places_load(const uint8_t *table)
{
    return (struct places){_mm512_loadu_si512(table), _mm512_loadu_si512(table + PLACES / 2)};
}

/* Number of the table for this distance. */
static uint32_t vbmi_table(struct vbmi_consts *c, size_t distance)
{
    uint32_t i = 0;
    while (i < c->tables && c->distance[i] != distance)
        i++;
    if (i == c->tables)
        c->distance[c->tables++] = distance;
    return i;
}

/* May the first table be of the bytes two behind? */
static bool pairs_are_wide(const struct simd_marks *marks)
{
    bool wide = marks->count > 0;
    for (uint32_t i = 0; i < marks->count; i++)
        wide = wide && marks->pair[i].distance == 2 && (marks->pair[i].first | 0x20) != '{';
    return wide;
}

/* False where a pair has a byte that has no place of its own. */
static VBMI_TARGET bool vbmi_prepare(const struct simd_marks *marks, bool wide, struct vbmi_consts *c)
{
    uint8_t here[PLACES] = {['\n'] = MARK_NEWLINE, ['{'] = MARK_BRACKET, ['['] = MARK_BRACKET, ['u'] = MARK_LETTER};
    uint8_t behind[1 + SIMD_PAIRS_MAX][PLACES] = {{0}};
    memset(behind[0], MARK_NEWLINE | MARK_BRACKET, sizeof behind[0]);
    if (!wide)
        behind[0]['\\'] = MARK_NEWLINE;
    behind[0]['0'] |= MARK_LETTER;
    c->tables = 1;
    c->distance[0] = wide ? 2 : 1;
    c->weeds = !marks->all_units;
    for (uint32_t i = 0; i < marks->count; i++) {
        uint8_t first = (uint8_t)marks->pair[i].first, last = (uint8_t)marks->pair[i].second;
        uint8_t bit = (uint8_t)(MARK_PAIR << i);
        if (first >= PLACES - 1 || last >= PLACES - 1)
            return false;
        here[first] |= bit;
        c->weeds &= first != 'u';
        behind[vbmi_table(c, marks->pair[i].distance)][last] |= bit;
    }
    for (uint32_t i = 0; i < c->tables; i++)
        c->behind[i] = places_load(behind[i]);
    c->here = places_load(here);
    return true;
}

static inline VBMI_TARGET __m512i look_up(const struct places *places, const char *p)
{
    __m512i at = _mm512_min_epu8(_mm512_loadu_si512(p), _mm512_set1_epi8(PLACES - 1));
    return _mm512_permutex2var_epi8(places->low, at, places->high);
}

VBMI_INLINE uint64_t vbmi_chunk(const char *p, const struct vbmi_consts *c, uint32_t tables)
{
    __m512i behind = look_up(&c->behind[0], p + c->distance[0]);
    for (uint32_t i = 1; i < tables; i++)
        behind = _mm512_or_si512(behind, look_up(&c->behind[i], p + c->distance[i]));
    return _mm512_test_epi8_mask(look_up(&c->here, p), behind);
}

/* The brackets that a backslash follows: the first table is not of the bytes behind them. */
static inline VBMI_TARGET uint64_t brackets_in_vain(const char *p)
{
    __m512i folded = _mm512_or_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(0x20));
    __mmask64 brackets = _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('{'));
    return _mm512_mask_cmpeq_epi8_mask(brackets, _mm512_loadu_si512(p + 1), _mm512_set1_epi8('\\'));
}

/*
 * Of the marks found, each `u` of an escape that stands for no letter, digit or dollar: what JSON writers escape for safety's sake
 * (`&`, `<`, quotes) fills command lines, and to look at each costs as much as the rest of the row.
 */
static inline VBMI_TARGET uint64_t letters_in_vain(const char *p, uint64_t found)
{
    __mmask64 letters = _mm512_mask_cmpeq_epi8_mask(found, _mm512_loadu_si512(p), _mm512_set1_epi8('u'));
    if (!letters)
        return 0;
    __m512i high = _mm512_loadu_si512(p + 3), low = _mm512_loadu_si512(p + 4);
    __mmask64 counts = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(high, _mm512_set1_epi8('4')), _mm512_set1_epi8(4));
    __mmask64 threes = _mm512_cmpeq_epi8_mask(high, _mm512_set1_epi8('3'));
    __mmask64 twos = _mm512_cmpeq_epi8_mask(high, _mm512_set1_epi8('2'));
    counts |= _mm512_mask_cmple_epu8_mask(threes, low, _mm512_set1_epi8('9'));
    counts |= _mm512_mask_cmpeq_epi8_mask(twos, low, _mm512_set1_epi8('4'));
    return letters & ~counts;
}

/* Two chunks, and what is read to find their marks. */
enum { BOTH = 2 * CHUNK, BOTH_READ = BOTH + SIMD_DISTANCE_MAX };

/*
 * The marks of two chunks, which seldom have more than one together: in which of them that is nothing foretells, so that no branch
 * depends on it. Escapes come in crowds: only where there are more is it worth a look which of them are in vain.
 */
VBMI_INLINE size_t marks_write_both(const char *p, const struct vbmi_consts *c, uint64_t first, uint64_t second,
                                    size_t at, uint32_t *out, size_t count)
{
    uint64_t none = 0 - (uint64_t)(first == 0); /* all ones: in the first chunk */
    uint64_t low = first | (second & none), high = second & ~none;
    if (__builtin_expect(((low & (low - 1)) | high) == 0, 1)) {
        out[count] = (uint32_t)(at + (CHUNK & none) + _tzcnt_u64(low));
        return count + (low != 0);
    }
    if (c->weeds) {
        first &= ~letters_in_vain(p, first);
        second &= ~letters_in_vain(p + CHUNK, second);
    }
    count = marks_write(first, at, out, count);
    return marks_write(second, at + CHUNK, out, count);
}

/*
 * Two chunks at a time, as most have no mark. The text was written by the kernel just before and lies in the second level's
 * cache: asking for it in time is worth 3 % of a scan. `tables` and `wide` are constants where this is called, but for more tables
 * than pairs of the same distance need, so that it is compiled for each.
 */
VBMI_INLINE size_t vbmi_loop(const char *text, size_t len, const struct vbmi_consts *c, uint32_t tables, bool wide,
                             size_t *from, uint32_t *out, size_t capacity)
{
    enum { AHEAD = 8 * CHUNK };
    size_t at = *from, count = 0;
    for (; len - at >= BOTH_READ && capacity - count >= BOTH; at += BOTH) {
        const char *p = text + at;
        _mm_prefetch(p + AHEAD, _MM_HINT_T0);
        _mm_prefetch(p + AHEAD + CHUNK, _MM_HINT_T0);
        uint64_t first = vbmi_chunk(p, c, tables), second = vbmi_chunk(p + CHUNK, c, tables);
        if (!(first | second))
            continue;
        if (wide) {
            first &= ~brackets_in_vain(p);
            second &= ~brackets_in_vain(p + CHUNK);
        }
        count = marks_write_both(p, c, first, second, at, out, count);
    }
    *from = at;
    return count;
}

static VBMI_TARGET size_t vbmi_mark(const char *text, size_t len, const struct simd_marks *marks, size_t *from,
                                    uint32_t *out, size_t capacity)
{
    struct vbmi_consts c;
    size_t count = 0;
    bool wide = pairs_are_wide(marks);
    if (!vbmi_prepare(marks, wide, &c))
        return kernel_mark(text, len, marks, from, out, capacity);
    if (c.tables == 1)
        count = wide ? vbmi_loop(text, len, &c, 1, true, from, out, capacity)
                     : vbmi_loop(text, len, &c, 1, false, from, out, capacity);
    else if (c.tables == 2)
        count = vbmi_loop(text, len, &c, 2, false, from, out, capacity);
    else
        count = vbmi_loop(text, len, &c, c.tables, false, from, out, capacity);
    bool is_near_end = len - *from < BOTH_READ && capacity - count >= SIMD_MARKS_ROOM;
    return is_near_end || !count ? count + kernel_mark(text, len, marks, from, out + count, capacity - count) : count;
}
