/*
 * opts.c - reads the arguments and the environment by the table of options: see opts.h.
 *
 * The highest level is read first, and what a higher one has stored a lower one leaves alone.
 *
 * Habits of getopt_long: --name=value or --name value, -x value or -xvalue, bundled flags, options and arguments in any
 * order, -- ends the options. A name must be written in full, so that a new option never changes an old script.
 */
#include "cli/opts.h"

#include "base/mem.h"
#include "base/near.h"
#include "cli/config/config.h"
#include "ddns/kb.h"

#include <assert.h>
#include <stdio.h>

enum { COUNT_MAX = 4096 };

/* What is being read: the arguments that are left, and whose options count. */
struct reader {
    char *const *argv;
    int argc, at;
    struct opts *opts;
    unsigned command; /* FOR_SCAN ... */
};

struct slice command_word(const struct command *command)
{
    const char *blank = strchr(command->name, ' ');
    return slice_of(command->name, blank ? (size_t)(blank - command->name) : strlen(command->name));
}

const char *command_action(const struct command *command)
{
    const char *blank = strchr(command->name, ' ');
    return blank ? blank + 1 : NULL;
}

bool command_is_first(const struct command *command)
{
    return command == COMMANDS || !slice_eq(command_word(command), command_word(command - 1));
}

void option_environment_name(const struct option_def *def, struct buf *out)
{
    buf_add_cstr(out, "DDNSHUNT_");
    for (const char *c = def->name; *c; c++)
        buf_add_char(out, *c == '-' ? '_' : (char)(*c - ('a' - 'A')));
}

bool size_parse(struct slice text, uint64_t *out_bytes)
{
    uint64_t bytes = 0;
    size_t at = 0;
    for (; at < text.len && ascii_is_digit(text.ptr[at]); at++) {
        uint64_t digit = (uint64_t)(text.ptr[at] - '0');
        if (bytes > (UINT64_MAX - digit) / 10)
            return false;
        bytes = bytes * 10 + digit;
    }
    if (at == 0)
        return false;
    unsigned shift = 0;
    if (at < text.len) {
        static const char UNITS[] = {'k', 'm', 'g', 't'};
        for (unsigned i = 0; i < sizeof UNITS; i++)
            if (ascii_lower(text.ptr[at]) == UNITS[i])
                shift = 10 * (i + 1);
        at += shift > 0;
    }
    struct slice rest = slice_cut(text, at, text.len);
    bool plain = rest.len == 0 || slice_eq_nocase(rest, SLICE("b")) || (shift && slice_eq_nocase(rest, SLICE("ib")));
    if (!plain || (shift && bytes > UINT64_MAX >> shift))
        return false;
    *out_bytes = bytes << shift;
    return true;
}

/* --- values --- */

static void *field_of(struct opts *opts, const struct option_def *def)
{
    return (char *)opts + def->offset;
}

static enum err_code list_push(struct text_list *list, const char *text, struct err *err)
{
    const char **items = mem_grow(list->items, list->count, &list->capacity, sizeof *items);
    if (!items)
        return err_no_memory(err, (list->count + 1) * sizeof *items);
    list->items = items;
    items[list->count++] = text;
    return ERR_NONE;
}

/* What the option's argument is called, where that says more than the option's name. */
static const char *choice_noun(const struct option_def *def, char *into, size_t size)
{
    const char *argument = def->argument;
    if (strcmp(argument, "NAME") == 0 || strcmp(argument, "WHEN") == 0)
        return def->name;
    size_t len = 0;
    for (; argument[len] && len + 1 < size; len++)
        into[len] = ascii_lower(argument[len]);
    into[len] = '\0';
    return into;
}

static enum err_code find_choice(const struct option_def *def, const char *value, int *out_index, struct err *err)
{
    struct near near = near_to(slice_from_cstr(value));
    for (size_t i = 0; def->choice(i); i++) {
        if (strcmp(value, def->choice(i)) == 0) {
            *out_index = (int)i;
            return ERR_NONE;
        }
        near_offer(&near, slice_from_cstr(def->choice(i)));
    }
    char noun[32];
    err_set(err, ERR_USAGE, "unknown %s \"%s\"", choice_noun(def, noun, sizeof noun), value);
    if (near.best.len > 0)
        return err_hint(err, "did you mean %.*s?", SLICE_ARG(near.best));
    struct buf names;
    buf_init(&names, 0);
    for (size_t i = 0; def->choice(i); i++)
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", def->choice(i));
    const char *text = buf_cstr(&names);
    err_hint(err, "there is %s", text ? text : "none");
    buf_release(&names);
    return ERR_USAGE;
}

