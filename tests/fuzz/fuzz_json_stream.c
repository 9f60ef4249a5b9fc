/*
 * fuzz_json_stream.c - JSON text of any shape: the same records and rejects, however the input is cut into pieces, and on the quick
 * path and by the full parser; rows that a filter turns away are counted as the others are.
 */
#include "fuzz.h"
#include "json_drive.h"

static bool has_x(const void *user, struct slice text)
{
    (void)user;
    return memchr(text.ptr, 'x', text.len) != NULL;
}

static const struct text_filter *filter_make(struct arena *arena)
{
    const struct text_judge judge = {.may = has_x, .may_name = has_x, .what = "an x", .of_hosts = true};
    const struct text_filter *filter = NULL;
    uint32_t column = schema_find(schema_device_network_events(), SLICE("RemoteUrl"));
    FUZZ_CHECK(text_filter_ask(column, &judge, arena, &filter, NULL) == ERR_NONE);
    return filter;
}

static struct drive run(struct slice text, size_t block_bytes, bool strict, const struct text_filter *filter)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_STREAM);
    drive.options.block_bytes = block_bytes;
    drive.options.first_column = schema_find(drive.schema, SLICE("RemoteUrl"));
    drive.options.strict = strict;
    drive.options.filter = filter;
    drive.options.record_max = 4096;
    drive.with_offsets = true;
    drive_run(&drive, text);
    return drive;
}

static void check_filtered(struct slice text, size_t block_bytes, const struct drive *whole)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct drive some = run(text, block_bytes, false, filter_make(&arena));
    FUZZ_CHECK(some.code == whole->code);
    FUZZ_CHECK(some.stats.rows == whole->stats.rows && some.stats.rows_passed == whole->stats.rows_passed);
    FUZZ_CHECK(some.stats.bytes == whole->stats.bytes && some.row_count <= whole->row_count);
    drive_release(&some);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = slice_of((const char *)data + 1, size - 1);
    struct drive whole = run(text, 1 << 20, false, NULL), pieces = run(text, 1 + data[0] % 64, false, NULL);
    struct drive full = run(text, 4096, true, NULL);
    FUZZ_CHECK(whole.code == pieces.code);
    FUZZ_CHECK(whole.code == ERR_NONE || whole.code == ERR_INPUT);
    FUZZ_CHECK(slice_eq(buf_slice(&whole.rows), buf_slice(&pieces.rows)));
    FUZZ_CHECK(slice_eq(buf_slice(&whole.rows), buf_slice(&full.rows)));
    FUZZ_CHECK(whole.stats.rows_passed == pieces.stats.rows_passed);
    FUZZ_CHECK(whole.reject_count == pieces.reject_count);
    for (size_t i = 0; i < whole.reject_count; i++) {
        FUZZ_CHECK(whole.rejects[i].offset == pieces.rejects[i].offset);
        FUZZ_CHECK(whole.rejects[i].kind == pieces.rejects[i].kind && whole.rejects[i].len == pieces.rejects[i].len);
    }
    check_filtered(text, 1 << 20, &whole);
    check_filtered(text, 1 + data[0] % 64, &whole);
    drive_release(&whole);
    drive_release(&pieces);
    drive_release(&full);
    return 0;
}
