/*
 * syntax.c - the words of the language as tables: see syntax.h.
 */
#include "kql/syntax/syntax.h"

static const struct syntax_operator OPERATORS[] = {
    {"or", "or", LEVEL_OR, FORM_VALUE},
    {"and", "and", LEVEL_AND, FORM_VALUE},
    {"==", "==", LEVEL_EQUALITY, FORM_VALUE},
    {"!=", "!=", LEVEL_EQUALITY, FORM_VALUE},
    {"<>", "!=", LEVEL_EQUALITY, FORM_VALUE},
    {"in", "in", LEVEL_EQUALITY, FORM_LIST},
    {"!in", "!in", LEVEL_EQUALITY, FORM_LIST},
    {"in~", "in~", LEVEL_EQUALITY, FORM_LIST},
    {"!in~", "!in~", LEVEL_EQUALITY, FORM_LIST},
    {"has_any", "has_any", LEVEL_EQUALITY, FORM_LIST},
    {"has_all", "has_all", LEVEL_EQUALITY, FORM_LIST},
    {"between", "between", LEVEL_EQUALITY, FORM_RANGE},
    {"!between", "!between", LEVEL_EQUALITY, FORM_RANGE},
    {"<", "<", LEVEL_RELATIONAL, FORM_VALUE},
    {"<=", "<=", LEVEL_RELATIONAL, FORM_VALUE},
    {">", ">", LEVEL_RELATIONAL, FORM_VALUE},
    {">=", ">=", LEVEL_RELATIONAL, FORM_VALUE},
    {"+", "+", LEVEL_ADDITIVE, FORM_VALUE},
    {"-", "-", LEVEL_ADDITIVE, FORM_VALUE},
    {"*", "*", LEVEL_MULTIPLICATIVE, FORM_VALUE},
    {"/", "/", LEVEL_MULTIPLICATIVE, FORM_VALUE},
    {"%", "%", LEVEL_MULTIPLICATIVE, FORM_VALUE},
    {"=~", "=~", LEVEL_STRING, FORM_VALUE},
    {"!~", "!~", LEVEL_STRING, FORM_VALUE},
    {"contains", "contains", LEVEL_STRING, FORM_VALUE},
    {"!contains", "!contains", LEVEL_STRING, FORM_VALUE},
    {"contains_cs", "contains_cs", LEVEL_STRING, FORM_VALUE},
    {"!contains_cs", "!contains_cs", LEVEL_STRING, FORM_VALUE},
    {"has", "has", LEVEL_STRING, FORM_VALUE},
    {"!has", "!has", LEVEL_STRING, FORM_VALUE},
    {"has_cs", "has_cs", LEVEL_STRING, FORM_VALUE},
    {"!has_cs", "!has_cs", LEVEL_STRING, FORM_VALUE},
    {"hasprefix", "hasprefix", LEVEL_STRING, FORM_VALUE},
    {"!hasprefix", "!hasprefix", LEVEL_STRING, FORM_VALUE},
    {"hasprefix_cs", "hasprefix_cs", LEVEL_STRING, FORM_VALUE},
    {"!hasprefix_cs", "!hasprefix_cs", LEVEL_STRING, FORM_VALUE},
    {"hassuffix", "hassuffix", LEVEL_STRING, FORM_VALUE},
    {"!hassuffix", "!hassuffix", LEVEL_STRING, FORM_VALUE},
    {"hassuffix_cs", "hassuffix_cs", LEVEL_STRING, FORM_VALUE},
    {"!hassuffix_cs", "!hassuffix_cs", LEVEL_STRING, FORM_VALUE},
    {"startswith", "startswith", LEVEL_STRING, FORM_VALUE},
    {"!startswith", "!startswith", LEVEL_STRING, FORM_VALUE},
    {"startswith_cs", "startswith_cs", LEVEL_STRING, FORM_VALUE},
    {"!startswith_cs", "!startswith_cs", LEVEL_STRING, FORM_VALUE},
    {"endswith", "endswith", LEVEL_STRING, FORM_VALUE},
    {"!endswith", "!endswith", LEVEL_STRING, FORM_VALUE},
    {"endswith_cs", "endswith_cs", LEVEL_STRING, FORM_VALUE},
    {"!endswith_cs", "!endswith_cs", LEVEL_STRING, FORM_VALUE},
    {"matches regex", "matches regex", LEVEL_STRING, FORM_VALUE},
    /* older spellings */
    {"containscs", "contains_cs", LEVEL_STRING, FORM_VALUE},
    {"notcontains", "!contains", LEVEL_STRING, FORM_VALUE},
    {"notcontainscs", "!contains_cs", LEVEL_STRING, FORM_VALUE},
    {"like", NULL, LEVEL_STRING, FORM_VALUE},
    {"notlike", NULL, LEVEL_STRING, FORM_VALUE},
    {"likecs", NULL, LEVEL_STRING, FORM_VALUE},
    {"notlikecs", NULL, LEVEL_STRING, FORM_VALUE},
    {":", NULL, LEVEL_STRING, FORM_VALUE},
};

