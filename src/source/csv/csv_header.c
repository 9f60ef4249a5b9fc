/*
 * csv_header.c - a CSV's first record: see csv_header.h.
 */
#include "source/csv/csv_header.h"

#include "base/utf8.h"
#include "event/datetime.h"
#include "event/value.h"
#include "source/cells.h"
#include "source/csv/csv_scan.h"

/* The first record, without byte order mark and line end. False if its end is not in head. */
static bool header_find(struct slice head, bool whole, struct slice *out_record, size_t *out_len, uint32_t *out_lines)
{
    size_t start = slice_starts(head, SLICE("\xef\xbb\xbf")) ? 3 : 0;
    struct csv_scanner scanner;
    csv_scanner_init(&scanner, start);
    if (!csv_scan(&scanner, head.ptr, head.len, whole, out_len))
        return false;
    *out_record = csv_record(head.ptr, start, *out_len);
    *out_lines = scanner.lines;
    return true;
}

/* A name with the zone that Log Analytics puts behind it. */
struct csv_name {
    struct slice name; /* without the zone; borrowed from the header's cell */
    struct slice zone; /* "UTC", "Local Time", ... or empty */
};

static struct csv_name name_split(struct slice text)
{
    struct csv_name split = {.name = text};
    ptrdiff_t bracket = slice_find(text, SLICE(" ["), 0);
    if (bracket > 0 && text.ptr[text.len - 1] == ']') {
        split.name = slice_cut(text, 0, (size_t)bracket);
        split.zone = slice_cut(text, (size_t)bracket + 2, text.len - 1);
    }
    return split;
}

/* Whether the zone is one, and not a part of the name: it stands behind a time, or says so itself. */
static bool is_zone(const struct schema *schema, const struct csv_name *split)
{
    if (split->zone.len == 0)
        return false;
    uint32_t column = schema_find(schema, split->name);
    if (column != COLUMN_NONE)
        return schema->columns[column].type == TYPE_DATETIME;
    return slice_eq(split->zone, SLICE("UTC")) || slice_eq(split->zone, SLICE("Local Time"));
}

/* The column that a header's cell names. Escaped quotes in a name are left as they are: no column has one. */
static struct csv_name name_read(const struct schema *schema, const struct csv_cell *cell)
{
    struct slice text = slice_trim(cell->text);
    struct csv_name split = name_split(text);
    return is_zone(schema, &split) ? split : (struct csv_name){.name = text};
}

static enum err_code doubt_note(struct csv_header *header, const struct csv_name *name, struct arena *arena,
                                struct err *err)
{
    if (header->doubt || name->zone.len == 0 || slice_eq(name->zone, SLICE("UTC")))
        return ERR_NONE;
    struct slice text =
        arena_printf(arena, "the times in column %.*s are marked [%.*s], an offset that is not known: read as UTC",
                     SLICE_ARG(name->name), SLICE_ARG(name->zone));
    header->doubt = text.ptr ? arena_cstr(arena, text) : NULL;
    return header->doubt ? ERR_NONE : err_no_memory(err, 128);
}

enum err_code csv_header_read(struct slice head, bool whole, const struct schema *schema, struct arena *arena,
                              struct csv_header *out_header, struct err *err)
{
    struct csv_header header = {.table_cell = CSV_NO_CELL};
    struct slice record;
    if (!header_find(head, whole, &record, &header.len_bytes, &header.lines))
        return err_set(err, ERR_INPUT, "its first record, the header, is longer than 1 MiB");
    header.cell_of = arena_array(arena, schema->count, sizeof *header.cell_of);
    if (!header.cell_of)
        return err_no_memory(err, schema->count * sizeof *header.cell_of);
    for (uint32_t i = 0; i < schema->count; i++)
        header.cell_of[i] = CSV_NO_CELL;
    struct csv_cell cell;
    for (size_t at = 0; csv_cell_next(record, &at, &cell); header.cells++) {
        if (header.cells == SCHEMA_COLUMNS_MAX)
            return err_set(err, ERR_INPUT, "its header has more than %d cells", SCHEMA_COLUMNS_MAX);
        struct csv_name name = name_read(schema, &cell);
        TRY(doubt_note(&header, &name, arena, err));
        uint32_t column = schema_find(schema, name.name);
        if (column != COLUMN_NONE)
            header.cell_of[column] = header.cells;
        if (slice_eq(name.name, SLICE("Type")) || slice_eq(name.name, SLICE("$table")))
            header.table_cell = header.cells;
    }
    *out_header = header;
    return ERR_NONE;
}

