/*
 * budget.c - the bound on what a query keeps in memory: see budget.h.
 */
#include "kql/exec/budget.h"

enum {
    BLOCK_MAX = 256 << 10, /* of the temporary file: long enough for a disk, small beside the budget */
    BLOCKS_IN_BUDGET = 256,
    SHARE = 8 /* an arena that holds less than this part of the budget needn't spill */
};

void budget_release(struct budget *budget)
{
    scratch_close(budget->scratch);
    budget->scratch = NULL;
}

enum err_code budget_scratch(struct budget *budget, struct scratch **out_scratch, struct err *err)
{
    if (!budget->scratch) {
        size_t block_bytes = BLOCK_MAX;
        while (block_bytes > SCRATCH_BLOCK_MIN && block_bytes > budget->max_bytes / BLOCKS_IN_BUDGET)
            block_bytes /= 2;
        TRY(scratch_open(budget->folder, block_bytes, &budget->scratch, err));
    }
    *out_scratch = budget->scratch;
    return ERR_NONE;
}

uint64_t budget_spilled_bytes(const struct budget *budget)
{
    return budget->scratch ? scratch_written_bytes(budget->scratch) : 0;
}

uint64_t budget_merge_bytes(const struct budget *budget)
{
    return budget->max_bytes / 2;
}

uint64_t budget_piece_max(const struct budget *budget)
{
    return budget->max_bytes < BUDGET_PIECE_MIN ? BUDGET_PIECE_MIN : budget->max_bytes;
}

void budget_arena_init(struct budget_arena *holder, struct budget *budget)
{
    *holder = (struct budget_arena){.budget = budget};
    arena_init(&holder->arena, 0);
}

void budget_arena_release(struct budget_arena *holder)
{
    if (!holder->budget)
        return;
    arena_release(&holder->arena);
    holder->budget->used_bytes -= holder->counted_bytes;
    holder->counted_bytes = holder->reserved_bytes = 0;
    holder->state = BUDGET_FREE;
}

void budget_count(struct budget_arena *holder)
{
    struct budget *budget = holder->budget;
    budget->used_bytes -= holder->counted_bytes;
    holder->counted_bytes = holder->arena.held_bytes + holder->reserved_bytes;
    budget->used_bytes += holder->counted_bytes;
    uint64_t used = budget->used_bytes + (budget->scratch ? scratch_held_bytes(budget->scratch) : 0);
    bool to_blame = budget->max_bytes && holder->counted_bytes > budget->max_bytes / SHARE;
    holder->state = !to_blame || used <= budget->max_bytes / 4 * 3 ? BUDGET_FREE
                    : used <= budget->max_bytes                    ? BUDGET_NEAR
                                                                   : BUDGET_MET;
}

void budget_enter(struct budget_arena *holder)
{
    const struct budget *budget = holder->budget;
    if (!budget->max_bytes)
        return;
    uint64_t bound = budget_piece_max(budget);
    uint64_t left = budget->used_bytes < bound ? bound - budget->used_bytes : 0;
    uint64_t max = holder->counted_bytes + left;
    holder->arena.max_bytes = max > SIZE_MAX ? SIZE_MAX : max ? (size_t)max : 1;
    holder->arena.at_max = false;
}

static enum err_code limit_met(const struct budget *budget, const char *what, struct err *err)
{
    return err_set(err, ERR_LIMIT, "%s needs more memory than the %llu MiB that a query may hold", what,
                   (unsigned long long)(budget_piece_max(budget) >> 20));
}

enum err_code budget_leave(struct budget_arena *holder, enum err_code code, const char *what, struct err *err)
{
    budget_count(holder);
    holder->arena.max_bytes = 0;
    if (code != ERR_MEMORY || !holder->arena.at_max)
        return code;
    limit_met(holder->budget, what, err);
    err_hint(err, "keep fewer rows or columns (where, project, take) in it, or let the query hold more (--memory)");
    return ERR_LIMIT;
}

enum err_code budget_too_small(const struct budget *budget, const char *what, struct err *err)
{
    limit_met(budget, what, err);
    err_hint(err,
             "keep fewer rows (where) or less of each (make_list, make_set), or let the query hold more (--memory)");
    return ERR_LIMIT;
}
