/*
 * kb_slow.c - see kb_slow.h. Written from the words of kb.h, with nothing of the fast matcher.
 */
#include "kb_slow.h"

/* host is name or lies below it; *out_above is where the part above name ends (0: host is name). */
static bool is_below(struct slice host, struct slice name, size_t *out_above)
{
    if (!slice_ends(host, name))
        return false;
    *out_above = host.len - name.len;
    return *out_above == 0 || host.ptr[*out_above - 1] == '.';
}

static bool excepted(const struct kb_slow *slow, struct slice suffix)
{
    for (uint32_t i = 0; i < slow->rule_count; i++)
        if (slow->rules[i]->except && slice_eq(slow->rules[i]->suffix, suffix))
            return true;
    return false;
}

/* The suffix that the rule finds in host. */
static bool fits(const struct kb_slow *slow, const struct kb_rule *rule, struct slice host, struct slice *out_suffix)
{
    size_t above;
    if (rule->except || !is_below(host, rule->suffix, &above))
        return false;
    if (!rule->wildcard) {
        *out_suffix = slice_cut(host, above, host.len);
        return true;
    }
    if (above == 0)
        return false;
    size_t start = above - 1; /* of the label that the star stands for, which ends at that dot */
    while (start > 0 && host.ptr[start - 1] != '.')
        start--;
    *out_suffix = slice_cut(host, start, host.len);
    return start < above - 1 && !excepted(slow, *out_suffix);
}

bool kb_slow_find(const struct kb_slow *slow, struct slice host, struct kb_match *out_match)
{
    struct kb_match match = {.suffix = host};
    for (uint32_t i = 0; i < slow->rule_count; i++) {
        const struct kb_rule *rule = slow->rules[i];
        struct slice suffix;
        if (!fits(slow, rule, host, &suffix))
            continue;
        /* All are tails of one host, so that the longest text has the most labels. */
        if (!match.rule || suffix.len > match.suffix.len || (suffix.len == match.suffix.len && !rule->wildcard)) {
            match.suffix = suffix;
            match.rule = rule;
        }
    }
    for (uint32_t i = 0; i < slow->service_count; i++)
        if (slice_eq(slow->services[i]->host, host))
            match.service = slow->services[i];
    match.kind = match.service || match.suffix.len == host.len ? KB_SERVICE : KB_HOST;
    if (!match.rule && !match.service)
        return false;
    *out_match = match;
    return true;
}
