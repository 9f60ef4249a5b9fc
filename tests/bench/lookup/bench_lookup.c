/*
 * bench_lookup.c - the knowledge base beside other matchers, on the hosts of a file, a host a line. JSON lines for lookup.py:
 *
 *   {"name": ..., "group": ..., "seconds": [a run each], "hits": N, "made_in": seconds}
 *
 * Contenders take turns, so that a noisy moment of the machine meets all. All must give the same answer for each host; exit
 * status 1 if they don't. What stands around the suffixes' search, the library as others call it and growing tables, follows.
 */
#include "base/buf.h"
#include "contender.h"
#include "ddns/kb.h"
#include "ddnshunt.h"
#include "host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS_MAX = 99 };

/* Processor time: all of this is one thread. */
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *must(void *ptr)
{
    if (!ptr) {
        fprintf(stderr, "bench_lookup: no memory\n");
        exit(3);
    }
    return ptr;
}

struct hosts {
    char *bytes;
    struct text *items;
    size_t count;
};

static struct hosts read_hosts(const char *path)
{
    struct hosts hosts = {0};
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    size_t len = (size_t)ftell(file);
    rewind(file);
    hosts.bytes = must(malloc(len + 1));
    if (fread(hosts.bytes, 1, len, file) != len) {
        perror(path);
        exit(2);
    }
    fclose(file);
    hosts.items = must(malloc((len / 2 + 1) * sizeof *hosts.items));
    for (char *at = hosts.bytes, *end = at + len; at < end;) {
        char *lf = memchr(at, '\n', (size_t)(end - at));
        size_t line = (size_t)((lf ? lf : end) - at);
        if (line)
            hosts.items[hosts.count++] = (struct text){at, line};
        at += line + 1;
    }
    return hosts;
}

/* The plain suffixes that the program knows: not every contender has wildcards. */
static struct text *known_suffixes(const struct kb *kb, uint32_t *out_count)
{
    struct text *suffixes = must(malloc(kb_rule_count(kb) * sizeof *suffixes));
    uint32_t count = 0;
    for (uint32_t i = 0; i < kb_rule_count(kb); i++) {
        const struct kb_rule *rule = kb_rule_at(kb, i);
        if (!rule->wildcard && !rule->except)
            suffixes[count++] = (struct text){rule->suffix.ptr, rule->suffix.len};
    }
    *out_count = count;
    return suffixes;
}

static size_t count_hits(const uint32_t *answers, size_t count)
{
    size_t hits = 0;
    for (size_t i = 0; i < count; i++)
        hits += answers[i] != 0;
    return hits;
}

static void print_result(const char *group, const char *name, const double *seconds, int runs, size_t hits,
                         double made_in)
{
    printf("{\"group\": \"%s\", \"name\": \"%s\", \"seconds\": [", group, name);
    for (int i = 0; i < runs; i++)
        printf("%s%.6f", i ? ", " : "", seconds[i]);
    printf("], \"hits\": %zu, \"made_in\": %.6f}\n", hits, made_in);
    fflush(stdout);
}

/* Returns whether all agree. */
static bool compare(const struct hosts *hosts, int runs)
{
    static const struct contender *const contenders[] = {
        &KNOWLEDGE_BASE, &BYTE_TRIE, &LABEL_TRIE, &RE2_SET_REVERSED, &RE2_SET, &HYPERSCAN, &HYPERSCAN_BLOCK};
    enum { COUNT = sizeof contenders / sizeof *contenders };
    static double seconds[COUNT][RUNS_MAX];
    struct kb *kb;
    struct err err;
    if (kb_open(&kb, &err) != ERR_NONE)
        exit(3);
    uint32_t suffix_count;
    struct text *suffixes = known_suffixes(kb, &suffix_count);
    uint32_t *answers = must(malloc(hosts->count * sizeof *answers)),
             *first = must(malloc(hosts->count * sizeof *first));
    void *made[COUNT];
    double made_in[COUNT];
    bool agree = true;
    for (int i = 0; i < COUNT; i++) {
        double start = now();
        made[i] = must(contenders[i]->make(suffixes, suffix_count));
        made_in[i] = now() - start;
    }
    /* Run 0 warms up, and its answers are compared. */
    for (int run = 0; run <= runs; run++)
        for (int i = 0; i < COUNT; i++) {
            uint32_t *into = run == 0 && i == 0 ? first : answers;
            double start = now();
            contenders[i]->find(made[i], hosts->items, hosts->count, into);
            if (run > 0)
                seconds[i][run - 1] = now() - start;
            else if (i > 0 && memcmp(first, answers, hosts->count * sizeof *first) != 0) {
                agree = false;
                fprintf(stderr, "bench_lookup: %s has other answers\n", contenders[i]->name);
            }
        }
    printf("{\"suffixes\": %u, \"hosts\": %zu, \"hyperscan\": \"%s\"}\n", suffix_count, hosts->count,
           hyperscan_version());
    for (int i = 0; i < COUNT; i++) {
        print_result("matchers", contenders[i]->name, seconds[i], runs, count_hits(first, hosts->count), made_in[i]);
        contenders[i]->destroy(made[i]);
    }
    free(answers);
    free(first);
    free(suffixes);
    kb_free(kb);
    return agree;
}

