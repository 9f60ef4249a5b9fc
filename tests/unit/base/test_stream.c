/*
 * test_stream.c - streams: plain and compressed bytes come back whole, in any pieces; damage is told after what came
 * before it; memory and windows are bounded.
 */
#include "test.h"

#include "base/mem.h"
#include "base/stream.h"

#include <bzlib.h>
#include <fcntl.h>
#include <lz4frame.h>
#include <lzma.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* --- compressing --- */

enum { PACKED_MAX = 2 << 20 };

static size_t pack_gzip(const char *text, size_t len, char *out)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (unsigned)len;
    z.next_out = (Bytef *)out;
    z.avail_out = PACKED_MAX;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t made = PACKED_MAX - z.avail_out;
    deflateEnd(&z);
    return made;
}

static size_t pack_zstd(const char *text, size_t len, char *out)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)));
    size_t made = ZSTD_compress2(context, out, PACKED_MAX, text, len);
    assert_false(ZSTD_isError(made));
    ZSTD_freeCCtx(context);
    return made;
}

static size_t pack_lz4(const char *text, size_t len, char *out)
{
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    size_t made = LZ4F_compressFrame(out, PACKED_MAX, text, len, &preferences);
    assert_false(LZ4F_isError(made));
    return made;
}

static size_t pack_xz(const char *text, size_t len, char *out)
{
    size_t made = 0;
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text, len, (uint8_t *)out,
                                             &made, PACKED_MAX),
                     LZMA_OK);
    return made;
}

static size_t pack_bzip2(const char *text, size_t len, char *out)
{
    unsigned made = PACKED_MAX;
    assert_int_equal(BZ2_bzBuffToBuffCompress(out, &made, (char *)(uintptr_t)text, (unsigned)len, 1, 0, 0), BZ_OK);
    return made;
}

static const struct packing {
    const char *name;
    size_t (*pack)(const char *text, size_t len, char *out);
} PACKINGS[] = {
    {"gzip", pack_gzip}, {"zstd", pack_zstd}, {"lz4", pack_lz4}, {"xz", pack_xz}, {"bzip2", pack_bzip2},
};

static char *make_buffer(void)
{
    return malloc(PACKED_MAX);
}

/* --- reading --- */

/* Reads all in pieces; what was read is in *out (malloc), the outcome is returned. */
static enum err_code read_all(struct stream *stream, size_t piece, char **out, size_t *out_len, struct err *err)
{
    size_t capacity = 1 << 16, len = 0;
    char *bytes = malloc(capacity);
    enum err_code code;
    for (;;) {
        if (capacity - len < piece)
            bytes = realloc(bytes, capacity = capacity * 2 + piece);
        size_t got;
        code = stream_read(stream, bytes + len, piece, &got, err);
        if (code || got == 0)
            break;
        assert_true(got <= piece);
        len += got;
    }
    *out = bytes;
    *out_len = len;
    return code;
}

static void assert_reads(struct slice raw, size_t piece, struct slice expected, const char *compression)
{
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open_memory(raw, "m", &stream, &err), ERR_NONE);
    char *bytes;
    size_t len;
    enum err_code code = read_all(stream, piece, &bytes, &len, &err);
    if (code)
        print_error("%s\n", err.text);
    assert_int_equal(code, ERR_NONE);
    assert_int_equal(len, expected.len);
    assert_true(slice_eq(slice_of(bytes, len), expected));
    assert_string_equal(stream_compression(stream), compression);
    assert_int_equal(stream_offset(stream), len);
    /* The end stays the end. */
    size_t got = 1;
    assert_int_equal(stream_read(stream, bytes, 1, &got, &err), ERR_NONE);
    assert_int_equal(got, 0);
    free(bytes);
    stream_close(stream);
}

/* Reading fails with ERR_INPUT after a prefix of expected has been given; returns that prefix's length. */
static size_t assert_fails(struct slice raw, struct slice expected, const char *sentence)
{
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open_memory(raw, "place", &stream, &err), ERR_NONE);
    char *bytes;
    size_t len;
    assert_int_equal(read_all(stream, 4096, &bytes, &len, &err), ERR_INPUT);
    if (!strstr(err.text, sentence))
        print_error("got \"%s\", wanted \"%s\"\n", err.text, sentence);
    assert_non_null(strstr(err.text, sentence));
    assert_string_equal(err.where, "place");
    assert_true(len <= expected.len);
    assert_memory_equal(bytes, expected.ptr, len);
    /* It is told again. */
    struct err again = {0};
    size_t got;
    assert_int_equal(stream_read(stream, bytes, 1, &got, &again), ERR_INPUT);
    assert_string_equal(again.text, err.text);
    free(bytes);
    stream_close(stream);
    return len;
}

