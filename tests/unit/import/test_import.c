/*
 * test_import.c - lists in each form: which form it is, what names it has, what is refused and why.
 */
#include "test.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "import/import.h"

static struct import list;
static struct buf refused; /* "LINE: why|" of each */

static void on_refused(void *user, const char *path, uint64_t line, const char *why)
{
    (void)path;
    buf_printf(user, "%d: %s|", (int)line, why);
}

static int setup(void **state)
{
    (void)state;
    import_init(&list);
    buf_init(&refused, 0);
    list.refused = on_refused;
    list.user = &refused;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    import_release(&list);
    buf_release(&refused);
    return 0;
}

static void read_list(const char *text)
{
    struct err err;
    enum err_code code = import_read(&list, slice_from_cstr(text), "list", &err);
    if (code != ERR_NONE)
        print_error("%s: %s\n", text, err.text);
    assert_int_equal(code, ERR_NONE);
}

/* Entries as "name=provider name2 *.name3". */
static void assert_entries(const char *expected)
{
    import_finish(&list);
    struct buf got;
    buf_init(&got, 0);
    for (size_t i = 0; i < list.entry_count; i++) {
        const struct import_entry *entry = &list.entries[i];
        buf_printf(&got, "%s%s%.*s", i > 0 ? " " : "",
                   entry->wildcard ? "*."
                   : entry->except ? "!"
                                   : "",
                   SLICE_ARG(entry->name));
        if (entry->provider.len > 0)
            buf_printf(&got, "=%.*s", SLICE_ARG(entry->provider));
    }
    assert_slice_equal(buf_slice(&got), slice_from_cstr(expected));
    buf_release(&got);
}

static void assert_refused(const char *expected)
{
    assert_slice_equal(buf_slice(&refused), slice_from_cstr(expected));
}

static uint64_t passed(const char *what)
{
    for (size_t i = 0; i < IMPORT_PASSED_MAX && list.passed[i].what; i++)
        if (strcmp(list.passed[i].what, what) == 0)
            return list.passed[i].count;
    return 0;
}

/* The form that a text is told to be, or "". */
static const char *form_of(const char *text)
{
    struct err err;
    enum err_code code = import_read(&list, slice_from_cstr(text), "list", &err);
    const char *name = list.type ? list.type->name : "";
    assert_true(code == ERR_NONE || *name == '\0' || code == ERR_INPUT || code == ERR_USAGE);
    import_release(&list);
    import_init(&list);
    return name;
}

/* --- forms --- */

static void test_forms_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *form;
    } LISTS[] = {
        {"", "plain"},
        {"# nothing but a comment\n", "plain"},
        {"example.net\n", "plain"},
        {"*.example.net\n// with a comment\n", "plain"},
        {"some text\nof no list\nat all\n", ""},
        {"local=/example.net/\n", ""},
        {"# names\n0.0.0.0 example.net\n", "hosts"},
        {"::1 localhost\n", "hosts"},
        {"[Adblock Plus 2.0]\n", "adblock"},
        {"! Title: x\n", "adblock"},
        {"example.com##.ad\n||example.net^\n", "adblock"},
        {"$TTL 30\n", "rpz"},
        {"@ IN SOA a. b. 1 2 3 4 5\n", "rpz"},
        {"example.net 3600 in cname .\n", "rpz"},
        {"// ===BEGIN PRIVATE DOMAINS===\n", "psl"},
        {"// Ours : https://example.com\nexample.net\n", "psl"},
        {"// x\n*.example.net\n!www.example.net\n", "psl"},
        {"suffix\tprovider\nexample.net\tOurs\n", "table"},
        {"id,domain\n1,example.net\n", "csv"},
        {"{\"list\": []}", "misp"},
        {" [ \"example.net\" ]", "misp"},
    };
    for (size_t i = 0; i < TEST_COUNT(LISTS); i++)
        assert_string_equal(form_of(LISTS[i].text), LISTS[i].form);
}

static void test_plain(void **state)
{
    (void)state;
    read_list("Example.NET\r\n  .example.org  # why\n*.example.info ; x\nexample.com.\nb\xc3\xbc"
              "cher.example\n\xff.example\n"
              "a..example\nexample.net#part\n");
    assert_entries("example.com example.info example.net example.org xn--bcher-kva.example");
    assert_refused("6: a host name is not valid UTF-8|7: \"a..example\" is no host name: a label is empty|"
                   "8: \"example.net#part\" is no host name: it holds \"#\"|");
}

static void test_hosts(void **state)
{
    (void)state;
    read_list("0.0.0.0 a.example b.example # c.example\n127.0.0.53\td.example\n::1 localhost e.example\n"
              "10.0.0.1 nas.example\nf.example\n0.0.0.0\n");
    assert_entries("a.example b.example d.example e.example");
    assert_refused("4: its address is that of a machine: the line blocks nothing|"
                   "5: the line does not have an address and a name|6: the line does not have an address and a name|");
    assert_int_equal(passed("names of the machine itself"), 1);
}

