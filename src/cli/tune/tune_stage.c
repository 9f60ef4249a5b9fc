/*
 * tune_stage.c - the predicate of each kind of tuning, as KQL: see tune.h.
 *
 * A list becomes one predicate, however long it is: a set for whole names, one regular expression for patterns. The optimizer
 * makes a set of endings of what --allow writes, so that ten thousand approved domains cost what one does.
 *
 * What is null or unknown is said for each: a function gives null for text that is no address, and not(null) is null, which
 * would drop the row; coalesce() says which way it falls.
 */
#include "cli/tune/tune.h"
#include "event/datetime.h"
#include "kql/syntax/parser.h"

enum {
    PATTERN_BYTES = 256 * 1024, /* beyond this a list of endings goes on in a second regular expression */
    PATTERN_GLOBS = 200         /* the same for globs: more, and a match could run into its limit of steps */
};

static void add_literal(struct slice text, struct buf *out)
{
    const struct value value = value_str(text);
    kql_print_literal(&value, out);
}

static void add_literals(const struct slice *texts, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_cstr(out, i > 0 ? ", " : "");
        add_literal(texts[i], out);
    }
}

/* `column !in~ ("a", "b")` */
static void add_set(const char *column, const char *op, const struct slice *texts, size_t count, struct buf *out)
{
    buf_printf(out, "%s %s (", column, op);
    add_literals(texts, count, out);
    buf_add_char(out, ')');
}

/* --- times --- */

static void add_time(const char *op, const struct tune_time *time, struct buf *out)
{
    if (!time->given)
        return;
    const struct value value = value_i64(time->is_ago ? TYPE_TIMESPAN : TYPE_DATETIME, time->ticks);
    buf_printf(out, "Timestamp %s %s", op, time->is_ago ? "ago(" : "");
    kql_print_literal(&value, out);
    buf_add_cstr(out, time->is_ago ? ")" : "");
}

/* --- addresses --- */

/* Private, loopback and link-local addresses; those mapped into IPv6 lie in the IPv4 ranges as well. */
static const char *const INSIDE[] = {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8",
                                     "169.254.0.0/16", "::1/128",       "fc00::/7",       "fe80::/10"};
enum { INSIDE_COUNT = sizeof INSIDE / sizeof *INSIDE };

static bool is_inside(struct slice range)
{
    for (size_t i = 0; i < INSIDE_COUNT; i++)
        if (slice_eq(range, slice_from_cstr(INSIDE[i])))
            return true;
    return false;
}

/* ipv6_is_in_any_range() takes IPv4 in both places too, and knows mapped addresses. */
static void begin_ranges(const char *column, struct buf *out)
{
    buf_printf(out, "coalesce(ipv6_is_in_any_range(%s, dynamic([", column);
}

static void end_ranges(struct buf *out)
{
    buf_add_cstr(out, "])), false)");
}

static void add_ranges(const char *column, const struct tune_names *ranges, struct buf *out)
{
    begin_ranges(column, out);
    add_literals(ranges->items, ranges->count, out);
    end_ranges(out);
}

static void add_outbound(const struct tuning *tuning, struct buf *out)
{
    buf_add_cstr(out, "ActionType !startswith \"Inbound\" and not(");
    begin_ranges("RemoteIP", out);
    for (size_t i = 0; i < INSIDE_COUNT; i++)
        buf_printf(out, "%s\"%s\"", i > 0 ? ", " : "", INSIDE[i]);
    for (size_t i = 0; i < tuning->local_nets.count; i++) {
        if (is_inside(tuning->local_nets.items[i]))
            continue;
        buf_add_cstr(out, ", ");
        add_literal(tuning->local_nets.items[i], out);
    }
    end_ranges(out);
    buf_add_char(out, ')');
}

/* --- approved domains --- */

/* A byte of a name or a glob that means itself. */
static void add_escaped(char c, struct buf *out)
{
    if (c != '\0' && strchr("\\.+*?()|[]{}^$", c))
        buf_add_char(out, '\\');
    buf_add_char(out, c);
}

