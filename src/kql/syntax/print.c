/*
 * print.c - a syntax tree as KQL text that parses to the same tree: see parser.h. Literals stand in print_literal.c.
 *
 * Parentheses are put where the levels of syntax.c ask for them, whether or not the tree came from a text. Layout: an
 * operator a line; a case() that does not fit a line gets a pair a line; nothing else is broken.
 */
#include "kql/syntax/parser.h"
#include "kql/syntax/syntax.h"

/* A case() longer than this is written on several lines. */
enum { LINE_WIDTH = 100, INDENT = 4 };

struct printer {
    struct buf *out;
    unsigned indent;
    unsigned flags; /* KQL_PRINT_... */
    bool flat;      /* nothing is broken into lines: a try that may be taken back */
};

static void print_expr(struct printer *printer, const struct ast *ast, unsigned min_level);
static void print_table(struct printer *printer, const struct ast *ast, bool one_line);

static void add(struct printer *printer, const char *text)
{
    buf_add_cstr(printer->out, text);
}

void kql_print_name(struct slice name, struct buf *out)
{
    if (syntax_is_plain_name(name)) {
        buf_add(out, name);
        return;
    }
    struct value text = value_str(name);
    buf_add(out, SLICE("["));
    kql_print_literal(&text, out);
    buf_add(out, SLICE("]"));
}

static void print_function_name(struct printer *printer, struct slice name)
{
    if (syntax_is_plain_function(name) || slice_eq(name, SLICE("toscalar")))
        buf_add(printer->out, name);
    else
        kql_print_name(name, printer->out);
}

static bool is_negative_number(const struct ast *ast)
{
    if (ast->kind != AST_LITERAL || ast->value.is_null)
        return false;
    if (ast->value.type == TYPE_LONG)
        return ast->value.i64 < 0;
    /* Not NaN, infinity: those are real(...). */
    return ast->value.type == TYPE_REAL && ast->value.f64 < 0 && ast->value.f64 - ast->value.f64 == 0;
}

static bool is_plain_number(const struct ast *ast)
{
    return ast->kind == AST_LITERAL && !ast->value.is_null &&
           (ast->value.type == TYPE_LONG || ast->value.type == TYPE_REAL || ast->value.type == TYPE_TIMESPAN);
}

static enum syntax_level level_of(const struct ast *ast)
{
    if (ast->kind == AST_BINARY) {
        const struct syntax_operator *op = syntax_operator_find(ast->text);
        return op ? op->level : LEVEL_OR;
    }
    if (ast->kind == AST_UNARY || is_negative_number(ast))
        return LEVEL_UNARY;
    return LEVEL_POSTFIX;
}

static void print_list(struct printer *printer, const struct ast *const *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            add(printer, ", ");
        print_expr(printer, items[i], LEVEL_OR);
    }
}

static const struct ast *const *children_of(const struct ast *ast)
{
    return (const struct ast *const *)ast->children;
}

static bool is_chain_part(const struct ast *ast, struct slice op)
{
    return ast->kind == AST_BINARY && slice_eq(ast->text, op);
}

/* Operands of the same operator below ast, as far down as it goes. */
static uint32_t chain_count(const struct ast *ast, struct slice op)
{
    if (!is_chain_part(ast, op) || ast->parenthesised)
        return 1;
    return chain_count(ast->children[0], op) + chain_count(ast->children[1], op);
}

/* The shape that the parser gives `a and b and c ...` of count operands. */
static bool chain_is_balanced(const struct ast *ast, struct slice op, uint32_t count)
{
    if (count == 1)
        return true;
    uint32_t left = (count + 1) / 2;
    return chain_count(ast->children[0], op) == left && chain_is_balanced(ast->children[0], op, left) &&
           chain_is_balanced(ast->children[1], op, count - left);
}

