/*
 * rule_text.c - one text: a comment, the list of suffixes, the pipeline. See rule_int.h.
 */
#include "kql/syntax/parser.h"
#include "rule/rule_int.h"

#include <stdlib.h>

/* Lines of the list, for a reader; what fits more is put on the next one. */
enum { LIST_WIDTH = 118 };

size_t text_chars(struct slice text)
{
    size_t chars = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        chars += (c & 0xc0) != 0x80;
        chars += c >= 0xf0; /* a surrogate pair */
    }
    return chars;
}

/* --- bags --- */

/* A dynamic value that is written piece by piece. Row by row products take it as parse_json('...') on one line. */
struct list {
    struct buf *out;
    bool as_json;
    size_t line;  /* where it begins */
    size_t count; /* elements so far */
    const char *close;
};

static void list_open(struct list *list, struct writer *writer, const char *name, bool is_bag)
{
    bool as_json = writer->request->product->row_by_row;
    buf_printf(writer->out, "let %s = %s%s", name, as_json ? "parse_json('" : "dynamic(", is_bag ? "{" : "[");
    *list = (struct list){.out = writer->out, .as_json = as_json, .close = is_bag ? "}" : "]"};
}

/* Text of a value or a key; in parse_json('...') once more within a string. */
static void list_add_text(struct list *list, struct slice text)
{
    struct buf json;
    buf_init(&json, 0);
    json_quote(text, &json);
    for (size_t i = 0; i < json.len; i++) {
        if (list->as_json && (json.ptr[i] == '\\' || json.ptr[i] == '\''))
            buf_add_char(list->out, '\\');
        buf_add_char(list->out, json.ptr[i]);
    }
    list->out->failed = list->out->failed || json.failed;
    buf_release(&json);
}

/* Before each element; start: where it will begin, were there no break. */
static size_t list_next(struct list *list)
{
    if (list->count++ > 0)
        buf_add_char(list->out, ',');
    else if (!list->as_json)
        buf_add_char(list->out, '\n');
    if (list->count == 1)
        list->line = list->out->len;
    return list->out->len;
}

/* The element begins a line of its own if the one before has become too long. */
static void list_wrap(struct list *list, size_t start)
{
    struct buf *out = list->out;
    if (list->as_json || out->len - list->line <= LIST_WIDTH || start == list->line || !buf_reserve(out, 1))
        return;
    memmove(out->ptr + start + 1, out->ptr + start, out->len - start);
    out->ptr[start] = '\n';
    out->len++;
    list->line = start + 1;
}

static void list_close(struct list *list)
{
    if (list->count > 0 && !list->as_json)
        buf_add_char(list->out, '\n');
    buf_printf(list->out, "%s%s);\n", list->close, list->as_json ? "'" : "");
}

/* --- operators, numbered --- */

struct operators {
    const struct entry *
        *items; /* one entry of each pair of operator and category, in the order of their first entries */
    size_t count;
    bool with_category;
    size_t *numbers; /* of the part's entries: which of items */
};

static int compare_operators(const struct entry *a, const struct entry *b)
{
    int order = slice_compare(a->provider, b->provider);
    return order != 0 ? order : (int)a->category - (int)b->category;
}

/* Entries of the same operator in the order in which they stand. */
static int by_operator(const void *a, const void *b)
{
    const struct entry *left = *(const struct entry *const *)a, *right = *(const struct entry *const *)b;
    int order = compare_operators(left, right);
    return order != 0 ? order : (left > right) - (left < right);
}

static enum err_code operators_list(const struct part *part, struct arena *arena, struct operators *out,
                                    struct err *err)
{
    const struct entry **sorted = arena_array(arena, part->count, sizeof *sorted);
    out->items = arena_array(arena, part->count, sizeof *out->items);
    out->numbers = arena_array(arena, part->count, sizeof *out->numbers);
    if (!sorted || !out->items || !out->numbers)
        return err_no_memory(err, part->count * sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < part->count; i++)
        if (part->entries[i].type != ENTRY_EXCEPTION)
            sorted[count++] = &part->entries[i];
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, by_operator);
    /* First which entry is the operator's first one, then its number. */
    for (size_t i = 0, first = 0; i < count; i++) {
        first = compare_operators(sorted[first], sorted[i]) == 0 ? first : i;
        out->numbers[sorted[i] - part->entries] = (size_t)(sorted[first] - part->entries);
    }
    for (size_t i = 0; i < part->count; i++) {
        if (part->entries[i].type == ENTRY_EXCEPTION)
            continue;
        size_t first = out->numbers[i];
        out->numbers[i] = first == i ? out->count : out->numbers[first];
        if (first == i)
            out->items[out->count++] = &part->entries[i];
    }
    return ERR_NONE;
}

