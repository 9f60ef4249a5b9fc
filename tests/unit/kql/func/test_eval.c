/*
 * test_eval.c - the evaluator: who is asked for which rows, what is asked once, and conversions.
 */
#include "expr_fixture.h"

#include "base/mem.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/exec/op.h"

#include <math.h>
#include <string.h>

/* --- a function that keeps a record of what it is asked --- */

static struct {
    unsigned calls;
    uint32_t rows;
    bool without_batch, saw_null;
} probed;

static enum err_code probe_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr, (void)err;
    probed.calls++;
    probed.rows += rows->count;
    probed.without_batch = !eval->batch;
    for (uint32_t i = 0; i < rows->count; i++) {
        probed.saw_null |= column_is_null(args[0], rows->rows[i]);
        out->i64[rows->rows[i]] = args[0]->i64[column_cell(args[0], rows->rows[i])] > 2;
    }
    return ERR_NONE;
}

static const struct func PROBE = {.name = "probe", .signature = "l:b", .cost = 1, .eval = probe_eval};
static const struct func VOLATILE_PROBE = {
    .name = "probe", .signature = "l:b", .flags = FUNC_VOLATILE, .cost = 1, .eval = probe_eval};

static struct expr *probe_with(const struct func *func, struct expr *arg)
{
    struct expr *expr = expr_call(&fixture_arena, func, 1, (struct span){0, 0});
    assert_non_null(expr);
    expr->args[0] = arg;
    expr->type = TYPE_BOOL;
    memset(&probed, 0, sizeof probed);
    return expr;
}

static struct expr *probe(struct expr *arg)
{
    return probe_with(&PROBE, arg);
}

/* --- a batch of six rows: v = 0 1 2 3 4 null, s = "a" ... "f"; loads are counted --- */

static unsigned loads[2];
static uint32_t loaded_rows[2];

static enum err_code rows_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    static const char TEXT[] = "abcdef";
    struct column *cells = &batch->columns[column];
    enum type type = batch->schema->columns[column].type;
    TRY(column_init(cells, type, batch->row_count, type != TYPE_STRING, batch->arena, err));
    loads[column]++;
    loaded_rows[column] += rows->count;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct value value = type == TYPE_STRING ? value_str(slice_of(TEXT + row, 1)) : value_i64(TYPE_LONG, row);
        value.is_null = type == TYPE_LONG && row == 5;
        column_set(cells, row, &value);
    }
    return ERR_NONE;
}

static const struct batch_type SIX_ROWS = {.load = rows_load, .free = batch_destroy};

static const struct column_def SIX_COLUMNS[] = {
    {.name = {"v", 1}, .type = TYPE_LONG, .stand_in = COLUMN_NONE},
    {.name = {"s", 1}, .type = TYPE_STRING, .stand_in = COLUMN_NONE},
};
static const struct schema SIX_SCHEMA = {.count = 2, .columns = SIX_COLUMNS};

struct six {
    struct batch *batch;
    struct query query;
    struct eval eval;
};

static void rows_open(struct six *six, uint32_t row_count)
{
    memset(loads, 0, sizeof loads);
    memset(loaded_rows, 0, sizeof loaded_rows);
    six->query = (struct query){0};
    eval_init(&six->eval, &six->query);
    assert_int_equal(batch_create(&SIX_ROWS, &SIX_SCHEMA, row_count, &six->batch, NULL), ERR_NONE);
}

static void six_open(struct six *six)
{
    rows_open(six, 6);
}

static void six_close(struct six *six)
{
    eval_release(&six->eval);
    batch_free(six->batch);
}

static struct expr *v(void)
{
    return of_column(0, TYPE_LONG);
}

static struct expr *s(void)
{
    return of_column(1, TYPE_STRING);
}

static void filter(struct six *six, struct expr *predicate)
{
    struct err err = {0};
    if (eval_filter(&six->eval, predicate, six->batch, six->batch->selection, &err) != ERR_NONE)
        fail_msg("%s", err.text);
}

static const struct column *eval_all(struct six *six, struct expr *expr)
{
    const struct column *column = NULL;
    assert_int_equal(eval_expr(&six->eval, expr, six->batch, six->batch->selection, &column, NULL), ERR_NONE);
    return column;
}

/* --- tests --- */

