/*
 * opt.c - makes a bound query quick without changing its answer. See plan.h for what is done.
 *
 * A plan that has been through here keeps the order of rows that it had: sorting is stable, and predicates and columns
 * move past operators that do not care.
 */
#include "kql/optimize/opt_int.h"

#include "kql/func/func.h"

enum err_code opt_chain(struct query *query, struct plan *root, struct plan ***out_chain, uint32_t *out_length,
                        struct err *err)
{
    uint32_t length = 0;
    for (struct plan *plan = root; plan; plan = plan->input)
        length++;
    struct plan **chain = arena_array(&query->arena, length, sizeof(struct plan *));
    if (!chain)
        return err_no_memory(err, length * sizeof(struct plan *));
    uint32_t at = length;
    for (struct plan *plan = root; plan; plan = plan->input)
        chain[--at] = plan;
    *out_chain = chain;
    *out_length = length;
    return ERR_NONE;
}

/* --- take --- */

/* sort by k | take n is top n by k; a take of a take is the smaller one. Derives in between do not mind. */
static void merge_take(struct plan **link)
{
    struct plan *take = *link, **at = &take->input;
    while ((*at)->kind == PLAN_DERIVE)
        at = &(*at)->input;
    struct plan *below = *at;
    bool limits = below->kind == PLAN_TAKE || below->kind == PLAN_TOP;
    bool sorts = below->kind == PLAN_SORT && below->key_count == 1;
    if (!limits && !sorts)
        return;
    if (sorts) {
        below->kind = PLAN_TOP;
        below->limit = take->limit;
    } else if (take->limit < below->limit) {
        below->limit = take->limit;
    }
    *link = take->input;
}

static void merge_takes(struct plan **root)
{
    for (struct plan **link = root; *link;) {
        struct plan *plan = *link;
        if (plan->kind == PLAN_TAKE)
            merge_take(link);
        if (*link == plan)
            link = &plan->input;
    }
}

/* --- verify --- */

/*
 * Over a scan stands a prefix of predicates and derives. Rows are checked whole above its last predicate: below
 * anything that counts, keeps or shows them.
 */
static enum err_code place_verify(struct query *query, struct plan **root, struct err *err)
{
    struct plan **place = NULL, **link = root;
    for (; *link && (*link)->kind != PLAN_SCAN; link = &(*link)->input) {
        if ((*link)->kind == PLAN_WHERE)
            place = place ? place : link;
        else if ((*link)->kind != PLAN_DERIVE)
            place = NULL;
    }
    if (!*link)
        return ERR_NONE;
    if (!place)
        place = link;
    struct plan *verify = arena_zalloc(&query->arena, 1, sizeof *verify);
    if (!verify)
        return err_no_memory(err, sizeof *verify);
    *verify = (struct plan){.kind = PLAN_VERIFY, .input = *place, .schema = (*place)->schema, .span = (*place)->span};
    *place = verify;
    return ERR_NONE;
}

static enum err_code optimize(struct query *query, struct plan **root, struct err *err)
{
    if (!query->slow) {
        TRY(opt_rewrite(query, *root, err));
        TRY(opt_where(query, root, err));
        merge_takes(root);
    }
    TRY(place_verify(query, root, err));
    TRY(opt_literals(query, *root, err));
    return opt_passed(query, *root, err);
}

/* --- preparing --- */

struct preparation {
    struct query *query;
    struct err *err;
    enum err_code code;
};

static bool prepare(struct expr **expr, void *user)
{
    struct preparation *preparation = user;
    preparation->code = expr_prepare(*expr, &preparation->query->arena, preparation->err);
    return preparation->code == ERR_NONE;
}

enum err_code kql_optimize(struct query *query, struct err *err)
{
    for (uint32_t i = 0; i < query->subquery_count; i++)
        TRY(optimize(query, &query->subqueries[i], err));
    TRY(optimize(query, &query->root, err));
    struct preparation preparation = {query, err, ERR_NONE};
    query_visit(query, prepare, &preparation);
    return preparation.code;
}