static void print_chain(struct printer *printer, const struct ast *ast, struct slice op, unsigned level)
{
    if (!is_chain_part(ast, op) || ast->parenthesised) {
        print_expr(printer, ast, level + 1);
        return;
    }
    print_chain(printer, ast->children[0], op, level);
    buf_printf(printer->out, " %.*s ", SLICE_ARG(op));
    print_chain(printer, ast->children[1], op, level);
}

/* (a .. b), (a, b) or (T | project a) */
static void print_set(struct printer *printer, const struct ast *list, const char *separator)
{
    add(printer, "(");
    for (uint32_t i = 0; i < list->child_count; i++) {
        if (i)
            add(printer, separator);
        if (ast_is_tabular(list->children[i]))
            print_table(printer, list->children[i], true);
        else
            print_expr(printer, list->children[i], LEVEL_OR);
    }
    add(printer, ")");
}

static bool is_comparison(unsigned level)
{
    return level == LEVEL_EQUALITY || level == LEVEL_RELATIONAL || level == LEVEL_STRING;
}

/* A comparison within a comparison gets parentheses that the parser would not need: a reader does. */
static void print_operand(struct printer *printer, const struct ast *operand, unsigned level, bool is_right)
{
    bool leans = level > LEVEL_AND && syntax_level_chains(level);
    unsigned min_level = leans && !is_right ? level : level + 1;
    if (is_comparison(level) && is_comparison(level_of(operand)))
        min_level = LEVEL_UNARY;
    print_expr(printer, operand, min_level);
}

static void print_binary(struct printer *printer, const struct ast *ast)
{
    const struct syntax_operator *op = syntax_operator_find(ast->text);
    unsigned level = op ? op->level : LEVEL_OR;
    if (level <= LEVEL_AND && chain_is_balanced(ast, ast->text, chain_count(ast, ast->text))) {
        print_chain(printer, ast->children[0], ast->text, level);
        buf_printf(printer->out, " %.*s ", SLICE_ARG(ast->text));
        print_chain(printer, ast->children[1], ast->text, level);
        return;
    }
    print_operand(printer, ast->children[0], level, false);
    buf_printf(printer->out, " %.*s ", SLICE_ARG(ast->text));
    if (op && op->form != FORM_VALUE)
        print_set(printer, ast->children[1], op->form == FORM_RANGE ? " .. " : ", ");
    else
        print_operand(printer, ast->children[1], level, true);
}

static void print_unary(struct printer *printer, const struct ast *ast)
{
    /* A bare number would take the sign into itself. */
    bool guard = is_plain_number(ast->children[0]);
    buf_add(printer->out, ast->text);
    if (guard)
        add(printer, "(");
    print_expr(printer, ast->children[0], guard ? LEVEL_OR : LEVEL_POSTFIX);
    if (guard)
        add(printer, ")");
}

/* What a `.` or `[` follows: a number would swallow the point. */
static void print_object(struct printer *printer, const struct ast *object)
{
    bool guard = is_plain_number(object);
    if (guard)
        add(printer, "(");
    print_expr(printer, object, guard ? LEVEL_OR : LEVEL_POSTFIX);
    if (guard)
        add(printer, ")");
}

static void new_line(struct printer *printer)
{
    buf_add_char(printer->out, '\n');
    for (unsigned i = 0; i < printer->indent; i++)
        buf_add_char(printer->out, ' ');
}

/* The pairs of a case() on lines of their own. */
static void print_case_lines(struct printer *printer, const struct ast *call)
{
    add(printer, "case(");
    printer->indent += INDENT;
    for (uint32_t i = 0; i < call->child_count; i++) {
        if (i % 2 == 0)
            new_line(printer);
        else
            add(printer, " ");
        print_expr(printer, call->children[i], LEVEL_OR);
        if (i + 1 < call->child_count)
            add(printer, ",");
    }
    printer->indent -= INDENT;
    new_line(printer);
    add(printer, ")");
}

