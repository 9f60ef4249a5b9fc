/*
 * json_discover.c - the columns that an input's head has and the schema does not, typed by what stands in them.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "event/datetime.h"
#include "event/value.h"
#include "source/json/json_head.h"
#include "source/json/json_row.h"
#include "source/json/json_trail.h"

enum { FOUND_NAME_MAX = 256 }; /* a longer key is no column */

enum seen {
    SEEN_BOOL = 1,
    SEEN_LONG = 2,
    SEEN_REAL = 4,
    SEEN_DATETIME = 8,
    SEEN_STRING = 16,
    SEEN_DYNAMIC = 32,
};

struct found {
    struct slice name;
    unsigned seen; /* kinds of values */
};

struct discovery {
    const struct schema *schema;
    struct arena *arena;
    struct found *found; /* [SCHEMA_COLUMNS_MAX] */
    uint32_t *slots;     /* open addressing: found + 1 */
    uint32_t count;
    struct buf text;
    struct json_trail *trail; /* its columns: places in found, or NOT_FOUND */
    bool failed;
};
#define NOT_FOUND UINT32_MAX
enum { DISCOVERY_SLOTS = 4 * SCHEMA_COLUMNS_MAX };

static unsigned seen_in(struct slice value)
{
    double real;
    int64_t whole;
    switch (value.ptr[0]) {
    case 'n':
        return 0;
    case 't':
    case 'f':
        return SEEN_BOOL;
    case '{':
    case '[':
        return SEEN_DYNAMIC;
    case '"':
        if (value.len == 2)
            return 0;
        return datetime_parse_iso(slice_cut(value, 1, value.len - 1), &whole) ? SEEN_DATETIME : SEEN_STRING;
    default:
        if (!memchr(value.ptr, '.', value.len) && !memchr(value.ptr, 'e', value.len) &&
            !memchr(value.ptr, 'E', value.len) && long_from_text(value, &whole))
            return SEEN_LONG;
        return real_from_text(value, &real) ? SEEN_REAL : SEEN_DYNAMIC;
    }
}

/* What can hold all that was seen; a mixture of kinds is a dynamic. */
static enum type type_of(unsigned seen)
{
    switch (seen) {
    case SEEN_BOOL:
        return TYPE_BOOL;
    case SEEN_LONG:
        return TYPE_LONG;
    case SEEN_REAL:
    case SEEN_REAL | SEEN_LONG:
        return TYPE_REAL;
    case SEEN_DATETIME:
        return TYPE_DATETIME;
    case 0:
    case SEEN_STRING:
    case SEEN_STRING | SEEN_DATETIME:
        return TYPE_STRING;
    default:
        return TYPE_DYNAMIC;
    }
}

/* Where the key is in what was found, or NOT_FOUND if it is no new column. */
static uint32_t discover_key(struct discovery *discovery, struct slice name)
{
    if (name.len == 0 || name.len > FOUND_NAME_MAX || schema_find(discovery->schema, name) != COLUMN_NONE)
        return NOT_FOUND;
    uint32_t slot = (uint32_t)hash_bytes(name, (uint64_t)(uintptr_t)discovery->slots) % DISCOVERY_SLOTS;
    while (discovery->slots[slot] && !slice_eq(discovery->found[discovery->slots[slot] - 1].name, name))
        slot = (slot + 1) % DISCOVERY_SLOTS;
    if (!discovery->slots[slot]) {
        if (discovery->count + discovery->schema->count >= SCHEMA_COLUMNS_MAX)
            return NOT_FOUND;
        struct slice copy = arena_copy(discovery->arena, name);
        discovery->failed |= !copy.ptr;
        if (!copy.ptr)
            return NOT_FOUND;
        discovery->found[discovery->count++] = (struct found){.name = copy};
        discovery->slots[slot] = discovery->count;
    }
    return discovery->slots[slot] - 1;
}

