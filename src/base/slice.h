/*
 * slice.h - a borrowed run of bytes: pointer and length, never NUL-terminated, possibly with NUL bytes inside.
 *
 * Whoever returns a slice says how long its bytes live. Text in slices is UTF-8 unless it is raw input.
 */
#ifndef DDNSHUNT_BASE_SLICE_H
#define DDNSHUNT_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *ptr; /* may be NULL only if len is 0 */
    size_t len;
};

/* A slice of a string literal. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})
/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).ptr ? (s).ptr : "")

static inline struct slice slice_of(const char *ptr, size_t len)
{
    return (struct slice){ptr, len};
}

static inline struct slice slice_from_cstr(const char *text)
{
    return (struct slice){text, strlen(text)};
}

/* Bytes [start, end) of s; both are cut to s's length. */
static inline struct slice slice_cut(struct slice s, size_t start, size_t end)
{
    if (end > s.len)
        end = s.len;
    if (start > end)
        start = end;
    return (struct slice){s.ptr + start, end - start};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len) == 0);
}

/* Folds A-Z only, as Kusto's case-insensitive operators do. */
static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* Equal if A-Z and a-z are the same. */
bool slice_eq_nocase(struct slice a, struct slice b);

/* <0, 0, >0 in the order of bytes, a shorter one before what it begins. */
int slice_compare(struct slice a, struct slice b);
/* The same with A-Z as a-z. */
int slice_compare_nocase(struct slice a, struct slice b);

/* Of two struct slice, for qsort() and bsearch(). */
int slices_order(const void *a, const void *b);
int slices_order_nocase(const void *a, const void *b);

enum { SLICE_NOT_FOUND = -1 };
/* Offset of the first occurrence of needle at or after `from`, or SLICE_NOT_FOUND. An empty needle is found at from. */
ptrdiff_t slice_find(struct slice s, struct slice needle, size_t from);

/* Without leading and trailing blanks (space, tab, CR, LF). */
struct slice slice_trim(struct slice s);

#endif
