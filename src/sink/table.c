/*
 * table.c - the table for people: fits the terminal's width, and shows text from data harmlessly (show.h).
 *
 * Rows are kept until there are enough to know the columns' widths (SAMPLE_ROWS, SAMPLE_BYTES), then they stream: a
 * later cell that is wider than its column is wrapped. Where somebody waits for them (options.prompt_widths) the first batch
 * is enough. A cell takes at most CELL_LINES lines and CELL_CELLS characters; the other formats give it whole.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "sink/show.h"
#include "sink/sink_int.h"
#include "sink/table_int.h"

enum {
    SAMPLE_ROWS = 1000,
    SAMPLE_BYTES = 4 << 20,
    CELL_CELLS = 1000,
    CELL_LINES = 4,
    DETAIL_INDENT = 2,
    DETAIL_GAP = 3,
    DETAIL_HANG = 4 /* more indent of a detail's further lines */
};

struct table_sink {
    struct sink head;
    struct schema shown_schema; /* with names fit for a terminal */
    struct arena plan_arena;    /* layout and names */
    struct arena row_arena;     /* cells of the rows that are kept */
    struct slice **rows;
    size_t row_count, row_capacity;
    size_t *content; /* [schema->count]: the widest cell so far */
    bool settled;
    uint64_t rows_drawn;
    struct table_layout layout;
    struct slice *rest; /* [grid_count]: what is left of each cell while a row is drawn */
};

static const char STYLE_HEADER[] = "\x1b[1m", STYLE_DIM[] = "\x1b[2m", STYLE_END[] = "\x1b[0m";

/* One of six colours, the same for the same provider in every run. */
static const char *provider_style(struct slice name)
{
    static const char *const STYLES[] = {"\x1b[1;36m", "\x1b[1;33m", "\x1b[1;35m",
                                         "\x1b[1;32m", "\x1b[1;34m", "\x1b[1;31m"};
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * 16777619u;
    return STYLES[(hash ^ hash >> 16) % (sizeof STYLES / sizeof *STYLES)];
}

static void table_free(struct sink *sink)
{
    if (!sink)
        return;
    struct table_sink *table = (struct table_sink *)sink;
    arena_release(&table->plan_arena);
    arena_release(&table->row_arena);
    mem_free(table->rows);
    sink_destroy(sink);
}

/* Column names are data too: those that were found in the input are the attacker's to choose. */
static bool show_names(struct table_sink *table, const struct schema *schema)
{
    struct column_def *defs = arena_array(&table->plan_arena, schema->count, sizeof *defs);
    if (!defs)
        return false;
    for (uint32_t i = 0; i < schema->count; i++) {
        defs[i] = schema->columns[i];
        buf_clear(&table->head.made);
        show_cut(defs[i].name, table->head.options.unicode, CELL_CELLS, &table->head.made);
        defs[i].name = arena_copy(&table->plan_arena, buf_slice(&table->head.made));
        if (!defs[i].name.ptr || table->head.made.failed)
            return false;
    }
    table->shown_schema = (struct schema){schema->table, schema->count, defs};
    return true;
}

static enum err_code table_open(const struct sink_type *type, const struct schema *schema,
                                const struct sink_options *options, struct out *out, struct sink **out_sink,
                                struct err *err)
{
    struct table_sink *table = (struct table_sink *)sink_create(sizeof *table, type, schema, options, out);
    if (!table)
        return err_no_memory(err, sizeof *table);
    arena_init(&table->plan_arena, 0);
    arena_init(&table->row_arena, 0);
    table->content = arena_zalloc(&table->plan_arena, schema->count, sizeof *table->content);
    if (!table->content || !show_names(table, schema)) {
        table_free(&table->head);
        return err_no_memory(err, schema->count * sizeof(struct column_def));
    }
    for (uint32_t i = 0; options->prompt_widths && i < schema->count; i++)
        table->content[i] = options->prompt_widths[i];
    *out_sink = &table->head;
    return ERR_NONE;
}

/* --- drawing --- */

