/*
 * bind_columns.c - the operators that choose columns: extend, project and its kin, distinct, print.
 *
 * Each becomes one PLAN_DERIVE. All expressions of one operator see the input row.
 */
#include "kql/bind/bind_int.h"

#include <assert.h>
#include <string.h>

static enum err_code pass_on(struct binder *b, struct bind_columns *columns, const struct schema *schema,
                             uint32_t index, bool ask, struct span span)
{
    struct column_def def = schema->columns[index];
    def.stand_in = COLUMN_NONE; /* an index into another schema */
    if (ask)
        def.origin = COLUMN_COMPUTED;
    struct expr *expr = expr_column(b->arena, index, def.type, span);
    return expr ? columns_push(b, columns, &def, expr, false) : bind_no_memory(b);
}

/* name = expr, or expr with the name that it gets. */
static enum err_code bind_column(struct binder *b, const struct schema *row, const struct ast *ast,
                                 struct bind_name *out_name, struct expr **out_expr)
{
    if (ast->kind == AST_STAR)
        return err_query(b->err, ERR_QUERY, ast->span, "* can't stand here");
    if (ast->kind == AST_NAMED && ast->text.len == 0)
        return err_query(b->err, ERR_QUERY, ast->span, "the expression does not have several values to name");
    b->row = row;
    enum err_code code = bind_name_of(b, ast, out_name);
    if (code == ERR_NONE)
        code = bind_row_expr(b, row, ast->kind == AST_NAMED ? ast->children[0] : ast, out_expr);
    b->row = NULL;
    return code;
}

enum err_code bind_extend(struct binder *b, const struct ast *ast, struct plan **plan)
{
    const struct schema *row = (*plan)->schema;
    struct bind_columns columns = {0};
    for (uint32_t i = 0; i < row->count; i++)
        TRY(pass_on(b, &columns, row, i, false, ast->span));
    for (uint32_t i = 1; i < ast->child_count; i++) {
        struct bind_name name;
        struct expr *expr = NULL;
        TRY(bind_column(b, row, ast->children[i], &name, &expr));
        b->row = row;
        enum err_code code = columns_set(b, &columns, name, expr, ast->children[i]->span);
        b->row = NULL;
        TRY(code);
    }
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, ast->span, plan);
}

/* The expressions from children[first] on, as columns. */
static enum err_code bind_list_of_columns(struct binder *b, const struct schema *row, const struct ast *ast,
                                          uint32_t first, bool keep_is_declared, struct bind_columns *columns)
{
    for (uint32_t i = first; i < ast->child_count; i++) {
        struct bind_name name;
        struct expr *expr = NULL;
        TRY(bind_column(b, row, ast->children[i], &name, &expr));
        b->row = row;
        enum err_code code = columns_add(b, columns, name, keep_is_declared, expr, ast->children[i]->span);
        b->row = NULL;
        TRY(code);
    }
    return ERR_NONE;
}

enum err_code bind_project(struct binder *b, const struct ast *ast, struct plan **plan)
{
    struct bind_columns columns = {0};
    TRY(bind_list_of_columns(b, (*plan)->schema, ast, 1, false, &columns));
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, ast->span, plan);
}

/* --- choosing by name --- */

