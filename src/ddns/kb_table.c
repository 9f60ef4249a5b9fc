/*
 * kb_table.c - reading a table of rules or services: TAB-separated text whose first row names the columns.
 *
 * Lines that are empty or begin with '#' are passed over, blanks around a cell and a CR at a line's end taken off. A row may
 * leave out cells at its end, not have more than there are columns. Each error names its line.
 */
#include "base/mem.h"
#include "base/near.h"
#include "ddns/kb_int.h"

enum { REQUIRED = 2 };

struct reader {
    const struct kb_form *form;
    const char *name;
    struct slice rest;
    uint32_t line;                    /* of the row that was read last */
    unsigned columns[KB_COLUMNS_MAX]; /* the column of the form that each of the table's is */
    unsigned column_count;
    const struct kb_complaints *complaints;
};

/* The next row that says something; false at the end. */
static bool next_row(struct reader *reader, struct slice *out_row)
{
    while (reader->rest.len > 0) {
        ptrdiff_t lf = slice_find(reader->rest, SLICE("\n"), 0);
        size_t end = lf == SLICE_NOT_FOUND ? reader->rest.len : (size_t)lf;
        struct slice row = slice_cut(reader->rest, 0, end);
        reader->rest = slice_cut(reader->rest, end + 1, reader->rest.len);
        if (reader->line < UINT32_MAX)
            reader->line++;
        if (slice_trim(row).len == 0 || row.ptr[0] == '#')
            continue;
        *out_row = row;
        return true;
    }
    return false;
}

/* Takes a cell off the front of a row; *more tells whether another one follows. */
static struct slice take_cell(struct slice *row, bool *more)
{
    const char *tab = row->len ? memchr(row->ptr, '\t', row->len) : NULL;
    size_t len = tab ? (size_t)(tab - row->ptr) : row->len;
    struct slice cell = slice_cut(*row, 0, len);
    *more = tab != NULL;
    *row = slice_cut(*row, len + 1, row->len);
    return slice_trim(cell);
}

static enum err_code at_line(const struct reader *reader, struct err *err)
{
    return err_at(err, "%s:%u", reader->name, reader->line);
}

static enum err_code hint_columns(const struct kb_form *form, struct err *err)
{
    char all[128] = "";
    for (unsigned i = 0; i < form->column_count; i++) {
        strncat(all, i ? ", " : "", sizeof all - strlen(all) - 1);
        strncat(all, form->columns[i], sizeof all - strlen(all) - 1);
    }
    return err_hint(err, "the first row names the columns, with TABs between them: %s", all);
}

static enum err_code unknown_column(const struct kb_form *form, struct slice cell, struct err *err)
{
    struct near near = near_to(cell);
    for (unsigned i = 0; i < form->column_count; i++)
        near_offer(&near, slice_from_cstr(form->columns[i]));
    err_set(err, ERR_USAGE, "no column is called \"%.*s\"", SLICE_ARG(kb_shown(cell)));
    if (near.best.len)
        return err_hint(err, "did you mean %.*s?", SLICE_ARG(near.best));
    return hint_columns(form, err);
}

static enum err_code add_column(struct reader *reader, struct slice cell, struct err *err)
{
    const struct kb_form *form = reader->form;
    unsigned column = 0;
    while (column < form->column_count && !slice_eq(cell, slice_from_cstr(form->columns[column])))
        column++;
    if (column == form->column_count)
        return unknown_column(form, cell, err);
    for (unsigned i = 0; i < reader->column_count; i++)
        if (reader->columns[i] == column)
            return err_set(err, ERR_USAGE, "column \"%s\" stands twice", form->columns[column]);
    reader->columns[reader->column_count++] = column;
    return ERR_NONE;
}

static enum err_code read_header(struct reader *reader, struct err *err)
{
    struct slice row;
    if (!next_row(reader, &row)) {
        err_set(err, ERR_USAGE, "there is no row in it");
        hint_columns(reader->form, err);
        return err_at(err, "%s", reader->name);
    }
    enum err_code code = ERR_NONE;
    for (bool more = true; more && code == ERR_NONE;)
        code = add_column(reader, take_cell(&row, &more), err);
    for (unsigned wanted = 0; wanted < REQUIRED && code == ERR_NONE; wanted++) {
        unsigned at = 0;
        while (at < reader->column_count && reader->columns[at] != wanted)
            at++;
        if (at < reader->column_count)
            continue;
        err_set(err, ERR_USAGE, "no column is called \"%s\"", reader->form->columns[wanted]);
        code = hint_columns(reader->form, err);
    }
    return code == ERR_NONE ? code : at_line(reader, err);
}

static enum err_code make_row(struct reader *reader, struct slice row, struct arena *arena, const void **out_row,
                              struct err *err)
{
    struct slice cells[KB_COLUMNS_MAX];
    for (unsigned i = 0; i < KB_COLUMNS_MAX; i++)
        cells[i] = SLICE("");
    unsigned count = 0;
    for (bool more = true; more; count++) {
        struct slice cell = take_cell(&row, &more);
        if (count < reader->column_count)
            cells[reader->columns[count]] = cell;
        else if (cell.len)
            return err_set(err, ERR_USAGE, "the row has more cells than the first row names columns (%u)",
                           reader->column_count);
    }
    return reader->form->make(cells, arena, out_row, err);
}

static enum err_code read_rows(struct reader *reader, struct arena *arena, struct kb_read_row **rows, uint32_t *count,
                               struct err *err)
{
    size_t capacity = 0;
    for (struct slice row; next_row(reader, &row);) {
        if (*count == KB_ROWS_MAX)
            return err_set(err, ERR_LIMIT, "there are more than %d rows", (int)KB_ROWS_MAX);
        void *grown = mem_grow(*rows, *count, &capacity, sizeof **rows);
        if (!grown)
            return err_no_memory(err, (capacity + 1) * sizeof **rows);
        *rows = grown;
        const void *made;
        enum err_code code = make_row(reader, row, arena, &made, err);
        if (code == ERR_NONE)
            (*rows)[(*count)++] = (struct kb_read_row){made, reader->line};
        else if (code == ERR_USAGE && reader->complaints)
            reader->complaints->tell(reader->complaints->user, reader->line, err);
        else
            return code;
    }
    return ERR_NONE;
}

static struct slice without_mark(struct slice table)
{
    return slice_starts(table, SLICE("\xef\xbb\xbf")) ? slice_cut(table, 3, table.len) : table;
}

bool kb_table_is_services(struct slice table)
{
    struct reader reader = {.rest = without_mark(table)};
    struct slice row;
    bool host = false, suffix = false;
    if (next_row(&reader, &row))
        for (bool more = true; more;) {
            struct slice cell = take_cell(&row, &more);
            host |= slice_eq(cell, SLICE("host"));
            suffix |= slice_eq(cell, SLICE("suffix"));
        }
    return host && !suffix;
}

enum err_code kb_table_read(const struct kb_form *form, struct slice table, const char *name, struct arena *arena,
                            const struct kb_complaints *complaints, struct kb_read_row **out_rows, uint32_t *out_count,
                            struct err *err)
{
    struct reader reader = {.form = form, .name = name, .rest = without_mark(table), .complaints = complaints};
    TRY(read_header(&reader, err));
    struct kb_read_row *rows = NULL;
    uint32_t count = 0;
    enum err_code code = read_rows(&reader, arena, &rows, &count, err);
    if (code != ERR_NONE) {
        mem_free(rows);
        return code == ERR_MEMORY ? code : at_line(&reader, err);
    }
    *out_rows = rows;
    *out_count = count;
    return ERR_NONE;
}
