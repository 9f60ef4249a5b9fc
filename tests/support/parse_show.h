/*
 * parse_show.h - for tests: a syntax tree as one line of text, to be compared with what is expected.
 *
 *   (where T (== a 1))   operators by their text, lists as [..], names bare, literals with their type
 */
#ifndef DDNSHUNT_TESTS_PARSE_SHOW_H
#define DDNSHUNT_TESTS_PARSE_SHOW_H

#include "kql/syntax/parser.h"

/* Shows the tree. */
void ast_show(const struct ast *ast, struct buf *out);
/* Equal but for spans and parentheses. */
bool ast_same(const struct ast *a, const struct ast *b);

#endif
