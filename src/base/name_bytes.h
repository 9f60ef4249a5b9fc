/*
 * name_bytes.h - the bytes of which names of hosts in telemetry nearly always consist: a-z 0-9 - . _
 */
#ifndef DDNSHUNT_BASE_NAME_BYTES_H
#define DDNSHUNT_BASE_NAME_BYTES_H

#include "base/bytes16.h"

#include <stddef.h>

/* Those that are none of them as bits, the first one's lowest. */
static inline uint32_t name_others(bytes16 v)
{
    bytes16 letter = (bytes16)((bytes16)(v - 'a') < 26);
    bytes16 low = (bytes16)((bytes16)(v - '-') < '9' - '-' + 1) & (bytes16)(v != '/');
    return ~bytes16_bits(letter | low | (bytes16)(v == '_')) & 0xffff;
}

/*
 * How many of them the text of len bytes begins with; not exact near its end: fewer, if less than 32 bytes follow. Names of less than
 * 32 bytes, whose lengths nothing foretells, take no branch that depends on it.
 */
static inline size_t name_run(const char *text, size_t len)
{
    size_t at = 0;
    for (; len - at >= 32; at += 32) {
        uint32_t others = name_others(bytes16_load(text + at)) | name_others(bytes16_load(text + at + 16)) << 16;
        if (others)
            return at + (size_t)__builtin_ctz(others);
    }
    return at;
}

#endif
