/*
 * utf8_unicode.c - widths, case and harm of characters, by libutf8proc: see utf8.h.
 */
#include "base/utf8.h"

#include <utf8proc.h>

unsigned utf8_width(uint32_t code_point)
{
    if (code_point < 0xa0)
        return 1;
    int width = utf8proc_charwidth((utf8proc_int32_t)code_point);
    return width < 0 ? 1 : (unsigned)width;
}

bool utf8_is_safe(uint32_t code_point)
{
    if (code_point < 0x7f)
        return code_point >= 0x20;
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

static void map_case(struct slice text, struct buf *out, utf8proc_int32_t (*map)(utf8proc_int32_t))
{
    for (size_t i = 0; i < text.len;) {
        char encoded[4];
        utf8proc_int32_t mapped = map((utf8proc_int32_t)utf8_next(text, &i));
        buf_add(out, slice_of(encoded, utf8_encode((uint32_t)mapped, encoded)));
    }
}

/* Of ASCII alone, without branches: nearly all texts. from: the first letter of the other case. */
static void map_ascii(struct slice text, struct buf *out, char from)
{
    char *to = buf_reserve(out, text.len);
    if (!to)
        return;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char letter = (unsigned char)(text.ptr[i] - from);
        to[i] = (char)(text.ptr[i] ^ (letter < 26 ? 0x20 : 0));
    }
    out->len += text.len;
}

void utf8_lower(struct slice text, struct buf *out)
{
    if (utf8_is_ascii(text))
        map_ascii(text, out, 'A');
    else
        map_case(text, out, utf8proc_tolower);
}

void utf8_upper(struct slice text, struct buf *out)
{
    if (utf8_is_ascii(text))
        map_ascii(text, out, 'a');
    else
        map_case(text, out, utf8proc_toupper);
}
