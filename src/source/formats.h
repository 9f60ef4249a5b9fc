/*
 * formats.h - the formats by name: a line each, for formats.c and for tests.
 */
#ifndef DDNSHUNT_SOURCE_FORMATS_H
#define DDNSHUNT_SOURCE_FORMATS_H

#include "source/source.h"

extern const struct source_type SOURCE_JSON_LINES, SOURCE_JSON_STREAM; /* json.h */
extern const struct source_type SOURCE_CSV;

#endif
