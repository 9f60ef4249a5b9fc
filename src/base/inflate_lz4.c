/*
 * inflate_lz4.c - lz4 frames (the lz4 frame format 1.6): several in a row, skippable ones among them.
 *
 * A frame's blocks have at most 4 MiB, so that memory is bounded by the format. As with zstd the decoder is fed what
 * it says it wants next, so that a damaged block takes nothing with it.
 */
#include "base/inflate.h"

#include "base/mem.h"

#include <lz4frame.h>

struct lz4 {
    LZ4F_dctx *context;
    size_t wanted;
    size_t fed;   /* bytes of this frame that were taken: tells a header that is none from damage */
    bool between; /* a frame has ended, and no other begun */
    bool any;     /* some frame has ended */
};

/* An lz4 frame's header is 7 to 19 bytes; its first 7 tell the decoder how much more it wants. */
enum { LZ4_HEADER_MIN = 7 };

static bool lz4_magic(struct slice head)
{
    return slice_starts(head, SLICE("\x04\x22\x4d\x18"));
}

static enum err_code lz4_open(void **out_decoder, struct err *err)
{
    struct lz4 *lz4 = mem_zalloc(1, sizeof *lz4);
    if (!lz4)
        return err_no_memory(err, sizeof *lz4);
    if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4->context, LZ4F_VERSION))) {
        mem_free(lz4);
        return err_no_memory(err, sizeof *lz4);
    }
    lz4->wanted = LZ4_HEADER_MIN;
    *out_decoder = lz4;
    return ERR_NONE;
}

static enum err_code lz4_fail(const struct lz4 *lz4, size_t result, struct err *err)
{
    const char *why = LZ4F_getErrorName(result);
    if (strcmp(why, "ERROR_allocation_failed") == 0)
        return err_no_memory(err, (uint64_t)8 << 20);
    if (lz4->any && lz4->fed <= LZ4_HEADER_MIN && strcmp(why, "ERROR_frameType_unknown") == 0)
        return inflate_err_garbage("lz4", err);
    return inflate_err_damaged("lz4", why, err);
}

static enum err_code lz4_step(void *decoder, struct inflate_step *step, enum inflate_place *out_state, struct err *err)
{
    struct lz4 *lz4 = decoder;
    if (lz4->between && step->in.len == 0) {
        *out_state = INFLATE_BETWEEN;
        return ERR_NONE;
    }
    size_t in_len = step->in.len < lz4->wanted ? step->in.len : lz4->wanted;
    size_t out_len = step->out_size;
    size_t result = LZ4F_decompress(lz4->context, step->out, &out_len, step->in.ptr, &in_len, NULL);
    if (LZ4F_isError(result))
        return lz4_fail(lz4, result, err);
    step->in = slice_cut(step->in, in_len, step->in.len);
    step->out_len = out_len;
    lz4->between = result == 0;
    lz4->any = lz4->any || lz4->between;
    lz4->fed = lz4->between ? 0 : lz4->fed + in_len;
    lz4->wanted = result ? result : LZ4_HEADER_MIN;
    *out_state = lz4->between ? INFLATE_BETWEEN : INFLATE_INSIDE;
    return ERR_NONE;
}

static void lz4_close(void *decoder)
{
    struct lz4 *lz4 = decoder;
    LZ4F_freeDecompressionContext(lz4->context);
    mem_free(lz4);
}

const struct inflate_type INFLATE_LZ4 = {"lz4", lz4_magic, lz4_open, lz4_step, lz4_close, false};
