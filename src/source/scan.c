/*
 * scan.c - all inputs one after the other: files, folders and standard input become blocks in one order.
 *
 * The schema is settled by the first input that can be read, before its first row. What is wrong with an input is told
 * by a notice, and the next one is opened; only what stops the whole (no memory, an interrupt, misuse) is an error.
 */
#include "base/mem.h"
#include "base/walk.h"
#include "source/scan_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct scan {
    struct scan_config config; /* with copies of its own in arena */
    struct arena arena;        /* config, schema */
    const struct schema *schema;

    pthread_mutex_t lock; /* scan_next(): for all down to `sequence` */
    size_t next_path;     /* of config.paths */
    struct walk *walk;    /* of the folder config.paths[next_path - 1], or NULL */
    struct scan_input *current;
    struct stream *stream; /* current's: to look how far it is */
    bool ended;
    uint32_t next_input;
    uint64_t sequence;

    pthread_mutex_t notice_lock; /* taken last */
    uint64_t size;               /* of all files; 0: not known */
    bool waits;                  /* see scan_waits() */

    _Atomic uint64_t inputs, inputs_failed, inputs_passed;
    _Atomic uint64_t raw_before; /* read from inputs that are done */
    _Atomic uint64_t raw_current;
};

/* More entries than this in all folders, and the progress line does without a share. */
enum { SIZE_ENTRIES_MAX = 100000 };

/* The portal cuts at 10,000 (30,000 in older texts), the advanced-hunting API at 100,000 rows. */
static const uint64_t ROW_LIMITS[] = {10000, 30000, 100000};

/* Standard input has been given to a scan of this process. */
static atomic_flag stdin_taken = ATOMIC_FLAG_INIT;

/* --- notices --- */

static void notify(struct scan *scan, enum scan_notice_kind kind, const char *path, const char *detail,
                   const struct err *err)
{
    if (!scan->config.notice)
        return;
    pthread_mutex_lock(&scan->notice_lock);
    scan->config.notice(scan->config.user, kind, path, detail, err);
    pthread_mutex_unlock(&scan->notice_lock);
}

static void notify_failed(struct scan *scan, const char *path, const struct err *err)
{
    atomic_fetch_add(&scan->inputs_failed, 1);
    notify(scan, NOTICE_INPUT_FAILED, path, NULL, err);
}

/* An input's failure is a notice, and the scan goes on: ERR_NONE. What concerns all is passed on. */
static enum err_code fail_or_notify(struct scan *scan, enum err_code code, const char *path, const struct err *err)
{
    if (code != ERR_INPUT && code != ERR_UNSUPPORTED)
        return code;
    notify_failed(scan, path, err);
    return ERR_NONE;
}

static void notify_row_limit(struct scan *scan, const struct scan_input *input, uint64_t rows)
{
    if (!input->source->is_answer)
        return;
    for (size_t i = 0; i < sizeof ROW_LIMITS / sizeof ROW_LIMITS[0]; i++)
        if (rows == ROW_LIMITS[i]) {
            char detail[32];
            snprintf(detail, sizeof detail, "%llu,000", (unsigned long long)rows / 1000);
            notify(scan, NOTICE_ROW_LIMIT, input->path, detail, NULL);
        }
}

/* --- which input comes next --- */

static enum err_code walk_on(struct scan *scan, const char **out_path, struct err *err)
{
    for (;;) {
        enum err_code code = walk_next(scan->walk, out_path, err);
        if (!code)
            break;
        TRY(fail_or_notify(scan, code, err->where, err));
    }
    if (!*out_path) {
        walk_close(scan->walk);
        scan->walk = NULL;
    }
    return ERR_NONE;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The next file's path (good until the next call), NULL at the end; *out_met: it was met in a folder, not named. */
static enum err_code path_next(struct scan *scan, const char **out_path, bool *out_met, struct err *err)
{
    for (;;) {
        if (scan->walk) {
            TRY(walk_on(scan, out_path, err));
            *out_met = true;
            if (*out_path)
                return ERR_NONE;
        }
        *out_path = NULL;
        if (scan->next_path == scan->config.path_count)
            return ERR_NONE;
        const char *path = scan->config.paths[scan->next_path++];
        if (is_folder(path)) {
            enum err_code code = walk_open(path, &scan->walk, err);
            TRY(fail_or_notify(scan, code, path, err));
            continue;
        }
        *out_path = path;
        *out_met = false;
        return ERR_NONE;
    }
}

/* --- opening an input --- */

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
    err_at(err, "%s", path);
    err_hint(err, "convert it: iconv -f UTF-16 -t UTF-8");
    return ERR_INPUT;
}

