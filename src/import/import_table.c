/*
 * import_table.c - tables with TABs between the cells and a header, providers.tsv among them: "*." and "!" are marks in the sense
 * of the Public Suffix List where the column is called suffix.
 */
#include "import/import_columns.h"

static struct slice take_cell(struct slice *row, bool *more)
{
    ptrdiff_t tab = slice_find(*row, SLICE("\t"), 0);
    size_t len = tab < 0 ? row->len : (size_t)tab;
    struct slice cell = slice_cut(*row, 0, len);
    *more = tab >= 0;
    *row = slice_cut(*row, len + 1, row->len);
    return slice_trim(cell);
}

static bool says_nothing(struct slice line)
{
    return slice_trim(line).len == 0 || line.ptr[0] == '#';
}

static bool table_detect(const struct import *import, struct slice head)
{
    struct slice line;
    while (line_take(&head, &line)) {
        if (says_nothing(line))
            continue;
        struct import_columns columns;
        import_columns_begin(&columns, import);
        bool tabs = slice_find(line, SLICE("\t"), 0) >= 0;
        for (bool more = true; more;)
            import_columns_offer(&columns, take_cell(&line, &more));
        return tabs && columns.name != IMPORT_NO_COLUMN;
    }
    return false;
}

static enum err_code read_row(struct import *import, uint64_t number, struct slice row,
                              const struct import_columns *columns, bool marks, struct err *err)
{
    struct slice name = SLICE(""), provider = SLICE("");
    bool more = true;
    for (uint32_t i = 0; more; i++) {
        struct slice cell = take_cell(&row, &more);
        if (i == columns->name)
            name = cell;
        if (i == columns->provider)
            provider = cell;
    }
    enum import_mark mark = IMPORT_PLAIN_NAME;
    if (marks && slice_starts(name, SLICE("!")))
        mark = IMPORT_EXCEPTION;
    else if (marks && slice_starts(name, SLICE("*.")))
        mark = IMPORT_WILDCARD;
    if (name.len == 0) {
        import_pass(import, "rows without a name");
        return ERR_NONE;
    }
    size_t start = mark == IMPORT_EXCEPTION ? 1 : mark == IMPORT_WILDCARD ? 2 : 0;
    return import_name(import, number, slice_cut(name, start, name.len), mark, provider, err);
}

static enum err_code table_read(struct import *import, struct slice text, struct err *err)
{
    struct import_columns columns;
    struct slice line;
    bool header = true, marks = false;
    import_columns_begin(&columns, import);
    for (uint64_t number = 1; line_take(&text, &line); number++) {
        if (says_nothing(line))
            continue;
        if (!header) {
            TRY(read_row(import, number, line, &columns, marks, err));
            continue;
        }
        header = false;
        for (bool more = true; more;) {
            struct slice cell = take_cell(&line, &more);
            import_columns_offer(&columns, cell);
            marks |= slice_eq(cell, SLICE("suffix"));
        }
        TRY(import_columns_end(&columns, err));
    }
    return header ? import_columns_end(&columns, err) : ERR_NONE;
}

const struct import_type IMPORT_TABLE = {
    .name = "table", .title = "cells with TABs between them, and a header", .detect = table_detect, .read = table_read};
