/*
 * json_fast.c - deciding about a record by a few of its bytes: see json_fast.h.
 *
 * All of it rests on two facts about well-formed JSON. Outside of strings there is no backslash and no quote but those
 * that open and close strings. Inside of a string every quote has a backslash directly before it.
 */
#include "source/json/json_fast.h"

#include "base/bytes16.h"
#include "base/utf8.h"
#include "source/json/json_int.h"

#include <limits.h>

/* --- the probe --- */

/* How common a byte is in telemetry, roughly. What is rare makes the better mark. */
static unsigned commonness(char c)
{
    if (c == '"')
        return 40;
    if (ascii_is_digit(c))
        return 20;
    if (c >= 'a' && c <= 'z')
        return memchr("etaoinsrcdlm", c, 12) ? 40 : 12;
    if (c >= 'A' && c <= 'Z')
        return memchr("JKQUWXYZ", c, 8) ? 1 : 6;
    return 8;
}

static char quoted_at(struct slice key, size_t i)
{
    return i == 0 || i == key.len + 1 ? '"' : key.ptr[i - 1];
}

/* Do the bytes stand at that distance in the quoted key? */
static bool has_pair(struct slice key, char first, char second, size_t distance)
{
    size_t len = key.len + 2;
    if (len <= distance)
        return false;
    for (size_t i = first == '"' ? 0 : 1; i + distance < len; i += first == '"' ? len - 1 : 1) {
        if (quoted_at(key, i) == first && quoted_at(key, i + distance) == second)
            return true;
    }
    return false;
}

/* What marks in vain cost: keys that have the pair stand in each row. No more than `limit` need be told exactly. */
static unsigned pair_cost(const struct schema *schema, struct slice key, size_t i, size_t distance, unsigned limit)
{
    enum { A_KEY = 2000 };
    char first = quoted_at(key, i), second = quoted_at(key, i + distance);
    unsigned cost = commonness(first) * commonness(second);
    for (uint32_t column = 0; schema && column < schema->count && cost < limit; column++) {
        struct slice other = schema->columns[column].name;
        if (has_pair(other, first, second, distance) && !slice_eq(other, key))
            cost += A_KEY;
    }
    return cost;
}

/* The place in the quoted key where the best pair of that distance begins. *cost: less than before, if there is one. */
static size_t best_pair(const struct schema *schema, struct slice key, size_t distance, unsigned *cost)
{
    size_t best = 0;
    for (size_t i = 0; i + distance < key.len + 2; i++) {
        unsigned next = pair_cost(schema, key, i, distance, *cost);
        if (next < *cost) {
            *cost = next;
            best = i;
        }
    }
    return best;
}

static void needle_add(struct json_probe *probe, unsigned number, struct slice key, size_t at, size_t distance)
{
    char first = quoted_at(key, at);
    probe->meaning[(unsigned char)first] |= (uint8_t)(MARKS_NEEDLE << number);
    struct json_needle *needle = &probe->needle[number];
    *needle = (struct json_needle){.key = key, .at = (uint32_t)at, .text = {0}, .mask = UINT32_MAX};
    if (key.len + 3 < NEEDLE_TEXT_MAX) {
        needle->len = (uint32_t)key.len + 3;
        memcpy(needle->text + 1, key.ptr, key.len);
        needle->text[0] = needle->text[key.len + 1] = '"';
        needle->text[key.len + 2] = ':';
        needle->mask = (UINT32_C(1) << needle->len) - 1;
    }
    probe->wanted[number] = true;
    probe->marks.pair[probe->marks.count++] =
        (struct simd_pair){first, quoted_at(key, at + distance), (uint8_t)distance};
    for (size_t i = 0; i < key.len; i++) {
        probe->spells_key[(unsigned char)key.ptr[i]] = true;
        probe->marks.all_units |= !ascii_is_alnum(key.ptr[i]) && key.ptr[i] != '_' && key.ptr[i] != '$';
    }
}

/*
 * Chooses pairs for the keys, which may be empty: all of one distance, as the kernels look further once for each, and neighbours
 * where they are rare, as for these they look no further at all.
 */