static void a_conjunction_stops_early(void **state)
{
    (void)state;
    struct six six;
    six_open(&six);
    filter(&six, CALL("and", CALL(">=", v(), of_long(2)), probe(v()), CALL("==", s(), of_str("d"))));
    assert_int_equal(probed.rows, 3);
    assert_int_equal(six.batch->selection->count, 1);
    assert_int_equal(six.batch->selection->rows[0], 3);
    assert_int_equal(loaded_rows[0], 6);
    assert_int_equal(loaded_rows[1], 2);
    filter(&six, of_bool(false));
    assert_int_equal(six.batch->selection->count, 0);
    six_close(&six);
    six_open(&six);
    filter(&six, CALL("and", CALL("<", v(), of_long(0)), probe(v()), CALL("==", s(), of_str("d"))));
    assert_int_equal(probed.calls, 0);
    assert_int_equal(loads[1], 0);
    six_close(&six);
}

static void lazy_functions_ask_only_for_the_rows_they_need(void **state)
{
    (void)state;
    struct six six;
    six_open(&six);
    const struct column *column = eval_all(&six, CALL("or", CALL("<", v(), of_long(2)), probe(v())));
    assert_int_equal(probed.rows, 3); /* 2 3 4; null is left out by the null rule */
    assert_int_equal(column->i64[1], 1);
    assert_int_equal(column->i64[2], 0);
    assert_int_equal(column->i64[3], 1);
    assert_true(column_is_null(column, 5));
    column = eval_all(&six, CALL("iff", CALL("<", v(), of_long(2)), probe(v()), of_bool(true)));
    assert_int_equal(probed.rows, 2);
    assert_int_equal(column->i64[0], 0);
    assert_int_equal(column->i64[5], 1);
    column = eval_all(&six, CALL("coalesce", v(), of_long(42)));
    assert_int_equal(column->i64[4], 4);
    assert_int_equal(column->i64[5], 42);
    six_close(&six);
}

static void a_strict_function_never_sees_a_null(void **state)
{
    (void)state;
    struct six six;
    six_open(&six);
    const struct column *column = eval_all(&six, probe(v()));
    assert_false(probed.saw_null);
    assert_int_equal(probed.rows, 5);
    assert_true(column_is_null(column, 5));
    assert_false(column_is_null(column, 4));
    column = eval_all(&six, probe(of_null(TYPE_LONG)));
    assert_int_equal(probed.calls, 0);
    assert_true(column->is_const && column_is_null(column, 3));
    six_close(&six);
}

static void constants_are_asked_for_once(void **state)
{
    (void)state;
    struct six six;
    six_open(&six);
    const struct column *column = eval_all(&six, probe(of_long(3)));
    assert_true(column->is_const && column->i64[0] == 1);
    assert_true(probed.rows == 1 && probed.without_batch);
    column = eval_all(&six, probe_with(&VOLATILE_PROBE, of_long(3)));
    assert_false(column->is_const);
    assert_true(probed.rows == 6 && !probed.without_batch);
    six_close(&six);
}

static void no_rows_cost_nothing(void **state)
{
    (void)state;
    struct six six;
    six_open(&six);
    six.batch->selection->count = 0;
    const struct column *column = eval_all(&six, probe(v()));
    assert_int_equal(probed.calls + loads[0], 0);
    assert_int_equal(column->type, TYPE_BOOL);
    six_close(&six);
}

static void derived_columns_are_computed_when_asked_for(void **state)
{
    (void)state;
    struct six six;
    six_open(&six);
    struct expr *doubled[] = {CALL("*", v(), of_long(2)), s()}, *again[] = {CALL("+", v(), of_long(1)), s()};
    /* The second is told where its column 1 comes from; the first has its expressions alone. */
    const struct passed_column passed[] = {{0, 0}, {2, 1}};
    const struct plan plans[] = {{.kind = PLAN_DERIVE, .schema = &SIX_SCHEMA, .exprs = doubled},
                                 {.kind = PLAN_DERIVE, .schema = &SIX_SCHEMA, .exprs = again, .passed = passed}};
    struct eval *eval = &six.eval;
    struct batch *first, *second;
    assert_int_equal(op_derive(&plans[0], &eval, six.batch, &first, NULL), ERR_NONE);
    assert_int_equal(op_derive(&plans[1], &eval, first, &second, NULL), ERR_NONE);
    assert_int_equal(loads[0] + loads[1], 0);
    assert_int_equal(eval_filter(eval, CALL(">", v(), of_long(6)), second, second->selection, NULL), ERR_NONE);
    assert_int_equal(six.batch->selection->count, 2);
    const struct column *column;
    assert_int_equal(batch_load(second, 1, second->selection, &column, NULL), ERR_NONE);
    assert_int_equal(loaded_rows[1], 2);
    assert_true(slice_eq(column->str[4], SLICE("e")));
    assert_int_equal(batch_load(second, 0, second->selection, &column, NULL), ERR_NONE);
    assert_int_equal(column->i64[4], 9);
    six_close(&six);
}

