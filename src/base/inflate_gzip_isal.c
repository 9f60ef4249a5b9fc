/*
 * inflate_gzip_isal.c - gzip (RFC 1952) by ISA-L's inflate, three times as fast as zlib's: used in place of inflate_gzip.c where
 * ISA-L is there.
 *
 * ISA-L sees nothing but the deflate data (RFC 1951). Header, trailer and what stands between two members are read here.
 *
 * Of a member that zlib takes, both give the same bytes; what zlib refuses, this refuses too, but for the second of the two things
 * that are known to differ:
 * - How many bytes before a fault are given. It depends on how ISA-L is called; so that it depends on the input alone, ISA-L
 *   always sees the same pieces of it (cut at multiples of PIECE_BYTES) and the same room for output.
 * - ISA-L takes some tables of codes that zlib refuses (incomplete ones). The member's CRC-32 and length are checked in any case.
 */
#include "base/inflate_gzip.h"

#include "base/mem.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

/* The room for output that every call has: large, as ISA-L copies 32 KiB in each. */
enum { PIECE_BYTES = INFLATE_PIECE_MAX, OUT_BYTES = INFLATE_OUT_BYTES };
enum { FIXED_BYTES = 10, TRAILER_BYTES = 8 };
/* Bits of the header's flags. */
enum { FLAG_HEADER_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

/* A member's parts, in order; a header's optional ones are passed through where its flags don't name them. */
enum part {
    PART_FIXED,
    PART_EXTRA_LEN,
    PART_EXTRA,
    PART_NAME,
    PART_COMMENT,
    PART_HEADER_CRC,
    PART_DEFLATE,
    PART_TRAILER,
    PART_BETWEEN /* behind the member */
};

struct gzip_isal {
    enum part part;
    unsigned char field[FIXED_BYTES]; /* of the part, as far as it is read: `have` bytes */
    size_t have;
    unsigned char flags;
    size_t extra_left;
    uint32_t header_crc;
    bool padding; /* zero bytes were seen behind a member */

    struct inflate_state state;
    uint64_t taken; /* bytes of the input, all members and headers */
    unsigned char
        last[sizeof(uint64_t)]; /* the last bytes that ISA-L took: it may give back as many as it has bits for */
    uint32_t crc, len;          /* of the member's text so far */
    const char *fault;          /* told when `held` is given */

