/*
 * test_api.c - the public C API: what its header promises, with many threads on one knowledge base, and without memory.
 */
#include "ddnshunt.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#define ROWS "suffix\tprovider\tcategory\nmine.example\tMine\tvendor-ddns\n*.star.example\tStar\ttunnel\n"

static ddh_kb *open_kb(void)
{
    ddh_kb *kb = NULL;
    assert_int_equal(ddh_kb_open(&kb), DDH_OK);
    return kb;
}

static ddh_kb *open_rows(const char *rows)
{
    ddh_kb *kb = NULL;
    assert_int_equal(ddh_kb_open_empty(&kb), DDH_OK);
    assert_int_equal(ddh_kb_add(kb, rows, DDH_ZERO_TERMINATED, "rows"), DDH_OK);
    return kb;
}

static void a_host_a_url_and_a_disguise_give_the_same_answer(void **state)
{
    (void)state;
    const char *const texts[] = {"a.duckdns.org", "A.DuckDNS.org.", "http://a.duckdns.org:8080/x?y#z",
                                 "hxxps://user:pw@a[.]duckdns[.]org/", "  a%2Educkdns%2eorg\n"};
    ddh_kb *kb = open_kb();
    ddh_match *match = ddh_match_new();
    for (size_t i = 0; i < TEST_COUNT(texts); i++) {
        assert_int_equal(ddh_lookup(kb, texts[i], DDH_ZERO_TERMINATED, match), DDH_OK);
        size_t len = 0;
        assert_string_equal(ddh_match_host(match, &len), "a.duckdns.org");
        assert_int_equal(len, strlen("a.duckdns.org"));
        assert_int_equal(ddh_match_host_kind(match), DDH_HOST_NAME);
        assert_string_equal(ddh_match_suffix(match), "duckdns.org");
        assert_string_equal(ddh_match_provider(match), "DuckDNS");
        assert_int_equal(ddh_match_category(match), DDH_PUBLIC_DDNS);
        assert_int_equal(ddh_match_kind(match), DDH_USER_HOST);
        assert_string_equal(ddh_match_purpose(match), "");
    }
    ddh_match_free(match);
    ddh_kb_free(kb);
}

static void assert_nothing(const ddh_match *match, const char *host, ddh_host_kind kind)
{
    assert_string_equal(ddh_match_host(match, NULL), host);
    assert_int_equal(ddh_match_host_kind(match), kind);
    assert_string_equal(ddh_match_suffix(match), "");
    assert_string_equal(ddh_match_provider(match), "");
    assert_string_equal(ddh_match_purpose(match), "");
    assert_int_equal(ddh_match_category(match), DDH_NO_CATEGORY);
    assert_int_equal(ddh_match_kind(match), DDH_NO_KIND);
}

static void what_is_not_found_leaves_nothing_of_what_was(void **state)
{
    (void)state;
    const struct {
        const char *text, *host;
        ddh_host_kind kind;
    } cases[] = {
        {"www.example.com", "www.example.com", DDH_HOST_NAME},
        {"", "", DDH_HOST_NONE},
        {"http://", "", DDH_HOST_NONE},
        {"192.0.2.7:80", "", DDH_HOST_IPV4},
        {"[2001:db8::1]:443", "", DDH_HOST_IPV6},
        {"duckdns.org.example.com", "duckdns.org.example.com", DDH_HOST_NAME},
    };
    ddh_kb *kb = open_kb();
    ddh_match *match = ddh_match_new();
    assert_nothing(match, "", DDH_HOST_NONE);
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        assert_int_equal(ddh_lookup(kb, "www.duckdns.org", DDH_ZERO_TERMINATED, match), DDH_OK);
        assert_int_equal(ddh_match_kind(match), DDH_SERVICE);
        assert_int_equal(ddh_lookup(kb, cases[i].text, DDH_ZERO_TERMINATED, match), DDH_NOT_FOUND);
        assert_nothing(match, cases[i].host, cases[i].kind);
    }
    assert_int_equal(ddh_lookup(kb, NULL, 0, match), DDH_NOT_FOUND);
    ddh_match_free(match);
    ddh_kb_free(kb);
}

