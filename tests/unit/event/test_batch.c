/*
 * test_batch.c - columns and batches: cells, loading on demand, shared selections, rejects.
 */
#include "test.h"

#include "base/mem.h"
#include "event/batch.h"

static const struct column_def DEFS[] = {{{"a", 1}, TYPE_LONG, COLUMN_COMPUTED, COLUMN_NONE, false},
                                         {{"b", 1}, TYPE_STRING, COLUMN_COMPUTED, COLUMN_NONE, false}};
static const struct schema SCHEMA = {{"", 0}, 2, DEFS};

/* A batch type whose column a holds the row number and whose row 2 is found to be bad while b is loaded. */
static unsigned loads, rejects;
static uint32_t loaded_rows;

static enum err_code fake_load(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err)
{
    loads++;
    loaded_rows += rows->count;
    struct column *into = &batch->columns[column];
    TRY(column_init(into, DEFS[column].type, batch->row_count, false, batch->arena, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        if (column == 0)
            into->i64[row] = row;
        else
            into->str[row] = SLICE("text");
        if (row == 2)
            TRY(batch_reject(batch, row, REJECT_MALFORMED, "odd", err));
    }
    return ERR_NONE;
}

static enum err_code fake_reject(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why,
                                 struct err *err)
{
    (void)batch, (void)err;
    assert_int_equal(row, 2);
    assert_int_equal(kind, REJECT_MALFORMED);
    assert_string_equal(why, "odd");
    rejects++;
    return ERR_NONE;
}

static enum err_code fake_verify(struct batch *batch, struct err *err)
{
    return batch_reject(batch, 2, REJECT_MALFORMED, "odd", err);
}

static const struct batch_type FAKE = {fake_load, fake_verify, fake_reject, batch_destroy};
static const struct batch_type DERIVED = {fake_load, NULL, NULL, NULL};

static struct batch *fake_batch(uint32_t rows)
{
    loads = rejects = loaded_rows = 0;
    struct batch *batch;
    assert_int_equal(batch_create(&FAKE, &SCHEMA, rows, &batch, NULL), ERR_NONE);
    return batch;
}

static void a_column_is_loaded_once_and_only_when_asked_for(void **state)
{
    (void)state;
    struct batch *batch = fake_batch(5);
    assert_int_equal(loads, 0);
    assert_int_equal(batch->selection->count, 5);
    const struct column *column, *again;
    assert_int_equal(batch_load(batch, 0, batch->selection, &column, NULL), ERR_NONE);
    assert_int_equal(batch_load(batch, 0, batch->selection, &again, NULL), ERR_NONE);
    assert_ptr_equal(column, again);
    assert_int_equal(loads, 1);
    assert_false(batch->loaded[1]);
    assert_int_equal(column->i64[4], 4);
    batch_free(batch);
}

static void a_column_is_loaded_for_the_rows_that_are_asked_for_each_once(void **state)
{
    (void)state;
    uint32_t odd[] = {1, 3}, more[] = {0, 1, 3};
    const struct selection odd_rows = {odd, 2}, more_rows = {more, 3};
    struct batch *batch = fake_batch(5);
    const struct column *first, *again;
    assert_int_equal(batch_load(batch, 0, &odd_rows, &first, NULL), ERR_NONE);
    assert_int_equal(loaded_rows, 2);
    assert_false(batch->loaded[0]);
    const int64_t *cells = first->i64;
    assert_int_equal(batch_load(batch, 0, &odd_rows, &again, NULL), ERR_NONE);
    assert_int_equal(loads, 1);
    assert_int_equal(batch_load(batch, 0, &more_rows, &again, NULL), ERR_NONE);
    assert_int_equal(loaded_rows, 3);
    assert_int_equal(rejects, 0); /* row 2 is nobody's business yet */
    assert_int_equal(batch_load(batch, 0, batch->selection, &again, NULL), ERR_NONE);
    assert_int_equal(loaded_rows, 5);
    assert_int_equal(rejects, 1);
    assert_true(batch->loaded[0]);
    assert_ptr_equal(again, first);
    assert_ptr_equal(again->i64, cells); /* who holds the column sees it filled up */
    for (uint32_t row = 0; row < 5; row++)
        assert_true(row == 2 ? column_is_null(first, row) : first->i64[row] == row && !column_is_null(first, row));
    batch_free(batch);
}

static void a_rejected_row_reads_as_null_until_it_is_dropped(void **state)
{
    (void)state;
    struct batch *batch = fake_batch(4);
    const struct column *numbers, *texts;
    assert_int_equal(batch_load(batch, 0, batch->selection, &numbers, NULL), ERR_NONE);
    assert_int_equal(batch_load(batch, 1, batch->selection, &texts, NULL), ERR_NONE);
    assert_int_equal(rejects, 1); /* twice marked, once told */
    assert_true(column_is_null(numbers, 2));
    assert_false(column_is_null(numbers, 3));
    assert_slice_equal(texts->str[2], SLICE(""));
    batch_drop_rejected(batch);
    assert_int_equal(batch->selection->count, 3);
    assert_int_equal(batch->selection->rows[2], 3);
    batch_drop_rejected(batch);
    assert_int_equal(batch->selection->count, 3);
    batch_free(batch);
}

static void derived_batches_share_selection_and_rejects_with_the_root(void **state)
{
    (void)state;
    struct batch *root = fake_batch(4), *derived;
    root->sequence = 7;
    assert_int_equal(batch_derive(root, &DERIVED, &SCHEMA, NULL, &derived, NULL), ERR_NONE);
    assert_int_equal(derived->sequence, 7);
    assert_ptr_equal(derived->selection, root->selection);
    assert_int_equal(batch_reject(derived, 2, REJECT_MALFORMED, "odd", NULL), ERR_NONE);
    assert_int_equal(rejects, 1); /* the root's type was told */
    batch_drop_rejected(root);
    assert_int_equal(derived->selection->count, 3);
    batch_free(derived); /* nothing: it lives in the root */
    batch_free(root);
    batch_free(NULL);
}

static void verify_asks_the_root_and_drops_what_it_rejects(void **state)
{
    (void)state;
    struct batch *root = fake_batch(4), *derived;
    assert_int_equal(batch_derive(root, &DERIVED, &SCHEMA, NULL, &derived, NULL), ERR_NONE);
    assert_int_equal(batch_verify(derived, NULL), ERR_NONE);
    assert_int_equal(root->selection->count, 3);
    assert_int_equal(batch_verify(derived, NULL), ERR_NONE);
    assert_int_equal(rejects, 1);
    batch_free(root);
}

static void an_unfilled_column_of_a_loaded_batch_is_null(void **state)
{
    (void)state;
    struct batch *batch;
    assert_int_equal(batch_create(&BATCH_LOADED, &SCHEMA, 3, &batch, NULL), ERR_NONE);
    const struct column *column;
    assert_int_equal(batch_load(batch, 0, batch->selection, &column, NULL), ERR_NONE);
    assert_true(column_is_null(column, 2));
    assert_int_equal(batch_load(batch, 1, batch->selection, &column, NULL), ERR_NONE);
    assert_slice_equal(column_value(column, 2).str, SLICE(""));
    batch_free(batch);
}

static void a_batch_without_rows_works(void **state)
{
    (void)state;
    struct batch *batch = fake_batch(0);
    const struct column *column;
    assert_int_equal(batch_load(batch, 0, batch->selection, &column, NULL), ERR_NONE);
    batch_drop_rejected(batch);
    assert_int_equal(batch->selection->count, 0);
    batch_free(batch);
}

static void no_memory_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    uint32_t some[] = {2, 3}; /* a reject among them: the map of nulls comes late */
    const struct selection some_rows = {some, 2};
    for (uint64_t nth = 1;; nth++) {
        struct batch *batch = NULL, *derived;
        const struct column *column;
        mem_fail_after(nth);
        enum err_code code = batch_create(&FAKE, &SCHEMA, 100000, &batch, NULL);
        if (code == ERR_NONE)
            code = batch_derive(batch, &DERIVED, &SCHEMA, NULL, &derived, NULL);
        if (code == ERR_NONE)
            code = batch_load(derived, 0, &some_rows, &column, NULL);
        if (code == ERR_NONE)
            code = batch_load(derived, 0, derived->selection, &column, NULL);
        mem_fail_after(0);
        batch_free(batch);
        if (code == ERR_NONE) {
            assert_true(nth > 3);
            break;
        }
        assert_int_equal(code, ERR_MEMORY);
    }
}

