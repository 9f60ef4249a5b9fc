/*
 * exec.c - runs a query's plan: see exec.h.
 *
 * A plan is a chain from its source up. The steps over a scan (where, extend, project, verify) run in workers, batch by
 * batch (exec_flow.h); everything from the first operator that needs more than one row (take, sort, summarize ...) runs
 * here, in the order of the input. Subqueries come first, each the same way, into sets (exec_sets.h).
 */
#include "kql/exec/exec.h"

#include "base/mem.h"
#include "kql/exec/exec_flow.h"
#include "kql/exec/exec_sets.h"
#include "kql/exec/op_source.h"
#include "kql/func/aggr.h"

struct exec {
    struct query *query;
    const struct exec_config *config;
    struct budget budget;
    struct budget_arena sets;
    struct eval eval;   /* of the ordered stage */
    uint64_t kept_rows; /* of the plan that is being run: left by its steps over the scan */
    bool interrupted;
};

/* One plan (the root or a subquery) that is being run. */
struct run {
    struct exec *exec;
    struct plan *root;
    struct scan_stats *stats;
    /* Rejects of the scan are reported once, however many plans read it; undecided rows are each plan's own. */
    bool undecided_only;
    struct op_env env;
    struct profile *profile;   /* NULL: not wanted */
    const struct plan **chain; /* [chain_count], from the source up */
    uint32_t chain_count;
    uint32_t step_count; /* chain[1 .. step_count] are steps over a scan */
    struct op *first;    /* of the ordered stage; the sink if it has no operators */
};

/* --- the sink of the root --- */

static enum err_code give_push(struct op *op, struct batch *batch, struct err *err)
{
    struct run *run = op->env->user;
    if (!batch_text(batch))
        TRY(batch_load_all(batch, err));
    if (batch->selection->count == 0)
        return ERR_NONE;
    return run->exec->config->result(run->exec->config->user, batch, err);
}

static enum err_code give_make_text(const struct op *op, struct batch *batch, size_t *ends, struct err *err)
{
    const struct run *run = op->env->user;
    const struct exec_config *config = run->exec->config;
    return config->make_text(config->user, batch, ends, err);
}

/* With one thread rows are written as they come: no need of a text that is copied. */
static enum err_code give_prepare(const struct op *op, struct eval *eval, struct batch *batch, struct err *err)
{
    (void)eval;
    return op->env->threads > 1 ? give_make_text(op, batch, NULL, err) : ERR_NONE;
}

static const struct op_type GIVE_SINK = {.name = "result", .push = give_push};
static const struct op_type GIVE_TEXT_SINK = {
    .name = "result", .push = give_push, .prepare = give_prepare, .make_text = give_make_text};

/* --- rejects --- */

static enum err_code run_reject(void *user, const struct reject *reject, struct err *err)
{
    const struct run *run = user;
    const struct exec_config *config = run->exec->config;
    if (!config->reject || (run->undecided_only && reject->kind != REJECT_UNDECIDED))
        return ERR_NONE;
    return config->reject(config->user, reject, err);
}

/* --- the chain --- */

static enum err_code chain_list(struct run *run, struct err *err)
{
    for (const struct plan *plan = run->root; plan; plan = plan->input)
        run->chain_count++;
    run->chain = mem_zalloc(run->chain_count, sizeof *run->chain);
    if (!run->chain)
        return err_no_memory(err, run->chain_count * sizeof *run->chain);
    uint32_t at = run->chain_count;
    for (const struct plan *plan = run->root; plan; plan = plan->input)
        run->chain[--at] = plan;
    if (run->chain[0]->kind != PLAN_SCAN)
        return ERR_NONE;
    while (run->step_count + 1 < run->chain_count && plan_is_step(run->chain[run->step_count + 1]->kind))
        run->step_count++;
    return ERR_NONE;
}

/* Opens the operators of the ordered stage, from the last to the first. */
static enum err_code chain_open(struct run *run, struct op *sink, struct err *err)
{
    run->first = sink;
    for (uint32_t at = run->chain_count; at > run->step_count + 1; at--)
        TRY(op_open(run->chain[at - 1], at - 1, &run->env, run->first, &run->first, err));
    return ERR_NONE;
}

static void run_close(struct run *run)
{
    op_close(run->first);
    mem_free(run->chain);
}

/* --- which columns workers decode --- */

static void expr_want(const struct expr *expr, bool *wanted)
{
    if (expr->kind == EXPR_COLUMN)
        wanted[expr->column] = true;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        expr_want(expr->args[i], wanted);
}

/*
 * What the first operator of the ordered stage asks of each row. All that it keeps is asked, but where it keeps few:
 * take, and top beyond its key.
 */
