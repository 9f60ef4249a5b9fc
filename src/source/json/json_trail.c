/*
 * json_trail.c - see json_trail.h.
 */
#include "source/json/json_trail.h"

bool json_trail_take(struct json_trail *trail, struct json_cursor *cursor, struct json_walk *walk, uint32_t *out_column)
{
    size_t left = (size_t)(cursor->end - cursor->at);
    for (uint32_t i = trail->at; i < trail->count && i <= trail->at + TRAIL_SKIP_MAX; i++) {
        const struct simd_lead *lead = &trail->leads[i];
        if (lead->len > left || trail->is_first[i] == walk->begun ||
            !json_trail_same(lead->text, cursor->at, lead->len))
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
