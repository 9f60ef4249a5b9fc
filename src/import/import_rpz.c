/*
 * import_rpz.c - response policy zones: zone files in which "name CNAME ." blocks a name.
 *
 * A trigger's name is the owner without the zone's own name. Both "name" and "*.name" are the suffix. A CNAME to rpz-passthru
 * takes a name out again; one to anywhere else, and address records, lead it away: it is blocked as well. Triggers on addresses
 * and name servers (below rpz-ip, rpz-nsdname ...) name no suffix.
 * Sources: RFC 1035, section 5 (master files); draft-vixie-dnsop-dns-rpz, sections 3 and 4.
 */
#include "import/import_int.h"

enum { OWNER_MAX = 1024 }; /* no name is longer, even with each byte written as \DDD */

struct zone {
    struct import *import;
    uint64_t line;
    struct slice apex;   /* the zone's name, "" while it is not known */
    struct slice origin; /* of names without a dot at their end; "" the same */
    struct slice owner;  /* of the record before */
    bool open;           /* in parentheses */
};

/* Up to a semicolon that does not stand in quotes. */
static struct slice without_comment(struct slice line)
{
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '"')
            quoted = !quoted;
        else if (line.ptr[i] == ';' && !quoted)
            return slice_cut(line, 0, i);
    }
    return line;
}

static bool is_one_of(struct slice word, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (slice_eq_nocase(word, slice_from_cstr(words[i])))
            return true;
    return false;
}

/* TTL or class: what may stand before the type, in any order. */
static bool is_before_type(struct slice word)
{
    static const char *const CLASSES[] = {"IN", "CH", "HS", NULL};
    return (word.len > 0 && ascii_is_digit(word.ptr[0])) || is_one_of(word, CLASSES);
}

static struct slice take_type(struct slice *rest)
{
    struct slice word = import_word(rest);
    while (is_before_type(word))
        word = import_word(rest);
    return word;
}

static bool rpz_detect(const struct import *import, struct slice head)
{
    (void)import;
    static const char *const TYPES[] = {"SOA", "CNAME", NULL}, *const DIRECTIVES[] = {"$TTL", "$ORIGIN", NULL};
    enum { LINES_MAX = 200 };
    struct slice line;
    for (size_t lines = 0; lines < LINES_MAX && line_take(&head, &line); lines++) {
        struct slice rest = without_comment(line);
        bool has_owner = rest.len > 0 && rest.ptr[0] != ' ' && rest.ptr[0] != '\t';
        struct slice word = has_owner ? import_word(&rest) : SLICE("");
        if (is_one_of(word, DIRECTIVES) || (rest.len > 0 && is_one_of(take_type(&rest), TYPES)))
            return true;
    }
    return false;
}

/* --- names --- */

static bool is_absolute(struct slice name)
{
    return name.len > 0 && name.ptr[name.len - 1] == '.';
}

/* The whole name of an owner, without a dot at its end, in `into`. False: it is too long to be one. */
static bool whole_name(const struct zone *zone, struct slice owner, char into[OWNER_MAX], struct slice *out_name)
{
    bool apex = slice_eq(owner, SLICE("@")), absolute = is_absolute(owner);
    struct slice own = apex ? SLICE("") : slice_cut(owner, 0, owner.len - absolute);
    struct slice origin = absolute ? SLICE("") : zone->origin;
    bool dot = own.len > 0 && origin.len > 0;
    if (own.len + dot + origin.len > OWNER_MAX)
        return false;
    size_t len = 0;
    for (size_t i = 0; i < own.len; i++)
        into[len++] = own.ptr[i];
    if (dot)
        into[len++] = '.';
    for (size_t i = 0; i < origin.len; i++)
        into[len++] = origin.ptr[i];
    *out_name = slice_of(into, len);
    return true;
}

static bool ends_with_name(struct slice name, struct slice tail)
{
    if (name.len <= tail.len)
        return slice_eq_nocase(name, tail);
    struct slice end = slice_cut(name, name.len - tail.len, name.len);
    return tail.len == 0 || (name.ptr[name.len - tail.len - 1] == '.' && slice_eq_nocase(end, tail));
}

static enum err_code keep(struct zone *zone, struct slice name, struct slice *out_kept, struct err *err)
{
    *out_kept = arena_copy(&zone->import->arena, name);
    return out_kept->ptr ? ERR_NONE : err_no_memory(err, name.len);
}

/* --- records --- */

