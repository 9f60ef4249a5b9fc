/*
 * fn_text.h - what the families of text functions share: cells, bounded results, windows of a text.
 *
 * Positions and lengths are code points; a result longer than TEXT_RESULT_MAX is a limit error, never cut silently.
 */
#ifndef DDNSHUNT_KQL_FN_TEXT_H
#define DDNSHUNT_KQL_FN_TEXT_H

#include "base/buf.h"
#include "event/batch.h"
#include "kql/expr.h"
#include "kql/func/eval.h"

/* Our bound on one text that a function makes; as large as the largest row that is read. */
enum { TEXT_RESULT_MAX = 64 << 20 };

static inline struct slice text_of(const struct column *column, uint32_t row)
{
    return column->str[column_cell(column, row)];
}

static inline int64_t long_of(const struct column *column, uint32_t row)
{
    return column->i64[column_cell(column, row)];
}

/* Copies what a buffer (born with TEXT_RESULT_MAX) holds into the eval's arena. ERR_LIMIT names the function. */
enum err_code text_result(struct eval *eval, const struct expr *expr, const struct buf *buf, struct slice *out_text,
                          struct err *err) MUST_CHECK;

/* Items of an array in the making. */
struct text_list {
    struct arena *arena;
    const struct dyn **items;
    uint32_t count, capacity;
};
bool text_list_add(struct text_list *list, const struct dyn *item);

/* The part of a text that indexof() and indexof_regex() look at, in bytes. */
struct text_window {
    bool exists; /* the start lies within the text */
    size_t start, end;
    int64_t length;     /* code points from start to end at most; -1: all */
    int64_t occurrence; /* from 1 */
};
/*
 * From the arguments start, length, occurrence (2, 3, 4), as far as the call has them. from_end: a negative start counts
 * from the end of the text. False: the result is null.
 */
bool text_window_of(const struct expr *expr, const struct column *const *args, uint32_t row, struct slice text,
                    bool from_end, struct text_window *out_window);

#endif
