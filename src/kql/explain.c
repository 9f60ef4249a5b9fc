/*
 * explain.c - a plan as text, an operator a line, the source first: see plan.h.
 *
 * Expressions are written much as KQL writes them; what the program made itself ("ends with one of") in words. Long
 * lists and texts are cut. Names and texts come from the query: control characters are escaped.
 */
#include "kql/plan.h"

#include "event/dyn.h"
#include "kql/func/aggr.h"
#include "kql/func/func.h"

#include <assert.h>
#include <string.h>

enum { LIST_SHOWN = 5, TEXT_SHOWN = 200, DEPTH_SHOWN = 40 };

/* What the column numbers of an expression refer to: an operator's input, or the rows that a summarize computes. */
struct view {
    const struct schema *row;
    const struct plan *summarize;
};

static struct view view_of_input(const struct plan *plan)
{
    return (struct view){.row = plan->input ? plan->input->schema : NULL};
}

static bool is_plain_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_alnum(name.ptr[i]) && name.ptr[i] != '_')
            return false;
    return name.len > 0 && !ascii_is_digit(name.ptr[0]);
}

static void add_name(struct slice name, struct buf *out)
{
    if (is_plain_name(name)) {
        buf_add(out, name);
        return;
    }
    buf_add_char(out, '[');
    json_quote(name, out);
    buf_add_char(out, ']');
}

static void add_value(const struct value *value, struct buf *out)
{
    if (value->is_null) {
        buf_printf(out, "%s(null)", type_name(value->type));
        return;
    }
    if (value->type == TYPE_STRING) {
        json_quote(slice_cut(value->str, 0, TEXT_SHOWN), out);
        buf_add_cstr(out, value->str.len > TEXT_SHOWN ? "..." : "");
        return;
    }
    bool bare = value->type == TYPE_LONG || value->type == TYPE_REAL || value->type == TYPE_BOOL;
    struct buf text;
    buf_init(&text, 0);
    if (value->type == TYPE_DYNAMIC)
        value_to_json(value, &text);
    else
        value_to_text(value, TEXT_RESULT, &text);
    if (!bare)
        buf_printf(out, "%s(", type_name(value->type));
    buf_add(out, slice_cut(buf_slice(&text), 0, TEXT_SHOWN));
    buf_add_cstr(out, text.len > TEXT_SHOWN ? "..." : "");
    buf_add_cstr(out, bare ? "" : ")");
    out->failed = out->failed || text.failed;
    buf_release(&text);
}

static void add_expr(const struct expr *expr, const struct view *view, unsigned depth, struct buf *out);

static void add_list(struct expr *const *exprs, uint32_t count, const char *separator, const struct view *view,
                     unsigned depth, struct buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_add_cstr(out, i ? separator : "");
        add_expr(exprs[i], view, depth, out);
    }
}

/* At most LIST_SHOWN, then how many more. */
static void add_short_list(struct expr *const *exprs, uint32_t count, const struct view *view, unsigned depth,
                           struct buf *out)
{
    uint32_t shown = count > LIST_SHOWN + 1 ? LIST_SHOWN : count;
    add_list(exprs, shown, ", ", view, depth, out);
    if (shown < count)
        buf_printf(out, ", ... (%u in all)", count);
}

static void add_endings(const struct expr *expr, const struct view *view, unsigned depth, struct buf *out)
{
    const struct dyn *list = expr->args[1]->value.dyn;
    add_expr(expr->args[0], view, depth, out);
    buf_printf(out, " ends in one of %u suffix%s: ", list->count, list->count == 1 ? "" : "es");
    for (uint32_t i = 0; i < list->count && i < LIST_SHOWN; i++) {
        struct slice ending = slice_cut(list->items[i]->str, 0, TEXT_SHOWN);
        buf_add_cstr(out, i ? ", " : "");
        bool plain = true;
        for (size_t k = 0; k < ending.len; k++)
            plain = plain && (ascii_is_alnum(ending.ptr[k]) || ending.ptr[k] == '.' || ending.ptr[k] == '-');
        if (plain && ending.len > 0)
            buf_add(out, ending);
        else
            json_quote(ending, out);
    }
    buf_add_cstr(out, list->count > LIST_SHOWN ? ", ..." : "");
}

static bool takes_list(const struct func *func)
{
    static const char *const NAMES[] = {"in", "!in", "in~", "!in~", "has_any", "has_all"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(func->name, NAMES[i]) == 0)
            return true;
    return false;
}

