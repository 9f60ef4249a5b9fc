/*
 * json_token.c - the strict walk: see json_token.h.
 */
#include "source/json/json_token.h"

#include "base/bytes16.h"
#include "base/simd/simd.h"
#include "base/utf8.h"

#include <stdint.h>

static bool fault(struct json_cursor *cursor, const char *why)
{
    if (!cursor->why)
        cursor->why = why;
    return false;
}

void json_blanks(struct json_cursor *cursor)
{
    while (cursor->at < cursor->end && json_is_blank(*cursor->at))
        cursor->at++;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    char low = ascii_lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* The four digits of \uXXXX at text; false if they are none. */
static bool hex4(const char *text, const char *end, uint32_t *out_unit)
{
    if (end - text < 4)
        return false;
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        unit = unit << 4 | (uint32_t)digit;
    }
    *out_unit = unit;
    return true;
}

/* At a backslash: steps over the escape. */
static bool escape(struct json_cursor *cursor)
{
    const char *at = cursor->at + 1;
    if (at == cursor->end)
        return fault(cursor, "a string does not end");
    uint32_t unit;
    if (*at == 'u') {
        if (!hex4(at + 1, cursor->end, &unit))
            return fault(cursor, "\\u without four hexadecimal digits");
        cursor->at = at + 5;
        return true;
    }
    if (!simd_is_escape_letter(*at))
        return fault(cursor, "an escape that JSON does not have");
    cursor->at = at + 1;
    return true;
}

bool json_string(struct json_cursor *cursor, struct json_text *out_text)
{
    if (cursor->at == cursor->end || *cursor->at != '"')
        return fault(cursor, "a string was expected");
    const char *start = ++cursor->at;
    const struct simd *simd = simd_ops();
    bool escaped = false;
    for (;;) {
        cursor->at += simd->string_close(cursor->at, (size_t)(cursor->end - cursor->at), 0, &escaped);
        if (cursor->at == cursor->end)
            return fault(cursor, "a string does not end");
        if (*cursor->at == '"')
            break;
        if (*cursor->at != '\\')
            return fault(cursor, "a control character in a string");
        escaped = true;
        if (!escape(cursor))
            return false;
    }
    *out_text = (struct json_text){slice_of(start, (size_t)(cursor->at - start)), escaped};
    cursor->at++;
    return true;
}

static const char *digits(const char *at, const char *end)
{
    while (at < end && ascii_is_digit(*at))
        at++;
    return at;
}

static bool number(struct json_cursor *cursor)
{
    const char *at = cursor->at, *end = cursor->end;
    if (*at == '-')
        at++;
    const char *whole = at;
    at = digits(at, end);
    if (at == whole || (*whole == '0' && at - whole > 1))
        return fault(cursor, "not a JSON value");
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = digits(at, end);
        if (at == fraction)
            return fault(cursor, "a number without digits behind its point");
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        const char *exponent = at;
        at = digits(at, end);
        if (at == exponent)
            return fault(cursor, "a number without digits in its exponent");
    }
    cursor->at = at;
    return true;
}

static bool word(struct json_cursor *cursor, struct slice wanted)
{
    if (!slice_starts(slice_of(cursor->at, (size_t)(cursor->end - cursor->at)), wanted))
        return fault(cursor, "not a JSON value");
    cursor->at += wanted.len;
    return true;
}

/* A value that holds no other. */
static bool scalar(struct json_cursor *cursor)
{
    struct json_text text;
    switch (*cursor->at) {
    case '"':
        return json_string(cursor, &text);
    case 't':
        return word(cursor, SLICE("true"));
    case 'f':
        return word(cursor, SLICE("false"));
    case 'n':
        return word(cursor, SLICE("null"));
    default:
        return number(cursor);
    }
}

/* Which of the open brackets are braces, one bit a level. */
struct nesting {
    unsigned depth;
    uint64_t is_object[JSON_DEPTH_MAX / 64];
};

static bool nesting_push(struct json_cursor *cursor, struct nesting *nesting, bool is_object)
{
    if (nesting->depth == JSON_DEPTH_MAX)
        return fault(cursor, "nested too deeply");
    uint64_t bit = UINT64_C(1) << nesting->depth % 64;
    uint64_t *level = &nesting->is_object[nesting->depth / 64];
    if (nesting->depth % 64 == 0)
        *level = 0;
    *level = is_object ? *level | bit : *level & ~bit;
    nesting->depth++;
    return true;
}

