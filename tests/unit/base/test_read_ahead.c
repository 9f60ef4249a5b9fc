/*
 * test_read_ahead.c - bytes made by a thread ahead of their reader: the same ones in the same order, then the same end;
 * a reader that goes early, a maker that waits for ever, no memory and no thread.
 */
#include "test.h"

#include "base/mem.h"
#include "base/read_ahead.h"
#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* --- a system that gives no threads --- */

static bool threads_refused;

/* By --wrap of the linker. */
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *user);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *user);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *user)
{
    return threads_refused ? EAGAIN : __real_pthread_create(thread, attr, run, user);
}

/* --- the ring alone --- */

struct maker {
    size_t piece, left; /* bytes a call, bytes in all */
    unsigned char next;
    atomic_size_t made; /* bytes */
    atomic_bool called_after_end;
    bool ended;
    bool fulls; /* calls some buffers full */
};

static size_t make_some(void *user, char *into, size_t size, bool *out_full)
{
    struct maker *maker = user;
    size_t len = maker->piece < size ? maker->piece : size;
    len = len < maker->left ? len : maker->left;
    if (maker->ended)
        atomic_store(&maker->called_after_end, true);
    for (size_t i = 0; i < len; i++)
        into[i] = (char)maker->next++;
    maker->left -= len;
    maker->ended = len == 0;
    *out_full = maker->fulls && maker->next % 4 == 0;
    atomic_fetch_add(&maker->made, len);
    return len;
}

static void bytes_arrive_in_order(void **state)
{
    (void)state;
    static const size_t SIZES[] = {1, 777, 4096, READ_AHEAD_BUFFER_BYTES, READ_AHEAD_BUFFER_BYTES + 1};
    static const size_t TOTALS[] = {0, 1, READ_AHEAD_BUFFER_BYTES, 3 * READ_AHEAD_BUFFER_BYTES + 17,
                                    11 * READ_AHEAD_BUFFER_BYTES};
    char *into = malloc(READ_AHEAD_BUFFER_BYTES + 1);
    for (size_t i = 0; i < TEST_COUNT(SIZES) * TEST_COUNT(TOTALS) * 4; i++) {
        size_t total = TOTALS[i % TEST_COUNT(TOTALS)], size = SIZES[i / TEST_COUNT(TOTALS) % TEST_COUNT(SIZES)];
        bool eager = i % 2, small = i / 2 % 2;
        if (size == 1 && total > READ_AHEAD_BUFFER_BYTES)
            continue;
        struct maker maker = {.piece = small ? 1000 : SIZE_MAX, .left = total, .fulls = i % 3 == 0};
        struct read_ahead_config config = {.make = make_some, .user = &maker, .eager = eager};
        struct read_ahead *ahead = read_ahead_start(&config);
        assert_non_null(ahead);
        unsigned char next = 0;
        size_t len, got = 0;
        while ((len = read_ahead_take(ahead, into, size)) > 0) {
            assert_true(len <= size);
            for (size_t k = 0; k < len; k++)
                assert_int_equal((unsigned char)into[k], next++);
            got += len;
        }
        assert_int_equal(got, total);
        assert_int_equal(read_ahead_take(ahead, into, size), 0);
        read_ahead_stop(ahead);
        assert_false(atomic_load(&maker.called_after_end));
    }
    free(into);
}

/* What is made ahead is bounded, and a reader that goes leaves nothing behind. */
static void reader_may_go_at_any_time(void **state)
{
    (void)state;
    char into[100];
    for (size_t takes = 0; takes < 20; takes++) {
        struct maker maker = {.piece = 50000, .left = SIZE_MAX};
        struct read_ahead_config config = {.make = make_some, .user = &maker, .eager = takes % 2};
        struct read_ahead *ahead = read_ahead_start(&config);
        assert_non_null(ahead);
        for (size_t i = 0; i < takes; i++)
            assert_true(read_ahead_take(ahead, into, sizeof into) > 0);
        read_ahead_stop(ahead);
        assert_true(atomic_load(&maker.made) <= (READ_AHEAD_BUFFERS + 1) * (size_t)READ_AHEAD_BUFFER_BYTES);
    }
    read_ahead_stop(NULL);
}

