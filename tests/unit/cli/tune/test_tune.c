/*
 * test_tune.c - tuning options as stages of KQL: what is written, where it is put, what is refused.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/tune/tune.h"
#include "kql/syntax/parser.h"

enum { ARGS_MAX = 16 };

static struct arena arena;
static struct err err;
static struct opts opts;
static struct tuning tuning;
static struct tune_texts texts;
static char list_path[64];

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    err = (struct err){0};
    opts = (struct opts){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    opts_release(&opts);
    arena_release(&arena);
    return 0;
}

/* What main() gets is not const; nobody writes to it. */
static char *argument(const char *text)
{
    union {
        const char *in;
        char *out;
    } same = {.in = text};
    return same.out;
}

/* Reads the options, which end with NULL. */
static enum err_code read_options(const char *const *args, const struct kb *known)
{
    char *argv[ARGS_MAX + 3] = {argument("ddnshunt"), argument("scan"), argument("--no-config")};
    int argc = 3;
    for (; *args && argc < ARGS_MAX + 3; args++)
        argv[argc++] = argument(*args);
    opts_release(&opts);
    err = (struct err){0};
    enum err_code code = opts_parse(argc, argv, no_environment, &opts, &err);
    return code == ERR_NONE ? tuning_read(&opts, known, &arena, &tuning, &err) : code;
}

#define READ(...) read_options((const char *const[]){__VA_ARGS__, NULL}, NULL)

static enum err_code tune(const char *query, struct buf *out)
{
    struct ast *ast;
    assert_int_equal(kql_parse(slice_from_cstr(query), &arena, &ast, &err), ERR_NONE);
    enum err_code code = tune_query(ast, &tuning, &arena, &texts, &err);
    if (code == ERR_NONE)
        kql_print(ast, out);
    return code;
}

static void check(const char *query, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    enum err_code code = tune(query, &out);
    if (code != ERR_NONE)
        print_error("%s\n", err.text);
    assert_int_equal(code, ERR_NONE);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    buf_release(&out);
}

/* The stage that the options give alone, behind the table. */
#define STAGE(expected, ...)                                                                                           \
    do {                                                                                                               \
        assert_int_equal(READ(__VA_ARGS__), ERR_NONE);                                                                 \
        check("DeviceNetworkEvents", "DeviceNetworkEvents\n| where " expected);                                        \
    } while (0)

#define REFUSED(where_, text_, hint_, ...)                                                                             \
    do {                                                                                                               \
        assert_int_equal(READ(__VA_ARGS__), ERR_USAGE);                                                                \
        assert_string_equal(err.where, where_);                                                                        \
        assert_string_equal(err.text, text_);                                                                          \
        assert_string_equal(err.hint, hint_);                                                                          \
    } while (0)

/* --- stages --- */

static void test_allow(void **state)
{
    (void)state;
    STAGE("not(strcat(\".\", ddns_host(RemoteUrl)) matches regex @\"\\.(?:a\\.duckdns\\.org)$\")", "--allow",
          "a.duckdns.org");
    /* However it is written; what stands below another one goes. */
    STAGE("not(strcat(\".\", ddns_host(RemoteUrl)) matches regex @\"\\.(?:b\\.ddns\\.net|duckdns\\.org)$\")", "--allow",
          "*.B.ddns.net.", "--allow", "https://duckdns.org:8080/x", "--allow", "a.b.duckdns.org", "--allow",
          "b[.]ddns[.]net");
    STAGE("not(strcat(\".\", ddns_host(RemoteUrl)) matches regex @\"\\.(?:a_\\+\\$x\\.org)$\")", "--allow",
          "a_+$x.org");
    REFUSED("option --allow", "\"10.0.0.1\" is an address, no domain",
            "to leave addresses out: --where 'RemoteIP != \"203.0.113.7\"'", "--allow", "10.0.0.1");
    REFUSED("option --allow", "\"*.a*.org\" is no domain",
            "write a name, which means all below it too: nas.example.duckdns.org", "--allow", "*.a*.org");
    REFUSED("option --allow", "\"http://\" is no domain",
            "write a name, which means all below it too: nas.example.duckdns.org", "--allow", "http://");
    REFUSED("option --allow", "is empty", "", "--allow", " ");
}

