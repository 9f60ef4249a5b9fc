/*
 * simd_impl.h - the algorithms of simd.h over 64 bytes at a time. Included by a file that has defined
 *
 *   KERNEL_TARGET            the function attribute that turns the instruction set on
 *   struct chunk             64 bytes in registers
 *   chunk_load(p)            from 64 readable bytes
 *   chunk_equal(c, byte)     64-bit mask of the bytes that are equal
 *   chunk_same(c, d)         mask of the bytes that are equal in both
 *   chunk_brackets(c)        mask of braces, brackets, and four bytes more that have their bits: see simd.h's outline()
 *   chunk_breaks(c)          mask of backslashes and newlines
 *   chunk_pairs(p, consts)   mask of the pairs of simd.h's mark() alone
 *   prefix_xor(mask)         mask whose bit i is the exclusive or of the bits 0 to i
 *   chunk_string(c)          mask of quotes, backslashes and bytes below 0x20
 *   chunk_digits(c)          mask of 0 to 9
 *   chunk_structure(c)       mask of quotes, braces and brackets
 *   chunk_quotes(c)          mask of quotes and newlines
 *   chunk_marks(p, consts)   mask of simd.h's mark() for 64 bytes at p; reads up to SIMD_DISTANCE_MAX bytes more
 *   struct marks_consts, marks_prepare(marks)
 *   KERNEL_NAME, KERNEL_TABLE
 *
 * The last bytes of a text are copied to a zeroed buffer of full length: nothing is read outside of the text.
 */
#include "base/bytes16.h"

#include <string.h>

enum { CHUNK = SIMD_CHUNK };

static inline unsigned first_bit(uint64_t mask)
{
    return (unsigned)__builtin_ctzll(mask);
}

typedef uint64_t (*chunk_mask)(struct chunk chunk);

/* The one loop of the two searches; `mask` is a constant where it is called, so that it is compiled for each. */
static inline __attribute__((always_inline)) KERNEL_TARGET size_t find(const char *text, size_t len, size_t from,
                                                                       chunk_mask mask)
{
    for (; len - from >= CHUNK; from += CHUNK) {
        uint64_t found = mask(chunk_load(text + from));
        if (found)
            return from + first_bit(found);
    }
    if (from == len)
        return len;
    char tail[CHUNK];
    /* An 'x' is none of the bytes that are looked for, a zero would be a control character. */
    memset(tail, 'x', sizeof tail);
    memcpy(tail, text + from, len - from);
    uint64_t found = mask(chunk_load(tail));
    return found ? from + first_bit(found) : len;
}

static KERNEL_TARGET size_t kernel_string_end(const char *text, size_t len, size_t from)
{
    return find(text, len, from, chunk_string);
}

/*
 * The bytes that a backslash escapes. In a run of backslashes every other one does, the first of it included: those at
 * even places where the run begins at one, else those at odd ones. Adding a run's first bit to it turns it to zeros, and
 * so tells the two apart.
 */
static inline __attribute__((always_inline)) KERNEL_TARGET uint64_t escaped_bits(uint64_t backslashes, uint64_t *carry)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    uint64_t runs = backslashes & ~*carry;
    uint64_t sum = runs + (runs & ~(runs << 1) & even);
    uint64_t escaping = runs & (even ^ sum);
    uint64_t escaped = escaping << 1 | *carry;
    *carry = escaping >> 63;
    return escaped;
}

/* The bytes that may stand behind a backslash and be all of the escape: simd_is_escape_letter(). */
static inline __attribute__((always_inline)) KERNEL_TARGET uint64_t escape_letters(struct chunk c, uint64_t backslashes)
{
    return backslashes | chunk_equal(c, '"') | chunk_equal(c, '/') | chunk_equal(c, 'n') | chunk_equal(c, 'r') |
           chunk_equal(c, 't') | chunk_equal(c, 'b') | chunk_equal(c, 'f');
}

/*
 * A chunk that begins neither within an escape nor behind the string's end, and has `found` of chunk_string(): where to
 * stop in it, or CHUNK; *step is where to go on then.
 */
