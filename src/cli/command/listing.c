/*
 * listing.c - results that a command makes itself: see listing.h.
 */
#include "cli/command/listing.h"

enum { BATCH_ROWS = 1024 };

static enum err_code make_batch(struct listing *listing, const struct schema *schema, struct err *err)
{
    TRY(batch_create(&BATCH_LOADED, schema, BATCH_ROWS, &listing->batch, err));
    for (uint32_t i = 0; i < schema->count; i++) {
        TRY(column_init(&listing->batch->columns[i], schema->columns[i].type, BATCH_ROWS, true, listing->batch->arena,
                        err));
        listing->batch->loaded[i] = true;
    }
    listing->batch->selection->count = 0;
    return ERR_NONE;
}

enum err_code listing_open(struct listing *listing, const struct opts *opts, const struct schema *schema,
                           const char *preferred, struct arena *arena, struct err *err)
{
    *listing = (struct listing){0};
    TRY(column_view_init(&listing->view, opts->columns, schema, arena, err));
    TRY(make_batch(listing, schema, err));
    TRY(delivery_open(&listing->delivery, opts, err));
    bool chosen = opts->format >= 0 || (opts->output && sink_type_of_path(slice_from_cstr(opts->output)));
    if (preferred && !chosen)
        listing->delivery.type = sink_type_find(slice_from_cstr(preferred));
    return delivery_start(&listing->delivery, opts, &listing->view.schema, err);
}

static enum err_code deliver(struct listing *listing, struct err *err)
{
    struct batch shown;
    TRY(column_view_apply(&listing->view, listing->batch, listing->batch->arena, &shown, err));
    enum err_code code = delivery_write(&listing->delivery, &shown, err);
    listing->batch->selection->count = 0;
    return code;
}

enum err_code listing_add(struct listing *listing, const struct value *cells, struct err *err)
{
    struct batch *batch = listing->batch;
    uint32_t row = batch->selection->count;
    for (uint32_t i = 0; i < batch->schema->count; i++)
        column_set(&batch->columns[i], row, &cells[i]);
    batch->selection->rows[row] = row;
    batch->selection->count = row + 1;
    listing->count++;
    return batch->selection->count == BATCH_ROWS ? deliver(listing, err) : ERR_NONE;
}

enum err_code listing_commit(struct listing *listing, struct err *err)
{
    TRY(deliver(listing, err));
    return delivery_commit(&listing->delivery, err);
}

void listing_close(struct listing *listing)
{
    delivery_close(&listing->delivery);
    batch_free(listing->batch);
    *listing = (struct listing){0};
}

void listing_report(const struct listing *listing, struct report *report)
{
    struct summary summary = {
        .results = listing->count, .results_name = "row", .apart = listing->delivery.terminal && report->terminal};
    report_summary(report, &summary);
}
