/*
 * test_exec.c - whole runs over a file in many small blocks: the same result whatever the number of threads; errors,
 * interrupts, early ends, subqueries, failing allocations.
 */
#include "plan_fixture.h"
#include "pread_faults.h"

#include "base/mem.h"
#include "source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROW_COUNT = 3000, BLOCK_BYTES = 2048 };

static char input_path[64];
static size_t record_max; /* 0: the usual */

/* ReportId counts from 0; RemotePort is ReportId % 10, missing in every tenth row; line 1500 is cut off. */
static void input_write(FILE *file)
{
    for (int i = 0; i < ROW_COUNT; i++) {
        fprintf(file, "{\"Timestamp\":\"2024-01-02T03:%02d:%02dZ\",\"DeviceName\":\"host%d\",\"ReportId\":%d,",
                i / 60 % 60, i % 60, i % 7, i);
        if (i == 1500)
            fprintf(file, "\"RemoteUrl\":\"x.duckdns.org\",\"LocalIP\":}\n");
        else if (i % 10)
            fprintf(file, "\"RemotePort\":%d,\"RemoteUrl\":\"h%d.example.org\"}\n", i % 10, i);
        else
            fprintf(file, "\"RemoteUrl\":\"x.duckdns.org\"}\n");
    }
}

static int input_make(void **state)
{
    strcpy(input_path, "/tmp/ddnshunt-exec-XXXXXX");
    int fd = mkstemp(input_path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!file)
        return -1;
    input_write(file);
    return fclose(file) == 0 ? fixture_setup(state) : -1;
}

static int input_remove(void **state)
{
    unlink(input_path);
    return fixture_teardown(state);
}

/* --- running over the file --- */

struct scan_run {
    struct outcome outcome; /* first: the callbacks of plan_fixture.h take it */
    uint32_t beside;        /* the column beside rows' text */
    unsigned asked;         /* how often `interrupted` was */
    unsigned interrupt_at;  /* 0: never */
    struct profiles profiles;
};

static enum err_code run_open(void *user, struct scan **out_scan, struct err *err)
{
    (void)user;
    static const char *const PATHS[] = {input_path};
    const struct scan_config config = {
        .paths = PATHS,
        .path_count = 1,
        .options = {.block_bytes = BLOCK_BYTES,
                    .record_max = record_max,
                    .count_cells = true,
                    .first_column = COLUMN_NONE},
    };
    return scan_open(&config, out_scan, err);
}

static bool run_interrupted(void *user)
{
    struct scan_run *run = user;
    return run->interrupt_at && ++run->asked >= run->interrupt_at;
}

/* Each row as "ReportId DeviceName;", in any thread. */
static enum err_code run_make_text(void *user, struct batch *batch, size_t *ends, struct err *err)
{
    (void)user;
    struct buf *text = batch_text_begin(batch);
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        uint32_t row = batch->selection->rows[i];
        struct slice name = column_value(&batch->columns[1], row).str;
        buf_printf(text, "%lld %.*s;", (long long)column_value(&batch->columns[0], row).i64, (int)name.len, name.ptr);
        if (ends)
            ends[i] = text->len;
    }
    return text->failed ? err_no_memory(err, 1) : ERR_NONE;
}

/* The text, and behind it what the column beside it says of each of its rows. */
static enum err_code run_text_result(void *user, struct batch *batch, struct err *err)
{
    struct scan_run *run = user;
    struct buf *text = &run->outcome.text;
    buf_add(text, buf_slice(batch_text(batch)));
    for (uint32_t i = 0; run->beside != COLUMN_NONE && i < batch->selection->count; i++) {
        struct slice name = column_value(&batch->columns[run->beside], batch->selection->rows[i]).str;
        buf_printf(text, "(%.*s)", (int)name.len, name.ptr);
    }
    return text->failed ? err_no_memory(err, 1) : ERR_NONE;
}

static void run_config(struct query *query, struct exec_config *config, unsigned interrupt_at, struct scan_run *run)
{
    *run = (struct scan_run){.interrupt_at = interrupt_at, .beside = config->beside_text};
    buf_init(&run->outcome.text, 0);
    buf_init(&run->outcome.rejects, 0);
    run->profiles.arena = &fixture_arena;
    config->profiles = &run->profiles;
    config->open_scan = run_open;
    config->reject = outcome_reject;
    config->user = run;
    config->interrupted = run_interrupted;
    run->outcome.stats.cells = arena_zalloc(&fixture_arena, SCHEMA_COLUMNS_MAX, sizeof(uint64_t));
    run->outcome.code = exec_run(query, config, &run->outcome.stats, &run->outcome.err);
}

