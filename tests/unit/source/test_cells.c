/*
 * test_cells.c - text to typed cells, and the provenance columns, over a batch without a format.
 */
#include "test.h"

#include "base/mem.h"
#include "source/cells.h"

#include <stdlib.h>

static const struct column_def COLUMNS[] = {
    {{"S", 1}, TYPE_STRING, COLUMN_DOCUMENTED, COLUMN_NONE, false},
    {{"L", 1}, TYPE_LONG, COLUMN_DOCUMENTED, COLUMN_NONE, false},
    {{"T", 1}, TYPE_DATETIME, COLUMN_DOCUMENTED, COLUMN_NONE, false},
    {{"D", 1}, TYPE_DYNAMIC, COLUMN_DOCUMENTED, COLUMN_NONE, false},
    {{"B", 1}, TYPE_BOOL, COLUMN_DOCUMENTED, COLUMN_NONE, false},
    {{"SourceFile", 10}, TYPE_STRING, COLUMN_PROVENANCE, COLUMN_NONE, false},
    {{"SourceRecord", 12}, TYPE_LONG, COLUMN_PROVENANCE, COLUMN_NONE, false},
    {{"SourceOffset", 12}, TYPE_LONG, COLUMN_PROVENANCE, COLUMN_NONE, false},
};
enum { S, L, T, D, B, FILE_, RECORD, OFFSET };
static const struct schema SCHEMA = {{"Test", 4}, TEST_COUNT(COLUMNS), COLUMNS};
static const struct source_type FAKE = {.name = "fake"};

struct fixture {
    struct source source;
    struct block block;
    struct source_batch source_batch;
    struct batch *batch;
};

static void free_batch(struct batch *batch)
{
    batch_destroy(batch);
}
static const struct batch_type FAKE_BATCH = {.free = free_batch};

static void fixture_make(struct fixture *fixture, uint32_t rows)
{
    struct err err;
    const struct source_options options = {.count_cells = true};
    source_init(&fixture->source, &FAKE, &SCHEMA, &options);
    assert_int_equal(fixture->source.options.block_bytes, SOURCE_BLOCK_BYTES);
    assert_int_equal(fixture->source.options.record_max, SOURCE_RECORD_MAX);
    fixture->source.path = "dir/\xff.csv";
    fixture->block = (struct block){.source = &fixture->source, .offset = 1000};
    assert_int_equal(source_batch_init(&fixture->source_batch, &fixture->block, &err), ERR_NONE);
    assert_int_equal(batch_create(&FAKE_BATCH, &SCHEMA, rows, &fixture->batch, &err), ERR_NONE);
    fixture->batch->impl = &fixture->source_batch;
}

static void fixture_free(struct fixture *fixture)
{
    source_batch_release(&fixture->source_batch);
    batch_free(fixture->batch);
}

static void text_becomes_a_cell_of_the_columns_type(void **state)
{
    (void)state;
    static const struct {
        uint32_t column;
        const char *text;
        const char *json;
        bool bad;
    } CASES[] = {
        {S, "plain", "\"plain\"", false},
        {S, " ", "\" \"", false},
        {S, "a\xff", "\"a\xef\xbf\xbd\"", false},
        {L, "42", "42", false},
        {L, " ", "null", false},
        {L, "", "null", false},
        {L, "4x", "null", true},
        {L, "99999999999999999999", "null", true},
        {T, "2024-01-01T00:00:00.5Z", "\"2024-01-01T00:00:00.5000000Z\"", false},
        {T, "2/25/2025, 9:19:25.391 PM", "\"2025-02-25T21:19:25.3910000Z\"", false},
        {T, "2024-13-01", "null", true},
        {D, "{\"a\":[1,2]}", "{\"a\":[1,2]}", false},
        {D, "{", "null", true},
        {D, "null", "null", false},
        {B, "true", "true", false},
        {B, "maybe", "null", true},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct fixture fixture;
        struct err err;
        fixture_make(&fixture, 1);
        struct column *column;
        assert_int_equal(cells_begin(fixture.batch, CASES[i].column, fixture.batch->selection, &column, &err),
                         ERR_NONE);
        assert_int_equal(cell_set_text(fixture.batch, column, 0, slice_from_cstr(CASES[i].text), &err), ERR_NONE);
        struct value value = column_value(column, 0);
        struct buf json;
        buf_init(&json, 0);
        value_to_json(&value, &json);
        assert_slice_equal(buf_slice(&json), slice_from_cstr(CASES[i].json));
        assert_int_equal(fixture.source_batch.stats.cells_bad, CASES[i].bad);
        assert_int_equal(fixture.source_batch.stats.cells[CASES[i].column], 1);
        buf_release(&json);
        fixture_free(&fixture);
    }
}

