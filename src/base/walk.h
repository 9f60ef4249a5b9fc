/*
 * walk.h - all files below a folder, in byte order of their paths.
 *
 * Links to folders are not followed, hidden entries (a leading dot) left out, and what is neither a file nor a link to
 * one (FIFOs, sockets, devices) is passed over. The order is that of the full paths' bytes, whatever the file system
 * says: "a/x" comes before "a0" as '/' sorts before '0', and "a-b" before "a/x".
 * No recursion: the folders on the way down stand on a stack of at most WALK_DEPTH_MAX, none is kept open.
 */
#ifndef DDNSHUNT_BASE_WALK_H
#define DDNSHUNT_BASE_WALK_H

#include "base/err.h"

/* Deeper than any estate's exports; a path of such depth is longer than the kernel takes. */
enum { WALK_DEPTH_MAX = 1024 };

struct walk;

enum err_code walk_open(const char *folder, struct walk **out_walk, struct err *err) MUST_CHECK;

/*
 * The next file's path (good until the next call), or NULL at the end. ERR_INPUT: a folder below can't be read (the err
 * names it); call again to go on behind it. ERR_MEMORY.
 */
enum err_code walk_next(struct walk *walk, const char **out_path, struct err *err) MUST_CHECK;
void walk_close(struct walk *walk); /* NULL is allowed */

#endif
