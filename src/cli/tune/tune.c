/*
 * tune.c - puts the stages of the tuning into a query's tree: see tune.h.
 *
 * A stage is written as KQL (tune_stage.c) and parsed, so that what is run is what is printed. The pipeline is a chain of
 * operators, the last one at its root; a level is the rows behind one of them:
 *
 *   level 0: the table    level 1: behind its first operator    ...    the highest: the result
 */
#include "cli/tune/tune.h"
#include "event/schema.h"
#include "kql/syntax/lexer.h"
#include "kql/syntax/parser.h"

enum {
    LEVELS_MAX = 4096,   /* more than the binder takes operators */
    FIRST_BASE = 1 << 30 /* spans of stages begin here, beyond any query's */
};

struct level {
    struct ast **link;      /* to the node that gives the level's rows; a stage is put between */
    const struct ast *node; /* the query's own: the table, a let's name, an operator */
};

struct pipeline {
    struct level *levels; /* from the table upwards */
    size_t count;
};

struct tuner {
    struct ast *query;
    const struct tuning *tuning;
    struct arena *arena;
    struct tune_texts *texts;
    struct err *err;
    struct pipeline pipeline;
    struct buf buf;
};

/* --- the pipeline --- */

static bool is_operator(const struct ast *ast)
{
    return ast->kind >= AST_PIPE_WHERE && ast->kind <= AST_PIPE_SUMMARIZE;
}

/* The body of the let of that name among the first `count` statements. */
static struct ast **let_body(const struct ast *query, uint32_t count, struct slice name, uint32_t *out_index)
{
    for (uint32_t i = count; i > 0; i--) {
        struct ast *let = query->children[i - 1];
        if (let->kind == AST_LET && slice_eq(let->text, name)) {
            *out_index = i - 1;
            return &let->children[0];
        }
    }
    return NULL;
}

static enum err_code no_table(struct tuner *t)
{
    struct slice table = schema_device_network_events()->table;
    err_set(t->err, ERR_USAGE, "there is nothing to tune: the query's rows do not come from %.*s", SLICE_ARG(table));
    return err_hint(t->err, "without --tune it runs as it is");
}

/* Follows the result down to the table, through the lets that it begins with. */
static enum err_code find_pipeline(struct tuner *t)
{
    struct level *levels = arena_array(t->arena, LEVELS_MAX, sizeof *levels);
    if (!levels)
        return err_no_memory(t->err, LEVELS_MAX * sizeof *levels);
    uint32_t visible = t->query->child_count - 1;
    struct ast **link = &t->query->children[visible];
    size_t first = LEVELS_MAX; /* filled from the end: the result is met first */
    bool found = false;
    while (link && first > 0 && !found) {
        struct ast *node = *link;
        levels[--first] = (struct level){link, node};
        if (is_operator(node)) {
            link = &node->children[0];
            continue;
        }
        link = node->kind == AST_NAME ? let_body(t->query, visible, node->text, &visible) : NULL;
        found = !link && node->kind == AST_NAME && slice_eq(node->text, schema_device_network_events()->table);
    }
    t->pipeline = (struct pipeline){levels + first, LEVELS_MAX - first};
    return found ? ERR_NONE : no_table(t);
}

static bool names_column(const struct ast *const *children, uint32_t count, struct slice name)
{
    for (uint32_t i = 0; i < count; i++)
        if (children[i]->kind == AST_NAMED && slice_eq(children[i]->text, name))
            return true;
    return false;
}

/* Does the operator make a column of that name? */
static bool makes_column(const struct ast *ast, struct slice name)
{
    const struct ast *const *children = (const struct ast *const *)ast->children;
    switch (ast->kind) {
    case AST_PIPE_EXTEND:
    case AST_PIPE_PROJECT:
    case AST_PIPE_RENAME:
        return names_column(children + 1, ast->child_count - 1, name);
    case AST_PIPE_SUMMARIZE:
        return names_column((const struct ast *const *)children[1]->children, children[1]->child_count, name) ||
               names_column((const struct ast *const *)children[2]->children, children[2]->child_count, name);
    default:
        return false;
    }
}

/* The first level whose rows have a column that the query makes; 0 if it makes none. */
static size_t level_of(const struct pipeline *pipeline, struct slice name)
{
    for (size_t i = 1; i < pipeline->count; i++)
        if (makes_column(pipeline->levels[i].node, name))
            return i;
    return 0;
}

