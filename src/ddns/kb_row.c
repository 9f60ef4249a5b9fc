/*
 * kb_row.c - from the cells of a table's row to a rule or a service, in the forms of data/providers.tsv and
 * data/services.tsv.
 */
#include "base/near.h"
#include "base/utf8.h"
#include "ddns/kb_int.h"

enum { SUFFIX, RULE_PROVIDER, RULE_CATEGORY, TIER, RISK, RULE_SOURCE, PUBLISHED };
static const char *const RULE_COLUMNS[] = {"suffix", "provider", "category", "tier", "risk", "source", "published"};

enum { HOST, SERVICE_PROVIDER, SERVICE_CATEGORY, PURPOSE, SERVICE_SOURCE };
static const char *const SERVICE_COLUMNS[] = {"host", "provider", "category", "purpose", "source"};

/* A text for people: may be empty, must not break a line or a terminal. */
static enum err_code make_text(struct slice cell, const char *what, struct arena *arena, struct slice *out_text,
                               struct err *err)
{
    if (cell.len > KB_TEXT_MAX)
        return err_set(err, ERR_USAGE, "the %s is longer than %d bytes", what, (int)KB_TEXT_MAX);
    if (!utf8_is_valid(cell))
        return err_set(err, ERR_USAGE, "the %s is not valid UTF-8", what);
    for (size_t at = 0; at < cell.len;) {
        uint32_t c = utf8_next(cell, &at);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            return err_set(err, ERR_USAGE, "the %s holds a control character", what);
    }
    const char *copy = arena_cstr(arena, cell);
    if (!copy)
        return err_no_memory(err, cell.len);
    *out_text = slice_of(copy, cell.len);
    return ERR_NONE;
}

static enum err_code make_provider(struct slice cell, struct slice name, struct arena *arena, struct slice *out_text,
                                   struct err *err)
{
    if (cell.len == 0)
        return err_set(err, ERR_USAGE, "\"%.*s\" has no provider", SLICE_ARG(kb_shown(name)));
    return make_text(cell, "provider", arena, out_text, err);
}

/* A cell that is none of the words: said with all of them, or with the one that was meant. */
static enum err_code unknown_word(struct slice cell, const char *what, const char *(*word)(unsigned), unsigned count,
                                  struct err *err)
{
    struct near near = near_to(cell);
    char all[128] = "";
    for (unsigned i = 0; i < count; i++) {
        near_offer(&near, slice_from_cstr(word(i)));
        strncat(all, i ? ", " : "", sizeof all - strlen(all) - 1);
        strncat(all, word(i), sizeof all - strlen(all) - 1);
    }
    err_set(err, ERR_USAGE, "no %s is called \"%.*s\"", what, SLICE_ARG(kb_shown(cell)));
    if (near.best.len)
        return err_hint(err, "did you mean %.*s?", SLICE_ARG(near.best));
    return err_hint(err, "there are %s", all);
}

static const char *category_word(unsigned index)
{
    return kb_category_name((enum kb_category)index);
}

static const char *risk_word(unsigned index)
{
    return kb_risk_name((enum kb_risk)index);
}

static enum err_code make_category(struct slice cell, enum kb_category *out_category, struct err *err)
{
    *out_category = KB_PUBLIC_DDNS;
    if (cell.len == 0 || kb_category_parse(cell, out_category))
        return ERR_NONE;
    return unknown_word(cell, "category", category_word, KB_CATEGORY_COUNT, err);
}

static enum err_code make_tier_and_risk(const struct slice *cells, struct kb_rule *rule, struct err *err)
{
    struct slice tier = cells[TIER];
    rule->tier = KB_TIER_NONE;
    if (tier.len == 1 && tier.ptr[0] >= 'A' && tier.ptr[0] <= 'C')
        rule->tier = tier.ptr[0];
    else if (tier.len && !slice_eq(tier, SLICE("-")))
        return err_set(err, ERR_USAGE, "tier \"%.*s\" is none of A, B, C", SLICE_ARG(kb_shown(tier)));
    rule->risk = KB_RISK_LOW;
    if (cells[RISK].len == 0 || kb_risk_parse(cells[RISK], &rule->risk))
        return ERR_NONE;
    return unknown_word(cells[RISK], "risk", risk_word, KB_RISK_COUNT, err);
}

