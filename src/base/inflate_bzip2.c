/*
 * inflate_bzip2.c - bzip2 by libbz2: several streams in a row. Its blocks have at most 900 kB, memory is bounded.
 */
#include "base/inflate.h"

#include "base/mem.h"

#include <bzlib.h>
#include <limits.h>

struct bzip2 {
    bz_stream bz;
    bool open;    /* bz is initialised: inside a stream */
    bool between; /* a stream has ended, and no other begun */
};

static void *bzip2_alloc(void *opaque, int items, int size)
{
    (void)opaque;
    return items < 0 || size < 0 ? NULL : mem_array(NULL, (size_t)items, (size_t)size);
}

static void bzip2_free(void *opaque, void *ptr)
{
    (void)opaque;
    mem_free(ptr);
}

static bool bzip2_magic(struct slice head)
{
    return slice_starts(head, SLICE("BZh")) && head.len > 3 && head.ptr[3] >= '1' && head.ptr[3] <= '9' &&
           /* a block's or an end's magic: "BZh1" alone could begin a text */
           (slice_starts(slice_cut(head, 4, head.len), SLICE("\x31\x41\x59\x26\x53\x59")) ||
            slice_starts(slice_cut(head, 4, head.len), SLICE("\x17\x72\x45\x38\x50\x90")));
}

static enum err_code bzip2_begin(struct bzip2 *bzip2, struct err *err)
{
    memset(&bzip2->bz, 0, sizeof bzip2->bz);
    bzip2->bz.bzalloc = bzip2_alloc;
    bzip2->bz.bzfree = bzip2_free;
    if (BZ2_bzDecompressInit(&bzip2->bz, 0, 0) != BZ_OK)
        return err_no_memory(err, sizeof bzip2->bz);
    bzip2->open = true;
    bzip2->between = false;
    return ERR_NONE;
}

static void bzip2_end(struct bzip2 *bzip2)
{
    if (bzip2->open)
        BZ2_bzDecompressEnd(&bzip2->bz);
    bzip2->open = false;
}

static void bzip2_close(void *decoder)
{
    struct bzip2 *bzip2 = decoder;
    bzip2_end(bzip2);
    mem_free(bzip2);
}

static enum err_code bzip2_open(void **out_decoder, struct err *err)
{
    struct bzip2 *bzip2 = mem_zalloc(1, sizeof *bzip2);
    if (!bzip2)
        return err_no_memory(err, sizeof *bzip2);
    enum err_code code = bzip2_begin(bzip2, err);
    if (code) {
        bzip2_close(bzip2);
        return code;
    }
    *out_decoder = bzip2;
    return ERR_NONE;
}

static enum err_code bzip2_fail(int result, struct err *err)
{
    switch (result) {
    case BZ_MEM_ERROR:
        return err_no_memory(err, 900000 * 4);
    case BZ_DATA_ERROR_MAGIC:
        return inflate_err_garbage("bzip2", err);
    default:
        return inflate_err_damaged("bzip2", "a block or a checksum is wrong", err);
    }
}

static unsigned bzip2_bounded(size_t len)
{
    return len > UINT_MAX ? UINT_MAX : (unsigned)len;
}

static enum err_code bzip2_step(void *decoder, struct inflate_step *step, enum inflate_place *out_state,
                                struct err *err)
{
    struct bzip2 *bzip2 = decoder;
    *out_state = INFLATE_BETWEEN;
    if (bzip2->between) {
        if (step->in.len == 0)
            return ERR_NONE;
        TRY(bzip2_begin(bzip2, err));
    }
    unsigned in_len = bzip2_bounded(step->in.len), out_size = bzip2_bounded(step->out_size);
    /* libbz2 only reads there; its type has no const. */
    union {
        const char *in;
        char *out;
    } cast = {step->in.ptr};
    bzip2->bz.next_in = cast.out;
    bzip2->bz.avail_in = in_len;
    bzip2->bz.next_out = step->out;
    bzip2->bz.avail_out = out_size;
    int result = BZ2_bzDecompress(&bzip2->bz);
    step->in = slice_cut(step->in, in_len - bzip2->bz.avail_in, step->in.len);
    step->out_len = out_size - bzip2->bz.avail_out;
    if (result == BZ_STREAM_END) {
        bzip2_end(bzip2);
        bzip2->between = true;
        return ERR_NONE;
    }
    *out_state = INFLATE_INSIDE;
    return result == BZ_OK ? ERR_NONE : bzip2_fail(result, err);
}

const struct inflate_type INFLATE_BZIP2 = {"bzip2", bzip2_magic, bzip2_open, bzip2_step, bzip2_close, false};
