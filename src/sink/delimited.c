/*
 * delimited.c - CSV and TSV.
 *
 * CSV follows RFC 4180 but for its line end: LF alone, which every reader takes and which pipelines expect. A cell is
 * quoted where it holds a comma, a quote, a line end, or blanks at its ends; a null and an empty text are both empty.
 * TSV has no quotes: tab, line ends and backslash are written \t, \n, \r, \\ (IANA text/tab-separated-values forbids
 * them raw).
 *
 * --csv-safe puts an apostrophe before a text that a spreadsheet would take for a formula (OWASP, CSV Injection).
 * Numbers and times are what they are, a leading minus included.
 */
#include "base/plain.h"
#include "sink/show.h"
#include "sink/sink_int.h"

static bool is_formula(struct slice text)
{
    static const char *const LEADS[] = {"=", "+", "-",      "@",      "\t",     "\r",    "\n",
                                        "|", "%", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
    for (size_t i = 0; i < sizeof LEADS / sizeof *LEADS; i++)
        if (slice_starts(text, slice_from_cstr(LEADS[i])))
            return true;
    return false;
}

static bool needs_quotes(struct slice text, bool lone)
{
    if (text.len == 0)
        return lone; /* a row of one empty cell would be an empty line, which readers skip */
    if (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ')
        return true;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ',' || text.ptr[i] == '"' || text.ptr[i] == '\n' || text.ptr[i] == '\r')
            return true;
    return false;
}

static void add_csv(struct slice text, bool lone, struct buf *out)
{
    if (!needs_quotes(text, lone)) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            buf_add(out, slice_cut(text, start, i + 1));
            start = i; /* so that the quote stands twice */
        }
    }
    buf_add(out, slice_cut(text, start, text.len));
    buf_add_char(out, '"');
}

static void add_tsv(struct slice text, struct buf *out)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *escape = text.ptr[i] == '\t'   ? "\\t"
                             : text.ptr[i] == '\n' ? "\\n"
                             : text.ptr[i] == '\r' ? "\\r"
                             : text.ptr[i] == '\\' ? "\\\\"
                                                   : NULL;
        if (!escape)
            continue;
        buf_add(out, slice_cut(text, start, i));
        buf_add_cstr(out, escape);
        start = i + 1;
    }
    buf_add(out, slice_cut(text, start, text.len));
}

static const struct plain_set CSV_PLAIN = {PLAIN_EACH(0), PLAIN_EACH(','), PLAIN_EACH('"'), PLAIN_EACH('\n'),
                                           PLAIN_EACH('\r')};
static const struct plain_set TSV_PLAIN = {PLAIN_EACH(0), PLAIN_EACH('\t'), PLAIN_EACH('\n'), PLAIN_EACH('\r'),
                                           PLAIN_EACH('\\')};

/* What needs_quotes() and is_formula() look at beside the bytes of CSV_PLAIN. */
static bool is_plain_csv(const struct sink *sink, struct slice text)
{
    if (text.len == 0)
        return sink->schema->count > 1;
    return !sink->options.csv_safe && text.ptr[0] != ' ' && text.ptr[text.len - 1] != ' ';
}

/* The same as add_cell() where the text can stand as it is; otherwise false, and nothing is added. */
static bool add_plain(struct sink *sink, struct slice text, bool first)
{
    bool csv = sink->type == &SINK_CSV;
    if (sink->options.terminal || (csv && !is_plain_csv(sink, text)))
        return false;
    char *room = buf_reserve(&sink->text, text.len + 1);
    if (!room || !plain_copy(csv ? &CSV_PLAIN : &TSV_PLAIN, text, room + !first))
        return false;
    if (!first)
        room[0] = csv ? ',' : '\t';
    sink->text.len += text.len + !first;
    return true;
}

/*
 * Appends a cell to the row's text. On a terminal a CSV cell is made safe before it is quoted, a TSV cell after its own
 * escapes have been put in.
 */