/* The text of the record's row: its `properties`, or itself. */
static struct slice row_of(struct slice record)
{
    struct json_cursor cursor = {record.ptr, record.ptr + record.len, NULL};
    struct json_walk members;
    struct json_text key;
    struct slice value, row = record;
    json_enter(&cursor, &members);
    while (json_member(&cursor, &members, &key) == JSON_ITEM && json_value(&cursor, &value)) {
        if (json_text_is(key, SLICE("properties")))
            row = value.ptr[0] == '{' ? value : record;
    }
    return row;
}

/*
 * The next member: its value, and where its key is in what was found. Most rows have the keys of the one before, in the same
 * place: these are not read again.
 */
static bool next_member(struct discovery *discovery, struct json_cursor *cursor, struct json_walk *members,
                        uint32_t *out_found, struct slice *out_value)
{
    const char *lead = cursor->at;
    bool is_first = !members->begun;
    struct json_text key;
    if (json_trail_take(discovery->trail, cursor, members, out_found))
        return json_value(cursor, out_value);
    if (json_member(cursor, members, &key) != JSON_ITEM)
        return false;
    struct slice between = slice_of(lead, (size_t)(cursor->at - lead));
    if (!json_value(cursor, out_value))
        return false;
    buf_clear(&discovery->text);
    if (key.raw.len <= (size_t)6 * FOUND_NAME_MAX)
        json_text_decode(key, &discovery->text);
    discovery->failed |= discovery->text.failed;
    *out_found = discover_key(discovery, buf_slice(&discovery->text));
    json_trail_learn(discovery->trail, between, is_first, *out_found);
    return true;
}

static bool discover_record(void *user, struct slice record, bool complete)
{
    struct discovery *discovery = user;
    if (!complete)
        return true;
    struct slice row = row_of(record);
    struct json_cursor cursor = {row.ptr, row.ptr + row.len, NULL};
    struct json_walk members;
    struct slice value;
    uint32_t found;
    json_enter(&cursor, &members);
    json_trail_begin(discovery->trail);
    while (next_member(discovery, &cursor, &members, &found, &value)) {
        if (found != NOT_FOUND)
            discovery->found[found].seen |= seen_in(value);
    }
    return !discovery->failed;
}

static enum err_code discovery_finish(struct discovery *discovery, const struct column_def **out_defs,
                                      uint32_t *out_count, struct err *err)
{
    struct column_def *defs = arena_zalloc(discovery->arena, discovery->count, sizeof *defs);
    if (!defs || discovery->failed)
        return err_no_memory(err, discovery->count * sizeof *defs);
    for (uint32_t i = 0; i < discovery->count; i++)
        defs[i] = (struct column_def){.name = discovery->found[i].name,
                                      .type = type_of(discovery->found[i].seen),
                                      .origin = COLUMN_FOUND,
                                      .stand_in = COLUMN_NONE};
    *out_defs = defs;
    *out_count = discovery->count;
    return ERR_NONE;
}

enum err_code json_discover(struct slice head, const struct schema *schema, struct arena *arena,
                            const struct column_def **out_defs, uint32_t *out_count, struct err *err)
{
    struct discovery discovery = {.schema = schema, .arena = arena};
    discovery.found = mem_array(NULL, SCHEMA_COLUMNS_MAX, sizeof *discovery.found);
    discovery.slots = mem_zalloc(DISCOVERY_SLOTS, sizeof *discovery.slots);
    discovery.trail = mem_alloc(sizeof *discovery.trail);
    discovery.failed = !discovery.found || !discovery.slots || !discovery.trail;
    if (discovery.trail)
        json_trail_init(discovery.trail);
    buf_init(&discovery.text, 0);
    struct json_head_walk walk = {.head = head, .each = discover_record, .user = &discovery};
    if (!discovery.failed)
        json_head_walk(&walk);
    enum err_code code = discovery_finish(&discovery, out_defs, out_count, err);
    buf_release(&discovery.text);
    mem_free(discovery.trail);
    mem_free(discovery.slots);
    mem_free(discovery.found);
    return code;
}
