/*
 * bind_call.c - calls: which overload takes the arguments, the casts it needs, the result's type; constants are worked
 * out at once.
 */
#include "kql/bind/bind_int.h"

#include "kql/func/func.h"
#include "kql/func/signature.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum err_code bind_cast(struct binder *b, struct expr *expr, enum type to, struct expr **out_expr)
{
    *out_expr = expr;
    if (expr->type == to)
        return ERR_NONE;
    const struct func *cast = func_find(SLICE("cast"), true);
    struct expr *call = expr_call(b->arena, cast, 1, expr->span);
    if (!call)
        return bind_no_memory(b);
    call->args[0] = expr;
    call->type = to;
    *out_expr = call;
    if (expr->kind != EXPR_CONST)
        return ERR_NONE;
    struct value value;
    TRY(eval_const(&b->eval, call, b->arena, &value, b->err));
    *out_expr = expr_const(b->arena, &value, expr->span);
    return *out_expr ? ERR_NONE : bind_no_memory(b);
}

enum err_code bind_bool_const(struct binder *b, bool value, struct span span, struct expr **out_expr)
{
    struct value constant = value_i64(TYPE_BOOL, value);
    *out_expr = expr_const(b->arena, &constant, span);
    return *out_expr ? ERR_NONE : bind_no_memory(b);
}

enum err_code bind_pair(struct binder *b, struct expr *first, struct expr *second, struct expr ***out_args)
{
    struct expr **args = arena_array(b->arena, 2, sizeof(struct expr *));
    if (!args)
        return bind_no_memory(b);
    args[0] = first;
    args[1] = second;
    *out_args = args;
    return ERR_NONE;
}

/* --- what is wrong with a call --- */

const char *bind_a_type(enum type type)
{
    static const char *const WITH_ARTICLE[TYPE_COUNT] = {
        [TYPE_BOOL] = "a bool",         [TYPE_INT] = "an int",        [TYPE_LONG] = "a long",
        [TYPE_REAL] = "a real",         [TYPE_DECIMAL] = "a decimal", [TYPE_DATETIME] = "a datetime",
        [TYPE_TIMESPAN] = "a timespan", [TYPE_GUID] = "a guid",       [TYPE_STRING] = "a string",
        [TYPE_DYNAMIC] = "a dynamic",
    };
    return WITH_ARTICLE[type];
}

static void type_list(struct expr *const *args, uint32_t count, const char *separator, struct buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_add_cstr(out, i == 0 ? "" : separator);
        buf_add_cstr(out, type_name(args[i]->type));
    }
}

/* Which argument no overload of that many takes, the others as they are: UINT32_MAX if it is not one alone. */
static uint32_t wrong_argument(const char *signature, struct expr *const *args, uint32_t count, enum type *types)
{
    struct signature_match match;
    for (uint32_t i = 0; i < count; i++) {
        for (enum type type = 0; type < TYPE_COUNT; type++) {
            types[i] = type;
            if (signature_match(signature, types, count, &match))
                return i;
        }
        types[i] = args[i]->type;
    }
    return UINT32_MAX;
}

static bool any_string(struct expr *const *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (args[i]->type == TYPE_STRING)
            return true;
    return false;
}

static enum err_code operator_mismatch(struct binder *b, const char *name, struct span span, struct expr *const *args,
                                       uint32_t count)
{
    struct buf types;
    buf_init(&types, 0);
    type_list(args, count, " and ", &types);
    const char *shown = strcmp(name, "unary-") == 0 ? "-" : name;
    enum err_code code =
        err_query(b->err, ERR_QUERY, span, "%s is not defined for %.*s", shown, SLICE_ARG(buf_slice(&types)));
    buf_release(&types);
    bool on_text = ascii_is_alnum(shown[0]) || shown[0] == '!' || shown[0] == '=';
    if (strcmp(name, "+") == 0 && any_string(args, count))
        err_hint(b->err, "strings are joined by strcat()");
    else if (on_text)
        err_hint(b->err, "it is for text: convert with tostring(...)");
    else if (any_string(args, count))
        err_hint(b->err, "convert the string: tolong(...), toreal(...), todatetime(...)");
    return code;
}

static enum err_code function_mismatch(struct binder *b, const char *name, const char *signature, struct span span,
                                       struct expr *const *args, uint32_t count, enum type *types)
{
    uint32_t wrong = wrong_argument(signature, args, count, types);
    if (wrong != UINT32_MAX)
        return err_query(b->err, ERR_QUERY, args[wrong]->span, "%s() does not take %s as argument %u", name,
                         bind_a_type(args[wrong]->type), wrong + 1);
    struct buf shown;
    buf_init(&shown, 0);
    type_list(args, count, ", ", &shown);
    enum err_code code =
        err_query(b->err, ERR_QUERY, span, "%s() does not take (%.*s)", name, SLICE_ARG(buf_slice(&shown)));
    buf_release(&shown);
    return code;
}

/* --- overloads --- */