enum source_claim csv_header_claim(struct slice head, bool whole)
{
    const struct schema *schema = schema_device_network_events();
    struct slice record;
    size_t len;
    uint32_t lines, cells = 0, known = 0, telling = 0;
    if (!header_find(head, whole, &record, &len, &lines))
        return CLAIM_NO;
    struct csv_cell cell;
    for (size_t at = 0; csv_cell_next(record, &at, &cell); cells++) {
        struct csv_name name = name_read(schema, &cell);
        uint32_t column = schema_find(schema, name.name);
        if (cell.fault != CSV_FINE || cells == SCHEMA_COLUMNS_MAX)
            return CLAIM_NO;
        if (column == COLUMN_NONE)
            continue;
        known++;
        telling += column_is_telling(&schema->columns[column]);
    }
    if (known >= 2 && telling)
        return CLAIM_YES;
    return telling || (known && known == cells) ? CLAIM_MAYBE : CLAIM_NO;
}

/* --- columns that the schema does not know --- */

/* What a new column's cells could all be, so far. */
struct guess {
    struct slice name;
    uint32_t cell;
    bool any; /* a cell that is not empty was seen */
    bool is_bool, is_long, is_real, is_datetime, is_dynamic;
};

/* Digits as a number is written: what has zeros in front is a number of another kind (a code, an identifier). */
static bool is_plain_number(struct slice text)
{
    size_t at = text.ptr[0] == '-';
    if (at == text.len || !ascii_is_digit(text.ptr[at]))
        return false;
    return text.ptr[at] != '0' || at + 1 == text.len || text.ptr[at + 1] == '.';
}

static bool has_byte(struct slice text, char byte)
{
    return memchr(text.ptr, byte, text.len) != NULL;
}

/* Narrows the guess by one more cell. */
static enum err_code guess_narrow(struct guess *guess, struct slice text, struct arena *scratch, struct err *err)
{
    if (text.len == 0)
        return ERR_NONE;
    guess->any = true;
    int64_t i64;
    double f64;
    bool number = is_plain_number(text);
    guess->is_bool = guess->is_bool && (slice_eq_nocase(text, SLICE("true")) || slice_eq_nocase(text, SLICE("false")));
    guess->is_long = guess->is_long && number && long_from_text(text, &i64);
    guess->is_real = guess->is_real && number && real_from_text(text, &f64);
    guess->is_datetime = guess->is_datetime && has_byte(text, ':') && datetime_parse(text, &i64);
    if (guess->is_dynamic && (text.ptr[0] == '{' || text.ptr[0] == '[')) {
        const struct dyn *dyn;
        enum err_code code = dyn_parse(text, scratch, &dyn, NULL);
        arena_clear(scratch);
        if (code == ERR_MEMORY)
            return err_no_memory(err, text.len);
        guess->is_dynamic = code == ERR_NONE;
    } else {
        guess->is_dynamic = false;
    }
    return ERR_NONE;
}

static enum type guess_type(const struct guess *guess)
{
    if (!guess->any)
        return TYPE_STRING;
    if (guess->is_bool)
        return TYPE_BOOL;
    if (guess->is_long)
        return TYPE_LONG;
    if (guess->is_real)
        return TYPE_REAL;
    if (guess->is_datetime)
        return TYPE_DATETIME;
    return guess->is_dynamic ? TYPE_DYNAMIC : TYPE_STRING;
}

