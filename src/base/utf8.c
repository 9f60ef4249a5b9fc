/*
 * utf8.c - UTF-8 as a form of bytes: see utf8.h. What needs Unicode's tables stands in utf8_unicode.c, which the library
 * does without.
 */
#include "base/utf8.h"

#include "base/load.h"

bool utf8_is_ascii(struct slice text)
{
    const uint64_t highest = UINT64_C(0x8080808080808080);
    if (text.len < sizeof(uint64_t)) {
        unsigned char all = 0;
        for (size_t i = 0; i < text.len; i++)
            all |= (unsigned char)text.ptr[i];
        return all < 0x80;
    }
    size_t last = text.len - sizeof(uint64_t); /* where the last word begins, which may lie over the one before */
    for (size_t i = 0; i < last; i += sizeof(uint64_t))
        if (load64(text.ptr + i) & highest)
            return false;
    return !(load64(text.ptr + last) & highest);
}

/*
 * Length of the well-formed sequence at the start of [p, end), or 0; *bad_len gets the bytes that one U+FFFD stands for
 * (Unicode 15, table 3-7 and its advice on maximal subparts).
 */
static unsigned sequence_length(const unsigned char *p, const unsigned char *end, unsigned *bad_len)
{
    unsigned char lead = p[0];
    *bad_len = 1;
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    unsigned len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (unsigned i = 1; i < len; i++, low = 0x80, high = 0xbf) {
        if (p + i >= end || p[i] < low || p[i] > high) {
            *bad_len = i;
            return 0;
        }
    }
    return len;
}

bool utf8_is_valid(struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t i = 0;
    while (i < text.len) {
        if (i + 8 <= text.len && utf8_is_ascii(slice_of(text.ptr + i, 8))) {
            i += 8;
            continue;
        }
        unsigned bad_len;
        unsigned len = sequence_length(p + i, p + text.len, &bad_len);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

uint32_t utf8_next(struct slice text, size_t *offset)
{
    const unsigned char *p = (const unsigned char *)text.ptr + *offset;
    unsigned bad_len;
    unsigned len = sequence_length(p, (const unsigned char *)text.ptr + text.len, &bad_len);
    if (len == 0) {
        *offset += bad_len;
        return UTF8_REPLACEMENT;
    }
    *offset += len;
    switch (len) {
    case 1:
        return p[0];
    case 2:
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    case 3:
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    default:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
               (p[3] & 0x3f);
    }
}

unsigned utf8_encode(uint32_t code_point, char *out)
{
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        code_point = UTF8_REPLACEMENT;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

void utf8_mend(struct slice text, struct buf *out)
{
    size_t good_from = 0;
    size_t i = 0;
    const unsigned char *p = (const unsigned char *)text.ptr;
    while (i < text.len) {
        unsigned bad_len;
        unsigned len = sequence_length(p + i, p + text.len, &bad_len);
        if (len == 0) {
            buf_add(out, slice_cut(text, good_from, i));
            buf_add(out, SLICE("\xef\xbf\xbd"));
            i += bad_len;
            good_from = i;
        } else {
            i += len;
        }
    }
    buf_add(out, slice_cut(text, good_from, i));
}

size_t utf8_length(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; count++)
        (void)utf8_next(text, &i);
    return count;
}

size_t utf8_offset(struct slice text, size_t index)
{
    size_t i = 0;
    while (index > 0 && i < text.len) {
        (void)utf8_next(text, &i);
        index--;
    }
    return i;
}

size_t utf8_cut(struct slice text, size_t max)
{
    if (text.len <= max && text.len == 0)
        return 0;
    size_t end = text.len < max ? text.len : max;
    /* Back over at most three continuation bytes, to a lead whose sequence would not fit. */
    for (size_t back = 1; back <= 4 && back <= end; back++) {
        unsigned char c = (unsigned char)text.ptr[end - back];
        if ((c & 0xc0) == 0x80)
            continue;
        unsigned len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        return len > back ? end - back : end;
    }
    return end;
}
