/*
 * json_chain.c - see json_chain.h.
 */
#define _GNU_SOURCE /* memrchr */
#include "source/json/json_chain.h"

#include "base/mem.h"
#include "source/json/json_range.h"

#include <assert.h>

void json_chain_init(struct json_chain *chain, size_t record_max)
{
    *chain = (struct json_chain){0};
    turns_init(&chain->turns);
    buf_init(&chain->held, 0);
    json_scan_init(&chain->scan, record_max);
}

void json_chain_release(struct json_chain *chain)
{
    buf_release(&chain->held);
    turns_release(&chain->turns);
}

/* --- where records seem to begin --- */

/* Does a record seem to begin with the brace at `at`, behind another? Then the place behind that one; 0 if not, or unknown. */
static size_t cut_place(const struct json_block *block, size_t at, enum json_scan_state *out_begins)
{
    const char *text = block->bytes;
    size_t key = at + 1, before = json_back_over_blanks(text, at);
    while (key < block->len && json_is_blank(text[key]))
        key++;
    if (block->len - key < 2 || text[key] != '"' || before == 0)
        return 0;
    *out_begins = text[before - 1] == ',' ? SCAN_ROWS : SCAN_TOP;
    size_t end = *out_begins == SCAN_ROWS ? json_back_over_blanks(text, before - 1) : before;
    return end > 0 && text[end - 1] == '}' ? end : 0;
}

/*
 * A search for such a place. Records begin alike: one that begins with another key than the last one known is taken only
 * where none does that begins with that, as it may as well be an object in a record.
 */
struct cut {
    const struct json_block *block;
    char bytes[CHAIN_OPENING_MAX];
    struct slice opening;
    size_t low;   /* not before it */
    size_t place; /* found, or the block's length */
    size_t brace; /* found: that of the record behind it */
    enum json_scan_state begins;
};

static void cut_begin(struct cut *cut, struct json_chain *chain, const struct json_block *block, size_t low)
{
    *cut = (struct cut){.block = block, .low = low, .place = block->len, .begins = SCAN_LINE};
    pthread_mutex_lock(&chain->turns.mutex);
    cut->opening = slice_of(memcpy(cut->bytes, chain->opening, sizeof cut->bytes), chain->opening_len);
    pthread_mutex_unlock(&chain->turns.mutex);
}

/* Looks at the brace at `at`. True: there is no better place. */
static bool cut_look(struct cut *cut, size_t at)
{
    const struct json_block *block = cut->block;
    enum json_scan_state begins;
    bool alike = slice_starts(slice_of(block->bytes + at, block->len - at), cut->opening);
    size_t place = alike || cut->place == block->len ? cut_place(block, at, &begins) : 0;
    if (place < cut->low || place == 0)
        return false;
    cut->begins = begins;
    cut->place = place;
    cut->brace = at;
    return alike;
}

size_t json_chain_cut(struct json_chain *chain, struct json_block *block, enum json_scan_state *out_begins)
{
    struct cut cut;
    cut_begin(&cut, chain, block, block->len / 2 + 1);
    const char *low = block->bytes + block->len / 2, *brace = block->bytes + block->len;
    while ((brace = memrchr(low, '{', (size_t)(brace - low))) && !cut_look(&cut, (size_t)(brace - block->bytes)))
        ;
    *out_begins = cut.begins;
    size_t end;
    if (cut.place < block->len)
        block->behind =
            json_border_at(block->bytes, block->len, cut.brace, &end) ? JSON_BEHIND_BORDER : JSON_BEHIND_OTHER;
    return cut.place;
}

/*
 * The same in a stretch of a file, from its begin on: where the record that goes over the border seems to end. If that is
 * so, the block before ends there too.
 */
static size_t stretch_begin(struct json_chain *chain, const struct json_block *block, enum json_scan_state *out_begins)
{
    struct cut cut;
    size_t end = block->end < block->len ? block->end : block->len;
    cut_begin(&cut, chain, block, block->start);
    const char *brace = block->bytes + block->start, *high = block->bytes + end;
    while (brace < high && (brace = memchr(brace, '{', (size_t)(high - brace))) != NULL &&
           !cut_look(&cut, (size_t)(brace - block->bytes)))
        brace++;
    *out_begins = cut.begins;
    return cut.place;
}

