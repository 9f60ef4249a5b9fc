/*
 * text_filter.c - see text_filter.h.
 *
 * Few texts are sought one by one, by the two of their bytes that are the rarest; of many terms, the first bytes of each
 * word of the text are looked up in a table of bits. Both are done 16 bytes at a time.
 */
#include "event/text_filter.h"

#include "base/bytes16.h"

#include <string.h>

enum {
    SOUGHT_MAX = 3,    /* more texts are not sought one by one */
    TERMS_MAX = 4096,  /* more would leave few bits of the table unset */
    DISTANCE_MAX = 15, /* between the two bytes of a pair */
    PREFIX = 4,        /* bytes of a word that are looked up */
    TABLE_BITS = 15,
    WORDS_BYTES_MAX = 4096 /* longer texts are not cut into words */
};

/* A text, by two of its bytes. */
struct sought {
    struct slice text;
    size_t at, distance;          /* of the first byte in the text; from there to the second */
    char first, second;           /* with their fold */
    char first_fold, second_fold; /* 0x20 if they stand for both cases of a letter */
};

struct text_filter {
    uint32_t column, count;
    struct text_judge judge; /* count is 0 then */
    bool nocase;
    struct sought *sought; /* [count]; or NULL: terms */
    struct slice *terms;   /* [count] */
    uint32_t *prefixes;    /* [count] */
    struct byte_run run;   /* run.len is not 0: it is wanted, and nothing else */
    uint64_t table[(1 << TABLE_BITS) / 64];
};

/* --- one text --- */

static inline bool pair_at(const struct sought *sought, const char *at)
{
    return (at[0] | sought->first_fold) == sought->first &&
           (at[sought->distance] | sought->second_fold) == sought->second;
}

/* The pairs that begin at the 16 bytes there, as bits. */
static inline uint32_t pairs_at(const struct sought *sought, const char *at)
{
    bytes16 first = bytes16_load(at) | bytes16_repeat(sought->first_fold);
    bytes16 second = bytes16_load(at + sought->distance) | bytes16_repeat(sought->second_fold);
    return bytes16_bits(bytes16_equal(first, sought->first) & bytes16_equal(second, sought->second));
}

/* The first place at or after from where the pair stands as a whole; text.len if there is none. */
static size_t pair_next(const struct sought *sought, struct slice text, size_t from)
{
    size_t taken = sought->distance + sizeof(bytes16);
    if (text.len >= taken && from <= text.len - taken) {
        size_t last = text.len - taken; /* may lie over the 16 before, where none was found */
        for (size_t i = from;; i = i + sizeof(bytes16) < last ? i + sizeof(bytes16) : last) {
            uint32_t bits = pairs_at(sought, text.ptr + i);
            if (bits)
                return i + (size_t)__builtin_ctz(bits);
            if (i == last)
                return text.len;
        }
    }
    for (size_t i = from; i + sought->distance < text.len; i++) {
        if (pair_at(sought, text.ptr + i))
            return i;
    }
    return text.len;
}

static bool is_sought_in(const struct text_filter *filter, const struct sought *sought, struct slice text)
{
    for (size_t at = pair_next(sought, text, 0); at < text.len; at = pair_next(sought, text, at + 1)) {
        if (at < sought->at || text.len - (at - sought->at) < sought->text.len)
            continue;
        struct slice there = slice_of(text.ptr + at - sought->at, sought->text.len);
        if (filter->nocase ? slice_eq_nocase(there, sought->text) : slice_eq(there, sought->text))
            return true;
    }
    return false;
}

static bool is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* How common a byte is in command lines, paths and host names, roughly. */
static unsigned commonness(char c)
{
    if (memchr("etaoinsrcl", ascii_lower(c), 10))
        return 40;
    if (is_letter(c))
        return memchr("jkqvwxyz", ascii_lower(c), 8) ? 5 : 15;
    return ascii_is_digit(c) ? 15 : 12;
}

