/*
 * json_head.c - looks at the first bytes of an input: see json_head.h.
 *
 * A walk gives each record that begins in the head, be it on a line, in a container or one of several pretty-printed
 * objects; the last may be cut off by the head's end.
 */
#include "source/json/json_head.h"

#include "event/schema.h"
#include "source/json/json_row.h"

/* Of a head that begins badly: whether one of them is a record. */
enum { LINES_LOOKED_AT = 64 };

/* --- the walk --- */

static struct slice head_begin(struct slice head)
{
    if (slice_starts(head, SLICE("\xef\xbb\xbf")))
        head = slice_cut(head, 3, head.len);
    while (head.len && json_is_blank(head.ptr[0]))
        head = slice_cut(head, 1, head.len);
    return head;
}

static bool walk_known(const struct json_head_walk *walk, struct json_cursor *cursor)
{
    return walk->known && *cursor->at == '{' && walk->known(walk->user, cursor);
}

/* The value at the cursor as a record. */
static bool walk_record(struct json_head_walk *walk, struct json_cursor *cursor)
{
    const char *start = cursor->at;
    struct slice value;
    if (walk_known(walk, cursor))
        return true;
    bool good = json_value(cursor, &value);
    bool complete = good && cursor->at <= cursor->end;
    if (*start == '{' && (complete || cursor->at == cursor->end))
        walk->stopped |= !walk->each(walk->user, slice_of(start, (size_t)(cursor->at - start)), complete);
    return good && !walk->stopped;
}

static bool walk_array(struct json_head_walk *walk, struct json_cursor *cursor)
{
    struct json_walk members;
    enum json_step step;
    walk->has_rows = true;
    json_enter(cursor, &members);
    while ((step = json_element(cursor, &members)) == JSON_ITEM) {
        if (cursor->at == cursor->end || !walk_record(walk, cursor))
            return false;
    }
    return step == JSON_END;
}

/* An object that may be a container. */
static bool walk_object(struct json_head_walk *walk, struct json_cursor *cursor)
{
    struct json_walk members;
    struct json_text key;
    struct slice value;
    enum json_step step;
    const char *start = cursor->at;
    bool has_rows = false, good = true;
    if (walk_known(walk, cursor))
        return true;
    json_enter(cursor, &members);
    while (good && (step = json_member(cursor, &members, &key)) == JSON_ITEM) {
        bool rows = cursor->at < cursor->end && *cursor->at == '[' && json_key_holds_rows(key);
        has_rows |= rows;
        good = rows ? walk_array(walk, cursor) : json_value(cursor, &value);
    }
    good = good && step == JSON_END;
    if (!has_rows && !walk->stopped && (good || cursor->at == cursor->end))
        walk->stopped |= !walk->each(walk->user, slice_of(start, (size_t)(cursor->at - start)), good);
    return good && !walk->stopped;
}

/* After a fault: the begin of the line behind `start`, or of the fault's line if that is further on. */
static const char *next_line(const char *start, const char *fault, const char *end)
{
    const char *newline = memchr(start, '\n', (size_t)(end - start));
    if (!newline)
        return end;
    const char *line = newline + 1;
    for (const char *at = fault; at > line; at--) {
        if (at[-1] == '\n')
            return at;
    }
    return line;
}

void json_head_walk(struct json_head_walk *walk)
{
    struct slice text = head_begin(walk->head);
    struct json_cursor cursor = {text.ptr, text.ptr + text.len, NULL};
    while (!walk->stopped) {
        json_blanks(&cursor);
        const char *start = cursor.at;
        if (start == cursor.end)
            return;
        bool good = *start == '{' ? walk_object(walk, &cursor) : *start == '[' && walk_array(walk, &cursor);
        if (!good)
            cursor.at = next_line(start, cursor.at, cursor.end);
    }
}

/* --- the claim --- */

