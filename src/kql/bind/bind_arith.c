/*
 * bind_arith.c - + - * / % where one side is dynamic: which type its value is read as.
 *
 * Beside a number it is that number's type (the signature sees to it), beside a time what makes sense of the operator.
 * Source: the types that Microsoft's binder gives such results.
 */
#include "kql/bind/bind_int.h"

#include <string.h>

bool arith_knows(struct slice op)
{
    return op.len == 1 && strchr("+-*/%", op.ptr[0]) != NULL;
}

/* TYPE_DYNAMIC: as the signature says. */
static enum type read_as(char op, enum type other)
{
    if (other == TYPE_TIMESPAN)
        return op == '+' || op == '-' ? TYPE_TIMESPAN : TYPE_COUNT;
    if (other == TYPE_DATETIME && op == '+')
        return TYPE_TIMESPAN;
    if (other == TYPE_DATETIME && op == '-')
        return TYPE_DATETIME;
    return TYPE_DYNAMIC;
}

static enum err_code two_dynamics(struct binder *b, const struct ast *ast)
{
    enum err_code code = err_query(b->err, ERR_UNSUPPORTED, ast->op_span,
                                   "%.*s on dynamic values alone is not supported yet", SLICE_ARG(ast->text));
    err_hint(b->err, "say what they hold: tolong(...), toreal(...)");
    return code;
}

enum err_code bind_arith(struct binder *b, const struct ast *ast, struct expr **left, struct expr **right)
{
    bool dynamic_left = (*left)->type == TYPE_DYNAMIC, dynamic_right = right && (*right)->type == TYPE_DYNAMIC;
    if (dynamic_left && (!right || dynamic_right))
        return two_dynamics(b, ast);
    if (!dynamic_left && !dynamic_right)
        return ERR_NONE;
    struct expr **dynamic = dynamic_left ? left : right;
    enum type other = dynamic_left ? (*right)->type : (*left)->type;
    enum type type = read_as(ast->text.ptr[0], other);
    if (type == TYPE_COUNT)
        return err_query(b->err, ERR_QUERY, ast->op_span, "%.*s is not defined for %s and %s", SLICE_ARG(ast->text),
                         type_name((*left)->type), type_name((*right)->type));
    return type == TYPE_DYNAMIC ? ERR_NONE : bind_cast(b, *dynamic, type, dynamic);
}
