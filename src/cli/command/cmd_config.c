/*
 * cmd_config.c - ddnshunt config: the settings in effect. They are checked as a scan would.
 */
#include "cli/command/commands.h"
#include "cli/config/config.h"
#include "cli/kb_files.h"
#include "cli/run/run_int.h"
#include "cli/text_out.h"
#include "cli/tune/tune.h"
#include "kql/rules.h"
#include "kql/syntax/parser.h"

static enum err_code show(const struct opts *opts, struct err *err)
{
    struct buf text;
    buf_init(&text, 0);
    config_write(opts, &text);
    enum err_code code = text_out(NULL, &text, err);
    buf_release(&text);
    return code;
}

struct check {
    const struct opts *opts;
    struct report *report;
    struct arena arena;
    struct kb *kb;
    struct tune_texts texts; /* of the conditions in --where */
};

/* Lists are read, names are known, times are times, conditions can be read. Which columns there are only the inputs tell. */
static enum err_code check(struct check *check, struct err *err)
{
    const struct opts *opts = check->opts;
    const struct rule *rule = &RULES[opts->rule];
    struct column_def *named;
    uint32_t named_count;
    struct tuning tuning;
    struct ast *query;
    bool known = slice_eq(slice_from_cstr(rule->name), SLICE("default"));
    TRY(columns_named(&opts->columns_named, &check->arena, &named, &named_count, err));
    TRY(kb_files_open(&opts->provider_files, &check->kb, err));
    TRY(tuning_read(opts, known ? check->kb : NULL, &check->arena, &tuning, err));
    TRY(kql_parse(rule->text, &check->arena, &query, err));
    TRY(tune_query(query, &tuning, &check->arena, &check->texts, err));
    return tuning_warn(&tuning, check->kb, check->report, err);
}

void command_config(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct err err = {0};
    struct check settings = {.opts = opts, .report = report};
    arena_init(&settings.arena, 0);
    enum err_code code = show(opts, &err);
    if (code == ERR_NONE)
        code = check(&settings, &err);
    outcome_add(outcome, code);
    const struct tune_text *stage = code != ERR_NONE ? tune_text_of(&settings.texts, &err) : NULL;
    if (stage)
        report_query_error(report, stage->origin, stage->text, &err);
    else if (code != ERR_NONE && code != ERR_PIPE)
        report_error(report, &err);
    kb_free(settings.kb);
    arena_release(&settings.arena);
}
