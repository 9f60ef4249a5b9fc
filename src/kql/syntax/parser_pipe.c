/*
 * parser_pipe.c - tabular expressions: sources, and the operators behind each `|`. See parser_int.h.
 */
#include "kql/syntax/parser_int.h"
#include "kql/syntax/syntax.h"

/* Skips `hint.name = value`, of which several may stand in a row: they change speed, never results. */
static bool skip_hints(struct parser *parser)
{
    while (token_is_word(&parser->token, "hint") && token_is(&parser->next, ".") && !parser->next.space_before) {
        struct parser_mark mark = parser_mark(parser);
        if (!parser_advance(parser) || !parser_advance(parser))
            return false;
        struct token name = parser->token;
        if (name.kind != TOKEN_NAME || !token_is(&parser->next, "=")) {
            parser_reset(parser, &mark);
            return true;
        }
        if (!syntax_is_hint(name.text))
            return parser_fail(parser, name.span, "unknown hint '%.*s'", SLICE_ARG(name.text));
        if (!parser_advance(parser) || !parser_advance(parser))
            return false;
        if (parser->token.kind != TOKEN_NAME && parser->token.kind != TOKEN_NUMBER &&
            parser->token.kind != TOKEN_LITERAL && parser->token.kind != TOKEN_STRING)
            return parser_stray(parser, "the value of the hint");
        if (!parser_advance(parser))
            return false;
    }
    return true;
}

static struct ast *star_node(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    return parser_advance(parser) ? parser_node(parser, AST_STAR, start, SLICE(""), parser->stack_count) : NULL;
}

static struct ast *parse_distinct_element(struct parser *parser)
{
    return token_is(&parser->token, "*") ? star_node(parser) : parse_named_expr(parser);
}

/* Whether the next token carries the name pattern on: glued to this one, and `*` or a word. */
static bool pattern_goes_on(const struct token *token)
{
    return !token->space_before && (token_is(token, "*") || token->kind == TOKEN_NAME ||
                                    (token->kind == TOKEN_NUMBER && token->value.type == TYPE_LONG));
}

/* A name, or a pattern: Init*, *Time, * */
static struct ast *parse_pattern(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    bool is_pattern = token_is(&parser->token, "*") ||
                      (parser->token.kind == TOKEN_NAME && token_is(&parser->next, "*") && !parser->next.space_before);
    struct slice name;
    if (!is_pattern)
        return parse_name(parser, false, &name) ? parser_node(parser, AST_NAME, start, name, parser->stack_count)
                                                : NULL;
    do {
        if (!parser_advance(parser))
            return NULL;
    } while (pattern_goes_on(&parser->token));
    name = slice_cut(parser->lexer.text, start, parser->last_end);
    return parser_node(parser, AST_WILDCARD, start, name, parser->stack_count);
}

/* new = old */
static struct ast *parse_rename(struct parser *parser)
{
    struct ast *named = parse_named_expr(parser);
    if (!named)
        return NULL;
    if (named->kind != AST_NAMED || named->text.len == 0) {
        (void)parser_fail(parser, named->span, "expected new = old");
        return parser_hint(parser, "write project-rename NewName = OldName");
    }
    if (named->children[0]->kind != AST_NAME)
        return parser_fail(parser, named->children[0]->span, "only a column can be renamed");
    return named;
}

static struct slice read_direction(struct parser *parser, const char *const *directions)
{
    for (; *directions; directions++)
        if (token_is_word(&parser->token, *directions))
            return parser_advance(parser) ? slice_from_cstr(*directions) : SLICE("");
    return SLICE("");
}

static struct ast *order_node(struct parser *parser, struct ast *expr, struct slice text, struct span op_span)
{
    size_t base = parser->stack_count;
    if (!parser_push(parser, expr))
        return NULL;
    struct ast *order = parser_node(parser, AST_ORDER, expr->span.start, text, base);
    if (order)
        order->op_span = op_span;
    return order;
}

static struct ast *parse_reorder(struct parser *parser)
{
    static const char *const DIRECTIONS[] = {"asc", "desc", "granny-asc", "granny-desc", NULL};
    struct ast *pattern = parse_pattern(parser);
    struct span span = parser->token.span;
    struct slice direction = pattern ? read_direction(parser, DIRECTIONS) : SLICE("");
    if (!pattern || parser->code)
        return NULL;
    return direction.len ? order_node(parser, pattern, direction, span) : pattern;
}

/* nulls first, nulls last: 1, 2; 0 where none stands; -1 after an error */
static int read_nulls(struct parser *parser)
{
    if (!parser_accept_word(parser, "nulls"))
        return parser->code ? -1 : 0;
    if (parser_accept_word(parser, "first"))
        return 1;
    if (parser_accept_word(parser, "last"))
        return 2;
    (void)parser_stray(parser, "'first' or 'last' after nulls");
    return -1;
}

