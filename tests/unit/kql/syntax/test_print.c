/*
 * test_print.c - what is printed is right to the letter, and parses to the tree it was printed from: a corpus of
 * queries, and random trees that no text was made from.
 */
#include "test.h"

#include "base/mem.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/syntax/parser.h"
#include "kql/syntax/syntax.h"
#include "parse_show.h"

#include <math.h>

static void assert_printed(const char *text, const char *expected)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query, *again;
    struct err err = {0};
    if (kql_parse(slice_from_cstr(text), &arena, &query, &err))
        fail_msg("%s: %s", text, err.text);
    struct buf out;
    buf_init(&out, 0);
    kql_print(query, &out);
    assert_slice_equal(buf_slice(&out), slice_from_cstr(expected));
    if (kql_parse(buf_slice(&out), &arena, &again, &err))
        fail_msg("printed %.*s: %s", SLICE_ARG(buf_slice(&out)), err.text);
    assert_true(ast_same(query, again));
    buf_release(&out);
    arena_release(&arena);
}

static void an_operator_stands_on_a_line(void **state)
{
    (void)state;
    assert_printed("T|where a==1 and  b has 'x'|project a,b=c|sort by a asc,b|take 5",
                   "T\n| where a == 1 and b has \"x\"\n| project a, b = c\n| sort by a asc, b\n| take 5");
    assert_printed("T | filter a | order by a desc nulls first, b nulls last | limit 1",
                   "T\n| where a\n| sort by a desc nulls first, b nulls last\n| take 1");
    assert_printed("T|top 5 by a asc|count|distinct *|extend x=1",
                   "T\n| top 5 by a asc\n| count\n| distinct *\n| extend x = 1");
    assert_printed("T|project-away a,b*|project-keep *c|project-rename x=a|project-reorder x,b* asc",
                   "T\n| project-away a, b*\n| project-keep *c\n| project-rename x = a\n| project-reorder x, b* asc");
    assert_printed(
        "T|summarize count(),(a,b)=arg_max(c,*) by d,e=bin(f,1h)|summarize by a|summarize max(a)",
        "T\n| summarize count(), (a, b) = arg_max(c, *) by d, e = bin(f, 1h)\n| summarize by a\n| summarize max(a)");
}

static void lets_and_sources(void **state)
{
    (void)state;
    assert_printed("let x=1;let T1=T|where a>x|take 5;T1",
                   "let x = 1;\nlet T1 = T\n    | where a > x\n    | take 5;\nT1");
    assert_printed("print 1,x='a'", "print 1, x = \"a\"");
    assert_printed("range x from 1 to 10 step 2", "range x from 1 to 10 step 2");
    assert_printed("datatable(a:int,['b c']:string)[1,'x',-2,'y']",
                   "datatable(a:int, [\"b c\"]:string)[1, \"x\", -2, \"y\"]");
    assert_printed("(T|where a)|count", "T\n| where a\n| count");
    assert_printed("T|where a in (T|where b|project c)", "T\n| where a in (T | where b | project c)");
}

static void parentheses_stand_where_they_are_needed(void **state)
{
    (void)state;
    assert_printed("print (1 + 2) * 3, (1 * 2) + 3, 1 - (2 - 3), (1 - 2) - 3",
                   "print (1 + 2) * 3, 1 * 2 + 3, 1 - (2 - 3), 1 - 2 - 3");
    assert_printed("print (a or b) and c, a or (b and c)", "print (a or b) and c, a or b and c");
    assert_printed("print (a and b) and c, a and (b and c), a and b and c and d",
                   "print (a and b) and c, a and (b and c), a and b and c and d");
    assert_printed("print (a == b) == c, a == (b < c), a has b == c",
                   "print (a == b) == c, a == (b < c), (a has b) == c");
    assert_printed("print -(1), -a.b, -(a + b), (-1)[0], (1).x, 1 - -1",
                   "print -(1), -a.b, -(a + b), (-1)[0], (1).x, 1 - -1");
    assert_printed("print a between ((b) .. (c + 1)), not((a))", "print a between (b .. c + 1), not(a)");
}

