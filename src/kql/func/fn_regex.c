/*
 * fn_regex.c - matches regex, extract, extract_all, replace_regex, trim and its kin, countof, indexof_regex.
 *
 * A constant pattern is compiled while the query is planned, and a bad one is the query's error. A pattern that each row
 * brings itself is compiled when it differs from the row's before; a bad one there gives null, since data must not stop
 * a query. Where no engine can decide, the row is rejected and its value null.
 * Sources: the functions' pages in the Kusto reference; semantics, section 7.
 */
#include "kql/func/eval.h"
#include "kql/func/fn_text.h"
#include "kql/func/func.h"
#include "kql/regex/regex.h"

#include "base/utf8.h"

/* --- patterns --- */

/* What prepare makes: trim needs two, all others one. */
struct compiled {
    struct regex *regex[2];
};

static void compiled_release(void *prepared)
{
    struct compiled *compiled = prepared;
    for (unsigned i = 0; compiled && i < 2; i++) {
        regex_free(compiled->regex[i]);
        compiled->regex[i] = NULL;
    }
}

/* A function's use of a pattern: which argument it is, and how it is anchored. */
struct pattern_use {
    uint32_t arg;
    uint32_t count; /* of anchors */
    enum regex_anchor anchors[2];
};

static const struct pattern_use FIRST = {0, 1, {REGEX_ANCHOR_NONE}};
static const struct pattern_use SECOND = {1, 1, {REGEX_ANCHOR_NONE}};
static const struct pattern_use AT_START = {0, 1, {REGEX_ANCHOR_START}};
static const struct pattern_use AT_END = {0, 1, {REGEX_ANCHOR_END}};
static const struct pattern_use AT_BOTH = {0, 2, {REGEX_ANCHOR_START, REGEX_ANCHOR_END}};

static enum err_code compile_for(const struct pattern_use *use, struct slice pattern, struct compiled *compiled,
                                 struct err *err)
{
    for (uint32_t i = 0; i < use->count; i++)
        TRY(regex_compile_anchored(pattern, use->anchors[i], &compiled->regex[i], err));
    return ERR_NONE;
}

static enum err_code pattern_prepare(const struct pattern_use *use, struct expr *expr, struct arena *arena,
                                     struct err *err)
{
    const struct expr *arg = expr->args[use->arg];
    if (arg->kind != EXPR_CONST || arg->type != TYPE_STRING)
        return ERR_NONE;
    struct compiled *compiled = arena_zalloc(arena, 1, sizeof *compiled);
    if (!compiled)
        return err_no_memory(err, sizeof *compiled);
    enum err_code code = compile_for(use, arg->value.str, compiled, err);
    if (code != ERR_NONE) {
        compiled_release(compiled);
        if (err && (code == ERR_QUERY || code == ERR_UNSUPPORTED)) {
            err->has_span = true;
            err->span = arg->span;
        }
        return code;
    }
    expr->prepared = compiled;
    return ERR_NONE;
}

static enum err_code first_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return pattern_prepare(&FIRST, expr, arena, err);
}

static enum err_code second_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return pattern_prepare(&SECOND, expr, arena, err);
}

static enum err_code start_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return pattern_prepare(&AT_START, expr, arena, err);
}

static enum err_code end_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return pattern_prepare(&AT_END, expr, arena, err);
}

static enum err_code both_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return pattern_prepare(&AT_BOTH, expr, arena, err);
}

/* --- a walk over the rows of a call --- */

struct walk {
    struct eval *eval;
    const struct expr *expr;
    const struct column *const *args;
    const struct selection *rows;
    struct column *out;
    const struct pattern_use *use;
    struct regex_scratch *scratch;
    /* The pattern of the row at hand. */
    const struct compiled *compiled; /* NULL: a bad one */
    struct compiled own;             /* of the last row that brought its own */
    struct slice own_pattern;
    bool has_own;
    uint32_t row;
};

/* Gives the row at hand its value; *out_undecided instead, where no engine could tell. */
typedef enum err_code row_function(struct walk *walk, bool *out_undecided, struct err *err);

