/*
 * scan_read.c - opens an input of a scan and reads its blocks.
 *
 * A short file, as folders of exports hold them by the thousands, is read at once into memory of the scan's, which the
 * format may hand on without a copy: it then costs an open, a look at its size, a read and a close. Sources of a format
 * share their tables and free blocks (source_type.share), so that an input has little to make.
 */
#include "base/mem.h"
#include "source/foreign.h"
#include "source/formats.h"
#include "source/scan_int.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Standard input has been given to a scan of this process. */
static atomic_flag stdin_taken = ATOMIC_FLAG_INIT;

enum err_code scan_input_fail(struct scan_input *input, enum err_code code, struct err *err)
{
    if (code != ERR_INPUT && code != ERR_UNSUPPORTED)
        return code;
    input->failure = mem_alloc(sizeof *input->failure);
    if (!input->failure)
        return err_no_memory(err, sizeof *input->failure);
    *input->failure = *err;
    input->at_end = true;
    return ERR_NONE;
}

/* --- what it holds --- */

/* Nothing but a byte order mark and blanks: an input without rows in any format. */
static bool is_empty(struct slice head, bool whole)
{
    if (slice_starts(head, SLICE("\xef\xbb\xbf")))
        head = slice_cut(head, 3, head.len);
    return whole && slice_trim(head).len == 0;
}

/* UTF-16 with a byte order mark whose first character is ASCII: text, as Excel and Windows PowerShell write it. */
static bool is_utf16(struct slice head)
{
    return (slice_starts(head, SLICE("\xff\xfe")) && head.len >= 4 && head.ptr[2] > 0 && head.ptr[3] == 0) ||
           (slice_starts(head, SLICE("\xfe\xff")) && head.len >= 4 && head.ptr[2] == 0 && head.ptr[3] > 0);
}

static enum err_code err_utf16(const char *path, struct err *err)
{
    err_set(err, ERR_INPUT, "is text in UTF-16, which can't be read");
    err_at(err, "%s", stream_name(path));
    err_hint(err, "convert it: iconv -f UTF-16 -t UTF-8");
    return ERR_INPUT;
}

static enum err_code err_unknown_format(const char *path, struct slice head, struct err *err)
{
    struct foreign foreign;
    if (foreign_find(head, &foreign)) {
        err_set(err, ERR_INPUT, "is %s, which can't be read", foreign.what);
        err_hint(err, "%s", foreign.hint);
        return err_at(err, "%s", stream_name(path));
    }
    char known[ERR_HINT_MAX] = "";
    for (size_t i = 0; SOURCE_TYPES[i]; i++) {
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? "; " : "", SOURCE_TYPES[i]->title);
    }
    err_set(err, ERR_INPUT, "is in no known format");
    err_hint(err, "known are %s", known);
    return err_at(err, "%s", stream_name(path));
}

enum err_code scan_schema_settle(struct scan *scan, const struct source_type *type, struct slice head, struct err *err)
{
    if (scan->schema)
        return ERR_NONE;
    const struct schema *schema = schema_device_network_events();
    if (scan->config.named_count)
        TRY(schema_extend(schema, scan->config.named, scan->config.named_count, &scan->arena, &schema, err));
    if (type) {
        const struct column_def *found = NULL;
        uint32_t count = 0;
        TRY(type->discover(head, schema, &scan->arena, &found, &count, err));
        if (count)
            TRY(schema_extend(schema, found, count, &scan->arena, &schema, err));
    }
    scan->schema = schema;
    return ERR_NONE;
}

/* Finds out what the stream holds. *out_type NULL: nothing to be read. */
static enum err_code input_detect(struct scan_input *input, struct stream *stream, const struct source_type **out_type,
                                  struct slice *out_head, struct err *err)
{
    const struct source_type *forced = input->scan->config.forced;
    TRY(stream_peek(stream, STREAM_PEEK_MAX, out_head, err));
    struct slice head = *out_head;
    bool whole = head.len < STREAM_PEEK_MAX;
    *out_type = NULL;
    if (is_empty(head, whole)) {
        input->found = FOUND_EMPTY;
        return ERR_NONE;
    }
    if (is_utf16(head))
        return err_utf16(input->path, err);
    *out_type = forced ? forced : source_detect(head, whole);
    if (*out_type)
        return ERR_NONE;
    if (!input->met)
        return err_unknown_format(input->path, head, err);
    input->found = FOUND_OTHER;
    return ERR_NONE;
}

/* --- opening --- */