static void run_query(struct query *query, unsigned threads, unsigned interrupt_at, struct scan_run *run)
{
    struct exec_config config = {.threads = threads, .result = outcome_result};
    run_config(query, &config, interrupt_at, run);
}

/* The same with a sink that takes rows as texts. */
static void run_texts(struct query *query, unsigned threads, uint32_t beside, struct scan_run *run)
{
    struct exec_config config = {
        .threads = threads, .result = run_text_result, .make_text = run_make_text, .beside_text = beside};
    run_config(query, &config, 0, run);
}

static struct scan_run run_root(struct plan *root, unsigned threads)
{
    struct query query = {.root = root};
    struct scan_run run;
    run_query(&query, threads, 0, &run);
    return run;
}

static void run_release(struct scan_run *run)
{
    outcome_release(&run->outcome);
}

static const unsigned THREADS[] = {1, 2, 4, 7};
enum { THREADS_COUNT = sizeof THREADS / sizeof THREADS[0] };

/* Gives the same rows, rejects and counts for every number of threads; the last run is returned. */
static struct scan_run run_all(struct plan *root)
{
    struct scan_run first = run_root(root, 1);
    if (first.outcome.code != ERR_NONE)
        fail_msg("%s", first.outcome.err.text);
    for (size_t t = 1; t < THREADS_COUNT; t++) {
        struct scan_run run = run_root(root, THREADS[t]);
        assert_int_equal(run.outcome.code, first.outcome.code);
        assert_true(slice_eq(buf_slice(&run.outcome.text), buf_slice(&first.outcome.text)));
        assert_true(slice_eq(buf_slice(&run.outcome.rejects), buf_slice(&first.outcome.rejects)));
        assert_int_equal(run.outcome.stats.rows, first.outcome.stats.rows);
        run_release(&run);
    }
    return first;
}

static void assert_text(struct scan_run *run, const char *expected)
{
    assert_string_equal(run->outcome.text.len ? buf_cstr(&run->outcome.text) : "", expected);
    run_release(run);
}

/* --- plans --- */

static struct plan *scan_plan(void)
{
    return plan_new(PLAN_SCAN, NULL, schema_device_network_events());
}

static struct plan *projected(struct plan *input)
{
    return derive(input, "ReportId:long DeviceName:string",
                  (struct expr *[]){column_named(input, "ReportId"), column_named(input, "DeviceName")});
}

static struct plan *hits(void)
{
    struct plan *scan = scan_plan();
    return where(scan, CALL("==", column_named(scan, "RemoteUrl"), of_str("x.duckdns.org")));
}

/* --- tests --- */

static void rows_come_in_the_inputs_order_for_any_number_of_threads(void **state)
{
    (void)state;
    struct plan *verified = hits();
    struct scan_run run = run_all(projected(plan_new(PLAN_VERIFY, verified, verified->schema)));
    struct slice rest = buf_slice(&run.outcome.text);
    int expected = 0, rows = 0;
    for (; rest.len; rows++, expected += 10) {
        struct slice line = piece(&rest, '\n'), id = piece(&line, ',');
        int64_t number;
        expected += expected == 1500 ? 10 : 0;
        assert_true(long_from_text(id, &number));
        assert_int_equal(number, expected);
    }
    assert_int_equal(rows, ROW_COUNT / 10 - 1);
    assert_non_null(strstr(buf_cstr(&run.outcome.rejects), "0 1501 "));
    assert_int_equal(run.outcome.stats.rows, ROW_COUNT);
    run_release(&run);
}

static void only_what_is_asked_for_is_decoded(void **state)
{
    (void)state;
    struct scan_run run = run_root(counted(hits()), 1);
    const struct schema *schema = schema_device_network_events();
    for (uint32_t c = 0; c < schema->count; c++) {
        bool asked = slice_eq(schema->columns[c].name, SLICE("RemoteUrl"));
        assert_int_equal(run.outcome.stats.cells[c], asked ? ROW_COUNT : 0);
    }
    run_release(&run);
    run = run_root(projected(hits()), 1);
    assert_true(run.outcome.stats.cells[schema_find(schema, SLICE("DeviceName"))] <= ROW_COUNT / 10 + 1);
    run_release(&run);
}

