/*
 * match.h - the text operators' question, about one text and one needle: where may the needle stand?
 *
 * A term is a maximal run of [0-9A-Za-z]; all else, letters beyond ASCII too, separates terms (semantics, section 6).
 * Case, where it does not count, is folded for A-Z alone.
 */
#ifndef DDNSHUNT_KQL_MATCH_H
#define DDNSHUNT_KQL_MATCH_H

#include "base/slice.h"

#include <stdbool.h>

enum match_kind {
    MATCH_EQUALS,     /* =~ */
    MATCH_CONTAINS,   /* anywhere */
    MATCH_HAS,        /* as a term: no alphanumeric of the needle touches one outside of it */
    MATCH_HAS_PREFIX, /* the same for the needle's start alone */
    MATCH_HAS_SUFFIX, /* for its end alone */
    MATCH_STARTS,     /* at the start of the text */
    MATCH_ENDS        /* at its end */
};

/* Bytes as they are: for operators without case both are folded before. An empty needle is everywhere. */
bool match_found(enum match_kind kind, struct slice text, struct slice needle);

/* A-Z to a-z, from text into `out` of the same length. */
void match_fold(struct slice text, char *out);

/* Letters and digits of ASCII only, and at least one: a needle that can only be a whole term. */
bool match_is_term(struct slice text);

/* The next term at or after *at, and moves *at behind it. False: there is none. */
bool match_next_term(struct slice text, size_t *at, struct slice *out_term);

#endif
