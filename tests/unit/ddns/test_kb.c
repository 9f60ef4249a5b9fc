/*
 * test_kb.c - the knowledge base is asked: against a slow matcher in all of a small world and in large random ones, and what
 * must hold whatever the rows.
 */
#include "base/buf.h"
#include "ddns/kb.h"

#include <stdio.h>
#include <stdlib.h>

#include "guard.h"
#include "kb_slow.h"
#include "test.h"

static struct kb *open_empty(void)
{
    struct kb *kb = NULL;
    struct err err;
    assert_int_equal(kb_open_empty(&kb, &err), ERR_NONE);
    return kb;
}

static void must_add(struct kb *kb, struct slice table, bool services)
{
    struct err err;
    enum err_code code = services ? kb_add_services(kb, table, "t", &err) : kb_add(kb, table, "t", &err);
    if (code != ERR_NONE)
        fail_msg("%s: %s\n%.*s", err.where, err.text, SLICE_ARG(table));
}

static struct kb *kb_of(const char *rules)
{
    struct kb *kb = open_empty();
    must_add(kb, slice_from_cstr(rules), false);
    return kb;
}

/* What both matchers must agree on. Rows are known by their text: the slow one may have rows of its own. */
static void assert_same(const struct kb *kb, const struct kb_slow *slow, struct slice host)
{
    struct kb_match fast = {0}, slowly = {0};
    bool found = kb_find(kb, host, &fast), expected = kb_slow_find(slow, host, &slowly);
    if (found != expected)
        fail_msg("\"%.*s\" is %s", SLICE_ARG(host), found ? "found" : "not found");
    if (!found)
        return;
    if (!slice_eq(fast.suffix, slowly.suffix) || fast.kind != slowly.kind)
        fail_msg("\"%.*s\": %s %.*s, not %s %.*s", SLICE_ARG(host), kb_kind_name(fast.kind), SLICE_ARG(fast.suffix),
                 kb_kind_name(slowly.kind), SLICE_ARG(slowly.suffix));
    assert_int_equal(fast.rule != NULL, slowly.rule != NULL);
    assert_int_equal(fast.service != NULL, slowly.service != NULL);
    if (fast.rule) {
        assert_slice_equal(fast.rule->suffix, slowly.rule->suffix);
        assert_int_equal(fast.rule->wildcard, slowly.rule->wildcard);
    }
    if (fast.service)
        assert_slice_equal(fast.service->host, slowly.service->host);
    assert_true(fast.suffix.ptr + fast.suffix.len == host.ptr + host.len);
    assert_slice_equal(fast.provider, fast.service ? fast.service->provider : fast.rule->provider);
    assert_int_equal(fast.category, fast.service ? fast.service->category : fast.rule->category);
}

/* --- a small world, all of it --- */

static const char *const WORLD[] = {"a.t",   "b.t",     "a.a.t",  "b.a.t",  "a.b.t", "*.a.t",
                                    "*.b.t", "*.a.a.t", "!a.a.t", "!b.a.t", "!a.b.t"};
static const char *const WORLD_SERVICES[] = {"a.t", "a.a.t", "b.b.t"};
enum { WORLD_RULES = 11, WORLD_ROWS = 14 };

struct world {
    struct kb_rule rules[WORLD_RULES];
    struct kb_service services[WORLD_ROWS - WORLD_RULES];
    const struct kb_rule *chosen[WORLD_RULES];
    const struct kb_service *chosen_services[WORLD_ROWS - WORLD_RULES];
    struct kb_slow slow;
    bool whole; /* each exception has its wildcard */
    char table[512], service_table[256];
};

static bool has_rule(const struct world *world, struct slice suffix)
{
    for (uint32_t i = 0; i < world->slow.rule_count; i++)
        if (world->chosen[i]->wildcard && slice_eq(world->chosen[i]->suffix, suffix))
            return true;
    return false;
}