static void print_call(struct printer *printer, const struct ast *call)
{
    size_t start = printer->out->len;
    bool may_break = !printer->flat && slice_eq(call->text, SLICE("case"));
    bool flat = printer->flat;
    printer->flat = flat || may_break; /* tried once a level, or nested calls would cost 2^depth */
    print_function_name(printer, call->text);
    add(printer, "(");
    if (call->child_count == 1 && ast_is_tabular(call->children[0]))
        print_table(printer, call->children[0], true);
    else
        print_list(printer, children_of(call), call->child_count);
    add(printer, ")");
    printer->flat = flat;
    if (!may_break || printer->out->failed || printer->out->len - start <= LINE_WIDTH)
        return;
    printer->out->len = start;
    print_case_lines(printer, call);
}

static void print_named(struct printer *printer, const struct ast *named)
{
    if (named->child_count == 2) {
        add(printer, "(");
        print_list(printer, children_of(named->children[0]), named->children[0]->child_count);
        add(printer, ")");
    } else {
        kql_print_name(named->text, printer->out);
    }
    add(printer, " = ");
    print_expr(printer, named->children[named->child_count - 1], LEVEL_OR);
}

static void print_order(struct printer *printer, const struct ast *order)
{
    print_expr(printer, order->children[0], LEVEL_OR);
    if (order->text.len && order->text.ptr[0] != ' ')
        add(printer, " ");
    buf_add(printer->out, order->text);
}

static void print_node(struct printer *printer, const struct ast *ast)
{
    switch (ast->kind) {
    case AST_LITERAL:
        kql_print_literal_as(&ast->value, printer->flags, printer->out);
        break;
    case AST_NAME:
        kql_print_name(ast->text, printer->out);
        break;
    case AST_CALL:
        print_call(printer, ast);
        break;
    case AST_BINARY:
        print_binary(printer, ast);
        break;
    case AST_UNARY:
        print_unary(printer, ast);
        break;
    case AST_MEMBER:
        print_object(printer, ast->children[0]);
        add(printer, ".");
        kql_print_name(ast->text, printer->out);
        break;
    case AST_INDEX:
        print_object(printer, ast->children[0]);
        add(printer, "[");
        print_expr(printer, ast->children[1], LEVEL_OR);
        add(printer, "]");
        break;
    case AST_LIST:
        print_set(printer, ast, ", ");
        break;
    case AST_STAR:
        add(printer, "*");
        break;
    case AST_NAMED:
        print_named(printer, ast);
        break;
    case AST_WILDCARD:
        buf_add(printer->out, ast->text);
        break;
    case AST_TYPE:
        buf_printf(printer->out, "typeof(%.*s)", SLICE_ARG(ast->text));
        break;
    case AST_ORDER:
        print_order(printer, ast);
        break;
    default:
        print_table(printer, ast, true);
        break;
    }
}

static void print_expr(struct printer *printer, const struct ast *ast, unsigned min_level)
{
    bool guard = level_of(ast) < min_level || ast_is_tabular(ast);
    if (guard)
        add(printer, "(");
    print_node(printer, ast);
    if (guard)
        add(printer, ")");
}

static void print_summarize(struct printer *printer, const struct ast *ast)
{
    const struct ast *aggregates = ast->children[1];
    const struct ast *groups = ast->children[2];
    add(printer, aggregates->child_count ? "summarize " : "summarize");
    print_list(printer, children_of(aggregates), aggregates->child_count);
    if (groups->child_count) {
        add(printer, " by ");
        print_list(printer, children_of(groups), groups->child_count);
    }
}

static void print_datatable(struct printer *printer, const struct ast *ast)
{
    const struct ast *columns = ast->children[0];
    add(printer, "datatable(");
    for (uint32_t i = 0; i < columns->child_count; i++) {
        if (i)
            add(printer, ", ");
        kql_print_name(columns->children[i]->text, printer->out);
        buf_printf(printer->out, ":%.*s", SLICE_ARG(columns->children[i]->children[0]->text));
    }
    add(printer, ")[");
    print_list(printer, children_of(ast->children[1]), ast->children[1]->child_count);
    add(printer, "]");
}

