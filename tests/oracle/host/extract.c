/*
 * extract.c - host-extract: texts from standard input, each ended by a byte 0xFF (no part of UTF-8), give what
 * host_extract() makes of them: kind, a space, the name, ended likewise. For tests/oracle/host and tests/oracle/whatwg.
 */
#include "host/host.h"
#include "read_stdin.h"

#include <stdio.h>

enum { SEPARATOR = 0xff };

static const char *const KIND_NAMES[] = {
    [HOST_NONE] = "none", [HOST_NAME] = "name", [HOST_IPV4] = "ipv4", [HOST_IPV6] = "ipv6"};

static bool answer(struct slice text, struct buf *scratch)
{
    struct host host;
    struct err err;
    if (host_extract(text, scratch, &host, &err) != ERR_NONE)
        return false;
    printf("%s ", KIND_NAMES[host.kind]);
    if (host.name.len && fwrite(host.name.ptr, 1, host.name.len, stdout) != host.name.len)
        return false;
    return putchar(SEPARATOR) == SEPARATOR;
}

int main(void)
{
    struct buf in, scratch;
    buf_init(&in, 0);
    buf_init(&scratch, 0);
    bool good = read_stdin(&in);
    size_t start = 0;
    for (size_t i = 0; good && i < in.len; i++) {
        if ((unsigned char)in.ptr[i] != SEPARATOR)
            continue;
        good = answer(slice_of(in.ptr + start, i - start), &scratch);
        start = i + 1;
    }
    buf_release(&in);
    buf_release(&scratch);
    return good ? 0 : 1;
}
