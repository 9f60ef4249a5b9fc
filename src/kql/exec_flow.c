/*
 * exec_flow.c - batches of a scan, prepared by workers and handed out in order: see exec_flow.h.
 *
 * Two locks. `taking` is held while a block is asked for, so that blocks are numbered in the order in which they are
 * read; `state` guards the ring of slots and the counters. `taking` comes first where both are held.
 */
#include "kql/exec_flow.h"

#include "base/mem.h"
#include "kql/op.h"

#include <pthread.h>

/* What became of one block. */
struct slot {
    bool ready;
    enum err_code code;
    struct err err;
    struct flow_item item;
};

struct worker {
    struct flow *flow;
    struct eval eval;
    struct work *work; /* its clock, or NULL */
    pthread_t thread;
};

struct flow {
    struct flow_config config;
    struct worker *workers; /* [worker_count]; the consumer's own is workers[0], if it works too */
    unsigned worker_count, started;
    bool consumer_works;

    pthread_mutex_t taking;
    pthread_mutex_t state;
    pthread_cond_t room;  /* a slot was emptied, or the flow stops */
    pthread_cond_t ready; /* a slot was filled, or the last block is known: for the consumer */
    struct slot *slots;   /* block number n is in slots[n % slot_count] */
    uint32_t slot_count;
    uint64_t taken, given; /* blocks taken from the scan, items handed out */
    bool at_end;           /* no block after number taken - 1 */
    bool stopped;
    bool interrupted;
};

/* --- one block --- */

static enum err_code wanted_load(const struct flow_config *config, struct batch *batch, struct err *err)
{
    const struct column *column;
    if (!config->wanted || batch->selection->count == 0)
        return ERR_NONE;
    for (uint32_t i = 0; i < batch->schema->count; i++) {
        if (config->wanted[i])
            TRY(batch_load(batch, i, batch->selection, &column, err));
    }
    batch_drop_rejected(batch);
    return ERR_NONE;
}

static enum err_code steps_apply(struct worker *worker, struct flow_item *item, struct err *err)
{
    const struct flow_config *config = &worker->flow->config;
    item->eval = arena_zalloc(item->root->arena, 1, sizeof *item->eval);
    if (!item->eval)
        return err_no_memory(err, sizeof *item->eval);
    *item->eval = &worker->eval;
    for (uint32_t i = 0; i < config->step_count; i++) {
        uint32_t stage = STAGE_OPERATORS + i + 1;
        work_enter(worker->work, stage);
        work_count(worker->work, stage, item->batch->selection->count, 0);
        TRY(op_step(config->steps[i], item->eval, item->batch, &item->batch, err));
    }
    work_enter(worker->work, STAGE_COLUMNS);
    return wanted_load(config, item->batch, err);
}

/* Takes the block over. On failure nothing is left. */
static enum err_code block_process(struct worker *worker, struct block *block, struct flow_item *out_item,
                                   struct err *err)
{
    struct flow_item item = {0};
    work_enter(worker->work, STAGE_SPLIT);
    TRY(block_split(block, &item.root, err));
    work_count(worker->work, STAGE_SPLIT, 1, item.root->row_count);
    item.batch = item.root;
    enum err_code code = steps_apply(worker, &item, err);
    if (code != ERR_NONE) {
        batch_free(item.root);
        return code;
    }
    *out_item = item;
    return ERR_NONE;
}

/* --- taking and filling, by workers --- */

/*
 * Takes the turn at the input: `taking` is then held, and a slot is free. False where no more blocks are wanted, or
 * (may_wait is false) no slot is free. `taking` is not held while it waits for a slot: the consumer, who empties them,
 * may want it for itself.
 */
static bool turn_take(struct flow *flow, bool may_wait)
{
    for (;;) {
        pthread_mutex_lock(&flow->taking);
        pthread_mutex_lock(&flow->state);
        bool ends = flow->stopped || flow->at_end;
        bool room = flow->taken - flow->given < flow->slot_count;
        if (room && !ends) {
            pthread_mutex_unlock(&flow->state);
            return true;
        }
        pthread_mutex_unlock(&flow->taking);
        if (!ends && may_wait)
            pthread_cond_wait(&flow->room, &flow->state);
        pthread_mutex_unlock(&flow->state);
        if (ends || !may_wait)
            return false;
    }
}