static enum err_code make_suffix(struct slice cell, struct arena *arena, struct kb_rule *rule, struct err *err)
{
    struct slice name = cell;
    if (cell.len == 0)
        return err_set(err, ERR_USAGE, "a row has no suffix");
    rule->wildcard = slice_starts(cell, SLICE("*."));
    rule->except = slice_starts(cell, SLICE("!"));
    if (rule->wildcard || rule->except)
        name = slice_cut(cell, rule->wildcard ? 2 : 1, cell.len);
    TRY(kb_name_check(name, arena, &rule->suffix, err));
    /* What the star stands for needs a byte and a dot at least. */
    if (rule->wildcard && rule->suffix.len + 2 > KB_NAME_MAX)
        return err_set(err, ERR_USAGE, "\"%.*s\" leaves no room for a label", SLICE_ARG(kb_shown(cell)));
    return ERR_NONE;
}

static enum err_code make_rule(const struct slice *cells, struct arena *arena, const void **out_row, struct err *err)
{
    struct kb_rule *rule = arena_zalloc(arena, 1, sizeof *rule);
    if (!rule)
        return err_no_memory(err, sizeof *rule);
    TRY(make_suffix(cells[SUFFIX], arena, rule, err));
    TRY(make_provider(cells[RULE_PROVIDER], cells[SUFFIX], arena, &rule->provider, err));
    TRY(make_category(cells[RULE_CATEGORY], &rule->category, err));
    TRY(make_tier_and_risk(cells, rule, err));
    TRY(make_text(cells[RULE_SOURCE], "source", arena, &rule->source, err));
    TRY(make_text(cells[PUBLISHED], "published name", arena, &rule->published, err));
    *out_row = rule;
    return ERR_NONE;
}

static enum err_code make_service(const struct slice *cells, struct arena *arena, const void **out_row, struct err *err)
{
    struct kb_service *service = arena_zalloc(arena, 1, sizeof *service);
    if (!service)
        return err_no_memory(err, sizeof *service);
    if (cells[HOST].len == 0)
        return err_set(err, ERR_USAGE, "a row has no host");
    TRY(kb_name_check(cells[HOST], arena, &service->host, err));
    TRY(make_provider(cells[SERVICE_PROVIDER], cells[HOST], arena, &service->provider, err));
    TRY(make_category(cells[SERVICE_CATEGORY], &service->category, err));
    TRY(make_text(cells[PURPOSE], "purpose", arena, &service->purpose, err));
    TRY(make_text(cells[SERVICE_SOURCE], "source", arena, &service->source, err));
    *out_row = service;
    return ERR_NONE;
}

static int rule_form(const struct kb_rule *rule)
{
    return rule->except ? 2 : rule->wildcard ? 1 : 0;
}

static int compare_rules(const void *row, const void *other)
{
    const struct kb_rule *a = row, *b = other;
    int order = slice_compare(a->suffix, b->suffix);
    return order != 0 ? order : rule_form(a) - rule_form(b);
}

static int compare_services(const void *row, const void *other)
{
    return slice_compare(((const struct kb_service *)row)->host, ((const struct kb_service *)other)->host);
}

static void show_rule(const void *row, char *text)
{
    const struct kb_rule *rule = row;
    size_t mark = rule->wildcard ? 2 : rule->except ? 1 : 0;
    memcpy(text, rule->wildcard ? "*." : "!", mark);
    memcpy(text + mark, rule->suffix.ptr, rule->suffix.len + 1);
}

static void show_service(const void *row, char *text)
{
    const struct kb_service *service = row;
    memcpy(text, service->host.ptr, service->host.len + 1);
}

const struct kb_form KB_RULE_FORM = {
    .columns = RULE_COLUMNS,
    .column_count = sizeof RULE_COLUMNS / sizeof RULE_COLUMNS[0],
    .make = make_rule,
    .compare = compare_rules,
    .show = show_rule,
};

const struct kb_form KB_SERVICE_FORM = {
    .columns = SERVICE_COLUMNS,
    .column_count = sizeof SERVICE_COLUMNS / sizeof SERVICE_COLUMNS[0],
    .make = make_service,
    .compare = compare_services,
    .show = show_service,
};
