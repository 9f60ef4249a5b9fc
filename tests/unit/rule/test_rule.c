/*
 * test_rule.c - the rule in plain KQL: which rows its list has, what stays together, what can't be said; and running out of memory.
 */
#include "rule/rule_int.h"

#include "base/mem.h"
#include "kql/syntax/parser.h"

#include "test.h"

#include <stdio.h>

static const char RULE[] =
    "let Categories = dynamic([\"public-ddns\"]);\n"
    "DeviceNetworkEvents\n"
    "| extend RemoteHost = ddns_host(RemoteUrl), MatchedSuffix = ddns_suffix(RemoteUrl)\n"
    "| where isnotempty(MatchedSuffix)\n"
    "| extend DynamicDNSProvider = ddns_provider(RemoteUrl), Category = ddns_category(RemoteUrl)\n"
    "| where Category in (Categories)\n"
    "| project Timestamp, DeviceId, ReportId, MatchedSuffix, DynamicDNSProvider\n"
    "| sort by Timestamp desc";

static const char ROWS[] = "suffix\tprovider\tcategory\n"
                           "a.test\tAlpha\tpublic-ddns\n"
                           "b.a.test\tBeta\ttunnel\n"
                           "c.b.a.test\tAlpha\tpublic-ddns\n"
                           "xa.test\tGamma\tpublic-ddns\n"
                           "tunnel.test\tDelta\ttunnel\n"
                           "x.tunnel.test\tDelta\ttunnel\n"
                           "*.wild.test\tOmega\tpublic-ddns\n"
                           "!www.wild.test\tOmega\tpublic-ddns\n"
                           "vendor.test\tVend\tvendor-ddns\n";
static const char SERVICES[] = "host\tprovider\tcategory\n"
                               "www.a.test\tAlpha\tpublic-ddns\n"
                               "api.other.test\tEpsilon\ttunnel\n";

static struct arena arena;
static struct kb *kb;

static int open_all(void **state)
{
    (void)state;
    struct err err;
    arena_init(&arena, 0);
    return kb_open_empty(&kb, &err) || kb_add(kb, SLICE(ROWS), "rows", &err) ||
           kb_add_services(kb, SLICE(SERVICES), "services", &err);
}

static int close_all(void **state)
{
    (void)state;
    kb_free(kb);
    arena_release(&arena);
    return 0;
}

/* --- which rows --- */

static void assert_entries(struct rule_scope scope, const char *expected)
{
    struct entries entries;
    struct buf text;
    buf_init(&text, 0);
    assert_int_equal(entries_list(kb, &scope, &arena, &entries, NULL), ERR_NONE);
    for (size_t i = 0; i < entries.count; i++)
        buf_printf(&text, "%u%s%.*s ", entries.items[i].group,
                   entries.items[i].type == ENTRY_SUFFIX     ? ":"
                   : entries.items[i].type == ENTRY_WILDCARD ? ":*."
                   : entries.items[i].type == ENTRY_SERVICE  ? "="
                                                             : ":!",
                   SLICE_ARG(entries.items[i].name));
    assert_slice_equal(buf_slice(&text), slice_from_cstr(expected));
    buf_release(&text);
}

static void rows_that_lie_in_one_another_are_a_group(void **state)
{
    (void)state;
    assert_entries((struct rule_scope){0},
                   "0:a.test 0:c.b.a.test 0=www.a.test 0:b.a.test 1:tunnel.test 1:x.tunnel.test "
                   "2=api.other.test 3:xa.test 4:*.wild.test 4:!www.wild.test 5:vendor.test ");
}

static void what_is_never_shown_stays_where_it_takes_hosts_away(void **state)
{
    (void)state;
    assert_entries((struct rule_scope){.categories = 1u << KB_PUBLIC_DDNS},
                   "0:a.test 0:c.b.a.test 0=www.a.test 0:b.a.test 1:xa.test 2:*.wild.test 2:!www.wild.test ");
    const struct slice gamma = SLICE("GAMMA"), alpha = SLICE("Alpha");
    assert_entries((struct rule_scope){.providers = &gamma, .provider_count = 1}, "0:xa.test ");
    assert_entries(
        (struct rule_scope){.categories = 1u << KB_PUBLIC_DDNS, .exclude_providers = &alpha, .exclude_count = 1},
        "0:xa.test 1:*.wild.test 1:!www.wild.test ");
    assert_entries((struct rule_scope){.categories = 1u << KB_VENDOR_DDNS}, "0:vendor.test ");
}

