/*
 * host_slow.c - host_extract() as its specification reads (docs/hosts.md): see host_slow.h.
 *
 * Nothing here is shared with src/host: texts are arrays of units, a unit being a code point or a bad byte, and a regular
 * expression is a function that tells how much of the text it takes at a place.
 */
#include "host_slow.h"

#include "base/utf8.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>

/* A code point; a byte that is no UTF-8 is BAD + its value. */
enum { BAD = 0x200000 };

struct text {
    uint32_t *units;
    size_t len;
};

static struct text text_new(size_t capacity)
{
    struct text text = {.units = malloc((capacity + 1) * sizeof(uint32_t))};
    if (!text.units)
        abort();
    return text;
}

static void text_add(struct text *text, uint32_t unit)
{
    text->units[text->len++] = unit;
}

static void text_add_bytes(struct text *text, struct slice bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        size_t next = at;
        uint32_t unit = utf8_next(bytes, &next);
        if (!utf8_is_valid(slice_cut(bytes, at, next))) {
            unit = BAD + (unsigned char)bytes.ptr[at];
            next = at + 1;
        }
        text_add(text, unit);
        at = next;
    }
}

static void text_write(const struct text *text, struct buf *out)
{
    for (size_t i = 0; i < text->len; i++) {
        char bytes[4];
        if (text->units[i] >= BAD)
            buf_add_char(out, (char)(text->units[i] - BAD));
        else
            buf_add(out, slice_of(bytes, utf8_encode(text->units[i], bytes)));
    }
}

/* Becomes its units [start, end). */
static void text_keep(struct text *text, size_t start, size_t end)
{
    memmove(text->units, text->units + start, (end - start) * sizeof *text->units);
    text->len = end - start;
}

static uint32_t unit_at(const struct text *text, size_t at)
{
    return at < text->len ? text->units[at] : UINT32_MAX;
}

static bool is_in(uint32_t unit, const char *set)
{
    return unit > 0 && unit < 0x80 && strchr(set, (int)unit) != NULL;
}

static bool is_letter(uint32_t unit)
{
    return unit >= 'a' && unit <= 'z';
}

static bool is_digit(uint32_t unit)
{
    return unit >= '0' && unit <= '9';
}

static bool is_hex(uint32_t unit)
{
    return is_digit(unit) || (unit >= 'a' && unit <= 'f');
}

static bool is_mark(uint32_t u)
{
    return u <= 0x20 || is_in(u, "\"'`<>") || u == 0xa0 || u == 0xab || u == 0xbb || (u >= 0x2000 && u <= 0x200f) ||
           (u >= 0x2018 && u <= 0x201f) || (u >= 0x2028 && u <= 0x202f) || u == 0x2039 || u == 0x203a ||
           (u >= 0x205f && u <= 0x206f) || u == 0x3000 || u == 0xfeff;
}

static bool is_loose(uint32_t u, bool dots_too)
{
    return is_mark(u) || (dots_too && is_in(u, ".,;()"));
}

static void trim(struct text *text, bool dots_too)
{
    size_t start = 0, end = text->len;
    while (start < end && is_loose(text->units[start], dots_too))
        start++;
    while (end > start && is_loose(text->units[end - 1], dots_too))
        end--;
    text_keep(text, start, end);
}

/* How many units at `at` are the literal: its length or 0. */
static size_t literal_at(const struct text *text, size_t at, const char *literal)
{
    size_t len = strlen(literal);
    for (size_t i = 0; i < len; i++)
        if (unit_at(text, at + i) != (unsigned char)literal[i])
            return 0;
    return len;
}

/* Bad bytes may have become neighbours, and so characters. */
static void text_read_again(struct text *text)
{
    struct buf bytes;
    buf_init(&bytes, 0);
    text_write(text, &bytes);
    free(text->units);
    *text = text_new(bytes.len);
    text_add_bytes(text, buf_slice(&bytes));
    buf_release(&bytes);
}

/* --- steps 1 and 2 --- */

static void step_1_2(struct text *text)
{
    size_t to = 0;
    trim(text, false);
    for (size_t i = 0; i < text->len; i++)
        if (!is_in(text->units[i], "\t\n\r"))
            text->units[to++] = text->units[i];
    text->len = to;
    for (size_t i = 0; i < text->len; i++)
        if (text->units[i] >= 'A' && text->units[i] <= 'Z')
            text->units[i] += 'a' - 'A';
    text_read_again(text);
}