/* --- guessing --- */

/* Is a guess of use: neither is it known how the scan stands there, nor can nobody tell? */
static bool guess_helps(struct json_chain *chain, const struct json_block *block)
{
    pthread_mutex_lock(&chain->turns.mutex);
    bool helps = turns_want_guess(&chain->turns, block->number) && !chain->scan.failure && !chain->ended;
    pthread_mutex_unlock(&chain->turns.mutex);
    return helps;
}

/* How the scan would stand, were the place in the block what it seems to be. */
static void guess_make(struct json_chain *chain, const struct json_block *block, struct json_chain_turn *turn)
{
    struct json_scan *scan = &turn->guess;
    enum json_scan_state begins = (enum json_scan_state)block->begins;
    turn->guessed = guess_helps(chain, block);
    if (!turn->guessed)
        return;
    turn->begin = block->range.len ? stretch_begin(chain, block, &begins) : 0;
    turn->guessed = begins != SCAN_LINE;
    pthread_mutex_lock(&chain->turns.mutex);
    *scan = chain->scan;
    pthread_mutex_unlock(&chain->turns.mutex);
    scan->state = begins;
    scan->in_string = scan->after_backslash = scan->held = scan->lost = false;
    scan->has_rows = scan->in_object;
    scan->line_indent = SCAN_NO_INDENT;
}

/*
 * Does the scan go on as the guess did, which stands between records, behind a brace? Of what else they hold nothing is looked at
 * before it is set anew: in these two states something is held, lost or at fault only in a string, and a brace leaves no indent.
 */
static bool same_place(const struct json_scan *scan, const struct json_scan *guess)
{
    return scan->state == guess->state && !scan->in_string &&
           (scan->state == SCAN_TOP || scan->in_object == guess->in_object);
}

/* The guess, if there was one, is compared with what has become known. */
static bool guess_holds(struct json_chain *chain, const struct json_block *block, const struct json_chain_turn *turn)
{
    bool right = turn->guessed && !chain->ended && same_place(&chain->scan, &turn->guess);
    if (block->range.len)
        right = right && chain->offset == block->base.offset + turn->begin;
    else
        right = right && chain->held.len == 0; /* of a record whose end is not told yet */
    assert(!right || !chain->scan.failure);
    if (turn->guessed)
        turns_note_guess(&chain->turns, right);
    return right;
}

/* --- scanning --- */

/*
 * Scans from turn->at: the block, or its stretch and the record that goes beyond. Reads no further than to `most`; true if
 * the record does not end before.
 */
static enum err_code scan_on(struct json_block *block, struct json_batch *batch, struct json_chain_turn *turn,
                             size_t most, bool *out_longer, struct err *err)
{
    struct json_scan *scan = &turn->scan;
    *out_longer = false;
    if (block->range.len == 0)
        return json_scan_run(scan, block, batch, &turn->at, SIZE_MAX, block->behind, err);
    for (;;) {
        enum json_behind behind = block->more ? JSON_BEHIND_UNKNOWN : JSON_BEHIND_NOTHING;
        TRY(json_scan_run(scan, block, batch, &turn->at, block->end, behind, err));
        size_t keep = json_scan_keep(scan, turn->at);
        if (!block->more || scan->failure || (turn->at >= block->end && keep == turn->at))
            return ERR_NONE;
        *out_longer = block->len >= most;
        if (*out_longer)
            return ERR_NONE;
        TRY(json_range_more(block, keep + scan->record_max + CHAIN_OPENING_MAX, err));
    }
}