/* --- texts --- */

struct printed {
    enum err_code code;
    struct rule_texts texts;
    struct rule_notes notes;
    struct err err;
};

static const struct rule_product *product(const char *name)
{
    for (const struct rule_product *p = RULE_PRODUCTS; p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    fail_msg("no product %s", name);
    return NULL;
}

static struct rule_request request_of(const char *rule, const char *product_name)
{
    struct ast *query = NULL;
    struct err err = {0};
    if (kql_parse(slice_from_cstr(rule), &arena, &query, &err) != ERR_NONE)
        fail_msg("%s", err.text);
    const struct rule_product *p = product(product_name);
    return (struct rule_request){.name = "test",
                                 .query = query,
                                 .text_len = (uint32_t)strlen(rule),
                                 .kb = kb,
                                 .product = p,
                                 .dialect = p->dialect,
                                 .comments = !p->row_by_row,
                                 .max_chars = p->max_chars};
}

static struct printed print(const struct rule_request *request)
{
    struct printed printed = {0};
    printed.code = rule_print(request, &arena, &printed.texts, &printed.notes, &printed.err);
    return printed;
}

static bool has(struct slice text, const char *part)
{
    return slice_find(text, slice_from_cstr(part), 0) >= 0;
}

static unsigned count_of(const struct rule_texts *texts, const char *part)
{
    unsigned count = 0;
    for (size_t i = 0; i < texts->count; i++)
        count += has(texts->items[i], part);
    return count;
}

static void calls_become_columns_and_x_is_x_is_left_out(void **state)
{
    (void)state;
    struct rule_request request = request_of(RULE, "hunting");
    struct printed printed = print(&request);
    assert_int_equal(printed.code, ERR_NONE);
    assert_int_equal(printed.texts.count, 1);
    struct slice text = printed.texts.items[0];
    assert_false(has(text, "ddns_"));
    assert_false(has(text, "RemoteHost = RemoteHost,"));
    assert_false(has(text, "Category = Category"));
    assert_false(has(text, "\n\n"));
    assert_true(has(text, "\"b.a.test\":\"Beta|tunnel\""));
    assert_true(has(text, "UTS 46"));
    struct ast *query = NULL;
    assert_int_equal(kql_parse(text, &arena, &query, NULL), ERR_NONE);
}

static void parts_fit_and_together_are_the_whole(void **state)
{
    (void)state;
    struct rule_request request = request_of(RULE, "hunting");
    struct printed whole = print(&request);
    request = request_of(RULE, "hunting");
    request.comments = false;
    request.split = true;
    for (request.max_chars = 1; request.max_chars < whole.texts.items[0].len; request.max_chars += 7) {
        request.query = request_of(RULE, "hunting").query;
        struct printed printed = print(&request);
        if (printed.code == ERR_USAGE)
            continue;
        assert_int_equal(printed.code, ERR_NONE);
        static const char *const KEYS[] = {
            "\"a.test\":",    "\"b.a.test\":",    "\"c.b.a.test\":", "\"xa.test\":",       "\"tunnel.test\":",
            "\"wild.test\":", "\"vendor.test\":", "\"www.a.test\":", "\"api.other.test\":"};
        for (size_t k = 0; k < TEST_COUNT(KEYS); k++)
            assert_int_equal(count_of(&printed.texts, KEYS[k]), 1);
        for (size_t i = 0; i < printed.texts.count; i++) {
            assert_true(text_chars(printed.texts.items[i]) <= request.max_chars);
            assert_true(has(printed.texts.items[i], "\"a.test\":") == has(printed.texts.items[i], "\"c.b.a.test\":"));
            assert_true(has(printed.texts.items[i], "\"wild.test\":") ==
                        has(printed.texts.items[i], "\"www.wild.test\""));
        }
    }
}

static void what_fits_nowhere_is_an_error_that_says_why(void **state)
{
    (void)state;
    struct rule_request request = request_of(RULE, "sentinel-analytics");
    request.max_chars = 500;
    struct printed printed = print(&request);
    assert_int_equal(printed.code, ERR_USAGE);
    assert_non_null(strstr(printed.err.hint, "--split"));
    request = request_of(RULE, "sentinel-analytics");
    request.max_chars = 500;
    request.split = true;
    printed = print(&request);
    assert_int_equal(printed.code, ERR_USAGE);
    assert_non_null(strstr(printed.err.text, "even a.test alone takes"));
}

static void the_length_is_counted_as_the_products_do(void **state)
{
    (void)state;
    assert_int_equal(text_chars(SLICE("")), 0);
    assert_int_equal(text_chars(SLICE("ab\n")), 3);
    assert_int_equal(text_chars(SLICE("\xc3\xbc\xe3\x80\x82")), 2);
    assert_int_equal(text_chars(SLICE("\xf0\x9f\x98\x80")), 2);
}

static void a_continuous_detection_has_no_comments_and_no_sorting(void **state)
{
    (void)state;
    struct rule_request request = request_of(RULE, "continuous");
    struct printed printed = print(&request);
    assert_int_equal(printed.code, ERR_NONE);
    struct slice text = printed.texts.items[0];
    assert_false(has(text, "\n//"));
    assert_false(has(text, "sort by"));
    assert_false(has(text, ", @\""));
    assert_false(has(text, "dynamic("));
    assert_int_equal(printed.notes.count, 1);
    assert_true(has(printed.notes.items[0], "replace_regex, replace_string, url_decode:"));
}

static void what_cannot_be_said_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *product, *rule, *why;
    } CASES[] = {
        {"hunting", "DeviceNetworkEvents | where ddns_host(LocalIP) == 'x'", "anything but RemoteUrl"},
        {"hunting", "DeviceNetworkEvents | where ddns_host(tolower(RemoteUrl)) == 'x'", "anything but RemoteUrl"},
        {"hunting", "DeviceNetworkEvents | extend RemoteUrl = '' | where ddns_host(RemoteUrl) == 'x'",
         "another value before"},
        {"hunting", "DeviceNetworkEvents | where ddns_suffix(RemoteUrl) == '' | extend MatchedSuffix = 1",
         "a value of its own"},
        {"hunting", "let x = ddns_host('a'); DeviceNetworkEvents | where RemoteUrl == x", "anything but RemoteUrl"},
        {"hunting", "DeviceNetworkEvents | where SourceFile == 'x'", "only files"},
        {"hunting", "DeviceNetworkEvents | where MachineGroup == 'x'", "Defender's table has no column"},
        {"hunting",
         "DeviceNetworkEvents | where DeviceId in ((DeviceNetworkEvents | where ddns_kind(RemoteUrl) == 'host' | "
         "project DeviceId))",
         "in a table"},
        {"hunting",
         "DeviceNetworkEvents | where RemotePort == toscalar(DeviceNetworkEvents | where ddns_kind(RemoteUrl) == '' | "
         "count)",
         "in a table"},
        {"continuous", "DeviceNetworkEvents | take 5", "\"| take 5\""},
        {"continuous", "DeviceNetworkEvents | summarize count() by DeviceId", "\"| summarize"},
        {"continuous",
         "let T = DeviceNetworkEvents | where RemotePort == 1; DeviceNetworkEvents | where RemoteUrl in (T)",
         "one table"},
    };
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct rule_request request = request_of(CASES[i].rule, CASES[i].product);
        struct printed printed = print(&request);
        if (printed.code != ERR_USAGE)
            fail_msg("%s: not refused", CASES[i].rule);
        if (i != 5 && !strstr(printed.err.text, CASES[i].why))
            fail_msg("%s: %s", CASES[i].rule, printed.err.text);
    }
}

