/*
 * test_kb_data.c - the rows that the program is built with: they are those of data/, and each is found.
 */
#include "base/buf.h"
#include "ddns/kb.h"

#include <stdio.h>
#include <stdlib.h>

#include "kb_slow.h"
#include "test.h"

static struct kb *kb;

static int open_kb(void **state)
{
    (void)state;
    struct err err;
    return kb_open(&kb, &err) == ERR_NONE ? 0 : -1;
}

static int free_kb(void **state)
{
    (void)state;
    kb_free(kb);
    return 0;
}

static void read_data(const char *name, struct buf *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", DATA_FOLDER, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    buf_init(text, 0);
    size_t read;
    do {
        char *room = buf_reserve(text, 65536);
        assert_non_null(room);
        read = fread(room, 1, 65536, file);
        text->len += read;
    } while (read > 0);
    fclose(file);
}

/* What data/embed.py makes of the files is what the reader of a user's files makes of them, cell by cell. */
static void the_rows_are_those_of_the_files(void **state)
{
    (void)state;
    struct kb *read = NULL;
    struct err err = {0};
    assert_int_equal(kb_open_empty(&read, &err), ERR_NONE);
    struct buf text;
    read_data("providers.tsv", &text);
    enum err_code code = kb_add(read, buf_slice(&text), "providers.tsv", &err);
    buf_release(&text);
    if (code == ERR_NONE) {
        read_data("services.tsv", &text);
        code = kb_add_services(read, buf_slice(&text), "services.tsv", &err);
        buf_release(&text);
    }
    if (code != ERR_NONE)
        fail_msg("%s: %s", err.where, err.text);

    assert_true(kb_rule_count(kb) > 1000);
    assert_int_equal(kb_rule_count(kb), kb_rule_count(read));
    for (uint32_t i = 0; i < kb_rule_count(kb); i++) {
        const struct kb_rule *a = kb_rule_at(kb, i), *b = kb_rule_at(read, i);
        assert_slice_equal(a->suffix, b->suffix);
        assert_int_equal(a->wildcard, b->wildcard);
        assert_int_equal(a->except, b->except);
        assert_slice_equal(a->provider, b->provider);
        assert_int_equal(a->category, b->category);
        assert_int_equal(a->tier, b->tier);
        assert_int_equal(a->risk, b->risk);
        assert_slice_equal(a->source, b->source);
        assert_slice_equal(a->published, b->published);
        assert_int_equal(a->suffix.ptr[a->suffix.len], '\0');
        assert_int_equal(a->provider.ptr[a->provider.len], '\0');
    }
    assert_true(kb_service_count(kb) > 20);
    assert_int_equal(kb_service_count(kb), kb_service_count(read));
    for (uint32_t i = 0; i < kb_service_count(kb); i++) {
        const struct kb_service *a = kb_service_at(kb, i), *b = kb_service_at(read, i);
        assert_slice_equal(a->host, b->host);
        assert_slice_equal(a->provider, b->provider);
        assert_int_equal(a->category, b->category);
        assert_slice_equal(a->purpose, b->purpose);
        assert_slice_equal(a->source, b->source);
        assert_int_equal(a->purpose.ptr[a->purpose.len], '\0');
    }
    kb_free(read);
}

static void each_suffix_is_found(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < kb_rule_count(kb); i++) {
        const struct kb_rule *rule = kb_rule_at(kb, i);
        if (rule->except)
            continue;
        char host[320];
        int len = snprintf(host, sizeof host, "x1.no-such-label.%s", rule->suffix.ptr);
        size_t above = rule->wildcard ? 3 : 17; /* before the suffix, which a wildcard begins at "no-such-label" */
        struct kb_match match = {0};
        assert_true(kb_find(kb, slice_of(host, (size_t)len), &match));
        assert_ptr_equal(match.rule, rule);
        assert_null(match.service);
        assert_slice_equal(match.suffix, slice_of(host + above, (size_t)len - above));
        assert_slice_equal(match.provider, rule->provider);
        assert_int_equal(match.category, rule->category);
        assert_int_equal(match.kind, KB_HOST);
        assert_true(kb_find(kb, slice_of(host + above, (size_t)len - above), &match));
        assert_ptr_equal(match.rule, rule);
        assert_int_equal(match.kind, KB_SERVICE);
    }
}

