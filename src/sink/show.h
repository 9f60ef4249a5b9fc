/*
 * show.h - text from data made fit for a terminal: nothing in it can move the cursor, colour, hide or reorder.
 *
 * The data's author may be an attacker. Whatever is no visible character (controls, escapes, bidirectional overrides,
 * zero-width and unassigned code points, private use) is written out: \n, \t, \r, \x1b, \u{202e}. Backslashes of the
 * data stay single: Windows paths are full of them.
 * Source: Unicode general categories Cc, Cf, Cs, Co, Cn, Zl, Zp; Unicode TR 36, section 2.
 */
#ifndef DDNSHUNT_SINK_SHOW_H
#define DDNSHUNT_SINK_SHOW_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* May stand raw in a terminal's text (as such, or combined with the character before it). */
bool show_is_safe(uint32_t code_point);

/* Appends text; unicode false: what is beyond ASCII is written out as well. */
void show_text(struct slice text, bool unicode, struct buf *out);

/* The same with at most max_cells cells; a longer text ends in an ellipsis ("…", or "..." if not unicode). */
void show_cut(struct slice text, bool unicode, size_t max_cells, struct buf *out);

/* Cells of text that show_text() made. */
size_t show_width(struct slice shown);

/*
 * Length in bytes of the first line of shown text when lines have `width` cells (at least 1 character is taken). Breaks
 * behind blanks and punctuation where that leaves the line at least half full, anywhere otherwise.
 */
size_t show_break(struct slice shown, size_t width);

/* In place of raw text in JSON: characters that a terminal must not get become \uXXXX, which means the same. */
void show_json(struct slice json, struct buf *out);

#endif