static void what_is_no_constant_is_refused_as_one(void **state)
{
    (void)state;
    struct query query = {0};
    struct eval eval;
    struct value value;
    struct err err = {0};
    eval_init(&eval, &query);
    assert_int_equal(eval_const(&eval, v(), &fixture_arena, &value, &err), ERR_QUERY);
    struct expr *set = expr_new(&fixture_arena, EXPR_SET, TYPE_LONG, (struct span){0, 0});
    assert_int_equal(eval_const(&eval, set, &fixture_arena, &value, &err), ERR_QUERY);
    eval_release(&eval);
}

/* The dynamic in the type, as eval_convert() gives it. */
static struct value converted(const char *json, enum type to)
{
    struct query query = {0};
    struct eval eval;
    struct value in = of_json(json)->value;
    struct column cells;
    const struct column *out = NULL;
    uint32_t first = 0;
    const struct selection rows = {&first, 1};
    eval_init(&eval, &query);
    eval.arena = &fixture_arena;
    assert_int_equal(column_init(&cells, TYPE_DYNAMIC, 1, true, &fixture_arena, NULL), ERR_NONE);
    column_set(&cells, 0, &in);
    assert_int_equal(eval_convert(&eval, &cells, to, 1, &rows, &out, NULL), ERR_NONE);
    assert_int_equal(out->type, to);
    eval_release(&eval);
    return column_value(out, 0);
}

static void a_dynamic_converts_only_where_it_holds_the_type(void **state)
{
    (void)state;
    assert_int_equal(converted("5", TYPE_LONG).i64, 5);
    assert_int_equal(converted("5.0", TYPE_LONG).i64, 5);
    assert_true(converted("5.5", TYPE_LONG).is_null);
    assert_true(converted("1e300", TYPE_LONG).is_null);
    assert_true(converted("\"5\"", TYPE_LONG).is_null);
    assert_true(converted("3000000000", TYPE_INT).is_null);
    assert_true(converted("5", TYPE_REAL).f64 == 5.0);
    assert_true(converted("true", TYPE_REAL).is_null);
    assert_int_equal(converted("true", TYPE_BOOL).i64, 1);
    assert_true(converted("1", TYPE_BOOL).is_null);
    assert_true(converted("null", TYPE_LONG).is_null);
    assert_int_equal(converted("\"0001-01-01T00:00:01Z\"", TYPE_DATETIME).i64, TICKS_PER_SECOND);
    assert_int_equal(converted("\"1.00:00:00\"", TYPE_TIMESPAN).i64, TICKS_PER_DAY);
    assert_false(converted("\"01234567-89ab-cdef-0123-456789abcdef\"", TYPE_GUID).is_null);
    assert_int_equal(decimal_compare(converted("7", TYPE_DECIMAL).dec, decimal_from_long(7)), 0);
}

static void a_dynamic_as_text_is_bare_or_json(void **state)
{
    (void)state;
    assert_true(slice_eq(converted("\"x\"", TYPE_STRING).str, SLICE("x")));
    assert_true(slice_eq(converted("null", TYPE_STRING).str, SLICE("")));
    assert_true(slice_eq(converted("[1,\"a\"]", TYPE_STRING).str, SLICE("[1,\"a\"]")));
}

static void a_failed_allocation_is_an_error(void **state)
{
    (void)state;
    struct expr *expr = CALL("iff", CALL("in", v(), of_long(1), of_long(2)), CALL("bin", v(), of_long(2)), of_long(0));
    assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
    uint64_t nth = 1;
    for (enum err_code code = ERR_MEMORY; code != ERR_NONE; nth++) {
        struct six six;
        const struct column *column;
        rows_open(&six, 5000);
        mem_fail_after(nth);
        code = eval_expr(&six.eval, expr, six.batch, six.batch->selection, &column, NULL);
        mem_fail_after(0);
        six_close(&six);
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
    }
    assert_true(nth > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conjunction_stops_early),
        cmocka_unit_test(lazy_functions_ask_only_for_the_rows_they_need),
        cmocka_unit_test(a_strict_function_never_sees_a_null),
        cmocka_unit_test(constants_are_asked_for_once),
        cmocka_unit_test(no_rows_cost_nothing),
        cmocka_unit_test(derived_columns_are_computed_when_asked_for),
        cmocka_unit_test(what_is_no_constant_is_refused_as_one),
        cmocka_unit_test(a_dynamic_converts_only_where_it_holds_the_type),
        cmocka_unit_test(a_dynamic_as_text_is_bare_or_json),
        cmocka_unit_test(a_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
