/*
 * host.c - host_extract(): see host.h, whose steps these are, and docs/hosts.md, which has each as a regular expression.
 *
 * Three roads. A name in lower case, alone or in a URL or before a port, is found by a look at the first bytes, many at once:
 * host_quick.h. Most other texts are only cut, which needs no copy. A text is copied if something in it is to be taken out or
 * replaced before the host's ends are known (tabs, defanged separators), and a host, if it has capitals or escapes.
 * tests/support/host_slow.c does the same step by step and must agree.
 */
#include "host/host.h"

#include "host/host_int.h"
#include "host/host_quick.h"

enum {
    CLASS_MARK = 1,     /* U+0000..U+0020 " ' ` < >: cut off the ends */
    CLASS_GONE = 2,     /* tab, LF, CR: a mark, and taken out everywhere */
    CLASS_OPEN = 4,     /* [ ( {: a defanged separator may begin */
    CLASS_END = 8,      /* / \ ? #: ends the authority */
    CLASS_UPPER = 16,   /* A-Z */
    CLASS_PERCENT = 32, /* % */
    CLASS_HIGH = 64,    /* 0x80 and over */
    CLASS_OTHER = 128,  /* what else is no part of a plain name */
    CLASS_AT = 256,     /* @ */
    CLASS_COLON = 512   /* : */
};

/* 0 for a-z 0-9 - _ and the dot: the bytes of a plain name. */
static const uint16_t CLASSES[256] = {
#define M CLASS_MARK
#define G (CLASS_MARK | CLASS_GONE)
#define B CLASS_OPEN
#define E CLASS_END
#define U CLASS_UPPER
#define P CLASS_PERCENT
#define H CLASS_HIGH
#define O CLASS_OTHER
#define A CLASS_AT
#define C CLASS_COLON
    /* clang-format off */
    /* 00 */ M, M, M, M, M, M, M, M, M, G, G, M, M, G, M, M,
    /* 10 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
    /* 20 */ M, O, M, E, O, P, O, M, B, O, O, O, O, 0, 0, E,
    /* 30 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, C, O, M, O, M, E,
    /* 40 */ A, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
    /* 50 */ U, U, U, U, U, U, U, U, U, U, U, B, E, O, O, 0,
    /* 60 */ M, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 70 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, B, O, O, O, O,
    /* 80 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* 90 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* a0 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* b0 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* c0 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* d0 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* e0 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* f0 */ H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
/* clang-format on */
#undef M
#undef G
#undef B
#undef E
#undef U
#undef P
#undef H
#undef O
#undef A
#undef C
};

static inline unsigned class_of(char c)
{
    return CLASSES[(unsigned char)c];
}

/* --- marks: steps 1, 7 and 12 --- */

/*
 * Spaces, quotation marks and invisible characters beyond ASCII, by their bytes: U+00A0 U+00AB U+00BB U+2000-200F U+2018-201F
 * U+2028-202F U+2039 U+203A U+205F-206F U+3000 U+FEFF.
 */
static bool is_far_mark(const char *character, size_t len)
{
    const unsigned char *c = (const unsigned char *)character;
    if (len == 2)
        return c[0] == 0xc2 && (c[1] == 0xa0 || c[1] == 0xab || c[1] == 0xbb);
    if (c[0] == 0xe3)
        return c[1] == 0x80 && c[2] == 0x80;
    if (c[0] == 0xef)
        return c[1] == 0xbb && c[2] == 0xbf;
    if (c[0] != 0xe2)
        return false;
    if (c[1] == 0x81)
        return c[2] >= 0x9f && c[2] <= 0xaf;
    return c[1] == 0x80 && ((c[2] >= 0x80 && c[2] <= 0x8f) || (c[2] >= 0x98 && c[2] <= 0x9f) ||
                            (c[2] >= 0xa8 && c[2] <= 0xaf) || c[2] == 0xb9 || c[2] == 0xba);
}

/* The bytes of the mark at the start, or the end, of a text that is not empty; 0 if none stands there. */
static size_t mark_at_start(struct slice text)
{
    unsigned class = class_of(text.ptr[0]);
    if (class != CLASS_HIGH)
        return class & CLASS_MARK;
    if (text.len >= 2 && is_far_mark(text.ptr, 2))
        return 2;
    return text.len >= 3 && is_far_mark(text.ptr, 3) ? 3 : 0;
}

static size_t mark_at_end(struct slice text)
{
    const char *end = text.ptr + text.len;
    unsigned class = class_of(end[-1]);
    if (class != CLASS_HIGH)
        return class & CLASS_MARK;
    if (text.len >= 2 && is_far_mark(end - 2, 2))
        return 2;
    return text.len >= 3 && is_far_mark(end - 3, 3) ? 3 : 0;
}