static void profiles_count_the_same_work_for_any_number_of_threads(void **state)
{
    (void)state;
    const char *const late[] = {"ReportId desc", NULL};
    struct plan *root = ordered(PLAN_SORT, projected(hits()), 0, late);
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct scan_run run = run_root(root, THREADS[t]);
        const struct profile *profile = run.profiles.first;
        assert_non_null(profile);
        assert_null(profile->next);
        assert_int_equal(profile->operator_count, 4);
        assert_int_equal(profile_sum(profile, STAGE_SPLIT).rows_out, ROW_COUNT);
        assert_int_equal(profile_sum(profile, STAGE_SPLIT).rows_in, profile_sum(profile, STAGE_READ).rows_in);
        assert_int_equal(profile_sum(profile, STAGE_OPERATORS + 1).rows_in, ROW_COUNT);
        assert_int_equal(profile_sum(profile, STAGE_OPERATORS + 2).rows_in, ROW_COUNT / 10);
        assert_int_equal(profile_sum(profile, STAGE_OPERATORS + 3).rows_in, ROW_COUNT / 10);
        assert_int_equal(profile_sum(profile, STAGE_RESULT).rows_in, ROW_COUNT / 10);
        assert_true(profile_sum(profile, STAGE_READ).ns > 0 && profile_sum(profile, STAGE_SPLIT).ns > 0);
        run_release(&run);
    }
}

static void a_clock_charges_each_stage_its_own_time(void **state)
{
    (void)state;
    struct profiles profiles = {.arena = &fixture_arena};
    struct profile *profile;
    assert_int_equal(profile_begin(&profiles, scan_plan(), 1, &profile, NULL), ERR_NONE);
    struct work *work = profile_work(profile, 1);
    assert_null(profile_work(profile, 2));
    work_start(work);
    assert_int_equal(work_enter(work, STAGE_READ), STAGE_REST);
    const struct timespec pause = {.tv_nsec = 2000000};
    nanosleep(&pause, NULL);
    assert_int_equal(work_enter(work, STAGE_SPLIT), STAGE_READ);
    assert_int_equal(work_enter(work, STAGE_READ), STAGE_SPLIT);
    assert_true(work->stages[STAGE_READ].ns >= 2000000);
    assert_true(work->stages[STAGE_SPLIT].ns < work->stages[STAGE_READ].ns);
    assert_int_equal(work_enter(NULL, STAGE_READ), STAGE_READ);
}

static void breakers_see_the_inputs_order(void **state)
{
    (void)state;
    struct plan *rows = projected(hits());
    const char *const descending[] = {"DeviceName desc", NULL}, *const late[] = {"ReportId desc", NULL};
    struct scan_run run = run_all(limited(PLAN_TAKE, ordered(PLAN_SORT, rows, 0, descending), 3));
    assert_text(&run, "20,host6\n90,host6\n160,host6\n");
    run = run_all(ordered(PLAN_TOP, rows, 2, late));
    assert_text(&run, "2990,host1\n2980,host5\n");
    struct expr *id = column_named(rows, "ReportId");
    struct aggr_call calls[] = {AGGREGATE("max", id), AGGREGATE("dcount", id)};
    struct expr *groups[] = {column_named(rows, "DeviceName"), NULL};
    run = run_all(limited(PLAN_TAKE, summarized(rows, groups, calls, 2), 3));
    assert_text(&run, "host0,2940,43\nhost3,2950,43\nhost6,2960,43\n");
    struct plan *names = derive(rows, "DeviceName:string", (struct expr *[]){column_named(rows, "DeviceName")});
    run = run_all(plan_new(PLAN_DISTINCT, names, names->schema));
    assert_text(&run, "host0\nhost3\nhost6\nhost2\nhost5\nhost1\nhost4\n");
}

