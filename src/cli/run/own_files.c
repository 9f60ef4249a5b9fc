/*
 * own_files.c - the files that a run writes, which it does not read: see run_int.h.
 */
#include "base/stream.h"
#include "cli/run/run_int.h"

#include <string.h>
#include <unistd.h>

static void add_path(struct own_files *own, const char *path)
{
    if (path && file_id_of_path(path, &own->ids[own->count]))
        own->count++;
}

void own_files_find(const struct opts *opts, struct own_files *out_own)
{
    out_own->count = 0;
    add_path(out_own, opts->output);
    add_path(out_own, opts->rejects);
    if (!opts->output && file_id_of_fd(STDOUT_FILENO, &out_own->ids[out_own->count]))
        out_own->count++;
}

enum err_code own_files_refuse(const struct own_files *own, const char *path, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct file_id id;
    if (own->count == 0 || !(is_stdin ? file_id_of_fd(STDIN_FILENO, &id) : file_id_of_path(path, &id)))
        return ERR_NONE;
    for (size_t i = 0; i < own->count; i++) {
        if (!file_id_eq(id, own->ids[i]))
            continue;
        err_set(err, ERR_USAGE, "is written by this run: it can't be an input as well");
        err_hint(err, "write to another file");
        return err_at(err, "%s", stream_name(path));
    }
    return ERR_NONE;
}