static void cells_of_every_type_come_back_as_stored(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    const struct dyn *dyn = dyn_new_long(5, &arena);
    const struct value values[] = {
        value_i64(TYPE_BOOL, 1),
        value_i64(TYPE_INT, -7),
        value_i64(TYPE_LONG, INT64_MIN),
        value_real(1.5),
        value_i64(TYPE_DATETIME, 123),
        value_i64(TYPE_TIMESPAN, -1),
        value_str(SLICE("x")),
        value_dyn(dyn),
        (struct value){.type = TYPE_GUID, .guid = {{1, 2, 3}}},
        (struct value){.type = TYPE_DECIMAL, .dec = {{1, 2}}},
    };
    for (size_t i = 0; i < TEST_COUNT(values); i++) {
        struct column column;
        const struct value null = value_null(values[i].type);
        assert_int_equal(column_init(&column, values[i].type, 3, true, &arena, NULL), ERR_NONE);
        column_set(&column, 0, &values[i]);
        column_set(&column, 1, &null);
        struct value back = column_value(&column, 0), back_null = column_value(&column, 1);
        assert_true(value_same(&back, &values[i]));
        assert_true(value_same(&back_null, &null));
        struct column constant;
        assert_int_equal(column_init_const(&constant, &values[i], &arena, NULL), ERR_NONE);
        back = column_value(&constant, 12345);
        assert_true(value_same(&back, &values[i]));
        assert_int_equal(column_init_const(&constant, &null, &arena, NULL), ERR_NONE);
        assert_int_equal(column_is_null(&constant, 99), values[i].type != TYPE_STRING);
    }
    arena_release(&arena);
}

