/*
 * config_keys.c - which keys a configuration file has, in which lines, and whether their values have the form that the options
 * want: see config.h. A walk over libyaml's events, which stops at the first thing that has no place in such a file.
 */
#include "base/near.h"
#include "cli/config/config.h"

#include <yaml.h>

struct walk {
    yaml_parser_t parser;
    yaml_event_t event; /* the one at hand */
    bool has_event;
    const char *path;
    struct err *err;
};

static uint32_t line_of(const struct walk *walk)
{
    return (uint32_t)walk->event.start_mark.line + 1;
}

static enum err_code fail_at(struct walk *walk, uint32_t line, enum err_code code)
{
    return code == ERR_USAGE ? err_at(walk->err, "%s:%u", walk->path, line) : code;
}

/* Moves to the next event. */
static enum err_code next(struct walk *walk)
{
    if (walk->has_event)
        yaml_event_delete(&walk->event);
    walk->has_event = false;
    if (yaml_parser_parse(&walk->parser, &walk->event)) {
        walk->has_event = true;
        return ERR_NONE;
    }
    if (walk->parser.error == YAML_MEMORY_ERROR)
        return err_no_memory(walk->err, 0);
    err_set(walk->err, ERR_USAGE, "is no YAML: %s", walk->parser.problem ? walk->parser.problem : "it can't be read");
    bool reader = walk->parser.error == YAML_READER_ERROR;
    return reader ? err_at(walk->err, "%s", walk->path)
                  : fail_at(walk, (uint32_t)walk->parser.problem_mark.line + 1, ERR_USAGE);
}

static struct slice scalar_text(const struct walk *walk)
{
    return slice_of((const char *)walk->event.data.scalar.value, walk->event.data.scalar.length);
}

/* --- what is wrong --- */

static enum err_code unknown_key(struct walk *walk, struct slice name)
{
    struct near near = near_to(name);
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (def->from_config)
            near_offer(&near, slice_from_cstr(def->name));
        if (!def->from_config && slice_eq(name, slice_from_cstr(def->name))) {
            err_set(walk->err, ERR_USAGE, "%s can't be set in a file", def->name);
            return fail_at(walk, line_of(walk), err_hint(walk->err, "give it on the command line: --%s", def->name));
        }
    }
    err_set(walk->err, ERR_USAGE, "unknown key \"%.*s\"", SLICE_ARG(name));
    if (near.best.len > 0)
        err_hint(walk->err, "did you mean %.*s?", SLICE_ARG(near.best));
    else
        err_hint(walk->err, "keys are the names of options; ddnshunt config shows them");
    return fail_at(walk, line_of(walk), ERR_USAGE);
}

static enum err_code wrong_form(struct walk *walk, const struct option_def *def, const char *what)
{
    err_set(walk->err, ERR_USAGE, "%s %s", def->name, what);
    return fail_at(walk, line_of(walk), ERR_USAGE);
}

