/*
 * ddnshunt.h - libddnshunt: is this host below a dynamic-DNS suffix, and who runs it?
 *
 *   ddh_kb *kb;
 *   ddh_match *match = ddh_match_new();
 *   if (match && ddh_kb_open(&kb) == DDH_OK) {
 *       if (ddh_lookup(kb, "hxxp://update[.]duckdns[.]org:8080/a", DDH_ZERO_TERMINATED, match) == DDH_OK)
 *           printf("%s is %s's\n", ddh_match_host(match, NULL), ddh_match_provider(match));
 *       ddh_kb_free(kb);
 *   }
 *   ddh_match_free(match);
 *
 * A knowledge base (ddh_kb) holds the suffixes; those that ddnshunt knows are part of the library, and no file is needed. A
 * match (ddh_match) holds the answer to the last look-up, and the memory that a look-up needs.
 *
 * Threads: the library has no global state. Any number of threads may look up in one knowledge base at the same time, each
 * with a match of its own. While rows are added, no other thread may use that knowledge base.
 *
 * Ownership: what ddh_kb_open() and ddh_match_new() give is the caller's, to be freed with ddh_kb_free() and ddh_match_free().
 * All texts that functions return are UTF-8 (a host that was not, aside), end in a NUL, are never NULL, belong to the library and
 * are good for as long as their function says.
 *
 * Errors: a function that can fail returns a ddh_status. Arguments must not be NULL unless it is said that they may be.
 *
 * Stability: structs are opaque, so that a program built with one version of the library runs with later ones of the same
 * soname. Later versions may add values to the enums.
 */
#ifndef DDNSHUNT_H
#define DDNSHUNT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined __GNUC__
#define DDH_API __attribute__((visibility("default")))
#else
#define DDH_API
#endif

/* Of this header; ddh_version() is that of the library which is linked. */
#define DDH_VERSION "0.1.0"

/* For a length: the text ends at its first NUL. */
#define DDH_ZERO_TERMINATED ((size_t)-1)

typedef struct ddh_kb ddh_kb;
typedef struct ddh_match ddh_match;

typedef enum ddh_status {
    DDH_OK = 0,        /* done; of a look-up: a dynamic-DNS host */
    DDH_NOT_FOUND = 1, /* of a look-up: none */
    DDH_NO_MEMORY = 2, /* an allocation failed */
    DDH_BAD_TABLE = 3, /* a row can't be used: see ddh_kb_message() */
    DDH_NO_FILE = 4,   /* a file can't be read: see ddh_kb_message() */
    DDH_LIMIT = 5      /* a table is too large: see ddh_kb_message() */
} ddh_status;

/* What stands where the look-up expects a host. */
typedef enum ddh_host_kind {
    DDH_HOST_NONE = 0, /* no host */
    DDH_HOST_NAME = 1,
    DDH_HOST_IPV4 = 2, /* an address, in any of its forms: never a dynamic-DNS host */
    DDH_HOST_IPV6 = 3
} ddh_host_kind;

typedef enum ddh_category {
    DDH_NO_CATEGORY = 0,
    DDH_PUBLIC_DDNS = 1, /* anyone can register a name below the suffix */
    DDH_VENDOR_DDNS = 2, /* names are tied to a vendor's device: router, NAS, camera */
    DDH_TUNNEL = 3       /* tunnels and wildcard DNS: no dynamic DNS, but used like it */
} ddh_category;

typedef enum ddh_kind {
    DDH_NO_KIND = 0,
    DDH_USER_HOST = 1, /* a user's name below the suffix */
    DDH_SERVICE = 2    /* the provider's own: the bare suffix, its web site, update API or check-IP */
} ddh_kind;

/* "0.1.0". Good for ever. */
DDH_API const char *ddh_version(void);
/* The status in words, for example "no memory"; "unknown status" for any other number. Good for ever. */
DDH_API const char *ddh_status_text(ddh_status status);
/* "public-ddns", "vendor-ddns", "tunnel"; "" for any other number. Good for ever. */
DDH_API const char *ddh_category_text(ddh_category category);
/* "host", "service"; "" for any other number. Good for ever. */
DDH_API const char *ddh_kind_text(ddh_kind kind);

/* --- a knowledge base --- */

