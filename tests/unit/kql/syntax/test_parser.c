/*
 * test_parser.c - the tree of every construct, the real precedence, and the exact message for what is wrong.
 */
#include "test.h"

#include "base/mem.h"
#include "kql/syntax/parser.h"
#include "parse_show.h"

#include <stdio.h>

static enum err_code parse_shown(struct slice text, struct buf *out, struct err *err)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query;
    enum err_code code = kql_parse(text, &arena, &query, err);
    if (code == ERR_NONE)
        ast_show(query, out);
    arena_release(&arena);
    return code;
}

/* expected: the tree without "(query ...)" around it. */
static void assert_tree(const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out, 0);
    struct err err = {0};
    enum err_code code = parse_shown(slice_from_cstr(text), &out, &err);
    if (code)
        print_error("%s: %s\n", text, err.text);
    assert_int_equal(code, ERR_NONE);
    char whole[1024];
    snprintf(whole, sizeof whole, "(query %s)", expected);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(whole));
    buf_release(&out);
}

/* The tree of a scalar expression. */
static void assert_expr(const char *text, const char *expected)
{
    char query[512], tree[512];
    snprintf(query, sizeof query, "print %s", text);
    snprintf(tree, sizeof tree, "(print %s)", expected);
    assert_tree(query, tree);
}

/* marked: the query with the error's span between \1 and \2, which are taken out. */
static void assert_fails(enum err_code expected, const char *marked, const char *message, const char *hint)
{
    char text[512];
    struct span span = {0, 0};
    size_t len = 0;
    for (const char *c = marked; *c; c++) {
        if (*c == '\1')
            span.start = (uint32_t)len;
        else if (*c == '\2')
            span.end = (uint32_t)len;
        else
            text[len++] = *c;
    }
    struct buf out;
    buf_init(&out, 0);
    struct err err = {0};
    enum err_code code = parse_shown(slice_of(text, len), &out, &err);
    if (code != expected)
        print_error("%.*s: %s\n", (int)len, text, err.text);
    assert_int_equal(code, expected);
    assert_string_equal(err.text, message);
    assert_string_equal(err.hint, hint);
    assert_true(err.has_span);
    if (err.span.start != span.start || err.span.end != span.end)
        print_error("%.*s: span %u to %u\n", (int)len, text, err.span.start, err.span.end);
    assert_int_equal(err.span.start, span.start);
    assert_int_equal(err.span.end, span.end);
    buf_release(&out);
}

#define assert_wrong(marked, message, hint)   assert_fails(ERR_QUERY, marked, message, hint)
#define assert_missing(marked, message, hint) assert_fails(ERR_UNSUPPORTED, marked, message, hint)

static void operators_have_kustos_precedence(void **state)
{
    (void)state;
    assert_expr("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)");
    assert_expr("a or b and c or d", "(or (or a (and b c)) d)");
    assert_expr("a and b == c + 1", "(and a (== b (+ c 1)))");
    assert_expr("1 < 2 == true", "(== (< 1 2) bool:true)");
    assert_expr("a == b < c", "(== a (< b c))");
    assert_expr("a has 'x' == true", "(== (has a 'x') bool:true)");
    assert_expr("3 * a has b", "(* 3 (has a b))");
    assert_expr("a + b in (1)", "(in (+ a b) [1])");
    assert_expr("a - b - c", "(- (- a b) c)");
    assert_expr("a / b * c % d", "(% (* (/ a b) c) d)");
    assert_expr("(1 + 2) * 3", "(* (+ 1 2) 3)");
    assert_expr("-a.b[0] + +c", "(+ (unary - (index (. b a) 0)) (unary + c))");
    assert_expr("- a has 'x'", "(has (unary - a) 'x')");
}

