/*
 * match.c - see match.h.
 */
#include "kql/func/match.h"

void match_fold(struct slice text, char *out)
{
    for (size_t i = 0; i < text.len; i++)
        out[i] = ascii_lower(text.ptr[i]);
}

bool match_is_term(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_alnum(text.ptr[i]))
            return false;
    return text.len > 0;
}

bool match_next_term(struct slice text, size_t *at, struct slice *out_term)
{
    size_t start = *at;
    while (start < text.len && !ascii_is_alnum(text.ptr[start]))
        start++;
    size_t end = start;
    while (end < text.len && ascii_is_alnum(text.ptr[end]))
        end++;
    *at = end;
    *out_term = slice_cut(text, start, end);
    return end > start;
}

/*
 * Looks at each occurrence. Where one fails at a side, no other that ends (or begins) within the same run of
 * alphanumerics can do better, so that the search goes on behind the run: the time does not grow with repetitions.
 */
static bool has(struct slice text, struct slice needle, bool left, bool right)
{
    left = left && ascii_is_alnum(needle.ptr[0]);
    right = right && ascii_is_alnum(needle.ptr[needle.len - 1]);
    ptrdiff_t found = slice_find(text, needle, 0);
    while (found >= 0) {
        size_t start = (size_t)found, end = start + needle.len, next = start + 1;
        bool left_fails = left && start > 0 && ascii_is_alnum(text.ptr[start - 1]);
        bool right_fails = right && end < text.len && ascii_is_alnum(text.ptr[end]);
        if (!left_fails && !right_fails)
            return true;
        if (left_fails) {
            while (next < text.len && ascii_is_alnum(text.ptr[next - 1]))
                next++;
        }
        if (right_fails) {
            while (end < text.len && ascii_is_alnum(text.ptr[end]))
                end++;
            next = end - needle.len > next ? end - needle.len : next;
        }
        found = slice_find(text, needle, next);
    }
    return false;
}

bool match_found(enum match_kind kind, struct slice text, struct slice needle)
{
    if (kind == MATCH_EQUALS)
        return slice_eq(text, needle);
    if (needle.len == 0)
        return true;
    if (needle.len > text.len)
        return false;
    switch (kind) {
    case MATCH_EQUALS:
    case MATCH_CONTAINS:
        return slice_find(text, needle, 0) >= 0;
    case MATCH_HAS:
        return has(text, needle, true, true);
    case MATCH_HAS_PREFIX:
        return has(text, needle, true, false);
    case MATCH_HAS_SUFFIX:
        return has(text, needle, false, true);
    case MATCH_STARTS:
        return slice_starts(text, needle);
    case MATCH_ENDS:
        return slice_ends(text, needle);
    }
    return false;
}
