/*
 * cmd_providers.c - ddnshunt providers list, search, count: what is known, as rows.
 */
#include "base/mem.h"
#include "cli/command/commands.h"
#include "cli/command/listing.h"
#include "cli/kb_files.h"
#include "cli/kb_filter.h"

#include <stdlib.h>

#define SCHEMA(defs)                                                                                                   \
    {                                                                                                                  \
        .count = sizeof(defs) / sizeof *(defs), .columns = (defs)                                                      \
    }

static const struct column_def RULE_COLUMNS[] = {
    LISTING_COLUMN("Suffix", TYPE_STRING),   LISTING_COLUMN("Provider", TYPE_STRING),
    LISTING_COLUMN("Category", TYPE_STRING), LISTING_COLUMN("Tier", TYPE_STRING),
    LISTING_COLUMN("Risk", TYPE_STRING),     LISTING_COLUMN("Source", TYPE_STRING),
    LISTING_COLUMN("Published", TYPE_STRING)};
static const struct column_def SERVICE_COLUMNS[] = {
    LISTING_COLUMN("Host", TYPE_STRING), LISTING_COLUMN("Provider", TYPE_STRING),
    LISTING_COLUMN("Category", TYPE_STRING), LISTING_COLUMN("Purpose", TYPE_STRING),
    LISTING_COLUMN("Source", TYPE_STRING)};
static const struct column_def FOUND_COLUMNS[] = {
    LISTING_COLUMN("Name", TYPE_STRING),     LISTING_COLUMN("Kind", TYPE_STRING),
    LISTING_COLUMN("Provider", TYPE_STRING), LISTING_COLUMN("Category", TYPE_STRING),
    LISTING_COLUMN("Tier", TYPE_STRING),     LISTING_COLUMN("Risk", TYPE_STRING),
    LISTING_COLUMN("Purpose", TYPE_STRING),  LISTING_COLUMN("Source", TYPE_STRING)};
static const struct column_def SUFFIX_COUNT_COLUMNS[] = {LISTING_COLUMN("Provider", TYPE_STRING),
                                                         LISTING_COLUMN("Category", TYPE_STRING),
                                                         LISTING_COLUMN("Suffixes", TYPE_LONG)};
static const struct column_def SERVICE_COUNT_COLUMNS[] = {LISTING_COLUMN("Provider", TYPE_STRING),
                                                          LISTING_COLUMN("Category", TYPE_STRING),
                                                          LISTING_COLUMN("Services", TYPE_LONG)};
static const struct schema RULE_SCHEMA = SCHEMA(RULE_COLUMNS), SERVICE_SCHEMA = SCHEMA(SERVICE_COLUMNS),
                           FOUND_SCHEMA = SCHEMA(FOUND_COLUMNS), SUFFIX_COUNT_SCHEMA = SCHEMA(SUFFIX_COUNT_COLUMNS),
                           SERVICE_COUNT_SCHEMA = SCHEMA(SERVICE_COUNT_COLUMNS);
enum { CELLS_MAX = 8 };

struct run {
    const struct opts *opts;
    struct arena arena;
    struct kb *kb;
    struct listing listing;
};

static struct value text(struct slice slice)
{
    return value_str(slice);
}

static struct value word(const char *cstr)
{
    return value_str(slice_from_cstr(cstr));
}

/* The tier of a rule as text; none is "". */
static struct value tier(const struct kb_rule *rule)
{
    return value_str(rule->tier == KB_TIER_NONE ? SLICE("") : slice_of(&rule->tier, 1));
}

/* The suffix as it is written, with its star or mark; ptr is NULL where there is no memory. */
static struct slice written(const struct kb_rule *rule, struct arena *arena)
{
    if (!rule->wildcard && !rule->except)
        return rule->suffix;
    return arena_printf(arena, "%s%.*s", rule->wildcard ? "*." : "!", SLICE_ARG(rule->suffix));
}

/* --- list --- */

