/*
 * test_out.c - output: bytes arrive whole and in order, a file is replaced whole or not at all, failures are kept.
 */
#include "test.h"

#include "base/mem.h"
#include "base/out.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/ddnshunt-out-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *text)
{
    char content[1000];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(content, text);
}

/* Names in the folder, hidden ones too. */
static int count_entries(void)
{
    int count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void new_file_appears_at_commit(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    mode_t mask = umask(027);
    assert_int_equal(out_open_file(in_folder("new"), &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("hello"), &err), ERR_NONE);
    assert_int_equal(out_flush(out, &err), ERR_NONE);
    assert_int_not_equal(access(in_folder("new"), F_OK), 0);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    umask(mask);
    assert_file(in_folder("new"), "hello");
    struct stat st;
    assert_int_equal(stat(in_folder("new"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(count_entries(), 1);
}

static void old_file_stays_without_commit(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    write_file(in_folder("old"), "before");
    assert_int_equal(out_open_file(in_folder("old"), &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("after"), &err), ERR_NONE);
    assert_int_equal(out_flush(out, &err), ERR_NONE);
    assert_int_equal(count_entries(), 2);
    out_close(out);
    assert_file(in_folder("old"), "before");
    assert_int_equal(count_entries(), 1);
}

static void old_file_is_replaced_and_keeps_its_mode(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    write_file(in_folder("old"), "before, and longer");
    assert_int_equal(chmod(in_folder("old"), 0604), 0);
    assert_int_equal(out_open_file(in_folder("old"), &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("after"), &err), ERR_NONE);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    assert_file(in_folder("old"), "after");
    struct stat st;
    assert_int_equal(stat(in_folder("old"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0604);
    assert_int_equal(count_entries(), 1);
}

static void link_stays_and_its_target_is_replaced(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    assert_int_equal(mkdir(in_folder("sub"), 0777), 0);
    write_file(in_folder("sub/target"), "before");
    assert_int_equal(symlink("sub/target", in_folder("link1")), 0);
    assert_int_equal(symlink(in_folder("link1"), in_folder("link2")), 0);
    assert_int_equal(symlink("sub/made", in_folder("dangling")), 0);
    assert_int_equal(symlink("round", in_folder("round")), 0);
    assert_int_equal(out_open_file(in_folder("link2"), &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("after"), &err), ERR_NONE);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    assert_file(in_folder("sub/target"), "after");
    struct stat st;
    assert_int_equal(lstat(in_folder("link2"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(out_open_file(in_folder("dangling"), &out, &err), ERR_NONE);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    assert_file(in_folder("sub/made"), "");
    assert_int_equal(out_open_file(in_folder("round"), &out, &err), ERR_OUTPUT);
}

static void what_cannot_be_written_is_refused_at_open(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    assert_int_equal(out_open_file(folder, &out, &err), ERR_OUTPUT);
    assert_string_equal(err.text, "is a folder, not a file");
    assert_string_equal(err.where, folder);
    assert_int_equal(out_open_file("/nonexistent/x", &out, &err), ERR_OUTPUT);
    assert_int_equal(out_open_file("", &out, &err), ERR_OUTPUT);
    assert_int_equal(out_open_file("/dev/null/x", &out, &err), ERR_OUTPUT);
    if (geteuid() != 0) {
        write_file(in_folder("protected"), "");
        assert_int_equal(chmod(in_folder("protected"), 0444), 0);
        assert_int_equal(out_open_file(in_folder("protected"), &out, &err), ERR_OUTPUT);
    }
}

static void full_device_is_a_failure_that_is_kept(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    assert_int_equal(out_open_file("/dev/full", &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("hello"), &err), ERR_NONE);
    assert_int_equal(out_flush(out, &err), ERR_OUTPUT);
    assert_string_equal(err.text, "can't be written: No space left on device");
    assert_string_equal(err.where, "/dev/full");
    err = (struct err){0};
    assert_int_equal(out_write(out, SLICE("more"), &err), ERR_OUTPUT);
    assert_string_equal(err.text, "can't be written: No space left on device");
    assert_int_equal(out_commit(out, &err), ERR_OUTPUT);
    out_close(out);
}

static void closed_pipe_is_a_quiet_end(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    struct out *out;
    struct err err = {0};
    assert_int_equal(out_open_fd(fds[1], "standard output", &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("hello"), &err), ERR_NONE);
    assert_int_equal(out_flush(out, &err), ERR_PIPE);
    assert_int_equal(out_write(out, SLICE("hello"), &err), ERR_PIPE);
    out_close(out);
    assert_int_equal(fcntl(fds[1], F_GETFD), 0); /* borrowed: still open */
    close(fds[1]);
}

struct reader {
    int fd;
    char *bytes;
    size_t len;
};

static void *read_slowly(void *user)
{
    struct reader *reader = user;
    ssize_t got;
    while ((got = read(reader->fd, reader->bytes + reader->len, 5000)) > 0)
        reader->len += (size_t)got;
    return NULL;
}

static void pieces_of_any_size_arrive_in_order_through_a_non_blocking_pipe(void **state)
{
    (void)state;
    size_t len = 1000000;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(i * i >> 8);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    struct reader reader = {fds[0], malloc(len + 5000), 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    struct out *out;
    struct err err = {0};
    assert_int_equal(out_open_fd(fds[1], "pipe", &out, &err), ERR_NONE);
    static const size_t pieces[] = {1, 0, 100, 65535, 65536, 65537, 200000, 7};
    size_t done = 0;
    for (size_t i = 0; done < len; i++) {
        size_t piece = pieces[i % TEST_COUNT(pieces)];
        piece = piece > len - done ? len - done : piece;
        assert_int_equal(out_write(out, slice_of(text + done, piece), &err), ERR_NONE);
        done += piece;
    }
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    close(fds[1]);
    pthread_join(thread, NULL);
    close(fds[0]);
    assert_int_equal(reader.len, len);
    assert_memory_equal(reader.bytes, text, len);
    free(reader.bytes);
    free(text);
}

static void fifo_and_stdout_link_are_written_straight(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(in_folder("fifo"), 0666), 0);
    int fd = open(in_folder("fifo"), O_RDONLY | O_NONBLOCK);
    assert_true(fd >= 0);
    struct out *out;
    struct err err = {0};
    assert_int_equal(out_open_file(in_folder("fifo"), &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("hello"), &err), ERR_NONE);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    char text[10];
    assert_int_equal(read(fd, text, sizeof text), 5);
    assert_memory_equal(text, "hello", 5);
    char link[64];
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fds[1]);
    assert_int_equal(out_open_file(link, &out, &err), ERR_NONE);
    assert_int_equal(out_write(out, SLICE("world"), &err), ERR_NONE);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    out_close(out);
    assert_int_equal(read(fds[0], text, sizeof text), 5);
    assert_memory_equal(text, "world", 5);
    close(fds[0]);
    close(fds[1]);
    close(fd);
}

static void memory_takes_all(void **state)
{
    (void)state;
    struct out *out;
    struct err err = {0};
    assert_int_equal(out_open_memory(&out, &err), ERR_NONE);
    assert_slice_equal(out_memory(out), SLICE(""));
    for (int i = 0; i < 100000; i++)
        assert_int_equal(out_write(out, SLICE("ab"), &err), ERR_NONE);
    assert_int_equal(out_commit(out, &err), ERR_NONE);
    assert_int_equal(out_memory(out).len, 200000);
    mem_fail_after(1);
    char *large = malloc(1 << 20);
    memset(large, 'x', 1 << 20);
    assert_int_equal(out_write(out, slice_of(large, 1 << 20), &err), ERR_MEMORY);
    mem_fail_after(0);
    assert_int_equal(out_write(out, SLICE("c"), &err), ERR_MEMORY);
    free(large);
    out_close(out);
    out_close(NULL);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct err err = {0};
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code; nth++) {
        struct out *out = NULL;
        mem_fail_after(nth);
        code = out_open_file(in_folder("x"), &out, &err);
        mem_fail_after(0);
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
        out_close(out);
        assert_int_equal(count_entries(), 0);
        assert_true(nth < 20);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(new_file_appears_at_commit),
        IN_FOLDER(old_file_stays_without_commit),
        IN_FOLDER(old_file_is_replaced_and_keeps_its_mode),
        IN_FOLDER(link_stays_and_its_target_is_replaced),
        IN_FOLDER(what_cannot_be_written_is_refused_at_open),
        cmocka_unit_test(full_device_is_a_failure_that_is_kept),
        cmocka_unit_test(closed_pipe_is_a_quiet_end),
        cmocka_unit_test(pieces_of_any_size_arrive_in_order_through_a_non_blocking_pipe),
        IN_FOLDER(fifo_and_stdout_link_are_written_straight),
        cmocka_unit_test(memory_takes_all),
        IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
