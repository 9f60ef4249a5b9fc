/*
 * lines.c - lines of a stream: see lines.h.
 */
#include "base/lines.h"

#include "base/mem.h"

void lines_init(struct lines *lines, struct stream *stream, size_t line_max)
{
    *lines = (struct lines){.stream = stream, .line_max = line_max, .line = 1};
}

void lines_release(struct lines *lines)
{
    mem_free(lines->text);
    *lines = (struct lines){0};
}

/* Room to read into: what was handed out goes, and the text grows if a line fills it. */
static enum err_code make_room(struct lines *lines, struct err *err)
{
    if (lines->given > 0) {
        memmove(lines->text, lines->text + lines->given, lines->len - lines->given);
        lines->len -= lines->given;
        lines->seen -= lines->seen > lines->given ? lines->given : lines->seen;
        lines->given = 0;
    }
    size_t wanted = lines->capacity;
    if (wanted - lines->len < LINES_READ_BYTES / 4)
        wanted = wanted < LINES_READ_BYTES ? LINES_READ_BYTES : wanted * 2;
    if (wanted == lines->capacity)
        return ERR_NONE;
    char *text = mem_realloc(lines->text, wanted);
    if (!text)
        return err_no_memory(err, wanted);
    lines->text = text;
    lines->capacity = wanted;
    return ERR_NONE;
}

static enum err_code read_more(struct lines *lines, struct err *err)
{
    TRY(make_room(lines, err));
    size_t got = 0;
    TRY(stream_read(lines->stream, lines->text + lines->len, lines->capacity - lines->len, &got, err));
    lines->len += got;
    lines->ended = got == 0;
    return ERR_NONE;
}

/* A byte order mark may come in pieces. */
static enum err_code start(struct lines *lines, struct err *err)
{
    const struct slice mark = SLICE("\xEF\xBB\xBF");
    while (!lines->ended &&
           (lines->len == 0 || (lines->len < mark.len && memcmp(lines->text, mark.ptr, lines->len) == 0)))
        TRY(read_more(lines, err));
    lines->started = true;
    if (slice_starts(slice_of(lines->text, lines->len), mark))
        lines->given = mark.len;
    return ERR_NONE;
}

/* Where the first line end in [seen, len) stands, or len. */
static size_t find_lf(struct lines *lines)
{
    size_t from = lines->seen > lines->given ? lines->seen : lines->given;
    const char *lf = lines->len > from ? memchr(lines->text + from, '\n', lines->len - from) : NULL;
    lines->seen = lf ? (size_t)(lf - lines->text) : lines->len;
    return lines->seen;
}

/* Passes over what is there of a line that was too long. */
static void skip(struct lines *lines)
{
    size_t lf = find_lf(lines);
    lines->skipping = lf == lines->len;
    lines->given = lines->skipping ? lf : lf + 1;
    lines->line += !lines->skipping;
}

/* The line that ends before lf (or, for len, goes on) is longer than is allowed. */
static bool is_too_long(const struct lines *lines, size_t lf)
{
    size_t len = lf - lines->given;
    if (len <= lines->line_max)
        return false;
    /* A CR at its end is part of the line end, also of one that may be still to come. */
    return len > lines->line_max + 1 || lines->text[lf - 1] != '\r';
}

/* In steps whose count fits into a byte, so that the compiler adds bytes to bytes. */
static uint64_t count_lf(struct slice text)
{
    enum { STEP = 128 };
    uint64_t count = 0;
    for (size_t at = 0; at < text.len; at += STEP) {
        size_t end = text.len - at < STEP ? text.len : at + STEP;
        uint8_t step = 0;
        for (size_t i = at; i < end; i++)
            step = (uint8_t)(step + (text.ptr[i] == '\n'));
        count += step;
    }
    return count;
}

/* Takes the lines off whole that are not too long, and counts them. */
static struct slice lines_fitting(struct lines *lines, struct slice whole)
{
    struct slice rest = whole, line;
    size_t fitting = 0;
    if (whole.len <= lines->line_max) { /* none of them can be longer */
        lines->line += count_lf(whole);
        return whole;
    }
    while (line_take(&rest, &line) && line.len <= lines->line_max) {
        fitting = whole.len - rest.len;
        lines->line++;
    }
    return slice_cut(whole, 0, fitting);
}

/* Hands out what is there: the begin of a line that is too long, or all whole lines before the next such one. */
static bool take(struct lines *lines, struct lines_piece *out_piece)
{
    size_t lf = find_lf(lines), end = lines->len;
    *out_piece = (struct lines_piece){.first_line = lines->line};
    if (is_too_long(lines, lf)) {
        out_piece->text = slice_of(lines->text + lines->given, lines->line_max);
        out_piece->too_long = lines->skipping = true;
        lines->given = lines->seen = lf;
        return true;
    }
    if (lf == lines->len && !lines->ended)
        return false;
    while (!lines->ended && lines->text[end - 1] != '\n') /* there is one, at lf */
        end--;
    out_piece->text = lines_fitting(lines, slice_of(lines->text + lines->given, end - lines->given));
    lines->given += out_piece->text.len;
    return true;
}

enum err_code lines_next(struct lines *lines, struct lines_piece *out_piece, struct err *err)
{
    if (!lines->started)
        TRY(start(lines, err));
    for (;;) {
        if (lines->skipping)
            skip(lines);
        if (!lines->skipping && lines->len > lines->given && take(lines, out_piece))
            return ERR_NONE;
        if (lines->ended) {
            *out_piece = (struct lines_piece){SLICE(""), lines->line, false};
            return ERR_NONE;
        }
        TRY(read_more(lines, err));
    }
}
