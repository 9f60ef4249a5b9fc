/*
 * replay.c - runs files, and all files of folders, through a fuzz target, without a fuzzer: main() for each target.
 *
 * Each input is copied to memory that ends at a page nobody may read, so that a byte too far is a crash in any build.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t replayed;

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static void run(FILE *file, const char *path, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = (size + page - 1) / page * page;
    uint8_t *memory = mmap(NULL, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + pages, page, PROT_NONE) != 0)
        fail(path, "no memory");
    uint8_t *bytes = memory + pages - size;
    if (fread(bytes, 1, size, file) != size)
        fail(path, "can't be read");
    LLVMFuzzerTestOneInput(bytes, size);
    munmap(memory, pages + page);
    replayed++;
}

static void replay(const char *path);

static void replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        fail(path, "can't be opened");
    for (struct dirent *entry; (entry = readdir(folder));) {
        char inner[4096];
        if (entry->d_name[0] == '.')
            continue;
        if ((size_t)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= sizeof inner)
            fail(path, "a path that is too long");
        replay(inner);
    }
    closedir(folder);
}

static void replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        fail(path, "not found");
    if (S_ISDIR(st.st_mode)) {
        replay_folder(path);
        return;
    }
    FILE *file = fopen(path, "rb");
    if (!file)
        fail(path, "can't be opened");
    run(file, path, (size_t)st.st_size);
    fclose(file);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%zu inputs replayed\n", replayed);
    return replayed ? 0 : 1;
}