/* A key that is text of the block, one that is computed, and a row that is rejected in the midst of them. */
static void sorted_texts_are_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    struct plan *verified = hits(), *rows = projected(plan_new(PLAN_VERIFY, verified, verified->schema));
    struct plan *sorted = ordered(PLAN_SORT, rows, 0, (const char *const[]){"DeviceName desc", "ReportId asc", NULL});
    struct scan_run columns = run_root(sorted, 1);
    struct buf expected;
    buf_init(&expected, 0);
    for (struct slice rest = buf_slice(&columns.outcome.text); rest.len;) {
        struct slice line = piece(&rest, '\n'), id = piece(&line, ',');
        buf_printf(&expected, "%.*s %.*s;", (int)id.len, id.ptr, (int)line.len, line.ptr);
    }
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct query query = {.root = sorted};
        struct scan_run run;
        run_texts(&query, THREADS[t], COLUMN_NONE, &run);
        assert_int_equal(run.outcome.code, ERR_NONE);
        assert_true(slice_eq(buf_slice(&run.outcome.text), buf_slice(&expected)));
        assert_true(slice_eq(buf_slice(&run.outcome.rejects), buf_slice(&columns.outcome.rejects)));
        assert_int_equal(run.outcome.stats.rows, ROW_COUNT);
        assert_memory_equal(run.outcome.stats.cells, columns.outcome.stats.cells,
                            schema_device_network_events()->count * sizeof(uint64_t));
        run_release(&run);
        run_texts(&query, THREADS[t], 1, &run);
        assert_non_null(strstr(buf_cstr(&run.outcome.text), ";1000 host6;"));
        assert_non_null(strstr(buf_cstr(&run.outcome.text), ";(host6)(host6)"));
        run_release(&run);
    }
    buf_release(&expected);
    run_release(&columns);
}

static void take_stops_reading(void **state)
{
    (void)state;
    struct plan *rows = projected(hits());
    struct scan_run run = run_all(limited(PLAN_TAKE, rows, 4));
    assert_true(run.outcome.stats.rows < ROW_COUNT / 10);
    assert_text(&run, "0,host0\n10,host3\n20,host6\n30,host2\n");
    run = run_all(limited(PLAN_TAKE, rows, 0));
    assert_int_equal(run.outcome.stats.rows, 0);
    assert_text(&run, "");
}

/* A function of the test's own: fails for some rows, can't decide others. */
static enum err_code trap_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t id = args[0]->i64[column_cell(args[0], row)], trap = args[1]->i64[column_cell(args[1], row)];
        out->i64[row] = 1;
        if (trap > 0 && id >= trap)
            return err_set(err, ERR_LIMIT, "trapped at %lld", (long long)id);
        if (trap == 0 && id % 100 == 0)
            TRY(batch_reject(eval->batch, row, REJECT_UNDECIDED, "doubtful", err));
    }
    return ERR_NONE;
}

static const struct func TRAP = {.name = "trap", .signature = "ll:b", .cost = 1, .eval = trap_eval};

static struct expr *trap(struct expr *id, int64_t at)
{
    struct expr *expr = expr_call(&fixture_arena, &TRAP, 2, (struct span){0, 0});
    expr->args[0] = id;
    expr->args[1] = of_long(at);
    expr->type = TYPE_BOOL;
    return expr;
}

static void the_first_error_in_the_inputs_order_ends_the_run(void **state)
{
    (void)state;
    struct plan *rows = hits();
    struct plan *trapped = projected(where(rows, trap(column_named(rows, "ReportId"), 700)));
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct scan_run run = run_root(trapped, THREADS[t]);
        assert_int_equal(run.outcome.code, ERR_LIMIT);
        assert_string_equal(run.outcome.err.text, "trapped at 700");
        assert_non_null(strstr(buf_cstr(&run.outcome.text), "600,"));
        assert_null(strstr(buf_cstr(&run.outcome.text), "700,"));
        run_release(&run);
    }
}

static void undecided_rows_are_reported_once_each_and_in_order(void **state)
{
    (void)state;
    struct plan *rows = hits();
    struct scan_run run = run_all(counted(where(rows, trap(column_named(rows, "ReportId"), 0))));
    assert_int_equal(run.outcome.stats.rejected[REJECT_UNDECIDED], ROW_COUNT / 100);
    assert_true(slice_starts(buf_slice(&run.outcome.rejects), SLICE("3 1 doubtful\n3 101 doubtful\n3 201 doubtful\n")));
    assert_text(&run, "270\n");
}

static void an_interrupt_ends_with_what_is_there(void **state)
{
    (void)state;
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct query query = {.root = counted(scan_plan())};
        struct scan_run run;
        run_query(&query, THREADS[t], 9, &run);
        assert_int_equal(run.outcome.code, ERR_INTERRUPTED);
        int64_t rows;
        assert_true(long_from_text(slice_trim(buf_slice(&run.outcome.text)), &rows));
        assert_true(rows > 0 && rows < ROW_COUNT);
        run_release(&run);
    }
    struct query endless = {.root = counted(plan_new(PLAN_RANGE, NULL, schema_of("x:long")))};
    endless.root->input->exprs = (struct expr *[]){of_long(0), of_long(INT64_MAX), of_long(1)};
    struct scan_run run;
    run_query(&endless, 1, 3, &run);
    assert_int_equal(run.outcome.code, ERR_INTERRUPTED);
    assert_text(&run, "2048\n");
}

