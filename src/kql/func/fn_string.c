/*
 * fn_string.c - functions over plain text: case, joining, cutting, searching, replacing.
 *
 * Code points are the unit of positions and lengths (semantics, section 8). A search is by bytes, which for UTF-8 finds
 * the same. What several rows make goes through one buffer and then into the batch's arena.
 * Source: the functions' pages in the Kusto reference.
 */
#include "kql/func/fn_string.h"

#include "base/utf8.h"
#include "kql/func/fn_text.h"

#define EVAL_PARAMETERS                                                                                                \
    struct eval *eval, const struct expr *expr, const struct column *const *args, const struct selection *rows,        \
        struct column *out, struct err *err

/* Computes one row's text into buf (empty, bounded). */
typedef void text_maker(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf);

static enum err_code make_texts(text_maker *maker, EVAL_PARAMETERS)
{
    struct buf buf;
    enum err_code code = ERR_NONE;
    buf_init(&buf, TEXT_RESULT_MAX);
    for (uint32_t i = 0; code == ERR_NONE && i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        buf_clear(&buf);
        maker(expr, args, row, &buf);
        code = text_result(eval, expr, &buf, &out->str[row], err);
    }
    buf_release(&buf);
    return code;
}

#define TEXT_EVAL(name, maker)                                                                                         \
    static enum err_code name(EVAL_PARAMETERS)                                                                         \
    {                                                                                                                  \
        return make_texts(maker, eval, expr, args, rows, out, err);                                                    \
    }

/* What tostring() says. */
static void add_value(const struct column *column, uint32_t row, struct buf *buf)
{
    struct value value = column_value(column, row);
    if (!cell_is_null(column, row))
        value_to_text(&value, TEXT_TOSTRING, buf);
}

/* --- case --- */

static void make_lower(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    (void)expr;
    utf8_lower(text_of(args[0], row), buf);
}

static void make_upper(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    (void)expr;
    utf8_upper(text_of(args[0], row), buf);
}

TEXT_EVAL(tolower_eval, make_lower)
TEXT_EVAL(toupper_eval, make_upper)

/* --- joining --- */

static void make_strcat(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    for (uint32_t a = 0; a < expr->arg_count; a++)
        add_value(args[a], row, buf);
}

static void make_strcat_delim(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    for (uint32_t a = 1; a < expr->arg_count; a++) {
        if (a > 1)
            add_value(args[0], row, buf);
        add_value(args[a], row, buf);
    }
}

/* More than 1024 copies are 1024, as in Kusto. */
static void make_strrep(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    enum { COPIES_MAX = 1024 };
    int64_t times = long_of(args[1], row);
    for (int64_t i = 0; i < times && i < COPIES_MAX && !buf->failed; i++) {
        if (i > 0 && expr->arg_count == 3)
            add_value(args[2], row, buf);
        add_value(args[0], row, buf);
    }
}

TEXT_EVAL(strcat_eval, make_strcat)
TEXT_EVAL(strcat_delim_eval, make_strcat_delim)
TEXT_EVAL(strrep_eval, make_strrep)

static enum err_code strcat_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    enum { ARGS_MAX = 64 };
    (void)arena;
    if (expr->arg_count > ARGS_MAX)
        return err_query(err, ERR_QUERY, expr->span, "%s() takes at most 64 arguments", expr->func->name);
    return ERR_NONE;
}

/* --- length, comparison --- */

static enum err_code strlen_eval(EVAL_PARAMETERS)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++)
        out->i64[rows->rows[i]] = (int64_t)utf8_length(text_of(args[0], rows->rows[i]));
    return ERR_NONE;
}

static enum err_code string_size_eval(EVAL_PARAMETERS)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++)
        out->i64[rows->rows[i]] = (int64_t)text_of(args[0], rows->rows[i]).len;
    return ERR_NONE;
}

static enum err_code strcmp_eval(EVAL_PARAMETERS)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int order = slice_compare(text_of(args[0], row), text_of(args[1], row));
        out->i64[row] = (order > 0) - (order < 0);
    }
    return ERR_NONE;
}

