/*
 * regex_pcre.c - writes a regular expression's tree as a PCRE2 pattern that means the same.
 *
 * Nothing is left to PCRE2's own idea of a construct where it differs from Rust's: flags are written at each node, word
 * boundaries as look-arounds over the crate's word characters, class operations as look-aheads at one character. The
 * result is for UTF, UCP, ALT_CIRCUMFLEX and newlines that are \n alone; the one for texts of ASCII alone is for bytes,
 * and says [0-9A-Za-z_] where the other asks for properties, which is many times as fast.
 * Sources: pcre2pattern(3), docs of the regex crate.
 */
#include "kql/regex/regex_syntax.h"

struct emitter {
    bool ascii; /* for texts without a byte over 0x7F */
    struct arena *arena;
    struct buf *out;
    struct err *err;
};

static void emit_character(struct buf *out, uint32_t c)
{
    if (c < 0x80 && (ascii_is_alnum((char)c) || c == '_'))
        buf_add_char(out, (char)c);
    else
        buf_printf(out, "\\x{%x}", (unsigned)c);
}

/* --- classes --- */

/* The two characters beyond ASCII that fold to ASCII: the long s and the Kelvin sign. */
static void emit_folded_to_ascii(struct buf *out, struct rx_range range)
{
    if (range.low <= 0x17F && range.high >= 0x17F)
        buf_add_char(out, 's');
    if (range.low <= 0x212A && range.high >= 0x212A)
        buf_add_char(out, 'k');
}

static void emit_range(const struct emitter *e, struct rx_range range, bool fold)
{
    struct buf *out = e->out;
    if (e->ascii && range.high > 0x7F) {
        if (fold)
            emit_folded_to_ascii(out, range);
        if (range.low > 0x7F)
            return;
        range.high = 0x7F;
    }
    emit_character(out, range.low);
    if (range.high == range.low)
        return;
    buf_add_char(out, '-');
    emit_character(out, range.high);
}

static bool has_nested(const struct rx_class *class)
{
    for (const struct rx_item *item = class->items; item; item = item->next)
        if (item->kind == RX_ITEM_NESTED)
            return true;
    return false;
}

/* PCRE2 does not fold properties as the crate does: such a class is written as the characters it stands for. */
static bool folds_property(const struct rx_class *class)
{
    if (!class->fold)
        return false;
    for (const struct rx_item *item = class->items; item; item = item->next)
        if (item->kind == RX_ITEM_PROPERTY && !item->fold_closed)
            return true;
    return false;
}

static const char *property_text(const struct emitter *e, const char *property)
{
    if (!e->ascii)
        return property;
    if (property == RX_PROPERTY_WORD)
        return "0-9A-Za-z_";
    if (property == RX_PROPERTY_DIGIT)
        return "0-9";
    return property == RX_PROPERTY_SPACE ? "\\x{9}-\\x{d} " : property;
}

/* Opens brackets; gives where their content begins. */
static size_t brackets_open(struct buf *out, bool fold, bool negated)
{
    buf_add_cstr(out, fold ? "(?i:[" : "[");
    if (negated)
        buf_add_char(out, '^');
    return out->len;
}

/* Closes them. Empty ones, which PCRE2 reads otherwise, become what matches nothing, or anything. */
static void brackets_close(struct buf *out, bool fold, bool negated, size_t content)
{
    if (out->len != content || out->failed) {
        buf_add_cstr(out, fold ? "])" : "]");
        return;
    }
    out->len -= (fold ? strlen("(?i:[") : strlen("[")) + negated;
    buf_add_cstr(out, negated ? "(?s:.)" : "(?!)");
}

/* The items that need no nesting, in one pair of brackets. */
static void emit_flat(const struct emitter *e, const struct rx_class *class, bool negated)
{
    size_t content = brackets_open(e->out, class->fold, negated);
    for (const struct rx_item *item = class->items; item; item = item->next) {
        if (item->kind == RX_ITEM_RANGE)
            emit_range(e, item->range, class->fold);
        else if (item->kind == RX_ITEM_PROPERTY)
            buf_add_cstr(e->out, property_text(e, item->property));
    }
    brackets_close(e->out, class->fold, negated, content);
}

static void emit_set(const struct emitter *e, const struct rx_set *set, bool fold, bool negated)
{
    size_t content = brackets_open(e->out, fold, negated);
    for (uint32_t i = 0; i < set->count; i++)
        emit_range(e, set->ranges[i], fold);
    brackets_close(e->out, fold, negated, content);
}

static enum err_code emit_class(struct emitter *e, const struct rx_class *class);