static void needles_add(struct json_probe *probe, const struct schema *schema, const struct slice keys[NEEDLE_COUNT])
{
    enum { RARE = 48 };
    unsigned best = UINT_MAX;
    size_t place[NEEDLE_COUNT] = {0}, distance = 1;
    for (size_t d = 1; d <= SIMD_DISTANCE_MAX; d++) {
        size_t at[NEEDLE_COUNT] = {0};
        unsigned sum = 0;
        for (unsigned n = 0; n < NEEDLE_COUNT && sum < best; n++) {
            unsigned cost = keys[n].len ? best - sum : 0;
            at[n] = keys[n].len ? best_pair(schema, keys[n], d, &cost) : 0;
            sum += cost;
        }
        if (sum < best) {
            best = sum;
            distance = d;
            memcpy(place, at, sizeof place);
        }
        if (best <= RARE)
            break;
    }
    for (unsigned n = 0; n < NEEDLE_COUNT; n++) {
        if (keys[n].len)
            needle_add(probe, n, keys[n], place[n], distance);
    }
    memset(probe->needle_alone, NEEDLE_COUNT, sizeof probe->needle_alone);
    for (unsigned n = 0; n < NEEDLE_COUNT; n++) {
        unsigned char first = keys[n].len ? (unsigned char)quoted_at(keys[n], place[n]) : 0;
        if (probe->meaning[first] == MARKS_NEEDLE << n)
            probe->needle_alone[first] = (uint8_t)n;
    }
}

/*
 * A key of these bytes can be spelt in one other way alone: with \u00XX for some of them. (JSON may also put a
 * backslash before a quote, a backslash and a slash; bytes over 0x7f have \u forms of their own.)
 */
static bool is_plain(struct slice key)
{
    enum { KEY_MAX = 255 };
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (!ascii_is_alnum(c) && c != '_' && c != '$' && c != '.' && c != '-' && c != ' ')
            return false;
    }
    return key.len > 0 && key.len <= KEY_MAX;
}

void json_probe_init(struct json_probe *probe, const struct schema *schema, uint32_t column, uint32_t second,
                     bool tables, bool often)
{
    *probe = (struct json_probe){.ready = true};
    /* Keys that decide what a record is have letters and $ alone. */
    for (unsigned c = 0; c < 128; c++)
        probe->spells_key[c] = ascii_is_alnum((char)c) || c == '$';
    probe->meaning['{'] = probe->meaning['['] = MARKS_BRACKET;
    probe->meaning['u'] = MARKS_ESCAPE;
    struct slice keys[NEEDLE_COUNT] = {0};
    if (column != COLUMN_NONE) {
        struct slice name = schema->columns[column].name;
        probe->ready = is_plain(name) && schema->columns[column].origin != COLUMN_PROVENANCE;
        if (probe->ready)
            keys[NEEDLE_COLUMN] = name;
    }
    if (tables) {
        keys[NEEDLE_TYPE] = SLICE("Type");
        keys[NEEDLE_TABLE] = SLICE("$table");
    } else if (second != COLUMN_NONE && is_plain(schema->columns[second].name)) {
        keys[NEEDLE_SECOND] = schema->columns[second].name;
    }
    needles_add(probe, often ? schema : NULL, keys); /* what stands in other keys takes long to find out */
}

/* --- single marks --- */

/* Last byte before `at` that is not blank, or begin - 1 where there is none; begin > 0 is not assumed. */
static int64_t back_over_blanks(const char *text, int64_t begin, int64_t at)
{
    for (at--; at >= begin && json_is_blank(text[at]);)
        at--;
    return at;
}

/* Behind a brace outside of strings only a key, its end or blanks can stand. */
static inline bool may_follow_brace(char next)
{
    return next == '"' || next == '}' || json_is_blank(next);
}

/*
 * May the bracket at `at` stand outside of strings? Such a bracket begins a value, so that (blanks aside) a comma, an
 * opening bracket, or a key's closing quote and a colon stand before it. And behind a brace only a key or its end can
 * stand. What would be two records in a row is looked at too, so that the full parser refuses it.
 */
