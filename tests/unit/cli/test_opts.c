/*
 * test_opts.c - reading the command line and the environment, and what is said about mistakes.
 */
#include "test.h"

#include <stdio.h>

#include "base/mem.h"
#include "cli/opts.h"
#include "sink/sink.h"

enum { ARGS_MAX = 16 };

static const char *const *variables; /* "NAME=value" ... NULL, of the test at hand */

static const char *environment(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; variables && variables[i]; i++)
        if (strncmp(variables[i], name, len) == 0 && variables[i][len] == '=')
            return variables[i] + len + 1;
    return NULL;
}

/* Splits the line at blanks (none of the tests needs one in an argument). */
static enum err_code parse(const char *line, struct opts *opts, struct err *err)
{
    static char text[1024];
    char *argv[ARGS_MAX], *rest = text;
    int argc = 0;
    assert_true(strlen(line) < sizeof text);
    strcpy(text, line);
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(argc < ARGS_MAX);
        argv[argc++] = word;
    }
    *err = (struct err){0};
    return opts_parse(argc, argv, environment, opts, err);
}

static struct opts opts;
static struct err err;

static int setup(void **state)
{
    (void)state;
    variables = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    opts_release(&opts);
    return 0;
}

static void good(const char *line)
{
    enum err_code code = parse(line, &opts, &err);
    if (code != ERR_NONE)
        print_error("%s: %s\n", line, err.text);
    assert_int_equal(code, ERR_NONE);
}

static void bad(const char *line, const char *text, const char *hint)
{
    assert_int_equal(parse(line, &opts, &err), ERR_USAGE);
    assert_string_equal(err.text, text);
    assert_string_equal(err.hint, hint);
    opts_release(&opts);
}

static void test_defaults(void **state)
{
    (void)state;
    good("ddnshunt scan");
    assert_int_equal(opts.command->id, COMMAND_SCAN);
    assert_int_equal(opts.paths.count, 0);
    assert_int_equal(opts.format, -1);
    assert_int_equal(opts.input_format, -1);
    assert_int_equal(opts.record_max, 128 << 20);
    assert_int_equal(opts.memory, 1 << 30);
    assert_int_equal(opts.threads, 0);
    assert_int_equal(opts.color, COLOR_AUTO);
}

static void test_long_options(void **state)
{
    (void)state;
    good("ddnshunt scan --threads=3 --output x.csv --record-max 64K --strict a b");
    assert_int_equal(opts.threads, 3);
    assert_string_equal(opts.output, "x.csv");
    assert_int_equal(opts.record_max, 65536);
    assert_true(opts.strict);
    assert_int_equal(opts.paths.count, 2);
    assert_string_equal(opts.paths.items[1], "b");
}

static void test_short_options_bundle(void **state)
{
    (void)state;
    good("ddnshunt scan -qj2 -oout.json -");
    assert_true(opts.quiet);
    assert_int_equal(opts.threads, 2);
    assert_string_equal(opts.output, "out.json");
    assert_string_equal(opts.paths.items[0], "-");
    opts_release(&opts);
    good("ddnshunt scan -j=2 -o - x");
    assert_int_equal(opts.threads, 2);
    assert_string_equal(opts.output, "-");
}

static void test_options_end_at_two_dashes(void **state)
{
    (void)state;
    good("ddnshunt scan a -- -q --strict");
    assert_false(opts.quiet);
    assert_int_equal(opts.paths.count, 3);
    assert_string_equal(opts.paths.items[2], "--strict");
}

static void test_options_may_follow_arguments(void **state)
{
    (void)state;
    good("ddnshunt scan a -q b");
    assert_true(opts.quiet);
    assert_int_equal(opts.paths.count, 2);
}

static void test_query_takes_its_text_first(void **state)
{
    (void)state;
    good("ddnshunt query T|count a b");
    assert_string_equal(opts.kql, "T|count");
    assert_int_equal(opts.paths.count, 2);
    assert_string_equal(opts.paths.items[0], "a");
    opts_release(&opts);
    good("ddnshunt query -f q.kql a");
    assert_null(opts.kql);
    assert_string_equal(opts.kql_file, "q.kql");
    assert_string_equal(opts.paths.items[0], "a");
}

