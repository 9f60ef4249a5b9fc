/*
 * parser_expr.c - scalar expressions, names and lists: see parser_int.h.
 *
 * Binary operators are read by precedence climbing over the table in syntax.c. Of an operator that does not chain
 * (==, has, in ...) one may stand in a row; the next needs parentheses around the first.
 */
#include "kql/syntax/parser_int.h"
#include "kql/syntax/syntax.h"

/* Expressions within expressions; the tree's own depth is held by parser_node(). */
static bool enter(struct parser *parser)
{
    if (parser->nesting < AST_DEPTH_MAX) {
        parser->nesting++;
        return true;
    }
    (void)parser_fail(parser, parser->token.span, "the query is nested too deeply (more than %d levels)",
                      AST_DEPTH_MAX);
    return false;
}

static void leave(struct parser *parser)
{
    parser->nesting--;
}

bool parser_at_quoted_name(const struct parser *parser)
{
    return token_is(&parser->token, "[") && parser->next.kind == TOKEN_STRING;
}

/* The bytes of the adjacent strings here, which are read. */
static bool strings_length(struct parser *parser, size_t *out_len)
{
    *out_len = 0;
    while (parser->token.kind == TOKEN_STRING) {
        *out_len += parser->token.value.str.len;
        if (!parser_advance(parser))
            return false;
    }
    return true;
}

/* One string out of the adjacent ones here. */
static bool join_strings(struct parser *parser, struct value *out_value)
{
    *out_value = parser->token.value;
    if (parser->next.kind != TOKEN_STRING)
        return parser_advance(parser);
    /* Read twice, so that many of them are copied once. */
    struct parser_mark mark = parser_mark(parser);
    size_t len;
    if (!strings_length(parser, &len))
        return false;
    parser_reset(parser, &mark);
    char *text = arena_alloc(parser->arena, len);
    if (!text)
        return parser_no_memory(parser, len);
    for (size_t at = 0; parser->token.kind == TOKEN_STRING;) {
        struct slice part = parser->token.value.str;
        if (part.len)
            memcpy(text + at, part.ptr, part.len);
        at += part.len;
        if (!parser_advance(parser))
            return false;
    }
    *out_value = value_str(slice_of(text, len));
    return true;
}

/* ['name'] */
static bool parse_quoted_name(struct parser *parser, struct slice *out_name)
{
    struct value value;
    uint32_t start = parser->token.span.start;
    if (!parser_advance(parser) || !join_strings(parser, &value) || !parser_expect(parser, "]", "after a quoted name"))
        return false;
    if (value.str.len == 0)
        return parser_fail(parser, (struct span){start, parser->last_end}, "a name can't be empty");
    *out_name = value.str;
    return true;
}

bool parse_name(struct parser *parser, bool is_declaration, struct slice *out_name)
{
    if (parser_at_quoted_name(parser))
        return parse_quoted_name(parser, out_name);
    if (parser->token.kind != TOKEN_NAME)
        return parser_stray(parser, "a name");
    enum word_use use = syntax_word_use(parser->token.text);
    bool is_identifier = syntax_compound_word(parser->token.text) == 0 && !memchr("!", parser->token.text.ptr[0], 1);
    if (!is_identifier || use == WORD_RESERVED || use == WORD_SELECTED || (use == WORD_DECLARED && !is_declaration))
        return parser_bad_name(parser, parser->token.text, parser->token.span);
    *out_name = parser->token.text;
    return parser_advance(parser);
}

bool parse_elements(struct parser *parser, parse_fn *element, const char *what)
{
    do {
        if (parser->code)
            return false;
        bool is_by = token_is_word(&parser->token, "by") && !token_is(&parser->next, "=");
        if (parser_at_end_of_operator(parser) || token_is(&parser->token, ",") || is_by) {
            struct slice found = token_describe(&parser->token);
            return parser_fail(parser, parser->token.span, "expected %s, found %.*s", what, SLICE_ARG(found));
        }
        if (!parser_push(parser, element(parser)))
            return false;
    } while (parser_accept(parser, ","));
    return parser->code == ERR_NONE;
}

static struct ast *literal_node(struct parser *parser, uint32_t start, struct value value)
{
    struct ast *node = parser_node(parser, AST_LITERAL, start, SLICE(""), parser->stack_count);
    if (node)
        node->value = value;
    return node;
}

