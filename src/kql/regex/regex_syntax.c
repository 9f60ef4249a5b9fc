/*
 * regex_syntax.c - reads the regular expressions that Kusto takes (the syntax of Rust's regex crate) into a tree.
 *
 * One function a construct, recursion bounded by RX_DEPTH_MAX. What the crate refuses is refused with a sentence that
 * says why; so is what only backtracking engines have, even where the crate would read it as something else (`a++`).
 * Classes within brackets are read in regex_brackets.c.
 * Sources: Kusto's page "Regex syntax", docs of the regex crate ("Syntax"), RFC 3629.
 */
#include "kql/regex/regex_parse.h"

#include "base/utf8.h"
#include "kql/regex/regex.h"

#include <assert.h>
#include <utf8proc.h>

/* --- the text --- */

uint32_t rx_here(const struct rx_parser *p)
{
    size_t at = p->at;
    return at < p->text.len ? utf8_next(p->text, &at) : RX_END;
}

uint32_t rx_ahead(const struct rx_parser *p)
{
    size_t at = p->at;
    if (at < p->text.len)
        (void)utf8_next(p->text, &at);
    return at < p->text.len ? utf8_next(p->text, &at) : RX_END;
}

void rx_step(struct rx_parser *p)
{
    if (p->at < p->text.len)
        (void)utf8_next(p->text, &p->at);
}

