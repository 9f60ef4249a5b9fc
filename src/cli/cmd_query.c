/*
 * cmd_query.c - ddnshunt query: the user's KQL, from the command line or a file.
 */
#include "base/stream.h"
#include "cli/commands.h"
#include "kql/lexer.h"

/* The whole file; longer than any query may be is a usage error. A byte order mark is no part of the text. */
static enum err_code read_query(const char *path, struct buf *into, struct err *err)
{
    struct stream *stream;
    TRY(stream_open(path, &stream, err));
    enum err_code code = ERR_NONE;
    for (size_t got = 1; code == ERR_NONE && got > 0;) {
        char *space = buf_reserve(into, 1 << 16);
        if (!space) {
            code = into->len + (1 << 16) > into->max_len ? err_set(err, ERR_USAGE, "is too long for a query")
                                                         : err_no_memory(err, into->len + (1 << 16));
            break;
        }
        code = stream_read(stream, space, 1 << 16, &got, err);
        into->len += code == ERR_NONE ? got : 0;
    }
    stream_close(stream);
    return code;
}

void command_query(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct buf file;
    buf_init(&file, KQL_TEXT_MAX + (2 << 16));
    struct err err = {0};
    enum err_code code = opts->kql_file ? read_query(opts->kql_file, &file, &err) : ERR_NONE;
    if (code != ERR_NONE) {
        err_at(&err, "%s", opts->kql_file);
        report_error(report, &err);
        outcome_add(outcome, code == ERR_INPUT ? ERR_USAGE : code); /* a query that can't be read is a wrong call */
    } else {
        struct slice query = opts->kql_file ? buf_slice(&file) : slice_from_cstr(opts->kql);
        if (slice_starts(query, SLICE("\xEF\xBB\xBF")))
            query = slice_cut(query, 3, query.len);
        struct run_text text = {
            .text = query, .origin = opts->kql_file ? opts->kql_file : "query", .results_name = "row"};
        run_text(opts, &text, report, outcome);
    }
    buf_release(&file);
}