static enum err_code walk_pattern(struct walk *walk, struct err *err)
{
    if (walk->expr->prepared)
        return ERR_NONE;
    struct slice pattern = text_of(walk->args[walk->use->arg], walk->row);
    if (walk->has_own && slice_eq(pattern, walk->own_pattern))
        return ERR_NONE;
    compiled_release(&walk->own);
    struct err bad;
    enum err_code code = compile_for(walk->use, pattern, &walk->own, &bad);
    if (code == ERR_MEMORY)
        return err_no_memory(err, pattern.len);
    walk->compiled = code == ERR_NONE ? &walk->own : NULL;
    walk->own_pattern = pattern;
    walk->has_own = true;
    return ERR_NONE;
}

static enum err_code walk_row(struct walk *walk, row_function *function, struct err *err)
{
    bool undecided = false;
    TRY(walk_pattern(walk, err));
    if (!walk->compiled) {
        cell_set_null(walk->out, walk->row);
        return ERR_NONE;
    }
    TRY(function(walk, &undecided, err));
    if (!undecided)
        return ERR_NONE;
    cell_set_null(walk->out, walk->row);
    if (!walk->eval->batch)
        return err_query(err, ERR_LIMIT, walk->expr->span, "a regular expression could not be decided");
    return batch_reject(walk->eval->batch, walk->row, REJECT_UNDECIDED,
                        "a regular expression met its limit on this row", err);
}

static enum err_code walk_rows(const struct pattern_use *use, row_function *function, struct eval *eval,
                               const struct expr *expr, const struct column *const *args, const struct selection *rows,
                               struct column *out, struct err *err)
{
    if (!eval->regex)
        TRY(regex_scratch_new(&eval->regex, err));
    struct walk walk = {.eval = eval, .expr = expr, .args = args, .rows = rows, .out = out, .use = use};
    walk.scratch = eval->regex;
    walk.compiled = expr->prepared;
    enum err_code code = ERR_NONE;
    for (uint32_t i = 0; code == ERR_NONE && i < rows->count; i++) {
        walk.row = rows->rows[i];
        code = walk_row(&walk, function, err);
    }
    compiled_release(&walk.own);
    return code;
}

#define WALK_EVAL(name, use, function)                                                                                 \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        return walk_rows(&use, function, eval, expr, args, rows, out, err);                                            \
    }

static struct slice match_group(struct slice text, const struct regex_match *match, uint32_t group)
{
    if (match->start[group] == SIZE_MAX)
        return SLICE("");
    return slice_cut(text, match->start[group], match->end[group]);
}

/* --- all matches of a text, none overlapping another --- */

struct matches {
    const struct regex *regex;
    struct regex_scratch *scratch;
    struct slice text;
    size_t from, last_end; /* last_end SIZE_MAX: none yet */
    struct regex_match match;
};

static void matches_init(struct matches *matches, const struct walk *walk, struct slice text)
{
    *matches = (struct matches){.regex = walk->compiled->regex[0], .scratch = walk->scratch};
    matches->text = text;
    matches->last_end = SIZE_MAX;
}

/* An empty match right behind another does not count; the search goes on a character further. */
static enum regex_outcome matches_next(struct matches *matches)
{
    while (matches->from <= matches->text.len) {
        enum regex_outcome outcome =
            regex_find(matches->regex, matches->scratch, matches->text, matches->from, &matches->match);
        if (outcome != REGEX_YES)
            return outcome;
        size_t start = matches->match.start[0], end = matches->match.end[0];
        if (end > start || end != matches->last_end) {
            matches->from = matches->last_end = end;
            return REGEX_YES;
        }
        if (end == matches->text.len)
            return REGEX_NO;
        matches->from = end;
        (void)utf8_next(matches->text, &matches->from);
    }
    return REGEX_NO;
}

/* --- matches regex --- */

static enum err_code matches_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    (void)err;
    struct slice text = text_of(walk->args[0], walk->row);
    enum regex_outcome outcome = regex_test(walk->compiled->regex[0], walk->scratch, text);
    *out_undecided = outcome == REGEX_UNDECIDED;
    walk->out->i64[walk->row] = outcome == REGEX_YES;
    return ERR_NONE;
}

WALK_EVAL(matches_eval, SECOND, matches_row)

/* --- extract --- */

static enum err_code extract_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    (void)err;
    expr->type = expr->arg_count == 4 ? expr->args[3]->type : TYPE_STRING;
    return ERR_NONE;
}

