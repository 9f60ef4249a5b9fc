/*
 * rules.h - the built-in rules: KQL texts under rules/, compiled into the program by rules/embed.py.
 */
#ifndef DDNSHUNT_KQL_RULES_H
#define DDNSHUNT_KQL_RULES_H

#include "base/slice.h"

struct rule {
    const char *name;  /* NULL behind the last one */
    const char *title; /* one line, without a full stop */
    struct slice text; /* as the file has it */
};

extern const struct rule RULES[];

/* NULL if there is none of that name. */
const struct rule *rule_find(struct slice name);

#endif
