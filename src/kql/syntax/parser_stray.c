/*
 * parser_stray.c - what to say of a token that belongs nowhere: what was probably meant. See parser_int.h.
 *
 * Nothing here decides whether a query is right; the parser has found already that it is not.
 */
#include "base/near.h"
#include "kql/syntax/parser_int.h"
#include "kql/syntax/syntax.h"

enum { SHOWN_MAX = 40 };

struct slice token_describe(const struct token *token)
{
    return token->kind == TOKEN_END ? SLICE("the end of the query") : slice_cut(token->text, 0, SHOWN_MAX);
}

/* "found X", X in quotes unless it is a string. */
static void fail_expected(struct parser *parser, const char *expected)
{
    const struct token *token = &parser->token;
    const char *quote = token->kind == TOKEN_END || token->kind == TOKEN_STRING ? "" : "'";
    (void)parser_fail(parser, token->span, "expected %s, found %s%.*s%s", expected, quote,
                      SLICE_ARG(token_describe(token)), quote);
}

/* AND, Contains, HAS: an operator but for its case. */
static const struct syntax_operator *operator_in_wrong_case(struct slice word)
{
    const struct syntax_operator *op;
    for (unsigned i = 0; (op = syntax_operator_at(i)); i++)
        if (op->canonical && slice_eq_nocase(word, slice_from_cstr(op->text)))
            return op;
    return NULL;
}

static struct slice nearest_operator(struct slice word)
{
    struct near near = near_to(word);
    const struct syntax_operator *op;
    for (unsigned i = 0; (op = syntax_operator_at(i)); i++)
        if (op->canonical && op->canonical[0] == op->text[0])
            near_offer(&near, slice_from_cstr(op->text));
    return near.best;
}

/* Words where an operator was wanted, and what KQL has for them. */
static const struct operator_advice {
    const char *word, *hint;
} OPERATOR_ADVICE[] = {
    {"is", "write isnull(x) or isnotnull(x); for text isempty(x) or isnotempty(x)"},
    {"not", "glue it to the operator, as in !in, !has, !contains, or write not(...) around the condition"},
    {"NOT", "glue it to the operator, as in !in, !has, !contains, or write not(...) around the condition"},
    {"like", "write contains, startswith, endswith or matches regex"},
    {"LIKE", "write contains, startswith, endswith or matches regex"},
    {"ilike", "write contains, startswith, endswith or matches regex"},
    {"regex", "write matches regex"},
    {"regexp", "write matches regex"},
    {"rlike", "write matches regex"},
    {"matches", "write `matches regex`, with one blank between the words"},
    {"equals", "write =="},
    {"eq", "write =="},
    {"ne", "write !="},
    {"xor", "write a != b"},
    {"!has_any", "write not(x has_any (...))"},
    {"!has_all", "write not(x has_all (...))"},
    {"!matches", "write not(x matches regex ...)"},
    {"has_any_cs", "join several x has_cs ... with or"},
};

static void *stray_word(struct parser *parser, const char *expected)
{
    struct slice word = parser->token.text;
    const struct syntax_operator *op = operator_in_wrong_case(word);
    if (op && syntax_operator_find(word) != op) {
        (void)parser_fail(parser, parser->token.span, "KQL keywords are case-sensitive: write `%s`", op->text);
        return NULL;
    }
    fail_expected(parser, expected);
    for (size_t i = 0; i < sizeof OPERATOR_ADVICE / sizeof *OPERATOR_ADVICE; i++)
        if (slice_eq(word, slice_from_cstr(OPERATOR_ADVICE[i].word)))
            return parser_hint(parser, "%s", OPERATOR_ADVICE[i].hint);
    if (syntax_pipe_kind(word) != PIPE_NONE)
        return parser_hint(parser, "put a | before %.*s", SLICE_ARG(word));
    struct slice near = nearest_operator(word);
    if (near.len)
        return parser_hint(parser, "did you mean %.*s?", SLICE_ARG(near));
    return NULL;
}