static void print_range(struct printer *printer, const struct ast *ast)
{
    static const char *const WORDS[] = {" from ", " to ", " step "};
    add(printer, "range ");
    kql_print_name(ast->text, printer->out);
    for (uint32_t i = 0; i < 3; i++) {
        add(printer, WORDS[i]);
        print_expr(printer, ast->children[i], LEVEL_OR);
    }
}

/* Operators that are a word and a list of what stands behind it. */
static const char *const PIPE_WORDS[] = {
    [AST_PIPE_WHERE] = "where",
    [AST_PIPE_EXTEND] = "extend",
    [AST_PIPE_PROJECT] = "project",
    [AST_PIPE_AWAY] = "project-away",
    [AST_PIPE_KEEP] = "project-keep",
    [AST_PIPE_RENAME] = "project-rename",
    [AST_PIPE_REORDER] = "project-reorder",
    [AST_PIPE_SORT] = "sort by",
    [AST_PIPE_TAKE] = "take",
    [AST_PIPE_COUNT] = "count",
    [AST_PIPE_DISTINCT] = "distinct",
};

/* The operator without its input. */
static void print_operator(struct printer *printer, const struct ast *ast)
{
    switch (ast->kind) {
    case AST_PIPE_SUMMARIZE:
        print_summarize(printer, ast);
        break;
    case AST_PIPE_TOP:
        add(printer, "top ");
        print_expr(printer, ast->children[1], LEVEL_OR);
        add(printer, " by ");
        print_expr(printer, ast->children[2], LEVEL_OR);
        break;
    default:
        add(printer, PIPE_WORDS[ast->kind]);
        if (ast->child_count > 1)
            add(printer, " ");
        print_list(printer, children_of(ast) + 1, ast->child_count - 1);
        break;
    }
}

static void print_table(struct printer *printer, const struct ast *ast, bool one_line)
{
    switch (ast->kind) {
    case AST_PRINT:
        add(printer, "print ");
        print_list(printer, children_of(ast), ast->child_count);
        return;
    case AST_RANGE:
        print_range(printer, ast);
        return;
    case AST_DATATABLE:
        print_datatable(printer, ast);
        return;
    default:
        break;
    }
    if (!ast_is_tabular(ast)) {
        print_expr(printer, ast, LEVEL_OR);
        return;
    }
    print_table(printer, ast->children[0], one_line);
    if (one_line)
        add(printer, " ");
    else
        new_line(printer);
    add(printer, "| ");
    print_operator(printer, ast);
}

static void print_let(struct printer *printer, const struct ast *let)
{
    add(printer, "let ");
    kql_print_name(let->text, printer->out);
    add(printer, " = ");
    printer->indent += INDENT;
    print_table(printer, let->children[0], false);
    printer->indent -= INDENT;
    add(printer, ";");
}

void kql_print_as(const struct ast *ast, unsigned flags, struct buf *out)
{
    struct printer printer = {.out = out, .flags = flags};
    if ((flags & KQL_PRINT_ALONE) && ast->kind >= AST_PIPE_WHERE && ast->kind <= AST_PIPE_SUMMARIZE) {
        buf_add(out, SLICE("| "));
        print_operator(&printer, ast);
    } else if (ast->kind == AST_LET) {
        print_let(&printer, ast);
    } else if (ast->kind == AST_QUERY) {
        for (uint32_t i = 0; i + 1 < ast->child_count; i++) {
            print_let(&printer, ast->children[i]);
            buf_add_char(out, '\n');
        }
        print_table(&printer, ast->children[ast->child_count - 1], false);
    } else {
        print_table(&printer, ast, false);
    }
}

void kql_print(const struct ast *ast, struct buf *out)
{
    kql_print_as(ast, 0, out);
}
