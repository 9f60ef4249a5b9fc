/*
 * json_row.c - reads a record whole: see json_row.h.
 */
#include "source/json/json_row.h"

#include "base/mem.h"

#include <assert.h>

/* A key longer than this names no column; it bounds the memory for one spelt with escapes. */
enum { KEY_MAX = 1024 };

static bool table_init(struct json_table *table, uint32_t columns)
{
    table->entries = mem_array(NULL, columns, sizeof *table->entries);
    table->place = mem_zalloc(columns, sizeof *table->place);
    return table->entries && table->place;
}

static void table_release(struct json_table *table)
{
    mem_free(table->entries);
    mem_free(table->place);
    *table = (struct json_table){0};
}

static void table_clear(struct json_table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        table->place[table->entries[i].column] = 0;
    table->count = 0;
}

/* Of a key that stands twice the last one counts. */
static void table_put(struct json_table *table, struct json_entry entry)
{
    uint32_t place = table->place[entry.column];
    if (!place)
        table->place[entry.column] = place = ++table->count;
    table->entries[place - 1] = entry;
}

/* Only what is counted is ever looked at: a small block is not to pay for zeroing it all. */
static struct json_trail *trail_new(void)
{
    struct json_trail *trail = mem_alloc(sizeof *trail);
    if (trail)
        json_trail_init(trail);
    return trail;
}

enum err_code json_reader_init(struct json_reader *reader, const struct json_keys *keys, struct arena *arena,
                               struct err *err)
{
    uint32_t columns = keys->schema->count;
    *reader = (struct json_reader){.keys = keys, .arena = arena};
    buf_init(&reader->text, 0);
    reader->follower = mem_zalloc((size_t)columns + 1, sizeof *reader->follower);
    reader->found_at = mem_zalloc(columns, sizeof *reader->found_at);
    reader->row_trail = trail_new();
    reader->properties_trail = trail_new();
    bool trails = reader->row_trail && reader->properties_trail;
    bool rows = table_init(&reader->row, columns), properties = table_init(&reader->properties, columns);
    if (rows && properties && reader->follower && reader->found_at && trails)
        return ERR_NONE;
    json_reader_release(reader);
    return err_no_memory(err, columns * sizeof(struct json_entry));
}

void json_reader_release(struct json_reader *reader)
{
    table_release(&reader->row);
    table_release(&reader->properties);
    mem_free(reader->follower);
    mem_free(reader->found_at);
    mem_free(reader->row_trail);
    mem_free(reader->properties_trail);
    reader->follower = reader->found_at = NULL;
    reader->row_trail = reader->properties_trail = NULL;
    buf_release(&reader->text);
}

const struct json_entry *json_index_find(struct json_reader *reader, const struct json_index *index, uint32_t column)
{
    uint32_t at = reader->found_at[column];
    if (at < index->count && index->entry[at].column == column)
        return &index->entry[at];
    for (at = 0; at < index->count; at++) {
        if (index->entry[at].column == column) {
            reader->found_at[column] = at;
            return &index->entry[at];
        }
    }
    return NULL;
}

static bool is_ascii(struct slice text)
{
    unsigned char all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.ptr[i];
    return all < 0x80;
}

/* *previous is the column met before, or the schema's count; senders keep an order, so its follower is tried first. */
static uint32_t column_of(struct json_reader *reader, struct json_text key, uint32_t *previous)
{
    const struct schema *schema = reader->keys->schema;
    struct slice name = key.raw;
    if (name.len > KEY_MAX)
        return COLUMN_NONE;
    if (key.escaped || !is_ascii(name)) {
        buf_clear(&reader->text);
        json_text_decode(key, &reader->text);
        reader->failed |= reader->text.failed;
        name = buf_slice(&reader->text);
    }
    uint32_t column = reader->follower[*previous];
    if (schema->columns[column].origin == COLUMN_PROVENANCE || !slice_eq(schema->columns[column].name, name))
        column = json_keys_find(reader->keys, name);
    if (column != COLUMN_NONE) {
        reader->follower[*previous] = column;
        *previous = column;
    }
    return column;
}

