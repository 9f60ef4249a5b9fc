/*
 * json_border.h - where a record of an array ends, told by what follows it, without looking at what is in it.
 *
 *   ... , {"time":"..","n":{"a":[1]}}  ,  {"time":"..", ...
 *                                    ^end ^a border: `}` `,` `{` `"` and a key's first byte, and blanks but behind the brace
 *
 * To follow quotes, escapes and brackets through a record costs more than all else that is done with most of them. But an object
 * that follows another in an array shows in text that can't stand in a string: there a quote without a backslash before it
 * ends the string, and what follows then is none of a key's bytes. So the quote begins one, and the brace, the comma and the
 * brace before it are the text's own. The array is that of the records, and not one within a record, unless an array that has
 * objects began in the record: such a one shows by a brace that has no key and no object before it.
 *
 * This is the rule. From a record's own brace on, braces and brackets are looked at that may stand outside of strings
 * (json_bracket_counts()), and line breaks. Passed over are those behind a colon, which are a member's value, and line breaks that
 * blanks and a comma alone part from a closing brace. The first other one decides. Is it a border, within JSON_BORDER_MAX bytes and
 * the limit on a record? Then the record ends with the brace before the comma. Else the rule does not tell, and nesting is
 * followed.
 *
 * Of well-formed text both tell the same: tests/unit/source/json/test_json_border.c compares them. Of other text the rule is what
 * counts: a record in which a quote or a bracket is missing spoils no other. It looks at nothing but the text from the
 * record on, so that it says the same however the text is cut into blocks.
 */
#ifndef DDNSHUNT_SOURCE_JSON_BORDER_H
#define DDNSHUNT_SOURCE_JSON_BORDER_H

#include "source/json/json_fast.h"

/* Bytes: of a record; between its brace and the next one's, the comma included. */
enum { JSON_BORDER_MAX = 1 << 17, JSON_BORDER_GAP_MAX = 16 };

/* What is known of the text behind a piece of it. */
enum json_behind {
    JSON_BEHIND_UNKNOWN,
    JSON_BEHIND_BORDER, /* the piece ends with a brace, and the rest of a border follows */
    JSON_BEHIND_OTHER,  /* what follows makes none with what it ends with, and decides */
    JSON_BEHIND_NOTHING /* the text ends */
};

enum json_border {
    JSON_BORDER_FOUND,
    JSON_BORDER_NONE, /* the rule does not tell */
    JSON_BORDER_WAITS /* more text is needed */
};

/* Can't the byte stand behind a string's closing quote? Then a quote before it begins a string. */
static inline bool json_begins_string(char next)
{
    return next != ',' && next != ':' && next != '}' && next != ']' && !json_is_blank(next);
}

/* Do blanks, and a comma if `with_comma`, part the byte at `at` from a brace before it? *out_end: behind the brace. */
bool json_border_gap(const char *text, size_t at, bool with_comma, size_t *out_end);

/* Does the brace at `at`, in text of len bytes, make a border with what stands before it? *out_end: behind the record's brace. */
static inline bool json_border_at(const char *text, size_t len, size_t at, size_t *out_end)
{
    if (len - at < 3 || text[at] != '{' || text[at + 1] != '"' || !json_begins_string(text[at + 2]))
        return false;
    *out_end = at - 1;
    bool is_compact = at >= 2 && text[at - 1] == ',' && text[at - 2] == '}';
    return is_compact || json_border_gap(text, at, true, out_end);
}

/* A piece of text, and what is asked of it. */
struct json_border_piece {
    const char *text;
    size_t len;
    enum json_behind behind;
    bool is_line;                   /* the text of interest ends with the first line break */
    const struct json_probe *probe; /* of facts; NULL: nobody wants them */
    size_t record_max;
    /* What the last envelopes looked like: of records that begin as they did, facts are begun with that. Or NULL. */
    const struct json_memory *memory;
};

/* A search through it, in which marks are gathered ahead; they serve the next records as well. Its members are private. */
enum { JSON_BORDER_MARKS = 1024 };
struct json_border_search {
    struct json_border_piece piece;
    const struct simd *simd;
    size_t most; /* bytes of a record: JSON_BORDER_MAX, or the limit on a record */
    struct simd_marks pairs;
    size_t from; /* up to here the text is marked */
    size_t next, count, room;
    uint32_t marks[JSON_BORDER_MARKS];
};

/* The text must stay as long as the search is used. */
void json_border_begin(struct json_border_search *search, const struct json_border_piece *piece);
/*
 * Looks for the end of the record whose brace is at `begin`, behind those that were asked for before. FOUND: the record is
 * [begin, *out_end), the next one's brace is at *out_next (the text's end, if it lies beyond), and *facts is all that its
 * marks tell, if there is a probe.
 */
enum json_border json_border_find(struct json_border_search *search, size_t begin, struct json_facts *facts,
                                  size_t *out_end, size_t *out_next);

#endif