/* In the midst of a block: a CSV record that is too long goes on to the end of the file. */
static void an_interrupt_within_a_block_ends_with_what_is_there(void **state)
{
    (void)state;
    char json[sizeof input_path];
    memcpy(json, input_path, sizeof json);
    strcat(input_path, ".csv");
    FILE *file = fopen(input_path, "wb");
    assert_non_null(file);
    fputs("RemoteUrl,DeviceName,RemotePort\n", file);
    for (int i = 0; i < 200000; i++)
        fputs(i == ROW_COUNT ? "\"\n" : "a.example.org,b,1\n", file);
    assert_int_equal(fclose(file), 0);
    record_max = 1000;
    interrupts_from = 1 << 20;
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct query query = {.root = counted(scan_plan())};
        struct scan_run run;
        farthest = 0;
        run_query(&query, THREADS[t], 0, &run);
        stream_interrupt(false);
        assert_int_equal(run.outcome.code, ERR_INTERRUPTED);
        int64_t rows;
        assert_true(long_from_text(slice_trim(buf_slice(&run.outcome.text)), &rows));
        assert_in_range(rows, ROW_COUNT * 9 / 10, ROW_COUNT);
        run_release(&run);
    }
    interrupts_from = INT64_MAX;
    record_max = 0;
    unlink(input_path);
    memcpy(input_path, json, sizeof json);
}

static struct expr *set_of(uint32_t subquery, enum type type)
{
    struct expr *expr = expr_new(&fixture_arena, EXPR_SET, type, (struct span){0, 0});
    expr->subquery = subquery;
    return expr;
}

static void subqueries_run_first_and_feed_in(void **state)
{
    (void)state;
    struct plan *scan = scan_plan(), *ports = table("p:int", "3\n4\n-");
    struct plan *texts = table("s:string", "H4.EXAMPLE.ORG\nh13.example.org");
    struct plan *found = where(scan, CALL("in", column_named(scan, "RemotePort"), set_of(0, TYPE_INT)));
    found = where(found, CALL("in~", column_named(scan, "RemoteUrl"), set_of(1, TYPE_STRING)));
    struct query query = {.root = projected(found), .subqueries = (struct plan *[]){ports, texts}, .subquery_count = 2};
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct scan_run run;
        run_query(&query, THREADS[t], 0, &run);
        assert_int_equal(run.outcome.code, ERR_NONE);
        assert_text(&run, "4,host4\n13,host6\n");
    }
    struct plan *missing = where(scan, CALL("!in", column_named(scan, "RemotePort"), set_of(0, TYPE_INT)));
    struct query nulls = {.root = counted(missing), .subqueries = (struct plan *[]){ports}, .subquery_count = 1};
    struct scan_run run;
    run_query(&nulls, 2, 0, &run);
    assert_text(&run, "2100\n"); /* a null among the values: null rows are neither in nor out */
}

static void a_subquery_may_read_the_input_too(void **state)
{
    (void)state;
    struct plan *first = limited(PLAN_TAKE, projected(hits()), 2), *scan = scan_plan();
    struct plan *found = where(scan, CALL("in", column_named(scan, "ReportId"), set_of(0, TYPE_LONG)));
    struct query query = {.root = projected(found), .subqueries = (struct plan *[]){first}, .subquery_count = 1};
    struct scan_run run;
    run_query(&query, 2, 0, &run);
    assert_int_equal(run.outcome.stats.rows, ROW_COUNT);
    assert_text(&run, "0,host0\n10,host3\n");
}

static void too_many_values_in_a_set_are_refused(void **state)
{
    (void)state;
    struct plan *numbers = plan_new(PLAN_RANGE, NULL, schema_of("x:long")), *rows = table("p:long", "3");
    numbers->exprs = (struct expr *[]){of_long(1), of_long(1000001), of_long(1)};
    struct plan *found = where(rows, CALL("in", column_named(rows, "p"), set_of(0, TYPE_LONG)));
    struct query query = {.root = found, .subqueries = (struct plan *[]){numbers}, .subquery_count = 1};
    struct scan_run run;
    run_query(&query, 1, 0, &run);
    assert_int_equal(run.outcome.code, ERR_LIMIT);
    assert_non_null(strstr(run.outcome.err.text, "1000000"));
    run_release(&run);
    query.memory_max = 4 << 20;
    run_query(&query, 1, 0, &run);
    assert_int_equal(run.outcome.code, ERR_LIMIT);
    assert_non_null(strstr(run.outcome.err.text, "memory"));
    run_release(&run);
}

