/*
 * json_pattern.h - recognising text that is the same from record to record but for a few string values.
 *
 *   seen:     {"time":"2024-01-01T00:00:00Z","category":"X","properties":{
 *   pattern:  {"time":"      ....          ","category":"X","properties":{
 *
 * Text that matches consists of the same tokens as the one seen, with other plain strings in the gaps; whatever was
 * concluded from the tokens then holds for it too. A gap opens only where strings were seen to differ. No brace or bracket
 * stands in a gap.
 */
#ifndef DDNSHUNT_SOURCE_JSON_PATTERN_H
#define DDNSHUNT_SOURCE_JSON_PATTERN_H

#include "base/simd/simd.h"
#include "source/json/json_token.h"

#include <stdint.h>

enum { PATTERN_STRINGS_MAX = 8, PATTERN_CHUNKS = 16, PATTERN_BYTES_MAX = PATTERN_CHUNKS * SIMD_CHUNK };

struct json_pattern_string {
    uint32_t start, end; /* between the quotes, from the text's begin */
    bool is_gap;
};

/* The values of a text that may be others in the next record. */
struct json_pattern_strings {
    struct json_pattern_string string[PATTERN_STRINGS_MAX];
    uint32_t count;
};

struct json_pattern {
    char text[PATTERN_BYTES_MAX]; /* as seen last */
    uint32_t len, padded;         /* padded: to whole chunks; 0: there is no pattern */
    struct json_pattern_strings strings;
    uint64_t fixed[PATTERN_CHUNKS], plain[PATTERN_CHUNKS]; /* see struct simd_shape */
};

/* Notes a value in the text that begins at `text`; what is no plain string is taken to be the same. */
void json_pattern_note(struct json_pattern_strings *strings, const char *text, struct slice value);
/* Makes this text the pattern, with the gaps that it shows beside the one before. No pattern is made of a long text. */
void json_pattern_learn(struct json_pattern *pattern, struct slice text, const struct json_pattern_strings *seen);

/* Do the bytes at `at` match, with gaps as long as the last time? All of pattern->padded may be looked at. */
static inline bool json_pattern_alike(const struct json_pattern *pattern, const struct simd *simd, const char *at)
{
    const struct simd_shape shape = {pattern->text, pattern->fixed, pattern->plain, pattern->padded / SIMD_CHUNK};
    return simd->alike(at, &shape);
}

/*
 * Does the text [at, at + len) match, its gaps being of any length? If so, they will be as long as these the next time.
 */
bool json_pattern_match(struct json_pattern *pattern, const char *at, size_t len);

#endif