static enum err_code err_unknown_format(const char *path, struct err *err)
{
    char text[ERR_TEXT_MAX] = "is in no known format; looked for: ";
    for (size_t i = 0; SOURCE_TYPES[i]; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s", i ? "; " : "", SOURCE_TYPES[i]->title);
    }
    err_set(err, ERR_INPUT, "%s", text);
    return err_at(err, "%s", path);
}

static enum err_code schema_settle(struct scan *scan, const struct source_type *type, struct slice head,
                                   struct err *err)
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

/* Makes a stream of a known format the current input. Takes the stream over. */
static enum err_code input_begin(struct scan *scan, const char *path, const struct source_type *type,
                                 struct stream *stream, struct err *err)
{
    struct source *source = NULL;
    char *copy = mem_strndup(path, strlen(path));
    if (!copy) {
        stream_close(stream);
        return err_no_memory(err, strlen(path));
    }
    enum err_code code = type->open(stream, scan->schema, &scan->config.options, &source, err);
    if (code) {
        mem_free(copy);
        err_at(err, "%s", path);
        return fail_or_notify(scan, code, path, err);
    }
    TRY(scan_input_create(source, copy, &scan->current, err));
    scan->stream = stream;
    source->input = scan->next_input++;
    atomic_fetch_add(&scan->inputs, 1);
    char detail[128];
    const char *compression = stream_compression(stream);
    snprintf(detail, sizeof detail, "%s%s%s", type->name, *compression ? ", " : "", compression);
    notify(scan, NOTICE_OPENED, copy, detail, NULL);
    if (source->doubt)
        notify(scan, NOTICE_DOUBT, copy, source->doubt, NULL);
    return ERR_NONE;
}

/* Finds out what a stream holds. *out_type NULL: nothing to be read, and that has been told. */
static enum err_code input_detect(struct scan *scan, const char *path, bool met, struct stream *stream,
                                  const struct source_type **out_type, struct slice *out_head, struct err *err)
{
    *out_type = NULL;
    enum err_code code = stream_peek(stream, STREAM_PEEK_MAX, out_head, err);
    if (code)
        return fail_or_notify(scan, code, path, err);
    struct slice head = *out_head;
    bool whole = head.len < STREAM_PEEK_MAX;
    if (is_empty(head, whole)) {
        atomic_fetch_add(&scan->inputs, 1);
        scan->next_input++;
        notify(scan, NOTICE_OPENED, path, "empty", NULL);
        return ERR_NONE;
    }
    if (is_utf16(head))
        return fail_or_notify(scan, err_utf16(path, err), path, err);
    *out_type = scan->config.forced ? scan->config.forced : source_detect(head, whole);
    if (*out_type)
        return ERR_NONE;
    if (!met)
        return fail_or_notify(scan, err_unknown_format(path, err), path, err);
    atomic_fetch_add(&scan->inputs_passed, 1);
    notify(scan, NOTICE_INPUT_PASSED, path, NULL, NULL);
    return ERR_NONE;
}

static enum err_code stdin_take(const char *path, struct err *err)
{
    if (strcmp(path, "-") != 0 || !atomic_flag_test_and_set(&stdin_taken))
        return ERR_NONE;
    err_set(err, ERR_USAGE, "standard input can be read only once, but the query or the inputs ask for it again");
    return err_hint(err, "write it to a file first, and name the file");
}

/* Opens one file; scan->current stays NULL if there is nothing to be read in it. */
static enum err_code input_open(struct scan *scan, const char *path, bool met, struct err *err)
{
    TRY(stdin_take(path, err));
    struct stream *stream = NULL;
    enum err_code code = stream_open(path, &stream, err);
    if (code)
        return fail_or_notify(scan, code, path, err);
    if (scan->config.read_ahead)
        stream_read_ahead(stream);
    const struct source_type *type = NULL;
    struct slice head;
    code = input_detect(scan, path, met, stream, &type, &head, err);
    if (!code && type)
        code = schema_settle(scan, type, head, err);
    if (code || !type) {
        atomic_fetch_add(&scan->raw_before, stream_raw_bytes(stream));
        stream_close(stream);
        return code;
    }
    return input_begin(scan, path, type, stream, err);
}

/* Makes the next input that can be read the current one; at the end of all there is none. */
static enum err_code input_next(struct scan *scan, struct err *err)
{
    while (!scan->current && !scan->ended) {
        const char *path = NULL;
        bool met = false;
        TRY(path_next(scan, &path, &met, err));
        if (path)
            TRY(input_open(scan, path, met, err));
        else
            scan->ended = true;
    }
    return ERR_NONE;
}

