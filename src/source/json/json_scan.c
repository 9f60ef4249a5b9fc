/*
 * json_scan.c - finds the records in JSON text: see json_scan.h.
 */
#include "source/json/json_scan.h"

#include "base/mem.h"
#include "base/simd/simd.h"

/* What stands out in the text, ahead of the scan: only inside of records is it looked at. */
enum { OUTLINE_MARKS = 1984 };
struct outline {
    uint32_t marks[OUTLINE_MARKS + SIMD_MARKS_ROOM];
    size_t next, count;
    size_t from; /* up to here the text is marked */
    struct simd_json json;
};

/* The piece that is being scanned. */
struct piece {
    struct json_scan *scan;
    struct json_block *block;
    struct json_batch *batch;       /* that records are for; NULL: nobody wants facts */
    const struct json_probe *probe; /* its probe, or NULL */
    const struct simd *simd;
    struct simd_marks marks;
    const char *text;
    size_t at, len;
    size_t until; /* behind the first record that ends there or later is enough */
    enum json_behind behind;
    bool is_line;             /* the text ends with the first newline */
    bool waits;               /* what stands at `at` may be cut in two: more text is needed to go on */
    bool noting;              /* facts are those of the record that is being read */
    struct json_facts *facts; /* of the element that began in this piece: the batch's, or */
    struct json_facts unwanted;
    struct outline outline;
    struct json_border_search borders;
    struct err *err;
    enum err_code code;
};

void json_scan_init(struct json_scan *scan, size_t record_max)
{
    *scan = (struct json_scan){.state = SCAN_TOP, .record_max = record_max};
}

/* --- what is found --- */

static inline void found_note(struct json_block *block, size_t start)
{
    block->last = (uint32_t)start;
    block->found_count++;
}

static void span_add(struct piece *piece, size_t start, size_t end, const char *why, enum reject_kind kind)
{
    struct json_block *block = piece->block;
    if (block->span_count == block->span_capacity) {
        struct json_span *grown =
            mem_grow(block->spans, block->span_count, &block->span_capacity, sizeof *block->spans);
        if (!grown) {
            piece->code = err_no_memory(piece->err, sizeof *grown);
            return;
        }
        block->spans = grown;
    }
    struct json_span *span = &block->spans[block->span_count++];
    span->start = (uint32_t)start;
    span->len = (uint32_t)(end - start);
    span->number = block->found_count;
    span->why = why;
    span->kind = kind;
    span->noted = piece->noting;
    if (piece->noting)
        span->facts = *piece->facts;
    piece->noting = false;
    found_note(block, start);
}

/* A record. Nearly all that are noted are turned away by their names, and need no span. */
static inline void record_add(struct piece *piece, size_t start, size_t end)
{
    bool wanted;
    if (piece->noting && json_batch_turns_away(piece->batch, piece->simd, (uint32_t)end, &wanted)) {
        piece->noting = false;
        found_note(piece->block, start);
        return;
    }
    span_add(piece, start, end, NULL, REJECT_MALFORMED);
}

static void hold_begin(struct piece *piece)
{
    piece->scan->held = true;
    piece->scan->hold = piece->at;
}

/* Ends what is held at `end`: a record, or a reject with the reason. What was lost is told already. */
static void hold_end(struct piece *piece, size_t end, const char *why, enum reject_kind kind)
{
    struct json_scan *scan = piece->scan;
    if (scan->held && end - scan->hold > scan->record_max)
        span_add(piece, scan->hold, scan->hold + scan->record_max, "longer than the limit on a record",
                 REJECT_TOO_LONG);
    else if (scan->held && why)
        span_add(piece, scan->hold, end, why, kind);
    else if (scan->held)
        record_add(piece, scan->hold, end);
    scan->held = scan->lost = false;
}

/* What is held outgrew the limit: it is a reject now, and the rest of it is only read over. */
static void hold_limit(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    if (!scan->held || piece->at - scan->hold <= scan->record_max)
        return;
    hold_end(piece, piece->at, NULL, REJECT_TOO_LONG);
    scan->lost = true;
}

/* --- faults --- */

static void fault(struct piece *piece, const char *why)
{
    struct json_scan *scan = piece->scan;
    bool in_record = !piece->is_line && (scan->held || scan->lost);
    if (!in_record || scan->indent == SCAN_NO_INDENT) {
        /* Of a container there is no more to be had than the next one, and only at a line's begin. */
        scan->failure = why;
        return;
    }
    scan->state = SCAN_RESYNC;
    scan->in_string = scan->after_backslash = false;
    scan->line_indent = SCAN_NO_INDENT;
}