static void a_length_may_cut_a_text_and_a_nul_may_stand_in_one(void **state)
{
    (void)state;
    ddh_kb *kb = open_kb();
    ddh_match *match = ddh_match_new();
    assert_int_equal(ddh_lookup(kb, "a.duckdns.organic", strlen("a.duckdns.org"), match), DDH_OK);
    assert_string_equal(ddh_match_suffix(match), "duckdns.org");
    assert_int_equal(ddh_lookup(kb, "a\0b.duckdns.org", 15, match), DDH_OK);
    size_t len;
    const char *host = ddh_match_host(match, &len);
    assert_int_equal(len, 15);
    assert_memory_equal(host, "a\0b.duckdns.org", 16);
    assert_string_equal(ddh_match_suffix(match), "duckdns.org");
    ddh_match_free(match);
    ddh_kb_free(kb);
}

static void rows_of_a_caller_are_added_and_replace(void **state)
{
    (void)state;
    ddh_kb *kb = open_kb();
    size_t before = ddh_kb_suffix_count(kb), services = ddh_kb_service_count(kb);
    assert_true(before > 1000 && services > 20);
    assert_int_equal(ddh_kb_add(kb, ROWS "duckdns.org\tMe\tpublic-ddns\n", DDH_ZERO_TERMINATED, "rows"), DDH_OK);
    assert_int_equal(
        ddh_kb_add_services(kb, "host\tprovider\tpurpose\nwww.mine.example\tMine\tweb\n", DDH_ZERO_TERMINATED, "hosts"),
        DDH_OK);
    assert_string_equal(ddh_kb_message(kb), "");
    assert_int_equal(ddh_kb_suffix_count(kb), before + 2);
    assert_int_equal(ddh_kb_service_count(kb), services + 1);
    ddh_match *match = ddh_match_new();
    assert_int_equal(ddh_lookup(kb, "x.duckdns.org", DDH_ZERO_TERMINATED, match), DDH_OK);
    assert_string_equal(ddh_match_provider(match), "Me");
    assert_int_equal(ddh_lookup(kb, "x.y.star.example", DDH_ZERO_TERMINATED, match), DDH_OK);
    assert_string_equal(ddh_match_suffix(match), "y.star.example");
    assert_int_equal(ddh_match_category(match), DDH_TUNNEL);
    assert_int_equal(ddh_lookup(kb, "www.mine.example", DDH_ZERO_TERMINATED, match), DDH_OK);
    assert_string_equal(ddh_match_purpose(match), "web");
    assert_int_equal(ddh_match_kind(match), DDH_SERVICE);
    assert_int_equal(ddh_match_category(match), DDH_PUBLIC_DDNS);
    ddh_match_free(match);
    ddh_kb_free(kb);
}

static void a_bad_table_changes_nothing_and_says_why(void **state)
{
    (void)state;
    ddh_kb *kb = open_rows(ROWS);
    assert_int_equal(
        ddh_kb_add(kb, "suffix\tprovider\ngood.example\tX\nbad\x1b[2J.example\tX\n", DDH_ZERO_TERMINATED, "r"),
        DDH_BAD_TABLE);
    assert_string_equal(ddh_kb_message(kb),
                        "r:3: \"bad?[2J.example\" is no host name: it holds a blank or a control character");
    assert_int_equal(ddh_kb_add(kb, "suffix\tprovidr\n", DDH_ZERO_TERMINATED, "r"), DDH_BAD_TABLE);
    assert_string_equal(ddh_kb_message(kb), "r:1: no column is called \"providr\" (did you mean provider?)");
    assert_int_equal(ddh_kb_add(kb, "s\xc2\x9bK\tprovider\n", DDH_ZERO_TERMINATED, "r"), DDH_BAD_TABLE);
    assert_memory_equal(ddh_kb_message(kb), "r:1: no column is called \"s\?\?K\" (", 32);
    assert_int_equal(ddh_kb_suffix_count(kb), 2);
    assert_int_equal(ddh_kb_add(kb, ROWS, strlen(ROWS), "r"), DDH_OK);
    assert_string_equal(ddh_kb_message(kb), "");
    ddh_kb_free(kb);
}

