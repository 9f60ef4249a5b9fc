/*
 * csv_index.c - where the records and cells of a piece of CSV are: see csv_index.h.
 */
#include "source/csv/csv_index.h"

#include "base/mem.h"
#include "base/name_bytes.h"

#include <string.h>

enum {
    WORD = SIMD_CHUNK,
    GROUP = 64, /* words: as many as one has bits */
    /* How long the scanner reads on: what it has marked beyond a record is lost when the other pass takes over. */
    CAREFUL_BYTES = 4096
};

/* --- making room --- */

enum err_code csv_index_reserve(struct csv_index *index, size_t text_bytes, struct err *err)
{
    if (text_bytes <= index->capacity)
        return ERR_NONE;
    size_t words = text_bytes / WORD + 1;
    struct simd_csv_bits *grown = mem_array(index->bits, words, sizeof *grown);
    if (!grown)
        return err_no_memory(err, words * sizeof *grown);
    index->bits = grown;
    index->capacity = text_bytes;
    return ERR_NONE;
}

void csv_index_begin(struct csv_index *index, struct csv_scanner *scanner, size_t start, bool always_careful)
{
    csv_scanner_init(scanner, start);
    index->state = (struct simd_csv){.at = start, .opens = true};
    index->start = index->end = start;
    index->careful_until = always_careful ? SIZE_MAX : 0;
    index->careful_count = 0;
}

void csv_index_release(struct csv_index *index)
{
    mem_free(index->bits);
    mem_free(index->careful);
}

/* --- the careful road --- */

static uint64_t bits_below(size_t at)
{
    return ~(UINT64_MAX << at % WORD);
}

/* The bits of [from, to), to > from: none but those of newlines, of which the last byte alone may end a record. */
static void bits_write(struct csv_index *index, const char *text, size_t from, size_t to)
{
    struct simd_csv_bits *bits = index->bits;
    uint64_t kept = bits_below(from);
    for (size_t word = from / WORD; word * WORD < to; word++) {
        bits[word].separators &= kept;
        bits[word].newlines &= kept;
        kept = 0;
    }
    for (const char *at = text + from; (at = memchr(at, '\n', (size_t)(text + to - at))); at++) {
        size_t place = (size_t)(at - text);
        bits[place / WORD].newlines |= UINT64_C(1) << place % WORD;
    }
    if (text[to - 1] == '\n')
        bits[(to - 1) / WORD].separators |= UINT64_C(1) << (to - 1) % WORD;
}

/* A record from index->end to end. */
static enum err_code careful_add(struct csv_index *index, const char *text, size_t end, struct err *err)
{
    uint32_t *grown = mem_grow(index->careful, index->careful_count, &index->careful_capacity, sizeof *grown);
    if (!grown)
        return err_no_memory(err, sizeof *grown);
    index->careful = grown;
    index->careful[index->careful_count++] = (uint32_t)index->end;
    bits_write(index, text, index->end, end);
    index->end = end;
    return ERR_NONE;
}

/* --- both roads --- */

/* Moves the end behind the last record that ends in [end, to). */
static void end_move(struct csv_index *index, size_t to)
{
    if (to == index->end)
        return;
    uint64_t kept = to % WORD ? bits_below(to) : UINT64_MAX;
    for (size_t word = (to - 1) / WORD;; word--) {
        uint64_t ends = index->bits[word].separators & index->bits[word].newlines & kept;
        if (ends) {
            size_t end = word * WORD + WORD - (size_t)__builtin_clzll(ends);
            index->end = end > index->end ? end : index->end;
            return;
        }
        if (word == index->end / WORD)
            return;
        kept = UINT64_MAX;
    }
}

/* Reads records until the careful road ends. *out_more: it has ended, and text is left. */
static enum err_code careful_run(struct csv_index *index, struct csv_scanner *scanner, const char *text, size_t len,
                                 bool last, bool *out_more, struct err *err)
{
    size_t end;
    while (index->end < len && csv_scan(scanner, text, len, last, &end)) {
        TRY(careful_add(index, text, end, err));
        csv_scanner_next(scanner, end);
        if (end >= index->careful_until) {
            index->state = (struct simd_csv){.at = end, .opens = true};
            *out_more = end < len;
            return ERR_NONE;
        }
    }
    *out_more = false;
    return ERR_NONE;
}

enum err_code csv_index_run(struct csv_index *index, struct csv_scanner *scanner, const char *text, size_t len,
                            bool last, struct err *err)
{
    const struct simd *simd = simd_ops();
    for (;;) {
        if (index->end < index->careful_until) {
            bool more;
            TRY(careful_run(index, scanner, text, len, last, &more, err));
            if (!more)
                return ERR_NONE;
        }
        size_t stop = simd->csv(text, len, &index->state, index->bits);
        end_move(index, stop);
        if (stop == len)
            return last && index->end < len ? careful_add(index, text, len, err) : ERR_NONE;
        csv_scanner_init(scanner, index->end);
        index->careful_until = index->end + CAREFUL_BYTES;
    }
}