/* White_Space; the categories Z plus the controls that belong to it. */
static bool is_blank(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    if (c == 0x85)
        return true;
    if (c > RX_CODE_POINT_MAX)
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

void rx_skip_blanks(struct rx_parser *p)
{
    if (!(p->flags & RX_FLAG_VERBOSE))
        return;
    for (;;) {
        uint32_t c = rx_here(p);
        if (c == '#') {
            while (rx_here(p) != RX_END && rx_here(p) != '\n')
                rx_step(p);
        } else if (c == RX_END || !is_blank(c)) {
            return;
        } else {
            rx_step(p);
        }
    }
}

void rx_step_and_skip(struct rx_parser *p)
{
    rx_step(p);
    rx_skip_blanks(p);
}

bool rx_take(struct rx_parser *p, struct slice text)
{
    if (!slice_starts(slice_cut(p->text, p->at, p->text.len), text))
        return false;
    p->at += text.len;
    return true;
}

enum err_code rx_refuse(struct rx_parser *p, const char *why)
{
    size_t character = utf8_length(slice_cut(p->text, 0, p->at)) + 1;
    return err_set(p->err, ERR_QUERY, "bad regular expression: %s (at character %zu)", why, character);
}

enum err_code rx_enter(struct rx_parser *p)
{
    if (p->depth >= RX_DEPTH_MAX)
        return rx_refuse(p, "too deeply nested");
    p->depth++;
    return ERR_NONE;
}

static enum err_code node_new(struct rx_parser *p, enum rx_kind kind, struct rx_node **out_node)
{
    struct rx_node *node = arena_zalloc(p->arena, 1, sizeof *node);
    if (!node)
        return err_no_memory(p->err, sizeof *node);
    node->kind = kind;
    *out_node = node;
    return ERR_NONE;
}

/* --- escapes --- */

static int hex_digit(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (int)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return (int)(c - 'A' + 10);
    return -1;
}

static enum err_code literal_number(struct rx_parser *p, uint32_t value, struct rx_primitive *out)
{
    if (value > RX_CODE_POINT_MAX || (value >= 0xD800 && value <= 0xDFFF))
        return rx_refuse(p, "this number is no Unicode character");
    if (!(p->flags & RX_FLAG_UNICODE) && value > 0x7F)
        return rx_refuse(p, "with (?-u) a number over 7F would be part of a character");
    *out = (struct rx_primitive){.kind = RX_PRIMITIVE_LITERAL, .literal = value};
    return ERR_NONE;
}

/* Behind \x, \u or \U: that many digits, or any number in braces. */
static enum err_code escape_hex(struct rx_parser *p, unsigned digits, struct rx_primitive *out)
{
    rx_step_and_skip(p);
    bool braces = rx_here(p) == '{';
    if (braces)
        rx_step_and_skip(p);
    uint32_t value = 0;
    unsigned count = 0;
    for (; braces ? rx_here(p) != '}' : count < digits; count++) {
        uint32_t c = rx_here(p);
        if (c == RX_END)
            return rx_refuse(p, "unfinished hexadecimal escape");
        int digit = hex_digit(c);
        if (digit < 0)
            return rx_refuse(p, "invalid hexadecimal digit");
        if (value > 0xFFFFFFF)
            return rx_refuse(p, "this number is no Unicode character");
        value = value * 16 + (uint32_t)digit;
        rx_step_and_skip(p);
    }
    if (count == 0)
        return rx_refuse(p, "empty hexadecimal escape");
    if (braces)
        rx_step(p);
    return literal_number(p, value, out);
}

/* \0, or two or three octal digits. One digit alone is what other engines call a back-reference. */
static enum err_code escape_octal(struct rx_parser *p, struct rx_primitive *out)
{
    uint32_t value = 0;
    unsigned count = 0;
    uint32_t first = rx_here(p);
    for (; count < 3 && rx_here(p) >= '0' && rx_here(p) <= '7'; count++, rx_step(p))
        value = value * 8 + (rx_here(p) - '0');
    if (count == 0 || (count == 1 && first != '0'))
        return rx_refuse(p, "back-references are not supported");
    return literal_number(p, value, out);
}

static enum err_code item_new(struct rx_parser *p, struct rx_item value, struct rx_item **out_item)
{
    struct rx_item *item = arena_alloc(p->arena, sizeof *item);
    if (!item)
        return err_no_memory(p->err, sizeof *item);
    *item = value;
    *out_item = item;
    return ERR_NONE;
}

static enum err_code class_of_item(struct rx_parser *p, struct rx_item value, bool negated, struct rx_primitive *out)
{
    struct rx_class *class = arena_zalloc(p->arena, 1, sizeof *class);
    if (!class)
        return err_no_memory(p->err, sizeof *class);
    TRY(item_new(p, value, &class->items));
    class->negated = negated;
    class->fold = rx_folds(p);
    *out = (struct rx_primitive){.kind = RX_PRIMITIVE_CLASS, .class = class};
    return ERR_NONE;
}

/* \d \s \w and their negations; under (?-u) their ASCII forms. */
static enum err_code escape_perl(struct rx_parser *p, uint32_t letter, struct rx_primitive *out)
{
    rx_step(p);
    uint32_t kind = letter | 0x20;
    bool negated = kind != letter;
    if (!(p->flags & RX_FLAG_UNICODE)) {
        if (negated)
            return rx_refuse(p, "a negated class with (?-u) could match a part of a character");
        const char *name = kind == 'd' ? "digit" : kind == 's' ? "space" : "word";
        struct rx_class *class = NULL;
        TRY(rx_ascii_class(p, slice_from_cstr(name), &class));
        *out = (struct rx_primitive){.kind = RX_PRIMITIVE_CLASS, .class = class};
        return ERR_NONE;
    }
    const char *property = kind == 'd' ? RX_PROPERTY_DIGIT : kind == 's' ? RX_PROPERTY_SPACE : RX_PROPERTY_WORD;
    return class_of_item(p, (struct rx_item){.kind = RX_ITEM_PROPERTY, .property = property, .fold_closed = true},
                         negated, out);
}

/* \pL, \p{Greek}, \P{..} */
static enum err_code escape_property(struct rx_parser *p, bool negated, struct rx_primitive *out)
{
    if (!(p->flags & RX_FLAG_UNICODE))
        return rx_refuse(p, "Unicode classes are not allowed with (?-u)");
    rx_step_and_skip(p);
    char name[64];
    size_t len = 0;
    bool braces = rx_here(p) == '{';
    if (braces)
        rx_step_and_skip(p);
    do {
        uint32_t c = rx_here(p);
        if (c == RX_END)
            return rx_refuse(p, "unfinished Unicode class");
        if (braces && c == '}')
            break;
        if (c > 0x7F || c == '\\' || len == sizeof name)
            return rx_refuse(p, "invalid Unicode class");
        name[len++] = (char)c;
        rx_step_and_skip(p);
    } while (braces);
    if (braces)
        rx_step(p);
    struct rx_item item;
    bool unequal;
    TRY(rx_property(slice_of(name, len), p->arena, &item, &unequal, p->err));
    return class_of_item(p, item, negated != unequal, out);
}

/* Behind \b, at an opening brace: \b{start} and its kin. False: a counted repetition of \b. */
static enum err_code word_boundary_kind(struct rx_parser *p, enum rx_assertion *out_kind)
{
    static const struct {
        struct slice name;
        enum rx_assertion kind;
    } KINDS[] = {{{"start", 5}, RX_WORD_START},
                 {{"end", 3}, RX_WORD_END},
                 {{"start-half", 10}, RX_WORD_START_HALF},
                 {{"end-half", 8}, RX_WORD_END_HALF}};
    size_t start = p->at;
    rx_step_and_skip(p);
    char name[16];
    size_t len = 0;
    uint32_t c = rx_here(p);
    if (c == RX_END)
        return rx_refuse(p, "unclosed brace behind \\b");
    if (c != '-' && !(c < 0x80 && ascii_is_alnum((char)c) && !ascii_is_digit((char)c))) {
        p->at = start;
        return ERR_NONE;
    }
    for (; c < 0x80 && (c == '-' || ascii_is_alnum((char)c)) && len < sizeof name; c = rx_here(p)) {
        name[len++] = (char)c;
        rx_step_and_skip(p);
    }
    for (size_t i = 0; c == '}' && i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (slice_eq(slice_of(name, len), KINDS[i].name)) {
            rx_step(p);
            *out_kind = KINDS[i].kind;
            return ERR_NONE;
        }
    }
    return rx_refuse(p, "behind \\b only {start}, {end}, {start-half} and {end-half} are known");
}

static enum err_code escape_boundary(struct rx_parser *p, struct rx_primitive *out)
{
    *out = (struct rx_primitive){.kind = RX_PRIMITIVE_ASSERTION, .assertion = RX_WORD_BOUNDARY};
    if (rx_here(p) == '{')
        return word_boundary_kind(p, &out->assertion);
    return ERR_NONE;
}

static const char *unknown_escape(uint32_t c)
{
    switch (c) {
    case 'Z':
        return "\\Z is not supported; \\z is the end of the text";
    case 'G':
        return "\\G is not supported";
    case 'Q':
    case 'E':
        return "\\Q..\\E is not supported";
    case 'k':
    case 'g':
        return "back-references are not supported";
    case 'K':
        return "\\K is not supported";
    case 'R':
    case 'X':
    case 'C':
    case 'h':
    case 'H':
    case 'N':
    case 'V':
        return "this escape is Perl's; it is not supported";
    default:
        return "unknown escape sequence";
    }
}

/* Escapes of one letter. */
static enum err_code escape_letter(struct rx_parser *p, uint32_t c, struct rx_primitive *out)
{
    static const char LITERALS[][2] = {{'a', '\a'}, {'f', '\f'}, {'t', '\t'}, {'n', '\n'}, {'r', '\r'}, {'v', '\v'}};
    static const struct {
        char letter;
        enum rx_assertion kind;
    } ASSERTIONS[] = {
        {'A', RX_TEXT_START}, {'z', RX_TEXT_END}, {'B', RX_WORD_INSIDE}, {'<', RX_WORD_START}, {'>', RX_WORD_END}};
    for (size_t i = 0; i < sizeof LITERALS / sizeof LITERALS[0]; i++) {
        if (c == (uint32_t)LITERALS[i][0]) {
            rx_step(p);
            *out = (struct rx_primitive){.kind = RX_PRIMITIVE_LITERAL, .literal = (uint32_t)LITERALS[i][1]};
            return ERR_NONE;
        }
    }
    for (size_t i = 0; i < sizeof ASSERTIONS / sizeof ASSERTIONS[0]; i++) {
        if (c == (uint32_t)ASSERTIONS[i].letter) {
            rx_step(p);
            *out = (struct rx_primitive){.kind = RX_PRIMITIVE_ASSERTION, .assertion = ASSERTIONS[i].kind};
            return ERR_NONE;
        }
    }
    return rx_refuse(p, unknown_escape(c));
}

enum err_code rx_escape(struct rx_parser *p, struct rx_primitive *out)
{
    rx_step(p);
    uint32_t c = rx_here(p);
    if (c == RX_END)
        return rx_refuse(p, "it ends with a backslash");
    if (c < 0x80 && !ascii_is_alnum((char)c) && c != '<' && c != '>') {
        rx_step(p);
        *out = (struct rx_primitive){.kind = RX_PRIMITIVE_LITERAL, .literal = c};
        return ERR_NONE;
    }
    switch (c) {
    case 'x':
        return escape_hex(p, 2, out);
    case 'u':
        return escape_hex(p, 4, out);
    case 'U':
        return escape_hex(p, 8, out);
    case 'p':
    case 'P':
        return escape_property(p, c == 'P', out);
    case 'd':
    case 'D':
    case 's':
    case 'S':
    case 'w':
    case 'W':
        return escape_perl(p, c, out);
    case 'b':
        rx_step(p);
        return escape_boundary(p, out);
    default:
        return c >= '0' && c <= '9' ? escape_octal(p, out) : escape_letter(p, c, out);
    }
}

/* --- atoms --- */

static enum err_code literal_node(struct rx_parser *p, uint32_t c, struct rx_node **out_node)
{
    bool letter = c < 0x80 && ascii_is_alnum((char)c) && !ascii_is_digit((char)c);
    if ((p->flags & RX_FLAG_CASELESS) && !(p->flags & RX_FLAG_UNICODE) && letter) {
        struct rx_class *class = arena_zalloc(p->arena, 1, sizeof *class);
        if (!class)
            return err_no_memory(p->err, sizeof *class);
        TRY(rx_class_add_range(p, class, c, c));
        TRY(node_new(p, RX_CLASS, out_node));
        (*out_node)->class = class;
        return ERR_NONE;
    }
    TRY(node_new(p, RX_LITERAL, out_node));
    (*out_node)->literal = c;
    (*out_node)->fold = rx_folds(p) && (letter || c > 0x7F);
    return ERR_NONE;
}

static enum err_code assertion_node(struct rx_parser *p, enum rx_assertion assertion, struct rx_node **out_node)
{
    bool ascii = !(p->flags & RX_FLAG_UNICODE);
    if (ascii && assertion == RX_WORD_INSIDE)
        return rx_refuse(p, "(?-u:\\B) could match within a character");
    TRY(node_new(p, RX_ASSERT, out_node));
    (*out_node)->assertion = assertion;
    (*out_node)->ascii_word = ascii;
    return ERR_NONE;
}

static enum err_code dot_node(struct rx_parser *p, struct rx_node **out_node)
{
    if (!(p->flags & RX_FLAG_UNICODE))
        return rx_refuse(p, "a dot with (?-u) could match a part of a character");
    TRY(node_new(p, RX_DOT, out_node));
    (*out_node)->dot = p->flags & RX_FLAG_DOT_ALL ? RX_DOT_ALL : p->flags & RX_FLAG_CRLF ? RX_DOT_CRLF : RX_DOT_LINE;
    return ERR_NONE;
}

static enum err_code anchor_node(struct rx_parser *p, bool start, struct rx_node **out_node)
{
    bool crlf = p->flags & RX_FLAG_CRLF;
    enum rx_assertion assertion = start ? RX_TEXT_START : RX_TEXT_END;
    if (p->flags & RX_FLAG_MULTI_LINE)
        assertion = start ? (crlf ? RX_CRLF_START : RX_LINE_START) : (crlf ? RX_CRLF_END : RX_LINE_END);
    return assertion_node(p, assertion, out_node);
}

static enum err_code escape_node(struct rx_parser *p, struct rx_node **out_node)
{
    struct rx_primitive primitive;
    TRY(rx_escape(p, &primitive));
    switch (primitive.kind) {
    case RX_PRIMITIVE_LITERAL:
        return literal_node(p, primitive.literal, out_node);
    case RX_PRIMITIVE_ASSERTION:
        return assertion_node(p, primitive.assertion, out_node);
    case RX_PRIMITIVE_CLASS:
        break;
    }
    TRY(node_new(p, RX_CLASS, out_node));
    (*out_node)->class = primitive.class;
    return ERR_NONE;
}

/* --- groups --- */

static unsigned flag_of(uint32_t c)
{
    switch (c) {
    case 'i':
        return RX_FLAG_CASELESS;
    case 'm':
        return RX_FLAG_MULTI_LINE;
    case 's':
        return RX_FLAG_DOT_ALL;
    case 'R':
        return RX_FLAG_CRLF;
    case 'U':
        return RX_FLAG_SWAP_GREED;
    case 'u':
        return RX_FLAG_UNICODE;
    case 'x':
        return RX_FLAG_VERBOSE;
    default:
        return 0;
    }
}

static const char *unknown_group(uint32_t c)
{
    switch (c) {
    case '=':
    case '!':
        return "look-around is not supported";
    case '>':
        return "atomic groups are not supported";
    case '(':
        return "conditional groups are not supported";
    case '|':
        return "branch reset groups are not supported";
    case '#':
        return "comment groups are not supported; (?x) allows comments";
    case RX_END:
        return "unclosed group";
    default:
        return "unknown flag";
    }
}

/* Behind "(?": flags up to ')' or ':', which is left for the caller. */
static enum err_code parse_flags(struct rx_parser *p, unsigned *out_flags)
{
    unsigned flags = p->flags, seen = 0;
    bool negated = false, any_negated = false;
    for (uint32_t c = rx_here(p); c != ')' && c != ':'; c = rx_here(p)) {
        if (c == '-') {
            if (negated)
                return rx_refuse(p, "a second - among flags");
            negated = true;
        } else {
            unsigned flag = flag_of(c);
            if (!flag)
                return rx_refuse(p, unknown_group(c));
            if (seen & flag)
                return rx_refuse(p, "the same flag twice");
            seen |= flag;
            flags = negated ? flags & ~flag : flags | flag;
            any_negated |= negated;
        }
        rx_step(p);
    }
    if (negated && !any_negated)
        return rx_refuse(p, "no flag behind the -");
    if (!seen && rx_here(p) == ')')
        return rx_refuse(p, "a group of flags without flags");
    *out_flags = flags;
    return ERR_NONE;
}

static bool is_name_char(uint32_t c, bool first)
{
    if (c < 0x80)
        return c == '_' || (ascii_is_alnum((char)c) && !(first && ascii_is_digit((char)c))) ||
               (!first && (c == '.' || c == '[' || c == ']'));
    if (c > RX_CODE_POINT_MAX)
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    return letter || category == UTF8PROC_CATEGORY_NL || (number && !first);
}

/* Behind "(?<" or "(?P<". */
static enum err_code parse_group_name(struct rx_parser *p, const char **out_name)
{
    size_t start = p->at;
    for (bool first = true; rx_here(p) != '>'; first = false) {
        if (rx_here(p) == RX_END)
            return rx_refuse(p, "unclosed name of a group");
        if (!is_name_char(rx_here(p), first))
            return rx_refuse(p, "invalid character in the name of a group");
        rx_step(p);
    }
    struct slice name = slice_cut(p->text, start, p->at);
    if (name.len == 0)
        return rx_refuse(p, "empty name of a group");
    for (uint32_t i = 0; i < p->group_count; i++)
        if (p->group_names[i] && slice_eq(slice_from_cstr(p->group_names[i]), name))
            return rx_refuse(p, "two groups of the same name");
    rx_step(p);
    *out_name = arena_cstr(p->arena, name);
    return *out_name ? ERR_NONE : err_no_memory(p->err, name.len + 1);
}

static enum err_code parse_alternation(struct rx_parser *p, struct rx_node **out_node);

/* The inside of a group and its closing parenthesis; flags set inside end with it. */
static enum err_code parse_inside(struct rx_parser *p, unsigned flags_after, struct rx_node **out_node)
{
    TRY(rx_enter(p));
    TRY(parse_alternation(p, out_node));
    p->depth--;
    if (rx_here(p) != ')')
        return rx_refuse(p, "unclosed group");
    rx_step(p);
    p->flags = flags_after;
    return ERR_NONE;
}

static enum err_code parse_capture(struct rx_parser *p, const char *name, struct rx_node **out_node)
{
    if (p->group_count == REGEX_GROUPS_MAX)
        return rx_refuse(p, "more than 16 capture groups");
    p->group_names[p->group_count++] = name;
    uint32_t group = p->group_count;
    TRY(node_new(p, RX_GROUP, out_node));
    (*out_node)->group = group;
    return parse_inside(p, p->flags, &(*out_node)->first);
}

/* At '('. *out_node is NULL for a group that only sets flags. */
static enum err_code parse_group(struct rx_parser *p, struct rx_node **out_node)
{
    *out_node = NULL;
    rx_step_and_skip(p);
    static const struct slice LOOK[] = {{"?=", 2}, {"?!", 2}, {"?<=", 3}, {"?<!", 3}};
    for (size_t i = 0; i < sizeof LOOK / sizeof LOOK[0]; i++)
        if (slice_starts(slice_cut(p->text, p->at, p->text.len), LOOK[i]))
            return rx_refuse(p, "look-around is not supported");
    if (rx_take(p, SLICE("?P<")) || rx_take(p, SLICE("?<"))) {
        const char *name = NULL;
        TRY(parse_group_name(p, &name));
        return parse_capture(p, name, out_node);
    }
    if (!rx_take(p, SLICE("?")))
        return parse_capture(p, NULL, out_node);
    unsigned flags = 0, before = p->flags;
    TRY(parse_flags(p, &flags));
    bool inside = rx_here(p) == ':';
    rx_step(p);
    p->flags = flags;
    return inside ? parse_inside(p, before, out_node) : ERR_NONE;
}

/* --- repetition, concatenation, alternation --- */

static enum err_code parse_count(struct rx_parser *p, uint32_t *out_count, bool *out_given)
{
    uint32_t value = 0;
    while (is_blank(rx_here(p)))
        rx_step(p);
    *out_given = false;
    for (uint32_t c = rx_here(p); c >= '0' && c <= '9'; c = rx_here(p)) {
        value = value * 10 + (c - '0');
        if (value > RX_REPEAT_MAX)
            return rx_refuse(p, "the count of a repetition is too large");
        *out_given = true;
        rx_step_and_skip(p);
    }
    while (is_blank(rx_here(p)))
        rx_step_and_skip(p);
    *out_count = value;
    return ERR_NONE;
}

/* At '{'. */
static enum err_code parse_counts(struct rx_parser *p, uint32_t *out_min, uint32_t *out_max)
{
    bool given;
    rx_step_and_skip(p);
    TRY(parse_count(p, out_min, &given));
    if (!given)
        return rx_refuse(p,
                         rx_here(p) == RX_END ? "unclosed counted repetition" : "a counted repetition needs a number");
    *out_max = *out_min;
    if (rx_here(p) == ',') {
        rx_step_and_skip(p);
        *out_max = RX_UNBOUNDED;
        if (rx_here(p) != '}') {
            TRY(parse_count(p, out_max, &given));
            if (!given)
                return rx_refuse(p, "a counted repetition needs a number");
        }
    }
    if (rx_here(p) != '}')
        return rx_refuse(p, "unclosed counted repetition");
    if (*out_min > *out_max)
        return rx_refuse(p, "the counts of a repetition are in the wrong order");
    rx_step_and_skip(p);
    return ERR_NONE;
}

/* At one of * + ? {; what is the node to repeat, NULL if there is none. */
static enum err_code parse_repetition(struct rx_parser *p, struct rx_node *what, struct rx_node **out_node)
{
    uint32_t op = rx_here(p), min = op == '+', max = op == '?' ? 1 : RX_UNBOUNDED;
    if (!what)
        return rx_refuse(p, "a repetition of nothing");
    if (op == '{')
        TRY(parse_counts(p, &min, &max));
    else
        rx_step(p);
    bool lazy = rx_here(p) == '?';
    if (lazy)
        rx_step(p);
    else if (rx_here(p) == '+')
        return rx_refuse(p, "possessive repetitions are not supported");
    TRY(node_new(p, RX_REPEAT, out_node));
    (*out_node)->min = min;
    (*out_node)->max = max;
    (*out_node)->lazy = lazy != ((p->flags & RX_FLAG_SWAP_GREED) != 0);
    (*out_node)->first = what;
    /* `a{2}{3}{4}..` nests without a parenthesis: count it as depth. */
    uint32_t depth = 1;
    for (const struct rx_node *inner = what; inner->kind == RX_REPEAT; inner = inner->first)
        depth++;
    return depth + p->depth > RX_DEPTH_MAX ? rx_refuse(p, "too deeply nested") : ERR_NONE;
}

static enum err_code parse_atom(struct rx_parser *p, struct rx_node **out_node)
{
    uint32_t c = rx_here(p);
    switch (c) {
    case '(':
        return parse_group(p, out_node);
    case '[': {
        const struct rx_class *class = NULL;
        TRY(rx_brackets(p, &class));
        TRY(node_new(p, RX_CLASS, out_node));
        (*out_node)->class = class;
        return ERR_NONE;
    }
    case '\\':
        return escape_node(p, out_node);
    case '.':
        rx_step(p);
        return dot_node(p, out_node);
    case '^':
    case '$':
        rx_step(p);
        return anchor_node(p, c == '^', out_node);
    default:
        rx_step(p);
        return literal_node(p, c, out_node);
    }
}

static enum err_code parse_concat(struct rx_parser *p, struct rx_node **out_node)
{
    struct rx_node *head = NULL, **last = NULL, **end = &head;
    for (;;) {
        rx_skip_blanks(p);
        uint32_t c = rx_here(p);
        if (c == RX_END || c == '|' || c == ')')
            break;
        struct rx_node *node = NULL;
        if (c == '*' || c == '+' || c == '?' || c == '{') {
            TRY(parse_repetition(p, last ? *last : NULL, &node));
            assert(last); /* else it is refused: nothing to repeat */
            *last = node;
        } else {
            TRY(parse_atom(p, &node));
            last = NULL;
            if (!node)
                continue;
            last = end;
            *end = node;
        }
        end = &node->next;
    }
    if (head && !head->next) {
        *out_node = head;
        return ERR_NONE;
    }
    TRY(node_new(p, head ? RX_CONCAT : RX_EMPTY, out_node));
    (*out_node)->first = head;
    return ERR_NONE;
}

static enum err_code parse_alternation(struct rx_parser *p, struct rx_node **out_node)
{
    TRY(parse_concat(p, out_node));
    if (rx_here(p) != '|')
        return ERR_NONE;
    struct rx_node *alternate = NULL;
    TRY(node_new(p, RX_ALTERNATE, &alternate));
    alternate->first = *out_node;
    struct rx_node *last = *out_node;
    while (rx_here(p) == '|') {
        rx_step(p);
        TRY(parse_concat(p, &last->next));
        last = last->next;
    }
    *out_node = alternate;
    return ERR_NONE;
}

/* Steps of the node with its counted repetitions written out; saturates above RX_SIZE_MAX. */
static uint32_t size_of(const struct rx_node *node)
{
    uint64_t size = 1;
    for (const struct rx_node *child = node->first; child && size <= RX_SIZE_MAX; child = child->next)
        size += size_of(child);
    if (node->kind == RX_REPEAT) {
        uint32_t copies = node->max == RX_UNBOUNDED ? node->min + 1 : node->max;
        size *= copies ? copies : 1;
    }
    return size > RX_SIZE_MAX ? RX_SIZE_MAX + 1 : (uint32_t)size;
}

enum err_code rx_parse(struct slice pattern, struct arena *arena, struct rx_tree *out_tree, struct err *err)
{
    struct rx_parser p = {.text = pattern, .arena = arena, .err = err, .flags = RX_FLAG_UNICODE};
    if (pattern.len > RX_PATTERN_MAX)
        return err_set(err, ERR_QUERY, "bad regular expression: longer than 1 MiB");
    if (!utf8_is_valid(pattern))
        return err_set(err, ERR_QUERY, "bad regular expression: not valid UTF-8");
    const char **names = arena_zalloc(arena, REGEX_GROUPS_MAX, sizeof *names);
    if (!names)
        return err_no_memory(err, REGEX_GROUPS_MAX * sizeof *names);
    p.group_names = names;
    struct rx_node *root = NULL;
    TRY(parse_alternation(&p, &root));
    if (rx_here(&p) == ')')
        return rx_refuse(&p, "a closing parenthesis without an opening one");
    if (size_of(root) > RX_SIZE_MAX)
        return err_set(err, ERR_QUERY, "bad regular expression: too large with its repetitions written out");
    *out_tree = (struct rx_tree){.root = root, .group_count = p.group_count, .group_names = names};
    return ERR_NONE;
}