static void test_a_long_list_is_parted(void **state)
{
    (void)state;
    enum { COUNT = 40000 };
    char(*names)[32] = mem_zalloc(COUNT, sizeof *names);
    struct slice *items = mem_zalloc(COUNT, sizeof *items);
    assert_true(names && items);
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "host%d.example.org", i);
        items[i] = slice_from_cstr(names[i]);
    }
    const struct tuning many = {.allow = {items, COUNT}};
    struct buf out;
    buf_init(&out, 0);
    stage_write(STAGE_ALLOW, &many, "RemoteHost", &out);
    struct ast *ast;
    assert_int_equal(kql_parse_predicate(buf_slice(&out), &arena, &ast, &err), ERR_NONE);
    assert_string_equal("and", arena_cstr(&arena, ast->text));
    size_t parts = 0;
    for (ptrdiff_t at = 0; (at = slice_find(buf_slice(&out), SLICE("matches regex"), (size_t)at)) >= 0; at++)
        parts++;
    assert_true(parts > 1 && parts < 6);
    buf_release(&out);
    mem_free(items);
    mem_free(names);
}

static void test_providers_and_categories(void **state)
{
    (void)state;
    STAGE("ddns_provider(RemoteUrl) in~ (\"DuckDNS\", \"No-IP\")", "--provider", "No-IP", "--provider", "DuckDNS",
          "--provider", "No-IP");
    STAGE("ddns_provider(RemoteUrl) !in~ (\"No-IP\")", "--exclude-provider", "No-IP");
    STAGE("ddns_category(RemoteUrl) in (dynamic([\"public-ddns\", \"tunnel\"]))", "--category", "tunnel", "--category",
          "public-ddns");
    assert_int_equal(READ("--category", "all"), ERR_NONE);
    check("DeviceNetworkEvents", "DeviceNetworkEvents");
    REFUSED("option --category", "unknown category \"tunels\"", "did you mean tunnel?", "--category", "tunels");
}

static void test_known_providers_are_checked(void **state)
{
    (void)state;
    struct kb *kb;
    assert_int_equal(kb_open(&kb, &err), ERR_NONE);
    assert_int_equal(read_options((const char *const[]){"--provider", "no-ip", NULL}, kb), ERR_NONE);
    assert_slice_equal(tuning.providers.items[0], SLICE("No-IP")); /* as the rule writes it */
    assert_int_equal(read_options((const char *const[]){"--exclude-provider", "DukDNS", NULL}, kb), ERR_USAGE);
    assert_string_equal(err.text, "no provider is called \"DukDNS\"");
    assert_string_equal(err.hint, "did you mean DuckDNS?");
    kb_free(kb);
}

static void test_addresses(void **state)
{
    (void)state;
    STAGE("coalesce(ipv6_is_in_any_range(LocalIP, dynamic([\"10.0.0.0/8\", \"fd00::/8\"])), false)", "--local-net",
          "fd00::/8", "--local-net", "10.0.0.0/8");
    STAGE("not(coalesce(ipv6_is_in_any_range(LocalIP, dynamic([\"10.1.2.3\"])), false))", "--exclude-local",
          "10.1.2.3");
    assert_int_equal(READ("--outbound", "--local-net", "10.0.0.0/8", "--local-net", "203.0.113.0/24"), ERR_NONE);
    check("DeviceNetworkEvents",
          "DeviceNetworkEvents\n"
          "| where ActionType !startswith \"Inbound\" and not(coalesce(ipv6_is_in_any_range(RemoteIP, "
          "dynamic([\"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\", \"127.0.0.0/8\", \"169.254.0.0/16\", "
          "\"::1/128\", \"fc00::/7\", \"fe80::/10\", \"203.0.113.0/24\"])), false))\n"
          "| where coalesce(ipv6_is_in_any_range(LocalIP, dynamic([\"10.0.0.0/8\", \"203.0.113.0/24\"])), false)");
    static const char *const BAD[] = {"10.0.0.0/33", "10.0.0", "fd00::/129", "here", "10.0.0.0/8/8"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        assert_int_equal(READ("--local-net", BAD[i]), ERR_USAGE);
        assert_string_equal(err.where, "option --local-net");
    }
}

static void test_times(void **state)
{
    (void)state;
    STAGE("Timestamp >= datetime(2026-05-01)", "--since", "2026-05-01");
    STAGE("Timestamp < datetime(2026-05-01T10:30:00.0000000Z)", "--until", "2026-05-01T12:30:00+02:00");
    STAGE("Timestamp >= ago(7d)", "--since", "7d");
    STAGE("Timestamp < ago(12h)", "--until", " 12h ");
    static const char *const BAD[] = {"yesterday", "7", "-7d", "2026-13-01", "", "2026"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        assert_int_equal(READ("--since", BAD[i]), ERR_USAGE);
        assert_string_equal(err.where, "option --since");
    }
}

