/*
 * import_misp.c - MISP warning lists: a JSON object with the names in "list"; an array of names alone as well.
 * Source: MISP/misp-warninglists, schema.json.
 */
#include "event/dyn.h"
#include "import/import_int.h"

static bool misp_detect(const struct import *import, struct slice head)
{
    (void)import;
    struct slice text = slice_trim(head);
    if (slice_starts(text, SLICE("{")))
        return true;
    if (!slice_starts(text, SLICE("[")))
        return false;
    struct slice inside = slice_trim(slice_cut(text, 1, text.len));
    return slice_starts(inside, SLICE("\"")) || slice_starts(inside, SLICE("]"));
}

/* Line numbers of texts that stand one behind the other. */
struct counter {
    struct slice text;
    size_t at;
    uint64_t line;
};

/* A text with escapes has been copied out: it gets the line of the one before. */
static uint64_t line_of(struct counter *counter, struct slice part)
{
    uintptr_t begin = (uintptr_t)counter->text.ptr, place = (uintptr_t)part.ptr;
    if (place < begin + counter->at || place >= begin + counter->text.len)
        return counter->line;
    for (size_t end = (size_t)(place - begin); counter->at < end; counter->at++)
        counter->line += counter->text.ptr[counter->at] == '\n';
    return counter->line;
}

static enum err_code read_names(struct import *import, struct slice text, const struct dyn *names, struct err *err)
{
    struct counter counter = {.text = text, .line = 1};
    for (uint32_t i = 0; i < names->count; i++) {
        const struct dyn *name = names->items[i];
        if (name->kind != DYN_STRING)
            import_refuse(import, counter.line, "an item of the list is no text");
        else
            TRY(import_name(import, line_of(&counter, name->str), name->str, IMPORT_PLAIN_NAME, SLICE(""), err));
    }
    return ERR_NONE;
}

static enum err_code read_json(struct import *import, struct slice text, struct arena *arena, struct err *err)
{
    const struct dyn *root = NULL;
    TRY(dyn_parse(text, arena, &root, err));
    const struct dyn *list = root->kind == DYN_BAG ? dyn_get(root, SLICE("list")) : root;
    if (!list || list->kind != DYN_ARRAY)
        return err_set(err, ERR_INPUT, "is JSON without a \"list\" of names");
    return read_names(import, text, list, err);
}

static enum err_code misp_read(struct import *import, struct slice text, struct err *err)
{
    struct arena arena;
    arena_init(&arena, 0);
    enum err_code code = read_json(import, text, &arena, err);
    arena_release(&arena);
    return code;
}

const struct import_type IMPORT_MISP = {
    .name = "misp", .title = "MISP warning list (JSON)", .detect = misp_detect, .read = misp_read};
