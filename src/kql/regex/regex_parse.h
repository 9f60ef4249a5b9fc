/*
 * regex_parse.h - what regex_syntax.c and regex_brackets.c share while a pattern is read.
 */
#ifndef DDNSHUNT_KQL_REGEX_PARSE_H
#define DDNSHUNT_KQL_REGEX_PARSE_H

#include "kql/regex/regex_syntax.h"

#define RX_END UINT32_MAX /* in place of a character: the pattern is over */

enum {
    RX_FLAG_CASELESS = 1 << 0,
    RX_FLAG_MULTI_LINE = 1 << 1,
    RX_FLAG_DOT_ALL = 1 << 2,
    RX_FLAG_CRLF = 1 << 3,
    RX_FLAG_SWAP_GREED = 1 << 4,
    RX_FLAG_UNICODE = 1 << 5,
    RX_FLAG_VERBOSE = 1 << 6
};

struct rx_parser {
    struct slice text;
    size_t at;
    unsigned flags; /* those in force here */
    unsigned depth;
    unsigned operators; /* of classes, in the whole pattern: they nest as well */
    struct arena *arena;
    struct err *err;
    uint32_t group_count;
    const char **group_names;
};

/* What an escape, or a lone character, is. */
enum rx_primitive_kind { RX_PRIMITIVE_LITERAL, RX_PRIMITIVE_CLASS, RX_PRIMITIVE_ASSERTION };

struct rx_primitive {
    enum rx_primitive_kind kind;
    uint32_t literal;
    const struct rx_class *class;
    enum rx_assertion assertion;
};

uint32_t rx_here(const struct rx_parser *p);  /* the character at p, or RX_END */
uint32_t rx_ahead(const struct rx_parser *p); /* the one behind it */
void rx_step(struct rx_parser *p);
void rx_skip_blanks(struct rx_parser *p); /* with (?x): blanks and comments */
void rx_step_and_skip(struct rx_parser *p);
bool rx_take(struct rx_parser *p, struct slice text); /* steps over text if it stands here */
enum err_code rx_refuse(struct rx_parser *p, const char *why);
enum err_code rx_enter(struct rx_parser *p) MUST_CHECK; /* one level deeper; the caller counts down */
/* Are characters folded as Unicode does here? */
static inline bool rx_folds(const struct rx_parser *p)
{
    return (p->flags & RX_FLAG_CASELESS) && (p->flags & RX_FLAG_UNICODE);
}

/* At a backslash. */
enum err_code rx_escape(struct rx_parser *p, struct rx_primitive *out) MUST_CHECK;
/* At '['. */
enum err_code rx_brackets(struct rx_parser *p, const struct rx_class **out_class) MUST_CHECK;
/* [:name:]; *out_class is NULL if there is none of this name. */
enum err_code rx_ascii_class(struct rx_parser *p, struct slice name, struct rx_class **out_class) MUST_CHECK;
/* With (?i-u) the other case of ASCII letters is added as well. */
enum err_code rx_class_add_range(struct rx_parser *p, struct rx_class *class, uint32_t low, uint32_t high) MUST_CHECK;

#endif