/* --- step 3: ` *[\[({] *INSIDE *[\])}] *`, for one of several literals inside --- */

static size_t spaces_at(const struct text *text, size_t at)
{
    size_t count = 0;
    while (unit_at(text, at + count) == ' ')
        count++;
    return count;
}

static size_t separator_at(const struct text *text, size_t at, const char *const *insides, const char **out_inside)
{
    size_t start = at + spaces_at(text, at);
    if (!is_in(unit_at(text, start), "[({"))
        return 0;
    start++;
    start += spaces_at(text, start);
    for (; *insides; insides++) {
        size_t end = start + literal_at(text, start, *insides);
        size_t close = end + spaces_at(text, end);
        *out_inside = *insides;
        if (end > start && is_in(unit_at(text, close), "])}"))
            return close + 1 + spaces_at(text, close + 1) - at;
    }
    return 0;
}

/* replacement NULL: by what stood inside. */
static void replace_separators(struct text *text, const char *const *insides, const char *replacement)
{
    struct text out = text_new(text->len);
    for (size_t at = 0; at < text->len;) {
        const char *inside;
        size_t len = separator_at(text, at, insides, &inside);
        if (len)
            text_add_bytes(&out, slice_from_cstr(replacement ? replacement : inside));
        else
            text_add(&out, text->units[at]);
        at += len ? len : 1;
    }
    free(text->units);
    *text = out;
}

static void step_3(struct text *text)
{
    replace_separators(text, (const char *const[]){".", "dot", NULL}, ".");
    replace_separators(text, (const char *const[]){"@", "://", ":/", "//", "/", ":", NULL}, NULL);
}

/* --- steps 4 to 10 --- */

static size_t slashes_at(const struct text *text, size_t at)
{
    size_t count = 0;
    while (is_in(unit_at(text, at + count), "/\\"))
        count++;
    return count;
}

