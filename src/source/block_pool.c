/*
 * block_pool.c - free blocks: see block_pool.h.
 */
#include "source/block_pool.h"

void block_pool_init(struct block_pool *pool)
{
    pthread_mutex_init(&pool->mutex, NULL);
    pool->count = 0;
}

void *block_pool_take(struct block_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    void *item = pool->count ? pool->items[--pool->count] : NULL;
    pthread_mutex_unlock(&pool->mutex);
    return item;
}

bool block_pool_give(struct block_pool *pool, void *item)
{
    pthread_mutex_lock(&pool->mutex);
    bool room = pool->count < BLOCK_POOL_MAX;
    if (room)
        pool->items[pool->count++] = item;
    pthread_mutex_unlock(&pool->mutex);
    return room;
}

void block_pool_release(struct block_pool *pool, void (*free_item)(void *item))
{
    while (pool->count)
        free_item(pool->items[--pool->count]);
    pthread_mutex_destroy(&pool->mutex);
}
