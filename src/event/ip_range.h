/*
 * ip_range.h - a list of ranges of addresses, made so that a look-up costs the same however long it is.
 */
#ifndef DDNSHUNT_EVENT_IP_RANGE_H
#define DDNSHUNT_EVENT_IP_RANGE_H

#include "event/ip.h"

struct ip_range {
    struct ipv6 first;
    unsigned prefix; /* of 128 bits */
};

/* IPv4 (mapped into IPv6) or IPv6, as ipv6_parse() reads it. False if it is none. */
bool ip_range_parse(struct slice text, struct ip_range *out_range);
/* IPv4 alone, as ipv4_parse() reads it. */
bool ip_range_parse_v4(struct slice text, struct ip_range *out_range);

/* Puts them in order and leaves out those that lie in another; returns how many are left, [0, n). */
size_t ip_ranges_settle(struct ip_range *ranges, size_t count);

/* Does all of the range lie in one of the settled ones? An address is the range with prefix 128. */
bool ip_ranges_hold(const struct ip_range *settled, size_t count, const struct ip_range *range);

#endif
