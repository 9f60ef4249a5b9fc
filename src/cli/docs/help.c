/*
 * help.c - help texts, made from the tables of commands and options.
 */
#include "base/utf8.h"
#include "cli/opts.h"

enum { INDENT = 2, COLUMN_MAX = 28, WIDTH_MIN = 40 };

static void add_blanks(struct buf *out, size_t count)
{
    for (; count > 0; count--)
        buf_add_char(out, ' ');
}

/* Text wrapped at blanks; further lines are indented. `at` cells of the first line are taken already. */
static void add_wrapped(struct slice text, size_t indent, size_t at, size_t width, struct buf *out)
{
    while (text.len > 0) {
        ptrdiff_t blank = slice_find(text, SLICE(" "), 0);
        struct slice word = slice_cut(text, 0, blank < 0 ? text.len : (size_t)blank);
        size_t cells = utf8_length(word);
        if (at > indent && at + 1 + cells > width) {
            buf_add_char(out, '\n');
            add_blanks(out, indent);
            at = indent;
        } else if (at > indent) {
            buf_add_char(out, ' ');
            at++;
        }
        buf_add(out, word);
        at += cells;
        text = slice_cut(text, word.len + 1, text.len);
    }
    buf_add_char(out, '\n');
}

static void add_option(const struct option_def *def, bool detailed, size_t width, struct buf *out)
{
    size_t start = out->len;
    buf_printf(out, "  %c%c%s --%s", def->letter ? '-' : ' ', def->letter ? def->letter : ' ', def->letter ? "," : " ",
               def->name);
    if (def->argument)
        buf_printf(out, " %s", def->argument);
    size_t used = out->len - start;
    if (detailed || used + 2 > COLUMN_MAX) {
        buf_add_char(out, '\n');
        used = 0;
    }
    size_t column = detailed ? 10 : COLUMN_MAX;
    add_blanks(out, column - used);
    add_wrapped(slice_from_cstr(def->brief), column, column, width, out);
    if (!detailed)
        return;
    if (def->detail) {
        add_blanks(out, column);
        add_wrapped(slice_from_cstr(def->detail), column, column, width, out);
    }
    if (def->choice) {
        struct buf names;
        buf_init(&names, 0);
        buf_add_cstr(&names, "One of:");
        for (size_t i = 0; def->choice(i); i++)
            buf_printf(&names, "%s %s", i > 0 ? "," : "", def->choice(i));
        buf_add_char(&names, '.');
        add_blanks(out, column);
        add_wrapped(buf_slice(&names), column, column, width, out);
        out->failed |= names.failed;
        buf_release(&names);
    }
    buf_add_char(out, '\n');
}

static void add_options(unsigned command, bool detailed, size_t width, struct buf *out)
{
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (const struct option_def *def = OPTIONS; def->name; def++) {
            if (def->group != group || !(def->commands & command))
                continue;
            if (!titled)
                buf_printf(out, "%s%s:\n", detailed ? "" : "\n", OPTION_GROUP_TITLES[group]);
            titled = true;
            add_option(def, detailed, width, out);
        }
    }
}

static void add_program(bool detailed, size_t width, struct buf *out)
{
    buf_add_cstr(out, "ddnshunt finds connections to dynamic-DNS hosts in network telemetry.\n\nusage:\n");
    for (const struct command *c = COMMANDS; c->name; c++)
        buf_printf(out, "  ddnshunt %s %s\n", c->name, c->arguments);
    buf_add_cstr(out, "\nCommands:\n");
    for (const struct command *c = COMMANDS; c->name; c++)
        buf_printf(out, "  %-18s%s\n", c->name, c->brief);
    add_options(FOR_TOP, false, width, out);
    buf_add_cstr(out, "\nOptions of a command: ddnshunt scan -h, in full with --help");
    buf_add_cstr(out, detailed ? "\nThe manual: man ddnshunt\n" : "\n");
}

/* What else the command can do, if it has actions. */
static void add_actions(const struct command *command, struct buf *out)
{
    if (!command_action(command))
        return;
    struct slice word = command_word(command);
    buf_printf(out, "\nActions of ddnshunt %.*s:\n", SLICE_ARG(word));
    for (const struct command *c = COMMANDS; c->name; c++)
        if (slice_eq(command_word(c), word))
            buf_printf(out, "  %-10s%s\n", command_action(c), c->brief);
}

void help_write(const struct command *command, bool detailed, unsigned width_cells, struct buf *out)
{
    size_t width = width_cells < WIDTH_MIN ? WIDTH_MIN : width_cells > 100 ? 100 : width_cells;
    if (!command) {
        add_program(detailed, width, out);
        return;
    }
    buf_printf(out, "ddnshunt %s - %s\n\nusage: ddnshunt %s %s\n", command->name, command->brief, command->name,
               command->arguments);
    add_actions(command, out);
    if (detailed) {
        buf_add_char(out, '\n');
        add_wrapped(slice_from_cstr(command->detail), 0, 0, width, out);
        buf_add_char(out, '\n');
    }
    add_options(1u << command->id, detailed, width, out);
    if (!detailed) {
        buf_add_cstr(out, "\nMore about each option: --help\n");
        return;
    }
    add_wrapped(SLICE("Most options can be given by the environment as well: DDNSHUNT_THREADS=2 for --threads 2. "
                      "Exit status: 0 finished, 1 some input could not be read, 2 the call is wrong, 3 it could not go "
                      "on, 10 results with --fail-on-hit, 130 interrupted."),
                0, 0, width, out);
}
