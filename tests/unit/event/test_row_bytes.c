/*
 * test_row_bytes.c - values and rows as bytes: all types come back exactly, and bytes that are cut off are refused.
 */
#include "test.h"

#include "event/row_bytes.h"

#include <math.h>

static struct arena arena; /* what every test here makes lives in it */

static int arena_setup(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int arena_teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct value dynamic(const char *json)
{
    const struct dyn *dyn;
    assert_int_equal(dyn_parse(slice_from_cstr(json), &arena, &dyn, NULL), ERR_NONE);
    return value_dyn(dyn);
}

static struct value decimal(const char *text)
{
    struct value value;
    assert_true(value_parse(slice_from_cstr(text), TYPE_DECIMAL, &arena, &value));
    return value;
}

/* Dynamics that no JSON text gives. */
static struct value typed_array(void)
{
    static const struct dyn DATE = {.kind = DYN_DATETIME, .i64 = 5}, SPAN = {.kind = DYN_TIMESPAN, .i64 = -5},
                            GUID = {.kind = DYN_GUID, .guid = {{1, 2, 3}}},
                            DECIMAL = {.kind = DYN_DECIMAL, .dec = {{7, 9}}};
    static const struct dyn *const ITEMS[] = {&DATE, &SPAN, &GUID, &DECIMAL, &DYN_NULL_VALUE};
    return value_dyn(dyn_new_array(ITEMS, 5, &arena));
}

enum { VALUES = 24 };

static void values_make(struct value *values)
{
    const struct value all[VALUES] = {
        value_i64(TYPE_BOOL, 1),
        value_i64(TYPE_INT, INT32_MIN),
        value_i64(TYPE_LONG, INT64_MIN),
        value_i64(TYPE_DATETIME, 3155378975999999999),
        value_i64(TYPE_TIMESPAN, -1),
        value_real(-0.0),
        value_real(INFINITY),
        value_real(5e-324),
        decimal("-0.1234567890123456789012345678901234"),
        {.type = TYPE_GUID, .guid = {{255, 1, 2, 3}}},
        value_str(SLICE("")),
        value_str(SLICE("a\0b\xE2\x82\xAC")),
        value_str(slice_of(memset(arena_alloc(&arena, 70000), 'x', 70000), 70000)),
        dynamic("{\"a\":[1,2.5,true,null,\"\"],\"\":{\"b\":{}},\"c\":[[[]]]}"),
        dynamic("\"text\""),
        typed_array(),
        value_null(TYPE_BOOL),
        value_null(TYPE_INT),
        value_null(TYPE_LONG),
        value_null(TYPE_REAL),
        value_null(TYPE_DECIMAL),
        value_null(TYPE_GUID),
        value_null(TYPE_DYNAMIC),
        value_null(TYPE_DATETIME),
    };
    memcpy(values, all, sizeof all);
}

/* Stricter than value_same(): -0.0 is not 0.0. */
static void assert_exact(const struct value *a, const struct value *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->is_null, b->is_null);
    assert_true(value_same(a, b));
    if (a->type == TYPE_REAL && !a->is_null)
        assert_memory_equal(&a->f64, &b->f64, sizeof a->f64);
    if (a->type == TYPE_DYNAMIC && !a->is_null)
        assert_int_equal(dyn_compare(a->dyn, b->dyn), 0);
}

static void values_come_back_exactly(void **state)
{
    (void)state;
    struct value values[VALUES], back;
    struct err err = {0};
    struct buf bytes;
    values_make(values);
    buf_init(&bytes, 0);
    for (size_t i = 0; i < VALUES; i++)
        bytes_put_value(&bytes, &values[i]);
    struct slice rest = buf_slice(&bytes);
    for (size_t i = 0; i < VALUES; i++) {
        assert_int_equal(bytes_get_value(&rest, &arena, &back, &err), ERR_NONE);
        assert_exact(&values[i], &back);
    }
    assert_int_equal(rest.len, 0);
    buf_release(&bytes);
}

static void numbers_come_back(void **state)
{
    (void)state;
    static const uint64_t NUMBERS[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        struct buf bytes;
        uint64_t back = 0;
        buf_init(&bytes, 0);
        bytes_put_number(&bytes, NUMBERS[i]);
        struct slice rest = buf_slice(&bytes);
        assert_int_equal(bytes_get_number(&rest, &back, NULL), ERR_NONE);
        assert_true(back == NUMBERS[i] && rest.len == 0);
        buf_release(&bytes);
    }
    struct slice endless = SLICE("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    uint64_t number;
    assert_int_equal(bytes_get_number(&endless, &number, NULL), ERR_OUTPUT);
}

/* The row of all values, by a layout, into columns and back; the second half read later than the first. */
static void a_row_comes_back_by_its_layout(void **state)
{
    (void)state;
    struct value values[VALUES];
    enum type types[VALUES];
    uint32_t layout[VALUES];
    const struct column *columns[VALUES];
    struct err err = {0};
    values_make(values);
    for (uint32_t i = 0; i < VALUES; i++) {
        struct column *column = arena_zalloc(&arena, 1, sizeof *column);
        types[i] = values[i].type;
        assert_int_equal(column_init_const(column, &values[i], &arena, &err), ERR_NONE);
        columns[i] = column;
        layout[i] = (i * 5 + 3) % VALUES; /* 5 and 24 have no common divisor */
    }
    struct buf bytes;
    buf_init(&bytes, 0);
    bytes_put_row(&bytes, columns, layout, VALUES, 77);
    struct row_cells cells;
    assert_int_equal(row_cells_init(&cells, types, VALUES, NULL, VALUES, &arena, &err), ERR_NONE);
    for (int again = 0; again < 2; again++) {
        struct slice rest = buf_slice(&bytes);
        assert_int_equal(row_cells_read(&cells, &rest, layout, VALUES / 2, &err), ERR_NONE);
        assert_int_equal(bytes_get_row(&rest, cells.columns, layout, VALUES / 2, VALUES, 0, &cells.arena, &err),
                         ERR_NONE);
        assert_int_equal(rest.len, 0);
        for (uint32_t i = 0; i < VALUES; i++) {
            struct value back = column_value(cells.refs[i], 0);
            assert_exact(&values[i], &back);
        }
    }
    row_cells_release(&cells);
    buf_release(&bytes);
}

static void bytes_that_are_cut_off_are_refused(void **state)
{
    (void)state;
    struct value values[VALUES], back;
    values_make(values);
    for (size_t i = 0; i < VALUES; i++) {
        struct buf bytes;
        buf_init(&bytes, 0);
        bytes_put_value(&bytes, &values[i]);
        for (size_t len = 0; len < bytes.len; len += len < 300 ? 1 : 997) {
            char *exact = arena_alloc(&arena, len); /* its end is guarded under ASan */
            memcpy(exact, bytes.ptr, len);
            struct slice rest = slice_of(exact, len);
            struct err err = {0};
            assert_int_equal(bytes_get_value(&rest, &arena, &back, &err), ERR_OUTPUT);
            assert_non_null(strstr(err.text, "temporary file"));
        }
        buf_release(&bytes);
    }
    struct slice wrong_type = SLICE("\x63\x01"), wrong_kind = SLICE("\x09\x01\x63");
    assert_int_equal(bytes_get_value(&wrong_type, &arena, &back, NULL), ERR_OUTPUT);
    assert_int_equal(bytes_get_value(&wrong_kind, &arena, &back, NULL), ERR_OUTPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_exactly),
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(a_row_comes_back_by_its_layout),
        cmocka_unit_test(bytes_that_are_cut_off_are_refused),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
