/*
 * fn_net.c - ipv4_*, ipv6_*, parse_ipv*, format_ipv4*: addresses and ranges in text.
 *
 * What is no address gives null (or "" where the result is text). Where two prefixes meet, the shorter one counts; the
 * bits of a range below its prefix do not.
 * Source: the functions' pages in the Kusto reference, and its engine's answers for their examples.
 */
#include "kql/func/fn_net.h"
#include "event/ip.h"
#include "event/ip_range.h"
#include "kql/func/fn_text.h"

#define EVAL_PARAMETERS                                                                                                \
    struct eval *eval, const struct expr *expr, const struct column *const *args, const struct selection *rows,        \
        struct column *out, struct err *err

enum { V4_BITS = 32, V6_BITS = 128, ANSWER_NULL = -2 };

/* A row's answer as a number; ANSWER_NULL for null. */
typedef int64_t row_answer(const struct expr *expr, const struct column *const *args, uint32_t row);

static enum err_code answer_rows(row_answer *answer, EVAL_PARAMETERS)
{
    (void)eval, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t value = answer(expr, args, rows->rows[i]);
        if (value == ANSWER_NULL)
            cell_set_null(out, rows->rows[i]);
        else
            out->i64[rows->rows[i]] = value;
    }
    return ERR_NONE;
}

#define ANSWER_EVAL(name, answer)                                                                                      \
    static enum err_code name(EVAL_PARAMETERS)                                                                         \
    {                                                                                                                  \
        return answer_rows(answer, eval, expr, args, rows, out, err);                                                  \
    }

static uint32_t v4_mask(uint32_t address, unsigned prefix)
{
    return prefix == 0 ? 0 : address & (UINT32_MAX << (V4_BITS - prefix));
}

static struct ipv6 v6_mask(struct ipv6 address, unsigned prefix)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned bits = prefix > 8 * i ? prefix - 8 * i : 0;
        if (bits < 8)
            address.byte[i] &= (uint8_t)(0xFF00 >> bits);
    }
    return address;
}

/* The prefix that argument `arg` gives, or `most` where the call has none. False: null or out of range. */
static bool prefix_arg(const struct expr *expr, const struct column *const *args, uint32_t row, uint32_t arg,
                       unsigned most, unsigned *out_prefix)
{
    *out_prefix = most;
    if (arg >= expr->arg_count)
        return true;
    int64_t prefix = long_of(args[arg], row);
    *out_prefix = (unsigned)prefix;
    return !column_is_null(args[arg], row) && prefix >= 0 && prefix <= (int64_t)most;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* --- one address --- */

static int64_t is_private_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    (void)expr;
    uint32_t address;
    unsigned prefix;
    return ipv4_parse(text_of(args[0], row), &address, &prefix) ? ipv4_is_private(address) : ANSWER_NULL;
}

static int64_t parse_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    uint32_t address;
    unsigned prefix, wanted;
    if (!ipv4_parse(text_of(args[0], row), &address, &prefix) || !prefix_arg(expr, args, row, 1, V4_BITS, &wanted))
        return ANSWER_NULL;
    return v4_mask(address, least(prefix, wanted));
}

static int64_t netmask_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    (void)expr;
    uint32_t address;
    unsigned prefix;
    return ipv4_parse(text_of(args[0], row), &address, &prefix) ? (int64_t)prefix : ANSWER_NULL;
}

ANSWER_EVAL(is_private_eval, is_private_row)
ANSWER_EVAL(parse_ipv4_eval, parse_row)
ANSWER_EVAL(netmask_eval, netmask_row)

/* --- comparison --- */

static int64_t compare_v4_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    uint32_t a, b;
    unsigned prefix_a, prefix_b, prefix;
    if (!ipv4_parse(text_of(args[0], row), &a, &prefix_a) || !ipv4_parse(text_of(args[1], row), &b, &prefix_b) ||
        !prefix_arg(expr, args, row, 2, V4_BITS, &prefix))
        return ANSWER_NULL;
    prefix = least(prefix, least(prefix_a, prefix_b));
    a = v4_mask(a, prefix);
    b = v4_mask(b, prefix);
    return (a > b) - (a < b);
}

/* For comparison ::a.b.c.d, written with points, is the IPv4 address too, as the engine has it. */
static bool v6_comparable(struct slice text, struct ipv6 *out_address, unsigned *out_prefix)
{
    static const struct ipv6 ZERO;
    if (!ipv6_parse(text, out_address, out_prefix))
        return false;
    if (memcmp(out_address, &ZERO, 12) == 0 && slice_find(text, SLICE("."), 0) >= 0)
        out_address->byte[10] = out_address->byte[11] = 0xFF;
    return true;
}

