/*
 * fn_net_text.c - has_ipv4, has_ipv4_prefix and their any forms: does an IPv4 address stand in a text?
 *
 * An address counts where no letter or digit touches it and it is not a part of a longer dotted number: 127.0.0.1 does
 * not stand in 1.127.0.0.1, nor in 127.0.0.1.5; a full stop at the end of a sentence does not hide it.
 */
#include "event/ip.h"
#include "kql/func/fn_net.h"
#include "kql/func/fn_text.h"

static bool digit_at(struct slice text, size_t at)
{
    return at < text.len && ascii_is_digit(text.ptr[at]);
}

static bool free_at_left(struct slice text, size_t start)
{
    if (start == 0)
        return true;
    char before = text.ptr[start - 1];
    return !ascii_is_alnum(before) && !(before == '.' && start >= 2 && ascii_is_digit(text.ptr[start - 2]));
}

static bool free_at_right(struct slice text, size_t end)
{
    if (end >= text.len)
        return true;
    return !ascii_is_alnum(text.ptr[end]) && !(text.ptr[end] == '.' && digit_at(text, end + 1));
}

/* Where the digits and points that begin at start end; a point at the end of them is not among them. */
static size_t dotted_end(struct slice text, size_t start)
{
    enum { LONGEST = 15 };
    size_t end = start;
    while (end < text.len && end - start <= LONGEST && (ascii_is_digit(text.ptr[end]) || text.ptr[end] == '.'))
        end++;
    while (end > start && text.ptr[end - 1] == '.')
        end--;
    return end;
}

static bool is_plain_address(struct slice text)
{
    uint32_t address;
    unsigned prefix;
    return slice_find(text, SLICE("/"), 0) < 0 && slice_trim(text).len == text.len &&
           ipv4_parse(text, &address, &prefix);
}

/* "a.", "a.b." or "a.b.c.", or a whole address. */
static bool is_prefix(struct slice text)
{
    char whole[32];
    static const struct slice REST = {"0.0.0", 5};
    if (is_plain_address(text))
        return true;
    if (text.len == 0 || text.len > 12 || text.ptr[text.len - 1] != '.')
        return false;
    size_t points = 0;
    for (size_t i = 0; i < text.len; i++)
        points += text.ptr[i] == '.';
    if (points > 3)
        return false;
    memcpy(whole, text.ptr, text.len);
    memcpy(whole + text.len, REST.ptr, REST.len);
    return is_plain_address(slice_of(whole, text.len + 2 * (4 - points) - 1));
}

static bool has_address(struct slice text, struct slice address)
{
    if (!is_plain_address(address))
        return false;
    ptrdiff_t at = slice_find(text, address, 0);
    for (; at >= 0; at = slice_find(text, address, (size_t)at + 1))
        if (free_at_left(text, (size_t)at) && free_at_right(text, (size_t)at + address.len))
            return true;
    return false;
}

static bool has_prefix(struct slice text, struct slice prefix)
{
    if (!is_prefix(prefix))
        return false;
    ptrdiff_t at = slice_find(text, prefix, 0);
    for (; at >= 0; at = slice_find(text, prefix, (size_t)at + 1)) {
        size_t start = (size_t)at, end = dotted_end(text, start);
        if (free_at_left(text, start) && is_plain_address(slice_cut(text, start, end)) && free_at_right(text, end))
            return true;
    }
    return false;
}

typedef bool text_question(struct slice text, struct slice sought);

static bool any_holds(text_question *question, const struct expr *expr, const struct column *const *args, uint32_t row)
{
    struct slice text = text_of(args[0], row);
    bool found = false;
    if (args[1]->type != TYPE_DYNAMIC) {
        for (uint32_t a = 1; a < expr->arg_count && !found; a++)
            found = question(text, text_of(args[a], row));
        return found;
    }
    const struct dyn *list = args[1]->dyn[column_cell(args[1], row)];
    if (list->kind == DYN_STRING)
        return question(text, list->str);
    for (uint32_t i = 0; list->kind == DYN_ARRAY && i < list->count && !found; i++)
        found = list->items[i]->kind == DYN_STRING && question(text, list->items[i]->str);
    return found;
}

#define QUESTION_EVAL(name, question)                                                                                  \
    enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,                   \
                       const struct selection *rows, struct column *out, struct err *err)                              \
    {                                                                                                                  \
        (void)eval, (void)err;                                                                                         \
        for (uint32_t i = 0; i < rows->count; i++)                                                                     \
            out->i64[rows->rows[i]] = any_holds(question, expr, args, rows->rows[i]);                                  \
        return ERR_NONE;                                                                                               \
    }

QUESTION_EVAL(has_ipv4_eval, has_address)
QUESTION_EVAL(has_ipv4_prefix_eval, has_prefix)
