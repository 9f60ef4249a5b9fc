/*
 * kb_check.c - looking over a table: see kb_check.h.
 */
#include "ddns/kb_check.h"

#include "base/mem.h"
#include "ddns/kb_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef DDNSHUNT_HAVE_LIBPSL
#include <libpsl.h>
#endif

struct checker {
    const struct kb *kb;
    const struct kb_form *form;
    struct arena *arena;
    struct kb_check *check;
    const struct kb_rule **by_label; /* the rules of kb in the order of their first labels */
    bool no_memory;
};

/* --- remarks --- */

static void remark(struct checker *checker, uint32_t line, bool mistake, struct slice text, struct slice hint)
{
    struct kb_check *check = checker->check;
    if (mistake)
        check->mistakes++;
    else
        check->doubts++;
    if (check->remark_count == KB_REMARKS_MAX)
        return;
    struct kb_remark *made = &check->remarks[check->remark_count];
    *made = (struct kb_remark){line, mistake, arena_copy(checker->arena, text), arena_copy(checker->arena, hint)};
    checker->no_memory |= !made->text.ptr || !made->hint.ptr;
    check->remark_count++;
}

static void doubt(struct checker *checker, uint32_t line, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void doubt(struct checker *checker, uint32_t line, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t most = sizeof text - 1;
    remark(checker, line, false, slice_of(text, len < 0 ? 0 : (size_t)len < most ? (size_t)len : most), SLICE(""));
}

/* A complaint of the reader. */
static void tell(void *user, uint32_t line, const struct err *err)
{
    remark(user, line, true, slice_from_cstr(err->text), slice_from_cstr(err->hint));
}

static int compare_remarks(const void *left, const void *right)
{
    const struct kb_remark *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (int)b->mistake - (int)a->mistake;
}

/* --- what only all rows together show --- */

struct sorted_row {
    const struct kb_form *form;
    struct kb_read_row read;
    uint32_t twice_of; /* line of an equal row before it; 0: none */
};

static int compare_sorted(const void *left, const void *right)
{
    const struct sorted_row *a = left, *b = right;
    int order = a->form->compare(a->read.row, b->read.row);
    if (order != 0)
        return order;
    return a->read.line < b->read.line ? -1 : a->read.line > b->read.line;
}

static void check_twice(struct checker *checker, struct sorted_row *rows, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct sorted_row *before = &rows[i - 1];
        if (checker->form->compare(before->read.row, rows[i].read.row) != 0)
            continue;
        rows[i].twice_of = before->twice_of ? before->twice_of : before->read.line;
        char shown[KB_NAME_MAX + 3], text[KB_NAME_MAX + 64];
        checker->form->show(rows[i].read.row, shown);
        int len = snprintf(text, sizeof text, "\"%s\" stands twice, first in line %u", shown, rows[i].twice_of);
        remark(checker, rows[i].read.line, true, slice_of(text, len < 0 ? 0 : (size_t)len), SLICE(""));
    }
}

static bool has_row(const struct checker *checker, const struct sorted_row *rows, uint32_t count, const void *wanted)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = checker->form->compare(rows[middle].read.row, wanted);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static struct slice behind_label(struct slice name)
{
    ptrdiff_t dot = slice_find(name, SLICE("."), 0);
    return dot < 0 ? SLICE("") : slice_cut(name, (size_t)dot + 1, name.len);
}

static void check_exception(struct checker *checker, const struct sorted_row *rows, uint32_t count,
                            const struct kb_read_row *read)
{
    const struct kb_rule *rule = read->row;
    const struct kb_rule wildcard = {.suffix = behind_label(rule->suffix), .wildcard = true};
    if (has_row(checker, rows, count, &wildcard) || kb_list_find(&checker->kb->rules, &wildcard))
        return;
    char text[2 * KB_NAME_MAX + 64];
    int len = snprintf(text, sizeof text, "\"!%.*s\" is an exception to nothing: there is no row \"*.%.*s\"",
                       SLICE_ARG(rule->suffix), SLICE_ARG(wildcard.suffix));
    remark(checker, read->line, true, slice_of(text, len < 0 ? 0 : (size_t)len), SLICE(""));
}

