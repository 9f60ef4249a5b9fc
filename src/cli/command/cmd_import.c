/*
 * cmd_import.c - ddnshunt providers import and diff: lists of others, as a table or beside what is known.
 */
#include "base/stream.h"
#include "cli/command/commands.h"
#include "cli/command/listing.h"
#include "cli/kb_files.h"
#include "cli/kb_filter.h"
#include "cli/term.h"
#include "import/import.h"

#include <assert.h>
#include <inttypes.h>
#include <unistd.h>

/* Called as in providers.tsv: the result is such a table. */
static const struct column_def TABLE_COLUMNS[] = {
    LISTING_COLUMN("suffix", TYPE_STRING),   LISTING_COLUMN("provider", TYPE_STRING),
    LISTING_COLUMN("category", TYPE_STRING), LISTING_COLUMN("tier", TYPE_STRING),
    LISTING_COLUMN("risk", TYPE_STRING),     LISTING_COLUMN("source", TYPE_STRING)};
static const struct column_def DIFF_COLUMNS[] = {
    LISTING_COLUMN("Change", TYPE_STRING), LISTING_COLUMN("Suffix", TYPE_STRING), LISTING_COLUMN("Here", TYPE_STRING),
    LISTING_COLUMN("There", TYPE_STRING)};
static const struct schema TABLE_SCHEMA = {.count = 6, .columns = TABLE_COLUMNS};
static const struct schema DIFF_SCHEMA = {.count = 4, .columns = DIFF_COLUMNS};

enum change { ONLY_THERE, BELOW_KNOWN, ONLY_HERE, OTHER_OPERATOR, SAME, CHANGE_COUNT };
static const char *const CHANGE_NAMES[CHANGE_COUNT] = {"only-there", "below-known", "only-here", "other-operator",
                                                       "same"};

struct run {
    const struct opts *opts;
    struct report *report;
    struct outcome *outcome;
    struct arena arena;
    struct import import;
    struct listing listing;
    struct kb *kb;      /* diff */
    struct slice *keys; /* of the lists that were read, in their order */
    size_t lists_read;  /* without fault */
    uint64_t refused_told;
    uint64_t changes[CHANGE_COUNT];
};

/* --- reading --- */

/* A file's name without its folders and extension, in the letters of a key; ptr is NULL where there is no memory. */
static struct slice key_of_path(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strchr(name, '.');
    size_t len = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    if (strcmp(path, "-") == 0)
        return SLICE("stdin");
    enum { KEY_MAX = 60 };
    char *key = arena_cstr(arena, slice_of(name, len > KEY_MAX ? KEY_MAX : len));
    for (char *c = key; c && *c; c++)
        *c = ascii_is_alnum(*c) ? ascii_lower(*c) : '-';
    return key ? slice_from_cstr(key) : (struct slice){0};
}

/* The first ones are named. */
static void on_refused(void *user, const char *path, uint64_t line, const char *why)
{
    struct run *run = user;
    run->outcome->unread = true;
    if (run->refused_told > REPORT_REJECTS_NAMED)
        return;
    if (run->refused_told++ == REPORT_REJECTS_NAMED)
        report_note(run->report, "more lines are refused; the closing line has their number");
    else
        report_note(run->report, "%s:%" PRIu64 ": refused: %s", path, line, why);
}

static enum err_code read_list(struct run *run, const char *path, struct err *err)
{
    struct buf text;
    buf_init(&text, IMPORT_TEXT_MAX);
    enum err_code code = file_read(path, &text, err);
    if (code == ERR_NONE) {
        const char *source = run->opts->import.source;
        struct slice key = source ? slice_from_cstr(source) : key_of_path(path, &run->arena);
        run->keys[run->import.lists] = key;
        code = !key.ptr ? err_no_memory(err, strlen(path))
                        : import_read(&run->import, buf_slice(&text), stream_name(path), err);
    }
    buf_release(&text);
    if (code == ERR_LIMIT) /* too long, too deep: the fault of the list, not of the run */
        err->code = code = ERR_INPUT;
    if (code == ERR_NONE) {
        char number[32];
        report_note(run->report, "%s: %s: %s name%s", stream_name(path), run->import.type->name,
                    number_text(run->import.names, number), run->import.names == 1 ? "" : "s");
    }
    return code;
}