static enum err_code isascii_eval(EVAL_PARAMETERS)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++)
        out->i64[rows->rows[i]] = utf8_is_ascii(text_of(args[0], rows->rows[i]));
    return ERR_NONE;
}

/* --- cutting --- */

/* A negative start counts from the end; what lies beyond is "". */
static struct slice substring(struct slice text, int64_t start, int64_t length)
{
    if (start < 0) {
        start += (int64_t)utf8_length(text);
        start = start < 0 ? 0 : start;
    }
    struct slice rest = slice_cut(text, utf8_offset(text, (size_t)start), text.len);
    return length < 0 ? SLICE("") : slice_cut(rest, 0, utf8_offset(rest, (size_t)length));
}

static enum err_code substring_eval(EVAL_PARAMETERS)
{
    (void)eval, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t length = expr->arg_count == 3 ? long_of(args[2], row) : INT64_MAX;
        out->str[row] = substring(text_of(args[0], row), long_of(args[1], row), length);
    }
    return ERR_NONE;
}

static void make_reverse(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    (void)expr;
    add_value(args[0], row, buf);
    if (buf->failed)
        return;
    /* All bytes are turned around, then those of each character again. */
    char *first = buf->ptr, *last = buf->ptr + buf->len;
    for (char *a = first, *b = last; buf->len && a < --b; a++) {
        char swap = *a;
        *a = *b;
        *b = swap;
    }
    for (char *at = first; at < last;) {
        char *end = at;
        while (end + 1 < last && ((unsigned char)*end & 0xC0) == 0x80)
            end++;
        for (char *a = at, *b = end; a < b; a++, b--) {
            char swap = *a;
            *a = *b;
            *b = swap;
        }
        at = end + 1;
    }
}

TEXT_EVAL(reverse_eval, make_reverse)

/* Adds the part as a string; false when memory is used up. */
static bool add_part(struct text_list *list, struct slice part)
{
    const struct dyn *item = dyn_new_string(part, list->arena);
    return item && text_list_add(list, item);
}

/* All parts, or the one that is asked for (wanted >= 0). An empty delimiter divides nothing. */
static bool split_text(struct slice text, struct slice delimiter, int64_t wanted, struct text_list *list)
{
    size_t from = 0;
    for (int64_t number = 0;; number++) {
        ptrdiff_t at = delimiter.len ? slice_find(text, delimiter, from) : SLICE_NOT_FOUND;
        struct slice part = slice_cut(text, from, at < 0 ? text.len : (size_t)at);
        if ((wanted < 0 || number == wanted) && !add_part(list, part))
            return false;
        if (at < 0 || number == wanted)
            return true;
        from = (size_t)at + delimiter.len;
    }
}

static enum err_code split_eval(EVAL_PARAMETERS)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct text_list list = {.arena = eval->arena};
        int64_t wanted = expr->arg_count == 3 ? long_of(args[2], row) : -1;
        bool none = expr->arg_count == 3 && wanted < 0; /* no part has a negative number */
        const struct dyn *array = NULL;
        if (none || split_text(text_of(args[0], row), text_of(args[1], row), wanted, &list))
            array = dyn_new_array(list.items, list.count, eval->arena);
        if (!array)
            return err_no_memory(err, sizeof *array);
        struct value value = value_dyn(array);
        column_set(out, row, &value);
    }
    return ERR_NONE;
}

/* --- searching --- */

/*
 * The position of the wanted occurrence, or -1. Occurrences may overlap. The window holds where they begin, not where
 * they end: the engine finds "cde" in "abcdefg" from 1 on within a length of 2, against the reference's own words.
 */
static int64_t index_of(struct slice text, struct slice needle, const struct text_window *window)
{
    size_t start = window->start;
    for (int64_t i = 1; window->exists; i++) {
        ptrdiff_t at = slice_find(text, needle, start);
        bool outside = window->length >= 0 && (size_t)at >= window->end;
        if (at < 0 || (outside && needle.len > 0))
            break;
        if (i == window->occurrence)
            return (int64_t)utf8_length(slice_cut(text, 0, (size_t)at));
        start = (size_t)at;
        if (start >= text.len)
            break;
        (void)utf8_next(text, &start);
    }
    return -1;
}

