/*
 * kb_filter.c - which rows of the knowledge base options leave: see kb_filter.h.
 */
#include "cli/kb_filter.h"

#include "base/near.h"

bool source_has(struct slice source, struct slice key)
{
    while (source.len > 0) {
        ptrdiff_t comma = slice_find(source, SLICE(","), 0);
        size_t len = comma < 0 ? source.len : (size_t)comma;
        if (slice_eq(slice_trim(slice_cut(source, 0, len)), key))
            return true;
        source = slice_cut(source, len + 1, source.len);
    }
    return false;
}

static bool is_name(struct slice text, struct slice name)
{
    return slice_eq_nocase(text, name);
}

/* An empty list has all. */
static bool list_has(const struct text_list *list, struct slice text, bool (*is)(struct slice text, struct slice item))
{
    for (size_t i = 0; i < list->count; i++)
        if (is(text, slice_from_cstr(list->items[i])))
            return true;
    return list->count == 0;
}

static bool is_category(struct slice text, struct slice name)
{
    return slice_eq(name, SLICE("all")) || slice_eq(text, name);
}

static bool common(const struct kb_opts *opts, struct slice provider, enum kb_category category, struct slice source)
{
    return list_has(&opts->providers, provider, is_name) &&
           list_has(&opts->categories, slice_from_cstr(kb_category_name(category)), is_category) &&
           list_has(&opts->sources, source, source_has);
}

bool kb_filter_rule(const struct kb_opts *opts, const struct kb_rule *rule)
{
    return common(opts, rule->provider, rule->category, rule->source) &&
           list_has(&opts->tiers, slice_of(&rule->tier, 1), slice_eq) &&
           list_has(&opts->risks, slice_from_cstr(kb_risk_name(rule->risk)), slice_eq);
}

bool kb_filter_service(const struct kb_opts *opts, const struct kb_service *service)
{
    return opts->tiers.count == 0 && opts->risks.count == 0 &&
           common(opts, service->provider, service->category, service->source);
}

/* --- names that nobody has --- */

enum err_code kb_provider_unknown(struct slice name, const struct kb *kb, struct err *err)
{
    struct near near = near_to(name);
    for (uint32_t i = 0; i < kb_rule_count(kb); i++)
        near_offer(&near, kb_rule_at(kb, i)->provider);
    for (uint32_t i = 0; i < kb_service_count(kb); i++)
        near_offer(&near, kb_service_at(kb, i)->provider);
    err_set(err, ERR_USAGE, "no provider is called \"%.*s\"", SLICE_ARG(name));
    if (near.best.len > 0)
        return err_hint(err, "did you mean %.*s?", SLICE_ARG(near.best));
    return err_hint(err, "ddnshunt providers count names them all, search finds one by a part");
}

static enum err_code check_provider(struct slice name, const struct kb *kb, struct err *err)
{
    for (uint32_t i = 0; i < kb_rule_count(kb); i++)
        if (is_name(kb_rule_at(kb, i)->provider, name))
            return ERR_NONE;
    for (uint32_t i = 0; i < kb_service_count(kb); i++)
        if (is_name(kb_service_at(kb, i)->provider, name))
            return ERR_NONE;
    kb_provider_unknown(name, kb, err);
    return err_at(err, "option --provider");
}

static enum err_code check_source(struct slice key, const struct kb *kb, struct err *err)
{
    for (uint32_t i = 0; i < kb_rule_count(kb); i++)
        if (source_has(kb_rule_at(kb, i)->source, key))
            return ERR_NONE;
    for (uint32_t i = 0; i < kb_service_count(kb); i++)
        if (source_has(kb_service_at(kb, i)->source, key))
            return ERR_NONE;
    err_set(err, ERR_USAGE, "no row has the source \"%.*s\"", SLICE_ARG(key));
    return err_at(err, "option --source");
}

enum err_code kb_filter_check(const struct kb_opts *opts, const struct kb *kb, struct err *err)
{
    for (size_t i = 0; i < opts->providers.count; i++)
        TRY(check_provider(slice_from_cstr(opts->providers.items[i]), kb, err));
    for (size_t i = 0; i < opts->sources.count; i++)
        TRY(check_source(slice_from_cstr(opts->sources.items[i]), kb, err));
    return ERR_NONE;
}
