/*
 * rule_stage.c - the stages that work out the host, the suffix and who runs it: see rule_int.h.
 *
 * The longest suffix: of each number of labels that a suffix has, the tail of the host with so many is looked up in a bag, the
 * longest first. That costs a few look-ups a row, whatever the length of the list, and needs neither join nor mv-expand.
 */
#include "kql/syntax/parser.h"
#include "rule/rule_int.h"

#include <stdarg.h>
#include <stdio.h>

void write_comment(struct writer *writer, const char *fmt, ...)
{
    if (!writer->request->comments)
        return;
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    buf_printf(writer->out, "// %s\n", text);
}

/* --- the host --- */

/* rules/host.kql, whose own comments come along. */
static enum err_code write_host(struct writer *writer, bool skip_empty, struct err *err)
{
    struct ast *query = NULL;
    struct slice text = RULE_HOST_TEXT;
    TRY(kql_parse(text, writer->arena, &query, err));
    const struct ast *operators[64];
    size_t count = 0;
    for (const struct ast *at = query->children[0]; at->kind == AST_PIPE_EXTEND; at = at->children[0])
        if (count < sizeof operators / sizeof *operators)
            operators[count++] = at;
    write_comment(
        writer, "The host in RemoteUrl, whatever stands around it. One with non-ASCII text stays as it is: KQL has no");
    write_comment(writer, "UTS 46 mapping, so that only there ddnshunt itself may name another host.");
    if (skip_empty)
        buf_add_cstr(writer->out, "| where isnotempty(RemoteUrl)\n");
    uint32_t from = query->children[0]->span.start;
    for (; count > 0; count--) {
        const struct ast *op = operators[count - 1];
        struct slice before = slice_trim(slice_cut(text, from, op->op_span.start));
        /* What stands between two operators: a bar, and perhaps a comment. */
        for (size_t at = 0; writer->request->comments && at < before.len;) {
            ptrdiff_t end = slice_find(before, SLICE("\n"), at);
            struct slice line = slice_cut(before, at, end < 0 ? before.len : (size_t)end);
            if (slice_starts(line, SLICE("//")))
                buf_printf(writer->out, "%.*s\n", SLICE_ARG(line));
            at = end < 0 ? before.len : (size_t)end + 1;
        }
        from = op->span.end;
        kql_print_as(op, KQL_PRINT_ALONE | writer->print_flags, writer->out);
        buf_add_char(writer->out, '\n');
    }
    return ERR_NONE;
}

/* --- the suffix --- */

struct features features_of(const struct entry *entries, size_t count, enum value_form form)
{
    struct features features = {.form = form, .one_category = true};
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[i];
        unsigned labels = 1;
        for (size_t c = 0; c < entry->name.len; c++)
            labels += entry->name.ptr[c] == '.';
        labels = labels < RULE_LABELS_MAX ? labels : RULE_LABELS_MAX;
        features.levels |= entry->type == ENTRY_SUFFIX ? 1u << labels : 0;
        features.wildcard_levels |= entry->type == ENTRY_WILDCARD ? 1u << (labels + 1) : 0;
        features.services = features.services || entry->type == ENTRY_SERVICE;
        features.exceptions = features.exceptions || entry->type == ENTRY_EXCEPTION;
        if (entry->type == ENTRY_EXCEPTION)
            continue;
        features.one_category = features.one_category && (!any || entry->category == features.category);
        features.category = entry->category;
        any = true;
    }
    return features;
}

static void add_literal(const struct writer *writer, struct slice text)
{
    struct value value = value_str(text);
    kql_print_literal_as(&value, writer->print_flags, writer->out);
}