static void every_operator_is_read(void **state)
{
    (void)state;
    static const char *const VALUES[] = {"or",
                                         "and",
                                         "==",
                                         "!=",
                                         "<",
                                         "<=",
                                         ">",
                                         ">=",
                                         "+",
                                         "-",
                                         "*",
                                         "/",
                                         "%",
                                         "=~",
                                         "!~",
                                         "contains",
                                         "!contains",
                                         "contains_cs",
                                         "!contains_cs",
                                         "has",
                                         "!has",
                                         "has_cs",
                                         "!has_cs",
                                         "hasprefix",
                                         "!hasprefix",
                                         "hasprefix_cs",
                                         "!hasprefix_cs",
                                         "hassuffix",
                                         "!hassuffix",
                                         "hassuffix_cs",
                                         "!hassuffix_cs",
                                         "startswith",
                                         "!startswith",
                                         "startswith_cs",
                                         "!startswith_cs",
                                         "endswith",
                                         "!endswith",
                                         "endswith_cs",
                                         "!endswith_cs",
                                         "matches regex"};
    static const char *const LISTS[] = {"in", "!in", "in~", "!in~", "has_any", "has_all"};
    char text[128], tree[128];
    for (size_t i = 0; i < TEST_COUNT(VALUES); i++) {
        snprintf(text, sizeof text, "a %s b", VALUES[i]);
        snprintf(tree, sizeof tree, "(%s a b)", VALUES[i]);
        assert_expr(text, tree);
    }
    for (size_t i = 0; i < TEST_COUNT(LISTS); i++) {
        snprintf(text, sizeof text, "a %s (1, 'x')", LISTS[i]);
        snprintf(tree, sizeof tree, "(%s a [1 'x'])", LISTS[i]);
        assert_expr(text, tree);
    }
    assert_expr("a between (1 .. 5) and b !between (x..y)", "(and (between a [1 5]) (!between b [x y]))");
    assert_expr("a <> b", "(!= a b)");
    assert_expr("a containscs b or a notcontains b or a notcontainscs b",
                "(or (or (contains_cs a b) (!contains a b)) (!contains_cs a b))");
}

static void long_chains_make_shallow_trees(void **state)
{
    (void)state;
    assert_expr("a or b or c or d", "(or (or a b) (or c d))");
    assert_expr("a and (b and c)", "(and a (and b c))");
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, SLICE("print x"));
    for (int i = 0; i < 5000; i++)
        buf_add(&text, SLICE(" or x"));
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query;
    struct err err;
    assert_int_equal(kql_parse(buf_slice(&text), &arena, &query, &err), ERR_NONE);
    assert_true(query->depth < 20);
    arena_release(&arena);
    buf_release(&text);
}

static void chains_know_the_place_of_each_operator(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query;
    struct err err;
    assert_int_equal(kql_parse(SLICE("print a or (b) or c // or"), &arena, &query, &err), ERR_NONE);
    const struct ast *outer = query->children[0]->children[0];
    assert_int_equal(outer->op_span.start, 15);
    assert_int_equal(outer->op_span.end, 17);
    assert_int_equal(outer->children[0]->op_span.start, 8);
    assert_int_equal(outer->span.start, 6);
    assert_int_equal(outer->span.end, 19);
    assert_int_equal(outer->children[0]->children[1]->span.start, 11);
    arena_release(&arena);
}

static void paths_calls_and_names(void **state)
{
    (void)state;
    assert_expr("d.a.b", "(. b (. a d))");
    assert_expr("d['a'][0][-1].['x y']", "(. x y (index (index (index d 'a') 0) -1))");
    assert_expr("d[(a - 1)]", "(index d (- a 1))");
    assert_expr("f()", "(call f)");
    assert_expr("f(1, x = 2, *)", "(call f 1 (named x 2) (*))");
    assert_expr("f (1)", "(call f 1)");
    assert_expr("parse_json(a).b", "(. b (call parse_json a))");
    assert_expr("['a b'] + [\"c\"]", "(+ a b c)");
    assert_expr("['where']", "where");
    assert_expr("d.kind", "(. kind d)");
    assert_expr("x = 1, ['y z'] = 2, where = 3", "(named x 1) (named y z 2) (named where 3)");
    assert_expr("typeof(long)", "(type long)");
    assert_expr("not(a) and not (b)", "(and (call not a) (call not b))");
    assert_expr("count + take", "(+ count take)");
}

