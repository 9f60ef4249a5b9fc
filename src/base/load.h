/*
 * load.h - bytes at any address as a word, in the order of the machine.
 */
#ifndef DDNSHUNT_BASE_LOAD_H
#define DDNSHUNT_BASE_LOAD_H

#include <stdint.h>
#include <string.h>

static inline uint64_t load64(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

#endif
