/*
 * bind_compare.c - == != < <= > >= and between: both sides in one type before the operator sees them.
 *
 * Equality takes any pair that can be made alike; order only numbers, times and truth values (semantics, section 3).
 * A constant string against another type is converted to that type; where it can't be, nothing equals it.
 */
#include "kql/bind/bind_int.h"

#include "kql/func/func.h"

static const char *const EQUALITIES[] = {"==", "!=", "<>"};
static const char *const ORDERS[] = {"<", "<=", ">", ">="};

static bool one_of(struct slice op, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(op, slice_from_cstr(names[i])))
            return true;
    return false;
}

static bool is_equality(struct slice op)
{
    return one_of(op, EQUALITIES, sizeof EQUALITIES / sizeof EQUALITIES[0]);
}

bool compare_knows(struct slice op)
{
    return is_equality(op) || one_of(op, ORDERS, sizeof ORDERS / sizeof ORDERS[0]);
}

enum type type_wider(enum type a, enum type b)
{
    if (a == TYPE_BOOL)
        a = TYPE_LONG;
    if (b == TYPE_BOOL)
        b = TYPE_LONG;
    return a > b ? a : b; /* the number types stand in their order of widening */
}

static bool counts_as_number(enum type type)
{
    return type_is_number(type) || type == TYPE_BOOL;
}

static enum err_code cast_both(struct binder *b, enum type to, struct expr **left, struct expr **right)
{
    TRY(bind_cast(b, *left, to, left));
    return bind_cast(b, *right, to, right);
}

static enum err_code mismatch(struct binder *b, struct span span, struct slice op, const struct expr *left,
                              const struct expr *right)
{
    enum type a = left->type, c = right->type;
    enum err_code code = err_query(b->err, ERR_QUERY, span, "%.*s is not defined for %s and %s", SLICE_ARG(op),
                                   type_name(a), type_name(c));
    if (a == TYPE_STRING && c == TYPE_STRING)
        err_hint(b->err, "strings have no order here; strcmp(a, b) compares them");
    else if (a == TYPE_DATETIME && c == TYPE_STRING)
        err_hint(b->err, "write a datetime: datetime(2024-12-31), or todatetime(...)");
    else if (a == TYPE_STRING && c != TYPE_DYNAMIC)
        err_hint(b->err, "convert the string: to%s(...)", type_name(c));
    else if (c == TYPE_STRING && a != TYPE_DYNAMIC)
        err_hint(b->err, "convert the string: to%s(...)", type_name(a));
    return code;
}

/* A constant string becomes a value of the other side's type; *out_never: it can't, so nothing equals it. */
static enum err_code convert_constant(struct binder *b, struct expr **string, enum type to, bool *out_never)
{
    struct value value;
    TRY(value_convert(&(*string)->value, to, b->arena, &value, b->err));
    *out_never = value.is_null;
    *string = expr_const(b->arena, &value, (*string)->span);
    return *string ? ERR_NONE : bind_no_memory(b);
}

static bool constant_string(const struct expr *expr)
{
    return expr->kind == EXPR_CONST && expr->type == TYPE_STRING;
}

/* A dynamic holds JSON's types: with those it is compared as it is, with others as what its text says. */
static enum err_code align_dynamic(struct binder *b, struct expr **dynamic, struct expr **other)
{
    enum type type = (*other)->type;
    if (counts_as_number(type) || type == TYPE_STRING)
        return bind_cast(b, *other, TYPE_DYNAMIC, other);
    return bind_cast(b, *dynamic, type, dynamic);
}

static enum err_code align_equal(struct binder *b, const struct ast *ast, struct expr **left, struct expr **right,
                                 bool *out_never)
{
    enum type a = (*left)->type, c = (*right)->type;
    if (a == c)
        return ERR_NONE;
    if (counts_as_number(a) && counts_as_number(c))
        return cast_both(b, type_wider(a, c), left, right);
    if (a == TYPE_DYNAMIC)
        return align_dynamic(b, left, right);
    if (c == TYPE_DYNAMIC)
        return align_dynamic(b, right, left);
    if (constant_string(*right))
        return convert_constant(b, right, a, out_never);
    if (constant_string(*left))
        return convert_constant(b, left, c, out_never);
    return mismatch(b, ast->op_span, ast->text, *left, *right);
}

