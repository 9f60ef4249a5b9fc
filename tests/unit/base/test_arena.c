/*
 * test_arena.c - arena: objects are aligned and apart, bounds hold, failure leaves the arena usable.
 */
#include "test.h"

#include "base/arena.h"
#include "base/mem.h"

static void objects_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    char *objects[500];
    for (size_t i = 0; i < TEST_COUNT(objects); i++) {
        objects[i] = arena_alloc(&arena, i);
        assert_non_null(objects[i]);
        assert_int_equal((uintptr_t)objects[i] % 16, 0);
        memset(objects[i], (int)(i & 0xff), i);
    }
    for (size_t i = 0; i < TEST_COUNT(objects); i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal((unsigned char)objects[i][k], i & 0xff);
    arena_release(&arena);
    assert_int_equal(arena.held_bytes, 0);
}

static void large_object_gets_a_chunk_of_its_own(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    char *large = arena_alloc(&arena, 5 << 20);
    assert_non_null(large);
    large[(5 << 20) - 1] = 'x';
    assert_non_null(arena_alloc(&arena, 10));
    arena_release(&arena);
}

static void bound_on_memory_is_kept(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    size_t got = 0;
    while (arena_alloc(&arena, 1000))
        got++;
    assert_in_range(got, 10, 64);
    assert_true(arena.held_bytes <= 64 * 1024);
    arena_clear(&arena);
    assert_non_null(arena_alloc(&arena, 1000));
    arena_release(&arena);
}

static void overflowing_sizes_are_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    assert_null(arena_zalloc(&arena, SIZE_MAX, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    arena_release(&arena);
}

static void failed_allocation_leaves_the_arena_usable(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    mem_fail_after(1);
    assert_null(arena_alloc(&arena, 10));
    mem_fail_after(0);
    assert_non_null(arena_alloc(&arena, 10));
    arena_release(&arena);
}

static void copies_and_formatting(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    assert_slice_equal(arena_copy(&arena, SLICE("a\0b")), SLICE("a\0b"));
    assert_non_null(arena_copy(&arena, slice_of(NULL, 0)).ptr);
    assert_string_equal(arena_cstr(&arena, SLICE("text")), "text");
    assert_slice_equal(arena_printf(&arena, "%d-%s", 7, "x"), SLICE("7-x"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_aligned_and_do_not_overlap),
        cmocka_unit_test(large_object_gets_a_chunk_of_its_own),
        cmocka_unit_test(bound_on_memory_is_kept),
        cmocka_unit_test(overflowing_sizes_are_refused),
        cmocka_unit_test(failed_allocation_leaves_the_arena_usable),
        cmocka_unit_test(copies_and_formatting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