static void write_operators(struct writer *writer, const struct operators *operators)
{
    struct list list;
    list_open(&list, writer, "DdnsOperators", false);
    for (size_t i = 0; i < operators->count; i++) {
        size_t start = list_next(&list);
        buf_add_cstr(list.out, operators->with_category ? "[" : "");
        list_add_text(&list, operators->items[i]->provider);
        if (operators->with_category)
            buf_printf(list.out, ",\"%s\"]", kb_category_name(operators->items[i]->category));
        list_wrap(&list, start);
    }
    list_close(&list);
}

/* --- the lists --- */

static void add_value(struct list *list, const struct part *part, size_t index, const struct features *features,
                      const struct operators *operators)
{
    const struct entry *entry = &part->entries[index];
    if (features->form == VALUE_NUMBER) {
        buf_printf(list->out, "%zu", operators->numbers[index]);
        return;
    }
    list_add_text(list, entry->provider);
    if (features->one_category || entry->category == KB_PUBLIC_DDNS || list->out->failed)
        return;
    list->out->len--; /* the quote */
    buf_printf(list->out, "|%s\"", kb_category_name(entry->category));
}

static void write_bag(struct writer *writer, const struct part *part, enum entry_type type, const char *name,
                      const struct features *features, const struct operators *operators)
{
    struct list list;
    list_open(&list, writer, name, true);
    for (size_t i = 0; i < part->count; i++) {
        if (part->entries[i].type != type)
            continue;
        size_t start = list_next(&list);
        list_add_text(&list, part->entries[i].name);
        buf_add_char(list.out, ':');
        add_value(&list, part, i, features, operators);
        list_wrap(&list, start);
    }
    list_close(&list);
}

static void write_exceptions(struct writer *writer, const struct part *part)
{
    struct list list;
    list_open(&list, writer, "DdnsExceptions", false);
    for (size_t i = 0; i < part->count; i++) {
        if (part->entries[i].type != ENTRY_EXCEPTION)
            continue;
        size_t start = list_next(&list);
        list_add_text(&list, part->entries[i].name);
        list_wrap(&list, start);
    }
    list_close(&list);
}

static enum err_code write_lists(struct writer *writer, const struct part *part, const struct features *features,
                                 struct err *err)
{
    struct operators operators = {.with_category = !features->one_category};
    if (features->form == VALUE_NUMBER) {
        TRY(operators_list(part, writer->arena, &operators, err));
        write_comment(writer, "Who runs the suffixes below, by number from 0%s.",
                      operators.with_category ? ", and their category" : "");
        write_operators(writer, &operators);
    }
    write_comment(writer, "Suffixes below which anyone gets a name, and who runs them%s.",
                  features->form == VALUE_TEXT && !features->one_category ? "; behind | what is no public-ddns" : "");
    write_bag(writer, part, ENTRY_SUFFIX, "DdnsSuffixes", features, &operators);
    if (features->wildcard_levels) {
        write_comment(writer, "Each name one label below these is a suffix.");
        write_bag(writer, part, ENTRY_WILDCARD, "DdnsWildcards", features, &operators);
    }
    if (features->exceptions)
        write_exceptions(writer, part);
    if (features->services) {
        write_comment(writer, "Hosts that are an operator's own: web sites, update and check-IP services.");
        write_bag(writer, part, ENTRY_SERVICE, "DdnsServices", features, &operators);
    }
    return ERR_NONE;
}

