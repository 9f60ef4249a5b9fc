/*
 * byte_run.h - finds a run of bytes that are all in a set: what a text must hold to match [4-6]{5}.
 *
 * The last place where the run can end is looked at first: a byte that is not in the set there rules out all runs over
 * it, so that of most texts one byte of run.len is read. No byte is read twice.
 */
#ifndef DDNSHUNT_BASE_BYTE_RUN_H
#define DDNSHUNT_BASE_BYTE_RUN_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct byte_run {
    bool has[256];
    uint32_t len;
};

/* Are there run->len bytes of the set, one behind the other? len is not 0. */
static inline bool byte_run_is_in(const struct byte_run *run, struct slice text)
{
    size_t start = 0, known = 0; /* all bytes in [start, known) are in the set */
    while (text.len - start >= run->len) {
        size_t end = start + run->len, at = end;
        while (at > known && run->has[(uint8_t)text.ptr[at - 1]])
            at--;
        if (at == known)
            return true;
        start = at;
        known = end;
    }
    return false;
}

#endif