static enum err_code extract_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    const struct regex *regex = walk->compiled->regex[0];
    struct regex_match match;
    cell_set_null(walk->out, walk->row);
    if (column_is_null(walk->args[1], walk->row))
        return ERR_NONE;
    int64_t group = walk->args[1]->i64[column_cell(walk->args[1], walk->row)];
    struct slice text = text_of(walk->args[2], walk->row);
    if (group < 0 || group > regex_group_count(regex))
        return ERR_NONE;
    enum regex_outcome outcome = regex_find(regex, walk->scratch, text, 0, &match);
    *out_undecided = outcome == REGEX_UNDECIDED;
    if (outcome != REGEX_YES)
        return ERR_NONE;
    struct value found = value_str(match_group(text, &match, (uint32_t)group)), typed;
    TRY(value_convert(&found, walk->out->type, walk->eval->arena, &typed, err));
    column_set(walk->out, walk->row, &typed);
    return ERR_NONE;
}

WALK_EVAL(extract_eval, FIRST, extract_row)

/* --- extract_all --- */

static enum err_code extract_all_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    TRY(first_prepare(expr, arena, err));
    const struct compiled *compiled = expr->prepared;
    if (!compiled || regex_group_count(compiled->regex[0]) > 0)
        return ERR_NONE;
    compiled_release(expr->prepared);
    expr->prepared = NULL;
    return err_query(err, ERR_QUERY, expr->args[0]->span,
                     "extract_all() needs a capture group in its regular expression");
}

struct groups {
    uint32_t numbers[REGEX_GROUPS_MAX];
    uint32_t count;
};

/* All groups, or those that an array of numbers and names asks for. False: it asks for one that there is not. */
static bool groups_of(const struct regex *regex, const struct dyn *wanted, struct groups *out)
{
    *out = (struct groups){.count = 0};
    if (!wanted) {
        for (uint32_t i = 1; i <= regex_group_count(regex); i++)
            out->numbers[out->count++] = i;
        return true;
    }
    if (wanted->kind != DYN_ARRAY || wanted->count > REGEX_GROUPS_MAX)
        return false;
    for (uint32_t i = 0; i < wanted->count; i++) {
        const struct dyn *item = wanted->items[i];
        uint32_t number = 0;
        if (item->kind == DYN_STRING)
            number = regex_group_number(regex, item->str);
        else if (item->kind == DYN_LONG && item->i64 > 0 && item->i64 <= regex_group_count(regex))
            number = (uint32_t)item->i64;
        if (number == 0)
            return false;
        out->numbers[out->count++] = number;
    }
    return true;
}

/* One match: the text of its one group, or an array of texts. NULL: no memory. */
static const struct dyn *match_dyn(const struct matches *matches, const struct groups *groups, struct arena *arena)
{
    const struct dyn *texts[REGEX_GROUPS_MAX];
    for (uint32_t i = 0; i < groups->count; i++) {
        texts[i] = dyn_new_string(match_group(matches->text, &matches->match, groups->numbers[i]), arena);
        if (!texts[i])
            return NULL;
    }
    if (groups->count == 1)
        return texts[0];
    const struct dyn **items = arena_array(arena, groups->count, sizeof(struct dyn *));
    if (!items)
        return NULL;
    memcpy(items, texts, groups->count * sizeof(struct dyn *));
    return dyn_new_array(items, groups->count, arena);
}

static enum err_code extract_all_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    bool has_groups = walk->expr->arg_count == 3;
    struct slice text = text_of(walk->args[walk->expr->arg_count - 1], walk->row);
    const struct dyn *wanted = has_groups ? walk->args[1]->dyn[column_cell(walk->args[1], walk->row)] : NULL;
    struct groups groups;
    struct matches matches;
    struct text_list list = {.arena = walk->eval->arena};
    enum regex_outcome outcome = REGEX_NO;
    cell_set_null(walk->out, walk->row);
    if (!groups_of(walk->compiled->regex[0], wanted, &groups) || groups.count == 0)
        return ERR_NONE;
    matches_init(&matches, walk, text);
    while ((outcome = matches_next(&matches)) == REGEX_YES) {
        const struct dyn *item = match_dyn(&matches, &groups, walk->eval->arena);
        if (!item || !text_list_add(&list, item))
            return err_no_memory(err, sizeof *item);
    }
    *out_undecided = outcome == REGEX_UNDECIDED;
    if (*out_undecided || list.count == 0)
        return ERR_NONE;
    const struct dyn *array = dyn_new_array(list.items, list.count, walk->eval->arena);
    if (!array)
        return err_no_memory(err, sizeof *array);
    struct value value = value_dyn(array);
    column_set(walk->out, walk->row, &value);
    return ERR_NONE;
}

