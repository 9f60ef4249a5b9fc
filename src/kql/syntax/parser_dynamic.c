/*
 * parser_dynamic.c - dynamic(...) literals: JSON, in which single-quoted strings and KQL's own literals may stand.
 *
 * Read from the lexer's tokens, so that strings, numbers and comments are those of KQL. The values go straight into
 * dyns; no tree is made of them.
 */
#include "base/mem.h"
#include "kql/syntax/parser_int.h"

/* Elements or members of one level, until their number is known. */
struct collected {
    struct dyn_member *members; /* keys are empty in an array */
    size_t count, capacity;
};

static struct dyn *read_value(struct parser *parser, unsigned depth);

static struct dyn *dyn_node(struct parser *parser, enum dyn_kind kind)
{
    struct dyn *dyn = arena_zalloc(parser->arena, 1, sizeof *dyn);
    if (!dyn)
        return parser_no_memory(parser, sizeof *dyn);
    dyn->kind = kind;
    return dyn;
}

static bool collect(struct parser *parser, struct collected *collected, struct slice key, const struct dyn *value)
{
    if (!value)
        return false;
    struct dyn_member *members = mem_grow(collected->members, collected->count, &collected->capacity, sizeof *members);
    if (!members)
        return parser_no_memory(parser, sizeof *members);
    collected->members = members;
    members[collected->count++] = (struct dyn_member){key, value};
    return true;
}

static struct dyn *array_of(struct parser *parser, const struct collected *collected)
{
    const struct dyn **items = arena_array(parser->arena, collected->count, sizeof *items);
    struct dyn *array = dyn_node(parser, DYN_ARRAY);
    if (!items || !array)
        return parser_no_memory(parser, collected->count * sizeof *items);
    for (size_t i = 0; i < collected->count; i++)
        items[i] = collected->members[i].value;
    array->count = (uint32_t)collected->count;
    array->items = items;
    return array;
}

static struct dyn *bag_of(struct parser *parser, struct collected *collected)
{
    parser->code = dyn_unite_keys(collected->members, &collected->count, parser->err);
    if (parser->code)
        return NULL;
    struct dyn *bag = dyn_node(parser, DYN_BAG);
    struct dyn_member *members = arena_array(parser->arena, collected->count, sizeof *members);
    if (!members || !bag)
        return parser_no_memory(parser, collected->count * sizeof *members);
    if (collected->count)
        memcpy(members, collected->members, collected->count * sizeof *members);
    bag->count = (uint32_t)collected->count;
    bag->members = members;
    return bag;
}

/* [a, b] */
static struct dyn *read_array(struct parser *parser, unsigned depth)
{
    struct collected collected = {0};
    struct dyn *array = NULL;
    bool good = parser_advance(parser);
    if (good && !token_is(&parser->token, "]")) {
        do
            good = good && collect(parser, &collected, SLICE(""), read_value(parser, depth));
        while (good && parser_accept(parser, ","));
    }
    if (good && parser_expect(parser, "]", "to close the array"))
        array = array_of(parser, &collected);
    mem_free(collected.members);
    return array;
}

/* "key": value */
static bool read_member(struct parser *parser, unsigned depth, struct collected *collected)
{
    if (parser->token.kind != TOKEN_STRING) {
        (void)parser_stray(parser, "a key");
        return parser_hint(parser, "keys stand in quotes: dynamic({\"key\": 1})");
    }
    struct slice key = parser->token.value.str;
    return parser_advance(parser) && parser_expect(parser, ":", "after the key") &&
           collect(parser, collected, key, read_value(parser, depth));
}

static struct dyn *read_bag(struct parser *parser, unsigned depth)
{
    struct collected collected = {0};
    struct dyn *bag = NULL;
    bool good = parser_advance(parser);
    if (good && !token_is(&parser->token, "}")) {
        do
            good = good && read_member(parser, depth, &collected);
        while (good && parser_accept(parser, ","));
    }
    if (good && parser_expect(parser, "}", "to close the bag"))
        bag = bag_of(parser, &collected);
    mem_free(collected.members);
    return bag;
}