/* --- strings --- */

static void string_begin(struct piece *piece)
{
    piece->scan->in_string = true;
    piece->scan->key_gone = false;
    piece->scan->token = piece->at++;
}

static void key_keep(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    size_t start = scan->token + 1, len = piece->at - start;
    scan->key_len = len <= SCAN_KEY_MAX && !scan->key_gone ? len : 0;
    memcpy(scan->key, piece->text + start, scan->key_len);
}

static void string_end(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    scan->in_string = false;
    if (scan->state == SCAN_KEY) {
        key_keep(piece);
        scan->state = SCAN_COLON;
    }
    piece->at++;
    if (scan->state == SCAN_VALUE)
        scan->state = SCAN_AFTER;
    else if (scan->state == SCAN_ROWS)
        hold_end(piece, piece->at, "an element that is no object", REJECT_NO_RECORD);
}

static void string_step(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    if (scan->after_backslash) {
        scan->after_backslash = false;
        piece->at++;
        return;
    }
    piece->at = simd_ops()->string_end(piece->text, piece->len, piece->at);
    if (piece->at == piece->len)
        return;
    char c = piece->text[piece->at];
    if (c == '"') {
        string_end(piece);
    } else if (c == '\n') {
        fault(piece, "a line ends inside of a string");
    } else {
        scan->after_backslash = c == '\\';
        piece->at++; /* another control character: the reader of the record will say so */
    }
}

/* --- between values --- */

/* Steps over a blank, keeping count of those that begin a line. */
static bool blank_step(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    char c = piece->text[piece->at];
    if (!json_is_blank(c))
        return false;
    if (c == '\n')
        scan->line_indent = 0;
    else if (scan->line_indent < SCAN_NO_INDENT - 1)
        scan->line_indent++;
    piece->at++;
    return true;
}

static bool mark_step(struct piece *piece)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    size_t left = piece->len - piece->at;
    if (memcmp(piece->text + piece->at, mark, left < sizeof mark ? left : sizeof mark) != 0)
        return false;
    piece->waits = left < sizeof mark && piece->behind != JSON_BEHIND_NOTHING;
    if (left < sizeof mark)
        return piece->waits;
    piece->at += sizeof mark;
    return true;
}

/*
 * The scan is at a bracket outside of strings. If the outline has a mark there, it took the place for one too, and both
 * see the same from there on. Else it begins anew.
 */
static void outline_sync(struct piece *piece)
{
    struct outline *outline = &piece->outline;
    while (outline->next < outline->count && outline->marks[outline->next] < piece->at)
        outline->next++;
    if (outline->next < outline->count && outline->marks[outline->next] == piece->at) {
        outline->next++;
        return;
    }
    outline->next = outline->count = 0;
    outline->from = piece->at + 1;
    outline->json = (struct simd_json){0};
}

/* More marks, if there is more text. */
static bool outline_more(struct piece *piece)
{
    struct outline *outline = &piece->outline;
    if (outline->from == piece->len)
        return false;
    outline->next = 0;
    outline->count = simd_ops()->outline(piece->text, piece->len, &piece->marks, &outline->json, &outline->from,
                                         outline->marks, sizeof outline->marks / sizeof outline->marks[0]);
    return true;
}

static void nested_begin(struct piece *piece, enum json_scan_state back)
{
    piece->scan->state = SCAN_NESTED;
    piece->scan->back = back;
    piece->scan->depth = 1;
    piece->noting = piece->probe && back == SCAN_ROWS;
    if (piece->noting)
        json_facts_begin(piece->facts, (uint32_t)piece->at);
    outline_sync(piece);
    piece->at++;
}

static void top_step(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    if (blank_step(piece) || mark_step(piece))
        return;
    char c = piece->text[piece->at];
    scan->indent = scan->line_indent;
    scan->line_indent = SCAN_NO_INDENT;
    scan->values++;
    if (c == '[') {
        scan->in_object = false;
        scan->state = SCAN_ROWS;
        piece->at++;
        return;
    }
    hold_begin(piece);
    scan->in_object = c == '{';
    scan->has_rows = false;
    scan->state = scan->in_object ? SCAN_KEY : SCAN_LINE;
    if (scan->in_object)
        piece->at++;
}