/* Reserved words by their use as names. Words with a dash or a `!` can't be names by their form. */
static const char *const WORDS_DECLARED[] = {
    "accumulate", "as",     "by",     "contains",    "datatable", "earliest", "externaldata", "find",    "has",
    "in",         "invoke", "latest", "materialize", "mdm",       "of",       "print",        "sample",  "search",
    "set",        "sql",    "title",  "to",          "toscalar",  "totable",  "verbose",      "viewers", "where",
};
static const char *const WORDS_SELECTED[] = {"kind", "with_source", "withsource"};
static const char *const WORDS_RESERVED[] = {
    "3Dchart",
    "__contextual_datatable",
    "__crossCluster",
    "__crossDB",
    "__executeAndCache",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__projectAway",
    "__sourceColumnIndex",
    "and",
    "anomalychart",
    "areachart",
    "asc",
    "bagexpansion",
    "barchart",
    "between",
    "bin_legacy",
    "boolean",
    "byte",
    "cachingpolicy",
    "callout",
    "cancel",
    "card",
    "char",
    "columnchart",
    "contains_cs",
    "containscs",
    "cycles",
    "dataexport",
    "datascope",
    "date",
    "datetime",
    "decimal",
    "decodeblocks",
    "desc",
    "double",
    "dynamic",
    "encodingpolicy",
    "endswith",
    "endswith_cs",
    "expandoutput",
    "extent_tags_retention",
    "external_data",
    "first",
    "flags",
    "float",
    "force_remote",
    "harddelete",
    "hardretention",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "hotcache",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "isfuzzy",
    "journal",
    "ladderchart",
    "last",
    "like",
    "likecs",
    "linechart",
    "long",
    "missing",
    "nooptimization",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "or",
    "others",
    "pathformat",
    "piechart",
    "pivotchart",
    "project",
    "queries",
    "query_results",
    "real",
    "relaxed",
    "restricted_view_access",
    "row_level_security",
    "rowstore",
    "rowstore_references",
    "rowstore_sealinfo",
    "rowstorepolicy",
    "rowstores",
    "scatterchart",
    "seal",
    "seals",
    "shards",
    "simple",
    "softdelete",
    "softretention",
    "stackedareachart",
    "startswith",
    "startswith_cs",
    "statistics",
    "storedqueryresultcontainers",
    "string",
    "tablepurge",
    "time",
    "timechart",
    "timeline",
    "timepivot",
    "timespan",
    "treemap",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "ulong",
    "union",
    "uniqueid",
    "unrestrictedviewers",
    "views",
    "with_itemindex",
    "with_match_id",
    "with_step_name",
    "writeaheadlog",
    /* no keywords, but literals where a value stands */
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "FALSE",
};

static const char *const COMPOUND_WORDS[] = {
    "assert-schema",     "granny-asc",
    "granny-desc",       "graph-mark-components",
    "graph-match",       "graph-shortest-paths",
    "graph-to-table",    "graph-where-edges",
    "graph-where-nodes", "macro-expand",
    "make-graph",        "make-series",
    "matches regex",     "materialized-view-combine",
    "mv-apply",          "mv-expand",
    "parse-kv",          "parse-where",
    "partitioned-by",    "project-away",
    "project-by-names",  "project-keep",
    "project-rename",    "project-reorder",
    "project-smart",     "sample-distinct",
    "top-hitters",       "top-nested",
};