static enum err_code list_rules(struct run *run, struct err *err)
{
    TRY(listing_open(&run->listing, run->opts, &RULE_SCHEMA, NULL, &run->arena, err));
    for (uint32_t i = 0; i < kb_rule_count(run->kb); i++) {
        const struct kb_rule *rule = kb_rule_at(run->kb, i);
        if (!kb_filter_rule(&run->opts->kb, rule))
            continue;
        struct slice suffix = written(rule, &run->arena);
        if (!suffix.ptr)
            return err_no_memory(err, rule->suffix.len);
        const struct value cells[CELLS_MAX] = {
            text(suffix),         text(rule->provider),           word(kb_category_name(rule->category)),
            tier(rule),           word(kb_risk_name(rule->risk)), text(rule->source),
            text(rule->published)};
        TRY(listing_add(&run->listing, cells, err));
    }
    return ERR_NONE;
}

static enum err_code list_services(struct run *run, struct err *err)
{
    TRY(listing_open(&run->listing, run->opts, &SERVICE_SCHEMA, NULL, &run->arena, err));
    for (uint32_t i = 0; i < kb_service_count(run->kb); i++) {
        const struct kb_service *service = kb_service_at(run->kb, i);
        if (!kb_filter_service(&run->opts->kb, service))
            continue;
        const struct value cells[CELLS_MAX] = {text(service->host), text(service->provider),
                                               word(kb_category_name(service->category)), text(service->purpose),
                                               text(service->source)};
        TRY(listing_add(&run->listing, cells, err));
    }
    return ERR_NONE;
}

static enum err_code list(struct run *run, struct err *err)
{
    return run->opts->kb.services ? list_services(run, err) : list_rules(run, err);
}

/* --- search --- */

static bool contains_nocase(struct slice whole, struct slice part)
{
    for (size_t at = 0; at + part.len <= whole.len; at++)
        if (slice_eq_nocase(slice_cut(whole, at, at + part.len), part))
            return true;
    return false;
}

static bool has_all(const struct text_list *parts, struct slice name, struct slice provider)
{
    for (size_t i = 0; i < parts->count; i++) {
        struct slice part = slice_from_cstr(parts->items[i]);
        if (!contains_nocase(name, part) && !contains_nocase(provider, part))
            return false;
    }
    return true;
}

static enum err_code search_rules(struct run *run, struct err *err)
{
    for (uint32_t i = 0; i < kb_rule_count(run->kb); i++) {
        const struct kb_rule *rule = kb_rule_at(run->kb, i);
        struct slice suffix = written(rule, &run->arena);
        if (!suffix.ptr)
            return err_no_memory(err, rule->suffix.len);
        if (!kb_filter_rule(&run->opts->kb, rule) || !has_all(&run->opts->paths, suffix, rule->provider))
            continue;
        const struct value cells[CELLS_MAX] = {text(suffix),         word("suffix"),
                                               text(rule->provider), word(kb_category_name(rule->category)),
                                               tier(rule),           word(kb_risk_name(rule->risk)),
                                               text(SLICE("")),      text(rule->source)};
        TRY(listing_add(&run->listing, cells, err));
    }
    return ERR_NONE;
}

static enum err_code search_services(struct run *run, struct err *err)
{
    for (uint32_t i = 0; i < kb_service_count(run->kb); i++) {
        const struct kb_service *service = kb_service_at(run->kb, i);
        if (!kb_filter_service(&run->opts->kb, service) ||
            !has_all(&run->opts->paths, service->host, service->provider))
            continue;
        const struct value cells[CELLS_MAX] = {text(service->host),     word(kb_kind_name(KB_SERVICE)),
                                               text(service->provider), word(kb_category_name(service->category)),
                                               text(SLICE("")),         text(SLICE("")),
                                               text(service->purpose),  text(service->source)};
        TRY(listing_add(&run->listing, cells, err));
    }
    return ERR_NONE;
}

static enum err_code search(struct run *run, struct err *err)
{
    if (run->opts->paths.count == 0) {
        err_set(err, ERR_USAGE, "providers search needs a text to look for");
        return err_hint(err, "for example: ddnshunt providers search duck");
    }
    TRY(listing_open(&run->listing, run->opts, &FOUND_SCHEMA, NULL, &run->arena, err));
    TRY(search_rules(run, err));
    return search_services(run, err);
}

/* --- count --- */

struct group {
    struct slice provider;
    enum kb_category category;
    int64_t count;
};

