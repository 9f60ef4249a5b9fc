/*
 * host_int.h - what the files of this room share.
 */
#ifndef DDNSHUNT_HOST_HOST_INT_H
#define DDNSHUNT_HOST_HOST_INT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

/* The byte that the two characters behind a "%" stand for, or -1. */
int host_escape(struct slice text, size_t at);

/* Letters, digits, "-", "." and "_": the escapes of these are undone (step 11). */
static inline bool host_is_escapable(unsigned char c)
{
    return ascii_is_alnum((char)c) || c == '-' || c == '.' || c == '_';
}

/*
 * The slow road, for a host with non-ASCII text as bytes or as escapes: scratch[start, scratch->len) is such a host, with
 * A-Z lower-cased and the escapes of step 11 undone. Its ASCII form, label by label, is appended; *out_start is where it
 * starts. A label that has none keeps its bytes.
 */
enum err_code host_to_ascii(struct buf *scratch, size_t start, size_t *out_start, struct err *err) MUST_CHECK;

#endif