static void test_actions(void **state)
{
    (void)state;
    STAGE("ActionType in~ (\"ConnectionFailed\", \"ConnectionSuccess\")", "--action", "ConnectionSuccess", "--action",
          "ConnectionFailed");
    STAGE("ActionType in~ (\"a\\\"b\")", "--action", "a\"b");
}

static void test_globs(void **state)
{
    (void)state;
    STAGE("InitiatingProcessFileName !in~ (\"a.exe\", \"b.exe\")", "--exclude-process", "b.exe", "--exclude-process",
          "a.exe");
    STAGE("InitiatingProcessFileName !in~ (\"a.exe\") and not(InitiatingProcessFileName matches regex "
          "@\"(?is)^(?:x.\\.exe|y.*)$\")",
          "--exclude-process", "x?.exe", "--exclude-process", "y**", "--exclude-process", "a.exe");
    STAGE("tostring(split(DeviceName, \".\")[0]) !in~ (\"ws-1\")", "--exclude-device", "ws-1");
    STAGE("DeviceName !in~ (\"ws-1.corp\")", "--exclude-device", "ws-1.corp");
    STAGE("not(DeviceName matches regex @\"(?is)^(?:ws-.*)(?:\\..*)?$\")", "--exclude-device", "ws-*");
    STAGE("not(DeviceName matches regex @\"(?is)^(?:.*\\.lab)$\")", "--exclude-device", "*.lab");
    STAGE("InitiatingProcessAccountName !in~ (\"svc\")", "--exclude-account", "svc");
    STAGE("strcat(InitiatingProcessAccountDomain, @\"\\\", InitiatingProcessAccountName) !in~ (@\"CORP\\svc\")",
          "--exclude-account", "CORP\\svc");
    STAGE("not(InitiatingProcessAccountUpn matches regex @\"(?is)^(?:.*@lab\\.test)$\")", "--exclude-account",
          "*@lab.test");
}

/* So that no match runs into its limit of steps, beyond which a slower engine decides. */
static void test_many_globs_are_parted(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static char names[COUNT][16];
    static struct slice items[COUNT];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "ws-%d-*", i);
        items[i] = slice_from_cstr(names[i]);
    }
    const struct tuning many = {.exclude_processes = {items, COUNT}};
    struct buf out;
    buf_init(&out, 0);
    stage_write(STAGE_EXCLUDE_PROCESS, &many, NULL, &out);
    size_t parts = 0, globs = 0;
    for (ptrdiff_t at = 0; (at = slice_find(buf_slice(&out), SLICE("not(Initiating"), (size_t)at)) >= 0; at++)
        parts++;
    for (ptrdiff_t at = 0; (at = slice_find(buf_slice(&out), SLICE("ws-"), (size_t)at)) >= 0; at++)
        globs++;
    assert_int_equal(parts, 3);
    assert_int_equal(globs, COUNT);
    struct ast *ast;
    assert_int_equal(kql_parse_predicate(buf_slice(&out), &arena, &ast, &err), ERR_NONE);
    buf_release(&out);
}

static void test_pattern_of_a_glob(void **state)
{
    (void)state;
    static const struct {
        const char *glob, *pattern;
    } CASES[] = {{"", ""},
                 {"a", "a"},
                 {"*", ".*"},
                 {"a***b?", "a.*b."},
                 {"[x](y){z}^$|+.\\", "\\[x\\]\\(y\\)\\{z\\}\\^\\$\\|\\+\\.\\\\"}};
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        struct buf out;
        buf_init(&out, 0);
        glob_pattern(slice_from_cstr(CASES[i].glob), &out);
        assert_slice_equal(buf_slice(&out), slice_from_cstr(CASES[i].pattern));
        buf_release(&out);
    }
    assert_true(glob_is_plain(SLICE("a.b")));
    assert_false(glob_is_plain(SLICE("a?")));
}

/* --- where they are put --- */

static void test_nothing_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(READ("--threads", "2"), ERR_NONE);
    assert_true(tuning_is_none(&tuning));
    assert_false(tuning_drops(&tuning));
    check("print 1", "print 1"); /* and nothing need be tunable */
}