WALK_EVAL(extract_all_eval, FIRST, extract_all_row)

/* --- replace_regex --- */

/* \0 to \9 stand for groups, \\ for a backslash; all else for itself. */
static void rewrite_add(struct buf *out, struct slice rewrite, const struct matches *matches, uint32_t group_count)
{
    for (size_t i = 0; i < rewrite.len; i++) {
        char c = rewrite.ptr[i], next = i + 1 < rewrite.len ? rewrite.ptr[i + 1] : '\0';
        if (c == '\\' && ascii_is_digit(next)) {
            uint32_t group = (uint32_t)(next - '0');
            if (group <= group_count)
                buf_add(out, match_group(matches->text, &matches->match, group));
            i++;
        } else if (c == '\\' && next == '\\') {
            buf_add_char(out, '\\');
            i++;
        } else {
            buf_add_char(out, c);
        }
    }
}

static enum err_code replace_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    bool older = walk->use == &FIRST; /* replace(regex, rewrite, text) */
    struct slice text = text_of(walk->args[older ? 2 : 0], walk->row);
    struct slice rewrite = text_of(walk->args[older ? 1 : 2], walk->row);
    uint32_t group_count = regex_group_count(walk->compiled->regex[0]);
    struct matches matches;
    struct buf out;
    size_t copied = 0;
    enum regex_outcome outcome;
    buf_init(&out, TEXT_RESULT_MAX);
    matches_init(&matches, walk, text);
    while ((outcome = matches_next(&matches)) == REGEX_YES && !out.failed) {
        buf_add(&out, slice_cut(text, copied, matches.match.start[0]));
        rewrite_add(&out, rewrite, &matches, group_count);
        copied = matches.match.end[0];
    }
    *out_undecided = outcome == REGEX_UNDECIDED;
    buf_add(&out, slice_cut(text, copied, text.len));
    enum err_code code = text_result(walk->eval, walk->expr, &out, &walk->out->str[walk->row], err);
    buf_release(&out);
    return code;
}

WALK_EVAL(replace_eval, SECOND, replace_row)
WALK_EVAL(replace_older_eval, FIRST, replace_row)

/* --- trim, trim_start, trim_end --- */

/* One match is cut off at each end that the function is for. */
static enum err_code trim_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    (void)err;
    struct slice text = text_of(walk->args[1], walk->row);
    for (uint32_t i = 0; i < walk->use->count; i++) {
        struct regex_match match;
        enum regex_outcome outcome = regex_find(walk->compiled->regex[i], walk->scratch, text, 0, &match);
        if (outcome == REGEX_UNDECIDED) {
            *out_undecided = true;
            return ERR_NONE;
        }
        if (outcome == REGEX_NO)
            continue;
        bool at_start = walk->use->anchors[i] == REGEX_ANCHOR_START;
        text = at_start ? slice_cut(text, match.end[0], text.len) : slice_cut(text, 0, match.start[0]);
    }
    walk->out->str[walk->row] = text;
    return ERR_NONE;
}

WALK_EVAL(trim_eval, AT_BOTH, trim_row)
WALK_EVAL(trim_start_eval, AT_START, trim_row)
WALK_EVAL(trim_end_eval, AT_END, trim_row)

/* --- countof --- */

static bool countof_is_regex(const struct expr *expr)
{
    return expr->arg_count == 3 && slice_eq(expr->args[2]->value.str, SLICE("regex"));
}

static enum err_code countof_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    if (expr->arg_count == 3 && !countof_is_regex(expr) && !slice_eq(expr->args[2]->value.str, SLICE("normal")))
        return err_query(err, ERR_QUERY, expr->args[2]->span, "the kind of countof() is \"normal\" or \"regex\"");
    return ERR_NONE;
}

static enum err_code countof_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return countof_is_regex(expr) ? second_prepare(expr, arena, err) : ERR_NONE;
}

