/*
 * test_scratch.c - streams in a temporary file come back as they went in, and every write, read and allocation may fail.
 *
 * open, pwrite and pread are wrapped (--wrap), so that they can fail on demand.
 */
#define _GNU_SOURCE /* O_TMPFILE, off64_t */
#include "test.h"

#include "base/mem.h"
#include "base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what the system does --- */

static struct {
    unsigned calls;    /* of pwrite and pread */
    unsigned fail_at;  /* this call and all after it fail; 0: none */
    int error;         /* 0: nothing is written or read */
    size_t most;       /* bytes a call does; 0: all */
    bool interrupts;   /* every second call is interrupted */
    bool damages;      /* what is read is not what was written */
    bool only_named;   /* no files without a name here */
    struct stat named; /* of the last file that was opened */
} fake;

ssize_t __real_pwrite64(int fd, const void *bytes, size_t len, off64_t place);
ssize_t __real_pread64(int fd, void *bytes, size_t len, off64_t place);
int __real_open64(const char *path, int flags, ...);
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t len, off64_t place);
ssize_t __wrap_pread64(int fd, void *bytes, size_t len, off64_t place);
int __wrap_open64(const char *path, int flags, ...);

static bool call_fails(size_t *len)
{
    fake.calls++;
    if (fake.most && *len > fake.most)
        *len = fake.most;
    if (fake.interrupts && fake.calls % 2) {
        errno = EINTR;
        return true;
    }
    if (!fake.fail_at || fake.calls < fake.fail_at)
        return false;
    errno = fake.error;
    return true;
}

ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t len, off64_t place)
{
    if (call_fails(&len))
        return errno ? -1 : 0;
    return __real_pwrite64(fd, bytes, len, place);
}

ssize_t __wrap_pread64(int fd, void *bytes, size_t len, off64_t place)
{
    if (call_fails(&len))
        return errno ? -1 : 0;
    ssize_t done = __real_pread64(fd, bytes, len, place);
    if (fake.damages && done > 0)
        memset(bytes, 0xa5, (size_t)done);
    return done;
}

