/*
 * opt_where.c - predicates: conjunctions are taken apart, each part moves as far towards the scan as it means the same,
 * and parts that meet are put in the order in which they cost least.
 *
 * Moving and reordering are safe: a row is kept if every part is true, no part has an effect, and null is not true.
 *
 * A part over a column that an extend works out stays above it, but for one that turns nearly all rows away: that is worked out
 * twice, for all rows below the extend and once more for the few that it leaves, so that it can stand before dearer parts.
 */
#include "kql/optimize/opt_int.h"

#include "kql/func/func.h"

#include <assert.h>
#include <string.h>

/* --- how many rows a predicate leaves, by its kind --- */

struct guess {
    const char *name;
    double kept;
};

/* Guesses, for the order alone: being wrong costs time, never a row. */
static const struct guess GUESSES[] = {
    {"==", 0.1},
    {"!=", 0.9},
    {"=~", 0.1},
    {"!~", 0.9},
    {"in", 0.2},
    {"!in", 0.8},
    {"in~", 0.2},
    {"!in~", 0.8},
    {"<", 0.4},
    {"<=", 0.4},
    {">", 0.4},
    {">=", 0.4},
    {"between", 0.25},
    {"!between", 0.75},
    {"has_any", 0.1},
    {"has_all", 0.05},
    {"contains", 0.1},
    {"contains_cs", 0.1},
    {"has", 0.1},
    {"has_cs", 0.1},
    {"startswith", 0.1},
    {"endswith", 0.05},
    {"hasprefix", 0.1},
    {"hassuffix", 0.1},
    {"matches regex", 0.1},
    {"ends with one of", 0.01},
};

bool opt_asks_for_suffix(const struct expr *expr)
{
    static const char *const NAMES[] = {"ddns_suffix", "ddns_provider", "ddns_category", "ddns_kind"};
    if (expr->kind != EXPR_CALL || strcmp(expr->func->name, "isnotempty") != 0 || expr->args[0]->kind != EXPR_CALL)
        return false;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(expr->args[0]->func->name, NAMES[i]) == 0)
            return true;
    return false;
}

static double kept_share(const struct expr *expr)
{
    if (expr->kind != EXPR_CALL)
        return 0.5;
    if (opt_asks_for_suffix(expr))
        return 0.01; /* hosts under a known suffix are rare in any telemetry */
    bool any = expr_is_operator(expr, "or");
    if (any || expr_is_operator(expr, "and")) {
        double share = 1;
        for (uint32_t i = 0; i < expr->arg_count; i++)
            share *= any ? 1 - kept_share(expr->args[i]) : kept_share(expr->args[i]);
        return any ? 1 - share : share;
    }
    if (strcmp(expr->func->name, "not") == 0)
        return 1 - kept_share(expr->args[0]);
    const char *name = expr->func->name;
    for (size_t i = 0; i < sizeof GUESSES / sizeof GUESSES[0]; i++)
        if (strcmp(GUESSES[i].name, name) == 0)
            return GUESSES[i].kept;
    if (name[0] == '!') /* the opposite of a text operator */
        for (size_t i = 0; i < sizeof GUESSES / sizeof GUESSES[0]; i++)
            if (strcmp(GUESSES[i].name, name + 1) == 0)
                return 1 - GUESSES[i].kept;
    return 0.5;
}

/*
 * What a source does to find one more cell in the row's text, in comparisons: measured on JSON lines. Too small, and a cheap
 * test that keeps most rows goes before one that keeps hardly any.
 */
enum { FIND_COST = 40 };

/* Cost of turning one row away: the classic order of independent predicates is by it. */
static double rank(const struct expr *expr)
{
    double turned_away = 1 - kept_share(expr);
    return (FIND_COST + expr_cost(expr)) / (turned_away > 0.001 ? turned_away : 0.001);
}

/* --- moving --- */

struct column_use {
    const struct plan *below;
    bool passed_on; /* so far, every column is */
};

static bool check_column(struct expr *expr, void *user)
{
    struct column_use *use = user;
    if (expr->kind == EXPR_COLUMN && use->below->exprs[expr->column]->kind != EXPR_COLUMN)
        use->passed_on = false;
    return use->passed_on;
}

static bool only_passed_on(struct expr *predicate, const struct plan *derive)
{
    struct column_use use = {derive, true};
    expr_visit(predicate, check_column, &use);
    return use.passed_on;
}

static bool check_compared(struct expr *expr, void *user)
{
    struct column_use *use = user;
    if (expr->kind == EXPR_COLUMN && use->below->schema->columns[expr->column].origin == COLUMN_PROVENANCE)
        use->passed_on = false;
    return use->passed_on;
}

/* Is the answer the same for all rows that the distinct makes one? */
static bool only_compared(struct expr *predicate, const struct plan *distinct)
{
    struct column_use use = {distinct, true};
    if (distinct->of_rows)
        expr_visit(predicate, check_compared, &use);
    return use.passed_on;
}

static bool map_column(struct expr *expr, void *user)
{
    const struct plan *derive = user;
    if (expr->kind == EXPR_COLUMN)
        expr->column = derive->exprs[expr->column]->column;
    return true;
}

/* A predicate over computed columns is worth working out twice if it turns nearly all rows away and costs little. */
#define SELECTIVE_SHARE 0.05
enum { SELECTIVE_COST = 60 };

static bool takes_column(struct expr *expr, void *user)
{
    bool *takes = user;
    *takes |= expr->kind == EXPR_COLUMN;
    return !*takes;
}

