/*
 * read_ahead.h - a thread that makes bytes ahead of the one that takes them; room-internal to base/: see stream.h.
 *
 * A ring of a few buffers lies between the two, so that memory is bounded. Bytes arrive in the order in which they were made;
 * after the last of them comes the end. What the maker leaves behind (why it ended, say) may be looked at from then on.
 */
#ifndef DDNSHUNT_BASE_READ_AHEAD_H
#define DDNSHUNT_BASE_READ_AHEAD_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* What a ring takes of memory, besides the thread's stack. */
enum { READ_AHEAD_BUFFERS = 4, READ_AHEAD_BUFFER_BYTES = 256 * 1024 };
/* Who waits for the other is woken when so many buffers are there for it: a switch between threads costs as much as filling a few KiB. */
enum { READ_AHEAD_WAKE = 2 };

struct read_ahead;

struct read_ahead_config {
    /*
     * Writes 1 to size bytes to `into`; 0: there are no more. *out_full, false before: the next call wants a whole buffer of
     * room, so that this one is full. Called by the thread alone.
     */
    size_t (*make)(void *user, char *into, size_t size, bool *out_full);
    void *user;
    /*
     * make() may have to wait for ever: what it gave is handed over before it is called again, and at once. Otherwise buffers are
     * handed over full, and a few at a time to a taker that waits, which costs fewer switches between the threads.
     */
    bool eager;
};

/* Begins to make at once. NULL: no memory or no thread was to be had, and make() was not called. */
struct read_ahead *read_ahead_start(const struct read_ahead_config *config);
/* The next bytes, up to size (over 0); waits for them. 0 is the end, also of later calls. One thread at a time. */
size_t read_ahead_take(struct read_ahead *ahead, char *into, size_t size);
/* Are so many bytes there that the taker is slower than the maker? For the taker. */
bool read_ahead_is_full(struct read_ahead *ahead);
/* Returns when make() has; it is not called again. NULL is allowed. */
void read_ahead_stop(struct read_ahead *ahead);

#endif