static enum err_code cell_text(const struct csv_cell *cell, struct arena *arena, struct slice *out_text,
                               struct err *err)
{
    *out_text = cell->text;
    if (!cell->escaped)
        return ERR_NONE;
    char *into = arena_alloc(arena, cell->text.len);
    if (!into)
        return err_no_memory(err, cell->text.len);
    *out_text = slice_of(into, csv_unescape(cell->text, into));
    return ERR_NONE;
}

/* Narrows all guesses (in the order of their cells) by one row. */
static enum err_code guesses_narrow(struct guess *guesses, uint32_t count, struct slice record, struct arena *scratch,
                                    struct err *err)
{
    struct csv_cell cell;
    size_t at = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; next < count && csv_cell_next(record, &at, &cell); i++) {
        if (guesses[next].cell != i)
            continue;
        struct slice text;
        TRY(cell_text(&cell, scratch, &text, err));
        TRY(guess_narrow(&guesses[next++], slice_trim(text), scratch, err));
    }
    return ERR_NONE;
}

static enum err_code guesses_begin(struct slice record, const struct schema *schema, struct arena *arena,
                                   struct guess **out_guesses, uint32_t *out_count, struct err *err)
{
    uint32_t cells = 0, count = 0;
    struct csv_cell cell;
    for (size_t at = 0; csv_cell_next(record, &at, &cell);)
        cells++;
    if (cells > SCHEMA_COLUMNS_MAX)
        cells = SCHEMA_COLUMNS_MAX;
    struct guess *guesses = arena_zalloc(arena, cells, sizeof *guesses);
    if (!guesses)
        return err_no_memory(err, cells * sizeof *guesses);
    size_t at = 0;
    for (uint32_t i = 0; i < cells && csv_cell_next(record, &at, &cell); i++) {
        struct slice name;
        TRY(cell_mend(name_read(schema, &cell).name, arena, &name, err));
        if (name.len == 0 || schema_find(schema, name) != COLUMN_NONE || schema->count + count >= SCHEMA_COLUMNS_MAX)
            continue;
        guesses[count++] = (struct guess){.name = name,
                                          .cell = i,
                                          .is_bool = true,
                                          .is_long = true,
                                          .is_real = true,
                                          .is_datetime = true,
                                          .is_dynamic = true};
    }
    *out_guesses = guesses;
    *out_count = count;
    return ERR_NONE;
}

/* All rows that stand whole in text, from its begin; whole: nothing comes behind it. */
static enum err_code guesses_narrow_all(struct guess *guesses, uint32_t count, struct slice text, bool whole,
                                        struct err *err)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    struct csv_scanner scanner;
    size_t start = 0, end;
    enum err_code code = ERR_NONE;
    csv_scanner_init(&scanner, 0);
    while (!code && start < text.len && csv_scan(&scanner, text.ptr, text.len, whole, &end)) {
        code = guesses_narrow(guesses, count, csv_record(text.ptr, start, end), &scratch, err);
        arena_clear(&scratch);
        start = end;
        csv_scanner_next(&scanner, start);
    }
    arena_release(&scratch);
    return code;
}

enum err_code csv_header_discover(struct slice head, const struct schema *schema, struct arena *arena,
                                  const struct column_def **out_defs, uint32_t *out_count, struct err *err)
{
    *out_defs = NULL;
    *out_count = 0;
    struct slice record;
    size_t len;
    uint32_t lines, count = 0;
    if (!header_find(head, true, &record, &len, &lines))
        return ERR_NONE;
    struct guess *guesses = NULL;
    TRY(guesses_begin(record, schema, arena, &guesses, &count, err));
    if (count == 0)
        return ERR_NONE;
    TRY(guesses_narrow_all(guesses, count, slice_cut(head, len, head.len), head.len < STREAM_PEEK_MAX, err));
    struct column_def *defs = arena_array(arena, count, sizeof *defs);
    if (!defs)
        return err_no_memory(err, count * sizeof *defs);
    for (uint32_t i = 0; i < count; i++)
        defs[i] = (struct column_def){
            .name = guesses[i].name, .type = guess_type(&guesses[i]), .origin = COLUMN_FOUND, .stand_in = COLUMN_NONE};
    *out_defs = defs;
    *out_count = count;
    return ERR_NONE;
}
