/*
 * scan_int.h - what the files of a scan share: the scan (scan.c), which input comes next (scan_paths.c), opening and
 * reading one (scan_read.c), and how long it lives (scan_input.c).
 */
#ifndef DDNSHUNT_SOURCE_SCAN_INT_H
#define DDNSHUNT_SOURCE_SCAN_INT_H

#include "base/walk.h"
#include "source/block_pool.h"
#include "source/source.h"

#include <pthread.h>
#include <stdatomic.h>

/* What is to be told of an input where its turn comes. */
enum input_finding {
    FOUND_NOTHING, /* it was not opened, or could not be */
    FOUND_EMPTY,
    FOUND_ROWS,
    FOUND_OTHER, /* met in a folder, no telemetry */
    FOUND_OWN    /* met in a folder, written by the caller */
};

/*
 * An input of a scan, from its turn in the order of inputs until its last batch is freed. Who reads it is one thread at
 * a time, who tells of it (scan_begin_input() and so on) another; a hand-over between them is their caller's, by a lock.
 */
struct scan_input {
    struct scan *scan;
    char *path;
    bool met;               /* in a folder, not named */
    _Atomic uint32_t holds; /* the caller's, each block not yet split, each batch */

    /* Of whoever reads. */
    bool opened; /* or tried */
    bool at_end; /* no block is left to be read */
    struct source *source;
    struct stream *stream; /* source's: to look how far it is */
    char *memory;          /* of a short file's bytes, or NULL; of the scan's pool */
    uint64_t raw_told;     /* of the stream's bytes, in the scan's count */
    enum input_finding found;
    const char *compression;
    struct err *failure; /* why it can't be read (further), or NULL */

    /* Of whoever tells. */
    bool begun;
    bool broken;   /* a batch told of a failure */
    uint64_t rows; /* of the table or of others, in the accounted blocks */

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t summed_more;
    /*
     * By a block's ordinal: below `summed` the number of records before the block, from there on the number in it, or
     * RECORDS_UNKNOWN as long as it is not split.
     */
    uint64_t *records;
    size_t blocks, capacity, summed;
    uint64_t records_summed; /* in all blocks below `summed` */
};

enum { SCAN_FORMATS_MAX = 8 }; /* at least as many as SOURCE_TYPES has */

struct scan {
    struct scan_config config; /* with copies of its own in arena */
    struct arena arena;        /* config, schema */
    const struct schema *schema;
    void *commons[SCAN_FORMATS_MAX]; /* of each format: what its sources share; NULL: nothing yet */
    pthread_mutex_t commons_lock;
    struct block_pool memories; /* for short files: [short_bytes] each */
    size_t short_bytes;         /* fewer than a block's: so a file's blocks are the same if it is longer */

    size_t next_path;         /* of config.paths */
    struct walk *walk;        /* of the folder config.paths[next_path - 1], or NULL */
    struct scan_input *first; /* opened with the scan, not handed out yet */

    pthread_mutex_t lock; /* scan_next(): for these */
    struct scan_input *current;
    uint64_t sequence;

    uint64_t size; /* of all files; 0: not known */
    bool waits;    /* see scan_waits() */
    bool alone;    /* one input, or one after the other: it is worth a thread of its own that reads ahead */

    _Atomic uint64_t inputs, inputs_failed, inputs_passed;
    _Atomic uint64_t raw_done;
};

/* --- scan_paths.c --- */

bool scan_is_folder(const char *path);
/*
 * The next file's path (good until the next call), NULL at the end; *out_met: it was met in a folder, not named. A folder
 * that can't be read is one too, with *out_failed, and err says why.
 */
enum err_code scan_path_next(struct scan *scan, const char **out_path, bool *out_met, bool *out_failed,
                             struct err *err) MUST_CHECK;
/* One of config.own, whatever its name. */
bool scan_is_own(const struct scan *scan, const char *path);
/* Adds up the files' sizes. */
void scan_size_measure(struct scan *scan);
/* A path is no file or folder: see scan_waits(). */
bool scan_paths_wait(const struct scan *scan);

/* --- scan_read.c --- */

/* Opens it; the schema is settled by the first that can be. What is wrong with it alone is kept, and is no error. */
enum err_code scan_input_open(struct scan_input *input, struct err *err) MUST_CHECK;
enum err_code scan_schema_settle(struct scan *scan, const struct source_type *type, struct slice head,
                                 struct err *err) MUST_CHECK;
/* Keeps why an input can't be read (further). What concerns all is passed on. */
enum err_code scan_input_fail(struct scan_input *input, enum err_code code, struct err *err) MUST_CHECK;

/* --- scan_input.c --- */

/* The caller has one hold. */
enum err_code scan_input_create(struct scan *scan, const char *path, bool met, struct scan_input **out_input,
                                struct err *err) MUST_CHECK;
void scan_input_hold(struct scan_input *input);
/* The last one closes the source. */
void scan_input_drop(struct scan_input *input);
/* Enters a block that was just read: its ordinal and hold. ERR_MEMORY: nothing was entered. */
enum err_code scan_input_enter(struct scan_input *input, struct block *block, struct err *err) MUST_CHECK;

#endif
