/*
 * op_texts.h - rows that are kept as the text in which the result will show them.
 *
 * A sort that nothing stands behind but the sink has no use for the columns of a row, besides its keys. So where the sink takes rows
 * as texts (op_type.make_text), each row's is made by the thread that has just decoded it, and kept in place of the columns: what
 * remains to be done behind the last row of the input is to put texts in order.
 *
 *   text | the column that the sink looks at beside it, if there is one
 */
#ifndef DDNSHUNT_KQL_OP_TEXTS_H
#define DDNSHUNT_KQL_OP_TEXTS_H

#include "kql/exec/op.h"

/* So many texts are joined for one write: they stay in the second level's cache. */
enum { TEXTS_BATCH_ROWS = 128 };

/* What is kept of rows. */
struct texts {
    struct schema schema;
    struct column_def columns[2];
};

/* False where the operator can't keep texts: what it gives goes on to another operator, or columns are wanted. */
bool texts_init(struct texts *texts, const struct op *op);

/* Does that column of texts->schema refer to batch_text() alone, so that it needs no copy where that is moved? */
bool texts_move_with(uint32_t column);

/* The texts of the selected rows of a batch for op, all of whose columns are loaded: columns of texts->schema, in its arena. */
enum err_code texts_make(const struct op *op, struct batch *batch, const struct column **out_columns,
                         struct err *err) MUST_CHECK;

/* Of a batch of texts->schema, all selected, makes batch_text(): one text behind the other. In any thread. */
enum err_code texts_join(struct batch *batch, struct err *err) MUST_CHECK;

/* Hands a batch that was joined on to op's sink, as rows of op's schema. */
enum err_code texts_push(const struct op *op, struct batch *batch, struct err *err) MUST_CHECK;

#endif
