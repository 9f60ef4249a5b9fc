/*
 * show.c - see show.h. One decision for each code point (show_is_safe), one writer for what is not shown as it is.
 */
#include "sink/show.h"

#include "base/bytes16.h"
#include "base/utf8.h"

/* More marks on one letter than any script needs: a tower of them would climb over other lines. */
enum { MARKS_MAX = 4 };

bool show_is_safe(uint32_t code_point)
{
    return utf8_is_safe(code_point);
}

/* Is all of it shown as it is, a cell a byte? True of nearly all texts. */
static bool is_plain(struct slice text)
{
    size_t at = 0;
    bytes16 other = {0};
    for (; at + sizeof other <= text.len; at += sizeof other)
        other |= (bytes16)((bytes16)(bytes16_load(text.ptr + at) - 0x20) >= 0x7f - 0x20);
    bool plain = bytes16_bits(other) == 0;
    for (; plain && at < text.len; at++)
        plain = text.ptr[at] >= 0x20 && text.ptr[at] < 0x7f;
    return plain;
}

static void write_out(uint32_t code_point, struct buf *out)
{
    switch (code_point) {
    case '\n':
        buf_add_cstr(out, "\\n");
        return;
    case '\r':
        buf_add_cstr(out, "\\r");
        return;
    case '\t':
        buf_add_cstr(out, "\\t");
        return;
    default:
        buf_printf(out, code_point < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)code_point);
    }
}

/* Appends one code point; *marks counts the combining ones in a row (none may begin a text). Returns cells added. */
static size_t show_one(struct slice text, size_t start, size_t end, uint32_t code_point, bool unicode, unsigned *marks,
                       struct buf *out)
{
    size_t before = out->len;
    bool ascii = code_point < 0x80;
    unsigned width = ascii ? 1 : utf8_width(code_point);
    bool raw = show_is_safe(code_point) && (ascii || unicode);
    if (raw && width == 0)
        raw = ++*marks <= MARKS_MAX;
    else
        *marks = raw ? 0 : MARKS_MAX;
    if (!raw) {
        write_out(code_point, out);
        return out->len - before;
    }
    if (code_point == UTF8_REPLACEMENT)
        buf_add(out, SLICE("\xEF\xBF\xBD")); /* a bad byte of the text as well */
    else
        buf_add(out, slice_cut(text, start, end));
    return width;
}

void show_text(struct slice text, bool unicode, struct buf *out)
{
    unsigned marks = MARKS_MAX;
    if (is_plain(text)) {
        buf_add(out, text);
        return;
    }
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t code_point = utf8_next(text, &at);
        show_one(text, start, at, code_point, unicode, &marks, out);
    }
}

void show_cut(struct slice text, bool unicode, size_t max_cells, struct buf *out)
{
    const char *ellipsis = unicode ? "\xE2\x80\xA6" : "...";
    size_t ellipsis_cells = unicode ? 1 : 3, cells = 0;
    size_t fit_len = out->len; /* how far the output goes if an ellipsis must follow */
    unsigned marks = MARKS_MAX;
    if (text.len <= max_cells && is_plain(text)) {
        buf_add(out, text);
        return;
    }
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t code_point = utf8_next(text, &at);
        cells += show_one(text, start, at, code_point, unicode, &marks, out);
        if (cells > max_cells) {
            out->len = fit_len;
            buf_add(out, slice_cut(slice_from_cstr(ellipsis), 0, max_cells < ellipsis_cells ? max_cells : 3));
            return;
        }
        if (cells + ellipsis_cells <= max_cells)
            fit_len = out->len;
    }
}

size_t show_width(struct slice shown)
{
    size_t cells = 0;
    if (is_plain(shown))
        return shown.len;
    for (size_t at = 0; at < shown.len;)
        cells += utf8_width(utf8_next(shown, &at));
    return cells;
}

/* A hyphen that begins a word (an option) stays with it. */
static bool breaks_behind(struct slice shown, size_t at)
{
    char c = shown.ptr[at];
    if (c == '-')
        return at > 0 && ascii_is_alnum(shown.ptr[at - 1]);
    return c != '\0' && strchr(" /\\,;:&?=_.@|)", c) != NULL;
}

size_t show_break(struct slice shown, size_t width)
{
    size_t cells = 0, good = 0, at = 0;
    while (at < shown.len) {
        size_t start = at;
        uint32_t code_point = utf8_next(shown, &at);
        cells += utf8_width(code_point);
        if (cells > width) {
            /* a blank that just doesn't fit is a fine place too: the caller drops leading blanks */
            if (code_point == ' ' && start > 0)
                return start;
            return good > 0 ? good : (start > 0 ? start : at);
        }
        if (cells * 2 >= width && breaks_behind(shown, start))
            good = at;
    }
    return shown.len;
}

void show_json(struct slice json, struct buf *out)
{
    for (size_t at = 0; at < json.len;) {
        size_t start = at;
        uint32_t code_point = utf8_next(json, &at);
        if (show_is_safe(code_point))
            buf_add(out, slice_cut(json, start, at));
        else if (code_point <= 0xffff)
            buf_printf(out, "\\u%04x", (unsigned)code_point);
        else
            buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code_point - 0x10000) >> 10)),
                       (unsigned)(0xdc00 + ((code_point - 0x10000) & 0x3ff)));
    }
}
