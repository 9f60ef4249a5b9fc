/*
 * file_id.c - see file_id.h.
 */
#include "base/file_id.h"

#include <sys/stat.h>

static bool id_of(const struct stat *st, struct file_id *out_id)
{
    *out_id = (struct file_id){.device = st->st_dev, .inode = st->st_ino};
    return S_ISREG(st->st_mode);
}

bool file_id_of_path(const char *path, struct file_id *out_id)
{
    struct stat st;
    return stat(path, &st) == 0 && id_of(&st, out_id);
}

bool file_id_of_fd(int fd, struct file_id *out_id)
{
    struct stat st;
    return fstat(fd, &st) == 0 && id_of(&st, out_id);
}

bool file_id_eq(struct file_id a, struct file_id b)
{
    return a.device == b.device && a.inode == b.inode;
}
