/*
 * json_discover.c - the columns that an input's head has and the schema does not, typed by what stands in them.
 *
 * Nothing of an input is read before, so that a MiB of records is looked at while all threads wait: a record whose keys are those of the
 * ones before is taken in one pass (discover_known()), and others as JSON, which also learns their keys.
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
    struct json_trail *row;   /* of rows' keys; its columns: places in found, or NOT_FOUND */
    struct json_trail *outer; /* of what stands around rows that lie in envelopes */
    bool in_envelope;         /* ... as that of the record before did */
    bool failed;
};
#define NOT_FOUND  UINT32_MAX
#define PROPERTIES SLICE("properties")
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

/* Is it a name that a new column could have? */
static bool is_new_name(const struct discovery *discovery, struct slice name)
{
    return name.len && name.len <= FOUND_NAME_MAX && schema_find(discovery->schema, name) == COLUMN_NONE;
}

/* The name's slot; it holds 0 if that was not found yet. */
static uint32_t *slot_of(struct discovery *discovery, struct slice name)
{
    uint32_t slot = (uint32_t)hash_bytes(name, (uint64_t)(uintptr_t)discovery->slots) % DISCOVERY_SLOTS;
    while (discovery->slots[slot] && !slice_eq(discovery->found[discovery->slots[slot] - 1].name, name))
        slot = (slot + 1) % DISCOVERY_SLOTS;
    return &discovery->slots[slot];
}

/* Where the key is in what was found, or NOT_FOUND if it is no new column. */
static uint32_t discover_key(struct discovery *discovery, struct slice name)
{
    if (!is_new_name(discovery, name))
        return NOT_FOUND;
    uint32_t *slot = slot_of(discovery, name);
    if (!*slot) {
        if (discovery->count + discovery->schema->count >= SCHEMA_COLUMNS_MAX)
            return NOT_FOUND;
        struct slice copy = arena_copy(discovery->arena, name);
        discovery->failed |= !copy.ptr;
        if (!copy.ptr)
            return NOT_FOUND;
        discovery->found[discovery->count++] = (struct found){.name = copy};
        *slot = discovery->count;
    }
    return *slot - 1;
}

/* --- a record as JSON --- */

/* A member as it was met. */
struct member {
    bool known;           /* by the trail: its key says nothing of what the record is */
    uint32_t found;       /* where the key is in what was found, if it is known */
    struct json_text key; /* if it is not */
    struct slice lead;    /* ... with what stands before it and up to the value */
    bool is_first;
    struct slice value;
};

/* Most records have the keys of the one before, in the same place: these are not read again. */
static bool member_next(struct json_trail *trail, struct json_cursor *cursor, struct json_walk *members,
                        struct member *out_member)
{
    const char *lead = cursor->at;
    *out_member = (struct member){.is_first = !members->begun};
    out_member->known = json_trail_take(trail, cursor, members, &out_member->found);
    if (!out_member->known && json_member(cursor, members, &out_member->key) != JSON_ITEM)
        return false;
    out_member->lead = slice_of(lead, (size_t)(cursor->at - lead));
    return json_value(cursor, &out_member->value);
}

/* May the key say what the record is? Then it has to be looked at each time; and so it is with one that is spelt with escapes. */
static bool is_telling(struct json_text key)
{
    return key.escaped || json_text_is(key, PROPERTIES) || json_key_holds_rows(key);
}

static void member_learn(struct json_trail *trail, const struct member *member, uint32_t found)
{
    if (!is_telling(member->key))
        json_trail_learn(trail, member->lead, member->is_first, found);
}

/* The text of the record's row: its `properties`, or itself. */
static struct slice row_of(struct discovery *discovery, struct slice record)
{
    struct json_cursor cursor = {record.ptr, record.ptr + record.len, NULL};
    struct json_walk members;
    struct member member;
    struct slice row = record;
    json_enter(&cursor, &members);
    json_trail_begin(discovery->outer);
    while (member_next(discovery->outer, &cursor, &members, &member)) {
        if (!member.known && json_text_is(member.key, PROPERTIES))
            row = member.value.ptr[0] == '{' ? member.value : record;
        else if (!member.known)
            member_learn(discovery->outer, &member, NOT_FOUND);
    }
    return row;
}

static uint32_t member_find(struct discovery *discovery, const struct member *member)
{
    if (member->known)
        return member->found;
    buf_clear(&discovery->text);
    if (member->key.raw.len <= (size_t)6 * FOUND_NAME_MAX)
        json_text_decode(member->key, &discovery->text);
    discovery->failed |= discovery->text.failed;
    uint32_t found = discover_key(discovery, buf_slice(&discovery->text));
    member_learn(discovery->row, member, found);
    return found;
}

