/*
 * test_bag_index.c - the hash over a bag's keys answers as a search does.
 */
#include "test.h"

#include "base/mem.h"
#include "kql/func/bag_index.h"

#include <stdio.h>

static struct arena arena;

static const struct dyn *bag_of(unsigned count)
{
    struct buf json;
    buf_init(&json, 0);
    buf_add_char(&json, '{');
    for (unsigned i = 0; i < count; i++)
        buf_printf(&json, "%s\"k%u.example\":%u", i ? "," : "", i * 7919, i);
    buf_add_char(&json, '}');
    char *text = arena_alloc(&arena, json.len);
    assert_non_null(text);
    memcpy(text, json.ptr, json.len);
    const struct dyn *dyn = NULL;
    assert_int_equal(dyn_parse(slice_of(text, json.len), &arena, &dyn, NULL), ERR_NONE);
    buf_release(&json);
    return dyn;
}

static void small_bags_and_other_values_have_none(void **state)
{
    (void)state;
    struct bag_index *index;
    assert_true(bag_index_new(bag_of(BAG_INDEX_MIN - 1), &arena, &index));
    assert_null(index);
    assert_true(bag_index_new(&DYN_NULL_VALUE, &arena, &index));
    assert_null(index);
}

static void every_key_is_found_and_no_other(void **state)
{
    (void)state;
    const unsigned counts[] = {BAG_INDEX_MIN, 17, 31, 32, 33, 2000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        const struct dyn *bag = bag_of(counts[c]);
        struct bag_index *index;
        assert_true(bag_index_new(bag, &arena, &index));
        assert_non_null(index);
        for (unsigned i = 0; i < counts[c] * 3; i++) {
            char key[32];
            snprintf(key, sizeof key, "k%u.example", i * 7919);
            assert_ptr_equal(bag_index_get(index, slice_from_cstr(key)), dyn_get(bag, slice_from_cstr(key)));
        }
        assert_null(bag_index_get(index, SLICE("")));
        assert_null(bag_index_get(index, SLICE("K0.example")));
    }
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    const struct dyn *bag = bag_of(100);
    struct arena small;
    arena_init(&small, 0);
    struct bag_index *index;
    mem_fail_after(1);
    bool made = bag_index_new(bag, &small, &index);
    mem_fail_after(0);
    assert_false(made);
    assert_null(index);
    arena_release(&small);
}

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_bags_and_other_values_have_none),
        cmocka_unit_test(every_key_is_found_and_no_other),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