static void test_choices(void **state)
{
    (void)state;
    good("ddnshunt scan --format tsv --color=always");
    assert_string_equal(SINK_TYPES[opts.format]->name, "tsv");
    assert_int_equal(opts.color, COLOR_ALWAYS);
    opts_release(&opts);
    good("ddnshunt scan --color=always --no-color");
    assert_int_equal(opts.color, COLOR_NEVER);
    opts_release(&opts);
    bad("ddnshunt scan --format cvs", "unknown format \"cvs\"", "did you mean csv?");
    bad("ddnshunt scan --color=perhaps", "unknown color \"perhaps\"", "there is auto, always, never");
}

static void test_lists_keep_their_order(void **state)
{
    (void)state;
    good("ddnshunt scan --column A:long --column=B:real");
    assert_int_equal(opts.columns_named.count, 2);
    assert_string_equal(opts.columns_named.items[0], "A:long");
    assert_string_equal(opts.columns_named.items[1], "B:real");
}

static void test_last_one_counts(void **state)
{
    (void)state;
    good("ddnshunt scan -j1 -j4");
    assert_int_equal(opts.threads, 4);
}

static void test_a_command_with_actions(void **state)
{
    (void)state;
    good("ddnshunt providers search -q duck no-ip");
    assert_int_equal(opts.command->id, COMMAND_PROVIDERS_SEARCH);
    assert_int_equal(opts.paths.count, 2);
    opts_release(&opts);
    good("ddnshunt providers --tier A --tier B --check FILE");
    assert_int_equal(opts.command->id, COMMAND_PROVIDERS_LIST);
    assert_string_equal(opts.kb.check, "FILE");
    assert_int_equal(opts.kb.tiers.count, 2);
    assert_string_equal(opts.kb.tiers.items[1], "B");
    opts_release(&opts);
    good("ddnshunt providers");
    assert_int_equal(opts.command->id, COMMAND_PROVIDERS_LIST);
    opts_release(&opts);
    bad("ddnshunt providers serch x", "providers has no action \"serch\"", "did you mean search?");
    bad("ddnshunt providers 1234567", "providers has no action \"1234567\"", "its actions: ddnshunt providers -h");
    bad("ddnshunt providers --tier D", "unknown tier \"D\"", "there is A, B, C");
    bad("ddnshunt providers count --check x", "providers count has no option --check", "it belongs to ddnshunt scan");
}

/* The rows of a command's actions stand together, as the first of them is what it does without one. */
static void test_actions_stand_together(void **state)
{
    (void)state;
    for (const struct command *c = COMMANDS; c->name; c++)
        for (const struct command *d = c + 1; d->name; d++)
            if (command_is_first(d))
                assert_false(slice_eq(command_word(c), command_word(d)));
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    bad("ddnshunt", "no command is given", "to scan a file: ddnshunt scan FILE; all commands: ddnshunt --help");
    bad("ddnshunt scna", "unknown command \"scna\"", "did you mean scan?");
    bad("ddnshunt export.json", "unknown command \"export.json\"",
        "to scan a file: ddnshunt scan FILE; all commands: ddnshunt --help");
    bad("ddnshunt frob x", "unknown command \"frob\"",
        "to scan a file: ddnshunt scan FILE; all commands: ddnshunt --help");
    bad("ddnshunt scan --outptu=A", "unknown option --outptu", "did you mean --output?");
    bad("ddnshunt import x", "unknown command \"import\"", "did you mean providers import?");
    bad("ddnshunt version", "unknown command \"version\"", "did you mean --version?");
    bad("ddnshunt scan --thr 2", "unknown option --thr", "did you mean --threads?");
    bad("ddnshunt scan --frobnicate", "unknown option --frobnicate", "its options: ddnshunt scan -h");
    bad("ddnshunt scan -x", "unknown option -x", "its options: ddnshunt scan -h");
    bad("ddnshunt rule --for sentinel", "unknown product \"sentinel\"",
        "there is hunting, custom-detection, continuous, sentinel-hunting, sentinel-analytics, sentinel-nrt");
    bad("ddnshunt scan --fail-on-hit=1", "option --fail-on-hit takes no argument", "");
    bad("ddnshunt scan --strict=perhaps", "\"perhaps\" is neither yes nor no",
        "write yes, true, on or 1; or no, false, off or 0");
    bad("ddnshunt scan --output", "option --output needs an argument: FILE", "");
    bad("ddnshunt scan -qo", "option --output needs an argument: FILE", "");
    bad("ddnshunt query --rule published x", "query has no option --rule", "it belongs to ddnshunt scan");
    bad("ddnshunt --quiet scan", "ddnshunt without a command has no option --quiet", "it belongs to ddnshunt scan");
    bad("ddnshunt query", "query needs a KQL text",
        "ddnshunt query 'DeviceNetworkEvents | count' FILE, or -f FILE for a query in a file");
}

