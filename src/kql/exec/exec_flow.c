/*
 * exec_flow.c - batches of a scan, prepared by workers and handed out in order: see exec_flow.h.
 *
 * A worker takes the next block of the first track that it can (one that nobody else is reading, with room for it), or
 * opens a track for the next input (exec_tracks.h).
 *
 * Two locks. `opening` is held while the next input is asked for; `state` guards the tracks and all that is below it in
 * struct flow. `opening` comes first where both are held.
 */
#include "kql/exec/exec_flow.h"

#include "base/mem.h"
#include "base/thread.h"
#include "kql/exec/exec_tracks.h"
#include "kql/exec/op.h"

#include <pthread.h>

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

    pthread_mutex_t opening;
    pthread_mutex_t state;
    pthread_cond_t room;  /* there may be something to take, or nothing will be any more: for workers */
    pthread_cond_t ready; /* the consumer may find something to do */
    uint32_t idle;        /* workers that wait for room */
    bool consumer_waits;  /* for `ready` */
    struct tracks tracks;
    uint64_t taken;  /* blocks, from the scan */
    bool inputs_end; /* no track is to be opened any more */
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
    /* Most blocks have no row that is left. */
    for (uint32_t i = 0; i < config->step_count && item->batch->selection->count > 0; i++) {
        uint32_t stage = STAGE_OPERATORS + i + 1;
        work_enter(worker->work, stage);
        work_count(worker->work, stage, item->batch->selection->count, 0);
        TRY(op_step(config->steps[i], item->eval, item->batch, &item->batch, err));
    }
    work_enter(worker->work, STAGE_COLUMNS);
    TRY(wanted_load(config, item->batch, err));
    if (!config->first)
        return ERR_NONE;
    work_enter(worker->work, config->first->stage);
    return op_prepare(config->first, &worker->eval, item->batch, err);
}

/* Keeps of a block only what is to be pushed and its counts, if that will do. One thread alone pushes at once, and needs it not. */
static enum err_code item_detach(const struct flow *flow, struct flow_item *item, struct err *err)
{
    struct batch *apart = NULL;
    if (flow->worker_count > 1 && flow->config.first && batch_is_plain(item->root))
        TRY(op_detach(flow->config.first, item->batch, &apart, err));
    if (!apart)
        return ERR_NONE;
    batch_reduce(item->root, &item->counts);
    item->root = item->batch = apart;
    item->detached = true;
    item->eval = NULL;
    return ERR_NONE;
}

/* Reads a block's bytes, if they are not there. On failure nothing is left. */
static enum err_code block_read(struct worker *worker, struct block *block, struct err *err)
{
    work_enter(worker->work, STAGE_READ);
    enum err_code code = block_load(block, err);
    if (code)
        block_free(block);
    return code;
}

/* Takes the block over. On failure nothing is left. */
static enum err_code block_process(struct worker *worker, struct block *block, struct flow_item *out_item,
                                   struct err *err)
{
    struct flow_item item = {0};
    TRY(block_read(worker, block, err));
    work_enter(worker->work, STAGE_SPLIT);
    TRY(block_split(block, &item.root, err));
    work_count(worker->work, STAGE_SPLIT, 1, item.root->row_count);
    item.any = true;
    item.batch = item.root;
    enum err_code code = steps_apply(worker, &item, err);
    if (!code)
        code = item_detach(worker->flow, &item, err);
    if (code != ERR_NONE) {
        batch_free(item.root);
        return code;
    }
    *out_item = item;
    return ERR_NONE;
}

/* --- taking, by workers --- */

/* A block that is being taken. */
struct turn {
    struct track *track;
    struct slot *slot;
    struct block *block;
    bool settled; /* the read is over */
};

static void all_tell(struct flow *flow)
{
    pthread_cond_broadcast(&flow->room);
    pthread_cond_broadcast(&flow->ready);
}

/* Is nothing to be taken any more? Asks whether to go on, before each block but the first. `state` is held. */
static bool taking_ends(struct flow *flow)
{
    const struct flow_config *config = &flow->config;
    bool asks = flow->taken > 0 && config->interrupted && !flow->interrupted;
    if (asks && config->interrupted(config->user)) {
        flow->interrupted = true;
        all_tell(flow);
    }
    return flow->stopped || flow->interrupted;
}

static void turn_begin(struct flow *flow, struct turn *turn, struct track *track)
{
    *turn = (struct turn){.track = track, .slot = tracks_add_slot(&flow->tracks, track)};
    track->reading = true;
    flow->taken++;
}

