/*
 * bind.c - binds a query: its lets, its subqueries, its pipeline. See plan.h; bind_int.h says what lives where.
 *
 * A let binds the calculation, not its result: a table is put in wherever its name stands (one scan each, as in
 * Kusto). A scalar let sees no columns, so it is the same everywhere and is worked out once.
 */
#include "kql/bind/bind_int.h"

#include "base/mem.h"
#include "base/near.h"
#include "kql/func/func.h"

#include <string.h>

enum err_code bind_no_memory(struct binder *b)
{
    return err_no_memory(b->err, sizeof(struct expr));
}

struct plan *bind_plan(struct binder *b, enum plan_kind kind, struct plan *input, const struct schema *schema,
                       struct span span)
{
    struct plan *plan = arena_zalloc(b->arena, 1, sizeof *plan);
    if (plan)
        *plan = (struct plan){.kind = kind, .input = input, .schema = schema, .span = span};
    return plan;
}

struct schema *bind_schema(struct binder *b, const struct column_def *columns, uint32_t count)
{
    struct schema *schema = arena_zalloc(b->arena, 1, sizeof *schema);
    if (schema)
        *schema = (struct schema){.count = count, .columns = columns};
    return schema;
}

/* --- names of tables --- */

struct bind_let *bind_let_find(const struct binder *b, struct slice name)
{
    for (uint32_t i = b->let_count; i > 0; i--)
        if (slice_eq(b->lets[i - 1].name, name))
            return &b->lets[i - 1];
    return NULL;
}

bool bind_is_table(const struct binder *b, const struct ast *ast)
{
    if (ast->kind != AST_NAME)
        return ast->kind >= AST_PIPE_WHERE && ast->kind <= AST_DATATABLE && ast->kind != AST_ORDER;
    if (b->row && schema_find(b->row, ast->text) != COLUMN_NONE)
        return false;
    const struct bind_let *let = bind_let_find(b, ast->text);
    return let ? !let->scalar : slice_eq(ast->text, b->options->table->table);
}

static enum err_code unknown_table(struct binder *b, const struct ast *ast)
{
    enum err_code code;
    if (func_is_missing(ast->text)) {
        code = err_query(b->err, ERR_UNSUPPORTED, ast->span, "%.*s is not supported yet", SLICE_ARG(ast->text));
        return code;
    }
    struct slice table = b->options->table->table;
    struct near near = near_to(ast->text);
    near_offer(&near, table);
    for (uint32_t i = 0; i < b->let_count; i++)
        if (!b->lets[i].scalar)
            near_offer(&near, b->lets[i].name);
    code = err_query(b->err, ERR_QUERY, ast->span, "unknown table %.*s", SLICE_ARG(ast->text));
    if (near.best.len > 0)
        err_hint(b->err, "did you mean %.*s?", SLICE_ARG(near.best));
    else
        err_hint(b->err, "the table here is %.*s", SLICE_ARG(table));
    return code;
}

/* The definition of a let, with the lets that it could see. */
static enum err_code inline_let(struct binder *b, const struct bind_let *let, struct span span, struct plan **out_plan)
{
    if (++b->inline_count > BIND_INLINE_MAX)
        return err_query(b->err, ERR_QUERY, span, "the tables of let statements are put in more than %d times",
                         BIND_INLINE_MAX);
    uint32_t visible = b->let_count;
    const struct schema *row = b->row;
    b->let_count = let->inner_count;
    b->row = NULL;
    enum err_code code = bind_table(b, let->ast, out_plan);
    b->let_count = visible;
    b->row = row;
    return code;
}

static enum err_code bind_table_name(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    const struct bind_let *let = bind_let_find(b, ast->text);
    if (let && let->scalar)
        return err_query(b->err, ERR_QUERY, ast->span, "%.*s is one value, not a table", SLICE_ARG(ast->text));
    if (let)
        return inline_let(b, let, ast->span, out_plan);
    if (!slice_eq(ast->text, b->options->table->table))
        return unknown_table(b, ast);
    *out_plan = bind_plan(b, PLAN_SCAN, NULL, b->options->table, ast->span);
    return *out_plan ? ERR_NONE : bind_no_memory(b);
}

