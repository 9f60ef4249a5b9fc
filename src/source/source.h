/*
 * source.h - what a telemetry format must be able to do, the registry of formats, and the walk over all inputs.
 *
 *   scan --scan_next_input()--> input --scan_read()--> block --block_load(), block_split()--> batch --batch_load()--> columns
 *        one thread at a time         one at a time                any thread, many at once
 *                                     for each input
 *
 * scan_read() opens the input, reads and cuts at a record's end, or says where in a file a block's bytes stand, which
 * block_load() then reads; the work on the bytes is done by block_split() and batch_load(), in whatever thread has the
 * block. Many inputs may be read at the same time. Whoever consumes their batches input by input, in each by the blocks'
 * ordinals, sees the order of all. What there is to be told (counts, rejects, notices) rides in the batch and the input and
 * is taken from them in that order, so that nothing is shared, and the answer is the same for any number of threads.
 *
 * Adding a format: one file with a const struct source_type, one line in formats.c, one row in docs/formats.md.
 */
#ifndef DDNSHUNT_SOURCE_SOURCE_H
#define DDNSHUNT_SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/file_id.h"
#include "base/stream.h"
#include "event/batch.h"
#include "event/schema.h"
#include "event/text_filter.h"

#include <stdbool.h>
#include <stdint.h>

struct source;
struct block;

/* What was counted, of one batch or of a whole scan. */
struct scan_stats {
    uint64_t inputs;        /* opened and read */
    uint64_t inputs_failed; /* named or met, but unreadable (in whole or from some point on) */
    uint64_t inputs_passed; /* met in a folder, no telemetry */
    uint64_t raw_bytes;     /* as stored */
    uint64_t bytes;         /* decompressed */
    uint64_t rows;          /* records of the table: offered to the query, or rejected */
    uint64_t rows_passed;   /* records of other tables and categories */
    uint64_t rejected[REJECT_UNDECIDED + 1];
    uint64_t cells_bad;   /* values of the wrong type, read as null */
    uint64_t rows_parsed; /* records read by the full parser (for --stats) */
    uint64_t rows_slow;   /* ... of these, because the quick road was not sure of what they are (for --stats) */
    uint64_t *cells;      /* [schema->count]: cells decoded, by column (for --stats); NULL = not counted */
};

void scan_stats_add(struct scan_stats *into, const struct scan_stats *from, uint32_t columns);

/*
 * A record that is kept out, with its bytes. Borrowed from its batch. While it rides in the batch, record and offset
 * count from 0 at the block's begin, and input is not set; scan_account() makes them what they are in the input.
 */
struct reject {
    enum reject_kind kind;
    const char *input;  /* path as named or met */
    uint64_t record;    /* from 1, in its input; for line formats (CSV too) the line on which it begins */
    uint64_t offset;    /* of its first byte in the decompressed input */
    const char *why;    /* static, or of the batch's arena */
    struct slice bytes; /* byte for byte; cut at the limit where the record was too long */
};

struct source_options {
    size_t block_bytes; /* how much to read at a time; default SOURCE_BLOCK_BYTES */
    size_t record_max;  /* longest record that is read; default SOURCE_RECORD_MAX */
    bool strict;        /* parse every record whole */
    bool slow;          /* take no short cut: the reference that tests compare with (DDNSHUNT_FAST=off) */
    bool count_cells;
    uint32_t first_column; /* the column that the plan asks of every row, or COLUMN_NONE: a hint for the scan */
    /*
     * Every row is read whole, as nothing turns one away before, and is asked for these columns: a hint too. whole: for so few that it
     * pays to look for each. second_column: then another one beside the first, or COLUMN_NONE.
     */
    struct few_columns columns;
    bool whole;
    uint32_t second_column;
    /*
     * Rows whose text in its column it is sure of may be left out of the batch (they count as rows): a hint too. It is of
     * the first column, as what rows are checked for by their first predicate must not depend on it. Borrowed; or NULL.
     */
    const struct text_filter *filter;
    void *common; /* set by the scan: what the type's share() made; NULL: the source makes its own */
};
enum { SOURCE_BLOCK_BYTES = 1 << 18 };
#define SOURCE_RECORD_MAX ((size_t)128 << 20)

