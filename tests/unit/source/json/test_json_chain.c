/*
 * test_json_chain.c - blocks that are scanned before it is known where they begin: which guesses hold, and that the records
 * are those of the text as a whole.
 */
#include "test.h"

#include "base/mem.h"
#include "source/json/json_chain.h"

enum { BLOCKS = 3 };

/* A text in three blocks, and how the last one seems to begin. */
struct cut_text {
    const char *text[BLOCKS];
    enum json_scan_state begins;
    size_t record_max;
    bool holds; /* the guess */
};

static struct json_block block_of(struct slice text, uint64_t number)
{
    struct json_block block = {.number = number, .len = text.len, .capacity = text.len};
    block.memory = block.bytes = mem_alloc(text.len);
    assert_non_null(block.memory);
    memcpy(block.memory, text.ptr, text.len);
    return block;
}

/* What the reader knows of the text behind a piece that it has cut: see json_chain_cut(). */
static enum json_behind behind_of(const char *piece, const char *next)
{
    struct buf both;
    size_t end, cut = strlen(piece), brace = cut + (next[0] == ',');
    buf_init(&both, 0);
    buf_printf(&both, "%s%s", piece, next);
    bool is_cut = piece[cut - 1] == '}' && slice_starts(slice_cut(buf_slice(&both), brace, both.len), SLICE("{\""));
    bool border = json_border_at(both.ptr, both.len, brace, &end) && end == cut;
    buf_release(&both);
    return !is_cut ? JSON_BEHIND_UNKNOWN : border ? JSON_BEHIND_BORDER : JSON_BEHIND_OTHER;
}

static void block_release(struct json_block *block)
{
    mem_free(block->memory);
    mem_free(block->spans);
}

/* Adds what was found in the block, a line a record or reject. */
static void spans_show(const struct json_block *block, struct buf *out)
{
    for (size_t i = 0; i < block->span_count; i++) {
        const struct json_span *span = &block->spans[i];
        buf_add(out, slice_of(block->bytes + span->start, span->len));
        buf_printf(out, " %s\n", span->why ? span->why : "");
    }
}

static void scan_block(struct json_chain *chain, struct json_block *block, struct json_chain_turn *turn)
{
    struct err err;
    assert_int_equal(json_chain_scan(chain, block, NULL, turn, &err), ERR_NONE);
}

static void settle_block(struct json_chain *chain, struct json_block *block, struct json_chain_turn *turn)
{
    struct err err;
    assert_int_equal(json_chain_settle(chain, block, NULL, turn, &err), ERR_NONE);
    assert_true(turn->settled);
}

static void whole_show(const struct cut_text *cut, struct buf *out)
{
    struct json_chain chain;
    struct json_chain_turn turn;
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < BLOCKS; i++)
        buf_add_cstr(&text, cut->text[i]);
    struct json_block block = block_of(buf_slice(&text), 0);
    block.behind = JSON_BEHIND_NOTHING;
    json_chain_init(&chain, cut->record_max);
    scan_block(&chain, &block, &turn);
    spans_show(&block, out);
    json_chain_release(&chain);
    block_release(&block);
    buf_release(&text);
}

/* The last block is scanned before the second one. */
static void check(const struct cut_text *cut)
{
    struct json_chain chain;
    struct json_chain_turn turns[BLOCKS];
    struct json_block blocks[BLOCKS];
    struct buf whole, found;
    buf_init(&whole, 0);
    buf_init(&found, 0);
    whole_show(cut, &whole);
    json_chain_init(&chain, cut->record_max);
    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i] = block_of(slice_from_cstr(cut->text[i]), i);
    for (size_t i = 0; i + 1 < BLOCKS; i++)
        blocks[i].behind = behind_of(cut->text[i], cut->text[i + 1]);
    blocks[2].behind = JSON_BEHIND_NOTHING;
    blocks[2].begins = (int)cut->begins;
    scan_block(&chain, &blocks[0], &turns[0]);
    scan_block(&chain, &blocks[2], &turns[2]);
    assert_true(turns[0].settled && turns[2].guessed && !turns[2].settled);
    scan_block(&chain, &blocks[1], &turns[1]);
    settle_block(&chain, &blocks[2], &turns[2]);
    assert_int_equal(turns[2].changed, !cut->holds);
    for (size_t i = 0; i < BLOCKS; i++) {
        spans_show(&blocks[i], &found);
        block_release(&blocks[i]);
    }
    assert_slice_equal(buf_slice(&found), buf_slice(&whole));
    json_chain_release(&chain);
    buf_release(&whole);
    buf_release(&found);
}