/* A taker that is slower than the maker is told so, soon or late, and one that has caught up with it is not. */
static void slow_taker_is_told(void **state)
{
    (void)state;
    enum { TOTAL = READ_AHEAD_BUFFERS * READ_AHEAD_BUFFER_BYTES };
    char *into = malloc(READ_AHEAD_BUFFER_BYTES);
    struct maker maker = {.piece = SIZE_MAX, .left = TOTAL};
    struct read_ahead_config config = {.make = make_some, .user = &maker};
    struct read_ahead *ahead = read_ahead_start(&config);
    assert_non_null(ahead);
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int waits = 0; !read_ahead_is_full(ahead) && waits < 30000; waits++)
        nanosleep(&pause, NULL);
    assert_true(read_ahead_is_full(ahead));
    for (size_t got = 0; got < TOTAL;)
        got += read_ahead_take(ahead, into, READ_AHEAD_BUFFER_BYTES);
    assert_false(read_ahead_is_full(ahead));
    assert_int_equal(read_ahead_take(ahead, into, 1), 0);
    read_ahead_stop(ahead);
    free(into);
}

static void no_memory_and_no_thread_are_told(void **state)
{
    (void)state;
    struct maker maker = {.piece = 1, .left = 10};
    struct read_ahead_config config = {.make = make_some, .user = &maker};
    for (uint64_t nth = 1; nth <= 2; nth++) {
        mem_fail_after(nth);
        assert_null(read_ahead_start(&config));
        mem_fail_after(0);
    }
    threads_refused = true;
    assert_null(read_ahead_start(&config));
    threads_refused = false;
    assert_int_equal(maker.made, 0);
}

/* --- streams with one --- */

enum { TEXT_BYTES = 3 << 20, PACKED_BYTES = 4 << 20 };

struct file {
    char path[64];
    char *text;
    size_t packed;
};

static size_t pack_gzip(const char *text, char *packed)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = TEXT_BYTES;
    z.next_out = (Bytef *)packed;
    z.avail_out = PACKED_BYTES;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return PACKED_BYTES - z.avail_out;
}

/* Compressed text in a file, less its last `cut` bytes. */
static void file_make(struct file *file, bool zstd, size_t cut)
{
    snprintf(file->path, sizeof file->path, "/tmp/ddnshunt-ahead-XXXXXX");
    file->text = test_text(TEXT_BYTES);
    char *packed = malloc(PACKED_BYTES);
    file->packed =
        zstd ? ZSTD_compress(packed, PACKED_BYTES, file->text, TEXT_BYTES, 1) : pack_gzip(file->text, packed);
    int fd = mkstemp(file->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, packed, file->packed - cut), file->packed - cut);
    close(fd);
    free(packed);
}

static void file_end(struct file *file)
{
    unlink(file->path);
    free(file->text);
}

/* Reads to the end; what comes must be the text's begin. Its length is returned, the outcome in *out_code. */
static size_t read_all(struct stream *stream, const char *text, enum err_code *out_code, struct err *err)
{
    char *into = malloc(100000);
    size_t len = 0, got = 1;
    while (!(*out_code = stream_read(stream, into, 100000, &got, err)) && got) {
        assert_true(len + got <= TEXT_BYTES);
        assert_memory_equal(into, text + len, got);
        len += got;
        assert_int_equal(stream_offset(stream), len);
    }
    free(into);
    return len;
}

static void compressed_file_is_the_same_with_a_thread(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        bool zstd = i % 2, cut = i / 2 % 2;
        threads_refused = i / 4;
        struct file file;
        struct stream *stream;
        struct slice seen;
        struct err err = {0};
        file_make(&file, zstd, cut ? 1000 : 0);
        assert_int_equal(stream_open(file.path, &stream, &err), ERR_NONE);
        stream_read_ahead(stream);
        stream_read_ahead(stream); /* once is enough */
        assert_string_equal(stream_compression(stream), zstd ? "zstd" : "gzip");
        assert_int_equal(stream_peek(stream, STREAM_PEEK_MAX, &seen, &err), ERR_NONE);
        assert_slice_equal(seen, slice_of(file.text, STREAM_PEEK_MAX));
        enum err_code code;
        size_t len = read_all(stream, file.text, &code, &err);
        assert_int_equal(code, cut ? ERR_INPUT : ERR_NONE);
        if (cut) {
            assert_true(len > TEXT_BYTES / 2 && len < TEXT_BYTES);
            assert_string_equal(err.where, file.path);
            assert_non_null(strstr(err.text, "data ends too early: the file is truncated"));
            assert_int_equal(stream_read(stream, &(char){0}, 1, &(size_t){0}, &err), ERR_INPUT);
        } else {
            assert_int_equal(len, TEXT_BYTES);
            assert_int_equal(stream_raw_bytes(stream), file.packed);
        }
        stream_close(stream);
        file_end(&file);
    }
    threads_refused = false;
}

