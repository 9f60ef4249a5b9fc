/*
 * test_spill.c - operators whose rows and groups go to a temporary file give what they give in memory.
 *
 * pwrite and pread are wrapped (--wrap), so that they can fail on demand.
 */
#include "plan_fixture.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* --- what the system does --- */

static struct {
    unsigned calls, fail_at; /* of pwrite and pread; fail_at 0: none fails */
} fake;

ssize_t __real_pwrite64(int fd, const void *bytes, size_t len, int64_t place);
ssize_t __real_pread64(int fd, void *bytes, size_t len, int64_t place);
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t len, int64_t place);
ssize_t __wrap_pread64(int fd, void *bytes, size_t len, int64_t place);

static bool call_fails(void)
{
    errno = ENOSPC;
    return ++fake.calls >= fake.fail_at && fake.fail_at;
}

ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t len, int64_t place)
{
    return call_fails() ? -1 : __real_pwrite64(fd, bytes, len, place);
}

ssize_t __wrap_pread64(int fd, void *bytes, size_t len, int64_t place)
{
    return call_fails() ? -1 : __real_pread64(fd, bytes, len, place);
}

/* --- plans --- */

/* Rows with few and many keys, nulls, reals whose sum depends on their order, texts of all lengths, nested values. */
static struct plan *rows_of(uint32_t count)
{
    static const char *const NESTED[] = {"[1,[2,\"x\"]]", "{\"a\":1,\"b\":[null]}", "\"s\"", "7", "[]", "{\"c\":{}}"};
    struct plan *plan = plan_new(PLAN_ROWS, NULL, schema_of("i:long k:long r:real s:string d:dynamic b:bool"));
    uint32_t columns = plan->schema->count;
    plan->row_count = count;
    plan->rows = arena_zalloc(&fixture_arena, (size_t)count * columns, sizeof *plan->rows);
    for (uint32_t i = 0; i < count; i++) {
        struct value *row = plan->rows + (size_t)i * columns;
        uint32_t n = i * 7919U % 1009;
        row[0] = value_i64(TYPE_LONG, i);
        row[1] = n % 13 == 0 ? value_null(TYPE_LONG) : value_i64(TYPE_LONG, n % 101);
        row[2] = n % 17 == 0 ? value_null(TYPE_REAL) : value_real((double)n * (n % 2 ? 1e15 : 1e-3));
        row[3] = value_str(arena_printf(&fixture_arena, "%0*u", n % 60, n % 300));
        row[4] = n % 5 == 0 ? value_null(TYPE_DYNAMIC) : of_json(NESTED[n % 6])->value;
        row[5] = n % 7 == 0 ? value_null(TYPE_BOOL) : value_i64(TYPE_BOOL, n % 2);
    }
    return plan;
}

/* All aggregates, by the given columns (NULL: one group). */
static struct plan *all_aggregates(struct plan *rows, const char *by)
{
    struct expr *i = column_named(rows, "i"), *k = column_named(rows, "k"), *r = column_named(rows, "r"),
                *s = column_named(rows, "s"), *d = column_named(rows, "d"), *b = column_named(rows, "b");
    const struct aggr_call calls[] = {
        AGGREGATE("count", NULL),    AGGREGATE("dcount", s),   AGGREGATE("dcountif", k, b),
        AGGREGATE("sum", r),         AGGREGATE("avgif", r, b), AGGREGATE("stdev", r),
        AGGREGATE("min", s),         AGGREGATE("max", r),      AGGREGATE("arg_max", k, s, d),
        AGGREGATE("arg_min", r, d),  AGGREGATE("take_any", d), AGGREGATE("make_list", d),
        AGGREGATE("make_set", s),    AGGREGATE("make_bag", d), AGGREGATE("make_list_if", i, b),
        AGGREGATE("take_any", k, s),
    };
    struct expr *groups[] = {by ? column_named(rows, by) : NULL, NULL};
    return summarized(rows, groups, calls, sizeof calls / sizeof calls[0]);
}

enum { PLANS = 10, PLAN_TOP_FEW = 3 };

static void plans_make(struct plan *rows, struct plan **plans)
{
    struct plan *narrow =
        derive(rows, "s:string k:long", (struct expr *[]){column_named(rows, "s"), column_named(rows, "k")});
    struct plan *distinct = plan_new(PLAN_DISTINCT, narrow, narrow->schema);
    struct plan *texts = derive(rows, "s:string", (struct expr *[]){column_named(rows, "s")});
    struct plan *all[PLANS] = {
        ordered(PLAN_SORT, rows, 0, KEYS("s asc", "k desc")),
        ordered(PLAN_SORT, rows, 0, KEYS("r desc nulls first")),
        ordered(PLAN_SORT, rows, 0, KEYS("k asc nulls last", "s desc")),
        ordered(PLAN_TOP, rows, 3, KEYS("k asc")),
        ordered(PLAN_TOP, rows, rows->row_count / 2, KEYS("s desc")),
        distinct,
        ordered(PLAN_SORT, plan_new(PLAN_DISTINCT, texts, texts->schema), 0, KEYS("s asc")),
        all_aggregates(rows, "k"),
        all_aggregates(rows, "s"),
        limited(PLAN_TAKE, all_aggregates(rows, "i"), rows->row_count - 5),
    };
    memcpy(plans, all, sizeof all);
}

/* --- running --- */

struct spilled {
    struct outcome outcome;
    uint64_t bytes, pieces;
};