/* SuffixN = the last N labels, or "" where the host has fewer. */
static void write_tails(struct writer *writer, unsigned tails)
{
    const char *separator = "| extend ";
    for (unsigned labels = RULE_LABELS_MAX + 1; labels > 0; labels--) {
        if (!(tails & 1u << labels))
            continue;
        char pattern[64];
        if (labels > 2)
            snprintf(pattern, sizeof pattern, "(?:[^.]+\\.){%u}[^.]+$", labels - 1);
        else
            snprintf(pattern, sizeof pattern, labels == 2 ? "[^.]+\\.[^.]+$" : "[^.]+$");
        buf_printf(writer->out, "%sSuffix%u = extract(", separator, labels);
        add_literal(writer, slice_from_cstr(pattern));
        buf_add_cstr(writer->out, ", 0, RemoteHost)");
        separator = ", ";
    }
    buf_add_char(writer->out, '\n');
}

/* Is SuffixN one: a suffix of the list, or the label before a wildcard's name? */
static void write_test(struct writer *writer, const struct features *features, unsigned labels)
{
    bool plain = features->levels & 1u << labels, star = features->wildcard_levels & 1u << labels;
    if (plain)
        buf_printf(writer->out, "isnotnull(DdnsSuffixes[Suffix%u])", labels);
    if (!star)
        return;
    buf_printf(writer->out, "%sisnotempty(Suffix%u) and isnotnull(DdnsWildcards[Suffix%u])", plain ? " or " : "",
               labels, labels - 1);
    if (features->exceptions)
        buf_printf(writer->out, " and Suffix%u !in (DdnsExceptions)", labels);
}

static void write_suffix(struct writer *writer, const struct features *features, struct helpers *helpers)
{
    unsigned all = features->levels | features->wildcard_levels;
    write_comment(writer, "The longest suffix that the list has.");
    helpers->tails = all | features->wildcard_levels >> 1;
    if (all)
        write_tails(writer, helpers->tails);
    buf_add_cstr(writer->out, "| extend MatchedSuffix = ");
    if (!all && !features->services) {
        buf_add_cstr(writer->out, "\"\"\n");
        return;
    }
    buf_add_cstr(writer->out, "case(");
    for (unsigned labels = RULE_LABELS_MAX + 1; labels > 0; labels--) {
        if (!(all & 1u << labels))
            continue;
        write_test(writer, features, labels);
        buf_printf(writer->out, ", Suffix%u, ", labels);
    }
    if (features->services)
        buf_add_cstr(writer->out, "isnotnull(DdnsServices[RemoteHost]), RemoteHost, ");
    buf_add_cstr(writer->out, "\"\")\n");
}

/* --- who runs it --- */

/* What the lists say of the row: of a service that, else of its suffix. */
static void write_entry(struct writer *writer, const struct features *features)
{
    struct buf *out = writer->out;
    bool several = features->services || features->wildcard_levels;
    bool number = features->form == VALUE_NUMBER, text = features->form == VALUE_TEXT;
    buf_add_cstr(out, "| extend DdnsEntry = ");
    buf_add_cstr(out, number ? "DdnsOperators[toint(" : text ? "tostring(" : "");
    buf_add_cstr(out, several ? "case(" : "");
    if (features->services)
        buf_add_cstr(out, "isnotnull(DdnsServices[RemoteHost]), DdnsServices[RemoteHost], ");
    if (features->wildcard_levels) {
        buf_add_cstr(out, "isnull(DdnsSuffixes[MatchedSuffix]), DdnsWildcards[extract(");
        add_literal(writer, SLICE("^[^.]+\\.(.+)$"));
        buf_add_cstr(out, ", 1, MatchedSuffix)], ");
    }
    buf_add_cstr(out, "DdnsSuffixes[MatchedSuffix]");
    buf_add_cstr(out, several ? ")" : "");
    buf_add_cstr(out, number ? ")]\n" : text ? ")\n" : "\n");
}

static void write_provider(const struct features *features, struct buf *out)
{
    bool alone = features->one_category && features->form != VALUE_PAIR;
    buf_add_cstr(out, "DynamicDNSProvider = ");
    if (alone)
        buf_add_cstr(out, features->form == VALUE_TEXT ? "DdnsEntry" : "tostring(DdnsEntry)");
    else
        buf_add_cstr(out,
                     features->form == VALUE_TEXT ? "tostring(split(DdnsEntry, \"|\")[0])" : "tostring(DdnsEntry[0])");
}

