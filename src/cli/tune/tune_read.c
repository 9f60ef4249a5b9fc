/*
 * tune_read.c - from options as they were written to a struct tuning: lists read, values checked and made plain.
 */
#include "cli/kb_filter.h"
#include "cli/tune/tune.h"
#include "event/datetime.h"
#include "event/ip.h"
#include "host/host.h"

#include <stdlib.h>

/* What is being read. */
struct reading {
    const struct opts *opts;
    const struct kb *known;
    struct arena *arena;
    struct err *err;
    struct buf scratch;          /* of host_extract() */
    struct tune_names providers; /* of known, sorted in any case; made when the first name is looked up */
};

/* Makes one entry plain: *out_text is what stands in the tuning. */
typedef enum err_code (*plain_fn)(struct reading *reading, struct slice text, struct slice *out_text);

/* --- sets of names --- */

static void sort_names(struct tune_names *names)
{
    if (names->count < 2)
        return;
    qsort(names->items, names->count, sizeof *names->items, slices_order);
    size_t kept = 1;
    for (size_t i = 1; i < names->count; i++)
        if (!slice_eq(names->items[i], names->items[kept - 1]))
            names->items[kept++] = names->items[i];
    names->count = kept;
}

static enum err_code read_entries(struct reading *reading, const struct list_entries *entries, const char *place,
                                  plain_fn plain, struct tune_names *out_names)
{
    struct slice *items = arena_array(reading->arena, entries->count, sizeof *items);
    if (!items)
        return err_no_memory(reading->err, entries->count * sizeof *items);
    for (size_t i = 0; i < entries->count; i++) {
        enum err_code code = plain(reading, entries->items[i].text, &items[i]);
        if (code != ERR_NONE)
            return code == ERR_USAGE ? list_blame(&entries->items[i], place, reading->err) : code;
    }
    *out_names = (struct tune_names){items, entries->count};
    sort_names(out_names);
    return ERR_NONE;
}

static enum err_code read_names(struct reading *reading, const struct text_list *values, plain_fn plain,
                                struct tune_names *out_names)
{
    *out_names = (struct tune_names){0};
    if (values->count == 0)
        return ERR_NONE;
    char place[ERR_WHERE_MAX];
    opts_place(reading->opts, values, place);
    struct list_entries entries;
    TRY(list_read(values, place, reading->arena, &entries, reading->err));
    return read_entries(reading, &entries, place, plain, out_names);
}

/* --- kinds of names --- */

static enum err_code plain_text(struct reading *reading, struct slice text, struct slice *out_text)
{
    (void)reading;
    *out_text = text;
    return ERR_NONE;
}

static enum err_code know_providers(struct reading *reading)
{
    uint32_t rules = kb_rule_count(reading->known), services = kb_service_count(reading->known);
    size_t count = (size_t)rules + services;
    struct slice *items = arena_array(reading->arena, count, sizeof *items);
    if (!items)
        return err_no_memory(reading->err, count * sizeof *items);
    for (uint32_t i = 0; i < rules; i++)
        items[i] = kb_rule_at(reading->known, i)->provider;
    for (uint32_t i = 0; i < services; i++)
        items[rules + i] = kb_service_at(reading->known, i)->provider;
    if (count > 0)
        qsort(items, count, sizeof *items, slices_order_nocase);
    reading->providers = (struct tune_names){items, count};
    return ERR_NONE;
}

static enum err_code plain_provider(struct reading *reading, struct slice text, struct slice *out_text)
{
    *out_text = text;
    if (!reading->known)
        return ERR_NONE;
    if (!reading->providers.items)
        TRY(know_providers(reading));
    const struct tune_names *known = &reading->providers;
    const struct slice *found =
        known->count > 0 ? bsearch(&text, known->items, known->count, sizeof text, slices_order_nocase) : NULL;
    if (!found)
        return kb_provider_unknown(text, reading->known, reading->err);
    *out_text = *found;
    return ERR_NONE;
}