static inline __attribute__((always_inline)) KERNEL_TARGET unsigned close_step(struct chunk c, uint64_t found,
                                                                               size_t *step, bool *out_escaped)
{
    uint64_t backslashes = chunk_equal(c, '\\'), carry = 0;
    uint64_t escaped = escaped_bits(backslashes, &carry);
    uint64_t bad = escaped & ~escape_letters(c, backslashes);
    uint64_t stops = (found & ~backslashes & ~escaped) | bad >> 1;
    uint64_t below = stops ? (stops & (0 - stops)) - 1 : UINT64_MAX;
    /* An escape that is cut by the chunk's end is looked at again. */
    *step = CHUNK - (size_t)carry;
    *out_escaped |= (escaped >> 1 & below) != 0;
    return stops ? first_bit(stops) : CHUNK;
}

static inline __attribute__((always_inline)) KERNEL_TARGET size_t string_close(const char *text, size_t len,
                                                                               size_t from, bool *out_escaped)
{
    while (len - from > CHUNK) {
        struct chunk c = chunk_load(text + from);
        uint64_t found = chunk_string(c);
        size_t step = CHUNK;
        if (found) {
            unsigned bit = first_bit(found);
            if (text[from + bit] == '\\')
                bit = close_step(c, found, &step, out_escaped);
            if (bit < CHUNK)
                return from + bit;
        }
        from += step;
    }
    return find(text, len, from, chunk_string);
}

static KERNEL_TARGET size_t kernel_string_close(const char *text, size_t len, size_t from, bool *out_escaped)
{
    return string_close(text, len, from, out_escaped);
}

static KERNEL_TARGET size_t kernel_structure(const char *text, size_t len, size_t from)
{
    return find(text, len, from, chunk_structure);
}

static inline __attribute__((always_inline)) KERNEL_TARGET size_t marks_write(uint64_t mask, size_t base, uint32_t *out,
                                                                              size_t count)
{
    while (mask) {
        out[count++] = (uint32_t)(base + first_bit(mask));
        mask &= mask - 1;
    }
    return count;
}

static KERNEL_TARGET size_t kernel_mark(const char *text, size_t len, const struct simd_marks *marks, size_t *from,
                                        uint32_t *out, size_t capacity)
{
    const struct marks_consts consts = marks_prepare(marks);
    size_t at = *from, count = 0;
    size_t room = capacity - SIMD_MARKS_ROOM;
    for (; len - at >= CHUNK + SIMD_DISTANCE_MAX; at += CHUNK) {
        if (count > room) {
            *from = at;
            return count;
        }
        count = marks_write(chunk_marks(text + at, &consts), at, out, count);
    }
    while (at < len && count <= room) {
        char tail[CHUNK + SIMD_DISTANCE_MAX] = {0};
        size_t left = len - at;
        memcpy(tail, text + at, left < sizeof tail ? left : sizeof tail);
        size_t step = left < CHUNK ? left : CHUNK;
        count = marks_write(chunk_marks(tail, &consts), at, out, count);
        at += step;
    }
    *from = at;
    return count;
}

static KERNEL_TARGET size_t kernel_quotes(const char *text, size_t len, size_t *from, uint32_t *out, size_t capacity)
{
    size_t at = *from, count = 0;
    size_t room = capacity - SIMD_MARKS_ROOM;
    for (; len - at >= CHUNK && count <= room; at += CHUNK) {
        count = marks_write(chunk_quotes(chunk_load(text + at)), at, out, count);
    }
    if (at < len && len - at < CHUNK && count <= room) {
        char tail[CHUNK] = {0};
        memcpy(tail, text + at, len - at);
        count = marks_write(chunk_quotes(chunk_load(tail)), at, out, count);
        at = len;
    }
    *from = at;
    return count;
}

/* --- the outline of JSON --- */

struct outline {
    uint64_t inside;  /* all ones: the next byte is in a string */
    uint64_t escaped; /* 1: it is escaped */
};

struct outline_bits {
    uint64_t found, fault;
    uint64_t inside; /* from each string's first quote on, up to the byte before its last */
    uint64_t escaped;
};