static void each_dialect_has_its_own_columns(void **state)
{
    (void)state;
    static const char QUERY[] =
        "DeviceNetworkEvents | where AdditionalFields.x == 1 and Timestamp > ago(1d) and TimeGenerated > ago(2d)";
    struct rule_request request = request_of(QUERY, "hunting");
    request.comments = false;
    struct printed printed = print(&request);
    assert_int_equal(printed.code, ERR_NONE);
    assert_slice_equal(printed.texts.items[0],
                       SLICE("DeviceNetworkEvents\n| where parse_json(AdditionalFields).x == 1 and "
                             "Timestamp > ago(1d) and Timestamp > ago(2d)\n"));
    request = request_of(QUERY, "sentinel-hunting");
    request.comments = false;
    printed = print(&request);
    assert_int_equal(printed.code, ERR_NONE);
    assert_slice_equal(printed.texts.items[0], SLICE("DeviceNetworkEvents\n| where AdditionalFields.x == 1 and "
                                                     "TimeGenerated > ago(1d) and TimeGenerated > ago(2d)\n"));
}

static void a_detection_is_told_what_it_must_give(void **state)
{
    (void)state;
    struct rule_request request =
        request_of("DeviceNetworkEvents | where Timestamp > ago(1d) | project DeviceId", "custom-detection");
    struct printed printed = print(&request);
    assert_int_equal(printed.code, ERR_NONE);
    assert_int_equal(printed.notes.count, 3);
    request = request_of(RULE, "custom-detection");
    assert_int_equal(print(&request).notes.count, 0);
}

