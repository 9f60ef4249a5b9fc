/*
 * suffix.h - a set of text endings, and the question whether a text ends in one of them.
 *
 * Built once, const afterwards, shared by threads; asking allocates nothing and costs the same for 15 endings as for
 * 15,000. Bytes are compared as they are. The optimizer's "ends with one of" for any column is this; host names, labels,
 * wildcards, providers and the longest match are kb.h's.
 */
#ifndef DDNSHUNT_DDNS_SUFFIX_H
#define DDNSHUNT_DDNS_SUFFIX_H

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct suffix_set;

/* Endings are copied; duplicates and endings that another ending implies are fine; an empty one matches every text. */
enum err_code suffix_set_build(const struct slice *endings, uint32_t count, struct suffix_set **out_set,
                               struct err *err) MUST_CHECK;
void suffix_set_free(struct suffix_set *set);
bool suffix_set_ends(const struct suffix_set *set, struct slice text);

/* The endings that are left when those that another implies are taken out, in the order of their bytes backwards. */
uint32_t suffix_set_count(const struct suffix_set *set);
struct slice suffix_set_at(const struct suffix_set *set, uint32_t index);

#endif
