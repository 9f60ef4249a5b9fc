/*
 * cmd_rule.c - ddnshunt rule: a built-in rule, or a query of one's own, with its tuning, as KQL for Microsoft's products.
 *
 * The rule is tuned and bound as scan would do it, so that what is wrong with it is said in the same words; then src/rule/ makes
 * plain KQL of it. Nothing is written before all of it is known.
 */
#include "cli/command/commands.h"
#include "cli/kb_files.h"
#include "cli/run/run_int.h"
#include "cli/text_out.h"
#include "cli/tune/tune.h"
#include "event/datetime.h"
#include "event/schema.h"
#include "kql/plan.h"
#include "kql/rules.h"
#include "kql/syntax/parser.h"
#include "rule/rule.h"

#include <sys/stat.h>

struct rule_run {
    const struct opts *opts;
    struct report *report;
    const char *name, *origin; /* of the rule: as its text calls it, and in messages */
    struct slice text;
    struct buf file; /* -f */
    bool is_default;
    struct arena arena;
    struct kb *knowledge;
    struct ast *ast;
    struct tuning tuning;
    struct tune_texts tune_texts;
};

/* --- the rule, tuned --- */

static enum err_code check(struct rule_run *run, struct err *err)
{
    const struct bind_options options = {
        .table = schema_device_network_events(), .now = datetime_now(), .knowledge = run->knowledge};
    struct query query;
    TRY(kql_bind(run->ast, &options, &query, err));
    query_release(&query);
    return ERR_NONE;
}

/* -f is a query of one's own, else it is a built-in rule. */
static enum err_code take_rule(struct rule_run *run, struct err *err)
{
    const struct rule *rule = &RULES[run->opts->rule];
    run->name = run->opts->kql_file ? "of your own" : rule->name;
    run->origin = run->opts->kql_file ? run->opts->kql_file : rule->name;
    run->text = rule->text;
    run->is_default = !run->opts->kql_file && slice_eq(slice_from_cstr(rule->name), SLICE("default"));
    return run->opts->kql_file ? query_read(run->opts->kql_file, &run->file, &run->text, err) : ERR_NONE;
}

static enum err_code tune(struct rule_run *run, struct err *err)
{
    TRY(kql_parse(run->text, &run->arena, &run->ast, err));
    TRY(tuning_read(run->opts, run->is_default ? run->knowledge : NULL, &run->arena, &run->tuning, err));
    TRY(tune_query(run->ast, &run->tuning, &run->arena, &run->tune_texts, err));
    tuning_report(run->opts, run->report);
    TRY(tuning_warn(&run->tuning, run->knowledge, run->report, err));
    return check(run, err);
}

/* The categories of the rule's own list, which --category replaces; 0 if it has none. */
static unsigned categories_of(const struct ast *query)
{
    unsigned categories = 0;
    for (uint32_t i = 0; i + 1 < query->child_count; i++) {
        const struct ast *body = query->children[i]->children[0];
        if (!slice_eq(query->children[i]->text, SLICE("Categories")) || body->kind != AST_LITERAL ||
            body->value.type != TYPE_DYNAMIC || body->value.is_null || body->value.dyn->kind != DYN_ARRAY)
            continue;
        for (uint32_t k = 0; k < body->value.dyn->count; k++) {
            enum kb_category category;
            const struct dyn *item = body->value.dyn->items[k];
            if (item->kind == DYN_STRING && kb_category_parse(item->str, &category))
                categories |= 1u << category;
        }
    }
    return categories;
}

/* Another query may do more with suffixes than keep those of its tuning: it has all of them. */
static struct rule_scope scope_of(const struct rule_run *run)
{
    if (!run->is_default)
        return (struct rule_scope){0};
    unsigned categories = categories_of(run->ast);
    return (struct rule_scope){.categories = categories ? categories : run->tuning.categories,
                               .providers = run->tuning.providers.items,
                               .provider_count = run->tuning.providers.count,
                               .exclude_providers = run->tuning.exclude_providers.items,
                               .exclude_count = run->tuning.exclude_providers.count};
}

/* --- what is asked for --- */