static void test_adblock(void **state)
{
    (void)state;
    read_list(
        "! Title: x\n||a.example^\n||b.example\n||c.example^|\n||d.example^$third-party\n||e.example^$denyallow=x\n"
        "||f.example^$badfilter\n||g.example/\n||*.h.example^\n||i.*^\n@@||a.example^\n@@||z.example^\n"
        "0.0.0.0 j.example\nk.example\n|http://l.example^\n/m\\.example/\nn.example#?#x\n||o.example:8080^\n");
    assert_entries("b.example c.example d.example h.example j.example k.example");
    assert_refused("10: \"i.*\" is no host name: it holds \"*\"|");
    assert_int_equal(passed("rules with conditions"), 2);
    assert_int_equal(passed("rules for parts of a site"), 3);
    assert_int_equal(passed("regular expressions"), 1);
    assert_int_equal(passed("cosmetic rules"), 1);
    assert_int_equal(passed("exceptions"), 2);
}

static void test_rpz_with_an_origin(void **state)
{
    (void)state;
    read_list(
        "$ORIGIN Rpz.Example.\n@ SOA localhost. root.localhost. ( 1 2\n 3 4 ) ; 5\n NS localhost.\n"
        "a.example CNAME .\n*.a.example IN CNAME .\nb.example.rpz.example. 60 IN CNAME *.\n"
        "c.example CNAME rpz-passthru.\nc.example CNAME .\n  A 192.0.2.1\nrpz.example. CNAME .\n"
        "32.1.2.0.192.rpz-client-ip CNAME .\nelse.where. CNAME .\nrpz-ip TXT x\nd.example 60 IN\n$GENERATE 1-2 x\n");
    assert_entries("a.example b.example");
    assert_refused("13: the name is not of this zone|15: the record has no type|16: the directive is not followed|");
    assert_int_equal(passed("triggers on addresses and name servers"), 1);
    assert_int_equal(passed("records of other types"), 1);
    assert_int_equal(passed("exceptions"), 1);
}

static void test_rpz_whose_zone_stands_in_its_soa(void **state)
{
    (void)state;
    read_list("rpz.example. IN SOA a. b. 1 2 3 4 5\na.example.rpz.example. CNAME .\nb.example CNAME .\n"
              "rpz.example.rpz.example. CNAME .\n");
    assert_entries("a.example b.example rpz.example");
    assert_refused("");
}

static void test_rpz_without_a_zone(void **state)
{
    (void)state;
    read_list("a.example. CNAME .\nb.example CNAME .\n");
    assert_entries("a.example b.example");
}

static void test_psl(void **state)
{
    (void)state;
    read_list(
        "// ===BEGIN ICANN DOMAINS===\n// com : https://x\ncom\nco.uk\n// ===END ICANN DOMAINS===\n\n"
        "// Ours, Inc. : https://ours.example\n// Submitted by us : x\n*.a.example\n!www.a.example\nb.example x\n\n"
        "// Nobody\nc.example\n!d.e.example\n*.*.f.example\n");
    assert_entries("*.a.example=Ours, Inc. b.example=Ours, Inc. c.example !www.a.example=Ours, Inc.");
    assert_int_equal(passed("rules of the ICANN section"), 2);
    assert_refused(
        "16: \"*.f.example\" is no host name: it holds \"*\"|15: \"!d.e.example\" is an exception to nothing|");
}

static void test_csv(void **state)
{
    (void)state;
    read_list("\"Provider\",domain,x\r\nOurs,a.example\r\n\"Two\r\nlines\",\"b.example\",1\r\n,c.example,\r\nx\r\n"
              "y,\"d\"e,f\r\n");
    assert_entries("a.example=Ours b.example=Two  lines c.example");
    assert_refused("7: text stands behind a closing quote|");
    assert_int_equal(passed("rows without a name"), 1);
}

static void test_csv_columns(void **state)
{
    (void)state;
    struct err err;
    list.column = SLICE("B");
    list.provider_column = SLICE("domain");
    read_list("domain,b\nOurs,*.a.example*\n");
    assert_entries("a.example=Ours");
    list.column = SLICE("c");
    assert_int_equal(import_read(&list, SLICE("domain,b\n"), "list", &err), ERR_USAGE);
    assert_string_equal(err.text, "there is no column \"c\"");
    assert_string_equal(err.hint, "the columns are domain, b");
    list.column = list.provider_column = SLICE("");
    assert_int_equal(import_read(&list, SLICE("a,b\n1,2\n"), "list", &err), ERR_USAGE);
    /* Of the usual names the surest is taken, wherever it stands. */
    read_list("name,domain,host\nx,b.example,y\n");
    assert_int_equal(list.names, 1);
}

