/*
 * run.c - a query from its text to written results: see run.h.
 *
 * Text, tree and plan are checked before any result is written. The inputs settle the columns, so that they are opened
 * before the query is bound; a query that needs no input (print, datatable) is bound without, and never waits for
 * standard input.
 */
#include "cli/run/run.h"

#include "base/mem.h"
#include "base/out.h"
#include "cli/kb_files.h"
#include "cli/report_stats.h"
#include "cli/run/run_int.h"
#include "cli/term.h"
#include "cli/tune/tune.h"
#include "event/datetime.h"
#include "kql/exec/exec.h"
#include "kql/syntax/parser.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct run;

/* Whose notices these are: a query may walk over its inputs several times, and is told what is wrong once. */
struct walk {
    struct run *run;
    bool again;
};

struct run {
    const struct opts *opts;
    const struct run_text *text;
    struct report *report;
    struct outcome *outcome;
    atomic_bool input_failed; /* told by whatever thread reads; for the outcome */
    struct arena arena;       /* tree, columns, view */
    struct ast *ast;
    struct tuning tuning;
    struct tune_texts tune_texts; /* of the stages in ast */
    struct column_def *named;     /* --column */
    uint32_t named_count;
    const struct schema *table; /* the inputs' columns as far as they are known */
    struct kb *knowledge;       /* for the ddns_* functions; outlives the query */
    int64_t now;
    struct query query;
    bool bound;
    struct walk walks[2]; /* the first, and all others */
    struct own_files own;
    struct scan *scan; /* opened, not yet handed to the executor */
    struct delivery delivery;
    struct column_view view;
    struct out *rejects;
    struct scan_stats stats;
    struct profiles profiles; /* --stats */
    uint32_t provider;        /* column of the result whose values are counted, or COLUMN_NONE */
    uint64_t results;
};

/* --- outcome --- */

int outcome_status(const struct outcome *outcome, bool fail_on_hit)
{
    if (outcome->wrong_call)
        return 2;
    if (outcome->stopped)
        return 3;
    if (outcome->interrupted)
        return 130;
    if (outcome->unread)
        return 1;
    return fail_on_hit && outcome->hits ? 10 : 0;
}

void outcome_add(struct outcome *outcome, enum err_code code)
{
    switch (err_exit_status(code)) {
    case 1:
        outcome->unread = true;
        break;
    case 2:
        outcome->wrong_call = true;
        break;
    case 3:
        outcome->stopped = true;
        break;
    case 130:
        outcome->interrupted = true;
        break;
    default:
        break;
    }
}

/* --- signals --- */

static atomic_bool signal_caught; /* written by a handler, read by workers */

static void on_signal(int number)
{
    (void)number;
    atomic_store(&signal_caught, true);
    stream_interrupt(true);
}

/* What the caller has had ignored (nohup, a shell's background) stays so. */
static void catch_one(int number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, old;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void signals_catch(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    catch_one(SIGINT);
    catch_one(SIGTERM);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL); /* a limit on the size of files is an error of the write (EFBIG) */
}

bool signals_caught(void)
{
    return atomic_load(&signal_caught);
}

/* --- inputs --- */

/* For tests: no short cut is taken, so that the answer can be compared with that of the fast roads. */
static bool is_slow(void)
{
    const char *fast = getenv("DDNSHUNT_FAST");
    return fast && strcmp(fast, "off") == 0;
}

static void on_notice(void *user, enum scan_notice_kind kind, const char *path, const char *detail,
                      const struct err *err)
{
    const struct walk *walk = user;
    struct run *run = walk->run;
    if (walk->again)
        return;
    path = stream_name(path);
    switch (kind) {
    case NOTICE_INPUT_FAILED: {
        struct err failure = *err;
        err_at(&failure, "%s", path);
        atomic_store(&run->input_failed, true);
        report_error(run->report, &failure);
        break;
    }
    case NOTICE_ROW_LIMIT:
        report_note(run->report, "%s: holds exactly %s rows, the limit of an export: it is probably cut off", path,
                    detail ? detail : "as many");
        break;
    case NOTICE_DOUBT:
        report_note(run->report, "%s: %s", path, detail ? detail : "may not be read as it was meant");
        break;
    case NOTICE_OPENED:
        if (run->opts->stats)
            report_note(run->report, "%s: %s", path, detail ? detail : "opened");
        break;
    case NOTICE_INPUT_OWN:
        report_note(run->report, "%s: left out: this run writes it", path);
        break;
    case NOTICE_INPUT_PASSED:
        break; /* counted in the summary */
    }
}