static int64_t compare_v6_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    struct ipv6 a, b;
    unsigned prefix_a, prefix_b, prefix;
    if (!v6_comparable(text_of(args[0], row), &a, &prefix_a) || !v6_comparable(text_of(args[1], row), &b, &prefix_b) ||
        !prefix_arg(expr, args, row, 2, V6_BITS, &prefix))
        return ANSWER_NULL;
    prefix = least(prefix, least(prefix_a, prefix_b));
    a = v6_mask(a, prefix);
    b = v6_mask(b, prefix);
    int order = memcmp(&a, &b, sizeof a);
    return (order > 0) - (order < 0);
}

static int64_t match_v4_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    int64_t order = compare_v4_row(expr, args, row);
    return order == ANSWER_NULL ? ANSWER_NULL : order == 0;
}

static int64_t match_v6_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    int64_t order = compare_v6_row(expr, args, row);
    return order == ANSWER_NULL ? ANSWER_NULL : order == 0;
}

ANSWER_EVAL(ipv4_compare_eval, compare_v4_row)
ANSWER_EVAL(ipv6_compare_eval, compare_v6_row)
ANSWER_EVAL(ipv4_match_eval, match_v4_row)
ANSWER_EVAL(ipv6_match_eval, match_v6_row)

/* --- ranges --- */

/* Is the address in the range? ANSWER_NULL where either is none. */
static int64_t v4_in_range(struct slice text, struct slice range)
{
    uint32_t address, network;
    unsigned address_prefix, prefix;
    if (!ipv4_parse(text, &address, &address_prefix) || !ipv4_parse(range, &network, &prefix))
        return ANSWER_NULL;
    return ipv4_in_prefix(v4_mask(address, address_prefix), network, prefix);
}

static int64_t v6_in_range(struct slice text, struct slice range)
{
    struct ipv6 address, network;
    unsigned address_prefix, prefix;
    if (!ipv6_parse(text, &address, &address_prefix) || !ipv6_parse(range, &network, &prefix))
        return ANSWER_NULL;
    address = v6_mask(address, address_prefix);
    return ipv6_in_prefix(&address, &network, prefix);
}

typedef int64_t range_question(struct slice text, struct slice range);

/* True if one range says so; else null if one could not be read (or there was none to read); else false. */
static int64_t any_of(int64_t so_far, int64_t next)
{
    if (so_far == 1 || next == 1)
        return 1;
    return so_far == ANSWER_NULL || next == ANSWER_NULL ? ANSWER_NULL : 0;
}

static int64_t in_any_range(range_question *question, const struct expr *expr, const struct column *const *args,
                            uint32_t row)
{
    struct slice text = text_of(args[0], row);
    int64_t answer = question(text, text) == ANSWER_NULL ? ANSWER_NULL : 0;
    if (answer == ANSWER_NULL)
        return ANSWER_NULL;
    if (args[1]->type != TYPE_DYNAMIC) {
        for (uint32_t a = 1; a < expr->arg_count && answer != 1; a++)
            answer = any_of(answer, question(text, text_of(args[a], row)));
        return answer;
    }
    const struct dyn *ranges = args[1]->dyn[column_cell(args[1], row)];
    if (ranges->kind == DYN_STRING)
        return question(text, ranges->str);
    if (ranges->kind != DYN_ARRAY)
        return ANSWER_NULL;
    for (uint32_t i = 0; i < ranges->count && answer != 1; i++) {
        const struct dyn *range = ranges->items[i];
        answer = any_of(answer, range->kind == DYN_STRING ? question(text, range->str) : ANSWER_NULL);
    }
    return answer;
}

/* What a constant list of ranges is made into. */
struct prepared_ranges {
    size_t count;
    struct ip_range *items;
};

typedef bool range_parse(struct slice text, struct ip_range *out_range);

/* The text of the list's entry number i, as arguments or in an array; false: it is no constant text. */
static bool range_text(const struct expr *expr, uint32_t i, struct slice *out_text)
{
    const struct expr *list = expr->args[1];
    if (list->type == TYPE_DYNAMIC) {
        const struct dyn *range = list->value.dyn->items[i];
        *out_text = range->kind == DYN_STRING ? range->str : SLICE("");
        return range->kind == DYN_STRING;
    }
    const struct expr *range = expr->args[1 + i];
    *out_text = range->value.str;
    return range->kind == EXPR_CONST && range->type == TYPE_STRING;
}