static void add_blanks(struct buf *out, size_t count)
{
    for (; count > 0; count--)
        buf_add_char(out, ' ');
}

static void add_styled(struct table_sink *table, const char *style, struct slice text)
{
    bool styled = style && table->head.options.color && text.len > 0;
    if (styled)
        buf_add_cstr(&table->head.text, style);
    buf_add(&table->head.text, text);
    if (styled)
        buf_add_cstr(&table->head.text, STYLE_END);
}

/* The next line of a cell that is `width` cells wide, taken off *rest. The last allowed line says if more is left. */
static struct slice next_line(struct table_sink *table, struct slice *rest, size_t width, bool last)
{
    size_t len = show_break(*rest, width);
    struct slice line = slice_cut(*rest, 0, len);
    if (len < rest->len && last) {
        struct buf *made = &table->head.made;
        buf_clear(made);
        show_cut(*rest, table->head.options.unicode, width, made); /* shown text: only cut */
        line = buf_slice(made);
        *rest = SLICE("");
        return line;
    }
    while (len < rest->len && line.len > 1 && line.ptr[line.len - 1] == ' ')
        line.len--;
    *rest = slice_cut(*rest, len, rest->len);
    while (rest->len > 0 && rest->ptr[0] == ' ')
        *rest = slice_cut(*rest, 1, rest->len);
    return line;
}

/* Pads for the text that comes next, and for the column's alignment. */
static void place_text(struct table_sink *table, struct slice text, const char *style, size_t width, bool right,
                       size_t *pending)
{
    size_t cells = show_width(text), fill = cells < width ? width - cells : 0;
    if (text.len > 0) {
        add_blanks(&table->head.text, *pending + (right ? fill : 0));
        add_styled(table, style, text);
        *pending = right ? 0 : fill;
    } else {
        *pending += width;
    }
}

static const struct column_def *grid_def(const struct table_sink *table, uint32_t at)
{
    return &table->shown_schema.columns[table->layout.grid[at].column];
}

/* Names are set from the bottom: the last lines of all stand next to the rule. */
static enum err_code draw_header(struct table_sink *table, struct err *err)
{
    const struct table_layout *layout = &table->layout;
    size_t lines = 0;
    for (uint32_t i = 0; i < layout->grid_count; i++) {
        size_t count = 0;
        for (struct slice name = grid_def(table, i)->name; name.len > 0; count++)
            name = slice_cut(name, table_header_break(name, layout->grid[i].width), name.len);
        lines = count > lines ? count : lines;
    }
    for (size_t line = 0; line < lines; line++) {
        size_t pending = 0;
        for (uint32_t i = 0; i < layout->grid_count; i++) {
            size_t width = layout->grid[i].width, count = 0;
            struct slice name = grid_def(table, i)->name, part = SLICE("");
            for (struct slice left = name; left.len > 0; count++)
                left = slice_cut(left, table_header_break(left, width), left.len);
            for (size_t skip = lines - count; name.len > 0 && skip <= line; skip++) {
                size_t len = table_header_break(name, width);
                part = slice_cut(name, 0, len);
                name = slice_cut(name, len, name.len);
            }
            place_text(table, part, STYLE_HEADER, width, sink_align_right(grid_def(table, i)->type), &pending);
            pending += TABLE_GAP;
        }
        buf_add_char(&table->head.text, '\n');
    }
    return sink_flush_text(&table->head, err);
}

static enum err_code draw_rule(struct table_sink *table, struct err *err)
{
    const char *dash = table->head.options.unicode ? "\u2500" : "-";
    struct buf *made = &table->head.made;
    for (uint32_t i = 0; i < table->layout.grid_count; i++) {
        buf_clear(made);
        for (size_t cell = 0; cell < table->layout.grid[i].width; cell++)
            buf_add_cstr(made, dash);
        if (i > 0)
            add_blanks(&table->head.text, TABLE_GAP);
        add_styled(table, STYLE_DIM, buf_slice(made));
    }
    table->head.text.failed |= made->failed;
    buf_add_char(&table->head.text, '\n');
    return sink_flush_text(&table->head, err);
}