static void line_step(struct piece *piece)
{
    const char *newline = memchr(piece->text + piece->at, '\n', piece->len - piece->at);
    piece->at = newline ? (size_t)(newline - piece->text) : piece->len;
    if (newline) {
        hold_end(piece, piece->at, "text outside any record", REJECT_NO_RECORD);
        piece->scan->state = SCAN_TOP;
    }
}

/* --- in an outermost object --- */

static void object_end(struct piece *piece)
{
    piece->at++;
    hold_end(piece, piece->at, NULL, REJECT_MALFORMED);
    piece->scan->state = SCAN_TOP;
    piece->scan->line_indent = SCAN_NO_INDENT;
}

static void key_step(struct piece *piece)
{
    if (blank_step(piece))
        return;
    char c = piece->text[piece->at];
    if (c == '"')
        string_begin(piece);
    else if (c == '}')
        object_end(piece);
    else
        fault(piece, "a key was expected");
}

static void colon_step(struct piece *piece)
{
    if (blank_step(piece))
        return;
    if (piece->text[piece->at] != ':') {
        fault(piece, "a key without a colon");
        return;
    }
    piece->at++;
    piece->scan->state = SCAN_VALUE;
}

static bool key_holds_rows(const struct json_scan *scan)
{
    struct json_text key = {slice_of(scan->key, scan->key_len), memchr(scan->key, '\\', scan->key_len) != NULL};
    return json_key_holds_rows(key);
}

/* The object is a container: what was held of it is no record. */
static void rows_begin(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    scan->held = scan->lost = false;
    scan->has_rows = true;
    scan->state = SCAN_ROWS;
    piece->at++;
}

static bool is_word(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '+' || c == '.';
}

static void value_step(struct piece *piece)
{
    if (blank_step(piece))
        return;
    char c = piece->text[piece->at];
    if (c == '"') {
        string_begin(piece);
    } else if (c == '[' && key_holds_rows(piece->scan)) {
        rows_begin(piece);
    } else if (c == '{' || c == '[') {
        nested_begin(piece, SCAN_AFTER);
    } else if (is_word(c)) {
        piece->scan->state = SCAN_SCALAR;
        piece->scan->back = SCAN_AFTER;
    } else {
        fault(piece, "a value was expected");
    }
}

static void after_step(struct piece *piece)
{
    if (blank_step(piece))
        return;
    char c = piece->text[piece->at];
    if (c == '}') {
        object_end(piece);
    } else if (c == ',') {
        piece->scan->state = SCAN_KEY;
        piece->at++;
    } else {
        fault(piece, "neither a comma nor an end after a value");
    }
}

/* --- in an array of records --- */

/* Steps over a comma and blanks to the next record. */
static void gap_step(struct piece *piece, size_t next)
{
    struct json_scan *scan = piece->scan;
    scan->line_indent = SCAN_NO_INDENT;
    while (piece->at < next) {
        if (!blank_step(piece))
            piece->at++;
    }
    scan->indent = scan->line_indent;
    scan->line_indent = SCAN_NO_INDENT;
}

/*
 * At a record's brace: takes it, and those that follow, up to the first whose end no border tells. That one is begun, and its
 * nesting followed.
 */
static void records_take(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    enum json_border border;
    size_t end, next;
    while ((border = json_border_find(&piece->borders, piece->at, piece->facts, &end, &next)) == JSON_BORDER_FOUND) {
        piece->noting = piece->batch != NULL;
        record_add(piece, piece->at, end);
        piece->at = end;
        if (piece->code || end >= piece->until || end == piece->len)
            return;
        gap_step(piece, next);
    }
    piece->waits = border == JSON_BORDER_WAITS;
    if (piece->waits) {
        scan->line_indent = scan->indent; /* as it was: it will come here again */
        return;
    }
    hold_begin(piece);
    nested_begin(piece, SCAN_ROWS);
}

static void rows_step(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    if (blank_step(piece))
        return;
    char c = piece->text[piece->at];
    if (c == ']') {
        scan->state = scan->in_object ? SCAN_AFTER : SCAN_TOP;
        scan->line_indent = SCAN_NO_INDENT;
        piece->at++;
    } else if (c == ',') {
        scan->line_indent = SCAN_NO_INDENT;
        piece->at++;
    } else {
        scan->indent = scan->line_indent;
        scan->line_indent = SCAN_NO_INDENT;
        if (c == '{') {
            records_take(piece);
            return;
        }
        hold_begin(piece);
        if (c == '[') {
            nested_begin(piece, SCAN_ROWS);
        } else if (c == '"') {
            string_begin(piece);
        } else {
            scan->state = SCAN_SCALAR;
            scan->back = SCAN_ROWS;
            piece->at++; /* whatever it is, it is something */
        }
    }
}

