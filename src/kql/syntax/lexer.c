/*
 * lexer.c - KQL text to tokens: see lexer.h. Strings and typed literals stand in lexer_literal.c.
 *
 * Words are taken whole before anything is asked about them: `1and` is one (wrong) name, `!has_any` one (unknown)
 * operator, so that a message can name what was written.
 */
#include "kql/syntax/lexer.h"

#include "base/utf8.h"
#include "event/datetime.h"
#include "kql/syntax/lexer_int.h"
#include "kql/syntax/syntax.h"

enum err_code lexer_init(struct lexer *lexer, struct slice text, struct arena *arena, struct err *err)
{
    *lexer = (struct lexer){.text = text, .arena = arena};
    if (text.len > KQL_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "the query has %zu bytes, more than %d", text.len, KQL_TEXT_MAX);
    if (utf8_is_valid(text))
        return ERR_NONE;
    size_t bad = 0;
    while (utf8_is_valid(slice_cut(text, bad, bad + 1)))
        bad++;
    for (size_t end; bad < text.len; bad = end) {
        end = bad;
        (void)utf8_next(text, &end);
        if (!utf8_is_valid(slice_cut(text, bad, end)))
            break;
    }
    (void)err_query(err, ERR_QUERY, span_of(bad, bad + 1), "the query is not valid UTF-8");
    return err_hint(err, "save the query as UTF-8");
}

/* Blanks as Microsoft's parser has them, beyond ASCII too: they come along when a query is copied from a web page. */
static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0xa0 || c == 0x1680 || c == 0x180e ||
           (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 ||
           c == 0xfeff;
}

/* To the end of the line, as .NET ends lines. */
static size_t comment_end(const struct lexer *lexer, size_t position)
{
    while (position < lexer->text.len) {
        char c = lexer->text.ptr[position];
        if (c == '\n' || c == '\r' || slice_starts(slice_cut(lexer->text, position, position + 3), SLICE("\u2028")) ||
            slice_starts(slice_cut(lexer->text, position, position + 3), SLICE("\u2029")))
            break;
        position++;
    }
    return position;
}

static size_t skip_blanks(const struct lexer *lexer)
{
    size_t position = lexer->position;
    while (position < lexer->text.len) {
        size_t after = position;
        if (lexer_peek(lexer, position) == '/' && lexer_peek(lexer, position + 1) == '/')
            after = comment_end(lexer, position);
        else if (!is_blank(utf8_next(lexer->text, &after)))
            break;
        position = after;
    }
    return position;
}

static size_t word_end(const struct lexer *lexer, size_t position)
{
    while (is_word_char(lexer_peek(lexer, position)))
        position++;
    return position;
}

static size_t digits_end(const struct lexer *lexer, size_t position)
{
    while (ascii_is_digit(lexer_peek(lexer, position)))
        position++;
    return position;
}

/* Gives out the token that begins at lexer->position and ends before `end`. */
static void token_take(struct lexer *lexer, enum token_kind kind, size_t end, struct token *token)
{
    token->kind = kind;
    token->span = span_of(lexer->position, end);
    token->text = slice_cut(lexer->text, lexer->position, end);
    lexer->position = end;
}

/* 1.5e3: the end of the exponent if one stands at position, else position. */
static size_t exponent_end(const struct lexer *lexer, size_t position)
{
    char e = lexer_peek(lexer, position);
    if (e != 'e' && e != 'E')
        return position;
    char sign = lexer_peek(lexer, position + 1);
    size_t digits = position + (sign == '+' || sign == '-' ? 2 : 1);
    size_t end = digits_end(lexer, digits);
    return end > digits ? end : position;
}

/* 1.5  5.  1e3, but not the 1 of 1..5 and nothing with a letter at its end. 0 if there is none. */
static size_t real_end(const struct lexer *lexer, size_t whole_end)
{
    size_t end = whole_end;
    if (lexer_peek(lexer, end) == '.' && lexer_peek(lexer, end + 1) != '.')
        end = digits_end(lexer, end + 1);
    end = exponent_end(lexer, end);
    return end > whole_end && !is_word_char(lexer_peek(lexer, end)) ? end : 0;
}

/* 1d  1.5hours. 0 if there is none. */
static size_t timespan_end(const struct lexer *lexer, size_t whole_end, int64_t *out_ticks)
{
    size_t end = whole_end;
    if (lexer_peek(lexer, end) == '.') {
        end = digits_end(lexer, end + 1);
        if (end == whole_end + 1)
            return 0;
    }
    size_t suffix = end;
    while (ascii_lower(lexer_peek(lexer, end)) >= 'a' && ascii_lower(lexer_peek(lexer, end)) <= 'z')
        end++;
    if (end == suffix || is_word_char(lexer_peek(lexer, end)))
        return 0;
    return timespan_parse(slice_cut(lexer->text, lexer->position, end), out_ticks) ? end : 0;
}

