/*
 * fn_in.c - in, !in, in~, !in~: is a value one of many?
 *
 * Constants are hashed once, in in_prepare(), and a subquery's rows once, by the executor; whatever else stands in the
 * list is evaluated for the rows that are not decided yet. `in` is an `or` of ==, `!in` its opposite (semantics,
 * section 2): a null value is in no list, unless the list holds a null: then the answer is null. An array in the list
 * stands for its elements, nested ones too (section 6).
 */
#include "kql/func/fn_in.h"

#include "kql/func/eval.h"
#include "kql/func/value_set.h"

#include <string.h>

static bool in_is_nocase(const struct expr *expr)
{
    const char *name = expr->func->name;
    return name[strlen(name) - 1] == '~';
}

/* An array that stands for its elements. */
static bool is_array_of_values(enum type type, const struct value *value)
{
    return value->type == TYPE_DYNAMIC && !value->is_null && value->dyn->kind == DYN_ARRAY && type != TYPE_DYNAMIC;
}

static enum err_code set_add(struct value_set *set, const struct value *value, struct arena *arena, struct err *err)
{
    return value_set_add(set, value, false, arena) ? ERR_NONE : err_no_memory(err, sizeof *value);
}

/* Adds the elements as values of the type; those of another type equal nothing. Depth: DYN_DEPTH_MAX. */
static enum err_code set_add_array(struct value_set *set, enum type type, const struct dyn *array, struct arena *arena,
                                   struct err *err)
{
    for (uint32_t i = 0; i < array->count; i++) {
        const struct dyn *item = array->items[i];
        if (item->kind == DYN_ARRAY) {
            TRY(set_add_array(set, type, item, arena, err));
            continue;
        }
        struct value value;
        TRY(eval_dyn_value(item, type, arena, &value, err));
        if (!value.is_null || item->kind == DYN_NULL)
            TRY(set_add(set, &value, arena, err));
    }
    return ERR_NONE;
}

enum err_code in_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    struct value_set *list = arena_zalloc(arena, 1, sizeof *list);
    if (!list)
        return err_no_memory(err, sizeof *list);
    list->nocase = in_is_nocase(expr);
    enum type type = expr->args[0]->type;
    for (uint32_t i = 1; i < expr->arg_count; i++) {
        const struct expr *arg = expr->args[i];
        if (arg->kind != EXPR_CONST)
            continue;
        if (is_array_of_values(type, &arg->value))
            TRY(set_add_array(list, type, arg->value.dyn, arena, err));
        else
            TRY(set_add(list, &arg->value, arena, err));
    }
    expr->prepared = list;
    return ERR_NONE;
}

/* The rows that no part of the list has matched yet, and what is known of them. */
struct in_rows {
    struct eval *eval;
    const struct expr *expr;
    const struct column *value;
    struct selection open;
    struct column *out; /* 1 = in; null = the value and an element are null */
    bool nocase;
};

/* Looks the open rows up in a set, and closes those that are in it. */
static void rows_in_set(struct in_rows *in, const struct value_set *set)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < in->open.count; i++) {
        uint32_t row = in->open.rows[i];
        struct value value = column_value(in->value, row);
        if (value_set_has(set, &value)) {
            in->out->i64[row] = 1;
            continue;
        }
        if (value.is_null && set->has_null)
            in->out->nulls[row] = 1;
        in->open.rows[kept++] = row;
    }
    in->open.count = kept;
}

/* What one row's value finds in one element, or in an array of them. */
struct found {
    bool equal, null;
};

static enum err_code find_in_array(struct in_rows *in, const struct value *value, const struct dyn *array,
                                   struct found *found, struct err *err)
{
    for (uint32_t i = 0; i < array->count && !found->equal; i++) {
        const struct dyn *item = array->items[i];
        if (item->kind == DYN_ARRAY) {
            TRY(find_in_array(in, value, item, found, err));
            continue;
        }
        struct value typed;
        TRY(eval_dyn_value(item, value->type, in->eval->arena, &typed, err));
        found->equal = value_equal(value, &typed, in->nocase);
        found->null = found->null || item->kind == DYN_NULL;
    }
    return ERR_NONE;
}

static enum err_code find_in_cell(struct in_rows *in, const struct value *value, const struct value *item,
                                  struct found *found, struct err *err)
{
    if (is_array_of_values(value->type, item))
        return find_in_array(in, value, item->dyn, found, err);
    struct value typed = *item;
    if (item->type == TYPE_DYNAMIC && value->type != TYPE_DYNAMIC && !item->is_null)
        TRY(eval_dyn_value(item->dyn, value->type, in->eval->arena, &typed, err));
    found->equal = value_equal(value, &typed, in->nocase);
    found->null = item->is_null;
    return ERR_NONE;
}

/* The same for an expression of the list, which may give each row another value. */
static enum err_code rows_in_column(struct in_rows *in, const struct column *column, struct err *err)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < in->open.count; i++) {
        uint32_t row = in->open.rows[i];
        struct value value = column_value(in->value, row), item = column_value(column, row);
        struct found found = {false, false};
        TRY(find_in_cell(in, &value, &item, &found, err));
        if (found.equal) {
            in->out->i64[row] = 1;
            continue;
        }
        if (value.is_null && found.null)
            in->out->nulls[row] = 1;
        in->open.rows[kept++] = row;
    }
    in->open.count = kept;
    return ERR_NONE;
}

static enum err_code rows_in_arg(struct in_rows *in, const struct expr *arg, struct batch *batch, struct err *err)
{
    if (arg->kind == EXPR_SET) {
        const struct query *query = in->eval->query;
        rows_in_set(in, in->nocase ? &query->set_indexes_nocase[arg->subquery] : &query->set_indexes[arg->subquery]);
        return ERR_NONE;
    }
    const struct column *column;
    TRY(eval_expr(in->eval, arg, batch, &in->open, &column, err));
    return rows_in_column(in, column, err);
}

static enum err_code in_rows_init(struct in_rows *in, const struct selection *rows, struct batch *batch,
                                  struct err *err)
{
    TRY(eval_expr(in->eval, in->expr->args[0], batch, rows, &in->value, err));
    TRY(eval_rows(in->eval, rows->count, &in->open, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        in->out->i64[rows->rows[i]] = 0;
        in->out->nulls[rows->rows[i]] = 0;
        in->open.rows[in->open.count++] = rows->rows[i];
    }
    return ERR_NONE;
}

static enum err_code in_apply(struct eval *eval, const struct expr *expr, struct batch *batch,
                              const struct selection *rows, bool negate, struct column *out, struct err *err)
{
    struct in_rows in = {.eval = eval, .expr = expr, .out = out, .nocase = in_is_nocase(expr)};
    TRY(in_rows_init(&in, rows, batch, err));
    const struct value_set *list = expr->prepared;
    if (list)
        rows_in_set(&in, list);
    for (uint32_t i = 1; i < expr->arg_count && in.open.count; i++) {
        if (!list || expr->args[i]->kind != EXPR_CONST)
            TRY(rows_in_arg(&in, expr->args[i], batch, err));
    }
    for (uint32_t i = 0; negate && i < rows->count; i++)
        out->i64[rows->rows[i]] = !out->i64[rows->rows[i]];
    return ERR_NONE;
}

enum err_code in_eval(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                      struct column *out, struct err *err)
{
    return in_apply(eval, expr, batch, rows, false, out, err);
}

enum err_code not_in_eval(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                          struct column *out, struct err *err)
{
    return in_apply(eval, expr, batch, rows, true, out, err);
}
