/*
 * regex_shape.c - regular expressions that mean no more than "ends with one of these" or "contains this".
 *
 * Only a yes or no is asked, and a search is not anchored: what can match the empty text at an open end of a pattern
 * says nothing, so a leading `.*` falls away whatever the text holds. `^.*` does not: the dot stops at a newline. Where
 * a form is not surely equivalent for every text, the answer is no.
 */
#include "kql/regex/regex_syntax.h"

#include "base/utf8.h"
#include "kql/regex/regex.h"

enum {
    EXPAND_BYTES_MAX = RX_PATTERN_MAX, /* of all literals together: a written list always fits, a product may not */
    EXPAND_COUNT_MAX = 100000,
    EXPAND_WORK_MAX = 64 << 20, /* bytes of memory filled on the way: no pattern costs more than it is worth */
    EXPAND_CLASS_MAX = 64       /* characters of a class */
};

struct texts {
    struct slice *items;
    uint32_t count;
};

/* Can the node match the empty text anywhere, and does it look at nothing? */
static bool says_nothing(const struct rx_node *node)
{
    switch (node->kind) {
    case RX_EMPTY:
        return true;
    case RX_REPEAT:
        return node->min == 0 || says_nothing(node->first);
    case RX_GROUP:
        return says_nothing(node->first);
    case RX_CONCAT:
        for (const struct rx_node *child = node->first; child; child = child->next)
            if (!says_nothing(child))
                return false;
        return true;
    case RX_ALTERNATE:
        for (const struct rx_node *child = node->first; child; child = child->next)
            if (says_nothing(child))
                return true;
        return false;
    case RX_LITERAL:
    case RX_DOT:
    case RX_CLASS:
    case RX_ASSERT:
        return false;
    }
    return false;
}

static bool is_assertion(const struct rx_node *node, enum rx_assertion assertion)
{
    return node && node->kind == RX_ASSERT && node->assertion == assertion;
}

/* --- expansion into literals: false if it is not possible, or too much --- */

/* Memory, and how many bytes of it may still be filled. */
struct expansion {
    struct arena *arena;
    size_t bytes_left;
};

static bool work_spend(struct expansion *x, size_t bytes)
{
    if (bytes > x->bytes_left)
        return false;
    x->bytes_left -= bytes;
    return true;
}

static bool texts_fit(const struct texts *texts)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < texts->count; i++)
        bytes += texts->items[i].len;
    return bytes <= EXPAND_BYTES_MAX;
}

static bool texts_cross(const struct texts *a, const struct texts *b, struct expansion *x, struct texts *out)
{
    size_t bytes = 0;
    uint64_t count = (uint64_t)a->count * b->count;
    struct slice *items = count <= EXPAND_COUNT_MAX ? arena_array(x->arena, count, sizeof *items) : NULL;
    if (!items)
        return false;
    uint32_t made = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        for (uint32_t j = 0; j < b->count; j++) {
            size_t len = a->items[i].len + b->items[j].len;
            bytes += len;
            char *text =
                bytes <= EXPAND_BYTES_MAX && work_spend(x, len + sizeof *items) ? arena_alloc(x->arena, len) : NULL;
            if (!text)
                return false;
            if (a->items[i].len)
                memcpy(text, a->items[i].ptr, a->items[i].len);
            if (b->items[j].len)
                memcpy(text + a->items[i].len, b->items[j].ptr, b->items[j].len);
            items[made++] = slice_of(text, len);
        }
    }
    *out = (struct texts){items, made};
    return true;
}

static bool texts_join(const struct texts *a, const struct texts *b, struct expansion *x, struct texts *out)
{
    uint64_t count = (uint64_t)a->count + b->count;
    bool fits = count <= EXPAND_COUNT_MAX && work_spend(x, count * sizeof(struct slice));
    struct slice *items = fits ? arena_array(x->arena, count, sizeof *items) : NULL;
    if (!items)
        return false;
    if (a->count)
        memcpy(items, a->items, a->count * sizeof *items);
    if (b->count)
        memcpy(items + a->count, b->items, b->count * sizeof *items);
    *out = (struct texts){items, (uint32_t)count};
    return texts_fit(out);
}

