/*
 * slice.c - borrowed runs of bytes: see slice.h.
 */
#define _GNU_SOURCE /* memmem */
#include "base/slice.h"

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
            return false;
    return true;
}

int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

int slice_compare_nocase(struct slice a, struct slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < common; i++) {
        unsigned char left = (unsigned char)ascii_lower(a.ptr[i]), right = (unsigned char)ascii_lower(b.ptr[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

int slices_order(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

int slices_order_nocase(const void *a, const void *b)
{
    return slice_compare_nocase(*(const struct slice *)a, *(const struct slice *)b);
}

ptrdiff_t slice_find(struct slice s, struct slice needle, size_t from)
{
    if (from > s.len)
        return SLICE_NOT_FOUND;
    if (needle.len == 0)
        return (ptrdiff_t)from;
    const char *found = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return found ? found - s.ptr : SLICE_NOT_FOUND;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}