enum source_claim {
    CLAIM_NO,
    CLAIM_MAYBE, /* could be, if nobody is surer */
    CLAIM_YES
};

/* A format. Const tables; see formats.c. */
struct source_type {
    const char *name;  /* "ndjson", for --input-format and messages */
    const char *title; /* "JSON lines of DeviceNetworkEvents rows or streaming envelopes" */
    /* An input is the answer to one query, which the portal and the APIs cut at a round number of rows. */
    bool is_answer;
    /* Looks at the first bytes (up to STREAM_PEEK_MAX; `whole`: that is all there is) and says whether they are its
     * format. No state. */
    enum source_claim (*claim)(struct slice head, bool whole);
    /*
     * Tells columns that head has and schema does not (defs in arena). Called for the first input, before any row is
     * read.
     */
    enum err_code (*discover)(struct slice head, const struct schema *schema, struct arena *arena,
                              const struct column_def **out_defs, uint32_t *out_count, struct err *err);
    /*
     * Makes what all sources of a scan can have in common (tables made from the schema, memory that is free at the
     * moment), so that an input costs little. unshare() comes after all of them are closed. NULL: nothing.
     */
    enum err_code (*share)(const struct schema *schema, const struct source_options *options, void **out_common,
                           struct err *err);
    void (*unshare)(void *common);
    /* Takes the stream over (also on failure), and closes it in close(), not before: the scan looks how far it is. */
    enum err_code (*open)(struct stream *stream, const struct schema *schema, const struct source_options *options,
                          struct source **out_source, struct err *err);
    /*
     * The next block of whole records, NULL at the end. ERR_INPUT: the input is broken from here on (what came before
     * has been given). Serial.
     */
    enum err_code (*read)(struct source *source, struct block **out_block, struct err *err);
    /* Reads the block's bytes where read() only said where they stand. Any thread; once a block, before split. May be NULL. */
    enum err_code (*load)(struct block *block, struct err *err);
    /*
     * Cuts a block into rows. Takes the block over, also on failure. Any thread. The batch may have no rows; its
     * stats.bytes are the block's.
     */
    enum err_code (*split)(struct block *block, struct batch **out_batch, struct err *err);
    void (*free_block)(struct block *block); /* of one that was not split */
    void (*close)(struct source *source);    /* after all its blocks and batches are freed */
};

struct scan_input; /* an input of a scan */

/* What every format's source, block begin with (embed as first member). */
struct source {
    const struct source_type *type;
    const struct schema *schema;
    struct source_options options;
    const char *path;   /* as named or met */
    bool is_answer;     /* the type's, unless open knows better */
    bool at_end;        /* set by read() with the last block, where it knows that it is */
    bool reads_at_once; /* set by open: read() takes no longer than a lock, as it only says where bytes stand */
    /* What is doubtful about how the input is read (NOTICE_DOUBT), or NULL: a sentence set by open, owned by the
     * source.
     */
    const char *doubt;
    struct scan_input *scan_input; /* NULL outside a scan */
};
struct block {
    struct source *source;
    uint64_t sequence; /* for the batch; set by scan_read() (the ordinal) or scan_next() (in the scan) */
    uint64_t ordinal;  /* in its input, from 0; set by scan_read() */
    bool loaded;       /* block_load() was called */
    uint64_t offset;   /* of its first byte in the decompressed input; set by the format's read, or split */
};

/* Fills what open() is given; the path is set by the scan. */
void source_init(struct source *source, const struct source_type *type, const struct schema *schema,
                 const struct source_options *options);

/*
 * Root batches made by sources start with this as batch->impl (embed as first member), so that counts and rejects can
 * be taken alike.
 */
