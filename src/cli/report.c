/*
 * report.c - see report.h.
 */
#include "cli/report.h"

#include "base/stream.h"
#include "cli/term.h"
#include "kql/syntax/parser.h"
#include "sink/show.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void report_init(struct report *report, const struct opts *opts)
{
    *report = (struct report){.quiet = opts->quiet, .terminal = term_is(STDERR_FILENO), .unicode = term_is_unicode()};
    report->color = term_has_color((enum color_when)opts->color, STDERR_FILENO);
    report->started = seconds_now();
    pthread_mutex_init(&report->lock, NULL);
    arena_init(&report->arena, 0);
    buf_init(&report->text, 0);
}

void report_release(struct report *report)
{
    arena_release(&report->arena);
    buf_release(&report->text);
    pthread_mutex_destroy(&report->lock);
}

/* --- writing --- */

/* Nobody can be told that standard error is gone. */
static void write_all(struct slice text)
{
    while (text.len > 0) {
        ssize_t done = write(STDERR_FILENO, text.ptr, text.len);
        if (done <= 0)
            return;
        text = slice_cut(text, (size_t)done, text.len);
    }
}

static void begin(struct report *report)
{
    pthread_mutex_lock(&report->lock);
    buf_clear(&report->text);
    if (report->progress_shown)
        buf_add_cstr(&report->text, "\r\x1b[K");
    report->progress_shown = false;
}

static void end(struct report *report)
{
    write_all(buf_slice(&report->text));
    pthread_mutex_unlock(&report->lock);
}

static void add_shown(struct report *report, const char *text)
{
    show_text(slice_from_cstr(text), report->unicode, &report->text);
}

/* --- errors, notices --- */

/* Ends an error's text. An err needs no memory, and so must its last way out: then the sentence alone is told. */
static void end_error(struct report *report, const struct err *err)
{
    if (report->text.failed) {
        char line[ERR_TEXT_MAX + 16];
        int len = snprintf(line, sizeof line, "ddnshunt: %s\n", err->text);
        write_all(slice_of(line, len < 0 ? 0 : (size_t)len));
        buf_clear(&report->text);
    }
    end(report);
}

void report_error(struct report *report, const struct err *err)
{
    begin(report);
    buf_add_cstr(&report->text, "ddnshunt: ");
    if (err->where[0]) {
        add_shown(report, err->where);
        buf_add_cstr(&report->text, ": ");
    }
    add_shown(report, err->text);
    buf_add_char(&report->text, '\n');
    bool again = strcmp(err->text, report->told.text) == 0 && strcmp(err->hint, report->told.hint) == 0;
    if (err->hint[0] && !again) {
        buf_add_cstr(&report->text, "hint: ");
        add_shown(report, err->hint);
        buf_add_char(&report->text, '\n');
    }
    report->told = *err;
    end_error(report, err);
}

void report_query_error(struct report *report, const char *origin, struct slice query, const struct err *err)
{
    if (!err->has_span) {
        report_error(report, err);
        return;
    }
    begin(report);
    kql_diagnose(origin, query, err, &report->text);
    end_error(report, err);
}

void report_note(struct report *report, const char *fmt, ...)
{
    if (report->quiet)
        return;
    char line[1200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    begin(report);
    buf_add_cstr(&report->text, "ddnshunt: ");
    add_shown(report, line);
    buf_add_char(&report->text, '\n');
    end(report);
}

void report_reject(struct report *report, const struct reject *reject)
{
    if (report->quiet || report->rejects_named > REPORT_REJECTS_NAMED)
        return;
    if (report->rejects_named++ == REPORT_REJECTS_NAMED) {
        report_note(report, "more records can't be read; the summary has their number, --rejects FILE keeps them all");
        return;
    }
    report_note(report, "%s:%llu: %s", reject->input ? stream_name(reject->input) : "-",
                (unsigned long long)reject->record, reject->why ? reject->why : "can't be read");
}

/* --- numbers --- */

const char *number_text(uint64_t number, char *into)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    char *at = into;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return into;
}

