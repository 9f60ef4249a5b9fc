/*
 * kb.h - the knowledge base: which dynamic-DNS suffix does a host name end in, and who runs it?
 *
 * Rows are data/providers.tsv and data/services.tsv, compiled into the program, and those of files that a user adds. A rule
 * is a suffix, a wildcard or an exception, in the sense of the Public Suffix List:
 *
 *   duckdns.org        this suffix
 *   *.example.net      each name one label below example.net is a suffix
 *   !www.example.net   ... but not this one: the wildcard does not fit it, nor what is below it; other rules may
 *
 * Of the rules that fit the one with the most labels decides, of a suffix and a wildcard with as many the suffix. A service is
 * a whole host name that is the provider's own (web site, update API, check-IP).
 *
 * Made once, const afterwards, shared by threads without locks. Looking up allocates nothing and costs one hash probe a
 * label, however many rows there are; most hosts are under no suffix, and are done after two.
 *
 * suffix.h is the other matcher of this room: any endings of any bytes, yes or no, for the optimizer's "ends with one of".
 * It knows no labels, wildcards, rows or longest match; this one does not see bytes that are not whole labels.
 */
#ifndef DDNSHUNT_DDNS_KB_H
#define DDNSHUNT_DDNS_KB_H

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum kb_category {
    KB_PUBLIC_DDNS, /* anyone can register a name below it */
    KB_VENDOR_DDNS, /* tied to a vendor's device: router, NAS, camera */
    KB_TUNNEL,      /* tunnels and wildcard DNS: no DDNS, but used like it */
    KB_CATEGORY_COUNT
};
/* "public-ddns", "vendor-ddns", "tunnel". */
const char *kb_category_name(enum kb_category category);
bool kb_category_parse(struct slice name, enum kb_category *out_category);

enum kb_risk { KB_RISK_LOW, KB_RISK_MEDIUM, KB_RISK_HIGH, KB_RISK_COUNT };
const char *kb_risk_name(enum kb_risk risk);
bool kb_risk_parse(struct slice name, enum kb_risk *out_risk);

#define KB_TIER_NONE '-'

/* A row of providers.tsv. Behind each text stands a NUL. */
struct kb_rule {
    struct slice suffix;   /* lower case, A-labels; without the "*." or "!" */
    bool wildcard, except; /* at most one */
    struct slice provider; /* the operator */
    enum kb_category category;
    char tier; /* 'A', 'B', 'C': how well the suffix is attested; see data/README.md. KB_TIER_NONE: nothing is said */
    enum kb_risk risk;
    struct slice source;    /* keys of data/README.md, comma-separated; "" if the file says none */
    struct slice published; /* the name that the published query gives it, or "" */
};

/* A row of services.tsv. Behind each text stands a NUL. */
struct kb_service {
    struct slice host;
    struct slice provider;
    enum kb_category category;
    struct slice purpose; /* "web", "update", "check-ip", ... */
    struct slice source;
};

struct arena;
struct kb;

/* The most rows of one table. */
enum { KB_ROWS_MAX = 10000000 };

/* --- making one --- */

/* The rows that the program was built with. Ready in a tenth of a millisecond. */
enum err_code kb_open(struct kb **out_kb, struct err *err) MUST_CHECK;
/* No rows at all. */
enum err_code kb_open_empty(struct kb **out_kb, struct err *err) MUST_CHECK;
void kb_free(struct kb *kb); /* NULL is allowed */

/*
 * Adds the rows of a table in the form of providers.tsv: TAB-separated, '#' comments, columns by their names in the first
 * row, of which only suffix and provider must be there (category: public-ddns, tier: KB_TIER_NONE, risk: low, the others: "").
 * Suffixes may be in any case, in Unicode or A-labels, and have two labels at least. A row for a rule that is there already
 * takes its place; the same rule twice in one table is an error, and so is an exception without its wildcard.
 *
 * name is for messages: err->where is "NAME:LINE". Any failure leaves kb as it was. Text is copied. While rows are added
 * nobody else may use kb, and pointers to rows that are replaced stay good until kb_free().
 */
enum err_code kb_add(struct kb *kb, struct slice table, const char *name, struct err *err) MUST_CHECK;
/* The same for the form of services.tsv: host and provider must be there. */
enum err_code kb_add_services(struct kb *kb, struct slice table, const char *name, struct err *err) MUST_CHECK;
/* Is it such a table? Its first row names a column "host", and none "suffix". */
bool kb_table_is_services(struct slice table);

/*
 * Checks a cell that is to be a name below which, or at which, hosts are found, and gives it in the form in which hosts come:
 * lower case, A-labels. NUL-terminated in arena.
 */
enum err_code kb_name_check(struct slice cell, struct arena *arena, struct slice *out_name, struct err *err) MUST_CHECK;

/* --- asking --- */

enum kb_kind {
    KB_HOST,   /* a user's name below the suffix */
    KB_SERVICE /* the provider's own: the bare suffix, or a row of services */
};
const char *kb_kind_name(enum kb_kind kind); /* "host", "service" */

struct kb_match {
    struct slice suffix; /* the longest that fits, a part of host; for a service below no known suffix the whole host */
    struct slice provider; /* borrowed from kb */
    enum kb_category category;
    enum kb_kind kind;
    const struct kb_rule *rule;       /* NULL for a service below no known suffix */
    const struct kb_service *service; /* NULL if the host is none */
};

/*
 * host is normalised as host_extract() gives it; no other form is found. False, out_match untouched, if it is under no known
 * suffix and no service. Where a host is a service, provider and category are the service's.
 */
bool kb_find(const struct kb *kb, struct slice host, struct kb_match *out_match);

/* --- listing: in the order of their text --- */

uint32_t kb_rule_count(const struct kb *kb);
const struct kb_rule *kb_rule_at(const struct kb *kb, uint32_t index);
uint32_t kb_service_count(const struct kb *kb);
const struct kb_service *kb_service_at(const struct kb *kb, uint32_t index);
/* The most labels that a suffix has, wildcards counted as the label that they stand for. */
unsigned kb_labels_max(const struct kb *kb);

#endif
