/*
 * test_inflate_gzip.c - gzip by ISA-L beside gzip by zlib: the same bytes of all that is valid, an error wherever zlib has one,
 * and nothing of it depends on how the input comes in pieces or how much room there is.
 */
#include "test.h"

#include "base/inflate.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { TEXT_MAX = 400000, PACKED_MAX = 1 << 20, OUT_MAX = 1 << 20 };

/* --- memory that ends where the next page can't be touched --- */

struct guarded {
    char *mapped, *begin;
    size_t size; /* whole pages, between two that are out of bounds */
};

static struct guarded guarded_make(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guarded guarded = {.size = (size + page - 1) / page * page};
    int flags = MAP_PRIVATE | 0x20; /* MAP_ANONYMOUS is no part of POSIX 2008 */
    guarded.mapped = mmap(NULL, guarded.size + 2 * page, PROT_READ | PROT_WRITE, flags, -1, 0);
    assert_true(guarded.mapped != MAP_FAILED);
    guarded.begin = guarded.mapped + page;
    assert_int_equal(mprotect(guarded.mapped, page, PROT_NONE), 0);
    assert_int_equal(mprotect(guarded.begin + guarded.size, page, PROT_NONE), 0);
    return guarded;
}

/* --- decoding --- */

static struct guarded input, room; /* the whole input; where one step writes */

struct outcome {
    enum err_code code;
    char why[ERR_TEXT_MAX];
    size_t len;
    char bytes[OUT_MAX];
};

/* As stream.c does: input comes in pieces, more of it whenever a step gets nowhere. */
static void decode(const struct inflate_type *type, struct slice packed, size_t piece, size_t out_size,
                   struct outcome *outcome)
{
    void *decoder;
    struct err err = {0};
    assert_int_equal(type->open(&decoder, &err), ERR_NONE);
    char *in = input.begin + input.size - packed.len;
    memcpy(in, packed.ptr, packed.len);
    char *out = room.begin + room.size - out_size;
    size_t at = 0, there = 0;
    outcome->len = 0;
    outcome->code = ERR_NONE;
    for (;;) {
        enum inflate_place place = INFLATE_INSIDE;
        struct inflate_step step = {slice_of(in + at, there - at), there == packed.len, out, out_size, 0};
        outcome->code = type->step(decoder, &step, &place, &err);
        size_t taken = there - at - step.in.len;
        at += taken;
        assert_true(step.out_len <= out_size && outcome->len + step.out_len <= OUT_MAX);
        memcpy(outcome->bytes + outcome->len, out, step.out_len);
        outcome->len += step.out_len;
        if (outcome->code)
            break;
        if (taken || step.out_len)
            continue;
        if (there < packed.len) {
            there = packed.len - there < piece ? packed.len : there + piece;
            continue;
        }
        outcome->code = place == INFLATE_BETWEEN ? ERR_NONE : err_set(&err, ERR_INPUT, "truncated");
        break;
    }
    snprintf(outcome->why, sizeof outcome->why, "%s", outcome->code ? err.text : "");
    type->close(decoder);
}

static struct outcome by_zlib, by_isal, again;

/* zlib refuses tables of codes that are not complete. Where ISA-L takes one, the text must be what it was. */
static bool is_about_tables(const char *why)
{
    return strstr(why, "set") || strstr(why, "missing end-of-block");
}

