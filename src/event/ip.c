/*
 * ip.c - addresses and ranges in text: see ip.h.
 *
 * Sources: RFC 4291 section 2.2 for the forms of IPv6, RFC 1918 for private IPv4.
 */
#include "event/ip.h"

#include <string.h>

enum { V4_BITS = 32, V6_BITS = 128, MAPPED_BITS = V6_BITS - V4_BITS };

/* Decimal digits at *at, moved behind them: at most max_digits of them, at most max. */
static bool take_decimal(struct slice text, size_t *at, unsigned max_digits, unsigned max, unsigned *out_value)
{
    size_t start = *at;
    unsigned value = 0;
    while (*at < text.len && ascii_is_digit(text.ptr[*at])) {
        if (*at - start == max_digits)
            return false;
        value = value * 10 + (unsigned)(text.ptr[(*at)++] - '0');
    }
    *out_value = value;
    return *at > start && value <= max;
}

/* "a.b.c.d" at *at. */
static bool take_v4(struct slice text, size_t *at, uint32_t *out_address)
{
    uint32_t address = 0;
    for (int i = 0; i < 4; i++) {
        unsigned octet;
        if (i > 0 && (*at >= text.len || text.ptr[(*at)++] != '.'))
            return false;
        if (!take_decimal(text, at, 3, 255, &octet))
            return false;
        address = address << 8 | octet;
    }
    *out_address = address;
    return true;
}

/* "/n" or nothing, up to the end of the text. */
static bool take_prefix(struct slice text, size_t at, unsigned max, unsigned *out_prefix)
{
    *out_prefix = max;
    if (at == text.len)
        return true;
    if (text.ptr[at++] != '/')
        return false;
    return take_decimal(text, &at, 3, max, out_prefix) && at == text.len;
}

bool ipv4_parse(struct slice text, uint32_t *out_address, unsigned *out_prefix)
{
    size_t at = 0;
    text = slice_trim(text);
    return take_v4(text, &at, out_address) && take_prefix(text, at, V4_BITS, out_prefix);
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One to four hex digits at *at. */
static bool take_group(struct slice text, size_t *at, unsigned *out_group)
{
    size_t start = *at;
    unsigned group = 0;
    while (*at < text.len && *at - start < 4 && hex_value(text.ptr[*at]) >= 0)
        group = group << 4 | (unsigned)hex_value(text.ptr[(*at)++]);
    *out_group = group;
    return *at > start;
}

static void put_v4(uint8_t *at, uint32_t address)
{
    at[0] = (uint8_t)(address >> 24);
    at[1] = (uint8_t)(address >> 16);
    at[2] = (uint8_t)(address >> 8);
    at[3] = (uint8_t)address;
}

/* Is what begins at `at` a dotted quad (a dot before any colon)? */
static bool dotted_ahead(struct slice text, size_t at)
{
    while (at < text.len && hex_value(text.ptr[at]) >= 0)
        at++;
    return at < text.len && text.ptr[at] == '.';
}

struct groups {
    uint8_t byte[16];
    size_t used; /* bytes */
    size_t gap;  /* where "::" stands, or NO_GAP */
    bool dotted; /* the last four bytes were a dotted quad */
};
enum { NO_GAP = 99 };

/* Groups, "::" and a last dotted quad, up to the end or a slash. */
static bool take_groups(struct slice text, size_t *at, struct groups *groups)
{
    bool due = true; /* a group must follow */
    if (text.len - *at >= 2 && text.ptr[*at] == ':' && text.ptr[*at + 1] == ':') {
        groups->gap = 0;
        *at += 2;
        due = false;
    }
    while (*at < text.len && text.ptr[*at] != '/') {
        if (groups->used <= 12 && dotted_ahead(text, *at)) {
            uint32_t address;
            if (!take_v4(text, at, &address))
                return false;
            put_v4(groups->byte + groups->used, address);
            groups->used += 4;
            groups->dotted = true;
            return true;
        }
        unsigned group;
        if (groups->used == 16 || !take_group(text, at, &group))
            return false;
        groups->byte[groups->used++] = (uint8_t)(group >> 8);
        groups->byte[groups->used++] = (uint8_t)group;
        due = false;
        if (*at >= text.len || text.ptr[*at] == '/')
            break;
        if (text.ptr[(*at)++] != ':')
            return false;
        due = true;
        if (*at < text.len && text.ptr[*at] == ':') {
            if (groups->gap != NO_GAP)
                return false;
            groups->gap = groups->used;
            ++*at;
            due = false;
        }
    }
    return !due;
}

bool ipv6_parse(struct slice text, struct ipv6 *out_address, unsigned *out_prefix)
{
    text = slice_trim(text);
    memset(out_address, 0, sizeof *out_address);
    uint32_t v4;
    unsigned v4_prefix;
    if (ipv4_parse(text, &v4, &v4_prefix)) {
        out_address->byte[10] = out_address->byte[11] = 0xff;
        put_v4(out_address->byte + 12, v4);
        *out_prefix = MAPPED_BITS + v4_prefix;
        return true;
    }
    struct groups groups = {.gap = NO_GAP};
    size_t at = 0;
    if (!take_groups(text, &at, &groups) || !take_prefix(text, at, V6_BITS, out_prefix))
        return false;
    if (groups.dotted && *out_prefix <= V4_BITS)
        *out_prefix += MAPPED_BITS;
    if (groups.gap == NO_GAP ? groups.used != 16 : groups.used > 14)
        return false; /* "::" is one group at least */
    size_t before = groups.gap == NO_GAP ? 16 : groups.gap;
    memcpy(out_address->byte, groups.byte, before);
    memcpy(out_address->byte + 16 - (groups.used - before), groups.byte + before, groups.used - before);
    return true;
}

bool ipv4_in_prefix(uint32_t address, uint32_t network, unsigned prefix)
{
    uint32_t mask = prefix == 0 ? 0 : UINT32_MAX << (V4_BITS - prefix);
    return ((address ^ network) & mask) == 0;
}

bool ipv6_in_prefix(const struct ipv6 *address, const struct ipv6 *network, unsigned prefix)
{
    unsigned whole = prefix / 8, rest = prefix % 8;
    if (memcmp(address->byte, network->byte, whole) != 0)
        return false;
    return rest == 0 || (address->byte[whole] ^ network->byte[whole]) >> (8 - rest) == 0;
}

bool ipv4_is_private(uint32_t address)
{
    return ipv4_in_prefix(address, UINT32_C(0x0a000000), 8) || ipv4_in_prefix(address, UINT32_C(0xac100000), 12) ||
           ipv4_in_prefix(address, UINT32_C(0xc0a80000), 16);
}
