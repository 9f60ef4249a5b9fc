/*
 * import_csv.c - CSV with a header: the column that is asked for, or that is called what columns of names are called.
 */
#include "base/buf.h"
#include "import/import_columns.h"
#include "source/csv/csv_scan.h"

struct reader {
    struct import *import;
    struct slice text;
    struct csv_scanner scanner;
    size_t at; /* of the next record */
    uint64_t line;
};

/* The next record, and the number of its first line. */
static bool next_record(struct reader *reader, struct slice *out_record, uint64_t *out_line)
{
    size_t end;
    if (reader->at == reader->text.len)
        return false;
    if (!csv_scan(&reader->scanner, reader->text.ptr, reader->text.len, true, &end))
        end = reader->text.len;
    *out_record = csv_record(reader->text.ptr, reader->at, end);
    *out_line = reader->line;
    reader->line += reader->scanner.lines;
    reader->at = end;
    csv_scanner_next(&reader->scanner, end);
    return true;
}

/* The cell's text, its escapes undone in `scratch`; "" if the record has fewer. */
static enum err_code cell_text(struct slice record, uint32_t number, struct buf *scratch, struct slice *out_text,
                               const char **out_why, struct err *err)
{
    struct csv_cell cell;
    *out_text = SLICE("");
    *out_why = NULL;
    if (number == IMPORT_NO_COLUMN || !csv_cell_find(record, number, &cell))
        return ERR_NONE;
    if (cell.fault != CSV_FINE)
        *out_why = cell.fault == CSV_NOT_CLOSED ? "a quoted cell is not closed" : "text stands behind a closing quote";
    *out_text = cell.text;
    if (!cell.escaped || *out_why)
        return ERR_NONE;
    buf_clear(scratch);
    char *room = buf_reserve(scratch, cell.text.len);
    if (!room)
        return err_no_memory(err, cell.text.len);
    *out_text = slice_of(room, csv_unescape(cell.text, room));
    return ERR_NONE;
}

static bool csv_detect(const struct import *import, struct slice head)
{
    struct slice line;
    while (line_take(&head, &line))
        if (slice_trim(line).len > 0 && line.ptr[0] != '#')
            return import->column.len > 0 || slice_find(line, SLICE(","), 0) >= 0;
    return false;
}

static enum err_code read_header(struct reader *reader, struct import_columns *columns, struct err *err)
{
    struct slice record;
    uint64_t line;
    import_columns_begin(columns, reader->import);
    do {
        if (!next_record(reader, &record, &line))
            return import_columns_end(columns, err);
    } while (slice_trim(record).len == 0 || record.ptr[0] == '#');
    struct csv_cell cell;
    for (size_t at = 0; csv_cell_next(record, &at, &cell);)
        import_columns_offer(columns, cell.text);
    return import_columns_end(columns, err);
}

static enum err_code read_record(struct reader *reader, struct slice record, uint64_t line,
                                 const struct import_columns *columns, struct buf scratch[2], struct err *err)
{
    struct slice name, provider;
    const char *why, *provider_why;
    TRY(cell_text(record, columns->name, &scratch[0], &name, &why, err));
    TRY(cell_text(record, columns->provider, &scratch[1], &provider, &provider_why, err));
    why = why ? why : provider_why;
    if (why)
        import_refuse(reader->import, line, why);
    else if (slice_trim(name).len > 0)
        return import_name(reader->import, line, name, IMPORT_PLAIN_NAME, provider, err);
    else
        import_pass(reader->import, "rows without a name");
    return ERR_NONE;
}

static enum err_code csv_read(struct import *import, struct slice text, struct err *err)
{
    struct reader reader = {.import = import, .text = text, .line = 1};
    struct import_columns columns;
    csv_scanner_init(&reader.scanner, 0);
    TRY(read_header(&reader, &columns, err));
    struct buf scratch[2];
    buf_init(&scratch[0], 0);
    buf_init(&scratch[1], 0);
    struct slice record;
    uint64_t line;
    enum err_code code = ERR_NONE;
    while (code == ERR_NONE && next_record(&reader, &record, &line))
        if (slice_trim(record).len > 0)
            code = read_record(&reader, record, line, &columns, scratch, err);
    buf_release(&scratch[0]);
    buf_release(&scratch[1]);
    return code;
}

const struct import_type IMPORT_CSV = {
    .name = "csv", .title = "CSV with a header", .detect = csv_detect, .read = csv_read};
