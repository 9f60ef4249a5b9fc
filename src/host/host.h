/*
 * host.h - from whatever a RemoteUrl holds to a normalised host name, or "no host".
 *
 * Telemetry has bare names, host:port, full URLs, defanged and disguised forms. The way to the host is a fixed row of
 * steps, each of which plain KQL can say too (rules/, `ddnshunt rule`), so that the printed rule and this function agree on
 * every text whose host is ASCII:
 *
 *    1. Marks are cut off both ends: U+0000..U+0020 " ' ` < >, and the spaces, quotation marks and invisible characters beyond
 *       ASCII (U+00A0 U+00AB U+00BB U+2000-200F U+2018-201F U+2028-202F U+2039 U+203A U+205F-206F U+3000 U+FEFF). Tab, LF and CR
 *       are taken out wherever they stand.
 *    2. A-Z become a-z.
 *    3. Defanged separators are restored: . dot : :// :/ // / @ between two brackets ([ ( { and ] ) }, which need not be of
 *       one kind), with spaces inside and around, are ".", ".", ":", "://", ":/", "//", "/", "@".
 *    4. Of a UNC path of WebDAV (\\name@SSL\, \\name@8080\, \\name@SSL@443\; slashes of either kind, or file:// before it) the
 *       name is left. The scheme goes, with the slashes behind it: http: ws: ftp: (each also with an s before the colon; a t of http
 *       may be x, * or _, that of ftp x) with any number of slashes and backslashes, none included; any other scheme only with two
 *       behind it, and these alone; a text that begins with two or more slashes or backslashes loses them. With these goes what
 *       browsers put before a URL: blob: filesystem: view-source:.
 *    5. What is left ends before the first / \ ? or #.
 *    6. Everything up to the last @ (user-info) goes.
 *    7. Marks are cut off both ends once more.
 *    8. [text] in brackets, with or without a colon and a port behind it, is its inside.
 *    9. Two or more colons among nothing but 0-9 a-f : . (and a zone behind %) are an IPv6 address: no host name.
 *   10. The first colon and all behind it (a port) goes.
 *   11. Percent-escapes of letters, digits, "-", "." and "_" are decoded, once; other escapes of ASCII stay as they stand.
 *   12. Dots , ; ( ) and marks at both ends go.
 *   13. A name whose last label is all digits, or 0x and hexadecimal digits, is an IPv4 address to every browser: no name.
 *
 * Only where the host then holds non-ASCII text, as bytes or as percent-escapes, does it take the slow road between steps 11
 * and 12: escapes of UTF-8 decoded (those of anything else stay), dots of all kinds (U+3002 U+FF0E U+FF61 U+2024 U+FE52, and two
 * and three in U+2025 U+2026) made dots, what UTS 46 drops taken out, and each label with non-ASCII text mapped by UTS 46
 * (non-transitional) to its ASCII form by libidn2. A label that it refuses keeps its bytes with A-Z lower-cased: no name is ever
 * dropped for being invalid, too long or ill-formed, since the suffix behind it is sought all the same. Labels over 500 bytes, and
 * those before the last 128, are not asked for. Valid UTF-8 gives valid UTF-8.
 *
 * Linear in the text. Sources: WHATWG URL Standard (host and authority state, host parsing, IPv4 "ends in a number"), RFC 3986,
 * UTS 46; differences from WHATWG are listed in docs/hosts.md and held by a test.
 */
#ifndef DDNSHUNT_HOST_HOST_H
#define DDNSHUNT_HOST_HOST_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum host_kind {
    HOST_NONE, /* nothing there */
    HOST_NAME, /* a name; host holds it */
    HOST_IPV4, /* an address in one of its forms: never a name */
    HOST_IPV6
};

struct host {
    enum host_kind kind;
    /* HOST_NAME: lower case, A-labels where libidn2 took it, no dots at its ends; otherwise empty. Borrows from the text
     * or from scratch: good until the next use of either. */
    struct slice name;
};

/*
 * text: any bytes. scratch: a growing buffer for names that do not stand in the text as they are; cleared by each call, so
 * that one buffer serves a thread. Plain ASCII in lower case allocates nothing. ERR_MEMORY is the only failure.
 */
enum err_code host_extract(struct slice text, struct buf *scratch, struct host *out_host, struct err *err) MUST_CHECK;

/*
 * The same for texts in which the host stands as it is, in lower case, alone or before a path or a port: nearly all. False: it
 * takes more to tell, ask host_extract(). The host borrows from the text.
 */
bool host_extract_plain(struct slice text, struct host *out_host);

/* The same for a text of a-z 0-9 - . _ alone. The host borrows from it. */
void host_of_name(struct slice name, struct host *out_host);

#endif