static void world_choose(struct world *world, unsigned bits)
{
    *world = (struct world){.whole = true};
    size_t len = (size_t)sprintf(world->table, "suffix\tprovider\n");
    size_t service_len = (size_t)sprintf(world->service_table, "host\tprovider\n");
    for (unsigned i = 0; i < WORLD_ROWS; i++) {
        if (!(bits >> i & 1))
            continue;
        if (i >= WORLD_RULES) {
            const char *host = WORLD_SERVICES[i - WORLD_RULES];
            service_len += (size_t)sprintf(world->service_table + service_len, "%s\tS%u\n", host, i);
            world->services[i - WORLD_RULES].host = slice_from_cstr(host);
            world->chosen_services[world->slow.service_count++] = &world->services[i - WORLD_RULES];
            continue;
        }
        struct kb_rule *rule = &world->rules[i];
        rule->wildcard = WORLD[i][0] == '*';
        rule->except = WORLD[i][0] == '!';
        rule->suffix = slice_from_cstr(WORLD[i] + (rule->wildcard ? 2 : rule->except));
        len += (size_t)sprintf(world->table + len, "%s\tP%u\n", WORLD[i], i);
        world->chosen[world->slow.rule_count++] = rule;
    }
    world->slow.rules = world->chosen;
    world->slow.services = world->chosen_services;
    for (uint32_t i = 0; i < world->slow.rule_count; i++)
        if (world->chosen[i]->except && !has_rule(world, slice_cut(world->chosen[i]->suffix, 2, SIZE_MAX)))
            world->whole = false;
}

/* Every host of up to four labels over {a, b, t}, and some that are none. */
static unsigned all_hosts(char (*hosts)[16])
{
    unsigned count = 0;
    for (unsigned labels = 1, many = 3; labels <= 4; labels++, many *= 3)
        for (unsigned number = 0; number < many; number++, count++) {
            char *at = hosts[count];
            for (unsigned i = 0, rest = number; i < labels; i++, rest /= 3) {
                *at++ = "abt"[rest % 3];
                *at++ = '.';
            }
            at[-1] = '\0';
        }
    const char *const malformed[] = {"", ".", "..a.t", ".a.t", "a..a.t", "xa.t", "a.t.", "a.a..t", "aa.t"};
    for (unsigned i = 0; i < TEST_COUNT(malformed); i++)
        strcpy(hosts[count++], malformed[i]);
    return count;
}

static void all_small_hosts_agree_with_all_small_sets_of_rows(void **state)
{
    (void)state;
    char hosts[160][16];
    unsigned host_count = all_hosts(hosts), refused = 0;
    assert_int_equal(host_count, 3 + 9 + 27 + 81 + 9);
    static struct world world;
    for (unsigned bits = 0; bits < 1u << WORLD_ROWS; bits++) {
        world_choose(&world, bits);
        struct kb *kb = open_empty();
        struct err err;
        enum err_code code = kb_add(kb, slice_from_cstr(world.table), "t", &err);
        assert_int_equal(code, world.whole ? ERR_NONE : ERR_USAGE);
        if (code == ERR_NONE) {
            must_add(kb, slice_from_cstr(world.service_table), true);
            for (unsigned i = 0; i < host_count; i++)
                assert_same(kb, &world.slow, slice_from_cstr(hosts[i]));
        } else {
            refused++;
            assert_int_equal(kb_rule_count(kb), 0);
        }
        kb_free(kb);
    }
    /* Whole: any of nine rows, with *.a.t any of its two exceptions and without it none, with *.b.t its one or not. */
    assert_int_equal(refused, (1u << WORLD_ROWS) - (1u << 9) * (4 + 1) * (2 + 1));
}

static void all_short_texts_agree_with_one_rich_set(void **state)
{
    (void)state;
    enum { LETTERS = 4, LONGEST = 8 };
    static struct world world;
    world_choose(&world, (1u << WORLD_ROWS) - 1);
    assert_true(world.whole);
    struct kb *kb = open_empty();
    must_add(kb, slice_from_cstr(world.table), false);
    must_add(kb, slice_from_cstr(world.service_table), true);
    char text[LONGEST];
    for (unsigned len = 0, many = 1; len <= LONGEST; len++, many *= LETTERS)
        for (unsigned number = 0; number < many; number++) {
            for (unsigned i = 0, rest = number; i < len; i++, rest /= LETTERS)
                text[i] = "abt."[rest % LETTERS];
            assert_same(kb, &world.slow, slice_of(text, len));
        }
    kb_free(kb);
}

/* --- large random worlds --- */

static unsigned random_below(unsigned limit)
{
    return (unsigned)rand() % limit;
}

/* Few letters and all lengths around the eight bytes of a word. */
static size_t random_name(char *text, unsigned labels)
{
    size_t len = 0;
    for (unsigned i = 0; i < labels; i++) {
        unsigned label = 1 + random_below(random_below(4) ? 3 : 20);
        for (unsigned k = 0; k < label; k++)
            text[len++] = "ab"[random_below(2)];
        text[len++] = '.';
    }
    return len - 1;
}

static void add_random_rule(struct kb *kb, const char *category)
{
    char table[256] = "suffix\tprovider\tcategory\n";
    size_t len = strlen(table);
    if (random_below(4) == 0)
        len += (size_t)sprintf(table + len, "*.");
    len += random_name(table + len, 2 + random_below(3));
    len += (size_t)sprintf(table + len, "\tP\t%s\n", category);
    must_add(kb, slice_of(table, len), false);
}

