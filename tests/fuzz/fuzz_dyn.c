/*
 * fuzz_dyn.c - JSON into dynamics and back: what is written is valid, reads back as the same, and a copy is equal.
 */
#include "base/utf8.h"
#include "event/dyn.h"
#include "fuzz.h"

/* Infinity, from a number too large, is written as a string: it comes back as one. */
static bool holds_infinity(struct slice json)
{
    return slice_find(json, SLICE("Infinity"), 0) >= 0;
}

static void check_round_trip(const struct dyn *dyn, struct arena *arena)
{
    struct buf json, again;
    const struct dyn *back;
    buf_init(&json, 0);
    buf_init(&again, 0);
    dyn_to_json(dyn, &json);
    FUZZ_CHECK(utf8_is_valid(buf_slice(&json)));
    FUZZ_CHECK(dyn_parse(buf_slice(&json), arena, &back, NULL) == ERR_NONE);
    dyn_to_json(back, &again);
    FUZZ_CHECK(slice_eq(buf_slice(&json), buf_slice(&again)));
    if (!holds_infinity(buf_slice(&json))) {
        FUZZ_CHECK(dyn_equal(dyn, back) && dyn_compare(dyn, back) == 0);
        FUZZ_CHECK(dyn_hash(dyn, 3) == dyn_hash(back, 3));
    }
    buf_release(&json);
    buf_release(&again);
}

/* Each member is found by its key, each element by its index from both ends. */
static void check_paths(const struct dyn *dyn)
{
    for (uint32_t i = 0; dyn->kind == DYN_BAG && i < dyn->count && i < 100; i++)
        FUZZ_CHECK(dyn_get(dyn, dyn->members[i].key) == dyn->members[i].value);
    for (uint32_t i = 0; dyn->kind == DYN_ARRAY && i < dyn->count; i++) {
        FUZZ_CHECK(dyn_at(dyn, i) == dyn->items[i]);
        FUZZ_CHECK(dyn_at(dyn, (int64_t)i - dyn->count) == dyn->items[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    const struct dyn *dyn;
    arena_init(&arena, 0);
    if (dyn_parse(slice_of((const char *)data, size), &arena, &dyn, NULL) == ERR_NONE) {
        check_round_trip(dyn, &arena);
        check_paths(dyn);
        const struct dyn *copy = dyn_copy(dyn, &arena);
        FUZZ_CHECK(copy && dyn_equal(dyn, copy));
    }
    arena_release(&arena);
    return 0;
}
