/*
 * test_schema.c - the columns of DeviceNetworkEvents, adding columns, and "did you mean".
 */
#include "test.h"

#include "base/mem.h"
#include "event/schema.h"

#include <stdio.h>

static void columns_stand_in_documentation_order_then_sentinel_then_provenance(void **state)
{
    (void)state;
    const struct schema *schema = schema_device_network_events();
    assert_slice_equal(schema->table, SLICE("DeviceNetworkEvents"));
    assert_slice_equal(schema->columns[0].name, SLICE("Timestamp"));
    assert_slice_equal(schema->columns[6].name, SLICE("RemoteUrl"));
    assert_slice_equal(schema->columns[44].name, SLICE("InitiatingProcessUniqueId"));
    enum column_origin origin = COLUMN_DOCUMENTED;
    for (uint32_t i = 0; i < schema->count; i++) {
        assert_true(schema->columns[i].origin >= origin);
        origin = schema->columns[i].origin;
        assert_int_equal(schema_find(schema, schema->columns[i].name), i); /* no name twice */
    }
    assert_slice_equal(schema->columns[schema->count - 1].name, SLICE("SourceOffset"));
    assert_int_equal(schema_find(schema, SLICE("remoteurl")), COLUMN_NONE);
}

static void both_time_columns_stand_in_for_each_other_and_nothing_else_does(void **state)
{
    (void)state;
    const struct schema *schema = schema_device_network_events();
    uint32_t timestamp = schema_find(schema, SLICE("Timestamp"));
    uint32_t generated = schema_find(schema, SLICE("TimeGenerated"));
    for (uint32_t i = 0; i < schema->count; i++) {
        uint32_t expected = i == timestamp ? generated : i == generated ? timestamp : COLUMN_NONE;
        assert_int_equal(schema->columns[i].stand_in, expected);
    }
    assert_int_equal(schema->columns[generated].type, TYPE_DATETIME);
}

static void only_additional_fields_reads_as_json(void **state)
{
    (void)state;
    const struct schema *schema = schema_device_network_events();
    for (uint32_t i = 0; i < schema->count; i++)
        assert_int_equal(schema->columns[i].path_reads_json,
                         slice_eq(schema->columns[i].name, SLICE("AdditionalFields")));
}

static struct column_def def(const char *name, enum type type, enum column_origin origin)
{
    return (struct column_def){slice_from_cstr(name), type, origin, COLUMN_NONE, false};
}

static void added_columns_come_before_provenance(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    char name[] = "Risk"; /* is copied */
    struct column_def defs[] = {def(name, TYPE_LONG, COLUMN_NAMED), def("Extra", TYPE_STRING, COLUMN_FOUND),
                                def("Extra", TYPE_STRING, COLUMN_FOUND), def("RemoteIP", TYPE_LONG, COLUMN_FOUND)};
    const struct schema *base = schema_device_network_events();
    const struct schema *schema;
    assert_int_equal(schema_extend(base, defs, TEST_COUNT(defs), &arena, &schema, NULL), ERR_NONE);
    name[0] = 'X';
    assert_int_equal(schema->count, base->count + 2);
    uint32_t risk = schema_find(schema, SLICE("Risk"));
    assert_int_equal(schema->columns[risk].type, TYPE_LONG);
    assert_int_equal(schema_find(schema, SLICE("Extra")), risk + 1);
    assert_int_equal(schema_find(schema, SLICE("SourceFile")), risk + 2);
    assert_int_equal(schema->columns[schema_find(schema, SLICE("RemoteIP"))].type, TYPE_STRING);
    arena_release(&arena);
}

static void naming_a_known_column_with_another_type_is_a_usage_error(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    const struct schema *schema = schema_device_network_events();
    struct err err;
    struct column_def port = def("RemotePort", TYPE_STRING, COLUMN_NAMED);
    assert_int_equal(schema_extend(schema, &port, 1, &arena, &schema, &err), ERR_USAGE);
    assert_string_equal(err.text, "column RemotePort is of type int and can't be string");
    struct column_def file = def("SourceFile", TYPE_LONG, COLUMN_NAMED);
    assert_int_equal(schema_extend(schema, &file, 1, &arena, &schema, &err), ERR_USAGE);
    struct column_def same = def("RemotePort", TYPE_INT, COLUMN_NAMED);
    assert_int_equal(schema_extend(schema, &same, 1, &arena, &schema, &err), ERR_NONE);
    assert_int_equal(schema->count, schema_device_network_events()->count);
    arena_release(&arena);
}

