/*
 * turns.c - see turns.h.
 */
#include "source/turns.h"

#include <sched.h>

enum {
    WRONG_MAX = 8, /* this many guesses may go wrong beyond those that do not, before no more are made */
    /* So often other threads are let before: turns last some 20 microseconds, and to be woken takes longer than that. */
    PATIENCE = 100
};

void turns_init(struct turns *turns)
{
    *turns = (struct turns){0};
    pthread_mutex_init(&turns->mutex, NULL);
    for (int i = 0; i < TURNS_CONDS; i++)
        pthread_cond_init(&turns->moved[i], NULL);
}

void turns_release(struct turns *turns)
{
    for (int i = 0; i < TURNS_CONDS; i++)
        pthread_cond_destroy(&turns->moved[i]);
    pthread_mutex_destroy(&turns->mutex);
}

bool turns_await(struct turns *turns, uint64_t number)
{
    for (int i = 0; i < PATIENCE && !turns_has_come(turns, number); i++)
        sched_yield();
    pthread_mutex_lock(&turns->mutex);
    while (turns->next < number && !turns->broken)
        pthread_cond_wait(&turns->moved[number % TURNS_CONDS], &turns->mutex);
    bool broken = turns->broken;
    pthread_mutex_unlock(&turns->mutex);
    return !broken;
}

bool turns_has_come(struct turns *turns, uint64_t number)
{
    pthread_mutex_lock(&turns->mutex);
    bool come = turns->next == number;
    pthread_mutex_unlock(&turns->mutex);
    return come;
}

bool turns_want_guess(const struct turns *turns, uint64_t number)
{
    return turns->next > 0 && turns->next < number && !turns->broken && turns->wrong < turns->right + WRONG_MAX;
}

void turns_note_guess(struct turns *turns, bool right)
{
    pthread_mutex_lock(&turns->mutex);
    turns->right += right;
    turns->wrong += !right;
    pthread_mutex_unlock(&turns->mutex);
}

void turns_pass(struct turns *turns)
{
    turns->next++;
    pthread_cond_broadcast(&turns->moved[turns->next % TURNS_CONDS]);
}

void turns_break(struct turns *turns)
{
    pthread_mutex_lock(&turns->mutex);
    turns->broken = true;
    for (int i = 0; i < TURNS_CONDS; i++)
        pthread_cond_broadcast(&turns->moved[i]);
    pthread_mutex_unlock(&turns->mutex);
}
