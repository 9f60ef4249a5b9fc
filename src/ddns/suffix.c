/*
 * suffix.c - does a text end in one of many endings? See suffix.h.
 *
 * A Patricia trie over the endings read backwards. A branch looks at one byte, as many bytes from the text's end as the
 * endings below it have in common; a leaf names the one ending that is still possible, which is then compared whole. An
 * ending that a shorter one implies is left out, so that no path has more than one candidate.
 *
 *   .duckdns.org .ddns.net .hopto.org     branch at 0: 't' -> .ddns.net
 *                                                      'g' -> branch at 4: 's' -> .duckdns.org
 *                                                                          'o' -> .hopto.org
 *
 * Before that stands a filter: a bit table over the hash of the last bytes (as many as the shortest ending has, up to
 * eight), which turns nearly every text away with one load, however many endings there are.
 */
#include "ddns/suffix.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    TAIL_MAX = 8,
    /* Bits of the filter for each ending: one text in 32 passes by chance. More would only cost cache. */
    FILTER_BITS_PER_ENDING = 32,
    FILTER_BITS_MIN_LOG2 = 9
};

/* A child is a branch's index, or with this bit an ending's. */
#define LEAF UINT32_C(0x80000000)

struct branch {
    uint64_t present[4]; /* which bytes go on from here */
    uint32_t depth;      /* of the byte, counted from the text's end */
    uint32_t first;      /* children[first + rank of the byte] */
};

struct suffix_set {
    char *bytes;
    struct slice *endings; /* in the order of their bytes read backwards; into bytes */
    uint32_t ending_count;
    struct branch *branches;
    uint32_t *children;
    uint32_t branch_count, child_count;
    uint32_t root; /* a child; meaningless if there is no ending */
    unsigned tail; /* bytes that the filter looks at */
    unsigned filter_shift;
    uint64_t *filter;
};

