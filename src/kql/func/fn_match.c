/*
 * fn_match.c - the text operators: =~ contains has hasprefix hassuffix startswith endswith, their _cs forms and
 * negations; has_any and has_all.
 *
 * A negation is the plain opposite, so that what is missing (null, read as "") is in none and in every negation. Where
 * case does not count, text and needle are folded first and then compared as bytes; a constant needle is folded once.
 * has_any looks terms up in a set, however many it is given; only needles with separators are sought one by one.
 */
#include "kql/func/eval.h"
#include "kql/func/func.h"
#include "kql/func/match.h"
#include "kql/func/value_set.h"

/* Room for a folded text, reused from row to row. */
struct folder {
    struct arena *arena;
    char *ptr;
    size_t capacity;
};

static enum err_code folder_fold(struct folder *folder, struct slice text, struct slice *out_text, struct err *err)
{
    if (text.len > folder->capacity) {
        size_t capacity = text.len < 256 ? 256 : text.len < SIZE_MAX / 2 ? 2 * text.len : text.len;
        char *ptr = arena_alloc(folder->arena, capacity);
        if (!ptr)
            return err_no_memory(err, capacity);
        folder->ptr = ptr;
        folder->capacity = capacity;
    }
    match_fold(text, folder->ptr);
    *out_text = slice_of(folder->ptr, text.len);
    return ERR_NONE;
}

static enum err_code fold_copy(struct slice text, struct arena *arena, struct slice *out_text, struct err *err)
{
    struct folder folder = {.arena = arena};
    return folder_fold(&folder, text, out_text, err);
}

static struct slice text_cell(const struct column *column, uint32_t row)
{
    return column->str[column_cell(column, row)];
}

/* --- operators with one needle --- */

struct match_spec {
    enum match_kind kind;
    bool nocase, negate;
};

/* A constant needle, folded. */
static enum err_code needle_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    if (expr->args[1]->kind != EXPR_CONST || expr->args[1]->type != TYPE_STRING)
        return ERR_NONE;
    struct slice *needle = arena_alloc(arena, sizeof *needle);
    if (!needle)
        return err_no_memory(err, sizeof *needle);
    TRY(fold_copy(expr->args[1]->value.str, arena, needle, err));
    expr->prepared = needle;
    return ERR_NONE;
}

/* These compare as many bytes as the needle has, so nothing needs to be folded ahead. */
static bool found_nocase_in_place(enum match_kind kind, struct slice text, struct slice needle)
{
    if (kind == MATCH_EQUALS)
        return slice_eq_nocase(text, needle);
    if (needle.len > text.len)
        return false;
    if (kind == MATCH_STARTS)
        return slice_eq_nocase(slice_cut(text, 0, needle.len), needle);
    return slice_eq_nocase(slice_cut(text, text.len - needle.len, text.len), needle);
}

static bool is_in_place(enum match_kind kind)
{
    return kind == MATCH_EQUALS || kind == MATCH_STARTS || kind == MATCH_ENDS;
}

static enum err_code match_nocase(const struct match_spec *spec, struct eval *eval, const struct expr *expr,
                                  const struct column *const *args, const struct selection *rows, struct column *out,
                                  struct err *err)
{
    struct folder text_folder = {.arena = eval->arena}, needle_folder = {.arena = eval->arena};
    const struct slice *prepared = expr->prepared;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct slice text = text_cell(args[0], row), needle = prepared ? *prepared : text_cell(args[1], row);
        bool found = false;
        if (is_in_place(spec->kind)) {
            found = found_nocase_in_place(spec->kind, text, needle);
        } else if (needle.len <= text.len) {
            if (!prepared)
                TRY(folder_fold(&needle_folder, needle, &needle, err));
            TRY(folder_fold(&text_folder, text, &text, err));
            found = match_found(spec->kind, text, needle);
        }
        out->i64[row] = found != spec->negate;
    }
    return ERR_NONE;
}

