/*
 * dyn_parse.c - JSON text to a dynamic: see dyn.h. Source: RFC 8259, to the letter: no comments, no trailing commas.
 *
 * No recursion. Values that are read wait on one stack; a frame remembers where an open array or bag begins on it. When
 * it closes, its part of the stack is copied to the arena and gives way to the finished value:
 *
 *   stack   [ outer's values so far | inner's values so far ]
 *   frames    ^ outer.start           ^ inner.start
 */
#include "event/dyn.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "event/number.h"

struct frame {
    size_t start;
    bool is_bag;
};

enum { SMALL_STACK = 32, SMALL_BAG = 12 };

struct parser {
    struct slice text;
    size_t at;
    struct arena *arena;
    struct err *err;
    struct dyn_member *stack;
    size_t used, capacity;
    struct frame frames[DYN_DEPTH_MAX];
    unsigned depth;
    size_t values;      /* in arrays and bags so far */
    struct buf scratch; /* a string with escapes while it is decoded */
    struct dyn_member small[SMALL_STACK];
};

static enum err_code fail(struct parser *parser, const char *what)
{
    return err_set(parser->err, ERR_INPUT, "%s at byte %zu of the JSON text", what, parser->at);
}

static void skip_space(struct parser *parser)
{
    while (parser->at < parser->text.len) {
        char c = parser->text.ptr[parser->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        parser->at++;
    }
}

static char peek(const struct parser *parser)
{
    return parser->at < parser->text.len ? parser->text.ptr[parser->at] : '\0';
}

/* --- strings --- */

static bool hex4(struct slice text, size_t at, uint32_t *out_value)
{
    if (text.len - at < 4)
        return false;
    uint32_t value = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (ascii_is_digit(c))
            value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    *out_value = value;
    return true;
}

/* The escape at text[*at] (behind "\u"), a surrogate pair as one; a lone surrogate is U+FFFD. */
static bool unescape_unicode(struct slice text, size_t *at, struct buf *out)
{
    uint32_t code, low;
    if (!hex4(text, *at, &code))
        return false;
    *at += 4;
    if (code >= 0xd800 && code < 0xdc00 && text.len - *at >= 6 && text.ptr[*at] == '\\' && text.ptr[*at + 1] == 'u' &&
        hex4(text, *at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *at += 6;
    }
    char encoded[4];
    buf_add(out, slice_of(encoded, utf8_encode(code, encoded)));
    return true;
}

static char simple_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

bool json_unescape(struct slice raw, struct buf *out)
{
    for (size_t i = 0; i < raw.len;) {
        const char *slash = memchr(raw.ptr + i, '\\', raw.len - i);
        size_t plain_end = slash ? (size_t)(slash - raw.ptr) : raw.len;
        buf_add(out, slice_cut(raw, i, plain_end));
        if (!slash)
            return true;
        i = plain_end + 1;
        if (i >= raw.len)
            return false;
        char c = raw.ptr[i++];
        if (c == 'u') {
            if (!unescape_unicode(raw, &i, out))
                return false;
        } else if (simple_escape(c) != '\0') {
            buf_add_char(out, simple_escape(c));
        } else {
            return false;
        }
    }
    return true;
}

/* Finds the closing quote. *simple: neither escapes nor bytes over 0x7f. */
static bool find_quote(const struct parser *parser, size_t *out_end, bool *escaped, bool *ascii)
{
    *escaped = false;
    unsigned char high = 0;
    for (size_t i = parser->at; i < parser->text.len; i++) {
        unsigned char c = (unsigned char)parser->text.ptr[i];
        high |= c;
        if (c == '"') {
            *out_end = i;
            *ascii = high < 0x80;
            return true;
        }
        if (c < 0x20)
            return false;
        if (c == '\\') {
            *escaped = true;
            i++;
        }
    }
    return false;
}

/* Text that is not borrowed: unescaped and mended. */
static enum err_code decode_string(struct parser *parser, struct slice raw, struct slice *out_text)
{
    struct buf *scratch = &parser->scratch;
    buf_clear(scratch);
    if (!json_unescape(raw, scratch))
        return fail(parser, "a bad escape in the string");
    if (!scratch->failed && !utf8_is_valid(buf_slice(scratch))) {
        struct buf mended;
        buf_init(&mended, 0);
        utf8_mend(buf_slice(scratch), &mended);
        buf_release(scratch);
        *scratch = mended;
    }
    if (scratch->failed)
        return err_no_memory(parser->err, raw.len);
    *out_text = arena_copy(parser->arena, buf_slice(scratch));
    return out_text->ptr ? ERR_NONE : err_no_memory(parser->err, scratch->len);
}

/* parser->at is at the opening quote. */
static enum err_code take_string(struct parser *parser, struct slice *out_text)
{
    size_t end;
    bool escaped, ascii;
    parser->at++;
    if (!find_quote(parser, &end, &escaped, &ascii))
        return fail(parser, "a string without an end or with a control character");
    struct slice raw = slice_cut(parser->text, parser->at, end);
    if (escaped || (!ascii && !utf8_is_valid(raw)))
        TRY(decode_string(parser, raw, out_text));
    else
        *out_text = raw;
    parser->at = end + 1;
    return ERR_NONE;
}

/* --- scalars --- */

static struct dyn *new_value(struct parser *parser, enum dyn_kind kind)
{
    struct dyn *dyn = arena_alloc(parser->arena, sizeof *dyn);
    if (!dyn) {
        (void)err_no_memory(parser->err, sizeof *dyn);
        return NULL;
    }
    *dyn = (struct dyn){.kind = kind};
    return dyn;
}

/* Whole numbers of up to 18 digits, which is nearly all there are. False: not one. */
static bool quick_long(const struct parser *parser, int64_t *out_value, size_t *out_len)
{
    size_t i = parser->at;
    bool negative = peek(parser) == '-';
    i += negative;
    size_t start = i;
    int64_t value = 0;
    while (i < parser->text.len && ascii_is_digit(parser->text.ptr[i]) && i - start < 18)
        value = value * 10 + (parser->text.ptr[i++] - '0');
    if (i == start || (parser->text.ptr[start] == '0' && i - start > 1))
        return false;
    if (i < parser->text.len) {
        char next = parser->text.ptr[i];
        if (ascii_is_digit(next) || next == '.' || ascii_lower(next) == 'e')
            return false;
    }
    *out_value = negative ? -value : value;
    *out_len = i - parser->at;
    return true;
}

/* 19 digits may still fit. */
static bool long_of_number(const struct number *number, int64_t *out_value)
{
    if (number->has_point_or_exponent || number->exponent != 0 || number->digit_count > 19)
        return false;
    uint64_t magnitude = 0;
    for (unsigned i = 0; i < number->digit_count; i++)
        magnitude = magnitude * 10 + (uint64_t)(number->digits[i] - '0');
    if (magnitude > (uint64_t)INT64_MAX + number->negative)
        return false;
    *out_value = (int64_t)(number->negative ? 0 - magnitude : magnitude);
    return true;
}

static enum err_code take_number(struct parser *parser, const struct dyn **out_dyn)
{
    size_t len;
    int64_t value;
    struct dyn *dyn = new_value(parser, DYN_LONG);
    if (!dyn)
        return ERR_MEMORY;
    *out_dyn = dyn;
    if (quick_long(parser, &value, &len)) {
        dyn->i64 = value;
        parser->at += len;
        return ERR_NONE;
    }
    struct number number;
    if (!number_scan(slice_cut(parser->text, parser->at, parser->text.len), NUMBER_JSON, &number, &len))
        return fail(parser, "no JSON value");
    if (long_of_number(&number, &value)) {
        dyn->i64 = value;
    } else {
        dyn->kind = DYN_REAL;
        dyn->f64 = number_to_real(&number);
    }
    parser->at += len;
    return ERR_NONE;
}

static enum err_code take_word(struct parser *parser, const struct dyn **out_dyn)
{
    static const struct dyn TRUE_VALUE = {.kind = DYN_BOOL, .i64 = 1}, FALSE_VALUE = {.kind = DYN_BOOL, .i64 = 0};
    static const struct {
        struct slice word;
        const struct dyn *dyn;
    } WORDS[] = {{{"null", 4}, &DYN_NULL_VALUE}, {{"true", 4}, &TRUE_VALUE}, {{"false", 5}, &FALSE_VALUE}};
    struct slice rest = slice_cut(parser->text, parser->at, parser->text.len);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (slice_starts(rest, WORDS[i].word)) {
            *out_dyn = WORDS[i].dyn;
            parser->at += WORDS[i].word.len;
            return ERR_NONE;
        }
    }
    return fail(parser, "no JSON value");
}

static enum err_code take_scalar(struct parser *parser, const struct dyn **out_dyn)
{
    char c = peek(parser);
    if (c == '-' || ascii_is_digit(c))
        return take_number(parser, out_dyn);
    if (c != '"')
        return take_word(parser, out_dyn);
    struct dyn *dyn = new_value(parser, DYN_STRING);
    if (!dyn)
        return ERR_MEMORY;
    *out_dyn = dyn;
    return take_string(parser, &dyn->str);
}

/* --- arrays and bags --- */

static enum err_code push(struct parser *parser, struct slice key)
{
    if (++parser->values > DYN_VALUES_MAX)
        return err_set(parser->err, ERR_LIMIT, "more than %d values in the JSON text", DYN_VALUES_MAX);
    if (parser->used == parser->capacity) {
        size_t capacity = parser->capacity * 2;
        bool is_small = parser->stack == parser->small;
        struct dyn_member *grown = mem_array(is_small ? NULL : parser->stack, capacity, sizeof *grown);
        if (!grown)
            return err_no_memory(parser->err, capacity * sizeof *grown);
        if (is_small)
            memcpy(grown, parser->small, sizeof parser->small);
        parser->stack = grown;
        parser->capacity = capacity;
    }
    parser->stack[parser->used++] = (struct dyn_member){key, NULL};
    return ERR_NONE;
}

static enum err_code open_frame(struct parser *parser, bool is_bag)
{
    if (parser->depth == DYN_DEPTH_MAX)
        return err_set(parser->err, ERR_LIMIT, "JSON nested deeper than %d", DYN_DEPTH_MAX);
    parser->frames[parser->depth++] = (struct frame){.start = parser->used, .is_bag = is_bag};
    parser->at++;
    return ERR_NONE;
}

/*
 * Of equal keys the last one's value counts, at the place of the first. `table` holds 1 + index into members, open
 * addressing, a power of two at least twice as large as count. Returns how many are left.
 */
static size_t unite_by_table(struct dyn_member *members, size_t count, uint32_t *table, size_t mask)
{
    size_t kept = 0;
    /* A fresh address is a seed that no input knows. */
    uint64_t seed = (uint64_t)(uintptr_t)table;
    for (size_t i = 0; i < count; i++) {
        size_t slot = hash_bytes(members[i].key, seed) & mask;
        while (table[slot] && !slice_eq(members[table[slot] - 1].key, members[i].key))
            slot = (slot + 1) & mask;
        if (table[slot]) {
            members[table[slot] - 1].value = members[i].value;
            continue;
        }
        members[kept++] = members[i];
        table[slot] = (uint32_t)kept;
    }
    return kept;
}

static size_t unite_by_search(struct dyn_member *members, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < kept && !slice_eq(members[k].key, members[i].key))
            k++;
        members[k].value = members[i].value;
        if (k == kept)
            members[kept++].key = members[i].key;
    }
    return kept;
}