/* Most chunks have no backslash and no newline: they need the quotes and the brackets alone. */
static inline __attribute__((always_inline)) KERNEL_TARGET struct outline_bits
outline_step(struct outline *state, struct chunk c, uint64_t pairs, uint64_t newlines)
{
    struct outline_bits bits = {.found = pairs};
    uint64_t quotes = chunk_equal(c, '"');
    if (chunk_breaks(c) | state->escaped) {
        uint64_t backslashes = chunk_equal(c, '\\');
        bits.escaped = escaped_bits(backslashes, &state->escaped);
        bits.inside = prefix_xor(quotes & ~bits.escaped) ^ state->inside;
        uint64_t ends = chunk_equal(c, '\n');
        bits.fault = (backslashes & ~bits.inside) | (ends & bits.inside & ~bits.escaped);
        bits.found |= (chunk_equal(c, 'u') & bits.escaped) | bits.fault | (ends & newlines);
    } else {
        bits.inside = prefix_xor(quotes) ^ state->inside;
    }
    state->inside = 0 - (bits.inside >> 63);
    bits.found |= chunk_brackets(c) & ~bits.inside;
    return bits;
}

/* Marks up to the first fault. How the text stands behind it is told by its own place alone: it escapes nothing. */
static KERNEL_TARGET size_t outline_fault(const struct outline_bits *bits, size_t base, struct simd_json *json,
                                          size_t *from, uint32_t *out, size_t count)
{
    unsigned at = first_bit(bits->fault);
    *from = base + at + 1;
    *json = (struct simd_json){.in_string = bits->inside >> at & 1};
    return marks_write(bits->found & (UINT64_MAX >> (63 - at)), base, out, count);
}

static inline __attribute__((always_inline)) KERNEL_TARGET size_t outline_run(const char *text, size_t len,
                                                                              const struct marks_consts consts,
                                                                              uint64_t newlines, struct simd_json *json,
                                                                              size_t *from, uint32_t *out,
                                                                              size_t capacity)
{
    struct outline state = {json->in_string ? UINT64_MAX : 0, json->escaped};
    size_t at = *from, count = 0;
    size_t room = capacity - SIMD_MARKS_ROOM;
    for (; len - at >= CHUNK + SIMD_DISTANCE_MAX && count <= room; at += CHUNK) {
        struct outline_bits bits =
            outline_step(&state, chunk_load(text + at), chunk_pairs(text + at, &consts), newlines);
        if (bits.fault)
            return outline_fault(&bits, at, json, from, out, count);
        count = marks_write(bits.found, at, out, count);
    }
    while (at < len && len - at < CHUNK + SIMD_DISTANCE_MAX && count <= room) {
        char tail[CHUNK + SIMD_DISTANCE_MAX] = {0};
        size_t left = len - at, step = left < CHUNK ? left : CHUNK;
        memcpy(tail, text + at, left);
        struct outline_bits bits = outline_step(&state, chunk_load(tail), chunk_pairs(tail, &consts), newlines);
        if (bits.fault)
            return outline_fault(&bits, at, json, from, out, count);
        count = marks_write(bits.found, at, out, count);
        if (step < CHUNK) { /* what the zeros behind the end make of it */
            state.inside = bits.inside >> (step - 1) & 1 ? UINT64_MAX : 0;
            state.escaped = bits.escaped >> step & 1;
        }
        at += step;
    }
    *json = (struct simd_json){state.inside != 0, state.escaped != 0};
    *from = at;
    return count;
}

/* The usual number of pairs has a loop of its own, which needs not count them. */
static KERNEL_TARGET size_t kernel_outline(const char *text, size_t len, const struct simd_marks *marks,
                                           struct simd_json *json, size_t *from, uint32_t *out, size_t capacity)
{
    struct marks_consts consts = marks_prepare(marks);
    uint64_t newlines = marks->newlines ? UINT64_MAX : 0;
    if (consts.count != 1)
        return outline_run(text, len, consts, newlines, json, from, out, capacity);
    consts.count = 1;
    return outline_run(text, len, consts, newlines, json, from, out, capacity);
}

#include "base/simd/simd_compact_impl.h"

static KERNEL_TARGET bool kernel_alike(const char *text, const struct simd_shape *shape)
{
    for (size_t i = 0; i < shape->chunks; i++) {
        struct chunk c = chunk_load(text + i * CHUNK);
        uint64_t differs = ~chunk_same(c, chunk_load(shape->like + i * CHUNK)) & shape->fixed[i];
        if (shape->plain[i])
            differs |= (chunk_string(c) | chunk_structure(c)) & shape->plain[i];
        if (differs)
            return false;
    }
    return true;
}

