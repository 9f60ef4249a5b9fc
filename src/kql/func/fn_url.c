/*
 * fn_url.c - parse_url and parse_urlquery: a URL taken apart into a bag of texts.
 *
 * scheme://username:password@host:port/path?query#fragment. What is not there is "". A text without "scheme://" has no
 * host: all of it up to ? or # is its path. Nothing is decoded; an address in brackets keeps them. Of a parameter that
 * stands twice the last one counts.
 * Sources: RFC 3986; Kusto's pages on the two functions and its engine's answers to their examples.
 */
#include "base/mem.h"
#include "kql/func/fn_net.h"
#include "kql/func/fn_text.h"

#include <stdlib.h>

struct url {
    struct slice scheme, host, port, path, username, password, query, fragment;
};

/* The first byte of `set` in text at or after from, or text.len. */
static size_t find_any(struct slice text, size_t from, const char *set)
{
    while (from < text.len && !(text.ptr[from] && strchr(set, text.ptr[from])))
        from++;
    return from;
}

/* Length of "scheme" in "scheme://", or 0. */
static size_t scheme_length(struct slice text)
{
    size_t len = 0;
    while (len < text.len && (ascii_is_alnum(text.ptr[len]) || (len && strchr("+-.", text.ptr[len]) && text.ptr[len])))
        len++;
    bool begins = len > 0 && !ascii_is_digit(text.ptr[0]);
    return begins && slice_starts(slice_cut(text, len, text.len), SLICE("://")) ? len : 0;
}

/* user:password@host:port; the last @ divides, since a host can hold none. */
static void parse_authority(struct slice text, struct url *url)
{
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != '@')
        at--;
    if (at > 0) {
        struct slice user = slice_cut(text, 0, at - 1);
        size_t colon = find_any(user, 0, ":");
        url->username = slice_cut(user, 0, colon);
        url->password = slice_cut(user, colon + 1, user.len);
        text = slice_cut(text, at, text.len);
    }
    size_t digits = text.len;
    while (digits > 0 && ascii_is_digit(text.ptr[digits - 1]))
        digits--;
    bool has_port = digits > 0 && text.ptr[digits - 1] == ':' && find_any(text, digits, "]") == text.len;
    /* Without brackets, a colon further left makes it a bare IPv6 address. */
    if (has_port && text.ptr[0] != '[' && find_any(text, 0, ":") != digits - 1)
        has_port = false;
    url->host = has_port ? slice_cut(text, 0, digits - 1) : text;
    url->port = has_port ? slice_cut(text, digits, text.len) : SLICE("");
}

static void parse_parts(struct slice text, struct url *url)
{
    static const struct url EMPTY = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    *url = EMPTY;
    size_t scheme = scheme_length(text);
    if (scheme) {
        url->scheme = slice_cut(text, 0, scheme);
        size_t start = scheme + 3, end = find_any(text, start, "/?#");
        parse_authority(slice_cut(text, start, end), url);
        text = slice_cut(text, end, text.len);
    }
    size_t path = find_any(text, 0, "?#");
    url->path = slice_cut(text, 0, path);
    size_t query = path < text.len && text.ptr[path] == '?' ? find_any(text, path, "#") : path;
    if (query > path)
        url->query = slice_cut(text, path + 1, query);
    if (query < text.len)
        url->fragment = slice_cut(text, query + 1, text.len);
}

/* --- into a bag --- */

static bool put_text(struct dyn_member *member, const char *key, struct slice text, struct arena *arena)
{
    *member = (struct dyn_member){slice_from_cstr(key), dyn_new_string(text, arena)};
    return member->value != NULL;
}

static const struct dyn *bag_new(const struct dyn_member *members, uint32_t count, struct arena *arena)
{
    struct dyn *bag = arena_zalloc(arena, 1, sizeof *bag);
    if (!bag)
        return NULL;
    bag->kind = DYN_BAG;
    bag->count = count;
    bag->members = members;
    return bag;
}

struct parameter {
    struct slice key, value;
    uint32_t number;
};

