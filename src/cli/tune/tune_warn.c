/*
 * tune_warn.c - what a tuning can't be meant to do: it works, and is told.
 */
#include "base/mem.h"
#include "cli/tune/tune.h"
#include "event/ip_range.h"

#include <stdlib.h>

/* --- approved domains that whole suffixes lie in --- */

/* The approved name that is the suffix or stands above it, or NULL. */
static const struct slice *covering(const struct tune_names *allow, struct slice suffix)
{
    for (;;) {
        const struct slice *found =
            allow->count > 0 ? bsearch(&suffix, allow->items, allow->count, sizeof suffix, slices_order) : NULL;
        ptrdiff_t dot = slice_find(suffix, SLICE("."), 0);
        if (found || dot < 0)
            return found;
        suffix = slice_cut(suffix, (size_t)dot + 1, suffix.len);
    }
}

enum { COVERS_NAMED = 5 };

static enum err_code warn_suffixes(const struct tuning *tuning, const struct kb *kb, struct report *report,
                                   struct err *err)
{
    uint32_t *covered = mem_zalloc(tuning->allow.count, sizeof *covered), named = 0;
    if (!covered)
        return err_no_memory(err, tuning->allow.count * sizeof *covered);
    const struct slice *items = tuning->allow.items;
    for (uint32_t i = 0; i < kb_rule_count(kb); i++) {
        const struct kb_rule *rule = kb_rule_at(kb, i);
        const struct slice *found = rule->except ? NULL : covering(&tuning->allow, rule->suffix);
        if (found)
            covered[found - items]++;
    }
    for (size_t i = 0; i < tuning->allow.count; i++) {
        struct kb_match match; /* a wildcard's suffixes stand in no list */
        bool whole = kb_find(kb, items[i], &match) && match.rule && slice_eq(match.suffix, items[i]);
        if ((covered[i] == 0 && !whole) || ++named > COVERS_NAMED)
            continue;
        if (whole && covered[i] <= 1)
            report_note(report, "--allow %.*s: this is a whole suffix of %.*s; every name below it is allowed",
                        SLICE_ARG(items[i]), SLICE_ARG(match.provider));
        else
            report_note(report, "--allow %.*s: %u known suffixes lie in it; every name below them is allowed",
                        SLICE_ARG(items[i]), covered[i]);
    }
    if (named > COVERS_NAMED)
        report_note(report, "--allow: %u more domains that whole suffixes lie in", named - COVERS_NAMED);
    mem_free(covered);
    return ERR_NONE;
}

/* --- options that leave nothing over --- */

/* Is each kept name dropped as well? A copy of what is dropped is put in order, so that long lists cost little. */
static enum err_code all_names_held(const struct tune_names *kept, const struct tune_names *dropped, bool *out_all,
                                    struct err *err)
{
    *out_all = kept->count > 0 && dropped->count > 0;
    if (!*out_all)
        return ERR_NONE;
    struct slice *sorted = mem_array(NULL, dropped->count, sizeof *sorted);
    if (!sorted)
        return err_no_memory(err, dropped->count * sizeof *sorted);
    memcpy(sorted, dropped->items, dropped->count * sizeof *sorted);
    qsort(sorted, dropped->count, sizeof *sorted, slices_order_nocase);
    for (size_t i = 0; i < kept->count && *out_all; i++)
        *out_all = bsearch(&kept->items[i], sorted, dropped->count, sizeof *sorted, slices_order_nocase) != NULL;
    mem_free(sorted);
    return ERR_NONE;
}

static enum err_code all_ranges_held(const struct tune_names *kept, const struct tune_names *dropped, bool *out_all,
                                     struct err *err)
{
    *out_all = kept->count > 0 && dropped->count > 0;
    if (!*out_all)
        return ERR_NONE;
    struct ip_range *ranges = mem_array(NULL, dropped->count, sizeof *ranges);
    if (!ranges)
        return err_no_memory(err, dropped->count * sizeof *ranges);
    size_t count = 0;
    for (size_t i = 0; i < dropped->count; i++)
        count += ip_range_parse(dropped->items[i], &ranges[count]);
    count = ip_ranges_settle(ranges, count);
    for (size_t i = 0; i < kept->count && *out_all; i++) {
        struct ip_range range;
        *out_all = ip_range_parse(kept->items[i], &range) && ip_ranges_hold(ranges, count, &range);
    }
    mem_free(ranges);
    return ERR_NONE;
}

/* Two points of time that can be compared without knowing when now is; a span is back from it. */
static bool times_cross(const struct tune_time *since, const struct tune_time *until)
{
    if (!since->given || !until->given || since->is_ago != until->is_ago)
        return false;
    return since->is_ago ? since->ticks <= until->ticks : since->ticks >= until->ticks;
}

static bool is_everything(struct slice glob)
{
    bool all = glob.len > 0;
    for (size_t i = 0; i < glob.len; i++)
        all &= glob.ptr[i] == '*';
    return all;
}

static void warn_globs(const struct tune_names *globs, const char *option, struct report *report)
{
    for (size_t i = 0; i < globs->count; i++)
        if (is_everything(globs->items[i]))
            report_note(report, "%s %.*s leaves nothing over", option, SLICE_ARG(globs->items[i]));
}

enum err_code tuning_warn(const struct tuning *tuning, const struct kb *kb, struct report *report, struct err *err)
{
    if (tuning->allow.count > 0)
        TRY(warn_suffixes(tuning, kb, report, err));
    bool all;
    TRY(all_names_held(&tuning->providers, &tuning->exclude_providers, &all, err));
    if (all)
        report_note(report, "--provider and --exclude-provider leave nothing over: each provider is left out as well");
    TRY(all_ranges_held(&tuning->local_nets, &tuning->exclude_local, &all, err));
    if (all)
        report_note(report, "--local-net and --exclude-local leave nothing over: each range is left out as well");
    if (times_cross(&tuning->since, &tuning->until))
        report_note(report, "--since is not before --until: no time lies between them");
    warn_globs(&tuning->exclude_devices, "--exclude-device", report);
    warn_globs(&tuning->exclude_processes, "--exclude-process", report);
    warn_globs(&tuning->exclude_accounts, "--exclude-account", report);
    return ERR_NONE;
}