static enum err_code store_count(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    unsigned count = 0;
    const char *c = value;
    for (; ascii_is_digit(*c) && count <= COUNT_MAX; c++)
        count = count * 10 + (unsigned)(*c - '0');
    if (c == value || *c != '\0' || count < 1 || count > COUNT_MAX)
        return err_set(err, ERR_USAGE, "\"%s\" is no number from 1 to %d", value, COUNT_MAX);
    *(unsigned *)field_of(opts, def) = count;
    return ERR_NONE;
}

static enum err_code store_size(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    uint64_t bytes;
    if (!size_parse(slice_from_cstr(value), &bytes) || bytes == 0 || bytes > SIZE_MAX / 2) {
        err_set(err, ERR_USAGE, "\"%s\" is no size", value);
        return err_hint(err, "write a number of bytes, or 64K, 128M, 2G");
    }
    *(uint64_t *)field_of(opts, def) = bytes;
    return ERR_NONE;
}

static enum err_code store_item(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    int index;
    if (def->choice)
        TRY(find_choice(def, value, &index, err));
    return list_push(field_of(opts, def), value, err);
}

/* A word that is neither would be guessed at: an error. Without a word the flag is set. */
static enum err_code store_flag(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    static const char *const WORDS[2][5] = {{"", "0", "no", "false", "off"}, {"1", "yes", "true", "on", NULL}};
    for (size_t i = 0; value && i < sizeof WORDS / sizeof **WORDS; i++) {
        const char *word = WORDS[i / 5][i % 5];
        if (word && slice_eq_nocase(slice_from_cstr(value), slice_from_cstr(word))) {
            *(bool *)field_of(opts, def) = i >= 5;
            return ERR_NONE;
        }
    }
    if (value) {
        err_set(err, ERR_USAGE, "\"%s\" is neither yes nor no", value);
        return err_hint(err, "write yes, true, on or 1; or no, false, off or 0");
    }
    *(bool *)field_of(opts, def) = true;
    return ERR_NONE;
}

/* value is NULL for what takes no argument on the command line. */
static enum err_code store(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    assert(value || def->kind == OPTION_FLAG || def->kind == OPTION_SET);
    switch (def->kind) {
    case OPTION_FLAG:
        return store_flag(opts, def, value, err);
    case OPTION_SET:
        *(int *)field_of(opts, def) = def->constant;
        return ERR_NONE;
    case OPTION_TEXT:
        *(const char **)field_of(opts, def) = value;
        return ERR_NONE;
    case OPTION_LIST:
        return store_item(opts, def, value, err);
    case OPTION_COUNT:
        return store_count(opts, def, value, err);
    case OPTION_SIZE:
        return store_size(opts, def, value, err);
    case OPTION_CHOICE:
        return find_choice(def, value, field_of(opts, def), err);
    }
    return ERR_NONE;
}

/* The level that has stored the field; two options may have one (color, no-color). */
static enum origin_level level_of(const struct opts *opts, const struct option_def *def)
{
    enum origin_level level = ORIGIN_DEFAULT;
    for (size_t i = 0; OPTIONS[i].name; i++)
        if (OPTIONS[i].offset == def->offset && opts->origins[i].level > level)
            level = opts->origins[i].level;
    return level;
}

enum err_code opts_store(struct opts *opts, const struct option_def *def, const char *value, struct origin origin,
                         struct err *err)
{
    if (level_of(opts, def) > origin.level)
        return ERR_NONE;
    TRY(store(opts, def, value, err));
    opts->origins[def - OPTIONS] = origin;
    return ERR_NONE;
}

/* --- what belongs to what --- */

bool option_tunes(const struct option_def *def)
{
    size_t first = offsetof(struct opts, tuning);
    return def->offset >= first && def->offset < first + sizeof(struct tuning_opts);
}

bool option_is_for(const struct option_def *def, unsigned command)
{
    return (def->commands & command) != 0 || (command == FOR_CONFIG && def->from_config);
}

const char *opts_place(const struct opts *opts, const void *field, char *into)
{
    size_t offset = (size_t)((const char *)field - (const char *)opts);
    into[0] = '\0';
    for (size_t i = 0; OPTIONS[i].name; i++) {
        const struct origin *origin = &opts->origins[i];
        if (OPTIONS[i].offset != offset || origin->level == ORIGIN_DEFAULT)
            continue;
        struct buf name;
        buf_init(&name, 0);
        option_environment_name(&OPTIONS[i], &name);
        const char *variable = buf_cstr(&name);
        if (origin->level == ORIGIN_OPTION)
            snprintf(into, ERR_WHERE_MAX, "option --%s", OPTIONS[i].name);
        else if (origin->level == ORIGIN_ENVIRONMENT)
            snprintf(into, ERR_WHERE_MAX, "environment variable %s", variable ? variable : OPTIONS[i].name);
        else
            snprintf(into, ERR_WHERE_MAX, "%s:%u: %s", opts->config_path ? opts->config_path : "", origin->line,
                     OPTIONS[i].name);
        buf_release(&name);
    }
    return into;
}