static void put(struct json_reader *reader, struct json_table *table, uint32_t column, struct slice value)
{
    if (column != COLUMN_NONE)
        table_put(table, (struct json_entry){column, (uint32_t)(value.ptr - reader->base), (uint32_t)value.len});
}

/* Where members of a trail go. */
struct trail_user {
    struct json_reader *reader;
    struct json_table *table;
};

static inline void trail_put(void *user, uint32_t column, struct slice value)
{
    const struct trail_user *to = user;
    put(to->reader, to->table, column, value);
}

bool json_key_holds_rows(struct json_text key)
{
    return json_text_is_nocase(key, SLICE("records")) || json_text_is_nocase(key, SLICE("results"));
}

/* What decides a record's shape, gathered on the way through its members. */
struct findings {
    bool has_properties; /* the last one is an object */
    bool has_rows;
    bool other_category, other_type, other_table;
};

static bool string_is(struct slice value, struct slice wanted)
{
    struct json_cursor cursor = {value.ptr, value.ptr + value.len, NULL};
    struct json_text text;
    return json_string(&cursor, &text) && json_text_is(text, wanted);
}

bool json_names_other_table(struct slice value)
{
    return value.ptr[0] == '"' && value.len > 2 && !string_is(value, SLICE(JSON_TABLE));
}

/* Does the key say nothing about the record's shape? Only such keys may be learned. */
static bool is_mere_column(struct json_text key)
{
    static const struct slice NAMES[] = {{"category", 8}, {"Type", 4}, {"$table", 6}, {"properties", 10}};
    if (key.escaped || json_key_holds_rows(key))
        return false;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (slice_eq(key.raw, NAMES[i]))
            return false;
    }
    return true;
}

static void findings_add(struct findings *findings, struct json_text key, struct slice value)
{
    if (json_text_is(key, SLICE("category")))
        findings->other_category = !string_is(value, SLICE(JSON_CATEGORY));
    else if (json_text_is(key, SLICE("Type")))
        findings->other_type = json_names_other_table(value);
    else if (json_text_is(key, SLICE("$table")))
        findings->other_table = json_names_other_table(value);
    else if (value.ptr[0] == '[' && json_key_holds_rows(key))
        findings->has_rows = true;
}

static bool members_read(struct json_reader *reader, struct json_trail *trail, struct json_table *table,
                         struct json_cursor *cursor, struct findings *findings);

/* The object that may be a row inside of an envelope. */
static bool properties_read(struct json_reader *reader, struct json_cursor *cursor)
{
    table_clear(&reader->properties);
    return members_read(reader, reader->properties_trail, &reader->properties, cursor, NULL);
}

/* The value of a member; the record's own `properties` is read as a row if it can be one. */
static bool member_read(struct json_reader *reader, struct json_cursor *cursor, struct json_text key,
                        struct findings *findings, struct slice *out_value)
{
    bool properties = findings && json_text_is(key, SLICE("properties"));
    if (properties)
        findings->has_properties = cursor->at < cursor->end && *cursor->at == '{';
    const char *start = cursor->at;
    if (!properties || !findings->has_properties)
        return json_value(cursor, out_value);
    if (!properties_read(reader, cursor))
        return false;
    *out_value = slice_of(start, (size_t)(cursor->at - start));
    return true;
}

/* The members of the record (with findings), or of the row inside of it (NULL, so that it goes no deeper). */
static bool members_read(struct json_reader *reader, struct json_trail *trail, struct json_table *table,
                         struct json_cursor *cursor, struct findings *findings)
{
    struct json_walk walk;
    struct trail_user to = {reader, table};
    uint32_t previous = reader->keys->schema->count;
    json_enter(cursor, &walk);
    json_trail_begin(trail);
    for (;;) {
        struct json_text key;
        struct slice value;
        if (!json_trail_follow(trail, cursor, &walk, trail_put, &to))
            return false;
        const char *lead = cursor->at;
        bool is_first = !walk.begun;
        enum json_step step = json_member(cursor, &walk, &key);
        if (step != JSON_ITEM)
            return step == JSON_END;
        uint32_t column = column_of(reader, key, &previous);
        if (!findings || is_mere_column(key))
            json_trail_learn(trail, slice_of(lead, (size_t)(cursor->at - lead)), is_first, column);
        if (!member_read(reader, cursor, key, findings, &value))
            return false;
        if (findings)
            findings_add(findings, key, value);
        put(reader, table, column, value);
    }
}