/* Plain occurrences may overlap. */
static int64_t count_plain(struct slice text, struct slice needle)
{
    int64_t count = 0;
    ptrdiff_t at = needle.len ? slice_find(text, needle, 0) : SLICE_NOT_FOUND;
    for (; at >= 0; at = slice_find(text, needle, (size_t)at + 1))
        count++;
    return count;
}

static enum err_code countof_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    (void)err;
    struct matches matches;
    enum regex_outcome outcome;
    int64_t count = 0;
    matches_init(&matches, walk, text_of(walk->args[0], walk->row));
    while ((outcome = matches_next(&matches)) == REGEX_YES)
        count++;
    *out_undecided = outcome == REGEX_UNDECIDED;
    walk->out->i64[walk->row] = count;
    return ERR_NONE;
}

static enum err_code countof_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    if (countof_is_regex(expr))
        return walk_rows(&SECOND, countof_row, eval, expr, args, rows, out, err);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        out->i64[row] = count_plain(text_of(args[0], row), text_of(args[1], row));
    }
    return ERR_NONE;
}

/* --- indexof_regex --- */

static enum err_code indexof_row(struct walk *walk, bool *out_undecided, struct err *err)
{
    (void)err;
    struct slice text = text_of(walk->args[0], walk->row);
    struct text_window window;
    struct matches matches;
    enum regex_outcome outcome = REGEX_NO;
    if (!text_window_of(walk->expr, walk->args, walk->row, text, false, &window)) {
        cell_set_null(walk->out, walk->row);
        return ERR_NONE;
    }
    walk->out->i64[walk->row] = -1;
    if (!window.exists)
        return ERR_NONE;
    matches_init(&matches, walk, slice_cut(text, window.start, window.end));
    for (int64_t i = 0; i < window.occurrence && (outcome = matches_next(&matches)) == REGEX_YES; i++)
        ;
    *out_undecided = outcome == REGEX_UNDECIDED;
    if (outcome == REGEX_YES)
        walk->out->i64[walk->row] = (int64_t)utf8_length(slice_cut(text, 0, window.start + matches.match.start[0]));
    return ERR_NONE;
}

WALK_EVAL(indexof_eval, SECOND, indexof_row)

/* --- the table --- */

#define REGEX_ROW(name_text, signature_text, prepare_name, eval_name, doc_text)                                        \
    .name = name_text, .signature = signature_text, .null_rule = NULL_HANDLED, .cost = 100, .prepare = prepare_name,   \
    .release = compiled_release, .eval = eval_name, .doc = doc_text

const struct func FUNCS_REGEX[] = {
    {REGEX_ROW("matches regex", "SS:b", second_prepare, matches_eval, "text matches regex pattern: contains a match"),
     .flags = FUNC_OPERATOR},
    {REGEX_ROW("extract", "SlS:s SlSx:=", first_prepare, extract_eval,
               "extract(regex, group, text[, typeof(T)]): what the group of the first match holds"),
     .bind = extract_bind},
    {REGEX_ROW("extract_all", "SS:y SyS:y", extract_all_prepare, extract_all_eval,
               "extract_all(regex[, groups], text): what the groups of all matches hold")},
    {REGEX_ROW("replace_regex", "SSS:s", second_prepare, replace_eval,
               "replace_regex(text, regex, rewrite): all matches replaced; \\0 to \\9 are groups")},
    {REGEX_ROW("trim", "SS:s", both_prepare, trim_eval, "trim(regex, text): without a match at each end")},
    {REGEX_ROW("trim_start", "SS:s", start_prepare, trim_start_eval,
               "trim_start(regex, text): without a match at the start")},
    {REGEX_ROW("trim_end", "SS:s", end_prepare, trim_end_eval, "trim_end(regex, text): without a match at the end")},
    {REGEX_ROW("countof", "SS:l SSk:l", countof_prepare, countof_eval,
               "countof(text, search[, \"regex\"]): number of occurrences; plain ones may overlap"),
     .bind = countof_bind},
    {REGEX_ROW("indexof_regex", "SS:l SSl:l SSll:l SSlll:l", second_prepare, indexof_eval,
               "indexof_regex(text, regex[, start[, length[, occurrence]]]): position of a match, or -1")},
    {REGEX_ROW("replace", "SSS:s", first_prepare, replace_older_eval,
               "replace(regex, rewrite, text): replace_regex() of old, with another order of arguments")},
    {.name = NULL},
};
