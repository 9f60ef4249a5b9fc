/*
 * budget.c - the bound on what a query keeps in memory: see budget.h.
 */
#include "kql/budget.h"

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
    holder->counted_bytes = 0;
}

void budget_enter(struct budget_arena *holder)
{
    const struct budget *budget = holder->budget;
    if (!budget->max_bytes)
        return;
    uint64_t left = budget->used_bytes < budget->max_bytes ? budget->max_bytes - budget->used_bytes : 0;
    uint64_t max = holder->counted_bytes + left;
    holder->arena.max_bytes = max > SIZE_MAX ? SIZE_MAX : max ? (size_t)max : 1;
    holder->arena.at_max = false;
}

enum err_code budget_leave(struct budget_arena *holder, enum err_code code, const char *what, struct err *err)
{
    struct budget *budget = holder->budget;
    budget->used_bytes += holder->arena.held_bytes;
    budget->used_bytes -= holder->counted_bytes;
    holder->counted_bytes = holder->arena.held_bytes;
    if (code != ERR_MEMORY || !holder->arena.at_max)
        return code;
    bool small = budget->max_bytes < UINT64_C(1) << 20;
    err_set(err, ERR_LIMIT, "%s needs more memory than the %llu %s that a query may hold", what,
            (unsigned long long)(budget->max_bytes >> (small ? 10 : 20)), small ? "KiB" : "MiB");
    err_hint(err, "keep fewer rows or columns (where, project, take) before it, or raise the limit");
    return ERR_LIMIT;
}
