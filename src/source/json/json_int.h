/*
 * json_int.h - what both JSON formats share: blocks with their memory, and the batch of rows cut from a block.
 */
#ifndef DDNSHUNT_SOURCE_JSON_INT_H
#define DDNSHUNT_SOURCE_JSON_INT_H

#include "base/buf.h"
#include "source/block_pool.h"
#include "source/file_range.h"
#include "source/json/json_border.h"
#include "source/json/json_layout.h"
#include "source/json/json_row.h"
#include "source/source.h"

#include <stdatomic.h>

/* --- the source and its blocks --- */

/* Offsets within a block have 32 bits; longer records and blocks than these are not asked for in earnest. */
#define JSON_RECORD_LIMIT ((size_t)2 << 30)
#define JSON_BLOCK_LIMIT  ((size_t)1 << 30)

/* What the sources of a scan share. */
struct json_common {
    struct json_keys keys;
    /*
     * What is free at the moment: blocks' memory, and batches with what they need to read records (making that afresh
     * costs as much as looking at a hundred of them).
     */
    struct block_pool pool, batches;
    size_t memory_bytes; /* of a block's memory in the pool */
    /* The same for blocks of one long line each, most of which are of the same size: that of the first, once there is one. */
    struct block_pool longs;
    atomic_size_t long_bytes;
    /* For rows in envelopes, and for those without; made with the first block, when it is known what is looked for. */
    struct json_probe probes[2];
    atomic_bool probes_made;
    pthread_mutex_t probes_lock;
};

enum err_code json_common_create(const struct schema *schema, const struct source_options *options, void **out_common,
                                 struct err *err) MUST_CHECK;
void json_common_free(void *common);

/* Of an input's records, for speed alone: what the first one is, or that each block is to be looked at. */
enum json_expects { JSON_EXPECTS_ANY, JSON_EXPECTS_ENVELOPES, JSON_EXPECTS_ROWS };

struct json_source {
    struct source base;
    struct stream *stream;
    struct json_common *common;
    bool common_owned;
    bool in_ranges;           /* see json_range.h */
    atomic_bool range_failed; /* a range could not be read: no more are wanted */
    size_t block_capacity;    /* of usual blocks, whose memory is pooled; common->memory_bytes at most */
    uint64_t offset;          /* of the next byte to be read */
    bool ended;               /* no more bytes will come */
    enum json_expects expects;
    struct err failure; /* why it ended, if its code is set: to be told once everything before it was given */
};

/* A record or reject that a scan found (json_scan.h), as offsets in the block. */
struct json_span {
    uint32_t start, len;
    uint32_t number; /* of those that were found in the block, from 0 */
    const char *why; /* a reject: static text; NULL: a record */
    enum reject_kind kind;
    bool noted; /* facts are known */
    struct json_facts facts;
};

struct json_block {
    struct block base;
    char *memory;
    char *bytes;  /* in memory */
    size_t start; /* records lie in [start, len) of bytes */
    size_t len, capacity;
    bool is_usual;           /* its memory is of the usual size, and goes back to the pool */
    bool is_long;            /* ... of that of long lines */
    uint64_t consumed;       /* bytes of the input that it stands for, those that no record needed included */
    struct file_range range; /* where in a file it stands, if range.len is not 0; its load reads it */
    size_t end;              /* ... where that ends in bytes */
    bool more;               /* ... and the file may go on behind len */
    struct err *failure;     /* ... why it can't be read further, or NULL */
    /* stream: of what a scan found, the spans are all but the rows that were turned away by their names at once */
    struct json_span *spans;
    size_t span_count, span_capacity;
    uint32_t found_count;    /* how many there were */
    uint32_t last;           /* where the last of them begins */
    uint64_t number;         /* in its input */
    int begins;              /* an enum json_scan_state: how the scan seems to stand at its begin, see json_chain.h */
    enum json_behind behind; /* what is known of the text behind it */
};

/* Takes the stream over in any case. */
enum err_code json_source_init(struct json_source *source, const struct source_type *type, struct stream *stream,
                               const struct schema *schema, const struct source_options *options,
                               struct err *err) MUST_CHECK;
void json_source_release(struct json_source *source);

enum err_code json_block_new(struct json_source *source, size_t capacity, struct json_block **out_block,
                             struct err *err) MUST_CHECK;