/* --dialect sentinel alone is for Sentinel's logs. */
static const struct rule_product *product_of(const struct rule_opts *print)
{
    if (print->product >= 0)
        return &RULE_PRODUCTS[print->product];
    const struct rule_product *product = RULE_PRODUCTS;
    while (print->dialect >= 0 && product->dialect != (enum rule_dialect)print->dialect)
        product++;
    return product;
}

/* Options of which one would go unheard beside the other. */
static enum err_code check_together(const struct opts *opts, struct err *err)
{
    const struct rule_opts *print = &opts->print;
    if (print->format == RULE_FORMAT_WATCHLIST && (print->split || print->watchlist || print->max_chars > 0))
        return err_set(err, ERR_USAGE, "--%s is for a query, and --format watchlist writes the list alone",
                       print->split       ? "split"
                       : print->watchlist ? "watchlist"
                                          : "max-chars");
    char place[ERR_WHERE_MAX];
    if (opts->kql_file && strcmp(opts_place(opts, &opts->rule, place), "option --rule") == 0)
        return err_set(err, ERR_USAGE, "--rule and --file name a query each: one of them is meant");
    return ERR_NONE;
}

static enum err_code check_options(const struct opts *opts, const struct rule_product *product, struct err *err)
{
    const struct rule_opts *print = &opts->print;
    if (opts->paths.count > 0) {
        err_set(err, ERR_USAGE, "rule reads no input: \"%s\" is too much", opts->paths.items[0]);
        return err_hint(err, "it prints a detection; to look through a file: ddnshunt scan %s", opts->paths.items[0]);
    }
    if (print->dialect >= 0 && product->dialect != (enum rule_dialect)print->dialect)
        return err_set(err, ERR_USAGE, "--for %s is of the dialect %s", product->name,
                       rule_dialect_name((size_t)product->dialect));
    if (product->row_by_row && print->comments == COMMENTS_YES)
        return err_set(err, ERR_USAGE, "%s can't have comments", product->title);
    if (print->max_chars > UINT32_MAX)
        return err_set(err, ERR_USAGE, "--max-chars is too large");
    return check_together(opts, err);
}

static struct rule_request request_of(const struct rule_run *run, const struct rule_product *product)
{
    const struct rule_opts *print = &run->opts->print;
    return (struct rule_request){
        .name = run->name,
        .query = run->ast,
        .text_len = (uint32_t)run->text.len,
        .kb = run->knowledge,
        .scope = scope_of(run),
        .product = product,
        .dialect = product->dialect,
        .comments = print->comments != COMMENTS_NO && !product->row_by_row,
        .max_chars = print->max_chars > 0 ? (uint32_t)print->max_chars : product->max_chars,
        .split = print->split,
        .watchlist = print->watchlist,
    };
}

/* --- output --- */

/* rules/ddns.kql -> rules/ddns-2.kql */
static const char *part_path(struct rule_run *run, size_t number)
{
    struct slice path = slice_from_cstr(run->opts->output);
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.' && path.ptr[dot - 1] != '/')
        dot--;
    bool has_extension = dot > 1 && path.ptr[dot - 1] == '.' && path.ptr[dot - 2] != '/';
    size_t stem = has_extension ? dot - 1 : path.len;
    struct slice made = arena_printf(&run->arena, "%.*s-%zu%.*s%c", (int)stem, path.ptr, number, (int)(path.len - stem),
                                     path.ptr + stem, '\0');
    return made.ptr;
}

/* To a FIFO or a device parts go one after the other, as to standard output. */
static bool is_written_straight(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static enum err_code write_parts(struct rule_run *run, const struct rule_texts *texts, struct err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        const char *path = part_path(run, i + 1);
        if (!path)
            return err_no_memory(err, strlen(run->opts->output));
        TRY(text_out_all(path, &texts->items[i], 1, err));
    }
    return ERR_NONE;
}

/*
 * Parts of a longer run before would be taken for some of these. They are named and left: nothing tells them from a file
 * of the user's own.
 */