/* --- environment --- */

/* "a, b" -> a list's items. */
static enum err_code store_parted(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    const struct origin origin = {.level = ORIGIN_ENVIRONMENT};
    struct slice rest = slice_from_cstr(value);
    while (rest.len > 0) {
        ptrdiff_t comma = slice_find(rest, SLICE(","), 0);
        struct slice item = slice_cut(rest, 0, comma < 0 ? rest.len : (size_t)comma);
        rest = slice_cut(rest, item.len + 1, rest.len);
        item = slice_trim(item);
        if (item.len == 0)
            continue;
        const char *text = arena_cstr(&opts->arena, item);
        if (!text)
            return err_no_memory(err, item.len);
        TRY(opts_store(opts, def, text, origin, err));
    }
    return ERR_NONE;
}

static enum err_code store_variable(struct opts *opts, const struct option_def *def, const char *value, struct err *err)
{
    if (def->kind == OPTION_LIST && def->names)
        return store_parted(opts, def, value, err);
    return opts_store(opts, def, value, (struct origin){.level = ORIGIN_ENVIRONMENT}, err);
}

static enum err_code read_environment(struct reader *reader, const char *(*environment)(const char *), struct err *err)
{
    struct buf name;
    buf_init(&name, 0);
    enum err_code code = ERR_NONE;
    for (const struct option_def *def = OPTIONS; def->name && code == ERR_NONE; def++) {
        if (!def->from_environment || !option_is_for(def, reader->command))
            continue;
        buf_clear(&name);
        option_environment_name(def, &name);
        const char *variable = buf_cstr(&name), *value = variable ? environment(variable) : NULL;
        if (!variable)
            code = err_no_memory(err, name.len);
        else if (value && *value)
            code = store_variable(reader->opts, def, value, err);
        if (code == ERR_USAGE)
            err_at(err, "environment variable %s", variable);
    }
    buf_release(&name);
    return code;
}

/* --- arguments --- */

/* Before a command is read, read_command() says what to do. */
static enum err_code hint_options(const struct reader *reader, struct err *err)
{
    const struct command *command = reader->opts->command;
    return command ? err_hint(err, "its options: ddnshunt %s -h", command->name) : ERR_USAGE;
}

static enum err_code unknown_option(const struct reader *reader, struct slice name, struct err *err)
{
    struct near near = near_to(name);
    struct slice begun = SLICE(""); /* by the name: others take it for short */
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (slice_eq(name, slice_from_cstr(def->name))) { /* of another command */
            err_set(err, ERR_USAGE, "%s has no option --%s",
                    reader->opts->command ? reader->opts->command->name : "ddnshunt without a command", def->name);
            for (const struct command *c = COMMANDS; c->name; c++)
                if (def->commands & (1u << c->id))
                    return err_hint(err, "it belongs to ddnshunt %s", c->name);
        }
        if (option_is_for(def, reader->command)) {
            near_offer(&near, slice_from_cstr(def->name));
            if (begun.len == 0 && name.len > 1 && slice_starts(slice_from_cstr(def->name), name))
                begun = slice_from_cstr(def->name);
        }
    }
    struct slice meant = begun.len > 0 ? begun : near.best;
    err_set(err, ERR_USAGE, "unknown option --%.*s", SLICE_ARG(name));
    if (meant.len > 0)
        return err_hint(err, "did you mean --%.*s?", SLICE_ARG(meant));
    return hint_options(reader, err);
}

static const struct option_def *find_long(const struct reader *reader, struct slice name)
{
    for (const struct option_def *def = OPTIONS; def->name; def++)
        if (option_is_for(def, reader->command) && slice_eq(name, slice_from_cstr(def->name)))
            return def;
    return NULL;
}

static const struct option_def *find_letter(const struct reader *reader, char letter)
{
    for (const struct option_def *def = OPTIONS; def->name; def++)
        if (option_is_for(def, reader->command) && def->letter == letter)
            return def;
    return NULL;
}