/* One over bytes that the source's stream keeps in memory as long as the input lives. */
enum err_code json_block_over(struct json_source *source, struct slice bytes, struct json_block **out_block,
                              struct err *err) MUST_CHECK;
/*
 * Bytes of an input at `offset` come next into the block, which is empty: they will stand as they do in a file's pages, since
 * the kernel copies faster then.
 */
void json_block_place(struct json_block *block, uint64_t offset);
enum err_code json_block_grow(struct json_block *block, size_t capacity, struct err *err) MUST_CHECK;
void json_block_free(struct block *block);
/* Reads until the block has `len` bytes or the input ends (source->ended). A failure is kept in source->failure. */
void json_block_fill(struct json_source *source, struct json_block *block, size_t len);
/* It ended by an interrupt: what follows the last whole record is not given, since more of it would have come. */
bool json_source_interrupted(const struct json_source *source);

/* --- the batch --- */

/* In place of an offset: the key is not there; nobody has looked. */
#define JSON_VALUE_ABSENT  UINT32_MAX
#define JSON_VALUE_UNKNOWN (UINT32_MAX - 1)

struct json_row {
    uint32_t start, len; /* of the record in the block's bytes */
    uint32_t record;     /* its number in the block, from 0 */
    uint32_t open,
        close;       /* braces of the row within its envelope, around which all is known to be well-formed; 0: none */
    uint32_t value;  /* where the fast column's value begins, or one of JSON_VALUE_; only while index is NULL */
    uint32_t second; /* the same of the second column */
    bool sound;      /* known to be well-formed; it may be parsed all the same, for where its values stand */
    bool laid;       /* the batch's places have where its values of the wanted columns begin */
    const struct json_index *index; /* NULL: not parsed yet */
};

struct json_batch {
    struct source_batch base;
    const struct json_block *block;
    struct json_row *rows;
    size_t row_count, row_capacity;
    /* [row_count * layout.columns.count]: JSON_VALUE_ABSENT or where a value of a laid row begins. */
    uint32_t *places;
    size_t place_capacity;
    struct json_layout layout;
    uint32_t layout_rest;    /* so many blocks to come are not tried by it, as it was of no use for most lines */
    struct json_span *spans; /* room for those of the next block */
    size_t span_capacity;
    struct arena arena; /* indexes */
    struct batch_room room;
    struct json_reader reader;
    struct buf text;                     /* a decoded string on its way to a cell */
    uint32_t fast_column, second_column; /* second: COLUMN_NONE, if the probe does not look for it */
    const struct text_judge *of_names;   /* what knows of names in the fast column whether the row is wanted; or NULL */
    const struct json_probe *probe;
    struct json_facts facts; /* of the record that is being looked at */
    struct json_memory memory;
};

/* Frees a batch that was kept for the next block. */
void json_batch_destroy(struct json_batch *batch);
/* Takes the block over, also on failure. */
enum err_code json_batch_begin(struct block *block, struct json_batch **out_batch, struct err *err) MUST_CHECK;
/* Nothing of the block's records was read; its bytes may have moved. */
void json_batch_restart(struct json_batch *batch);
/* Reads a record whole and does with it what its shape demands: adds its row or rows, passes it over, rejects it. */
enum err_code json_batch_record(struct json_batch *batch, struct slice text, uint32_t record, bool may_contain,
                                struct err *err) MUST_CHECK;
/* Prepares the quick path for the block; false if every record is to be parsed whole. */
bool json_batch_prepare(struct json_batch *batch);
/* The same for the layout of lines without an envelope; false if the usual marks find all that is wanted, or it is of no use. */
bool json_batch_lays(struct json_batch *batch);
/* Tells of how many lines of a block the layout was of no use. */
void json_batch_laid(struct json_batch *batch, uint32_t lines, uint32_t odd);
/* Reads a record for its keys, which other lines may have too. */
enum err_code json_batch_learn(struct json_batch *batch, struct slice text, struct err *err) MUST_CHECK;
/* Adds the row of a proven line, from layout.begin to `end`, that the layout knows all of. */
enum err_code json_batch_lay(struct json_batch *batch, uint32_t end, uint32_t record, struct err *err) MUST_CHECK;
/* What json_batch_quick() does with records that are not turned away by a name. wanted: the name says that it may be. */
enum err_code json_batch_judge(struct json_batch *batch, uint32_t end, uint32_t record, bool wanted, bool *out_done,
                               struct err *err) MUST_CHECK;
