/*
 * plan_fixture.h - for tests: plans without a parser, run, and their result as text.
 *
 *   table("a:long b:string", "1,x\n-,y")      '-' is null, cells are separated by commas
 *   result of a run: "1,x\n,y\n"
 */
#ifndef DDNSHUNT_TESTS_PLAN_FIXTURE_H
#define DDNSHUNT_TESTS_PLAN_FIXTURE_H

#include "expr_fixture.h"

#include "kql/exec/exec.h"
#include "kql/func/aggr.h"
#include "kql/plan.h"

#include <string.h>

/* Cuts the next piece off *rest. */
static inline struct slice piece(struct slice *rest, char separator)
{
    const char *end = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    struct slice cut = end ? slice_of(rest->ptr, (size_t)(end - rest->ptr)) : *rest;
    *rest = slice_cut(*rest, cut.len + (end ? 1 : 0), rest->len);
    return cut;
}

static inline const struct schema *schema_of(const char *text)
{
    struct column_def *columns = arena_zalloc(&fixture_arena, 32, sizeof *columns);
    struct schema *schema = arena_zalloc(&fixture_arena, 1, sizeof *schema);
    struct slice rest = slice_from_cstr(text);
    uint32_t count = 0;
    while (rest.len) {
        struct slice type = piece(&rest, ' '), name = piece(&type, ':');
        columns[count].name = name;
        columns[count].stand_in = COLUMN_NONE;
        assert_true(type_from_name(type, &columns[count++].type));
    }
    *schema = (struct schema){.count = count, .columns = columns};
    return schema;
}

static inline struct plan *plan_new(enum plan_kind kind, struct plan *input, const struct schema *schema)
{
    struct plan *plan = arena_zalloc(&fixture_arena, 1, sizeof *plan);
    *plan = (struct plan){.kind = kind, .input = input, .schema = schema};
    return plan;
}

static inline struct plan *table(const char *schema_text, const char *rows_text)
{
    struct plan *plan = plan_new(PLAN_ROWS, NULL, schema_of(schema_text));
    struct slice rest = slice_from_cstr(rows_text);
    plan->rows = arena_zalloc(&fixture_arena, (strlen(rows_text) + 1) * plan->schema->count, sizeof *plan->rows);
    while (rest.len) {
        struct slice line = piece(&rest, '\n');
        for (uint32_t c = 0; c < plan->schema->count; c++) {
            enum type type = plan->schema->columns[c].type;
            struct slice cell = piece(&line, ',');
            struct value *value = &plan->rows[plan->row_count * plan->schema->count + c];
            *value = value_null(type);
            if (!slice_eq(cell, SLICE("-")))
                assert_true(value_parse(cell, type, &fixture_arena, value));
        }
        plan->row_count++;
    }
    return plan;
}

static inline struct expr *column_named(const struct plan *plan, const char *name)
{
    uint32_t column = schema_find(plan->schema, slice_from_cstr(name));
    assert_true(column != COLUMN_NONE);
    return of_column(column, plan->schema->columns[column].type);
}

static inline struct plan *where(struct plan *input, struct expr *predicate)
{
    struct plan *plan = plan_new(PLAN_WHERE, input, input->schema);
    plan->exprs = arena_zalloc(&fixture_arena, 1, sizeof(struct expr *));
    plan->exprs[0] = predicate;
    return plan;
}

static inline struct plan *derive(struct plan *input, const char *schema_text, struct expr *const *exprs)
{
    struct plan *plan = plan_new(PLAN_DERIVE, input, schema_of(schema_text));
    plan->exprs = arena_zalloc(&fixture_arena, plan->schema->count, sizeof(struct expr *));
    memcpy(plan->exprs, exprs, plan->schema->count * sizeof(struct expr *));
    return plan;
}

static inline struct plan *limited(enum plan_kind kind, struct plan *input, uint64_t limit)
{
    struct plan *plan = plan_new(kind, input, input->schema);
    plan->limit = limit;
    return plan;
}

/* PLAN_SORT, or PLAN_TOP with a limit; keys as "a asc", "b desc nulls first". */
static inline struct plan *ordered(enum plan_kind kind, struct plan *input, uint64_t limit, const char *const *keys)
{
    struct plan *plan = limited(kind, input, limit);
    plan->keys = arena_zalloc(&fixture_arena, 8, sizeof *plan->keys);
    for (; keys[plan->key_count]; plan->key_count++) {
        struct slice rest = slice_from_cstr(keys[plan->key_count]), name = piece(&rest, ' ');
        struct sort_key *key = &plan->keys[plan->key_count];
        key->expr = column_named(input, arena_cstr(&fixture_arena, name));
        key->descending = slice_eq(piece(&rest, ' '), SLICE("desc"));
        key->nulls_first = rest.len ? slice_eq(rest, SLICE("nulls first")) : !key->descending;
    }
    return plan;
}

