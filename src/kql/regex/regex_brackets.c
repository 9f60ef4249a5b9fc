/*
 * regex_brackets.c - reads a character class in brackets: ranges, negation, nested classes, && -- ~~, [:alpha:].
 *
 * Union binds tightest, the three operations are alike and go from left to right, negation comes last.
 * Sources: Kusto's page "Regex syntax" (precedence in character classes), docs of the regex crate, UTS #18 RL1.3.
 */
#include "kql/regex/regex_parse.h"

#include <assert.h>

struct ascii_class {
    struct slice name;
    unsigned count;
    struct rx_range ranges[4];
};

#define NAME(text)                                                                                                     \
    {                                                                                                                  \
        (text), sizeof(text) - 1                                                                                       \
    }
static const struct ascii_class ASCII_CLASSES[] = {
    {NAME("alnum"), 3, {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {NAME("alpha"), 2, {{'A', 'Z'}, {'a', 'z'}}},
    {NAME("ascii"), 1, {{0, 0x7F}}},
    {NAME("blank"), 2, {{'\t', '\t'}, {' ', ' '}}},
    {NAME("cntrl"), 2, {{0, 0x1F}, {0x7F, 0x7F}}},
    {NAME("digit"), 1, {{'0', '9'}}},
    {NAME("graph"), 1, {{'!', '~'}}},
    {NAME("lower"), 1, {{'a', 'z'}}},
    {NAME("print"), 1, {{' ', '~'}}},
    {NAME("punct"), 4, {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
    {NAME("space"), 2, {{'\t', '\r'}, {' ', ' '}}},
    {NAME("upper"), 1, {{'A', 'Z'}}},
    {NAME("word"), 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
    {NAME("xdigit"), 3, {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
};
#undef NAME

static enum err_code class_new(struct rx_parser *p, struct rx_class **out_class)
{
    struct rx_class *class = arena_zalloc(p->arena, 1, sizeof *class);
    if (!class)
        return err_no_memory(p->err, sizeof *class);
    class->fold = rx_folds(p);
    *out_class = class;
    return ERR_NONE;
}

static enum err_code add_item(struct rx_parser *p, struct rx_class *class, struct rx_item value)
{
    struct rx_item *item = arena_alloc(p->arena, sizeof *item);
    if (!item)
        return err_no_memory(p->err, sizeof *item);
    *item = value;
    item->next = class->items;
    class->items = item;
    return ERR_NONE;
}

static enum err_code add_nested(struct rx_parser *p, struct rx_class *class, const struct rx_class *nested)
{
    assert(nested);
    /* A lone property or a plain class adds its items: the shape that needs no nesting in PCRE2. */
    bool plain = nested->op == RX_CLASS_UNION && !nested->negated && nested->fold == class->fold;
    if (!plain)
        return add_item(p, class, (struct rx_item){.kind = RX_ITEM_NESTED, .nested = nested});
    for (const struct rx_item *item = nested->items; item; item = item->next)
        TRY(add_item(p, class, *item));
    return ERR_NONE;
}

/* The part of [low, high] within [from, to], moved by `by`: its other case. */
static enum err_code add_other_case(struct rx_parser *p, struct rx_class *class, uint32_t low, uint32_t high,
                                    uint32_t from, uint32_t to, int by)
{
    low = low < from ? from : low;
    high = high > to ? to : high;
    if (low > high)
        return ERR_NONE;
    struct rx_range range = {(uint32_t)((int)low + by), (uint32_t)((int)high + by)};
    return add_item(p, class, (struct rx_item){.kind = RX_ITEM_RANGE, .range = range});
}

enum err_code rx_class_add_range(struct rx_parser *p, struct rx_class *class, uint32_t low, uint32_t high)
{
    TRY(add_item(p, class, (struct rx_item){.kind = RX_ITEM_RANGE, .range = {low, high}}));
    if (!(p->flags & RX_FLAG_CASELESS) || (p->flags & RX_FLAG_UNICODE))
        return ERR_NONE;
    TRY(add_other_case(p, class, low, high, 'A', 'Z', 'a' - 'A'));
    return add_other_case(p, class, low, high, 'a', 'z', 'A' - 'a');
}

enum err_code rx_ascii_class(struct rx_parser *p, struct slice name, struct rx_class **out_class)
{
    *out_class = NULL;
    for (size_t i = 0; i < sizeof ASCII_CLASSES / sizeof ASCII_CLASSES[0]; i++) {
        const struct ascii_class *known = &ASCII_CLASSES[i];
        if (!slice_eq(name, known->name))
            continue;
        TRY(class_new(p, out_class));
        for (unsigned r = 0; r < known->count; r++)
            TRY(rx_class_add_range(p, *out_class, known->ranges[r].low, known->ranges[r].high));
        return ERR_NONE;
    }
    return ERR_NONE;
}

static enum err_code refuse_negation(struct rx_parser *p)
{
    if (p->flags & RX_FLAG_UNICODE)
        return ERR_NONE;
    return rx_refuse(p, "a negated class with (?-u) could match a part of a character");
}

/* At '[' within brackets: [:name:] or [:^name:]. *out_done is false, and p not moved, if it is something else. */
static enum err_code named_class(struct rx_parser *p, struct rx_class *class, bool *out_done)
{
    size_t start = p->at;
    *out_done = false;
    if (!rx_take(p, SLICE("[:")))
        return ERR_NONE;
    bool negated = rx_take(p, SLICE("^"));
    size_t name_start = p->at;
    while (rx_here(p) != ':' && rx_here(p) != RX_END)
        rx_step(p);
    struct slice name = slice_cut(p->text, name_start, p->at);
    struct rx_class *named = NULL;
    if (rx_take(p, SLICE(":]")))
        TRY(rx_ascii_class(p, name, &named));
    if (!named) {
        p->at = start;
        return ERR_NONE;
    }
    if (negated)
        TRY(refuse_negation(p));
    named->negated = negated;
    *out_done = true;
    return add_nested(p, class, named);
}

static enum err_code bracket_primitive(struct rx_parser *p, struct rx_primitive *out)
{
    if (rx_here(p) == '\\')
        return rx_escape(p, out);
    *out = (struct rx_primitive){.kind = RX_PRIMITIVE_LITERAL, .literal = rx_here(p)};
    rx_step(p);
    return ERR_NONE;
}

static bool hyphen_is_range(struct rx_parser *p)
{
    if (rx_here(p) != '-')
        return false;
    struct rx_parser ahead = *p;
    rx_step_and_skip(&ahead);
    return rx_here(&ahead) != ']' && rx_here(&ahead) != '-';
}

static enum err_code check_ascii(struct rx_parser *p, uint32_t c)
{
    if ((p->flags & RX_FLAG_UNICODE) || c <= 0x7F)
        return ERR_NONE;
    return rx_refuse(p, "with (?-u) a class takes ASCII characters only");
}

/* A character, a range or a class of one escape. */
static enum err_code parse_item(struct rx_parser *p, struct rx_class *class)
{
    struct rx_primitive low, high;
    TRY(bracket_primitive(p, &low));
    rx_skip_blanks(p);
    if (rx_here(p) == RX_END)
        return rx_refuse(p, "unclosed character class");
    if (low.kind == RX_PRIMITIVE_ASSERTION)
        return rx_refuse(p, "this escape means nothing in a character class");
    bool is_range = hyphen_is_range(p);
    if (low.kind == RX_PRIMITIVE_CLASS)
        return is_range ? rx_refuse(p, "a range needs a character at both ends") : add_nested(p, class, low.class);
    high = low;
    if (is_range) {
        rx_step_and_skip(p);
        if (rx_here(p) == RX_END)
            return rx_refuse(p, "unclosed character class");
        TRY(bracket_primitive(p, &high));
        if (high.kind != RX_PRIMITIVE_LITERAL)
            return rx_refuse(p, "a range needs a character at both ends");
    }
    TRY(check_ascii(p, low.literal));
    TRY(check_ascii(p, high.literal));
    if (low.literal > high.literal)
        return rx_refuse(p, "the ends of a range are in the wrong order");
    return rx_class_add_range(p, class, low.literal, high.literal);
}

/* Behind '[': a leading ^, then what is literal only there: any number of '-', or one ']'. */
static enum err_code parse_opening(struct rx_parser *p, struct rx_class *class, bool *out_negated)
{
    rx_step_and_skip(p);
    *out_negated = rx_here(p) == '^';
    if (*out_negated) {
        TRY(refuse_negation(p));
        rx_step_and_skip(p);
    }
    bool any = false;
    for (; rx_here(p) == '-'; any = true) {
        TRY(rx_class_add_range(p, class, '-', '-'));
        rx_step_and_skip(p);
    }
    if (!any && rx_here(p) == ']') {
        TRY(rx_class_add_range(p, class, ']', ']'));
        rx_step_and_skip(p);
    }
    return ERR_NONE;
}

static bool operator_here(const struct rx_parser *p, enum rx_class_op *out_op)
{
    uint32_t c = rx_here(p);
    if (c != rx_ahead(p) || (c != '&' && c != '-' && c != '~'))
        return false;
    *out_op = c == '&' ? RX_CLASS_AND : c == '-' ? RX_CLASS_MINUS : RX_CLASS_XOR;
    return true;
}

/* Joins what stood before an operator with the union behind it. */
static enum err_code combine(struct rx_parser *p, const struct rx_class *left, enum rx_class_op op,
                             struct rx_class *right, struct rx_class **out_class)
{
    *out_class = right;
    if (!left)
        return ERR_NONE;
    struct rx_class *joined = NULL;
    TRY(class_new(p, &joined));
    /* Both sides are folded already, and the operations keep that. */
    *joined = (struct rx_class){.op = op, .left = left, .right = right};
    *out_class = joined;
    return ERR_NONE;
}

static enum err_code parse_brackets(struct rx_parser *p, const struct rx_class **out_class)
{
    struct rx_class *items = NULL, *joined = NULL;
    const struct rx_class *left = NULL;
    enum rx_class_op op = RX_CLASS_UNION, next_op;
    bool negated, done;
    TRY(class_new(p, &items));
    TRY(parse_opening(p, items, &negated));
    for (;;) {
        rx_skip_blanks(p);
        uint32_t c = rx_here(p);
        if (c == RX_END)
            return rx_refuse(p, "unclosed character class");
        if (c == ']')
            break;
        if (c == '[') {
            TRY(named_class(p, items, &done));
            if (!done) {
                const struct rx_class *nested = NULL;
                TRY(rx_brackets(p, &nested));
                TRY(add_nested(p, items, nested));
            }
        } else if (operator_here(p, &next_op)) {
            if (++p->operators > RX_DEPTH_MAX)
                return rx_refuse(p, "too many operators in a character class");
            rx_step(p);
            rx_step(p);
            TRY(combine(p, left, op, items, &joined));
            left = joined;
            op = next_op;
            TRY(class_new(p, &items));
        } else {
            TRY(parse_item(p, items));
        }
    }
    rx_step(p);
    TRY(combine(p, left, op, items, &joined));
    joined->negated = negated;
    *out_class = joined;
    return ERR_NONE;
}

enum err_code rx_brackets(struct rx_parser *p, const struct rx_class **out_class)
{
    TRY(rx_enter(p));
    TRY(parse_brackets(p, out_class));
    p->depth--;
    return ERR_NONE;
}