/* Does a name pattern with * match? Backtracks to the last * alone: linear for what people write. */
static bool pattern_matches(struct slice pattern, struct slice name)
{
    size_t p = 0, n = 0, star = SIZE_MAX, resume = 0;
    while (n < name.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.len && pattern.ptr[p] == name.ptr[n]) {
            p++;
            n++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool is_pattern(const struct ast *ast)
{
    return ast->kind == AST_WILDCARD || ast->kind == AST_STAR;
}

/* Marks what a name or a pattern chooses; an own name also as asked for. */
static enum err_code choose(struct binder *b, const struct schema *row, const struct ast *ast, bool *chosen,
                            bool *asked)
{
    if (is_pattern(ast)) {
        struct slice pattern = ast->kind == AST_STAR ? SLICE("*") : ast->text;
        bool any = false;
        for (uint32_t i = 0; i < row->count; i++) {
            bool hidden = column_is_hidden(&row->columns[i]) && slice_eq(pattern, SLICE("*"));
            if (!hidden && pattern_matches(pattern, row->columns[i].name))
                any = chosen[i] = true;
        }
        if (!any && ast->kind != AST_STAR)
            return err_query(b->err, ERR_QUERY, ast->span, "no column's name matches %.*s", SLICE_ARG(pattern));
        return ERR_NONE;
    }
    if (ast->kind != AST_NAME)
        return err_query(b->err, ERR_QUERY, ast->span, "a column's name is expected here");
    uint32_t index = schema_find(row, ast->text);
    if (index == COLUMN_NONE)
        return bind_unknown_column(b, row, ast->span, ast->text);
    chosen[index] = asked[index] = true;
    return ERR_NONE;
}

/* project-away and project-keep: the order stays. */
enum err_code bind_project_some(struct binder *b, const struct ast *ast, struct plan **plan)
{
    const struct schema *row = (*plan)->schema;
    bool *chosen = arena_zalloc(b->arena, row->count, sizeof *chosen);
    bool *asked = arena_zalloc(b->arena, row->count, sizeof *asked);
    if (!chosen || !asked)
        return bind_no_memory(b);
    for (uint32_t i = 1; i < ast->child_count; i++)
        TRY(choose(b, row, ast->children[i], chosen, asked));
    bool keep = ast->kind == AST_PIPE_KEEP;
    struct bind_columns columns = {0};
    for (uint32_t i = 0; i < row->count; i++)
        if (chosen[i] == keep)
            TRY(pass_on(b, &columns, row, i, keep && asked[i], ast->span));
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, ast->span, plan);
}

enum err_code bind_rename(struct binder *b, const struct ast *ast, struct plan **plan)
{
    const struct schema *row = (*plan)->schema;
    struct bind_columns columns = {0};
    for (uint32_t i = 0; i < row->count; i++)
        TRY(pass_on(b, &columns, row, i, false, ast->span));
    for (uint32_t i = 1; i < ast->child_count; i++) {
        const struct ast *rename = ast->children[i];
        if (rename->kind != AST_NAMED || rename->children[0]->kind != AST_NAME)
            return err_query(b->err, ERR_QUERY, rename->span, "project-rename takes new = old");
        const struct ast *old = rename->children[0];
        uint32_t index = schema_find(row, old->text);
        if (index == COLUMN_NONE)
            return bind_unknown_column(b, row, old->span, old->text);
        const struct schema sofar = {.count = columns.count, .columns = columns.defs};
        if (schema_find(row, rename->text) != COLUMN_NONE || schema_find(&sofar, rename->text) != COLUMN_NONE)
            return err_query(b->err, ERR_QUERY, rename->span, "a column %.*s is already declared",
                             SLICE_ARG(rename->text));
        assert(columns.declared); /* the row has a column, and pass_on() noted it */
        if (columns.declared[index])
            return err_query(b->err, ERR_QUERY, old->span, "%.*s is renamed twice", SLICE_ARG(old->text));
        columns.defs[index].name = rename->text;
        columns.defs[index].origin = COLUMN_COMPUTED;
        columns.declared[index] = true;
    }
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, ast->span, plan);
}

/* --- project-reorder --- */

/* Order among what one pattern of project-reorder matches: as they stand, by name, or by name with numbers as such. */
enum reorder { REORDER_NONE, REORDER_ASC, REORDER_DESC, REORDER_GRANNY_ASC, REORDER_GRANNY_DESC };

static enum reorder reorder_of(struct slice text)
{
    if (slice_starts(text, SLICE("granny-asc")))
        return REORDER_GRANNY_ASC;
    if (slice_starts(text, SLICE("granny-desc")))
        return REORDER_GRANNY_DESC;
    if (slice_starts(text, SLICE("asc")))
        return REORDER_ASC;
    return slice_starts(text, SLICE("desc")) ? REORDER_DESC : REORDER_NONE;
}