static void missing_cells_are_null_or_empty(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err err;
    fixture_make(&fixture, 3);
    for (uint32_t c = S; c <= B; c++) {
        assert_int_equal(cells_load_missing(fixture.batch, c, &err), ERR_NONE);
        struct value value = column_value(&fixture.batch->columns[c], 2);
        assert_true(c == S ? value.str.len == 0 && !value.is_null : value.is_null);
    }
    struct column *column;
    assert_int_equal(cells_begin(fixture.batch, L, fixture.batch->selection, &column, &err), ERR_NONE);
    cell_set_missing(column, 1);
    assert_true(column_is_null(column, 1));
    assert_false(column_is_null(column, 0));
    fixture_free(&fixture);
}

static struct cell_place place(const struct batch *batch, uint32_t row)
{
    (void)batch;
    return (struct cell_place){row * 2, row * 100};
}

static void provenance_says_where_a_row_came_from(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err err;
    fixture_make(&fixture, 3);
    for (uint32_t c = 0; c < SCHEMA.count; c++)
        assert_int_equal(cells_are_provenance(&SCHEMA, c), c >= FILE_);
    for (uint32_t c = FILE_; c <= OFFSET; c++)
        assert_int_equal(cells_load_provenance(fixture.batch, c, fixture.batch->selection, place, &err), ERR_NONE);
    assert_slice_equal(column_value(&fixture.batch->columns[FILE_], 2).str, SLICE("dir/\xef\xbf\xbd.csv"));
    assert_int_equal(column_value(&fixture.batch->columns[RECORD], 2).i64, 5);
    assert_int_equal(column_value(&fixture.batch->columns[OFFSET], 2).i64, 1200);
    fixture_free(&fixture);
}

static void rejects_are_kept_and_counted_by_kind(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err err;
    fixture_make(&fixture, 1);
    for (int i = 0; i < 100; i++) {
        struct reject reject = {.kind = i % 2 ? REJECT_TOO_LONG : REJECT_UNDECIDED, .record = (uint64_t)i};
        assert_int_equal(source_reject(&fixture.source_batch, &reject, &err), ERR_NONE);
    }
    assert_int_equal(fixture.source_batch.reject_count, 100);
    assert_int_equal(fixture.source_batch.rejects[99].record, 99);
    struct scan_stats sum = {.cells = calloc(SCHEMA.count, sizeof(uint64_t))};
    fixture.source_batch.stats.cells[L] = 7;
    scan_stats_add(&sum, &fixture.source_batch.stats, SCHEMA.count);
    scan_stats_add(&sum, &fixture.source_batch.stats, SCHEMA.count);
    assert_int_equal(sum.rejected[REJECT_TOO_LONG], 100);
    assert_int_equal(sum.rejected[REJECT_UNDECIDED], 100);
    assert_int_equal(sum.cells[L], 14);
    free(sum.cells);
    fixture_free(&fixture);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err err;
    fixture_make(&fixture, 1);
    static char bad[100000];
    memset(bad, '\xff', sizeof bad);
    struct slice text;
    mem_fail_after(1);
    assert_int_equal(cell_mend(slice_of(bad, sizeof bad), fixture.batch->arena, &text, &err), ERR_MEMORY);
    struct reject reject = {.kind = REJECT_MALFORMED};
    assert_int_equal(source_reject(&fixture.source_batch, &reject, &err), ERR_MEMORY);
    mem_fail_after(0);
    assert_int_equal(fixture.source_batch.stats.rejected[REJECT_MALFORMED], 0);
    fixture_free(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_becomes_a_cell_of_the_columns_type),
        cmocka_unit_test(missing_cells_are_null_or_empty),
        cmocka_unit_test(provenance_says_where_a_row_came_from),
        cmocka_unit_test(rejects_are_kept_and_counted_by_kind),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
