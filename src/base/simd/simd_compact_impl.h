/*
 * simd_compact_impl.h - lines of compact JSON objects, checked against the grammar 64 bytes at a time. Included by simd_impl.h.
 *
 * No token is taken one after the other. Quotes tell what is in strings, as everywhere; each byte outside of them is of one
 * kind, and what may stand before it is told by its kind and that of the byte before:
 *
 *   opening quote     colon, comma, {               a string is a key or a value
 *   :                 closing quote                 it was a key
 *   , and }           closing quote, scalar, }      a value has ended
 *   {                 colon, the line's begin
 *   scalar            colon, scalar                 numbers, true, false, null: bytes that are nothing else, even backslashes
 *   line's end        }
 *
 * Keys and values alternate: so do the bytes that begin a key (`{` and commas) and colons, and what ends a value (a comma, `}`)
 * stands behind a colon. That is counted: the number of such bytes up to a place is odd where a key is under way. With it
 * a line is objects and scalars in each other's members, but for the number of braces, which the caller counts.
 */

struct compact {
    uint64_t inside, key; /* all ones: the next byte is in a string, or a key is under way */
    uint64_t escaped;     /* 1: the next byte is escaped; below, what the byte before it is */
    uint64_t colon, comma, closing, scalar, brace, line;
    uint64_t zero, sign;
};

struct compact_bits {
    uint64_t found, fault;
};

static inline struct compact compact_load(const struct simd_compact *from)
{
    unsigned before = from->before;
    return (struct compact){
        .inside = from->in_string ? UINT64_MAX : 0,
        .key = from->in_key ? UINT64_MAX : 0,
        .escaped = from->escaped,
        .colon = before == SIMD_COMPACT_COLON,
        .comma = before == SIMD_COMPACT_COMMA,
        .closing = before == SIMD_COMPACT_CLOSING,
        .scalar = before == SIMD_COMPACT_DIGIT || before == SIMD_COMPACT_ZERO || before == SIMD_COMPACT_SIGN,
        .brace = before == SIMD_COMPACT_BRACE,
        .line = before == SIMD_COMPACT_LINE,
        .zero = before == SIMD_COMPACT_ZERO,
        .sign = before == SIMD_COMPACT_SIGN,
    };
}

static inline struct simd_compact compact_save(const struct compact *state)
{
    enum simd_compact_before before = SIMD_COMPACT_OTHER;
    if (state->colon)
        before = SIMD_COMPACT_COLON;
    else if (state->comma)
        before = SIMD_COMPACT_COMMA;
    else if (state->closing)
        before = SIMD_COMPACT_CLOSING;
    else if (state->scalar)
        before = state->sign ? SIMD_COMPACT_SIGN : state->zero ? SIMD_COMPACT_ZERO : SIMD_COMPACT_DIGIT;
    else if (state->brace)
        before = SIMD_COMPACT_BRACE;
    else if (state->line)
        before = SIMD_COMPACT_LINE;
    return (struct simd_compact){state->inside != 0, state->escaped != 0, state->key != 0, before, false};
}

/* Four hexadecimal digits stand behind the `u` at `at`. */
static inline bool is_unit(const char *text, size_t len, size_t at)
{
    if (len - at < 5)
        return false;
    for (size_t i = at + 1; i < at + 5; i++) {
        char letter = (char)(text[i] | 0x20);
        if (!(text[i] >= '0' && text[i] <= '9') && !(letter >= 'a' && letter <= 'f'))
            return false;
    }
    return true;
}

static inline bool is_digit(const char *text, size_t len, size_t at)
{
    return at < len && text[at] >= '0' && text[at] <= '9';
}

static inline size_t digits_end(const char *text, size_t len, size_t at)
{
    while (is_digit(text, len, at))
        at++;
    return at;
}