static unsigned threads_wanted(const struct run *run)
{
    return run->opts->threads > 0 ? run->opts->threads : cpus_available();
}

static enum err_code open_inputs(struct run *run, bool again, struct scan **out_scan, struct err *err)
{
    const struct opts *opts = run->opts;
    struct scan_config config = {
        .paths = opts->paths.items,
        .path_count = opts->paths.count,
        .options = {.block_bytes = opts->block_size > 0 ? (size_t)opts->block_size : SOURCE_BLOCK_BYTES,
                    .record_max = (size_t)opts->record_max,
                    .strict = opts->strict,
                    .slow = is_slow(),
                    .count_cells = opts->stats,
                    .first_column = COLUMN_NONE},
        .named = run->named,
        .named_count = run->named_count,
        .read_ahead = threads_wanted(run) > 1,
        .own = run->own.ids,
        .own_count = run->own.count,
        .measure = run->report->terminal && !opts->quiet,
        .forced = opts->input_format >= 0 ? SOURCE_TYPES[opts->input_format] : NULL,
        .notice = on_notice,
        .user = &run->walks[again],
    };
    run->walks[again] = (struct walk){run, again};
    return scan_open(&config, out_scan, err);
}

/* The executor asks for the inputs: the ones opened to settle the columns first, then anew. */
static enum err_code give_scan(void *user, struct scan **out_scan, struct err *err)
{
    struct run *run = user;
    if (!run->scan)
        return open_inputs(run, true, out_scan, err);
    *out_scan = run->scan;
    run->scan = NULL;
    return ERR_NONE;
}

static enum err_code refuse_own(struct run *run, struct err *err)
{
    const struct text_list *paths = &run->opts->paths;
    own_files_find(run->opts, &run->own);
    if (run->opts->kql_file)
        TRY(own_files_refuse(&run->own, run->opts->kql_file, err));
    if (paths->count == 0)
        return own_files_refuse(&run->own, "-", err);
    for (size_t i = 0; i < paths->count; i++)
        TRY(own_files_refuse(&run->own, paths->items[i], err));
    return ERR_NONE;
}

