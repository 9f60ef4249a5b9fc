/*
 * json_fast.h - what a record is, and where one column's value stands in it, without parsing the record.
 *
 * Everything here equals the full parser (json_row.h) on every well-formed record, and hands over what it is not sure
 * of. A record that is not well-formed may be taken for a row: it is found out when the row is parsed whole, as each
 * is that survives a query's predicates. The reasons why this is exact stand beside the code.
 */
#ifndef DDNSHUNT_SOURCE_JSON_FAST_H
#define DDNSHUNT_SOURCE_JSON_FAST_H

#include "base/name_bytes.h"
#include "base/simd/simd.h"
#include "base/slice.h"
#include "event/schema.h"
#include "source/json/json_pattern.h"
#include "source/json/json_row.h"

#include <stdbool.h>
#include <stdint.h>

/* A key as it is searched for: in quotes, by two of its bytes. */
enum { NEEDLE_TEXT_MAX = 32 };
struct json_needle {
    struct slice key; /* without the quotes */
    uint32_t at;      /* of the pair's first byte in the quoted key */
    /* The quoted key and its colon, for a look at many bytes at once, and a bit for each; where they are more, nothing fits. */
    char text[NEEDLE_TEXT_MAX];
    uint32_t len, mask;
};
enum { NEEDLE_COLUMN, NEEDLE_SECOND, NEEDLE_TYPE, NEEDLE_TABLE, NEEDLE_COUNT };
/* What a marked byte may be: MARKS_NEEDLE << n the first one of needle n's pair. */
enum { MARKS_BRACKET = 1, MARKS_ESCAPE = 2, MARKS_NEEDLE = 4 };

struct json_probe {
    struct simd_marks marks;
    struct json_needle needle[NEEDLE_COUNT];
    bool wanted[NEEDLE_COUNT]; /* is looked for */
    bool spells_key[128];      /* bytes that the names in question are spelt with */
    uint8_t meaning[256];      /* of a byte that is marked: MARKS_ */
    uint8_t needle_alone[256]; /* the needle, if it is all that a marked byte may be of; else NEEDLE_COUNT */
    bool ready;                /* a column is looked for, or none was asked for */
};

/*
 * Prepares the search for a column (COLUMN_NONE: for none). tables: rows without an envelope are expected, so look for
 * the keys that name their table on the way; else for the second column, if there is one. often: it is for more than a few rows, so worth a longer search for good marks.
 */
void json_probe_init(struct json_probe *probe, const struct schema *schema, uint32_t column, uint32_t second,
                     bool tables, bool often);

/* What was noted of one record while its marks went by. */
struct json_facts {
    uint32_t begin;    /* of the record in the text */
    uint32_t brackets; /* structural ones after the record's own */
    uint32_t bracket;  /* where the first of them stands */
    uint32_t count[NEEDLE_COUNT];
    uint32_t value[NEEDLE_COUNT]; /* where the needle's value begins */
    bool sound;                   /* the record is known to be well-formed */
    bool doubt;                   /* a key may be spelt with escapes */
    uint32_t known; /* what stands before this place, the record's own bracket at least, tells nothing new */
};

static inline void json_facts_begin(struct json_facts *facts, uint32_t begin)
{
    *facts = (struct json_facts){.begin = begin, .known = begin + 1};
}

struct json_memory;
/*
 * Begins with what stands before the row, if the record begins as the last envelopes did: its bracket is noted. text has
 * len bytes.
 */
void json_facts_begin_alike(struct json_facts *facts, const struct json_memory *memory, const struct simd *simd,
                            const char *text, uint32_t len, uint32_t begin);

/*
 * May the bracket at `at` stand outside of strings, in the record that begins at `begin`? False: it does not, if the record is
 * well-formed. text has len bytes.
 */
bool json_bracket_counts(const char *text, uint32_t begin, uint32_t len, uint32_t at);
static inline void json_facts_add_bracket(struct json_facts *facts, uint32_t at)
{
    if (facts->brackets++ == 0)
        facts->bracket = at;
}

/* Notes the mark at `at` in text, which has len bytes. */
void json_facts_add(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t len,
                    uint32_t at);

enum json_verdict {
    JSON_FAST_ROW,
    JSON_FAST_PASSED, /* of another table or category */
    JSON_FAST_UNSURE  /* for the full parser */
};

/* Notes all marks of the record in [begin, end). Line breaks in it are blanks. */
void json_facts_collect(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t begin,
                        uint32_t end);

/*
 * What the last envelopes looked like, before and after the row: most are like the one before. A verdict is sooner found
 * with it, but the same as without.
 */