static void a_named_type_replaces_a_guessed_one(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    const struct schema *schema = schema_device_network_events();
    struct column_def found = def("Score", TYPE_LONG, COLUMN_FOUND), named = def("Score", TYPE_REAL, COLUMN_NAMED);
    assert_int_equal(schema_extend(schema, &found, 1, &arena, &schema, NULL), ERR_NONE);
    assert_int_equal(schema_extend(schema, &named, 1, &arena, &schema, NULL), ERR_NONE);
    assert_int_equal(schema->columns[schema_find(schema, SLICE("Score"))].type, TYPE_REAL);
    arena_release(&arena);
}

static void a_copy_outlives_what_it_was_made_of(void **state)
{
    (void)state;
    struct arena arena, inner;
    arena_init(&arena, 0);
    arena_init(&inner, 0);
    char name[] = "Extra";
    struct column_def extra = def(name, TYPE_STRING, COLUMN_FOUND);
    const struct schema *schema;
    assert_int_equal(schema_extend(schema_device_network_events(), &extra, 1, &inner, &schema, NULL), ERR_NONE);
    name[0] = 'X';
    const struct schema *base = schema;
    assert_int_equal(schema_extend(base, NULL, 0, &arena, &schema, NULL), ERR_NONE);
    uint32_t at = schema_find(schema, SLICE("Extra"));
    assert_int_not_equal(at, COLUMN_NONE);
    assert_ptr_not_equal(schema->columns[at].name.ptr, base->columns[at].name.ptr);
    arena_release(&inner);
    assert_int_equal(schema_find(schema, SLICE("Extra")), at);
    assert_slice_equal(schema->table, SLICE("DeviceNetworkEvents"));
    arena_release(&arena);
}

static void too_many_columns_are_a_limit_error(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    static struct column_def defs[SCHEMA_COLUMNS_MAX];
    static char names[SCHEMA_COLUMNS_MAX][8];
    for (int i = 0; i < SCHEMA_COLUMNS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        defs[i] = def(names[i], TYPE_STRING, COLUMN_FOUND);
    }
    const struct schema *schema;
    assert_int_equal(schema_extend(schema_device_network_events(), defs, TEST_COUNT(defs), &arena, &schema, NULL),
                     ERR_LIMIT);
    arena_release(&arena);
}

static void no_memory_is_reported(void **state)
{
    (void)state;
    struct column_def extra = def("Extra", TYPE_STRING, COLUMN_FOUND);
    for (uint64_t nth = 1;; nth++) {
        struct arena arena;
        arena_init(&arena, 0);
        const struct schema *schema;
        mem_fail_after(nth);
        enum err_code code = schema_extend(schema_device_network_events(), &extra, 1, &arena, &schema, NULL);
        mem_fail_after(0);
        arena_release(&arena);
        if (code == ERR_NONE) {
            assert_true(nth > 1);
            break;
        }
        assert_int_equal(code, ERR_MEMORY);
    }
}

static void suggestions_prefer_what_differs_in_case_only(void **state)
{
    (void)state;
    const struct schema *schema = schema_device_network_events();
    assert_slice_equal(schema_suggest(schema, SLICE("RemoteURL")), SLICE("RemoteUrl"));
    assert_slice_equal(schema_suggest(schema, SLICE("RemoteIp")), SLICE("RemoteIP"));
    assert_slice_equal(schema_suggest(schema, SLICE("RemoteUlr")), SLICE("RemoteUrl"));
    assert_slice_equal(schema_suggest(schema, SLICE("timestmp")), SLICE("Timestamp"));
    assert_slice_equal(schema_suggest(schema, SLICE("InitiatingProcesId")), SLICE("InitiatingProcessId"));
    assert_slice_equal(schema_suggest(schema, SLICE("Xyzzy")), SLICE(""));
    assert_slice_equal(schema_suggest(schema, SLICE("")), SLICE(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_stand_in_documentation_order_then_sentinel_then_provenance),
        cmocka_unit_test(both_time_columns_stand_in_for_each_other_and_nothing_else_does),
        cmocka_unit_test(only_additional_fields_reads_as_json),
        cmocka_unit_test(added_columns_come_before_provenance),
        cmocka_unit_test(naming_a_known_column_with_another_type_is_a_usage_error),
        cmocka_unit_test(a_named_type_replaces_a_guessed_one),
        cmocka_unit_test(a_copy_outlives_what_it_was_made_of),
        cmocka_unit_test(too_many_columns_are_a_limit_error),
        cmocka_unit_test(no_memory_is_reported),
        cmocka_unit_test(suggestions_prefer_what_differs_in_case_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
