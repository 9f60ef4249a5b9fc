/*
 * profile.h - where the time of a run goes: by stage and operator, and by thread. For --stats.
 *
 * A thread's clock is always at one stage: work_enter() charges what has passed to the stage before. So a stage's time
 * is its own, without what it calls: an operator's does not hold that of the operators behind it, nor that of the
 * columns' source where it is another thread's. A column that an operator is the first to ask for is decoded in that
 * operator's time.
 *
 * Where nobody asked for a profile the clocks are NULL, and all calls do nothing.
 */
#ifndef DDNSHUNT_KQL_PROFILE_H
#define DDNSHUNT_KQL_PROFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "kql/plan.h"

enum profile_stage {
    STAGE_REST,     /* what belongs to none of the others: accounting, progress */
    STAGE_WAIT,     /* for another thread: for a turn at the input, for room, for the next block in order */
    STAGE_READ,     /* the input's bytes, decompressed, cut at a record's end; with pipes, waiting for them */
    STAGE_SPLIT,    /* blocks into rows */
    STAGE_COLUMNS,  /* decoding what the ordered stage will ask of each row */
    STAGE_RESULT,   /* decoding the rest of the result's columns, writing rows */
    STAGE_OPERATORS /* + i: operator i of the plan, 0 its source */
};

struct stage_work {
    uint64_t ns;
    uint64_t rows_in, rows_out; /* selected rows that came and went; of READ: blocks, 0; of SPLIT: blocks, rows */
};

/* One thread's clock. */
struct work {
    struct stage_work *stages; /* [profile->stage_count] */
    uint32_t stage;
    uint64_t since_ns;
};

/* Of one plan: the query's, or a subquery's. */
struct profile {
    const struct plan *root;
    uint32_t operator_count, stage_count;
    struct work *works; /* [work_count]: the ordered stage's thread, then the workers that were started */
    uint32_t work_count;
    uint64_t spilled_bytes;  /* written to the temporary file */
    uint64_t spilled_pieces; /* sorted runs and divided parts in it */
    struct profile *next;    /* the plan that ran after it */
};

/* All plans of a run, in the order in which they ran. Begins zeroed, but for the arena, which the caller owns. */
struct profiles {
    struct arena *arena;
    struct profile *first, *last;
};

/* Adds a plan's profile with the clock of the calling thread, which runs from now on. profiles NULL: *out NULL. */
enum err_code profile_begin(struct profiles *profiles, const struct plan *root, uint32_t workers_max,
                            struct profile **out_profile, struct err *err) MUST_CHECK;
/* The clock number i (0: the ordered stage's thread); NULL where there is no profile, or no room for the number. */
struct work *profile_work(struct profile *profile, uint32_t i);

/* Starts a thread's clock; to be called in that thread. */
void work_start(struct work *work);
/* The thread is at `stage` from now on. Returns where it was, to go back to. */
uint32_t work_enter(struct work *work, uint32_t stage);
/* Counts at a stage. */
void work_count(struct work *work, uint32_t stage, uint64_t rows_in, uint64_t rows_out);

/* The sum over all threads. */
struct stage_work profile_sum(const struct profile *profile, uint32_t stage);

#endif