/* sign: '-', '+' or 0, already read. */
static struct ast *parse_number(struct parser *parser, uint32_t start, char sign)
{
    struct value value = parser->token.value;
    if (parser->token.only_negative && sign != '-') {
        (void)parser_fail(parser, parser->token.span, "%.*s is too large for a long", SLICE_ARG(parser->token.text));
        return parser_hint(parser, "write it as a real, %.*s.0, or as decimal(...)", SLICE_ARG(parser->token.text));
    }
    if (sign == '-' && value.type == TYPE_REAL)
        value.f64 = -value.f64;
    else if (sign == '-')
        value.i64 = parser->token.only_negative ? INT64_MIN : -value.i64;
    return parser_advance(parser) ? literal_node(parser, start, value) : NULL;
}

struct ast *parse_literal(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    struct value value = parser->token.value;
    struct ast *call;
    switch (parser->token.kind) {
    case TOKEN_STRING:
        return join_strings(parser, &value) ? literal_node(parser, start, value) : NULL;
    case TOKEN_LITERAL:
        return parser_advance(parser) ? literal_node(parser, start, value) : NULL;
    case TOKEN_NUMBER:
        return parse_number(parser, start, 0);
    case TOKEN_NOW:
        if (!parser_advance(parser))
            return NULL;
        call = parser_node(parser, AST_CALL, start, SLICE("now"), parser->stack_count);
        return call;
    case TOKEN_NAME:
        if (token_is_word(&parser->token, "dynamic") && token_is(&parser->next, "("))
            return parse_dynamic(parser);
        return NULL;
    default:
        return NULL;
    }
}

/* typeof(long) */
static struct ast *parse_typeof(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    if (!parser_advance(parser) || !parser_advance(parser))
        return NULL;
    struct token name = parser->token;
    enum type type;
    if (name.kind != TOKEN_NAME || !type_from_name(name.text, &type))
        return parser_fail(parser, name.span, "expected the name of a type, found %.*s",
                           SLICE_ARG(token_describe(&name)));
    if (!parser_advance(parser))
        return NULL;
    if (token_is(&parser->token, ":"))
        return parser_unsupported(parser, name.span, "typeof() with several columns is not supported yet");
    if (!parser_expect(parser, ")", "after the type"))
        return NULL;
    struct ast *node = parser_node(parser, AST_TYPE, start, name.text, parser->stack_count);
    if (node)
        node->op_span = name.span;
    return node;
}

static struct ast *parse_argument(struct parser *parser)
{
    if (token_is(&parser->token, "*") && (token_is(&parser->next, ")") || token_is(&parser->next, ","))) {
        uint32_t start = parser->token.span.start;
        return parser_advance(parser) ? parser_node(parser, AST_STAR, start, SLICE(""), parser->stack_count) : NULL;
    }
    return parse_named_expr(parser);
}

/* name(arguments): the name has been read, '(' stands here. */
static struct ast *parse_call(struct parser *parser, uint32_t start, struct slice name)
{
    size_t base = parser->stack_count;
    struct span name_span = {start, parser->last_end};
    if (!parser_advance(parser))
        return NULL;
    if (!token_is(&parser->token, ")") && !parse_elements(parser, parse_argument, "an argument"))
        return NULL;
    if (!parser_expect(parser, ")", "to close the arguments"))
        return NULL;
    struct ast *call = parser_node(parser, AST_CALL, start, name, base);
    if (call)
        call->op_span = name_span;
    return call;
}

/* toscalar(T | ...): one argument, a table or a value. */
static struct ast *parse_toscalar(struct parser *parser)
{
    size_t base = parser->stack_count;
    struct token word = parser->token;
    if (!parser_advance(parser) || !parser_advance(parser) || !parser_push(parser, parse_pipeline(parser)) ||
        !parser_expect(parser, ")", "to close toscalar"))
        return NULL;
    struct ast *call = parser_node(parser, AST_CALL, word.span.start, word.text, base);
    if (call)
        call->op_span = word.span;
    return call;
}

static struct ast *parse_name_or_call(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    struct slice name = {0};
    if (!parse_name(parser, false, &name))
        return NULL;
    if (token_is(&parser->token, "("))
        return parse_call(parser, start, name);
    return parser_node(parser, AST_NAME, start, name, parser->stack_count);
}

static struct ast *parse_parenthesised(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    if (!parser_advance(parser))
        return NULL;
    if (token_is(&parser->token, ")"))
        return parser_fail(parser, parser->token.span, "expected an expression between the parentheses");
    struct ast *inner = parse_pipeline(parser);
    if (!inner || !parser_expect(parser, ")", "to close the parenthesis"))
        return NULL;
    inner->span = (struct span){start, parser->last_end};
    inner->parenthesised = true;
    return inner;
}