static enum err_code indexof_eval(EVAL_PARAMETERS)
{
    (void)err;
    struct buf text, needle;
    buf_init(&text, TEXT_RESULT_MAX);
    buf_init(&needle, TEXT_RESULT_MAX);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct text_window window;
        buf_clear(&text);
        buf_clear(&needle);
        add_value(args[0], row, &text);
        add_value(args[1], row, &needle);
        if (text.failed || needle.failed)
            break;
        if (text_window_of(expr, args, row, buf_slice(&text), true, &window))
            out->i64[row] = index_of(buf_slice(&text), buf_slice(&needle), &window);
        else
            cell_set_null(out, row);
    }
    bool failed = text.failed || needle.failed;
    buf_release(&text);
    buf_release(&needle);
    (void)eval;
    return failed ? err_no_memory(err, TEXT_RESULT_MAX) : ERR_NONE;
}

/* --- replacing --- */

static void make_replace_string(const struct expr *expr, const struct column *const *args, uint32_t row,
                                struct buf *buf)
{
    (void)expr;
    struct slice text = text_of(args[0], row), lookup = text_of(args[1], row), rewrite = text_of(args[2], row);
    size_t from = 0;
    ptrdiff_t at = lookup.len ? slice_find(text, lookup, 0) : SLICE_NOT_FOUND;
    for (; at >= 0 && !buf->failed; at = slice_find(text, lookup, from)) {
        buf_add(buf, slice_cut(text, from, (size_t)at));
        buf_add(buf, rewrite);
        from = (size_t)at + lookup.len;
    }
    buf_add(buf, slice_cut(text, from, text.len));
}

TEXT_EVAL(replace_string_eval, make_replace_string)

/* Which of the lookups stands here; they are tried in order. Array->count if none does. */
static uint32_t lookup_at(struct slice text, const struct dyn *lookups)
{
    uint32_t i = 0;
    for (; i < lookups->count; i++) {
        const struct dyn *lookup = lookups->items[i];
        if (lookup->kind == DYN_STRING && lookup->str.len && slice_starts(text, lookup->str))
            break;
    }
    return i;
}

/* One pass over the text: what was put in is not looked at again. A replacement that is no string changes nothing. */
static void make_replace_strings(const struct expr *expr, const struct column *const *args, uint32_t row,
                                 struct buf *buf)
{
    (void)expr;
    struct slice text = text_of(args[0], row);
    const struct dyn *lookups = args[1]->dyn[column_cell(args[1], row)];
    const struct dyn *rewrites = args[2]->dyn[column_cell(args[2], row)];
    if (lookups->kind != DYN_ARRAY || rewrites->kind != DYN_ARRAY || lookups->count != rewrites->count) {
        buf_add(buf, text);
        return;
    }
    for (size_t at = 0; at < text.len && !buf->failed;) {
        uint32_t found = lookup_at(slice_cut(text, at, text.len), lookups);
        if (found == lookups->count) {
            buf_add_char(buf, text.ptr[at++]);
            continue;
        }
        struct slice lookup = lookups->items[found]->str;
        bool is_text = rewrites->items[found]->kind == DYN_STRING;
        buf_add(buf, is_text ? rewrites->items[found]->str : lookup);
        at += lookup.len;
    }
}

TEXT_EVAL(replace_strings_eval, make_replace_strings)

/* Each character of the first list becomes its partner in the second, whose last one stands for those it lacks. */
static void make_translate(const struct expr *expr, const struct column *const *args, uint32_t row, struct buf *buf)
{
    (void)expr;
    struct slice from = text_of(args[0], row), to = text_of(args[1], row), text = text_of(args[2], row);
    size_t to_length = utf8_length(to);
    for (size_t at = 0; at < text.len && !buf->failed;) {
        size_t start = at;
        (void)utf8_next(text, &at);
        struct slice character = slice_cut(text, start, at);
        ptrdiff_t found = slice_find(from, character, 0);
        if (found < 0) {
            buf_add(buf, character);
            continue;
        }
        size_t index = utf8_length(slice_cut(from, 0, (size_t)found));
        if (to_length == 0)
            continue;
        buf_add(buf, substring(to, (int64_t)(index < to_length ? index : to_length - 1), 1));
    }
}