static void literals_and_signs(void **state)
{
    (void)state;
    assert_expr("'a' \"b\" @'\\c' // x\n 'd'", "'ab\\cd'");
    assert_expr("-1, +2, - 3.5, -1h", "-1 2 real:-3.5 timespan:-01:00:00");
    assert_expr("-9223372036854775808", "-9223372036854775808");
    assert_expr("1 - -1", "(- 1 -1)");
    assert_expr("-(1)", "(unary - 1)");
    assert_expr("datetime()", "(call now)");
    assert_expr("dynamic([1, -2.5, 'a', \"b\", null, true, {'k': [1h, datetime(2020-01-01)]}, dynamic({})])",
                "dynamic:[1,-2.5,\"a\",\"b\",null,true,{\"k\":[\"01:00:00\",\"2020-01-01T00:00:00.0000000Z\"]},{}]");
    assert_expr("dynamic({\"a\": 1, \"b\": 2, \"a\": 3})", "dynamic:{\"a\":3,\"b\":2}");
    assert_expr("dynamic(null), dynamic('x'), dynamic ( [ ] )", "dynamic:null dynamic:x dynamic:[]");
}

static void every_tabular_operator(void **state)
{
    (void)state;
    assert_tree("T | where a | filter b", "(where (where T a) b)");
    assert_tree("T | extend a, x = 1", "(extend T a (named x 1))");
    assert_tree("T | project a, x = b", "(project T a (named x b))");
    assert_tree("T | project-away a, b*, *c, ['d e']", "(away T a (wild b*) (wild *c) d e)");
    assert_tree("T | project-keep *", "(keep T (wild *))");
    assert_tree("T | project-rename x = a, ['y z'] = b", "(rename T (named x a) (named y z b))");
    assert_tree("T | project-reorder a, b* asc, c granny-desc",
                "(reorder T a (order asc (wild b*)) (order granny-desc c))");
    assert_tree("T | sort by a, b asc, c desc nulls first, d nulls last",
                "(sort T (order a) (order asc b) (order desc nulls first c) (order  nulls last d))");
    assert_tree("T | order by x = a", "(sort T (order a))");
    assert_tree("T | top 5 by a desc", "(top T 5 (order desc a))");
    assert_tree("T | take 5 | limit 1 + 2", "(take (take T 5) (+ 1 2))");
    assert_tree("T | count", "(count T)");
    assert_tree("T | distinct *", "(distinct T (*))");
    assert_tree("T | distinct a, x = b", "(distinct T a (named x b))");
    assert_tree("T | summarize count(), x = dcount(a) by b, y = bin(c, 1h)",
                "(summarize T [(call count) (named x (call dcount a))] [b (named y (call bin c timespan:01:00:00))])");
    assert_tree("T | summarize by a", "(summarize T [] [a])");
    assert_tree("T | summarize (a, ['b c']) = arg_max(x, y)",
                "(summarize T [(named (names a b c) (call arg_max x y))] [])");
}

static void sources_and_nesting(void **state)
{
    (void)state;
    assert_tree("T", "T");
    assert_tree("['my table'] | count;", "(count my table)");
    assert_tree("(T | where a) | count", "(count (where T a))");
    assert_tree("print 1, x = 'a'", "(print 1 (named x 'a'))");
    assert_tree("range x from 1 to 10 step 2 | count", "(count (range x 1 10 2))");
    assert_tree("datatable(a:int, b:string)[1, 'x', -2, 'y' 'z'] | count",
                "(count (datatable [(named a (type int)) (named b (type string))] [1 'x' -2 'yz']))");
    assert_tree("datatable(a:date,)[,datetime(null),]", "(datatable [(named a (type date))] [datetime:null])");
    assert_tree("T | where a in (T | project b)", "(where T (in a [(project T b)]))");
    assert_tree("T | where a in ((T | project b))", "(where T (in a [(project T b)]))");
    assert_tree("T | where a in (U) and b has_any (print x = 1)",
                "(where T (and (in a [U]) (has_any b [(print (named x 1))])))");
    assert_tree("count | count", "(count count)");
    assert_tree("range(1, 2, 3) | count", "(count (call range 1 2 3))");
}