static void plain_bytes_come_through(void **state)
{
    (void)state;
    char *text = test_text(700001);
    assert_reads(slice_of(text, 700001), 4096, slice_of(text, 700001), "");
    assert_reads(SLICE(""), 10, SLICE(""), "");
    assert_reads(SLICE("x"), 10, SLICE("x"), "");
    assert_reads(SLICE("\x1f"), 1, SLICE("\x1f"), "");
    assert_reads(SLICE("BZh is how this text begins"), 3, SLICE("BZh is how this text begins"), "");
    free(text);
}

static void every_compression_comes_back_in_any_pieces(void **state)
{
    (void)state;
    size_t len = 500000;
    char *text = test_text(len), *packed = make_buffer();
    for (size_t i = 0; i < TEST_COUNT(PACKINGS); i++) {
        size_t made = PACKINGS[i].pack(text, len, packed);
        assert_reads(slice_of(packed, made), 1 << 20, slice_of(text, len), PACKINGS[i].name);
        assert_reads(slice_of(packed, made), 777, slice_of(text, len), PACKINGS[i].name);
        made = PACKINGS[i].pack(text, 1000, packed);
        assert_reads(slice_of(packed, made), 1, slice_of(text, 1000), PACKINGS[i].name);
        made = PACKINGS[i].pack(text, 0, packed);
        assert_reads(slice_of(packed, made), 1, SLICE(""), PACKINGS[i].name);
    }
    free(packed);
    free(text);
}

static void members_in_a_row_are_one_text(void **state)
{
    (void)state;
    size_t len = 300000;
    char *text = test_text(len), *packed = make_buffer();
    for (size_t i = 0; i < TEST_COUNT(PACKINGS); i++) {
        size_t made = PACKINGS[i].pack(text, 100000, packed);
        made += PACKINGS[i].pack(text + 100000, 0, packed + made);
        made += PACKINGS[i].pack(text + 100000, len - 100000, packed + made);
        assert_reads(slice_of(packed, made), 5000, slice_of(text, len), PACKINGS[i].name);
    }
    free(packed);
    free(text);
}

static void truncation_is_told_after_what_came_before(void **state)
{
    (void)state;
    size_t len = 1500000; /* more than one block of bzip2 and zstd */
    char *text = test_text(len), *packed = make_buffer();
    for (size_t i = 0; i < TEST_COUNT(PACKINGS); i++) {
        char sentence[100];
        snprintf(sentence, sizeof sentence, "%s data ends too early: the file is truncated", PACKINGS[i].name);
        size_t made = PACKINGS[i].pack(text, len, packed);
        size_t given = assert_fails(slice_of(packed, made * 3 / 4), slice_of(text, len), sentence);
        assert_true(given > len / 3);
        assert_fails(slice_of(packed, made - 1), slice_of(text, len), sentence);
        assert_fails(slice_of(packed, 11), slice_of(text, len), sentence);
        /* The second member is cut. */
        size_t small = PACKINGS[i].pack(text, 1000, packed);
        size_t second = PACKINGS[i].pack(text + 1000, 1000, packed + small);
        given = assert_fails(slice_of(packed, small + second / 2), slice_of(text, len), sentence);
        assert_true(given >= 1000);
    }
    free(packed);
    free(text);
}