/* --- the cells of CSV --- */

struct csv_state {
    uint64_t inside; /* all ones: the next byte is in a quoted cell */
    uint64_t opens;  /* 1: a quote would open a cell there, or be the second of two */
    uint64_t closed; /* 1: it stands behind a closing quote */
};

struct csv_masks {
    struct simd_csv_bits bits;
    uint64_t stray;  /* quotes that open nothing */
    uint64_t behind; /* bytes behind a closing quote that don't belong there; a carriage return may, for all that */
};

/*
 * Two quotes in a quoted cell are seen as one that closes it and one that opens it again. So the number of quotes before
 * a byte says whether it is in a cell, as long as each one that opens stands where one may.
 */
static inline __attribute__((always_inline)) KERNEL_TARGET struct csv_masks csv_step(struct csv_state *state,
                                                                                     struct chunk c, uint64_t wanted)
{
    uint64_t quotes = chunk_equal(c, '"') & wanted, newlines = chunk_equal(c, '\n') & wanted;
    uint64_t ends = (chunk_equal(c, ',') & wanted) | newlines, known = ends | quotes;
    uint64_t inside = prefix_xor(quotes) ^ state->inside;
    uint64_t closing = quotes & ~inside;
    struct csv_masks masks = {
        .bits = {ends & ~inside, newlines},
        .stray = quotes & inside & ~(known << 1 | state->opens),
        .behind = (closing << 1 | state->closed) & ~known,
    };
    *state = (struct csv_state){0 - (inside >> 63), known >> 63, closing >> 63};
    return masks;
}

/* Offset of the first byte that strict CSV does not have, or SIZE_MAX. */
static KERNEL_TARGET size_t csv_fault(const char *text, size_t len, size_t base, const struct csv_masks *masks)
{
    size_t stray = masks->stray ? base + first_bit(masks->stray) : SIZE_MAX;
    for (uint64_t behind = masks->behind; behind; behind &= behind - 1) {
        size_t at = base + first_bit(behind);
        if (at >= stray)
            break;
        if (text[at] != '\r' || at + 1 == len || text[at + 1] != '\n')
            return at;
    }
    return stray;
}

/* The whole chunks from `at` on, up to one that has a fault; returns where it stopped. */
static inline __attribute__((always_inline)) KERNEL_TARGET size_t csv_chunks(const char *text, size_t len, size_t at,
                                                                             struct csv_state *state,
                                                                             struct simd_csv_bits *bits)
{
    struct csv_state now = *state;
    for (; len - at >= CHUNK; at += CHUNK) {
        struct csv_state next = now;
        struct csv_masks masks = csv_step(&next, chunk_load(text + at), UINT64_MAX);
        if (__builtin_expect((masks.stray | masks.behind) != 0, 0) && csv_fault(text, len, at, &masks) != SIZE_MAX)
            break;
        bits[at / CHUNK] = masks.bits;
        now = next;
    }
    *state = now;
    return at;
}

/* As csv_chunks(), for some chunks at a time, and as far as there are so many; or NULL. */
typedef size_t csv_more_chunks(const char *text, size_t len, size_t at, struct csv_state *state,
                               struct simd_csv_bits *bits);

/* more: a constant where this is called. */
static inline __attribute__((always_inline)) KERNEL_TARGET size_t csv_run(const char *text, size_t len,
                                                                          struct simd_csv *csv,
                                                                          struct simd_csv_bits *bits,
                                                                          csv_more_chunks *more)
{
    size_t at = csv->at / CHUNK * CHUNK;
    unsigned skip = csv->at % CHUNK;
    struct csv_state state = {csv->quoted ? UINT64_MAX : 0, (uint64_t)csv->opens << skip,
                              (uint64_t)csv->closed << skip};
    uint64_t wanted = UINT64_MAX << skip;
    for (; at < len; at += CHUNK) {
        if (wanted == UINT64_MAX) {
            if (more)
                at = more(text, len, at, &state, bits);
            at = csv_chunks(text, len, at, &state, bits);
            if (at == len)
                break;
        }
        struct csv_state before = state;
        struct csv_masks masks;
        bool whole = len - at >= CHUNK;
        if (whole) {
            masks = csv_step(&state, chunk_load(text + at), wanted);
        } else {
            char tail[CHUNK] = {0};
            memcpy(tail, text + at, len - at);
            masks = csv_step(&state, chunk_load(tail), wanted);
            masks.behind &= ~(UINT64_MAX << (len - at));
        }
        struct simd_csv_bits *into = &bits[at / CHUNK];
        if (wanted != UINT64_MAX) {
            masks.bits.separators |= into->separators & ~wanted;
            masks.bits.newlines |= into->newlines & ~wanted;
        }
        *into = masks.bits;
        size_t fault = SIZE_MAX;
        if (masks.stray | masks.behind)
            fault = csv_fault(text, len, at, &masks);
        if (fault != SIZE_MAX || !whole) {
            /* The bytes of this chunk are looked at again when more are there. */
            if (wanted == UINT64_MAX)
                *csv = (struct simd_csv){at, before.inside != 0, before.opens != 0, before.closed != 0};
            return fault != SIZE_MAX ? fault : len;
        }
        wanted = UINT64_MAX;
    }
    if (at > csv->at)
        *csv = (struct simd_csv){at, state.inside != 0, state.opens != 0, state.closed != 0};
    return len;
}

