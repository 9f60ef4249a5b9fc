/*
 * ip.h - IPv4 and IPv6 addresses and ranges in text, as Kusto's ipv4_* and ipv6_* functions read them.
 */
#ifndef DDNSHUNT_EVENT_IP_H
#define DDNSHUNT_EVENT_IP_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* "a.b.c.d" or "a.b.c.d/n"; out_prefix is 32 where none stands. Host byte order. Leading zeros of an octet are decimal.
 */
bool ipv4_parse(struct slice text, uint32_t *out_address, unsigned *out_prefix);

struct ipv6 {
    uint8_t byte[16];
};
/* IPv6 or IPv4 (as ::ffff:a.b.c.d), with an optional /prefix; an IPv4 prefix n counts as 96 + n,
 * and so does one up to 32 behind an IPv6 address that ends in a dotted quad. No zone. */
bool ipv6_parse(struct slice text, struct ipv6 *out_address, unsigned *out_prefix);

bool ipv4_in_prefix(uint32_t address, uint32_t network, unsigned prefix);
bool ipv6_in_prefix(const struct ipv6 *address, const struct ipv6 *network, unsigned prefix);
/* 10/8, 172.16/12, 192.168/16. */
bool ipv4_is_private(uint32_t address);

#endif
