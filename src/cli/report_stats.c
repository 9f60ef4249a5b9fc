/*
 * report_stats.c - --stats: see report_stats.h.
 *
 *   records parsed whole: 2,517
 *   ...
 *   time by stage and operator, of 0.121 s of work:
 *     0.034 s  28 %  read 3,815 blocks
 *     0.031 s  26 %  split them into 492,500 rows
 *     0.022 s  18 %  where isnotempty(ddns_suffix(RemoteUrl)): 492,500 -> 2,517 rows
 *     ...
 *   time by thread:
 *     0.060 s of work, 0.001 s waiting: worker 1, 1,900 blocks
 */
#include "cli/report_stats.h"

#include "base/simd/simd.h"
#include "sink/show.h"

/* An operator's text beyond this many cells is cut: a line is to fit on a screen. */
enum { OPERATOR_CELLS = 50 };

struct stats {
    const struct report *report;
    struct buf text;
};

static void add_number(struct stats *stats, uint64_t number)
{
    char text[32];
    buf_add_cstr(&stats->text, number_text(number, text));
}

static void add_count(struct stats *stats, uint64_t count, const char *noun)
{
    add_number(stats, count);
    buf_printf(&stats->text, " %s%s", noun, count == 1 ? "" : "s");
}

static void add_work(struct stats *stats, const struct scan_stats *scan)
{
    buf_add_cstr(&stats->text, "records parsed whole: ");
    add_number(stats, scan->rows_parsed);
    if (scan->rows_slow > 0) {
        buf_add_cstr(&stats->text, ", of them before any predicate: ");
        add_number(stats, scan->rows_slow);
    }
    buf_add_cstr(&stats->text, "\nbytes as stored: ");
    add_number(stats, scan->raw_bytes);
    buf_printf(&stats->text, "\nkernel: %s\n", simd_ops()->name);
}

static void add_cells(struct stats *stats, const struct scan_stats *scan, const struct schema *schema)
{
    buf_add_cstr(&stats->text, "cells decoded, by column:\n");
    for (uint32_t i = 0; scan->cells && i < schema->count; i++) {
        if (scan->cells[i] == 0)
            continue;
        buf_add_cstr(&stats->text, "  ");
        show_text(schema->columns[i].name, stats->report->unicode, &stats->text);
        buf_add_cstr(&stats->text, ": ");
        add_number(stats, scan->cells[i]);
        buf_add_char(&stats->text, '\n');
    }
}

/* --- time --- */

static void add_seconds(struct stats *stats, uint64_t ns)
{
    buf_printf(&stats->text, "%.3f s", (double)ns / 1e9);
}

static uint64_t work_ns(const struct profile *profile)
{
    uint64_t ns = 0;
    for (uint32_t i = 0; i < profile->stage_count; i++)
        ns += i == STAGE_WAIT ? 0 : profile_sum(profile, i).ns;
    return ns;
}

static void add_share(struct stats *stats, uint64_t ns, uint64_t all_ns)
{
    buf_add_cstr(&stats->text, "  ");
    add_seconds(stats, ns);
    buf_printf(&stats->text, " %3.0f %%  ", all_ns > 0 ? 100.0 * (double)ns / (double)all_ns : 0.0);
}

/* An operator as --explain writes it, without the remark behind it. */
static void add_operator(struct stats *stats, const struct profile *profile, uint32_t number)
{
    struct buf text;
    buf_init(&text, 0);
    plan_explain_operator(profile->root, number, &text);
    ptrdiff_t remark = slice_find(buf_slice(&text), SLICE("    // "), 0);
    struct slice shown = slice_cut(buf_slice(&text), 0, remark == SLICE_NOT_FOUND ? text.len : (size_t)remark);
    show_cut(shown, stats->report->unicode, OPERATOR_CELLS, &stats->text);
    stats->text.failed |= text.failed;
    buf_release(&text);
}

static void add_scan_stages(struct stats *stats, const struct profile *profile, uint64_t all_ns)
{
    struct stage_work read = profile_sum(profile, STAGE_READ), split = profile_sum(profile, STAGE_SPLIT);
    if (read.rows_in == 0)
        return;
    add_share(stats, read.ns, all_ns);
    buf_add_cstr(&stats->text, "read ");
    add_count(stats, read.rows_in, "block");
    buf_add_char(&stats->text, '\n');
    add_share(stats, split.ns, all_ns);
    buf_add_cstr(&stats->text, "split them into ");
    add_count(stats, split.rows_out, "row");
    buf_add_char(&stats->text, '\n');
}

