/*
 * csv_scan.c - CSV's grammar: see csv_scan.h.
 *
 * The search for record ends leaps from mark to mark (quotes and newlines, found 64 bytes at a time). Commas are not
 * looked at: the byte before a quote tells whether a cell begins there.
 */
#include "source/csv/csv_scan.h"

#include "base/simd/simd.h"

#include <string.h>

void csv_scanner_init(struct csv_scanner *scanner, size_t at)
{
    scanner->marked = at;
    scanner->next = scanner->count = 0;
    csv_scanner_next(scanner, at);
}

void csv_scanner_next(struct csv_scanner *scanner, size_t at)
{
    scanner->at = at;
    scanner->before = ',';
    scanner->quoted = false;
    scanner->lines = 0;
}

void csv_scanner_move(struct csv_scanner *scanner, size_t by)
{
    scanner->at -= by;
    scanner->marked = scanner->at;
    scanner->next = scanner->count = 0;
}

static const char *find_byte(const char *text, size_t from, size_t to, char byte)
{
    return from < to ? memchr(text + from, byte, to - from) : NULL;
}

/* Everything before `to` has been looked at, and what is marked from there on is forgotten. */
static void stop_at(struct csv_scanner *scanner, const char *text, size_t to)
{
    if (to > scanner->at) {
        scanner->before = text[to - 1];
        scanner->at = to;
    }
    scanner->marked = to;
    scanner->next = scanner->count = 0;
}

/* A quote at `mark`. False if what follows must be known, and is not yet. */
static bool take_quote(struct csv_scanner *scanner, const char *text, size_t len, bool last, size_t mark)
{
    scanner->next++;
    if (!scanner->quoted) {
        scanner->quoted = (mark == scanner->at ? scanner->before : text[mark - 1]) == ',';
        return true;
    }
    if (mark + 1 == len && !last)
        return false;
    if (mark + 1 == len || text[mark + 1] != '"') {
        scanner->quoted = false;
        return true;
    }
    /* Two quotes: the second is the next mark, or the first byte that is not marked yet. */
    if (scanner->next < scanner->count)
        scanner->next++;
    else
        scanner->marked = mark + 2;
    return true;
}

bool csv_scan(struct csv_scanner *scanner, const char *text, size_t len, bool last, size_t *out_end)
{
    for (;;) {
        if (scanner->next == scanner->count) {
            if (scanner->marked == len)
                break;
            scanner->next = 0;
            scanner->count = (uint32_t)simd_ops()->quotes(text, len, &scanner->marked, scanner->marks, CSV_MARKS);
            continue;
        }
        size_t mark = scanner->marks[scanner->next];
        if (text[mark] == '"') {
            if (take_quote(scanner, text, len, last, mark))
                continue;
            stop_at(scanner, text, mark);
            return false;
        }
        scanner->next++;
        scanner->lines++;
        if (!scanner->quoted) {
            *out_end = mark + 1;
            return true;
        }
    }
    stop_at(scanner, text, len);
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
