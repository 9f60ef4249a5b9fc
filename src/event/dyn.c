/*
 * dyn.c - values of type dynamic: reaching into them, comparing, hashing, copying. See dyn.h; parsing is in
 * dyn_parse.c, text in dyn_text.c.
 *
 * Recursion is as deep as the value, which DYN_DEPTH_MAX (for parsed text) and the depth of a query bound.
 */
#include "event/dyn.h"

#include "base/hash.h"
#include "base/mem.h"
#include "event/decimal.h"

#include <stdlib.h>

const struct dyn DYN_NULL_VALUE = {.kind = DYN_NULL};

const struct dyn *dyn_get(const struct dyn *bag, struct slice key)
{
    if (!bag || bag->kind != DYN_BAG)
        return NULL;
    for (uint32_t i = 0; i < bag->count; i++)
        if (slice_eq(bag->members[i].key, key))
            return bag->members[i].value;
    return NULL;
}

const struct dyn *dyn_at(const struct dyn *array, int64_t index)
{
    if (!array || array->kind != DYN_ARRAY)
        return NULL;
    int64_t count = array->count;
    if (index < -count || index >= count)
        return NULL;
    return array->items[index < 0 ? index + count : index];
}

/* --- numbers, equal by value whatever their kind --- */

static bool is_number(const struct dyn *dyn)
{
    return dyn->kind == DYN_LONG || dyn->kind == DYN_REAL || dyn->kind == DYN_DECIMAL;
}

/* The value as a whole number, if it is one that fits. */
static bool whole_number(const struct dyn *dyn, int64_t *out_value)
{
    if (dyn->kind == DYN_LONG) {
        *out_value = dyn->i64;
        return true;
    }
    if (dyn->kind == DYN_DECIMAL)
        return decimal_to_long(dyn->dec, out_value) && decimal_compare(decimal_from_long(*out_value), dyn->dec) == 0;
    /* 2^63 is exact as a double; below it the conversion is defined. */
    if (!(dyn->f64 >= -9223372036854775808.0 && dyn->f64 < 9223372036854775808.0))
        return false;
    *out_value = (int64_t)dyn->f64;
    return (double)*out_value == dyn->f64;
}

static double real_number(const struct dyn *dyn)
{
    switch (dyn->kind) {
    case DYN_LONG:
        return (double)dyn->i64;
    case DYN_DECIMAL:
        return decimal_to_real(dyn->dec);
    default:
        return dyn->f64;
    }
}

static int compare_numbers(const struct dyn *a, const struct dyn *b)
{
    int64_t whole_a, whole_b;
    if (whole_number(a, &whole_a) && whole_number(b, &whole_b))
        return (whole_a > whole_b) - (whole_a < whole_b);
    if (a->kind == DYN_DECIMAL && b->kind == DYN_DECIMAL)
        return decimal_compare(a->dec, b->dec);
    double real_a = real_number(a), real_b = real_number(b);
    bool nan_a = real_a != real_a, nan_b = real_b != real_b;
    if (nan_a || nan_b)
        return nan_a - nan_b;
    return (real_a > real_b) - (real_a < real_b);
}

/* --- equality and order --- */

static int compare_members(const void *a, const void *b)
{
    const struct dyn_member *const *left = a, *const *right = b;
    return slice_compare((*left)->key, (*right)->key);
}

enum { SMALL_BAG = 16 };

/* Members by key, in `small` or on the heap; NULL without memory. */
static const struct dyn_member **sorted_members(const struct dyn *bag, const struct dyn_member **small)
{
    const struct dyn_member **sorted = bag->count <= SMALL_BAG ? small : mem_array(NULL, bag->count, sizeof *sorted);
    if (!sorted)
        return NULL;
    for (uint32_t i = 0; i < bag->count; i++)
        sorted[i] = &bag->members[i];
    qsort(sorted, bag->count, sizeof *sorted, compare_members);
    return sorted;
}

/* Without memory for sorting: slow but right. */
static bool bags_equal_by_search(const struct dyn *a, const struct dyn *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const struct dyn *other = dyn_get(b, a->members[i].key);
        if (!other || !dyn_equal(a->members[i].value, other))
            return false;
    }
    return true;
}

static bool bags_equal(const struct dyn *a, const struct dyn *b)
{
    const struct dyn_member *small_a[SMALL_BAG], *small_b[SMALL_BAG];
    const struct dyn_member **left = sorted_members(a, small_a);
    const struct dyn_member **right = sorted_members(b, small_b);
    bool equal = true;
    if (!left || !right)
        equal = bags_equal_by_search(a, b);
    else
        for (uint32_t i = 0; equal && i < a->count; i++)
            equal = slice_eq(left[i]->key, right[i]->key) && dyn_equal(left[i]->value, right[i]->value);
    if (left != small_a)
        mem_free(left);
    if (right != small_b)
        mem_free(right);
    return equal;
}

bool dyn_equal(const struct dyn *a, const struct dyn *b)
{
    if (a == b)
        return true;
    if (is_number(a) && is_number(b))
        return compare_numbers(a, b) == 0;
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case DYN_NULL:
        return true;
    case DYN_BOOL:
    case DYN_LONG:
    case DYN_DATETIME:
    case DYN_TIMESPAN:
        return a->i64 == b->i64;
    case DYN_STRING:
        return slice_eq(a->str, b->str);
    case DYN_GUID:
        return memcmp(a->guid.byte, b->guid.byte, sizeof a->guid.byte) == 0;
    case DYN_ARRAY:
        if (a->count != b->count)
            return false;
        for (uint32_t i = 0; i < a->count; i++)
            if (!dyn_equal(a->items[i], b->items[i]))
                return false;
        return true;
    case DYN_BAG:
        return a->count == b->count && bags_equal(a, b);
    case DYN_REAL:
    case DYN_DECIMAL:
        break; /* numbers: above */
    }
    return false;
}

