/*
 * source.h - what a telemetry format must be able to do, the registry of formats, and the walk over all inputs.
 *
 *   scan (all inputs, in order) --scan_next()--> block --block_split()--> batch --batch_load()--> columns
 *         one thread at a time                         any thread, many at once
 *
 * scan_next() only reads and cuts at a record's end, or says where in a file a block's bytes stand; the work on the bytes
 * is done by block_split(), which then reads them too, and batch_load(), in whatever thread has the block. Blocks carry a sequence number; whoever consumes the batches in that order sees the
 * input's order. Counts and rejects ride in the batch and are taken from it in that order, so that nothing is shared.
 *
 * Adding a format: one file with a const struct source_type, one line in formats.c, one row in docs/formats.md.
 */
#ifndef DDNSHUNT_SOURCE_SOURCE_H
#define DDNSHUNT_SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
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
     * Rows whose text in its column it is sure of may be left out of the batch (they count as rows): a hint too. It is of
     * the first column, as what rows are checked for by their first predicate must not depend on it. Borrowed; or NULL.
     */
    const struct text_filter *filter;
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
    /* Takes the stream over (also on failure), and closes it in close(), not before: the scan looks how far it is. */
    enum err_code (*open)(struct stream *stream, const struct schema *schema, const struct source_options *options,
                          struct source **out_source, struct err *err);
    /*
     * The next block of whole records, NULL at the end. ERR_INPUT: the input is broken from here on (what came before
     * has been given). Serial.
     */
    enum err_code (*read)(struct source *source, struct block **out_block, struct err *err);
    /*
     * Cuts a block into rows. Takes the block over, also on failure. Any thread. The batch may have no rows; its
     * stats.bytes are the block's.
     */
    enum err_code (*split)(struct block *block, struct batch **out_batch, struct err *err);
    void (*free_block)(struct block *block); /* of one that was not split */
    void (*close)(struct source *source);    /* after all its blocks and batches are freed */
};

struct scan_input; /* scan.c: what a scan keeps about one input */

/* What every format's source, block begin with (embed as first member). */
struct source {
    const struct source_type *type;
    const struct schema *schema;
    struct source_options options;
    uint32_t input;   /* number of the input in the scan */
    const char *path; /* as named or met */
    bool is_answer;   /* the type's, unless open knows better */
    /* What is doubtful about how the input is read (NOTICE_DOUBT), or NULL: a sentence set by open, owned by the
     * source.
     */
    const char *doubt;
    struct scan_input *scan_input; /* NULL outside a scan */
};
struct block {
    struct source *source;
    uint64_t sequence; /* in the scan; set by scan_next() */
    uint64_t ordinal;  /* in its input, from 0; set by scan_next() */
    uint64_t offset;   /* of its first byte in the decompressed input; set by the format's read, or split */
};

/* Fills what open() is given; input and path are set by the scan.
 */
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
const struct source_type *source_type_find(struct slice name);
/* The surest claim, of equal ones the first in SOURCE_TYPES; NULL if nobody makes one. */
const struct source_type *source_detect(struct slice head, bool whole);

/* --- all inputs --- */

struct scan;

enum scan_notice_kind {
    NOTICE_INPUT_FAILED, /* error: the input can't be read (further) */
    NOTICE_INPUT_PASSED, /* a file met in a folder is no telemetry */
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
    bool read_ahead;                  /* threads of the inputs' own may read and decompress: see stream_read_ahead() */
    bool measure;                     /* look up all files' sizes first, for scan_progress() */
    /*
     * Called one at a time (a lock is held: don't call the scan from it), by whatever thread is in scan_open(),
     * scan_next() or scan_account(). err is set for NOTICE_INPUT_FAILED, detail may be NULL.
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
/* Tells the scan what the plan asks for first, before the first scan_next(). */
void scan_set_first_column(struct scan *scan, uint32_t column);
/* The same for what it asks of that column's text; filter lives as long as the scan. */
void scan_set_filter(struct scan *scan, const struct text_filter *filter);
/* An input is no regular file: scan_next() may have to wait for bytes, for ever even. */
bool scan_waits(const struct scan *scan);
/* The next block in input order; NULL at the end of all inputs. Thread-safe. */
enum err_code scan_next(struct scan *scan, struct block **out_block, struct err *err) MUST_CHECK;
/* split of the block's source; the batch's sequence is set. Any thread. */
enum err_code block_split(struct block *block, struct batch **out_batch, struct err *err) MUST_CHECK;
void block_free(struct block *block);

/*
 * To be asked once about each root batch, in sequence order, before its rows are looked at. False: its input was found
 * broken in an earlier block (of which is told here), so it is none of the scan's; free it, and don't account for it.
 */
bool scan_admit(struct scan *scan, const struct batch *root);
/*
 * Takes a root batch's counts and rejects (in record order) before it is freed: stats are added to `into`; reject() is
 * called for each, if it is not NULL. Call it once a batch, in sequence order.
 */
enum err_code scan_account(struct scan *scan, struct batch *root, struct scan_stats *into,
                           enum err_code (*reject)(void *user, const struct reject *reject, struct err *err),
                           void *user, struct err *err) MUST_CHECK;

/*
 * For a progress line, from any thread: bytes of the files read so far, and their size (0: not known, as with pipes and
 * very many files, or not asked for).
 */
void scan_progress(const struct scan *scan, uint64_t *out_raw_done, uint64_t *out_raw_total);
/* Counts of inputs (inputs, inputs_failed, inputs_passed, raw_bytes) so far. */
void scan_inputs(const struct scan *scan, struct scan_stats *into);
void scan_close(struct scan *scan); /* after all its batches are freed */

#endif
