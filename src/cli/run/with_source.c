/*
 * with_source.c - --with-source: carries the provenance columns through a query's pipeline: see run_int.h.
 *
 * The columns are there at the table. Operators that pick columns (project, project-keep) get them added; those that
 * make rows of several rows have no answer. If nothing picks, an extend names them, so that they become part of the
 * result.
 */
#include "cli/run/run_int.h"

static const char *const SOURCE_COLUMNS[] = {"SourceFile", "SourceRecord", "SourceOffset"};
enum { SOURCE_COLUMN_COUNT = sizeof SOURCE_COLUMNS / sizeof *SOURCE_COLUMNS };

static struct ast *make_node(struct arena *arena, enum ast_kind kind, const struct ast *near, const char *text,
                             uint32_t child_count)
{
    struct ast *node = arena_zalloc(arena, 1, sizeof *node);
    struct ast **children = arena_array(arena, child_count, sizeof(struct ast *));
    if (!node || !children)
        return NULL;
    node->kind = kind;
    node->span = node->op_span = near->span;
    node->text = slice_from_cstr(text);
    node->child_count = child_count;
    node->children = children;
    return node;
}

/* Children of `from` and behind them the names of the provenance columns that it does not have yet. */
static enum err_code append_names(struct ast *node, struct arena *arena, struct err *err)
{
    struct ast **children = arena_array(arena, node->child_count + SOURCE_COLUMN_COUNT, sizeof(struct ast *));
    if (!children)
        return err_no_memory(err, (node->child_count + SOURCE_COLUMN_COUNT) * sizeof(struct ast *));
    uint32_t count = node->child_count;
    memcpy(children, node->children, count * sizeof(struct ast *));
    for (size_t i = 0; i < SOURCE_COLUMN_COUNT; i++) {
        struct slice name = slice_from_cstr(SOURCE_COLUMNS[i]);
        bool there = false;
        for (uint32_t c = 1; c < node->child_count; c++)
            there |= (node->children[c]->kind == AST_NAME || node->children[c]->kind == AST_NAMED) &&
                     slice_eq(node->children[c]->text, name);
        if (there)
            continue;
        children[count] = make_node(arena, AST_NAME, node, SOURCE_COLUMNS[i], 0);
        if (!children[count++])
            return err_no_memory(err, sizeof *node);
    }
    node->children = children;
    node->child_count = count;
    return ERR_NONE;
}

/* The pipeline is wrapped: ... | extend SourceFile, SourceRecord, SourceOffset */
static enum err_code wrap(struct ast **pipe, struct arena *arena, struct err *err)
{
    struct ast *extend = make_node(arena, AST_PIPE_EXTEND, *pipe, "", 1);
    if (!extend)
        return err_no_memory(err, sizeof *extend);
    extend->children[0] = *pipe;
    TRY(append_names(extend, arena, err));
    *pipe = extend;
    return ERR_NONE;
}

static enum err_code no_source(const struct ast *node, struct err *err)
{
    return err_query(err, ERR_USAGE, node->op_span,
                     "--with-source has no answer here: a row of this result has no single record that it came from");
}

enum err_code with_source(struct ast *query, struct arena *arena, struct err *err)
{
    struct ast **top = &query->children[query->child_count - 1];
    bool picked = false;
    for (struct ast *node = *top; node; node = node->child_count > 0 ? node->children[0] : NULL) {
        switch (node->kind) {
        case AST_PIPE_PROJECT:
        case AST_PIPE_KEEP:
            TRY(append_names(node, arena, err));
            picked = true;
            break;
        case AST_PIPE_DISTINCT:
            if (slice_eq(node->text, DISTINCT_ROWS))
                break; /* --unique: the first of equal rows */
            return no_source(node, err);
        case AST_PIPE_COUNT:
        case AST_PIPE_SUMMARIZE:
        case AST_PRINT:
        case AST_RANGE:
        case AST_DATATABLE:
            return no_source(node, err);
        default:
            break;
        }
        if (node->kind == AST_NAME)
            break;
    }
    return picked ? ERR_NONE : wrap(top, arena, err);
}