static void scalar_step(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    bool element = scan->back == SCAN_ROWS;
    while (piece->at < piece->len) {
        char c = piece->text[piece->at];
        bool end = element ? json_is_blank(c) || c == ',' || c == ']' || c == '{' : !is_word(c);
        if (end) {
            if (element)
                hold_end(piece, piece->at, "an element that is no object", REJECT_NO_RECORD);
            scan->state = scan->back;
            return;
        }
        piece->at++;
    }
}

static void nested_end(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    scan->state = scan->back;
    if (scan->back != SCAN_ROWS)
        return;
    bool object = scan->lost || piece->text[scan->hold] == '{';
    hold_end(piece, piece->at, object ? NULL : "an element that is no object", REJECT_NO_RECORD);
}

/* Notes a mark inside of the record for its facts. */
static void facts_note(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t len,
                       uint32_t at)
{
    char c = text[at];
    if ((c | 0x20) == '{') {
        json_facts_add_bracket(facts, at);
    } else if (c == '\\') {
        facts->doubt = true; /* outside of strings: not well-formed */
    } else if (c != 'u' || text[at - 1] != '\\' || (at + 1 < len && text[at + 1] == '0')) {
        json_facts_add(facts, probe, text, len, at);
    }
}

void json_scan_facts(struct json_facts *facts, const struct json_probe *probe, const char *text, uint32_t begin,
                     uint32_t end)
{
    uint32_t marks[256 + SIMD_MARKS_ROOM];
    struct simd_json json = {0};
    json_facts_begin(facts, begin);
    for (size_t at = begin + 1; at < end;) {
        size_t count = simd_ops()->outline(text, end, &probe->marks, &json, &at, marks, sizeof marks / sizeof marks[0]);
        for (size_t i = 0; i < count; i++) {
            if ((text[marks[i]] | 0x20) != '}')
                facts_note(facts, probe, text, end, marks[i]);
        }
    }
}

/* A mark inside of a record. False: the record is left. */
static bool nested_mark(struct piece *piece, uint32_t at)
{
    struct json_scan *scan = piece->scan;
    char c = piece->text[at];
    if ((c | 0x20) == '}') {
        if (--scan->depth > 0)
            return true;
        piece->at = at + (size_t)1;
        nested_end(piece);
        return false;
    }
    if (c == '\n') {
        piece->at = at;
        fault(piece, "a line ends inside of a string");
        return false;
    }
    scan->depth += (c | 0x20) == '{';
    if (piece->noting)
        facts_note(piece->facts, piece->probe, piece->text, (uint32_t)piece->len, at);
    return true;
}

/* Brackets are only counted here: which closes which is checked when the record is read. */
static void nested_step(struct piece *piece)
{
    struct outline *outline = &piece->outline;
    do {
        while (outline->next < outline->count) {
            if (!nested_mark(piece, outline->marks[outline->next++]))
                return;
        }
    } while (outline_more(piece));
    piece->at = piece->len;
}

/* --- after a fault --- */

static void resync_step(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    if (scan->line_indent == SCAN_NO_INDENT) {
        const char *newline = memchr(piece->text + piece->at, '\n', piece->len - piece->at);
        piece->at = newline ? (size_t)(newline - piece->text) + 1 : piece->len;
        scan->line_indent = newline ? 0 : SCAN_NO_INDENT;
        return;
    }
    if (blank_step(piece))
        return;
    if (piece->text[piece->at] != '{' || scan->line_indent != scan->indent) {
        scan->line_indent = SCAN_NO_INDENT;
        return;
    }
    hold_end(piece, piece->at, "not well-formed JSON", REJECT_MALFORMED);
    bool in_rows = scan->has_rows || !scan->in_object;
    scan->state = in_rows ? SCAN_ROWS : SCAN_TOP;
}

/* --- the whole --- */

static void step(struct piece *piece)
{
    static void (*const steps[])(struct piece *) = {
        [SCAN_TOP] = top_step,       [SCAN_LINE] = line_step,     [SCAN_KEY] = key_step,   [SCAN_COLON] = colon_step,
        [SCAN_VALUE] = value_step,   [SCAN_AFTER] = after_step,   [SCAN_ROWS] = rows_step, [SCAN_SCALAR] = scalar_step,
        [SCAN_NESTED] = nested_step, [SCAN_RESYNC] = resync_step,
    };
    if (piece->scan->in_string)
        string_step(piece);
    else
        steps[piece->scan->state](piece);
}