/* The argument behind the option, for one that needs it. */
static enum err_code take_argument(struct reader *reader, const struct option_def *def, const char **out_value,
                                   struct err *err)
{
    if (reader->at >= reader->argc)
        return err_set(err, ERR_USAGE, "option --%s needs an argument: %s", def->name, def->argument);
    *out_value = reader->argv[reader->at++];
    return ERR_NONE;
}

static enum err_code read_long(struct reader *reader, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    struct slice name = slice_of(text, equals ? (size_t)(equals - text) : strlen(text));
    const struct option_def *def = find_long(reader, name);
    if (!def)
        return unknown_option(reader, name, err);
    const char *value = equals ? equals + 1 : NULL;
    /* What a file or the environment can set an option must be able to unset: --outbound=no */
    bool takes_word = def->kind == OPTION_FLAG && (def->from_config || def->from_environment);
    if (value && !def->argument && !takes_word)
        return err_set(err, ERR_USAGE, "option --%s takes no argument", def->name);
    if (def->argument && !value)
        TRY(take_argument(reader, def, &value, err));
    if (strcmp(def->name, "help") == 0)
        reader->opts->help_long = true;
    enum err_code code = opts_store(reader->opts, def, value, (struct origin){.level = ORIGIN_OPTION}, err);
    return code == ERR_USAGE ? err_at(err, "option --%s", def->name) : code;
}

static enum err_code read_letters(struct reader *reader, const char *letters, struct err *err)
{
    while (*letters) {
        const struct option_def *def = find_letter(reader, *letters);
        if (!def) {
            int len = ascii_is_alnum(*letters) ? 1 : (int)strlen(letters);
            err_set(err, ERR_USAGE, "unknown option -%.*s", len, letters);
            return hint_options(reader, err);
        }
        letters++;
        const char *value = NULL;
        if (def->argument) {
            if (*letters)
                value = *letters == '=' ? letters + 1 : letters;
            else
                TRY(take_argument(reader, def, &value, err));
            letters = "";
        }
        enum err_code code = opts_store(reader->opts, def, value, (struct origin){.level = ORIGIN_OPTION}, err);
        if (code != ERR_NONE)
            return code == ERR_USAGE ? err_at(err, "option -%c", def->letter) : code;
    }
    return ERR_NONE;
}

static enum err_code read_arguments(struct reader *reader, struct err *err)
{
    bool options_end = false;
    while (reader->at < reader->argc) {
        const char *text = reader->argv[reader->at++];
        if (options_end || text[0] != '-' || text[1] == '\0')
            TRY(list_push(&reader->opts->paths, text, err));
        else if (strcmp(text, "--") == 0)
            options_end = true;
        else if (text[1] == '-')
            TRY(read_long(reader, text + 2, err));
        else
            TRY(read_letters(reader, text + 1, err));
    }
    return ERR_NONE;
}

/* Words that others take for a command: an action without its command, help, version. */
static enum err_code unknown_command(const char *name, struct err *err)
{
    struct near near = near_to(slice_from_cstr(name));
    err_set(err, ERR_USAGE, "unknown command \"%s\"", name);
    for (const struct command *c = COMMANDS; c->name; c++) {
        if (command_action(c) && strcmp(command_action(c), name) == 0)
            return err_hint(err, "did you mean %s?", c->name);
        near_offer(&near, command_word(c));
    }
    for (const struct option_def *def = OPTIONS; def->name; def++)
        if ((def->commands & FOR_TOP) && strcmp(def->name, name) == 0)
            return err_hint(err, "did you mean --%s?", def->name);
    if (near.best.len > 0)
        return err_hint(err, "did you mean %.*s?", SLICE_ARG(near.best));
    return err_hint(err, "to scan a file: ddnshunt scan FILE; all commands: ddnshunt --help");
}

static enum err_code unknown_action(const char *name, struct slice word, struct err *err)
{
    struct near near = near_to(slice_from_cstr(name));
    for (const struct command *c = COMMANDS; c->name; c++)
        if (slice_eq(command_word(c), word))
            near_offer(&near, slice_from_cstr(command_action(c)));
    err_set(err, ERR_USAGE, "%.*s has no action \"%s\"", SLICE_ARG(word), name);
    if (near.best.len > 0)
        return err_hint(err, "did you mean %.*s?", SLICE_ARG(near.best));
    return err_hint(err, "its actions: ddnshunt %.*s -h", SLICE_ARG(word));
}