static bool is_word_of_flag(struct slice text)
{
    static const char *const WORDS[] = {"true", "false", "yes", "no", "on", "off"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (slice_eq_nocase(text, slice_from_cstr(WORDS[i])))
            return true;
    return false;
}

static bool is_nothing(struct slice text)
{
    return text.len == 0 || slice_eq(text, SLICE("~")) || slice_eq_nocase(text, SLICE("null"));
}

/* --- values --- */

static enum err_code check_scalar(struct walk *walk, const struct option_def *def)
{
    struct slice text = scalar_text(walk);
    bool plain = walk->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (walk->event.data.scalar.anchor || walk->event.data.scalar.tag)
        return wrong_form(walk, def, "has an anchor or a tag, which have no place here");
    if ((plain && is_nothing(text)) || text.len == 0)
        return wrong_form(walk, def, def->kind == OPTION_LIST ? "has no value; [] is an empty list" : "has no value");
    if (memchr(text.ptr, '\0', text.len))
        return wrong_form(walk, def, "holds a NUL byte");
    if (def->kind == OPTION_FLAG && !is_word_of_flag(text))
        return wrong_form(walk, def, "is true or false");
    return ERR_NONE;
}

static enum err_code check_sequence(struct walk *walk, const struct option_def *def)
{
    if (def->kind != OPTION_LIST)
        return wrong_form(walk, def, "takes one value, no list");
    if (walk->event.data.sequence_start.anchor || walk->event.data.sequence_start.tag)
        return wrong_form(walk, def, "has an anchor or a tag, which have no place here");
    for (;;) {
        TRY(next(walk));
        if (walk->event.type == YAML_SEQUENCE_END_EVENT)
            return ERR_NONE;
        if (walk->event.type == YAML_ALIAS_EVENT)
            return wrong_form(walk, def, "has an alias, which has no place here");
        if (walk->event.type != YAML_SCALAR_EVENT)
            return wrong_form(walk, def, "is a list of texts, nothing deeper");
        TRY(check_scalar(walk, def));
    }
}

static enum err_code check_value(struct walk *walk, const struct option_def *def, struct config_key *key)
{
    TRY(next(walk));
    switch (walk->event.type) {
    case YAML_SCALAR_EVENT:
        return check_scalar(walk, def);
    case YAML_SEQUENCE_START_EVENT:
        key->is_sequence = true;
        return check_sequence(walk, def);
    case YAML_ALIAS_EVENT:
        return wrong_form(walk, def, "is an alias, which has no place here");
    default:
        return wrong_form(walk, def,
                          def->kind == OPTION_LIST ? "is a list, no mapping" : "takes one value, no mapping");
    }
}

static enum err_code check_pair(struct walk *walk, struct config_key *keys)
{
    if (walk->event.type != YAML_SCALAR_EVENT || walk->event.data.scalar.anchor || walk->event.data.scalar.tag) {
        err_set(walk->err, ERR_USAGE, "a key is the name of an option");
        return fail_at(walk, line_of(walk), ERR_USAGE);
    }
    for (const struct option_def *def = OPTIONS; def->name; def++) {
        if (!def->from_config || !slice_eq(scalar_text(walk), slice_from_cstr(def->name)))
            continue;
        struct config_key *key = &keys[def - OPTIONS];
        if (key->line > 0) {
            err_set(walk->err, ERR_USAGE, "%s stands here twice, first in line %u", def->name, key->line);
            return fail_at(walk, line_of(walk), ERR_USAGE);
        }
        key->line = line_of(walk);
        return check_value(walk, def, key);
    }
    return unknown_key(walk, scalar_text(walk));
}

/* --- the document --- */

static enum err_code check_root(struct walk *walk, struct config_key *keys)
{
    TRY(next(walk));
    if (walk->event.type == YAML_SCALAR_EVENT && scalar_text(walk).len == 0)
        return ERR_NONE; /* nothing but comments */
    if (walk->event.type != YAML_MAPPING_START_EVENT || walk->event.data.mapping_start.anchor ||
        walk->event.data.mapping_start.tag) {
        err_set(walk->err, ERR_USAGE, "settings are written as option: value");
        return fail_at(walk, line_of(walk), ERR_USAGE);
    }
    for (;;) {
        TRY(next(walk));
        if (walk->event.type == YAML_MAPPING_END_EVENT)
            return ERR_NONE;
        TRY(check_pair(walk, keys));
    }
}

static enum err_code check_stream(struct walk *walk, struct config_key *keys)
{
    TRY(next(walk)); /* begin of the stream */
    TRY(next(walk));
    if (walk->event.type == YAML_STREAM_END_EVENT)
        return ERR_NONE;
    TRY(check_root(walk, keys));
    TRY(next(walk)); /* end of the document */
    TRY(next(walk));
    if (walk->event.type == YAML_STREAM_END_EVENT)
        return ERR_NONE;
    err_set(walk->err, ERR_USAGE, "a second document begins here; settings are one");
    return fail_at(walk, line_of(walk), ERR_USAGE);
}

enum err_code config_keys(struct slice text, const char *path, struct config_key *out_keys, struct err *err)
{
    struct walk walk = {.path = path, .err = err};
    if (!yaml_parser_initialize(&walk.parser))
        return err_no_memory(err, sizeof walk.parser);
    yaml_parser_set_input_string(&walk.parser, (const unsigned char *)text.ptr, text.len);
    yaml_parser_set_encoding(&walk.parser, YAML_UTF8_ENCODING);
    memset(out_keys, 0, OPTIONS_MAX * sizeof *out_keys);
    enum err_code code = check_stream(&walk, out_keys);
    if (walk.has_event)
        yaml_event_delete(&walk.event);
    yaml_parser_delete(&walk.parser);
    return code;
}
