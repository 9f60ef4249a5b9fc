/*
 * cmd_scan.c - ddnshunt scan: a built-in rule, run as any query is.
 */
#include "cli/command/commands.h"
#include "kql/rules.h"

void command_scan(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    const struct rule *rule = &RULES[opts->rule];
    struct run_text text = {.text = rule->text,
                            .origin = rule->name,
                            .results_name = "hit",
                            .knows_providers = slice_eq(slice_from_cstr(rule->name), SLICE("default"))};
    run_text(opts, &text, report, outcome);
}
