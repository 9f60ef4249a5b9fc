/*
 * name_bytes.h - the bytes of which names of hosts in telemetry nearly always consist: a-z 0-9 - . _
 */
#ifndef DDNSHUNT_BASE_NAME_BYTES_H
#define DDNSHUNT_BASE_NAME_BYTES_H

#include "base/bytes16.h"
#include "base/load.h"

#include <stddef.h>

/* Those that are none of them as bits, the first one's lowest. */
static inline uint32_t name_others(bytes16 v)
{
    bytes16 letter = (bytes16)((bytes16)(v - 'a') < 26);
    bytes16 low = (bytes16)((bytes16)(v - '-') < '9' - '-' + 1) & (bytes16)(v != '/');
    return ~bytes16_bits(letter | low | (bytes16)(v == '_')) & 0xffff;
}

/*
 * How many of them the text of len bytes begins with; not exact near its end: fewer, if less than 48 bytes follow. Names of less than
 * 48 bytes, whose lengths nothing foretells, take no branch that depends on it.
 */
static inline size_t name_run(const char *text, size_t len)
{
    size_t at = 0;
    for (; len - at >= 48; at += 48) {
        uint64_t others = name_others(bytes16_load(text + at)) | name_others(bytes16_load(text + at + 16)) << 16 |
                          (uint64_t)name_others(bytes16_load(text + at + 32)) << 32;
        if (others)
            return at + (size_t)__builtin_ctzll(others);
    }
    return at;
}

/* How long the http:// or https:// is that the text begins with; 0: none. Without a branch but for its end. */
static inline size_t name_scheme(const char *text, size_t len)
{
    enum { PLAIN = sizeof "http://" - 1, SECURE = sizeof "https://" - 1 };
    if (len < SECURE)
        return 0;
    uint64_t word = load64(text), seven = word & load64("\xff\xff\xff\xff\xff\xff\xff");
    return (size_t)(seven == load64("http://")) * PLAIN + (size_t)(word == load64("https://")) * SECURE;
}

#endif
