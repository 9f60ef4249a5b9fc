/*
 * simd.h - the byte loops that decide the program's speed, in one algorithm compiled per instruction set.
 *
 * simd_impl.h holds the algorithm over a handful of vector operations; simd_avx512.c, simd_avx2.c, simd_neon.c and
 * simd_generic.c (SSE2, or 64-bit words elsewhere) name these operations and include it. The table is chosen once, by
 * what the CPU can do; DDNSHUNT_SIMD=generic|avx2|avx512|avx512vbmi|neon forces another one, for tests. Every table gives the same
 * answers.
 *
 * No kernel reads a byte outside [text, text + len), so that input may end at the end of a page.
 */
#ifndef DDNSHUNT_BASE_SIMD_H
#define DDNSHUNT_BASE_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two bytes at a distance, rare enough in text to be worth a closer look. */
struct simd_pair {
    char first, second;
    uint8_t distance; /* 1 to SIMD_DISTANCE_MAX */
};
enum { SIMD_DISTANCE_MAX = 15, SIMD_PAIRS_MAX = 3 };

struct simd_marks {
    struct simd_pair pair[SIMD_PAIRS_MAX];
    uint32_t count; /* pairs in use */
    bool newlines;  /* outline(): all of them, not only those in strings */
    bool all_units; /* mark(): `u` of escapes of any ASCII, not only of letters, digits, `_`, `$` */
};

/* How JSON text stands between two pieces. */
struct simd_json {
    bool in_string, escaped; /* escaped: the next byte is, by a backslash before it */
};

/*
 * Text that is known but for some stretches, in chunks of SIMD_CHUNK bytes. Of each byte, by its bit: `fixed`: it is that
 * of `like`; `plain`: it is any that a JSON string can hold as it is, but no brace or bracket; neither: any.
 */
enum { SIMD_CHUNK = 64 };
struct simd_shape {
    const char *like;
    const uint64_t *fixed, *plain;
    size_t chunks;
};

/* What 64 bytes of CSV text hold, a bit a byte. */
struct simd_csv_bits {
    uint64_t separators; /* commas and newlines outside of quoted cells */
    uint64_t newlines;   /* all */
};

/* How CSV text stands at an offset. */
struct simd_csv {
    size_t at;   /* the first byte that is not known yet */
    bool quoted; /* it is in a quoted cell */
    bool opens;  /* a quote there is a cell's first byte, or the second of two */
    bool closed; /* it stands behind a closing quote, or the first of two */
};

/* What stands between the values of two members of a JSON object: a comma, a key, a colon, blanks. */
enum { SIMD_LEAD_MIN = 8, SIMD_LEAD_MAX = 60 };
struct simd_lead {
    char text[SIMD_LEAD_MAX];
    uint32_t len; /* SIMD_LEAD_MIN to SIMD_LEAD_MAX */
};
struct simd_span {
    uint32_t start, end;
};

/* How the text of compact() stands at an offset: within strings, and what the byte before is. */
enum simd_compact_before {
    SIMD_COMPACT_LINE, /* the text, or a line, begins */
    SIMD_COMPACT_COLON,
    SIMD_COMPACT_COMMA,   /* or an opening brace */
    SIMD_COMPACT_CLOSING, /* quote */
    SIMD_COMPACT_DIGIT,
    SIMD_COMPACT_ZERO,  /* a scalar's first byte, where it is 0 */
    SIMD_COMPACT_SIGN,  /* of a scalar, and no digit */
    SIMD_COMPACT_BRACE, /* a closing one */
    SIMD_COMPACT_OTHER
};
struct simd_compact {
    bool in_string, escaped;
    bool in_key; /* from what begins a key up to its colon */
    enum simd_compact_before before;
    bool fault; /* it ended at one */
};

