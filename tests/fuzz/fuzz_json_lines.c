/*
 * fuzz_json_lines.c - JSON lines, quick path against full parser: the same rows, whatever the lines hold.
 *
 * The first byte chooses the column, the block size and whether all columns are loaded before rows are checked. The quick path may pass over a malformed record of another
 * category that the full parser rejects; every other outcome must be equal.
 */
#include "fuzz.h"
#include "json_drive.h"

static const char *const COLUMNS[] = {"RemoteUrl", "Timestamp", "RemotePort", "ActionType", "Type", "AdditionalFields"};

static struct drive run(struct slice text, uint8_t choice, bool strict)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_LINES);
    const char *name = COLUMNS[choice % (sizeof COLUMNS / sizeof COLUMNS[0])];
    drive.options.first_column = schema_find(drive.schema, slice_from_cstr(name));
    drive.options.strict = strict;
    drive.options.block_bytes = (size_t)16 << (choice / 32);
    drive.options.record_max = 1 << 16;
    drive.load_first = choice & 16;
    drive.with_offsets = true;
    drive_run(&drive, text);
    return drive;
}

/* Every reject of the quick path is one of the full parser. */
static void compare_rejects(const struct drive *quick, const struct drive *full)
{
    size_t k = 0;
    for (size_t i = 0; i < quick->reject_count; i++) {
        while (k < full->reject_count && full->rejects[k].offset < quick->rejects[i].offset)
            k++;
        FUZZ_CHECK(k < full->reject_count && full->rejects[k].offset == quick->rejects[i].offset);
        FUZZ_CHECK(full->rejects[k].kind == quick->rejects[i].kind);
        k++;
    }
    FUZZ_CHECK(quick->stats.rows_passed + quick->reject_count == full->stats.rows_passed + full->reject_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = slice_of((const char *)data + 1, size - 1);
    struct drive quick = run(text, data[0], false), full = run(text, data[0], true);
    FUZZ_CHECK(quick.code == full.code); /* not ERR_NONE where the bytes pass for a compressed file */
    FUZZ_CHECK(slice_eq(buf_slice(&quick.rows), buf_slice(&full.rows)));
    FUZZ_CHECK(quick.stats.bytes == full.stats.bytes && (quick.code || quick.stats.bytes == text.len));
    compare_rejects(&quick, &full);
    drive_release(&quick);
    drive_release(&full);
    return 0;
}