/* What it would cost with its columns worked out; any number beyond SELECTIVE_COST if it is more. */
static unsigned inlined_cost(const struct expr *expr, const struct plan *derive)
{
    if (expr->kind == EXPR_COLUMN)
        return expr_cost(derive->exprs[expr->column]);
    unsigned cost = expr->kind == EXPR_CALL ? expr->func->cost : 0;
    for (uint32_t i = 0; i < expr->arg_count && cost <= SELECTIVE_COST; i++)
        cost += inlined_cost(expr->args[i], derive);
    return cost;
}

/* The predicate with what its columns are worked out from in their place, or NULL (no memory). */
static struct expr *inlined(struct arena *arena, const struct expr *predicate, const struct plan *derive)
{
    if (predicate->kind == EXPR_COLUMN)
        return expr_copy(arena, derive->exprs[predicate->column]);
    struct expr *copy = expr_copy(arena, predicate);
    for (uint32_t i = 0; copy && i < copy->arg_count; i++) {
        copy->args[i] = inlined(arena, predicate->args[i], derive);
        if (!copy->args[i])
            return NULL;
    }
    return copy;
}

/* The predicate as it is below the derive, if it is worth having it there; NULL: it stays above. */
static struct expr *selective_below(struct arena *arena, const struct expr *predicate, const struct plan *derive)
{
    bool takes = false;
    if (derive->kind != PLAN_DERIVE || inlined_cost(predicate, derive) > SELECTIVE_COST)
        return NULL;
    struct expr *below = inlined(arena, predicate, derive);
    if (!below || kept_share(below) > SELECTIVE_SHARE)
        return NULL;
    expr_visit(below, takes_column, &takes);
    return takes ? below : NULL;
}

/*
 * Where a predicate over *link comes to stand: as low as it means the same. Maps its columns on the way. *out_run is the
 * upper end of the predicates that stand at that place already.
 */
static struct plan **move_down(struct arena *arena, struct plan **link, struct expr **predicate, struct plan ***out_run)
{
    *out_run = link;
    for (;; link = &(*link)->input) {
        struct plan *below = *link;
        assert(below); /* every chain ends in a source */
        if (below->kind == PLAN_WHERE)
            continue;
        struct expr *instead = NULL;
        if (below->kind == PLAN_DERIVE && only_passed_on(*predicate, below))
            expr_visit(*predicate, map_column, below);
        else if ((instead = selective_below(arena, *predicate, below)))
            *predicate = instead;
        else if (below->kind != PLAN_SORT && !(below->kind == PLAN_DISTINCT && only_compared(*predicate, below)))
            return link;
        *out_run = &below->input;
    }
}

/* In a run of predicates the cheap ones stand below; of equals, the one written first. */
static struct plan **among(struct plan **run, struct plan *const *end, double wanted)
{
    while (run != end && rank((*run)->exprs[0]) > wanted)
        run = &(*run)->input;
    return run;
}

static enum err_code place(struct query *query, struct plan **root, const struct plan *where, struct expr *predicate,
                           struct err *err)
{
    struct plan **run = NULL, **lowest = move_down(&query->arena, root, &predicate, &run);
    struct plan **link = among(run, lowest, rank(predicate));
    struct plan *node = arena_zalloc(&query->arena, 1, sizeof *node);
    struct expr **exprs = arena_array(&query->arena, 1, sizeof(struct expr *));
    if (!node || !exprs)
        return err_no_memory(err, sizeof *node);
    exprs[0] = predicate;
    *node = (struct plan){
        .kind = PLAN_WHERE, .input = *link, .schema = (*lowest)->schema, .span = where->span, .exprs = exprs};
    *link = node;
    return ERR_NONE;
}

/* *parts_left: into how many parts predicates may still be taken apart; one of more stays whole. */
static enum err_code place_parts(struct query *query, struct plan **root, const struct plan *where,
                                 struct expr *predicate, uint32_t *parts_left, struct err *err)
{
    if (predicate->kind == EXPR_CONST && !predicate->value.is_null && predicate->value.i64 != 0)
        return ERR_NONE; /* true of every row */
    if (!expr_is_operator(predicate, "and") || predicate->arg_count > *parts_left)
        return place(query, root, where, predicate, err);
    *parts_left -= predicate->arg_count;
    for (uint32_t i = 0; i < predicate->arg_count; i++)
        TRY(place_parts(query, root, where, predicate->args[i], parts_left, err));
    return ERR_NONE;
}

/*
 * Each part becomes an operator, which has to find its place among those before it, and walks over a plan recurse: no more of
 * them than the binder lets a query have operators.
 */
enum { PARTS_MAX = 1000 };

/* Builds the chain anew from the source up, each predicate going to its place in what is built so far. */
enum err_code opt_where(struct query *query, struct plan **root, struct err *err)
{
    struct plan **chain = NULL, *built = NULL;
    uint32_t length = 0;
    uint32_t parts_left = PARTS_MAX;
    TRY(opt_chain(query, *root, &chain, &length, err));
    for (uint32_t i = 0; i < length; i++) {
        if (chain[i]->kind == PLAN_WHERE) {
            TRY(place_parts(query, &built, chain[i], chain[i]->exprs[0], &parts_left, err));
        } else {
            chain[i]->input = built;
            built = chain[i];
        }
    }
    *root = built;
    return ERR_NONE;
}
