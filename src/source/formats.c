/*
 * formats.c - the one list of formats, and which of them an input is in.
 *
 * The order matters for claims of equal strength alone: what must begin with a certain byte stands before what is any
 * text with a header.
 */
#include "source/formats.h"

const struct source_type *const SOURCE_TYPES[] = {
    &SOURCE_JSON_LINES,
    &SOURCE_JSON_STREAM,
    &SOURCE_CSV,
    NULL,
};

const struct source_type *source_detect(struct slice head, bool whole)
{
    const struct source_type *maybe = NULL;
    for (size_t i = 0; SOURCE_TYPES[i]; i++) {
        enum source_claim claim = SOURCE_TYPES[i]->claim(head, whole);
        if (claim == CLAIM_YES)
            return SOURCE_TYPES[i];
        if (claim == CLAIM_MAYBE && !maybe)
            maybe = SOURCE_TYPES[i];
    }
    return maybe;
}