static bool texts_one(struct slice text, struct expansion *x, struct texts *out)
{
    struct slice *item = arena_alloc(x->arena, sizeof *item);
    if (!item)
        return false;
    *item = text;
    *out = (struct texts){item, 1};
    return true;
}

static bool expand_character(uint32_t c, struct expansion *x, struct texts *out)
{
    char bytes[4];
    struct slice text = arena_copy(x->arena, slice_of(bytes, utf8_encode(c, bytes)));
    return text.ptr && texts_one(text, x, out);
}

static bool expand_class(const struct rx_class *class, struct expansion *x, struct texts *out)
{
    struct rx_set set;
    struct err err;
    if (!rx_class_is_plain(class) || rx_class_resolve(class, x->arena, &set, &err) != ERR_NONE)
        return false;
    *out = (struct texts){0};
    for (uint32_t i = 0; i < set.count; i++) {
        if (set.ranges[i].high - set.ranges[i].low >= EXPAND_CLASS_MAX)
            return false;
        for (uint32_t c = set.ranges[i].low; c <= set.ranges[i].high; c++) {
            struct texts one;
            if (out->count == EXPAND_CLASS_MAX || !expand_character(c, x, &one) || !texts_join(out, &one, x, out))
                return false;
        }
    }
    return true;
}

static bool expand(const struct rx_node *node, struct expansion *x, struct texts *out);

/* Characters that stand one behind the other, as one text; *node is moved behind the last of them. */
static bool expand_run(const struct rx_node **node, const struct rx_node *end, struct expansion *x, struct texts *out)
{
    char bytes[4];
    size_t len = 0;
    const struct rx_node *first = *node, *after = first;
    for (; after != end && after->kind == RX_LITERAL && !after->fold; after = after->next)
        len += utf8_encode(after->literal, bytes);
    char *text = arena_alloc(x->arena, len);
    if (!text)
        return false;
    *node = after;
    len = 0;
    for (; first != after; first = first->next) {
        size_t width = utf8_encode(first->literal, bytes);
        memcpy(text + len, bytes, width);
        len += width;
    }
    return texts_one(slice_of(text, len), x, out) && texts_fit(out);
}

/* The nodes from first up to (not with) end, in a row. */
static bool expand_row(const struct rx_node *first, const struct rx_node *end, struct expansion *x, struct texts *out)
{
    if (!texts_one(SLICE(""), x, out))
        return false;
    for (const struct rx_node *node = first; node != end;) {
        struct texts next;
        bool run = node->kind == RX_LITERAL && !node->fold;
        if (run ? !expand_run(&node, end, x, &next) : !expand(node, x, &next))
            return false;
        if (!texts_cross(out, &next, x, out))
            return false;
        node = run ? node : node->next;
    }
    return true;
}

/* Children of a large alternation are gathered in one array that grows by doubling. */
static bool expand_alternation(const struct rx_node *node, struct expansion *x, struct texts *out)
{
    struct slice *items = NULL;
    uint32_t count = 0, capacity = 0;
    for (const struct rx_node *child = node->first; child; child = child->next) {
        struct texts next;
        if (!expand(child, x, &next) || next.count > EXPAND_COUNT_MAX - count)
            return false;
        if (count + next.count > capacity) {
            uint32_t wanted = 2 * (count + next.count);
            struct slice *grown = arena_array(x->arena, wanted, sizeof *grown);
            if (!grown)
                return false;
            if (count)
                memcpy(grown, items, count * sizeof *grown);
            items = grown;
            capacity = wanted;
        }
        if (next.count)
            memcpy(items + count, next.items, next.count * sizeof *items);
        count += next.count;
    }
    *out = (struct texts){items, count};
    return texts_fit(out);
}

static bool expand_repeat(const struct rx_node *node, struct expansion *x, struct texts *out)
{
    struct texts once, exactly;
    if (node->max > EXPAND_CLASS_MAX || !expand(node->first, x, &once))
        return false;
    if (!texts_one(SLICE(""), x, &exactly))
        return false;
    *out = (struct texts){0};
    for (uint32_t times = 0;; times++) {
        if (times >= node->min && !texts_join(out, &exactly, x, out))
            return false;
        if (times == node->max)
            return true;
        if (!texts_cross(&exactly, &once, x, &exactly))
            return false;
    }
}