static void damage_is_told_after_what_came_before(void **state)
{
    (void)state;
    size_t len = 1500000;
    char *text = test_text(len), *packed = make_buffer();
    for (size_t i = 0; i < TEST_COUNT(PACKINGS); i++) {
        char sentence[100];
        snprintf(sentence, sizeof sentence, "%s data is damaged: ", PACKINGS[i].name);
        size_t made = PACKINGS[i].pack(text, len, packed);
        /* A checksum: all of the text has been given before. The text itself: what stood in blocks before it. */
        size_t checksum = PACKINGS[i].pack == pack_xz ? made - 12 : made - 5;
        packed[checksum] = (char)(packed[checksum] ^ 0x10);
        if (PACKINGS[i].pack == pack_gzip || PACKINGS[i].pack == pack_lz4 || PACKINGS[i].pack == pack_zstd)
            packed[made - 2] = (char)(packed[made - 2] ^ 0x10);
        assert_true(assert_fails(slice_of(packed, made), slice_of(text, len), sentence) > len / 2);
        made = PACKINGS[i].pack(text, len, packed);
        memset(packed + made * 3 / 4, 0xff, 2000);
        struct stream *stream;
        struct err err = {0};
        assert_int_equal(stream_open_memory(slice_of(packed, made), "m", &stream, &err), ERR_NONE);
        char *bytes;
        size_t got;
        assert_int_equal(read_all(stream, 1 << 20, &bytes, &got, &err), ERR_INPUT);
        assert_non_null(strstr(err.text, sentence));
        assert_true(got > len / 3);
        assert_memory_equal(bytes, text, len / 3);
        free(bytes);
        stream_close(stream);
    }
    free(packed);
    free(text);
}

static void garbage_behind_the_end_is_an_error(void **state)
{
    (void)state;
    char *text = test_text(1000), *packed = make_buffer();
    for (size_t i = 0; i < TEST_COUNT(PACKINGS); i++) {
        /* liblzma does not tell damage from what stands behind the end. */
        bool told = PACKINGS[i].pack != pack_xz;
        char sentence[100];
        snprintf(sentence, sizeof sentence, "%s%s%s", told ? "after the end of the " : "", PACKINGS[i].name,
                 told ? " data stand" : " data is damaged");
        size_t made = PACKINGS[i].pack(text, 1000, packed);
        memcpy(packed + made, "some garbage of many bytes", 26);
        assert_int_equal(assert_fails(slice_of(packed, made + 26), slice_of(text, 1000), sentence), 1000);
    }
    /* Zero bytes behind gzip are padding. */
    size_t made = pack_gzip(text, 1000, packed);
    memset(packed + made, 0, 512);
    assert_reads(slice_of(packed, made + 512), 100, slice_of(text, 1000), "gzip");
    packed[made + 511] = 'x';
    assert_fails(slice_of(packed, made + 512), slice_of(text, 1000), "after the end of the gzip data");
    free(packed);
    free(text);
}

static void skippable_frames_are_passed_over(void **state)
{
    (void)state;
    char *text = test_text(1000), *packed = make_buffer();
    static const struct packing *const with_frames[] = {&PACKINGS[1], &PACKINGS[2]};
    for (size_t i = 0; i < TEST_COUNT(with_frames); i++) {
        memcpy(packed, "\x53\x2a\x4d\x18\x05\0\0\0hello", 13);
        size_t made = 13 + with_frames[i]->pack(text, 500, packed + 13);
        memcpy(packed + made, "\x50\x2a\x4d\x18\x00\0\0\0", 8);
        made += 8;
        made += with_frames[i]->pack(text + 500, 500, packed + made);
        assert_reads(slice_of(packed, made), 4096, slice_of(text, 1000), with_frames[i]->name);
    }
    /* One that claims 4 GiB, and stops. */
    assert_fails(SLICE("\x50\x2a\x4d\x18\xff\xff\xff\xff and then nothing"), SLICE(""), "truncated");
    free(packed);
    free(text);
}

static size_t pack_zstd_window(int window_log, char *out)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log)));
    assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)));
    ZSTD_inBuffer in = {"hello", 5, 0};
    ZSTD_outBuffer packed = {out, PACKED_MAX, 0};
    /* Nothing is known of the size at the first call, so that the window stands as asked. */
    assert_false(ZSTD_isError(ZSTD_compressStream2(context, &packed, &in, ZSTD_e_flush)));
    assert_int_equal(ZSTD_compressStream2(context, &packed, &in, ZSTD_e_end), 0);
    ZSTD_freeCCtx(context);
    return packed.pos;
}