static void names_are_quoted_where_they_need_it(void **state)
{
    (void)state;
    assert_printed("print ['a b'], ['where'], ['x'], ['it\\'s'], ['1a'], ['$x'], ['\\u00e9']",
                   "print [\"a b\"], [\"where\"], x, [\"it's\"], [\"1a\"], [\"$x\"], [\"\xc3\xa9\"]");
    assert_printed("print d.['a b'].kind, d.x, count(), ['not'], not(a), range(1, 2, 3)",
                   "print d.[\"a b\"].[\"kind\"], d.x, count(), [\"not\"], not(a), range(1, 2, 3)");
}

static void literals_of_every_type(void **state)
{
    (void)state;
    assert_printed("print 'a\"b', @'a\\b', 'a\\\\\\n', '\\x01\\x7f', ``` ```, ''",
                   "print \"a\\\"b\", @\"a\\b\", \"a\\\\\\n\", \"\\x01\\x7f\", \" \", \"\"");
    assert_printed("print 'a\\\\b\"c'", "print @\"a\\b\"\"c\"");
    assert_printed(
        "print 1, -5, int(5), int(null), 1.0, 1e300, real(nan), real(-inf), decimal(1.5), true, bool(null)",
        "print 1, -5, int(5), int(null), 1.0, 1e+300, real(nan), real(-inf), decimal(1.5), true, bool(null)");
    assert_printed("print 1d, 24h, 90m, 500ms, 1tick, 1001h, timespan(1.02:03:04.5), 0s, -1d",
                   "print 1d, 1d, 90m, 500ms, 1tick, timespan(41.17:00:00), timespan(1.02:03:04.5000000), "
                   "timespan(00:00:00), timespan(-1.00:00:00)");
    assert_printed("print datetime(2020-01-02), datetime(2020-01-02 03:04:05.5), datetime(null)",
                   "print datetime(2020-01-02), datetime(2020-01-02T03:04:05.5000000Z), datetime(null)");
    assert_printed("print guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
                   "print guid(74be27de-1e4e-49d9-b579-fe0b331d3642)");
    assert_printed(
        "print dynamic({'a':[1,-1.5,'x\\\\',null,true,1h,datetime(2020-01-01),decimal(1.5)],\"b\":{}}), dynamic(null)",
        "print dynamic({\"a\": [1, -1.5, \"x\\\\\", null, true, 1h, datetime(2020-01-01), decimal(1.5)], \"b\": {}}), "
        "dynamic(null)");
}

static void a_long_case_gets_a_pair_a_line(void **state)
{
    (void)state;
    assert_printed("T|extend p=case(RemoteUrl contains 'duckdns.org','DuckDNS',RemoteUrl contains "
                   "'publicvm.com','PublicVM','Other')",
                   "T\n| extend p = case(\n    RemoteUrl contains \"duckdns.org\", \"DuckDNS\",\n"
                   "    RemoteUrl contains \"publicvm.com\", \"PublicVM\",\n    \"Other\"\n)");
    assert_printed("T|extend p=case(a,1,b,2,3)", "T\n| extend p = case(a, 1, b, 2, 3)");
}

/* Random trees of a given depth: any shape, names and values that need care. */
struct dice {
    uint64_t state;
};

static unsigned roll(struct dice *dice, unsigned sides)
{
    dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(dice->state >> 33) % sides;
}

static struct ast *make_node(struct arena *arena, enum ast_kind kind, struct slice text, unsigned count)
{
    struct ast *node = arena_zalloc(arena, 1, sizeof *node);
    node->kind = kind;
    node->text = text;
    node->value = value_null(TYPE_BOOL);
    node->child_count = count;
    node->children = arena_zalloc(arena, count + 1, sizeof *node->children);
    return node;
}

static struct slice random_name(struct dice *dice)
{
    static const char *const NAMES[] = {
        "a",   "b_1",  "RemoteUrl", "where", "count", "has",  "kind",  "x y", "it's",    "1a",  "$left",    "in",
        "not", "true", "dynamic",   "let",   "range", "view", "nulls", "h",   "matches", "asc", "\xc3\xa9", "a\"b\\c"};
    return slice_from_cstr(NAMES[roll(dice, TEST_COUNT(NAMES))]);
}