static struct ast *parse_ordered(struct parser *parser)
{
    static const char *const DIRECTIONS[] = {"asc", "desc", NULL};
    static const char *const TEXTS[3][3] = {{"", " nulls first", " nulls last"},
                                            {"asc", "asc nulls first", "asc nulls last"},
                                            {"desc", "desc nulls first", "desc nulls last"}};
    struct ast *expr = parse_named_expr(parser);
    if (!expr)
        return NULL;
    if (expr->kind == AST_NAMED && expr->text.len)
        expr = expr->children[0]; /* the name has no effect */
    if (parser->token.kind == TOKEN_NAME && slice_starts(parser->token.text, SLICE("granny-")))
        return parser_unsupported(parser, parser->token.span, "'%.*s' is not supported yet",
                                  SLICE_ARG(parser->token.text));
    struct span span = parser->token.span;
    struct slice direction = read_direction(parser, DIRECTIONS);
    int nulls = read_nulls(parser);
    if (nulls < 0 || parser->code)
        return NULL;
    if (parser->last_end > span.start)
        span.end = parser->last_end;
    int row = direction.len == 0 ? 0 : direction.len == 3 ? 1 : 2;
    return order_node(parser, expr, slice_from_cstr(TEXTS[row][nulls]), span);
}

/* The aggregates, up to `by` or the end: may be none. */
static bool push_aggregates(struct parser *parser)
{
    size_t base = parser->stack_count;
    uint32_t start = parser->token.span.start;
    if (!token_is_word(&parser->token, "by") && !parser_at_end_of_operator(parser) &&
        !parse_elements(parser, parse_named_expr, "an aggregate"))
        return false;
    return parser_push(parser, parser_node(parser, AST_LIST, start, SLICE(""), base));
}

/* The older `by column bin=size`. */
static bool refuse_bin(struct parser *parser)
{
    if (!token_is_word(&parser->token, "bin") || !token_is(&parser->next, "="))
        return false;
    (void)parser_unsupported(parser, parser->token.span, "`bin=` is not supported yet");
    (void)parser_hint(parser, "write by bin(column, size)");
    return true;
}

static bool push_groups(struct parser *parser)
{
    bool has_by = parser_accept_word(parser, "by");
    size_t base = parser->stack_count;
    uint32_t start = parser->token.span.start;
    if (has_by &&
        (refuse_bin(parser) || !parse_elements(parser, parse_named_expr, "a group key") || refuse_bin(parser)))
        return false;
    return parser_push(parser, parser_node(parser, AST_LIST, start, SLICE(""), base));
}

static bool read_summarize(struct parser *parser)
{
    struct span span = parser->token.span;
    if (!skip_hints(parser) || !push_aggregates(parser) || !push_groups(parser))
        return false;
    const struct ast *groups = parser->stack[parser->stack_count - 1].node;
    const struct ast *aggregates = parser->stack[parser->stack_count - 2].node;
    if (aggregates->child_count == 0 && groups->child_count == 0)
        return parser_fail(parser, span, "summarize needs an aggregate or a `by`");
    return true;
}

static bool read_top(struct parser *parser)
{
    return skip_hints(parser) && parser_push(parser, parse_expr(parser)) &&
           parser_expect_word(parser, "by", "in top") && parser_push(parser, parse_ordered(parser));
}

static bool read_sort(struct parser *parser)
{
    return skip_hints(parser) && parser_expect_word(parser, "by", "in sort") &&
           parse_elements(parser, parse_ordered, "a column to sort by");
}

static bool read_count(struct parser *parser)
{
    if (token_is_word(&parser->token, "as"))
        return parser_unsupported(parser, parser->token.span, "'count as' is not supported yet");
    return true;
}

static bool read_one_expr(struct parser *parser)
{
    if (!skip_hints(parser))
        return false;
    if (parser_at_end_of_operator(parser)) {
        struct slice found = token_describe(&parser->token);
        return parser_fail(parser, parser->token.span, "expected an expression, found %.*s", SLICE_ARG(found));
    }
    return parser_push(parser, parse_expr(parser));
}

static bool read_distinct(struct parser *parser)
{
    return skip_hints(parser) && parse_elements(parser, parse_distinct_element, "a column");
}

static bool read_columns(struct parser *parser)
{
    return parse_elements(parser, parse_named_expr, "a column");
}

static bool read_patterns(struct parser *parser)
{
    return parse_elements(parser, parse_pattern, "a column");
}

static bool read_renames(struct parser *parser)
{
    return parse_elements(parser, parse_rename, "a column");
}

static bool read_reorders(struct parser *parser)
{
    return parse_elements(parser, parse_reorder, "a column");
}

