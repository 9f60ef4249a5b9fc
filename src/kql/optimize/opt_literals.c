/*
 * opt_literals.c - required texts: of which one must stand in a column for the first predicate over a scan to be true. Where
 * the predicate asks for a known suffix, the knowledge base is asked in their place.
 *
 *   where CommandLine has_any ("certutil", "mshta")     one of certutil, mshta, as a term
 *   where Url contains "duck" or Url endswith ".net"     one of duck, .net
 *   where Url matches regex "[0-9a-f]{16}"               a run of 16 of these
 *   where isnotempty(ddns_suffix(Url))                   a host under a known suffix
 *
 * The scan's source may leave out rows that have none of them (event/text_filter.h). That is what the predicate would do with
 * them; it still judges all that are left. Only the first predicate will do: it alone sees every row.
 */
#include "kql/optimize/opt_int.h"

#include "kql/func/fn_ddns.h"
#include "kql/func/fn_ends.h"
#include "kql/func/func.h"
#include "kql/func/match.h"
#include "kql/regex/regex.h"

#include <string.h>

struct literals {
    struct arena *arena;
    uint32_t column; /* COLUMN_NONE: none yet */
    struct slice *texts;
    uint32_t count, capacity;
    bool nocase, are_terms;
    bool no_memory;
};

/* Operators that are false where the text on their right does not stand in the one on their left. */
static const struct {
    const char *name;
    bool nocase, is_term;
} OPERATORS[] = {
    {"==", false, false},
    {"=~", true, false},
    {"in", false, false},
    {"in~", true, false},
    {"contains", true, false},
    {"contains_cs", false, false},
    {"has", true, true},
    {"has_cs", false, true},
    {"has_any", true, true},
    {"hasprefix", true, false},
    {"hasprefix_cs", false, false},
    {"hassuffix", true, false},
    {"hassuffix_cs", false, false},
    {"startswith", true, false},
    {"startswith_cs", false, false},
    {"endswith", true, false},
    {"endswith_cs", false, false},
};

static bool text_add(struct literals *literals, struct slice text, bool is_term)
{
    if (text.len == 0)
        return false;
    if (literals->count == literals->capacity) {
        uint32_t capacity = literals->capacity ? 2 * literals->capacity : 16;
        struct slice *grown = arena_array(literals->arena, capacity, sizeof *grown);
        literals->no_memory |= !grown;
        if (!grown)
            return false;
        if (literals->count)
            memcpy(grown, literals->texts, literals->count * sizeof *grown);
        literals->texts = grown;
        literals->capacity = capacity;
    }
    literals->texts[literals->count++] = text;
    literals->are_terms &= is_term && match_is_term(text);
    return true;
}

/* A text, or an array of them; of anything else nothing is known. */
static bool constant_add(struct literals *literals, const struct expr *arg, bool is_term)
{
    if (arg->kind != EXPR_CONST || arg->value.is_null)
        return false;
    if (arg->value.type == TYPE_STRING)
        return text_add(literals, arg->value.str, is_term);
    if (arg->value.type != TYPE_DYNAMIC || arg->value.dyn->kind != DYN_ARRAY)
        return false;
    const struct dyn *array = arg->value.dyn;
    for (uint32_t i = 0; i < array->count; i++) {
        if (array->items[i]->kind != DYN_STRING || !text_add(literals, array->items[i]->str, is_term))
            return false;
    }
    return true;
}

/* Is the predicate true only where one of the texts, which are added, stands in the column? */
static bool predicate_add(struct literals *literals, const struct expr *expr)
{
    if (expr_is_operator(expr, "or")) {
        for (uint32_t i = 0; i < expr->arg_count; i++) {
            if (!predicate_add(literals, expr->args[i]))
                return false;
        }
        return true;
    }
    if (expr->kind != EXPR_CALL || expr->arg_count < 2)
        return false;
    const struct expr *left = expr->args[0];
    if (left->kind != EXPR_COLUMN || left->type != TYPE_STRING)
        return false;
    if (literals->column != COLUMN_NONE && literals->column != left->column)
        return false;
    literals->column = left->column;
    for (size_t i = 0; i < sizeof OPERATORS / sizeof OPERATORS[0]; i++) {
        if (!expr_is_operator(expr, OPERATORS[i].name))
            continue;
        literals->nocase |= OPERATORS[i].nocase;
        for (uint32_t a = 1; a < expr->arg_count; a++) {
            if (!constant_add(literals, expr->args[a], OPERATORS[i].is_term))
                return false;
        }
        return true;
    }
    return false;
}

