/*
 * json_head.h - what the first bytes of an input tell: whether it is JSON telemetry, which of the two formats it is in,
 * and which columns it has that the schema does not.
 */
#ifndef DDNSHUNT_SOURCE_JSON_HEAD_H
#define DDNSHUNT_SOURCE_JSON_HEAD_H

#include "source/json/json_token.h"
#include "source/source.h"

enum json_head_form { JSON_HEAD_NONE, JSON_HEAD_LINES, JSON_HEAD_STREAM };

/* How sure it is that the head is of that form. */
enum source_claim json_head_claim(struct slice head, bool whole, enum json_head_form form);

/* The first record is a streaming envelope: the input is part of a stream, not the answer to a query. */
bool json_head_is_enveloped(struct slice head);

/*
 * The first line is a container whose rows fill more than `bytes`: blocks of that size would be parts of lines. Its length, as far as
 * the head goes; 0 where it is none.
 */
size_t json_head_long_container(struct slice head, size_t bytes);

/* A record's text; complete unless the head cut it off. False stops the walk. */
typedef bool (*json_head_fn)(void *user, struct slice record, bool complete);

struct json_head_walk {
    struct slice head;
    json_head_fn each;
    /*
     * Asked at the brace of an object before it is read: takes it, if the user can tell at once that it is a complete record, no
     * container, and what it is to tell him; each() is not called for it then. False: the cursor is where it was. NULL: nobody asks.
     */
    bool (*known)(void *user, struct json_cursor *cursor);
    void *user;
    bool has_rows; /* a container was met */
    bool stopped;
};
/* Calls each() for the records that begin in the head, on lines or in containers. Linear in the head's length. */
void json_head_walk(struct json_head_walk *walk);

enum err_code json_discover(struct slice head, const struct schema *schema, struct arena *arena,
                            const struct column_def **out_defs, uint32_t *out_count, struct err *err) MUST_CHECK;

#endif