bool json_bracket_counts(const char *text, uint32_t begin, uint32_t len, uint32_t at)
{
    char next = at + 1 < len ? text[at + 1] : ' ';
    if (text[at] == '{' && !may_follow_brace(next))
        return false;
    int64_t before = back_over_blanks(text, begin, at);
    if (before < begin || text[before] != ':')
        return before < begin || memchr(",[{}]", text[before], 5);
    int64_t quote = back_over_blanks(text, begin, before);
    if (quote < begin || text[quote] != '"')
        return false;
    /* One that is escaped does not close the string, which goes on over the bracket. */
    return !json_is_escaped(text, begin, (size_t)quote);
}

/* Of a hexadecimal digit, without a branch: which digits stand in escapes nothing foretells. Any other byte has some value too. */
static inline unsigned hex(char c)
{
    return ((unsigned char)c & 15U) + ((unsigned char)c >> 6) * 9U;
}

/*
 * Is the `u` at `at` that of an escape \u00XX for a byte that a key in question is spelt with? Whether the backslash is
 * itself escaped, or the X are digits at all, does not matter: to be careful in vain costs time alone.
 */
static inline bool escape_counts(const struct json_probe *probe, const char *text, uint32_t begin, uint32_t len,
                                 uint32_t at)
{
    if (at == begin || text[at - 1] != '\\' || len - at < 5 || text[at + 1] != '0' || text[at + 2] != '0')
        return false;
    unsigned high = (unsigned char)text[at + 3] - (unsigned)'0';
    /* From 8 on it is no ASCII. */
    return high < 8 && probe->spells_key[(high * 16 + hex(text[at + 4])) % 128];
}

/*
 * Is the quoted key at `at`, and is it a key? Then *out_value is where its value begins. A quote without a backslash
 * before it is a string's begin or end. As an end it could not be followed by a letter, so it is the begin, and the
 * string is the key's name to the letter. A colon makes it a key. With a backslash before it, the quote is inside of a
 * string, which is another one then.
 */
static bool needle_counts(const struct json_needle *needle, const char *text, uint32_t begin, uint32_t len, uint32_t at,
                          uint32_t *out_value)
{
    struct slice key = needle->key;
    if (at - begin < needle->at || len - (at - needle->at) < key.len + 2)
        return false;
    uint32_t start = at - needle->at;
    if (text[start] != '"' || text[start + 1 + key.len] != '"' || memcmp(text + start + 1, key.ptr, key.len) != 0)
        return false;
    if (start > begin && text[start - 1] == '\\')
        return false;
    uint32_t colon = start + (uint32_t)key.len + 2;
    while (colon < len && json_is_blank(text[colon]))
        colon++;
    if (colon == len || text[colon] != ':')
        return false;
    for (colon++; colon < len && json_is_blank(text[colon]);)
        colon++;
    *out_value = colon;
    return true;
}

/*
 * The same of a key that is written as nearly all are, with its colon behind it and the value behind that: by one look. False: it
 * takes another to tell.
 */
static inline bool needle_stands(const struct json_needle *needle, const char *text, uint32_t begin, uint32_t len,
                                 uint32_t at, uint32_t *out_value)
{
    uint32_t start = at - needle->at;
    if (at - begin <= needle->at || len - start <= NEEDLE_TEXT_MAX)
        return false;
    const char *key = text + start;
    bytes16 low = (bytes16)(bytes16_load(key) == bytes16_load(needle->text));
    bytes16 high = (bytes16)(bytes16_load(key + 16) == bytes16_load(needle->text + 16));
    uint32_t same = bytes16_bits(low) | bytes16_bits(high) << 16;
    *out_value = start + needle->len;
    return (same & needle->mask) == needle->mask && key[-1] != '\\' && !json_is_blank(key[needle->len]);
}