static bool keeps_all_columns(const struct ast *ast)
{
    return ast->kind == AST_PIPE_WHERE || ast->kind == AST_PIPE_EXTEND || ast->kind == AST_NAME;
}

/* The last level before the first operator that leaves columns out or puts rows together. */
static size_t widest_level(const struct pipeline *pipeline)
{
    size_t level = 0;
    while (level + 1 < pipeline->count && keeps_all_columns(pipeline->levels[level + 1].node))
        level++;
    return level;
}

/* --- stages --- */

static struct ast *new_node(struct tuner *t, enum ast_kind kind, struct ast *input, struct ast *operand)
{
    struct ast *node = arena_zalloc(t->arena, 1, sizeof *node);
    struct ast **children = arena_array(t->arena, 2, sizeof(struct ast *));
    if (!node || !children)
        return NULL;
    children[0] = input;
    children[1] = operand;
    *node = (struct ast){
        .kind = kind, .span = operand->span, .op_span = operand->span, .child_count = 2, .children = children};
    return node;
}

/* The level's rows go through one more operator. */
static enum err_code put_at(struct tuner *t, size_t level, enum ast_kind kind, struct ast *operand)
{
    struct ast **link = t->pipeline.levels[level].link;
    struct ast *node = operand ? new_node(t, kind, *link, operand) : NULL;
    if (!node)
        return err_no_memory(t->err, sizeof *node);
    *link = node;
    return ERR_NONE;
}

/* Spans of a text that is no part of the query are told apart by where they begin. */
static void move_spans(struct ast *ast, uint32_t by)
{
    ast->span.start += by;
    ast->span.end += by;
    ast->op_span.start += by;
    ast->op_span.end += by;
    for (uint32_t i = 0; i < ast->child_count; i++)
        move_spans(ast->children[i], by);
}

static enum err_code keep_text(struct tuner *t, const char *origin, struct slice text, uint32_t *out_base)
{
    struct tune_texts *texts = t->texts;
    uint64_t base = FIRST_BASE;
    if (texts->count > 0)
        base = (uint64_t)texts->items[texts->count - 1].base + texts->items[texts->count - 1].text.len + 1;
    if (base + text.len >= UINT32_MAX)
        return err_set(t->err, ERR_LIMIT, "the tuning is too long for a query");
    if (texts->count == texts->capacity) {
        size_t capacity = texts->capacity ? 2 * texts->capacity : STAGE_COUNT;
        struct tune_text *items = arena_array(t->arena, capacity, sizeof *items);
        if (!items)
            return err_no_memory(t->err, capacity * sizeof *items);
        if (texts->count > 0)
            memcpy(items, texts->items, texts->count * sizeof *items);
        texts->items = items;
        texts->capacity = capacity;
    }
    texts->items[texts->count++] = (struct tune_text){origin, text, (uint32_t)base};
    *out_base = (uint32_t)base;
    return ERR_NONE;
}

static enum err_code parse_stage(struct tuner *t, const char *origin, struct slice text, struct ast **out_expr)
{
    uint32_t base = 0;
    TRY(keep_text(t, origin, text, &base));
    enum err_code code = kql_parse_predicate(text, t->arena, out_expr, t->err);
    if (code == ERR_NONE) {
        move_spans(*out_expr, base);
    } else if (t->err && t->err->has_span) {
        t->err->span.start += base;
        t->err->span.end += base;
    }
    return code;
}

/* What stands in the buffer, as a tree whose text lives in the arena. */
static enum err_code parse_written(struct tuner *t, struct ast **out_expr)
{
    struct slice text = t->buf.failed ? (struct slice){0} : arena_copy(t->arena, buf_slice(&t->buf));
    if (!text.ptr)
        return err_no_memory(t->err, t->buf.len);
    if (text.len > KQL_TEXT_MAX)
        return err_set(t->err, ERR_USAGE, "a list of the tuning is too long: as KQL it has %zu bytes, more than %d",
                       text.len, KQL_TEXT_MAX);
    return parse_stage(t, "tuning", text, out_expr);
}