static enum err_code note_older_parts(struct rule_run *run, size_t parts, struct err *err)
{
    const char *first = part_path(run, parts + 1), *last = first, *next = first;
    struct stat st;
    for (size_t number = parts + 1; next && stat(next, &st) == 0 && S_ISREG(st.st_mode); number++) {
        last = next;
        next = part_path(run, number + 1);
    }
    if (!next)
        return err_no_memory(err, strlen(run->opts->output));
    if (next != first)
        report_note(run->report, "no part of these, but there from before: %s%s%s", first, last == first ? "" : " to ",
                    last == first ? "" : last);
    return ERR_NONE;
}

static enum err_code print_rule(struct rule_run *run, const struct rule_product *product, struct err *err)
{
    struct rule_texts texts = {0};
    struct rule_notes notes = {0};
    const struct rule_request request = request_of(run, product);
    TRY(rule_print(&request, &run->arena, &texts, &notes, err));
    bool parts = run->opts->output && texts.count > 1 && !is_written_straight(run->opts->output);
    const char *first = parts ? part_path(run, 1) : "";
    if (!first)
        return err_no_memory(err, strlen(run->opts->output));
    TRY(parts ? write_parts(run, &texts, err) : text_out_all(run->opts->output, texts.items, texts.count, err));
    for (size_t i = 0; i < notes.count; i++)
        report_note(run->report, "%.*s", SLICE_ARG(notes.items[i]));
    if (texts.count > 1)
        report_note(run->report, "%zu queries, to be set up as rules of their own%s%s", texts.count,
                    parts ? ": from " : "", first);
    bool to_file = run->opts->output && run->opts->print.split && !is_written_straight(run->opts->output);
    return to_file ? note_older_parts(run, parts ? texts.count : 0, err) : ERR_NONE;
}

/* The list is to be looked up, so that nothing may be put before such a name; but its reader is to know. */
static void note_formulas(const struct rule_run *run)
{
    for (uint32_t i = 0; i < kb_rule_count(run->knowledge); i++) {
        struct slice name = kb_rule_at(run->knowledge, i)->provider;
        if (name.len == 0 || !strchr("=+-@", name.ptr[0]))
            continue;
        report_note(run->report, "the operator \"%.*s\" begins as a formula does: don't open the list in a spreadsheet",
                    SLICE_ARG(name));
        return;
    }
}

static enum err_code print_watchlist(struct rule_run *run, struct err *err)
{
    struct buf text;
    buf_init(&text, 0);
    struct rule_scope scope = scope_of(run);
    enum err_code code = rule_watchlist(run->knowledge, &scope, &run->arena, &text, err);
    if (code == ERR_NONE)
        code = text_out(run->opts->output, &text, err);
    if (code == ERR_NONE)
        note_formulas(run);
    buf_release(&text);
    return code;
}

/* --- all --- */

static enum err_code run_all(struct rule_run *run, struct err *err)
{
    const struct rule_product *product = product_of(&run->opts->print);
    struct own_files own;
    own_files_find(run->opts, &own);
    TRY(check_options(run->opts, product, err));
    if (run->opts->kql_file)
        TRY(own_files_refuse(&own, run->opts->kql_file, err));
    TRY(take_rule(run, err));
    TRY(kb_files_open(&run->opts->provider_files, &run->knowledge, err));
    TRY(tune(run, err));
    return run->opts->print.format == RULE_FORMAT_WATCHLIST ? print_watchlist(run, err) : print_rule(run, product, err);
}

void command_rule(const struct opts *opts, struct report *report, struct outcome *outcome)
{
    struct rule_run run = {.opts = opts, .report = report, .origin = "rule"};
    struct err err = {0};
    arena_init(&run.arena, 0);
    buf_init(&run.file, QUERY_FILE_MAX);
    enum err_code code = run_all(&run, &err);
    outcome_add(outcome, code);
    const struct tune_text *stage = code != ERR_NONE ? tune_text_of(&run.tune_texts, &err) : NULL;
    if (code != ERR_NONE && code != ERR_PIPE)
        report_query_error(report, stage ? stage->origin : run.origin, stage ? stage->text : run.text, &err);
    kb_free(run.knowledge);
    buf_release(&run.file);
    arena_release(&run.arena);
}
