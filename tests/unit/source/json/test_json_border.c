/*
 * test_json_border.c - that the rule of json_border.h tells of well-formed text what the full parser does, and of any text the
 * same however it is cut.
 */
#include "test.h"

#include "base/buf.h"
#include "event/schema.h"
#include "source/json/json_border.h"

/* --- one record --- */

struct told {
    enum json_border border;
    size_t end, next;
    struct json_facts facts;
};

static struct json_probe probe;

static int probe_make(void **state)
{
    (void)state;
    const struct schema *schema = schema_device_network_events();
    json_probe_init(&probe, schema, schema_find(schema, SLICE("RemoteUrl")), COLUMN_NONE, true, true);
    return 0;
}

static struct told tell(struct slice text, size_t begin, enum json_behind behind, size_t record_max)
{
    struct json_border_search search;
    struct told told;
    const struct json_border_piece piece = {text.ptr, text.len, behind, false, &probe, record_max, NULL};
    json_border_begin(&search, &piece);
    told.border = json_border_find(&search, begin, &told.facts, &told.end, &told.next);
    return told;
}

/* The record at the begin of the text ends at the `|`, which is no part of it; where there is none, the rule does not tell. */
static void assert_told(const char *marked)
{
    struct buf text;
    const char *bar = strchr(marked, '|');
    size_t end = bar ? (size_t)(bar - marked) : 0;
    buf_init(&text, 0);
    buf_add(&text, slice_of(marked, end));
    buf_add_cstr(&text, bar ? bar + 1 : marked);
    struct told told = tell(buf_slice(&text), 0, JSON_BEHIND_NOTHING, SIZE_MAX);
    if (told.border != (bar ? JSON_BORDER_FOUND : JSON_BORDER_NONE) || (bar && told.end != end))
        print_error("  of: %s\n", marked);
    assert_int_equal(told.border, bar ? JSON_BORDER_FOUND : JSON_BORDER_NONE);
    if (bar) {
        struct slice record = slice_cut(buf_slice(&text), 0, end);
        assert_int_equal(told.end, end);
        assert_int_equal(text.ptr[told.next], '{');
        assert_int_equal(tell(record, 0, JSON_BEHIND_BORDER, SIZE_MAX).border, JSON_BORDER_FOUND);
    }
    buf_release(&text);
}

static void an_object_behind_another_ends_it(void **state)
{
    (void)state;
    assert_told("{\"a\":1}|,{\"b\":2}]");
    assert_told("{\"a\":1}|, {\"b\":2}]");
    assert_told("{\"a\":1}|,\n{\"b\":2}]");
    assert_told("{\"a\":1}|\r\n,\t{\"b\":2}]");
    assert_told("{\"a\":1}|,              \n{\"b\":2}]");
    assert_told("{}|,{\"b\":2}]");
    assert_told("{\"a\":1}|,{\"@b\":2}]");
    assert_told("{\"a\":1}|,{\"\":2}]");
    assert_told("{\"a\":1}|,{\"\\u0062\":2}]");
    assert_told("{\"a\":{\"b\":{}},\"c\" : {\"d\":1}}|,{\"a\":2}]");
    assert_told("{\"a\":[1,2],\"b\":[],\"c\":[\"x\"],\"d\":[-1],\"e\":[null]}|,{\"a\":2}]");
    /* In strings, what looks alike. */
    assert_told("{\"a\":\"},{b\"}|,{\"a\":2}]");
    assert_told("{\"a\":\"},{\\\"b\\\":1}x[{y\"}|,{\"a\":2}]");
    assert_told("{\"a\":\"x{ y ) [ z\"}|,{\"a\":2}]");
    assert_told("{\"a\":\"\\\\\"}|,{\"a\":2}]");
}

