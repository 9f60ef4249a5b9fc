/*
 * test_config.c - the configuration file: what it sets, where it is looked for, what is said about mistakes.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/config/config.h"

enum { ARGS_MAX = 16 };

static struct opts opts;
static struct err err;
static const char *const *variables; /* "NAME=value" ... NULL */
static char folder[64];

static const char *environment(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; variables && variables[i]; i++)
        if (strncmp(variables[i], name, len) == 0 && variables[i][len] == '=')
            return variables[i] + len + 1;
    return NULL;
}

static int setup(void **state)
{
    (void)state;
    variables = NULL;
    opts = (struct opts){0};
    err = (struct err){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    opts_release(&opts);
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

static enum err_code parse(const char *const *args)
{
    char *argv[ARGS_MAX] = {argument("ddnshunt")};
    int argc = 1;
    for (; *args && argc < ARGS_MAX; args++)
        argv[argc++] = argument(*args);
    opts_release(&opts);
    err = (struct err){0};
    return opts_parse(argc, argv, environment, &opts, &err);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

/* A file's text over options that nothing has set. */
static enum err_code apply(const char *text, size_t len)
{
    assert_int_equal(PARSE("config", "--no-config"), ERR_NONE);
    return config_apply(&opts, slice_of(text, len), "/etc/x/c.yaml", &err);
}

static void good(const char *text)
{
    enum err_code code = apply(text, strlen(text));
    if (code != ERR_NONE)
        print_error("%s: %s %s\n", text, err.where, err.text);
    assert_int_equal(code, ERR_NONE);
}

static void bad(const char *text, const char *where, const char *what)
{
    assert_int_equal(apply(text, strlen(text)), ERR_USAGE);
    assert_string_equal(err.where, where);
    assert_string_equal(err.text, what);
}

/* --- what it sets --- */

static void test_every_kind_of_value(void **state)
{
    (void)state;
    good("# ours\n"
         "allow: [a.org, \"b.org\"]\n"
         "exclude-provider: No-IP\n"
         "outbound: yes\n"
         "unique: OFF\n"
         "threads: 3\n"
         "memory: 512M\n"
         "color: never\n"
         "since: 7d\n"
         "where:\n"
         "  - A == 1\n"
         "  - 'B != \"x\"'\n");
    assert_int_equal(opts.tuning.allow.count, 2);
    assert_string_equal(opts.tuning.allow.items[1], "b.org");
    assert_int_equal(opts.tuning.exclude_providers.count, 1);
    assert_string_equal(opts.tuning.exclude_providers.items[0], "No-IP");
    assert_true(opts.tuning.outbound);
    assert_false(opts.tuning.unique);
    assert_int_equal(opts.threads, 3);
    assert_int_equal(opts.memory, 512 << 20);
    assert_int_equal(opts.color, COLOR_NEVER);
    assert_string_equal(opts.tuning.since, "7d");
    assert_string_equal(opts.tuning.wheres.items[1], "B != \"x\"");
    char place[ERR_WHERE_MAX];
    assert_string_equal(opts_place(&opts, &opts.tuning.allow, place), "/etc/x/c.yaml:2: allow");
    assert_string_equal(opts_place(&opts, &opts.tuning.wheres, place), "/etc/x/c.yaml:10: where");
}

static void test_nothing_is_a_configuration_too(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"", "\n\n", "# nothing\n", "---\n", "--- {}\n", "\xEF\xBB\xBF", "allow: []\n"};
    for (size_t i = 0; i < TEST_COUNT(TEXTS); i++) {
        good(TEXTS[i]);
        assert_int_equal(opts.tuning.allow.count, 0);
    }
}

static void test_files_are_beside_it(void **state)
{
    (void)state;
    good("allow: ['@list.txt', '@/abs.txt', 'a.org']\n");
    assert_string_equal(opts.tuning.allow.items[0], "@/etc/x/list.txt");
    assert_string_equal(opts.tuning.allow.items[1], "@/abs.txt");
    assert_string_equal(opts.tuning.allow.items[2], "a.org");
}

/* --- mistakes --- */

static void test_mistakes_are_named_by_line(void **state)
{
    (void)state;
    bad("\nalow: x\n", "/etc/x/c.yaml:2", "unknown key \"alow\"");
    assert_string_equal(err.hint, "did you mean allow?");
    bad("output: x\n", "/etc/x/c.yaml:1", "output can't be set in a file");
    bad("quiet: maybe\n", "/etc/x/c.yaml:1", "quiet is true or false");
    bad("quiet: [true]\n", "/etc/x/c.yaml:1", "quiet takes one value, no list");
    bad("threads: {a: 1}\n", "/etc/x/c.yaml:1", "threads takes one value, no mapping");
    bad("threads: many\n", "/etc/x/c.yaml:1: threads", "\"many\" is no number from 1 to 4096");
    bad("format: cvs\n", "/etc/x/c.yaml:1: format", "unknown format \"cvs\"");
    bad("category: [tunel]\n", "/etc/x/c.yaml:1: category", "unknown category \"tunel\"");
    bad("allow:\n", "/etc/x/c.yaml:1", "allow has no value; [] is an empty list");
    bad("since: ~\n", "/etc/x/c.yaml:1", "since has no value");
    bad("allow: [a, [b]]\n", "/etc/x/c.yaml:1", "allow is a list of texts, nothing deeper");
    bad("allow: a\nallow: b\n", "/etc/x/c.yaml:2", "allow stands here twice, first in line 1");
    bad("allow: \"a\\0b\"\n", "/etc/x/c.yaml:1", "allow holds a NUL byte");
    bad("- allow\n", "/etc/x/c.yaml:1", "settings are written as option: value");
    bad("? [a]\n: b\n", "/etc/x/c.yaml:1", "a key is the name of an option");
    bad("quiet: on\n---\nquiet: off\n", "/etc/x/c.yaml:2", "a second document begins here; settings are one");
    bad("allow: \"a\n", "/etc/x/c.yaml:2", "is no YAML: found unexpected end of stream");
    bad("allow: \xff\n", "/etc/x/c.yaml", "is not UTF-8");
}

static void test_anchors_and_tags_are_refused(void **state)
{
    (void)state;
    bad("allow: &a [x, *a]\n", "/etc/x/c.yaml:1", "allow has an anchor or a tag, which have no place here");
    bad("allow: *a\n", "/etc/x/c.yaml:1", "allow is an alias, which has no place here");
    bad("allow: [*a]\n", "/etc/x/c.yaml:1", "allow has an alias, which has no place here");
    bad("quiet: !!bool on\n", "/etc/x/c.yaml:1", "quiet has an anchor or a tag, which have no place here");
    bad("<<: {allow: x}\n", "/etc/x/c.yaml:1", "unknown key \"<<\"");
}

static void test_depth_is_met_at_once(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    buf_add_cstr(&text, "allow: ");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&text, '[');
    assert_int_equal(apply(text.ptr, text.len), ERR_USAGE);
    assert_string_equal(err.where, "/etc/x/c.yaml:1");
    buf_release(&text);
}

/* --- what goes first --- */

static void write_file(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int setup_folder(void **state)
{
    strcpy(folder, "/tmp/ddnshunt-config-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    return setup(state);
}

static int teardown_folder(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? teardown(state) : -1;
}

static void test_the_highest_level_goes_first(void **state)
{
    (void)state;
    char path[160], variable[200];
    write_file("c.yaml", "allow: [file.org]\nprovider: [F]\naction: [f]\nthreads: 1\nquiet: true\ncolor: always\n");
    snprintf(path, sizeof path, "%s/c.yaml", folder);
    snprintf(variable, sizeof variable, "DDNSHUNT_CONFIG=%s", path);
    const char *const set[] = {variable,
                               "DDNSHUNT_ALLOW=e1.org, e2.org,",
                               "DDNSHUNT_THREADS=2",
                               "DDNSHUNT_QUIET=0",
                               "DDNSHUNT_ACTION=e",
                               "DDNSHUNT_WHERE=A in (1, 2)",
                               NULL};
    variables = set;
    assert_int_equal(PARSE("scan", "--action", "o1", "--action", "o2", "--no-color"), ERR_NONE);
    assert_int_equal(opts.tuning.allow.count, 2); /* the environment's, not the file's */
    assert_string_equal(opts.tuning.allow.items[1], "e2.org");
    assert_int_equal(opts.tuning.providers.count, 1);
    assert_string_equal(opts.tuning.providers.items[0], "F");
    assert_int_equal(opts.tuning.actions.count, 2);
    assert_string_equal(opts.tuning.actions.items[0], "o1");
    assert_int_equal(opts.tuning.wheres.count, 1); /* a condition has commas of its own */
    assert_int_equal(opts.threads, 2);
    assert_false(opts.quiet);
    assert_int_equal(opts.color, COLOR_NEVER); /* --no-color and color are one setting */
    assert_int_equal(PARSE("scan", "--no-config"), ERR_NONE);
    assert_int_equal(opts.tuning.providers.count, 0);
}

static void test_where_it_is_looked_for(void **state)
{
    (void)state;
    char home[160], system_folder[160];
    static const char *const FOLDERS[] = {"home",         "home/.config", "home/.config/ddnshunt", "xdg",
                                          "xdg/ddnshunt", "sys",          "sys/ddnshunt"};
    for (size_t i = 0; i < TEST_COUNT(FOLDERS); i++)
        make_folder(FOLDERS[i]);
    snprintf(home, sizeof home, "HOME=%s/home", folder);
    snprintf(system_folder, sizeof system_folder, "XDG_CONFIG_DIRS=/nonexistent:relative:%s/sys", folder);
    const char *const set[] = {home, system_folder, NULL};
    variables = set;
    assert_int_equal(PARSE("scan"), ERR_NONE);
    assert_null(opts.config_path);
    write_file("sys/ddnshunt/config.yaml", "threads: 5\n");
    assert_int_equal(PARSE("scan"), ERR_NONE);
    assert_int_equal(opts.threads, 5);
    write_file("home/.config/ddnshunt/config.yaml", "threads: 6\n");
    assert_int_equal(PARSE("scan"), ERR_NONE);
    assert_int_equal(opts.threads, 6);
    char xdg[160];
    snprintf(xdg, sizeof xdg, "XDG_CONFIG_HOME=%s/xdg", folder);
    const char *const with_xdg[] = {home, system_folder, xdg, NULL};
    variables = with_xdg;
    assert_int_equal(PARSE("scan"), ERR_NONE);
    assert_int_equal(opts.threads, 5); /* HOME does not count then */
    write_file("xdg/ddnshunt/config.yaml", "threads: 7\n");
    assert_int_equal(PARSE("scan"), ERR_NONE);
    assert_int_equal(opts.threads, 7);
}

static void test_a_file_that_is_named_must_be_there(void **state)
{
    (void)state;
    assert_int_equal(PARSE("scan", "--config", "/nonexistent/c.yaml"), ERR_USAGE);
    assert_string_equal(err.where, "/nonexistent/c.yaml");
    assert_int_equal(PARSE("scan", "--config", folder), ERR_USAGE);
    assert_int_equal(PARSE("scan", "--config", "/nonexistent/c.yaml", "--help"), ERR_NONE);
}

static void test_a_query_takes_tuning_only_if_asked(void **state)
{
    (void)state;
    char path[160];
    write_file("c.yaml", "allow: [file.org]\n");
    snprintf(path, sizeof path, "%s/c.yaml", folder);
    assert_int_equal(PARSE("query", "--config", path, "T"), ERR_NONE);
    assert_int_equal(PARSE("query", "--config", path, "T", "--allow", "x.org"), ERR_USAGE);
    assert_string_equal(err.text, "option --allow needs --tune here");
    assert_int_equal(PARSE("query", "--config", path, "--tune", "T", "--allow", "x.org"), ERR_NONE);
}

/* --- writing --- */

static void without_comments(const struct buf *in, struct buf *out)
{
    for (size_t i = 0; i < in->len; i++) {
        if (in->ptr[i] == '#')
            while (i < in->len && in->ptr[i] != '\n')
                i++;
        if (i < in->len && in->ptr[i] != ' ')
            buf_add_char(out, in->ptr[i]);
    }
}

static void test_what_is_written_reads_back(void **state)
{
    (void)state;
    struct buf first, again, plain_first, plain_again;
    buf_init(&first, 0);
    buf_init(&again, 0);
    buf_init(&plain_first, 0);
    buf_init(&plain_again, 0);
    good("allow: [a.org, '@list.txt']\nwhere: [\"A != \\\"x: y\\\"\\n\"]\nthreads: 3\noutbound: on\nblock-size: "
         "3K\nuntil: 7d\n");
    config_write(&opts, &first);
    assert_false(first.failed);
    assert_true(
        slice_find(buf_slice(&first), SLICE("outbound: true                          # /etc/x/c.yaml:4\n"), 0) >= 0);
    assert_true(slice_find(buf_slice(&first), SLICE("quiet: false                            # default\n"), 0) >= 0);
    assert_true(slice_find(buf_slice(&first), SLICE("block-size: 3K "), 0) >= 0);
    assert_int_equal(apply(first.ptr, first.len), ERR_NONE);
    config_write(&opts, &again);
    without_comments(&first, &plain_first);
    without_comments(&again, &plain_again);
    assert_slice_equal(buf_slice(&plain_again), buf_slice(&plain_first));
    assert_string_equal(opts.tuning.wheres.items[0], "A != \"x: y\"\n");
    buf_release(&first);
    buf_release(&again);
    buf_release(&plain_first);
    buf_release(&plain_again);
}

static void test_each_failing_allocation_is_told(void **state)
{
    (void)state;
    static const char TEXT[] = "allow: [a.org, '@b']\nthreads: 3\nquiet: on\nsince: 7d\n";
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code == ERR_MEMORY; nth++) {
        assert_int_equal(PARSE("config", "--no-config"), ERR_NONE);
        mem_fail_after(nth);
        code = config_apply(&opts, SLICE(TEXT), "c.yaml", &err);
        mem_fail_after(0);
        assert_true(nth < 500);
    }
    assert_int_equal(code, ERR_NONE);
}

#define TEST(name)      cmocka_unit_test_setup_teardown(name, setup, teardown)
#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, setup_folder, teardown_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_kind_of_value),
        TEST(test_nothing_is_a_configuration_too),
        TEST(test_files_are_beside_it),
        TEST(test_mistakes_are_named_by_line),
        TEST(test_anchors_and_tags_are_refused),
        TEST(test_depth_is_met_at_once),
        IN_FOLDER(test_the_highest_level_goes_first),
        IN_FOLDER(test_where_it_is_looked_for),
        IN_FOLDER(test_a_file_that_is_named_must_be_there),
        IN_FOLDER(test_a_query_takes_tuning_only_if_asked),
        TEST(test_what_is_written_reads_back),
        TEST(test_each_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
