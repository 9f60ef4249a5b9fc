/*
 * fuzz.h - what every fuzz target is: libFuzzer's entry point, which a replayer of seeds calls as well (replay.c).
 *
 * A target must never fail by an assert() that a release build leaves out: check with FUZZ_CHECK.
 */
#ifndef DDNSHUNT_TESTS_FUZZ_H
#define DDNSHUNT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                              \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