static void lets_come_first(void **state)
{
    (void)state;
    assert_tree("let x = 1; let T1 = T | take 5; let y = (T1 | count); T1 | where a > x",
                "(let x 1) (let T1 (take T 5)) (let y (count T1)) (where T1 (> a x))");
    assert_tree("let ['a b'] = dynamic([1]); print ['a b']", "(let a b dynamic:[1]) (print a b)");
    assert_tree("let | count", "(count let)");
}

static void hints_are_passed_over(void **state)
{
    (void)state;
    assert_tree("T | summarize hint.shufflekey=b hint.num_partitions = 2 count() by b",
                "(summarize T [(call count)] [b])");
    assert_tree("T | distinct hint.strategy=shuffle a", "(distinct T a)");
    assert_tree("T | top hint.progressive_top=true 5 by a", "(top T 5 (order a))");
    assert_tree("T | where hint.strategy=shuffle f", "(where T f)");
    assert_tree("T | distinct hint.x", "(distinct T (. x hint))");
    assert_wrong("T | distinct hint.\1foo\2=a b", "unknown hint 'foo'", "");
}

static void keywords_in_the_wrong_case_or_language(void **state)
{
    (void)state;
    assert_wrong("T | \1Where\2 a", "KQL keywords are case-sensitive: write `where`", "");
    assert_wrong("T | where a \1AND\2 b", "KQL keywords are case-sensitive: write `and`", "");
    assert_wrong("T | where a \1Contains\2 'b'", "KQL keywords are case-sensitive: write `contains`", "");
    assert_wrong("T | where a \1!HAS\2 'b'", "KQL keywords are case-sensitive: write `!has`", "");
    assert_wrong("T | \1wher\2 a", "unknown operator 'wher'", "did you mean where?");
    assert_wrong("T | \1sumarize\2 count()", "unknown operator 'sumarize'", "did you mean summarize?");
    assert_wrong("T | \1select\2 a", "unknown operator 'select'", "in KQL that is `project`");
    assert_wrong("T | \1wibble\2", "unknown operator 'wibble'", "");
    assert_wrong("T | where a \1starswith\2 'x'", "expected '|' or the end of the query, found 'starswith'",
                 "did you mean startswith?");
    assert_wrong("T | where a \1is\2 null", "expected '|' or the end of the query, found 'is'",
                 "write isnull(x) or isnotnull(x); for text isempty(x) or isnotempty(x)");
    assert_wrong("T | where a \1not\2 in (1)", "expected '|' or the end of the query, found 'not'",
                 "glue it to the operator, as in !in, !has, !contains, or write not(...) around the condition");
    assert_wrong("T | where a \1!has_any\2 ('b')", "expected '|' or the end of the query, found '!has_any'",
                 "write not(x has_any (...))");
    assert_wrong("T | where a \1matches\2  regex 'b'", "expected '|' or the end of the query, found 'matches'",
                 "write `matches regex`, with one blank between the words");
    assert_wrong("T \1where\2 a", "expected '|', ';' or the end of the query, found 'where'", "put a | before where");
}

static void predicates_from_other_languages(void **state)
{
    (void)state;
    assert_wrong("T | where a \1&&\2 b", "KQL has no && operator", "write `and`");
    assert_wrong("T | where a |\1|\2 b", "expected an operator, found '|'",
                 "for the logical operator write `or`, not ||");
    assert_wrong("T | where \1!a\2", "KQL has no ! before a value", "write not(a)");
    assert_wrong("T | where \1!\2(a)", "expected a value, found '!'", "write not(...)");
    assert_wrong("T | where a \1=\2 1", "expected '|' or the end of the query, found '='",
                 "to compare write ==; a name before = that is not plain needs ['...']");
    assert_wrong("T | where a ==\1=\2 1", "expected a value, found '='", "to compare write == or =~");
    assert_wrong("T | where \1not\2 a", "not is a function", "write not(...)");
    assert_wrong("T | where a \1=>\2 1", "expected '|' or the end of the query, found '=>'", "write >=");
    assert_wrong("T | where a \1=\2< 1", "expected '|' or the end of the query, found '='", "write <= or >=");
}