enum { RANDOM_RULES_MAX = 40 };

static struct kb_slow slow_of(const struct kb *kb, const struct kb_rule **rules)
{
    uint32_t count = kb_rule_count(kb);
    for (uint32_t i = 0; i < count; i++)
        rules[i] = kb_rule_at(kb, i);
    return (struct kb_slow){.rules = rules, .rule_count = count};
}

static void random_sets_agree_with_the_slow_matcher(void **state)
{
    (void)state;
    srand(4);
    unsigned hits = 0;
    for (int round = 0; round < 60; round++) {
        struct kb *kb = open_empty();
        for (unsigned wanted = random_below(RANDOM_RULES_MAX + 1); wanted > 0; wanted--)
            add_random_rule(kb, "public-ddns");
        const struct kb_rule *rules[RANDOM_RULES_MAX];
        struct kb_slow slow = slow_of(kb, rules);
        for (int probe = 0; probe < 300; probe++) {
            char host[160];
            size_t len = random_name(host, 1 + random_below(4));
            const struct kb_rule *rule = slow.rule_count ? slow.rules[random_below(slow.rule_count)] : NULL;
            if (rule && random_below(4)) {
                host[len++] = random_below(8) ? '.' : 'a';
                memcpy(host + len, rule->suffix.ptr, rule->suffix.len);
                len += rule->suffix.len;
            }
            struct guard guard = guard_copy(slice_of(host, len));
            assert_non_null(guard.map);
            struct kb_match match;
            hits += kb_find(kb, guard.bytes, &match);
            assert_same(kb, &slow, guard.bytes);
            guard_free(&guard);
        }
        kb_free(kb);
    }
    assert_true(hits > 5000);
}

static void adding_a_suffix_never_removes_a_hit(void **state)
{
    (void)state;
    enum { HOSTS = 200 };
    srand(5);
    for (int round = 0; round < 30; round++) {
        struct kb *kb = open_empty();
        char hosts[HOSTS][128];
        size_t lens[HOSTS];
        bool was_hit[HOSTS] = {false};
        for (int i = 0; i < HOSTS; i++)
            lens[i] = random_name(hosts[i], 2 + random_below(4));
        for (int added = 0; added < 60; added++) {
            add_random_rule(kb, "vendor-ddns");
            for (int i = 0; i < HOSTS; i++) {
                struct kb_match match;
                bool hit = kb_find(kb, slice_of(hosts[i], lens[i]), &match);
                assert_true(hit || !was_hit[i]);
                assert_true(!hit || match.category == KB_VENDOR_DDNS);
                was_hit[i] = hit;
            }
        }
        kb_free(kb);
    }
}

/* --- by example --- */

struct example {
    const char *host, *suffix, *provider;
    enum kb_kind kind;
};

static void assert_examples(const struct kb *kb, const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct example *example = &examples[i];
        struct kb_match match = {0};
        bool found = kb_find(kb, slice_from_cstr(example->host), &match);
        if (found != (example->suffix != NULL))
            fail_msg("%s is %s", example->host, found ? "found" : "not found");
        if (!found)
            continue;
        assert_slice_equal(match.suffix, slice_from_cstr(example->suffix));
        assert_slice_equal(match.provider, slice_from_cstr(example->provider));
        if (match.kind != example->kind)
            fail_msg("%s is a %s", example->host, kb_kind_name(match.kind));
    }
}

static void the_longest_suffix_decides_and_the_bare_one_is_a_service(void **state)
{
    (void)state;
    struct kb *kb = kb_of("suffix\tprovider\nddns.net\tNo-IP\nhome.ddns.net\tHome\nduckdns.org\tDuckDNS\n");
    const struct example examples[] = {
        {"x.ddns.net", "ddns.net", "No-IP", KB_HOST},
        {"a.b.c.ddns.net", "ddns.net", "No-IP", KB_HOST},
        {"ddns.net", "ddns.net", "No-IP", KB_SERVICE},
        {"home.ddns.net", "home.ddns.net", "Home", KB_SERVICE},
        {"x.home.ddns.net", "home.ddns.net", "Home", KB_HOST},
        {"duckdns.org.ddns.net", "ddns.net", "No-IP", KB_HOST},
        {"notduckdns.org", NULL, NULL, KB_HOST},
        {"duckdns.org.example.com", NULL, NULL, KB_HOST},
        {"org", NULL, NULL, KB_HOST},
        {"net", NULL, NULL, KB_HOST},
        {"", NULL, NULL, KB_HOST},
        /* Whoever asks has normalised the host: neither of these comes from host_extract(). */
        {"X.DDNS.NET", NULL, NULL, KB_HOST},
        {"x.ddns.net.", NULL, NULL, KB_HOST},
    };
    assert_examples(kb, examples, TEST_COUNT(examples));
    assert_int_equal(kb_labels_max(kb), 3);
    kb_free(kb);
}

