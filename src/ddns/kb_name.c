/*
 * kb_name.c - is a cell of a table a name under which, or at which, a host can be?
 *
 * Letters, digits and hyphens in labels of at most 63 bytes, at most 253 together (RFC 1123, RFC 1035), at least two labels.
 * A name in Unicode becomes its A-labels by libidn2 (UTS 46, non-transitional), as hosts do; A-labels must be punycode.
 *
 * One label alone is refused: "com" would make a hit of half of the Internet, and that is what a line cut in two leaves.
 */
#include "base/utf8.h"
#include "ddns/kb_int.h"

#include <idn2.h>

enum { SHOWN_MAX = 100 };

struct slice kb_shown(struct slice cell)
{
    return slice_cut(cell, 0, utf8_cut(cell, SHOWN_MAX));
}

/* Longer than any name in Unicode whose A-labels fit; bounds what libidn2 is given. */
enum { CELL_MAX = KB_NAME_MAX * 4 };

static enum err_code refuse(struct err *err, struct slice cell, const char *why)
{
    return err_set(err, ERR_USAGE, "\"%.*s\" is no host name: %s", SLICE_ARG(kb_shown(cell)), why);
}

static enum err_code check_label(struct slice cell, struct slice label, struct err *err)
{
    if (label.len == 0) {
        refuse(err, cell, "a label is empty");
        return err_hint(err, "write it without a dot at its ends");
    }
    if (label.len > KB_LABEL_MAX)
        return refuse(err, cell, "a label is longer than 63 bytes");
    if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return refuse(err, cell, "a label begins or ends with a hyphen");
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (ascii_is_alnum(c) || c == '-')
            continue;
        if (c > ' ' && c <= '~')
            return err_set(err, ERR_USAGE, "\"%.*s\" is no host name: it holds \"%c\"", SLICE_ARG(kb_shown(cell)), c);
        return refuse(err, cell, "it holds a blank or a control character");
    }
    return ERR_NONE;
}

static bool all_digits(struct slice label)
{
    for (size_t i = 0; i < label.len; i++)
        if (!ascii_is_digit(label.ptr[i]))
            return false;
    return true;
}

/* name is ASCII. */
static enum err_code check_labels(struct slice cell, struct slice name, struct err *err)
{
    if (name.len > KB_NAME_MAX)
        return refuse(err, cell, "it is longer than 253 bytes");
    unsigned labels = 0;
    struct slice label = {0};
    for (size_t start = 0; start <= name.len; start += label.len + 1) {
        ptrdiff_t dot = slice_find(name, SLICE("."), start);
        label = slice_cut(name, start, dot == SLICE_NOT_FOUND ? name.len : (size_t)dot);
        TRY(check_label(cell, label, err));
        labels++;
    }
    if (all_digits(label))
        return refuse(err, cell, "it ends in a number, as addresses do");
    if (labels < 2) {
        refuse(err, cell, "it has one label only");
        return err_hint(err, "all names below a top-level domain would be hits");
    }
    return ERR_NONE;
}

static bool has_a_label(struct slice name)
{
    for (size_t i = 0; i + 4 <= name.len; i++)
        if ((i == 0 || name.ptr[i - 1] == '.') && slice_eq_nocase(slice_cut(name, i, i + 4), SLICE("xn--")))
            return true;
    return false;
}

static bool holds_nul(struct slice text)
{
    return text.len && memchr(text.ptr, '\0', text.len);
}

/* The status of libidn2; the A-labels, if it gives any, are arena's. */
static enum err_code ask_libidn2(struct slice cell, struct arena *arena, struct slice *out_name, int *out_status,
                                 struct err *err)
{
    char *text = arena_cstr(arena, cell);
    if (!text)
        return err_no_memory(err, cell.len);
    uint8_t *made = NULL;
    *out_status = idn2_lookup_u8((const uint8_t *)text, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (*out_status == IDN2_MALLOC)
        return err_no_memory(err, cell.len);
    if (*out_status != IDN2_OK)
        return ERR_NONE;
    *out_name = arena_copy(arena, slice_from_cstr((const char *)made));
    idn2_free(made);
    return out_name->ptr ? ERR_NONE : err_no_memory(err, cell.len);
}

static enum err_code from_unicode(struct slice cell, struct arena *arena, struct slice *out_name, struct err *err)
{
    if (cell.len > CELL_MAX)
        return refuse(err, cell, "it is far too long");
    if (!utf8_is_valid(cell) || holds_nul(cell))
        return err_set(err, ERR_USAGE, "a host name is not valid UTF-8");
    int status;
    TRY(ask_libidn2(cell, arena, out_name, &status, err));
    if (status != IDN2_OK) {
        refuse(err, cell, idn2_strerror(status));
        return err_hint(err, "if there is such a name, write it as it stands in DNS (xn--...)");
    }
    return check_labels(cell, *out_name, err);
}

/*
 * A-labels stay as they are. There are names with characters that IDNA 2008 forbids (emoji below .ws and .to), and their hosts
 * come as they stand in DNS; but what no Unicode text is written as was mistyped.
 */
static enum err_code check_a_labels(struct slice cell, struct arena *arena, struct err *err)
{
    int status;
    struct slice name;
    TRY(ask_libidn2(cell, arena, &name, &status, err));
    switch (status) {
    case IDN2_PUNYCODE_BAD_INPUT:
    case IDN2_PUNYCODE_BIG_OUTPUT:
    case IDN2_PUNYCODE_OVERFLOW:
    case IDN2_INVALID_ALABEL:
    case IDN2_ALABEL_ROUNDTRIP_FAILED:
        return refuse(err, cell, idn2_strerror(status));
    default:
        return ERR_NONE;
    }
}

enum err_code kb_name_check(struct slice cell, struct arena *arena, struct slice *out_name, struct err *err)
{
    struct slice name = cell;
    if (!utf8_is_ascii(cell))
        TRY(from_unicode(cell, arena, &name, err));
    else
        TRY(check_labels(cell, cell, err));
    if (name.ptr == cell.ptr && has_a_label(cell))
        TRY(check_a_labels(cell, arena, err));
    char *lower = arena_cstr(arena, name);
    if (!lower)
        return err_no_memory(err, name.len);
    for (size_t i = 0; i < name.len; i++)
        lower[i] = ascii_lower(lower[i]);
    *out_name = slice_of(lower, name.len);
    return ERR_NONE;
}
