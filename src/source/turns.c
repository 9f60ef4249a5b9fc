/*
 * turns.c - see turns.h.
 */
#include "source/turns.h"

/* This many guesses may go wrong beyond those that do not, before no more are made. */
enum { WRONG_MAX = 8 };

void turns_init(struct turns *turns)
{
    *turns = (struct turns){0};
    pthread_mutex_init(&turns->mutex, NULL);
    pthread_cond_init(&turns->moved, NULL);
}

void turns_release(struct turns *turns)
{
    pthread_cond_destroy(&turns->moved);
    pthread_mutex_destroy(&turns->mutex);
}

bool turns_await(struct turns *turns, uint64_t number)
{
    pthread_mutex_lock(&turns->mutex);
    while (turns->next < number && !turns->broken)
        pthread_cond_wait(&turns->moved, &turns->mutex);
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
    pthread_cond_broadcast(&turns->moved);
}

void turns_break(struct turns *turns)
{
    pthread_mutex_lock(&turns->mutex);
    turns->broken = true;
    pthread_cond_broadcast(&turns->moved);
    pthread_mutex_unlock(&turns->mutex);
}
