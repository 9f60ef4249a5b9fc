/*
 * main.c - reads the command line, runs the command, and settles the exit status: the one place that does.
 */
#include "base/mem.h"
#include "cli/command/commands.h"
#include "cli/term.h"
#include "cli/text_out.h"

#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <unistd.h>

static const char *from_environment(const char *name)
{
    return getenv(name);
}

#ifdef DDNSHUNT_FAULT_INJECTION
/* DDNSHUNT_FAIL_ALLOC=N: the Nth allocation and all after it fail (tests/fault). */
static void fail_as_asked(const char *nth)
{
    mem_fail_after(nth ? strtoull(nth, NULL, 10) : 0);
}
#else
static void fail_as_asked(const char *nth)
{
    (void)nth;
}
#endif

/*
 * glibc gives every thread a heap of its own, and memory that one thread allocates and another frees, as blocks are, stays with
 * the heap that it came from: with 16 threads they held 90 MiB where 30 are in use. Two heaps are as fast: a scan allocates
 * by the block, not by the row.
 */
static void heaps_share(void)
{
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);
#endif
}

/* Help and version are what was asked for: standard output. */
static enum err_code print_help(const struct opts *opts, struct err *err)
{
    struct buf text;
    buf_init(&text, 0);
    unsigned width = term_width(STDOUT_FILENO);
    if (opts->version)
        version_write(&text);
    else
        help_write(opts->command, opts->help_long, width > 0 ? width : 80, &text);
    enum err_code code = text_out(NULL, &text, err);
    buf_release(&text);
    return code;
}

static void run_command(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    static void (*const COMMAND[])(const struct opts *, struct report *, struct outcome *) = {
        [COMMAND_SCAN] = command_scan,
        [COMMAND_QUERY] = command_query,
        [COMMAND_RULE] = command_rule,
        [COMMAND_CONFIG] = command_config,
        [COMMAND_LOOKUP] = command_lookup,
        [COMMAND_PROVIDERS_LIST] = command_providers_list,
        [COMMAND_PROVIDERS_SEARCH] = command_providers_search,
        [COMMAND_PROVIDERS_COUNT] = command_providers_count,
        [COMMAND_PROVIDERS_CHECK] = command_providers_check,
        [COMMAND_PROVIDERS_IMPORT] = command_providers_import,
        [COMMAND_PROVIDERS_DIFF] = command_providers_diff,
    };
    COMMAND[opts->command->id](opts, report, outcome);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    fail_as_asked(from_environment("DDNSHUNT_FAIL_ALLOC"));
    heaps_share();
    signals_catch();
    struct opts opts;
    struct report report;
    struct outcome outcome = {0};
    struct err err = {0};
    enum err_code code = opts_parse(argc, argv, from_environment, &opts, &err);
    report_init(&report, &opts);
    bool run = code == ERR_NONE && !opts.help && !opts.version;
    if (code == ERR_NONE && !run)
        code = print_help(&opts, &err);
    if (run)
        run_command(&opts, &report, &outcome);
    outcome_add(&outcome, code);
    if (code != ERR_NONE && code != ERR_PIPE)
        report_error(&report, &err);
    int status = outcome_status(&outcome, opts.fail_on_hit);
    report_release(&report);
    opts_release(&opts);
    return status;
}