/* Both decode; text is what was compressed, before any damage. */
static void compare(struct slice packed, struct slice text, bool with_pieces)
{
    decode(&INFLATE_GZIP, packed, PACKED_MAX, INFLATE_OUT_BYTES, &by_zlib);
    decode(&INFLATE_GZIP_ISAL, packed, PACKED_MAX, INFLATE_OUT_BYTES, &by_isal);
    if (by_zlib.code && !by_isal.code) {
        if (!is_about_tables(by_zlib.why))
            print_error("zlib alone: %s\n", by_zlib.why);
        assert_true(is_about_tables(by_zlib.why));
        assert_slice_equal(slice_of(by_isal.bytes, by_isal.len), text);
    } else {
        if (by_zlib.code != by_isal.code)
            print_error("ISA-L alone: %s\n", by_isal.why);
        assert_int_equal(by_isal.code, by_zlib.code);
        size_t both = by_isal.len < by_zlib.len ? by_isal.len : by_zlib.len;
        assert_memory_equal(by_isal.bytes, by_zlib.bytes, both);
        assert_true(by_zlib.code || by_isal.len == by_zlib.len);
    }
    if (strcmp(by_zlib.why, "truncated") == 0) {
        assert_string_equal(by_isal.why, "truncated");
        assert_true(by_isal.len >= by_zlib.len);
    }
    static const size_t PIECES[] = {1, 1000, PACKED_MAX}, ROOMS[] = {777, INFLATE_OUT_BYTES, 100000};
    for (size_t i = 0; with_pieces && i < TEST_COUNT(PIECES); i++) {
        decode(&INFLATE_GZIP_ISAL, packed, PIECES[i], ROOMS[i], &again);
        assert_int_equal(again.code, by_isal.code);
        assert_string_equal(again.why, by_isal.why);
        assert_int_equal(again.len, by_isal.len);
        assert_memory_equal(again.bytes, by_isal.bytes, again.len);
    }
}

/* --- compressing --- */

enum { FLAG_HEADER_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

/* A member with a header that has what flags say; its name has name_len bytes. */
static size_t pack(struct slice text, int level, int strategy, unsigned flags, size_t name_len, char *out)
{
    char *p = out;
    memcpy(p, "\x1f\x8b\x08\0\1\2\3\4\0\xff", 10);
    p[3] = (char)flags;
    p += 10;
    if (flags & FLAG_EXTRA) {
        memcpy(p, "\5\0ab\1\0x", 7);
        p += 7;
    }
    if (flags & FLAG_NAME) {
        memset(p, 'n', name_len);
        p[name_len] = '\0';
        p += name_len + 1;
    }
    if (flags & FLAG_COMMENT) {
        memcpy(p, "comment", 8);
        p += 8;
    }
    if (flags & FLAG_HEADER_CRC) {
        unsigned long crc = crc32(0, (const Bytef *)out, (unsigned)(p - out));
        *p++ = (char)crc;
        *p++ = (char)(crc >> 8);
    }
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 8, strategy), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text.ptr;
    z.avail_in = (unsigned)text.len;
    z.next_out = (Bytef *)p;
    z.avail_out = (unsigned)(PACKED_MAX - 8 - (p - out));
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    p = (char *)z.next_out;
    deflateEnd(&z);
    unsigned long ends[] = {crc32(0, (const Bytef *)text.ptr, (unsigned)text.len), text.len};
    for (unsigned i = 0; i < 8; i++)
        *p++ = (char)(ends[i / 4] >> (i % 4 * 8));
    return (size_t)(p - out);
}

static uint32_t seed = 1;

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

enum { TEXT_KINDS = 4 };

/* Records that repeat themselves, letters, noise, one letter. */
static struct slice make_text(char *into, unsigned kind, size_t len)
{
    static const char ROW[] = "{\"Timestamp\":\"2024-01-01T00:00:00Z\",\"RemoteUrl\":\"a.example.org\"}\n";
    for (size_t i = 0; i < len; i++) {
        uint32_t random = next_random();
        char row = random % 16 ? ROW[i % (sizeof ROW - 1)] : (char)('a' + random / 16 % 26);
        into[i] = kind == 0 ? row : kind == 1 ? (char)('a' + random % 16) : kind == 2 ? (char)random : 'x';
    }
    return slice_of(into, len);
}

static const int STRATEGIES[] = {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED};

/* --- tests --- */

static char *text_bytes, *packed;