static struct slice trim_marks(struct slice text)
{
    for (size_t len; text.len && (len = mark_at_start(text)) > 0;)
        text = slice_cut(text, len, text.len);
    for (size_t len; text.len && (len = mark_at_end(text)) > 0;)
        text.len -= len;
    return text;
}

/* Dots, and what a sentence has before or behind a name. */
static bool is_punctuation(char c)
{
    return memchr(".,;()", c, 5) != NULL;
}

/* Marks and punctuation, in any order. */
static struct slice trim_dots(struct slice text)
{
    for (size_t len; text.len && (len = is_punctuation(text.ptr[0]) ? 1 : mark_at_start(text)) > 0;)
        text = slice_cut(text, len, text.len);
    for (size_t len; text.len && (len = is_punctuation(text.ptr[text.len - 1]) ? 1 : mark_at_end(text)) > 0;)
        text.len -= len;
    return text;
}

/* --- what is taken out and replaced: steps 1 to 3 --- */

static size_t skip_spaces(struct slice text, size_t at)
{
    while (at < text.len && text.ptr[at] == ' ')
        at++;
    return at;
}

/* The end of a defanged separator's inside at `at`, which is what it stands for but for "dot"; `at` if none is there. */
static size_t separator_inside(struct slice text, size_t at)
{
    struct slice rest = slice_cut(text, at, text.len);
    if (slice_starts(rest, SLICE("dot")))
        return at + 3;
    if (slice_starts(rest, SLICE(".")) || slice_starts(rest, SLICE("@")))
        return at + 1;
    size_t end = at + slice_starts(rest, SLICE(":"));
    for (int slashes = 0; slashes < 2 && end < text.len && text.ptr[end] == '/'; slashes++)
        end++;
    return end;
}

/* The end of the defanged separator whose bracket stands at `at`, with the spaces behind it; 0 if there is none. */
static size_t separator_end(struct slice text, size_t at, struct slice *out_meaning)
{
    size_t start = skip_spaces(text, at + 1);
    size_t end = separator_inside(text, start);
    size_t close = skip_spaces(text, end);
    if (end == start || close >= text.len || !memchr("])}", text.ptr[close], 3))
        return 0;
    *out_meaning = text.ptr[start] == 'd' ? SLICE(".") : slice_cut(text, start, end);
    return skip_spaces(text, close + 1);
}

/* Step 3, in place. Linear: a look ahead ends before the next bracket that opens, so that two never see the same byte. */
static size_t restore_separators(char *ptr, size_t len)
{
    struct slice text = slice_of(ptr, len);
    size_t to = 0;
    for (size_t at = 0; at < len;) {
        struct slice meaning;
        size_t end = class_of(ptr[at]) == CLASS_OPEN ? separator_end(text, at, &meaning) : 0;
        if (!end) {
            ptr[to++] = ptr[at++];
            continue;
        }
        while (to > 0 && ptr[to - 1] == ' ')
            to--;
        memmove(ptr + to, meaning.ptr, meaning.len);
        to += meaning.len;
        at = end;
    }
    return to;
}

/* Steps 1 to 3 as a copy. */
static enum err_code rewrite(struct slice *text, struct buf *scratch, struct err *err)
{
    char *to = buf_reserve(scratch, text->len);
    if (!to)
        return err_no_memory(err, text->len);
    size_t len = 0;
    for (size_t i = 0; i < text->len; i++)
        if (!(class_of(text->ptr[i]) & CLASS_GONE))
            to[len++] = ascii_lower(text->ptr[i]);
    scratch->len = restore_separators(to, len);
    *text = buf_slice(scratch);
    return ERR_NONE;
}

/* --- what is cut: steps 4 to 10 --- */

static inline bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static size_t skip_slashes(struct slice text, size_t at)
{
    while (at < text.len && is_slash(text.ptr[at]))
        at++;
    return at;
}

/* The byte there in lower case; NUL behind the end. */
static inline char lower_at(struct slice text, size_t at)
{
    return at < text.len ? ascii_lower(text.ptr[at]) : '\0';
}

static inline bool is_scrambled_t(char c)
{
    return c == 't' || c == 'x' || c == '*' || c == '_';
}

/* The end of http: ws: ftp: and their forms, plain and defanged; 0 if none stands at the start. */
static size_t special_scheme_end(struct slice text)
{
    char first = lower_at(text, 0), second = lower_at(text, 1), third = lower_at(text, 2);
    size_t at;
    if (first == 'h' && is_scrambled_t(second) && is_scrambled_t(third) && lower_at(text, 3) == 'p')
        at = 4;
    else if (first == 'f' && (second == 't' || second == 'x') && third == 'p')
        at = 3;
    else if (first == 'w' && second == 's')
        at = 2;
    else
        return 0;
    at += lower_at(text, at) == 's';
    return lower_at(text, at) == ':' ? at + 1 : 0;
}

