/*
 * fuzz_csv.c - CSV: rows, rejects and counts are the same for small blocks and large, for rows checked first or last, and
 * without short cuts.
 *
 * The first byte chooses the block size and the limit on a record.
 */
#include "fuzz.h"
#include "json_drive.h"
#include "source/formats.h"

static struct drive run(struct slice text, size_t block_bytes, size_t record_max, bool strict, bool slow)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_CSV);
    drive.options.block_bytes = block_bytes;
    drive.options.record_max = record_max;
    drive.options.strict = strict;
    drive.options.slow = slow;
    drive.with_offsets = true;
    drive_run(&drive, text);
    return drive;
}

static void compare(const struct drive *a, const struct drive *b)
{
    FUZZ_CHECK(a->code == b->code);
    FUZZ_CHECK(slice_eq(buf_slice(&a->rows), buf_slice(&b->rows)));
    FUZZ_CHECK(a->stats.bytes == b->stats.bytes);
    FUZZ_CHECK(a->stats.rows == b->stats.rows);
    FUZZ_CHECK(a->stats.rows_passed == b->stats.rows_passed);
    FUZZ_CHECK(a->stats.cells_bad == b->stats.cells_bad);
    FUZZ_CHECK(a->reject_count == b->reject_count);
    for (size_t i = 0; i < a->reject_count; i++)
        FUZZ_CHECK(a->rejects[i].kind == b->rejects[i].kind && a->rejects[i].offset == b->rejects[i].offset &&
                   a->rejects[i].len == b->rejects[i].len);
    FUZZ_CHECK(a->row_count + a->reject_count == a->stats.rows);
}

static void discover(struct slice text)
{
    struct arena arena;
    arena_init(&arena, 0);
    const struct column_def *defs;
    const struct schema *schema = schema_device_network_events(), *extended = schema;
    uint32_t count;
    struct err err;
    SOURCE_CSV.claim(text, true);
    if (!SOURCE_CSV.discover(text, schema, &arena, &defs, &count, &err) && count)
        FUZZ_CHECK(!schema_extend(schema, defs, count, &arena, &extended, &err));
    FUZZ_CHECK(extended->count <= SCHEMA_COLUMNS_MAX);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = slice_of((const char *)data + 1, size - 1);
    size_t record_max = (size_t)8 << (data[0] % 8);
    struct drive large = run(text, 1 << 16, record_max, false, false);
    struct drive small = run(text, 1 + data[0] / 8, record_max, false, false);
    struct drive strict = run(text, 1 << 16, record_max, true, false);
    struct drive slow = run(text, 1 << 16, record_max, false, true);
    compare(&large, &small);
    compare(&large, &strict);
    compare(&large, &slow);
    drive_release(&large);
    drive_release(&small);
    drive_release(&strict);
    drive_release(&slow);
    discover(text);
    return 0;
}