static void files_are_read_or_it_is_said_why_not(void **state)
{
    (void)state;
    char path[] = "/tmp/ddnshunt-test-XXXXXX", expected[128];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    /* More than one read of the file. */
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fputs("suffix\tprovider\n", file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "host%d.example\tNumber %d\n", i, i);
    fclose(file);
    ddh_kb *kb = open_rows(ROWS);
    assert_int_equal(ddh_kb_add_file(kb, path), DDH_OK);
    assert_int_equal(ddh_kb_suffix_count(kb), 10002);
    ddh_match *match = ddh_match_new();
    assert_int_equal(ddh_lookup(kb, "a.host9999.example", DDH_ZERO_TERMINATED, match), DDH_OK);
    assert_string_equal(ddh_match_provider(match), "Number 9999");
    ddh_match_free(match);
    assert_int_equal(ddh_kb_add_services_file(kb, path), DDH_BAD_TABLE);
    snprintf(expected, sizeof expected, "%s:1: no column is called \"suffix\" (", path);
    assert_memory_equal(ddh_kb_message(kb), expected, strlen(expected));
    unlink(path);
    assert_int_equal(ddh_kb_add_file(kb, path), DDH_NO_FILE);
    snprintf(expected, sizeof expected, "%s: can't open it: No such file or directory", path);
    assert_string_equal(ddh_kb_message(kb), expected);
    assert_int_equal(ddh_kb_add_services_file(kb, "/"), DDH_NO_FILE);
    assert_string_equal(ddh_kb_message(kb), "/: can't read it: Is a directory");
    assert_int_equal(ddh_kb_suffix_count(kb), 10002);
    ddh_kb_free(kb);
}

static void every_number_has_its_word(void **state)
{
    (void)state;
    assert_string_equal(ddh_version(), DDH_VERSION);
    assert_string_equal(ddh_category_text(DDH_NO_CATEGORY), "");
    assert_string_equal(ddh_category_text(DDH_PUBLIC_DDNS), "public-ddns");
    assert_string_equal(ddh_category_text(DDH_VENDOR_DDNS), "vendor-ddns");
    assert_string_equal(ddh_category_text(DDH_TUNNEL), "tunnel");
    assert_string_equal(ddh_category_text((ddh_category)99), "");
    assert_string_equal(ddh_kind_text(DDH_NO_KIND), "");
    assert_string_equal(ddh_kind_text(DDH_USER_HOST), "host");
    assert_string_equal(ddh_kind_text(DDH_SERVICE), "service");
    assert_string_equal(ddh_kind_text((ddh_kind)99), "");
    for (int i = DDH_OK; i <= DDH_LIMIT; i++)
        for (int k = DDH_OK; k < i; k++)
            assert_string_not_equal(ddh_status_text((ddh_status)i), ddh_status_text((ddh_status)k));
    assert_string_equal(ddh_status_text((ddh_status)99), "unknown status");
}

static void null_is_freed(void **state)
{
    (void)state;
    ddh_kb_free(NULL);
    ddh_match_free(NULL);
}

/* --- threads --- */

enum { THREADS = 8, ROUNDS = 400 };

struct probe {
    const char *text, *host, *suffix, *provider;
};
static const struct probe PROBES[] = {
    {"http://a.duckdns.org/x", "a.duckdns.org", "duckdns.org", "DuckDNS"},
    {"X.DDNS.NET:443", "x.ddns.net", "ddns.net", "No-IP"},
    {"www.example.com", "www.example.com", "", ""},
    {"b\xc3\xbc\x63her.mine.example", "xn--bcher-kva.mine.example", "mine.example", "Mine"},
    {"a.much.longer.name.than.the.others.so.that.buffers.grow.y.star.example",
     "a.much.longer.name.than.the.others.so.that.buffers.grow.y.star.example", "y.star.example", "Star"},
};

