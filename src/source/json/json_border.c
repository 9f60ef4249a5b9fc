/*
 * json_border.c - see json_border.h.
 */
#include "source/json/json_border.h"

/* The least room for marks that the kernels use well, and the first. */
enum { ROOM_MIN = 2 * SIMD_MARKS_ROOM, ROOM_FIRST = 256 };
/* From a record's end to the last byte of a border: the gap, a brace, a quote, a key's first byte. */
enum { BORDER_BYTES = JSON_BORDER_GAP_MAX + 3 };

bool json_border_gap(const char *text, size_t at, bool with_comma, size_t *out_end)
{
    size_t low = at < JSON_BORDER_GAP_MAX ? 0 : at - JSON_BORDER_GAP_MAX, end = at;
    bool comma = false;
    while (end > low && (json_is_blank(text[end - 1]) || (text[end - 1] == ',' && !comma)))
        comma |= text[--end] == ',';
    *out_end = end;
    return end > 0 && text[end - 1] == '}' && (comma || !with_comma);
}

void json_border_begin(struct json_border_search *search, const struct json_border_piece *piece)
{
    search->piece = *piece;
    search->simd = simd_ops();
    search->most = piece->record_max < JSON_BORDER_MAX ? piece->record_max : JSON_BORDER_MAX;
    search->pairs = piece->probe ? piece->probe->marks : (struct simd_marks){.count = 0};
    search->from = search->next = search->count = 0;
    search->room = ROOM_FIRST;
}

/*
 * Begins the record's facts, and drops the marks that tell them nothing new, those up to its own brace at least. What a pattern
 * holds would not decide either: a bracket that is a member's value, and no line break.
 */
static inline void record_begin(struct json_border_search *search, size_t begin, struct json_facts *facts)
{
    const struct json_border_piece *piece = &search->piece;
    if (piece->memory && piece->memory->before_in_line)
        json_facts_begin_alike(facts, piece->memory, search->simd, piece->text, (uint32_t)piece->len, (uint32_t)begin);
    else
        json_facts_begin(facts, (uint32_t)begin);
    while (search->next < search->count && search->marks[search->next] < facts->known)
        search->next++;
    if (search->from < facts->known)
        search->from = facts->known;
}

/* False: the text has no more. */
static bool marks_more(struct json_border_search *search)
{
    const struct json_border_piece *piece = &search->piece;
    search->next = search->count = 0;
    while (search->count == 0 && search->from < piece->len)
        search->count =
            search->simd->mark(piece->text, piece->len, &search->pairs, &search->from, search->marks, search->room);
    search->room = search->room < JSON_BORDER_MARKS ? search->room * 2 : JSON_BORDER_MARKS;
    return search->count > 0;
}

/* Does a colon stand before the bracket, blanks aside? Nothing before the record's own brace is looked at. */
static bool is_value(const char *text, uint32_t at)
{
    return text[json_back_over_blanks(text, at) - 1] == ':';
}

/* The same of a bracket that counts, by what nearly all have around them. */
static inline bool is_plain_value(const char *text, uint32_t at)
{
    return text[at + 1] == '"' && text[at - 1] == ':' && text[at - 2] == '"' && text[at - 3] != '\\';
}

/* What a bracket or line break tells. */
enum look { LOOK_ON, LOOK_BORDER, LOOK_OTHER, LOOK_CUT };

static inline enum look look_at(const struct json_border_piece *piece, struct json_facts *facts, uint32_t at,
                                size_t *out_end)
{
    const char *text = piece->text;
    size_t len = piece->len;
    if (json_border_at(text, len, at, out_end))
        return LOOK_BORDER;
    if (text[at] == '\n')
        return !piece->is_line && json_border_gap(text, at, false, out_end) ? LOOK_ON : LOOK_OTHER;
    if (len - at < 2 || (text[at + 1] == '"' && len - at < 3))
        return LOOK_CUT;
    bool is_plain = is_plain_value(text, at); /* looks at nothing before the record's own brace */
    if (!is_plain && !json_bracket_counts(text, facts->begin, (uint32_t)len, at))
        return LOOK_ON;
    json_facts_add_bracket(facts, at);
    return is_plain || is_value(text, at) ? LOOK_ON : LOOK_OTHER;
}

/* There are no more marks. */
static enum json_border text_ends(const struct json_border_search *search, size_t begin, size_t *out_end,
                                  size_t *out_next)
{
    const struct json_border_piece *piece = &search->piece;
    size_t seen = piece->len - begin;
    *out_end = *out_next = piece->len;
    if (piece->behind == JSON_BEHIND_BORDER && seen <= search->most)
        return JSON_BORDER_FOUND;
    bool waits = piece->behind == JSON_BEHIND_UNKNOWN && seen < search->most + BORDER_BYTES;
    return waits ? JSON_BORDER_WAITS : JSON_BORDER_NONE;
}

/* Goes on at the next mark. */
static inline enum json_border find(struct json_border_search *search, size_t begin, struct json_facts *facts,
                                    size_t *out_end, size_t *out_next)
{
    const struct json_border_piece *piece = &search->piece;
    const char *text = piece->text;
    for (;; search->next++) {
        if (search->next == search->count && !marks_more(search))
            return text_ends(search, begin, out_end, out_next);
        uint32_t at = search->marks[search->next];
        if ((text[at] | 0x20) != '{' && text[at] != '\n') {
            if (piece->probe)
                json_facts_add(facts, piece->probe, text, (uint32_t)piece->len, at);
            continue;
        }
        enum look look = look_at(piece, facts, at, out_end);
        bool too_far = at - begin > search->most + JSON_BORDER_GAP_MAX; /* behind all places for a border's brace */
        if (look == LOOK_ON && !too_far)
            continue;
        if (look == LOOK_CUT && !too_far && piece->behind == JSON_BEHIND_UNKNOWN)
            return JSON_BORDER_WAITS;
        *out_next = at;
        return look == LOOK_BORDER && *out_end - begin <= search->most ? JSON_BORDER_FOUND : JSON_BORDER_NONE;
    }
}

enum json_border json_border_find(struct json_border_search *search, size_t begin, struct json_facts *facts,
                                  size_t *out_end, size_t *out_next)
{
    const struct json_border_piece *piece = &search->piece;
    record_begin(search, begin, facts);
    if (piece->len - begin > 1 && piece->text[begin + 1] == '\n') /* as a search would find */
        return JSON_BORDER_NONE;
    enum json_border border = find(search, begin, facts, out_end, out_next);
    if (border == JSON_BORDER_NONE)
        search->room = ROOM_MIN;
    return border;
}