static void test_bad_numbers_are_refused(void **state)
{
    (void)state;
    static const char *const COUNTS[] = {"0", "-1", "4097", "99999999999999999999", "2x", "x", "1.5"};
    for (size_t i = 0; i < TEST_COUNT(COUNTS); i++) {
        char line[64];
        snprintf(line, sizeof line, "ddnshunt scan --threads=%s", COUNTS[i]);
        assert_int_equal(parse(line, &opts, &err), ERR_USAGE);
        assert_string_equal(err.where, "option --threads");
        opts_release(&opts);
    }
    bad("ddnshunt scan --record-max 12Q", "\"12Q\" is no size", "write a number of bytes, or 64K, 128M, 2G");
    bad("ddnshunt scan --record-max 0", "\"0\" is no size", "write a number of bytes, or 64K, 128M, 2G");
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } GOOD[] = {{"0", 0},
                {"1", 1},
                {"64K", 65536},
                {"64k", 65536},
                {"64KB", 65536},
                {"64KiB", 65536},
                {"1M", 1 << 20},
                {"2G", UINT64_C(2) << 30},
                {"1T", UINT64_C(1) << 40},
                {"10b", 10},
                {"18446744073709551615", UINT64_MAX}};
    for (size_t i = 0; i < TEST_COUNT(GOOD); i++) {
        uint64_t bytes = 7;
        assert_true(size_parse(slice_from_cstr(GOOD[i].text), &bytes));
        assert_int_equal(bytes, GOOD[i].bytes);
    }
    static const char *const BAD[] = {"", "K", "1KK", "1iB", "1 K", "-1", "18446744073709551616", "99999999T", "1Ki"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        uint64_t bytes;
        assert_false(size_parse(slice_from_cstr(BAD[i]), &bytes));
    }
}

static void test_environment_stands_in_for_options(void **state)
{
    (void)state;
    static const char *const SET[] = {"DDNSHUNT_THREADS=5", "DDNSHUNT_STRICT=1",      "DDNSHUNT_WITH_SOURCE=no",
                                      "DDNSHUNT_FORMAT=",   "DDNSHUNT_RECORD_MAX=1M", NULL};
    variables = SET;
    good("ddnshunt scan --record-max 2M");
    assert_int_equal(opts.threads, 5);
    assert_true(opts.strict);
    assert_false(opts.with_source);
    assert_int_equal(opts.format, -1);
    assert_int_equal(opts.record_max, 2 << 20); /* the command line goes first */
}

static void test_bad_environment_is_named(void **state)
{
    (void)state;
    static const char *const SET[] = {"DDNSHUNT_THREADS=many", NULL};
    variables = SET;
    assert_int_equal(parse("ddnshunt scan", &opts, &err), ERR_USAGE);
    assert_string_equal(err.where, "environment variable DDNSHUNT_THREADS");
}