static void add_cell(struct sink *sink, struct slice text, bool is_text, bool first)
{
    bool csv = sink->type == &SINK_CSV, terminal = sink->options.terminal;
    struct buf *made = &sink->made;
    buf_clear(made);
    if (!first)
        buf_add_char(&sink->text, csv ? ',' : '\t');
    if (csv && sink->options.csv_safe && is_text && is_formula(text))
        buf_add_char(made, '\'');
    if (csv && terminal)
        show_text(text, sink->options.unicode, made);
    else if (csv)
        buf_add(made, text);
    else
        add_tsv(text, made);
    if (csv)
        add_csv(buf_slice(made), sink->schema->count == 1, &sink->text);
    else if (terminal)
        show_text(buf_slice(made), sink->options.unicode, &sink->text);
    else
        buf_add(&sink->text, buf_slice(made));
    sink->text.failed |= made->failed;
}

static enum err_code delimited_open(const struct sink_type *type, const struct schema *schema,
                                    const struct sink_options *options, struct out *out, struct sink **out_sink,
                                    struct err *err)
{
    struct sink *sink = sink_create(sizeof *sink, type, schema, options, out);
    if (!sink)
        return err_no_memory(err, sizeof *sink);
    for (uint32_t i = 0; i < schema->count; i++)
        add_cell(sink, schema->columns[i].name, true, i == 0);
    buf_add_char(&sink->text, '\n');
    enum err_code code = sink_flush_text(sink, err);
    if (code != ERR_NONE)
        sink_destroy(sink);
    else
        *out_sink = sink;
    return code;
}

static void add_row(struct sink *sink, const struct batch *batch, uint32_t row)
{
    for (uint32_t c = 0; c < sink->schema->count; c++) {
        const struct column *column = &batch->columns[c];
        if (column->type == TYPE_STRING && add_plain(sink, column->str[column_cell(column, row)], c == 0))
            continue;
        struct value value = column_value(column, row);
        add_cell(sink, sink_cell_text(sink, &value), value.type == TYPE_STRING || value.type == TYPE_DYNAMIC, c == 0);
    }
    buf_add_char(&sink->text, '\n');
}

static enum err_code delimited_write(struct sink *sink, struct batch *batch, struct err *err)
{
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        add_row(sink, batch, batch->selection->rows[i]);
        TRY(sink_row_ended(sink, err));
    }
    return sink_flush_text(sink, err);
}

/* By a sink of its own for the time being, with buffers of its own. */
static enum err_code delimited_make(const struct sink *sink, const struct batch *batch, struct buf *out, size_t *ends,
                                    struct err *err)
{
    struct sink own = {.type = sink->type, .schema = sink->schema, .options = sink->options, .text = *out};
    buf_init(&own.cell, 0);
    buf_init(&own.made, 0);
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        add_row(&own, batch, batch->selection->rows[i]);
        if (ends)
            ends[i] = own.text.len;
    }
    *out = own.text;
    out->failed |= own.cell.failed;
    buf_release(&own.cell);
    buf_release(&own.made);
    return out->failed ? err_no_memory(err, out->len) : ERR_NONE;
}

static enum err_code delimited_write_made(struct sink *sink, struct slice text, uint32_t row_count, struct err *err)
{
    sink->rows += row_count;
    return out_write(sink->out, text, err);
}

const struct sink_type SINK_CSV = {
    .name = "csv",
    .title = "comma-separated values with a header line (RFC 4180, LF line ends)",
    .extensions = "csv",
    .open = delimited_open,
    .write = delimited_write,
    .make = delimited_make,
    .write_made = delimited_write_made,
    .finish = sink_finish_nothing,
    .free = sink_destroy,
};

const struct sink_type SINK_TSV = {
    .name = "tsv",
    .title = "tab-separated values with a header line; \\t, \\n, \\r and \\\\ inside cells",
    .extensions = "tsv tab",
    .open = delimited_open,
    .write = delimited_write,
    .make = delimited_make,
    .write_made = delimited_write_made,
    .finish = sink_finish_nothing,
    .free = sink_destroy,
};