static void a_wildcard_fits_one_label_and_not_what_is_excepted(void **state)
{
    (void)state;
    struct kb *kb = kb_of("suffix\tprovider\n*.dyn.example.net\tStar\n!www.dyn.example.net\tStar\n"
                          "example.net\tBase\nown.dyn.example.net\tOwn\ndeep.www.dyn.example.net\tDeep\n");
    const struct example examples[] = {
        {"x.a.dyn.example.net", "a.dyn.example.net", "Star", KB_HOST},
        {"y.x.a.dyn.example.net", "a.dyn.example.net", "Star", KB_HOST},
        {"a.dyn.example.net", "a.dyn.example.net", "Star", KB_SERVICE},
        {"dyn.example.net", "example.net", "Base", KB_HOST},
        {"www.dyn.example.net", "example.net", "Base", KB_HOST},
        {"x.www.dyn.example.net", "example.net", "Base", KB_HOST},
        {"x.deep.www.dyn.example.net", "deep.www.dyn.example.net", "Deep", KB_HOST},
        {"x.own.dyn.example.net", "own.dyn.example.net", "Own", KB_HOST},
        {".dyn.example.net", "example.net", "Base", KB_HOST},
    };
    assert_examples(kb, examples, TEST_COUNT(examples));
    assert_int_equal(kb_labels_max(kb), 5);
    kb_free(kb);
}

static void a_service_is_the_whole_host_and_names_its_own_provider(void **state)
{
    (void)state;
    struct kb *kb = kb_of("suffix\tprovider\nddns.net\tNo-IP\n");
    must_add(kb,
             SLICE("host\tprovider\tcategory\tpurpose\n"
                   "dynupdate.no-ip.com\tNo-IP\tpublic-ddns\tupdate\n"
                   "www.ddns.net\tSomebody\tvendor-ddns\tweb\n"),
             true);
    const struct example examples[] = {
        {"dynupdate.no-ip.com", "dynupdate.no-ip.com", "No-IP", KB_SERVICE},
        {"x.dynupdate.no-ip.com", NULL, NULL, KB_HOST},
        {"no-ip.com", NULL, NULL, KB_HOST},
        {"www.ddns.net", "ddns.net", "Somebody", KB_SERVICE},
        {"x.www.ddns.net", "ddns.net", "No-IP", KB_HOST},
    };
    assert_examples(kb, examples, TEST_COUNT(examples));
    struct kb_match match;
    assert_true(kb_find(kb, SLICE("dynupdate.no-ip.com"), &match));
    assert_null(match.rule);
    assert_slice_equal(match.service->purpose, SLICE("update"));
    assert_true(kb_find(kb, SLICE("www.ddns.net"), &match));
    assert_slice_equal(match.rule->provider, SLICE("No-IP"));
    assert_int_equal(match.category, KB_VENDOR_DDNS);
    kb_free(kb);
}

static void long_labels_and_names_are_hashed_whole(void **state)
{
    (void)state;
    char table[512], host[2048];
    for (size_t len = 1; len <= 63; len++) {
        size_t end = (size_t)sprintf(table, "suffix\tprovider\n");
        for (size_t i = 0; i < len; i++)
            table[end++] = (char)('a' + i % 26);
        end += (size_t)sprintf(table + end, ".example.org\tP\n");
        struct kb *kb = open_empty();
        must_add(kb, slice_of(table, end), false);
        struct slice suffix = kb_rule_at(kb, 0)->suffix;
        /* Above it a label of a length that no real name has. */
        memset(host, 'x', sizeof host);
        host[1500] = '.';
        memcpy(host + 1501, suffix.ptr, suffix.len);
        struct kb_match match;
        assert_true(kb_find(kb, slice_of(host, 1501 + suffix.len), &match));
        assert_slice_equal(match.suffix, suffix);
        assert_int_equal(match.kind, KB_HOST);
        for (size_t i = 0; i < len; i++) {
            host[1501 + i] ^= 1;
            assert_false(kb_find(kb, slice_of(host + 1501, suffix.len), &match));
            host[1501 + i] ^= 1;
        }
        kb_free(kb);
    }
}

