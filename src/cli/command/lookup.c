/*
 * lookup.c - from hosts and URLs to rows: see lookup.h.
 *
 * The cells of a batch borrow: the input from the text that was read, the host from the input or, where it was changed on the
 * way, from the batch's arena; the rest lies in the knowledge base.
 */
#include "cli/command/lookup.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/command/listing.h"
#include "host/host.h"

/* Few enough that their text is still in the cache when it is written. */
enum { BATCH_ROWS = 1024 };

static const struct column_def COLUMNS[LOOKUP_COLUMNS] = {
    [LOOKUP_INPUT] = LISTING_COLUMN("Input", TYPE_STRING),
    [LOOKUP_HOST] = LISTING_COLUMN("Host", TYPE_STRING),
    [LOOKUP_SUFFIX] = LISTING_COLUMN("Suffix", TYPE_STRING),
    [LOOKUP_PROVIDER] = LISTING_COLUMN("Provider", TYPE_STRING),
    [LOOKUP_CATEGORY] = LISTING_COLUMN("Category", TYPE_STRING),
    [LOOKUP_KIND] = LISTING_COLUMN("Kind", TYPE_STRING),
};
const struct schema LOOKUP_SCHEMA = {.count = LOOKUP_COLUMNS, .columns = COLUMNS};

/* What most hosts, suffixes and providers need; the last two columns hold nothing longer. */
static const size_t WIDTHS[LOOKUP_COLUMNS] = {24, 24, 14, 12, 11, 7};

static void choose_categories(struct lookup *lookup, const struct text_list *names)
{
    for (unsigned i = 0; i < KB_CATEGORY_COUNT; i++)
        lookup->categories[i] = names->count == 0;
    for (size_t i = 0; i < names->count; i++) {
        enum kb_category category;
        if (kb_category_parse(slice_from_cstr(names->items[i]), &category))
            lookup->categories[category] = true;
        else /* the table of options lets only "all" through beside them */
            for (unsigned all = 0; all < KB_CATEGORY_COUNT; all++)
                lookup->categories[all] = true;
    }
}

static enum err_code make_batch(struct lookup *lookup, struct err *err)
{
    TRY(batch_create(&BATCH_LOADED, &LOOKUP_SCHEMA, BATCH_ROWS, &lookup->batch, err));
    struct batch *batch = lookup->batch;
    for (uint32_t i = 0; i < LOOKUP_COLUMNS; i++) {
        TRY(column_init(&batch->columns[i], TYPE_STRING, BATCH_ROWS, false, batch->arena, err));
        lookup->cells[i] = batch->columns[i].str;
        batch->loaded[i] = true;
    }
    batch->selection->count = 0;
    return ERR_NONE;
}

enum err_code lookup_init(struct lookup *lookup, const struct opts *opts, const struct kb *kb,
                          struct delivery *delivery, struct arena *arena, struct err *err)
{
    bool both = opts->lookup.matched == opts->lookup.unmatched;
    *lookup = (struct lookup){.kb = kb,
                              .delivery = delivery,
                              .matched = both || opts->lookup.matched,
                              .unmatched = both || opts->lookup.unmatched};
    arena_init(&lookup->texts, 0);
    buf_init(&lookup->scratch, 0);
    buf_init(&lookup->mended, 0);
    choose_categories(lookup, &opts->kb.categories);
    lookup->tallies = arena_zalloc(arena, LOOKUP_TALLIES, sizeof *lookup->tallies);
    if (!lookup->tallies)
        return err_no_memory(err, LOOKUP_TALLIES * sizeof *lookup->tallies);
    TRY(column_view_init(&lookup->view, opts->columns, &LOOKUP_SCHEMA, arena, err));
    lookup->widths = arena_array(arena, LOOKUP_COLUMNS, sizeof *lookup->widths);
    if (!lookup->widths)
        return err_no_memory(err, LOOKUP_COLUMNS * sizeof *lookup->widths);
    for (uint32_t i = 0; i < lookup->view.schema.count; i++)
        lookup->widths[i] = WIDTHS[lookup->view.map[i]];
    return make_batch(lookup, err);
}