static void write_category(const struct features *features, bool all_named, struct buf *out)
{
    bool alone = features->one_category && features->form != VALUE_PAIR;
    const char *guard = all_named ? "" : "isempty(MatchedSuffix), \"\", ";
    buf_add_cstr(out, "Category = ");
    if (alone && all_named)
        buf_printf(out, "\"%s\"", kb_category_name(features->category));
    else if (alone)
        buf_printf(out, "case(%s\"%s\")", guard, kb_category_name(features->category));
    else if (features->form == VALUE_TEXT)
        buf_printf(out, "case(%sDdnsEntry contains \"|\", tostring(split(DdnsEntry, \"|\")[1]), \"%s\")", guard,
                   kb_category_name(KB_PUBLIC_DDNS));
    else
        buf_add_cstr(out, "tostring(DdnsEntry[1])");
}

/* host: a user's name; service: the provider's own, its suffix without a name before it among them. */
static void write_kind(const struct features *features, bool all_named, struct buf *out)
{
    buf_printf(out, "Kind = case(%s%sRemoteHost == MatchedSuffix, \"service\", \"host\")",
               all_named ? "" : "isempty(MatchedSuffix), \"\", ",
               features->services ? "isnotnull(DdnsServices[RemoteHost]) or " : "");
}

static bool stage_has_entry(const struct features *features, const struct stage *stage)
{
    bool constant = features->one_category && features->form != VALUE_PAIR;
    return (stage->columns & 1u << RULE_PROVIDER) || ((stage->columns & 1u << RULE_CATEGORY) && !constant);
}

static void write_columns(struct writer *writer, const struct features *features, const struct stage *stage)
{
    struct buf *out = writer->out;
    bool provider = stage->columns & 1u << RULE_PROVIDER, category = stage->columns & 1u << RULE_CATEGORY;
    bool kind = stage->columns & 1u << RULE_KIND;
    if (!provider && !category && !kind)
        return;
    write_comment(writer, "Who runs it, and whose name it is: a user's (host) or the operator's own (service).");
    if (stage_has_entry(features, stage))
        write_entry(writer, features);
    buf_add_cstr(out, "| extend ");
    if (provider)
        write_provider(features, out);
    buf_add_cstr(out, provider && category ? ", " : "");
    if (category)
        write_category(features, stage->all_named, out);
    buf_add_cstr(out, (provider || category) && kind ? ", " : "");
    if (kind)
        write_kind(features, stage->all_named, out);
    buf_add_char(out, '\n');
}

void stage_away_write(struct writer *writer, const struct stage *stage, struct helpers *helpers)
{
    const char *separator = "| project-away ";
    for (unsigned labels = RULE_LABELS_MAX + 1; labels > 0; labels--) {
        if (!(helpers->tails & 1u << labels))
            continue;
        buf_printf(writer->out, "%sSuffix%u", separator, labels);
        separator = ", ";
    }
    if (helpers->entry) {
        buf_printf(writer->out, "%sDdnsEntry", separator);
        separator = ", ";
    }
    for (unsigned c = 0; c < RULE_COLUMN_COUNT; c++) {
        if (!(stage->columns & 1u << c))
            continue;
        buf_printf(writer->out, "%s%s", separator, RULE_COLUMNS[c]);
        separator = ", ";
    }
    if (separator[0] == ',')
        buf_add_char(writer->out, '\n');
    *helpers = (struct helpers){0};
}

enum err_code stages_write(struct writer *writer, const struct features *features, const struct lowered *lowered,
                           const struct stage *stage, struct helpers *helpers, struct err *err)
{
    if (stage->columns & 1u << RULE_HOST)
        TRY(write_host(writer, lowered->skips_nameless, err));
    if (stage->columns & 1u << RULE_SUFFIX)
        write_suffix(writer, features, helpers);
    write_columns(writer, features, stage);
    helpers->entry = helpers->entry || stage_has_entry(features, stage);
    return ERR_NONE;
}