/* --- pipelines --- */

/* An operator has its input as its first child. */
static bool is_operator(const struct ast *ast)
{
    return ast->kind >= AST_PIPE_WHERE && ast->kind <= AST_PIPE_SUMMARIZE;
}

static enum err_code check_length(struct binder *b, const struct plan *plan)
{
    uint32_t length = 0;
    for (const struct plan *at = plan; at; at = at->input)
        length++;
    if (length > BIND_OPERATORS_MAX)
        return err_query(b->err, ERR_QUERY, plan->span, "more than %d operators in one pipeline", BIND_OPERATORS_MAX);
    return ERR_NONE;
}

/* Operators from the source up: the tree has the last one at its root. */
static enum err_code bind_pipeline(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    uint32_t count = 0;
    for (const struct ast *at = ast; is_operator(at); at = at->children[0])
        count++;
    const struct ast **operators = arena_array(b->arena, count, sizeof *operators);
    if (!operators)
        return bind_no_memory(b);
    const struct ast *source = ast;
    for (uint32_t i = count; i > 0; i--) {
        operators[i - 1] = source;
        source = source->children[0];
    }
    struct plan *plan = NULL;
    if (source->kind == AST_NAME)
        TRY(bind_table_name(b, source, &plan));
    else
        TRY(bind_source(b, source, &plan));
    for (uint32_t i = 0; i < count; i++)
        TRY(bind_operator(b, operators[i], &plan));
    TRY(check_length(b, plan));
    *out_plan = plan;
    return ERR_NONE;
}

enum err_code bind_table(struct binder *b, const struct ast *ast, struct plan **out_plan)
{
    if (b->depth >= BIND_DEPTH_MAX)
        return err_query(b->err, ERR_QUERY, ast->span, "nested deeper than %d levels", BIND_DEPTH_MAX);
    struct bind_aggrs *aggrs = b->aggrs;
    const struct schema *row = b->row;
    b->aggrs = NULL;
    b->row = NULL;
    b->depth++;
    enum err_code code = bind_pipeline(b, ast, out_plan);
    b->depth--;
    b->aggrs = aggrs;
    b->row = row;
    return code;
}

/* --- subqueries --- */

static enum err_code subqueries_grow(struct binder *b)
{
    struct query *query = b->query;
    size_t capacity = b->subquery_capacity ? b->subquery_capacity * 2 : 8;
    struct plan **plans = arena_array(b->arena, capacity, sizeof(struct plan *));
    bool *are_scalar = arena_array(b->arena, capacity, sizeof *are_scalar);
    if (!plans || !are_scalar)
        return bind_no_memory(b);
    if (query->subquery_count > 0) {
        memcpy(plans, query->subqueries, query->subquery_count * sizeof(struct plan *));
        memcpy(are_scalar, query->subquery_is_scalar, query->subquery_count * sizeof *are_scalar);
    }
    query->subqueries = plans;
    query->subquery_is_scalar = are_scalar;
    b->subquery_capacity = capacity;
    return ERR_NONE;
}

static enum err_code subquery_add(struct binder *b, struct plan *plan, bool is_scalar, uint32_t *out_index)
{
    struct query *query = b->query;
    if (query->subquery_count == b->subquery_capacity)
        TRY(subqueries_grow(b));
    *out_index = query->subquery_count;
    query->subquery_is_scalar[query->subquery_count] = is_scalar;
    query->subqueries[query->subquery_count++] = plan;
    return ERR_NONE;
}

/* toscalar(2) is 2; columns and aggregates around it are not seen. */
static enum err_code scalar_of_value(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    const struct schema *row = b->row;
    struct bind_aggrs *aggrs = b->aggrs;
    b->row = NULL;
    b->aggrs = NULL;
    enum err_code code = bind_expr(b, ast, out_expr);
    b->row = row;
    b->aggrs = aggrs;
    if (code == ERR_QUERY && b->err && row && ast->kind == AST_NAME && schema_find(row, ast->text) != COLUMN_NONE)
        err_hint(b->err, "toscalar() is worked out once, before any row: it sees no columns");
    return code;
}

