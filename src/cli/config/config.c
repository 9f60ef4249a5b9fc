/*
 * config.c - finds and reads the configuration file: see config.h.
 *
 * libcyaml loads the values by a schema that is made of the table of options; config_keys.c has looked at the form before, for the
 * lines and for better words about mistakes. Each value then goes the way of one of the command line.
 */
#include "cli/config/config.h"

#include "base/mem.h"
#include "base/stream.h"
#include "base/utf8.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* --- values, by libcyaml --- */

/* What libcyaml fills for one option: NULL where the file does not have it. */
struct config_slot {
    union {
        char *text;   /* OPTION_TEXT and all that is read from text; a list's lone value */
        char **items; /* [count] */
        int *flag;    /* 0 or 1 */
    };
    uint32_t count;
};

struct config_values {
    struct config_slot slots[OPTIONS_MAX];
};

static const cyaml_schema_value_t ITEM = {
    .type = CYAML_STRING, .flags = CYAML_FLAG_POINTER, .data_size = 1, .string = {0, CYAML_UNLIMITED}};

static const cyaml_strval_t FLAG_WORDS[] = {{"false", 0}, {"true", 1}, {"no", 0}, {"yes", 1}, {"off", 0}, {"on", 1}};

static cyaml_schema_field_t field_of(size_t index, const struct config_key *key)
{
    const struct option_def *def = &OPTIONS[index];
    const enum cyaml_flag optional = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
    const size_t slot = index * sizeof(struct config_slot);
    cyaml_schema_field_t field = {.key = def->name, .data_offset = (uint32_t)slot};
    if (key->is_sequence) {
        field.count_offset = (uint32_t)(slot + offsetof(struct config_slot, count));
        field.count_size = sizeof(uint32_t);
        field.value = (cyaml_schema_value_t){.type = CYAML_SEQUENCE,
                                             .flags = optional,
                                             .data_size = sizeof(char *),
                                             .sequence = {&ITEM, 0, CYAML_UNLIMITED}};
    } else if (def->kind == OPTION_FLAG) {
        field.value = (cyaml_schema_value_t){.type = CYAML_ENUM,
                                             .flags = optional | CYAML_FLAG_STRICT | CYAML_FLAG_CASE_INSENSITIVE,
                                             .data_size = sizeof(int),
                                             .enumeration = {FLAG_WORDS, sizeof FLAG_WORDS / sizeof *FLAG_WORDS}};
    } else {
        field.value = (cyaml_schema_value_t){
            .type = CYAML_STRING, .flags = optional, .data_size = 1, .string = {0, CYAML_UNLIMITED}};
    }
    return field;
}

static void *cyaml_memory(void *user, void *ptr, size_t size_bytes)
{
    (void)user;
    if (size_bytes > 0)
        return mem_realloc(ptr, size_bytes);
    mem_free(ptr);
    return NULL;
}

/* The first line that libcyaml has to say is its reason. */
static void PRINTF_LIKE(3, 0) cyaml_says(cyaml_log_t level, void *user, const char *format, va_list args)
{
    char *reason = user;
    if (level >= CYAML_LOG_ERROR && reason[0] == '\0') {
        vsnprintf(reason, ERR_TEXT_MAX / 2, format, args);
        reason[strcspn(reason, "\n")] = '\0';
    }
}

struct loading {
    struct opts *opts;
    const char *path;
    const struct config_key *keys;
    struct err *err;
};

/* --- storing --- */

/* "list.txt" of /etc/x/config.yaml is /etc/x/list.txt. */
static const char *beside(struct loading *loading, const char *prefix, const char *name)
{
    const char *slash = strrchr(loading->path, '/');
    struct slice folder = slice_of(loading->path, slash && name[0] != '/' ? (size_t)(slash - loading->path) + 1 : 0);
    struct slice text = arena_printf(&loading->opts->arena, "%s%.*s%s%c", prefix, SLICE_ARG(folder), name, '\0');
    return text.ptr;
}

/* A copy that outlives the loading. */
static const char *keep_text(struct loading *loading, const struct option_def *def, const char *value)
{
    if (def->names && value[0] == '@')
        return beside(loading, "@", value + 1);
    if (def->argument_is_file)
        return beside(loading, "", value);
    return arena_cstr(&loading->opts->arena, slice_from_cstr(value));
}

static enum err_code store(struct loading *loading, size_t index, const char *value)
{
    const struct option_def *def = &OPTIONS[index];
    const char *text = keep_text(loading, def, value);
    if (!text)
        return err_no_memory(loading->err, strlen(value));
    const struct origin origin = {.level = ORIGIN_FILE, .line = loading->keys[index].line};
    enum err_code code = opts_store(loading->opts, def, text, origin, loading->err);
    return code == ERR_USAGE ? err_at(loading->err, "%s:%u: %s", loading->path, origin.line, def->name) : code;
}

static enum err_code store_slot(struct loading *loading, size_t index, const struct config_slot *slot)
{
    if (OPTIONS[index].kind == OPTION_FLAG)
        return store(loading, index, *slot->flag ? "true" : "false");
    if (!loading->keys[index].is_sequence)
        return store(loading, index, slot->text);
    for (uint32_t i = 0; i < slot->count; i++)
        TRY(store(loading, index, slot->items[i]));
    return ERR_NONE;
}

static enum err_code store_all(struct loading *loading, const struct config_values *values)
{
    unsigned command = 1u << loading->opts->command->id;
    for (size_t i = 0; OPTIONS[i].name; i++)
        if (loading->keys[i].line > 0 && values->slots[i].text && option_is_for(&OPTIONS[i], command))
            TRY(store_slot(loading, i, &values->slots[i]));
    return ERR_NONE;
}