static enum err_code put_stage(struct tuner *t, enum tune_stage stage)
{
    const char *column = NULL, *function = NULL;
    size_t level = 0;
    if (stage_column(stage, &column, &function)) {
        level = level_of(&t->pipeline, slice_from_cstr(column));
        column = level > 0 ? column : function;
    }
    buf_clear(&t->buf);
    stage_write(stage, t->tuning, column, &t->buf);
    if (t->buf.len == 0 && !t->buf.failed)
        return ERR_NONE;
    struct ast *expr = NULL;
    TRY(parse_written(t, &expr));
    return put_at(t, level, AST_PIPE_WHERE, expr);
}

/* --- categories: the rule's own list of them --- */

static enum err_code replace_categories(struct tuner *t, bool *out_replaced)
{
    *out_replaced = false;
    uint32_t index;
    struct ast **body = let_body(t->query, t->query->child_count - 1, SLICE("Categories"), &index);
    if (!body || (*body)->kind != AST_LITERAL || (*body)->value.type != TYPE_DYNAMIC)
        return ERR_NONE;
    buf_clear(&t->buf);
    stage_categories(t->tuning->categories, &t->buf);
    TRY(parse_written(t, body));
    *out_replaced = true;
    return ERR_NONE;
}

static enum err_code put_categories(struct tuner *t)
{
    bool replaced = false;
    if (t->tuning->categories != 0)
        TRY(replace_categories(t, &replaced));
    return replaced ? ERR_NONE : put_stage(t, STAGE_CATEGORY);
}

/* --- the user's own predicates --- */

/* The first level that has the name: where it is made; for one that nobody knows, which an input may have, where all are. */
static size_t level_with(const struct tuner *t, struct slice name)
{
    size_t made = level_of(&t->pipeline, name);
    if (made > 0 || schema_find(schema_device_network_events(), name) != COLUMN_NONE)
        return made;
    return widest_level(&t->pipeline);
}

static void raise_level(const struct tuner *t, const struct ast *expr, size_t *level)
{
    size_t wanted = expr->kind == AST_NAME ? level_with(t, expr->text) : 0;
    *level = wanted > *level ? wanted : *level;
    for (uint32_t i = 0; i < expr->child_count; i++)
        raise_level(t, expr->children[i], level);
}

static enum err_code put_wheres(struct tuner *t)
{
    for (size_t i = 0; i < t->tuning->wheres.count; i++) {
        struct ast *expr = NULL;
        TRY(parse_stage(t, t->tuning->wheres_place, t->tuning->wheres.items[i], &expr));
        size_t level = 0;
        raise_level(t, expr, &level);
        TRY(put_at(t, level, AST_PIPE_WHERE, expr));
    }
    return ERR_NONE;
}

/* --- unique --- */

static enum err_code put_unique(struct tuner *t)
{
    if (!t->tuning->unique)
        return ERR_NONE;
    size_t level = widest_level(&t->pipeline);
    struct ast *star = arena_zalloc(t->arena, 1, sizeof *star);
    if (!star)
        return err_no_memory(t->err, sizeof *star);
    *star = (struct ast){.kind = AST_STAR, .span = t->query->span, .op_span = t->query->span};
    TRY(put_at(t, level, AST_PIPE_DISTINCT, star));
    (*t->pipeline.levels[level].link)->text = DISTINCT_ROWS;
    return ERR_NONE;
}

/* --- all --- */

static enum err_code put_all(struct tuner *t)
{
    TRY(find_pipeline(t));
    for (enum tune_stage stage = 0; stage < STAGE_CATEGORY; stage++)
        TRY(put_stage(t, stage));
    TRY(put_categories(t));
    TRY(put_wheres(t));
    return put_unique(t);
}

enum err_code tune_query(struct ast *query, const struct tuning *tuning, struct arena *arena,
                         struct tune_texts *out_texts, struct err *err)
{
    *out_texts = (struct tune_texts){0};
    if (tuning_is_none(tuning))
        return ERR_NONE;
    struct tuner tuner = {.query = query, .tuning = tuning, .arena = arena, .texts = out_texts, .err = err};
    buf_init(&tuner.buf, 0);
    enum err_code code = put_all(&tuner);
    buf_release(&tuner.buf);
    return code;
}

const struct tune_text *tune_text_of(const struct tune_texts *texts, struct err *err)
{
    if (!err->has_span || err->span.start < FIRST_BASE)
        return NULL;
    for (size_t i = texts->count; i > 0; i--) {
        const struct tune_text *text = &texts->items[i - 1];
        if (err->span.start < text->base)
            continue;
        err->span.start -= text->base;
        err->span.end -= text->base;
        return text;
    }
    return NULL;
}