/* not(strcat(".", host) matches regex @"\.(?:a\.b|c)$"): with the dot before it, a name is below itself. */
static void add_allow(const struct tune_names *allow, const char *column, struct buf *out)
{
    struct buf pattern;
    buf_init(&pattern, 0);
    for (size_t i = 0; i < allow->count; i++) {
        buf_add_cstr(&pattern, pattern.len == 0 ? "\\.(?:" : "|");
        for (size_t k = 0; k < allow->items[i].len; k++)
            add_escaped(allow->items[i].ptr[k], &pattern);
        if (pattern.len < PATTERN_BYTES && i + 1 < allow->count)
            continue;
        buf_add_cstr(&pattern, ")$");
        buf_printf(out, "%snot(strcat(\".\", %s) matches regex ", out->len > 0 ? " and " : "", column);
        add_literal(buf_slice(&pattern), out);
        buf_add_char(out, ')');
        out->failed |= pattern.failed;
        buf_clear(&pattern);
    }
    buf_release(&pattern);
}

/* --- globs --- */

bool glob_is_plain(struct slice glob)
{
    for (size_t i = 0; i < glob.len; i++)
        if (glob.ptr[i] == '*' || glob.ptr[i] == '?')
            return false;
    return true;
}

void glob_pattern(struct slice glob, struct buf *out)
{
    for (size_t i = 0; i < glob.len; i++) {
        char c = glob.ptr[i];
        if (c == '*' && i > 0 && glob.ptr[i - 1] == '*')
            continue;
        if (c == '*')
            buf_add_cstr(out, ".*");
        else if (c == '?')
            buf_add_char(out, '.');
        else
            add_escaped(c, out);
    }
}

static bool has_char(struct slice text, char c)
{
    return text.len > 0 && memchr(text.ptr, c, text.len) != NULL;
}

/* What a pattern is compared with, and which patterns are. */
struct subject {
    const char *column;
    bool (*has)(struct slice glob);
    const char *pattern_end; /* of each pattern */
};

static bool is_any(struct slice glob)
{
    (void)glob;
    return true;
}

static bool is_device(struct slice glob)
{
    return !has_char(glob, '.');
}

static bool is_full_device(struct slice glob)
{
    return has_char(glob, '.');
}

static bool is_account(struct slice glob)
{
    return !has_char(glob, '\\') && !has_char(glob, '@');
}

static bool is_domain_account(struct slice glob)
{
    return has_char(glob, '\\');
}

static bool is_upn(struct slice glob)
{
    return has_char(glob, '@') && !has_char(glob, '\\');
}

static void add_and(struct buf *out)
{
    buf_add_cstr(out, out->len > 0 ? " and " : "");
}

/* The plain names among them: column !in~ (...). column may differ from that of the patterns. */
static void add_plain_names(const struct tune_names *globs, const struct subject *subject, const char *column,
                            struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < globs->count; i++) {
        if (!subject->has(globs->items[i]) || !glob_is_plain(globs->items[i]))
            continue;
        if (first) {
            add_and(out);
            buf_printf(out, "%s !in~ (", column);
        } else {
            buf_add_cstr(out, ", ");
        }
        add_literal(globs->items[i], out);
        first = false;
    }
    buf_add_cstr(out, first ? "" : ")");
}

/* Ends the pattern and adds its predicate. */
static void end_patterns(const struct subject *subject, struct buf *pattern, struct buf *out)
{
    if (pattern->len == 0)
        return;
    buf_printf(pattern, ")%s$", subject->pattern_end);
    add_and(out);
    buf_printf(out, "not(%s matches regex ", subject->column);
    add_literal(buf_slice(pattern), out);
    buf_add_char(out, ')');
    out->failed |= pattern->failed;
    buf_clear(pattern);
}

/* The others: not(column matches regex @"(?is)^(?:a.*|b)$") */
static void add_patterns(const struct tune_names *globs, const struct subject *subject, struct buf *out)
{
    struct buf pattern;
    size_t count = 0;
    buf_init(&pattern, 0);
    for (size_t i = 0; i < globs->count; i++) {
        if (!subject->has(globs->items[i]) || glob_is_plain(globs->items[i]))
            continue;
        buf_add_cstr(&pattern, pattern.len == 0 ? "(?is)^(?:" : "|");
        glob_pattern(globs->items[i], &pattern);
        if (++count % PATTERN_GLOBS == 0)
            end_patterns(subject, &pattern, out);
    }
    end_patterns(subject, &pattern, out);
    out->failed |= pattern.failed;
    buf_release(&pattern);
}

static void add_globs(const struct tune_names *globs, const struct subject *subject, struct buf *out)
{
    add_plain_names(globs, subject, subject->column, out);
    add_patterns(globs, subject, out);
}