/* Cells of the heap, which are freed: what the copy still had of them would show under ASan. */
static void picked_cells_are_those_of_the_rows_and_borrow_nothing(void **state)
{
    (void)state;
    struct arena from, into;
    arena_init(&from, 0);
    arena_init(&into, 0);
    struct column texts, numbers, constant, picked[3];
    const struct value seven = value_i64(TYPE_LONG, 7), none = value_null(TYPE_LONG);
    assert_int_equal(column_init(&texts, TYPE_STRING, 3, false, &from, NULL), ERR_NONE);
    assert_int_equal(column_init(&numbers, TYPE_LONG, 3, true, &from, NULL), ERR_NONE);
    assert_int_equal(column_init_const(&constant, &seven, &from, NULL), ERR_NONE);
    for (uint32_t row = 0; row < 3; row++) {
        texts.str[row] = arena_printf(&from, "text %u", row);
        column_set(&numbers, row, row == 2 ? &none : &seven);
    }
    const struct selection rows = {(uint32_t[]){1, 2}, 2};
    const struct column *const columns[] = {&texts, &numbers, &constant};
    for (size_t i = 0; i < TEST_COUNT(columns); i++)
        assert_int_equal(column_pick(columns[i], &rows, true, &into, &picked[i], NULL), ERR_NONE);
    struct column borrowed;
    assert_int_equal(column_pick(&texts, &rows, false, &into, &borrowed, NULL), ERR_NONE);
    assert_ptr_equal(borrowed.str[1].ptr, texts.str[2].ptr);
    arena_release(&from);
    assert_true(slice_eq(picked[0].str[0], SLICE("text 1")) && slice_eq(picked[0].str[1], SLICE("text 2")));
    assert_true(picked[1].i64[0] == 7 && !column_is_null(&picked[1], 0) && column_is_null(&picked[1], 1));
    assert_true(column_value(&picked[2], 0).i64 == 7 && column_value(&picked[2], 1).i64 == 7);
    arena_release(&into);
}

static void a_text_moves_to_another_root_with_its_bytes(void **state)
{
    (void)state;
    struct schema schema = {0};
    struct batch *from, *to;
    assert_int_equal(batch_create(&BATCH_LOADED, &schema, 1, &from, NULL), ERR_NONE);
    assert_int_equal(batch_create(&BATCH_LOADED, &schema, 1, &to, NULL), ERR_NONE);
    buf_add(batch_text_begin(from), SLICE("shown"));
    const char *bytes = batch_text(from)->ptr;
    batch_text_move(from, to);
    assert_null(batch_text(from));
    batch_free(from);
    assert_ptr_equal(batch_text(to)->ptr, bytes);
    assert_slice_equal(buf_slice(batch_text(to)), SLICE("shown"));
    batch_free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_is_loaded_once_and_only_when_asked_for),
        cmocka_unit_test(a_column_is_loaded_for_the_rows_that_are_asked_for_each_once),
        cmocka_unit_test(a_rejected_row_reads_as_null_until_it_is_dropped),
        cmocka_unit_test(derived_batches_share_selection_and_rejects_with_the_root),
        cmocka_unit_test(verify_asks_the_root_and_drops_what_it_rejects),
        cmocka_unit_test(an_unfilled_column_of_a_loaded_batch_is_null),
        cmocka_unit_test(a_batch_without_rows_works),
        cmocka_unit_test(no_memory_is_reported_and_nothing_leaks),
        cmocka_unit_test(cells_of_every_type_come_back_as_stored),
        cmocka_unit_test(picked_cells_are_those_of_the_rows_and_borrow_nothing),
        cmocka_unit_test(a_text_moves_to_another_root_with_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
