/*
 * json_row.h - what a JSON record is (a row, an envelope around one, a container of many) and where its values stand.
 *
 *   {"Timestamp":..,"RemoteUrl":..}                               a row
 *   {"time":..,"category":"AdvancedHunting-...","properties":{..}} an envelope: the row is its `properties`
 *   {"records":[..]}, {"Schema":..,"Results":[..]}, [..]          a container: rows or envelopes are its elements
 *
 * An object with an array under `records` or `results` (in any case) is a container, whatever else it has; an object
 * with an object under `properties` is an envelope; any other is a row. Envelopes of another category and rows whose
 * `Type` or `$table` names another table are passed over. Sources: Defender XDR streaming API (envelope), advanced
 * hunting API and Graph runHuntingQuery (results), Log Analytics (`Type`), Azure Data Explorer (`$table`).
 */
#ifndef DDNSHUNT_SOURCE_JSON_ROW_H
#define DDNSHUNT_SOURCE_JSON_ROW_H

#include "base/arena.h"
#include "base/err.h"
#include "event/schema.h"
#include "source/json/json_token.h"
#include "source/json/json_trail.h"

#include <stdint.h>

#define JSON_CATEGORY "AdvancedHunting-DeviceNetworkEvents"
#define JSON_TABLE    "DeviceNetworkEvents"

/* Finds a column by the key's text. Const once it is built. */
struct json_keys {
    const struct schema *schema;
    uint32_t *slots; /* open addressing: column + 1, 0 = free */
    uint32_t mask;
};
enum err_code json_keys_init(struct json_keys *keys, const struct schema *schema, struct err *err) MUST_CHECK;
void json_keys_release(struct json_keys *keys);
/* COLUMN_NONE where no column has that name; columns that the program makes itself are not looked for. */
uint32_t json_keys_find(const struct json_keys *keys, struct slice key);

/* Where the values of a row stand; offsets from the base of the reader. In the order of the keys' first appearance. */
struct json_entry {
    uint32_t column, start, len;
};
struct json_index {
    uint32_t count;
    struct json_entry entry[];
};

enum json_shape { JSON_ROW, JSON_PASSED, JSON_CONTAINER, JSON_MALFORMED };

struct json_record {
    enum json_shape shape;
    const struct json_index *index; /* JSON_ROW: in the arena */
    const char *why;                /* JSON_MALFORMED: static text */
};

/* Columns met in one object. */
struct json_table {
    struct json_entry *entries; /* [schema->count] */
    uint32_t *place;            /* [schema->count]: entry + 1, 0 = not met */
    uint32_t count;
};

/* What reading records needs, to be used again and again by one thread. Set base before the first record. */
struct json_reader {
    const struct json_keys *keys;
    const char *base; /* offsets count from here; records lie within 4 GiB of it */
    struct arena *arena;
    struct json_table row, properties;
    uint32_t *follower; /* [schema->count + 1]: the column that came after this one (last: first) the last time */
    uint32_t *found_at; /* [schema->count]: the column's place in the index in which it was found the last time */
    struct buf text;    /* a key that is spelt with escapes */
    bool failed;        /* no memory for it */
    struct json_trail *row_trail, *properties_trail;
};

enum err_code json_reader_init(struct json_reader *reader, const struct json_keys *keys, struct arena *arena,
                               struct err *err) MUST_CHECK;
void json_reader_release(struct json_reader *reader);

/* The column's entry, or NULL. Most rows have it where the row before had it. */
const struct json_entry *json_index_find(struct json_reader *reader, const struct json_index *index, uint32_t column);

/*
 * Reads a whole record, blanks around it allowed. may_contain: it may be a container (an element of one may not, and is
 * a row or envelope then). ERR_MEMORY alone can fail.
 */
enum err_code json_record_read(struct json_reader *reader, struct slice record, bool may_contain,
                               struct json_record *out_record, struct err *err) MUST_CHECK;

/*
 * Reads the object at the cursor, which lies in an envelope: *out_index as that of the envelope's row. NULL where it is
 * malformed or does not end at `end`. The cursor may go on behind it. ERR_MEMORY alone can fail.
 */
enum err_code json_properties_read(struct json_reader *reader, struct json_cursor *cursor, const char *end,
                                   const struct json_index **out_index, struct err *err) MUST_CHECK;

/* Calls each() for every element of a container's arrays (the record was read as JSON_CONTAINER). */
typedef enum err_code (*json_element_fn)(void *user, struct slice element, struct err *err);
enum err_code json_container_each(struct slice container, json_element_fn each, void *user, struct err *err) MUST_CHECK;

/* The value of `Type` or `$table` says that the row is another table's: a string that is neither empty nor our table. */
bool json_names_other_table(struct slice value);

/* The key names a container's array of rows. */
bool json_key_holds_rows(struct json_text key);

#endif