static bool discover_record(void *user, struct slice record, bool complete)
{
    struct discovery *discovery = user;
    if (!complete)
        return true;
    struct slice row = row_of(discovery, record);
    struct json_cursor cursor = {row.ptr, row.ptr + row.len, NULL};
    struct json_walk members;
    struct member member;
    discovery->in_envelope = row.ptr != record.ptr;
    json_enter(&cursor, &members);
    json_trail_begin(discovery->row);
    while (member_next(discovery->row, &cursor, &members, &member)) {
        uint32_t found = member_find(discovery, &member);
        if (found != NOT_FOUND)
            discovery->found[found].seen |= seen_in(member.value);
    }
    return !discovery->failed;
}

/* --- a record like the one before, all of whose keys are known --- */

/* What was seen of found columns; it counts once the record has turned out to be one. */
enum { NOTES_MAX = 3 * TRAIL_STEPS_MAX };
struct notes {
    uint32_t count;
    struct {
        uint32_t found;
        unsigned seen;
    } note[NOTES_MAX];
};

static inline void note(void *user, uint32_t found, struct slice value)
{
    struct notes *notes = user;
    if (found == NOT_FOUND)
        return;
    notes->note[notes->count].found = found;
    notes->note[notes->count++].seen = seen_in(value);
}

/*
 * Takes the members of an object up to one whose key may say what it is, at whose value the cursor stands then (JSON_ITEM, with
 * *out_key), or to its end. JSON_FAULT also at a key that is new. The trail can't know short keys.
 */
static enum json_step members_known(struct discovery *discovery, struct json_trail *trail, struct json_cursor *cursor,
                                    struct json_walk *members, struct json_text *out_key, struct notes *notes)
{
    for (;;) {
        struct slice value;
        if (!json_trail_follow(trail, cursor, members, note, notes))
            return JSON_FAULT;
        enum json_step step = json_member(cursor, members, out_key);
        if (step != JSON_ITEM || is_telling(*out_key))
            return step;
        bool is_row = trail == discovery->row;
        uint32_t found = is_row && is_new_name(discovery, out_key->raw) ? *slot_of(discovery, out_key->raw) : NOT_FOUND;
        if (found == 0 || notes->count >= NOTES_MAX - TRAIL_STEPS_MAX || !json_value(cursor, &value))
            return JSON_FAULT;
        note(notes, found == NOT_FOUND ? NOT_FOUND : found - 1, value);
    }
}

/* An object that is a row. */
static bool row_known(struct discovery *discovery, struct json_cursor *cursor, struct notes *notes)
{
    struct json_walk members;
    struct json_text key;
    json_enter(cursor, &members);
    json_trail_begin(discovery->row);
    return members_known(discovery, discovery->row, cursor, &members, &key, notes) == JSON_END;
}

/* The same with such a row under `properties`. */
static bool envelope_known(struct discovery *discovery, struct json_cursor *cursor, struct notes *notes)
{
    struct json_walk members;
    struct json_text key;
    json_enter(cursor, &members);
    json_trail_begin(discovery->outer);
    return members_known(discovery, discovery->outer, cursor, &members, &key, notes) == JSON_ITEM &&
           json_text_is(key, PROPERTIES) && cursor->at < cursor->end && *cursor->at == '{' &&
           row_known(discovery, cursor, notes) &&
           members_known(discovery, discovery->outer, cursor, &members, &key, notes) == JSON_END;
}

static bool discover_known(void *user, struct json_cursor *cursor)
{
    struct discovery *discovery = user;
    struct json_cursor at = *cursor;
    struct notes notes;
    notes.count = 0;
    bool known = discovery->in_envelope ? envelope_known(discovery, &at, &notes) : row_known(discovery, &at, &notes);
    if (!known)
        return false;
    for (uint32_t i = 0; i < notes.count; i++)
        discovery->found[notes.note[i].found].seen |= notes.note[i].seen;
    *cursor = at;
    return true;
}

/* --- all --- */

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
    discovery.row = mem_alloc(sizeof *discovery.row);
    discovery.outer = mem_alloc(sizeof *discovery.outer);
    discovery.failed = !discovery.found || !discovery.slots || !discovery.row || !discovery.outer;
    buf_init(&discovery.text, 0);
    struct json_head_walk walk = {.head = head, .each = discover_record, .known = discover_known, .user = &discovery};
    if (!discovery.failed) {
        json_trail_init(discovery.row);
        json_trail_init(discovery.outer);
        json_head_walk(&walk);
    }
    enum err_code code = discovery_finish(&discovery, out_defs, out_count, err);
    buf_release(&discovery.text);
    mem_free(discovery.outer);
    mem_free(discovery.row);
    mem_free(discovery.slots);
    mem_free(discovery.found);
    return code;
}