static enum err_code emit_resolved(struct emitter *e, const struct rx_class *class)
{
    struct rx_class bare = *class;
    struct rx_set set;
    bare.fold = bare.negated = false;
    TRY(rx_class_resolve(&bare, e->arena, &set, e->err));
    emit_set(e, &set, class->fold, class->negated);
    return ERR_NONE;
}

/* A union, not negated. Alternatives are atomic: a character that two of them match must not be tried twice. */
static enum err_code emit_union(struct emitter *e, const struct rx_class *class)
{
    bool flat = false;
    for (const struct rx_item *item = class->items; item; item = item->next)
        flat |= item->kind != RX_ITEM_NESTED;
    buf_add_cstr(e->out, "(?>");
    if (flat)
        emit_flat(e, class, false);
    for (const struct rx_item *item = class->items; item; item = item->next) {
        if (item->kind != RX_ITEM_NESTED)
            continue;
        if (flat)
            buf_add_char(e->out, '|');
        flat = true;
        TRY(emit_class(e, item->nested));
    }
    buf_add_char(e->out, ')');
    return ERR_NONE;
}

/* What class stands for before it is negated; takes more than one construct. */
static enum err_code emit_bare(struct emitter *e, const struct rx_class *class)
{
    if (class->op == RX_CLASS_UNION)
        return emit_union(e, class);
    bool minus = class->op == RX_CLASS_MINUS;
    buf_add_cstr(e->out, minus ? "(?:(?!" : "(?:(?=");
    TRY(emit_class(e, minus ? class->right : class->left));
    buf_add_char(e->out, ')');
    TRY(emit_class(e, minus ? class->left : class->right));
    buf_add_char(e->out, ')');
    return ERR_NONE;
}

static enum err_code emit_class(struct emitter *e, const struct rx_class *class)
{
    bool is_union = class->op == RX_CLASS_UNION;
    if (class->op == RX_CLASS_XOR || (is_union && folds_property(class)))
        return emit_resolved(e, class);
    if (is_union && !has_nested(class)) {
        emit_flat(e, class, class->negated);
        return ERR_NONE;
    }
    if (!class->negated)
        return emit_bare(e, class);
    buf_add_cstr(e->out, "(?:(?!");
    TRY(emit_bare(e, class));
    buf_add_cstr(e->out, ")(?s:.))");
    return ERR_NONE;
}

/* --- assertions --- */

/* Writes template with each W as the brackets of a word character. */
static void emit_words(struct buf *out, const char *template, bool ascii)
{
    for (; *template; template ++) {
        if (*template != 'W') {
            buf_add_char(out, *template);
            continue;
        }
        buf_add_char(out, '[');
        buf_add_cstr(out, ascii ? "0-9A-Za-z_" : RX_PROPERTY_WORD);
        buf_add_char(out, ']');
    }
}

static const char *const ASSERTIONS[] = {
    [RX_TEXT_START] = "\\A",
    [RX_TEXT_END] = "\\z",
    [RX_LINE_START] = "(?m:^)",
    [RX_LINE_END] = "(?m:$)",
    /* Not behind anything but \r or \n, and not between the two. */
    [RX_CRLF_START] = "(?<![^\\r\\n])(?!(?<=\\r)\\n)",
    [RX_CRLF_END] = "(?![^\\r\\n])(?!(?<=\\r)\\n)",
    [RX_WORD_BOUNDARY] = "(?:(?<=W)(?!W)|(?<!W)(?=W))",
    [RX_WORD_INSIDE] = "(?:(?<=W)(?=W)|(?<!W)(?!W))",
    [RX_WORD_START] = "(?<!W)(?=W)",
    [RX_WORD_END] = "(?<=W)(?!W)",
    [RX_WORD_START_HALF] = "(?<!W)",
    [RX_WORD_END_HALF] = "(?!W)",
};

/* An ASCII word character, and nothing else, is what the node matches. */
static bool is_word_literal(const struct rx_node *node)
{
    return node && node->kind == RX_LITERAL && node->literal < 0x80 && !node->fold &&
           (ascii_is_alnum((char)node->literal) || node->literal == '_');
}

/* Beside a literal letter one half of a word boundary is known, and the literal stays visible to PCRE2's search. */
static void emit_assertion(const struct emitter *e, const struct rx_node *node, const struct rx_node *before)
{
    enum rx_assertion assertion = node->assertion;
    if (assertion == RX_WORD_BOUNDARY && is_word_literal(node->next))
        assertion = RX_WORD_START_HALF;
    else if (assertion == RX_WORD_BOUNDARY && is_word_literal(before))
        assertion = RX_WORD_END_HALF;
    emit_words(e->out, ASSERTIONS[assertion], node->ascii_word || e->ascii);
}

