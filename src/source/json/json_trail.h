/*
 * json_trail.h - taking members whose keys are those of the rows before, without reading the keys as JSON.
 *
 *   row before:  {"DeviceName":"a","RemotePort":443,"RemoteUrl":null}
 *   its trail:    "DeviceName":  ,"RemotePort":    ,"RemoteUrl":          leads: what stands between two values
 *
 * A lead is compared to the letter, blanks included, at a place where a member may begin, so that it is the same tokens
 * and the same column as it was when it was read. What the trail expects is a guess; what it takes is proven.
 */
#ifndef DDNSHUNT_SOURCE_JSON_TRAIL_H
#define DDNSHUNT_SOURCE_JSON_TRAIL_H

#include "base/load.h"
#include "base/simd/simd.h"
#include "source/json/json_token.h"

#include <stdint.h>

enum { TRAIL_STEPS_MAX = 96 };
/* How many members that other rows had may be missing in a row before its next key is not looked for any further. */
enum { TRAIL_SKIP_MAX = 4 };

/* Good for any object of the same schema. */
struct json_trail {
    uint32_t count, at;  /* at: the step that is expected next */
    uint32_t first_ends; /* no step from here on is_first */
    struct simd_lead leads[TRAIL_STEPS_MAX];
    bool is_first[TRAIL_STEPS_MAX];    /* an object begins with it; all others begin with a comma */
    uint32_t columns[TRAIL_STEPS_MAX]; /* that the key names, or COLUMN_NONE */
};

/* No step is known; nothing else of it is touched. */
static inline void json_trail_init(struct json_trail *trail)
{
    trail->count = trail->at = trail->first_ends = 0;
}

/* Both have len bytes, at least SIMD_LEAD_MIN. */
static inline bool json_trail_same(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i + sizeof(uint64_t) < len; i += sizeof(uint64_t)) {
        if (load64(a + i) != load64(b + i))
            return false;
    }
    return load64(a + len - sizeof(uint64_t)) == load64(b + len - sizeof(uint64_t));
}

/* An object begins. */
static inline void json_trail_begin(struct json_trail *trail)
{
    trail->at = 0;
}

/*
 * Behind the brace of an object (walk->begun is false) or behind a member's value: takes the comma and the key of the next
 * member if the trail knows them, so that the cursor stands at the value. False: nothing was taken.
 */
bool json_trail_take(struct json_trail *trail, struct json_cursor *cursor, struct json_walk *walk,
                     uint32_t *out_column);

/*
 * Takes members with plain values (simd.h, members()) as long as they are the expected ones, none missing. Returns how many
 * there were; out_values, with room for TRAIL_STEPS_MAX, has where their values stand, from *out_base on, and
 * *out_columns their columns.
 */
uint32_t json_trail_run(struct json_trail *trail, struct json_cursor *cursor, const struct json_walk *walk,
                        struct simd_span *out_values, const char **out_base, const uint32_t **out_columns);

/*
 * Takes members as long as the trail knows them, and gives each: the column of its key, and its value. False: a value is malformed.
 * Inlined, so that each() is no call.
 */
static inline __attribute__((always_inline)) bool
json_trail_follow(struct json_trail *trail, struct json_cursor *cursor, struct json_walk *walk,
                  void (*each)(void *user, uint32_t column, struct slice value), void *user)
{
    uint32_t column;
    for (;;) {
        struct slice value;
        struct simd_span values[TRAIL_STEPS_MAX];
        const char *base = cursor->at;
        const uint32_t *columns = NULL;
        uint32_t count = json_trail_run(trail, cursor, walk, values, &base, &columns);
        for (uint32_t i = 0; i < count; i++)
            each(user, columns[i], slice_of(base + values[i].start, values[i].end - values[i].start));
        if (!json_trail_take(trail, cursor, walk, &column))
            return true;
        if (!json_value(cursor, &value))
            return false;
        each(user, column, value);
    }
}

/*
 * Is the end of these members of an object, from behind its brace up to where a value is expected, the lead of this step, of which there
 * must be one?
 */
static inline bool json_trail_ends(const struct json_trail *trail, uint32_t step, const char *members, size_t len)
{
    const struct simd_lead *lead = &trail->leads[step];
    bool fits = trail->is_first[step] ? lead->len == len : lead->len < len;
    return fits && json_trail_same(lead->text, members + len - lead->len, lead->len);
}

/* Puts in what json_trail_take() did not know: the text from where it was asked up to the value. */
void json_trail_learn(struct json_trail *trail, struct slice lead, bool is_first, uint32_t column);

#endif
