/*
 * scan_text.h - for tests of sources: files in a folder of the test's own, and a whole scan as text.
 */
#ifndef DDNSHUNT_TESTS_SCAN_TEXT_H
#define DDNSHUNT_TESTS_SCAN_TEXT_H

#include "test.h"

#include "base/buf.h"
#include "event/value.h"
#include "source/source.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char test_folder[64];

static inline int folder_make(void **state)
{
    (void)state;
    strcpy(test_folder, "/tmp/ddnshunt-source-XXXXXX");
    return mkdtemp(test_folder) ? 0 : -1;
}

static inline int folder_remove(void **state)
{
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", test_folder);
    return system(command);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

/* The path of a file in the test's folder; good for the next seven calls. */
static inline const char *in_folder(const char *name)
{
    static char paths[8][300];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder, name);
    return path;
}

static inline const char *file_make(const char *name, struct slice bytes)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* What a scan gave, as text: a line a row, its cells with bars between; a line a notice; a line a reject. */
struct scan_text {
    struct buf rows, notices, rejects;
    struct scan_stats stats;
    enum err_code code;
    struct err err;
};

static inline void scan_text_notice(void *user, enum scan_notice_kind kind, const char *path, const char *detail,
                                    const struct err *err)
{
    static const char *const KINDS[] = {
        [NOTICE_INPUT_FAILED] = "failed", [NOTICE_INPUT_PASSED] = "passed", [NOTICE_INPUT_OWN] = "own",
        [NOTICE_ROW_LIMIT] = "limit",     [NOTICE_DOUBT] = "doubt",         [NOTICE_OPENED] = "opened"};
    struct scan_text *text = user;
    size_t skip = strncmp(path, test_folder, strlen(test_folder)) == 0 ? strlen(test_folder) + 1 : 0;
    buf_printf(&text->notices, "%s %s %s\n", KINDS[kind], path + skip, err ? err->text : detail ? detail : "");
    if (err && err->hint[0])
        buf_printf(&text->notices, "hint %s\n", err->hint);
}

static inline enum err_code scan_text_reject(void *user, const struct reject *reject, struct err *err)
{
    static const char *const KINDS[] = {"malformed", "too long", "no record", "undecided"};
    (void)err;
    struct scan_text *text = user;
    buf_printf(&text->rejects, "%s %llu @%llu %s: ", KINDS[reject->kind], (unsigned long long)reject->record,
               (unsigned long long)reject->offset, reject->why);
    buf_add(&text->rejects, reject->bytes);
    buf_add_char(&text->rejects, '\n');
    return ERR_NONE;
}

static inline void scan_text_rows(struct scan_text *text, struct batch *batch, const uint32_t *columns, uint32_t count)
{
    const struct column *loaded[16];
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(batch_load(batch, columns[i], batch->selection, &loaded[i], &text->err), ERR_NONE);
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        for (uint32_t k = 0; k < count; k++) {
            struct value value = column_value(loaded[k], batch->selection->rows[i]);
            if (value.is_null)
                buf_add_cstr(&text->rows, "null");
            else
                value_to_text(&value, TEXT_RESULT, &text->rows);
            buf_add_char(&text->rows, k + 1 < count ? '|' : '\n');
        }
    }
}

/* Verifies, loads the named columns (blanks between), shows. */
static inline void scan_text_batch(struct scan_text *text, struct scan *scan, struct batch *batch, const char *columns)
{
    uint32_t wanted[16], count = 0;
    for (struct slice rest = slice_from_cstr(columns); rest.len;) {
        ptrdiff_t blank = slice_find(rest, SLICE(" "), 0);
        size_t end = blank < 0 ? rest.len : (size_t)blank;
        assert_true(count < TEST_COUNT(wanted));
        wanted[count] = schema_find(batch->schema, slice_cut(rest, 0, end));
        if (wanted[count] == COLUMN_NONE)
            print_error("no column %.*s\n", SLICE_ARG(slice_cut(rest, 0, end)));
        assert_int_not_equal(wanted[count], COLUMN_NONE);
        count++;
        rest = slice_cut(rest, end + 1, rest.len);
    }
    assert_int_equal(batch_verify(batch, &text->err), ERR_NONE);
    batch_drop_rejected(batch);
    scan_text_rows(text, batch, wanted, count);
    assert_int_equal(scan_account(scan, batch, &text->stats, scan_text_reject, text, &text->err), ERR_NONE);
}

