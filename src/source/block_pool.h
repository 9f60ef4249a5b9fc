/*
 * block_pool.h - blocks (or their memory) that are free at the moment, kept for the next one: allocating them afresh would
 * cost a page fault every 4 KiB. Any thread.
 */
#ifndef DDNSHUNT_SOURCE_BLOCK_POOL_H
#define DDNSHUNT_SOURCE_BLOCK_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * As many as are under way with 16 threads or a bit more: what goes back to the allocator stays with the part of it that
 * was asked first, and each thread has its own, so that memory would grow with threads and time.
 */
enum { BLOCK_POOL_MAX = 80 };

struct block_pool {
    pthread_mutex_t mutex;
    void *items[BLOCK_POOL_MAX];
    size_t count;
};

void block_pool_init(struct block_pool *pool);
/* NULL where nothing is free. */
void *block_pool_take(struct block_pool *pool);
/* False where there is no room: the caller frees it. */
bool block_pool_give(struct block_pool *pool, void *item);
/* Frees what is in it by free_item(). */
void block_pool_release(struct block_pool *pool, void (*free_item)(void *item));

#endif
