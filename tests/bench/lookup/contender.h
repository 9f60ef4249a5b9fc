/*
 * contender.h - one way of finding the longest suffix that a host ends in, beside others.
 *
 * All get the same suffixes and the same hosts, and must give the same answers. Plain C and C++, nothing of src/.
 */
#ifndef DDNSHUNT_BENCH_CONTENDER_H
#define DDNSHUNT_BENCH_CONTENDER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct text {
    const char *ptr;
    size_t len;
};

struct contender {
    const char *name;
    /* NULL if it can't be made. */
    void *(*make)(const struct text *suffixes, uint32_t count);
    /* answers[i]: the length of the longest suffix of hosts[i], or 0. hosts lie one behind the other in one text, with an LF
     * behind each. */
    void (*find)(void *self, const struct text *hosts, size_t count, uint32_t *answers);
    void (*destroy)(void *self);
};

extern const struct contender KNOWLEDGE_BASE, LABEL_TRIE, BYTE_TRIE, RE2_SET, RE2_SET_REVERSED, HYPERSCAN,
    HYPERSCAN_BLOCK;
const char *hyperscan_version(void);

#ifdef __cplusplus
}
#endif

#endif