/* What stands behind each operator's name. The input has been pushed before it. */
static const struct pipe_rule {
    enum ast_kind kind;
    bool (*read)(struct parser *parser);
} PIPE_RULES[] = {
    [PIPE_WHERE] = {AST_PIPE_WHERE, read_one_expr},
    [PIPE_EXTEND] = {AST_PIPE_EXTEND, read_columns},
    [PIPE_PROJECT] = {AST_PIPE_PROJECT, read_columns},
    [PIPE_AWAY] = {AST_PIPE_AWAY, read_patterns},
    [PIPE_KEEP] = {AST_PIPE_KEEP, read_patterns},
    [PIPE_RENAME] = {AST_PIPE_RENAME, read_renames},
    [PIPE_REORDER] = {AST_PIPE_REORDER, read_reorders},
    [PIPE_SORT] = {AST_PIPE_SORT, read_sort},
    [PIPE_TOP] = {AST_PIPE_TOP, read_top},
    [PIPE_TAKE] = {AST_PIPE_TAKE, read_one_expr},
    [PIPE_COUNT] = {AST_PIPE_COUNT, read_count},
    [PIPE_DISTINCT] = {AST_PIPE_DISTINCT, read_distinct},
    [PIPE_SUMMARIZE] = {AST_PIPE_SUMMARIZE, read_summarize},
};

/* The operator behind a `|`, which has been read. */
static struct ast *parse_pipe(struct parser *parser, struct ast *input)
{
    size_t base = parser->stack_count;
    struct token word = parser->token;
    enum pipe_kind kind = word.kind == TOKEN_NAME ? syntax_pipe_kind(word.text) : PIPE_NONE;
    if (kind == PIPE_NONE)
        return parser_bad_pipe_word(parser);
    if (kind == PIPE_MISSING)
        return parser_unsupported(parser, word.span, "'%.*s' is not supported yet", SLICE_ARG(word.text));
    if (!parser_push(parser, input) || !parser_advance(parser) || !PIPE_RULES[kind].read(parser))
        return NULL;
    struct ast *pipe = parser_node(parser, PIPE_RULES[kind].kind, input->span.start, SLICE(""), base);
    if (pipe)
        pipe->op_span = word.span;
    return pipe;
}

/* print a = 1, 2 */
static struct ast *parse_print(struct parser *parser)
{
    size_t base = parser->stack_count;
    struct token word = parser->token;
    if (!parser_advance(parser) || !read_columns(parser))
        return NULL;
    struct ast *print = parser_node(parser, AST_PRINT, word.span.start, SLICE(""), base);
    if (print)
        print->op_span = word.span;
    return print;
}

/* range x from 1 to 10 step 1 */
static struct ast *parse_range_source(struct parser *parser)
{
    size_t base = parser->stack_count;
    struct token word = parser->token;
    struct slice name;
    if (!parser_advance(parser) || !parse_name(parser, false, &name) ||
        !parser_expect_word(parser, "from", "after the name in range") || !parser_push(parser, parse_expr(parser)) ||
        !parser_expect_word(parser, "to", "in range") || !parser_push(parser, parse_expr(parser)) ||
        !parser_expect_word(parser, "step", "in range") || !parser_push(parser, parse_expr(parser)))
        return NULL;
    struct ast *range = parser_node(parser, AST_RANGE, word.span.start, name, base);
    if (range)
        range->op_span = word.span;
    return range;
}

/* name:type in a datatable's header */
static struct ast *parse_schema_column(struct parser *parser)
{
    size_t base = parser->stack_count;
    uint32_t start = parser->token.span.start;
    struct slice name;
    if (!parse_name(parser, true, &name))
        return NULL;
    struct span name_span = {start, parser->last_end};
    if (!parser_expect(parser, ":", "and a type after the column's name"))
        return NULL;
    struct token type_token = parser->token;
    enum type type;
    if (type_token.kind != TOKEN_NAME || !type_from_name(type_token.text, &type))
        return parser_fail(parser, type_token.span, "expected the name of a type, found %.*s",
                           SLICE_ARG(token_describe(&type_token)));
    if (!parser_advance(parser))
        return NULL;
    struct ast *node = parser_node(parser, AST_TYPE, type_token.span.start, type_token.text, parser->stack_count);
    if (!parser_push(parser, node))
        return NULL;
    struct ast *named = parser_node(parser, AST_NAMED, start, name, base);
    if (named)
        named->op_span = name_span;
    return named;
}

static struct ast *parse_cell(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    if (parser->token.kind == TOKEN_NOW)
        return parser_unsupported(parser, parser->token.span, "datetime() in a datatable is not supported yet");
    bool is_signed = token_is(&parser->token, "-") || token_is(&parser->token, "+");
    struct ast *cell;
    if (is_signed && parser->next.kind == TOKEN_NUMBER)
        cell = parse_expr(parser); /* which reads the sign, and no more if a `,` or `]` follows */
    else
        cell = parse_literal(parser);
    if (!cell && !parser->code)
        return parser_stray(parser, "a literal");
    if (cell && cell->kind != AST_LITERAL)
        return parser_fail(parser, (struct span){start, parser->last_end}, "a datatable holds literals only");
    return cell;
}

