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

/* Both have len bytes, at least TRAIL_LEAD_MIN. */
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
        const struct json_step_seen *step = &trail->steps[i];
        if (step->len > left || step->is_first == walk->begun || !same(step->lead, cursor->at, step->len))
            continue;
        cursor->at += step->len;
        walk->begun = true;
        trail->at = i + 1;
        *out_column = step->column;
        return true;
    }
    return false;
}

void json_trail_learn(struct json_trail *trail, struct slice lead, bool is_first, uint32_t column)
{
    if (lead.len < TRAIL_LEAD_MIN || lead.len > TRAIL_LEAD_MAX || trail->count == TRAIL_STEPS_MAX)
        return;
    struct json_step_seen *step = &trail->steps[trail->at];
    memmove(step + 1, step, (trail->count - trail->at) * sizeof *step);
    step->len = (uint16_t)lead.len;
    step->is_first = is_first;
    step->column = column;
    memcpy(step->lead, lead.ptr, lead.len);
    trail->count++;
    trail->at++;
}
