/*
 * inflate_zstd.c - zstd (RFC 8878): several frames, skippable ones among them; a window over 128 MiB is refused.
 *
 * The decoder is fed exactly as much as it says it wants next, a block at a time: a damaged block then can't take
 * with it what the blocks before it gave in the same call.
 */
#include "base/inflate.h"

#include "base/mem.h"
#include "base/stream.h"

#include <zstd.h>
#include <zstd_errors.h>

enum { ZSTD_WINDOW_LOG_MAX = 27 };
_Static_assert(1 << ZSTD_WINDOW_LOG_MAX == STREAM_WINDOW_MAX, "the window's bound in zstd's terms");

struct zstd {
    ZSTD_DStream *stream;
    size_t wanted; /* bytes that the decoder wants next */
    bool between;  /* a frame has ended, and no other begun */
    bool any;      /* some frame has ended */
};

static bool zstd_magic(struct slice head)
{
    return slice_starts(head, SLICE("\x28\xb5\x2f\xfd"));
}

static enum err_code zstd_open(void **out_decoder, struct err *err)
{
    struct zstd *zstd = mem_zalloc(1, sizeof *zstd);
    if (!zstd)
        return err_no_memory(err, sizeof *zstd);
    zstd->stream = ZSTD_createDStream();
    if (!zstd->stream || ZSTD_isError(ZSTD_DCtx_setParameter(zstd->stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX))) {
        ZSTD_freeDStream(zstd->stream);
        mem_free(zstd);
        return err_no_memory(err, ZSTD_DStreamOutSize());
    }
    zstd->wanted = ZSTD_initDStream(zstd->stream);
    *out_decoder = zstd;
    return ERR_NONE;
}

static enum err_code zstd_fail(const struct zstd *zstd, size_t result, struct err *err)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return inflate_err_window("zstd", err);
    case ZSTD_error_memory_allocation:
        return err_no_memory(err, STREAM_WINDOW_MAX);
    case ZSTD_error_prefix_unknown:
        if (zstd->any && zstd->between)
            return inflate_err_garbage("zstd", err);
        break;
    case ZSTD_error_dictionary_wrong:
        err_set(err, ERR_INPUT, "zstd data needs a dictionary, which can't be given");
        return ERR_INPUT;
    default:
        break;
    }
    return inflate_err_damaged("zstd", ZSTD_getErrorName(result), err);
}

static enum err_code zstd_step(void *decoder, struct inflate_step *step, enum inflate_place *out_state, struct err *err)
{
    struct zstd *zstd = decoder;
    size_t wanted = zstd->wanted ? zstd->wanted : 1;
    ZSTD_inBuffer in = {step->in.ptr, step->in.len < wanted ? step->in.len : wanted, 0};
    ZSTD_outBuffer out = {step->out, step->out_size, 0};
    if (zstd->between && in.size == 0) {
        *out_state = INFLATE_BETWEEN;
        return ERR_NONE;
    }
    size_t result = ZSTD_decompressStream(zstd->stream, &out, &in);
    if (ZSTD_isError(result))
        return zstd_fail(zstd, result, err);
    step->in = slice_cut(step->in, in.pos, step->in.len);
    step->out_len = out.pos;
    zstd->wanted = result;
    zstd->between = result == 0;
    zstd->any = zstd->any || zstd->between;
    *out_state = zstd->between ? INFLATE_BETWEEN : INFLATE_INSIDE;
    return ERR_NONE;
}

static void zstd_close(void *decoder)
{
    struct zstd *zstd = decoder;
    ZSTD_freeDStream(zstd->stream);
    mem_free(zstd);
}

const struct inflate_type INFLATE_ZSTD = {"zstd", zstd_magic, zstd_open, zstd_step, zstd_close, false};