static void comparisons_do_not_chain(void **state)
{
    (void)state;
    static const char HINT[] = "put the first one in parentheses, or join the two with `and`";
    assert_wrong("print 1 == 2 \1==\2 3", "'==' can't follow another comparison", HINT);
    assert_wrong("print 1 < 2 \1<\2 3", "'<' can't follow another comparison", HINT);
    assert_wrong("print a in (1) \1==\2 true", "'==' can't follow another comparison", HINT);
    assert_wrong("print a has b \1contains\2 c", "'contains' can't follow another comparison", HINT);
    assert_expr("(a == b) == c", "(== (== a b) c)");
}

static void values_that_are_missing_or_none(void **state)
{
    (void)state;
    assert_wrong("T | where a ==\1\2", "expected a value, found the end of the query", "");
    assert_wrong("T | where a and \1|\2 count", "expected a value, found '|'", "");
    assert_wrong("T | where \1and\2 a", "expected a value, found 'and'", "");
    assert_wrong("print -\1-\2"
                 "1",
                 "expected a value, found '-'", "one sign is enough");
    assert_wrong("print \1.\2"
                 "5",
                 "expected a value, found '.'", "a number needs a digit before its point: 0.5");
    assert_wrong("print \1[\2"
                 "1, 2]",
                 "expected a value, found '['", "an array or a bag is written dynamic([...]) or dynamic({...})");
    assert_wrong("print \1int\2 (5)", "'int' is the name of a type",
                 "write a literal as int(...) without a blank, or convert with toint(...)");
    assert_wrong("print \1"
                 "9223372036854775808\2",
                 "9223372036854775808 is too large for a long",
                 "write it as a real, 9223372036854775808.0, or as decimal(...)");
    assert_wrong("print x + \1(T | count)\2", "a table stands where a value is expected", "");
    assert_wrong("T | where \1(T | count)\2 == 1", "a table stands where a value is expected", "");
    assert_wrong("\1"
                 "1 + 2\2",
                 "a query gives a table, and this is a value", "write `print ...` to see a value");
    assert_wrong("\1"
                 "1 + 2\2 | count",
                 "a value stands where a table is expected",
                 "a pipeline starts with a table: DeviceNetworkEvents | ...");
}

static void lists_and_parentheses(void **state)
{
    (void)state;
    assert_wrong("T | where a in \1'x'\2", "expected '(' after in, found 'x'", "write in (\"a\", \"b\")");
    assert_wrong("T | where a in (\1)\2", "the list after in is empty", "");
    assert_wrong("T | where a in (1,\1)\2", "expected a value, found )", "");
    assert_wrong("T | where a in (1 \1"
                 "2\2)",
                 "expected ')' to close the list, found '2'", "");
    assert_wrong("T | where a in (\1T | count\2, 1)", "a table must stand alone in the parentheses", "");
    assert_wrong("T | where a between (1\1,\2 2)", "expected '..' between the two ends, found ','",
                 "write between (1 .. 5)");
    assert_wrong("T | where a between \1"
                 "1\2 .. 2",
                 "expected '(' after between, found 1", "write between (1 .. 5)");
    assert_wrong("T | where (a\1\2", "expected ')' to close the parenthesis, found the end of the query", "");
    assert_wrong("T | where a\1)\2", "expected '|', ';' or the end of the query, found ')'", "");
    assert_wrong("print f(1,\1)\2", "expected an argument, found )", "");
    assert_wrong("print (\1)\2", "expected an expression between the parentheses", "");
    assert_wrong("print d[1\1\2", "expected ']' to close the index, found the end of the query", "");
}

static void keywords_as_names(void **state)
{
    (void)state;
    assert_wrong("T | extend \1"
                 "asc\2 = 1",
                 "'asc' is a keyword and no name", "as a name it needs brackets and quotes: ['asc']");
    assert_wrong("T | project \1kind\2", "'kind' is a keyword and no name",
                 "as a name it needs brackets and quotes: ['kind']");
    assert_wrong("print d.\1where\2", "'where' is a keyword and no name",
                 "as a name it needs brackets and quotes: ['where']");
    assert_wrong("let \1in\2 = 1; print 1", "'in' is a keyword and no name",
                 "as a name it needs brackets and quotes: ['in']");
    assert_wrong("T | project \1['']\2 = 1", "a name can't be empty", "");
    assert_wrong("T | summarize count(), \1by\2 a", "expected an aggregate, found by", "");
}

