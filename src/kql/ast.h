/*
 * ast.h - the syntax tree of a query: what was written, before names and types mean anything.
 *
 * One node type; the table at enum ast_kind says what a kind's text and children are. Nodes live in the arena that the
 * parser was given, texts borrow from the query's text or that arena. Spans are byte offsets into the query's text.
 */
#ifndef DDNSHUNT_KQL_AST_H
#define DDNSHUNT_KQL_AST_H

#include "base/err.h"
#include "base/slice.h"
#include "event/value.h"

enum ast_kind {
    /* scalar expressions */
    AST_LITERAL,  /* value */
    AST_NAME,     /* text: a column, a let name, a table */
    AST_CALL,     /* text: function; children: arguments (AST_NAMED for name=value). toscalar has one, maybe a table */
    AST_BINARY,   /* text: operator ("==", "has", "and", "!in~", "matches regex"), older spellings and <> replaced by
                     today's; children: left, right. Chains of `and` and of `or` are balanced, not leaning left */
    AST_UNARY,    /* text: "-" or "+"; child: operand. A sign before a number is part of its AST_LITERAL */
    AST_MEMBER,   /* text: key; child: object            d.key  d["key"] is AST_INDEX */
    AST_INDEX,    /* children: object, index             d[0]  d["key"] */
    AST_LIST,     /* children: the elements of a parenthesised list at the right of in, has_any, has_all, between (2) */
    AST_STAR,     /* * in count(*), arg_max(x, *), distinct * */
    AST_NAMED,    /* text: name; child: expression       name = expr. (a, b) = expr has AST_NAMES as first child, expr
                     second, empty text */
    AST_NAMES,    /* children: AST_NAME */
    AST_WILDCARD, /* text: a name pattern with *        project-away Init*  */
    AST_TYPE,     /* text: type name                      typeof(long), and in datatable headers */

    /* tabular expressions: each operator's first child is its input, except the sources */
    AST_PIPE_WHERE,     /* input, predicate */
    AST_PIPE_EXTEND,    /* input, columns... */
    AST_PIPE_PROJECT,   /* input, columns... */
    AST_PIPE_AWAY,      /* input, names or wildcards... */
    AST_PIPE_KEEP,      /* input, names or wildcards... */
    AST_PIPE_RENAME,    /* input, AST_NAMED(new = AST_NAME old)... */
    AST_PIPE_REORDER,   /* input, names, wildcards or AST_ORDER over one (asc, desc, granny-asc, granny-desc)... */
    AST_PIPE_SORT,      /* input, AST_ORDER... */
    AST_PIPE_TOP,       /* input, count expression, AST_ORDER */
    AST_PIPE_TAKE,      /* input, count expression */
    AST_PIPE_COUNT,     /* input; AST_NAMED child for `count as X` is not Kusto: none */
    AST_PIPE_DISTINCT,  /* input, columns or AST_STAR...; text: "" or DISTINCT_ROWS */
    AST_PIPE_SUMMARIZE, /* input, AST_LIST of aggregates, AST_LIST of by (both may be empty) */
    AST_ORDER,     /* text: "asc" / "desc" / "" and after a blank "nulls first" / "nulls last"; child: expression */
    AST_PRINT,     /* columns... (no input) */
    AST_RANGE,     /* text: name; from, to, step */
    AST_DATATABLE, /* AST_LIST of AST_NAMED(column name, AST_TYPE), AST_LIST of literals: whole rows */

    /* statements */
    AST_LET,  /* text: name; child: scalar or tabular expression */
    AST_QUERY /* lets in order, then the one tabular expression */
};

struct ast {
    enum ast_kind kind;
    struct span span;    /* the whole node, with the parentheses around it */
    struct span op_span; /* of the operator, function name, key or name within it, for carets */
    struct slice text;
    struct value value; /* AST_LITERAL */
    bool parenthesised; /* was written in parentheses (the printer and messages care) */
    uint16_t depth;     /* 1 + the greatest of the children's; at most AST_DEPTH_MAX */
    uint32_t child_count;
    struct ast **children;
};

/*
 * `distinct *` over the rows of the inputs, as the program puts it in for --unique: rows are equal if all their columns are, those
 * of Sentinel too, and the first one stays with where it came from. It prints as `distinct *`.
 */
#define DISTINCT_ROWS SLICE("rows")

/* A table by its form alone. A name or a call may be one too. */
static inline bool ast_is_tabular(const struct ast *ast)
{
    return (ast->kind >= AST_PIPE_WHERE && ast->kind <= AST_PIPE_SUMMARIZE) ||
           (ast->kind >= AST_PRINT && ast->kind <= AST_DATATABLE);
}

/* Nesting deeper than this is refused with ERR_QUERY, so that no walk over a tree can exhaust the stack. */
enum { AST_DEPTH_MAX = 200 };

#endif