/* Elements behind an opening bracket; a comma too many at either end is allowed, as in Kusto. */
static bool push_loose_list(struct parser *parser, parse_fn *element, const char *close, const char *why)
{
    size_t base = parser->stack_count;
    uint32_t start = parser->last_end - 1;
    (void)parser_accept(parser, ",");
    while (!parser->code && !token_is(&parser->token, close)) {
        if (!parser_push(parser, element(parser)))
            return false;
        if (!parser_accept(parser, ","))
            break;
    }
    if (!parser_expect(parser, close, why))
        return false;
    return parser_push(parser, parser_node(parser, AST_LIST, start, SLICE(""), base));
}

/* datatable(a:int, b:string)[1, "x", 2, "y"] */
static struct ast *parse_datatable(struct parser *parser)
{
    size_t base = parser->stack_count;
    struct token word = parser->token;
    if (!parser_advance(parser) || !parser_expect(parser, "(", "after datatable") ||
        !push_loose_list(parser, parse_schema_column, ")", "to close the columns") ||
        !parser_expect(parser, "[", "before the values") ||
        !push_loose_list(parser, parse_cell, "]", "to close the values"))
        return NULL;
    const struct ast *columns = parser->stack[base].node;
    const struct ast *cells = parser->stack[base + 1].node;
    if (columns->child_count == 0)
        return parser_fail(parser, columns->span, "a datatable needs a column");
    if (cells->child_count % columns->child_count)
        return parser_fail(parser, cells->span, "%u values do not fill rows of %u columns", cells->child_count,
                           columns->child_count);
    struct ast *table = parser_node(parser, AST_DATATABLE, word.span.start, SLICE(""), base);
    if (table)
        table->op_span = word.span;
    return table;
}

/* An operator where the table should stand: where x == 1 */
static bool refuse_leading_operator(struct parser *parser)
{
    const struct token *token = &parser->token;
    enum pipe_kind kind = syntax_pipe_kind(token->text);
    if (kind == PIPE_NONE)
        return false;
    /* Words that are names too are operators only if an operand follows. */
    bool has_operand = parser->next.kind == TOKEN_NAME || parser->next.kind == TOKEN_NUMBER ||
                       parser->next.kind == TOKEN_STRING || parser->next.kind == TOKEN_LITERAL;
    if (syntax_word_use(token->text) == WORD_FREE && !syntax_compound_word(token->text) &&
        (!has_operand || syntax_operator_find(parser->next.text)))
        return false;
    if (kind == PIPE_MISSING) {
        (void)parser_unsupported(parser, token->span, "'%.*s' is not supported yet", SLICE_ARG(token->text));
        return true;
    }
    (void)parser_fail(parser, token->span, "'%.*s' needs a table before it", SLICE_ARG(token->text));
    (void)parser_hint(parser, "write DeviceNetworkEvents | %.*s ...", SLICE_ARG(token->text));
    return true;
}

static struct ast *parse_source(struct parser *parser)
{
    if (parser->token.kind != TOKEN_NAME)
        return parse_expr_or_table(parser);
    if (token_is_word(&parser->token, "print"))
        return parse_print(parser);
    if (token_is_word(&parser->token, "range") && (parser->next.kind == TOKEN_NAME || token_is(&parser->next, "[")) &&
        !syntax_operator_find(parser->next.text))
        return parse_range_source(parser);
    if (token_is_word(&parser->token, "datatable"))
        return parse_datatable(parser);
    return refuse_leading_operator(parser) ? NULL : parse_expr_or_table(parser);
}

/* What stands left of a `|`. */
static bool check_input(struct parser *parser, const struct ast *input)
{
    if (ast_is_tabular(input) || input->kind == AST_NAME || input->kind == AST_CALL)
        return true;
    (void)parser_fail(parser, input->span, "a value stands where a table is expected");
    if (token_is(&parser->next, "|"))
        (void)parser_hint(parser, "for the logical operator write `or`, not ||");
    else
        (void)parser_hint(parser, "a pipeline starts with a table: DeviceNetworkEvents | ...");
    return false;
}

struct ast *parse_pipeline(struct parser *parser)
{
    struct ast *node = parse_source(parser);
    while (node && token_is(&parser->token, "|")) {
        if (!check_input(parser, node) || !parser_advance(parser))
            return NULL;
        node = parse_pipe(parser, node);
        if (node && !parser_at_end_of_operator(parser) && !token_is(&parser->token, ","))
            return parser_stray(parser, "'|' or the end of the query");
    }
    return node;
}