/* A list that can't be read is told, and the next one read. */
static enum err_code read_lists(struct run *run, struct err *err)
{
    const struct opts *opts = run->opts;
    const struct text_list *paths = &opts->paths;
    if (paths->count == 0 && term_is(STDIN_FILENO)) {
        err_set(err, ERR_USAGE, "no list is given");
        return err_hint(err, "name files, or pipe a list in; - is the terminal itself");
    }
    run->import.forced = opts->import.from >= 0 ? IMPORT_TYPES[opts->import.from] : NULL;
    run->import.column = slice_from_cstr(opts->import.column ? opts->import.column : "");
    run->import.provider_column = slice_from_cstr(opts->import.provider_column ? opts->import.provider_column : "");
    run->import.refused = on_refused;
    run->import.user = run;
    size_t count = paths->count > 0 ? paths->count : 1;
    run->keys = arena_array(&run->arena, count, sizeof *run->keys);
    if (!run->keys)
        return err_no_memory(err, count * sizeof *run->keys);
    struct own_files own;
    own_files_find(opts, &own);
    for (size_t i = 0; i < count; i++) {
        const char *path = paths->count > 0 ? paths->items[i] : "-";
        TRY(own_files_refuse(&own, path, err));
        enum err_code code = read_list(run, path, err);
        if (code == ERR_INPUT && i + 1 == count && run->lists_read == 0)
            return code; /* no result is better than an empty one */
        if (code == ERR_INPUT)
            report_error(run->report, err);
        else
            TRY(code);
        run->outcome->unread |= code == ERR_INPUT;
        run->lists_read += code == ERR_NONE;
    }
    import_finish(&run->import);
    return ERR_NONE;
}

static void report_left_out(const struct run *run)
{
    const struct import *import = &run->import;
    char number[32];
    for (size_t i = 0; i < IMPORT_PASSED_MAX && import->passed[i].what; i++)
        report_note(run->report, "passed over: %s: %s", import->passed[i].what,
                    number_text(import->passed[i].count, number));
    if (import->refused_count > 0)
        report_note(run->report, "refused: %s", number_text(import->refused_count, number));
}

/* The suffix as it is written in a table; ptr is NULL where there is no memory. */
static struct slice written(struct slice name, bool wildcard, bool except, struct arena *arena)
{
    return wildcard || except ? arena_printf(arena, "%s%.*s", wildcard ? "*." : "!", SLICE_ARG(name)) : name;
}

/* --- import --- */

static const char *tier_text(int tier)
{
    static const char *const TIERS[TIER_COUNT] = {[TIER_A] = "A", [TIER_B] = "B", [TIER_C] = "C"};
    return TIERS[tier];
}

static enum err_code write_table(struct run *run, struct err *err)
{
    const struct import_opts *opts = &run->opts->import;
    struct slice unnamed = slice_from_cstr(opts->provider ? opts->provider : "Unknown");
    TRY(listing_open(&run->listing, run->opts, &TABLE_SCHEMA, "tsv", &run->arena, err));
    for (size_t i = 0; i < run->import.entry_count; i++) {
        const struct import_entry *entry = &run->import.entries[i];
        struct slice suffix = written(entry->name, entry->wildcard, entry->except, &run->arena);
        if (!suffix.ptr)
            return err_no_memory(err, entry->name.len);
        const struct value cells[] = {
            value_str(suffix),
            value_str(entry->provider.len > 0 ? entry->provider : unnamed),
            value_str(slice_from_cstr(kb_category_name((enum kb_category)opts->category))),
            value_str(slice_from_cstr(tier_text(opts->tier))),
            value_str(slice_from_cstr(kb_risk_name((enum kb_risk)opts->risk))),
            value_str(run->keys[entry->list - 1]),
        };
        TRY(listing_add(&run->listing, cells, err));
    }
    return listing_commit(&run->listing, err);
}

static enum err_code import_all(struct run *run, struct err *err)
{
    TRY(read_lists(run, err));
    TRY(write_table(run, err));
    report_left_out(run);
    listing_report(&run->listing, run->report);
    return ERR_NONE;
}

/* --- diff --- */

static enum err_code add_change(struct run *run, enum change change, struct slice suffix, struct slice here,
                                struct slice there, struct err *err)
{
    run->changes[change]++;
    if (change == SAME)
        return ERR_NONE;
    if (!suffix.ptr)
        return err_no_memory(err, suffix.len);
    const struct value cells[] = {value_str(slice_from_cstr(CHANGE_NAMES[change])), value_str(suffix), value_str(here),
                                  value_str(there)};
    return listing_add(&run->listing, cells, err);
}

