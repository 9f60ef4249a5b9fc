/*
 * inflate.h - what a compression must be able to do for stream.c; room-internal to base/.
 *
 * A decoder is fed pieces of the raw input and gives pieces of the plain text. It never buffers more than its window,
 * and what it could decode before a fault has always been given before the fault is told.
 */
#ifndef DDNSHUNT_BASE_INFLATE_H
#define DDNSHUNT_BASE_INFLATE_H

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a step left the decoder. An input that ends anywhere but between members is truncated. */
enum inflate_place { INFLATE_INSIDE, INFLATE_BETWEEN };

struct inflate_step {
    struct slice in;          /* not yet taken; the step moves it forwards */
    bool last;                /* nothing comes after `in` */
    char *out;                /* where to write, and how much at most */
    size_t out_size, out_len; /* out_len: written by this step */
};

struct inflate_type {
    const char *name; /* "gzip" */
    bool (*magic)(struct slice head);
    enum err_code (*open)(void **out_decoder, struct err *err);
    /* Takes some input or gives some output; neither only if it needs more input (or the input is at its end). */
    enum err_code (*step)(void *decoder, struct inflate_step *step, enum inflate_place *out_state, struct err *err);
    void (*close)(void *decoder);
    bool wants_room; /* with less than INFLATE_OUT_BYTES of it, a step goes through a buffer of the decoder's own */
};

/* As many bytes as a magic() wants to see; fewer are enough where the input is shorter. */
enum { INFLATE_MAGIC_LEN = 16 };

/* A decoder may wait until it has this much input, or the last of it. */
enum { INFLATE_PIECE_MAX = 256 * 1024 };
enum { INFLATE_OUT_BYTES = 256 * 1024 };

/* gzip by zlib and, where there is one (DDNSHUNT_ISAL), by ISA-L. */
extern const struct inflate_type INFLATE_GZIP_ISAL;
extern const struct inflate_type INFLATE_GZIP, INFLATE_ZSTD, INFLATE_LZ4, INFLATE_XZ, INFLATE_BZIP2;

/* A number in four bytes, the lowest first. */
static inline uint32_t inflate_le32(const void *at)
{
    const unsigned char *p = at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The compression that the first bytes of an input name, or NULL. */
const struct inflate_type *inflate_detect(struct slice head);

/*
 * Could these first bytes, of which more may follow, be the begin of a compression's magic? Where not, there is no need to wait
 * for more: somebody may be typing.
 */
bool inflate_possible(struct slice head);

/* Is this the start of a skippable frame, which zstd and lz4 have in common; *out_len: the whole frame's length. */
bool inflate_skippable(struct slice head, size_t *out_len);

/* The sentences that all compressions share. */
enum err_code inflate_err_damaged(const char *name, const char *why, struct err *err);
enum err_code inflate_err_garbage(const char *name, struct err *err);
enum err_code inflate_err_window(const char *name, struct err *err);

#endif
