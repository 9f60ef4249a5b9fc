/*
 * completion.c - completions for bash, zsh and fish, from the tables of commands and options.
 */
#include "cli/docs/docgen.h"
#include "cli/opts.h"

/* --- bash --- */

static void bash_words(unsigned command, struct buf *out)
{
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (!(def->commands & command))
            continue;
        if (def->letter)
            buf_printf(out, "-%c ", def->letter);
        buf_printf(out, "--%s ", def->name);
    }
}

/* Another row has the same name or letter, for other commands. */
static bool is_shared(const struct option_def *def)
{
    for (const struct option_def *other = OPTIONS; other->name; other++)
        if (other != def && (strcmp(other->name, def->name) == 0 || (def->letter && other->letter == def->letter)))
            return true;
    return false;
}

/* The pattern for a word behind the command's words: "scan:--rule", with a star where all commands mean the same by it. */
static void bash_pattern(const char *command, const struct option_def *def, bool first, struct buf *out)
{
    const char *action = strchr(command, ' ');
    struct slice word = slice_of(command, action ? (size_t)(action - command) : strlen(command));
    const char *rest = action ? action + 1 : "*"; /* without actions the second word is anything */
    buf_printf(out, "%s%.*s\\ %s:--%s", first ? "    " : "|", SLICE_ARG(word), rest, def->name);
    if (def->letter)
        buf_printf(out, "|%.*s\\ %s:-%c", SLICE_ARG(word), rest, def->letter);
}

static void bash_arguments(const struct option_def *def, struct buf *out)
{
    if (!def->argument)
        return;
    bool first = true;
    if (!is_shared(def))
        bash_pattern("*", def, true, out);
    for (const struct command *c = COMMANDS; c->name && is_shared(def); c++) {
        if (!(def->commands & (1u << c->id)))
            continue;
        bash_pattern(c->name, def, first, out);
        first = false;
        if (command_action(c) && command_is_first(c)) /* the action may be left out: an option stands in its place */
            buf_printf(out, "|%.*s\\ -*:--%s", SLICE_ARG(command_word(c)), def->name);
    }
    buf_add_cstr(out, ")\n");
    if (def->choice) {
        buf_add_cstr(out, "        mapfile -t COMPREPLY < <(compgen -W \"");
        for (size_t i = 0; def->choice(i); i++)
            buf_printf(out, "%s%s", i > 0 ? " " : "", def->choice(i));
        buf_add_cstr(out, "\" -- \"$current\")\n");
    } else if (def->argument_is_file) {
        buf_add_cstr(out, "        compopt -o default\n");
    }
    buf_add_cstr(out, "        return\n        ;;\n");
}

/* Which words may stand there: options, and the actions of a command that has some. */
static void bash_commands(struct buf *out)
{
    for (const struct command *c = COMMANDS; c->name; c++) {
        const char *action = command_action(c);
        if (!action)
            buf_printf(out, "    %s\\ *) words=\"", c->name);
        else
            buf_printf(out, "    %.*s\\ %s) words=\"", SLICE_ARG(command_word(c)), action);
        bash_words(1u << c->id, out);
        buf_add_cstr(out, "\" ;;\n");
    }
    for (const struct command *c = COMMANDS; c->name; c++) {
        if (!command_action(c) || !command_is_first(c))
            continue;
        buf_printf(out, "    %.*s\\ *) words=\"", SLICE_ARG(command_word(c)));
        for (const struct command *d = c; d->name && slice_eq(command_word(d), command_word(c)); d++)
            buf_printf(out, "%s ", command_action(d));
        bash_words(1u << c->id, out);
        buf_printf(out, "\"\n        [[ $COMP_CWORD -ne 2 ]] || offered=1 ;;\n");
    }
}