static void what_may_be_otherwise_is_not_told(void **state)
{
    (void)state;
    /* Arrays of objects in the record, whatever comes first in them. */
    assert_told("{\"a\":[{\"b\":1},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[{},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[ {\"b\":1},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[{ \"b\":1},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[[{\"b\":1},{\"b\":2}]]},{\"a\":2}]");
    assert_told("{\"a\":[1,{\"b\":1},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[\"x\",{\"b\":1},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[\"}\",{\"b\":1},{\"b\":2}]},{\"a\":2}]");
    assert_told("{\"a\":[1,[{\"b\":1},{\"b\":2}]]},{\"a\":2}]");
    /* The array ends, another begins. */
    assert_told("{\"a\":1}]");
    assert_told("{\"a\":1}],\"b\":[{\"c\":1},{\"c\":2}]");
    assert_told("{\"a\":1}]\n[{\"c\":1},{\"c\":2}]");
    /* Another element between; a key's first byte that may stand behind a string; blanks. */
    assert_told("{\"a\":1},1,{\"b\":2},{\"c\":1}]");
    assert_told("{\"a\":1},{\",b\":2},{\"c\":1}]");
    assert_told("{\"b\":2\n},{\"c\":1}]");
    assert_told("{\"a\":1},               \n{\"b\":2}]");
    assert_told("{\"a\":1},,{\"b\":2}]");
    assert_told("{\"a\":1}{\"b\":2}]");
    assert_told("{\"a\":1}\n{\"b\":2}]");
    assert_told("{\"a\":1},{ \"b\":2}]");
    assert_told("{\"a\":1},\n1,{\"b\":2}]");
    assert_told("{\n\"a\":1},{\"b\":2}]");
    /* The text ends. */
    assert_told("{\"a\":{");
    assert_told("{\"a\":{\"");
    /* In a string, unless it is broken. */
    assert_told("{\"a\":\"},{\",\"b\":1}");
}

/* A quote or bracket too many or too few in a record is its own affair. */
static void damage_does_not_spread(void **state)
{
    (void)state;
    assert_told("{\"a\":\"x}|,{\"b\":2}]");
    assert_told("{\"a\":x\"}|,{\"b\":2}]");
    assert_told("{\"a\":{\"b\":1}|,{\"b\":2}]");
    assert_told("{\"a\":1}}|,{\"b\":2}]");
    assert_told("{\"a\":[1}|,{\"b\":2}]");
    assert_told("{\\}|,{\"b\":2}]");
    assert_told("{\"a\":\"x{}|,{\"b\":2}]");
}

/* A record of that many bytes. */
static void record_make(struct buf *out, size_t len)
{
    buf_clear(out);
    buf_add_cstr(out, "{\"a\":\"");
    while (out->len < len - 2)
        buf_add_char(out, 'x');
    buf_add_cstr(out, "\"}");
}

static void records_beyond_the_limit_are_not_told(void **state)
{
    (void)state;
    static const char *const gaps[] = {",", ", ", "\n,", ",               ", "       ,\n       "};
    struct buf text;
    buf_init(&text, 0);
    for (size_t len = JSON_BORDER_MAX - 2; len <= JSON_BORDER_MAX + 2; len++) {
        for (size_t gap = 0; gap < TEST_COUNT(gaps); gap++) {
            enum json_border expected = len <= JSON_BORDER_MAX ? JSON_BORDER_FOUND : JSON_BORDER_NONE;
            record_make(&text, len);
            buf_add_cstr(&text, gaps[gap]);
            buf_add_cstr(&text, "{\"b\":1}]");
            struct slice all = buf_slice(&text), cut = slice_cut(all, 0, len);
            assert_int_equal(tell(all, 0, JSON_BEHIND_NOTHING, SIZE_MAX).border, expected);
            assert_int_equal(tell(cut, 0, JSON_BEHIND_BORDER, SIZE_MAX).border, expected);
            /* A cut in the border or before it tells nothing. */
            for (size_t end = len; end < all.len - strlen("b\":1}]") && expected == JSON_BORDER_FOUND; end++)
                assert_int_equal(tell(slice_cut(all, 0, end), 0, JSON_BEHIND_UNKNOWN, SIZE_MAX).border,
                                 JSON_BORDER_WAITS);
        }
    }
    struct slice short_text = SLICE("{\"a\":1},{\"b\":1}]");
    assert_int_equal(tell(short_text, 0, JSON_BEHIND_NOTHING, 7).border, JSON_BORDER_FOUND);
    assert_int_equal(tell(short_text, 0, JSON_BEHIND_NOTHING, 6).border, JSON_BORDER_NONE);
    buf_release(&text);
}