/* --- operators with odd names --- */

static void names_of_operators_are_no_code(void **state)
{
    (void)state;
    struct kb *odd = NULL, *shipped = kb;
    assert_int_equal(kb_open_empty(&odd, NULL), ERR_NONE);
    assert_int_equal(
        kb_add(odd, SLICE("suffix\tprovider\tcategory\nx.test\tA|B \"c\" \\ 'd'});\tpublic-ddns\ny.test\tE\ttunnel\n"),
               "t", NULL),
        ERR_NONE);
    kb = odd;
    for (size_t p = 0; RULE_PRODUCTS[p].name; p++) {
        struct rule_request request = request_of(RULE, RULE_PRODUCTS[p].name);
        struct printed printed = print(&request);
        assert_int_equal(printed.code, ERR_NONE);
        struct ast *query = NULL;
        assert_int_equal(kql_parse(printed.texts.items[0], &arena, &query, NULL), ERR_NONE);
        assert_true(has(printed.texts.items[0], "DdnsOperators")); /* a "|" in a name: no category behind one */
    }
    kb = shipped;
    kb_free(odd);
}

static void suffixes_of_too_many_labels_are_refused(void **state)
{
    (void)state;
    struct kb *deep = NULL, *shipped = kb;
    assert_int_equal(kb_open_empty(&deep, NULL), ERR_NONE);
    assert_int_equal(
        kb_add(deep, SLICE("suffix\tprovider\na.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.test\tE\n"),
               "t", NULL),
        ERR_NONE);
    kb = deep;
    struct rule_request request = request_of(RULE, "hunting");
    assert_int_equal(print(&request).code, ERR_USAGE);
    kb = shipped;
    kb_free(deep);
}

/* --- the watchlist --- */

static void the_watchlist_has_all_types_of_rows(void **state)
{
    (void)state;
    struct buf csv;
    buf_init(&csv, 0);
    const struct rule_scope scope = {.categories = 1u << KB_PUBLIC_DDNS};
    assert_int_equal(rule_watchlist(kb, &scope, &arena, &csv, NULL), ERR_NONE);
    assert_slice_equal(buf_slice(&csv), SLICE("Entry,EntryType,Operator,Category\n"
                                              "a.test,suffix,Alpha,public-ddns\n"
                                              "c.b.a.test,suffix,Alpha,public-ddns\n"
                                              "www.a.test,service,Alpha,public-ddns\n"
                                              "b.a.test,suffix,Beta,tunnel\n"
                                              "xa.test,suffix,Gamma,public-ddns\n"
                                              "wild.test,wildcard,Omega,public-ddns\n"
                                              "www.wild.test,exception,Omega,public-ddns\n"));
    buf_release(&csv);
}

