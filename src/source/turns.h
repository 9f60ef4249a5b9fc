/*
 * turns.h - blocks of one input that many threads look at at once, though what a block begins with is known only when all
 * before it are done.
 *
 * A thread takes a guess at it and does its work; then it waits for the block's turn, in which it learns how the block
 * before has left things, and does the work again if the guess was wrong. Where guesses go wrong too often none are made.
 */
#ifndef DDNSHUNT_SOURCE_TURNS_H
#define DDNSHUNT_SOURCE_TURNS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { TURNS_CONDS = 32 }; /* as many as threads that wait, or more: each is then woken for its own turn alone */

struct turns {
    pthread_mutex_t mutex;             /* for all below, and for what else goes from block to block */
    pthread_cond_t moved[TURNS_CONDS]; /* number % TURNS_CONDS: its turn may have come */
    uint64_t next;                     /* number of the first block, from 0, that is not done */
    bool broken;                       /* a block was lost: nothing more will come */
    uint32_t right, wrong;             /* guesses */
};

void turns_init(struct turns *turns);
void turns_release(struct turns *turns);

/* Waits until all blocks before `number` are done. False: that will not be. */
bool turns_await(struct turns *turns, uint64_t number);
bool turns_has_come(struct turns *turns, uint64_t number);
/* Is a guess of use for the block: is its turn still to come, and do guesses hold often enough? The caller has the mutex. */
bool turns_want_guess(const struct turns *turns, uint64_t number);
void turns_note_guess(struct turns *turns, bool right);
/* The block whose turn it is is done. The caller has the mutex. */
void turns_pass(struct turns *turns);
/* A block will not be done: nobody is to wait for it. */
void turns_break(struct turns *turns);

#endif
