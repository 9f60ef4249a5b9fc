/*
 * read_stdin.h - for tools of tests: all of standard input.
 */
#ifndef DDNSHUNT_TESTS_READ_STDIN_H
#define DDNSHUNT_TESTS_READ_STDIN_H

#include "base/buf.h"

#include <stdio.h>

/* False if there is no memory. */
static inline bool read_stdin(struct buf *in)
{
    for (;;) {
        char *room = buf_reserve(in, 65536);
        size_t len = room ? fread(room, 1, 65536, stdin) : 0;
        if (len == 0)
            return room != NULL;
        in->len += len;
    }
}

#endif