static bool expand(const struct rx_node *node, struct expansion *x, struct texts *out)
{
    switch (node->kind) {
    case RX_EMPTY:
        return texts_one(SLICE(""), x, out);
    case RX_LITERAL:
        return !node->fold && expand_character(node->literal, x, out);
    case RX_CLASS:
        return expand_class(node->class, x, out);
    case RX_REPEAT:
        return expand_repeat(node, x, out);
    case RX_GROUP:
        return expand(node->first, x, out);
    case RX_CONCAT:
        return expand_row(node->first, NULL, x, out);
    case RX_ALTERNATE:
        return expand_alternation(node, x, out);
    case RX_DOT:
    case RX_ASSERT:
        return false;
    }
    return false;
}

/* --- the two forms --- */

/* \A(?s:.*) : the beginning, then anything at all. */
static bool is_anchored_anything(const struct rx_node *node)
{
    const struct rx_node *next = node->next;
    return is_assertion(node, RX_TEXT_START) && next && next->kind == RX_REPEAT && next->min == 0 &&
           next->max == RX_UNBOUNDED && next->first->kind == RX_DOT && next->first->dot == RX_DOT_ALL;
}

static const struct rx_node *skip_open_start(const struct rx_node *first)
{
    if (first && is_anchored_anything(first))
        first = first->next->next;
    while (first && says_nothing(first))
        first = first->next;
    return first;
}

static bool suffixes_of(const struct rx_node *node, struct expansion *x, struct texts *out);

static bool suffixes_of_concat(const struct rx_node *node, struct expansion *x, struct texts *out)
{
    const struct rx_node *first = skip_open_start(node->first), *end = first;
    while (end && end->next)
        end = end->next;
    if (!end)
        return false;
    if (first == end && !is_assertion(end, RX_TEXT_END))
        return suffixes_of(end, x, out); /* `.*(a$|b$)` */
    return is_assertion(end, RX_TEXT_END) && expand_row(first, end, x, out);
}

static bool suffixes_of(const struct rx_node *node, struct expansion *x, struct texts *out)
{
    switch (node->kind) {
    case RX_GROUP:
        return suffixes_of(node->first, x, out);
    case RX_CONCAT:
        return suffixes_of_concat(node, x, out);
    case RX_ALTERNATE:
        *out = (struct texts){0};
        for (const struct rx_node *child = node->first; child; child = child->next) {
            struct texts next;
            if (!suffixes_of(child, x, &next) || !texts_join(out, &next, x, out))
                return false;
        }
        return true;
    default:
        return is_assertion(node, RX_TEXT_END) && texts_one(SLICE(""), x, out);
    }
}

bool regex_as_suffixes(struct slice pattern, struct arena *arena, struct slice **out_suffixes, uint32_t *out_count)
{
    struct rx_tree tree;
    struct err err;
    struct texts texts;
    struct expansion x = {arena, EXPAND_WORK_MAX};
    if (rx_parse(pattern, arena, &tree, &err) != ERR_NONE || !suffixes_of(tree.root, &x, &texts) || texts.count == 0)
        return false;
    *out_suffixes = texts.items;
    *out_count = texts.count;
    return true;
}

bool regex_as_literal(struct slice pattern, struct arena *arena, struct slice *out_literal)
{
    struct rx_tree tree;
    struct err err;
    struct texts texts;
    struct expansion x = {arena, EXPAND_WORK_MAX};
    if (rx_parse(pattern, arena, &tree, &err) != ERR_NONE)
        return false;
    const struct rx_node *first = tree.root;
    if (first->kind == RX_CONCAT)
        first = first->first;
    while (first && says_nothing(first))
        first = first->next;
    const struct rx_node *end = first;
    for (const struct rx_node *node = first; node; node = node->next)
        if (!says_nothing(node))
            end = node->next;
    if (!expand_row(first, end, &x, &texts) || texts.count != 1)
        return false;
    *out_literal = texts.items[0];
    return true;
}
