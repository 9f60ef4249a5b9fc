/*
 * test_ops.c - operators over rows in memory: where, extend, take, top, sort, count, distinct, range.
 */
#include "plan_fixture.h"

#include "base/mem.h"
#include "test.h"

#include <stdio.h>

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct plan *letters(void)
{
    return table("n:long s:string", "3,c\n1,a\n-,x\n2,b\n1,z");
}

static void where_keeps_what_is_true(void **state)
{
    (void)state;
    struct plan *rows = letters();
    assert_gives(where(rows, CALL("!=", column_named(rows, "n"), of_long(1))), "3,c\n,x\n2,b\n");
    assert_gives(where(rows, CALL("not", CALL("==", column_named(rows, "n"), of_long(1)))), "3,c\n,x\n2,b\n");
    assert_gives(where(rows, CALL("not", CALL(">", column_named(rows, "n"), of_long(1)))), "1,a\n1,z\n");
    assert_gives(where(rows, of_null(TYPE_BOOL)), "");
    assert_gives(where(rows, CALL("and", of_bool(true), CALL("==", column_named(rows, "s"), of_str("b")))), "2,b\n");
}

static void derived_columns_see_the_old_row(void **state)
{
    (void)state;
    struct plan *rows = table("a:long b:long", "1,10\n2,20");
    struct expr *a = column_named(rows, "a"), *b = column_named(rows, "b");
    struct plan *swapped = derive(rows, "a:long b:long", (struct expr *[]){b, CALL("+", a, of_long(1))});
    assert_gives(swapped, "10,2\n20,3\n");
    struct plan *again =
        derive(swapped, "c:long k:string",
               (struct expr *[]){CALL("*", column_named(swapped, "a"), column_named(swapped, "b")), of_str("k")});
    assert_gives(where(again, CALL(">", column_named(again, "c"), of_long(20))), "60,k\n");
}

static void take_gives_the_first_rows(void **state)
{
    (void)state;
    assert_gives(limited(PLAN_TAKE, letters(), 2), "3,c\n1,a\n");
    assert_gives(limited(PLAN_TAKE, letters(), 0), "");
    assert_gives(limited(PLAN_TAKE, letters(), 99), "3,c\n1,a\n,x\n2,b\n1,z\n");
}

static void count_counts_also_nothing(void **state)
{
    (void)state;
    assert_gives(counted(letters()), "5\n");
    assert_gives(counted(where(letters(), of_bool(false))), "0\n");
}

static void sort_is_stable_and_places_nulls(void **state)
{
    (void)state;
    assert_gives(ordered(PLAN_SORT, letters(), 0, KEYS("n asc")), ",x\n1,a\n1,z\n2,b\n3,c\n");
    assert_gives(ordered(PLAN_SORT, letters(), 0, KEYS("n desc")), "3,c\n2,b\n1,a\n1,z\n,x\n");
    assert_gives(ordered(PLAN_SORT, letters(), 0, KEYS("n desc nulls first")), ",x\n3,c\n2,b\n1,a\n1,z\n");
    assert_gives(ordered(PLAN_SORT, letters(), 0, KEYS("n asc nulls last", "s desc")), "1,z\n1,a\n2,b\n3,c\n,x\n");
}

static void nan_stands_beside_the_nulls(void **state)
{
    (void)state;
    const char *rows = "1.5\nNaN\n-\n-Infinity\nInfinity";
    assert_gives(ordered(PLAN_SORT, table("r:real", rows), 0, KEYS("r asc")), "\nNaN\n-Infinity\n1.5\nInfinity\n");
    assert_gives(ordered(PLAN_SORT, table("r:real", rows), 0, KEYS("r desc")), "Infinity\n1.5\n-Infinity\nNaN\n\n");
}

static void sort_orders_text_by_bytes_and_computed_keys(void **state)
{
    (void)state;
    assert_gives(ordered(PLAN_SORT, table("s:string", "b\nB\n\xC3\xA9\na\n"), 0, KEYS("s asc")), "B\na\nb\n\xC3\xA9\n");
    struct plan *rows = letters();
    struct plan *sort = ordered(PLAN_SORT, rows, 0, KEYS("n asc"));
    sort->keys[0].expr = CALL("unary-", column_named(rows, "n"));
    sort->keys[0].nulls_first = false;
    assert_gives(sort, "3,c\n2,b\n1,a\n1,z\n,x\n");
}