/* --- reading --- */

static void input_end(struct scan *scan, bool whole)
{
    struct scan_input *input = scan->current;
    uint64_t rows;
    atomic_fetch_add(&scan->raw_before, stream_raw_bytes(scan->stream));
    atomic_store(&scan->raw_current, 0);
    scan->current = NULL;
    scan->stream = NULL;
    if (whole && scan_input_read_whole(input, &rows))
        notify_row_limit(scan, input, rows);
    scan_input_drop(input);
}

/* The current input's next block, NULL at its end. */
static enum err_code input_read(struct scan *scan, struct block **out_block, struct err *err)
{
    struct scan_input *input = scan->current;
    struct block *block = NULL;
    enum err_code code = input->source->type->read(input->source, &block, err);
    atomic_store(&scan->raw_current, stream_raw_bytes(scan->stream));
    if (!code && block) {
        block->source = input->source;
        code = scan_input_enter(input, block, err);
        if (code) {
            input->source->type->free_block(block);
            return code;
        }
        block->sequence = scan->sequence++;
        *out_block = block;
        return ERR_NONE;
    }
    if (code) {
        err_at(err, "%s", input->path);
        TRY(fail_or_notify(scan, code, input->path, err));
    }
    input_end(scan, code == ERR_NONE);
    return ERR_NONE;
}

enum err_code scan_next(struct scan *scan, struct block **out_block, struct err *err)
{
    struct err local; /* notices need one */
    err = err ? err : &local;
    *out_block = NULL;
    pthread_mutex_lock(&scan->lock);
    enum err_code code;
    do {
        code = input_next(scan, err);
        if (!code && scan->current)
            code = input_read(scan, out_block, err);
    } while (!code && !*out_block && !scan->ended);
    pthread_mutex_unlock(&scan->lock);
    return code;
}

/* --- opening and closing the scan --- */

static enum err_code config_copy(struct scan *scan, const struct scan_config *config, struct err *err)
{
    static const char *const STDIN_ALONE[] = {"-"};
    scan->config = *config;
    size_t count = config->path_count ? config->path_count : 1;
    const char *const *paths = config->path_count ? config->paths : STDIN_ALONE;
    char **copies = arena_array(&scan->arena, count, sizeof *copies);
    if (!copies)
        return err_no_memory(err, count * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copies[i] = arena_cstr(&scan->arena, slice_from_cstr(paths[i]));
        if (!copies[i])
            return err_no_memory(err, strlen(paths[i]));
    }
    scan->config.paths = (const char *const *)copies;
    scan->config.path_count = count;
    return ERR_NONE;
}

static enum err_code scan_create(struct scan **out_scan, struct err *err)
{
    struct scan *scan = mem_zalloc(1, sizeof *scan);
    if (!scan)
        return err_no_memory(err, sizeof *scan);
    pthread_mutex_t *locks[] = {&scan->lock, &scan->notice_lock};
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++)
        if (pthread_mutex_init(locks[i], NULL) != 0) {
            while (i)
                pthread_mutex_destroy(locks[--i]);
            mem_free(scan);
            return err_no_memory(err, sizeof *locks[0]);
        }
    arena_init(&scan->arena, 0);
    *out_scan = scan;
    return ERR_NONE;
}

/* What is no file now, or can't be looked at, may be a pipe when it is opened. */
static bool paths_wait(const struct scan *scan)
{
    for (size_t i = 0; i < scan->config.path_count; i++) {
        const char *path = scan->config.paths[i];
        struct stat st;
        bool known = (strcmp(path, "-") == 0 ? fstat(0, &st) : stat(path, &st)) == 0;
        if (!known || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
            return true;
    }
    return false;
}

/* Adds the size of the file at path; false where it has none. */
static bool size_add(struct scan *scan, const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0 ? fstat(0, &st) != 0 : stat(path, &st) != 0)
        return true; /* to be told when it is opened */
    scan->size += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return S_ISREG(st.st_mode);
}

/* False where the folder is too large; what can't be read is told when it is opened. */
static bool size_add_folder(struct scan *scan, const char *folder)
{
    struct walk *walk;
    const char *path = NULL;
    if (walk_open(folder, &walk, NULL))
        return true;
    uint32_t entries = 0;
    while (entries < SIZE_ENTRIES_MAX && (walk_next(walk, &path, NULL) || path)) {
        entries++;
        if (path)
            size_add(scan, path);
    }
    walk_close(walk);
    return entries < SIZE_ENTRIES_MAX;
}