int __wrap_open64(const char *path, int flags, ...)
{
    if (fake.only_named && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    int fd = __real_open64(path, flags, mode);
    if (fd >= 0)
        assert_int_equal(fstat(fd, &fake.named), 0);
    return fd;
}

static char folder[64];

static int fresh_folder(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    strcpy(folder, "/tmp/ddnshunt-scratch-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    return rmdir(folder); /* fails if anything is left in it */
}

/* --- streams --- */

/* Record `number` of stream `stream`: its length and bytes depend on both. */
static struct slice record_make(unsigned stream, unsigned number, char *space, size_t space_len)
{
    static const size_t LENGTHS[] = {0, 1, 3, 4, 17, 500, 4076, 4075, 4080, 4096, 9000, 30000};
    size_t len = LENGTHS[(number * 7 + stream) % (sizeof LENGTHS / sizeof LENGTHS[0])];
    assert_true(len <= space_len);
    for (size_t i = 0; i < len; i++)
        space[i] = (char)(i * 31 + number + stream * 5);
    return slice_of(space, len);
}

enum { STREAMS = 3, RECORDS = 40, SPACE = 30000 };

static enum err_code streams_write(struct scratch *scratch, struct scratch_stream *streams, struct err *err)
{
    static char space[SPACE];
    struct scratch_writer writers[STREAMS];
    enum err_code code = ERR_NONE;
    for (unsigned s = 0; s < STREAMS; s++)
        scratch_writer_init(&writers[s], scratch);
    for (unsigned n = 0; n < RECORDS && code == ERR_NONE; n++)
        for (unsigned s = 0; s < STREAMS && code == ERR_NONE; s++)
            code = scratch_add(&writers[s], record_make(s, n, space, sizeof space), err);
    for (unsigned s = 0; s < STREAMS && code == ERR_NONE; s++)
        code = scratch_finish(&writers[s], &streams[s], err);
    for (unsigned s = 0; s < STREAMS; s++)
        scratch_writer_release(&writers[s]);
    return code;
}

static enum err_code stream_read(struct scratch *scratch, unsigned s, const struct scratch_stream *stream,
                                 struct err *err)
{
    static char space[SPACE];
    struct scratch_reader reader;
    enum err_code code = scratch_reader_open(&reader, scratch, stream, err);
    bool any = true;
    unsigned n = 0;
    for (; code == ERR_NONE && any; n++) {
        struct slice record;
        code = scratch_next(&reader, &record, &any, err);
        if (code == ERR_NONE && any)
            assert_slice_equal(record, record_make(s, n, space, sizeof space));
    }
    if (code == ERR_NONE)
        assert_int_equal(n, RECORDS + 1);
    scratch_reader_release(&reader);
    return code;
}

static enum err_code all_of_it(struct err *err)
{
    struct scratch *scratch;
    struct scratch_stream streams[STREAMS] = {{0}};
    enum err_code code = scratch_open(folder, SCRATCH_BLOCK_MIN, &scratch, err);
    if (code != ERR_NONE)
        return code;
    for (unsigned round = 0; round < 2 && code == ERR_NONE; round++) {
        code = streams_write(scratch, streams, err);
        for (unsigned s = 0; s < STREAMS && code == ERR_NONE; s++)
            code = stream_read(scratch, s, &streams[s], err);
    }
    assert_int_equal(scratch_held_bytes(scratch), 0);
    scratch_close(scratch);
    return code;
}

static void streams_come_back(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(all_of_it(&err), ERR_NONE);
    assert_int_equal(fake.named.st_mode & 07777, 0600);
    assert_int_equal(fake.named.st_nlink, 0);
    fake.most = 1000;
    fake.interrupts = true;
    assert_int_equal(all_of_it(&err), ERR_NONE);
}

static void where_files_have_names_the_name_goes_at_once(void **state)
{
    (void)state;
    struct scratch *scratch;
    struct err err = {0};
    fake.only_named = true;
    assert_int_equal(scratch_open(folder, SCRATCH_BLOCK_MIN, &scratch, &err), ERR_NONE);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    scratch_close(scratch);
    assert_int_equal(all_of_it(&err), ERR_NONE);
}

static void blocks_are_used_again(void **state)
{
    (void)state;
    struct scratch *scratch;
    struct scratch_stream streams[STREAMS];
    struct err err = {0};
    assert_int_equal(scratch_open(folder, SCRATCH_BLOCK_MIN, &scratch, &err), ERR_NONE);
    uint64_t file_bytes = 0;
    for (unsigned round = 0; round < 5; round++) {
        assert_int_equal(streams_write(scratch, streams, &err), ERR_NONE);
        assert_int_equal(streams[1].record_count, RECORDS);
        assert_int_equal(streams[1].record_max, SPACE);
        for (unsigned s = 0; s < STREAMS; s++)
            assert_int_equal(stream_read(scratch, s, &streams[s], &err), ERR_NONE);
        assert_true(round == 0 || scratch_file_bytes(scratch) == file_bytes);
        file_bytes = scratch_file_bytes(scratch);
    }
    assert_true(scratch_written_bytes(scratch) > 4 * file_bytes);
    scratch_close(scratch);
}

static void an_empty_stream_is_empty(void **state)
{
    (void)state;
    struct scratch *scratch;
    struct scratch_writer writer;
    struct scratch_reader reader;
    struct scratch_stream stream;
    struct slice record;
    struct err err = {0};
    bool any = true;
    assert_int_equal(scratch_open(folder, SCRATCH_BLOCK_MIN, &scratch, &err), ERR_NONE);
    scratch_writer_init(&writer, scratch);
    assert_int_equal(scratch_finish(&writer, &stream, &err), ERR_NONE);
    assert_int_equal(stream.first, 0);
    assert_int_equal(scratch_reader_open(&reader, scratch, &stream, &err), ERR_NONE);
    assert_int_equal(scratch_next(&reader, &record, &any, &err), ERR_NONE);
    assert_false(any);
    scratch_reader_release(&reader);
    scratch_close(scratch);
    scratch_close(NULL);
}

/* --- what goes wrong --- */

static void a_missing_folder_is_named(void **state)
{
    (void)state;
    struct scratch *scratch;
    struct err err = {0};
    assert_int_equal(scratch_open("/nowhere/at/all", SCRATCH_BLOCK_MIN, &scratch, &err), ERR_OUTPUT);
    assert_string_equal(err.where, "/nowhere/at/all");
    assert_non_null(strstr(err.hint, "--tmp-dir"));
    assert_int_equal(scratch_open(NULL, SCRATCH_BLOCK_MIN, &scratch, &err), ERR_NONE);
    scratch_close(scratch);
}

static void every_write_and_read_may_fail(void **state)
{
    (void)state;
    static const int ERRORS[] = {ENOSPC, EIO, 0};
    for (size_t e = 0; e < sizeof ERRORS / sizeof ERRORS[0]; e++) {
        enum err_code code = ERR_OUTPUT;
        unsigned nth = 1;
        for (; code != ERR_NONE; nth++) {
            struct err err = {0};
            fake.calls = 0;
            fake.fail_at = nth;
            fake.error = ERRORS[e];
            code = all_of_it(&err);
            assert_true(code == ERR_NONE || code == ERR_OUTPUT);
            assert_true(code == ERR_NONE || strcmp(err.where, folder) == 0);
            if (code && ERRORS[e] == ENOSPC)
                assert_non_null(strstr(err.hint, "free some space"));
        }
        assert_true(nth > 100);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    enum err_code code = ERR_MEMORY;
    for (uint64_t nth = 1; code != ERR_NONE; nth++) {
        struct err err = {0};
        mem_fail_after(nth);
        code = all_of_it(&err);
        mem_fail_after(0);
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
        assert_true(nth < 1000);
    }
}

static void what_was_damaged_is_not_believed(void **state)
{
    (void)state;
    struct err err = {0};
    fake.damages = true;
    assert_int_equal(all_of_it(&err), ERR_OUTPUT);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, fresh_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(streams_come_back),         IN_FOLDER(where_files_have_names_the_name_goes_at_once),
        IN_FOLDER(blocks_are_used_again),     IN_FOLDER(an_empty_stream_is_empty),
        IN_FOLDER(a_missing_folder_is_named), IN_FOLDER(every_write_and_read_may_fail),
        IN_FOLDER(every_allocation_may_fail), IN_FOLDER(what_was_damaged_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