/* The second key tells which rows the first one holds for equal. */
static void sort_tells_apart_only_what_its_key_does(void **state)
{
    (void)state;
    struct plan *reals = table("r:real n:long", "0.0,2\n-0.0,1\n-1.5,3\n-2.5,4\n0.0,0");
    assert_gives(ordered(PLAN_SORT, reals, 0, KEYS("r asc", "n asc")), "-2.5,4\n-1.5,3\n0.0,0\n-0.0,1\n0.0,2\n");
    assert_gives(ordered(PLAN_SORT, reals, 0, KEYS("r desc", "n asc")), "0.0,0\n-0.0,1\n0.0,2\n-1.5,3\n-2.5,4\n");
    const char *extremes = "9223372036854775807\n-\n-9223372036854775808\n-1\n0";
    assert_gives(ordered(PLAN_SORT, table("n:long", extremes), 0, KEYS("n asc")),
                 "\n-9223372036854775808\n-1\n0\n9223372036854775807\n");
    assert_gives(ordered(PLAN_SORT, table("n:long", extremes), 0, KEYS("n desc")),
                 "9223372036854775807\n0\n-1\n-9223372036854775808\n\n");
    assert_gives(ordered(PLAN_SORT, table("n:long", extremes), 0, KEYS("n asc nulls last")),
                 "-9223372036854775808\n-1\n0\n9223372036854775807\n\n");
    assert_gives(ordered(PLAN_SORT, table("n:long", extremes), 0, KEYS("n desc nulls first")),
                 "\n9223372036854775807\n0\n-1\n-9223372036854775808\n");
    const char *texts = "abcdefghz\nabcdefgh\nabcdefg\nabcdefgha\n\xC3\xA9zzzzzzz";
    assert_gives(ordered(PLAN_SORT, table("s:string", texts), 0, KEYS("s asc")),
                 "abcdefg\nabcdefgh\nabcdefgha\nabcdefghz\n\xC3\xA9zzzzzzz\n");
    assert_gives(ordered(PLAN_SORT, table("s:string", texts), 0, KEYS("s desc")),
                 "\xC3\xA9zzzzzzz\nabcdefghz\nabcdefgha\nabcdefgh\nabcdefg\n");
}

/* --- many rows: another way than that of a few --- */

enum { MANY = 1500 };
struct row {
    bool is_null;
    int64_t n;
    char s[24];
    int i;
};

/* <0: a comes first, by n (nulls last, as `asc nulls last` has it) or by s. */
static int row_order(const struct row *a, const struct row *b, bool by_text, bool descending)
{
    int order = strcmp(a->s, b->s);
    if (!by_text && (a->is_null || b->is_null))
        return a->is_null - b->is_null;
    if (!by_text)
        order = (a->n > b->n) - (a->n < b->n);
    return descending ? -order : order;
}

static void rows_draw(struct row *rows, uint64_t range, struct buf *out)
{
    /* Longer than what a row is sorted by at first; of each as many as takes another number of merges. */
    static const char *const BEGINS[] = {"s",
                                         "s",
                                         "s",
                                         "same-till-here",
                                         "same-till-here",
                                         "same-till-here",
                                         "same-till-here",
                                         "came-till-here",
                                         "came-till-here",
                                         "tame-till-here"};
    for (int i = 0; i < MANY; i++) {
        struct row *row = &rows[i];
        row->is_null = test_random_below(20) == 0;
        row->n = (int64_t)(test_random() % range - range / 2);
        row->i = i;
        (void)snprintf(row->s, sizeof row->s, "%s%u", BEGINS[test_random_below(TEST_COUNT(BEGINS))],
                       (unsigned)test_random_below(100));
        if (row->is_null)
            buf_printf(out, "-,%s,%d\n", row->s, i);
        else
            buf_printf(out, "%lld,%s,%d\n", (long long)row->n, row->s, i);
    }
}