static void piece_begin(struct piece *piece, struct json_scan *scan, struct json_block *block, struct json_batch *batch,
                        size_t at, enum json_behind behind, bool is_line)
{
    struct outline *outline = &piece->outline;
    const struct json_probe *probe = batch ? batch->probe : NULL;
    piece->batch = batch;
    piece->facts = batch ? &batch->facts : &piece->unwanted;
    piece->simd = simd_ops();
    piece->is_line = is_line;
    piece->marks = probe ? probe->marks : (struct simd_marks){.count = 0};
    piece->marks.newlines = is_line;
    piece->scan = scan;
    piece->block = block;
    piece->probe = probe;
    piece->text = block->bytes;
    piece->at = outline->from = at;
    piece->len = block->len;
    piece->behind = behind;
    const struct json_border_piece text = {.text = piece->text,
                                           .len = piece->len,
                                           .behind = behind,
                                           .is_line = is_line,
                                           .probe = probe,
                                           .record_max = scan->record_max,
                                           .memory = batch ? &batch->memory : NULL};
    json_border_begin(&piece->borders, &text);
    piece->waits = piece->noting = false;
    piece->code = ERR_NONE;
    outline->next = outline->count = 0;
    outline->json = (struct simd_json){scan->in_string, scan->after_backslash};
    if (scan->state == SCAN_NESTED)
        scan->in_string = scan->after_backslash = false; /* as the outline knows; see json_scan_run() */
}

/* The input's end: what is open is cut off. */
static void finish(struct piece *piece)
{
    struct json_scan *scan = piece->scan;
    if (scan->held && scan->state == SCAN_LINE)
        hold_end(piece, piece->len, "text outside any record", REJECT_NO_RECORD);
    else if (scan->held)
        hold_end(piece, piece->len, "the text ends inside of a record", REJECT_MALFORMED);
    else if (scan->state != SCAN_TOP && !scan->lost && !scan->failure)
        scan->failure = "the text ends inside of an object or array";
    scan->state = SCAN_TOP;
    scan->in_string = false;
}

enum err_code json_scan_run(struct json_scan *scan, struct json_block *block, struct json_batch *batch, size_t *at,
                            size_t until, enum json_behind behind, struct err *err)
{
    struct piece piece;
    uint32_t found = block->found_count;
    piece_begin(&piece, scan, block, batch, *at, behind, false);
    piece.until = until;
    piece.err = err;
    while (piece.at < piece.len && !piece.waits && !piece.code && !scan->failure) {
        step(&piece);
        hold_limit(&piece);
        if (block->found_count == found)
            continue;
        if (piece.at >= until && json_scan_keep(scan, piece.at) == piece.at)
            break;
        found = block->found_count;
    }
    if (scan->state == SCAN_NESTED) {
        scan->in_string = piece.outline.json.in_string;
        scan->after_backslash = piece.outline.json.escaped;
    }
    if (behind == JSON_BEHIND_NOTHING && piece.at == piece.len && !piece.code && !scan->failure)
        finish(&piece);
    *at = piece.at;
    return piece.code;
}

enum err_code json_scan_line(struct json_scan *scan, struct json_block *block, struct json_batch *batch, size_t *at,
                             struct err *err)
{
    struct piece piece;
    piece_begin(&piece, scan, block, batch, *at, JSON_BEHIND_NOTHING, true);
    piece.until = SIZE_MAX;
    piece.err = err;
    while (piece.at < piece.len && piece.text[piece.at] != '\n' && !piece.code && !scan->failure)
        step(&piece);
    piece.len = piece.at;
    if (!piece.code && !scan->failure)
        finish(&piece);
    *at = piece.at;
    return piece.code;
}

size_t json_scan_keep(const struct json_scan *scan, size_t at)
{
    if (scan->held)
        return scan->hold;
    bool key = scan->in_string && scan->state == SCAN_KEY && at - scan->token <= SCAN_KEY_MAX + 1;
    return key ? scan->token : at;
}

void json_scan_shift(struct json_scan *scan, size_t keep)
{
    scan->hold = scan->held ? scan->hold - keep : 0;
    scan->key_gone |= scan->token < keep;
    scan->token = scan->token >= keep ? scan->token - keep : 0;
}
