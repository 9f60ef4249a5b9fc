/*
 * test_lines.c - lines of a stream: whole ones as soon as they are there, long ones cut, in any pieces.
 */
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/lines.h"
#include "base/mem.h"

/* All lines with their numbers: "1:text|2:text|", a too long one with '!'. */
static void read_lines(struct slice text, size_t line_max, struct buf *out)
{
    struct stream *stream;
    struct lines lines;
    struct lines_piece piece;
    struct err err;
    assert_int_equal(stream_open_memory(text, "test", &stream, &err), ERR_NONE);
    lines_init(&lines, stream, line_max);
    for (;;) {
        assert_int_equal(lines_next(&lines, &piece, &err), ERR_NONE);
        if (piece.text.len == 0 && !piece.too_long)
            break;
        uint64_t number = piece.first_line;
        struct slice rest = piece.text, line;
        if (piece.too_long)
            buf_printf(out, "%d!%.*s|", (int)number, SLICE_ARG(rest));
        else
            while (line_take(&rest, &line))
                buf_printf(out, "%d:%.*s|", (int)number++, SLICE_ARG(line));
    }
    lines_release(&lines);
    stream_close(stream);
}

static void check(struct slice text, size_t line_max, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    read_lines(text, line_max, &out);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    buf_release(&out);
}

static void test_line_ends(void **state)
{
    (void)state;
    check(SLICE(""), 100, "");
    check(SLICE("a"), 100, "1:a|");
    check(SLICE("a\n"), 100, "1:a|");
    check(SLICE("a\r\nb\r\n"), 100, "1:a|2:b|");
    check(SLICE("\n\na\n\n"), 100, "1:|2:|3:a|4:|");
    check(SLICE("a\rb\nc\r"), 100, "1:a\rb|2:c|");
    check(SLICE("\r\n\r"), 100, "1:|2:|");
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    check(SLICE("\xEF\xBB\xBF"), 100, "");
    check(SLICE("\xEF\xBB\xBF"
                "a\nb"),
          100, "1:a|2:b|");
    check(SLICE("\xEF\xBB\n"), 100, "1:\xEF\xBB|");
    check(SLICE("a\n\xEF\xBB\xBF"), 100, "1:a|2:\xEF\xBB\xBF|");
}

static void test_long_lines_are_cut_and_passed_over(void **state)
{
    (void)state;
    check(SLICE("abcd\nabc\n"), 3, "1!abc|2:abc|");
    check(SLICE("a\nabcdefgh\nb\n"), 3, "1:a|2!abc|3:b|");
    check(SLICE("abc\r\nabc\rd\nabc"), 3, "1:abc|2!abc|3:abc|");
    check(SLICE("abcd"), 3, "1!abc|");
    check(SLICE("abc\r"), 3, "1:abc|");
    check(SLICE("abcd\nabcd\nx"), 3, "1!abc|2!abc|3:x|");
}

/* Longer than what is read at a time, as lines and as one that is too long. */
static void test_more_than_one_read(void **state)
{
    (void)state;
    struct buf text, expected, got;
    buf_init(&text, 0);
    buf_init(&expected, 0);
    buf_init(&got, 0);
    for (int i = 1; text.len < 3 * LINES_READ_BYTES; i++) {
        size_t len = i % 7 == 0 ? 200000 : (size_t)i % 50, kept = len < 1000 ? len : 1000;
        char *room = buf_reserve(&text, len + 1);
        assert_non_null(room);
        memset(room, 'a' + i % 26, len);
        room[len] = '\n';
        buf_printf(&expected, "%d%c%.*s|", i, len > 1000 ? '!' : ':', (int)kept, room);
        text.len += len + 1;
    }
    read_lines(buf_slice(&text), 1000, &got);
    assert_slice_equal(buf_slice(&got), buf_slice(&expected));
    buf_release(&text);
    buf_release(&expected);
    buf_release(&got);
}

/* A line is there as soon as it has been written, while its writer goes on. */
static void test_a_line_is_not_waited_behind(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
    struct stream *stream;
    struct lines lines;
    struct lines_piece piece;
    struct err err;
    assert_int_equal(stream_open(path, &stream, &err), ERR_NONE);
    lines_init(&lines, stream, 100);
    assert_int_equal(write(fds[1], "one\ntwo\nthr", 11), 11);
    assert_int_equal(lines_next(&lines, &piece, &err), ERR_NONE);
    assert_slice_equal(piece.text, SLICE("one\ntwo\n"));
    assert_int_equal(write(fds[1], "ee\n", 3), 3);
    assert_int_equal(lines_next(&lines, &piece, &err), ERR_NONE);
    assert_slice_equal(piece.text, SLICE("three\n"));
    assert_int_equal(piece.first_line, 3);
    close(fds[1]);
    assert_int_equal(lines_next(&lines, &piece, &err), ERR_NONE);
    assert_int_equal(piece.text.len, 0);
    lines_release(&lines);
    stream_close(stream);
    close(fds[0]);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct stream *stream;
    struct lines lines;
    struct lines_piece piece;
    struct err err;
    assert_int_equal(stream_open_memory(SLICE("a\n"), "test", &stream, &err), ERR_NONE);
    lines_init(&lines, stream, 100);
    mem_fail_after(1);
    assert_int_equal(lines_next(&lines, &piece, &err), ERR_MEMORY);
    mem_fail_after(0);
    assert_int_equal(lines_next(&lines, &piece, &err), ERR_NONE);
    assert_slice_equal(piece.text, SLICE("a\n"));
    lines_release(&lines);
    stream_close(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_long_lines_are_cut_and_passed_over),
        cmocka_unit_test(test_more_than_one_read),
        cmocka_unit_test(test_a_line_is_not_waited_behind),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