static bool reads_once(const char *path)
{
    struct stat st;
    return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

static unsigned count_scans(const struct plan *plan)
{
    unsigned count = 0;
    for (; plan; plan = plan->input)
        count += plan->kind == PLAN_SCAN;
    return count;
}

static unsigned query_scans(const struct query *query)
{
    unsigned count = count_scans(query->root);
    for (uint32_t i = 0; i < query->subquery_count; i++)
        count += count_scans(query->subqueries[i]);
    return count;
}

/* A query that reads its inputs more than once can't have them from a pipe. */
static enum err_code check_inputs(struct run *run, struct err *err)
{
    unsigned scans = query_scans(&run->query);
    if (scans < 2)
        return ERR_NONE;
    const struct text_list *paths = &run->opts->paths;
    for (size_t i = 0; i < paths->count || (i == 0 && paths->count == 0); i++) {
        const char *path = paths->count == 0 ? "-" : paths->items[i];
        if (reads_once(path)) {
            err_set(err, ERR_USAGE, "the query reads its inputs %u times, and a pipe can be read once", scans);
            err_hint(err, "save the data in a file first");
            return err_at(err, "%s", stream_name(path));
        }
    }
    return ERR_NONE;
}

/* --- the query --- */

/* A query is tuned only if it is asked for; a detection always is. */
static enum err_code tune(struct run *run, struct err *err)
{
    if (run->opts->command->id == COMMAND_QUERY && !run->opts->tune)
        return ERR_NONE;
    const struct kb *known = run->text->knows_providers ? run->knowledge : NULL;
    TRY(tuning_read(run->opts, known, &run->arena, &run->tuning, err));
    TRY(tune_query(run->ast, &run->tuning, &run->arena, &run->tune_texts, err));
    tuning_report(run->opts, run->report);
    return tuning_warn(&run->tuning, run->knowledge, run->report, err);
}

static enum err_code parse(struct run *run, struct err *err)
{
    TRY(columns_named(&run->opts->columns_named, &run->arena, &run->named, &run->named_count, err));
    TRY(schema_extend(schema_device_network_events(), run->named, run->named_count, &run->arena, &run->table, err));
    TRY(kql_parse(run->text->text, &run->arena, &run->ast, err));
    TRY(tune(run, err));
    return run->opts->with_source ? with_source(run->ast, &run->arena, err) : ERR_NONE;
}

static void query_set_memory(struct query *query, const struct opts *opts)
{
    query->memory_max = opts->memory;
    query->temporary_folder = opts->tmp_dir ? opts->tmp_dir : opts->tmp_dir_usual;
}

static void unbind(struct run *run)
{
    if (run->bound)
        query_release(&run->query);
    run->bound = false;
}

static enum err_code bind(struct run *run, struct err *err)
{
    struct bind_options options = {.table = run->table, .now = run->now, .knowledge = run->knowledge};
    TRY(kql_bind(run->ast, &options, &run->query, err));
    run->bound = true;
    query_set_memory(&run->query, run->opts);
    run->query.slow = is_slow();
    return ERR_NONE;
}

/* Opens the inputs and takes their columns for the table's. */
static enum err_code settle_columns(struct run *run, struct err *err)
{
    if (run->opts->paths.count == 0 && term_is(STDIN_FILENO)) {
        err_set(err, ERR_USAGE, "no input is given");
        return err_hint(err, "name files or folders, or pipe the data in; - is the terminal itself");
    }
    TRY(open_inputs(run, false, &run->scan, err));
    /* A copy, which lives longer than the scan. */
    return schema_extend(scan_schema(run->scan), NULL, 0, &run->arena, &run->table, err);
}

static enum err_code plan(struct run *run, struct err *err)
{
    const struct opts *opts = run->opts;
    enum err_code code = bind(run, err);
    bool inputs = !opts->check && !(opts->explain && opts->paths.count == 0);
    /* What is wrong without the inputs' columns may be right with them. */
    if (inputs && (code != ERR_NONE ? code == ERR_QUERY : query_scans(&run->query) > 0)) {
        unbind(run);
        TRY(settle_columns(run, err));
        code = bind(run, err);
    }
    TRY(code);
    return kql_optimize(&run->query, err);
}

/* --- results --- */

static uint32_t find_provider(const struct schema *schema)
{
    for (uint32_t i = 0; i < schema->count; i++)
        if (schema->columns[i].type == TYPE_STRING && slice_find(schema->columns[i].name, SLICE("Provider"), 0) >= 0)
            return i;
    return COLUMN_NONE;
}

static enum err_code on_result(void *user, struct batch *batch, struct err *err)
{
    struct run *run = user;
    run->results += batch->selection->count;
    for (uint32_t i = 0; run->provider != COLUMN_NONE && i < batch->selection->count; i++) {
        struct value value = column_value(&batch->columns[run->provider], batch->selection->rows[i]);
        report_count_hit(run->report, value.str);
    }
    if (run->delivery.terminal && batch->selection->count > 0)
        report_progress_clear(run->report);
    struct batch shown;
    if (batch_text(batch))
        return delivery_write(&run->delivery, batch, err);
    TRY(column_view_apply(&run->view, batch, batch->arena, &shown, err));
    return delivery_write(&run->delivery, &shown, err);
}

/* In any thread. */
static enum err_code on_make_text(void *user, struct batch *batch, size_t *ends, struct err *err)
{
    const struct run *run = user;
    struct batch shown;
    TRY(column_view_apply(&run->view, batch, batch->arena, &shown, err));
    return delivery_prepare(&run->delivery, &shown, ends, err);
}

static enum err_code on_reject(void *user, const struct reject *reject, struct err *err)
{
    struct run *run = user;
    run->outcome->unread = true;
    report_reject(run->report, reject);
    if (!run->rejects || reject->bytes.len == 0) /* a row that the query has made has no bytes */
        return ERR_NONE;
    TRY(out_write(run->rejects, reject->bytes, err));
    return out_write(run->rejects, SLICE("\n"), err);
}

static bool on_interrupted(void *user)
{
    (void)user;
    return signals_caught();
}

static void on_progress(void *user, const struct scan *scan, const struct scan_stats *stats, uint64_t kept_rows)
{
    struct run *run = user;
    (void)stats;
    report_progress(run->report, scan, kept_rows, run->text->results_name);
}

static enum err_code execute(struct run *run, struct err *err)
{
    struct exec_config config = {
        .threads = threads_wanted(run),
        .open_scan = give_scan,
        .result = on_result,
        .make_text = delivery_prepares(&run->delivery) ? on_make_text : NULL,
        .beside_text = run->provider,
        .reject = on_reject,
        .user = run,
        .interrupted = on_interrupted,
        .progress = on_progress,
    };
    if (run->opts->stats) {
        run->stats.cells = arena_zalloc(&run->arena, run->table->count, sizeof *run->stats.cells);
        if (!run->stats.cells)
            return err_no_memory(err, run->table->count * sizeof *run->stats.cells);
        run->profiles.arena = &run->arena;
        config.profiles = &run->profiles;
    }
    return exec_run(&run->query, &config, &run->stats, err);
}

static void note_extension(const struct run *run)
{
    const char *extension = delivery_extension_unknown(run->opts);
    if (extension)
        report_note(run->report, "%s: %s names no format: %s is written; --format NAME chooses another",
                    run->opts->output, extension, run->delivery.type->name);
}

/* Results so far are delivered also if the run was interrupted; not if it failed. */
static enum err_code run_plan(struct run *run, struct err *err)
{
    TRY(check_inputs(run, err));
    run->provider = find_provider(run->query.root->schema);
    if (run->opts->rejects)
        TRY(out_open_file(run->opts->rejects, &run->rejects, err));
    TRY(delivery_open(&run->delivery, run->opts, err));
    TRY(delivery_start(&run->delivery, run->opts, &run->view.schema, err));
    note_extension(run);
    enum err_code code = execute(run, err);
    report_progress_clear(run->report);
    if (code == ERR_INTERRUPTED)
        run->outcome->interrupted = true;
    else
        TRY(code);
    TRY(delivery_commit(&run->delivery, err));
    return run->rejects ? out_commit(run->rejects, err) : ERR_NONE;
}

static enum err_code print_plan(struct run *run, struct err *err)
{
    TRY(delivery_open(&run->delivery, run->opts, err));
    struct buf text;
    buf_init(&text, 0);
    if (!tuning_is_none(&run->tuning)) {
        buf_add_cstr(&text, "// the query as it is tuned\n");
        kql_print(run->ast, &text);
        buf_add_cstr(&text, "\n\n// the plan\n");
    }
    plan_explain(&run->query, &text);
    enum err_code code = text.failed ? err_no_memory(err, text.len) : ERR_NONE;
    if (code == ERR_NONE)
        code = out_write(run->delivery.out, buf_slice(&text), err);
    buf_release(&text);
    TRY(code);
    return delivery_commit(&run->delivery, err);
}

/* --- a tuning that hides everything --- */

/* Reading as much once more is hardly noticed; beyond that the doubt is told in place of the number. */
#define RECOUNT_BYTES_MAX (UINT64_C(1) << 30)

struct recount {
    struct run *run;
    uint64_t rows;
};

static enum err_code recount_scan(void *user, struct scan **out_scan, struct err *err)
{
    return open_inputs(((struct recount *)user)->run, true, out_scan, err);
}

static enum err_code recount_result(void *user, struct batch *batch, struct err *err)
{
    (void)err;
    ((struct recount *)user)->rows += batch->selection->count;
    return ERR_NONE;
}

static enum err_code recount_reject(void *user, const struct reject *reject, struct err *err)
{
    (void)user; /* told the first time */
    (void)reject;
    (void)err;
    return ERR_NONE;
}

/* The rows that there would be without the tuning. */
static enum err_code recount(struct run *run, uint64_t *out_rows, struct err *err)
{
    struct ast *ast;
    struct query query;
    struct scan_stats stats = {0};
    struct recount recount = {.run = run};
    const struct bind_options options = {.table = run->table, .now = run->now, .knowledge = run->knowledge};
    const struct exec_config config = {.threads = threads_wanted(run),
                                       .open_scan = recount_scan,
                                       .result = recount_result,
                                       .reject = recount_reject,
                                       .user = &recount,
                                       .interrupted = on_interrupted};
    TRY(kql_parse(run->text->text, &run->arena, &ast, err));
    TRY(kql_bind(ast, &options, &query, err));
    query_set_memory(&query, run->opts);
    query.slow = is_slow();
    enum err_code code = kql_optimize(&query, err);
    if (code == ERR_NONE)
        code = exec_run(&query, &config, &stats, err);
    query_release(&query);
    *out_rows = recount.rows;
    return code;
}

static bool can_recount(const struct run *run)
{
    const struct text_list *paths = &run->opts->paths;
    bool can = paths->count > 0 && run->stats.bytes <= RECOUNT_BYTES_MAX;
    for (size_t i = 0; i < paths->count && can; i++)
        can = !reads_once(paths->items[i]);
    return can;
}

/* No result, and a tuning that leaves rows out: was there one without it? */
static void report_hidden(struct run *run)
{
    if (run->results > 0 || run->outcome->interrupted || run->opts->quiet || !tuning_drops(&run->tuning))
        return;
    uint64_t rows = 0;
    struct err ignored;
    bool known = can_recount(run) && recount(run, &rows, &ignored) == ERR_NONE;
    struct buf names;
    buf_init(&names, 0);
    tuning_names(run->opts, ORIGIN_DEFAULT, &names);
    const char *text = buf_cstr(&names);
    char number[32];
    if (!known)
        report_note(run->report, "the tuning (%s) may hide %ss: without it there may be some", text ? text : "",
                    run->text->results_name);
    else if (rows > 0)
        report_note(run->report, "the tuning (%s) hides every %s: without it there %s %s", text ? text : "",
                    run->text->results_name, rows == 1 ? "is" : "are", number_text(rows, number));
    buf_release(&names);
}

static void report_end(struct run *run)
{
    const struct scan_stats *stats = &run->stats;
    bool read = stats->inputs > 0 || stats->inputs_failed > 0;
    bool walked = query_scans(&run->query) > 0;
    if (walked && !read && !run->outcome->interrupted)
        report_note(run->report, "nothing was read: %s",
                    stats->inputs_passed > 0 ? "no file in the folders is in a known format"
                                             : "no file is in the folders");
    struct summary summary = {.stats = walked ? stats : NULL,
                              .results = run->results,
                              .results_name = run->text->results_name,
                              .interrupted = run->outcome->interrupted,
                              .apart = run->delivery.terminal && run->report->terminal};
    run->outcome->hits = run->results > 0;
    run->outcome->unread |= run->stats.inputs_failed > 0;
    report_summary(run->report, &summary);
    report_hidden(run);
    if (run->opts->stats)
        report_stats(run->report, &run->stats, run->table, &run->profiles);
}

static enum err_code run_all(struct run *run, struct err *err)
{
    TRY(refuse_own(run, err));
    TRY(kb_files_open(&run->opts->provider_files, &run->knowledge, err));
    TRY(parse(run, err));
    TRY(plan(run, err));
    TRY(column_view_init(&run->view, run->opts->columns, run->query.root->schema, &run->arena, err));
    if (run->opts->check)
        return ERR_NONE;
    if (run->opts->explain)
        return print_plan(run, err);
    TRY(run_plan(run, err));
    report_end(run);
    return ERR_NONE;
}

void run_text(const struct opts *opts, const struct run_text *text, struct report *report, struct outcome *outcome)
{
    struct run run = {.opts = opts, .text = text, .report = report, .outcome = outcome, .now = datetime_now()};
    struct err err = {0};
    arena_init(&run.arena, 0);
    enum err_code code = run_all(&run, &err);
    outcome_add(outcome, code);
    outcome->unread |= atomic_load(&run.input_failed);
    report_progress_clear(report);
    const struct tune_text *stage = code != ERR_NONE ? tune_text_of(&run.tune_texts, &err) : NULL;
    if (code != ERR_NONE && code != ERR_PIPE)
        report_query_error(report, stage ? stage->origin : text->origin, stage ? stage->text : text->text, &err);
    delivery_close(&run.delivery);
    out_close(run.rejects);
    unbind(&run);
    scan_close(run.scan);
    kb_free(run.knowledge);
    arena_release(&run.arena);
}
