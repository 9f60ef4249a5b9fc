/*
 * batch.h - N rows of a table whose columns are not decoded yet: the one currency between sources, operators, sinks.
 *
 * An operator asks batch_load() for one column of some rows, mostly all that are still selected. The first predicate
 * of a detection thus decodes one column of every row, and the rest of the plan the others for the few that survive.
 *
 *   selection   ascending row numbers in [0, row_count). It only shrinks. All batches derived from one another in a
 *               pipeline (extend, project) share one selection object, so that narrowing it anywhere narrows it for
 * all. columns     a column is dense: cell i belongs to row i. Cells of rows that the column was not loaded
 *               for are undefined.
 *   rejects     a row found to be unreadable (malformed, undecided) is marked by batch_reject(); its cells read as null
 *               until batch_drop_rejected() takes it out of the selection.
 *
 * Owner: whoever made the batch frees it; arena-allocated cells live as long as the batch. One thread at a time.
 */
#ifndef DDNSHUNT_EVENT_BATCH_H
#define DDNSHUNT_EVENT_BATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "event/schema.h"
#include "event/type.h"
#include "event/value.h"

/* One column of a batch, or one result of an expression. */
struct column {
    enum type type;
    bool is_const;  /* cell 0 stands for every row */
    uint8_t *nulls; /* a byte a row, 1 = null; NULL = no row is. Never set for strings. */
    union {
        void *data;
        int64_t *i64;
        double *f64;
        struct decimal *dec;
        struct guid *guid;
        struct slice *str;
        const struct dyn **dyn;
    };
};

static inline uint32_t column_cell(const struct column *column, uint32_t row)
{
    return column->is_const ? 0 : row;
}

static inline bool column_is_null(const struct column *column, uint32_t row)
{
    return column->nulls && column->nulls[column_cell(column, row)];
}

/* Allocates cells for row_count rows (uninitialised) and, if with_nulls, a zeroed null map. ERR_MEMORY. */
enum err_code column_init(struct column *column, enum type type, uint32_t row_count, bool with_nulls,
                          struct arena *arena, struct err *err) MUST_CHECK;
/* A column whose every cell is value (borrowed). */
enum err_code column_init_const(struct column *column, const struct value *value, struct arena *arena,
                                struct err *err) MUST_CHECK;
/* The cell of a row. Borrows. */
struct value column_value(const struct column *column, uint32_t row);
/* Stores value (same type) in a row's cell; a null needs a null map. Borrows. */
void column_set(struct column *column, uint32_t row, const struct value *value);
/* Bytes of one cell in column->data. */
size_t column_cell_bytes(enum type type);

struct selection {
    uint32_t *rows; /* ascending */
    uint32_t count;
};

/* Why a row is not among the results though it may belong there. */
enum reject_kind {
    REJECT_MALFORMED, /* not readable as a record */
    REJECT_TOO_LONG,  /* beyond the limit on a record's size */
    REJECT_NO_RECORD, /* text outside any record */
    REJECT_UNDECIDED  /* a regular expression met its match limit on it */
};

/*
 * A column of the selected rows' cells alone, one behind the other. copies: with what they refer to, all in arena; else they
 * borrow it as before. ERR_MEMORY.
 */
enum err_code column_pick(const struct column *from, const struct selection *rows, bool copies, struct arena *arena,
                          struct column *out_column, struct err *err) MUST_CHECK;

struct batch;

/* What a kind of batch must be able to do; const tables. */
struct batch_type {
    /* Makes batch->columns[column] anew, with the cells of these rows (some of the selected) filled. */
    enum err_code (*load)(struct batch *batch, uint32_t column, const struct selection *rows, struct err *err);
    /*
     * Makes sure that each selected row is well-formed as a whole, rejecting those that are not (then dropped by the
     * caller). NULL: they all are.
     */
    enum err_code (*verify)(struct batch *batch, struct err *err);
    /* Records a rejected row (why is static or arena text). NULL: passes it on to batch->parent. */
    enum err_code (*reject)(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why, struct err *err);
    void (*free)(struct batch *batch); /* releases what it owns, the batch included */
};

