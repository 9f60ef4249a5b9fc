/*
 * arena.c - memory with one common end: see arena.h.
 */
#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
enum { GAP_BYTES = 16 }; /* between objects, so that a small overrun meets poison */
#else
#define ASAN_POISON_MEMORY_REGION(ptr, size)   ((void)(ptr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
enum { GAP_BYTES = 0 };
#endif

enum {
    ALIGNMENT = 16,
    CHUNK_MIN = 4096,    /* first chunk: most plans and small batches need no second */
    CHUNK_MAX = 1 << 20, /* chunks double up to this; larger wastes memory at the end of a batch */
};

struct arena_chunk {
    struct arena_chunk *older;
    size_t size, used; /* of data, in bytes */
    _Alignas(ALIGNMENT) char data[];
};

void arena_init(struct arena *arena, size_t max_bytes)
{
    *arena = (struct arena){.max_bytes = max_bytes};
}

static struct arena_chunk *chunk_new(struct arena *arena, size_t needed)
{
    size_t size = arena->head ? arena->head->size * 2 : CHUNK_MIN;
    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < needed)
        size = needed;
    if (size > SIZE_MAX - sizeof(struct arena_chunk))
        return NULL;
    size_t total = sizeof(struct arena_chunk) + size;
    if (arena->max_bytes && (total > arena->max_bytes || arena->held_bytes > arena->max_bytes - total)) {
        arena->at_max = true;
        return NULL;
    }
    struct arena_chunk *chunk = mem_alloc(total);
    if (!chunk)
        return NULL;
    *chunk = (struct arena_chunk){.older = arena->head, .size = size};
    ASAN_POISON_MEMORY_REGION(chunk->data, size);
    arena->head = chunk;
    arena->held_bytes += total;
    return chunk;
}

/* Whether objects are handed out by arena_alloc() itself from now on, out of the rest of the chunk. */
static void rest_lend(struct arena *arena)
{
#ifndef ARENA_POISON
    arena->at = arena->head->data + arena->head->used;
    arena->end = arena->head->data + arena->head->size;
#else
    (void)arena;
#endif
}

static void rest_return(struct arena *arena)
{
    if (arena->at)
        arena->head->used = (size_t)(arena->at - arena->head->data);
    arena->at = arena->end = NULL;
}

void *arena_alloc_beyond(struct arena *arena, size_t size_bytes)
{
    if (size_bytes > SIZE_MAX / 2)
        return NULL;
    size_t rounded = (size_bytes + GAP_BYTES + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (rounded == 0)
        rounded = ALIGNMENT;
    rest_return(arena);
    struct arena_chunk *chunk = arena->head;
    if (!chunk || chunk->size - chunk->used < rounded) {
        chunk = chunk_new(arena, rounded);
        if (!chunk)
            return NULL;
    }
    char *object = chunk->data + chunk->used;
    chunk->used += rounded;
    arena->used_bytes += size_bytes;
    ASAN_UNPOISON_MEMORY_REGION(object, size_bytes);
    rest_lend(arena);
    return object;
}

void *arena_array(struct arena *arena, size_t count, size_t size_bytes)
{
    size_t total;
    return __builtin_mul_overflow(count, size_bytes, &total) ? NULL : arena_alloc(arena, total);
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size_bytes)
{
    void *object = arena_array(arena, count, size_bytes);
    if (object)
        memset(object, 0, count * size_bytes);
    return object;
}

struct slice arena_copy(struct arena *arena, struct slice bytes)
{
    char *copy = arena_alloc(arena, bytes.len);
    if (copy && bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    return slice_of(copy, copy ? bytes.len : 0);
}

char *arena_cstr(struct arena *arena, struct slice text)
{
    char *copy = text.len < SIZE_MAX ? arena_alloc(arena, text.len + 1) : NULL;
    if (!copy)
        return NULL;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

struct slice arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (!text)
        return slice_of(NULL, 0);
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return slice_of(text, (size_t)len);
}

static void free_chunks(struct arena *arena, struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        ASAN_UNPOISON_MEMORY_REGION(chunk->data, chunk->size);
        arena->held_bytes -= sizeof *chunk + chunk->size;
        mem_free(chunk);
        chunk = older;
    }
}

void arena_clear(struct arena *arena)
{
    arena->used_bytes = 0;
    arena->at = arena->end = NULL;
    if (!arena->head)
        return;
    free_chunks(arena, arena->head->older);
    arena->head->older = NULL;
    arena->head->used = 0;
    ASAN_POISON_MEMORY_REGION(arena->head->data, arena->head->size);
}

void arena_release(struct arena *arena)
{
    free_chunks(arena, arena->head);
    arena_init(arena, arena->max_bytes);
}
