/*
 * kb_int.h - how the knowledge base lies in memory: made by kb_build.c, asked by kb.c.
 *
 * Rows are rules and services; nothing here changes or copies one. Over them stands a tree of labels, read from the right,
 * kept in one hash table: a node is a tail of some row's name, of whole labels.
 *
 *   rows   duckdns.org, *.example.net, !www.example.net
 *   nodes  duckdns.org (plain), example.net (wildcard), www.example.net (except)
 *   tags   [0 | 17 | 0 | 201 | ...]   of slots that are found by the hash of the tail, which is chained from label to label
 *   slots  [. |  2 | . |   0 | ...]   number of the node
 *
 * A host is walked from the right for as long as its tail is a node. Names have two labels at least, so that the last label
 * alone needs none, and most hosts are done after one probe, which a tag of 0 answers.
 */
#ifndef DDNSHUNT_DDNS_KB_INT_H
#define DDNSHUNT_DDNS_KB_INT_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/load.h"
#include "ddns/kb.h"

enum {
    KB_NAME_MAX = 253, /* bytes of a name, RFC 1035 in text form */
    KB_LABEL_MAX = 63,
    KB_TEXT_MAX = 200 /* bytes of a provider, a purpose or a source: for tables that people read */
};

/* The rows that the program was built with, in the order of a list; written by data/embed.py. */
extern const struct kb_rule KB_RULES[];
extern const uint32_t KB_RULE_COUNT;
extern const struct kb_service KB_SERVICES[];
extern const uint32_t KB_SERVICE_COUNT;

/* Rules in the order of suffix, then plain, wildcard, exception; services in the order of host. No two compare equal. */
struct kb_list {
    const void **rows; /* of const struct kb_rule, or of const struct kb_service */
    uint32_t count;
};

/* The rule that compares equal to wanted, or NULL. */
const struct kb_rule *kb_list_find(const struct kb_list *rules, const struct kb_rule *wanted);

/* A row's number plus one, so that zero is none. */
typedef uint32_t kb_row_id;

struct kb_node {
    const char *name; /* the tail: borrowed from a row's text */
    uint16_t len;
    bool except;        /* the wildcard above is not for this tail */
    kb_row_id plain;    /* the rule of this very suffix */
    kb_row_id wildcard; /* the rule "*." before this tail */
    kb_row_id service;  /* of this whole name */
};

struct kb_tree {
    struct kb_node *nodes;
    uint32_t count;
    uint8_t
        *tags; /* of each slot: a byte of its node's hash, 0 if it is free: few enough to stay in the nearest cache */
    uint32_t *slots; /* the node's number */
    uint64_t slot_mask;
    uint64_t *ends; /* a bit for each end of a host that may be under a node: see kb_ends_may() */
    uint64_t ends_mask;
    bool has_short_ends; /* some are of KB_END_MIN bytes: hardly ever */
    uint64_t seed;
    unsigned labels_max;
};

/* The rows of a table that was added, and their text. */
struct kb_table {
    struct arena arena;
    struct kb_table *before;
};

struct kb {
    struct kb_table *tables; /* those that were added, the last one first */
    struct kb_list rules, services;
    struct kb_tree tree;
};

/* How one kind of table becomes rows. */
struct kb_form {
    const char *const *columns; /* the first two must be there */
    unsigned column_count;
    /* cells: one a column of the form, trimmed, empty where the table has none. The row and its text are arena's. */
    enum err_code (*make)(const struct slice *cells, struct arena *arena, const void **out_row, struct err *err);
    int (*compare)(const void *row, const void *other);
    /* The row's first cell as it is written. text has room for KB_NAME_MAX + 3 bytes. */
    void (*show)(const void *row, char *text);
};
extern const struct kb_form KB_RULE_FORM, KB_SERVICE_FORM;
enum { KB_COLUMNS_MAX = 8 };

/* A cell as a message shows it: what is wrong must still fit behind it. */
struct slice kb_shown(struct slice cell);

/* A row as it was read, and where. */
struct kb_read_row {
    const void *row;
    uint32_t line;
};
/* Who is told of a row that is wrong, and the rows behind it are read. */
struct kb_complaints {
    void (*tell)(void *user, uint32_t line, const struct err *err);
    void *user;
};
/*
 * Rows of a table in the order of its lines; to be freed with mem_free(), on failure nothing is. complaints NULL: the first row
 * that is wrong is the failure.
 */
enum err_code kb_table_read(const struct kb_form *form, struct slice table, const char *name, struct arena *arena,
                            const struct kb_complaints *complaints, struct kb_read_row **out_rows, uint32_t *out_count,
                            struct err *err) MUST_CHECK;

/*
 * --- walking a name from the right ---
 *
 * In words of eight bytes. A tail's hash is that of the whole words behind it and of the part of a word with which it begins:
 *
 *   www.duckdns.org   words "kdns.org" and "www.duc"   tails "org", "duckdns.org" and the whole
 */