static void size_measure(struct scan *scan)
{
    bool known = true;
    for (size_t i = 0; known && i < scan->config.path_count; i++) {
        const char *path = scan->config.paths[i];
        known = is_folder(path) ? size_add_folder(scan, path) : size_add(scan, path);
    }
    if (!known)
        scan->size = 0;
}

enum err_code scan_open(const struct scan_config *config, struct scan **out_scan, struct err *err)
{
    struct scan *scan = NULL;
    struct err local;
    err = err ? err : &local;
    TRY(scan_create(&scan, err));
    enum err_code code = config_copy(scan, config, err);
    if (!code && scan->config.measure)
        size_measure(scan);
    scan->waits = !code && paths_wait(scan);
    if (!code)
        code = input_next(scan, err);
    if (!code)
        code = schema_settle(scan, NULL, SLICE(""), err);
    if (code) {
        scan_close(scan);
        return code;
    }
    *out_scan = scan;
    return ERR_NONE;
}

void scan_close(struct scan *scan)
{
    if (!scan)
        return;
    scan_input_drop(scan->current);
    walk_close(scan->walk);
    arena_release(&scan->arena);
    pthread_mutex_destroy(&scan->lock);
    pthread_mutex_destroy(&scan->notice_lock);
    mem_free(scan);
}

const struct schema *scan_schema(const struct scan *scan)
{
    return scan->schema;
}

bool scan_waits(const struct scan *scan)
{
    return scan->waits;
}

void scan_set_first_column(struct scan *scan, uint32_t column)
{
    scan->config.options.first_column = column;
    if (scan->current)
        scan->current->source->options.first_column = column;
}

void scan_set_filter(struct scan *scan, const struct text_filter *filter)
{
    scan->config.options.filter = filter;
    if (scan->current)
        scan->current->source->options.filter = filter;
}

/* --- counts --- */

static int reject_compare(const void *a, const void *b)
{
    const struct reject *left = a, *right = b;
    if (left->record != right->record)
        return left->record < right->record ? -1 : 1;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static enum err_code rejects_tell(struct source_batch *batch,
                                  enum err_code (*reject)(void *user, const struct reject *reject, struct err *err),
                                  void *user, struct err *err)
{
    if (batch->reject_count == 0 || !reject)
        return ERR_NONE;
    uint64_t first_record;
    TRY(block_first_record(batch->block, &first_record, err));
    qsort(batch->rejects, batch->reject_count, sizeof *batch->rejects, reject_compare);
    for (size_t i = 0; i < batch->reject_count; i++) {
        struct reject told = batch->rejects[i];
        told.input = batch->source->path;
        told.record += first_record + 1;
        told.offset += batch->block->offset;
        TRY(reject(user, &told, err));
    }
    return ERR_NONE;
}

bool scan_admit(struct scan *scan, const struct batch *root)
{
    const struct source_batch *batch = root->impl;
    struct scan_input *input = batch->source->scan_input;
    if (input->broken)
        return false;
    if (batch->failure) {
        struct err told = *batch->failure;
        err_at(&told, "%s", input->path);
        input->broken = true;
        scan_input_failed(input);
        notify_failed(scan, input->path, &told);
    }
    return true;
}

enum err_code scan_account(struct scan *scan, struct batch *root, struct scan_stats *into,
                           enum err_code (*reject)(void *user, const struct reject *reject, struct err *err),
                           void *user, struct err *err)
{
    struct source_batch *batch = root->impl;
    scan_stats_add(into, &batch->stats, root->schema->count);
    uint64_t rows;
    struct scan_input *input = batch->source->scan_input;
    if (scan_input_accounted(input, batch->stats.rows + batch->stats.rows_passed, &rows))
        notify_row_limit(scan, input, rows);
    return rejects_tell(batch, reject, user, err);
}

void scan_inputs(const struct scan *scan, struct scan_stats *into)
{
    into->inputs = atomic_load(&scan->inputs);
    into->inputs_failed = atomic_load(&scan->inputs_failed);
    into->inputs_passed = atomic_load(&scan->inputs_passed);
    into->raw_bytes = atomic_load(&scan->raw_before) + atomic_load(&scan->raw_current);
}

void scan_progress(const struct scan *scan, uint64_t *out_raw_done, uint64_t *out_raw_total)
{
    *out_raw_done = atomic_load(&scan->raw_before) + atomic_load(&scan->raw_current);
    *out_raw_total = scan->size;
}
