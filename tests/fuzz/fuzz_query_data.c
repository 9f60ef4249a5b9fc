/*
 * fuzz_query_data.c - any query over any data: text to plan to rows, through a scan and a sink.
 *
 * The input is a query, a line "----", and a file's bytes, in whatever format they pass for. What must hold: the rows
 * and their order do not depend on the size of a block, on threads, or on the optimizer; a check of every record
 * changes the rows only where it rejects some; and the rejects of a run are those of any other that read as much.
 */
#define _GNU_SOURCE /* memfd_create */
#include "ddns/kb.h"
#include "fuzz.h"

#include "base/out.h"
#include "event/value.h"
#include "kql/exec/exec.h"
#include "kql/syntax/parser.h"
#include "sink/sink.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    QUERY_MAX = 4096,
    DATA_MAX = 16384,
    ROWS_MAX = 20000,    /* of a result */
    ASKED_MAX = 4,       /* batches of a source that makes rows without end; a scan may have as many as it has bytes */
    MEMORY_MAX = 4 << 20 /* of what operators keep */
};

/* 2022-09-24, some time of day: now() must be the same in all runs. */
#define NOW INT64_C(637996000000000000)

/* How one run is done, and what came of it. */
struct trial {
    /* Set before. */
    struct slice query;
    const char *path;
    unsigned threads;
    size_t block_bytes;
    bool strict, plain;                /* plain: not optimized, and all that can be kept in a file is */
    const struct sink_type *sink_type; /* rows are also written in this format; may be NULL */
    bool endless;                      /* set by the bound query: it makes rows of its own */
    /* What came of it. */
    struct arena arena;
    struct query bound;
    struct buf rows, rejects;
    struct out *out;
    struct sink *sink;
    unsigned asked;
    uint64_t row_count;
    struct scan_stats stats;
    enum err_code code;
    struct err err;
};

static enum err_code trial_scan(void *user, struct scan **out_scan, struct err *err)
{
    const struct trial *trial = user;
    const struct scan_config config = {
        .paths = &trial->path,
        .path_count = 1,
        .options = {.block_bytes = trial->block_bytes,
                    .record_max = 2048,
                    .strict = trial->strict,
                    .first_column = COLUMN_NONE},
    };
    return scan_open(&config, out_scan, err);
}

/* --- binding --- */

/* The input's columns, in the trial's arena. */
static enum err_code trial_columns(struct trial *trial, const struct schema **out_table)
{
    struct scan *scan;
    TRY(trial_scan(trial, &scan, &trial->err));
    enum err_code code = schema_extend(scan_schema(scan), NULL, 0, &trial->arena, out_table, &trial->err);
    scan_close(scan);
    return code;
}

struct preparation {
    struct trial *trial;
    enum err_code code;
};

static bool prepare(struct expr **expr, void *user)
{
    struct preparation *preparation = user;
    struct trial *trial = preparation->trial;
    preparation->code = expr_prepare(*expr, &trial->bound.arena, &trial->err);
    return preparation->code == ERR_NONE;
}

static bool has_range(const struct plan *plan)
{
    for (; plan; plan = plan->input) {
        if (plan->kind == PLAN_RANGE)
            return true;
    }
    return false;
}

static void explain(const struct query *query)
{
    struct buf text;
    buf_init(&text, 0);
    plan_explain(query, &text);
    FUZZ_CHECK(!text.failed && text.len > 0);
    buf_release(&text);
}

/* Made once for the process: const, and not what is tried here. */
static const struct kb *shipped_knowledge(void)
{
    static struct kb *knowledge;
    struct err err;
    if (!knowledge)
        FUZZ_CHECK(kb_open(&knowledge, &err) == ERR_NONE);
    return knowledge;
}