/* The command of that name; one with actions takes the next argument for one, unless it is an option. */
static enum err_code find_command(struct reader *reader, const char *name, const struct command **out_command,
                                  struct err *err)
{
    const struct command *first = COMMANDS;
    while (first->name && !slice_eq(command_word(first), slice_from_cstr(name)))
        first++;
    if (!first->name)
        return unknown_command(name, err);
    *out_command = first;
    if (!command_action(first) || reader->at >= reader->argc || reader->argv[reader->at][0] == '-')
        return ERR_NONE;
    const char *action = reader->argv[reader->at++];
    for (const struct command *c = first; c->name && slice_eq(command_word(c), command_word(first)); c++) {
        if (strcmp(command_action(c), action) == 0) {
            *out_command = c;
            return ERR_NONE;
        }
    }
    return unknown_action(action, command_word(first), err);
}

/* The first argument that is no option. Options before it are the program's own: help and version. */
static enum err_code read_command(struct reader *reader, struct err *err)
{
    while (reader->at < reader->argc && reader->argv[reader->at][0] == '-' && reader->argv[reader->at][1] != '\0') {
        const char *text = reader->argv[reader->at++];
        enum err_code code = text[1] == '-' ? read_long(reader, text + 2, err) : read_letters(reader, text + 1, err);
        if (code == ERR_USAGE && err->hint[0] == '\0')
            err_hint(err, "options stand behind the command: ddnshunt scan [OPTIONS] ...");
        TRY(code);
    }
    if (reader->at >= reader->argc)
        return ERR_NONE;
    const char *name = reader->argv[reader->at++];
    TRY(find_command(reader, name, &reader->opts->command, err));
    reader->command = 1u << reader->opts->command->id;
    return ERR_NONE;
}

/* query runs what it is given as it stands, unless it is told to tune it. */
static enum err_code check_tuning(const struct opts *opts, struct err *err)
{
    if (opts->command->id != COMMAND_QUERY || opts->tune)
        return ERR_NONE;
    for (size_t i = 0; OPTIONS[i].name; i++) {
        if (!option_tunes(&OPTIONS[i]) || opts->origins[i].level != ORIGIN_OPTION)
            continue;
        err_set(err, ERR_USAGE, "option --%s needs --tune here", OPTIONS[i].name);
        return err_hint(err, "query runs a query as it is written; with --tune the tuning is put into it");
    }
    return ERR_NONE;
}

static enum err_code take_query(struct opts *opts, struct err *err)
{
    if (opts->command->id != COMMAND_QUERY || opts->kql_file)
        return ERR_NONE;
    if (opts->paths.count == 0) {
        err_set(err, ERR_USAGE, "query needs a KQL text");
        return err_hint(err, "ddnshunt query 'DeviceNetworkEvents | count' FILE, or -f FILE for a query in a file");
    }
    opts->kql = opts->paths.items[0];
    opts->paths.count--;
    memmove(opts->paths.items, opts->paths.items + 1, opts->paths.count * sizeof *opts->paths.items);
    return ERR_NONE;
}

/* What no single option can tell. */
static enum err_code settle(struct opts *opts, struct err *err)
{
    TRY(take_query(opts, err));
    return check_tuning(opts, err);
}

enum err_code opts_parse(int argc, char *const *argv, const char *(*environment)(const char *name), struct opts *opts,
                         struct err *err)
{
    *opts = (struct opts){.input_format = -1,
                          .format = -1,
                          .print = {.product = -1, .dialect = -1},
                          .record_max = UINT64_C(128) << 20,
                          .memory = UINT64_C(1) << 30,
                          .import = {.from = -1, .category = KB_PUBLIC_DDNS, .tier = TIER_C, .risk = KB_RISK_MEDIUM}};
    arena_init(&opts->arena, 0);
    struct reader reader = {.argv = argv, .argc = argc, .at = 1, .opts = opts, .command = FOR_TOP};
    TRY(read_command(&reader, err));
    TRY(read_arguments(&reader, err));
    if (opts->help || opts->version)
        return ERR_NONE;
    if (!opts->command) {
        err_set(err, ERR_USAGE, "no command is given");
        return err_hint(err, "to scan a file: ddnshunt scan FILE; all commands: ddnshunt --help");
    }
    TRY(read_environment(&reader, environment, err));
    const char *usual = environment("TMPDIR");
    opts->tmp_dir_usual = usual && *usual ? usual : NULL;
    TRY(config_read(opts, environment, err));
    return settle(opts, err);
}

void opts_release(struct opts *opts)
{
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (def->kind == OPTION_LIST) {
            struct text_list *list = field_of(opts, def);
            mem_free(list->items);
            *list = (struct text_list){0}; /* two rows may share it */
        }
    }
    mem_free(opts->paths.items);
    arena_release(&opts->arena);
    *opts = (struct opts){0};
}
