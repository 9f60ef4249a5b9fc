/*
 * hyperscan.c - Hyperscan: one database of all suffixes; a scan a host, and all hosts as one block, which suits it best.
 */
#include "contender.h"

#include <hs/hs.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hyperscan {
    hs_database_t *database;
    hs_scratch_t *scratch;
    size_t *lens; /* of the suffixes */
};

static void destroy(void *self)
{
    struct hyperscan *hyperscan = self;
    hs_free_scratch(hyperscan->scratch);
    hs_free_database(hyperscan->database);
    free(hyperscan->lens);
    free(hyperscan);
}

/* (^|\.)suffix$ */
static char *pattern_of(struct text suffix)
{
    char *pattern = malloc(suffix.len * 2 + 16), *at = pattern;
    at += sprintf(at, "(^|\\.)");
    for (size_t i = 0; i < suffix.len; i++) {
        if (suffix.ptr[i] == '.')
            *at++ = '\\';
        *at++ = suffix.ptr[i];
    }
    memcpy(at, "$", 2);
    return pattern;
}

static void *make(const struct text *suffixes, uint32_t count, unsigned flags)
{
    struct hyperscan *self = calloc(1, sizeof *self);
    char **patterns = calloc(count, sizeof *patterns);
    unsigned *all_flags = calloc(count, sizeof *all_flags), *ids = calloc(count, sizeof *ids);
    self->lens = calloc(count, sizeof *self->lens);
    for (uint32_t i = 0; i < count; i++) {
        patterns[i] = pattern_of(suffixes[i]);
        all_flags[i] = flags;
        ids[i] = i;
        self->lens[i] = suffixes[i].len;
    }
    hs_compile_error_t *error = NULL;
    hs_error_t status = hs_compile_multi((const char *const *)patterns, all_flags, ids, count, HS_MODE_BLOCK, NULL,
                                         &self->database, &error);
    if (status != HS_SUCCESS) {
        fprintf(stderr, "Hyperscan: %s\n", error->message);
        hs_free_compile_error(error);
    }
    for (uint32_t i = 0; i < count; i++)
        free(patterns[i]);
    free(patterns);
    free(all_flags);
    free(ids);
    if (status == HS_SUCCESS && hs_alloc_scratch(self->database, &self->scratch) == HS_SUCCESS)
        return self;
    destroy(self);
    return NULL;
}

/* --- a scan a host --- */

static void *make_single(const struct text *suffixes, uint32_t count)
{
    return make(suffixes, count, HS_FLAG_SINGLEMATCH);
}

struct answer {
    const size_t *lens;
    uint32_t best;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user)
{
    (void)from, (void)to, (void)flags;
    struct answer *answer = user;
    if (answer->lens[id] > answer->best)
        answer->best = (uint32_t)answer->lens[id];
    return 0;
}

static void find_single(void *self, const struct text *hosts, size_t count, uint32_t *answers)
{
    struct hyperscan *hyperscan = self;
    for (size_t i = 0; i < count; i++) {
        struct answer answer = {hyperscan->lens, 0};
        hs_scan(hyperscan->database, hosts[i].ptr, (unsigned)hosts[i].len, 0, hyperscan->scratch, on_match, &answer);
        answers[i] = answer.best;
    }
}

/* --- all hosts as one block --- */

static void *make_block(const struct text *suffixes, uint32_t count)
{
    return make(suffixes, count, HS_FLAG_MULTILINE);
}

struct block {
    const struct text *hosts;
    const size_t *lens;
    uint32_t *answers;
    size_t host; /* the one in which the last match ended: matches come in the order of their ends */
};

static int on_block_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user)
{
    (void)from, (void)flags;
    struct block *block = user;
    const char *end = block->hosts[0].ptr + to;
    while (block->hosts[block->host].ptr + block->hosts[block->host].len < end)
        block->host++;
    uint32_t *answer = &block->answers[block->host];
    if (block->lens[id] > *answer)
        *answer = (uint32_t)block->lens[id];
    return 0;
}

static void find_block(void *self, const struct text *hosts, size_t count, uint32_t *answers)
{
    struct hyperscan *hyperscan = self;
    struct block block = {hosts, hyperscan->lens, answers, 0};
    memset(answers, 0, count * sizeof *answers);
    size_t len = (size_t)(hosts[count - 1].ptr + hosts[count - 1].len - hosts[0].ptr);
    hs_scan(hyperscan->database, hosts[0].ptr, (unsigned)len, 0, hyperscan->scratch, on_block_match, &block);
}

const char *hyperscan_version(void)
{
    return hs_version();
}

const struct contender HYPERSCAN = {"Hyperscan, a scan a host", make_single, find_single, destroy};
const struct contender HYPERSCAN_BLOCK = {"Hyperscan, all hosts as one block", make_block, find_block, destroy};
