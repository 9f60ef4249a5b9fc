/*
 * type.c - Kusto's scalar types: see type.h.
 *
 * Source of names and aliases: Kusto reference, scalar data types, and the names that Microsoft's own parser takes.
 */
#include "event/type.h"

struct type_facts {
    const char *name;
    bool is_number;
};

static const struct type_facts TYPE_FACTS[TYPE_COUNT] = {
    [TYPE_BOOL] = {"bool", false},         [TYPE_INT] = {"int", true},         [TYPE_LONG] = {"long", true},
    [TYPE_REAL] = {"real", true},          [TYPE_DECIMAL] = {"decimal", true}, [TYPE_DATETIME] = {"datetime", false},
    [TYPE_TIMESPAN] = {"timespan", false}, [TYPE_GUID] = {"guid", false},      [TYPE_STRING] = {"string", false},
    [TYPE_DYNAMIC] = {"dynamic", false},
};

static const struct {
    const char *name;
    enum type type;
} TYPE_ALIASES[] = {
    {"boolean", TYPE_BOOL},  {"date", TYPE_DATETIME}, {"double", TYPE_REAL},
    {"time", TYPE_TIMESPAN}, {"int32", TYPE_INT},     {"int64", TYPE_LONG},
    {"uuid", TYPE_GUID},     {"uniqueid", TYPE_GUID}, {"object", TYPE_DYNAMIC},
};

const char *type_name(enum type type)
{
    return TYPE_FACTS[type].name;
}

bool type_from_name(struct slice name, enum type *out_type)
{
    for (int type = 0; type < TYPE_COUNT; type++) {
        if (slice_eq(name, slice_from_cstr(TYPE_FACTS[type].name))) {
            *out_type = (enum type)type;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof TYPE_ALIASES / sizeof *TYPE_ALIASES; i++) {
        if (slice_eq(name, slice_from_cstr(TYPE_ALIASES[i].name))) {
            *out_type = TYPE_ALIASES[i].type;
            return true;
        }
    }
    return false;
}

bool type_is_number(enum type type)
{
    return TYPE_FACTS[type].is_number;
}