/* The lists out of a watchlist: one bag of each type of entry, by the same names. */
static void write_watchlist(struct writer *writer, const struct features *features)
{
    static const char *const BAG =
        "let %s = toscalar(Ddns | where EntryType == \"%s\" | summarize make_bag(bag_pack(Entry, Value)));\n";
    struct value alias = value_str(slice_from_cstr(writer->request->watchlist));
    struct buf *out = writer->out;
    write_comment(writer, "The list is a watchlist: upload what `ddnshunt rule --format watchlist` writes.");
    buf_add_cstr(out, "let Ddns = _GetWatchlist(");
    kql_print_literal_as(&alias, writer->print_flags, out);
    buf_add_cstr(out, ") | project EntryType = tostring(EntryType), Entry = tostring(Entry), "
                      "Value = pack_array(tostring(Operator), tostring(Category));\n");
    buf_printf(out, BAG, "DdnsSuffixes", "suffix");
    if (features->wildcard_levels)
        buf_printf(out, BAG, "DdnsWildcards", "wildcard");
    if (features->exceptions)
        buf_add_cstr(
            out,
            "let DdnsExceptions = toscalar(Ddns | where EntryType == \"exception\" | summarize make_set(Entry));\n");
    buf_printf(out, BAG, "DdnsServices", "service");
}

/* --- the whole --- */

static void write_head(struct writer *writer, const struct lowered *lowered, const struct part *part)
{
    const struct rule_request *request = writer->request;
    write_comment(writer, "ddnshunt, rule %s, for %s.", request->name, request->product->title);
    if (part->total > 0)
        write_comment(writer, "Part %zu of %zu: each is a query of its own, and no row is in two of them.",
                      part->number, part->total);
    if (!lowered_has_list(lowered) || request->watchlist)
        return;
    size_t suffixes = 0;
    for (size_t i = 0; i < part->count; i++)
        suffixes += part->entries[i].type == ENTRY_SUFFIX || part->entries[i].type == ENTRY_WILDCARD;
    write_comment(writer, "%zu suffixes.", suffixes);
}

static enum err_code write_pipeline(struct writer *writer, const struct lowered *lowered,
                                    const struct features *features, struct err *err)
{
    kql_print_as(lowered->source, writer->print_flags, writer->out);
    buf_add_char(writer->out, '\n');
    bool was_tuning = false;
    struct helpers helpers = {0};
    for (size_t i = 0; i < lowered->stage_count; i++) {
        const struct stage *stage = &lowered->stages[i];
        if (stage->is_away) {
            stage_away_write(writer, stage, &helpers);
        } else if (!stage->ast) {
            TRY(stages_write(writer, features, lowered, stage, &helpers, err));
        } else {
            if (stage->is_tuning && !was_tuning)
                write_comment(writer, "Tuning.");
            kql_print_as(stage->ast, KQL_PRINT_ALONE | writer->print_flags, writer->out);
            buf_add_char(writer->out, '\n');
        }
        was_tuning = stage->is_tuning;
        if (stage->drops_columns)
            helpers = (struct helpers){0};
    }
    return ERR_NONE;
}

enum err_code text_write(const struct rule_request *request, const struct lowered *lowered, const struct part *part,
                         struct arena *arena, struct buf *out, struct err *err)
{
    struct writer writer = {.request = request,
                            .arena = arena,
                            .out = out,
                            .print_flags = request->product->row_by_row ? KQL_PRINT_ESCAPED : 0};
    struct features features = features_of(part->entries, part->count, part->form);
    if (request->watchlist) {
        features.services = true;                       /* a bag without members serves as well */
        features.levels |= 1u << 2 | 1u << 3 | 1u << 4; /* the list may grow */
    }
    write_head(&writer, lowered, part);
    if (lowered_has_list(lowered) && request->watchlist)
        write_watchlist(&writer, &features);
    else if (lowered_has_list(lowered))
        TRY(write_lists(&writer, part, &features, err));
    for (size_t i = 0; i < lowered->let_count; i++) {
        kql_print_as(lowered->lets[i], writer.print_flags, out);
        buf_add_char(out, '\n');
    }
    TRY(write_pipeline(&writer, lowered, &features, err));
    return out->failed ? err_no_memory(err, out->len) : ERR_NONE;
}
