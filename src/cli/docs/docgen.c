/*
 * docgen.c - a program of the build: writes completions, and the manual page from its template.
 *
 *   ddnshunt-docgen bash|zsh|fish          completion to standard output
 *   ddnshunt-docgen manual TEMPLATE        the template with its @OPTIONS@, @CONFIGURATION@ and @ENVIRONMENT@ lines replaced
 */
#include "cli/docs/docgen.h"

#include "cli/opts.h"

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

void manual_options(struct buf *out)
{
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        buf_printf(out, "## %s\n\n", OPTION_GROUP_TITLES[group]);
        for (const struct option_def *def = OPTIONS; def->name; def++)
            if (def->group == group)
                manual_option(def, out);
    }
}

void manual_configuration(struct buf *out)
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

void manual_environment(struct buf *out)
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

static bool fill_template(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char line[1024];
    while (fgets(line, sizeof line, file)) {
        if (strcmp(line, "@OPTIONS@\n") == 0)
            manual_options(out);
        else if (strcmp(line, "@CONFIGURATION@\n") == 0)
            manual_configuration(out);
        else if (strcmp(line, "@ENVIRONMENT@\n") == 0)
            manual_environment(out);
        else
            buf_add_cstr(out, line);
    }
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
