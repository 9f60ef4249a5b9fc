/*
 * inflate_gzip.h - what both decoders of gzip know of its members (RFC 1952, section 2.2); room-internal to base/.
 *
 * Members may follow each other without a byte between them. Zero bytes behind the last are padding, as tapes have it; nothing
 * but them may follow.
 */
#ifndef DDNSHUNT_BASE_INFLATE_GZIP_H
#define DDNSHUNT_BASE_INFLATE_GZIP_H

#include "base/inflate.h"

/* A member's first two bytes. */
bool gzip_magic(struct slice head);
/*
 * Takes what stands behind a member from `in`. *out_member: a next one seems to begin there. Else `in` is empty, and more may
 * follow. *padding, false behind the first member and kept by the caller: zero bytes were met.
 */
enum err_code gzip_between(struct slice *in, bool *padding, bool *out_member, struct err *err) MUST_CHECK;

#endif