static void operators_with_wrong_arguments(void **state)
{
    (void)state;
    assert_wrong("T | where\1\2", "expected an expression, found the end of the query", "");
    assert_wrong("T | project\1\2", "expected a column, found the end of the query", "");
    assert_wrong("T | extend a = 1,\1\2", "expected a column, found the end of the query", "");
    assert_wrong("T | extend a, \1,\2 b", "expected a column, found ,", "");
    assert_wrong("T | sort \1a\2", "expected 'by' in sort, found 'a'", "");
    assert_wrong("T | sort by a nulls\1\2", "expected 'first' or 'last' after nulls, found the end of the query", "");
    assert_wrong("T | top 5\1\2", "expected 'by' in top, found the end of the query", "");
    assert_wrong("T | top 5 by a\1,\2 b", "expected '|', ';' or the end of the query, found ','", "");
    assert_wrong("T | project-rename \1"
                 "a\2",
                 "expected new = old", "write project-rename NewName = OldName");
    assert_wrong("T | project-rename x = \1"
                 "a + 1\2",
                 "only a column can be renamed", "");
    assert_wrong("T | project-away d\1.\2x", "expected '|' or the end of the query, found '.'", "");
    assert_wrong("T | summarize\1\2", "summarize needs an aggregate or a `by`", "");
    assert_wrong("range x from 1 to 5\1\2", "expected 'step' in range, found the end of the query", "");
    assert_wrong("datatable(a:int, b:int)\1[1]\2", "1 values do not fill rows of 2 columns", "");
    assert_wrong("datatable(a:\1"
                 "foo\2)[]",
                 "expected the name of a type, found foo", "");
    assert_wrong("datatable(a\1)\2[]", "expected ':' and a type after the column's name, found ')'", "");
    assert_wrong("datatable(a:int)[\1x\2]", "expected a literal, found 'x'", "");
    assert_wrong("datatable\1()\2[]", "a datatable needs a column", "");
    assert_wrong("datatable(a:int)[1 \1+\2 1]", "expected ']' to close the values, found '+'", "");
    assert_wrong("datatable(a:int)[\1"
                 "-1 + 1\2]",
                 "a datatable holds literals only", "");
}

static void statements_and_ends(void **state)
{
    (void)state;
    static const char START[] = "a query starts with a table: DeviceNetworkEvents | take 10";
    assert_wrong("\1\2", "the query is empty", START);
    assert_wrong("// only a comment\1\2", "the query is empty", START);
    assert_wrong("let x = 1;\1\2", "there is no table expression after the lets", "");
    assert_wrong("let x = 1\1\2", "the query ends with a let: there is nothing to show",
                 "add ';' and a table expression that uses it");
    assert_wrong("let x = 1 \1T\2", "expected ';' after a let, found 'T'", "");
    assert_wrong("let x \1"
                 "1\2; T",
                 "expected '=' after the name of a let, found '1'", "");
    assert_wrong("T;\1;\2", "there is no statement before this ';'", "");
    assert_wrong("T |\1\2", "expected an operator after |, found the end of the query",
                 "after | stands an operator such as where, project or summarize");
    assert_wrong("\1|\2 where a", "expected a value, found '|'", "");
    assert_wrong("\1where\2 a", "'where' needs a table before it", "write DeviceNetworkEvents | where ...");
    assert_wrong("\1take\2 5", "'take' needs a table before it", "write DeviceNetworkEvents | take ...");
    assert_missing("T; \1T\2", "several results from one query are not supported yet", "");
}

