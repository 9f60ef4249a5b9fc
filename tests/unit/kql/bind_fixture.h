/*
 * bind_fixture.h - binds queries over a table T that has a column of each type, and shows what comes out as text.
 */
#ifndef DDNSHUNT_TESTS_BIND_FIXTURE_H
#define DDNSHUNT_TESTS_BIND_FIXTURE_H

#include "kql/plan.h"
#include "kql/syntax/parser.h"

#include "test.h"

/* 2022-09-24, some time of day. */
#define FIXTURE_NOW INT64_C(637996000000000000)

#define FIXTURE_COLUMN(text, column_type)                                                                              \
    {                                                                                                                  \
        .name = {text, sizeof(text) - 1}, .type = (column_type), .stand_in = COLUMN_NONE                               \
    }

static const struct column_def FIXTURE_COLUMNS[] = {
    FIXTURE_COLUMN("a", TYPE_LONG),     FIXTURE_COLUMN("b", TYPE_STRING), FIXTURE_COLUMN("c", TYPE_DATETIME),
    FIXTURE_COLUMN("d", TYPE_DYNAMIC),  FIXTURE_COLUMN("r", TYPE_REAL),   FIXTURE_COLUMN("i", TYPE_INT),
    FIXTURE_COLUMN("t", TYPE_TIMESPAN), FIXTURE_COLUMN("f", TYPE_BOOL),   FIXTURE_COLUMN("g", TYPE_GUID),
    FIXTURE_COLUMN("m", TYPE_DECIMAL),  FIXTURE_COLUMN("s", TYPE_STRING),
};
static const struct schema FIXTURE_TABLE = {
    .table = {"T", 1}, .count = TEST_COUNT(FIXTURE_COLUMNS), .columns = FIXTURE_COLUMNS};

/* A query that names DeviceNetworkEvents is bound over that table. */
static inline const struct schema *fixture_table(struct slice text)
{
    struct slice name = SLICE("DeviceNetworkEvents");
    return slice_find(text, name, 0) >= 0 ? schema_device_network_events() : &FIXTURE_TABLE;
}

/* Parses and binds; out_query is to be released. */
static inline enum err_code fixture_bind(const char *text, struct arena *arena, struct query *out_query,
                                         struct err *err)
{
    struct slice source = slice_from_cstr(text);
    struct ast *ast = NULL;
    struct bind_options options = {.table = fixture_table(source), .now = FIXTURE_NOW};
    *out_query = (struct query){0};
    TRY(kql_parse(source, arena, &ast, err));
    return kql_bind(ast, &options, out_query, err);
}

static inline void show_error(const struct err *err, struct buf *out)
{
    const char *kind = err->code == ERR_QUERY ? "error" : err->code == ERR_UNSUPPORTED ? "unsupported" : "failure";
    buf_printf(out, "%s@%u+%u: %s", kind, err->span.start, err->span.end - err->span.start, err->text);
    if (err->hint[0])
        buf_printf(out, " | %s", err->hint);
}

/* "name:type, ..." of the result; T's own columns, where they are the first, as "*". */
static inline void show_columns(const struct schema *schema, struct buf *out)
{
    uint32_t same = 0;
    while (same < schema->count && same < FIXTURE_TABLE.count &&
           slice_eq(schema->columns[same].name, FIXTURE_COLUMNS[same].name) &&
           schema->columns[same].type == FIXTURE_COLUMNS[same].type)
        same++;
    if (same < FIXTURE_TABLE.count)
        same = 0;
    if (same > 0)
        buf_add_cstr(out, "*");
    for (uint32_t i = same; i < schema->count; i++)
        buf_printf(out, "%s%.*s:%s", i ? ", " : "", SLICE_ARG(schema->columns[i].name),
                   type_name(schema->columns[i].type));
}

enum fixture_show { SHOW_COLUMNS, SHOW_BOUND_PLAN, SHOW_PLAN };

/* What becomes of a query, as text: its error, its columns, or its plan. */
static inline void fixture_show(const char *text, enum fixture_show what, struct buf *out)
{
    struct arena arena;
    struct query query;
    struct err err;
    arena_init(&arena, 0);
    enum err_code code = fixture_bind(text, &arena, &query, &err);
    if (code == ERR_NONE && what != SHOW_BOUND_PLAN)
        code = kql_optimize(&query, &err);
    if (code != ERR_NONE)
        show_error(&err, out);
    else if (what == SHOW_COLUMNS)
        show_columns(query.root->schema, out);
    else
        plan_explain(&query, out);
    query_release(&query);
    arena_release(&arena);
}

struct fixture_case {
    const char *query;
    const char *expected;
};

static inline void check_cases(const struct fixture_case *cases, size_t count, enum fixture_show what)
{
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        struct buf shown;
        buf_init(&shown, 0);
        fixture_show(cases[i].query, what, &shown);
        if (!slice_eq(buf_slice(&shown), slice_from_cstr(cases[i].expected))) {
            print_error("%s\n  got:      %.*s\n  expected: %s\n", cases[i].query, SLICE_ARG(buf_slice(&shown)),
                        cases[i].expected);
            same = false;
        }
        buf_release(&shown);
    }
    assert_true(same);
}

#define CHECK(cases, what) check_cases((cases), TEST_COUNT(cases), (what))

#endif