static enum err_code match_rows(const struct match_spec *spec, struct eval *eval, const struct expr *expr,
                                const struct column *const *args, const struct selection *rows, struct column *out,
                                struct err *err)
{
    if (spec->nocase)
        return match_nocase(spec, eval, expr, args, rows, out, err);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        bool found = match_found(spec->kind, text_cell(args[0], row), text_cell(args[1], row));
        out->i64[row] = found != spec->negate;
    }
    return ERR_NONE;
}

#define MATCH_EVAL(name, kind, nocase, negate)                                                                         \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        static const struct match_spec SPEC = {kind, nocase, negate};                                                  \
        return match_rows(&SPEC, eval, expr, args, rows, out, err);                                                    \
    }
#define MATCH_EVALS(prefix, kind)                                                                                      \
    MATCH_EVAL(prefix, kind, true, false)                                                                              \
    MATCH_EVAL(not_##prefix, kind, true, true)                                                                         \
    MATCH_EVAL(prefix##_cs, kind, false, false)                                                                        \
    MATCH_EVAL(not_##prefix##_cs, kind, false, true)

MATCH_EVAL(equals, MATCH_EQUALS, true, false)
MATCH_EVAL(not_equals, MATCH_EQUALS, true, true)
MATCH_EVALS(contains, MATCH_CONTAINS)
MATCH_EVALS(has, MATCH_HAS)
MATCH_EVALS(hasprefix, MATCH_HAS_PREFIX)
MATCH_EVALS(hassuffix, MATCH_HAS_SUFFIX)
MATCH_EVALS(startswith, MATCH_STARTS)
MATCH_EVALS(endswith, MATCH_ENDS)

/* --- has_any, has_all --- */

/* Needles of one list, folded. */
struct needles {
    struct value_set terms; /* those that are whole terms (has_any alone) */
    struct slice *others;
    size_t other_count, other_capacity;
    bool any; /* has_any */
};

static enum err_code needles_add_other(struct needles *needles, struct slice needle, struct arena *arena,
                                       struct err *err)
{
    if (needles->other_count == needles->other_capacity) {
        size_t capacity = needles->other_capacity ? 2 * needles->other_capacity : 16;
        struct slice *grown = arena_array(arena, capacity, sizeof *grown);
        if (!grown)
            return err_no_memory(err, capacity * sizeof *grown);
        if (needles->other_count)
            memcpy(grown, needles->others, needles->other_count * sizeof *grown);
        needles->others = grown;
        needles->other_capacity = capacity;
    }
    needles->others[needles->other_count++] = needle;
    return ERR_NONE;
}

/* text: not folded yet. */
static enum err_code needles_add(struct needles *needles, struct slice text, struct arena *arena, struct err *err)
{
    struct slice needle;
    TRY(fold_copy(text, arena, &needle, err));
    if (!needles->any || !match_is_term(needle))
        return needles_add_other(needles, needle, arena, err);
    struct value value = value_str(needle);
    return value_set_add(&needles->terms, &value, false, arena) ? ERR_NONE : err_no_memory(err, needle.len);
}

/* A dynamic stands for its text, an array for its elements; a null for nothing. Depth: DYN_DEPTH_MAX. */
static enum err_code needles_add_dyn(struct needles *needles, const struct dyn *dyn, struct arena *arena,
                                     struct err *err)
{
    if (dyn->kind == DYN_NULL)
        return ERR_NONE;
    if (dyn->kind == DYN_STRING)
        return needles_add(needles, dyn->str, arena, err);
    if (dyn->kind != DYN_ARRAY) {
        struct buf text;
        buf_init(&text, 0);
        dyn_to_text(dyn, &text);
        enum err_code code =
            text.failed ? err_no_memory(err, text.len) : needles_add(needles, buf_slice(&text), arena, err);
        buf_release(&text);
        return code;
    }
    for (uint32_t i = 0; i < dyn->count; i++)
        TRY(needles_add_dyn(needles, dyn->items[i], arena, err));
    return ERR_NONE;
}

static enum err_code needles_add_value(struct needles *needles, const struct value *value, struct arena *arena,
                                       struct err *err)
{
    if (value->is_null)
        return ERR_NONE;
    if (value->type == TYPE_DYNAMIC)
        return needles_add_dyn(needles, value->dyn, arena, err);
    if (value->type == TYPE_STRING)
        return needles_add(needles, value->str, arena, err);
    struct buf text;
    buf_init(&text, 0);
    value_to_text(value, TEXT_TOSTRING, &text);
    enum err_code code =
        text.failed ? err_no_memory(err, text.len) : needles_add(needles, buf_slice(&text), arena, err);
    buf_release(&text);
    return code;
}

static enum err_code constants_prepare(struct expr *expr, bool any, struct arena *arena, struct err *err)
{
    struct needles *needles = arena_zalloc(arena, 1, sizeof *needles);
    if (!needles)
        return err_no_memory(err, sizeof *needles);
    needles->any = any;
    for (uint32_t i = 1; i < expr->arg_count; i++)
        if (expr->args[i]->kind == EXPR_CONST)
            TRY(needles_add_value(needles, &expr->args[i]->value, arena, err));
    expr->prepared = needles;
    return ERR_NONE;
}

static enum err_code has_any_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return constants_prepare(expr, true, arena, err);
}

static enum err_code has_all_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    return constants_prepare(expr, false, arena, err);
}

/* The rows of a subquery. For has_any its terms are in the query's own set already. */
static enum err_code needles_of_set(const struct query *query, uint32_t subquery, bool any, struct needles *out_needles,
                                    struct arena *arena, struct err *err)
{
    *out_needles = (struct needles){.any = any};
    for (uint64_t i = 0; i < query->set_counts[subquery]; i++) {
        const struct value *value = &query->sets[subquery][i];
        if (any && value->type == TYPE_STRING && match_is_term(value->str))
            continue;
        TRY(needles_add_value(out_needles, value, arena, err));
    }
    return ERR_NONE;
}

static bool any_term_in(const struct value_set *set, struct slice text)
{
    struct slice term;
    for (size_t at = 0; set->count && match_next_term(text, &at, &term);) {
        struct value value = value_str(term);
        if (value_set_has(set, &value))
            return true;
    }
    return false;
}

/* any: is one needle in the text; otherwise: are all of them? */
static bool needles_match(const struct needles *needles, struct slice text)
{
    if (any_term_in(&needles->terms, text))
        return true;
    for (size_t i = 0; i < needles->other_count; i++)
        if (match_found(MATCH_HAS, text, needles->others[i]) == needles->any)
            return needles->any;
    return !needles->any;
}

/* A list's part that is evaluated, and what it is for one row. */
struct list_part {
    const struct column *column;   /* NULL for a subquery */
    const struct value_set *terms; /* of the subquery */
    struct needles needles;
};

struct list {
    struct eval *eval;
    bool any;
    const struct needles *constants; /* may be NULL */
    struct list_part *parts;
    uint32_t part_count;
};

static enum err_code list_init(struct list *list, struct eval *eval, const struct expr *expr,
                               const struct column *const *args, bool any, struct err *err)
{
    *list = (struct list){.eval = eval, .any = any, .constants = expr->prepared};
    list->parts = arena_zalloc(eval->arena, expr->arg_count, sizeof *list->parts);
    if (!list->parts)
        return err_no_memory(err, expr->arg_count * sizeof *list->parts);
    for (uint32_t i = 1; i < expr->arg_count; i++) {
        if (list->constants && expr->args[i]->kind == EXPR_CONST)
            continue;
        struct list_part *part = &list->parts[list->part_count++];
        part->column = args[i];
        if (expr->args[i]->kind != EXPR_SET)
            continue;
        uint32_t subquery = expr->args[i]->subquery;
        part->terms = &eval->query->set_indexes_nocase[subquery];
        TRY(needles_of_set(eval->query, subquery, any, &part->needles, eval->arena, err));
    }
    return ERR_NONE;
}

/* text is folded. */
static enum err_code list_match(struct list *list, uint32_t row, struct slice text, bool *out_matches, struct err *err)
{
    *out_matches = list->constants ? needles_match(list->constants, text) : !list->any;
    for (uint32_t i = 0; i < list->part_count && *out_matches != list->any; i++) {
        struct list_part *part = &list->parts[i];
        if (part->column) {
            struct value value = column_value(part->column, row);
            part->needles = (struct needles){.any = list->any};
            TRY(needles_add_value(&part->needles, &value, list->eval->arena, err));
        }
        *out_matches = needles_match(&part->needles, text);
        if (list->any && part->terms && !*out_matches)
            *out_matches = any_term_in(part->terms, text);
    }
    return ERR_NONE;
}

static enum err_code list_rows(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, bool any, struct column *out, struct err *err)
{
    struct list list;
    struct folder folder = {.arena = eval->arena};
    TRY(list_init(&list, eval, expr, args, any, err));
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct slice text = {NULL, 0};
        bool matches = false;
        TRY(folder_fold(&folder, text_cell(args[0], row), &text, err));
        TRY(list_match(&list, row, text, &matches, err));
        out->i64[row] = matches;
    }
    return ERR_NONE;
}

