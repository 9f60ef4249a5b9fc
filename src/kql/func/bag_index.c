/*
 * bag_index.c - the keys of a bag, hashed: see bag_index.h. Open addressing, half full at most.
 */
#include "kql/func/bag_index.h"

#include "base/hash.h"

/* Where the program is loaded differs from run to run, and so do the hashes: input can't be made to collide. */
static const char SEED_ANCHOR;

struct bag_index {
    const struct dyn_member *members;
    uint32_t mask;
    uint32_t *slots; /* number of a member + 1, or 0 */
};

static uint32_t slot_of(const struct bag_index *index, struct slice key)
{
    uint32_t slot = (uint32_t)hash_bytes(key, (uint64_t)(uintptr_t)&SEED_ANCHOR) & index->mask;
    while (index->slots[slot] && !slice_eq(index->members[index->slots[slot] - 1].key, key))
        slot = (slot + 1) & index->mask;
    return slot;
}

bool bag_index_new(const struct dyn *bag, struct arena *arena, struct bag_index **out_index)
{
    *out_index = NULL;
    if (bag->kind != DYN_BAG || bag->count < BAG_INDEX_MIN || bag->count > UINT32_MAX / 4)
        return true;
    uint32_t slots = 2 * BAG_INDEX_MIN;
    while (slots < 2 * bag->count)
        slots *= 2;
    struct bag_index *index = arena_zalloc(arena, 1, sizeof *index);
    if (!index)
        return false;
    *index = (struct bag_index){bag->members, slots - 1, arena_zalloc(arena, slots, sizeof *index->slots)};
    if (!index->slots)
        return false;
    for (uint32_t i = 0; i < bag->count; i++)
        index->slots[slot_of(index, bag->members[i].key)] = i + 1;
    *out_index = index;
    return true;
}

const struct dyn *bag_index_get(const struct bag_index *index, struct slice key)
{
    uint32_t found = index->slots[slot_of(index, key)];
    return found ? index->members[found - 1].value : NULL;
}
