/*
 * api.c - the public C API, include/ddnshunt.h: a thin door to host/ and ddns/, which say how it is done.
 *
 * Its structs add to theirs what a caller must not see move: a message, and texts that end in a NUL.
 */
#include "ddnshunt.h"

#include "base/mem.h"
#include "ddns/kb.h"
#include "host/host.h"

#include <errno.h>
#include <stdio.h>

/* A table that is larger is a mistake, and would be a long wait: the largest known list has 90,000 rows, of 40 bytes. */
enum { FILE_MAX_BYTES = 1 << 30, FILE_READ_BYTES = 1 << 16 };

struct ddh_kb {
    struct kb *kb;
    char message[ERR_WHERE_MAX + ERR_TEXT_MAX + ERR_HINT_MAX + 8];
};

struct ddh_match {
    struct buf scratch; /* host_extract()'s */
    struct buf host;    /* with a NUL behind it; empty if there is no name */
    size_t host_len;    /* without the NUL */
    size_t suffix_len;
    const char *provider, *purpose; /* the knowledge base's */
    ddh_host_kind host_kind;
    ddh_category category;
    ddh_kind kind;
};

/* --- words --- */

const char *ddh_version(void)
{
    return DDH_VERSION;
}

const char *ddh_status_text(ddh_status status)
{
    switch (status) {
    case DDH_OK:
        return "done";
    case DDH_NOT_FOUND:
        return "no dynamic-DNS host";
    case DDH_NO_MEMORY:
        return "no memory";
    case DDH_BAD_TABLE:
        return "a row of the table can't be used";
    case DDH_NO_FILE:
        return "the file can't be read";
    case DDH_LIMIT:
        return "the table is too large";
    }
    return "unknown status";
}

/* The public numbers leave room for "none" before those of kb.h. */
const char *ddh_category_text(ddh_category category)
{
    if (category < DDH_PUBLIC_DDNS || category > DDH_TUNNEL)
        return "";
    return kb_category_name((enum kb_category)(category - DDH_PUBLIC_DDNS));
}

const char *ddh_kind_text(ddh_kind kind)
{
    if (kind < DDH_USER_HOST || kind > DDH_SERVICE)
        return "";
    return kb_kind_name((enum kb_kind)(kind - DDH_USER_HOST));
}

_Static_assert(DDH_PUBLIC_DDNS + KB_TUNNEL == DDH_TUNNEL && KB_CATEGORY_COUNT == 3, "categories in the same order");
_Static_assert(DDH_USER_HOST + KB_SERVICE == DDH_SERVICE, "kinds in the same order");
_Static_assert((int)DDH_HOST_NONE == HOST_NONE && (int)DDH_HOST_NAME == HOST_NAME && (int)DDH_HOST_IPV4 == HOST_IPV4 &&
                   (int)DDH_HOST_IPV6 == HOST_IPV6,
               "kinds of hosts by the same numbers");

/* --- a knowledge base --- */

static ddh_status open_with(enum err_code (*open)(struct kb **, struct err *), ddh_kb **out_kb)
{
    ddh_kb *kb = mem_alloc(sizeof *kb);
    if (!kb)
        return DDH_NO_MEMORY;
    if (open(&kb->kb, NULL) != ERR_NONE) {
        mem_free(kb);
        return DDH_NO_MEMORY;
    }
    kb->message[0] = '\0';
    *out_kb = kb;
    return DDH_OK;
}

ddh_status ddh_kb_open(ddh_kb **out_kb)
{
    return open_with(kb_open, out_kb);
}

ddh_status ddh_kb_open_empty(ddh_kb **out_kb)
{
    return open_with(kb_open_empty, out_kb);
}

void ddh_kb_free(ddh_kb *kb)
{
    if (!kb)
        return;
    kb_free(kb->kb);
    mem_free(kb);
}

/* So that a message can be shown on a terminal whatever a table holds. C1 controls are two bytes in UTF-8. */
static void replace_controls(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
        else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
            c[0] = c[1] = '?';
}

static ddh_status tell(ddh_kb *kb, enum err_code code, const struct err *err)
{
    if (code == ERR_NONE)
        return DDH_OK;
    snprintf(kb->message, sizeof kb->message, "%s%s%s%s%s%s", err->where, err->where[0] ? ": " : "", err->text,
             err->hint[0] ? " (" : "", err->hint, err->hint[0] ? ")" : "");
    replace_controls(kb->message);
    switch (code) {
    case ERR_MEMORY:
        return DDH_NO_MEMORY;
    case ERR_LIMIT:
        return DDH_LIMIT;
    case ERR_INPUT:
        return DDH_NO_FILE;
    default:
        return DDH_BAD_TABLE;
    }
}

typedef enum err_code (*add_fn)(struct kb *kb, struct slice table, const char *name, struct err *err);

static ddh_status add_text(ddh_kb *kb, add_fn add, const char *table, size_t len, const char *name)
{
    struct err err = {0};
    kb->message[0] = '\0';
    struct slice text = slice_of(table, len == DDH_ZERO_TERMINATED ? strlen(table) : len);
    return tell(kb, add(kb->kb, text, name, &err), &err);
}