/* Nothing is waited for behind all places where a border could be. */
static void no_more_is_waited_for_than_can_tell(void **state)
{
    (void)state;
    enum { FAR = JSON_BORDER_MAX + JSON_BORDER_GAP_MAX + 3 };
    static const char *const ends[] = {"x", "{", "{\""};
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < TEST_COUNT(ends); i++) {
        record_make(&text, FAR - 1);
        assert_int_equal(tell(buf_slice(&text), 0, JSON_BEHIND_UNKNOWN, SIZE_MAX).border, JSON_BORDER_WAITS);
        text.len -= 2; /* the string is open */
        while (text.len + strlen(ends[i]) < FAR + 2 * (i > 0))
            buf_add_char(&text, 'x');
        buf_add_cstr(&text, ends[i]);
        assert_int_equal(tell(buf_slice(&text), 0, JSON_BEHIND_UNKNOWN, SIZE_MAX).border, JSON_BORDER_NONE);
    }
    buf_release(&text);
}

static void a_line_ends_with_its_line_break(void **state)
{
    (void)state;
    struct slice text = SLICE("{\"a\":1},\n{\"b\":1}]");
    for (int is_line = 0; is_line < 2; is_line++) {
        struct json_border_search search;
        struct told told;
        json_border_begin(&search, &(struct json_border_piece){text.ptr, text.len, JSON_BEHIND_NOTHING, is_line, NULL,
                                                               SIZE_MAX, NULL});
        told.border = json_border_find(&search, 0, &told.facts, &told.end, &told.next);
        assert_int_equal(told.border, is_line ? JSON_BORDER_NONE : JSON_BORDER_FOUND);
    }
}

/* --- texts made at random --- */

enum { DEPTH = 3 };

static const char *pick(const char *const *choices, size_t count)
{
    return choices[test_random_below((uint32_t)count)];
}

static void blanks_make(struct buf *out, uint32_t odds)
{
    static const char *const blanks[] = {" ", "  ", "\n", "\t", "\r\n"};
    if (odds && test_random_below(odds) == 0)
        buf_add_cstr(out, pick(blanks, TEST_COUNT(blanks)));
}

static void string_make(struct buf *out)
{
    static const char *const parts[] = {
        "},{",           "{",  "}",  "[",         "]",  ",", ":", " ", "\\\"", "\\\\", "a", "\\u0061",
        "},{\\\"a\\\":", "[{", ":[", "RemoteUrl", "\\n"};
    buf_add_char(out, '"');
    for (uint32_t n = test_random_below(5); n > 0; n--)
        buf_add_cstr(out, pick(parts, TEST_COUNT(parts)));
    buf_add_char(out, '"');
}

static void value_make(struct buf *out, int depth, uint32_t blanks);

static void key_make(struct buf *out)
{
    static const char *const keys[] = {"\"a\"", "\"RemoteUrl\"", "\"Type\"", "\"\"", "\"\\u0052emoteUrl\"", "\"x y\""};
    if (test_random_below(8) == 0)
        string_make(out);
    else
        buf_add_cstr(out, pick(keys, TEST_COUNT(keys)));
}