static const struct pipe_word {
    const char *word;
    enum pipe_kind kind;
} PIPES[] = {
    {"where", PIPE_WHERE},
    {"filter", PIPE_WHERE},
    {"extend", PIPE_EXTEND},
    {"project", PIPE_PROJECT},
    {"project-away", PIPE_AWAY},
    {"project-keep", PIPE_KEEP},
    {"project-rename", PIPE_RENAME},
    {"project-reorder", PIPE_REORDER},
    {"sort", PIPE_SORT},
    {"order", PIPE_SORT},
    {"top", PIPE_TOP},
    {"take", PIPE_TAKE},
    {"limit", PIPE_TAKE},
    {"count", PIPE_COUNT},
    {"distinct", PIPE_DISTINCT},
    {"summarize", PIPE_SUMMARIZE},
    {"__executeAndCache", PIPE_MISSING},
    {"__partitionby", PIPE_MISSING},
    {"as", PIPE_MISSING},
    {"assert-schema", PIPE_MISSING},
    {"consume", PIPE_MISSING},
    {"evaluate", PIPE_MISSING},
    {"facet", PIPE_MISSING},
    {"find", PIPE_MISSING},
    {"fork", PIPE_MISSING},
    {"getschema", PIPE_MISSING},
    {"graph-mark-components", PIPE_MISSING},
    {"graph-match", PIPE_MISSING},
    {"graph-shortest-paths", PIPE_MISSING},
    {"graph-to-table", PIPE_MISSING},
    {"graph-where-edges", PIPE_MISSING},
    {"graph-where-nodes", PIPE_MISSING},
    {"invoke", PIPE_MISSING},
    {"join", PIPE_MISSING},
    {"lookup", PIPE_MISSING},
    {"macro-expand", PIPE_MISSING},
    {"make-graph", PIPE_MISSING},
    {"make-series", PIPE_MISSING},
    {"mv-apply", PIPE_MISSING},
    {"mv-expand", PIPE_MISSING},
    {"mvapply", PIPE_MISSING},
    {"mvexpand", PIPE_MISSING},
    {"parse", PIPE_MISSING},
    {"parse-kv", PIPE_MISSING},
    {"parse-where", PIPE_MISSING},
    {"partition", PIPE_MISSING},
    {"project-by-names", PIPE_MISSING},
    {"project-smart", PIPE_MISSING},
    {"reduce", PIPE_MISSING},
    {"render", PIPE_MISSING},
    {"sample", PIPE_MISSING},
    {"sample-distinct", PIPE_MISSING},
    {"scan", PIPE_MISSING},
    {"search", PIPE_MISSING},
    {"serialize", PIPE_MISSING},
    {"top-hitters", PIPE_MISSING},
    {"top-nested", PIPE_MISSING},
    {"union", PIPE_MISSING},
};

static const struct foreign_word {
    const char *word, *kql;
} FOREIGN[] = {
    {"dedup", "distinct"},  {"eval", "extend"},   {"fields", "project"},        {"group", "summarize ... by"},
    {"having", "where"},    {"head", "take"},     {"rename", "project-rename"}, {"select", "project"},
    {"stats", "summarize"}, {"table", "project"}, {"uniq", "distinct"},         {"unique", "distinct"},
};

/* Not operators, or operators that need no table before them. */
static const char *const MISSING_STARTS[] = {
    "__contextual_datatable",
    "evaluate",
    "external_data",
    "externaldata",
    "find",
    "inline_external_table",
    "macro-expand",
    "materialize",
    "materialized-view-combine",
    "search",
    "totable",
    "union",
};

static const char *const HINTS[] = {
    "concurrency",     "distribution", "materialized", "num_partitions", "pass_filters", "pass_filters_column",
    "progressive_top", "remote",       "shufflekey",   "spread",         "strategy",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_word(struct slice word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.ptr, text, word.len) == 0;
}

