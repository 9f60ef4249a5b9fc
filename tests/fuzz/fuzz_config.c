/*
 * fuzz_config.c - any bytes as a configuration file: what is taken can be written, and reads back as the same; whatever the
 * values of the tuning are, the stages that the program makes of them are right, and a mistake can only be in a --where.
 */
#include "cli/config/config.h"
#include "cli/tune/tune.h"
#include "event/datetime.h"
#include "event/schema.h"
#include "fuzz.h"
#include "kql/plan.h"
#include "kql/rules.h"
#include "kql/syntax/parser.h"

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

static void init(struct opts *opts)
{
    static char program[] = "ddnshunt", command[] = "config", alone[] = "--no-config";
    static char *const ARGV[] = {program, command, alone};
    struct err err;
    FUZZ_CHECK(opts_parse(3, ARGV, no_environment, opts, &err) == ERR_NONE);
}

/* The lines without their comments. */
static void keep_settings(const struct buf *text, struct buf *out)
{
    bool quoted = false;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->ptr[i];
        if (c == '#' && !quoted) {
            while (text->ptr[i] != '\n') /* each line has its end */
                i++;
            continue;
        }
        buf_add_char(out, c);
        if (quoted && c == '\\')
            buf_add_char(out, text->ptr[++i]);
        else if (c == '"')
            quoted = !quoted;
    }
}

static void check_round_trip(const struct opts *opts)
{
    struct buf first, second, plain_first, plain_second;
    struct opts again;
    struct err err;
    buf_init(&first, 0);
    buf_init(&second, 0);
    buf_init(&plain_first, 0);
    buf_init(&plain_second, 0);
    config_write(opts, &first);
    init(&again);
    FUZZ_CHECK(config_apply(&again, buf_slice(&first), "/f/again.yaml", &err) == ERR_NONE);
    config_write(&again, &second);
    keep_settings(&first, &plain_first);
    keep_settings(&second, &plain_second);
    FUZZ_CHECK(!plain_first.failed && slice_eq(buf_slice(&plain_first), buf_slice(&plain_second)));
    opts_release(&again);
    buf_release(&first);
    buf_release(&second);
    buf_release(&plain_first);
    buf_release(&plain_second);
}

/* Lists in files are no business of a fuzzer. */
static bool names_file(const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_starts(slice_trim(slice_from_cstr(list->items[i])), SLICE("@")))
            return true;
    return false;
}

static bool any_file(const struct tuning_opts *t)
{
    return names_file(&t->allow) || names_file(&t->providers) || names_file(&t->exclude_providers) ||
           names_file(&t->local_nets) || names_file(&t->exclude_local) || names_file(&t->actions) ||
           names_file(&t->exclude_devices) || names_file(&t->exclude_processes) || names_file(&t->exclude_accounts);
}

static void check_tuned(const struct tuning *tuning, struct slice rule, struct arena *arena)
{
    struct ast *ast;
    struct tune_texts texts;
    struct query query;
    struct err err = {0};
    FUZZ_CHECK(kql_parse(rule, arena, &ast, &err) == ERR_NONE);
    enum err_code code = tune_query(ast, tuning, arena, &texts, &err);
    if (code == ERR_NONE) {
        const struct bind_options options = {.table = schema_device_network_events(), .now = TICKS_UNIX_EPOCH};
        code = kql_bind(ast, &options, &query, &err);
        if (code == ERR_NONE) {
            code = kql_optimize(&query, &err);
            query_release(&query);
        }
    }
    if (code != ERR_NONE) {
        const struct tune_text *text = tune_text_of(&texts, &err);
        FUZZ_CHECK(code == ERR_QUERY || code == ERR_UNSUPPORTED);
        /* Only what the file says can be wrong, never a stage of ours; and it is told by its line. */
        FUZZ_CHECK(text && slice_starts(slice_from_cstr(text->origin), SLICE("/f/config.yaml:")));
        FUZZ_CHECK(err.span.start <= err.span.end && err.span.end <= text->text.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct opts opts;
    struct err err = {0};
    init(&opts);
    enum err_code code = config_apply(&opts, slice_of((const char *)data, size), "/f/config.yaml", &err);
    FUZZ_CHECK(code == ERR_NONE || (code == ERR_USAGE && err.text[0] && err.where[0]));
    if (code == ERR_NONE)
        check_round_trip(&opts);
    struct arena arena;
    struct tuning tuning;
    arena_init(&arena, 0);
    if (code == ERR_NONE && !any_file(&opts.tuning) && tuning_read(&opts, NULL, &arena, &tuning, &err) == ERR_NONE)
        for (const struct rule *rule = RULES; rule->name; rule++)
            check_tuned(&tuning, rule->text, &arena);
    arena_release(&arena);
    opts_release(&opts);
    return 0;
}
