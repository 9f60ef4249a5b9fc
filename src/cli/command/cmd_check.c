/*
 * cmd_check.c - ddnshunt providers check: all that is wrong in tables of suffixes or services.
 */
#include "cli/command/commands.h"
#include "cli/kb_files.h"
#include "ddns/kb_check.h"

struct run {
    const struct opts *opts;
    struct report *report;
    struct outcome *outcome;
    struct kb *kb;
};

static void report_remark(const struct run *run, const char *path, const struct kb_remark *remark)
{
    struct err err;
    if (!remark->mistake) {
        report_note(run->report, "%s:%u: doubtful: %.*s", path, remark->line, SLICE_ARG(remark->text));
        return;
    }
    err_set(&err, ERR_USAGE, "%.*s", SLICE_ARG(remark->text));
    if (remark->hint.len > 0)
        err_hint(&err, "%.*s", SLICE_ARG(remark->hint));
    err_at(&err, "%s:%u", path, remark->line);
    report_error(run->report, &err);
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static void report_check(const struct run *run, const char *path, const struct kb_check *check)
{
    for (uint32_t i = 0; i < check->remark_count; i++)
        report_remark(run, path, &check->remarks[i]);
    uint32_t untold = check->mistakes + check->doubts - check->remark_count;
    if (untold > 0)
        report_note(run->report, "%s: and %u more", path, untold);
    char rows[32], mistakes[32], doubts[32];
    report_note(run->report, "%s: %s row%s of %s right, %s mistake%s, %s doubt%s", path, number_text(check->rows, rows),
                plural(check->rows), check->services ? "services" : "suffixes", number_text(check->mistakes, mistakes),
                plural(check->mistakes), number_text(check->doubts, doubts), plural(check->doubts));
    run->outcome->wrong_call |= check->mistakes > 0;
}

static enum err_code check_text(const struct run *run, const char *path, struct slice text, struct err *err)
{
    struct arena arena;
    struct kb_check check;
    arena_init(&arena, 0);
    enum err_code code = kb_check(run->kb, text, path, &arena, &check, err);
    if (code == ERR_NONE)
        report_check(run, path, &check);
    arena_release(&arena);
    return code;
}

/* A file that is no table, or can't be read, is told, and the next one looked at. */
static enum err_code check_file(const struct run *run, const char *path, struct err *err)
{
    struct buf text;
    buf_init(&text, KB_FILE_MAX);
    enum err_code code = file_read(path, &text, err);
    if (code == ERR_NONE)
        code = check_text(run, path, buf_slice(&text), err);
    buf_release(&text);
    if (code != ERR_USAGE && code != ERR_INPUT)
        return code;
    report_error(run->report, err);
    outcome_add(run->outcome, ERR_USAGE);
    return ERR_NONE;
}

static enum err_code run_all(struct run *run, struct err *err)
{
    const struct opts *opts = run->opts;
    if (!opts->kb.check && opts->paths.count == 0) {
        err_set(err, ERR_USAGE, "providers check needs a file");
        return err_hint(err, "for example: ddnshunt providers check mine.tsv; - is standard input");
    }
    TRY(kb_files_open(&opts->provider_files, &run->kb, err));
    if (opts->kb.check)
        TRY(check_file(run, opts->kb.check, err));
    for (size_t i = 0; i < opts->paths.count; i++)
        TRY(check_file(run, opts->paths.items[i], err));
    return ERR_NONE;
}

void command_providers_check(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct run run = {.opts = opts, .report = report, .outcome = outcome};
    struct err err = {0};
    enum err_code code = run_all(&run, &err);
    outcome_add(outcome, code);
    if (code != ERR_NONE)
        report_error(report, &err);
    kb_free(run.kb);
}