static void turn_read(struct turn *turn)
{
    turn->slot->code = scan_read(turn->track->input, &turn->block, &turn->slot->err);
}

/* Reading or splitting a block was interrupted: an end like that between blocks. `state` is held. */
static void slot_interrupt(struct flow *flow, struct slot *slot)
{
    slot->code = ERR_NONE;
    slot->any = false;
    flow->interrupted = true;
}

/*
 * The read is over; `state` is held. An error ends the flow where it stands in the order: what is before it is still to be
 * read.
 */
static void turn_settle(struct flow *flow, struct turn *turn)
{
    struct track *track = turn->track;
    bool was_at_once = track->at_once;
    turn->settled = true;
    track->reading = false;
    track->at_once = scan_reads_at_once(track->input);
    turn->slot->any = turn->block || turn->slot->code;
    if (turn->slot->code == ERR_INTERRUPTED) {
        slot_interrupt(flow, turn->slot);
    } else {
        track->at_end = turn->slot->code || scan_is_read(track->input);
        flow->inputs_end |= turn->slot->code != ERR_NONE;
    }
    bool goes_on = !track->at_end && !was_at_once && !scan_is_awaited(track->input);
    if (flow->interrupted || (track->at_end && flow->inputs_end) || goes_on)
        all_tell(flow);
}

/* The next input is known, or that there is none, or an error in its place. `state` is held. */
static void track_opened(struct flow *flow, struct turn *turn, enum err_code code)
{
    struct track *track = turn->track;
    if (!track->input) {
        turn->settled = true;
        track->reading = false;
        track->at_end = true;
        turn->slot->code = code;
        turn->slot->any = code;
        flow->inputs_end = true;
        if (!code)
            tracks_withdraw(&flow->tracks);
        all_tell(flow);
    }
}

/*
 * Opens a track for the next input, and takes a turn at it. False where that can't be: *out_again, if it is to be looked
 * at again what can be taken: the input is another thread's by now, or there was none.
 */
static bool track_open(struct flow *flow, struct turn *out_turn, bool *out_again)
{
    struct scan_input *input = NULL;
    struct track *track = NULL;
    pthread_mutex_lock(&flow->opening);
    pthread_mutex_lock(&flow->state);
    if (!taking_ends(flow) && !flow->inputs_end && !tracks_pick(&flow->tracks) && tracks_have_room(&flow->tracks)) {
        track = tracks_open(&flow->tracks);
        turn_begin(flow, out_turn, track);
    }
    pthread_mutex_unlock(&flow->state);
    enum err_code code = track ? scan_next_input(flow->config.scan, &input, &out_turn->slot->err) : ERR_NONE;
    if (track) {
        pthread_mutex_lock(&flow->state);
        track->input = input;
        track_opened(flow, out_turn, code);
        pthread_mutex_unlock(&flow->state);
    }
    pthread_mutex_unlock(&flow->opening);
    *out_again = !input && !code;
    return input || code;
}

/*
 * Is all that is to be taken one block after the other of one input, which is decompressed slower than split, and does the consumer
 * wait? It then takes them itself: else each block would wake it, and its worker for the next.
 */
static bool is_consumers(struct flow *flow, const struct track *track)
{
    bool is_last = flow->inputs_end && flow->tracks.end - flow->tracks.first == 1;
    bool it_is = is_last && flow->consumer_works && flow->consumer_waits && scan_is_awaited(track->input);
    if (it_is)
        pthread_cond_signal(&flow->ready);
    return it_is;
}

/* Waits until there may be something to take. What is being read is not counted as a lack of room: who reads it tells. */
static void room_wait(struct flow *flow)
{
    bool lacks_room = tracks_lack_room(&flow->tracks, flow->inputs_end);
    flow->idle += lacks_room;
    pthread_cond_wait(&flow->room, &flow->state);
    flow->idle -= lacks_room;
}

/*
 * Takes a turn: *out_turn is what is to be read, or was. False where there is nothing to be taken, now (may_wait is
 * false) or ever.
 */