/*
 * Is the record a row, and turned away by the name in its fast column, both told by what nearly all records are like? Then
 * json_batch_judge() would count it and no more. *out_wanted: there is such a name, and it does not turn it away.
 */
static inline bool json_batch_turns_away(const struct json_batch *batch, const struct simd *simd, uint32_t end,
                                         bool *out_wanted)
{
    const struct json_facts *facts = &batch->facts;
    const struct json_memory *memory = &batch->memory;
    const char *text = batch->block->bytes;
    uint32_t value = facts->value[NEEDLE_COLUMN], close = end;
    *out_wanted = false;
    if (!batch->of_names || facts->count[NEEDLE_COLUMN] != 1 || facts->doubt || facts->brackets > 1 ||
        end - facts->begin < 2 || text[facts->begin] != '{' || text[end - 1] != '}')
        return false;
    if (facts->brackets == 0) {
        bool is_flat = batch->probe->wanted[NEEDLE_TYPE] && !facts->count[NEEDLE_TYPE] && !facts->count[NEEDLE_TABLE];
        if (!is_flat)
            return false;
    } else if (facts->known != facts->bracket + 1 || value < facts->bracket || memory->before_other ||
               memory->after_other || memory->before_category == memory->after_category ||
               !json_after_alike(memory, facts, simd, text, (uint32_t)batch->block->len, end, &close)) {
        return false;
    }
    struct slice name;
    if (value >= close || !json_fast_name(text + value, text + end, batch->of_names->of_hosts, &name))
        return false;
    *out_wanted = name.len > 0 && batch->of_names->may_name(batch->of_names->user, name);
    return !*out_wanted;
}
/*
 * Does the same as json_batch_record() with the record in [facts.begin, end) by what was noted of it alone. *out_done is
 * false where that is not enough: json_batch_record() must look.
 */
static inline MUST_CHECK enum err_code json_batch_quick(struct json_batch *batch, const struct simd *simd, uint32_t end,
                                                        uint32_t record, bool *out_done, struct err *err)
{
    bool wanted;
    *out_done = json_batch_turns_away(batch, simd, end, &wanted);
    batch->base.stats.rows += *out_done;
    return *out_done ? ERR_NONE : json_batch_judge(batch, end, record, wanted, out_done, err);
}
/*
 * Does the same with all records and rejects that a scan found. quick: as json_batch_prepare() has it. The first one's number is
 * `record`, that of each other greater by `step`; those that were turned away are counted.
 */
enum err_code json_batch_spans(struct json_batch *batch, const struct json_block *found, uint32_t record, uint32_t step,
                               bool quick, struct err *err) MUST_CHECK;
/* Is the text that of an array, or of an object whose first member holds rows? A look at its first bytes. */
bool json_begins_with_rows(struct slice text);
/*
 * Does so with the elements of the container that is the text, without blanks around it. Each is judged alone. *out_done
 * is false where it is no container, or a damaged one: json_batch_record() must look.
 */
enum err_code json_batch_container(struct json_batch *batch, struct slice text, uint32_t record, bool quick,
                                   bool *out_done, struct err *err) MUST_CHECK;
/*
 * The same with the container that begins at *at in the block and may be long, on a line whose end is not known: it is met on the
 * way, and *at moved behind it if *out_done. A line without an end is not done.
 */
enum err_code json_batch_long_container(struct json_batch *batch, size_t *at, uint32_t record, bool quick,
                                        bool *out_done, struct err *err) MUST_CHECK;
enum err_code json_batch_reject(struct json_batch *batch, enum reject_kind kind, struct slice bytes, uint32_t record,
                                const char *why, struct err *err) MUST_CHECK;
/* Makes the batch that the contract asks for; records is how many the block held. Consumes `batch` in any case. */
enum err_code json_batch_end(struct json_batch *batch, uint64_t records, enum err_code code, struct batch **out_batch,
                             struct err *err) MUST_CHECK;

/* --- cells --- */

/* Stores a JSON value (its text, known to be well-formed) as the row's cell. ERR_MEMORY alone can fail. */
enum err_code json_cell_set(struct batch *batch, struct column *column, uint32_t row, struct slice value,
                            struct err *err) MUST_CHECK;

#endif