static void members_make(struct buf *out, bool is_object, int depth, uint32_t blanks)
{
    buf_add_char(out, is_object ? '{' : '[');
    blanks_make(out, blanks);
    uint32_t count = test_random_below(4);
    for (uint32_t i = 0; i < count; i++) {
        if (is_object) {
            key_make(out);
            blanks_make(out, blanks);
            buf_add_char(out, ':');
        }
        blanks_make(out, blanks);
        value_make(out, depth, blanks);
        blanks_make(out, blanks);
        if (i + 1 < count)
            buf_add_char(out, ',');
        blanks_make(out, blanks);
    }
    buf_add_char(out, is_object ? '}' : ']');
}

static void value_make(struct buf *out, int depth, uint32_t blanks)
{
    static const char *const scalars[] = {"1", "-0.5e3", "null", "true", "false", "0"};
    uint32_t kind = test_random_below(depth > 0 ? 8 : 6);
    if (kind < 3)
        buf_add_cstr(out, pick(scalars, TEST_COUNT(scalars)));
    else if (kind < 6)
        string_make(out);
    else
        members_make(out, kind == 6, depth - 1, blanks);
}

static void array_make(struct buf *out)
{
    static const char *const between[] = {",", ", ", ",\n", " , ", "\r\n,", ",\n                "};
    uint32_t blanks = test_random_below(3) ? 0 : 2 + test_random_below(20), others = test_random_below(12);
    const char *comma = between[test_random_below(2) ? 0 : test_random_below(TEST_COUNT(between))];
    buf_clear(out);
    buf_add_char(out, '[');
    for (uint32_t n = 1 + test_random_below(12); n > 0; n--) {
        if (others && test_random_below(others) == 1)
            value_make(out, DEPTH, blanks);
        else
            members_make(out, true, DEPTH, blanks);
        if (n > 1)
            buf_add_cstr(out, comma);
    }
    buf_add_char(out, ']');
}

/* --- what is well-formed --- */

struct elements {
    struct slice text;
    struct slice element[16];
    size_t count;
};

static enum err_code element_add(void *user, struct slice element, struct err *err)
{
    struct elements *elements = user;
    (void)err;
    elements->element[elements->count++] = element;
    return ERR_NONE;
}

static size_t place_of(const struct elements *elements, size_t i)
{
    return (size_t)(elements->element[i].ptr - elements->text.ptr);
}

static void assert_same_facts(const struct json_facts *got, struct slice text, size_t begin, size_t end)
{
    struct json_facts alone;
    json_facts_collect(&alone, &probe, text.ptr, (uint32_t)begin, (uint32_t)end);
    assert_int_equal(got->begin, alone.begin);
    assert_int_equal(got->brackets, alone.brackets);
    assert_int_equal(got->doubt, alone.doubt);
    assert_int_equal(got->bracket, alone.bracket);
    for (unsigned i = 0; i < NEEDLE_COUNT; i++) {
        assert_int_equal(got->count[i], alone.count[i]);
        assert_int_equal(got->value[i], alone.value[i]);
    }
}

/* Asks for all objects of the array, in one search; returns of how many the rule told. */
static size_t assert_elements(const struct elements *elements)
{
    struct json_border_search search;
    size_t found = 0;
    const struct json_border_piece piece = {
        elements->text.ptr, elements->text.len, JSON_BEHIND_NOTHING, false, &probe, SIZE_MAX, NULL};
    json_border_begin(&search, &piece);
    for (size_t i = 0; i < elements->count; i++) {
        size_t begin = place_of(elements, i), end = begin + elements->element[i].len;
        struct told told;
        if (elements->text.ptr[begin] != '{')
            continue;
        told.border = json_border_find(&search, begin, &told.facts, &told.end, &told.next);
        assert_int_equal(told.border, tell(elements->text, begin, JSON_BEHIND_NOTHING, SIZE_MAX).border);
        assert_int_not_equal(told.border, JSON_BORDER_WAITS);
        if (told.border != JSON_BORDER_FOUND)
            continue;
        found++;
        assert_int_equal(told.end, end);
        assert_true(i + 1 < elements->count);
        assert_int_equal(told.next, place_of(elements, i + 1));
        assert_same_facts(&told.facts, elements->text, begin, end);
    }
    return found;
}

