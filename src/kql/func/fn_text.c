/*
 * fn_text.c - see fn_text.h.
 */
#include "kql/func/fn_text.h"

#include "base/utf8.h"
#include "kql/func/func.h"

enum err_code text_result(struct eval *eval, const struct expr *expr, const struct buf *buf, struct slice *out_text,
                          struct err *err)
{
    if (buf->too_long)
        return err_query(err, ERR_LIMIT, expr->span, "%s() made a text longer than 64 MiB", expr->func->name);
    if (buf->failed)
        return err_no_memory(err, buf->len);
    struct slice copy = arena_copy(eval->arena, buf_slice(buf));
    if (!copy.ptr)
        return err_no_memory(err, buf->len);
    *out_text = copy;
    return ERR_NONE;
}

bool text_list_add(struct text_list *list, const struct dyn *item)
{
    if (list->count == list->capacity) {
        if (list->capacity > UINT32_MAX / 2)
            return false;
        uint32_t capacity = list->capacity ? 2 * list->capacity : 8;
        const struct dyn **grown = arena_array(list->arena, capacity, sizeof(struct dyn *));
        if (!grown)
            return false;
        if (list->count)
            memcpy(grown, list->items, list->count * sizeof(struct dyn *));
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    return true;
}

/* An argument that is a long; *out_null where it is null. */
static int64_t number_arg(const struct expr *expr, const struct column *const *args, uint32_t row, uint32_t arg,
                          int64_t otherwise, bool *out_null)
{
    if (arg >= expr->arg_count)
        return otherwise;
    if (column_is_null(args[arg], row))
        *out_null = true;
    return long_of(args[arg], row);
}

bool text_window_of(const struct expr *expr, const struct column *const *args, uint32_t row, struct slice text,
                    bool from_end, struct text_window *out_window)
{
    bool is_null = false;
    int64_t start = number_arg(expr, args, row, 2, 0, &is_null);
    int64_t length = number_arg(expr, args, row, 3, -1, &is_null);
    int64_t occurrence = number_arg(expr, args, row, 4, 1, &is_null);
    if (is_null || length < -1 || occurrence < 0 || (start < 0 && !from_end))
        return false;
    if (start < 0) {
        start += (int64_t)utf8_length(text);
        start = start < 0 ? 0 : start;
    }
    struct slice rest = slice_cut(text, utf8_offset(text, (size_t)start), text.len);
    size_t start_byte = text.len - rest.len;
    out_window->exists = start == 0 || start_byte < text.len || (size_t)start <= utf8_length(text);
    out_window->start = start_byte;
    out_window->end = length < 0 ? text.len : start_byte + utf8_offset(rest, (size_t)length);
    out_window->length = length;
    out_window->occurrence = occurrence ? occurrence : 1;
    return true;
}