/* The type in which two are ordered; TYPE_DYNAMIC: as they are; TYPE_COUNT: they have no order. */
static enum type order_type(enum type a, enum type c)
{
    if (a == TYPE_DYNAMIC || c == TYPE_DYNAMIC)
        return (a == c || type_is_number(a) || type_is_number(c)) ? TYPE_DYNAMIC : TYPE_COUNT;
    if (counts_as_number(a) && counts_as_number(c))
        return type_wider(a, c);
    return a == c && (a == TYPE_DATETIME || a == TYPE_TIMESPAN) ? a : TYPE_COUNT;
}

enum err_code bind_compare(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct expr *left = NULL, *right = NULL;
    TRY(bind_expr(b, ast->children[0], &left));
    TRY(bind_expr(b, ast->children[1], &right));
    bool never = false;
    const char *name = NULL;
    if (is_equality(ast->text)) {
        name = slice_eq(ast->text, SLICE("==")) ? "==" : "!=";
        TRY(align_equal(b, ast, &left, &right, &never));
        if (never)
            return bind_bool_const(b, name[0] == '!', ast->span, out_expr);
    } else {
        enum type type = order_type(left->type, right->type);
        if (type == TYPE_COUNT)
            return mismatch(b, ast->op_span, ast->text, left, right);
        if (type != TYPE_DYNAMIC)
            TRY(cast_both(b, type, &left, &right));
        for (size_t i = 0; i < sizeof ORDERS / sizeof ORDERS[0]; i++)
            if (slice_eq(ast->text, slice_from_cstr(ORDERS[i])))
                name = ORDERS[i];
    }
    TRY(bind_operator_of(b, name, ast->span, left, right, out_expr));
    return ERR_NONE;
}

/* The type of all three. Decimals hold both what a long and what a real in a dynamic can say. */
static enum type between_type(const struct expr *value, const struct expr *low, const struct expr *high)
{
    enum type types[] = {value->type, low->type, high->type}, type = order_type(types[0], types[1]);
    if (types[0] == TYPE_DATETIME && types[1] == TYPE_DATETIME && types[2] == TYPE_TIMESPAN)
        return TYPE_DATETIME; /* the span counts from the lower end */
    if ((types[1] == TYPE_DYNAMIC) != (types[2] == TYPE_DYNAMIC))
        return TYPE_COUNT;
    for (int i = 0; i < 3; i++) {
        if (types[i] == TYPE_BOOL)
            return TYPE_COUNT;
        if (types[i] == TYPE_DYNAMIC)
            types[i] = TYPE_DECIMAL;
    }
    if (type_is_number(types[0]) && type_is_number(types[1]) && type_is_number(types[2]))
        return type_wider(type_wider(types[0], types[1]), types[2]);
    return types[1] == types[2] ? type : TYPE_COUNT;
}

enum err_code bind_between(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    struct expr **args = arena_zalloc(b->arena, 3, sizeof(struct expr *));
    if (!args)
        return bind_no_memory(b);
    const struct ast *ends = ast->children[1];
    TRY(bind_expr(b, ast->children[0], &args[0]));
    for (uint32_t i = 0; i < 2; i++)
        TRY(bind_expr(b, ends->children[i], &args[i + 1]));
    enum type type = between_type(args[0], args[1], args[2]);
    if (type == TYPE_COUNT) {
        bool low = order_type(args[0]->type, args[1]->type) != TYPE_COUNT && args[0]->type != TYPE_BOOL;
        return mismatch(b, ast->op_span, ast->text, args[0], args[low ? 2 : 1]);
    }
    for (uint32_t i = 0; i < 3; i++)
        if (type_is_number(type))
            TRY(bind_cast(b, args[i], type, &args[i]));
    return bind_call_of(b, func_find(ast->text, true), ast->span, args, 3, out_expr);
}