static bool turn_take(struct flow *flow, bool may_wait, struct turn *out_turn)
{
    bool again = true;
    while (again) {
        again = false;
        pthread_mutex_lock(&flow->state);
        bool ends = taking_ends(flow);
        struct track *track = ends ? NULL : tracks_pick(&flow->tracks);
        bool opens = !ends && !track && !flow->inputs_end && tracks_have_room(&flow->tracks);
        if (track && may_wait && is_consumers(flow, track))
            track = NULL;
        if (track)
            turn_begin(flow, out_turn, track);
        if (track && track->at_once) {
            turn_read(out_turn);
            turn_settle(flow, out_turn);
        }
        if (!track && !opens && !ends && may_wait && !(flow->inputs_end && tracks_are_read(&flow->tracks))) {
            room_wait(flow);
            again = true;
        }
        pthread_mutex_unlock(&flow->state);
        if (track || (opens && track_open(flow, out_turn, &again)))
            return true;
    }
    return false;
}

/* --- filling --- */

static void slot_fill(struct worker *worker, struct turn *turn)
{
    struct slot *slot = turn->slot;
    if (turn->block && slot->code == ERR_NONE)
        slot->code = block_process(worker, turn->block, &slot->item, &slot->err);
}

/*
 * There is room again. Where the consumer works, nobody has to be there at once: it takes what it needs itself. So
 * workers are woken when there is something for them to do for a while.
 */
static void room_tell(struct flow *flow)
{
    if (flow->idle && (!flow->consumer_works || tracks_have_much_room(&flow->tracks)))
        pthread_cond_broadcast(&flow->room);
}

/* Leaves of a block only its counts, where nothing else is to be handed out. */
static bool slot_reduce(struct slot *slot)
{
    struct flow_item *item = &slot->item;
    if (!slot->any || slot->code || item->batch->selection->count || !batch_is_plain(item->root))
        return false;
    batch_reduce(item->root, &item->counts);
    return true;
}

/* The slot is ready. `state` is held. */
static void slot_tell(struct flow *flow, const struct turn *turn, bool counted)
{
    struct tracks *tracks = &flow->tracks;
    bool detached = turn->slot->any && !turn->slot->code && turn->slot->item.detached;
    if (counted)
        tracks_count_slot(tracks, turn->track, turn->slot, scan_schema(flow->config.scan)->count);
    else if (detached)
        tracks_let_off_slot(tracks, turn->track, turn->slot);
    else
        turn->slot->ready = true;
    if (turn->track == tracks_first(tracks) && turn->track->first->ready)
        pthread_cond_signal(&flow->ready);
    if (counted || detached)
        room_tell(flow);
}

/* Reads what is to be read, and fills the slot. */
static void turn_finish(struct worker *worker, struct turn *turn)
{
    struct flow *flow = worker->flow;
    work_enter(worker->work, STAGE_READ);
    if (!turn->settled) {
        turn_read(turn);
        if (!scan_is_read(turn->track->input)) { /* others can go on with it */
            pthread_mutex_lock(&flow->state);
            turn_settle(flow, turn);
            pthread_mutex_unlock(&flow->state);
        }
    }
    work_count(worker->work, STAGE_READ, turn->block != NULL, 0);
    slot_fill(worker, turn);
    bool counted = turn->block && slot_reduce(turn->slot);
    pthread_mutex_lock(&flow->state);
    if (!turn->settled)
        turn_settle(flow, turn);
    if (turn->slot->code == ERR_INTERRUPTED) {
        slot_interrupt(flow, turn->slot);
        all_tell(flow);
    }
    slot_tell(flow, turn, counted);
    pthread_mutex_unlock(&flow->state);
}

/* Takes a block and fills its slot. False where there is none to be taken. */
static bool worker_step(struct worker *worker, bool may_wait)
{
    struct turn turn;
    uint32_t before = work_enter(worker->work, STAGE_WAIT);
    bool taken = turn_take(worker->flow, may_wait, &turn);
    if (taken)
        turn_finish(worker, &turn);
    work_enter(worker->work, before);
    return taken;
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
        if (thread_start(&worker->thread, worker_run, worker) != 0)
            break;
        flow->started++;
    }
    if (flow->started == 0)
        flow->consumer_works = true;
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
    flow->workers = mem_zalloc(flow->worker_count, sizeof *flow->workers);
    enum err_code code = flow->workers ? tracks_init(&flow->tracks, flow->worker_count, scan_waits(config->scan), err)
                                       : err_no_memory(err, flow->worker_count * sizeof *flow->workers);
    if (code) {
        mem_free(flow->workers);
        mem_free(flow);
        return code;
    }
    pthread_mutex_init(&flow->opening, NULL);
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
    tracks_release(&flow->tracks);
    for (unsigned i = 0; i < flow->worker_count; i++)
        eval_release(&flow->workers[i].eval);
    pthread_cond_destroy(&flow->ready);
    pthread_cond_destroy(&flow->room);
    pthread_mutex_destroy(&flow->state);
    pthread_mutex_destroy(&flow->opening);
    mem_free(flow->workers);
    mem_free(flow);
}

