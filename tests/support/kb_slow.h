/*
 * kb_slow.h - the knowledge base's question answered the slow and obvious way: every rule is tried on the text.
 */
#ifndef DDNSHUNT_TESTS_KB_SLOW_H
#define DDNSHUNT_TESTS_KB_SLOW_H

#include "ddns/kb.h"

struct kb_slow {
    const struct kb_rule *const *rules;
    uint32_t rule_count;
    const struct kb_service *const *services;
    uint32_t service_count;
};

/* Without provider and category, which follow from rule and service. */
bool kb_slow_find(const struct kb_slow *slow, struct slice host, struct kb_match *out_match);

#endif