void completion_bash(struct buf *out)
{
    buf_add_cstr(out,
                 "# bash completion for ddnshunt; made from its table of options\n"
                 "_ddnshunt() {\n"
                 "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words offered=\n"
                 "    local command=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\"\n"
                 "    COMPREPLY=()\n"
                 "    case $command:$before in\n");
    for (const struct option_def *def = OPTIONS; def->name; def++)
        bash_arguments(def, out);
    buf_add_cstr(out, "    esac\n    [[ $COMP_CWORD -ne 1 ]] || command=\n    case $command in\n");
    bash_commands(out);
    buf_add_cstr(out, "    *) words=\"");
    for (const struct command *c = COMMANDS; c->name; c++)
        if (command_is_first(c))
            buf_printf(out, "%.*s ", SLICE_ARG(command_word(c)));
    bash_words(FOR_TOP, out);
    buf_add_cstr(out, "\" ;;\n    esac\n"
                      "    if [[ $current == -* || $COMP_CWORD -eq 1 || $offered ]]; then\n"
                      "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                      "    else\n"
                      "        compopt -o default\n"
                      "    fi\n"
                      "}\n"
                      "complete -F _ddnshunt ddnshunt\n");
}

/* --- zsh --- */

/* Text inside '...[...]...' of _arguments. */
static void zsh_text(const char *text, struct buf *out)
{
    for (; *text; text++) {
        if (*text == '\'')
            buf_add_cstr(out, "'\\''");
        else if (strchr("[]:\\", *text))
            buf_printf(out, "\\%c", *text);
        else
            buf_add_char(out, *text);
    }
}

static void zsh_spec(const struct option_def *def, const char *dashes, struct slice name, struct buf *out)
{
    buf_printf(out, "        '%s%s%.*s%s[", def->kind == OPTION_LIST ? "*" : "", dashes, SLICE_ARG(name),
               !def->argument ? ""
               : dashes[1]    ? "="
                              : "+");
    zsh_text(def->brief, out);
    buf_add_char(out, ']');
    if (def->argument) {
        buf_add_char(out, ':');
        zsh_text(def->argument, out);
        buf_add_char(out, ':');
    }
    if (def->choice) {
        buf_add_char(out, '(');
        for (size_t i = 0; def->choice(i); i++)
            buf_printf(out, "%s%s", i > 0 ? " " : "", def->choice(i));
        buf_add_char(out, ')');
    } else if (def->argument_is_file) {
        buf_add_cstr(out, "_files");
    }
    buf_add_cstr(out, "' \\\n");
}

static void zsh_options(unsigned command, struct buf *out)
{
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (!(def->commands & command))
            continue;
        if (def->letter)
            zsh_spec(def, "-", slice_of(&def->letter, 1), out);
        zsh_spec(def, "--", slice_from_cstr(def->name), out);
    }
}

/* Options and what else stands behind a command. */
static void zsh_arguments(const struct command *command, struct buf *out)
{
    buf_add_cstr(out, "        _arguments -s \\\n");
    zsh_options(1u << command->id, out);
    buf_add_cstr(out, command->id == COMMAND_QUERY ? "        '1:KQL:' '*:input:_files' ;;\n"
                                                   : "        '*:input:_files' ;;\n");
}

/* A command with actions: first the action is completed, then what belongs to it. */
static void zsh_actions(const struct command *first, struct buf *out)
{
    struct slice word = command_word(first);
    buf_printf(out, "        %.*s)\n        local -a actions=(\n", SLICE_ARG(word));
    for (const struct command *c = first; c->name && slice_eq(command_word(c), word); c++)
        buf_printf(out, "            '%s:%s'\n", command_action(c), c->brief);
    buf_add_cstr(out,
                 "        )\n"
                 "        if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then _describe action actions; return; fi\n"
                 "        local action=$words[2]\n"
                 "        [[ $action == -* ]] || { shift words; (( CURRENT-- )) }\n"
                 "        case $action in\n");
    for (const struct command *c = first; c->name && slice_eq(command_word(c), word); c++) {
        buf_printf(out, "        %s%s)\n", command_action(c), command_is_first(c) ? "|-*" : "");
        zsh_arguments(c, out);
    }
    buf_add_cstr(out, "        esac ;;\n");
}

