/*
 * rules.c - the built-in rules by name: see rules.h. The table itself is made by the build.
 */
#include "kql/rules.h"

const struct rule *rule_find(struct slice name)
{
    for (const struct rule *rule = RULES; rule->name; rule++)
        if (slice_eq(name, slice_from_cstr(rule->name)))
            return rule;
    return NULL;
}
