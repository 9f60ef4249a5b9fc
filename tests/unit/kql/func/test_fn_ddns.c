/*
 * test_fn_ddns.c - the ddns_* functions over rows: the knowledge base is the query's, texts outlive what made them.
 */
#include "expr_fixture.h"

#include "base/mem.h"
#include "ddns/kb.h"
#include "guard.h"
#include "test.h"

#include <stdio.h>

static struct kb *knowledge;

static int setup(void **state)
{
    struct err err = {0};
    assert_int_equal(kb_open_empty(&knowledge, &err), ERR_NONE);
    assert_int_equal(kb_add(knowledge,
                            SLICE("suffix\tprovider\tcategory\nexample.net\tOne\tpublic-ddns\n"
                                  "deep.example.net\tTwo\tvendor-ddns\n"),
                            "test", &err),
                     ERR_NONE);
    return fixture_setup(state);
}

static int teardown(void **state)
{
    kb_free(knowledge);
    return fixture_teardown(state);
}

static const char *answer_with(const struct kb *kb, const char *function, const char *text)
{
    struct query query = {.knowledge = kb};
    struct eval eval;
    struct value value;
    struct err err = {0};
    eval_init(&eval, &query);
    assert_int_equal(eval_const(&eval, CALL(function, of_str(text)), &fixture_arena, &value, &err), ERR_NONE);
    eval_release(&eval);
    assert_int_equal(value.type, TYPE_STRING);
    return arena_cstr(&fixture_arena, value.str);
}

static void each_function_says_its_part(void **state)
{
    (void)state;
    const char *url = "HTTP://A.Deep.Example.NET:8080/x";
    assert_string_equal(answer_with(knowledge, "ddns_host", url), "a.deep.example.net");
    assert_string_equal(answer_with(knowledge, "ddns_suffix", url), "deep.example.net");
    assert_string_equal(answer_with(knowledge, "ddns_provider", url), "Two");
    assert_string_equal(answer_with(knowledge, "ddns_category", url), "vendor-ddns");
    assert_string_equal(answer_with(knowledge, "ddns_kind", url), "host");
    assert_string_equal(answer_with(knowledge, "ddns_kind", "deep.example.net"), "service");
    assert_string_equal(answer_with(knowledge, "ddns_provider", "b.example.net"), "One");
}

static void without_knowledge_no_suffix_is_known_but_a_host_is(void **state)
{
    (void)state;
    assert_string_equal(answer_with(NULL, "ddns_host", "a.example.net."), "a.example.net");
    assert_string_equal(answer_with(NULL, "ddns_suffix", "a.example.net"), "");
    assert_string_equal(answer_with(NULL, "ddns_kind", "a.example.net"), "");
}

/* Each row's host is written into one scratch buffer: what a row was given must not change with the next. */
static void rows_keep_their_own_text(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"A.EXAMPLE.NET", "BB.EXAMPLE.NET", "plain.example.net", "", "192.0.2.1"};
    static const char *const HOSTS[] = {"a.example.net", "bb.example.net", "plain.example.net", "", ""};
    enum { COUNT = sizeof TEXTS / sizeof *TEXTS };
    struct query query = {.knowledge = knowledge};
    struct eval eval;
    struct err err = {0};
    eval_init(&eval, &query);
    eval.arena = &fixture_arena;
    struct column texts = {0}, out = {0};
    assert_int_equal(column_init(&texts, TYPE_STRING, COUNT, false, &fixture_arena, &err), ERR_NONE);
    assert_int_equal(column_init(&out, TYPE_STRING, COUNT, false, &fixture_arena, &err), ERR_NONE);
    uint32_t numbers[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        numbers[i] = i;
        texts.str[i] = slice_from_cstr(TEXTS[i]);
    }
    const struct column *args[] = {&texts};
    const struct selection rows = {numbers, COUNT};
    struct expr *call = CALL("ddns_host", of_column(0, TYPE_STRING));
    assert_int_equal(call->func->eval(&eval, call, args, &rows, &out, &err), ERR_NONE);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(slice_eq(out.str[i], slice_from_cstr(HOSTS[i])));
    eval_release(&eval);
}

/* What is kept of a row's text serves the next function, not another text of the row, nor another row. */
static void what_is_kept_of_a_row_is_not_mistaken(void **state)
{
    (void)state;
    enum { COUNT = 5000, LABEL = 24 };
    static const struct column_def COLUMNS[] = {{.name = {"a", 1}, .type = TYPE_STRING},
                                                {.name = {"b", 1}, .type = TYPE_STRING}};
    static const struct schema SCHEMA = {.columns = COLUMNS, .count = 2};
    struct query query = {.knowledge = knowledge};
    struct eval eval;
    struct err err = {0};
    struct batch *batch;
    assert_int_equal(batch_create(&BATCH_LOADED, &SCHEMA, COUNT, &batch, &err), ERR_NONE);
    for (uint32_t c = 0; c < 2; c++) {
        assert_int_equal(column_init(&batch->columns[c], TYPE_STRING, COUNT, false, batch->arena, &err), ERR_NONE);
        batch->loaded[c] = true;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        char text[2 * LABEL + 24];
        snprintf(text, sizeof text, "%s%u.%sexample.net", i % 2 ? "A" : "b", i, i % 3 ? "" : "deep.");
        batch->columns[0].str[i] = arena_copy(batch->arena, slice_from_cstr(text));
        snprintf(text, sizeof text, "c%u.%s", i, i % 5 ? "example.net" : "example.org");
        batch->columns[1].str[i] = arena_copy(batch->arena, slice_from_cstr(text));
    }
    eval_init(&eval, &query);
    for (int round = 0; round < 2; round++) {
        const struct column *host[2], *provider[2];
        for (uint32_t c = 0; c < 2; c++) {
            assert_int_equal(eval_expr(&eval, CALL("ddns_provider", of_column(c, TYPE_STRING)), batch, batch->selection,
                                       &provider[c], &err),
                             ERR_NONE);
            assert_int_equal(
                eval_expr(&eval, CALL("ddns_host", of_column(c, TYPE_STRING)), batch, batch->selection, &host[c], &err),
                ERR_NONE);
        }
        for (uint32_t i = 0; i < COUNT; i++) {
            for (uint32_t c = 0; c < 2; c++)
                assert_true(slice_eq_nocase(host[c]->str[i], batch->columns[c].str[i]));
            assert_slice_equal(provider[0]->str[i], i % 3 ? SLICE("One") : SLICE("Two"));
            assert_slice_equal(provider[1]->str[i], i % 5 ? SLICE("One") : SLICE(""));
        }
    }
    eval_release(&eval);
    batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_function_says_its_part, setup, teardown),
        cmocka_unit_test_setup_teardown(without_knowledge_no_suffix_is_known_but_a_host_is, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_keep_their_own_text, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_kept_of_a_row_is_not_mistaken, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
