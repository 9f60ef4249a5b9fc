/*
 * lexer_literal.c - strings in all their forms, and typed literals: see lexer.h.
 *
 * A string that holds no escape borrows from the query's text; any other is decoded into the arena.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "event/datetime.h"
#include "event/decimal.h"
#include "kql/syntax/lexer_int.h"

#include <math.h>

/* How a string literal begins. */
struct opening {
    size_t len;       /* prefix and opening quote */
    char quote;       /* ' " ` ~ */
    bool is_verbatim; /* @ */
    bool is_fence;    /* ``` or ~~~ */
};

static struct opening opening_at(const struct lexer *lexer, size_t position)
{
    struct opening opening = {0};
    size_t at = position;
    char c = lexer_peek(lexer, at);
    if (c == 'h' || c == 'H')
        c = lexer_peek(lexer, ++at);
    if (c == '@') {
        opening.is_verbatim = true;
        c = lexer_peek(lexer, ++at);
    }
    opening.quote = c;
    if (c == '"' || c == '\'') {
        opening.len = at + 1 - position;
    } else if ((c == '`' || c == '~') && lexer_peek(lexer, at + 1) == c && lexer_peek(lexer, at + 2) == c) {
        opening.is_fence = true;
        opening.len = at + 3 - position;
    }
    return opening;
}

size_t string_opening(const struct lexer *lexer, size_t position)
{
    return opening_at(lexer, position).len;
}

