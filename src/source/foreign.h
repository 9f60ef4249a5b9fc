/*
 * foreign.h - what an input of no known format seems to be: for the message alone.
 */
#ifndef DDNSHUNT_SOURCE_FOREIGN_H
#define DDNSHUNT_SOURCE_FOREIGN_H

#include "base/slice.h"

struct foreign {
    const char *what; /* "a ZIP archive or an Excel workbook" */
    const char *hint; /* what to do about it */
};

/* False: it is like nothing that people mistake for an export. head: its first bytes, decompressed. */
bool foreign_find(struct slice head, struct foreign *out_foreign);

#endif
