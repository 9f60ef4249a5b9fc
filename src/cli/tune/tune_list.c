/*
 * tune_list.c - lists of names: the values of an option, with @FILE read from a file.
 *
 * A file has one entry a line. A # at a line's start or behind a blank begins a comment; blanks around an entry, CR before LF
 * and a byte order mark are no part of it. It may be compressed.
 */
#include "base/mem.h"
#include "base/stream.h"
#include "base/utf8.h"
#include "cli/tune/tune.h"

enum err_code list_blame(const struct list_entry *entry, const char *place, struct err *err)
{
    return entry->file ? err_at(err, "%s:%u", entry->file, entry->line) : err_at(err, "%s", place);
}

static enum err_code push(struct list_entries *entries, struct list_entry entry, struct arena *arena, struct err *err)
{
    if (entries->count == TUNE_ENTRIES_MAX)
        return err_set(err, ERR_USAGE, "the list has more than %d entries", TUNE_ENTRIES_MAX);
    if (entries->count == entries->capacity) {
        size_t capacity = entries->capacity ? 2 * entries->capacity : 16;
        struct list_entry *items = arena_array(arena, capacity, sizeof *items);
        if (!items)
            return err_no_memory(err, capacity * sizeof *items);
        if (entries->count > 0)
            memcpy(items, entries->items, entries->count * sizeof *items);
        entries->items = items;
        entries->capacity = capacity;
    }
    entries->items[entries->count++] = entry;
    return ERR_NONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct slice without_comment(struct slice line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
            return slice_cut(line, 0, i);
    return line;
}

static enum err_code check_text(const struct list_entry *entry, struct err *err)
{
    if (!utf8_is_valid(entry->text))
        return err_set(err, ERR_USAGE, "is not UTF-8");
    for (size_t i = 0; i < entry->text.len; i++)
        if ((unsigned char)entry->text.ptr[i] < ' ' && entry->text.ptr[i] != '\t')
            return err_set(err, ERR_USAGE, "holds a control character");
    return ERR_NONE;
}

static enum err_code add_lines(struct slice text, const char *file, struct arena *arena, struct list_entries *entries,
                               struct err *err)
{
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_cut(text, 3, text.len);
    struct list_entry entry = {.file = file};
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        struct slice line = slice_cut(text, 0, end ? (size_t)(end - text.ptr) : text.len);
        text = slice_cut(text, line.len + 1, text.len);
        entry.line++;
        entry.text = slice_trim(without_comment(line));
        enum err_code code = entry.text.len > 0 ? check_text(&entry, err) : ERR_NONE;
        if (code == ERR_NONE && entry.text.len > 0)
            code = push(entries, entry, arena, err);
        if (code != ERR_NONE)
            return code == ERR_USAGE ? list_blame(&entry, "", err) : code;
    }
    return ERR_NONE;
}

static enum err_code read_file(const char *path, struct buf *into, struct err *err)
{
    enum err_code code = stream_read_file(path, into, err);
    if (code == ERR_LIMIT)
        code = err_set(err, ERR_USAGE, "is too long for a list: more than %d MB", TUNE_FILE_MAX >> 20);
    if (code == ERR_INPUT) /* a list that can't be read is a wrong call */
        err->code = code = ERR_USAGE;
    return code == ERR_USAGE ? err_at(err, "%s", path) : code;
}

static enum err_code add_file(const char *path, struct arena *arena, struct list_entries *entries, struct err *err)
{
    struct buf file;
    buf_init(&file, TUNE_FILE_MAX);
    enum err_code code = read_file(path, &file, err);
    struct slice text = code == ERR_NONE ? arena_copy(arena, buf_slice(&file)) : SLICE("");
    buf_release(&file);
    TRY(code);
    return text.ptr ? add_lines(text, path, arena, entries, err) : err_no_memory(err, text.len);
}

static enum err_code check_value(const struct list_entry *entry, struct err *err)
{
    if (entry->text.len == 0)
        return err_set(err, ERR_USAGE, "is empty");
    if (slice_eq(entry->text, SLICE("@")))
        return err_set(err, ERR_USAGE, "names no file behind the @");
    return check_text(entry, err);
}

enum err_code list_read(const struct text_list *values, const char *place, struct arena *arena,
                        struct list_entries *out_entries, struct err *err)
{
    struct list_entries entries = {0};
    for (size_t i = 0; i < values->count; i++) {
        struct list_entry entry = {.text = slice_trim(slice_from_cstr(values->items[i]))};
        if (slice_starts(entry.text, SLICE("@")) && entry.text.len > 1) {
            const char *path = arena_cstr(arena, slice_cut(entry.text, 1, entry.text.len));
            TRY(path ? add_file(path, arena, &entries, err) : err_no_memory(err, entry.text.len));
            continue;
        }
        enum err_code code = check_value(&entry, err);
        if (code == ERR_NONE)
            code = push(&entries, entry, arena, err);
        if (code != ERR_NONE)
            return code == ERR_USAGE ? err_at(err, "%s", place) : code;
    }
    *out_entries = entries;
    return ERR_NONE;
}
