/*
 * regex_run.c - what must stand in a text for a regular expression without a literal to match: a run of bytes of a set.
 *
 *   [4-6]{5}                    5 bytes of 4, 5, 6
 *   \d{1,3}(\.\d{1,3}){3}       7 bytes of 0-9, "." and what is not ASCII
 *
 * Each node of the tree has a set of bytes that all it matches is of, and a least length. In a row of nodes these add up, and
 * the stretch of it that rules out the most is taken. A character beyond ASCII counts as all bytes over 0x7F, and as one.
 */
#include "kql/regex/regex_syntax.h"

#include "kql/regex/regex.h"

#include <string.h>

enum {
    RUN_MIN = 3,      /* shorter ones stand in nearly every text */
    BYTES_MAX = 40,   /* a set of more of ASCII says little */
    STRETCH_MAX = 64, /* nodes of a row that are looked at */
    LEN_MAX = 1 << 16,
    ASCII_BYTES = 0x80
};

/* A set of ASCII, and whether all that is beyond it is in it. */
struct extent {
    uint64_t ascii[2];
    bool beyond;
    uint32_t len; /* the least */
};

static void extent_add(struct extent *extent, uint32_t c)
{
    if (c < ASCII_BYTES)
        extent->ascii[c >> 6] |= UINT64_C(1) << (c & 63);
    else
        extent->beyond = true;
}

static bool extent_has(const struct extent *extent, uint32_t c)
{
    return extent->ascii[c >> 6] >> (c & 63) & 1;
}

static struct extent anything(uint32_t len)
{
    return (struct extent){{UINT64_MAX, UINT64_MAX}, true, len};
}

/* With what folds to it: the other case, and beside k and s a character that is not ASCII. What is beyond may fold to any. */
static void add_folded(struct extent *extent, uint32_t c, bool fold)
{
    extent_add(extent, c);
    if (!fold)
        return;
    if (c >= ASCII_BYTES) {
        extent_add(extent, 'k');
        extent_add(extent, 'K');
        extent_add(extent, 's');
        extent_add(extent, 'S');
    } else if (ascii_is_alnum((char)c) && !ascii_is_digit((char)c)) {
        extent_add(extent, c ^ 0x20);
        extent->beyond |= (c | 0x20) == 'k' || (c | 0x20) == 's';
    }
}

static void add_property_ascii(struct extent *extent, const char *property)
{
    for (uint32_t c = 0; c < ASCII_BYTES; c++) {
        bool in = ascii_is_digit((char)c);
        if (property == RX_PROPERTY_WORD)
            in = ascii_is_alnum((char)c) || c == '_';
        if (in)
            extent_add(extent, c);
    }
    extent->beyond = true;
}

/* Of one character. Of what would take long to find out nothing is known. */
static struct extent of_class(const struct rx_class *class)
{
    struct extent extent = {.len = 1};
    if (class->op != RX_CLASS_UNION || class->negated)
        return anything(1);
    for (const struct rx_item *item = class->items; item; item = item->next) {
        bool known = item->kind == RX_ITEM_PROPERTY && !class->fold &&
                     (item->property == RX_PROPERTY_WORD || item->property == RX_PROPERTY_DIGIT);
        if (known) {
            add_property_ascii(&extent, item->property);
            continue;
        }
        if (item->kind != RX_ITEM_RANGE)
            return anything(1);
        for (uint32_t c = item->range.low; c <= item->range.high && c < ASCII_BYTES; c++)
            add_folded(&extent, c, class->fold);
        if (item->range.high >= ASCII_BYTES)
            add_folded(&extent, ASCII_BYTES, class->fold);
    }
    return extent;
}

static uint32_t len_limit(uint64_t len)
{
    return len < LEN_MAX ? (uint32_t)len : LEN_MAX;
}

static struct extent joined(struct extent a, struct extent b, bool either)
{
    struct extent both = {{a.ascii[0] | b.ascii[0], a.ascii[1] | b.ascii[1]}, a.beyond || b.beyond, 0};
    both.len = either ? (a.len < b.len ? a.len : b.len) : len_limit((uint64_t)a.len + b.len);
    return both;
}

/* Depth: RX_DEPTH_MAX. */
static struct extent of_node(const struct rx_node *node)
{
    struct extent extent = {.len = 0};
    switch (node->kind) {
    case RX_EMPTY:
    case RX_ASSERT:
        break;
    case RX_LITERAL:
        extent.len = 1;
        add_folded(&extent, node->literal, node->fold);
        break;
    case RX_DOT:
        return anything(1);
    case RX_CLASS:
        return of_class(node->class);
    case RX_GROUP:
        return of_node(node->first);
    case RX_REPEAT:
        extent = of_node(node->first);
        extent.len = len_limit((uint64_t)extent.len * node->min);
        break;
    case RX_CONCAT:
        for (const struct rx_node *child = node->first; child; child = child->next)
            extent = joined(extent, of_node(child), false);
        break;
    case RX_ALTERNATE:
        for (const struct rx_node *child = node->first; child; child = child->next)
            extent = child == node->first ? of_node(child) : joined(extent, of_node(child), true);
        break;
    }
    return extent;
}

static uint32_t byte_count(const struct extent *extent)
{
    return (uint32_t)(__builtin_popcountll(extent->ascii[0]) + __builtin_popcountll(extent->ascii[1]));
}

/* How much it rules out, by guess; 0: it is of no use. */
static uint32_t worth(const struct extent *extent)
{
    uint32_t count = byte_count(extent), bits = 1; /* bits: that one byte of it is worth */
    if (extent->len < RUN_MIN || count > BYTES_MAX)
        return 0;
    for (uint32_t room = ASCII_BYTES; room >= 2 * count + 1 && bits < 8; room /= 2)
        bits++;
    return bits * extent->len;
}

static bool is_better(const struct extent *a, const struct extent *b)
{
    uint32_t left = worth(a), right = worth(b);
    return left > right || (left == right && left > 0 && byte_count(a) < byte_count(b));
}

/* The best stretch of a row of nodes. */
static struct extent of_row(const struct rx_node *first)
{
    struct extent extents[STRETCH_MAX], best = {.len = 0};
    uint32_t count = 0;
    for (const struct rx_node *node = first; node && count < STRETCH_MAX; node = node->next)
        extents[count++] = of_node(node);
    for (uint32_t i = 0; i < count; i++) {
        struct extent stretch = {.len = 0};
        for (uint32_t k = i; k < count; k++) {
            stretch = joined(stretch, extents[k], false);
            if (is_better(&stretch, &best))
                best = stretch;
        }
    }
    return best;
}

bool rx_run_of(const struct rx_tree *tree, struct byte_run *out_run)
{
    const struct rx_node *node = tree->root;
    /* What must match once at least. */
    while (node->kind == RX_GROUP || (node->kind == RX_REPEAT && node->min == 1))
        node = node->first;
    struct extent best = node->kind == RX_CONCAT ? of_row(node->first) : of_node(node);
    memset(out_run, 0, sizeof *out_run);
    if (!worth(&best))
        return false;
    for (uint32_t c = 0; c < ASCII_BYTES; c++)
        out_run->has[c] = extent_has(&best, c);
    for (uint32_t c = ASCII_BYTES; c < 256; c++)
        out_run->has[c] = best.beyond;
    out_run->len = best.len;
    return true;
}

bool regex_as_run(struct slice pattern, struct arena *arena, struct byte_run *out_run)
{
    struct rx_tree tree;
    struct err err;
    return rx_parse(pattern, arena, &tree, &err) == ERR_NONE && rx_run_of(&tree, out_run);
}
