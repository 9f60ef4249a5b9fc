/*
 * test_expr.c - expression trees: copies, walks, weights, preparing and undoing it; casts.
 */
#include "bind_fixture.h"
#include "kql/func/func.h"

struct bound {
    struct arena arena;
    struct query query;
    struct expr *predicate;
};

static struct bound *bind_predicate(const char *text, struct bound *bound)
{
    struct err err;
    arena_init(&bound->arena, 0);
    assert_int_equal(fixture_bind(text, &bound->arena, &bound->query, &err), ERR_NONE);
    assert_int_equal(bound->query.root->kind, PLAN_WHERE);
    bound->predicate = bound->query.root->exprs[0];
    return bound;
}

static void bound_release(struct bound *bound)
{
    query_release(&bound->query);
    arena_release(&bound->arena);
}

/* The same calculation: equal trees over the same columns. */
static bool expr_same(const struct expr *a, const struct expr *b)
{
    if (a->kind != b->kind || a->type != b->type || a->arg_count != b->arg_count)
        return false;
    switch (a->kind) {
    case EXPR_CONST:
        return value_same(&a->value, &b->value);
    case EXPR_COLUMN:
        return a->column == b->column;
    case EXPR_SCALAR:
    case EXPR_SET:
        return a->subquery == b->subquery;
    case EXPR_CALL:
        break;
    }
    if (a->func != b->func || (a->func->flags & FUNC_VOLATILE))
        return false;
    for (uint32_t i = 0; i < a->arg_count; i++)
        if (!expr_same(a->args[i], b->args[i]))
            return false;
    return true;
}

static void a_copy_is_the_same_and_shares_nothing_that_changes(void **state)
{
    (void)state;
    struct bound bound;
    bind_predicate("T | where a + 1 > i and b in ('x', s) or d.k == 5", &bound);
    struct expr *copy = expr_copy(&bound.query.arena, bound.predicate);
    assert_true(expr_same(copy, bound.predicate));
    assert_ptr_not_equal(copy->args, bound.predicate->args);
    copy->args[1]->args[0]->args[1]->value = value_str(SLICE("other"));
    assert_false(expr_same(copy, bound.predicate));
    bound_release(&bound);
}

static bool count_node(struct expr *expr, void *user)
{
    (void)expr;
    return ++*(unsigned *)user < 4;
}

static void a_walk_goes_from_the_leaves_up_and_can_be_stopped(void **state)
{
    (void)state;
    struct bound bound;
    unsigned count = 0;
    bind_predicate("T | where a > 1", &bound);
    assert_true(expr_visit(bound.predicate, count_node, &count));
    assert_int_equal(count, 3);
    bound_release(&bound);
    count = 0;
    bind_predicate("T | where a + a > 1", &bound);
    assert_false(expr_visit(bound.predicate, count_node, &count));
    assert_int_equal(count, 4);
    bound_release(&bound);
}

static void a_search_weighs_more_than_a_comparison(void **state)
{
    (void)state;
    struct bound cheap, dear, list;
    bind_predicate("T | where a == 1", &cheap);
    bind_predicate("T | where b contains 'x'", &dear);
    bind_predicate("T | where a in (1, 2, 3, 4, 5, 6, 7, 8, 9)", &list);
    assert_true(expr_cost(cheap.predicate) < expr_cost(dear.predicate));
    assert_true(expr_cost(list.predicate) < expr_cost(dear.predicate));
    bound_release(&cheap);
    bound_release(&dear);
    bound_release(&list);
}

static void preparing_twice_is_once_and_can_be_undone(void **state)
{
    (void)state;
    struct bound bound;
    struct err err;
    bind_predicate("T | where b in ('x', 'y')", &bound);
    assert_null(bound.predicate->prepared);
    assert_int_equal(expr_prepare(bound.predicate, &bound.query.arena, &err), ERR_NONE);
    void *prepared = bound.predicate->prepared;
    assert_non_null(prepared);
    assert_int_equal(expr_prepare(bound.predicate, &bound.query.arena, &err), ERR_NONE);
    assert_ptr_equal(bound.predicate->prepared, prepared);
    assert_null(expr_copy(&bound.query.arena, bound.predicate)->prepared);
    expr_unprepare(bound.predicate);
    assert_null(bound.predicate->prepared);
    bound_release(&bound);
}

static void operators_are_known_by_name(void **state)
{
    (void)state;
    struct bound bound;
    bind_predicate("T | where not(a == 1)", &bound);
    assert_false(expr_is_operator(bound.predicate, "not"));
    assert_true(expr_is_operator(bound.predicate->args[0], "=="));
    assert_false(expr_is_operator(bound.predicate->args[0]->args[0], "=="));
    bound_release(&bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_the_same_and_shares_nothing_that_changes),
        cmocka_unit_test(a_walk_goes_from_the_leaves_up_and_can_be_stopped),
        cmocka_unit_test(a_search_weighs_more_than_a_comparison),
        cmocka_unit_test(preparing_twice_is_once_and_can_be_undone),
        cmocka_unit_test(operators_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