static enum err_code plain_range(struct reading *reading, struct slice text, struct slice *out_text)
{
    uint32_t v4;
    struct ipv6 v6;
    unsigned prefix;
    *out_text = text;
    if (ipv4_parse(text, &v4, &prefix) || ipv6_parse(text, &v6, &prefix))
        return ERR_NONE;
    err_set(reading->err, ERR_USAGE, "\"%.*s\" is no range of addresses", SLICE_ARG(text));
    return err_hint(reading->err, "write it as 10.0.0.0/8 or fd00::/8");
}

/* A domain may be written as any host is, and with "*." before it. */
static enum err_code plain_domain(struct reading *reading, struct slice text, struct slice *out_text)
{
    struct host host;
    TRY(host_extract(text, &reading->scratch, &host, reading->err));
    struct slice name = host.name;
    if (slice_starts(name, SLICE("*.")))
        name = slice_cut(name, 2, name.len);
    if (host.kind == HOST_IPV4 || host.kind == HOST_IPV6) {
        err_set(reading->err, ERR_USAGE, "\"%.*s\" is an address, no domain", SLICE_ARG(text));
        return err_hint(reading->err, "to leave addresses out: --where 'RemoteIP != \"203.0.113.7\"'");
    }
    bool stray = name.len == 0;
    for (size_t i = 0; i < name.len; i++)
        stray |= strchr("*? \t,", name.ptr[i]) != NULL;
    if (host.kind == HOST_NONE || stray) {
        err_set(reading->err, ERR_USAGE, "\"%.*s\" is no domain", SLICE_ARG(text));
        return err_hint(reading->err, "write a name, which means all below it too: nas.example.duckdns.org");
    }
    *out_text = arena_copy(reading->arena, name);
    return out_text->ptr ? ERR_NONE : err_no_memory(reading->err, name.len);
}

static bool names_hold(const struct tune_names *names, struct slice name)
{
    return names->count > 0 && bsearch(&name, names->items, names->count, sizeof name, slices_order) != NULL;
}

/* What stands below another one goes. */
static enum err_code drop_implied(struct reading *reading, struct tune_names *names)
{
    struct slice *kept = arena_array(reading->arena, names->count, sizeof *kept);
    if (!kept)
        return err_no_memory(reading->err, names->count * sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        struct slice parent = names->items[i];
        bool implied = false;
        for (ptrdiff_t dot; !implied && (dot = slice_find(parent, SLICE("."), 0)) >= 0;) {
            parent = slice_cut(parent, (size_t)dot + 1, parent.len);
            implied = names_hold(names, parent);
        }
        if (!implied)
            kept[count++] = names->items[i];
    }
    *names = (struct tune_names){kept, count};
    return ERR_NONE;
}

/* --- times --- */

static enum err_code read_time(struct reading *reading, const char *const *field, struct tune_time *out_time)
{
    *out_time = (struct tune_time){0};
    if (!*field)
        return ERR_NONE;
    struct slice text = slice_trim(slice_from_cstr(*field));
    struct tune_time time = {.given = true};
    bool digits_alone = text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        digits_alone &= ascii_is_digit(text.ptr[i]);
    if (!digits_alone && datetime_parse_iso(text, &time.ticks)) {
        *out_time = time;
        return ERR_NONE;
    }
    time.is_ago = true;
    if (!digits_alone && timespan_parse(text, &time.ticks) && time.ticks >= 0) {
        *out_time = time;
        return ERR_NONE;
    }
    char place[ERR_WHERE_MAX];
    err_set(reading->err, ERR_USAGE, "\"%s\" is no time", *field);
    err_hint(reading->err, "write 2026-05-01, 2026-05-01T12:00:00Z, or how long ago: 12h, 7d");
    return err_at(reading->err, "%s", opts_place(reading->opts, field, place));
}

/* --- all --- */