static struct ast *parse_primary(struct parser *parser)
{
    struct ast *literal = parse_literal(parser);
    if (literal || parser->code)
        return literal;
    if (token_is(&parser->token, "("))
        return parse_parenthesised(parser);
    if (parser_at_quoted_name(parser))
        return parse_name_or_call(parser);
    if (parser->token.kind != TOKEN_NAME)
        return parser_bad_value(parser);
    if (token_is_word(&parser->token, "typeof") && token_is(&parser->next, "("))
        return parse_typeof(parser);
    if (token_is_word(&parser->token, "toscalar") && token_is(&parser->next, "("))
        return parse_toscalar(parser);
    if (syntax_word_use(parser->token.text) != WORD_FREE || syntax_compound_word(parser->token.text) ||
        parser->token.text.ptr[0] == '!' || (token_is_word(&parser->token, "not") && !token_is(&parser->next, "(")))
        return parser_bad_value(parser);
    return parse_name_or_call(parser);
}

/* .key or .['key'] */
static struct ast *parse_member(struct parser *parser, struct ast *object)
{
    size_t base = parser->stack_count;
    struct slice key;
    if (!parser_push(parser, object) || !parser_advance(parser))
        return NULL;
    uint32_t key_start = parser->token.span.start;
    if (parser->token.kind == TOKEN_NAME && syntax_word_use(parser->token.text) == WORD_SELECTED) {
        key = parser->token.text;
        if (!parser_advance(parser))
            return NULL;
    } else if (!parse_name(parser, false, &key)) {
        return NULL;
    }
    struct span key_span = {key_start, parser->last_end};
    if (token_is(&parser->token, "("))
        return parser_unsupported(parser, key_span, "a function behind a dot is not supported yet");
    struct ast *member = parser_node(parser, AST_MEMBER, object->span.start, key, base);
    if (member)
        member->op_span = key_span;
    return member;
}

static struct ast *parse_index(struct parser *parser, struct ast *object)
{
    size_t base = parser->stack_count;
    uint32_t start = parser->token.span.start;
    if (!parser_push(parser, object) || !parser_advance(parser) || !parser_push(parser, parse_expr(parser)) ||
        !parser_expect(parser, "]", "to close the index"))
        return NULL;
    struct ast *index = parser_node(parser, AST_INDEX, object->span.start, SLICE(""), base);
    if (index)
        index->op_span = (struct span){start, parser->last_end};
    return index;
}

static struct ast *parse_postfix(struct parser *parser)
{
    struct ast *node = parse_primary(parser);
    while (node) {
        bool is_member = token_is(&parser->token, ".");
        if (!is_member && !token_is(&parser->token, "["))
            break;
        if (ast_is_tabular(node))
            return parser_fail(parser, node->span, "a table stands where a value is expected");
        node = is_member ? parse_member(parser, node) : parse_index(parser, node);
    }
    return node;
}

/* One sign at most, as in Kusto. */
static struct ast *parse_unary(struct parser *parser)
{
    struct token sign = parser->token;
    if (!token_is(&sign, "-") && !token_is(&sign, "+"))
        return parse_postfix(parser);
    size_t base = parser->stack_count;
    if (!parser_advance(parser))
        return NULL;
    if (parser->token.kind == TOKEN_NUMBER && !token_is(&parser->next, ".") && !token_is(&parser->next, "["))
        return parse_number(parser, sign.span.start, sign.text.ptr[0]);
    struct ast *operand = parse_postfix(parser);
    if (operand && ast_is_tabular(operand))
        return parser_fail(parser, operand->span, "a table stands where a value is expected");
    if (!parser_push(parser, operand))
        return NULL;
    struct ast *unary = parser_node(parser, AST_UNARY, sign.span.start, sign.text, base);
    if (unary)
        unary->op_span = sign.span;
    return unary;
}

static struct ast *binary_node(struct parser *parser, struct parser_item left, struct parser_item right,
                               const char *text)
{
    size_t base = parser->stack_count;
    if (!parser_push(parser, left.node) || !parser_push(parser, right.node))
        return NULL;
    struct ast *node = parser_node(parser, AST_BINARY, left.node->span.start, slice_from_cstr(text), base);
    if (node) {
        node->span.end = right.node->span.end;
        node->op_span = right.op_span;
    }
    return node;
}

/* The tree of least depth over items [first, first + count) of the stack, which stay there. */
static struct ast *balanced(struct parser *parser, size_t first, size_t count, const char *text)
{
    if (count == 1)
        return parser->stack[first].node;
    size_t half = (count + 1) / 2;
    struct span op_span = parser->stack[first + half].op_span;
    struct ast *left = balanced(parser, first, half, text);
    struct ast *right = left ? balanced(parser, first + half, count - half, text) : NULL;
    if (!right)
        return NULL;
    return binary_node(parser, (struct parser_item){left, op_span}, (struct parser_item){right, op_span}, text);
}

