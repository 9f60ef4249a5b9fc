/*
 * import_columns.h - which column of a table holds the names, and which their providers.
 */
#ifndef DDNSHUNT_IMPORT_COLUMNS_H
#define DDNSHUNT_IMPORT_COLUMNS_H

#include "import/import_int.h"

#define IMPORT_NO_COLUMN UINT32_MAX

struct import_columns {
    const struct import *import;
    uint32_t name, provider; /* numbers from 0, or IMPORT_NO_COLUMN */
    unsigned name_rank;      /* of the usual names, the one found is the first that is taken */
    uint32_t count;
    char all[160]; /* names, for the hint */
};

void import_columns_begin(struct import_columns *columns, const struct import *import);
/* The header's next cell. */
void import_columns_offer(struct import_columns *columns, struct slice cell);
/* ERR_USAGE: a column that was asked for is not there, or none is called as columns of names are. */
enum err_code import_columns_end(const struct import_columns *columns, struct err *err) MUST_CHECK;

#endif
