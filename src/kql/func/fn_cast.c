/*
 * fn_cast.c - the conversions that a query does not write: a number to a wider one, a dynamic to the type that is asked
 * for, a scalar to dynamic. One operator row, which the binder puts around an expression.
 *
 * What a cast does is eval_convert()'s to say; it is narrower than tolong() and its kin.
 */
#include "kql/func/eval.h"
#include "kql/func/func.h"

static enum err_code cast_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err)
{
    const struct column *converted;
    uint32_t row_count = eval_row_count(eval->batch);
    TRY(eval_convert(eval, args[0], expr->type, row_count, rows, &converted, err));
    *out = *converted;
    return ERR_NONE;
}

/* The binder sets the type before. */
static enum err_code cast_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)expr;
    (void)arena;
    (void)err;
    return ERR_NONE;
}

const struct func FUNCS_CAST[] = {
    {.name = "cast",
     .signature = "x:=",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_OPERATOR,
     .cost = 2,
     .bind = cast_bind,
     .eval = cast_eval,
     .doc = "the value in the type that is asked for, null where it holds another"},
    {.name = NULL},
};