void csv_index_cut(struct csv_index *index, size_t at)
{
    size_t seen = at > index->start ? at - 1 : index->start; /* a line end there is the first that counts */
    uint64_t ends = 0, kept = ~bits_below(seen);
    for (size_t word = seen / WORD; word * WORD < index->end && !ends; word++) {
        ends = index->bits[word].separators & index->bits[word].newlines & kept;
        size_t end = ends ? word * WORD + (size_t)__builtin_ctzll(ends) + 1 : index->end;
        if (end < index->end)
            index->end = end;
        kept = UINT64_MAX;
    }
    while (index->careful_count && index->careful[index->careful_count - 1] >= index->end)
        index->careful_count--;
}

/* --- walking --- */

/* Rows take more than a word, or less, as nothing foretells: so no branch is to depend on where the next newline is. */
static void group_begin(struct csv_walk *walk, size_t group)
{
    const struct csv_index *index = walk->index;
    size_t words = (index->end - 1) / WORD + 1 - group;
    walk->group = group;
    walk->lined = walk->simd->lined(index->bits + group, words < GROUP ? words : GROUP);
}

void csv_walk_begin(struct csv_walk *walk, const struct csv_index *index, uint32_t first_line)
{
    size_t start = index->start, word = start / WORD;
    *walk = (struct csv_walk){
        .index = index, .simd = simd_ops(), .word = word, .start = (uint32_t)start, .line = first_line};
    if (index->end == start)
        return;
    group_begin(walk, word);
    walk->lined &= ~UINT64_C(1);
    walk->newlines = index->bits[word].newlines & ~bits_below(start);
}

/* Goes to the next word that has newlines. False: there is none. */
static inline bool word_next(struct csv_walk *walk)
{
    while (!walk->lined) {
        if ((walk->group + GROUP) * WORD >= walk->index->end)
            return false;
        group_begin(walk, walk->group + GROUP);
    }
    walk->word = walk->group + (size_t)__builtin_ctzll(walk->lined);
    walk->lined &= walk->lined - 1;
    walk->newlines = walk->index->bits[walk->word].newlines;
    return true;
}

static void row_set(struct csv_walk *walk, uint32_t end, uint32_t line, struct csv_row *out_row)
{
    const struct csv_index *index = walk->index;
    bool careful = walk->careful < index->careful_count && index->careful[walk->careful] == walk->start;
    walk->careful += careful;
    *out_row = (struct csv_row){walk->start, end, line & INT32_MAX, careful};
    walk->start = end;
}

bool csv_walk_next(struct csv_walk *walk, struct csv_row *out_row)
{
    const struct csv_index *index = walk->index;
    uint32_t line = walk->line;
    if (walk->start == index->end)
        return false;
    do {
        for (; walk->newlines; walk->newlines &= walk->newlines - 1) {
            uint64_t bit = walk->newlines & -walk->newlines;
            size_t end = walk->word * WORD + (size_t)__builtin_ctzll(bit) + 1;
            if (end > index->end)
                break;
            walk->line++;
            if (index->bits[walk->word].separators & bit) {
                walk->newlines &= walk->newlines - 1;
                row_set(walk, (uint32_t)end, line, out_row);
                return true;
            }
        }
    } while (word_next(walk));
    /* The last one may have no line end. */
    row_set(walk, (uint32_t)index->end, line, out_row);
    return true;
}

/* Where the cell begins; behind the row's last byte if it has fewer. Not of careful rows. */
static size_t cell_begin(const struct csv_index *index, const struct simd *simd, const struct csv_row *row,
                         uint32_t cell)
{
    return cell ? simd->separator(index->bits, row->at, row->end - 1, cell - 1) + 1 : row->at;
}

bool csv_row_name(const struct csv_index *index, const struct simd *simd, const char *text, const struct csv_row *row,
                  uint32_t cell, bool hosts, struct slice *out_name)
{
    size_t from = row->careful ? row->end : cell_begin(index, simd, row, cell);
    if (from >= row->end)
        return false;
    size_t scheme = hosts ? name_scheme(text + from, row->end - 1 - from) : 0;
    const char *name = text + from + scheme;
    size_t len = name_run(name, row->end - from - scheme);
    *out_name = slice_of(name, len);
    const char *close = name + len + ((scheme > 0) & (name[len] == '/'));
    return (*close == ',') & ((scheme == 0) | (len > 0));
}

bool csv_row_cell(const struct csv_index *index, const char *text, const struct csv_row *row, uint32_t cell,
                  struct csv_cell *out_cell)
{
    if (row->careful)
        return csv_cell_find(csv_record(text, row->at, row->end), cell, out_cell);
    const struct simd *simd = simd_ops();
    size_t from = cell_begin(index, simd, row, cell), line_end = row->end - 1;
    if (from > line_end)
        return false;
    size_t to = simd->separator(index->bits, from, line_end, 0);
    if (to == line_end && to > from && text[to - 1] == '\r')
        to--;
    bool quoted = to > from && text[from] == '"';
    from += quoted;
    to -= quoted;
    *out_cell = (struct csv_cell){.text = slice_of(text + from, to - from), .fault = CSV_FINE};
    out_cell->escaped = quoted && to > from && memchr(text + from, '"', to - from);
    return true;
}