static size_t digits_at(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && ascii_is_digit(text.ptr[end]))
        end++;
    return end - at;
}

/* Runs of digits compare as numbers: a2 before a10. */
static int granny_compare(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        size_t x = digits_at(a, i), y = digits_at(b, j);
        if (x == 0 || y == 0) {
            if (a.ptr[i] != b.ptr[j])
                return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[j] ? -1 : 1;
            i++;
            j++;
            continue;
        }
        while (x > 1 && a.ptr[i] == '0')
            i++, x--;
        while (y > 1 && b.ptr[j] == '0')
            j++, y--;
        if (x != y)
            return x < y ? -1 : 1;
        int order = memcmp(a.ptr + i, b.ptr + j, x);
        if (order != 0)
            return order;
        i += x;
        j += y;
    }
    return a.len - i == b.len - j ? 0 : a.len - i < b.len - j ? -1 : 1;
}

static bool comes_before(const struct schema *row, uint32_t a, uint32_t b, enum reorder order)
{
    struct slice x = row->columns[a].name, y = row->columns[b].name;
    switch (order) {
    case REORDER_NONE:
        return false;
    case REORDER_ASC:
        return slice_compare(x, y) < 0;
    case REORDER_DESC:
        return slice_compare(x, y) > 0;
    case REORDER_GRANNY_ASC:
        return granny_compare(x, y) < 0;
    case REORDER_GRANNY_DESC:
        return granny_compare(x, y) > 0;
    }
    return false;
}

/* Insertion into the run that begins at `first`: runs are as long as a table is wide. */
static void insert_ordered(const struct schema *row, uint32_t *places, uint32_t first, uint32_t count, uint32_t index,
                           enum reorder order)
{
    uint32_t at = count;
    while (at > first && comes_before(row, index, places[at - 1], order)) {
        places[at] = places[at - 1];
        at--;
    }
    places[at] = index;
}

enum err_code bind_reorder(struct binder *b, const struct ast *ast, struct plan **plan)
{
    const struct schema *row = (*plan)->schema;
    uint32_t *places = arena_array(b->arena, row->count, sizeof *places), count = 0;
    bool *placed = arena_zalloc(b->arena, row->count, sizeof *placed);
    bool *asked = arena_zalloc(b->arena, row->count, sizeof *asked);
    bool *named = arena_zalloc(b->arena, row->count, sizeof *named);
    if (!places || !placed || !asked || !named)
        return bind_no_memory(b);
    for (uint32_t i = 1; i < ast->child_count; i++) {
        const struct ast *item = ast->children[i];
        enum reorder order = item->kind == AST_ORDER ? reorder_of(item->text) : REORDER_NONE;
        if (item->kind == AST_ORDER)
            item = item->children[0];
        memset(named, 0, row->count * sizeof *named);
        uint32_t own = item->kind == AST_NAME ? schema_find(row, item->text) : COLUMN_NONE;
        if (own != COLUMN_NONE && asked[own])
            return err_query(b->err, ERR_QUERY, item->span, "a column %.*s is already declared", SLICE_ARG(item->text));
        TRY(choose(b, row, item, named, asked));
        uint32_t first = count;
        for (uint32_t k = 0; k < row->count; k++) {
            if (!named[k] || placed[k])
                continue;
            insert_ordered(row, places, first, count++, k, order);
            placed[k] = true;
        }
    }
    for (uint32_t k = 0; k < row->count; k++)
        if (!placed[k])
            places[count++] = k;
    struct bind_columns columns = {0};
    for (uint32_t k = 0; k < count; k++)
        TRY(pass_on(b, &columns, row, places[k], asked[places[k]], ast->span));
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, ast->span, plan);
}

/* --- distinct, print --- */