static enum err_code index_make(const struct json_table *table, struct arena *arena,
                                const struct json_index **out_index, struct err *err)
{
    size_t size = sizeof(struct json_index) + table->count * sizeof(struct json_entry);
    struct json_index *index = arena_alloc(arena, size);
    if (!index)
        return err_no_memory(err, size);
    index->count = table->count;
    if (table->count)
        memcpy(index->entry, table->entries, table->count * sizeof(struct json_entry));
    *out_index = index;
    return ERR_NONE;
}

static enum err_code record_finish(struct json_reader *reader, const struct findings *findings, bool may_contain,
                                   struct json_record *out_record, struct err *err)
{
    if (reader->failed)
        return err_no_memory(err, KEY_MAX);
    if (may_contain && findings->has_rows) {
        out_record->shape = JSON_CONTAINER;
        return ERR_NONE;
    }
    bool passed = findings->has_properties ? findings->other_category : findings->other_type || findings->other_table;
    if (passed) {
        out_record->shape = JSON_PASSED;
        return ERR_NONE;
    }
    out_record->shape = JSON_ROW;
    return index_make(findings->has_properties ? &reader->properties : &reader->row, reader->arena, &out_record->index,
                      err);
}

enum err_code json_record_read(struct json_reader *reader, struct slice record, bool may_contain,
                               struct json_record *out_record, struct err *err)
{
    struct json_cursor cursor = {record.ptr, record.ptr + record.len, NULL};
    struct findings findings = {0};
    struct slice value;
    *out_record = (struct json_record){.shape = JSON_MALFORMED};
    table_clear(&reader->row);
    table_clear(&reader->properties);
    json_blanks(&cursor);
    bool array = may_contain && cursor.at < cursor.end && *cursor.at == '[';
    bool good;
    if (array) {
        findings.has_rows = true;
        good = json_value(&cursor, &value);
    } else if (cursor.at < cursor.end && *cursor.at == '{') {
        good = members_read(reader, reader->row_trail, &reader->row, &cursor, &findings);
    } else {
        cursor.why = "no object";
        good = false;
    }
    if (!good || !json_at_end(&cursor)) {
        out_record->why = cursor.why;
        return ERR_NONE;
    }
    return record_finish(reader, &findings, may_contain, out_record, err);
}

enum err_code json_properties_read(struct json_reader *reader, struct json_cursor *cursor, const char *end,
                                   const struct json_index **out_index, struct err *err)
{
    *out_index = NULL;
    bool good = properties_read(reader, cursor) && cursor->at == end;
    if (reader->failed)
        return err_no_memory(err, KEY_MAX);
    return good ? index_make(&reader->properties, reader->arena, out_index, err) : ERR_NONE;
}

static enum err_code array_each(struct json_cursor *cursor, json_element_fn each, void *user, struct err *err)
{
    struct json_walk walk;
    struct slice element;
    json_enter(cursor, &walk);
    while (json_element(cursor, &walk) == JSON_ITEM && json_value(cursor, &element))
        TRY(each(user, element, err));
    return ERR_NONE;
}

enum err_code json_container_each(struct slice container, json_element_fn each, void *user, struct err *err)
{
    struct json_cursor cursor = {container.ptr, container.ptr + container.len, NULL};
    struct json_walk walk;
    struct json_text key;
    struct slice value;
    json_blanks(&cursor);
    if (*cursor.at == '[')
        return array_each(&cursor, each, user, err);
    json_enter(&cursor, &walk);
    while (json_member(&cursor, &walk, &key) == JSON_ITEM) {
        if (*cursor.at == '[' && json_key_holds_rows(key)) {
            TRY(array_each(&cursor, each, user, err));
        } else if (!json_value(&cursor, &value)) {
            break;
        }
    }
    assert(!cursor.why);
    return ERR_NONE;
}