    char *out;         /* [OUT_BYTES], made when a reader has less room */
    struct slice held; /* of `out`: not yet given */
};

static void member_begin(struct gzip_isal *gzip)
{
    gzip->part = PART_FIXED;
    gzip->have = 0;
    gzip->header_crc = gzip->crc = gzip->len = 0;
    isal_inflate_reset(&gzip->state);
}

static enum err_code gzip_open(void **out_decoder, struct err *err)
{
    struct gzip_isal *gzip = mem_zalloc(1, sizeof *gzip);
    if (!gzip)
        return err_no_memory(err, sizeof *gzip);
    isal_inflate_init(&gzip->state); /* raw deflate */
    member_begin(gzip);
    *out_decoder = gzip;
    return ERR_NONE;
}

static uint32_t crc_update(uint32_t crc, const char *bytes, size_t len)
{
    return crc32_gzip_refl(crc, (const unsigned char *)bytes, len);
}

/* Takes len bytes of the input. */
static void input_take(struct gzip_isal *gzip, struct inflate_step *step, size_t len)
{
    step->in = slice_cut(step->in, len, step->in.len);
    gzip->taken += len;
}

/* --- header and trailer --- */

static void header_take(struct gzip_isal *gzip, struct inflate_step *step, size_t len)
{
    gzip->header_crc = crc_update(gzip->header_crc, step->in.ptr, len);
    input_take(gzip, step, len);
}

/* Reads the part's field of `size` bytes; false as long as some are missing. */
static bool field_read(struct gzip_isal *gzip, struct inflate_step *step, size_t size)
{
    size_t len = size - gzip->have < step->in.len ? size - gzip->have : step->in.len;
    memcpy(gzip->field + gzip->have, step->in.ptr, len);
    gzip->have += len;
    header_take(gzip, step, len);
    return gzip->have == size;
}

/* Passes over a text that ends in a zero byte; false as long as that is missing. */
static bool text_pass(struct gzip_isal *gzip, struct inflate_step *step)
{
    const char *end = step->in.len ? memchr(step->in.ptr, '\0', step->in.len) : NULL;
    header_take(gzip, step, end ? (size_t)(end - step->in.ptr) + 1 : step->in.len);
    return end;
}

static bool extra_pass(struct gzip_isal *gzip, struct inflate_step *step)
{
    size_t len = gzip->extra_left < step->in.len ? gzip->extra_left : step->in.len;
    header_take(gzip, step, len);
    gzip->extra_left -= len;
    return gzip->extra_left == 0;
}

static enum err_code fixed_check(struct gzip_isal *gzip, struct err *err)
{
    const unsigned char *field = gzip->field;
    gzip->flags = field[3];
    if (field[0] != 0x1f || field[1] != 0x8b)
        return inflate_err_damaged("gzip", "incorrect header check", err);
    if (field[2] != 8)
        return inflate_err_damaged("gzip", "unknown compression method", err);
    if (gzip->flags & FLAGS_RESERVED)
        return inflate_err_damaged("gzip", "unknown header flags set", err);
    return ERR_NONE;
}

/* One part of the header; *out_done: all of it was there. */
static enum err_code header_part(struct gzip_isal *gzip, struct inflate_step *step, bool *out_done, struct err *err)
{
    uint32_t crc = gzip->header_crc;
    unsigned flags = gzip->flags;
    switch (gzip->part) {
    case PART_FIXED:
        *out_done = field_read(gzip, step, FIXED_BYTES);
        return *out_done ? fixed_check(gzip, err) : ERR_NONE;
    case PART_EXTRA_LEN:
        *out_done = !(flags & FLAG_EXTRA) || field_read(gzip, step, 2);
        gzip->extra_left = flags & FLAG_EXTRA ? gzip->field[0] | (size_t)gzip->field[1] << 8 : 0;
        return ERR_NONE;
    case PART_EXTRA:
        *out_done = extra_pass(gzip, step);
        return ERR_NONE;
    case PART_NAME:
        *out_done = !(flags & FLAG_NAME) || text_pass(gzip, step);
        return ERR_NONE;
    case PART_COMMENT:
        *out_done = !(flags & FLAG_COMMENT) || text_pass(gzip, step);
        return ERR_NONE;
    default:
        *out_done = !(flags & FLAG_HEADER_CRC) || field_read(gzip, step, 2);
        gzip->header_crc = crc; /* it is not part of itself */
        if (*out_done && flags & FLAG_HEADER_CRC && (gzip->field[0] | gzip->field[1] << 8) != (int)(crc & 0xffff))
            return inflate_err_damaged("gzip", "header crc mismatch", err);
        return ERR_NONE;
    }
}

/* A header as far as it is there. */
static enum err_code header_read(struct gzip_isal *gzip, struct inflate_step *step, struct err *err)
{
    bool done = true;
    while (done && gzip->part < PART_DEFLATE) {
        TRY(header_part(gzip, step, &done, err));
        if (done) {
            gzip->part++;
            gzip->have = 0;
        }
    }
    return ERR_NONE;
}

static enum err_code trailer_read(struct gzip_isal *gzip, struct inflate_step *step, struct err *err)
{
    if (!field_read(gzip, step, TRAILER_BYTES))
        return ERR_NONE;
    if (inflate_le32(gzip->field) != gzip->crc)
        return inflate_err_damaged("gzip", "incorrect data check", err);
    if (inflate_le32(gzip->field + 4) != gzip->len)
        return inflate_err_damaged("gzip", "incorrect length check", err);
    gzip->part = PART_BETWEEN;
    return ERR_NONE;
}

static enum err_code next_member(struct gzip_isal *gzip, struct inflate_step *step, struct err *err)
{
    bool member;
    struct slice rest = step->in;
    TRY(gzip_between(&rest, &gzip->padding, &member, err));
    input_take(gzip, step, step->in.len - rest.len);
    if (member)
        member_begin(gzip);
    return ERR_NONE;
}

/* --- deflate --- */

static const char *fault_name(int result)
{
    switch (result) {
    case ISAL_INVALID_BLOCK:
        return "a block's header is invalid";
    case ISAL_INVALID_SYMBOL:
        return "invalid code";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance too far back";
    default:
        return "it can't be decompressed";
    }
}

/* Remembers the end of what ISA-L took. */
static void last_keep(struct gzip_isal *gzip, const char *in, size_t len)
{
    size_t size = sizeof gzip->last, fresh = len < size ? len : size;
    memmove(gzip->last, gzip->last + fresh, size - fresh);
    if (fresh)
        memcpy(gzip->last + (size - fresh), in + len - fresh, fresh);
}

/*
 * The deflate data has ended, and ISA-L has taken bytes behind it: up to version 2.30 they are left in its bits, later ones give
 * them back, also those of earlier calls (`given_back`). Either way `extra` bytes, the last ones it took, begin the trailer. There
 * are no more than 64 bits of them.
 */
static void deflate_end(struct gzip_isal *gzip, size_t given_back)
{
    size_t extra = given_back + (gzip->state.read_in_length > 0 ? (size_t)gzip->state.read_in_length / 8 : 0);
    if (extra > TRAILER_BYTES) {
        gzip->fault = fault_name(0);
        return;
    }
    memcpy(gzip->field, gzip->last + (sizeof gzip->last - extra), extra);
    gzip->have = extra;
    gzip->part = PART_TRAILER;
}

/* One call of ISA-L, with OUT_BYTES of room. Returns how much text it gave. */
static size_t inflate_once(struct gzip_isal *gzip, struct inflate_step *step, size_t in_len, char *out)
{
    struct inflate_state *state = &gzip->state;
    /* ISA-L only reads there; its type has no const. */
    union {
        const char *in;
        uint8_t *bytes;
    } cast = {step->in.len ? step->in.ptr : ""};
    state->next_in = cast.bytes;
    state->avail_in = (uint32_t)in_len;
    state->next_out = (uint8_t *)out;
    state->avail_out = OUT_BYTES;
    int result = isal_inflate(state);
    size_t out_len = OUT_BYTES - state->avail_out;
    bool gives_back = state->avail_in > in_len;
    size_t used = gives_back ? 0 : in_len - state->avail_in;
    last_keep(gzip, step->in.ptr, used);
    if (result < 0)
        gzip->fault = fault_name(result);
    else if (state->block_state == ISAL_BLOCK_FINISH)
        deflate_end(gzip, gives_back ? state->avail_in - in_len : 0);
    input_take(gzip, step, used);
    gzip->crc = crc_update(gzip->crc, out, out_len);
    gzip->len += (uint32_t)out_len;
    return out_len;
}

/* Gives text, or takes input that gives none yet; neither if the rest of the piece is missing. */
static enum err_code deflate_read(struct gzip_isal *gzip, struct inflate_step *step, struct err *err)
{
    size_t piece = PIECE_BYTES - gzip->taken % PIECE_BYTES;
    if (step->in.len < piece && !step->last)
        return ERR_NONE;
    size_t in_len = step->in.len < piece ? step->in.len : piece;
    if (step->out_size >= OUT_BYTES) {
        step->out_len = inflate_once(gzip, step, in_len, step->out);
        return ERR_NONE;
    }
    if (!gzip->out && !(gzip->out = mem_alloc(OUT_BYTES)))
        return err_no_memory(err, OUT_BYTES);
    gzip->held = slice_of(gzip->out, inflate_once(gzip, step, in_len, gzip->out));
    return ERR_NONE;
}

static void held_give(struct gzip_isal *gzip, struct inflate_step *step)
{
    step->out_len = gzip->held.len < step->out_size ? gzip->held.len : step->out_size;
    if (step->out_len)
        memcpy(step->out, gzip->held.ptr, step->out_len);
    gzip->held = slice_cut(gzip->held, step->out_len, gzip->held.len);
}

static enum err_code gzip_step(void *decoder, struct inflate_step *step, enum inflate_place *out_state, struct err *err)
{
    struct gzip_isal *gzip = decoder;
    *out_state = INFLATE_INSIDE;
    if (gzip->held.len == 0 && !gzip->fault) {
        if (gzip->part == PART_BETWEEN)
            TRY(next_member(gzip, step, err));
        TRY(header_read(gzip, step, err));
        if (gzip->part == PART_DEFLATE)
            TRY(deflate_read(gzip, step, err));
    }
    if (step->out_len == 0)
        held_give(gzip, step);
    if (step->out_len)
        return ERR_NONE;
    if (gzip->fault)
        return inflate_err_damaged("gzip", gzip->fault, err);
    if (gzip->part == PART_TRAILER)
        TRY(trailer_read(gzip, step, err));
    if (gzip->part == PART_BETWEEN)
        *out_state = INFLATE_BETWEEN;
    return ERR_NONE;
}

static void gzip_close(void *decoder)
{
    struct gzip_isal *gzip = decoder;
    mem_free(gzip->out);
    mem_free(gzip);
}

const struct inflate_type INFLATE_GZIP_ISAL = {"gzip", gzip_magic, gzip_open, gzip_step, gzip_close, true};
