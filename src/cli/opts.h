/*
 * opts.h - the command line: one table of options, from which parsing, help, the manual page, completions and the schema of
 * the configuration file are made.
 *
 * A value comes from the command line, else from the environment (DDNSHUNT_ and the option's name in capitals, '-' as
 * '_'), else from the configuration file (config.h), else it is the default. A list is that of the highest of these that
 * names it; repeats add up within one. Adding an option is a row in opts_table.c and a field here.
 */
#ifndef DDNSHUNT_CLI_OPTS_H
#define DDNSHUNT_CLI_OPTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- commands --- */

enum command_id {
    COMMAND_NONE,
    COMMAND_SCAN,
    COMMAND_QUERY,
    COMMAND_RULE,
    COMMAND_CONFIG,
    COMMAND_LOOKUP,
    COMMAND_PROVIDERS_LIST,
    COMMAND_PROVIDERS_SEARCH,
    COMMAND_PROVIDERS_COUNT,
    COMMAND_PROVIDERS_CHECK,
    COMMAND_PROVIDERS_IMPORT,
    COMMAND_PROVIDERS_DIFF
};
enum {
    FOR_TOP = 1 << COMMAND_NONE,
    FOR_SCAN = 1 << COMMAND_SCAN,
    FOR_QUERY = 1 << COMMAND_QUERY,
    FOR_RULE = 1 << COMMAND_RULE,
    FOR_CONFIG = 1 << COMMAND_CONFIG,
    FOR_LOOKUP = 1 << COMMAND_LOOKUP,
    FOR_LIST = 1 << COMMAND_PROVIDERS_LIST,
    FOR_SEARCH = 1 << COMMAND_PROVIDERS_SEARCH,
    FOR_COUNT = 1 << COMMAND_PROVIDERS_COUNT,
    FOR_CHECK = 1 << COMMAND_PROVIDERS_CHECK,
    FOR_IMPORT = 1 << COMMAND_PROVIDERS_IMPORT,
    FOR_DIFF = 1 << COMMAND_PROVIDERS_DIFF,
    FOR_PROVIDERS = FOR_LIST | FOR_SEARCH | FOR_COUNT | FOR_CHECK | FOR_IMPORT | FOR_DIFF
};

/* A command may have actions, "providers list", "providers search": a row each, together; the first is the one that is meant
 * where none is named. */
struct command {
    enum command_id id;
    const char *name;      /* "scan", or command and action with a blank between */
    const char *arguments; /* "[OPTIONS] [FILE|DIR|-]..." */
    const char *brief;     /* half a line, no full stop */
    const char *detail;    /* paragraphs for --help */
};
extern const struct command COMMANDS[]; /* ends with a row whose name is NULL */
/* The name's first word, and the second one or NULL. */
struct slice command_word(const struct command *command);
const char *command_action(const struct command *command);
/* The first row of its word. */
bool command_is_first(const struct command *command);

/* --- what was asked for --- */

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct text_list {
    const char **items;
    size_t count, capacity;
};

/* lookup: what is asked and what is shown. */
struct lookup_opts {
    struct text_list files; /* --file */
    bool matched, unmatched;
};

/* Which rows of the knowledge base count (an empty list: all). */
struct kb_opts {
    struct text_list providers, categories, tiers, risks, sources;
    bool services;
    const char *check; /* list --check FILE */
};

enum tier_choice { TIER_A, TIER_B, TIER_C, TIER_COUNT };

/* How a list is read, and what it does not say itself. */
struct import_opts {
    int from; /* index in IMPORT_TYPES, or -1 */
    const char *column, *provider_column;
    const char *provider, *source;
    int category, tier, risk; /* enum kb_category, tier_choice, kb_risk */
};

/* rule: what is printed, and for whom. */
enum rule_format { RULE_FORMAT_KQL, RULE_FORMAT_WATCHLIST };
enum rule_comments { COMMENTS_AUTO, COMMENTS_YES, COMMENTS_NO };
struct rule_opts {
    int product; /* index in RULE_PRODUCTS, or -1 */
    int dialect; /* enum rule_dialect, or -1: the product's */
    int format;
    int comments;
    bool split;
    uint64_t max_chars; /* 0: the product's */
    const char *watchlist;
};

/* The detection made to fit an estate: see tune.h. Values as they were written. */
struct tuning_opts {
    struct text_list allow, providers, exclude_providers, categories;
    struct text_list local_nets, exclude_local, actions;
    struct text_list exclude_devices, exclude_processes, exclude_accounts;
    struct text_list wheres;
    const char *since, *until;
    bool outbound, unique;
};

/* Where an option's value comes from; a higher level goes first. */
enum origin_level { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_OPTION };
struct origin {
    enum origin_level level;
    uint32_t line; /* ORIGIN_FILE: of the key in opts.config_path */
};
enum { OPTIONS_MAX = 128 }; /* more than there are */

/* Texts borrow from argv, the environment and the arena. */
struct opts {
    const struct command *command; /* NULL with help or version alone */
    bool help, help_long, version;