void lookup_release(struct lookup *lookup)
{
    batch_free(lookup->batch);
    arena_release(&lookup->texts);
    buf_release(&lookup->scratch);
    buf_release(&lookup->mended);
    *lookup = (struct lookup){0};
}

/* --- a row --- */

static void tally(struct lookup *lookup, struct slice provider)
{
    uint64_t hash = (uint64_t)(uintptr_t)provider.ptr * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> 32) % LOOKUP_TALLIES;
    lookup->hits++;
    /* The last one takes what finds no place: a name among more providers than anyone has counts for another then. */
    for (size_t tries = 1; tries < LOOKUP_TALLIES; tries++, at = (at + 1) % LOOKUP_TALLIES) {
        struct lookup_tally *tally = &lookup->tallies[at];
        if (!tally->provider.ptr)
            tally->provider = provider;
        if (tally->provider.ptr == provider.ptr) {
            tally->hits++;
            return;
        }
    }
}

/* A text of the input for a cell: well-formed, and copied unless it stays where it is. */
static enum err_code make_cell(struct lookup *lookup, struct slice text, bool stays, struct slice *out_cell,
                               struct err *err)
{
    *out_cell = text;
    if (!utf8_is_ascii(text) && !utf8_is_valid(text)) {
        buf_clear(&lookup->mended);
        utf8_mend(text, &lookup->mended);
        if (lookup->mended.failed)
            return err_no_memory(err, text.len);
        text = buf_slice(&lookup->mended);
    } else if (stays) {
        return ERR_NONE;
    }
    *out_cell = arena_copy(&lookup->texts, text);
    return out_cell->ptr ? ERR_NONE : err_no_memory(err, text.len);
}

static bool lies_in(struct slice part, struct slice whole)
{
    return part.len == 0 || ((uintptr_t)part.ptr >= (uintptr_t)whole.ptr &&
                             (uintptr_t)part.ptr + part.len <= (uintptr_t)whole.ptr + whole.len);
}

/* match is NULL where nothing is known of the host. */
static enum err_code add_row(struct lookup *lookup, struct slice input, struct slice host, const struct kb_match *match,
                             struct err *err)
{
    uint32_t row = lookup->batch->selection->count;
    struct slice *const *cells = lookup->cells;
    TRY(make_cell(lookup, input, true, &cells[LOOKUP_INPUT][row], err));
    TRY(make_cell(lookup, host, lies_in(host, input), &cells[LOOKUP_HOST][row], err));
    cells[LOOKUP_SUFFIX][row] = SLICE("");
    cells[LOOKUP_PROVIDER][row] = match ? match->provider : SLICE("");
    cells[LOOKUP_CATEGORY][row] = match ? slice_from_cstr(kb_category_name(match->category)) : SLICE("");
    cells[LOOKUP_KIND][row] = match ? slice_from_cstr(kb_kind_name(match->kind)) : SLICE("");
    if (match)
        TRY(make_cell(lookup, match->suffix, lies_in(match->suffix, input), &cells[LOOKUP_SUFFIX][row], err));
    lookup->batch->selection->rows[row] = row;
    lookup->batch->selection->count = row + 1;
    return ERR_NONE;
}

enum err_code lookup_add(struct lookup *lookup, struct slice input, struct err *err)
{
    struct host host;
    struct kb_match match;
    TRY(host_extract(input, &lookup->scratch, &host, err));
    bool known = kb_find(lookup->kb, host.name, &match) && lookup->categories[match.category];
    if (known)
        tally(lookup, match.provider);
    if (known ? !lookup->matched : !lookup->unmatched)
        return ERR_NONE;
    TRY(add_row(lookup, input, host.name, known ? &match : NULL, err));
    return lookup->batch->selection->count == BATCH_ROWS ? lookup_deliver(lookup, err) : ERR_NONE;
}

enum err_code lookup_deliver(struct lookup *lookup, struct err *err)
{
    struct batch shown;
    TRY(column_view_apply(&lookup->view, lookup->batch, &lookup->texts, &shown, err));
    enum err_code code = delivery_write(lookup->delivery, &shown, err);
    lookup->batch->selection->count = 0;
    arena_clear(&lookup->texts);
    return code;
}