/* An xz file whose block claims the dictionary size that code means (the .xz format, 5.3.1). */
static size_t pack_xz_dictionary(uint8_t dictionary, char *out)
{
    size_t made = pack_xz("hello", 5, out);
    uint8_t *header = (uint8_t *)out + 12;
    size_t header_len = ((size_t)header[0] + 1) * 4;
    size_t at = 2;
    while (header[at] != 0x21)
        at++;
    header[at + 2] = dictionary;
    uint32_t crc = lzma_crc32(header, header_len - 4, 0);
    for (size_t i = 0; i < 4; i++)
        header[header_len - 4 + i] = (uint8_t)(crc >> (8 * i));
    return made;
}

static void window_over_the_bound_is_refused(void **state)
{
    (void)state;
    char *packed = make_buffer();
    assert_reads(slice_of(packed, pack_zstd_window(27, packed)), 100, SLICE("hello"), "zstd");
    assert_fails(slice_of(packed, pack_zstd_window(28, packed)), SLICE("hello"),
                 "zstd data needs a window over 128 MiB");
    assert_reads(slice_of(packed, pack_xz_dictionary(30, packed)), 100, SLICE("hello"), "xz");
    assert_fails(slice_of(packed, pack_xz_dictionary(32, packed)), SLICE("hello"),
                 "xz data needs a window over 128 MiB");
    free(packed);
}

static void peek_shows_without_taking(void **state)
{
    (void)state;
    size_t len = 3 << 20;
    char *text = test_text(len), *packed = malloc(4 << 20);
    size_t made = pack_zstd(text, len, packed);
    for (int compressed = 0; compressed < 2; compressed++) {
        struct stream *stream;
        struct err err = {0};
        struct slice raw = compressed ? slice_of(packed, made) : slice_of(text, len);
        assert_int_equal(stream_open_memory(raw, "m", &stream, &err), ERR_NONE);
        struct slice seen;
        assert_int_equal(stream_peek(stream, 10, &seen, &err), ERR_NONE);
        assert_true(seen.len >= 10);
        assert_int_equal(stream_peek(stream, STREAM_PEEK_MAX, &seen, &err), ERR_NONE);
        assert_int_equal(seen.len, STREAM_PEEK_MAX);
        assert_memory_equal(seen.ptr, text, seen.len);
        assert_int_equal(stream_offset(stream), 0);
        char some[1000];
        size_t got;
        assert_int_equal(stream_read(stream, some, sizeof some, &got, &err), ERR_NONE);
        assert_int_equal(got, sizeof some);
        assert_memory_equal(some, text, got);
        assert_int_equal(stream_peek(stream, STREAM_PEEK_MAX, &seen, &err), ERR_NONE);
        assert_int_equal(seen.len, STREAM_PEEK_MAX);
        assert_memory_equal(seen.ptr, text + 1000, seen.len);
        char *rest;
        size_t rest_len;
        assert_int_equal(read_all(stream, 10000, &rest, &rest_len, &err), ERR_NONE);
        assert_int_equal(rest_len, len - 1000);
        assert_memory_equal(rest, text + 1000, rest_len);
        assert_int_equal(stream_peek(stream, 1, &seen, &err), ERR_NONE);
        assert_int_equal(seen.len, 0);
        free(rest);
        stream_close(stream);
    }
    free(packed);
    free(text);
}

static void peek_keeps_a_failure_for_the_read_that_reaches_it(void **state)
{
    (void)state;
    char *text = test_text(1000), *packed = make_buffer();
    size_t made = pack_gzip(text, 1000, packed);
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open_memory(slice_of(packed, made - 2), "m", &stream, &err), ERR_NONE);
    struct slice seen;
    assert_int_equal(stream_peek(stream, STREAM_PEEK_MAX, &seen, &err), ERR_NONE);
    assert_int_equal(seen.len, 1000);
    char *bytes;
    size_t len;
    assert_int_equal(read_all(stream, 300, &bytes, &len, &err), ERR_INPUT);
    assert_int_equal(len, 1000);
    assert_int_equal(stream_peek(stream, 1, &seen, &err), ERR_INPUT);
    free(bytes);
    stream_close(stream);
    free(packed);
    free(text);
}

