/*
 * lines.h - lines of a stream: as many as are there at a time, so that the first is not waited behind the last.
 *
 * What a read gives is handed out up to its last line end; only a line that goes on is waited for. Memory is bounded by the
 * longest line that is allowed.
 */
#ifndef DDNSHUNT_BASE_LINES_H
#define DDNSHUNT_BASE_LINES_H

#include "base/stream.h"

struct lines {
    struct stream *stream;
    size_t line_max;
    char *text; /* [capacity]: what was handed out, what is kept for the next time */
    size_t capacity;
    size_t given, len; /* [given, len) has not been handed out */
    size_t seen;       /* no line ends in [given, seen): a long line is not looked through for each read */
    bool started, ended;
    bool skipping; /* in a line that is too long */
    uint64_t line; /* number of the next line, from 1 */
};

enum { LINES_READ_BYTES = 256 * 1024 };

/* Whole lines, each with its line end but for the input's last one. */
struct lines_piece {
    struct slice text;   /* good until the next call; empty at the end */
    uint64_t first_line; /* its number */
    bool too_long;       /* text is the begin of a line longer than line_max, of which the rest is passed over */
};

/* The stream is borrowed. line_max: bytes, without the line end. A byte order mark at the begin is no part of the text. */
void lines_init(struct lines *lines, struct stream *stream, size_t line_max);
void lines_release(struct lines *lines);

enum err_code lines_next(struct lines *lines, struct lines_piece *out_piece, struct err *err) MUST_CHECK;

/* Takes the first line off *text, without LF or CRLF. False if it is empty. */
static inline bool line_take(struct slice *text, struct slice *out_line)
{
    if (text->len == 0)
        return false;
    const char *lf = memchr(text->ptr, '\n', text->len);
    size_t len = lf ? (size_t)(lf - text->ptr) : text->len;
    *out_line = slice_of(text->ptr, len - (len > 0 && text->ptr[len - 1] == '\r'));
    size_t taken = len + (lf != NULL);
    *text = slice_of(text->ptr + taken, text->len - taken);
    return true;
}

#endif
