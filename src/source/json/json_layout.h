/*
 * json_layout.h - where several columns stand in a line without an envelope, by the keys of the lines before it.
 *
 *   {"DeviceName":"a\":","RemotePort":443}         places with a quote before a colon
 *                ^    ^              ^             the second is escaped, so it is part of a string
 *
 * For lines that simd.h's compact() proves: in these no blank stands, so that each key has such a place at its end. If all such
 * places but those in strings end a lead that is known (json_trail.h), the line has no other keys, and no object with keys inside, whose
 * first has no comma before it. Known keys are mere columns, none of which says what a record is: such a line is a row.
 */
#ifndef DDNSHUNT_SOURCE_JSON_LAYOUT_H
#define DDNSHUNT_SOURCE_JSON_LAYOUT_H

#include "base/simd/simd.h"
#include "event/schema.h"
#include "source/json/json_trail.h"

struct json_layout {
    const struct json_trail *trail; /* that of rows without an envelope */
    struct few_columns columns;     /* that are wanted */
    uint32_t known;                 /* steps of the trail that slots knows */
    uint8_t slots[TRAIL_STEPS_MAX]; /* of each step: which of the columns it is, or their count */
    /* Of the line that is being looked at: */
    uint32_t begin, step;                 /* step: of the trail, that is expected next */
    bool odd;                             /* it has something that is not known */
    uint32_t values[FEW_COLUMNS_MAX + 1]; /* where each column's value begins; the last one is no column's */
};

/* The marks to be asked for. */
extern const struct simd_marks JSON_LAYOUT_MARKS;

/* The trail must live as long as the layout is used. */
void json_layout_init(struct json_layout *layout, const struct json_trail *trail, const struct few_columns *columns);
/* A line begins there. */
void json_layout_begin(struct json_layout *layout, uint32_t begin);
/* A mark that is not the end of the next step's lead. */
void json_layout_other(struct json_layout *layout, const char *text, uint32_t len, uint32_t at);

/*
 * Notes a mark that is a quote, in text of len bytes. Marks come in their order. Of a key that stands twice the last one counts, as
 * everywhere. A lead begins with a comma, which escapes nothing, so that the quote behind it begins the key; that of a line's first
 * key is known by its place.
 */
static inline void json_layout_key(struct json_layout *layout, const char *text, uint32_t len, uint32_t at)
{
    uint32_t step = layout->step, begin = layout->begin, value = at + 2;
    if (step < layout->known && value <= len &&
        json_trail_ends(layout->trail, step, text + begin + 1, value - begin - 1)) {
        layout->values[layout->slots[step]] = value;
        layout->step = step + 1;
    } else {
        json_layout_other(layout, text, len, at);
    }
}

#endif