/* A gzip of 256 MiB of zero bytes is 256 KiB: it streams through, and nothing grows. */
static void bomb_is_read_in_bounded_memory(void **state)
{
    (void)state;
    enum { BLOCK = 1 << 20, BLOCKS = 256 };
    char *zeros = calloc(1, BLOCK), *packed = make_buffer();
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)packed;
    z.avail_out = PACKED_MAX;
    for (int i = 0; i < BLOCKS; i++) {
        z.next_in = (Bytef *)zeros;
        z.avail_in = BLOCK;
        assert_true(deflate(&z, i + 1 == BLOCKS ? Z_FINISH : Z_NO_FLUSH) >= 0);
    }
    size_t made = PACKED_MAX - z.avail_out;
    deflateEnd(&z);
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open_memory(slice_of(packed, made), "m", &stream, &err), ERR_NONE);
    uint64_t allocations = 0;
    size_t got;
    do {
        assert_int_equal(stream_read(stream, zeros, BLOCK, &got, &err), ERR_NONE);
        if (!allocations)
            allocations = mem_allocations() + 1; /* zlib makes its window after the first output */
        assert_true(mem_allocations() <= allocations);
    } while (got);
    assert_int_equal(stream_offset(stream), (uint64_t)BLOCK * BLOCKS);
    stream_close(stream);
    free(packed);
    free(zeros);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    char *text = test_text(1000), *packed = make_buffer();
    for (size_t i = 0; i < TEST_COUNT(PACKINGS); i++) {
        size_t made = PACKINGS[i].pack(text, 1000, packed);
        bool failed = true;
        for (uint64_t nth = 1; failed; nth++) {
            assert_true(nth < 50);
            struct err err = {0};
            struct stream *stream = NULL;
            struct slice seen;
            mem_fail_after(nth);
            enum err_code code = stream_open_memory(slice_of(packed, made), "m", &stream, &err);
            if (!code)
                code = stream_peek(stream, 1000, &seen, &err);
            mem_fail_after(0);
            failed = code != ERR_NONE;
            assert_int_equal(code, failed ? ERR_MEMORY : ERR_NONE);
            stream_close(stream);
        }
    }
    free(packed);
    free(text);
}

/* --- files, pipes --- */

static void write_file(const char *path, struct slice bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static void file_is_read_and_measured(void **state)
{
    (void)state;
    char path[] = "/tmp/ddnshunt-stream-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    char *text = test_text(600000), *packed = make_buffer();
    size_t made = pack_gzip(text, 600000, packed);
    write_file(path, slice_of(packed, made));
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open(path, &stream, &err), ERR_NONE);
    char *bytes;
    size_t len;
    assert_int_equal(read_all(stream, 100000, &bytes, &len, &err), ERR_NONE);
    assert_int_equal(len, 600000);
    assert_memory_equal(bytes, text, len);
    assert_int_equal(stream_raw_bytes(stream), made);
    assert_int_equal(stream_offset(stream), 600000);
    stream_close(stream);
    free(bytes);
    unlink(path);
    free(packed);
    free(text);
}

static void what_is_no_file_is_refused_with_the_reason(void **state)
{
    (void)state;
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open("/", &stream, &err), ERR_INPUT);
    assert_string_equal(err.where, "/");
    assert_string_equal(err.text, "is a folder, not a file");
    assert_int_equal(stream_open("/nonexistent/file", &stream, &err), ERR_INPUT);
    assert_string_equal(err.text, "can't be opened: No such file or directory");
    assert_int_equal(stream_open("", &stream, &err), ERR_INPUT);
    /* Page 0 of a process is not mapped: read() fails. */
    assert_int_equal(stream_open("/proc/self/mem", &stream, &err), ERR_NONE);
    char byte;
    size_t got;
    assert_int_equal(stream_read(stream, &byte, 1, &got, &err), ERR_INPUT);
    assert_string_equal(err.text, "can't be read: Input/output error");
    assert_string_equal(err.where, "/proc/self/mem");
    stream_close(stream);
}

struct writer {
    int fd;
    struct slice bytes;
};

/* Writes in the smallest pieces. */
static void *write_slowly(void *user)
{
    struct writer *writer = user;
    for (size_t i = 0; i < writer->bytes.len; i++)
        if (write(writer->fd, writer->bytes.ptr + i, 1) != 1)
            break;
    close(writer->fd);
    return NULL;
}

