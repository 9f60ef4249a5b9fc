/*
 * plan.c - what all that handle plans share: walking their expressions, freeing a query, the first column it asks for.
 */
#include "kql/plan.h"

#include "kql/func/aggr.h"
#include "kql/func/func.h"

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

/* Columns of the scan that something over it asks for. */
struct asked {
    const struct schema *schema;
    struct few_columns *columns;
    bool too_many;
};

static void asked_add(struct asked *asked, uint32_t column)
{
    struct few_columns *columns = asked->columns;
    bool known = asked->schema->columns[column].origin == COLUMN_PROVENANCE;
    for (uint32_t i = 0; i < columns->count; i++)
        known |= columns->column[i] == column;
    if (known || asked->too_many)
        return;
    asked->too_many = columns->count == FEW_COLUMNS_MAX;
    if (!asked->too_many)
        columns->column[columns->count++] = column;
}

/* Those of an expression over the plan, which is the scan, or derives columns from it. */
static void asked_add_expr(struct asked *asked, const struct plan *plan, const struct expr *expr)
{
    for (uint32_t i = 0; i < expr->arg_count && !asked->too_many; i++)
        asked_add_expr(asked, plan, expr->args[i]);
    if (expr->kind != EXPR_COLUMN)
        return;
    if (plan->kind == PLAN_DERIVE)
        asked_add_expr(asked, plan->input, plan->exprs[expr->column]);
    else
        asked_add(asked, expr->column);
}

static void asked_add_breaker(struct asked *asked, const struct plan *breaker)
{
    const struct plan *input = breaker->input;
    for (uint32_t i = 0; i < breaker->group_count; i++)
        asked_add_expr(asked, input, breaker->groups[i]);
    for (uint32_t a = 0; a < breaker->aggr_count; a++) {
        for (uint32_t i = 0; i < breaker->aggrs[a].arg_count; i++)
            asked_add_expr(asked, input, breaker->aggrs[a].args[i]);
    }
    for (uint32_t i = 0; breaker->kind == PLAN_DISTINCT && i < input->schema->count && !asked->too_many; i++) {
        if (input->kind == PLAN_DERIVE)
            asked_add_expr(asked, input->input, input->exprs[i]);
        else
            asked_add(asked, i);
    }
}

bool plan_reads_whole(const struct plan *root, struct few_columns *out_columns)
{
    const struct plan *breaker = root, *at = root;
    for (; at && at->kind != PLAN_VERIFY; at = at->input) {
        if (at->kind != PLAN_DERIVE)
            breaker = at;
    }
    if (!at || at->input->kind != PLAN_SCAN)
        return false;
    bool asks = breaker->kind == PLAN_SUMMARIZE || breaker->kind == PLAN_COUNT || breaker->kind == PLAN_DISTINCT;
    if (!asks)
        return false;
    struct asked asked = {.schema = at->input->schema, .columns = out_columns};
    *out_columns = (struct few_columns){.count = 0};
    asked_add_breaker(&asked, breaker);
    return !asked.too_many;
}
