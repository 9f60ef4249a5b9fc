/*
 * fuzz_stream.c - streams over any bytes: reads of any size and peeks in between give the same text and the same
 * end.
 *
 * The first byte chooses the sizes. Only the first MAX_BYTES of what a bomb gives are read.
 */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome whole, pieces;
    if (size == 0)
        return 0;
    struct slice raw = slice_of((const char *)data + 1, size - 1);
    read_all(raw, MAX_BYTES, false, &whole);
    read_all(raw, (size_t)16 << (data[0] / 2 % 12), data[0] % 2, &pieces);
    FUZZ_CHECK(whole.code == pieces.code);
    /* How much of a damaged block bzip2 gives depends on the room it has. */
    FUZZ_CHECK(whole.len == pieces.len || whole.code);
    FUZZ_CHECK(memcmp(whole.bytes, pieces.bytes, whole.len < pieces.len ? whole.len : pieces.len) == 0);
    return 0;
}
