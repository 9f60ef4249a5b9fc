/*
 * columns.c - --column NAME:TYPE and --columns A,B,C: see run_int.h.
 */
#include "cli/run/run_int.h"

#include <stdio.h>

static enum err_code read_named(struct slice text, struct column_def *out_def, struct err *err)
{
    size_t colon = text.len; /* the last one: a name may hold colons, a type can't */
    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    if (colon <= 1) {
        err_set(err, ERR_USAGE, "\"%.*s\" is not NAME:TYPE", SLICE_ARG(text));
        err_hint(err, "for example --column RiskScore:real");
        return err_at(err, "option --column");
    }
    struct slice name = slice_cut(text, 0, colon - 1), type = slice_cut(text, colon, text.len);
    *out_def = (struct column_def){.name = name, .origin = COLUMN_NAMED, .stand_in = COLUMN_NONE};
    if (type_from_name(type, &out_def->type))
        return ERR_NONE;
    err_set(err, ERR_USAGE, "unknown type \"%.*s\"", SLICE_ARG(type));
    err_hint(err, "the types are string, long, int, real, decimal, bool, datetime, timespan, guid, dynamic");
    return err_at(err, "option --column");
}

enum err_code columns_named(const struct text_list *texts, struct arena *arena, struct column_def **out_defs,
                            uint32_t *out_count, struct err *err)
{
    struct column_def *defs = arena_array(arena, texts->count, sizeof *defs);
    if (!defs || texts->count > SCHEMA_COLUMNS_MAX)
        return err_no_memory(err, texts->count * sizeof *defs);
    for (size_t i = 0; i < texts->count; i++)
        TRY(read_named(slice_from_cstr(texts->items[i]), &defs[i], err));
    *out_defs = defs;
    *out_count = (uint32_t)texts->count;
    return ERR_NONE;
}

/* A hint that names all columns, as far as there is room for their names. */
static enum err_code hint_columns(const struct schema *schema, struct err *err)
{
    char names[ERR_HINT_MAX - 24];
    size_t len = 0;
    uint32_t shown = 0;
    for (; shown < schema->count && len + schema->columns[shown].name.len + 8 < sizeof names; shown++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%.*s", shown ? ", " : "",
                                SLICE_ARG(schema->columns[shown].name));
    return err_hint(err, "it has %s%s", shown ? names : "", shown < schema->count ? ", ..." : "");
}

/* One name of the list: the column's index in the result. */
static enum err_code find_column(struct slice name, const struct column_view *view, const struct schema *schema,
                                 uint32_t *out_column, struct err *err)
{
    uint32_t column = schema_find(schema, name);
    if (column == COLUMN_NONE) {
        err_set(err, ERR_USAGE, "the result has no column \"%.*s\"", SLICE_ARG(name));
        struct slice near = schema_suggest(schema, name);
        if (near.len > 0)
            err_hint(err, "did you mean %.*s?", SLICE_ARG(near));
        else
            hint_columns(schema, err);
        return err_at(err, "option --columns");
    }
    for (uint32_t i = 0; i < view->schema.count; i++) {
        if (view->map[i] == column) {
            err_set(err, ERR_USAGE, "column %.*s stands there twice", SLICE_ARG(name));
            return err_at(err, "option --columns");
        }
    }
    *out_column = column;
    return ERR_NONE;
}

enum err_code column_view_init(struct column_view *view, const char *list, const struct schema *schema,
                               struct arena *arena, struct err *err)
{
    struct column_def *defs = arena_array(arena, schema->count, sizeof *defs);
    *view =
        (struct column_view){.schema = {.columns = defs}, .map = arena_array(arena, schema->count, sizeof *view->map)};
    if (!defs || !view->map)
        return err_no_memory(err, schema->count * sizeof *defs);
    struct slice rest = slice_from_cstr(list ? list : "");
    for (uint32_t i = 0; !list && i < schema->count; i++) {
        view->map[i] = i;
        view->schema.count++;
    }
    for (bool more = list; more;) {
        ptrdiff_t comma = slice_find(rest, SLICE(","), 0);
        more = comma >= 0;
        struct slice name = slice_trim(slice_cut(rest, 0, more ? (size_t)comma : rest.len));
        rest = slice_cut(rest, name.ptr ? (more ? (size_t)comma + 1 : rest.len) : 0, rest.len);
        uint32_t column = COLUMN_NONE;
        TRY(find_column(name, view, schema, &column, err));
        view->map[view->schema.count++] = column;
    }
    for (uint32_t i = 0; i < view->schema.count; i++)
        defs[i] = schema->columns[view->map[i]];
    return ERR_NONE;
}

enum err_code column_view_apply(const struct column_view *view, const struct batch *batch, struct arena *arena,
                                struct batch *out_shown, struct err *err)
{
    uint32_t count = view->schema.count;
    struct column *columns = arena_array(arena, count, sizeof *columns);
    bool *loaded = arena_array(arena, count, sizeof *loaded);
    if (!columns || !loaded)
        return err_no_memory(err, count * sizeof *columns);
    for (uint32_t i = 0; i < count; i++) {
        columns[i] = batch->columns[view->map[i]];
        loaded[i] = true;
    }
    *out_shown = *batch;
    out_shown->schema = &view->schema;
    out_shown->columns = columns;
    out_shown->loaded = loaded;
    return ERR_NONE;
}
