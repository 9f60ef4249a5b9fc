/*
 * test_err.c - err: texts are cut on a character, places are named once, every code has its exit status.
 */
#include "test.h"

#include "base/err.h"

#include <errno.h>

static void text_is_formatted_and_the_rest_cleared(void **state)
{
    (void)state;
    struct err err = {.hint = "old", .where = "old"};
    assert_int_equal(err_set(&err, ERR_INPUT, "bad %d", 7), ERR_INPUT);
    assert_string_equal(err.text, "bad 7");
    assert_string_equal(err.hint, "");
    assert_string_equal(err.where, "");
    assert_false(err.has_span);
}

static void long_text_is_cut_on_a_character(void **state)
{
    (void)state;
    char text[ERR_TEXT_MAX + 20];
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof text - 2] = '\0';
    struct err err;
    (void)err_set(&err, ERR_INPUT, "x%s", text);
    size_t len = strlen(err.text);
    assert_in_range(len, ERR_TEXT_MAX - 3, ERR_TEXT_MAX - 1);
    assert_int_equal((unsigned char)err.text[len - 1], 0xa9);
}

static void first_place_is_kept(void **state)
{
    (void)state;
    struct err err;
    (void)err_set(&err, ERR_INPUT, "x");
    assert_int_equal(err_at(&err, "a.json"), ERR_INPUT);
    assert_int_equal(err_at(&err, "outer"), ERR_INPUT);
    assert_string_equal(err.where, "a.json");
}

static void span_and_hint_of_a_query(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(err_query(&err, ERR_QUERY, (struct span){3, 5}, "unknown"), ERR_QUERY);
    assert_int_equal(err_hint(&err, "did you mean %s?", "x"), ERR_QUERY);
    assert_true(err.has_span);
    assert_int_equal(err.span.end, 5);
    assert_string_equal(err.hint, "did you mean x?");
}

static void errno_is_explained(void **state)
{
    (void)state;
    struct err err;
    (void)err_errno(&err, ERR_INPUT, ENOENT, "can't open");
    assert_string_equal(err.text, "can't open: No such file or directory");
}

static void nobody_has_to_want_the_text(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_LIMIT, "x"), ERR_LIMIT);
    assert_int_equal(err_no_memory(NULL, 1), ERR_MEMORY);
    assert_int_equal(err_query(NULL, ERR_QUERY, (struct span){0, 0}, "x"), ERR_QUERY);
}

static void every_code_has_its_exit_status(void **state)
{
    (void)state;
    static const struct {
        enum err_code code;
        int status;
    } EXPECTED[] = {{ERR_NONE, 0},  {ERR_USAGE, 2},  {ERR_QUERY, 2},  {ERR_UNSUPPORTED, 2}, {ERR_INPUT, 1},
                    {ERR_LIMIT, 3}, {ERR_MEMORY, 3}, {ERR_OUTPUT, 3}, {ERR_PIPE, 0},        {ERR_INTERRUPTED, 130}};
    assert_int_equal(TEST_COUNT(EXPECTED), ERR_CODE_COUNT);
    for (size_t i = 0; i < TEST_COUNT(EXPECTED); i++)
        assert_int_equal(err_exit_status(EXPECTED[i].code), EXPECTED[i].status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_formatted_and_the_rest_cleared),
        cmocka_unit_test(long_text_is_cut_on_a_character),
        cmocka_unit_test(first_place_is_kept),
        cmocka_unit_test(span_and_hint_of_a_query),
        cmocka_unit_test(errno_is_explained),
        cmocka_unit_test(nobody_has_to_want_the_text),
        cmocka_unit_test(every_code_has_its_exit_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