static void sort_of_many_rows_is_stable_too(void **state)
{
    (void)state;
    static const uint64_t RANGES[] = {1, 4, 300, 70000, UINT64_MAX};
    static const char *const KEYS_OF[] = {"n asc nulls last", "n desc nulls last", "s asc", "s desc"};
    static struct row rows[MANY];
    for (size_t t = 0; t < TEST_COUNT(RANGES) * TEST_COUNT(KEYS_OF); t++) {
        size_t k = t % TEST_COUNT(KEYS_OF);
        struct buf text, expected;
        buf_init(&text, 0);
        buf_init(&expected, 0);
        rows_draw(rows, RANGES[t / TEST_COUNT(KEYS_OF)], &text);
        for (int i = 1; i < MANY; i++) {
            struct row row = rows[i];
            int at = i;
            for (; at > 0 && row_order(&row, &rows[at - 1], k >= 2, k % 2) < 0; at--)
                rows[at] = rows[at - 1];
            rows[at] = row;
        }
        for (int i = 0; i < MANY; i++)
            buf_printf(&expected, "%d\n", rows[i].i);
        struct plan *input = table("n:long s:string i:long", buf_cstr(&text));
        struct plan *sort = ordered(PLAN_SORT, input, 0, KEYS(KEYS_OF[k]));
        assert_gives(derive(sort, "i:long", (struct expr *[]){column_named(sort, "i")}), buf_cstr(&expected));
        buf_release(&text);
        buf_release(&expected);
    }
}

static void sort_keeps_cells_of_every_width(void **state)
{
    (void)state;
    const char *rows = "2,1.5,74be27de-1e4e-49d9-b579-fe0b331d3642,[1;2]\n1,-,-,-";
    const char *schema = "n:long d:decimal g:guid y:dynamic";
    assert_gives(ordered(PLAN_SORT, table(schema, rows), 0, KEYS("n asc")),
                 "1,,,\n2,1.5,74be27de-1e4e-49d9-b579-fe0b331d3642,[1;2]\n");
    assert_gives(ordered(PLAN_SORT, table(schema, rows), 0, KEYS("d asc")),
                 "1,,,\n2,1.5,74be27de-1e4e-49d9-b579-fe0b331d3642,[1;2]\n");
    assert_gives(ordered(PLAN_SORT, table(schema, rows), 0, KEYS("g desc", "y asc")),
                 "2,1.5,74be27de-1e4e-49d9-b579-fe0b331d3642,[1;2]\n1,,,\n");
}

/* `count` rows i, (i * 7919) % 1000 as text. */
static struct plan *many(uint32_t count)
{
    struct plan *plan = plan_new(PLAN_ROWS, NULL, schema_of("i:long s:string"));
    plan->row_count = count;
    plan->rows = arena_zalloc(&fixture_arena, (size_t)count * 2, sizeof *plan->rows);
    for (uint32_t i = 0; i < count; i++) {
        plan->rows[2 * i] = value_i64(TYPE_LONG, i);
        plan->rows[2 * i + 1] = value_str(arena_printf(&fixture_arena, "%03u", i * 7919U % 1000));
    }
    return plan;
}

static void top_equals_sort_and_take(void **state)
{
    (void)state;
    static const uint64_t LIMITS[] = {0, 1, 2, 7, 100, 999, 5000, 20000};
    for (size_t l = 0; l < sizeof LIMITS / sizeof LIMITS[0]; l++) {
        for (int descending = 0; descending < 2; descending++) {
            const char *const *keys = descending ? KEYS("s desc") : KEYS("s asc");
            struct outcome top = run_plain(ordered(PLAN_TOP, many(5000), LIMITS[l], keys), 0);
            struct outcome sorted =
                run_plain(limited(PLAN_TAKE, ordered(PLAN_SORT, many(5000), 0, keys), LIMITS[l]), 0);
            assert_int_equal(top.code, ERR_NONE);
            assert_int_equal(top.text.len, sorted.text.len);
            assert_true(slice_eq(buf_slice(&top.text), buf_slice(&sorted.text)));
            outcome_release(&top);
            outcome_release(&sorted);
        }
    }
}