static KERNEL_TARGET size_t kernel_csv(const char *text, size_t len, struct simd_csv *csv, struct simd_csv_bits *bits)
{
    return csv_run(text, len, csv, bits, NULL);
}

/* Offset of the set's bit number n, from 0; it has as many. */
static inline KERNEL_TARGET unsigned nth_bit(uint64_t set, size_t n)
{
#ifdef KERNEL_AVX512 /* pdep is fast there */
    return first_bit(_pdep_u64(UINT64_C(1) << n, set));
#else
    for (; n; n--)
        set &= set - 1;
    return first_bit(set);
#endif
}

/* Some chunks at a time: in which of them it stands nothing foretells, so that no branch depends on it. */
static KERNEL_TARGET size_t kernel_separator(const struct simd_csv_bits *bits, size_t from, size_t end, size_t n)
{
    enum { CHUNKS = 4 };
    uint64_t wanted = UINT64_MAX << from % CHUNK;
    for (size_t word = from / CHUNK; word * CHUNK < end; word += CHUNKS) {
        uint64_t set[CHUNKS];
        size_t before[CHUNKS], count = 0, last = (end - 1) / CHUNK, in = 0;
        for (size_t i = 0; i < CHUNKS; i++) {
            /* Behind the last one it stands for others: what is found there is behind the end too. */
            set[i] = bits[word + i < last ? word + i : last].separators & (i ? UINT64_MAX : wanted);
            before[i] = count;
            count += (size_t)__builtin_popcountll(set[i]);
        }
        if (n < count) {
            for (size_t i = 1; i < CHUNKS; i++)
                in += n >= before[i];
            size_t at = (word + in) * CHUNK + nth_bit(set[in], n - before[in]);
            return from < end && at < end ? at : end;
        }
        n -= count;
        wanted = UINT64_MAX;
    }
    return end;
}

/* A bit for each of eight chunks that has a newline. */
static inline KERNEL_TARGET uint64_t lined_eight(const struct simd_csv_bits *bits)
{
#ifdef KERNEL_AVX512
    const __m512i odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    __m512i newlines = _mm512_permutex2var_epi64(_mm512_loadu_si512(bits), odd, _mm512_loadu_si512(bits + 4));
    return _mm512_test_epi64_mask(newlines, newlines);
#else
    uint64_t lined = 0;
    for (size_t i = 0; i < 8; i++)
        lined |= (uint64_t)(bits[i].newlines != 0) << i;
    return lined;
#endif
}

static KERNEL_TARGET uint64_t kernel_lined(const struct simd_csv_bits *bits, size_t count)
{
    uint64_t lined = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        lined |= lined_eight(bits + i) << i;
    for (; i < count; i++)
        lined |= (uint64_t)(bits[i].newlines != 0) << i;
    return lined;
}

_Static_assert(sizeof(struct simd_lead) == CHUNK, "a lead is loaded as one chunk, what is not its text being ignored");

/* text: a chunk of it can be read. */
static inline __attribute__((always_inline)) KERNEL_TARGET bool lead_is_at(const struct simd_lead *lead,
                                                                           const char *text)
{
    uint64_t same = chunk_same(chunk_load((const char *)lead), chunk_load(text));
    return (~same & ((UINT64_C(1) << lead->len) - 1)) == 0;
}