static void pipe_of_single_bytes_is_read_whole(void **state)
{
    (void)state;
    char *text = test_text(2000), *packed = make_buffer();
    size_t made = pack_xz(text, 2000, packed);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
    struct writer writer = {fds[1], slice_of(packed, made)};
    pthread_t thread;
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open(path, &stream, &err), ERR_NONE);
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &writer), 0);
    char *bytes;
    size_t len;
    assert_int_equal(read_all(stream, 500, &bytes, &len, &err), ERR_NONE);
    assert_int_equal(len, 2000);
    assert_memory_equal(bytes, text, len);
    pthread_join(thread, NULL);
    stream_close(stream);
    close(fds[0]);
    free(bytes);
    free(packed);
    free(text);
}

/* A line is shorter than some magic numbers: whoever types it must not have to type on. */
static void what_is_no_compression_is_not_waited_for(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"a\n", "BOB\n", "P\n", "(b)\n", "B"};
    for (size_t i = 0; i < TEST_COUNT(TEXTS); i++) {
        bool may_be = i == 4; /* the end has to be seen */
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        char path[64], bytes[16];
        snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
        struct stream *stream;
        struct err err = {0};
        assert_int_equal(stream_open(path, &stream, &err), ERR_NONE);
        assert_int_equal(write(fds[1], TEXTS[i], strlen(TEXTS[i])), strlen(TEXTS[i]));
        if (may_be)
            close(fds[1]);
        size_t got = 0;
        assert_int_equal(stream_read(stream, bytes, sizeof bytes, &got, &err), ERR_NONE);
        assert_slice_equal(slice_of(bytes, got), slice_from_cstr(TEXTS[i]));
        stream_close(stream);
        close(fds[0]);
        if (!may_be)
            close(fds[1]);
    }
}

static void waiting_read_can_be_interrupted(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open(path, &stream, &err), ERR_NONE);
    stream_interrupt(true);
    char byte;
    size_t got;
    assert_int_equal(stream_read(stream, &byte, 1, &got, &err), ERR_INTERRUPTED);
    stream_interrupt(false);
    stream_close(stream);
    close(fds[0]);
    close(fds[1]);
}

static void a_file_is_read_whole_or_its_length_told(void **state)
{
    (void)state;
    enum { TEXT_BYTES = 200000, STEP_BYTES = 1 << 16 };
    char path[] = "/tmp/ddnshunt-stream-XXXXXX";
    char *text = malloc(TEXT_BYTES);
    assert_non_null(text);
    memset(text, 'x', TEXT_BYTES);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_file(path, slice_of(text, TEXT_BYTES));
    struct buf into;
    struct err err = {0};
    buf_init(&into, TEXT_BYTES + STEP_BYTES);
    assert_int_equal(stream_read_file(path, &into, &err), ERR_NONE);
    assert_slice_equal(buf_slice(&into), slice_of(text, TEXT_BYTES));
    buf_release(&into);

    buf_init(&into, TEXT_BYTES - 1);
    assert_int_equal(stream_read_file(path, &into, &err), ERR_LIMIT);
    assert_string_equal(err.text, "is longer than 199999 bytes");
    buf_clear(&into);
    unlink(path);
    assert_int_equal(stream_read_file(path, &into, &err), ERR_INPUT);
    buf_release(&into);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_whole_or_its_length_told),
        cmocka_unit_test(plain_bytes_come_through),
        cmocka_unit_test(every_compression_comes_back_in_any_pieces),
        cmocka_unit_test(members_in_a_row_are_one_text),
        cmocka_unit_test(truncation_is_told_after_what_came_before),
        cmocka_unit_test(damage_is_told_after_what_came_before),
        cmocka_unit_test(garbage_behind_the_end_is_an_error),
        cmocka_unit_test(skippable_frames_are_passed_over),
        cmocka_unit_test(window_over_the_bound_is_refused),
        cmocka_unit_test(peek_shows_without_taking),
        cmocka_unit_test(peek_keeps_a_failure_for_the_read_that_reaches_it),
        cmocka_unit_test(bomb_is_read_in_bounded_memory),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(file_is_read_and_measured),
        cmocka_unit_test(what_is_no_file_is_refused_with_the_reason),
        cmocka_unit_test(pipe_of_single_bytes_is_read_whole),
        cmocka_unit_test(what_is_no_compression_is_not_waited_for),
        cmocka_unit_test(waiting_read_can_be_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