static void all_levels_and_strategies_come_back(void **state)
{
    (void)state;
    static const size_t LENS[] = {0, 1, 100, 3000, TEXT_MAX};
    for (size_t i = 0; i < TEST_COUNT(LENS) * TEXT_KINDS; i++) {
        struct slice text = make_text(text_bytes, i % TEXT_KINDS, LENS[i / TEXT_KINDS]);
        bool is_long = text.len == TEXT_MAX;
        for (int level = 0; level <= 9; level += is_long ? 3 : 1)
            for (size_t s = 0; s < TEST_COUNT(STRATEGIES); s++) {
                size_t len = pack(text, level, STRATEGIES[s], 0, 0, packed);
                compare(slice_of(packed, len), text, !is_long || level == 6);
                assert_int_equal(by_isal.code, ERR_NONE);
                assert_slice_equal(slice_of(by_isal.bytes, by_isal.len), text);
            }
    }
}

static void every_header_is_read(void **state)
{
    (void)state;
    struct slice text = make_text(text_bytes, 0, 500);
    for (unsigned flags = 0; flags < 256; flags++) {
        size_t len = pack(text, 6, Z_DEFAULT_STRATEGY, flags, 20, packed);
        compare(slice_of(packed, len), text, true);
        assert_int_equal(by_isal.code, flags < 32 ? ERR_NONE : ERR_INPUT);
        if (flags == 31 || flags == 0)
            for (size_t cut = 0; cut < len; cut++)
                compare(slice_of(packed, cut), text, false);
        /* A header's bytes, each damaged; among them its checksum. */
        for (size_t at = 0; flags == 31 && at < 60; at++) {
            packed[at] = (char)(packed[at] ^ 4);
            compare(slice_of(packed, len), text, false);
            packed[at] = (char)(packed[at] ^ 4);
        }
    }
}

static void members_follow_each_other(void **state)
{
    (void)state;
    size_t ends[8], len = 0;
    struct slice text = make_text(text_bytes, 0, 7000);
    for (unsigned i = 0; i < 7; i++) {
        size_t size = i % 2 ? 0 : 1750;
        len += pack(slice_of(text_bytes + i / 2 * (size_t)1750, size), 6, STRATEGIES[i % 5], i % 32, 3, packed + len);
        ends[i] = len;
    }
    compare(slice_of(packed, len), text, true);
    assert_int_equal(by_isal.code, ERR_NONE);
    assert_int_equal(by_isal.len, text.len);
    for (size_t cut = 0; cut < len; cut++) {
        compare(slice_of(packed, cut), text, false);
        bool between = cut == 0;
        for (unsigned i = 0; i < 7; i++)
            between = between || cut == ends[i];
        assert_int_equal(by_isal.code == ERR_NONE, between && cut > 0);
    }
    /* Padding, padding with something behind it, garbage. */
    memset(packed + len, 0, 100);
    compare(slice_of(packed, len + 100), text, true);
    assert_int_equal(by_isal.code, ERR_NONE);
    packed[len + 99] = 'x';
    compare(slice_of(packed, len + 100), text, true);
    assert_non_null(strstr(by_isal.why, "after the end of the gzip data"));
    memcpy(packed + len, "\x1f garbage", 9);
    compare(slice_of(packed, len + 9), text, true);
    assert_int_equal(by_isal.code, ERR_INPUT);
}

/* A long name moves the place where ISA-L's piece of the input ends through all of a member. */
static void pieces_may_end_anywhere(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 3; kind++) {
        struct slice text = make_text(text_bytes, kind, 250);
        for (size_t s = 0; s < TEST_COUNT(STRATEGIES); s++) {
            size_t plain = pack(text, s ? 6 : 0, STRATEGIES[s], 0, 0, packed);
            for (size_t back = 0; back <= plain + 2; back++) {
                size_t name = INFLATE_PIECE_MAX - back - 1;
                size_t len = pack(text, s ? 6 : 0, STRATEGIES[s], FLAG_NAME, name, packed);
                decode(&INFLATE_GZIP_ISAL, slice_of(packed, len), PACKED_MAX, INFLATE_OUT_BYTES, &by_isal);
                assert_int_equal(by_isal.code, ERR_NONE);
                assert_slice_equal(slice_of(by_isal.bytes, by_isal.len), text);
                decode(&INFLATE_GZIP_ISAL, slice_of(packed, len - 1), PACKED_MAX, INFLATE_OUT_BYTES, &by_isal);
                assert_string_equal(by_isal.why, "truncated");
            }
        }
    }
}