static void what_kusto_has_besides_is_not_supported_yet(void **state)
{
    (void)state;
    static const char *const PIPES[] = {
        "as",         "assert-schema", "consume",         "evaluate",  "facet",       "find",
        "fork",       "getschema",     "graph-match",     "invoke",    "join",        "lookup",
        "make-graph", "make-series",   "mv-apply",        "mv-expand", "mvexpand",    "parse",
        "parse-kv",   "parse-where",   "partition",       "reduce",    "render",      "sample",
        "scan",       "search",        "sample-distinct", "serialize", "top-hitters", "top-nested",
        "union",      "mvapply",
    };
    for (size_t i = 0; i < TEST_COUNT(PIPES); i++) {
        char text[128], message[128];
        snprintf(text, sizeof text, "T | \1%s\2 x", PIPES[i]);
        snprintf(message, sizeof message, "'%s' is not supported yet", PIPES[i]);
        assert_missing(text, message, "");
    }
    static const char *const STARTS[] = {"union", "find", "search", "evaluate", "externaldata", "set", "materialize"};
    for (size_t i = 0; i < TEST_COUNT(STARTS); i++) {
        char text[128], message[128];
        snprintf(text, sizeof text, "\1%s\2 x", STARTS[i]);
        snprintf(message, sizeof message, "'%s' is not supported yet", STARTS[i]);
        assert_missing(text, message, "");
    }
    assert_missing("\1let x = (\2a:long) { a }; print x(1)", "functions declared with let are not supported yet", "");
    assert_missing("\1let x = (\2) { T }; x", "functions declared with let are not supported yet", "");
    assert_missing("\1let x = view\2 () { T }; x", "functions declared with let are not supported yet", "");
    assert_missing("let x = \1materialize\2(T); x", "'materialize' is not supported yet", "");
    assert_missing("T | where \1*\2 has 'x'", "'*' for all columns is not supported yet", "");
    assert_missing("T | where a \1like\2 'x'", "the operator 'like' is not supported yet", "");
    assert_missing("T | where a \1:\2 'x'", "the operator ':' is not supported yet", "");
    assert_missing("T | count \1as\2 x", "'count as' is not supported yet", "");
    assert_missing("T | sort by a \1granny-asc\2", "'granny-asc' is not supported yet", "");
    assert_missing("T | summarize count() by a \1"
                   "bin\2=5",
                   "`bin=` is not supported yet", "write by bin(column, size)");
    assert_missing("\1"
                   "declare\2 query_parameters(x:long); T",
                   "'declare' is not supported yet", "");
    assert_missing("\1#\2"
                   "connect x",
                   "directives (#...) are not supported yet", "");
    assert_missing("print d.\1f\2()", "a function behind a dot is not supported yet", "");
}

static void wrong_dynamics(void **state)
{
    (void)state;
    assert_wrong("print dynamic([1,\1]\2)", "expected a JSON value, found ']'", "");
    assert_wrong("print dynamic({\1"
                 "a\2:1})",
                 "expected a key, found 'a'", "keys stand in quotes: dynamic({\"key\": 1})");
    assert_wrong("print dynamic(\1)\2", "expected a JSON value, found ')'", "");
    assert_wrong("print dynamic([1\1+\2"
                 "2])",
                 "expected ']' to close the array, found '+'", "");
    assert_wrong("print dynamic([\1x\2])", "expected a JSON value, found 'x'", "");
    assert_wrong("print dynamic([-\1'a'\2])", "expected a number after the minus sign, found 'a'", "");
    assert_wrong("print dynamic([\1int(5)\2])", "int(...) can't stand within dynamic(...): write the number alone", "");
}

static void deep_nesting_is_refused_and_no_crash(void **state)
{
    (void)state;
    static const struct {
        const char *open, *close;
    } NESTS[] = {{"(", ")"}, {"f(", ")"}, {"a[", "]"}, {"1 in (", ")"}, {"-(", ")"}, {"1 + (", ")"}};
    for (size_t i = 0; i < TEST_COUNT(NESTS); i++) {
        struct buf text;
        buf_init(&text, 0);
        buf_add(&text, SLICE("print "));
        for (int depth = 0; depth < 100000; depth++)
            buf_add_cstr(&text, NESTS[i].open);
        struct buf out;
        buf_init(&out, 0);
        struct err err = {0};
        assert_int_equal(parse_shown(buf_slice(&text), &out, &err), ERR_QUERY);
        assert_string_equal(err.text, "the query is nested too deeply (more than 200 levels)");
        buf_release(&out);
        buf_release(&text);
    }
}