struct source_batch {
    struct source *source;
    struct block *block;
    struct scan_stats stats;
    struct reject *rejects; /* in row order of detection; sorted by record when taken */
    size_t reject_count, reject_capacity;
    /* Why the input is broken behind this block, where that was found by its split; lives as long as the batch. */
    const struct err *failure;
};

/*
 * Begins and ends what a format's batch embeds. A batch keeps its source open: source_batch_release() is the last thing
 * in the format's batch_type.free that touches the source. It does not free the block. After a failed init nothing is
 * to be released.
 */
enum err_code source_batch_init(struct source_batch *batch, struct block *block, struct err *err) MUST_CHECK;
void source_batch_release(struct source_batch *batch);
/* Records a rejected record (bytes and why are borrowed as long as the batch lives) and counts it in
 * stats.rejected[]. */
enum err_code source_reject(struct source_batch *batch, const struct reject *reject, struct err *err) MUST_CHECK;

/* The provenance columns need the number of records before a block; waits until all earlier blocks of the input have
 * been split. 0 outside a scan. */
enum err_code block_first_record(struct block *block, uint64_t *out_record, struct err *err) MUST_CHECK;
/* Tells how many records (lines) a block held; only the first call counts. To be called by every successful split.
 * (block_split() and block_free() call it for a block that failed or is thrown away.) Any thread. */
void block_counted(struct block *block, uint64_t records);

/* --- the formats --- */

extern const struct source_type *const SOURCE_TYPES[]; /* NULL-terminated, in order of asking */
/* The surest claim, of equal ones the first in SOURCE_TYPES; NULL if nobody makes one. */
const struct source_type *source_detect(struct slice head, bool whole);

/* --- all inputs --- */

struct scan;

enum scan_notice_kind {
    NOTICE_INPUT_FAILED, /* error: the input can't be read (further) */
    NOTICE_INPUT_PASSED, /* a file met in a folder is no telemetry */
    NOTICE_INPUT_OWN,    /* a file met in a folder is one of scan_config.own: it is left out, and counts for nothing */
    NOTICE_ROW_LIMIT,    /* an export of exactly 10,000, 30,000 or 100,000 rows: probably cut off; detail: "10,000" */
    NOTICE_DOUBT,        /* warning: read, but perhaps not as it was meant; detail: a sentence */
    NOTICE_OPENED        /* detail: format and compression */
};

struct scan_config {
    const char *const *paths; /* files, folders, "-"; none: standard input */
    size_t path_count;
    struct source_options options;
    const struct column_def *named; /* --column */
    uint32_t named_count;
    const struct source_type *forced; /* --input-format, or NULL */
    const struct file_id *own;        /* files that the caller writes; they outlive the scan */
    size_t own_count;
    bool read_ahead; /* threads of the inputs' own may read and decompress: see stream_read_ahead() */
    bool measure;    /* look up all files' sizes first, for scan_progress() */
    /*
     * Called by the thread that is in scan_open(), scan_begin_input(), scan_account() or scan_end_input(). err is set for
     * NOTICE_INPUT_FAILED, detail may be NULL.
     */
    void (*notice)(void *user, enum scan_notice_kind kind, const char *path, const char *detail, const struct err *err);
    void *user;
};

/*
 * Opens the first readable input and settles the schema. An input that fails is a notice, not an error. The config's
 * strings are copied. Standard input can be read by one scan of the process alone: ERR_USAGE.
 */
enum err_code scan_open(const struct scan_config *config, struct scan **out_scan, struct err *err) MUST_CHECK;
/* The schema every batch has. Lives as long as the scan. */
const struct schema *scan_schema(const struct scan *scan);
/* Tells the scan what the plan asks for first, before the first input is asked for. */
void scan_set_first_column(struct scan *scan, uint32_t column);
/*
 * Tells it instead that all rows are read whole, and are asked for these columns. False: with this CPU's kernels that helps nothing, and
 * nothing is changed.
 */