static int by_key(const void *a, const void *b)
{
    const struct parameter *left = a, *right = b;
    int order = slice_compare(left->key, right->key);
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

static int by_number(const void *a, const void *b)
{
    const struct parameter *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

/* Leaves the last of equal keys, in the order of the text. */
static uint32_t drop_repeated(struct parameter *parameters, uint32_t count)
{
    uint32_t kept = 0;
    qsort(parameters, count, sizeof *parameters, by_key);
    for (uint32_t i = 0; i < count; i++)
        if (i + 1 == count || !slice_eq(parameters[i].key, parameters[i + 1].key))
            parameters[kept++] = parameters[i];
    qsort(parameters, kept, sizeof *parameters, by_number);
    return kept;
}

static uint32_t split_query(struct slice query, struct parameter *parameters)
{
    uint32_t count = 0;
    for (size_t from = 0; from <= query.len;) {
        size_t end = find_any(query, from, "&");
        struct slice part = slice_cut(query, from, end);
        size_t equals = find_any(part, 0, "=");
        if (part.len) {
            parameters[count] =
                (struct parameter){slice_cut(part, 0, equals), slice_cut(part, equals + 1, part.len), count};
            count++;
        }
        from = end + 1;
    }
    return count;
}

static const struct dyn *query_bag(struct slice query, struct arena *arena)
{
    size_t most = 1;
    for (size_t i = 0; i < query.len; i++)
        most += query.ptr[i] == '&';
    struct parameter *parameters = most <= UINT32_MAX ? mem_array(NULL, most, sizeof *parameters) : NULL;
    if (!parameters)
        return NULL;
    uint32_t count = drop_repeated(parameters, split_query(query, parameters));
    struct dyn_member *members = arena_array(arena, count, sizeof *members);
    bool ok = members != NULL;
    for (uint32_t i = 0; ok && i < count; i++) {
        members[i] = (struct dyn_member){parameters[i].key, dyn_new_string(parameters[i].value, arena)};
        ok = members[i].value != NULL;
    }
    mem_free(parameters);
    return ok ? bag_new(members, count, arena) : NULL;
}

static const struct dyn *url_bag(struct slice text, struct arena *arena)
{
    enum { PARTS = 8 };
    struct url url;
    parse_parts(text, &url);
    struct dyn_member *members = arena_array(arena, PARTS, sizeof *members);
    const struct dyn *query = query_bag(url.query, arena);
    if (!members || !query || !put_text(&members[0], "Scheme", url.scheme, arena) ||
        !put_text(&members[1], "Host", url.host, arena) || !put_text(&members[2], "Port", url.port, arena) ||
        !put_text(&members[3], "Path", url.path, arena) || !put_text(&members[4], "Username", url.username, arena) ||
        !put_text(&members[5], "Password", url.password, arena) ||
        !put_text(&members[7], "Fragment", url.fragment, arena))
        return NULL;
    members[6] = (struct dyn_member){SLICE("Query Parameters"), query};
    return bag_new(members, PARTS, arena);
}

static const struct dyn *urlquery_bag(struct slice text, struct arena *arena)
{
    struct dyn_member *member = arena_alloc(arena, sizeof *member);
    if (slice_starts(text, SLICE("?")))
        text = slice_cut(text, 1, text.len);
    const struct dyn *query = query_bag(text, arena);
    if (!member || !query)
        return NULL;
    *member = (struct dyn_member){SLICE("Query Parameters"), query};
    return bag_new(member, 1, arena);
}

#define BAG_EVAL(name, maker)                                                                                          \
    enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,                   \
                       const struct selection *rows, struct column *out, struct err *err)                              \
    {                                                                                                                  \
        (void)expr;                                                                                                    \
        for (uint32_t i = 0; i < rows->count; i++) {                                                                   \
            const struct dyn *bag = maker(text_of(args[0], rows->rows[i]), eval->arena);                               \
            if (!bag)                                                                                                  \
                return err_no_memory(err, sizeof *bag);                                                                \
            struct value value = value_dyn(bag);                                                                       \
            column_set(out, rows->rows[i], &value);                                                                    \
        }                                                                                                              \
        return ERR_NONE;                                                                                               \
    }

BAG_EVAL(parse_url_eval, url_bag)
BAG_EVAL(parse_urlquery_eval, urlquery_bag)
