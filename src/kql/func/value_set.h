/*
 * value_set.h - a set of values of one type, in the order in which they were first added.
 *
 * For `in` lists, subqueries, dcount and make_set. A zeroed set is an empty one. Nulls are not members, they are only
 * remembered. All memory comes from the arena that is given to each call, and goes with it.
 */
#ifndef DDNSHUNT_KQL_VALUE_SET_H
#define DDNSHUNT_KQL_VALUE_SET_H

#include "base/arena.h"
#include "event/value.h"

struct value_set {
    bool nocase;   /* strings are the same if they differ in A-Z and a-z only; set before the first add */
    bool has_null; /* a null was added */
    uint32_t count, capacity;
    struct value *values; /* [count] */
    uint32_t *hashes;     /* [count] */
    uint32_t slot_count;  /* a power of two, or 0 */
    uint32_t *slots;      /* number of a value + 1, or 0 */
};

enum { VALUE_SET_MAX = UINT32_MAX / 4 };

/*
 * Adds a value unless it is there. copy: deep, into the arena; otherwise what it points to must outlive the set. False
 * when the arena says no (then the set is as it was).
 */
bool value_set_add(struct value_set *set, const struct value *value, bool copy, struct arena *arena);

/* Equal, of one kind of type, and neither is null nor NaN. */
bool value_equal(const struct value *a, const struct value *b, bool nocase);

/* A null and NaN are in no set. */
bool value_set_has(const struct value_set *set, const struct value *value);

#endif
