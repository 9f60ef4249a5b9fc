/*
 * json_border.c - see json_border.h.
 */
#include "source/json_border.h"

/* The least room for marks that the kernels use well, and the first. */
enum { ROOM_MIN = 2 * SIMD_MARKS_ROOM, ROOM_FIRST = 256 };
/* From a record's end to the last byte of a border: a comma, a blank, a brace, a quote, a key's first byte. */
enum { BORDER_BYTES = 5 };

void json_border_begin(struct json_border_search *search, const char *text, size_t len, enum json_behind behind,
                       const struct json_probe *probe, size_t record_max)
{
    search->text = text;
    search->len = len;
    search->behind = behind;
    search->probe = probe;
    search->most = record_max < JSON_BORDER_MAX ? record_max : JSON_BORDER_MAX;
    search->pairs = probe ? probe->marks : (struct simd_marks){.count = 0};
    search->from = search->next = search->count = 0;
    search->room = ROOM_FIRST;
}

/* Drops the marks up to the record's own brace. */
static void marks_begin(struct json_border_search *search, size_t begin)
{
    while (search->next < search->count && search->marks[search->next] <= begin)
        search->next++;
    if (search->next == search->count && search->from <= begin)
        search->from = begin + 1;
}

/* False: the text has no more. */
static bool marks_more(struct json_border_search *search)
{
    search->next = search->count = 0;
    while (search->count == 0 && search->from < search->len)
        search->count =
            simd_ops()->mark(search->text, search->len, &search->pairs, &search->from, search->marks, search->room);
    search->room = search->room < JSON_BORDER_MARKS ? search->room * 2 : JSON_BORDER_MARKS;
    return search->count > 0;
}

/* Is the bracket that of a member's value, and no array's that has objects first? */
static bool is_value(const char *text, uint32_t begin, uint32_t at)
{
    uint32_t before = at - 1;
    while (before > begin && json_is_blank(text[before]))
        before--;
    if (text[before] != ':')
        return false;
    char next = text[at + 1];
    return text[at] == '{' || next == '"' || next == ']' || next == '-' || ascii_is_alnum(next);
}

/* Does the brace stand where a member's value begins, by what nearly all that do have around it? */
static inline bool is_plain_value(const char *text, uint32_t begin, uint32_t at)
{
    return text[at - 1] == ':' && at - begin > 3 && text[at - 2] == '"' && text[at - 3] != '\\';
}

/* What a bracket or line break tells. */
enum look { LOOK_ON, LOOK_BORDER, LOOK_OTHER, LOOK_CUT };

static inline enum look look_at(const struct json_border_search *search, struct json_facts *facts, uint32_t at,
                                size_t *out_end)
{
    const char *text = search->text;
    size_t len = search->len;
    if (json_border_at(text, len, at, out_end))
        return LOOK_BORDER;
    if (text[at] == '\n')
        return LOOK_OTHER;
    if (len - at < 2 || (text[at + 1] == '"' && len - at < 3))
        return LOOK_CUT;
    bool is_plain = text[at] == '{' && text[at + 1] == '"' && is_plain_value(text, facts->begin, at);
    if (!is_plain && !json_bracket_counts(text, facts->begin, (uint32_t)len, at))
        return LOOK_ON;
    json_facts_add_bracket(facts, at);
    return is_plain || is_value(text, facts->begin, at) ? LOOK_ON : LOOK_OTHER;
}

/* There are no more marks. */
static enum json_border text_ends(const struct json_border_search *search, size_t begin, size_t *out_end,
                                  size_t *out_next)
{
    size_t seen = search->len - begin;
    *out_end = *out_next = search->len;
    if (search->behind == JSON_BEHIND_BORDER && seen <= search->most)
        return JSON_BORDER_FOUND;
    bool waits = search->behind == JSON_BEHIND_UNKNOWN && seen < search->most + BORDER_BYTES;
    return waits ? JSON_BORDER_WAITS : JSON_BORDER_NONE;
}

/* Goes on at the next mark. */
static inline enum json_border find(struct json_border_search *search, size_t begin, struct json_facts *facts,
                                    size_t *out_end, size_t *out_next)
{
    const char *text = search->text;
    for (;; search->next++) {
        if (search->next == search->count && !marks_more(search))
            return text_ends(search, begin, out_end, out_next);
        uint32_t at = search->marks[search->next];
        if ((text[at] | 0x20) != '{' && text[at] != '\n') {
            if (search->probe)
                json_facts_add(facts, search->probe, text, (uint32_t)search->len, at);
            continue;
        }
        enum look look = look_at(search, facts, at, out_end);
        bool too_far = at - begin > search->most + 2; /* behind all places for a border's brace */
        if (look == LOOK_ON && !too_far)
            continue;
        if (look == LOOK_CUT && !too_far && search->behind == JSON_BEHIND_UNKNOWN)
            return JSON_BORDER_WAITS;
        *out_next = at;
        return look == LOOK_BORDER && *out_end - begin <= search->most ? JSON_BORDER_FOUND : JSON_BORDER_NONE;
    }
}

enum json_border json_border_find(struct json_border_search *search, size_t begin, struct json_facts *facts,
                                  size_t *out_end, size_t *out_next)
{
    json_facts_begin(facts, (uint32_t)begin);
    marks_begin(search, begin);
    enum json_border border = find(search, begin, facts, out_end, out_next);
    if (border == JSON_BORDER_NONE)
        search->room = ROOM_MIN;
    return border;
}
