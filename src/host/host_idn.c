/*
 * host_idn.c - the slow road of host_extract(): names with non-ASCII text to their ASCII form.
 *
 * Escapes that are UTF-8 are undone, dots of all kinds made dots, and each label with non-ASCII text is handed to libidn2 alone,
 * so that one bad label spoils no other: what stands behind it may be the suffix that is sought. Sources: UTS 46 revision 33
 * (section 4 and its mapping table), RFC 3986 section 2.1, RFC 3629.
 */
#include "base/utf8.h"
#include "host/host_int.h"

#include <idn2.h>

enum {
    /* What libidn2 is given at most, in bytes. A label of 63 comes from as many characters of 4 bytes, and of what the mapping
     * drops nothing is left; the rest is room for combining marks. More costs time, its Punycode being quadratic. */
    LABEL_MAX_BYTES = 500,
    /* How many labels, the last ones, it is asked for: no name of DNS has more than 127 (RFC 1035, 255 bytes). */
    LABELS_MAX = 128
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

/*
 * What is mapped here, before libidn2 sees it, in ascending order: dots of all kinds, since they make labels; characters that
 * UTS 46 drops, since any number of them may hide in a label; and those that Unicode 16 maps to letters, as browsers do, when
 * libidn2 may not know them yet. An empty text drops them.
 */
static const struct early {
    uint32_t first, last;
    const char *text;
    bool is_row; /* text is what the first becomes; the others follow it */
} EARLY[] = {
    {.first = 0xad, .last = 0xad, .text = ""},
    {.first = 0x34f, .last = 0x34f, .text = ""},
    {.first = 0x115f, .last = 0x1160, .text = ""},
    {.first = 0x17b4, .last = 0x17b5, .text = ""},
    {.first = 0x180b, .last = 0x180f, .text = ""},
    {.first = 0x1e9e, .last = 0x1e9e, .text = "\xc3\x9f"}, /* capital sharp s: the small one, not "ss" */
    {.first = 0x200b, .last = 0x200b, .text = ""},
    {.first = 0x2024, .last = 0x2024, .text = "."},
    {.first = 0x2025, .last = 0x2025, .text = ".."},
    {.first = 0x2026, .last = 0x2026, .text = "..."},
    {.first = 0x2060, .last = 0x2064, .text = ""},
    {.first = 0x206a, .last = 0x206f, .text = ""},
    {.first = 0x3002, .last = 0x3002, .text = "."},
    {.first = 0x3164, .last = 0x3164, .text = ""},
    {.first = 0xfe00, .last = 0xfe0f, .text = ""},
    {.first = 0xfe52, .last = 0xfe52, .text = "."},
    {.first = 0xfeff, .last = 0xfeff, .text = ""},
    {.first = 0xff0e, .last = 0xff0e, .text = "."},
    {.first = 0xff61, .last = 0xff61, .text = "."},
    {.first = 0xffa0, .last = 0xffa0, .text = ""},
    {.first = 0x1bca0, .last = 0x1bca3, .text = ""},
    {.first = 0x1ccd6, .last = 0x1ccef, .text = "a", .is_row = true},
    {.first = 0x1ccf0, .last = 0x1ccf9, .text = "0", .is_row = true},
    {.first = 0x1d173, .last = 0x1d17a, .text = ""},
    {.first = 0xe0100, .last = 0xe01ef, .text = ""},
};

/* Replaces a character of *len bytes by what EARLY makes of it, which is never longer. */
static void map_early(char character[4], size_t *len)
{
    size_t at = 0;
    uint32_t code_point = utf8_next(slice_of(character, *len), &at);
    for (size_t i = 0; i < sizeof EARLY / sizeof *EARLY && EARLY[i].first <= code_point; i++) {
        const struct early *early = &EARLY[i];
        if (code_point > early->last)
            continue;
        *len = strlen(early->text);
        memcpy(character, early->text, *len);
        if (early->is_row)
            character[0] = (char)(character[0] + (char)(code_point - early->first));
    }
}

/*
 * Undoes the escapes of well-formed characters and maps what EARLY has, in place: nothing gets longer. An escape that is no
 * part of a well-formed character stays as it stands, so that valid UTF-8 stays valid.
 */
static size_t unescape(char *ptr, size_t len)
{
    struct slice text = slice_of(ptr, len);
    size_t to = 0;
    for (size_t at = 0; at < len;) {
        char character[4];
        size_t taken, size = high_character(text, at, character, &taken);
        if (!size) {
            ptr[to++] = ptr[at++];
            continue;
        }
        map_early(character, &size);
        memcpy(ptr + to, character, size);
        to += size;
        at += taken;
    }
    return to;
}

static bool is_for_libidn2(struct slice label)
{
    return label.len <= LABEL_MAX_BYTES && !utf8_is_ascii(label) && utf8_is_valid(label) &&
           !memchr(label.ptr, '\0', label.len);
}

/* Appends the label's ASCII form, or, if it has none or it is not wanted, the label as it is. */
static enum err_code add_label(struct buf *scratch, size_t start, size_t len, bool is_wanted, struct err *err)
{
    char text[LABEL_MAX_BYTES + 1];
    struct slice label = slice_of(scratch->ptr + start, len);
    uint8_t *mapped = NULL;
    if (is_wanted && is_for_libidn2(label)) {
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
    size_t labels = 1;
    for (size_t i = start; i < end; i++)
        labels += scratch->ptr[i] == '.';
    scratch->len = end;
    for (size_t label = start;; labels--) {
        const char *dot = memchr(scratch->ptr + label, '.', end - label);
        size_t label_end = dot ? (size_t)(dot - scratch->ptr) : end;
        TRY(add_label(scratch, label, label_end - label, labels <= LABELS_MAX, err));
        if (!dot)
            break;
        buf_add_char(scratch, '.');
        label = label_end + 1;
    }
    *out_start = end;
    return scratch->failed ? err_no_memory(err, end - start) : ERR_NONE;
}