static bool in_object(const struct nesting *nesting)
{
    unsigned level = nesting->depth - 1;
    return nesting->is_object[level / 64] >> level % 64 & 1;
}

static bool key_and_colon(struct json_cursor *cursor, struct json_text *out_key)
{
    if (!json_string(cursor, out_key))
        return false;
    json_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != ':')
        return fault(cursor, "a key without a colon");
    cursor->at++;
    json_blanks(cursor);
    return true;
}

/*
 * After a value: closes what ends here. True with *out_more if another value must follow, and the cursor stands at it.
 */
static bool value_ended(struct json_cursor *cursor, struct nesting *nesting, bool *out_more)
{
    struct json_text key;
    *out_more = false;
    while (nesting->depth) {
        bool object = in_object(nesting);
        json_blanks(cursor);
        if (cursor->at == cursor->end)
            return fault(cursor, "the text ends inside of an object or array");
        if (*cursor->at == ',') {
            cursor->at++;
            json_blanks(cursor);
            *out_more = true;
            return !object || key_and_colon(cursor, &key);
        }
        if (*cursor->at != (object ? '}' : ']'))
            return fault(cursor, "neither a comma nor an end after a value");
        cursor->at++;
        nesting->depth--;
    }
    return true;
}

/* At a bracket: opens it. *out_more as above: false for an empty one, which is then closed. */
static bool value_begins(struct json_cursor *cursor, struct nesting *nesting, bool *out_more)
{
    struct json_text key;
    bool object = *cursor->at == '{';
    if (!nesting_push(cursor, nesting, object))
        return false;
    cursor->at++;
    json_blanks(cursor);
    *out_more = cursor->at == cursor->end || *cursor->at != (object ? '}' : ']');
    if (*out_more)
        return !object || key_and_colon(cursor, &key);
    cursor->at++;
    nesting->depth--;
    return true;
}

/* Any value, from its first byte on. */
static bool nested_value(struct json_cursor *cursor)
{
    struct nesting nesting; /* its bits are set before they are read */
    nesting.depth = 0;
    bool more;
    do {
        more = false;
        if (cursor->at == cursor->end)
            return fault(cursor, "a value is missing");
        bool bracket = *cursor->at == '{' || *cursor->at == '[';
        if (!(bracket ? value_begins(cursor, &nesting, &more) : scalar(cursor)))
            return false;
        if (!more && !value_ended(cursor, &nesting, &more))
            return false;
    } while (more);
    return true;
}

/* Most values are strings, which nothing nests in. */
bool json_value(struct json_cursor *cursor, struct slice *out_value)
{
    struct json_text text;
    if (cursor->at == cursor->end || *cursor->at != '"')
        json_blanks(cursor);
    const char *start = cursor->at;
    bool is_string = start != cursor->end && *start == '"';
    if (!(is_string ? json_string(cursor, &text) : nested_value(cursor)))
        return false;
    *out_value = slice_of(start, (size_t)(cursor->at - start));
    return true;
}

void json_enter(struct json_cursor *cursor, struct json_walk *walk)
{
    cursor->at++;
    walk->begun = false;
}

/* Before an item: its comma, or the end. */
static enum json_step step(struct json_cursor *cursor, struct json_walk *walk, char closing)
{
    json_blanks(cursor);
    if (cursor->at == cursor->end) {
        fault(cursor, "the text ends inside of an object or array");
        return JSON_FAULT;
    }
    bool first = !walk->begun;
    walk->begun = true;
    if (*cursor->at == closing) {
        cursor->at++;
        return JSON_END;
    }
    if (first)
        return JSON_ITEM;
    if (*cursor->at != ',') {
        fault(cursor, "neither a comma nor an end after a value");
        return JSON_FAULT;
    }
    cursor->at++;
    json_blanks(cursor);
    return JSON_ITEM;
}

enum json_step json_member(struct json_cursor *cursor, struct json_walk *walk, struct json_text *out_key)
{
    enum json_step result = step(cursor, walk, '}');
    if (result == JSON_ITEM && !key_and_colon(cursor, out_key))
        return JSON_FAULT;
    return result;
}

