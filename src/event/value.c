/*
 * value.c - one scalar value: making, comparing, hashing, copying. See value.h; texts are in value_text.c, conversions
 * in value_convert.c.
 */
#include "event/value.h"

#include "base/hash.h"
#include "event/decimal.h"

#include <math.h>

struct value value_null(enum type type)
{
    if (type == TYPE_STRING)
        return value_str(SLICE(""));
    struct value value = {.type = type, .is_null = true};
    if (type == TYPE_DYNAMIC)
        value.dyn = &DYN_NULL_VALUE;
    return value;
}

struct value value_i64(enum type type, int64_t v)
{
    return (struct value){.type = type, .i64 = v};
}

struct value value_real(double v)
{
    return (struct value){.type = TYPE_REAL, .f64 = v};
}

struct value value_str(struct slice text)
{
    return (struct value){.type = TYPE_STRING, .str = text};
}

struct value value_dyn(const struct dyn *dyn)
{
    if (!dyn || dyn->kind == DYN_NULL)
        return value_null(TYPE_DYNAMIC);
    return (struct value){.type = TYPE_DYNAMIC, .dyn = dyn};
}

static int compare_reals(double a, double b)
{
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

int value_compare(const struct value *a, const struct value *b)
{
    switch (type_lane(a->type)) {
    case LANE_I64:
        return (a->i64 > b->i64) - (a->i64 < b->i64);
    case LANE_F64:
        return compare_reals(a->f64, b->f64);
    case LANE_DEC:
        return decimal_compare(a->dec, b->dec);
    case LANE_GUID:
        return memcmp(a->guid.byte, b->guid.byte, sizeof a->guid.byte);
    case LANE_STR:
        return slice_compare(a->str, b->str);
    case LANE_DYN:
        return dyn_compare(a->dyn, b->dyn);
    }
    return 0;
}

bool value_same(const struct value *a, const struct value *b)
{
    if (a->type != b->type || a->is_null != b->is_null)
        return false;
    if (a->is_null)
        return true;
    if (a->type == TYPE_DYNAMIC)
        return dyn_equal(a->dyn, b->dyn);
    return value_compare(a, b) == 0;
}

uint64_t value_hash(const struct value *value, uint64_t seed)
{
    if (value->is_null)
        return hash_u64(UINT64_MAX - (uint64_t)value->type, seed);
    switch (type_lane(value->type)) {
    case LANE_I64:
        return hash_u64((uint64_t)value->i64, seed);
    case LANE_F64:
        return hash_real(value->f64, seed);
    case LANE_DEC:
        return hash_real(decimal_to_real(value->dec), seed);
    case LANE_GUID:
        return hash_bytes(slice_of((const char *)value->guid.byte, sizeof value->guid.byte), seed);
    case LANE_STR:
        return hash_bytes(value->str, seed);
    case LANE_DYN:
        return dyn_hash(value->dyn, seed);
    }
    return seed;
}

bool value_copy(const struct value *in, struct arena *arena, struct value *out_value)
{
    *out_value = *in;
    if (in->type == TYPE_STRING) {
        out_value->str = arena_copy(arena, in->str);
        return out_value->str.ptr != NULL;
    }
    if (in->type == TYPE_DYNAMIC && !in->is_null) {
        out_value->dyn = dyn_copy(in->dyn, arena);
        return out_value->dyn != NULL;
    }
    return true;
}
