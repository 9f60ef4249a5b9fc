/*
 * diagnose.c - an error in a query as people read it: see parser.h.
 *
 * The line is shown as a terminal would: tabs as blanks, what can't be shown as '?'. Of a long line only a window
 * around the error is shown.
 */
#include "base/utf8.h"
#include "kql/syntax/parser.h"

enum {
    WINDOW = 96, /* cells of the source line that are shown; with the margin and both dots about 100 */
    BEFORE = 40, /* cells before the error, where the line has to be cut */
    TAB_STOP = 4,
};

static void add_shown(uint32_t c, struct buf *out)
{
    char encoded[4];
    if (utf8_is_safe(c))
        buf_add(out, slice_of(encoded, utf8_encode(c, encoded)));
    else
        buf_add_char(out, '?');
}

static void add_text(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len;)
        add_shown(utf8_next(text, &i), out);
}

/* The line around an offset, without its end. */
struct line {
    size_t start, end, number; /* number from 1 */
};

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static struct line line_at(struct slice text, size_t offset)
{
    struct line line = {.number = 1};
    for (size_t i = 0; i < offset; i++) {
        /* The CR of a CR LF does not count twice. */
        if (text.ptr[i] == '\n' || (text.ptr[i] == '\r' && (i + 1 == text.len || text.ptr[i + 1] != '\n'))) {
            line.start = i + 1;
            line.number++;
        }
    }
    line.end = line.start > offset ? line.start : offset;
    while (line.end < text.len && !is_line_end(text.ptr[line.end]))
        line.end++;
    return line;
}

/* Cells that the character takes when it begins at cell `at`. */
static size_t cells_of(uint32_t c, size_t at)
{
    if (c == '\t')
        return TAB_STOP - at % TAB_STOP;
    return utf8_is_safe(c) ? utf8_width(c) : 1;
}

static size_t cells_between(struct slice text, size_t start, size_t end)
{
    size_t cells = 0;
    struct slice part = slice_cut(text, start, end);
    for (size_t i = 0; i < part.len;)
        cells += cells_of(utf8_next(part, &i), cells);
    return cells;
}

/* Characters that lie wholly within cells [from, to). Returns the cell of the first one shown. */
static size_t add_window(struct slice line, size_t from, size_t to, struct buf *out)
{
    size_t cell = 0;
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < line.len;) {
        uint32_t c = utf8_next(line, &i);
        size_t width = cells_of(c, cell);
        if (cell >= from && cell + width <= to) {
            first = first == SIZE_MAX ? cell : first;
            for (size_t blank = 0; c == '\t' && blank < width; blank++)
                buf_add_char(out, ' ');
            if (c != '\t')
                add_shown(c, out);
        }
        cell += width;
        if (cell > to)
            break;
    }
    return first == SIZE_MAX ? from : first;
}

static void add_repeated(char c, size_t count, struct buf *out)
{
    while (count-- > 0)
        buf_add_char(out, c);
}

/* The source line, and ^~~~ below it. */
static void add_source(struct slice text, struct line line, size_t start, size_t end, struct buf *out)
{
    struct slice shown = slice_cut(text, line.start, line.end);
    size_t caret = cells_between(text, line.start, start);
    size_t tail = cells_between(text, line.start, end);
    size_t width = cells_between(text, line.start, line.end);
    size_t from = 0;
    size_t to = width;
    if (width > WINDOW) {
        from = caret > BEFORE ? caret - BEFORE : 0;
        to = from + WINDOW < width ? from + WINDOW : width;
        from = to - WINDOW;
    }
    buf_add_cstr(out, from ? "  ..." : "  ");
    size_t first = add_window(shown, from, to, out);
    buf_add_cstr(out, to < width ? "...\n" : "\n");
    add_repeated(' ', (from ? 5U : 2U) + caret - first, out);
    buf_add_char(out, '^');
    tail = tail < to ? tail : to;
    if (tail > caret + 1)
        add_repeated('~', tail - caret - 1, out);
    buf_add_char(out, '\n');
}

/* An error at the end of the text is shown behind the last thing that is written there. */
static size_t shown_offset(struct slice text, size_t offset)
{
    if (offset < text.len)
        return offset;
    size_t end = text.len;
    while (end > 0 && (text.ptr[end - 1] == ' ' || text.ptr[end - 1] == '\t' || is_line_end(text.ptr[end - 1])))
        end--;
    return end;
}

void kql_diagnose(const char *origin, struct slice text, const struct err *err, struct buf *out)
{
    add_text(slice_from_cstr(origin), out);
    if (err->has_span) {
        size_t start = shown_offset(text, err->span.start);
        struct line line = line_at(text, start);
        size_t end = err->span.end < line.end ? err->span.end : line.end;
        size_t column = utf8_length(slice_cut(text, line.start, start)) + 1;
        buf_printf(out, ":%zu:%zu: error: ", line.number, column);
        add_text(slice_from_cstr(err->text), out);
        buf_add_char(out, '\n');
        add_source(text, line, start, end > start ? end : start, out);
    } else {
        buf_add_cstr(out, ": error: ");
        add_text(slice_from_cstr(err->text), out);
        buf_add_char(out, '\n');
    }
    if (err->hint[0]) {
        buf_add(out, SLICE("hint: "));
        add_text(slice_from_cstr(err->hint), out);
        buf_add_char(out, '\n');
    }
}