static inline struct plan *counted(struct plan *input)
{
    return plan_new(PLAN_COUNT, input, schema_of("Count:long"));
}

/* An aggregate's call; args ends with NULL. */
static inline struct aggr_call aggregate(const char *name, struct expr *const *args)
{
    struct aggr_call call = {.aggr = aggr_find(slice_from_cstr(name))};
    assert_non_null(call.aggr);
    call.args = arena_zalloc(&fixture_arena, FIXTURE_ARGS_MAX, sizeof(struct expr *));
    for (; args[call.arg_count]; call.arg_count++)
        call.args[call.arg_count] = args[call.arg_count];
    struct err err = {0};
    if (aggr_bind(&call, &fixture_arena, &err) != ERR_NONE)
        fail_msg("%s: %s", name, err.text);
    return call;
}

#define AGGREGATE(name, ...) aggregate(name, (struct expr *const[]){__VA_ARGS__, NULL})

/* Groups (ends with NULL), then aggregates; the columns are taken as they come. */
static inline struct plan *summarized(struct plan *input, struct expr *const *groups, const struct aggr_call *aggrs,
                                      uint32_t aggr_count)
{
    struct plan *plan = plan_new(PLAN_SUMMARIZE, input, NULL);
    struct column_def *columns = arena_zalloc(&fixture_arena, 32, sizeof *columns);
    struct schema *schema = arena_zalloc(&fixture_arena, 1, sizeof *schema);
    plan->groups = arena_zalloc(&fixture_arena, FIXTURE_ARGS_MAX, sizeof(struct expr *));
    plan->aggrs = arena_zalloc(&fixture_arena, aggr_count, sizeof *plan->aggrs);
    plan->aggr_count = aggr_count;
    uint32_t count = 0;
    for (; groups && groups[plan->group_count]; plan->group_count++) {
        plan->groups[plan->group_count] = groups[plan->group_count];
        columns[count++].type = groups[plan->group_count]->type;
    }
    for (uint32_t a = 0; a < aggr_count; a++) {
        plan->aggrs[a] = aggrs[a];
        for (uint32_t r = 0; r < aggrs[a].result_count; r++)
            columns[count++].type = aggrs[a].result_types[r];
    }
    plan->exprs = arena_zalloc(&fixture_arena, count, sizeof(struct expr *));
    for (uint32_t c = 0; c < count; c++)
        plan->exprs[c] = of_column(c, columns[c].type);
    *schema = (struct schema){.count = count, .columns = columns};
    plan->schema = schema;
    return plan;
}

/* --- running --- */

/* What a run gave, and how it is told to run. */
struct outcome {
    struct buf text;
    struct buf rejects; /* "kind record why\n" */
    struct scan_stats stats;
    struct err err;
    enum err_code code;
};

static inline void outcome_release(struct outcome *outcome)
{
    buf_release(&outcome->text);
    buf_release(&outcome->rejects);
}

static inline enum err_code outcome_row(struct outcome *outcome, struct batch *batch, struct err *err)
{
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        for (uint32_t c = 0; c < batch->schema->count; c++) {
            assert_true(batch->loaded[c]);
            struct value value = column_value(&batch->columns[c], batch->selection->rows[i]);
            if (c)
                buf_add_char(&outcome->text, ',');
            value_to_text(&value, TEXT_RESULT, &outcome->text);
        }
        buf_add_char(&outcome->text, '\n');
    }
    return outcome->text.failed ? err_no_memory(err, 1) : ERR_NONE;
}

static inline enum err_code outcome_result(void *user, struct batch *batch, struct err *err)
{
    return outcome_row(user, batch, err);
}

static inline enum err_code outcome_reject(void *user, const struct reject *reject, struct err *err)
{
    struct outcome *outcome = user;
    buf_printf(&outcome->rejects, "%d %llu %s\n", (int)reject->kind, (unsigned long long)reject->record, reject->why);
    return outcome->rejects.failed ? err_no_memory(err, 1) : ERR_NONE;
}

/* Runs a plan over no input. The outcome is to be released. */
static inline struct outcome run_plain(struct plan *root, uint64_t memory_max)
{
    struct outcome outcome = {0};
    buf_init(&outcome.text, 0);
    buf_init(&outcome.rejects, 0);
    struct query query = {.root = root, .memory_max = memory_max};
    const struct exec_config config = {
        .threads = 1, .result = outcome_result, .reject = outcome_reject, .user = &outcome};
    outcome.code = exec_run(&query, &config, &outcome.stats, &outcome.err);
    return outcome;
}

static inline void assert_gives(struct plan *root, const char *expected)
{
    struct outcome outcome = run_plain(root, 0);
    if (outcome.code != ERR_NONE)
        fail_msg("%s", outcome.err.text);
    assert_string_equal(outcome.text.len ? buf_cstr(&outcome.text) : "", expected);
    outcome_release(&outcome);
}

#endif
