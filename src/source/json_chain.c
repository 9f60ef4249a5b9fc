/*
 * json_chain.c - see json_chain.h.
 */
#define _GNU_SOURCE /* memrchr */
#include "source/json_chain.h"

#include "base/mem.h"

/* This many guesses may go wrong beyond those that do not, before no more are made. */
enum { WRONG_MAX = 8 };

void json_chain_init(struct json_chain *chain, size_t record_max)
{
    *chain = (struct json_chain){0};
    pthread_mutex_init(&chain->mutex, NULL);
    pthread_cond_init(&chain->moved, NULL);
    buf_init(&chain->held, 0);
    json_scan_init(&chain->scan, record_max);
}

void json_chain_release(struct json_chain *chain)
{
    buf_release(&chain->held);
    pthread_cond_destroy(&chain->moved);
    pthread_mutex_destroy(&chain->mutex);
}

/* --- cutting --- */

/* What stands before `at`, blanks aside: the place behind it, 0 if there is nothing. */
static size_t back_over_blanks(const char *text, size_t at)
{
    while (at > 0 && json_is_blank(text[at - 1]))
        at--;
    return at;
}

/* Does a record seem to begin with the brace at `at`? Then the place behind what came before it; 0 if not. */
static size_t cut_place(const struct json_block *block, size_t at, enum json_scan_state *out_begins)
{
    const char *text = block->bytes;
    size_t key = at + 1, before = back_over_blanks(text, at);
    while (key < block->len && json_is_blank(text[key]))
        key++;
    if (key == block->len || text[key] != '"' || before == 0)
        return 0;
    *out_begins = text[before - 1] == ',' ? SCAN_ROWS : SCAN_TOP;
    size_t end = *out_begins == SCAN_ROWS ? back_over_blanks(text, before - 1) : before;
    return end > 0 && text[end - 1] == '}' ? before : 0;
}

static bool begins_with(const struct json_block *block, size_t at, struct slice opening)
{
    return slice_starts(slice_of(block->bytes + at, block->len - at), opening);
}

/*
 * Records begin alike. One that begins with another key than the last one known is taken only where none does that
 * begins with that: it may as well be an object in a record.
 */
size_t json_chain_cut(struct json_chain *chain, const struct json_block *block, enum json_scan_state *out_begins)
{
    char bytes[CHAIN_OPENING_MAX];
    pthread_mutex_lock(&chain->mutex);
    struct slice opening = slice_of(memcpy(bytes, chain->opening, sizeof bytes), chain->opening_len);
    pthread_mutex_unlock(&chain->mutex);
    size_t low = block->len / 2, other = block->len, end = block->len;
    enum json_scan_state begins;
    const char *brace;
    *out_begins = SCAN_LINE;
    while ((brace = memrchr(block->bytes + low, '{', end - low)) != NULL) {
        end = (size_t)(brace - block->bytes);
        bool alike = begins_with(block, end, opening);
        size_t place = alike || other == block->len ? cut_place(block, end, &begins) : 0;
        if (place <= low)
            continue;
        *out_begins = begins;
        if (alike)
            return place;
        other = place;
    }
    return other;
}

/* --- guessing --- */

/* How the scan would stand, were the block's begin what it was cut for. False: it is known, or nobody can tell. */
static bool guess_make(struct json_chain *chain, const struct json_block *block, struct json_scan *out_scan)
{
    pthread_mutex_lock(&chain->mutex);
    bool makes = chain->next > 0 && chain->next < block->number && block->begins != SCAN_LINE && !chain->scan.failure &&
                 !chain->broken && chain->wrong < chain->right + WRONG_MAX;
    *out_scan = chain->scan;
    pthread_mutex_unlock(&chain->mutex);
    out_scan->state = (enum json_scan_state)block->begins;
    out_scan->in_string = out_scan->after_backslash = out_scan->held = out_scan->lost = false;
    out_scan->has_rows = out_scan->in_object;
    out_scan->line_indent = SCAN_NO_INDENT;
    return makes;
}

/* Does the scan go the same way from here on? What else they hold is not looked at before it is set anew. */
static bool same_place(const struct json_scan *a, const struct json_scan *b)
{
    if (a->state != b->state || a->in_string || a->held || a->lost || a->failure || a->line_indent != b->line_indent)
        return false;
    bool same_container = a->in_object == b->in_object && (!a->in_object || a->has_rows == b->has_rows);
    return a->state == SCAN_TOP || (a->state == SCAN_ROWS && same_container && a->top_indent == b->top_indent);
}

/* --- scanning --- */

/* Waits for the block's turn. False: it does not come. */
static bool turn_await(struct json_chain *chain, const struct json_block *block)
{
    pthread_mutex_lock(&chain->mutex);
    while (chain->next < block->number && !chain->broken)
        pthread_cond_wait(&chain->moved, &chain->mutex);
    bool broken = chain->broken;
    pthread_mutex_unlock(&chain->mutex);
    return !broken;
}

