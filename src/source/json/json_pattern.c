/*
 * json_pattern.c - see json_pattern.h.
 */
#include "source/json/json_pattern.h"

void json_pattern_note(struct json_pattern_strings *strings, const char *text, struct slice value)
{
    bool plain = value.len >= 2 && value.ptr[0] == '"' && !memchr(value.ptr, '\\', value.len);
    if (!plain || strings->count == PATTERN_STRINGS_MAX)
        return;
    uint32_t start = (uint32_t)(value.ptr + 1 - text);
    strings->string[strings->count++] =
        (struct json_pattern_string){.start = start, .end = start + (uint32_t)value.len - 2};
}

static struct slice string_of(const char *text, const struct json_pattern_string *string)
{
    return slice_of(text + string->start, string->end - string->start);
}

static void bits_set(uint64_t *bits, uint32_t from, uint32_t to, bool on)
{
    for (uint32_t i = from; i < to; i++) {
        uint64_t bit = UINT64_C(1) << i % 64;
        bits[i / 64] = on ? bits[i / 64] | bit : bits[i / 64] & ~bit;
    }
}

/* Takes over a text with known strings. */
static void take(struct json_pattern *pattern, struct slice text)
{
    pattern->padded = 0;
    if (text.len == 0 || text.len > PATTERN_BYTES_MAX)
        return;
    memcpy(pattern->text, text.ptr, text.len);
    pattern->len = (uint32_t)text.len;
    pattern->padded = (pattern->len + SIMD_CHUNK - 1) / SIMD_CHUNK * SIMD_CHUNK;
    bits_set(pattern->fixed, 0, pattern->len, true);
    bits_set(pattern->fixed, pattern->len, pattern->padded, false);
    bits_set(pattern->plain, 0, pattern->padded, false);
    for (uint32_t i = 0; i < pattern->strings.count; i++) {
        const struct json_pattern_string *string = &pattern->strings.string[i];
        if (!string->is_gap)
            continue;
        bits_set(pattern->fixed, string->start, string->end, false);
        bits_set(pattern->plain, string->start, string->end, true);
    }
}

void json_pattern_learn(struct json_pattern *pattern, struct slice text, const struct json_pattern_strings *seen)
{
    const struct json_pattern_strings old = pattern->strings;
    bool had = pattern->padded > 0;
    pattern->strings = *seen;
    /* A gap that is wrong, as the texts differ in other ways too, does no harm: it matches any string. */
    for (uint32_t i = 0; had && i < seen->count && i < old.count; i++) {
        struct json_pattern_string *string = &pattern->strings.string[i];
        string->is_gap =
            old.string[i].is_gap || !slice_eq(string_of(pattern->text, &old.string[i]), string_of(text.ptr, string));
    }
    take(pattern, text);
}

/* The bytes of the pattern in [from, to) stand at the begin of rest; they are taken off it. */
static bool same(const struct json_pattern *pattern, uint32_t from, uint32_t to, struct slice *rest)
{
    size_t len = to - from;
    bool same = rest->len >= len && memcmp(pattern->text + from, rest->ptr, len) == 0;
    *rest = slice_cut(*rest, same ? len : 0, rest->len);
    return same;
}

/* A plain string without braces and brackets; up to its quote it is taken off. */
static bool gap(struct slice *rest)
{
    const struct simd *simd = simd_ops();
    size_t end = simd->string_end(rest->ptr, rest->len, 0);
    if (end == rest->len || rest->ptr[end] != '"' || simd->structure(rest->ptr, rest->len, 0) != end)
        return false;
    *rest = slice_cut(*rest, end, rest->len);
    return true;
}

bool json_pattern_match(struct json_pattern *pattern, const char *at, size_t len)
{
    struct slice rest = slice_of(at, len);
    struct json_pattern_strings moved = pattern->strings;
    uint32_t done = 0; /* of the pattern */
    if (!pattern->padded)
        return false;
    for (uint32_t i = 0; i < moved.count; i++) {
        struct json_pattern_string *string = &moved.string[i];
        if (!same(pattern, done, string->start, &rest))
            return false;
        done = string->end;
        uint32_t start = (uint32_t)(rest.ptr - at);
        if (string->is_gap ? !gap(&rest) : !same(pattern, string->start, string->end, &rest))
            return false;
        *string = (struct json_pattern_string){start, (uint32_t)(rest.ptr - at), string->is_gap};
    }
    if (!same(pattern, done, pattern->len, &rest) || rest.len)
        return false;
    pattern->strings = moved;
    take(pattern, slice_of(at, len));
    return true;
}