/* The value of decimal digits or 0x and hex digits. */
static enum err_code long_value(struct token *token, struct err *err)
{
    uint64_t value = 0;
    bool fits = true;
    bool is_hex = token->text.len > 2 && ascii_lower(token->text.ptr[1]) == 'x';
    for (size_t i = is_hex ? 2 : 0; i < token->text.len; i++) {
        char c = ascii_lower(token->text.ptr[i]);
        uint64_t digit = (uint64_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
        fits = fits && !__builtin_mul_overflow(value, is_hex ? UINT64_C(16) : UINT64_C(10), &value) &&
               !__builtin_add_overflow(value, digit, &value);
    }
    token->only_negative = !is_hex && value == (uint64_t)INT64_MAX + 1;
    if (!fits || (!is_hex && value > (uint64_t)INT64_MAX + 1)) {
        (void)err_query(err, ERR_QUERY, token->span, "%.*s is too large for a long",
                        SLICE_ARG(slice_cut(token->text, 0, 40)));
        return is_hex ? ERR_QUERY
                      : err_hint(err, "write it as a real, %.*s.0, or as decimal(...)",
                                 SLICE_ARG(slice_cut(token->text, 0, 40)));
    }
    token->value = value_i64(TYPE_LONG, (int64_t)value);
    return ERR_NONE;
}

static bool is_raw_guid(const struct lexer *lexer, size_t position)
{
    static const unsigned char GROUPS[] = {8, 4, 4, 4, 12};
    for (size_t group = 0; group < sizeof GROUPS; group++) {
        if (group && lexer_peek(lexer, position++) != '-')
            return false;
        for (unsigned i = 0; i < GROUPS[group]; i++, position++) {
            char c = ascii_lower(lexer_peek(lexer, position));
            if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f'))
                return false;
        }
    }
    return true;
}

static enum err_code read_number(struct lexer *lexer, struct token *token, struct err *err)
{
    size_t start = lexer->position;
    size_t whole_end = digits_end(lexer, start);
    size_t end = real_end(lexer, whole_end);
    int64_t ticks;
    double real;
    if (end) {
        token_take(lexer, TOKEN_NUMBER, end, token);
        if (!real_from_text(token->text, &real))
            return err_query(err, ERR_QUERY, token->span, "this number can't be read");
        token->value = value_real(real);
        return ERR_NONE;
    }
    end = timespan_end(lexer, whole_end, &ticks);
    if (end) {
        token_take(lexer, TOKEN_NUMBER, end, token);
        token->value = value_i64(TYPE_TIMESPAN, ticks);
        return ERR_NONE;
    }
    end = word_end(lexer, start);
    bool is_hex = lexer_peek(lexer, start) == '0' && ascii_lower(lexer_peek(lexer, start + 1)) == 'x';
    size_t hex_end = start + 2;
    for (char c; is_hex && (c = ascii_lower(lexer_peek(lexer, hex_end)), ascii_is_digit(c) || (c >= 'a' && c <= 'f'));)
        hex_end++;
    if (end == whole_end || (is_hex && hex_end == end && end > start + 2)) {
        token_take(lexer, TOKEN_NUMBER, end, token);
        return long_value(token, err);
    }
    token_take(lexer, TOKEN_NAME, end, token); /* names may begin with digits */
    return ERR_NONE;
}

static bool is_bool_text(struct slice text, bool *out_value)
{
    static const char *const TEXTS[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        if (slice_eq(text, slice_from_cstr(TEXTS[i]))) {
            *out_value = i < 3;
            return true;
        }
    }
    return false;
}

static enum err_code read_word(struct lexer *lexer, struct token *token, struct err *err)
{
    struct slice rest = slice_cut(lexer->text, lexer->position, lexer->text.len);
    size_t compound = syntax_compound_word(rest);
    if (compound) {
        token_take(lexer, TOKEN_NAME, lexer->position + compound, token);
        return ERR_NONE;
    }
    size_t end = word_end(lexer, lexer->position + 1);
    if (lexer_peek(lexer, end) == '(') {
        bool done;
        TRY(typed_read(lexer, end - lexer->position, token, &done, err));
        if (done)
            return ERR_NONE;
    }
    struct slice word = slice_cut(lexer->text, lexer->position, end);
    if (lexer_peek(lexer, end) == '~' && slice_eq(word, SLICE("in")))
        end++;
    token_take(lexer, TOKEN_NAME, end, token);
    bool value;
    if (is_bool_text(token->text, &value)) {
        token->kind = TOKEN_LITERAL;
        token->value = value_i64(TYPE_BOOL, value);
    }
    return ERR_NONE;
}

/* !has, !in~, !between: a `!` with letters glued to it is one word, whatever the letters. */
static bool read_glued_bang(struct lexer *lexer, struct token *token)
{
    size_t end = word_end(lexer, lexer->position + 1);
    if (end == lexer->position + 1)
        return false;
    if (lexer_peek(lexer, end) == '~' && slice_eq(slice_cut(lexer->text, lexer->position, end), SLICE("!in")))
        end++;
    token_take(lexer, TOKEN_NAME, end, token);
    return true;
}

static bool read_punctuation(struct lexer *lexer, struct token *token)
{
    static const char *const PAIRS[] = {"..", "==", "!=", "<>", "<=", ">=", "=~", "!~", "=>", "<|"};
    struct slice pair = slice_cut(lexer->text, lexer->position, lexer->position + 2);
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        if (slice_eq(pair, slice_from_cstr(PAIRS[i]))) {
            token_take(lexer, TOKEN_PUNCT, lexer->position + 2, token);
            return true;
        }
    }
    if (pair.len == 0 || !memchr("()[]{},;.:|=<>+-*/%!?@", pair.ptr[0], 22))
        return false;
    token_take(lexer, TOKEN_PUNCT, lexer->position + 1, token);
    return true;
}