static void plan_want(const struct plan *plan, const struct schema *schema, bool *wanted)
{
    bool all = !plan || plan->kind == PLAN_SORT || plan->kind == PLAN_DISTINCT;
    for (uint32_t i = 0; all && i < schema->count; i++)
        wanted[i] = true;
    for (uint32_t k = 0; plan && k < plan->key_count; k++)
        expr_want(plan->keys[k].expr, wanted);
    for (uint32_t g = 0; plan && g < plan->group_count; g++)
        expr_want(plan->groups[g], wanted);
    for (uint32_t a = 0; plan && a < plan->aggr_count; a++) {
        for (uint32_t i = 0; i < plan->aggrs[a].arg_count; i++)
            expr_want(plan->aggrs[a].args[i], wanted);
    }
}

/* --- running a scan --- */

/* The rows go on, if their input was not found broken before them. */
static enum err_code item_push(struct run *run, const struct flow_item *item, struct err *err)
{
    if (item->eval)
        *item->eval = run->env.eval;
    run->exec->kept_rows += item->batch->selection->count;
    return op_push(run->first, item->batch, err);
}

/* The ordered stage's work on one block. Takes the item over. */
static enum err_code item_consume(struct run *run, struct scan *scan, struct flow_item *item, struct err *err)
{
    enum err_code code = ERR_NONE;
    if (item->detached) {
        if (scan_account_counts(item->input, &item->counts, run->stats))
            code = item_push(run, item, err);
    } else if (scan_admit(item->root)) {
        code = item_push(run, item, err);
        if (code == ERR_NONE)
            code = scan_account(scan, item->root, run->stats, run_reject, run, err);
    }
    batch_free(item->root);
    return code;
}

static enum err_code flow_consume(struct run *run, struct scan *scan, struct flow *flow, struct err *err)
{
    const struct exec_config *config = run->exec->config;
    while (!op_is_done(run->first)) {
        struct flow_item item;
        TRY(flow_next(flow, &item, err));
        if (!item.any) {
            run->exec->interrupted |= flow_was_interrupted(flow);
            break;
        }
        if (item.root)
            TRY(item_consume(run, scan, &item, err));
        if (config->progress)
            config->progress(config->user, scan, run->stats, run->exec->kept_rows);
    }
    return ERR_NONE;
}

static enum err_code scan_flow(struct run *run, struct scan *scan, struct err *err)
{
    const struct exec_config *config = run->exec->config;
    const struct plan *top_step = run->chain[run->step_count];
    const struct plan *next = run->step_count + 1 < run->chain_count ? run->chain[run->step_count + 1] : NULL;
    bool *wanted = mem_zalloc(top_step->schema->count, sizeof *wanted);
    if (!wanted)
        return err_no_memory(err, top_step->schema->count);
    plan_want(next, top_step->schema, wanted);
    const struct flow_config flow_config = {
        .scan = scan,
        .query = run->exec->query,
        .steps = run->chain + 1,
        .step_count = run->step_count,
        .wanted = wanted,
        .first = run->first,
        .threads = config->threads,
        .counts = run->stats,
        .profile = run->profile,
        .interrupted = config->interrupted,
        .user = config->user,
    };
    struct flow *flow = NULL;
    enum err_code code = flow_open(&flow_config, &flow, err);
    if (code == ERR_NONE)
        code = flow_consume(run, scan, flow, err);
    flow_close(flow);
    mem_free(wanted);
    return code;
}

static enum err_code scan_run(struct run *run, struct err *err)
{
    const struct exec_config *config = run->exec->config;
    if (op_is_done(run->first))
        return ERR_NONE;
    if (!config->open_scan)
        return err_query(err, ERR_QUERY, run->chain[0]->span, "the query reads a table, but there is no input");
    struct scan *scan;
    TRY(config->open_scan(config->user, &scan, err));
    enum err_code code;
    if (scan_schema(scan)->count != run->chain[0]->schema->count) {
        code = err_set(err, ERR_INPUT, "the input's columns have changed since the query was read");
    } else {
        struct few_columns columns;
        if (!plan_reads_whole(run->root, &columns) || !scan_set_whole(scan, &columns))
            scan_set_first_column(scan, plan_first_column(run->root));
        scan_set_filter(scan, run->chain[0]->filter);
        code = scan_flow(run, scan, err);
    }
    scan_inputs(scan, run->stats);
    scan_close(scan);
    return code;
}

/* --- running a plan --- */

static enum err_code run_source(struct run *run, struct err *err)
{
    const struct exec_config *config = run->exec->config;
    if (run->chain[0]->kind == PLAN_SCAN)
        return scan_run(run, err);
    bool interrupted = false;
    enum err_code code =
        source_push(run->chain[0], run->first, &run->env, config->interrupted, config->user, &interrupted, err);
    run->exec->interrupted |= interrupted;
    return code;
}