static void test_stages_stand_where_their_names_are(void **state)
{
    (void)state;
    assert_int_equal(READ("--allow", "a.org", "--provider", "P", "--exclude-provider", "Q", "--action", "A", "--where",
                          "RemotePort == 443", "--where", "DynamicDNSProvider has \"x\" and Kind == \"host\""),
                     ERR_NONE);
    check("DeviceNetworkEvents | where X | extend RemoteHost = f(RemoteUrl) | where RemoteHost != '' "
          "| extend DynamicDNSProvider = g(RemoteHost) | extend Kind = h(RemoteHost) | project RemoteHost | sort by "
          "RemoteHost",
          "DeviceNetworkEvents\n"
          "| where ActionType in~ (\"A\")\n"
          "| where RemotePort == 443\n"
          "| where X\n"
          "| extend RemoteHost = f(RemoteUrl)\n"
          "| where not(strcat(\".\", RemoteHost) matches regex @\"\\.(?:a\\.org)$\")\n"
          "| where RemoteHost != \"\"\n"
          "| extend DynamicDNSProvider = g(RemoteHost)\n"
          "| where DynamicDNSProvider in~ (\"P\")\n"
          "| where DynamicDNSProvider !in~ (\"Q\")\n"
          "| extend Kind = h(RemoteHost)\n"
          "| where DynamicDNSProvider has \"x\" and Kind == \"host\"\n"
          "| project RemoteHost\n"
          "| sort by RemoteHost");
}

static void test_lets_that_the_result_begins_with_are_tuned(void **state)
{
    (void)state;
    assert_int_equal(READ("--action", "A", "--where", "Hits > 5"), ERR_NONE);
    check("let Old = DeviceNetworkEvents | project RemoteIP; let T = DeviceNetworkEvents | where RemoteIP !in (Old); "
          "T | summarize Hits = count() by DeviceName",
          "let Old = DeviceNetworkEvents\n"
          "    | project RemoteIP;\n"
          "let T = DeviceNetworkEvents\n"
          "    | where ActionType in~ (\"A\")\n"
          "    | where RemoteIP !in (Old);\n"
          "T\n"
          "| summarize Hits = count() by DeviceName\n"
          "| where Hits > 5");
}

static void test_categories_of_the_rule_are_replaced(void **state)
{
    (void)state;
    assert_int_equal(READ("--category", "all"), ERR_NONE);
    check("let Categories = dynamic(['public-ddns']); DeviceNetworkEvents | where Category in (Categories)",
          "let Categories = dynamic([\"public-ddns\", \"vendor-ddns\", \"tunnel\"]);\n"
          "DeviceNetworkEvents\n"
          "| where Category in (Categories)");
}

static void test_unique_stands_before_columns_go(void **state)
{
    (void)state;
    assert_int_equal(READ("--unique"), ERR_NONE);
    assert_false(tuning_drops(&tuning) || tuning_is_none(&tuning));
    assert_int_equal(READ("--unique", "--where", "A == 1"), ERR_NONE);
    check("DeviceNetworkEvents | where X | extend A = 1 | project A | where A == 1 | count",
          "DeviceNetworkEvents\n| where X\n| extend A = 1\n| where A == 1\n| distinct *\n| project A\n| where A == "
          "1\n| count");
    check("DeviceNetworkEvents", "DeviceNetworkEvents\n| where A == 1\n| distinct *");
    check("DeviceNetworkEvents | take 3", "DeviceNetworkEvents\n| where A == 1\n| distinct *\n| take 3");
}

static void test_what_has_no_rows_of_the_table_is_refused(void **state)
{
    (void)state;
    static const char *const QUERIES[] = {"print 1", "datatable(A:long)[1]", "let T = print 1; T | count",
                                          "let T = T2; T", "SomeTable | count"};
    assert_int_equal(READ("--unique"), ERR_NONE);
    for (size_t i = 0; i < TEST_COUNT(QUERIES); i++) {
        struct buf out;
        buf_init(&out, 0);
        assert_int_equal(tune(QUERIES[i], &out), ERR_USAGE);
        assert_string_equal(err.hint, "without --tune it runs as it is");
        buf_release(&out);
    }
}

static void test_a_mistake_in_a_condition_is_found_in_its_text(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 0);
    assert_int_equal(READ("--where", "A == 1", "--where", "B ="), ERR_NONE);
    assert_int_equal(tune("DeviceNetworkEvents", &out), ERR_QUERY);
    const struct tune_text *text = tune_text_of(&texts, &err);
    assert_non_null(text);
    assert_string_equal(text->origin, "--where");
    assert_slice_equal(text->text, SLICE("B ="));
    assert_int_equal(err.span.start, 2);
    err_query(&err, ERR_QUERY, (struct span){3, 4}, "in the query itself");
    assert_null(tune_text_of(&texts, &err));
    buf_release(&out);
}

