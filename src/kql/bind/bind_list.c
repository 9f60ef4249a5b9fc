/*
 * bind_list.c - in, has_any, has_all and their kin: the list at their right, made to fit the value at their left.
 *
 * A list is scalars, dynamic arrays (constant ones are taken apart here, nested ones too), or one table, whose first
 * column counts. What can't equal any value of the left side's type is left out.
 */
#include "kql/bind/bind_int.h"

#include "kql/func/func.h"

#include <string.h>

/* How elements are compared: as values, or as text (then a number in an array stands for its text). */
struct list_operator {
    const char *name;
    bool as_text;
    bool when_empty; /* the answer for a list without elements */
};

static const struct list_operator OPERATORS[] = {
    {"in", false, false}, {"!in", false, true},     {"in~", true, false},
    {"!in~", true, true}, {"has_any", true, false}, {"has_all", true, true},
};

static const struct list_operator *operator_find(struct slice op)
{
    for (size_t i = 0; i < sizeof OPERATORS / sizeof OPERATORS[0]; i++)
        if (slice_eq(op, slice_from_cstr(OPERATORS[i].name)))
            return &OPERATORS[i];
    return NULL;
}

bool list_knows(struct slice op)
{
    return operator_find(op) != NULL;
}

struct list {
    const struct list_operator *operator;
    enum type type;     /* of the value */
    struct expr **args; /* the value first */
    uint32_t count;
    size_t capacity;
};

static enum err_code list_push(struct binder *b, struct list *list, struct expr *expr)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct expr **args = arena_array(b->arena, capacity, sizeof(struct expr *));
        if (!args)
            return bind_no_memory(b);
        if (list->count > 0)
            memcpy(args, list->args, list->count * sizeof(struct expr *));
        list->args = args;
        list->capacity = capacity;
    }
    list->args[list->count++] = expr;
    return ERR_NONE;
}

static enum err_code push_value(struct binder *b, struct list *list, const struct value *value, struct span span)
{
    struct expr *expr = expr_const(b->arena, value, span);
    return expr ? list_push(b, list, expr) : bind_no_memory(b);
}

/* --- constants --- */

/* Converts where nothing is lost: 5.0 is the long 5, 5.5 is none. *out_fits false: no value of the type equals it. */
static enum err_code convert_exactly(struct binder *b, const struct value *in, enum type to, struct value *out,
                                     bool *out_fits)
{
    struct value back;
    TRY(value_convert(in, to, b->arena, out, b->err));
    *out_fits = !out->is_null;
    if (!*out_fits || in->type == TYPE_STRING || in->type == to)
        return ERR_NONE;
    TRY(value_convert(out, in->type, b->arena, &back, b->err));
    *out_fits = value_same(&back, in);
    return ERR_NONE;
}

static enum err_code wrong_element(struct binder *b, const struct list *list, const struct expr *expr)
{
    enum err_code code = err_query(b->err, ERR_QUERY, expr->span, "%s is looked for in a list with %s",
                                   bind_a_type(list->type), bind_a_type(expr->type));
    err_hint(b->err, "convert it: to%s(...)", type_name(list->type));
    return code;
}

static bool numbers(enum type a, enum type c)
{
    return (type_is_number(a) || a == TYPE_BOOL) && (type_is_number(c) || c == TYPE_BOOL);
}

static enum err_code push_constant(struct binder *b, struct list *list, struct expr *expr)
{
    struct value value;
    bool fits = true;
    if (expr->type == list->type)
        return list_push(b, list, expr);
    if (list->type == TYPE_DYNAMIC) {
        TRY(bind_cast(b, expr, TYPE_DYNAMIC, &expr));
        return list_push(b, list, expr);
    }
    if (expr->type != TYPE_STRING && !numbers(list->type, expr->type))
        return wrong_element(b, list, expr);
    if (expr->value.is_null)
        value = value_null(list->type);
    else
        TRY(convert_exactly(b, &expr->value, list->type, &value, &fits));
    return fits ? push_value(b, list, &value, expr->span) : ERR_NONE;
}

/* --- elements of a constant array --- */

static enum err_code push_text(struct binder *b, struct list *list, const struct dyn *dyn, struct span span)
{
    if (dyn->kind == DYN_NULL)
        return ERR_NONE;
    struct value whole = value_dyn(dyn), text;
    TRY(value_convert(&whole, TYPE_STRING, b->arena, &text, b->err));
    return push_value(b, list, &text, span);
}