/* The end of any scheme with two slashes behind it; 0 if none stands at the start. */
static size_t other_scheme_end(struct slice text)
{
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    size_t end = colon ? (size_t)(colon - text.ptr) : text.len;
    if (end + 2 >= text.len || !is_slash(text.ptr[end + 1]) || !is_slash(text.ptr[end + 2]))
        return 0;
    for (size_t i = 0; i < end; i++)
        if (!ascii_is_alnum(text.ptr[i]) && text.ptr[i] != '+' && text.ptr[i] != '.' && text.ptr[i] != '-')
            return 0;
    char first = lower_at(text, 0);
    return first >= 'a' && first <= 'z' ? end + 3 : 0;
}

static bool starts_in_any_case(struct slice text, struct slice lower)
{
    size_t at = 0;
    while (at < lower.len && lower_at(text, at) == lower.ptr[at])
        at++;
    return at == lower.len;
}

/* The end of all that browsers put before the URL of something else; 0 if nothing of it stands at the start. */
static size_t prefixes_end(struct slice text)
{
    static const char *const PREFIXES[] = {"blob:", "filesystem:", "view-source:"};
    enum { COUNT = sizeof PREFIXES / sizeof PREFIXES[0] };
    size_t at = 0, i = 0;
    while (i < COUNT) {
        struct slice prefix = slice_from_cstr(PREFIXES[i++]);
        if (starts_in_any_case(slice_cut(text, at, text.len), prefix)) {
            at += prefix.len;
            i = 0;
        }
    }
    return at;
}

static size_t scheme_end(struct slice text)
{
    size_t prefixes = prefixes_end(text);
    text = slice_cut(text, prefixes, text.len);
    size_t end = special_scheme_end(text), slashes = skip_slashes(text, 0);
    if (end)
        end = skip_slashes(text, end);
    else
        end = slashes >= 2 ? slashes : other_scheme_end(text);
    return end ? prefixes + end : 0;
}

/* Steps 4 and 5. *out_classes gets the classes of the bytes in it. */
static struct slice cut_authority(struct slice text, unsigned *out_classes)
{
    size_t start = scheme_end(text), end = start;
    unsigned classes = 0;
    for (; end < text.len; end++) {
        unsigned class = class_of(text.ptr[end]);
        if (class == CLASS_END)
            break;
        classes |= class;
    }
    *out_classes = classes;
    return slice_cut(text, start, end);
}

/*
 * Could steps 1 to 3 move the authority's ends? Only if tabs or brackets stand in it, or if it ends where "[/]" could
 * still make the slashes of a scheme: "foo:/[/]host".
 */
static bool needs_rewrite(struct slice text, struct slice authority, unsigned classes)
{
    size_t end = (size_t)(authority.ptr - text.ptr) + authority.len;
    if (classes & (CLASS_GONE | CLASS_OPEN))
        return true;
    return end < text.len && is_slash(text.ptr[end]) && (end == 0 || text.ptr[end - 1] == ':');
}

/* The name in \\name@ssl@443, as Windows writes UNC paths of WebDAV, of which `authority` is that; empty if it is none. */
static struct slice webdav_name(struct slice text, struct slice authority)
{
    size_t start = (size_t)(authority.ptr - text.ptr), len = 0, digits = 0;
    if (start < 2 || !(is_slash(text.ptr[0]) || starts_in_any_case(text, SLICE("file:"))))
        return slice_of("", 0);
    while (len < authority.len && authority.ptr[len] != '@' && authority.ptr[len] != ':')
        len++;
    struct slice rest = slice_cut(authority, len, authority.len);
    if (starts_in_any_case(rest, SLICE("@ssl")))
        rest = slice_cut(rest, 4, rest.len);
    if (slice_starts(rest, SLICE("@")))
        while (digits < 5 && digits + 1 < rest.len && ascii_is_digit(rest.ptr[digits + 1]))
            digits++;
    bool all = rest.len == 0 || (digits && digits + 1 == rest.len);
    return slice_of(authority.ptr, all ? len : 0);
}

/* Step 6. */
static struct slice cut_user(struct slice text)
{
    for (size_t i = text.len; i > 0; i--)
        if (text.ptr[i - 1] == '@')
            return slice_cut(text, i, text.len);
    return text;
}

/* Step 8. */
static struct slice cut_brackets(struct slice text)
{
    if (text.len == 0 || text.ptr[0] != '[')
        return text;
    const char *close = memchr(text.ptr, ']', text.len);
    size_t at = close ? (size_t)(close - text.ptr) : text.len;
    if (close && (at + 1 == text.len || text.ptr[at + 1] == ':'))
        return slice_cut(text, 1, at);
    return text;
}

