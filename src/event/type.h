/*
 * type.h - Kusto's scalar types and how this program stores their values.
 *
 * Source: Kusto reference, scalar data types. Everything but string has a null; a missing string is "".
 */
#ifndef DDNSHUNT_EVENT_TYPE_H
#define DDNSHUNT_EVENT_TYPE_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum type {
    TYPE_BOOL,     /* lane i64: 0 or 1 */
    TYPE_INT,      /* lane i64, the value of 32 bits */
    TYPE_LONG,     /* lane i64 */
    TYPE_REAL,     /* lane f64 */
    TYPE_DECIMAL,  /* lane dec */
    TYPE_DATETIME, /* lane i64: ticks of 100 ns since 0001-01-01T00:00Z, 0 to TICKS_MAX (datetime.h) */
    TYPE_TIMESPAN, /* lane i64: ticks of 100 ns */
    TYPE_GUID,     /* lane guid */
    TYPE_STRING,   /* lane str: valid UTF-8; what was not is U+FFFD; never null */
    TYPE_DYNAMIC,  /* lane dyn */
    TYPE_COUNT
};

/* What a column's array holds. */
enum lane { LANE_I64, LANE_F64, LANE_DEC, LANE_GUID, LANE_STR, LANE_DYN };

static inline enum lane type_lane(enum type type)
{
    switch (type) {
    case TYPE_REAL:
        return LANE_F64;
    case TYPE_DECIMAL:
        return LANE_DEC;
    case TYPE_GUID:
        return LANE_GUID;
    case TYPE_STRING:
        return LANE_STR;
    case TYPE_DYNAMIC:
        return LANE_DYN;
    default:
        return LANE_I64;
    }
}
const char *type_name(enum type type); /* "long", "datetime", ... as gettype-less Kusto writes them */
bool type_from_name(struct slice name, enum type *out_type); /* also aliases: boolean, date, double, time, int32.. */
bool type_is_number(enum type type);                         /* int, long, real, decimal */

/* IEEE 754-2008 decimal128 in the binary encoding, 34 digits (decimal.h). */
struct decimal {
    uint64_t w[2];
};

/* 16 bytes in the order in which they are printed. */
struct guid {
    uint8_t byte[16];
};

#endif