static bool hex_value(struct slice digits, uint32_t *out_value)
{
    *out_value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = ascii_lower(digits.ptr[i]);
        if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f'))
            return false;
        *out_value = *out_value << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* \101: up to three octal digits, the third only while the value stays a byte. */
static size_t octal_escape(struct slice rest, uint32_t *out_value)
{
    size_t len = 1;
    *out_value = 0;
    while (len < rest.len && len <= 3 && rest.ptr[len] >= '0' && rest.ptr[len] <= '7' && *out_value < 32)
        *out_value = *out_value << 3 | (uint32_t)(rest.ptr[len++] - '0');
    return len > 1 ? len : 0;
}

/* The escape at the start of rest (a backslash): its length and what it stands for; 0 if there is no such escape. */
static size_t escape_read(struct slice rest, uint32_t *out_value)
{
    static const char NAMES[] = "\\'\"abfnrtv";
    static const char VALUES[] = "\\'\"\a\b\f\n\r\t\v";
    if (rest.len < 2)
        return 0;
    char name = rest.ptr[1];
    const char *simple = name ? strchr(NAMES, name) : NULL;
    if (simple) {
        *out_value = (unsigned char)VALUES[simple - NAMES];
        return 2;
    }
    size_t digits = name == 'x' ? 2 : name == 'u' ? 4 : name == 'U' ? 8 : 0;
    if (digits == 0)
        return octal_escape(rest, out_value);
    return rest.len >= 2 + digits && hex_value(slice_cut(rest, 2, 2 + digits), out_value) ? 2 + digits : 0;
}

static enum err_code bad_escape(const struct lexer *lexer, size_t position, char quote, struct err *err)
{
    size_t end = position + 1;
    if (end < lexer->text.len)
        (void)utf8_next(lexer->text, &end);
    struct slice escape = slice_cut(lexer->text, position, end);
    char c = lexer_peek(lexer, position + 1);
    struct span span = span_of(position, end);
    if (c == 'x' || c == 'u' || c == 'U')
        (void)err_query(err, ERR_QUERY, span, "%.*s needs %d hexadecimal digits", SLICE_ARG(escape),
                        c == 'x'   ? 2
                        : c == 'u' ? 4
                                   : 8);
    else if ((unsigned char)c < 0x20)
        (void)err_query(err, ERR_QUERY, span_of(position, position + 1), "unknown escape in a string");
    else
        (void)err_query(err, ERR_QUERY, span, "unknown escape %.*s in a string", SLICE_ARG(escape));
    return err_hint(err, "write @%c...%c to keep backslashes as they are, or \\\\ for one backslash", quote, quote);
}

static enum err_code unclosed(size_t start, size_t end, const char *closing, struct err *err)
{
    (void)err_query(err, ERR_QUERY, span_of(start, end), "the string is not closed: %s is missing", closing);
    return closing[1] ? ERR_QUERY : err_hint(err, "a string ends on its line; use \\n, or ```...``` for several lines");
}

/*
 * The bytes of the content that begins at `at`: *out_end is the closing quote's place. *out_plain says that they are the
 * value already.
 */
static enum err_code content_scan(const struct lexer *lexer, size_t at, struct opening opening, size_t *out_end,
                                  bool *out_plain, struct err *err)
{
    *out_plain = true;
    for (;;) {
        char c = lexer_peek(lexer, at);
        if (at >= lexer->text.len || c == '\n' || c == '\r')
            return unclosed(lexer->position, at, opening.quote == '"' ? "\"" : "'", err);
        if (c == opening.quote) {
            if (!opening.is_verbatim || lexer_peek(lexer, at + 1) != c)
                break;
            *out_plain = false;
            at += 2;
        } else if (c == '\\' && !opening.is_verbatim) {
            uint32_t value;
            size_t len = escape_read(slice_cut(lexer->text, at, lexer->text.len), &value);
            if (len == 0)
                return bad_escape(lexer, at, opening.quote, err);
            *out_plain = false;
            at += len;
        } else {
            at++;
        }
    }
    *out_end = at;
    return ERR_NONE;
}

/* Two \u escapes may be one character. */
static size_t code_point_read(struct slice rest, uint32_t *out_value)
{
    size_t len = escape_read(rest, out_value);
    uint32_t low = 0;
    if (rest.ptr[1] != 'u' || *out_value < 0xd800 || *out_value > 0xdbff)
        return len;
    struct slice second = slice_cut(rest, len, rest.len);
    if (second.len < 2 || second.ptr[0] != '\\' || second.ptr[1] != 'u')
        return len;
    size_t second_len = escape_read(second, &low);
    if (second_len == 0 || low < 0xdc00 || low > 0xdfff)
        return len;
    *out_value = 0x10000 + ((*out_value - 0xd800) << 10) + (low - 0xdc00);
    return len + second_len;
}

/* content is whole and checked. The result is never longer than it. */
static struct slice content_decode(struct slice content, bool is_verbatim, struct arena *arena)
{
    char *text = arena_alloc(arena, content.len);
    size_t len = 0;
    for (size_t i = 0; text && i < content.len;) {
        char c = content.ptr[i];
        if (is_verbatim || c != '\\') {
            text[len++] = c;
            i += is_verbatim && i + 1 < content.len && (c == '"' || c == '\'') && content.ptr[i + 1] == c ? 2 : 1;
            continue;
        }
        uint32_t value = 0;
        i += code_point_read(slice_cut(content, i, content.len), &value);
        len += utf8_encode(value, text + len);
    }
    return slice_of(text, len);
}

enum err_code string_read(struct lexer *lexer, struct token *out_token, struct err *err)
{
    struct opening opening = opening_at(lexer, lexer->position);
    size_t start = lexer->position + opening.len;
    size_t end = start;
    bool plain = true;
    if (opening.is_fence) {
        struct slice fence = opening.quote == '`' ? SLICE("```") : SLICE("~~~");
        ptrdiff_t found = slice_find(lexer->text, fence, start);
        if (found == SLICE_NOT_FOUND)
            return unclosed(lexer->position, start, fence.ptr, err);
        end = (size_t)found;
    } else {
        TRY(content_scan(lexer, start, opening, &end, &plain, err));
    }
    struct slice value = slice_cut(lexer->text, start, end);
    if (!plain)
        value = content_decode(value, opening.is_verbatim, lexer->arena);
    if (!value.ptr)
        return err_no_memory(err, end - start);
    end += opening.is_fence ? 3 : 1;
    out_token->kind = TOKEN_STRING;
    out_token->span = span_of(lexer->position, end);
    out_token->text = slice_cut(lexer->text, lexer->position, end);
    out_token->value = value_str(value);
    lexer->position = end;
    return ERR_NONE;
}

/* The types that have literals of the form name(...); `dynamic` has a grammar of its own. */
static const struct typed_literal {
    const char *name;
    enum type type;
    const char *example;
} TYPED_LITERALS[] = {
    {"bool", TYPE_BOOL, "bool(true)"},
    {"date", TYPE_DATETIME, "date(2024-01-31)"},
    {"datetime", TYPE_DATETIME, "datetime(2024-01-31 12:00:00)"},
    {"decimal", TYPE_DECIMAL, "decimal(1.5)"},
    {"double", TYPE_REAL, "double(1.5)"},
    {"guid", TYPE_GUID, "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"},
    {"int", TYPE_INT, "int(5)"},
    {"int32", TYPE_INT, "int32(5)"},
    {"int64", TYPE_LONG, "int64(5)"},
    {"long", TYPE_LONG, "long(5)"},
    {"real", TYPE_REAL, "real(1.5)"},
    {"time", TYPE_TIMESPAN, "time(1d)"},
    {"timespan", TYPE_TIMESPAN, "timespan(1.02:30:00)"},
};

static struct slice unquote(struct slice text)
{
    if (text.len >= 2 && (text.ptr[0] == '"' || text.ptr[0] == '\'') && text.ptr[text.len - 1] == text.ptr[0])
        return slice_cut(text, 1, text.len - 1);
    return text;
}

static bool parse_bool(struct slice text, struct value *out_value)
{
    bool is_true = slice_eq_nocase(text, SLICE("true")) || slice_eq(text, SLICE("1"));
    if (!is_true && !slice_eq_nocase(text, SLICE("false")) && !slice_eq(text, SLICE("0")))
        return false;
    *out_value = value_i64(TYPE_BOOL, is_true);
    return true;
}

static bool parse_integer(struct slice text, enum type type, struct value *out_value)
{
    int64_t value;
    if (!long_from_text(text, &value) || (type == TYPE_INT && (value < INT32_MIN || value > INT32_MAX)))
        return false;
    *out_value = value_i64(type, value);
    return true;
}

static bool parse_real(struct slice text, struct value *out_value)
{
    double value;
    if (slice_eq_nocase(text, SLICE("nan")))
        value = (double)NAN;
    else if (slice_eq_nocase(text, SLICE("inf")) || slice_eq_nocase(text, SLICE("+inf")))
        value = (double)INFINITY;
    else if (slice_eq_nocase(text, SLICE("-inf")))
        value = -(double)INFINITY;
    else if (!real_from_text(text, &value))
        return false;
    *out_value = value_real(value);
    return true;
}

/* timespan(15 seconds): a count and its unit may stand apart here. */
static bool parse_timespan(struct slice text, struct value *out_value)
{
    int64_t ticks;
    char joined[64];
    if (!timespan_parse(text, &ticks)) {
        size_t digits = 0;
        while (digits < text.len && (ascii_is_digit(text.ptr[digits]) || memchr(".-", text.ptr[digits], 2)))
            digits++;
        struct slice unit = slice_trim(slice_cut(text, digits, text.len));
        if (digits == 0 || unit.len == 0 || digits + unit.len > sizeof joined)
            return false;
        memcpy(joined, text.ptr, digits);
        memcpy(joined + digits, unit.ptr, unit.len);
        if (!timespan_parse(slice_of(joined, digits + unit.len), &ticks))
            return false;
    }
    *out_value = value_i64(TYPE_TIMESPAN, ticks);
    return true;
}

static bool has_digit(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (ascii_is_digit(text.ptr[i]))
            return true;
    return false;
}

static bool parse_datetime(struct slice text, struct value *out_value)
{
    int64_t ticks;
    if (datetime_parse(text, &ticks)) {
        *out_value = value_i64(TYPE_DATETIME, ticks);
        return true;
    }
    /* A date that does not exist, like 2020-13-01, is null to Kusto, not an error. */
    *out_value = value_null(TYPE_DATETIME);
    return has_digit(text);
}

static bool parse_guid(struct slice text, struct value *out_value)
{
    *out_value = value_null(TYPE_GUID);
    out_value->is_null = false;
    return guid_from_text(text, &out_value->guid);
}

static bool parse_decimal(struct slice text, struct value *out_value)
{
    *out_value = value_null(TYPE_DECIMAL);
    out_value->is_null = false;
    return decimal_from_text(text, &out_value->dec);
}

static bool typed_value(enum type type, struct slice text, struct value *out_value)
{
    if (slice_eq(text, SLICE("null"))) {
        *out_value = value_null(type);
        return true;
    }
    switch (type) {
    case TYPE_BOOL:
        return parse_bool(text, out_value);
    case TYPE_INT:
    case TYPE_LONG:
        return parse_integer(text, type, out_value);
    case TYPE_REAL:
        return parse_real(text, out_value);
    case TYPE_DECIMAL:
        return parse_decimal(text, out_value);
    case TYPE_DATETIME:
        return parse_datetime(text, out_value);
    case TYPE_TIMESPAN:
        return parse_timespan(text, out_value);
    case TYPE_GUID:
        return parse_guid(text, out_value);
    default:
        return false;
    }
}

/* The place of the closing parenthesis: none may stand within, nor may the line end. */
static size_t typed_end(const struct lexer *lexer, size_t at)
{
    while (at < lexer->text.len && !memchr(")\r\n", lexer->text.ptr[at], 3))
        at++;
    return at;
}

enum err_code typed_read(struct lexer *lexer, size_t name_len, struct token *out_token, bool *out_done, struct err *err)
{
    struct slice name = slice_cut(lexer->text, lexer->position, lexer->position + name_len);
    const struct typed_literal *literal = NULL;
    for (size_t i = 0; i < sizeof TYPED_LITERALS / sizeof *TYPED_LITERALS; i++)
        if (slice_eq(name, slice_from_cstr(TYPED_LITERALS[i].name)))
            literal = &TYPED_LITERALS[i];
    *out_done = literal != NULL;
    if (!literal)
        return ERR_NONE;
    size_t end = typed_end(lexer, lexer->position + name_len + 1);
    struct span span = span_of(lexer->position, end);
    if (lexer_peek(lexer, end) != ')')
        return err_query(err, ERR_QUERY, span, "the %s literal is not closed: ) is missing", literal->name);
    span.end++;
    struct slice text = slice_trim(slice_cut(lexer->text, lexer->position + name_len + 1, end));
    out_token->kind = TOKEN_LITERAL;
    if (literal->type == TYPE_DATETIME && text.len == 0) {
        out_token->kind = TOKEN_NOW;
    } else if (!typed_value(literal->type, slice_trim(unquote(text)), &out_token->value)) {
        (void)err_query(err, ERR_QUERY, span, "this is no %s", type_name(literal->type));
        return err_hint(err, "a literal of this type looks like %s; to convert a value use to%s()", literal->example,
                        type_name(literal->type));
    }
    out_token->span = span;
    out_token->text = slice_cut(lexer->text, span.start, span.end);
    lexer->position = span.end;
    return ERR_NONE;
}
