/*
 * table_int.h - how a terminal table is laid out: the decision (table_layout.c), apart from the drawing (table.c).
 *
 *   grid      all columns stand side by side, wide texts wrapped:        Timestamp  DeviceName  RemoteUrl
 *                                                                         2025-...   ws-1        a.duckdns.org
 *   details   the columns that matter most stand side by side, the        Timestamp  Provider    RemoteUrl
 *             others under each row, each with its name                   2025-...   DuckDNS     a.duckdns.org
 *                                                                           DeviceName: ws-1  RemotePort: 443
 *
 * The grid is taken if every column gets a readable width in it.
 */
#ifndef DDNSHUNT_SINK_TABLE_INT_H
#define DDNSHUNT_SINK_TABLE_INT_H

#include "base/arena.h"
#include "event/schema.h"

enum {
    TABLE_GAP = 2,         /* blanks between columns */
    TABLE_HEADER_LINES = 3 /* a long column name is wrapped into as many */
};

struct table_column {
    uint32_t column; /* in the schema */
    size_t width;    /* cells */
};

struct table_layout {
    struct table_column *grid; /* in the schema's order */
    uint32_t grid_count;
    uint32_t *details; /* columns of the schema, in its order */
    uint32_t detail_count;
};

/*
 * content[i] is the widest cell of column i. width 0: unbounded. Arrays live in arena; false if it has no memory.
 */
bool table_layout_choose(const struct schema *schema, const size_t *content, size_t width, struct arena *arena,
                         struct table_layout *out_layout);

/*
 * Bytes of a column name that fit on a header line of `width` cells: whole words of its CamelCase if possible. At least
 * one character.
 */
size_t table_header_break(struct slice name, size_t width);

/* The provider's column is coloured, and is the last to be moved out of the grid. */
bool table_is_provider(struct slice name);

#endif
