/*
 * plan.c - what all that handle plans share: walking their expressions, freeing a query, the first column it asks for.
 */
#include "kql/plan.h"

#include "kql/func.h"

bool plan_visit(struct plan *root, bool (*visit)(struct expr **expr, void *user), void *user)
{
    for (struct plan *plan = root; plan; plan = plan->input) {
        uint32_t exprs = plan->kind == PLAN_WHERE   ? 1
                         : plan->kind == PLAN_RANGE ? 3
                         : plan->exprs              ? plan->schema->count
                                                    : 0;
        for (uint32_t i = 0; i < exprs; i++)
            if (!visit(&plan->exprs[i], user))
                return false;
        for (uint32_t i = 0; i < plan->key_count; i++)
            if (!visit(&plan->keys[i].expr, user))
                return false;
        for (uint32_t i = 0; i < plan->group_count; i++)
            if (!visit(&plan->groups[i], user))
                return false;
        for (uint32_t i = 0; i < plan->aggr_count; i++)
            for (uint32_t k = 0; k < plan->aggrs[i].arg_count; k++)
                if (!visit(&plan->aggrs[i].args[k], user))
                    return false;
    }
    return true;
}

bool query_visit(struct query *query, bool (*visit)(struct expr **expr, void *user), void *user)
{
    for (uint32_t i = 0; i < query->subquery_count; i++)
        if (!plan_visit(query->subqueries[i], visit, user))
            return false;
    return !query->root || plan_visit(query->root, visit, user);
}

static bool unprepare(struct expr **expr, void *user)
{
    (void)user;
    expr_unprepare(*expr);
    return true;
}

void query_release(struct query *query)
{
    if (!query)
        return;
    query_visit(query, unprepare, NULL);
    arena_release(&query->arena);
    *query = (struct query){0};
    arena_init(&query->arena, 0);
}

/* The first column that an evaluation loads: arguments go from left to right. */
static uint32_t first_column(const struct expr *expr)
{
    if (expr->kind == EXPR_COLUMN)
        return expr->column;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        uint32_t column = first_column(expr->args[i]);
        if (column != COLUMN_NONE)
            return column;
    }
    return COLUMN_NONE;
}

uint32_t plan_first_column(const struct plan *root)
{
    const struct plan *lowest = NULL, *at = root;
    for (; at && at->kind != PLAN_SCAN; at = at->input) {
        if (at->kind == PLAN_WHERE)
            lowest = at;
        else if (at->kind != PLAN_DERIVE && at->kind != PLAN_VERIFY)
            lowest = NULL; /* not over the scan itself */
    }
    if (!at || !lowest)
        return COLUMN_NONE;
    uint32_t column = first_column(lowest->exprs[0]);
    for (const struct plan *below = lowest->input; column != COLUMN_NONE && below->kind != PLAN_SCAN;
         below = below->input)
        if (below->kind == PLAN_DERIVE)
            column = first_column(below->exprs[column]);
    return column;
}

/* --- the columns that each row is asked for --- */

/* Where more are wanted, reading where all values stand costs less than looking for each. */
enum { FEW_COLUMNS = 4 };

struct few_columns {
    const struct plan *scan;
    uint32_t columns[FEW_COLUMNS], count;
    bool too_many;
};

/* Those of an expression over the scan. */
static void columns_add(struct few_columns *few, const struct expr *expr)
{
    for (uint32_t i = 0; i < expr->arg_count; i++)
        columns_add(few, expr->args[i]);
    if (expr->kind != EXPR_COLUMN || few->too_many)
        return;
    bool known = few->scan->schema->columns[expr->column].origin == COLUMN_PROVENANCE;
    for (uint32_t i = 0; i < few->count; i++)
        known |= few->columns[i] == expr->column;
    if (known)
        return;
    few->too_many = few->count == FEW_COLUMNS;
    if (!few->too_many)
        few->columns[few->count++] = expr->column;
}

bool plan_reads_whole(const struct plan *root, uint32_t out_columns[2])
{
    const struct plan *breaker = root, *at = root;
    for (; at && at->kind != PLAN_VERIFY; at = at->input)
        breaker = at;
    if (!at || at->input->kind != PLAN_SCAN || (breaker->kind != PLAN_SUMMARIZE && breaker->kind != PLAN_COUNT))
        return false;
    struct few_columns few = {.scan = at->input};
    for (uint32_t i = 0; i < breaker->group_count; i++)
        columns_add(&few, breaker->groups[i]);
    for (uint32_t a = 0; a < breaker->aggr_count; a++) {
        for (uint32_t i = 0; i < breaker->aggrs[a].arg_count; i++)
            columns_add(&few, breaker->aggrs[a].args[i]);
    }
    for (uint32_t i = 0; i < 2; i++)
        out_columns[i] = i < few.count ? few.columns[i] : COLUMN_NONE;
    return !few.too_many;
}