static bool is_range_test(const struct func *func)
{
    return strcmp(func->name, "between") == 0 || strcmp(func->name, "!between") == 0;
}

/* An operand that is an operator itself stands in parentheses. */
static void add_operand(const struct expr *expr, const struct view *view, unsigned depth, struct buf *out)
{
    bool wrap = expr->kind == EXPR_CALL && (expr->func->flags & FUNC_OPERATOR) && !expr_is_operator(expr, "[]") &&
                !expr_is_operator(expr, "cast");
    buf_add_cstr(out, wrap ? "(" : "");
    add_expr(expr, view, depth, out);
    buf_add_cstr(out, wrap ? ")" : "");
}

static void add_operator(const struct expr *expr, const struct view *view, unsigned depth, struct buf *out)
{
    struct expr *const *args = expr->args;
    bool cast = strcmp(expr->func->name, "cast") == 0;
    if (cast && type_is_number(args[0]->type) && depth > 1) {
        add_operand(args[0], view, depth, out); /* widening goes without saying */
    } else if (cast) {
        buf_printf(out, "%s(", type_name(expr->type));
        add_expr(args[0], view, depth, out);
        buf_add_char(out, ')');
    } else if (strcmp(expr->func->name, "[]") == 0) {
        add_operand(args[0], view, depth, out);
        buf_add_char(out, '[');
        add_expr(args[1], view, depth, out);
        buf_add_char(out, ']');
    } else if (expr->arg_count == 1) {
        buf_add_char(out, '-');
        add_operand(args[0], view, depth, out);
    } else if (takes_list(expr->func)) {
        add_operand(args[0], view, depth, out);
        buf_printf(out, " %s (", expr->func->name);
        add_short_list(args + 1, expr->arg_count - 1, view, depth, out);
        buf_add_char(out, ')');
    } else if (is_range_test(expr->func)) {
        add_operand(args[0], view, depth, out);
        buf_printf(out, " %s (", expr->func->name);
        add_list(args + 1, 2, " .. ", view, depth, out);
        buf_add_char(out, ')');
    } else {
        for (uint32_t i = 0; i < expr->arg_count; i++) {
            if (i > 0)
                buf_printf(out, " %s ", expr->func->name);
            add_operand(args[i], view, depth, out);
        }
    }
}

/* The aggregate call that gives result column `column` of a summarize, and which of its results it is. */
static const struct aggr_call *call_at(const struct plan *plan, uint32_t column, uint32_t *out_result)
{
    uint32_t first = plan->group_count;
    for (uint32_t i = 0; i < plan->aggr_count; i++) {
        const struct aggr_call *call = &plan->aggrs[i];
        if (column >= first && column < first + call->result_count) {
            *out_result = column - first;
            return call;
        }
        first += call->result_count;
    }
    return NULL;
}

static void add_call(const struct plan *summarize, const struct aggr_call *call, unsigned depth, struct buf *out)
{
    const struct view input = view_of_input(summarize);
    buf_printf(out, "%s(", call->aggr->name);
    add_short_list(call->args, call->arg_count, &input, depth, out);
    buf_add_char(out, ')');
}

static void add_column(uint32_t column, const struct view *view, unsigned depth, struct buf *out)
{
    uint32_t result;
    const struct aggr_call *call = view->summarize ? call_at(view->summarize, column, &result) : NULL;
    if (call)
        add_call(view->summarize, call, depth, out);
    else if (view->row && column < view->row->count)
        add_name(view->row->columns[column].name, out);
}

static void add_expr(const struct expr *expr, const struct view *view, unsigned depth, struct buf *out)
{
    if (depth >= DEPTH_SHOWN) {
        buf_add_cstr(out, "...");
        return;
    }
    switch (expr->kind) {
    case EXPR_CONST:
        add_value(&expr->value, out);
        return;
    case EXPR_COLUMN:
        add_column(expr->column, view, depth, out);
        return;
    case EXPR_SCALAR:
        buf_printf(out, "toscalar(subquery %u)", expr->subquery + 1);
        return;
    case EXPR_SET:
        buf_printf(out, "subquery %u", expr->subquery + 1);
        return;
    case EXPR_CALL:
        break;
    }
    if (expr_is_operator(expr, "ends with one of")) {
        add_endings(expr, view, depth + 1, out);
    } else if (expr->func->flags & FUNC_OPERATOR) {
        add_operator(expr, view, depth + 1, out);
    } else {
        buf_printf(out, "%s(", expr->func->name);
        add_list(expr->args, expr->arg_count, ", ", view, depth + 1, out);
        buf_add_char(out, ')');
    }
}

