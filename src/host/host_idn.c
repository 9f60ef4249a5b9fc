/*
 * host_idn.c - the slow road of host_extract(): names with non-ASCII text to their ASCII form.
 *
 * Escapes that are UTF-8 are undone, dots of all kinds made dots, and each label with non-ASCII text is handed to libidn2 alone,
 * so that one bad label spoils no other: what stands behind it may be the suffix that is sought. Sources: UTS 46 (section 4,
 * and its mapping table for the dots), RFC 3986 section 2.1, RFC 3629.
 */
#include "base/utf8.h"
#include "host/host_int.h"

#include <idn2.h>

enum {
    /* What libidn2 is given at most, in bytes: a label of 63 has at most 59 code points, of 4 bytes. The rest is room for
     * characters that the mapping drops. More costs time (its Punycode is quadratic), less would lose names with many of them. */
    LABEL_MAX_BYTES = 500
};

int host_escape(struct slice text, size_t at)
{
    int value = 0;
    if (text.len - at < 3)
        return -1;
    for (size_t i = at + 1; i < at + 3; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return -1;
        value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* The byte over 0x7f that stands at `at`, as it is or as an escape, with its length in the text; 0 if there is none. */
static unsigned high_byte(struct slice text, size_t at, size_t *out_len)
{
    int value = at < text.len ? (unsigned char)text.ptr[at] : 0;
    *out_len = 1;
    if (value == '%') {
        value = host_escape(text, at);
        *out_len = 3;
    }
    return value > 0x7f ? (unsigned)value : 0;
}

/* The well-formed character of more than a byte at `at`, escaped or not: written to out, its length returned; 0 if none. */
static size_t high_character(struct slice text, size_t at, char out[4], size_t *out_len)
{
    size_t len;
    unsigned lead = high_byte(text, at, &len);
    size_t wanted = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    *out_len = 0;
    for (size_t i = 0; i < wanted; i++) {
        unsigned byte = high_byte(text, at + *out_len, &len);
        if (!byte)
            return 0;
        out[i] = (char)byte;
        *out_len += len;
    }
    return utf8_is_valid(slice_of(out, wanted)) ? wanted : 0;
}

/* The ASCII that stands for a dot of another kind, or for several; NULL for any other character. */
static const char *dots_of(struct slice character)
{
    size_t at = 0;
    switch (utf8_next(character, &at)) {
    case 0x3002: /* ideographic */
    case 0xff0e: /* full-width */
    case 0xff61: /* half-width ideographic */
    case 0x2024: /* one dot leader */
    case 0xfe52: /* small */
        return ".";
    case 0x2025:
        return "..";
    case 0x2026:
        return "...";
    default:
        return NULL;
    }
}

/*
 * Undoes the escapes of well-formed characters and replaces the dots, in place: nothing gets longer. An escape that is no
 * part of a well-formed character stays as it stands, so that valid UTF-8 stays valid.
 */
static size_t unescape(char *ptr, size_t len)
{
    struct slice text = slice_of(ptr, len);
    size_t to = 0;
    for (size_t at = 0; at < len;) {
        char character[4];
        size_t taken, size = high_character(text, at, character, &taken);
        const char *dots = size ? dots_of(slice_of(character, size)) : NULL;
        if (!size) {
            ptr[to++] = ptr[at++];
            continue;
        }
        size = dots ? strlen(dots) : size;
        memcpy(ptr + to, dots ? dots : character, size);
        to += size;
        at += taken;
    }
    return to;
}

/* Appends the label's ASCII form, or the label as it is. */
static enum err_code add_label(struct buf *scratch, size_t start, size_t len, struct err *err)
{
    char text[LABEL_MAX_BYTES + 1];
    struct slice label = slice_of(scratch->ptr + start, len);
    uint8_t *mapped = NULL;
    if (len <= LABEL_MAX_BYTES && !utf8_is_ascii(label) && utf8_is_valid(label) && !memchr(label.ptr, '\0', len)) {
        memcpy(text, label.ptr, len);
        text[len] = '\0';
        if (idn2_lookup_u8((const uint8_t *)text, &mapped, IDN2_NONTRANSITIONAL) == IDN2_MALLOC)
            return err_no_memory(err, len);
    }
    char *room = buf_reserve(scratch, mapped ? strlen((const char *)mapped) : len); /* it may move, the label with it */
    if (room && mapped)
        buf_add_cstr(scratch, (const char *)mapped);
    else if (room)
        buf_add(scratch, slice_of(scratch->ptr + start, len));
    idn2_free(mapped);
    return room ? ERR_NONE : err_no_memory(err, len);
}

enum err_code host_to_ascii(struct buf *scratch, size_t start, size_t *out_start, struct err *err)
{
    size_t end = start + unescape(scratch->ptr + start, scratch->len - start);
    scratch->len = end;
    for (size_t label = start;;) {
        const char *dot = memchr(scratch->ptr + label, '.', end - label);
        size_t label_end = dot ? (size_t)(dot - scratch->ptr) : end;
        TRY(add_label(scratch, label, label_end - label, err));
        if (!dot)
            break;
        buf_add_char(scratch, '.');
        label = label_end + 1;
    }
    *out_start = end;
    return scratch->failed ? err_no_memory(err, end - start) : ERR_NONE;
}
