/*
 * json_fast.c - one value in a record's raw bytes: see json_fast.h.
 */
#include "source/json_fast.h"

#include "source/json_token.h"

bool json_fast_value(const char *at, const char *end, struct slice *out_value)
{
    struct json_cursor cursor = {at, end, NULL};
    struct json_text text;
    if (at == end || *at == '{' || *at == '[')
        return false;
    if (*at == '"') {
        if (!json_string(&cursor, &text))
            return false;
        *out_value = slice_of(at, (size_t)(cursor.at - at));
    } else if (!json_value(&cursor, out_value)) {
        return false;
    }
    json_blanks(&cursor);
    return cursor.at < end && (*cursor.at == ',' || *cursor.at == '}');
}