/* --- operators --- */

static bool passes_on(const struct plan *derive, uint32_t index)
{
    const struct expr *expr = derive->exprs[index];
    return expr->kind == EXPR_COLUMN &&
           slice_eq(derive->input->schema->columns[expr->column].name, derive->schema->columns[index].name);
}

/* Does it keep all columns where they are, so that only the new ones need be said? */
static bool is_extend(const struct plan *derive)
{
    assert(derive->input);
    const struct schema *input = derive->input->schema;
    if (derive->schema->count < input->count)
        return false;
    for (uint32_t i = 0; i < input->count; i++)
        if (!slice_eq(input->columns[i].name, derive->schema->columns[i].name))
            return false;
    return true;
}

/* Does it do no more than leave columns out? */
static bool is_away(const struct plan *derive)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < derive->schema->count; i++) {
        if (!passes_on(derive, i) || derive->exprs[i]->column < next)
            return false;
        next = derive->exprs[i]->column + 1;
    }
    return true;
}

/* The columns that are left out, where they are fewer than those that stay. */
static void explain_away(const struct plan *plan, struct buf *out)
{
    buf_add_cstr(out, "project-away ");
    bool first = true;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->input->schema->count; i++) {
        if (kept < plan->schema->count && plan->exprs[kept]->column == i) {
            kept++;
            continue;
        }
        buf_add_cstr(out, first ? "" : ", ");
        first = false;
        add_name(plan->input->schema->columns[i].name, out);
    }
}

static void explain_derive(const struct plan *plan, struct buf *out)
{
    assert(plan->input);
    if (is_away(plan) && plan->schema->count * 2 > plan->input->schema->count) {
        explain_away(plan, out);
        return;
    }
    const struct view view = view_of_input(plan);
    bool extend = is_extend(plan);
    buf_add_cstr(out, extend ? "extend " : "project ");
    bool first = true;
    for (uint32_t i = 0; i < plan->schema->count; i++) {
        if (extend && passes_on(plan, i))
            continue;
        buf_add_cstr(out, first ? "" : ", ");
        first = false;
        add_name(plan->schema->columns[i].name, out);
        if (passes_on(plan, i))
            continue;
        buf_add_cstr(out, " = ");
        add_expr(plan->exprs[i], &view, 0, out);
    }
}

static void explain_keys(const struct plan *plan, struct buf *out)
{
    const struct view view = view_of_input(plan);
    for (uint32_t i = 0; i < plan->key_count; i++) {
        const struct sort_key *key = &plan->keys[i];
        buf_add_cstr(out, i ? ", " : " by ");
        add_expr(key->expr, &view, 0, out);
        buf_printf(out, " %s nulls %s", key->descending ? "desc" : "asc", key->nulls_first ? "first" : "last");
    }
}

/* The results of one call that stand side by side, as (a, b, ...) = call; returns how many. */
static uint32_t explain_results(const struct plan *plan, uint32_t column, struct buf *out)
{
    uint32_t result, next, count = 1;
    const struct expr *expr = plan->exprs[column];
    const struct aggr_call *call = expr->kind == EXPR_COLUMN ? call_at(plan, expr->column, &result) : NULL;
    if (!call || call->result_count == 1)
        return 0;
    for (uint32_t i = column + 1; i < plan->schema->count; i++, count++)
        if (plan->exprs[i]->kind != EXPR_COLUMN || call_at(plan, plan->exprs[i]->column, &next) != call)
            break;
    uint32_t shown = count > LIST_SHOWN + 1 ? LIST_SHOWN : count;
    buf_add_char(out, '(');
    for (uint32_t i = 0; i < shown; i++) {
        buf_add_cstr(out, i ? ", " : "");
        add_name(plan->schema->columns[column + i].name, out);
    }
    if (shown < count)
        buf_printf(out, ", ... (%u in all)", count);
    buf_add_cstr(out, ") = ");
    add_call(plan, call, 0, out);
    return count;
}

