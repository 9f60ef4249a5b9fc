/*
 * rule.h - a detection as plain KQL for Microsoft's products: one text that can be pasted, or several that each fit.
 *
 * A rule calls functions that only this program has: ddns_host(RemoteUrl) and its kin. Here these calls become columns, which
 * stages in front of them work out with what every Kusto has, and a list of the suffixes:
 *
 *   let DdnsSuffixes = dynamic({"ddns.net":"No-IP", ...});
 *   DeviceNetworkEvents
 *   | where <tuning>                        what stands in the rule's tree
 *   | extend RemoteHost = ...               rules/host.kql
 *   | extend MatchedSuffix = case(...)      the longest tail of RemoteHost that the list has
 *   | where isnotempty(MatchedSuffix)
 *   | extend DynamicDNSProvider = ..., Category = ..., Kind = ...
 *   | project ...
 *
 * No join, no second table, no mv-expand: so the text also suits detections that run continuously. What a product forbids and
 * how long a text it takes stands in RULE_PRODUCTS, with its source in docs/rule.md.
 *
 * Our own engine gives the same rows for the text as for the rule; only where RemoteUrl has non-ASCII text, which KQL can't map
 * as UTS 46 asks, may they differ (tests/oracle/roundtrip).
 */
#ifndef DDNSHUNT_RULE_RULE_H
#define DDNSHUNT_RULE_RULE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "ddns/kb.h"
#include "kql/ast.h"

enum rule_dialect {
    RULE_DEFENDER, /* Timestamp; AdditionalFields is a string */
    RULE_SENTINEL  /* TimeGenerated; AdditionalFields is dynamic */
};
const char *rule_dialect_name(size_t index); /* "defender", "sentinel"; NULL past the end */

/* Where a text is to run. */
struct rule_product {
    const char *name;
    const char *title; /* "a Sentinel analytics rule" */
    enum rule_dialect dialect;
    uint32_t max_chars;    /* of the query's text; 0: no limit is documented */
    bool row_by_row;       /* one table, no comments, only operators that look at one row */
    bool is_detection;     /* must give Timestamp, DeviceId and ReportId, and should not filter by time */
    bool takes_watchlists; /* _GetWatchlist() */
};
extern const struct rule_product RULE_PRODUCTS[]; /* ends with a row whose name is NULL; the first is for hunting */
const char *rule_product_name(size_t index);      /* NULL past the end */

/* What the rule's tuning can show: rows of others are left out of the list, where that changes no answer. */
struct rule_scope {
    unsigned categories; /* 1 << enum kb_category; 0: all */
    const struct slice *providers, *exclude_providers;
    size_t provider_count, exclude_count;
};

struct rule_request {
    const char *name;  /* of the rule, for the comment at its head */
    struct ast *query; /* tuned; is changed. Nodes whose spans begin at or behind text_len are tuning */
    uint32_t text_len;
    const struct kb *kb;
    struct rule_scope scope;
    const struct rule_product *product;
    enum rule_dialect dialect;
    bool comments;
    uint32_t max_chars; /* UTF-16 units, as the products count; 0: no limit */
    bool split;
    const char *watchlist; /* its alias: the list is there and not in the text; NULL: in the text */
};

/* Things to be told that are no failures. */
struct rule_notes {
    struct slice items[8];
    size_t count;
};

struct rule_texts {
    struct slice *items; /* each a whole query, ends with a line end, has no empty line */
    size_t count;
};

/*
 * The rule as one text, or with request.split as several of at most max_chars whose rows together are those of the one, each row
 * given by one of them only. All in arena. ERR_USAGE: what is asked for can't be said, or doesn't fit; says why and what to do.
 */
enum err_code rule_print(const struct rule_request *request, struct arena *arena, struct rule_texts *out_texts,
                         struct rule_notes *out_notes, struct err *err) MUST_CHECK;

/*
 * The list as a CSV file to make a Sentinel watchlist of: Entry, EntryType (suffix, wildcard, exception, service), Operator,
 * Category. ERR_USAGE if it is more than a watchlist takes.
 */
enum err_code rule_watchlist(const struct kb *kb, const struct rule_scope *scope, struct arena *arena, struct buf *out,
                             struct err *err) MUST_CHECK;
enum { WATCHLIST_BYTES_MAX = 3800000 }; /* of a local file; source in docs/rule.md */

#endif
