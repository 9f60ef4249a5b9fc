/*
 * scan_int.h - what scan.c and scan_input.c share: an input of a scan, from its opening until its last batch is freed.
 */
#ifndef DDNSHUNT_SOURCE_SCAN_INT_H
#define DDNSHUNT_SOURCE_SCAN_INT_H

#include "source/source.h"

#include <pthread.h>
#include <stdatomic.h>

struct scan_input {
    struct source *source;
    char *path;
    _Atomic uint32_t holds; /* the scan while it reads, each block not yet split, each batch */

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t summed_more;
    /*
     * By a block's ordinal: below `summed` the number of records before the block, from there on the number in it, or
     * RECORDS_UNKNOWN as long as it is not split.
     */
    uint64_t *records;
    size_t blocks, capacity, summed;
    uint64_t records_summed; /* in all blocks below `summed` */

    uint64_t rows;     /* of the table or of others, in the accounted blocks */
    size_t accounted;  /* blocks */
    bool read_whole;   /* there are no more blocks, and the input did not fail */
    bool limit_looked; /* whether it ends at a row limit has been looked at */

    bool broken; /* a batch told of a failure; only for scan_admit() */
};

/* Takes path and source over, also on failure; the caller has one hold. */
enum err_code scan_input_create(struct source *source, char *path, struct scan_input **out_input,
                                struct err *err) MUST_CHECK;
void scan_input_hold(struct scan_input *input);
/* The last one closes the source. */
void scan_input_drop(struct scan_input *input);

/* Enters a block that was just read: its ordinal and hold. ERR_MEMORY: nothing was entered. */
enum err_code scan_input_enter(struct scan_input *input, struct block *block, struct err *err) MUST_CHECK;

/*
 * Tells that all blocks were read, or that a block's rows were accounted. True, once, when both are so for all blocks:
 * *out_rows is the number of rows in the input.
 */
bool scan_input_read_whole(struct scan_input *input, uint64_t *out_rows);
bool scan_input_accounted(struct scan_input *input, uint64_t rows, uint64_t *out_rows);
/* The input failed: neither of the two will be true. */
void scan_input_failed(struct scan_input *input);

#endif
