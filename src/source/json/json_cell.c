/*
 * json_cell.c - from a JSON value to a cell of the column's type.
 *
 * A value of the wrong type is null, and is counted: text in a column of numbers, a number in a column of text. An
 * object or array in a column of text is its JSON text, as `AdditionalFields` comes in both forms. A number with a
 * fraction of zero is a whole one: tools that keep numbers as floating point write 443.0.
 */
#include "source/cells.h"
#include "source/json/json_int.h"

#include "base/bytes16.h"
#include "event/value.h"

#include <math.h>

static void set_bad(struct batch *batch, struct column *column, uint32_t row)
{
    struct source_batch *source_batch = batch->impl;
    source_batch->stats.cells_bad++;
    cell_set_missing(column, row);
}

/* What a string's text holds, all in one look: most are short. */
struct look {
    bool has_backslash, is_ascii;
};

static struct look look_at(struct slice text)
{
    bytes16 backslashes = {0}, all = {0};
    size_t at = 0;
    for (; text.len - at >= sizeof all; at += sizeof all) {
        bytes16 v = bytes16_load(text.ptr + at);
        backslashes |= bytes16_equal(v, '\\');
        all |= v;
    }
    bytes16 rest = bytes16_load_part(text.ptr + at, text.len - at);
    backslashes |= bytes16_equal(rest, '\\');
    all |= rest;
    return (struct look){bytes16_bits(backslashes) != 0, bytes16_bits((bytes16)(all >= 0x80)) == 0};
}

/* The text of a string value, decoded; good as long as the batch. */
static enum err_code string_text(struct batch *batch, struct slice value, struct slice *out_text, struct err *err)
{
    struct json_batch *json = batch->impl;
    struct json_text text = {.raw = slice_of(value.ptr + 1, value.len - 2)};
    struct look look = look_at(text.raw);
    text.escaped = look.has_backslash;
    if (!text.escaped && look.is_ascii) {
        *out_text = text.raw;
        return ERR_NONE;
    }
    if (!text.escaped)
        return cell_mend(text.raw, batch->arena, out_text, err);
    if (look.is_ascii) {
        char *decoded = arena_alloc(batch->arena, text.raw.len);
        if (!decoded)
            return err_no_memory(err, text.raw.len);
        *out_text = slice_of(decoded, json_text_decode_ascii(text, decoded));
        return ERR_NONE;
    }
    buf_clear(&json->text);
    json_text_decode(text, &json->text);
    struct slice copy = json->text.failed ? slice_of(NULL, 0) : arena_copy(batch->arena, buf_slice(&json->text));
    if (!copy.ptr)
        return err_no_memory(err, value.len);
    *out_text = copy;
    return ERR_NONE;
}

static enum err_code set_string(struct batch *batch, struct column *column, uint32_t row, struct slice value,
                                struct err *err)
{
    switch (value.ptr[0]) {
    case '"':
        return string_text(batch, value, &column->str[row], err);
    case '{':
    case '[':
        return cell_mend(value, batch->arena, &column->str[row], err);
    case 'n':
        cell_set_missing(column, row);
        return ERR_NONE;
    default:
        set_bad(batch, column, row);
        return ERR_NONE;
    }
}

static bool is_number(struct slice value)
{
    return value.ptr[0] == '-' || ascii_is_digit(value.ptr[0]);
}

static bool is_whole(struct slice number)
{
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] != '-' && !ascii_is_digit(number.ptr[i]))
            return false;
    }
    return true;
}

/* A whole number without a sign and of few digits, as nearly all are. */
static bool set_short_whole(struct column *column, uint32_t row, struct slice number)
{
    enum { DIGITS_MAX = 9 }; /* fit in an int */
    int64_t value = 0;
    if (number.len > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < number.len; i++) {
        if (!ascii_is_digit(number.ptr[i]))
            return false;
        value = value * 10 + (number.ptr[i] - '0');
    }
    column->i64[row] = value;
    return true;
}

static enum err_code set_whole(struct batch *batch, struct column *column, uint32_t row, struct slice number,
                               struct err *err)
{
    if (set_short_whole(column, row, number))
        return ERR_NONE;
    if (is_whole(number))
        return cell_set_text(batch, column, row, number, err);
    double real;
    double limit = column->type == TYPE_INT ? 0x1p31 : 0x1p63;
    if (real_from_text(number, &real) && real == trunc(real) && real >= -limit && real < limit) {
        column->i64[row] = (int64_t)real;
        return ERR_NONE;
    }
    set_bad(batch, column, row);
    return ERR_NONE;
}

/* Which JSON values a type reads at all; the rest is the value's own affair. */
static bool fits(enum type type, struct slice value)
{
    bool is_string = value.ptr[0] == '"';
    switch (type) {
    case TYPE_BOOL:
        return value.ptr[0] == 't' || value.ptr[0] == 'f';
    case TYPE_INT:
    case TYPE_LONG:
    case TYPE_REAL:
        return is_number(value);
    case TYPE_DECIMAL: /* written as text, so that no reader rounds it */
        return is_number(value) || is_string;
    case TYPE_DATETIME:
    case TYPE_TIMESPAN:
    case TYPE_GUID:
        return is_string;
    case TYPE_STRING:
    case TYPE_DYNAMIC:
    case TYPE_COUNT:
        break;
    }
    return true;
}

enum err_code json_cell_set(struct batch *batch, struct column *column, uint32_t row, struct slice value,
                            struct err *err)
{
    if (column->type == TYPE_STRING)
        return set_string(batch, column, row, value, err);
    if (value.ptr[0] == 'n') {
        cell_set_missing(column, row);
        return ERR_NONE;
    }
    if (!fits(column->type, value)) {
        set_bad(batch, column, row);
        return ERR_NONE;
    }
    if (column->type == TYPE_INT || column->type == TYPE_LONG)
        return set_whole(batch, column, row, value, err);
    if (value.ptr[0] == '"' && column->type != TYPE_DYNAMIC)
        TRY(string_text(batch, value, &value, err));
    return cell_set_text(batch, column, row, value, err);
}