static char fold_of(char c, bool nocase)
{
    return nocase && is_letter(c) ? 0x20 : 0;
}

/* text: two bytes or more. */
static struct sought sought_of(struct slice text, bool nocase)
{
    size_t best_first = 0, best_second = 1;
    unsigned best = UINT32_MAX;
    for (size_t i = 0; i + 1 < text.len; i++) {
        for (size_t k = i + 1; k < text.len && k - i <= DISTANCE_MAX; k++) {
            unsigned cost = commonness(text.ptr[i]) * commonness(text.ptr[k]);
            if (cost < best) {
                best = cost;
                best_first = i;
                best_second = k;
            }
        }
    }
    char first = text.ptr[best_first], second = text.ptr[best_second];
    struct sought sought = {.text = text, .at = best_first, .distance = best_second - best_first};
    sought.first_fold = fold_of(first, nocase);
    sought.second_fold = fold_of(second, nocase);
    sought.first = (char)(first | sought.first_fold);
    sought.second = (char)(second | sought.second_fold);
    return sought;
}

/* --- many terms --- */

/* The bytes that are ASCII letters and digits, as bits. */
static inline uint32_t alnum_at(const char *at)
{
    bytes16 v = bytes16_load(at), folded = v | bytes16_repeat(0x20);
    bytes16 letter = (bytes16)((bytes16)(folded - 'a') < 26), digit = (bytes16)((bytes16)(v - '0') < 10);
    return bytes16_bits(letter | digit);
}

/* A bit for each byte of the text that is an ASCII letter or digit; a word more than needed, of zeros. */
static void words_cut(struct slice text, uint64_t *out_alnum)
{
    size_t i = 0;
    memset(out_alnum, 0, (text.len / 64 + 2) * sizeof *out_alnum);
    for (; i + sizeof(bytes16) <= text.len; i += sizeof(bytes16))
        out_alnum[i / 64] |= (uint64_t)alnum_at(text.ptr + i) << i % 64;
    for (; i < text.len; i++)
        out_alnum[i / 64] |= (uint64_t)ascii_is_alnum(text.ptr[i]) << i % 64;
}

static uint32_t prefix_of(const char *text, size_t len)
{
    uint32_t prefix = 0;
    for (size_t i = 0; i < len && i < PREFIX; i++)
        prefix |= (uint32_t)(unsigned char)ascii_lower(text[i]) << 8 * i;
    return prefix;
}

/* The same of the ASCII letters and digits at the begin of four bytes: they differ from lower case in no other bit. */
static inline uint32_t prefix_at(const char *text, size_t len)
{
    uint32_t word;
    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return (word | 0x20202020) & UINT32_MAX >> 8 * (PREFIX - len);
}

static inline uint32_t table_place(uint32_t prefix)
{
    return prefix * UINT32_C(0x9e3779b1) >> (32 - TABLE_BITS);
}

/* Does a term stand at `at`, where a word begins with the prefix? */
static bool term_at(const struct text_filter *filter, struct slice text, size_t at, uint32_t prefix)
{
    for (uint32_t i = 0; i < filter->count; i++) {
        struct slice term = filter->terms[i];
        if (filter->prefixes[i] != prefix || text.len - at < term.len)
            continue;
        size_t end = at + term.len;
        if (slice_eq_nocase(slice_cut(text, at, end), term) && (end == text.len || !ascii_is_alnum(text.ptr[end])))
            return true;
    }
    return false;
}

static inline bool word_may(const struct text_filter *filter, struct slice text, const uint64_t *alnum, size_t at)
{
    size_t shift = at % 64;
    uint64_t run = alnum[at / 64] >> shift;
    if (shift > 64 - PREFIX)
        run |= alnum[at / 64 + 1] << (64 - shift);
    size_t len = run & 2 ? run & 4 ? run & 8 ? 4 : 3 : 2 : 1;
    const char *word = text.ptr + at;
    uint32_t prefix = text.len - at >= PREFIX ? prefix_at(word, len) : prefix_of(word, len),
             place = table_place(prefix);
    return filter->table[place / 64] >> place % 64 & 1 && term_at(filter, text, at, prefix);
}