/* Plain files are read in many threads as before. */
static void plain_file_gets_no_thread(void **state)
{
    (void)state;
    char path[] = "/tmp/ddnshunt-ahead-XXXXXX";
    char *text = test_text(200000);
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, 200000), 200000);
    close(fd);
    struct stream *stream;
    struct err err = {0};
    assert_int_equal(stream_open(path, &stream, &err), ERR_NONE);
    stream_read_ahead(stream);
    assert_true(stream_is_file(stream, 1000));
    enum err_code code;
    assert_int_equal(read_all(stream, text, &code, &err), 200000);
    assert_int_equal(code, ERR_NONE);
    stream_close(stream);
    unlink(path);
    free(text);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct file file;
    file_make(&file, false, 0);
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code && nth < 1000; nth++) {
        struct stream *stream = NULL;
        struct err err = {0};
        mem_fail_after(nth);
        code = stream_open(file.path, &stream, &err);
        if (!code) {
            stream_read_ahead(stream);
            size_t len = read_all(stream, file.text, &code, &err);
            assert_true(code || len == TEXT_BYTES);
        }
        stream_close(stream);
        mem_fail_after(0);
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
    }
    assert_int_equal(code, ERR_NONE);
    file_end(&file);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pipe_open(int fds[2], struct stream **out_stream)
{
    char path[64];
    struct err err = {0};
    assert_int_equal(pipe(fds), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
    assert_int_equal(stream_open(path, out_stream, &err), ERR_NONE);
    stream_read_ahead(*out_stream);
}

/* What has come through a pipe is to be had, though more may follow; and nobody waits for it who has gone. */
static void waiting_pipe_holds_nobody_up(void **state)
{
    (void)state;
    int fds[2];
    struct stream *stream;
    struct err err = {0};
    char into[100];
    size_t got;
    pipe_open(fds, &stream);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(write(fds[1], "some text\n", 10), 10);
        assert_int_equal(stream_read(stream, into, sizeof into, &got, &err), ERR_NONE);
        assert_slice_equal(slice_of(into, got), SLICE("some text\n"));
    }
    double begin = seconds_now();
    stream_close(stream);
    assert_true(seconds_now() - begin < 0.15);
    close(fds[0]);
    close(fds[1]);
}

/* The same for a compressed one, where a thread waits. */
static void waiting_compressed_pipe_is_closed_at_once(void **state)
{
    (void)state;
    int fds[2];
    struct stream *stream;
    struct err err = {0};
    char into[100], packed[200];
    size_t got, len = ZSTD_compress(packed, sizeof packed, "some text\n", 10, 1);
    assert_false(ZSTD_isError(len));
    pipe_open(fds, &stream);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write(fds[1], packed, len), len);
        assert_int_equal(stream_read(stream, into, sizeof into, &got, &err), ERR_NONE);
        assert_slice_equal(slice_of(into, got), SLICE("some text\n"));
    }
    assert_string_equal(stream_compression(stream), "zstd");
    double begin = seconds_now();
    stream_close(stream);
    assert_true(seconds_now() - begin < 0.15);
    /* An interrupt reaches the thread, and through it the reader. */
    close(fds[0]);
    close(fds[1]);
    pipe_open(fds, &stream);
    assert_int_equal(write(fds[1], packed, len), len);
    assert_int_equal(stream_read(stream, into, sizeof into, &got, &err), ERR_NONE);
    stream_interrupt(true);
    assert_int_equal(stream_read(stream, into, 1, &got, &err), ERR_INTERRUPTED);
    stream_interrupt(false);
    stream_close(stream);
    close(fds[0]);
    close(fds[1]);
}

static void *interrupt_soon(void *user)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    stream_interrupt(true);
    return user;
}

static void waiting_read_can_be_interrupted(void **state)
{
    (void)state;
    int fds[2];
    struct stream *stream;
    struct err err = {0};
    pthread_t thread;
    char byte;
    size_t got;
    pipe_open(fds, &stream);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, NULL), 0);
    assert_int_equal(stream_read(stream, &byte, 1, &got, &err), ERR_INTERRUPTED);
    assert_int_equal(stream_read(stream, &byte, 1, &got, &err), ERR_INTERRUPTED);
    pthread_join(thread, NULL);
    stream_interrupt(false);
    stream_close(stream);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_arrive_in_order),
        cmocka_unit_test(reader_may_go_at_any_time),
        cmocka_unit_test(slow_taker_is_told),
        cmocka_unit_test(no_memory_and_no_thread_are_told),
        cmocka_unit_test(compressed_file_is_the_same_with_a_thread),
        cmocka_unit_test(plain_file_gets_no_thread),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(waiting_pipe_holds_nobody_up),
        cmocka_unit_test(waiting_compressed_pipe_is_closed_at_once),
        cmocka_unit_test(waiting_read_can_be_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
