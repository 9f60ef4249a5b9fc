/*
 * docgen.c - a program of the build: writes completions, and the manual page from its template.
 *
 *   ddnshunt-docgen bash|zsh|fish          completion to standard output
 *   ddnshunt-docgen manual TEMPLATE        the template with its lines such as @OPTIONS@ replaced: see PARTS
 */
#include "cli/docs/docgen.h"

#include "cli/opts.h"
#include "kql/func/aggr.h"
#include "kql/func/func.h"
#include "kql/syntax/syntax.h"

#include <stdio.h>

/* scdoc takes *, _, \ and < # at a line's start for its own. */
static void scdoc_text(const char *text, struct buf *out)
{
    for (; *text; text++) {
        if (strchr("*_\\", *text))
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
}

/* Bits of all actions of a command. */
static unsigned commands_of_word(struct slice word)
{
    unsigned commands = 0;
    for (const struct command *c = COMMANDS; c->name; c++)
        if (slice_eq(command_word(c), word))
            commands |= 1u << c->id;
    return commands;
}

/* Whose option it is, unless both commands that read telemetry have it: "(*lookup*, *providers* only.)" */
static void manual_commands(const struct option_def *def, struct buf *out)
{
    unsigned telemetry = FOR_SCAN | FOR_QUERY;
    if ((def->commands & telemetry) == telemetry)
        return;
    const char *before = " (";
    for (const struct command *c = COMMANDS; c->name; c++) {
        unsigned all = commands_of_word(command_word(c));
        bool whole = (def->commands & all) == all;
        if (!(def->commands & (1u << c->id)) || (whole && !command_is_first(c)))
            continue;
        struct slice name = whole ? command_word(c) : slice_from_cstr(c->name);
        buf_printf(out, "%s*%.*s*", before, SLICE_ARG(name));
        before = ", ";
    }
    buf_add_cstr(out, " only.)");
}

static void manual_option(const struct option_def *def, struct buf *out)
{
    if (def->letter)
        buf_printf(out, "*-%c*, ", def->letter);
    buf_printf(out, "*--%s*", def->name);
    if (def->argument)
        buf_printf(out, " _%s_", def->argument);
    char first[] = {def->brief[0], '\0'};
    if (first[0] >= 'a' && first[0] <= 'z')
        first[0] = (char)(first[0] - ('a' - 'A'));
    buf_add_cstr(out, "\n\t");
    scdoc_text(first, out);
    scdoc_text(def->brief + 1, out);
    buf_add_cstr(out, ".");
    if (def->detail) {
        buf_add_char(out, ' ');
        scdoc_text(def->detail, out);
    }
    if (def->choice) {
        buf_add_cstr(out, " One of:");
        for (size_t i = 0; def->choice(i); i++)
            buf_printf(out, "%s %s", i > 0 ? "," : "", def->choice(i));
        buf_add_char(out, '.');
    }
    manual_commands(def, out);
    buf_add_cstr(out, "\n\n");
}

static void manual_options(struct buf *out)
{
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        buf_printf(out, "## %s\n\n", OPTION_GROUP_TITLES[group]);
        for (const struct option_def *def = OPTIONS; def->name; def++)
            if (def->group == group)
                manual_option(def, out);
    }
}

static void manual_configuration(struct buf *out)
{
    bool first = true;
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (!def->from_config)
            continue;
        buf_printf(out, "%s*%s*", first ? "" : ", ", def->name);
        first = false;
    }
    buf_add_cstr(out, "\n");
}

static void manual_environment(struct buf *out)
{
    bool first = true;
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (!def->from_environment)
            continue;
        struct buf name;
        buf_init(&name, 0);
        option_environment_name(def, &name);
        const char *text = buf_cstr(&name);
        buf_add_cstr(out, first ? "*" : ", *");
        scdoc_text(text ? text : "", out);
        buf_add_char(out, '*');
        out->failed |= !text;
        buf_release(&name);
        first = false;
    }
    buf_add_cstr(out, "\n");
}

/* --- the language --- */

/* One more name of an indented list. */
static void manual_name(const char *name, bool *first, struct buf *out)
{
    buf_add_cstr(out, *first ? "\t*" : ", *");
    scdoc_text(name, out);
    buf_add_char(out, '*');
    *first = false;
}

static void manual_pipes(struct buf *out)
{
    bool first = true;
    for (unsigned i = 0; syntax_pipe_word(i); i++)
        manual_name(syntax_pipe_word(i), &first, out);
    buf_add_char(out, '\n');
}

static void manual_operators(struct buf *out)
{
    bool first = true;
    const struct syntax_operator *op;
    for (unsigned i = 0; (op = syntax_operator_at(i)); i++)
        if (op->canonical)
            manual_name(op->text, &first, out);
    buf_add_char(out, '\n');
}

static void manual_functions(struct buf *out)
{
    bool first = true;
    for (uint32_t i = 0; func_at(i); i++)
        if (!(func_at(i)->flags & (FUNC_OPERATOR | FUNC_ALIAS)))
            manual_name(func_at(i)->name, &first, out);
    manual_name("column_ifexists", &first, out); /* the binder's, as is the next */
    manual_name("toscalar", &first, out);
    buf_add_char(out, '\n');
}

static void manual_aggregates(struct buf *out)
{
    bool first = true;
    for (uint32_t i = 0; aggr_at(i); i++)
        manual_name(aggr_at(i)->name, &first, out);
    buf_add_char(out, '\n');
}

/* --- the template --- */

static const struct {
    const char *line;
    void (*write)(struct buf *out);
} PARTS[] = {
    {"@OPTIONS@\n", manual_options},         {"@CONFIGURATION@\n", manual_configuration},
    {"@ENVIRONMENT@\n", manual_environment}, {"@PIPES@\n", manual_pipes},
    {"@OPERATORS@\n", manual_operators},     {"@FUNCTIONS@\n", manual_functions},
    {"@AGGREGATES@\n", manual_aggregates},
};

static void fill_line(const char *line, struct buf *out)
{
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        if (strcmp(line, PARTS[i].line) == 0) {
            PARTS[i].write(out);
            return;
        }
    }
    buf_add_cstr(out, line);
}

static bool fill_template(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char line[1024];
    while (fgets(line, sizeof line, file))
        fill_line(line, out);
    bool ok = !ferror(file);
    fclose(file);
    return ok;
}

int main(int argc, char **argv)
{
    struct buf out;
    buf_init(&out, 0);
    bool ok = argc >= 2;
    if (ok && strcmp(argv[1], "bash") == 0)
        completion_bash(&out);
    else if (ok && strcmp(argv[1], "zsh") == 0)
        completion_zsh(&out);
    else if (ok && strcmp(argv[1], "fish") == 0)
        completion_fish(&out);
    else
        ok = argc == 3 && strcmp(argv[1], "manual") == 0 && fill_template(argv[2], &out);
    ok = ok && !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    buf_release(&out);
    if (!ok)
        fprintf(stderr, "usage: ddnshunt-docgen bash|zsh|fish|manual TEMPLATE\n");
    return ok ? 0 : 1;
}