/* Kept apart from what most marks are, which then has little to save. */
static __attribute__((noinline)) void mark_add(struct json_facts *facts, const struct json_probe *probe,
                                               const char *text, uint32_t len, uint32_t at)
{
    unsigned meaning = probe->meaning[(unsigned char)text[at]];
    if (meaning & MARKS_BRACKET) {
        if (json_bracket_counts(text, facts->begin, len, at))
            json_facts_add_bracket(facts, at);
        return;
    }
    if (meaning & MARKS_ESCAPE && escape_counts(probe, text, facts->begin, len, at))
        facts->doubt = true;
    for (unsigned needles = meaning / MARKS_NEEDLE; needles; needles &= needles - 1) {
        unsigned i = (unsigned)__builtin_ctz(needles);
        if (needle_counts(&probe->needle[i], text, facts->begin, len, at, &facts->value[i]))
            facts->count[i]++;
    }
}

void json_facts_add(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t len,
                    uint32_t at)
{
    uint32_t value;
    unsigned meaning = probe->meaning[(unsigned char)text[at]];
    unsigned needle = probe->needle_alone[(unsigned char)text[at]];
    if (needle < NEEDLE_COUNT && needle_stands(&probe->needle[needle], text, facts->begin, len, at, &value)) {
        facts->count[needle]++;
        facts->value[needle] = value;
    } else if (meaning != MARKS_ESCAPE || escape_counts(probe, text, facts->begin, len, at)) {
        mark_add(facts, probe, text, len, at);
    }
}

void json_facts_collect(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t begin,
                        uint32_t end)
{
    uint32_t marks[256 + SIMD_MARKS_ROOM];
    const struct simd *simd = simd_ops();
    json_facts_begin(facts, begin);
    for (size_t at = 0; at < end - begin;) {
        size_t count = simd->mark(text + begin, end - begin, &probe->marks, &at, marks, sizeof marks / sizeof marks[0]);
        for (size_t i = 0; i < count; i++) {
            if (begin + marks[i] >= facts->known)
                json_facts_add(facts, probe, text, end, begin + marks[i]);
        }
    }
}

/* --- rows without an envelope --- */

/* Looks for the keys that name a row's table, where the probe did not. */
static void find_tables(struct json_facts *facts, const char *text, uint32_t end)
{
    struct json_probe probe;
    struct json_facts tables;
    json_probe_init(&probe, NULL, COLUMN_NONE, COLUMN_NONE, true, false);
    json_facts_collect(&tables, &probe, text, facts->begin, end);
    for (unsigned i = NEEDLE_TYPE; i <= NEEDLE_TABLE; i++) {
        facts->count[i] = tables.count[i];
        facts->value[i] = tables.value[i];
    }
}

/* What the key says about the row's table, if it is there. */
static enum json_verdict table_verdict(const struct json_facts *facts, unsigned needle, const char *text, uint32_t end)
{
    struct slice value;
    if (facts->count[needle] == 0)
        return JSON_FAST_ROW;
    if (facts->count[needle] > 1 || !json_fast_value(text + facts->value[needle], text + end, &value))
        return JSON_FAST_UNSURE;
    return json_names_other_table(value) ? JSON_FAST_PASSED : JSON_FAST_ROW;
}

/* No bracket but the record's own: a flat object, so that every key found is one of it. */
static enum json_verdict flat_verdict(const struct json_facts *facts, const struct json_probe *probe, const char *text,
                                      uint32_t end)
{
    struct json_facts found;
    if (!probe->wanted[NEEDLE_TYPE]) {
        found = *facts;
        find_tables(&found, text, end);
        facts = &found;
    }
    enum json_verdict type = table_verdict(facts, NEEDLE_TYPE, text, end);
    enum json_verdict table = table_verdict(facts, NEEDLE_TABLE, text, end);
    if (type == JSON_FAST_UNSURE || table == JSON_FAST_UNSURE)
        return JSON_FAST_UNSURE;
    return type == JSON_FAST_PASSED ? type : table;
}

/* --- envelopes --- */

/* What one part of an envelope, before or after the row, says. */
struct part {
    const char *text; /* where it begins */
    struct json_pattern_strings strings;
    bool has_category, other_category;
};