struct json_memory {
    uint32_t row_open, row_close; /* braces of the row in the envelope that the last verdict was about; 0: none */
    struct json_pattern before, after;
    bool before_category, after_category; /* the part holds the category */
    bool before_other, after_other;       /* ... and it is not ours */
    bool before_clean;                    /* no needle stands before the row */
    bool before_in_line;                  /* nor a line break */
};

/*
 * Does the record end as the last envelopes did? Then the row's brace is at *out_close: as no other brace stands in the pattern, a
 * search for it would find the same.
 */
static inline bool json_after_alike(const struct json_memory *memory, const struct json_facts *facts,
                                    const struct simd *simd, const char *text, uint32_t len, uint32_t end,
                                    uint32_t *out_close)
{
    const struct json_pattern *after = &memory->after;
    if (!after->padded || end - facts->bracket < after->len + 2)
        return false;
    *out_close = end - after->len - 1;
    return text[*out_close] == '}' && len - *out_close > after->padded &&
           json_pattern_alike(after, simd, text + *out_close + 1);
}

/*
 * Decides about the record that ends at `end` (no blanks around it), in a text of len bytes. For a row, *out_value is
 * where the column's value begins, JSON_VALUE_ABSENT, or JSON_VALUE_UNKNOWN where no column was looked for. memory begins
 * zeroed.
 */
enum json_verdict json_fast_verdict(const struct json_facts *facts, const struct json_probe *probe,
                                    struct json_memory *memory, const char *text, uint32_t len, uint32_t end,
                                    uint32_t *out_value);

/* Where the second column's value begins in the row of the last verdict; JSON_VALUE_UNKNOWN where the full parser must look. */
uint32_t json_fast_second(const struct json_facts *facts, const struct json_probe *probe,
                          const struct json_memory *memory, uint32_t end);

/*
 * Where a further column's value begins in a row that json_fast_verdict() was sure of, whatever column it looked for
 * then: the probe is that of the column that is asked for now. JSON_VALUE_ABSENT where the row has no such key,
 * JSON_VALUE_UNKNOWN where the full parser must look.
 */
uint32_t json_fast_find(const struct json_probe *probe, const char *text, uint32_t begin, uint32_t end);

/*
 * The value that begins at `at`, within a record that ends at `end`. False if the full parser must look: it is no
 * scalar, is not well-formed, or is not followed by what may follow a member.
 */
bool json_fast_value(const char *at, const char *end, struct slice *out_value);
static inline bool json_may_follow_member(char c)
{
    return c == ',' || c == '}';
}

static inline bool json_fast_is_null(const char *at, size_t rest)
{
    static const char null[] = "null";
    size_t len = sizeof null - 1;
    return rest > len && memcmp(at, null, len) == 0 && json_may_follow_member(at[len]);
}

/*
 * The text between the quotes of a string of a-z 0-9 - . _ alone, or "" of null. hosts: the name in http://name, https://name, and
 * these with a slash behind it. False of any other value, and of some such. What it is of nothing foretells: no branch depends on it.
 */
static inline bool json_fast_name(const char *at, const char *end, bool hosts, struct slice *out_name)
{
    enum { HOST_LEAST = sizeof "\"https://x/\"," };
    size_t rest = (size_t)(end - at), scheme = 0;
    *out_name = SLICE("");
    if (rest < 3 || *at != '"')
        return json_fast_is_null(at, rest);
    if (hosts && rest > HOST_LEAST)
        scheme = name_scheme(at + 1, rest - 1);
    const char *name = at + 1 + scheme;
    size_t len = name_run(name, (size_t)(end - name) - 2 - (scheme > 0));
    const char *close = name + len + ((scheme > 0) & (name[len] == '/'));
    *out_name = slice_of(name, len);
    return (close[0] == '"') & json_may_follow_member(close[1]) & ((scheme == 0) | (len > 0));
}
/* The text between the quotes of a string whose escapes, if it has any, are of two characters each. False of any other value. */
bool json_fast_raw(const char *at, const char *end, struct slice *out_raw, bool *out_escaped);
/*
 * The same of a value in a column of text, decoded: a string of ASCII without escapes, or null (out_text is empty then).
 * False of any other, which is json_fast_value()'s.
 */
bool json_fast_text(const char *at, const char *end, struct slice *out_text);

/* A whole number of at most so many digits, 18 or less, in a record that is well-formed. False of any other value. */
static inline bool json_fast_whole(const char *at, const char *end, unsigned digits_max, int64_t *out_number)
{
    bool negative = at < end && *at == '-';
    const char *digits = at + negative, *next = digits;
    int64_t number = 0;
    for (; next < end && ascii_is_digit(*next) && next - digits < digits_max; next++)
        number = number * 10 + (*next - '0');
    *out_number = negative ? -number : number;
    return next > digits && next < end && json_may_follow_member(*next);
}

#endif
