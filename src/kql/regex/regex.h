/*
 * regex.h - Kusto's regular expressions: the syntax and meaning of Rust's regex crate, on PCRE2.
 *
 * A pattern is parsed here, refused where Kusto refuses it (look-around, back-references, \Z, possessive ...), and
 * handed to PCRE2 in a form that means the same. Search is leftmost-first and unanchored; `$` is the very end only;
 * classes are Unicode's. Text is valid UTF-8.
 *
 * Attackers choose the text. PCRE2 backtracks, so each match has a limit on its steps; where it is met, the same
 * pattern goes to a machine that runs all threads in step (regex_vm.h), linear in the text, captures included. Only
 * where that would take beyond measure, or memory is used up, is the outcome REGEX_UNDECIDED.
 */
#ifndef DDNSHUNT_KQL_REGEX_H
#define DDNSHUNT_KQL_REGEX_H

#include "base/arena.h"
#include "base/byte_run.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct regex;         /* compiled: const, shared by threads */
struct regex_scratch; /* a worker's: match data, JIT stack */

enum { REGEX_GROUPS_MAX = 16 };

enum regex_outcome { REGEX_NO, REGEX_YES, REGEX_UNDECIDED };

/* ERR_QUERY with a sentence (the caller adds the span); ERR_UNSUPPORTED; ERR_MEMORY. */
enum err_code regex_compile(struct slice pattern, struct regex **out_regex, struct err *err) MUST_CHECK;
/* The same, but a match must start at the text's start, or end at its end, whatever the pattern says. */
enum regex_anchor { REGEX_ANCHOR_NONE, REGEX_ANCHOR_START, REGEX_ANCHOR_END };
enum err_code regex_compile_anchored(struct slice pattern, enum regex_anchor anchor, struct regex **out_regex,
                                     struct err *err) MUST_CHECK;
void regex_free(struct regex *regex);
uint32_t regex_group_count(const struct regex *regex); /* without group 0 */
/* The number of a named group; 0 if there is none of this name. */
uint32_t regex_group_number(const struct regex *regex, struct slice name);

enum err_code regex_scratch_new(struct regex_scratch **out_scratch, struct err *err) MUST_CHECK;
void regex_scratch_free(struct regex_scratch *scratch);

/* Does the text contain a match? */
enum regex_outcome regex_test(const struct regex *regex, struct regex_scratch *scratch, struct slice text);

struct regex_match {
    size_t start[REGEX_GROUPS_MAX + 1]; /* byte offsets; SIZE_MAX: the group took no part */
    size_t end[REGEX_GROUPS_MAX + 1];
};
/* The first match at or after byte `from` (a character boundary). */
enum regex_outcome regex_find(const struct regex *regex, struct regex_scratch *scratch, struct slice text, size_t from,
                              struct regex_match *out_match);

/*
 * Where the pattern means no more than "the text ends with one of these" (an alternation of literals, perhaps nested,
 * anchored by $ at the very end, case-sensitive, behind nothing that restricts what comes before, such as `.*`):
 * its literals (in arena). `.*\.(duckdns\.org|ddns\.net)$` gives ".duckdns.org", ".ddns.net". False otherwise.
 */
bool regex_as_suffixes(struct slice pattern, struct arena *arena, struct slice **out_suffixes, uint32_t *out_count);

/* The same for a pattern that is a plain substring (no metacharacters), e.g. `duckdns\.org`. */
bool regex_as_literal(struct slice pattern, struct arena *arena, struct slice *out_literal);

/* A run of bytes that stands in every text in which the pattern matches: [4-6]{5}. False where none is of use. */
bool regex_as_run(struct slice pattern, struct arena *arena, struct byte_run *out_run);

#endif
