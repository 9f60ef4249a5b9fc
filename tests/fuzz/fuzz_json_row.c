/*
 * fuzz_json_row.c - one record: our parser against the parser of dynamics, which shares no code with it; and what the
 * head of an input says about it never fails.
 */
#include "event/dyn.h"
#include "fuzz.h"
#include "source/json/json.h"
#include "source/json/json_row.h"

static void check_entry(const struct json_reader *reader, const struct json_entry *entry, const struct dyn *row,
                        struct arena *arena)
{
    struct err err;
    const struct dyn *value;
    struct slice text = slice_of(reader->base + entry->start, entry->len);
    const struct dyn *expected = dyn_get(row, reader->keys->schema->columns[entry->column].name);
    FUZZ_CHECK(dyn_parse(text, arena, &value, &err) == ERR_NONE);
    FUZZ_CHECK(expected && dyn_equal(expected, value));
}

static const struct dyn *row_of(const struct dyn *record)
{
    const struct dyn *properties = dyn_get(record, SLICE("properties"));
    return properties && properties->kind == DYN_BAG ? properties : record;
}

static void check_record(struct json_reader *reader, struct slice text, struct arena *arena)
{
    struct json_record record;
    struct err err;
    const struct dyn *dyn;
    FUZZ_CHECK(json_record_read(reader, text, false, &record, &err) == ERR_NONE);
    enum err_code code = dyn_parse(text, arena, &dyn, &err);
    if (code == ERR_LIMIT)
        return; /* dynamics nest less deeply */
    bool is_record = code == ERR_NONE && dyn->kind == DYN_BAG;
    FUZZ_CHECK(is_record == (record.shape != JSON_MALFORMED));
    for (uint32_t i = 0; record.shape == JSON_ROW && i < record.index->count; i++)
        check_entry(reader, &record.index->entry[i], row_of(dyn), arena);
}

static void check_head(struct slice text, struct arena *arena)
{
    const struct column_def *defs;
    uint32_t count;
    struct err err;
    SOURCE_JSON_LINES.claim(text, true);
    SOURCE_JSON_STREAM.claim(text, false);
    FUZZ_CHECK(SOURCE_JSON_LINES.discover(text, schema_device_network_events(), arena, &defs, &count, &err) ==
               ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(size ? (const char *)data : "", size);
    struct json_keys keys;
    struct json_reader reader;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    FUZZ_CHECK(json_keys_init(&keys, schema_device_network_events(), &err) == ERR_NONE);
    FUZZ_CHECK(json_reader_init(&reader, &keys, &arena, &err) == ERR_NONE);
    reader.base = text.ptr;
    check_record(&reader, text, &arena);
    check_head(text, &arena);
    json_reader_release(&reader);
    json_keys_release(&keys);
    arena_release(&arena);
    return 0;
}
