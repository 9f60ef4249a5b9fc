/*
 * scan_paths.c - which input of a scan comes next: files as they are named, those of a folder in byte order.
 */
#include "source/scan_int.h"

#include <string.h>
#include <sys/stat.h>

/* More entries than this in all folders, and the progress line does without a share. */
enum { SIZE_ENTRIES_MAX = 100000 };

bool scan_is_folder(const char *path)
{
    struct stat st;
    return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What is wrong with one folder. */
static bool is_its_own(enum err_code code)
{
    return code == ERR_INPUT || code == ERR_UNSUPPORTED;
}

/* The walk's next file; at its end it is closed. */
static enum err_code walk_on(struct scan *scan, const char **out_path, bool *out_failed, struct err *err)
{
    enum err_code code = walk_next(scan->walk, out_path, err);
    if (is_its_own(code)) {
        *out_path = err->where;
        *out_failed = true;
        return ERR_NONE;
    }
    TRY(code);
    if (!*out_path) {
        walk_close(scan->walk);
        scan->walk = NULL;
    }
    return ERR_NONE;
}

enum err_code scan_path_next(struct scan *scan, const char **out_path, bool *out_met, bool *out_failed, struct err *err)
{
    *out_failed = false;
    for (;;) {
        *out_met = true;
        if (scan->walk) {
            TRY(walk_on(scan, out_path, out_failed, err));
            if (*out_path)
                return ERR_NONE;
        }
        *out_path = NULL;
        if (scan->next_path == scan->config.path_count)
            return ERR_NONE;
        const char *path = scan->config.paths[scan->next_path++];
        *out_met = scan_is_folder(path);
        enum err_code code = *out_met ? walk_open(path, &scan->walk, err) : ERR_NONE;
        *out_failed = is_its_own(code);
        if (!*out_failed)
            TRY(code);
        if (*out_failed || !*out_met) {
            *out_path = path;
            return ERR_NONE;
        }
    }
}

bool scan_is_own(const struct scan *scan, const char *path)
{
    struct file_id id;
    if (scan->config.own_count == 0 || !file_id_of_path(path, &id))
        return false;
    for (size_t i = 0; i < scan->config.own_count; i++)
        if (file_id_eq(id, scan->config.own[i]))
            return true;
    return false;
}

/* What is no file now, or can't be looked at, may be a pipe when it is opened. */
bool scan_paths_wait(const struct scan *scan)
{
    for (size_t i = 0; i < scan->config.path_count; i++) {
        const char *path = scan->config.paths[i];
        struct stat st;
        bool known = (strcmp(path, "-") == 0 ? fstat(0, &st) : stat(path, &st)) == 0;
        if (!known || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
            return true;
    }
    return false;
}

/* Adds the size of the file at path; false where it has none. */
static bool size_add(struct scan *scan, const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0 ? fstat(0, &st) != 0 : stat(path, &st) != 0)
        return true; /* to be told when it is opened */
    scan->size += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return S_ISREG(st.st_mode);
}

/* False where the folder is too large; what can't be read is told when it is opened. */
static bool size_add_folder(struct scan *scan, const char *folder)
{
    struct walk *walk;
    const char *path = NULL;
    if (walk_open(folder, &walk, NULL))
        return true;
    uint32_t entries = 0;
    while (entries < SIZE_ENTRIES_MAX && (walk_next(walk, &path, NULL) || path)) {
        entries++;
        if (path)
            size_add(scan, path);
    }
    walk_close(walk);
    return entries < SIZE_ENTRIES_MAX;
}

void scan_size_measure(struct scan *scan)
{
    bool known = true;
    for (size_t i = 0; known && i < scan->config.path_count; i++) {
        const char *path = scan->config.paths[i];
        known = scan_is_folder(path) ? size_add_folder(scan, path) : size_add(scan, path);
    }
    if (!known)
        scan->size = 0;
}
