/*
 * fuzz_json_stream.c - JSON text of any shape: the same records and rejects, however the input is cut into pieces, and on the quick
 * path and by the full parser.
 */
#include "fuzz.h"
#include "json_drive.h"

static struct drive run(struct slice text, size_t block_bytes, bool strict)
{
    struct drive drive;
    drive_init(&drive, &SOURCE_JSON_STREAM);
    drive.options.block_bytes = block_bytes;
    drive.options.first_column = schema_find(drive.schema, SLICE("RemoteUrl"));
    drive.options.strict = strict;
    drive.options.record_max = 4096;
    drive.with_offsets = true;
    drive_run(&drive, text);
    return drive;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = slice_of((const char *)data + 1, size - 1);
    struct drive whole = run(text, 1 << 20, false), pieces = run(text, 1 + data[0] % 64, false);
    struct drive full = run(text, 4096, true);
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
    drive_release(&whole);
    drive_release(&pieces);
    drive_release(&full);
    return 0;
}
