/*
 * arena.h - memory with one common end: many small allocations, freed together.
 *
 * Used for what lives as long as a batch, a plan or a result. Not thread-safe: one arena, one owner. What is handed
 * out is aligned to 16 bytes and stays where it is until arena_clear() or arena_release(). Under ASan the rest of a
 * chunk and the gaps between objects are poisoned.
 *
 *   chunk -> [header | object | gap | object | ... free ...] -> next chunk -> ...
 */
#ifndef DDNSHUNT_BASE_ARENA_H
#define DDNSHUNT_BASE_ARENA_H

#include "base/slice.h"

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *head; /* the one in use; older ones behind it */
    char *at, *end; /* what is free of it: a multiple of the alignment; none where each object is fenced (sanitizers) */
    size_t used_bytes; /* handed out since the last clear */
    size_t held_bytes; /* asked from the heap */
    size_t max_bytes;  /* a bound on held_bytes; 0 = none */
    bool at_max;       /* an allocation failed because of the bound, not of the heap */
};

/* No allocation yet. max_bytes 0: no bound. */
void arena_init(struct arena *arena, size_t max_bytes);

/* What arena_alloc() does where the chunk in use has no room. */
void *arena_alloc_beyond(struct arena *arena, size_t size_bytes);

/* Uninitialised memory, or NULL when the heap or the bound says no. size 0 is allowed. */
static inline void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    enum { ALIGNMENT = 16 };
    if (size_bytes - 1 >= (size_t)(arena->end - arena->at)) /* also of 0 */
        return arena_alloc_beyond(arena, size_bytes);
    void *object = arena->at;
    arena->at += (size_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    arena->used_bytes += size_bytes;
    return object;
}

/* count * size zeroed bytes; NULL on overflow as well. */
void *arena_zalloc(struct arena *arena, size_t count, size_t size_bytes);

/* count * size uninitialised bytes; NULL on overflow as well. */
void *arena_array(struct arena *arena, size_t count, size_t size_bytes);

/* Copies bytes; the result's ptr is NULL only on failure (an empty slice gets a non-NULL ptr). */
struct slice arena_copy(struct arena *arena, struct slice bytes);

/* Like arena_copy, with a NUL behind. */
char *arena_cstr(struct arena *arena, struct slice text);

/* Formats into the arena; ptr is NULL on failure. */
struct slice arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Forgets all objects; keeps one chunk for the next round. */
void arena_clear(struct arena *arena);

/* Gives everything back. The arena can be used again. */
void arena_release(struct arena *arena);

#endif
