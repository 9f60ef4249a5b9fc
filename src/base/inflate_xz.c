/*
 * inflate_xz.c - xz (the .xz format 1.1) by liblzma: several streams, padding between them; bounded dictionaries.
 */
#include "base/inflate.h"

#include "base/mem.h"
#include "base/stream.h"

#include <lzma.h>

/* What the decoder needs besides its dictionary: under 100 KiB in liblzma 5.4; generous, as it is no bound on input. */
enum { XZ_OVERHEAD_MAX = 4 << 20 };

struct xz {
    lzma_stream stream;
    lzma_allocator allocator;
};

static void *xz_alloc(void *opaque, size_t count, size_t size)
{
    (void)opaque;
    return mem_array(NULL, count, size);
}

static void xz_free(void *opaque, void *ptr)
{
    (void)opaque;
    mem_free(ptr);
}

static bool xz_magic(struct slice head)
{
    return slice_starts(head, SLICE("\xfd"
                                    "7zXZ\0"));
}

static enum err_code xz_open(void **out_decoder, struct err *err)
{
    struct xz *xz = mem_zalloc(1, sizeof *xz);
    if (!xz)
        return err_no_memory(err, sizeof *xz);
    xz->allocator = (lzma_allocator){xz_alloc, xz_free, NULL};
    xz->stream = (lzma_stream)LZMA_STREAM_INIT;
    xz->stream.allocator = &xz->allocator;
    uint64_t limit = (uint64_t)STREAM_WINDOW_MAX + XZ_OVERHEAD_MAX;
    if (lzma_stream_decoder(&xz->stream, limit, LZMA_CONCATENATED) != LZMA_OK) {
        mem_free(xz);
        return err_no_memory(err, XZ_OVERHEAD_MAX);
    }
    *out_decoder = xz;
    return ERR_NONE;
}

static enum err_code xz_fail(lzma_ret result, struct err *err)
{
    switch (result) {
    case LZMA_MEM_ERROR:
        return err_no_memory(err, STREAM_WINDOW_MAX);
    case LZMA_MEMLIMIT_ERROR:
        return inflate_err_window("xz", err);
    case LZMA_OPTIONS_ERROR:
        return inflate_err_damaged("xz", "it asks for what this liblzma does not know", err);
    default:
        return inflate_err_damaged("xz", "its content, a checksum or what stands behind its end is wrong", err);
    }
}

static enum err_code xz_step(void *decoder, struct inflate_step *step, enum inflate_place *out_state, struct err *err)
{
    struct xz *xz = decoder;
    xz->stream.next_in = (const uint8_t *)step->in.ptr;
    xz->stream.avail_in = step->in.len;
    xz->stream.next_out = (uint8_t *)step->out;
    xz->stream.avail_out = step->out_size;
    lzma_ret result = lzma_code(&xz->stream, step->last ? LZMA_FINISH : LZMA_RUN);
    step->in = slice_cut(step->in, step->in.len - xz->stream.avail_in, step->in.len);
    step->out_len = step->out_size - xz->stream.avail_out;
    *out_state = result == LZMA_STREAM_END ? INFLATE_BETWEEN : INFLATE_INSIDE;
    if (result == LZMA_OK || result == LZMA_STREAM_END || result == LZMA_BUF_ERROR)
        return ERR_NONE;
    return xz_fail(result, err);
}

static void xz_close(void *decoder)
{
    struct xz *xz = decoder;
    lzma_end(&xz->stream);
    mem_free(xz);
}

const struct inflate_type INFLATE_XZ = {"xz", xz_magic, xz_open, xz_step, xz_close, false};