/* Each row beats all before it, so each is kept and thrown out again. */
static void top_keeps_few_rows_in_memory(void **state)
{
    (void)state;
    struct outcome outcome = run_plain(ordered(PLAN_TOP, many(100000), 3, KEYS("i desc")), 2 << 20);
    assert_int_equal(outcome.code, ERR_NONE);
    assert_string_equal(buf_cstr(&outcome.text), "99999,081\n99998,162\n99997,243\n");
    outcome_release(&outcome);
}

static void distinct_keeps_the_first_of_equals(void **state)
{
    (void)state;
    struct plan *rows = table("n:long s:string", "1,a\n-,a\n1,a\n1,b\n-,a\n1,A");
    assert_gives(plan_new(PLAN_DISTINCT, rows, rows->schema), "1,a\n,a\n1,b\n1,A\n");
    struct plan *all = many(5000);
    struct plan *texts = derive(all, "s:string", (struct expr *[]){column_named(all, "s")});
    assert_gives(counted(plan_new(PLAN_DISTINCT, texts, texts->schema)), "1000\n");
    assert_gives(limited(PLAN_TAKE, plan_new(PLAN_DISTINCT, texts, texts->schema), 2), "000\n919\n");
}

/* For --unique: where a row came from is not compared, and stays that of the first. */
static void distinct_of_rows_keeps_where_the_first_came_from(void **state)
{
    (void)state;
    struct plan *rows =
        table("n:long d:dynamic SourceRecord:long", "1,[2],10\n-,[2],11\n1,[2],12\n1,{},13\n-,[2],14\n1,[ 2 ],15");
    struct column_def *columns = arena_zalloc(&fixture_arena, 3, sizeof *columns);
    memcpy(columns, rows->schema->columns, 3 * sizeof *columns);
    columns[2].origin = COLUMN_PROVENANCE;
    const struct schema schema = {.count = 3, .columns = columns};
    rows->schema = &schema;
    struct plan *distinct = plan_new(PLAN_DISTINCT, rows, rows->schema);
    distinct->of_rows = true;
    assert_gives(distinct, "1,[2],10\n,[2],11\n1,{},13\n");
}

static struct plan *range_plan(enum type type, struct expr *from, struct expr *to, struct expr *step)
{
    struct plan *plan = plan_new(PLAN_RANGE, NULL, schema_of(type == TYPE_REAL ? "x:real" : "x:long"));
    plan->exprs = arena_zalloc(&fixture_arena, 3, sizeof(struct expr *));
    plan->exprs[0] = from;
    plan->exprs[1] = to;
    plan->exprs[2] = step;
    return plan;
}

static void range_counts_up_and_down_and_stops(void **state)
{
    (void)state;
    assert_gives(range_plan(TYPE_LONG, of_long(1), of_long(8), of_long(3)), "1\n4\n7\n");
    assert_gives(range_plan(TYPE_LONG, of_long(3), of_long(1), of_long(-1)), "3\n2\n1\n");
    assert_gives(range_plan(TYPE_LONG, of_long(3), of_long(1), of_long(1)), "");
    assert_gives(range_plan(TYPE_LONG, of_long(1), of_long(9), of_long(0)), "");
    assert_gives(range_plan(TYPE_LONG, of_null(TYPE_LONG), of_long(9), of_long(1)), "");
    assert_gives(range_plan(TYPE_LONG, of_long(INT64_MAX - 1), of_long(INT64_MAX), of_long(1)),
                 "9223372036854775806\n9223372036854775807\n");
    assert_gives(range_plan(TYPE_REAL, of_real(0), of_real(1), of_real(0.5)), "0.0\n0.5\n1.0\n");
    assert_gives(counted(range_plan(TYPE_LONG, of_long(1), of_long(5000), of_long(1))), "5000\n");
    assert_gives(limited(PLAN_TAKE, range_plan(TYPE_LONG, of_long(0), of_long(INT64_MAX), of_long(1)), 2), "0\n1\n");
}