enum json_step json_element(struct json_cursor *cursor, struct json_walk *walk)
{
    return step(cursor, walk, ']');
}

bool json_at_end(struct json_cursor *cursor)
{
    json_blanks(cursor);
    return cursor->at == cursor->end || fault(cursor, "text after the record's end");
}

static bool is_surrogate(uint32_t unit, bool low)
{
    return (unit & 0xfc00) == (low ? 0xdc00u : 0xd800u);
}

/* Decodes the escape at *at (its backslash) and moves behind it. */
static uint32_t escape_decode(const char **at, const char *end)
{
    static const char letters[] = "bfnrt", codes[] = "\b\f\n\r\t";
    const char *p = *at + 1;
    uint32_t unit = (unsigned char)*p++;
    if (unit == '\\' || unit == '"') {
        *at = p;
        return unit;
    }
    if (unit == 'u') {
        uint32_t low;
        hex4(p, end, &unit);
        p += 4;
        if (is_surrogate(unit, false) && end - p >= 6 && p[0] == '\\' && p[1] == 'u' && hex4(p + 2, end, &low) &&
            is_surrogate(low, true)) {
            unit = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
            p += 6;
        }
    } else {
        const char *letter = strchr(letters, (int)unit);
        if (letter)
            unit = (unsigned char)codes[letter - letters];
    }
    *at = p;
    return unit;
}

void json_text_decode(struct json_text text, struct buf *out)
{
    const char *at = text.raw.ptr, *end = at + text.raw.len;
    while (at < end) {
        const char *stop = text.escaped ? memchr(at, '\\', (size_t)(end - at)) : NULL;
        if (!stop)
            stop = end;
        utf8_mend(slice_of(at, (size_t)(stop - at)), out);
        at = stop;
        if (at < end) {
            char code[4];
            unsigned len = utf8_encode(escape_decode(&at, end), code);
            buf_add(out, slice_of(code, len));
        }
    }
}

/* The escape at *at, which is moved behind it; returns how many bytes it stands for. */
static inline unsigned escape_write(const char **at, const char *end, char *out)
{
    const char *p = *at;
    if (end - p >= 2 && (p[1] == '\\' || p[1] == '"' || p[1] == '/')) {
        *out = p[1];
        *at = p + 2;
        return 1;
    }
    char code[4];
    unsigned len = utf8_encode(escape_decode(at, end), code);
    for (unsigned i = 0; i < len; i++)
        out[i] = code[i];
    return len;
}

/*
 * What is written is never longer than what was read: \uXXXX is three bytes at most, a pair of them four. So where 16 bytes can
 * be read, as many can be written; those behind a backslash are written over later.
 */
size_t json_text_decode_ascii(struct json_text text, char *out)
{
    const char *at = text.raw.ptr, *end = at + text.raw.len, *begin = out;
    while (end - at >= (ptrdiff_t)sizeof(bytes16)) {
        bytes16 v = bytes16_load(at);
        uint32_t backslashes = bytes16_bits(bytes16_equal(v, '\\'));
        unsigned plain = backslashes ? (unsigned)__builtin_ctz(backslashes) : sizeof v;
        bytes16_store(out, v);
        at += plain;
        out += plain;
        if (backslashes)
            out += escape_write(&at, end, out);
    }
    while (at < end) {
        if (*at == '\\')
            out += escape_write(&at, end, out);
        else
            *out++ = *at++;
    }
    return (size_t)(out - begin);
}

static bool text_is(struct json_text text, struct slice wanted, bool nocase)
{
    if (!text.escaped)
        return nocase ? slice_eq_nocase(text.raw, wanted) : slice_eq(text.raw, wanted);
    const char *at = text.raw.ptr, *end = at + text.raw.len;
    size_t i = 0;
    for (; at < end && i < wanted.len; i++) {
        uint32_t code = *at == '\\' ? escape_decode(&at, end) : (unsigned char)*at++;
        if (code > 0x7f)
            return false;
        char a = (char)code, b = wanted.ptr[i];
        if (nocase ? ascii_lower(a) != ascii_lower(b) : a != b)
            return false;
    }
    return at == end && i == wanted.len;
}

bool json_text_is(struct json_text text, struct slice wanted)
{
    return text_is(text, wanted, false);
}

bool json_text_is_nocase(struct json_text text, struct slice wanted)
{
    return text_is(text, wanted, true);
}
