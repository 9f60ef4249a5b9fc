/*
 * cmd_config.c - ddnshunt config: the settings in effect. They are checked as a scan would.
 */
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/kb_files.h"
#include "cli/text_out.h"
#include "cli/tune.h"
#include "kql/rules.h"

static enum err_code show(const struct opts *opts, struct err *err)
{
    struct buf text;
    buf_init(&text, 0);
    config_write(opts, &text);
    enum err_code code = text_out(NULL, &text, err);
    buf_release(&text);
    return code;
}

/* Lists are read, names are known, times are times. */
static enum err_code check(const struct opts *opts, struct report *report, struct err *err)
{
    struct kb *kb;
    TRY(kb_files_open(&opts->provider_files, &kb, err));
    struct arena arena;
    arena_init(&arena, 0);
    struct tuning tuning;
    bool known = slice_eq(slice_from_cstr(RULES[opts->rule].name), SLICE("default"));
    enum err_code code = tuning_read(opts, known ? kb : NULL, &arena, &tuning, err);
    if (code == ERR_NONE)
        code = tuning_warn(&tuning, kb, report, err);
    arena_release(&arena);
    kb_free(kb);
    return code;
}

void command_config(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct err err = {0};
    enum err_code code = show(opts, &err);
    if (code == ERR_NONE)
        code = check(opts, report, &err);
    outcome_add(outcome, code);
    if (code != ERR_NONE && code != ERR_PIPE)
        report_error(report, &err);
}
