/*
 * encode.c - see encode.h.
 */
#include "kql/func/encode.h"

#include "base/utf8.h"

#include <stdint.h>

static bool is_unreserved(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

void percent_encode(struct slice text, bool form, struct buf *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    for (size_t i = 0; i < text.len && !out->failed; i++) {
        char c = text.ptr[i];
        if (is_unreserved(c)) {
            buf_add_char(out, c);
        } else if (c == ' ' && form) {
            buf_add_char(out, '+');
        } else {
            char triple[] = {'%', DIGITS[(uint8_t)c >> 4], DIGITS[(uint8_t)c & 15]};
            buf_add(out, slice_of(triple, sizeof triple));
        }
    }
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void percent_decode(struct slice text, bool form, struct buf *out)
{
    struct buf bytes;
    buf_init(&bytes, out->max_len);
    for (size_t i = 0; i < text.len && !bytes.failed; i++) {
        char c = text.ptr[i];
        int high = c == '%' && i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            buf_add_char(&bytes, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_add_char(&bytes, c == '+' && form ? ' ' : c);
        }
    }
    out->failed |= bytes.failed;
    utf8_mend(buf_slice(&bytes), out);
    buf_release(&bytes);
}

void base64_encode(struct slice bytes, struct buf *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len && !out->failed; i += 3) {
        size_t left = bytes.len - i;
        uint32_t word = (uint32_t)(uint8_t)bytes.ptr[i] << 16;
        if (left > 1)
            word |= (uint32_t)(uint8_t)bytes.ptr[i + 1] << 8;
        if (left > 2)
            word |= (uint8_t)bytes.ptr[i + 2];
        char four[4] = {DIGITS[word >> 18], DIGITS[word >> 12 & 63], left > 1 ? DIGITS[word >> 6 & 63] : '=',
                        left > 2 ? DIGITS[word & 63] : '='};
        buf_add(out, slice_of(four, 4));
    }
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct slice text, struct buf *out)
{
    if (text.len % 4 != 0)
        return false;
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
        padding++;
    uint32_t word = 0;
    for (size_t i = 0; i < text.len - padding; i++) {
        int value = base64_value(text.ptr[i]);
        if (value < 0)
            return false;
        word = word << 6 | (uint32_t)value;
        if (i % 4 == 3) {
            char three[3] = {(char)(word >> 16), (char)(word >> 8), (char)word};
            buf_add(out, slice_of(three, 3));
            word = 0;
        }
    }
    char rest[2] = {(char)(padding == 1 ? word >> 10 : word >> 4), (char)(word >> 2)};
    buf_add(out, slice_of(rest, padding ? 3 - padding : 0));
    return true;
}
