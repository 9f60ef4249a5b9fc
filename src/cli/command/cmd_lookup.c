/*
 * cmd_lookup.c - ddnshunt lookup: hosts and URLs from the command line, files and standard input.
 */
#include "base/lines.h"
#include "cli/command/commands.h"
#include "cli/command/lookup.h"
#include "cli/kb_files.h"
#include "cli/term.h"

#include <sys/stat.h>
#include <unistd.h>

struct run {
    const struct opts *opts;
    struct report *report;
    struct outcome *outcome;
    struct arena arena;
    struct kb *kb;
    struct delivery delivery;
    struct lookup lookup;
    struct scan_stats stats;
};

/* --- inputs --- */

static void reject_line(struct run *run, const char *path, const struct lines_piece *piece)
{
    struct reject reject = {.kind = REJECT_TOO_LONG,
                            .input = path,
                            .record = piece->first_line,
                            .why = "it is longer than the limit on a record",
                            .bytes = piece->text};
    run->outcome->unread = true;
    run->stats.rejected[REJECT_TOO_LONG]++;
    report_reject(run->report, &reject);
}

static enum err_code look_up_lines(struct run *run, struct slice text, struct err *err)
{
    struct slice line;
    while (line_take(&text, &line)) {
        if (slice_trim(line).len == 0)
            continue;
        run->stats.rows++;
        TRY(lookup_add(&run->lookup, line, err));
    }
    return lookup_deliver(&run->lookup, err);
}

/* A failure to read is told here, and the next input is looked at. */
static enum err_code look_up_stream(struct run *run, struct stream *stream, const char *path, struct err *err)
{
    struct lines lines;
    struct lines_piece piece = {.too_long = true};
    lines_init(&lines, stream, (size_t)run->opts->record_max);
    enum err_code code = ERR_NONE;
    while (code == ERR_NONE && (piece.text.len > 0 || piece.too_long)) {
        code = lines_next(&lines, &piece, err);
        if (code == ERR_INPUT) {
            run->stats.inputs_failed++;
            report_error(run->report, err);
            code = ERR_NONE;
            break;
        }
        if (code == ERR_NONE && piece.too_long) {
            run->stats.rows++;
            reject_line(run, path, &piece);
        } else if (code == ERR_NONE) {
            code = look_up_lines(run, piece.text, err);
        }
    }
    run->stats.bytes += stream_offset(stream);
    lines_release(&lines);
    return code;
}

static enum err_code look_up_file(struct run *run, const char *path, struct err *err)
{
    struct stream *stream = NULL;
    enum err_code code = stream_open(path, &stream, err);
    if (code == ERR_INPUT) {
        run->stats.inputs_failed++;
        report_error(run->report, err);
        return ERR_NONE;
    }
    TRY(code);
    run->stats.inputs++;
    code = look_up_stream(run, stream, path, err);
    stream_close(stream);
    return code;
}

static bool is_dash(const char *text)
{
    return strcmp(text, "-") == 0;
}

static bool reads_stdin(const struct opts *opts)
{
    bool reads = opts->paths.count == 0 && opts->lookup.files.count == 0;
    for (size_t i = 0; i < opts->paths.count; i++)
        reads |= is_dash(opts->paths.items[i]);
    for (size_t i = 0; i < opts->lookup.files.count; i++)
        reads |= is_dash(opts->lookup.files.items[i]);
    return reads;
}

static enum err_code look_up_all(struct run *run, struct err *err)
{
    const struct text_list *hosts = &run->opts->paths, *files = &run->opts->lookup.files;
    if (hosts->count == 0 && files->count == 0)
        return look_up_file(run, "-", err);
    for (size_t i = 0; i < hosts->count; i++) {
        if (is_dash(hosts->items[i]))
            TRY(look_up_file(run, "-", err));
        else
            TRY(lookup_add(&run->lookup, slice_from_cstr(hosts->items[i]), err));
    }
    TRY(lookup_deliver(&run->lookup, err));
    for (size_t i = 0; i < files->count; i++)
        TRY(look_up_file(run, files->items[i], err));
    return ERR_NONE;
}

static enum err_code refuse_own(const struct opts *opts, bool from_stdin, struct err *err)
{
    struct own_files own;
    own_files_find(opts, &own);
    if (from_stdin)
        TRY(own_files_refuse(&own, "-", err));
    for (size_t i = 0; i < opts->lookup.files.count; i++)
        TRY(own_files_refuse(&own, opts->lookup.files.items[i], err));
    return ERR_NONE;
}

/* `lookup hosts.txt` asks for a host of that name; whoever has such a file meant its lines. */
static void note_file(struct run *run)
{
    const struct text_list *hosts = &run->opts->paths;
    struct stat st;
    for (size_t i = 0; i < hosts->count; i++) {
        if (stat(hosts->items[i], &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        report_note(run->report, "%s is looked up as a host; -f %s reads the file", hosts->items[i], hosts->items[i]);
        return;
    }
}

/* --- the whole --- */

static bool stdin_waits(void)
{
    struct stat st;
    return fstat(STDIN_FILENO, &st) == 0 && !S_ISREG(st.st_mode);
}

static void report_end(struct run *run)
{
    const struct lookup *lookup = &run->lookup;
    for (size_t i = 0; i < LOOKUP_TALLIES; i++)
        if (lookup->tallies[i].hits > 0)
            report_count_hits(run->report, lookup->tallies[i].provider, lookup->tallies[i].hits);
    struct summary summary = {.stats = run->stats.inputs > 0 || run->stats.inputs_failed > 0 ? &run->stats : NULL,
                              .results = lookup->hits,
                              .results_name = "hit",
                              .rows_name = "host",
                              .interrupted = run->outcome->interrupted,
                              .apart = run->delivery.terminal && run->report->terminal};
    run->outcome->hits = lookup->hits > 0;
    run->outcome->unread |= run->stats.inputs_failed > 0;
    report_summary(run->report, &summary);
}

static enum err_code run_all(struct run *run, struct err *err)
{
    bool from_stdin = reads_stdin(run->opts);
    TRY(refuse_own(run->opts, from_stdin, err));
    TRY(kb_files_open(&run->opts->provider_files, &run->kb, err));
    TRY(delivery_open(&run->delivery, run->opts, err));
    TRY(lookup_init(&run->lookup, run->opts, run->kb, &run->delivery, &run->arena, err));
    if (from_stdin && stdin_waits())
        run->delivery.prompt_widths = run->lookup.widths;
    TRY(delivery_start(&run->delivery, run->opts, &run->lookup.view.schema, err));
    note_file(run);
    if (from_stdin && term_is(STDIN_FILENO))
        report_note(run->report, "a host or URL a line; an end of file (Ctrl-D) ends it");
    enum err_code code = look_up_all(run, err);
    if (code == ERR_INTERRUPTED) {
        run->outcome->interrupted = true;
        code = lookup_deliver(&run->lookup, err);
    }
    TRY(code);
    TRY(delivery_commit(&run->delivery, err));
    report_end(run);
    return ERR_NONE;
}

void command_lookup(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct run run = {.opts = opts, .report = report, .outcome = outcome};
    struct err err = {0};
    arena_init(&run.arena, 0);
    enum err_code code = run_all(&run, &err);
    outcome_add(outcome, code);
    if (code != ERR_NONE && code != ERR_PIPE)
        report_error(report, &err);
    delivery_close(&run.delivery);
    lookup_release(&run.lookup);
    kb_free(run.kb);
    arena_release(&run.arena);
}
