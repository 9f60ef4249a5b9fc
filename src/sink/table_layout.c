/*
 * table_layout.c - which columns of a table stand side by side, and how wide: see table_int.h.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "sink/show.h"
#include "sink/sink_int.h"
#include "sink/table_int.h"

enum {
    WIDTH_MAX = 4096,  /* of a terminal; a bound for hostile COLUMNS */
    READABLE_MIN = 12, /* a text column may be wrapped down to a third of the line, within these bounds */
    READABLE_MAX = 32,
    UNBOUNDED_CELLS = 100 /* the widest column where the width is not bounded */
};

/* What an analyst looks at first, and what can wait. Unlisted columns stand between, in the schema's order. */
static const struct {
    const char *name;
    unsigned rank;
} RANKS[] = {
    {"RemoteUrl", 2},
    {"DeviceName", 3},
    {"InitiatingProcessFileName", 4},
    {"RemoteIP", 5},
    {"InitiatingProcessAccountName", 6},
    {"ActionType", 7},
    {"RemotePort", 8},
    {"InitiatingProcessCommandLine", 9001},
    {"AdditionalFields", 9002},
    {"DeviceId", 9003},
    {"InitiatingProcessFolderPath", 9004},
    {"InitiatingProcessSHA256", 9005},
    {"InitiatingProcessSHA1", 9006},
    {"InitiatingProcessMD5", 9007},
};
enum { RANK_PROVIDER = 0, RANK_TIME = 1, RANK_OTHER = 10 };

bool table_is_provider(struct slice name)
{
    return slice_find(name, SLICE("Provider"), 0) >= 0;
}

static unsigned column_rank(const struct schema *schema, uint32_t column)
{
    const struct column_def *def = &schema->columns[column];
    if (table_is_provider(def->name))
        return RANK_PROVIDER;
    if (slice_eq(def->name, SLICE("Timestamp")) || slice_eq(def->name, SLICE("TimeGenerated")))
        return RANK_TIME;
    for (size_t i = 0; i < sizeof RANKS / sizeof *RANKS; i++)
        if (slice_eq(def->name, slice_from_cstr(RANKS[i].name)))
            return RANKS[i].rank;
    return RANK_OTHER + column;
}

/* A new word of a CamelCase name begins at offset at: aB, or the B of ABc. */
static bool word_starts(struct slice name, size_t at)
{
    bool upper = name.ptr[at] >= 'A' && name.ptr[at] <= 'Z';
    bool after_upper = name.ptr[at - 1] >= 'A' && name.ptr[at - 1] <= 'Z';
    bool before_lower = at + 1 < name.len && name.ptr[at + 1] >= 'a' && name.ptr[at + 1] <= 'z';
    return name.ptr[at - 1] == '_' || (upper && (!after_upper || before_lower));
}

size_t table_header_break(struct slice name, size_t width)
{
    if (show_width(name) <= width)
        return name.len;
    size_t good = 0;
    for (size_t at = 1; at < name.len && at <= width; at++)
        if (word_starts(name, at))
            good = at;
    return good > 0 ? good : show_break(name, width);
}

static size_t header_lines(struct slice name, size_t width)
{
    size_t lines = 0;
    for (; name.len > 0; lines++)
        name = slice_cut(name, table_header_break(name, width), name.len);
    return lines;
}

/* The longest word of a name. */
static size_t header_word(struct slice name)
{
    size_t longest = 0, start = 0;
    for (size_t at = 1; at <= name.len; at++) {
        if (at < name.len && !word_starts(name, at))
            continue;
        size_t width = show_width(slice_cut(name, start, at));
        longest = width > longest ? width : longest;
        start = at;
    }
    return longest;
}