static enum err_code trial_bind(struct trial *trial)
{
    struct ast *ast;
    struct bind_options options = {.now = NOW, .knowledge = shipped_knowledge()};
    TRY(kql_parse(trial->query, &trial->arena, &ast, &trial->err));
    TRY(trial_columns(trial, &options.table));
    TRY(kql_bind(ast, &options, &trial->bound, &trial->err));
    trial->bound.memory_max = trial->plain ? 1 : MEMORY_MAX;
    trial->endless = has_range(trial->bound.root);
    for (uint32_t i = 0; i < trial->bound.subquery_count; i++)
        trial->endless |= has_range(trial->bound.subqueries[i]);
    if (!trial->plain)
        TRY(kql_optimize(&trial->bound, &trial->err));
    explain(&trial->bound);
    struct preparation preparation = {.trial = trial};
    if (trial->plain)
        query_visit(&trial->bound, prepare, &preparation);
    return preparation.code;
}

/* --- running --- */

static void row_show(struct trial *trial, const struct batch *batch, uint32_t row)
{
    for (uint32_t c = 0; c < batch->schema->count; c++) {
        FUZZ_CHECK(batch->loaded[c] && batch->columns[c].type == batch->schema->columns[c].type);
        struct value value = column_value(&batch->columns[c], row);
        value_to_json(&value, &trial->rows);
        buf_add_char(&trial->rows, ' ');
    }
    buf_add_char(&trial->rows, '\n');
}

static enum err_code on_result(void *user, struct batch *batch, struct err *err)
{
    struct trial *trial = user;
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        FUZZ_CHECK(i == 0 || batch->selection->rows[i - 1] < batch->selection->rows[i]);
        row_show(trial, batch, batch->selection->rows[i]);
    }
    trial->row_count += batch->selection->count;
    if (trial->row_count > ROWS_MAX || trial->rows.failed)
        return err_set(err, ERR_LIMIT, "more rows than the test wants to see");
    return trial->sink ? trial->sink_type->write(trial->sink, batch, err) : ERR_NONE;
}

static enum err_code on_reject(void *user, const struct reject *reject, struct err *err)
{
    (void)err;
    struct trial *trial = user;
    buf_printf(&trial->rejects, "%d %s %llu %llu %zu\n", (int)reject->kind, reject->why,
               (unsigned long long)reject->record, (unsigned long long)reject->offset, reject->bytes.len);
    return ERR_NONE;
}

static bool on_interrupted(void *user)
{
    struct trial *trial = user;
    return ++trial->asked > (trial->endless ? ASKED_MAX : DATA_MAX);
}

static enum err_code sink_start(struct trial *trial)
{
    if (!trial->sink_type)
        return ERR_NONE;
    TRY(out_open_memory(&trial->out, &trial->err));
    const struct sink_options options = {.width = 80, .terminal = true, .unicode = true};
    return trial->sink_type->open(trial->sink_type, trial->bound.root->schema, &options, trial->out, &trial->sink,
                                  &trial->err);
}

/* Terminals get no control character but the line feed, whatever stood in the data. */
static void check_harmless(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK((unsigned char)text.ptr[i] >= ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t' ||
                   text.ptr[i] == '\r');
}

static void sink_end(struct trial *trial)
{
    if (!trial->sink)
        return;
    if (trial->code == ERR_NONE) {
        FUZZ_CHECK(trial->sink_type->finish(trial->sink, &trial->err) == ERR_NONE);
        check_harmless(out_memory(trial->out));
    }
    trial->sink_type->free(trial->sink);
}

static enum err_code trial_exec(struct trial *trial)
{
    TRY(trial_bind(trial));
    TRY(sink_start(trial));
    const struct exec_config config = {
        .threads = trial->threads,
        .open_scan = trial_scan,
        .result = on_result,
        .reject = on_reject,
        .user = trial,
        .interrupted = on_interrupted,
    };
    return exec_run(&trial->bound, &config, &trial->stats, &trial->err);
}

static void trial_run(struct trial *trial)
{
    arena_init(&trial->arena, 0);
    buf_init(&trial->rows, 0);
    buf_init(&trial->rejects, 0);
    trial->code = trial_exec(trial);
    FUZZ_CHECK(trial->code != ERR_MEMORY && trial->code != ERR_OUTPUT && trial->code != ERR_PIPE);
    FUZZ_CHECK(trial->code == ERR_NONE || (trial->err.code == trial->code && trial->err.text[0]));
    sink_end(trial);
    out_close(trial->out);
    query_release(&trial->bound);
}

