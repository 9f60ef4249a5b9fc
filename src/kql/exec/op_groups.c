/*
 * op_groups.c - the groups of summarize in memory: see op_groups.h.
 *
 *   a group's bytes -> [number of its first row | state of aggregate 0 | state of aggregate 1 ...]   each aligned
 */
#include "kql/exec/op_groups.h"

#include "event/row_bytes.h"
#include "kql/func/aggr.h"

#include <string.h>

enum { STATE_ALIGNMENT = 16 };

static size_t aligned(size_t bytes)
{
    return (bytes + STATE_ALIGNMENT - 1) & ~(size_t)(STATE_ALIGNMENT - 1);
}

enum err_code groups_layout_init(struct groups_layout *layout, const struct plan *plan, struct arena *arena,
                                 struct err *err)
{
    *layout = (struct groups_layout){.plan = plan, .group_bytes = aligned(sizeof(uint64_t))};
    layout->key_types = arena_array(arena, plan->group_count, sizeof *layout->key_types);
    layout->state_offsets = arena_array(arena, plan->aggr_count, sizeof *layout->state_offsets);
    if (!layout->key_types || !layout->state_offsets)
        return err_no_memory(err, plan->aggr_count * sizeof *layout->state_offsets);
    for (uint32_t g = 0; g < plan->group_count; g++)
        layout->key_types[g] = plan->groups[g]->type;
    for (uint32_t a = 0; a < plan->aggr_count; a++) {
        layout->state_offsets[a] = layout->group_bytes;
        layout->group_bytes += aligned(plan->aggrs[a].aggr->state_bytes);
    }
    return ERR_NONE;
}

void groups_init(struct groups *groups, const struct groups_layout *layout, struct budget *budget)
{
    *groups = (struct groups){.layout = layout};
    budget_arena_init(&groups->memory, budget);
    row_index_init(&groups->keys, layout->key_types, layout->plan->group_count, &groups->memory.arena);
}

void groups_release(struct groups *groups)
{
    budget_arena_release(&groups->memory);
    groups->keys = (struct row_index){0};
    groups->count = 0;
}

/* --- finding and adding --- */

static char *group_bytes(const struct groups *groups, uint32_t group)
{
    return groups->chunks[group / GROUPS_CHUNK] + group % GROUPS_CHUNK * groups->layout->group_bytes;
}

uint64_t groups_first(const struct groups *groups, uint32_t group)
{
    uint64_t number;
    memcpy(&number, group_bytes(groups, group), sizeof number);
    return number;
}

void *groups_state(const struct groups *groups, uint32_t group, uint32_t aggr)
{
    return group_bytes(groups, group) + groups->layout->state_offsets[aggr];
}

void groups_expect_state(const struct groups *groups, uint32_t group)
{
    /* The number before the states is not looked at. */
    if (groups->layout->plan->aggr_count > 0)
        __builtin_prefetch(groups_state(groups, group, 0), 1);
}

static enum err_code chunk_add(struct groups *groups, struct err *err)
{
    struct arena *arena = &groups->memory.arena;
    if (groups->chunk_count == groups->chunk_capacity) {
        uint32_t capacity = groups->chunk_capacity ? groups->chunk_capacity * 2 : 16;
        char **chunks = arena_array(arena, capacity, sizeof *chunks);
        if (!chunks)
            return err_no_memory(err, (uint64_t)capacity * sizeof *chunks);
        if (groups->chunk_count)
            memcpy(chunks, groups->chunks, groups->chunk_count * sizeof *chunks);
        groups->chunks = chunks;
        groups->chunk_capacity = capacity;
    }
    char *chunk = arena_zalloc(arena, GROUPS_CHUNK, groups->layout->group_bytes);
    if (!chunk)
        return err_no_memory(err, GROUPS_CHUNK * groups->layout->group_bytes);
    groups->chunks[groups->chunk_count++] = chunk;
    return ERR_NONE;
}

static enum err_code group_add(struct groups *groups, uint64_t number, struct err *err)
{
    if (groups->count == groups->chunk_count * GROUPS_CHUNK)
        TRY(chunk_add(groups, err));
    memcpy(group_bytes(groups, groups->count), &number, sizeof number);
    groups->count++;
    return ERR_NONE;
}

enum err_code groups_find(struct groups *groups, const struct column *const *keys, uint32_t row, uint32_t hash,
                          uint64_t number, bool may_add, uint32_t *out_group, bool *out_found, struct err *err)
{
    bool added;
    *out_group = 0;
    *out_found = true;
    if (groups->layout->plan->group_count == 0)
        return groups->count == 0 ? group_add(groups, number, err) : ERR_NONE;
    if (!may_add) {
        *out_found = row_index_find(&groups->keys, keys, row, hash, out_group);
        return ERR_NONE;
    }
    TRY(row_index_add(&groups->keys, keys, row, hash, out_group, &added, err));
    return added ? group_add(groups, number, err) : ERR_NONE;
}

enum err_code groups_add_row(struct groups *groups, uint32_t group, const struct column *const *const *args,
                             uint32_t row, struct err *err)
{
    const struct groups_layout *layout = groups->layout;
    char *bytes = group_bytes(groups, group);
    for (uint32_t a = 0; a < layout->plan->aggr_count; a++)
        TRY(aggr_add(&layout->plan->aggrs[a], bytes + layout->state_offsets[a], args[a], row, &groups->memory.arena,
                     err));
    return ERR_NONE;
}

/* --- as bytes --- */

void groups_keys(const struct groups *groups, uint32_t group, const struct column **out_keys, uint32_t *out_row)
{
    for (uint32_t g = 0; g < groups->layout->plan->group_count; g++)
        out_keys[g] = &groups->keys.rows.chunks[group / ROWS_CHUNK][g];
    *out_row = group % ROWS_CHUNK;
}

void groups_save(const struct groups *groups, uint32_t group, const struct column *const *keys, uint32_t row,
                 struct buf *out)
{
    const struct plan *plan = groups->layout->plan;
    bytes_put_number(out, groups_first(groups, group));
    bytes_put_row(out, keys, NULL, plan->group_count, row);
    for (uint32_t a = 0; a < plan->aggr_count; a++)
        aggr_save(&plan->aggrs[a], groups_state(groups, group, a), out);
}

enum err_code groups_load(struct groups *groups, const struct column *const *keys, uint32_t row, uint64_t number,
                          struct slice bytes, struct err *err)
{
    const struct plan *plan = groups->layout->plan;
    struct arena *arena = &groups->memory.arena;
    uint32_t group;
    bool found;
    TRY(groups_find(groups, keys, row, row_hash(keys, plan->group_count, row), number, true, &group, &found, err));
    struct slice rest = arena_copy(arena, bytes);
    if (!rest.ptr)
        return err_no_memory(err, bytes.len);
    for (uint32_t a = 0; a < plan->aggr_count; a++)
        TRY(aggr_load(&plan->aggrs[a], groups_state(groups, group, a), &rest, arena, err));
    return ERR_NONE;
}