static bool is_other_trigger(struct slice name)
{
    static const char *const TRIGGERS[] = {"rpz-ip", "rpz-client-ip", "rpz-nsdname", "rpz-nsip"};
    for (size_t i = 0; i < sizeof TRIGGERS / sizeof *TRIGGERS; i++)
        if (ends_with_name(name, slice_from_cstr(TRIGGERS[i])))
            return true;
    return false;
}

/* The record's owner names a suffix, if it does. */
static enum err_code read_trigger(struct zone *zone, bool allowed, struct err *err)
{
    char into[OWNER_MAX];
    struct slice name;
    if (!whole_name(zone, zone->owner, into, &name)) {
        import_refuse(zone->import, zone->line, "the name is too long");
        return ERR_NONE;
    }
    if (!ends_with_name(name, zone->apex)) {
        import_refuse(zone->import, zone->line, "the name is not of this zone");
        return ERR_NONE;
    }
    name = slice_cut(name, 0, name.len - zone->apex.len);
    if (name.len == 0) /* the zone itself */
        return ERR_NONE;
    if (zone->apex.len > 0)
        name.len--;
    if (is_other_trigger(name)) {
        import_pass(zone->import, "triggers on addresses and name servers");
        return ERR_NONE;
    }
    return import_name(zone->import, zone->line, name, allowed ? IMPORT_ALLOWED : IMPORT_PLAIN_NAME, SLICE(""), err);
}

static enum err_code read_soa(struct zone *zone, struct err *err)
{
    char into[OWNER_MAX];
    struct slice name;
    if (!whole_name(zone, zone->owner, into, &name))
        return ERR_NONE;
    TRY(keep(zone, name, &zone->apex, err));
    if (zone->origin.len == 0)
        zone->origin = zone->apex;
    return ERR_NONE;
}

static enum err_code read_record(struct zone *zone, struct slice rest, struct err *err)
{
    static const char *const PASSTHRU[] = {"rpz-passthru.", NULL}, *const ADDRESSES[] = {"A", "AAAA", NULL};
    struct slice type = take_type(&rest);
    if (slice_eq_nocase(type, SLICE("SOA")))
        return read_soa(zone, err);
    if (slice_eq_nocase(type, SLICE("CNAME")))
        return read_trigger(zone, is_one_of(import_word(&rest), PASSTHRU), err);
    if (is_one_of(type, ADDRESSES))
        return read_trigger(zone, false, err);
    if (slice_eq_nocase(type, SLICE("NS")))
        return ERR_NONE;
    if (type.len == 0)
        import_refuse(zone->import, zone->line, "the record has no type");
    else
        import_pass(zone->import, "records of other types");
    return ERR_NONE;
}

static enum err_code read_directive(struct zone *zone, struct slice word, struct slice rest, struct err *err)
{
    if (slice_eq_nocase(word, SLICE("$ORIGIN"))) {
        char into[OWNER_MAX];
        struct slice name, origin = import_word(&rest);
        if (!whole_name(zone, origin, into, &name))
            return ERR_NONE;
        TRY(keep(zone, name, &zone->origin, err));
    } else if (!slice_eq_nocase(word, SLICE("$TTL"))) {
        import_refuse(zone->import, zone->line, "the directive is not followed");
    }
    return ERR_NONE;
}

/* A parenthesis opens what goes on over the next lines: nothing that is asked for stands there. */
static void note_parentheses(struct zone *zone, struct slice line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '(')
            zone->open = true;
        else if (line.ptr[i] == ')')
            zone->open = false;
    }
}

static enum err_code read_line(struct zone *zone, struct slice line, struct err *err)
{
    bool inside = zone->open;
    line = without_comment(line);
    note_parentheses(zone, line);
    if (inside || slice_trim(line).len == 0)
        return ERR_NONE;
    struct slice rest = line;
    if (line.ptr[0] != ' ' && line.ptr[0] != '\t') {
        struct slice word = import_word(&rest);
        if (word.ptr[0] == '$')
            return read_directive(zone, word, rest, err);
        zone->owner = word;
    }
    return read_record(zone, rest, err);
}

static enum err_code rpz_read(struct import *import, struct slice text, struct err *err)
{
    struct zone zone = {.import = import, .owner = SLICE("@")};
    struct slice line;
    for (zone.line = 1; line_take(&text, &line); zone.line++)
        TRY(read_line(&zone, line, err));
    return ERR_NONE;
}

const struct import_type IMPORT_RPZ = {
    .name = "rpz", .title = "response policy zone: name CNAME .", .detect = rpz_detect, .read = rpz_read};