/* A member of the envelope other than the row; the cursor is at its value. */
static bool part_member(struct part *part, struct json_cursor *cursor, struct json_text key)
{
    struct slice value;
    if (key.escaped || slice_eq(key.raw, SLICE("properties")) || !json_value(cursor, &value))
        return false;
    if (!slice_eq(key.raw, SLICE("category"))) {
        json_pattern_note(&part->strings, part->text, value);
        return true;
    }
    if (part->has_category || memchr(value.ptr, '\\', value.len))
        return false;
    part->has_category = true;
    part->other_category = !slice_eq(value, SLICE("\"" JSON_CATEGORY "\""));
    return true;
}

/* From the record's begin to the row's: "properties" must be the key before the only bracket. */
static bool before_read(struct part *part, const struct json_facts *facts, const char *text, uint32_t end)
{
    struct json_cursor cursor = {text + facts->begin, text + end, NULL};
    struct json_walk walk;
    struct json_text key;
    part->text = cursor.at;
    json_enter(&cursor, &walk);
    while (json_member(&cursor, &walk, &key) == JSON_ITEM) {
        if (cursor.at == text + facts->bracket)
            return !key.escaped && slice_eq(key.raw, SLICE("properties"));
        if (!part_member(part, &cursor, key))
            return false;
    }
    return false;
}

/* No key that is looked for was noted before the row; of one that was noted twice it can't be told. */
static bool is_clean(const struct json_facts *facts)
{
    bool clean = true;
    for (unsigned i = 0; i < NEEDLE_COUNT; i++)
        clean = clean && (facts->count[i] == 0 || (facts->count[i] == 1 && facts->value[i] > facts->bracket));
    return clean;
}

static bool before_row(struct json_memory *memory, const struct json_facts *facts, const char *text, uint32_t end)
{
    if (facts->known > facts->bracket)
        return true;
    struct slice before = slice_of(text + facts->begin, facts->bracket - facts->begin);
    if (json_pattern_match(&memory->before, before.ptr, before.len)) {
        memory->before_clean = memory->before_clean || is_clean(facts);
        return true;
    }
    struct part part = {0};
    if (!before_read(&part, facts, text, end))
        return false;
    json_pattern_learn(&memory->before, before, &part.strings);
    memory->before_category = part.has_category;
    memory->before_other = part.other_category;
    memory->before_clean = is_clean(facts);
    memory->before_in_line = !memchr(before.ptr, '\n', before.len);
    return true;
}

/*
 * All that its marks would have told stands in the pattern: between them and those of the text there is no difference, as
 * a gap has neither quotes, backslashes nor brackets. What follows the row's brace is looked at as a mark's would be.
 */
void json_facts_begin_alike(struct json_facts *facts, const struct json_memory *memory, const struct simd *simd,
                            const char *text, uint32_t len, uint32_t begin)
{
    const struct json_pattern *before = &memory->before;
    json_facts_begin(facts, begin);
    if (!before->padded || !memory->before_clean || begin > len || len - begin < before->padded + 3)
        return;
    uint32_t row = begin + before->len;
    if (text[row] != '{' || !may_follow_brace(text[row + 1]) || !json_pattern_alike(before, simd, text + begin))
        return;
    facts->brackets = 1;
    facts->bracket = row;
    facts->known = row + 1;
}

/*
 * Where the row ends: its closing brace, or 0. In a well-formed record with two opening braces there are two closing
 * ones, the last byte being one of them. If (blanks aside) a brace stands before it, this is the other: only what
 * closes a value can stand there, and a string is closed by a quote. Else it is the last brace that stands outside of
 * strings; a brace inside of one is found out by after_read().
 */
static uint32_t row_close(const struct json_facts *facts, const char *text, uint32_t end)
{
    int64_t close = back_over_blanks(text, facts->bracket, end - 1);
    while (close > facts->bracket && text[close] != '}')
        close--;
    return close > facts->bracket ? (uint32_t)close : 0;
}

/*
 * From the row's end to the record's. Where `close` is a brace inside of a string, members can't follow up to the end:
 * from there to the end the number of quotes that no backslash escapes is odd, and members have an even one.
 */