static void test_table(void **state)
{
    (void)state;
    read_list("# x\nprovider\tsuffix\tcategory\nOurs\t*.a.example\ttunnel\nOurs\t!www.a.example\t\n\tb.example\nX\t\n");
    assert_entries("*.a.example=Ours b.example !www.a.example=Ours");
    assert_int_equal(passed("rows without a name"), 1);
}

static void test_misp(void **state)
{
    (void)state;
    read_list("{\n\"name\": \"x\",\n\"list\": [\n\".a.example\",\n\"\\u0062.example\",\n\"com\",\n null]}");
    assert_entries("a.example b.example");
    assert_refused("6: \"com\" is no host name: it has one label only|6: an item of the list is no text|");
}

static void test_misp_mistakes(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(import_read(&list, SLICE("{\"list\": 1}"), "list", &err), ERR_INPUT);
    assert_int_equal(import_read(&list, SLICE("{\"lists\": []}"), "list", &err), ERR_INPUT);
    assert_int_equal(import_read(&list, SLICE("{\"list\": [}"), "list", &err), ERR_INPUT);
    assert_string_equal(err.where, "list");
}

/* --- several lists --- */

static void test_names_of_several_lists_are_one(void **state)
{
    (void)state;
    read_list("a.example\nb.example\n");
    read_list("domain,provider\na.example,First\nb.example,\n");
    read_list("domain,provider\na.example,Second\nb.example,Third\n");
    assert_entries("a.example=First b.example=Third");
}

static void test_providers_fit_into_a_table(void **state)
{
    (void)state;
    char text[1024] = "domain\tprovider\na.example\t";
    memset(text + strlen(text), 'x', 199);
    strcat(text, "\xc3\xa9\xc3\xa9\nb.example\ta\\b\x01\xff\n");
    read_list(text);
    import_finish(&list);
    assert_int_equal(list.entries[0].provider.len, 199); /* cut before the character that does not fit */
    assert_slice_equal(list.entries[1].provider, SLICE("a b \xef\xbf\xbd"));
}

static void test_same_providers(void **state)
{
    (void)state;
    static const char *const SAME[][2] = {{"No-IP", "no-ip.com"},
                                          {"FreeDNS (afraid.org)", "afraid.org"},
                                          {"DuckDNS", "Duck DNS"},
                                          {"afraid.org", "FreeDNS"},
                                          {"Dyn", "Dynu"},
                                          {"ClouDNS", "Cloud-NS"},
                                          {"", "Dyn"},
                                          {"(x)", "Dyn"},
                                          {"M\xc3\xbcller", "M\xc3\xbcller.de"}};
    static const bool ARE[] = {true, true, true, false, false, true, false, false, true};
    for (size_t i = 0; i < TEST_COUNT(SAME); i++)
        assert_int_equal(import_same_provider(slice_from_cstr(SAME[i][0]), slice_from_cstr(SAME[i][1])), ARE[i]);
}

/* Each allocation of a list of every form fails once: told as such, and nothing is lost track of. */
static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    static const char *const LISTS[] = {
        ("a.example\nb\xc3\xbc"
         "cher.example\n"),
        "0.0.0.0 a.example\n",
        "||a.example^\n@@||b.example^\n",
        "$ORIGIN x.\n@ SOA a b 1 2 3 4 5\na.example CNAME .\n",
        "// Ours : https://x\n*.a.example\n!www.a.example\n",
        "domain,provider\n\"a.example\",\"a \"\"b\"\"\"\n",
        "suffix\tprovider\na.example\tOurs\n",
        "{\"list\": [\"\\u0061.example\"]}",
    };
    for (size_t i = 0; i < TEST_COUNT(LISTS); i++) {
        enum err_code code = ERR_MEMORY;
        for (unsigned nth = 1; code != ERR_NONE; nth++) {
            struct err err;
            assert_true(nth < 100);
            import_release(&list);
            import_init(&list);
            mem_fail_after(nth);
            code = import_read(&list, slice_from_cstr(LISTS[i]), "list", &err);
            mem_fail_after(0);
            assert_true(code == ERR_NONE || code == ERR_MEMORY);
        }
        import_finish(&list);
        assert_true(list.entry_count > 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_forms_are_told_apart),
        TEST(test_plain),
        TEST(test_hosts),
        TEST(test_adblock),
        TEST(test_rpz_with_an_origin),
        TEST(test_rpz_whose_zone_stands_in_its_soa),
        TEST(test_rpz_without_a_zone),
        TEST(test_psl),
        TEST(test_csv),
        TEST(test_csv_columns),
        TEST(test_table),
        TEST(test_misp),
        TEST(test_misp_mistakes),
        TEST(test_names_of_several_lists_are_one),
        TEST(test_providers_fit_into_a_table),
        TEST(test_same_providers),
        TEST(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