const char *bytes_text(double bytes, char *into)
{
    static const char *const UNITS[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;
    while (bytes >= 999.95 && unit + 1 < sizeof UNITS / sizeof *UNITS) {
        bytes /= 1000;
        unit++;
    }
    snprintf(into, 16, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, UNITS[unit]);
    return into;
}

/* --- hits by provider --- */

void report_count_hit(struct report *report, struct slice provider)
{
    report_count_hits(report, provider, 1);
}

void report_count_hits(struct report *report, struct slice provider, uint64_t hits)
{
    for (uint32_t i = 0; i < report->provider_count; i++) {
        if (slice_eq(provider, report->providers[i].name)) {
            report->providers[i].hits += hits;
            return;
        }
    }
    struct slice name = report->provider_count < PROVIDERS_MAX ? arena_copy(&report->arena, provider) : SLICE("");
    if (report->provider_count == PROVIDERS_MAX || !name.ptr)
        report->provider_rest += hits;
    else
        report->providers[report->provider_count++] = (struct provider_count){name, hits};
}

/* Most hits first, then by name. */
static void sort_providers(struct report *report)
{
    for (uint32_t i = 1; i < report->provider_count; i++) {
        struct provider_count moved = report->providers[i];
        uint32_t at = i;
        for (; at > 0; at--) {
            const struct provider_count *before = &report->providers[at - 1];
            if (before->hits > moved.hits ||
                (before->hits == moved.hits && slice_compare(before->name, moved.name) < 0))
                break;
            report->providers[at] = *before;
        }
        report->providers[at] = moved;
    }
}

static void add_providers(struct report *report)
{
    sort_providers(report);
    char number[32];
    for (uint32_t i = 0; i < report->provider_count; i++) {
        buf_add_cstr(&report->text, i == 0 ? ": " : ", ");
        show_cut(report->providers[i].name, report->unicode, 60, &report->text);
        buf_printf(&report->text, " %s", number_text(report->providers[i].hits, number));
    }
    if (report->provider_rest > 0)
        buf_printf(&report->text, ", others %s", number_text(report->provider_rest, number));
}

/* --- summary --- */

static void add_count(struct report *report, uint64_t count, const char *noun)
{
    char number[32];
    buf_printf(&report->text, "%s %s%s", number_text(count, number), noun, count == 1 ? "" : "s");
}

static void add_rejects(struct report *report, const struct scan_stats *stats)
{
    static const char *const REASONS[] = {
        [REJECT_MALFORMED] = "malformed",
        [REJECT_TOO_LONG] = "too long",
        [REJECT_NO_RECORD] = "text outside any record",
        [REJECT_UNDECIDED] = "undecided",
    };
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++)
        total += stats->rejected[i];
    if (total == 0)
        return;
    char number[32];
    add_count(report, total, "record");
    buf_add_cstr(&report->text, " could not be read: ");
    bool first = true;
    for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++) {
        if (stats->rejected[i] == 0)
            continue;
        buf_printf(&report->text, "%s%s %s", first ? "" : ", ", number_text(stats->rejected[i], number), REASONS[i]);
        first = false;
    }
    buf_add_char(&report->text, '\n');
}

static void add_reading(struct report *report, const struct scan_stats *stats, const char *rows_name)
{
    char size[16], rate[16];
    double seconds = seconds_now() - report->started;
    add_count(report, stats->rows, rows_name ? rows_name : "row");
    buf_add_cstr(&report->text, " read from ");
    add_count(report, stats->inputs, "input");
    buf_printf(&report->text, ", %s in %.2f s, %s/s\n", bytes_text((double)stats->bytes, size), seconds,
               bytes_text(seconds > 0 ? (double)stats->bytes / seconds : 0, rate));
    if (stats->rows_passed > 0) {
        add_count(report, stats->rows_passed, "row");
        buf_add_cstr(&report->text, " of other tables passed over\n");
    }
    if (stats->inputs_passed > 0) {
        add_count(report, stats->inputs_passed, "file");
        buf_add_cstr(&report->text, " passed over: no telemetry\n");
    }
    add_rejects(report, stats);
    if (stats->cells_bad > 0) {
        add_count(report, stats->cells_bad, "value");
        buf_add_cstr(&report->text, " of another type than the column's read as null\n");
    }
    if (stats->inputs_failed > 0) {
        add_count(report, stats->inputs_failed, "input");
        buf_add_cstr(&report->text, " could not be read, or not to the end\n");
    }
}

void report_summary(struct report *report, const struct summary *summary)
{
    if (report->quiet) {
        report_progress_clear(report);
        return;
    }
    begin(report);
    if (summary->apart)
        buf_add_char(&report->text, '\n');
    add_count(report, summary->results, summary->results_name);
    add_providers(report);
    buf_add_char(&report->text, '\n');
    if (summary->stats)
        add_reading(report, summary->stats, summary->rows_name);
    if (summary->interrupted)
        buf_add_cstr(&report->text, "interrupted: this is what was found until then\n");
    end(report);
}

void report_text(struct report *report, struct slice text)
{
    begin(report);
    buf_add(&report->text, text);
    end(report);
}

/* --- progress --- */

void report_progress(struct report *report, const struct scan *scan, uint64_t results, const char *results_name)
{
    enum { FIRST_MS = 500, EVERY_MS = 100 };
    if (report->quiet || !report->terminal)
        return;
    double now = seconds_now(), spent = now - report->started;
    if (spent * 1000 < FIRST_MS || (now - report->progress_last) * 1000 < EVERY_MS)
        return;
    uint64_t done, total;
    scan_progress(scan, &done, &total);
    char size[16], whole[16], rate[16], number[32];
    begin(report);
    report->progress_last = now;
    buf_printf(&report->text, "\r%s", bytes_text((double)done, size));
    if (total > 0 && done <= total)
        buf_printf(&report->text, " of %s (%d%%)", bytes_text((double)total, whole),
                   (int)((double)done * 100 / (double)total));
    buf_printf(&report->text, ", %s/s, %s %s%s", bytes_text((double)done / spent, rate), number_text(results, number),
               results_name, results == 1 ? "" : "s");
    if (total > done && done > 0)
        buf_printf(&report->text, ", %.0f s left", (double)(total - done) / ((double)done / spent));
    buf_add_cstr(&report->text, "\x1b[K");
    report->progress_shown = true;
    end(report);
}

void report_progress_clear(struct report *report)
{
    begin(report);
    end(report);
}