static struct value random_value(struct dice *dice)
{
    static const char *const TEXTS[] = {"", "abc", "a\"b", "C:\\x", "a\nb\\", "'", "\xe2\x82\xac", "```"};
    static const double REALS[] = {0.0, -0.0, 1.5, -2.25, 1e300, 5e-324, 0.1, 123456789012345680.0};
    struct value value;
    switch (roll(dice, 10)) {
    case 0:
        return value_i64(TYPE_LONG, (int64_t)roll(dice, 1000) - 500);
    case 1:
        return value_i64(TYPE_LONG, roll(dice, 2) ? INT64_MIN : INT64_MAX);
    case 2:
        return value_real(REALS[roll(dice, TEST_COUNT(REALS))]);
    case 3:
        return value_real(roll(dice, 2) ? (double)INFINITY : -(double)INFINITY);
    case 4:
        return value_i64(TYPE_BOOL, roll(dice, 2));
    case 5:
        return value_i64(TYPE_TIMESPAN, ((int64_t)roll(dice, 2000) - 1000) * (roll(dice, 2) ? 1 : TICKS_PER_MINUTE));
    case 6:
        return value_i64(TYPE_DATETIME, roll(dice, 2) ? TICKS_MAX : (int64_t)roll(dice, 100000) * TICKS_PER_DAY / 2);
    case 7:
        return value_null((enum type)roll(dice, TYPE_STRING));
    case 8:
        value = value_null(TYPE_DECIMAL);
        value.is_null = false;
        value.dec = decimal_from_long((int64_t)roll(dice, 1000) - 500);
        return value;
    default:
        return value_str(slice_from_cstr(TEXTS[roll(dice, TEST_COUNT(TEXTS))]));
    }
}

static struct ast *random_literal(struct dice *dice, struct arena *arena)
{
    struct ast *node = make_node(arena, AST_LITERAL, SLICE(""), 0);
    node->value = random_value(dice);
    return node;
}

static struct ast *random_expr(struct dice *dice, struct arena *arena, unsigned depth);

static struct ast *random_binary(struct dice *dice, struct arena *arena, unsigned depth)
{
    const struct syntax_operator *op;
    do
        op = syntax_operator_at(roll(dice, 64));
    while (!op || !op->canonical || strcmp(op->canonical, op->text) != 0);
    struct ast *node = make_node(arena, AST_BINARY, slice_from_cstr(op->text), 2);
    node->children[0] = random_expr(dice, arena, depth - 1);
    if (op->form == FORM_VALUE) {
        node->children[1] = random_expr(dice, arena, depth - 1);
        return node;
    }
    unsigned count = op->form == FORM_RANGE ? 2 : 1 + roll(dice, 3);
    node->children[1] = make_node(arena, AST_LIST, SLICE(""), count);
    for (unsigned i = 0; i < count; i++)
        node->children[1]->children[i] = random_expr(dice, arena, depth - 1);
    return node;
}

static struct ast *random_expr(struct dice *dice, struct arena *arena, unsigned depth)
{
    struct ast *node;
    switch (depth <= 1 ? roll(dice, 2) : 2 + roll(dice, 7)) {
    case 0:
        return make_node(arena, AST_NAME, random_name(dice), 0);
    case 1:
        return random_literal(dice, arena);
    case 2:
        node = make_node(arena, AST_CALL, random_name(dice), roll(dice, 4));
        for (unsigned i = 0; i < node->child_count; i++)
            node->children[i] = random_expr(dice, arena, depth - 1);
        return node;
    case 3:
        node = make_node(arena, AST_UNARY, roll(dice, 2) ? SLICE("-") : SLICE("+"), 1);
        node->children[0] = random_expr(dice, arena, depth - 1);
        return node;
    case 4:
        node = make_node(arena, AST_MEMBER, random_name(dice), 1);
        node->children[0] = random_expr(dice, arena, depth - 1);
        return node;
    case 5:
        node = make_node(arena, AST_INDEX, SLICE(""), 2);
        node->children[0] = random_expr(dice, arena, depth - 1);
        node->children[1] = random_expr(dice, arena, depth - 1);
        return node;
    default:
        return random_binary(dice, arena, depth);
    }
}

static struct ast *random_named(struct dice *dice, struct arena *arena)
{
    struct ast *expr = random_expr(dice, arena, 1 + roll(dice, 4));
    if (roll(dice, 2))
        return expr;
    struct ast *named = make_node(arena, AST_NAMED, random_name(dice), 1);
    named->children[0] = expr;
    return named;
}