/*
 * `taking` is held. A failure takes a number like a block, so that it is reported in order.
 * The first block is asked for in any case: an interrupt that came while the input was opened leaves in it what had
 * been read until then.
 */
static enum err_code block_take(struct flow *flow, struct block **out_block, uint64_t *out_number, bool *out_any,
                                struct err *err)
{
    struct block *block = NULL;
    bool asks = flow->config.interrupted && flow->taken > 0;
    bool interrupted = asks && flow->config.interrupted(flow->config.user);
    enum err_code code = interrupted ? ERR_NONE : scan_next(flow->config.scan, &block, err);
    if (code == ERR_INTERRUPTED) { /* while it waited for bytes: an end like that between blocks */
        interrupted = true;
        code = ERR_NONE;
    }
    pthread_mutex_lock(&flow->state);
    *out_any = block || code != ERR_NONE;
    *out_number = flow->taken;
    flow->taken += *out_any ? 1 : 0;
    flow->at_end = !block;
    flow->interrupted = interrupted;
    if (flow->at_end) {
        pthread_cond_broadcast(&flow->ready);
        pthread_cond_broadcast(&flow->room);
    }
    pthread_mutex_unlock(&flow->state);
    *out_block = block;
    return code;
}

static void slot_fill(struct flow *flow, uint64_t number, const struct slot *filled)
{
    pthread_mutex_lock(&flow->state);
    struct slot *slot = &flow->slots[number % flow->slot_count];
    *slot = *filled;
    slot->ready = true;
    pthread_cond_broadcast(&flow->ready);
    pthread_mutex_unlock(&flow->state);
}

/* Takes a block and fills its slot. False where there is none to be taken. */
static bool worker_step(struct worker *worker, bool may_wait)
{
    struct flow *flow = worker->flow;
    struct slot filled = {.code = ERR_NONE};
    struct block *block;
    uint64_t number;
    bool any = false;
    uint32_t before = work_enter(worker->work, STAGE_WAIT);
    if (turn_take(flow, may_wait)) {
        work_enter(worker->work, STAGE_READ);
        filled.code = block_take(flow, &block, &number, &any, &filled.err);
        work_count(worker->work, STAGE_READ, any, 0);
        pthread_mutex_unlock(&flow->taking);
    }
    if (any && filled.code == ERR_NONE)
        filled.code = block_process(worker, block, &filled.item, &filled.err);
    work_enter(worker->work, before);
    if (any)
        slot_fill(flow, number, &filled);
    return any;
}

static void *worker_run(void *arg)
{
    struct worker *worker = arg;
    work_start(worker->work);
    while (worker_step(worker, true))
        ;
    work_enter(worker->work, STAGE_REST);
    return NULL;
}

/* --- opening and closing --- */

/*
 * The consumer is one of the threads: while it waited for another to finish the next block, it would only be woken to be
 * put to sleep again. Not so where bytes may have to be waited for: what is done by then must not wait with it.
 */
static void workers_start(struct flow *flow)
{
    flow->consumer_works = !scan_waits(flow->config.scan) || flow->worker_count == 1;
    for (unsigned i = flow->consumer_works ? 1 : 0; i < flow->worker_count; i++) {
        struct worker *worker = &flow->workers[i];
        worker->work = profile_work(flow->config.profile, flow->started + 1);
        /* Fewer threads than asked for will do; none, and the consumer works itself. */
        if (pthread_create(&worker->thread, NULL, worker_run, worker) != 0)
            break;
        flow->started++;
    }
    flow->consumer_works = flow->consumer_works || flow->started == 0;
    if (flow->consumer_works)
        flow->workers[0].work = profile_work(flow->config.profile, 0);
}