/* So many that tags and slots of different names meet. */
static void a_large_table_finds_each_of_its_rows_and_nothing_else(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    struct buf table;
    buf_init(&table, 0);
    buf_add_cstr(&table, "suffix\tprovider\n");
    for (int i = 0; i < ROWS; i++)
        buf_printf(&table, "dyn%05d.example\t%d\n", i, i);
    struct kb *kb = open_empty();
    must_add(kb, buf_slice(&table), false);
    buf_release(&table);
    for (int i = 0; i < ROWS; i++) {
        char host[32], number[8];
        int len = sprintf(host, "x.dyn%05d.example", i);
        struct kb_match match;
        assert_true(kb_find(kb, slice_of(host, (size_t)len), &match));
        sprintf(number, "%d", i);
        assert_slice_equal(match.provider, slice_from_cstr(number));
        for (char other = 'a'; other <= 'j'; other++) {
            host[5] = other;
            assert_false(kb_find(kb, slice_of(host, (size_t)len), &match));
        }
    }
    kb_free(kb);
}

/* A host's last eight bytes are looked at first, or fewer: of suffixes of all lengths, under another label and alone. */
static void suffixes_of_every_length_are_found_by_their_end(void **state)
{
    (void)state;
    static const char before[] = "xyz.", letters[] = "abcdefghijklmnopqrstuvwxyz";
    for (unsigned first = 1; first <= 10; first++)
        for (unsigned last = 1; last <= 10; last++) {
            char table[80], host[64];
            struct kb *kb = open_empty();
            struct kb_match match;
            int len = sprintf(host, "%s%.*s.%.*s", before, (int)first, letters, (int)last, letters);
            size_t skip = strlen(before);
            sprintf(table, "suffix\tprovider\n%s\tP\n", host + skip);
            must_add(kb, slice_from_cstr(table), false);
            for (size_t start = 0; start <= skip; start++)
                assert_int_equal(kb_find(kb, slice_of(host + start, (size_t)len - start), &match), true);
            host[skip - 1] = 'x'; /* no dot before it */
            assert_false(kb_find(kb, slice_of(host, (size_t)len), &match));
            assert_false(kb_find(kb, slice_of(host + skip + 1, (size_t)len - skip - 1), &match));
            kb_free(kb);
        }
}

static void the_most_labels_count_the_one_that_a_star_stands_for(void **state)
{
    (void)state;
    struct kb *kb = open_empty();
    assert_int_equal(kb_labels_max(kb), 0);
    must_add(kb, SLICE("suffix\tprovider\nb.c.example\tX\n"), false);
    assert_int_equal(kb_labels_max(kb), 3);
    must_add(kb, SLICE("suffix\tprovider\n*.c.c.example\tX\n"), false);
    assert_int_equal(kb_labels_max(kb), 4);
    kb_free(kb);
}

static void words_have_names_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KB_CATEGORY_COUNT; i++) {
        enum kb_category category;
        assert_true(kb_category_parse(slice_from_cstr(kb_category_name((enum kb_category)i)), &category));
        assert_int_equal(category, i);
    }
    for (unsigned i = 0; i < KB_RISK_COUNT; i++) {
        enum kb_risk risk;
        assert_true(kb_risk_parse(slice_from_cstr(kb_risk_name((enum kb_risk)i)), &risk));
        assert_int_equal(risk, i);
    }
    enum kb_category category = KB_TUNNEL;
    assert_false(kb_category_parse(SLICE("Tunnel"), &category));
    assert_false(kb_category_parse(SLICE(""), &category));
    assert_int_equal(category, KB_TUNNEL);
    assert_string_equal(kb_kind_name(KB_HOST), "host");
    assert_string_equal(kb_kind_name(KB_SERVICE), "service");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_small_hosts_agree_with_all_small_sets_of_rows),
        cmocka_unit_test(all_short_texts_agree_with_one_rich_set),
        cmocka_unit_test(random_sets_agree_with_the_slow_matcher),
        cmocka_unit_test(adding_a_suffix_never_removes_a_hit),
        cmocka_unit_test(the_longest_suffix_decides_and_the_bare_one_is_a_service),
        cmocka_unit_test(a_wildcard_fits_one_label_and_not_what_is_excepted),
        cmocka_unit_test(a_service_is_the_whole_host_and_names_its_own_provider),
        cmocka_unit_test(long_labels_and_names_are_hashed_whole),
        cmocka_unit_test(a_large_table_finds_each_of_its_rows_and_nothing_else),
        cmocka_unit_test(suffixes_of_every_length_are_found_by_their_end),
        cmocka_unit_test(the_most_labels_count_the_one_that_a_star_stands_for),
        cmocka_unit_test(words_have_names_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
