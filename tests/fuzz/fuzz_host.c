/*
 * fuzz_host.c - the host in any bytes: the quick way and the slow one agree, and what is said of a name holds.
 */
#include "base/utf8.h"
#include "fuzz.h"
#include "host_slow.h"

/* Lower case, nothing to cut at its ends, and bytes that live where host.h says. */
static void check_name(struct slice text, const struct buf *scratch, struct slice name)
{
    FUZZ_CHECK(name.len > 0 && name.ptr[0] != '.' && name.ptr[name.len - 1] != '.');
    for (size_t i = 0; i < name.len; i++)
        FUZZ_CHECK(name.ptr[i] == ascii_lower(name.ptr[i]));
    bool in_text = name.ptr >= text.ptr && name.ptr + name.len <= text.ptr + text.len;
    bool in_scratch = scratch->len && name.ptr >= scratch->ptr && name.ptr + name.len <= scratch->ptr + scratch->len;
    FUZZ_CHECK(in_text || in_scratch);
    FUZZ_CHECK(!utf8_is_valid(text) || utf8_is_valid(name));
    FUZZ_CHECK(scratch->capacity <= 64 + 16 * text.len); /* linear */
}

/* A scheme, a port, a path and capitals around a plain name don't change it. */
static void check_dressed(struct slice name)
{
    struct buf dressed, scratch;
    struct host host;
    struct err err;
    buf_init(&dressed, 0);
    buf_init(&scratch, 0);
    buf_add_cstr(&dressed, " HTTPS:\\/u:p@");
    for (size_t i = 0; i < name.len; i++)
        buf_add_char(&dressed,
                     i % 2 && name.ptr[i] >= 'a' && name.ptr[i] <= 'z' ? (char)(name.ptr[i] - 32) : name.ptr[i]);
    buf_add_cstr(&dressed, ".:443/a@b?c#d\t");
    FUZZ_CHECK(host_extract(buf_slice(&dressed), &scratch, &host, &err) == ERR_NONE);
    FUZZ_CHECK(host.kind == HOST_NAME && slice_eq(host.name, name));
    buf_release(&dressed);
    buf_release(&scratch);
}

static bool is_plain(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_alnum(name.ptr[i]) && !strchr("-_.", name.ptr[i]))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size);
    struct buf scratch, slow;
    struct host host;
    struct err err;
    buf_init(&scratch, 0);
    buf_init(&slow, 0);
    FUZZ_CHECK(host_extract(text, &scratch, &host, &err) == ERR_NONE);
    enum host_kind kind = host_slow(text, &slow);
    if (host.kind != kind || !slice_eq(host.name, buf_slice(&slow)))
        fprintf(stderr, "%d '%.*s', slowly %d '%.*s'\n", host.kind, SLICE_ARG(host.name), kind,
                SLICE_ARG(buf_slice(&slow)));
    FUZZ_CHECK(host.kind == kind && slice_eq(host.name, buf_slice(&slow)));
    if (host.kind == HOST_NAME) {
        check_name(text, &scratch, host.name);
        if (is_plain(host.name))
            check_dressed(host.name);
    }
    buf_release(&scratch);
    buf_release(&slow);
    return 0;
}
