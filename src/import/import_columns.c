/*
 * import_columns.c - which column of a table holds the names: see import_columns.h.
 */
#include "import/import_columns.h"

#include <stdio.h>

/* What columns of names are called in published tables, the surest first. */
static const char *const USUAL[] = {
    "suffix",      "domain", "hostname", "host", "fqdn", "domains", "dynamic_dns_domains",
    "domain_name", "name",   "indicator"};
enum { USUAL_COUNT = sizeof USUAL / sizeof *USUAL };

void import_columns_begin(struct import_columns *columns, const struct import *import)
{
    *columns = (struct import_columns){
        .import = import, .name = IMPORT_NO_COLUMN, .provider = IMPORT_NO_COLUMN, .name_rank = USUAL_COUNT};
}

static void remember(struct import_columns *columns, struct slice cell)
{
    size_t len = strlen(columns->all), room = sizeof columns->all - len - 1;
    if (cell.len + 2 <= room)
        snprintf(columns->all + len, sizeof columns->all - len, "%s%.*s", len > 0 ? ", " : "", SLICE_ARG(cell));
}

void import_columns_offer(struct import_columns *columns, struct slice cell)
{
    const struct import *import = columns->import;
    uint32_t number = columns->count++;
    cell = slice_trim(cell);
    remember(columns, cell);
    if (import->column.len > 0) {
        if (columns->name == IMPORT_NO_COLUMN && slice_eq_nocase(cell, import->column))
            columns->name = number;
    } else {
        for (unsigned rank = 0; rank < columns->name_rank; rank++) {
            if (slice_eq_nocase(cell, slice_from_cstr(USUAL[rank]))) {
                columns->name = number;
                columns->name_rank = rank;
            }
        }
    }
    struct slice provider = import->provider_column.len > 0 ? import->provider_column : SLICE("provider");
    if (columns->provider == IMPORT_NO_COLUMN && slice_eq_nocase(cell, provider))
        columns->provider = number;
}

static enum err_code missing(const struct import_columns *columns, struct slice name, struct err *err)
{
    if (name.len > 0)
        err_set(err, ERR_USAGE, "there is no column \"%.*s\"", SLICE_ARG(name));
    else
        err_set(err, ERR_USAGE, "no column is called as columns of names are: --column NAME says which one it is");
    return columns->all[0] ? err_hint(err, "the columns are %s", columns->all) : ERR_USAGE;
}

enum err_code import_columns_end(const struct import_columns *columns, struct err *err)
{
    const struct import *import = columns->import;
    if (columns->name == IMPORT_NO_COLUMN)
        return missing(columns, import->column, err);
    if (columns->provider == IMPORT_NO_COLUMN && import->provider_column.len > 0)
        return missing(columns, import->provider_column, err);
    return ERR_NONE;
}