static void of_well_formed_text_the_full_parser_says_the_same(void **state)
{
    (void)state;
    struct buf text;
    size_t found = 0, all = 0;
    buf_init(&text, 0);
    for (int round = 0; round < 20000; round++) {
        struct err err;
        array_make(&text);
        struct elements elements = {.text = buf_slice(&text)};
        assert_int_equal(json_container_each(elements.text, element_add, &elements, &err), ERR_NONE);
        found += assert_elements(&elements);
        all += elements.count;
    }
    /* The rule tells of a good part of them, and not of all. */
    assert_true(found > all / 8 && found < all / 2);
    buf_release(&text);
}

/* --- what is not, and is cut --- */

static void damage_make(struct buf *text)
{
    static const char bytes[] = "{}[]\",:\\ \na0";
    for (uint32_t n = test_random_below(4); n > 0; n--)
        text->ptr[test_random_below((uint32_t)text->len)] = bytes[test_random_below(sizeof bytes - 1)];
}

/* At each cut the rule waits or tells what it does of the whole; what is known of the text behind stands for it. */
static void assert_same_if_cut(struct slice text, size_t begin)
{
    struct told whole = tell(text, begin, JSON_BEHIND_NOTHING, SIZE_MAX);
    for (size_t cut = begin + 1; cut <= text.len; cut++) {
        struct told told = tell(slice_cut(text, 0, cut), begin, JSON_BEHIND_UNKNOWN, SIZE_MAX);
        if (told.border == JSON_BORDER_WAITS)
            continue;
        assert_int_equal(told.border, whole.border);
        if (told.border == JSON_BORDER_FOUND) {
            assert_int_equal(told.end, whole.end);
            assert_int_equal(told.next, whole.next);
            assert_same_facts(&told.facts, text, begin, whole.end);
        }
    }
    if (whole.border != JSON_BORDER_FOUND)
        return;
    struct told told = tell(slice_cut(text, 0, whole.end), begin, JSON_BEHIND_BORDER, SIZE_MAX);
    assert_int_equal(told.border, JSON_BORDER_FOUND);
    assert_int_equal(told.end, whole.end);
    assert_same_facts(&told.facts, text, begin, whole.end);
    assert_int_equal(tell(slice_cut(text, 0, whole.end), begin, JSON_BEHIND_OTHER, SIZE_MAX).border, JSON_BORDER_NONE);
}

static void of_any_text_it_is_the_same_wherever_it_is_cut(void **state)
{
    (void)state;
    struct buf text;
    size_t found = 0;
    buf_init(&text, 0);
    for (int round = 0; round < 600; round++) {
        array_make(&text);
        damage_make(&text);
        struct slice rest = buf_slice(&text);
        for (size_t at = 0; at < rest.len; at++) {
            if (rest.ptr[at] != '{')
                continue;
            assert_same_if_cut(rest, at);
            found += tell(rest, at, JSON_BEHIND_NOTHING, SIZE_MAX).border == JSON_BORDER_FOUND;
        }
    }
    assert_true(found > 400);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_behind_another_ends_it),
        cmocka_unit_test(what_may_be_otherwise_is_not_told),
        cmocka_unit_test(damage_does_not_spread),
        cmocka_unit_test(records_beyond_the_limit_are_not_told),
        cmocka_unit_test(no_more_is_waited_for_than_can_tell),
        cmocka_unit_test(a_line_ends_with_its_line_break),
        cmocka_unit_test(of_well_formed_text_the_full_parser_says_the_same),
        cmocka_unit_test(of_any_text_it_is_the_same_wherever_it_is_cut),
    };
    return cmocka_run_group_tests(tests, probe_make, NULL);
}
