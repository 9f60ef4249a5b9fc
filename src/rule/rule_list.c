/*
 * rule_list.c - which rows of the knowledge base a rule needs, and which must stay together: see rule_int.h.
 *
 * Names are put in the order of their labels, read from the right. Then all names below one follow it at once, and a group is a
 * name with what lies below it. A row that is never shown is still needed where one that is shown lies above it: it is the longer
 * match, and takes the host away.
 */
#include "rule/rule_int.h"

#include <stdlib.h>

const char *entry_type_name(enum entry_type type)
{
    static const char *const NAMES[ENTRY_TYPE_COUNT] = {"suffix", "wildcard", "exception", "service"};
    return NAMES[type];
}

/* --- order --- */

/* The dot comes before all else, so that a name is followed by what lies below it. */
static int compare_tails(struct slice a, struct slice b)
{
    size_t i = a.len, k = b.len;
    while (i > 0 && k > 0) {
        unsigned char left = (unsigned char)a.ptr[--i], right = (unsigned char)b.ptr[--k];
        if (left != right)
            return left == '.' ? -1 : right == '.' ? 1 : left < right ? -1 : 1;
    }
    return i > 0 ? 1 : k > 0 ? -1 : 0;
}

static int by_tail(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = compare_tails(left->name, right->name);
    return order ? order : (int)left->type - (int)right->type;
}

static bool lies_in(struct slice name, struct slice top)
{
    return slice_ends(name, top) && (name.len == top.len || name.ptr[name.len - top.len - 1] == '.');
}

static int by_operator(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    int order = slice_compare(left->provider, right->provider);
    if (order == 0)
        order = slice_compare(left->name, right->name);
    return order ? order : (int)left->type - (int)right->type;
}

/* --- rows --- */

static struct entry entry_of_rule(const struct kb_rule *rule)
{
    return (struct entry){.type = rule->wildcard ? ENTRY_WILDCARD
                                  : rule->except ? ENTRY_EXCEPTION
                                                 : ENTRY_SUFFIX,
                          .name = rule->suffix,
                          .provider = rule->provider,
                          .category = rule->category};
}

static enum err_code list_all(const struct kb *kb, struct arena *arena, struct entries *out, struct err *err)
{
    uint32_t rules = kb_rule_count(kb), services = kb_service_count(kb);
    size_t count = (size_t)rules + services;
    out->items = arena_array(arena, count, sizeof *out->items);
    if (!out->items)
        return err_no_memory(err, count * sizeof *out->items);
    for (uint32_t i = 0; i < rules; i++)
        out->items[out->count++] = entry_of_rule(kb_rule_at(kb, i));
    for (uint32_t i = 0; i < services; i++) {
        const struct kb_service *service = kb_service_at(kb, i);
        out->items[out->count++] = (struct entry){
            .type = ENTRY_SERVICE, .name = service->host, .provider = service->provider, .category = service->category};
    }
    return ERR_NONE;
}

/* --- scope --- */

static enum err_code sort_names(const struct slice **names, size_t count, struct arena *arena, struct err *err)
{
    struct slice *sorted = arena_array(arena, count, sizeof *sorted);
    if (!sorted)
        return err_no_memory(err, count * sizeof *sorted);
    if (count > 0) {
        memcpy(sorted, *names, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, slices_order_nocase);
    }
    *names = sorted;
    return ERR_NONE;
}

static bool has_name(const struct slice *sorted, size_t count, struct slice name)
{
    return count > 0 && bsearch(&name, sorted, count, sizeof name, slices_order_nocase) != NULL;
}

/* The names of the scope are sorted. */
static bool is_shown(const struct entry *entry, const struct rule_scope *scope)
{
    if (entry->type == ENTRY_EXCEPTION || (scope->categories && !(scope->categories & (1u << entry->category))))
        return false;
    if (scope->provider_count && !has_name(scope->providers, scope->provider_count, entry->provider))
        return false;
    return !has_name(scope->exclude_providers, scope->exclude_count, entry->provider);
}

/* Numbers the groups of what is sorted by tail, and leaves out those of which nothing is shown. */
static void keep_shown_groups(struct entries *entries, const struct rule_scope *scope)
{
    size_t kept = 0;
    uint32_t groups = 0;
    for (size_t start = 0, end; start < entries->count; start = end) {
        bool shown = false;
        struct slice top = entries->items[start].name;
        for (end = start; end < entries->count && lies_in(entries->items[end].name, top); end++)
            shown = shown || is_shown(&entries->items[end], scope);
        for (size_t i = start; shown && i < end; i++) {
            entries->items[kept] = entries->items[i];
            entries->items[kept++].group = groups;
        }
        groups += shown;
    }
    entries->count = kept;
    entries->group_count = groups;
}

/* --- order of groups --- */

struct group_key {
    const struct entry *top;
    uint32_t group;
};

static int by_key(const void *a, const void *b)
{
    const struct group_key *left = a, *right = b;
    int order = slice_compare(left->top->provider, right->top->provider);
    return order ? order : slice_compare(left->top->name, right->top->name);
}

/* Groups are numbered anew by the operator of their first entry, so that those of one operator stand together. */
static enum err_code number_groups(struct entries *entries, struct arena *arena, struct err *err)
{
    struct group_key *keys = arena_array(arena, entries->group_count, sizeof *keys);
    uint32_t *numbers = arena_array(arena, entries->group_count, sizeof *numbers);
    if (!keys || !numbers)
        return err_no_memory(err, entries->group_count * sizeof *keys);
    uint32_t count = 0;
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].group == count) {
            keys[count] = (struct group_key){&entries->items[i], count};
            count++;
        }
    if (count > 0)
        qsort(keys, count, sizeof *keys, by_key);
    for (uint32_t i = 0; i < count; i++)
        numbers[keys[i].group] = i;
    for (size_t i = 0; i < entries->count; i++)
        entries->items[i].group = numbers[entries->items[i].group];
    return ERR_NONE;
}

enum err_code entries_list(const struct kb *kb, const struct rule_scope *scope, struct arena *arena,
                           struct entries *out_entries, struct err *err)
{
    struct entries entries = {0};
    struct rule_scope sorted = *scope;
    TRY(sort_names(&sorted.providers, sorted.provider_count, arena, err));
    TRY(sort_names(&sorted.exclude_providers, sorted.exclude_count, arena, err));
    TRY(list_all(kb, arena, &entries, err));
    if (entries.count > 0)
        qsort(entries.items, entries.count, sizeof *entries.items, by_tail);
    keep_shown_groups(&entries, &sorted);
    TRY(number_groups(&entries, arena, err));
    if (entries.count > 0)
        qsort(entries.items, entries.count, sizeof *entries.items, by_operator);
    *out_entries = entries;
    return ERR_NONE;
}