static enum err_code push_element(struct binder *b, struct list *list, const struct dyn *dyn, struct span span)
{
    if (list->type == TYPE_DYNAMIC) {
        struct value value = value_dyn(dyn);
        return push_value(b, list, &value, span);
    }
    if (list->operator->as_text)
        return push_text(b, list, dyn, span);
    if (dyn->kind == DYN_NULL || dyn->kind == DYN_BAG)
        return ERR_NONE;
    struct value element = value_from_dyn(dyn), value;
    bool fits = element.type == list->type;
    value = element;
    bool converts =
        numbers(list->type, element.type) || (element.type == TYPE_STRING && !numbers(list->type, list->type));
    if (!fits && converts)
        TRY(convert_exactly(b, &element, list->type, &value, &fits));
    return fits ? push_value(b, list, &value, span) : ERR_NONE;
}

/* Depth is bounded by DYN_DEPTH_MAX. */
static enum err_code push_array(struct binder *b, struct list *list, const struct dyn *dyn, struct span span)
{
    if (dyn->kind != DYN_ARRAY)
        return push_element(b, list, dyn, span);
    for (uint32_t i = 0; i < dyn->count; i++)
        TRY(push_array(b, list, dyn->items[i], span));
    return ERR_NONE;
}

/* --- the whole list --- */

static enum err_code push_expr(struct binder *b, struct list *list, struct expr *expr)
{
    if (expr->kind == EXPR_CONST && expr->type == TYPE_DYNAMIC)
        return expr->value.is_null ? ERR_NONE : push_array(b, list, expr->value.dyn, expr->span);
    if (expr->kind == EXPR_CONST)
        return push_constant(b, list, expr);
    if (expr->type == list->type || expr->type == TYPE_DYNAMIC)
        return list_push(b, list, expr);
    if (list->type == TYPE_DYNAMIC || (numbers(list->type, expr->type) && expr->type < list->type)) {
        TRY(bind_cast(b, expr, list->type, &expr));
        return list_push(b, list, expr);
    }
    return wrong_element(b, list, expr);
}

/* A number that is looked for among wider ones is widened first. */
static enum err_code widen_value(struct binder *b, struct expr *const *exprs, uint32_t count, struct expr **value)
{
    enum type type = (*value)->type;
    if (!type_is_number(type))
        return ERR_NONE;
    for (uint32_t i = 0; i < count; i++)
        if (exprs[i]->kind != EXPR_CONST && type_is_number(exprs[i]->type))
            type = type_wider(type, exprs[i]->type);
    return bind_cast(b, *value, type, value);
}

static enum err_code check_text(struct binder *b, const struct ast *ast, struct expr **value)
{
    if ((*value)->type == TYPE_STRING || (*value)->type == TYPE_DYNAMIC)
        return bind_cast(b, *value, TYPE_STRING, value);
    enum err_code code = err_query(b->err, ERR_QUERY, ast->op_span, "%.*s needs a string at its left, not %s",
                                   SLICE_ARG(ast->text), bind_a_type((*value)->type));
    err_hint(b->err, "convert it: tostring(...)");
    return code;
}

static enum err_code push_elements(struct binder *b, const struct ast *elements, struct list *list, struct expr *value)
{
    struct expr **exprs = arena_zalloc(b->arena, elements->child_count, sizeof(struct expr *));
    if (!exprs)
        return bind_no_memory(b);
    for (uint32_t i = 0; i < elements->child_count; i++)
        TRY(bind_expr(b, elements->children[i], &exprs[i]));
    TRY(widen_value(b, exprs, elements->child_count, &value));
    list->type = value->type;
    TRY(list_push(b, list, value));
    for (uint32_t i = 0; i < elements->child_count; i++)
        TRY(push_expr(b, list, exprs[i]));
    return ERR_NONE;
}

enum err_code bind_list(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct list list = {.operator= operator_find(ast->text)};
    const struct ast *elements = ast->children[1];
    const struct func *func = func_find(ast->text, true);
    if (!func)
        return err_query(b->err, ERR_UNSUPPORTED, ast->op_span, "%.*s is not supported yet", SLICE_ARG(ast->text));
    struct expr *value = NULL, *set = NULL;
    TRY(bind_expr(b, ast->children[0], &value));
    if (list.operator->as_text)
        TRY(check_text(b, ast, &value));
    if (elements->child_count == 1 && bind_is_table(b, elements->children[0])) {
        TRY(bind_set(b, elements->children[0], list.operator->as_text, &value, &set));
        TRY(list_push(b, &list, value));
        TRY(list_push(b, &list, set));
    } else {
        TRY(push_elements(b, elements, &list, value));
    }
    if (list.count == 1)
        return bind_bool_const(b, list.operator->when_empty, ast->span, out_expr);
    return bind_call_of(b, func, ast->span, list.args, list.count, out_expr);
}
