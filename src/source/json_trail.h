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

#include "source/json_token.h"

#include <stdint.h>

enum { TRAIL_LEAD_MIN = 8, TRAIL_LEAD_MAX = 56, TRAIL_STEPS_MAX = 96 };

struct json_step_seen {
    char lead[TRAIL_LEAD_MAX];
    uint16_t len;
    bool is_first;   /* an object begins with it; all others begin with a comma */
    uint32_t column; /* that the key names, or COLUMN_NONE */
};

/* Begins zeroed; good for any object of the same schema. */
struct json_trail {
    uint32_t count, at; /* at: the step that is expected next */
    struct json_step_seen steps[TRAIL_STEPS_MAX];
};

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

/* Puts in what json_trail_take() did not know: the text from where it was asked up to the value. */
void json_trail_learn(struct json_trail *trail, struct slice lead, bool is_first, uint32_t column);

#endif
