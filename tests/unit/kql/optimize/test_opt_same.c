/*
 * test_opt_same.c - optimized or not, a query gives the same rows in the same order: pipelines put together at random
 * (from a fixed seed) out of operators that the optimizer moves, merges and rewrites, over a table with nulls and ties.
 */
#include "bind_fixture.h"
#include "kql/exec/exec.h"

#include <stdlib.h>

static const char TABLE[] =
    "let D = datatable(a:long, b:string, i:int, f:bool, r:real, d:dynamic)["
    "1, 'x', 2, true, 1.5, dynamic({'k': 1}), 2, 'y x', int(null), false, 2.5, dynamic({'k': '1'}),"
    "long(null), '', 3, true, real(null), dynamic(null), 2, 'x', 2, bool(null), 1.5, dynamic({'k': [1, 2]}),"
    "3, 'axb', 1, false, -1.0, dynamic({}), 1, 'X', 2, true, 0.0, dynamic({'k': 1.5}),"
    "5, 'y', 5, true, 9.5, dynamic(5), -7, 'x.y', -7, false, real(nan), dynamic('x'),"
    "2, 'y x', 2, true, 2.5, dynamic({'k': 2}), 4, 'z', 4, bool(null), 1.0, dynamic([1])]; D";

static const char *const STEPS[] = {
    " | where a > 1",
    " | where b has 'x'",
    " | where b contains 'y' and a != 3",
    " | where i == 2 or f",
    " | where not(a > 2)",
    " | where not(a == 2 and f)",
    " | where isnotempty(b) and r < 2.5 and true",
    " | where d.k == 1",
    " | where d.k != 1 and d.k > 0",
    " | where b in ('x', 'y x') and (false or a >= 1)",
    " | where a !in (1, int(null))",
    " | where (f or true) and a == a",
    " | where a in (D | where f | project a)",
    " | where b matches regex @'(x|\\.y)$'",
    " | where i < 5 and b matches regex 'x'",
    " | where false or r > 1",
    " | extend x = a + i",
    " | extend a = i, i = toint(a)",
    " | extend b = tostring(a), y = b",
    " | where a * 2 > i",
    " | project d, b, a, r, f, i",
    " | project-rename z = b | where z != '' | project-rename b = z",
    " | project-reorder r, *",
    " | sort by a asc, b",
    " | sort by r",
    " | sort by i asc nulls last",
    " | take 6",
    " | take 3",
    " | top 4 by a",
    " | top 5 by b asc",
    " | distinct a, b, i, f, r",
    " | summarize a = max(a), i = min(i), n = count() by b, f",
};

static enum err_code add_rows(void *user, struct batch *batch, struct err *err)
{
    (void)err;
    struct buf *out = user;
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        for (uint32_t column = 0; column < batch->schema->count; column++) {
            struct value value = column_value(&batch->columns[column], batch->selection->rows[i]);
            value_to_json(&value, out);
            buf_add_char(out, ' ');
        }
        buf_add_char(out, '\n');
    }
    return ERR_NONE;
}

struct preparation {
    struct query *query;
    struct err err;
    bool ok;
};

static bool prepare(struct expr **expr, void *user)
{
    struct preparation *preparation = user;
    preparation->ok = expr_prepare(*expr, &preparation->query->arena, &preparation->err) == ERR_NONE;
    return preparation->ok;
}

/* Runs the query; false where it can't be bound (a step needs a column that is gone). */
static bool run(const char *text, bool optimized, struct buf *out)
{
    struct arena arena;
    struct query query;
    struct err err;
    arena_init(&arena, 0);
    bool bound = fixture_bind(text, &arena, &query, &err) == ERR_NONE;
    if (bound) {
        struct preparation preparation = {.query = &query, .ok = true};
        if (optimized)
            assert_int_equal(kql_optimize(&query, &err), ERR_NONE);
        else
            assert_true(query_visit(&query, prepare, &preparation) && preparation.ok);
        struct exec_config config = {.threads = 1, .result = add_rows, .user = out};
        struct scan_stats stats;
        assert_int_equal(exec_run(&query, &config, &stats, &err), ERR_NONE);
    }
    query_release(&query);
    arena_release(&arena);
    return bound;
}

static void optimized_or_not_the_answer_is_the_same(void **state)
{
    (void)state;
    srand(3);
    unsigned bound = 0, with_rows = 0;
    for (int round = 0; round < 3000; round++) {
        struct buf text, plain, optimized;
        buf_init(&text, 0);
        buf_init(&plain, 0);
        buf_init(&optimized, 0);
        buf_add_cstr(&text, TABLE);
        int steps = 1 + rand() % 6;
        for (int i = 0; i < steps; i++)
            buf_add_cstr(&text, STEPS[(size_t)rand() % TEST_COUNT(STEPS)]);
        const char *query = buf_cstr(&text);
        if (run(query, false, &plain)) {
            assert_true(run(query, true, &optimized));
            if (!slice_eq(buf_slice(&plain), buf_slice(&optimized)))
                fail_msg("%s\nplain:\n%.*s\noptimized:\n%.*s", query + sizeof TABLE - 1, SLICE_ARG(buf_slice(&plain)),
                         SLICE_ARG(buf_slice(&optimized)));
            bound++;
            with_rows += plain.len > 0;
        }
        buf_release(&text);
        buf_release(&plain);
        buf_release(&optimized);
    }
    assert_true(bound > 1500);
    assert_true(with_rows > 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimized_or_not_the_answer_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