static bool is_record_line(struct slice line)
{
    struct json_cursor cursor = {line.ptr, line.ptr + line.len, NULL};
    struct slice value;
    json_blanks(&cursor);
    return cursor.at < cursor.end && *cursor.at == '{' && json_value(&cursor, &value) && json_at_end(&cursor);
}

static bool has_record_line(struct slice text)
{
    for (int i = 0; i < LINES_LOOKED_AT && text.len; i++) {
        const char *newline = memchr(text.ptr, '\n', text.len);
        size_t len = newline ? (size_t)(newline - text.ptr) : text.len;
        if (is_record_line(slice_cut(text, 0, len)))
            return true;
        text = slice_cut(text, len + 1, text.len);
    }
    return false;
}

static bool never(void *user, struct slice record, bool complete)
{
    (void)user, (void)record, (void)complete;
    return false;
}

static bool is_container(struct slice value)
{
    struct json_head_walk walk = {.head = value, .each = never};
    json_head_walk(&walk);
    return walk.has_rows;
}

/* The form of a text that begins with an object which ends within it. */
static enum json_head_form form_of_whole(struct slice text, struct slice value)
{
    size_t after = (size_t)(value.ptr + value.len - text.ptr);
    if (memchr(value.ptr, '\n', value.len))
        return JSON_HEAD_STREAM;
    bool line_ended = false;
    for (; after < text.len && json_is_blank(text.ptr[after]); after++)
        line_ended |= text.ptr[after] == '\n';
    if (after == text.len)
        return is_container(value) ? JSON_HEAD_STREAM : JSON_HEAD_LINES;
    bool bracket = text.ptr[after] == '{' || text.ptr[after] == '[';
    return !line_ended && bracket ? JSON_HEAD_STREAM : JSON_HEAD_LINES;
}

static enum json_head_form form_of_object(struct slice text, bool whole)
{
    struct json_cursor cursor = {text.ptr, text.ptr + text.len, NULL};
    struct slice value;
    if (json_value(&cursor, &value))
        return form_of_whole(text, value);
    bool one_line = !memchr(text.ptr, '\n', (size_t)(cursor.at - text.ptr));
    bool is_cut = cursor.at == cursor.end;
    if (is_cut && (one_line || !whole)) /* a container's rows are good even where the file itself breaks off */
        return !one_line || is_container(text) ? JSON_HEAD_STREAM : JSON_HEAD_LINES;
    return one_line || has_record_line(text) ? JSON_HEAD_LINES : JSON_HEAD_STREAM;
}

static enum json_head_form head_form(struct slice head, bool whole)
{
    struct slice text = head_begin(head);
    if (text.len && text.ptr[0] == '{')
        return form_of_object(text, whole);
    if (text.len && text.ptr[0] == '[') {
        struct slice inner = head_begin(slice_cut(text, 1, text.len));
        bool array = inner.len == 0 || strchr("{[]", inner.ptr[0]);
        if (array && (inner.len == 0 || inner.ptr[0] != '\0'))
            return JSON_HEAD_STREAM;
    }
    return has_record_line(text) ? JSON_HEAD_LINES : JSON_HEAD_NONE;
}

/* A member that says whose row it is: a telling column, or the name of a table that only this telemetry has. */
static bool is_telling(struct json_text key, struct slice value)
{
    const struct schema *schema = schema_device_network_events();
    uint32_t column = schema_find(schema, key.raw);
    if (column != COLUMN_NONE && column_is_telling(&schema->columns[column]))
        return true;
    if (json_text_is(key, SLICE("category")))
        return slice_starts(value, SLICE("\"AdvancedHunting-"));
    bool table = json_text_is(key, SLICE("Type")) || json_text_is(key, SLICE("$table"));
    return table && slice_eq(value, SLICE("\"" JSON_TABLE "\""));
}

/* What is known of a record's members: a time column, and a name that the table does not have. */
struct members_seen {
    bool time, strange;
};