static void draw_grid(struct table_sink *table, struct slice *cells)
{
    const struct table_layout *layout = &table->layout;
    for (uint32_t i = 0; i < layout->grid_count; i++)
        table->rest[i] = cells[layout->grid[i].column];
    bool more = true;
    for (unsigned line = 1; more; line++) {
        size_t pending = 0;
        more = false;
        for (uint32_t i = 0; i < layout->grid_count; i++) {
            const struct column_def *def = grid_def(table, i);
            size_t width = layout->grid[i].width;
            struct slice part = next_line(table, &table->rest[i], width, line == CELL_LINES);
            const char *style = table_is_provider(def->name) ? provider_style(cells[layout->grid[i].column]) : NULL;
            place_text(table, part, style, width, sink_align_right(def->type), &pending);
            pending += TABLE_GAP;
            more |= table->rest[i].len > 0;
        }
        buf_add_char(&table->head.text, '\n');
    }
}

static size_t detail_cells(struct slice name, struct slice value)
{
    return show_width(name) + 2 + show_width(value);
}

static void draw_label(struct table_sink *table, struct slice name)
{
    add_styled(table, STYLE_DIM, name);
    add_styled(table, STYLE_DIM, SLICE(":"));
    buf_add_char(&table->head.text, ' ');
}

/* "Name: value" that fits on a line: behind the last one if there is room. *at is the cell that comes next. */
static void draw_short_detail(struct table_sink *table, struct slice name, struct slice value, size_t *at)
{
    size_t cells = detail_cells(name, value);
    if (*at > 0 && *at + DETAIL_GAP + cells <= table->head.options.width) {
        add_blanks(&table->head.text, DETAIL_GAP);
        *at += DETAIL_GAP + cells;
    } else {
        if (*at > 0)
            buf_add_char(&table->head.text, '\n');
        add_blanks(&table->head.text, DETAIL_INDENT);
        *at = DETAIL_INDENT + cells;
    }
    draw_label(table, name);
    add_styled(table, table_is_provider(name) ? provider_style(value) : NULL, value);
}

/* "Name: value" on lines of its own. */
static void draw_long_detail(struct table_sink *table, struct slice name, struct slice value)
{
    enum { ROOM_MIN = 8 };
    size_t width = table->head.options.width, hang = DETAIL_INDENT + DETAIL_HANG;
    size_t label = DETAIL_INDENT + show_width(name) + 2;
    size_t room = width > hang + ROOM_MIN ? width - hang : ROOM_MIN;
    size_t first = width > label + ROOM_MIN ? width - label : 0;
    add_blanks(&table->head.text, DETAIL_INDENT);
    draw_label(table, name);
    for (unsigned line = 1; value.len > 0; line++) {
        if (line > 1) {
            buf_add_char(&table->head.text, '\n');
            add_blanks(&table->head.text, hang);
        } else if (first == 0) { /* the label takes the line, and the blank behind it is not needed */
            table->head.text.len -= table->head.text.len > 0;
            continue;
        }
        struct slice part = next_line(table, &value, line == 1 ? first : room, line == CELL_LINES);
        add_styled(table, table_is_provider(name) ? provider_style(value) : NULL, part);
    }
    buf_add_char(&table->head.text, '\n');
}

/* The columns that are not in the grid and not empty: short ones side by side, then the long ones. */
static void draw_details(struct table_sink *table, const struct slice *cells)
{
    const struct table_layout *layout = &table->layout;
    size_t at = 0, room = table->head.options.width > DETAIL_INDENT ? table->head.options.width - DETAIL_INDENT : 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < layout->detail_count; i++) {
            struct slice value = cells[layout->details[i]];
            struct slice name = table->shown_schema.columns[layout->details[i]].name;
            bool is_long = detail_cells(name, value) > room / 2;
            if (value.len > 0 && pass == 0 && !is_long)
                draw_short_detail(table, name, value, &at);
            if (value.len > 0 && pass == 1 && is_long)
                draw_long_detail(table, name, value);
        }
        if (pass == 0 && at > 0)
            buf_add_char(&table->head.text, '\n');
    }
}

