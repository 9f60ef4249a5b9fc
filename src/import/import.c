/*
 * import.c - what all forms of lists come down to: names, checked, sorted, each once. See import.h.
 */
#include "import/import.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ddns/kb.h"
#include "import/import_int.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void import_init(struct import *import)
{
    *import = (struct import){0};
    arena_init(&import->arena, 0);
}

void import_release(struct import *import)
{
    mem_free(import->entries);
    arena_release(&import->arena);
    *import = (struct import){0};
}

/* --- for the readers --- */

void import_refuse(struct import *import, uint64_t line, const char *why)
{
    import->refused_count++;
    if (import->refused)
        import->refused(import->user, import->path, line, why);
}

void import_pass(struct import *import, const char *what)
{
    size_t i = 0;
    while (i < IMPORT_PASSED_MAX && import->passed[i].what && strcmp(import->passed[i].what, what) != 0)
        i++;
    assert(i < IMPORT_PASSED_MAX);
    if (i == IMPORT_PASSED_MAX)
        return;
    import->passed[i].what = what;
    import->passed[i].count++;
}

struct slice import_word(struct slice *rest)
{
    struct slice text = slice_trim(*rest);
    size_t len = 0;
    while (len < text.len && text.ptr[len] != ' ' && text.ptr[len] != '\t')
        len++;
    *rest = slice_trim(slice_cut(text, len, text.len));
    return slice_cut(text, 0, len);
}

struct slice import_uncomment(struct slice line, const char *const *marks)
{
    for (size_t at = 0; at < line.len; at++) {
        if (at > 0 && line.ptr[at - 1] != ' ' && line.ptr[at - 1] != '\t')
            continue;
        for (size_t i = 0; marks[i]; i++)
            if (slice_starts(slice_cut(line, at, line.len), slice_from_cstr(marks[i])))
                return slice_trim(slice_cut(line, 0, at));
    }
    return slice_trim(line);
}

bool import_is_name_like(struct slice text)
{
    bool dot = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.')
            dot |= i > 0 && i + 1 < text.len;
        else if (!ascii_is_alnum(c) && c != '-' && c != '_' && (unsigned char)c < 0x80)
            return false;
    }
    return dot;
}

/* Blanks take the place of controls, and of backslashes, which TSV doubles. */
static void add_harmless(struct slice text, struct buf *out)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '\\')
            buf_add_char(out, ' ');
        else
            buf_add(out, slice_cut(text, start, at));
    }
}

/* The provider as a table can hold it: valid text on one line, not too long. */
static enum err_code make_provider(struct import *import, struct slice provider, struct slice *out_provider,
                                   struct err *err)
{
    struct buf mended, text;
    buf_init(&mended, 0);
    buf_init(&text, 0);
    utf8_mend(provider, &mended);
    add_harmless(buf_slice(&mended), &text);
    struct slice kept = slice_trim(buf_slice(&text));
    kept = slice_trim(slice_cut(kept, 0, utf8_cut(kept, IMPORT_PROVIDER_MAX)));
    *out_provider = arena_copy(&import->arena, kept);
    bool failed = mended.failed || text.failed || !out_provider->ptr;
    buf_release(&mended);
    buf_release(&text);
    return failed ? err_no_memory(err, provider.len) : ERR_NONE;
}

static struct slice without_dots(struct slice name)
{
    while (name.len > 0 && name.ptr[0] == '.')
        name = slice_cut(name, 1, name.len);
    while (name.len > 0 && name.ptr[name.len - 1] == '.')
        name.len--;
    return name;
}

/* "*.name" and, in tables for searching by patterns, "*.name*"; "name.*" says nothing about what is behind it. */
static struct slice without_stars(struct slice name)
{
    if (slice_starts(name, SLICE("*.")))
        name = slice_cut(name, 2, name.len);
    if (slice_ends(name, SLICE("*")) && !slice_ends(name, SLICE(".*")))
        name.len--;
    return without_dots(name);
}

enum err_code import_name(struct import *import, uint64_t line, struct slice name, enum import_mark mark,
                          struct slice provider, struct err *err)
{
    struct import_entry entry = {.wildcard = mark == IMPORT_WILDCARD,
                                 .except = mark == IMPORT_EXCEPTION,
                                 .allowed = mark == IMPORT_ALLOWED,
                                 .line = line,
                                 .list = import->lists};
    name = without_dots(slice_trim(name));
    if (mark == IMPORT_PLAIN_NAME || mark == IMPORT_ALLOWED)
        name = without_stars(name);
    enum err_code code = kb_name_check(name, &import->arena, &entry.name, err);
    if (code == ERR_USAGE) {
        import_refuse(import, line, err->text);
        return ERR_NONE;
    }
    TRY(code);
    if (provider.len > 0)
        TRY(make_provider(import, provider, &entry.provider, err));
    if (import->entry_count == KB_ROWS_MAX)
        return err_set(err, ERR_LIMIT, "there are more than %d names", (int)KB_ROWS_MAX);
    struct import_entry *entries =
        mem_grow(import->entries, import->entry_count, &import->capacity, sizeof *import->entries);
    if (!entries)
        return err_no_memory(err, (import->entry_count + 1) * sizeof *entries);
    import->entries = entries;
    entries[import->entry_count++] = entry;
    import->names++;
    return ERR_NONE;
}

/* --- a list --- */

