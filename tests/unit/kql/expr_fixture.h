/*
 * expr_fixture.h - for tests: bound expressions without a binder, and batches out of literals.
 *
 * Everything lives in one arena, `fixture_arena`, which the test's setup and teardown own.
 */
#ifndef DDNSHUNT_TESTS_EXPR_FIXTURE_H
#define DDNSHUNT_TESTS_EXPR_FIXTURE_H

#include "event/batch.h"
#include "kql/func/eval.h"
#include "kql/func/func.h"
#include "kql/func/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena fixture_arena;

static inline int fixture_setup(void **state)
{
    (void)state;
    arena_init(&fixture_arena, 0);
    return 0;
}

static inline int fixture_teardown(void **state)
{
    (void)state;
    arena_release(&fixture_arena);
    return 0;
}

static inline struct expr *constant(struct value value)
{
    struct expr *expr = expr_const(&fixture_arena, &value, (struct span){0, 0});
    assert_non_null(expr);
    return expr;
}

static inline struct expr *of_long(int64_t v)
{
    return constant(value_i64(TYPE_LONG, v));
}

static inline struct expr *of_real(double v)
{
    return constant(value_real(v));
}

static inline struct expr *of_bool(bool v)
{
    return constant(value_i64(TYPE_BOOL, v));
}

static inline struct expr *of_str(const char *text)
{
    return constant(value_str(slice_from_cstr(text)));
}

static inline struct expr *of_null(enum type type)
{
    return constant(value_null(type));
}

static inline struct expr *of_type(enum type type, int64_t v)
{
    return constant(value_i64(type, v));
}

static inline struct expr *of_json(const char *json)
{
    const struct dyn *dyn;
    assert_int_equal(dyn_parse(slice_from_cstr(json), &fixture_arena, &dyn, NULL), ERR_NONE);
    return constant(value_dyn(dyn));
}

static inline struct expr *of_column(uint32_t column, enum type type)
{
    struct expr *expr = expr_column(&fixture_arena, column, type, (struct span){0, 0});
    assert_non_null(expr);
    return expr;
}

enum { FIXTURE_ARGS_MAX = 16 };

/* Binds a call of a function or operator whose arguments already have the types that its signature asks for. */
static inline enum err_code call_try(const char *name, struct expr *const *args, uint32_t count, struct expr **out_expr,
                                     struct err *err)
{
    const struct func *func = func_find(slice_from_cstr(name), true);
    if (!func)
        func = func_find(slice_from_cstr(name), false);
    assert_non_null(func);
    struct expr *expr = expr_call(&fixture_arena, func, count, (struct span){0, 0});
    enum type types[FIXTURE_ARGS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        expr->args[i] = args[i];
        types[i] = args[i]->type;
    }
    struct signature_match match;
    if (!signature_match(func->signature, types, count, &match))
        return err_set(err, ERR_QUERY, "no overload of %s", name);
    expr->type = match.result;
    *out_expr = expr;
    return func->bind ? func->bind(expr, &fixture_arena, err) : ERR_NONE;
}

static inline struct expr *call_of(const char *name, struct expr *const *args, uint32_t count)
{
    struct expr *expr = NULL;
    struct err err = {0};
    if (call_try(name, args, count, &expr, &err) != ERR_NONE)
        fail_msg("%s: %s", name, err.text);
    return expr;
}

#define CALL(name, ...)                                                                                                \
    call_of(name, (struct expr *const[]){__VA_ARGS__},                                                                 \
            sizeof((struct expr *const[]){__VA_ARGS__}) / sizeof(struct expr *))

/* The value of an expression without columns. */
static inline struct value value_of(struct expr *expr)
{
    struct query query = {0};
    struct eval eval;
    struct value value;
    struct err err = {0};
    eval_init(&eval, &query);
    if (eval_const(&eval, expr, &fixture_arena, &value, &err) != ERR_NONE)
        fail_msg("evaluation failed: %s", err.text);
    eval_release(&eval);
    assert_int_equal(value.type, expr->type);
    return value;
}

/* For tables of expectations: 't', 'f' or 'n'. */
static inline char truth_letter(struct expr *expr)
{
    struct value value = value_of(expr);
    assert_int_equal(value.type, TYPE_BOOL);
    return value.is_null ? 'n' : value.i64 ? 't' : 'f';
}

#endif