static enum err_code read_categories(struct reading *reading, unsigned *out_categories)
{
    const struct text_list *values = &reading->opts->tuning.categories;
    *out_categories = 0;
    for (size_t i = 0; i < values->count; i++) {
        enum kb_category category;
        if (strcmp(values->items[i], "all") == 0)
            *out_categories = (1u << KB_CATEGORY_COUNT) - 1;
        else if (kb_category_parse(slice_from_cstr(values->items[i]), &category))
            *out_categories |= 1u << category;
    }
    return ERR_NONE;
}

/* Texts of KQL stay as they are, in their order; they are parsed where they are put in. */
static enum err_code read_wheres(struct reading *reading, struct tuning *tuning)
{
    const struct text_list *values = &reading->opts->tuning.wheres;
    struct slice *items = arena_array(reading->arena, values->count, sizeof *items);
    if (!items)
        return err_no_memory(reading->err, values->count * sizeof *items);
    for (size_t i = 0; i < values->count; i++)
        items[i] = slice_from_cstr(values->items[i]);
    char place[ERR_WHERE_MAX];
    struct slice name = slice_from_cstr(opts_place(reading->opts, values, place)), word = SLICE("option ");
    if (slice_starts(name, word))
        name = slice_cut(name, word.len, name.len); /* --where:1:5 reads better */
    const char *copy = arena_cstr(reading->arena, name);
    if (!copy)
        return err_no_memory(reading->err, strlen(place));
    tuning->wheres = (struct tune_names){items, values->count};
    tuning->wheres_place = copy;
    return ERR_NONE;
}

static enum err_code read_all(struct reading *reading, struct tuning *tuning)
{
    const struct tuning_opts *given = &reading->opts->tuning;
    TRY(read_names(reading, &given->allow, plain_domain, &tuning->allow));
    TRY(drop_implied(reading, &tuning->allow));
    TRY(read_names(reading, &given->providers, plain_provider, &tuning->providers));
    TRY(read_names(reading, &given->exclude_providers, plain_provider, &tuning->exclude_providers));
    TRY(read_categories(reading, &tuning->categories));
    TRY(read_names(reading, &given->local_nets, plain_range, &tuning->local_nets));
    TRY(read_names(reading, &given->exclude_local, plain_range, &tuning->exclude_local));
    TRY(read_names(reading, &given->actions, plain_text, &tuning->actions));
    TRY(read_names(reading, &given->exclude_devices, plain_text, &tuning->exclude_devices));
    TRY(read_names(reading, &given->exclude_processes, plain_text, &tuning->exclude_processes));
    TRY(read_names(reading, &given->exclude_accounts, plain_text, &tuning->exclude_accounts));
    TRY(read_wheres(reading, tuning));
    TRY(read_time(reading, &given->since, &tuning->since));
    TRY(read_time(reading, &given->until, &tuning->until));
    tuning->outbound = given->outbound;
    tuning->unique = given->unique;
    return ERR_NONE;
}

enum err_code tuning_read(const struct opts *opts, const struct kb *known, struct arena *arena,
                          struct tuning *out_tuning, struct err *err)
{
    struct reading reading = {.opts = opts, .known = known, .arena = arena, .err = err};
    struct tuning tuning = {0};
    buf_init(&reading.scratch, 0);
    enum err_code code = read_all(&reading, &tuning);
    buf_release(&reading.scratch);
    TRY(code);
    *out_tuning = tuning;
    return ERR_NONE;
}

bool tuning_drops(const struct tuning *tuning)
{
    return tuning->allow.count + tuning->providers.count + tuning->exclude_providers.count + tuning->local_nets.count +
                   tuning->exclude_local.count + tuning->actions.count + tuning->exclude_devices.count +
                   tuning->exclude_processes.count + tuning->exclude_accounts.count + tuning->wheres.count >
               0 ||
           tuning->categories != 0 || tuning->since.given || tuning->until.given || tuning->outbound;
}

bool tuning_is_none(const struct tuning *tuning)
{
    return !tuning_drops(tuning) && !tuning->unique;
}
