/*
 * kb.c - asking the knowledge base: see kb.h for what, kb_int.h for how it lies in memory.
 */
#include "ddns/kb.h"

#include "ddns/kb_int.h"

static const char *const CATEGORY_NAMES[KB_CATEGORY_COUNT] = {"public-ddns", "vendor-ddns", "tunnel"};
static const char *const RISK_NAMES[KB_RISK_COUNT] = {"low", "medium", "high"};

const char *kb_category_name(enum kb_category category)
{
    return CATEGORY_NAMES[category];
}

bool kb_category_parse(struct slice name, enum kb_category *out_category)
{
    for (unsigned i = 0; i < KB_CATEGORY_COUNT; i++)
        if (slice_eq(name, slice_from_cstr(CATEGORY_NAMES[i]))) {
            *out_category = (enum kb_category)i;
            return true;
        }
    return false;
}

const char *kb_risk_name(enum kb_risk risk)
{
    return RISK_NAMES[risk];
}

bool kb_risk_parse(struct slice name, enum kb_risk *out_risk)
{
    for (unsigned i = 0; i < KB_RISK_COUNT; i++)
        if (slice_eq(name, slice_from_cstr(RISK_NAMES[i]))) {
            *out_risk = (enum kb_risk)i;
            return true;
        }
    return false;
}

const char *kb_kind_name(enum kb_kind kind)
{
    return kind == KB_SERVICE ? "service" : "host";
}

/* What the walk over a host's labels has found: the longest rule that fits, and where its suffix starts. */
struct found {
    kb_row_id rule, service;
    size_t start;
};

static struct found find(const struct kb_tree *tree, struct slice host)
{
    struct found found = {0};
    const struct kb_node *above = NULL; /* of the tail that is shorter by a label */
    struct kb_walk walk = kb_walk_from(host, tree->seed);
    kb_walk_next(&walk); /* past the last label, which no row consists of */
    for (size_t end = walk.start; kb_walk_next(&walk); end = walk.start) {
        const struct kb_node *node = kb_node_find(tree, kb_walk_tail(&walk), kb_walk_hash(&walk));
        bool star = above && above->wildcard && walk.start + 1 < end && !(node && node->except);
        if (star || (node && node->plain))
            found = (struct found){.rule = node && node->plain ? node->plain : above->wildcard, .start = walk.start};
        if (!node)
            break;
        if (walk.start == 0)
            found.service = node->service;
        above = node;
    }
    return found;
}

/* Kept apart from the look that most hosts end with, which then has little to save. */
static __attribute__((noinline)) bool match_tree(const struct kb *kb, struct slice host, struct kb_match *out_match)
{
    struct found found = find(&kb->tree, host);
    if (!found.rule && !found.service)
        return false;
    *out_match = (struct kb_match){
        .suffix = slice_of(host.ptr + found.start, host.len - found.start),
        .kind = found.service || found.start == 0 ? KB_SERVICE : KB_HOST,
    };
    if (found.rule) {
        const struct kb_rule *rule = kb->rules.rows[found.rule - 1];
        out_match->rule = rule;
        out_match->provider = rule->provider;
        out_match->category = rule->category;
    }
    if (found.service) {
        const struct kb_service *service = kb->services.rows[found.service - 1];
        out_match->service = service;
        out_match->provider = service->provider;
        out_match->category = service->category;
    }
    return true;
}

bool kb_find(const struct kb *kb, struct slice host, struct kb_match *out_match)
{
    return kb_ends_may(&kb->tree, host) && match_tree(kb, host, out_match);
}

uint32_t kb_rule_count(const struct kb *kb)
{
    return kb->rules.count;
}

const struct kb_rule *kb_rule_at(const struct kb *kb, uint32_t index)
{
    return kb->rules.rows[index];
}

uint32_t kb_service_count(const struct kb *kb)
{
    return kb->services.count;
}

const struct kb_service *kb_service_at(const struct kb *kb, uint32_t index)
{
    return kb->services.rows[index];
}

unsigned kb_labels_max(const struct kb *kb)
{
    return kb->tree.labels_max;
}
