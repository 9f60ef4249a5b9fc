/*
 * markdown.c - a GitHub-flavoured Markdown table, for tickets and reports.
 *
 * A cell is plain text and nothing else: what Markdown or HTML would read as markup is escaped, line ends become <br>,
 * and no address turns into a link that a reader could follow by mistake. Source: GitHub Flavored Markdown Spec 0.29,
 * sections 4.10 (tables), 6.1 (backslash escapes), 6.9 (extended autolinks).
 */
#include "sink/show.h"
#include "sink/sink_int.h"

static bool at_www(struct slice text, size_t at)
{
    return slice_eq_nocase(slice_cut(text, at >= 3 ? at - 3 : at, at), SLICE("www"));
}

/* Appends what stands for one ASCII character of a cell; false if it stands for itself. */
static bool add_ascii(struct slice text, size_t at, struct buf *out)
{
    char c = text.ptr[at];
    if (c == '\n' || (c == '\r' && (at + 1 >= text.len || text.ptr[at + 1] != '\n')))
        buf_add_cstr(out, "<br>");
    else if (c == '\r')
        return true; /* of CRLF: the LF says it */
    else if (c == '<')
        buf_add_cstr(out, "&lt;");
    else if (c == '>')
        buf_add_cstr(out, "&gt;");
    else if (c == '&')
        buf_add_cstr(out, "&amp;");
    else if (c == '@')
        buf_add_cstr(out, "&#64;");
    else if (c == ':' && slice_starts(slice_cut(text, at, text.len), SLICE("://")))
        buf_add_cstr(out, "&#58;");
    else if (c == '.' && at_www(text, at))
        buf_add_cstr(out, "&#46;");
    else if (c != '\0' && strchr("\\`*_[]|~", c))
        buf_printf(out, "\\%c", c);
    else
        return false;
    return true;
}

static void add_cell(struct sink *sink, struct slice text)
{
    bool unicode = !sink->options.terminal || sink->options.unicode;
    size_t plain = 0; /* start of what needs no escape of ours */
    struct buf *made = &sink->made;
    buf_add_char(&sink->text, ' ');
    for (size_t at = 0; at <= text.len; at++) {
        buf_clear(made);
        if (at < text.len && ((unsigned char)text.ptr[at] >= 0x80 || !add_ascii(text, at, made)))
            continue;
        show_text(slice_cut(text, plain, at), unicode, &sink->text);
        buf_add(&sink->text, buf_slice(made));
        sink->text.failed |= made->failed;
        plain = at + 1;
    }
    buf_add_cstr(&sink->text, " |");
}

static enum err_code markdown_open(const struct sink_type *type, const struct schema *schema,
                                   const struct sink_options *options, struct out *out, struct sink **out_sink,
                                   struct err *err)
{
    struct sink *sink = sink_create(sizeof *sink, type, schema, options, out);
    if (!sink)
        return err_no_memory(err, sizeof *sink);
    buf_add_char(&sink->text, '|');
    for (uint32_t i = 0; i < schema->count; i++)
        add_cell(sink, schema->columns[i].name);
    buf_add_cstr(&sink->text, "\n|");
    for (uint32_t i = 0; i < schema->count; i++)
        buf_add_cstr(&sink->text, sink_align_right(schema->columns[i].type) ? " ---: |" : " --- |");
    buf_add_char(&sink->text, '\n');
    enum err_code code = sink_flush_text(sink, err);
    if (code != ERR_NONE)
        sink_destroy(sink);
    else
        *out_sink = sink;
    return code;
}

static enum err_code markdown_write(struct sink *sink, struct batch *batch, struct err *err)
{
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        buf_add_char(&sink->text, '|');
        for (uint32_t c = 0; c < sink->schema->count; c++) {
            struct value value = column_value(&batch->columns[c], batch->selection->rows[i]);
            add_cell(sink, sink_cell_text(sink, &value));
        }
        buf_add_char(&sink->text, '\n');
        TRY(sink_flush_text(sink, err));
    }
    return ERR_NONE;
}

const struct sink_type SINK_MARKDOWN = {
    .name = "markdown",
    .title = "a Markdown table",
    .extensions = "md markdown",
    .open = markdown_open,
    .write = markdown_write,
    .finish = sink_finish_nothing,
    .free = sink_destroy,
};