static enum err_code visible_columns(struct binder *b, const struct schema *row, struct span span,
                                     struct bind_columns *columns)
{
    for (uint32_t i = 0; i < row->count; i++)
        if (!column_is_hidden(&row->columns[i]))
            TRY(pass_on(b, columns, row, i, false, span));
    return ERR_NONE;
}

enum err_code bind_visible(struct binder *b, struct plan **plan)
{
    const struct schema *row = (*plan)->schema;
    struct bind_columns columns = {0};
    TRY(visible_columns(b, row, (*plan)->span, &columns));
    if (columns.count == row->count)
        return ERR_NONE;
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, (*plan)->span, plan);
}

/* Rows of the inputs are equal by all that they hold, dynamic values too. */
static enum err_code bind_distinct_rows(struct binder *b, struct span span, struct plan **plan)
{
    struct plan *distinct = bind_plan(b, PLAN_DISTINCT, *plan, (*plan)->schema, span);
    if (!distinct)
        return bind_no_memory(b);
    distinct->of_rows = true;
    *plan = distinct;
    return ERR_NONE;
}

enum err_code bind_distinct(struct binder *b, const struct ast *ast, struct plan **plan)
{
    if (slice_eq(ast->text, DISTINCT_ROWS))
        return bind_distinct_rows(b, ast->span, plan);
    struct bind_columns columns = {0};
    bool all = ast->child_count == 2 && ast->children[1]->kind == AST_STAR;
    if (all)
        TRY(visible_columns(b, (*plan)->schema, ast->children[1]->span, &columns));
    else
        TRY(bind_list_of_columns(b, (*plan)->schema, ast, 1, true, &columns));
    for (uint32_t i = 0; i < columns.count; i++)
        TRY(bind_check_key(b, columns.exprs[i], "distinct"));
    struct plan *derive = NULL;
    TRY(columns_plan(b, &columns, PLAN_DERIVE, *plan, ast->span, &derive));
    struct plan *distinct = bind_plan(b, PLAN_DISTINCT, derive, derive->schema, ast->span);
    if (!distinct)
        return bind_no_memory(b);
    *plan = distinct;
    return ERR_NONE;
}

/* The row itself where all of it is known; otherwise (a value looked for in a table) derived from a row of nothing. */
static enum err_code print_row(struct binder *b, const struct bind_columns *columns, struct span span,
                               struct plan **out_plan)
{
    static const struct schema NO_COLUMNS = {0};
    bool constant = true;
    struct value *cells = arena_zalloc(b->arena, columns->count, sizeof *cells);
    struct plan *row = bind_plan(b, PLAN_ROWS, NULL, &NO_COLUMNS, span);
    if (!row || !cells)
        return bind_no_memory(b);
    for (uint32_t i = 0; i < columns->count; i++) {
        constant = constant && columns->exprs[i]->kind == EXPR_CONST;
        cells[i] = columns->exprs[i]->value;
    }
    row->row_count = 1;
    if (!constant)
        return columns_plan(b, columns, PLAN_DERIVE, row, span, out_plan);
    row->schema = bind_schema(b, columns->defs, columns->count);
    row->rows = cells;
    *out_plan = row;
    return row->schema ? ERR_NONE : bind_no_memory(b);
}

/* One row; what has no name is called by its position. */
enum err_code bind_print(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    struct bind_columns columns = {0};
    for (uint32_t i = 0; i < ast->child_count; i++) {
        const struct ast *item = ast->children[i];
        struct bind_name name;
        struct expr *expr = NULL;
        TRY(bind_column(b, NULL, item, &name, &expr));
        if (name.kind != NAME_GIVEN)
            name = (struct bind_name){NAME_MADE, arena_printf(b->arena, "print_%u", i)};
        if (!name.text.ptr)
            return bind_no_memory(b);
        TRY(columns_add(b, &columns, name, false, expr, item->span));
    }
    return print_row(b, &columns, ast->span, out_plan);
}