/* A list with something that is no range answers null in places: it is left as it is. */
static enum err_code ranges_make(range_parse *parse, struct expr *expr, struct arena *arena, struct err *err)
{
    const struct expr *list = expr->args[1];
    bool is_array = list->type == TYPE_DYNAMIC;
    if (list->kind != EXPR_CONST || (is_array && (list->value.is_null || list->value.dyn->kind != DYN_ARRAY)))
        return ERR_NONE;
    uint32_t count = is_array ? list->value.dyn->count : expr->arg_count - 1;
    if (count == 0)
        return ERR_NONE;
    struct prepared_ranges *ranges = arena_zalloc(arena, 1, sizeof *ranges);
    struct ip_range *items = arena_array(arena, count, sizeof *items);
    struct slice text;
    if (!ranges || !items)
        return err_no_memory(err, count * sizeof *items);
    for (uint32_t i = 0; i < count; i++)
        if (!range_text(expr, i, &text) || !parse(text, &items[i]))
            return ERR_NONE;
    *ranges = (struct prepared_ranges){ip_ranges_settle(items, count), items};
    expr->prepared = ranges;
    return ERR_NONE;
}

static enum err_code prepare_v4_ranges(struct expr *expr, struct arena *arena, struct err *err)
{
    return ranges_make(ip_range_parse_v4, expr, arena, err);
}

static enum err_code prepare_v6_ranges(struct expr *expr, struct arena *arena, struct err *err)
{
    return ranges_make(ip_range_parse, expr, arena, err);
}

static int64_t in_prepared(range_parse *parse, const struct prepared_ranges *ranges, struct slice text)
{
    struct ip_range address;
    if (!parse(text, &address))
        return ANSWER_NULL;
    address.prefix = V6_BITS; /* its first address counts */
    return ip_ranges_hold(ranges->items, ranges->count, &address);
}

static int64_t in_any_v4_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    return expr->prepared ? in_prepared(ip_range_parse_v4, expr->prepared, text_of(args[0], row))
                          : in_any_range(v4_in_range, expr, args, row);
}

static int64_t in_any_v6_row(const struct expr *expr, const struct column *const *args, uint32_t row)
{
    return expr->prepared ? in_prepared(ip_range_parse, expr->prepared, text_of(args[0], row))
                          : in_any_range(v6_in_range, expr, args, row);
}

ANSWER_EVAL(ipv4_in_any_eval, in_any_v4_row)
ANSWER_EVAL(ipv6_in_any_eval, in_any_v6_row)

/* --- as text --- */

static void v4_to_text(uint32_t address, struct buf *out)
{
    buf_printf(out, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16 & 255),
               (unsigned)(address >> 8 & 255), (unsigned)(address & 255));
}

/* An address as text or as a number. */
static bool v4_of(const struct column *column, uint32_t row, uint32_t *out_address, unsigned *out_prefix)
{
    if (column->type == TYPE_STRING)
        return ipv4_parse(text_of(column, row), out_address, out_prefix);
    int64_t number = long_of(column, row);
    *out_address = (uint32_t)number;
    *out_prefix = V4_BITS;
    return number >= 0 && number <= UINT32_MAX;
}

static enum err_code format_rows(bool with_prefix, EVAL_PARAMETERS)
{
    struct buf buf;
    enum err_code code = ERR_NONE;
    buf_init(&buf, TEXT_RESULT_MAX);
    for (uint32_t i = 0; code == ERR_NONE && i < rows->count; i++) {
        uint32_t row = rows->rows[i], address;
        unsigned prefix, wanted;
        buf_clear(&buf);
        if (v4_of(args[0], row, &address, &prefix) && prefix_arg(expr, args, row, 1, V4_BITS, &wanted)) {
            prefix = least(prefix, wanted);
            v4_to_text(v4_mask(address, prefix), &buf);
            if (with_prefix)
                buf_printf(&buf, "/%u", prefix);
        }
        code = text_result(eval, expr, &buf, &out->str[row], err);
    }
    buf_release(&buf);
    return code;
}

static enum err_code format_ipv4_eval(EVAL_PARAMETERS)
{
    return format_rows(false, eval, expr, args, rows, out, err);
}

static enum err_code format_ipv4_mask_eval(EVAL_PARAMETERS)
{
    return format_rows(true, eval, expr, args, rows, out, err);
}

static void v6_to_text(const struct ipv6 *address, struct buf *out)
{
    for (unsigned i = 0; i < 16; i += 2)
        buf_printf(out, "%s%02x%02x", i ? ":" : "", address->byte[i], address->byte[i + 1]);
}

static enum err_code parse_ipv6_eval(EVAL_PARAMETERS)
{
    struct buf buf;
    enum err_code code = ERR_NONE;
    buf_init(&buf, TEXT_RESULT_MAX);
    for (uint32_t i = 0; code == ERR_NONE && i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct ipv6 address;
        unsigned prefix, wanted;
        buf_clear(&buf);
        if (ipv6_parse(text_of(args[0], row), &address, &prefix) && prefix_arg(expr, args, row, 1, V6_BITS, &wanted)) {
            address = v6_mask(address, least(prefix, wanted));
            v6_to_text(&address, &buf);
        }
        code = text_result(eval, expr, &buf, &out->str[row], err);
    }
    buf_release(&buf);
    return code;
}