/* --- lists --- */

static void write_list(const char *text)
{
    strcpy(list_path, "/tmp/ddnshunt-list-XXXXXX");
    int fd = mkstemp(list_path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static enum err_code read_list(const char *text, struct list_entries *out_entries)
{
    char value[80];
    write_list(text);
    snprintf(value, sizeof value, "@%s", list_path);
    const char *items[] = {"first", value};
    const struct text_list values = {items, 2, 2};
    enum err_code code = list_read(&values, "option --x", &arena, out_entries, &err);
    unlink(list_path);
    return code;
}

static void test_lists_are_read(void **state)
{
    (void)state;
    struct list_entries entries;
    assert_int_equal(read_list("\xEF\xBB\xBF# a comment\r\n one \r\n\n\ttwo # why\nhttp://x/#three\n#\nfour", &entries),
                     ERR_NONE);
    static const char *const EXPECTED[] = {"first", "one", "two", "http://x/#three", "four"};
    static const uint32_t LINES[] = {0, 2, 4, 5, 7};
    assert_int_equal(entries.count, TEST_COUNT(EXPECTED));
    for (size_t i = 0; i < entries.count; i++) {
        assert_slice_equal(entries.items[i].text, slice_from_cstr(EXPECTED[i]));
        assert_int_equal(entries.items[i].line, LINES[i]);
    }
    assert_int_equal(read_list("", &entries), ERR_NONE);
    assert_int_equal(entries.count, 1);
}

static void test_bad_lists_are_named(void **state)
{
    (void)state;
    struct list_entries entries;
    char where[80];
    assert_int_equal(read_list("one\ntw\xff\n", &entries), ERR_USAGE);
    assert_string_equal(err.text, "is not UTF-8");
    snprintf(where, sizeof where, "%s:2", list_path);
    assert_string_equal(err.where, where);
    err = (struct err){0};
    assert_int_equal(read_list("a\x01z", &entries), ERR_USAGE);
    assert_string_equal(err.text, "holds a control character");
    REFUSED("/nonexistent/list", "can't be opened: No such file or directory", "", "--allow", "@/nonexistent/list");
}

/* --- memory --- */

static void test_each_failing_allocation_is_told(void **state)
{
    (void)state;
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code == ERR_MEMORY; nth++) {
        struct buf out;
        buf_init(&out, 0);
        arena_release(&arena);
        struct ast *ast = NULL;
        assert_int_equal(
            kql_parse(SLICE("DeviceNetworkEvents | extend RemoteHost = RemoteUrl | count"), &arena, &ast, &err),
            ERR_NONE);
        struct arena room;
        arena_init(&room, 0);
        opts_release(&opts);
        mem_fail_after(nth);
        const char *const args[] = {"--allow", "a.b", "--exclude-device", "x*",       "--where", "A == 1",
                                    "--since", "7d",  "--outbound",       "--unique", NULL};
        char *argv[ARGS_MAX] = {argument("ddnshunt"), argument("scan"), argument("--no-config")};
        int argc = 3;
        for (const char *const *arg = args; *arg; arg++)
            argv[argc++] = argument(*arg);
        code = opts_parse(argc, argv, no_environment, &opts, &err);
        if (code == ERR_NONE)
            code = tuning_read(&opts, NULL, &room, &tuning, &err);
        if (code == ERR_NONE)
            code = tune_query(ast, &tuning, &room, &texts, &err);
        mem_fail_after(0);
        arena_release(&room);
        buf_release(&out);
        assert_true(nth < 500);
    }
    assert_int_equal(code, ERR_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_allow),
        TEST(test_a_long_list_is_parted),
        TEST(test_providers_and_categories),
        TEST(test_known_providers_are_checked),
        TEST(test_addresses),
        TEST(test_times),
        TEST(test_actions),
        TEST(test_globs),
        TEST(test_many_globs_are_parted),
        TEST(test_pattern_of_a_glob),
        TEST(test_nothing_is_asked_for),
        TEST(test_stages_stand_where_their_names_are),
        TEST(test_lets_that_the_result_begins_with_are_tuned),
        TEST(test_categories_of_the_rule_are_replaced),
        TEST(test_unique_stands_before_columns_go),
        TEST(test_what_has_no_rows_of_the_table_is_refused),
        TEST(test_a_mistake_in_a_condition_is_found_in_its_text),
        TEST(test_lists_are_read),
        TEST(test_bad_lists_are_named),
        TEST(test_each_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
