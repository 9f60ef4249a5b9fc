/*
 * test_hash.c - hashes: every byte, the length and the seed count; nothing beyond the end is read.
 */
#include "test.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

static void every_byte_the_length_and_the_seed_count(void **state)
{
    (void)state;
    enum { LONGEST = 70 };
    for (size_t len = 0; len <= LONGEST; len++) {
        char *bytes = calloc(len ? len : 1, 1); /* of exactly that size: a byte too far is seen by ASan */
        assert_non_null(bytes);
        struct slice text = slice_of(bytes, len);
        uint64_t plain = hash_bytes(text, 1);
        assert_true(hash_bytes(text, 1) == plain);
        assert_true(hash_bytes(text, 2) != plain);
        for (size_t i = 0; i < len; i++)
            for (int bit = 0; bit < 8; bit++) {
                bytes[i] = (char)(1 << bit);
                assert_true(hash_bytes(text, 1) != plain);
                bytes[i] = 0;
            }
        if (len > 0)
            assert_true(hash_bytes(slice_of(bytes, len - 1), 1) != plain); /* all zeros, one fewer */
        free(bytes);
    }
}

/* Consecutive numbers, the commonest keys, fill a small table about evenly whichever bits are taken. */
static void numbers_in_a_row_spread(void **state)
{
    (void)state;
    enum { SLOTS = 256, EACH = 64 };
    for (int shift = 0; shift <= 56; shift += 8) {
        unsigned count[SLOTS] = {0};
        for (uint64_t i = 0; i < SLOTS * EACH; i++)
            count[hash_u64(i, 7) >> shift & (SLOTS - 1)]++;
        for (int slot = 0; slot < SLOTS; slot++)
            assert_in_range(count[slot], EACH / 3, EACH * 2);
    }
}

/* A chain depends on its seed, its words and their order, and its ends can be taken for a slot or a tag. */
static void steps_of_a_chain_spread(void **state)
{
    (void)state;
    assert_true(hash_step(hash_step(1, 2), 3) != hash_step(hash_step(1, 3), 2));
    assert_true(hash_step(hash_step(1, 2), 3) != hash_step(hash_step(2, 2), 3));
    assert_true(hash_step(hash_step(1, 2), 0) != hash_step(1, 2));
    enum { SLOTS = 256, EACH = 64 };
    for (int shift = 0; shift <= 56; shift += 56) {
        unsigned count[SLOTS] = {0};
        for (uint64_t i = 0; i < SLOTS * EACH; i++)
            count[hash_step(hash_step(12345, i), UINT64_C(0x6d6f632e656c67)) >> shift & (SLOTS - 1)]++;
        for (int slot = 0; slot < SLOTS; slot++)
            assert_in_range(count[slot], EACH / 3, EACH * 2);
    }
}

static void equal_reals_hash_alike(void **state)
{
    (void)state;
    assert_true(hash_real(0.0, 3) == hash_real(-0.0, 3));
    assert_true(hash_real((double)NAN, 3) == hash_real(-(double)NAN, 3));
    assert_true(hash_real(1.0, 3) != hash_real(-1.0, 3));
    assert_true(hash_real(1.0, 3) != hash_real(1.0, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_the_length_and_the_seed_count),
        cmocka_unit_test(numbers_in_a_row_spread),
        cmocka_unit_test(steps_of_a_chain_spread),
        cmocka_unit_test(equal_reals_hash_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
