/*
 * inflate_gzip.c - gzip (RFC 1952) by zlib: several members in a row, zero bytes as padding behind the last.
 */
#include "base/inflate_gzip.h"

#include "base/mem.h"

#include <limits.h>
#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>

struct gzip {
    z_stream z;
    bool between; /* a member has ended, and no other begun */
    bool padding; /* zero bytes were seen behind a member */
};

static void *gzip_alloc(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    return mem_array(NULL, items, size);
}

static void gzip_free(void *opaque, void *ptr)
{
    (void)opaque;
    mem_free(ptr);
}

bool gzip_magic(struct slice head)
{
    return slice_starts(head, SLICE("\x1f\x8b"));
}

enum err_code gzip_between(struct slice *in, bool *padding, bool *out_member, struct err *err)
{
    size_t zeros = 0;
    while (zeros < in->len && in->ptr[zeros] == '\0')
        zeros++;
    *padding = *padding || zeros;
    *in = slice_cut(*in, zeros, in->len);
    *out_member = in->len > 0;
    if (*out_member && (*padding || *in->ptr != '\x1f'))
        return inflate_err_garbage("gzip", err);
    return ERR_NONE;
}

static enum err_code gzip_open(void **out_decoder, struct err *err)
{
    struct gzip *gzip = mem_zalloc(1, sizeof *gzip);
    if (!gzip)
        return err_no_memory(err, sizeof *gzip);
    gzip->z.zalloc = gzip_alloc;
    gzip->z.zfree = gzip_free;
    /* 16: a gzip header, nothing else. */
    if (inflateInit2(&gzip->z, 16 + MAX_WBITS) != Z_OK) {
        mem_free(gzip);
        return err_no_memory(err, 1 << MAX_WBITS);
    }
    *out_decoder = gzip;
    return ERR_NONE;
}

static enum err_code next_member(struct gzip *gzip, struct inflate_step *step, struct err *err)
{
    bool member;
    TRY(gzip_between(&step->in, &gzip->padding, &member, err));
    if (member) {
        gzip->between = false;
        inflateReset(&gzip->z);
    }
    return ERR_NONE;
}

static unsigned gzip_bounded(size_t len)
{
    return len > UINT_MAX ? UINT_MAX : (unsigned)len;
}

static enum err_code gzip_step(void *decoder, struct inflate_step *step, enum inflate_place *out_state, struct err *err)
{
    struct gzip *gzip = decoder;
    if (gzip->between)
        TRY(next_member(gzip, step, err));
    *out_state = INFLATE_BETWEEN;
    if (gzip->between)
        return ERR_NONE;
    unsigned in_len = gzip_bounded(step->in.len), out_size = gzip_bounded(step->out_size);
    gzip->z.next_in = (const Bytef *)step->in.ptr;
    gzip->z.avail_in = in_len;
    gzip->z.next_out = (Bytef *)step->out;
    gzip->z.avail_out = out_size;
    int result = inflate(&gzip->z, Z_NO_FLUSH);
    step->in = slice_cut(step->in, in_len - gzip->z.avail_in, step->in.len);
    step->out_len = out_size - gzip->z.avail_out;
    *out_state = INFLATE_INSIDE;
    switch (result) {
    case Z_STREAM_END:
        gzip->between = true;
        *out_state = INFLATE_BETWEEN;
        return ERR_NONE;
    case Z_OK:
    case Z_BUF_ERROR: /* nothing to do without more input */
        return ERR_NONE;
    case Z_MEM_ERROR:
        return err_no_memory(err, 1 << MAX_WBITS);
    default:
        return inflate_err_damaged("gzip", gzip->z.msg ? gzip->z.msg : "it can't be decompressed", err);
    }
}

static void gzip_close(void *decoder)
{
    struct gzip *gzip = decoder;
    inflateEnd(&gzip->z);
    mem_free(gzip);
}

const struct inflate_type INFLATE_GZIP = {"gzip", gzip_magic, gzip_open, gzip_step, gzip_close, false};