static void trial_release(struct trial *trial)
{
    buf_release(&trial->rows);
    buf_release(&trial->rejects);
    arena_release(&trial->arena);
}

/* --- what must hold --- */

/*
 * An end on the way, by a limit or an interrupt, comes where the blocks happen to end; an undecided row depends on which
 * rows were asked for. Nothing more is said about those.
 */
static bool is_settled(const struct trial *trial)
{
    return trial->code != ERR_LIMIT && trial->code != ERR_INTERRUPTED && trial->stats.rejected[REJECT_UNDECIDED] == 0;
}

static void compare_rows(const struct trial *a, const struct trial *b)
{
    if (!is_settled(a) || !is_settled(b))
        return;
    FUZZ_CHECK(a->code == b->code);
    FUZZ_CHECK(slice_eq(buf_slice(&a->rows), buf_slice(&b->rows)));
}

/* The same plan over other blocks in other threads. */
static void compare_blocks(const struct trial *a, const struct trial *b)
{
    compare_rows(a, b);
    if (!is_settled(a) || !is_settled(b) || a->stats.bytes != b->stats.bytes)
        return; /* one has stopped reading when it had enough */
    FUZZ_CHECK(slice_eq(buf_slice(&a->rejects), buf_slice(&b->rejects)));
    FUZZ_CHECK(a->stats.rows == b->stats.rows && a->stats.rows_passed == b->stats.rows_passed);
}

static uint64_t rejected(const struct trial *trial)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < REJECT_UNDECIDED; i++)
        sum += trial->stats.rejected[i];
    return sum;
}

/* Records that a query does not show are not looked at further, unless they all are. */
static void compare_strict(const struct trial *lax, const struct trial *strict)
{
    if (is_settled(lax) && is_settled(strict) && lax->stats.bytes == strict->stats.bytes) {
        FUZZ_CHECK(rejected(lax) <= rejected(strict));
        if (rejected(lax) < rejected(strict))
            return;
    }
    compare_rows(lax, strict);
}

static void run_all(struct slice query, const char *path, size_t choice)
{
    size_t sink = 0;
    while (SINK_TYPES[sink])
        sink++;
    struct trial usual = {.query = query, .path = path, .threads = 1, .block_bytes = 1 << 16};
    struct trial parallel = {.query = query, .path = path, .threads = 2, .block_bytes = 16 + choice % 512};
    struct trial strict = {.query = query,
                           .path = path,
                           .threads = 1,
                           .block_bytes = 1 << 16,
                           .strict = true,
                           .sink_type = SINK_TYPES[choice % sink]};
    struct trial plain = {
        .query = query, .path = path, .threads = 1, .block_bytes = 1 << 12, .strict = true, .plain = true};
    trial_run(&usual);
    if (usual.code != ERR_QUERY && usual.code != ERR_UNSUPPORTED && usual.code != ERR_USAGE) {
        trial_run(&parallel);
        trial_run(&strict);
        trial_run(&plain);
        compare_blocks(&usual, &parallel);
        compare_strict(&usual, &strict);
        compare_rows(&strict, &plain);
        trial_release(&parallel);
        trial_release(&strict);
        trial_release(&plain);
    }
    trial_release(&usual);
}

/* The bytes as a file without a name, which can be opened as often as is liked. */
static int file_make(struct slice bytes, char path[32])
{
    int fd = memfd_create("data", 0);
    FUZZ_CHECK(fd >= 0);
    for (size_t done = 0; done < bytes.len;) {
        ssize_t written = write(fd, bytes.ptr + done, bytes.len - done);
        FUZZ_CHECK(written > 0);
        done += (size_t)written;
    }
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size), separator = SLICE("\n----\n");
    ptrdiff_t at = slice_find(text, separator, 0);
    if (at < 0 || at > QUERY_MAX || size - (size_t)at > DATA_MAX)
        return 0;
    char path[32];
    int fd = file_make(slice_cut(text, (size_t)at + separator.len, size), path);
    run_all(slice_cut(text, 0, (size_t)at), path, size);
    close(fd);
    return 0;
}