static void test_help_and_version_need_nothing_else(void **state)
{
    (void)state;
    good("ddnshunt --help");
    assert_true(opts.help && opts.help_long && !opts.command);
    opts_release(&opts);
    good("ddnshunt -h");
    assert_true(opts.help && !opts.help_long);
    opts_release(&opts);
    good("ddnshunt query --help");
    assert_true(opts.help && opts.command->id == COMMAND_QUERY);
    opts_release(&opts);
    good("ddnshunt --version");
    assert_true(opts.version);
    opts_release(&opts);
    good("ddnshunt scan -V");
    assert_true(opts.version);
}

static void test_table_is_sound(void **state)
{
    (void)state;
    for (const struct option_def *a = OPTIONS; a->name; a++) {
        assert_non_null(a->brief);
        assert_true(a->commands != 0);
        assert_true(a->group < GROUP_COUNT);
        assert_int_equal(a->argument != NULL, a->kind != OPTION_FLAG && a->kind != OPTION_SET);
        assert_true(a->kind != OPTION_CHOICE || a->choice);
        assert_true(!a->choice || a->kind == OPTION_CHOICE || a->kind == OPTION_LIST);
        assert_true(!a->names || a->kind == OPTION_LIST);
        assert_true(strlen(a->brief) < 90 && a->brief[strlen(a->brief) - 1] != '.');
        for (const struct option_def *b = OPTIONS; b < a; b++) {
            bool together = (a->commands & b->commands) != 0; /* one name may mean another thing to another command */
            assert_true(!together || strcmp(a->name, b->name) != 0);
            assert_true(!together || !a->letter || a->letter != b->letter);
            assert_true(!a->from_config || !b->from_config || strcmp(a->name, b->name) != 0);
            assert_true(!a->from_environment || !b->from_environment || strcmp(a->name, b->name) != 0);
        }
    }
}

static void test_help_names_every_option_within_the_width(void **state)
{
    (void)state;
    size_t count = 0;
    while (COMMANDS[count].name)
        count++;
    for (size_t i = 0; i <= count; i++) { /* the last is the program itself */
        const struct command *c = &COMMANDS[i];
        for (unsigned detailed = 0; detailed < 2; detailed++) {
            struct buf text;
            buf_init(&text, 0);
            help_write(c->name ? c : NULL, detailed != 0, 80, &text);
            for (const struct option_def *def = OPTIONS; def->name; def++) {
                char name[64];
                snprintf(name, sizeof name, "--%s", def->name);
                if (def->commands & (1u << c->id))
                    assert_true(slice_find(buf_slice(&text), slice_from_cstr(name), 0) >= 0);
            }
            for (size_t start = 0; start < text.len;) {
                ptrdiff_t end = slice_find(buf_slice(&text), SLICE("\n"), start);
                assert_true(end >= 0 && (size_t)end - start <= 80);
                start = (size_t)end + 1;
            }
            buf_release(&text);
        }
    }
}

static void test_each_failing_allocation_is_told(void **state)
{
    (void)state;
    static const char *const SET[] = {"DDNSHUNT_THREADS=5", NULL};
    variables = SET;
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code == ERR_MEMORY; nth++) {
        mem_fail_after(nth);
        code = parse("ddnshunt scan --column A:long a b c d e f g h i", &opts, &err);
        mem_fail_after(0);
        if (code != ERR_NONE)
            opts_release(&opts);
        assert_true(nth < 200);
    }
    assert_int_equal(code, ERR_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_defaults),
        TEST(test_long_options),
        TEST(test_short_options_bundle),
        TEST(test_options_end_at_two_dashes),
        TEST(test_options_may_follow_arguments),
        TEST(test_query_takes_its_text_first),
        TEST(test_choices),
        TEST(test_lists_keep_their_order),
        TEST(test_last_one_counts),
        TEST(test_a_command_with_actions),
        TEST(test_actions_stand_together),
        TEST(test_mistakes_are_named),
        TEST(test_bad_numbers_are_refused),
        TEST(test_sizes),
        TEST(test_environment_stands_in_for_options),
        TEST(test_bad_environment_is_named),
        TEST(test_help_and_version_need_nothing_else),
        TEST(test_table_is_sound),
        TEST(test_help_names_every_option_within_the_width),
        TEST(test_each_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