/* Functions take a dynamic for a string alone; operators for other types as well. */
static enum err_code check_dynamic(struct binder *b, const char *name, bool is_operator, const struct expr *arg,
                                   uint32_t index, enum type to)
{
    if (is_operator || arg->type != TYPE_DYNAMIC || to == TYPE_DYNAMIC || to == TYPE_STRING)
        return ERR_NONE;
    enum err_code code =
        err_query(b->err, ERR_QUERY, arg->span, "%s() does not take a dynamic as argument %u", name, index + 1);
    err_hint(b->err, "convert it: to%s(...)", type_name(to));
    return code;
}

static enum err_code convert_args(struct binder *b, const char *name, bool is_operator, struct slice letters,
                                  struct expr **args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (args[i]->kind == EXPR_SET)
            continue;
        char letter = signature_letter(letters, i);
        enum type to = signature_target(letter, args[i]->type);
        TRY(check_dynamic(b, name, is_operator, args[i], i, to));
        TRY(bind_cast(b, args[i], to, &args[i]));
        if (letter == 'k' && args[i]->kind != EXPR_CONST)
            return err_query(b->err, ERR_QUERY, args[i]->span, "%s%s takes a constant string as argument %u", name,
                             is_operator ? "" : "()", i + 1);
    }
    return ERR_NONE;
}

enum err_code bind_signature(struct binder *b, const char *name, const char *signature, bool is_operator,
                             struct span span, struct expr **args, uint32_t count, enum type *out_type,
                             bool *out_by_bind)
{
    enum type *types = arena_array(b->arena, count, sizeof *types);
    if (!types)
        return bind_no_memory(b);
    assert(count == 0 || args);
    for (uint32_t i = 0; i < count; i++)
        types[i] = args[i]->type;
    struct signature_match match;
    if (!signature_match(signature, types, count, &match)) {
        if (!signature_takes_count(signature, count))
            return err_query(b->err, ERR_QUERY, span, "%s%s does not take %u argument%s", name, is_operator ? "" : "()",
                             count, count == 1 ? "" : "s");
        if (is_operator)
            return operator_mismatch(b, name, span, args, count);
        return function_mismatch(b, name, signature, span, args, count, types);
    }
    TRY(convert_args(b, name, is_operator, match.args, args, count));
    *out_type = match.result;
    *out_by_bind = match.result_by_bind;
    return ERR_NONE;
}

/* --- calls --- */

static bool can_fold(const struct expr *call)
{
    if (call->func->flags & FUNC_VOLATILE)
        return false;
    assert(call->arg_count == 0 || call->args);
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind != EXPR_CONST)
            return false;
    return true;
}

/* An error that has no place gets the call's. */
static enum err_code at_call(struct binder *b, const struct expr *call, enum err_code code)
{
    if ((code == ERR_QUERY || code == ERR_UNSUPPORTED) && b->err && !b->err->has_span) {
        b->err->has_span = true;
        b->err->span = call->span;
    }
    return code;
}

static enum err_code fold(struct binder *b, struct expr *call, struct expr **out_expr)
{
    *out_expr = call;
    if (!can_fold(call))
        return ERR_NONE;
    struct value value;
    enum err_code code = expr_prepare(call, b->arena, b->err);
    if (code == ERR_NONE)
        code = eval_const(&b->eval, call, b->arena, &value, b->err);
    expr_unprepare(call);
    if (code != ERR_NONE)
        return at_call(b, call, code);
    *out_expr = expr_const(b->arena, &value, call->span);
    return *out_expr ? ERR_NONE : bind_no_memory(b);
}

enum err_code bind_call_of(struct binder *b, const struct func *func, struct span span, struct expr **args,
                           uint32_t count, struct expr **out_expr)
{
    struct expr *call = expr_new(b->arena, EXPR_CALL, TYPE_BOOL, span);
    if (!call)
        return bind_no_memory(b);
    call->func = func;
    call->args = args;
    call->arg_count = count;
    bool is_operator = (func->flags & FUNC_OPERATOR) != 0, by_bind = false;
    enum err_code code =
        bind_signature(b, func->name, func->signature, is_operator, span, args, count, &call->type, &by_bind);
    if (code == ERR_QUERY && !is_operator && b->err && b->err->hint[0] == '\0')
        err_hint(b->err, "%s", func->doc);
    TRY(code);
    if (func->bind)
        TRY(at_call(b, call, func->bind(call, b->arena, b->err)));
    return fold(b, call, out_expr);
}

enum err_code bind_operator_of(struct binder *b, const char *name, struct span span, struct expr *left,
                               struct expr *right, struct expr **out_expr)
{
    const struct func *func = func_find(slice_from_cstr(name), true);
    if (!func)
        return err_query(b->err, ERR_UNSUPPORTED, span, "%s is not supported yet", name);
    struct expr **args = NULL;
    TRY(bind_pair(b, left, right, &args));
    return bind_call_of(b, func, span, args, 2, out_expr);
}