static enum err_code run_plan(struct run *run, struct op *sink, struct err *err)
{
    struct exec *exec = run->exec;
    exec->kept_rows = 0;
    sink->stage = STAGE_RESULT;
    TRY(profile_begin(exec->config->profiles, run->root, exec->config->threads, &run->profile, err));
    run->env = (struct op_env){.query = exec->query,
                               .budget = &exec->budget,
                               .eval = &exec->eval,
                               .work = profile_work(run->profile, 0),
                               .profile = run->profile,
                               .threads = exec->config->threads,
                               .beside_text = exec->config->beside_text,
                               .stats = run->stats,
                               .reject = run_reject,
                               .user = run};
    TRY(chain_list(run, err));
    TRY(chain_open(run, sink, err));
    uint64_t bytes = budget_spilled_bytes(&exec->budget), pieces = exec->budget.piece_count;
    TRY(run_source(run, err));
    enum err_code code = op_finish(run->first, err);
    work_enter(run->env.work, STAGE_REST);
    if (run->profile) {
        run->profile->spilled_bytes = budget_spilled_bytes(&exec->budget) - bytes;
        run->profile->spilled_pieces = exec->budget.piece_count - pieces;
    }
    return code;
}

static bool plan_scans(const struct plan *plan)
{
    while (plan->input)
        plan = plan->input;
    return plan->kind == PLAN_SCAN;
}

static enum err_code run_subquery(struct exec *exec, uint32_t number, struct scan_stats *stats, struct err *err)
{
    struct run run = {.exec = exec,
                      .root = exec->query->subqueries[number],
                      .stats = stats,
                      .undecided_only = plan_scans(exec->query->root)};
    struct set_sink sink;
    if (exec->query->subquery_is_scalar && exec->query->subquery_is_scalar[number])
        scalar_sink_init(&sink, &run.env, &exec->sets, number);
    else
        set_sink_init(&sink, &run.env, &exec->sets, number);
    enum err_code code = run_plan(&run, &sink.op, err);
    if (code == ERR_NONE)
        code = set_sink_finish(&sink, err);
    run_close(&run);
    return code;
}

/* Where the root reads no input, the counts are those of the last subquery that does. */
static enum err_code run_subqueries(struct exec *exec, struct scan_stats *stats, struct err *err)
{
    struct query *query = exec->query;
    if (query->subquery_count == 0)
        return ERR_NONE;
    budget_enter(&exec->sets);
    TRY(budget_leave(&exec->sets, sets_init(query, &exec->sets, err), "a subquery", err));
    for (uint32_t i = 0; i < query->subquery_count && !exec->interrupted; i++) {
        struct scan_stats own = {0};
        TRY(run_subquery(exec, i, &own, err));
        stats->rejected[REJECT_UNDECIDED] += own.rejected[REJECT_UNDECIDED];
        own.rejected[REJECT_UNDECIDED] = stats->rejected[REJECT_UNDECIDED];
        if (!plan_scans(query->root) && plan_scans(query->subqueries[i])) {
            own.cells = stats->cells;
            *stats = own;
        }
    }
    return ERR_NONE;
}

static enum err_code run_root(struct exec *exec, struct scan_stats *stats, struct err *err)
{
    struct run run = {.exec = exec, .root = exec->query->root, .stats = stats};
    struct op sink = {.type = exec->config->make_text ? &GIVE_TEXT_SINK : &GIVE_SINK, .env = &run.env};
    enum err_code code = run_plan(&run, &sink, err);
    run_close(&run);
    return code;
}

static void sets_forget(struct query *query)
{
    query->sets = NULL;
    query->set_counts = NULL;
    query->set_indexes = NULL;
    query->set_indexes_nocase = NULL;
    query->scalars = NULL;
    query->scalar_indexes = NULL;
}

enum err_code exec_run(struct query *query, const struct exec_config *config, struct scan_stats *stats, struct err *err)
{
    struct exec exec = {.query = query,
                        .config = config,
                        .budget = {.max_bytes = query->memory_max, .folder = query->temporary_folder}};
    budget_arena_init(&exec.sets, &exec.budget);
    eval_init(&exec.eval, query);
    enum err_code code = run_subqueries(&exec, stats, err);
    if (code == ERR_NONE && !exec.interrupted)
        code = run_root(&exec, stats, err);
    eval_release(&exec.eval);
    budget_arena_release(&exec.sets);
    budget_release(&exec.budget);
    sets_forget(query);
    if (code == ERR_NONE && exec.interrupted)
        code = err_set(err, ERR_INTERRUPTED, "interrupted");
    return code;
}
