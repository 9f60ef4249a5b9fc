/*
 * out.c - buffered bytes to a descriptor, or to a file that appears whole or not at all: see out.h.
 */
#include "base/out.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A pipe's usual size: larger pieces don't get through at once anyway. */
enum { OUT_BUFFER_BYTES = 64 * 1024 };
enum { LINKS_MAX = 40 };       /* as many links to links as Linux follows */
enum { TEMP_NAMES_MAX = 100 }; /* so many names in a row are taken by nobody but on purpose */

struct out {
    char *name;
    int fd; /* -1: memory */
    bool fd_owned;
    struct buf buffer; /* not yet written; all of it for memory */
    char *target;      /* the file to be replaced, links resolved; NULL: written straight */
    char *temporary;   /* its temporary file, while there is one */
    struct err failure;
};

static enum err_code out_create(const char *name, size_t buffer_max, struct out **out_out, struct err *err)
{
    struct out *out = mem_zalloc(1, sizeof *out);
    char *copy = out ? mem_strndup(name, strlen(name)) : NULL;
    if (!copy) {
        mem_free(out);
        return err_no_memory(err, sizeof *out);
    }
    out->name = copy;
    out->fd = -1;
    buf_init(&out->buffer, buffer_max);
    if (buffer_max && !buf_reserve(&out->buffer, buffer_max)) {
        out_close(out);
        return err_no_memory(err, buffer_max);
    }
    *out_out = out;
    return ERR_NONE;
}

enum err_code out_open_fd(int fd, const char *name, struct out **out_out, struct err *err)
{
    struct out *out = NULL;
    TRY(out_create(name, OUT_BUFFER_BYTES, &out, err));
    out->fd = fd;
    *out_out = out;
    return ERR_NONE;
}

enum err_code out_open_memory(struct out **out_out, struct err *err)
{
    return out_create("memory", 0, out_out, err);
}

struct slice out_memory(const struct out *out)
{
    return buf_slice(&out->buffer);
}

/* --- files --- */

/* The part of path up to its last slash, that included; "" if there is none. */
static struct slice path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slice_of(path, slash ? (size_t)(slash - path) + 1 : 0);
}

static char *path_join(struct slice folder, const char *name)
{
    size_t name_len = strlen(name);
    char *path = mem_alloc(folder.len + name_len + 1);
    if (!path)
        return NULL;
    if (folder.len)
        memcpy(path, folder.ptr, folder.len);
    memcpy(path + folder.len, name, name_len + 1);
    return path;
}

/* Follows links from *path (owned, replaced) to what is none, or does not exist. */
static enum err_code links_follow(char **path, struct err *err)
{
    for (int i = 0; i < LINKS_MAX; i++) {
        char link[PATH_MAX];
        ssize_t len = readlink(*path, link, sizeof link - 1);
        if (len < 0) /* no link, or nothing there; what else is wrong is told by open() */
            return ERR_NONE;
        link[len] = '\0';
        char *next = path_join(link[0] == '/' ? SLICE("") : path_folder(*path), link);
        if (!next)
            return err_no_memory(err, PATH_MAX);
        mem_free(*path);
        *path = next;
    }
    return err_errno(err, ERR_OUTPUT, ELOOP, "can't be written");
}

/* A name in the target's folder that nobody has: hidden, so that a walk over the folder does not meet it. */
static enum err_code temporary_open(struct out *out, mode_t mode, struct err *err)
{
    for (int i = 0; i < TEMP_NAMES_MAX; i++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        char name[80];
        snprintf(name, sizeof name, ".ddnshunt-%ld-%lx-%d.tmp", (long)getpid(), (unsigned long)now.tv_nsec, i);
        out->temporary = path_join(path_folder(out->target), name);
        if (!out->temporary)
            return err_no_memory(err, sizeof name);
        out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        out->fd_owned = out->fd >= 0;
        if (out->fd >= 0)
            return ERR_NONE;
        mem_free(out->temporary);
        out->temporary = NULL;
        if (errno != EEXIST && errno != EINTR)
            break;
    }
    return err_errno(err, ERR_OUTPUT, errno, "a temporary file can't be made beside it");
}

/* The new file gets the old one's mode, and its owner where that is allowed. */
static enum err_code temporary_like(const struct out *out, const struct stat *old, struct err *err)
{
    if (fchown(out->fd, old->st_uid, old->st_gid) != 0 && errno != EPERM && errno != EINVAL)
        return err_errno(err, ERR_OUTPUT, errno, "can't be written");
    if (fchmod(out->fd, old->st_mode & 0777) != 0)
        return err_errno(err, ERR_OUTPUT, errno, "can't be written");
    return ERR_NONE;
}

