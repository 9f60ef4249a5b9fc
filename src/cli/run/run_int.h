/*
 * run_int.h - the parts of run.c that have files of their own.
 */
#ifndef DDNSHUNT_CLI_RUN_INT_H
#define DDNSHUNT_CLI_RUN_INT_H

#include "base/arena.h"
#include "base/file_id.h"
#include "cli/opts.h"
#include "event/batch.h"
#include "kql/ast.h"
#include "sink/sink.h"

/* --- columns.c --- */

/* The definitions that --column names, in arena. ERR_USAGE. */
enum err_code columns_named(const struct text_list *texts, struct arena *arena, struct column_def **out_defs,
                            uint32_t *out_count, struct err *err) MUST_CHECK;

/* The result's columns that are to be shown. */
struct column_view {
    struct schema schema;
    uint32_t *map; /* [schema.count]: index in the result */
};
/* list is --columns or NULL for all. schema must outlive the view, which lives in arena. ERR_USAGE. */
enum err_code column_view_init(struct column_view *view, const char *list, const struct schema *schema,
                               struct arena *arena, struct err *err) MUST_CHECK;
/* The batch with the view's columns; borrows both, and what it needs is in arena. Any thread may. ERR_MEMORY. */
enum err_code column_view_apply(const struct column_view *view, const struct batch *batch, struct arena *arena,
                                struct batch *out_shown, struct err *err) MUST_CHECK;

/* --- own_files.c --- */

/*
 * What -o and --rejects name and standard output, as far as they are files that are there: an export that is overwritten
 * with its hits is lost, and who reads what is just being written finds no end.
 */
struct own_files {
    struct file_id ids[3];
    size_t count;
};
void own_files_find(const struct opts *opts, struct own_files *out_own);
/* ERR_USAGE if this file to be read, which the user has named, is one of them. path: "-" for standard input. */
enum err_code own_files_refuse(const struct own_files *own, const char *path, struct err *err) MUST_CHECK;

/* --- with_source.c --- */

/*
 * Makes a query keep the provenance columns to its end: adds them where columns are picked. ERR_USAGE where a result
 * row has no single source row (summarize, distinct, count, print).
 */
enum err_code with_source(struct ast *query, struct arena *arena, struct err *err) MUST_CHECK;

/* --- delivery.c --- */

/* Where results go. */
struct delivery {
    struct out *out;
    const struct sink_type *type;
    struct sink *sink;
    bool terminal, flush;        /* flush: results are to be seen as they come */
    const size_t *prompt_widths; /* of sink_options; may be set before delivery_start() */
};
enum err_code delivery_open(struct delivery *delivery, const struct opts *opts, struct err *err) MUST_CHECK;
/* The sink for rows of this schema, which must outlive it. */
enum err_code delivery_start(struct delivery *delivery, const struct opts *opts, const struct schema *schema,
                             struct err *err) MUST_CHECK;
/*
 * Makes the text of a batch that delivery_write() will be given (batch_text()), if the sink can do so apart from its order. Any
 * thread may. The columns may be those of a view. ends: as sink_type.make() has it.
 */
enum err_code delivery_prepare(const struct delivery *delivery, struct batch *batch, size_t *ends,
                               struct err *err) MUST_CHECK;
bool delivery_prepares(const struct delivery *delivery);
enum err_code delivery_write(struct delivery *delivery, struct batch *batch, struct err *err) MUST_CHECK;
/* All is written: puts a file in its place. */
enum err_code delivery_commit(struct delivery *delivery, struct err *err) MUST_CHECK;
void delivery_close(struct delivery *delivery);
/*
 * The extension of -o's file, where it says nothing of the format that results are written in, and may be thought to:
 * ".gz", ".xlsx". Else NULL.
 */
const char *delivery_extension_unknown(const struct opts *opts);

#endif
