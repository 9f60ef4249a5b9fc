/*
 * test_kb_table.c - rows are added: what a table may hold, what replaces what, each error with its words, and no memory.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "ddns/kb.h"

#include <malloc.h>
#include <stdio.h>

#include "test.h"

#define HEAD  "suffix\tprovider\n"
#define HOSTS "host\tprovider\n"

static struct kb *open_empty(void)
{
    struct kb *kb = NULL;
    struct err err;
    assert_int_equal(kb_open_empty(&kb, &err), ERR_NONE);
    return kb;
}

static void must_add(struct kb *kb, const char *table)
{
    struct err err;
    if (kb_add(kb, slice_from_cstr(table), "rows.tsv", &err) != ERR_NONE)
        fail_msg("%s: %s", err.where, err.text);
}

static void must_add_services(struct kb *kb, const char *table)
{
    struct err err;
    if (kb_add_services(kb, slice_from_cstr(table), "hosts.tsv", &err) != ERR_NONE)
        fail_msg("%s: %s", err.where, err.text);
}

/* --- what is read --- */

static void every_column_is_kept_in_whatever_order(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    must_add(kb, "# a comment\n\nrisk\tpublished\tprovider\tsource\ttier\tsuffix\tcategory\n"
                 "high\tPub\tGr\xc3\xbc\xc3\x9f\x65 AG\tpsl,nextdns\tB\tb.example.org\ttunnel\r\n"
                 "#\n \t \n"
                 "medium\t\tBare\t\t-\t  !w.A.Example.Org \tvendor-ddns\t\t\n"
                 "\t\tBare\t\t\t*.a.example.org");
    assert_int_equal(kb_rule_count(kb), 3);
    const struct kb_rule *rule = kb_rule_at(kb, 1);
    assert_slice_equal(rule->suffix, SLICE("b.example.org"));
    assert_slice_equal(rule->provider, SLICE("Gr\xc3\xbc\xc3\x9f\x65 AG"));
    assert_int_equal(rule->category, KB_TUNNEL);
    assert_int_equal(rule->tier, 'B');
    assert_int_equal(rule->risk, KB_RISK_HIGH);
    assert_slice_equal(rule->source, SLICE("psl,nextdns"));
    assert_slice_equal(rule->published, SLICE("Pub"));
    assert_int_equal(rule->provider.ptr[rule->provider.len], '\0');
    assert_int_equal(rule->suffix.ptr[rule->suffix.len], '\0');
    rule = kb_rule_at(kb, 0);
    assert_slice_equal(rule->suffix, SLICE("a.example.org"));
    assert_true(rule->wildcard && !rule->except);
    rule = kb_rule_at(kb, 2);
    assert_slice_equal(rule->suffix, SLICE("w.a.example.org"));
    assert_true(rule->except && !rule->wildcard);
    assert_int_equal(rule->category, KB_VENDOR_DDNS);
    assert_int_equal(rule->tier, KB_TIER_NONE);
    assert_int_equal(rule->risk, KB_RISK_MEDIUM);
    kb_free(kb);
}

static void defaults_stand_in_for_what_is_not_said(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    must_add(kb, "\xef\xbb\xbf" HEAD "x.example.org\tX");
    must_add_services(kb, HOSTS "www.example.org\tX");
    assert_int_equal(kb_rule_count(kb), 1);
    const struct kb_rule *rule = kb_rule_at(kb, 0);
    assert_slice_equal(rule->suffix, SLICE("x.example.org"));
    assert_slice_equal(rule->provider, SLICE("X"));
    assert_int_equal(rule->category, KB_PUBLIC_DDNS);
    assert_int_equal(rule->tier, KB_TIER_NONE);
    assert_int_equal(rule->risk, KB_RISK_LOW);
    assert_slice_equal(rule->source, SLICE(""));
    assert_slice_equal(rule->published, SLICE(""));
    assert_false(rule->wildcard || rule->except);
    assert_int_equal(kb_service_count(kb), 1);
    const struct kb_service *service = kb_service_at(kb, 0);
    assert_slice_equal(service->host, SLICE("www.example.org"));
    assert_slice_equal(service->provider, SLICE("X"));
    assert_int_equal(service->category, KB_PUBLIC_DDNS);
    assert_slice_equal(service->purpose, SLICE(""));
    assert_slice_equal(service->source, SLICE(""));
    kb_free(kb);
}