/* Step 9. */
static bool is_ipv6(struct slice text)
{
    unsigned colons = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != '%'; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (c == ':' && colons < 2)
            colons++;
        else if (!ascii_is_digit(c) && (c < 'a' || c > 'f') && c != '.' && c != ':')
            return false;
    }
    return colons == 2;
}

/* Step 10. */
static struct slice cut_port(struct slice text)
{
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    return colon ? slice_of(text.ptr, (size_t)(colon - text.ptr)) : text;
}

/* --- the host: steps 11 to 13 --- */

/* Step 11, and step 2 where there was no copy yet. `to` may be where the text is: nothing gets longer. */
static size_t decode(struct slice text, char *to, bool *out_is_slow)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        char c = text.ptr[i];
        int escape = c == '%' ? host_escape(text, i) : -1;
        bool is_undone = escape >= 0 && host_is_escapable((unsigned char)escape);
        *out_is_slow |= escape > 0x7f || (unsigned char)c > 0x7f;
        to[len++] = ascii_lower(is_undone ? (char)escape : c);
        i += is_undone ? 3 : 1;
    }
    return len;
}

/* Step 13. */
static bool ends_in_number(struct slice name)
{
    char last = name.ptr[name.len - 1];
    if (!ascii_is_digit(last) && (last < 'a' || last > 'f') && last != 'x')
        return false; /* most names, by one look */
    size_t start = name.len;
    while (start > 0 && name.ptr[start - 1] != '.')
        start--;
    struct slice label = slice_cut(name, start, name.len);
    if (label.len == 0 || !ascii_is_digit(label.ptr[0]))
        return false;
    bool is_hex = slice_starts(label, SLICE("0x"));
    for (size_t i = is_hex ? 2 : 0; i < label.len; i++)
        if (!ascii_is_digit(label.ptr[i]) && !(is_hex && label.ptr[i] >= 'a' && label.ptr[i] <= 'f'))
            return false;
    return true;
}

/* Step 13. Member by member: a copy of what was just written in parts would wait for the parts. */
static inline void host_of_trimmed(struct slice name, struct host *out_host)
{
    out_host->kind = HOST_NAME;
    out_host->name = name;
    if (name.len > 0 && !ends_in_number(name))
        return;
    out_host->kind = name.len == 0 ? HOST_NONE : HOST_IPV4;
    out_host->name = (struct slice){0};
}

void host_of_name(struct slice name, struct host *out_host)
{
    bool has_dots = name.len > 0 && (name.ptr[0] == '.' || name.ptr[name.len - 1] == '.');
    host_of_trimmed(has_dots ? trim_dots(name) : name, out_host);
}

/* A host with capitals, escapes or non-ASCII text; it may lie in scratch. */
static enum err_code host_decoded(struct slice text, struct buf *scratch, struct host *out_host, struct err *err)
{
    bool is_slow = false, is_copy = scratch->len > 0;
    size_t start = is_copy ? (size_t)(text.ptr - scratch->ptr) : 0;
    if (!is_copy && !buf_reserve(scratch, text.len))
        return err_no_memory(err, text.len);
    scratch->len = start + decode(text, scratch->ptr + start, &is_slow);
    if (is_slow)
        TRY(host_to_ascii(scratch, start, &start, err));
    host_of_trimmed(trim_dots(slice_cut(buf_slice(scratch), start, scratch->len)), out_host);
    return ERR_NONE;
}

bool host_extract_plain(struct slice text, struct host *out_host)
{
    struct slice name = host_quick(text);
    if (name.len == 0)
        return false;
    host_of_name(name, out_host);
    return true;
}

enum err_code host_extract(struct slice text, struct buf *scratch, struct host *out_host, struct err *err)
{
    buf_clear(scratch);
    if (host_extract_plain(text, out_host))
        return ERR_NONE;
    unsigned classes;
    text = trim_marks(text);
    struct slice host = cut_authority(text, &classes);
    if (needs_rewrite(text, host, classes)) {
        TRY(rewrite(&text, scratch, err));
        host = cut_authority(text, &classes);
    }
    if (classes & CLASS_AT) {
        struct slice name = webdav_name(text, host);
        host = name.len ? name : cut_user(host);
    }
    host = cut_brackets(trim_marks(host));
    if ((classes & CLASS_COLON) && is_ipv6(host)) {
        *out_host = (struct host){.kind = HOST_IPV6};
        return ERR_NONE;
    }
    if (classes & CLASS_COLON)
        host = cut_port(host);
    if (classes & (CLASS_UPPER | CLASS_PERCENT | CLASS_HIGH))
        return host_decoded(host, scratch, out_host, err);
    host_of_trimmed(trim_dots(host), out_host);
    return ERR_NONE;
}
