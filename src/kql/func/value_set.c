/*
 * value_set.c - a set of values: see value_set.h. Open addressing, linear probing, at most three quarters full.
 */
#include "kql/func/value_set.h"

#include "base/hash.h"

#include <math.h>
#include <string.h>

/* Where the program lies in memory differs from run to run, so that nobody can prepare values that collide. */
static const char SEED_ANCHOR;

static uint64_t hash_nocase(struct slice text, uint64_t seed)
{
    char folded[256];
    uint64_t hash = seed;
    for (size_t at = 0; at < text.len || at == 0; at += sizeof folded) {
        size_t len = text.len - at < sizeof folded ? text.len - at : sizeof folded;
        for (size_t i = 0; i < len; i++)
            folded[i] = ascii_lower(text.ptr[at + i]);
        hash = hash_bytes(slice_of(folded, len), hash);
    }
    return hash;
}

static uint32_t set_hash(const struct value_set *set, const struct value *value)
{
    uint64_t seed = (uint64_t)(uintptr_t)&SEED_ANCHOR;
    uint64_t hash = set->nocase && value->type == TYPE_STRING ? hash_nocase(value->str, seed) : value_hash(value, seed);
    return (uint32_t)(hash ^ hash >> 32);
}

/* As members: all NaNs are one. */
static bool member_equal(const struct value *a, const struct value *b, bool nocase)
{
    if (type_lane(a->type) != type_lane(b->type))
        return false;
    if (a->type == TYPE_STRING)
        return nocase ? slice_eq_nocase(a->str, b->str) : slice_eq(a->str, b->str);
    return a->type == TYPE_DYNAMIC ? dyn_equal(a->dyn, b->dyn) : value_compare(a, b) == 0;
}

static bool value_is_nan(const struct value *value)
{
    return value->type == TYPE_REAL && isnan(value->f64);
}

bool value_equal(const struct value *a, const struct value *b, bool nocase)
{
    return !a->is_null && !b->is_null && !value_is_nan(a) && !value_is_nan(b) && member_equal(a, b, nocase);
}

/* The slot where the value is, or the free one where it would go. The table has a free slot. */
static uint32_t slot_find(const struct value_set *set, const struct value *value, uint32_t hash)
{
    uint32_t mask = set->slot_count - 1, slot = hash & mask;
    while (set->slots[slot]) {
        uint32_t index = set->slots[slot] - 1;
        if (set->hashes[index] == hash && member_equal(&set->values[index], value, set->nocase))
            break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static bool slots_grow(struct value_set *set, struct arena *arena)
{
    uint32_t count = set->slot_count ? set->slot_count * 2 : 16;
    uint32_t *slots = arena_zalloc(arena, count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t slot = set->hashes[i] & (count - 1);
        while (slots[slot])
            slot = (slot + 1) & (count - 1);
        slots[slot] = i + 1;
    }
    set->slots = slots;
    set->slot_count = count;
    return true;
}

static bool values_grow(struct value_set *set, struct arena *arena)
{
    uint32_t capacity = set->capacity ? set->capacity * 2 : 12;
    struct value *values = arena_array(arena, capacity, sizeof *values);
    uint32_t *hashes = arena_array(arena, capacity, sizeof *hashes);
    if (!values || !hashes)
        return false;
    if (set->count) {
        memcpy(values, set->values, set->count * sizeof *values);
        memcpy(hashes, set->hashes, set->count * sizeof *hashes);
    }
    set->values = values;
    set->hashes = hashes;
    set->capacity = capacity;
    return true;
}

bool value_set_add(struct value_set *set, const struct value *value, bool copy, struct arena *arena)
{
    if (value->is_null) {
        set->has_null = true;
        return true;
    }
    if (set->count >= VALUE_SET_MAX)
        return false;
    if (set->count + set->count / 3 + 1 >= set->slot_count && !slots_grow(set, arena))
        return false;
    uint32_t hash = set_hash(set, value), slot = slot_find(set, value, hash);
    if (set->slots[slot])
        return true;
    if (set->count == set->capacity && !values_grow(set, arena))
        return false;
    struct value *kept = &set->values[set->count];
    if (copy && !value_copy(value, arena, kept))
        return false;
    if (!copy)
        *kept = *value;
    set->hashes[set->count] = hash;
    set->slots[slot] = ++set->count;
    return true;
}

bool value_set_has(const struct value_set *set, const struct value *value)
{
    if (value->is_null || set->count == 0 || value_is_nan(value))
        return false;
    return set->slots[slot_find(set, value, set_hash(set, value))] != 0;
}