static void each_service_is_found(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < kb_service_count(kb); i++) {
        const struct kb_service *service = kb_service_at(kb, i);
        struct kb_match match;
        assert_true(kb_find(kb, service->host, &match));
        assert_ptr_equal(match.service, service);
        assert_slice_equal(match.provider, service->provider);
        assert_int_equal(match.category, service->category);
        assert_int_equal(match.kind, KB_SERVICE);
    }
}

/* Hosts made of the rows' own names, cut, lengthened and glued together. */
static void the_slow_matcher_agrees(void **state)
{
    (void)state;
    uint32_t rules = kb_rule_count(kb), services = kb_service_count(kb), hits = 0;
    const struct kb_rule **r = calloc(rules, sizeof(void *));
    const struct kb_service **s = calloc(services, sizeof(void *));
    for (uint32_t i = 0; i < rules; i++)
        r[i] = kb_rule_at(kb, i);
    for (uint32_t i = 0; i < services; i++)
        s[i] = kb_service_at(kb, i);
    struct kb_slow slow = {r, rules, s, services};
    srand(9);
    for (int i = 0; i < 5000; i++) {
        char host[1024];
        struct slice first = r[(uint32_t)rand() % rules]->suffix, last = r[(uint32_t)rand() % rules]->suffix;
        if (rand() % 4 == 0)
            last = s[(uint32_t)rand() % services]->host;
        last = slice_cut(last, (size_t)(rand() % 8 ? 0 : rand() % 6), last.len);
        int len = snprintf(host, sizeof host, "%.*s%s%.*s", rand() % 2 ? (int)first.len : 0, first.ptr,
                           rand() % 8 ? "." : "", SLICE_ARG(last));
        struct slice text = slice_of(host, (size_t)len);
        if (rand() % 2 && host[0] == '.')
            text = slice_cut(text, 1, text.len);
        struct kb_match fast = {0}, slowly = {0};
        bool found = kb_find(kb, text, &fast);
        assert_int_equal(found, kb_slow_find(&slow, text, &slowly));
        assert_slice_equal(fast.suffix, slowly.suffix);
        assert_ptr_equal(fast.rule, slowly.rule);
        assert_ptr_equal(fast.service, slowly.service);
        assert_int_equal(fast.kind, slowly.kind);
        hits += found;
    }
    assert_true(hits > 3000 && hits < 5000);
    free(r);
    free(s);
}

static void the_operator_is_named_and_not_what_the_name_says(void **state)
{
    (void)state;
    const struct {
        const char *host, *suffix, *provider;
    } cases[] = {
        {"x.duckdns.org", "duckdns.org", "DuckDNS"},
        {"a.duckdns.org.ddns.net", "ddns.net", "No-IP"},
        {"x.hopto.org", "hopto.org", "No-IP"},
        {"x.duckdns.org.evil.com", NULL, NULL},
        {"notduckdns.org", NULL, NULL},
        {"duckdns.com", NULL, NULL},
        {"www.example.com", NULL, NULL},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct kb_match match;
        bool found = kb_find(kb, slice_from_cstr(cases[i].host), &match);
        assert_int_equal(found, cases[i].suffix != NULL);
        if (!found)
            continue;
        assert_slice_equal(match.suffix, slice_from_cstr(cases[i].suffix));
        assert_slice_equal(match.provider, slice_from_cstr(cases[i].provider));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_are_those_of_the_files),
        cmocka_unit_test(each_suffix_is_found),
        cmocka_unit_test(each_service_is_found),
        cmocka_unit_test(the_slow_matcher_agrees),
        cmocka_unit_test(the_operator_is_named_and_not_what_the_name_says),
    };
    return cmocka_run_group_tests(tests, open_kb, free_kb);
}