static void a_plan_over_a_table_needs_an_input(void **state)
{
    (void)state;
    struct outcome outcome = run_plain(scan_plan(), 0);
    assert_int_equal(outcome.code, ERR_QUERY);
    outcome_release(&outcome);
}

static enum err_code broken_result(void *user, struct batch *batch, struct err *err)
{
    (void)user, (void)batch;
    return err_set(err, ERR_PIPE, "gone");
}

static void an_error_of_the_sink_ends_the_run(void **state)
{
    (void)state;
    for (size_t t = 0; t < THREADS_COUNT; t++) {
        struct query query = {.root = projected(scan_plan())};
        struct scan_stats stats = {0};
        struct err err = {0};
        const struct exec_config config = {.threads = THREADS[t], .open_scan = run_open, .result = broken_result};
        assert_int_equal(exec_run(&query, &config, &stats, &err), ERR_PIPE);
    }
}

static void fail_each_allocation(struct query *query, bool as_texts, unsigned threads, uint64_t stride)
{
    for (uint64_t nth = 1;; nth += stride) {
        struct scan_run run;
        mem_fail_after(nth);
        if (as_texts)
            run_texts(query, threads, 1, &run);
        else
            run_query(query, threads, 0, &run);
        mem_fail_after(0);
        enum err_code code = run.outcome.code;
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
        run_release(&run);
        if (code == ERR_NONE)
            return;
    }
}

static void a_failed_allocation_anywhere_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct plan *rows = projected(hits());
    const char *const keys[] = {"DeviceName asc", NULL};
    struct plan *ids = table("x:long", "10\n20\n30");
    struct plan *found = where(rows, CALL("in", column_named(rows, "ReportId"), set_of(0, TYPE_LONG)));
    struct query query = {
        .root = ordered(PLAN_SORT, found, 0, keys), .subqueries = (struct plan *[]){ids}, .subquery_count = 1};
    fail_each_allocation(&query, false, 1, 7);
    fail_each_allocation(&query, false, 2, 41);
    fail_each_allocation(&query, true, 2, 23);
}

static void running_out_of_memory_for_toscalar_is_an_error(void **state)
{
    (void)state;
    struct plan *first = plan_new(PLAN_TAKE, table("d:dynamic", "{\"a\":5}"), schema_of("d:dynamic"));
    first->limit = 1;
    struct plan *rows = table("k:string", "a\nb");
    struct expr *bag = expr_new(&fixture_arena, EXPR_SCALAR, TYPE_DYNAMIC, (struct span){0});
    assert_non_null(bag);
    struct plan *found = where(rows, CALL("isnotnull", CALL("[]", bag, column_named(rows, "k"))));
    bool is_scalar = true;
    struct query query = {
        .root = found, .subqueries = (struct plan *[]){first}, .subquery_is_scalar = &is_scalar, .subquery_count = 1};
    struct scan_run run;
    run_query(&query, 1, 0, &run);
    assert_text(&run, "a\n");
    fail_each_allocation(&query, false, 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_inputs_order_for_any_number_of_threads),
        cmocka_unit_test(only_what_is_asked_for_is_decoded),
        cmocka_unit_test(breakers_see_the_inputs_order),
        cmocka_unit_test(sorted_texts_are_the_same_for_any_number_of_threads),
        cmocka_unit_test(take_stops_reading),
        cmocka_unit_test(the_first_error_in_the_inputs_order_ends_the_run),
        cmocka_unit_test(undecided_rows_are_reported_once_each_and_in_order),
        cmocka_unit_test(an_interrupt_ends_with_what_is_there),
        cmocka_unit_test(an_interrupt_within_a_block_ends_with_what_is_there),
        cmocka_unit_test(subqueries_run_first_and_feed_in),
        cmocka_unit_test(a_subquery_may_read_the_input_too),
        cmocka_unit_test(profiles_count_the_same_work_for_any_number_of_threads),
        cmocka_unit_test(a_clock_charges_each_stage_its_own_time),
        cmocka_unit_test(too_many_values_in_a_set_are_refused),
        cmocka_unit_test(a_plan_over_a_table_needs_an_input),
        cmocka_unit_test(an_error_of_the_sink_ends_the_run),
        cmocka_unit_test(running_out_of_memory_for_toscalar_is_an_error),
        cmocka_unit_test(a_failed_allocation_anywhere_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, input_make, input_remove);
}
