/*
 * json_layout.c - see json_layout.h.
 */
#include "source/json/json_layout.h"

#include "source/json/json_int.h"

_Static_assert(FEW_COLUMNS_MAX < UINT8_MAX, "a column's number is kept in a byte");

const struct simd_marks JSON_LAYOUT_MARKS = {.pair = {{'"', ':', 1}}, .count = 1};

void json_layout_init(struct json_layout *layout, const struct json_trail *trail, const struct few_columns *columns)
{
    layout->trail = trail;
    layout->columns = *columns;
    layout->known = 0;
}

/* Keys were learned, anywhere in the trail. */
static void slots_make(struct json_layout *layout)
{
    const struct json_trail *trail = layout->trail;
    for (uint32_t i = 0; i < trail->count; i++) {
        uint32_t slot = 0;
        while (slot < layout->columns.count && layout->columns.column[slot] != trail->columns[i])
            slot++;
        layout->slots[i] = (uint8_t)slot;
    }
    layout->known = trail->count;
}

void json_layout_begin(struct json_layout *layout, uint32_t begin)
{
    if (layout->known != layout->trail->count)
        slots_make(layout);
    layout->begin = begin;
    layout->step = 0;
    layout->odd = false;
    for (uint32_t i = 0; i < layout->columns.count; i++)
        layout->values[i] = JSON_VALUE_ABSENT;
}

void json_layout_other(struct json_layout *layout, const char *text, uint32_t len, uint32_t at)
{
    uint32_t begin = layout->begin, value = at + 2;
    if (at + 1 >= len || text[at + 1] != ':')
        return;
    if (at > begin && text[at - 1] == '\\') {
        layout->odd |= !json_is_escaped(text, begin, at);
        return;
    }
    for (uint32_t i = 1; i <= TRAIL_SKIP_MAX && layout->step + i < layout->known; i++) {
        if (json_trail_ends(layout->trail, layout->step + i, text + begin + 1, value - begin - 1)) {
            layout->values[layout->slots[layout->step + i]] = value;
            layout->step += i + 1;
            return;
        }
    }
    layout->odd = true;
}