/* (a, b) or (table) */
static struct ast *parse_list(struct parser *parser, const struct token *op)
{
    uint32_t start = parser->token.span.start;
    size_t base = parser->stack_count;
    if (!token_is(&parser->token, "(")) {
        (void)parser_fail(parser, parser->token.span, "expected '(' after %.*s, found %.*s", SLICE_ARG(op->text),
                          SLICE_ARG(token_describe(&parser->token)));
        return parser_hint(parser, "write %.*s (\"a\", \"b\")", SLICE_ARG(op->text));
    }
    if (!parser_advance(parser))
        return NULL;
    if (token_is(&parser->token, ")"))
        return parser_fail(parser, parser->token.span, "the list after %.*s is empty", SLICE_ARG(op->text));
    struct ast *first = parse_pipeline(parser);
    if (!parser_push(parser, first))
        return NULL;
    if (token_is(&parser->token, ",")) {
        if (ast_is_tabular(first))
            return parser_fail(parser, first->span, "a table must stand alone in the parentheses");
        if (!parser_advance(parser) || !parse_elements(parser, parse_expr, "a value"))
            return NULL;
    }
    if (!parser_expect(parser, ")", "to close the list"))
        return NULL;
    return parser_node(parser, AST_LIST, start, SLICE(""), base);
}

/* (a .. b) */
static struct ast *parse_range(struct parser *parser, const struct token *op)
{
    uint32_t start = parser->token.span.start;
    size_t base = parser->stack_count;
    if (!token_is(&parser->token, "(")) {
        (void)parser_fail(parser, parser->token.span, "expected '(' after %.*s, found %.*s", SLICE_ARG(op->text),
                          SLICE_ARG(token_describe(&parser->token)));
        return parser_hint(parser, "write %.*s (1 .. 5)", SLICE_ARG(op->text));
    }
    if (!parser_advance(parser) || !parser_push(parser, parse_expr(parser)))
        return NULL;
    if (!token_is(&parser->token, "..")) {
        (void)parser_stray(parser, "'..' between the two ends");
        return parser_hint(parser, "write %.*s (1 .. 5)", SLICE_ARG(op->text));
    }
    if (!parser_advance(parser) || !parser_push(parser, parse_expr(parser)) ||
        !parser_expect(parser, ")", "to close the range"))
        return NULL;
    return parser_node(parser, AST_LIST, start, SLICE(""), base);
}

static struct ast *parse_binary(struct parser *parser, unsigned min_level);

static struct ast *parse_right(struct parser *parser, const struct syntax_operator *op, const struct token *token)
{
    if (op->form == FORM_LIST)
        return parse_list(parser, token);
    if (op->form == FORM_RANGE)
        return parse_range(parser, token);
    struct ast *right = parse_binary(parser, op->level + 1U);
    if (right && ast_is_tabular(right))
        return parser_fail(parser, right->span, "a table stands where a value is expected");
    return right;
}

static const struct syntax_operator *operator_here(struct parser *parser)
{
    if (parser->token.kind != TOKEN_NAME && parser->token.kind != TOKEN_PUNCT)
        return NULL;
    const struct syntax_operator *op = syntax_operator_find(parser->token.text);
    if (op && !op->canonical)
        return parser_unsupported(parser, parser->token.span, "the operator '%s' is not supported yet", op->text);
    return op;
}

/* a and b and c: the operands are gathered first, so that a long chain makes no deep tree. */
static struct ast *parse_chain(struct parser *parser, struct ast *left, const struct syntax_operator *op)
{
    size_t base = parser->stack_count;
    if (!parser_push(parser, left))
        return NULL;
    while (operator_here(parser) == op) {
        struct token token = parser->token;
        if (!parser_advance(parser) || !parser_push(parser, parse_right(parser, op, &token)))
            return NULL;
        parser->stack[parser->stack_count - 1].op_span = token.span;
    }
    if (parser->code)
        return NULL;
    struct ast *tree = balanced(parser, base, parser->stack_count - base, op->canonical);
    parser->stack_count = base;
    return tree;
}

static struct ast *parse_one(struct parser *parser, struct ast *left, const struct syntax_operator *op)
{
    struct token token = parser->token;
    if (!parser_advance(parser))
        return NULL;
    struct ast *right = parse_right(parser, op, &token);
    if (!right)
        return NULL;
    return binary_node(parser, (struct parser_item){left, token.span}, (struct parser_item){right, token.span},
                       op->canonical);
}