static void a_guess_holds_where_the_text_stands_as_it_was_taken_to(void **state)
{
    (void)state;
    static const struct cut_text cuts[] = {
        {{"[{\"a\":1},{\"b\":2}", ",{\"c\":3}", ",{\"d\":4}]"}, SCAN_ROWS, 100, true},
        {{"{\"records\":[{\"a\":1}", ",{\"b\":2}", ",{\"c\":3}],\"x\":1}"}, SCAN_ROWS, 100, true},
        {{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}, SCAN_TOP, 100, true},
        {{"[{\"a\":1}]{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}, SCAN_TOP, 100, true},
        {{"[{\"a\":1}", "]{\"b\":2}", "{\"c\":3}"}, SCAN_TOP, 100, true},
        /* Other states. */
        {{"{\"a\":1}", "[{\"b\":2}", ",{\"c\":3}]"}, SCAN_TOP, 100, false},
        {{"[{\"a\":1}", ",{\"b\":[{\"c\":1}", ",{\"d\":1}]}]"}, SCAN_ROWS, 100, false},
        {{"[{\"a\":1}", ",{\"b\":\"}", ",{\"}]"}, SCAN_ROWS, 100, false},
        /* The same state, of another container: what its end is differs. */
        {{"[{\"a\":1}", "]{\"records\":[{\"b\":2}", ",{\"c\":3}]}"}, SCAN_ROWS, 100, false},
        {{"{\"records\":[{\"a\":1}", "]}[{\"b\":2}", ",{\"c\":3}]"}, SCAN_ROWS, 100, false},
        /* In a string that is an element; and one that is too long to be held. */
        {{"[{\"a\":1}", ",\"x}", ",{c:3}\",\"y\",{\"d\":4}]"}, SCAN_ROWS, 100, false},
        {{"[{\"a\":1}", ",\"xxxxxxxxxxxxxxxxxxx}", ",{c:3}\",\"y\",{\"d\":4}]"}, SCAN_ROWS, 10, false},
    };
    for (size_t i = 0; i < TEST_COUNT(cuts); i++)
        check(&cuts[i]);
}

/* A stretch of a file of which all that is there was read. */
static struct json_block stretch_of(struct slice text, uint64_t number, size_t begin, size_t end, bool more)
{
    struct json_block block = block_of(text, number);
    block.range = (struct file_range){begin, end - begin};
    block.start = begin;
    block.end = end;
    block.more = more;
    return block;
}

/* Where a file ended once, or could not be read on, it ends, though a later stretch finds it to go on right there. */
static void nothing_stands_behind_a_file_s_end(void **state)
{
    (void)state;
    struct slice text = SLICE("{\"a\":1}{\"b\":2}{\"c\":3}{\"d\":4}");
    for (int ends = 0; ends < 2; ends++) {
        struct json_chain chain;
        struct json_chain_turn turns[BLOCKS];
        struct json_block blocks[BLOCKS] = {
            stretch_of(text, 0, 0, 7, true),
            stretch_of(slice_cut(text, 0, ends ? 14 : text.len), 1, 7, 14, !ends),
            stretch_of(text, 2, 14, 28, false),
        };
        json_chain_init(&chain, 100);
        scan_block(&chain, &blocks[0], &turns[0]);
        scan_block(&chain, &blocks[2], &turns[2]);
        assert_true(turns[2].guessed && turns[2].begin == 14);
        scan_block(&chain, &blocks[1], &turns[1]);
        settle_block(&chain, &blocks[2], &turns[2]);
        assert_int_equal(blocks[1].span_count, 1);
        assert_int_equal(blocks[2].span_count, ends ? 0 : 2);
        assert_int_equal(turns[2].changed, ends);
        for (size_t i = 0; i < BLOCKS; i++)
            block_release(&blocks[i]);
        json_chain_release(&chain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guess_holds_where_the_text_stands_as_it_was_taken_to),
        cmocka_unit_test(nothing_stands_behind_a_file_s_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
