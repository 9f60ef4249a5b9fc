/*
 * ip_range.c - ranges of addresses in order: see ip_range.h.
 *
 * Two ranges are apart, or one lies in the other. Without those that lie in another a range can only be held by the last one
 * that does not begin behind it.
 */
#include "event/ip_range.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 128, V4_BITS = 32 };

static void range_set(struct ip_range range, struct ip_range *out_range)
{
    for (unsigned bit = range.prefix; bit < BITS; bit++)
        range.first.byte[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
    *out_range = range;
}

bool ip_range_parse(struct slice text, struct ip_range *out_range)
{
    struct ip_range range;
    if (!ipv6_parse(text, &range.first, &range.prefix))
        return false;
    range_set(range, out_range);
    return true;
}

bool ip_range_parse_v4(struct slice text, struct ip_range *out_range)
{
    uint32_t address;
    unsigned prefix;
    if (!ipv4_parse(text, &address, &prefix))
        return false;
    struct ip_range range = {.first.byte = {[10] = 0xff, [11] = 0xff}, .prefix = BITS - V4_BITS + prefix};
    for (unsigned i = 0; i < 4; i++)
        range.first.byte[15 - i] = (uint8_t)(address >> 8 * i);
    range_set(range, out_range);
    return true;
}

/* The wider one first of those that begin alike. */
static int compare(const void *left, const void *right)
{
    const struct ip_range *a = left, *b = right;
    int order = memcmp(a->first.byte, b->first.byte, sizeof a->first.byte);
    return order != 0 ? order : (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

static bool lies_in(const struct ip_range *inner, const struct ip_range *outer)
{
    return outer->prefix <= inner->prefix && ipv6_in_prefix(&inner->first, &outer->first, outer->prefix);
}

size_t ip_ranges_settle(struct ip_range *ranges, size_t count)
{
    if (count < 2)
        return count;
    qsort(ranges, count, sizeof *ranges, compare);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (!lies_in(&ranges[i], &ranges[kept - 1]))
            ranges[kept++] = ranges[i];
    return kept;
}

bool ip_ranges_hold(const struct ip_range *settled, size_t count, const struct ip_range *range)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&settled[middle], range) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && lies_in(range, &settled[low - 1]);
}