/* What the format's sources share, made when the first is opened. */
static enum err_code common_find(struct scan *scan, const struct source_type *type, void **out_common, struct err *err)
{
    size_t at = 0;
    while (SOURCE_TYPES[at] != type)
        at++;
    assert(at < SCAN_FORMATS_MAX);
    pthread_mutex_lock(&scan->commons_lock);
    enum err_code code = ERR_NONE;
    if (!scan->commons[at] && type->share)
        code = type->share(scan->schema, &scan->config.options, &scan->commons[at], err);
    *out_common = scan->commons[at];
    pthread_mutex_unlock(&scan->commons_lock);
    return code;
}

/* Makes a source of a stream of a known format. Takes the stream over. */
static enum err_code source_open(struct scan_input *input, const struct source_type *type, struct stream *stream,
                                 struct err *err)
{
    struct source_options options = input->scan->config.options;
    enum err_code code = common_find(input->scan, type, &options.common, err);
    if (code) {
        stream_close(stream);
        return code;
    }
    struct source *source = NULL;
    const char *compression = stream_compression(stream);
    code = type->open(stream, input->scan->schema, &options, &source, err);
    if (code) {
        err_at(err, "%s", input->path);
        return code;
    }
    source->scan_input = input;
    source->path = input->path;
    input->source = source;
    input->stream = stream;
    input->compression = compression;
    input->found = FOUND_ROWS;
    return ERR_NONE;
}

static enum err_code stdin_take(const char *path, struct err *err)
{
    if (strcmp(path, "-") != 0 || !atomic_flag_test_and_set(&stdin_taken))
        return ERR_NONE;
    err_set(err, ERR_USAGE, "standard input can be read only once, but the query or the inputs ask for it again");
    return err_hint(err, "write it to a file first, and name the file");
}

/* Opens the file; one that is short is in input->memory then. */
static enum err_code input_stream(struct scan_input *input, struct stream **out_stream, struct err *err)
{
    struct scan *scan = input->scan;
    size_t size = scan->short_bytes;
    TRY(stdin_take(input->path, err));
    char *memory = block_pool_take(&scan->memories);
    if (!memory)
        memory = mem_alloc(size);
    if (!memory)
        return err_no_memory(err, size);
    bool whole = false;
    enum err_code code = stream_open_short(input->path, memory, size, &whole, out_stream, err);
    if (whole)
        input->memory = memory;
    else if (!block_pool_give(&scan->memories, memory))
        mem_free(memory);
    if (!code && scan->alone && scan->config.read_ahead)
        stream_read_ahead(*out_stream);
    return code;
}

static void raw_tell(struct scan_input *input, const struct stream *stream)
{
    uint64_t done = stream_raw_bytes(stream);
    if (done != input->raw_told)
        atomic_fetch_add(&input->scan->raw_done, done - input->raw_told);
    input->raw_told = done;
}

enum err_code scan_input_open(struct scan_input *input, struct err *err)
{
    if (input->opened)
        return ERR_NONE;
    input->opened = true;
    struct stream *stream = NULL;
    const struct source_type *type = NULL;
    struct slice head;
    enum err_code code = input_stream(input, &stream, err);
    if (!code) {
        if (input->scan->config.read_ahead)
            stream_read_ahead(stream);
        code = input_detect(input, stream, &type, &head, err);
        raw_tell(input, stream);
        if (!code && type)
            code = scan_schema_settle(input->scan, type, head, err);
        if (!code && type)
            code = source_open(input, type, stream, err);
        else
            stream_close(stream);
    }
    input->at_end = !input->source;
    return code ? scan_input_fail(input, code, err) : ERR_NONE;
}

/* --- reading --- */

static enum err_code block_enter(struct scan_input *input, struct block *block, struct block **out_block,
                                 struct err *err)
{
    block->source = input->source;
    enum err_code code = scan_input_enter(input, block, err);
    if (code) {
        input->source->type->free_block(block);
        return code;
    }
    *out_block = block;
    return ERR_NONE;
}

enum err_code scan_read(struct scan_input *input, struct block **out_block, struct err *err)
{
    struct err local;
    err = err ? err : &local; /* failures are kept */
    *out_block = NULL;
    TRY(scan_input_open(input, err));
    if (input->at_end)
        return ERR_NONE;
    struct block *block = NULL;
    enum err_code code = input->source->type->read(input->source, &block, err);
    raw_tell(input, input->stream);
    if (code) {
        err_at(err, "%s", input->path);
        return scan_input_fail(input, code, err);
    }
    input->at_end = !block || input->source->at_end;
    return block ? block_enter(input, block, out_block, err) : ERR_NONE;
}

bool scan_is_read(const struct scan_input *input)
{
    return input->at_end;
}

bool scan_reads_at_once(const struct scan_input *input)
{
    return input->source && input->source->reads_at_once;
}

bool scan_is_awaited(const struct scan_input *input)
{
    return input->source && !input->at_end && stream_is_awaited(input->stream);
}