struct batch {
    const struct batch_type *type;
    const struct schema *schema;
    uint64_t sequence; /* position of the batch in the input: batches in this order are the input's order */
    uint32_t row_count;
    struct selection *selection; /* shared along a pipeline */
    struct column *columns;      /* [schema->count] */
    bool *loaded;                /* [schema->count]: for all rows that were selected then */
    uint8_t **loaded_rows;  /* [schema->count] or NULL: of a column that was asked for some rows only, 1 = loaded */
    uint8_t *rejected;      /* [row_count], shared along a pipeline; 1 = rejected, dropped already or not */
    bool *has_rejected;     /* shared: some row is rejected and not dropped yet */
    struct batch *parent;   /* what it was derived from, or NULL for one made by a source or a breaker */
    struct arena *arena;    /* shared along a pipeline: lives as long as the root batch */
    struct made_text *made; /* shared: see batch_text() */
    void **memo; /* shared: what functions keep of the rows between calls (fn_ddns.c), in the arena; NULL at first */
    const void *prepared; /* made ahead for whom the batch is pushed to, and known to it alone; in the arena */
    void *impl;
};

/* What batch_load() does where not all of the column is loaded. */
enum err_code batch_load_missing(struct batch *batch, uint32_t column, const struct selection *rows,
                                 struct err *err) MUST_CHECK;

/*
 * The column, decoded for these rows, all of them selected. What is decoded, and so what is counted and rejected on the way,
 * are the rows that were ever asked for, each once: never a row because of what stands beside it in the batch. The pointer is
 * good as long as the batch. A bad cell is not an error: it is null and counted. Fails with ERR_MEMORY or ERR_LIMIT.
 */
static inline MUST_CHECK enum err_code batch_load(struct batch *batch, uint32_t column, const struct selection *rows,
                                                  const struct column **out_column, struct err *err)
{
    *out_column = &batch->columns[column];
    return batch->loaded[column] ? ERR_NONE : batch_load_missing(batch, column, rows, err);
}

/* Marks a row, and has the root's type record it. Marking twice is once. */
enum err_code batch_reject(struct batch *batch, uint32_t row, enum reject_kind kind, const char *why,
                           struct err *err) MUST_CHECK;

/* Checks the selected rows whole (batch_type.verify of the root) and drops the rejected ones from the selection. */
enum err_code batch_verify(struct batch *batch, struct err *err) MUST_CHECK;
void batch_drop_rejected(struct batch *batch);

/*
 * A batch over the same rows as parent, with another schema and type; shares parent's selection, rejects and arena, in
 * which it lives itself: free the root alone.
 */
enum err_code batch_derive(struct batch *parent, const struct batch_type *type, const struct schema *schema, void *impl,
                           struct batch **out_batch, struct err *err) MUST_CHECK;

/*
 * A root batch with its own arena and all rows selected; columns not loaded. type->free must end in batch_destroy().
 */
enum err_code batch_create(const struct batch_type *type, const struct schema *schema, uint32_t row_count,
                           struct batch **out_batch, struct err *err) MUST_CHECK;
void batch_destroy(struct batch *batch);

/*
 * Memory of a root batch that is gone, for one to come: a batch is made for each block, and most need the same little. All zeros
 * at first. batch_create_in() takes what it has, also on failure; batch_destroy_into() ends a batch as batch_destroy() does, but
 * leaves in a room that has nothing what is not beyond the usual.
 */
struct batch_room {
    struct arena arena;
    struct buf text;
};
enum err_code batch_create_in(struct batch_room *room, const struct batch_type *type, const struct schema *schema,
                              uint32_t row_count, struct batch **out_batch, struct err *err) MUST_CHECK;
void batch_destroy_into(struct batch *batch, struct batch_room *room);
void batch_room_release(struct batch_room *room);

/* A root batch of which all columns are loaded already (breakers, datatable, tests): fill columns[], set loaded[]. */
extern const struct batch_type BATCH_LOADED;

/*
 * The text that somebody has made ahead of the selected rows, for whoever shows them: begin gives the buffer to add it to, which is
 * the root's and lives as long. NULL where nothing was made.
 */
struct buf *batch_text_begin(struct batch *batch);
const struct buf *batch_text(const struct batch *batch);
/* The text becomes that of another root, and lives as long as that: its bytes stay where they are. */
void batch_text_move(struct batch *from, struct batch *to);

void batch_free(struct batch *batch); /* type->free; NULL is allowed */

#endif
