/*
 * csv_scan.c - CSV's grammar: see csv_scan.h.
 *
 * The search for record ends leaps from newline to newline and looks for quotes in between; inside quotes it leaps from
 * quote to quote. Commas are not looked at: the byte before a quote tells whether a cell begins there.
 */
#include "source/csv_scan.h"

#include <string.h>

void csv_scanner_start(struct csv_scanner *scanner, size_t at)
{
    *scanner = (struct csv_scanner){.at = at, .before = ','};
}

static const char *find_byte(const char *text, size_t from, size_t to, char byte)
{
    return from < to ? memchr(text + from, byte, to - from) : NULL;
}

static uint32_t count_lines(const char *text, size_t from, size_t to)
{
    uint32_t lines = 0;
    const char *line_end;
    while ((line_end = find_byte(text, from, to, '\n'))) {
        lines++;
        from = (size_t)(line_end - text) + 1;
    }
    return lines;
}

static void advance(struct csv_scanner *scanner, const char *text, size_t to)
{
    if (to > scanner->at) {
        scanner->before = text[to - 1];
        scanner->at = to;
    }
}

/* In a quoted cell: goes behind its closing quote. False if that is not in sight. */
static bool scan_quoted(struct csv_scanner *scanner, const char *text, size_t len, bool last)
{
    for (;;) {
        const char *quote = find_byte(text, scanner->at, len, '"');
        size_t stop = quote ? (size_t)(quote - text) : len;
        scanner->lines += count_lines(text, scanner->at, stop);
        advance(scanner, text, stop);
        if (!quote || (stop + 1 == len && !last))
            return false;
        bool doubled = stop + 1 < len && text[stop + 1] == '"';
        advance(scanner, text, stop + (doubled ? 2 : 1));
        if (!doubled) {
            scanner->quoted = false;
            return true;
        }
    }
}

/* Outside: goes on to `stop` (a newline, or the end), or behind the first quote before it that opens a cell: true. */
static bool scan_plain(struct csv_scanner *scanner, const char *text, size_t stop)
{
    const char *quote;
    while ((quote = find_byte(text, scanner->at, stop, '"'))) {
        size_t at = (size_t)(quote - text);
        advance(scanner, text, at);
        bool opens = scanner->before == ',';
        advance(scanner, text, at + 1);
        if (opens)
            return true;
    }
    advance(scanner, text, stop);
    return false;
}

bool csv_scan(struct csv_scanner *scanner, const char *text, size_t len, bool last, size_t *out_end)
{
    size_t line_end = scanner->at;
    bool line_end_known = false;
    for (;;) {
        if (scanner->quoted && !scan_quoted(scanner, text, len, last))
            break;
        if (!line_end_known || line_end < scanner->at) {
            const char *found = find_byte(text, scanner->at, len, '\n');
            line_end = found ? (size_t)(found - text) : len;
            line_end_known = true;
        }
        scanner->quoted = scan_plain(scanner, text, line_end);
        if (scanner->quoted)
            continue;
        if (line_end == len)
            break;
        scanner->lines++;
        *out_end = line_end + 1;
        return true;
    }
    *out_end = len;
    return last;
}

struct slice csv_record(const char *text, size_t start, size_t end)
{
    if (end > start && text[end - 1] == '\n')
        end--;
    if (end > start && text[end - 1] == '\r')
        end--;
    return slice_of(text + start, end - start);
}

/* *at is behind the opening quote; moved behind the closing one. */
static void quoted_cell(struct slice record, size_t *at, struct csv_cell *cell)
{
    size_t start = *at;
    for (;;) {
        const char *quote = find_byte(record.ptr, *at, record.len, '"');
        if (!quote) {
            *at = record.len;
            cell->fault = CSV_NOT_CLOSED;
            break;
        }
        *at = (size_t)(quote - record.ptr) + 1;
        if (*at == record.len || record.ptr[*at] != '"')
            break;
        cell->escaped = true;
        ++*at;
    }
    size_t end = cell->fault == CSV_NOT_CLOSED ? record.len : *at - 1;
    cell->text = slice_of(record.ptr + start, end - start);
    if (cell->fault == CSV_FINE && *at < record.len && record.ptr[*at] != ',')
        cell->fault = CSV_TEXT_BEHIND;
}

bool csv_cell_next(struct slice record, size_t *at, struct csv_cell *out_cell)
{
    if (*at > record.len)
        return false;
    struct csv_cell cell = {.fault = CSV_FINE};
    size_t start = *at;
    bool quoted = start < record.len && record.ptr[start] == '"';
    if (quoted) {
        ++*at;
        quoted_cell(record, at, &cell);
    }
    const char *comma = find_byte(record.ptr, *at, record.len, ',');
    size_t end = comma ? (size_t)(comma - record.ptr) : record.len;
    if (!quoted)
        cell.text = slice_of(record.ptr + start, end - start);
    *at = end + 1;
    *out_cell = cell;
    return true;
}

bool csv_cell_find(struct slice record, uint32_t cell, struct csv_cell *out_cell)
{
    size_t at = 0;
    enum csv_fault fault = CSV_FINE;
    for (uint32_t i = 0; csv_cell_next(record, &at, out_cell); i++) {
        if (fault == CSV_FINE)
            fault = out_cell->fault;
        if (i < cell)
            continue;
        out_cell->fault = fault;
        return true;
    }
    return false;
}

size_t csv_unescape(struct slice text, char *into)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        into[len++] = text.ptr[i];
        if (text.ptr[i] == '"')
            i++;
    }
    return len;
}