/* Behind a whole number or null that begins at `at` and that a comma or brace follows, or 0. */
static inline size_t plain_end(const char *text, size_t len, size_t at)
{
    size_t end = at;
    if (text[at] == 'n' && memcmp(text + at, "null", 4) == 0)
        end = at + 4;
    else if (text[at] == '0')
        end = at + 1;
    else
        while (end < len && text[end] >= '0' && text[end] <= '9')
            end++;
    return end > at && end < len && (text[end] == ',' || text[end] == '}') ? end : 0;
}

static KERNEL_TARGET uint32_t kernel_members(const char *text, size_t len, size_t *from, const struct simd_lead *leads,
                                             uint32_t count, struct simd_span *out_values)
{
    size_t at = *from;
    uint32_t done = 0;
    for (; done < count; done++) {
        bool escaped = false;
        const struct simd_lead *lead = &leads[done];
        if (len - at < SIMD_LEAD_MAX + CHUNK || !lead_is_at(lead, text + at))
            break;
        size_t start = at + lead->len, end;
        if (text[start] == '"') {
            end = string_close(text, len, start + 1, &escaped);
            end = end < len && text[end] == '"' ? end + 1 : 0;
        } else {
            end = plain_end(text, len, start);
        }
        if (!end)
            break;
        out_values[done] = (struct simd_span){(uint32_t)start, (uint32_t)end};
        at = end;
    }
    *from = at;
    return done;
}

/* --- JSON text that is written: texts are short, so that 16 bytes at a time do --- */

enum { QUOTE_STEP = sizeof(bytes16) };

/* QUOTE_STEP bytes that `to` has already, some of them marked, of a text that goes on for as many. */
static inline char *quote_marked(const char *from, uint32_t marked, char *to)
{
    for (; marked; marked &= marked - 1) {
        unsigned n = (unsigned)__builtin_ctz(marked);
        to[n] = '\\';
        bytes16_store(to + n + 1, bytes16_load(from + n));
        to++;
    }
    return to + QUOTE_STEP;
}

/* The same near the text's end, a byte at a time. */
static inline char *quote_marked_end(const char *from, size_t len, uint32_t marked, char *to)
{
    for (size_t i = 0; i < len; i++, marked >>= 1) {
        *to = '\\';
        to += marked & 1;
        *to++ = from[i];
    }
    return to;
}

static KERNEL_TARGET char *kernel_quote(const char *text, size_t len, char *out)
{
    for (size_t at = 0, take; at < len; at += take) {
        size_t left = len - at;
        take = left < QUOTE_STEP ? left : QUOTE_STEP;
        bytes16 v = left < QUOTE_STEP ? bytes16_load_part(text + at, left) : bytes16_load(text + at);
        bytes16 marked = bytes16_equal(v, '"') | bytes16_equal(v, '\\');
        bytes16 control = (bytes16)(v < 0x20) | bytes16_equal(v, 0x7f);
        uint32_t odd = bytes16_bits(marked | control) & ((UINT32_C(1) << take) - 1);
        bytes16_store(out, v);
        if (!odd)
            out += take;
        else if (odd & bytes16_bits(control))
            return NULL;
        else if (left >= (size_t)2 * QUOTE_STEP)
            out = quote_marked(text + at, odd, out);
        else
            out = quote_marked_end(text + at, take, odd, out);
    }
    return out;
}

/* A table's kernels; a file where one of these or the name is another has a second table. */
#define KERNELS(name_, mark_, outline_, compact_, pays_, csv_, quote_)                                                 \
    {                                                                                                                  \
        .name = (name_), .string_end = kernel_string_end, .string_close = kernel_string_close,                         \
        .structure = kernel_structure, .mark = (mark_), .quotes = kernel_quotes, .outline = (outline_),                \
        .compact = (compact_), .compact_pays = (pays_), .alike = kernel_alike, .csv = (csv_),                          \
        .separator = kernel_separator, .lined = kernel_lined, .members = kernel_members, .quote = (quote_)             \
    }

const struct simd KERNEL_TABLE =
    KERNELS(KERNEL_NAME, kernel_mark, kernel_outline, kernel_compact, false, kernel_csv, kernel_quote);