/* Behind the number at `at`, or 0. */
static inline size_t number_end(const char *text, size_t len, size_t at)
{
    at += text[at] == '-';
    size_t whole = digits_end(text, len, at), end = whole;
    if (whole == at || (text[at] == '0' && whole - at > 1))
        return 0;
    if (end < len && text[end] == '.') {
        end = digits_end(text, len, end + 1);
        if (end == whole + 1)
            return 0;
    }
    if (end < len && (text[end] | 0x20) == 'e') {
        size_t exponent = end + 1;
        exponent += exponent < len && (text[exponent] == '+' || text[exponent] == '-');
        end = digits_end(text, len, exponent);
        if (end == exponent)
            return 0;
    }
    return end;
}

static inline bool starts(const char *text, size_t len, size_t at, const char *word, size_t word_len)
{
    return len - at >= word_len && memcmp(text + at, word, word_len) == 0;
}

static inline bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || (c | 0x20) == 'e';
}

/*
 * Is the byte at `at`, which is no digit, of a scalar that a comma or brace follows? In a number only its sign, its point and
 * its exponent are no digits, so that a long one is not read again and again.
 */
static __attribute__((noinline)) bool is_scalar(const char *text, size_t len, size_t at)
{
    bool begins = at > 0 && text[at - 1] == ':';
    size_t end;
    if (at >= len) /* a zero behind the text's end */
        return false;
    if (begins && (starts(text, len, at, "null", 4) || starts(text, len, at, "true", 4))) {
        end = at + 4;
    } else if (begins && starts(text, len, at, "false", 5)) {
        end = at + 5;
    } else {
        while (at > 0 && in_number(text[at - 1]))
            at--;
        end = number_end(text, len, at);
    }
    return end > 0 && end < len && (text[end] == ',' || text[end] == '}');
}

/* A mask of what stands behind the bytes; *carry is that of the byte before the first one, and is moved on. */
static inline __attribute__((always_inline)) uint64_t behind(uint64_t bytes, uint64_t *carry)
{
    uint64_t mask = bytes << 1 | *carry;
    *carry = bytes >> 63;
    return mask;
}

/* What of a chunk's escapes is no escape, the chunk's first byte being at `at`; those of \u are looked at one by one. */
static inline __attribute__((always_inline)) KERNEL_TARGET uint64_t escape_faults(const char *text, size_t len,
                                                                                  size_t at, struct chunk c,
                                                                                  uint64_t backslashes,
                                                                                  uint64_t escaped, uint64_t *found)
{
    uint64_t faults = escaped & ~escape_letters(c, backslashes), units = faults & chunk_equal(c, 'u');
    for (; units; units &= units - 1) {
        unsigned bit = first_bit(units);
        uint64_t unit = units & (0 - units);
        if (is_unit(text, len, at + bit))
            faults ^= unit;
        if (at + bit + 1 < len && text[at + bit + 1] == '0')
            *found |= unit;
    }
    return faults;
}

static inline __attribute__((always_inline)) KERNEL_TARGET struct compact_bits
compact_step(struct compact *state, const char *text, size_t len, size_t at, struct chunk c, uint64_t pairs)
{
    struct compact_bits bits = {.found = pairs};
    uint64_t marks = chunk_equal(c, '"'), backslashes = chunk_equal(c, '\\'), escaped = 0;
    if (backslashes | state->escaped) {
        escaped = escaped_bits(backslashes, &state->escaped);
        if (escaped)
            bits.fault = escape_faults(text, len, at, c, backslashes, escaped, &bits.found);
    }
    uint64_t quotes = marks & ~escaped;
    uint64_t inside = prefix_xor(quotes) ^ state->inside, outside = ~(inside | quotes);
    uint64_t controls = chunk_string(c) & ~(marks | backslashes);
    uint64_t colon = chunk_equal(c, ':') & outside, comma = chunk_equal(c, ',') & outside;
    uint64_t open = 0, close = 0, line = controls & outside;
    uint64_t brackets = chunk_brackets(c) & outside;
    if (brackets | line) {
        open = brackets & chunk_equal(c, '{');
        close = brackets & chunk_equal(c, '}');
        line &= chunk_equal(c, '\n');
        bits.found |= open | close | line;
    }
    uint64_t scalar = outside & ~(colon | comma | open | close | line), first = comma | open;
    uint64_t odd = prefix_xor(colon | first) ^ state->key;
    state->inside = 0 - (inside >> 63);
    state->key = 0 - (odd >> 63);

    uint64_t after_colon = behind(colon, &state->colon), after_scalar = behind(scalar, &state->scalar);
    uint64_t after_closing = behind(quotes & ~inside, &state->closing), after_brace = behind(close, &state->brace);
    uint64_t after_value = after_closing | after_scalar | after_brace;
    uint64_t begin = scalar & ~after_scalar;
    bits.fault |= controls & inside;
    bits.fault |= (quotes & inside & ~(after_colon | behind(first, &state->comma))) | (colon & ~after_closing);
    bits.fault |= ((comma | close) & ~after_value) | (open & ~(after_colon | behind(line, &state->line)));
    bits.fault |= (begin & ~after_colon) | (line & ~after_brace);
    bits.fault |= (first & ~odd) | ((colon | close) & odd);
    if (scalar | state->zero | state->sign) {
        uint64_t digits = chunk_digits(c), other = scalar & ~digits;
        bits.fault |= scalar & digits & behind(begin & chunk_equal(c, '0'), &state->zero);
        for (other &= ~behind(other, &state->sign); other; other &= other - 1) {
            unsigned bit = first_bit(other);
            if (!is_scalar(text, len, at + bit))
                bits.fault |= UINT64_C(1) << bit;
        }
    }
    return bits;
}