/* The dyn of a scalar; int becomes long, as dynamic has no int. */
static struct dyn *scalar_dyn(struct parser *parser, const struct value *value)
{
    static const enum dyn_kind KINDS[TYPE_COUNT] = {
        [TYPE_BOOL] = DYN_BOOL,         [TYPE_INT] = DYN_LONG,        [TYPE_LONG] = DYN_LONG,
        [TYPE_REAL] = DYN_REAL,         [TYPE_DECIMAL] = DYN_DECIMAL, [TYPE_DATETIME] = DYN_DATETIME,
        [TYPE_TIMESPAN] = DYN_TIMESPAN, [TYPE_GUID] = DYN_GUID,       [TYPE_STRING] = DYN_STRING,
    };
    struct dyn *dyn = dyn_node(parser, value->is_null ? DYN_NULL : KINDS[value->type]);
    if (!dyn || value->is_null)
        return dyn;
    switch (type_lane(value->type)) {
    case LANE_F64:
        dyn->f64 = value->f64;
        break;
    case LANE_DEC:
        dyn->dec = value->dec;
        break;
    case LANE_GUID:
        dyn->guid = value->guid;
        break;
    case LANE_STR:
        dyn->str = value->str;
        break;
    default:
        dyn->i64 = value->i64;
        break;
    }
    return dyn;
}

/* -5: only before a number that is no timespan. */
static struct dyn *read_negative(struct parser *parser)
{
    if (!parser_advance(parser))
        return NULL;
    struct value value = parser->token.value;
    if (parser->token.kind != TOKEN_NUMBER || value.type == TYPE_TIMESPAN)
        return parser_stray(parser, "a number after the minus sign");
    if (value.type == TYPE_REAL)
        value.f64 = -value.f64;
    else
        value.i64 = parser->token.only_negative ? INT64_MIN : -value.i64;
    return parser_advance(parser) ? scalar_dyn(parser, &value) : NULL;
}

static struct dyn *read_literal(struct parser *parser)
{
    struct ast *literal = parse_literal(parser);
    if (literal && literal->value.type == TYPE_INT)
        return parser_fail(parser, literal->span, "int(...) can't stand within dynamic(...): write the number alone");
    if (literal && literal->kind == AST_LITERAL)
        return scalar_dyn(parser, &literal->value);
    if (!parser->code)
        (void)parser_stray(parser, "a JSON value");
    return NULL;
}

static struct dyn *read_null(struct parser *parser)
{
    return parser_advance(parser) ? dyn_node(parser, DYN_NULL) : NULL;
}

/* dynamic(value) within a dynamic is that value. */
static struct dyn *read_nested(struct parser *parser, unsigned depth)
{
    if (!parser_advance(parser) || !parser_advance(parser))
        return NULL;
    struct dyn *value = read_value(parser, depth);
    return value && parser_expect(parser, ")", "to close dynamic(") ? value : NULL;
}

static struct dyn *read_value(struct parser *parser, unsigned depth)
{
    const struct token *token = &parser->token;
    if (parser->code)
        return NULL;
    if (depth >= DYN_DEPTH_MAX)
        return parser_fail(parser, token->span, "the dynamic literal is nested too deeply (more than %d levels)",
                           DYN_DEPTH_MAX);
    if (token_is(token, "["))
        return read_array(parser, depth + 1);
    if (token_is(token, "{"))
        return read_bag(parser, depth + 1);
    if (token_is(token, "-"))
        return read_negative(parser);
    if (token_is_word(token, "null"))
        return read_null(parser);
    if (token_is_word(token, "dynamic") && token_is(&parser->next, "("))
        return read_nested(parser, depth + 1);
    return read_literal(parser);
}

struct ast *parse_dynamic(struct parser *parser)
{
    uint32_t start = parser->token.span.start;
    const struct dyn *dyn = read_nested(parser, 0);
    struct ast *node = dyn ? parser_node(parser, AST_LITERAL, start, SLICE(""), parser->stack_count) : NULL;
    if (node)
        node->value = value_dyn(dyn);
    return node;
}
