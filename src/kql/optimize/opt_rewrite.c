/*
 * opt_rewrite.c - expressions that mean something simpler.
 *
 *   x matches regex ".*\.(a|b)$"    ends with one of .a, .b
 *   x matches regex "a\.b"          x contains_cs "a.b"
 *   a and true                      a            (the binder has worked out what is constant)
 *   a or true                       true
 */
#include "kql/optimize/opt_int.h"

#include "kql/func/func.h"
#include "kql/regex/regex.h"

#include <string.h>

struct rewrite {
    struct arena *arena;
    struct err *err;
    enum err_code code;
};

/* --- regular expressions --- */

static const struct dyn *array_of_texts(struct arena *arena, const struct slice *texts, uint32_t count)
{
    const struct dyn **items = arena_array(arena, count, sizeof *items);
    if (!items)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = dyn_new_string(texts[i], arena);
        if (!items[i])
            return NULL;
    }
    return dyn_new_array(items, count, arena);
}

static enum err_code replace_call(struct rewrite *rewrite, struct expr *expr, const char *name,
                                  const struct value *operand)
{
    const struct func *func = func_find(slice_from_cstr(name), true);
    struct expr *constant = expr_const(rewrite->arena, operand, expr->args[1]->span);
    struct expr *call = expr_call(rewrite->arena, func, 2, expr->span);
    if (!constant || !call)
        return err_no_memory(rewrite->err, sizeof *call);
    call->args[0] = expr->args[0];
    call->args[1] = constant;
    call->type = TYPE_BOOL;
    *expr = *call;
    return ERR_NONE;
}

static enum err_code rewrite_regex(struct rewrite *rewrite, struct expr *expr)
{
    struct slice pattern = expr->args[1]->value.str, literal, *suffixes = NULL;
    uint32_t count = 0;
    if (regex_as_suffixes(pattern, rewrite->arena, &suffixes, &count) && count > 0) {
        const struct dyn *list = array_of_texts(rewrite->arena, suffixes, count);
        if (!list)
            return err_no_memory(rewrite->err, count * sizeof *list);
        struct value value = value_dyn(list);
        return replace_call(rewrite, expr, "ends with one of", &value);
    }
    if (regex_as_literal(pattern, rewrite->arena, &literal) && func_find(SLICE("contains_cs"), true)) {
        struct value value = value_str(literal);
        return replace_call(rewrite, expr, "contains_cs", &value);
    }
    return ERR_NONE;
}

/* --- and, or --- */

static bool is_bool_const(const struct expr *expr, bool wanted)
{
    return expr->kind == EXPR_CONST && expr->type == TYPE_BOOL && !expr->value.is_null &&
           (expr->value.i64 != 0) == wanted;
}

/* Leaves out the arguments that change nothing; one that decides takes the place of all. */
static void rewrite_logic(struct expr *expr, bool decides)
{
    uint32_t kept = 0;
    struct expr *last = expr->args[0];
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        struct expr *arg = expr->args[i];
        if (is_bool_const(arg, decides)) {
            *expr = *arg;
            return;
        }
        if (!is_bool_const(arg, !decides)) {
            expr->args[kept++] = arg;
            last = arg;
        }
    }
    if (kept >= 2)
        expr->arg_count = kept;
    else
        *expr = *last; /* the only one left, or the last of many that change nothing */
}

static bool rewrite_node(struct expr *expr, void *user)
{
    struct rewrite *rewrite = user;
    if (expr_is_operator(expr, "matches regex") && expr->args[1]->kind == EXPR_CONST)
        rewrite->code = rewrite_regex(rewrite, expr);
    else if (expr_is_operator(expr, "and"))
        rewrite_logic(expr, false);
    else if (expr_is_operator(expr, "or"))
        rewrite_logic(expr, true);
    return rewrite->code == ERR_NONE;
}

static bool rewrite_tree(struct expr **expr, void *user)
{
    return expr_visit(*expr, rewrite_node, user);
}

enum err_code opt_rewrite(struct query *query, struct plan *root, struct err *err)
{
    struct rewrite rewrite = {&query->arena, err, ERR_NONE};
    plan_visit(root, rewrite_tree, &rewrite);
    return rewrite.code;
}
