/*
 * profile.c - see profile.h.
 */
#include "kql/exec/profile.h"

#include <time.h>

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

enum err_code profile_begin(struct profiles *profiles, const struct plan *root, uint32_t workers_max,
                            struct profile **out_profile, struct err *err)
{
    *out_profile = NULL;
    if (!profiles)
        return ERR_NONE;
    struct arena *arena = profiles->arena;
    struct profile *profile = arena_zalloc(arena, 1, sizeof *profile);
    if (!profile)
        return err_no_memory(err, sizeof *profile);
    profile->root = root;
    for (const struct plan *plan = root; plan; plan = plan->input)
        profile->operator_count++;
    profile->stage_count = STAGE_OPERATORS + profile->operator_count;
    profile->work_count = workers_max + 1;
    profile->works = arena_zalloc(arena, profile->work_count, sizeof *profile->works);
    if (!profile->works)
        return err_no_memory(err, profile->work_count * sizeof *profile->works);
    for (uint32_t i = 0; i < profile->work_count; i++) {
        profile->works[i].stages = arena_zalloc(arena, profile->stage_count, sizeof *profile->works[i].stages);
        if (!profile->works[i].stages)
            return err_no_memory(err, profile->stage_count * sizeof *profile->works[i].stages);
    }
    if (profiles->last)
        profiles->last->next = profile;
    else
        profiles->first = profile;
    profiles->last = profile;
    work_start(&profile->works[0]);
    *out_profile = profile;
    return ERR_NONE;
}

struct work *profile_work(struct profile *profile, uint32_t i)
{
    return profile && i < profile->work_count ? &profile->works[i] : NULL;
}

void work_start(struct work *work)
{
    if (work)
        work->since_ns = now_ns();
}

uint32_t work_enter(struct work *work, uint32_t stage)
{
    if (!work)
        return stage;
    uint64_t now = now_ns();
    uint32_t before = work->stage;
    work->stages[before].ns += now - work->since_ns;
    work->since_ns = now;
    work->stage = stage;
    return before;
}

void work_count(struct work *work, uint32_t stage, uint64_t rows_in, uint64_t rows_out)
{
    if (!work)
        return;
    work->stages[stage].rows_in += rows_in;
    work->stages[stage].rows_out += rows_out;
}

struct stage_work profile_sum(const struct profile *profile, uint32_t stage)
{
    struct stage_work sum = {0};
    for (uint32_t i = 0; i < profile->work_count; i++) {
        sum.ns += profile->works[i].stages[stage].ns;
        sum.rows_in += profile->works[i].stages[stage].rows_in;
        sum.rows_out += profile->works[i].stages[stage].rows_out;
    }
    return sum;
}