static enum err_code straight_open(struct out *out, struct err *err)
{
    do
        out->fd = open(out->target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    while (out->fd < 0 && errno == EINTR);
    if (out->fd < 0)
        return err_errno(err, ERR_OUTPUT, errno, "can't be written");
    out->fd_owned = true;
    mem_free(out->target);
    out->target = NULL;
    return ERR_NONE;
}

static enum err_code file_open(struct out *out, const char *path, struct err *err)
{
    out->target = mem_strndup(path, strlen(path));
    if (!out->target)
        return err_no_memory(err, strlen(path));
    struct stat old;
    /* Before links are read: what /dev/stdout links to is no path, but can be opened. */
    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode))
        return S_ISDIR(old.st_mode) ? err_set(err, ERR_OUTPUT, "is a folder, not a file") : straight_open(out, err);
    TRY(links_follow(&out->target, err));
    if (path_folder(out->target).len == strlen(out->target))
        return err_errno(err, ERR_OUTPUT, out->target[0] ? EISDIR : ENOENT, "can't be written");
    if (stat(out->target, &old) != 0) {
        if (errno != ENOENT)
            return err_errno(err, ERR_OUTPUT, errno, "can't be written");
        return temporary_open(out, 0666, err);
    }
    /* To rename over it the folder's leave is enough; but who protects a file means it. */
    if (access(out->target, W_OK) != 0)
        return err_errno(err, ERR_OUTPUT, errno, "can't be written");
    TRY(temporary_open(out, 0600, err));
    return temporary_like(out, &old, err);
}

enum err_code out_open_file(const char *path, struct out **out_out, struct err *err)
{
    struct out *out = NULL;
    TRY(out_create(path, OUT_BUFFER_BYTES, &out, err));
    enum err_code code = file_open(out, path, err);
    if (code) {
        err_at(err, "%s", path);
        out_close(out);
        return code;
    }
    *out_out = out;
    return ERR_NONE;
}

/* --- writing --- */

static enum err_code write_failed(const struct out *out, struct err *err)
{
    if (errno == EPIPE)
        err_set(err, ERR_PIPE, "nobody reads the output any more");
    else
        err_errno(err, ERR_OUTPUT, errno, "can't be written");
    return err_at(err, "%s", out->name);
}

static enum err_code write_all(const struct out *out, struct slice bytes, struct err *err)
{
    while (bytes.len) {
        ssize_t len = write(out->fd, bytes.ptr, bytes.len > SSIZE_MAX ? SSIZE_MAX : bytes.len);
        if (len >= 0) {
            bytes = slice_cut(bytes, (size_t)len, bytes.len);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            /* Somebody who has the terminal or pipe as well made it non-blocking. */
            struct pollfd poll_fd = {.fd = out->fd, .events = POLLOUT};
            (void)poll(&poll_fd, 1, -1);
        } else if (errno != EINTR) {
            return write_failed(out, err);
        }
    }
    return ERR_NONE;
}

static enum err_code failure_tell(const struct out *out, struct err *err)
{
    if (out->failure.code && err)
        *err = out->failure;
    return out->failure.code;
}

/* Writes what is buffered, and behind it `bytes`, of which nothing is buffered. */
static enum err_code flush_with(struct out *out, struct slice bytes, struct err *err)
{
    out->failure.code = write_all(out, buf_slice(&out->buffer), &out->failure);
    out->buffer.len = 0;
    if (!out->failure.code)
        out->failure.code = write_all(out, bytes, &out->failure);
    return failure_tell(out, err);
}

enum err_code out_write(struct out *out, struct slice bytes, struct err *err)
{
    if (out->failure.code)
        return failure_tell(out, err);
    if (out->fd >= 0 && bytes.len > OUT_BUFFER_BYTES - out->buffer.len) {
        if (bytes.len >= OUT_BUFFER_BYTES)
            return flush_with(out, bytes, err);
        TRY(flush_with(out, SLICE(""), err));
    }
    buf_add(&out->buffer, bytes);
    if (out->buffer.failed)
        out->failure.code = err_no_memory(&out->failure, bytes.len);
    return failure_tell(out, err);
}

enum err_code out_flush(struct out *out, struct err *err)
{
    if (out->failure.code || out->fd < 0)
        return failure_tell(out, err);
    return flush_with(out, SLICE(""), err);
}

/* The name itself must be on the disk, too. Folders that can't be synced (some network file systems) are let pass. */
static void folder_sync(const char *path)
{
    struct slice folder = path_folder(path);
    char *name = folder.len ? mem_strndup(folder.ptr, folder.len) : mem_strndup(".", 1);
    int fd = name ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    mem_free(name);
}

static enum err_code file_commit(struct out *out, struct err *err)
{
    if (fsync(out->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        return write_failed(out, err);
    int fd = out->fd;
    out->fd_owned = false;
    if (close(fd) != 0 && errno != EINTR)
        return write_failed(out, err);
    if (rename(out->temporary, out->target) != 0)
        return write_failed(out, err);
    mem_free(out->temporary);
    out->temporary = NULL;
    folder_sync(out->target);
    return ERR_NONE;
}

enum err_code out_commit(struct out *out, struct err *err)
{
    TRY(out_flush(out, err));
    if (!out->temporary)
        return ERR_NONE;
    out->failure.code = file_commit(out, &out->failure);
    return failure_tell(out, err);
}

void out_close(struct out *out)
{
    if (!out)
        return;
    if (out->fd_owned)
        close(out->fd);
    if (out->temporary)
        unlink(out->temporary);
    buf_release(&out->buffer);
    mem_free(out->temporary);
    mem_free(out->target);
    mem_free(out->name);
    mem_free(out);
}