/* --- doubts --- */

static struct slice first_label(struct slice name)
{
    ptrdiff_t dot = slice_find(name, SLICE("."), 0);
    return slice_cut(name, 0, dot < 0 ? name.len : (size_t)dot);
}

static int compare_labels(const void *left, const void *right)
{
    const struct kb_rule *const *a = left, *const *b = right;
    int order = slice_compare(first_label((*a)->suffix), first_label((*b)->suffix));
    return order != 0 ? order : slice_compare((*a)->suffix, (*b)->suffix);
}

static enum err_code index_labels(struct checker *checker, struct err *err)
{
    uint32_t count = kb_rule_count(checker->kb);
    checker->by_label = arena_array(checker->arena, count, sizeof *checker->by_label);
    if (!checker->by_label)
        return err_no_memory(err, count * sizeof *checker->by_label);
    for (uint32_t i = 0; i < count; i++)
        checker->by_label[i] = kb_rule_at(checker->kb, i);
    if (count > 0)
        qsort(checker->by_label, count, sizeof *checker->by_label, compare_labels);
    return ERR_NONE;
}

/* Two labels: a name that somebody has registered, where the first label is a choice. */
static bool is_registered(struct slice name)
{
    ptrdiff_t dot = slice_find(name, SLICE("."), 0);
    return dot >= 0 && slice_find(name, SLICE("."), (size_t)dot + 1) < 0;
}

/* A known suffix with the same first label; one of the same provider if there is one. */
static const struct kb_rule *look_alike(const struct checker *checker, const struct kb_rule *rule)
{
    struct slice label = first_label(rule->suffix);
    if (!is_registered(rule->suffix) || rule->wildcard)
        return NULL;
    uint32_t low = 0, count = kb_rule_count(checker->kb), high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slice_compare(first_label(checker->by_label[middle]->suffix), label) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct kb_rule *found = NULL;
    for (; low < count && slice_eq(first_label(checker->by_label[low]->suffix), label); low++) {
        if (!is_registered(checker->by_label[low]->suffix))
            continue;
        if (slice_eq_nocase(checker->by_label[low]->provider, rule->provider))
            return checker->by_label[low];
        found = found ? found : checker->by_label[low];
    }
    return found;
}

#ifdef DDNSHUNT_HAVE_LIBPSL
bool kb_check_knows_public_suffixes(void)
{
    return true;
}