static bool after_read(struct part *part, uint32_t close, const char *text, uint32_t end)
{
    struct json_cursor cursor = {text + close + 1, text + end, NULL};
    struct json_walk walk = {.begun = true};
    struct json_text key;
    enum json_step step;
    part->text = cursor.at;
    while ((step = json_member(&cursor, &walk, &key)) == JSON_ITEM) {
        if (!part_member(part, &cursor, key))
            return false;
    }
    return step == JSON_END && cursor.at == text + end;
}

static bool after_row(struct json_memory *memory, uint32_t close, const char *text, uint32_t end)
{
    struct slice after = slice_of(text + close + 1, end - close - 1);
    if (json_pattern_match(&memory->after, after.ptr, after.len))
        return true;
    struct part part = {0};
    if (!after_read(&part, close, text, end))
        return false;
    json_pattern_learn(&memory->after, after, &part.strings);
    memory->after_category = part.has_category;
    memory->after_other = part.other_category;
    return true;
}

static enum json_verdict envelope_verdict(const struct json_facts *facts, struct json_memory *memory, const char *text,
                                          uint32_t len, uint32_t end, uint32_t *out_close)
{
    if (text[facts->bracket] != '{' || !before_row(memory, facts, text, end))
        return JSON_FAST_UNSURE;
    if (!json_after_alike(memory, facts, simd_ops(), text, len, end, out_close)) {
        *out_close = row_close(facts, text, end);
        if (*out_close == 0 || !after_row(memory, *out_close, text, end))
            return JSON_FAST_UNSURE;
    }
    if (memory->before_category && memory->after_category)
        return JSON_FAST_UNSURE;
    return memory->before_other || memory->after_other ? JSON_FAST_PASSED : JSON_FAST_ROW;
}

/* --- the verdict --- */

/* The column's value, among the members that lie in (low, high). */
static enum json_verdict column_verdict(const struct json_facts *facts, const struct json_probe *probe, uint32_t low,
                                        uint32_t high, uint32_t *out_value)
{
    uint32_t value = facts->value[NEEDLE_COLUMN];
    *out_value = JSON_VALUE_UNKNOWN;
    if (!probe->wanted[NEEDLE_COLUMN])
        return JSON_FAST_ROW;
    if (facts->count[NEEDLE_COLUMN] > 1)
        return JSON_FAST_UNSURE;
    bool found = facts->count[NEEDLE_COLUMN] && value > low && value < high;
    *out_value = found ? value : JSON_VALUE_ABSENT;
    return JSON_FAST_ROW;
}

uint32_t json_fast_second(const struct json_facts *facts, const struct json_probe *probe,
                          const struct json_memory *memory, uint32_t end)
{
    uint32_t value = facts->value[NEEDLE_SECOND], count = facts->count[NEEDLE_SECOND];
    uint32_t low = memory->row_open ? memory->row_open : facts->begin,
             high = memory->row_open ? memory->row_close : end;
    if (!probe->wanted[NEEDLE_SECOND] || count > 1)
        return JSON_VALUE_UNKNOWN;
    return count && value > low && value < high ? value : JSON_VALUE_ABSENT;
}

enum json_verdict json_fast_verdict(const struct json_facts *facts, const struct json_probe *probe,
                                    struct json_memory *memory, const char *text, uint32_t len, uint32_t end,
                                    uint32_t *out_value)
{
    uint32_t low = facts->begin, high = end;
    memory->row_open = memory->row_close = 0;
    if (facts->doubt || facts->brackets > 1 || end - facts->begin < 2 || text[facts->begin] != '{' ||
        text[end - 1] != '}')
        return JSON_FAST_UNSURE;
    enum json_verdict verdict;
    if (facts->brackets == 0) {
        verdict = flat_verdict(facts, probe, text, end);
    } else {
        low = facts->bracket;
        verdict = envelope_verdict(facts, memory, text, len, end, &high);
        memory->row_open = low;
        memory->row_close = high;
    }
    return verdict == JSON_FAST_ROW ? column_verdict(facts, probe, low, high, out_value) : verdict;
}

/*
 * Is the bracket at `at` that of an envelope's row, whose key is before it? Neither of the key's quotes has a backslash
 * before it, so both begin or end strings; the first can't end one, so they are the key's.
 */
