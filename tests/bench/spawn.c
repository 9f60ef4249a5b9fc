/*
 * spawn.c - starts a command again and again, and tells what each run took: spawn COUNT OUTPUT [--first-read FILE] COMMAND...
 *
 * A line a run: nanoseconds, the peak of resident memory in KiB, the exit status. A small program does this because a script's own
 * start of processes takes about as long as what is measured, and because the kernel counts the memory of the process that
 * starts another one as that one's peak.
 *
 * With --first-read the clock stops at the first read of standard input, a pipe of one page that was filled before (from FILE):
 * poll() says when the page is gone. What the program did until then is its start, all that it knows included.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, WAIT_MS = 10000 };

static _Noreturn void fail(const char *what)
{
    (void)fprintf(stderr, "spawn: %s: %s\n", what, strerror(errno));
    exit(2);
}

static long long now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A pipe that holds one page, full. */
static void full_pipe(const char *path, int ends[2])
{
    char page[PAGE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || read(file, page, PAGE) != PAGE) {
        fail(path);
    }
    (void)close(file);
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[1], F_SETPIPE_SZ, PAGE) != PAGE ||
        write(ends[1], page, PAGE) != PAGE) {
        fail("pipe");
    }
}

static pid_t start(char **command, const char *output, int input)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    (void)posix_spawn_file_actions_init(&actions);
    if (input >= 0) {
        (void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    } else {
        (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    if (errno != 0) {
        fail(command[0]);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void run(char **command, const char *output, const char *first_read)
{
    int ends[2] = {-1, -1};
    if (first_read) {
        full_pipe(first_read, ends);
    }
    long long begin = now_ns(), end = 0;
    pid_t pid = start(command, output, ends[0]);
    if (first_read) {
        struct pollfd room = {.fd = ends[1], .events = POLLOUT};
        (void)close(ends[0]);
        if (poll(&room, 1, WAIT_MS) != 1 || !(room.revents & POLLOUT) || (room.revents & POLLERR)) {
            errno = ETIMEDOUT;
            fail("the command did not read");
        }
        end = now_ns();
        (void)close(ends[1]);
    }
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) != pid) {
        fail("wait4");
    }
    if (!first_read) {
        end = now_ns();
    }
    printf("%lld %ld %d\n", end - begin, usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(int argc, char **argv)
{
    const char *first_read = NULL;
    int at = 3;
    if (argc > 5 && strcmp(argv[3], "--first-read") == 0) {
        first_read = argv[4];
        at = 5;
    }
    long count = argc > at ? strtol(argv[1], NULL, 10) : 0;
    if (count <= 0) {
        (void)fputs("usage: spawn COUNT OUTPUT [--first-read FILE] COMMAND...\n", stderr);
        return 2;
    }
    for (long i = 0; i < count; i++) {
        run(argv + at, argv[2], first_read);
    }
    return 0;
}
