/*
 * json.h - telemetry in JSON, in two formats that hand the same record texts to one reader (json_row.h).
 *
 *   lines    a record a line: rows, streaming envelopes, containers on a line, mixed as they come
 *   stream   JSON text whose records are found by its structure: a container of any size, arrays, pretty-printed or
 *            concatenated objects
 */
#ifndef DDNSHUNT_SOURCE_JSON_H
#define DDNSHUNT_SOURCE_JSON_H

#include "source/source.h"

extern const struct source_type SOURCE_JSON_LINES, SOURCE_JSON_STREAM;

#endif
