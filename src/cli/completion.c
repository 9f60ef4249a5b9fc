/*
 * completion.c - completions for bash, zsh and fish, from the tables of commands and options.
 */
#include "cli/docgen.h"
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

static void bash_arguments(const struct option_def *def, struct buf *out)
{
    if (!def->argument)
        return;
    buf_printf(out, "    --%s", def->name);
    if (def->letter)
        buf_printf(out, "|-%c", def->letter);
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

void completion_bash(struct buf *out)
{
    buf_add_cstr(out, "# bash completion for ddnshunt; made from its table of options\n"
                      "_ddnshunt() {\n"
                      "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words\n"
                      "    COMPREPLY=()\n"
                      "    case $before in\n");
    for (const struct option_def *def = OPTIONS; def->name; def++)
        bash_arguments(def, out);
    buf_add_cstr(out, "    esac\n    case ${COMP_WORDS[1]} in\n");
    for (const struct command *c = COMMANDS; c->name; c++) {
        buf_printf(out, "    %s) words=\"", c->name);
        bash_words(1u << c->id, out);
        buf_add_cstr(out, "\" ;;\n");
    }
    buf_add_cstr(out, "    *) words=\"");
    for (const struct command *c = COMMANDS; c->name; c++)
        buf_printf(out, "%s ", c->name);
    bash_words(FOR_TOP, out);
    buf_add_cstr(out, "\" ;;\n    esac\n"
                      "    if [[ $current == -* || $COMP_CWORD -eq 1 ]]; then\n"
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

void completion_zsh(struct buf *out)
{
    buf_add_cstr(out, "#compdef ddnshunt\n# made from ddnshunt's table of options\n"
                      "_ddnshunt() {\n"
                      "    local curcontext=$curcontext state\n"
                      "    local -a commands=(\n");
    for (const struct command *c = COMMANDS; c->name; c++)
        buf_printf(out, "        '%s:%s'\n", c->name, c->brief);
    buf_add_cstr(out, "    )\n    _arguments -C \\\n");
    zsh_options(FOR_TOP, out);
    buf_add_cstr(out, "        '1:command:->command' '*::argument:->argument' && return\n"
                      "    case $state in\n"
                      "    command) _describe command commands ;;\n"
                      "    argument)\n"
                      "        case $words[1] in\n");
    for (const struct command *c = COMMANDS; c->name; c++) {
        buf_printf(out, "        %s)\n        _arguments -s \\\n", c->name);
        zsh_options(1u << c->id, out);
        buf_add_cstr(out, c->id == COMMAND_QUERY ? "        '1:KQL:' '*:input:_files' ;;\n"
                                                 : "        '*:input:_files' ;;\n");
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

static void fish_option(const struct option_def *def, struct buf *out)
{
    buf_add_cstr(out, "complete -c ddnshunt -n '");
    if (def->commands & FOR_TOP) {
        buf_add_cstr(out, "true");
    } else {
        buf_add_cstr(out, "__fish_seen_subcommand_from");
        for (const struct command *c = COMMANDS; c->name; c++)
            if (def->commands & (1u << c->id))
                buf_printf(out, " %s", c->name);
    }
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

void completion_fish(struct buf *out)
{
    buf_add_cstr(out, "# fish completion for ddnshunt; made from its table of options\n");
    for (const struct command *c = COMMANDS; c->name; c++) {
        buf_printf(out, "complete -c ddnshunt -f -n __fish_use_subcommand -a %s -d ", c->name);
        fish_quote(c->brief, out);
        buf_add_char(out, '\n');
    }
    for (const struct option_def *def = OPTIONS; def->name; def++)
        fish_option(def, out);
}