static enum err_code read_file(FILE *file, struct buf *text, struct err *err)
{
    for (;;) {
        char *room = buf_reserve(text, FILE_READ_BYTES);
        if (!room && text->too_long)
            return err_set(err, ERR_LIMIT, "the file is larger than %d bytes", (int)FILE_MAX_BYTES);
        if (!room)
            return err_no_memory(err, text->len + FILE_READ_BYTES);
        size_t len = fread(room, 1, FILE_READ_BYTES, file);
        text->len += len;
        if (len == FILE_READ_BYTES)
            continue;
        return ferror(file) ? err_errno(err, ERR_INPUT, errno, "can't read it") : ERR_NONE;
    }
}

static ddh_status add_file(ddh_kb *kb, add_fn add, const char *path)
{
    struct err err = {0};
    struct buf text;
    kb->message[0] = '\0';
    buf_init(&text, FILE_MAX_BYTES);
    FILE *file = fopen(path, "rbe"); /* e: not for programs that the caller starts */
    enum err_code code = file ? read_file(file, &text, &err) : err_errno(&err, ERR_INPUT, errno, "can't open it");
    if (file)
        fclose(file);
    if (code == ERR_NONE)
        code = add(kb->kb, buf_slice(&text), path, &err);
    else
        err_at(&err, "%s", path);
    buf_release(&text);
    return tell(kb, code, &err);
}

ddh_status ddh_kb_add(ddh_kb *kb, const char *table, size_t len, const char *name)
{
    return add_text(kb, kb_add, table, len, name);
}

ddh_status ddh_kb_add_file(ddh_kb *kb, const char *path)
{
    return add_file(kb, kb_add, path);
}

ddh_status ddh_kb_add_services(ddh_kb *kb, const char *table, size_t len, const char *name)
{
    return add_text(kb, kb_add_services, table, len, name);
}

ddh_status ddh_kb_add_services_file(ddh_kb *kb, const char *path)
{
    return add_file(kb, kb_add_services, path);
}

const char *ddh_kb_message(const ddh_kb *kb)
{
    return kb->message;
}

size_t ddh_kb_suffix_count(const ddh_kb *kb)
{
    return kb_rule_count(kb->kb);
}

size_t ddh_kb_service_count(const ddh_kb *kb)
{
    return kb_service_count(kb->kb);
}

/* --- looking up --- */

static void match_clear(ddh_match *match)
{
    buf_clear(&match->host);
    match->host_len = match->suffix_len = 0;
    match->provider = match->purpose = "";
    match->host_kind = DDH_HOST_NONE;
    match->category = DDH_NO_CATEGORY;
    match->kind = DDH_NO_KIND;
}

ddh_match *ddh_match_new(void)
{
    ddh_match *match = mem_alloc(sizeof *match);
    if (!match)
        return NULL;
    buf_init(&match->scratch, 0);
    buf_init(&match->host, 0);
    match_clear(match);
    return match;
}

void ddh_match_free(ddh_match *match)
{
    if (!match)
        return;
    buf_release(&match->scratch);
    buf_release(&match->host);
    mem_free(match);
}

static void match_set(ddh_match *match, const struct kb_match *found)
{
    match->suffix_len = found->suffix.len;
    match->provider = found->provider.ptr;
    match->purpose = found->service ? found->service->purpose.ptr : "";
    match->category = (ddh_category)(DDH_PUBLIC_DDNS + (int)found->category);
    match->kind = (ddh_kind)(DDH_USER_HOST + (int)found->kind);
}

ddh_status ddh_lookup(const ddh_kb *kb, const char *text, size_t len, ddh_match *match)
{
    struct host host;
    struct kb_match found;
    match_clear(match);
    struct slice whole = slice_of(text, len == DDH_ZERO_TERMINATED ? strlen(text) : len);
    if (host_extract(whole, &match->scratch, &host, NULL) != ERR_NONE)
        return DDH_NO_MEMORY;
    buf_add(&match->host, host.name);
    if (!buf_cstr(&match->host))
        return DDH_NO_MEMORY;
    match->host_kind = (ddh_host_kind)host.kind;
    match->host_len = host.name.len;
    if (!kb_find(kb->kb, host.name, &found))
        return DDH_NOT_FOUND;
    match_set(match, &found);
    return DDH_OK;
}

const char *ddh_match_host(const ddh_match *match, size_t *out_len)
{
    if (out_len)
        *out_len = match->host_len;
    return match->host_len ? match->host.ptr : "";
}

ddh_host_kind ddh_match_host_kind(const ddh_match *match)
{
    return match->host_kind;
}

const char *ddh_match_suffix(const ddh_match *match)
{
    return match->suffix_len ? match->host.ptr + (match->host_len - match->suffix_len) : "";
}

const char *ddh_match_provider(const ddh_match *match)
{
    return match->provider;
}

ddh_category ddh_match_category(const ddh_match *match)
{
    return match->category;
}

ddh_kind ddh_match_kind(const ddh_match *match)
{
    return match->kind;
}

const char *ddh_match_purpose(const ddh_match *match)
{
    return match->purpose;
}