/* --- a row that can't be decided --- */

static enum err_code doubt_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t value = args[0]->i64[column_cell(args[0], row)];
        out->i64[row] = value > 1;
        if (value == 2)
            TRY(batch_reject(eval->batch, row, REJECT_UNDECIDED, "doubtful", err));
    }
    return ERR_NONE;
}

static const struct func DOUBT = {.name = "doubt", .signature = "l:b", .cost = 1, .eval = doubt_eval};

static struct expr *doubt(struct expr *arg)
{
    struct expr *expr = expr_call(&fixture_arena, &DOUBT, 1, (struct span){0, 0});
    expr->args[0] = arg;
    expr->type = TYPE_BOOL;
    return expr;
}

static void an_undecided_row_is_reported_and_never_shown(void **state)
{
    (void)state;
    struct plan *rows = letters();
    struct outcome outcome = run_plain(where(rows, CALL("not", doubt(column_named(rows, "n")))), 0);
    assert_int_equal(outcome.code, ERR_NONE);
    assert_string_equal(buf_cstr(&outcome.text), "1,a\n1,z\n");
    assert_string_equal(buf_cstr(&outcome.rejects), "3 4 doubtful\n");
    assert_int_equal(outcome.stats.rejected[REJECT_UNDECIDED], 1);
    outcome_release(&outcome);
    struct plan *sorted = ordered(PLAN_SORT, rows, 0, KEYS("n asc"));
    struct plan *shown = derive(sorted, "d:bool", (struct expr *[]){doubt(column_named(sorted, "n"))});
    outcome = run_plain(shown, 0);
    assert_string_equal(buf_cstr(&outcome.text), "\nfalse\nfalse\ntrue\n");
    assert_string_equal(buf_cstr(&outcome.rejects), "3 4 doubtful\n");
    outcome_release(&outcome);
}

static void a_failed_allocation_anywhere_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct plan *rows = many(700);
    struct plan *plans[] = {
        ordered(PLAN_SORT, rows, 0, KEYS("s asc")),
        ordered(PLAN_TOP, rows, 5, KEYS("s desc")),
        plan_new(PLAN_DISTINCT, rows, rows->schema),
        counted(where(rows, CALL("in", column_named(rows, "s"), of_str("001"), of_str("002")))),
        range_plan(TYPE_LONG, of_long(1), of_long(2000), of_long(1)),
    };
    for (size_t p = 0; p < sizeof plans / sizeof plans[0]; p++) {
        for (uint64_t nth = 1;; nth++) {
            mem_fail_after(nth);
            struct outcome outcome = run_plain(plans[p], 0);
            mem_fail_after(0);
            enum err_code code = outcome.code;
            assert_true(code == ERR_NONE || code == ERR_MEMORY);
            outcome_release(&outcome);
            if (code == ERR_NONE)
                break;
            assert_true(nth < 10000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_keeps_what_is_true),
        cmocka_unit_test(derived_columns_see_the_old_row),
        cmocka_unit_test(take_gives_the_first_rows),
        cmocka_unit_test(count_counts_also_nothing),
        cmocka_unit_test(sort_is_stable_and_places_nulls),
        cmocka_unit_test(nan_stands_beside_the_nulls),
        cmocka_unit_test(sort_orders_text_by_bytes_and_computed_keys),
        cmocka_unit_test(sort_tells_apart_only_what_its_key_does),
        cmocka_unit_test(sort_of_many_rows_is_stable_too),
        cmocka_unit_test(sort_keeps_cells_of_every_width),
        cmocka_unit_test(top_equals_sort_and_take),
        cmocka_unit_test(top_keeps_few_rows_in_memory),
        cmocka_unit_test(distinct_keeps_the_first_of_equals),
        cmocka_unit_test(distinct_of_rows_keeps_where_the_first_came_from),
        cmocka_unit_test(range_counts_up_and_down_and_stops),
        cmocka_unit_test(an_undecided_row_is_reported_and_never_shown),
        cmocka_unit_test(a_failed_allocation_anywhere_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
