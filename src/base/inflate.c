/*
 * inflate.c - which compression an input has, by its first bytes; and the sentences all of them share.
 *
 * A skippable frame (0x184D2A50 to 5F) may open a zstd or an lz4 file (pzstd writes one before each frame): the frame
 * behind it decides. Sources: RFC 8878 section 3.1.2; the lz4 frame format 1.6, "Skippable Frames".
 */
#include "base/inflate.h"

#include "base/stream.h"

#ifdef DDNSHUNT_ISAL
#define GZIP INFLATE_GZIP_ISAL
#else
#define GZIP INFLATE_GZIP
#endif

static const struct inflate_type *const INFLATE_TYPES[] = {&GZIP, &INFLATE_ZSTD, &INFLATE_LZ4, &INFLATE_XZ,
                                                           &INFLATE_BZIP2};

bool inflate_skippable(struct slice head, size_t *out_len)
{
    if (head.len < 8 || (inflate_le32(head.ptr) & ~UINT32_C(0xf)) != UINT32_C(0x184d2a50))
        return false;
    *out_len = (size_t)8 + inflate_le32(head.ptr + 4);
    return true;
}

const struct inflate_type *inflate_detect(struct slice head)
{
    size_t skip = 0;
    bool skipped = false;
    while (inflate_skippable(head, &skip)) {
        skipped = true;
        head = slice_cut(head, skip, head.len);
    }
    for (size_t i = 0; i < sizeof INFLATE_TYPES / sizeof INFLATE_TYPES[0]; i++)
        if (INFLATE_TYPES[i]->magic(head) && (!skipped || INFLATE_TYPES[i] == &INFLATE_LZ4))
            return INFLATE_TYPES[i];
    /* Nothing in sight behind the skippable frames, or zstd: its decoder says what is wrong if it is neither. */
    return skipped ? &INFLATE_ZSTD : NULL;
}

bool inflate_possible(struct slice head)
{
    static const struct {
        unsigned char bytes[3];
        unsigned char mask; /* of the first byte: a skippable frame may have sixteen */
    } BEGINS[] = {
        {{0x1f, 0x8b, 0x00}, 0xff}, /* gzip: only two are sure */
        {{0x28, 0xb5, 0x2f}, 0xff}, {{0x04, 0x22, 0x4d}, 0xff}, {{0xfd, '7', 'z'}, 0xff},
        {{'B', 'Z', 'h'}, 0xff},    {{0x50, 0x2a, 0x4d}, 0xf0},
    };
    for (size_t i = 0; i < sizeof BEGINS / sizeof BEGINS[0]; i++) {
        const unsigned char *bytes = BEGINS[i].bytes, *text = (const unsigned char *)head.ptr;
        bool fits = head.len < 1 || (text[0] & BEGINS[i].mask) == bytes[0];
        fits = fits && (head.len < 2 || text[1] == bytes[1]);
        fits = fits && (head.len < 3 || i == 0 || text[2] == bytes[2]);
        if (fits)
            return true;
    }
    return false;
}

enum err_code inflate_err_damaged(const char *name, const char *why, struct err *err)
{
    err_set(err, ERR_INPUT, "%s data is damaged: %s", name, why);
    return ERR_INPUT;
}

enum err_code inflate_err_garbage(const char *name, struct err *err)
{
    err_set(err, ERR_INPUT, "after the end of the %s data stand bytes that are not %s", name, name);
    return ERR_INPUT;
}

enum err_code inflate_err_window(const char *name, struct err *err)
{
    err_set(err, ERR_INPUT, "%s data needs a window over %d MiB to be decompressed, more than is allowed", name,
            STREAM_WINDOW_MAX >> 20);
    err_hint(err, "decompress it with the %s program itself and pipe it in", name);
    return ERR_INPUT;
}