/* What people write that is no character of KQL, and what they mean. */
static const struct foreign_text {
    const char *text, *message, *hint;
} FOREIGN_TEXTS[] = {
    {"/*", "KQL has no /* */ comments", "begin each line of the comment with //"},
    {"&&", "KQL has no && operator", "write `and`"},
    {"&", "unexpected character &", "write `and` for the logical operator"},
    {"~=", "KQL has no ~= operator", "write =~ to compare without regard to case"},
    {"`", "unexpected character `", "write ['name'] to quote a name, ```text``` for a text of several lines"},
    {"\\", "unexpected character \\", "a backslash has its place only within a string"},
    {"#", "directives (#...) are not supported yet", ""},
    {"\u201c", "a typographic quote", "write a straight quote: \""},
    {"\u201d", "a typographic quote", "write a straight quote: \""},
    {"\u2018", "a typographic quote", "write a straight quote: '"},
    {"\u2019", "a typographic quote", "write a straight quote: '"},
    {"\u2013", "a typographic dash", "write a minus sign: -"},
    {"\u2014", "a typographic dash", "write a minus sign: -"},
};

static enum err_code unexpected(const struct lexer *lexer, struct err *err)
{
    struct slice rest = slice_cut(lexer->text, lexer->position, lexer->text.len);
    for (size_t i = 0; i < sizeof FOREIGN_TEXTS / sizeof *FOREIGN_TEXTS; i++) {
        const struct foreign_text *foreign = &FOREIGN_TEXTS[i];
        struct slice text = slice_from_cstr(foreign->text);
        if (!slice_starts(rest, text))
            continue;
        enum err_code code = text.ptr[0] == '#' ? ERR_UNSUPPORTED : ERR_QUERY;
        (void)err_query(err, code, span_of(lexer->position, lexer->position + text.len), "%s", foreign->message);
        return err_hint(err, "%s", foreign->hint);
    }
    size_t end = lexer->position;
    uint32_t c = utf8_next(lexer->text, &end);
    struct span span = span_of(lexer->position, end);
    if (c < 0x20 || c == 0x7f)
        return err_query(err, ERR_QUERY, span, "unexpected control character U+%04X", (unsigned)c);
    (void)err_query(err, ERR_QUERY, span, "unexpected character %.*s",
                    SLICE_ARG(slice_cut(rest, 0, end - lexer->position)));
    if (c > 0x7f)
        return err_hint(err, "a name with other letters than a-z and A-Z needs brackets and quotes: ['name']");
    return ERR_QUERY;
}

enum err_code lexer_next(struct lexer *lexer, struct token *out_token, struct err *err)
{
    size_t start = skip_blanks(lexer);
    struct token token = {.space_before = start > lexer->position, .value = value_null(TYPE_BOOL)};
    lexer->position = start;
    char c = lexer_peek(lexer, start);
    enum err_code code = ERR_NONE;
    if (start >= lexer->text.len)
        token_take(lexer, TOKEN_END, start, &token);
    else if (string_opening(lexer, start))
        code = string_read(lexer, &token, err);
    else if (is_raw_guid(lexer, start)) {
        (void)err_query(err, ERR_QUERY, span_of(start, start + 36), "a guid needs its type around it");
        code = err_hint(err, "write guid(%.*s)", SLICE_ARG(slice_cut(lexer->text, start, start + 36)));
    } else if (ascii_is_digit(c))
        code = read_number(lexer, &token, err);
    else if (is_word_char(c) || c == '$')
        code = read_word(lexer, &token, err);
    else if (c == '/' && lexer_peek(lexer, start + 1) == '*')
        code = unexpected(lexer, err);
    else if (!(c == '!' && read_glued_bang(lexer, &token)) && !read_punctuation(lexer, &token))
        code = unexpected(lexer, err);
    if (code == ERR_NONE)
        *out_token = token;
    return code;
}