static bool is_row_bracket(const char *text, uint32_t begin, uint32_t at)
{
    int64_t colon = back_over_blanks(text, begin, at);
    if (colon < begin || text[colon] != ':')
        return false;
    int64_t end = back_over_blanks(text, begin, colon) + 1;
    struct slice key = SLICE("\"properties\"");
    return end - begin > (int64_t)key.len && text[end - (int64_t)key.len - 1] != '\\' &&
           memcmp(text + end - key.len, key.ptr, key.len) == 0;
}

/*
 * The row's own members are what they were for the verdict: no other bracket opens in it, and the envelope's close stands
 * where it was found then. So a key that is found once in between is one of them.
 */
uint32_t json_fast_find(const struct json_probe *probe, const char *text, uint32_t begin, uint32_t end)
{
    struct json_facts facts;
    json_facts_collect(&facts, probe, text, begin, end);
    uint32_t value, low = begin, high = end;
    if (facts.doubt || facts.brackets > 1 || !probe->wanted[NEEDLE_COLUMN])
        return JSON_VALUE_UNKNOWN;
    if (facts.brackets == 1) {
        /* For the verdict it may have been known to stand in a string. */
        if (!is_row_bracket(text, begin, facts.bracket))
            return JSON_VALUE_UNKNOWN;
        low = facts.bracket;
        high = row_close(&facts, text, end);
    }
    return column_verdict(&facts, probe, low, high, &value) == JSON_FAST_ROW ? value : JSON_VALUE_UNKNOWN;
}

bool json_fast_value(const char *at, const char *end, struct slice *out_value)
{
    struct json_cursor cursor = {at, end, NULL};
    struct json_text text;
    if (at == end || *at == '{' || *at == '[')
        return false;
    if (*at == '"') {
        if (!json_string(&cursor, &text))
            return false;
        *out_value = slice_of(at, (size_t)(cursor.at - at));
    } else if (!json_value(&cursor, out_value)) {
        return false;
    }
    json_blanks(&cursor);
    return cursor.at < end && (*cursor.at == ',' || *cursor.at == '}');
}

bool json_fast_raw(const char *at, const char *end, struct slice *out_raw, bool *out_escaped)
{
    size_t rest = (size_t)(end - at);
    *out_escaped = false;
    if (rest < 3 || *at != '"')
        return false;
    size_t len = simd_ops()->string_close(at + 1, rest - 1, 0, out_escaped);
    *out_raw = slice_of(at + 1, len);
    return len + 2 < rest && at[1 + len] == '"' && json_may_follow_member(at[2 + len]);
}

/* The length of a short string of ASCII without escapes, of which `len` bytes and its quote may be read; or SIZE_MAX. */
static inline size_t short_text(const char *text, size_t len)
{
    enum { SHORT = 48 };
    for (size_t i = 0; i < SHORT && len - i >= sizeof(bytes16); i += sizeof(bytes16)) {
        bytes16 v = bytes16_load(text + i);
        bytes16 not_ascii = (bytes16)(v - bytes16_repeat(0x20) >= bytes16_repeat(0x60));
        uint32_t stops = bytes16_bits(bytes16_equal(v, '"') | bytes16_equal(v, '\\') | not_ascii);
        if (stops) {
            size_t end = i + (size_t)__builtin_ctz(stops);
            return text[end] == '"' ? end : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

bool json_fast_text(const char *at, const char *end, struct slice *out_text)
{
    size_t rest = (size_t)(end - at);
    if (rest == 0 || *at != '"') {
        *out_text = SLICE("");
        return json_fast_is_null(at, rest);
    }
    const char *start = at + 1;
    size_t len = short_text(start, rest - 1);
    bool is_short = len != SIZE_MAX;
    if (!is_short)
        len = simd_ops()->string_end(start, rest - 1, 0);
    *out_text = slice_of(start, len);
    return len + 2 < rest && start[len] == '"' && json_may_follow_member(start[len + 1]) &&
           (is_short || utf8_is_ascii(*out_text));
}
