/*
 * cmd_query.c - ddnshunt query: the user's KQL, from the command line or a file.
 */
#include "base/stream.h"
#include "cli/command/commands.h"

#include <string.h>
#include <sys/stat.h>

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

/* The text is a path, as of `ddnshunt query export.csv`: no query is one word with a dot or a slash. */
static enum err_code refuse_path(const char *kql, struct err *err)
{
    struct stat st;
    if (strpbrk(kql, " |\t\n") || !strpbrk(kql, "./") || stat(kql, &st) != 0)
        return ERR_NONE;
    err_set(err, ERR_USAGE, "\"%s\" is a %s, not a query", kql, S_ISDIR(st.st_mode) ? "folder" : "file");
    return err_hint(err,
                    "the query comes first: ddnshunt query 'DeviceNetworkEvents | count' FILE; or -f FILE reads it");
}

void command_query(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct buf file;
    buf_init(&file, QUERY_FILE_MAX);
    struct err err = {0};
    struct slice query = opts->kql_file ? SLICE("") : slice_from_cstr(opts->kql);
    enum err_code code =
        opts->kql_file ? query_read(opts->kql_file, &file, &query, &err) : refuse_path(opts->kql, &err);
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
