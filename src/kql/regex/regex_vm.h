/*
 * regex_vm.h - the engine that cannot be slow: a regular expression run as a set of threads that move in step.
 *
 * Time is the pattern's size times the text's length, whatever the text; captures and preference are the same as a
 * backtracker's. Used where PCRE2 meets its limit. Idea: Thompson (1968), Pike's sam; Cox, "Regular Expression Matching:
 * the Virtual Machine Approach" (2009).
 */
#ifndef DDNSHUNT_KQL_REGEX_VM_H
#define DDNSHUNT_KQL_REGEX_VM_H

#include "kql/regex/regex.h"
#include "kql/regex/regex_syntax.h"

struct rx_program; /* const, shared by threads; lives in an arena */

enum err_code rx_program_build(const struct rx_tree *tree, struct arena *arena, const struct rx_program **out_program,
                               struct err *err) MUST_CHECK;

/* A worker's memory: grows to the largest program it has run. */
struct rx_threads;
struct rx_threads *rx_threads_new(void);
void rx_threads_free(struct rx_threads *threads);

/*
 * The first match at or after `from`. out_match NULL: only whether there is one. REGEX_UNDECIDED: no memory, or size
 * times length beyond any patience (RX_WORK_MAX).
 */
#define RX_WORK_MAX (UINT64_C(1) << 36)
enum regex_outcome rx_program_run(const struct rx_program *program, struct rx_threads *threads, struct slice text,
                                  size_t from, struct regex_match *out_match);

#endif