/* The last `tail` bytes of a text that has as many, as a number: the same for texts of any length. */
static uint64_t tail_bytes(struct slice text, unsigned tail)
{
    unsigned char last[TAIL_MAX] = {0};
    uint64_t word;
    if (text.len >= TAIL_MAX)
        memcpy(&word, text.ptr + text.len - TAIL_MAX, sizeof word);
    else {
        memcpy(last + TAIL_MAX - text.len, text.ptr, text.len);
        memcpy(&word, last, sizeof word);
    }
    unsigned others = (TAIL_MAX - tail) * 8; /* bits before the tail; tail is at least 1 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return word >> others;
#else
    return word << others;
#endif
}

static uint64_t filter_hash(uint64_t word, unsigned shift)
{
    word *= UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio */
    return (word ^ word >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> shift;
}

static int compare_backwards(const void *left, const void *right)
{
    const struct slice *a = left, *b = right;
    size_t common = a->len < b->len ? a->len : b->len;
    for (size_t i = 1; i <= common; i++) {
        unsigned char x = (unsigned char)a->ptr[a->len - i], y = (unsigned char)b->ptr[b->len - i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return a->len == b->len ? 0 : a->len < b->len ? -1 : 1;
}

/* Copies the endings, sorts them, and leaves out what a shorter one implies. */
static enum err_code copy_endings(struct suffix_set *set, const struct slice *endings, uint32_t count, struct err *err)
{
    size_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += endings[i].len;
    set->bytes = mem_alloc(total);
    set->endings = mem_array(NULL, count, sizeof *set->endings);
    if (!set->bytes || !set->endings)
        return err_no_memory(err, total + count * sizeof *set->endings);

    char *at = set->bytes;
    for (uint32_t i = 0; i < count; i++) {
        if (endings[i].len > 0)
            memcpy(at, endings[i].ptr, endings[i].len);
        set->endings[i] = slice_of(at, endings[i].len);
        at += endings[i].len;
    }
    qsort(set->endings, count, sizeof *set->endings, compare_backwards);

    /* What an ending implies comes right behind it. */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || !slice_ends(set->endings[i], set->endings[kept - 1]))
            set->endings[kept++] = set->endings[i];
    set->ending_count = kept;
    return ERR_NONE;
}

static unsigned char byte_from_end(struct slice text, size_t depth)
{
    return (unsigned char)text.ptr[text.len - 1 - depth];
}

/* Endings [low, high), at least two, and where the index of what stands for them is to be written. */
struct build_task {
    uint32_t low, high, child;
};

/*
 * Makes the branch of a range and a task for each of its children. The first and the last of a sorted range differ
 * where any two do first.
 */
static uint32_t build_branch(struct suffix_set *set, struct build_task task, struct build_task *tasks, uint32_t *count)
{
    struct slice first = set->endings[task.low], last = set->endings[task.high - 1];
    uint32_t depth = 0;
    while (byte_from_end(first, depth) == byte_from_end(last, depth))
        depth++; /* ends: neither implies the other */

    struct branch *branch = &set->branches[set->branch_count];
    *branch = (struct branch){.depth = depth, .first = set->child_count};
    for (uint32_t low = task.low, high; low < task.high; low = high) {
        unsigned char byte = byte_from_end(set->endings[low], depth);
        for (high = low + 1; high < task.high && byte_from_end(set->endings[high], depth) == byte;)
            high++;
        branch->present[byte / 64] |= UINT64_C(1) << byte % 64;
        uint32_t child = set->child_count++;
        set->children[child] = LEAF | low;
        if (high - low > 1)
            tasks[(*count)++] = (struct build_task){low, high, child};
    }
    return set->branch_count++;
}

static enum err_code build_trie(struct suffix_set *set, struct err *err)
{
    uint32_t count = set->ending_count;
    set->root = LEAF;
    if (count < 2)
        return ERR_NONE;
    /* n leaves: fewer than n branches, each but the root a child. */
    set->branches = mem_array(NULL, count, sizeof *set->branches);
    set->children = mem_array(NULL, (size_t)count * 2, sizeof *set->children);
    struct build_task *tasks = mem_array(NULL, count, sizeof *tasks);
    if (!set->branches || !set->children || !tasks) {
        mem_free(tasks);
        return err_no_memory(err, count * (sizeof *set->branches + sizeof *tasks));
    }
    uint32_t open = 0;
    set->root = build_branch(set, (struct build_task){0, count, 0}, tasks, &open);
    while (open > 0) {
        struct build_task task = tasks[--open];
        set->children[task.child] = build_branch(set, task, tasks, &open);
    }
    mem_free(tasks);
    return ERR_NONE;
}

static enum err_code build_filter(struct suffix_set *set, struct err *err)
{
    size_t shortest = TAIL_MAX;
    for (uint32_t i = 0; i < set->ending_count; i++)
        if (set->endings[i].len < shortest)
            shortest = set->endings[i].len;
    set->tail = (unsigned)shortest;
    if (set->tail == 0)
        return ERR_NONE; /* every text ends in the empty one */

    unsigned log2 = FILTER_BITS_MIN_LOG2;
    while ((UINT64_C(1) << log2) < (uint64_t)set->ending_count * FILTER_BITS_PER_ENDING)
        log2++;
    set->filter_shift = 64 - log2;
    set->filter = mem_zalloc((size_t)1 << (log2 - 6), sizeof *set->filter);
    if (!set->filter)
        return err_no_memory(err, (UINT64_C(1) << log2) / 8);
    for (uint32_t i = 0; i < set->ending_count; i++) {
        uint64_t bit = filter_hash(tail_bytes(set->endings[i], set->tail), set->filter_shift);
        set->filter[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    return ERR_NONE;
}

static enum err_code build(struct suffix_set *set, const struct slice *endings, uint32_t count, struct err *err)
{
    TRY(copy_endings(set, endings, count, err));
    TRY(build_trie(set, err));
    return build_filter(set, err);
}

enum err_code suffix_set_build(const struct slice *endings, uint32_t count, struct suffix_set **out_set,
                               struct err *err)
{
    if (count >= LEAF)
        return err_set(err, ERR_LIMIT, "%u endings are too many for one set", count);
    struct suffix_set *set = mem_zalloc(1, sizeof *set);
    if (!set)
        return err_no_memory(err, sizeof *set);
    enum err_code code = build(set, endings, count, err);
    if (code != ERR_NONE) {
        suffix_set_free(set);
        return code;
    }
    *out_set = set;
    return ERR_NONE;
}

void suffix_set_free(struct suffix_set *set)
{
    if (!set)
        return;
    mem_free(set->bytes);
    mem_free(set->endings);
    mem_free(set->branches);
    mem_free(set->children);
    mem_free(set->filter);
    mem_free(set);
}

/* The number of bytes below `byte` that go on from the branch. */
static unsigned branch_rank(const struct branch *branch, unsigned char byte)
{
    unsigned rank = 0;
    for (unsigned word = 0; word < byte / 64u; word++)
        rank += (unsigned)__builtin_popcountll(branch->present[word]);
    uint64_t below = (UINT64_C(1) << byte % 64) - 1;
    return rank + (unsigned)__builtin_popcountll(branch->present[byte / 64] & below);
}

static bool trie_ends(const struct suffix_set *set, struct slice text)
{
    uint32_t node = set->root;
    while (!(node & LEAF)) {
        const struct branch *branch = &set->branches[node];
        if (text.len <= branch->depth)
            return false;
        unsigned char byte = byte_from_end(text, branch->depth);
        if (!(branch->present[byte / 64] >> byte % 64 & 1))
            return false;
        node = set->children[branch->first + branch_rank(branch, byte)];
    }
    return slice_ends(text, set->endings[node & ~LEAF]);
}

bool suffix_set_ends(const struct suffix_set *set, struct slice text)
{
    if (set->ending_count == 0 || text.len < set->tail)
        return false;
    if (set->tail == 0)
        return true; /* the empty ending: it is the only one left */
    uint64_t bit = filter_hash(tail_bytes(text, set->tail), set->filter_shift);
    return (set->filter[bit / 64] >> bit % 64 & 1) && trie_ends(set, text);
}

uint32_t suffix_set_count(const struct suffix_set *set)
{
    return set->ending_count;
}

struct slice suffix_set_at(const struct suffix_set *set, uint32_t index)
{
    return set->endings[index];
}
