/*
 * host_quick.h - the host of texts that need no more than a cut: a name in lower case, alone, behind http:// or https://, before a
 * path or a port. Nearly all of telemetry is that.
 *
 * What a plain name can't hold is found 16 bytes at a time: names are too short for more.
 */
#ifndef DDNSHUNT_HOST_HOST_QUICK_H
#define DDNSHUNT_HOST_HOST_QUICK_H

#include "base/name_bytes.h"
#include "base/slice.h"

enum { HOST_WINDOW = 64 }; /* bytes that are looked at; what is longer takes another road */

/* Which of the first `len` bytes at `text`, at most HOST_WINDOW, are none of a plain name's. No byte behind them is read. */
static inline uint64_t host_window(const char *text, size_t len)
{
    uint64_t others = 0;
    if (len >= 16) {
        for (size_t i = 0; i + 16 < len; i += 16)
            others |= (uint64_t)name_others(bytes16_load(text + i)) << i;
        return others | (uint64_t)name_others(bytes16_load(text + len - 16)) << (len - 16);
    }
    if (len >= 8) {
        char both[16];
        memcpy(both, text, 8);
        memcpy(both + 8, text + len - 8, 8);
        others = name_others(bytes16_load(both));
        return (others & 0xff) | (others >> 8) << (len - 8);
    }
    char few[16] = {0};
    for (size_t i = 0; i < len; i++)
        few[i] = text[i];
    return name_others(bytes16_load(few)) & ((UINT64_C(1) << len) - 1);
}

static inline bool host_ends_authority(char c)
{
    return c == '/' || c == '?' || c == '#' || c == '\\';
}

/* Behind the digits of a port that begins at `at`, if the authority ends with them; else 0. */
static inline size_t host_port_end(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && ascii_is_digit(text.ptr[end]))
        end++;
    return end > at && (end == text.len || host_ends_authority(text.ptr[end])) ? end : 0;
}

/*
 * What steps 1 to 11 of host.h leave of the text; empty where that takes more than this.
 *
 * A name that a path, a query or a fragment follows begins no scheme, as a scheme ends with a colon. Nor does one that a port
 * follows, if it is longer than the schemes which need no slashes: "https" is the longest one.
 */
static inline struct slice host_quick(struct slice text)
{
    enum { SCHEME_MAX = 5 };
    const struct slice unknown = {0};
    size_t len = text.len < HOST_WINDOW ? text.len : HOST_WINDOW, start = 0;
    uint64_t others = host_window(text.ptr, len);
    if (!others)
        return len == text.len ? text : unknown;
    size_t end = (size_t)__builtin_ctzll(others);
    if (end + 3 < len && memcmp(text.ptr + end, "://", 3) == 0) {
        if (end < 4 || end > 5 || memcmp(text.ptr, "https", end) != 0)
            return unknown;
        start = end + 3;
        others = others >> start << start;
        end = others ? (size_t)__builtin_ctzll(others) : len;
    }
    if (end == start || (end == len && len < text.len))
        return unknown;
    if (end < text.len && !host_ends_authority(text.ptr[end])) {
        bool port = text.ptr[end] == ':' && end - start > (start ? 0 : SCHEME_MAX) && host_port_end(text, end + 1) > 0;
        if (!port)
            return unknown;
    }
    return slice_cut(text, start, end);
}

#endif