/* The suffixes that ddnshunt knows. Takes about a tenth of a millisecond. DDH_OK or DDH_NO_MEMORY; then *out_kb is untouched. */
DDH_API ddh_status ddh_kb_open(ddh_kb **out_kb);
/* None at all, for one's own. The same errors. */
DDH_API ddh_status ddh_kb_open_empty(ddh_kb **out_kb);
/* NULL is allowed. Matches that were looked up in it must not be asked for provider and purpose any more. */
DDH_API void ddh_kb_free(ddh_kb *kb);

/*
 * Adds the rows of a table: lines of TAB-separated cells, the first of which names the columns (suffix, provider, category,
 * tier, risk, source, published; the first two must be there); lines that begin with '#' are comments. A suffix may be a
 * wildcard (*.example.net) or an exception to one (!www.example.net). A row for a suffix that is there takes its place.
 *
 * table is not needed afterwards. name stands in messages. DDH_OK, DDH_BAD_TABLE, DDH_LIMIT or DDH_NO_MEMORY; unless it is
 * DDH_OK the knowledge base is as it was.
 */
DDH_API ddh_status ddh_kb_add(ddh_kb *kb, const char *table, size_t len, const char *name);
/* The same from a file. Also DDH_NO_FILE. */
DDH_API ddh_status ddh_kb_add_file(ddh_kb *kb, const char *path);
/* Hosts that are a provider's own. Columns: host, provider, category, purpose, source; the first two must be there. */
DDH_API ddh_status ddh_kb_add_services(ddh_kb *kb, const char *table, size_t len, const char *name);
DDH_API ddh_status ddh_kb_add_services_file(ddh_kb *kb, const char *path);

/*
 * What was wrong with the last table that was added, in one line: "rows.tsv:3: no category is called "ddns" (there are
 * ...)"; "" if nothing was. Control characters in it are replaced. Good until the next table is added or kb is freed.
 */
DDH_API const char *ddh_kb_message(const ddh_kb *kb);

/* Suffixes, wildcards and exceptions; hosts of services. */
DDH_API size_t ddh_kb_suffix_count(const ddh_kb *kb);
DDH_API size_t ddh_kb_service_count(const ddh_kb *kb);

/* --- looking up --- */

/* NULL if there is no memory. For one thread at a time; use it again and again, so that look-ups of ASCII need no allocation. */
DDH_API ddh_match *ddh_match_new(void);
/* NULL is allowed. */
DDH_API void ddh_match_free(ddh_match *match);

/*
 * Takes the host out of text and looks for the longest suffix that it ends in. text may be a host name, host:port, a URL, in
 * any case, in Unicode or A-labels, percent-escaped, or defanged ("hxxp://a[.]duckdns[.]org"); it may hold any bytes, and is
 * not needed afterwards. Time is linear in len.
 *
 * DDH_OK: found. DDH_NOT_FOUND: there is no host in it, or none of a dynamic-DNS service. DDH_NO_MEMORY, which can happen only
 * with texts that are longer than those before, or whose host is not ASCII. Tunnels are found too: ask for the category where they
 * are not wanted.
 */
DDH_API ddh_status ddh_lookup(const ddh_kb *kb, const char *text, size_t len, ddh_match *match);

/*
 * What the last look-up with match found; before the first, or if that failed for want of memory, as if there were no host.
 * Texts are good until match is used for another look-up or freed, provider and purpose also only until kb is freed.
 */

/* The host, also if it is no dynamic-DNS host: lower case, A-labels, no dot at its ends; "" if it is no name. It may hold any
 * bytes that text held, NUL among them: out_len gets its length and may be NULL. */
DDH_API const char *ddh_match_host(const ddh_match *match, size_t *out_len);
DDH_API ddh_host_kind ddh_match_host_kind(const ddh_match *match);

/* "" and DDH_NO_... if nothing was found. */

/* The end of the host that is the suffix; of a service below no known suffix the whole host. */
DDH_API const char *ddh_match_suffix(const ddh_match *match);
/* Who runs it. */
DDH_API const char *ddh_match_provider(const ddh_match *match);
DDH_API ddh_category ddh_match_category(const ddh_match *match);
DDH_API ddh_kind ddh_match_kind(const ddh_match *match);
/* What a service's host is for: "web", "update", "check-ip", ...; "" if it is not known to be one. */
DDH_API const char *ddh_match_purpose(const ddh_match *match);

#ifdef __cplusplus
}
#endif

#endif