/* Behind a rule's suffix stands a NUL. */
static void doubt_public(struct checker *checker, uint32_t line, struct slice suffix)
{
    const psl_ctx_t *psl = psl_builtin();
    size_t dot = suffix.len;
    while (dot > 0 && suffix.ptr[dot - 1] != '.')
        dot--;
    if (psl && psl_is_public_suffix2(psl, suffix.ptr, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
        doubt(checker, line, "\"%.*s\" is a public suffix: every name that is registered below it would be a hit",
              SLICE_ARG(suffix));
    else if (psl && !psl_is_public_suffix2(psl, suffix.ptr + dot, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
        doubt(checker, line, "\"%.*s\" is in no top-level domain that is known", SLICE_ARG(suffix));
}
#else
bool kb_check_knows_public_suffixes(void)
{
    return false;
}

static void doubt_public(struct checker *checker, uint32_t line, struct slice suffix)
{
    (void)checker;
    (void)line;
    (void)suffix;
}
#endif

static void doubt_known(struct checker *checker, uint32_t line, struct slice name, struct slice mine,
                        struct slice known)
{
    if (slice_eq(mine, known))
        doubt(checker, line, "\"%.*s\" is known already", SLICE_ARG(name));
    else
        doubt(checker, line, "\"%.*s\" is known as %.*s's, here it is %.*s's", SLICE_ARG(name), SLICE_ARG(known),
              SLICE_ARG(mine));
}

static void check_rule(struct checker *checker, const struct kb_read_row *read)
{
    const struct kb_rule *rule = read->row, *known = kb_list_find(&checker->kb->rules, rule);
    if (known) {
        doubt_known(checker, read->line, rule->suffix, rule->provider, known->provider);
        return;
    }
    doubt_public(checker, read->line, rule->suffix);
    struct kb_match match;
    if (kb_find(checker->kb, rule->suffix, &match) && match.rule && match.suffix.len < rule->suffix.len) {
        doubt(checker, read->line, "\"%.*s\" lies below \"%.*s\", which is known as %.*s's", SLICE_ARG(rule->suffix),
              SLICE_ARG(match.suffix), SLICE_ARG(match.provider));
        return;
    }
    const struct kb_rule *alike = look_alike(checker, rule);
    if (alike && !slice_eq_nocase(alike->provider, rule->provider))
        doubt(checker, read->line,
              "\"%.*s\" has its first label from \"%.*s\", which is %.*s's: is it the same operator?",
              SLICE_ARG(rule->suffix), SLICE_ARG(alike->suffix), SLICE_ARG(alike->provider));
}

static void check_service(struct checker *checker, const struct kb_read_row *read)
{
    const struct kb_service *service = read->row;
    struct kb_match match;
    if (!kb_find(checker->kb, service->host, &match))
        return;
    if (match.service)
        doubt_known(checker, read->line, service->host, service->provider, match.provider);
    else if (!slice_eq(match.provider, service->provider))
        doubt(checker, read->line, "\"%.*s\" lies below \"%.*s\", which is %.*s's, here it is %.*s's",
              SLICE_ARG(service->host), SLICE_ARG(match.suffix), SLICE_ARG(match.provider),
              SLICE_ARG(service->provider));
}

/* --- the whole --- */

static enum err_code check_rows(struct checker *checker, const struct kb_read_row *rows, uint32_t count,
                                struct err *err)
{
    struct sorted_row *sorted = arena_array(checker->arena, count, sizeof *sorted);
    if (!sorted)
        return err_no_memory(err, count * sizeof *sorted);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (struct sorted_row){.form = checker->form, .read = rows[i]};
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, compare_sorted);
    check_twice(checker, sorted, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct kb_read_row *read = &sorted[i].read;
        if (sorted[i].twice_of)
            continue;
        uint32_t mistakes = checker->check->mistakes;
        if (!checker->check->services && ((const struct kb_rule *)read->row)->except)
            check_exception(checker, sorted, count, read);
        else if (checker->check->services)
            check_service(checker, read);
        else
            check_rule(checker, read);
        checker->check->rows += checker->check->mistakes == mistakes;
    }
    return ERR_NONE;
}

enum err_code kb_check(const struct kb *kb, struct slice table, const char *name, struct arena *arena,
                       struct kb_check *out_check, struct err *err)
{
    struct kb_check check = {.services = kb_table_is_services(table)};
    struct checker checker = {
        .kb = kb, .form = check.services ? &KB_SERVICE_FORM : &KB_RULE_FORM, .arena = arena, .check = &check};
    check.remarks = arena_array(arena, KB_REMARKS_MAX, sizeof *check.remarks);
    if (!check.remarks)
        return err_no_memory(err, KB_REMARKS_MAX * sizeof *check.remarks);
    TRY(index_labels(&checker, err));
    const struct kb_complaints complaints = {tell, &checker};
    struct kb_read_row *rows = NULL;
    uint32_t count = 0;
    TRY(kb_table_read(checker.form, table, name, arena, &complaints, &rows, &count, err));
    enum err_code code = check_rows(&checker, rows, count, err);
    mem_free(rows);
    TRY(code);
    if (checker.no_memory)
        return err_no_memory(err, KB_REMARKS_MAX);
    qsort(check.remarks, check.remark_count, sizeof *check.remarks, compare_remarks);
    *out_check = check;
    return ERR_NONE;
}
