/*
 * test_walk.c - the walk over a folder: order, what is left out, faults on the way, no memory.
 */
#include "test.h"

#include "base/mem.h"
#include "base/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/ddnshunt-walk-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", folder, folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[5000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_file(const char *name)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fclose(file);
}

/* All paths below the folder, without it, each behind a blank; faults as "!". */
static void walk_all(const char *root, char *out, size_t size)
{
    struct walk *walk;
    struct err err = {0};
    out[0] = '\0';
    assert_int_equal(walk_open(root, &walk, &err), ERR_NONE);
    for (;;) {
        const char *path;
        enum err_code code = walk_next(walk, &path, &err);
        size_t len = strlen(out);
        if (code) {
            assert_int_equal(code, ERR_INPUT);
            assert_true(strncmp(err.where, root, strlen(root)) == 0);
            snprintf(out + len, size - len, " !");
            continue;
        }
        if (!path)
            break;
        assert_true(strncmp(path, root, strlen(root)) == 0);
        snprintf(out + len, size - len, " %s", path + strlen(root));
    }
    walk_close(walk);
}

static void files_come_in_byte_order_of_their_paths(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("a"), 0777), 0);
    assert_int_equal(mkdir(in_folder("a/b"), 0777), 0);
    assert_int_equal(mkdir(in_folder("empty"), 0777), 0);
    make_file("a/x");
    make_file("a/b/y");
    make_file("a-b");
    make_file("a0");
    make_file("B");
    make_file("\xc3\xa4");
    char all[200];
    walk_all(folder, all, sizeof all);
    assert_string_equal(all, " /B /a-b /a/b/y /a/x /a0 /\xc3\xa4");
    /* A slash at the end of the root is not doubled. */
    walk_all(in_folder(""), all, sizeof all);
    assert_string_equal(all, " B a-b a/b/y a/x a0 \xc3\xa4");
}

static void what_is_no_visible_file_is_left_out(void **state)
{
    (void)state;
    char target[100];
    make_file("file");
    make_file(".hidden");
    assert_int_equal(mkdir(in_folder(".git"), 0777), 0);
    make_file(".git/x");
    assert_int_equal(mkdir(in_folder("sub"), 0777), 0);
    assert_int_equal(mkfifo(in_folder("fifo"), 0666), 0);
    assert_int_equal(symlink("/dev/zero", in_folder("device")), 0);
    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    snprintf(target, sizeof target, "%s/file", folder);
    assert_int_equal(symlink(target, in_folder("sub/link-to-file")), 0);
    assert_int_equal(symlink(folder, in_folder("sub/link-to-folder")), 0);
    char all[200];
    walk_all(folder, all, sizeof all);
    assert_string_equal(all, " /file /sub/link-to-file");
}

/* Its path is longer than the kernel takes: a fault that root meets as well. */
static void unreadable_folder_is_told_and_the_rest_goes_on(void **state)
{
    (void)state;
    make_file("a");
    make_file("c");
    char name[251], home[1000];
    memset(name, 'b', 250);
    name[250] = '\0';
    assert_non_null(getcwd(home, sizeof home));
    assert_int_equal(chdir(folder), 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(mkdir(name, 0777), 0);
        assert_int_equal(chdir(name), 0);
    }
    assert_int_equal(chdir(home), 0);
    char all[200];
    walk_all(folder, all, sizeof all);
    assert_string_equal(all, " /a ! /c");
}

static void root_that_is_no_folder_is_an_error(void **state)
{
    (void)state;
    struct walk *walk;
    struct err err = {0};
    make_file("file");
    assert_int_equal(walk_open(in_folder("file"), &walk, &err), ERR_INPUT);
    assert_int_equal(walk_open(in_folder("none"), &walk, &err), ERR_INPUT);
    assert_non_null(strstr(err.text, "No such file or directory"));
}

static void folders_too_deep_are_told_and_the_rest_goes_on(void **state)
{
    (void)state;
    make_file("z");
    char home[1000];
    assert_non_null(getcwd(home, sizeof home));
    assert_int_equal(chdir(folder), 0);
    for (int i = 0; i < WALK_DEPTH_MAX + 10; i++) {
        assert_int_equal(mkdir("d", 0777), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(chdir(home), 0);
    char all[200];
    walk_all(folder, all, sizeof all);
    assert_string_equal(all, " ! /z");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("a"), 0777), 0);
    make_file("a/x");
    make_file("b");
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        struct walk *walk = NULL;
        struct err err = {0};
        const char *path = "";
        mem_fail_after(nth);
        enum err_code code = walk_open(folder, &walk, &err);
        while (!code && path)
            code = walk_next(walk, &path, &err);
        mem_fail_after(0);
        failed = code != ERR_NONE;
        assert_int_equal(code, failed ? ERR_MEMORY : ERR_NONE);
        walk_close(walk);
        assert_true(nth < 50);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(files_come_in_byte_order_of_their_paths),        IN_FOLDER(what_is_no_visible_file_is_left_out),
        IN_FOLDER(unreadable_folder_is_told_and_the_rest_goes_on), IN_FOLDER(root_that_is_no_folder_is_an_error),
        IN_FOLDER(folders_too_deep_are_told_and_the_rest_goes_on), IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