static void explain_summarize(const struct plan *plan, struct buf *out)
{
    const struct view input = view_of_input(plan), computed = {.summarize = plan};
    buf_add_cstr(out, "summarize");
    for (uint32_t i = plan->group_count; i < plan->schema->count;) {
        buf_add_cstr(out, i > plan->group_count ? ", " : " ");
        uint32_t several = explain_results(plan, i, out);
        i += several;
        if (several)
            continue;
        add_name(plan->schema->columns[i].name, out);
        buf_add_cstr(out, " = ");
        add_expr(plan->exprs[i++], &computed, 0, out);
    }
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const struct expr *group = plan->groups[i];
        struct slice name = plan->schema->columns[i].name;
        buf_add_cstr(out, i ? ", " : " by ");
        add_name(name, out);
        assert(input.row);
        if (group->kind == EXPR_COLUMN && slice_eq(input.row->columns[group->column].name, name))
            continue;
        buf_add_cstr(out, " = ");
        add_expr(group, &input, 0, out);
    }
}

static void explain_scan(const struct plan *root, const struct plan *scan, struct buf *out)
{
    buf_add_cstr(out, "scan ");
    add_name(scan->schema->table, out);
    uint32_t column = plan_first_column(root);
    if (column != COLUMN_NONE) {
        buf_add_cstr(out, "    // first column: ");
        add_name(scan->schema->columns[column].name, out);
    }
    if (scan->filter && text_filter_what(scan->filter))
        buf_printf(out, ", which must hold %s", text_filter_what(scan->filter));
    else if (scan->filter)
        buf_printf(out, ", which must hold %s%u text%s", text_filter_count(scan->filter) > 1 ? "one of " : "",
                   text_filter_count(scan->filter), text_filter_count(scan->filter) > 1 ? "s" : "");
}

static void explain_operator(const struct plan *root, const struct plan *plan, struct buf *out)
{
    const struct view view = view_of_input(plan);
    switch (plan->kind) {
    case PLAN_SCAN:
        explain_scan(root, plan, out);
        break;
    case PLAN_ROWS:
        buf_printf(out, "rows %u", plan->row_count);
        break;
    case PLAN_RANGE:
        buf_add_cstr(out, "range ");
        add_name(plan->schema->columns[0].name, out);
        buf_add_cstr(out, " from ");
        add_expr(plan->exprs[0], &view, 0, out);
        buf_add_cstr(out, " to ");
        add_expr(plan->exprs[1], &view, 0, out);
        buf_add_cstr(out, " step ");
        add_expr(plan->exprs[2], &view, 0, out);
        break;
    case PLAN_WHERE:
        buf_add_cstr(out, "where ");
        add_expr(plan->exprs[0], &view, 0, out);
        buf_printf(out, "    // cost %u", expr_cost(plan->exprs[0]));
        break;
    case PLAN_DERIVE:
        explain_derive(plan, out);
        break;
    case PLAN_VERIFY:
        buf_add_cstr(out, "verify    // rows that are left are read whole");
        break;
    case PLAN_SORT:
        buf_add_cstr(out, "sort");
        explain_keys(plan, out);
        break;
    case PLAN_TOP:
        buf_printf(out, "top %llu", (unsigned long long)plan->limit);
        explain_keys(plan, out);
        break;
    case PLAN_TAKE:
        buf_printf(out, "take %llu", (unsigned long long)plan->limit);
        break;
    case PLAN_COUNT:
        buf_add_cstr(out, "count");
        break;
    case PLAN_DISTINCT:
        buf_add_cstr(out, plan->of_rows ? "distinct    // of rows, wherever they came from" : "distinct");
        break;
    case PLAN_SUMMARIZE:
        explain_summarize(plan, out);
        break;
    }
}

/* The nth operator from the source: chains are short, and nothing is to be allocated here. */
static const struct plan *operator_at(const struct plan *root, uint32_t index, uint32_t length)
{
    for (uint32_t i = length - 1; i > index; i--)
        root = root->input;
    return root;
}

static uint32_t chain_length(const struct plan *root)
{
    uint32_t length = 0;
    for (const struct plan *plan = root; plan; plan = plan->input)
        length++;
    return length;
}

void plan_explain_operator(const struct plan *root, uint32_t number, struct buf *out)
{
    explain_operator(root, operator_at(root, number, chain_length(root)), out);
}

static void explain_plan(const struct plan *root, struct buf *out)
{
    uint32_t length = chain_length(root);
    for (uint32_t i = 0; i < length; i++) {
        buf_add_cstr(out, i ? "| " : "");
        explain_operator(root, operator_at(root, i, length), out);
        buf_add_char(out, '\n');
    }
}

void plan_explain(const struct query *query, struct buf *out)
{
    for (uint32_t i = 0; i < query->subquery_count; i++) {
        buf_printf(out, "// subquery %u\n", i + 1);
        explain_plan(query->subqueries[i], out);
        buf_add_char(out, '\n');
    }
    explain_plan(query->root, out);
}