static int compare_names(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    int order = slice_compare(a->provider, b->provider);
    return order != 0 ? order : (int)a->category - (int)b->category;
}

/* The largest first. */
static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return compare_names(left, right);
}

static uint32_t collect(const struct run *run, struct group *groups)
{
    uint32_t count = 0;
    bool services = run->opts->kb.services;
    uint32_t total = services ? kb_service_count(run->kb) : kb_rule_count(run->kb);
    for (uint32_t i = 0; i < total; i++) {
        if (services) {
            const struct kb_service *service = kb_service_at(run->kb, i);
            if (kb_filter_service(&run->opts->kb, service))
                groups[count++] = (struct group){service->provider, service->category, 1};
        } else {
            const struct kb_rule *rule = kb_rule_at(run->kb, i);
            if (kb_filter_rule(&run->opts->kb, rule) && !rule->except)
                groups[count++] = (struct group){rule->provider, rule->category, 1};
        }
    }
    return count;
}

/* Rows of the same name become one; returns how many are left. */
static uint32_t unite(struct group *groups, uint32_t count)
{
    uint32_t kept = 0;
    if (count > 0)
        qsort(groups, count, sizeof *groups, compare_names);
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && compare_names(&groups[kept - 1], &groups[i]) == 0)
            groups[kept - 1].count++;
        else
            groups[kept++] = groups[i];
    }
    if (kept > 0)
        qsort(groups, kept, sizeof *groups, compare_groups);
    return kept;
}

static enum err_code count(struct run *run, struct err *err)
{
    bool services = run->opts->kb.services;
    uint32_t total = services ? kb_service_count(run->kb) : kb_rule_count(run->kb);
    struct group *groups = arena_array(&run->arena, total, sizeof *groups);
    if (!groups)
        return err_no_memory(err, total * sizeof *groups);
    uint32_t kept = unite(groups, collect(run, groups));
    TRY(listing_open(&run->listing, run->opts, services ? &SERVICE_COUNT_SCHEMA : &SUFFIX_COUNT_SCHEMA, NULL,
                     &run->arena, err));
    for (uint32_t i = 0; i < kept; i++) {
        const struct value cells[CELLS_MAX] = {text(groups[i].provider), word(kb_category_name(groups[i].category)),
                                               value_i64(TYPE_LONG, groups[i].count)};
        TRY(listing_add(&run->listing, cells, err));
    }
    return ERR_NONE;
}

/* --- the whole --- */

/* The action may be left out, so that another word in its place was read as an argument. */
static enum err_code no_arguments(const struct opts *opts, struct err *err)
{
    if (opts->paths.count == 0)
        return ERR_NONE;
    err_set(err, ERR_USAGE, "%s takes no argument \"%s\"", opts->command->name, opts->paths.items[0]);
    return err_hint(err, "an action stands right behind the command: ddnshunt providers search TEXT");
}

static enum err_code run_all(struct run *run, struct report *report,
                             enum err_code (*action)(struct run *, struct err *), struct err *err)
{
    TRY(kb_files_open(&run->opts->provider_files, &run->kb, err));
    TRY(kb_filter_check(&run->opts->kb, run->kb, err));
    TRY(action(run, err));
    TRY(listing_commit(&run->listing, err));
    listing_report(&run->listing, report);
    return ERR_NONE;
}

static void run_action(const struct opts *opts, struct report *report, struct outcome *outcome, bool has_arguments,
                       enum err_code (*action)(struct run *, struct err *))
{
    struct run run = {.opts = opts};
    struct err err = {0};
    arena_init(&run.arena, 0);
    enum err_code code = has_arguments ? ERR_NONE : no_arguments(opts, &err);
    if (code == ERR_NONE)
        code = run_all(&run, report, action, &err);
    outcome_add(outcome, code);
    if (code != ERR_NONE && code != ERR_PIPE)
        report_error(report, &err);
    listing_close(&run.listing);
    kb_free(run.kb);
    arena_release(&run.arena);
}

void command_providers_list(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    if (opts->kb.check)
        command_providers_check(opts, report, outcome);
    else
        run_action(opts, report, outcome, false, list);
}

void command_providers_search(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    run_action(opts, report, outcome, true, search);
}

void command_providers_count(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    run_action(opts, report, outcome, false, count);
}
