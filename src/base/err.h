/*
 * err.h - errors as values: a code that says whose business it is, and a text that helps.
 *
 * A function that can fail returns an enum err_code (ERR_NONE is 0) and takes a `struct err *` last, in which it
 * leaves what went wrong, where, why, and what to do. The text is built once, where the failure is seen; callers on
 * the way up may add a place with err_at(). An err holds no pointers and owns no memory, so that running out of
 * memory can be reported too. A bad record of the input is *data*, not an err: see event/batch.h, batch_reject().
 */
#ifndef DDNSHUNT_BASE_ERR_H
#define DDNSHUNT_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

/* Must be looked at by the caller. */
#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Each code has one exit status (err_exit_status()); see the manual page, EXIT STATUS. */
enum err_code {
    ERR_NONE = 0,
    ERR_USAGE,       /* the command line or a configuration is wrong: exit 2 */
    ERR_QUERY,       /* the KQL text is wrong: exit 2; span is set */
    ERR_UNSUPPORTED, /* right in Kusto, not here yet: exit 2; span is set for a query */
    ERR_INPUT,       /* an input can't be read or is no known format: exit 1, the others go on */
    ERR_LIMIT,       /* a bound (memory, rows, depth) was met: exit 3 */
    ERR_MEMORY,      /* an allocation failed: exit 3 */
    ERR_OUTPUT,      /* the output or a temporary file can't be written: exit 3 */
    ERR_PIPE,        /* the reader of our output went away: a quiet end, exit 0 */
    ERR_INTERRUPTED, /* SIGINT or SIGTERM: exit 130 */
    ERR_CODE_COUNT
};

/* A stretch of a query's text: bytes [start, end). */
struct span {
    uint32_t start, end;
};

enum { ERR_TEXT_MAX = 512, ERR_WHERE_MAX = 512, ERR_HINT_MAX = 256 };

struct err {
    enum err_code code;
    bool has_span;
    struct span span;          /* of the query text, where code is ERR_QUERY or ERR_UNSUPPORTED */
    char where[ERR_WHERE_MAX]; /* file, "file:record", option; empty if nothing is to be said */
    char text[ERR_TEXT_MAX];   /* one sentence without a full stop */
    char hint[ERR_HINT_MAX];   /* what to do about it; may be empty */
};

/* Sets code and text (cut at ERR_TEXT_MAX on a character boundary), clears the rest, returns code. err may be NULL. */
enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same for an error in a query's text. */
enum err_code err_query(struct err *err, enum err_code code, struct span span, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Adds a hint to an error that is set. Returns its code, so that it can stand in a return. */
enum err_code err_hint(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Names the place, unless a deeper function already has. Returns its code. */
enum err_code err_at(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ERR_MEMORY with the number of bytes that were wanted. */
enum err_code err_no_memory(struct err *err, uint64_t wanted_bytes);

/* Appends strerror(errno_value). */
enum err_code err_errno(struct err *err, enum err_code code, int errno_value, const char *fmt, ...) PRINTF_LIKE(4, 5);

int err_exit_status(enum err_code code);

/* What the static analyser can't see from here: these never return ERR_NONE. */
#if defined __clang_analyzer__ && !defined ERR_IMPLEMENTATION
void err_seen(const struct err *err, ...);
#define err_set(err, code, ...)          (err_seen((err), __VA_ARGS__), (code))
#define err_query(err, code, ...)        (err_seen((err), __VA_ARGS__), (code))
#define err_errno(err, code, ...)        (err_seen((err), __VA_ARGS__), (code))
#define err_no_memory(err, wanted_bytes) (err_seen((err), (wanted_bytes)), ERR_MEMORY)
#define err_hint(err, ...)               (err_seen((err), __VA_ARGS__), ERR_USAGE)
#define err_at(err, ...)                 (err_seen((err), __VA_ARGS__), ERR_USAGE)
#endif

/* Passes a failure on to the caller. Not for use where something must be released: `goto out` there. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        enum err_code try_code_ = (call);                                                                              \
        if (try_code_ != ERR_NONE)                                                                                     \
            return try_code_;                                                                                          \
    } while (0)

#endif
