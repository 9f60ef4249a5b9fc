/*
 * json_trail.c - see json_trail.h.
 */
#include "source/json_trail.h"

/* How many members that other rows had may be missing in a row before its next key is read in full. */
enum { SKIP_MAX = 4 };

static inline uint64_t word_at(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Both have len bytes, at least SIMD_LEAD_MIN. */
static inline bool same(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i + sizeof(uint64_t) < len; i += sizeof(uint64_t)) {
        if (word_at(a + i) != word_at(b + i))
            return false;
    }
    return word_at(a + len - sizeof(uint64_t)) == word_at(b + len - sizeof(uint64_t));
}

bool json_trail_take(struct json_trail *trail, struct json_cursor *cursor, struct json_walk *walk, uint32_t *out_column)
{
    size_t left = (size_t)(cursor->end - cursor->at);
    for (uint32_t i = trail->at; i < trail->count && i <= trail->at + SKIP_MAX; i++) {
        const struct simd_lead *lead = &trail->leads[i];
        if (lead->len > left || trail->is_first[i] == walk->begun || !same(lead->text, cursor->at, lead->len))
            continue;
        cursor->at += lead->len;
        walk->begun = true;
        trail->at = i + 1;
        *out_column = trail->columns[i];
        return true;
    }
    return false;
}

uint32_t json_trail_run(struct json_trail *trail, struct json_cursor *cursor, const struct json_walk *walk,
                        struct simd_span *out_values, const char **out_base, const uint32_t **out_columns)
{
    uint32_t at = trail->at;
    size_t from = 0;
    if (!walk->begun || at < trail->first_ends || at == trail->count)
        return 0;
    uint32_t done = simd_ops()->members(cursor->at, (size_t)(cursor->end - cursor->at), &from, &trail->leads[at],
                                        trail->count - at, out_values);
    *out_base = cursor->at;
    *out_columns = &trail->columns[at];
    cursor->at += from;
    trail->at += done;
    return done;
}

void json_trail_learn(struct json_trail *trail, struct slice lead, bool is_first, uint32_t column)
{
    uint32_t at = trail->at, behind = trail->count - at;
    if (lead.len < SIMD_LEAD_MIN || lead.len > SIMD_LEAD_MAX || trail->count == TRAIL_STEPS_MAX)
        return;
    memmove(&trail->leads[at + 1], &trail->leads[at], behind * sizeof trail->leads[0]);
    memmove(&trail->is_first[at + 1], &trail->is_first[at], behind * sizeof trail->is_first[0]);
    memmove(&trail->columns[at + 1], &trail->columns[at], behind * sizeof trail->columns[0]);
    memcpy(trail->leads[at].text, lead.ptr, lead.len);
    trail->leads[at].len = (uint32_t)lead.len;
    trail->is_first[at] = is_first;
    trail->columns[at] = column;
    trail->count++;
    trail->at++;
    if (is_first && at >= trail->first_ends)
        trail->first_ends = at + 1;
    else if (at < trail->first_ends)
        trail->first_ends++;
}
