/*
 * json_pattern.h - recognising text that is the same from record to record but for a few string values.
 *
 *   seen:     {"time":"2024-01-01T00:00:00Z","category":"X","properties":{
 *   pattern:  {"time":"      ....          ","category":"X","properties":{
 *
 * Text that matches consists of the same tokens as the one seen, with other plain strings in the gaps; whatever was
 * concluded from the tokens then holds for it too. A gap opens only where strings were seen to differ.
 */
#ifndef DDNSHUNT_SOURCE_JSON_PATTERN_H
#define DDNSHUNT_SOURCE_JSON_PATTERN_H

#include "source/json_token.h"

#include <stdint.h>

enum { PATTERN_STRINGS_MAX = 8 };

struct json_pattern_string {
    uint32_t start, end; /* between the quotes, from the text's begin */
    bool is_gap;
};

struct json_pattern {
    struct slice text; /* as seen; borrowed */
    struct json_pattern_string string[PATTERN_STRINGS_MAX];
    uint32_t count;
};

/* Begins to note the tokens of a text. */
static inline void json_pattern_begin(struct json_pattern *pattern, const char *text)
{
    *pattern = (struct json_pattern){.text = {text, 0}};
}
/* Notes a value that may be another in the next record; what is no plain string is taken to be the same. */
void json_pattern_note(struct json_pattern *pattern, struct slice value);
/* Ends the text: `seen` becomes the pattern, with the gaps that it shows beside the one before. */
void json_pattern_learn(struct json_pattern *pattern, const struct json_pattern *seen, size_t len);
/* Does the text from `at` on match? Then *out_end is where the match ends. Nothing at or after `end` is looked at. */
bool json_pattern_match(const struct json_pattern *pattern, const char *at, const char *end, const char **out_end);

#endif
