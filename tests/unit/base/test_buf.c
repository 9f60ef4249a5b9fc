/*
 * test_buf.c - buf and mem: growth, the born maximum, the remembered failure.
 */
#include "test.h"

#include "base/buf.h"
#include "base/mem.h"

static void grows_and_keeps_its_content(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 0);
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%d,", i);
    assert_false(buf.failed);
    assert_true(slice_starts(buf_slice(&buf), SLICE("0,1,2,")));
    assert_true(slice_ends(buf_slice(&buf), SLICE("998,999,")));
    assert_string_equal(buf_cstr(&buf) + buf.len - 4, "999,");
    buf_release(&buf);
}

static void maximum_is_a_failure_that_is_remembered(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 8);
    buf_add(&buf, SLICE("12345678"));
    assert_false(buf.failed);
    buf_add_char(&buf, '9');
    assert_true(buf.failed && buf.too_long);
    assert_int_equal(buf.len, 8);
    assert_null(buf_reserve(&buf, 0));
    buf_clear(&buf);
    buf_add_cstr(&buf, "ok");
    assert_slice_equal(buf_slice(&buf), SLICE("ok"));
    buf_release(&buf);
}

static void no_memory_is_a_failure_without_loss(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 0);
    buf_add(&buf, SLICE("kept"));
    mem_fail_after(1);
    assert_null(buf_reserve(&buf, 1000));
    mem_fail_after(0);
    assert_true(buf.failed && !buf.too_long);
    assert_slice_equal(buf_slice(&buf), SLICE("kept"));
    buf_release(&buf);
}

static void arrays_grow_by_doubling_and_refuse_overflow(void **state)
{
    (void)state;
    size_t capacity = 0;
    int *array = NULL;
    uint64_t before = mem_allocations();
    for (size_t count = 0; count < 1000; count++) {
        int *grown = mem_grow(array, count, &capacity, sizeof *array);
        assert_non_null(grown);
        array = grown;
        array[count] = (int)count;
    }
    assert_int_equal(array[999], 999);
    assert_true(mem_allocations() - before < 12);
    mem_free(array);
    assert_null(mem_array(NULL, SIZE_MAX, 2));
    capacity = SIZE_MAX / 2 + 1;
    assert_null(mem_grow(NULL, capacity, &capacity, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_its_content),
        cmocka_unit_test(maximum_is_a_failure_that_is_remembered),
        cmocka_unit_test(no_memory_is_a_failure_without_loss),
        cmocka_unit_test(arrays_grow_by_doubling_and_refuse_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
