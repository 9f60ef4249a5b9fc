/*
 * text_fixture.h - for tests of text functions: results compared as text. Calls are tried with their constant arguments
 * prepared and not.
 */
#ifndef DDNSHUNT_TESTS_TEXT_FIXTURE_H
#define DDNSHUNT_TESTS_TEXT_FIXTURE_H

#include "expr_fixture.h"

/* A string as it is, a dynamic as JSON, anything else as tostring() has it, null as "null". In fixture_arena. */
static inline const char *shown(struct expr *expr)
{
    struct value value = value_of(expr);
    struct buf buf;
    buf_init(&buf, 0);
    if (value.is_null)
        buf_add_cstr(&buf, "null");
    else if (value.type == TYPE_DYNAMIC)
        dyn_to_json(value.dyn, &buf);
    else
        value_to_text(&value, TEXT_TOSTRING, &buf);
    char *text = arena_cstr(&fixture_arena, buf_slice(&buf));
    assert_non_null(text);
    buf_release(&buf);
    return text;
}

static inline void expect(struct expr *expr, const char *wanted)
{
    assert_string_equal(shown(expr), wanted);
    assert_int_equal(expr_prepare(expr, &fixture_arena, NULL), ERR_NONE);
    assert_string_equal(shown(expr), wanted);
    expr_unprepare(expr);
}

#define EXPECT(wanted, name, ...) expect(CALL(name, __VA_ARGS__), wanted)
#define S(text)                   of_str(text)
#define L(number)                 of_long(number)
#define J(json)                   of_json(json)

#endif