/* The first predicate over the plan's scan, which is *out_scan; NULL if there is none. */
static const struct plan *first_predicate(struct plan *root, struct plan **out_scan)
{
    const struct plan *lowest = NULL;
    struct plan *at = root;
    for (; at && at->kind != PLAN_SCAN; at = at->input) {
        if (at->kind == PLAN_WHERE)
            lowest = at;
        else if (at->kind != PLAN_DERIVE && at->kind != PLAN_VERIFY)
            lowest = NULL; /* not over the scan itself */
    }
    *out_scan = at;
    return at ? lowest : NULL;
}

/* The scan's column that is passed on as this one, or COLUMN_NONE. */
static uint32_t column_of_scan(const struct plan *over, uint32_t column)
{
    for (const struct plan *below = over->input; below->kind != PLAN_SCAN; below = below->input) {
        if (below->kind != PLAN_DERIVE)
            continue;
        if (below->exprs[column]->kind != EXPR_COLUMN)
            return COLUMN_NONE;
        column = below->exprs[column]->column;
    }
    return column;
}

/* The text of which something is known without a text that must stand in it; NULL if there is none. */
static const struct expr *text_asked(const struct query *query, const struct expr *predicate)
{
    if (opt_asks_for_suffix(predicate))
        return query->knowledge ? predicate->args[0]->args[0] : NULL;
    bool asks = expr_is_operator(predicate, "ends with one of") || expr_is_operator(predicate, "matches regex");
    return asks ? predicate->args[0] : NULL;
}

/* Somebody who can be asked about the text in place of the predicate; or a run of characters that a regular expression wants. */
static enum err_code ask(struct query *query, const struct plan *where, struct plan *scan, struct err *err)
{
    const struct expr *predicate = where->exprs[0], *text = text_asked(query, predicate);
    if (!text || text->kind != EXPR_COLUMN || text->type != TYPE_STRING)
        return ERR_NONE;
    uint32_t column = column_of_scan(where, text->column);
    if (column == COLUMN_NONE)
        return ERR_NONE;
    if (expr_is_operator(predicate, "matches regex")) {
        struct byte_run run;
        const struct expr *pattern = predicate->args[1];
        if (pattern->kind != EXPR_CONST || !regex_as_run(pattern->value.str, &query->arena, &run))
            return ERR_NONE;
        return text_filter_run(column, &run, &query->arena, &scan->filter, err);
    }
    struct text_judge judge = {.may = ends_may, .user = predicate, .what = "one of the endings"};
    if (opt_asks_for_suffix(predicate))
        judge = (struct text_judge){ddns_may_know, ddns_may_know_name, query->knowledge, "a host under a known suffix",
                                    .of_hosts = true};
    return text_filter_ask(column, &judge, &query->arena, &scan->filter, err);
}

enum err_code opt_literals(struct query *query, struct plan *root, struct err *err)
{
    struct plan *scan;
    const struct plan *where = first_predicate(root, &scan);
    struct literals literals = {.arena = &query->arena, .column = COLUMN_NONE, .are_terms = true};
    if (!where)
        return ERR_NONE;
    bool added = predicate_add(&literals, where->exprs[0]);
    if (literals.no_memory)
        return err_no_memory(err, literals.capacity * sizeof *literals.texts);
    if (!added)
        return ask(query, where, scan, err);
    struct text_filter_wish wish = {.column = column_of_scan(where, literals.column),
                                    .texts = literals.texts,
                                    .count = literals.count,
                                    .nocase = literals.nocase,
                                    .are_terms = literals.are_terms};
    return wish.column == COLUMN_NONE ? ERR_NONE : text_filter_new(&wish, &query->arena, &scan->filter, err);
}
