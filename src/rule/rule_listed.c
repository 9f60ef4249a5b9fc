/*
 * rule_listed.c - does a text keep to what is documented for detections that run continuously? See rule_int.h.
 *
 * The list is that of Azure Monitor's transformations, to which Defender's page on custom detections points; docs/rule.md has both
 * addresses.
 */
#include "kql/syntax/parser.h"
#include "rule/rule_int.h"

/* What the list of supported features names, beyond + - and the like. docs/rule.md has its source. */
static const char *const LISTED[] = {
    "!=",
    "!contains",
    "!contains_cs",
    "!endswith",
    "!endswith_cs",
    "!has",
    "!has_cs",
    "!in",
    "!startswith",
    "!startswith_cs",
    "!~",
    "%",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<=",
    "==",
    "=~",
    ">",
    ">=",
    "abs",
    "ago",
    "and",
    "array_concat",
    "array_length",
    "bin",
    "case",
    "ceiling",
    "columnifexists",
    "contains",
    "contains_cs",
    "countof",
    "datetime_add",
    "datetime_diff",
    "datetime_part",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "endofday",
    "endofmonth",
    "endofweek",
    "endofyear",
    "endswith",
    "endswith_cs",
    "exp",
    "exp10",
    "exp2",
    "extract",
    "extract_all",
    "floor",
    "getmonth",
    "gettype",
    "getyear",
    "has",
    "has_cs",
    "hash_sha256",
    "hourofday",
    "iif",
    "in",
    "indexof",
    "isempty",
    "isfinite",
    "isinf",
    "isnan",
    "isnotempty",
    "isnotnull",
    "isnull",
    "log",
    "log10",
    "log2",
    "make_datetime",
    "make_timespan",
    "matches regex",
    "max_of",
    "min_of",
    "not",
    "now",
    "or",
    "pack",
    "pack_array",
    "parse_json",
    "pow",
    "round",
    "sign",
    "split",
    "startofday",
    "startofmonth",
    "startofweek",
    "startofyear",
    "startswith",
    "startswith_cs",
    "strcat",
    "strcat_delim",
    "strlen",
    "substring",
    "tobool",
    "todatetime",
    "todouble",
    "toguid",
    "toint",
    "tolong",
    "tolower",
    "toreal",
    "tostring",
    "totimespan",
    "toupper",
    "weekofyear",
};

static bool is_listed(struct slice name)
{
    for (size_t i = 0; i < sizeof LISTED / sizeof *LISTED; i++)
        if (slice_eq(name, slice_from_cstr(LISTED[i])))
            return true;
    return false;
}

static bool was_named(struct slice name, const struct buf *names)
{
    struct slice rest = buf_slice(names);
    while (rest.len > 0) {
        ptrdiff_t comma = slice_find(rest, SLICE(", "), 0);
        size_t end = comma < 0 ? rest.len : (size_t)comma;
        if (slice_eq(slice_cut(rest, 0, end), name))
            return true;
        rest = slice_cut(rest, comma < 0 ? rest.len : end + 2, rest.len);
    }
    return false;
}

/* Depth: AST_DEPTH_MAX, and a pipeline's operators. */
static void collect(const struct ast *ast, struct buf *names)
{
    bool asked = ast->kind == AST_CALL || ast->kind == AST_BINARY || ast->kind == AST_UNARY;
    if (asked && !is_listed(ast->text) && !was_named(ast->text, names)) {
        buf_add_cstr(names, names->len ? ", " : "");
        buf_add(names, ast->text);
    }
    for (uint32_t i = 0; i < ast->child_count; i++)
        collect(ast->children[i], names);
}

enum err_code listed_check(struct slice text, struct arena *arena, struct buf *out_names, struct err *err)
{
    struct ast *query = NULL;
    TRY(kql_parse(text, arena, &query, err));
    collect(query, out_names);
    return out_names->failed ? err_no_memory(err, out_names->len) : ERR_NONE;
}