static size_t special_scheme(const struct text *text)
{
    static const char t_set[] = "tx*_";
    char name[8];
    for (const char *t = t_set; *t; t++)
        for (const char *u = t_set; *u; u++)
            for (int s = 0; s < 2; s++) {
                snprintf(name, sizeof name, "h%c%cp%s:", *t, *u, s ? "s" : "");
                size_t len = literal_at(text, 0, name);
                if (len)
                    return len;
            }
    static const char *const others[] = {"ftp:", "ftps:", "fxp:", "fxps:", "ws:", "wss:"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (literal_at(text, 0, others[i]))
            return strlen(others[i]);
    return 0;
}

/* The name is what stands before an @, and behind it there is nothing else than an ssl and a port. */
static void step_4_webdav(struct text *text)
{
    size_t start = slashes_at(text, 0), at;
    if (literal_at(text, 0, "file:") && slashes_at(text, 5) >= 2)
        start = 7;
    if (start < 2)
        return;
    size_t name = start;
    while (name < text->len && !is_in(text->units[name], "/\\?#@:"))
        name++;
    at = name + literal_at(text, name, "@ssl");
    if (unit_at(text, at) == '@' && is_digit(unit_at(text, at + 1)))
        for (size_t digits = 0, first = ++at; digits < 5 && is_digit(unit_at(text, first + digits)); digits++)
            at = first + digits + 1;
    if (name > start && (at == text->len || is_in(text->units[at], "/\\?#")))
        text_keep(text, start, name);
}

static void step_4_prefixes(struct text *text)
{
    size_t len;
    while ((len = literal_at(text, 0, "blob:") + literal_at(text, 0, "filesystem:") +
                  literal_at(text, 0, "view-source:")) > 0)
        text_keep(text, len, text->len);
}

/* The scheme and its slashes. False if there is none. */
static bool step_4_scheme(struct text *text)
{
    size_t start = special_scheme(text);
    if (start) {
        start += slashes_at(text, start);
    } else if (slashes_at(text, 0) >= 2) {
        start = slashes_at(text, 0);
    } else if (is_letter(unit_at(text, 0))) {
        size_t end = 0;
        while (is_letter(unit_at(text, end)) || is_digit(unit_at(text, end)) || is_in(unit_at(text, end), "+.-"))
            end++;
        if (unit_at(text, end) == ':' && slashes_at(text, end + 1) >= 2)
            start = end + 3;
    }
    text_keep(text, start, text->len);
    return start > 0;
}

/* What stands before a URL goes only where a scheme follows. */
static void step_4(struct text *text)
{
    struct text whole = text_new(text->len);
    step_4_webdav(text);
    for (size_t i = 0; i < text->len; i++)
        text_add(&whole, text->units[i]);
    step_4_prefixes(text);
    bool is_url = step_4_scheme(text);
    free(is_url ? whole.units : text->units);
    if (!is_url)
        *text = whole;
}

/* The first, or last, unit of the set; text->len if there is none. */
static size_t find(const struct text *text, const char *set, bool last)
{
    size_t found = text->len;
    for (size_t i = 0; i < text->len; i++)
        if (is_in(text->units[i], set) && (last || found == text->len))
            found = i;
    return found;
}

static void step_8(struct text *text)
{
    size_t close = find(text, "]", false);
    if (unit_at(text, 0) == '[' && close < text->len && (close + 1 == text->len || unit_at(text, close + 1) == ':'))
        text_keep(text, 1, close);
}

static bool step_9_is_ipv6(const struct text *text)
{
    size_t end = find(text, "%", false), colons = 0;
    for (size_t i = 0; i < end; i++) {
        if (!is_hex(text->units[i]) && !is_in(text->units[i], ":."))
            return false;
        colons += text->units[i] == ':';
    }
    return colons >= 2;
}

/* --- step 11 and the slow road --- */

/* The byte of the escape there, or -1. */
static int escape_at(const struct text *text, size_t at)
{
    static const char digits[] = "0123456789abcdef";
    if (unit_at(text, at) != '%' || !is_hex(unit_at(text, at + 1)) || !is_hex(unit_at(text, at + 2)))
        return -1;
    return (int)((strchr(digits, (int)unit_at(text, at + 1)) - digits) * 16 +
                 (strchr(digits, (int)unit_at(text, at + 2)) - digits));
}

static void step_11(struct text *text)
{
    struct text out = text_new(text->len);
    for (size_t at = 0; at < text->len;) {
        int byte = escape_at(text, at);
        bool is_undone = byte >= 0 && byte < 0x80 && (ascii_is_alnum((char)byte) || is_in((uint32_t)byte, "-._"));
        text_add(&out, is_undone ? (unsigned char)ascii_lower((char)byte) : text->units[at]);
        at += is_undone ? 3 : 1;
    }
    free(text->units);
    *text = out;
}

static bool is_far(const struct text *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->units[i] > 0x7f || escape_at(text, i) > 0x7f)
            return true;
    return false;
}

/* A well-formed character of len bytes that are escapes, or bad bytes, from `at`; units taken, or 0. */
static size_t character_at(const struct text *text, size_t at, size_t len, uint32_t *out_character)
{
    char bytes[4];
    size_t start = at;
    for (size_t i = 0; i < len; i++) {
        int escape = escape_at(text, at);
        uint32_t unit = unit_at(text, at);
        if (escape < 0x80 && (unit < BAD || unit == UINT32_MAX))
            return 0;
        bytes[i] = (char)(escape > 0x7f ? (uint32_t)escape : unit - BAD);
        at += escape > 0x7f ? 3 : 1;
    }
    size_t next = 0;
    *out_character = utf8_next(slice_of(bytes, len), &next);
    return utf8_is_valid(slice_of(bytes, len)) && next == len ? at - start : 0;
}

static void unescape(struct text *text)
{
    struct text out = text_new(text->len);
    for (size_t at = 0; at < text->len;) {
        uint32_t unit = text->units[at];
        size_t taken = 0;
        for (size_t len = 2; len <= 4 && !taken; len++)
            taken = character_at(text, at, len, &unit);
        text_add(&out, taken ? unit : text->units[at]);
        at += taken ? taken : 1;
    }
    free(text->units);
    *text = out;
}

static bool is_dropped(uint32_t u)
{
    static const uint32_t ones[] = {0xad,   0x34f,  0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c,
                                    0x180d, 0x180e, 0x180f, 0x200b, 0x3164, 0xfeff, 0xffa0};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (ones[i] == u)
            return true;
    return (u >= 0x2060 && u <= 0x2064) || (u >= 0x206a && u <= 0x206f) || (u >= 0xfe00 && u <= 0xfe0f) ||
           (u >= 0x1bca0 && u <= 0x1bca3) || (u >= 0x1d173 && u <= 0x1d17a) || (u >= 0xe0100 && u <= 0xe01ef);
}

