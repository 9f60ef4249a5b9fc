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
 *
 * Of a regular file, blocks are stretches that begin anywhere, and each thread reads its own (json_range.h):
 *
 *   text      [ {row}, {row}, {row}, {row}, {row}, {row} ]
 *   stretches <--------------><-------------><------------->
 *   scanned   <------------->  <----------->|<------------->  up to the end of the record that goes over the border
 *
 * A block is scanned up to the first record's end at or behind the stretch's. The one after it looks for that place by
 * what seems to be a record's end. Nothing is held over: where the next scan begins it has the bytes itself.
 */
#ifndef DDNSHUNT_SOURCE_JSON_CHAIN_H
#define DDNSHUNT_SOURCE_JSON_CHAIN_H

#include "source/json/json_scan.h"
#include "source/turns.h"

enum { CHAIN_OPENING_MAX = 48 };

/* All but what is said otherwise is guarded by the turns' mutex. */
struct json_chain {
    struct turns turns;    /* done: scanned for good */
    struct json_scan scan; /* how the scan stands where the first block begins that is not done; */
    struct buf held;       /* what it must begin with: of its scanner alone */
    size_t at;             /* in held: where the scan goes on */
    uint64_t offset;       /* of a file: where it goes on */
    bool ended;            /* of a file: its end was met */
    uint64_t damaged;      /* scan.failure: number of the block that it was found in */
    /* A record's begin, up to its first key's end: what most records begin with. */
    char opening[CHAIN_OPENING_MAX];
    size_t opening_len;
};

/* One block's scan. */
struct json_chain_turn {
    bool guessed;           /* it began where a record seems to */
    bool settled;           /* it holds */
    bool idle;              /* there was nothing to scan */
    bool ended;             /* of a file: its end was met, or where it can't be read on */
    bool changed;           /* by json_chain_settle(): the block's spans are others than before */
    size_t begin, at;       /* in the block: where the guess began, and where the scan is */
    struct json_scan guess; /* how the scan would stand there */
    struct json_scan scan;
    /* settled: why the text can't be read from the block's end on, if that was found in this block; else NULL */
    const char *damage;
};

void json_chain_init(struct json_chain *chain, size_t record_max);
void json_chain_release(struct json_chain *chain);

/*
 * Cuts the block behind a record that seems to be followed by another: the rest is for the next block. Returns where;
 * *out_begins is how the scan would stand there. The block's length and SCAN_LINE where there is no such place.
 */
size_t json_chain_cut(struct json_chain *chain, struct json_block *block, enum json_scan_state *out_begins);

/*
 * Scans the block, adding its spans: for good if its turn has come, or nothing can be done before it comes, for which it
 * waits then; else by a guess. batch: see json_scan_run(). Any thread; blocks are numbered from 0 in
 * the order of the input. json_chain_settle() must follow, or json_chain_break().
 */
enum err_code json_chain_scan(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                              struct json_chain_turn *turn, struct err *err) MUST_CHECK;
/*
 * Waits for the scans of all earlier blocks. Where the guess was wrong the block is scanned again: *turn says so. What no
 * record of the block needs is not in its bytes afterwards, and what was held of a record that ends in it is: its bytes,
 * length and offset may change.
 */
enum err_code json_chain_settle(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                                struct json_chain_turn *turn, struct err *err) MUST_CHECK;
/* A block will not be scanned: nobody is to wait for it. */
void json_chain_break(struct json_chain *chain);
/* The text is known to be damaged or at its end: further blocks would be in vain. */
bool json_chain_is_over(struct json_chain *chain);
/* Was that found in one of the first `blocks` blocks? Waits for them to be scanned. */
bool json_chain_was_damaged(struct json_chain *chain, uint64_t blocks);

#endif