static struct spilled run_spilled(struct plan *root, uint64_t memory_max)
{
    struct spilled spilled = {0};
    struct outcome *outcome = &spilled.outcome;
    struct arena arena;
    arena_init(&arena, 0);
    struct profiles profiles = {.arena = &arena};
    buf_init(&outcome->text, 0);
    buf_init(&outcome->rejects, 0);
    struct query query = {.root = root, .memory_max = memory_max, .temporary_folder = "/tmp"};
    const struct exec_config config = {
        .threads = 1, .result = outcome_result, .reject = outcome_reject, .user = outcome, .profiles = &profiles};
    outcome->code = exec_run(&query, &config, &outcome->stats, &outcome->err);
    if (profiles.last) {
        spilled.bytes = profiles.last->spilled_bytes;
        spilled.pieces = profiles.last->spilled_pieces;
    }
    arena_release(&arena);
    return spilled;
}

static void the_result_is_that_of_memory(void **state)
{
    (void)state;
    static const uint64_t BUDGETS[] = {1, 6 << 10, 20 << 10, 50 << 10, 200 << 10};
    struct plan *plans[PLANS];
    plans_make(rows_of(1500), plans);
    for (size_t p = 0; p < PLANS; p++) {
        struct spilled expected = run_spilled(plans[p], 0);
        assert_int_equal(expected.outcome.code, ERR_NONE);
        assert_int_equal(expected.bytes, 0);
        for (size_t b = 0; b < sizeof BUDGETS / sizeof BUDGETS[0]; b++) {
            struct spilled got = run_spilled(plans[p], BUDGETS[b]);
            if (got.outcome.code != ERR_NONE)
                fail_msg("plan %zu, %llu bytes: %s", p, (unsigned long long)BUDGETS[b], got.outcome.err.text);
            if (!slice_eq(buf_slice(&got.outcome.text), buf_slice(&expected.outcome.text)))
                fail_msg("plan %zu, %llu bytes: another result", p, (unsigned long long)BUDGETS[b]);
            if (b == 0 && p != PLAN_TOP_FEW) /* after every second row or group */
                assert_true(got.bytes > 0 && got.pieces > 20);
            outcome_release(&got.outcome);
        }
        outcome_release(&expected.outcome);
    }
}

static void much_memory_spills_nothing(void **state)
{
    (void)state;
    struct plan *plans[PLANS];
    plans_make(rows_of(300), plans);
    for (size_t p = 0; p < PLANS; p++) {
        struct spilled got = run_spilled(plans[p], 1 << 30);
        assert_int_equal(got.bytes, 0);
        outcome_release(&got.outcome);
    }
}

static void one_group_alone_can_be_too_large(void **state)
{
    (void)state;
    struct plan *rows = rows_of(40000);
    const struct aggr_call list = AGGREGATE("make_list", column_named(rows, "i"));
    struct plan *plans[] = {
        summarized(rows, NULL, &list, 1),
        summarized(rows, (struct expr *[]){of_bool(true), NULL}, &list, 1),
    };
    for (size_t p = 0; p < 2; p++) {
        struct spilled got = run_spilled(plans[p], 100 << 10);
        assert_int_equal(got.outcome.code, ERR_LIMIT);
        assert_string_equal(got.outcome.err.text,
                            "one group of summarize needs more memory than the 1 MiB that a query may hold");
        assert_non_null(strstr(got.outcome.err.hint, "--memory"));
        outcome_release(&got.outcome);
    }
}

/* The folder is asked for only if something is written. */
static void the_folder_is_used_when_it_is_needed(void **state)
{
    (void)state;
    struct plan *rows = rows_of(300), *sort = ordered(PLAN_SORT, rows, 0, KEYS("s asc"));
    for (int spills = 0; spills < 2; spills++) {
        struct outcome outcome = {0};
        buf_init(&outcome.text, 0);
        buf_init(&outcome.rejects, 0);
        struct query query = {.root = sort, .memory_max = spills ? 1 : 1 << 30, .temporary_folder = "/nowhere"};
        const struct exec_config config = {.threads = 1, .result = outcome_result, .user = &outcome};
        outcome.code = exec_run(&query, &config, &outcome.stats, &outcome.err);
        assert_int_equal(outcome.code, spills ? ERR_OUTPUT : ERR_NONE);
        assert_string_equal(outcome.err.where, spills ? "/nowhere" : "");
        outcome_release(&outcome);
    }
}

/* --- faults --- */

static void every_write_and_read_may_fail(void **state)
{
    (void)state;
    struct plan *plans[PLANS];
    plans_make(rows_of(40), plans);
    for (size_t p = 0; p < PLANS; p++) {
        enum err_code code = ERR_OUTPUT;
        for (unsigned nth = 1; code != ERR_NONE; nth += nth / 40 + 1) {
            fake.calls = 0;
            fake.fail_at = nth;
            struct spilled got = run_spilled(plans[p], 1);
            fake.fail_at = 0;
            code = got.outcome.code;
            assert_true(code == ERR_NONE || code == ERR_OUTPUT);
            assert_true(code == ERR_NONE || strstr(got.outcome.err.hint, "free some space"));
            outcome_release(&got.outcome);
        }
        assert_true(fake.calls > 10);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct plan *plans[PLANS];
    plans_make(rows_of(12), plans);
    for (size_t p = 0; p < PLANS; p++) {
        enum err_code code = ERR_MEMORY;
        for (uint64_t nth = 1; code != ERR_NONE; nth += nth / 200 + 1) {
            mem_fail_after(nth);
            struct spilled got = run_spilled(plans[p], 1);
            mem_fail_after(0);
            code = got.outcome.code;
            assert_true(code == ERR_NONE || code == ERR_MEMORY);
            outcome_release(&got.outcome);
            assert_true(nth < 100000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_result_is_that_of_memory),     cmocka_unit_test(much_memory_spills_nothing),
        cmocka_unit_test(one_group_alone_can_be_too_large), cmocka_unit_test(the_folder_is_used_when_it_is_needed),
        cmocka_unit_test(every_write_and_read_may_fail),    cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