/* The smallest width that keeps words whole and lines few. */
static size_t header_width(struct slice name)
{
    size_t width = header_word(name);
    while (width < name.len && header_lines(name, width) > TABLE_HEADER_LINES)
        width++;
    return width > 0 ? width : 1;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What a column needs to be readable: texts can be wrapped, all else can't. */
static size_t readable_width(const struct column_def *def, size_t wanted, size_t width)
{
    size_t cells = min_size(max_size(width / 3, READABLE_MIN), READABLE_MAX);
    bool wraps = def->type == TYPE_STRING || def->type == TYPE_DYNAMIC;
    return wraps ? min_size(wanted, max_size(cells, header_width(def->name))) : wanted;
}

/* Columns by rank, the most important first. */
static void rank_columns(const struct schema *schema, uint32_t *order)
{
    for (uint32_t i = 0; i < schema->count; i++) {
        uint32_t at = i;
        unsigned rank = column_rank(schema, i);
        for (; at > 0 && column_rank(schema, order[at - 1]) > rank; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* Shares out spare cells, one each in turn, to the columns below their target. */
static void widen(struct table_layout *layout, const size_t *target, size_t *spare)
{
    for (bool any = true; any && *spare > 0;) {
        any = false;
        for (uint32_t i = 0; i<layout->grid_count && * spare> 0; i++) {
            struct table_column *column = &layout->grid[i];
            if (column->width >= target[column->column])
                continue;
            column->width++;
            --*spare;
            any = true;
        }
    }
}

/* Marks the columns that stand side by side; returns the cells that they take. */
static size_t pick_columns(const struct schema *schema, const uint32_t *order, const size_t *wanted, size_t width,
                           bool *in_grid)
{
    size_t used = 0, all = 0;
    for (uint32_t i = 0; i < schema->count; i++)
        all += readable_width(&schema->columns[i], wanted[i], width) + (i > 0 ? TABLE_GAP : 0);
    for (uint32_t i = 0; i < schema->count; i++) {
        uint32_t column = order[i];
        size_t more = readable_width(&schema->columns[column], wanted[column], width) + (i > 0 ? TABLE_GAP : 0);
        if (i > 0 && all > width && used + more > width)
            break;
        in_grid[column] = true;
        used += more;
    }
    return used;
}

static void fill_layout(const struct schema *schema, const bool *in_grid, const size_t *wanted, size_t width,
                        struct table_layout *layout)
{
    for (uint32_t i = 0; i < schema->count; i++) {
        if (in_grid[i]) {
            size_t cells = min_size(readable_width(&schema->columns[i], wanted[i], width), width);
            layout->grid[layout->grid_count++] = (struct table_column){i, cells};
        } else {
            layout->details[layout->detail_count++] = i;
        }
    }
}

bool table_layout_choose(const struct schema *schema, const size_t *content, size_t width, struct arena *arena,
                         struct table_layout *out_layout)
{
    uint32_t count = schema->count;
    uint32_t *order = arena_array(arena, count, sizeof *order);
    size_t *wanted = arena_array(arena, count, sizeof *wanted);
    size_t *header = arena_array(arena, count, sizeof *header);
    bool *in_grid = arena_zalloc(arena, count, sizeof *in_grid);
    struct table_layout layout = {arena_array(arena, count, sizeof *layout.grid), 0,
                                  arena_array(arena, count, sizeof *layout.details), 0};
    if (!order || !wanted || !header || !in_grid || !layout.grid || !layout.details)
        return false;
    bool bounded = width > 0;
    width = bounded ? min_size(width, WIDTH_MAX) : SIZE_MAX;
    for (uint32_t i = 0; i < count; i++) {
        wanted[i] =
            max_size(min_size(content[i], bounded ? width : UNBOUNDED_CELLS), header_width(schema->columns[i].name));
        header[i] = max_size(wanted[i], show_width(schema->columns[i].name));
    }
    rank_columns(schema, order);
    size_t used = pick_columns(schema, order, wanted, width, in_grid);
    fill_layout(schema, in_grid, wanted, width, &layout);
    size_t spare = used < width ? width - used : 0;
    widen(&layout, wanted, &spare);
    widen(&layout, header, &spare);
    *out_layout = layout;
    return true;
}
