/*
 * budget.h - memory that the operators of one query hold together, and its one bound (query.memory_max).
 *
 * Whatever an operator keeps beyond a batch comes from an arena of a budget. When the bound is met, an allocation fails,
 * and budget_leave() turns that failure into a clear ERR_LIMIT. Serial.
 */
#ifndef DDNSHUNT_KQL_BUDGET_H
#define DDNSHUNT_KQL_BUDGET_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct budget {
    uint64_t max_bytes; /* 0: no bound */
    uint64_t used_bytes;
};

/* An arena whose memory counts. */
struct budget_arena {
    struct arena arena;
    struct budget *budget;
    size_t counted_bytes;
};

void budget_arena_init(struct budget_arena *holder, struct budget *budget);
void budget_arena_release(struct budget_arena *holder);

/* Before work that allocates: lets the arena grow by what the budget has left. */
void budget_enter(struct budget_arena *holder);
/*
 * After it: counts what was taken. Gives code back, but for a failure that came of the bound: that is ERR_LIMIT, with
 * what ("sort") in its text.
 */
enum err_code budget_leave(struct budget_arena *holder, enum err_code code, const char *what,
                           struct err *err) MUST_CHECK;

#endif
