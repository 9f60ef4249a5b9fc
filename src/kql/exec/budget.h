/*
 * budget.h - memory that the operators of one query hold together (query.memory_max), and what happens at its end.
 *
 * Whatever an operator keeps beyond a batch comes from an arena of a budget. There are two ways to live within it:
 *
 * - An operator that can spill asks budget_state() after each row. Its arena knows no bound; when the budget is met it
 *   writes what it holds to the query's temporary file and releases the arena.
 * - What can't spill (the sets of subqueries) works between budget_enter() and budget_leave(). When the bound is met, an
 *   allocation fails, and budget_leave() turns that failure into a clear ERR_LIMIT.
 *
 * Serial.
 */
#ifndef DDNSHUNT_KQL_BUDGET_H
#define DDNSHUNT_KQL_BUDGET_H

#include "base/arena.h"
#include "base/err.h"
#include "base/scratch.h"

#include <stdint.h>

struct budget {
    uint64_t max_bytes; /* 0: no bound */
    uint64_t used_bytes;
    const char *folder;      /* of the temporary file; NULL: the usual one (scratch.h). Borrowed. */
    struct scratch *scratch; /* opened when it is first needed */
    uint64_t piece_count;    /* sorted runs and divided parts that were written (op_runs.h, op_parts.h) */
};

/* Closes the temporary file; all arenas and all users of the file are released before. */
void budget_release(struct budget *budget);

/* The query's temporary file; the first call opens it. */
enum err_code budget_scratch(struct budget *budget, struct scratch **out_scratch, struct err *err) MUST_CHECK;

/* Bytes written to it so far, those of later passes included. */
uint64_t budget_spilled_bytes(const struct budget *budget);

/* Memory that readers of the temporary file may take together while rows are merged. */
uint64_t budget_merge_bytes(const struct budget *budget);

/*
 * What can't be divided (a set, one group) may be as large as the budget, and so large in any case: with a tiny budget
 * all queries that need little still work.
 */
#define BUDGET_PIECE_MIN (UINT64_C(1) << 20)
uint64_t budget_piece_max(const struct budget *budget);

enum budget_state {
    BUDGET_FREE,
    BUDGET_NEAR, /* three quarters are used: time to take in nothing new */
    BUDGET_MET
};

/* An arena whose memory counts. */
struct budget_arena {
    struct arena arena;
    struct budget *budget;
    size_t reserved_bytes; /* counts as held: what its owner takes elsewhere in the end, in step with what it holds */
    size_t counted_bytes;
    enum budget_state state; /* when it was last counted */
};

void budget_arena_init(struct budget_arena *holder, struct budget *budget);
void budget_arena_release(struct budget_arena *holder);

/* Counts what the arena has taken, and what is reserved. */
void budget_count(struct budget_arena *holder);

/*
 * How full the budget is, as far as this arena is to blame: one that holds little is not told to spill because others
 * hold much.
 */
static inline enum budget_state budget_state(struct budget_arena *holder)
{
    if (holder->arena.held_bytes + holder->reserved_bytes != holder->counted_bytes)
        budget_count(holder);
    return holder->state;
}

/* Before work that allocates and can't spill: lets the arena grow by what the budget has left. */
void budget_enter(struct budget_arena *holder);
/*
 * After it: counts what was taken. Gives code back, but for a failure that came of the bound: that is ERR_LIMIT, with
 * what ("a subquery") in its text.
 */
enum err_code budget_leave(struct budget_arena *holder, enum err_code code, const char *what,
                           struct err *err) MUST_CHECK;

/* ERR_LIMIT: what ("one group of summarize") alone is larger than all that may be held. */
enum err_code budget_too_small(const struct budget *budget, const char *what, struct err *err) MUST_CHECK;

#endif