/* The block's memory becomes what is held, of which `len` bytes, and the other way round. */
static void memory_swap(struct json_block *block, struct buf *held, size_t len)
{
    struct buf own = {.ptr = block->memory, .len = len, .capacity = block->capacity};
    block->bytes = block->memory = held->ptr;
    block->capacity = held->capacity;
    block->is_usual = false;
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
    const struct json_span *span = block->span_count ? &block->spans[block->span_count - 1] : NULL;
    if (!span || span->why || block->bytes[span->start] != '{')
        return;
    struct slice begin =
        slice_of(block->bytes + span->start, span->len < CHAIN_OPENING_MAX ? span->len : CHAIN_OPENING_MAX);
    const char *open = memchr(begin.ptr, '"', begin.len);
    const char *close = open ? memchr(open + 1, '"', (size_t)(begin.ptr + begin.len - open - 1)) : NULL;
    if (!close)
        return;
    chain->opening_len = (size_t)(close + 1 - begin.ptr);
    memcpy(chain->opening, begin.ptr, chain->opening_len);
}

/* The scan stands at `at` in the block, for good: the next block may begin. */
static enum err_code hand_on(struct json_chain *chain, struct json_block *block, struct json_scan *scan, size_t at,
                             struct err *err)
{
    bool ended = scan->failure || block->last;
    size_t keep = ended ? at : json_scan_keep(scan, at);
    if (ended)
        block->len = at;
    json_scan_shift(scan, keep);
    enum err_code code = held_give(chain, block, keep, err);
    block->consumed = keep;
    pthread_mutex_lock(&chain->mutex);
    opening_note(chain, block);
    if (scan->failure && !chain->scan.failure)
        chain->damaged = block->number;
    chain->scan = *scan;
    chain->at = at - keep;
    chain->next++;
    pthread_cond_broadcast(&chain->moved);
    pthread_mutex_unlock(&chain->mutex);
    return code;
}

/* From where the scan is. In damaged text that is nowhere. */
static enum err_code scan_known(struct json_chain *chain, struct json_block *block, const struct json_probe *probe,
                                struct json_scan *scan, size_t *out_at, struct err *err)
{
    block->span_count = 0;
    *out_at = 0;
    *scan = chain->scan;
    if (scan->failure)
        return ERR_NONE;
    TRY(held_take(chain, block, err));
    *out_at = chain->at;
    return json_scan_run(scan, block, probe, out_at, block->last, err);
}

/* The guess, if there was one, is compared with what has become known. */
static bool guess_holds(struct json_chain *chain, bool guessed, const struct json_scan *guess)
{
    bool right = guessed && chain->held.len == 0 && same_place(&chain->scan, guess);
    pthread_mutex_lock(&chain->mutex);
    chain->right += right;
    chain->wrong += guessed && !right;
    pthread_mutex_unlock(&chain->mutex);
    return right;
}

enum err_code json_chain_scan(struct json_chain *chain, struct json_block *block, const struct json_probe *probe,
                              const char **out_damage, struct err *err)
{
    *out_damage = NULL;
    struct json_scan guess, scan;
    size_t at = 0;
    enum err_code code = ERR_NONE;
    bool guessed = guess_make(chain, block, &guess);
    scan = guess;
    if (guessed)
        code = json_scan_run(&scan, block, probe, &at, block->last, err);
    if (!code && !turn_await(chain, block)) {
        block->len = block->span_count = 0;
        return ERR_NONE;
    }
    if (!code && !guess_holds(chain, guessed, &guess))
        code = scan_known(chain, block, probe, &scan, &at, err);
    if (!code) {
        *out_damage = chain->scan.failure ? NULL : scan.failure;
        code = hand_on(chain, block, &scan, at, err);
    }
    if (code)
        json_chain_break(chain);
    return code;
}

void json_chain_break(struct json_chain *chain)
{
    pthread_mutex_lock(&chain->mutex);
    chain->broken = true;
    pthread_cond_broadcast(&chain->moved);
    pthread_mutex_unlock(&chain->mutex);
}

bool json_chain_is_damaged(struct json_chain *chain)
{
    pthread_mutex_lock(&chain->mutex);
    bool damaged = chain->scan.failure != NULL;
    pthread_mutex_unlock(&chain->mutex);
    return damaged;
}

bool json_chain_was_damaged(struct json_chain *chain, uint64_t blocks)
{
    pthread_mutex_lock(&chain->mutex);
    while (chain->next < blocks && !chain->broken)
        pthread_cond_wait(&chain->moved, &chain->mutex);
    bool damaged = chain->scan.failure && chain->damaged < blocks;
    pthread_mutex_unlock(&chain->mutex);
    return damaged;
}