void *parser_stray(struct parser *parser, const char *expected)
{
    if (parser->code)
        return NULL;
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_NAME)
        return stray_word(parser, expected);
    fail_expected(parser, expected);
    if (token_is(token, "=") && (token_is(&parser->next, "<") || token_is(&parser->next, ">")))
        return parser_hint(parser, "write <= or >=");
    if (token_is(token, "="))
        return parser_hint(parser, "to compare write ==; a name before = that is not plain needs ['...']");
    if (token_is(token, "=>"))
        return parser_hint(parser, "write >=");
    if (token_is(token, "<|"))
        return parser_hint(parser, "write a blank between < and |");
    if (token_is(token, "!"))
        return parser_hint(parser, "write not(...), or glue the ! to an operator: !has, !in, !contains");
    if (token_is(token, "(") && parser->last_end)
        return parser_hint(parser, "a name with a blank before its parenthesis may not be a function");
    return NULL;
}

void *parser_bad_pipe_word(struct parser *parser)
{
    const struct token *token = &parser->token;
    if (token_is(token, "|")) {
        (void)parser_fail(parser, token->span, "expected an operator, found '|'");
        return token->space_before ? NULL : parser_hint(parser, "for the logical operator write `or`, not ||");
    }
    if (token->kind != TOKEN_NAME) {
        fail_expected(parser, "an operator after |");
        return parser_hint(parser, "after | stands an operator such as where, project or summarize");
    }
    struct slice word = token->text;
    struct near near = near_to(word);
    const char *name;
    for (unsigned i = 0; (name = syntax_pipe_word(i)); i++) {
        near_offer(&near, slice_from_cstr(name));
        if (slice_eq_nocase(word, slice_from_cstr(name)))
            return parser_fail(parser, token->span, "KQL keywords are case-sensitive: write `%s`", name);
    }
    (void)parser_fail(parser, token->span, "unknown operator '%.*s'", SLICE_ARG(slice_cut(word, 0, SHOWN_MAX)));
    const char *foreign = syntax_foreign_word(word);
    if (foreign)
        return parser_hint(parser, "in KQL that is `%s`", foreign);
    if (near.best.len)
        return parser_hint(parser, "did you mean %.*s?", SLICE_ARG(near.best));
    return NULL;
}

/* Where a value should stand there is a word that can be none. */
static void *bad_word_value(struct parser *parser)
{
    const struct token *token = &parser->token;
    struct slice word = token->text;
    if (syntax_is_missing_start(word))
        return parser_unsupported(parser, token->span, "'%.*s' is not supported yet", SLICE_ARG(word));
    if (token_is_word(token, "not")) {
        (void)parser_fail(parser, token->span, "not is a function");
        return parser_hint(parser, "write not(...)");
    }
    if (word.ptr[0] == '!' && !syntax_operator_find(word)) {
        (void)parser_fail(parser, token->span, "KQL has no ! before a value");
        return parser_hint(parser, "write not(%.*s%s)", SLICE_ARG(slice_cut(word, 1, SHOWN_MAX)),
                           token_is(&parser->next, "(") ? "(...)" : "");
    }
    if (syntax_operator_find(word)) {
        fail_expected(parser, "a value");
        return NULL;
    }
    enum type type;
    if (type_from_name(word, &type)) {
        (void)parser_fail(parser, token->span, "'%.*s' is the name of a type", SLICE_ARG(word));
        return parser_hint(parser, "write a literal as %s(...) without a blank, or convert with to%s(...)",
                           type_name(type), type_name(type));
    }
    return parser_bad_name(parser, word, token->span);
}

void *parser_bad_value(struct parser *parser)
{
    if (parser->code)
        return NULL;
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_NAME)
        return bad_word_value(parser);
    if (token_is(token, "*") && syntax_operator_find(parser->next.text))
        return parser_unsupported(parser, token->span, "'*' for all columns is not supported yet");
    fail_expected(parser, "a value");
    if (token_is(token, "."))
        return parser_hint(parser, "a number needs a digit before its point: 0.5");
    if (token_is(token, "[") || token_is(token, "{"))
        return parser_hint(parser, "an array or a bag is written dynamic([...]) or dynamic({...})");
    if (token_is(token, "!"))
        return parser_hint(parser, "write not(...)");
    if (token_is(token, "="))
        return parser_hint(parser, "to compare write == or =~");
    if (token_is(token, "-") || token_is(token, "+"))
        return parser_hint(parser, "one sign is enough");
    return NULL;
}

void *parser_bad_name(struct parser *parser, struct slice word, struct span span)
{
    word = slice_cut(word, 0, SHOWN_MAX);
    (void)parser_fail(parser, span, "'%.*s' is a keyword and no name", SLICE_ARG(word));
    return parser_hint(parser, "as a name it needs brackets and quotes: ['%.*s']", SLICE_ARG(word));
}
