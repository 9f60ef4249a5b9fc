/*
 * func.c - joins the families of functions into one table and finds rows in it by name. See func.h.
 *
 * A look-up walks all rows: they are a few hundred, and a query has a few names. The evaluator never looks up.
 */
#include "kql/func/func.h"

#include "base/near.h"
#include "kql/func/aggr.h"

static const struct func *const FAMILIES[] = {
    FUNCS_LOGIC,  FUNCS_COMPARE, FUNCS_MATH, FUNCS_CONVERT, FUNCS_DATETIME, FUNCS_DYNAMIC, FUNCS_MATCH,
    FUNCS_STRING, FUNCS_REGEX,   FUNCS_NET,  FUNCS_DDNS,    FUNCS_CAST,     FUNCS_ENDS,
};

enum { FAMILY_COUNT = sizeof FAMILIES / sizeof FAMILIES[0] };

const struct func *func_at(uint32_t index)
{
    for (uint32_t family = 0; family < FAMILY_COUNT; family++)
        for (const struct func *func = FAMILIES[family]; func->name; func++)
            if (index-- == 0)
                return func;
    return NULL;
}

const struct func *func_find(struct slice name, bool is_operator)
{
    for (uint32_t family = 0; family < FAMILY_COUNT; family++)
        for (const struct func *func = FAMILIES[family]; func->name; func++)
            if (((func->flags & FUNC_OPERATOR) != 0) == is_operator && slice_eq(name, slice_from_cstr(func->name)))
                return func;
    return NULL;
}

struct slice func_suggest(struct slice name)
{
    struct near near = near_to(name);
    for (uint32_t family = 0; family < FAMILY_COUNT; family++)
        for (const struct func *func = FAMILIES[family]; func->name; func++)
            if (!(func->flags & (FUNC_OPERATOR | FUNC_ALIAS)))
                near_offer(&near, slice_from_cstr(func->name));
    for (uint32_t i = 0; aggr_at(i); i++)
        near_offer(&near, slice_from_cstr(aggr_at(i)->name));
    return near.best;
}