static enum err_code has_any_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    return list_rows(eval, expr, args, rows, true, out, err);
}

static enum err_code has_all_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    return list_rows(eval, expr, args, rows, false, out, err);
}

/* --- the table --- */

#define MATCH_ROW(symbol, cost_of_row, eval_name, doc_text)                                                            \
    {                                                                                                                  \
        .name = symbol, .signature = "SS:b", .null_rule = NULL_HANDLED, .flags = FUNC_OPERATOR, .cost = cost_of_row,   \
        .prepare = needle_prepare, .eval = eval_name, .doc = doc_text                                                  \
    }
#define MATCH_ROWS(symbol, cost_of_row, eval_name, says)                                                               \
    MATCH_ROW(symbol, cost_of_row, eval_name, "a " symbol " b: " says ", A-Z and a-z the same"),                       \
        MATCH_ROW("!" symbol, cost_of_row, not_##eval_name, "a !" symbol " b: not: " says ", A-Z and a-z the same"),   \
        MATCH_ROW(symbol "_cs", cost_of_row, eval_name##_cs, "a " symbol "_cs b: " says),                              \
        MATCH_ROW("!" symbol "_cs", cost_of_row, not_##eval_name##_cs, "a !" symbol "_cs b: not: " says)
#define LIST_ROW(symbol, prepare_name, eval_name, doc_text)                                                            \
    {                                                                                                                  \
        .name = symbol, .signature = "Sx*:b", .null_rule = NULL_HANDLED, .flags = FUNC_OPERATOR, .cost = 20,           \
        .prepare = prepare_name, .eval = eval_name, .doc = doc_text                                                    \
    }

const struct func FUNCS_MATCH[] = {
    MATCH_ROW("=~", 3, equals, "a =~ b: equal, A-Z and a-z the same"),
    MATCH_ROW("!~", 3, not_equals, "a !~ b: not equal, A-Z and a-z the same"),
    MATCH_ROWS("contains", 10, contains, "b stands in a"),
    MATCH_ROWS("has", 10, has, "b stands in a as a whole term"),
    MATCH_ROWS("hasprefix", 10, hasprefix, "b stands in a at the start of a term"),
    MATCH_ROWS("hassuffix", 10, hassuffix, "b stands in a at the end of a term"),
    MATCH_ROWS("startswith", 3, startswith, "a starts with b"),
    MATCH_ROWS("endswith", 3, endswith, "a ends with b"),
    LIST_ROW("has_any", has_any_prepare, has_any_eval, "a has_any (b, c, ...): has one of them"),
    LIST_ROW("has_all", has_all_prepare, has_all_eval, "a has_all (b, c, ...): has all of them"),
    {.name = NULL},
};