/* --- the table --- */

#define NET_ROW(name_text, signature_text, eval_name, doc_text)                                                        \
    {                                                                                                                  \
        .name = name_text, .signature = signature_text, .null_rule = NULL_STRICT, .cost = 12, .eval = eval_name,       \
        .doc = doc_text                                                                                                \
    }

const struct func FUNCS_NET[] = {
    NET_ROW("ipv4_is_private", "S:b", is_private_eval, "ipv4_is_private(ip): in 10/8, 172.16/12 or 192.168/16"),
    NET_ROW("ipv4_is_in_range", "SS:b", ipv4_in_any_eval, "ipv4_is_in_range(ip, range): range is a.b.c.d/n"),
    {.name = "ipv4_is_in_any_range",
     .signature = "Sy:b SSS*:b",
     .null_rule = NULL_STRICT,
     .cost = 12,
     .prepare = prepare_v4_ranges,
     .eval = ipv4_in_any_eval,
     .doc = "ipv4_is_in_any_range(ip, range, ...): in one of them"},
    NET_ROW("ipv4_compare", "SS:l SSl:l", ipv4_compare_eval, "ipv4_compare(a, b[, prefix]): -1, 0 or 1"),
    NET_ROW("ipv4_is_match", "SS:b SSl:b", ipv4_match_eval, "ipv4_is_match(a, b[, prefix]): the same network"),
    NET_ROW("ipv4_netmask_suffix", "S:l", netmask_eval, "ipv4_netmask_suffix(ip): n of a.b.c.d/n, or 32"),
    NET_ROW("parse_ipv4", "S:l", parse_ipv4_eval, "parse_ipv4(ip): as a number, cut to its prefix"),
    NET_ROW("parse_ipv4_mask", "Sl:l", parse_ipv4_eval, "parse_ipv4_mask(ip, prefix): as a number, cut to the prefix"),
    NET_ROW("format_ipv4", "S:s Sl:s l:s ll:s", format_ipv4_eval, "format_ipv4(ip[, prefix]): a.b.c.d"),
    NET_ROW("format_ipv4_mask", "S:s Sl:s l:s ll:s", format_ipv4_mask_eval,
            "format_ipv4_mask(ip[, prefix]): a.b.c.d/n"),
    NET_ROW("ipv6_compare", "SS:l SSl:l", ipv6_compare_eval, "ipv6_compare(a, b[, prefix]): -1, 0 or 1; IPv4 too"),
    NET_ROW("ipv6_is_match", "SS:b SSl:b", ipv6_match_eval, "ipv6_is_match(a, b[, prefix]): the same network"),
    NET_ROW("ipv6_is_in_range", "SS:b", ipv6_in_any_eval, "ipv6_is_in_range(ip, range): IPv4 too"),
    {.name = "ipv6_is_in_any_range",
     .signature = "Sy:b SSS*:b",
     .null_rule = NULL_STRICT,
     .cost = 12,
     .prepare = prepare_v6_ranges,
     .eval = ipv6_in_any_eval,
     .doc = "ipv6_is_in_any_range(ip, range, ...): in one of them"},
    NET_ROW("parse_ipv6", "S:s", parse_ipv6_eval, "parse_ipv6(ip): eight groups of four digits, cut to its prefix"),
    NET_ROW("parse_ipv6_mask", "Sl:s", parse_ipv6_eval, "parse_ipv6_mask(ip, prefix): the same, cut to the prefix"),
    NET_ROW("has_ipv4", "SS:b", has_ipv4_eval, "has_ipv4(text, ip): the address stands in the text"),
    NET_ROW("has_any_ipv4", "Sy:b SSS*:b", has_ipv4_eval, "has_any_ipv4(text, ip, ...): one of them does"),
    NET_ROW("has_ipv4_prefix", "SS:b", has_ipv4_prefix_eval,
            "has_ipv4_prefix(text, prefix): an address that begins with \"a.b.\" stands in the text"),
    NET_ROW("has_any_ipv4_prefix", "Sy:b SSS*:b", has_ipv4_prefix_eval,
            "has_any_ipv4_prefix(text, prefix, ...): one that begins with one of them does"),
    NET_ROW("parse_url", "S:y", parse_url_eval, "parse_url(url): a bag of its parts, all text"),
    NET_ROW("parse_urlquery", "S:y", parse_urlquery_eval, "parse_urlquery(query): a bag of its parameters"),
    {.name = NULL},
};