enum err_code bind_scalar(struct binder *b, const struct ast *ast, struct expr **out_expr)
{
    const struct ast *of = ast->children[0];
    /* A name between the parentheses is no column here, even if there is one. */
    const struct schema *row = b->row;
    b->row = NULL;
    bool is_table = bind_is_table(b, of);
    b->row = row;
    if (!is_table)
        return scalar_of_value(b, of, out_expr);
    struct plan *plan = NULL;
    TRY(bind_table(b, of, &plan));
    if (plan->schema->count == 0)
        return err_query(b->err, ERR_QUERY, of->span, "the table of toscalar() has no column");
    struct plan *first = bind_plan(b, PLAN_TAKE, plan, plan->schema, ast->span);
    struct expr *expr = expr_new(b->arena, EXPR_SCALAR, plan->schema->columns[0].type, ast->span);
    if (!first || !expr)
        return bind_no_memory(b);
    first->limit = 1;
    *out_expr = expr;
    return subquery_add(b, first, true, &expr->subquery);
}

/* Keeps the first column alone, in the type that the set must have. */
static enum err_code set_column(struct binder *b, enum type type, bool as_text, struct span span, struct plan **plan)
{
    const struct column_def *first = &(*plan)->schema->columns[0];
    struct expr *expr = expr_column(b->arena, 0, first->type, span);
    if (!expr)
        return bind_no_memory(b);
    bool widens = type_is_number(first->type) && type_is_number(type) && first->type < type;
    bool prints = as_text && type == TYPE_STRING && first->type != TYPE_STRING;
    enum err_code code;
    if (first->type == TYPE_DYNAMIC && type != TYPE_DYNAMIC) {
        code = err_query(b->err, ERR_UNSUPPORTED, span, "a table of dynamic values as a list is not supported yet");
        err_hint(b->err, "convert the column: project tostring(%.*s)", SLICE_ARG(first->name));
        return code;
    }
    if (first->type != type && !widens && !prints && type != TYPE_DYNAMIC) {
        code = err_query(b->err, ERR_QUERY, span, "%s is looked for among values of type %s", bind_a_type(type),
                         type_name(first->type));
        err_hint(b->err, "convert the list's column: project to%s(%.*s)", type_name(type), SLICE_ARG(first->name));
        return code;
    }
    if (first->type == type && (*plan)->schema->count == 1)
        return ERR_NONE;
    if (prints) {
        struct expr **args = arena_array(b->arena, 1, sizeof(struct expr *));
        if (!args)
            return bind_no_memory(b);
        args[0] = expr;
        TRY(bind_call_of(b, func_find(SLICE("tostring"), false), span, args, 1, &expr));
    } else {
        TRY(bind_cast(b, expr, type, &expr));
    }
    struct bind_columns columns = {0};
    struct column_def def = {.name = first->name, .type = type, .origin = COLUMN_COMPUTED, .stand_in = COLUMN_NONE};
    TRY(columns_push(b, &columns, &def, expr, true));
    return columns_plan(b, &columns, PLAN_DERIVE, *plan, span, plan);
}

static enum err_code bind_set_plan(struct binder *b, const struct ast *ast, bool as_text, struct expr **value,
                                   struct plan **out_plan)
{
    TRY(bind_table(b, ast, out_plan));
    if ((*out_plan)->schema->count == 0)
        return err_query(b->err, ERR_QUERY, ast->span, "the list's table has no column");
    enum type set = (*out_plan)->schema->columns[0].type, type = (*value)->type;
    if (type_is_number(set) && type_is_number(type) && set > type)
        TRY(bind_cast(b, *value, set, value));
    return set_column(b, (*value)->type, as_text, ast->span, out_plan);
}