static void add_operators(struct stats *stats, const struct profile *profile, uint64_t all_ns)
{
    for (uint32_t i = 1; i < profile->operator_count; i++) {
        struct stage_work work = profile_sum(profile, STAGE_OPERATORS + i);
        uint32_t next = i + 1 < profile->operator_count ? STAGE_OPERATORS + i + 1 : STAGE_RESULT;
        add_share(stats, work.ns, all_ns);
        add_operator(stats, profile, i);
        buf_add_cstr(&stats->text, ": ");
        add_number(stats, work.rows_in);
        buf_add_cstr(&stats->text, " -> ");
        add_count(stats, profile_sum(profile, next).rows_in, "row");
        buf_add_char(&stats->text, '\n');
    }
}

static void add_threads(struct stats *stats, const struct profile *profile)
{
    buf_add_cstr(&stats->text, "time by thread:\n");
    for (uint32_t i = 0; i < profile->work_count; i++) {
        const struct work *work = &profile->works[i];
        uint64_t ns = 0;
        for (uint32_t k = 0; k < profile->stage_count; k++)
            ns += k == STAGE_WAIT ? 0 : work->stages[k].ns;
        if (i > 0 && work->since_ns == 0)
            continue; /* it was not started */
        buf_add_cstr(&stats->text, "  ");
        add_seconds(stats, ns);
        buf_add_cstr(&stats->text, " of work, ");
        add_seconds(stats, work->stages[STAGE_WAIT].ns);
        buf_add_cstr(&stats->text, " waiting: ");
        if (i == 0)
            buf_add_cstr(&stats->text, "main thread");
        else
            buf_printf(&stats->text, "worker %u", i);
        if (work->stages[STAGE_SPLIT].rows_in > 0) {
            buf_add_cstr(&stats->text, ", ");
            add_count(stats, work->stages[STAGE_SPLIT].rows_in, "block");
        }
        buf_add_char(&stats->text, '\n');
    }
}

static void add_profile(struct stats *stats, const struct profile *profile, uint32_t subquery)
{
    uint64_t all_ns = work_ns(profile);
    if (subquery > 0)
        buf_printf(&stats->text, "subquery %u: ", subquery);
    buf_add_cstr(&stats->text, "time by stage and operator, of ");
    add_seconds(stats, all_ns);
    buf_add_cstr(&stats->text, " of work:\n");
    add_scan_stages(stats, profile, all_ns);
    add_operators(stats, profile, all_ns);
    add_share(stats, profile_sum(profile, STAGE_COLUMNS).ns, all_ns);
    buf_add_cstr(&stats->text, "decode what the next operator asks of each row\n");
    add_share(stats, profile_sum(profile, STAGE_RESULT).ns, all_ns);
    buf_add_cstr(&stats->text, "decode the other columns of the result, write it\n");
    add_share(stats, profile_sum(profile, STAGE_REST).ns, all_ns);
    buf_add_cstr(&stats->text, "other\n");
    if (profile->spilled_bytes > 0) {
        buf_add_cstr(&stats->text, "bytes written to a temporary file: ");
        add_number(stats, profile->spilled_bytes);
        buf_add_cstr(&stats->text, ", in pieces: ");
        add_number(stats, profile->spilled_pieces);
        buf_add_char(&stats->text, '\n');
    }
    add_threads(stats, profile);
}

void report_stats(struct report *report, const struct scan_stats *scan, const struct schema *schema,
                  const struct profiles *profiles)
{
    struct stats stats = {.report = report};
    buf_init(&stats.text, 0);
    add_work(&stats, scan);
    add_cells(&stats, scan, schema);
    uint32_t number = 0;
    for (const struct profile *profile = profiles->first; profile; profile = profile->next)
        add_profile(&stats, profile, profile->next ? ++number : 0);
    /* Where memory ran out there are no figures; the results are not touched by that. */
    if (!stats.text.failed)
        report_text(report, buf_slice(&stats.text));
    buf_release(&stats.text);
}