/* The number of wrong answers: cmocka's own checks are for one thread. */
static void *look_up(void *user)
{
    const ddh_kb *kb = user;
    ddh_match *match = ddh_match_new();
    uintptr_t wrong = match ? 0 : 1;
    for (int round = 0; match && round < ROUNDS; round++)
        for (size_t i = 0; i < TEST_COUNT(PROBES); i++) {
            const struct probe *probe = &PROBES[i];
            ddh_status status = ddh_lookup(kb, probe->text, DDH_ZERO_TERMINATED, match);
            wrong += status != (probe->suffix[0] ? DDH_OK : DDH_NOT_FOUND);
            wrong += strcmp(ddh_match_host(match, NULL), probe->host) != 0;
            wrong += strcmp(ddh_match_suffix(match), probe->suffix) != 0;
            wrong += strcmp(ddh_match_provider(match), probe->provider) != 0;
        }
    ddh_match_free(match);
    return (void *)wrong;
}

static void many_threads_look_up_in_one_knowledge_base(void **state)
{
    (void)state;
    ddh_kb *kb = open_kb();
    assert_int_equal(ddh_kb_add(kb, ROWS, DDH_ZERO_TERMINATED, "rows"), DDH_OK);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, kb), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_int_equal((uintptr_t)wrong, 0);
    }
    ddh_kb_free(kb);
}

/* --- no memory --- */

static void each_failed_allocation_is_told(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (uint64_t nth = 1;; nth++) {
        ddh_kb *kb = NULL;
        mem_fail_after(nth);
        ddh_status status = ddh_kb_open(&kb);
        if (status == DDH_OK)
            status = ddh_kb_add(kb, ROWS, DDH_ZERO_TERMINATED, "rows");
        else
            assert_null(kb);
        ddh_match *match = status == DDH_OK ? ddh_match_new() : NULL;
        if (status == DDH_OK && !match)
            status = DDH_NO_MEMORY;
        if (match) {
            status = ddh_lookup(kb, "HTTP://A.Duck%44NS.org", DDH_ZERO_TERMINATED, match);
            if (status == DDH_NO_MEMORY)
                assert_nothing(match, "", DDH_HOST_NONE);
        }
        mem_fail_after(0);
        ddh_match_free(match);
        ddh_kb_free(kb);
        if (status == DDH_OK)
            break;
        assert_int_equal(status, DDH_NO_MEMORY);
        failures++;
    }
    assert_true(failures > 10);
}

static void a_lookup_allocates_only_until_its_match_has_grown(void **state)
{
    (void)state;
    ddh_kb *kb = open_kb();
    ddh_match *match = ddh_match_new();
    assert_int_equal(ddh_lookup(kb, "http://A.B.C.duckdns.org/", DDH_ZERO_TERMINATED, match), DDH_OK);
    uint64_t before = mem_allocations();
    for (int i = 0; i < 100; i++)
        assert_int_equal(ddh_lookup(kb, i % 2 ? "x.ddns.net" : "http://C.B.A.duckdns.org/", DDH_ZERO_TERMINATED, match),
                         DDH_OK);
    assert_int_equal(mem_allocations(), before);
    ddh_match_free(match);
    ddh_kb_free(kb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_a_url_and_a_disguise_give_the_same_answer),
        cmocka_unit_test(what_is_not_found_leaves_nothing_of_what_was),
        cmocka_unit_test(a_length_may_cut_a_text_and_a_nul_may_stand_in_one),
        cmocka_unit_test(rows_of_a_caller_are_added_and_replace),
        cmocka_unit_test(a_bad_table_changes_nothing_and_says_why),
        cmocka_unit_test(files_are_read_or_it_is_said_why_not),
        cmocka_unit_test(every_number_has_its_word),
        cmocka_unit_test(null_is_freed),
        cmocka_unit_test(many_threads_look_up_in_one_knowledge_base),
        cmocka_unit_test(each_failed_allocation_is_told),
        cmocka_unit_test(a_lookup_allocates_only_until_its_match_has_grown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