/* Marks up to the first fault. */
static KERNEL_TARGET size_t compact_fault(struct compact_bits bits, size_t base, struct simd_compact *compact,
                                          size_t *from, uint32_t *out, size_t count)
{
    unsigned at = first_bit(bits.fault);
    *from = base + at;
    compact->fault = true;
    return marks_write(bits.found & ((UINT64_C(1) << at) - 1), base, out, count);
}

static inline __attribute__((always_inline)) KERNEL_TARGET size_t compact_run(const char *text, size_t len,
                                                                              const struct marks_consts consts,
                                                                              struct simd_compact *compact,
                                                                              size_t *from, uint32_t *out,
                                                                              size_t capacity)
{
    struct compact state = compact_load(compact);
    size_t at = *from, count = 0;
    size_t room = capacity - SIMD_MARKS_ROOM;
    for (; len - at >= CHUNK + SIMD_DISTANCE_MAX && count <= room; at += CHUNK) {
        struct compact_bits bits =
            compact_step(&state, text, len, at, chunk_load(text + at), chunk_pairs(text + at, &consts));
        if (bits.fault)
            return compact_fault(bits, at, compact, from, out, count);
        count = marks_write(bits.found, at, out, count);
    }
    while (at < len && len - at < CHUNK + SIMD_DISTANCE_MAX && count <= room) {
        char tail[CHUNK + SIMD_DISTANCE_MAX] = {0};
        size_t left = len - at, step = left < CHUNK ? left : CHUNK;
        memcpy(tail, text + at, left);
        struct compact_bits bits = compact_step(&state, text, len, at, chunk_load(tail), chunk_pairs(tail, &consts));
        if (step < CHUNK)
            bits.fault &= (UINT64_C(1) << step) - 1;
        if (bits.fault)
            return compact_fault(bits, at, compact, from, out, count);
        count = marks_write(bits.found, at, out, count);
        at += step;
    }
    *compact = compact_save(&state);
    *from = at;
    return count;
}

/* The usual numbers of pairs have a loop of their own. */
static KERNEL_TARGET size_t kernel_compact(const char *text, size_t len, const struct simd_marks *marks,
                                           struct simd_compact *compact, size_t *from, uint32_t *out, size_t capacity)
{
    struct marks_consts consts = marks_prepare(marks);
    if (consts.count > 2)
        return compact_run(text, len, consts, compact, from, out, capacity);
    if (consts.count == 2) {
        consts.count = 2;
        return compact_run(text, len, consts, compact, from, out, capacity);
    }
    if (consts.count == 1) {
        consts.count = 1;
        return compact_run(text, len, consts, compact, from, out, capacity);
    }
    consts.count = 0;
    return compact_run(text, len, consts, compact, from, out, capacity);
}