static void truncated_at_each_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(STRATEGIES) * TEXT_KINDS; i++) {
        struct slice text = make_text(text_bytes, i % TEXT_KINDS, 1500);
        size_t len = pack(text, i % 7 ? 9 : 0, STRATEGIES[i / TEXT_KINDS], 0, 0, packed);
        for (size_t cut = 1; cut < len; cut++) {
            compare(slice_of(packed, cut), text, cut % 64 == 0);
            assert_string_equal(by_isal.why, "truncated");
            assert_memory_equal(by_isal.bytes, text.ptr, by_isal.len);
        }
    }
}

static void damage_is_found(void **state)
{
    (void)state;
    size_t refused = 0;
    for (size_t i = 0; i < TEST_COUNT(STRATEGIES) * TEXT_KINDS; i++) {
        struct slice text = make_text(text_bytes, i % TEXT_KINDS, i % 2 ? 300 : 1200);
        size_t len = pack(text, i % 7 ? 6 : 0, STRATEGIES[i / TEXT_KINDS], 0, 0, packed);
        for (size_t at = 0; at < len; at++)
            for (unsigned k = 0; k < 3; k++) {
                char was = packed[at];
                unsigned flip = k == 0 ? 1U << at % 8 : k == 1 ? 0xff : next_random();
                packed[at] = (char)((unsigned char)was ^ (unsigned char)flip);
                compare(slice_of(packed, len), text, at % 32 == 0);
                refused += by_isal.code != ERR_NONE;
                packed[at] = was;
            }
    }
    assert_true(refused > 10000);
}

/* Long text with damage in the middle: what is given before it depends on neither pieces nor room. */
static void damage_in_long_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 24; i++) {
        struct slice text = make_text(text_bytes, i % 3, TEXT_MAX);
        size_t len = pack(text, 1 + (int)i % 9, Z_DEFAULT_STRATEGY, 0, 0, packed);
        size_t at = len / 25 * (i + 1);
        for (size_t k = 0; k < 4 && at + k < len; k++)
            packed[at + k] = (char)next_random();
        compare(slice_of(packed, len), text, true);
        assert_int_equal(by_isal.code, ERR_INPUT);
        assert_true(by_isal.len + 65536 >= by_zlib.len);
    }
}

static void allocations_may_fail(void **state)
{
    (void)state;
    void *decoder = NULL;
    struct err err;
    mem_fail_after(1);
    assert_int_equal(INFLATE_GZIP_ISAL.open(&decoder, &err), ERR_MEMORY);
    mem_fail_after(0);
    struct slice text = make_text(text_bytes, 0, 100);
    size_t len = pack(text, 6, Z_DEFAULT_STRATEGY, 0, 0, packed);
    char out[10];
    struct inflate_step step = {slice_of(packed, len), true, out, sizeof out, 0};
    enum inflate_place place;
    assert_int_equal(INFLATE_GZIP_ISAL.open(&decoder, &err), ERR_NONE);
    mem_fail_after(1);
    assert_int_equal(INFLATE_GZIP_ISAL.step(decoder, &step, &place, &err), ERR_MEMORY);
    mem_fail_after(0);
    INFLATE_GZIP_ISAL.close(decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_levels_and_strategies_come_back),
        cmocka_unit_test(every_header_is_read),
        cmocka_unit_test(members_follow_each_other),
        cmocka_unit_test(pieces_may_end_anywhere),
        cmocka_unit_test(truncated_at_each_byte),
        cmocka_unit_test(damage_is_found),
        cmocka_unit_test(damage_in_long_text),
        cmocka_unit_test(allocations_may_fail),
    };
    text_bytes = malloc(TEXT_MAX);
    packed = malloc(PACKED_MAX);
    input = guarded_make(PACKED_MAX);
    room = guarded_make(INFLATE_OUT_BYTES);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(packed);
    free(text_bytes);
    return failed;
}