static struct slice provider_there(const struct run *run, const struct import_entry *entry)
{
    if (entry->provider.len > 0 || !run->opts->import.provider)
        return entry->provider;
    return slice_from_cstr(run->opts->import.provider);
}

static enum err_code only_there(struct run *run, const struct import_entry *entry, struct err *err)
{
    struct kb_match match;
    bool below = kb_find(run->kb, entry->name, &match);
    return add_change(run, below ? BELOW_KNOWN : ONLY_THERE,
                      written(entry->name, entry->wildcard, entry->except, &run->arena),
                      below ? match.provider : SLICE(""), provider_there(run, entry), err);
}

/* Not counted are suffixes that options leave out, nor those of other providers where the list is one provider's. */
static enum err_code only_here(struct run *run, const struct kb_rule *rule, struct err *err)
{
    const char *provider = run->opts->import.provider;
    if (!kb_filter_rule(&run->opts->kb, rule) ||
        (provider && !import_same_provider(rule->provider, slice_from_cstr(provider))))
        return ERR_NONE;
    return add_change(run, ONLY_HERE, written(rule->suffix, rule->wildcard, rule->except, &run->arena), rule->provider,
                      SLICE(""), err);
}

static enum err_code both(struct run *run, const struct import_entry *entry, const struct kb_rule *rule,
                          struct err *err)
{
    struct slice there = provider_there(run, entry);
    bool other = there.len > 0 && !import_same_provider(rule->provider, there);
    return add_change(run, other ? OTHER_OPERATOR : SAME,
                      written(entry->name, entry->wildcard, entry->except, &run->arena), rule->provider, there, err);
}

static int compare(const struct import_entry *entry, const struct kb_rule *rule)
{
    int order = slice_compare(entry->name, rule->suffix);
    if (order != 0)
        return order;
    return (entry->except ? 2 : entry->wildcard) - (rule->except ? 2 : rule->wildcard);
}

/* Both sides are in the same order. */
static enum err_code compare_all(struct run *run, struct err *err)
{
    const struct import *import = &run->import;
    size_t at = 0;
    for (uint32_t i = 0; i < kb_rule_count(run->kb) || at < import->entry_count;) {
        const struct kb_rule *rule = i < kb_rule_count(run->kb) ? kb_rule_at(run->kb, i) : NULL;
        const struct import_entry *entry = at < import->entry_count ? &import->entries[at] : NULL;
        assert(rule || entry);
        int order = !rule ? -1 : !entry ? 1 : compare(entry, rule);
        if (order < 0)
            TRY(only_there(run, entry, err));
        else if (order > 0)
            TRY(only_here(run, rule, err));
        else
            TRY(both(run, entry, rule, err));
        at += order <= 0;
        i += order >= 0;
    }
    return ERR_NONE;
}

static void report_changes(const struct run *run)
{
    char numbers[CHANGE_COUNT][32];
    for (unsigned i = 0; i < CHANGE_COUNT; i++)
        number_text(run->changes[i], numbers[i]);
    report_note(run->report, "%s only there, %s below known ones, %s only here, %s of another operator, %s the same",
                numbers[ONLY_THERE], numbers[BELOW_KNOWN], numbers[ONLY_HERE], numbers[OTHER_OPERATOR], numbers[SAME]);
}

static enum err_code diff_all(struct run *run, struct err *err)
{
    TRY(kb_files_open(&run->opts->provider_files, &run->kb, err));
    TRY(kb_filter_check(&run->opts->kb, run->kb, err));
    TRY(read_lists(run, err));
    TRY(listing_open(&run->listing, run->opts, &DIFF_SCHEMA, NULL, &run->arena, err));
    TRY(compare_all(run, err));
    TRY(listing_commit(&run->listing, err));
    report_left_out(run);
    report_changes(run);
    return ERR_NONE;
}

/* --- both --- */

static void run_action(const struct opts *opts, struct report *report, struct outcome *outcome,
                       enum err_code (*action)(struct run *, struct err *))
{
    struct run run = {.opts = opts, .report = report, .outcome = outcome};
    struct err err = {0};
    arena_init(&run.arena, 0);
    import_init(&run.import);
    enum err_code code = action(&run, &err);
    outcome_add(outcome, code);
    if (code != ERR_NONE && code != ERR_PIPE)
        report_error(report, &err);
    listing_close(&run.listing);
    import_release(&run.import);
    kb_free(run.kb);
    arena_release(&run.arena);
}

void command_providers_import(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    run_action(opts, report, outcome, import_all);
}

void command_providers_diff(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    run_action(opts, report, outcome, diff_all);
}