static void member_see(struct members_seen *seen, struct json_text key)
{
    const struct schema *schema = schema_device_network_events();
    uint32_t column = schema_find(schema, key.raw);
    seen->strange |= column == COLUMN_NONE;
    seen->time |= column != COLUMN_NONE && schema->columns[column].stand_in != COLUMN_NONE;
}

/*
 * A row of the table, or an envelope around one; it may be cut off. One that is whole may be a row too if it has a time
 * and nothing that the table does not have.
 */
static enum source_claim record_claim(struct slice record)
{
    struct json_cursor cursor = {record.ptr, record.ptr + record.len, NULL};
    struct members_seen seen = {0};
    struct json_walk members;
    struct json_text key;
    enum json_step step;
    bool inside = false;
    json_enter(&cursor, &members);
    while ((step = json_member(&cursor, &members, &key)) == JSON_ITEM || inside) {
        if (step == JSON_END) {
            inside = false; /* on with the envelope's members */
            members.begun = true;
            continue;
        }
        if (step != JSON_ITEM)
            return CLAIM_NO;
        member_see(&seen, key);
        if (!inside && json_text_is(key, SLICE("properties")) && cursor.at < cursor.end && *cursor.at == '{') {
            inside = true;
            json_enter(&cursor, &members);
            continue;
        }
        struct slice value = slice_of(cursor.at, 0);
        bool good = json_value(&cursor, &value);
        if (is_telling(key, value))
            return CLAIM_YES;
        if (!good)
            return CLAIM_NO;
    }
    return step == JSON_END && seen.time && !seen.strange ? CLAIM_MAYBE : CLAIM_NO;
}

struct recognition {
    bool any, any_complete;
    enum source_claim claim;
};

static bool recognise(void *user, struct slice record, bool complete)
{
    struct recognition *recognition = user;
    enum source_claim claim = record_claim(record);
    recognition->any = true;
    recognition->any_complete |= complete;
    if (claim > recognition->claim)
        recognition->claim = claim;
    return recognition->claim != CLAIM_YES;
}

enum source_claim json_head_claim(struct slice head, bool whole, enum json_head_form form)
{
    enum json_head_form found = head_form(head, whole);
    if (found == JSON_HEAD_NONE || (found != form && (whole || found != JSON_HEAD_LINES)))
        return CLAIM_NO;
    struct recognition recognition = {0};
    struct json_head_walk walk = {.head = head, .each = recognise, .user = &recognition};
    json_head_walk(&walk);
    enum source_claim claim = recognition.claim;
    if (walk.has_rows && !recognition.any) /* it says as little as an empty file, yet it is a whole answer */
        claim = CLAIM_MAYBE;
    if (!whole && recognition.any && !recognition.any_complete && claim == CLAIM_NO) {
        /* A first record longer than the head. What tells of it comes later, so: the form that takes in the other. */
        claim = CLAIM_MAYBE;
        found = JSON_HEAD_STREAM;
    }
    return found == form ? claim : CLAIM_NO;
}

size_t json_head_long_container(struct slice head, size_t bytes)
{
    const char *newline = memchr(head.ptr, '\n', head.len);
    struct slice line = newline ? slice_cut(head, 0, (size_t)(newline - head.ptr)) : head;
    return line.len > bytes && is_container(line) ? line.len + (newline != NULL) : 0;
}

static bool find_envelope(void *user, struct slice record, bool complete)
{
    bool *found = user;
    (void)complete;
    struct json_cursor cursor = {record.ptr, record.ptr + record.len, NULL};
    struct json_walk members;
    struct json_text key;
    struct slice value;
    json_enter(&cursor, &members);
    while (!*found && json_member(&cursor, &members, &key) == JSON_ITEM) {
        *found = json_text_is(key, SLICE("properties")) && cursor.at < cursor.end && *cursor.at == '{';
        if (!json_value(&cursor, &value))
            break;
    }
    return false;
}

bool json_head_is_enveloped(struct slice head)
{
    bool found = false;
    struct json_head_walk walk = {.head = head, .each = find_envelope, .user = &found};
    json_head_walk(&walk);
    return found;
}
