/*
 * json_chain.h - how the blocks of one JSON text are scanned in many threads at once, though where a block begins in the
 * text is known only when all before it were scanned.
 *
 *   text    [ {row}, {row}, {row}, {row}, {row}, {row} ]
 *   blocks  <------------->|<----------->|<------------>     cut where a record seems to begin
 *
 * The reader cuts where a record seems to begin. A block is scanned at once as if that were so; then the chain tells how
 * the block before has left the text. If it is as it was taken to be, the scan holds. Else the block is scanned again,
 * from the place where the scan really is, behind what was held of a record that the cut went through. So a guess costs
 * time alone when it is wrong, and never an answer.
 */
#ifndef DDNSHUNT_SOURCE_JSON_CHAIN_H
#define DDNSHUNT_SOURCE_JSON_CHAIN_H

#include "source/json_scan.h"

enum { CHAIN_OPENING_MAX = 48 };

/* All but what is said otherwise is guarded by the mutex. */
struct json_chain {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    uint64_t next;         /* number of the first block that was not scanned for good */
    struct json_scan scan; /* how the scan stands where it begins; */
    struct buf held;       /* what it must begin with: of its scanner alone */
    size_t at;             /* in held: where the scan goes on */
    uint64_t damaged;      /* scan.failure: number of the block that it was found in */
    bool broken;           /* a block was lost: nothing more will come */
    uint32_t right, wrong; /* guesses */
    /* A record's begin, up to its first key's end: what most records begin with. */
    char opening[CHAIN_OPENING_MAX];
    size_t opening_len;
};

void json_chain_init(struct json_chain *chain, size_t record_max);
void json_chain_release(struct json_chain *chain);

/*
 * Cuts the block where a record seems to begin that is not its first: the rest is for the next block. Returns where;
 * *out_begins is how the scan would stand there. The block's length and SCAN_LINE where no record seems to begin.
 */
size_t json_chain_cut(struct json_chain *chain, const struct json_block *block, enum json_scan_state *out_begins);

/*
 * Scans the block, adding its spans, and hands on. What no record of the block needs is not in its bytes afterwards, and
 * what was held of a record that ends in it is: its bytes, length and offset change. With `probe` facts are noted, see
 * json_scan_run(). Waits for earlier blocks. Any thread; blocks are numbered from 0 in the order of the input.
 * *out_damage: why the text can't be read from the block's end on, if that was found in this block; else NULL.
 */
enum err_code json_chain_scan(struct json_chain *chain, struct json_block *block, const struct json_probe *probe,
                              const char **out_damage, struct err *err) MUST_CHECK;
/* A block will not be scanned: nobody is to wait for it. */
void json_chain_break(struct json_chain *chain);
/* The text is known to be damaged: further blocks would be in vain. */
bool json_chain_is_damaged(struct json_chain *chain);
/* Was that found in one of the first `blocks` blocks? Waits for them to be scanned. */
bool json_chain_was_damaged(struct json_chain *chain, uint64_t blocks);

#endif