static void map_early(struct text *text)
{
    struct text out = text_new(text->len * 3);
    for (size_t i = 0; i < text->len; i++) {
        uint32_t unit = text->units[i];
        int dots = unit == 0x2025 ? 2 : unit == 0x2026 ? 3 : 0;
        if (unit == 0x3002 || unit == 0xff0e || unit == 0xff61 || unit == 0x2024 || unit == 0xfe52)
            dots = 1;
        for (int dot = 0; dot < dots; dot++)
            text_add(&out, '.');
        if (unit == 0x1e9e)
            unit = 0xdf;
        else if (unit >= 0x1ccd6 && unit <= 0x1ccef)
            unit = 'a' + (unit - 0x1ccd6);
        else if (unit >= 0x1ccf0 && unit <= 0x1ccf9)
            unit = '0' + (unit - 0x1ccf0);
        if (dots == 0 && !is_dropped(unit))
            text_add(&out, unit);
    }
    free(text->units);
    *text = out;
}

/* A label as it is, or as libidn2 has it. */
static void write_label(struct slice label, bool is_near_the_end, struct buf *out)
{
    uint8_t *ascii = NULL;
    bool is_plain = utf8_is_ascii(label), is_text = utf8_is_valid(label) && memchr(label.ptr, '\0', label.len) == NULL;
    if (is_near_the_end && !is_plain && is_text && label.len <= 500) {
        char copy[501] = "";
        memcpy(copy, label.ptr, label.len);
        if (idn2_lookup_u8((const uint8_t *)copy, &ascii, IDN2_NONTRANSITIONAL) == IDN2_OK)
            label = slice_from_cstr((const char *)ascii);
    }
    buf_add(out, label);
    idn2_free(ascii);
}

static void slow_road(struct text *text)
{
    struct buf bytes, ascii;
    buf_init(&bytes, 0);
    buf_init(&ascii, 0);
    unescape(text);
    map_early(text);
    text_write(text, &bytes);
    buf_add_char(&bytes, '.');
    size_t start = 0, dots = 0; /* each label has one behind it now */
    for (size_t i = 0; i < bytes.len; i++)
        dots += bytes.ptr[i] == '.';
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] == '.') {
            if (start > 0)
                buf_add_char(&ascii, '.');
            if (i > start)
                write_label(slice_cut(buf_slice(&bytes), start, i), dots <= 128, &ascii);
            dots--;
            start = i + 1;
        }
    free(text->units);
    *text = text_new(ascii.len);
    text_add_bytes(text, buf_slice(&ascii));
    buf_release(&bytes);
    buf_release(&ascii);
}

/* --- step 13, and all of them --- */

static bool step_13_is_ipv4(const struct text *text)
{
    size_t start = find(text, ".", true);
    start = start == text->len ? 0 : start + 1;
    bool is_number = start<text->len, is_number_16 = literal_at(text, start, "0x")> 0;
    for (size_t i = start; i < text->len; i++) {
        is_number = is_number && is_digit(text->units[i]);
        is_number_16 = is_number_16 && (i < start + 2 || is_hex(text->units[i]));
    }
    return is_number || is_number_16;
}

static enum host_kind steps(struct text *text)
{
    step_1_2(text);
    step_3(text);
    step_4(text);
    text_keep(text, 0, find(text, "/\\?#", false));
    size_t at = find(text, "@", true);
    text_keep(text, at == text->len ? 0 : at + 1, text->len);
    trim(text, false);
    step_8(text);
    if (step_9_is_ipv6(text))
        return HOST_IPV6;
    text_keep(text, 0, find(text, ":", false));
    step_11(text);
    if (is_far(text))
        slow_road(text);
    trim(text, true);
    if (text->len == 0)
        return HOST_NONE;
    return step_13_is_ipv4(text) ? HOST_IPV4 : HOST_NAME;
}

enum host_kind host_slow(struct slice text, struct buf *out)
{
    struct text units = text_new(text.len);
    text_add_bytes(&units, text);
    enum host_kind kind = steps(&units);
    buf_clear(out);
    if (kind == HOST_NAME)
        text_write(&units, out);
    free(units.units);
    return kind;
}
