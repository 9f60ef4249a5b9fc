/*
 * text.c - numbers and guids as text, and back: see value.h.
 */
#include "event/value.h"

#include "event/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- reals --- */

static size_t write_word(struct slice word, char out[REAL_TEXT_MAX])
{
    memcpy(out, word.ptr, word.len);
    return word.len;
}

size_t real_write(double value, char out[REAL_TEXT_MAX])
{
    if (isnan(value))
        return write_word(SLICE("NaN"), out);
    if (isinf(value))
        return write_word(value > 0 ? SLICE("Infinity") : SLICE("-Infinity"), out);
    /* 15 digits are always kept by a double, 17 always tell it from its neighbours. */
    int len = 0;
    for (int digits = 15; digits <= 17; digits++) {
        len = snprintf(out, REAL_TEXT_MAX, "%.*g", digits, value);
        if (digits == 17 || strtod(out, NULL) == value)
            break;
    }
    if (!memchr(out, '.', (size_t)len) && !memchr(out, 'e', (size_t)len)) {
        out[len++] = '.';
        out[len++] = '0';
    }
    return (size_t)len;
}

void real_to_text(double value, struct buf *out)
{
    char text[REAL_TEXT_MAX];
    buf_add(out, slice_of(text, real_write(value, text)));
}

/* NaN and the infinities, with a sign, in any case. */
static bool special_real(struct slice text, double *out_value)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    if (text.len > 0 && (negative || text.ptr[0] == '+'))
        text = slice_cut(text, 1, text.len);
    if (slice_eq_nocase(text, SLICE("nan")))
        *out_value = (double)NAN;
    else if (slice_eq_nocase(text, SLICE("inf")) || slice_eq_nocase(text, SLICE("infinity")))
        *out_value = negative ? -(double)INFINITY : (double)INFINITY;
    else
        return false;
    return true;
}

bool real_from_text(struct slice text, double *out_value)
{
    struct number number;
    size_t len;
    if (!number_scan(text, NUMBER_LOOSE, &number, &len))
        return special_real(text, out_value);
    if (len != text.len)
        return false;
    *out_value = number_to_real(&number);
    return true;
}

/* --- whole numbers --- */

size_t long_write(int64_t value, char out[LONG_TEXT_MAX])
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t len = 1 + (value < 0);
    for (uint64_t rest = left; rest >= 10; rest /= 10)
        len++;
    for (char *at = out + len; at > out; left /= 10)
        *--at = (char)('0' + left % 10);
    if (value < 0)
        *out = '-';
    return len;
}

void long_to_text(int64_t value, struct buf *out)
{
    char text[LONG_TEXT_MAX];
    buf_add(out, slice_of(text, long_write(value, text)));
}

static int digit_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

bool long_from_text(struct slice text, int64_t *out_value)
{
    size_t i = 0;
    bool negative = text.len > 0 && text.ptr[0] == '-';
    if (text.len > 0 && (negative || text.ptr[0] == '+'))
        i++;
    unsigned base = 10;
    if (text.len - i > 2 && text.ptr[i] == '0' && ascii_lower(text.ptr[i + 1]) == 'x') {
        base = 16;
        i += 2;
    }
    if (i >= text.len)
        return false;
    uint64_t magnitude = 0;
    for (; i < text.len; i++) {
        unsigned digit = (unsigned)digit_value(text.ptr[i]);
        if (digit >= base || __builtin_mul_overflow(magnitude, (uint64_t)base, &magnitude) ||
            __builtin_add_overflow(magnitude, (uint64_t)digit, &magnitude))
            return false;
    }
    if (base == 16 && !negative) { /* all 64 bits may be written: 0xFFFFFFFFFFFFFFFF is -1 */
        *out_value = (int64_t)magnitude;
        return true;
    }
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *out_value = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

/* --- guids --- */

/* Where the hyphens stand in the 36 characters. */
static bool is_hyphen_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool guid_from_text(struct slice text, struct guid *out_guid)
{
    enum { PLAIN_LEN = 32, HYPHENS_LEN = 36 };
    if (text.len == HYPHENS_LEN + 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}')
        text = slice_cut(text, 1, text.len - 1);
    bool hyphens = text.len == HYPHENS_LEN;
    if (!hyphens && text.len != PLAIN_LEN)
        return false;
    struct guid guid = {{0}};
    size_t nibble = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (hyphens && is_hyphen_place(i)) {
            if (text.ptr[i] != '-')
                return false;
            continue;
        }
        int value = digit_value(text.ptr[i]);
        if (value > 15)
            return false;
        guid.byte[nibble / 2] = (uint8_t)(guid.byte[nibble / 2] << 4 | value);
        nibble++;
    }
    *out_guid = guid;
    return true;
}

void guid_to_text(const struct guid *guid, struct buf *out)
{
    static const char HEX[] = "0123456789abcdef";
    char text[36];
    size_t at = 0;
    for (size_t i = 0; i < sizeof guid->byte; i++) {
        if (is_hyphen_place(at))
            text[at++] = '-';
        text[at++] = HEX[guid->byte[i] >> 4];
        text[at++] = HEX[guid->byte[i] & 15];
    }
    buf_add(out, slice_of(text, at));
}
