/*
 * kept.c - a value that is replaced often, in memory that is used again: see struct kept in aggr_int.h.
 *
 * A dynamic is laid out in the run of bytes as it stands in memory: nodes, arrays of pointers and texts, one behind the
 * other, each aligned.
 */
#include "event/row_bytes.h"
#include "kql/func/aggr_int.h"

#include <string.h>

enum { ALIGNMENT = 16 };

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* Room that a copy takes. A dynamic in memory is never so large that this could overflow. */
static size_t dyn_room(const struct dyn *dyn)
{
    size_t room = aligned(sizeof *dyn);
    if (dyn->kind == DYN_STRING)
        room += aligned(dyn->str.len);
    for (uint32_t i = 0; dyn->kind == DYN_ARRAY && i < dyn->count; i++)
        room += dyn_room(dyn->items[i]);
    for (uint32_t i = 0; dyn->kind == DYN_BAG && i < dyn->count; i++)
        room += aligned(dyn->members[i].key.len) + dyn_room(dyn->members[i].value);
    if (dyn->kind == DYN_ARRAY)
        room += aligned(dyn->count * sizeof *dyn->items);
    if (dyn->kind == DYN_BAG)
        room += aligned(dyn->count * sizeof *dyn->members);
    return room;
}

static void *take(char **at, size_t size)
{
    void *taken = *at;
    *at += aligned(size);
    return taken;
}

static struct slice place_text(struct slice text, char **at)
{
    char *copy = take(at, text.len);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    return slice_of(copy, text.len);
}

static const struct dyn *place_dyn(const struct dyn *dyn, char **at)
{
    struct dyn *copy = take(at, sizeof *copy);
    *copy = *dyn;
    if (dyn->kind == DYN_STRING)
        copy->str = place_text(dyn->str, at);
    if (dyn->kind == DYN_ARRAY) {
        const struct dyn **items = take(at, dyn->count * sizeof *items);
        copy->items = items;
        for (uint32_t i = 0; i < dyn->count; i++)
            items[i] = place_dyn(dyn->items[i], at);
    }
    if (dyn->kind == DYN_BAG) {
        struct dyn_member *members = take(at, dyn->count * sizeof *members);
        copy->members = members;
        for (uint32_t i = 0; i < dyn->count; i++) {
            members[i].key = place_text(dyn->members[i].key, at);
            members[i].value = place_dyn(dyn->members[i].value, at);
        }
    }
    return copy;
}

static enum err_code kept_reserve(struct kept *kept, size_t room, struct arena *arena, struct err *err)
{
    if (room <= kept->capacity)
        return ERR_NONE;
    size_t capacity = room < 2 * kept->capacity ? 2 * kept->capacity : room;
    char *space = arena_alloc(arena, capacity);
    if (!space)
        return err_no_memory(err, capacity);
    kept->space = space;
    kept->capacity = capacity;
    return ERR_NONE;
}

enum err_code kept_set(struct kept *kept, const struct value *value, struct arena *arena, struct err *err)
{
    struct value copy = *value;
    if (value->type == TYPE_STRING) {
        TRY(kept_reserve(kept, aligned(value->str.len) + ALIGNMENT, arena, err));
        char *at = kept->space;
        copy.str = place_text(value->str, &at);
    } else if (value->type == TYPE_DYNAMIC && !value->is_null) {
        TRY(kept_reserve(kept, dyn_room(value->dyn), arena, err));
        char *at = kept->space;
        copy.dyn = place_dyn(value->dyn, &at);
    }
    kept->value = copy;
    kept->is_set = true;
    return ERR_NONE;
}

void kept_save(const struct kept *kept, struct buf *out)
{
    bytes_put_number(out, kept->is_set);
    if (kept->is_set)
        bytes_put_value(out, &kept->value);
}

/* The value borrows from the bytes; the first that replaces it makes room of its own. */
enum err_code kept_load(struct kept *kept, struct slice *bytes, struct arena *arena, struct err *err)
{
    uint64_t is_set = 0;
    TRY(bytes_get_number(bytes, &is_set, err));
    if (!is_set)
        return ERR_NONE;
    TRY(bytes_get_value(bytes, arena, &kept->value, err));
    kept->is_set = true;
    return ERR_NONE;
}