static enum err_code draw_row(struct table_sink *table, struct slice *cells, struct err *err)
{
    if (table->rows_drawn++ > 0 && table->layout.detail_count > 0)
        buf_add_char(&table->head.text, '\n');
    draw_grid(table, cells);
    draw_details(table, cells);
    if (table->head.made.failed)
        return err_no_memory(err, table->head.made.len);
    return sink_flush_text(&table->head, err);
}

/* --- collecting --- */

/* Settles the layout, and draws the header and all rows that were kept. */
static enum err_code settle(struct table_sink *table, struct err *err)
{
    const struct schema *schema = &table->shown_schema;
    if (!table_layout_choose(schema, table->content, table->head.options.width, &table->plan_arena, &table->layout))
        return err_no_memory(err, schema->count * sizeof(size_t));
    table->rest = arena_array(&table->plan_arena, schema->count, sizeof *table->rest);
    if (!table->rest)
        return err_no_memory(err, schema->count * sizeof *table->rest);
    table->settled = true;
    TRY(draw_header(table, err));
    TRY(draw_rule(table, err));
    for (size_t i = 0; i < table->row_count; i++)
        TRY(draw_row(table, table->rows[i], err));
    table->row_count = 0;
    arena_clear(&table->row_arena);
    return ERR_NONE;
}

/* A row's cells as they are shown, in row_arena; NULL if there is no memory. */
static struct slice *show_cells(struct table_sink *table, const struct batch *batch, uint32_t row)
{
    struct sink *sink = &table->head;
    struct slice *cells = arena_array(&table->row_arena, sink->schema->count, sizeof *cells);
    for (uint32_t c = 0; cells && c < sink->schema->count; c++) {
        struct value value = column_value(&batch->columns[c], row);
        struct slice text = sink_cell_text(sink, &value);
        buf_clear(&sink->made);
        show_cut(text, sink->options.unicode, CELL_CELLS, &sink->made);
        cells[c] = arena_copy(&table->row_arena, buf_slice(&sink->made));
        if (!cells[c].ptr || sink->made.failed || sink->cell.failed)
            return NULL;
        if (!table->settled) {
            size_t width = show_width(cells[c]);
            table->content[c] = width > table->content[c] ? width : table->content[c];
        }
    }
    return cells;
}

static enum err_code table_write(struct sink *sink, struct batch *batch, struct err *err)
{
    struct table_sink *table = (struct table_sink *)sink;
    for (uint32_t i = 0; i < batch->selection->count; i++) {
        struct slice *cells = show_cells(table, batch, batch->selection->rows[i]);
        if (!cells)
            return err_no_memory(err, sink->schema->count * sizeof *cells);
        sink->rows++;
        if (table->settled) {
            TRY(draw_row(table, cells, err));
            arena_clear(&table->row_arena);
            continue;
        }
        struct slice **rows = mem_grow(table->rows, table->row_count, &table->row_capacity, sizeof *table->rows);
        if (!rows)
            return err_no_memory(err, (table->row_count + 1) * sizeof *rows);
        table->rows = rows;
        rows[table->row_count++] = cells;
        if (table->row_count == SAMPLE_ROWS || table->row_arena.used_bytes > SAMPLE_BYTES)
            TRY(settle(table, err));
    }
    return sink->options.prompt_widths && !table->settled ? settle(table, err) : ERR_NONE;
}

static enum err_code table_finish(struct sink *sink, struct err *err)
{
    struct table_sink *table = (struct table_sink *)sink;
    if (!table->settled)
        TRY(settle(table, err));
    if (sink->rows == 0) {
        buf_add_cstr(&sink->text, "(no rows)\n");
        TRY(sink_flush_text(sink, err));
    }
    return ERR_NONE;
}

const struct sink_type SINK_TABLE = {
    .name = "table",
    .title = "columns for people, fitted to the terminal's width",
    .extensions = "txt",
    .open = table_open,
    .write = table_write,
    .finish = table_finish,
    .free = table_free,
};