static void a_watchlist_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct buf rows, csv;
    buf_init(&rows, 0);
    buf_init(&csv, 0);
    buf_add_cstr(&rows, "suffix\tprovider\n");
    for (unsigned i = 0; i < 90000; i++)
        buf_printf(&rows, "suffix-number-%u.test\tAn operator\n", i);
    struct kb *large = NULL;
    assert_int_equal(kb_open_empty(&large, NULL), ERR_NONE);
    assert_int_equal(kb_add(large, buf_slice(&rows), "rows", NULL), ERR_NONE);
    const struct rule_scope scope = {0};
    assert_int_equal(rule_watchlist(large, &scope, &arena, &csv, NULL), ERR_USAGE);
    kb_free(large);
    buf_release(&rows);
    buf_release(&csv);
}

static void a_rule_over_a_watchlist_is_short(void **state)
{
    (void)state;
    struct rule_request request = request_of(RULE, "sentinel-analytics");
    request.watchlist = "my list";
    struct printed printed = print(&request);
    assert_int_equal(printed.code, ERR_NONE);
    struct slice text = printed.texts.items[0];
    assert_true(has(text, "_GetWatchlist(\"my list\")"));
    assert_true(has(text, "DdnsWildcards = toscalar"));
    assert_true(has(text, "DdnsExceptions = toscalar"));
    assert_false(has(text, "a.test"));
    static const char *const BAD[] = {"", "ab", "-abc", "abc-", "a\"b\"c", "a/b/c"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        request = request_of(RULE, "sentinel-analytics");
        request.watchlist = BAD[i];
        assert_int_equal(print(&request).code, ERR_USAGE);
    }
}

/* --- memory --- */

static void running_out_of_memory_is_an_error_wherever_it_happens(void **state)
{
    (void)state;
    static const char *const PRODUCTS[] = {"continuous", "hunting", "sentinel-analytics"};
    for (size_t p = 0; p < TEST_COUNT(PRODUCTS); p++) {
        enum err_code code = ERR_MEMORY;
        for (uint64_t nth = 1; code == ERR_MEMORY; nth++) {
            struct arena own;
            arena_init(&own, 0);
            struct rule_request request = request_of(RULE, PRODUCTS[p]);
            struct rule_texts texts = {0};
            struct rule_notes notes = {0};
            request.split = true;
            request.max_chars = p == 2 ? 4500 : 0;
            mem_fail_after(nth);
            code = rule_print(&request, &own, &texts, &notes, NULL);
            mem_fail_after(0);
            arena_release(&own);
        }
        assert_int_equal(code, ERR_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_lie_in_one_another_are_a_group),
        cmocka_unit_test(what_is_never_shown_stays_where_it_takes_hosts_away),
        cmocka_unit_test(calls_become_columns_and_x_is_x_is_left_out),
        cmocka_unit_test(parts_fit_and_together_are_the_whole),
        cmocka_unit_test(what_fits_nowhere_is_an_error_that_says_why),
        cmocka_unit_test(the_length_is_counted_as_the_products_do),
        cmocka_unit_test(a_continuous_detection_has_no_comments_and_no_sorting),
        cmocka_unit_test(what_cannot_be_said_is_refused),
        cmocka_unit_test(each_dialect_has_its_own_columns),
        cmocka_unit_test(a_detection_is_told_what_it_must_give),
        cmocka_unit_test(names_of_operators_are_no_code),
        cmocka_unit_test(suffixes_of_too_many_labels_are_refused),
        cmocka_unit_test(the_watchlist_has_all_types_of_rows),
        cmocka_unit_test(a_watchlist_that_is_too_large_is_refused),
        cmocka_unit_test(a_rule_over_a_watchlist_is_short),
        cmocka_unit_test(running_out_of_memory_is_an_error_wherever_it_happens),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
