/*
 * test_near.c - which name is "near" to a misspelt one, and which none is.
 */
#include "test.h"

#include "base/near.h"

static struct slice nearest(const char *wanted, const char *const *names)
{
    struct near near = near_to(slice_from_cstr(wanted));
    for (; *names; names++)
        near_offer(&near, slice_from_cstr(*names));
    return near.best;
}

#define assert_near(wanted, expected, ...)                                                                             \
    do {                                                                                                               \
        const char *const names_[] = {__VA_ARGS__, NULL};                                                              \
        struct slice best_ = nearest(wanted, names_);                                                                  \
        assert_true(slice_eq(best_, SLICE(expected)));                                                                 \
    } while (0)

static void finds_a_slip_of_each_kind(void **state)
{
    (void)state;
    assert_near("wher", "where", "extend", "where", "project");
    assert_near("wheree", "where", "extend", "where");
    assert_near("whare", "where", "extend", "where");
    assert_near("wehre", "where", "extend", "where");
    assert_near("sumarize", "summarize", "serialize", "summarize");
}

static void prefers_a_change_of_case(void **state)
{
    (void)state;
    assert_near("RemoteURL", "RemoteUrl", "RemoteURI", "RemoteUrl");
    assert_near("TAKE", "take", "count", "take");
}

static void takes_the_first_of_equals(void **state)
{
    (void)state;
    assert_near("abcd", "abce", "abce", "abcf");
}

static void gives_nothing_when_none_is_near(void **state)
{
    (void)state;
    assert_near("wibble", "", "where", "extend");
    assert_near("x", "", "y", "where");
    assert_near("", "", "y");
    assert_near("ab", "", "");
}

static void leaves_out_names_that_are_too_long(void **state)
{
    (void)state;
    char longest[NEAR_NAME_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[NEAR_NAME_MAX + 1] = '\0';
    struct near near = near_to(slice_of(longest, NEAR_NAME_MAX));
    near_offer(&near, slice_of(longest, NEAR_NAME_MAX + 1));
    assert_int_equal(near.best.len, 0);
    near_offer(&near, slice_of(longest, NEAR_NAME_MAX));
    assert_int_equal(near.best.len, NEAR_NAME_MAX);
    near = near_to(slice_of(longest, NEAR_NAME_MAX + 1));
    near_offer(&near, slice_of(longest, NEAR_NAME_MAX));
    assert_int_equal(near.best.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_slip_of_each_kind),          cmocka_unit_test(prefers_a_change_of_case),
        cmocka_unit_test(takes_the_first_of_equals),          cmocka_unit_test(gives_nothing_when_none_is_near),
        cmocka_unit_test(leaves_out_names_that_are_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