/* --- the tree --- */

static enum err_code emit_node(struct emitter *e, const struct rx_node *node);

static enum err_code emit_alternation(struct emitter *e, const struct rx_node *node, const char *opening)
{
    buf_add_cstr(e->out, opening);
    for (const struct rx_node *child = node->first; child; child = child->next) {
        if (child != node->first)
            buf_add_char(e->out, '|');
        TRY(emit_node(e, child));
    }
    buf_add_char(e->out, ')');
    return ERR_NONE;
}

static void emit_literal(const struct emitter *e, const struct rx_node *node)
{
    struct rx_range range = {node->literal, node->literal};
    if (!e->ascii || node->literal <= 0x7F)
        emit_character(e->out, node->literal);
    else if (node->fold && (node->literal == 0x17F || node->literal == 0x212A))
        emit_folded_to_ascii(e->out, range);
    else
        buf_add_cstr(e->out, "(?!)");
}

/* A run of folded literals in a concatenation, under one flag; gives the last of them. */
static const struct rx_node *emit_folded(const struct emitter *e, const struct rx_node *node)
{
    buf_add_cstr(e->out, "(?i:");
    emit_literal(e, node);
    for (; node->next && node->next->kind == RX_LITERAL && node->next->fold; node = node->next)
        emit_literal(e, node->next);
    buf_add_char(e->out, ')');
    return node;
}

static enum err_code emit_concat(struct emitter *e, const struct rx_node *node)
{
    const struct rx_node *before = NULL;
    for (const struct rx_node *child = node->first; child; before = child, child = child->next) {
        if (child->kind == RX_ASSERT)
            emit_assertion(e, child, before);
        else if (child->kind == RX_LITERAL && child->fold)
            child = emit_folded(e, child);
        else
            TRY(emit_node(e, child));
    }
    return ERR_NONE;
}

static enum err_code emit_repeat(struct emitter *e, const struct rx_node *node)
{
    const struct rx_node *what = node->first;
    bool bare = what->kind == RX_DOT && what->dot == RX_DOT_LINE;
    bare |= what->kind == RX_LITERAL && !what->fold && what->literal <= 0x7F;
    if (!bare)
        buf_add_cstr(e->out, "(?:");
    TRY(emit_node(e, what));
    if (!bare)
        buf_add_char(e->out, ')');
    if (node->max != RX_UNBOUNDED)
        buf_printf(e->out, "{%u,%u}", (unsigned)node->min, (unsigned)node->max);
    else if (node->min > 1)
        buf_printf(e->out, "{%u,}", (unsigned)node->min);
    else
        buf_add_char(e->out, node->min ? '+' : '*');
    if (node->lazy)
        buf_add_char(e->out, '?');
    return ERR_NONE;
}

static enum err_code emit_node(struct emitter *e, const struct rx_node *node)
{
    switch (node->kind) {
    case RX_EMPTY:
        break;
    case RX_LITERAL:
        buf_add_cstr(e->out, node->fold ? "(?i:" : "");
        emit_literal(e, node);
        buf_add_cstr(e->out, node->fold ? ")" : "");
        break;
    case RX_DOT:
        buf_add_cstr(e->out, node->dot == RX_DOT_ALL ? "(?s:.)" : node->dot == RX_DOT_CRLF ? "[^\\r\\n]" : ".");
        break;
    case RX_CLASS:
        return emit_class(e, node->class);
    case RX_ASSERT:
        emit_words(e->out, ASSERTIONS[node->assertion], node->ascii_word || e->ascii);
        break;
    case RX_REPEAT:
        return emit_repeat(e, node);
    case RX_GROUP:
        buf_add_char(e->out, '(');
        TRY(emit_node(e, node->first));
        buf_add_char(e->out, ')');
        break;
    case RX_CONCAT:
        return emit_concat(e, node);
    case RX_ALTERNATE:
        return emit_alternation(e, node, "(?:");
    }
    return ERR_NONE;
}

enum err_code rx_to_pcre(const struct rx_tree *tree, bool ascii, struct arena *arena, struct buf *out, struct err *err)
{
    struct emitter e = {ascii, arena, out, err};
    TRY(emit_node(&e, tree->root));
    return out->failed ? err_no_memory(err, out->len) : ERR_NONE;
}

enum err_code rx_class_to_pcre(const struct rx_class *class, struct arena *arena, struct buf *out, struct err *err)
{
    struct emitter e = {false, arena, out, err};
    TRY(emit_class(&e, class));
    return out->failed ? err_no_memory(err, out->len) : ERR_NONE;
}