static bool has_word(const char *const *words, size_t count, struct slice word)
{
    if (word.len == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_word(word, words[i]))
            return true;
    return false;
}

const struct syntax_operator *syntax_operator_find(struct slice text)
{
    if (text.len == 0)
        return NULL;
    for (size_t i = 0; i < COUNT(OPERATORS); i++)
        if (is_word(text, OPERATORS[i].text))
            return &OPERATORS[i];
    return NULL;
}

const struct syntax_operator *syntax_operator_at(unsigned index)
{
    return index < COUNT(OPERATORS) ? &OPERATORS[index] : NULL;
}

bool syntax_level_chains(enum syntax_level level)
{
    return level == LEVEL_OR || level == LEVEL_AND || level == LEVEL_ADDITIVE || level == LEVEL_MULTIPLICATIVE;
}

enum word_use syntax_word_use(struct slice word)
{
    if (has_word(WORDS_DECLARED, COUNT(WORDS_DECLARED), word))
        return WORD_DECLARED;
    if (has_word(WORDS_SELECTED, COUNT(WORDS_SELECTED), word))
        return WORD_SELECTED;
    if (has_word(WORDS_RESERVED, COUNT(WORDS_RESERVED), word))
        return WORD_RESERVED;
    return WORD_FREE;
}

/* Words that mean something in places where a name may stand, and those that do so even before a parenthesis. */
static const char *const WORDS_QUOTED[] = {
    "alias", "declare", "entity_group", "hint", "let", "matches", "not", "null", "nulls", "range", "restrict",
};
static const char *const WORDS_CALLED[] = {"typeof", "view"};

static bool is_identifier(struct slice name)
{
    if (name.len == 0 || !(ascii_is_alnum(name.ptr[0]) || name.ptr[0] == '_') || ascii_is_digit(name.ptr[0]))
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (!ascii_is_alnum(name.ptr[i]) && name.ptr[i] != '_')
            return false;
    return true;
}

bool syntax_is_plain_function(struct slice name)
{
    return is_identifier(name) && syntax_word_use(name) == WORD_FREE &&
           !has_word(WORDS_CALLED, COUNT(WORDS_CALLED), name);
}

bool syntax_is_plain_name(struct slice name)
{
    /* Operators that may be names are quoted too: a reader should not have to know which may. */
    return syntax_is_plain_function(name) && syntax_pipe_kind(name) == PIPE_NONE &&
           !has_word(WORDS_QUOTED, COUNT(WORDS_QUOTED), name);
}

size_t syntax_compound_word(struct slice text)
{
    size_t longest = 0;
    for (size_t i = 0; i < COUNT(COMPOUND_WORDS); i++) {
        struct slice word = slice_from_cstr(COMPOUND_WORDS[i]);
        if (word.len > longest && slice_starts(text, word))
            longest = word.len;
    }
    bool ends = longest == text.len || !(ascii_is_alnum(text.ptr[longest]) || text.ptr[longest] == '_');
    return longest && ends ? longest : 0;
}

enum pipe_kind syntax_pipe_kind(struct slice word)
{
    if (word.len == 0)
        return PIPE_NONE;
    for (size_t i = 0; i < COUNT(PIPES); i++)
        if (is_word(word, PIPES[i].word))
            return PIPES[i].kind;
    return PIPE_NONE;
}

const char *syntax_pipe_word(unsigned index)
{
    /* The missing ones stand behind. */
    return index < COUNT(PIPES) && PIPES[index].kind != PIPE_MISSING ? PIPES[index].word : NULL;
}

const char *syntax_foreign_word(struct slice word)
{
    for (size_t i = 0; i < COUNT(FOREIGN); i++)
        if (slice_eq_nocase(word, slice_from_cstr(FOREIGN[i].word)))
            return FOREIGN[i].kql;
    return NULL;
}

bool syntax_is_missing_start(struct slice word)
{
    return has_word(MISSING_STARTS, COUNT(MISSING_STARTS), word);
}

bool syntax_is_hint(struct slice word)
{
    return has_word(HINTS, COUNT(HINTS), word);
}