struct simd {
    const char *name;
    /*
     * Offset in [from, len] of the first byte that a JSON string can't hold as it is: quote, backslash or a control
     * character; len if there is none.
     */
    size_t (*string_end)(const char *text, size_t len, size_t from);
    /* Offset in [from, len] of the first quote, brace or bracket; len if there is none. */
    size_t (*structure)(const char *text, size_t len, size_t from);
    /*
     * Writes the ascending offsets of the interesting bytes at or after *from to out: newlines; `{` and `[` that no
     * backslash follows; `u` with `00` behind it, and two digits that say what it stands for (JSON's escapes): a byte from `@` on, an ASCII
     * digit, `$`, or with marks->all_units any; some others with a zero behind them; the first byte of each pair whose second stands at its distance.
     * Bytes behind the end count as zero. Stops at the latest when fewer than SIMD_MARKS_ROOM places of out are left (so
     * capacity must be at least that); *from is then the offset to go on from, len at the end. Returns how many were written.
     */
    size_t (*mark)(const char *text, size_t len, const struct simd_marks *marks, size_t *from, uint32_t *out,
                   size_t capacity);
    /* In the same way, the offsets of quotes and newlines: what cuts CSV into records. */
    size_t (*quotes)(const char *text, size_t len, size_t *from, uint32_t *out, size_t capacity);
    /*
     * In the same way, what stands out in JSON text: braces and brackets outside of strings; the first byte of each
     * pair; `u` that is escaped in a string; and two faults, newlines in strings (but escaped ones) and backslashes
     * outside of them. It stops behind a fault, which is the last offset then. *json is how the text stands at *from.
     * With marks->newlines all other newlines as well, which are no faults.
     * `Y`, `y`, `_` and DEL outside of strings are given as well: in well-formed text there are none.
     */
    size_t (*outline)(const char *text, size_t len, const struct simd_marks *marks, struct simd_json *json,
                      size_t *from, uint32_t *out, size_t capacity);
    /*
     * In the same way, but proves the text to be JSON by the letter: lines that are an object each, whose members are
     * strings, numbers, true, false, null and such objects, and in which no blank stands; at the end a newline. Gives newlines, the
     * braces, `u` of an escape with a `0` behind it, and the first byte of each pair (and of what begins like one, now and then). The number of closing braces is not
     * looked at: where it is that of the opening ones in each line, and was not so before the line's end, the line is
     * well-formed. Other text it stops at: *from is then the first byte that can't stand there, and compact->fault is set.
     * *compact is how the text stands at *from, all zeros where a line begins; it says nothing at the end and behind a fault.
     */
    bool compact_pays; /* it is faster than to take members one by one */
    size_t (*compact)(const char *text, size_t len, const struct simd_marks *marks, struct simd_compact *compact,
                      size_t *from, uint32_t *out, size_t capacity);
    /* Has the text, of shape->chunks * SIMD_CHUNK bytes, this shape? */
    bool (*alike)(const char *text, const struct simd_shape *shape);
    /*
     * As string_end, but steps over escapes of two characters, and then sets *out_escaped. A backslash at which it stops
     * is to be looked at by the caller: it is that of a \u, of no escape, or near the end. Where `from` is a string's
     * begin or lies behind a whole escape of it, a quote at which it stops is the string's end.
     */
    size_t (*string_close)(const char *text, size_t len, size_t from, bool *out_escaped);
    /*
     * Finds cells and records in strict CSV. Sets the bits of text from csv->at on, bits[i] being those of 64 bytes at
     * 64 * i, and leaves those before it as they are. Returns len; or the offset of the first byte that strict CSV does
     * not have (a quote within an unquoted cell; behind a closing quote what is neither a comma nor LF nor CRLF): the
     * bits before it alone are right then. csv->at is moved to the last multiple of 64 that was reached.
     */
    size_t (*csv)(const char *text, size_t len, struct simd_csv *csv, struct simd_csv_bits *bits);
    /* Offset of separator number n, from 0, in [from, end); end if there are not so many. */
    size_t (*separator)(const struct simd_csv_bits *bits, size_t from, size_t end, size_t n);
    /* Which of `count` chunks, 64 at most, have newlines: a bit for each. */
    uint64_t (*lined)(const struct simd_csv_bits *bits, size_t count);
    /*
     * Takes JSON members at *from as long as each begins with its lead, to the letter, and has a plain value: a string whose
     * escapes have two characters, a whole number, null. Writes where each value stands, sets *from behind the last one taken,
     * and returns how many there were: fewer than count for any other reason too, such as the nearness of the end.
     */
    uint32_t (*members)(const char *text, size_t len, size_t *from, const struct simd_lead *leads, uint32_t count,
                        struct simd_span *out_values);
    /*
     * Writes text as it stands in a JSON string: a backslash before each quote and backslash. Returns the end of what was written; NULL
     * where the text has a control character or DEL. out has room for twice the text and SIMD_CHUNK bytes more, which may all be written to.
     */
    char *(*quote)(const char *text, size_t len, char *out);
};
enum { SIMD_MARKS_ROOM = 64 };

/* May the byte stand behind a backslash in a JSON string, and be all of the escape? */
static inline bool simd_is_escape_letter(char c)
{
    return c == '\\' || c == '"' || c == '/' || c == 'n' || c == 'r' || c == 't' || c == 'b' || c == 'f';
}

/* The best table for this CPU, or the one that DDNSHUNT_SIMD names if the CPU can run it. */
const struct simd *simd_ops(void);
/* By name, for tests; NULL where this build or CPU has no such table. */
const struct simd *simd_named(const char *name);

#endif