struct kb_walk {
    struct slice name;
    size_t end;     /* of the word */
    uint64_t word;  /* the eight bytes before end, the last one highest; zeros where the name has not as many */
    uint64_t dots;  /* 0x80 in each byte of the word where a dot stands that was not come to yet */
    uint64_t state; /* hash of the words behind */
    size_t start;   /* of the tail */
    unsigned len;   /* bytes of the word that belong to it */
};

static inline uint64_t kb_word_before(struct slice name, size_t end)
{
    uint64_t word = 0;
    if (name.len >= sizeof word && end > 0) {
        word = load64(name.ptr + (end >= sizeof word ? end - sizeof word : 0));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        return end >= sizeof word ? word : word << (sizeof word - end) * 8;
    }
    /* The whole name has less than a word. */
    for (size_t i = 0; i < end; i++)
        word = word >> 8 | (uint64_t)(unsigned char)name.ptr[i] << 56;
    return word;
}

static inline void kb_walk_load(struct kb_walk *walk)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f), dot = UINT64_C(0x2e2e2e2e2e2e2e2e);
    walk->word = kb_word_before(walk->name, walk->end);
    uint64_t other = walk->word ^ dot;
    walk->dots = ~(((other & low) + low) | other | low);
    if (walk->end < 8) /* what stands before the name ends its first label, as a dot does */
        walk->dots |= UINT64_C(0x80) << (7 - walk->end) * 8;
}

static inline struct kb_walk kb_walk_from(struct slice name, uint64_t seed)
{
    struct kb_walk walk = {.name = name, .end = name.len, .state = seed};
    kb_walk_load(&walk);
    return walk;
}

/* To the tail that is longer by a label; false if there is none. */
static inline bool kb_walk_next(struct kb_walk *walk)
{
    while (!walk->dots) {
        if (walk->end < 8)
            return false;
        walk->state = hash_step(walk->state, walk->word);
        walk->end -= 8;
        kb_walk_load(walk);
    }
    unsigned zeros = (unsigned)__builtin_clzll(walk->dots);
    walk->dots ^= UINT64_C(1) << (63 - zeros);
    walk->len = zeros / 8;
    walk->start = walk->end - walk->len;
    return true;
}

static inline struct slice kb_walk_tail(const struct kb_walk *walk)
{
    return (struct slice){walk->name.ptr + walk->start, walk->name.len - walk->start};
}

static inline uint64_t kb_walk_hash(const struct kb_walk *walk)
{
    uint64_t part = walk->len ? walk->word >> (8 - walk->len) * 8 : 0;
    return hash_step(walk->state, part | (uint64_t)(walk->len + 1) << 56);
}

/*
 * --- a look at a host's last bytes ---
 *
 * A host that a row fits ends in the row's name, with a dot before it if the host is longer. The last eight bytes are all that most
 * hosts need to be told from all rows: no walk, and nothing that the processor would have to guess. A name of less than eight
 * bytes fixes fewer of them, so that there are ends of several lengths, down to that of "a.b", of which kind the built-in rows
 * have none.
 */
enum { KB_END_MIN = 4, KB_END_USUAL = 5, KB_END_MAX = 8 };

/* word: the last eight bytes, the last one highest. */
static inline uint64_t kb_end_bit(const struct kb_tree *tree, uint64_t word, unsigned len)
{
    return (word >> (KB_END_MAX - len) * 8) * UINT64_C(0x9e3779b97f4a7c15) >> 32 & tree->ends_mask;
}

/* False: no row's name is the host's end. */
static inline bool kb_ends_may(const struct kb_tree *tree, struct slice host)
{
    if (host.len < KB_END_MAX)
        return true;
    uint64_t word = kb_word_before(host, host.len), found = 0, bit;
    for (unsigned len = KB_END_USUAL; len <= KB_END_MAX; len++) {
        bit = kb_end_bit(tree, word, len);
        found |= tree->ends[bit / 64] >> bit % 64;
    }
    if (tree->has_short_ends) {
        bit = kb_end_bit(tree, word, KB_END_MIN);
        found |= tree->ends[bit / 64] >> bit % 64;
    }
    return found & 1;
}

/* Not 0, which is a free slot's. */
static inline uint8_t kb_tag(uint64_t hash)
{
    uint8_t tag = (uint8_t)(hash >> 56);
    return tag ? tag : 1;
}

/* The node of a tail, or NULL. */
static inline const struct kb_node *kb_node_find(const struct kb_tree *tree, struct slice tail, uint64_t hash)
{
    for (uint64_t i = hash & tree->slot_mask; tree->tags[i]; i = (i + 1) & tree->slot_mask) {
        if (tree->tags[i] != kb_tag(hash))
            continue;
        const struct kb_node *node = &tree->nodes[tree->slots[i]];
        if (node->len == tail.len && memcmp(node->name, tail.ptr, tail.len) == 0)
            return node;
    }
    return NULL;
}

#endif