static int compare_arrays(const struct dyn *a, const struct dyn *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        int order = dyn_compare(a->items[i], b->items[i]);
        if (order)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

static int compare_bags(const struct dyn *a, const struct dyn *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        int order = slice_compare(a->members[i].key, b->members[i].key);
        if (order == 0)
            order = dyn_compare(a->members[i].value, b->members[i].value);
        if (order)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int dyn_compare(const struct dyn *a, const struct dyn *b)
{
    if (is_number(a) && is_number(b))
        return compare_numbers(a, b);
    if (a->kind != b->kind)
        return (a->kind > b->kind) - (a->kind < b->kind);
    switch (a->kind) {
    case DYN_BOOL:
    case DYN_DATETIME:
    case DYN_TIMESPAN:
        return (a->i64 > b->i64) - (a->i64 < b->i64);
    case DYN_STRING:
        return slice_compare(a->str, b->str);
    case DYN_GUID:
        return memcmp(a->guid.byte, b->guid.byte, sizeof a->guid.byte);
    case DYN_ARRAY:
        return compare_arrays(a, b);
    case DYN_BAG:
        return compare_bags(a, b);
    case DYN_NULL:
    case DYN_LONG:
    case DYN_REAL:
    case DYN_DECIMAL:
        break;
    }
    return 0;
}

static uint64_t hash_number(const struct dyn *dyn, uint64_t seed)
{
    int64_t whole;
    if (whole_number(dyn, &whole))
        return hash_u64((uint64_t)whole, seed ^ DYN_LONG);
    return hash_real(real_number(dyn), seed ^ DYN_REAL);
}

uint64_t dyn_hash(const struct dyn *dyn, uint64_t seed)
{
    if (is_number(dyn))
        return hash_number(dyn, seed);
    uint64_t hash = hash_u64((uint64_t)dyn->kind, seed);
    switch (dyn->kind) {
    case DYN_BOOL:
    case DYN_DATETIME:
    case DYN_TIMESPAN:
        return hash_u64((uint64_t)dyn->i64, hash);
    case DYN_STRING:
        return hash_bytes(dyn->str, hash);
    case DYN_GUID:
        return hash_bytes(slice_of((const char *)dyn->guid.byte, sizeof dyn->guid.byte), hash);
    case DYN_ARRAY:
        for (uint32_t i = 0; i < dyn->count; i++)
            hash = dyn_hash(dyn->items[i], hash);
        return hash_u64(dyn->count, hash);
    case DYN_BAG: {
        uint64_t sum = dyn->count; /* a sum does not mind the order */
        for (uint32_t i = 0; i < dyn->count; i++)
            sum += dyn_hash(dyn->members[i].value, hash_bytes(dyn->members[i].key, hash));
        return hash_u64(sum, hash);
    }
    case DYN_NULL:
    case DYN_LONG:
    case DYN_REAL:
    case DYN_DECIMAL:
        break;
    }
    return hash;
}

/* --- building --- */

static bool copy_items(const struct dyn *from, struct dyn *to, struct arena *arena)
{
    const struct dyn **items = arena_array(arena, from->count, sizeof *items);
    if (!items)
        return false;
    for (uint32_t i = 0; i < from->count; i++)
        if (!(items[i] = dyn_copy(from->items[i], arena)))
            return false;
    to->items = items;
    return true;
}

static bool copy_members(const struct dyn *from, struct dyn *to, struct arena *arena)
{
    struct dyn_member *members = arena_array(arena, from->count, sizeof *members);
    if (!members)
        return false;
    for (uint32_t i = 0; i < from->count; i++) {
        members[i].key = arena_copy(arena, from->members[i].key);
        members[i].value = dyn_copy(from->members[i].value, arena);
        if (!members[i].key.ptr || !members[i].value)
            return false;
    }
    to->members = members;
    return true;
}

const struct dyn *dyn_copy(const struct dyn *dyn, struct arena *arena)
{
    if (dyn->kind == DYN_NULL)
        return &DYN_NULL_VALUE;
    struct dyn *copy = arena_alloc(arena, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *dyn;
    bool copied = true;
    if (dyn->kind == DYN_STRING) {
        copy->str = arena_copy(arena, dyn->str);
        copied = copy->str.ptr != NULL;
    } else if (dyn->kind == DYN_ARRAY) {
        copied = copy_items(dyn, copy, arena);
    } else if (dyn->kind == DYN_BAG) {
        copied = copy_members(dyn, copy, arena);
    }
    return copied ? copy : NULL;
}

static const struct dyn *dyn_new(struct dyn content, struct arena *arena)
{
    struct dyn *dyn = arena_alloc(arena, sizeof *dyn);
    if (dyn)
        *dyn = content;
    return dyn;
}

const struct dyn *dyn_new_string(struct slice text, struct arena *arena)
{
    return dyn_new((struct dyn){.kind = DYN_STRING, .str = text}, arena);
}

const struct dyn *dyn_new_long(int64_t value, struct arena *arena)
{
    return dyn_new((struct dyn){.kind = DYN_LONG, .i64 = value}, arena);
}

const struct dyn *dyn_new_array(const struct dyn *const *items, uint32_t count, struct arena *arena)
{
    return dyn_new((struct dyn){.kind = DYN_ARRAY, .count = count, .items = items}, arena);
}

const struct dyn *dyn_new_bag(const struct dyn_member *members, uint32_t count, struct arena *arena)
{
    return dyn_new((struct dyn){.kind = DYN_BAG, .count = count, .members = members}, arena);
}
