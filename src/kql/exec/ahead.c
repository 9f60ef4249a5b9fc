/*
 * ahead.c - see ahead.h.
 *
 * Batches under way stand in a ring of slots. The caller gives the next one if it is made, else makes one itself, the next one
 * first; it waits only for what another thread is at.
 */
#include "kql/exec/ahead.h"

#include "base/mem.h"
#include "base/thread.h"

#include <pthread.h>

enum { AHEAD_EACH = 2, AHEAD_THREADS_MAX = 64 };

struct slot {
    struct batch *batch;
    enum err_code code;
    struct err err;
    bool made;
};

struct state {
    const struct ahead *ahead;
    pthread_mutex_t lock;
    pthread_cond_t room; /* a batch was given, or nothing is wanted any more */
    pthread_cond_t made;
    struct slot *slots; /* [slot_count]; number n is in slot n % slot_count */
    uint32_t slot_count;
    uint64_t next;  /* to be made */
    uint64_t given; /* so many were given */
    bool stopped;
};

/* A thread that makes batches. */
struct maker {
    struct state *state;
    struct work *work;
    pthread_t thread;
};

/* `lock` is held. */
static bool can_make(const struct state *state)
{
    return !state->stopped && state->next < state->ahead->count && state->next - state->given < state->slot_count;
}

/* Makes the next batch. `lock` is held on entry and on return, but not meanwhile. */
static void make_next(struct state *state, struct work *work)
{
    const struct ahead *ahead = state->ahead;
    uint64_t number = state->next++;
    struct slot *slot = &state->slots[number % state->slot_count];
    pthread_mutex_unlock(&state->lock);
    slot->batch = NULL;
    slot->code = ahead->make(ahead->user, number, work, &slot->batch, &slot->err);
    pthread_mutex_lock(&state->lock);
    slot->made = true;
    if (number == state->given)
        pthread_cond_signal(&state->made);
}

static void *maker_run(void *arg)
{
    struct maker *maker = arg;
    struct state *state = maker->state;
    work_start(maker->work);
    pthread_mutex_lock(&state->lock);
    while (!state->stopped && state->next < state->ahead->count) {
        if (!can_make(state)) {
            work_enter(maker->work, STAGE_WAIT);
            pthread_cond_wait(&state->room, &state->lock);
            continue;
        }
        work_enter(maker->work, state->ahead->stage);
        make_next(state, maker->work);
    }
    pthread_mutex_unlock(&state->lock);
    work_enter(maker->work, STAGE_REST);
    return NULL;
}

/* Gives the next batch, which is made. `lock` is held on entry and on return, but not meanwhile. */
static enum err_code give_next(struct state *state, bool *out_done, struct err *err)
{
    const struct ahead *ahead = state->ahead;
    struct slot *slot = &state->slots[state->given % state->slot_count];
    pthread_mutex_unlock(&state->lock);
    enum err_code code = slot->code;
    if (code && err)
        *err = slot->err;
    if (!code)
        code = ahead->give(ahead->user, slot->batch, out_done, err);
    batch_free(slot->batch);
    pthread_mutex_lock(&state->lock);
    *slot = (struct slot){0};
    state->given++;
    pthread_cond_signal(&state->room);
    return code;
}

static enum err_code give_all(struct state *state, struct work *work, struct err *err)
{
    enum err_code code = ERR_NONE;
    bool done = false;
    pthread_mutex_lock(&state->lock);
    while (!code && !done && state->given < state->ahead->count) {
        if (state->slots[state->given % state->slot_count].made) {
            code = give_next(state, &done, err);
        } else if (can_make(state)) {
            make_next(state, work);
        } else {
            uint32_t before = work_enter(work, STAGE_WAIT);
            pthread_cond_wait(&state->made, &state->lock);
            work_enter(work, before);
        }
    }
    state->stopped = true;
    pthread_cond_broadcast(&state->room);
    pthread_mutex_unlock(&state->lock);
    return code;
}

/* Fewer threads than asked for will do. */
static uint32_t makers_start(struct state *state, struct maker *makers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        makers[i] = (struct maker){.state = state, .work = profile_work(state->ahead->profile, i + 1)};
        if (thread_start(&makers[i].thread, maker_run, &makers[i]) != 0)
            return i;
    }
    return count;
}

enum err_code ahead_run(const struct ahead *ahead, struct err *err)
{
    uint32_t threads = ahead->threads < 1 ? 1 : ahead->threads < AHEAD_THREADS_MAX ? ahead->threads : AHEAD_THREADS_MAX;
    struct state state = {.ahead = ahead, .slot_count = threads * AHEAD_EACH};
    struct maker makers[AHEAD_THREADS_MAX];
    state.slots = mem_zalloc(state.slot_count, sizeof *state.slots);
    if (!state.slots)
        return err_no_memory(err, state.slot_count * sizeof *state.slots);
    pthread_mutex_init(&state.lock, NULL);
    pthread_cond_init(&state.room, NULL);
    pthread_cond_init(&state.made, NULL);
    uint32_t wanted = ahead->count > state.slot_count ? threads - 1 : 0; /* a few are not worth a thread */
    uint32_t started = makers_start(&state, makers, wanted);
    enum err_code code = give_all(&state, profile_work(ahead->profile, 0), err);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(makers[i].thread, NULL);
    for (uint32_t i = 0; i < state.slot_count; i++)
        batch_free(state.slots[i].batch);
    pthread_cond_destroy(&state.made);
    pthread_cond_destroy(&state.room);
    pthread_mutex_destroy(&state.lock);
    mem_free(state.slots);
    return code;
}