enum err_code bind_set(struct binder *b, const struct ast *ast, bool as_text, struct expr **value,
                       struct expr **out_expr)
{
    struct bind_let *let = ast->kind == AST_NAME ? bind_let_find(b, ast->text) : NULL;
    struct expr *expr = expr_new(b->arena, EXPR_SET, (*value)->type, ast->span);
    if (!expr)
        return bind_no_memory(b);
    *out_expr = expr;
    if (let && let->subquery != UINT32_MAX) {
        expr->subquery = let->subquery;
        if (b->query->subqueries[let->subquery]->schema->columns[0].type == expr->type)
            return ERR_NONE;
    }
    struct plan *plan = NULL;
    TRY(bind_set_plan(b, ast, as_text, value, &plan));
    TRY(subquery_add(b, plan, false, &expr->subquery));
    expr->type = (*value)->type;
    if (let && !as_text)
        let->subquery = expr->subquery;
    return ERR_NONE;
}

/* --- statements --- */

/* Bound once where it is declared, so that a let that is never used is checked too. */
static enum err_code check_table(struct binder *b, const struct ast *ast)
{
    uint32_t subqueries = b->query->subquery_count;
    struct plan *unused;
    TRY(bind_table(b, ast, &unused));
    b->query->subquery_count = subqueries;
    for (uint32_t i = 0; i < b->let_count; i++)
        if (b->lets[i].subquery != UINT32_MAX && b->lets[i].subquery >= subqueries)
            b->lets[i].subquery = UINT32_MAX;
    return ERR_NONE;
}

static enum err_code bind_let(struct binder *b, const struct ast *ast)
{
    if (bind_let_find(b, ast->text))
        return err_query(b->err, ERR_QUERY, ast->op_span, "%.*s has already been declared", SLICE_ARG(ast->text));
    const struct ast *body = ast->children[0];
    struct bind_let *let = &b->lets[b->let_count];
    *let = (struct bind_let){.name = ast->text, .ast = body, .subquery = UINT32_MAX, .inner_count = b->let_count};
    if (bind_is_table(b, body))
        TRY(check_table(b, body));
    else
        TRY(bind_expr(b, body, &let->scalar));
    b->let_count++;
    return ERR_NONE;
}

static enum err_code bind_statements(struct binder *b, const struct ast *ast)
{
    if (ast->child_count - 1 > BIND_LETS_MAX)
        return err_query(b->err, ERR_QUERY, ast->children[BIND_LETS_MAX]->op_span, "more than %d let statements",
                         BIND_LETS_MAX);
    b->lets = arena_zalloc(b->arena, ast->child_count, sizeof *b->lets);
    if (!b->lets)
        return bind_no_memory(b);
    for (uint32_t i = 0; i + 1 < ast->child_count; i++)
        TRY(bind_let(b, ast->children[i]));
    const struct ast *body = ast->children[ast->child_count - 1];
    if (!bind_is_table(b, body) && body->kind != AST_NAME) {
        enum err_code code = err_query(b->err, ERR_QUERY, body->span, "a query gives a table, this is one value");
        err_hint(b->err, "to compute a value: print ...");
        return code;
    }
    TRY(bind_table(b, body, &b->query->root));
    TRY(bind_visible(b, &b->query->root));
    struct query *query = b->query;
    query->sets = arena_zalloc(b->arena, query->subquery_count, sizeof *query->sets);
    query->set_counts = arena_zalloc(b->arena, query->subquery_count, sizeof *query->set_counts);
    return query->sets && query->set_counts ? ERR_NONE : bind_no_memory(b);
}

enum err_code kql_bind(const struct ast *ast, const struct bind_options *options, struct query *out_query,
                       struct err *err)
{
    *out_query = (struct query){.now = options->now, .knowledge = options->knowledge, .memory_max = QUERY_MEMORY_MAX};
    arena_init(&out_query->arena, 0);
    struct binder b = {.query = out_query, .arena = &out_query->arena, .options = options, .err = err};
    eval_init(&b.eval, out_query);
    enum err_code code = bind_statements(&b, ast);
    eval_release(&b.eval);
    if (code != ERR_NONE)
        query_release(out_query);
    return code;
}