/*
 * What looks like a word may be the letter of an escape and a word behind it: \nabc. Both are tried, whether or not the
 * backslash is itself escaped. (A text with \u is let through.)
 */
static bool words_may(const struct text_filter *filter, struct slice text)
{
    uint64_t alnum[WORDS_BYTES_MAX / 64 + 2];
    if (text.len > WORDS_BYTES_MAX)
        return true;
    words_cut(text, alnum);
    uint64_t before = 0;
    for (size_t base = 0; base < text.len; base += 64) {
        uint64_t bits = alnum[base / 64], starts = bits & ~(bits << 1 | before);
        before = bits >> 63;
        for (; starts; starts &= starts - 1) {
            size_t at = base + (size_t)__builtin_ctzll(starts);
            if (word_may(filter, text, alnum, at))
                return true;
            bool escape = at > 0 && text.ptr[at - 1] == '\\' && memchr("bfnrt", text.ptr[at], 5);
            if (escape && at + 1 < text.len && ascii_is_alnum(text.ptr[at + 1]) &&
                word_may(filter, text, alnum, at + 1))
                return true;
        }
    }
    return false;
}

/* --- JSON --- */

static bool is_hex(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* May a byte be spelt \u00XX? That the backslash may be escaped itself costs time alone. */
static bool has_unicode_escape(struct slice raw)
{
    static const struct sought ESCAPE = {.distance = 1, .first = '\\', .second = 'u'};
    for (size_t at = pair_next(&ESCAPE, raw, 0); at < raw.len; at = pair_next(&ESCAPE, raw, at + 1)) {
        if (raw.len - at >= 6 && is_hex(raw.ptr[at + 2]) && is_hex(raw.ptr[at + 3]) && is_hex(raw.ptr[at + 4]) &&
            is_hex(raw.ptr[at + 5]))
            return true;
    }
    return false;
}

static bool is_any_in(const struct text_filter *filter, struct slice text)
{
    if (filter->run.len)
        return byte_run_is_in(&filter->run, text);
    if (!filter->sought)
        return words_may(filter, text);
    for (uint32_t i = 0; i < filter->count; i++) {
        if (is_sought_in(filter, &filter->sought[i], text))
            return true;
    }
    return false;
}

bool text_filter_may_raw(const struct text_filter *filter, struct slice raw)
{
    /* A judge would have to be given it decoded: too rare to be worth it. */
    return filter->judge.may || is_any_in(filter, raw);
}

bool text_filter_may_json(const struct text_filter *filter, struct slice raw)
{
    return text_filter_may_raw(filter, raw) || has_unicode_escape(raw);
}

bool text_filter_may_text(const struct text_filter *filter, struct slice text)
{
    return filter->judge.may ? filter->judge.may(filter->judge.user, text) : is_any_in(filter, text);
}

const struct text_judge *text_filter_of_names(const struct text_filter *filter)
{
    return filter->judge.may_name ? &filter->judge : NULL;
}

/* --- making --- */

/*
 * The longest part that stands in any spelling of the text but those with \u00XX as it is: what JSON may or must put a
 * backslash before is left out, and what is not ASCII, which is mended where it is bad.
 */
static struct slice plain_part(struct slice text)
{
    struct slice best = {text.ptr, 0};
    for (size_t i = 0, start = 0; i <= text.len; i++) {
        bool plain = i < text.len && text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f && !memchr("\"\\/", text.ptr[i], 3);
        if (plain)
            continue;
        if (i - start > best.len)
            best = slice_cut(text, start, i);
        start = i + 1;
    }
    return best;
}

static bool is_useful(const struct text_filter_wish *wish)
{
    bool terms = wish->are_terms && wish->count > SOUGHT_MAX;
    if (wish->count == 0 || wish->count > (terms ? TERMS_MAX : SOUGHT_MAX))
        return false;
    for (uint32_t i = 0; i < wish->count; i++) {
        if (plain_part(wish->texts[i]).len < 2)
            return false;
    }
    return true;
}

static bool terms_add(struct text_filter *filter, const struct text_filter_wish *wish, struct arena *arena)
{
    filter->terms = arena_array(arena, wish->count, sizeof *filter->terms);
    filter->prefixes = arena_array(arena, wish->count, sizeof *filter->prefixes);
    for (uint32_t i = 0; filter->terms && filter->prefixes && i < wish->count; i++) {
        filter->terms[i] = arena_copy(arena, wish->texts[i]);
        if (!filter->terms[i].ptr)
            return false;
        filter->prefixes[i] = prefix_of(wish->texts[i].ptr, wish->texts[i].len);
        uint32_t place = table_place(filter->prefixes[i]);
        filter->table[place / 64] |= UINT64_C(1) << place % 64;
    }
    return filter->terms && filter->prefixes;
}

static bool sought_add(struct text_filter *filter, const struct text_filter_wish *wish, struct arena *arena)
{
    filter->sought = arena_array(arena, wish->count, sizeof *filter->sought);
    for (uint32_t i = 0; filter->sought && i < wish->count; i++) {
        struct slice text = arena_copy(arena, plain_part(wish->texts[i]));
        if (!text.ptr)
            return false;
        filter->sought[i] = sought_of(text, wish->nocase);
    }
    return filter->sought != NULL;
}

enum err_code text_filter_new(const struct text_filter_wish *wish, struct arena *arena,
                              const struct text_filter **out_filter, struct err *err)
{
    *out_filter = NULL;
    if (!is_useful(wish))
        return ERR_NONE;
    struct text_filter *filter = arena_zalloc(arena, 1, sizeof *filter);
    if (!filter)
        return err_no_memory(err, sizeof *filter);
    filter->column = wish->column;
    filter->count = wish->count;
    filter->nocase = wish->nocase;
    bool added = wish->count > SOUGHT_MAX ? terms_add(filter, wish, arena) : sought_add(filter, wish, arena);
    if (!added)
        return err_no_memory(err, wish->count * sizeof *filter->sought);
    *out_filter = filter;
    return ERR_NONE;
}

enum err_code text_filter_ask(uint32_t column, const struct text_judge *judge, struct arena *arena,
                              const struct text_filter **out_filter, struct err *err)
{
    struct text_filter *filter = arena_zalloc(arena, 1, sizeof *filter);
    if (!filter)
        return err_no_memory(err, sizeof *filter);
    filter->column = column;
    filter->judge = *judge;
    *out_filter = filter;
    return ERR_NONE;
}

/* May the byte be spelt in JSON in another way than as it is, or \u00XX? */
static bool is_respelt(unsigned byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == '/';
}

enum err_code text_filter_run(uint32_t column, const struct byte_run *run, struct arena *arena,
                              const struct text_filter **out_filter, struct err *err)
{
    *out_filter = NULL;
    for (unsigned byte = 0; byte < 256; byte++) {
        if (run->has[byte] && is_respelt(byte))
            return ERR_NONE;
    }
    struct text_filter *filter = arena_zalloc(arena, 1, sizeof *filter);
    if (!filter)
        return err_no_memory(err, sizeof *filter);
    filter->column = column;
    filter->run = *run;
    filter->judge.what = "a run of certain characters";
    *out_filter = filter;
    return ERR_NONE;
}

uint32_t text_filter_column(const struct text_filter *filter)
{
    return filter->column;
}

uint32_t text_filter_count(const struct text_filter *filter)
{
    return filter->count;
}

const char *text_filter_what(const struct text_filter *filter)
{
    return filter->judge.what;
}
