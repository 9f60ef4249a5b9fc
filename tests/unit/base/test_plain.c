/*
 * test_plain.c - plain_copy() against a loop over the bytes: each byte at each place of texts of all short lengths.
 */
#include "guard.h"
#include "test.h"

#include "base/plain.h"

enum { LEN_MAX = 40 };

static const struct plain_set JSON = {PLAIN_EACH(0x20), PLAIN_EACH('"'), PLAIN_EACH('\\'), PLAIN_EACH(0x7f),
                                      PLAIN_EACH(0x7f)};
static const struct plain_set COMMA = {PLAIN_EACH(0), PLAIN_EACH(','), PLAIN_EACH(','), PLAIN_EACH('\n'),
                                       PLAIN_EACH(0xff)};

static bool json_is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

static bool comma_is_plain(unsigned char c)
{
    return c != ',' && c != '\n' && c != 0xff;
}

static void check(const struct plain_set *set, struct slice text, bool plain)
{
    char into[LEN_MAX + 1];
    memset(into, '#', sizeof into);
    assert_int_equal(plain_copy(set, text, into), plain);
    assert_memory_equal(into, text.ptr, text.len);
    assert_int_equal(into[text.len], '#'); /* and not a byte more */
}

static void test_every_byte_at_every_place(void **state)
{
    (void)state;
    char text[LEN_MAX];
    for (size_t len = 1; len <= LEN_MAX; len++) {
        memset(text, 'x', sizeof text);
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 0; c < 256; c++) {
                text[at] = (char)c;
                check(&JSON, slice_of(text, len), json_is_plain((unsigned char)c));
                check(&COMMA, slice_of(text, len), comma_is_plain((unsigned char)c));
            }
            text[at] = 'x';
        }
    }
}

static void test_neighbours_do_not_hide_or_make_hits(void **state)
{
    (void)state;
    char text[LEN_MAX];
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            memset(text, 0x80, sizeof text);
            text[3] = (char)a;
            text[4] = (char)b;
            bool plain = json_is_plain((unsigned char)a) && json_is_plain((unsigned char)b);
            for (size_t len = 5; len < 14; len++)
                check(&JSON, slice_of(text, len), plain);
        }
    }
}

static void test_empty(void **state)
{
    (void)state;
    char into = '#';
    assert_true(plain_copy(&JSON, slice_of(NULL, 0), &into));
    assert_int_equal(into, '#');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_at_every_place),
        cmocka_unit_test(test_neighbours_do_not_hide_or_make_hits),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
