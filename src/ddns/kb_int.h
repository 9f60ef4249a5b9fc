/*
 * kb_int.h - how the knowledge base lies in memory: made by kb_build.c, asked by kb.c.
 *
 * Rows are rules and services; nothing here changes or copies one. Over them stands a tree of labels, read from the right,
 * kept in one hash table: a node is a tail of some row's name, of whole labels.
 *
 *   rows   duckdns.org, *.example.net, !www.example.net
 *   nodes  org, duckdns.org (plain), net, example.net (wildcard), www.example.net (except)
 *   slots  [0 | tag, node | 0 | ...]   found by the hash of the tail, which is chained from label to label
 *
 * A host is walked from the right for as long as its tail is a node: most hosts stop at their second label.
 */
#ifndef DDNSHUNT_DDNS_KB_INT_H
#define DDNSHUNT_DDNS_KB_INT_H

#include "base/arena.h"
#include "base/hash.h"
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
    uint64_t *slots; /* high half: that of the hash; low half: the node's number plus one; 0 is free */
    uint64_t slot_mask;
    uint64_t seed;
    unsigned labels_max;
};

struct kb {
    struct arena text; /* rows that were added, and their text */
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

/* --- walking a name from the right --- */

/* The eight bytes before end, the last one highest; zeros where the name has not as many. */
static inline uint64_t kb_word_before(struct slice name, size_t end)
{
    uint64_t word = 0;
    if (name.len >= sizeof word && end > 0) {
        memcpy(&word, name.ptr + (end >= sizeof word ? end - sizeof word : 0), sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        return end >= sizeof word ? word : word << (sizeof word - end) * 8;
    }
    for (size_t i = 0; i < end; i++)
        word = word >> 8 | (uint64_t)(unsigned char)name.ptr[i] << 56;
    return word;
}

/*
 * The start of the label that ends at end; *hash, that of the tail behind its dot, becomes that of the tail with it. A label
 * is hashed in words of eight bytes from its end, the last of which has at most seven.
 */
static inline size_t kb_label_before(struct slice name, size_t end, uint64_t *hash)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f), dot = UINT64_C(0x2e2e2e2e2e2e2e2e);
    for (;; end -= 8) {
        uint64_t word = kb_word_before(name, end);
        uint64_t other = word ^ dot;
        uint64_t dots = ~(((other & low) + low) | other | low); /* 0x80 where a dot stands, and nowhere else */
        unsigned len = dots ? (unsigned)__builtin_clzll(dots) / 8 : 8;
        if (len > end)
            len = (unsigned)end;
        if (len < 8) {
            uint64_t rest = len ? word >> (8 - len) * 8 : 0;
            *hash = hash_u64(rest | (uint64_t)(len + 1) << 56, *hash);
            return end - len;
        }
        *hash = hash_u64(word, *hash);
    }
}

/* The node of a tail, or NULL. */
static inline const struct kb_node *kb_node_find(const struct kb_tree *tree, struct slice tail, uint64_t hash)
{
    for (uint64_t i = hash;; i++) {
        uint64_t slot = tree->slots[i & tree->slot_mask];
        if (!slot)
            return NULL;
        if (slot >> 32 != hash >> 32)
            continue;
        const struct kb_node *node = &tree->nodes[(uint32_t)slot - 1];
        if (node->len == tail.len && memcmp(node->name, tail.ptr, tail.len) == 0)
            return node;
    }
}

#endif
