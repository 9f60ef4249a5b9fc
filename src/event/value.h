/*
 * value.h - one scalar value with its type: constants of a plan, group keys, cells on their way to a sink.
 *
 * Text and dynamics are borrowed unless value_copy() made them. Conversions follow shared semantics: they give null
 * (for a string "") where a value can't be converted, never an error.
 */
#ifndef DDNSHUNT_EVENT_VALUE_H
#define DDNSHUNT_EVENT_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "event/dyn.h"
#include "event/type.h"

struct value {
    enum type type;
    bool is_null; /* never set for a string */
    union {
        int64_t i64;
        double f64;
        struct decimal dec;
        struct guid guid;
        struct slice str;
        const struct dyn *dyn;
    };
};

struct value value_null(enum type type); /* for TYPE_STRING: "" */
struct value value_i64(enum type type, int64_t v);
struct value value_real(double v);
struct value value_str(struct slice text);
struct value value_dyn(const struct dyn *dyn); /* DYN_NULL becomes null */

/*
 * How a cell is shown: which text a datetime, real or bool gets differs between tostring() and a result column.
 * semantics: tostring -> "True", 7-digit times; result -> true, trailing zeros of a datetime cut.
 */
enum text_style {
    TEXT_TOSTRING, /* KQL's tostring(): True, 2015-12-31T23:59:59.9000000Z */
    TEXT_RESULT    /* sinks: true, seven digits in datetimes (design section 6) */
};

/* Appends the value's text; null appends nothing. Arrays and bags are JSON, a dynamic string is bare, in both styles.
 */
void value_to_text(const struct value *value, enum text_style style, struct buf *out);

/* Appends the value as JSON: null, true, 1, 1.5, "text", {"a":1}; NaN and infinities as "NaN", "Infinity", "-Infinity".
 */
void value_to_json(const struct value *value, struct buf *out);

/*
 * tobool/toint/tolong/toreal/todecimal/todatetime/totimespan/toguid/tostring/todynamic of a value. A value that can't
 * be converted gives null. Text that is made lives in arena. ERR_MEMORY alone can fail.
 */
enum err_code value_convert(const struct value *in, enum type to, struct arena *arena, struct value *out_value,
                            struct err *err) MUST_CHECK;

/* What a dynamic holds: a scalar as a value of its own type (a number is a long, a real or a decimal), else itself. */
struct value value_from_dyn(const struct dyn *dyn);
/* The value as an element of an array or bag: a string stays one, it is not parsed. NULL when the arena says no. */
const struct dyn *value_to_dyn(const struct value *value, struct arena *arena);

/* Reads text of unknown form as `type` (a CSV cell, a column of another type): blank is null. False if it can't be
 * read. A dynamic whose text is no JSON is a string (false means no memory there). */
bool value_parse(struct slice text, enum type type, struct arena *arena, struct value *out_value);

/* Order for sorting within one type: nulls are not looked at here. Reals: NaN after everything. Strings by bytes. */
int value_compare(const struct value *a, const struct value *b);

/* Same type, both null or equal. */
bool value_same(const struct value *a, const struct value *b);
uint64_t value_hash(const struct value *value, uint64_t seed);

/* Deep copy into arena; false when it says no. */
bool value_copy(const struct value *in, struct arena *arena, struct value *out_value);

/*
 * Shortest text that reads back as the same double; keeps ".0"; NaN "NaN", infinities "Infinity"/"-Infinity". The
 * second form writes into an array and returns the length.
 */
enum { REAL_TEXT_MAX = 40 };
void real_to_text(double value, struct buf *out);
size_t real_write(double value, char out[REAL_TEXT_MAX]);
/* A real in JSON: NaN and the infinities in quotes. */
void json_real(double value, struct buf *out);
/* The whole text is a number (no blanks), or NaN or an infinity. */
bool real_from_text(struct slice text, double *out_value);
void long_to_text(int64_t value, struct buf *out);
/* The same into out; returns its length. */
enum { LONG_TEXT_MAX = 20 }; /* -9223372036854775808 */
size_t long_write(int64_t value, char out[LONG_TEXT_MAX]);
/* The whole text is an integer: sign, decimal or 0x (up to 64 bits); false on overflow. */
bool long_from_text(struct slice text, int64_t *out_value);

bool guid_from_text(struct slice text, struct guid *out_guid);
void guid_to_text(const struct guid *guid, struct buf *out);

#endif
