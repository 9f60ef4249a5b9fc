/*
 * file_id.h - which file a path or descriptor stands for, by whatever name: is what is to be read what is being written?
 */
#ifndef DDNSHUNT_BASE_FILE_ID_H
#define DDNSHUNT_BASE_FILE_ID_H

#include <stdbool.h>
#include <sys/types.h>

struct file_id {
    dev_t device;
    ino_t inode;
};

/* False: there is no such file, or it is no regular one. Links are followed. */
bool file_id_of_path(const char *path, struct file_id *out_id);
bool file_id_of_fd(int fd, struct file_id *out_id);
bool file_id_eq(struct file_id a, struct file_id b);

#endif