static const struct import_type *find_type(const struct import *import, struct slice text)
{
    struct slice head = text;
    if (head.len > IMPORT_HEAD_BYTES) { /* whole lines, if they are no longer than that */
        head.len = IMPORT_HEAD_BYTES;
        while (head.len > 0 && head.ptr[head.len - 1] != '\n')
            head.len--;
        head.len = head.len > 0 ? head.len : IMPORT_HEAD_BYTES;
    }
    for (size_t i = 0; IMPORT_TYPES[i]; i++)
        if (IMPORT_TYPES[i]->detect(import, head))
            return IMPORT_TYPES[i];
    return NULL;
}

static enum err_code unknown_form(struct err *err)
{
    char names[128] = "";
    for (size_t i = 0; IMPORT_TYPES[i]; i++) {
        strncat(names, i > 0 ? ", " : "", sizeof names - strlen(names) - 1);
        strncat(names, IMPORT_TYPES[i]->name, sizeof names - strlen(names) - 1);
    }
    err_set(err, ERR_INPUT, "is no list in a form that is known");
    return err_hint(err, "--from NAME reads it as one of %s", names);
}

enum err_code import_read(struct import *import, struct slice text, const char *path, struct err *err)
{
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_cut(text, 3, text.len);
    import->path = path;
    import->names = 0;
    import->lists++;
    import->type = import->forced ? import->forced : find_type(import, text);
    enum err_code code = import->type ? import->type->read(import, text, err) : unknown_form(err);
    if (code != ERR_NONE)
        err_at(err, "%s", path);
    return code;
}

/* --- all of them --- */

static int mark_order(const struct import_entry *entry)
{
    return entry->except ? 2 : entry->wildcard ? 1 : 0;
}

static int compare_entries(const void *left, const void *right)
{
    const struct import_entry *a = left, *b = right;
    int order = slice_compare(a->name, b->name);
    if (order == 0)
        order = mark_order(a) - mark_order(b);
    if (order == 0)
        order = (a->list > b->list) - (a->list < b->list);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static bool same_rule(const struct import_entry *a, const struct import_entry *b)
{
    return mark_order(a) == mark_order(b) && slice_eq(a->name, b->name);
}

/* One of those that are the same: the first that names a provider, unless one of them says that it is allowed. */
static void unite(struct import *import)
{
    size_t kept = 0;
    for (size_t i = 0; i < import->entry_count; i++) {
        struct import_entry *last = kept > 0 ? &import->entries[kept - 1] : NULL;
        const struct import_entry *entry = &import->entries[i];
        if (!last || !same_rule(last, entry)) {
            import->entries[kept++] = *entry;
            continue;
        }
        last->allowed |= entry->allowed;
        if (last->provider.len == 0)
            last->provider = entry->provider;
    }
    import->entry_count = kept;
}

static bool has_wildcard(const struct import *import, struct slice base)
{
    size_t low = 0, high = import->entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct import_entry *entry = &import->entries[middle];
        int order = slice_compare(entry->name, base);
        if (order == 0)
            order = mark_order(entry) - 1;
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool excepts_nothing(const struct import *import, const struct import_entry *entry)
{
    ptrdiff_t dot = slice_find(entry->name, SLICE("."), 0);
    return entry->except && !has_wildcard(import, slice_cut(entry->name, (size_t)dot + 1, entry->name.len));
}

void import_finish(struct import *import)
{
    if (import->entry_count > 0)
        qsort(import->entries, import->entry_count, sizeof *import->entries, compare_entries);
    unite(import);
    size_t kept = 0;
    for (size_t i = 0; i < import->entry_count; i++) {
        struct import_entry entry = import->entries[i];
        if (entry.allowed) {
            import_pass(import, "exceptions");
        } else if (excepts_nothing(import, &entry)) {
            char why[320];
            snprintf(why, sizeof why, "\"!%.*s\" is an exception to nothing", SLICE_ARG(entry.name));
            import_refuse(import, entry.line, why);
        } else {
            import->entries[kept++] = entry;
        }
    }
    import->entry_count = kept;
}

/* --- providers --- */

/* Letters and digits of a name's part, in lower case; bytes beyond ASCII stay. */
static struct slice fold(struct slice text, char *into, size_t size)
{
    size_t len = 0, end = text.len;
    /* ".com", ".co": what stands behind a last dot, if it is short and of letters. */
    ptrdiff_t dot = SLICE_NOT_FOUND;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '.')
            dot = (ptrdiff_t)i;
    if (dot > 0 && text.len - (size_t)dot - 1 <= 4)
        end = (size_t)dot;
    for (size_t i = 0; i < end && len < size; i++)
        if (ascii_is_alnum(text.ptr[i]) || (unsigned char)text.ptr[i] >= 0x80)
            into[len++] = ascii_lower(text.ptr[i]);
    return slice_of(into, len);
}

/* The name's two parts: before "(", and inside. */
static void split_provider(struct slice text, struct slice parts[2])
{
    ptrdiff_t open = slice_find(text, SLICE("("), 0), close = slice_find(text, SLICE(")"), 0);
    parts[0] = slice_trim(slice_cut(text, 0, open < 0 ? text.len : (size_t)open));
    parts[1] = open >= 0 && close > open ? slice_trim(slice_cut(text, (size_t)open + 1, (size_t)close)) : SLICE("");
}

bool import_same_provider(struct slice a, struct slice b)
{
    struct slice ours[2], theirs[2];
    char left[IMPORT_PROVIDER_MAX], right[IMPORT_PROVIDER_MAX];
    split_provider(a, ours);
    split_provider(b, theirs);
    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 2; j++) {
            struct slice one = fold(ours[i], left, sizeof left), other = fold(theirs[j], right, sizeof right);
            if (one.len > 0 && slice_eq(one, other))
                return true;
        }
    return slice_eq(a, b);
}
