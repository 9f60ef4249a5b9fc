/*
 * read_ahead.c - a ring of buffers between a thread that makes bytes and the one that takes them: see read_ahead.h.
 *
 * A buffer belongs to the maker from its number `made` on, to the taker from `taken` to `made`: the lock is held only
 * while one changes hands.
 */
#include "base/read_ahead.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdint.h>

struct read_ahead {
    struct read_ahead_config config;
    pthread_t thread;
    char *memory;         /* [READ_AHEAD_BUFFERS * READ_AHEAD_BUFFER_BYTES] */
    struct slice current; /* the taker's: what is left of buffer number `taken` */

    pthread_mutex_t lock;                     /* for all below */
    pthread_cond_t filled, emptied;           /* told to the taker, to the maker */
    struct slice filling[READ_AHEAD_BUFFERS]; /* buffer number n is in [n % READ_AHEAD_BUFFERS] */
    uint64_t made, taken;
    bool maker_waits, taker_waits; /* until the other takes it back */
    bool ended, stopped;
};

/* --- the maker --- */

static char *buffer_of(const struct read_ahead *ahead, uint64_t number)
{
    return ahead->memory + number % READ_AHEAD_BUFFERS * READ_AHEAD_BUFFER_BYTES;
}

/* A buffer to be filled is there, or false: no more are wanted. */
static bool wait_for_room(struct read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    if (ahead->made - ahead->taken == READ_AHEAD_BUFFERS) {
        ahead->maker_waits = true;
        while (!ahead->stopped && ahead->maker_waits)
            pthread_cond_wait(&ahead->emptied, &ahead->lock);
    }
    bool room = !ahead->stopped;
    pthread_mutex_unlock(&ahead->lock);
    return room;
}

/*
 * Is what there is of a buffer enough to be handed over, or is nobody there to take more? An eager maker may wait for ever for
 * the rest, and the taker come for what there is only then.
 */
static bool is_enough(struct read_ahead *ahead, size_t len)
{
    if (len == READ_AHEAD_BUFFER_BYTES)
        return true;
    pthread_mutex_lock(&ahead->lock);
    bool enough = ahead->stopped || ahead->config.eager;
    pthread_mutex_unlock(&ahead->lock);
    return enough;
}

static void hand_over(struct read_ahead *ahead, struct slice buffer, bool ended)
{
    pthread_mutex_lock(&ahead->lock);
    if (buffer.len)
        ahead->filling[ahead->made++ % READ_AHEAD_BUFFERS] = buffer;
    ahead->ended = ended;
    bool enough = ended || ahead->config.eager || ahead->made - ahead->taken >= READ_AHEAD_WAKE;
    bool wakes = ahead->taker_waits && enough;
    if (wakes)
        ahead->taker_waits = false;
    pthread_mutex_unlock(&ahead->lock);
    if (wakes) /* with the lock free, so that it does not wait again */
        pthread_cond_signal(&ahead->filled);
}

static void *maker_run(void *user)
{
    struct read_ahead *ahead = user;
    uint64_t number = 0;
    for (bool ended = false; !ended && wait_for_room(ahead); number++) {
        char *buffer = buffer_of(ahead, number);
        size_t len = 0;
        bool full = false;
        while (!ended && !full) {
            size_t got = ahead->config.make(ahead->config.user, buffer + len, READ_AHEAD_BUFFER_BYTES - len, &full);
            ended = got == 0;
            len += got;
            full = full || is_enough(ahead, len);
        }
        hand_over(ahead, slice_of(buffer, len), ended);
    }
    return NULL;
}

/* --- the taker --- */

static void read_ahead_free(struct read_ahead *ahead)
{
    pthread_cond_destroy(&ahead->emptied);
    pthread_cond_destroy(&ahead->filled);
    pthread_mutex_destroy(&ahead->lock);
    mem_free(ahead->memory);
    mem_free(ahead);
}

struct read_ahead *read_ahead_start(const struct read_ahead_config *config)
{
    struct read_ahead *ahead = mem_zalloc(1, sizeof *ahead);
    char *memory = ahead ? mem_alloc((size_t)READ_AHEAD_BUFFERS * READ_AHEAD_BUFFER_BYTES) : NULL;
    if (!memory) {
        mem_free(ahead);
        return NULL;
    }
    ahead->config = *config;
    ahead->memory = memory;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->filled, NULL);
    pthread_cond_init(&ahead->emptied, NULL);
    if (pthread_create(&ahead->thread, NULL, maker_run, ahead) != 0) {
        read_ahead_free(ahead);
        return NULL;
    }
    return ahead;
}

/* The taker's next buffer; the one before it goes back to the maker. False at the end. */
static bool buffer_next(struct read_ahead *ahead, bool gives_back)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->taken += gives_back;
    if (ahead->maker_waits && ahead->made - ahead->taken <= READ_AHEAD_BUFFERS - READ_AHEAD_WAKE) {
        ahead->maker_waits = false;
        pthread_cond_signal(&ahead->emptied);
    }
    if (ahead->made == ahead->taken && !ahead->ended) {
        ahead->taker_waits = true;
        while (ahead->taker_waits)
            pthread_cond_wait(&ahead->filled, &ahead->lock);
    }
    bool any = ahead->made > ahead->taken;
    ahead->current = any ? ahead->filling[ahead->taken % READ_AHEAD_BUFFERS] : slice_of(NULL, 0);
    pthread_mutex_unlock(&ahead->lock);
    return any;
}

size_t read_ahead_take(struct read_ahead *ahead, char *into, size_t size)
{
    if (ahead->current.len == 0 && !buffer_next(ahead, ahead->current.ptr != NULL))
        return 0;
    size_t len = ahead->current.len < size ? ahead->current.len : size;
    memcpy(into, ahead->current.ptr, len);
    ahead->current = slice_of(ahead->current.ptr + len, ahead->current.len - len);
    return len;
}

bool read_ahead_is_full(struct read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    bool full = ahead->made - ahead->taken > READ_AHEAD_WAKE; /* of which one is being taken */
    pthread_mutex_unlock(&ahead->lock);
    return full;
}

void read_ahead_stop(struct read_ahead *ahead)
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->stopped = true;
    pthread_cond_signal(&ahead->emptied);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    read_ahead_free(ahead);
}
