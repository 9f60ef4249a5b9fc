/*
 * test_name_bytes.c - each byte at each place of texts of all short lengths, against a loop over them.
 */
#include "guard.h"
#include "test.h"

#include "base/name_bytes.h"

enum { LEN_MAX = 112, BLOCK = 48 };

static bool is_name_byte(char c)
{
    return c != '\0' && strchr("abcdefghijklmnopqrstuvwxyz0123456789-._", c) != NULL;
}

static void a_run_ends_at_the_first_other_byte(void **state)
{
    (void)state;
    char text[LEN_MAX];
    for (size_t len = 0; len <= LEN_MAX; len++)
        for (size_t at = 0; at < len; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(text, 'x', sizeof text);
                text[at] = (char)byte;
                size_t run = is_name_byte((char)byte) ? len : at, whole = len / BLOCK * BLOCK;
                assert_int_equal(name_run(text, len), run < whole ? run : whole);
            }
}

static void no_byte_behind_the_text_is_read(void **state)
{
    (void)state;
    char text[LEN_MAX];
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len <= LEN_MAX; len++) {
        struct guard guard = guard_copy(slice_of(text, len));
        assert_non_null(guard.map);
        assert_int_equal(name_run(guard.bytes.ptr, len), len / BLOCK * BLOCK);
        guard_free(&guard);
    }
}

static void a_scheme_is_taken_to_the_letter(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
        {"http://a", 7},  {"https://", 8}, {"https://a/", 8}, {"http://", 0},  {"https:/a", 0}, {"Https://a", 0},
        {"httpx://a", 0}, {"httpp://", 0}, {"", 0},           {"http:a//", 0}, {"httpsx//", 0}, {"shttp://", 0},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct guard guard = guard_copy(slice_from_cstr(cases[i].text));
        assert_non_null(guard.map);
        assert_int_equal(name_scheme(guard.bytes.ptr, guard.bytes.len), cases[i].len);
        guard_free(&guard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_at_the_first_other_byte),
        cmocka_unit_test(no_byte_behind_the_text_is_read),
        cmocka_unit_test(a_scheme_is_taken_to_the_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