enum err_code flow_open(const struct flow_config *config, struct flow **out_flow, struct err *err)
{
    struct flow *flow = mem_zalloc(1, sizeof *flow);
    if (!flow)
        return err_no_memory(err, sizeof *flow);
    flow->config = *config;
    flow->worker_count = config->threads > FLOW_THREADS_MAX ? FLOW_THREADS_MAX : config->threads ? config->threads : 1;
    flow->slot_count = flow->worker_count * FLOW_AHEAD;
    flow->slots = mem_zalloc(flow->slot_count, sizeof *flow->slots);
    flow->workers = mem_zalloc(flow->worker_count, sizeof *flow->workers);
    if (!flow->slots || !flow->workers) {
        enum err_code code = err_no_memory(err, flow->slot_count * sizeof *flow->slots);
        mem_free(flow->slots);
        mem_free(flow->workers);
        mem_free(flow);
        return code;
    }
    pthread_mutex_init(&flow->taking, NULL);
    pthread_mutex_init(&flow->state, NULL);
    pthread_cond_init(&flow->room, NULL);
    pthread_cond_init(&flow->ready, NULL);
    for (unsigned i = 0; i < flow->worker_count; i++) {
        flow->workers[i].flow = flow;
        eval_init(&flow->workers[i].eval, config->query);
    }
    workers_start(flow);
    *out_flow = flow;
    return ERR_NONE;
}

void flow_close(struct flow *flow)
{
    if (!flow)
        return;
    pthread_mutex_lock(&flow->state);
    flow->stopped = true;
    pthread_cond_broadcast(&flow->room);
    pthread_mutex_unlock(&flow->state);
    for (unsigned i = 0; i < flow->started; i++)
        pthread_join(flow->workers[i + flow->consumer_works].thread, NULL);
    for (uint32_t i = 0; i < flow->slot_count; i++) {
        if (flow->slots[i].ready && flow->slots[i].code == ERR_NONE)
            batch_free(flow->slots[i].item.root);
    }
    for (unsigned i = 0; i < flow->worker_count; i++)
        eval_release(&flow->workers[i].eval);
    pthread_cond_destroy(&flow->ready);
    pthread_cond_destroy(&flow->room);
    pthread_mutex_destroy(&flow->state);
    pthread_mutex_destroy(&flow->taking);
    mem_free(flow->slots);
    mem_free(flow->workers);
    mem_free(flow);
}

/* --- handing out --- */

enum turn {
    TURN_ITEM, /* the next number's slot was filled; it is empty now */
    TURN_WORK, /* it is not: the consumer may take a block itself */
    TURN_END
};

static enum turn slot_take(struct flow *flow, struct slot *out_slot)
{
    struct work *work = profile_work(flow->config.profile, 0);
    uint32_t before = work_enter(work, STAGE_WAIT);
    pthread_mutex_lock(&flow->state);
    struct slot *slot = &flow->slots[flow->given % flow->slot_count];
    enum turn turn = TURN_ITEM;
    while (!slot->ready) {
        bool room = flow->taken - flow->given < flow->slot_count;
        if (flow->at_end && flow->given == flow->taken)
            turn = TURN_END;
        else if (flow->consumer_works && room && !flow->at_end)
            turn = TURN_WORK;
        if (turn != TURN_ITEM)
            break;
        pthread_cond_wait(&flow->ready, &flow->state);
    }
    if (turn == TURN_ITEM) {
        *out_slot = *slot;
        slot->ready = false;
        flow->given++;
        pthread_cond_broadcast(&flow->room);
    }
    pthread_mutex_unlock(&flow->state);
    work_enter(work, before);
    return turn;
}

enum err_code flow_next(struct flow *flow, struct flow_item *out_item, struct err *err)
{
    struct slot slot = {.code = ERR_NONE};
    enum turn turn;
    *out_item = (struct flow_item){0};
    while ((turn = slot_take(flow, &slot)) == TURN_WORK)
        worker_step(&flow->workers[0], false);
    if (turn == TURN_END)
        return ERR_NONE;
    if (slot.code != ERR_NONE) {
        if (err)
            *err = slot.err;
        return slot.code;
    }
    *out_item = slot.item;
    return ERR_NONE;
}

bool flow_was_interrupted(struct flow *flow)
{
    pthread_mutex_lock(&flow->state);
    bool interrupted = flow->interrupted;
    pthread_mutex_unlock(&flow->state);
    return interrupted;
}