enum err_code dyn_unite_keys(struct dyn_member *members, size_t *count, struct err *err)
{
    if (*count <= SMALL_BAG) {
        *count = unite_by_search(members, *count);
        return ERR_NONE;
    }
    size_t slots = 32;
    while (slots < *count * 2)
        slots *= 2;
    uint32_t *table = mem_zalloc(slots, sizeof *table);
    if (!table)
        return err_no_memory(err, slots * sizeof *table);
    *count = unite_by_table(members, *count, table, slots - 1);
    mem_free(table);
    return ERR_NONE;
}

static enum err_code finish_bag(struct parser *parser, struct dyn_member *members, size_t count, struct dyn *dyn)
{
    TRY(dyn_unite_keys(members, &count, parser->err));
    struct dyn_member *kept = arena_array(parser->arena, count, sizeof *kept);
    if (!kept)
        return err_no_memory(parser->err, count * sizeof *kept);
    if (count)
        memcpy(kept, members, count * sizeof *kept);
    dyn->members = kept;
    dyn->count = (uint32_t)count;
    return ERR_NONE;
}

static enum err_code finish_array(struct parser *parser, const struct dyn_member *members, size_t count,
                                  struct dyn *dyn)
{
    const struct dyn **items = arena_array(parser->arena, count, sizeof *items);
    if (!items)
        return err_no_memory(parser->err, count * sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = members[i].value;
    dyn->items = items;
    dyn->count = (uint32_t)count;
    return ERR_NONE;
}

/* At the closing bracket of the innermost frame. */
static enum err_code close_frame(struct parser *parser, const struct dyn **out_dyn)
{
    const struct frame *frame = &parser->frames[--parser->depth];
    struct dyn *dyn = new_value(parser, frame->is_bag ? DYN_BAG : DYN_ARRAY);
    if (!dyn)
        return ERR_MEMORY;
    struct dyn_member *members = parser->stack + frame->start;
    size_t count = parser->used - frame->start;
    if (frame->is_bag)
        TRY(finish_bag(parser, members, count, dyn));
    else
        TRY(finish_array(parser, members, count, dyn));
    parser->used = frame->start;
    parser->at++;
    *out_dyn = dyn;
    return ERR_NONE;
}

/* In a bag, before a value: its key and the colon. Leaves an entry on the stack for the value. */
static enum err_code begin_entry(struct parser *parser)
{
    struct slice key = SLICE("");
    skip_space(parser);
    if (parser->frames[parser->depth - 1].is_bag) {
        if (peek(parser) != '"')
            return fail(parser, "no key");
        TRY(take_string(parser, &key));
        skip_space(parser);
        if (peek(parser) != ':')
            return fail(parser, "no colon");
        parser->at++;
        skip_space(parser);
    }
    return push(parser, key);
}

static bool at_close(const struct parser *parser)
{
    return peek(parser) == (parser->frames[parser->depth - 1].is_bag ? '}' : ']');
}

/*
 * Behind a finished value: puts it where it belongs, and closes what is complete, until another value is due (*out_done
 * false) or the outermost one is finished.
 */
static enum err_code settle(struct parser *parser, const struct dyn *value, const struct dyn **out_dyn, bool *out_done)
{
    while (parser->depth > 0) {
        parser->stack[parser->used - 1].value = value;
        skip_space(parser);
        if (peek(parser) == ',') {
            parser->at++;
            *out_done = false;
            return begin_entry(parser);
        }
        if (!at_close(parser))
            return fail(parser, "neither a comma nor the closing bracket");
        TRY(close_frame(parser, &value));
    }
    *out_dyn = value;
    *out_done = true;
    return ERR_NONE;
}

static enum err_code parse(struct parser *parser, const struct dyn **out_dyn)
{
    for (bool done = false; !done;) {
        skip_space(parser);
        const struct dyn *value = NULL;
        char c = peek(parser);
        if (c == '{' || c == '[') {
            TRY(open_frame(parser, c == '{'));
            skip_space(parser);
            if (!at_close(parser)) {
                TRY(begin_entry(parser));
                continue;
            }
            TRY(close_frame(parser, &value));
        } else {
            TRY(take_scalar(parser, &value));
        }
        TRY(settle(parser, value, out_dyn, &done));
    }
    skip_space(parser);
    return parser->at == parser->text.len ? ERR_NONE : fail(parser, "text behind the value");
}

enum err_code dyn_parse(struct slice json, struct arena *arena, const struct dyn **out_dyn, struct err *err)
{
    struct parser parser;
    parser.text = json;
    parser.at = 0;
    parser.arena = arena;
    parser.err = err;
    parser.stack = parser.small;
    parser.used = 0;
    parser.capacity = SMALL_STACK;
    parser.depth = 0;
    parser.values = 0;
    buf_init(&parser.scratch, 0);
    enum err_code code = parse(&parser, out_dyn);
    buf_release(&parser.scratch);
    if (parser.stack != parser.small)
        mem_free(parser.stack);
    return code;
}