static enum err_code load(struct loading *loading, struct slice text)
{
    cyaml_schema_field_t fields[OPTIONS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; OPTIONS[i].name; i++)
        if (OPTIONS[i].from_config)
            fields[count++] = field_of(i, &loading->keys[i]);
    fields[count] = (cyaml_schema_field_t){.key = NULL};
    const cyaml_schema_value_t schema = {.type = CYAML_MAPPING,
                                         .flags = CYAML_FLAG_POINTER,
                                         .data_size = sizeof(struct config_values),
                                         .mapping = {fields}};
    char reason[ERR_TEXT_MAX] = "";
    const cyaml_config_t config = {.log_fn = cyaml_says,
                                   .log_ctx = reason,
                                   .mem_fn = cyaml_memory,
                                   .log_level = CYAML_LOG_ERROR,
                                   .flags = CYAML_CFG_NO_ALIAS};
    struct config_values *values = NULL;
    cyaml_err_t failure =
        cyaml_load_data((const uint8_t *)text.ptr, text.len, &config, &schema, (cyaml_data_t **)&values, NULL);
    enum err_code code = ERR_NONE;
    if (failure == CYAML_ERR_OOM || failure == CYAML_ERR_LIBYAML_PARSER_INIT || failure == CYAML_ERR_LIBYAML_EVENT_INIT)
        code = err_no_memory(loading->err, text.len);
    else if (failure != CYAML_OK) {
        err_set(loading->err, ERR_USAGE, "can't be taken: %s", reason[0] ? reason : cyaml_strerror(failure));
        code = err_at(loading->err, "%s", loading->path);
    } else if (values) {
        code = store_all(loading, values);
    }
    cyaml_free(&config, &schema, values, 0);
    return code;
}

enum err_code config_apply(struct opts *opts, struct slice text, const char *path, struct err *err)
{
    struct config_key keys[OPTIONS_MAX];
    struct loading loading = {.opts = opts, .path = path, .keys = keys, .err = err};
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_cut(text, 3, text.len);
    if (!utf8_is_valid(text)) {
        err_set(err, ERR_USAGE, "is not UTF-8");
        return err_at(err, "%s", path);
    }
    TRY(config_keys(text, path, keys, err));
    bool any = false;
    for (size_t i = 0; i < OPTIONS_MAX; i++)
        any |= keys[i].line > 0;
    opts->config_path = path;
    return any ? load(&loading, text) : ERR_NONE;
}

/* --- the file --- */

static enum err_code apply_file(struct opts *opts, const char *path, struct err *err)
{
    struct buf text;
    buf_init(&text, CONFIG_BYTES_MAX);
    enum err_code code = stream_read_file(path, &text, err);
    if (code == ERR_LIMIT)
        code = err_set(err, ERR_USAGE, "is longer than %d MiB", CONFIG_BYTES_MAX >> 20);
    if (code == ERR_INPUT) /* a configuration that can't be read is a wrong call */
        err->code = code = ERR_USAGE;
    if (code == ERR_USAGE)
        err_at(err, "%s", path);
    if (code == ERR_NONE)
        code = config_apply(opts, buf_slice(&text), path, err);
    buf_release(&text);
    return code;
}

/* --- where it is --- */

/* A file that may be there or not. One that is there must be readable: what it leaves out or adds was meant. */
static enum err_code try_file(struct opts *opts, struct slice folder, const char *below, bool *out_found,
                              struct err *err)
{
    struct slice path = arena_printf(&opts->arena, "%.*s%s/ddnshunt/config.yaml%c", SLICE_ARG(folder), below, '\0');
    if (!path.ptr)
        return err_no_memory(err, folder.len);
    struct stat st;
    bool there = stat(path.ptr, &st) == 0, hidden = !there && errno != ENOENT && errno != ENOTDIR;
    *out_found = there || hidden;
    enum err_code code = *out_found ? apply_file(opts, path.ptr, err) : ERR_NONE;
    return code && hidden ? err_hint(err, "it may hold settings; --no-config does without") : code;
}

/* XDG has relative paths ignored. */
static bool is_folder(const char *path)
{
    return path && path[0] == '/';
}

static enum err_code try_home(struct opts *opts, const char *(*environment)(const char *), bool *out_found,
                              struct err *err)
{
    const char *folder = environment("XDG_CONFIG_HOME"), *home = environment("HOME");
    *out_found = false;
    if (is_folder(folder))
        return try_file(opts, slice_from_cstr(folder), "", out_found, err);
    return is_folder(home) ? try_file(opts, slice_from_cstr(home), "/.config", out_found, err) : ERR_NONE;
}

static enum err_code try_system(struct opts *opts, const char *(*environment)(const char *), struct err *err)
{
    const char *folders = environment("XDG_CONFIG_DIRS");
    struct slice rest = slice_from_cstr(folders && *folders ? folders : "/etc/xdg");
    bool found = false;
    while (rest.len > 0 && !found) {
        ptrdiff_t colon = slice_find(rest, SLICE(":"), 0);
        struct slice folder = slice_cut(rest, 0, colon < 0 ? rest.len : (size_t)colon);
        rest = slice_cut(rest, folder.len + 1, rest.len);
        if (slice_starts(folder, SLICE("/")))
            TRY(try_file(opts, folder, "", &found, err));
    }
    return ERR_NONE;
}

enum err_code config_read(struct opts *opts, const char *(*environment)(const char *name), struct err *err)
{
    if (opts->no_config)
        return ERR_NONE;
    if (opts->config)
        return apply_file(opts, opts->config, err);
    bool found = false;
    TRY(try_home(opts, environment, &found, err));
    return found ? ERR_NONE : try_system(opts, environment, err);
}