/* A name without a dot is the first label, whatever stands behind it. */
static void add_devices(const struct tune_names *globs, struct buf *out)
{
    static const struct subject BARE = {"DeviceName", is_device, "(?:\\..*)?"};
    static const struct subject FULL = {"DeviceName", is_full_device, ""};
    add_plain_names(globs, &BARE, "tostring(split(DeviceName, \".\")[0])", out);
    add_patterns(globs, &BARE, out);
    add_globs(globs, &FULL, out);
}

static void add_accounts(const struct tune_names *globs, struct buf *out)
{
    static const struct subject NAME = {"InitiatingProcessAccountName", is_account, ""};
    static const struct subject DOMAIN = {
        "strcat(InitiatingProcessAccountDomain, @\"\\\", InitiatingProcessAccountName)", is_domain_account, ""};
    static const struct subject UPN = {"InitiatingProcessAccountUpn", is_upn, ""};
    add_globs(globs, &NAME, out);
    add_globs(globs, &DOMAIN, out);
    add_globs(globs, &UPN, out);
}

/* --- all --- */

void stage_categories(unsigned categories, struct buf *out)
{
    buf_add_cstr(out, "dynamic([");
    bool first = true;
    for (unsigned i = 0; i < KB_CATEGORY_COUNT; i++) {
        if (!(categories & 1u << i))
            continue;
        buf_printf(out, "%s\"%s\"", first ? "" : ", ", kb_category_name((enum kb_category)i));
        first = false;
    }
    buf_add_cstr(out, "])");
}

static void add_categories(unsigned categories, const char *column, struct buf *out)
{
    if (categories == 0 || categories == (1u << KB_CATEGORY_COUNT) - 1)
        return;
    buf_printf(out, "%s in (", column);
    stage_categories(categories, out);
    buf_add_char(out, ')');
}

bool stage_column(enum tune_stage stage, const char **out_column, const char **out_function)
{
    switch (stage) {
    case STAGE_ALLOW:
        *out_column = "RemoteHost";
        *out_function = "ddns_host(RemoteUrl)";
        return true;
    case STAGE_PROVIDER:
    case STAGE_EXCLUDE_PROVIDER:
        *out_column = "DynamicDNSProvider";
        *out_function = "ddns_provider(RemoteUrl)";
        return true;
    case STAGE_CATEGORY:
        *out_column = "Category";
        *out_function = "ddns_category(RemoteUrl)";
        return true;
    default:
        return false;
    }
}

static void add_names(const char *column, const char *op, const struct tune_names *names, struct buf *out)
{
    if (names->count > 0)
        add_set(column, op, names->items, names->count, out);
}

static void add_local(const struct tuning *tuning, bool keep, struct buf *out)
{
    const struct tune_names *ranges = keep ? &tuning->local_nets : &tuning->exclude_local;
    if (ranges->count == 0)
        return;
    buf_add_cstr(out, keep ? "" : "not(");
    add_ranges("LocalIP", ranges, out);
    buf_add_cstr(out, keep ? "" : ")");
}

void stage_write(enum tune_stage stage, const struct tuning *tuning, const char *column, struct buf *out)
{
    static const struct subject PROCESS = {"InitiatingProcessFileName", is_any, ""};
    switch (stage) {
    case STAGE_SINCE:
        add_time(">=", &tuning->since, out);
        return;
    case STAGE_UNTIL:
        add_time("<", &tuning->until, out);
        return;
    case STAGE_ACTION:
        add_names("ActionType", "in~", &tuning->actions, out);
        return;
    case STAGE_OUTBOUND:
        if (tuning->outbound)
            add_outbound(tuning, out);
        return;
    case STAGE_LOCAL_NET:
    case STAGE_EXCLUDE_LOCAL:
        add_local(tuning, stage == STAGE_LOCAL_NET, out);
        return;
    case STAGE_EXCLUDE_DEVICE:
        add_devices(&tuning->exclude_devices, out);
        return;
    case STAGE_EXCLUDE_PROCESS:
        add_globs(&tuning->exclude_processes, &PROCESS, out);
        return;
    case STAGE_EXCLUDE_ACCOUNT:
        add_accounts(&tuning->exclude_accounts, out);
        return;
    case STAGE_ALLOW:
        add_allow(&tuning->allow, column, out);
        return;
    case STAGE_PROVIDER:
        add_names(column, "in~", &tuning->providers, out);
        return;
    case STAGE_EXCLUDE_PROVIDER:
        add_names(column, "!in~", &tuning->exclude_providers, out);
        return;
    case STAGE_CATEGORY:
        add_categories(tuning->categories, column, out);
        return;
    case STAGE_COUNT:
        return;
    }
}
