/*
 * roofline.c - how fast bytes can be had at all: roofline FILE THREADS [RUNS]
 *
 * A line a measurement: name, threads, bytes, then the seconds of each run. FILE should be in the page cache. Each thread has its own
 * part of the bytes and a buffer of its own; they start together, and the clock runs until the last one is done.
 *
 *   read          read() into a buffer of 256 KiB, which stays in the processor's cache: the kernel's copy, nothing else
 *   read+count    the same, and count the newlines in the buffer: what wc -l does, the least that a reader of lines can do
 *   load          load every cache line of a large array: the bandwidth of memory
 *   memcpy        copy a large array to another one (each byte is read once and written once; counted once)
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, MAX_THREADS = 64, MAX_RUNS = 100 };
static const size_t ARRAY = (size_t)256 << 20;
static const size_t PIECE = (size_t)255 * 64; /* until a count of a byte is full */

struct part {
    pthread_barrier_t *begin;
    void (*work)(struct part *);
    double start_s, end_s;
    int file;
    off_t from, to;
    const unsigned char *source; /* of load and memcpy */
    unsigned char *target;
    size_t len;
    uint64_t sum; /* so that no compiler leaves the work out */
};

static _Noreturn void fail(const char *what)
{
    (void)fprintf(stderr, "roofline: %s: %s\n", what, strerror(errno));
    exit(2);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default"), optimize("O3")))
#else
#define WIDE
#endif

/* Compilers turn this into compares of whole vectors: counts of a byte are summed before they can overflow. */
WIDE static uint64_t newlines(const unsigned char *p, size_t len)
{
    uint64_t count = 0;
    while (len > 0) {
        size_t piece = len < PIECE ? len : PIECE;
        uint8_t few[64] = {0};
        size_t i = 0;
        for (; i + 64 <= piece; i += 64) {
            for (int k = 0; k < 64; k++) {
                few[k] = (uint8_t)(few[k] + (p[i + (size_t)k] == '\n'));
            }
        }
        for (int k = 0; k < 64; k++) {
            count += few[k];
        }
        for (; i < piece; i++) {
            count += p[i] == '\n';
        }
        p += piece;
        len -= piece;
    }
    return count;
}

WIDE static uint64_t xor_all(const unsigned char *p, size_t len)
{
    uint64_t sums[8] = {0}, word;
    for (size_t i = 0; i + 64 <= len; i += 64) {
        for (size_t k = 0; k < 8; k++) {
            memcpy(&word, p + i + 8 * k, 8);
            sums[k] ^= word;
        }
    }
    return sums[0] ^ sums[1] ^ sums[2] ^ sums[3] ^ sums[4] ^ sums[5] ^ sums[6] ^ sums[7];
}

static void read_part(struct part *part, int count)
{
    unsigned char *buffer = part->target;
    for (off_t at = part->from; at < part->to;) {
        size_t want = part->to - at < BUFFER ? (size_t)(part->to - at) : BUFFER;
        ssize_t got = pread(part->file, buffer, want, at);
        if (got <= 0) {
            fail("read");
        }
        part->sum += count ? newlines(buffer, (size_t)got) : buffer[0];
        at += got;
    }
}

static void only_read(struct part *part)
{
    read_part(part, 0);
}

static void read_and_count(struct part *part)
{
    read_part(part, 1);
}

static void load(struct part *part)
{
    part->sum += xor_all(part->source, part->len);
}

static void copy(struct part *part)
{
    memcpy(part->target, part->source, part->len);
    part->sum += part->target[part->len - 1];
}

static void *run_part(void *of)
{
    struct part *part = of;
    (void)pthread_barrier_wait(part->begin);
    part->start_s = now_s();
    part->work(part);
    part->end_s = now_s();
    return NULL;
}

/* Seconds from the first thread's start to the last one's end. */
static double timed(void (*work)(struct part *), struct part *parts, int threads)
{
    pthread_t ids[MAX_THREADS];
    pthread_barrier_t begin;
    (void)pthread_barrier_init(&begin, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        parts[i].begin = &begin;
        parts[i].work = work;
        if (pthread_create(&ids[i], NULL, run_part, &parts[i]) != 0) {
            fail("thread");
        }
    }
    double start = 0, end = 0;
    for (int i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        start = i == 0 || parts[i].start_s < start ? parts[i].start_s : start;
        end = parts[i].end_s > end ? parts[i].end_s : end;
    }
    (void)pthread_barrier_destroy(&begin);
    return end - start;
}

static void report(const char *name, void (*work)(struct part *), struct part *parts, int threads, double bytes,
                   int runs)
{
    (void)timed(work, parts, threads); /* the first run brings pages in */
    printf("%s %d %.0f", name, threads, bytes);
    for (int i = 0; i < runs; i++) {
        printf(" %.6f", timed(work, parts, threads));
    }
    printf("\n");
    (void)fflush(stdout);
}

static void measure(int file, off_t size, unsigned char *arrays[2], int threads, int runs)
{
    static struct part parts[MAX_THREADS];
    for (int i = 0; i < threads; i++) {
        parts[i] = (struct part){.file = file, .from = size * i / threads, .to = size * (i + 1) / threads};
        parts[i].target = aligned_alloc(4096, BUFFER);
        if (!parts[i].target) {
            fail("buffer");
        }
        memset(parts[i].target, 0, BUFFER);
    }
    report("read", only_read, parts, threads, (double)size, runs);
    report("read+count", read_and_count, parts, threads, (double)size, runs);
    for (int i = 0; i < threads; i++) {
        size_t from = ARRAY / (size_t)threads * (size_t)i;
        free(parts[i].target);
        parts[i].source = arrays[0] + from;
        parts[i].target = arrays[1] + from;
        parts[i].len = ARRAY / (size_t)threads;
    }
    report("load", load, parts, threads, (double)ARRAY, runs);
    report("memcpy", copy, parts, threads, (double)ARRAY, runs);
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, runs = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 5;
    if (threads < 1 || threads > MAX_THREADS || runs < 1 || runs > MAX_RUNS) {
        (void)fputs("usage: roofline FILE THREADS [RUNS]\n", stderr);
        return 2;
    }
    struct stat st;
    int file = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &st) != 0) {
        fail(argv[1]);
    }
    unsigned char *arrays[2] = {aligned_alloc(4096, ARRAY), aligned_alloc(4096, ARRAY)};
    if (!arrays[0] || !arrays[1]) {
        fail("memory");
    }
    memset(arrays[0], 1, ARRAY);
    memset(arrays[1], 2, ARRAY);
    measure(file, st.st_size, arrays, 1, runs);
    if (threads > 1) {
        measure(file, st.st_size, arrays, threads, runs);
    }
    free(arrays[0]);
    free(arrays[1]);
    (void)close(file);
    return 0;
}