static struct ast *parse_binary(struct parser *parser, unsigned min_level)
{
    struct ast *left = parse_unary(parser);
    unsigned max_level = LEVEL_POSTFIX;
    while (left) {
        const struct syntax_operator *op = operator_here(parser);
        if (parser->code)
            return NULL;
        if (!op || op->level < min_level)
            return left;
        if (op->level > max_level) {
            (void)parser_fail(parser, parser->token.span, "'%s' can't follow another comparison", op->text);
            return parser_hint(parser, "put the first one in parentheses, or join the two with `and`");
        }
        if (ast_is_tabular(left))
            return parser_fail(parser, left->span, "a table stands where a value is expected");
        bool chains = syntax_level_chains(op->level);
        left = op->level <= LEVEL_AND ? parse_chain(parser, left, op) : parse_one(parser, left, op);
        max_level = chains ? op->level : op->level - 1U;
    }
    return NULL;
}

/* May still be a table: parse_pipeline() asks for it. */
static struct ast *parse_any(struct parser *parser)
{
    if (!enter(parser))
        return NULL;
    struct ast *node = parse_binary(parser, LEVEL_OR);
    leave(parser);
    return node;
}

struct ast *parse_expr_or_table(struct parser *parser)
{
    return parse_any(parser);
}

struct ast *parse_expr(struct parser *parser)
{
    struct ast *node = parse_any(parser);
    if (node && ast_is_tabular(node))
        return parser_fail(parser, node->span, "a table stands where a value is expected");
    return node;
}

/* name = expr, with the name and `=` standing here. */
static struct ast *parse_named(struct parser *parser)
{
    size_t base = parser->stack_count;
    uint32_t start = parser->token.span.start;
    struct slice name = {0};
    if (!parse_name(parser, true, &name))
        return NULL;
    struct span name_span = {start, parser->last_end};
    if (!parser_expect(parser, "=", "") || !parser_push(parser, parse_expr(parser)))
        return NULL;
    struct ast *named = parser_node(parser, AST_NAMED, start, name, base);
    if (named)
        named->op_span = name_span;
    return named;
}

/* Whether ['name'] = stands here. */
static bool at_quoted_assignment(struct parser *parser)
{
    struct parser_mark mark = parser_mark(parser);
    struct slice name;
    bool is_assignment = parse_quoted_name(parser, &name) && token_is(&parser->token, "=");
    parser_reset(parser, &mark);
    return is_assignment;
}

static bool skip_name(struct parser *parser)
{
    struct slice name;
    if (parser_at_quoted_name(parser))
        return parse_quoted_name(parser, &name);
    return parser->token.kind == TOKEN_NAME && parser_advance(parser);
}

/* Whether (a, b) = stands here. */
static bool at_names_assignment(struct parser *parser)
{
    struct parser_mark mark = parser_mark(parser);
    bool is_list = parser_advance(parser);
    do
        is_list = is_list && skip_name(parser);
    while (is_list && parser_accept(parser, ","));
    is_list = is_list && parser_accept(parser, ")") && token_is(&parser->token, "=");
    parser_reset(parser, &mark);
    return is_list;
}

static struct ast *parse_declared_name(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    struct slice name = {0};
    return parse_name(parser, true, &name) ? parser_node(parser, AST_NAME, start, name, parser->stack_count) : NULL;
}

/* (a, b) = expr */
static struct ast *parse_names_assignment(struct parser *parser)
{
    size_t base = parser->stack_count;
    uint32_t start = parser->token.span.start;
    if (!parser_advance(parser) || !parse_elements(parser, parse_declared_name, "a name") ||
        !parser_expect(parser, ")", "to close the names"))
        return NULL;
    struct ast *names = parser_node(parser, AST_NAMES, start, SLICE(""), base);
    if (!parser_push(parser, names) || !parser_expect(parser, "=", "") || !parser_push(parser, parse_expr(parser)))
        return NULL;
    struct ast *named = parser_node(parser, AST_NAMED, start, SLICE(""), base);
    if (named)
        named->op_span = names->span;
    return named;
}

struct ast *parse_named_expr(struct parser *parser)
{
    if (parser->token.kind == TOKEN_NAME && token_is(&parser->next, "="))
        return parse_named(parser);
    if (parser_at_quoted_name(parser) && at_quoted_assignment(parser))
        return parse_named(parser);
    if (token_is(&parser->token, "(") && parser->next.kind == TOKEN_NAME && at_names_assignment(parser))
        return parse_names_assignment(parser);
    if (token_is(&parser->token, "(") && token_is(&parser->next, "[") && at_names_assignment(parser))
        return parse_names_assignment(parser);
    return parse_expr(parser);
}