/* --- handing out --- */

enum next {
    NEXT_BEGIN, /* the first track's input is to be told of */
    NEXT_ITEM,  /* its first slot is filled */
    NEXT_CLOSE, /* all of it was handed out */
    NEXT_WORK,  /* the consumer may take a block itself */
    NEXT_WAIT,
    NEXT_END
};

/* `state` is held. After an interrupt all that has been taken is given, up to where the order has a gap. */
static enum next next_find(const struct flow *flow)
{
    const struct tracks *tracks = &flow->tracks;
    const struct track *track = tracks_first(tracks);
    bool ready = track && track->first && track->first->ready;
    bool done = track && !track->first && track->at_end;
    if ((ready || done) && track->input && !track->begun)
        return NEXT_BEGIN;
    if (ready || done)
        return ready ? NEXT_ITEM : NEXT_CLOSE;
    if ((flow->interrupted && !(track && track->first)) || (flow->inputs_end && !track))
        return NEXT_END;
    bool works = flow->consumer_works && !flow->interrupted;
    return works && (tracks_pick(tracks) || (!flow->inputs_end && tracks_have_room(tracks))) ? NEXT_WORK : NEXT_WAIT;
}

/* An item, an error, or neither, if the read had found the input's end. `state` is held. */
static enum err_code item_take(struct flow *flow, struct flow_item *out_item, struct err *err)
{
    struct track *track = tracks_first(&flow->tracks);
    struct slot *slot = track->first;
    enum err_code code = slot->code;
    if (code && err)
        *err = slot->err;
    out_item->any = !code && slot->any;
    if (slot->counted) {
        (void)scan_account_counts(track->input, &slot->item.counts, flow->config.counts);
    } else if (out_item->any) {
        *out_item = slot->item;
        out_item->input = track->input;
    }
    tracks_remove_slot(&flow->tracks, track);
    room_tell(flow);
    return code;
}

/* The first track goes. `state` is held on entry and on return, but not while its input is told of. */
static void track_close(struct flow *flow)
{
    struct scan_input *input = tracks_close(&flow->tracks);
    if (flow->tracks.alone)
        pthread_cond_broadcast(&flow->room); /* for the next input */
    else
        room_tell(flow);
    pthread_mutex_unlock(&flow->state);
    if (input)
        scan_end_input(input);
    scan_drop_input(input);
    pthread_mutex_lock(&flow->state);
}

static void track_begin(struct flow *flow)
{
    struct track *track = tracks_first(&flow->tracks);
    track->begun = true;
    pthread_mutex_unlock(&flow->state);
    scan_begin_input(track->input);
    pthread_mutex_lock(&flow->state);
}

enum err_code flow_next(struct flow *flow, struct flow_item *out_item, struct err *err)
{
    struct work *work = profile_work(flow->config.profile, 0);
    uint32_t before = work_enter(work, STAGE_WAIT);
    enum err_code code = ERR_NONE;
    enum next next;
    *out_item = (struct flow_item){0};
    pthread_mutex_lock(&flow->state);
    while (!code && !out_item->any && (next = next_find(flow)) != NEXT_END) {
        if (next == NEXT_BEGIN) {
            track_begin(flow);
        } else if (next == NEXT_ITEM) {
            code = item_take(flow, out_item, err);
        } else if (next == NEXT_CLOSE) {
            track_close(flow);
        } else if (next == NEXT_WORK) {
            pthread_mutex_unlock(&flow->state);
            worker_step(&flow->workers[0], false);
            pthread_mutex_lock(&flow->state);
        } else {
            flow->consumer_waits = true;
            pthread_cond_wait(&flow->ready, &flow->state);
            flow->consumer_waits = false;
        }
    }
    pthread_mutex_unlock(&flow->state);
    work_enter(work, before);
    return code;
}

bool flow_was_interrupted(struct flow *flow)
{
    pthread_mutex_lock(&flow->state);
    bool interrupted = flow->interrupted;
    pthread_mutex_unlock(&flow->state);
    return interrupted;
}
