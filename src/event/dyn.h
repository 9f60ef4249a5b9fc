/*
 * dyn.h - values of Kusto's type dynamic: JSON, widened by the scalar types that a dynamic literal may hold.
 *
 * A dyn is immutable once it is built and lives in an arena. Text in it may borrow from the JSON text it was parsed
 * from (a string without escapes is a slice of the input), so input and arena must both outlive it.
 */
#ifndef DDNSHUNT_EVENT_DYN_H
#define DDNSHUNT_EVENT_DYN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "event/type.h"

enum dyn_kind {
    DYN_NULL,
    DYN_BOOL,
    DYN_LONG,
    DYN_REAL,
    DYN_DECIMAL,
    DYN_STRING,
    DYN_DATETIME,
    DYN_TIMESPAN,
    DYN_GUID,
    DYN_ARRAY,
    DYN_BAG
};

struct dyn_member;

struct dyn {
    enum dyn_kind kind;
    uint32_t count; /* elements of an array, members of a bag */
    union {
        int64_t i64; /* bool, long, datetime, timespan */
        double f64;
        struct decimal dec;
        struct guid guid;
        struct slice str;
        const struct dyn *const *items;   /* array */
        const struct dyn_member *members; /* bag, in input order; keys are unique (the last one counted) */
    };
};

struct dyn_member {
    struct slice key;
    const struct dyn *value;
};

/* Deeper JSON than this is refused (ERR_LIMIT), so that no reader of a dyn can exhaust the stack. */
enum { DYN_DEPTH_MAX = 512 };
/* More values in one text are refused as well (ERR_LIMIT): "[1,1,1 ..." takes thirty times its size in memory. */
enum { DYN_VALUES_MAX = 1 << 22 };

/*
 * Parses one JSON value, white space around it allowed. ERR_INPUT if text is not JSON (offset in the text of the
 * error), ERR_LIMIT if too deep or of too many values, ERR_MEMORY. Integers that fit become DYN_LONG, other numbers DYN_REAL. Lone
 * surrogates and invalid UTF-8 become U+FFFD. Time is linear in the text's length.
 */
enum err_code dyn_parse(struct slice json, struct arena *arena, const struct dyn **out_dyn, struct err *err) MUST_CHECK;

extern const struct dyn DYN_NULL_VALUE;

/* NULL where there is no such key, or bag is no bag. Case-sensitive. */
const struct dyn *dyn_get(const struct dyn *bag, struct slice key);
/* index may be negative: from the end. NULL where it is out of range, or array is no array. */
const struct dyn *dyn_at(const struct dyn *array, int64_t index);

/* Compact JSON: {"a":1,"b":[1,2]}. Reals keep a point, datetimes have seven digits. */
void dyn_to_json(const struct dyn *dyn, struct buf *out);

/* What tostring() gives: a string bare, null as "", arrays and bags as JSON, bool as "true". */
void dyn_to_text(const struct dyn *dyn, struct buf *out);

/* Deep equality; bags without regard to order; numbers by value across long and real. */
bool dyn_equal(const struct dyn *a, const struct dyn *b);

/*
 * An order for sorting and for finding equals: numbers by value among themselves, else by kind, then by content (bags
 * by their members in the order in which they stand, so that 0 here is stricter than dyn_equal()).
 */
int dyn_compare(const struct dyn *a, const struct dyn *b);

/* Equal dyns have equal hashes. */
uint64_t dyn_hash(const struct dyn *dyn, uint64_t seed);

/* A deep copy that borrows nothing. NULL when the arena says no. */
const struct dyn *dyn_copy(const struct dyn *dyn, struct arena *arena);

/* Helpers that build in an arena; NULL when it says no. The string's bytes are borrowed. */
const struct dyn *dyn_new_string(struct slice text, struct arena *arena);
const struct dyn *dyn_new_long(int64_t value, struct arena *arena);
const struct dyn *dyn_new_array(const struct dyn *const *items, uint32_t count, struct arena *arena);
/* Makes keys unique in place: the last value of equal keys, at the place of the first. Linear time. ERR_MEMORY. */
enum err_code dyn_unite_keys(struct dyn_member *members, size_t *count, struct err *err) MUST_CHECK;
/* Keys must be unique. Keys and members are borrowed. */
const struct dyn *dyn_new_bag(const struct dyn_member *members, uint32_t count, struct arena *arena);

/*
 * Appends what stands between the quotes of a JSON string with its escapes undone, lone surrogates as U+FFFD; does not
 * look at control characters or invalid UTF-8. False at a bad escape.
 */
bool json_unescape(struct slice raw, struct buf *out);

/* Appends text as a JSON string, quotes included; control characters, quote and backslash escaped. */
void json_quote(struct slice text, struct buf *out);

/*
 * The same to where there is room for twice the text and JSON_QUOTED_PAD bytes more, all of which may be written to. Returns
 * the end of the string; NULL where the text has a control character, which takes more.
 */
enum { JSON_QUOTED_PAD = 66 };
char *json_quote_plain(struct slice text, char *out);

#endif