static void names_come_out_as_hosts_do(void **state)
{
    (void)state;
    const struct {
        const char *cell, *name;
    } cases[] = {
        {"DuckDNS.Org", "duckdns.org"},
        {"m\xc3\xbcnchen.example", "xn--mnchen-3ya.example"},
        {"M\xc3\x9cNCHEN.Example", "xn--mnchen-3ya.example"},
        {"XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"},
        {"stra\xc3\x9f\x65.example", "xn--strae-oqa.example"}, /* non-transitional: no "strasse" */
        {"b\xc3\xbc\x63her\xe3\x80\x82\x65xample", "xn--bcher-kva.example"},
        {"xn--ho8hpa.WS", "xn--ho8hpa.ws"}, /* emoji: no IDNA, but registered */
        {"a--b.c-d.e1.2x", "a--b.c-d.e1.2x"},
        {"ab--cd.example", "ab--cd.example"},
        {"1.2.3.a4", "1.2.3.a4"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct kb *kb = open_empty();
        char table[256];
        sprintf(table, HEAD "%s\tX\n", cases[i].cell);
        must_add(kb, table);
        assert_slice_equal(kb_rule_at(kb, 0)->suffix, slice_from_cstr(cases[i].name));
        struct kb_match match;
        assert_true(kb_find(kb, slice_from_cstr(cases[i].name), &match));
        kb_free(kb);
    }
}

static void the_longest_names_and_labels_are_taken(void **state)
{
    (void)state;
    char label[64], table[1024];
    memset(label, 'a', 63);
    label[63] = '\0';
    struct kb *kb = open_empty();
    sprintf(table, HEAD "%s.%s.%s.%.61s\tX\n*.%s.%s.%s.%.59s\tX\n", label, label, label, label, label, label, label,
            label);
    must_add(kb, table);
    assert_int_equal(kb_rule_count(kb), 2);
    assert_int_equal(kb_rule_at(kb, 1)->suffix.len, 253);
    assert_int_equal(kb_labels_max(kb), 5);
    kb_free(kb);
}

static void rows_are_listed_in_the_order_of_their_text(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    must_add(kb,
             HEAD "*.b.example\tX\nb.example\tX\nab.example\tX\n!b.b.example\tX\n*.b.b.example\tX\nb.b.example\tX\n");
    must_add(kb, HEAD "aa.example\tX\nz.example\tX\nb.c.example\tX\n");
    const char *const expected[] = {"aa.example",  "ab.example", "b.b.example", "*.b.b.example", "!b.b.example",
                                    "b.c.example", "b.example",  "*.b.example", "z.example"};
    assert_int_equal(kb_rule_count(kb), TEST_COUNT(expected));
    for (uint32_t i = 0; i < TEST_COUNT(expected); i++) {
        const struct kb_rule *rule = kb_rule_at(kb, i);
        char text[64];
        sprintf(text, "%s%s", rule->wildcard ? "*." : rule->except ? "!" : "", rule->suffix.ptr);
        assert_string_equal(text, expected[i]);
    }
    must_add_services(kb, HOSTS "b.example\tX\na.example\tX\n");
    assert_slice_equal(kb_service_at(kb, 0)->host, SLICE("a.example"));
    kb_free(kb);
}

/* --- what replaces what --- */

static void a_row_takes_the_place_of_the_same_rule(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    must_add(kb, HEAD "x.example\tOld\n*.x.example\tStar\ny.example\tKept\n");
    must_add_services(kb, HOSTS "www.x.example\tOld\n");
    const struct kb_rule *old = kb_rule_at(kb, 0);
    must_add(kb, "suffix\tprovider\tcategory\nX.example\tNew\tvendor-ddns\nz.example\tMore\ttunnel\n");
    must_add_services(kb, HOSTS "www.x.example\tNew\n");
    assert_int_equal(kb_rule_count(kb), 4);
    assert_int_equal(kb_service_count(kb), 1);
    assert_slice_equal(old->provider, SLICE("Old"));
    struct kb_match match;
    assert_true(kb_find(kb, SLICE("x.example"), &match));
    assert_slice_equal(match.provider, SLICE("New"));
    assert_int_equal(match.category, KB_VENDOR_DDNS);
    assert_true(kb_find(kb, SLICE("a.b.x.example"), &match));
    assert_slice_equal(match.provider, SLICE("Star"));
    assert_true(kb_find(kb, SLICE("www.x.example"), &match));
    assert_slice_equal(match.provider, SLICE("New"));
    assert_true(kb_find(kb, SLICE("a.y.example"), &match));
    assert_slice_equal(match.provider, SLICE("Kept"));
    kb_free(kb);
}

static void an_exception_may_be_to_a_wildcard_that_is_there(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    must_add(kb, HEAD "*.x.example\tStar\n");
    must_add(kb, HEAD "!a.x.example\tStar\n");
    struct kb_match match;
    assert_false(kb_find(kb, SLICE("b.a.x.example"), &match));
    assert_true(kb_find(kb, SLICE("b.b.x.example"), &match));
    kb_free(kb);
}

/* --- errors --- */

static void assert_refused(const char *table, bool services, const char *where, const char *text, const char *hint)
{
    struct kb *kb = open_empty();
    must_add(kb, HEAD "kept.example\tKept\n");
    struct err err = {0};
    enum err_code code = services ? kb_add_services(kb, slice_from_cstr(table), "hosts.tsv", &err)
                                  : kb_add(kb, slice_from_cstr(table), "rows.tsv", &err);
    if (code != ERR_USAGE)
        fail_msg("%s\nis code %d", table, code);
    assert_string_equal(err.where, where);
    assert_string_equal(err.text, text);
    assert_string_equal(err.hint, hint);
    assert_int_equal(kb_rule_count(kb), 1);
    assert_int_equal(kb_service_count(kb), 0);
    struct kb_match match;
    assert_true(kb_find(kb, SLICE("a.kept.example"), &match));
    assert_false(kb_find(kb, SLICE("a.good.example"), &match));
    kb_free(kb);
}

#define COLUMNS                                                                                                        \
    "the first row names the columns, with TABs between them: suffix, provider, category, tier, risk, source, "        \
    "published"

static void what_is_wrong_in_the_first_row_is_told(void **state)
{
    (void)state;
    assert_refused("", false, "rows.tsv", "there is no row in it", COLUMNS);
    assert_refused("# only\n\n# comments\n", false, "rows.tsv", "there is no row in it", COLUMNS);
    assert_refused("duckdns.org\nddns.net\n", false, "rows.tsv:1", "no column is called \"duckdns.org\"", COLUMNS);
    assert_refused("#\nsufix\tprovider\n", false, "rows.tsv:2", "no column is called \"sufix\"",
                   "did you mean suffix?");
    assert_refused("suffix\tcategory\n", false, "rows.tsv:1", "no column is called \"provider\"", COLUMNS);
    assert_refused("provider\n", false, "rows.tsv:1", "no column is called \"suffix\"", COLUMNS);
    assert_refused("suffix\tprovider\tsuffix\n", false, "rows.tsv:1", "column \"suffix\" stands twice", "");
    assert_refused("suffix\tprovider\t\n", false, "rows.tsv:1", "no column is called \"\"", COLUMNS);
    assert_refused(
        "suffix\tprovider\n", true, "hosts.tsv:1", "no column is called \"suffix\"",
        "the first row names the columns, with TABs between them: host, provider, category, purpose, source");
}

static void what_is_wrong_in_a_row_is_told_with_its_line(void **state)
{
    (void)state;
    const char *const all = "suffix\tprovider\tcategory\ttier\trisk\tsource\n\n# comment\ngood.example\tGood\n";
    const struct {
        const char *row, *text, *hint;
    } cases[] = {
        {"a.example\t", "\"a.example\" has no provider", ""},
        {"\tX", "a row has no suffix", ""},
        {"a.example\tX\tddns", "no category is called \"ddns\"", "there are public-ddns, vendor-ddns, tunnel"},
        {"a.example\tX\tTunnel", "no category is called \"Tunnel\"", "did you mean tunnel?"},
        {"a.example\tX\t\tD", "tier \"D\" is none of A, B, C", ""},
        {"a.example\tX\t\tAB", "tier \"AB\" is none of A, B, C", ""},
        {"a.example\tX\t\t\tnone", "no risk is called \"none\"", "there are low, medium, high"},
        {"a.example\tX\t\t\tlow\tpsl\tmore", "the row has more cells than the first row names columns (6)", ""},
        {"a.example\tX\x1b[31m", "the provider holds a control character", ""},
        {"a.example\tX\xc2\x85", "the provider holds a control character", ""},
        {"a.example\tX\xff", "the provider is not valid UTF-8", ""},
        {"good.example\tBetter", "\"good.example\" stands twice, first in line 4", ""},
        {"GOOD.example\tBetter", "\"good.example\" stands twice, first in line 4", ""},
        {"!a.good.example\tX", "\"!a.good.example\" is an exception to nothing: there is no row \"*.good.example\"",
         ""},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        char table[512];
        sprintf(table, "%s%s\n", all, cases[i].row);
        assert_refused(table, false, "rows.tsv:5", cases[i].text, cases[i].hint);
    }
    assert_refused(HOSTS "\tX\n", true, "hosts.tsv:2", "a row has no host", "");
    assert_refused(HOSTS "a.example\t\n", true, "hosts.tsv:2", "\"a.example\" has no provider", "");
    assert_refused(HOSTS "a.example\tX\na.example\tX\n", true, "hosts.tsv:3",
                   "\"a.example\" stands twice, first in line 2", "");
    assert_refused(HOSTS "*.example.org\tX\n", true, "hosts.tsv:2", "\"*.example.org\" is no host name: it holds \"*\"",
                   "");
}

static void the_first_of_several_doubles_is_told(void **state)
{
    (void)state;
    assert_refused(HEAD "z.example\t1\nb.example\t1\nz.example\t2\nb.example\t2\nz.example\t3\n*.b.example\tX\n", false,
                   "rows.tsv:4", "\"z.example\" stands twice, first in line 2", "");
    assert_refused(HEAD "*.z.example\t1\nz.example\t1\n*.Z.example\t2\n", false, "rows.tsv:4",
                   "\"*.z.example\" stands twice, first in line 2", "");
}

static void what_is_no_host_name_is_told(void **state)
{
    (void)state;
    const char *const top = "all names below a top-level domain would be hits";
    const char *const dot = "write it without a dot at its ends";
    const struct {
        const char *cell, *why, *hint;
    } cases[] = {
        {"com", "it has one label only", top},
        {"*.com", "it has one label only", top},
        {"*", "it holds \"*\"", ""},
        {".duckdns.org", "a label is empty", dot},
        {"duckdns.org.", "a label is empty", dot},
        {"a..example", "a label is empty", dot},
        {"*.", "a label is empty", dot},
        {"!", "a label is empty", dot},
        {"a_b.example", "it holds \"_\"", ""},
        {"http://a.example", "it holds \":\"", ""},
        {"a b.example", "it holds a blank or a control character", ""},
        {"a\x01.example", "it holds a blank or a control character", ""},
        {"*.*.example.org", "it holds \"*\"", ""},
        {"-a.example", "a label begins or ends with a hyphen", ""},
        {"a-.example", "a label begins or ends with a hyphen", ""},
        {"a.10.0.0.1", "it ends in a number, as addresses do", ""},
        {"xn--mnchen-3ya!.example", "it holds \"!\"", ""},
        {"xn--.example", "a label begins or ends with a hyphen", ""},
        {"xn--0.example", "string contains invalid punycode data", ""},
        {"i\xe2\x9d\xa4.example", "string contains a disallowed character",
         "if there is such a name, write it as it stands in DNS (xn--...)"},
        {"m\xc3\xbc_n.example", "it holds \"_\"", ""},
        {"\xc3\xbc", "it has one label only", top},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        char table[256], text[256];
        const char *name = cases[i].cell + (cases[i].cell[0] == '!' ? 1 : strncmp(cases[i].cell, "*.", 2) ? 0 : 2);
        sprintf(table, HEAD "%s\tX\n", cases[i].cell);
        sprintf(text, "\"%s\" is no host name: %s", name, cases[i].why);
        assert_refused(table, false, "rows.tsv:2", text, cases[i].hint);
    }
    assert_refused(HEAD "\xff.example\tX\n", false, "rows.tsv:2", "a host name is not valid UTF-8", "");
}

static void what_is_too_long_is_told_in_short(void **state)
{
    (void)state;
    char label[65], table[2048], text[512];
    memset(label, 'a', 64);
    label[64] = '\0';
    sprintf(table, HEAD "%s.example\tX\n", label);
    sprintf(text, "\"%s.example\" is no host name: a label is longer than 63 bytes", label);
    assert_refused(table, false, "rows.tsv:2", text, "");
    sprintf(table, HEAD "%.63s.%.63s.%.63s.%.62s\tX\n", label, label, label, label);
    sprintf(text, "\"%.63s.%.36s\" is no host name: it is longer than 253 bytes", label, label);
    assert_refused(table, false, "rows.tsv:2", text, "");
    sprintf(table, HEAD "*.%.63s.%.63s.%.63s.%.60s\tX\n", label, label, label, label);
    sprintf(text, "\"*.%.63s.%.34s\" leaves no room for a label", label, label);
    assert_refused(table, false, "rows.tsv:2", text, "");
    size_t len = (size_t)sprintf(table, HEAD);
    for (int i = 0; i < 1020; i++)
        table[len++] = i % 2 ? '.' : 'b';
    sprintf(table + len, "\xc3\xbc\tX\n");
    char *at = text + sprintf(text, "\"");
    for (int i = 0; i < 50; i++)
        at += sprintf(at, "b.");
    sprintf(at, "\" is no host name: it is far too long");
    assert_refused(table, false, "rows.tsv:2", text, "");
    sprintf(table, HEAD "a.example\t%.64s%.64s%.64s%.9s\n", label, label, label, label);
    assert_refused(table, false, "rows.tsv:2", "the provider is longer than 200 bytes", "");
}

/* --- no memory --- */

/* Bytes that are allocated now. */
#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void);
static size_t bytes_in_use(void)
{
    return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t bytes_in_use(void)
{
    return mallinfo2().uordblks;
}
#endif

/* A service that loads a broken file again and again must not grow with each time. */
static void a_refused_table_keeps_no_memory(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    struct err err;
    size_t first = 0;
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(kb_add(kb, SLICE(HEAD "a.example\tA\nbad\tB\n"), "rows.tsv", &err), ERR_USAGE);
        assert_int_equal(kb_add(kb, SLICE(HEAD "a.example\tA\na.example\tB\n"), "rows.tsv", &err), ERR_USAGE);
        if (i == 0)
            first = bytes_in_use();
    }
    assert_in_range(bytes_in_use(), 0, first + 1000);
    kb_free(kb);
}

static void each_failed_allocation_is_told_and_nothing_is_changed(void **state)
{
    (void)state;
    const struct slice rules = SLICE(HEAD "a.example\tA\n*.m\xc3\xbcn.example\tB\n!x.m\xc3\xbcn.example\tC\n");
    const struct slice services = SLICE(HOSTS "www.kept.example\tKept\n");
    unsigned failures = 0;
    for (uint64_t nth = 1;; nth++) {
        struct kb *kb = open_empty();
        must_add(kb, HEAD "kept.example\tKept\n");
        struct err err;
        mem_fail_after(nth);
        enum err_code code = kb_add(kb, rules, "rows.tsv", &err);
        if (code == ERR_NONE)
            code = kb_add_services(kb, services, "hosts.tsv", &err);
        mem_fail_after(0);
        struct kb_match match;
        assert_true(kb_find(kb, SLICE("x.kept.example"), &match));
        uint32_t count = kb_rule_count(kb);
        assert_true(count == 1 || count == 4);
        assert_int_equal(kb_find(kb, SLICE("x.a.example"), &match), count == 4);
        assert_int_equal(kb_service_count(kb), code == ERR_NONE);
        kb_free(kb);
        if (code == ERR_NONE)
            break;
        assert_int_equal(code, ERR_MEMORY);
        failures++;
    }
    assert_true(failures >= 10);
}

static void opening_without_memory_is_told(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct kb *kb = NULL;
        struct err err;
        mem_fail_after(nth);
        enum err_code code = kb_open(&kb, &err);
        mem_fail_after(0);
        if (code == ERR_NONE) {
            assert_int_equal(nth, 8);
            kb_free(kb);
            return;
        }
        assert_int_equal(code, ERR_MEMORY);
        assert_null(kb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_is_kept_in_whatever_order),
        cmocka_unit_test(defaults_stand_in_for_what_is_not_said),
        cmocka_unit_test(names_come_out_as_hosts_do),
        cmocka_unit_test(the_longest_names_and_labels_are_taken),
        cmocka_unit_test(rows_are_listed_in_the_order_of_their_text),
        cmocka_unit_test(a_row_takes_the_place_of_the_same_rule),
        cmocka_unit_test(an_exception_may_be_to_a_wildcard_that_is_there),
        cmocka_unit_test(what_is_wrong_in_the_first_row_is_told),
        cmocka_unit_test(what_is_wrong_in_a_row_is_told_with_its_line),
        cmocka_unit_test(the_first_of_several_doubles_is_told),
        cmocka_unit_test(what_is_no_host_name_is_told),
        cmocka_unit_test(what_is_too_long_is_told_in_short),
        cmocka_unit_test(a_refused_table_keeps_no_memory),
        cmocka_unit_test(each_failed_allocation_is_told_and_nothing_is_changed),
        cmocka_unit_test(opening_without_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
