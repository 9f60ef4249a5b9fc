/*
 * fuzz_kb.c - a table of rules, one of services and hosts, divided by lines of "%": what a table gives is what the slow
 * matcher finds, and a table that is refused changes nothing.
 */
#include "ddns/kb.h"
#include "fuzz.h"
#include "kb_slow.h"

enum { ROWS_MAX = 64, HOSTS_MAX = 64 };

static const char *const KEPT = "suffix\tprovider\nkept.example\tKept\n*.star.example\tStar\n";

static struct slice take(struct slice *text, struct slice end)
{
    ptrdiff_t at = slice_find(*text, end, 0);
    struct slice part = slice_cut(*text, 0, at == SLICE_NOT_FOUND ? text->len : (size_t)at);
    *text = slice_cut(*text, part.len + end.len, text->len);
    return part;
}

static void check_name(struct slice name)
{
    FUZZ_CHECK(name.len >= 3 && name.len <= 253 && name.ptr[name.len] == '\0');
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        FUZZ_CHECK(c == '.' || c == '-' || (ascii_is_alnum(c) && ascii_lower(c) == c));
    }
}

static void check_host(const struct kb *kb, const struct kb_slow *slow, struct slice host)
{
    struct kb_match fast = {0}, slowly = {0};
    FUZZ_CHECK(kb_find(kb, host, &fast) == kb_slow_find(slow, host, &slowly));
    FUZZ_CHECK(slice_eq(fast.suffix, slowly.suffix));
    FUZZ_CHECK(fast.rule == slowly.rule && fast.service == slowly.service && fast.kind == slowly.kind);
}

static void check_hosts(const struct kb *kb, struct slice hosts)
{
    const struct kb_rule *rules[ROWS_MAX];
    const struct kb_service *services[ROWS_MAX];
    struct kb_slow slow = {rules, kb_rule_count(kb), services, kb_service_count(kb)};
    if (slow.rule_count > ROWS_MAX || slow.service_count > ROWS_MAX)
        return; /* slow it is */
    for (uint32_t i = 0; i < slow.rule_count; i++) {
        rules[i] = kb_rule_at(kb, i);
        check_name(rules[i]->suffix);
    }
    for (uint32_t i = 0; i < slow.service_count; i++) {
        services[i] = kb_service_at(kb, i);
        check_name(services[i]->host);
    }
    for (uint32_t i = 0; i < slow.rule_count; i++)
        check_host(kb, &slow, rules[i]->suffix);
    for (uint32_t i = 0; i < slow.service_count; i++)
        check_host(kb, &slow, services[i]->host);
    for (int i = 0; i < HOSTS_MAX && hosts.len > 0; i++)
        check_host(kb, &slow, take(&hosts, SLICE("\n")));
}

/* Returns whether the table was taken. Taken twice it must be what it was. */
static bool add(struct kb *kb, struct slice table, bool services)
{
    struct err err = {0};
    uint32_t rules_before = kb_rule_count(kb), services_before = kb_service_count(kb);
    enum err_code code = services ? kb_add_services(kb, table, "t", &err) : kb_add(kb, table, "t", &err);
    if (code != ERR_NONE) {
        FUZZ_CHECK(code == ERR_USAGE && err.where[0] == 't' && err.text[0]);
        FUZZ_CHECK(kb_rule_count(kb) == rules_before && kb_service_count(kb) == services_before);
        return false;
    }
    uint32_t rules_after = kb_rule_count(kb), services_after = kb_service_count(kb);
    FUZZ_CHECK(rules_after >= rules_before && services_after >= services_before);
    code = services ? kb_add_services(kb, table, "t", &err) : kb_add(kb, table, "t", &err);
    FUZZ_CHECK(code == ERR_NONE);
    FUZZ_CHECK(kb_rule_count(kb) == rules_after && kb_service_count(kb) == services_after);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size);
    struct slice rules = take(&text, SLICE("%\n")), services = take(&text, SLICE("%\n"));
    struct kb *kb;
    struct err err;
    if (kb_open_empty(&kb, &err) != ERR_NONE)
        return 0;
    FUZZ_CHECK(kb_add(kb, slice_from_cstr(KEPT), "kept", &err) == ERR_NONE);
    bool taken = add(kb, rules, false);
    taken |= add(kb, services, true);
    if (!taken) {
        FUZZ_CHECK(kb_rule_count(kb) == 2 && kb_service_count(kb) == 0);
    }
    check_hosts(kb, text);
    kb_free(kb);
    return 0;
}
