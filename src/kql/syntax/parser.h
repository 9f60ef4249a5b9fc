/*
 * parser.h - tokens to a syntax tree.
 */
#ifndef DDNSHUNT_KQL_PARSER_H
#define DDNSHUNT_KQL_PARSER_H

#include "base/arena.h"
#include "base/buf.h"
#include "kql/ast.h"

/*
 * Parses a whole query (lets and one tabular expression). On ERR_QUERY and ERR_UNSUPPORTED the err has the span, a
 * sentence and, where one helps, a hint. text must outlive the tree.
 */
enum err_code kql_parse(struct slice text, struct arena *arena, struct ast **out_query, struct err *err) MUST_CHECK;

/* Parses a lone scalar predicate (for --where). */
enum err_code kql_parse_predicate(struct slice text, struct arena *arena, struct ast **out_expr,
                                  struct err *err) MUST_CHECK;

/*
 * The tree as KQL text that parses to the same tree, whatever parentheses that needs: an operator a line, long case()
 * calls a pair a line, everything else on one line. ast may be a query, a statement, a tabular or a scalar expression.
 */
void kql_print(const struct ast *ast, struct buf *out);
/* The same with: */
enum kql_print_flag {
    KQL_PRINT_ESCAPED = 1, /* strings are never verbatim: "\\d", not @"\d" */
    KQL_PRINT_ALONE = 2    /* an operator without what stands before it: "| where x" */
};
void kql_print_as(const struct ast *ast, unsigned flags, struct buf *out);
/* A name as KQL writes it: bare, or ['quoted'] where it needs to be. */
void kql_print_name(struct slice name, struct buf *out);
/* A value as a KQL literal. */
void kql_print_literal(const struct value *value, struct buf *out);
void kql_print_literal_as(const struct value *value, unsigned flags, struct buf *out);

/*
 * The error as people read it:
 *   query:2:9: error: unknown column RemoteURL
 *     | where RemoteURL has "x"
 *             ^~~~~~~~~
 *   hint: did you mean RemoteUrl?
 * origin is "query" or a file's name. Tabs and wide characters are taken into account for the caret's place; control
 * characters are shown as '?'.
 */
void kql_diagnose(const char *origin, struct slice text, const struct err *err, struct buf *out);

#endif