TEXT_EVAL(translate_eval, make_translate)

/* --- the table --- */

#define STRING_ROW(name_text, signature_text, null_rule_name, eval_name, doc_text)                                     \
    .name = name_text, .signature = signature_text, .null_rule = null_rule_name, .cost = 15, .eval = eval_name,        \
    .doc = doc_text

const struct func FUNCS_STRING[] = {
    {STRING_ROW("tolower", "S:s", NULL_STRICT, tolower_eval, "tolower(text): in lower case")},
    {STRING_ROW("toupper", "S:s", NULL_STRICT, toupper_eval, "toupper(text): in upper case")},
    {STRING_ROW("strcat", "xx*:s", NULL_HANDLED, strcat_eval, "strcat(a, b, ...): one behind the other; null is \"\""),
     .bind = strcat_bind},
    {STRING_ROW("strcat_delim", "xxx*:s", NULL_HANDLED, strcat_delim_eval,
                "strcat_delim(delimiter, a, b, ...): with the delimiter between"),
     .bind = strcat_bind},
    {STRING_ROW("strrep", "xl:s xlx:s", NULL_STRICT, strrep_eval,
                "strrep(value, times[, delimiter]): repeated, at most 1024 times")},
    {STRING_ROW("strlen", "S:l", NULL_STRICT, strlen_eval, "strlen(text): number of code points"),
     .name_rule = NAME_PREFIXED},
    {STRING_ROW("string_size", "S:l", NULL_STRICT, string_size_eval, "string_size(text): number of bytes in UTF-8"),
     .name_rule = NAME_PREFIXED},
    {STRING_ROW("strcmp", "SS:l", NULL_STRICT, strcmp_eval, "strcmp(a, b): -1, 0 or 1, by their bytes")},
    {STRING_ROW("isascii", "S:b", NULL_STRICT, isascii_eval, "isascii(text): no character beyond ASCII")},
    {STRING_ROW("substring", "Sl:s Sll:s", NULL_STRICT, substring_eval,
                "substring(text, start[, length]): from a position on; a negative one counts from the end")},
    {STRING_ROW("reverse", "x:s", NULL_STRICT, reverse_eval, "reverse(value): its text backwards")},
    {STRING_ROW("split", "SS:y SSl:y", NULL_STRICT, split_eval,
                "split(text, delimiter[, index]): the parts, or the one part, as an array"),
     .name_rule = NAME_FIRST_ARG},
    {STRING_ROW("indexof", "xx:l xxl:l xxll:l xxlll:l", NULL_STRICT, indexof_eval,
                "indexof(text, search[, start[, length[, occurrence]]]): its position, or -1")},
    {STRING_ROW("replace_string", "SSS:s", NULL_STRICT, replace_string_eval,
                "replace_string(text, lookup, rewrite): all occurrences replaced")},
    {STRING_ROW("replace_strings", "Syy:s", NULL_STRICT, replace_strings_eval,
                "replace_strings(text, lookups, rewrites): each lookup by its rewrite, in one pass")},
    {STRING_ROW("translate", "SSS:s", NULL_STRICT, translate_eval,
                "translate(from, to, text): each character of one list by its partner in the other")},
    {STRING_ROW("url_encode", "S:s", NULL_STRICT, url_encode_eval, "url_encode(text): as in a form, blanks as +")},
    {STRING_ROW("url_encode_component", "S:s", NULL_STRICT, url_encode_component_eval,
                "url_encode_component(text): as in a URL, blanks as %20")},
    {STRING_ROW("url_decode", "S:s", NULL_STRICT, url_decode_eval, "url_decode(text): %xx and + undone")},
    {STRING_ROW("base64_encode_tostring", "S:s", NULL_STRICT, base64_encode_eval,
                "base64_encode_tostring(text): its bytes in base64")},
    {STRING_ROW("base64_decode_tostring", "S:s", NULL_STRICT, base64_decode_eval,
                "base64_decode_tostring(text): the text in base64; \"\" if it is none")},
    {.name = NULL},
};