/* As the program asks: the host is taken out of the text first. */
static size_t extract_and_find(const struct kb *kb, const struct hosts *hosts, struct buf *scratch)
{
    size_t hits = 0;
    for (size_t i = 0; i < hosts->count; i++) {
        struct host host;
        struct kb_match match;
        if (host_extract(slice_of(hosts->items[i].ptr, hosts->items[i].len), scratch, &host, NULL) != ERR_NONE)
            exit(3);
        hits += kb_find(kb, host.name, &match);
    }
    return hits;
}

static void whole_ways(const struct hosts *hosts, int runs)
{
    struct kb *kb;
    struct buf scratch;
    ddh_kb *public_kb;
    ddh_match *match = must(ddh_match_new());
    buf_init(&scratch, 0);
    double start = now(), opened_in, seconds[2][RUNS_MAX];
    if (kb_open(&kb, NULL) != ERR_NONE)
        exit(3);
    opened_in = now() - start;
    if (ddh_kb_open(&public_kb) != DDH_OK)
        exit(3);
    size_t hits[2] = {0};
    for (int run = 0; run < runs; run++) {
        start = now();
        hits[0] = extract_and_find(kb, hosts, &scratch);
        seconds[0][run] = now() - start;
        start = now();
        hits[1] = 0;
        for (size_t i = 0; i < hosts->count; i++)
            hits[1] += ddh_lookup(public_kb, hosts->items[i].ptr, hosts->items[i].len, match) == DDH_OK;
        seconds[1][run] = now() - start;
    }
    print_result("around", "host_extract() and kb_find()", seconds[0], runs, hits[0], opened_in);
    print_result("around", "ddh_lookup() of libddnshunt", seconds[1], runs, hits[1], opened_in);
    ddh_match_free(match);
    ddh_kb_free(public_kb);
    kb_free(kb);
    buf_release(&scratch);
}

/* The same hosts while ever more suffixes are added. */
static void more_rows(const struct hosts *hosts, int runs)
{
    struct kb *kb;
    struct buf table;
    if (kb_open(&kb, NULL) != ERR_NONE)
        exit(3);
    buf_init(&table, 0);
    for (unsigned rows = 1000; rows <= 1000000; rows *= 10) {
        buf_clear(&table);
        buf_add_cstr(&table, "suffix\tprovider\n");
        for (unsigned i = 0; i < rows; i++)
            buf_printf(&table, "dyn%u.example\tX\n", i);
        if (table.failed || kb_add(kb, buf_slice(&table), "bench", NULL) != ERR_NONE)
            exit(3);
        double seconds[RUNS_MAX];
        char name[64];
        size_t hits = 0;
        for (int run = 0; run < runs; run++) {
            double start = now();
            hits = 0;
            for (size_t i = 0; i < hosts->count; i++) {
                struct kb_match match;
                hits += kb_find(kb, slice_of(hosts->items[i].ptr, hosts->items[i].len), &match);
            }
            seconds[run] = now() - start;
        }
        snprintf(name, sizeof name, "kb_find(), %u suffixes", kb_rule_count(kb));
        print_result("growth", name, seconds, runs, hits, 0);
    }
    buf_release(&table);
    kb_free(kb);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_lookup HOSTS RUNS\n");
        return 2;
    }
    int runs = (int)strtol(argv[2], NULL, 10);
    if (runs < 1 || runs > RUNS_MAX)
        runs = 5;
    struct hosts hosts = read_hosts(argv[1]);
    if (!hosts.count)
        return 2;
    bool agree = compare(&hosts, runs);
    whole_ways(&hosts, runs);
    more_rows(&hosts, runs);
    free(hosts.items);
    free(hosts.bytes);
    return agree ? 0 : 1;
}
