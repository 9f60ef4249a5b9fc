/*
 * regex_syntax.h - the syntax tree of a regular expression, shared by the files regex*.c alone.
 *
 * Flags such as (?i) are resolved while parsing: each node says itself what it means. Nodes live in an arena.
 */
#ifndef DDNSHUNT_KQL_REGEX_SYNTAX_H
#define DDNSHUNT_KQL_REGEX_SYNTAX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/byte_run.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RX_DEPTH_MAX = 250,       /* nested groups and classes, as the Rust crate has it: no walk can exhaust the stack */
    RX_PATTERN_MAX = 1 << 20, /* bytes of a pattern */
    RX_REPEAT_MAX = 65535,    /* a larger count is refused */
    RX_SIZE_MAX = 500000,     /* steps of a pattern with its counted repetitions written out */
    RX_CODE_POINT_MAX = 0x10FFFF
};
#define RX_UNBOUNDED UINT32_MAX

struct rx_range {
    uint32_t low, high; /* inclusive */
};

/* Ascending, apart from one another, without surrogates. */
struct rx_set {
    const struct rx_range *ranges;
    uint32_t count;
};

struct rx_class;

enum rx_item_kind {
    RX_ITEM_RANGE,    /* range */
    RX_ITEM_PROPERTY, /* property: what PCRE2 takes within brackets, one or more \p{..} in a row */
    RX_ITEM_NESTED    /* nested */
};

struct rx_item {
    enum rx_item_kind kind;
    struct rx_range range;
    const char *property;
    bool fold_closed; /* folding adds nothing to this property */
    const struct rx_class *nested;
    struct rx_item *next;
};

enum rx_class_op { RX_CLASS_UNION, RX_CLASS_AND, RX_CLASS_MINUS, RX_CLASS_XOR };

/* A set of code points as it was written: items in union, or two classes combined; then folded, then negated. */
struct rx_class {
    enum rx_class_op op;
    bool fold; /* simple case folding of Unicode is applied before the negation */
    bool negated;
    struct rx_item *items;               /* RX_CLASS_UNION */
    const struct rx_class *left, *right; /* the others */
};

enum rx_kind {
    RX_EMPTY,   /* matches the empty text */
    RX_LITERAL, /* literal, fold */
    RX_DOT,     /* dot */
    RX_CLASS,   /* class */
    RX_ASSERT,  /* assertion */
    RX_REPEAT,  /* first: what is repeated; min, max, lazy */
    RX_GROUP,   /* first: the inside; group: its number, from 1 */
    RX_CONCAT,  /* first and its next ones */
    RX_ALTERNATE
};

enum rx_dot { RX_DOT_LINE /* not \n */, RX_DOT_CRLF /* not \r, not \n */, RX_DOT_ALL };

enum rx_assertion {
    RX_TEXT_START,
    RX_TEXT_END,
    RX_LINE_START,
    RX_LINE_END,
    RX_CRLF_START, /* of a line, where \r, \n and \r\n end one */
    RX_CRLF_END,
    RX_WORD_BOUNDARY,
    RX_WORD_INSIDE, /* \B */
    RX_WORD_START,
    RX_WORD_END,
    RX_WORD_START_HALF, /* no word character before */
    RX_WORD_END_HALF    /* no word character behind */
};

struct rx_node {
    enum rx_kind kind;
    uint32_t literal;
    bool fold; /* RX_LITERAL: simple case folding of Unicode */
    enum rx_dot dot;
    const struct rx_class *class;
    enum rx_assertion assertion;
    bool ascii_word; /* RX_ASSERT: a word character is [0-9A-Za-z_] */
    uint32_t min, max;
    bool lazy;
    uint32_t group;
    struct rx_node *first, *next;
};

struct rx_tree {
    struct rx_node *root;
    uint32_t group_count;
    const char *const *group_names; /* [group_count]; NULL for one without a name */
};

/* What is refused is ERR_QUERY (ERR_UNSUPPORTED for a property that Kusto has and PCRE2 has not). */
enum err_code rx_parse(struct slice pattern, struct arena *arena, struct rx_tree *out_tree, struct err *err) MUST_CHECK;

/* Within rx_parse: the property in \p{text} as a class item. name is without braces, op already taken out. */
enum err_code rx_property(struct slice text, struct arena *arena, struct rx_item *out_item, bool *out_negated,
                          struct err *err) MUST_CHECK;
extern const char RX_PROPERTY_WORD[]; /* \w of Rust, for use within PCRE2 brackets */
extern const char RX_PROPERTY_DIGIT[];
extern const char RX_PROPERTY_SPACE[];

/*
 * The tree as a PCRE2 pattern that means the same. ascii: for texts without a byte over 0x7F, to be compiled without UTF.
 * ERR_MEMORY.
 */
enum err_code rx_to_pcre(const struct rx_tree *tree, bool ascii, struct arena *arena, struct buf *out,
                         struct err *err) MUST_CHECK;
enum err_code rx_class_to_pcre(const struct rx_class *class, struct arena *arena, struct buf *out,
                               struct err *err) MUST_CHECK;

/* The code points that a class stands for, as PCRE2 sees them. Slow (milliseconds): for what is asked seldom. */
enum err_code rx_class_resolve(const struct rx_class *class, struct arena *arena, struct rx_set *out_set,
                               struct err *err) MUST_CHECK;

/* Can the node match the empty text? An assertion is taken to. */
bool rx_matches_empty(const struct rx_node *node);

/* A run of bytes that stands in each text that matches; false: none that is worth looking for is known. */
bool rx_run_of(const struct rx_tree *tree, struct byte_run *out_run);

/* Ranges alone, not folded: rx_class_resolve() is quick. */
bool rx_class_is_plain(const struct rx_class *class);

#endif