static struct ast *random_order(struct dice *dice, struct arena *arena)
{
    static const char *const TEXTS[] = {"", "asc", "desc", " nulls first", "desc nulls last"};
    struct ast *order = make_node(arena, AST_ORDER, slice_from_cstr(TEXTS[roll(dice, TEST_COUNT(TEXTS))]), 1);
    order->children[0] = random_expr(dice, arena, 1 + roll(dice, 4));
    return order;
}

static struct ast *random_pipe(struct dice *dice, struct arena *arena, struct ast *input)
{
    static const enum ast_kind KINDS[] = {AST_PIPE_WHERE, AST_PIPE_EXTEND,   AST_PIPE_PROJECT, AST_PIPE_SORT,
                                          AST_PIPE_TAKE,  AST_PIPE_DISTINCT, AST_PIPE_COUNT};
    enum ast_kind kind = KINDS[roll(dice, TEST_COUNT(KINDS))];
    unsigned count = kind == AST_PIPE_COUNT                            ? 1
                     : kind == AST_PIPE_WHERE || kind == AST_PIPE_TAKE ? 2
                                                                       : 2 + roll(dice, 3);
    struct ast *pipe = make_node(arena, kind, SLICE(""), count);
    pipe->children[0] = input;
    for (unsigned i = 1; i < count; i++) {
        if (kind == AST_PIPE_SORT)
            pipe->children[i] = random_order(dice, arena);
        else if (count == 2 && (kind == AST_PIPE_WHERE || kind == AST_PIPE_TAKE))
            pipe->children[i] = random_expr(dice, arena, 1 + roll(dice, 5));
        else
            pipe->children[i] = random_named(dice, arena);
    }
    return pipe;
}

static struct ast *random_query(struct dice *dice, struct arena *arena)
{
    unsigned lets = roll(dice, 3);
    struct ast *query = make_node(arena, AST_QUERY, SLICE(""), lets + 1);
    for (unsigned i = 0; i < lets; i++) {
        query->children[i] = make_node(arena, AST_LET, random_name(dice), 1);
        query->children[i]->children[0] = random_expr(dice, arena, 1 + roll(dice, 5));
    }
    struct ast *table = make_node(arena, AST_NAME, random_name(dice), 0);
    for (unsigned pipes = roll(dice, 4); pipes > 0; pipes--)
        table = random_pipe(dice, arena, table);
    query->children[lets] = table;
    return query;
}

static void random_trees_come_back_as_they_were(void **state)
{
    (void)state;
    struct dice dice = {20240131};
    struct buf out;
    buf_init(&out, 0);
    for (int round = 0; round < 4000; round++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct ast *query = random_query(&dice, &arena);
        struct ast *again;
        struct err err = {0};
        buf_clear(&out);
        kql_print(query, &out);
        if (kql_parse(buf_slice(&out), &arena, &again, &err))
            fail_msg("round %d: %s at %u\n%.*s", round, err.text, err.span.start, SLICE_ARG(buf_slice(&out)));
        if (!ast_same(query, again))
            fail_msg("round %d: another tree\n%.*s", round, SLICE_ARG(buf_slice(&out)));
        arena_release(&arena);
    }
    buf_release(&out);
}

static void nested_cases_take_linear_time(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, SLICE("print "));
    for (int i = 0; i < 190; i++)
        buf_add(&text, SLICE("case(a, 'aaaaaaaaaaaaaaaaaaaa', "));
    buf_add(&text, SLICE("b"));
    for (int i = 0; i < 190; i++)
        buf_add(&text, SLICE(")"));
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query;
    struct err err = {0};
    assert_int_equal(kql_parse(buf_slice(&text), &arena, &query, &err), ERR_NONE);
    struct buf out;
    buf_init(&out, 0);
    kql_print(query, &out); /* would not end before the test's timeout if it doubled at each level */
    assert_false(out.failed);
    buf_release(&out);
    arena_release(&arena);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operator_stands_on_a_line),
        cmocka_unit_test(lets_and_sources),
        cmocka_unit_test(parentheses_stand_where_they_are_needed),
        cmocka_unit_test(names_are_quoted_where_they_need_it),
        cmocka_unit_test(literals_of_every_type),
        cmocka_unit_test(a_long_case_gets_a_pair_a_line),
        cmocka_unit_test(random_trees_come_back_as_they_were),
        cmocka_unit_test(nested_cases_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
