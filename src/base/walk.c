/*
 * walk.c - all files below a folder, in byte order of their paths: see walk.h.
 *
 * Each folder on the way down is read whole and sorted. A folder's entry is sorted as if its name ended in '/', which
 * makes the order of entries that of the full paths.
 */
#define _DEFAULT_SOURCE /* d_type */
#include "base/walk.h"

#include "base/mem.h"
#include "base/slice.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct entry {
    char *name; /* a folder's ends in '/' */
};

struct level {
    struct entry *entries; /* sorted */
    size_t count, capacity, next;
    size_t path_len; /* of the folder, its slash included */
};

struct walk {
    struct level *levels;
    size_t depth, capacity;
    char *path; /* of what was met last; NUL-terminated */
    size_t path_capacity;
};

static void level_release(struct level *level)
{
    for (size_t i = 0; i < level->count; i++)
        mem_free(level->entries[i].name);
    mem_free(level->entries);
}

/* Puts name behind the first len bytes of the path. */
static enum err_code path_set(struct walk *walk, size_t len, const char *name, struct err *err)
{
    size_t name_len = strlen(name);
    size_t wanted = len + name_len + 1;
    if (wanted > walk->path_capacity) {
        char *grown = mem_realloc(walk->path, wanted * 2);
        if (!grown)
            return err_no_memory(err, wanted * 2);
        walk->path = grown;
        walk->path_capacity = wanted * 2;
    }
    memcpy(walk->path + len, name, name_len + 1);
    return ERR_NONE;
}

enum entry_kind { ENTRY_NONE, ENTRY_FILE, ENTRY_FOLDER };

/* Most file systems tell with the name what it is; the others, and of links, are to be asked. */
static enum entry_kind entry_kind(int folder, const struct dirent *found)
{
    struct stat st;
    const char *name = found->d_name;
    if (name[0] == '.')
        return ENTRY_NONE;
#ifdef DT_REG
    if (found->d_type == DT_REG)
        return ENTRY_FILE;
    if (found->d_type == DT_DIR)
        return ENTRY_FOLDER;
#endif
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return ENTRY_NONE;
    if (S_ISDIR(st.st_mode))
        return ENTRY_FOLDER;
    if (S_ISLNK(st.st_mode) && fstatat(folder, name, &st, 0) != 0)
        return ENTRY_NONE;
    return S_ISREG(st.st_mode) ? ENTRY_FILE : ENTRY_NONE;
}

static enum err_code level_add(struct level *level, const char *name, enum entry_kind kind, struct err *err)
{
    struct entry *grown = mem_grow(level->entries, level->count, &level->capacity, sizeof *level->entries);
    if (!grown)
        return err_no_memory(err, sizeof *grown);
    level->entries = grown;
    size_t len = strlen(name);
    char *copy = mem_strndup(name, len + 1); /* room for the slash */
    if (!copy)
        return err_no_memory(err, len + 2);
    copy[len] = kind == ENTRY_FOLDER ? '/' : '\0';
    level->entries[level->count++] = (struct entry){copy};
    return ERR_NONE;
}

static enum err_code level_read(struct level *level, DIR *dir, struct err *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *found = readdir(dir);
        if (!found)
            return errno ? err_errno(err, ERR_INPUT, errno, "the folder can't be read") : ERR_NONE;
        enum entry_kind kind = entry_kind(dirfd(dir), found);
        if (kind != ENTRY_NONE)
            TRY(level_add(level, found->d_name, kind, err));
    }
}

static int entry_compare(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return strcmp(left->name, right->name);
}

/* Goes down into the folder that the path names. */
static enum err_code walk_enter(struct walk *walk, struct err *err)
{
    if (walk->depth == WALK_DEPTH_MAX) {
        err_set(err, ERR_INPUT, "the folder lies too deep: more than %d folders within one another", WALK_DEPTH_MAX);
        return err_at(err, "%s", walk->path);
    }
    struct level *grown = mem_grow(walk->levels, walk->depth, &walk->capacity, sizeof *walk->levels);
    if (!grown)
        return err_no_memory(err, sizeof *grown);
    walk->levels = grown;
    struct level level = {.path_len = strlen(walk->path)};
    DIR *dir = opendir(walk->path);
    if (!dir) {
        err_errno(err, ERR_INPUT, errno, "the folder can't be read");
        return err_at(err, "%s", walk->path);
    }
    enum err_code code = level_read(&level, dir, err);
    closedir(dir);
    if (code) {
        level_release(&level);
        return err_at(err, "%s", walk->path);
    }
    if (level.count)
        qsort(level.entries, level.count, sizeof *level.entries, entry_compare);
    walk->levels[walk->depth++] = level;
    return ERR_NONE;
}

enum err_code walk_open(const char *folder, struct walk **out_walk, struct err *err)
{
    struct walk *walk = mem_zalloc(1, sizeof *walk);
    if (!walk)
        return err_no_memory(err, sizeof *walk);
    enum err_code code = path_set(walk, 0, folder, err);
    size_t len = strlen(folder);
    if (!code && len && folder[len - 1] != '/')
        code = path_set(walk, len, "/", err);
    if (!code)
        code = walk_enter(walk, err);
    if (code) {
        walk_close(walk);
        return code;
    }
    *out_walk = walk;
    return ERR_NONE;
}

enum err_code walk_next(struct walk *walk, const char **out_path, struct err *err)
{
    *out_path = NULL;
    while (walk->depth) {
        struct level *level = &walk->levels[walk->depth - 1];
        if (level->next == level->count) {
            level_release(level);
            walk->depth--;
            continue;
        }
        const char *name = level->entries[level->next++].name;
        TRY(path_set(walk, level->path_len, name, err));
        if (name[strlen(name) - 1] != '/') {
            *out_path = walk->path;
            return ERR_NONE;
        }
        TRY(walk_enter(walk, err));
    }
    return ERR_NONE;
}

void walk_close(struct walk *walk)
{
    if (!walk)
        return;
    while (walk->depth)
        level_release(&walk->levels[--walk->depth]);
    mem_free(walk->levels);
    mem_free(walk->path);
    mem_free(walk);
}
