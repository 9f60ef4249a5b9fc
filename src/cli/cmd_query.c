/*
 * cmd_query.c - ddnshunt query: the user's KQL, from the command line or a file.
 */
#include "base/stream.h"
#include "cli/commands.h"

enum err_code query_read(const char *path, struct buf *into, struct slice *out_text, struct err *err)
{
    enum err_code code = stream_read_file(path, into, err);
    if (code == ERR_LIMIT)
        code = err_set(err, ERR_USAGE, "is too long for a query");
    if (code != ERR_NONE) {
        (void)err_at(err, "%s", path);
        return code == ERR_INPUT ? err->code = ERR_USAGE : code;
    }
    struct slice text = buf_slice(into);
    *out_text = slice_starts(text, SLICE("\xEF\xBB\xBF")) ? slice_cut(text, 3, text.len) : text;
    return ERR_NONE;
}

void command_query(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct buf file;
    buf_init(&file, QUERY_FILE_MAX);
    struct err err = {0};
    struct slice query = opts->kql_file ? SLICE("") : slice_from_cstr(opts->kql);
    enum err_code code = opts->kql_file ? query_read(opts->kql_file, &file, &query, &err) : ERR_NONE;
    if (code != ERR_NONE) {
        report_error(report, &err);
        outcome_add(outcome, code);
    } else {
        struct run_text text = {
            .text = query, .origin = opts->kql_file ? opts->kql_file : "query", .results_name = "row"};
        run_text(opts, &text, report, outcome);
    }
    buf_release(&file);
}
