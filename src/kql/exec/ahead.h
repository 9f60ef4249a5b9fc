/*
 * ahead.h - batches that are made by several threads and given in order by one.
 *
 *   thread 1   make 0    make 2         make 4 ...
 *   caller        give 0    make 1 | give 1   give 2 | make 3 ...
 *
 * For an operator whose input is at its end, and which has many rows to hand out.
 */
#ifndef DDNSHUNT_KQL_AHEAD_H
#define DDNSHUNT_KQL_AHEAD_H

#include "event/batch.h"
#include "kql/exec/profile.h"

struct ahead {
    uint64_t count; /* of batches */
    /* The batch number `number`, from 0, in any thread and in no order; work: the thread's clock, or NULL. */
    enum err_code (*make)(void *user, uint64_t number, struct work *work, struct batch **out_batch, struct err *err);
    /* Called in the caller's thread, in order. The batch is freed behind it. *out_done: no more are wanted. */
    enum err_code (*give)(void *user, struct batch *batch, bool *out_done, struct err *err);
    void *user;
    unsigned threads;        /* at least 1, the caller's own included */
    struct profile *profile; /* NULL: not wanted; charged to stage */
    uint32_t stage;
};

/* The error of the first batch in order that has one, or of a give. No batch and no thread is left behind. */
enum err_code ahead_run(const struct ahead *ahead, struct err *err) MUST_CHECK;

#endif
