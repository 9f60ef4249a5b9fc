/*
 * json_keys.c - from a key's text to its column: a hash table over the schema's names.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "source/json/json_row.h"

static uint32_t key_hash(const struct json_keys *keys, struct slice key)
{
    /* Column names come from the input too: where the table lies in memory is what nobody outside can know. */
    return (uint32_t)hash_bytes(key, (uint64_t)(uintptr_t)keys->slots) & keys->mask;
}

enum err_code json_keys_init(struct json_keys *keys, const struct schema *schema, struct err *err)
{
    uint32_t size = 64;
    while (size < schema->count * 4)
        size *= 2;
    *keys = (struct json_keys){.schema = schema, .mask = size - 1};
    keys->slots = mem_zalloc(size, sizeof *keys->slots);
    if (!keys->slots)
        return err_no_memory(err, size * sizeof *keys->slots);
    for (uint32_t column = 0; column < schema->count; column++) {
        if (schema->columns[column].origin == COLUMN_PROVENANCE)
            continue;
        uint32_t slot = key_hash(keys, schema->columns[column].name);
        while (keys->slots[slot])
            slot = (slot + 1) & keys->mask;
        keys->slots[slot] = column + 1;
    }
    return ERR_NONE;
}

void json_keys_release(struct json_keys *keys)
{
    mem_free(keys->slots);
    keys->slots = NULL;
}

uint32_t json_keys_find(const struct json_keys *keys, struct slice key)
{
    for (uint32_t slot = key_hash(keys, key); keys->slots[slot]; slot = (slot + 1) & keys->mask) {
        uint32_t column = keys->slots[slot] - 1;
        if (slice_eq(keys->schema->columns[column].name, key))
            return column;
    }
    return COLUMN_NONE;
}
