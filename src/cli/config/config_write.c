/*
 * config_write.c - the settings in effect as a configuration file, each with its origin: see config.h.
 */
#include "cli/config/config.h"
#include "event/dyn.h"

#include <unistd.h>

enum { COMMENT_COLUMN = 40 };

static const void *value_of(const struct opts *opts, const struct option_def *def)
{
    return (const char *)opts + def->offset;
}

/* Of the field: color and no-color share one. */
static size_t origin_index(const struct opts *opts, size_t index)
{
    size_t found = index;
    for (size_t i = 0; OPTIONS[i].name; i++)
        if (OPTIONS[i].offset == OPTIONS[index].offset && opts->origins[i].level > opts->origins[found].level)
            found = i;
    return found;
}

/* A path within a comment: nothing in it may end the line. */
static void add_comment_text(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_add_char(out, (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void add_origin(const struct opts *opts, size_t index, size_t line_start, struct buf *out)
{
    size_t from = origin_index(opts, index), used = out->len - line_start;
    const struct origin *origin = &opts->origins[from];
    do
        buf_add_char(out, ' ');
    while (++used < COMMENT_COLUMN);
    buf_add_cstr(out, "# ");
    switch (origin->level) {
    case ORIGIN_DEFAULT:
        buf_add_cstr(out, "default");
        break;
    case ORIGIN_FILE:
        add_comment_text(opts->config_path ? opts->config_path : "", out);
        buf_printf(out, ":%u", origin->line);
        break;
    case ORIGIN_ENVIRONMENT:
        buf_add_cstr(out, "environment variable ");
        option_environment_name(&OPTIONS[from], out);
        break;
    case ORIGIN_OPTION:
        buf_printf(out, "option --%s", OPTIONS[from].name);
        break;
    }
    buf_add_char(out, '\n');
}

/* A relative file is meant from here, wherever the text will be read. */
static void add_text(const struct option_def *def, const char *text, struct buf *out)
{
    bool list = def->names && text[0] == '@';
    const char *path = list ? text + 1 : text;
    char folder[4096];
    if ((!list && !def->argument_is_file) || path[0] == '/' || !getcwd(folder, sizeof folder)) {
        json_quote(slice_from_cstr(text), out);
        return;
    }
    struct buf whole;
    buf_init(&whole, 0);
    buf_printf(&whole, "%s%s/%s", list ? "@" : "", folder, path);
    json_quote(buf_slice(&whole), out);
    out->failed |= whole.failed;
    buf_release(&whole);
}

static void add_size(uint64_t bytes, struct buf *out)
{
    static const char UNITS[] = "KMGT";
    unsigned unit = 0;
    for (; unit < sizeof UNITS - 1 && bytes > 0 && bytes % 1024 == 0; unit++)
        bytes /= 1024;
    buf_printf(out, "%llu", (unsigned long long)bytes);
    if (unit > 0)
        buf_add_char(out, UNITS[unit - 1]);
}

/* The value behind "name: ", or false if there is none to be written: then the program works it out when it runs. */
static bool add_value(const struct opts *opts, const struct option_def *def, struct buf *out)
{
    const void *value = value_of(opts, def);
    switch (def->kind) {
    case OPTION_FLAG:
        buf_add_cstr(out, *(const bool *)value ? "true" : "false");
        return true;
    case OPTION_COUNT:
        buf_printf(out, "%u", *(const unsigned *)value);
        return *(const unsigned *)value > 0;
    case OPTION_SIZE:
        add_size(*(const uint64_t *)value, out);
        return *(const uint64_t *)value > 0;
    case OPTION_CHOICE:
        buf_add_cstr(out, *(const int *)value >= 0 ? def->choice((size_t) * (const int *)value) : "");
        return *(const int *)value >= 0;
    case OPTION_TEXT:
        if (*(const char *const *)value)
            add_text(def, *(const char *const *)value, out);
        return *(const char *const *)value != NULL;
    case OPTION_LIST:
        buf_add_cstr(out, "[]");
        return true;
    case OPTION_SET:
        break;
    }
    return false;
}

static void write_list(const struct opts *opts, size_t index, struct buf *out)
{
    const struct option_def *def = &OPTIONS[index];
    const struct text_list *list = value_of(opts, def);
    size_t start = out->len;
    buf_printf(out, "%s:", def->name);
    add_origin(opts, index, start, out);
    for (size_t i = 0; i < list->count; i++) {
        buf_add_cstr(out, "  - ");
        add_text(def, list->items[i], out);
        buf_add_char(out, '\n');
    }
}

static void write_option(const struct opts *opts, size_t index, struct buf *out)
{
    const struct option_def *def = &OPTIONS[index];
    if (def->kind == OPTION_LIST && ((const struct text_list *)value_of(opts, def))->count > 0) {
        write_list(opts, index, out);
        return;
    }
    size_t start = out->len;
    struct buf value;
    buf_init(&value, 0);
    bool there = add_value(opts, def, &value);
    if (there)
        buf_printf(out, "%s: ", def->name);
    else
        buf_printf(out, "# %s:", def->name);
    if (there)
        buf_add(out, buf_slice(&value));
    out->failed |= value.failed;
    buf_release(&value);
    add_origin(opts, index, start, out);
}

void config_write(const struct opts *opts, struct buf *out)
{
    if (opts->config_path) {
        buf_add_cstr(out, "# settings of ");
        add_comment_text(opts->config_path, out);
        buf_add_cstr(out, ", the environment and the command line\n");
    } else {
        buf_add_cstr(out, "# settings of the environment and the command line; no configuration file was read\n");
    }
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (size_t i = 0; OPTIONS[i].name; i++) {
            if (!OPTIONS[i].from_config || OPTIONS[i].group != group)
                continue;
            if (!titled)
                buf_printf(out, "\n# %s\n", OPTION_GROUP_TITLES[group]);
            titled = true;
            write_option(opts, i, out);
        }
    }
}
