/*
 * kb_files.c - the knowledge base with the tables of --providers: see kb_files.h.
 */
#include "cli/kb_files.h"

#include "base/stream.h"

enum err_code file_read(const char *path, struct buf *into, struct err *err)
{
    enum err_code code = stream_read_file(path, into, err);
    if (code == ERR_LIMIT)
        err_set(err, ERR_LIMIT, "is longer than %zu MiB", into->max_len >> 20);
    return code == ERR_LIMIT || code == ERR_MEMORY ? err_at(err, "%s", path) : code;
}

static enum err_code add_file(struct kb *kb, const char *path, struct buf *text, struct err *err)
{
    buf_clear(text);
    enum err_code code = file_read(path, text, err);
    if (code == ERR_INPUT)
        err->code = code = ERR_USAGE; /* without it the answers would be others than were asked for */
    TRY(code);
    return kb_table_is_services(buf_slice(text)) ? kb_add_services(kb, buf_slice(text), path, err)
                                                 : kb_add(kb, buf_slice(text), path, err);
}

enum err_code kb_files_open(const struct text_list *files, struct kb **out_kb, struct err *err)
{
    struct kb *kb = NULL;
    TRY(kb_open(&kb, err));
    struct buf text;
    buf_init(&text, KB_FILE_MAX);
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < files->count && code == ERR_NONE; i++)
        code = add_file(kb, files->items[i], &text, err);
    buf_release(&text);
    if (code != ERR_NONE)
        kb_free(kb);
    else
        *out_kb = kb;
    return code;
}