/* As if the guess were right. Where it leads far, it is not worth it. */
static enum err_code scan_guessed(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                                  struct json_chain_turn *turn, struct err *err)
{
    bool longer = false;
    guess_make(chain, block, turn);
    if (!turn->guessed)
        return ERR_NONE;
    turn->scan = turn->guess;
    turn->at = turn->begin;
    TRY(scan_on(block, batch, turn, block->end + block->range.len, &longer, err));
    turn->guessed = !longer;
    return ERR_NONE;
}

/* The block's memory becomes what is held, of which `len` bytes, and the other way round. */
static void memory_swap(struct json_block *block, struct buf *held, size_t len)
{
    struct buf own = {.ptr = block->memory, .len = len, .capacity = block->capacity};
    block->bytes = block->memory = held->ptr;
    block->capacity = held->capacity;
    block->is_usual = block->is_long = false;
    *held = own;
}

/* The held bytes and the block's become the block's. What was its memory is there for what will be held. */
static enum err_code held_take(struct json_chain *chain, struct json_block *block, struct err *err)
{
    struct buf *held = &chain->held;
    size_t before = held->len;
    if (before == 0)
        return ERR_NONE;
    buf_add(held, slice_of(block->bytes, block->len));
    if (held->failed)
        return err_no_memory(err, before + block->len);
    size_t len = held->len;
    memory_swap(block, held, 0);
    block->len = len;
    block->base.offset -= before;
    return ERR_NONE;
}

/* Holds what the next block must begin with. Where that is all, the memory is handed on as it is. */
static enum err_code held_give(struct json_chain *chain, struct json_block *block, size_t keep, struct err *err)
{
    struct buf *held = &chain->held;
    if (keep == 0 && held->ptr && block->len > 0) {
        memory_swap(block, held, block->len);
    } else {
        buf_clear(held);
        buf_add(held, slice_of(block->bytes + keep, block->len - keep));
        if (held->failed)
            return err_no_memory(err, block->len - keep);
    }
    block->len = keep;
    return ERR_NONE;
}

/* Notes how the block's last record begins. */
static void opening_note(struct json_chain *chain, const struct json_block *block)
{
    if (block->found_count == 0 || block->last >= block->len || block->bytes[block->last] != '{')
        return;
    size_t left = block->len - block->last;
    struct slice begin = slice_of(block->bytes + block->last, left < CHAIN_OPENING_MAX ? left : CHAIN_OPENING_MAX);
    const char *open = memchr(begin.ptr, '"', begin.len);
    const char *close = open ? memchr(open + 1, '"', (size_t)(begin.ptr + begin.len - open - 1)) : NULL;
    if (!close)
        return;
    chain->opening_len = (size_t)(close + 1 - begin.ptr);
    memcpy(chain->opening, begin.ptr, chain->opening_len);
}

/* What of the block's bytes belongs to the next one is left for it. */
static enum err_code rest_leave(struct json_chain *chain, struct json_block *block, struct json_chain_turn *turn,
                                struct err *err)
{
    bool ended = turn->scan.failure || block->behind == JSON_BEHIND_NOTHING;
    size_t keep = ended ? turn->at : json_scan_keep(&turn->scan, turn->at);
    if (ended)
        block->len = turn->at;
    json_scan_shift(&turn->scan, keep);
    TRY(held_give(chain, block, keep, err));
    block->consumed = keep;
    turn->at -= keep;
    return ERR_NONE;
}

/* The same of a stretch, whose next one has the bytes itself. What can't be read is its affair as well, if not met here. */
static void stretch_leave(const struct json_chain *chain, struct json_block *block, struct json_chain_turn *turn)
{
    turn->ended = !block->more && turn->at == block->len;
    if (!turn->ended)
        json_range_forgive(block);
    if (turn->scan.failure)
        block->len = turn->at;
    json_scan_shift(&turn->scan, turn->at);
    block->consumed = block->base.offset + turn->at - chain->offset;
}

