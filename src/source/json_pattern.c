/*
 * json_pattern.c - see json_pattern.h.
 */
#include "source/json_pattern.h"

#include "base/simd/simd.h"

void json_pattern_note(struct json_pattern *pattern, struct slice value)
{
    bool plain = value.len >= 2 && value.ptr[0] == '"' && !memchr(value.ptr, '\\', value.len);
    if (!plain || pattern->count == PATTERN_STRINGS_MAX)
        return;
    uint32_t start = (uint32_t)(value.ptr + 1 - pattern->text.ptr);
    pattern->string[pattern->count++] =
        (struct json_pattern_string){.start = start, .end = start + (uint32_t)value.len - 2};
}

static struct slice string_of(const struct json_pattern *pattern, uint32_t i)
{
    return slice_cut(pattern->text, pattern->string[i].start, pattern->string[i].end);
}

void json_pattern_learn(struct json_pattern *pattern, const struct json_pattern *seen, size_t len)
{
    struct json_pattern old = *pattern;
    *pattern = *seen;
    pattern->text.len = len;
    /* A gap that is wrong, as the texts differ in other ways too, does no harm: it matches any string. */
    for (uint32_t i = 0; i < pattern->count && i < old.count; i++)
        pattern->string[i].is_gap = old.string[i].is_gap || !slice_eq(string_of(&old, i), string_of(pattern, i));
}

/* The bytes of the pattern in [from, to) stand at `at`. */
static bool same(const struct json_pattern *pattern, uint32_t from, uint32_t to, const char *at, const char *end)
{
    size_t len = to - from;
    return (size_t)(end - at) >= len && memcmp(pattern->text.ptr + from, at, len) == 0;
}

bool json_pattern_match(const struct json_pattern *pattern, const char *at, const char *end, const char **out_end)
{
    uint32_t done = 0;
    for (uint32_t i = 0; i < pattern->count; i++) {
        const struct json_pattern_string *string = &pattern->string[i];
        if (!string->is_gap)
            continue;
        if (!same(pattern, done, string->start, at, end))
            return false;
        at += string->start - done;
        done = string->end;
        at += simd_ops()->string_end(at, (size_t)(end - at), 0);
        if (at == end || *at != '"')
            return false;
    }
    if (pattern->text.len == 0 || !same(pattern, done, (uint32_t)pattern->text.len, at, end))
        return false;
    *out_end = at + (pattern->text.len - done);
    return true;
}
