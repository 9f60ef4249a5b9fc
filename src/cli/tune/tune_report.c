/*
 * tune_report.c - where a tuning comes from: see tune.h.
 */
#include "cli/tune/tune.h"

void tuning_names(const struct opts *opts, enum origin_level level, struct buf *out)
{
    for (size_t i = 0; OPTIONS[i].name; i++) {
        enum origin_level from = opts->origins[i].level;
        if (option_tunes(&OPTIONS[i]) && from != ORIGIN_DEFAULT && (level == ORIGIN_DEFAULT || from == level))
            buf_printf(out, "%s--%s", out->len > 0 ? ", " : "", OPTIONS[i].name);
    }
}

static void report_level(const struct opts *opts, enum origin_level level, const char *place, struct report *report)
{
    struct buf names;
    buf_init(&names, 0);
    tuning_names(opts, level, &names);
    const char *text = buf_cstr(&names);
    if (text && names.len > 0)
        report_note(report, "tuned by %s: %s", place, text);
    buf_release(&names);
}

void tuning_report(const struct opts *opts, struct report *report)
{
    report_level(opts, ORIGIN_FILE, opts->config_path ? opts->config_path : "", report);
    report_level(opts, ORIGIN_ENVIRONMENT, "the environment", report);
}