static void nesting_below_the_limit_is_taken(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, SLICE("print "));
    for (int i = 0; i < 150; i++)
        buf_add(&text, SLICE("-("));
    buf_add(&text, SLICE("x"));
    for (int i = 0; i < 150; i++)
        buf_add(&text, SLICE(")"));
    struct buf out;
    buf_init(&out, 0);
    struct err err = {0};
    assert_int_equal(parse_shown(buf_slice(&text), &out, &err), ERR_NONE);
    buf_release(&out);
    buf_release(&text);
}

static void long_left_leaning_chains_are_refused(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, SLICE("print x"));
    for (int i = 0; i < 300; i++)
        buf_add(&text, SLICE(" + x"));
    struct buf out;
    buf_init(&out, 0);
    struct err err = {0};
    assert_int_equal(parse_shown(buf_slice(&text), &out, &err), ERR_QUERY);
    assert_string_equal(err.text, "the query is nested too deeply (more than 200 levels)");
    buf_release(&out);
    buf_release(&text);
}

static void a_condition_alone(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *expr;
    struct err err = {0};
    assert_int_equal(kql_parse_predicate(SLICE("a == 1 and b has 'x'"), &arena, &expr, &err), ERR_NONE);
    assert_int_equal(expr->kind, AST_BINARY);
    assert_int_equal(kql_parse_predicate(SLICE(""), &arena, &expr, &err), ERR_QUERY);
    assert_string_equal(err.text, "the condition is empty");
    assert_int_equal(kql_parse_predicate(SLICE("where a"), &arena, &expr, &err), ERR_QUERY);
    assert_string_equal(err.hint, "leave out `| where`");
    assert_int_equal(kql_parse_predicate(SLICE("a | count"), &arena, &expr, &err), ERR_QUERY);
    assert_string_equal(err.text, "expected an operator or the end of the condition, found '|'");
    assert_int_equal(kql_parse_predicate(SLICE("(T | count)"), &arena, &expr, &err), ERR_QUERY);
    assert_string_equal(err.text, "a table stands where a value is expected");
    arena_release(&arena);
}

static void every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct slice text =
        SLICE("let x = dynamic({'a': [1, 'b\\n']}); T | where a in ('x' 'y', \"z\") and not(b or c or d)"
              " | summarize (p, q) = arg_max(a, b) by bin(c, 1h) | sort by p asc");
    struct err err;
    for (uint64_t nth = 1;; nth++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct ast *query;
        mem_fail_after(nth);
        enum err_code code = kql_parse(text, &arena, &query, &err);
        mem_fail_after(0);
        arena_release(&arena);
        if (code == ERR_NONE)
            break;
        assert_int_equal(code, ERR_MEMORY);
        assert_true(nth < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_have_kustos_precedence),
        cmocka_unit_test(every_operator_is_read),
        cmocka_unit_test(long_chains_make_shallow_trees),
        cmocka_unit_test(chains_know_the_place_of_each_operator),
        cmocka_unit_test(paths_calls_and_names),
        cmocka_unit_test(literals_and_signs),
        cmocka_unit_test(every_tabular_operator),
        cmocka_unit_test(sources_and_nesting),
        cmocka_unit_test(lets_come_first),
        cmocka_unit_test(hints_are_passed_over),
        cmocka_unit_test(keywords_in_the_wrong_case_or_language),
        cmocka_unit_test(predicates_from_other_languages),
        cmocka_unit_test(comparisons_do_not_chain),
        cmocka_unit_test(values_that_are_missing_or_none),
        cmocka_unit_test(lists_and_parentheses),
        cmocka_unit_test(keywords_as_names),
        cmocka_unit_test(operators_with_wrong_arguments),
        cmocka_unit_test(statements_and_ends),
        cmocka_unit_test(what_kusto_has_besides_is_not_supported_yet),
        cmocka_unit_test(wrong_dynamics),
        cmocka_unit_test(deep_nesting_is_refused_and_no_crash),
        cmocka_unit_test(nesting_below_the_limit_is_taken),
        cmocka_unit_test(long_left_leaning_chains_are_refused),
        cmocka_unit_test(a_condition_alone),
        cmocka_unit_test(every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