static inline void scan_text_run(struct scan_text *text, struct scan *scan, const char *columns)
{
    struct block *block;
    while (!(text->code = scan_next(scan, &block, &text->err)) && block) {
        struct batch *batch;
        text->code = block_split(block, &batch, &text->err);
        if (text->code)
            break;
        if (scan_admit(batch))
            scan_text_batch(text, scan, batch, columns);
        batch_free(batch);
    }
    scan_inputs(scan, &text->stats);
}

/* Runs config over paths; release it with scan_text_release(). */
static inline struct scan_text scan_to_text(struct scan_config config, const char *columns)
{
    struct scan_text text = {0};
    buf_init(&text.rows, 0);
    buf_init(&text.notices, 0);
    buf_init(&text.rejects, 0);
    config.notice = scan_text_notice;
    config.user = &text;
    struct scan *scan = NULL;
    text.code = scan_open(&config, &scan, &text.err);
    if (!text.code)
        scan_text_run(&text, scan, columns);
    scan_close(scan);
    return text;
}

static inline void scan_text_release(struct scan_text *text)
{
    buf_release(&text->rows);
    buf_release(&text->notices);
    buf_release(&text->rejects);
}

/* One file of these bytes. */
static inline struct scan_text bytes_to_text(struct slice bytes, struct source_options options, const char *columns)
{
    const char *path = file_make("input", bytes);
    return scan_to_text((struct scan_config){.paths = &path, .path_count = 1, .options = options}, columns);
}

static inline void *interrupt_soon(void *user)
{
    struct timespec moment = {.tv_nsec = 50000000};
    nanosleep(&moment, NULL);
    stream_interrupt(true);
    return user;
}

/* A pipe that holds these bytes and stays open: an interrupt comes while more is waited for. */
static inline struct scan_text interrupted_to_text(struct slice bytes, struct source_options options,
                                                   const char *columns)
{
    const char *path = in_folder("fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, NULL), 0);
    struct scan_text text =
        scan_to_text((struct scan_config){.paths = &path, .path_count = 1, .options = options}, columns);
    pthread_join(thread, NULL);
    stream_interrupt(false);
    close(fd);
    unlink(path);
    return text;
}

#define assert_rows(text, expected)    assert_slice_equal(buf_slice(&(text).rows), slice_from_cstr(expected))
#define assert_rejects(text, expected) assert_slice_equal(buf_slice(&(text).rejects), slice_from_cstr(expected))
#define assert_notices(text, expected) assert_slice_equal(buf_slice(&(text).notices), slice_from_cstr(expected))

/* How many rows a file gives in small blocks, when after some of them a line is appended to it, that many times. */
static inline uint64_t scan_rows_of_growing(const char *path, const char *line, int times)
{
    struct scan_config config = {.paths = &path, .path_count = 1, .options = {.block_bytes = 100}};
    struct scan *scan = NULL;
    struct block *block = NULL;
    struct batch *batch = NULL;
    struct err err;
    uint64_t rows = 0;
    assert_int_equal(scan_open(&config, &scan, &err), ERR_NONE);
    for (int blocks = 0; scan_next(scan, &block, &err) == ERR_NONE && block; blocks++) {
        assert_int_equal(block_split(block, &batch, &err), ERR_NONE);
        rows += batch->row_count;
        batch_free(batch);
        if (blocks == 3) {
            FILE *file = fopen(path, "ab");
            assert_non_null(file);
            for (int i = 0; i < times; i++)
                fputs(line, file);
            assert_int_equal(fclose(file), 0);
        }
    }
    scan_close(scan);
    return rows;
}

#endif