void completion_zsh(struct buf *out)
{
    buf_add_cstr(out, "#compdef ddnshunt\n# made from ddnshunt's table of options\n"
                      "_ddnshunt() {\n"
                      "    local curcontext=$curcontext state\n"
                      "    local -a commands=(\n");
    for (const struct command *c = COMMANDS; c->name; c++)
        if (command_is_first(c))
            buf_printf(out, "        '%.*s:%s'\n", SLICE_ARG(command_word(c)), c->brief);
    buf_add_cstr(out, "    )\n    _arguments -C \\\n");
    zsh_options(FOR_TOP, out);
    buf_add_cstr(out, "        '1:command:->command' '*::argument:->argument' && return\n"
                      "    case $state in\n"
                      "    command) _describe command commands ;;\n"
                      "    argument)\n"
                      "        case $words[1] in\n");
    for (const struct command *c = COMMANDS; c->name; c++) {
        if (command_action(c) && command_is_first(c))
            zsh_actions(c, out);
        if (command_action(c))
            continue;
        buf_printf(out, "        %s)\n", c->name);
        zsh_arguments(c, out);
    }
    buf_add_cstr(out, "        esac ;;\n    esac\n}\n_ddnshunt \"$@\"\n");
}

/* --- fish --- */

static void fish_quote(const char *text, struct buf *out)
{
    buf_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
    buf_add_char(out, '\'');
}

/* The condition under which a command's options are offered. */
static void fish_condition(const struct command *command, struct buf *out)
{
    struct slice word = command_word(command);
    buf_printf(out, "__fish_seen_subcommand_from %.*s", SLICE_ARG(word));
    if (command_action(command) && !command_is_first(command))
        buf_printf(out, "; and __fish_seen_subcommand_from %s", command_action(command));
    else if (command_action(command)) { /* the first action is the one that may be left out */
        buf_add_cstr(out, "; and not __fish_seen_subcommand_from");
        for (const struct command *c = command + 1; c->name && slice_eq(command_word(c), word); c++)
            buf_printf(out, " %s", command_action(c));
    }
}

static void fish_option(const struct option_def *def, const struct command *command, struct buf *out)
{
    buf_add_cstr(out, "complete -c ddnshunt -n '");
    if (command)
        fish_condition(command, out);
    else
        buf_add_cstr(out, "true");
    buf_printf(out, "' -l %s", def->name);
    if (def->letter)
        buf_printf(out, " -s %c", def->letter);
    if (def->argument)
        buf_add_cstr(out, def->argument_is_file ? " -r -F" : " -x");
    if (def->choice) {
        buf_add_cstr(out, " -a '");
        for (size_t i = 0; def->choice(i); i++)
            buf_printf(out, "%s%s", i > 0 ? " " : "", def->choice(i));
        buf_add_char(out, '\'');
    }
    buf_add_cstr(out, " -d ");
    fish_quote(def->brief, out);
    buf_add_char(out, '\n');
}

static void fish_command(const struct command *command, struct buf *out)
{
    if (command_is_first(command)) {
        buf_printf(out, "complete -c ddnshunt -f -n __fish_use_subcommand -a %.*s -d ",
                   SLICE_ARG(command_word(command)));
        fish_quote(command->brief, out);
        buf_add_char(out, '\n');
    }
    if (command_action(command)) {
        struct slice word = command_word(command);
        buf_printf(out,
                   "complete -c ddnshunt -f -n '__fish_seen_subcommand_from %.*s; and not __fish_seen_subcommand_from",
                   SLICE_ARG(word));
        for (const struct command *c = COMMANDS; c->name; c++)
            if (slice_eq(command_word(c), word))
                buf_printf(out, " %s", command_action(c));
        buf_printf(out, "' -a %s -d ", command_action(command));
        fish_quote(command->brief, out);
        buf_add_char(out, '\n');
    }
}

void completion_fish(struct buf *out)
{
    buf_add_cstr(out, "# fish completion for ddnshunt; made from its table of options\n");
    for (const struct command *c = COMMANDS; c->name; c++)
        fish_command(c, out);
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (def->commands & FOR_TOP)
            fish_option(def, NULL, out);
        for (const struct command *c = COMMANDS; c->name; c++)
            if (!(def->commands & FOR_TOP) && (def->commands & (1u << c->id)))
                fish_option(def, c, out);
    }
}