bool scan_set_whole(struct scan *scan, const struct few_columns *columns);
/* The same for what it asks of that column's text; filter lives as long as the scan. */
void scan_set_filter(struct scan *scan, const struct text_filter *filter);
/* An input is no regular file: opening and reading may have to wait, for ever even, so that it must be done in order. */
bool scan_waits(const struct scan *scan);

/* The next input in order, which may not be open yet; NULL at the end. The caller has a hold on it. Serial. */
enum err_code scan_next_input(struct scan *scan, struct scan_input **out_input, struct err *err) MUST_CHECK;
/*
 * The input's next block, NULL at its end; opens it first. What is wrong with the input alone is no error: it ends there.
 * After an error it must not be read on. Any thread, one at a time for each input.
 */
enum err_code scan_read(struct scan_input *input, struct block **out_block, struct err *err) MUST_CHECK;
/* No block is left to be read, as far as is known. For who reads it. */
bool scan_is_read(const struct scan_input *input);
/* scan_read() takes no longer than a lock. False before the first. For who reads it. */
bool scan_reads_at_once(const struct scan_input *input);
/* scan_read() waits for what is being decompressed, as a rule: one thread that reads and splits is enough. For who reads it. */
bool scan_is_awaited(const struct scan_input *input);

/*
 * For the one thread that consumes the batches: an input's turn has come, its first scan_read() being done; its last batch
 * was accounted for, and it was read to its end. They count it, and tell what is to be told of it.
 */
void scan_begin_input(struct scan_input *input);
void scan_end_input(struct scan_input *input);
/* The hold of who asked for it. Any thread. */
void scan_drop_input(struct scan_input *input);

/*
 * For who needs no more than one input at a time: the next block in the order of all, NULL at the end of all. Begins and
 * ends inputs itself. Thread-safe.
 */
enum err_code scan_next(struct scan *scan, struct block **out_block, struct err *err) MUST_CHECK;
/*
 * Reads the bytes of a block that does not hold them yet. Any thread. The block stays the caller's. block_split() does it
 * where it was not done.
 */
enum err_code block_load(struct block *block, struct err *err) MUST_CHECK;
/* split of the block's source; the batch has the block's sequence. Takes the block over. Any thread. */
enum err_code block_split(struct block *block, struct batch **out_batch, struct err *err) MUST_CHECK;
void block_free(struct block *block);

/*
 * To be asked about each root batch, in the input's order, before its rows are looked at. False: its input was found broken
 * in an earlier block, so it is none of the scan's; free it, and don't account for it.
 */
bool scan_admit(const struct batch *root);
/*
 * Takes a root batch's counts and rejects (in record order) before it is freed: stats are added to `into`; reject() is
 * called for each, if it is not NULL. Then it is told if the input is broken behind the batch. Call it once a batch, in the input's order.
 */
enum err_code scan_account(struct scan *scan, struct batch *root, struct scan_stats *into,
                           enum err_code (*reject)(void *user, const struct reject *reject, struct err *err),
                           void *user, struct err *err) MUST_CHECK;

/* Is nothing to be told of a root batch but its counts? None of its rows was rejected, the input is not broken behind it. Any thread. */
bool batch_is_plain(const struct batch *root);
/* Takes the counts of such a batch over, and frees it: for whom its rows are of no use any more. Any thread. */
void batch_reduce(struct batch *root, struct scan_stats *out_counts);
/*
 * scan_account() of such counts of one input, or of several batches' in a row, in the input's order; false, and nothing is added, where
 * scan_admit() would say so. They are released.
 */
bool scan_account_counts(struct scan_input *input, struct scan_stats *counts, struct scan_stats *into);

/*
 * For a progress line, from any thread: bytes of the files read so far, and their size (0: not known, as with pipes and
 * very many files, or not asked for).
 */
void scan_progress(const struct scan *scan, uint64_t *out_raw_done, uint64_t *out_raw_total);
/* Counts of inputs (inputs, inputs_failed, inputs_passed, raw_bytes) so far. */
void scan_inputs(const struct scan *scan, struct scan_stats *into);
void scan_close(struct scan *scan); /* after all its batches are freed */

#endif