    struct text_list paths; /* inputs; none: standard input. lookup: hosts; providers search: words */
    const char *kql;        /* query: its text, or NULL */
    const char *kql_file;   /* query: -f */
    int rule;               /* scan, rule: index in RULES */
    bool check, explain;

    int input_format;               /* index in SOURCE_TYPES, or -1 */
    struct text_list columns_named; /* --column NAME:TYPE */
    bool strict;
    uint64_t record_max, memory, block_size; /* bytes; block_size 0: the default */
    unsigned threads;                        /* 0: as many as there are CPUs for us */
    const char *tmp_dir;                     /* or NULL */
    const char *tmp_dir_usual;               /* $TMPDIR, or NULL */

    const char *output;  /* NULL: standard output */
    int format;          /* index in SINK_TYPES, or -1 */
    const char *columns; /* "A,B", or NULL */
    bool with_source, csv_safe;
    int color;      /* enum color_when */
    unsigned width; /* 0: ask the terminal */

    bool quiet, stats, fail_on_hit;
    const char *rejects;

    struct rule_opts print; /* rule */

    bool tune; /* query: the tuning is for it too */
    struct tuning_opts tuning;
    struct text_list provider_files; /* --providers */

    struct lookup_opts lookup;
    struct kb_opts kb;
    struct import_opts import;

    const char *config; /* --config FILE, or DDNSHUNT_CONFIG */
    bool no_config;
    const char *config_path; /* the file that was read, or NULL */

    struct origin origins[OPTIONS_MAX]; /* of the options in the order of OPTIONS */
    struct arena arena;                 /* texts of the file and of lists in the environment */
};

/* --- the table --- */

enum option_kind {
    OPTION_FLAG,  /* bool */
    OPTION_SET,   /* int: `constant`, without an argument */
    OPTION_TEXT,  /* const char * */
    OPTION_LIST,  /* struct text_list, one more each time; with choice: each is one of them */
    OPTION_COUNT, /* unsigned, 1 to 4096 */
    OPTION_SIZE,  /* uint64_t bytes: 4096, 64K, 128M, 2G */
    OPTION_CHOICE /* int: which of choice(0), choice(1) ... */
};

enum option_group { GROUP_WHAT, GROUP_TUNING, GROUP_INPUT, GROUP_OUTPUT, GROUP_REPORT, GROUP_GENERAL, GROUP_COUNT };
extern const char *const OPTION_GROUP_TITLES[GROUP_COUNT];

struct option_def {
    const char *name;     /* long, without dashes; two rows may share it if no command has both */
    char letter;          /* or '\0' */
    const char *argument; /* how it is called in help; NULL: takes none */
    enum option_kind kind;
    size_t offset; /* in struct opts */
    int constant;
    const char *(*choice)(size_t index); /* names that are allowed (OPTION_CHOICE, OPTION_LIST); NULL past the end */
    bool argument_is_file;               /* for completion; a relative one in the configuration file is beside that */
    bool from_environment, from_config;
    bool names; /* OPTION_LIST of names: @FILE reads them from a file, commas part them in the environment */
    enum option_group group;
    unsigned commands;  /* FOR_SCAN | ... */
    const char *brief;  /* one line without a full stop */
    const char *detail; /* more sentences, or NULL */
};
extern const struct option_def OPTIONS[]; /* ends with a row whose name is NULL */

/* --- reading --- */

/*
 * Fills opts from the arguments, the environment and the configuration file. ERR_USAGE says what is wrong and, if it can,
 * what was meant.
 */
enum err_code opts_parse(int argc, char *const *argv, const char *(*environment)(const char *name), struct opts *opts,
                         struct err *err) MUST_CHECK;
/* Also after a failure of opts_parse(). */
void opts_release(struct opts *opts);

/* What the value at that field of opts is called in messages: "option --allow", "environment variable DDNSHUNT_ALLOW",
 * "FILE:3: allow". Returns into, of ERR_WHERE_MAX bytes. */
const char *opts_place(const struct opts *opts, const void *field, char *into);
/* Does the option belong to the command? `config` has all that a file can set. */
bool option_is_for(const struct option_def *def, unsigned command);
/* Is it of struct tuning_opts? */
bool option_tunes(const struct option_def *def);

/*
 * Stores a value of that level unless a higher one has been stored: for config.c. value is NULL for what takes no argument;
 * "true" or "false" may stand for a flag. Borrowed.
 */
enum err_code opts_store(struct opts *opts, const struct option_def *def, const char *value, struct origin origin,
                         struct err *err) MUST_CHECK;

/* "64M" -> bytes. K, M, G, T are powers of 1024; a B or iB may follow. */
bool size_parse(struct slice text, uint64_t *out_bytes);

/* DDNSHUNT_RECORD_MAX for record-max. */
void option_environment_name(const struct option_def *def, struct buf *out);

/* --- help (help.c) --- */

/* Of a command, or of the program if it is NULL. Lines of at most width cells. */
void help_write(const struct command *command, bool detailed, unsigned width, struct buf *out);

#endif