/* The scan stands at turn->at in the block, for good: the next block may begin. */
static enum err_code hand_on(struct json_chain *chain, struct json_block *block, struct json_chain_turn *turn,
                             struct err *err)
{
    enum err_code code = ERR_NONE;
    block->consumed = 0;
    if (turn->idle)
        json_range_forgive(block);
    else if (block->range.len)
        stretch_leave(chain, block, turn);
    else
        code = rest_leave(chain, block, turn, err);
    pthread_mutex_lock(&chain->turns.mutex);
    opening_note(chain, block);
    if (turn->scan.failure && !chain->scan.failure)
        chain->damaged = block->number;
    chain->scan = turn->scan;
    chain->at = turn->at;
    chain->offset += block->consumed;
    chain->ended |= turn->ended;
    turns_pass(&chain->turns);
    pthread_mutex_unlock(&chain->turns.mutex);
    return code;
}

/*
 * Where the scan is in the stretch, if there is something to do: not where the block before came to the stretch's end. The
 * text's end, where it stands there, is this block's.
 */
static bool stretch_find(const struct json_chain *chain, const struct json_block *block, size_t *out_at)
{
    uint64_t at = chain->offset - block->base.offset;
    *out_at = at < SIZE_MAX ? (size_t)at : SIZE_MAX;
    if (at > block->end || (at == block->end && block->more))
        return false;
    if (*out_at > block->len) /* the file has shrunk */
        *out_at = block->len;
    return true;
}

/* From where the scan is. In damaged text and behind its end that is nowhere. */
static enum err_code scan_known(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                                struct json_chain_turn *turn, struct err *err)
{
    bool longer;
    block->span_count = block->found_count = 0;
    turn->at = chain->at;
    turn->scan = chain->scan;
    turn->idle = chain->scan.failure || chain->ended || (block->range.len && !stretch_find(chain, block, &turn->at));
    if (turn->idle) {
        block->len = 0;
        return ERR_NONE;
    }
    if (block->range.len == 0)
        TRY(held_take(chain, block, err));
    return scan_on(block, batch, turn, SIZE_MAX, &longer, err);
}

/* The block's turn has come, or the guess is all there is to it. */
static enum err_code turn_settle(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                                 struct json_chain_turn *turn, struct err *err)
{
    turn->settled = true;
    turn->changed = !guess_holds(chain, block, turn);
    if (turn->changed)
        TRY(scan_known(chain, block, batch, turn, err));
    turn->damage = chain->scan.failure ? NULL : turn->scan.failure;
    return hand_on(chain, block, turn, err);
}

enum err_code json_chain_scan(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                              struct json_chain_turn *turn, struct err *err)
{
    *turn = (struct json_chain_turn){0};
    enum err_code code = scan_guessed(chain, block, batch, turn, err);
    if (!code && (!turn->guessed || turns_has_come(&chain->turns, block->number)))
        code = json_chain_settle(chain, block, batch, turn, err);
    if (code)
        json_chain_break(chain);
    return code;
}

enum err_code json_chain_settle(struct json_chain *chain, struct json_block *block, struct json_batch *batch,
                                struct json_chain_turn *turn, struct err *err)
{
    turn->changed = false;
    if (turn->settled)
        return ERR_NONE;
    if (!turns_await(&chain->turns, block->number)) {
        block->len = block->span_count = block->found_count = 0;
        turn->settled = turn->changed = true;
        return ERR_NONE;
    }
    enum err_code code = turn_settle(chain, block, batch, turn, err);
    if (code)
        json_chain_break(chain);
    return code;
}

void json_chain_break(struct json_chain *chain)
{
    turns_break(&chain->turns);
}

bool json_chain_is_over(struct json_chain *chain)
{
    pthread_mutex_lock(&chain->turns.mutex);
    bool over = chain->scan.failure != NULL || chain->ended;
    pthread_mutex_unlock(&chain->turns.mutex);
    return over;
}

bool json_chain_was_damaged(struct json_chain *chain, uint64_t blocks)
{
    turns_await(&chain->turns, blocks);
    pthread_mutex_lock(&chain->turns.mutex);
    bool damaged = chain->scan.failure && chain->damaged < blocks;
    pthread_mutex_unlock(&chain->turns.mutex);
    return damaged;
}
