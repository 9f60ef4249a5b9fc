/*
 * fuzz_stream.c - streams over any bytes: reads of any size and peeks in between give the same text and the same
 * end.
 *
 * gzip is also compared with zlib, where it is by ISA-L. The first byte chooses the sizes. Only the first MAX_BYTES of what a bomb gives are read.
 */
#include "base/inflate.h"
#include "base/stream.h"
#include "fuzz.h"

#include <string.h>

enum { MAX_BYTES = 1 << 20 };

struct outcome {
    char bytes[MAX_BYTES];
    size_t len;
    enum err_code code;
};

static void read_all(struct slice raw, size_t piece, bool peeks, struct outcome *outcome)
{
    struct stream *stream;
    struct err err;
    outcome->len = 0;
    FUZZ_CHECK(!stream_open_memory(raw, "memory", &stream, &err));
    for (size_t got = 1; got && outcome->len < MAX_BYTES;) {
        size_t want = MAX_BYTES - outcome->len < piece ? MAX_BYTES - outcome->len : piece;
        struct slice seen = {0};
        if (peeks)
            outcome->code = stream_peek(stream, want, &seen, &err);
        outcome->code = stream_read(stream, outcome->bytes + outcome->len, want, &got, &err);
        if (outcome->code)
            break;
        FUZZ_CHECK(got <= want);
        FUZZ_CHECK(!peeks || (seen.len >= got && memcmp(seen.ptr, outcome->bytes + outcome->len, got) == 0));
        outcome->len += got;
        FUZZ_CHECK(stream_offset(stream) == outcome->len);
    }
    stream_close(stream);
}

#ifdef DDNSHUNT_ISAL
static void inflate_all(const struct inflate_type *type, struct slice raw, struct outcome *outcome)
{
    struct err err;
    void *decoder;
    FUZZ_CHECK(!type->open(&decoder, &err));
    enum inflate_place place = INFLATE_INSIDE;
    for (outcome->len = 0; outcome->len < MAX_BYTES;) {
        struct inflate_step step = {raw, true, outcome->bytes + outcome->len, MAX_BYTES - outcome->len, 0};
        outcome->code = type->step(decoder, &step, &place, &err);
        outcome->len += step.out_len;
        if (outcome->code || (step.out_len == 0 && step.in.len == raw.len))
            break;
        raw = step.in;
    }
    if (!outcome->code && outcome->len < MAX_BYTES && place == INFLATE_INSIDE)
        outcome->code = ERR_INPUT;
    type->close(decoder);
}

/* What zlib takes comes out the same; what it refuses is refused, or was checked by CRC and length. */
static void gzip_compare(struct slice raw, struct outcome *zlib, struct outcome *isal)
{
    inflate_all(&INFLATE_GZIP, raw, zlib);
    inflate_all(&INFLATE_GZIP_ISAL, raw, isal);
    FUZZ_CHECK(zlib->code || (!isal->code && isal->len == zlib->len));
    FUZZ_CHECK(memcmp(zlib->bytes, isal->bytes, zlib->code ? 0 : zlib->len) == 0);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome whole, pieces;
    if (size == 0)
        return 0;
    struct slice raw = slice_of((const char *)data + 1, size - 1);
#ifdef DDNSHUNT_ISAL
    if (slice_starts(raw, SLICE("\x1f\x8b")))
        gzip_compare(raw, &whole, &pieces);
#endif
    read_all(raw, MAX_BYTES, false, &whole);
    read_all(raw, (size_t)16 << (data[0] / 2 % 12), data[0] % 2, &pieces);
    FUZZ_CHECK(whole.code == pieces.code);
    /* How much of a damaged block bzip2 gives depends on the room it has. */
    FUZZ_CHECK(whole.len == pieces.len || whole.code);
    FUZZ_CHECK(memcmp(whole.bytes, pieces.bytes, whole.len < pieces.len ? whole.len : pieces.len) == 0);
    return 0;
}
